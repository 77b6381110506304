"""`lpdeck check`: what is wrong in deck files, and which cards ask nearly the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.cards import deck_path
from lpdeck.cli.completion import complete_deck
from lpdeck.errors import EXIT_FOUND, DeckError

if TYPE_CHECKING:
    from lpdeck.deck.duplicates import Pair
    from lpdeck.deck.model import Deck
    from lpdeck.deck.toml import DeckProblem

_Found = list[tuple[Path, "DeckProblem"]]


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(check)


def check(
    deck: Annotated[Optional[list[str]], typer.Argument(metavar="DECK...", autocompletion=complete_deck)] = None,  # noqa: UP045
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help="Also look for cards that ask nearly the same, in any two decks.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look for mistakes in deck files: bad TOML, unknown kinds, missing fields, doubled ids; drafts as warnings.

    Exits with 1 where a mistake or a duplicate was found.
    """
    from lpdeck.deck.folder import deck_paths

    everything = deck_paths(context.home().decks)
    paths = [deck_path(name) for name in deck] if deck else everything
    found, decks = _read(paths)
    if not deck:
        found += _copies()
    pairs: list[Pair] = []
    if duplicates:
        _, others = _read([path for path in everything if path not in decks])
        pairs = _alike({**decks, **others}, among={deck.name for deck in decks.values()})
    errors = sum(not problem.warning for _, problem in found)
    if json:
        problems = [{"file": str(path), **_problem_data(problem)} for path, problem in found]
        context.out_json([*problems, *map(_pair_data, pairs)])
    else:
        _show_problems(found, errors, len(paths))
        if duplicates:
            _show_pairs(pairs)
    if errors or pairs:
        raise typer.Exit(EXIT_FOUND)


def _read(paths: Sequence[Path]) -> tuple[_Found, dict[Path, Deck]]:
    """Everything wrong in some deck files, ids that stand in two of them included, and those that can be read."""
    from lpdeck.deck.folder import load
    from lpdeck.deck.toml import DeckProblem

    found: _Found = []
    decks: dict[Path, Deck] = {}
    first: dict[str, tuple[Path, int]] = {}
    for path in paths:
        try:
            read = load(path)
        except DeckError as error:
            found.append((path, DeckProblem(error.line or 1, error.problem, error.advice)))
            continue
        decks[path] = read.deck
        found += [(path, problem) for problem in read.problems]
        for card in read.deck.cards:
            where, line = first.setdefault(card.id, (path, card.line))
            if where != path:
                what = f'the id "{card.id}" stands in {where.name}:{line} too'
                found.append((path, DeckProblem(card.line, what, "Give one of them another id.", card.id)))
    return found, decks


def _copies() -> _Found:
    """The copies of decks that a synced folder left, as warnings: they are no decks of their own."""
    from lpdeck.deck.folder import conflict_paths
    from lpdeck.deck.toml import DeckProblem

    what = "this is a conflict copy, and its cards are not asked"
    return [
        (path, DeckProblem(1, what, f'lpdeck unite "{path}"', warning=True))
        for path in conflict_paths(context.home().decks)
    ]


def _alike(decks: dict[Path, Deck], among: Collection[str]) -> list[Pair]:
    """The pairs of cards that ask nearly the same, of which at least one stands in the decks that are checked."""
    from lpdeck.deck.duplicates import near_equal

    deck_of = {card.id: deck.name for deck in decks.values() for card in deck.cards}
    pairs = near_equal(card for deck in decks.values() for card in deck.cards)
    return [pair for pair in pairs if {deck_of[pair.first.id], deck_of[pair.second.id]}.intersection(among)]


def _problem_data(problem: DeckProblem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "level": "warning" if problem.warning else "error",
        "what": problem.what,
        "advice": problem.advice,
        "card": problem.card,
    }


def _show_problems(found: list[tuple[Path, DeckProblem]], errors: int, files: int) -> None:
    from lpdeck.cli.rendering import Painter, plural, shown

    painter = Painter(width=context.width(), colour=context.colour())
    for path, problem in found:
        level = painter.style("warning", "warning") if problem.warning else painter.style("error", "wrong")
        card = f' card "{problem.card}":' if problem.card else ""
        context.out(shown(f"decks/{path.name}:{problem.line}:") + f" {level}:" + shown(f"{card} {problem.what}"))
        if problem.advice:
            context.out(painter.style(f"    {shown(problem.advice)}", "dim"))
    context.out(f"{plural(files, 'deck')}: {plural(errors, 'error')}, {plural(len(found) - errors, 'warning')}")


def _pair_data(pair: Pair) -> dict[str, Any]:
    first, second = pair.first, pair.second
    return {"level": "duplicate", "card": first.id, "other": second.id, "likeness": round(pair.likeness, 3)}


def _show_pairs(pairs: Sequence[Pair]) -> None:
    from lpdeck.cli.rendering import Painter, plural, shown
    from lpdeck.deck.duplicates import front_words

    painter = Painter(width=context.width(), colour=context.colour())
    for pair in pairs:
        context.out(f"{painter.style('alike', 'warning')} {pair.likeness:.0%}: {pair.first.id} and {pair.second.id}")
        for card in dict.fromkeys(map(front_words, (pair.first, pair.second))):
            context.out(painter.style(f"    {shown(card)}", "dim"))
    context.out(f"{plural(len(pairs), 'pair')} of cards ask nearly the same")
