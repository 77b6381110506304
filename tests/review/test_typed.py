from __future__ import annotations

import random
import string
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.model import KINDS
from lpdeck.review.typed import Comparison, How, Piece, compare, expected

WORDS = st.sampled_from(
    ["the", "owner", "owners", "onwer", "I", "not", "30", "300", "40 %", "“quoted”", "café", "…", "—"]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join))


def hows(pieces: tuple[Piece, ...]) -> dict[str, How]:
    return {piece.text.strip(" .,"): piece.how for piece in pieces}


def joined(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def how(wanted: str, typed: str) -> How:
    """How a single expected word stands in what was typed."""
    (piece,) = compare(wanted, typed).expected
    return piece.how


# What a kind expects

EXPECTED = [
    ("follow-up", {"strong": "I asked.", "key_line": "I asked first."}, "I asked first."),
    ("follow-up", {"strong": "I asked."}, "I asked."),
    ("disqualifier", {"phrase": "We did", "instead": "I did", "why": "hides who"}, "I did"),
    ("disqualifier", {"phrase": "We did", "why": "hides who", "verdict": "No Hire"}, "hides who"),
    ("disqualifier", {"phrase": "We did", "verdict": "No Hire"}, "No Hire"),
    ("quiz", {"answer": "Ownership", "explanation": "Step 1"}, "Ownership"),
    ("quiz", {"explanation": "It hides the owner."}, "It hides the owner."),
    ("weak-answer", {"text": "We did.", "disqualifiers": ["We did", "No figure"]}, "We did\nNo figure"),
    ("stage", {"signals": ["names a cost", "chooses"], "example": "I chose."}, "names a cost\nchooses"),
    ("stage", {"signals": [], "example": "I chose."}, "I chose."),
    ("reframing", {"principle": "earn-trust", "lead": "Begin with the letter."}, "Begin with the letter."),
    ("level", {"level": "SDE 1", "bar": "Noticed", "looking_back": "I check"}, "Noticed"),
    ("level", {"level": "SDE 1", "looking_back": "I check"}, "I check"),
    ("checklist", {"list": "steps", "points": ("One", "Two")}, "One\nTwo"),
    ("answer", {"answer": "He kept it.", "key_points": ["Early"]}, "Early"),
    ("answer", {"answer": "He kept it."}, "He kept it."),
    ("basic", {"front": "What?", "back": "That."}, "That."),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "words"), EXPECTED)
def test_a_card_expects_the_first_of_its_fields_that_is_filled(kind: str, fields: dict[str, Any], words: str) -> None:
    assert words == expected(kind, fields)


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_of_any_kind_without_an_answer_expects_nothing(kind: str) -> None:
    assert expected(kind, {}) == ""


# Words

NEAR = [
    ("owner", "onwer"), ("owner", "ownr"), ("pager", "papger"), ("responsibility", "responsability"),
    ("responsibility", "respnsibilty"), ("cancelled", "cancelling"), ("report", "reports"), ("Friday", "friday"),
    ("café", "cafe"), ("don't", "dont"), ("40 %", "40%"), ("40%", "40 percent"), ("10,500", "10500"), ("$30", "30"),
    ("$4.2M", "4.2 million"), ("six", "6"), ("1.50", "1,5"),
]  # fmt: skip
OTHER = [
    ("30", "300"), ("30", "31"), ("40%", "40"), ("1.4", "14"), ("eight", "eighty"), ("seven", "sever"), ("cat", "car"),
    ("not", "now"), ("unexpected", "expected"), ("cost", "lost"), ("ownership", "worship"), ("SDE1", "SDE2"),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "typed"), NEAR)
def test_a_slip_a_form_or_another_format_is_near(wanted: str, typed: str) -> None:
    assert how(wanted, typed) is How.NEAR
    assert compare(wanted, typed).found == 1


