from __future__ import annotations

from typing import Any

import pytest

from lpdeck.deck.model import KINDS, Card, Deck, principles_of_kind, sections_of

ONE = Card("deck/1", "basic", {"front": "A", "back": "B"})
TWO = Card("deck/2", "basic", {"front": "C", "back": "D"}, principles=("dive-deep",))
DECK = Deck("deck", "Deck", ("ownership",), cards=(ONE, TWO))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_requires_and_is_known_by_are_fields_of_it(kind: str) -> None:
    spec = KINDS[kind]
    assert {*spec.required, *spec.identity, *spec.answer} <= {*spec.fields}
    assert spec.identity or spec.of_page
    assert kind == "basic" or spec.sections


@pytest.mark.parametrize(
    ("marks", "asked"), [({}, True), ({"draft": True}, False), ({"retired": True}, False), ({"conflict": True}, True)]
)
def test_drafts_and_retired_cards_are_not_asked(marks: dict[str, Any], asked: bool) -> None:
    assert asked == Card("deck/1", "basic", {}, **marks).asked


def test_a_card_counts_for_its_own_principles_or_else_for_those_of_its_deck() -> None:
    assert ("ownership",) == DECK.principles_of(ONE)
    assert ("dive-deep",) == DECK.principles_of(TWO)


def test_a_card_takes_the_place_of_the_one_with_its_id_or_the_end() -> None:
    changed, new = Card("deck/1", "basic", {"front": "E"}), Card("deck/3", "basic", {})
    assert (changed, TWO) == DECK.with_card(changed).cards
    assert (ONE, TWO, new) == DECK.with_card(new).cards


def test_a_deleted_card_leaves_its_id_once() -> None:
    once = DECK.without_card("deck/1")
    assert ((TWO,), ("deck/1",)) == (once.cards, once.dropped)
    assert once == once.without_card("deck/1")


def test_where_a_card_stands_is_no_part_of_it() -> None:
    assert Card("deck/1", "basic", {}, line=1) == Card("deck/1", "basic", {}, line=9)


@pytest.mark.parametrize(
    ("kind", "fields", "page", "own"),
    [
        ("reframing", {"principle": "dive-deep"}, ("ownership",), ("dive-deep",)),
        ("reframing", {"principle": "ownership"}, ("ownership",), ()),
        ("reframing", {"principle": "ownership"}, ("ownership", "dive-deep"), ("ownership",)),
        ("reframing", {}, ("ownership",), ()),
        ("stage", {"principle": "dive-deep"}, ("ownership",), ()),
    ],
)
def test_only_a_reframing_has_a_principle_of_its_own(
    kind: str, fields: dict[str, str], page: tuple[str, ...], own: tuple[str, ...]
) -> None:
    assert own == principles_of_kind(kind, fields, page)


@pytest.mark.parametrize(
    ("kind", "fields", "sections"),
    [
        ("follow-up", {}, {"follow_ups"}),
        ("disqualifier", {}, {"weak_answer", "stages"}),
        ("checklist", {"list": "key points"}, {"key_points"}),
        ("checklist", {"list": "steps"}, {"how_to_answer"}),
        ("checklist", {"list": "mistakes to avoid"}, {"mistakes"}),
        ("checklist", {"list": "of my own"}, {"key_points", "how_to_answer", "mistakes"}),
        ("level", {"focus": "Say it."}, {"levels"}),
        ("level", {"looking_back": "I learned."}, {"reflections"}),
        ("level", {"bar": "High.", "looking_back": "I learned."}, {"levels", "reflections"}),
        ("level", {"length": "Short."}, {"levels", "reflections"}),
    ],
)
def test_a_card_hangs_on_the_sections_that_it_was_drawn_from(
    kind: str, fields: dict[str, str], sections: set[str]
) -> None:
    assert sections == set(sections_of(Card("deck/1", kind, fields)))
