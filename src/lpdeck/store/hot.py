"""What a learner waits for: the queue, the next card, the answer, its undo. Plain sqlite3, a handful of statements.

Importing SQLAlchemy costs more than showing a card, so this module does without. Every statement here has a twin
in Core in the tests, which compare the two.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from lpdeck.days import StudyDay
from lpdeck.errors import HomeError
from lpdeck.events import Event, Kind, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Memory, Outcome, Rating, Schedule, Scheduler, State
from lpdeck.store import SCHEMA

# FULL: in WAL mode NORMAL may lose the last answers at a power cut.
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QueuedCard:
    """A card that could be asked: enough to count it and to keep siblings apart."""

    id: str
    sibling: str | None
    principles: tuple[str, ...]
    due_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card as the index keeps it: `fields` by name, `line` where it begins in its deck file."""

    id: str
    deck: str
    line: int
    kind: str
    principles: tuple[str, ...]
    fields: dict[str, Any]
    note: str | None
    tags: tuple[str, ...]
    draft: bool
    retired: bool
    sibling: str | None


class StaleError(Exception):
    """The card was answered elsewhere since it was shown; look at it again."""


def make_private_folder(path: Path) -> None:
    """Makes a folder that only its owner may enter; raises HomeError where that is not possible."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(
            f"{path}: the folder can not be made ({error.strerror})",
            "Choose another with --home or LPDECK_HOME.",
        ) from None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns a database error into one sentence with the way out. Raises HomeError."""
    try:
        yield
    except Exception as error:
        cause = getattr(error, "orig", error)
        if not isinstance(cause, sqlite3.Error):
            raise
        what, advice = _explanation(cause)
        raise HomeError(f"{path}: {what}", advice) from None


_EXPLANATIONS = (
    ("locked", "another program holds the database", "Close it, or wait for it to end, and try again."),
    (
        "disk is full",
        "the disk is full",
        "Free some space and try again; every answer shown as given is kept.",
    ),
    (
        "disk i/o error",
        "the disk is full or fails",
        "Free some space and try again; every answer shown as given is kept.",
    ),
    ("readonly", "the database may not be written", "Give yourself write permission on it and its folder."),
    (
        "unable to open",
        "the database can not be opened",
        "Check the permissions of the folder, or choose another with --home.",
    ),
    (
        "not a database",
        "this is no lpdeck database",
        "Move the file away, or put back a copy from the folder backups/; deck files are untouched.",
    ),
    (
        "malformed",
        "the database is damaged",
        "Put back a copy from the folder backups/; deck files are untouched.",
    ),
)


def _explanation(error: sqlite3.Error) -> tuple[str, str]:
    text = str(error).lower()
    for sign, what, advice in _EXPLANATIONS:
        if sign in text:
            return what, advice
    return (
        f"the database answered: {error}",
        "Nothing was changed; try again, or put back a copy from backups/.",
    )


def open_hot(home: Home) -> HotStore | None:
    """The store, if its schema is current; None where SQLAlchemy has to make or migrate it first."""
    if not home.database.exists():
        return None
    with explained(home.database):
        connection = _connect(home.database)
        if _revision(connection) != SCHEMA:
            connection.close()
            return None
    return HotStore(connection, home.database)


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level None: transactions begin where `_transaction` says so.
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    return connection


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return row[0] if row else None


EVENT_COLUMNS = (
    "id, at_ms, study_day, device, kind, batch, card, target, rating, took_ms, interval, due, weights, detail"
)
SCHEDULE_COLUMNS = (
    "state, step, stability, difficulty, due_day, due_at_ms, first_day, last_day, reviewed_day, interval, "
    "reps, lapses, suspended, buried_until, flag"
)

AWAKE = "s.suspended = 0 AND (s.buried_until IS NULL OR s.buried_until <= :day)"

