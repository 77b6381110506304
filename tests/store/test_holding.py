"""Who holds the database, and what is said to whoever waits: with real processes and SQLite's own lock."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stores import answer

from homes import MINUTE, NOON, basic, opened, with_cards
from lpdeck.days import Calendar
from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.scheduling import Rating
from lpdeck.store import holding, hot
from lpdeck.store.holding import Holder, called, held, holder, holder_file
from lpdeck.store.schema import open_engine, reading, transaction

HOLDS = """
import sys, time
from pathlib import Path
from lpdeck.home import Home
from lpdeck.store.schema import open_engine, transaction
home = Home(Path(sys.argv[-1]))
with transaction(open_engine(home), home):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def cards(home: Home) -> Home:
    return with_cards(home, basic("deck/a"), basic("deck/b"))


@contextmanager
def _held_elsewhere(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock until a line is sent to it, or it is killed."""
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(home.path)], stdin=pipe, stdout=pipe, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert "held\n" == process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a learner is told while something waits."""
    said: list[str] = []
    monkeypatch.setattr(hot, "on_waiting", said.append)
    return said


def _written(home: Home) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(holder_file(home.database).read_text(encoding="utf-8"))
    return found


def test_a_transaction_names_its_process_and_its_command_while_it_lasts(cards: Home) -> None:
    engine, before = open_engine(cards), time.time_ns() // 1_000_000
    with transaction(engine, cards):
        found = _written(cards)
        assert 0o600 == stat.S_IMODE(holder_file(cards.database).stat().st_mode)
    assert os.getpid() == found["pid"]
    assert found["command"].startswith("lpdeck")
    assert before <= found["since_ms"] <= time.time_ns() // 1_000_000
    assert {"backups", "decks", "lpdeck.db"} >= {path.name for path in cards.path.iterdir()} - {
        "lpdeck.db-wal",
        "lpdeck.db-shm",
    }


def test_the_name_goes_when_the_transaction_fails(cards: Home) -> None:
    def fail() -> None:
        with transaction(open_engine(cards), cards):
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not holder_file(cards.database).exists()


def test_a_name_inside_another_one_changes_nothing(cards: Home) -> None:
    with held(cards.database, "lpdeck unite"):
        with held(cards.database, "lpdeck import"):
            assert "lpdeck unite" == _written(cards)["command"]
        assert "lpdeck unite" == _written(cards)["command"]
    assert not holder_file(cards.database).exists()


def test_the_name_of_another_process_is_left_alone(cards: Home) -> None:
    path = holder_file(cards.database)
    with held(cards.database):
        path.write_text(json.dumps(Holder(1, "lpdeck review", NOON)._asdict()), encoding="utf-8")
    assert path.exists()


def test_a_folder_that_can_not_be_written_stops_nothing(home: Home) -> None:
    with held(home.path / "nowhere" / "lpdeck.db"):
        entered = True
    assert entered


def test_the_holder_is_the_process_that_holds_the_lock(cards: Home) -> None:
    assert holder(cards.database) is None
    with _held_elsewhere(cards) as other:
        found = holder(cards.database)
        assert found is not None
        assert other.pid == found.pid
        other.kill()
        other.wait()
        assert holder_file(cards.database).exists()
        assert holder(cards.database) is None


def _alive(**values: Any) -> str:
    return json.dumps(Holder(os.getppid(), "lpdeck import", NOON, holding._boot())._replace(**values)._asdict())


STALE: dict[str, Callable[[], str]] = {
    "a process of another boot": lambda: _alive(boot="another"),
    "no process": lambda: _alive(pid=2**22 + 1),
    "all processes": lambda: _alive(pid=-1),
    "this process": lambda: _alive(pid=os.getpid()),
    "half a file": lambda: _alive()[:20],
    "a list": lambda: "[1, 2]",
    "another file": lambda: "{}",
    "nothing": lambda: "",
    "a moment beyond all calendars": lambda: _alive(since_ms=10**30),
    "a deep one": lambda: "[" * 4096,
}


@pytest.mark.parametrize("what", STALE)
def test_a_name_that_holds_nothing_is_nobody(cards: Home, what: str) -> None:
    path = holder_file(cards.database)
    path.write_text(_alive(), encoding="utf-8")
    assert holder(cards.database) is not None
    path.write_text(STALE[what](), encoding="utf-8")
    assert holder(cards.database) is None


def test_a_name_can_not_steer_the_terminal(cards: Home) -> None:
    holder_file(cards.database).write_text(_alive(command="lpdeck\x1b[2J\nimport"), encoding="utf-8")
    assert str(holder(cards.database)).isprintable()


CALLED = {
    "lpdeck import": ["/bin/lpdeck", "import", "page.txt"],
    "lpdeck review": ["lpdeck", "--home", "somewhere", "review"],
    "lpdeck due": ["lpdeck", "--home=somewhere", "due", "--count"],
    "lpdeck": ["/bin/lpdeck"],
}


@pytest.mark.parametrize("command", CALLED)
def test_a_command_is_named_as_the_learner_called_it(command: str) -> None:
    assert command == called(CALLED[command])


@pytest.mark.parametrize("arguments", [[], ["/bin/pytest", "tests"], ["lpdeck", "--version"]])
def test_what_names_no_command_is_lpdeck(arguments: list[str]) -> None:
    assert "lpdeck" == called(arguments)


def _answer(home: Home) -> object:
    store = opened(home)
    try:
        return answer(store, "deck/a", Rating.GOOD, NOON + MINUTE)
    finally:
        store.close()


def _mark_exported(home: Home) -> object:
    with transaction(open_engine(home), home) as connection:
        return connection.exec_driver_sql("INSERT INTO exported VALUES ('deck/a', 1)")


WRITES = {"an answer": _answer, "a command": _mark_exported}


@pytest.mark.slow
@pytest.mark.parametrize("what", WRITES)
def test_whoever_waits_is_told_once_for_whom_and_then_writes(cards: Home, told: list[str], what: str) -> None:
    with _held_elsewhere(cards) as other:
        found = holder(cards.database)
        assert found is not None
        assert other.stdin is not None
        leave = threading.Timer(1.0, lambda: other.stdin and (other.stdin.write("\n"), other.stdin.flush()))
        leave.start()
        assert WRITES[what](cards) is not None
        leave.join()
    since = f"{Calendar().local(found.since_ms):%H:%M}"
    assert [f"Waiting for lpdeck (process {other.pid}, since {since})."] == told


def test_whoever_reads_waits_for_nobody(cards: Home, told: list[str]) -> None:
    with _held_elsewhere(cards):
        store = opened(cards)
        assert store.card("deck/a") is not None
        store.close()
        with reading(open_engine(cards), cards) as connection:
            assert 2 == connection.exec_driver_sql("SELECT count(*) FROM card").scalar()
    assert [] == told


@pytest.mark.slow
@pytest.mark.parametrize("what", WRITES)
def test_whoever_waited_in_vain_is_told_who_holds_the_database(
    cards: Home, told: list[str], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0.1)
    with _held_elsewhere(cards) as other, pytest.raises(HomeError) as error:
        WRITES[what](cards)
    assert f"lpdeck (process {other.pid}, since " in error.value.what
    assert f"kill {other.pid}" in error.value.advice
    assert 1 == len(told)


@pytest.mark.slow
def test_a_program_that_leaves_no_name_is_told_as_one(
    cards: Home, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0.1)
    other = sqlite3.connect(cards.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(HomeError, match="another program holds the database"):
        _answer(cards)
    other.close()
    assert ["Waiting for another program that holds the database."] == told
    assert _answer(cards) is not None


def test_what_fails_for_another_reason_does_not_wait(cards: Home, told: list[str]) -> None:
    store = opened(cards)
    store._db.execute("PRAGMA query_only = ON")
    with pytest.raises(HomeError, match="may not be written"):
        answer(store, "deck/a")
    store.close()
    assert [] == told


def test_the_file_holds_nothing_but_who_when_and_what(cards: Home) -> None:
    with held(cards.database):
        assert {"pid", "command", "since_ms", "boot"} == set(_written(cards))
    assert [] == [path for path in cards.path.iterdir() if "holder" in path.name]


def test_nothing_is_read_of_a_file_without_end(cards: Home, tmp_path: Path) -> None:
    holder_file(cards.database).write_bytes(b"[" * 10_000_000)
    assert holder(cards.database) is None
