"""Times several things in turn, so that a ratio holds while the machine's speed drifts."""

from __future__ import annotations

import os
import pty
import resource
import select
import signal
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
PROGRAM = str(Path(sysconfig.get_path("scripts")) / "lpdeck")


class Cost(NamedTuple):
    """What something took: seconds elapsed, and seconds on the processor."""

    elapsed: float
    processor: float


Timed = Callable[[], Cost]
"""Does something once and says what it took."""


def in_turn(*things: Timed, runs: int, warm_up: int = 1) -> list[list[Cost]]:
    """What each of some things took, each in its turn `runs` times; the first `warm_up` rounds are not counted."""
    rounds = [[thing() for thing in things] for _ in range(runs + warm_up)][warm_up:]
    return [list(column) for column in zip(*rounds, strict=True)]


def blocks(costs: Sequence[Cost], size: int) -> list[Cost]:
    """The medians of blocks of `size` costs, for things so short that one alone says little."""
    return [median(costs[start : start + size]) for start in range(0, len(costs), size)]


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each clock."""
    return Cost(*(statistics.median(clock) for clock in zip(*costs, strict=True)))


def here(thing: Callable[[], object]) -> Timed:
    """Times a function in this process."""

    def timed() -> Cost:
        elapsed, processor = time.perf_counter(), time.process_time()
        thing()
        return Cost(time.perf_counter() - elapsed, time.process_time() - processor)

    return timed


def process(command: Sequence[str], home: Path | None = None) -> Timed:
    """Times a process from its start to its end."""

    def timed() -> Cost:
        begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=_environment(home), check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Cost(time.perf_counter() - begin, spent)

    return timed


def script(folder: Path, name: str, text: str, *arguments: str) -> list[str]:
    """The command that runs a script, which is written into a folder."""
    path = folder / f"{name}.py"
    path.write_text(text)
    return [sys.executable, str(path), *arguments]


def lpdeck(home: Path, *arguments: str) -> str:
    """What `lpdeck` prints, run in a home."""
    command = [PROGRAM, *arguments]
    return subprocess.run(command, env=_environment(home), check=True, capture_output=True, text=True).stdout


def until(command: Sequence[str], marker: str, home: Path | None = None) -> Timed:
    """Times a program until it has written `marker` on a terminal of 80 by 24; then it is ended."""

    def timed() -> Cost:
        begin = time.perf_counter()
        child, terminal = pty.fork()
        if child == 0:
            os.execve(command[0], list(command), _environment(home) | {"TERM": "xterm-256color"})
        try:
            _wait_for(marker.encode(), terminal, command)
            elapsed = time.perf_counter() - begin
        finally:
            os.kill(child, signal.SIGKILL)
            used = os.wait4(child, 0)[2]
            os.close(terminal)
        return Cost(elapsed, used.ru_utime + used.ru_stime)

    return timed


def _wait_for(marker: bytes, terminal: int, command: Sequence[str]) -> None:
    seen = b""
    while marker not in seen:
        if not select.select([terminal], [], [], 60)[0]:
            raise TimeoutError(f"{command} did not write {marker!r} within a minute; it wrote {seen!r}")
        seen += os.read(terminal, 65536)


def _environment(home: Path | None) -> dict[str, str]:
    return ENVIRONMENT | ({"LPDECK_HOME": str(home)} if home else {})
