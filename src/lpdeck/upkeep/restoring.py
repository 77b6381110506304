"""Bringing a backup back: what that would change, as plain values, and then doing it.

The log is united, so that no answer is lost on either side; deck files and options are replaced by those of the backup.
Every step leaves a home that works, and doing all again finishes what was begun.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lpdeck.deck.folder import deck_paths, sync_folder, write_atomically
from lpdeck.deck.toml import card_lines
from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.store import SCHEMA
from lpdeck.store.hot import explained, make_private_folder
from lpdeck.tomltext import loads
from lpdeck.upkeep import archive
from lpdeck.upkeep.archive import Contents
from lpdeck.upkeep.members import CONFIG, DECKS, OTHER_BACKUP, REMOVED

if TYPE_CHECKING:
    from lpdeck.scheduling import Scheduler
    from lpdeck.store.uniting import United

ADDED, CHANGED, GONE = "added", "changed", "gone"


class Condition(Enum):
    """What the database of a home is like."""

    SOUND = "sound"
    MISSING = "missing"
    DAMAGED = "damaged"
    NEWER = "newer"

    @property
    def is_usable(self) -> bool:
        """Whether the log in it can be united with another."""
        return self is Condition.SOUND


@dataclass(frozen=True)
class FileChange:
    """What becomes of a deck file: `member` its name in a backup, `cards` before and after (None: no such file)."""

    member: str
    change: str
    before: int | None
    after: int | None

    @property
    def deck(self) -> str:
        """The name of the deck."""
        return self.member.rpartition("/")[2].removesuffix(".toml")


@dataclass(frozen=True)
class OptionChange:
    """An option before and after, None where it is not set."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Plan:
    """What restoring a backup would do; `contents` is None for a bare database, of which only the log is taken.

    `come` are the answers that the backup has and the home has not, `stay` those of the home alone;
    `marks` is whatever else of its log comes.
    """

    path: Path
    contents: Contents | None
    condition: Condition
    files: tuple[FileChange, ...]
    options: tuple[OptionChange, ...]
    rewrites_config: bool
    same: int
    come: int
    stay: int
    marks: int = 0

    @property
    def decks(self) -> tuple[FileChange, ...]:
        """What becomes of the decks."""
        return tuple(one for one in self.files if one.member.startswith(f"{DECKS}/"))

    @property
    def changes_nothing(self) -> bool:
        """Whether the home is as the backup has it, or more."""
        files = self.files or self.rewrites_config
        return not files and not self.come and not self.marks and self.condition.is_usable


def plan_restore(home: Home, path: Path) -> Plan:
    """What restoring a backup, or the log of a bare database, would change; nothing is written. Raises HomeError."""
    contents = None
    if archive.is_archive(path):
        contents = archive.read(path)
    elif not archive.is_database(path):
        raise HomeError(f"{path} is no backup of lpdeck", OTHER_BACKUP)
    condition = condition_of(home)
    files, same = _file_changes(home, contents) if contents else ((), 0)
    with _log_of(path, contents) as other:
        come, stay, marks = _alone_in_each(home.database if condition.is_usable else None, other)
    rewrites = contents is not None and _bytes(home.config) != _config_of(contents)
    options = _option_changes(_bytes(home.config), _config_of(contents)) if contents and rewrites else ()
    return Plan(path, contents, condition, files, options, rewrites, same, come, stay, marks)


# The database


