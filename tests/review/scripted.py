"""A reviewer that follows a script, and sittings over a store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from homes import CALENDAR, NOON, SCHEDULER
from lpdeck.review.loop import Back, Choose, Do, Front
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, Finished, Left, ReviewSession, Tally
from lpdeck.scheduling import Rating
from lpdeck.store.hot import HotStore

MANY = Limits(1000, 1000)


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
    """Takes the next word of its script at each front, back and end; leaves when there is none.

    An entry is what to return, or a function to call, whose result is returned unless it is None.
    """

    script: list[Front | Back | Callable[[], None]]
    seen: list[str] = field(default_factory=list)
    offered: list[tuple[Rating, ...]] = field(default_factory=list)
    lefts: list[Left] = field(default_factory=list)
    shown: list[Asked] = field(default_factory=list)
    ends: list[Finished] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def front(self, asked: Asked, left: Left) -> Front:
        self.seen.append(asked.card.id)
        self.shown.append(asked)
        self.lefts.append(left)
        wish = self._next()
        assert isinstance(wish, Do | Choose)
        return wish

    def back(self, asked: Asked, left: Left, ratings: tuple[Rating, ...], chosen: int | None) -> Back:
        self.offered.append(ratings)
        wish = self._next()
        assert isinstance(wish, Do | Rating)
        return wish

    def finished(self, end: Finished, tally: Tally) -> Do:
        self.ends.append(end)
        wish = self._next()
        assert isinstance(wish, Do)
        return wish

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def _next(self) -> Front | Back:
        while self.script:
            step = self.script.pop(0)
            if isinstance(step, Do | Choose | Rating):
                return step
            step()
        return Do.QUIT


def sitting(store: HotStore, now_ms: int = NOON, limits: Limits = MANY) -> ReviewSession:
    """A sitting with the default scheduler in UTC."""
    return ReviewSession(store, SCHEDULER, CALENDAR, limits, now_ms)


def asked_ids(session: ReviewSession, now_ms: int, ratings: Iterable[Rating]) -> list[str]:
    """Answers with these ratings, a second apart; the ids in the order in which they were asked."""
    ids = []
    for number, rating in enumerate(ratings):
        turn = session.next(now_ms + number * 1000)
        if isinstance(turn, Finished):
            break
        ids.append(turn.card.id)
        assert session.answer(turn, rating, now_ms + number * 1000)
    return ids


def asked(session: ReviewSession, now_ms: int) -> Asked:
    """The card that is asked; there is one."""
    turn = session.next(now_ms)
    assert isinstance(turn, Asked)
    return turn


def ended(session: ReviewSession, now_ms: int) -> Finished:
    """What is said when nothing can be asked."""
    turn = session.next(now_ms)
    assert isinstance(turn, Finished)
    return turn
