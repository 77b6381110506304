"""A home is its owner's alone, whatever the umask of the shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lpdeck.home import Home

from .every_command import KEYS
from .running import environment
from .sample import question

pytestmark = pytest.mark.slow

# Python tells of every change of a mode; a file that was open to others until then was so for a moment too long.
WATCH = """
import os, sys
def _watch(event, arguments):
    if event == "os.chmod" and os.stat(arguments[0]).st_mode & 0o077:
        sys.stderr.write(f"too late: {arguments!r}\\n")
sys.addaudithook(_watch)
"""
RUN = """
import io, json, os, sys
os.umask(int(sys.argv[1], 8))
from lpdeck.cli import run
for line in sys.argv[3:]:
    sys.stdin = io.TextIOWrapper(io.BytesIO(sys.argv[2].encode()))
    print(run(line.split()), line, flush=True)
home = os.environ["LPDECK_HOME"]
from lpdeck.home import Home
from lpdeck.store.hot import open_hot
store = open_hot(Home(__import__("pathlib").Path(home)))
store.is_unused()
for folder, _, names in os.walk(home):
    for path in (folder, *(os.path.join(folder, name) for name in names)):
        print("mode", oct(os.stat(path).st_mode & 0o777), path)
"""
LINES = (
    *(
        "import page.txt",
        "review --plain",
        "config set new_per_day 3",
        "starter add ownership",
        "starter remove ownership",
    ),
    *("flag red is:new --yes", "backup", "delete counting-the-lost-parcels --yes", "new Mine", "check", "due"),
)


@pytest.mark.parametrize("umask", ["000", pytest.param("077", marks=pytest.mark.slow)])
def test_everything_in_a_home_is_its_owners_alone_from_its_first_moment(home: Home, tmp_path: Path, umask: str) -> None:
    (tmp_path / "page.txt").write_text(question())
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    done = subprocess.run(
        [sys.executable, "-c", RUN, umask, KEYS, *LINES],
        env=environment(home, PYTHONPATH=str(tmp_path)),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=100,
        check=True,
    )
    modes = {
        path: mode for _, mode, path in (line.split(" ", 2) for line in done.stdout.splitlines() if "mode " in line)
    }
    assert {path: "0o700" if Path(path).is_dir() else "0o600" for path in modes} == modes, done.stderr
    assert {"lpdeck.db", "lpdeck.db-wal", "lpdeck.db-shm", "config.toml"} <= {Path(path).name for path in modes}
    assert {"decks", "backups", "removed"} <= {Path(path).name for path in modes}
    assert "too late" not in done.stderr
