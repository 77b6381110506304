"""The index of the deck files: what the database knows of them, brought up to date where a file changed."""

from __future__ import annotations

import json
import time
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from lpdeck.deck.folder import read_text, starters
from lpdeck.deck.identity import content_fingerprint, sibling_key
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.parts import asked_parts
from lpdeck.deck.toml import DeckFile, DeckProblem, read_deck, with_lines
from lpdeck.deck.turns import Turn, turns
from lpdeck.errors import DeckError
from lpdeck.store import tables
from lpdeck.store.hot import deck_stamps, is_settled


@dataclass(frozen=True)
class FileProblem:
    """A problem of a deck file, with the file."""

    path: Path
    problem: DeckProblem


Written = Mapping[str, tuple[str, Deck]]
"""New deck files by name: the text of each and the deck that `write_deck` made it of."""


def refresh(connection: sa.Connection, folder: Path, written: Written = MappingProxyType({})) -> list[FileProblem]:
    """Reads the deck files that changed since the last time and stores their cards.

    A file that can not be read keeps its cards as they were last read. A file that still says what stands in
    `written` is not parsed again. Returns what is wrong with the files that were read.
    """
    stamps = dict(deck_stamps(folder))
    known = {row.name: row for row in connection.execute(sa.select(tables.deck_file))}
    gone = [name for name in known if name not in stamps]
    changed = _to_read(stamps, known, news=bool(gone))
    words = _words(connection, [*gone, *changed])
    connection.execute(tables.deck_file.delete().where(tables.deck_file.c.name.in_(gone)))
    problems: list[FileProblem] = []
    read: list[tuple[Path, DeckFile]] = []
    for name in changed:
        path = folder / f"{name}.toml"
        try:
            file = _read_file(connection, path, stamps[name], known.get(name), written.get(name))
        except DeckError as error:
            problems.append(_whole_file(path, error))
            continue
        if file is not None:
            read.append((path, file))
    # All old cards leave before the first new one comes, so that a card may move from any deck to any other.
    connection.execute(tables.card.delete().where(tables.card.c.deck.in_([path.stem for path, _ in read])))
    starter_pages = {page for starter in starters() for page in starter.pages} if read else set()
    for path, file in read:
        doubled = _store_cards(connection, file.deck, words, starter_pages)
        problems += [FileProblem(path, problem) for problem in (*file.problems, *doubled)]
    return problems


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


def _words(connection: sa.Connection, decks: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The fingerprint of each card of some decks, and when it changed (milliseconds)."""
    card = tables.card
    query = sa.select(card.c.id, card.c.fingerprint, card.c.changed_ms).where(card.c.deck.in_(decks))
    return {row.id: (row.fingerprint, row.changed_ms) for row in connection.execute(query)}


def _read_file(
    connection: sa.Connection,
    path: Path,
    stamp: tuple[int, int],
    row: sa.Row[Any] | None,
    written: tuple[str, Deck] | None,
) -> DeckFile | None:
    """A deck file that changed, None where its words are those of the index. Raises DeckError."""
    stamps = dict(zip(("size", "mtime_ns"), stamp, strict=True))
    try:
        text = read_text(path)
    except DeckError as error:
        _remember(connection, path.stem, row, {**stamps, "fingerprint": _UNSETTLED, "problem": error.what})
        raise
    fingerprint = blake2b(text.encode(), digest_size=16).hexdigest()
    if row is not None and row.fingerprint == fingerprint:
        _remember(connection, path.stem, row, stamps)
        return None
    try:
        unchanged = written is not None and written[0] == text
        file = DeckFile(with_lines(written[1], text), ()) if written and unchanged else read_deck(text, path)
    except DeckError as error:
        _remember(connection, path.stem, row, {**stamps, "fingerprint": fingerprint, "problem": error.what})
        raise
    about = {
        "title": file.deck.title,
        "principles": " ".join(file.deck.principles),
        "pages": json.dumps([page.key for page in file.deck.pages]),
        "dropped": json.dumps(file.deck.dropped),
        "parts": json.dumps(asked_parts(file.deck)),
        "problem": None,
    }
    _remember(connection, path.stem, row, {**stamps, "fingerprint": fingerprint, **about})
    return file


def _whole_file(path: Path, error: DeckError) -> FileProblem:
    return FileProblem(path, DeckProblem(error.line or 1, error.problem, error.advice))


def _remember(connection: sa.Connection, name: str, row: sa.Row[Any] | None, values: dict[str, Any]) -> None:
    values = {**values, "indexed_ns": time.time_ns()}
    if row is None:
        blank = {"fingerprint": "", "title": name, "principles": "", "pages": "[]", "dropped": "[]"}
        connection.execute(tables.deck_file.insert().values(name=name, **{**blank, **values}))
    else:
        connection.execute(tables.deck_file.update().where(tables.deck_file.c.name == name).values(**values))


def _store_cards(
    connection: sa.Connection, deck: Deck, words: dict[str, tuple[str, int]], starter_pages: Container[str]
) -> list[DeckProblem]:
    """Stores a deck's cards; one whose id stands in another deck is left to that deck and reported.

    `words` tells for each card known before its fingerprint and when it changed, `starter_pages` are the keys of the
    starters' pages.
    """
    elsewhere = _ids_elsewhere(connection, deck)
    now = time.time_ns() // 1_000_000
    rows = [
        _row(deck, one, position, turn, words.get(one.id), now)
        for position, (one, turn) in enumerate(zip(deck.cards, turns(deck, starter_pages), strict=True))
        if one.id not in elsewhere
    ]
    if rows:
        connection.execute(tables.card.insert(), rows)
    if elsewhere:
        file = tables.deck_file
        connection.execute(file.update().where(file.c.name == deck.name).values(fingerprint=_UNSETTLED))
    return [
        DeckProblem(
            one.line,
            f'the id "{one.id}" stands in {elsewhere[one.id]}.toml too',
            "Delete one of the two, or give one another id.",
            one.id,
        )
        for one in deck.cards
        if one.id in elsewhere
    ]


def _ids_elsewhere(connection: sa.Connection, deck: Deck) -> dict[str, str]:
    card = tables.card
    found: dict[str, str] = {}
    ids = [one.id for one in deck.cards]
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        query = sa.select(card.c.id, card.c.deck).where(card.c.id.in_(some), card.c.deck != deck.name)
        found |= {row.id: row.deck for row in connection.execute(query)}
    return found


def _fingerprint(deck: Deck, card: Card) -> str:
    """A digest of everything that is shown of a card, elsewhere too: its words, its note, tags and principles."""
    beside = [card.note, list(card.tags), list(deck.principles_of(card)), card.retired]
    digest = blake2b(json.dumps(beside, ensure_ascii=False).encode(), digest_size=8).hexdigest()
    return f"{content_fingerprint(card.kind, card.fields)}{digest}"


def _row(deck: Deck, card: Card, position: int, turn: Turn, before: tuple[str, int] | None, now: int) -> dict[str, Any]:
    fingerprint = _fingerprint(deck, card)
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
        "fingerprint": fingerprint,
        "changed_ms": before[1] if before is not None and before[0] == fingerprint else now,
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
