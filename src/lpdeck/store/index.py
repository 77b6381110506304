"""The index of the deck files: what the database knows of them, brought up to date where a file changed."""

from __future__ import annotations

import json
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa

from lpdeck.deck.folder import read_text, starters
from lpdeck.deck.identity import content_fingerprint, sibling_key
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.parts import asked_parts
from lpdeck.deck.toml import DeckFile, DeckProblem, read_deck, with_lines
from lpdeck.deck.turns import Turn, turns
from lpdeck.errors import DeckError
from lpdeck.home import Home
from lpdeck.store import tables
from lpdeck.store.hot import deck_stamps, is_settled
from lpdeck.store.schema import reading, transaction, writing


@dataclass(frozen=True)
class FileProblem:
    """A problem of a deck file, with the file."""

    path: Path
    problem: DeckProblem


Written = Mapping[str, tuple[str, Deck]]
"""New deck files by name: the text of each and the deck that `write_deck` made it of."""

BATCH_S = 0.15
"""For how long (seconds) files are read before what they hold is stored."""
BATCH_CARDS = 5000
_ROUNDS = 3
"""How often files are read again that changed meanwhile, before the lock is held while they are read."""


def bring_up_to_date(
    engine: sa.Engine, home: Home, written: Written = MappingProxyType({}), *, batch_cards: int = BATCH_CARDS
) -> list[FileProblem]:
    """Reads the deck files that changed since the last time and stores their cards, so that nobody waits for long.

    Files are read without a lock and stored in short transactions, the cards of several files at a time. A card that
    moves between decks is never lost: what can not be stored yet waits for the transaction in which its old place
    goes. Where files change while they are read they are read again. `batch_cards` is how many cards one transaction
    stores, but for a deck that has more. See `refresh` for the rest.
    """
    problems: dict[Path, list[FileProblem]] = {}
    for _ in range(_ROUNDS):
        with reading(engine, home) as connection:
            news = _news(connection, home.decks)
        if not news.gone and not news.changed:
            break
        storing = _Storing(home.decks)
        with engine.connect() as connection:
            for batch in _batches(_read_files(home.decks, news, written), batch_cards):
                with writing(connection, home):
                    storing.store(connection, batch)
            with writing(connection, home) if news.gone else nullcontext():
                storing.store(connection, [], news.gone)
        problems |= storing.problems
        if not storing.is_behind:
            break
    else:
        with transaction(engine, home) as connection:
            problems |= _refreshed(connection, home.decks, written)
    return [one for path in sorted(problems) for one in problems[path]]


def refresh(connection: sa.Connection, folder: Path, written: Written = MappingProxyType({})) -> list[FileProblem]:
    """Reads the deck files that changed since the last time and stores their cards, in this transaction.

    A file that can not be read keeps its cards as they were last read. A file that still says what stands in
    `written` is not parsed again. Returns what is wrong with the files that were read.
    """
    return [one for problems in _refreshed(connection, folder, written).values() for one in problems]


def _refreshed(connection: sa.Connection, folder: Path, written: Written) -> dict[Path, list[FileProblem]]:
    news = _news(connection, folder)
    storing = _Storing(folder)
    storing.store(connection, list(_read_files(folder, news, written)), news.gone)
    return storing.problems


class _News(NamedTuple):
    """What differs between a folder and the index: decks whose files are gone, and stamps of those to be read.

    `known` are the fingerprints of the files that were read before.
    """

    gone: list[str]
    changed: dict[str, tuple[int, int]]
    known: dict[str, str]


class _ReadFile(NamedTuple):
    """A deck file as it was read: what the index keeps of it, and its cards as rows.

    `cards` None leaves the cards as they are. `before` is the fingerprint that the index must still have then.
    """

    path: Path
    about: dict[str, Any]
    cards: list[dict[str, Any]] | None
    problems: tuple[DeckProblem, ...] = ()
    before: str | None = None


def _news(connection: sa.Connection, folder: Path) -> _News:
    stamps = dict(deck_stamps(folder))
    known = {row.name: row for row in connection.execute(sa.select(tables.deck_file))}
    gone = [name for name in known if name not in stamps]
    changed = _to_read(stamps, known, news=bool(gone))
    return _News(gone, {name: stamps[name] for name in changed}, {name: row.fingerprint for name, row in known.items()})


