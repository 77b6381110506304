"""The log and the schedules through SQLAlchemy Core: what may take its time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

import sqlalchemy as sa

from lpdeck.events import Event, Kind, replay
from lpdeck.scheduling import Rating, Schedule, Scheduler
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
    for name, group in groupby(_by_card(connection), key=attrgetter("card")):
        own = list(group)
        if turns:
            undos = [undo for batch in {one.batch for one in own} for undo in turns.get(batch, ())]
            own += [*undos, *(redo for undo in undos for redo in turns.get(undo.batch, ()))]
        yield name, replay(own, scheduler)


def _by_card(connection: sa.Connection) -> Iterator[Event]:
    """The events of every card, card by card and in order of id, with what a replay asks for and no more.

    The log is read as it lies and sorted, by thousands: to look up each event of a card by the index on cards takes
    half as long again.
    """
    flag = sa.case((event.c.kind == Kind.FLAG, event.c.detail))
    columns = (
        event.c[name] for name in ("id", "at_ms", "study_day", "kind", "batch", "card", "rating", "interval", "due")
    )
    as_it_lies: sa.ColumnElement[str] = sa.literal_column("+event.card")
    query = sa.select(*columns, flag).where(as_it_lies.is_not(None)).order_by(as_it_lies, event.c.id)
    kinds, ratings = {kind.value: kind for kind in Kind}, (None, *Rating)
    for rows in connection.execute(query).partitions(1000):
        for id_, at_ms, day, kind, batch, card, rating, interval, due, detail in rows:
            about = json.loads(detail) if detail else {}
            given = ratings[rating or 0]
            yield Event(id_, at_ms, day, "", kinds[kind], batch, card, None, given, None, interval, due, None, about)


def _turns() -> sa.Select[tuple[object, ...]]:
    return sa.select(*EVENT_FIELDS).where(event.c.kind.in_([Kind.UNDO, Kind.REDO]))


def stored(connection: sa.Connection) -> dict[str, Schedule]:
    """The stored schedules by card."""
    query = sa.select(schedule.c.card, *SCHEDULE_FIELDS)
    return {name: schedule_of(tuple(rest)) for name, *rest in connection.execute(query)}
