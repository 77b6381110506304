from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import CALENDAR, DAY, HOUR, MINUTE, NOON, SCHEDULER, TODAY
from learners import honest, learner, never_again
from lpdeck.days import Calendar, StudyDay, date_of
from lpdeck.scheduling import Memory, State
from lpdeck.statistics import Chart, Shape, Unit, statistics
from lpdeck.store.tallies import Answer, Standing, Tally

NAMES = (
    "reviews", "forecast", "retention", "stability", "difficulty", "retrievability", "buttons", "minutes", "hours",
    "calibration",
)  # fmt: skip


def answer(day: int = TODAY, rating: int = 3, before: int | None = None, **more: Any) -> Answer:
    """An answer at noon."""
    at_ms = more.pop("at_ms", NOON + (day - TODAY) * DAY)
    found = Answer("deck/a", at_ms, StudyDay(day), rating, 5000, 4, before, None)
    return found._replace(**more)


def standing(due: int = TODAY, **more: Any) -> Standing:
    last, due = StudyDay(TODAY - 3), StudyDay(due)
    found = Standing("deck/a", State.REVIEW, 10.0, 5.0, last, due, None, 4, False, None, True, False)
    return found._replace(**more)


def charts(
    answers: Sequence[Answer] = (), standings: Sequence[Standing] = (), calendar: Calendar = CALENDAR, **more: Any
) -> dict[str, Chart]:
    names = {one.card for one in (*answers, *standings)}
    of_a_card_together = sorted(answers, key=lambda one: one.card)
    tally = Tally(of_a_card_together, list(standings), dict.fromkeys(names, "basic"))
    return {one.name: one for one in statistics(tally, SCHEDULER, calendar, TODAY, **more)}


def day(number: int) -> str:
    return date_of(StudyDay(number)).isoformat()


def filled(chart: Chart) -> dict[Any, Any]:
    """The rows that have something."""
    return {row[0]: row[1] for row in chart.rows if row[1]}


# All charts


@pytest.mark.parametrize("answers", [(), learner(1, honest, cards=20)], ids=["none", "many"])
def test_charts_come_in_their_order_and_every_row_has_what_its_columns_say(answers: list[Answer]) -> None:
    found = charts(answers, [standing()])
    assert list(NAMES) == list(found)
    fits = {
        Unit.LABEL: lambda value: isinstance(value, str),
        Unit.DATE: lambda value: date.fromisoformat(value).isoformat() == value,
        Unit.DAYS: lambda value: value >= 0,
        Unit.HOUR: lambda value: value in range(24),
        Unit.COUNT: lambda value: isinstance(value, int) and value >= 0,
        Unit.SHARE: lambda value: 0 <= value <= 1,
        Unit.MINUTES: lambda value: value >= 0,
        Unit.NUMBER: lambda value: isinstance(value, float),
    }
    for chart in found.values():
        assert len({column.name for column in chart.columns}) == len(chart.columns)
        assert all(note.endswith(".") for note in chart.notes)
        for row in chart.rows:
            for column, value in zip(chart.columns, row, strict=True):
                assert (value is None and column.unit is Unit.SHARE) or fits[column.unit](value), (chart.name, row)


def test_each_chart_has_the_shape_it_is_drawn_in() -> None:
    assert {
        "reviews": Shape.CALENDAR,
        "retention": Shape.LINE,
        "buttons": Shape.STACKED,
        "hours": Shape.STACKED,
        "calibration": Shape.PAIRS,
        **dict.fromkeys(("forecast", "stability", "difficulty", "retrievability", "minutes"), Shape.BARS),
    } == {name: chart.shape for name, chart in charts().items()}


def test_a_home_without_answers_has_charts_that_say_so() -> None:
    found = charts()
    assert ((), (), (), ()) == tuple(found[name].rows for name in ("reviews", "minutes", "retention", "calibration"))
    assert ("No answers yet.",) == found["reviews"].notes
    assert [None] * 24 == [row[2] for row in found["hours"].rows]


ANSWERS = st.lists(
    st.builds(
        lambda card, ago, rating, before, took_ms, shift: answer(
            TODAY - ago, rating, before, card=card, took_ms=took_ms, at_ms=NOON - ago * DAY + shift
        ),
        st.sampled_from(["deck/a", "deck/b", "deck/c"]),
        st.integers(0, 40),
        st.integers(1, 4),
        st.none() | st.sampled_from([-86_400, -600, 1, 20, 21, 300]),
        st.integers(0, 300_000),
        st.integers(-7 * HOUR, 7 * HOUR),
    ),
    max_size=60,
).map(lambda found: sorted(found, key=lambda one: (one.card, one.at_ms)))
SINCE = st.none() | st.integers(TODAY - 45, TODAY + 1).map(StudyDay)


