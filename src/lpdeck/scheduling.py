"""Memory and schedule of a card, and what each rating would make of them. The only room that imports fsrs.

FSRS is fed noon UTC of the study day, so that elapsed time is counted in whole study days as Anki and fsrs-rs
count it; only learning steps are real time, and those py-fsrs takes. Days come from its formulas, written out in
`formulas`. py-fsrs's own fuzz is off: `fuzzed` spreads intervals with a generator seeded by the card, so that the
interval shown is the interval given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from lpdeck.days import MINUTE_MS, StudyDay, noon
from lpdeck.formulas import Formulas

if TYPE_CHECKING:
    import fsrs

MAXIMUM_INTERVAL = 36500
LEECH_LAPSES = 8
MATURE_DAYS = 21

LEARN_AHEAD_MS = 20 * MINUTE_MS
"""How much before its minute a learning card is asked when nothing else is left; Anki's default."""


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


class Memory(NamedTuple):
    """FSRS's two numbers: `stability` in days (> 0), `difficulty` from 1 to 10."""

    stability: float
    difficulty: float


class Schedule(NamedTuple):
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


class Weights(NamedTuple):
    """A set of FSRS weights: `name` stands in the log beside every answer, `made` is the ISO date of its making.

    `parameters` are 21 numbers for FSRS-6.
    """

    name: str
    algorithm: str
    version: str
    origin: str
    made: str
    parameters: tuple[float, ...]


# fmt: off
FSRS_6_DEFAULTS = Weights("fsrs-6-defaults", "FSRS", "6", "the defaults of py-fsrs 6.3", "2026-11-21", (
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796,
    1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
))
# fmt: on
"""The first set: what FSRS-6 gives somebody of whom it knows nothing yet."""

LEAST_WEIGHTS = (
    (0.001,) * 4 + (1.0, 0.001, 0.001, 0.001, 0.0, 0.0) + (0.001,) * 4 + (0.0, 0.0, 1.0) + (0.0,) * 3 + (0.1,)
)
GREATEST_WEIGHTS = (
    *(100.0, 100.0, 100.0, 100.0, 10.0, 4.0, 4.0, 0.75, 4.5, 0.8, 3.5),
    *(5.0, 0.25, 0.9, 4.0, 1.0, 6.0, 2.0, 2.0, 0.8, 0.8),
)
"""The bounds of the weights of FSRS-6; py-fsrs takes no others."""


def misfit(weights: Weights) -> str | None:
    """What keeps FSRS-6 from computing with a set, as the end of a sentence; None where nothing does."""
    if (weights.algorithm, weights.version) != ("FSRS", "6"):
        return f"are of {weights.algorithm} {weights.version}, and this lpdeck computes with FSRS 6"
    if len(weights.parameters) != len(LEAST_WEIGHTS):
        return f"are {len(weights.parameters)} numbers, and FSRS 6 has {len(LEAST_WEIGHTS)}"
    bounds = zip(weights.parameters, LEAST_WEIGHTS, GREATEST_WEIGHTS, strict=True)
    for number, (value, least, greatest) in enumerate(bounds):
        if not least <= value <= greatest:
            return f"have {value:g} for w{number}, which lies from {least:g} to {greatest:g}"
    return None


MOST_KEPT = 20_000
"""How many answers to questions of FSRS are kept."""


