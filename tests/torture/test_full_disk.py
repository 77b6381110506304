"""A disk that is full: every command says so in a sentence, nothing that was kept is lost, and space mends all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cli.running import Terminal

from .disks import Disk, small_disk
from .kinds import (
    ADD,
    BACKUP,
    CARDS,
    DELETE,
    DOCTOR,
    EDIT,
    IMPORT,
    MIGRATION,
    REMOVE,
    RESTORE,
    REVIEW,
    UNITE,
    answer,
)
from .torture import (
    PROGRAM,
    Ran,
    Torture,
    answers,
    command,
    end_of,
    environment,
    event_ids,
    home_of,
    home_of_cards,
    is_sound,
    is_whole,
    make_private,
    texts,
)


def _answered(folder: Path) -> None:
    answer(home_of_cards(folder, CARDS), 20)


MENDED = replace(DOCTOR, codes=(0, 1))  # the small disk remains a finding
UNDO = Torture("undo", _answered, lambda _: ["undo"])
CONFIG = Torture("config set", _answered, lambda _: ["config", "set", "new_per_day", "7"])
INSIDE = Torture("backup inside", _answered, lambda _: ["backup"])
KINDS = (REVIEW, IMPORT, EDIT, UNITE, RESTORE, MIGRATION, ADD, REMOVE, DELETE, BACKUP, INSIDE, MENDED, UNDO, CONFIG)
LEFT_KB = (0, 4, 12, 32, 64, 128, 256, 512) if "LPDECK_KILLS" in os.environ else (0, 32)
"""How much space is left when a command begins: it runs out of it in different places."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as one:
        yield one


@dataclass(frozen=True)
class _Case:
    torture: Torture
    template: Path
    reference: Path
    place: Path


@pytest.mark.slow
@pytest.mark.parametrize("torture", KINDS, ids=lambda one: one.name)
def test_a_full_disk_is_told_and_nothing_is_lost(torture: Torture, tmp_path: Path, disk: Disk) -> None:
    template, reference = tmp_path / "template", tmp_path / "reference"
    template.mkdir()
    torture.prepared(template)
    make_private(home_of(template))
    shutil.copytree(template, reference)
    _run(torture, reference)
    assert 0 == command(home_of(reference), "due").code
    told = 0
    for number, left in enumerate(LEFT_KB):
        case = _Case(torture, template, reference, disk.path / f"run-{number}")
        shutil.copytree(template, case.place)
        disk.fill(left << 10)
        ran = _run(torture, case.place)
        disk.free()
        told += _is_told_if_it_fails(case, ran)
        _is_mended_by_space(case)
        shutil.rmtree(case.place)
    assert told > 0


def _run(torture: Torture, folder: Path) -> Ran:
    home = home_of(folder)
    return command(home, *torture.arguments(folder), stdin=torture.stdin, **torture.more(folder))


def _is_told_if_it_fails(case: _Case, ran: Ran) -> bool:
    """Asserts what must hold of a command on a full disk; whether it failed."""
    code, out, err = ran
    assert "defect" not in err, err
    assert "Traceback" not in err, err
    if code:
        assert 4 == code, (code, err)
        assert 1 == sum(map(_says_full, err.splitlines())), err
    home, before, after = home_of(case.place), home_of(case.template), home_of(case.reference)
    _no_half_files(case.place)
    found, old, new = texts(home), texts(before), texts(after)
    for name, text in found.items():
        assert text in (old.get(name), new.get(name)), name
    assert old.keys() & new.keys() <= found.keys()
    if not code and case.torture not in (REVIEW, UNDO):
        assert new == found
    shown = set(case.torture.acknowledged(out))
    is_whole(home.database)
    assert event_ids(before) <= event_ids(home)
    assert shown <= set(answers(home))
    if case.torture is REVIEW and code:
        # The card that failed was the last that was shown.
        assert len(shown) == sum(answers(home).values())
    return bool(code)


def _says_full(line: str) -> bool:
    return line.startswith("lpdeck: ") and ("full" in line or "No space left" in line)


def _no_half_files(folder: Path) -> None:
    left = [str(path.relative_to(folder)) for path in folder.rglob("*") if ".part" in path.name]
    assert [] == left
    for path in (home_of(folder).backups).glob("*"):
        if path.suffix == ".db":
            is_whole(path)


def _is_mended_by_space(case: _Case) -> None:
    home = home_of(case.place)
    for name in ("due", "check"):
        done = command(home, name)
        assert 0 == done.code, (name, done)
    if case.torture is UNDO and len(event_ids(home)) > len(event_ids(home_of(case.template))):
        return
    code, _, err = _run(case.torture, case.place)
    assert code in case.torture.codes, (code, err)
    assert 0 == command(home, "due").code
    is_sound(home)
    assert end_of(home_of(case.reference)) == end_of(home)
    checks = json.loads(command(home, "doctor", "--json").out)["checks"]
    # A disk this small is never large enough for a doctor.
    assert {"free space"} == {one["check"] for one in checks if one["level"] == "found"}


@pytest.mark.slow
def test_an_answer_that_finds_the_disk_full_is_not_shown_as_given(disk: Disk) -> None:
    home = home_of_cards(disk.path, 30)
    terminal = Terminal([*PROGRAM, "review", "--new", "30"], environment(home, TERM="xterm-256color"))
    try:
        shown = _answered_until_full(terminal, disk)
        assert 4 == terminal.end()
        assert "full" in terminal.text
        assert shown == sum(answers(home).values())
    finally:
        terminal.close()
    disk.free()
    assert 0 == command(home, "due").code
    answer(home, 1)
    assert shown + 1 == sum(answers(home).values())
    is_sound(home)


def _answered_until_full(terminal: Terminal, disk: Disk) -> int:
    """Answers cards, from the third on with a full disk; how many answers were shown as given."""
    for number in range(30):
        terminal.see(f"Front {number:03}?")
        if number == 2:
            disk.fill()
        terminal.press(" ")
        terminal.see("because")
        terminal.press("4")
        while f"Front {number:03}?" in terminal.text:
            if not terminal.read():
                return number
        if f"Front {number + 1:03}?" not in terminal.text:
            terminal.settle()
            if f"Front {number + 1:03}?" not in terminal.text:
                return number
    raise AssertionError("the disk never was full")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_under_standard_output_is_told(tmp_path: Path) -> None:
    home = home_of_cards(tmp_path, 30)
    with open("/dev/full", "w") as full:
        listing = [*PROGRAM, "cards"]
        done = subprocess.run(listing, env=environment(home), stdout=full, stderr=subprocess.PIPE, text=True)
    assert 1 == done.returncode
    assert done.stderr.startswith("lpdeck: No space left on device\n")
    assert "Exception" not in done.stderr