@given(answers=ANSWERS, since=SINCE)
def test_all_charts_count_the_same_answers(answers: list[Answer], since: StudyDay | None) -> None:
    counted = [one for one in answers if since is None or one.study_day >= since]
    found = charts(answers, since=since)
    count = len(counted)
    assert count == sum(row[1] for row in found["reviews"].rows)
    assert count == sum(row[1] for row in found["hours"].rows)
    assert count == sum(sum(row[1:]) for row in found["buttons"].rows)
    kept = [one for one in counted if one.before is not None and not -86_400 < one.before <= 0]
    assert len(kept) == sum(row[4] for row in found["retention"].rows)
    assert sum(row[4] for row in found["retention"].rows) == sum(row[6] + row[8] for row in found["retention"].rows)
    spent = sum(min(one.took_ms, 180_000) for one in counted)
    assert spent / MINUTE == pytest.approx(sum(row[1] for row in found["minutes"].rows))


def _counts(chart: Chart) -> Counter[Any]:
    """What adds up of a chart: counts and minutes, by x and column."""
    places = [at for at, column in enumerate(chart.columns) if column.unit in (Unit.COUNT, Unit.MINUTES)]
    return Counter({(row[0], at): row[at] for row in chart.rows for at in places if row[at]})


@given(answers=ANSWERS, own=st.sets(st.sampled_from(["deck/a", "deck/b", "deck/c"])), due=st.lists(st.integers(-9, 40)))
def test_charts_of_some_cards_and_of_the_others_add_up(answers: list[Answer], own: set[str], due: list[int]) -> None:
    known = [standing(TODAY + one, card=f"deck/{'abc'[at % 3]}", stability=at + 0.5) for at, one in enumerate(due)]

    def of(inside: bool) -> dict[str, Chart]:
        return charts(
            [one for one in answers if (one.card in own) is inside],
            [one for one in known if (one.card in own) is inside],
        )

    whole, some, others = charts(answers, known), of(True), of(False)
    for name in set(NAMES) - {"calibration"}:  # whose bins depend on what is in them
        assert dict(_counts(whole[name])) == pytest.approx(dict(_counts(some[name]) + _counts(others[name]))), name
    counts = [sum(row[-1] for row in each["calibration"].rows) for each in (whole, some, others)]
    assert counts[0] == counts[1] + counts[2]


# Answers by day


def test_every_day_from_the_first_answer_to_today_has_a_row() -> None:
    found = charts([answer(TODAY - 3), answer(TODAY - 1), answer(TODAY - 1)])
    expected = ((day(TODAY - 3), 1), (day(TODAY - 2), 0), (day(TODAY - 1), 2), (day(TODAY), 0))
    assert expected == found["reviews"].rows
    assert ("3 answers on 2 of 4 days, 2 on a day of study.",) == found["reviews"].notes
    assert [row[0] for row in expected] == [row[0] for row in found["minutes"].rows]


def test_answers_of_a_clock_that_went_ahead_count_when_their_day_has_come() -> None:
    found = charts([answer(), answer(TODAY + 9000, before=4)])
    assert ((day(TODAY), 1),) == found["reviews"].rows
    assert () == found["calibration"].rows


def test_of_a_long_answer_three_minutes_count() -> None:
    found = charts([answer(took_ms=9 * HOUR), answer(took_ms=30_000)])["minutes"]
    assert {day(TODAY): 3.5} == filled(found)
    assert ("4 minutes in all, 4 minutes on a day of study.",) == found.notes


# Retention


def test_retention_is_the_share_other_than_again_of_answers_after_a_day_or_more() -> None:
    answers = [
        *(answer(rating=rating, before=before) for rating in (1, 2, 3, 4) for before in (4, 30)),
        *(answer(rating=1, before=before) for before in (None, -600, 0)),
        answer(rating=1, before=-86_400),
    ]
    ((week, share, low, high, count, young, young_count, mature, mature_count),) = charts(answers)["retention"].rows
    assert ("2026-03-02", 6 / 9, 9, 3 / 5, 5, 3 / 4, 4) == (
        week, share, count, young, young_count, mature, mature_count
    )  # fmt: skip
    assert low < share < high
    assert date.fromisoformat(week).weekday() == 0


@pytest.mark.parametrize(("before", "state"), [(20, "young"), (21, "mature")])
def test_a_card_is_mature_from_21_days_on(before: int, state: str) -> None:
    found = charts([answer(before=before)])
    assert [state] == [row[0] for row in found["buttons"].rows if sum(row[1:])]
    assert f"{state} 100% of 1" in found["retention"].notes[0]


def test_weeks_begin_on_monday_and_those_without_answers_are_empty() -> None:
    found = charts([answer(TODAY - 15, before=4), answer(TODAY, before=4)])["retention"].rows
    mondays = [date(2026, 3, 2) - timedelta(weeks=weeks) for weeks in (3, 2, 1, 0)]
    assert [monday.isoformat() for monday in mondays] == [row[0] for row in found]
    assert [1, 0, 0, 1] == [row[4] for row in found]
    assert (None, None, None, 0, None, 0, None, 0) == found[1][1:]


