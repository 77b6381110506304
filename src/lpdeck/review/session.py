"""A review session: a plain object without a terminal and without a clock.

It says which card comes next, what each rating would give, and makes an answer durable before it returns. All it
keeps in memory is the queue; everything that happened is in the store's log.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lpdeck.days import MINUTE_MS, Calendar, StudyDay
from lpdeck.events import Event, Kind
from lpdeck.review.drills import Exercise, exercise_of
from lpdeck.review.queue import (
    Limits,
    Queue,
    build,
    build_planned,
    drawn,
    left_ms,
    may_be_asked,
    minute,
    new_cards,
    next_planned,
    planner,
)
from lpdeck.scheduling import LEARN_AHEAD_MS, Outcome, Rating, Schedule, Scheduler, becomes_leech
from lpdeck.store.hot import COUNTED_MS, Batch, HotStore, Mark, QueuedCard, StaleError, StoredCard

if TYPE_CHECKING:
    from lpdeck.interviews import Interview
    from lpdeck.planning.evening import Evening
    from lpdeck.review.coaching import Coaching


class Asked(NamedTuple):
    """A card that is being asked: its schedule, what each rating gives (nothing while cramming), and its drill.

    `recall` is the predicted chance (0 to 1) of recalling it now, None for a new card. `evening` is what a plan asks
    on the study day `day`, where one holds.
    """

    card: StoredCard
    schedule: Schedule
    outcomes: Mapping[Rating, Outcome]
    exercise: Exercise
    shown_ms: int
    recall: float | None = None
    day: StudyDay = StudyDay(0)
    evening: Evening | None = None

    def wait(self, rating: Rating) -> int:
        """When the card is asked again after a rating: the interval of the schedule, or a plan's, if that is nearer."""
        outcome = self.outcomes[rating]
        if self.evening is None or outcome.interval < 0:
            return outcome.interval
        look = self.evening.next_look(outcome.memory.stability, self.day)
        return outcome.interval if look is None else min(outcome.interval, max(look - self.day, 1))

    @property
    def options(self) -> tuple[str, ...]:
        """A quiz's options in today's order."""
        return self.exercise.options if self.card.kind == "quiz" else ()

    @property
    def is_crammed(self) -> bool:
        """Whether the answer touches no schedule."""
        return not self.outcomes


class Left(NamedTuple):
    """How many cards are left today, the one being asked included."""

    due: int
    new: int


class Finished(NamedTuple):
    """Nothing can be asked now.

    `learning_ms` is when the next learning card comes, `due_day` the next study day with cards. `minutes` is the
    day's budget where that is what ended the sitting, and `left` what it left over. `crammed` is how many cards a
    sitting that crams has seen right.
    """

    learning_ms: int | None = None
    due_day: StudyDay | None = None
    minutes: int | None = None
    left: Left = Left(0, 0)
    crammed: int | None = None


class Tally(NamedTuple):
    """What a sitting has done so far."""

    answered: int = 0
    remembered: int = 0
    took_ms: int = 0


