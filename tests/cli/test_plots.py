from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lpdeck.cli.plots import draw, is_empty, table
from lpdeck.cli.plots.calendar import streaks
from lpdeck.cli.plots.scales import (
    AXIS_BOTTOMS,
    axis_bottom,
    group_size,
    groups,
    placed,
    round_top,
    short,
    staggered,
    step_of,
    step_starts,
)
from lpdeck.cli.plots.shares import FEW, verdict
from lpdeck.cli.rendering import Painter, bare
from lpdeck.statistics import Chart, Column, Shape, Unit

TODAY = date(2026, 11, 26)
DATE, COUNT, SHARE = Unit.DATE, Unit.COUNT, Unit.SHARE
BLOCKS = re.compile("[▀-▟◄●○─-╿]")
HUGE = 10**15

Rows = tuple[tuple[Any, ...], ...]


def columns(*names: tuple[str, Unit]) -> tuple[Column, ...]:
    return tuple(Column(name, unit, name.replace("_", " ")) for name, unit in names)


def calendar(rows: Rows) -> Chart:
    return Chart("reviews", "Answers", Shape.CALENDAR, columns(("date", DATE), ("answers", COUNT)), rows)


def dated(rows: Rows) -> Chart:
    return Chart("minutes", "Minutes a day", Shape.BARS, columns(("date", DATE), ("minutes", Unit.MINUTES)), rows)


def binned(rows: Rows) -> Chart:
    return Chart("stability", "Stability", Shape.BARS, columns(("days", Unit.DAYS), ("cards", COUNT)), rows)


def buttons(rows: Rows) -> Chart:
    names = columns(("state", Unit.LABEL), *((name, COUNT) for name in ("again", "hard", "good", "easy")))
    return Chart("buttons", "Answer buttons", Shape.STACKED, names, rows)


def hours(rows: Rows) -> Chart:
    names = columns(("hour", Unit.HOUR), ("answers", COUNT), ("remembered", SHARE))
    return Chart("hours", "Hours of the day", Shape.STACKED, names, rows)


def weeks(rows: Rows) -> Chart:
    names = (("week", DATE), ("share", SHARE), ("low", SHARE), ("high", SHARE), ("count", COUNT))
    further = (("young", SHARE), ("young_count", COUNT), ("mature", SHARE), ("mature_count", COUNT))
    return Chart("retention", "Retention", Shape.LINE, columns(*names, *further), rows)


def calibration(rows: Rows) -> Chart:
    names = ("bin_low", "bin_high", "predicted", "actual", "low", "high")
    return Chart(
        "calibration",
        "Predicted and actual",
        Shape.PAIRS,
        columns(*((name, SHARE) for name in names), ("count", COUNT)),
        rows,
    )


def days_to(last: date, counts: list[Any], step: int = 1) -> list[tuple[str, Any]]:
    """The counts with their dates, the last on a day."""
    first = last - timedelta(days=step * (len(counts) - 1))
    return [((first + timedelta(days=step * place)).isoformat(), count) for place, count in enumerate(counts)]


counts = st.one_of(st.integers(0, 60), st.integers(0, HUGE))
shares = st.floats(0, 1)


@st.composite
def week(draw: st.DrawFn) -> tuple[Any, ...]:
    if draw(st.booleans()):
        return (None, None, None, 0, None, 0, None, 0)
    low, share, high = sorted(draw(st.tuples(shares, shares, shares)))
    return (share, low, high, draw(counts), share, 1, None, 0)


@st.composite
def pair(draw: st.DrawFn) -> tuple[Any, ...]:
    low, actual, high = sorted(draw(st.tuples(shares, shares, shares)))
    begin = draw(st.integers(0, 99))
    end = draw(st.integers(begin + 1, 100))  # the edges of a bin are whole percents
    return (begin / 100, end / 100, draw(shares), actual, low, high, draw(counts))


def of_days(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Rows]:
    return st.lists(values, max_size=800).map(lambda found: tuple(days_to(TODAY, found)))


