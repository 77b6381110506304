"""The commands that are tortured: what each needs at the beginning, its words, what it shows as done."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from homes import basic, change, put_deck
from lpdeck.home import Home

from .torture import Torture, command, home_of, home_of_cards

DATA = Path(__file__).parent.parent / "data"
PAGES = DATA / "pages"
CARDS = 200


def _deck_of_many(folder: Path) -> None:
    home_of_cards(folder, CARDS)


def _answered_fronts(written: str) -> list[str]:
    """The cards whose answers were given: those asked before the last one."""
    fronts = re.findall(r"Front (\d{3})\?", written)
    return [f"deck/basic-{number}" for number in fronts[:-1]]


REVIEW = Torture(
    "review",
    _deck_of_many,
    lambda _: ["review", "--plain", "--new", str(CARDS)],
    stdin=b"\n4\n" * CARDS,
    acknowledged=_answered_fronts,
)


def told_anew(folder: Path, times: int) -> None:
    """Puts pages of both kinds into a folder, each many times with a story of its own."""
    for source in sorted(PAGES.glob("*.txt")):
        text = source.read_text(encoding="utf-8")
        title = next(line for line in text.splitlines() if line.strip())
        for number in range(times):
            named = text.replace(title, f"{title} (story {number})", 1)
            (folder / f"{source.stem}-{number}.txt").write_text(named, encoding="utf-8")


def _pages(folder: Path) -> None:
    _deck_of_many(folder)
    told_anew(folder, times=2)


IMPORT = Torture(
    "import",
    _pages,
    lambda folder: ["import", "--principle", "ownership", *map(str, sorted(folder.glob("*.txt")))],
)

_EDITOR = """
import os, sys
path = next(word for word in sys.argv[1:] if word.endswith(".toml"))
text = open(path, encoding="utf-8").read().replace('front = "Front 007?"', 'front = "Front seven?"')
open(path + ".new", "w", encoding="utf-8").write(text)
os.chmod(path + ".new", 0o600)
os.replace(path + ".new", path)
"""


def _with_an_editor(folder: Path) -> None:
    _deck_of_many(folder)
    (folder / "editor.py").write_text(_EDITOR)


EDIT = Torture(
    "edit",
    _with_an_editor,
    lambda _: ["edit", "deck/basic-007"],
    more=lambda folder: {"EDITOR": f"{sys.executable} -I -S {folder / 'editor.py'}"},
)


def answer(home: Home, count: int) -> None:
    """Answers so many new cards with Easy."""
    done = command(home, "review", "--plain", "--new", str(CARDS), stdin=b"\n4\n" * count)
    assert 0 == done.code, done


def _therefore(home: Home) -> None:
    """Another word on the backs of all cards."""
    deck = home.decks / "deck.toml"
    deck.write_text(deck.read_text().replace('back = "because"', 'back = "therefore"'))


def _two_homes(folder: Path) -> None:
    """The home, and another that was copied from it; both were answered in and edited since."""
    _deck_of_many(folder)
    home, other = home_of(folder), Home(folder / "other")
    answer(home, 5)
    shutil.copytree(home.path, other.path)
    answer(home, 20)
    answer(other, 150)
    _therefore(other)
    put_deck(other, "more", *(basic(f"more/basic-{number}") for number in range(40)))
    assert 0 == command(other, "due").code


UNITE = Torture("unite", _two_homes, lambda folder: ["unite", str(folder / "other"), "--yes"])


def _with_a_backup(folder: Path) -> None:
    """A home that went on after its backup in two ways: answers, an edit, a deck more; an answered card less."""
    _two_homes(folder)
    backup = command(Home(folder / "other"), "backup", str(folder / "backup.zip"))
    assert 0 == backup.code, backup
    home = home_of(folder)
    put_deck(home, "new", basic("new/basic-1"))
    (home.path / "config.toml").write_text("new_per_day = 7\n")
    assert 0 == command(home, "due").code


RESTORE = Torture("restore", _with_a_backup, lambda folder: ["restore", str(folder / "backup.zip"), "--yes"])


_SOME = ("ownership", "dive-deep", "frugality", "deliver-results")

ADD = Torture("starter add", _deck_of_many, lambda _: ["starter", "add", *_SOME], codes=(0, 1))


def _starters(folder: Path) -> None:
    done = command(home_of(folder), *ADD.arguments(folder))
    assert 0 == done.code, done


REMOVE = Torture("starter remove", _starters, lambda _: ["starter", "remove", *_SOME], codes=(0, 1, 2))


def _two_decks(folder: Path) -> None:
    home = home_of_cards(folder, CARDS)
    put_deck(home, "more", *(basic(f"more/basic-{number}") for number in range(CARDS)))
    answer(home, 20)


DELETE = Torture("delete", _two_decks, lambda _: ["delete", "deck", "--yes"], codes=(0, 2))
BACKUP = Torture("backup", _two_decks, lambda folder: ["backup", str(folder / "kept.zip")])


def _in_disorder(folder: Path) -> None:
    """Schedules that are not those of the log, a card that the index made up, files that others may read."""
    _two_decks(folder)
    home = home_of(folder)
    change(home, "UPDATE schedule SET reps = reps + 7, stability = stability * 2")
    change(home, "UPDATE card SET fingerprint = 'none' WHERE deck = 'more'")
    home.path.chmod(0o755)
    home.database.chmod(0o644)


DOCTOR = Torture("doctor", _in_disorder, lambda _: ["doctor", "--fix", "--yes"], mends=True)


def _of_an_older_release(folder: Path) -> None:
    """A database of the first schema, with so many answers that its migration takes a while."""
    home = home_of(folder)
    home.decks.mkdir(parents=True)
    with closing(sqlite3.connect(home.database)) as connection:
        connection.executescript((DATA / "schemas" / "0001.sql").read_text(encoding="utf-8"))
        (card,) = connection.execute("SELECT card FROM event WHERE kind = 'answer' ORDER BY id").fetchone()
        uuid = "substr(e.id, 1, 24) || printf('%012x', i)"
        _multiply(connection, "event", {"id": uuid, "batch": uuid, "card": "'many/' || i"}, f"e.card = '{card}'")
        _multiply(connection, "schedule", {"card": "'many/' || i"}, f"e.card = '{card}'")
        connection.commit()
    home.path.chmod(0o700)
    home.database.chmod(0o600)


def _multiply(connection: sqlite3.Connection, table: str, new: dict[str, str], where: str, times: int = 5_000) -> None:
    """The rows of a table that fit, many times more, with other values in some columns."""
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(new.get(name, f"e.{name}") for name in names)
    many = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times})"
    rows = f"SELECT {chosen} FROM n, {table} e WHERE {where}"
    connection.execute(f"INSERT INTO {table} ({', '.join(names)}) {many} {rows}")


MIGRATION = Torture("migration", _of_an_older_release, lambda _: ["due"])

KINDS = (REVIEW, IMPORT, EDIT, UNITE, RESTORE, MIGRATION, ADD, REMOVE, DELETE, BACKUP, DOCTOR)
