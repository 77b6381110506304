"""`lpdeck plan`: the days ahead, what will be known on the day, what is given up; and that nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rich.cells import cell_len

from halfyear import half_year
from homes import basic, change, indexed, make, opened, put_deck, query, quiz, with_cards
from lpdeck.cli.planning import FARTHEST, Report, made, shown_plan
from lpdeck.cli.rendering import Painter, day_name
from lpdeck.config import load_config
from lpdeck.days import StudyDay
from lpdeck.deck.model import Card
from lpdeck.home import Home
from lpdeck.interviews import Interview

from .conftest import Lpdeck
from .running import Terminal, snapshot
from .test_interviewing import ahead, today, words, written

Opens = Callable[..., Terminal]
LONG = "success-and-scale-bring-broad-responsibility"
SLUGS = ("ownership", "dive-deep", LONG)


def some_cards(count: int = 12) -> list[Card]:
    """Cards of three principles, of two kinds by turns, and one that belongs to none."""
    cards = []
    for number in range(count - 1):
        about: Any = {"principles": (SLUGS[number % 3],)}
        name = f"card-{number}"
        cards.append(quiz(name, ["x", "y"], "x", **about) if number % 2 else basic(name, **about))
    return [*cards, basic("nobody")]


@pytest.fixture
def decked(home: Home) -> Home:
    return with_cards(home, *some_cards())


def some_fronts(count: int) -> list[Card]:
    """Cards that any rating answers, whichever comes first."""
    return [basic(f"card-{number}", principles=(SLUGS[number % 3],)) for number in range(count)]


def report_of(home: Home, days: int, **more: Any) -> Report:
    store = opened(home)
    try:
        interview = Interview("onsite", StudyDay(today() + days), **more)
        return made(store, load_config(home.config), interview, today())
    finally:
        store.close()


def lines_of(report: Report, width: int) -> list[str]:
    return list(shown_plan(report, Painter(width=width, colour=False)))


def text_of(lines: Iterable[str]) -> str:
    return " ".join(" ".join(lines).split())


WIDTHS = (*range(40, 101), 120, 200)

FIGURES = re.compile(r"  (today|in all|\w{3} \d+ \w{3}|\d+ \w{3}–\d+ \w{3}) +(\d+) +(\d+) +(\d+|·)(?:  ▇+)?")
CHANCES = re.compile(r"  (\S.*?) +(?:[▇▁]{10} +)?(\d+)% +(\d+)%")


def figures_in(lines: Iterable[str]) -> list[tuple[str, int, int, int]]:
    """The days of a plan as they are drawn: label, cards, minutes, new cards."""
    found = [one for one in map(FIGURES.fullmatch, lines) if one]
    return [(one[1], int(one[2]), int(one[3]), int(one[4].replace("·", "0"))) for one in found]


def chances_in(lines: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What will be known on the day, as it is drawn: with the plan, and without."""
    return {one[1]: (one[2], one[3]) for one in map(CHANCES.fullmatch, lines) if one}


# The days ahead, and the day


def test_a_plan_names_the_interview_and_shows_each_day_until_then(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(6), "--name", "onsite", "--minutes", 15)
    done = lpdeck("plan")
    lines = done.out.splitlines()
    assert (0, "") == (done.code, done.err)
    assert lines[0].startswith(f"{words(6)}, in 6 days  ")
    assert lines[0].endswith("  onsite · 15 minutes a day")
    assert 80 == len(lines[0])
    labels = [label for label, *_ in figures_in(lines)]
    assert ("today", "in all", 7) == (labels[0], labels[-1], len(labels))
    assert "  the last days: each card once more" in lines
    assert ["Ownership", "Dive Deep", "Success and Scale Bring Broad Responsibility", "all"] == list(chances_in(lines))


