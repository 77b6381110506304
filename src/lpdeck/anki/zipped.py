"""A collection out of a file of Anki's: a package (.apkg, .colpkg) or a bare collection, opened from a copy.

Files come from anywhere: nothing in an archive is used as a path, its sizes are counted while they are unpacked,
and whatever is wrong with it is one sentence.
"""

from __future__ import annotations

import sqlite3
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo, is_zipfile

from lpdeck.errors import EXIT_NO_INPUT, LpdeckError

MEMBERS = ("collection.anki21b", "collection.anki21", "collection.anki2")
"""Where a package keeps its collection; the later ones are dummies where an earlier one is present."""

VERSIONS = range(11, 19)
"""The schemas of a collection (`col.ver`) that are known."""
NEWEST_PACKAGE = 3
NEEDED = {"col", "notes", "cards", "revlog"}
NEEDED_SINCE = {15: {"notetypes", "fields"}}

LARGEST = 2 << 30
"""The largest collection that is unpacked (bytes)."""
HARMLESS, RATIO = 50 << 20, 200
"""Beyond so many bytes nothing may unpack to more than so many times its packed size."""
_CHUNK = 1 << 20
_LONGEST_VALUE = 32 << 20
"""The longest text of a collection (bytes)."""

_SQLITE, _ZSTD = b"SQLite format 3\x00", b"\x28\xb5\x2f\xfd"

AGAIN = "Export it from Anki again (File, Export) and import that."
_NAME_A_FILE = "Name an .apkg, a .colpkg or a collection.anki2."


class AnkiFileError(LpdeckError):
    """A file from Anki was not understood, or Anki holds it open."""

    exit_code = EXIT_NO_INPUT


@contextmanager
def open_collection(path: Path) -> Iterator[sqlite3.Connection]:
    """The collection of an .apkg, a .colpkg, or a bare collection.anki2, .anki21 or .anki21b, for reading only.

    Works on a temporary copy; what the file is, its content says and not its name. Raises AnkiFileError.
    """
    with tempfile.TemporaryDirectory(prefix="lpdeck-anki-") as folder:
        copy = Path(folder) / "collection.db"
        try:
            _unpack(path, copy)
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            said = getattr(error, "strerror", None) or error
            raise AnkiFileError(f"{path}: the file can not be read ({said})", _NAME_A_FILE) from None
        connection = sqlite3.connect(copy, isolation_level=None)
        try:
            with _told(path):
                _prepare(connection, path)
                yield connection
        finally:
            connection.close()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what SQLite says of a damaged collection into one sentence."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        raise AnkiFileError(f"{path}: the collection in it is damaged ({error or 'too large'})", AGAIN) from None


# Unpacking


def _unpack(path: Path, target: Path) -> None:
    if path.is_dir():
        raise AnkiFileError(f"{path} is a folder", _NAME_A_FILE)
    if path.exists() and not path.is_file():
        raise AnkiFileError(f"{path} is no file on a disk", _NAME_A_FILE)
    with open(path, "rb") as source:
        head = source.read(len(_SQLITE))
        source.seek(0)
        if not head:
            raise AnkiFileError(f"{path} is empty", AGAIN)
        if head == _SQLITE:
            _copy_bare(path, target)
        elif head.startswith(_ZSTD):
            with _broken(path):
                _write(_unzstd(source), target, path.stat().st_size, path)
        elif _is_zip(source, path):
            _unzip(source, target, path)
        else:
            _refuse_stranger(path, head)
    with open(target, "rb") as found:
        if found.read(len(_SQLITE)) != _SQLITE:
            raise AnkiFileError(f"{path}: the collection in it is no SQLite database", AGAIN)


def _is_zip(source: IO[bytes], path: Path) -> bool:
    with _broken(path):
        return is_zipfile(source)


def _refuse_stranger(path: Path, head: bytes) -> None:
    if head.startswith(b"PK"):
        raise AnkiFileError(f"{path}: the package is broken or was cut off", AGAIN)
    raise AnkiFileError(f"{path} is no file of Anki's", _NAME_A_FILE)


