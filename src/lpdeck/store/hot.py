"""What a learner waits for: the queue, the next card, the answer, its undo. Plain sqlite3, a handful of statements.

Importing SQLAlchemy costs more than showing a card, so this module does without. Every statement here has a twin
in Core in the tests, which compare the two.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from lpdeck.days import StudyDay
from lpdeck.errors import HomeError
from lpdeck.events import Event, Kind, marked, moment_of, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Memory, Outcome, Rating, Schedule, Scheduler, State, Weights, misfit
from lpdeck.store import SCHEMA

if TYPE_CHECKING:
    from lpdeck.filters import Filter
    from lpdeck.planning.evening import PlanCard
    from lpdeck.planning.habits import Habits
    from lpdeck.store.tallies import Tally

# FULL: in WAL mode NORMAL may lose the last answers at a power cut. Opening waits longer than a transaction, which
# says after a moment for whom it waits, and goes on waiting (`patiently`).
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 300",
)

T = TypeVar("T")


def _say_nothing(_sentence: str) -> None:
    """Nobody listens."""


on_waiting: Callable[[str], None] = _say_nothing
"""Is told in a sentence who holds the database, where something waits for it; whoever talks to the learner sets it."""


class QueuedCard(NamedTuple):
    """A card that could be asked: enough to count it and to keep siblings apart.

    `is_early`: a plan asks it before it is due.
    """

    id: str
    sibling: str | None
    principles: tuple[str, ...]
    due_at_ms: int | None = None
    is_new: bool = False
    is_early: bool = False


class StoredCard(NamedTuple):
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


class Mark(NamedTuple):
    """What a command does to a card beside answering it; `due` is the study day of a burial or a new due day."""

    card: str
    kind: Kind
    due: int | None = None
    detail: dict[str, Any] = {}  # noqa: RUF012 (never changed)


class Batch(NamedTuple):
    """What was done together: its name in the log, what it was, and the cards that it touched."""

    id: str
    kind: Kind
    cards: tuple[str, ...]


class DayLimits(NamedTuple):
    """What the learner chose for one study day alone; None leaves the option's value. `minutes` 0 is no budget."""

    new: int | None = None
    reviews: int | None = None
    minutes: int | None = None


class StaleError(Exception):
    """The card was answered elsewhere since it was shown, or memories are computed anew; look at it again."""


def make_private_folder(path: Path) -> None:
    """Makes a folder that only its owner may enter; raises HomeError where that is not possible."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeError(
            f"{path}: the folder can not be made ({error.strerror})",
            "Choose another with --home or LPDECK_HOME.",
        ) from None


def make_private_file(path: Path) -> None:
    """Makes an empty file that only its owner may read; leaves alone what is there, and what can not be made."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


class explained:  # noqa: N801 (used as a statement: `with explained(path)`)
    """Turns a database error in its block into one sentence with the way out. Raises HomeError.

    A class and no generator: a learner waits for it at every card.
    """

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing is to be prepared."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Explains what the database said."""
        if error is None:
            return
        cause = getattr(error, "orig", error)
        if isinstance(cause, sqlite3.Error):
            what, advice = _explanation(cause)
            raise HomeError(f"{self._path}: {what}", advice) from None


_DOCTOR = "lpdeck doctor --fix keeps it in the folder backups/ and saves what can be read; deck files are untouched."

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
        _DOCTOR,
    ),
    (
        "malformed",
        "the database is damaged",
        _DOCTOR,
    ),
    ("no such table", "the database is damaged ({said})", _DOCTOR),
    ("decode to utf-8", "the database is damaged (a text in it can not be read)", _DOCTOR),
)


def _explanation(error: sqlite3.Error) -> tuple[str, str]:
    text = str(error).lower()
    for sign, what, advice in _EXPLANATIONS:
        if sign in text:
            return what.format(said=error), advice
    return (
        f"the database answered: {error}",
        "Nothing was changed; try again, or let lpdeck doctor look at it, which can save what is in it.",
    )


