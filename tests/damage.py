"""Homes that something happened to: months of answers, and the ways in which files are damaged."""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from homes import CALENDAR, NOON, SCHEDULER, basic, indexed, make, opened, put_deck
from lpdeck.home import Home
from lpdeck.scheduling import Rating
from lpdeck.store.hot import HotStore

CARDS, ANSWERS = 30, 150
NOW_MS = NOON + 40 * 86_400_000

Damage = Callable[[Path], object]


@cache
def _template() -> Home:
    folder = Path(tempfile.mkdtemp(prefix="lpdeck-damage-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = make(Home(folder / "home"))
    put_deck(home, "deck", *(basic(f"deck/basic-{number:03}", f"What of {number}? " * 9) for number in range(CARDS)))
    indexed(home)
    store = opened(home)
    for number in range(ANSWERS):
        # Some words fit a page, some overflow to another one, and once to three.
        words = "so it was " * (1000 if number == 7 else number % 5 * 40)
        _answer(store, f"deck/basic-{number % CARDS:03}", NOON + number * 3_600_000, words)
    store.close()
    _only_for_its_owner(home)
    return home


def _answer(store: HotStore, card: str, at_ms: int, typed: str) -> None:
    before, day = store.schedule(card), CALENDAR.day_of(at_ms)
    outcome = SCHEDULER.outcomes(card, before, day, at_ms)[Rating.GOOD]
    weights, detail = SCHEDULER.weights.name, {"typed": typed}
    store.answer(card, before, outcome, at_ms=at_ms, day=day, took_ms=9000, weights=weights, detail=detail)


def _only_for_its_owner(home: Home) -> None:
    for path in (home.path, *home.path.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def studied(home: Home) -> Home:
    """A home with a deck of 30 cards and 150 answers, all in the database file itself; others may not enter it."""
    shutil.copytree(_template().path, home.path)
    return home


def event_ids(home: Home) -> set[str]:
    """The ids in the log."""
    connection = sqlite3.connect(home.database)
    try:
        return {row[0] for row in connection.execute("SELECT id FROM event")}
    finally:
        connection.close()


def cut(size: float) -> Damage:
    """A file that ends too early: at a number of bytes, or at a share of its size."""
    return lambda path: os.truncate(path, size if isinstance(size, int) else int(size * path.stat().st_size))


def overwritten(at: float, data: bytes) -> Damage:
    """Other bytes from somewhere on: a number, or a share of the size."""

    def damage(path: Path) -> None:
        held = bytearray(path.read_bytes())
        start = at if isinstance(at, int) else int(at * len(held))
        held[start : start + len(data)] = data
        path.write_bytes(held)

    return damage


def replaced(data: bytes) -> Damage:
    """Something else altogether."""
    return lambda path: path.write_bytes(data)


DAMAGES: dict[str, Damage] = {
    "no bytes": cut(0),
    "fifty bytes": cut(50),
    "one page": cut(4096),
    "half of it": cut(0.5),
    "all but a page": lambda path: os.truncate(path, path.stat().st_size - 4096),
    "zeros at the beginning": overwritten(0, bytes(100)),
    "a page of zeros at the beginning": overwritten(0, bytes(4096)),
    "pages of zeros in the middle": overwritten(0.5, bytes(8192)),
    "a flipped byte in the header": overwritten(18, b"\x09"),
    "another page size": overwritten(16, b"\x20\x00"),
    "flipped bytes in the middle": overwritten(0.6, b"\xff\x00\xff\x17"),
    "random bytes": replaced(bytes(range(256)) * 64),
    "a text": replaced(b"This is a note and no database.\n" * 200),
}