def condition_of(home: Home) -> Condition:
    """What the home's database is like. Raises HomeError for one of another program, or that can not be opened."""
    if not home.database.exists():
        return Condition.MISSING
    try:
        with closing(sqlite3.connect(f"{home.database.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            return _condition(connection, home.database)
    except sqlite3.OperationalError as error:
        if "malformed" in str(error):
            return Condition.DAMAGED
        with explained(home.database):
            raise
    except sqlite3.DatabaseError:
        return Condition.DAMAGED
    raise AssertionError("explained raises")


def _condition(connection: sqlite3.Connection, path: Path) -> Condition:
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        return Condition.DAMAGED
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return Condition.MISSING
    if "alembic_version" not in tables:
        raise HomeError(f"{path} is a database of another program", "Move it away, or choose another home with --home.")
    (schema,) = connection.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    known = {f"{number:04}" for number in range(1, int(SCHEMA) + 1)}
    return Condition.SOUND if schema in known else Condition.NEWER


@contextmanager
def _log_of(path: Path, contents: Contents | None) -> Iterator[sqlite3.Connection | None]:
    """The log of a backup or a bare database, opened as one that is not trusted; None where a backup has none."""
    from lpdeck.store.uniting import foreign

    if contents is not None and not contents.schema:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="lpdeck-restore-") as folder:
        database = path
        if contents is not None:
            database = Path(folder) / "lpdeck.db"
            archive.extract_database(path, database)
        with _named(database, path), foreign(database) as other:
            yield other


@contextmanager
def _named(inside: Path, path: Path) -> Iterator[None]:
    """Names the backup where an error names the database that was taken out of it."""
    try:
        yield
    except HomeError as error:
        raise HomeError(error.what.replace(str(inside), str(path)), error.advice) from None


_LOG = "SELECT id, kind = 'answer' FROM event ORDER BY id"

_Entry = tuple[str, int]


def _alone_in_each(database: Path | None, other: sqlite3.Connection | None) -> tuple[int, int, int]:
    """How many answers the other log alone has, how many that of a database, and what else the other alone has.

    None for one without.
    """
    theirs = _entries(other)
    if database is None:
        return _alone(theirs, _entries(None))
    with explained(database), closing(sqlite3.connect(database)) as connection:
        return _alone(theirs, _entries(connection))


def _entries(connection: sqlite3.Connection | None) -> Iterator[_Entry]:
    """The ids of a log in order, each with whether it is an answer."""
    if connection is not None:
        yield from connection.execute(_LOG)


def _alone(theirs: Iterator[_Entry], ours: Iterator[_Entry]) -> tuple[int, int, int]:
    """How many answers stand in the one log alone, how many in the other alone, and what else in the first alone."""
    come = stay = marks = 0
    one, other = next(theirs, None), next(ours, None)
    while one is not None or other is not None:
        if one is not None and other is not None and one[0] == other[0]:
            one, other = next(theirs, None), next(ours, None)
        elif one is not None and (other is None or one[0] < other[0]):
            come, marks = come + one[1], marks + 1 - one[1]
            one = next(theirs, None)
        elif other is not None:
            stay += other[1]
            other = next(ours, None)
    return come, stay, marks


# Files


def _file_changes(home: Home, contents: Contents) -> tuple[tuple[FileChange, ...], int]:
    """What becomes of each deck file that changes, and how many decks stay as they are."""
    here = {f"{DECKS}/{path.name}": path for path in deck_paths(home.decks)}
    here |= {f"{REMOVED}/{path.name}": path for path in deck_paths(home.removed)}
    there = archive.manifest(contents.path).files
    members = {name for name in there if name.startswith((f"{DECKS}/", f"{REMOVED}/"))}
    found, same = [], 0
    for name in sorted(members | here.keys()):
        before, after = _bytes(here.get(name)), contents.data(name) if name in members else None
        if before == after:
            same += name.startswith(f"{DECKS}/")
            continue
        change = ADDED if before is None else GONE if after is None else CHANGED
        found.append(FileChange(name, change, _cards(before), _cards(after)))
    return tuple(found), same


def _bytes(path: Path | None) -> bytes | None:
    """The bytes of a file, None where there is none. Raises HomeError."""
    if path is None:
        return None
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HomeError(f"{path}: the file can not be read ({error.strerror})", "Check its permissions.") from None


def _cards(data: bytes | None) -> int | None:
    """How many cards stand in a deck file."""
    return None if data is None else len(card_lines(data.decode("utf-8", "replace")))


def _config_of(contents: Contents) -> bytes | None:
    return None if contents.config is None else contents.data(CONFIG)


def _option_changes(before: bytes | None, after: bytes | None) -> tuple[OptionChange, ...]:
    """The options that differ, in order of their names."""
    old, new = _options(before), _options(after)
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return tuple(OptionChange(name, old.get(name), new.get(name)) for name in names)


def _options(data: bytes | None) -> dict[str, Any]:
    """The options of a config file by dotted names; none where it can not be read."""
    try:
        return dict(_flat(loads((data or b"").decode("utf-8-sig"))))
    except ValueError:
        return {}


def _flat(table: Mapping[str, Any], ahead: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{ahead}{name}.")
        else:
            yield f"{ahead}{name}", value


# Doing it


@dataclass(frozen=True)
class Restored:
    """What was done: what became of the log (None: the backup has none), and where a database that was unusable is."""

    united: United | None
    moved: Path | None


def restore(home: Home, plan: Plan, settings: Scheduler, stamp: str) -> Restored:
    """Does what a plan says: the log in one transaction, then each file at once, the options last. Raises HomeError.

    A database that can not be used is moved to `backups/` under a name with `stamp`, and what can be read of it comes
    into the new one.
    """
    make_private_folder(home.path)
    make_private_folder(home.decks)
    moved = None
    with _log_of(plan.path, plan.contents) as other:
        if plan.condition.is_usable:
            united = None if other is None else _unite(home, other, settings)
        else:
            united, moved = _begin_anew(home, plan.condition, other, settings, stamp)
    if plan.contents is not None:
        _replace_files(home, plan, plan.contents)
    return Restored(united, moved)


def _unite(home: Home, other: sqlite3.Connection, settings: Scheduler) -> United:
    from lpdeck.store.schema import open_engine, reading, transaction
    from lpdeck.store.uniting import prepare, unite_log

    engine = open_engine(home)
    with reading(engine, home) as connection:
        ready = prepare(connection, other, settings)
    with transaction(engine, home) as connection:
        return unite_log(connection, other, settings, ready)


def _begin_anew(
    home: Home, condition: Condition, other: sqlite3.Connection | None, settings: Scheduler, stamp: str
) -> tuple[United | None, Path | None]:
    """Puts a new database in the place of one that can not be used; what became of the log, and where the old one is.

    The new one is made whole beside the home's first, with the log of the backup and what can be read of the old one.
    """
    from lpdeck.store.schema import open_engine

    try:
        with tempfile.TemporaryDirectory(prefix=".lpdeck-restore-", dir=home.path) as folder:
            new = Home(Path(folder))
            open_engine(new).dispose()
            united = None if other is None else _unite(new, other, settings)
            if condition is Condition.DAMAGED:
                _salvage(home.database, new, settings)
            moved = _move_aside(home, condition, stamp)
            os.replace(new.database, home.database)
            sync_folder(home.path)
    except OSError as error:
        raise HomeError(
            f"{home.database}: the database can not be replaced ({error.strerror})",
            "Check permissions and free space, then restore again.",
        ) from None
    return united, moved


_SIDE_FILES = ("", "-wal", "-shm")


def _move_aside(home: Home, condition: Condition, stamp: str) -> Path | None:
    """Moves the database and the files beside it to `backups/`; its path there, None where there was none.

    All are there before the first leaves, so that whenever this is cut short one place has them all. Raises OSError.
    """
    make_private_folder(home.backups)
    target = home.backups / f"lpdeck-{stamp}-{condition.value}.db"
    pairs = [(Path(f"{home.database}{side}"), Path(f"{target}{side}")) for side in _SIDE_FILES]
    there = [(source, copy) for source, copy in pairs if source.exists()]
    for source, copy in there:
        _link(source, copy)
    sync_folder(home.backups)
    for source, _ in there:
        source.unlink()
    sync_folder(home.path)
    return target if target.exists() else None


def _link(source: Path, copy: Path) -> None:
    """Gives a file a second name; copies it where the file system has no such thing. Raises OSError."""
    try:
        os.link(source, copy)
    except OSError:
        shutil.copyfile(source, copy)
        with open(copy, "rb+") as file:
            os.fsync(file.fileno())
    os.chmod(copy, 0o600)


def _salvage(damaged: Path, new: Home, settings: Scheduler) -> None:
    """Unites a new home with what can be read of a damaged database; where nothing can, nothing comes."""
    from lpdeck.store.salvage import salvage
    from lpdeck.store.schema import open_engine
    from lpdeck.store.uniting import foreign

    with suppress(OSError, sqlite3.Error, HomeError):
        read = Home(new.path / "read")
        open_engine(read).dispose()
        salvage(damaged, read.database)
        with foreign(read.database) as other:
            _unite(new, other, settings)


def _replace_files(home: Home, plan: Plan, contents: Contents) -> None:
    """Brings decks, removed decks and options to what the backup has, each file whole or not at all."""
    folders = {DECKS: home.decks, REMOVED: home.removed}
    for one in plan.files:
        folder = folders[one.member.partition("/")[0]]
        path = folder / f"{one.deck}.toml"
        if one.change == GONE:
            _remove(path)
        else:
            make_private_folder(folder)
            write_atomically(path, contents.data(one.member))
    if plan.rewrites_config:
        config = _config_of(contents)
        _remove(home.config) if config is None else write_atomically(home.config, config)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise HomeError(
            f"{path}: the file can not be removed ({error.strerror})", "Check permissions, then restore again."
        ) from None
