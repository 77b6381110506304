"""`lpdeck import FILE.apkg`: reviews made in Anki come home, and words edited there are shown or taken."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lpdeck.cli import context

if TYPE_CHECKING:
    import sqlalchemy as sa

    from lpdeck.anki.history import AnkiFile
    from lpdeck.anki.notes import AnkiText
    from lpdeck.config import Config
    from lpdeck.events import Event
    from lpdeck.scheduling import Scheduler
    from lpdeck.store.hot import StoredCard
    from lpdeck.store.taking import Taken

SUFFIXES = (".apkg", ".colpkg", ".anki2", ".anki21", ".anki21b")

A_DAY_MS = 86_400_000


@dataclass(frozen=True)
class Difference:
    """A field of a card that was edited in Anki; None where one side has none."""

    field: str
    here: Any
    there: Any


@dataclass(frozen=True)
class Edited:
    """A card whose words were edited in Anki after they last changed here."""

    card: StoredCard
    text: AnkiText
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class TakenFile:
    """What an import from Anki did, or would do: reviews by what became of them, and the cards edited there."""

    name: str
    file: AnkiFile
    taken: int
    known: int
    cards: tuple[str, ...]
    edited: tuple[Edited, ...]
    took_text: bool


def is_from_anki(name: str) -> bool:
    """Whether a file is one of Anki's, by its name."""
    return Path(name).suffix.lower() in SUFFIXES


def take(name: str, *, take_text: bool, dry_run: bool) -> TakenFile:
    """Takes what a file of Anki's has for us. Raises AnkiFileError."""
    from lpdeck.anki.history import read_file
    from lpdeck.cli.keeping import before
    from lpdeck.store.weights import scheduler as scheduler_of

    config, now = context.config(), context.now_ms()
    file = read_file(Path(name), until_ms=now + A_DAY_MS)
    context.ready_home()
    if not dry_run:
        before("import")
    with context.index(writes=False) as connection:
        edited = tuple(_edited(connection, file))
        scheduler = scheduler_of(connection, config.scheduler)
        news = _news(connection, file, config, scheduler.weights.name)
        known = len(file.reviews) - sum(map(len, news.values()))
        if dry_run:
            cards = tuple(card for card, events in news.items() if events)
            return TakenFile(name, file, len(file.reviews) - known, known, cards, edited, took_text=False)
    taken = _taken(news, scheduler)
    if take_text:
        _take_texts(edited)
    return TakenFile(name, file, taken.added, known + taken.known, taken.cards, edited, take_text)


CARDS_AT_ONCE = 100
"""The reviews of so many cards are taken in one transaction, so that nobody waits for long."""
PAUSE_S = 0.1
"""Between two of them: whoever waits for the lock looks so often (SQLite's own waiting) whether it is free."""


def _taken(news: Mapping[str, Sequence[Event]], scheduler: Scheduler) -> Taken:
    """Takes events into the log, some cards at a time; an import that is cut short goes on when it is repeated."""
    from lpdeck.store.schema import open_engine, transaction
    from lpdeck.store.taking import Taken, take_in

    engine, cards, parts = open_engine(context.home()), [card for card, events in news.items() if events], []
    for first in range(0, len(cards), CARDS_AT_ONCE):
        if first:
            time.sleep(PAUSE_S)
        some = {card: news[card] for card in cards[first : first + CARDS_AT_ONCE]}
        with transaction(engine, context.home()) as connection:
            parts.append(take_in(connection, some, scheduler))
    names = tuple(sorted(card for part in parts for card in part.cards))
    return Taken(sum(part.added for part in parts), sum(part.known for part in parts), names)


def _news(connection: sa.Connection, file: AnkiFile, config: Config, weights: str) -> dict[str, list[Event]]:
    """The events that the log does not have, by card."""
    from lpdeck.anki.history import new_events
    from lpdeck.store.taking import events_of

    return {
        card: new_events(reviews, events_of(connection, card), config.calendar, weights)
        for card, reviews in file.by_card().items()
    }


def _edited(connection: sa.Connection, file: AnkiFile) -> Iterator[Edited]:
    """The cards whose words in Anki are younger than ours and differ."""
    from lpdeck.store.outgoing import outgoing

    texts = {text.card: text for text in file.texts}
    for one in outgoing(connection, list(texts), with_history=False):
        text = texts[one.card.id]
        if file.edited_ms.get(one.card.id, 0) > one.changed_ms:
            differences = tuple(_differences(one.card, text))
            if differences:
                yield Edited(one.card, text, differences)


