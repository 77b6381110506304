"""A home that can only be read: commands that need no more do their work, the others say why not in one sentence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.running import snapshot
from lpdeck.home import Home

from .disks import small_disk
from .kinds import PAGES, answer
from .torture import Ran, answers, command, home_of, home_of_cards, is_sound, make_private, process

CARDS = 20

# OUT is a folder that can be written, OTHER another home.
READ = (
    [],
    ["due"],
    ["due", "--count"],
    ["cards"],
    ["decks"],
    ["show", "deck/basic-003"],
    ["progress"],
    ["stats"],
    ["confusions"],
    ["starter"],
    ["export", "csv", "--output", "OUT/cards.csv"],
    ["export", "json", "--output", "OUT/cards.json"],
    ["backup", "OUT/kept.zip"],
)
"""Only look at the home. They need its database, which SQLite opens only where it may write beside it."""

FILES = (["check"], ["config"], ["backup", "--list"], ["parse", str(PAGES / "ownership.txt")])
"""Need no database, and work."""

WRITE = (
    ["review", "--plain"],
    ["cram", "--plain", "tag:none OR deck:deck"],
    ["import", str(PAGES / "ownership.txt")],
    ["undo"],
    ["suspend", "deck/basic-003"],
    ["delete", "deck", "--yes"],
    ["rename", "deck", "other"],
    ["edit", "deck/basic-003"],
    ["config", "set", "new_per_day", "7"],
    ["starter", "add", "ownership"],
    ["unite", "OTHER", "--yes"],
    ["restore", "OTHER/kept.zip", "--yes"],
    ["backup"],
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another home, which is ahead; its backup lies in it."""
    home = home_of_cards(tmp_path / "there", CARDS)
    answer(home, 8)
    assert 0 == command(home, "backup", str(home.path / "kept.zip")).code
    return home.path


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Home]:
    """A home on a disk that was made read-only."""
    with small_disk(tmp_path / "disk") as disk:
        home = _answered(disk.path)
        disk.forbid()
        yield home


def _answered(folder: Path) -> Home:
    home = home_of_cards(folder, CARDS)
    answer(home, 5)
    make_private(home)
    return home


def _words(arguments: list[str], out: Path, other: Path) -> list[str]:
    return [word.replace("OUT", str(out)).replace("OTHER", str(other)) for word in arguments]


@pytest.mark.slow
def test_on_a_read_only_disk_every_command_works_or_says_why_not(read_only: Home, out: Path, other: Path) -> None:
    before = snapshot(read_only.path)
    for arguments in (*READ, *WRITE):
        ran = command(read_only, *_words(arguments, out, other), stdin=b"\n4\n")
        _is_told(arguments, ran, may_work=arguments in READ)
    for arguments in FILES:
        assert 0 == command(read_only, *arguments).code, arguments
    examined = command(read_only, "doctor")
    assert examined.code in (0, 1)
    assert "Traceback" not in examined.err
    assert before == snapshot(read_only.path)


def _is_told(arguments: list[str], ran: Ran, *, may_work: bool) -> None:
    """Asserts that a command worked, or ended with one sentence about the home."""
    assert "defect" not in ran.err, (arguments, ran)
    assert "Traceback" not in ran.err, (arguments, ran)
    if may_work and not ran.code:
        return
    assert 4 == ran.code, (arguments, ran)
    told = [line for line in ran.err.splitlines() if line.startswith("lpdeck: ")]
    assert 1 == len(told), (arguments, ran)


@pytest.mark.slow
def test_without_permission_to_write_every_command_works_or_says_why_not(
    tmp_path: Path, out: Path, other: Path
) -> None:
    home = _answered(tmp_path)
    before = snapshot(home.path)
    through = _as_nobody_special()
    _permit(home, 0o555, 0o444)
    try:
        for arguments in (*READ, *WRITE):
            ran = process(home, *_words(arguments, out, other), stdin=b"\n4\n", through=through)
            _is_told(arguments, ran, may_work=arguments in READ)
        for arguments in FILES:
            assert 0 == process(home, *arguments, through=through).code, arguments
        assert before == snapshot(home.path)
    finally:
        _permit(home, 0o700, 0o600)
    assert 0 == command(home, "due").code
    assert 5 == sum(answers(home).values())
    is_sound(home)


def _as_nobody_special() -> list[str]:
    """What runs a program without root's right to write everywhere; nothing, for whoever is not root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root may write everywhere, and setpriv is not here to take that right away")
    rights = "-dac_override,-dac_read_search,-fowner"
    return [setpriv, f"--inh-caps={rights}", f"--bounding-set={rights}"]


def _permit(home: Home, folders: int, files: int) -> None:
    for path in (*home.path.rglob("*"), home.path):
        path.chmod(folders if path.is_dir() else files)


@pytest.mark.slow
def test_a_deck_that_is_write_protected_stays_as_it_is(tmp_path: Path) -> None:
    home = _answered(tmp_path)
    deck = home.decks / "deck.toml"
    text = deck.read_bytes()
    deck.chmod(0o400)
    (tmp_path / "editor.sh").write_text('#!/bin/sh\nfor file; do :; done\necho "# more" >> "$file"\n')
    (tmp_path / "editor.sh").chmod(0o755)
    through = _as_nobody_special()
    for arguments in (
        ["import", "--deck", "deck", str(PAGES / "ownership.txt")],
        ["delete", "deck/basic-003", "--yes"],
    ):
        ran = process(home_of(tmp_path), *arguments, through=through, EDITOR=str(tmp_path / "editor.sh"))
        assert 4 == ran.code, ran
        assert "write-protected" in ran.err
        assert text == deck.read_bytes()
    is_sound(home)
