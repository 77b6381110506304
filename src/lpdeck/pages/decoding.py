"""The bytes of a file as text."""

from __future__ import annotations

import codecs
import re

from lpdeck.errors import PageError
from lpdeck.walkthrough import Repair

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = (
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a rich-text document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
)
_ADVICE = "Open it, copy the text of the page, and save that as plain text."


def decode(data: bytes) -> tuple[str, tuple[Repair, ...]]:
    """The text of a file and the steps that reading it took; PageError for what is no text.

    A byte order mark decides; else UTF-8, whose invalid bytes are read as windows-1252, one by one.
    """
    for signature, kind in _BINARY:
        if data.startswith(signature):
            raise PageError(f"The file is {kind}, not text.", _ADVICE)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    if b"\x00" in data:
        raise PageError("The file is binary, not text.", _ADVICE)
    return _unmarked(data)


def _marked(data: bytes, encoding: str) -> tuple[str, tuple[Repair, ...]]:
    mark = Repair("byte order mark", 1)
    if encoding == "utf-8":
        text, repairs = _unmarked(data)
        if "\x00" in text:
            raise PageError("The file is binary, not text.", _ADVICE)
        return text, (mark, *repairs)
    text = data.decode(encoding, "replace")
    if text.count("\x00") + text.count("\ufffd") > len(text) // 10 + 1:
        raise PageError("The file is binary, not text.", _ADVICE)
    return text.replace("\x00", ""), (mark, Repair(encoding.upper(), 1))


def _unmarked(data: bytes) -> tuple[str, tuple[Repair, ...]]:
    text = _without_cut_character(data).decode("utf-8", "surrogateescape")
    text, places = re.subn("[\udc80-\udcff]", lambda found: _windows_1252(ord(found[0]) - 0xDC00), text)
    return text, (Repair("windows-1252 bytes", places),) if places else ()


def _without_cut_character(data: bytes) -> bytes:
    """`data` without the first bytes of a character whose last ones were cut off with the end of the file."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    decoder.decode(data)
    pending = len(decoder.getstate()[0])
    return data[: len(data) - pending] if pending and not _is_windows_1252(data[:-pending]) else data


def _is_windows_1252(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _windows_1252(byte: int) -> str:
    return bytes((byte,)).decode("cp1252", "ignore")