@pytest.mark.slow
def test_the_text_and_the_json_agree(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(5), "--minutes", 3)
    lines, data = lpdeck("plan").out.splitlines(), lpdeck("plan", "--json").json
    *days, whole = figures_in(lines)
    for (_, *shown), exact in zip(days, data["days"], strict=True):
        for figure, name in zip(shown, ("cards", "minutes", "new"), strict=True):
            assert abs(figure - exact[name]) <= 0.55, name
    for figure, name in zip(whole[1:], ("cards", "minutes", "new"), strict=True):
        assert abs(figure - sum(day[name] for day in data["days"])) <= 0.8, name
    chances = list(chances_in(lines).values())
    recall = [(f"{one['with_plan']:.0%}", f"{one['without']:.0%}") for one in [*data["principles"], data["recall"]]]
    assert sorted(recall[:-1]) == sorted((f"{a}%", f"{b}%") for a, b in chances[:-1])
    assert recall[-1] == tuple(f"{one}%" for one in chances[-1])


def test_the_json_has_every_figure(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(5))
    data = lpdeck("plan", "--json").json
    keys = "interview last_days days recall principles never_begun no_last_look minutes_for_all recall_for_all"
    assert [*keys.split(), "recall_lost", "new_per_day_without"] == list(data)
    assert {"name": "interview", "date": ahead(5), "minutes": 20, "level": "all", "new": None, "days": 5} == (
        data["interview"]
    )
    assert [ahead(day) for day in range(5)] == [day["date"] for day in data["days"]]
    day = "date cards new early minutes minutes_without new_without"
    assert {tuple(day.split())} == {tuple(one) for one in data["days"]}
    assert set(SLUGS) == {one["principle"] for one in data["principles"]}
    assert all(0 <= one[way] <= 1 for one in data["principles"] for way in ("with_plan", "without"))
    assert (None, 0.0) == (data["minutes_for_all"], data["recall_lost"])


@pytest.mark.slow
def test_minutes_and_new_cards_that_are_asked_about_hold_for_the_answer_alone(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(5), "--minutes", 9, "--new", 4)
    before, plan = snapshot(decked.path), lpdeck("plan").out
    asked = lpdeck("plan", "--minutes", 2, "--new", 1, "--json").json
    assert (2, 1) == (asked["interview"]["minutes"], asked["interview"]["new"])
    assert max(day["new"] for day in asked["days"]) <= 1
    assert max(day["new_without"] for day in asked["days"]) <= 1
    assert "interview · 2 minutes a day" in lpdeck("plan", "--minutes", 2).out
    assert plan == lpdeck("plan").out
    assert before == snapshot(decked.path)


@pytest.mark.slow
def test_two_plans_of_one_state_are_the_same(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(9), "--minutes", 2)
    assert lpdeck("plan", "--json").out == lpdeck("plan", "--json").out