def _differences(card: StoredCard, text: AnkiText) -> Iterator[Difference]:
    """What differs between the note that we would write of a card and the one that stands in Anki."""
    from lpdeck.anki.notes import fields_from, note_of

    note = note_of(card)
    ours = fields_from(note.type.name, note.values)
    assert ours is not None
    for name in dict.fromkeys([*ours.fields, *text.fields]):
        here, there = ours.fields.get(name), text.fields.get(name)
        if here != there:
            yield Difference(name, here, there)
    if ours.note != text.note:
        yield Difference("note", ours.note, text.note)


def _take_texts(edited: Iterable[Edited]) -> None:
    """Writes the words from Anki into the deck files; a field that is needed and was emptied there stays."""
    from lpdeck.deck.folder import load, save
    from lpdeck.deck.model import KINDS

    by_deck: dict[str, list[Edited]] = {}
    for one in edited:
        by_deck.setdefault(one.card.deck, []).append(one)
    for name, several in by_deck.items():
        path = context.home().decks / f"{name}.toml"
        deck = load(path).deck
        cards = {card.id: card for card in deck.cards}
        for one in several:
            card = cards[one.card.id]
            there = {each.field: each.there for each in one.differences if each.field != "note"}
            changed = {**card.fields, **there}
            kept = {
                field: value if value is not None else card.fields[field]
                for field, value in changed.items()
                if value is not None or field in KINDS[card.kind].required
            }
            noted = [each.there for each in one.differences if each.field == "note"]
            deck = deck.with_card(replace(card, fields=kept, note=noted[0] if noted else card.note))
        save(path, deck)
    with context.index():
        pass


# What was done


def show(taken: TakenFile, *, dry_run: bool) -> None:
    """A few lines on standard output."""
    from lpdeck.cli.rendering import Painter, plural

    painter = Painter(width=context.width(), colour=context.colour())
    file = taken.file
    context.out(f"{taken.name}   {plural(file.notes, 'note')} of ours, {plural(file.foreign, 'other note')}")
    would = "would be taken" if dry_run else "taken"
    context.out(f"  reviews {would:<15} {taken.taken:>6}   {plural(len(taken.cards), 'card')} replayed")
    context.out(f"  already known           {taken.known:>6}")
    for why, count in file.skipped.items():
        context.out(f"  skipped: {why:<30} {count:>6}")
    if file.notes and not file.has_history:
        context.say("The file holds no history: export it from Anki with “Include scheduling information”.")
    if not file.notes:
        context.say("No note in it came from lpdeck: only cards that lpdeck exported find their way back.")
    _show_edited(taken, painter)


def _show_edited(taken: TakenFile, painter: Any) -> None:
    from lpdeck.cli.rendering import plural

    if not taken.edited:
        return
    done = "taken over" if taken.took_text else "kept as they are here; --take-text takes Anki's words"
    context.out("")
    context.out(f"{plural(len(taken.edited), 'card')} edited in Anki, {done}:")
    for one in taken.edited:
        context.out(painter.style(f"  {one.card.id}", "dim"))
        for each in one.differences:
            for sign, style, value in (("-", "wrong", each.here), ("+", "right", each.there)):
                context.out(painter.style(f"    {sign} {each.field}: {_text(value)}", style))


def _text(value: Any) -> str:
    from lpdeck.cli.rendering import shown

    joined = " · ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return shown(joined).replace("\n", " ")


def data(taken: TakenFile) -> Mapping[str, Any]:
    """The same as JSON."""
    return {
        "file": taken.name,
        "reviews": {"taken": taken.taken, "known": taken.known, "skipped": dict(taken.file.skipped)},
        "cards": list(taken.cards),
        "notes": taken.file.notes,
        "foreign_notes": taken.file.foreign,
        "has_history": taken.file.has_history,
        "edited": [_edited_data(one, took=taken.took_text) for one in taken.edited],
    }


def _edited_data(one: Edited, *, took: bool) -> Mapping[str, Any]:
    fields: Sequence[Mapping[str, Any]] = [
        {"field": each.field, "here": each.here, "there": each.there} for each in one.differences
    ]
    return {"card": one.card.id, "fields": fields, "taken": took}