def open_hot(home: Home) -> HotStore | None:
    """The store, if its schema is current and its memories are those of the weights in use.

    None where SQLAlchemy has to make, migrate or fold it first. Raises HomeError.
    """
    if not home.database.exists() or home.database.stat().st_size == 0:
        return None
    with explained(home.database):
        connection = _connect(home.database)
        weights = _weights(connection) if _revision(connection) == SCHEMA else None
        if weights is None:
            connection.close()
            return None
    return HotStore(connection, home.database, weights)


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level None: transactions begin where `_transaction` says so.
    connection = sqlite3.connect(path, isolation_level=None)
    prepare(connection, path)
    return connection


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Sets what every connection needs, and waits where another process brings the file into WAL mode just now.

    SQLite refuses a second one at once then, whatever its patience.
    """
    for pragma in PRAGMAS:
        patiently(partial(connection.execute, pragma), path)


def patiently(begin: Callable[[], object], path: Path) -> None:
    """Begins what another process may refuse, and waits for it as `holding.outlast` does, which is loaded only then."""
    try:
        begin()
    except Exception as refusal:
        from lpdeck.store.holding import outlast

        outlast(refusal, begin, path)


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return row[0] if row else None


def _weights(connection: sqlite3.Connection) -> Weights | None:
    """The weights in use; None where the stored memories were computed with others."""
    row = connection.execute(IN_USE).fetchone()
    weights = in_use(row and row[:-1])
    return weights if row[-1] else None


CARD_WIDTH = 11
"""How many columns a card has in CARD and CARDS_OF_DECK."""

EVENT_COLUMNS = (
    "id, at_ms, study_day, device, kind, batch, card, target, rating, took_ms, interval, due, weights, detail"
)
SCHEDULE_COLUMNS = (
    "state, step, stability, difficulty, due_day, due_at_ms, first_day, last_day, reviewed_day, interval, "
    "reps, lapses, suspended, buried_until, flag"
)

_REPS = SCHEDULE_COLUMNS.split(", ").index("reps")

AWAKE = "s.suspended = 0 AND (s.buried_until IS NULL OR s.buried_until <= :day)"

# The plus keeps SQLite from walking all cards that can be asked: few are in a learning step.
LEARNING = f"""
SELECT c.id, c.sibling, c.principles, s.due_at_ms, 0 FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state IN (1, 3) AND +c.asked = 1 AND {AWAKE} ORDER BY s.due_at_ms, c.id"""

# Predicted recall falls with elapsed days over stability, so this order is the lowest recall first.
REVIEWS = f"""
SELECT c.id, c.sibling, c.principles, NULL, 0 FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state = 2 AND s.due_day <= :day AND c.asked = 1 AND {AWAKE}
ORDER BY (:day - s.last_day) / s.stability DESC, c.id"""

NEW_CARDS = f"""
SELECT c.id, c.sibling, c.principles, NULL, 1 FROM card c LEFT JOIN schedule s ON s.card = c.id
WHERE c.asked = 1 AND c.wave = :wave AND c.principles = :principles
  AND (s.card IS NULL OR (s.state IS NULL AND {AWAKE}))
ORDER BY c.turn, c.deck, c.position"""

# The sets of principles that the cards of a wave have, found by leaps through an index and not by reading every card.
PRINCIPLE_SETS = """
WITH RECURSIVE sets(one) AS (
  SELECT min(principles) FROM card WHERE asked = 1 AND wave = :wave
  UNION ALL
  SELECT (SELECT min(principles) FROM card WHERE asked = 1 AND wave = :wave AND principles > sets.one) FROM sets
  WHERE sets.one IS NOT NULL)