@pytest.mark.slow
def test_many_days_are_shown_by_the_week_and_the_last_ones_by_the_day(decked: Home) -> None:
    report = report_of(decked, 47)
    lines = lines_of(report, 80)
    labels = [label for label, *_ in figures_in(lines)]
    last = len([day for day in report.with_plan.days if day.day >= report.with_plan.last_days])
    assert 14 == len([label for label in labels[: -last - 1] if "–" not in label])
    weeks = [label for label in labels if "–" in label]
    assert -(-(47 - 14 - last) // 7) == len(weeks)
    assert all("–" not in label for label in labels[-last - 1 :])
    assert "  by the week: an evening on average" in lines
    assert 47 == len(report.with_plan.days)
    totals = figures_in(lines)[-1]
    assert round(sum(day.new for day in report.with_plan.days)) == totals[3]


@pytest.mark.slow
def test_four_weeks_are_shown_by_the_day(decked: Home) -> None:
    assert 29 == len(figures_in(lines_of(report_of(decked, 28), 80)))


def test_on_the_day_nothing_lies_ahead(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(0))
    lines = lpdeck("plan").out.splitlines()
    assert "  Today is the day." in lines
    assert [] == figures_in(lines)
    assert {("0", "0")} == set(chances_in(lines).values())
    assert "Unseen with 20 minutes a day: 12 of 12 cards (7 basic, 5 quiz)." in text_of(lines)
    data = lpdeck("plan", "--json").json
    assert ([], None, None) == (data["days"], data["minutes_for_all"], data["recall_lost"])


@pytest.mark.slow
def test_the_evening_before_has_one_line(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(1))
    lines = lpdeck("plan").out.splitlines()
    assert lines[0].startswith(f"{words(1)}, tomorrow  ")
    assert ["today", "in all"] == [label for label, *_ in figures_in(lines)]


# What is given up


def test_cards_that_do_not_fit_are_counted_by_kind_with_what_that_costs(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *some_cards(40))
    lpdeck("interview", "set", ahead(4), "--minutes", 1)
    data, text = lpdeck("plan", "--json").json, text_of(lpdeck("plan").out.splitlines())
    never = data["never_begun"]
    quizzes = len([card for card in never if query(home, "SELECT kind FROM card WHERE id = ?", [card]) == [("quiz",)]])
    said = re.search(r"Unseen with 1 minute a day: (\d+) of 40 cards \((.*?)\)\.", text)
    assert said is not None
    assert len(never) == int(said[1]) > 0
    kinds = {f"{quizzes} quiz", f"{len(never) - quizzes} basic"} - {"0 quiz", "0 basic"}
    assert kinds == set(said[2].split(", "))
    minutes, comes = data["minutes_for_all"], f"{data['recall_for_all']:.0%}"
    assert f"points on the day; to begin them all takes {minutes} minutes a day and comes to {comes}." in text
    points = int(re.findall(r"That costs (\d+) points", text)[0])
    assert 100 * data["recall_lost"] == pytest.approx(points, abs=5)
    assert data["recall_lost"] < len(never) / 40
    assert 1 < minutes <= 240
    enough = lpdeck("plan", "--minutes", minutes, "--json").json
    assert [] == enough["never_begun"]
    assert enough["recall"]["with_plan"] > data["recall"]["with_plan"]


def test_a_limit_of_new_cards_is_named_where_it_keeps_cards_from_being_seen(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(4), "--minutes", 30)
    text = text_of(lpdeck("plan", "--new", 1).out.splitlines())
    assert "Unseen with 30 minutes a day and at most 1 new card a day: " in text
    assert "to begin them all takes 30 minutes a day without a limit of new cards and comes to 9" in text


@pytest.mark.slow
def test_cards_seen_but_not_once_more_are_told_with_what_that_costs(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *some_fronts(40))
    home.config.write_text("new_per_day = 99\n")
    lpdeck("review", stdin="\n4\n" * 40)
    change(home, "UPDATE event SET study_day = study_day - 9, took_ms = 40000")
    change(home, "UPDATE schedule SET due_day = due_day - 9, last_day = last_day - 9, first_day = first_day - 9")
    lpdeck("interview", "set", ahead(4), "--minutes", 2)
    data, text = lpdeck("plan", "--json").json, text_of(lpdeck("plan").out.splitlines())
    assert [] == data["never_begun"]
    assert f"Seen, but not once more in the last days: {len(data['no_last_look'])} of 40 cards (" in text
    assert f"to see them all takes {data['minutes_for_all']} minutes a day and comes to 9" in text
    enough = lpdeck("plan", "--minutes", data["minutes_for_all"], "--json").json
    assert len(enough["no_last_look"]) < len(data["no_last_look"]) / 4
    assert [] == enough["never_begun"]


@pytest.mark.slow
def test_where_all_fits_nothing_is_given_up(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(5), "--minutes", 60)
    data, text = lpdeck("plan", "--json").json, lpdeck("plan").out
    assert ([], []) == (data["never_begun"], data["no_last_look"])
    assert "Unseen" not in text
    assert "costs" not in text


def test_the_level_of_the_interview_is_the_one_that_is_planned(lpdeck: Lpdeck, home: Home) -> None:
    levels = [
        Card(name, "level", {"level": level, "story": "Parcels", "focus": f"focus of {level}"})
        for name, level in (("one", "SDE 1"), ("two", "SDE 2"), ("three", "Senior SDE"))
    ]
    with_cards(home, *levels, basic("other"))
    lpdeck("interview", "set", ahead(0), "--level", "senior")
    assert ["other", "three"] == sorted(lpdeck("plan", "--json").json["never_begun"])
    lpdeck("interview", "set", ahead(0), "--level", "all")
    assert 4 == len(lpdeck("plan", "--json").json["never_begun"])


# No plan, no cards


def test_without_an_interview_there_is_no_plan(lpdeck: Lpdeck, decked: Home) -> None:
    for arguments in (("plan",), ("plan", "--json"), ("plan", "--minutes", "5")):
        done = lpdeck(*arguments)
        said = "lpdeck: no interview is set\nSay when it is: lpdeck interview set 2026-12-10 --minutes 20\n"
        assert (2, "", said) == (done.code, done.out, done.err)


def test_past_the_date_the_plan_has_ended_and_says_so(lpdeck: Lpdeck, decked: Home) -> None:
    written(decked, f"[interviews.onsite]\ndate = {ahead(-1)}\n")
    done = lpdeck("plan")
    said = f"The interview “onsite” was on {words(-1)}: its plan has ended, FSRS goes on as before."
    assert (0, said) == (done.code, text_of(done.out.splitlines()))
    assert max(map(len, done.out.splitlines())) <= 80
    assert "lpdeck interview set DATE plans the next one.\n" == done.err
    ended = {"name": "onsite", "date": ahead(-1), "minutes": 20, "level": "all", "new": None, "days": -1}
    assert {"interview": None, "ended": ended} == lpdeck("plan", "--json").json


@pytest.mark.slow
def test_after_one_interview_the_plan_is_for_the_next(lpdeck: Lpdeck, decked: Home) -> None:
    written(decked, f"[interviews.a]\ndate = {ahead(-1)}\n[interviews.b]\ndate = {ahead(2)}\n")
    assert "b" == lpdeck("plan", "--json").json["interview"]["name"]


def test_a_day_beyond_a_year_is_refused_at_once(lpdeck: Lpdeck, decked: Home) -> None:
    written(decked, f"[interviews.far]\ndate = {ahead(FARTHEST + 1)}\n")
    done = lpdeck("plan")
    said = "lpdeck: the interview “far” is more than a year ahead\nNo plan looks further ahead.\n"
    assert (2, "", said) == (done.code, done.out, done.err)
    assert 0 == lpdeck().code


@pytest.mark.parametrize("words", [("--minutes", "0"), ("--new", "x")])
def test_a_number_that_does_not_fit_is_refused(lpdeck: Lpdeck, decked: Home, words: tuple[str, str]) -> None:
    lpdeck("interview", "set", ahead(3))
    done = lpdeck("plan", *words)
    assert (2, "", True) == (done.code, done.out, done.err.startswith(f"lpdeck: Invalid value for '{words[0]}': "))
    assert 2 == len(done.err.splitlines())


def test_a_home_without_cards_has_nothing_to_plan(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("interview", "set", ahead(3))
    for _ in range(2):
        lines = lpdeck("plan").out.splitlines()
        assert ["", "  There are no cards to plan: lpdeck import PAGE brings some."] == lines[1:]
        assert ({"with_plan": 0.0, "without": 0.0}, []) == tuple(
            lpdeck("plan", "--json").json[name] for name in ("recall", "principles")
        )
        indexed(make(home))
        put_deck(home, "empty")


# Nothing is written


def stored(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of the database."""
    names = [name for (name,) in query(home, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {"event", "schedule"} <= set(names)
    return {name: query(home, f'SELECT * FROM "{name}"') for name in names}


@pytest.mark.slow
def test_no_command_around_a_plan_writes_to_the_database(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *some_fronts(12))
    lpdeck("review", stdin="\n4\n\n3\n\n1\nq\n")
    before = stored(home)
    assert 3 == len(query(home, "SELECT id FROM event"))
    for days in (9, 0):
        lpdeck("interview", "set", ahead(days), "--minutes", 5)
        for command in (
            ("plan",),
            ("plan", "--new", "1"),
            (),
            ("--json",),
            ("due",),
            ("due", "--count"),
            ("progress",),
        ):
            assert 0 == lpdeck(*command).code
        assert before == stored(home)
    lpdeck("review", stdin="q\n")
    lpdeck("interview", "remove")
    assert before == stored(home)


def test_an_answer_under_a_plan_is_scheduled_as_it_is_without(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *some_fronts(12))
    columns = "state, stability, difficulty, interval, due_day, last_day"
    rows = []
    for interview in (False, True):
        if interview:
            lpdeck("interview", "set", ahead(4))
        change(home, "DELETE FROM event")
        change(home, "DELETE FROM schedule")
        lpdeck("review", stdin="\n4\nq\n")
        rows.append(query(home, f"SELECT {columns} FROM schedule"))
    assert rows[0] == rows[1]
    assert 1 == len(rows[0])


# Drawn at any width


@pytest.mark.slow
@pytest.mark.parametrize(("days", "minutes"), [(5, 1), (35, 20), pytest.param(0, 20, marks=pytest.mark.slow)])
def test_no_line_of_a_plan_is_wider_than_the_terminal(decked: Home, days: int, minutes: int) -> None:
    report = report_of(decked, days, minutes=minutes, new=1)
    figures, chances = figures_in(lines_of(report, 200)), list(chances_in(lines_of(report, 200)).values())
    for width in WIDTHS:
        lines = lines_of(report, width)
        assert [] == [line for line in lines if cell_len(line) > width], width
        assert [] == [line for line in lines if line != line.rstrip()], width
        assert (figures, chances) == (figures_in(lines), list(chances_in(lines).values())), width


def test_the_title_keeps_its_words_at_any_width(decked: Home) -> None:
    report = report_of(decked, 3, minutes=45)
    title = f"{words(3)}, in 3 days onsite · 45 minutes a day"
    for width in WIDTHS:
        lines = lines_of(report, width)
        assert title == text_of(lines[: lines.index("")]), width


def test_names_of_principles_are_whole_where_they_fit(decked: Home) -> None:
    report = report_of(decked, 2)
    for width in range(64, 101):
        assert "Success and Scale Bring Broad Responsibility" in chances_in(lines_of(report, width)), width
    assert "Success and Scale Br…" in chances_in(lines_of(report, 40))


@pytest.mark.slow
@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_a_plan_fits_the_terminal_after_half_a_year(terminal: Opens, lpdeck: Lpdeck, home: Home, columns: int) -> None:
    half_year(home, today=today())
    lpdeck("interview", "set", ahead(12), "--minutes", 4)
    learner = terminal("plan", columns=columns, rows=60)
    assert 0 == learner.end()
    assert "onsite" not in learner.text
    assert "interview · 4 minutes a day" in learner.text
    plain = [line for line in learner.lines if line]
    assert 13 == len(figures_in(plain))
    assert 17 == len(chances_in(plain))
    data = lpdeck("plan", "--json").json
    assert f"{data['recall']['with_plan']:.0%} " in learner.text


def test_a_card_that_the_plan_asks_before_it_is_due_says_so(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *some_fronts(1))
    lpdeck("review", stdin="\n4\n")
    change(home, "UPDATE schedule SET stability = 90, due_day = due_day + 90, interval = 90")
    (name,) = query(home, "SELECT id FROM card")[0]
    assert "the plan" not in lpdeck("show", name).out
    lpdeck("interview", "set", ahead(20))
    said = re.findall(r"the plan for the interview asks it about (.*)", lpdeck("show", name).out)
    assert [day_name(StudyDay(today() + 17), today()).removeprefix("on ")] == said
    lpdeck("interview", "remove")
    assert "the plan" not in lpdeck("show", name).out
