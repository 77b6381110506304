"""The sentences around a sitting: what is left, what was done, when to come back. Shared by screen and plain text."""

from __future__ import annotations

from lpdeck.cli.rendering import day_name, plural
from lpdeck.days import Calendar
from lpdeck.review.session import Finished, Left, Tally


def counts(left: Left) -> str:
    """What is left today: `3 left · 9 new`."""
    parts = [f"{left.due} left"] if left.due or not left.new else []
    return " · ".join([*parts, *([f"{left.new} new"] if left.new else [])])


def done(tally: Tally) -> list[str]:
    """What a sitting did."""
    if not tally.answered:
        return []
    took = max(1, round(tally.took_ms / 60_000))
    share = f"{tally.remembered / tally.answered:.0%} remembered"
    return [f"{plural(tally.answered, 'answer')} in {plural(took, 'minute')}, {share}."]


def come_back(end: Finished, calendar: Calendar, now_ms: int) -> list[str]:
    """When there is something to ask again."""
    if end.learning_ms is not None:
        return [f"The next card comes back at {calendar.local(end.learning_ms):%H:%M}."]
    if end.due_day is None:
        return ["Nothing is waiting: lpdeck import PAGE brings new cards."]
    return [f"The next card is due {day_name(end.due_day, calendar.day_of(now_ms))}."]
