"""A review session: a plain object without a terminal and without a clock.

It says which card comes next, what each rating would give, and makes an answer durable before it returns. All it
keeps in memory is the queue; everything that happened is in the store's log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from lpdeck.days import Calendar, StudyDay
from lpdeck.review.queue import Limits, Queue, build, may_be_asked
from lpdeck.scheduling import Outcome, Rating, Schedule, Scheduler
from lpdeck.store.hot import HotStore, QueuedCard, StaleError, StoredCard

LEARN_AHEAD_MS = 20 * 60_000
"""How much before its minute a learning card is asked when nothing else is left; Anki's default."""


@dataclass(frozen=True)
class Asked:
    """A card that is being asked: its schedule, what each rating gives, and a quiz's options in today's order."""

    card: StoredCard
    schedule: Schedule
    outcomes: Mapping[Rating, Outcome]
    options: tuple[str, ...]
    shown_ms: int


@dataclass(frozen=True)
class Left:
    """How many cards are left today, the one being asked included."""

    due: int
    new: int


@dataclass(frozen=True)
class Finished:
    """Nothing can be asked now.

    `learning_ms` is when the next learning card comes, `due_day` the next study day with cards.
    """

    learning_ms: int | None
    due_day: StudyDay | None


@dataclass
class Tally:
    """What a sitting has done so far."""

    answered: int = 0
    remembered: int = 0
    took_ms: int = 0


