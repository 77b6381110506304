"""`lpdeck review`: what a learner does every evening. Loads as little as it can."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER
from lpdeck.cli.context import hot_store, now_ms, out, say
from lpdeck.cli.evenings import at_level, chosen_ids, limits, todays_queue
from lpdeck.config import Config
from lpdeck.store.hot import HotStore

if TYPE_CHECKING:
    from lpdeck.days import StudyDay
    from lpdeck.review.backlog import Backlog
    from lpdeck.review.session import Tally


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(review)


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
    from lpdeck.cli.beginning import into_an_empty_home
    from lpdeck.cli.choosing import filter_of
    from lpdeck.cli.sitting import sit
    from lpdeck.review.session import ReviewSession

    options = at_level(level)
    chosen = filter_of(words)
    into_an_empty_home()
    with hot_store() as store:
        now = now_ms()
        interview = options.plan_on(options.calendar.day_of(now))
        _limit_today(store, options.calendar.day_of(now), new, reviews, minutes)
        ids = chosen_ids(store, options, chosen, now)
        _spread(store, options, spread, ids)
        session = ReviewSession(
            store,
            store.scheduler(options.scheduler),
            options.calendar,
            limits(options, interview),
            now_ms(),
            chosen=ids,
            interview=interview,
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
    if days is None and options.plan_on(day) is None:  # a plan fits the evenings by itself
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
    queue = todays_queue(store, options).queue
    if queue.cards:
        out(f"{counts(Left(queue.due, queue.begun))} for today: lpdeck review")