def _unzip(source: IO[bytes], target: Path, path: Path) -> None:
    with _broken(path), ZipFile(source) as archive:
        infos = {info.filename: info for info in archive.infolist()}
        _refuse_newer_package(archive, infos.get("meta"), path)
        info = next((infos[name] for name in MEMBERS if name in infos), None)
        if info is None:
            raise AnkiFileError(f"{path}: there is no collection of Anki's in this archive", AGAIN)
        if info.flag_bits & 1:
            raise AnkiFileError(f"{path}: the archive is encrypted", "Unpack it first, then import the package in it.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise AnkiFileError(f"{path}: the archive is packed in a way that Anki does not use", AGAIN)
        packed = min(info.compress_size, path.stat().st_size)
        with archive.open(info) as member:
            _write(_unzstd(member) if info.filename == MEMBERS[0] else member, target, packed, path)


def _refuse_newer_package(archive: ZipFile, meta: ZipInfo | None, path: Path) -> None:
    """Refuses a package whose `meta` (a protobuf whose field 1 is the version) is of a later format."""
    if meta is None or meta.flag_bits & 1:
        return
    with archive.open(meta) as member:
        said = member.read(2)
    if len(said) == 2 and said[0] == 8 and said[1] > NEWEST_PACKAGE:
        raise _too_new(path)


def _too_new(path: Path) -> AnkiFileError:
    return AnkiFileError(
        f"{path} was written by an Anki newer than this lpdeck knows",
        'Export it again with "Support older Anki versions" ticked, or upgrade lpdeck.',
    )


def _write(source: IO[bytes], target: Path, packed: int, path: Path) -> None:
    """Writes what is unpacked, counting; `packed` is what it takes up in the file (bytes)."""
    most = min(LARGEST, max(HARMLESS, packed * RATIO))
    written = 0
    with open(target, "wb") as out:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > most:
                raise AnkiFileError(f"{path}: the collection unpacks to far more than a collection holds", AGAIN)
            out.write(chunk)


@contextmanager
def _broken(path: Path) -> Iterator[None]:
    """Turns whatever unpacking can raise into one sentence; errors of the file system pass."""
    try:
        yield
    except _UNPACKING as error:
        raise AnkiFileError(f"{path}: the package is broken or was cut off ({error})", AGAIN) from None
    except Exception as error:
        if type(error).__name__ != "ZstdError":
            raise
        raise AnkiFileError(f"{path}: the collection in it is broken or was cut off ({error})", AGAIN) from None


# NotImplementedError, which a later form of archives gives, is a RuntimeError.
_UNPACKING = (BadZipFile, EOFError, MemoryError, RuntimeError, ValueError, OverflowError, struct.error, zlib.error)


def _unzstd(source: IO[bytes]) -> IO[bytes]:
    opened: IO[bytes] = _zstd().open(source, "rb")
    return opened


def _zstd() -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        try:
            from backports import zstd  # type: ignore[import-not-found, unused-ignore]
        except ImportError:
            raise AnkiFileError(
                "this file is packed with Zstandard, for which the package backports.zstd is missing",
                'Install it (pip install backports.zstd), or export with "Support older Anki versions" ticked.',
            ) from None
    return zstd


# A bare collection


def _copy_bare(path: Path, target: Path) -> None:
    """Copies a collection with its -wal, while nobody writes to it.

    The -shm is left behind: it only lists what stands in the -wal, and SQLite makes it anew.
    """
    journal = path.with_name(f"{path.name}-journal")
    if _size(journal):
        raise _in_use(path)
    with _held(path) as source:
        _write(source, target, LARGEST, path)
        wal = path.with_name(f"{path.name}-wal")
        if _size(wal):
            with open(wal, "rb") as changes:
                _write(changes, target.with_name(f"{target.name}-wal"), LARGEST, path)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


# SQLite's lock bytes: readers share a lock on this range, a writer (and Anki, as long as it is open) holds it alone.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510


@contextmanager
def _held(path: Path) -> Iterator[IO[bytes]]:
    """The file under SQLite's lock for reading."""
    import fcntl

    with open(path, "rb") as source:
        try:
            fcntl.lockf(source, fcntl.LOCK_SH | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except (BlockingIOError, PermissionError):
            raise _in_use(path) from None
        except OSError:
            pass  # a file system without locks
        yield source


def _in_use(path: Path) -> AnkiFileError:
    return AnkiFileError(
        f"{path}: Anki is open, or was stopped while it wrote",
        "Close Anki (start it first if it is closed) and try again.",
    )


# The database


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the connection harmless and checks that it holds a collection whose schema is known."""
    connection.create_collation("unicase", _unicase)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    version = connection.execute("SELECT ver FROM col").fetchone() if tables >= NEEDED else None
    if version is None or not isinstance(version[0], int) or version[0] < VERSIONS.start:
        raise AnkiFileError(f"{path} holds no collection of Anki's that is known", AGAIN)
    if version[0] not in VERSIONS:
        raise _too_new(path)
    if any(_is_computed(connection, name) for name in tables & {*NEEDED, *NEEDED_SINCE[15]}):
        raise AnkiFileError(f"{path}: the collection in it is damaged (a table is none of Anki's)", AGAIN)
    if any(version[0] >= since and not tables >= names for since, names in NEEDED_SINCE.items()):
        raise AnkiFileError(f"{path}: the collection in it is damaged (its note types are missing)", AGAIN)


def _is_computed(connection: sqlite3.Connection, table: str) -> bool:
    """Whether what a table holds is computed when it is read, which may take any time and memory."""
    return any(hidden for *_, hidden in connection.execute(f"PRAGMA table_xinfo({table})"))


def _unicase(one: str, other: str) -> int:
    """Anki's collation of names: without regard to case."""
    left, right = one.casefold(), other.casefold()
    return (left > right) - (left < right)
