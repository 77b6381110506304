"""Two logs become one, by the ids of their events; loaded only when needed.

What comes is read, looked at and replayed first (`prepare`), while reviews may go on; then `unite_log` writes it in one
transaction. In whichever order and however often logs are united, the same events stand in all of them, and with the
same weights in use the same schedules.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple
from uuid import uuid4

import sqlalchemy as sa

from lpdeck.events import TURNS, Event, Kind, replay
from lpdeck.scheduling import Schedule, Scheduler
from lpdeck.store import weights as sets
from lpdeck.store.arriving import LATEST_DAY, LATEST_MS, is_card, is_name, is_number
from lpdeck.store.both_weights import store_weights, weights_of_both
from lpdeck.store.foreign import changed_at, foreign, rows
from lpdeck.store.hot import EVENT_COLUMNS, PUT_SCHEDULE, event_of, schedule_row
from lpdeck.store.sifting import CACHE_KB, MARKS, all_utf8, sifted

__all__ = ["Ready", "United", "changed_at", "foreign", "prepare", "unite_log"]


class United(NamedTuple):
    """What uniting did: events added, events that stood here already, what was refused and why, in sentences,
    the cards whose schedules were made anew, and how many devices and sets of weights are new.
    """

    added: int
    known: int
    refused: tuple[str, ...]
    cards: tuple[str, ...]
    devices: int
    weights: int


@dataclass(frozen=True)
class Ready:
    """What `prepare` found: all that the writing needs, beside the events that wait in the other connection.

    `by_device` counts the new events by the device that gave them, `answers` the answers among them, `names` names
    devices, `weights` are the new sets; `latest_ms` is the clock of the latest new event (0 for none). `copied`: both
    logs are of one computer, and went on apart. `as_of` says how the log stood then: how many events, and the last id.
    """

    added: int
    known: int
    refused: tuple[str, ...]
    by_device: Mapping[str, int]
    answers: Mapping[str, int]
    names: Mapping[str, str]
    weights: tuple[str, ...]
    latest_ms: int
    copied: bool
    schedules: Mapping[str, Schedule]
    folded: str
    as_of: tuple[int, str | None]


def prepare(connection: sa.Connection, other: sqlite3.Connection, settings: Scheduler) -> Ready:
    """Reads what another log has that this one lacks, looks at every row of it, and replays the cards that it touches.

    Nothing is written but a temporary table of `other`, which is a private copy (see `foreign`). Raises HomeError where
    that turns out to be damaged.
    """
    mine = _raw(connection)
    sifting = sifted(mine, other)
    scheduler = sets.scheduler(connection, settings)
    both = weights_of_both(mine, other)
    with all_utf8(other):
        schedules = _Log(mine, other).schedules(_touched(mine, other), scheduler)
    return Ready(
        added=sum(sifting.by_device.values()),
        known=sifting.known,
        refused=(*sifting.told(), *both.refused),
        by_device=sifting.by_device,
        answers=sifting.answers,
        names=_device_names(other, sifting.by_device),
        weights=both.new,
        latest_ms=sifting.latest_ms,
        copied=sifting.copied,
        schedules=schedules,
        folded=scheduler.weights.name,
        as_of=_as_of(mine),
    )


def unite_log(
    connection: sa.Connection, other: sqlite3.Connection, settings: Scheduler, ready: Ready | None = None
) -> United:
    """Takes what another database knows into this one, in this transaction; `ready` is what `prepare` found before.

    Events and devices that are not here are added, sets of weights too, exports with their earliest moment, limits of
    days that have none here. Schedules of the cards that are touched are replayed, and all memories computed anew where
    another set of weights comes into use. A home that was copied goes on as a new device.
    """
    ready = ready or prepare(connection, other, settings)
    mine = _raw(connection)
    gone_on = _gone_on(mine, other, ready)
    store_weights(mine, weights_of_both(mine, other))
    _unite_marks(mine, other)
    devices = _enter_devices(mine, ready)
    _append(mine, other)
    if ready.copied:
        _become_another_device(mine)
    again = _Log(mine).schedules(gone_on & ready.schedules.keys(), sets.scheduler(connection, settings))
    schedules = {**ready.schedules, **again}
    mine.executemany(PUT_SCHEDULE, (schedule_row(card, schedule) for card, schedule in schedules.items()))
    if not sets.are_folded(connection):
        sets.fold_anew(connection)
    return United(ready.added, ready.known, ready.refused, tuple(schedules), devices, len(ready.weights))


def _raw(connection: sa.Connection) -> sqlite3.Connection:
    """The driver's own connection, in the same transaction: it takes a million rows without a statement each."""
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    found.execute(f"PRAGMA cache_size = {-CACHE_KB}")
    return found


def _as_of(mine: sqlite3.Connection) -> tuple[int, str | None]:
    count, last = mine.execute("SELECT count(*), max(id) FROM event").fetchone()
    return count, last


