"""What `doctor` asks of a database, on a private copy of it, and how schedules and index are made anew."""

from __future__ import annotations

import json
import math
import re
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from lpdeck.errors import HomeError
from lpdeck.events import moment_of
from lpdeck.home import Home
from lpdeck.scheduling import Schedule, Scheduler
from lpdeck.store import SCHEMA, log, tables
from lpdeck.store.arriving import flaw
from lpdeck.store.carving import SIGN
from lpdeck.store.foreign import copy_database
from lpdeck.store.hot import EVENT_COLUMNS, schedule_row
from lpdeck.store.index import refresh
from lpdeck.store.schema import open_engine
from lpdeck.store.weights import all_sets, scheduler

MISSING, CLOSED, SOUND = "missing", "closed", "sound"
DAMAGED, FOREIGN, NEWER = "damaged", "foreign", "newer"
MOST_TOLD = 20
"""So many complaints of SQLite are listed."""


class Look(NamedTuple):
    """How a home's database is: one of the words above, what SQLite says of it, its schema, its journal mode."""

    state: str
    details: tuple[str, ...] = ()
    schema: str | None = None
    journal: str = "wal"


@contextmanager
def looked_at(home: Home) -> Iterator[tuple[Look, Home | None]]:
    """How the database is, and a home with a private copy of it, its schema current, where it is sound.

    The database itself is only read, and held for nobody; the copy is removed at the end.
    """
    with tempfile.TemporaryDirectory(prefix="lpdeck-") as folder:
        copy = Home(Path(folder))
        look = _look(home, copy)
        yield look, copy if look.state == SOUND else None


def _look(home: Home, copy: Home) -> Look:
    if not home.database.is_file() or home.database.stat().st_size == 0:
        return Look(MISSING)
    try:
        head = _head(home.database)
        if not head.startswith(SIGN):
            return Look(DAMAGED, ("it does not begin as a database of SQLite does",))
        if not {*head[18:20]} <= {1, 2}:
            return Look(DAMAGED, ("its header says that nobody may write it",))
        copy_database(home.database, copy.database)
        look = _look_inside(copy.database)._replace(journal="wal" if head[18:19] == b"\2" else "rollback")
    except sqlite3.DatabaseError as error:
        return Look(DAMAGED, (str(error),))
    except PermissionError as error:
        return Look(CLOSED, (str(error.strerror),))
    if look.state == SOUND:
        return _brought_up_to_date(copy, look)
    return look


