"""`lpdeck` and `lpdeck due`: what today holds, with a plan, without one and after one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from halfyear import half_year
from homes import SCHEDULER, basic, change, indexed, make, opened, put_deck, with_cards
from lpdeck.cli.evenings import todays_queue
from lpdeck.cli.rendering import Painter
from lpdeck.cli.today import SAID_FOR, shown_today
from lpdeck.config import load_config
from lpdeck.days import StudyDay
from lpdeck.deck.model import Card
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Rating
from lpdeck.store.hot import PUT_SCHEDULE, schedule_row

from .conftest import Lpdeck
from .running import Terminal, snapshot
from .test_interviewing import ahead, today, written

Opens = Callable[..., Terminal]
SLUGS = ("ownership", "earn-trust", "have-backbone-disagree-and-commit")
KEYS = ["date", "due", "new", "principles", "drafts", "next_due", "interview", "recall_on_the_day"]
ENDED = "Your interview is over and its plan has ended; the schedule goes on without."


def fronts(count: int) -> list[Card]:
    return [basic(f"card-{number}", principles=(SLUGS[number % 3],)) for number in range(count)]


@pytest.fixture
def decked(home: Home) -> Home:
    """A home with twenty cards, of which half were seen some nine days ago."""
    return seen(with_cards(home, *fronts(20)), 10, 9)


def seen(home: Home, count: int, days: int) -> Home:
    """As if so many cards had been easy at first sight, `days` and up to four more days ago."""
    answered = [(f"card-{number}", StudyDay(today() - days - number % 5)) for number in range(count)]
    rows = [schedule_row(card, SCHEDULER.outcomes(card, NEW, day, 0)[Rating.EASY].schedule) for card, day in answered]
    database = sqlite3.connect(home.database)
    with database:
        database.executemany(PUT_SCHEDULE, rows)
    database.close()
    return home


def lines_of(home: Home, width: int) -> list[str]:
    store = opened(home)
    try:
        options = load_config(home.config)
        return list(shown_today(todays_queue(store, options), store, options, Painter(width=width, colour=False)))
    finally:
        store.close()


def counted(lpdeck: Lpdeck) -> tuple[int, int]:
    """What today holds, due and new, as every command that counts it says in one voice."""
    data, short = lpdeck("--json").json, lpdeck("due", "--json").json
    both = (data["due"], data["new"])
    assert both == (short["due"], short["new"])
    assert data["principles"] == short["principles"]
    assert f"{sum(both)}\n" == lpdeck("due", "--count").out
    assert f"{both[0]} due   {both[1]} new\n" == lpdeck("due").out
    text = lpdeck().out
    assert (f"  {both[0]} due   {both[1]} new today   about " in text) == (sum(both) > 0)
    assert ("Nothing is due." in text or "for today" in text) == (sum(both) == 0)
    sitting = lpdeck("review", stdin="q\n").out
    found = re.search(r"(?: \(| up, with )(?:(\d+) left)?(?: · )?(?:(\d+) new)?[).]\n", sitting)
    assert both == ((int(found[1] or 0), int(found[2] or 0)) if found else (0, 0))
    return both


# Under a plan


@pytest.mark.parametrize("days", [40, *(pytest.param(days, marks=pytest.mark.slow) for days in (5, 2, 1)), 0])
@pytest.mark.parametrize("minutes", [pytest.param(1, marks=pytest.mark.slow), 20])
def test_every_count_of_today_agrees_under_a_plan(lpdeck: Lpdeck, decked: Home, days: int, minutes: int) -> None:
    lpdeck("interview", "set", ahead(days), "--minutes", minutes)
    assert sum(counted(lpdeck)) > 0
    lpdeck("review", stdin="\n3\n\n4\nq\n")
    change(decked, "UPDATE event SET took_ms = 40000")
    assert sum(counted(lpdeck)) > 0 or minutes == 1


def test_the_counts_agree_until_the_evening_is_used_up(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(5), "--minutes", 1)
    counts = [counted(lpdeck)]
    while sum(counts[-1]):
        assert len(counts) < 30
        lpdeck("review", stdin="\n4\nq\n")
        change(decked, "UPDATE event SET took_ms = 40000")
        counts.append(counted(lpdeck))
    assert 3 == len(counts)
    lines = lpdeck().out.splitlines()
    assert "  Your 1 minute for today is up. The next card is due tomorrow." in lines
    assert "lpdeck review --minutes 11" == lines[-1].rstrip()
    assert "Your 1 minute for today is up" in lpdeck("review", stdin="q\n").out


def test_the_interview_and_its_chances_stand_beside_today(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(14))
    data, lines = lpdeck("--json").json, lpdeck().out.splitlines()
    assert KEYS == list(data)
    assert ("interview", ahead(14), 14) == tuple(data["interview"][name] for name in ("name", "date", "days"))
    assert lines[0].endswith("  interview in 14 days")
    assert 80 == len(lines[0])
    shown = [line for line in lines if "%" in line]
    assert len(data["principles"]) == len(shown)
    assert 1 == sum(line.endswith("% on the day") for line in shown)
    chances = {
        int(100 * chance + 0.5) for slug, chance in data["recall_on_the_day"].items() if slug in data["principles"]
    }
    assert chances == {int(found) for found in re.findall(r"(\d+)%", "\n".join(shown))}


@pytest.mark.parametrize(
    ("days", "when"), [(0, "today"), (1, "tomorrow"), pytest.param(2, "in 2 days", marks=pytest.mark.slow)]
)
def test_the_day_is_told_as_a_person_says_it(lpdeck: Lpdeck, decked: Home, days: int, when: str) -> None:
    lpdeck("interview", "set", ahead(days))
    assert lpdeck().out.splitlines()[0].endswith(f"  interview {when}")


def test_of_several_interviews_the_nearest_is_named(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(14), "--name", "second")
    lpdeck("interview", "set", ahead(3), "--name", "first")
    assert lpdeck().out.splitlines()[0].endswith("  interview “first” in 3 days")
    lpdeck("interview", "remove", "first")
    assert lpdeck().out.splitlines()[0].endswith("  interview “second” in 14 days")


@pytest.mark.slow
def test_the_level_of_the_interview_holds_and_another_may_be_asked_for(lpdeck: Lpdeck, home: Home) -> None:
    levels = [
        Card(name, "level", {"level": level, "story": "Parcels", "focus": f"focus of {level}"})
        for name, level in (("one", "SDE 1"), ("two", "SDE 2"), ("three", "Senior SDE"))
    ]
    with_cards(home, *levels, basic("other"))
    lpdeck("interview", "set", ahead(5), "--level", "sde2", "--minutes", 60)
    assert (0, 2) == counted(lpdeck)
    assert "4\n" == lpdeck("due", "--level", "all", "--count").out
    assert "2\n" == lpdeck("due", "--level", "senior", "--count").out


@pytest.mark.slow
def test_a_filter_keeps_to_its_cards_under_a_plan(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(5), "--minutes", 60)
    data = lpdeck("due", "principle:ownership", "--json").json
    assert ["ownership"] == list(data["principles"])
    assert data["due"] + data["new"] == data["principles"]["ownership"] < sum(counted(lpdeck))


def test_limits_of_one_day_hold_under_a_plan(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(9), "--minutes", 60)
    due, new = counted(lpdeck)
    assert (due > 2, new > 1) == (True, True)
    lpdeck("review", "--reviews", 2, "--new", 1, stdin="q\n")
    assert (2, 1) == counted(lpdeck)


# Before a plan and after it


def test_past_the_date_today_is_as_it_is_without(lpdeck: Lpdeck, decked: Home) -> None:
    plain, data, counts = lpdeck().out, lpdeck("--json").out, counted(lpdeck)
    for days in (-1, -SAID_FOR - 1):
        written(decked, f"[interviews.a]\ndate = {ahead(days)}\nminutes = 1\nnew = 0\nlevel = 'sde1'\n")
        assert (data, counts) == (lpdeck("--json").out, counted(lpdeck))
        told = lpdeck().out
        assert (days == -1) == (ENDED in told)
        assert plain == told.replace(f"  {ENDED}\n\n", "")


def test_the_end_of_a_plan_is_said_for_two_weeks_and_not_while_another_holds(lpdeck: Lpdeck, decked: Home) -> None:
    for days, said in ((-1, True), (-14, True), (-15, False), (0, False)):
        written(decked, f"[interviews.a]\ndate = {ahead(days)}\n")
        assert said == (ENDED in lpdeck().out), days
    written(decked, f"[interviews.a]\ndate = {ahead(-1)}\n[interviews.b]\ndate = {ahead(3)}\n")
    assert ENDED not in lpdeck().out


def test_a_removed_interview_leaves_today_as_it_was(lpdeck: Lpdeck, decked: Home) -> None:
    plain, data = lpdeck().out, lpdeck("--json").out
    lpdeck("interview", "set", ahead(3), "--minutes", 1)
    assert data != lpdeck("--json").out
    lpdeck("interview", "remove")
    assert (plain, data) == (lpdeck().out, lpdeck("--json").out)
    assert ({}, None) == tuple(lpdeck("--json").json[name] for name in ("recall_on_the_day", "interview"))


# Homes that hold little


def test_cards_that_belong_to_no_principle_are_counted_all_the_same(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *(basic(f"card-{number}") for number in range(3)))
    for _ in range(2):
        done = lpdeck()
        assert (0, "") == (done.code, done.err)
        first, *rest = done.out.splitlines()[2:]
        assert ("  0 due   3 new today   about ", ["", "lpdeck review"]) == (first[:30], rest)
        assert (0, 3) == counted(lpdeck)
        lpdeck("interview", "set", ahead(3))


def test_a_new_home_is_told_of_with_the_same_keys_and_not_made(lpdeck: Lpdeck, home: Home) -> None:
    assert "lpdeck is ready, and has no cards yet." == lpdeck().out.splitlines()[0]
    empty = {"due": 0, "new": 0, "principles": {}, "drafts": 0, "next_due": None, "interview": None}
    assert {"date": ahead(0), **empty, "recall_on_the_day": {}} == lpdeck("--json").json
    assert not home.path.exists()
    lpdeck("interview", "set", ahead(3))
    before = snapshot(home.path)
    data = lpdeck("--json").json
    assert (KEYS, "interview") == (list(data), data["interview"]["name"])
    assert before == snapshot(home.path)


def test_a_deck_without_cards_leaves_nothing_to_do(lpdeck: Lpdeck, home: Home) -> None:
    put_deck(make(home), "empty")
    indexed(home)
    lpdeck("interview", "set", ahead(3))
    assert (0, 0) == counted(lpdeck)
    assert ["  Nothing is due. No card is waiting.", "", "lpdeck import PAGE"] == lpdeck().out.splitlines()[2:]
    assert KEYS == list(lpdeck("--json").json)


# Drawn at any width


@pytest.mark.parametrize(
    "name", ["", pytest.param("interview", marks=pytest.mark.slow), "größe 面接 with a rather long name"]
)
def test_no_line_of_today_is_wider_than_the_terminal(lpdeck: Lpdeck, decked: Home, name: str) -> None:
    if name:
        lpdeck("interview", "set", ahead(14), "--name", name)
    for width in range(40, 81):
        lines = lines_of(decked, width)
        assert [] == [line for line in lines if cell_len(line) > width], width
        assert (1, "lpdeck review") == (str(lines).count(" new today"), lines[-1])
        assert (width >= 50 and bool(name)) == ("% on the day" in str(lines)), width


@pytest.mark.parametrize("days", [-1, pytest.param(1, marks=pytest.mark.slow)])
def test_nor_where_nothing_is_due(lpdeck: Lpdeck, home: Home, days: int) -> None:
    seen(with_cards(home, *fronts(2)), 2, 0)
    written(home, f"[interviews.a]\ndate = {ahead(days)}\nminutes = 1\n")
    for width in range(40, 81):
        lines = lines_of(home, width)
        assert [] == [line for line in lines if cell_len(line) > width], width
        assert "Nothing is due. The next card is due " in " ".join(" ".join(lines).split())
        assert (days < 0) == (ENDED in " ".join(" ".join(lines).split()))


@pytest.mark.slow
@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_today_fits_the_terminal_after_half_a_year(terminal: Opens, lpdeck: Lpdeck, home: Home, columns: int) -> None:
    half_year(home, today=today())
    lpdeck("interview", "set", ahead(2), "--minutes", 20)
    due, new = counted(lpdeck)
    learner = terminal(columns=columns, rows=40)
    assert 0 == learner.end()
    assert f"{due} due" in learner.text
    assert due + new > 16
    assert max(len(line) for line in learner.lines) <= min(columns, 80)
    assert lpdeck("--json").json["principles"].keys() <= lpdeck("--json").json["recall_on_the_day"].keys()


@pytest.mark.slow
def test_a_sitting_asks_exactly_what_was_counted(lpdeck: Lpdeck, decked: Home) -> None:
    lpdeck("interview", "set", ahead(6), "--minutes", 60)
    before: Any = counted(lpdeck)
    out = lpdeck("review", stdin="\n4\n" * 60).out
    assert sum(before) == len(set(re.findall(r"^card-\d+$", out, re.MULTILINE)))
    assert (0, 0) == counted(lpdeck)
