"""The corpus that the fuzzer left, and every input that once broke a reader, within its time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[2] / "fuzz"
TARGETS = ("apkg", "backup", "config", "deck", "exchange", "filter", "html", "page")


def _check(*inputs: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: its memory is limited, and what takes a second of the processor is a finding."""
    command = [sys.executable, str(FUZZ / "run.py"), "--check", *inputs]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_every_target_has_a_corpus() -> None:
    kept = {folder.name: len(list(folder.iterdir())) for folder in (FUZZ / "corpus").iterdir()}
    assert sorted(TARGETS) == sorted(name for name, count in kept.items() if count)
    assert 300_000 > sum(path.stat().st_size for path in (FUZZ / "corpus").rglob("*") if path.is_file())


@pytest.mark.slow
def test_every_reader_reads_or_refuses_the_whole_corpus() -> None:
    done = _check()
    assert 0 == done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_a_finding_is_told(tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"x")
    assert "KeyError" in _check(f"nothing={tmp_path / 'input'}").stderr