LEARNING = f"""
SELECT c.id, c.sibling, c.principles, s.due_at_ms FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state IN (1, 3) AND c.asked = 1 AND {AWAKE} ORDER BY s.due_at_ms, c.id"""

# Predicted recall falls with elapsed days over stability, so this order is the lowest recall first.
REVIEWS = f"""
SELECT c.id, c.sibling, c.principles, NULL FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state = 2 AND s.due_day <= :day AND c.asked = 1 AND {AWAKE}
ORDER BY (:day - s.last_day) / s.stability DESC, c.id"""

NEW_CARDS = f"""
SELECT c.id, c.sibling, c.principles, NULL FROM card c LEFT JOIN schedule s ON s.card = c.id
WHERE c.asked = 1 AND (s.card IS NULL OR (s.state IS NULL AND {AWAKE})) ORDER BY c.deck, c.position"""

# Siblings that were answered on the day, with the card that was; or on a later one, if the clock went back.
MET = """
SELECT c.sibling, c.id FROM schedule s JOIN card c ON c.id = s.card
WHERE s.last_day >= :day AND c.sibling IS NOT NULL ORDER BY s.last_day DESC, c.id"""

BEGUN = "SELECT count(*) FROM schedule WHERE first_day = :day"
REVIEWED = "SELECT count(*) FROM schedule WHERE reviewed_day = :day"

CARD = """
SELECT id, deck, line, kind, principles, fields, note, tags, draft, retired, sibling FROM card WHERE id = ?"""

# What the day's limit or a burial left over comes on the next day, or when the burial ends.
NEXT_DUE = """
SELECT min(max(s.due_day, coalesce(s.buried_until, 0), :day + 1)) FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state = 2 AND s.due_day > 0 AND c.asked = 1 AND s.suspended = 0"""

DRAFTS = "SELECT count(*) FROM card WHERE draft = 1 AND retired = 0"

# The last answers, for how long one takes; more than a minute was a pause.
PACE = """
SELECT avg(min(took_ms, 60000)) FROM (SELECT took_ms FROM event WHERE kind = 'answer' ORDER BY id DESC LIMIT 200)"""

EVENTS_OF_CARD = f"""
SELECT {EVENT_COLUMNS} FROM event WHERE card = :card
UNION SELECT {EVENT_COLUMNS} FROM event WHERE kind = 'undo'
  AND target IN (SELECT batch FROM event WHERE card = :card)
UNION SELECT {EVENT_COLUMNS} FROM event WHERE kind = 'redo' AND target IN (
  SELECT batch FROM event WHERE kind = 'undo' AND target IN (SELECT batch FROM event WHERE card = :card))
ORDER BY id"""

LATEST_AT = "SELECT max(at_ms) FROM event WHERE card = ?"

# Not taken back: no undo names its batch, but for undos that a redo names.
_STANDS = """NOT EXISTS (SELECT 1 FROM event u WHERE u.target = e.batch AND u.kind = 'undo'
  AND NOT EXISTS (SELECT 1 FROM event r WHERE r.target = u.batch AND r.kind = 'redo'))"""

LATEST_ACTION = f"""
SELECT e.batch FROM event e WHERE e.device = :device AND e.kind NOT IN ('undo', 'redo', 'import') AND {_STANDS}
ORDER BY e.id DESC LIMIT 1"""

LATEST_UNDO = """
SELECT e.batch FROM event e WHERE e.device = :device AND e.kind = 'undo'
  AND NOT EXISTS (SELECT 1 FROM event r WHERE r.target = e.batch AND r.kind = 'redo')
  AND e.id > coalesce((SELECT max(a.id) FROM event a WHERE a.device = :device
                       AND a.kind NOT IN ('undo', 'redo')), '')
ORDER BY e.id DESC LIMIT 1"""