# What a disk that was full or a sync that was cut short leaves of a deck; nobody empties a deck to the last letter.
_EMPTIED = ("the file is empty; its cards stay as they were last read", "lpdeck doctor finds its last whole form.")
_BLANK = "blank"
"""The fingerprint of a file that was emptied: whatever it says next is read."""

_UNSETTLED = ""
"""The fingerprint of a file that is read again at the next news, though it may not have changed."""


def _to_read(stamps: dict[str, tuple[int, int]], known: dict[str, sa.Row[Any]], *, news: bool) -> list[str]:
    """The decks whose stamp changed or was too fresh; where there are any, those that wait for news too."""

    def is_unchanged(name: str) -> bool:
        row = known.get(name)
        return row is not None and (row.size, row.mtime_ns) == stamps[name] and is_settled(row.mtime_ns, row.indexed_ns)

    news = news or not all(map(is_unchanged, stamps))
    waiting = {name for name, row in known.items() if news and row.fingerprint == _UNSETTLED}
    return [name for name in stamps if name in waiting or not is_unchanged(name)]


def _read_files(folder: Path, news: _News, written: Written) -> Iterator[_ReadFile]:
    """The files that changed, one after the other."""
    starter_pages = {page for starter in starters() for page in starter.pages} if news.changed else set()
    for name, stamp in news.changed.items():
        yield _read_file(folder / f"{name}.toml", stamp, news.known.get(name), written.get(name), starter_pages)


def _batches(files: Iterator[_ReadFile], most: int) -> Iterator[list[_ReadFile]]:
    """Files for one transaction each: what is read in a moment, and not many more cards than `most`."""
    batch: list[_ReadFile] = []
    cards, until = 0, time.monotonic() + BATCH_S
    for file in files:
        batch.append(file)
        cards += len(file.cards or ())
        if cards >= most or time.monotonic() >= until:
            yield batch
            batch, cards, until = [], 0, time.monotonic() + BATCH_S
    if batch:
        yield batch


def _read_file(
    path: Path,
    stamp: tuple[int, int],
    before: str | None,
    written: tuple[str, Deck] | None,
    starter_pages: Container[str],
) -> _ReadFile:
    """A deck file that changed; `before` is its last fingerprint, with which its cards stay as they are."""
    # The moment before it is read: what is written from now on is not in it.
    about: dict[str, Any] = {"size": stamp[0], "mtime_ns": stamp[1], "indexed_ns": time.time_ns()}
    try:
        text = read_text(path)
    except DeckError as error:
        about |= {"fingerprint": _UNSETTLED, "problem": error.what}
        return _ReadFile(path, about, None, (_whole_file(error),))
    fingerprint = blake2b(text.encode(), digest_size=16).hexdigest()
    if before == fingerprint:
        return _ReadFile(path, about, None, before=before)
    if before is not None and not text.strip():
        emptied = DeckProblem(1, *_EMPTIED)
        return _ReadFile(path, about | {"fingerprint": _BLANK, "problem": emptied.what}, None, (emptied,))
    about["fingerprint"] = fingerprint
    try:
        unchanged = written is not None and written[0] == text
        file = DeckFile(with_lines(written[1], text), ()) if written and unchanged else read_deck(text, path)
    except DeckError as error:
        return _ReadFile(path, about | {"problem": error.what}, None, (_whole_file(error),))
    deck = file.deck
    about |= {
        "title": deck.title,
        "principles": " ".join(deck.principles),
        "pages": json.dumps([page.key for page in deck.pages]),
        "dropped": json.dumps(deck.dropped),
        "parts": json.dumps(asked_parts(deck)),
        "problem": None,
    }
    in_turn = enumerate(zip(deck.cards, turns(deck, starter_pages), strict=True))
    rows = [_row(deck, one, position, turn) for position, (one, turn) in in_turn]
    return _ReadFile(path, about, rows, file.problems)


def _whole_file(error: DeckError) -> DeckProblem:
    return DeckProblem(error.line or 1, error.problem, error.advice)


