"""The plan for an interview: which cards an evening asks so that most is remembered on the day.

The plan is a view over the schedule. It chooses among cards and never writes a due date; without it the schedule is
what FSRS says. It works towards one figure: the mean, over all cards, of the chance to recall a card on the day, where
a card that was never seen counts as nothing. Three rules follow from it:

1. Cards are begun wave by wave while there is time left to see each of them once more; in a wave the principle that
   would stand worst on the day comes first, and of its cards the kind that costs least. What is due competes with
   them by what it adds.
2. In the last days every card is seen once more: those that last long first, the fragile ones nearest to the day, and
   each evening the cheapest first. If the time does not suffice, the cards that give least for their time are given up.
3. What time is left in the last days goes to cards that would fall under the desired retention on the day.

Pure: times are milliseconds, days are study days, chances are 0 to 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, inf
from typing import NamedTuple

from lpdeck.days import MINUTE_MS, StudyDay
from lpdeck.interviews import Interview
from lpdeck.planning.habits import Habits
from lpdeck.planning.worth import Worth, by_kind, known
from lpdeck.scheduling import Schedule, Scheduler, State

LAST_DAYS = range(3, 8)
"""Over how many evenings the last looks are spread: one that is missed must not be the only one, and what was seen
more than a week ago was not seen in the last days."""


class PlanCard(NamedTuple):
    """A card that can be asked, as far as a plan looks at it; new ones of a lower wave are begun first."""

    id: str
    kind: str
    principles: tuple[str, ...]
    sibling: str | None
    schedule: Schedule
    wave: int = 0


class Evening(NamedTuple):
    """What a plan asks on one study day, beside the cards in a learning step.

    `reviews` and `new` are in the order in which they are worth their time. `early` are those of the reviews that
    are asked before FSRS would, `given_up` the cards that get no last look. `last_days` is the first of the last
    days, and `floors` say from which stability (days) on a card has its last look on each of them, the first day first;
    from the stability `ceiling` on cards get no last look, because there is not time enough and they last.
    `steps` are the cards in a learning step.
    """

    reviews: tuple[PlanCard, ...]
    new: tuple[PlanCard, ...]
    early: frozenset[str]
    given_up: tuple[PlanCard, ...]
    last_days: StudyDay
    floors: tuple[float, ...]
    ceiling: float = inf
    steps: tuple[PlanCard, ...] = ()

    @property
    def asked(self) -> tuple[PlanCard, ...]:
        """Every card that the evening asks."""
        return (*self.steps, *self.reviews, *self.new)

    def next_look(self, stability: float, today: StudyDay) -> StudyDay | None:
        """The study day on which a card of this stability is seen once more; None where it was, in the last days."""
        if today >= self.last_days or stability >= self.ceiling:
            return None
        rank = len(self.floors) - bisect_right(sorted(self.floors), stability)
        return StudyDay(self.last_days + min(rank, max(len(self.floors) - 1, 0)))


@dataclass(frozen=True)
class Planner:
    """Plans evenings for one interview with a learner's scheduler and habits."""

    interview: Interview
    scheduler: Scheduler
    habits: Habits

    @property
    def day(self) -> StudyDay:
        """The study day of the interview."""
        return self.interview.day

    @cached_property
    def worth(self) -> Worth:
        """What asking a card adds, and how long it takes."""
        return Worth(self.day, self.scheduler, self.habits)

    @property
    def evening_ms(self) -> int:
        """What an evening holds."""
        return self.interview.minutes * MINUTE_MS

    def evening(
        self, cards: Iterable[PlanCard], today: StudyDay, *, left_ms: float | None = None, new: int | None = None
    ) -> Evening:
        """What to ask on a study day up to the interview, with `left_ms` of that day left and at most `new` begun."""
        standing = _Standing(self, cards, today)
        left = self.evening_ms if left_ms is None else left_ms
        time = _Time(max(left - standing.steps_ms, 0), self.evening_ms, max(self.day - today, 1))
        since = self._last_days(standing)
        begun = _Beginning(self, standing, today, since, new)
        looks = _Looks(self, standing, today, since, begun, time.all_ms)
        if today < looks.since:
            reviews = _prepare(self, standing, today, time, begun, looks)
        else:
            reviews = _look_again(self, standing, today, time, begun, looks)
        early = frozenset(card.id for card in reviews if not is_due(card, today))
        floors = _floors(looks.waiting, self.day - looks.since)
        ceiling = _ceiling(looks.waiting, looks.given_up)
        steps, given_up = tuple(standing.steps), tuple(looks.given_up)
        return Evening(tuple(reviews), tuple(begun.cards), early, given_up, looks.since, floors, ceiling, steps)

    def _last_days(self, standing: _Standing) -> StudyDay:
        """The first of the last days: so late that their evenings hold a look at every card that was seen."""
        evenings = ceil(standing.sweep_ms / self.evening_ms)
        return StudyDay(self.day - min(max(evenings, LAST_DAYS[0]), LAST_DAYS[-1]))

    def takes_ms(self, cards: Iterable[PlanCard], chosen: Container[str]) -> float:
        """How long the chosen ones of some cards take on an evening."""
        return sum(self._takes_ms(card) for card in cards if card.id in chosen)

    def _takes_ms(self, card: PlanCard) -> float:
        if card.schedule.memory is None:
            return self.worth.begin_ms(card.kind)
        if card.schedule.state is not State.REVIEW:
            return self.habits.ms(card.kind, "step")
        return self.worth.ask_ms(card.kind, self.worth.recall(card.schedule))

    def least_minutes(self, cards: Iterable[PlanCard], today: StudyDay) -> int:
        """The minutes that each evening needs at least to begin every card, and to see each once more at the end."""
        standing = _Standing(self, cards, today)
        begun = _Beginning(self, standing, today, self._last_days(standing), None)
        need = standing.sweep_ms + standing.steps_ms + sum(ms for _, ms in begun.offers())
        return ceil(need / max(self.day - today, 1) / MINUTE_MS)


