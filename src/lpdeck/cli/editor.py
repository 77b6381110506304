"""The learner's own editor, opened at a line of a file."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from lpdeck.errors import LpdeckError


def open_editor(path: Path, line: int) -> None:
    """Opens $VISUAL or $EDITOR at a line of a file and waits. Raises LpdeckError where that fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    words = _words(editor)
    command = [*words, *_at_line(words[0], path, line)]
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise LpdeckError(
            f'the editor "{editor}" can not be started ({error.strerror})',
            f"Set EDITOR to one that can, or edit {path} at line {line} yourself.",
        ) from None
    if code != 0:
        raise LpdeckError(
            f'the editor "{editor}" ended with code {code}', f"What it saved of {path} is read at the next command."
        )


def _words(editor: str) -> list[str]:
    """The program and options of an editor's command line. Raises LpdeckError where there is none."""
    try:
        words = shlex.split(editor)
    except ValueError:
        words = []
    if not words:
        raise LpdeckError(f'the editor "{editor}" is no command', "Set EDITOR to the name of your editor.")
    return words


# Editors that take a line as `+LINE FILE`, and those that want `FILE:LINE` after an option.
_PLUS = {"vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient", "micro", "kak", "joe", "jed", "mg", "ne"}
_COLON = {"code": "--goto", "codium": "--goto", "subl": "", "hx": "", "helix": "", "zed": ""}


def _at_line(program: str, path: Path, line: int) -> list[str]:
    name = Path(program).name
    if name in _PLUS:
        return [f"+{line}", str(path)]
    if name in _COLON:
        return [option for option in (_COLON[name], f"{path}:{line}") if option]
    return [str(path)]