charts = st.one_of(
    of_days(counts).map(calendar),
    of_days(st.one_of(st.none(), st.floats(0, 5000))).map(dated),
    st.lists(counts, max_size=300).map(lambda found: binned(tuple(enumerate(found)))),
    st.lists(st.tuples(st.text("abc", min_size=1, max_size=30), *[counts] * 4), max_size=4).map(tuple).map(buttons),
    st.lists(st.tuples(counts, st.one_of(st.none(), shares)), min_size=24, max_size=24).map(
        lambda found: hours(tuple((hour, *one) for hour, one in enumerate(found)))
    ),
    st.lists(week(), max_size=250).map(
        lambda found: weeks(tuple((day, *one) for day, one in days_to(TODAY, found, step=7)))
    ),
    st.lists(pair(), max_size=10).map(tuple).map(calibration),
)
notes = st.lists(st.sampled_from(("Short.", "A sentence that is long enough for two lines. " * 3)), max_size=2)
widths = st.integers(40, 200)


def plain(chart: Chart, width: int = 80, today: date = TODAY) -> list[str]:
    return draw(chart, Painter(width, colour=False), today)


@given(charts, widths, st.booleans(), notes)
def test_no_line_is_wider_than_the_terminal(chart: Chart, width: int, colour: bool, said: list[str]) -> None:
    drawn = draw(replace(chart, notes=tuple(said)), Painter(width, colour), TODAY)
    assert [] == [line for line in drawn if cell_len(bare(line)) > width]


@given(charts, widths)
def test_colours_change_nothing_that_is_read(chart: Chart, width: int) -> None:
    coloured = [bare(line) for line in draw(chart, Painter(width), TODAY)]
    assert [line.rstrip() for line in plain(chart, width)] == [line.rstrip() for line in coloured]


@given(charts, widths)
def test_no_two_blank_lines_follow_each_other_and_none_ends_a_chart(chart: Chart, width: int) -> None:
    drawn = plain(chart, width)
    assert "\n\n\n" not in "\n".join(drawn)
    assert drawn[-1].strip()


@given(charts)
def test_a_table_holds_every_value_and_no_sign_of_a_drawing(chart: Chart) -> None:
    lines = table(chart)
    assert len(chart.rows) + 2 == len(lines)
    assert [] == [line for line in lines if BLOCKS.search(line) or "\x1b" in line]
    assert [column.name for column in chart.columns] == lines[1].split()
    if chart.shape is not Shape.STACKED:
        assert all(len(chart.columns) == len(line.split()) for line in lines[2:])


@pytest.mark.parametrize("chart", [calendar, dated, binned, buttons, hours, weeks, calibration])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_an_empty_chart_says_one_sentence(chart: Any, width: int) -> None:
    title, *said = plain(chart(()), width)
    assert chart(()).title == title
    assert [1, "."] == [" ".join(said).count("."), " ".join(said)[-1]]


def test_a_chart_of_nothing_but_zeros_is_empty() -> None:
    assert is_empty(calendar((("2026-11-26", 0),)))
    assert is_empty(hours(tuple((hour, 0, None) for hour in range(24))))
    assert is_empty(weeks((("2026-11-23", None, None, None, 0, None, 0, None, 0),)))
    assert not is_empty(calendar((("2026-11-26", 1),)))


# The calendar


def days_drawn(lines: list[str]) -> str:
    """What stands in the rows of the seven weekdays."""
    return "".join(line[7:] for line in lines[3:10])


@given(of_days(st.integers(0, 60)).filter(lambda rows: any(count for _, count in rows)), st.integers(40, 60))
def test_the_calendar_shows_each_day_once_and_tells_what_came_before(rows: Rows, width: int) -> None:
    rows = tuple(days_to(TODAY - timedelta(days=400), [1])) + days_between(rows)
    lines = plain(calendar(rows), width)
    shown = len(re.findall(r"[·░▒▓█]", days_drawn(lines)))
    found = re.search(r"([\d,]+) answers? came before", " ".join(lines))
    assert found
    assert sum(count for _, count in rows[:-shown]) == int(found[1].replace(",", ""))


