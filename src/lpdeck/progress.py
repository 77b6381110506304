"""What the learner knows, per principle, from rows that the store folded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lpdeck.days import StudyDay
from lpdeck.principles import Principle
from lpdeck.scheduling import MATURE_DAYS, Scheduler, State
from lpdeck.store.log import CardRow

RETENTION_DAYS = 30


@dataclass
class PrincipleProgress:
    """The cards of one principle, counted. Drafts are counted apart and nowhere else.

    `review` counts cards in Review with intervals under 21 days, `mature` those with more. `recall` is the mean
    predicted chance of recalling the cards that have a memory, now; `retention` the share of answers in Review that
    were remembered, over 30 study days. Both are None where there is nothing to count.
    """

    principle: Principle | None
    cards: int = 0
    new: int = 0
    learning: int = 0
    review: int = 0
    mature: int = 0
    due: int = 0
    suspended: int = 0
    drafts: int = 0
    leeches: int = 0
    reviews: int = 0
    remembered: int = 0
    _recalled: float = 0.0
    _known: int = 0

    @property
    def recall(self) -> float | None:
        """The mean predicted recall now (0 to 1)."""
        return self._recalled / self._known if self._known else None

    @property
    def retention(self) -> float | None:
        """The share of answers in Review that were remembered (0 to 1)."""
        return self.remembered / self.reviews if self.reviews else None

    def count(self, row: CardRow, scheduler: Scheduler, day: StudyDay) -> None:
        """Counts one card."""
        if not row.asked:
            self.drafts += 1
            return
        schedule = row.schedule
        self.cards += 1
        self.leeches += schedule.is_leech
        self.suspended += schedule.suspended
        self.reviews += row.reviews
        self.remembered += row.remembered
        if schedule.memory is None:
            self.new += 1
            return
        assert schedule.last_day is not None
        self._known += 1
        self._recalled += scheduler.retrievability(schedule.memory, schedule.last_day, day)
        if schedule.state is not State.REVIEW:
            self.learning += 1
        elif (schedule.interval or 0) < MATURE_DAYS:
            self.review += 1
        else:
            self.mature += 1
        awake = not schedule.suspended and (schedule.buried_until or day) <= day
        self.due += awake and schedule.due_day is not None and schedule.due_day <= day


def progress(
    rows: Iterable[CardRow], scheduler: Scheduler, day: StudyDay
) -> tuple[list[PrincipleProgress], PrincipleProgress]:
    """Progress of each of the sixteen principles in Amazon's order, and of all cards together.

    A card of two principles counts for both, and once in the total.
    """
    total = PrincipleProgress(None)
    each = {principle.slug: PrincipleProgress(principle) for principle in Principle}
    for row in rows:
        total.count(row, scheduler, day)
        for slug in row.principles:
            each[slug].count(row, scheduler, day)
    return list(each.values()), total
