"""The parts of a page from which cards are made, and which of them a deck has a card for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lpdeck.deck.model import Deck
from lpdeck.walkthrough import INTERVIEW_QUESTION, STAGES, STAR_WALKTHROUGH

# What a page of each format offers, in its order.
PARTS: Mapping[str, tuple[str, ...]] = {
    STAR_WALKTHROUGH: (
        *(f"stage {stage}" for stage in STAGES),
        "follow-ups",
        "disqualifiers",
        "quiz",
        "weak answer",
        "reframings",
        "levels",
    ),
    INTERVIEW_QUESTION: ("key points", "steps", "mistakes to avoid", "answer"),
}

# The part that a card of a kind belongs to; stages and checklists name theirs themselves.
_PART_OF_KIND: Mapping[str, str] = {
    "follow-up": "follow-ups",
    "disqualifier": "disqualifiers",
    "quiz": "quiz",
    "weak-answer": "weak answer",
    "reframing": "reframings",
    "level": "levels",
    "answer": "answer",
}


def parts_of(page: str) -> tuple[str, ...]:
    """The parts that a page offers, by its key; none where its format is not known."""
    return PARTS.get(page.partition(":")[0], ())


def part_of(kind: str, fields: Mapping[str, Any]) -> str | None:
    """The part of a page that a card stands for; None for a card that no page gives."""
    if kind == "stage":
        return f"stage {fields.get('stage', '')}".lower()
    if kind == "checklist":
        return str(fields.get("list", "")).lower()
    return _PART_OF_KIND.get(kind)


def asked_parts(deck: Deck) -> dict[str, dict[str, bool]]:
    """For each page of a deck (by its key) the parts that it offers, in order, and whether a card asks them.

    Drafts and retired cards ask nothing; a card that names no page counts for every page of its deck.
    """
    pages = [page.key for page in deck.pages]
    found: dict[str, set[str | None]] = {page: set() for page in pages}
    for card in deck.cards:
        for page in card.pages or pages if card.asked else ():
            if page in found:
                found[page].add(part_of(card.kind, card.fields))
    return {page: {part: part in there for part in parts_of(page)} for page, there in found.items()}
