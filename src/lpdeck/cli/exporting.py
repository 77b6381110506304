"""`lpdeck export`: cards for other programs; and what `lpdeck import` does with the JSON that comes back."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER, filter_of
from lpdeck.errors import EXIT_FOUND, DeckError, PageError, UsageError

if TYPE_CHECKING:
    from lpdeck.config import Config
    from lpdeck.deck.exchange import Others, Return
    from lpdeck.deck.model import Deck
    from lpdeck.deck.plain import Standing
    from lpdeck.deck.toml import DeckFile
    from lpdeck.filters import Filter
    from lpdeck.scheduling import Schedule
    from lpdeck.store.hot import StoredCard
    from lpdeck.store.index import Shelf

_Out = Annotated[
    Optional[Path],  # noqa: UP045 (Typer reads it at run time)
    typer.Option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output."),
]
_Force = Annotated[bool, typer.Option("--force", help="Overwrite FILE if it exists.")]


def add_to(app: typer.Typer) -> None:
    """Adds the group `export`, a command for each form."""
    group = typer.Typer(rich_markup_mode=None, help="Write cards for other programs, or to bring back later.")
    from lpdeck.cli.to_anki import export_anki

    group.command("anki")(export_anki)
    for name, command in _FORMS.items():
        group.command(name)(command)
    app.add_typer(group, name="export")


def export_csv(words: FILTER = None, output: _Out = None, force: _Force = False) -> None:
    """Write cards as CSV, one a row.

    Drafts are among them, retired cards only where the filter says is:retired. A cell that a spreadsheet would
    calculate begins with an apostrophe; the column `fields` has every card unchanged.
    """
    from lpdeck.deck.plain import to_csv

    check_free(output, force)
    chosen = filter_of(words)
    picked = _picked(chosen, retired=_asks_for_retired(chosen))
    rows = ((deck, card, picked.standings[card.id]) for deck in picked.decks for card in deck.cards)
    _deliver(to_csv(rows), picked, output)


def export_json(words: FILTER = None, output: _Out = None, force: _Force = False) -> None:
    """Write decks as JSON that lpdeck import brings back.

    Without a filter every deck is whole, with one it holds the cards that pass; drafts and retired cards are among
    them.
    """
    from lpdeck.deck.exchange import to_json

    check_free(output, force)
    picked = _picked(filter_of(words), retired=True)
    _deliver(to_json(picked.decks), picked, output)


def export_markdown(words: FILTER = None, output: _Out = None, force: _Force = False) -> None:
    """Write cards as Markdown, to read or print.

    Each deck has a heading, its cards stand by kind, the answer of each as a quotation. Drafts are among them,
    retired cards only where the filter says is:retired.
    """
    from lpdeck.deck.plain import to_markdown

    check_free(output, force)
    chosen = filter_of(words)
    picked = _picked(chosen, retired=_asks_for_retired(chosen))
    _deliver(to_markdown(deck for deck in picked.decks if deck.cards), picked, output)


# The forms by the names of their commands.
_FORMS = {"csv": export_csv, "json": export_json, "markdown": export_markdown}


# Which cards


class _Picked(NamedTuple):
    """Decks with the cards that are exported, where each stands, and what could not be read."""

    decks: list[Deck]
    standings: dict[str, Standing]
    left_out: list[str]


def _asks_for_retired(chosen: Filter | None) -> bool:
    from lpdeck.filters import Has, terms_of

    return chosen is not None and Has("is", "retired") in terms_of(chosen)


def _picked(chosen: Filter | None, *, retired: bool) -> _Picked:
    """The decks of the files with the cards that pass a filter; None passes all and keeps empty decks."""
    from lpdeck.deck.folder import deck_paths, load
    from lpdeck.filters import EVERYTHING

    options = context.config()
    context.ready_home()
    with context.hot_store() as store:
        day = options.calendar.day_of(context.now_ms())
        ids = store.find(chosen or EVERYTHING, day, store.scheduler(options.scheduler))
        found = {card.id: (card, schedule) for card, schedule in store.cards_with(ids)}
    decks: list[Deck] = []
    left_out: list[str] = []
    for path in deck_paths(context.home().decks):
        try:
            file = load(path)
        except DeckError as error:
            left_out.append(error.what)
            continue
        left_out += [f"{path}:{one.line}: {one.what}" for one in file.problems if not one.warning]
        deck, doubled = _with_found(file.deck, found, retired=retired)
        left_out += [f"{path}: the id {one} stands in another deck too" for one in doubled]
        if deck.cards or chosen is None:
            decks.append(deck)
    return _Picked(decks, {card: _standing(*known, options) for card, known in found.items()}, left_out)


def _with_found(
    deck: Deck, found: Mapping[str, tuple[StoredCard, Schedule]], *, retired: bool
) -> tuple[Deck, list[str]]:
    """The deck with the cards that were found, and the ids of those that the index knows of another deck."""
    there = [card for card in deck.cards if card.id in found and (retired or not card.retired)]
    mine = tuple(card for card in there if found[card.id][0].deck == deck.name)
    return replace(deck, cards=mine), [card.id for card in there if found[card.id][0].deck != deck.name]


def _standing(card: StoredCard, schedule: Schedule, options: Config) -> Standing:
    from lpdeck.cli.cards import _state_word
    from lpdeck.days import date_of
    from lpdeck.deck.plain import Standing

    day = schedule.due_day if schedule.due_at_ms is None else options.calendar.day_of(schedule.due_at_ms)
    due = None if day is None else date_of(day)
    return Standing(_state_word(card, schedule), due, schedule.flag, schedule.reps, schedule.lapses)


# Where to


def check_free(output: Path | None, force: bool) -> None:
    """Raises UsageError where a file would be overwritten, or can not be there."""
    if output is None or str(output) == "-":
        return
    if output.is_dir():
        raise UsageError(f"{output}: this is a folder", "Name a file in it.")
    if output.exists() and not force:
        raise UsageError(f"{output}: there is such a file already", "Choose another name, or add --force.")
    if not output.parent.is_dir():
        raise UsageError(f"{output.parent}: there is no such folder", "Make it first, or choose another.")


def _deliver(text: str, picked: _Picked, output: Path | None) -> None:
    """Writes the text whole, and says how many cards went where. Exits with 1 where cards were left out."""
    from lpdeck.cli.rendering import plural, shown
    from lpdeck.deck.folder import write_atomically

    cards, decks = sum(len(deck.cards) for deck in picked.decks), len(picked.decks)
    if output is None or str(output) == "-":
        sys.stdout.write(shown(text) if sys.stdout.isatty() else text)
        where = "standard output"
    else:
        write_atomically(output, text)
        where = str(output)
    context.say(f"{plural(cards, 'card')} of {plural(decks, 'deck')} went to {where}.")
    _end(picked.left_out)


_NAMED = 5


def _end(left_out: Sequence[str]) -> None:
    for what in left_out[:_NAMED]:
        context.say(f"lpdeck: left out: {what}")
    if len(left_out) > _NAMED:
        context.say(f"... and {len(left_out) - _NAMED} more: lpdeck check")
    if left_out:
        raise typer.Exit(EXIT_FOUND)


# What comes back


@dataclass(frozen=True)
class Restored:
    """A deck of a file that was brought back, or would be."""

    file: str
    done: Return
    written: bool


def restore(
    name: str, text: str, shelf: Shelf, unsaved: Mapping[str, Deck], *, update: bool, dry_run: bool
) -> list[Restored]:
    """Brings the decks of a JSON export back; `unsaved` are decks that a dry run would have made.

    Raises PageError where the text is no such export, DeckError where a deck that is there can not be read, both
    before anything is written.
    """
    from lpdeck.deck.exchange import bring_back, decks_from_json

    try:
        offered = decks_from_json(text)
    except DeckError as error:
        raise PageError(f"{name}: {error.problem}", error.advice) from None
    planned: list[Return] = []
    for deck in offered:
        there, unreadable = _there(deck.name, unsaved)
        planned.append(bring_back(there, deck, _others(shelf, unreadable), update=update))
    return [Restored(name, one, _write(one, dry_run=dry_run)) for one in planned]


def _there(name: str, unsaved: Mapping[str, Deck]) -> tuple[Deck | None, list[str]]:
    """The deck of a name, None where there is none, and the ids of its cards that break a rule."""
    from lpdeck.deck.folder import load

    path = _path(name)
    if name in unsaved or not path.exists():
        return unsaved.get(name), []
    file: DeckFile = load(path)
    return file.deck, [one.card for one in file.problems if one.card and not one.warning]


def _others(shelf: Shelf, unreadable: Collection[str]) -> Others:
    from lpdeck.deck.exchange import Others

    return Others(shelf.deck_of_id, shelf.deck_of_page, frozenset(unreadable).union(*shelf.dropped.values()))


def _write(one: Return, *, dry_run: bool) -> bool:
    """Writes a deck that changed; a new one all of whose cards stay away is not made.

    Returns whether it was written, or would be.
    """
    from lpdeck.deck.folder import save

    empty = one.before is None and bool(one.met) and not one.after.cards
    if one.after == one.before or empty:
        return False
    return dry_run or save(_path(one.after.name), one.after) is not None


def _path(deck: str) -> Path:
    return context.home().decks / f"{deck}.toml"


_WORDS = {
    "added": "added",
    "kept": "there already",
    "updated": "updated",
    "conflict": "in conflict",
    "dropped": "deleted by you, or broken in your file: not brought back",
    "elsewhere": "in another deck: left there",
}


def show_restored(done: Sequence[Restored], *, dry_run: bool) -> None:
    """Tells of each deck of a file what became of its cards."""
    from lpdeck.cli.rendering import plural, shown
    from lpdeck.deck.exchange import Fate

    if done:
        context.out(f"{shown(done[0].file)}   {plural(len(done), 'deck')}")
    for one in done:
        counts = [f"{len(one.done.of(fate))} {_WORDS[fate]}" for fate in Fate if one.done.of(fate)]
        context.out(f"  {shown(one.done.after.name)}: {'; '.join(counts) or 'no cards'}")
        _show_told(one.done)
    if any(one.done.of(Fate.CONFLICT) for one in done):
        context.out("  your words are kept in conflicts; --update takes the file's instead")
    written = sum(one.written for one in done)
    ending = (
        f"would write {plural(written, 'deck')}; nothing was changed" if dry_run else f"wrote {plural(written, 'deck')}"
    )
    context.out(ending if written else "your decks say this already; nothing was changed")


_TOLD = 20


def _show_told(done: Return) -> None:
    """Names the cards about which the learner should know."""
    from lpdeck.cli.rendering import shown
    from lpdeck.deck.exchange import Fate

    said = {Fate.CONFLICT: "differs in", Fate.UPDATED: "took from the file", Fate.ELSEWHERE: "stands in"}
    told = [met for met in done.met if met.fate in said]
    for met in told[:_TOLD]:
        context.out(f"    {shown(met.card)}   {said[met.fate]} {shown(met.why)}")
    if len(told) > _TOLD:
        context.out(f"    ... and {len(told) - _TOLD} more: --json lists all")


def restored_data(one: Restored) -> dict[str, Any]:
    """What became of a deck as plain data."""
    from lpdeck.deck.exchange import Fate

    done = one.done
    return {
        "file": one.file,
        "deck": done.after.name,
        "written": one.written,
        "changes": {fate.value: [met.card for met in done.of(fate)] for fate in Fate},
        "conflicts": [{"id": met.card, "differs": met.why.split(", ")} for met in done.of(Fate.CONFLICT)],
    }