SELECT one FROM sets WHERE one IS NOT NULL"""

# Siblings that were answered on the day, with the card that was; or on a later one, if the clock went back.
MET = """
SELECT c.sibling, c.id FROM schedule s JOIN card c ON c.id = s.card
WHERE s.last_day >= :day AND c.sibling IS NOT NULL ORDER BY s.last_day DESC, c.id"""

# Not taken back: no undo names its batch, but for undos that a redo names.
_STANDS = """NOT EXISTS (SELECT 1 FROM event u WHERE u.target = e.batch AND u.kind = 'undo'
  AND NOT EXISTS (SELECT 1 FROM event r WHERE r.target = u.batch AND r.kind = 'redo'))"""

COUNTED_MS = 180_000
"""What of one answer counts as study time; the rest was a pause."""

# The study time of a day, of what was undone too. Ids begin with
# their time.
SPENT = f"""
SELECT sum(min(took_ms, {COUNTED_MS})) FROM event
WHERE id >= :since AND study_day = :day AND kind IN ('answer', 'cram')"""

DAY_LIMITS = "SELECT new_cards, reviews, minutes FROM day_limits WHERE study_day = ?"

# The last study day with an answer, and how many cards are answered on a day with any, over the last thirty.
LAST_DAY = "SELECT max(last_day) FROM schedule"
DUE_ON = """
SELECT s.due_day, count(*) FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state = 2 AND s.due_day > :day AND s.due_day <= :last AND c.asked = 1 AND s.suspended = 0
GROUP BY s.due_day"""

BEGUN = "SELECT count(*) FROM schedule WHERE first_day = :day"
REVIEWED = "SELECT count(*) FROM schedule WHERE reviewed_day = :day"

CARD = """
SELECT id, deck, line, kind, principles, fields, note, tags, draft, retired, sibling FROM card WHERE id = ?"""

_WITH_SCHEDULE = f"""
SELECT c.id, c.deck, c.line, c.kind, c.principles, c.fields, c.note, c.tags, c.draft, c.retired, c.sibling,
  {", ".join(f"s.{name}" for name in SCHEDULE_COLUMNS.split(", "))}
FROM card c LEFT JOIN schedule s ON s.card = c.id"""
CARD_WITH_SCHEDULE = f"{_WITH_SCHEDULE} WHERE c.id = ?"
CARDS_OF_DECK = f"{_WITH_SCHEDULE} WHERE c.deck = ? AND c.asked = 1 ORDER BY c.position"
CARDS_WITH_IDS = f"""{_WITH_SCHEDULE}
WHERE c.id IN (SELECT value FROM json_each(?)) ORDER BY c.deck, c.position"""
SIBLINGS = "SELECT id FROM card WHERE sibling = ? AND retired = 0 ORDER BY id"

# What the day's limit or a burial left over comes on the next day, or when the burial ends.
NEXT_DUE = """
SELECT min(max(s.due_day, coalesce(s.buried_until, 0), :day + 1)) FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state = 2 AND s.due_day > 0 AND c.asked = 1 AND s.suspended = 0"""

DRAFTS = "SELECT count(*) FROM card WHERE draft = 1 AND retired = 0"

# The last answers, for how long one takes; more than a minute was a pause.
PACE = """
SELECT avg(min(took_ms, 60000)) FROM (SELECT took_ms FROM event WHERE kind = 'answer' ORDER BY id DESC LIMIT 200)"""

# Every card that can be asked, for a plan.
PLAN_CARDS = f"""
SELECT c.id, c.kind, c.principles, c.sibling, c.wave, {", ".join(f"s.{name}" for name in SCHEDULE_COLUMNS.split(", "))}
FROM card c LEFT JOIN schedule s ON s.card = c.id
WHERE c.asked = 1 AND (s.card IS NULL OR s.suspended = 0) ORDER BY c.wave, c.turn, c.deck, c.position"""

# How the last answers that stand were rated and how long they took, by kind of card and by what went before: nothing
# (the first time), a learning step, or days.
HABITS = f"""
SELECT c.kind, CASE WHEN last IS NULL THEN 'first' WHEN last < 0 THEN 'step' ELSE 'review' END AS phase, rating,
  count(*), sum(min(took_ms, {COUNTED_MS}))
FROM (SELECT card, rating, took_ms, (SELECT b.interval FROM event b WHERE b.card = e.card AND b.id < e.id
        AND b.kind IN ('answer', 'import', 'reset') AND {_STANDS.replace("e.batch", "b.batch")}
        ORDER BY b.id DESC LIMIT 1) AS last
      FROM event e WHERE kind = 'answer' AND took_ms > 0 AND {_STANDS} ORDER BY e.id DESC LIMIT :most) a
