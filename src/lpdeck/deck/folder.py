"""The folder of deck files: listing, reading, writing. A file is replaced whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from lpdeck.deck.copies import sure_copies
from lpdeck.deck.model import Deck
from lpdeck.deck.starters import Starter, starter_of
from lpdeck.deck.toml import DeckFile, read_deck, rewrite_deck, write_deck
from lpdeck.errors import DeckError, HomeError
from lpdeck.shipped import shipped


def deck_paths(folder: Path) -> list[Path]:
    """The deck files of a folder in order of their names, conflict copies left out; [] where there is no folder."""
    if not folder.is_dir():
        return []
    paths = [path for path in folder.glob("*.toml") if path.is_file() and not path.name.startswith(".")]
    copies = sure_copies([path.name for path in paths])
    return sorted(path for path in paths if path.name not in copies)


def conflict_paths(folder: Path) -> list[Path]:
    """The files of a folder that are surely copies of its decks, made by a program that syncs it, in order."""
    if not folder.is_dir():
        return []
    names = [path.name for path in folder.glob("*.toml") if path.is_file()]
    return sorted(folder / name for name in sure_copies(names))


@cache
def starters() -> tuple[Starter, ...]:
    """The decks that travel with the program, in order of their names; read once."""
    return tuple(starter_of(path.stem, read_text(path)) for path in deck_paths(shipped("decks")))


def load(path: Path) -> DeckFile:
    """A deck file. Raises DeckError with file and line, also for an empty file: deleting cards leaves a title."""
    text = read_text(path)
    if not text.strip():
        raise DeckError("the file is empty", "lpdeck doctor finds its last whole form; or delete the file.", path=path)
    return read_deck(text, path)


def read_text(path: Path) -> str:
    """The text of a deck file. Raises DeckError where it can not be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DeckError("the file is not UTF-8", "Save it as UTF-8 in your editor.", path=path, line=line) from None
    except OSError as error:
        raise DeckError(f"the deck can not be read ({error.strerror})", "Check its permissions.", path=path) from None


def save(path: Path, deck: Deck) -> str | None:
    """Brings a deck file to say `deck`; returns what was written, None where it says so already.

    Raises HomeError if that fails.
    """
    before = read_text(path) if path.exists() else ""
    after = rewrite_deck(before, deck) if before else write_deck(deck)
    if after == before:
        return None
    text = after.replace("\n", "\r\n") if before and _ends_with_crlf(path) else after
    write_atomically(path, text)
    return text


def _ends_with_crlf(path: Path) -> bool:
    """Whether every line of a file ends as Windows ends lines."""
    data = path.read_bytes()
    return 0 < data.count(b"\n") == data.count(b"\r\n")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replaces a file by a text, whole or not at all, also at a power cut. Raises HomeError if that fails.

    A link is followed, so that a deck kept elsewhere stays there; the file keeps its permissions.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        with replacing(path) as file:
            file.write(data)
    except OSError as error:
        raise HomeError(
            f"{path}: the file can not be written ({error.strerror})",
            "Nothing was changed; check permissions and free space, then try again.",
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A new file beside a file, which it replaces durably when the block ends well; else it is removed.

    A link is followed; a file that is there keeps its permissions, a new one is its owner's alone. Raises OSError.
    """
    target = path.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o600
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "it is write-protected")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename or a removal in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# Words on which a shortened name should not end.
_HANGING = {
    "a",
    "an",
    "and",
    "at",
    "but",
    "by",
    "even",
    "for",
    "in",
    "of",
    "on",
    "or",
    "that",
    "the",
    "to",
    "what",
    "with",
}


def slug(text: str, limit: int = 48) -> str:
    """A title as a file name: lower-case letters, digits and dashes, cut at a word where it is long."""
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", "")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    cut = len("-".join(words)) > limit
    while len(words) > 1 and (len("-".join(words)) > limit or (cut and words[-1] in _HANGING)):
        words.pop()
    return "-".join(words)[:limit] or "deck"


_OPENINGS = re.compile(
    r"^(please\s+)?(tell me about|describe|give (me )?an example of|walk me through|share)\s+"
    r"((a|the|any)\s+)?((most\s+\w+\s+)?(time|situation|moment|example|instance|occasion)\s+)?"
    r"((when|where|in which|that|of)\s+)?(you\s+)?",
    re.IGNORECASE,
)


def name_for(title: str) -> str:
    """A deck's name for a page's title: what the question is about, without "Tell me about a time you"."""
    rest = _OPENINGS.sub("", title).strip()
    return slug(rest if len(rest.split()) > 1 else title, limit=36)


def free_name(folder: Path, name: str) -> str:
    """The name, or the name with the first free number, among the deck files of a folder."""
    return next(name for name in _numbered(name) if not (folder / f"{name}.toml").exists())


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
