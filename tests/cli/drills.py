"""A card of each drill, and ways to walk through them on a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyte

from homes import basic, query, quiz
from lpdeck.deck.model import Card
from lpdeck.home import Home

from .running import Terminal

SENTENCES = (
    "The alarm rang on a Friday.",
    "I told my manager and went home.",
    "The build was green again on Monday.",
    "Nobody asked me to look further.",
)
PHRASES = ("I told my manager and went home", "Nobody asked me to look further")

LAMP = quiz(
    "lamp",
    ["red", "green", "blue"],
    "green",
)
DUEL = Card(
    "duel",
    "follow-up",
    {
        "question": "What did it cost?",
        "strong": "It cost us four days, and I said so.",
        "weak": "It was not that expensive, I think.",
        "weak_because": "It names no number.",
    },
)
HUNT = Card(
    "hunt",
    "weak-answer",
    {
        "text": " ".join(SENTENCES),
        "disqualifiers": [f"“{phrase}”" for phrase in PHRASES],
        "verdict": "No owner at all.",
    },
    principles=("ownership",),
)
STAGE = Card(
    "stage",
    "stage",
    {
        "stage": "Situation",
        "story": "The lost parcels",
        "target_seconds": 60,
        "example": "On a Sunday I counted 212 parcels, and nobody had asked.",
        "signals": ["212 parcels", "nobody had asked"],
    },
)
CHECKLIST = Card("checklist", "checklist", {"list": "rules", "points": ["Count first", "Tell the depot", "Stay late"]})
BASIC = basic("basic", "What is a front?", "It is the side that asks.")

EVERY = (LAMP, DUEL, HUNT, STAGE, CHECKLIST, BASIC)


def rows(home: Home) -> list[tuple[str, str, int | None]]:
    """Kind, card and rating of every event."""
    return query(home, "SELECT kind, card, rating FROM event ORDER BY id")


def details(home: Home) -> list[dict[str, Any]]:
    """What every event says beside its rating."""
    return [json.loads(row[0]) for row in query(home, "SELECT detail FROM event ORDER BY id")]


def letter_of(text: str, option: str) -> str:
    """The letter under which an option is shown."""
    found = re.search(rf"\b([a-z])\s+{re.escape(option)}", text)
    assert found, f"{option} has no letter in:\n{text}"
    return found[1]


def is_within(learner: Terminal) -> bool:
    """Whether no line that was drawn is wider than the terminal: a wider screen would show it longer."""
    columns, rows_ = learner.screen.columns, learner.screen.lines
    wide = pyte.Screen(columns * 3, rows_)
    pyte.ByteStream(wide).feed(learner.raw)
    return max(len(line.rstrip()) for line in wide.display) <= columns


def editor(folder: Path, commands: str) -> str:
    """An editor for EDITOR: a shell script that gets the file as its last argument, `$FILE`."""
    path = folder / "an editor"
    path.write_text(f'#!/bin/sh\nfor FILE in "$@"; do :; done\n{commands}\n')
    path.chmod(0o755)
    return f"'{path}'"


def deck_text(home: Home) -> str:
    return (home.decks / "deck.toml").read_text()
