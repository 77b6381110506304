"""Permissions, room on the disk, options, what was left half-written: everything outside database and decks."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from lpdeck.errors import ConfigError, HomeError
from lpdeck.upkeep.finding import Finding, Patient, several, some

LEAST_FREE = 100_000_000
"""Bytes that must be free on the disk; so must three times the size of the database."""
_OTHERS = 0o077


def permissions(patient: Patient) -> list[Finding]:
    """Whether others may enter the home or read its files, and the learner may."""
    home = patient.home.path
    open_ = [path for path in (home, *_inside(home)) if path.lstat().st_mode & _OTHERS]
    found = [*_owners(patient), *_shut(patient)]
    if open_:
        names = [str(path.relative_to(home)) if path != home else str(home) for path in open_]
        if home in open_:
            what = f"others may read or enter {some(names)}"
            found.append(Finding(what, "chmod -R go-rwx on the home folder.", home, _made_private))
        else:  # an editor wrote them, say
            what = f"only the home folder, which is closed, keeps others from {some(names)}"
            found.append(Finding(what, "lpdeck doctor --fix closes them too.", home, _made_private, True))
    return found


def _inside(home: Path) -> Iterator[Path]:
    """What lpdeck keeps in a home. Links are not followed: what they lead to is the learner's affair."""
    for folder, folders, files in os.walk(home):
        folders[:] = [name for name in folders if not (Path(folder) / name).is_symlink()]
        for name in (*folders, *files):
            path = Path(folder, name)
            with suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode) or stat.S_ISDIR(path.lstat().st_mode):
                    yield path


def _owners(patient: Patient) -> list[Finding]:
    found = []
    for path in (patient.home.path, patient.home.decks):
        if path.exists() and path.stat().st_uid != os.geteuid():
            what = f"{path} belongs to another user (number {path.stat().st_uid})"
            found.append(
                Finding(what, "Make sure that you may write there, or choose another --home.", path, None, True)
            )
    return found


def _shut(patient: Patient) -> Iterator[Finding]:
    """What its own owner may not read, and folders that may not be written."""
    for path in (patient.home.path, *_inside(patient.home.path)):
        needed = 0o700 if path.is_dir() else 0o400
        if path.lstat().st_mode & needed != needed:
            what = f"{path.relative_to(patient.home.path)} may not be {'used' if path.is_dir() else 'read'} by you"
            yield Finding(what, f'chmod u+rwX "{path}"', path)


def _made_private(patient: Patient) -> str:
    home, changed = patient.home.path, 0
    for path in (home, *_inside(home)):
        mode = stat.S_IMODE(path.lstat().st_mode)
        if mode & _OTHERS:
            try:
                os.chmod(path, mode & ~_OTHERS)
            except OSError as error:
                raise HomeError(f"{path}: its permissions can not be changed ({error.strerror})") from None
            changed += 1
    return f"closed {changed:,} {'file or folder' if changed == 1 else 'files and folders'} to others"


def space(patient: Patient) -> list[Finding]:
    """Whether the disk has room for answers and backups."""
    database = patient.home.database
    size = database.stat().st_size if database.is_file() else 0
    free, needed = shutil.disk_usage(patient.home.path).free, max(LEAST_FREE, 3 * size)
    if free >= needed:
        return []
    what = f"only {free // 1_000_000} MB are free on the disk; lpdeck wants {needed // 1_000_000}"
    return [Finding(what, "Free some space: backups and answers need it.", patient.home.path)]


def options(patient: Patient) -> list[Finding]:
    """Whether config.toml can be read."""
    from lpdeck.config import load_config

    try:
        load_config(patient.home.config)
    except ConfigError as error:
        what = error.what.replace(f"{patient.home.path}/", "")
        return [Finding(what, error.advice, patient.home.config)]
    return []


HOUR_MS = 3_600_000


def leftovers(patient: Patient) -> list[Finding]:
    """Files that a write left behind when it was killed."""
    found = _left(patient)
    if not found:
        return []
    names = some([path.name for path in found])
    what = f"{several(len(found), 'file')} left by a write that was cut short: {names}"
    return [Finding(what, "They are never read; remove them.", found[0], _swept)]


def _left(patient: Patient) -> list[Path]:
    home = patient.home
    folders = [folder for folder in (home.path, home.decks, home.removed) if folder.is_dir()]
    paths = [path for folder in folders for path in folder.glob(".*.part") if path.is_file()]
    return sorted(path for path in paths if patient.clock.now_ms - path.stat().st_mtime_ns // 1_000_000 > HOUR_MS)


def _swept(patient: Patient) -> str:
    left = _left(patient)
    for path in left:
        path.unlink(missing_ok=True)
    return f"removed {several(len(left), 'file')}"


def holder(patient: Patient) -> list[Finding]:
    """Whether a command that is gone still says that it writes."""
    from lpdeck.store.holding import holder as who
    from lpdeck.store.holding import holder_file

    path = holder_file(patient.home.database)
    if not path.exists() or who(patient.home.database) is not None or _is_mine(path):
        return []
    what = f"{path.name} names a command that is gone: it was killed while it wrote"
    return [Finding(what, "Nothing waits for it; remove the file.", path, _let_go)]


def _is_mine(path: Path) -> bool:
    with suppress(OSError):
        return f'"pid": {os.getpid()},' in path.read_text("utf-8", "replace")
    return False


def _let_go(patient: Patient) -> str:
    from lpdeck.store.holding import holder_file

    holder_file(patient.home.database).unlink(missing_ok=True)
    return "removed it"


DAY_MS = 86_400_000
OLD_DAYS = 14
"""After so many days with answers a backup is called old."""


def backups(patient: Patient) -> list[Finding]:
    """How old the newest backup is, and which can not be read."""
    from lpdeck.upkeep.archive import read
    from lpdeck.upkeep.keeping import backups as listed

    found, newest = [], None
    for one in listed(patient.home):
        try:
            read(one.path)
        except HomeError as error:
            what = error.what.replace(f"{patient.home.path}/", "")
            found.append(Finding(what, "Move the file away; it helps nobody.", one.path))
            continue
        newest = max(newest or 0, one.made_ms or 0)
    return found + _age(patient, newest)


def _age(patient: Patient, newest: int | None) -> list[Finding]:
    if newest is None:
        none = Finding("there is no backup yet", "lpdeck backup makes one.", patient.home.backups, None, True)
        return [none] if patient.copy is not None else []
    days = (patient.clock.now_ms - newest) // DAY_MS
    if days < OLD_DAYS:
        return []
    return [
        Finding(f"the newest backup is {days} days old", "lpdeck backup makes one.", patient.home.backups, None, True)
    ]
