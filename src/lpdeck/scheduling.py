"""Memory and schedule of a card, and what each rating would make of them. The only room that imports fsrs.

FSRS is fed noon UTC of the study day, so that elapsed time is counted in whole study days as Anki and fsrs-rs
count it; only learning steps are real time. py-fsrs's own fuzz is off: `fuzzed` spreads intervals with a
generator seeded by the card, so that the interval shown is the interval given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from lpdeck.days import StudyDay, noon

if TYPE_CHECKING:
    import fsrs

DEFAULT_WEIGHTS = "fsrs-6-defaults"
MAXIMUM_INTERVAL = 36500
LEECH_LAPSES = 8
MATURE_DAYS = 21


class Rating(IntEnum):
    """How well a card was remembered."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4

    @property
    def word(self) -> str:
        """The lower-case word shown to the learner."""
        return self.name.lower()


class State(IntEnum):
    """Where a card with a memory stands; a new card has no state."""

    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3


@dataclass(frozen=True, slots=True)
class Memory:
    """FSRS's two numbers: `stability` in days (> 0), `difficulty` from 1 to 10."""

    stability: float
    difficulty: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """What the log says about one card.

    `memory` and `state` are None while the card is new. A card in Review is due on `due_day`; one in a
    learning step is due at `due_at_ms` (milliseconds UTC) and `due_day` is the study day of its last answer.
    `first_day`, `last_day` and `reviewed_day` are the study days of the first answer, the last answer and the
    last answer given in Review. `buried_until` is the study day on which a buried card returns.
    """

    state: State | None = None
    step: int | None = None
    memory: Memory | None = None
    due_day: StudyDay | None = None
    due_at_ms: int | None = None
    first_day: StudyDay | None = None
    last_day: StudyDay | None = None
    reviewed_day: StudyDay | None = None
    interval: int | None = None
    reps: int = 0
    lapses: int = 0
    suspended: bool = False
    buried_until: StudyDay | None = None
    flag: str | None = None

    @property
    def is_new(self) -> bool:
        """Whether the card was never answered (or was reset)."""
        return self.memory is None

    @property
    def is_leech(self) -> bool:
        """Whether the card was forgotten so often that it should be rewritten."""
        return self.lapses >= LEECH_LAPSES


