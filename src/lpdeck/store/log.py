"""The log and the schedules through SQLAlchemy Core: what may take its time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import sqlalchemy as sa

from lpdeck.events import Event, Kind, replay
from lpdeck.scheduling import Schedule, Scheduler
from lpdeck.store.hot import EVENT_COLUMNS, event_of, schedule_of
from lpdeck.store.tables import event, schedule

EVENT_FIELDS = [event.c[name] for name in EVENT_COLUMNS.split(", ")]
SCHEDULE_FIELDS = [column for column in schedule.c if column.name != "card"]


def undone_batches() -> sa.Select[tuple[str]]:
    """The batches that an undo voids, unless a redo took that undo back."""
    redone = sa.select(event.c.target).where(event.c.kind == Kind.REDO)
    return sa.select(event.c.target).where(event.c.kind == Kind.UNDO, event.c.batch.not_in(redone))


def events(connection: sa.Connection) -> Iterator[Event]:
    """The whole log, in order of id."""
    for row in connection.execute(sa.select(*EVENT_FIELDS).order_by(event.c.id)):
        yield event_of(tuple(row))


def replayed(connection: sa.Connection, scheduler: Scheduler) -> Iterator[tuple[str, Schedule]]:
    """The schedule that the log gives for every card that has events."""
    turns: dict[str | None, list[Event]] = {}
    for row in connection.execute(_turns()):
        turns.setdefault(row.target, []).append(event_of(tuple(row)))
    query = sa.select(*EVENT_FIELDS).where(event.c.card.is_not(None)).order_by(event.c.card, event.c.id)
    rows = (event_of(tuple(row)) for row in connection.execute(query))
    for name, group in groupby(rows, key=lambda one: one.card):
        assert name is not None
        own = list(group)
        undos = [undo for batch in {one.batch for one in own} for undo in turns.get(batch, ())]
        redos = [redo for undo in undos for redo in turns.get(undo.batch, ())]
        yield name, replay([*own, *undos, *redos], scheduler)


def _turns() -> sa.Select[tuple[object, ...]]:
    return sa.select(*EVENT_FIELDS).where(event.c.kind.in_([Kind.UNDO, Kind.REDO]))


def stored(connection: sa.Connection) -> dict[str, Schedule]:
    """The stored schedules by card."""
    query = sa.select(schedule.c.card, *SCHEDULE_FIELDS)
    return {name: schedule_of(tuple(rest)) for name, *rest in connection.execute(query)}