def days_between(rows: Rows) -> Rows:
    """The last 400 days, with the counts of some of them; a day takes one cell where there are so many."""
    known = dict(rows)
    return tuple((day, known.get(day, 0)) for day, _ in days_to(TODAY, [0] * 400))


def test_the_calendar_marks_today_and_leaves_the_days_ahead_blank() -> None:
    lines = plain(calendar(tuple(days_to(TODAY, [1, 2, 3, 4] * 10))))
    assert [False, True, False] == [line.endswith("◄") for line in lines[5:8]]
    assert len(lines[7]) < len(lines[5])


def test_every_shade_of_the_calendar_is_explained_by_its_numbers() -> None:
    lines = plain(calendar(tuple(days_to(TODAY, [0, 1, 2, 3, 4] * 10))))
    assert "       · none   ░ 1   ▒ 2   ▓ 3   █ 4 and more   ◄ today" in lines


def test_a_single_day_has_the_darkest_shade() -> None:
    lines = plain(calendar((("2026-11-26", 3),)))
    assert "  Thu  ██ ◄" in lines
    assert "       · none   ▓ 1–2   █ 3 and more   ◄ today" in lines


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        ([], (0, 0)),
        ([0], (1, 1)),
        ([1, 2, 3], (3, 3)),
        ([2, 3, 4], (3, 0)),
        ([0, 1, 5, 6, 7, 8], (4, 2)),
        ([0, 0, 1], (2, 2)),
    ],
)
def test_a_streak_lasts_until_a_whole_day_went_by(ago: list[int], expected: tuple[int, int]) -> None:
    assert expected == streaks([TODAY - timedelta(days=days) for days in ago], TODAY)


@given(st.lists(st.integers(0, 10**6), max_size=50))
def test_the_steps_of_shades_grow_and_begin_with_one(found: list[int]) -> None:
    starts = step_starts(found)
    assert list(starts) == sorted(set(starts))
    assert (starts[:1] == (1,)) == any(found)
    assert {0} >= {step_of(count, starts) for count in found if not count}
    assert all(step_of(count, starts) for count in found if count)


# Columns


@given(st.lists(st.integers(0, 99), min_size=1, max_size=9).filter(any))
def test_the_numbers_on_the_columns_add_up_to_those_of_the_chart(found: list[int]) -> None:
    lines = plain(binned(tuple(enumerate(found))), 200)
    plot = lines[2 : next(place for place, line in enumerate(lines) if line.startswith("    0 ▔"))]
    assert sum(found) == sum(int(number) for line in plot for number in line[7:].split() if number.isdigit())


@given(st.integers(1, 3000), st.integers(1, 200), st.booleans(), st.sampled_from([(1, 7, 14), (1, 2, 5, 10)]))
def test_groups_hold_each_bin_once_and_fit(bins: int, room: int, at_end: bool, sizes: tuple[int, ...]) -> None:
    size = group_size(bins, room, sizes)
    found = groups(bins, size, whole_at_end=at_end)
    assert list(range(bins)) == [index for part in found for index in part]
    assert len(found) <= room
    assert {size} >= {len(part) for part in (found[1:] if at_end else found[:-1])}


def test_days_that_do_not_fit_are_added_up_by_weeks_which_is_said() -> None:
    lines = plain(dated(tuple(days_to(TODAY, [1.0] * 100))), 60)
    assert "Each column adds up 7 days, the first only 2." in lines
    assert any(line.startswith("    8 ▔") for line in lines)


def test_what_lies_ahead_is_added_up_from_today() -> None:
    rows = tuple(((TODAY + timedelta(days=ahead)).isoformat(), 1) for ahead in range(100))
    lines = plain(dated(rows), 60)
    assert "Each column adds up 7 days, the last only 2." in lines
    assert any("26 Nov" in line for line in lines)


