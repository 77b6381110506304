"""The readers of what other people may have written, each as a function from bytes to nothing.

A target raises only for a finding: a reader may refuse with its LpdeckError and nothing else, and what it accepts must
survive being written and read again.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

from lpdeck import pages
from lpdeck.anki.history import new_events, read_file
from lpdeck.anki.zipped import AnkiFileError
from lpdeck.config import load_config, rewrite, rewrite_interview
from lpdeck.days import Calendar, StudyDay
from lpdeck.deck.breakdown import break_down
from lpdeck.deck.exchange import decks_from_json, is_exchange, to_json
from lpdeck.deck.model import Card, Deck, PageRecord
from lpdeck.deck.toml import read_deck, rewrite_deck, write_deck
from lpdeck.errors import ConfigError, DeckError, HomeError, PageError
from lpdeck.events import replay
from lpdeck.filters import FilterError, completions, parse, written
from lpdeck.home import Home
from lpdeck.inference import conclude
from lpdeck.interviews import Interview
from lpdeck.scheduling import Scheduler
from lpdeck.store.filtering import register, select
from lpdeck.store.index import refresh
from lpdeck.store.schema import open_engine, transaction
from lpdeck.upkeep import archive

Target = Callable[[bytes], None]

LONGEST = 64 << 10
"""The longest input (bytes) that the runner tries."""

_PATH = Path("fuzz.toml")


def page(data: bytes) -> None:
    """A page as text: decoded, repaired, read, concluded from and broken into cards that a deck file can hold."""
    with suppress(PageError):
        text, _ = pages.decode(data)
        _read(text)


def html(data: bytes) -> None:
    """A saved web page."""
    with suppress(PageError):
        text, _ = pages.decode(data)
        _read(pages.html_to_text(text))


def _read(text: str) -> None:
    conclusion = conclude(pages.read_page(text).content)
    pages.as_json(conclusion.content)
    candidates = break_down(conclusion.content).candidates
    cards = [
        Card(f"fuzz/{number}", one.kind, one.fields, draft=bool(one.why_draft)) for number, one in enumerate(candidates)
    ]
    deck = Deck("fuzz", "fuzz", cards=tuple(cards))
    found = read_deck(write_deck(deck), _PATH)
    assert not [one for one in found.problems if not one.warning], found.problems
    assert [card.fields for card in deck.cards] == [card.fields for card in found.deck.cards]


def deck(data: bytes) -> None:
    """A deck file: read, changed and read again."""
    with suppress(DeckError, UnicodeDecodeError):
        text = data.decode("utf-8-sig")
        found = read_deck(text, _PATH)
        _rewritten(text, found.deck, {problem.card for problem in found.problems if not problem.warning})


def _rewritten(text: str, before: Deck, unread: Set[str | None]) -> None:
    """Checks that each change of a deck file says what it should, and that writing nothing changes nothing."""
    assert text == rewrite_deck(text, before) or not text.strip()
    for wanted in _changes(before, unread):
        found = read_deck(rewrite_deck(text, wanted), _PATH).deck
        assert _plain(wanted) == _plain(found), (wanted, found)


def _changes(before: Deck, unread: Set[str | None]) -> Iterator[Deck]:
    """Changes of a deck; the ids of cards that could not be read stay as they are, for they stay in the file."""
    new = Card("fuzz/a-new-card", "basic", {"front": "a\nb", "back": '"""'}, note="'''")
    if new.id not in {*unread, *(card.id for card in before.cards)}:
        yield replace(before, title="Changed", dropped=(*before.dropped, "gone"), cards=(*before.cards, new))
    if before.cards and before.cards[0].id not in unread:
        first, *rest = before.cards
        yield replace(before, cards=tuple(rest))
        yield replace(before, cards=(replace(first, note="two\nlines", tags=("fuzz",)), *rest))
    if all(record.key != "fuzz" for record in before.pages):
        yield replace(before, pages=(*before.pages, PageRecord("fuzz", "fuzz.txt", "2026-01-01")))


def _plain(found: Deck) -> Deck:
    """The deck without the lines on which its cards stand."""
    return replace(found, cards=tuple(replace(card, line=0) for card in found.cards))


