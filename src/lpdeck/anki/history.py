"""The way back from Anki: the reviews made there on our cards, and the texts as they stand there."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from lpdeck.anki.notes import NOTE_TYPES, AnkiText, fields_from, guid_of, text_of
from lpdeck.anki.zipped import open_collection
from lpdeck.days import Calendar, StudyDay
from lpdeck.events import ANSWERS, Event, Kind, next_id
from lpdeck.scheduling import MAXIMUM_INTERVAL, Rating

DEVICE = "anki"
"""The device that gave the answers taken from Anki."""

PREFIX = "LP "
"""How the names of our note types begin; Anki marks a copy of one with a plus behind its name."""

SAME_MS = 50
"""An answer in the log this near (milliseconds) with the same rating is the same answer."""

CRAM = "practised without the schedule"
MANUAL = "schedule set by hand"
UNRATED = "without a known rating"
UNDATED = "without a date"
OTHER_CARD = "of another card of the note"

LATEST_MS = 4_102_444_800_000
"""The end of 2099: later rows have no date that makes sense."""

_FILTERED, _MANUAL, _RESCHEDULED = 3, 4, 5


class Review(NamedTuple):
    """One row of Anki's history of a card of ours.

    `interval` is days or negative seconds, `kind` Anki's type: 0 learning, 1 review, 2 relearning, 3 filtered,
    4 by hand. A reset has no rating: the rows of its card before it no longer count.
    """

    card: str
    at_ms: int
    rating: Rating | None
    interval: int
    took_ms: int
    kind: int

    @property
    def is_reset(self) -> bool:
        """Whether the learner had the card forget its history."""
        return self.rating is None


@dataclass(frozen=True)
class AnkiFile:
    """What a file of Anki's says of our cards.

    `skipped` counts rows of history by why they are left out, `foreign` the notes that are not ours, `notes` those
    that are. `edited_ms` says by card when its note last changed in Anki (milliseconds UTC, whole seconds).
    `has_history` is False where the file was exported without it (or nothing was ever reviewed).
    """

    reviews: tuple[Review, ...]
    texts: tuple[AnkiText, ...]
    skipped: Mapping[str, int]
    foreign: int
    notes: int
    has_history: bool
    edited_ms: Mapping[str, int]

    def by_card(self) -> dict[str, list[Review]]:
        """The reviews of each card, in their order."""
        found: dict[str, list[Review]] = defaultdict(list)
        for review in self.reviews:
            found[review.card].append(review)
        return dict(found)


def read_file(path: Path, until_ms: int = LATEST_MS) -> AnkiFile:
    """Everything about our cards in an .apkg, a .colpkg or a bare collection; raises AnkiFileError.

    Rows later than `until_ms` (milliseconds UTC) are left out as undated: a clock was wrong.
    """
    with open_collection(path) as connection:
        notes, foreign = _own_notes(connection)
        skipped: Counter[str] = Counter()
        reviews = tuple(_reviews(connection, {note.id: note.card for note in notes}, until_ms, skipped))
        has_history = connection.execute("SELECT 1 FROM revlog LIMIT 1").fetchone() is not None
    latest = {note.card: note for note in sorted(notes, key=lambda note: note.edited_ms)}
    texts = tuple(text for note in latest.values() if (text := fields_from(note.type, note.values)))
    edited = {card: note.edited_ms for card, note in latest.items()}
    return AnkiFile(reviews, texts, dict(skipped), foreign, len(notes), has_history, edited)


# Notes


class _NoteType(NamedTuple):
    name: str
    fields: tuple[str, ...]


class _OwnNote(NamedTuple):
    id: int
    card: str
    edited_ms: int
    type: str
    values: tuple[str, ...]


def _own_notes(connection: sqlite3.Connection) -> tuple[list[_OwnNote], int]:
    """Our notes, and how many others there are."""
    types = {number: kind for number, kind in _note_types(connection) if kind.name.startswith(PREFIX)}
    own: list[_OwnNote] = []
    foreign = 0
    for number, guid, kind, seconds, fields in connection.execute(_NOTES):
        values = _without_sections(str(fields)).split("\x1f")
        card = text_of(values[0]).strip() if kind in types else ""
        if card and guid_of(card) == guid:
            edited_ms = seconds * 1000 if isinstance(seconds, int) else 0
            own.append(_OwnNote(number, card, edited_ms, *_our_order(types[kind], values)))
        else:
            foreign += 1
    return own, foreign


def _without_sections(text: str) -> str:
    """Turns `<![if …]>`, which text pasted from Word has, into what a browser makes of it: a comment."""
    return text.replace("<![", "<!~[")


_NOTES = "SELECT id, guid, mid, mod, flds FROM notes ORDER BY id"


def _our_order(kind: _NoteType, values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The name of our note type, and a note's values in the order of its fields wherever the learner moved them."""
    name = kind.name.rstrip("+")
    known = NOTE_TYPES.get(name)
    if known is not None:
        there = dict(zip(kind.fields, values, strict=False))
        values = [there.get(field, "") for field, _ in known.fields]
    return name, tuple(values)


