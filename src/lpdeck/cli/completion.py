"""What the shell completes: principles, decks, ids, kinds and options. Loads nothing that a Tab would wait for."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lpdeck.principles import Principle


def complete_principle(incomplete: str) -> list[str]:
    """Slugs of principles."""
    return [one.slug for one in Principle if one.slug.startswith(incomplete.lower())]


def complete_deck(incomplete: str) -> list[str]:
    """Names of deck files."""
    return [name for name in _rows("SELECT name FROM deck_file ORDER BY name") if name.startswith(incomplete)]


def complete_starter(incomplete: str) -> list[str]:
    """Names of starter decks."""
    from lpdeck.shipped import shipped

    return sorted(path.stem for path in shipped("decks").glob("*.toml") if path.stem.startswith(incomplete.lower()))


def complete_card(incomplete: str) -> list[str]:
    """Ids of cards."""
    return [name for name in _rows("SELECT id FROM card ORDER BY id") if name.startswith(incomplete)]


def complete_card_or_deck(incomplete: str) -> list[str]:
    """Names of decks, and ids of cards once a deck is named."""
    return [*complete_deck(incomplete), *(complete_card(incomplete) if "/" in incomplete else [])]


def complete_kind(incomplete: str) -> list[str]:
    """Kinds of cards."""
    from lpdeck.deck.model import KINDS

    return [kind for kind in KINDS if kind.startswith(incomplete)]


def complete_option(incomplete: str) -> list[str]:
    """Names of options."""
    from lpdeck.config import OPTIONS

    return [name for name in OPTIONS if name.startswith(incomplete)]


def complete_flag(incomplete: str) -> list[str]:
    """Colours of flags."""
    from lpdeck.events import FLAGS

    return [colour for colour in (*FLAGS, "none") if colour.startswith(incomplete)]


def complete_filter(incomplete: str) -> list[str]:
    """The words of the filter language. Bash breaks words at colons, so what stood before one is put back."""
    from lpdeck.filters import completions

    begun = _before_colon(_words_before(), incomplete)
    typed = begun if incomplete == ":" else f"{begun}{incomplete}"
    found = completions(typed, lambda: complete_deck(""), _tags)
    kind = _BehindColon if incomplete == ":" else str
    return [kind(word.removeprefix(begun)) for word in found]


class _BehindColon(str):
    """A word to stand behind a colon, which Typer compares with the colon: Bash calls that the word begun."""

    __slots__ = ()

    def startswith(self, *_: object) -> bool:
        """It fits."""
        return True


def _words_before() -> list[str]:
    """The words before the one that is completed, as Bash has broken them; none in other shells."""
    words, at = os.environ.get("COMP_WORDS", "").split(), os.environ.get("COMP_CWORD", "")
    return words[: int(at)] if at.isdigit() else []


def _before_colon(before: list[str], incomplete: str) -> str:
    """What belongs before the word that is completed: `kind:` where the shell made three words of `kind:q`."""
    if incomplete == ":" and before:
        return f"{before[-1]}:"
    return f"{before[-2]}:" if len(before) > 1 and before[-1] == ":" else ""


def _tags() -> list[str]:
    return sorted(set(_rows("SELECT DISTINCT value FROM card, json_each(card.tags)")))


def _rows(statement: str) -> Iterator[str]:
    """A column of the index; nothing where there is no usable database, for a Tab must never fail."""
    import sqlite3

    from lpdeck.cli.context import home

    database = home().database
    if not database.exists():
        return
    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=0.2)
        try:
            yield from (row[0] for row in connection.execute(statement))
        finally:
            connection.close()
    except sqlite3.Error:
        return


def complete_interview(incomplete: str) -> list[str]:
    """Names of interviews."""
    from lpdeck.cli import context
    from lpdeck.errors import LpdeckError

    try:
        return [one.name for one in context.config().interviews if one.name.startswith(incomplete)]
    except LpdeckError:
        return []