class ReviewSession:
    """A sitting over one store. Times are milliseconds UTC, handed in by the caller."""

    def __init__(self, store: HotStore, scheduler: Scheduler, calendar: Calendar, limits: Limits, now_ms: int) -> None:
        self._store = store
        self._scheduler = scheduler
        self._calendar = calendar
        self._limits = limits
        self.day = calendar.day_of(now_ms)
        self._queue = build(store, self.day, limits)
        self._current: QueuedCard | None = None
        self.tally = Tally()
        self._given: list[tuple[str, Tally]] = []
        self._undone: list[tuple[str, Tally] | None] = []

    def next(self, now_ms: int) -> Asked | Finished:
        """The card to ask at this moment; the same one again until it is answered."""
        if self._calendar.day_of(now_ms) != self.day:
            self._rebuild(now_ms)
        while True:
            queued = self._current or _take(self._queue, now_ms)
            if queued is None:
                return self._finished()
            self._current = queued
            card, schedule = self._store.card(queued.id), self._store.schedule(queued.id)
            if card is not None and may_be_asked(card, schedule, self.day):
                return self._asked(card, schedule, now_ms)
            self._rebuild(now_ms)

    def left(self) -> Left:
        """What is left today, the card being asked included."""
        queue, current = self._queue, self._current
        if current is None:
            return Left(queue.due, len(queue.new))
        is_new = current.due_at_ms is None and self._store.schedule(current.id).is_new
        return Left(queue.due + (not is_new), len(queue.new) + is_new)

    def answer(self, asked: Asked, rating: Rating, now_ms: int, detail: Mapping[str, Any] | None = None) -> bool:
        """Makes an answer durable. False if the card was answered elsewhere meanwhile: then nothing was stored.

        The due date of a learning step counts from the answer, not from when the card was shown.
        """
        day = self._calendar.day_of(now_ms)
        outcome = asked.outcomes[rating]
        if day != self.day or outcome.interval < 0:
            outcome = self._scheduler.outcomes(asked.card.id, asked.schedule, day, now_ms)[rating]
        took_ms = max(0, now_ms - asked.shown_ms)
        try:
            self._store.answer(
                asked.card.id,
                asked.schedule,
                outcome,
                at_ms=now_ms,
                day=day,
                took_ms=took_ms,
                weights=self._scheduler.weights,
                detail=dict(detail or {}),
            )
        except StaleError:
            self._rebuild(now_ms)
            return False
        self._given.append((asked.card.id, replace(self.tally)))
        self._undone.clear()
        self.tally.answered += 1
        self.tally.remembered += rating is not Rating.AGAIN
        self.tally.took_ms += took_ms
        self._go_on(outcome)
        return True

    def undo(self, now_ms: int) -> list[str]:
        """Takes back this device's last action, of this sitting or an earlier one; the cards it touched come next."""
        cards = self._store.undo(now_ms, self._calendar.day_of(now_ms), self._scheduler)
        if cards and self._given and self._given[-1][0] in cards:
            card, before = self._given.pop()
            self._undone.append((card, self.tally))
            self.tally = before
        elif cards:
            self._undone.append(None)  # of an earlier sitting: the tally knows nothing of it
        return self._shown_first(cards, now_ms)

    def redo(self, now_ms: int) -> list[str]:
        """Takes back the last undo, if nothing was done since."""
        cards = self._store.redo(now_ms, self._calendar.day_of(now_ms), self._scheduler)
        if cards:
            given = self._undone.pop() if self._undone else None
            if given is not None:
                self._given.append((given[0], self.tally))
                self.tally = given[1]
            self._rebuild(now_ms)
        return cards

    def _shown_first(self, cards: Sequence[str], now_ms: int) -> list[str]:
        if cards:
            self._rebuild(now_ms)
            self._current = _pull(self._queue, cards[0])
        return list(cards)

    def _rebuild(self, now_ms: int) -> None:
        self.day = self._calendar.day_of(now_ms)
        self._queue = build(self._store, self.day, self._limits)
        self._current = None

    def _asked(self, card: StoredCard, schedule: Schedule, now_ms: int) -> Asked:
        options = tuple(card.fields.get("options", ())) if card.kind == "quiz" else ()
        return Asked(
            card=card,
            schedule=schedule,
            outcomes=self._scheduler.outcomes(card.id, schedule, self.day, now_ms),
            options=shuffled(options, f"{card.id}:{self.day}"),
            shown_ms=now_ms,
        )

    def _go_on(self, outcome: Outcome) -> None:
        """Puts the answered card where it comes next today, if it does."""
        queued, self._current = self._current, None
        if queued is not None and outcome.interval < 0:
            self._queue.learning.append(replace(queued, due_at_ms=outcome.schedule.due_at_ms))
            self._queue.learning.sort(key=_minute)

    def _finished(self) -> Finished:
        learning = self._queue.learning
        due = self._store.next_due(self.day)
        if self._limits.new_per_day and next(self._store.new_cards(self.day), None) is not None:
            due = StudyDay(self.day + 1)  # new cards are left for tomorrow
        return Finished(_minute(learning[0]) if learning else None, due)


def _minute(card: QueuedCard) -> int:
    return card.due_at_ms or 0


def _take(queue: Queue, now_ms: int) -> QueuedCard | None:
    """The next card: learning cards when their minute has come, what is due, new ones, learning cards ahead."""
    if queue.learning and _minute(queue.learning[0]) <= now_ms:
        return queue.learning.pop(0)
    if queue.reviews:
        return queue.reviews.pop(0)
    if queue.new:
        return queue.new.pop(0)
    if queue.learning and _minute(queue.learning[0]) <= now_ms + LEARN_AHEAD_MS:
        return queue.learning.pop(0)
    return None


def _pull(queue: Queue, card: str) -> QueuedCard | None:
    """Takes one card out of the queue wherever it stands."""
    for group in (queue.learning, queue.reviews, queue.new):
        for queued in group:
            if queued.id == card:
                group.remove(queued)
                return queued
    return None


def shuffled(options: Sequence[str], seed: str) -> tuple[str, ...]:
    """The options in an order that depends on the seed alone, the same on every computer."""
    keyed = [(blake2b(f"{seed}:{option}".encode(), digest_size=8).digest(), option) for option in options]
    return tuple(option for _, option in sorted(keyed))
