"""Two shelves of decks become one: which cards come, change and leave on this computer; decided as plain values, pure.

Which file a card stands in, its place there and the comments of the file stay each computer's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from lpdeck.deck.joining import Dated, join
from lpdeck.deck.model import Card, Deck


@dataclass(frozen=True)
class Shelf:
    """The decks of a computer by name, those `aside` that were taken out of them, and the moments of their cards.

    `moments` says of each card by its id, and `stamps` of each deck by its name, when it last changed (milliseconds
    UTC; 0 where nothing is said). Nothing is done to what can not be read now: `closed` are such cards by their ids,
    with the deck in which each stands, `shut` are whole decks.
    """

    decks: Mapping[str, Deck]
    aside: Mapping[str, Deck] = field(default_factory=dict)
    moments: Mapping[str, int] = field(default_factory=dict)
    stamps: Mapping[str, int] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)
    shut: frozenset[str] = frozenset()

    def cards(self) -> Iterator[tuple[Deck, Card]]:
        """Every card with its deck, those of decks before those that are aside."""
        for deck in (*self.decks.values(), *self.aside.values()):
            for card in deck.cards:
                yield deck, card

    @property
    def gone(self) -> frozenset[str]:
        """The cards that were deleted here: dropped, and in no deck."""
        dropped = {card for deck in (*self.decks.values(), *self.aside.values()) for card in deck.dropped}
        return frozenset(dropped - {card.id for _, card in self.cards()})


class Fate(StrEnum):
    """What uniting does to a card here."""

    COMES = "comes"
    CHANGES = "changes"
    LEAVES = "leaves"


@dataclass(frozen=True)
class Change:
    """One card that uniting touches, the deck in which it stands here then, its form before and after."""

    fate: Fate
    deck: str
    before: Card | None
    after: Card | None

    @property
    def card(self) -> str:
        """The id of the card."""
        found = self.after or self.before
        assert found is not None
        return found.id


@dataclass(frozen=True)
class Joining:
    """What uniting makes of a shelf: the decks that are new or changed, the changes of cards, and their moments.

    `left_out` are cards that nothing was done to because their file here can not be read, by id, with the file.
    """

    decks: Mapping[str, Deck]
    aside: Mapping[str, Deck]
    changes: tuple[Change, ...]
    moments: Mapping[str, int]
    left_out: Mapping[str, str]

    def of(self, fate: Fate) -> list[Change]:
        """The changes of one kind."""
        return [change for change in self.changes if change.fate is fate]


def unite_shelves(mine: Shelf, theirs: Shelf) -> Joining:
    """What this computer's decks become with those of another."""
    work = _Work(mine, theirs)
    for deck in theirs.decks.values():
        work.take(deck)
    for deck in theirs.aside.values():
        work.take(deck, only_known=True)
    return work.done()


@dataclass
class _Open:
    """A deck while it is changed: its cards and the rest of it."""

    deck: Deck
    cards: dict[str, Card] = field(default_factory=dict)

    @classmethod
    def of(cls, deck: Deck) -> _Open:
        return cls(deck, {card.id: card for card in deck.cards})

    def closed(self) -> Deck:
        return replace(self.deck, cards=tuple(self.cards.values()))

    def drop(self, ids: Iterable[str]) -> None:
        new = tuple(dict.fromkeys(card for card in ids if card not in self.deck.dropped))
        self.deck = replace(self.deck, dropped=(*self.deck.dropped, *new))


