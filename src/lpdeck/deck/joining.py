"""Two forms of a card become one, wherever they met first: commutative, idempotent, associative; pure.

The form that stands is the greater of the two in one order of all forms: words that a learner changed before words as
a page gave them, then the later change, then the greater fingerprint. It brings its moment along, so that a third form
meets the same one in whichever order three computers unite. Notes, tags and pages of both are kept.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any, NamedTuple

from lpdeck.deck.identity import content_fingerprint, parse_imported
from lpdeck.deck.model import Card
from lpdeck.deck.toml import card_table


class Dated(NamedTuple):
    """A form of a card, and when it last changed (milliseconds UTC)."""

    card: Card
    changed_ms: int


def joined(mine: Card, theirs: Card, mine_changed_ms: int, theirs_changed_ms: int) -> Card:
    """The card that two forms of it become; the moments are when each last changed (milliseconds UTC)."""
    return join(Dated(mine, mine_changed_ms), Dated(theirs, theirs_changed_ms)).card


def join(one: Dated, other: Dated) -> Dated:
    """The form that two forms become, with the moment of the one whose words stand."""
    winner, loser = (one, other) if _rank(one) >= _rank(other) else (other, one)
    card = replace(
        winner.card,
        note=_note(winner.card.note, loser.card.note),
        tags=_tags(winner.card.tags, loser.card.tags),
        pages=_pages(winner.card, loser.card),
    )
    return Dated(card, winner.changed_ms)


_Rank = tuple[bool, int, str, str, tuple[str, ...]]


def _rank(one: Dated) -> _Rank:
    card = one.card
    beside: dict[str, Any] = card_table(replace(card, note=None, tags=(), pages=()))
    return (
        is_changed(card),
        one.changed_ms,
        content_fingerprint(card.kind, card.fields),
        json.dumps(beside, sort_keys=True, ensure_ascii=False),
        _first(card),
    )


def is_changed(card: Card) -> bool:
    """Whether its words are a learner's: written by hand, or other than the page last gave."""
    last = parse_imported(card.imported) if card.imported else None
    return last is None or last.content != content_fingerprint(card.kind, card.fields)


BETWEEN = "\n\n\n"
"""What stands between two notes that became one: by it they are told apart again when a third one comes."""


def _note(one: str | None, other: str | None) -> str | None:
    """Both notes in the order of their texts; one that stands in another is left out, one alone stays as it is."""
    if one == other:
        return one
    notes = [note for note in (one, other) if note and note.strip()]
    if len(notes) < 2:
        return notes[0] if notes else None
    parts = {part for note in notes for part in re.split(r"\n{3,}", note) if part.strip()}
    longest = [part for part in parts if not any(part != more and part in more for more in parts)]
    return BETWEEN.join(sorted(longest)) or None


def _tags(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The tags of both; those of one order stay in it, else they come in the order of the alphabet."""
    return one if one == other else tuple(sorted({*one, *other}))


def _pages(winner: Card, loser: Card) -> tuple[str, ...]:
    """The pages of both; the one that gave the words that stand is the first."""
    if winner.pages == loser.pages:
        return winner.pages
    first = _first(winner)
    return (*first, *sorted({*winner.pages, *loser.pages} - {*first}))


def _first(card: Card) -> tuple[str, ...]:
    """The page that gave a card its words; none where they are written by hand."""
    return card.pages[:1] if card.imported else ()
