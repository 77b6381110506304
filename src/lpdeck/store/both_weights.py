"""The sets of weights of two databases, in one order on both."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lpdeck.errors import HomeError
from lpdeck.store.arriving import LATEST_MS, is_name, is_number
from lpdeck.store.foreign import rows
from lpdeck.store.hot import WEIGHTS_COLUMNS, weights_of


@dataclass(frozen=True)
class BothSets:
    """The sets of weights of both: rows of WEIGHTS_COLUMNS with the moment since which each is in use, by name."""

    rows: Mapping[str, tuple[tuple[Any, ...], int]]
    new: tuple[str, ...]
    refused: tuple[str, ...]


def weights_of_both(mine: sqlite3.Connection, other: sqlite3.Connection) -> BothSets:
    """A set that both have is in use since the earlier moment; of two since one moment the greater name comes later."""
    query = f"SELECT {WEIGHTS_COLUMNS}, since_ms FROM weights"
    found = {row[0]: (row[:-1], row[-1]) for row in mine.execute(query)}
    new, refused = [], []
    for *values, since in rows(other, query):
        row = tuple(values)
        name, why = row[0], _weights_flaw(row, since)
        known = found.get(name) if why is None else None
        if known is not None and _numbers(known[0]) != _numbers(row):
            why = "are other numbers than those here"
        if why is not None:
            refused.append(f"weights {ascii(name)[:60]} {why}")
            continue
        if known is None:
            new.append(name)
        found[name] = (known[0], min(known[1], since)) if known else (row, since)
    return BothSets(_in_turn(found), tuple(new), tuple(refused))


def _weights_flaw(row: tuple[Any, ...], since: Any) -> str | None:
    if not all(is_name(one, 200) for one in row[:-1]) or not is_number(since, 0, LATEST_MS):
        return "have no name or no moment"
    try:
        weights_of(row)
    except HomeError:
        return "are no numbers with which FSRS 6 can compute"
    return None


def _numbers(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What FSRS computes with. Raises HomeError where it can not."""
    found = weights_of(row)
    return found.algorithm, found.version, found.parameters


def _in_turn(found: Mapping[str, tuple[tuple[Any, ...], int]]) -> dict[str, tuple[tuple[Any, ...], int]]:
    """The sets with a moment for each alone, as the table asks for."""
    placed: dict[str, tuple[tuple[Any, ...], int]] = {}
    last = -1
    for name in sorted(found, key=lambda name: (found[name][1], name)):
        row, since = found[name]
        last = max(since, last + 1)
        placed[name] = row, last
    return placed


def store_weights(mine: sqlite3.Connection, both: BothSets) -> None:
    """Enters the new sets, and moves those of which the other knows an earlier moment."""
    known = dict(mine.execute("SELECT name, since_ms FROM weights").fetchall())
    moved = [name for name, (_, since) in both.rows.items() if name in known and known[name] != since]
    # First out of the way of each other: no two may have one moment, not even for a moment.
    mine.executemany(
        "UPDATE weights SET since_ms = ? WHERE name = ?", [(-1 - at, name) for at, name in enumerate(moved)]
    )
    mine.executemany("UPDATE weights SET since_ms = ? WHERE name = ?", [(both.rows[name][1], name) for name in moved])
    insert = f"INSERT INTO weights ({WEIGHTS_COLUMNS}, since_ms) VALUES (?, ?, ?, ?, ?, ?, ?)"
    mine.executemany(insert, [(*both.rows[name][0], both.rows[name][1]) for name in both.new])
