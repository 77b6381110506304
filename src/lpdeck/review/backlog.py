"""What waited while the learner was away, and how to spread it over the next days instead of one evening."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from lpdeck.days import StudyDay
from lpdeck.events import Kind
from lpdeck.store.hot import HotStore, Mark

AWAY_DAYS = 2
"""How many study days after the last answer somebody was away: one whole day was missed."""

AN_EVENING = 40
"""How many reviews fit an evening; more of them after days away are a backlog."""

LONGEST = 60
"""Over how many days a backlog may be spread."""


class Backlog(NamedTuple):
    """Reviews that waited for somebody who was away: `cards` due, the least remembered first, `away` in days.

    `days` is over how many it would be spread so that none holds more than an evening, or else the most there are.
    """

    cards: tuple[str, ...]
    away: int
    days: int


def backlog(store: HotStore, day: StudyDay) -> Backlog | None:
    """The backlog on a study day; None where nobody was away or an evening is enough for it."""
    last = store.last_day()
    if last is None or day - last < AWAY_DAYS:
        return None
    cards = waiting(store, day)
    return Backlog(cards, day - last, _days(store, len(cards), day)) if len(cards) > AN_EVENING else None


def _days(store: HotStore, count: int, day: StudyDay) -> int:
    """Over how many days a backlog fits without an evening that is too full; what is due then anyway counts."""
    coming = _loads(store, day, LONGEST)
    free = list(accumulate(max(AN_EVENING - load, 0) for load in coming))
    return next((days for days, room in enumerate(free, start=1) if room >= count), LONGEST)


def _loads(store: HotStore, day: StudyDay, days: int) -> list[int]:
    """How many reviews come due on each of the next `days` days by themselves; on the first day none but these."""
    coming = store.due_on(day, StudyDay(day + days - 1))
    return [0, *(coming.get(StudyDay(day + ahead), 0) for ahead in range(1, days))]


def waiting(store: HotStore, day: StudyDay) -> tuple[str, ...]:
    """The reviews due on a study day, the least remembered first."""
    return tuple(card.id for card in store.reviews(day))


def spread(store: HotStore, cards: Sequence[str], day: StudyDay, days: int) -> list[Mark]:
    """The new due days of cards, the least remembered first, so that the next `days` days hold about as many each.

    What is due on those days anyway counts. Cards that stay on the first day get no mark.
    """
    places = _places(_loads(store, day, days), len(cards))
    dues = [ahead for ahead, count in enumerate(places) for _ in range(count)]
    return [Mark(card, Kind.RESCHEDULE, day + ahead) for card, ahead in zip(cards, dues, strict=True) if ahead > 0]


def _places(loads: Sequence[int], count: int) -> list[int]:
    """How many of `count` cards go to each day so that the fullest day is as empty as can be."""
    level = next(level for level in _levels(loads, count) if sum(max(level - load, 0) for load in loads) >= count)
    places = [max(level - load, 0) for load in loads]
    over = sum(places) - count
    for at in range(len(places) - 1, -1, -1):  # the last days get the cards that make no full level
        taken = min(over, 1, places[at])
        places[at] -= taken
        over -= taken
    return places


def _levels(loads: Sequence[int], count: int) -> Iterator[int]:
    yield from range(min(loads), max(loads) + count + 1)
