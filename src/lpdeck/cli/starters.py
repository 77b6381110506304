"""`lpdeck starter`: the decks that travel with the program, in and out of the learner's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.completion import complete_starter
from lpdeck.errors import UsageError

if TYPE_CHECKING:
    from lpdeck.deck.starters import Starter

_Names = Annotated[
    Optional[list[str]],  # noqa: UP045 (Typer reads it at run time)
    typer.Argument(metavar="NAME...", help="Starters, or principles by name.", autocompletion=complete_starter),
]
_All = Annotated[bool, typer.Option("--all", help="All of them.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    starter = typer.Typer(
        help="The decks that come with lpdeck: a story for each leadership principle.",
        rich_markup_mode=None,
        no_args_is_help=False,
    )
    starter.callback(invoke_without_command=True)(_list_without_a_command)
    starter.command("list")(list_starters)
    starter.command("add")(add)
    starter.command("remove")(remove)
    app.add_typer(starter, name="starter")


def _list_without_a_command(ctx: typer.Context, json: _Json = False) -> None:
    if ctx.invoked_subcommand is None:
        list_starters(json)


class Shelved(NamedTuple):
    """A starter, the deck of the learner's that names its page, and the one that holds its cards; None where none does.

    The two differ once it was removed from a deck with a card that a page of the learner's gives too.
    """

    starter: Starter
    named_in: str | None
    deck: str | None

    @property
    def set_aside(self) -> Path:
        """Where its cards wait once it was removed."""
        return context.home().removed / f"{self.starter.name}.toml"


def list_starters(json: _Json = False) -> None:
    """List the starters: how many cards each has, how many you have begun, and the deck that holds them."""
    from lpdeck.cli.cards import table

    context.ready_home()
    found = _shelved()
    with context.hot_store() as store:
        begun = [sum(store.schedule(card).memory is not None for card in one.starter.ids) for one in found]
    if json:
        context.out_json([_data(*one) for one in zip(found, begun, strict=True)])
        return
    table(
        ("starter", "cards", "begun", "your deck", "title"),
        [
            (one.starter.name, str(len(one.starter.ids)), str(count or "·"), one.deck or "·", one.starter.title)
            for one, count in zip(found, begun, strict=True)
        ],
    )
    if any(one.deck is None for one in found):
        context.say("lpdeck starter add NAME takes one among your decks.")


def _data(one: Shelved, begun: int) -> dict[str, Any]:
    starter = one.starter
    return {
        "name": starter.name,
        "title": starter.title,
        "principles": list(starter.principles),
        "cards": len(starter.ids),
        "begun": begun,
        "deck": one.deck,
    }


def add(names: _Names = None, every: _All = False, dry_run: _DryRun = False) -> None:
    """Take starters among your decks, with all that you knew of them; one that is there is brought up to date."""
    from lpdeck.cli.rendering import plural

    context.ready_home()
    for one in _chosen(_shelved(), names, every=every):
        if one.deck is None:
            deck, cards = _place(one), plural(_waiting(one), "card")
            if not dry_run:
                _bring(one, deck)
            context.out(f"{'would add' if dry_run else 'added'} {one.starter.name}: {cards} in {deck}.toml")
        else:
            context.out(_brought_up_to_date(one.starter, one.deck, dry_run=dry_run))
    with context.index():
        pass


def remove(names: _Names = None, every: _All = False, dry_run: _DryRun = False) -> None:
    """Take starters out of your decks. Schedules, notes and edits wait for lpdeck starter add; your own cards stay."""
    from lpdeck.cli.keeping import before
    from lpdeck.cli.rendering import plural

    context.ready_home()
    chosen = _chosen(_shelved(), names, every=every)
    if not dry_run and any(one.deck is not None for one in chosen):
        before("remove")
    for one in chosen:
        if one.deck is None:
            context.say(f"{one.starter.name} is not among your decks.")
            continue
        out, stay = _set_aside(one, one.deck, dry_run=dry_run)
        own = f"; {plural(stay, 'card')} of your own stay in {one.deck}.toml" if stay else ""
        cards = plural(out, "card")
        context.out(
            f"{'would remove' if dry_run else 'removed'} {one.starter.name}: {cards} out of {one.deck}.toml{own}"
        )
    with context.index():
        pass


def _shelved() -> list[Shelved]:
    """Every starter with the deck that holds it."""
    from lpdeck.deck.folder import starters
    from lpdeck.store.index import shelf

    with context.index(quiet=True, writes=False) as connection:
        held = shelf(connection).deck_of_page
    decks = [(one, [held[page] for page in one.pages if page in held]) for one in starters()]
    named = [(one, holding[0] if holding else None) for one, holding in decks]
    found = [Shelved(one, deck, deck) for one, deck in named]
    return [one._replace(deck=None) if _was_removed(one) else one for one in found]


def _was_removed(one: Shelved) -> bool:
    """Whether a starter's cards are set aside, and none of them stands in the deck that names its page."""
    from lpdeck.deck.folder import load
    from lpdeck.deck.starters import parted

    if one.deck is None or not one.set_aside.exists():
        return False
    theirs, _ = parted(load(context.home().decks / f"{one.deck}.toml").deck, one.starter.pages)
    return not theirs.cards


