"""A backup: one zip with the database, the options and the deck files of a home, and a manifest with their digests."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, LargeZipFile, ZipFile, ZipInfo

from lpdeck.deck.folder import deck_paths, replacing
from lpdeck.errors import DeckError, HomeError
from lpdeck.home import Home
from lpdeck.store.hot import explained, make_private_file
from lpdeck.upkeep.members import (
    CHUNK,
    CONFIG,
    DATABASE,
    DECKS,
    MANIFEST,
    OTHER_BACKUP,
    REMOVED,
    chunks,
    limit_of,
    opened,
    refused,
    shown_name,
)

FORMAT, VERSION = "lpdeck-backup", 1

SQLITE_HEAD = b"SQLite format 3\x00"
"""How a database file begins."""


@dataclass(frozen=True)
class State:
    """What a home holds, enough to tell whether anything changed: counts, the log's last event, a digest of the files.

    `answers` are those of sittings; `events` all entries of the log; `marks` counts exports, limits and weights.
    """

    decks: int = 0
    cards: int = 0
    answers: int = 0
    events: int = 0
    last: str = ""
    marks: int = 0
    files: str = ""


@dataclass(frozen=True)
class Member:
    """The size of a member (bytes) and the BLAKE2b digest of its bytes (hexadecimal)."""

    size: int
    blake2b: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: when it was made, by what, on which device, what it holds.

    `schema` is that of its database, "" where it has none.
    """

    made_ms: int
    schema: str
    version: str
    device: str
    device_name: str
    state: State
    files: Mapping[str, Member]


@dataclass(frozen=True)
class Contents:
    """What a backup holds: texts of decks by name, unpacked one by one when they are asked for.

    A deck that is not UTF-8, or changed since the backup was read, raises LpdeckError when it is asked for. `config`
    is None where the home had none, `schema` "" where it had no database.
    """

    made_ms: int
    schema: str
    version: str
    device: str
    device_name: str
    decks: Mapping[str, str]
    removed: Mapping[str, str]
    config: str | None
    state: State = State()
    path: Path = Path()

    def data(self, member: str) -> bytes:
        """The bytes of a member: `config.toml`, `decks/NAME.toml`, `removed/NAME.toml`. Raises HomeError."""
        found = manifest(self.path).files.get(member)
        if found is None:
            raise refused(self.path, f"{shown_name(member)} is no longer in it")
        return _data(self.path, member, found)


class _Texts(Mapping[str, str]):
    """Deck files of a backup by name."""

    def __init__(self, path: Path, folder: str, files: Mapping[str, Member]) -> None:
        self._path = path
        self._members = {
            name.partition("/")[2].removesuffix(".toml"): (name, member)
            for name, member in sorted(files.items())
            if name.startswith(f"{folder}/")
        }

    def __getitem__(self, deck: str) -> str:
        return _text(self._path, *self._members[deck])

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


# Reading


def is_archive(path: Path) -> bool:
    """Whether a file begins as a zip does; whether it is a sound backup, `read` says."""
    return _head(path).startswith(b"PK\x03\x04")


def is_database(path: Path) -> bool:
    """Whether a file begins as a database of SQLite does."""
    return _head(path) == SQLITE_HEAD


def _head(path: Path) -> bytes:
    """The first bytes of a file; none of a pipe, which would keep us waiting."""
    if not path.is_file():
        return b""
    try:
        with open(path, "rb") as file:
            return file.read(len(SQLITE_HEAD))
    except OSError:
        return b""


def manifest(path: Path) -> Manifest:
    """What a backup says of itself, without unpacking the rest. Raises HomeError."""
    with opened(path) as (archive, members):
        if MANIFEST not in members:
            raise HomeError(f"{path} is no backup of lpdeck", OTHER_BACKUP)
        text = b"".join(chunks(archive, members[MANIFEST], path))
        found = _manifest(text, path)
        if found.files.keys() != members.keys() - {MANIFEST}:
            raise refused(path, "its members are not those that it lists")
        for name, member in found.files.items():
            if member.size != members[name].file_size:
                raise refused(path, f"{name!a} is not of the size that is listed")
        return found


def read(path: Path) -> Contents:
    """A backup whose members all are as it says; its database is only compared, not opened. Raises HomeError."""
    found = manifest(path)
    with opened(path) as (archive, members):
        for name, member in found.files.items():
            for _ in _compared(archive, members[name], member, path):
                pass
    return Contents(
        made_ms=found.made_ms,
        schema=found.schema,
        version=found.version,
        device=found.device,
        device_name=found.device_name,
        decks=_Texts(path, DECKS, found.files),
        removed=_Texts(path, REMOVED, found.files),
        config=_text(path, CONFIG, found.files[CONFIG], errors="replace") if CONFIG in found.files else None,
        state=found.state,
        path=path,
    )


def extract_database(path: Path, target: Path) -> None:
    """Writes the database of a backup to a new file that is its owner's alone. Raises HomeError.

    What stands in it is not trusted: `store.uniting.foreign` opens it safely.
    """
    member = manifest(path).files.get(DATABASE)
    if member is None:
        raise HomeError(f"{path} holds no database", OTHER_BACKUP)
    with opened(path) as (archive, members), _written(target) as file:
        for index, piece in enumerate(_compared(archive, members[DATABASE], member, path)):
            if not index and not piece.startswith(SQLITE_HEAD):
                raise refused(path, "its database is none")
            file.write(piece)