@pytest.mark.parametrize(("wanted", "typed"), OTHER)
def test_another_number_or_word_is_missing(wanted: str, typed: str) -> None:
    assert how(wanted, typed) is How.MISSING


def test_a_curly_apostrophe_is_the_same_as_the_one_that_is_typed() -> None:
    assert how("wasn’t", "wasn't") is How.SAME


def test_a_word_that_is_expected_itself_is_no_slip_of_another() -> None:
    assert hows(compare("the team met last term", "term").expected)["team"] is How.MISSING


def test_a_word_typed_in_another_place_is_found() -> None:
    found = compare("I weighed two prices and said both aloud.", "Said aloud: both prices, two of them, weighed")
    assert (found.of, found.of) == (found.found, 6)


def test_a_word_that_was_typed_once_is_found_once() -> None:
    found = compare("page by page", "page")
    assert (found.found, found.of) == (1, 2)
    assert [How.SAME, How.MISSING] == [one.how for one in found.expected if "page" in one.text]


def test_function_words_are_matched_but_not_counted() -> None:
    found = compare("I lent the job an owner", "the owner")
    assert (found.found, found.of) == (1, 3)
    assert hows(found.expected)["the"] is How.SAME


def test_function_words_count_where_nothing_else_is_expected() -> None:
    found = compare("to be or to have", "to be")
    assert (found.found, found.of) == (2, 5)


def test_what_was_not_expected_is_extra() -> None:
    assert hows(compare("Stop it.", "Please stop it").typed) == {"Please": How.EXTRA, "stop": How.NEAR, "it": How.SAME}


def test_marks_go_with_their_words() -> None:
    assert [one.text for one in compare("(He said) “yes, now”.", "").expected] == ["(He ", "said) ", "“yes, ", "now”."]


def test_marks_alone_are_missed_by_nobody() -> None:
    assert compare("...", "") == Comparison((Piece("...", How.SAME),), (), 0, 0)


# Properties


@given(TEXTS, TEXTS)
def test_the_pieces_join_back_to_the_texts(wanted: str, typed: str) -> None:
    found = compare(wanted, typed)
    assert (wanted, typed) == (joined(found.expected), joined(found.typed))


@given(TEXTS)
def test_a_text_against_itself_is_all_the_same(text: str) -> None:
    found = compare(text, text)
    assert {How.SAME} >= {one.how for one in found.expected + found.typed}
    assert found.found == found.of


@given(TEXTS, TEXTS)
def test_no_more_is_found_than_was_expected_and_typed(wanted: str, typed: str) -> None:
    found = compare(wanted, typed)
    matched = [one for one in found.typed if one.how is not How.EXTRA]
    assert 0 <= found.found <= min(found.of, len(matched))


@given(TEXTS.filter(lambda text: any(letter.isalnum() for letter in text)))
def test_nothing_typed_is_all_missing(text: str) -> None:
    found = compare(text, "")
    assert {How.MISSING} == {one.how for one in found.expected}
    assert (found.found, found.typed) == (0, ())


@given(st.permutations(["alpha", "bravo", "charlie", "delta", "echo"]))
def test_the_order_of_the_words_is_free(order: list[str]) -> None:
    assert compare("alpha bravo charlie delta echo", " ".join(order)).found == 5


# 20,000 characters must stay far under 0.3 s on a machine at rest; the limits here leave room for a busy one.
def _of_many_words(size: int, seed: int) -> str:
    draw = random.Random(seed)
    return " ".join("".join(draw.choices(string.ascii_lowercase, k=draw.randint(2, 10))) for _ in range(size))


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [_of_many_words(300, 1), "the " * 5000, "a" * 20_000])
@pytest.mark.parametrize("typed", [_of_many_words(2900, 2), "the then " * 2200, "ab" * 10_000])
def test_a_long_text_does_not_keep_anybody_waiting(wanted: str, typed: str) -> None:
    since = perf_counter()
    compare(wanted, typed)
    assert perf_counter() - since < 1
