"""Small file systems in memory, mounted for a test: one that fills up, one that becomes read-only."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BLOCK = bytes(1 << 20)


class Disk:
    """A small file system at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._filler = path / "filler"

    def fill(self, leave: int = 0) -> None:
        """Fills it up but for so many bytes, in whole pages of 4096."""
        with self._filler.open("ab", buffering=0) as file:
            try:
                while file.write(_BLOCK) == len(_BLOCK):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
        os.truncate(self._filler, max(self._filler.stat().st_size - leave, 0))

    def free(self) -> None:
        """Gives the space back."""
        self._filler.unlink()

    def forbid(self) -> None:
        """Makes it read-only."""
        _run("mount", "-o", "remount,ro", str(self.path))


@contextmanager
def small_disk(path: Path, megabytes: int = 24) -> Iterator[Disk]:
    """A small disk at a path; the test is skipped where this user may mount none."""
    path.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "lpdeck-test", str(path))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk can only be mounted by root on Linux")
    try:
        yield Disk(path)
    finally:
        _run("umount", "--lazy", str(path))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