class Sitting(ABC):
    """What every sitting over a store can do. Times are milliseconds UTC, handed in by the caller.

    `duels` says whether follow-up cards are asked as duels.
    """

    def __init__(
        self, store: HotStore, scheduler: Scheduler, calendar: Calendar, now_ms: int, *, duels: bool = True
    ) -> None:
        self._store = store
        self._scheduler = scheduler
        self._calendar = calendar
        self._duels = duels
        self._day_span = range(0)
        self.day = self._day_of(now_ms)
        self._current: QueuedCard | None = None
        self._skipped: list[str] = []
        self._done: dict[str, Tally] = {}
        self._undone: set[str] = set()
        self._evening: Evening | None = None

    @abstractmethod
    def next(self, now_ms: int) -> Asked | Finished:
        """The card to ask at this moment; the same one again until it is answered."""

    @abstractmethod
    def left(self) -> Left:
        """What is left today, the card being asked included."""

    @abstractmethod
    def answer(self, asked: Asked, rating: Rating, now_ms: int, detail: Mapping[str, Any] | None = None) -> bool:
        """Makes an answer durable. False if the card was answered elsewhere meanwhile: then nothing was stored."""

    @abstractmethod
    def skip(self) -> bool:
        """Puts the card behind all others of this sitting; False where it is the only one."""

    @abstractmethod
    def _rebuild(self, now_ms: int) -> None:
        """Makes the queue anew from the store, the skipped cards last."""

    @abstractmethod
    def _pull(self, card: str) -> QueuedCard | None:
        """Takes a card out of the queue."""

    @property
    def tally(self) -> Tally:
        """What this sitting did, without what it took back."""
        counting = [one for batch, one in self._done.items() if batch not in self._undone]
        return Tally(*map(sum, zip(*counting, strict=True))) if counting else Tally()

    @property
    def showing(self) -> str | None:
        """The id of the card that is asked, or comes next because something of it was taken back."""
        return self._current.id if self._current else None

    def undo(self, now_ms: int) -> Batch | None:
        """Takes back this device's last action, of this sitting or an earlier one; the cards it touched come next."""
        batch = self._store.undo(now_ms, self._day_of(now_ms), self._scheduler)
        if batch:
            self._undone.add(batch.id)
            self._show_first(batch.cards, now_ms)
        return batch

    def redo(self, now_ms: int) -> Batch | None:
        """Takes back the last undo, if nothing was done since."""
        batch = self._store.redo(now_ms, self._day_of(now_ms), self._scheduler)
        if batch:
            self._undone.discard(batch.id)
            self._rebuild(now_ms)
        return batch

    def mark(self, asked: Asked, kind: Kind, now_ms: int, **detail: Any) -> None:
        """Suspends, buries (until tomorrow) or flags the card that is asked; `detail` of a flag is its colour."""
        day = self._day_of(now_ms)
        due = day + 1 if kind is Kind.BURY else None
        batch = self._store.mark([Mark(asked.card.id, kind, due, detail)], at_ms=now_ms, day=day)
        if batch is not None:
            self._done[batch.id] = Tally()
            self._marked(batch, now_ms)

    def _marked(self, batch: Batch, now_ms: int) -> None:
        """Goes on after a mark; a flagged card stays."""
        if batch.kind is not Kind.FLAG:
            self._rebuild(now_ms)

    def again(self, asked: Asked, now_ms: int) -> Asked | None:
        """The card that is asked as it is now, after its words or its flag changed; None if it can not be asked."""
        found = self._store.asked(asked.card.id)
        if found is None or not may_be_asked(*found, self.day, early=self._is_early(asked.card.id)):
            return None
        return self._asked(*found, now_ms)._replace(shown_ms=asked.shown_ms)

    def _is_early(self, card: str) -> bool:
        """Whether a plan asks a card today before it is due."""
        return self._current is not None and self._current.id == card and self._current.is_early

    def history(self, card: str) -> list[Event]:
        """What happened to a card, in order of id."""
        return self._store.events_of(card)

    def coaching(self, card: StoredCard) -> Coaching:
        """What the rest of the card's deck offers to somebody who keeps forgetting it."""
        from lpdeck.review.coaching import coach

        return coach(card, self._store.schedule(card.id), self._store.cards_of(card.deck))

    def became_leech(self, asked: Asked, rating: Rating) -> bool:
        """Whether this rating was the lapse that made the card a leech."""
        outcome = asked.outcomes.get(rating)
        return outcome is not None and becomes_leech(asked.schedule, outcome.schedule)

    def _day_of(self, now_ms: int) -> StudyDay:
        """The study day of a moment; the zone is asked once a day, not at every card."""
        if now_ms not in self._day_span:
            self._named_day = self._calendar.day_of(now_ms)
            starts = self._calendar.starts_ms
            self._day_span = range(starts(self._named_day), starts(StudyDay(self._named_day + 1)))
        return self._named_day

    def _asked(self, card: StoredCard, schedule: Schedule, now_ms: int) -> Asked:
        return Asked(
            card=card,
            schedule=schedule,
            outcomes=self._outcomes(card, schedule, now_ms),
            exercise=exercise_of(card, self.day, duels=self._duels),
            shown_ms=now_ms,
            recall=self._scheduler.recall(schedule, self.day),
            day=self.day,
            evening=self._evening,
        )

    def _outcomes(self, card: StoredCard, schedule: Schedule, now_ms: int) -> Mapping[Rating, Outcome]:
        return self._scheduler.for_principles(card.principles).outcomes(card.id, schedule, self.day, now_ms)

    def _count(self, batch: str, rating: Rating, took_ms: int) -> None:
        self._done[batch] = Tally(1, int(rating is not Rating.AGAIN), took_ms)

    def _show_first(self, cards: Sequence[str], now_ms: int) -> None:
        self._rebuild(now_ms)
        self._current = next(filter(None, map(self._pull, cards)), None)


