"""Options that a step calls by their letters."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LETTER = r"[A-H]"
_GLUE = r"\s*(?:,|/|&|,?\s*\b(?:and|or|nor|to)\b|[–-])\s*"
# A single letter is a reference in brackets or behind a word for options; several in an enumeration are one anyway.
_REFERENCES = re.compile(
    rf"\((?P<one>{_LETTER})\)"
    rf"|(?<![\w'-])(?P<many>{_LETTER}(?:{_GLUE}(?:not )?{_LETTER})+)(?![\w'-])"
    rf"|\b(?i:options?|answers?|choices?|sentences?|statements?|phrases?|lines?|letters?|not|nor|neither|eliminates?"
    rf"|exclude|reject)\s+(?:(?P<several>{_LETTER}(?:{_GLUE}(?:not )?{_LETTER})+)(?![\w'-])"
    rf"|(?P<named>{_LETTER})(?![\w'])(?=\W*(?:$|[,.;:)–-]|\s(?:is|are|was|has|does|shows?|nor|or|and)\b)))"
)
_RANGE = re.compile(rf"({_LETTER})\s*(?:to|–|-)\s*({_LETTER})")
_TEST = re.compile(r"A/B")


def letters(text: str, count: int) -> Iterator[tuple[int, int, int]]:
    """The options called by a letter in `text`: index (below `count`), start and end of the letter, in order."""
    for match in _REFERENCES.finditer(text):
        group = match.lastgroup or "many"
        start, end = match.span(group)
        if _TEST.fullmatch(text, start, end):
            continue
        spread = _RANGE.fullmatch(text, start, end)
        if spread:
            found = [(at, start, end) for at in range(_index(spread[1]), _index(spread[2]) + 1)]
        else:
            found = [(_index(one[0]), one.start(), one.end()) for one in _single(text, start, end)]
        if all(at < count for at, _, _ in found):
            yield from found


def _single(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return re.compile(rf"(?<!\w){_LETTER}(?!\w)").finditer(text, start, end)


def _index(letter: str) -> int:
    return ord(letter) - ord("A")
