"""`lpdeck` and `lpdeck due`: what today holds. Loads as little as it can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER
from lpdeck.cli.context import hot_store, now_ms, out, out_json
from lpdeck.cli.evenings import Today, at_level, todays_queue
from lpdeck.config import Config
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
        _welcome(json=json)
        return
    with hot_store() as store:
        holds = todays_queue(store, options)
        if json:
            out_json(_today_json(holds, store, options))
            return
        _show_today(holds, store, options)


def _welcome(*, json: bool) -> None:
    if json:
        out_json({"due": 0, "new": 0, "principles": {}, "drafts": 0})
        return
    out("lpdeck is ready, and has no cards yet.")
    out("")
    out("  lpdeck review         begin with the starter decks")
    out("  lpdeck import PAGE    make cards from a page you saved, or - to paste one")


def _today_json(holds: Today, store: HotStore, options: Config) -> dict[str, Any]:
    from lpdeck.days import date_of

    day = options.calendar.day_of(now_ms())
    queue = holds.queue
    data = {
        "date": date_of(day).isoformat(),
        "due": queue.due,
        "new": queue.begun,
        "principles": dict(queue.by_principle()),
        "drafts": store.drafts(),
        "next_due": None if (following := store.next_due(day)) is None else date_of(following).isoformat(),
        "interview": None,
    }
    if holds.planner is not None:
        from lpdeck.cli.interviewing import as_json

        data["interview"] = as_json(holds.planner.interview, day)
        data["recall_on_the_day"] = _on_the_day(holds, store)
    return data


def _on_the_day(holds: Today, store: HotStore) -> dict[str, float]:
    """The chance on the day, by slug, if nothing more were studied; {} where no plan holds."""
    if holds.planner is None:
        return {}
    from lpdeck.store.known import recall_ahead

    plan = holds.planner
    ahead = store.reading(lambda connection: recall_ahead(connection, plan.scheduler, plan.day))
    return {slug: awake.recall for slug, awake in ahead.items()}


def _show_today(holds: Today, store: HotStore, options: Config) -> None:
    from lpdeck.cli.rendering import Painter, day_name, plural
    from lpdeck.days import date_of

    day, queue = options.calendar.day_of(now_ms()), holds.queue
    date = date_of(day)
    painter = Painter(width=min(context.width(), 80), colour=context.colour())
    title = f"{date:%A} {date.day} {date:%B}"
    out(painter.row(title, _interview(holds, day), style="bold"))
    out("")
    if queue.cards:
        out(f"  {queue.due} due   {queue.begun} new today   about {plural(_minutes(holds, store), 'minute')}")
        out("")
        for line in _principles(holds, store, painter):
            out(line)
        out("")
    else:
        following = store.next_due(day)
        when = f"The next card is due {day_name(following, day)}." if following is not None else "No card is waiting."
        out(f"  Nothing is due. {when}")
        out("")
    ended = _ended(options, day)
    if ended:
        out(painter.style(f"  {ended}", "dim"))
        out("")
    drafts = store.drafts()
    waiting = f"{plural(drafts, 'draft')} {'waits' if drafts == 1 else 'wait'} for you: lpdeck check" if drafts else ""
    out(painter.row("lpdeck review" if queue.cards else "lpdeck import PAGE", waiting, style=None))


def _interview(holds: Today, day: StudyDay) -> str:
    """How far the interview is."""
    if holds.planner is None:
        return ""
    from lpdeck.cli.interviewing import distance

    when = distance(holds.planner.day, day)
    return f"interview {when}"


def _ended(options: Config, day: StudyDay) -> str:
    """That a plan has ended, for some days after its interview."""
    if not options.interviews or options.plan_on(day) is not None:
        return ""
    from lpdeck.interviews import last_interview

    last = last_interview(options.interviews, day)
    if last is None or day - last.day > SAID_FOR:
        return ""
    return "Your interview is over and its plan has ended; the schedule goes on without."


def _minutes(holds: Today, store: HotStore) -> int:
    """About how long today's cards take, at least a minute."""
    cards = holds.queue.cards
    if holds.planner is None:
        return max(1, round(store.pace_ms() * len(cards) / MINUTE_MS))
    took = holds.planner.takes_ms(store.plan_cards(), {card.id for card in cards})
    return max(1, round(took / MINUTE_MS))


def _principles(holds: Today, store: HotStore, painter: Painter) -> Iterator[str]:
    """How many cards each principle has today; under a plan also what would be known on the day."""
    from lpdeck.cli.faces import title_of
    from lpdeck.cli.rendering import bar, cut

    known = _on_the_day(holds, store)
    counted = [(slug, title_of([slug]), number) for slug, number in holds.queue.by_principle().most_common()]
    room = max(len(name) for _, name, _ in counted)
    if known:
        room = min(room, max(painter.width - 34, 12))
    for place, (slug, name, number) in enumerate(counted):
        line = f"  {cut(name, room).ljust(room)}  {number:>4}"
        if slug in known and painter.width >= 46:
            words = " on the day" if place == 0 else ""
            line += f"   {painter.style(bar(known[slug]), 'dim')}  {known[slug]:>4.0%}{words}"
        yield line


MINUTE_MS = 60_000