class ReviewSession(Sitting):
    """A sitting that reviews: due cards, then new ones, within the day's limits; or what an interview's plan asks.

    `chosen` are the ids to which it keeps; None are all. Under a plan the minutes of `limits` hold, and the numbers
    that were given for the day alone.
    """

    def __init__(
        self,
        store: HotStore,
        scheduler: Scheduler,
        calendar: Calendar,
        limits: Limits,
        now_ms: int,
        *,
        chosen: Container[str] | None = None,
        interview: Interview | None = None,
        duels: bool = True,
    ) -> None:
        super().__init__(store, scheduler, calendar, now_ms, duels=duels)
        self._limits = limits
        self._interview = interview
        self._chosen = chosen
        self._rebuild(now_ms)

    def next(self, now_ms: int) -> Asked | Finished:
        """The card to ask at this moment; the same one again until it is answered, here or in another terminal."""
        if self._day_of(now_ms) != self.day:
            self._rebuild(now_ms)
        elif self._store.changes() != self._changes:
            self._catch_up(now_ms)
        while True:
            if self._current is None and self._is_out_of_time():
                return Finished(minutes=self._minutes, left=self.left())
            queued = self._current or self._queue.take(now_ms, LEARN_AHEAD_MS)
            if queued is None and self._has_more_time():
                self._rebuild(now_ms)  # the cards took less time than the plan had thought
                queued = self._queue.take(now_ms, LEARN_AHEAD_MS)
            if queued is None:
                return self._finished()
            self._current = queued
            found = self._store.asked(queued.id)
            if found is not None and may_be_asked(*found, self.day, early=queued.is_early):
                return self._asked(*found, now_ms)
            self._rebuild(now_ms)

    def left(self) -> Left:
        """What is left today, the card being asked included."""
        current = self._current
        is_new = current is not None and current.is_new
        is_due = current is not None and not current.is_new
        return Left(self._queue.due + is_due, self._queue.begun + is_new)

    def answer(self, asked: Asked, rating: Rating, now_ms: int, detail: Mapping[str, Any] | None = None) -> bool:
        """Makes an answer durable. False if the card was answered elsewhere meanwhile: then nothing was stored.

        The due date of a learning step counts from the answer, not from when the card was shown.
        """
        day, card = self._day_of(now_ms), asked.card
        outcome = asked.outcomes[rating]
        if day != self.day or outcome.interval < 0:
            scheduler = self._scheduler.for_principles(card.principles)
            outcome = scheduler.outcomes(card.id, asked.schedule, day, now_ms)[rating]
        took_ms = max(0, now_ms - asked.shown_ms)
        try:
            event = self._store.answer(
                card.id,
                asked.schedule,
                outcome,
                at_ms=now_ms,
                day=day,
                took_ms=took_ms,
                weights=self._scheduler.weights.name,
                detail=dict(detail or {}),
            )
        except StaleError:
            self._scheduler = self._store.scheduler(self._scheduler)
            self._rebuild(now_ms)
            return False
        self._count(event.batch, rating, took_ms)
        self._spent_ms += min(took_ms, COUNTED_MS)
        self._skipped = [one for one in self._skipped if one != card.id]
        self._go_on(outcome)
        return True

    def skip(self) -> bool:
        """Puts the card behind all others of this sitting; False where it is the only one."""
        queued, self._current = self._current, None
        if queued is None:
            return False
        self._skipped = [*(card for card in self._skipped if card != queued.id), queued.id]
        self._queue.later.append(queued)
        return len(self._queue.cards) > 1

    def _is_out_of_time(self) -> bool:
        return self._minutes > 0 and self._spent_ms >= self._minutes * MINUTE_MS

    def _has_more_time(self) -> bool:
        """Whether a plan's evening ended early."""
        return self._evening is not None and self._minutes * MINUTE_MS - self._spent_ms >= MINUTE_MS

    def _catch_up(self, now_ms: int) -> None:
        """Takes in what was done in another terminal: its answers and its share of the day's limits."""
        shown = [self._current.id] if self._current is not None else []
        self._show_first(shown, now_ms)

    def _rebuild(self, now_ms: int) -> None:
        self.day = day = self._day_of(now_ms)
        self._changes = self._store.changes()
        self._current = None
        self._minutes = self._limits.on(self._store.day_limits(day)).minutes
        self._spent_ms = self._store.spent_ms(day, self._calendar.starts_ms(day)) if self._minutes else 0
        self._queue, self._evening = self._built(day)
        self._queue.bring_near(now_ms)
        self._queue.later += filter(None, map(self._queue.pull, self._skipped))

    def _built(self, day: StudyDay) -> tuple[Queue, Evening | None]:
        if self._interview is None or day > self._interview.day:
            return build(self._store, day, self._limits, self._chosen), None
        plan = planner(self._store, self._interview, self._scheduler)
        return build_planned(self._store, day, plan, self._chosen, left_ms(self._minutes, self._spent_ms))

    def _pull(self, card: str) -> QueuedCard | None:
        queued = self._queue.pull(card)
        if queued is None and self._evening is not None:
            queued = self._taken_back(card, self._evening)
        if queued is not None:
            self._queue.note_asked(queued)
        return queued

    def _taken_back(self, card: str, evening: Evening) -> QueuedCard | None:
        """A card that the plan would not ask now, but whose answer of today was just taken back."""
        found = self._store.asked(card)
        if found is None or not may_be_asked(*found, self.day, early=True) or not self._was_answered_today(card):
            return None
        sibling = found[0].sibling
        if self.day < evening.last_days and sibling is not None and self._is_met(card, sibling):
            return None
        return QueuedCard(card, sibling, found[0].principles, None, found[1].is_new, is_early=True)

    def _was_answered_today(self, card: str) -> bool:
        """Whether what was taken back last of a card is an answer of today, and the sitting keeps to the card."""
        events = self._store.events_of(card)
        undone = next((one.target for one in reversed(events) if one.kind is Kind.UNDO), None)
        answers = [one for one in events if one.batch == undone and one.kind is Kind.ANSWER]
        is_chosen = self._chosen is None or card in self._chosen
        return is_chosen and any(one.study_day == self.day for one in answers)

    def _is_met(self, card: str, sibling: str) -> bool:
        """Whether a sibling of a card was asked today, or will be."""
        waits = any(one.sibling == sibling for one in self._queue.cards)
        return waits or self._store.met(self.day).get(sibling, card) != card

    def _go_on(self, outcome: Outcome) -> None:
        """Puts the answered card where it comes next today, if it does."""
        queued, self._current = self._current, None
        if queued is not None and outcome.interval < 0:
            self._queue.put_learning(queued._replace(due_at_ms=outcome.due, is_new=False))

    def _finished(self) -> Finished:
        learning = self._queue.learning
        due = self._store.next_due(self.day)
        if self._evening is not None and self._interview is not None:
            due = next_planned(self._store, self.day, self._evening, self._interview)
        elif self._limits.new_per_day and next(new_cards(self._store, self.day), None) is not None:
            due = StudyDay(self.day + 1)  # new cards are left for tomorrow
        return Finished(minute(learning[0]) if learning else None, due)