class _Work:
    def __init__(self, mine: Shelf, theirs: Shelf) -> None:
        self._mine, self._theirs = mine, theirs
        self._decks = {name: _Open.of(deck) for name, deck in mine.decks.items()}
        self._aside = {name: _Open.of(deck) for name, deck in mine.aside.items()}
        self._at = {card: one for one in self._all() for card in one.cards}
        self._holding = {page.key: one for one in reversed(self._decks.values()) for page in one.deck.pages}
        self._dropped = {card for one in self._all() for card in one.deck.dropped}
        self._gone_here, self._gone_there = mine.gone, theirs.gone
        self._changes: list[Change] = []
        self._moments: dict[str, int] = {}
        self._left_out: dict[str, str] = {}

    def _all(self) -> Sequence[_Open]:
        return [*reversed(self._aside.values()), *reversed(self._decks.values())]

    def take(self, deck: Deck, *, only_known: bool = False) -> None:
        """Takes what one of their decks says of cards."""
        if not only_known and deck.name in self._decks:
            self._take_head(deck)
        new = [card for card in deck.cards if self._meet(card) and not only_known]
        if deck.name in self._mine.shut:
            self._left_out |= {card.id: deck.name for card in new}
            return
        gone = [card for card in deck.dropped if card in self._gone_there and card not in self._dropped]
        for card in gone:
            self._leave(card)
        gone = [card for card in gone if card not in self._dropped]
        if new or (gone and not only_known):
            self._add(self._target(deck), deck, new, gone)

    def _take_head(self, deck: Deck) -> None:
        """Title and principles are those of the file that changed later."""
        one = self._decks[deck.name]

        def rank(found: Deck, stamps: Mapping[str, int]) -> tuple[int, str, tuple[str, ...]]:
            return stamps.get(deck.name, 0), found.title, found.principles

        if rank(deck, self._theirs.stamps) > rank(one.deck, self._mine.stamps):
            one.deck = replace(one.deck, title=deck.title, principles=deck.principles)

    def _meet(self, card: Card) -> bool:
        """Joins a card with the one here; whether it is new here instead."""
        if card.id in self._gone_here or card.id in self._gone_there:
            return False
        if card.id in self._mine.closed:
            self._left_out[card.id] = self._mine.closed[card.id]
            return False
        at = self._at.get(card.id)
        if at is None:
            return True
        before = at.cards[card.id]
        known = self._moments.get(card.id, self._mine.moments.get(card.id, 0))
        after, self._moments[card.id] = join(Dated(before, known), Dated(card, self._theirs.moments.get(card.id, 0)))
        if after != before:
            at.cards[card.id] = after
            self._changes.append(Change(Fate.CHANGES, at.deck.name, before, after))
        return False

    def _leave(self, card: str) -> None:
        at = self._at.pop(card, None)
        if at is not None:
            self._changes.append(Change(Fate.LEAVES, at.deck.name, at.cards.pop(card), None))
            at.drop([card])
            self._dropped.add(card)

    def _target(self, deck: Deck) -> _Open:
        """Where what is new of their deck goes: the deck of its name, one with its pages or its cards, or a new one."""
        if deck.name in self._decks:
            return self._decks[deck.name]
        names = {id(one) for one in self._decks.values()}
        pages = (self._holding.get(page.key) for page in deck.pages)
        cards = (self._at.get(card.id) for card in deck.cards)
        for one in (*pages, *cards):
            if one is not None and id(one) in names:
                return one
        new = _Open(replace(deck, cards=(), pages=(), dropped=()))
        self._decks[deck.name] = new
        return new

    def _add(self, to: _Open, deck: Deck, new: Sequence[Card], gone: Sequence[str]) -> None:
        named = {page for card in new for page in card.pages}
        is_all = len(new) == len(deck.cards)
        pages = [page for page in deck.pages if page.key not in self._holding and (is_all or page.key in named)]
        to.deck = replace(to.deck, pages=(*to.deck.pages, *pages))
        self._holding |= {page.key: to for page in pages}
        to.drop(gone)
        self._dropped.update(gone)
        for card in new:
            to.cards[card.id] = card
            self._at[card.id] = to
            self._moments[card.id] = self._theirs.moments.get(card.id, 0)
            self._changes.append(Change(Fate.COMES, to.deck.name, None, card))

    def done(self) -> Joining:
        """What it all comes to."""
        return Joining(
            decks=_changed(self._decks, self._mine.decks),
            aside=_changed(self._aside, self._mine.aside),
            changes=tuple(self._changes),
            moments=self._moments,
            left_out=self._left_out,
        )


def _changed(now: Mapping[str, _Open], before: Mapping[str, Deck]) -> dict[str, Deck]:
    found = {name: one.closed() for name, one in now.items()}
    return {name: deck for name, deck in found.items() if deck != before.get(name)}
