"""`lpdeck` and `lpdeck due`: what today holds. Loads as little as it can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER
from lpdeck.cli.context import hot_store, now_ms, out, out_json
from lpdeck.cli.evenings import Today, at_level, hidden_levels, todays_queue
from lpdeck.config import Config
from lpdeck.days import MINUTE_MS
from lpdeck.store.hot import HotStore

if TYPE_CHECKING:
    from lpdeck.cli.rendering import Painter
    from lpdeck.days import StudyDay

SAID_FOR = 14
"""For so many days after an interview `lpdeck` says that its plan has ended."""


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(due)


def due(
    words: FILTER = None,
    level: Annotated[
        Optional[str],  # noqa: UP045 (Typer reads it at run time)
        typer.Option("--level", metavar="LEVEL", help="With the bar of sde1, sde2, senior, or all."),
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Print one number: cards due and new today.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how much today's review holds."""
    from lpdeck.cli.choosing import filter_of

    options = at_level(level)
    chosen = filter_of(words)
    with hot_store() as store:
        queue = todays_queue(store, options, chosen).queue
    if json:
        out_json({"due": queue.due, "new": queue.begun, "principles": dict(queue.by_principle())})
    elif count:
        out(str(len(queue.cards)))
    else:
        out(f"{queue.due} due   {queue.begun} new")


def today(*, json: bool) -> None:
    """What today holds, in a few lines."""
    options = at_level(None)
    if context.is_new_home():
        _welcome(options, json=json)
        return
    with hot_store() as store:
        holds = todays_queue(store, options)
        if json:
            out_json(_nothing(options) | _today_json(holds, store, options))
            return
        from lpdeck.cli.rendering import Painter

        painter = Painter(width=min(context.width(), 80), colour=context.colour())
        for line in shown_today(holds, store, options, painter):
            out(line)


def _welcome(options: Config, *, json: bool) -> None:
    if json:
        out_json(_nothing(options))
        return
    out("lpdeck is ready, and has no cards yet.")
    out("")
    out("  lpdeck review         begin with the starter decks")
    out("  lpdeck import PAGE    make cards from a page you saved, or - to paste one")


def _nothing(options: Config) -> dict[str, Any]:
    """Today as JSON where there are no cards."""
    from lpdeck.days import date_of

    day = options.calendar.day_of(now_ms())
    interview = options.plan_on(day)
    if interview is not None:
        from lpdeck.cli.interviewing import as_json
    return {
        "date": date_of(day).isoformat(),
        "due": 0,
        "new": 0,
        "principles": {},
        "drafts": 0,
        "next_due": None,
        "interview": None if interview is None else as_json(interview, day),
        "recall_on_the_day": {},
    }


def _today_json(holds: Today, store: HotStore, options: Config) -> dict[str, Any]:
    from lpdeck.days import date_of

    following, queue = holds.next_day(store, options.calendar.day_of(now_ms())), holds.queue
    return {
        "due": queue.due,
        "new": queue.begun,
        "principles": dict(queue.by_principle()),
        "drafts": store.drafts(),
        "next_due": None if following is None else date_of(following).isoformat(),
        "recall_on_the_day": _on_the_day(holds, store, options),
    }


def _on_the_day(holds: Today, store: HotStore, options: Config) -> dict[str, float]:
    """The chance on the day, by slug, if nothing more were studied; {} where no plan holds."""
    if holds.planner is None:
        return {}
    from lpdeck.store.known import recall_ahead

    plan = holds.planner
    hidden = hidden_levels(store, options, now_ms())
    ahead = store.reading(lambda connection: recall_ahead(connection, plan.scheduler, plan.day, hidden))
    return {slug: awake.recall for slug, awake in ahead.items()}


