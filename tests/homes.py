"""Homes for tests: a database made once by the migrations and copied, decks in real files, cards in a line each."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from lpdeck.days import Calendar, StudyDay
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.toml import write_deck
from lpdeck.events import Event, replay
from lpdeck.home import Home
from lpdeck.scheduling import FSRS_6_DEFAULTS, LEAST_WEIGHTS, Schedule, Scheduler, Weights
from lpdeck.store.hot import WEIGHTS_COLUMNS, HotStore, open_hot
from lpdeck.store.index import FileProblem, refresh
from lpdeck.store.schema import open_engine, transaction

CALENDAR = Calendar(UTC, 4)
NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
TODAY: Any = CALENDAR.day_of(NOON)  # Any: tests count days from it
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
SCHEDULER = Scheduler()


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lpdeck-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = Home(folder)
    open_engine(home).dispose()
    return home.database


def make(home: Home) -> Home:
    """The home with an empty database of the current schema and an empty folder of decks."""
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.decks.mkdir(exist_ok=True)
    shutil.copy(_template(), home.database)
    return home


def basic(card: str, front: str | None = None, back: str = "because", **more: Any) -> Card:
    """A card written by hand; its front is its id unless given."""
    return Card(card, "basic", {"front": front or card, "back": back}, **more)


def quiz(card: str, options: Iterable[str], answer: str, **more: Any) -> Card:
    """A quiz card."""
    return Card(card, "quiz", {"question": f"{card}?", "options": list(options), "answer": answer}, **more)


def put_deck(home: Home, name: str, *cards: Card, age_s: float = 60, **about: Any) -> Path:
    """A deck file, last written `age_s` seconds ago."""
    return put_text(home, name, write_deck(Deck(name, about.pop("title", name), cards=cards, **about)), age_s)


def put_text(home: Home, name: str, text: str | bytes, age_s: float = 60) -> Path:
    """A deck file of any text, last written `age_s` seconds ago."""
    path = home.decks / f"{name}.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    then = path.stat().st_mtime_ns - int(age_s * 1e9)
    os.utime(path, ns=(then, then))
    return path


def indexed(home: Home) -> list[FileProblem]:
    """Brings the index up to date; what is wrong with the files that were read."""
    with transaction(open_engine(home), home) as connection:
        return refresh(connection, home.decks)


def with_cards(home: Home, *cards: Card) -> Home:
    """A home with one deck."""
    make(home)
    put_deck(home, "deck", *cards)
    indexed(home)
    return home


def opened(home: Home) -> HotStore:
    """The store; its schema is current."""
    store = open_hot(home)
    assert store is not None
    return store


def query(home: Home, statement: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Rows as a connection of its own sees them."""
    connection = sqlite3.connect(home.database)
    try:
        return connection.execute(statement, tuple(values)).fetchall()
    finally:
        connection.close()


def change(home: Home, statement: str, values: Iterable[Any] = ()) -> None:
    """One statement through a connection of its own."""
    connection = sqlite3.connect(home.database)
    try:
        with connection:
            connection.execute(statement, tuple(values))
    finally:
        connection.close()


OTHER_WEIGHTS = FSRS_6_DEFAULTS._replace(
    name="other",
    origin="a test",
    parameters=tuple(
        max(least, round(weight * 0.9, 4))
        for weight, least in zip(FSRS_6_DEFAULTS.parameters, LEAST_WEIGHTS, strict=True)
    ),
)


def add_weights(home: Home, weights: Weights = OTHER_WEIGHTS, since_ms: int = NOON) -> None:
    """A set of weights that comes into use, as a row written by hand."""
    row = (*weights[:-1], json.dumps(weights.parameters), since_ms)
    change(home, f"INSERT INTO weights ({WEIGHTS_COLUMNS}, since_ms) VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def stored_and_replayed(store: HotStore, cards: Iterable[str]) -> tuple[dict[str, Schedule], dict[str, Schedule]]:
    """The stored schedules of cards, and those that replaying their events gives."""
    names = list(cards)
    return (
        {name: store.schedule(name) for name in names},
        {name: replay(store.events_of(name), SCHEDULER) for name in names},
    )


def counted_day(events: list[Event], event: Event) -> StudyDay:
    """The study day on which an answer counts: never before that of an earlier answer of its card."""
    earlier = [one for one in events if one.card == event.card and (one.at_ms, one.id) <= (event.at_ms, event.id)]
    return max(one.study_day for one in earlier)
