"""Whether Hard is pressed for what was forgotten. FSRS takes Hard for remembered, and then asks too late.

Three signs, none of them given by a learner for whom Hard is hard recall. Two prove it:

1. Attempts in drills that came to nothing, rated Hard: what was tried stands in the log.
2. After Hard in Review, the next answer is Again far more often than was predicted, and than after Good. Hard recall
   lengthens a memory less, FSRS knows that and predicts accordingly; only where the memory was gone and FSRS was told
   that it was there, does its prediction fail.

One makes it likely, for those who never press Again, so that the second can not show:

3. Again is next to never pressed where much was to be forgotten; after Good, Hard stands in its place, as often as
   forgetting was predicted; and after Hard, Hard follows far more often than that, as forgetting does when an interval
   was too long. A memory much better than predicted leaves Again unused as well, but then Hard neither keeps to the
   prediction nor, unless some cards are always laborious, breeds Hard.

Every comparison is with the end of an interval, at 99.5 %, and with a margin beyond it: a model that fits a learner
badly is off by a few points, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from lpdeck.calibration import SURE, wilson
from lpdeck.scheduling import Rating

MARGIN = 0.1
"""How much more must be forgotten after Hard than predicted, beyond all doubt about the counts."""

LEAST_FAILED = 5
"""How many attempts that came to nothing must have been rated Hard."""

LEAST_FORGOTTEN = 20.0
"""How much must have been expected to be forgotten before it means something that Again was not pressed."""

NEVER = 0.25
"""Again is next to never pressed at up to this share of the times that were expected."""

STANDS_IN = (0.5, 2.0)
"""Hard stands in for Again if, after Good, both together are pressed so many times as often as was predicted."""


@dataclass
class Group:
    """Answers in Review: how many, how many of them Again and Hard, and how many were expected to be forgotten.

    `variance` is that of the last number.
    """

    count: int = 0
    again: int = 0
    hard: int = 0
    forgotten: float = 0.0
    variance: float = 0.0

    def add(self, rating: int, recalls: Sequence[float]) -> None:
        """Counts answers of one rating, for which these recalls (0 to 1) were predicted."""
        self.count += len(recalls)
        self.again += len(recalls) * (rating == Rating.AGAIN)
        self.hard += len(recalls) * (rating == Rating.HARD)
        self.forgotten += len(recalls) - sum(recalls)
        self.variance += sum(recall * (1 - recall) for recall in recalls)

    def __add__(self, other: Group) -> Group:
        return Group(
            self.count + other.count,
            self.again + other.again,
            self.hard + other.hard,
            self.forgotten + other.forgotten,
            self.variance + other.variance,
        )


@dataclass
class Evidence:
    """What there is to judge by: all answers in Review, those after Hard, those after Good, and failed attempts."""

    every: Group = field(default_factory=Group)
    after_hard: Group = field(default_factory=Group)
    after_good: Group = field(default_factory=Group)
    failed: int = 0
    failed_hard: int = 0

    def predict(self, previous: int, rating: int, recalls: Sequence[float]) -> None:
        """Counts answers in Review of one rating, after answers in Review of the rating `previous` (0: of none)."""
        self.every.add(rating, recalls)
        if previous == Rating.HARD:
            self.after_hard.add(rating, recalls)
        elif previous == Rating.GOOD:
            self.after_good.add(rating, recalls)

    def fail(self, rating: int) -> None:
        """Counts an attempt that came to nothing."""
        self.failed += 1
        self.failed_hard += rating == Rating.HARD

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.every + other.every,
            self.after_hard + other.after_hard,
            self.after_good + other.after_good,
            self.failed + other.failed,
            self.failed_hard + other.failed_hard,
        )

    def proofs(self) -> tuple[str, ...]:
        """Why it is sure that Hard is pressed for what was forgotten, with the numbers; () where it is not."""
        return tuple(reason for reason in (self._attempts(), self._relapses()) if reason)

    def _attempts(self) -> str | None:
        least, _ = wilson(self.failed_hard, self.failed, SURE)
        if self.failed_hard < LEAST_FAILED or least < MARGIN:
            return None
        return f"{self.failed_hard:,} of {self.failed:,} attempts that came to nothing were rated Hard"

    def _relapses(self) -> str | None:
        """The second sign. What is forgotten too often after Good as well says nothing about Hard."""
        hard, good = self.after_hard, self.after_good
        if not hard.count:
            return None
        surplus = wilson(hard.again, hard.count, SURE)[0] - hard.forgotten / hard.count
        usual = wilson(good.again, good.count, SURE)[1] - good.forgotten / good.count if good.count else 1.0
        if surplus - max(usual, 0.0) < MARGIN:
            return None
        return (
            f"after Hard, {hard.again:,} of {hard.count:,} next answers were Again "
            f"where {hard.forgotten:,.0f} were to be expected"
        )

    def likelihood(self) -> str | None:
        """Why it is likely that Hard is pressed for what was forgotten, with the numbers; None where it is not."""
        every = self.every
        missing = every.forgotten - every.again
        if every.forgotten < LEAST_FORGOTTEN or every.again > every.forgotten * NEVER:
            return None
        if missing < SURE * sqrt(every.variance) or not self._stands_in() or not self._breeds():
            return None
        return (
            f"in {every.count:,} answers you pressed Again {_times(every.again)} and Hard {_times(every.hard)}, "
            f"where about {every.forgotten:,.0f} were to be forgotten"
        )

    def _stands_in(self) -> bool:
        good = self.after_good
        low, high = (multiple * good.forgotten for multiple in STANDS_IN)
        return low <= good.again + good.hard <= high

    def _breeds(self) -> bool:
        hard, good = self.after_hard, self.after_good
        if not hard.count or not good.count:
            return False
        least, _ = wilson(hard.again + hard.hard, hard.count, SURE)
        _, usual = wilson(good.again + good.hard, good.count, SURE)
        return least - max(usual, hard.forgotten / hard.count) >= MARGIN


def said_of_hard(by_kind: Mapping[str, Evidence]) -> tuple[str, ...]:
    """That Hard is pressed for what was forgotten, or may be, and what tells so; () where nothing does.

    Where it does not show over all cards, it is said of the kinds of cards with which it does.
    """
    whole = sum(by_kind.values(), Evidence())
    proven = [kind for kind, one in sorted(by_kind.items()) if kind and one.proofs()]
    if whole.proofs():
        where = f" It shows with cards of kind {', '.join(proven)}." if proven and len(by_kind) > 1 else ""
        return (f"You press Hard for what you had forgotten: {'; '.join(whole.proofs())}.{where} {_ADVICE}",)
    if proven:
        said = ((kind, "; ".join(by_kind[kind].proofs())) for kind in proven)
        return tuple(
            f"With cards of kind {kind}, you press Hard for what you had forgotten: {why}. {_ADVICE}"
            for kind, why in said
        )
    likely = whole.likelihood()
    return (f"Hard may stand for what you had forgotten: {likely}. If it does: {_ADVICE}",) if likely else ()


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count:,} times")


_ADVICE = "FSRS takes Hard for remembered and asks too late, so press Again whenever you had forgotten."
