from __future__ import annotations

import pytest

from lpdeck.inference.letters import letters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Options A and C come too late.", [0, 2]),
        ("Not A, not B and not D.", [0, 1, 3]),
        ("Rule out praise (A) and length (D).", [0, 3]),
        ("Sentences A to C show repair.", [0, 1, 2]),
        ("Not C or D -- neither fits.", [2, 3]),
        ("In A, B and D somebody acts.", [0, 1, 3]),
        ("Eliminate B.", [1]),
    ],
)
def test_letters_are_read_in_enumerations_brackets_and_behind_words_for_options(text: str, expected: list[int]) -> None:
    assert expected == [at for at, _, _ in letters(text, 4)]


@pytest.mark.parametrize(
    "text",
    [
        "A listener waits.",
        "Plan B was ready.",
        "An A/B test ran.",
        "We wrote it in C.",
        "Not A single word was said.",
        "Options E and F are not there.",
    ],
)
def test_other_capitals_are_no_letters_of_options(text: str) -> None:
    assert [] == list(letters(text, 4))


def test_a_letter_is_found_where_it_stands() -> None:
    assert [(1, 4, 5)] == list(letters("Not B.", 4))
