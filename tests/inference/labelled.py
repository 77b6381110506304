"""The labelled questions of tests/data/quiz as quiz items with their right answers."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lpdeck.inference.weighing import weighed_options
from lpdeck.walkthrough import QuizItem

FOLDER = Path(__file__).parent.parent / "data" / "quiz"
LETTERS = "ABCDE"


@dataclass(frozen=True)
class Labelled:
    """A question, the way its answer is determined, and the index of that answer (None: undecidable)."""

    way: str
    item: QuizItem
    answer: int | None
    options: tuple[str, ...]


def labelled(name: str) -> list[Labelled]:
    """The questions of one of the two sets, practice questions first."""
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [*map(_practice, table["practice"]), *map(_inline, table["inline"])]


def _practice(entry: dict[str, Any]) -> Labelled:
    options = tuple(entry["options"])
    steps = "\n".join(entry["steps"]) or None
    item = QuizItem(entry["text"], options, explanation=steps, difficulty="easy", hint=entry["hint"] or None)
    return Labelled(entry["way"], item, _index(entry["answer"]), options)


def _inline(entry: dict[str, Any]) -> Labelled:
    """An inline question as `conclude` sees it: with the options that its explanation weighs."""
    found = weighed_options(entry["explanation"])
    item = QuizItem(entry["text"], found, explanation=entry["explanation"] or None)
    return Labelled(entry["way"], item, _index(entry["answer"]), tuple(entry["options"]))


def _index(letter: str) -> int | None:
    return None if letter == "-" else LETTERS.index(letter)
