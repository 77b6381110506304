"""A home of which a half is missing: its database while backups hold answers, or its decks while the index knows some.

A synced folder that is not through, or a disk that is not there, looks so: to go on would begin anew without a word.
What such a folder leaves beside decks and database is counted here too.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.store.hot import conflict_copies

_WAL_HEADER = 32


def refuse_half(home: Home) -> None:
    """Raises HomeError where database or decks are missing, and something says that they were there."""
    if has_lost_its_database(home):
        raise HomeError(
            f"{home.database} is missing, though there are answers in backups/ or beside it",
            "Put it back; or lpdeck doctor --fix makes it anew of what is there. Nothing was changed.",
        )
    if not home.decks.is_dir() and (decks := _decks_known(home.database)):
        raise HomeError(
            f"the folder {home.decks} is missing; decks that were in it: {decks}",
            "Put it back, or take a backup: lpdeck restore; an empty folder begins without them. Nothing was changed.",
        )


def has_lost_its_database(home: Home) -> bool:
    """Whether there is no database, but what only a home with one has: backups, a write-ahead log."""
    if _size(home.database) > 0 or home.database.is_dir():
        return False
    return _size(home.database.with_name(home.database.name + "-wal")) > _WAL_HEADER or bool(kept_databases(home))


def kept_databases(home: Home) -> list[Path]:
    """The files in `backups/` that hold a database: backups, copies and what was damaged."""
    patterns = ("lpdeck-*.zip", "lpdeck-*.db", "damaged-*/lpdeck.db", "damaged-*/lpdeck.db-wal")
    return sorted(path for pattern in patterns for path in home.backups.glob(pattern) if _size(path) > 0)


def copies_beside(home: Home) -> int:
    """How many copies a synced folder surely left beside decks and database."""
    return sum(len(conflict_copies(_names(folder, end))) for folder, end in ((home.decks, ".toml"), (home.path, ".db")))


def _names(folder: Path, ending: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name.endswith(ending)]
    except OSError:
        return []


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _decks_known(database: Path) -> int:
    """How many decks with cards the index knows; 0 where there is none, or it can not be read."""
    if not database.is_file():
        return 0
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(DISTINCT deck) FROM card").fetchone()[0])
    except sqlite3.Error:
        return 0
