"""What asking a card adds to its chance on the day of an interview, and how long it takes.

Pure: times are milliseconds, days are study days, chances are 0 to 1. The chances follow FSRS-6; what a review adds is
the mean over its outcomes, Good where the card is remembered and Again where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from lpdeck.days import StudyDay
from lpdeck.planning.habits import Habits
from lpdeck.scheduling import Memory, Rating, Schedule, Scheduler


@dataclass(frozen=True)
class Worth:
    """What cards are worth for an interview on a study day, to a learner with these habits."""

    day: StudyDay
    scheduler: Scheduler
    habits: Habits

    @cached_property
    def begin_ms(self) -> Callable[[str], float]:
        """How long beginning a card of a kind takes, through its learning steps."""
        return by_kind(lambda kind: self.habits.begin_ms(kind, len(self.scheduler.learning_steps)))

    @cached_property
    def _again_ms(self) -> Callable[[str], float]:
        return by_kind(lambda kind: self.habits.again_ms(kind, len(self.scheduler.relearning_steps)))

    @cached_property
    def _review_ms(self) -> Callable[[str], float]:
        return by_kind(lambda kind: self.habits.ms(kind, "review"))

    def recall(self, schedule: Schedule) -> float:
        """The chance of recalling a card on the day if nothing more is done for it; 0 for one never seen."""
        if schedule.memory is None or schedule.last_day is None:
            return 0.0
        return self.scheduler.retrievability(schedule.memory, schedule.last_day, self.day)

    def ask_ms(self, kind: str, recall: float) -> float:
        """How long a review takes, with what follows on the same evening if it is forgotten."""
        return self._review_ms(kind) + (1 - recall) * self._again_ms(kind)

    def after_look(self, memory: Memory, elapsed: int, rest: int) -> float:
        """The chance of recall `rest` days after a review that comes `elapsed` days after the last answer."""
        asked = memory, elapsed, rest
        if asked not in self._after_looks:
            self._after_looks[asked] = self._after_look(memory, elapsed, rest)
        return self._after_looks[asked]

    @cached_property
    def _after_looks(self) -> dict[tuple[Memory, int, int], float]:
        """What was asked before: cards that were answered alike have the same memory."""
        return {}

    def _after_look(self, memory: Memory, elapsed: int, rest: int) -> float:
        chance = self._fades(memory, elapsed)
        held = self.scheduler.memory_after(memory, elapsed, Rating.GOOD)
        lost = self.scheduler.memory_after(memory, elapsed, Rating.AGAIN)
        return chance * self._fades(held, rest) + (1 - chance) * self._fades(lost, rest)

    def _fades(self, memory: Memory, days: int) -> float:
        return self.scheduler.retrievability(memory, StudyDay(0), StudyDay(days))

    def look_gain(self, schedule: Schedule, today: StudyDay) -> float:
        """What seeing a card today adds to its chance on the day."""
        memory, last = known(schedule)
        return self.after_look(memory, max(today - last, 0), self.day - today) - self.recall(schedule)

    def due_gain(self, schedule: Schedule, today: StudyDay, look: StudyDay) -> float:
        """What reviewing a card today adds to its chance on the day, where it is seen once more on `look` anyway."""
        memory, last = known(schedule)
        asked = memory, max(today - last, 0), look - today, self.day - look
        if asked not in self._due_gains:
            self._due_gains[asked] = self._due_gain(*asked)
        return self._due_gains[asked]

    @cached_property
    def _due_gains(self) -> dict[tuple[Memory, int, int, int], float]:
        return {}

    def _due_gain(self, memory: Memory, elapsed: int, ahead: int, rest: int) -> float:
        chance = self._fades(memory, elapsed)
        held = self.scheduler.memory_after(memory, elapsed, Rating.GOOD)
        lost = self.scheduler.memory_after(memory, elapsed, Rating.AGAIN)
        reviewed = [self.after_look(one, ahead, rest) for one in (held, lost)]
        return chance * reviewed[0] + (1 - chance) * reviewed[1] - self.after_look(memory, elapsed + ahead, rest)

    def new_gain(self, today: StudyDay, look: StudyDay | None) -> float:
        """The chance on the day of a card begun today, seen once more on `look` where that is given."""
        chance = 0.0
        for rating, share in zip(Rating, self.habits.first, strict=True):
            memory = self.scheduler.memory_after(None, 0, rating)
            rest = self.day - today
            later = (
                self._fades(memory, rest) if look is None else self.after_look(memory, look - today, self.day - look)
            )
            chance += share * later
        return chance


def by_kind(cost: Callable[[str], float]) -> Callable[[str], float]:
    """A cost that is computed once for each kind."""
    known: dict[str, float] = {}

    def of(kind: str) -> float:
        if kind not in known:
            known[kind] = cost(kind)
        return known[kind]

    return of


def known(schedule: Schedule) -> tuple[Memory, StudyDay]:
    """The memory of a card that has one, and the study day of its last answer."""
    assert schedule.memory is not None
    assert schedule.last_day is not None
    return schedule.memory, schedule.last_day
