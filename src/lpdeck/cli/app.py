"""The commands as a Typer app. Each module adds its own; what a command needs it imports when it runs.

Importing and describing every command to Typer takes longer than showing a card, so a call that names its command
gets an app with that command's module alone; help, completion and mistakes get all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Optional

import typer

from lpdeck import __version__
from lpdeck.cli import context

# Module of lpdeck.cli: the commands that it adds, in the order in which help lists them.
MODULES = {
    "importing": ("import", "parse"),
    "writing": ("new",),
    "reviewing": ("review",),
    "today": ("due",),
    "cramming": ("cram",),
    "marking": ("suspend", "resume", "bury", "flag", "reset", "undo", "redo"),
    "interviewing": ("interview",),
    "planning": ("plan",),
    "progressing": ("progress",),
    "charting": ("stats",),
    "confusing": ("confusions",),
    "exporting": ("export",),
    "cards": ("decks", "cards", "show", "edit", "rename", "delete"),
    "checking": ("check",),
    "doctoring": ("doctor",),
    "starters": ("starter",),
    "keeping": ("backup", "restore"),
    "uniting": ("unite",),
    "options": ("config",),
}
_TODAY = "today"

# The commands that may write into the home; after one that did, the daily backup is made.
WRITES = frozenset(
    ("import", "review", "cram", "edit", "rename", "delete", "starter", "interview", "config", "unite", "restore")
) | frozenset(MODULES["marking"])


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """The app for a command line: with the one module that it names, or with all."""
    app = typer.Typer(
        name="lpdeck",
        help="Flashcards from Amazon interview-preparation pages, asked on the day you are about to forget them.",
        no_args_is_help=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 done, 1 something was found or some files failed, 2 wrong usage, 3 no input was "
        "understood, 4 the home or its database can not be used, 130 interrupted.",
    )
    app.callback(invoke_without_command=True)(lpdeck)
    named = module_of(arguments)
    for module in [named] if named else MODULES:
        import_module(f"lpdeck.cli.{module}").add_to(app)
    return app


def module_of(arguments: Sequence[str]) -> str | None:
    """The module of the command that a command line names first; None where all have to be known."""
    words = list(arguments)
    while words and words[0].startswith("-"):
        if words[0] == "--home":
            words = words[2:]
        elif words[0].startswith("--home=") or words[0] == "--json":
            words = words[1:]
        else:
            return None
    if not words:
        return _TODAY
    return next((module for module, commands in MODULES.items() if words[0] in commands), None)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lpdeck {__version__}")
        raise typer.Exit


def lpdeck(
    ctx: typer.Context,
    home: Annotated[
        Optional[Path],  # noqa: UP045 (Typer reads it at run time)
        typer.Option("--home", metavar="FOLDER", help="The folder that holds decks, schedule and options."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Today as JSON.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Without a command: what today holds."""
    context.choose_home(home)
    context.begin(may_write=ctx.invoked_subcommand in WRITES)
    if ctx.invoked_subcommand is None:
        from lpdeck.cli.today import today

        today(json=json)
