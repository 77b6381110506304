"""The filter of every command that takes cards: from the words of its command line to the cards that pass."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from lpdeck.cli.completion import complete_filter
from lpdeck.interviews import ALL_LEVELS

if TYPE_CHECKING:
    from lpdeck.config import Config
    from lpdeck.filters import Filter
    from lpdeck.store.hot import HotStore

FILTER = Annotated[
    Optional[list[str]],  # noqa: UP045 (Typer reads it at run time)
    typer.Argument(
        metavar="FILTER...",
        help="Which cards: principle:ownership kind:quiz is:due -is:suspended recall<0.8 lapses>3 word ...",
        autocompletion=complete_filter,
    ),
]

_MINUS = "\x00"
"""Stands before a word that begins with a minus, so that it is not taken for an option."""

# A minus before a word, a name, a quote or a parenthesis; one letter alone is an option.
_NEGATED = re.compile(r"-(?:[^\W\d_]{2}|[(\"'“‘])")


def guarded(arguments: Sequence[str]) -> list[str]:
    """A command line with its negated terms marked: `-is:suspended` is no option."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    marked = [f"{_MINUS}{one}" if _NEGATED.match(one) else one for one in arguments[:end]]
    return [*marked, *arguments[end:]]


def filter_text(words: Sequence[str] | None) -> str:
    """The filter that was typed as words; one in which the shell kept blanks together is a phrase or a filter."""
    return " ".join(_term(word.removeprefix(_MINUS)) for word in words or ())


_SYNTAX = re.compile(r"[:<>=()\"“”]|(?:^|\s)(?:-|or\b|not\b|and\b)", re.IGNORECASE)


def _term(word: str) -> str:
    is_phrase = len(word.split()) > 1 and not _SYNTAX.search(word)
    return f'"{word}"' if is_phrase else word


def filter_of(words: Sequence[str] | None) -> Filter | None:
    """The filter of a command line; None where there is none. Raises FilterError."""
    text = filter_text(words).strip()
    if not text:
        return None
    from lpdeck.filters import parse

    return parse(text)


def find(store: HotStore, chosen: Filter | None, options: Config, now_ms: int) -> list[str] | None:
    """The ids of the cards that pass, in the order of the decks; None where there is no filter."""
    if chosen is None:
        return None
    return store.find(chosen, options.calendar.day_of(now_ms), store.scheduler(options.scheduler))


def of_level(chosen: Filter | None, level: str) -> Filter | None:
    """The filter that also hides the bars of other levels; `all` hides none."""
    if level == ALL_LEVELS:
        return chosen
    from lpdeck.filters import EVERYTHING, Has, Not, both, either

    bars = either(Not(Has("kind", "level")), Has("level", level))
    return both(chosen or EVERYTHING, bars)
