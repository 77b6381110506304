"""Where a card comes from, how it is remembered, and what happened to it. Shared by `show` and the review."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lpdeck.cli.rendering import Painter, day_name, interval, plural, shown
from lpdeck.config import Config
from lpdeck.events import Event
from lpdeck.scheduling import Schedule
from lpdeck.store.hot import StoredCard

if TYPE_CHECKING:
    from lpdeck.review.session import Asked


def about(asked: Asked, history: Sequence[Event], options: Config, now_ms: int, painter: Painter) -> list[str]:
    """The lines about a card that is asked: its id and place, its schedule, its history."""
    from lpdeck.cli.rendering import cut, wrapped

    said = [asked.card.id, place(asked.card), "", *schedule_lines(asked.schedule, asked.recall, options, now_ms)]
    lines = [line for sentence in said for line in wrapped(sentence, painter.width)]
    events = [painter.style(cut(event_line(event, options), painter.width), "dim") for event in history]
    return [*lines, "", *(events or [painter.style("nothing happened to it yet", "dim")])]


def place(card: StoredCard) -> str:
    """The deck file of a card and the line where it begins."""
    return f"decks/{card.deck}.toml:{card.line}"


def schedule_lines(schedule: Schedule, recall: float | None, options: Config, now_ms: int) -> list[str]:
    """How a card stands, in one or two sentences; `recall` is its predicted chance (0 to 1) of recall today."""
    today = options.calendar.day_of(now_ms)
    marks = _marks(schedule, today)
    if schedule.memory is None or recall is None:
        return [f"new: never answered{marks}"]
    assert schedule.state is not None
    due = f"due {day_name(schedule.due_day, today)}" if schedule.due_day is not None else ""
    if schedule.due_at_ms is not None:
        due = f"due at {options.calendar.local(schedule.due_at_ms):%H:%M}"
    memory = schedule.memory
    return [
        f"{schedule.state.name.lower()}, {due}{marks}",
        f"recall now {recall:.0%}, stability {memory.stability:.1f} days, difficulty {memory.difficulty:.1f} of 10, "
        f"{plural(schedule.reps, 'answer')}, {plural(schedule.lapses, 'lapse')}",
    ]


def _marks(schedule: Schedule, today: int) -> str:
    """What the learner did to a card beside answering it."""
    buried = schedule.buried_until is not None and schedule.buried_until > today
    marks = [
        "suspended" if schedule.suspended else "",
        "buried until tomorrow" if buried else "",
        f"{schedule.flag} flag" if schedule.flag else "",
    ]
    return "".join(f", {mark}" for mark in marks if mark)


def event_line(event: Event, options: Config) -> str:
    """One line of a card's history."""
    moment = f"{options.calendar.local(event.at_ms):%Y-%m-%d %H:%M}"
    rating = f" {event.rating.word}" if event.rating else ""
    wait = f" → {interval(event.interval)}" if event.interval is not None else ""
    return "  ".join(part for part in (f"  {moment}", f"{event.kind.value}{rating}{wait}", _detail(event)) if part)


def _detail(event: Event) -> str:
    """What the learner chose, said or typed: on one line, and without what could steer the terminal."""
    detail = event.detail
    parts = [
        f"chose: {detail['option']}" if detail.get("option") else "",
        f"chose the {detail['duel']} answer" if detail.get("duel") else "",
        f"{detail['hits']} found, {detail['misses']} missed, {detail['false_alarms']} harmless"
        if "hits" in detail
        else "",
        f"{detail['ticked']} of {detail['of']} points" if "ticked" in detail else "",
        f"told in {round(detail['told_ms'] / 1000)} s" if detail.get("target_ms") else "",
        f"typed: {detail['typed']}" if detail.get("typed") else "",
        str(detail.get("flag") or "none") if "flag" in detail else "",
    ]
    return shown(", ".join(part for part in parts if part)).replace("\n", " ")