class _Time:
    """The time until the interview: what is left of today, and of all evenings together."""

    def __init__(self, today_ms: float, evening_ms: float, evenings: int) -> None:
        self.today_ms = self.at_first_ms = today_ms
        self.evenings = evenings
        self.all_ms = today_ms + (evenings - 1) * evening_ms

    def spend(self, ms: float, later_ms: float = 0.0) -> None:
        """Takes time of today, and so much of a later evening."""
        self.today_ms -= ms
        self.all_ms -= ms + later_ms


class _Pile(NamedTuple):
    """The cards never seen of a wave, a set of principles and a kind."""

    wave: int
    principles: tuple[str, ...]
    kind: str


class _Standing:
    """Where the cards stand on a study day: those in Review, those never seen, what the last looks will take."""

    def __init__(self, planner: Planner, cards: Iterable[PlanCard], today: StudyDay) -> None:
        self.review: list[PlanCard] = []
        self.steps: list[PlanCard] = []
        self.recall: dict[str, float] = {}
        self.ask_ms: dict[str, float] = {}
        self.unseen: dict[_Pile, deque[PlanCard]] = {}
        self.sizes: defaultdict[str, int] = defaultdict(int)
        self.recalled: defaultdict[str, float] = defaultdict(float)
        self.steps_ms = self.sweep_ms = 0.0
        self._met: dict[str, str] = {}
        for card in cards:
            if card.schedule.last_day == today or card.schedule.state in (State.LEARNING, State.RELEARNING):
                self.meet(card)
            recall = planner.worth.recall(card.schedule)
            for principle in card.principles or ("",):
                self.sizes[principle] += 1
                self.recalled[principle] += recall
            if card.schedule.memory is None:
                if is_awake(card, today):
                    self.unseen.setdefault(_Pile(card.wave, card.principles, card.kind), deque()).append(card)
                continue
            if card.schedule.state is not State.REVIEW:
                self.steps.append(card)
                self.steps_ms += planner.habits.ms(card.kind, "step")
                continue
            self.review.append(card)
            self.recall[card.id] = recall
            self.ask_ms[card.id] = planner.worth.ask_ms(card.kind, recall)
            self.sweep_ms += planner.worth.ask_ms(card.kind, planner.scheduler.desired_retention)

    def meet(self, card: PlanCard) -> None:
        """Keeps the siblings of a card that is asked today from being asked today."""
        if card.sibling is not None:
            self._met.setdefault(card.sibling, card.id)

    def has_met(self, card: PlanCard) -> bool:
        """Whether a sibling of a card is asked today."""
        return card.sibling is not None and self._met.get(card.sibling, card.id) != card.id


