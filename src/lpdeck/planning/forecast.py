"""What will be known on the day of an interview, with the plan and without: a seeded simulation of the evenings.

It asks the learner's own cards with the learner's own Scheduler, habits and minutes, and draws each answer from the
recall that the memory predicts. Pure: times are milliseconds, days are study days, chances are 0 to 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from lpdeck.days import StudyDay
from lpdeck.planning.evening import Evening, PlanCard, Planner, mixed
from lpdeck.scheduling import Rating, Schedule, State

SEED = 20_261_210
MOST_RUNS = 8
FEW_CARDS = 800
"""Up to so many cards MOST_RUNS runs are averaged; more cards average themselves."""


class DayLoad(NamedTuple):
    """One day ahead, averaged over the runs: cards asked, answers, time (ms), cards begun, and those asked early."""

    day: StudyDay
    cards: float
    answers: float
    ms: float
    new: float
    early: float


@dataclass(frozen=True)
class Forecast:
    """What a way of studying comes to: each day's load, the chance of each card on the day, and what is left out.

    `seen` is the share of the runs in which a card was seen at all before the day, `looked` the share of those in
    which it was seen in the last days.
    """

    days: tuple[DayLoad, ...]
    recall: dict[str, float]
    seen: dict[str, float]
    looked: dict[str, float]

    @property
    def never_begun(self) -> list[str]:
        """The cards that are not seen at all, in most runs."""
        return [card for card, share in self.seen.items() if share < 0.5]

    @property
    def no_last_look(self) -> list[str]:
        """The cards that are seen, but not in the last days, in most runs."""
        return [card for card, share in self.looked.items() if share < 0.5 <= self.seen[card]]

    @property
    def mean(self) -> float:
        """The mean chance over all cards; 0 where there are none."""
        return sum(self.recall.values()) / len(self.recall) if self.recall else 0.0

    def by_principle(self, cards: Iterable[PlanCard]) -> dict[str, float]:
        """The mean chance of each principle's cards, by slug; a card of two counts for both."""
        known: defaultdict[str, list[float]] = defaultdict(list)
        for card in cards:
            for principle in card.principles:
                known[principle].append(self.recall[card.id])
        return {principle: sum(chances) / len(chances) for principle, chances in known.items()}


Choose = Callable[[Sequence[PlanCard], StudyDay, float], Evening]
"""Which cards an evening asks: from all cards, the study day, and the milliseconds that are left of it."""


def planned(planner: Planner, new: int | None = None) -> Choose:
    """Evenings by the plan; at most `new` cards are begun on each, where that or the interview says so."""
    most = planner.interview.new if new is None else new

    def choose(cards: Sequence[PlanCard], day: StudyDay, left_ms: float) -> Evening:
        return planner.evening(cards, day, left_ms=left_ms, new=most)

    return choose


def unplanned(planner: Planner, new_per_day: int, reviews_per_day: int) -> Choose:
    """Evenings as they are without a plan: what is due, the least remembered first, and new cards by turns."""

    def choose(cards: Sequence[PlanCard], day: StudyDay, left_ms: float) -> Evening:
        due = [
            card
            for card in cards
            if card.schedule.state is State.REVIEW and (card.schedule.due_day or day) <= day and _awake(card, day)
        ]
        due.sort(key=lambda card: _elapsed(card.schedule, day), reverse=True)
        unseen = _by_turns([card for card in cards if card.schedule.memory is None and _awake(card, day)])
        new = tuple(card for card, _ in zip(unseen, range(new_per_day), strict=False))
        return Evening(tuple(due[:reviews_per_day]), new, frozenset(), (), planner.day, ())

    return choose


def _awake(card: PlanCard, day: StudyDay) -> bool:
    return (card.schedule.buried_until or day) <= day


def _elapsed(schedule: Schedule, day: StudyDay) -> float:
    """Stabilities since the last answer: the more, the less is remembered."""
    assert schedule.memory is not None
    assert schedule.last_day is not None
    return (day - schedule.last_day) / schedule.memory.stability


def _by_turns(cards: Iterable[PlanCard]) -> Iterator[PlanCard]:
    """One new card of each set of principles, then the next of each."""
    groups: dict[tuple[str, ...], list[PlanCard]] = {}
    for card in cards:
        groups.setdefault(card.principles, []).append(card)
    for turn in range(max(map(len, groups.values()), default=0)):
        yield from (group[turn] for group in groups.values() if turn < len(group))


