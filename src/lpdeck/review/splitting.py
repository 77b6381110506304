"""A card that says too much, as two that say less: the learner cuts them to size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lpdeck.deck.model import words_of
from lpdeck.review.typed import expected

_FIELDS = {
    "follow-up": ("strong", "key_line"),
    "disqualifier": ("why", "instead"),
    "quiz": ("answer", "explanation"),
    "stage": ("example", "coaching"),
    "reframing": ("lead", "emphasize"),
    "level": ("focus", "bar"),
    "answer": ("answer", "why_asked"),
}


def halves(kind: str, fields: Mapping[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Front and back of two cards: the two parts of the answer where it has two, else its words cut in the middle."""
    ask = words_of(fields)
    parts = [str(fields[name]) for name in _FIELDS.get(kind, ()) if fields.get(name)]
    first, second = parts[:2] if len(parts) > 1 else _cut(expected(kind, fields) or ask)
    return (f"{ask} (1)", first), (f"{ask} (2)", second)


def _cut(text: str) -> tuple[str, str]:
    """A text in two, after the line, else the sentence, else the word nearest to its middle; both have words."""
    text = text.strip()
    middle = len(text) / 2
    for sign in ("\n", ". ", " "):
        places = [at + 1 for at in range(1, len(text) - 1) if text.startswith(sign, at)]
        if places:
            at = min(places, key=lambda place: abs(place - middle))
            return text[:at].strip(), text[at:].strip()
    return text, text
