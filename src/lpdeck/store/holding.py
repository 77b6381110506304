"""Who holds the database: the command that writes says so in a file beside it, and whoever waits reads it there.

The file is for people only; what keeps two writers apart is SQLite's own lock.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from lpdeck.days import Calendar
from lpdeck.errors import HomeError
from lpdeck.store import hot

PATIENCE_S = 30.0
"""How long a command waits for another one to end (seconds)."""

_MOMENT_S, _PAUSE_S = 0.1, 0.01
"""After how long it is worth a sentence (seconds), and how long before the next try: SQLite may refuse at once."""

_LONGEST = 4096
"""More than this (bytes) no holder's file has."""

_named: set[Path] = set()
"""The files in which this process names itself now."""


class Holder(NamedTuple):
    """A process that holds the write lock: its id, its command, since when (milliseconds UTC), in which boot."""

    pid: int
    command: str
    since_ms: int
    boot: str = ""

    def __str__(self) -> str:
        return f"{self.command} (process {self.pid}, since {Calendar().local(self.since_ms):%H:%M})"


@contextmanager
def held(database: Path, command: str | None = None) -> Iterator[None]:
    """Names this process as the holder of a database while the block runs; to be used inside its write lock.

    `command` is what the learner called, such as `lpdeck import`; by default what this process was started with.
    Where the file can not be written (a full disk, say) the block runs all the same. A block inside another one
    changes nothing.
    """
    path = holder_file(database)
    if path in _named:
        yield
        return
    mine = Holder(os.getpid(), command or called(sys.argv), time.time_ns() // 1_000_000, _boot())
    _named.add(path)
    try:
        with suppress(OSError):
            _write(path, mine)
        yield
    finally:
        _named.remove(path)
        if _read(path) == mine:
            with suppress(OSError):
                path.unlink()


def holder(database: Path) -> Holder | None:
    """Who says that they hold a database; None for nobody, or somebody who is gone, or this process itself."""
    found = _read(holder_file(database))
    if found is None or found.pid == os.getpid():
        return None
    return found if found.boot == _boot() and _is_alive(found.pid) else None


def holder_file(database: Path) -> Path:
    """Where the holder of a database is named."""
    return database.with_name("lpdeck.holder")


def outlast(refusal: Exception, begin: Callable[[], object], database: Path) -> None:
    """Goes on trying to begin a transaction that another process refused, for 30 s.

    It is said once, through `hot.on_waiting`, who holds the lock. Raises HomeError that names the holder when the
    time is over, and what was refused for another reason at once.
    """
    began = time.monotonic()
    is_told = False
    while True:
        if not _is_locked(refusal):
            raise refusal
        found = holder(database)
        if not is_told and time.monotonic() - began > _MOMENT_S:
            hot.on_waiting(f"Waiting for {found or 'another program that holds the database'}.")
            is_told = True
        if time.monotonic() - began >= PATIENCE_S:
            raise _gave_up(database, found) from None
        time.sleep(_PAUSE_S)
        try:
            begin()
            return
        except Exception as error:
            refusal = error


def called(arguments: Sequence[str]) -> str:
    """The command of a command line: `lpdeck import` of `/bin/lpdeck --home X import page.txt`."""
    program, *words = arguments or ("lpdeck",)
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] == "--home" else words[1:]
    is_ours = Path(program).stem in ("lpdeck", "__main__")
    return f"lpdeck {words[0]}" if is_ours and words else "lpdeck"


def _gave_up(database: Path, found: Holder | None) -> HomeError:
    if found is None:
        return HomeError(
            f"{database}: another program holds the database", "Close it, or wait for it to end, and try again."
        )
    return HomeError(
        f"{database}: {found} holds the database",
        f"Wait for it to end and try again; if it hangs, end it: kill {found.pid}. Nothing that was kept is lost.",
    )


def _is_locked(error: BaseException) -> bool:
    """Whether an error of the database, also one that SQLAlchemy has wrapped, says that another holds its lock."""
    cause = getattr(error, "orig", error)
    return isinstance(cause, sqlite3.OperationalError) and "locked" in str(cause)


def _write(path: Path, one: Holder) -> None:
    part = path.with_name(f".{path.name}.{one.pid}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(one._asdict(), file)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise


def _read(path: Path) -> Holder | None:
    """The holder that a file names; None where there is no file, or no holder in it."""
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(_LONGEST))
        command = "".join(filter(str.isprintable, str(found["command"])[:80]))
        one = Holder(int(found["pid"]), command, int(found["since_ms"]), str(found["boot"]))
        Calendar().local(one.since_ms)
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return one if one.pid > 0 else None


def _boot() -> str:
    """What tells one boot of this computer from the next, where the system says it; else nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