def forecast(
    planner: Planner,
    choose: Choose,
    cards: Sequence[PlanCard],
    today: StudyDay,
    *,
    left_ms: float | None = None,
    runs: int | None = None,
) -> Forecast:
    """Simulates every evening from a study day to the day before the interview, the first with `left_ms` left."""
    runs = runs or max(1, min(MOST_RUNS, MOST_RUNS * FEW_CARDS // max(len(cards), 1)))
    done = [_Run(planner, choose, cards, Random(SEED + number)) for number in range(runs)]
    for run in done:
        run.study(today, planner.evening_ms if left_ms is None else left_ms)
    days = tuple(_averaged([run.days[at] for run in done]) for at in range(max(planner.day - today, 0)))
    final = [run.final() for run in done]
    return Forecast(
        days,
        {card.id: sum(planner.worth.recall(one[card.id]) for one in final) / runs for card in cards},
        {card.id: sum(one[card.id].memory is not None for one in final) / runs for card in cards},
        {card.id: sum(run.was_looked_at(card.id) for run in done) / runs for card in cards},
    )


def _averaged(days: Sequence[DayLoad]) -> DayLoad:
    _, *figures = zip(*days, strict=True)
    return DayLoad(days[0].day, *(sum(figure) / len(days) for figure in figures))


class _Run:
    """One simulated learner: schedules by card, and each day's load."""

    def __init__(self, planner: Planner, choose: Choose, cards: Sequence[PlanCard], draw: Random) -> None:
        self._planner, self._choose, self._draw = planner, choose, draw
        self._cards = list(cards)
        self._place = {card.id: at for at, card in enumerate(cards)}
        self.days: list[DayLoad] = []
        self._last_days = planner.day

    def was_looked_at(self, card: str) -> bool:
        """Whether a card was seen in the last days."""
        last = self._cards[self._place[card]].schedule.last_day
        return last is not None and last >= self._last_days

    def final(self) -> dict[str, Schedule]:
        return {card.id: card.schedule for card in self._cards}

    def study(self, today: StudyDay, left_ms: float) -> None:
        """Every evening up to the interview."""
        for day in range(today, self._planner.day):
            self._evening(StudyDay(day), left_ms if day == today else self._planner.evening_ms)

    def _evening(self, day: StudyDay, left_ms: float) -> None:
        waiting = [card for card in self._cards if card.schedule.state not in (None, State.REVIEW)]
        chosen = self._choose(self._cards, day, left_ms)
        self._last_days = chosen.last_days
        load = _Load()
        for card in [*waiting, *mixed(chosen.reviews, chosen.new)]:
            if load.ms >= left_ms:
                break
            load.cards += 1
            load.new += card.schedule.memory is None
            load.early += card.id in chosen.early
            self._ask(card, day, load)
        self.days.append(DayLoad(day, load.cards, load.answers, load.ms, load.new, load.early))

    def _ask(self, card: PlanCard, day: StudyDay, load: _Load) -> None:
        """Asks a card until it leaves its steps; those that are an hour long are over the same evening too."""
        schedule = card.schedule
        while True:
            phase, rating = self._answer(schedule, day)
            load.ms += self._planner.habits.ms(card.kind, phase)
            load.answers += 1
            schedule = (
                self._planner.scheduler.for_principles(card.principles)
                .outcomes(card.id, schedule, day, 0)[rating]
                .schedule
            )
            if schedule.state is State.REVIEW:
                break
        self._cards[self._place[card.id]] = card._replace(schedule=schedule)

    def _answer(self, schedule: Schedule, day: StudyDay) -> tuple[str, Rating]:
        habits = self._planner.habits
        if schedule.memory is None or schedule.last_day is None:
            return "first", self._drawn(habits.ratings["first"])
        phase = "review" if schedule.state is State.REVIEW else "step"
        if schedule.last_day == day:
            return phase, self._drawn(habits.ratings["step"])
        recall = self._planner.scheduler.retrievability(schedule.memory, schedule.last_day, day)
        return phase, self._drawn(habits.ratings["review"]) if self._draw.random() < recall else Rating.AGAIN

    def _drawn(self, shares: Sequence[float]) -> Rating:
        return self._draw.choices(tuple(Rating), shares)[0]


class _Load:
    """What an evening came to so far."""

    def __init__(self) -> None:
        self.cards = self.answers = self.new = self.early = 0
        self.ms = 0.0
