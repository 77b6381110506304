"""The log and the schedules through SQLAlchemy Core: what may take its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from lpdeck.days import StudyDay
from lpdeck.events import Event, Kind, replay
from lpdeck.scheduling import Schedule, Scheduler
from lpdeck.store.hot import EVENT_COLUMNS, event_of, schedule_of, schedule_or_new
from lpdeck.store.tables import card, event, schedule

EVENT_FIELDS = [event.c[name] for name in EVENT_COLUMNS.split(", ")]
SCHEDULE_FIELDS = [column for column in schedule.c if column.name != "card"]


def undone_batches() -> sa.Select[tuple[str]]:
    """The batches that an undo voids, unless a redo took that undo back."""
    redone = sa.select(event.c.target).where(event.c.kind == Kind.REDO)
    return sa.select(event.c.target).where(event.c.kind == Kind.UNDO, event.c.batch.not_in(redone))


@dataclass(frozen=True)
class CardRow:
    """A card with its schedule, and how often it was remembered of the times asked in Review lately."""

    id: str
    principles: tuple[str, ...]
    kind: str
    asked: bool
    schedule: Schedule
    reviews: int
    remembered: int


def card_rows(connection: sa.Connection, since: StudyDay) -> Iterator[CardRow]:
    """Every indexed card that is not retired, with its answers in Review from study day `since` on."""
    lately = _retention(since).subquery()
    query = (
        sa.select(
            card.c.id,
            card.c.principles,
            card.c.kind,
            card.c.asked,
            lately.c.reviews,
            lately.c.remembered,
            *SCHEDULE_FIELDS,
        )
        .select_from(
            card.outerjoin(schedule, schedule.c.card == card.c.id).outerjoin(lately, lately.c.card == card.c.id)
        )
        .where(card.c.retired == 0)
        .order_by(card.c.id)
    )
    for name, principles, kind, asked, reviews, remembered, *rest in connection.execute(query):
        yield CardRow(
            id=name,
            principles=tuple(principles.split()),
            kind=kind,
            asked=bool(asked),
            schedule=schedule_or_new(tuple(rest)),
            reviews=reviews or 0,
            remembered=remembered or 0,
        )


def _retention(since: StudyDay) -> sa.Select[tuple[str, int, int]]:
    """For each card: answers given in Review since a day, and how many of them were remembered.

    A card was in Review if the answer before gave it days. A reset gives nothing, so the answer after it is new.
    """
    counting = event.c.kind.in_([Kind.ANSWER, Kind.IMPORT, Kind.RESET]) & event.c.batch.not_in(undone_batches())
    before = sa.func.lag(event.c.interval).over(partition_by=event.c.card, order_by=(event.c.at_ms, event.c.id))
    answers = (
        sa.select(event.c.card, event.c.rating, event.c.study_day, before.label("before")).where(counting).subquery()
    )
    remembered = sa.func.sum(sa.case((answers.c.rating > 1, 1), else_=0))
    return (
        sa.select(answers.c.card, sa.func.count().label("reviews"), remembered.label("remembered"))
        .where(answers.c.study_day >= since, answers.c.before > 0, answers.c.rating.is_not(None))
        .group_by(answers.c.card)
    )


def events(connection: sa.Connection) -> Iterator[Event]:
    """The whole log, in order of id."""
    for row in connection.execute(sa.select(*EVENT_FIELDS).order_by(event.c.id)):
        yield event_of(tuple(row))


def replayed(connection: sa.Connection, scheduler: Scheduler) -> Iterator[tuple[str, Schedule]]:
    """The schedule that the log gives for every card that has events."""
    turns = [event_of(tuple(row)) for row in connection.execute(_turns())]
    query = sa.select(*EVENT_FIELDS).where(event.c.card.is_not(None)).order_by(event.c.card, event.c.id)
    rows = (event_of(tuple(row)) for row in connection.execute(query))
    for name, own in groupby(rows, key=lambda one: one.card):
        assert name is not None
        yield name, replay([*own, *turns], scheduler)


def _turns() -> sa.Select[tuple[object, ...]]:
    return sa.select(*EVENT_FIELDS).where(event.c.kind.in_([Kind.UNDO, Kind.REDO]))


def stored(connection: sa.Connection) -> dict[str, Schedule]:
    """The stored schedules by card."""
    query = sa.select(schedule.c.card, *SCHEDULE_FIELDS)
    return {name: schedule_of(tuple(rest)) for name, *rest in connection.execute(query)}