def becomes_leech(before: Schedule, after: Schedule) -> bool:
    """Whether an answer is the lapse that makes a leech: the eighth, and every half threshold after, as in Anki."""
    beyond = after.lapses - LEECH_LAPSES
    return after.lapses > before.lapses and beyond >= 0 and beyond % (LEECH_LAPSES // 2) == 0


class Outcome(NamedTuple):
    """What one rating makes of a card that stood at `before`, answered on study day `day`.

    `interval` is days where positive, seconds of a learning step where negative; `due` is the due date as the log
    keeps it: a study day, or milliseconds UTC for a learning step.
    """

    rating: Rating
    interval: int
    due: int
    memory: Memory
    before: Schedule
    day: StudyDay

    @property
    def schedule(self) -> Schedule:
        """The schedule that the card has then."""
        return apply_answer(self.before, self.rating, self.day, self.memory, self.interval, self.due)


@dataclass(frozen=True)
class Scheduler:
    """FSRS-6 with a learner's settings.

    `desired_retention` is 0.7 to 0.99, steps are seconds, `maximum_interval` is days. `retentions` are the
    principles (their slugs) for which another retention is desired: see `for_principles`.
    """

    desired_retention: float = 0.9
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    maximum_interval: int = MAXIMUM_INTERVAL
    weights: Weights = FSRS_6_DEFAULTS
    retentions: tuple[tuple[str, float], ...] = ()

    def for_principles(self, principles: Collection[str]) -> Scheduler:
        """The scheduler of a card about some principles (slugs): the highest retention that is desired of any counts.

        Cards of one retention share a scheduler. Memories are the same in all of them.
        """
        if not self.retentions:
            return self
        own = dict(self.retentions)
        wanted = max((own.get(slug, self.desired_retention) for slug in principles), default=self.desired_retention)
        if wanted not in self._by_retention:
            self._by_retention[wanted] = replace(self, desired_retention=wanted, retentions=())
        return self._by_retention[wanted]

    def outcomes(self, card: str, schedule: Schedule, day: StudyDay, at_ms: int) -> Mapping[Rating, Outcome]:
        """What each rating would give, answered at `at_ms` on study day `day`; nothing is changed.

        Intervals in days satisfy Good ≥ Hard + 1 and Easy ≥ Good + 1, but at the maximum interval.
        """
        since = day if schedule.last_day is None else StudyDay(max(day, schedule.last_day))
        elapsed = None if schedule.last_day is None else since - schedule.last_day
        draw, least = spread(card, schedule.reps), 1
        results: dict[Rating, Outcome] = {}
        for rating, memory, given in self._given(schedule.state, schedule.step, schedule.memory, elapsed):
            interval = given
            if interval > 0 and rating is not Rating.AGAIN:
                interval = min(max(fuzzed(interval, draw, self.maximum_interval), least), self.maximum_interval)
                least = interval + 1
            due = since + interval if interval > 0 else at_ms - 1000 * interval
            results[rating] = Outcome(rating, interval, due, memory, schedule, since)
        return results

    def _given(
        self, state: State | None, step: int | None, memory: Memory | None, elapsed: int | None
    ) -> tuple[tuple[Rating, Memory, int], ...]:
        """What FSRS gives for each rating: the memory and the interval (days; negative: seconds).

        Kept, because a forecast asks the same of many cards that were answered alike.
        """
        asked = state, step, memory, elapsed
        if asked not in self._answered:
            if len(self._answered) >= MOST_KEPT:
                self._answered.clear()
            if state is State.REVIEW and memory is not None and elapsed is not None:
                self._answered[asked] = tuple(self._in_days(memory, elapsed))
            else:
                self._answered[asked] = tuple(self._in_steps(*asked))
        return self._answered[asked]

    def _in_days(self, memory: Memory, elapsed: int) -> Iterator[tuple[Rating, Memory, int]]:
        for rating in Rating:
            after = self.memory_after(memory, elapsed, rating)
            if rating is Rating.AGAIN and self.relearning_steps:
                yield rating, after, -self.relearning_steps[0]
            else:
                yield rating, after, self.formulas.days(after.stability, self.desired_retention, self.maximum_interval)

    def _in_steps(
        self, state: State | None, step: int | None, memory: Memory | None, elapsed: int | None
    ) -> Iterator[tuple[Rating, Memory, int]]:
        last_day, day = (None, StudyDay(0)) if elapsed is None else (StudyDay(0), StudyDay(elapsed))
        before = self._fsrs_card(
            state or State.LEARNING, None if state is State.REVIEW else step or 0, memory, last_day
        )
        moment = noon(day)
        for rating, given in self._ratings:
            after, _ = self._fsrs.review_card(before, given, moment)
            assert after.stability is not None
            assert after.difficulty is not None
            wait = after.due - moment
            interval = wait.days if after.state == 2 else -int(wait.total_seconds())
            yield rating, Memory(after.stability, after.difficulty), interval

    @cached_property
    def _answered(self) -> dict[Any, tuple[tuple[Rating, Memory, int], ...]]:
        return {}

    def next_memory(self, memory: Memory | None, last_day: StudyDay | None, rating: Rating, day: StudyDay) -> Memory:
        """The memory after an answer: a function of ratings and study days alone, whatever the steps were."""
        return self.memory_after(memory, 0 if last_day is None else day - last_day, rating)

    def memory_after(self, memory: Memory | None, elapsed: int, rating: Rating) -> Memory:
        """The memory after an answer `elapsed` study days after the last one."""
        if memory is None:
            return Memory(*self.formulas.first(rating))
        return Memory(*self.formulas.after(*memory, elapsed, rating))

    def retrievability(self, memory: Memory, last_day: StudyDay, day: StudyDay) -> float:
        """The predicted chance (0 to 1) of recalling a card on a study day.

        FSRS-6's forgetting curve, R = (1 + F·t/S)^(-w20) with F such that R = 0.9 at t = S; t is whole study days.
        The same figure as py-fsrs's get_card_retrievability, without making a card of it.
        """
        return self.formulas.recall(memory.stability, max(0, day - last_day))

    def recall(self, schedule: Schedule, day: StudyDay) -> float | None:
        """The predicted chance (0 to 1) of recalling a card on a study day; None while it is new."""
        if schedule.memory is None or schedule.last_day is None:
            return None
        return self.retrievability(schedule.memory, schedule.last_day, day)

    def elapsed_at(self, recall: float) -> float:
        """How many times its stability must pass until a card's predicted recall has fallen to `recall` (0 to 1].

        The forgetting curve turned round: t/S = (R^(-1/w20) - 1) / F. It falls as `recall` grows, so that a
        condition on recall is one on elapsed days over stability, which a database can compare.
        """
        factor, decay = self.curve
        return float((recall ** (1 / decay) - 1) / factor)

    @property
    def parameters(self) -> tuple[float, ...]:
        """The 21 weights of FSRS-6."""
        return self.weights.parameters

    @cached_property
    def _by_retention(self) -> dict[float, Scheduler]:
        """The schedulers made so far, by their desired retention."""
        return {self.desired_retention: self}

    @cached_property
    def curve(self) -> tuple[float, float]:
        """Factor and decay of the forgetting curve: R = (1 + factor · elapsed / stability) ^ decay."""
        return self.formulas.factor, self.formulas.decay

    @cached_property
    def formulas(self) -> Formulas:
        """FSRS-6's formulas with the weights in use."""
        return Formulas(self.weights.parameters)

    @cached_property
    def _fsrs(self) -> fsrs.Scheduler:
        from datetime import timedelta

        import fsrs

        return fsrs.Scheduler(
            parameters=self.weights.parameters,
            desired_retention=self.desired_retention,
            learning_steps=[timedelta(seconds=step) for step in self.learning_steps],
            relearning_steps=[timedelta(seconds=step) for step in self.relearning_steps],
            maximum_interval=self.maximum_interval,
            enable_fuzzing=False,
        )

    @cached_property
    def _ratings(self) -> tuple[tuple[Rating, fsrs.Rating], ...]:
        """Our ratings with those of fsrs."""
        import fsrs

        return tuple((rating, fsrs.Rating(rating)) for rating in Rating)

    @staticmethod
    def _fsrs_card(state: State, step: int | None, memory: Memory | None, last_day: StudyDay | None) -> fsrs.Card:
        import fsrs

        return fsrs.Card(
            card_id=1,  # without an id the constructor sleeps a millisecond
            state=fsrs.State(state),
            step=step,
            stability=memory.stability if memory else None,
            difficulty=memory.difficulty if memory else None,
            due=_EPOCH,
            last_review=None if last_day is None else noon(last_day),
        )


_EPOCH = noon(StudyDay(0))


def apply_answer(
    schedule: Schedule, rating: Rating, day: StudyDay, memory: Memory, interval: int, due: int
) -> Schedule:
    """The schedule after an answer whose interval and due date are known.

    Shared by the preview and the replay, so that the two can not drift apart. The step follows from the
    rating: Again begins anew, Hard repeats, Good goes on.
    """
    was_review = schedule.state is State.REVIEW
    if interval > 0:
        state, step = State.REVIEW, None
    elif was_review or schedule.state is State.RELEARNING:
        state, step = State.RELEARNING, _next_step(schedule.step, rating)
    else:
        state, step = State.LEARNING, _next_step(schedule.step, rating)
    return Schedule(
        state=state,
        step=step,
        memory=memory,
        due_day=StudyDay(due) if interval > 0 else day,
        due_at_ms=None if interval > 0 else due,
        first_day=day if schedule.first_day is None else schedule.first_day,
        last_day=day,
        reviewed_day=day if was_review else schedule.reviewed_day,
        interval=interval,
        reps=schedule.reps + 1,
        lapses=schedule.lapses + (was_review and rating is Rating.AGAIN),
        suspended=schedule.suspended,
        buried_until=schedule.buried_until,
        flag=schedule.flag,
    )


def _next_step(step: int | None, rating: Rating) -> int:
    if step is None or rating is Rating.AGAIN:
        return 1 if step is None and rating is Rating.GOOD else 0
    return step + 1 if rating is Rating.GOOD else step


def spread(card: str, reps: int) -> float:
    """A number in [0, 1) that depends on the card and the number of its reviews only."""
    digest = blake2b(f"{card}:{reps}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def fuzzed(interval: int, draw: float, maximum: int) -> int:
    """An interval (days) spread around itself by `draw` in [0, 1), so that cards learned together part.

    Intervals under 2.5 days stay. The width is that of Anki and py-fsrs: one day, plus 15 % of what lies from 2.5 to
    7 days, 10 % of what lies up to 20, and 5 % of the rest.
    """
    if interval < 2.5:
        return interval
    delta = 1.0 + 0.15 * (min(interval, 7) - 2.5)
    if interval > 7:
        delta += 0.1 * (min(interval, 20) - 7)
    if interval > 20:
        delta += 0.05 * (interval - 20)
    highest = min(round(interval + delta), maximum)
    lowest = min(max(2, round(interval - delta)), highest)
    return lowest + int(draw * (highest - lowest + 1))
