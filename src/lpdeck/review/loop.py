"""The loop of a sitting: asks a Reviewer, tells the session. The terminal is one Reviewer, a test's script another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from lpdeck.errors import HomeError, LpdeckError
from lpdeck.events import Event, Kind
from lpdeck.review.drills import Attempt, Drill, Result, judge
from lpdeck.review.session import Asked, Finished, Left, Sitting, Tally
from lpdeck.scheduling import Rating
from lpdeck.store.hot import Batch, StoredCard

if TYPE_CHECKING:
    from lpdeck.review.coaching import Coaching


class Do(Enum):
    """What a learner may want beside an answer."""

    REVEAL = "reveal"
    UNDO = "undo"
    REDO = "redo"
    BURY = "bury"
    SUSPEND = "suspend"
    SKIP = "skip"
    EDIT = "edit"
    SPLIT = "split"
    INFO = "info"
    QUIT = "quit"


class Choose(NamedTuple):
    """An option of a quiz question, or a side of a duel, by its place in the order in which it was shown."""

    option: int


class Mark(NamedTuple):
    """The sentences of a weak answer that sink it, by their places."""

    sentences: frozenset[int]


class Tick(NamedTuple):
    """The points that were named, by their places."""

    points: frozenset[int]


class Type(NamedTuple):
    """An answer in the learner's own words."""

    text: str


class Tell(NamedTuple):
    """A stage was told aloud in so many milliseconds, pauses left out."""

    told_ms: int


class Flag(NamedTuple):
    """A flag for the card; None takes it off."""

    colour: str | None


class Note(NamedTuple):
    """The learner's own line on the card; an empty one takes it off."""

    text: str


Aside = Flag | Note
Front = Do | Aside | Choose | Mark | Type | Tell
Duel = Do | Aside | Choose
Ticking = Do | Aside | Tick
Back = Do | Aside | Rating


class Reviewer(Protocol):
    """Whoever answers. Each method shows something and returns what the learner wants."""

    def front(self, asked: Asked, left: Left) -> Front:
        """Shows the front: a quiz may be answered with Choose, a weak answer with Mark, any card with Type.

        A stage may be shown with Tell; else the time since it was shown counts.
        """

    def duel(self, asked: Asked, left: Left, attempt: Attempt) -> Duel:
        """Shows both answers of a duel unlabelled; Do.REVEAL goes on without choosing."""

    def tick(self, asked: Asked, left: Left, attempt: Attempt) -> Ticking:
        """Shows the points to be ticked off; `attempt.ticked` are those that a typed answer named."""

    def back(self, asked: Asked, left: Left, result: Result) -> Back:
        """Shows the back and what the attempt came to; only `result.ratings` may be given."""

    def leech(self, asked: Asked, coaching: Coaching) -> Do:
        """Shows help for a card that was forgotten too often; EDIT, SPLIT, SUSPEND, QUIT, or REVEAL to go on."""

    def offer(self, asked: Asked, phrase: str) -> bool | None:
        """Asks whether a missed phrase shall become a card of its own; None for no more questions of this kind."""

    def info(self, asked: Asked, history: Sequence[Event]) -> None:
        """Shows where the card comes from and what happened to it."""

    def finished(self, end: Finished, tally: Tally) -> Do:
        """Shows that nothing is left; the last answer can still be undone."""

    def notice(self, text: str) -> None:
        """Says something in a line beside the next card."""


class Desk(Protocol):
    """Where a learner's deck files are written; a sitting itself touches none. Raises LpdeckError."""

    def edit(self, card: StoredCard) -> None:
        """Opens the card in the learner's editor and reads what was saved."""

    def note(self, card: StoredCard, text: str) -> None:
        """Writes the learner's line into the card; an empty one takes it out."""

    def split(self, card: StoredCard) -> None:
        """Makes two cards of one, for the learner to finish in their editor."""

    def lacks_phrase(self, phrase: str) -> bool:
        """Whether no card asks for this phrase."""

    def add_phrase(self, card: StoredCard, phrase: str, why: str) -> str:
        """Makes a disqualifier card beside a weak answer; its id."""


Shown = TypeVar("Shown")

