"""Opening the database of somebody else: a private copy is looked at, the original is never written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.store import SCHEMA
from lpdeck.store.arriving import LATEST_MS, is_card, is_number

NOTHING_CHANGED = "Nothing was changed."
_ANOTHER = f"Name another home, a database or a backup. {NOTHING_CHANGED}"
_HEAD = b"SQLite format 3\x00"
_LARGEST = 8_000_000_000
_LONGEST_TEXT = 50_000_000


@contextmanager
def foreign(path: Path, called: Path | None = None) -> Iterator[sqlite3.Connection]:
    """A private copy of a database file, with what its write-ahead log holds, of this program's schema.

    The copy is one moment of the original, also while another process writes it, and goes with the block; nothing of
    the original is written, not even beside it. What stands in it is not to be trusted. Raises HomeError where it is no
    database of lpdeck, damaged, of a newer schema, or holds what lpdeck never makes: triggers, views, other tables. In
    messages it is named `called`, if that is given.
    """
    with _private_folder() as folder, _explained(called or path):
        copy = Home(folder).database
        copy_database(path, copy)
        path = called or path
        _refuse_strangers(copy, path)
        _migrate(Home(folder), path)
        with closing(_opened(copy)) as connection:
            _refuse_other_columns(connection, path)
            yield connection


@contextmanager
def _private_folder() -> Iterator[Path]:
    try:
        folder = tempfile.mkdtemp(prefix="lpdeck-")
    except OSError as error:
        raise HomeError(f"no temporary folder can be made ({error.strerror})", "Free some space.") from None
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns an error of the copy into a sentence about the original. Raises HomeError."""
    try:
        yield
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from None


def any_text(data: bytes) -> str:
    """A text that may be no UTF-8; what is none shows, and is refused as what can not be printed."""
    return data.decode("utf-8", "surrogateescape")


