"""`lpdeck doctor`, and every command on homes that something happened to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from damage import ANSWERS, DAMAGES, event_ids, studied
from homes import change, query
from lpdeck.cli.rendering import bare
from lpdeck.home import Home
from lpdeck.upkeep.checks import CHECKS

from .conftest import Lpdeck
from .running import Terminal, snapshot
from .sample import WALKTHROUGH, question


@pytest.fixture
def months(home: Home) -> Home:
    """A home with answers."""
    return studied(home)


def spoilt(home: Home) -> Path:
    """A schedule that the log does not give."""
    change(home, "DELETE FROM schedule WHERE card = 'deck/basic-003'")
    return home.database


def test_a_healthy_home_is_well(lpdeck: Lpdeck, months: Home) -> None:
    done = lpdeck("doctor")
    assert (0, "") == (done.code, done.err)
    lines = done.out.splitlines()
    assert all(any(line.endswith(f"  {check.name}") for line in lines) for check in CHECKS)
    assert "All is well." == lines[-1]
    assert "✓ ok       database" in lines


def test_a_home_is_well_after_an_import(lpdeck: Lpdeck, home: Home) -> None:
    assert 0 == lpdeck("import", WALKTHROUGH).code
    checks = lpdeck("doctor", "--json").json["checks"]
    assert [] == [one for one in checks if one["level"] == "found"]


def test_a_home_that_does_not_exist_is_not_made(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("doctor")
    assert 0 == done.code
    assert "does not exist" in done.out
    assert not home.path.exists()
    assert {"checks": [], "mended": []} == lpdeck("doctor", "--json").json


def test_what_is_found_is_told_with_what_to_do_and_nothing_is_changed(lpdeck: Lpdeck, months: Home) -> None:
    spoilt(months)
    before = snapshot(months.path)
    for arguments in ((), ("--dry-run",), ("--fix", "--dry-run"), ("--fix", "--dry-run", "--yes")):
        done = lpdeck("doctor", *arguments)
        assert 1 == done.code
        assert "✗ found    schedules" in done.out
        assert "1 schedule missing (deck/basic-003)" in done.out
        assert "--fix" in done.out
        assert before == snapshot(months.path)


def test_nobody_is_mended_who_was_not_asked(lpdeck: Lpdeck, months: Home) -> None:
    spoilt(months)
    before = snapshot(months.path)
    assert 2 == lpdeck("doctor", "--fix").code
    assert 2 == lpdeck("doctor", "--fix", "--json").code
    assert before == snapshot(months.path)


@pytest.mark.slow
def test_mending_makes_a_backup_says_what_it_did_and_leaves_all_well(lpdeck: Lpdeck, months: Home) -> None:
    spoilt(months)
    done = lpdeck("doctor", "--fix", "--yes")
    assert 0 == done.code
    assert "✓ mended  schedules" in done.out
    assert "stored 1 schedule as the log gives" in done.out
    assert "All is well now." in done.out
    (backup,) = months.backups.glob("*-before-doctor.zip")
    assert str(backup) in done.err
    assert 0 == lpdeck("doctor").code


@pytest.mark.slow
def test_what_can_not_be_mended_is_told_at_the_end_and_exits_with_one(lpdeck: Lpdeck, months: Home) -> None:
    spoilt(months)
    months.config.write_text("a = = 1\n")
    months.config.chmod(0o600)
    done = lpdeck("doctor", "--fix", "--yes")
    assert 1 == done.code
    assert "1 thing found and left." == done.out.splitlines()[-1]
    assert 1 < done.out.count("config.toml")


def test_all_of_it_as_data(lpdeck: Lpdeck, months: Home) -> None:
    spoilt(months)
    found = lpdeck("doctor", "--json")
    assert 1 == found.code
    (one,) = [check for check in found.json["checks"] if check["level"] == "found"]
    assert "schedules" == one["check"]
    assert {"what", "advice", "place", "fixable", "note"} == one["findings"][0].keys()
    mended = lpdeck("doctor", "--fix", "--yes", "--json")
    assert 0 == mended.code
    assert ["schedules"] == [done["check"] for done in mended.json["mended"]]


def test_a_damaged_database_is_mended_and_the_answers_are_counted(lpdeck: Lpdeck, months: Home) -> None:
    there = event_ids(months)
    DAMAGES["a page of zeros at the beginning"](months.database)
    done = lpdeck("doctor", "--fix", "--yes")
    assert 0 == done.code
    assert f"{ANSWERS} answers" in " ".join(done.out.split())
    assert there == event_ids(months)
    assert 0 == lpdeck("due").code


@pytest.mark.slow
@pytest.mark.parametrize("columns", [60, 80])
def test_it_fits_the_terminal(terminal: Callable[..., Terminal], months: Home, columns: int) -> None:
    spoilt(months)
    DAMAGES["half of it"](months.database)
    one = terminal("doctor", columns=columns, rows=60)
    assert 1 == one.end()
    said = one.raw.decode()
    assert "\x1b[31m✗ found" in said
    assert all(len(bare(line)) <= columns for line in said.splitlines())
    assert "lpdeck doctor --fix mends it." in one.text


# Every command on every home that something happened to

PAGE = "{folder}/page.txt"
COMMANDS = (
    (),
    ("due",),
    ("due", "--json"),
    ("review",),
    ("cram", "--plain", "kind:basic"),
    ("decks",),
    ("cards",),
    ("show", "deck/basic-001"),
    ("rename", "deck", "other"),
    ("delete", "deck/basic-001", "--yes"),
    ("suspend", "deck/basic-001"),
    ("reset", "deck/basic-001", "--yes"),
    ("undo",),
    ("progress",),
    ("stats",),
    ("confusions",),
    ("import", PAGE),
    ("export", "json", "-o", "{folder}/out.json"),
    ("export", "anki", "-o", "{folder}/out.apkg"),
    ("starter", "add", "ownership"),
    ("check",),
)


def half(home: Home) -> None:
    DAMAGES["half of it"](home.database)


def a_text(home: Home) -> None:
    DAMAGES["a text"](home.database)


def without_database(home: Home) -> None:
    home.backups.mkdir(mode=0o700)
    (home.backups / "lpdeck-2026-03-01-101010-daily.zip").write_bytes(b"PK\x03\x04")
    home.database.unlink()


def with_an_empty_database(home: Home) -> None:
    without_database(home)
    home.database.touch(0o600)


def with_a_log_left_alone(home: Home) -> None:
    home.database.unlink()
    (home.path / "lpdeck.db-wal").write_bytes(b"answers" * 100)


def without_decks(home: Home) -> None:
    shutil.rmtree(home.decks)


UNUSABLE = {
    one.__name__: one for one in (half, a_text, without_database, with_an_empty_database, with_a_log_left_alone)
}


def run(lpdeck: Lpdeck, tmp_path: Path, command: tuple[str, ...], code: set[int]) -> str:
    folder = tmp_path / "pages"
    folder.mkdir(exist_ok=True)
    (folder / "page.txt").write_text(question())
    done = lpdeck(*(word.format(folder=folder) for word in command))
    assert done.code in code, (command, done.err)
    assert not any(sign in done.err for sign in ("Traceback", "defect")), (command, done.err)
    return done.err


SOON = ("half", "without_database")
EACH = [name if name in SOON else pytest.param(name, marks=pytest.mark.slow) for name in UNUSABLE]


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_a_home_without_a_usable_database_stops_every_command_and_names_the_way_out(
    lpdeck: Lpdeck, months: Home, tmp_path: Path, name: str
) -> None:
    UNUSABLE[name](months)
    before = snapshot(months.path)
    for command in COMMANDS[:-1]:
        said = run(lpdeck, tmp_path, command, {4})
        assert "lpdeck doctor --fix" in said, (command, said)
        assert 2 == len(said.splitlines()), (command, said)
        assert before == snapshot(months.path), command
    run(lpdeck, tmp_path, ("check",), {0})
    assert before == snapshot(months.path)


def test_a_home_whose_folder_of_decks_is_gone_stops_every_command(lpdeck: Lpdeck, months: Home, tmp_path: Path) -> None:
    without_decks(months)
    rows = query(months, "SELECT count(*) FROM card")
    for command in (one for one in COMMANDS if one[:1] not in (("rename",), ("check",))):
        said = run(lpdeck, tmp_path, command, {4})
        assert "lpdeck restore" in said, (command, said)
        assert not months.decks.exists(), command
    assert rows == query(months, "SELECT count(*) FROM card")


@pytest.mark.slow
@pytest.mark.parametrize("data", [b"", b"\0" * 4000, b'title = "deck"\n[[card]]\nid = "deck/basic-000"\nkind = "ba'])
def test_a_truncated_deck_keeps_its_cards_and_is_never_written_over(
    lpdeck: Lpdeck, months: Home, tmp_path: Path, data: bytes
) -> None:
    path = months.decks / "deck.toml"
    path.write_bytes(data)
    for command in (one for one in COMMANDS if one[:1] != ("rename",)):
        run(lpdeck, tmp_path, command, {0, 1})
        assert data == path.read_bytes(), command
        assert [(30,)] == query(months, "SELECT count(*) FROM card WHERE deck = 'deck'"), command
    assert 1 == lpdeck("doctor").code


@pytest.mark.slow
def test_conflict_copies_are_named_and_left_alone(lpdeck: Lpdeck, months: Home, tmp_path: Path) -> None:
    copies = [months.decks / "deck (Jo's conflicted copy 2026-11-21).toml", months.path / "lpdeck (conflicted copy).db"]
    for copy, original in zip(copies, (months.decks / "deck.toml", months.database), strict=True):
        shutil.copy(original, copy)
    before = [copy.read_bytes() for copy in copies]
    for command in (one for one in COMMANDS if one[:1] != ("rename",)):
        run(lpdeck, tmp_path, command, {0, 1})
    assert before == [copy.read_bytes() for copy in copies]
    assert "2 conflict copies wait to be united: lpdeck doctor" in lpdeck().out
    assert f'lpdeck unite "{copies[0]}"' in lpdeck("check").out
    told = " ".join(lpdeck("doctor").out.split())
    assert all(f'lpdeck unite "{copy}"' in told for copy in copies)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_may_not_be_written_can_be_looked_at(lpdeck: Lpdeck, months: Home) -> None:
    months.path.chmod(0o500)
    try:
        assert 0 == lpdeck("doctor").code
    finally:
        months.path.chmod(0o700)