NEW = Schedule()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rating makes of a card. `interval` is days where positive, seconds of a learning step where negative."""

    rating: Rating
    schedule: Schedule
    interval: int

    @property
    def due(self) -> int:
        """The due date as the log keeps it: a study day, or milliseconds UTC for a learning step."""
        due = self.schedule.due_day if self.interval > 0 else self.schedule.due_at_ms
        assert due is not None
        return due


@dataclass(frozen=True)
class Scheduler:
    """FSRS-6 with a learner's settings.

    `desired_retention` is 0.7 to 0.99, steps are seconds, `maximum_interval` is days.
    """

    desired_retention: float = 0.9
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    maximum_interval: int = MAXIMUM_INTERVAL
    weights: str = DEFAULT_WEIGHTS

    def outcomes(self, card: str, schedule: Schedule, day: StudyDay, at_ms: int) -> Mapping[Rating, Outcome]:
        """What each rating would give, answered at `at_ms` on study day `day`; nothing is changed.

        Intervals in days satisfy Good ≥ Hard + 1 and Easy ≥ Good + 1, but at the maximum interval.
        """
        draw = spread(card, schedule.reps)
        results: dict[Rating, Outcome] = {}
        least = 1
        for rating in Rating:
            outcome = self._answered(schedule, rating, day, at_ms)
            if outcome.interval > 0 and rating is not Rating.AGAIN:
                days = max(fuzzed(outcome.interval, draw, self.maximum_interval), least)
                days = min(days, self.maximum_interval)
                outcome = _with_interval(outcome, days, day)
                least = days + 1
            results[rating] = outcome
        return results

    def next_memory(self, memory: Memory | None, last_day: StudyDay | None, rating: Rating, day: StudyDay) -> Memory:
        """The memory after an answer: a function of ratings and study days alone, whatever the steps were."""
        import fsrs

        state = fsrs.State.Learning if memory is None else fsrs.State.Review
        card = self._fsrs_card(state, None, memory, last_day)
        if last_day is not None and day < last_day:
            day = last_day
        after, _ = self._fsrs.review_card(card, fsrs.Rating(rating), noon(day))
        assert after.stability is not None
        assert after.difficulty is not None
        return Memory(after.stability, after.difficulty)

    def retrievability(self, memory: Memory, last_day: StudyDay, day: StudyDay) -> float:
        """The predicted chance (0 to 1) of recalling a card on a study day.

        FSRS-6's forgetting curve, R = (1 + F·t/S)^(-w20) with F such that R = 0.9 at t = S; t is whole study days.
        The same figure as py-fsrs's get_card_retrievability, without making a card of it.
        """
        factor, decay = self._curve
        elapsed = max(0, day - last_day)
        return float((1 + factor * elapsed / memory.stability) ** decay)

    @cached_property
    def _curve(self) -> tuple[float, float]:
        decay = -self._fsrs.parameters[20]
        return 0.9 ** (1 / decay) - 1, decay

    def _answered(self, schedule: Schedule, rating: Rating, day: StudyDay, at_ms: int) -> Outcome:
        import fsrs

        before = schedule.last_day
        if before is not None and day < before:
            day = before
        state = fsrs.State(schedule.state or State.LEARNING)
        step = None if schedule.state is State.REVIEW else schedule.step or 0
        card = self._fsrs_card(state, step, schedule.memory, before)
        moment = noon(day)
        after, _ = self._fsrs.review_card(card, fsrs.Rating(rating), moment)
        assert after.stability is not None
        assert after.difficulty is not None
        wait = after.due - moment
        in_review = after.state == fsrs.State.Review
        interval = wait.days if in_review else -int(wait.total_seconds())
        answered = apply_answer(schedule, rating, day, Memory(after.stability, after.difficulty), interval)
        due_at_ms = None if in_review else at_ms - interval * 1000
        due_day = StudyDay(day + interval) if in_review else day
        return Outcome(rating, replace(answered, due_day=due_day, due_at_ms=due_at_ms), interval)

    @cached_property
    def _fsrs(self) -> fsrs.Scheduler:
        from datetime import timedelta

        import fsrs

        return fsrs.Scheduler(
            desired_retention=self.desired_retention,
            learning_steps=[timedelta(seconds=step) for step in self.learning_steps],
            relearning_steps=[timedelta(seconds=step) for step in self.relearning_steps],
            maximum_interval=self.maximum_interval,
            enable_fuzzing=False,
        )

    @staticmethod
    def _fsrs_card(state: fsrs.State, step: int | None, memory: Memory | None, last_day: StudyDay | None) -> fsrs.Card:
        import fsrs

        return fsrs.Card(
            card_id=1,  # without an id the constructor sleeps a millisecond
            state=state,
            step=step,
            stability=memory.stability if memory else None,
            difficulty=memory.difficulty if memory else None,
            due=_EPOCH,
            last_review=None if last_day is None else noon(last_day),
        )


_EPOCH = noon(StudyDay(0))


def apply_answer(schedule: Schedule, rating: Rating, day: StudyDay, memory: Memory, interval: int) -> Schedule:
    """The schedule after an answer whose interval is known; the due date is set by the caller.

    Shared by the preview and the replay, so that the two can not drift apart. The step follows from the
    rating: Again begins anew, Hard repeats, Good goes on.
    """
    was_review = schedule.state is State.REVIEW
    lapsed = was_review and rating is Rating.AGAIN
    if interval > 0:
        state, step = State.REVIEW, None
    elif was_review or schedule.state is State.RELEARNING:
        state, step = State.RELEARNING, _next_step(schedule.step, rating)
    else:
        state, step = State.LEARNING, _next_step(schedule.step, rating)
    return replace(
        schedule,
        state=state,
        step=step,
        memory=memory,
        first_day=day if schedule.first_day is None else schedule.first_day,
        last_day=day,
        reviewed_day=day if was_review else schedule.reviewed_day,
        interval=interval,
        reps=schedule.reps + 1,
        lapses=schedule.lapses + lapsed,
    )


def _next_step(step: int | None, rating: Rating) -> int:
    if step is None or rating is Rating.AGAIN:
        return 1 if step is None and rating is Rating.GOOD else 0
    return step + 1 if rating is Rating.GOOD else step


def _with_interval(outcome: Outcome, days: int, day: StudyDay) -> Outcome:
    schedule = replace(outcome.schedule, interval=days, due_day=StudyDay(day + days))
    return Outcome(outcome.rating, schedule, days)


def spread(card: str, reps: int) -> float:
    """A number in [0, 1) that depends on the card and the number of its reviews only."""
    digest = blake2b(f"{card}:{reps}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


# (from day, to day, share of the interval that is spread); the ranges of Anki and py-fsrs.
_FUZZ_RANGES = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.1), (20.0, float("inf"), 0.05))


def fuzzed(interval: int, draw: float, maximum: int) -> int:
    """An interval (days) spread around itself by `draw` in [0, 1), so that cards learned together part.

    Intervals under 2.5 days stay. The width is Anki's: one day plus 15 %, 10 % and 5 % of what lies in
    each range.
    """
    if interval < 2.5:
        return interval
    delta = 1.0 + sum(share * max(min(interval, end) - start, 0.0) for start, end, share in _FUZZ_RANGES)
    highest = min(round(interval + delta), maximum)
    lowest = min(max(2, round(interval - delta)), highest)
    return lowest + int(draw * (highest - lowest + 1))
