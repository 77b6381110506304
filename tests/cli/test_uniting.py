from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from homes import basic, change, indexed, make, put_deck, query
from lpdeck.home import Home

from .conftest import Lpdeck


@pytest.fixture
def other(home: Home, tmp_path: Path) -> Home:
    """The home of another computer; both have one card that is in neither's log and one each of their own."""
    there = make(Home(tmp_path / "desktop"))
    change(there, "UPDATE device SET id = 'desk', name = 'the \x1b[31mdesktop'")
    make(home)
    change(home, "UPDATE device SET id = 'lap', name = 'the laptop'")
    for one, words, own in ((home, "an early answer", "deck/b"), (there, "a late answer", "deck/c")):
        put_deck(one, "deck", basic("deck/a", "What?", words), basic(own, f"{own}\x1b[2J?".replace("\x1b", "")))
        indexed(one)
    change(home, "UPDATE card SET changed_ms = 1")
    return there


def answered(lpdeck: Lpdeck, home: Home, *lines: str) -> None:
    """An evening with plain answers."""
    assert 0 == lpdeck("--home", home.path, "review", "--plain", stdin="".join(f"\n{line}\n" for line in lines)).code


def test_two_computers_know_the_same_afterwards(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    answered(lpdeck, home, "3", "1", "q")
    answered(lpdeck, other, "4", "3", "q")
    for here, there in ((home, other), (other, home)):
        assert 0 == lpdeck("--home", here.path, "unite", there.path, "--yes").code
    assert query(home, "SELECT * FROM event ORDER BY id") == query(other, "SELECT * FROM event ORDER BY id")
    assert (
        lpdeck("--home", home.path, "progress", "--json").json
        == lpdeck("--home", other.path, "progress", "--json").json
    )
    done = lpdeck("--home", home.path, "unite", other.path)
    assert (0, f"{other.path}: everything in it is here already.\n", "") == (done.code, done.out, done.err)


def test_it_says_what_it_will_do_and_does_nothing_of_it_in_a_dry_run(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    answered(lpdeck, other, "4", "q")
    before = home.database.read_bytes()
    done = lpdeck("unite", other.path, "--dry-run")
    assert 0 == done.code
    assert [
        str(other.path),
        "  1 answer from desk",
        "  1 schedule computed anew",
        "  1 card comes",
        "    deck/c   deck/c[2J?",
        "  1 card changes",
        "    deck/a   back: an early answer → a late answer",
    ] == done.out.splitlines()
    assert [] == query(home, "SELECT id FROM event")
    assert before == home.database.read_bytes()
    assert not home.backups.exists()


def test_nobody_is_asked_in_vain_and_nothing_changes_without_a_yes(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    done = lpdeck("unite", other.path)
    assert 2 == done.code
    assert "--yes" in done.err
    assert ["deck/a", "deck/b"] == [card for (card,) in query(home, "SELECT id FROM card ORDER BY id")]


def test_a_backup_is_made_first_and_brings_back_what_was(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    lpdeck("unite", other.path, "--yes")
    (kept,) = home.backups.glob("*before-unite.zip")
    assert 0 == lpdeck("restore", kept, "--yes").code
    assert ["deck/a", "deck/b"] == [card for (card,) in query(home, "SELECT id FROM card ORDER BY id")]


def test_as_json_it_lists_every_event_and_card(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    answered(lpdeck, other, "4", "q")
    done = lpdeck("unite", other.path, "--yes", "--json")
    assert (0, 1, "home") == (done.code, done.json["events"]["added"], done.json["kind"])
    assert [{"id": "desk", "name": "desk", "events": 1, "answers": 1}] == done.json["events"]["devices"]
    assert ["comes", "changes"] == sorted((card["change"] for card in done.json["cards"]), reverse=True)
    assert [str(home.decks / "deck.toml")] == done.json["written"]
    assert "before-unite" in done.json["backup"]


def test_a_synced_folder_of_backups_is_enough(lpdeck: Lpdeck, home: Home, other: Home, tmp_path: Path) -> None:
    answered(lpdeck, other, "4", "q")
    lpdeck("--home", other.path, "backup", tmp_path / "desktop.zip")
    assert 0 == lpdeck("unite", tmp_path / "desktop.zip", "--yes").code
    assert query(home, "SELECT * FROM event") == query(other, "SELECT * FROM event")


def test_a_card_that_was_deleted_there_leaves_here(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    lpdeck("--home", other.path, "delete", "deck/a", "--yes")
    done = lpdeck("unite", other.path, "--yes")
    assert "1 card was deleted there" in done.out
    assert ["deck/b", "deck/c"] == [card for (card,) in query(home, "SELECT id FROM card ORDER BY id")]


def test_a_conflict_copy_of_a_deck_may_go_afterwards(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    copy = home.decks / "deck.sync-conflict-20260302-120000-ABCDEF1.toml"
    shutil.copy(other.decks / "deck.toml", copy)
    done = lpdeck("unite", copy, "--yes")
    assert 0 == done.code
    assert f"delete {copy}" in done.err
    assert "deck/c" in (home.decks / "deck.toml").read_text()


def test_the_home_itself_and_what_is_none_are_refused(lpdeck: Lpdeck, home: Home, other: Home, tmp_path: Path) -> None:
    assert "this is your home itself" in lpdeck("unite", home.path).err
    (tmp_path / "empty").mkdir()
    done = lpdeck("unite", tmp_path / "empty")
    assert (4, "") == (done.code, done.out)
    assert "neither decks nor a database" in done.err


def test_a_new_home_begins_with_all_that_the_other_knows(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    answered(lpdeck, other, "4", "3", "q")
    shutil.rmtree(home.path)
    assert 0 == lpdeck("unite", other.path, "--yes").code
    assert query(home, "SELECT * FROM event") == query(other, "SELECT * FROM event")
    assert (home.decks / "deck.toml").read_text() == (other.decks / "deck.toml").read_text()


def test_what_was_refused_is_said_and_a_clock_that_is_ahead_too(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    answered(lpdeck, other, "4", "3", "q")
    with closing(sqlite3.connect(other.database)) as connection, connection:
        connection.execute("UPDATE event SET rating = 9 WHERE id = (SELECT min(id) FROM event)")
        connection.execute(
            "UPDATE event SET at_ms = 4102444800000, id = '03bb2cc3-d800-7000-8000-000000000001'"
            " WHERE id = (SELECT max(id) FROM event)"
        )
    done = lpdeck("unite", other.path, "--dry-run")
    assert "has a rating that is none" in done.err
    assert "an answer or a mark comes from the future (2100-01-01)" in done.err
    assert 1 == done.code
    done = lpdeck("unite", other.path, "--yes", "--json")
    assert (1, 1, 1) == (done.code, len(done.json["events"]["refused"]), len(done.json["warnings"]))


def test_half_a_home_is_named_as_such(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    shutil.move(other.decks, other.path / "elsewhere")
    assert "there are no decks in it: only its log is united" in lpdeck("unite", other.path, "--dry-run").err
    shutil.move(other.path / "elsewhere", other.decks)
    other.database.unlink()
    assert "there is no database in it: only its decks are united" in lpdeck("unite", other.path, "--dry-run").err


def test_a_change_of_long_words_fits_the_width(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    long = "many words of an answer that goes on and on, "
    put_deck(home, "deck", basic("deck/a-card-with-a-long-name", long + "until here", long * 3))
    put_deck(other, "deck", basic("deck/a-card-with-a-long-name", long + "until there", long * 2, note=long * 2))
    lines = lpdeck("unite", other.path, "--dry-run").out.splitlines()[1:]
    at = lines.index("    deck/a-card-with-a-long-name")
    assert ["front:", "back:", "note:"] == [line.split()[0] for line in lines[at + 1 : at + 4]]
    assert max(map(len, lines)) <= 80
    assert "until here → " in lines[at + 1]
    assert lines[at + 1].endswith("until there")


def test_answers_and_marks_are_counted_apart(lpdeck: Lpdeck, home: Home, other: Home) -> None:
    answered(lpdeck, other, "4", "3", "q")
    lpdeck("--home", other.path, "flag", "red", "deck/a")
    done = lpdeck("unite", other.path, "--yes")
    assert "  2 answers and 1 mark from desk" in done.out.splitlines()
    assert f"united with {other.path.name}: 2 answers and 1 mark, 1 deck file" in done.out


def test_a_deck_that_can_not_be_read_is_left_out_which_the_exit_code_says(
    lpdeck: Lpdeck, home: Home, other: Home
) -> None:
    (other.decks / "broken.toml").write_text("[[card]\n")
    for options in (["--dry-run"], ["--yes"], ["--yes", "--json"]):
        done = lpdeck("unite", other.path, *options)
        assert 1 == done.code
    assert 1 == len(done.json["problems"])
