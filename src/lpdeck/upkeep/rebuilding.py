"""A new database in the place of a damaged or lost one: the log of the backups, and what can be read of the remains.

The new one is made whole beside the home's first. The damaged files are kept, and never written.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lpdeck.days import date_of
from lpdeck.errors import HomeError, LpdeckError
from lpdeck.home import Home
from lpdeck.upkeep.finding import Patient, several

if TYPE_CHECKING:
    from lpdeck.scheduling import Scheduler
    from lpdeck.store.salvage import Salvaged
    from lpdeck.store.uniting import United

MOST_BACKUPS = 5
"""Of so many of the newest backups the log is taken: each holds that of the ones before."""
_MOST_REMAINS = 3
_SIDES = ("", "-wal", "-shm")


@dataclass(frozen=True)
class Saved:
    """What one source gave: how many answers that no other had, and what of it was refused."""

    source: str
    answers: int
    refused: int


def rebuilt(patient: Patient) -> str:
    """Makes the database anew; says how many answers came from where, and what may be missing. Raises HomeError."""
    home = patient.home
    try:
        with tempfile.TemporaryDirectory(prefix=".lpdeck-doctor-", dir=home.path) as folder:
            new = Home(Path(folder))
            saved, whole = _gathered(patient, new)
            kept = _kept_aside(patient)
            os.replace(new.database, home.database)
            _sync(home.path)
    except OSError as error:
        what = f"{home.database}: the database can not be made anew ({error.strerror or error})"
        raise HomeError(what, "Check permissions and free space, then try again; nothing was removed.") from None
    return _told(patient, saved, whole, kept)


def _gathered(patient: Patient, new: Home) -> tuple[list[Saved], bool]:
    """Fills a new home with all that is found; what came from where, and whether surely nothing is missing."""
    from lpdeck.store.salvage import changed_of
    from lpdeck.store.schema import open_engine, transaction

    open_engine(new).dispose()
    saved, here = [], ""
    changed: dict[tuple[str, str], int] = {}
    for path in _zips(patient.home):
        with suppress(LpdeckError), _log_of_backup(path) as (other, device):
            saved.append(_taken(new, other, patient.settings, path.name))
            changed = changed_of(other) | changed
            here = here or device
    whole, own = False, None
    for number, path in enumerate(_remains(patient.home)):
        with suppress(LpdeckError, sqlite3.Error), _what_is_left(path) as (other, result):
            name = path.name if path.parent == patient.home.path else str(path.relative_to(patient.home.backups))
            one = _taken(new, other, patient.settings, name)
            saved.append(one)
            if number == 0 and path == patient.home.database:
                whole = result.whole and not one.refused
            own = own or result.here
            changed |= result.changed
    _be(new, own or here)
    with transaction(open_engine(new), new) as connection:
        from lpdeck.store.index import refresh

        refresh(connection, patient.home.decks)
    _keep_moments(new, changed)
    return saved, whole


def _keep_moments(new: Home, changed: dict[tuple[str, str], int]) -> None:
    """Cards whose words are the same changed when they changed, and not now."""
    rows = [(moment, card, words) for (card, words), moment in changed.items()]
    with closing(sqlite3.connect(new.database)) as connection, connection:
        connection.executemany("UPDATE card SET changed_ms = ? WHERE id = ? AND fingerprint = ?", rows)


def _zips(home: Home) -> list[Path]:
    from lpdeck.upkeep.keeping import backups

    return [one.path for one in backups(home) if not one.problem and one.answers][:MOST_BACKUPS]


def _remains(home: Home) -> list[Path]:
    """The damaged database, then those that were put aside before, the newest first."""
    own = [home.database] if _holds_something(home.database) else []
    if not home.backups.is_dir():
        return own
    aside = [*home.backups.glob("damaged-*/lpdeck.db"), *home.backups.glob("lpdeck-*.db")]
    aside = [path for path in aside if _holds_something(path)]
    return [*own, *sorted(aside, key=lambda path: path.stat().st_mtime_ns, reverse=True)[:_MOST_REMAINS]]


def _holds_something(path: Path) -> bool:
    sides = (path.with_name(path.name + side) for side in ("", "-wal"))
    return any(side.is_file() and side.stat().st_size > 0 for side in sides)


@contextmanager
def _log_of_backup(path: Path) -> Iterator[tuple[sqlite3.Connection, str]]:
    """The log in a backup, and which device made it. Raises HomeError."""
    from lpdeck.store.uniting import foreign
    from lpdeck.upkeep import archive

    with tempfile.TemporaryDirectory(prefix="lpdeck-") as folder:
        database = Path(folder) / "lpdeck.db"
        archive.extract_database(path, database)
        with foreign(database) as other:
            yield other, archive.manifest(path).device


@contextmanager
def _what_is_left(path: Path) -> Iterator[tuple[sqlite3.Connection, Salvaged]]:
    """What can be read of a damaged database, as a sound one."""
    from lpdeck.store.salvage import salvage
    from lpdeck.store.schema import open_engine
    from lpdeck.store.uniting import foreign

    with tempfile.TemporaryDirectory(prefix="lpdeck-") as folder:
        read = Home(Path(folder))
        open_engine(read).dispose()
        result = salvage(path, read.database)
        with foreign(read.database) as other:
            yield other, result


def _taken(new: Home, other: sqlite3.Connection, settings: Scheduler, source: str) -> Saved:
    from lpdeck.store.schema import open_engine, transaction
    from lpdeck.store.uniting import unite_log

    before = _answers(new)
    with transaction(open_engine(new), new) as connection:
        united: United = unite_log(connection, other, settings)
    return Saved(source, _answers(new) - before, len(united.refused))


def _answers(home: Home) -> int:
    with closing(sqlite3.connect(home.database)) as connection:
        return int(connection.execute("SELECT count(*) FROM event WHERE kind = 'answer'").fetchone()[0])


def _be(new: Home, device: str) -> None:
    """The new home goes on as the device that the lost one was, so that undo finds what was done last."""
    with closing(sqlite3.connect(new.database)) as connection, connection:
        if connection.execute("SELECT 1 FROM device WHERE id = ?", (device,)).fetchone():
            connection.execute("DELETE FROM device WHERE here = 1 AND id NOT IN (SELECT device FROM event)")
            connection.execute("UPDATE device SET here = (id = ?)", (device,))


def _kept_aside(patient: Patient) -> Path | None:
    """Keeps the damaged files in `backups/damaged-STAMP/`; None where there are none.

    All stand there before the first leaves; the database itself leaves when the new one takes its place.
    """
    home = patient.home
    there = [path for side in _SIDES if (path := home.database.with_name(home.database.name + side)).is_file()]
    if not there:
        return None
    folder = aside(patient)
    for path in there:
        _linked(path, folder / path.name)
    _sync(folder)
    for path in there[1:] if there[0] == home.database else there:
        path.unlink()
    _sync(home.path)
    return folder


def aside(patient: Patient) -> Path:
    """A new folder in `backups/` for what is damaged, named after the moment."""
    stamp, number = f"{patient.clock.wall:%Y-%m-%d-%H%M%S}", 1
    while True:
        folder = patient.home.backups / (f"damaged-{stamp}" if number == 1 else f"damaged-{stamp}-{number}")
        try:
            folder.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            number += 1
            continue
        patient.home.backups.chmod(0o700)
        return folder


def _linked(source: Path, copy: Path) -> None:
    from lpdeck.store.hot import make_private_file

    try:
        os.link(source, copy)
    except OSError:
        make_private_file(copy)
        shutil.copyfile(source, copy)
        with open(copy, "rb+") as file:
            os.fsync(file.fileno())
    os.chmod(copy, 0o600)


def _sync(folder: Path) -> None:
    from lpdeck.deck.folder import sync_folder

    sync_folder(folder)


def _told(patient: Patient, saved: list[Saved], whole: bool, kept: Path | None) -> str:
    parts = [f"{one.answers:,} from {one.source}" for one in saved if one.answers]
    total = several(sum(one.answers for one in saved), "answer")
    told = f"made the database anew with {total}" + (f": {', '.join(parts)}" if parts else "")
    refused = sum(one.refused for one in saved)
    if refused:
        told += f"; {'1 entry was' if refused == 1 else f'{refused} entries were'} damaged and left out"
    if kept is not None:
        told += f"; the damaged files are in backups/{kept.name}/"
    return f"{told}. {_missing(patient, whole)}"


def _missing(patient: Patient, whole: bool) -> str:
    """What may be missing: nothing, or the study days since the newest backup."""
    if whole:
        return "No answer is missing."
    from lpdeck.upkeep.keeping import backups

    made = next((one.made_ms for one in backups(patient.home) if one.made_ms and one.answers), None)
    if made is None:
        return "Answers may be missing; there is no backup to compare with."
    since, today = (patient.clock.calendar.day_of(moment) for moment in (made, patient.clock.now_ms))
    days = max(today - since + 1, 1)
    return f"Answers since {date_of(since):%Y-%m-%d} may be missing: up to {several(days, 'study day')}."
