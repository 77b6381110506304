"""What uniting with another home, a database, a backup or a single deck does: planned first, then applied."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lpdeck.deck.copies import copy_of
from lpdeck.deck.folder import deck_paths, read_text, save
from lpdeck.deck.model import Deck
from lpdeck.deck.toml import read_deck
from lpdeck.deck.uniting import Joining, Shelf, unite_shelves
from lpdeck.errors import DeckError, HomeError, LpdeckError, UsageError
from lpdeck.home import Home
from lpdeck.scheduling import Scheduler

if TYPE_CHECKING:
    from lpdeck.store.uniting import Ready, United

LARGEST_DECK = 50 << 20
"""The bytes that a deck file of another computer may have."""

_ANOTHER = "Name another home folder, a database, a backup or a deck file. Nothing was changed."


@dataclass(frozen=True)
class Other:
    """What was named: what it is in a word, its decks, its database as a private copy (None where it has none), and
    what of it could not be read, in sentences.
    """

    path: Path
    kind: str
    shelf: Shelf
    database: sqlite3.Connection | None
    told: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What uniting will do: to the log (None where the other has none) and to the decks, whose files said `texts`."""

    other: Other
    log: Ready | None
    joining: Joining
    texts: Mapping[Path, str]

    @property
    def changes_nothing(self) -> bool:
        """Whether neither a schedule nor a card will change."""
        is_news = self.log is not None and (self.log.added or self.log.weights or self.log.schedules)
        return not (is_news or self.joining.decks or self.joining.aside)


@dataclass(frozen=True)
class Done:
    """What uniting did: to the log, the files that were written, and what was left out because it changed meanwhile."""

    united: United | None
    written: tuple[Path, ...]
    left: tuple[str, ...]


# The other


@contextmanager
def opened(path: Path, home: Home) -> Iterator[Other]:
    """The other as plain values, with a private copy of its database; nothing of it is written.

    Raises LpdeckError where it is of no use, or is this very home.
    """
    path = path.absolute()
    _refuse_itself(path, home)
    if path.is_dir():
        with _home(Home(path)) as other:
            yield other
    elif path.suffix == ".toml":
        yield _deck_file(path, home)
    else:
        from lpdeck.upkeep.archive import is_archive

        with _backup(path) if is_archive(path) else _database(path) as other:
            yield other


def _refuse_itself(path: Path, home: Home) -> None:
    own = {
        home.path: "this is your home itself",
        home.decks: "these are your own decks",
        home.database: "this is the database of your home itself",
    }
    for mine, what in own.items():
        if _is_same(path, mine):
            raise UsageError(f"{path}: {what}", "Name the home of another computer, a backup, or a copy of either.")
    if not path.exists():
        raise HomeError(f"{path}: there is no such file or folder", _ANOTHER)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


@contextmanager
def _home(there: Home) -> Iterator[Other]:
    from lpdeck.store.uniting import foreign

    told: list[str] = []
    decks, written = _folder(there.decks, there.path, told)
    aside, aside_written = _folder(there.removed, there.path, told)
    if not there.database.is_file():
        if not decks:
            raise HomeError(f"{there.path} is no home of lpdeck: it holds neither decks nor a database", _ANOTHER)
        yield _other(there.path, "home", decks, aside, aside_written | written, None, told)
        return
    with foreign(there.database) as database:
        yield _other(there.path, "home", decks, aside, aside_written | written, database, told)


@contextmanager
def _database(path: Path) -> Iterator[Other]:
    from lpdeck.store.uniting import foreign

    with foreign(path) as database:
        yield _other(path, "database", {}, {}, {}, database, [])


@contextmanager
def _backup(path: Path) -> Iterator[Other]:
    from lpdeck.store.uniting import foreign
    from lpdeck.upkeep import archive

    contents = archive.read(path)
    told: list[str] = []
    decks = _texts(contents.decks, told)
    aside = _texts(contents.removed, told)
    written = dict.fromkeys((*aside, *decks), contents.made_ms)
    if not contents.schema:
        yield _other(path, "backup", decks, aside, written, None, told)
        return
    with tempfile.TemporaryDirectory(prefix="lpdeck-") as folder:
        copy = Path(folder) / "lpdeck.db"
        archive.extract_database(path, copy)
        with foreign(copy, called=path) as database:
            yield _other(path, "backup", decks, aside, written, database, told)


