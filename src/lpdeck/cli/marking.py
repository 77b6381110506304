"""`lpdeck suspend`, `resume`, `bury`, `flag`, `reset` on many cards at once; `undo` and `redo` of whatever was last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER, filter_of, find
from lpdeck.cli.completion import complete_flag
from lpdeck.errors import LpdeckError, UsageError
from lpdeck.events import FLAGS, Kind, marked

if TYPE_CHECKING:
    from lpdeck.config import Config
    from lpdeck.store.hot import Batch, HotStore, Mark

MANY = 20
"""More cards than this are asked about first."""

_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    for command in (suspend, resume, bury, flag, reset, undo, redo):
        app.command()(command)


def suspend(words: FILTER = None, yes: _Yes = False, dry_run: _DryRun = False, json: _Json = False) -> None:
    """Keep cards from being asked until they are resumed."""
    _mark(Kind.SUSPEND, "suspended", words, yes=yes, dry_run=dry_run, json=json)


def resume(words: FILTER = None, yes: _Yes = False, dry_run: _DryRun = False, json: _Json = False) -> None:
    """Ask suspended and buried cards again."""
    _mark(Kind.RESUME, "resumed", words, yes=yes, dry_run=dry_run, json=json)


def bury(words: FILTER = None, yes: _Yes = False, dry_run: _DryRun = False, json: _Json = False) -> None:
    """Keep cards from being asked until tomorrow."""
    _mark(Kind.BURY, "buried until tomorrow", words, yes=yes, dry_run=dry_run, json=json)


def flag(
    colour: Annotated[
        str, typer.Argument(metavar="COLOUR", help=f"{', '.join(FLAGS)}, or none.", autocompletion=complete_flag)
    ],
    words: FILTER = None,
    yes: _Yes = False,
    dry_run: _DryRun = False,
    json: _Json = False,
) -> None:
    """Flag cards with a colour; none takes the flag off."""
    if colour not in (*FLAGS, "none"):
        raise UsageError(f'there is no flag "{colour}"', f"There are {', '.join(FLAGS)}, and none.")
    done = "flag taken off" if colour == "none" else f"flagged {colour}"
    detail = {"flag": None if colour == "none" else colour}
    _mark(Kind.FLAG, done, words, yes=yes, dry_run=dry_run, json=json, detail=detail)


def reset(words: FILTER = None, yes: _Yes = False, dry_run: _DryRun = False, json: _Json = False) -> None:
    """Forget what was answered: the cards are new again. The log keeps the answers, undo brings them back."""
    _mark(Kind.RESET, "reset", words, yes=yes, dry_run=dry_run, json=json)


def _mark(
    kind: Kind,
    done: str,
    words: list[str] | None,
    *,
    yes: bool,
    dry_run: bool,
    json: bool,
    detail: dict[str, Any] | None = None,
) -> None:
    """Does one thing to every card that passes the filter and that it changes, as one batch."""
    from lpdeck.store.hot import Mark

    chosen = filter_of(words)
    if chosen is None:
        raise UsageError(
            f"{kind} needs to know which cards", f"Write a filter: lpdeck {kind} principle:frugality, or a card's id."
        )
    options, now = context.config(), context.now_ms()
    day = options.calendar.day_of(now)
    context.ready_home()
    with context.hot_store() as store:
        due = day + 1 if kind is Kind.BURY else None
        found = find(store, chosen, options, now) or []
        marks = [mark for card in found if _changes(store, mark := Mark(card, kind, due, detail or {}))]
        if dry_run:
            _say_would(done, found, [mark.card for mark in marks], json=json)
            return
        if len(marks) > MANY:
            from lpdeck.cli.keeping import before

            context.agree_or_stop(f"{_cards(len(marks))} will be {done}.", yes=yes)
            before(kind.value)
        batch = store.mark(marks, at_ms=now, day=day)
        _say_done(done, found, batch, json=json)


def _changes(store: HotStore, mark: Mark) -> bool:
    """Whether a mark would change anything about its card."""
    from lpdeck.days import StudyDay
    from lpdeck.events import Event

    before = store.schedule(mark.card)
    event = Event("", 0, StudyDay(0), "", mark.kind, "", mark.card, due=mark.due, detail=mark.detail)
    return marked(before, event) != before


def _say_would(done: str, found: list[str], cards: list[str], *, json: bool) -> None:
    if json:
        context.out_json({"done": done, "dry_run": True, "found": len(found), "cards": cards})
        return
    context.out(f"{_cards(len(cards))} would be {done}{_of(found, len(cards))}")
    for card in cards:
        context.out(f"  {card}")


def _say_done(done: str, found: list[str], batch: Batch | None, *, json: bool) -> None:
    cards = list(batch.cards) if batch else []
    if json:
        context.out_json({"done": done, "dry_run": False, "found": len(found), "cards": cards})
    elif not found:
        context.say("No card fits the filter; nothing was changed.")
    elif not cards:
        context.say(f"{_cards(len(found))} fit, and nothing about them would change.")
    else:
        names = cards[0] if len(cards) == 1 else _cards(len(cards))
        context.out(f"{names} {done}{_of(found, len(cards))}; lpdeck undo takes it back")


def _of(found: list[str], count: int) -> str:
    return "" if len(found) == count else f" (of {len(found)} that fit; the others already are, or were never answered)"


def _cards(count: int) -> str:
    from lpdeck.cli.rendering import plural

    return plural(count, "card")


def undo(json: _Json = False) -> None:
    """Take back the last thing you did: an answer, or all that one command did to many cards."""
    _turn("undo", "took back", json=json)


def redo(json: _Json = False) -> None:
    """Do again what the last undo took back, if nothing was done since."""
    _turn("redo", "did again", json=json)


def _turn(word: str, said: str, *, json: bool) -> None:
    options: Config = context.config()
    now = context.now_ms()
    day = options.calendar.day_of(now)
    context.ready_home()
    with context.hot_store() as store:
        turn = store.undo if word == "undo" else store.redo
        batch = turn(now, day, store.scheduler(options.scheduler))
    if batch is None:
        raise LpdeckError(f"there is nothing to {word}", "")
    if json:
        context.out_json({"done": word, "what": batch.kind.value, "cards": list(batch.cards)})
        return
    cards = batch.cards[0] if len(batch.cards) == 1 else _cards(len(batch.cards))
    context.out(f"{said}: {batch.kind.value} of {cards}")