def test_a_column_far_above_the_others_is_cut_and_its_number_said() -> None:
    rows = tuple(enumerate([900, *[20] * 60]))
    lines = plain(binned(rows))
    assert "   20 ▔▲" == lines[2][:8]
    assert "▲ at 0: 900 cards, beyond the axis." in lines
    assert "▲" not in "".join(plain(binned(tuple(enumerate([60, 20, 20])))))


def test_the_least_number_is_seen_beside_a_huge_one() -> None:
    lines = plain(binned(tuple(enumerate([1, HUGE, HUGE]))))
    assert lines[7][7] == "▁"


def test_bins_say_that_they_reach_from_their_label_on() -> None:
    lines = plain(binned(((0, 3), (1, 2), (2, 5))))
    assert ["from", "0", "1", "2"] == lines[-1].split()


@given(charts, widths)
def test_labels_below_columns_never_touch(chart: Chart, width: int) -> None:
    if chart.shape is Shape.BARS and chart.columns[0].unit is DATE and not is_empty(chart):
        lines = plain(chart, width)
        below = next(lines[place + 1] for place, line in enumerate(lines) if line.startswith("    0 ▔"))
        assert re.fullmatch(r"\s*\d+ [A-Z][a-z]{2}(\s+\d+ [A-Z][a-z]{2})*", below)


@given(st.floats(0, 1e18))
def test_an_axis_ends_above_its_values_at_a_round_number_with_a_round_half(value: float) -> None:
    top = round_top(value)
    assert value <= top <= max(2.2 * value, 2)
    assert top % 2 == 0
    assert all(len(short(part)) <= 5 for part in (top, top / 2))


@given(st.lists(shares, min_size=1))
def test_an_axis_of_shares_begins_below_all_of_them(found: list[float]) -> None:
    assert axis_bottom(found) <= min(found)
    assert axis_bottom(found) in AXIS_BOTTOMS


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, "0"),
        (0.5, "0.5"),
        (85, "85"),
        (2500, "2,500"),
        (12_500, "12.5k"),
        (999_999, "1M"),
        (3_000_000, "3M"),
        (2 * 10**15, "2000T"),
        (10**18, "1e18"),
    ],
)
def test_short_numbers_have_at_most_five_cells(number: float, expected: str) -> None:
    assert expected == short(number)


@given(st.lists(st.tuples(st.integers(0, 60), st.text("12", min_size=1, max_size=3)), max_size=20), st.integers(4, 60))
def test_placed_labels_stand_where_they_belong(found: list[tuple[int, str]], width: int) -> None:
    line = placed(sorted(found), width)
    assert len(line) <= width
    assert {label.group() for label in re.finditer(r"\S+", line)} <= {label for _, label in found}
    assert all((match.start(), match.group()) in found for match in re.finditer(r"\S+", line))


def test_staggered_labels_leave_none_out() -> None:
    labels = [(place * 2, "100") for place in range(12)]
    lines = staggered(labels, 30)
    assert 12 == sum(len(line.split()) for line in lines)
    assert 2 == len(lines)


def test_the_hours_have_their_shares_below_as_numbers() -> None:
    rows = tuple((hour, hour, None if hour < 20 else hour / 25) for hour in range(24))
    lines = plain(hours(rows))
    assert ["%", "80", "84", "88", "92"] == lines[-3].split()
    assert "% remembered in that hour." == lines[-1]
    assert lines[-4].index("20") == lines[-3].index("80")


# Shares


@given(st.lists(st.tuples(st.sampled_from("abc"), *[st.integers(0, 9999)] * 4), min_size=1, max_size=3), widths)
def test_the_numbers_of_the_buttons_add_up_to_those_of_the_chart(rows: list[tuple[Any, ...]], width: int) -> None:
    total = sum(sum(row[1:]) for row in rows)
    if total:
        text = "\n".join(plain(buttons(tuple(rows)), width)[2:])
        parts = re.findall(r"([\d,]+) +(?:\d+%|·)", text)
        assert total == sum(int(part.replace(",", "")) for part in parts)


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4).filter(any), widths)
def test_a_bar_has_the_same_length_whatever_its_parts(found: list[int], width: int) -> None:
    lines = plain(buttons((("young", *found), ("mature", 1, 1, 1, 1))), width)
    first, second = (len(re.findall("[░▒▓█]", line)) for line in lines[2:4])
    assert first == second > 10