def is_awake(card: PlanCard, today: StudyDay) -> bool:
    """Whether a card is not buried on a study day."""
    return (card.schedule.buried_until or today) <= today


def is_due(card: PlanCard, today: StudyDay) -> bool:
    """Whether a card in Review is asked on a study day, or was to be asked before it."""
    return card.schedule.due_day is not None and card.schedule.due_day <= today and is_awake(card, today)


class _Beginning:
    """The new cards of an evening, wave by wave: the worst principle first, and of its cards the cheapest kind."""

    def __init__(
        self, planner: Planner, standing: _Standing, today: StudyDay, since: StudyDay, limit: int | None
    ) -> None:
        self.cards: list[PlanCard] = []
        self._planner, self._standing, self._limit = planner, standing, limit
        self._today, self._is_over = today, today >= planner.day
        self._evenings = max(planner.day - today, 1)
        self._has_look = today < since  # in the last days to begin a card is to see it
        self._least_worth = 0.0

    @cached_property
    def gain(self) -> float:
        """What a card begun today adds on the day, without another look."""
        return self._planner.worth.new_gain(self._today, None)

    @cached_property
    def look_gain(self) -> float:
        """What a last look adds to that."""
        if not self._has_look:
            return 0.0
        return self._planner.worth.new_gain(self._today, StudyDay(self._planner.day - 1)) - self.gain

    def look_ms(self, kind: str) -> float:
        """What the last look at a card takes that is begun today."""
        return self._planner.worth.ask_ms(kind, self._planner.scheduler.desired_retention)

    def begin_ms(self, kind: str) -> float:
        """What beginning a card takes."""
        return self._planner.worth.begin_ms(kind)

    def offers(self) -> Iterator[tuple[float, float]]:
        """What new cards, and last looks at them, would add for a millisecond, and how long they all take."""
        room = 0 if self._is_over else inf if self._limit is None else self._limit * self._evenings
        counts: defaultdict[str, int] = defaultdict(int)
        for pile, cards in self._standing.unseen.items():
            counts[pile.kind] += len(cards)
        for kind in sorted(counts, key=self.begin_ms):
            count = min(counts[kind], room)
            room -= count
            yield self.gain / self.begin_ms(kind), self.begin_ms(kind) * count
            if self._has_look:
                yield self.look_gain / self.look_ms(kind), self.look_ms(kind) * count

    def look_again_from(self, least_worth: float) -> None:
        """Last looks at what is begun are reserved where they add at least so much for a millisecond."""
        self._least_worth = least_worth

    def _is_looked_at(self, kind: str) -> bool:
        return self._has_look and self.look_gain / self.look_ms(kind) >= self._least_worth

    @cached_property
    def cost_ms(self) -> Callable[[str], float]:
        """What beginning a card of a kind takes, with its last look where there is time for one."""
        return by_kind(lambda kind: self.begin_ms(kind) + (self.look_ms(kind) if self._is_looked_at(kind) else 0.0))

    def worth(self, kind: str) -> float:
        """What a card begun today adds on the day for each millisecond that it takes."""
        gain = self.gain + (self.look_gain if self._is_looked_at(kind) else 0.0)
        return gain / self.cost_ms(kind)

    def next(self, time: _Time, reserved_ms: float) -> _Pile | None:
        """The pile of the next card, if there is time for one that leaves `reserved_ms` of all time."""
        if self._is_over or (self._limit is not None and len(self.cards) >= self._limit):
            return None
        room = time.all_ms - reserved_ms
        for cards in self._standing.unseen.values():
            while self._has_look and cards and self._standing.has_met(cards[0]):
                cards.popleft()  # in the last days siblings stand ten cards apart instead
        fitting = [
            (pile.wave, self._share(pile.principles), self.cost_ms(pile.kind), pile)
            for pile, cards in self._standing.unseen.items()
            if cards and self.cost_ms(pile.kind) <= room
        ]
        if not fitting or time.today_ms <= 0:
            return None
        return min(fitting)[-1]

    def take(self, pile: _Pile, time: _Time) -> float:
        """Begins a card; returns the time that its last look will take."""
        card = self._standing.unseen[pile].popleft()
        self.cards.append(card)
        self._standing.meet(card)
        for principle in pile.principles or ("",):
            self._standing.recalled[principle] += self.gain
        begin_ms = self.begin_ms(pile.kind)
        left_ms = self._left_share(time) * (begin_ms - self._planner.habits.ms(pile.kind, "first"))
        time.spend(begin_ms - left_ms, left_ms)
        return self.cost_ms(pile.kind) - begin_ms

    def _left_share(self, time: _Time) -> float:
        """What share of the learning steps is left to the next evening: of what is begun shortly before the end."""
        longest = max(self._planner.scheduler.learning_steps, default=0) * 1000
        return min(longest / time.at_first_ms, 1.0) if time.at_first_ms > 0 else 0.0

    def begin(self, time: _Time, reserved: float) -> None:
        """Begins cards while there is time beside what is reserved."""
        while found := self.next(time, reserved):
            reserved += self.take(found, time)

    def _share(self, principles: tuple[str, ...]) -> float:
        """How much of the worst of these principles would be known on the day."""
        standing = self._standing
        if len(principles) == 1:
            return standing.recalled[principles[0]] / standing.sizes[principles[0]]
        return min(standing.recalled[one] / standing.sizes[one] for one in principles or ("",))