def shown_today(holds: Today, store: HotStore, options: Config, painter: Painter) -> Iterator[str]:
    """The lines of what today holds."""
    from lpdeck.cli.interviewing import ends
    from lpdeck.cli.rendering import day_name, plural, wrapped
    from lpdeck.days import date_of

    day, queue = options.calendar.day_of(now_ms()), holds.queue
    date = date_of(day)
    yield from ends(f"{date:%A} {date.day} {date:%B}", _interview(holds, day), painter)
    yield ""
    if queue.cards:
        about = f"about {plural(_minutes(holds, store), 'minute')}"
        yield from _together([f"{queue.due} due", f"{queue.begun} new today", about], painter.width)
        yield ""
        yield from _principles(holds, store, options, painter)
    else:
        following = holds.next_day(store, day)
        when = f"The next card is due {day_name(following, day)}." if following is not None else "No card is waiting."
        over = holds.left_ms <= 0
        are = "is" if holds.minutes == 1 else "are"
        first = f"Your {plural(holds.minutes, 'minute')} for today {are} up." if over else "Nothing is due."
        yield from (f"  {line}" for line in wrapped(f"{first} {when}", painter.width - 2))
        yield ""
    ended = _ended(options, day)
    if ended:
        yield from (painter.style(f"  {line}", "dim") for line in wrapped(ended, painter.width - 2))
        yield ""
    copies = _copies()
    if copies:
        yield from (painter.style(f"  {line}", "warning") for line in wrapped(copies, painter.width - 2))
        yield ""
    drafts = store.drafts()
    waiting = f"{plural(drafts, 'draft')} {'waits' if drafts == 1 else 'wait'} for you: lpdeck check" if drafts else ""
    yield painter.row(_next_step(holds), waiting, style=None)


def _next_step(holds: Today) -> str:
    """The command that goes on from here."""
    if holds.left_ms <= 0:
        return f"lpdeck review --minutes {holds.minutes + 10}"
    return "lpdeck review" if holds.queue.cards else "lpdeck import PAGE"


def _together(parts: list[str], width: int) -> list[str]:
    """Parts of a line, or a line each where there is no room for all."""
    line = "   ".join(parts)
    return [f"  {line}"] if len(line) + 2 <= width else [f"  {part}" for part in parts]


def _interview(holds: Today, day: StudyDay) -> str:
    """How far the interview is, with the name that it was given."""
    if holds.planner is None:
        return ""
    from lpdeck.cli.interviewing import distance
    from lpdeck.cli.rendering import cut
    from lpdeck.interviews import FIRST_NAME

    interview = holds.planner.interview
    name = "" if interview.name == FIRST_NAME else f" “{cut(interview.name, 20)}”"
    return f"interview{name} {distance(interview.day, day)}"


def _ended(options: Config, day: StudyDay) -> str:
    """That a plan has ended, for some days after its interview."""
    if not options.interviews or options.plan_on(day) is not None:
        return ""
    from lpdeck.interviews import last_interview

    last = last_interview(options.interviews, day)
    if last is None or day - last.day > SAID_FOR:
        return ""
    return "Your interview is over and its plan has ended; the schedule goes on without."


def _copies() -> str:
    """That a synced folder left copies beside decks or database."""
    from lpdeck.store.halves import copies_beside

    count = copies_beside(context.home())
    wait = "copy waits" if count == 1 else "copies wait"
    return f"{count} conflict {wait} to be united: lpdeck doctor" if count else ""


def _minutes(holds: Today, store: HotStore) -> int:
    """About how long today's cards take, at least a minute."""
    cards = holds.queue.cards
    if holds.planner is None or holds.evening is None:
        return max(1, round(store.pace_ms() * len(cards) / MINUTE_MS))
    took = holds.planner.takes_ms(holds.evening.asked, {card.id for card in cards})
    return max(1, round(min(took, holds.left_ms) / MINUTE_MS))


def _principles(holds: Today, store: HotStore, options: Config, painter: Painter) -> Iterator[str]:
    """How many cards each principle has today; under a plan also what would be known on the day. A blank line ends it.

    Nothing where no card of today belongs to a principle.
    """
    from lpdeck.cli.faces import title_of
    from lpdeck.cli.rendering import bar, cut

    known = _on_the_day(holds, store, options) if painter.width >= 50 else {}
    counted = [(slug, title_of([slug]), number) for slug, number in holds.queue.by_principle().most_common()]
    room = min(max((len(name) for _, name, _ in counted), default=0), painter.width - (38 if known else 8))
    words = " on the day"
    for slug, name, number in counted:
        line = f"  {cut(name, room).ljust(room)}  {number:>4}"
        if slug in known:
            line += f"   {painter.style(bar(known[slug]), 'dim')}  {known[slug]:>4.0%}{words}"
            words = ""
        yield line
    if counted:
        yield ""
