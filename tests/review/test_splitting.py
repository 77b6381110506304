from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.model import FLAG, KINDS, LIST, NUMBER, words_of
from lpdeck.review.splitting import halves

WORDS = st.text(st.sampled_from("ab. \n"), min_size=1, max_size=30).filter(lambda text: text.strip())
VALUES = {
    FLAG: st.booleans(),
    NUMBER: st.integers(1, 300),
    LIST: st.lists(WORDS, min_size=1, max_size=4),
}


@st.composite
def cards(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A card of any kind that can be asked, with any of its other fields."""
    spec = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    chosen = {name for name in spec.fields if name in spec.required or draw(st.booleans())}
    return spec.name, {name: draw(VALUES.get(spec.fields[name], WORDS)) for name in spec.fields if name in chosen}


@given(cards())
def test_both_halves_of_any_card_have_words_and_different_fronts(card: tuple[str, dict[str, Any]]) -> None:
    kind, fields = card
    (first, begin), (second, end) = halves(kind, fields)
    assert all(part.strip() for part in (first, begin, second, end))
    assert first != second
    assert (f"{words_of(fields)} (1)", f"{words_of(fields)} (2)") == (first, second)


@given(st.text(st.sampled_from("abc. \n"), min_size=1, max_size=60).filter(lambda text: len(text.split()) > 1))
def test_a_cut_loses_no_word(back: str) -> None:
    (_, begin), (_, end) = halves("basic", {"front": "f", "back": back})
    assert back.split() == [*begin.split(), *end.split()]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_card_with_what_it_requires_alone_can_be_split(kind: str) -> None:
    spec = KINDS[kind]
    fields = {name: ["one", "two"] if spec.fields[name] == LIST else f"the {name}" for name in spec.required}
    assert all(back for _, back in halves(kind, fields))


def test_an_answer_in_two_parts_is_split_between_them() -> None:
    fields = {
        "question": "Why?",
        "strong": "I measured. Then I acted.",
        "key_line": "Measure first.",
        "weak": "We shrugged.",
    }
    assert (("Why? (1)", "I measured. Then I acted."), ("Why? (2)", "Measure first.")) == halves("follow-up", fields)


def test_a_long_answer_is_cut_at_the_sentence_next_to_its_middle() -> None:
    back = "One is short. Two is a good deal longer than one. Three ends it here."
    assert [
        "One is short. Two is a good deal longer than one.",
        "Three ends it here.",
    ] == [part for _, part in halves("basic", {"front": "f", "back": back})]


def test_a_list_is_cut_between_its_points() -> None:
    fields = {"list": "steps", "points": ["name it", "size it", "fix it", "tell it"]}
    assert ["name it\nsize it", "fix it\ntell it"] == [back for _, back in halves("checklist", fields)]


def test_a_list_whose_points_hold_sentences_is_cut_between_its_points() -> None:
    fields = {"list": "steps", "points": ["Name it. Loudly.", "Size it. Twice."]}
    assert ["Name it. Loudly.", "Size it. Twice."] == [back for _, back in halves("checklist", fields)]


def test_a_sentence_is_cut_between_words_and_a_word_stays_whole() -> None:
    assert ["a few", "words"] == [back for _, back in halves("basic", {"front": "f", "back": "a few words"})]
    assert ["because", "because"] == [back for _, back in halves("basic", {"front": "f", "back": "because"})]