JOIN card c ON c.id = a.card GROUP BY c.kind, phase, rating ORDER BY c.kind, phase, rating"""
HABITS_FROM = 1000
"""How many of the last answers tell a learner's habits."""

# The cards asked last with their siblings, the latest first.
ASKED_LAST = """
SELECT c.id, c.sibling FROM event e JOIN card c ON c.id = e.card
WHERE e.kind = 'answer' AND e.study_day = :day ORDER BY e.id DESC LIMIT :most"""

EVENTS_OF_CARD = f"""
SELECT {EVENT_COLUMNS} FROM event WHERE card = :card
UNION SELECT {EVENT_COLUMNS} FROM event WHERE kind = 'undo'
  AND target IN (SELECT batch FROM event WHERE card = :card)
UNION SELECT {EVENT_COLUMNS} FROM event WHERE kind = 'redo' AND target IN (
  SELECT batch FROM event WHERE kind = 'undo' AND target IN (SELECT batch FROM event WHERE card = :card))
ORDER BY id"""

LAST_ID = "SELECT max(id) FROM event"
SCHEDULE = f"SELECT {SCHEDULE_COLUMNS} FROM schedule WHERE card = ?"

WEIGHTS_COLUMNS = "name, algorithm, version, origin, made, parameters"
IN_USE = f"SELECT {WEIGHTS_COLUMNS}, folded FROM weights ORDER BY since_ms DESC LIMIT 1"
FOLDED = f"SELECT {WEIGHTS_COLUMNS} FROM weights WHERE folded = 1"

BEFORE_ANSWER = f"""
SELECT (SELECT max(id) FROM event), (SELECT name FROM weights WHERE folded = 1), {SCHEDULE_COLUMNS}
FROM (SELECT 1) LEFT JOIN schedule ON card = :card"""
CARDS_OF_BATCH = "SELECT card, kind FROM event WHERE batch = ? ORDER BY id"
UNDONE_BY = "SELECT target FROM event WHERE batch = ? AND kind = 'undo'"
LATEST_AT = "SELECT max(at_ms) FROM event WHERE card = ?"

LATEST_ACTION = f"""
SELECT e.batch, e.kind FROM event e
WHERE e.device = :device AND e.kind NOT IN ('undo', 'redo', 'import') AND {_STANDS} ORDER BY e.id DESC LIMIT 1"""

LATEST_UNDO = """
SELECT e.batch FROM event e WHERE e.device = :device AND e.kind = 'undo'
  AND NOT EXISTS (SELECT 1 FROM event r WHERE r.target = e.batch AND r.kind = 'redo')
  AND e.id > coalesce((SELECT max(a.id) FROM event a WHERE a.device = :device
                       AND a.kind NOT IN ('undo', 'redo')), '')
ORDER BY e.id DESC LIMIT 1"""

PUT_DAY_LIMITS = "INSERT OR REPLACE INTO day_limits (study_day, new_cards, reviews, minutes) VALUES (?, ?, ?, ?)"
ADD_EVENT = f"INSERT INTO event ({EVENT_COLUMNS}) VALUES ({', '.join('?' * 14)})"
# Changes what is there in place: a replaced row would be written anew to every index.
PUT_SCHEDULE = f"""
INSERT INTO schedule (card, {SCHEDULE_COLUMNS}) VALUES ({", ".join("?" * 16)})
ON CONFLICT (card) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in SCHEDULE_COLUMNS.split(", "))}"""


class _Transaction:
    """Holds the write lock from its beginning; commits at the end of its block, or takes all back."""

    __slots__ = ("_db", "_path")

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = connection, path

    def __enter__(self) -> None:
        with explained(self._path):
            patiently(partial(self._db.execute, "BEGIN IMMEDIATE"), self._path)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        with explained(self._path):
            try:
                if error is None:
                    self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
        explained(self._path).__exit__(kind, error, trace)


