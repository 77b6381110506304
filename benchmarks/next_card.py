"""The next card with its four previews and a durable answer, against plain sqlite3 and fsrs, and Anki's backend.

All have a database of their own with the same cards, all in Review and due, on the same disk, and read their queue
once before. Each answer of ours and of the plain script reads a card and its schedule, computes what the four ratings
would give, and commits an event with the new schedule. Anki fetches its queued card, describes the four states and
answers; it does not read the note's words. All three wait for the disk at every answer. How long a disk takes to make a
commit durable varies more than anything measured here, so the time on the processor stands beside what elapsed.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsrs
from scale import Scale
from table import Row, compared
from timing import blocks, here, in_turn

from homes import CALENDAR, Homes, now_ms, opened
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, ReviewSession
from lpdeck.scheduling import Rating, Scheduler

BLOCK = 45  # answers of which a median is taken; with one block to warm up, fewer than the smallest home has cards
TARGET_PLAIN, TARGET_ANKI = 1.2, 1.3

Answer = Callable[[], object]
"""Shows the next card and answers it."""


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """Both ratios at each size, of blocks of answers."""
    for cards in scale.sizes:
        home = homes.due(cards)
        ways = [lpdeck(_copy(home)), Plain(_database(home, "plain.db")).answer, Anki(homes.anki(home)).answer]
        found = in_turn(*map(here, ways), runs=BLOCK * (scale.runs + 5), warm_up=BLOCK)
        ours, plain, anki = (blocks(costs, BLOCK) for costs in found)
        name = "next card and answer"
        yield from compared(name, "sqlite3 and py-fsrs", ours, plain, size=cards, target=TARGET_PLAIN, processor=True)
        yield from compared(name, "Anki's backend", ours, anki, size=cards, target=TARGET_ANKI, processor=True)


def _copy(home: Home) -> Home:
    """A home of its own to answer in."""
    copy = Home(home.path.with_name(home.path.name + "-answered"))
    shutil.rmtree(copy.path, ignore_errors=True)
    copy.path.mkdir()
    _database(home, copy.database)
    return copy


def _database(home: Home, name: str | Path) -> Path:
    target = home.path / name
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(home.database)) as connection, closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)
    return target


def lpdeck(home: Home) -> Answer:
    """Answers as the program does: a session over the store."""
    session = ReviewSession(opened(home), Scheduler(), CALENDAR, Limits(0, 10**6), now_ms())

    def answer() -> None:
        asked = session.next(now_ms())
        assert isinstance(asked, Asked)
        assert session.answer(asked, Rating.GOOD, now_ms(), {})

    return answer


# The same work by hand. Nothing of lpdeck is used but the tables.

QUEUE = """
SELECT c.id FROM schedule s JOIN card c ON c.id = s.card
WHERE s.state = 2 AND s.due_day <= :day AND c.asked = 1 AND s.suspended = 0
ORDER BY (:day - s.last_day) / s.stability DESC, c.id"""
CARD = "SELECT id, kind, principles, fields, note, tags FROM card WHERE id = ?"
SCHEDULE = "SELECT stability, difficulty, last_day, reps, lapses FROM schedule WHERE card = ?"
ADD = """
INSERT INTO event (id, at_ms, study_day, device, kind, batch, card, rating, took_ms, interval, due, weights)
VALUES (?, ?, ?, ?, 'answer', ?, ?, ?, ?, ?, ?, ?)"""
CHANGE = """
UPDATE schedule SET state = ?, stability = ?, difficulty = ?, due_day = ?, last_day = ?, reviewed_day = ?,
  interval = ?, reps = ?, lapses = ? WHERE card = ?"""
EPOCH = datetime(1970, 1, 1, 12, tzinfo=UTC)


class Plain:
    """A script's way through the queue."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        (self.device,) = self.db.execute("SELECT id FROM device WHERE here = 1").fetchone()
        self.today = (datetime.now(UTC) - timedelta(hours=4) - EPOCH.replace(hour=0)).days
        self.scheduler = fsrs.Scheduler(enable_fuzzing=False)
        self.queue = deque(row[0] for row in self.db.execute(QUEUE, {"day": self.today}))
        self.number = 0

    def answer(self) -> object:
        """Reads the next card, looks at all four ratings and gives Good."""
        shown = now_ms()
        name, kind, principles, fields, note, tags = self.db.execute(CARD, (self.queue.popleft(),)).fetchone()
        card = (name, kind, principles.split(), json.loads(fields), note, json.loads(tags))
        stability, difficulty, last_day, reps, lapses = self.db.execute(SCHEDULE, (name,)).fetchone()
        noon = EPOCH + timedelta(days=self.today)
        before = fsrs.Card(
            card_id=1,
            state=fsrs.State.Review,
            step=None,
            stability=stability,
            difficulty=difficulty,
            due=noon,
            last_review=EPOCH + timedelta(days=last_day),
        )
        previews = {rating: self.scheduler.review_card(before, rating, noon)[0] for rating in fsrs.Rating}
        self.commit(name, fsrs.Rating.Good, previews[fsrs.Rating.Good], reps, lapses, shown)
        return card

    def commit(self, card: str, rating: fsrs.Rating, after: fsrs.Card, reps: int, lapses: int, shown: int) -> None:
        """Writes the event and the schedule in one transaction."""
        at_ms, today = now_ms(), self.today
        self.number += 1
        event = f"{at_ms:012x}-{self.number:08x}"
        interval = (after.due - EPOCH).days - today
        due = today + interval
        with self.db:
            row = (event, at_ms, today, self.device, event, card, rating.value, at_ms - shown, interval, due, "fsrs-6")
            self.db.execute(ADD, row)
            memory = after.state.value, after.stability, after.difficulty
            self.db.execute(CHANGE, (*memory, due, today, today, interval, reps + 1, lapses, card))


class Anki:
    """Anki's way through its queue, by the calls that its review screen makes."""

    def __init__(self, path: Path) -> None:
        from anki.collection import Collection
        from anki.scheduler.v3 import CardAnswer

        self.collection, self.answer_of = Collection(str(path)), CardAnswer

    def answer(self) -> object:
        """Fetches the next card, names its four intervals and gives Good."""
        scheduler, at_ms = self.collection.sched, now_ms()
        queued = scheduler.get_queued_cards(fetch_limit=1).cards[0]
        shown = scheduler.describe_next_states(queued.states)
        answer = self.answer_of(
            card_id=queued.card.id,
            current_state=queued.states.current,
            new_state=queued.states.good,
            rating=self.answer_of.GOOD,
            answered_at_millis=at_ms,
            milliseconds_taken=now_ms() - at_ms,
        )
        scheduler.answer_card(answer)
        return shown
