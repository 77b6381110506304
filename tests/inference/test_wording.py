from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.inference.wording import coverage, nearest, occurrences, stem, words


@pytest.mark.parametrize(
    "forms",
    [
        ("assign", "assigned", "assigns", "assigning", "assignment"),
        ("initiate", "initiated", "initiation", "initiative"),
        ("quantify", "quantified", "quantification"),
        ("decide", "decided", "decision"),
        ("map", "mapped", "mapping", "maps"),
        ("propose", "proposal", "proposing"),
        ("copy", "copied", "copies", "copying"),
    ],
)
def test_the_forms_of_a_word_share_their_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


def test_numbers_keep_their_decimals() -> None:
    assert ["0.3", "to", "8", "K", "12:30"] == [word.text.replace("k", "K") for word in words("0.3% to $8K, 12:30")]


def test_curly_apostrophes_are_apostrophes() -> None:
    assert [word.text for word in words("don't")] == [word.text for word in words("don’t")]


@pytest.mark.parametrize("typed", ["ownershp", "ownrship", "ownershipp", "onwership"])
def test_a_typing_error_is_forgiven_in_a_long_word(typed: str) -> None:
    assert [0] == occurrences(words("ownership"), words(typed))


@pytest.mark.parametrize(("a", "b"), [("assigned", "unassigned"), ("30", "90"), ("form", "from"), ("lead", "load")])
def test_another_word_is_no_typing_error(a: str, b: str) -> None:
    assert [] == occurrences(words(a), words(b))


def test_a_word_of_another_option_is_no_typing_error() -> None:
    assert [] == occurrences(words("metrics"), words("matrics"), known={stem("matrics")})


def test_nothing_covers_an_empty_phrase() -> None:
    assert 0.0 == coverage(words(""), words("anything"))


@given(st.text(max_size=200))
def test_words_stand_where_they_say(text: str) -> None:
    found = words(text)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_the_nearest_text_is_the_one_that_says_the_same() -> None:
    verdict = nearest("I pinged them and they fixed it", ["I pinged them, and they fixed it.", "We waited for a week."])
    assert (0, (0, 1)) == (verdict.value, verdict.candidates)


@pytest.mark.parametrize("texts", [[], ["We waited for a week."], ["I pinged them", "Then I pinged them"]])
def test_no_text_or_two_alike_are_undecided(texts: list[str]) -> None:
    assert nearest("I pinged them", texts).value is None