def _note_types(connection: sqlite3.Connection) -> Iterator[tuple[int, _NoteType]]:
    """The note types by number: in one column up to schema 14, in tables of their own since."""
    if connection.execute("SELECT ver FROM col").fetchone()[0] < 15:
        return _types_in_a_column(connection)
    return _types_in_tables(connection)


def _types_in_tables(connection: sqlite3.Connection) -> Iterator[tuple[int, _NoteType]]:
    fields: dict[int, list[str]] = defaultdict(list)
    for number, name in connection.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
        fields[number].append(str(name))
    for number, name in connection.execute("SELECT id, name FROM notetypes"):
        yield number, _NoteType(str(name), tuple(fields[number]))


def _types_in_a_column(connection: sqlite3.Connection) -> Iterator[tuple[int, _NoteType]]:
    (text,) = connection.execute("SELECT models FROM col").fetchone()
    try:
        for number, model in json.loads(text or "{}").items():
            yield int(number), _NoteType(str(model["name"]), tuple(str(field["name"]) for field in model["flds"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise sqlite3.DatabaseError("its note types can not be read") from None


# History

_ROWS = """
SELECT c.nid, c.ord, r.id, r.ease, r.ivl, r.factor, r.time, r.type FROM revlog r JOIN cards c ON c.id = r.cid
ORDER BY r.id"""


def _reviews(
    connection: sqlite3.Connection, cards: Mapping[int, str], until_ms: int, skipped: Counter[str]
) -> Iterator[Review]:
    """The rows that count, each once, oldest first; counts the others by why."""
    seen: set[Review] = set()
    for note, template, *row in connection.execute(_ROWS):
        card = cards.get(note)
        if card is None:
            continue
        found = OTHER_CARD if template != 0 else _review(card, row, until_ms)
        if isinstance(found, str):
            skipped[found] += 1
        elif found not in seen:
            seen.add(found)
            yield found


def _review(card: str, row: Sequence[object], until_ms: int) -> Review | str:
    """A row of the history as a value, or why it is left out."""
    numbers = [value for value in row if isinstance(value, int)]
    if len(numbers) != len(row):
        return UNRATED
    at_ms, ease, interval, factor, took_ms, kind = numbers
    if not 0 < at_ms <= until_ms:
        return UNDATED
    wait = max(min(interval, MAXIMUM_INTERVAL), -MAXIMUM_INTERVAL * 86_400)
    if kind == _MANUAL and factor == 0:
        return Review(card, at_ms, None, 0, 0, kind)
    if kind in (_MANUAL, _RESCHEDULED):
        return MANUAL
    if kind == _FILTERED and factor == 0:
        return CRAM
    if ease not in range(1, 5) or kind not in range(_FILTERED + 1):
        return UNRATED
    return Review(card, at_ms, Rating(ease), wait, min(max(took_ms, 0), 86_400_000), kind)


# Events


def new_events(
    reviews: Sequence[Review], known: Sequence[Event], calendar: Calendar, weights: str, device: str = DEVICE
) -> list[Event]:
    """The events of one card's reviews that the log does not know yet, oldest first.

    `known` are all events of the card, undone ones too: what was taken back here does not return. The same review
    gives the same event on every computer in the same zone.
    """
    given = {event_id(review): review for review in reviews}
    there = {event.id for event in known}
    free: dict[Rating | None, deque[int]] = defaultdict(deque)
    for event in sorted(known, key=lambda event: event.at_ms):
        if event.id not in given and (event.kind in ANSWERS or event.kind is Kind.RESET):
            free[event.rating].append(event.at_ms)
    missing = sorted((review for name, review in given.items() if name not in there), key=lambda review: review.at_ms)
    return [_event(one, calendar, weights, device) for one in missing if not _taken(free[one.rating], one.at_ms)]


def _taken(moments: deque[int], at_ms: int) -> bool:
    """Whether one of the moments, in order, is near; it is used up then, so that each answer is met once."""
    while moments and moments[0] < at_ms - SAME_MS:
        moments.popleft()
    if not moments or moments[0] > at_ms + SAME_MS:
        return False
    moments.popleft()
    return True


def _event(review: Review, calendar: Calendar, weights: str, device: str) -> Event:
    day = calendar.day_of(review.at_ms)
    name = event_id(review)
    if review.rating is None:
        return Event(name, review.at_ms, day, device, Kind.RESET, name, review.card)
    return Event(
        id=name,
        at_ms=review.at_ms,
        study_day=day,
        device=device,
        kind=Kind.IMPORT,
        batch=name,
        card=review.card,
        rating=review.rating,
        took_ms=review.took_ms,
        interval=review.interval,
        due=_due(review, day),
        weights=weights,
    )


def _due(review: Review, day: StudyDay) -> int:
    """A study day, or milliseconds UTC for a learning step."""
    return day + review.interval if review.interval > 0 else review.at_ms - review.interval * 1000


def event_id(review: Review) -> str:
    """The id of a review's event: its moment, and 74 bits that depend on card, rating and moment alone."""
    text = f"anki\x1f{review.card}\x1f{int(review.rating or 0)}\x1f{review.at_ms}"
    return next_id(review.at_ms, None, int.from_bytes(blake2b(text.encode(), digest_size=10).digest(), "big"))
