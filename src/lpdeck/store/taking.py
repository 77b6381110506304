"""Taking events from elsewhere into the log, and what they make of the schedules. Loaded only when needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lpdeck.events import Event, replay
from lpdeck.scheduling import Scheduler
from lpdeck.store import tables
from lpdeck.store.hot import EVENT_COLUMNS, EVENTS_OF_CARD, event_of, event_row, schedule_row

NAME = "Anki"
"""What the device is called that stands in the log for every Anki of the learner's."""


class Taken(NamedTuple):
    """How many events were added, how many the log had already, and the cards whose schedules were made anew."""

    added: int
    known: int
    cards: tuple[str, ...]


def take_in(connection: sa.Connection, events_by_card: Mapping[str, Sequence[Event]], scheduler: Scheduler) -> Taken:
    """Appends the events that the log does not have, and replays the cards that they touch, in this transaction.

    Their device is entered if it is new, as one that is not this computer. A card that is in no deck keeps its
    schedule for the day on which it returns.
    """
    given = {event.id: event for events in events_by_card.values() for event in events}
    there = _known(connection, given)
    added = [event for event in given.values() if event.id not in there]
    if not added:
        return Taken(0, len(given), ())
    _name_devices(connection, {event.device for event in added})
    connection.execute(tables.event.insert(), [_event_values(event) for event in added])
    cards = tuple(sorted({event.card for event in added if event.card is not None}))
    _store_schedules(connection, cards, scheduler)
    return Taken(len(added), len(there), cards)


def events_of(connection: sa.Connection, card: str) -> list[Event]:
    """The events of a card and the undos and redos that touch them, in order of id."""
    return [event_of(tuple(row)) for row in connection.execute(_EVENTS, {"card": card})]


_EVENTS = sa.text(EVENTS_OF_CARD)

_AT_ONCE = 500


def _known(connection: sa.Connection, ids: Iterable[str]) -> set[str]:
    """Those of some ids that the log has."""
    wanted = list(ids)
    found: set[str] = set()
    for first in range(0, len(wanted), _AT_ONCE):
        part = wanted[first : first + _AT_ONCE]
        found.update(connection.scalars(sa.select(tables.event.c.id).where(tables.event.c.id.in_(part))))
    return found


def _name_devices(connection: sa.Connection, devices: set[str]) -> None:
    """Enters the devices that are not known yet; events come from no other program than Anki."""
    known = set(connection.scalars(sa.select(tables.device.c.id)))
    for device in sorted(devices - known):
        connection.execute(tables.device.insert().values(id=device, name=NAME, here=0))


def _event_values(event: Event) -> dict[str, object]:
    return dict(zip(EVENT_COLUMNS.split(", "), event_row(event), strict=True))


_SCHEDULE = [column.name for column in tables.schedule.c]


def _store_schedules(connection: sa.Connection, cards: Sequence[str], scheduler: Scheduler) -> None:
    """Replays cards and keeps their schedules, whether they had one or not."""
    table = tables.schedule
    gone = table.delete().where(table.c.card == sa.bindparam("of_card"))
    connection.execute(gone, [{"of_card": card} for card in cards])
    connection.execute(table.insert(), [_schedule_values(connection, card, scheduler) for card in cards])


def _schedule_values(connection: sa.Connection, card: str, scheduler: Scheduler) -> dict[str, object]:
    schedule = replay(events_of(connection, card), scheduler)
    return dict(zip(_SCHEDULE, schedule_row(card, schedule), strict=True))
