"""`lpdeck cram`: practise cards now, without a trace in their schedules."""

from __future__ import annotations

from typing import Annotated

import typer

from lpdeck.cli.choosing import FILTER, filter_of, filter_text
from lpdeck.cli.context import config, hot_store, now_ms, out, say
from lpdeck.errors import UsageError


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(cram)


def cram(
    words: FILTER = None,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line, without colours or a screen.")] = False,
) -> None:
    """Practise cards until each was right once; schedules stay as they are, the log notes it as cramming."""
    from lpdeck.cli.sitting import done, sit
    from lpdeck.filters import EVERYTHING, Has, Not, both, terms_of
    from lpdeck.review.session import CramSession

    chosen = filter_of(words)
    if chosen is None:
        raise UsageError("cram needs to know which cards", "Write a filter: lpdeck cram principle:ownership")
    options, now = config(), now_ms()
    day = options.calendar.day_of(now)
    text = filter_text(words)
    with hot_store() as store:
        sleeping = Has("is", "suspended")
        awake = EVERYTHING if sleeping in terms_of(chosen) else Not(sleeping)
        scheduler = store.scheduler(options.scheduler)
        cards = store.find(both(chosen, Has("is", "asked"), awake), day, scheduler)
        if not cards:
            say("No card that can be asked fits the filter; suspended cards only come with is:suspended.")
            return
        session = CramSession(store, scheduler, options.calendar, cards, now, seed=f"{day}:{text}", duels=options.duel)
        tally = sit(session, store, options, plain=plain)
        for line in done(tally) if tally else []:
            out(line)
