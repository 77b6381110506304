"""Copies that a synced folder left beside decks, database and options because two computers changed them at once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from lpdeck.deck.copies import Copy, copy_of, sure_copies
from lpdeck.home import Home

__all__ = ["Conflict", "Copy", "conflicts", "copy_of", "sure_copies"]


class Conflict(NamedTuple):
    """A copy of a deck, the database or the options, beside it; `maker` is the program whose names look so."""

    path: Path
    original: Path
    maker: str


def conflicts(home: Home) -> list[Conflict]:
    """The conflict copies of a home: by their names, and where those prove nothing by the ids of their cards."""
    return [*_of_decks(home.decks), *_of_database(home), *_of_options(home)]


def _of_decks(folder: Path) -> list[Conflict]:
    names = _names(folder, ".toml")
    found = []
    for name in names:
        copy = copy_of(name)
        if copy is None or copy.original not in names:
            continue
        if copy.sure or _are_forms_of_one(folder / name, folder / copy.original):
            found.append(Conflict(folder / name, folder / copy.original, copy.maker))
    return found


def _of_database(home: Home) -> list[Conflict]:
    names = _names(home.path, home.database.suffix)
    copies = ((name, copy_of(name)) for name in names if name != home.database.name)
    return [
        Conflict(home.path / name, home.database, copy.maker)
        for name, copy in copies
        if copy is not None and copy.original.casefold() == home.database.name
    ]


def _of_options(home: Home) -> list[Conflict]:
    copies = sure_copies(_names(home.path, home.config.suffix))
    return [
        Conflict(home.path / name, home.config, copy.maker)
        for name, copy in copies.items()
        if copy.original.casefold() == home.config.name
    ]


def _names(folder: Path, ending: str) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.suffix == ending and path.is_file())
    except OSError:
        return []


def _are_forms_of_one(one: Path, other: Path) -> bool:
    """Whether two files hold the same deck: half the cards of the smaller one, or more, stand in both.

    A learner who begins a deck with a card of another one may have called it so.
    """
    from lpdeck.deck.folder import load
    from lpdeck.errors import DeckError

    try:
        first, second = ({card.id for card in load(path).deck.cards} for path in (one, other))
    except DeckError:
        return False
    both = len(first & second)
    return both > 0 and 2 * both >= min(len(first), len(second))