def test_the_parts_of_a_bar_differ_without_colours() -> None:
    lines = plain(buttons((("young", 10, 10, 10, 10),)))
    assert set("█▓▒░") <= set(lines[2])
    assert ["█", "again", "▓", "hard", "▒", "good", "░", "easy"] == lines[4].split()


def test_weeks_without_answers_are_gaps() -> None:
    nothing = (None, None, None, 0, None, 0, None, 0)
    known = (0.9, 0.85, 0.95, 100, 0.9, 100, None, 0)
    rows = tuple((day, *one) for (day, _), one in zip(days_to(TODAY, [0] * 3, 7), (known, nothing, known), strict=True))
    lines = plain(weeks(rows))
    plot = [line[7:].ljust(15) for line in lines[2:13]]
    assert 2 == sum(line.count("●") for line in plot)
    assert {"     "} == {line[5:10] for line in plot}
    assert " 100% ─" in lines[2]


def test_below_the_line_stand_the_numbers_of_some_weeks_the_last_among_them() -> None:
    rows = tuple((day, 0.9, 0.8, 0.95, 7, 0.5, 3, 1.0, 4) for day, _ in days_to(TODAY, [0] * 10, 7))
    below = [line.split() for line in plain(weeks(rows))[14:21]]
    assert ["all", "of", "young", "of", "mature", "of"] == [line[0] for line in below[1:]]
    assert ["90%", "7", "50%", "3", "100%", "4"] == [line[-1] for line in below[1:]]
    assert ["26", "Nov"] == below[0][-2:]


def test_weeks_that_do_not_fit_are_left_out_at_the_beginning_which_is_said() -> None:
    rows = tuple((day, 0.9, 0.8, 0.95, 7, 0.9, 7, None, 0) for day, _ in days_to(TODAY, [0] * 90, 7))
    assert "The last 53 of 90 rows are shown." in plain(weeks(rows), 60)


def test_an_interval_that_reaches_below_the_axis_is_said() -> None:
    sentence = f"Intervals of under {FEW} answers may reach below the axis."
    few, many = ((day, 0.9, 0.5, 0.95, count, 0.9, count, None, 0) for day, count in days_to(TODAY, [FEW - 1, FEW], 7))
    assert sentence in plain(weeks((few,)))
    assert sentence not in plain(weeks((many,)))
    assert any(line.startswith("  50% ─") for line in plain(weeks((many,))))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((0.8, 0.9, 0.85, 0.7, 0.6, 0.8, 100), "less"),
        ((0.8, 0.9, 0.85, 0.95, 0.9, 0.98, 100), "more"),
        ((0.8, 0.9, 0.85, 0.86, 0.8, 0.9, 100), "fits"),
        ((0.8, 0.9, 0.85, 0.2, 0.1, 0.3, FEW - 1), "few"),
    ],
)
def test_a_bin_says_in_a_word_how_the_prediction_holds(row: tuple[Any, ...], expected: str) -> None:
    assert expected == verdict(row)
    for width in (40, 60, 120):
        line = next(line for line in plain(calibration((row,)), width) if "80–90" in line)
        assert line.endswith(f"  {expected}")


def test_predicted_and_actual_stand_on_one_axis() -> None:
    line = next(line for line in plain(calibration(((0.8, 0.9, 0.85, 0.75, 0.72, 0.8, 99),)), 100) if "80–90" in line)
    assert line.index("├") < line.index("●") < line.index("┤") < line.index("○")


def test_a_bin_of_few_answers_is_dimmed_and_says_so() -> None:
    lines = draw(calibration(((0.8, 0.9, 0.85, 0.2, 0.1, 0.3, 3),)), Painter(80), TODAY)
    (line,) = (line for line in lines if "80–90" in line)
    assert line.startswith("\x1b[2m")
    assert 1 == line.count("\x1b[2m")
    assert "few" in line
