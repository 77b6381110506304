"""`lpdeck`, `lpdeck review`, `lpdeck due`: what a learner does every evening. Loads as little as it can."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from lpdeck.cli import context
from lpdeck.cli.context import config, hot_store, now_ms, out, out_json, say
from lpdeck.config import Config
from lpdeck.review.queue import Limits, Queue, build
from lpdeck.store.hot import HotStore


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(review)
    app.command()(due)


def review(
    plain: Annotated[bool, typer.Option("--plain", help="Line by line, without colours or a screen.")] = False,
) -> None:
    """Ask what is due, then new cards up to the daily limit."""
    from lpdeck.cli.keys import is_terminal
    from lpdeck.review.loop import run
    from lpdeck.review.session import ReviewSession

    options = config()
    _starters_into_an_empty_home()
    with hot_store() as store:
        session = ReviewSession(store, options.scheduler, options.calendar, limits(options), now_ms())
        if plain or not is_terminal():
            _plainly(session, options)
            return
        from lpdeck.cli.keys import Screen
        from lpdeck.cli.rendering import Painter
        from lpdeck.cli.terminal import TerminalReviewer

        with Screen() as screen:
            tally = run(session, TerminalReviewer(screen, options, Painter(colour=context.colour()), now_ms), now_ms)
        _parting(store, tally, options)


def _plainly(session: Any, options: Config) -> None:
    from lpdeck.cli.plain import PlainReviewer
    from lpdeck.cli.rendering import Painter
    from lpdeck.review.loop import run

    painter = Painter(width=min(context.width(), 100), colour=False)
    run(session, PlainReviewer(sys.stdin, sys.stdout, options, painter, now_ms), now_ms)


def _parting(store: HotStore, tally: Any, options: Config) -> None:
    """What the sitting did, left on the screen from which the learner came."""
    from lpdeck.cli.sitting import counts, done
    from lpdeck.review.session import Left

    for line in done(tally):
        out(line)
    queue = build(store, options.calendar.day_of(now_ms()), limits(options))
    if queue.cards:
        out(f"{counts(Left(queue.due, len(queue.new)))} for today: lpdeck review")


def _starters_into_an_empty_home() -> None:
    """A home that never had a deck gets the decks that travel with the program."""
    if not context.is_new_home():
        return
    where = context.home()
    from lpdeck.deck.folder import deck_paths, read_text, write_atomically
    from lpdeck.shipped import shipped

    context.ready_home()
    starters = deck_paths(shipped("decks"))
    for path in starters:
        write_atomically(where.decks / path.name, read_text(path))
    names = ", ".join(path.stem for path in starters)
    say(f"Your home is new: {where.path} begins with the starter decks {names}.")


def limits(options: Config) -> Limits:
    """The day's limits as the learner set them."""
    return Limits(options.new_per_day, options.reviews_per_day)


def due(
    count: Annotated[bool, typer.Option("--count", help="Print one number: cards due and new today.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how much today's review holds."""
    options = config()
    with hot_store() as store:
        queue = build(store, options.calendar.day_of(now_ms()), limits(options))
    if json:
        out_json({"due": queue.due, "new": len(queue.new), "principles": dict(queue.by_principle())})
    elif count:
        out(str(len(queue.cards)))
    else:
        out(f"{queue.due} due   {len(queue.new)} new")


def today(*, json: bool) -> None:
    """What today holds, in a few lines."""
    options = config()
    if context.is_new_home():
        _welcome(json=json)
        return
    with hot_store() as store:
        day = options.calendar.day_of(now_ms())
        queue = build(store, day, limits(options))
        if json:
            out_json(_today_json(queue, store, options))
            return
        _show_today(queue, store, options)


def _welcome(*, json: bool) -> None:
    if json:
        out_json({"due": 0, "new": 0, "principles": {}, "drafts": 0})
        return
    out("lpdeck is ready, and has no cards yet.")
    out("")
    out("  lpdeck review         begin with the starter decks")
    out("  lpdeck import PAGE    make cards from a page you saved, or - to paste one")


def _today_json(queue: Queue, store: HotStore, options: Config) -> dict[str, Any]:
    from lpdeck.days import date_of

    day = options.calendar.day_of(now_ms())
    return {
        "date": date_of(day).isoformat(),
        "due": queue.due,
        "new": len(queue.new),
        "principles": dict(queue.by_principle()),
        "drafts": store.drafts(),
        "next_due": None if (following := store.next_due(day)) is None else date_of(following).isoformat(),
    }


def _show_today(queue: Queue, store: HotStore, options: Config) -> None:
    from lpdeck.cli.faces import title_of
    from lpdeck.cli.rendering import Painter, day_name, plural
    from lpdeck.days import date_of

    day = options.calendar.day_of(now_ms())
    date = date_of(day)
    painter = Painter(width=min(context.width(), 80), colour=context.colour())
    out(painter.style(f"{date:%A} {date.day} {date:%B}", "bold"))
    out("")
    if queue.cards:
        minutes = max(1, round(store.pace_ms() * len(queue.cards) / 60_000))
        out(f"  {queue.due} due   {len(queue.new)} new today   about {plural(minutes, 'minute')}")
        out("")
        counted = queue.by_principle().most_common()
        names = [(title_of([slug]), number) for slug, number in counted]
        room = max(len(name) for name, _ in names)
        for name, number in names:
            out(f"  {name.ljust(room)}  {number:>4}")
        out("")
    else:
        following = store.next_due(day)
        when = f"The next card is due {day_name(following, day)}." if following is not None else "No card is waiting."
        out(f"  Nothing is due. {when}")
        out("")
    drafts = store.drafts()
    waiting = f"{plural(drafts, 'draft')} {'waits' if drafts == 1 else 'wait'} for you: lpdeck check" if drafts else ""
    out(painter.row("lpdeck review" if queue.cards else "lpdeck import PAGE", waiting, style=None))
