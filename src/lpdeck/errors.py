"""What can go wrong for a learner: one class a kind, each with its sentence and its exit code."""

from __future__ import annotations

from pathlib import Path

EXIT_DONE = 0
EXIT_FOUND = 1
EXIT_USAGE = 2
EXIT_NO_INPUT = 3
EXIT_HOME = 4
EXIT_INTERRUPTED = 130


class LpdeckError(Exception):
    """An error that a learner can act on.

    `what` is one sentence that says what happened and where, `advice` is what to do next. The program
    ends with `exit_code` and prints both on standard error.
    """

    exit_code = EXIT_FOUND

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what}\n{self.advice}" if self.advice else self.what


class UsageError(LpdeckError):
    """The command was asked for something that does not exist or does not fit together."""

    exit_code = EXIT_USAGE


class PageError(LpdeckError):
    """A page was not understood: of neither kind, empty, binary, or not readable."""

    exit_code = EXIT_NO_INPUT


class PrincipleUnsureError(PageError):
    """The page does not say clearly enough which principle it is about."""


class DeckError(LpdeckError):
    """A deck file breaks a rule; `path` and `line` (1-based, None where unknown) say where."""

    def __init__(self, what: str, advice: str = "", *, path: Path | None = None, line: int | None = None) -> None:
        where = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        super().__init__(f"{where}{what}", advice)
        self.problem = what
        self.path = path
        self.line = line


class ConfigError(LpdeckError):
    """An option is unknown or its value does not fit."""

    exit_code = EXIT_USAGE


class HomeError(LpdeckError):
    """The home folder or its database can not be used."""

    exit_code = EXIT_HOME
