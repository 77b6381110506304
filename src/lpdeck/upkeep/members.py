"""The members of a backup, read out of a zip that may come from anybody.

Nothing in it is used as a path, sizes are checked before and while a member is unpacked, and whatever is wrong with it
is one sentence.
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lpdeck.errors import HomeError

MANIFEST, DATABASE, CONFIG = "lpdeck.json", "lpdeck.db", "config.toml"
DECKS, REMOVED = "decks", "removed"

# The most that a member may hold (bytes), and all of them.
LARGEST = {MANIFEST: 8 << 20, DATABASE: 2 << 30, CONFIG: 1 << 20, DECKS: 50 << 20, REMOVED: 50 << 20}
LARGEST_OF_ALL = 4 << 30
MOST_MEMBERS = 10_000
# Beyond so many bytes nothing may unpack to more than so many times its packed size.
HARMLESS, RATIO = 1 << 20, 1000

CHUNK = 1 << 18
_ENCRYPTED = 0x1
_LONGEST_NAME = 255
_DECK = re.compile(r"(decks|removed)/(?!\.)[^/\\\x00-\x1f\x7f-\x9f]+\.toml")

OTHER_BACKUP = "Choose another backup: lpdeck backup --list shows those of your home."


def limit_of(name: str) -> int | None:
    """The most bytes that a member of this name may have; None where no backup has such a member."""
    if name in (MANIFEST, DATABASE, CONFIG):
        return LARGEST[name]
    if _DECK.fullmatch(name) and len(name.rpartition("/")[2].encode("utf-8", "replace")) <= _LONGEST_NAME:
        return LARGEST[name.partition("/")[0]]
    return None


@contextmanager
def opened(path: Path) -> Iterator[tuple[ZipFile, dict[str, ZipInfo]]]:
    """The zip and its members by name, each of a known name and of a size that a backup may have.

    Raises HomeError, also for what goes wrong in the block while members are read.
    """
    if path.exists() and not path.is_file():
        raise HomeError(f"{path} is no file", OTHER_BACKUP)
    with broken(path), open(path, "rb") as file:
        _check_directory(file, path)
        with ZipFile(file) as archive:
            infos = archive.infolist()
            for info in infos:
                _check(info, path)
            members = {info.filename: info for info in infos}
            if len(members) < len(infos):
                raise refused(path, "two of its members have one name")
            if sum(info.file_size for info in infos) > LARGEST_OF_ALL:
                raise refused(path, "it would unpack to more than 4 GB")
            yield archive, members


def chunks(archive: ZipFile, info: ZipInfo, path: Path) -> Iterator[bytes]:
    """The bytes of a member in pieces, never more than it declares. Raises HomeError."""
    left = info.file_size
    with broken(path), archive.open(info) as member:
        while piece := member.read(CHUNK):
            left -= len(piece)
            if left < 0:
                raise refused(path, f"{shown_name(info.filename)} is longer than it says")
            yield piece
    if left:
        raise refused(path, f"{shown_name(info.filename)} is shorter than it says")


def refused(path: Path, why: str) -> HomeError:
    """The error for a backup that is not as lpdeck writes one."""
    return HomeError(f"{path} is no sound backup of lpdeck: {why}", f"Nothing was changed. {OTHER_BACKUP}")


def shown_name(name: str) -> str:
    """The name of a member, short and harmless."""
    return ascii(name[:80])


# Whatever zipfile raises for what is broken; NotImplementedError, for later forms of zip, is a RuntimeError.
_UNPACKING = (BadZipFile, EOFError, MemoryError, RuntimeError, ValueError, OverflowError, struct.error, zlib.error)


@contextmanager
def broken(path: Path) -> Iterator[None]:
    """Turns whatever unpacking a zip can raise into one sentence. Raises HomeError."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise HomeError(f"{path}: the file can not be read ({why})", "Check its name and permissions.") from None
    except _UNPACKING as error:
        raise refused(path, f"it is broken or was cut off ({ascii(str(error))[1:-1][:80]})") from None


# The directory of a zip stands at its end, behind a record that tells its size: zipfile reads it whole, so what it
# would read is measured first. lpdeck writes no zip64 and no comment.
_END = struct.Struct("<4s4H2LH")
_END_SIGN, _ZIP64_SIGN = b"PK\x05\x06", b"PK\x06\x07"
_ZIP64_LOCATOR = 20
_LARGEST_DIRECTORY = MOST_MEMBERS * (46 + 8 + _LONGEST_NAME)


def _check_directory(file: IO[bytes], path: Path) -> None:
    size = file.seek(0, 2)
    if size < _END.size:
        raise HomeError(f"{path} is no backup of lpdeck", OTHER_BACKUP)
    file.seek(max(size - _END.size - _ZIP64_LOCATOR, 0))
    tail = file.read()
    sign, disk, first_disk, here, entries, length, _, comment = _END.unpack(tail[-_END.size :])
    file.seek(0)
    if sign != _END_SIGN or comment:
        if file.read(2) != b"PK":
            raise HomeError(f"{path} is no backup of lpdeck", OTHER_BACKUP)
        raise refused(path, "it is broken or was cut off")
    if tail[: -_END.size].startswith(_ZIP64_SIGN) or disk or first_disk or here != entries:
        raise refused(path, "it is packed in a way that lpdeck does not use")
    if entries > MOST_MEMBERS or length > _LARGEST_DIRECTORY:
        raise refused(path, f"it has more than {MOST_MEMBERS:,} members")
    file.seek(0)


def _check(info: ZipInfo, path: Path) -> None:
    name = shown_name(info.orig_filename)
    limit = limit_of(info.filename)
    if limit is None or info.orig_filename != info.filename:
        raise refused(path, f"it holds {name}, which no backup does")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or info.is_dir():
        raise refused(path, f"{name} is no plain file")
    if info.flag_bits & _ENCRYPTED:
        raise refused(path, f"{name} is encrypted")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise refused(path, f"{name} is packed in a way that lpdeck does not use")
    if info.file_size > limit:
        raise refused(path, f"{name} is larger than {limit >> 20:,} MB")
    if info.file_size > max(HARMLESS, info.compress_size * RATIO):
        raise refused(path, f"{name} unpacks to more than {RATIO:,} times its size")
