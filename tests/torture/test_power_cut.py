"""What a machine that lost its power leaves: the files of a home as they were at some moment of a review."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from random import Random

import pytest

from lpdeck.home import Home

from .sitters import Sitter, walls
from .torture import KILLS, answers, command, home_of, home_of_cards, is_sound, is_whole

_CUTS = min(8 * KILLS, 240)
_CARDS = 4 * _CUTS


@pytest.mark.slow
def test_what_a_power_cut_leaves_has_all_that_was_shown_as_given(tmp_path: Path) -> None:
    """The review stands still while its files are copied, as a disk does from which the power is gone."""
    home, random = home_of_cards(tmp_path, _CARDS), Random(5)
    with Sitter(home, "--new", str(_CARDS)) as sitter:
        sitter.answer()
        for number in range(_CUTS):
            card, before = sitter.card, _log(home)
            assert card is not None
            sitter.begin_answer()
            sitter.send(4)
            time.sleep(random.uniform(0, 0.004))
            left = _cut(home, sitter, tmp_path / f"cut-{number}", with_shm=random.random() < 0.5)
            _tear(left, before, random)
            _has(left, sitter.given)
            sitter.catch_up(card)
            for _ in range(random.randrange(4)):
                sitter.answer()
        assert 0 == sitter.leave()[0]
    is_sound(home)


def _cut(home: Home, sitter: Sitter, folder: Path, *, with_shm: bool) -> Home:
    """A copy of the home while the review stands still."""
    os.kill(sitter.pid, signal.SIGSTOP)
    try:
        _wait_until_stopped(sitter.pid)
        left = home_of(folder)
        shutil.copytree(home.decks, left.decks)
        for path in walls(home):
            if with_shm or not path.name.endswith("-shm"):
                shutil.copy(path, left.path)
    finally:
        os.kill(sitter.pid, signal.SIGCONT)
    return left


def _wait_until_stopped(pid: int) -> None:
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        time.sleep(0.0005)


def _log(home: Home) -> bytes:
    """The write-ahead log as it is now, all of it durable: the review waits for its learner."""
    return Path(f"{home.database}-wal").read_bytes()


def _tear(left: Home, before: bytes, random: Random) -> None:
    """Takes off, or spoils, some of what was written to the log since: nobody had waited for it to reach the disk."""
    path = Path(f"{left.database}-wal")
    after = path.read_bytes()
    is_longer = len(after) > len(before) and after.startswith(before)
    if not is_longer or random.random() < 0.3:
        return
    cut = random.randrange(len(before), len(after) + 1)
    torn = after[:cut] + (bytes(len(after) - cut) if random.random() < 0.5 else b"")
    path.write_bytes(torn)


def _has(left: Home, given: list[str]) -> None:
    """Asserts that a home left by a power cut is sound, and has every answer that was shown as given."""
    done = command(left, "due")
    assert 0 == done.code, done
    is_whole(left.database)
    assert set(given) <= set(answers(left))
    is_sound(left)
    shutil.rmtree(left.path.parent)
