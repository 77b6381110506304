"""Walking two logs side by side: which events only the other one has, and what of it is refused."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from lpdeck.errors import HomeError
from lpdeck.events import ANSWERS, Kind
from lpdeck.store.arriving import flaw, is_uuid
from lpdeck.store.foreign import any_text, rows
from lpdeck.store.hot import EVENT_COLUMNS

MOST_TOLD = 500
"""Of how many rows it is said one by one why they were refused."""

CACHE_KB = 65_536
"""Pages of an index that are written in the order of cards are met again and again: they should not leave meanwhile."""

_EVENTS = f"SELECT {EVENT_COLUMNS} FROM event ORDER BY id COLLATE BINARY"
MARKS = ", ".join("?" * len(EVENT_COLUMNS.split(", ")))
_DEVICE, _KIND, _CARD = (EVENT_COLUMNS.split(", ").index(name) for name in ("device", "kind", "card"))


def sifted(mine: sqlite3.Connection, other: sqlite3.Connection) -> Sifting:
    """Both logs sifted: first as if every text were UTF-8, which a database reads in a fraction of the time."""
    with suppress(HomeError), all_utf8(other):
        return Sifting(mine, other).sift()
    return Sifting(mine, other).sift()


@contextmanager
def all_utf8(other: sqlite3.Connection) -> Iterator[None]:
    """While the block runs, every text that is read has to be UTF-8."""
    other.text_factory = str
    try:
        yield
    finally:
        other.text_factory = any_text


class Sifting:
    """Walks both logs in the order of their ids, and keeps the events that are only in the other."""

    def __init__(self, mine: sqlite3.Connection, other: sqlite3.Connection) -> None:
        self._mine, self._other = mine, other
        self._here = mine.execute("SELECT id FROM device WHERE here = 1").fetchone()
        self._refused: list[str] = []
        self._untold = 0
        self._lacks_own = self._has_own = False
        self.by_device: dict[str, int] = {}
        self.answers: dict[str, int] = {}
        self.known = 0
        self.latest_ms = 0

    def sift(self) -> Sifting:
        """Fills the temporary table `arriving` of the other connection. Raises HomeError."""
        if self._other.in_transaction:
            self._other.execute("ROLLBACK")
        with closing(self._other.cursor()) as cursor:
            cursor.execute(f"PRAGMA temp.cache_size = {-CACHE_KB}")
            cursor.execute("DROP TABLE IF EXISTS temp.arriving")
            cursor.execute(f"CREATE TEMP TABLE arriving ({EVENT_COLUMNS}, instead)")
            cursor.execute("BEGIN")
            cursor.executemany(f"INSERT INTO temp.arriving VALUES ({MARKS}, ?)", self._new())
            cursor.execute("COMMIT")
            cursor.execute("CREATE INDEX temp.of_card ON arriving (card)")
            cursor.execute("CREATE INDEX temp.of_batch ON arriving (batch)")
        return self

    @property
    def copied(self) -> bool:
        """Whether both logs are of this very device, and each has events of it that the other lacks."""
        theirs = set(rows(self._other, "SELECT id FROM device WHERE here = 1"))
        return self._lacks_own and self._has_own and self._here in theirs

    def told(self) -> tuple[str, ...]:
        """What was refused, in sentences."""
        more = (f"... and {self._untold} more events",) if self._untold else ()
        return (*self._refused, *more)

    def _new(self) -> Iterator[tuple[Any, ...]]:
        """The rows that come, each with whether it takes the place of one that is here."""
        here = self._here[0] if self._here else None
        own = self._mine.execute(_EVENTS)
        known = own.fetchone()
        last = ""
        for row in rows(self._other, _EVENTS):
            event = row[0]
            if not is_uuid(event):
                self._refuse(event, "has an id that is none")
                continue
            if event == last:
                self._refuse(event, "stands in the log twice")
                continue
            last = event
            while known is not None and known[0] < event:
                self._has_own = self._has_own or known[_DEVICE] == here
                known = own.fetchone()
            if known is not None and known[0] == event:
                self.known += 1
                if known != row and self._stands_instead(row, known):
                    yield (*row, True)
                known = own.fetchone()
                continue
            why = flaw(row)
            if why is not None:
                self._refuse(event, why)
                continue
            self._lacks_own = self._lacks_own or row[_DEVICE] == here
            self.by_device[row[_DEVICE]] = self.by_device.get(row[_DEVICE], 0) + 1
            if row[_KIND] in _ANSWERED:
                self.answers[row[_DEVICE]] = self.answers.get(row[_DEVICE], 0) + 1
            self.latest_ms = max(self.latest_ms, row[1])
            yield (*row, False)
        while known is not None and not self._has_own:
            self._has_own = known[_DEVICE] == here
            known = own.fetchone()

    def _stands_instead(self, row: tuple[Any, ...], known: tuple[Any, ...]) -> bool:
        """Whether a row takes the place of the one that stands here.

        A review from outside has the id that its source gives it, on every computer; where its study day is another one
        there (in another time zone, say), the lesser row stands on both. Whatever else differs is refused.
        """
        if flaw(row) is not None or known[_KIND] not in _FROM_OUTSIDE or not _is_one_review(row, known):
            self._refuse(row[0], "says something else than the one here")
            return False
        return _order(row) < _order(known)

    def _refuse(self, event: Any, why: str) -> None:
        if len(self._refused) < MOST_TOLD:
            self._refused.append(f"event {ascii(event)[:60]} {why}")
        else:
            self._untold += 1


_ANSWERED = (*ANSWERS, Kind.CRAM)
_FROM_OUTSIDE = (Kind.IMPORT, Kind.RESET)
_SAME = [EVENT_COLUMNS.split(", ").index(name) for name in ("at_ms", "device", "kind", "batch", "card", "rating")]


def _is_one_review(row: tuple[Any, ...], known: tuple[Any, ...]) -> bool:
    return all(row[column] == known[column] for column in _SAME)


def _order(row: tuple[Any, ...]) -> str:
    return json.dumps(row)
