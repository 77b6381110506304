"""What `doctor` finds, what it looks at, and how a thing is mended: plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lpdeck.home import Home
from lpdeck.scheduling import Scheduler

if TYPE_CHECKING:
    from lpdeck.deck.toml import DeckFile
    from lpdeck.errors import DeckError
    from lpdeck.store.checking import Look
    from lpdeck.upkeep.keeping import Clock


class Level(StrEnum):
    """How a check ended: nothing found, something worth knowing, something wrong, not looked at."""

    OK = "ok"
    NOTE = "note"
    FOUND = "found"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Patient:
    """A home that is examined.

    `look` says how its database is, `copy` is a home with a private copy of it, None where it can not be used.
    `settings` are the learner's, `clock` the moment and the calendar.
    """

    home: Home
    clock: Clock
    settings: Scheduler
    look: Look
    copy: Home | None

    @cached_property
    def decks(self) -> dict[Path, DeckFile | DeckError]:
        """Every deck file as read, or why it can not be."""
        from lpdeck.deck.folder import deck_paths, load
        from lpdeck.errors import DeckError

        found: dict[Path, DeckFile | DeckError] = {}
        for path in deck_paths(self.home.decks):
            try:
                found[path] = load(path)
            except DeckError as error:
                found[path] = error
        return found

    @cached_property
    def known(self) -> dict[str, int]:
        """How many cards the index holds of each deck; nothing where there is no index."""
        if self.copy is None:
            return {}
        from lpdeck.store.checking import cards_known, connected

        with connected(self.copy) as connection:
            return cards_known(connection)


Mend = Callable[[Patient], str]
"""Mends what a check found; says what it did. Raises LpdeckError where it can not."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: what it is, what to do, the file it is about; `mend` where `--fix` can do it.

    A note is worth knowing and nothing wrong.
    """

    what: str
    advice: str = ""
    place: Path | None = None
    mend: Mend | None = field(default=None, compare=False)
    is_note: bool = False


@dataclass(frozen=True)
class Check:
    """One thing to look at: its name, what it means, how it is looked at, whether it needs a sound database."""

    name: str
    look: Callable[[Patient], Sequence[Finding]]
    needs_database: bool = False


@dataclass(frozen=True)
class Examined:
    """A check with what it found."""

    check: Check
    findings: tuple[Finding, ...] = ()
    is_skipped: bool = False

    @property
    def level(self) -> Level:
        """How it ended."""
        if self.is_skipped:
            return Level.SKIPPED
        if any(not finding.is_note for finding in self.findings):
            return Level.FOUND
        return Level.NOTE if self.findings else Level.OK


def several(number: int, thing: str) -> str:
    """A number and its thing: "1 card", "3 cards"."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def some(names: Sequence[str], most: int = 3) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