@contextmanager
def _written(target: Path) -> Iterator[IO[bytes]]:
    """A file to write; errors of writing become one sentence."""
    try:
        with replacing(target) as file:
            yield file
    except OSError as error:
        raise _not_written(target, error) from None


def _not_written(path: Path, error: OSError) -> HomeError:
    return HomeError(
        f"{path}: the file can not be written ({error.strerror})",
        "Nothing was changed; check permissions and free space, then try again.",
    )


def _compared(archive: ZipFile, info: ZipInfo, member: Member, path: Path) -> Iterator[bytes]:
    """The pieces of a member; raises HomeError at its end where the digest is not the one that is listed."""
    digest = blake2b()
    for piece in chunks(archive, info, path):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != member.blake2b:
        raise refused(path, f"{info.filename!a} is not as it was when the backup was made")


def _data(path: Path, name: str, member: Member) -> bytes:
    with opened(path) as (archive, members):
        if name not in members:
            raise refused(path, f"{name!a} is gone")
        return b"".join(_compared(archive, members[name], member, path))


def _text(path: Path, name: str, member: Member, errors: str = "strict") -> str:
    """A text as reading the file gives it: without a byte order mark, its lines ended by a line feed."""
    try:
        text = _data(path, name, member).decode("utf-8-sig", errors)
    except UnicodeDecodeError:
        raise DeckError(f"{name} in {path} is not UTF-8", "Save the deck as UTF-8 and make a new backup.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


_SHORT_TEXT = 200
_LAST_MOMENT_MS = 253_402_300_799_000  # the end of the year 9999


def _manifest(data: bytes, path: Path) -> Manifest:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise refused(path, "what it says of itself is damaged") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise HomeError(f"{path} is no backup of lpdeck", OTHER_BACKUP)
    version = found.get("version")
    if isinstance(version, int) and version > VERSION:
        raise HomeError(
            f"{path} was written by a newer lpdeck (backup version {version}, this one knows {VERSION})",
            "Upgrade lpdeck: pip install --upgrade lpdeck. Nothing was changed.",
        )
    try:
        return _checked(found)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise refused(path, "what it says of itself is damaged") from None


def _checked(found: dict[str, Any]) -> Manifest:
    """The manifest, its values of the right types and ranges. Raises KeyError, TypeError, ValueError."""
    device = _record(found["device"])
    made_ms = _count(found["made_ms"])
    if made_ms > _LAST_MOMENT_MS or _count(found["version"]) != VERSION:
        raise ValueError
    files = {
        name: Member(_count(_record(one)["size"]), _short(one["blake2b"]))
        for name, one in _record(found["files"]).items()
    }
    if any(limit_of(name) is None or name == MANIFEST for name in files):
        raise ValueError
    return Manifest(
        made_ms=made_ms,
        schema=_short(found["schema"]),
        version=_short(found["lpdeck"]),
        device=_short(device["id"]),
        device_name=_short(device["name"]),
        state=_state(_record(found["state"])),
        files=files,
    )


def _state(found: dict[str, Any]) -> State:
    return State(
        **{name: _count(found[name]) for name in ("decks", "cards", "answers", "events", "marks")},
        last=_short(found["last"]),
        files=_short(found["files"]),
    )


def _record(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
        raise ValueError
    return value


def _short(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _SHORT_TEXT:
        raise ValueError
    return value


# Writing

_SMALL = 4 << 20
"""Up to so many bytes a database is packed well, a larger one fast."""
_FAST, _WELL = 1, 6


def pack(home: Home, target: Path, made_ms: int, *, version: str = "", with_database: bool = True) -> Path:
    """Writes a backup of a home to a file, which it replaces whole or not at all; returns the file's path.

    The database is copied by SQLite's online backup, also while a review runs, and compared with itself. `made_ms` is
    the moment (milliseconds), `version` that of lpdeck. Raises HomeError where the database is damaged, a file can
    not be read, or the backup can not be written.
    """
    sources = _sources(home)
    try:
        with tempfile.TemporaryDirectory(prefix=".lpdeck-", suffix=".part", dir=target.parent) as folder:
            copy = Path(folder) / DATABASE
            found = _snapshot(home.database, copy) if with_database and home.database.exists() else Found()
            with replacing(target) as file:
                _write(file, ([(DATABASE, copy)] if found.schema else []) + sources, found, made_ms, version)
    except OSError as error:
        raise _not_written(target, error) from None
    except LargeZipFile:
        raise HomeError(f"{target}: the home is larger than one backup can be (2 GB)", "Nothing was written.") from None
    return target


def state_of(home: Home) -> State:
    """What a home holds now, to be compared with the state of a backup. Raises HomeError."""
    found = Found()
    if home.database.exists():
        with explained(home.database), closing(_read_only(home.database)) as connection:
            found = _found(connection, home.database)
    files = {name: _digest(path) for name, path in _sources(home)}
    return _with_files(found.state, files)


@dataclass(frozen=True)
class Found:
    """What the database of a home says; nothing where there is none."""

    schema: str = ""
    device: str = ""
    device_name: str = ""
    state: State = State()


def _sources(home: Home) -> list[tuple[str, Path]]:
    """The files beside the database by the names of their members. Raises HomeError for one that no zip can name."""
    found = [(f"{DECKS}/{path.name}", path) for path in deck_paths(home.decks)]
    found += [(f"{REMOVED}/{path.name}", path) for path in deck_paths(home.removed)]
    if home.config.exists():
        found.append((CONFIG, home.config))
    for name, path in found:
        limit = limit_of(name)
        if limit is None or not _is_text(name):
            raise HomeError(f"{str(path)!a}: a file of this name can not be kept", "Rename the deck: lpdeck rename.")
        if path.stat().st_size > limit:
            raise HomeError(f"{path} is larger than {limit >> 20} MB", "Divide the deck: two files in decks/.")
    return found


def _is_text(name: str) -> bool:
    """Whether a name of a file is text and not only bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _digest(path: Path) -> str:
    """The digest of a file's bytes. Raises HomeError."""
    digest = blake2b()
    for piece in _pieces(path):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file in pieces. Raises HomeError where it can not be read."""
    try:
        with open(path, "rb") as file:
            while piece := file.read(CHUNK):
                yield piece
    except OSError as error:
        raise HomeError(f"{path}: the file can not be read ({error.strerror})", "Check its permissions.") from None


# The database


def _snapshot(source: Path, target: Path) -> Found:
    """Copies a database by SQLite's online backup and checks the copy; what it says. Raises HomeError."""
    make_private_file(target)
    with explained(source), closing(_read_only(source)) as original, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous = OFF")
        original.backup(copy)
        copy.execute("PRAGMA journal_mode = OFF")
        _refuse_damaged(copy, source)
        return _found(copy, source)


def _read_only(path: Path) -> sqlite3.Connection:
    """A connection that never makes a database."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    """Compares the database with itself. Raises HomeError."""
    (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise HomeError(
            f"{path}: the database is damaged ({said[:80]})",
            "lpdeck doctor says more; lpdeck restore brings a backup back.",
        )


_MARKS = ("exported", "day_limits", "weights", "device")


def _found(connection: sqlite3.Connection, path: Path) -> Found:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "device", "event", "card"} <= tables:
        raise HomeError(f"{path} is no database of lpdeck", "Move it away, or choose another home with --home.")
    here = connection.execute("SELECT id, name FROM device WHERE here = 1").fetchone() or ("", "")

    def one(statement: str) -> Any:
        return connection.execute(f"SELECT {statement}").fetchone()[0]

    return Found(
        schema=one("max(version_num) FROM alembic_version"),
        device=here[0][:_SHORT_TEXT],
        device_name=here[1][:_SHORT_TEXT],
        state=State(
            cards=one("count(*) FROM card"),
            answers=one("count(*) FROM event WHERE kind = 'answer'"),
            events=one("count(*) FROM event"),
            last=one("max(id) FROM event") or "",
            marks=sum(one(f"count(*) FROM {table}") for table in _MARKS if table in tables),
        ),
    )


# The zip


def _write(file: IO[bytes], sources: Iterable[tuple[str, Path]], found: Found, made_ms: int, version: str) -> None:
    files: dict[str, Member] = {}
    with ZipFile(file, "w", ZIP_DEFLATED, allowZip64=False) as archive:
        for name, path in sources:
            files[name] = _add(archive, name, path)
        state = _with_files(found.state, {name: one.blake2b for name, one in files.items() if name != DATABASE})
        about = {
            "format": FORMAT,
            "version": VERSION,
            "made_ms": made_ms,
            "lpdeck": version,
            "schema": found.schema,
            "device": {"id": found.device, "name": found.device_name},
            "state": vars(state),
            "files": {name: vars(member) for name, member in files.items()},
        }
        archive.writestr(_info(MANIFEST), json.dumps(about, indent=1))


def _add(archive: ZipFile, name: str, path: Path) -> Member:
    """Adds a file; its size and digest as they were read."""
    info = _info(name)
    info.file_size = path.stat().st_size
    digest, size = blake2b(), 0
    level = _FAST if info.file_size > _SMALL else _WELL
    info._compresslevel = level  # type: ignore[attr-defined]
    with archive.open(info, "w") as member:
        for piece in _pieces(path):
            digest.update(piece)
            size += len(piece)
            member.write(piece)
    return Member(size, digest.hexdigest())


def _info(name: str) -> ZipInfo:
    """A member that is packed, and its owner's alone where it is unpacked."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o100600 << 16
    return info


def _with_files(state: State, digests: Mapping[str, str]) -> State:
    """The state with the decks counted and a digest of all files beside the database."""
    whole = blake2b(json.dumps(sorted(digests.items())).encode(), digest_size=16).hexdigest()
    decks = sum(name.startswith(f"{DECKS}/") for name in digests)
    return State(**{**vars(state), "decks": decks, "files": whole})
