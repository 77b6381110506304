"""Copies that a synced folder left beside decks and database because two computers changed them at once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from lpdeck.deck.copies import Copy, copy_of, sure_copies
from lpdeck.home import Home

__all__ = ["Conflict", "Copy", "conflicts", "copy_of", "sure_copies"]


class Conflict(NamedTuple):
    """A copy of a deck or of the database, beside it; `maker` is the program whose names look so."""

    path: Path
    original: Path
    maker: str

    @property
    def is_deck(self) -> bool:
        """Whether it is a copy of a deck and not of the database."""
        return self.path.suffix == ".toml"


def conflicts(home: Home) -> list[Conflict]:
    """The conflict copies of a home: by their names, and where those prove nothing by the ids of their cards."""
    return [*_of_decks(home.decks), *_of_database(home)]


def _of_decks(folder: Path) -> list[Conflict]:
    names = _names(folder, ".toml")
    found = []
    for name in names:
        copy = copy_of(name)
        if copy is None or copy.original not in names:
            continue
        if copy.sure or _share_cards(folder / name, folder / copy.original):
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


def _names(folder: Path, ending: str) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if path.suffix == ending and path.is_file())
    except OSError:
        return []


def _share_cards(one: Path, other: Path) -> bool:
    """Whether two deck files have a card in common: then they are two forms of one deck."""
    from lpdeck.deck.folder import load
    from lpdeck.errors import DeckError

    try:
        first, second = ({card.id for card in load(path).deck.cards} for path in (one, other))
    except DeckError:
        return False
    return bool(first & second)
