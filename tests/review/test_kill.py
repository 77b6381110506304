"""An answer that was shown as given is in the log, whatever happens to the process afterwards."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from homes import SCHEDULER, basic, opened, query, with_cards
from lpdeck.home import Home
from lpdeck.store import log
from lpdeck.store.schema import open_engine

SCRIPT = Path(__file__).with_name("endless_sitting.py")


def _killed_after(home: Home, seconds: float) -> list[str]:
    """The ids of the answers that the killed process had printed; the clock runs from its first."""
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(home.path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    lines = [first, *process.stdout.read().splitlines()]
    process.wait()
    process.stdout.close()
    # A line cut by the kill was not shown.
    return [line.split()[1] for line in lines if len(line.split()) == 2 and len(line.split()[1]) == 36]


def _nothing_is_lost(home: Home, runs: int, seed: int) -> None:
    with_cards(home, *(basic(f"deck/{number}") for number in range(400)))
    moments = random.Random(seed)
    given: list[str] = []
    for _ in range(runs):
        more = _killed_after(home, moments.uniform(0, 0.08))
        assert more
        given += more
        assert [("ok",)] == query(home, "PRAGMA integrity_check")
        assert set(given) <= {row[0] for row in query(home, "SELECT id FROM event")}
    with open_engine(home).connect() as connection:
        assert dict(log.replayed(connection, SCHEDULER)) == log.stored(connection)
    opened(home).close()


def test_no_answer_is_lost_when_the_process_is_killed(home: Home) -> None:
    _nothing_is_lost(home, runs=8, seed=1)


@pytest.mark.slow
def test_no_answer_is_lost_in_sixty_kills(home: Home) -> None:
    _nothing_is_lost(home, runs=60, seed=2)