def chosen(data: bytes) -> None:
    """A filter: read, written, completed, and asked of a database."""
    text = data.decode("utf-8", "surrogateescape")
    completions(text, lambda: ["a deck", "b"], lambda: ["a-tag"])
    with suppress(FilterError):
        found = parse(text)
        assert found == parse(written(found)), text
        _database().execute(*select(found, StudyDay(20_500), Scheduler())).fetchall()


@cache
def _database() -> sqlite3.Connection:
    """A database with a few cards, one of them reviewed."""
    folder = tempfile.TemporaryDirectory(prefix="lpdeck-fuzz-")
    home = Home(Path(folder.name))
    engine = open_engine(home)
    home.decks.mkdir()
    cards = (
        Card("a/one", "basic", {"front": "Größe “x” (y)", "back": "b\nc"}, tags=("t", "u v"), note="n"),
        Card("a/two", "level", {"level": "SDE II / L5", "bar": "does it"}, principles=("ownership",)),
    )
    (home.decks / "a.toml").write_text(write_deck(Deck("a", "A", cards=cards)), encoding="utf-8")
    with transaction(engine, home) as connection:
        refresh(connection, home.decks, {})
    copy = sqlite3.connect(":memory:")
    with sqlite3.connect(home.database) as source:
        source.backup(copy)
    source.close()
    folder.cleanup()
    register(copy)
    return copy


def apkg(data: bytes) -> None:
    """A file from Anki: opened, its history and texts read, and the reviews made events and replayed."""
    with _file(data, "fuzz.apkg") as path, suppress(AnkiFileError):
        found = read_file(path)
        scheduler = Scheduler()
        for reviews in found.by_card().values():
            events = new_events(reviews, (), Calendar(None, 4), scheduler.weights.name)
            replay(events, scheduler)


def config(data: bytes) -> None:
    """The learner's options: read, and options and interviews set and taken out of them."""
    with _file(data, "config.toml") as path, suppress(ConfigError):
        before = load_config(path)
        text = path.read_text(encoding="utf-8")
        changed = rewrite(rewrite(text, "new_per_day", 7), "keys.reveal", ["x", "space"])
        interview = Interview("fuzz", day := StudyDay(21_000))
        changed = rewrite_interview(changed, "fuzz", interview)
        path.write_text(changed, encoding="utf-8")
        with suppress(ConfigError):  # the key may mean something else already
            after = load_config(path)
            assert (after.new_per_day, after.own_keys["reveal"]) == (7, ("x", "space"))
            assert [one.day for one in after.interviews if one.name == "fuzz"] == [day]
        path.write_text(rewrite_interview(rewrite(text, "new_per_day", None), "fuzz", None), encoding="utf-8")
        gone = load_config(path)
        assert replace(before, new_per_day=gone.new_per_day, interviews=gone.interviews) == gone


def exchange(data: bytes) -> None:
    """Decks as JSON: read, written and read again, and written as deck files."""
    with suppress(DeckError, UnicodeDecodeError):
        text = data.decode("utf-8")
        is_exchange(text)
        decks = decks_from_json(text)
        assert decks == decks_from_json(to_json(decks))
        for one in decks:
            found = read_deck(write_deck(one), Path(f"{one.name}.toml"))
            assert len(one.cards) == len(found.deck.cards), found.problems


def backup(data: bytes) -> None:
    """A backup: read, and its database taken out."""
    with _file(data, "fuzz.zip") as path, suppress(HomeError, DeckError):
        archive.is_archive(path)
        archive.read(path)
        archive.extract_database(path, path.with_name("lpdeck.db"))


@contextmanager
def _file(data: bytes, name: str) -> Iterator[Path]:
    """A file with these bytes, alone in a folder."""
    folder = _folder()
    path = folder / name
    path.write_bytes(data)
    try:
        yield path
    finally:
        for left in folder.iterdir():
            left.unlink()


@cache
def _folder() -> Path:
    """A folder of this process, in memory where the machine has such a place."""
    memory = Path("/dev/shm")
    parent = memory if memory.is_dir() and os.access(memory, os.W_OK) else None
    folder = tempfile.TemporaryDirectory(prefix="lpdeck-fuzz-", dir=parent)
    _KEPT.append(folder)
    return Path(folder.name)


_KEPT: list[object] = []

TARGETS: Mapping[str, Target] = {
    "page": page,
    "html": html,
    "deck": deck,
    "filter": chosen,
    "apkg": apkg,
    "backup": backup,
    "config": config,
    "exchange": exchange,
}
