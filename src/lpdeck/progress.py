"""What the learner knows, per principle, from what the store counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lpdeck.days import StudyDay
from lpdeck.principles import Principle

if TYPE_CHECKING:
    from lpdeck.store.known import DeckPages, Kept, KnownCards

RETENTION_DAYS = 30
WEEKS = 8
DAYS = 7 * WEEKS
"""The study days on which answers are looked at, the present one included."""

ENOUGH_SEEN = 3
"""A kind of fewer cards with a memory says nothing of itself."""


@dataclass
class Share:
    """How many of some answers were remembered."""

    reviews: int = 0
    remembered: int = 0

    @property
    def retention(self) -> float | None:
        """The share that was remembered (0 to 1); None without an answer."""
        return self.remembered / self.reviews if self.reviews else None

    def __add__(self, other: Share) -> Share:
        return Share(self.reviews + other.reviews, self.remembered + other.remembered)

    def count(self, reviews: int, remembered: int) -> None:
        """Adds answers."""
        self.reviews += reviews
        self.remembered += remembered


@dataclass
class Recall:
    """The chances of recalling some cards, added up."""

    cards: int = 0
    recalled: float = 0.0

    @property
    def mean(self) -> float | None:
        """Their mean (0 to 1); None without a card."""
        return self.recalled / self.cards if self.cards else None

    def count(self, cards: int, recalled: float) -> None:
        """Adds cards with the sum of their chances."""
        self.cards += cards
        self.recalled += recalled


@dataclass(frozen=True)
class Missing:
    """The parts of a page that no card of its deck asks, of so many that it offers; `page` is the page's key."""

    deck: str
    page: str
    parts: tuple[str, ...]
    offered: int


def _weeks() -> list[Share]:
    return [Share() for _ in range(WEEKS)]


@dataclass
class PrincipleProgress:
    """The cards of one principle, counted. Drafts are counted apart and nowhere else.

    `review` counts cards in Review with intervals under 21 days, `mature` those with more. `now` is the predicted
    recall of the cards that have a memory; `ahead` that of all cards that are not suspended, on the day of the
    interview, where one that was never seen counts as forgotten. `young_kept` and `mature_kept` are the answers in
    Review of 30 study days, after an interval under 21 days or not; `weeks` those of eight times seven days, the last
    of which ends today. `parts` counts what the pages of the principle offer, `missing` names what no card asks.
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
    leeches: tuple[str, ...] = ()
    now: Recall = field(default_factory=Recall)
    ahead: Recall = field(default_factory=Recall)
    kinds: dict[str, Recall] = field(default_factory=dict)
    young_kept: Share = field(default_factory=Share)
    mature_kept: Share = field(default_factory=Share)
    weeks: list[Share] = field(default_factory=_weeks)
    parts: int = 0
    missing: list[Missing] = field(default_factory=list)

    @property
    def kept(self) -> Share:
        """The answers in Review of 30 study days, to young and mature cards."""
        return self.young_kept + self.mature_kept

    @property
    def covered(self) -> int:
        """How many of the parts have a card."""
        return self.parts - sum(len(one.parts) for one in self.missing)

    @property
    def weakest(self) -> tuple[str, Recall] | None:
        """The kind with the lowest predicted recall now, of those of which at least three cards were seen."""
        seen = [(kind, recall) for kind, recall in self.kinds.items() if recall.cards >= ENOUGH_SEEN]
        return min(seen, key=lambda one: (one[1].mean or 0.0, one[0]), default=None)

    def count_cards(self, row: KnownCards) -> None:
        """Counts cards of one kind."""
        self.cards += row.cards
        self.new += row.new
        self.learning += row.learning
        self.review += row.review
        self.mature += row.mature
        self.due += row.due
        self.suspended += row.suspended
        self.drafts += row.drafts
        self.leeches = tuple(sorted((*self.leeches, *row.leeches)))
        self.now.count(row.seen, row.recalled)
        self.ahead.count(row.awake, row.on_the_day)
        self.kinds.setdefault(row.kind, Recall()).count(row.seen, row.recalled)

    def count_kept(self, row: Kept, day: StudyDay) -> None:
        """Counts answers in Review of one of the study days up to `day`; a later one is that of a clock ahead."""
        ago = max(day - row.day, 0)
        if ago < RETENTION_DAYS:
            (self.mature_kept if row.mature else self.young_kept).count(row.reviews, row.remembered)
        if ago < DAYS:
            self.weeks[WEEKS - 1 - ago // 7].count(row.reviews, row.remembered)

    def count_pages(self, row: DeckPages) -> None:
        """Counts the parts of a deck's pages."""
        for page, parts in row.parts.items():
            lacking = tuple(part for part, asked in parts.items() if not asked)
            self.parts += len(parts)
            if lacking:
                self.missing.append(Missing(row.deck, page, lacking, len(parts)))


def first_day(day: StudyDay) -> StudyDay:
    """The first study day whose answers are looked at on study day `day`."""
    return StudyDay(day - DAYS + 1)


def starts_of_weeks(day: StudyDay) -> list[StudyDay]:
    """The study days on which the weeks of `PrincipleProgress.weeks` begin."""
    return [StudyDay(first_day(day) + 7 * week) for week in range(WEEKS)]


def progress(
    cards: Iterable[KnownCards], kept: Iterable[Kept], pages: Iterable[DeckPages], day: StudyDay
) -> tuple[list[PrincipleProgress], PrincipleProgress]:
    """Progress of each of the sixteen principles in Amazon's order, and of all cards together, on study day `day`.

    A card, or a page of a deck, of two principles counts for both, and once in the total.
    """
    total = PrincipleProgress(None)
    each: Mapping[str, PrincipleProgress] = {one.slug: PrincipleProgress(one) for one in Principle}
    for known in cards:
        for one in _concerned(known.principles, each, total):
            one.count_cards(known)
    for answers in kept:
        for one in _concerned(answers.principles, each, total):
            one.count_kept(answers, day)
    for deck in pages:
        for one in _concerned(deck.principles, each, total):
            one.count_pages(deck)
    return list(each.values()), total


def _concerned(
    principles: Iterable[str], each: Mapping[str, PrincipleProgress], total: PrincipleProgress
) -> list[PrincipleProgress]:
    return [total, *(each[slug] for slug in principles)]
