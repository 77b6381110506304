"""The command line: verbs in the manner of git. stdout is data, stderr is narration."""

from __future__ import annotations

import os
import sys

from lpdeck.errors import EXIT_FOUND, EXIT_INTERRUPTED, EXIT_USAGE, LpdeckError


def main() -> None:
    """Runs the command line and ends the process with a documented exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs the command line; returns its exit code. No error but a defect shows a traceback, and that on demand."""
    import typer
    from typer.exceptions import TyperException

    from lpdeck.cli.app import app_for
    from lpdeck.cli.choosing import guarded

    arguments = guarded(_home_first(arguments))
    try:
        command = typer.main.get_command(app_for(arguments if not _completing() else ["--help"]))
        code = command.main(arguments, prog_name="lpdeck", standalone_mode=False)
        sys.stdout.flush()
        _keep_daily(arguments)
        return code if isinstance(code, int) else 0
    except TyperException as error:
        return _said(error.format_message(), _usage_advice(error), error.exit_code)
    except LpdeckError as error:
        return _said(error.what, error.advice, error.exit_code)
    except (KeyboardInterrupt, typer.Abort, EOFError):
        return _said("interrupted", "", EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has left; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _said(f"{where}{error.strerror or error}", "Check permissions and free space, then try again.", 1)
    except UnicodeEncodeError:
        return _said("a name or a word holds half a character", "Type it anew, or rename the file.", EXIT_USAGE)
    except Exception as error:
        if os.environ.get("LPDECK_DEBUG"):
            raise
        what = f"a defect in lpdeck: {type(error).__name__}: {error}"
        return _said(what, "Please report it; LPDECK_DEBUG=1 shows where it happened.", EXIT_FOUND)


def _completing() -> bool:
    """Whether a shell asks for completions rather than for a command."""
    return "_LPDECK_COMPLETE" in os.environ


def _keep_daily(arguments: list[str]) -> None:
    """The backup of the day, at the end of a command that wrote."""
    from lpdeck.cli.context import wrote

    if "--dry-run" not in arguments and wrote():
        from lpdeck.cli.keeping import daily

        daily()


def _said(what: str, advice: str, code: int) -> int:
    from lpdeck.cli.context import say

    say(f"lpdeck: {what}")
    if advice:
        say(advice)
    return code


def _usage_advice(error: object) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path} --help says more." if context is not None else "lpdeck --help says more."


def _home_first(arguments: list[str]) -> list[str]:
    """`--home PATH` may stand anywhere before a `--`: it is moved in front of the command."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for index, argument in enumerate(arguments[:end]):
        if argument == "--home" and index + 1 < end:
            return [*arguments[index : index + 2], *arguments[:index], *arguments[index + 2 :]]
        if argument.startswith("--home="):
            return [argument, *arguments[:index], *arguments[index + 1 :]]
    return arguments
