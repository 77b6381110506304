"""A reviewer that follows a script, desks that stand in for a learner's editor, and sittings over a store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from homes import CALENDAR, NOON, SCHEDULER, TODAY, indexed, opened
from lpdeck.deck.folder import load, save
from lpdeck.deck.model import Card
from lpdeck.events import Event
from lpdeck.home import Home
from lpdeck.review.coaching import Coaching
from lpdeck.review.drills import Attempt, Result
from lpdeck.review.loop import Back, Choose, Desk, Do, Duel, Flag, Front, Mark, Note, Tick, Ticking, Type, run
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, CramSession, Finished, Left, ReviewSession, Sitting, Tally
from lpdeck.scheduling import Memory, Rating, Schedule, State
from lpdeck.store import hot
from lpdeck.store.hot import HotStore, StoredCard, schedule_row

MANY = Limits(1000, 1000)
DUE = Schedule(State.REVIEW, None, Memory(5.0, 5.0), TODAY, None, TODAY - 9, TODAY - 5, TODAY - 5, 5, 3)
"""In Review and due today, last answered five days ago."""

Wish = Do | Rating | Choose | Mark | Tick | Type | Flag | Note | bool
Entry = Any
"""A wish, or a function that is called on the way to the next one."""

WISHES = (Do, Rating, Choose, Mark, Tick, Type, Flag, Note, bool)


@dataclass
class Clock:
    """A clock that stands still until it is told to move; milliseconds UTC."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now

    def move(self, milliseconds: int) -> None:
        self.now += milliseconds


@dataclass
class Scripted:
    """Takes the next word of its script wherever something is wanted; leaves when there is none.

    An entry is what to return, or a function that is called on the way to the next one. `steps` are the methods that
    were called, `seen` and `shown` the cards on their fronts, `backs` those on their backs with their `results`.
    """

    script: list[Any]
    steps: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    shown: list[Asked] = field(default_factory=list)
    lefts: list[Left] = field(default_factory=list)
    duels: list[Attempt] = field(default_factory=list)
    ticks: list[Attempt] = field(default_factory=list)
    backs: list[Asked] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    leeches: list[Coaching] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    histories: list[list[Event]] = field(default_factory=list)
    ends: list[Finished] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def offered(self) -> list[tuple[Rating, ...]]:
        """The ratings that each back allowed."""
        return [result.ratings for result in self.results]

    def front(self, asked: Asked, left: Left) -> Front:
        self.steps.append("front")
        self.seen.append(asked.card.id)
        self.shown.append(asked)
        self.lefts.append(left)
        wish = self._next()
        assert isinstance(wish, Do | Flag | Note | Choose | Mark | Type)
        return wish

    def duel(self, asked: Asked, left: Left, attempt: Attempt) -> Duel:
        self.steps.append("duel")
        self.duels.append(attempt)
        wish = self._next()
        assert isinstance(wish, Do | Flag | Note | Choose)
        return wish

    def tick(self, asked: Asked, left: Left, attempt: Attempt) -> Ticking:
        self.steps.append("tick")
        self.ticks.append(attempt)
        wish = self._next()
        assert isinstance(wish, Do | Flag | Note | Tick)
        return wish

    def back(self, asked: Asked, left: Left, result: Result) -> Back:
        self.steps.append("back")
        self.backs.append(asked)
        self.results.append(result)
        wish = self._next()
        assert isinstance(wish, Do | Flag | Note | Rating)
        return wish

    def leech(self, asked: Asked, coaching: Coaching) -> Do:
        self.steps.append("leech")
        self.leeches.append(coaching)
        wish = self._next()
        assert isinstance(wish, Do)
        return wish

    def offer(self, asked: Asked, phrase: str) -> bool:
        self.steps.append("offer")
        self.offers.append(phrase)
        return self._next() is True

    def info(self, asked: Asked, history: Sequence[Event]) -> None:
        self.steps.append("info")
        self.histories.append(list(history))

    def finished(self, end: Finished, tally: Tally) -> Do:
        self.steps.append("finished")
        self.ends.append(end)
        self.tallies.append(tally)
        wish = self._next()
        assert isinstance(wish, Do)
        return wish

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def _next(self) -> Wish:
        while self.script:
            step = self.script.pop(0)
            if isinstance(step, WISHES):
                return step
            step()
        return Do.QUIT


