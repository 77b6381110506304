"""`lpdeck`, `lpdeck review`, `lpdeck due`: what a learner does every evening. Loads as little as it can."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER
from lpdeck.cli.context import config, hot_store, now_ms, out, out_json, say
from lpdeck.config import Config
from lpdeck.review.queue import Limits, Queue, build
from lpdeck.store.hot import HotStore

if TYPE_CHECKING:
    from lpdeck.days import StudyDay
    from lpdeck.filters import Filter
    from lpdeck.review.backlog import Backlog
    from lpdeck.review.session import Tally


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command()(review)
    app.command()(due)


def review(
    words: FILTER = None,
    minutes: Annotated[
        Optional[int],  # noqa: UP045 (Typer reads it at run time)
        typer.Option("--minutes", min=0, max=1440, metavar="N", help="Study N minutes today, 0 without end."),
    ] = None,
    new: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--new", min=0, max=9999, metavar="N", help="Begin at most N new cards today."),
    ] = None,
    reviews: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--reviews", min=0, max=99999, metavar="N", help="Review at most N cards today."),
    ] = None,
    level: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--level", metavar="LEVEL", help="Ask for the bar of sde1, sde2, senior, or all."),
    ] = None,
    spread: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--spread", min=1, max=60, metavar="DAYS", help="Spread what is due over so many days first."),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line, without colours or a screen.")] = False,
) -> None:
    """Ask what is due, then new cards up to the daily limit. Limits given here hold for today alone."""
    from lpdeck.cli.choosing import filter_of, find, of_level
    from lpdeck.cli.sitting import sit
    from lpdeck.config import with_value
    from lpdeck.review.session import ReviewSession

    options = config() if level is None else with_value(config(), "level", level)
    chosen = of_level(filter_of(words), options.level)
    _starters_into_an_empty_home()
    with hot_store() as store:
        now = now_ms()
        _limit_today(store, options.calendar.day_of(now), new, reviews, minutes)
        found = find(store, chosen, options, now)
        ids = None if found is None else frozenset(found)
        _spread(store, options, spread, ids)
        session = ReviewSession(
            store,
            options.scheduler,
            options.calendar,
            limits(options),
            now_ms(),
            chosen=ids,
            duels=options.duel,
        )
        tally = sit(session, store, options, plain=plain)
        if tally is not None:
            _parting(store, tally, options)


def _limit_today(store: HotStore, day: StudyDay, new: int | None, reviews: int | None, minutes: int | None) -> None:
    """Keeps the limits that were given for this study day, beside those given earlier."""
    if (new, reviews, minutes) == (None, None, None):
        return
    from lpdeck.store.hot import DayLimits

    before = store.day_limits(day)
    given = DayLimits(new, reviews, minutes)
    store.set_day_limits(
        day, DayLimits(*(one if one is not None else known for one, known in zip(given, before, strict=True)))
    )


def _spread(store: HotStore, options: Config, days: int | None, ids: Collection[str] | None) -> None:
    """Spreads the reviews that are due: over the days asked for, or after days away over those agreed on.

    Only cards in `ids` are moved, where that is given.
    """
    from lpdeck.review.backlog import backlog, waiting
    from lpdeck.review.backlog import spread as spread_over

    day = options.calendar.day_of(now_ms())
    if days is None:
        found = backlog(store, day)
        days = _agreed_days(found) if found is not None else None
    if days is None:
        return
    cards = [card for card in waiting(store, day) if ids is None or card in ids]
    marks = spread_over(store, cards, day, days)
    batch = store.mark(marks, at_ms=now_ms(), day=day)
    if batch is not None:
        say(f"{len(batch.cards)} cards moved to the next days; lpdeck undo takes it back.")


def _agreed_days(found: Backlog) -> int | None:
    """Over how many days the learner wants a backlog spread; None for not at all, or where nobody can be asked."""
    from lpdeck.review.backlog import LONGEST

    if not sys.stdin.isatty():
        return None
    waited = f"{len(found.cards)} cards waited while you were away for {found.away} days."
    answer = context.ask(f"{waited}\nSpread them over the next {found.days} days? [Y, n, or a number of days]")
    if answer is None or answer.lower() in ("n", "no"):
        return None
    if answer.isascii() and answer.isdigit():
        return min(max(int(answer), 1), LONGEST)
    if answer.lower() in ("", "y", "yes"):
        return found.days
    say(f"“{answer}” is neither yes nor a number: nothing was moved. lpdeck review --spread DAYS does it later.")
    return None


def _parting(store: HotStore, tally: Tally, options: Config) -> None:
    """What the sitting did, left on the screen from which the learner came."""
    from lpdeck.cli.sitting import counts, done
    from lpdeck.review.session import Left

    for line in done(tally):
        out(line)
    queue = _queue(store, options)
    if queue.cards:
        out(f"{counts(Left(queue.due, queue.begun))} for today: lpdeck review")


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
    return Limits(options.new_per_day, options.reviews_per_day, options.minutes_per_day)


def due(
    words: FILTER = None,
    level: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--level", metavar="LEVEL", help="With the bar of sde1, sde2, senior, or all."),
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="Print one number: cards due and new today.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how much today's review holds."""
    from lpdeck.cli.choosing import filter_of
    from lpdeck.config import with_value

    options = config() if level is None else with_value(config(), "level", level)
    chosen = filter_of(words)
    with hot_store() as store:
        queue = _queue(store, options, chosen)
    if json:
        out_json({"due": queue.due, "new": len(queue.new), "principles": dict(queue.by_principle())})
    elif count:
        out(str(len(queue.cards)))
    else:
        out(f"{queue.due} due   {len(queue.new)} new")


def _queue(store: HotStore, options: Config, chosen: Filter | None = None) -> Queue:
    """Today's queue, of the cards that pass a filter and are of the learner's level."""
    from lpdeck.cli.choosing import find, of_level

    now = now_ms()
    ids = find(store, of_level(chosen, options.level), options, now)
    return build(store, options.calendar.day_of(now), limits(options), None if ids is None else frozenset(ids))


def today(*, json: bool) -> None:
    """What today holds, in a few lines."""
    options = config()
    if context.is_new_home():
        _welcome(json=json)
        return
    with hot_store() as store:
        queue = _queue(store, options)
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
