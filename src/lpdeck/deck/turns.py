"""In which order a learner meets new cards: their own pages before the starters, what an interview asks for first.

Within a wave the kinds take turns, and which begins differs from deck to deck, so that an evening holds of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # a review asks for the waves alone
    from lpdeck.deck.model import Card, Deck

FIRST_KINDS = ("follow-up", "disqualifier", "quiz", "basic")
"""The kinds that are begun before the others: what an interview asks for, and what the learner wrote by hand."""

WAVES = range(4)
"""0: the first kinds of the learner's own cards, 1: their other kinds, 2 and 3: the same of the starters."""


class Turn(NamedTuple):
    """When a new card is begun: a whole wave before the next, and in it the lower turn first."""

    wave: int
    turn: int


def turns(deck: Deck, starter_pages: Container[str]) -> Iterator[Turn]:
    """The turn of each card of a deck, in their order; `starter_pages` are the keys of the starters' pages."""
    beginning = blake2b(deck.name.encode(), digest_size=1).digest()[0]
    before = Counter[tuple[tuple[str, ...], str]]()
    for card in deck.cards:
        place = FIRST_KINDS.index(card.kind) if card.kind in FIRST_KINDS else None
        group = deck.principles_of(card), "" if place is None else card.kind
        nth = before[group]
        before[group] += 1
        wave = 2 * is_starter(card, starter_pages) + (place is None)
        kinds = len(FIRST_KINDS)
        yield Turn(wave, nth if place is None else nth * kinds + (place + beginning) % kinds)


def is_starter(card: Card, starter_pages: Container[str]) -> bool:
    """Whether a card came from starters alone: neither from a page of the learner's nor by hand."""
    return bool(card.pages) and all(page in starter_pages for page in card.pages)
