"""A home as it is after half a year, for tests and pictures: sixteen decks, and answers that a sitting could give."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from heapq import heappop, heappush
from random import Random

from homes import CALENDAR, HOUR, MINUTE, indexed, make, put_deck, query
from lpdeck.days import StudyDay, study_day
from lpdeck.deck.model import Card
from lpdeck.events import Event, Kind, next_id
from lpdeck.home import Home
from lpdeck.principles import Principle
from lpdeck.scheduling import NEW, Rating, Schedule, Scheduler, State
from lpdeck.store.hot import ADD_EVENT, PUT_SCHEDULE, event_row, schedule_row

LAST_DAY = date(2026, 11, 26)
DAYS = 183
NEW_A_DAY = 8
RETENTION = 0.93
SCHEDULER = Scheduler(desired_retention=RETENTION)
HOLIDAY = range(97, 106)
"""Days without an answer, counted from the first."""

_FOLLOW_UPS = ("What did it cost you?", "Who disagreed?", "How do you know?", "What was wrong?", "And if not?")
_STAGES = ("Situation", "Task", "Action", "Result")
_EXERCISES = ("Which detail decides?", "What comes first?", "What is missing?", "Who owns it?", "What is measured?")


def half_year(home: Home, seed: int = 1, today: StudyDay | None = None, days: int = DAYS) -> Home:
    """Fills a home with 300 cards and, for half a year, some 5,000 answers up to the morning of `today`.

    `today` is 26 November 2026 unless given; `days` is since when the learner has been learning.
    Study days are those of UTC. The learner is better at some principles than FSRS believes, and worse at others.
    Log and schedules agree.
    """
    make(home)
    home.config.write_text(f'time_zone = "UTC"\ndesired_retention = {RETENTION}\n')
    decks = {one: _cards(one) for one in Principle}
    for principle, cards in decks.items():
        put_deck(home, principle.slug, *cards, title=f"About {principle.title}", principles=(principle.slug,))
    indexed(home)
    ((device,),) = query(home, "SELECT id FROM device WHERE here = 1")
    learner = Learner(Random(seed), device)
    learner.live(decks, StudyDay(study_day(LAST_DAY) if today is None else today), days)
    database = sqlite3.connect(home.database)
    with database:
        database.executemany(ADD_EVENT, map(event_row, learner.events))
        database.executemany(PUT_SCHEDULE, (schedule_row(*one) for one in learner.schedules.items()))
    database.close()
    return home


def _cards(principle: Principle) -> list[Card]:
    return [Card(f"{principle.slug}/{kind}-{number}", kind, fields) for kind, number, fields in _contents(principle)]


def _contents(principle: Principle) -> Iterator[tuple[str, int, dict[str, object]]]:
    """Kind, number and fields of each card: all parts of a walkthrough for some principles, less for others."""
    story, rank = f"About {principle.title}", list(Principle).index(principle)
    for number, stage in enumerate(_STAGES):
        yield "stage", number, {"stage": stage, "story": story, "example": f"{stage} of it.", "target_seconds": 30}
    for number, question in enumerate(_FOLLOW_UPS):
        yield "follow-up", number, {"question": question, "story": story, "strong": "A number, and what it hides."}
    for number, question in enumerate(_EXERCISES):
        options = ["the owner", "the date", principle.title]
        yield "quiz", number, {"question": question, "options": options, "answer": options[number % 3]}
    if rank % 4:
        for number in range(3):
            yield "disqualifier", number, {"phrase": f"We all did it {number}", "why": "Nobody did it."}
    if rank % 3:
        yield "checklist", 0, {"list": "Key points", "story": story, "points": ["the owner", "the date"]}
    if rank % 5:
        yield "level", 0, {"level": "senior", "story": story, "focus": "Others follow."}
    yield "basic", 0, {"front": f"Say {principle.title} in a sentence.", "back": "In my own words."}


@dataclass
class Learner:
    """Somebody who answers cards: what was answered, and the schedules that follow from it."""

    random: Random
    device: str
    scheduler: Scheduler = SCHEDULER
    schedules: dict[str, Schedule] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def live(self, decks: dict[Principle, list[Card]], today: StudyDay, days: int = DAYS) -> None:
        """Half a year, with days off and a holiday; on the last day a few answers in the morning."""
        # How many times as long as FSRS believes the learner remembers what belongs to a principle.
        self.skill = {one.slug: self.random.uniform(0.3, 1.1) for one in decks}
        unmet = [card.id for cards in decks.values() for card in cards]
        self.random.shuffle(unmet)
        for number in range(days):
            day, last = StudyDay(today - days + 1 + number), number == days - 1
            if not last and (number in HOLIDAY or self.random.random() < 0.08):
                continue
            begun = [unmet.pop() for _ in range(min(len(unmet), self.random.randint(1, NEW_A_DAY)))]
            due = [card for card, schedule in self.schedules.items() if (schedule.due_day or 0) <= day]
            self.random.shuffle(due)
            hour = 7 if last or self.random.random() < 0.3 else self.random.choice((12, 19, 20, 20, 20, 21, 22))
            start = CALENDAR.starts_ms(day) + (hour - 4) * HOUR + self.random.randrange(50) * MINUTE
            self.sit(due[:12] if last else [*due, *begun], day, start)

    def sit(self, cards: list[str], day: StudyDay, at_ms: int) -> None:
        """Answers cards until each has left its learning steps."""
        waiting = [(at_ms + place, card) for place, card in enumerate(cards)]
        while waiting:
            due_ms, card = heappop(waiting)
            took = int(self.random.lognormvariate(2.4, 0.6) * 1000)
            at_ms = max(at_ms, due_ms) + took
            schedule = self.answer(card, day, at_ms, took)
            if schedule.due_at_ms is not None:
                heappush(waiting, (schedule.due_at_ms, card))

    def answer(self, card: str, day: StudyDay, at_ms: int, took_ms: int) -> Schedule:
        """One answer, in the log and in the schedule of its card."""
        before = self.schedules.get(card, NEW)
        given = self.scheduler.outcomes(card, before, day, at_ms)[self.rating(card, before, day)]
        name = next_id(at_ms, self.events[-1].id if self.events else None, self.random.getrandbits(74))
        self.events.append(
            Event(
                id=name,
                at_ms=at_ms,
                study_day=day,
                device=self.device,
                kind=Kind.ANSWER,
                batch=name,
                card=card,
                rating=given.rating,
                took_ms=took_ms,
                interval=given.interval,
                due=given.due,
                weights=self.scheduler.weights.name,
            )
        )
        self.schedules[card] = given.schedule
        return given.schedule

    def rating(self, card: str, schedule: Schedule, day: StudyDay) -> Rating:
        """What the learner presses: forgotten or not by what is truly remembered, then by mood."""
        if self.random.random() > self.recall(card, schedule, day):
            return Rating.AGAIN
        return self.random.choices((Rating.HARD, Rating.GOOD, Rating.EASY), (9, 80, 11))[0]

    def recall(self, card: str, schedule: Schedule, day: StudyDay) -> float:
        """The true chance of remembering a card."""
        if schedule.state is not State.REVIEW or schedule.memory is None or schedule.last_day is None:
            return 0.7 if schedule.is_new else 0.9
        memory = schedule.memory._replace(stability=schedule.memory.stability * self.skill[card.partition("/")[0]])
        return self.scheduler.retrievability(memory, schedule.last_day, day)