class HotStore:
    """The database as a review uses it. Every method that writes has committed when it returns."""

    def __init__(self, connection: sqlite3.Connection, path: Path, weights: Weights) -> None:
        self._db = connection
        self._path = path
        self._weights = weights
        self._device: str = self._one("SELECT id FROM device WHERE here = 1")

    def close(self) -> None:
        """Closes the database; nothing is pending."""
        self._db.close()

    # Reading

    def scheduler(self, settings: Scheduler) -> Scheduler:
        """A scheduler of these settings with the weights that the stored memories are computed with."""
        return settings if settings.weights == self._weights else replace(settings, weights=self._weights)

    def learning(self, day: StudyDay) -> list[QueuedCard]:
        """Cards in a learning step, the one whose minute comes first in front."""
        return list(self._queued(LEARNING, day))

    def reviews(self, day: StudyDay) -> Iterator[QueuedCard]:
        """Cards due for review by `day`, the one most likely forgotten first."""
        return self._queued(REVIEWS, day)

    def principle_sets(self, wave: int) -> list[str]:
        """The sets of principles that askable cards of a wave have, each as slugs with spaces between."""
        return [row[0] for row in self._rows(PRINCIPLE_SETS, {"wave": wave})]

    def new_cards(self, day: StudyDay, wave: int, principles: str) -> Iterator[QueuedCard]:
        """Cards of a wave never answered that have a set of principles, each when its turn comes."""
        return self._queued(NEW_CARDS, day, wave=wave, principles=principles)

    def met(self, day: StudyDay) -> dict[str, str]:
        """The siblings answered on `day`: sibling key to the card that was asked."""
        return dict(self._rows(MET, {"day": day}))

    def changes(self) -> int:
        """A number that is another one after any other connection has changed the database; it takes a microsecond."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def begun(self, day: StudyDay) -> int:
        """How many cards were answered for the first time on `day`."""
        return int(self._one(BEGUN, {"day": day}))

    def reviewed(self, day: StudyDay) -> int:
        """How many cards in Review were answered on `day`."""
        return int(self._one(REVIEWED, {"day": day}))

    def spent_ms(self, day: StudyDay, starts_ms: int) -> int:
        """The study time of a day that began at `starts_ms` (milliseconds)."""
        # A clock that went back leaves ids behind it, and in another zone the same day began up to two days earlier.
        since = next_id(max(starts_ms - 3 * 86_400_000, 0), None, 0)
        return int(self._one(SPENT, {"since": since, "day": day}) or 0)

    def day_limits(self, day: StudyDay) -> DayLimits:
        """What the learner chose for this study day alone."""
        for row in self._rows(DAY_LIMITS, (day,)):
            return DayLimits(*row)
        return DayLimits()

    def last_day(self) -> StudyDay | None:
        """The last study day with an answer."""
        found = self._one(LAST_DAY)
        return None if found is None else StudyDay(found)

    def due_on(self, day: StudyDay, last: StudyDay) -> dict[StudyDay, int]:
        """How many reviews come due on each study day after `day`, up to `last`."""
        return {StudyDay(due): count for due, count in self._rows(DUE_ON, {"day": day, "last": last})}

    def next_due(self, day: StudyDay) -> StudyDay | None:
        """The first study day after `day` on which a card is due for review."""
        found = self._one(NEXT_DUE, {"day": day})
        return None if found is None else StudyDay(found)

    def plan_cards(self) -> list[PlanCard]:
        """Every card that can be asked, with its schedule, in the order in which new ones are begun."""
        from lpdeck.planning.evening import PlanCard

        with explained(self._path):
            rows = self._db.execute(PLAN_CARDS).fetchall()
        sets = {row[2]: tuple(row[2].split()) for row in rows}
        return [PlanCard(row[0], row[1], sets[row[2]], row[3], schedule_or_new(row[5:]), row[4]) for row in rows]

    def habits(self) -> Habits:
        """How long this learner takes, and how they rate: from their last answers."""
        from lpdeck.planning.habits import Tally, habits

        rows = self._rows(HABITS, {"most": HABITS_FROM})
        return habits(Tally(kind, phase, Rating(rating), count, ms) for kind, phase, rating, count, ms in rows)

    def asked_last(self, day: StudyDay, count: int) -> list[tuple[str, str | None]]:
        """The cards of the last `count` answers of a study day with their sibling keys, the latest first."""
        return [(card, sibling) for card, sibling in self._rows(ASKED_LAST, {"day": day, "most": count})]

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
        row = self._row(CARD, (card,))
        return stored_card(row) if row else None

    def find(self, chosen: Filter, day: StudyDay, scheduler: Scheduler) -> list[str]:
        """The ids of the cards that pass a filter on a study day, in the order of the deck files."""
        from lpdeck.store.filtering import register, select

        register(self._db)
        statement, values = select(chosen, day, scheduler)
        return [row[0] for row in self._rows(statement, values)]

    def tally(self, ids: Iterable[str] | None = None) -> Tally:
        """What statistics are made of: the answers and memories of some cards or, for None, of all."""
        from lpdeck.store.tallies import tally

        with explained(self._path):
            return tally(self._db, ids)

    def cards_with(self, ids: Iterable[str]) -> list[tuple[StoredCard, Schedule]]:
        """Some cards with their schedules, in the order of the deck files."""
        rows = self._rows(CARDS_WITH_IDS, (json.dumps(list(ids)),))
        return [(stored_card(row[:CARD_WIDTH]), schedule_or_new(row[CARD_WIDTH:])) for row in rows]

    def cards_of(self, deck: str) -> list[tuple[StoredCard, Schedule]]:
        """The cards of a deck that can be asked, with their schedules, in the order of the file."""
        rows = self._rows(CARDS_OF_DECK, (deck,))
        return [(stored_card(row[:CARD_WIDTH]), schedule_or_new(row[CARD_WIDTH:])) for row in rows]

    def reading(self, read: Callable[[sqlite3.Connection], T]) -> T:
        """What a function reads through this connection, all of it as the database was at one moment."""
        with explained(self._path):
            self._db.execute("BEGIN")
            try:
                return read(self._db)
            finally:
                self._db.execute("ROLLBACK")

    def with_sibling(self, sibling: str) -> list[str]:
        """The ids of the cards with this sibling key."""
        return [row[0] for row in self._rows(SIBLINGS, (sibling,))]

    def asked(self, card: str) -> tuple[StoredCard, Schedule] | None:
        """A card with its schedule, or None."""
        row = self._row(CARD_WITH_SCHEDULE, (card,))
        return (stored_card(row[:CARD_WIDTH]), schedule_or_new(row[CARD_WIDTH:])) if row else None

    def ids_like(self, part: str) -> list[str]:
        """The ids that end with some text, at most ten."""
        statement = "SELECT id FROM card WHERE substr(id, -length(?)) = ? ORDER BY id LIMIT 10"
        return [row[0] for row in self._rows(statement, (part, part))]

    def schedule(self, card: str) -> Schedule:
        """The stored schedule of a card; that of a new card where there is none."""
        row = self._row(SCHEDULE, (card,))
        return schedule_of(row) if row else NEW

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
        """Appends an answer and stores the schedule it gives; `weights` is the name of the set that gave its memory.

        Raises StaleError if the card has moved on, or if the stored memories are of another set by now.
        """
        with self._transaction():
            last_id, folded, *known = self._row(BEFORE_ANSWER, {"card": card}) or ()
            if folded != weights:
                self._weights = self._folded()
                raise StaleError
            if tuple(known) != (schedule_row(card, before)[1:]) and schedule_or_new(tuple(known)) != before:
                raise StaleError
            # Answers replay in the order of their times, so a clock that went back must not put this one first.
            at_ms = self._not_before(card, at_ms, last_id)
            event_id = next_id(at_ms, last_id, _entropy())
            event = Event(
                id=event_id,
                at_ms=at_ms,
                study_day=day,
                device=self._device,
                kind=Kind.ANSWER,
                batch=event_id,
                card=card,
                rating=outcome.rating,
                took_ms=took_ms,
                interval=outcome.interval,
                due=outcome.due,
                weights=weights,
                detail=detail,
            )
            self._db.execute(ADD_EVENT, event_row(event))
            self._db.execute(PUT_SCHEDULE, schedule_row(card, outcome.schedule))
        return event

    def cram(
        self, card: str, rating: Rating, *, at_ms: int, day: StudyDay, took_ms: int, detail: dict[str, Any]
    ) -> str:
        """Appends an answer that touches no schedule; returns its batch."""
        with self._transaction():
            batch = self._new_id(at_ms)
            event = Event(
                batch, at_ms, day, self._device, Kind.CRAM, batch, card, rating=rating, took_ms=took_ms, detail=detail
            )
            self._db.execute(ADD_EVENT, event_row(event))
        return batch

    def mark(self, marks: Iterable[Mark], *, at_ms: int, day: StudyDay) -> Batch | None:
        """Does something to many cards at once; None if it changes none of them."""
        batch: Batch | None = None
        with self._transaction():
            last = self._one(LAST_ID)
            for mark in marks:
                event_id = next_id(at_ms, last, _entropy())
                event = self._marking(mark, event_id, batch.id if batch else event_id, at_ms, day)
                before = self.schedule(mark.card)
                after = marked(before, event)
                if after == before:
                    continue
                self._db.execute(ADD_EVENT, event_row(event))
                self._db.execute(PUT_SCHEDULE, schedule_row(mark.card, after))
                last = event_id
                batch = Batch(event.batch, mark.kind, (*(batch.cards if batch else ()), mark.card))
        return batch

    def _marking(self, mark: Mark, event_id: str, batch: str, at_ms: int, day: StudyDay) -> Event:
        """The event of a mark; like an answer it must not stand before an earlier one if the clock went back."""
        at_ms = max(at_ms, self._one(LATEST_AT, (mark.card,)) or at_ms)
        return Event(event_id, at_ms, day, self._device, mark.kind, batch, mark.card, due=mark.due, detail=mark.detail)

    def _not_before(self, card: str, at_ms: int, last_id: str | None) -> int:
        """The moment of an answer, never before an earlier one of its card.

        No event is later than the moment in its id, so a moment beyond the last id's is beyond all.
        """
        if last_id is None or at_ms >= moment_of(last_id):
            return at_ms
        return max(at_ms, self._one(LATEST_AT, (card,)) or at_ms)

    def set_day_limits(self, day: StudyDay, limits: DayLimits) -> None:
        """Keeps what the learner chose for one study day."""
        with self._transaction():
            self._db.execute(PUT_DAY_LIMITS, (day, *limits))

    def latest_action(self) -> str | None:
        """The batch that an undo would take back."""
        found: str | None = self._one(LATEST_ACTION, {"device": self._device})
        return found

    def undo(self, at_ms: int, day: StudyDay, scheduler: Scheduler) -> Batch | None:
        """Voids this device's latest batch that stands; None if there is none."""
        return self._turn(Kind.UNDO, LATEST_ACTION, at_ms, day, scheduler)

    def redo(self, at_ms: int, day: StudyDay, scheduler: Scheduler) -> Batch | None:
        """Takes back this device's latest undo, unless something was done since."""
        return self._turn(Kind.REDO, LATEST_UNDO, at_ms, day, scheduler)

    def _turn(self, turn: Kind, latest: str, at_ms: int, day: StudyDay, scheduler: Scheduler) -> Batch | None:
        with self._transaction():
            target = self._one(latest, {"device": self._device})
            if target is None:
                return None
            turn_id = self._new_id(at_ms)
            event = Event(turn_id, at_ms, day, self._device, turn, turn_id, target=target)
            self._db.execute(ADD_EVENT, event_row(event))
            acted = target if turn is Kind.UNDO else self._one(UNDONE_BY, (target,))
            kinds = dict(self._rows(CARDS_OF_BATCH, (acted,)))
            self._weights = self._folded()
            scheduler = self.scheduler(scheduler)
            for card in kinds:
                schedule = replay(self.events_of(card), scheduler)
                if schedule != self.schedule(card):
                    self._db.execute(PUT_SCHEDULE, schedule_row(card, schedule))
            return Batch(acted, Kind(next(iter(kinds.values()))), tuple(kinds))

    # Plumbing

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db, self._path)

    def _folded(self) -> Weights:
        """The weights of the stored memories, which another program may have changed since this store was opened."""
        return in_use(self._row(FOLDED))

    def _new_id(self, at_ms: int) -> str:
        return next_id(at_ms, self._one(LAST_ID), _entropy())

    def _queued(self, statement: str, day: StudyDay, **values: Any) -> Iterator[QueuedCard]:
        for card, sibling, slugs, due_at_ms, is_new in self._rows(statement, {"day": day, **values}):
            yield QueuedCard(card, sibling, tuple(slugs.split()), due_at_ms, bool(is_new))

    def _rows(self, statement: str, values: Any = ()) -> Iterator[tuple[Any, ...]]:
        with explained(self._path):
            yield from self._db.execute(statement, values)

    def _row(self, statement: str, values: Any = ()) -> tuple[Any, ...] | None:
        with explained(self._path):
            row: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
        return row

    def _one(self, statement: str, values: Any = ()) -> Any:
        row = self._row(statement, values)
        return row[0] if row else None

    def stale_decks(self, folder: Path) -> bool:
        """Whether a deck file was added, taken away or changed since the index was made."""
        with explained(self._path):
            rows = self._db.execute("SELECT name, size, mtime_ns, indexed_ns FROM deck_file").fetchall()
        return deck_files_differ(folder, rows)