def _deck_file(path: Path, home: Home) -> Other:
    """A single deck; a copy that a synced folder left beside a deck is taken for that deck."""
    if _is_same(path.parent, home.decks) and _original(path, home) == path.stem:
        raise UsageError(f"{path} is a deck of your own", "Name a copy of it, or a deck of another computer.")
    if not path.is_file():
        raise HomeError(f"{path} is no file", _ANOTHER)
    told: list[str] = []
    deck = _deck(_original(path, home), lambda: _small_text(path), path.name, told)
    if deck is None:
        raise DeckError(told[0], _ANOTHER)
    stamps = {deck.name: path.stat().st_mtime_ns // 1_000_000}
    return _other(path, "deck", {deck.name: deck}, {}, stamps, None, told)


def _original(path: Path, home: Home) -> str:
    copy = copy_of(path.name)
    if copy is not None and (home.decks / copy.original).is_file():
        return Path(copy.original).stem
    return path.stem


def _other(
    path: Path,
    kind: str,
    decks: Mapping[str, Deck],
    aside: Mapping[str, Deck],
    written: Mapping[str, int],
    database: sqlite3.Connection | None,
    told: list[str],
) -> Other:
    from lpdeck.store.moments import their_moments

    moments = their_moments(database, aside, written) | their_moments(database, decks, written)
    return Other(path, kind, Shelf(decks, aside, moments, written), database, tuple(told))


def _folder(folder: Path, home: Path, told: list[str]) -> tuple[dict[str, Deck], dict[str, int]]:
    """The decks of a folder that can be read, and when each was written (milliseconds UTC)."""
    decks: dict[str, Deck] = {}
    written: dict[str, int] = {}
    try:
        paths = deck_paths(folder)
    except OSError as error:
        told.append(f"{folder}: the decks can not be listed ({error.strerror})")
        return decks, written
    for path in paths:
        if not _lies_in(path, (folder, home)):
            told.append(f"{ascii(path.name)[1:-1]} is a link to a file elsewhere and was left out")
            continue
        deck = _deck(path.stem, lambda path=path: _small_text(path), path.name, told)  # type: ignore[misc]
        if deck is not None:
            decks[deck.name] = deck
            with suppress(OSError):
                written[deck.name] = path.stat().st_mtime_ns // 1_000_000
    return decks, written


def _lies_in(path: Path, folders: tuple[Path, ...]) -> bool:
    found = path.resolve()
    return any(found.is_relative_to(folder.resolve()) for folder in folders)


def _small_text(path: Path) -> str:
    if path.stat().st_size > LARGEST_DECK:
        raise DeckError(f"it is larger than {LARGEST_DECK >> 20} MB")
    return read_text(path)


def _texts(texts: Mapping[str, str], told: list[str]) -> dict[str, Deck]:
    """The decks of a backup that can be read."""
    found = (_deck(name, lambda name=name: texts[name], f"{name}.toml", told) for name in texts)  # type: ignore[misc]
    return {deck.name: deck for deck in found if deck is not None}


def _deck(name: str, text: Callable[[], str], file: str, told: list[str]) -> Deck | None:
    """A deck of another computer; None where it can not be read, which is told."""
    shown = ascii(file)[1:-1] if not file.isprintable() else file
    if not name.isprintable() or not name.strip() or name.startswith(".") or len(name.encode(errors="replace")) > 200:
        told.append(f"{shown}: no deck can have this name, it was left out")
        return None
    try:
        found = read_deck(text(), Path(f"{name}.toml"))
    except DeckError as error:
        where = f", line {error.line}" if error.line else ""
        told.append(f"{shown} can not be read and was left out{where}: {error.problem}")
        return None
    except (LpdeckError, OSError) as error:
        told.append(f"{shown} can not be read and was left out: {getattr(error, 'what', error)}")
        return None
    broken = [one for one in found.problems if not one.warning]
    if broken:
        first = f"line {broken[0].line}: {broken[0].what}"
        told.append(f"{shown}: {len(broken)} of its cards can not be read and were left out ({first})")
    return found.deck


# Planning


def plan_unite(home: Home, other: Other, settings: Scheduler) -> Plan:
    """What uniting this home with the other will do; the index is up to date. Raises LpdeckError."""
    from lpdeck.store.moments import moments
    from lpdeck.store.schema import open_engine, reading
    from lpdeck.store.uniting import prepare

    engine = open_engine(home)
    with reading(engine, home) as connection:
        log = None if other.database is None else prepare(connection, other.database, settings)
        known = moments(connection)
    texts: dict[Path, str] = {}
    closed: dict[str, str] = {}
    decks = _own(home.decks, texts, closed, leave=other.path)
    aside = _own(home.removed, texts, closed, leave=other.path)
    names = {path.stem for path in deck_paths(home.decks) if not _is_same(path, other.path)}
    shelf = Shelf(
        decks,
        aside,
        known.cards,
        {name: (home.decks / f"{name}.toml").stat().st_mtime_ns // 1_000_000 for name in decks},
        {card: deck for card, deck in known.closed.items() if deck not in decks} | closed,
        frozenset(names - decks.keys()),
    )
    return Plan(other, log, unite_shelves(shelf, other.shelf), texts)


def _own(folder: Path, texts: dict[Path, str], closed: dict[str, str], leave: Path) -> dict[str, Deck]:
    """The decks of this home that can be read; a copy that is the other is left out.

    Their texts are kept in `texts`, in `closed` the cards that can not be read, each with its deck.
    """
    decks = {}
    for path in deck_paths(folder):
        if _is_same(path, leave):
            continue
        with suppress(DeckError):
            text = read_text(path)
            found = read_deck(text, path)
            decks[path.stem] = found.deck
            texts[path] = text
            known = {card.id for card in found.deck.cards}
            broken = {one.card for one in found.problems if one.card and not one.warning}
            closed |= dict.fromkeys(broken - known, path.stem)
    return decks


# Applying


def apply(home: Home, plan: Plan, settings: Scheduler) -> Done:
    """Does what was planned: the log in one transaction, then the decks one by one.

    Ended half-way, it is finished by running it again. A deck that changed since it was planned is left as it is.
    Raises LpdeckError.
    """
    united = _unite_log(home, plan, settings)
    written: list[Path] = []
    left: list[str] = []
    for path, deck in _files(home, plan.joining):
        if _text_now(path) != plan.texts.get(path):
            left.append(f"{path} changed meanwhile and was left as it is")
        elif save(path, deck) is not None:
            written.append(path)
    return Done(united, tuple(written), tuple(left))


def _unite_log(home: Home, plan: Plan, settings: Scheduler) -> United | None:
    from lpdeck.store.schema import open_engine, transaction
    from lpdeck.store.uniting import unite_log

    if plan.log is None or plan.other.database is None:
        return None
    with transaction(open_engine(home), home) as connection:
        return unite_log(connection, plan.other.database, settings, plan.log)


def _files(home: Home, joining: Joining) -> Iterator[tuple[Path, Deck]]:
    for folder, decks in ((home.decks, joining.decks), (home.removed, joining.aside)):
        for name, deck in decks.items():
            yield folder / f"{name}.toml", replace(deck, name=name)


def _text_now(path: Path) -> str | None:
    return read_text(path) if path.exists() else None


def remember(home: Home, plan: Plan) -> None:
    """Keeps when the cards changed that were united, once the index knows them. Raises HomeError."""
    from lpdeck.store.moments import keep_moments, moments
    from lpdeck.store.schema import open_engine, reading, transaction

    engine = open_engine(home)
    with reading(engine, home) as connection:
        known = moments(connection).cards
    news = {card: moment for card, moment in plan.joining.moments.items() if known.get(card, moment) != moment}
    if news:
        with transaction(engine, home) as connection:
            keep_moments(connection, news)
