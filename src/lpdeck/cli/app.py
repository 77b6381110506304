"""All commands in one Typer app. Each module adds its own; what a command needs it imports when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from lpdeck import __version__
from lpdeck.cli import cards, context, importing, options, progressing, reviewing

app = typer.Typer(
    name="lpdeck",
    help="Flashcards from Amazon interview-preparation pages, asked on the day you are about to forget them.",
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 something was found or some files failed, 2 wrong usage, 3 no input was understood, "
    "4 the home or its database can not be used, 130 interrupted.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lpdeck {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
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
    if ctx.invoked_subcommand is None:
        reviewing.today(json=json)


for module in (importing, reviewing, progressing, cards, options):
    module.add_to(app)
