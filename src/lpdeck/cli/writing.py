"""`lpdeck new`: a file in which the learner writes a story of their own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.completion import complete_principle
from lpdeck.errors import HomeError, UsageError


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(new)


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the story is about; or the file to write.")],
    principle: Annotated[
        Optional[str],  # noqa: UP045 (Typer reads it at run time)
        typer.Option("--principle", metavar="P", help="What the story shows.", autocompletion=complete_principle),
    ] = None,
) -> None:
    """Write a walkthrough to fill in, with explanations, for a story of your own.

    lpdeck import makes cards of what is filled in; importing it again later adds the rest.
    """
    from lpdeck.cli.importing import principle_slug
    from lpdeck.deck.folder import write_atomically

    slug = principle_slug(principle)
    path = _path(name)
    if path.exists():
        raise UsageError(f"{path}: there is such a file already", "Choose another name. Nothing was changed.")
    try:
        write_atomically(path, skeleton(path, slug))
    except HomeError as error:
        raise UsageError(error.what, "Choose a folder that you may write to.") from None
    context.out(str(path))
    context.say(f"Fill it in with any editor, then: {_command(path, slug)}")


def _path(name: str) -> Path:
    """The file that a name means: itself where it is a path or ends as a page does, else one in this folder."""
    from lpdeck.cli.importing import PAGE_SUFFIXES
    from lpdeck.deck.folder import slug

    path = Path(name)
    if path.suffix.lower() in (".html", ".htm"):
        raise UsageError(f"{path}: a walkthrough is written as plain text", "Let its name end with .txt or .md.")
    if path.suffix.lower() in PAGE_SUFFIXES:
        return path
    if not any(map(str.isalnum, path.name)):
        raise UsageError(f'"{name}" is no name', "Say in a few words what the story is about.")
    return path.with_name(f"{slug(path.name)}.txt")


def skeleton(path: Path, principle: str | None) -> str:
    """The walkthrough to fill in, for a file and the slug of a principle (None: ownership stands as the example)."""
    from lpdeck.principles import Principle
    from lpdeck.shipped import shipped

    filled_in = {
        "{command}": _command(path, principle),
        "{title}": " ".join(word.capitalize() for word in path.stem.replace("_", "-").split("-") if word),
        "{principle}": Principle(principle or "ownership").title,
    }
    text = (shipped("decks") / "skeleton.txt").read_text(encoding="utf-8")
    for mark, words in filled_in.items():
        text = text.replace(mark, words)
    return text


def _command(path: Path, principle: str | None) -> str:
    """The command that imports the file."""
    option = f" --principle {principle}" if principle else ""
    return f"lpdeck import {shlex.quote(str(path))}{option}"
