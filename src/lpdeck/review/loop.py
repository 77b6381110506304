"""The loop of a sitting: asks a Reviewer, tells the session. The terminal is one Reviewer, a test's script another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from lpdeck.review.session import Asked, Finished, Left, ReviewSession, Tally
from lpdeck.scheduling import Rating


class Do(Enum):
    """What a learner may want beside a rating."""

    REVEAL = "reveal"
    UNDO = "undo"
    REDO = "redo"
    QUIT = "quit"


@dataclass(frozen=True)
class Choose:
    """An option of a quiz question, by its place in the order in which it was shown."""

    option: int


Front = Do | Choose
Back = Do | Rating


class Reviewer(Protocol):
    """Whoever answers. Each method shows something and returns what the learner wants."""

    def front(self, asked: Asked, left: Left) -> Front:
        """Shows the front; a quiz question may be answered with Choose."""

    def back(self, asked: Asked, left: Left, ratings: tuple[Rating, ...], chosen: int | None) -> Back:
        """Shows the back; only `ratings` may be given. `chosen` is the option taken."""

    def finished(self, end: Finished, tally: Tally) -> Do:
        """Shows that nothing is left; the last answer can still be undone."""

    def notice(self, text: str) -> None:
        """Says something in a line beside the next card."""


ALL = tuple(Rating)
RIGHT = (Rating.HARD, Rating.GOOD, Rating.EASY)
WRONG = (Rating.AGAIN,)


def run(session: ReviewSession, reviewer: Reviewer, clock: Callable[[], int]) -> Tally:
    """Asks until nothing is left or the learner leaves; `clock` gives milliseconds UTC."""
    while True:
        turn = session.next(clock())
        wish = (
            reviewer.finished(turn, session.tally)
            if isinstance(turn, Finished)
            else _ask(session, reviewer, turn, clock)
        )
        if wish is Do.QUIT:
            return session.tally
        if wish is Do.UNDO and not session.undo(clock()):
            reviewer.notice("nothing to undo")
        if wish is Do.REDO and not session.redo(clock()):
            reviewer.notice("nothing to redo")


def _ask(session: ReviewSession, reviewer: Reviewer, asked: Asked, clock: Callable[[], int]) -> Do | None:
    """Asks one card; the wish with which the learner left it, None where it was answered."""
    left = session.left()
    first = reviewer.front(asked, left)
    if isinstance(first, Do) and first is not Do.REVEAL:
        return first
    chosen = first.option if isinstance(first, Choose) else None
    wish = reviewer.back(asked, left, _ratings(asked, chosen), chosen)
    if isinstance(wish, Do):
        return wish
    if not session.answer(asked, wish, clock(), _detail(asked, chosen)):
        reviewer.notice("that card was answered elsewhere meanwhile; this answer was not counted")
    return None


def _ratings(asked: Asked, chosen: int | None) -> tuple[Rating, ...]:
    """A wrong option, or none, is Again; the right one leaves the choice how well it was known."""
    if not asked.options:
        return ALL
    return RIGHT if chosen is not None and is_right(asked, chosen) else WRONG


def is_right(asked: Asked, chosen: int) -> bool:
    """Whether an option of a quiz question is the answer."""
    return bool(asked.options[chosen] == asked.card.fields["answer"])


def _detail(asked: Asked, chosen: int | None) -> dict[str, Any]:
    if not asked.options:
        return {}
    if chosen is None:
        return {"option": None}
    return {"option": asked.options[chosen], "right": is_right(asked, chosen)}
