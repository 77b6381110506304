"""No command opens a connection, looks up a name or asks for an address: Python tells of each, and none may come."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from homes import basic, indexed, make, put_deck
from lpdeck.home import Home

from .every_command import KEYS, NAMES, Files, as_json, lines
from .running import environment
from .sample import question

# Told of from before the first import on; what the program would use is ended at once.
WATCH = """
import sys
_SEEN = ("socket.", "urllib.Request", "http.client.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "webbrowser.")
def _watch(event, arguments):
    if event.startswith(_SEEN) and event != "socket.gethostname":
        sys.stderr.write(f"network: {event} {arguments!r}\\n")
        raise PermissionError(f"network: {event}")
sys.addaudithook(_watch)
"""
RUN = """
import io, json, sys
from lpdeck.cli import context, run
for arguments in json.loads(sys.argv[1]):
    sys.stdin = io.TextIOWrapper(io.BytesIO(sys.argv[2].encode()))
    print(">", run(arguments), *arguments, flush=True)
"""


@pytest.fixture
def files(home: Home, tmp_path: Path) -> Files:
    """A home with a deck, another home, and a page."""
    put_deck(make(home), "mine", basic("mine/one"), basic("mine/two"))
    put_deck(make(Home(tmp_path / "other")), "theirs", basic("theirs/one"))
    indexed(home)
    indexed(Home(tmp_path / "other"))
    (tmp_path / "page.txt").write_text(question())
    (tmp_path / "made").mkdir()
    return Files(tmp_path / "page.txt", tmp_path / "other", tmp_path / "made")


def _watched(home: Home, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    (folder / "sitecustomize.py").write_text(WATCH)
    env = environment(home, PYTHONPATH=str(folder), EDITOR="true")
    return subprocess.run(
        [sys.executable, *command], env=env, capture_output=True, text=True, cwd=folder, timeout=100, check=False
    )


def test_every_command_is_among_those_that_are_watched(files: Files) -> None:
    assert sorted(NAMES) == sorted(lines(files, "mine/one"))


@pytest.mark.slow
def test_no_command_reaches_for_the_network(home: Home, files: Files, tmp_path: Path) -> None:
    done = _watched(home, tmp_path, "-c", RUN, as_json(files, "mine/one"), KEYS)
    ended = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("> ")]
    assert "network" not in done.stderr
    assert [] == [line for line in ended if line[0] not in ("0", "1")], done.stderr
    assert {*NAMES} == {line[1] for line in ended if len(line) > 1}


def test_the_watch_would_tell(home: Home, tmp_path: Path) -> None:
    for reach in ("socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo('a', 1)"):
        reach = f"import socket; {reach}"
        assert "network: socket." in _watched(home, tmp_path, "-c", reach).stderr