_KINDS = {Do.BURY: Kind.BURY, Do.SUSPEND: Kind.SUSPEND}
_GONE = {
    Do.BURY: "buried until tomorrow",
    Do.SUSPEND: "suspended: lpdeck resume brings it back",
}


def run(session: Sitting, reviewer: Reviewer, clock: Callable[[], int], desk: Desk) -> Tally:
    """Asks until nothing is left or the learner leaves; `clock` gives milliseconds UTC."""
    loop = _Loop(session, reviewer, clock, desk)
    while loop.turn():
        pass
    return session.tally


class _LeftCard(Exception):  # noqa: N818 (no error: a way out of nested steps)
    """The learner left the card that was asked, with this wish."""

    def __init__(self, wish: Do) -> None:
        self.wish = wish


class _ChangedCard(Exception):  # noqa: N818
    """The card's words changed so that what was done on it counts no more."""


class _Loop(NamedTuple):
    session: Sitting
    reviewer: Reviewer
    clock: Callable[[], int]
    desk: Desk

    def turn(self) -> bool:
        """Asks one card, or says that nothing is left; False where the learner leaves."""
        turn = self.session.next(self.clock())
        wish: Do | None
        if isinstance(turn, Finished):
            wish = self.reviewer.finished(turn, self.session.tally)
        else:
            wish = _Asking(self, turn).ask()
        match wish:
            case Do.QUIT:
                return False
            case Do.UNDO:
                self._turned(self.session.undo(self.clock()), "undo")
            case Do.REDO:
                self._turned(self.session.redo(self.clock()), "redo")
            case Do.SKIP:
                if not self.session.skip():
                    self.reviewer.notice("this is the only card left")
            case Do.BURY | Do.SUSPEND if isinstance(turn, Asked):
                self.session.mark(turn, _KINDS[wish], self.clock())
                self.reviewer.notice(_GONE[wish])
        return True

    def _turned(self, batch: Batch | None, word: str) -> None:
        """Says what was taken back or done again, where the card that is asked next does not show it."""
        if batch is None:
            self.reviewer.notice(f"nothing to {word}")
            return
        is_answer = batch.kind in (Kind.ANSWER, Kind.CRAM)
        is_shown = self.session.showing in batch.cards
        if is_answer and (is_shown or word == "redo"):
            return
        cards = f" of {len(batch.cards)} cards" if len(batch.cards) > 1 else "" if is_shown else f" of {batch.cards[0]}"
        self.reviewer.notice(f"{'took back' if word == 'undo' else 'did again'}: {batch.kind}{cards}")