RETURNS_AFTER = 4
"""How many cards are crammed before one that was not known comes back."""


class CramSession(Sitting):
    """A sitting that practises cards without touching their schedules; it ends when each was right once.

    `cards` are asked in an order drawn from `seed`.
    """

    def __init__(
        self,
        store: HotStore,
        scheduler: Scheduler,
        calendar: Calendar,
        cards: Sequence[str],
        now_ms: int,
        *,
        seed: str = "",
        duels: bool = True,
    ) -> None:
        super().__init__(store, scheduler, calendar, now_ms, duels=duels)
        self._cards = sorted(cards, key=lambda card: drawn(f"{seed}:{card}"))
        self._settled: dict[str, str] = {}  # batches after which a card needs no more asking
        self._rebuild(now_ms)

    def next(self, now_ms: int) -> Asked | Finished:
        """The card to ask at this moment; the same one again until it is answered."""
        self.day = self._day_of(now_ms)
        while self._current is not None or self._waiting:
            self._current = self._current or _queued(self._waiting.pop(0))
            found = self._store.asked(self._current.id)
            if found is not None and _can_be_crammed(found[0]):
                return self._asked(*found, now_ms)
            self._current = None
        return Finished(crammed=len(self._right()))

    def left(self) -> Left:
        """What was not right yet, the card being asked included."""
        return Left(len(self._waiting) + (self._current is not None), 0)

    def answer(self, asked: Asked, rating: Rating, now_ms: int, detail: Mapping[str, Any] | None = None) -> bool:
        """Logs the answer; a card that was not known comes back after a few others."""
        took_ms = max(0, now_ms - asked.shown_ms)
        card, day = asked.card.id, self._day_of(now_ms)
        batch = self._store.cram(card, rating, at_ms=now_ms, day=day, took_ms=took_ms, detail=dict(detail or {}))
        self._count(batch, rating, took_ms)
        self._current = None
        if rating is Rating.AGAIN:
            self._waiting.insert(RETURNS_AFTER, card)
        else:
            self._settled[batch] = card
        return True

    def undo(self, now_ms: int) -> Batch | None:
        """Takes back what this sitting did last; what was done before it is left to a review."""
        return super().undo(now_ms) if self._store.latest_action() in self._done else None

    def redo(self, now_ms: int) -> Batch | None:
        """Takes back the last undo of this sitting, if nothing was done since."""
        return super().redo(now_ms) if self._undone else None

    def skip(self) -> bool:
        """Puts the card behind all others; False where it is the only one."""
        queued, self._current = self._current, None
        if queued is None:
            return False
        self._skipped.append(queued.id)
        self._waiting.append(queued.id)
        return len(self._waiting) > 1

    def again(self, asked: Asked, now_ms: int) -> Asked | None:
        """The card that is asked as it is now; None if it is gone or a draft."""
        found = self._store.asked(asked.card.id)
        if found is None or not _can_be_crammed(found[0]):
            return None
        return self._asked(*found, now_ms)._replace(shown_ms=asked.shown_ms)

    def mark(self, asked: Asked, kind: Kind, now_ms: int, **detail: Any) -> None:
        """Suspends, buries or flags the card that is asked; one that slept already leaves the sitting too."""
        super().mark(asked, kind, now_ms, **detail)
        if kind is not Kind.FLAG and self._current is not None:
            self._settled[asked.card.id] = asked.card.id
            self._rebuild(now_ms)

    def _marked(self, batch: Batch, now_ms: int) -> None:
        if batch.kind is not Kind.FLAG:
            self._settled |= dict.fromkeys([batch.id], batch.cards[0])
        super()._marked(batch, now_ms)

    def _outcomes(self, card: StoredCard, schedule: Schedule, now_ms: int) -> Mapping[Rating, Outcome]:
        return {}

    def _right(self) -> set[str]:
        """The cards that were right once; those that were only marked have left, no more."""
        answers = {batch for batch, one in self._done.items() if one.answered and batch not in self._undone}
        return {card for batch, card in self._settled.items() if batch in answers}

    def _rebuild(self, now_ms: int) -> None:
        settled = {card for batch, card in self._settled.items() if batch not in self._undone}
        self._current = None
        waiting = [card for card in self._cards if card not in settled]
        self._waiting = sorted(waiting, key=lambda card: card in self._skipped)

    def _pull(self, card: str) -> QueuedCard | None:
        if card not in self._waiting:
            return None
        self._waiting.remove(card)
        return _queued(card)


def _can_be_crammed(card: StoredCard) -> bool:
    return not (card.draft or card.retired)


def _queued(card: str) -> QueuedCard:
    return QueuedCard(card, None, ())
