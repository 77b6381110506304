"""Running lpdeck in tests: inside this process, as a process of its own, and on a pseudo-terminal with a screen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
import pyte

from lpdeck.home import Home

PROGRAM = (sys.executable, "-c", "from lpdeck.cli import main; main()")
PATIENCE_S = 20

# What a test must not inherit from whoever runs it.
_OUR_OWN = ("NO_COLOR", "VISUAL", "EDITOR", "COLUMNS", "LINES")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote to its two streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(home: Home, **more: str) -> dict[str, str]:
    """The environment of a process: the home, a terminal with colours and a size of its own, no editor."""
    kept = {name: value for name, value in os.environ.items() if name not in _OUR_OWN}
    return {**kept, "LPDECK_HOME": str(home.path), "TERM": "xterm-256color", "PYTHONUTF8": "1", **more}


def process(home: Home, *arguments: str, stdin: bytes = b"", **more: str) -> Ran:
    """A whole process, its streams pipes."""
    done = subprocess.run(
        [*PROGRAM, *arguments], input=stdin, capture_output=True, env=environment(home, **more), timeout=PATIENCE_S
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


class Terminal:
    """A program on a pseudo-terminal, and the screen that its learner sees."""

    def __init__(self, command: list[str], env: dict[str, str], columns: int = 80, rows: int = 24) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._child = pexpect.spawn(command[0], command[1:], env=env, dimensions=(rows, columns), timeout=PATIENCE_S)
        self._child.delaybeforesend = None
        self.modes_before = self.modes

    @property
    def modes(self) -> list[Any]:
        """The terminal's settings: echo, line buffer, what keys send signals."""
        return termios.tcgetattr(self._child.child_fd)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        """What stands on the screen, as one text with single spaces."""
        return " ".join(" ".join(self.lines).split())

    def read(self, wait_s: float = 0.02) -> bool:
        """Takes in what the program wrote; False at its end."""
        try:
            data = self._child.read_nonblocking(65536, wait_s)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def see(self, *texts: str) -> None:
        """Waits until all texts stand on the screen."""
        limit = time.monotonic() + PATIENCE_S
        seen = self.text
        while not all(text in seen for text in texts):
            before = len(self.raw)
            running = self.read()
            if len(self.raw) > before:
                seen = self.text
            elif not all(text in seen for text in texts):
                assert running, f"the program ended without {texts!r}:\n" + "\n".join(self.lines)
                assert time.monotonic() < limit, f"{texts!r} never came:\n" + "\n".join(self.lines)

    def settle(self, quiet_s: float = 0.15) -> None:
        """Reads until the program has been quiet for a while."""
        before = -1
        while len(self.raw) != before:
            before = len(self.raw)
            self.read(quiet_s)

    def press(self, keys: str | bytes) -> None:
        """Types keys, in pieces that a terminal's buffer holds."""
        data = keys.encode() if isinstance(keys, str) else keys
        while data:
            data = data[os.write(self._child.child_fd, data[:1024]) :]
            self.read(0)

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self) -> int:
        """Waits for the end; the exit code, or minus the signal that ended it."""
        limit = time.monotonic() + PATIENCE_S
        while self.read():
            assert time.monotonic() < limit, "the program does not end:\n" + "\n".join(self.lines)
        self._child.wait()
        status = self._child.exitstatus
        return status if status is not None else -(self._child.signalstatus or 0)

    def hang_up(self) -> int:
        """Takes the terminal away, as a closed window does; the exit code."""
        self._child.ptyproc.fileobj.close()
        limit = time.monotonic() + PATIENCE_S
        while self._child.isalive():
            assert time.monotonic() < limit, "the program lives on without a terminal"
            time.sleep(0.01)
        return self._child.exitstatus

    def close(self) -> None:
        if self._child.isalive():
            os.kill(self.pid, signal.SIGKILL)
        self._child.close(force=True)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes; the database's own side files left out."""
    if not folder.is_dir():
        return {str(folder): folder.read_bytes()} if folder.exists() else {}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
