"""What can be read of a damaged database. The damaged file is copied and never opened in its place."""

from __future__ import annotations

import re
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from lpdeck.events import Kind
from lpdeck.store import carving
from lpdeck.store.arriving import LATEST_MS, flaw, is_number
from lpdeck.store.hot import EVENT_COLUMNS

Row = tuple[Any, ...]

WIDTH = len(EVENT_COLUMNS.split(", "))
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KINDS = frozenset(Kind)

# Beside the log: what no deck file and no replay gives back. `here` and `folded` say what holds in one home only.
_OTHERS = {
    "device": "id, name, here",
    "weights": "name, algorithm, version, origin, made, parameters, since_ms",
    "day_limits": "study_day, new_cards, reviews, minutes",
    "exported": "card, first_ms",
}
_KEYS = {"device": "id", "weights": "name", "day_limits": "study_day", "exported": "card"}
_LOST_DEVICE = "a computer whose name was lost"


class Salvaged(NamedTuple):
    """What was read: how many events, whether surely all of them, and the id of this computer in the log if known.

    `changed` says of cards (id and fingerprint) when they changed (milliseconds UTC).
    """

    events: int
    whole: bool
    here: str | None
    changed: Mapping[tuple[str, str], int] = MappingProxyType({})


def salvage(damaged: Path, target: Path) -> Salvaged:
    """Puts what can be read of a damaged database (and the -wal beside it) into another one of the current schema.

    Nothing is concluded: rows come over as they stand there, for somebody to check. Raises OSError where the file
    can not be read at all.
    """
    with tempfile.TemporaryDirectory(prefix="lpdeck-") as folder:
        copy = Path(folder) / "damaged.db"
        _copy(damaged, copy)
        events, others, whole = _through_sqlite(copy)
        if not others["device"] and copy.exists():
            _copy(damaged, copy)
            copy.write_bytes(with_sound_header(copy.read_bytes()))
            more, others, _ = _through_sqlite(copy)
            events |= more
        changed = _changed(copy)
        before = len(events)
        for row in _through_pages(damaged):
            events.setdefault(row[0], row)
    events = {name: _without_broken_detail(row) for name, row in events.items()}
    _put(target, events, others)
    here = next((row[0] for row in others["device"] if row[2] == 1 and isinstance(row[0], str)), None)
    return Salvaged(len(events), whole and len(events) == before, here, changed)


def _copy(damaged: Path, copy: Path) -> None:
    for ending in ("", "-wal"):
        source = damaged.with_name(damaged.name + ending)
        if source.is_file():
            shutil.copyfile(source, copy.with_name(copy.name + ending))
        else:
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
    copy.with_name(copy.name + "-shm").unlink(missing_ok=True)


def looks_sound(row: Row) -> bool:
    """Whether a row could be one of the log: an id, a kind, and text and numbers where they belong."""
    event, at_ms, day, device, kind, batch, card, target, *_ = row
    texts = (event, device, batch, *(one for one in (card, target) if one is not None))
    return (
        all(isinstance(text, str) and "\ufffd" not in text for text in texts)
        and isinstance(at_ms, int)
        and isinstance(day, int)
        and kind in _KINDS
        and _UUID.fullmatch(event) is not None
    )


def _without_broken_detail(row: Row) -> Row:
    """The row without its detail where that alone is damaged: an answer counts without what was typed."""
    shorter = (*row[:-1], None)
    return shorter if flaw(row) is not None and flaw(shorter) is None else row


# By SQLite itself: forward until an error, then backward, so that what is whole in front of the damage and behind it
# comes over.


def _through_sqlite(path: Path) -> tuple[dict[str, Row], dict[str, list[Row]], bool]:
    """The events by id, the rows of the other tables, and whether the log was read without an error."""
    if not path.exists():
        return {}, {table: [] for table in _OTHERS}, True
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        forward, whole = _read(connection, f"SELECT {EVENT_COLUMNS} FROM event ORDER BY id")
        backward = [] if whole else _read(connection, f"SELECT {EVENT_COLUMNS} FROM event ORDER BY id DESC")[0]
        others = {table: _both_ways(connection, table) for table in _OTHERS}
    rows = (row for row in (*forward, *backward) if looks_sound(row))
    return {row[0]: row for row in rows}, others, whole