def _entropy() -> int:
    """Eighty random bits, of which an id takes 74."""
    return int.from_bytes(os.urandom(10), "big")


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
    copies = conflict_copies([entry.name for entry in files])
    files = [entry for entry in files if entry.name not in copies]
    stats = [(entry.name.removesuffix(".toml"), entry.stat()) for entry in files if entry.is_file()]
    return [(name, (stat.st_size, stat.st_mtime_ns)) for name, stat in sorted(stats, key=lambda pair: pair[0])]


def conflict_copies(names: Sequence[str]) -> Collection[str]:
    """Those of some file names that a synced folder surely gave to a second form of another one: no decks of their own.

    What recognises them is loaded only where a name has a sign of it.
    """
    if not any("(" in name or "conflict-" in name or "（" in name for name in names):
        return ()
    from lpdeck.deck.copies import sure_copies

    return sure_copies(names)


def in_use(row: tuple[Any, ...] | None) -> Weights:
    """The weights of a row that was looked for. Raises HomeError where there is none, or it does not fit."""
    if row is None:
        raise HomeError("lpdeck.db holds no weights of FSRS", _PUT_BACK)
    return weights_of(row)


_PUT_BACK = "lpdeck doctor --fix makes the database anew from it and the folder backups/; deck files are untouched."


def weights_of(row: tuple[Any, ...]) -> Weights:
    """A row of WEIGHTS_COLUMNS as a value. Raises HomeError where FSRS can not compute with it."""
    name, algorithm, version, origin, made, written = row
    try:
        numbers = tuple(map(_number, json.loads(written)))
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise HomeError(f"the weights {name!a} in lpdeck.db are no list of numbers", _PUT_BACK) from None
    weights = Weights(str(name), str(algorithm), str(version), str(origin), str(made), numbers)
    problem = misfit(weights)
    if problem is not None:
        raise HomeError(f"the weights {name!a} in lpdeck.db {problem}", _PUT_BACK)
    return weights


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return float(value)


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
        tags=() if tags == "[]" else tuple(json.loads(tags)),
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


def schedule_or_new(row: tuple[Any, ...]) -> Schedule:
    """A row of SCHEDULE_COLUMNS as a value; that of a new card where an outer join found none."""
    return NEW if row[_REPS] is None else schedule_of(row)


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
