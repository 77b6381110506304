"""The backups of a home: made by themselves, listed, and taken away when newer ones stand for them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from lpdeck.days import Calendar
from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.store.hot import make_private_folder
from lpdeck.upkeep import rotation
from lpdeck.upkeep.rotation import BEFORE, DAILY, Backup


@dataclass(frozen=True)
class Clock:
    """A moment (milliseconds since 1970, UTC), the learner's calendar, and the version of lpdeck that asks."""

    now_ms: int
    calendar: Calendar
    version: str = ""

    @property
    def wall(self) -> datetime:
        """The wall clock of the learner, without its zone."""
        return self.calendar.local(self.now_ms).replace(tzinfo=None, microsecond=0)

    def study_date(self, made: datetime) -> datetime:
        """The midnight with which the study day of a wall clock is named."""
        day = made - timedelta(hours=self.calendar.rollover_hour)
        return day.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Listed:
    """A backup of a home as `lpdeck backup --list` shows it; `problem` says why one can not be read.

    `size` is in bytes, `made_ms` what the backup says of itself, None where it can not be read.
    """

    path: Path
    why: str
    made: datetime
    size: int
    made_ms: int | None = None
    decks: int = 0
    cards: int = 0
    answers: int = 0
    problem: str = ""


def make(
    home: Home, clock: Clock, why: str = "", *, with_database: bool = True, spare: frozenset[str] = frozenset()
) -> Path:
    """Makes a backup in `backups/`, then takes away those that newer ones stand for, but for `spare`; its path.

    Raises HomeError.
    """
    from lpdeck.upkeep.archive import pack

    make_private_folder(home.backups)
    target = _free(home.backups, clock.wall, why)
    pack(home, target, clock.now_ms, version=clock.version, with_database=with_database)
    rotate(home, clock, spare | {target.name})
    return target


def before(
    home: Home, clock: Clock, why: str, *, with_database: bool = True, spare: frozenset[str] = frozenset()
) -> Path | None:
    """Makes the backup before a change, `why` in a word (`import`); its path, None for an empty home.

    `with_database` False leaves out one that can not be used. Raises HomeError.
    """
    if is_empty(home):
        return None
    return make(home, clock, f"{BEFORE}{why}", with_database=with_database, spare=spare)


def daily(home: Home, clock: Clock) -> Path | None:
    """Makes the backup of a study day, unless it has one or nothing changed since the last; its path.

    Raises HomeError.
    """
    if not is_daily_wanted(home, clock):
        return None
    make_private_folder(home.backups)
    with _alone(home.backups) as is_alone:
        if not is_alone or not is_daily_wanted(home, clock) or _is_unchanged(home):
            return None
        return make(home, clock, DAILY)


def is_daily_wanted(home: Home, clock: Clock) -> bool:
    """Whether a home has a database and the study day no daily backup yet; looks at names only."""
    today = clock.study_date(clock.wall)
    return home.database.exists() and not any(clock.study_date(one.made) == today for one in _dailies(home))


def _dailies(home: Home) -> list[Backup]:
    """The daily backups, the newest first."""
    return [one for one in rotation.by_age(_names(home)) if one.is_daily]


def _is_unchanged(home: Home) -> bool:
    """Whether the newest daily backup has all that the home holds. Raises HomeError."""
    from lpdeck.upkeep.archive import manifest, state_of

    for newest in _dailies(home)[:1]:
        with suppress(HomeError):
            return manifest(home.backups / newest.name).state == state_of(home)
    return False


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other process makes a daily backup in a folder while the block runs."""
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def is_empty(home: Home) -> bool:
    """Whether there is nothing that a backup could keep: no database, no deck, no options."""
    from lpdeck.deck.folder import deck_paths

    return not home.database.exists() and not deck_paths(home.decks) and not home.config.exists()


def _free(folder: Path, made: datetime, why: str) -> Path:
    """The first name from a moment on that no backup has."""
    while (path := folder / rotation.name_of(made, why)).exists():
        made += timedelta(seconds=1)
    return path


def _names(home: Home) -> list[str]:
    with suppress(FileNotFoundError):
        return sorted(os.listdir(home.backups))
    return []


# Taking away


_STALE_MS = 86_400_000
"""What was being written so long ago (milliseconds) is no longer written."""


def rotate(home: Home, clock: Clock, spare: frozenset[str] = frozenset()) -> list[str]:
    """Takes away the backups and copies that newer ones stand for, but for `spare`; their names.

    One that can not be taken away stays.
    """
    names = _names(home)
    gone = [name for name in rotation.expendable(names, clock.wall, clock.calendar.rollover_hour) if name not in spare]
    for name in gone:
        with suppress(OSError):
            (home.backups / name).unlink()
    for name in names:
        _sweep(home.backups / name, clock.now_ms)
    return gone


def _sweep(path: Path, now_ms: int) -> None:
    """Takes away what a backup that was killed left half-written."""
    if not (path.name.startswith(".lpdeck-") and path.suffix == ".part"):
        return
    with suppress(OSError):
        if now_ms - path.stat().st_mtime_ns // 1_000_000 > _STALE_MS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


# Listing


def backups(home: Home) -> Iterator[Listed]:
    """The backups in `backups/`, the newest first, with what they say of themselves."""
    for one in rotation.by_age(_names(home)):
        yield _listed(home.backups / one.name, one)


def _listed(path: Path, one: Backup) -> Listed:
    from lpdeck.upkeep.archive import manifest

    size = path.stat().st_size
    try:
        found = manifest(path)
    except HomeError as error:
        return Listed(path, one.why, one.made, size, problem=error.what)
    state = found.state
    return Listed(path, one.why, one.made, size, found.made_ms, state.decks, state.cards, state.answers)
