"""A sitting at a terminal or a pipe, and the sentences around it: what is left, what was done, when to come back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lpdeck.cli import context
from lpdeck.cli.rendering import day_name, interval, plural
from lpdeck.config import KEY_MEANINGS
from lpdeck.days import MINUTE_MS, Calendar
from lpdeck.review.loop import Do, run
from lpdeck.review.session import Asked, Finished, Left, Tally
from lpdeck.scheduling import Rating

if TYPE_CHECKING:
    from lpdeck.config import Config
    from lpdeck.review.session import Sitting
    from lpdeck.store.hot import HotStore


def sit(session: Sitting, store: HotStore, options: Config, *, plain: bool) -> Tally | None:
    """Runs a sitting where the learner sits; what it did, None where plain text has said it already."""
    from lpdeck.cli.desk import DeckDesk
    from lpdeck.cli.keys import Screen, is_terminal
    from lpdeck.cli.rendering import Painter

    if plain or not is_terminal():
        from lpdeck.cli.plain import PlainReviewer

        painter = Painter(width=min(context.width(), 100), colour=False, spoken=True)
        reviewer = PlainReviewer(sys.stdin, sys.stdout, options, painter, context.now_ms)
        run(session, reviewer, context.now_ms, DeckDesk(store))
        return None
    from lpdeck.cli.terminal import TerminalReviewer

    with Screen() as screen:
        terminal = TerminalReviewer(screen, options, Painter(colour=context.colour()), context.now_ms)
        with context.waiting_told(terminal.waiting):
            return run(session, terminal, context.now_ms, DeckDesk(store, screen.left))


WISHES: dict[str, Do] = {wish.value: wish for wish in Do if wish.value in KEY_MEANINGS}
"""What the actions that have keys want of a sitting."""


def rating_word(asked: Asked, rating: Rating) -> str:
    """A rating with the interval it gives; while cramming there is only right and again."""
    if asked.is_crammed:
        return "again" if rating is Rating.AGAIN else "right"
    return f"{rating.word} {interval(asked.wait(rating))}"


def counts(left: Left) -> str:
    """What is left today: `3 left · 9 new`."""
    parts = [f"{left.due} left"] if left.due or not left.new else []
    return " · ".join([*parts, *([f"{left.new} new"] if left.new else [])])


def done(tally: Tally) -> list[str]:
    """What a sitting did."""
    if not tally.answered:
        return []
    took = max(1, round(tally.took_ms / MINUTE_MS))
    share = f"{tally.remembered / tally.answered:.0%} remembered"
    return [f"{plural(tally.answered, 'answer')} in {plural(took, 'minute')}, {share}."]


def come_back(end: Finished, calendar: Calendar, now_ms: int) -> list[str]:
    """When there is something to ask again."""
    if end.minutes is not None:
        more = f"lpdeck review --minutes {end.minutes + 10} goes on."
        are = "is" if end.minutes == 1 else "are"
        return [f"Your {plural(end.minutes, 'minute')} for today {are} up, with {counts(end.left)}.", more]
    if end.crammed is not None:
        return [f"Each of {plural(end.crammed, 'card')} was right once; no schedule was touched."]
    if end.learning_ms is not None:
        return [f"The next card comes back at {calendar.local(end.learning_ms):%H:%M}."]
    if end.due_day is None:
        return ["Nothing is waiting: lpdeck import PAGE brings new cards."]
    return [f"The next card is due {day_name(end.due_day, calendar.day_of(now_ms))}."]
