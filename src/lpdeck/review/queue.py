"""What a study day holds: learning cards, then what is due, with new cards between, within the day's limits.

Siblings (the same phrase or question in several decks) never meet on one day; in the last days before an interview,
when every card is seen once more, they stand ten cards apart.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Container, Iterable, Iterator
from hashlib import blake2b
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from lpdeck.days import MINUTE_MS, StudyDay
from lpdeck.deck.turns import WAVES
from lpdeck.scheduling import Schedule, Scheduler, State
from lpdeck.store.hot import DayLimits, HotStore, QueuedCard, StoredCard

if TYPE_CHECKING:
    from lpdeck.interviews import Interview
    from lpdeck.planning.evening import Evening, PlanCard, Planner

SIBLINGS_APART = 10
"""How many places lie between siblings in the last days before an interview."""

NEIGHBOURHOOD = 8
"""How many cards of nearly equal recall may change places so that principles alternate."""


LONGEST_STEP_MS = 12 * 60 * MINUTE_MS
"""No learning step is longer (the options see to that): what waits longer was answered before the clock went back."""


class Limits(NamedTuple):
    """How many cards a study day may begin and review, and for how many minutes (0: without end), over all sittings."""

    new_per_day: int
    reviews_per_day: int
    minutes: int = 0

    def on(self, day: DayLimits) -> Limits:
        """These limits with what the learner chose for one day alone."""
        chosen = {"new_per_day": day.new, "reviews_per_day": day.reviews, "minutes": day.minutes}
        return self._replace(**{name: value for name, value in chosen.items() if value is not None})


class Queue:
    """The cards of a study day still to be asked. A sitting takes from the front; `later` are those it skipped."""

    def __init__(
        self,
        learning: Iterable[QueuedCard],
        reviews: Iterable[QueuedCard],
        new: Iterable[QueuedCard],
        asked_last: Iterable[tuple[str, str | None]] = (),
    ) -> None:
        self.learning = list(learning)
        self.reviews = deque(reviews)
        self.new = deque(new)
        self.later: list[QueuedCard] = []
        self._asked_last = deque(asked_last, maxlen=SIBLINGS_APART - 1)
        self._reviews_at_first, self._new_at_first = len(self.reviews), len(self.new)

    @property
    def due(self) -> int:
        """Cards to be asked that are not new."""
        return len(self.cards) - self.begun

    @property
    def begun(self) -> int:
        """New cards to be asked."""
        return sum(card.is_new for card in self.cards)

    @property
    def cards(self) -> list[QueuedCard]:
        """All of them, in the order of their groups."""
        return [*self.learning, *self.reviews, *self.new, *self.later]

    def by_principle(self) -> Counter[str]:
        """How many cards each principle's slug has in it; a card of two principles counts for both."""
        return Counter(principle for card in self.cards for principle in card.principles)

    def take(self, now_ms: int, ahead_ms: int) -> QueuedCard | None:
        """The next card: learning cards when their minute has come, reviews with new cards spread between them,
        learning cards up to `ahead_ms` (milliseconds) early, and what was skipped.
        """
        card = self._taken(now_ms, ahead_ms)
        if card is not None:
            self.note_asked(card)
        return card

    def note_asked(self, card: QueuedCard) -> None:
        """Keeps the siblings of a card that is asked away from it."""
        self._asked_last.append((card.id, card.sibling))

    def _taken(self, now_ms: int, ahead_ms: int) -> QueuedCard | None:
        if self.learning and minute(self.learning[0]) <= now_ms and not self._gives_way(self.learning[0]):
            return self.learning.pop(0)
        if self.reviews and not self._is_turn_of_new() and (card := self._first_apart(self.reviews)):
            return card
        if self.new:
            return self.new.popleft()
        if self.learning and minute(self.learning[0]) <= now_ms + ahead_ms:
            return self.learning.pop(0)
        return self._first_apart(self.later)

    def _gives_way(self, card: QueuedCard) -> bool:
        """Whether a sibling was asked a moment ago, and there is something else to ask."""
        return _meets_sibling(card, self._asked_last) and bool(self.reviews or self.new)

    def _first_apart(self, cards: deque[QueuedCard] | list[QueuedCard]) -> QueuedCard | None:
        """Takes the first of some cards of which no sibling was asked a moment ago."""
        for at, card in enumerate(cards):
            if not _meets_sibling(card, self._asked_last):
                del cards[at]
                return card
        return None

    def _is_turn_of_new(self) -> bool:
        """Whether new cards lag behind: both groups are used up at one pace, so that they end together."""
        if not self.new or len(self.reviews) == self._reviews_at_first:
            return False  # a sitting begins with what is due
        new_done = self._new_at_first - len(self.new) + 1
        reviews_done = self._reviews_at_first - len(self.reviews) + 1
        return new_done * (self._reviews_at_first + 1) < reviews_done * (self._new_at_first + 1)

    def pull(self, card: str) -> QueuedCard | None:
        """Takes one card out wherever it stands."""
        for group in (self.learning, self.reviews, self.new, self.later):
            for queued in group:
                if queued.id == card:
                    group.remove(queued)
                    return queued
        return None

    def bring_near(self, now_ms: int) -> None:
        """Lets learning cards come now whose minute a clock that was ahead has put beyond every step."""
        self.learning = [
            card._replace(due_at_ms=now_ms) if minute(card) > now_ms + LONGEST_STEP_MS else card
            for card in self.learning
        ]
        self.learning.sort(key=minute)

    def put_learning(self, card: QueuedCard) -> None:
        """A card that comes back today, in the order of the minutes."""
        self.learning.append(card)
        self.learning.sort(key=minute)