def rows(other: sqlite3.Connection, statement: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Rows of a foreign database. Raises HomeError where it turns out to be damaged."""
    try:
        yield from other.execute(statement, values)
    except sqlite3.Error as error:
        raise HomeError(f"the other database is damaged ({ascii(str(error))[1:80]})", NOTHING_CHANGED) from None


def changed_at(other: sqlite3.Connection) -> dict[str, int]:
    """When each card of the other index last changed (milliseconds UTC), by its id."""
    found = rows(other, "SELECT id, changed_ms FROM card")
    return {card: moment for card, moment in found if is_card(card) and is_number(moment, 0, LATEST_MS)}


def _damaged(path: Path, why: str) -> HomeError:
    return HomeError(
        f"{path}: the database is damaged ({ascii(why)[1:81]})", f"Use another copy of it. {NOTHING_CHANGED}"
    )


# Copying


_ATTEMPTS = 50
_PAUSE_S = 0.02
"""Longer than the steps in which file systems count time, so that a change shows in the stamp of a file."""

_Stamp = tuple[int, int, int]


def copy_database(path: Path, target: Path) -> None:
    """Copies a database and its write-ahead log as they were at one moment. Raises HomeError."""
    _refuse_unfinished(path)
    for _ in range(_ATTEMPTS):
        try:
            if _copied_whole(path, target):
                return
        except FileNotFoundError:  # what writes it ended, and its log went
            continue
        except OSError as error:
            raise HomeError(f"{path} can not be copied ({error.strerror})", NOTHING_CHANGED) from None
    raise HomeError(f"{path} changes all the time", f"Wait for what writes it to end. {NOTHING_CHANGED}")


def _copied_whole(path: Path, target: Path) -> bool:
    """Copies once; whether nothing but new transactions at the end of the log came in meanwhile.

    A transaction that is in the log half is left out when the copy is opened. What a checkpoint writes into the
    database changes its stamp, and a log that begins anew has another head.
    """
    log = _beside(path, "-wal")
    before = _stamp(path)
    time.sleep(_PAUSE_S)
    head = _head(log)
    _take(path, target)
    _beside(target, "-wal").unlink(missing_ok=True)
    if head:
        _take(log, _beside(target, "-wal"))
    return _stamp(path) == before and (_head(log) or b"") == (head or b"")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _stamp(path: Path) -> _Stamp:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _head(log: Path) -> bytes | None:
    """The first bytes of a log: its number and its salts; None where there is no log."""
    with suppress(FileNotFoundError), _opened_file(log) as file:
        return os.read(file, 32)
    return None


@contextmanager
def _opened_file(path: Path) -> Iterator[int]:
    """A file descriptor on a regular file; a pipe or a device is refused and never waited for."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise HomeError(f"{path} is no file", _ANOTHER)
        if found.st_size > _LARGEST:
            raise HomeError(f"{path} is larger than {_LARGEST // 1_000_000_000} GB", _ANOTHER)
        yield file
    finally:
        os.close(file)


def _take(path: Path, target: Path) -> None:
    with _opened_file(path) as file, open(file, "rb", closefd=False) as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    os.chmod(target, 0o600)


def _refuse_unfinished(path: Path) -> None:
    """Refuses what is no database, and one with a rollback journal: to play that back, it could name other files."""
    try:
        with _opened_file(path) as file:
            head = os.read(file, len(_HEAD))
    except OSError as error:
        raise HomeError(f"{path} can not be read ({error.strerror})", _ANOTHER) from None
    if head != _HEAD:
        what = "is empty" if not head else "is no database"
        raise HomeError(f"{path} {what}", _ANOTHER)
    journal = _beside(path, "-journal")
    if journal.exists() and journal.stat().st_size:
        raise HomeError(f"{path}: a change of it was not finished ({journal.name})", _ANOTHER)


# Looking at the copy


_TABLES = {"device", "event", "schedule", "weights", "day_limits", "exported", "deck_file", "card", "alembic_version"}
_OF_SQLITE = {"sqlite_sequence", "sqlite_stat1", "sqlite_stat4"}
_NEEDED = {"alembic_version", "device", "event", "schedule", "card"}


def _opened(copy: Path) -> sqlite3.Connection:
    """A connection that runs nothing of what the schema may hold, and knows a text that is no UTF-8 as such."""
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_TEXT)
    connection.text_factory = any_text
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "synchronous = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _refuse_strangers(copy: Path, path: Path) -> None:
    """Refuses a database that is damaged, not lpdeck's, or holds more than lpdeck's tables. Raises HomeError."""
    with closing(_opened(copy)) as connection:
        found = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        tables = {name for kind, name, _ in found if kind == "table"}
        if not tables >= _NEEDED:
            raise HomeError(f"{path} is a database of another program", _ANOTHER)
        strange = [
            (kind, name)
            for kind, name, sql in found
            if kind not in ("table", "index")
            or (kind == "table" and (name not in _TABLES | _OF_SQLITE or _is_virtual(sql)))
        ]
        if strange:
            kind, name = strange[0]
            raise HomeError(f"{path} holds a {kind} that lpdeck never made: {ascii(name)[:60]}", _ANOTHER)
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise _damaged(path, str(said))
        _refuse_newer(connection.execute("SELECT version_num FROM alembic_version").fetchall(), path)


def _is_virtual(sql: Any) -> bool:
    return not str(sql).upper().startswith("CREATE TABLE")


def _refuse_newer(found: list[tuple[Any, ...]], path: Path) -> None:
    if len(found) != 1 or not isinstance(found[0][0], str) or not found[0][0].isascii() or not found[0][0].isalnum():
        raise HomeError(f"{path} does not say of which schema it is", _ANOTHER)
    if found[0][0] > SCHEMA:
        raise HomeError(
            f"{path} was written by a newer lpdeck (schema {found[0][0][:20]}, this one knows {SCHEMA})",
            f"Upgrade lpdeck: pip install --upgrade lpdeck. {NOTHING_CHANGED}",
        )


def _migrate(home: Home, path: Path) -> None:
    """Brings the copy to this program's schema: it is the database of a home of its own."""
    with closing(_opened(home.database)) as connection:
        if connection.execute("SELECT version_num FROM alembic_version").fetchone() == (SCHEMA,):
            return
    from lpdeck.store.schema import open_engine

    try:
        open_engine(home).dispose()
    except Exception as error:  # what a migration meets in rows that are not to be trusted, nobody can list
        why = error.what.partition(": ")[2] if isinstance(error, HomeError) else "its schema is not what it says"
        raise HomeError(f"{path} can not be brought to this lpdeck's schema ({why[:120]})", _ANOTHER) from None


def _refuse_other_columns(connection: sqlite3.Connection, path: Path) -> None:
    from lpdeck.store import tables

    for table in tables.metadata.sorted_tables:
        found = connection.execute(f"PRAGMA table_xinfo({table.name})").fetchall()
        if {row[1] for row in found} != {column.name for column in table.columns} or any(row[6] for row in found):
            raise HomeError(f"{path}: its table {table.name} is not as lpdeck makes it", _ANOTHER)