class _Looks:
    """The last looks, since the first of the last days: which cards get one.

    Looks and cards never seen compete for the time that is left: what adds most for its time is done, the rest is
    given up.
    """

    def __init__(
        self,
        planner: Planner,
        standing: _Standing,
        today: StudyDay,
        since: StudyDay,
        begun: _Beginning,
        room_ms: float,
    ) -> None:
        self.since = since
        look = StudyDay(max(planner.day - 1, today))
        waiting = [card for card in standing.review if known(card.schedule)[1] < self.since]
        self.worth = {
            card.id: planner.worth.look_gain(card.schedule, look) / standing.ask_ms[card.id] for card in waiting
        }
        offers = [(worth, standing.ask_ms[card]) for card, worth in self.worth.items()]
        least, spare = _least_worth([*offers, *begun.offers()], room_ms)
        begun.look_again_from(least)
        self.waiting, self.given_up = list[PlanCard](), list[PlanCard]()
        for card in waiting:
            is_kept = self.worth[card.id] > least or (self.worth[card.id] == least and spare > 0)
            (self.waiting if is_kept else self.given_up).append(card)
            spare -= standing.ask_ms[card.id] if self.worth[card.id] == least else 0.0
        self.need_ms = sum(standing.ask_ms[card.id] for card in self.waiting)


def _least_worth(offers: Iterable[tuple[float, float]], room_ms: float) -> tuple[float, float]:
    """What a millisecond must add at least so that all that adds more fits into the time, and the time beside that.

    `offers` say what a millisecond of each adds, and how many it takes. Of those that add just so much, cards that were
    begun on one day are often many, only what fits into the time beside is done.
    """
    spent = beside = 0.0
    last = inf
    for worth, ms in sorted(offers, reverse=True):
        if worth < last:
            last, beside = worth, spent
        spent += ms
        if spent > room_ms:
            return worth, room_ms - beside
    return 0.0, inf


def _prepare(
    planner: Planner, standing: _Standing, today: StudyDay, time: _Time, begun: _Beginning, looks: _Looks
) -> list[PlanCard]:
    """An evening before the last days: what is due and what is new, by what they add for their time."""
    look = StudyDay(planner.day - 1)
    due = [card for card in standing.review if is_due(card, today)]
    worth = {card.id: planner.worth.due_gain(card.schedule, today, look) / standing.ask_ms[card.id] for card in due}
    waiting = deque(sorted(due, key=lambda card: -worth[card.id]))
    reserved = min(looks.need_ms, (planner.day - looks.since) * planner.evening_ms)
    chosen = list[PlanCard]()
    while time.today_ms > 0:
        while waiting and standing.has_met(waiting[0]):
            waiting.popleft()
        found = begun.next(time, reserved)
        new_worth = begun.worth(found.kind) if found else -1.0
        if waiting and (found is None or worth[waiting[0].id] >= new_worth):
            card = waiting.popleft()
            standing.meet(card)
            time.spend(standing.ask_ms[card.id])
            chosen.append(card)
        elif found is not None:
            reserved += begun.take(found, time)
        else:
            break
    return chosen