def build(store: HotStore, day: StudyDay, limits: Limits, chosen: Container[str] | None = None) -> Queue:
    """The queue of a study day as the store stands, of the cards in `chosen` alone where that is given."""
    limits = limits.on(store.day_limits(day))
    met = store.met(day)
    learning = list(_apart(_of(chosen, store.learning(day)), met))
    due = _first(_apart(_of(chosen, store.reviews(day)), met), limits.reviews_per_day - store.reviewed(day))
    reviews = alternated(due)
    new = _first(_apart(_of(chosen, new_cards(store, day)), met), limits.new_per_day - store.begun(day))
    return Queue(learning, reviews, new)


def build_planned(
    store: HotStore,
    day: StudyDay,
    plan: Planner,
    chosen: Container[str] | None,
    left_ms: float,
) -> tuple[Queue, Evening]:
    """The queue of a study day up to an interview, as its plan wants it, and the plan's evening.

    `left_ms` is what is left of the day's minutes. New cards stand between the reviews already.
    """
    from lpdeck.planning.evening import mixed

    today, cards = store.day_limits(day), [card for card in store.plan_cards() if chosen is None or card.id in chosen]
    most = plan.interview.new if today.new is None else today.new
    new = None if most is None else max(most - store.begun(day), 0)
    evening = plan.evening(cards, day, left_ms=left_ms, new=new)
    reviews = (
        evening.reviews if today.reviews is None else evening.reviews[: max(today.reviews - store.reviewed(day), 0)]
    )
    order = alternated(_queued(card, evening) for card in mixed(reviews, evening.new))
    if day < evening.last_days:
        met = store.met(day)
        learning = _apart(_of(chosen, store.learning(day)), met)
        return Queue(learning, _apart(order, met), ()), evening
    last = store.asked_last(day, SIBLINGS_APART - 1)[::-1]
    return Queue(_of(chosen, store.learning(day)), _spaced(order, last), (), last), evening


def left_ms(minutes: int, spent_ms: int) -> float:
    """What is left of a day's minutes, in milliseconds; without end where there are none (0)."""
    return max(minutes * MINUTE_MS - spent_ms, 0) if minutes else inf


def planner(store: HotStore, interview: Interview, scheduler: Scheduler) -> Planner:
    """Who plans the evenings up to an interview, as this learner's habits are now."""
    from lpdeck.planning.evening import Planner

    return Planner(interview, scheduler, store.habits())


def next_planned(store: HotStore, day: StudyDay, evening: Evening, interview: Interview) -> StudyDay | None:
    """The next study day on which a plan asks something: tomorrow, if cards are left to begin or the last days have
    come; else when a card is due, or the last days.
    """
    tomorrow, due = StudyDay(day + 1), store.next_due(day)
    if tomorrow >= interview.day:
        return due
    if interview.new != 0 and next(new_cards(store, day), None) is not None:
        return tomorrow
    return None if due is None else min(due, max(evening.last_days, tomorrow))


