"""A learner at a pipe: a real `lpdeck review --plain`, answered card by card."""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from lpdeck.home import Home

from .torture import PATIENCE_S, PROGRAM, environment

_FRONT = "? says more:"
_BACK = "u undoes, q leaves:"
_ASKED = re.compile(r"Front (\d{3})\?")


class Waited(NamedTuple):
    """How long an answer took until the next card was shown (seconds), and whether it was given."""

    seconds: float
    is_given: bool


class Sitter:
    """A sitting of its own process; `given` are the cards whose answers were followed by another card or the end."""

    def __init__(self, home: Home, *options: str) -> None:
        self.given: list[str] = []
        self.text = ""
        self._home = home
        self._process = subprocess.Popen(
            [*PROGRAM, "review", "--plain", *options],
            env=environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert self._process.stdout is not None
        self._out = self._process.stdout.fileno()
        self._new = self._until_prompt()

    def __enter__(self) -> Sitter:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def card(self) -> str | None:
        """The card that is asked; None at the end."""
        found = _ASKED.findall(self._new)
        return f"deck/basic-{found[-1]}" if found and self._new.endswith(_FRONT) else None

    def answer(self, rating: int = 4) -> Waited:
        """Shows the answer of the card and rates it."""
        card = self.card
        assert card is not None, self.text
        self.begin_answer()
        self._type(str(rating))
        begin = time.monotonic()
        self._new = self._until_prompt()
        # What another terminal did meanwhile is told before the next card.
        is_given = "elsewhere" not in self._new
        if is_given:
            self.given.append(card)
        return Waited(time.monotonic() - begin, is_given)

    def begin_answer(self) -> None:
        """Shows the answer."""
        self._type("")
        shown = self._until_prompt()
        assert shown.endswith(_BACK), self.text

    def send(self, rating: int) -> None:
        """Rates the card whose answer is shown, without waiting for what happens."""
        self._type(str(rating))

    def catch_up(self, card: str) -> None:
        """Reads on until the next card after one that was rated by `send`."""
        self._new = self._until_prompt()
        self.given.append(card)

    def leave(self) -> tuple[int, str]:
        """Ends the sitting; its exit code and what it said to standard error."""
        if self._process.poll() is None and self.card is not None:
            self._type("q")
        out, err = self._process.communicate(timeout=PATIENCE_S)
        self.text += out.decode()
        return self._process.returncode, err.decode()

    def _type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())

    def _until_prompt(self) -> str:
        """What is written until the next prompt, or the end."""
        new, until = "", time.monotonic() + PATIENCE_S
        while not new.rstrip().endswith((_FRONT, _BACK)):
            ready, _, _ = select.select([self._out], [], [], max(until - time.monotonic(), 0))
            assert ready, f"no prompt came: {self.text}"
            data = os.read(self._out, 65536)
            if not data:
                break
            new += data.decode()
            self.text += data.decode()
        return new.rstrip()


def walls(home: Home) -> list[Path]:
    """The database and the files beside it."""
    return [path for side in ("", "-wal", "-shm") if (path := Path(f"{home.database}{side}")).exists()]
