"""Rows of the log out of the pages of a damaged database, each page read by itself: no tree has to be whole.

The log is a table without rowids, so a row is a cell of an index page, and nothing ever deletes one: whatever stands in
a page was kept once. See "Database File Format" of SQLite, chapters 1.6, 2.1 and 4.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Row = tuple[Any, ...]
Pages = Mapping[int, bytes]
"""The pages of a database by their numbers, from 1 on."""

SIGN = b"SQLite format 3\x00"
USUAL_PAGE = 4096
_WAL_HEADER, _FRAME_HEADER = 32, 24
_INTERIOR, _LEAF = 0x02, 0x0A
_LONGEST_ROW = 1 << 20


def page_sizes(data: bytes) -> list[int]:
    """The page sizes that a file may have: the one in its header, then the usual one."""
    said = struct.unpack(">H", data[16:18])[0] if len(data) >= 18 else 0
    said = 65536 if said == 1 else said
    fits = said >= 512 and said & said - 1 == 0
    return list(dict.fromkeys([said, USUAL_PAGE] if fits else [USUAL_PAGE]))


def pages_of(data: bytes, size: int) -> dict[int, bytes]:
    """The pages of a database file; a last one that is cut off is filled with zeros."""
    starts = range(0, len(data), size)
    return {number: data[start : start + size].ljust(size, b"\0") for number, start in enumerate(starts, 1)}


def pages_of_wal(data: bytes, size: int) -> dict[int, bytes]:
    """The pages that the transactions in a write-ahead log wrote, as the last complete one left them."""
    if len(data) < _WAL_HEADER:
        return {}
    salts = data[16:24]
    written: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    for start in range(_WAL_HEADER, len(data) - size - _FRAME_HEADER + 1, size + _FRAME_HEADER):
        number, commit = struct.unpack(">II", data[start : start + 8])
        if data[start + 8 : start + 16] != salts:
            break
        pending[number] = data[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        if commit:
            written |= pending
            pending = {}
    return written


def rows(pages: Pages, width: int, fits: Callable[[Row], bool]) -> Iterator[Row]:
    """Every row of `width` columns that fits, in whatever page it stands; a row may come more than once."""
    for number, page in pages.items():
        for cell in _cells(page, 100 if number == 1 else 0):
            row = _row(page, cell, pages, width)
            if row is not None and fits(row):
                yield row


def _cells(page: bytes, header: int) -> Iterator[int]:
    """Where the rows of an index page begin; none in a page of another kind."""
    kind = page[header]
    if kind not in (_INTERIOR, _LEAF):
        return
    first, child = (12, 4) if kind == _INTERIOR else (8, 0)
    count = struct.unpack(">H", page[header + 3 : header + 5])[0]
    start = header + first
    for at in range(start, min(start + 2 * count, len(page) - 1), 2):
        cell = struct.unpack(">H", page[at : at + 2])[0] + child
        if start < cell < len(page):
            yield cell


def _row(page: bytes, cell: int, pages: Pages, width: int) -> Row | None:
    try:
        size, at = _varint(page, cell)
        return _decoded(_payload(page, at, size, pages), width) if 0 < size <= _LONGEST_ROW else None
    except (IndexError, KeyError, ValueError, struct.error):
        return None


def _payload(page: bytes, at: int, size: int, pages: Pages) -> bytes:
    """The bytes of a row: those in its page, and those in the chain of pages that it overflows to. Raises KeyError."""
    usable = len(page)
    most, least = (usable - 12) * 64 // 255 - 23, (usable - 12) * 32 // 255 - 23
    if size <= most:
        return page[at : at + size]
    here = least + (size - least) % (usable - 4)
    here = here if here <= most else least
    parts, left = [page[at : at + here]], size - here
    following = struct.unpack(">I", page[at + here : at + here + 4])[0]
    while left > 0:
        more = pages[following]
        parts.append(more[4 : 4 + left])
        left -= usable - 4
        following = struct.unpack(">I", more[:4])[0]
    return b"".join(parts)


def _decoded(record: bytes, width: int) -> Row | None:
    """The columns of a record; None where it has another number of them. Raises ValueError for what is broken."""
    end, at = _varint(record, 0)
    kinds = []
    while at < end:
        kind, at = _varint(record, at)
        kinds.append(kind)
    if len(kinds) != width:
        return None
    values, at = [], end
    for kind in kinds:
        size = _size(kind)
        if at + size > len(record):
            raise ValueError
        values.append(_value(kind, record[at : at + size]))
        at += size
    return tuple(values)


_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def _size(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    return _SIZES[kind]


def _value(kind: int, data: bytes) -> Any:
    if kind >= 12:
        return data.decode() if kind % 2 else data
    if kind == 0:
        return None
    if kind == 7:
        return struct.unpack(">d", data)[0]
    return kind - 8 if kind in (8, 9) else int.from_bytes(data, "big", signed=True)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends. Raises IndexError."""
    value = 0
    for count in range(8):
        byte = data[at + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    return value << 8 | data[at + 8], at + 9
