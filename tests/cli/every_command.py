"""Every command with arguments that make it do its work, for what must hold of all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from lpdeck.cli.app import MODULES

NAMES = [name for names in MODULES.values() for name in names]


@dataclass(frozen=True)
class Files:
    """What the commands are given: a page, another home, and a folder to write into."""

    page: Path
    other: Path
    folder: Path


def lines(files: Files, card: str) -> dict[str, list[Sequence[str]]]:
    """Command lines by command, in an order in which each finds what it needs; `card` is the id of one.

    What they ask is read from standard input, where `KEYS` stand.
    """
    made = files.folder
    return {
        "parse": [(str(files.page),), (str(files.page), "--json")],
        "import": [(str(files.page), "--dry-run"), (str(files.page), "--explain"), (str(files.page), "--json")],
        "new": [("A story of mine",)],
        "due": [(), ("--count",), ("--json",)],
        "review": [("--plain",)],
        "cram": [("--plain", "is:new")],
        "flag": [("red", card), ("none", card, "--json")],
        "bury": [(card,), (card, "--json")],
        "suspend": [(card, "--dry-run"), (card,)],
        "resume": [(card,)],
        "undo": [(), ("--json",)],
        "redo": [()],
        "reset": [(card, "--yes")],
        "interview": [("set", str(date.today() + timedelta(days=9)), "--minutes", "9"), (), ("--json",)],
        "plan": [(), ("--json",)],
        "progress": [(), ("--json",)],
        "stats": [("--plain",), ("--json",), ("--csv", "--chart", "reviews"), ("--svg", str(made / "charts.svg"))],
        "confusions": [(), ("--json",)],
        "export": [
            ("anki", "-o", str(made / "all.apkg"), "--schedule"),
            ("csv", "-o", str(made / "all.csv")),
            ("json", "-o", str(made / "all.json")),
            ("markdown", "-o", str(made / "all.md")),
        ],
        "decks": [(), ("--json",)],
        "cards": [(), ("--json",), ("is:new or -is:new",)],
        "show": [(card,), (card, "--json")],
        "edit": [(card,)],
        "check": [(), ("--json",), ("--duplicates",)],
        "doctor": [(), ("--json",), ("--fix", "--yes")],
        "starter": [("list",), ("add", "ownership"), ("list", "--json"), ("remove", "ownership")],
        "backup": [(), ("--list",), ("--list", "--json"), (str(made / "all.zip"),)],
        "unite": [(str(files.other), "--dry-run"), (str(files.other), "--yes")],
        "restore": [(str(made / "all.zip"), "--dry-run"), (str(made / "all.zip"), "--yes")],
        "config": [(), ("--json",), ("set", "new_per_day", "3"), ("get", "new_per_day"), ("weights",)],
        "rename": [("mine", "other-name")],
        "delete": [(card, "--dry-run"), (card, "--yes")],
    }


LAST: list[Sequence[str]] = [("interview", "remove"), ("config", "unset", "new_per_day"), ()]
"""What comes behind everything else."""

KEYS = "\n3\n\n3\nq\n" * 3


def every_line(files: Files, card: str) -> Iterator[Sequence[str]]:
    """All command lines, the imports of what the exports wrote among them."""
    for command, several in lines(files, card).items():
        yield from ((command, *arguments) for arguments in several)
        if command == "export":
            yield from (("import", str(files.folder / name)) for name in ("all.apkg", "all.json"))
    yield from LAST


def as_json(files: Files, card: str) -> str:
    """All command lines for a process of its own."""
    return json.dumps([list(line) for line in every_line(files, card)])