def _append(mine: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Writes the events that wait; one that stands here by now is the same."""
    with all_utf8(other):
        for instead, verb in ((0, "IGNORE"), (1, "REPLACE")):
            waiting = rows(other, f"SELECT {EVENT_COLUMNS} FROM temp.arriving WHERE instead = ?", (instead,))
            mine.executemany(f"INSERT OR {verb} INTO event ({EVENT_COLUMNS}) VALUES ({MARKS})", waiting)


# Schedules


def _touched(mine: sqlite3.Connection, other: sqlite3.Connection) -> set[str]:
    """The cards whose schedules the waiting events may change: those that they name, and those that they take back."""
    cards = {card for (card,) in other.execute("SELECT DISTINCT card FROM temp.arriving WHERE card IS NOT NULL")}
    turns = other.execute("SELECT kind, target FROM temp.arriving WHERE kind IN ('undo', 'redo')").fetchall()
    return cards | _turned(turns, (mine, "event"), (other, "temp.arriving"))


_Source = tuple[sqlite3.Connection, str]


def _turned(turns: Iterable[tuple[str, str]], *sources: _Source) -> set[str]:
    """The cards of the batches that turns (kind and target) take back or bring back."""

    def found(column: str, where: str, batch: str) -> Iterator[str]:
        for connection, table in sources:
            query = f"SELECT {column} FROM {table} WHERE batch = ? AND {where}"
            yield from (value for (value,) in connection.execute(query, (batch,)))

    undone = {target for kind, target in turns if kind == Kind.UNDO}
    redone = {target for kind, target in turns if kind == Kind.REDO}
    undone.update(chain.from_iterable(found("target", "kind = 'undo'", batch) for batch in redone))
    return set(chain.from_iterable(found("card", "card IS NOT NULL", batch) for batch in undone))


class _Log:
    """The events of this log, and of those that wait in another connection where one is given."""

    def __init__(self, mine: sqlite3.Connection, other: sqlite3.Connection | None = None) -> None:
        self._sources: list[_Source] = [(mine, "event"), *([(other, "temp.arriving")] if other else [])]
        self._turns: dict[str | None, list[Event]] = {}
        for turn in self._read("kind IN ('undo', 'redo')", ()):
            self._turns.setdefault(turn.target, []).append(turn)

    def schedules(self, cards: Iterable[str], scheduler: Scheduler) -> dict[str, Schedule]:
        """The schedules of cards as replaying their events gives them."""
        return {card: replay(self._events_of(card), scheduler) for card in sorted(cards)}

    def _events_of(self, card: str) -> list[Event]:
        """The events of a card and the undos and redos that touch them."""
        own = self._read("card = ?", (card,))
        if not self._turns:
            return own
        undos = [undo for batch in {one.batch for one in own} for undo in self._turns.get(batch, ())]
        redos = [redo for undo in undos for redo in self._turns.get(undo.batch, ())]
        return [*own, *undos, *redos]

    def _read(self, where: str, values: Sequence[str]) -> list[Event]:
        """Events, one that waits instead of the one of its id that stands here."""
        found: dict[str, Event] = {}
        for connection, table in self._sources:
            for row in connection.execute(f"SELECT {EVENT_COLUMNS} FROM {table} WHERE {where}", values):
                found[row[0]] = event_of(row)
        return list(found.values())


def _gone_on(mine: sqlite3.Connection, other: sqlite3.Connection, ready: Ready) -> set[str]:
    """The cards to which something may have happened here since `prepare`: all, where nobody can say."""
    count, last = ready.as_of
    now, _ = _as_of(mine)
    since = mine.execute("SELECT card, kind, target FROM event WHERE id > ?", (last or "",)).fetchall()
    if len(since) != now - count or _folded(mine) != ready.folded:
        return set(ready.schedules)
    turns = [(kind, target) for _, kind, target in since if kind in TURNS]
    return {card for card, _, _ in since} | _turned(turns, (mine, "event"), (other, "temp.arriving"))


def _folded(mine: sqlite3.Connection) -> Any:
    return mine.execute("SELECT name FROM weights WHERE folded = 1").fetchone()[0]


# What else a database knows


def _unite_marks(mine: sqlite3.Connection, other: sqlite3.Connection) -> None:
    """Exports are known from the earlier moment on; the limits of a day come where this computer has none for it."""
    exported = (row for row in rows(other, "SELECT card, first_ms FROM exported") if _is_export(*row))
    mine.executemany(
        "INSERT INTO exported (card, first_ms) VALUES (?, ?)"
        " ON CONFLICT (card) DO UPDATE SET first_ms = min(first_ms, excluded.first_ms)",
        exported,
    )
    columns = "study_day, new_cards, reviews, minutes"
    limits = (row for row in rows(other, f"SELECT {columns} FROM day_limits") if _is_limit(*row))
    mine.executemany(f"INSERT OR IGNORE INTO day_limits ({columns}) VALUES (?, ?, ?, ?)", limits)


def _is_export(card: Any, first_ms: Any) -> bool:
    return is_card(card) and is_number(first_ms, 0, LATEST_MS)


def _is_limit(day: Any, *limits: Any) -> bool:
    return is_number(day, 0, LATEST_DAY) and all(one is None or is_number(one, 0, 1_000_000) for one in limits)


# Devices


def _device_names(other: sqlite3.Connection, devices: Iterable[str]) -> dict[str, str]:
    """What devices are called there; one without a name that can be shown is called by its id."""
    known = {device: name for device, name in rows(other, "SELECT id, name FROM device") if is_name(name)}
    return {device: known.get(device, device) for device in devices}


def _enter_devices(mine: sqlite3.Connection, ready: Ready) -> int:
    """Enters the devices that gave the new events, as ones that are not this computer; how many there were."""
    known = {device for (device,) in mine.execute("SELECT id FROM device")}
    new = [(device, name) for device, name in ready.names.items() if device not in known]
    mine.executemany("INSERT INTO device (id, name, here) VALUES (?, ?, 0)", new)
    return len(new)


def _become_another_device(mine: sqlite3.Connection) -> None:
    """From now on this computer acts in a name of its own: another one goes on in the name that it had."""
    (name,) = mine.execute("SELECT name FROM device WHERE here = 1").fetchone()
    mine.execute("UPDATE device SET here = 0")
    mine.execute("INSERT INTO device (id, name, here) VALUES (?, ?, 1)", (uuid4().hex[:16], name))
