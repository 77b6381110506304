"""Cards that ask nearly the same: every pair is found, and none is made up."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.duplicates import LEAST, front_words, near_equal
from lpdeck.deck.model import Card


def _card(name: str, kind: str = "basic", **fields: object) -> Card:
    return Card(f"deck/{name}", kind, fields)


def _pairs(*cards: Card) -> list[tuple[str, str]]:
    return [(pair.first.id[5:], pair.second.id[5:]) for pair in near_equal(cards)]


def test_two_questions_that_differ_in_one_word_are_a_pair_with_their_likeness() -> None:
    one = _card("a", front="How do you know that your fix caused the drop?")
    other = _card("b", front="how do you know that your change caused the drop")
    (pair,) = near_equal([one, other, _card("c", front="What did it cost?")])
    assert (one, other) == (pair.first, pair.second)
    assert 0.9 == pair.likeness


def test_letter_case_and_punctuation_make_no_difference() -> None:
    cards = _card("a", front="Who decided that?"), _card("b", front="“who decided that”")
    assert [1.0] == [pair.likeness for pair in near_equal(cards)]


def test_the_same_words_in_another_order_are_another_question() -> None:
    assert [] == _pairs(_card("a", front="the team told my manager"), _card("b", front="my manager told the team"))


def test_options_are_half_of_a_quiz_question() -> None:
    asked = "Which reply is the strongest?"
    same = ["I stopped it", "I asked first"]
    cards = [
        _card("a", "quiz", question=asked, options=same),
        _card("b", "quiz", question=asked, options=same),
        _card("c", "quiz", question=asked, options=["Nobody knew yet", "It was too late for that"]),
    ]
    assert [("a", "b")] == _pairs(*cards)


def test_cards_of_different_kinds_and_lists_and_those_about_their_own_page_are_no_pairs() -> None:
    words = "What did you get wrong while you held the job?"
    apart = [
        _card("a", "follow-up", question=words),
        _card("b", "quiz", question=words),
        _card("c", "checklist", question=words, list="steps"),
        _card("d", "checklist", question=words, list="key points"),
        _card("e", "stage", stage="task"),
        _card("f", "stage", stage="task"),
    ]
    assert [] == _pairs(*apart)


@pytest.mark.parametrize(("retired", "pairs"), [(False, [("a", "b")]), (True, [])])
def test_a_retired_card_is_nobodys_duplicate(retired: bool, pairs: list[tuple[str, str]]) -> None:
    gone = Card("deck/b", "basic", {"front": "Who decided that?"}, retired=retired)
    assert pairs == _pairs(_card("a", front="Who decided that?"), gone)


def test_the_most_alike_come_first() -> None:
    cards = [
        _card("a", front="one two three four five"),
        _card("b", front="one two three four six"),
        _card("c", front="one two three four six"),
    ]
    assert [("b", "c"), ("a", "b"), ("a", "c")] == _pairs(*cards)


def test_a_front_without_words_is_like_no_other() -> None:
    assert [] == _pairs(_card("a", front="?!"), _card("b", front="?!"), _card("c", front=""))


fronts = st.lists(st.sampled_from(["the", "a", "cost", "team", "page", "risk"]), max_size=9).map(" ".join)


@given(st.lists(fronts, max_size=14), st.sampled_from([0.5, LEAST, 0.9, 1.0]))
def test_what_is_found_is_what_comparing_all_pairs_finds(texts: list[str], least: float) -> None:
    cards = [_card(str(at), front=text) for at, text in enumerate(texts)]
    wanted = {
        (one.id, other.id)
        for one, other in combinations(cards, 2)
        if front_words(one)
        and front_words(other)
        and SequenceMatcher(None, front_words(one).split(), front_words(other).split(), autojunk=False).ratio() >= least
    }
    assert wanted == {(pair.first.id, pair.second.id) for pair in near_equal(cards, least)}
