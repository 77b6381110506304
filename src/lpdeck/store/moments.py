"""When cards last changed, here and in a foreign database: what decides which form of a card stands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from lpdeck.deck.model import Card, Deck
from lpdeck.store import tables
from lpdeck.store.arriving import LATEST_MS, is_card, is_number
from lpdeck.store.foreign import rows


class Moments(NamedTuple):
    """What the index of this computer says: when each card changed (milliseconds UTC), by its id, and the cards whose
    deck file can not be read now, with the name of the deck.
    """

    cards: dict[str, int]
    closed: dict[str, str]


def moments(connection: sa.Connection) -> Moments:
    """The moments of all indexed cards."""
    card, file = tables.card, tables.deck_file
    found = connection.execute(
        sa.select(card.c.id, card.c.deck, card.c.changed_ms, file.c.problem).join(file, file.c.name == card.c.deck)
    ).all()
    return Moments(
        {row.id: row.changed_ms for row in found}, {row.id: row.deck for row in found if row.problem is not None}
    )


def keep_moments(connection: sa.Connection, moments: Mapping[str, int]) -> None:
    """Keeps when cards changed that were changed elsewhere; cards that are in no deck are left out."""
    table = tables.card
    change = table.update().where(table.c.id == sa.bindparam("of_card")).values(changed_ms=sa.bindparam("moment"))
    if moments:
        connection.execute(change, [{"of_card": card, "moment": moment} for card, moment in moments.items()])


def their_moments(
    other: sqlite3.Connection | None, decks: Mapping[str, Deck], written: Mapping[str, int]
) -> dict[str, int]:
    """When each card of some decks changed on another computer: as its index says or, where that knows the card with
    other words or not at all, when the deck was written (`written`, milliseconds UTC by the name of the deck).
    """
    known = {} if other is None else {row[0]: row[1:] for row in rows(other, _INDEXED)}
    return {
        card.id: _moment(known.get(card.id), card, min(max(written.get(name, 0), 0), LATEST_MS))
        for name, deck in decks.items()
        for card in deck.cards
        if is_card(card.id)
    }


_INDEXED = "SELECT id, changed_ms, kind, fields, note, tags, retired FROM card"


def _moment(row: tuple[Any, ...] | None, card: Card, written: int) -> int:
    if row is None:
        return written
    changed_ms, kind, fields, note, tags, retired = row
    is_known = (
        is_number(changed_ms, 0, LATEST_MS)
        and (kind, note, retired) == (card.kind, card.note, int(card.retired))
        and (fields, tags) == (_json(dict(card.fields)), _json(list(card.tags)))
    )
    return changed_ms if is_known else written


def _json(value: Any) -> str:
    """A value as the index keeps it."""
    return json.dumps(value, ensure_ascii=False)