class _Storing:
    """Stores files that were read, in one transaction or in several.

    `is_behind` says whether a file changed since it was read: it is left out. `problems` are those of the files that
    were stored.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now = time.time_ns() // 1_000_000
        self._words: dict[str, tuple[str, int]] = {}
        self._homeless: dict[str, _ReadFile] = {}  # decks with cards whose ids stand in other decks
        self.is_behind = False
        self.problems: dict[Path, list[FileProblem]] = {}

    def store(self, connection: sa.Connection, files: Sequence[_ReadFile], gone: Sequence[str] = ()) -> None:
        """Stores what was read of some files and takes decks away whose files are gone."""
        files = [file for file in files if self._is_as_read(file)]
        gone = [name for name in gone if not self._path(name).exists()]
        read = [file for file in files if file.cards is not None]
        self._words |= _words(connection, [*gone, *(file.path.stem for file in read)])
        connection.execute(tables.deck_file.delete().where(tables.deck_file.c.name.in_(gone)))
        for file in files:
            self.is_behind |= not _remember(connection, file)
            self._tell(file)
        # All old cards leave before the first new one comes, so that a card may move from any deck to any other.
        connection.execute(tables.card.delete().where(tables.card.c.deck.in_([file.path.stem for file in read])))
        waiting = [file for file in self._homeless.values() if self._is_as_read(file)]
        self._homeless = {}
        for file in waiting:
            self._store_cards(connection, file, is_again=True)
        for file in read:
            self._store_cards(connection, file)

    def _is_as_read(self, file: _ReadFile) -> bool:
        """Whether a file still has the stamp with which it was read."""
        try:
            stat = file.path.stat()
        except OSError:
            is_same = file.cards is None and bool(file.problems)  # it could not be read before either
        else:
            is_same = (stat.st_size, stat.st_mtime_ns) == (file.about["size"], file.about["mtime_ns"])
        self.is_behind |= not is_same
        return is_same

    def _store_cards(self, connection: sa.Connection, file: _ReadFile, *, is_again: bool = False) -> None:
        """Stores a deck's cards; one whose id stands in another deck is left to that deck and reported."""
        elsewhere = _ids_elsewhere(connection, file)
        rows = [self._with_age(row, file) for row in file.cards or () if row["id"] not in elsewhere]
        if rows and is_again:  # another command may have stored them by now
            connection.execute(tables.card.delete().where(tables.card.c.id.in_([row["id"] for row in rows])))
        if rows:
            connection.execute(tables.card.insert(), rows)
        if elsewhere:
            left = [row for row in file.cards or () if row["id"] in elsewhere]
            self._homeless[file.path.stem] = file._replace(cards=left)
        if elsewhere or is_again:
            fingerprint = _UNSETTLED if elsewhere else file.about["fingerprint"]
            table = tables.deck_file
            connection.execute(table.update().where(table.c.name == file.path.stem).values(fingerprint=fingerprint))
        self._tell(file, elsewhere)

    def _with_age(self, row: dict[str, Any], file: _ReadFile) -> dict[str, Any]:
        """A card's row with the moment when its words changed last: when the file was written, not when it is read.

        It never goes back, though an older file came in the place of a newer one.
        """
        fingerprint, known_ms = self._words.get(row["id"], (None, 0))
        if fingerprint == row["fingerprint"]:
            return {**row, "changed_ms": known_ms}
        written_ms = file.about["mtime_ns"] // 1_000_000
        return {**row, "changed_ms": written_ms if known_ms < written_ms < self._now else self._now}

    def _tell(self, file: _ReadFile, elsewhere: Mapping[str, str] = MappingProxyType({})) -> None:
        if file.before is not None:
            return  # said when its words were read
        doubled = [_doubled(row, elsewhere[row["id"]]) for row in file.cards or () if row["id"] in elsewhere]
        self.problems[file.path] = [FileProblem(file.path, one) for one in (*file.problems, *doubled)]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.toml"


def _doubled(row: Mapping[str, Any], deck: str) -> DeckProblem:
    what = f'the id "{row["id"]}" stands in {deck}.toml too'
    return DeckProblem(row["line"], what, "Delete one of the two, or give one another id.", row["id"])


