"""Times two things in turn, so that a ratio holds while the machine's speed drifts."""

from __future__ import annotations

import os
import pty
import select
import signal
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def in_turn(
    first: Callable[[], float], second: Callable[[], float], runs: int = 15
) -> tuple[float, float, list[float]]:
    """The medians of both (seconds), and the ratio first/second of every pair; one pair before is not counted."""
    first(), second()
    pairs = [(first(), second()) for _ in range(runs)]
    ratios = [a / b for a, b in pairs]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs), ratios


def seconds_until(command: Sequence[str], marker: str, home: Path | None = None) -> float:
    """How long a program takes until it has written `marker` on a terminal of 80 by 24; then it is ended."""
    environment = ENVIRONMENT | ({"LPDECK_HOME": str(home)} if home else {}) | {"TERM": "xterm-256color"}
    begin = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], list(command), environment)
    seen = b""
    try:
        while marker.encode() not in seen:
            if not select.select([terminal], [], [], 30)[0]:
                raise TimeoutError(f"{command} did not write {marker!r} within 30 s; it wrote {seen!r}")
            seen += os.read(terminal, 65536)
        return time.perf_counter() - begin
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def report(name: str, first: float, second: float, ratios: Sequence[float], target: float | None) -> None:
    """A line with both medians and the ratio's median and range."""
    low, middle, high = min(ratios), statistics.median(ratios), max(ratios)
    wanted = f"   target {target:.2f}" if target is not None else ""
    times = f"{first * 1000:8.2f} ms {second * 1000:8.2f} ms"
    print(f"{name:<44} {times}   ratio {middle:.2f} ({low:.2f}–{high:.2f}){wanted}")