ADD_EVENT = f"INSERT INTO event ({EVENT_COLUMNS}) VALUES ({', '.join('?' * 14)})"
PUT_SCHEDULE = f"INSERT OR REPLACE INTO schedule (card, {SCHEDULE_COLUMNS}) VALUES ({', '.join('?' * 16)})"


class HotStore:
    """The database as a review uses it. Every method that writes has committed when it returns."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._device: str = self._one("SELECT id FROM device WHERE here = 1")

    def close(self) -> None:
        """Closes the database; nothing is pending."""
        self._db.close()

    # Reading

    def learning(self, day: StudyDay) -> list[QueuedCard]:
        """Cards in a learning step, the one whose minute comes first in front."""
        return list(self._queued(LEARNING, day))

    def reviews(self, day: StudyDay) -> Iterator[QueuedCard]:
        """Cards due for review by `day`, the one most likely forgotten first."""
        return self._queued(REVIEWS, day)

    def new_cards(self, day: StudyDay) -> Iterator[QueuedCard]:
        """Cards never answered, in the order of the deck files."""
        return self._queued(NEW_CARDS, day)

    def met(self, day: StudyDay) -> dict[str, str]:
        """The siblings answered on `day`: sibling key to the card that was asked."""
        return dict(self._rows(MET, {"day": day}))

    def begun(self, day: StudyDay) -> int:
        """How many cards were answered for the first time on `day`."""
        return int(self._one(BEGUN, {"day": day}))

    def reviewed(self, day: StudyDay) -> int:
        """How many cards in Review were answered on `day`."""
        return int(self._one(REVIEWED, {"day": day}))

    def next_due(self, day: StudyDay) -> StudyDay | None:
        """The first study day after `day` on which a card is due for review."""
        found = self._one(NEXT_DUE, {"day": day})
        return None if found is None else StudyDay(found)

    def is_unused(self) -> bool:
        """Whether nothing ever happened to a card."""
        return self._one("SELECT 1 FROM event LIMIT 1") is None

    def drafts(self) -> int:
        """How many cards can not be asked yet because something is missing."""
        return int(self._one(DRAFTS))

    def pace_ms(self) -> float:
        """How long an answer takes this learner (milliseconds): the mean of the last 200; 20 s before the first."""
        return float(self._one(PACE) or 20_000)

    def card(self, card: str) -> StoredCard | None:
        """A card as the index keeps it, or None."""
        for row in self._rows(CARD, (card,)):
            return stored_card(row)
        return None

    def ids_like(self, part: str) -> list[str]:
        """The ids that end with some text, at most ten."""
        statement = "SELECT id FROM card WHERE substr(id, -length(?)) = ? ORDER BY id LIMIT 10"
        return [row[0] for row in self._rows(statement, (part, part))]

    def schedule(self, card: str) -> Schedule:
        """The stored schedule of a card; that of a new card where there is none."""
        for row in self._rows(f"SELECT {SCHEDULE_COLUMNS} FROM schedule WHERE card = ?", (card,)):
            return schedule_of(row)
        return NEW

    def events_of(self, card: str) -> list[Event]:
        """The events of a card and the undos and redos that touch them, in order of id."""
        return [event_of(row) for row in self._rows(EVENTS_OF_CARD, {"card": card})]

    # Writing

    def answer(
        self,
        card: str,
        before: Schedule,
        outcome: Outcome,
        *,
        at_ms: int,
        day: StudyDay,
        took_ms: int,
        weights: str,
        detail: dict[str, Any],
    ) -> Event:
        """Appends an answer and stores the schedule it gives. Raises StaleError if the card has moved on."""
        with self._transaction():
            if self.schedule(card) != before:
                raise StaleError
            # Answers replay in the order of their times, so a clock that went back must not put this one first.
            at_ms = max(at_ms, self._one(LATEST_AT, (card,)) or at_ms)
            event = Event(
                id=self._new_id(at_ms),
                at_ms=at_ms,
                study_day=day,
                device=self._device,
                kind=Kind.ANSWER,
                batch="",
                card=card,
                rating=outcome.rating,
                took_ms=took_ms,
                interval=outcome.interval,
                due=outcome.due,
                weights=weights,
                detail=detail,
            )
            event = replace(event, batch=event.id)
            self._db.execute(ADD_EVENT, event_row(event))
            self._db.execute(PUT_SCHEDULE, schedule_row(card, outcome.schedule))
        return event

    def undo(self, at_ms: int, day: StudyDay, scheduler: Scheduler) -> list[str]:
        """Voids this device's latest batch that stands; returns the cards it touched, [] if there is none."""
        return self._turn(Kind.UNDO, LATEST_ACTION, at_ms, day, scheduler)

    def redo(self, at_ms: int, day: StudyDay, scheduler: Scheduler) -> list[str]:
        """Takes back this device's latest undo, unless something was done since; returns the cards touched."""
        return self._turn(Kind.REDO, LATEST_UNDO, at_ms, day, scheduler)

    def _turn(self, kind: Kind, latest: str, at_ms: int, day: StudyDay, scheduler: Scheduler) -> list[str]:
        with self._transaction():
            target = self._one(latest, {"device": self._device})
            if target is None:
                return []
            turn_id = self._new_id(at_ms)
            turn = Event(turn_id, at_ms, day, self._device, kind, turn_id, target=target)
            self._db.execute(ADD_EVENT, event_row(turn))
            acted = (
                target
                if kind is Kind.UNDO
                else self._one("SELECT target FROM event WHERE batch = ? AND kind = 'undo'", (target,))
            )
            cards = [row[0] for row in self._rows("SELECT DISTINCT card FROM event WHERE batch = ?", (acted,))]
            for card in cards:
                schedule = replay(self.events_of(card), scheduler)
                self._db.execute(PUT_SCHEDULE, schedule_row(card, schedule))
            return cards

    # Plumbing

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with explained(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _new_id(self, at_ms: int) -> str:
        last = self._one("SELECT max(id) FROM event")
        return next_id(at_ms, last, int.from_bytes(os.urandom(10), "big"))

    def _queued(self, statement: str, day: StudyDay) -> Iterator[QueuedCard]:
        for card, sibling, principles, due_at_ms in self._rows(statement, {"day": day}):
            yield QueuedCard(card, sibling, tuple(principles.split()), due_at_ms)

    def _rows(self, statement: str, values: Any = ()) -> Iterator[tuple[Any, ...]]:
        with explained(self._path):
            yield from self._db.execute(statement, values)

    def _one(self, statement: str, values: Any = ()) -> Any:
        with explained(self._path):
            row = self._db.execute(statement, values).fetchone()
        return row[0] if row else None

    def stale_decks(self, folder: Path) -> bool:
        """Whether a deck file was added, taken away or changed since the index was made."""
        with explained(self._path):
            rows = self._db.execute("SELECT name, size, mtime_ns, indexed_ns FROM deck_file").fetchall()
        return deck_files_differ(folder, rows)


FRESH_NS = 50_000_000
"""How long after a write (50 ms) a file's time stamp may hide a second one."""


def is_settled(mtime_ns: int, indexed_ns: int) -> bool:
    """Whether a file's time stamp tells every later write; one in the future does."""
    return abs(indexed_ns - mtime_ns) > FRESH_NS


def deck_files_differ(folder: Path, indexed: Iterable[tuple[str, int, int, int]]) -> bool:
    """Whether the `.toml` files of a folder are not those of the index rows (name, size, mtime, indexed at).

    A file that was written within 50 ms of its indexing counts as changed.
    """
    rows = list(indexed)
    if any(not is_settled(mtime_ns, indexed_ns) for _, _, mtime_ns, indexed_ns in rows):
        return True
    return {name: (size, mtime_ns) for name, size, mtime_ns, _ in rows} != dict(deck_stamps(folder))


def deck_stamps(folder: Path) -> list[tuple[str, tuple[int, int]]]:
    """Name (without .toml), size and modification time (ns) of every deck file; [] where there is no folder."""
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise HomeError(
            f"{folder}: the decks can not be listed ({error.strerror})",
            "Check the permissions of the folder, or choose another home with --home.",
        ) from None
    files = [entry for entry in entries if entry.name.endswith(".toml") and not entry.name.startswith(".")]
    for entry in files:
        if not entry.name.isprintable():
            raise HomeError(f"{folder}: the name of the deck {entry.name!a} can not be read", "Rename the file.")
    stats = [(entry.name.removesuffix(".toml"), entry.stat()) for entry in files if entry.is_file()]
    return [(name, (stat.st_size, stat.st_mtime_ns)) for name, stat in sorted(stats, key=lambda pair: pair[0])]


def stored_card(row: tuple[Any, ...]) -> StoredCard:
    """A row of CARD's columns as a value."""
    card, deck, line, kind, principles, fields, note, tags, draft, retired, sibling = row
    return StoredCard(
        id=card,
        deck=deck,
        line=line,
        kind=kind,
        principles=tuple(principles.split()),
        fields=json.loads(fields),
        note=note,
        tags=tuple(json.loads(tags)),
        draft=bool(draft),
        retired=bool(retired),
        sibling=sibling,
    )


def _maybe(make: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else make(value)


def schedule_of(row: tuple[Any, ...]) -> Schedule:
    """A row of SCHEDULE_COLUMNS as a value."""
    state, step, stability, difficulty, *rest = row
    due_day, due_at_ms, first_day, last_day, reviewed_day, interval, reps, lapses, suspended, buried, flag = rest
    return Schedule(
        state=_maybe(State, state),
        step=step,
        memory=None if stability is None else Memory(stability, difficulty),
        due_day=due_day,
        due_at_ms=due_at_ms,
        first_day=first_day,
        last_day=last_day,
        reviewed_day=reviewed_day,
        interval=interval,
        reps=reps,
        lapses=lapses,
        suspended=bool(suspended),
        buried_until=buried,
        flag=flag,
    )


def schedule_row(card: str, schedule: Schedule) -> tuple[Any, ...]:
    """A schedule as a row: the card, then SCHEDULE_COLUMNS."""
    memory = schedule.memory
    return (
        card,
        _maybe(int, schedule.state),
        schedule.step,
        memory.stability if memory else None,
        memory.difficulty if memory else None,
        schedule.due_day,
        schedule.due_at_ms,
        schedule.first_day,
        schedule.last_day,
        schedule.reviewed_day,
        schedule.interval,
        schedule.reps,
        schedule.lapses,
        int(schedule.suspended),
        schedule.buried_until,
        schedule.flag,
    )


def event_of(row: tuple[Any, ...]) -> Event:
    """A row of EVENT_COLUMNS as a value."""
    event, at_ms, day, device, kind, batch, card, target, rating, took_ms, interval, due, weights, detail = row
    return Event(
        id=event,
        at_ms=at_ms,
        study_day=StudyDay(day),
        device=device,
        kind=Kind(kind),
        batch=batch,
        card=card,
        target=target,
        rating=_maybe(Rating, rating),
        took_ms=took_ms,
        interval=interval,
        due=due,
        weights=weights,
        detail=json.loads(detail) if detail else {},
    )


def event_row(event: Event) -> tuple[Any, ...]:
    """An event as a row of EVENT_COLUMNS."""
    return (
        event.id,
        event.at_ms,
        event.study_day,
        event.device,
        event.kind.value,
        event.batch,
        event.card,
        event.target,
        _maybe(int, event.rating),
        event.took_ms,
        event.interval,
        event.due,
        event.weights,
        json.dumps(dict(event.detail), ensure_ascii=False) if event.detail else None,
    )