class _Asking:
    """One card, from its front to its rating."""

    def __init__(self, loop: _Loop, asked: Asked) -> None:
        self._loop, self._asked = loop, asked
        self._reviewer, self._session = loop.reviewer, loop.session

    def ask(self) -> Do | None:
        """The wish with which the learner left the card, None where it was answered."""
        while True:
            try:
                self._answered()
                return None
            except _ChangedCard:
                continue
            except _LeftCard as left:
                return left.wish

    def _answered(self) -> None:
        attempt = self._attempt()
        result, rating = Result(), None

        def back(asked: Asked, left: Left) -> Back:
            nonlocal result
            result = judge(asked.card, asked.exercise, attempt, cram=asked.is_crammed)
            return self._reviewer.back(asked, left, result)

        while not isinstance(rating, Rating):
            rating = self._step(back, attempt)
        asked = self._asked
        if not self._is_kept(asked, rating, result):
            self._reviewer.notice("that card was answered elsewhere meanwhile; this answer was not counted")
            return
        self._offer_phrases(result)
        if self._session.became_leech(asked, rating):
            self._coach()

    def _is_kept(self, asked: Asked, rating: Rating, result: Result) -> bool:
        """Whether the answer counts. Raises HomeError where the store can not keep it, which says so."""
        try:
            return self._session.answer(asked, rating, self._loop.clock(), result.detail)
        except HomeError as error:
            raise HomeError(error.what, f"The answer that you gave last was not kept. {error.advice}".strip()) from None

    def _attempt(self) -> Attempt:
        """What the learner does before the answer is shown, step by step."""
        attempt = Attempt()
        first = self._step(self._reviewer.front, attempt)
        attempt = _begun(first)
        if not isinstance(first, Tell):
            attempt = attempt._replace(told_ms=max(0, self._loop.clock() - self._asked.shown_ms))
        exercise = self._asked.exercise
        if exercise.drill is Drill.DUEL:
            side = self._step(lambda asked, left: self._reviewer.duel(asked, left, attempt), attempt)
            attempt = attempt._replace(chosen=side.option if isinstance(side, Choose) else None)
        elif exercise.points:
            from lpdeck.review.drills import named

            before = attempt._replace(ticked=named(exercise.points, attempt.typed))
            ticks = self._step(lambda asked, left: self._reviewer.tick(asked, left, before), before)
            attempt = attempt._replace(ticked=ticks.points if isinstance(ticks, Tick) else None)
        return attempt

    def _step(self, show: Callable[[Asked, Left], Shown], attempt: Attempt) -> Shown:
        """Shows something until the learner goes on with this card. Raises _LeftCard and _ChangedCard."""
        while True:
            wish = show(self._asked, self._session.left())
            match wish:
                case Flag(colour):
                    self._session.mark(self._asked, Kind.FLAG, self._loop.clock(), flag=colour)
                    self._look_again(attempt)
                case Note(text):
                    self._write(lambda card: self._loop.desk.note(card, text))
                    self._look_again(attempt)
                case Do.EDIT:
                    self._write(self._loop.desk.edit)
                    self._look_again(attempt)
                case Do.INFO:
                    self._reviewer.info(self._asked, self._session.history(self._asked.card.id))
                case Do.UNDO | Do.REDO | Do.BURY | Do.SUSPEND | Do.SKIP | Do.QUIT:
                    raise _LeftCard(wish)
                case _:
                    return wish

    def _write(self, write: Callable[[StoredCard], object]) -> bool:
        """Writes to the deck; what goes wrong is said, and the card goes on as it was."""
        try:
            write(self._asked.card)
        except LpdeckError as error:
            self._reviewer.notice(f"{error.what}. {error.advice}".strip())
            return False
        return True

    def _look_again(self, attempt: Attempt) -> None:
        """The card as it is now; what was chosen or ticked on other words begins anew."""
        before = self._asked
        after = self._session.again(before, self._loop.clock())
        if after is None:
            self._reviewer.notice("not asked any more: it was answered elsewhere, or lpdeck check says why")
            raise _LeftCard(Do.REVEAL)
        self._asked = after
        if after.exercise != before.exercise and attempt != Attempt():
            self._reviewer.notice("the card's words changed: it is asked from its front")
            raise _ChangedCard

    def _offer_phrases(self, result: Result) -> None:
        """A phrase that was missed and that no card asks for may become one."""
        for target in result.score.missed if result.score else ():
            if not self._loop.desk.lacks_phrase(target.phrase):
                continue
            wanted = self._reviewer.offer(self._asked, target.phrase)
            if wanted is None:
                return
            if wanted and self._write(partial(self._loop.desk.add_phrase, phrase=target.phrase, why=target.text)):
                self._reviewer.notice("a card was made of it; it comes with the new cards")

    def _coach(self) -> None:
        """Helps with a card that became a leech: rewrite it, split it in two, or suspend it."""
        wish = self._reviewer.leech(self._asked, self._session.coaching(self._asked.card))
        match wish:
            case Do.EDIT:
                self._write(self._loop.desk.edit)
            case Do.SPLIT if self._write(self._loop.desk.split):
                self._suspend("split in two; the old card is suspended")
            case Do.SUSPEND:
                self._suspend(_GONE[wish])
            case Do.QUIT:
                raise _LeftCard(wish)

    def _suspend(self, said: str) -> None:
        self._session.mark(self._asked, Kind.SUSPEND, self._loop.clock())
        self._reviewer.notice(said)


def _begun(first: object) -> Attempt:
    """The attempt as the front leaves it."""
    match first:
        case Choose(option):
            return Attempt(chosen=option)
        case Mark(sentences):
            return Attempt(marked=sentences)
        case Type(text):
            return Attempt(typed=text)
        case Tell(told_ms):
            return Attempt(told_ms=told_ms)
        case _:
            return Attempt()