def _look_again(
    planner: Planner, standing: _Standing, today: StudyDay, time: _Time, begun: _Beginning, looks: _Looks
) -> list[PlanCard]:
    """An evening of the last days: its share of the last looks, then what would else be weak on the day."""
    awake = sorted((card for card in looks.waiting if is_awake(card, today)), key=_lasting)
    done = sum(standing.ask_ms[card.id] for card in standing.review if known(card.schedule)[1] == today)
    quota = (looks.need_ms + done) / time.evenings - done
    share = _share_of(awake, standing.ask_ms, min(time.today_ms, quota))
    used = sum(standing.ask_ms[card.id] for card in share)
    time.spend(used)
    share.sort(key=lambda card: -looks.worth[card.id])
    begun.begin(time, looks.need_ms - used)
    return share + _weak(planner, standing, today, time, {card.id for card in (*share, *looks.waiting)})


def _lasting(card: PlanCard) -> tuple[float, str]:
    """The order of the last looks: a card that lasts loses least by an early one."""
    return -known(card.schedule)[0].stability, card.id


def _share_of(cards: Sequence[PlanCard], ask_ms: Mapping[str, float], quota: float) -> list[PlanCard]:
    """The first cards, until the quota is used."""
    share, used = list[PlanCard](), 0.0
    for card in cards:
        if quota - used < 1:  # a part of a millisecond is a sum's rounding
            break
        share.append(card)
        used += ask_ms[card.id]
    return share


def _weak(planner: Planner, standing: _Standing, today: StudyDay, time: _Time, taken: set[str]) -> list[PlanCard]:
    """Cards for the rest of an evening, those that gain most first: due again, or weak on the day."""
    rest = [
        card
        for card in standing.review
        if card.id not in taken
        and is_awake(card, today)
        and known(card.schedule)[1] < today
        and (standing.recall[card.id] < _wanted(planner, card) or is_due(card, today))
    ]
    worth = {card.id: planner.worth.look_gain(card.schedule, today) / standing.ask_ms[card.id] for card in rest}
    chosen = list[PlanCard]()
    for card in sorted(rest, key=lambda card: -worth[card.id]):
        if time.today_ms <= 0 or worth[card.id] <= 0:
            break
        time.spend(standing.ask_ms[card.id])
        chosen.append(card)
    return chosen


def _wanted(planner: Planner, card: PlanCard) -> float:
    """The retention that the learner desires of a card."""
    return planner.scheduler.for_principles(card.principles).desired_retention


def _floors(cards: Sequence[PlanCard], evenings: int) -> tuple[float, ...]:
    """The least stability of the cards that each of the last evenings shows, the first evening first."""
    lasting = sorted((-_lasting(card)[0] for card in cards), reverse=True)
    if not lasting:
        return tuple([0.0] * evenings)
    ends = [max(round((evening + 1) * len(lasting) / evenings) - 1, 0) for evening in range(evenings)]
    return tuple(lasting[end] for end in ends)


def _ceiling(kept: Iterable[PlanCard], given_up: Iterable[PlanCard]) -> float:
    """The stability from which on all cards are given up; infinite where some that last as long are kept."""
    longest = max((known(card.schedule)[0].stability for card in kept), default=0.0)
    shortest = min((known(card.schedule)[0].stability for card in given_up), default=inf)
    return shortest if shortest > longest else inf


def mixed(reviews: Sequence[PlanCard], new: Sequence[PlanCard]) -> list[PlanCard]:
    """Reviews with the new cards spread between them, so that both end together; a review comes first."""
    places = [((at + 1) / (len(reviews) + 1), 0, at, card) for at, card in enumerate(reviews)]
    places += [((at + 1) / (len(new) + 1), 1, at, card) for at, card in enumerate(new)]
    return [card for *_, card in sorted(places, key=lambda place: place[:3])]