# Hours


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe"])
@given(at_ms=st.integers(NOON - 400 * DAY, NOON))
@pytest.mark.slow
def test_an_hour_is_that_of_the_learner_s_clock_at_the_time(zone: str, at_ms: int) -> None:
    calendar = Calendar(ZoneInfo(zone), 4)
    found = charts([answer(calendar.day_of(at_ms), at_ms=at_ms)], calendar=calendar, since=StudyDay(TODAY - 500))
    assert {calendar.local(at_ms).hour: 1} == filled(found["hours"])


def test_the_hours_of_a_night_in_which_the_clock_changes_are_told_apart() -> None:
    calendar = Calendar(ZoneInfo("Europe/Berlin"), 4)
    midnight = calendar.starts_ms(StudyDay(20540)) - 4 * HOUR  # 2026-03-28 to 29 is that night
    moments = [midnight + 24 * HOUR + hour * HOUR for hour in range(-3, 8)]
    expected = Counter(calendar.local(at_ms).hour for at_ms in moments)
    found = charts([answer(TODAY, at_ms=at_ms) for at_ms in moments], calendar=calendar)
    assert dict(expected) == filled(found["hours"])


# Memories


def test_overdue_cards_come_first_and_suspended_retired_and_draft_ones_never() -> None:
    known = [
        standing(TODAY - 9),
        standing(TODAY),
        standing(TODAY + 2),
        standing(TODAY + 30),
        standing(TODAY, suspended=True),
        standing(TODAY, asked=False),
        standing(TODAY, asked=False, retired=True),
    ]
    found = charts((), known)["forecast"]
    assert {day(TODAY): 2, day(TODAY + 2): 1} == filled(found)
    assert (30, ("3 cards in 30 days, 0.1 a day, 1 of them overdue.",)) == (len(found.rows), found.notes)
    assert {day(TODAY): 2, day(TODAY + 2): 1, day(TODAY + 30): 1} == filled(charts((), known, ahead=31)["forecast"])


def test_a_buried_card_comes_when_it_returns_and_one_in_a_step_in_its_time() -> None:
    known = [
        standing(TODAY, buried_until=TODAY + 1),
        standing(TODAY + 5, buried_until=TODAY + 1),
        standing(TODAY, state=State.LEARNING, due_at_ms=NOON - 5 * DAY),
        standing(TODAY, state=State.LEARNING, due_at_ms=NOON + 3 * DAY),
    ]
    expected = {day(TODAY): 1, day(TODAY + 1): 1, day(TODAY + 3): 1, day(TODAY + 5): 1}
    assert expected == filled(charts((), known)["forecast"])


@given(st.lists(st.tuples(st.floats(0.001, 40_000), st.floats(1, 10), st.integers(0, 900)), max_size=20))
def test_every_memory_lies_in_one_bin_of_each_kind(memories: list[tuple[float, float, int]]) -> None:
    known = [
        standing(stability=stability, difficulty=difficulty, last_day=TODAY - ago)
        for stability, difficulty, ago in memories
    ]
    found = charts((), [*known, standing(retired=True, asked=False)])
    for name in ("stability", "difficulty", "retrievability"):
        assert len(memories) == sum(row[1] for row in found[name].rows)
    assert (10, 20) == (len(found["difficulty"].rows), len(found["retrievability"].rows))


def test_a_memory_lies_in_the_bin_that_begins_at_or_below_it() -> None:
    found = charts((), [standing(stability=7.0, difficulty=10.0, last_day=TODAY), standing(stability=6.9)])
    assert {7: 1, 4: 1} == filled(found["stability"])
    assert {9.1: 1, 4.6: 1} == filled(found["difficulty"])
    recall = SCHEDULER.retrievability(Memory(6.9, 5.0), StudyDay(TODAY - 3), TODAY)
    assert 0.9 < recall < 0.95
    assert {0.95: 1, 0.9: 1} == filled(found["retrievability"])
    assert (f"You would recall {(1 + recall) / 2:.1%} of 2 cards today: 2 of them.",) == found["retrievability"].notes


# Calibration


def test_calibration_counts_predictions_and_memories_come_from_all_answers() -> None:
    answers = learner(3, honest, cards=60)
    whole, late = charts(answers), charts(answers, since=StudyDay(TODAY - 100))
    assert sum(one.before is not None for one in answers) == sum(row[-1] for row in whole["calibration"].rows)
    some = [one for one in answers if one.before is not None and one.study_day >= TODAY - 100]
    assert len(some) == sum(row[-1] for row in late["calibration"].rows)
    assert 0.85 < late["calibration"].rows[0][2] < 0.95


@pytest.mark.slow
def test_what_hard_is_used_for_stands_in_the_notes() -> None:
    def said(answers: Iterable[Answer]) -> str:
        return charts(list(answers))["calibration"].notes[-1]

    assert said(learner(0, never_again, cards=300)).startswith("Hard may stand for what you had forgotten")
    assert "Hard" not in said(learner(0, honest))
    tried = [answer(rating=2, failed=True) for _ in range(9)]
    assert said(tried).startswith("You press Hard for what you had forgotten: 9 of 9 attempts")
    assert "Hard" not in charts(tried, since=StudyDay(TODAY + 1))["calibration"].notes[-1]
