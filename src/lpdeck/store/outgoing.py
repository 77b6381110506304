"""What leaves for another program: cards with their schedules and histories, a few hundred at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lpdeck.events import Event, Kind
from lpdeck.scheduling import Schedule
from lpdeck.store import tables
from lpdeck.store.hot import CARD_WIDTH, StoredCard, event_of, schedule_or_new, stored_card
from lpdeck.store.log import EVENT_FIELDS, SCHEDULE_FIELDS, undone_batches

TOGETHER = 500
"""How many cards are read at once, so that memory does not grow with the deck."""

# In the order in which `stored_card` takes them.
_CARD_FIELDS: list[Any] = [
    tables.card.c[name]
    for name in ("id", "deck", "line", "kind", "principles", "fields", "note", "tags", "draft", "retired", "sibling")
]


@dataclass(frozen=True)
class Outgoing:
    """A card, when anything of it last changed (milliseconds UTC), its schedule, and the answers that made it."""

    card: StoredCard
    changed_ms: int
    schedule: Schedule
    history: tuple[Event, ...]


def outgoing(connection: sa.Connection, ids: Sequence[str], *, with_history: bool) -> Iterator[Outgoing]:
    """The cards of `ids` that are indexed, in that order; without histories where they are not wanted."""
    for start in range(0, len(ids), TOGETHER):
        some = ids[start : start + TOGETHER]
        histories = _histories(connection, some) if with_history else {}
        found: dict[str, Any] = {row[0]: row for row in connection.execute(_cards(some))}
        for row in (found[name] for name in some if name in found):
            yield Outgoing(
                card=stored_card(tuple(row[:CARD_WIDTH])),
                changed_ms=row[CARD_WIDTH],
                schedule=schedule_or_new(tuple(row[CARD_WIDTH + 1 :])),
                history=tuple(histories.get(row[0], ())),
            )


def _chosen(ids: Sequence[str]) -> sa.Select[Any]:
    """The ids as rows; one value of JSON, where as many variables would be too many for SQLite."""
    each = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
    return sa.select(each.c.value)


def _cards(ids: Sequence[str]) -> sa.Select[Any]:
    card, schedule = tables.card, tables.schedule
    return (
        sa.select(*_CARD_FIELDS, card.c.changed_ms, *SCHEDULE_FIELDS)
        .select_from(card.outerjoin(schedule, schedule.c.card == card.c.id))
        .where(card.c.id.in_(_chosen(ids)))
    )


def _histories(connection: sa.Connection, ids: Sequence[str]) -> dict[str, list[Event]]:
    """The answers of cards that count, in the order in which they were given, since each card's last reset."""
    event = tables.event
    query = (
        sa.select(*EVENT_FIELDS)
        .where(
            event.c.card.in_(_chosen(ids)),
            event.c.kind.in_([Kind.ANSWER, Kind.IMPORT, Kind.RESET]),
            event.c.batch.not_in(undone_batches()),
        )
        .order_by(event.c.card, event.c.at_ms, event.c.id)
    )
    histories: dict[str, list[Event]] = {}
    for row in connection.execute(query):
        one = event_of(tuple(row))
        assert one.card is not None
        if one.kind is Kind.RESET:
            histories[one.card] = []
        else:
            histories.setdefault(one.card, []).append(one)
    return histories


def exported_before(connection: sa.Connection) -> set[str]:
    """The ids of the cards that were ever exported."""
    return set(connection.execute(sa.select(tables.exported.c.card)).scalars())


def remember_exported(connection: sa.Connection, ids: Iterable[str], now_ms: int) -> None:
    """Keeps that these cards were exported; the first time stays."""
    insert = sa.insert(tables.exported).prefix_with("OR IGNORE")
    rows = [{"card": name, "first_ms": now_ms} for name in ids]
    if rows:
        connection.execute(insert, rows)