def _queued(card: PlanCard, evening: Evening) -> QueuedCard:
    is_new = card.schedule.memory is None
    return QueuedCard(card.id, card.sibling, card.principles, None, is_new, card.id in evening.early)


def _meets_sibling(card: QueuedCard, asked_last: Iterable[tuple[str, str | None]]) -> bool:
    """Whether another card with the same sibling key is among those asked last; the card itself is none."""
    return card.sibling is not None and any(key == card.sibling and one != card.id for one, key in asked_last)


def _spaced(cards: Iterable[QueuedCard], asked_last: Iterable[tuple[str, str | None]]) -> Iterator[QueuedCard]:
    """The cards nearly in their order, siblings ten places apart.

    One that can not have its distance today is left out: its question was answered.
    """
    waiting, last = list(cards), deque(asked_last, maxlen=SIBLINGS_APART - 1)
    while waiting:
        at = next((at for at, card in enumerate(waiting) if not _meets_sibling(card, last)), None)
        if at is None:
            return
        card = waiting.pop(at)
        last.append((card.id, card.sibling))
        yield card


def new_cards(store: HotStore, day: StudyDay) -> Iterator[QueuedCard]:
    """The new cards, wave by wave; in each the principles take turns in an order drawn for the day."""
    for wave in WAVES:
        sets = sorted(store.principle_sets(wave), key=lambda principles: drawn(f"{day}:{principles}"))
        yield from _by_turns([store.new_cards(day, wave, principles) for principles in sets])


def drawn(seed: str) -> bytes:
    """A key to sort by that depends on the seed alone, the same on every computer."""
    return blake2b(seed.encode(), digest_size=8).digest()


def may_be_asked(card: StoredCard, schedule: Schedule, day: StudyDay, *, early: bool = False) -> bool:
    """Whether a queued card still waits; it may have been answered, suspended or edited elsewhere meanwhile.

    `early`: a plan asks it before it is due, but not twice a day.
    """
    if card.draft or card.retired or schedule.suspended or (schedule.buried_until or day) > day:
        return False
    if early and schedule.last_day is not None:
        return schedule.last_day < day
    return schedule.state is not State.REVIEW or (schedule.due_day or day) <= day


def minute(card: QueuedCard) -> int:
    """When a learning card comes back (milliseconds UTC)."""
    return card.due_at_ms or 0


def alternated(cards: Iterable[QueuedCard]) -> Iterator[QueuedCard]:
    """The cards nearly in their order: where one has the principles of the one before it, the nearest other one of
    the next few goes first. No card waits for more than one other because of that.
    """
    ahead: deque[QueuedCard] = deque()
    rest, last = iter(cards), None
    while True:
        ahead.extend(card for _, card in zip(range(NEIGHBOURHOOD - len(ahead)), rest, strict=False))
        if not ahead:
            return
        other = next((at for at, card in enumerate(ahead) if card.principles != last), 0)
        card = ahead[other]
        del ahead[other]
        last = card.principles
        yield card


def _of(chosen: Container[str] | None, cards: Iterable[QueuedCard]) -> Iterator[QueuedCard]:
    return (card for card in cards if chosen is None or card.id in chosen)


def _by_turns(groups: list[Iterator[QueuedCard]]) -> Iterator[QueuedCard]:
    """One of each group, then the next of each; nothing is read before its turn."""
    waiting = deque(groups)
    while waiting:
        group = waiting.popleft()
        for card in group:
            yield card
            waiting.append(group)
            break


def _apart(cards: Iterable[QueuedCard], met: dict[str, str]) -> Iterator[QueuedCard]:
    """The cards whose siblings have not been met today; each one let through is met from then on."""
    for card in cards:
        if card.sibling is None or met.setdefault(card.sibling, card.id) == card.id:
            yield card


def _first(cards: Iterable[QueuedCard], count: int) -> list[QueuedCard]:
    """The first `count` cards; no more is read than that, and a card beyond them was never met."""
    found: list[QueuedCard] = []
    if count <= 0:
        return found
    for card in cards:
        found.append(card)
        if len(found) == count:
            break
    return found
