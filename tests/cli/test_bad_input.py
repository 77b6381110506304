"""Every accident: the exit code, one sentence that names the file, advice, nothing on stdout, nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from homes import basic, change, indexed, put_deck, put_text, query, with_cards
from lpdeck.errors import EXIT_FOUND, EXIT_HOME, EXIT_NO_INPUT, EXIT_USAGE
from lpdeck.home import Home

from .conftest import Lpdeck
from .running import Ran, Terminal, process, snapshot
from .sample import question


@dataclass(frozen=True)
class Accident:
    """Something that goes wrong: how it comes about, which command meets it, and what is said.

    `make` gets the home and a folder for pages; words of the command are formatted with `folder` and `home`, as
    are the `names` that the sentence must hold.
    """

    make: Callable[[Home, Path], object]
    command: tuple[str, ...]
    code: int
    names: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)


def nothing(_home: Home, _folder: Path) -> None:
    """The accident is in the command itself."""


def holds(name: str, data: bytes) -> Callable[[Home, Path], object]:
    return lambda _home, folder: (folder / name).write_bytes(data)


def deck(text: str | bytes) -> Callable[[Home, Path], object]:
    """A deck that is already known to be bad, and a page for it."""

    def make(home: Home, folder: Path) -> None:
        put_text(home, "bad", text)
        indexed(home)
        (folder / "page.txt").write_text(question())

    return make


def database(data: bytes) -> Callable[[Home, Path], object]:
    def make(home: Home, _folder: Path) -> None:
        for path in home.path.glob("lpdeck.db*"):
            path.unlink()
        home.database.write_bytes(data)

    return make


def config(data: bytes) -> Callable[[Home, Path], object]:
    return lambda home, _folder: home.config.write_bytes(data)


PAGE = "{folder}/page.txt"
CARDS = """[[card]]\nid = "same"\nkind = "basic"\nfront = "f"\nback = "b"\n"""

ACCIDENTS = {
    # Pages
    "a page of neither kind": Accident(
        holds("page.txt", b"A recipe for soup.\nTake two onions.\n"), ("import", PAGE), EXIT_NO_INPUT, (PAGE, "neither")
    ),
    "a page of neither kind, parsed": Accident(
        holds("page.txt", b"A recipe for soup."), ("parse", PAGE), EXIT_NO_INPUT, (PAGE,)
    ),
    "an empty file": Accident(holds("page.txt", b""), ("import", PAGE), EXIT_NO_INPUT, (PAGE, "empty")),
    "a file of blanks": Accident(
        holds("page.txt", "\ufeff \u00a0\t\r\n".encode()), ("import", PAGE), EXIT_NO_INPUT, (PAGE, "empty")
    ),
    "an empty standard input": Accident(nothing, ("import", "-"), EXIT_NO_INPUT, ("standard input", "empty")),
    "a folder without pages": Accident(
        holds("notes.rtf", b"x"), ("import", "{folder}"), EXIT_NO_INPUT, ("{folder}", "no page")
    ),
    "a folder to parse": Accident(nothing, ("parse", "{folder}"), EXIT_NO_INPUT, ("{folder}",)),
    "a binary file": Accident(
        holds("page.txt", b"\x89PNG\r\n\x1a\n\x00\x00"), ("import", PAGE), EXIT_NO_INPUT, (PAGE, "not text")
    ),
    "zeros": Accident(holds("page.txt", b"abc\x00" * 99), ("import", PAGE), EXIT_NO_INPUT, (PAGE, "not text")),
    "a missing file": Accident(nothing, ("import", PAGE), EXIT_NO_INPUT, (PAGE, "no such file")),
    "a dangling link": Accident(
        lambda _home, folder: (folder / "page.txt").symlink_to("nowhere"), ("import", PAGE), EXIT_NO_INPUT, (PAGE,)
    ),
    "a link to itself": Accident(
        lambda _home, folder: (folder / "page.txt").symlink_to("page.txt"), ("import", PAGE), EXIT_NO_INPUT, (PAGE,)
    ),
    "a name too long": Accident(nothing, ("import", "x" * 300), EXIT_NO_INPUT, ("x" * 300,)),
    "a page below a file": Accident(
        holds("page.txt", b"x"), ("import", PAGE + "/page.txt"), EXIT_NO_INPUT, (PAGE + "/page.txt",)
    ),
    "a page that is too large": Accident(
        lambda _home, folder: os.truncate(os.open(folder / "page.txt", os.O_CREAT | os.O_WRONLY), 20_000_001),
        ("import", PAGE),
        EXIT_NO_INPUT,
        (PAGE, "20 MB"),
    ),
    "a page of no clear principle": Accident(
        holds("page.txt", question(asks="Interviewers ask this to hear you count.").encode()),
        ("import", PAGE),
        EXIT_NO_INPUT,
        (PAGE, "principle"),
    ),
    # Usage
    "an unknown principle": Accident(
        holds("page.txt", question().encode()),
        ("import", PAGE, "--principle", "onership"),
        EXIT_USAGE,
        ('"onership"', "nearest is ownership"),
    ),
    "an unknown command": Accident(nothing, ("imprt", "x"), EXIT_USAGE, ("imprt",)),
    "an unknown option": Accident(nothing, ("due", "--cuont"), EXIT_USAGE, ("--cuont",)),
    "an unknown option of config": Accident(nothing, ("config", "get", "newperday"), EXIT_USAGE, ("new_per_day",)),
    "no page to import": Accident(nothing, ("import",), EXIT_USAGE, ("PATH",)),
    "an option without its value": Accident(nothing, ("import", "x", "--deck"), EXIT_USAGE, ("--deck",)),
    # Decks
    "an import into a deck with a syntax error": Accident(
        deck("title = 'x'\n\nfoo = = 1\n"),
        ("import", PAGE, "--deck", "bad"),
        EXIT_FOUND,
        ("{home}/decks/bad.toml:3:", "TOML"),
    ),
    "an import into a deck that is not UTF-8": Accident(
        deck(b"a = 1\n\xff\n"),
        ("import", PAGE, "--deck", "bad"),
        EXIT_FOUND,
        ("{home}/decks/bad.toml:2:", "UTF-8"),
    ),
    "an import into a deck from a newer version": Accident(
        deck("schema = 2\n"),
        ("import", PAGE, "--deck", "bad"),
        EXIT_FOUND,
        ("{home}/decks/bad.toml", "schema 2", "Upgrade"),
    ),
    # Editors
    "an editor that fails": Accident(
        nothing, ("edit", "one"), EXIT_FOUND, ("code 3", "deck.toml"), {"EDITOR": "sh -c 'exit 3'"}
    ),
    "an editor that does not exist": Accident(
        nothing, ("edit", "one"), EXIT_FOUND, ("/no/such/editor", "EDITOR", "deck.toml"), {"EDITOR": "/no/such/editor"}
    ),
    "an editor with an open quote": Accident(nothing, ("edit", "one"), EXIT_FOUND, ("EDITOR",), {"EDITOR": "vi 'x"}),
    "an editor that is a blank": Accident(nothing, ("edit", "one"), EXIT_FOUND, ("EDITOR",), {"EDITOR": "  "}),
    # The home
    "a database from a newer version": Accident(
        lambda home, _folder: change(home, "UPDATE alembic_version SET version_num = '9999'"),
        ("due",),
        EXIT_HOME,
        ("{home}/lpdeck.db", "newer", "Upgrade"),
    ),
    "a database that is none": Accident(
        database(b"this is no database, not even nearly. " * 99), ("due",), EXIT_HOME, ("{home}/lpdeck.db", "no lpdeck")
    ),
    "a database that is none, listed": Accident(
        database(b"this is no database, not even nearly. " * 99), ("decks",), EXIT_HOME, ("{home}/lpdeck.db",)
    ),
    "a database that is a folder": Accident(
        lambda home, _folder: (home.database.unlink(), home.database.mkdir()),
        ("review",),
        EXIT_HOME,
        ("{home}/lpdeck.db",),
    ),
    "a home that is a file": Accident(holds("page.txt", b"x"), ("--home", PAGE, "decks"), EXIT_HOME, (PAGE, "--home")),
    "a home that is a file, reviewed": Accident(
        holds("page.txt", b"x"), ("review", "--home", PAGE), EXIT_HOME, (PAGE, "--home")
    ),
    "decks that are a file": Accident(
        lambda home, _folder: (shutil.rmtree(home.decks), home.decks.write_text("x")),
        ("due",),
        EXIT_HOME,
        ("{home}/decks",),
    ),
    # Options
    "a broken config.toml": Accident(config(b"a = = 1\n"), ("due",), EXIT_USAGE, ("{home}/config.toml", "line 1")),
    "a config.toml with an unknown key": Accident(
        config(b"new_per_dy = 1\n"), ("review",), EXIT_USAGE, ("{home}/config.toml", "new_per_dy", "new_per_day")
    ),
    "a config.toml that is no text": Accident(config(b"\xff\xfe"), ("progress",), EXIT_USAGE, ("{home}/config.toml",)),
}


def met(home: Home, folder: Path, accident: Accident, run: Callable[..., Ran]) -> Ran:
    """Lets an accident happen; everything that holds for all of them is asserted here."""
    values = {"folder": folder, "home": home.path}
    with_cards(home, basic("one"))
    folder.mkdir()
    accident.make(home, folder)
    before = snapshot(home.path)
    done = run(*(word.format(**values) for word in accident.command))
    lines = done.err.splitlines()
    assert (accident.code, "") == (done.code, done.out), done.err
    assert lines[0].startswith("lpdeck: "), done.err
    assert 2 == len(lines), done.err
    assert all(name.format(**values) in done.err for name in accident.names), done.err
    assert not any(sign in done.err for sign in ("Traceback", "defect", "Error:", "None")), done.err
    assert before == snapshot(home.path)
    return done


@pytest.mark.slow
@pytest.mark.parametrize("name", ACCIDENTS)
def test_an_accident_is_said_in_one_sentence_with_advice(
    lpdeck: Lpdeck, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    accident = ACCIDENTS[name]

    def run(*words: str) -> Ran:
        for variable, value in accident.env.items():
            monkeypatch.setenv(variable, value)
        return lpdeck(*words)

    met(home, tmp_path / "pages", accident, run)


@pytest.mark.slow
def test_a_process_ends_the_same_way(home: Home, tmp_path: Path) -> None:
    accident = ACCIDENTS["a page of neither kind"]
    met(home, tmp_path / "pages", accident, lambda *words: process(home, *words))


# Accidents that need more than a row


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read(lpdeck: Lpdeck, home: Home, tmp_path: Path) -> None:
    def make(_home: Home, folder: Path) -> None:
        (folder / "page.txt").write_text(question())
        (folder / "page.txt").chmod(0)

    met(home, tmp_path / "pages", Accident(make, ("import", PAGE), EXIT_NO_INPUT, (PAGE, "may not be read")), lpdeck)


def test_a_deck_that_breaks_keeps_its_cards_and_stops_nothing(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", "What is it?"))
    put_text(home, "deck", "title = 'x'\n\nfoo = = 1\n", age_s=0)
    due = lpdeck("due", "--count")
    assert (0, "1\n") == (due.code, due.out)
    assert f"{home.decks}/deck.toml:3: " in due.err
    assert "What is it?" in lpdeck("show", "one").out
    checked = lpdeck("check")
    assert 1 == checked.code
    assert "decks/deck.toml:3:" in checked.out


def test_a_doubled_id_is_told_with_both_lines_and_the_first_is_asked(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_text(home, "bad", CARDS + CARDS)
    due = lpdeck("due", "--count")
    assert (0, "1\n") == (due.code, due.out)
    assert f"{home.decks}/bad.toml:6: " in due.err
    assert '"same"' in due.err
    assert "line 1" in due.err
    assert 1 == lpdeck("check").code


def test_an_id_in_two_decks_is_told_and_asked_once(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", "What is it?"))
    put_deck(home, "zzz", basic("one", "Something else?"))
    due = lpdeck("due", "--count")
    assert (0, "1\n") == (due.code, due.out)
    assert "zzz.toml:" in due.err
    assert "deck.toml" in due.err
    assert "What is it?" == lpdeck("show", "one", "--json").json["fields"]["front"]


def test_an_editor_that_fails_after_it_saved_loses_nothing(
    lpdeck: Lpdeck, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cards(home, basic("one", "What is it?"))
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nsed -i "s/What is it/What was it/" "$1"\nexit 3\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    assert 1 == lpdeck("edit", "one").code
    assert "What was it?" == lpdeck("show", "one", "--json").json["fields"]["front"]


def test_a_damaged_database_is_told_with_the_way_out(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *(basic(f"card-{number}", "x" * 500) for number in range(100)))
    data = bytearray(home.database.read_bytes())
    data[4096:] = b"\x55" * (len(data) - 4096)
    home.database.write_bytes(data)
    for path in home.path.glob("lpdeck.db-*"):
        path.unlink()
    for command in (("due",), ("decks",), ("review",), ("progress",)):
        done = lpdeck(*command)
        assert (4, "") == (done.code, done.out), command
        assert str(home.database) in done.err
        assert "backups" in done.err
        assert "defect" not in done.err


@pytest.mark.slow
def test_a_locked_database_is_told_after_a_wait(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    other = sqlite3.connect(home.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        done = lpdeck("suspend", "one", "--yes")
    finally:
        other.close()
    assert (4, "") == (done.code, done.out)
    assert str(home.database) in done.err
    assert "another program" in done.err


@pytest.mark.slow
def test_an_answer_that_finds_the_database_locked_is_told_and_not_half_stored(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    other = sqlite3.connect(home.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        done = lpdeck("review", stdin="\n3\n")
    finally:
        other.close()
    assert 4 == done.code
    assert "another program" in done.err
    assert [(0, 0)] == query(home, "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM schedule)")


@pytest.mark.slow
def test_a_reader_that_leaves_early_is_no_accident(home: Home) -> None:
    with_cards(home, *(basic(f"card-{number}", "x" * 300) for number in range(1000)))
    program = f"{sys.executable} -c 'from lpdeck.cli import main; main()'"
    done = subprocess.run(
        ["/bin/bash", "-c", f"{program} cards --home {home.path} | head -1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
    )
    assert "" == done.stderr
    assert "id" == done.stdout.split()[0]


@pytest.mark.slow
def test_twenty_columns_are_enough_for_everything(terminal: Callable[..., Terminal], starters: Home) -> None:
    for command in ((), ("decks",), ("show", "ownership/level-ekqneu"), ("check",)):
        one = terminal(*command, columns=20, rows=200)
        assert 0 == one.end(), command
        assert b"Traceback" not in one.raw


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=512k", "none", str(folder)]
    if mount is None or os.geteuid() != 0 or subprocess.run([mount, *options], capture_output=True).returncode != 0:
        pytest.skip("this machine does not allow a small file system to be mounted")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def filled_disk(small_disk: Path) -> Home:
    """A home with a card on a disk on which nothing more fits."""
    home = with_cards(Home(small_disk / "home"), basic("one", "What is it?"))
    indexed(home)
    handle = os.open(small_disk / "filler", os.O_CREAT | os.O_WRONLY)
    try:
        for size in (4096, 1):
            try:
                while True:
                    os.write(handle, b"x" * size)
            except OSError:
                pass
    finally:
        os.close(handle)
    return home


@pytest.mark.parametrize(
    ("command", "stdin"),
    [
        (("review",), b"\n3\nq\n"),
        (("import", PAGE), b""),
        (("config", "set", "new_per_day", "3"), b""),
        (("delete", "one", "--yes"), b""),
    ],
)
def test_a_full_disk_loses_nothing(
    lpdeck: Lpdeck, small_disk: Path, tmp_path: Path, command: tuple[str, ...], stdin: bytes
) -> None:
    home = filled_disk(small_disk)
    (tmp_path / "page.txt").write_text(question())
    decks = snapshot(home.decks)
    done = lpdeck("--home", home.path, *(word.format(folder=tmp_path) for word in command), stdin=stdin)
    assert 4 == done.code, done.err
    assert str(home.path) in done.err
    assert "space" in done.err
    assert "defect" not in done.err
    assert decks == snapshot(home.decks)
    os.unlink(small_disk / "filler")
    events = query(home, "SELECT count(*) FROM event")[0][0]
    assert events == query(home, "SELECT count(*) FROM schedule WHERE reps > 0")[0][0]
    assert "What is it?" == lpdeck("--home", home.path, "show", "one", "--json").json["fields"]["front"]
