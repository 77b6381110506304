"""What a study day holds: learning cards, then what is due, then new cards, within the day's limits.

Siblings (the same phrase or question in several decks) never meet on one day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lpdeck.days import StudyDay
from lpdeck.scheduling import Schedule, State
from lpdeck.store.hot import HotStore, QueuedCard, StoredCard


@dataclass(frozen=True)
class Limits:
    """How many cards a study day may begin and review, over all its sittings."""

    new_per_day: int
    reviews_per_day: int


@dataclass
class Queue:
    """The cards of a study day still to be asked. A sitting takes from the front."""

    learning: list[QueuedCard]
    reviews: list[QueuedCard]
    new: list[QueuedCard]

    @property
    def due(self) -> int:
        """Cards to be asked that are not new."""
        return len(self.learning) + len(self.reviews)

    @property
    def cards(self) -> list[QueuedCard]:
        """All of them, in the order of their groups."""
        return [*self.learning, *self.reviews, *self.new]

    def by_principle(self) -> Counter[str]:
        """How many cards each principle's slug has in it; a card of two principles counts for both."""
        return Counter(principle for card in self.cards for principle in card.principles)


def build(store: HotStore, day: StudyDay, limits: Limits) -> Queue:
    """The queue of a study day as the store stands."""
    asked_today = store.met(day)
    learning = list(_apart(store.learning(day), asked_today))
    reviews = _first(_apart(store.reviews(day), asked_today), limits.reviews_per_day - store.reviewed(day))
    new = _first(_apart(store.new_cards(day), asked_today), limits.new_per_day - store.begun(day))
    return Queue(learning, reviews, new)


def may_be_asked(card: StoredCard, schedule: Schedule, day: StudyDay) -> bool:
    """Whether a queued card still waits; it may have been answered, suspended or edited elsewhere meanwhile."""
    if card.draft or card.retired or schedule.suspended or (schedule.buried_until or day) > day:
        return False
    return schedule.state is not State.REVIEW or (schedule.due_day or day) <= day


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