@dataclass
class ScriptedDesk:
    """Writes down what it is asked for; each may be given a function that does it, or that raises."""

    on_edit: Callable[[StoredCard], object] = lambda card: None
    on_note: Callable[[StoredCard, str], object] = lambda card, text: None
    on_split: Callable[[StoredCard], object] = lambda card: None
    on_phrase: Callable[[StoredCard, str, str], object] = lambda card, phrase, why: None
    known: set[str] = field(default_factory=set)
    edits: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    phrases: list[tuple[str, str, str]] = field(default_factory=list)

    def edit(self, card: StoredCard) -> None:
        self.edits.append(card.id)
        self.on_edit(card)

    def note(self, card: StoredCard, text: str) -> None:
        self.notes.append((card.id, text))
        self.on_note(card, text)

    def split(self, card: StoredCard) -> None:
        self.splits.append(card.id)
        self.on_split(card)

    def lacks_phrase(self, phrase: str) -> bool:
        return phrase not in self.known

    def add_phrase(self, card: StoredCard, phrase: str, why: str) -> str:
        self.phrases.append((card.id, phrase, why))
        self.known.add(phrase)
        self.on_phrase(card, phrase, why)
        return f"{card.deck}/{phrase}"


def writing_desk(home: Home, edit: Callable[[Card], Card | None] = lambda card: card) -> ScriptedDesk:
    """A desk that really rewrites the deck file: `edit` is what the learner does in the editor, None deletes."""
    return ScriptedDesk(
        on_edit=lambda card: rewrite(home, card, edit),
        on_note=lambda card, text: rewrite(home, card, lambda known: replace(known, note=text or None)),
    )


def rewrite(home: Home, card: StoredCard, edit: Callable[[Card], Card | None]) -> None:
    """Changes a card in its deck file, or takes it out, and brings the index up to date."""
    path = home.decks / f"{card.deck}.toml"
    deck = load(path).deck
    (known,) = [one for one in deck.cards if one.id == card.id]
    edited = edit(known)
    save(path, deck.without_card(card.id) if edited is None else deck.with_card(edited))
    indexed(home)


def with_fields(**fields: Any) -> Callable[[Card], Card]:
    """An edit that changes fields of a card."""
    return lambda card: replace(card, fields={**card.fields, **fields})


def play(
    home: Home,
    *script: Entry,
    limits: Limits = MANY,
    clock: Clock | None = None,
    desk: Desk | None = None,
    duels: bool = True,
    chosen: frozenset[str] | None = None,
) -> Scripted:
    """A review from its beginning to the end of the script, over a store of its own."""
    clock = clock or Clock()
    store = opened(home)
    session = ReviewSession(store, SCHEDULER, CALENDAR, limits, clock.now, chosen=chosen, duels=duels)
    return _played(session, store, script, clock, desk)


def cram(
    home: Home,
    cards: Sequence[str],
    *script: Entry,
    clock: Clock | None = None,
    desk: Desk | None = None,
    seed: str = "",
) -> Scripted:
    """A sitting that crams, to the end of the script, over a store of its own."""
    clock = clock or Clock()
    store = opened(home)
    return _played(CramSession(store, SCHEDULER, CALENDAR, cards, clock.now, seed=seed), store, script, clock, desk)


def _played(session: Sitting, store: HotStore, script: Iterable[Entry], clock: Clock, desk: Desk | None) -> Scripted:
    reviewer = Scripted(list(script))
    run(session, reviewer, clock, desk or ScriptedDesk())
    store.close()
    return reviewer


def put(home: Home, card: str, schedule: Schedule) -> None:
    """Gives a card a schedule that no event explains."""
    put_all(home, {card: schedule})


def put_all(home: Home, schedules: Mapping[str, Schedule]) -> None:
    """Gives cards schedules that no event explains."""
    connection = sqlite3.connect(home.database)
    with connection:
        connection.executemany(hot.PUT_SCHEDULE, [schedule_row(card, one) for card, one in schedules.items()])
    connection.close()


def sitting(
    store: HotStore, now_ms: int = NOON, limits: Limits = MANY, chosen: Iterable[str] | None = None
) -> ReviewSession:
    """A sitting with the default scheduler in UTC."""
    ids = None if chosen is None else frozenset(chosen)
    return ReviewSession(store, SCHEDULER, CALENDAR, limits, now_ms, chosen=ids)


def asked_ids(session: Sitting, now_ms: int, ratings: Iterable[Rating]) -> list[str]:
    """Answers with these ratings, a second apart; the ids in the order in which they were asked."""
    ids = []
    for number, rating in enumerate(ratings):
        turn = session.next(now_ms + number * 1000)
        if isinstance(turn, Finished):
            break
        ids.append(turn.card.id)
        assert session.answer(turn, rating, now_ms + number * 1000)
    return ids


def asked(session: Sitting, now_ms: int) -> Asked:
    """The card that is asked; there is one."""
    turn = session.next(now_ms)
    assert isinstance(turn, Asked)
    return turn


def ended(session: Sitting, now_ms: int) -> Finished:
    """What is said when nothing can be asked."""
    turn = session.next(now_ms)
    assert isinstance(turn, Finished)
    return turn
