"""What `lpdeck review` is told for one day: limits, a level, a backlog spread, a filter."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from homes import basic, change, query, with_cards
from lpdeck.deck.model import Card
from lpdeck.home import Home

from .conftest import Lpdeck
from .drills import rows
from .running import Terminal, process
from .test_reviewing import fronts

Opens = Callable[..., Terminal]


def away(home: Home, days: int) -> None:
    """As if all that was answered had been answered some days earlier."""
    change(home, "UPDATE event SET due = due - ?, study_day = study_day - ? WHERE interval > 0", [days] * 2)
    change(
        home,
        "UPDATE schedule SET due_day = due_day - ?, last_day = last_day - ?, first_day = first_day - ?, "
        "reviewed_day = reviewed_day - ? WHERE state = 2",
        [days] * 4,
    )


def reviewed(home: Home, lpdeck: Lpdeck, count: int, days: int) -> Home:
    """A home whose cards were all answered once, some days ago."""
    with_cards(home, *fronts(count))
    home.config.write_text("new_per_day = 999\n")
    lpdeck("review", stdin="\n4\n" * count)
    away(home, days)
    return home


# Limits of one day


@pytest.mark.slow
def test_new_of_today_holds_across_processes_and_in_due(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(8))
    lpdeck("review", "--new", "3", stdin="q\n")
    assert "3\n" == process(home, "due", "--count").out
    assert 3 == lpdeck("--json").json["new"]
    lpdeck("review", stdin="\n4\n\n4\nq\n")
    assert "1\n" == lpdeck("due", "--count").out
    lpdeck("review", "--reviews", "50", stdin="q\n")
    assert "1\n" == lpdeck("due", "--count").out
    lpdeck("review", "--new", "8", stdin="q\n")
    assert "6\n" == lpdeck("due", "--count").out
    assert "10\n" == lpdeck("config", "get", "new_per_day").out


def test_reviews_of_today_hold_across_processes_and_in_due(lpdeck: Lpdeck, home: Home) -> None:
    reviewed(home, lpdeck, 6, 100)
    lpdeck("review", "--reviews", "2", stdin="q\n")
    assert "2\n" == process(home, "due", "--count").out
    lpdeck("review", stdin="\n3\n\n3\n\n3\n")
    assert "0\n" == lpdeck("due", "--count").out


def test_minutes_of_today_end_the_sitting_and_the_next_one(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(4))
    lpdeck("review", stdin="\n4\nq\n")
    change(home, "UPDATE event SET took_ms = 100000")
    done = lpdeck("review", "--minutes", "1", stdin="\n4\n")
    assert "Your 1 minute for today is up, with 3 new." in done.out
    assert "lpdeck review --minutes 11 goes on." in done.out
    assert "Your 1 minute" in lpdeck("review", stdin="\n4\n").out
    assert 1 == len(rows(home))
    assert "What is 2?" in lpdeck("review", "--minutes", "0", stdin="q\n").out


@pytest.mark.parametrize(
    "words", [("--new", "-1"), ("--new", "many"), ("--minutes", "1441"), ("--reviews", "1.5"), ("--spread", "0")]
)
def test_a_limit_that_does_not_fit_is_refused(lpdeck: Lpdeck, home: Home, words: tuple[str, str]) -> None:
    with_cards(home, *fronts(1))
    done = lpdeck("review", *words, stdin="\n4\n")
    assert (2, "") == (done.code, done.out)
    assert words[0] in done.err
    assert [] == rows(home)


# Levels


def bars(home: Home) -> Home:
    levels = [
        Card(name, "level", {"level": level, "story": "Parcels", "focus": f"focus of {level}"})
        for name, level in (("one", "SDE 1"), ("two", "SDE 2"), ("three", "Senior SDE"))
    ]
    return with_cards(home, *levels, *fronts(1))


def test_a_level_hides_the_bars_of_the_others(lpdeck: Lpdeck, home: Home) -> None:
    bars(home)
    done = lpdeck("review", "--level", "sde2", stdin="\n4\n\n4\n\n4\n")
    assert ["SDE 2"] == re.findall(r"the bar for (\S+ ?\d?) ask", done.out)
    assert "What is 1?" in done.out
    assert {"two", "card-1"} == {card for _, card, _ in rows(home)}


def test_the_level_of_the_options_counts_in_due_and_today(lpdeck: Lpdeck, home: Home) -> None:
    bars(home)
    assert "4\n" == lpdeck("due", "--count").out
    lpdeck("config", "set", "level", "senior")
    assert "2\n" == lpdeck("due", "--count").out
    assert 2 == lpdeck("--json").json["new"]
    assert "Senior SDE" in lpdeck("review", stdin="\n4\n\n4\n").out
    lpdeck("config", "set", "level", "all")
    assert "2\n" == lpdeck("due", "--count").out


def test_a_level_that_there_is_not_is_refused(lpdeck: Lpdeck, home: Home) -> None:
    bars(home)
    done = lpdeck("review", "--level", "intern", stdin="q\n")
    assert (2, "") == (done.code, done.out)
    assert "sde1, sde2" in done.err


# A filter


def test_a_review_keeps_to_its_filter(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(2), basic("other", "Anything else?", tags=("late",)))
    done = lpdeck("review", "tag:late", stdin="\n4\n\n4\n")
    assert [("answer", "other", 4)] == rows(home)
    assert "What is" not in done.out
    assert "2\n" == lpdeck("due", "--count").out
    assert "1\n" == lpdeck("due", "What is 1?", "--count").out


def test_a_filter_that_no_card_passes_is_no_end_of_everything(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(2))
    done = lpdeck("review", "kind:quiz", stdin="q\n")
    assert 0 == done.code
    assert "Nothing to ask now." in done.out


# After days away


def moved(home: Home) -> int:
    return query(home, "SELECT count(*) FROM event WHERE kind = 'reschedule'")[0][0]


def test_a_backlog_is_spread_as_told_and_undone_at_once(lpdeck: Lpdeck, home: Home) -> None:
    reviewed(home, lpdeck, 45, 100)
    done = lpdeck("review", "--spread", "5", stdin="q\n")
    assert "36 cards moved to the next days; lpdeck undo takes it back.\n" == done.err
    assert "9\n" == lpdeck("due", "--count").out
    assert "took back: reschedule of 36 cards\n" == lpdeck("undo").out
    assert "45\n" == lpdeck("due", "--count").out


def test_nobody_is_asked_about_a_backlog_in_a_pipe(lpdeck: Lpdeck, home: Home) -> None:
    reviewed(home, lpdeck, 45, 100)
    done = lpdeck("review", stdin="q\n")
    assert ("", 0) == (done.err, moved(home))
    assert "45 left" in done.out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ("\n", 22),
        pytest.param("n\n", 0, marks=pytest.mark.slow),
        pytest.param("\x04", 0, id="end of input"),
        pytest.param("3\n", 30, marks=pytest.mark.slow),
        pytest.param("perhaps\n", 0, marks=pytest.mark.slow),
    ],
)
def test_a_backlog_is_offered_to_be_spread_on_a_terminal(
    terminal: Opens, lpdeck: Lpdeck, home: Home, answer: str, count: int
) -> None:
    reviewed(home, lpdeck, 45, 100)
    learner = terminal("review")
    learner.see("45 cards waited while you were away", "over the next 2 days? [Y, n, or a number of days]")
    learner.press(answer)
    learner.see("What is", f"{45 - count} left")
    assert count == moved(home)
    learner.press("q")
    assert 0 == learner.end()


@pytest.mark.slow
def test_an_evening_s_worth_is_no_backlog(terminal: Opens, lpdeck: Lpdeck, home: Home) -> None:
    reviewed(home, lpdeck, 5, 100)
    learner = terminal("review")
    learner.see("What is", "5 left")
    assert "waited" not in learner.text
