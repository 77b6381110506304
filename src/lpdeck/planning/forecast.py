"""What will be known on the day of an interview, with the plan and without: a seeded simulation of the evenings.

It asks the learner's own cards with the learner's own Scheduler, habits and minutes, and draws each answer from the
recall that the memory predicts. Pure: times are milliseconds, days are study days, chances are 0 to 1.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from lpdeck.days import MINUTE_MS, StudyDay
from lpdeck.planning.evening import LAST_DAYS, Evening, PlanCard, Planner, is_awake, is_due, mixed
from lpdeck.scheduling import LEARN_AHEAD_MS, Rating, Schedule, State, spread

SEED = 20_261_210
CARD_EVENINGS = 63_000
"""About so many evenings of a card are simulated: 21 of 600 cards five times, fewer of a small deck more often."""

MOST_RUNS = 30


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
    which it was seen in the last days; `last_days` is the first of those in the middle run.
    """

    days: tuple[DayLoad, ...]
    recall: dict[str, float]
    seen: dict[str, float]
    looked: dict[str, float]
    last_days: StudyDay

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

    def lost(self, cards: Collection[str], instead: Forecast | None) -> float | None:
        """What the mean loses because some cards are given up: what they would have more on the day in `instead`.

        Without that, what the other cards that are seen have more; None where there are none.
        """
        gone = set(cards)
        if instead is not None:
            return sum(max(instead.recall[card] - self.recall[card], 0.0) for card in gone) / len(self.recall)
        others = [chance for card, chance in self.recall.items() if card not in gone and self.seen[card] >= 0.5]
        if not others:
            return None
        usual = sum(others) / len(others)
        return max(sum(usual - self.recall[card] for card in gone), 0.0) / len(self.recall)

    def by_principle(self, cards: Iterable[PlanCard]) -> dict[str, float]:
        """The mean chance of each principle's cards, by slug; a card of two counts for both."""
        known: defaultdict[str, list[float]] = defaultdict(list)
        for card in cards:
            for principle in card.principles:
                known[principle].append(self.recall[card.id])
        return {principle: sum(chances) / len(chances) for principle, chances in known.items()}


Choose = Callable[[Sequence[PlanCard], StudyDay, float, int], Evening]
"""Which cards an evening asks: from all cards, the study day, the milliseconds that are left of it, and the number of
cards that were begun on it already."""


def planned(planner: Planner, new: int | None = None) -> Choose:
    """Evenings by the plan; at most `new` cards are begun on each, where that or the interview says so."""
    most = planner.interview.new if new is None else new

    def choose(cards: Sequence[PlanCard], day: StudyDay, left_ms: float, begun: int = 0) -> Evening:
        return planner.evening(cards, day, left_ms=left_ms, new=None if most is None else max(most - begun, 0))

    return choose


def unplanned(planner: Planner, new_per_day: int, reviews_per_day: int) -> Choose:
    """Evenings as they are without a plan: what is due, the least remembered first, and new cards by turns."""

    def choose(cards: Sequence[PlanCard], day: StudyDay, left_ms: float, begun: int = 0) -> Evening:
        due = [card for card in cards if is_due(card, day)]
        due.sort(key=lambda card: _elapsed(card.schedule, day), reverse=True)
        met = {card.sibling: card.id for card in cards if card.schedule.last_day == day}
        reviews = [card for card in due if _is_first(card, met)][:reviews_per_day]
        unseen = _by_turns([card for card in cards if card.schedule.memory is None and is_awake(card, day)], day)
        fresh = (card for card in unseen if _is_first(card, met))
        new = tuple(card for _, card in zip(range(max(new_per_day - begun, 0)), fresh, strict=False))
        return Evening(tuple(reviews), new, frozenset(), (), planner.day, ())

    return choose


def _is_first(card: PlanCard, met: dict[str | None, str]) -> bool:
    """Whether no sibling of a card is asked on the day; it is met from then on."""
    return card.sibling is None or met.setdefault(card.sibling, card.id) == card.id


def _elapsed(schedule: Schedule, day: StudyDay) -> float:
    """Stabilities since the last answer: the more, the less is remembered."""
    assert schedule.memory is not None
    assert schedule.last_day is not None
    return (day - schedule.last_day) / schedule.memory.stability