def _head(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(100)


def _look_inside(path: Path) -> Look:
    with closing(sqlite3.connect(path)) as connection:
        complaints = complaints_of(connection)
        if complaints:
            return Look(DAMAGED, complaints)
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "alembic_version" not in names:
            return Look(FOREIGN if names else MISSING)
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    schema = str(row[0]) if row else ""
    if not re.fullmatch(r"\d{4}", schema):
        return Look(DAMAGED, (f"its schema is said to be {schema[:20]!a}",))
    return Look(NEWER if schema > SCHEMA else SOUND, (), schema)


def complaints_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What SQLite finds wrong: pages, trees, indexes, rows that point to nothing; () where all is well."""
    try:
        pages = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MOST_TOLD})")]
        found = [line for text in pages for line in text.splitlines() if line and line != "ok"]
        lost = [str(row[0]) for row in connection.execute("PRAGMA foreign_key_check")]
    except (sqlite3.Error, OverflowError) as error:
        return (str(error),)
    told = [f"{lost.count(table)} rows of {table} point to nothing" for table in dict.fromkeys(lost)]
    return tuple([*found, *told][:MOST_TOLD])


def _brought_up_to_date(copy: Home, look: Look) -> Look:
    """The look at a copy whose schema was migrated, and whose rows are such as lpdeck writes."""
    with closing(sqlite3.connect(copy.database)) as connection:
        try:
            bad = [f"the entry {name} {what}" for name, what in ill_formed(connection)]
        except sqlite3.Error as error:
            bad = [str(error)]
    if bad:
        return look._replace(state=DAMAGED, details=tuple(bad[:MOST_TOLD]))
    try:
        engine = open_engine(copy)
        with engine.connect() as connection_:
            all_sets(connection_)
            one = sa.select(sa.func.count()).select_from(tables.device).where(tables.device.c.here == 1)
            if connection_.scalar(one) != 1:
                return look._replace(state=DAMAGED, details=("it does not say which computer this is",))
    except HomeError as error:
        return look._replace(state=DAMAGED, details=(error.what.replace(str(copy.database), "it"),))
    except sa.exc.DBAPIError as error:
        return look._replace(state=DAMAGED, details=(str(error.orig),))
    return look


@contextmanager
def connected(copy: Home) -> Iterator[sa.Connection]:
    """A connection to a private copy. Raises sqlite3.Error where rows of it can not be read."""
    engine = open_engine(copy)
    try:
        with engine.begin() as connection:
            yield connection
    except sa.exc.DBAPIError as error:
        raise error.orig or error from None


# The log


def ill_formed(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """The events that no lpdeck writes: the id (as far as it can be shown) and what is wrong."""
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    for row in connection.execute(f"SELECT {EVENT_COLUMNS} FROM event ORDER BY id"):
        what = flaw(row)
        if what is not None:
            yield ascii(row[0])[1:-1][:40], what


class Jump(NamedTuple):
    """A clock that went wrong: when (milliseconds UTC), by how much (negative: back), and how many events it gave."""

    at_ms: int
    by_ms: int
    events: int


SLACK_MS = 60_000
"""Clocks are set right by less than this all the time."""

_BY_TIME = "SELECT id, at_ms, device FROM event WHERE kind != 'import' ORDER BY id"


def jumps(connection: sa.Connection) -> list[Jump]:
    """Where a computer's clock went back by more than a minute, in the order of the log."""
    found: list[Jump] = []
    last: dict[str, int] = {}
    for name, at_ms, device in connection.execute(sa.text(_BY_TIME)):
        before = max(last.get(device, 0), moment_of(name) if device in last else 0)
        if at_ms < before - SLACK_MS:
            if found and device in last and abs(last[device] - at_ms) < SLACK_MS and last[device] < before - SLACK_MS:
                found[-1] = found[-1]._replace(events=found[-1].events + 1)
            else:
                found.append(Jump(at_ms, at_ms - before, 1))
        last[device] = at_ms
    return found


def from_the_future(connection: sa.Connection, now_ms: int) -> list[int]:
    """The moments (milliseconds UTC) of events that are not yet, but for a minute."""
    at_ms = tables.event.c.at_ms
    return list(connection.scalars(sa.select(at_ms).where(at_ms > now_ms + SLACK_MS).order_by(at_ms)))


_TWICE = """
SELECT card FROM (SELECT card, at_ms, lag(at_ms) OVER (PARTITION BY card ORDER BY at_ms, id) AS before
                  FROM event WHERE kind = 'answer') WHERE at_ms - before < 1000"""
_POINTING_NOWHERE = """
SELECT id FROM event e WHERE kind IN ('undo', 'redo')
  AND NOT EXISTS (SELECT 1 FROM event o WHERE o.batch = e.target)"""


def answered_twice(connection: sa.Connection) -> list[str]:
    """The cards of answers that came within a second of another one."""
    return list(connection.scalars(sa.text(_TWICE)))


def pointing_nowhere(connection: sa.Connection) -> list[str]:
    """The undos and redos whose batch is not in the log."""
    return list(connection.scalars(sa.text(_POINTING_NOWHERE)))


# Schedules


class Apart(NamedTuple):
    """The cards whose stored schedules are not what the log gives: other, missing, or without any event."""

    wrong: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def schedules_apart(connection: sa.Connection, settings: Scheduler) -> Apart:
    """Compares every stored schedule with the replay of the log."""
    given = {card: schedule_row(card, one) for card, one in _replayed(connection, settings).items()}
    stored = {row[0]: tuple(row) for row in connection.execute(sa.select(tables.schedule))}
    return Apart(
        wrong=tuple(card for card, row in given.items() if card in stored and not _same(row, stored[card])),
        missing=tuple(card for card in given if card not in stored),
        extra=tuple(card for card in stored if card not in given),
    )


def _replayed(connection: sa.Connection, settings: Scheduler) -> dict[str, Schedule]:
    return dict(log.replayed(connection, scheduler(connection, settings)))


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two rows say the same; the last bits of a memory differ between processors."""
    return all(
        a == b or (isinstance(a, float) and isinstance(b, int | float) and math.isclose(a, b, rel_tol=1e-9))
        for a, b in zip(one, other, strict=True)
    )


def store_replayed(connection: sa.Connection, settings: Scheduler) -> int:
    """Brings the stored schedules to what the log gives; how many changed."""
    apart = schedules_apart(connection, settings)
    given = _replayed(connection, settings)
    table = tables.schedule
    gone = [{"of_card": card} for card in (*apart.wrong, *apart.extra)]
    if gone:
        connection.execute(table.delete().where(table.c.card == sa.bindparam("of_card")), gone)
    names = [column.name for column in table.c]
    new = [schedule_row(card, given[card]) for card in (*apart.wrong, *apart.missing)]
    if new:
        connection.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in new])
    return len(apart.wrong) + len(apart.missing) + len(apart.extra)


def without_card(connection: sa.Connection) -> list[str]:
    """The cards that have a schedule and stand in no deck."""
    known = sa.select(tables.card.c.id)
    card = tables.schedule.c.card
    return list(connection.scalars(sa.select(card).where(card.not_in(known)).order_by(card)))


# The index


def cards_known(connection: sa.Connection) -> dict[str, int]:
    """How many cards the index holds of each deck file that it knows."""
    file, card = tables.deck_file, tables.card
    query = sa.select(file.c.name, sa.func.count(card.c.id)).select_from(file.outerjoin(card)).group_by(file.c.name)
    return {row[0]: row[1] for row in connection.execute(query)}


def index_apart(connection: sa.Connection, folder: Path, doubled: Collection[str]) -> list[str]:
    """The decks of which the index says something else than a fresh reading; changes the copy.

    Files that changed are read first, as the next command will. Cards in `doubled` stand in two decks: which of them
    the index took depends on what it saw first.
    """
    refresh(connection, folder)
    before = _indexed(connection, doubled)
    index_anew(connection, folder)
    after = _indexed(connection, doubled)
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return sorted({row[0] for key in keys for row in (before.get(key), after.get(key)) if row is not None})


def index_anew(connection: sa.Connection, folder: Path) -> None:
    """Reads every deck file again, whatever the index thinks of it; the moments of change are kept where they hold."""
    connection.execute(tables.deck_file.update().values(fingerprint=_UNREAD, size=-1))
    refresh(connection, folder)


_UNREAD = "unread"
"""No file has this fingerprint, so that it is read; and it is none that was never read, whose cards nobody keeps."""

_OWN = {"size", "mtime_ns", "indexed_ns", "fingerprint", "problem"}
_HAS_PROBLEM = tables.deck_file.c.problem.is_not(None)  # its words are of the lpdeck that read the file


def _indexed(connection: sa.Connection, doubled: Collection[str]) -> dict[str, tuple[Any, ...]]:
    """Each row of the index by what names it, the deck first: what follows from the files alone."""
    of_file = [column for column in tables.deck_file.c if column.name not in _OWN]
    of_card = [tables.card.c.deck, *(c for c in tables.card.c if c.name not in ("deck", "changed_ms"))]
    files = {f"file {row.name}": tuple(row) for row in connection.execute(sa.select(*of_file, _HAS_PROBLEM))}
    cards = {row.id: _as_said(row) for row in connection.execute(sa.select(*of_card)) if row.id not in doubled}
    return files | cards


def _as_said(row: sa.Row[Any]) -> tuple[Any, ...]:
    """A card's row with its fields by name: an import that just wrote a deck keeps them in another order."""
    values = row._asdict() | {"fields": json.dumps(json.loads(row.fields), sort_keys=True)}
    return tuple(values.values())
