"""The command line inside this process, terminals that are closed after the test, and a home with the starters."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homes import indexed, make, put_text
from lpdeck.cli import context, run
from lpdeck.home import Home
from lpdeck.shipped import shipped

from .running import PROGRAM, Ran, Terminal, environment

Lpdeck = Callable[..., Ran]


@pytest.fixture
def lpdeck(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Lpdeck:
    """Runs a command line in this process, its streams pipes: a process of its own takes ten times as long."""
    monkeypatch.setattr(context, "_home", None)  # what --home says is forgotten after the test
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)

    def call(*arguments: object, stdin: str | bytes = b"") -> Ran:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Ran(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def _starters(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = make(Home(tmp_path_factory.mktemp("starters") / "home"))
    for name in ("ownership", "question-disagreement"):
        path = shipped("decks") / f"{name}.toml"
        put_text(home, path.stem, path.read_bytes())
    indexed(home)
    return home


@pytest.fixture
def starters(_starters: Home, home: Home) -> Home:
    """A home with the starter decks, nothing of them answered."""
    shutil.copytree(_starters.path, home.path)
    return home


@pytest.fixture
def terminal(home: Home) -> Iterator[Callable[..., Terminal]]:
    """Opens lpdeck on a pseudo-terminal."""
    opened: list[Terminal] = []

    def open_(*arguments: object, columns: int = 80, rows: int = 24, **more: str) -> Terminal:
        command = [*PROGRAM, *(str(argument) for argument in arguments)]
        opened.append(Terminal(command, environment(home, **more), columns, rows))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., Path]:
    """Writes a page to a file."""

    def write(text: str | bytes, name: str = "page.txt") -> Path:
        path = tmp_path / "pages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def shell(home: Home, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens a shell on a pseudo-terminal, in which `lpdeck` is a command; with a line it runs that and ends."""
    opened: list[Terminal] = []
    command = tmp_path / "bin" / "lpdeck"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
    command.chmod(0o755)

    def open_(line: str = "", **more: str) -> Terminal:
        path = f"{command.parent}:{os.environ['PATH']}"
        options = ["-c", line] if line else ["--norc", "--noprofile", "-i"]
        opened.append(Terminal(["/bin/bash", *options], environment(home, PATH=path, PS1="ready> ", **more)))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()