def _chosen(found: Sequence[Shelved], names: Sequence[str] | None, *, every: bool) -> list[Shelved]:
    """The starters that were named. Raises UsageError that names the nearest one."""
    if every:
        return list(found)
    if not names:
        raise UsageError("no starter is named", "Name some, or --all: lpdeck starter list shows them.")
    return list(dict.fromkeys(_named(found, name) for name in names))


def _named(found: Sequence[Shelved], name: str) -> Shelved:
    from difflib import get_close_matches

    from lpdeck.principles import Principle

    principle = Principle.named(name)
    wanted = {name.lower(), *([principle.slug] if principle else [])}
    for one in found:
        if one.starter.name in wanted:
            return one
    near = get_close_matches(name.lower(), [one.starter.name for one in found], n=1, cutoff=0.0)[0]
    raise UsageError(f'there is no starter "{name}"', f"The nearest is {near}; lpdeck starter list shows all.")


# In and out


def _place(one: Shelved) -> str:
    """The deck in which a starter's cards will stand: the one that they left, if it is there, or one of their own."""
    from lpdeck.deck.folder import free_name

    return one.named_in or _left(one) or free_name(context.home().decks, one.starter.name)


def _left(one: Shelved) -> str | None:
    """The deck out of which a starter's cards were set aside: title and principles are still those."""
    from lpdeck.deck.folder import load
    from lpdeck.store.index import deck_rows

    if not one.set_aside.exists():
        return None
    before = load(one.set_aside).deck
    with context.index(quiet=True) as connection:
        rows = deck_rows(connection)
    return next(
        (row.name for row in rows if (row.title, row.principles) == (before.title, " ".join(before.principles))), None
    )


def _waiting(one: Shelved) -> int:
    """How many cards a starter brings: without those that the learner deleted."""
    from lpdeck.deck.folder import load

    return len(load(one.set_aside).deck.cards if one.set_aside.exists() else one.starter.ids)


def _bring(one: Shelved, deck: str) -> None:
    """Writes a starter's cards among the learner's decks: as they were when they left, else as they are shipped."""
    from lpdeck.deck.folder import load, read_text, save, write_atomically
    from lpdeck.deck.starters import united
    from lpdeck.shipped import shipped

    path, aside = context.home().decks / f"{deck}.toml", one.set_aside
    if not aside.exists():
        write_atomically(path, read_text(shipped("decks") / f"{one.starter.name}.toml"))
        return
    if path.exists():
        save(path, united(load(path).deck, load(aside).deck))
    else:
        write_atomically(path, read_text(aside))
    aside.unlink()
    _brought_up_to_date(one.starter, deck, dry_run=False)


def _brought_up_to_date(starter: Starter, deck: str, *, dry_run: bool) -> str:
    """Imports a starter's page into the deck that holds it; says what that changed, or would change."""
    from lpdeck.cli.importing import importer, page_file
    from lpdeck.deck.merging import Change
    from lpdeck.shipped import shipped

    page = shipped("decks") / "walkthroughs" / f"{starter.name}.txt"
    with importer(deck, None, update=False, dry_run=dry_run) as taking:
        plan = taking.take(page_file(str(page))).plan
    changes = [(change.value, len(plan.of(change))) for change in Change if change is not Change.KEPT]
    said = ", ".join(f"{count} {word}" for word, count in changes if count)
    return f"{starter.name} is among your decks, in {deck}.toml: {said or 'nothing is new'}"


def _set_aside(one: Shelved, deck: str, *, dry_run: bool) -> tuple[int, int]:
    """Takes a starter's cards out of a deck; returns how many left, and how many of the learner's own stay."""
    from lpdeck.deck.folder import load, read_text, save, write_atomically
    from lpdeck.deck.starters import parted

    path = context.home().decks / f"{deck}.toml"
    theirs, own = parted(load(path).deck, one.starter.pages)
    if not dry_run:
        _keep_older(one.set_aside)
        write_atomically(one.set_aside, read_text(path))
        if own.cards:
            save(one.set_aside, theirs)
            save(path, own)
        else:
            path.unlink()
    return len(theirs.cards), len(own.cards)


def _keep_older(path: Path) -> None:
    """Makes room for a deck that is set aside; one that was there before goes to backups/."""
    from lpdeck.cli.cards import keep
    from lpdeck.store.hot import make_private_folder

    make_private_folder(path.parent)
    if path.exists():
        keep(path)