def _changed(path: Path) -> dict[tuple[str, str], int]:
    """When each card changed that the index knew, by its id and its fingerprint."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        return changed_of(connection)


def changed_of(connection: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """When each card of an index changed (milliseconds UTC), by its id and its fingerprint, up to the first damage."""
    rows = _read(connection, "SELECT id, fingerprint, changed_ms FROM card")[0]
    return {(card, words): ms for card, words, ms in rows if is_number(ms, 0, LATEST_MS)}


def _both_ways(connection: sqlite3.Connection, table: str) -> list[Row]:
    statement = f"SELECT {_OTHERS[table]} FROM {table} ORDER BY {_KEYS[table]}"
    rows, whole = _read(connection, statement)
    return rows if whole else list(dict.fromkeys([*rows, *_read(connection, f"{statement} DESC")[0]]))


def _read(connection: sqlite3.Connection, statement: str) -> tuple[list[Row], bool]:
    """The rows up to the first error, and whether there was none."""
    found: list[Row] = []
    try:
        for row in connection.execute(statement):
            found.append(row)
    except (sqlite3.Error, OverflowError, MemoryError):
        return found, False
    return found, True


def with_sound_header(data: bytes) -> bytes:
    """A database file whose first hundred bytes are as lpdeck's databases have them, whatever they were."""
    size = carving.page_sizes(data)[0]
    head = bytearray(data[:100].ljust(100, b"\0"))
    head[:16] = carving.SIGN
    head[16:24] = struct.pack(">H6B", 1 if size == 65536 else size, 1, 1, 0, 64, 32, 32)
    head[28:40] = struct.pack(">3I", max(-(-len(data) // size), 1), 0, 0)
    head[44:48] = struct.pack(">I", 4)
    head[52:60] = struct.pack(">2I", 0, 1)
    head[92:96] = head[24:28]
    return bytes(head) + data[100:]


# By the pages themselves, for what no tree leads to any more.


def _through_pages(damaged: Path) -> Iterator[Row]:
    data = damaged.read_bytes() if damaged.is_file() else b""
    wal = damaged.with_name(damaged.name + "-wal")
    log = wal.read_bytes() if wal.is_file() else b""
    for size in carving.page_sizes(data):
        pages = carving.pages_of(data, size)
        newer = carving.pages_of_wal(log, size)
        yield from carving.rows({**pages, **newer}, WIDTH, looks_sound)
        yield from carving.rows(pages, WIDTH, looks_sound)


# Into the new database


def _put(target: Path, events: dict[str, Row], others: dict[str, list[Row]]) -> None:
    devices = {row[0] for row in others["device"]}
    lost = [(device, _LOST_DEVICE, 0) for device in {row[3] for row in events.values()} - devices]
    with closing(sqlite3.connect(target)) as connection, connection:
        known = _named_devices(connection, others["device"])
        _insert(connection, "device", _OTHERS["device"], [*known, *lost])
        for table in ("weights", "day_limits", "exported"):
            _insert(connection, table, _OTHERS[table], others[table])
        _insert(connection, "event", EVENT_COLUMNS, events.values())


def _named_devices(connection: sqlite3.Connection, devices: list[Row]) -> list[Row]:
    """The devices as they stood; the one that the new database was made with leaves where theirs is known."""
    if any(row[2] == 1 for row in devices):
        connection.execute("DELETE FROM device")
    return devices


def _insert(connection: sqlite3.Connection, table: str, columns: str, rows: Iterable[Row]) -> None:
    """Inserts rows one by one; one that the table refuses is left out."""
    marks = ", ".join("?" * len(columns.split(", ")))
    for row in rows:
        try:
            connection.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)
        except (sqlite3.Error, OverflowError, UnicodeEncodeError):
            continue
