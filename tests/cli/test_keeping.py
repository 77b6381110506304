from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from homes import basic, change, indexed, make, put_deck, query, with_cards
from lpdeck.cli import keeping
from lpdeck.cli.keeping import size_of
from lpdeck.home import Home
from lpdeck.upkeep.archive import read

from .conftest import Lpdeck
from .running import Terminal, process, snapshot


@pytest.fixture
def studied(home: Home) -> Home:
    with_cards(home, *(basic(f"deck/{number}") for number in range(25)))
    put_deck(home, "other", basic("other/a"))
    indexed(home)
    return home


def names(home: Home, pattern: str = "*") -> list[str]:
    return sorted(path.name for path in home.backups.glob(pattern))


# lpdeck backup


def test_a_backup_prints_its_path_and_nothing_else(lpdeck: Lpdeck, studied: Home) -> None:
    done = lpdeck("backup")
    assert (0, "") == (done.code, done.err)
    path = Path(done.out.strip())
    assert studied.backups == path.parent
    assert {"deck", "other"} == set(read(path).decks)


def test_a_backup_as_json_says_what_it_holds(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> None:
    found = lpdeck("backup", tmp_path / "my.zip", "--json").json
    assert (str(tmp_path / "my.zip"), 2, 26, 0) == tuple(found[key] for key in ("path", "decks", "cards", "answers"))
    assert (tmp_path / "my.zip").stat().st_size == found["size"]
    assert not studied.backups.exists()


def test_a_backup_goes_into_a_folder_that_is_named(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    path = Path(lpdeck("backup", tmp_path / "disk").out.strip())
    assert [path] == list((tmp_path / "disk").iterdir())


def test_an_older_backup_is_replaced_and_no_other_file(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> None:
    path = tmp_path / "my.zip"
    assert 0 == lpdeck("backup", path).code
    assert 0 == lpdeck("backup", path).code
    path.write_text("my novel")
    done = lpdeck("backup", path)
    assert (2, "my novel") == (done.code, path.read_text())
    assert "no backup of lpdeck" in done.err


def test_a_folder_that_does_not_exist_is_said(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> None:
    done = lpdeck("backup", tmp_path / "nowhere" / "my.zip")
    assert 2 == done.code
    assert "no such folder" in done.err


def test_an_empty_home_has_nothing_to_back_up(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("backup")
    assert 1 == done.code
    assert "nothing to back up" in done.err
    assert not home.path.exists()


def test_backups_are_listed_and_those_that_can_not_be_read_are_named(lpdeck: Lpdeck, studied: Home) -> None:
    assert "No backups yet" in lpdeck("backup", "--list").err
    lpdeck("backup")
    (studied.backups / "lpdeck-2020-01-01-120000-daily.zip").write_bytes(b"PK")
    done = lpdeck("backup", "--list")
    assert 3 == len(done.out.splitlines())
    assert "lpdeck-2020-01-01-120000-daily.zip" in done.err
    found = lpdeck("backup", "--list", "--json").json
    assert [("asked for", 2, 26), ("daily", 0, 0)] == [(one["why"], one["decks"], one["cards"]) for one in found]
    assert [False, True] == [bool(one["problem"]) for one in found]


def test_a_backup_is_made_while_a_review_holds_the_database(lpdeck: Lpdeck, studied: Home) -> None:
    with closing(sqlite3.connect(studied.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert 0 == lpdeck("backup").code


@pytest.mark.parametrize(("count", "said"), [(0, "1 kB"), (4_200, "4 kB"), (1_250_000, "1.2 MB"), (3e9, "3.0 GB")])
def test_a_size_is_said_in_short(count: int, said: str) -> None:
    assert said == size_of(count)


# By themselves


def test_the_first_command_of_a_day_that_writes_makes_the_daily_backup(lpdeck: Lpdeck, studied: Home) -> None:
    for line in ("due", "decks", "cards", "progress", "config", "suspend deck/1 --dry-run", "check", "starter"):
        assert 0 == lpdeck(*line.split()).code
        assert not studied.backups.exists(), line
    lpdeck("suspend", "deck/1")
    lpdeck("suspend", "deck/2")
    assert 1 == len(names(studied, "*-daily.zip")) == len(names(studied))


def test_a_review_makes_it_too(lpdeck: Lpdeck, studied: Home) -> None:
    assert 0 == lpdeck("review", "--plain", stdin="\n3\n").code
    (name,) = names(studied)
    assert name.endswith("-daily.zip")
    assert 1 == read(studied.backups / name).state.answers


def test_a_daily_backup_that_fails_is_a_warning(lpdeck: Lpdeck, studied: Home) -> None:
    studied.backups.write_text("in the way")
    done = lpdeck("suspend", "deck/1")
    assert 0 == done.code
    assert "no daily backup was made" in done.err


def test_of_a_large_database_it_is_made_by_a_process_that_nobody_waits_for(
    lpdeck: Lpdeck, studied: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGE", 1000)
    lpdeck("suspend", "deck/1")
    limit = time.monotonic() + 20
    while not names(studied, "*-daily.zip") and time.monotonic() < limit:
        time.sleep(0.02)
    assert 1 == len(names(studied, "*-daily.zip"))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("delete other --yes", "delete"),
        ("suspend deck:deck --yes", "suspend"),
        pytest.param("bury deck:deck --yes", "bury", marks=pytest.mark.slow),
        pytest.param("flag red deck:deck --yes", "flag", marks=pytest.mark.slow),
    ],
)
def test_before_much_changes_a_backup_is_made(lpdeck: Lpdeck, studied: Home, line: str, why: str) -> None:
    assert 0 == lpdeck(*line.split(), "--dry-run").code
    assert not studied.backups.exists()
    assert 0 == lpdeck(*line.split()).code
    (name,) = names(studied, f"*-before-{why}.zip")
    found = read(studied.backups / name)
    assert ({"deck", "other"}, 0) == (set(found.decks), found.state.events)


def test_before_decks_come_back_from_an_export_a_backup_is_made(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(lpdeck("export", "json").out)
    (studied.decks / "other.toml").unlink()
    assert 0 == lpdeck("import", tmp_path / "all.json").code
    (name,) = names(studied, "*-before-import.zip")
    assert ["deck"] == list(read(studied.backups / name).decks)


def test_where_the_backup_before_a_change_fails_nothing_is_changed(lpdeck: Lpdeck, studied: Home) -> None:
    studied.backups.write_text("in the way")
    before = snapshot(studied.path)
    assert 4 == lpdeck("delete", "other", "--yes").code
    assert 4 == lpdeck("suspend", "deck:deck", "--yes").code
    assert before == snapshot(studied.path)


# lpdeck restore


@pytest.fixture
def changed(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> Path:
    """A backup of a home that changed since: a deck is gone, one is new, an option is set, an event came."""
    path = Path(lpdeck("backup", tmp_path / "my.zip").out.strip())
    (studied.decks / "other.toml").unlink()
    put_deck(studied, "new", basic("new/a"))
    studied.config.write_text("new_per_day = 3\n")
    lpdeck("suspend", "new/a")
    return path


def test_a_dry_run_says_what_would_change_and_changes_nothing(lpdeck: Lpdeck, studied: Home, changed: Path) -> None:
    before = snapshot(studied.path)
    done = lpdeck("restore", changed, "--dry-run")
    assert 0 == done.code
    for text in ("1 added", "1 gone", "+ other", "- new", "new_per_day"):
        assert text in done.out
    assert before == snapshot(studied.path)


def test_without_anybody_to_ask_nothing_is_restored(lpdeck: Lpdeck, studied: Home, changed: Path) -> None:
    before = snapshot(studied.path)
    assert 2 == lpdeck("restore", changed).code
    assert before == snapshot(studied.path)


def test_a_restore_can_be_taken_back_by_what_it_says(lpdeck: Lpdeck, studied: Home, changed: Path) -> None:
    before = snapshot(studied.decks)
    done = lpdeck("restore", changed, "--yes")
    assert 0 == done.code
    assert ["deck.toml", "other.toml"] == sorted(path.name for path in studied.decks.iterdir())
    assert not studied.config.exists()
    assert [("suspend",)] == query(studied, "SELECT kind FROM event")
    assert "new" not in [one["name"] for one in lpdeck("decks", "--json").json]
    back = done.err.partition("lpdeck restore ")[2].strip()
    assert back.endswith("-before-restore.zip")
    assert 0 == lpdeck("restore", back, "--yes").code
    assert before == snapshot(studied.decks)
    assert "new_per_day = 3\n" == studied.config.read_text()


def test_a_restore_of_what_is_here_changes_nothing(lpdeck: Lpdeck, studied: Home) -> None:
    name = Path(lpdeck("backup").out.strip()).name
    before = snapshot(studied.path)
    done = lpdeck("restore", name)
    assert 0 == done.code
    assert "Nothing was changed." in done.err
    assert before == snapshot(studied.path)


def test_a_restore_as_json_is_data(lpdeck: Lpdeck, studied: Home, changed: Path) -> None:
    plan = lpdeck("restore", changed, "--dry-run", "--json").json
    assert [("new", "gone"), ("other", "added")] == [(one["deck"], one["change"]) for one in plan["decks"]]
    done = lpdeck("restore", changed, "--yes", "--json").json
    assert plan["decks"] == done["decks"]
    assert Path(done["before"]).is_file()


def test_a_home_whose_options_can_not_be_read_is_restored(lpdeck: Lpdeck, studied: Home, changed: Path) -> None:
    studied.config.write_text("new_per_day = ")
    assert 0 == lpdeck("restore", changed, "--yes").code
    assert 0 == lpdeck("due").code


def test_a_damaged_database_comes_back_and_is_kept(lpdeck: Lpdeck, studied: Home, changed: Path) -> None:
    studied.database.write_bytes(b"damaged" * 1000)
    done = lpdeck("restore", changed, "--yes")
    assert 0 == done.code
    assert "damaged: moves to backups/" in done.out
    (name,) = names(studied, "*-damaged.db")
    assert name in done.err
    assert 0 == lpdeck("due").code


def test_a_home_that_is_not_there_yet_is_restored(lpdeck: Lpdeck, changed: Path, tmp_path: Path) -> None:
    done = lpdeck("--home", tmp_path / "new", "restore", changed, "--yes")
    assert 0 == done.code
    assert "To go back" not in done.err
    assert ["deck", "other"] == [one["name"] for one in lpdeck("--home", tmp_path / "new", "decks", "--json").json]


@pytest.mark.parametrize("name", ["nowhere.zip", "../nowhere.zip", "."])
def test_a_file_that_is_not_there_is_said(lpdeck: Lpdeck, studied: Home, name: str) -> None:
    done = lpdeck("restore", name)
    assert 2 == done.code
    assert "backup --list" in done.err


def test_a_file_that_is_no_backup_is_said(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello")
    done = lpdeck("restore", tmp_path / "x")
    assert 4 == done.code
    assert "no backup of lpdeck" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(("key", "restored"), [("y", True), pytest.param("n", False, marks=pytest.mark.slow)])
def test_it_asks_on_a_terminal_whose_width_it_fits(
    studied: Home, changed: Path, terminal: Callable[..., Terminal], key: str, restored: bool
) -> None:
    learner = terminal("restore", changed, columns=60)
    learner.see("my.zip", "1 added", "will change. Go on? [y/N]")
    learner.press(f"{key}\n")
    assert (0 if restored else 2) == learner.end()
    assert restored == (studied.decks / "other.toml").exists()


def test_text_in_a_backup_can_not_steer_the_terminal(lpdeck: Lpdeck, studied: Home, tmp_path: Path) -> None:
    change(studied, "UPDATE device SET name = ?", ["\x1b[2Jevil"])
    studied.config.write_text('level = "all"\n')
    lpdeck("backup", tmp_path / "my.zip")
    studied.config.write_text('level = "all"\n"\\u001b[2J" = "\\u001b]0;evil"\n')
    done = lpdeck("restore", tmp_path / "my.zip", "--dry-run")
    assert "evil" in done.out
    assert "\x1b" not in done.out + done.err


@pytest.mark.slow
def test_reviews_go_on_while_a_large_home_is_restored(studied: Home, changed: Path) -> None:
    ran = []
    other = threading.Thread(target=lambda: ran.append(process(studied, "restore", str(changed), "--yes")))
    other.start()
    done = process(studied, "suspend", "id:deck/1")
    other.join()
    assert [0, 0] == [done.code, ran[0].code], ran[0].err + done.err
    assert {("new/a",), ("deck/1",)} == set(query(studied, "SELECT card FROM event"))


def test_a_backup_of_a_home_in_a_folder_with_strange_letters_works(lpdeck: Lpdeck, tmp_path: Path) -> None:
    home = make(Home(tmp_path / "a b?#%41é"))
    put_deck(home, "deck", basic("deck/a"))
    path = Path(lpdeck("--home", home.path, "backup").out.strip())
    os.unlink(home.decks / "deck.toml")
    assert 0 == lpdeck("--home", home.path, "restore", path.name, "--yes").code
    assert (home.decks / "deck.toml").exists()
