"""The next card with its four previews and a durable answer, against the same work in plain sqlite3 and fsrs.

Both have a database of their own with the same cards, all in Review and due, on the same disk, and read their queue
once before. Each answer reads a card and its schedule, computes what the four ratings would give, and commits an
event with the new schedule. How long a disk takes to make a commit durable varies more than anything measured here,
so the time on the processor is printed beside what elapsed.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import fsrs

sys.path.insert(0, str(Path(__file__).parent))

from first_card import make_home
from timing import report

from lpdeck.days import Calendar, StudyDay
from lpdeck.events import Event, Kind, next_id
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, ReviewSession
from lpdeck.scheduling import Memory, Rating, Schedule, Scheduler, State
from lpdeck.store.hot import ADD_EVENT, PUT_SCHEDULE, event_row, open_hot, schedule_row

SIZES = (1_000, 10_000, 100_000)
ANSWERS, BLOCKS = 45, 20  # with a first block to warm up: fewer answers than the smallest home has cards
CLOCKS = ("elapsed", "processor")
CALENDAR = Calendar(UTC, 4)

Answer = Callable[[], object]
"""Shows the next card and answers it."""


Cost = tuple[float, float]
"""What one answer took: seconds elapsed, and seconds on the processor."""


def main() -> None:
    """Prints the time of one answer and the ratios of the blocks: the least, the median and the greatest."""
    print(f"{'next card and answer':<44} {'lpdeck':>11} {'plain':>11}")
    for cards in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            blocks = measured(*both(Path(folder), cards))
        for clock, target in enumerate((1.3, None)):
            ours, plain = medians([pair for block in blocks for pair in block], clock)
            ratios = [first / second for first, second in (medians(block, clock) for block in blocks)]
            report(f"{cards:,} cards, {CLOCKS[clock]}", ours, plain, ratios, target)


def both(folder: Path, cards: int) -> tuple[Answer, Answer]:
    """The two ways to answer, each over a home of its own with the same cards."""
    home, copy = Home(folder / "home"), folder / "plain.db"
    make_home(home.path, cards)
    with closing(sqlite3.connect(home.database)) as connection, closing(sqlite3.connect(copy)) as target:
        make_due(connection, CALENDAR.day_of(now_ms()))
        connection.backup(target)
    return lpdeck(home), Plain(copy).answer


def measured(ours: Answer, plain: Answer) -> list[list[tuple[Cost, Cost]]]:
    """Blocks of answers, ours and the plain one in turn, so that both meet the disk in the same mood."""
    pairs = [(cost(ours), cost(plain)) for _ in range(ANSWERS * (BLOCKS + 1))]
    return [pairs[start : start + ANSWERS] for start in range(ANSWERS, len(pairs), ANSWERS)]


def cost(answer: Answer) -> Cost:
    """What one answer takes."""
    elapsed, processor = time.perf_counter(), time.process_time()
    answer()
    return time.perf_counter() - elapsed, time.process_time() - processor


def medians(pairs: Sequence[tuple[Cost, Cost]], clock: int) -> tuple[float, float]:
    """The median of ours and of the plain one (seconds), by the clock of this place in CLOCKS."""
    ours, plain = ([pair[way][clock] for pair in pairs] for way in (0, 1))
    return statistics.median(ours), statistics.median(plain)


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def make_due(connection: sqlite3.Connection, today: StudyDay) -> None:
    """Gives every card one answer, some weeks ago, and a schedule in Review that is due by today."""
    (device,) = connection.execute("SELECT id FROM device WHERE here = 1").fetchone()
    cards = [row[0] for row in connection.execute("SELECT id FROM card ORDER BY id")]
    schedules = dict(zip(cards, due_schedules(today), strict=False))
    with connection:
        connection.executemany(ADD_EVENT, map(event_row, first_answers(schedules, device)))
        connection.executemany(PUT_SCHEDULE, [schedule_row(card, one) for card, one in schedules.items()])


def due_schedules(today: StudyDay) -> Iterator[Schedule]:
    """Schedules without end: due one to thirty days ago, after one to forty days."""
    random = Random(1)
    while True:
        interval, late = random.randint(1, 40), random.randint(1, 30)
        due = StudyDay(today - late)
        memory = Memory(interval * random.uniform(0.8, 1.2), random.uniform(1, 10))
        last = StudyDay(due - interval)
        yield Schedule(State.REVIEW, None, memory, due, None, last, last, last, interval, 1)


def first_answers(schedules: dict[str, Schedule], device: str) -> Iterator[Event]:
    """The answers that could have given the schedules."""
    last: str | None = None
    for number, (card, schedule) in enumerate(schedules.items()):
        assert schedule.last_day is not None
        at_ms = CALENDAR.starts_ms(schedule.last_day) + number
        last = next_id(now_ms() - 86_400_000, last, number)
        yield Event(
            id=last,
            at_ms=at_ms,
            study_day=schedule.last_day,
            device=device,
            kind=Kind.ANSWER,
            batch=last,
            card=card,
            rating=Rating.GOOD,
            took_ms=5000,
            interval=schedule.interval,
            due=schedule.due_day,
            weights="fsrs-6-defaults",
        )


def lpdeck(home: Home) -> Answer:
    """Answers as the program does: a session over the store."""
    store = open_hot(home)
    assert store is not None
    session = ReviewSession(store, Scheduler(), CALENDAR, Limits(0, 10**6), now_ms())

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


if __name__ == "__main__":
    main()
