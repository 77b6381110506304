"""How far predicted recall can be trusted: what was predicted for each answer, beside what was recalled.

FSRS counts every rating but Again as recalled, so this does too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import log, sqrt
from typing import TYPE_CHECKING, NamedTuple

from lpdeck.days import StudyDay
from lpdeck.scheduling import Rating, Scheduler

if TYPE_CHECKING:
    from lpdeck.store.tallies import Answer

USUAL, SURE = 1.959964, 2.807034
"""Standard deviations of an interval that holds in 95 % of cases, and in 99.5 %: one in ten of these that fails by
chance would be one of two hundred, so that what is said of ten bins is as sure as what is said of one."""


def wilson(count: int, of: int, deviations: float = USUAL) -> tuple[float, float]:
    """The interval (0 to 1) in which the share behind `count` of `of` lies, by default with 95 % confidence.

    The score interval of E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927), 209-212: it holds for few and for extreme counts, too.
    Of nothing nothing is known: (0, 1).
    """
    if not of:
        return 0.0, 1.0
    share, square = count / of, deviations * deviations
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = deviations / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (max(middle - reach, 0.0) if count else 0.0), (min(middle + reach, 1.0) if count < of else 1.0)


class Prediction(NamedTuple):
    """An answer in Review with the recall that FSRS predicted for it (0 to 1).

    `previous` is the rating of the answer before it where that was a prediction as well, so that nothing but this
    rating decided the interval; 0 where it was none.
    """

    answer: Answer
    recall: float
    previous: int


def predictions(answers: Iterable[Answer], scheduler: Scheduler) -> Iterator[Prediction]:
    """A prediction for each answer in Review, given at least a study day after the one before it.

    The answers come by card and in order. Within a day FSRS predicts that nothing is forgotten, which is no
    prediction that could be tested; its own benchmark leaves these answers out as well.
    """
    card, memory, last, previous = "", None, StudyDay(0), 0
    for answer in answers:
        before, day = answer.before, answer.study_day
        if before is None or answer.card != card:  # a card's first answer, or the first after a reset
            card, memory, last = answer.card, None, day
        day = max(day, last)
        if memory is not None and before is not None and before > 0 and day > last:
            yield Prediction(answer, scheduler.retrievability(memory, last, day), previous)
            previous = answer.rating
        else:
            previous = 0
        memory, last = scheduler.memory_after(memory, day - last, _RATINGS[answer.rating]), day


_RATINGS = (Rating.AGAIN, *Rating)  # by number: quicker than Rating(number)


@dataclass(frozen=True)
class Bin:
    """The answers for which a recall from `low` to `high` (0 to 1) was predicted: mean prediction and share recalled.

    `least` and `most` are the 95 % interval of that share.
    """

    low: float
    high: float
    predicted: float
    actual: float
    least: float
    most: float
    count: int
    recalled: int


BINS = 10
LEAST_IN_BIN = 50


@dataclass
class Calibration:
    """Predictions and what became of them, by whole per cent of predicted recall."""

    _counts: list[int] = field(default_factory=lambda: [0] * 100)
    _recalled: list[int] = field(default_factory=lambda: [0] * 100)
    _predicted: list[float] = field(default_factory=lambda: [0.0] * 100)
    _surprise: float = 0.0

    def add(self, recalls: Iterable[float], *, recalled: bool) -> None:
        """Counts answers for which these recalls (0 to 1) were predicted, and that all were recalled or all not."""
        counts, predicted, surprise = self._counts, self._predicted, 0.0
        for recall in recalls:
            at = min(int(recall * 100), 99)
            counts[at] += 1
            self._recalled[at] += recalled
            predicted[at] += recall
            surprise -= log(max(recall if recalled else 1 - recall, _LEAST_CHANCE))
        self._surprise += surprise

    @property
    def count(self) -> int:
        """How many answers there are."""
        return sum(self._counts)

    @property
    def recalled(self) -> int:
        """How many of them were recalled."""
        return sum(self._recalled)

    @property
    def predicted(self) -> float:
        """The mean predicted recall; 0 without answers."""
        return sum(self._predicted) / self.count if self.count else 0.0

    @property
    def log_loss(self) -> float:
        """The mean surprise of an answer (nats): 0 where all was known beforehand, 0.69 for a coin; 0 without any."""
        return self._surprise / self.count if self.count else 0.0

    @property
    def error(self) -> float:
        """The root mean square of predicted minus actual recall over the bins, each weighed by its answers.

        What the benchmark of FSRS calls RMSE(bins), simplified: there answers fall into bins by interval, number of
        reviews and number of lapses, here by predicted recall alone.
        """
        squares = sum(one.count * (one.predicted - one.actual) ** 2 for one in self.bins)
        return sqrt(squares / self.count) if self.count else 0.0

    @property
    def bins(self) -> tuple[Bin, ...]:
        """At most ten bins between whole per cents, of at least 50 answers and a tenth of all (one bin if fewer).

        Predictions crowd near the retention that a learner desires: bins of equal width would hold nearly all
        answers in one or two and next to none elsewhere. Of equal count, each tells as much as the others.
        """
        edges = self._edges(max(LEAST_IN_BIN, self.count / BINS))
        return tuple(self._bin(low, high) for low, high in pairwise(edges))

    def _edges(self, least: float) -> list[int]:
        """The per cents at which bins begin and end, from the highest down, where most answers are."""
        filled = [at for at, count in enumerate(self._counts) if count]
        if not filled:
            return []
        edges, held = [filled[-1] + 1], 0
        for at in reversed(filled):
            held += self._counts[at]
            if held >= least:
                edges.append(at)
                held = 0
        if held and len(edges) > 1:
            edges.pop()
        if held:
            edges.append(filled[0])
        return edges[::-1]

    def _bin(self, low: int, high: int) -> Bin:
        count, recalled = sum(self._counts[low:high]), sum(self._recalled[low:high])
        predicted = sum(self._predicted[low:high]) / count
        return Bin(low / 100, high / 100, predicted, recalled / count, *wilson(recalled, count), count, recalled)


_LEAST_CHANCE = 1e-9  # as if recall were never quite certain, nor forgetting

NEAR = 0.03
"""An interval that reaches no farther from its share than this tells that predictions hold."""

LEAST_FOR_FIGURES = 200
"""Fewer answers say nothing by their error and log loss."""


def said_of(calibration: Calibration) -> tuple[str, ...]:
    """What is sure about the predictions, in sentences; that there are too few answers where nothing is."""
    count = calibration.count
    if not count:
        return ("Too few answers to tell how good the predictions are (0).",)
    said = [_whole(calibration), *_worst(calibration.bins)]
    if count >= LEAST_FOR_FIGURES:
        said.append(
            f"The error over the bins is {calibration.error * 100:.1f} points (root mean square) "
            f"and the log loss {calibration.log_loss:.3f}; less is better."
        )
    return tuple(said)


def _whole(calibration: Calibration) -> str:
    count, recalled, predicted = calibration.count, calibration.recalled, calibration.predicted
    least, most = wilson(recalled, count)
    actual = recalled / count
    points = round((actual - predicted) * 100)
    evidence = f"{actual:.0%} of {count:,} answers, where {predicted:.0%} was predicted ({_between(least, most)})"
    if not least <= predicted <= most and points:
        return f"You recall {_points(points)} than predicted: {evidence}."
    if max(most - actual, actual - least) <= NEAR:
        return f"The predictions hold: you recall {evidence}."
    return f"Too few answers to tell how good the predictions are ({count:,})."


def _worst(bins: Iterable[Bin]) -> Iterator[str]:
    """The bin whose prediction is farthest off, of those of which it is sure that it is."""
    wrong = [one for one in bins if not _holds(one) and round((one.actual - one.predicted) * 100)]
    if wrong:
        one = max(wrong, key=lambda one: (abs(one.actual - one.predicted), one.low))
        yield (
            f"Where {one.low:.0%} to {one.high:.0%} was predicted, you recall "
            f"{_points(round((one.actual - one.predicted) * 100))}: "
            f"{one.actual:.0%} of {one.count:,} answers ({_between(one.least, one.most)})."
        )


def _holds(one: Bin) -> bool:
    least, most = wilson(one.recalled, one.count, SURE)
    return least <= one.predicted <= most


def _points(points: int) -> str:
    return f"{abs(points)} {'point' if abs(points) == 1 else 'points'} {'more' if points > 0 else 'less'}"


def _between(least: float, most: float) -> str:
    return f"95% sure to lie between {least:.0%} and {most:.0%}"
