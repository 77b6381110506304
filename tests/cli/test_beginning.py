"""The first evening: which principles the learner begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import query
from lpdeck.cli.beginning import principles_in
from lpdeck.deck.folder import starters
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .drills import is_within
from .running import Terminal

Opens = Callable[..., Terminal]

EVERY = list(Principle)
SLUGS = [one.slug for one in EVERY]
SHIPPED = {one.name: one for one in starters()}

MEANT: dict[str, set[str]] = {
    "": set(),
    " , ; ": set(),
    "3": {SLUGS[2]},
    "1 16": {SLUGS[0], SLUGS[15]},
    "3-5 earn trust 1, dive": {*SLUGS[2:5], "earn-trust", SLUGS[0], "dive-deep"},
    "3 – 5; 4..6": {*SLUGS[2:6]},
    "16-16": {SLUGS[15]},
    "THINK big,think big": {"think-big"},
    "earn-trust": {"earn-trust"},
    "backbone": {"have-backbone-disagree-and-commit"},
    "Are Right, A Lot": {"are-right-a-lot"},
    "Are Right, A Lot, frugality": {"are-right-a-lot", "frugality"},
    "Have Backbone; Disagree and Commit": {"have-backbone-disagree-and-commit"},
    "think earn": {"think-big", "earn-trust"},
}

# What is no principle, and the word that is named.
UNKNOWN = {
    "0": "0",
    "17": "17",
    "1-17": "1-17",
    "5-3": "5-3",
    "0-2": "0-2",
    "1, 2, 99": "99",
    "s": "s",
    "dive deeper": "deeper",
    "ownership kindness": "kindness",
    "²": "²",
    "1-2-3": "1-2-3",
    "-1": "-1",
    "?": "?",
}


@pytest.mark.parametrize("words", MEANT)
def test_principles_are_meant_by_number_range_name_or_how_a_name_begins(words: str) -> None:
    assert (MEANT[words], "") == principles_in(words, EVERY)


@pytest.mark.parametrize("words", UNKNOWN)
def test_what_means_no_principle_is_named_and_nothing_is_taken(words: str) -> None:
    assert (set(), UNKNOWN[words]) == principles_in(words, EVERY)


def test_a_number_is_a_place_in_what_is_offered_and_a_name_that_is_not_offered_is_unknown() -> None:
    offered = [Principle.FRUGALITY, Principle.DIVE_DEEP]
    assert ({"dive-deep"}, "") == principles_in("2", offered)
    assert (set(), "3") == principles_in("3", offered)
    assert (set(), "ownership") == principles_in("ownership", offered)


def _ways(place: int) -> st.SearchStrategy[tuple[str, str]]:
    one = EVERY[place]
    ways = (str(place + 1), f"{place + 1}-{place + 1}", one.slug, one.title, one.title.upper())
    return st.sampled_from(ways).map(lambda way: (one.slug, way))


written = st.lists(st.integers(0, 15).flatmap(_ways), max_size=8)


@given(written, st.sampled_from([", ", " ", ";", " , "]))
def test_however_principles_are_written_they_are_meant(some: list[tuple[str, str]], between: str) -> None:
    assert ({slug for slug, _ in some}, "") == principles_in(between.join(way for _, way in some), EVERY)


@given(st.text(max_size=30))
def test_any_answer_is_understood_or_a_word_of_it_is_named(answer: str) -> None:
    slugs, unknown = principles_in(answer, EVERY)
    assert slugs <= set(SLUGS)
    assert not (slugs and unknown)
    assert unknown in answer


# On a terminal


def decks(home: Home) -> set[str]:
    return {path.stem for path in home.decks.glob("*.toml")}


def asked(learner: Terminal) -> Terminal:
    learner.see("Which leadership principles", "Type numbers or names", "Enter takes all 16, q leaves. >")
    return learner


@pytest.mark.slow
def test_enter_takes_all(terminal: Opens, home: Home) -> None:
    learner = asked(terminal("review"))
    learner.press("\r")
    learner.see("10 new")
    assert set(SHIPPED) == decks(home)


@pytest.mark.slow
def test_a_wrong_word_asks_again_and_the_second_answer_counts(terminal: Opens, home: Home) -> None:
    learner = asked(terminal("review", rows=40))
    learner.press("3, kindness\r")
    learner.see("“kindness” is no principle of this list. >")
    assert not home.decks.exists()
    learner.press("frugality, 12\r")
    learner.see("10 new")
    assert {"frugality", "dive-deep"} == {name for name in decks(home) if not name.startswith("question-")}
    assert decks(home) == {name for name, one in SHIPPED.items() if {"frugality", "dive-deep"} & set(one.principles)}
    assert b"lpdeck starter add brings more of them." in learner.raw
    learner.press("q")
    assert 0 == learner.end()
    again = terminal("review")
    again.see("10 new")
    assert "Which leadership principles" not in again.raw.decode()


LEAVING: list[Any] = [
    pytest.param(keys, id=name) for name, keys in {"q": "q\r", "quit": "QUIT\r", "Ctrl-D": "\x04"}.items()
]


@pytest.mark.slow
@pytest.mark.parametrize("keys", LEAVING)
def test_leaving_begins_nothing_and_the_next_review_asks_again(terminal: Opens, home: Home, keys: str) -> None:
    learner = asked(terminal("review"))
    learner.press(keys)
    learner.see("Nothing was begun; lpdeck review asks again.")
    assert 0 == learner.end()
    assert not home.path.exists()
    asked(terminal("review"))


def test_ctrl_c_leaves_without_harm(terminal: Opens, home: Home) -> None:
    learner = asked(terminal("review"))
    learner.press("\x03")
    assert 130 == learner.end()
    assert "Traceback" not in learner.text
    assert learner.modes == learner.modes_before
    assert not home.path.exists()


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "noun"), [(60, False), (61, True), (80, True)])
def test_the_question_fits_the_terminal(terminal: Opens, columns: int, noun: bool) -> None:
    learner = asked(terminal("review", columns=columns))
    assert is_within(learner)
    assert noun == ("Customer Obsession" in learner.text and " cards" in learner.text)
    assert all(one.title in learner.text for one in EVERY)


# Where nobody can be asked


@pytest.mark.slow
def test_a_pipe_takes_all_without_asking(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("review", "--plain", stdin="\n\n3\nq\n")
    count = sum(len(one.ids) for one in SHIPPED.values())
    assert 0 == done.code
    assert f"begins with {len(SHIPPED)} starter decks, {count} cards." in done.err
    assert "Which" not in done.err
    assert "starter add" not in done.err
    assert set(SHIPPED) == decks(home)
    assert 1 == len(query(home, "SELECT 1 FROM event"))


def test_a_home_that_has_a_deck_is_given_none(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("starter", "add", "frugality")
    assert "new" not in lpdeck("review", "--plain").err
    assert {"frugality"} == decks(home)
