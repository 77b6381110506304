"""Nothing is lost when a command is killed: real processes, real files, SIGKILL at random moments."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from .kinds import KINDS
from .torture import Torture, killed


@pytest.mark.slow
@pytest.mark.parametrize("torture", KINDS, ids=lambda one: one.name)
def test_nothing_is_lost_when_a_command_is_killed(
    torture: Torture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = killed(torture, tmp_path, seed=int(os.environ.get("LPDECK_SEED", "1")))
    if "LPDECK_KILLS" in os.environ:
        with capsys.disabled():
            sys.stdout.write(f"\n{torture.name}: {counts}\n")
    assert counts.before_the_end > 0
