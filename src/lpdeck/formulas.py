"""FSRS-6's formulas: what an answer makes of stability and difficulty.

The same operations in the same order as py-fsrs, so that every number is the very one that it gives, without making a
card and two moments of each answer: a tenth of the time. A test compares the two, bit for bit. Stability is in days,
difficulty from 1 to 10, elapsed is whole study days, and a rating is 1 (Again) to 4 (Easy).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import e

LEAST_STABILITY = 0.001
"""Days; FSRS-6 knows no less."""

Numbers = tuple[float, float]
"""Stability and difficulty."""


class Formulas:
    """The formulas with a set of 21 weights; what depends on the weights alone is computed once."""

    def __init__(self, weights: Sequence[float]) -> None:
        w = self._weights = tuple(weights)
        self.decay = -w[20]
        self.factor = 0.9 ** (1 / self.decay) - 1
        self._growth = e ** w[8]
        self._bonus = (0.0, 0.0, w[15], 1.0, w[16])
        self._most_kept = e ** (w[17] * w[18])
        self._same_day = (0.0, *(e ** (w[17] * (rating - 3 + w[18])) for rating in range(1, 5)))
        self._harder = (0.0, *(-(w[6] * (rating - 3)) for rating in range(1, 5)))
        self._pull, self._slow = w[7] * (w[4] - e ** (w[5] * 3) + 1), 1 - w[7]

    def first(self, rating: int) -> Numbers:
        """What the first answer gives."""
        w = self._weights
        return max(w[rating - 1], LEAST_STABILITY), _bounded(w[4] - e ** (w[5] * (rating - 1)) + 1)

    def after(self, stability: float, difficulty: float, elapsed: int, rating: int) -> Numbers:
        """What an answer gives `elapsed` days after the last one."""
        return self._stability(stability, difficulty, elapsed, rating), self._difficulty(difficulty, rating)

    def recall(self, stability: float, elapsed: int) -> float:
        """The chance (0 to 1) of recalling a card then."""
        return float((1 + self.factor * elapsed / stability) ** self.decay)

    def days(self, stability: float, retention: float, most: int) -> int:
        """The interval after which the chance of recall has fallen to `retention`: 1 to `most` days."""
        return min(max(round(float(stability / self.factor * (retention ** (1 / self.decay) - 1))), 1), most)

    def _stability(self, stability: float, difficulty: float, elapsed: int, rating: int) -> float:
        w = self._weights
        if elapsed < 1:
            growth = self._same_day[rating] * stability ** -w[19]
            return max(float(stability * (growth if rating == 1 else max(growth, 1.0))), LEAST_STABILITY)
        forgotten = 1 - (1 + self.factor * elapsed / stability) ** self.decay
        if rating == 1:
            lasting = w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1) * e ** (forgotten * w[14])
            return max(float(min(lasting, stability / self._most_kept)), LEAST_STABILITY)
        growth = self._growth * (11 - difficulty) * stability ** -w[9] * (e ** (forgotten * w[10]) - 1)
        return max(float(stability * (1 + growth * self._bonus[rating])), LEAST_STABILITY)

    def _difficulty(self, difficulty: float, rating: int) -> float:
        return _bounded(self._pull + self._slow * (difficulty + (10.0 - difficulty) * self._harder[rating] / 9.0))


def _bounded(difficulty: float) -> float:
    return min(max(difficulty, 1.0), 10.0)
