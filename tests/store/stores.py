"""Stores in memory for tests of what is written: a copy of an indexed home, without a disk to wait for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from homes import CALENDAR, NOON, SCHEDULER
from lpdeck.days import StudyDay
from lpdeck.events import Event, Kind
from lpdeck.home import Home
from lpdeck.scheduling import Rating, Schedule
from lpdeck.store.hot import Batch, HotStore, Mark


class MemoryStore(HotStore):
    """A store whose connection a test may use."""

    def __init__(self, home: Home) -> None:
        self.raw = sqlite3.connect(":memory:", isolation_level=None)
        source = sqlite3.connect(home.database)
        source.backup(self.raw)
        source.close()
        self.raw.execute("PRAGMA foreign_keys = ON")
        super().__init__(self.raw, home.database, SCHEDULER.weights)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows as they stand now."""
        return self.raw.execute(statement).fetchall()

    def schedules(self, cards: Iterable[str]) -> dict[str, Schedule]:
        """The stored schedules of cards."""
        return {card: self.schedule(card) for card in cards}


def day_of(at_ms: int) -> StudyDay:
    """The study day of a moment."""
    return CALENDAR.day_of(at_ms)


def answer(
    store: HotStore,
    card: str,
    rating: Rating = Rating.GOOD,
    at_ms: int = NOON,
    took_ms: int = 1,
    **detail: Any,
) -> Event:
    """One answer, as a sitting gives it."""
    before, day = store.schedule(card), day_of(at_ms)
    outcome = SCHEDULER.outcomes(card, before, day, at_ms)[rating]
    return store.answer(
        card, before, outcome, at_ms=at_ms, day=day, took_ms=took_ms, weights=SCHEDULER.weights.name, detail=detail
    )


def mark(store: HotStore, kind: Kind, *cards: str, at_ms: int = NOON, **values: Any) -> Batch | None:
    """One command that marks cards."""
    return store.mark([Mark(card, kind, **values) for card in cards], at_ms=at_ms, day=day_of(at_ms))


def undo(store: HotStore, at_ms: int = NOON) -> Batch | None:
    return store.undo(at_ms, day_of(at_ms), SCHEDULER)


def redo(store: HotStore, at_ms: int = NOON) -> Batch | None:
    return store.redo(at_ms, day_of(at_ms), SCHEDULER)