def _by_turns(cards: Iterable[PlanCard], day: StudyDay) -> Iterator[PlanCard]:
    """Wave by wave one new card of each set of principles, then the next of each, in an order drawn for the day."""
    waves: defaultdict[int, dict[tuple[str, ...], list[PlanCard]]] = defaultdict(dict)
    for card in cards:
        waves[card.wave].setdefault(card.principles, []).append(card)
    for _, groups in sorted(waves.items()):
        ordered = [groups[one] for one in sorted(groups, key=lambda one: spread(" ".join(one), day))]
        for turn in range(max(map(len, ordered))):
            yield from (group[turn] for group in ordered if turn < len(group))


def forecast(
    planner: Planner,
    choose: Choose,
    cards: Sequence[PlanCard],
    today: StudyDay,
    *,
    left_ms: float | None = None,
    begun: int = 0,
    runs: int | None = None,
) -> Forecast:
    """Simulates every evening from a study day to the day before the interview.

    The first has `left_ms` left, and `begun` cards were begun on it already.
    """
    evenings = max(planner.day - today, 1)
    runs = runs or max(1, min(MOST_RUNS, CARD_EVENINGS // max(len(cards) * evenings, 1)))
    done = [_Run(planner, choose, cards, Random(SEED + number)) for number in range(runs)]
    for run in done:
        run.study(today, planner.evening_ms if left_ms is None else left_ms, begun)
    days = tuple(_averaged([run.days[at] for run in done]) for at in range(max(planner.day - today, 0)))
    final = [run.final() for run in done]
    return Forecast(
        days,
        {card.id: sum(planner.worth.recall(one[card.id]) for one in final) / runs for card in cards},
        {card.id: sum(one[card.id].memory is not None for one in final) / runs for card in cards},
        {card.id: sum(run.was_looked_at(card.id) for run in done) / runs for card in cards},
        StudyDay(sorted(run.last_days for run in done)[runs // 2]),
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
        self.last_days = StudyDay(planner.day - LAST_DAYS[0])

    def was_looked_at(self, card: str) -> bool:
        """Whether a card was seen in the last days."""
        last = self._cards[self._place[card]].schedule.last_day
        return last is not None and last >= self.last_days

    def final(self) -> dict[str, Schedule]:
        return {card.id: card.schedule for card in self._cards}

    def study(self, today: StudyDay, left_ms: float, begun: int) -> None:
        """Every evening up to the interview."""
        for day in map(StudyDay, range(today, self._planner.day)):
            self._evening(day, *((left_ms, begun) if day == today else (self._planner.evening_ms, 0)))

    def _evening(self, day: StudyDay, left_ms: float, begun: int) -> None:
        """Asks what is chosen, and chooses again where the cards took less time than was thought.

        As in a sitting, a card in a learning step comes back when its minute has come, or a little before if nothing
        else is left; the steps for which there is no time are left to the next evening.
        """
        load, known = _Load(), 0  # how many answers the choice knew of
        chosen = self._choose(self._cards, day, left_ms, begun)
        waiting = deque(mixed(chosen.reviews, chosen.new))
        steps = [(0, card.id) for card in self._cards if card.schedule.state not in (None, State.REVIEW)]
        while load.ms < left_ms:
            ahead_ms = 0 if waiting else LEARN_AHEAD_MS
            if steps and steps[0][0] <= load.ms + ahead_ms:
                card = self._cards[self._place[heappop(steps)[1]]]
            elif waiting:
                card = waiting.popleft()
                load.count(card, is_early=card.id in chosen.early)
            elif left_ms - load.ms < MINUTE_MS or load.answers == known:
                break
            else:
                known, chosen = load.answers, self._choose(self._cards, day, left_ms - load.ms, begun + load.new)
                waiting.extend(mixed(chosen.reviews, chosen.new))
                continue
            due_ms = self._ask(card, day, load)
            if due_ms is not None:
                heappush(steps, (due_ms, card.id))
        self.last_days = chosen.last_days
        self.days.append(DayLoad(day, load.cards, load.answers, load.ms, load.new, load.early))

    def _ask(self, card: PlanCard, day: StudyDay, load: _Load) -> int | None:
        """One answer; when the card comes back on the same evening (ms from its beginning), if it does."""
        phase, rating = self._answer(card.schedule, day)
        load.ms += self._planner.habits.ms(card.kind, phase)
        load.answers += 1
        scheduler = self._planner.scheduler.for_principles(card.principles)
        after = scheduler.outcomes(card.id, card.schedule, day, int(load.ms))[rating].schedule
        self._cards[self._place[card.id]] = card._replace(schedule=after)
        return after.due_at_ms

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

    def count(self, card: PlanCard, *, is_early: bool) -> None:
        """Counts a card, once an evening."""
        self.cards += 1
        self.new += card.schedule.memory is None
        self.early += is_early
