"""How long a learner takes and how they rate, from their own log, with what is usual where the log is short.

Pure: times are milliseconds, chances are 0 to 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lpdeck.scheduling import Rating

PHASES = ("first", "step", "review")
"""When a card is answered: for the first time, in a learning step, in Review."""

Shares = tuple[float, float, float, float]
"""How often each rating is given: Again, Hard, Good, Easy; they add up to 1."""

USUAL_RATINGS: Mapping[str, Shares] = {
    "first": (0.24, 0.094, 0.495, 0.171),
    "step": (0.08, 0.06, 0.8, 0.06),
    "review": (0.0, 0.224, 0.631, 0.145),
}
"""Before there are own ones. First and review (of what was remembered): the defaults of FSRS's own simulator,
`first_rating_prob` and `review_rating_prob` of fsrs-optimizer; steps: what a desired retention of 0.9 gives."""

USUAL_MS: Mapping[str, int] = {
    "disqualifier": 10_000,
    "quiz": 20_000,
    "follow-up": 30_000,
    "weak-answer": 60_000,
    "stage": 75_000,
    "reframing": 40_000,
    "level": 40_000,
    "checklist": 40_000,
    "answer": 60_000,
}
OTHER_MS = 15_000
FIRST_TAKES = 1.5
"""How many times longer a card takes that was never seen."""

TRUSTED_AFTER = 8
"""So many answers of one's own weigh as much as what is usual, for times; for ratings three times as many."""


class Tally(NamedTuple):
    """How many answers cards of a kind were given with a rating in a phase, and how long these took in all (ms)."""

    kind: str
    phase: str
    rating: Rating
    answers: int
    ms: int


@dataclass(frozen=True)
class Habits:
    """A learner's shares of ratings by phase, and times by kind and phase.

    Of `ratings["review"]` Again is 0: whether a card in Review is remembered is what the memory predicts.
    """

    ratings: Mapping[str, Shares] = field(default_factory=lambda: USUAL_RATINGS)
    times: Mapping[tuple[str, str], float] = field(default_factory=dict)
    pace: float = 1.0

    @property
    def first(self) -> Shares:
        """The ratings of cards seen for the first time."""
        return self.ratings["first"]

    def ms(self, kind: str, phase: str) -> float:
        """How long one answer takes."""
        own = self.times.get((kind, phase))
        return self.pace * usual_ms(kind, phase) if own is None else own

    def begin_ms(self, kind: str, steps: int) -> float:
        """How long it takes to begin a card, through its `steps` learning steps."""
        again, hard, good, _ = self.first
        left = answers_left(self.ratings["step"], steps)
        return self.ms(kind, "first") + ((again + hard) * left[0] + good * left[1]) * self.ms(kind, "step")

    def again_ms(self, kind: str, steps: int) -> float:
        """How long a card takes after it was forgotten, through its `steps` relearning steps."""
        return answers_left(self.ratings["step"], steps)[0] * self.ms(kind, "step")


def usual_ms(kind: str, phase: str) -> float:
    """How long an answer usually takes."""
    return USUAL_MS.get(kind, OTHER_MS) * (FIRST_TAKES if phase == "first" else 1.0)


def answers_left(shares: Shares, steps: int) -> tuple[float, ...]:
    """How many more answers a card in each of its steps takes until it is in Review; 0 beyond the last, twice.

    From the last step back: E_k = 1 + again E_0 + hard E_k + good E_(k+1), which is linear in E_0.
    """
    again, hard, good, _ = shares
    fixed, first = [0.0], [0.0]  # E_k = fixed + first E_0
    for _ in range(steps):
        fixed.insert(0, (1 + good * fixed[0]) / (1 - hard))
        first.insert(0, (again + good * first[0]) / (1 - hard))
    start = fixed[0] / (1 - first[0])
    return (*(a + b * start for a, b in zip(fixed, first, strict=True)), 0.0)


def habits(tallies: Iterable[Tally]) -> Habits:
    """The habits that tallies of a learner's last answers show, drawn towards the usual where these are few."""
    known = list(tallies)
    pace = _pace(known)
    return Habits({phase: _ratings(known, phase) for phase in PHASES}, _times(known, pace), pace)


def _pace(tallies: Iterable[Tally]) -> float:
    """How much longer than usual this learner takes."""
    took, usual = float(TRUSTED_AFTER * OTHER_MS), float(TRUSTED_AFTER * OTHER_MS)
    for one in tallies:
        took += one.ms
        usual += one.answers * usual_ms(one.kind, one.phase)
    return took / usual


def _times(tallies: Iterable[Tally], pace: float) -> dict[tuple[str, str], float]:
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    took: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in tallies:
        counts[one.kind, one.phase] += one.answers
        took[one.kind, one.phase] += one.ms
    return {
        (kind, phase): (took[kind, phase] + TRUSTED_AFTER * pace * usual_ms(kind, phase)) / (count + TRUSTED_AFTER)
        for (kind, phase), count in counts.items()
    }


def _ratings(tallies: Iterable[Tally], phase: str) -> Shares:
    usual, weight = USUAL_RATINGS[phase], 3.0 * TRUSTED_AFTER
    counts = [share * weight for share in usual]
    for one in tallies:
        if one.phase == phase and not (phase == "review" and one.rating is Rating.AGAIN):
            counts[one.rating - 1] += one.answers
    return (counts[0] / sum(counts), counts[1] / sum(counts), counts[2] / sum(counts), counts[3] / sum(counts))