def _words(connection: sa.Connection, decks: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The fingerprint of each card of some decks, and when it changed (milliseconds)."""
    card = tables.card
    query = sa.select(card.c.id, card.c.fingerprint, card.c.changed_ms).where(card.c.deck.in_(decks))
    return {row.id: (row.fingerprint, row.changed_ms) for row in connection.execute(query)}


def _remember(connection: sa.Connection, file: _ReadFile) -> bool:
    """Keeps what is known of a file; False where another command has read other words of it meanwhile."""
    table, name = tables.deck_file, file.path.stem
    change = table.update().where(table.c.name == name).values(**file.about)
    if file.before is not None:
        return connection.execute(change.where(table.c.fingerprint == file.before)).rowcount == 1
    if connection.execute(change).rowcount == 0:
        blank = {"title": name, "principles": "", "pages": "[]", "dropped": "[]"}
        connection.execute(table.insert().values(name=name, **{**blank, **file.about}))
    return True


def _ids_elsewhere(connection: sa.Connection, file: _ReadFile) -> dict[str, str]:
    """The decks of those cards of a file whose ids stand in other decks."""
    card = tables.card
    found: dict[str, str] = {}
    ids = [row["id"] for row in file.cards or ()]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        query = sa.select(card.c.id, card.c.deck).where(card.c.id.in_(some), card.c.deck != file.path.stem)
        found |= {row.id: row.deck for row in connection.execute(query)}
    return found


def _fingerprint(deck: Deck, card: Card) -> str:
    """A digest of everything that is shown of a card, elsewhere too: its words, its note, tags and principles."""
    beside = [card.note, list(card.tags), list(deck.principles_of(card)), card.retired]
    digest = blake2b(json.dumps(beside, ensure_ascii=False).encode(), digest_size=8).hexdigest()
    return f"{content_fingerprint(card.kind, card.fields)}{digest}"


def _row(deck: Deck, card: Card, position: int, turn: Turn) -> dict[str, Any]:
    """A card as its row, but for when its words changed."""
    return {
        "id": card.id,
        "deck": deck.name,
        "position": position,
        "line": card.line,
        "kind": card.kind,
        "principles": " ".join(deck.principles_of(card)),
        "fields": json.dumps(dict(card.fields), ensure_ascii=False),
        "note": card.note,
        "tags": json.dumps(list(card.tags), ensure_ascii=False),
        "draft": int(card.draft),
        "retired": int(card.retired),
        "asked": int(card.asked),
        "wave": turn.wave,
        "turn": turn.turn,
        "sibling": sibling_key(card.kind, card.fields),
        "fingerprint": _fingerprint(deck, card),
    }


def deck_rows(connection: sa.Connection) -> list[sa.Row[Any]]:
    """The indexed decks by name: title, principles, problem, and how many cards and drafts each has."""
    file, card = tables.deck_file, tables.card
    cards = sa.func.coalesce(sa.func.sum(card.c.asked), 0).label("cards")
    drafts = sa.func.coalesce(sa.func.sum(card.c.draft * (1 - card.c.retired)), 0).label("drafts")
    query = (
        sa.select(file.c.name, file.c.title, file.c.principles, cards, drafts, file.c.problem)
        .select_from(file.outerjoin(card, card.c.deck == file.c.name))
        .group_by(file.c.name)
        .order_by(file.c.name)
    )
    return list(connection.execute(query))


@dataclass(frozen=True)
class Shelf:
    """What an import has to know of all decks: who holds which page, which ids are taken or dropped."""

    deck_of_page: dict[str, str]
    deck_of_id: dict[str, str]
    dropped: dict[str, frozenset[str]]

    def taken_for(self, deck: str) -> TakenIds:
        """The ids that a new card of a deck may not get: those of all cards and those other decks dropped."""
        return TakenIds(self, deck)


@dataclass(frozen=True)
class TakenIds:
    """A view of a shelf: the ids that are not free for a deck."""

    shelf: Shelf
    deck: str

    def __contains__(self, card: object) -> bool:
        dropped = self.shelf.dropped.items()
        return card in self.shelf.deck_of_id or any(name != self.deck and card in ids for name, ids in dropped if ids)


def shelf(connection: sa.Connection) -> Shelf:
    """The pages, ids and dropped ids of all indexed decks."""
    files = connection.execute(
        sa.select(tables.deck_file.c.name, tables.deck_file.c.pages, tables.deck_file.c.dropped)
    ).all()
    cards = connection.execute(sa.select(tables.card.c.id, tables.card.c.deck))
    return Shelf(
        deck_of_page={key: row.name for row in reversed(files) for key in json.loads(row.pages)},
        deck_of_id={row.id: row.deck for row in cards},
        dropped={row.name: frozenset(json.loads(row.dropped)) for row in files},
    )
