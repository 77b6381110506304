"""A long import beside a review, as real processes: neither keeps the other from its work."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest

from homes import NOON, SCHEDULER, TODAY, basic, indexed, make, opened, put_deck, query
from lpdeck.cli import context, run
from lpdeck.home import Home
from lpdeck.scheduling import Rating
from lpdeck.store import holding, hot
from lpdeck.store.hot import HotStore

PAGE = Path(__file__).parent.parent / "data" / "pages" / "ownership.txt"
CARDS = 500
COMMAND = [sys.executable, "-c", "import sys; from lpdeck.cli import main; main()"]


def _page(number: int) -> str:
    """The page with a title of its own and a word of its own in nearly every sentence."""
    name = "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")
    text = PAGE.read_text(encoding="utf-8").replace("a Problem That", f"Problem {name} That")
    return text.replace(" the ", f" {name} ")


@pytest.fixture
def reviewed(home: Home) -> Home:
    make(home)
    put_deck(home, "mine", *(basic(f"mine/{number}") for number in range(CARDS)))
    indexed(home)
    return home


def _answer(store: HotStore, number: int) -> float:
    """How long one answer takes (seconds)."""
    card, begin = f"mine/{number % CARDS}", time.perf_counter()
    outcome = SCHEDULER.outcomes(card, store.schedule(card), TODAY, NOON + number)[Rating.GOOD]
    weights = SCHEDULER.weights.name
    store.answer(
        card, store.schedule(card), outcome, at_ms=NOON + number, day=TODAY, took_ms=1, weights=weights, detail={}
    )
    return time.perf_counter() - begin


def _answers_beside(home: Home, *command: str) -> list[float]:
    """How long each answer took that was given while a command ran."""
    store, took = opened(home), []
    environment = os.environ | {"LPDECK_HOME": str(home.path)}
    process = subprocess.Popen([*COMMAND, *command], env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        took.append(_answer(store, len(took)))
        time.sleep(0.01)
    assert 0 == process.wait()
    store.close()
    return took


@pytest.mark.slow
@pytest.mark.parametrize("pages", [3, pytest.param(300, marks=pytest.mark.slow)])
def test_answers_go_on_beside_an_import(reviewed: Home, tmp_path: Path, pages: int) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(pages):
        (folder / f"{number}.txt").write_text(_page(number), encoding="utf-8")
    took = _answers_beside(reviewed, "import", str(folder))
    assert [(len(took),)] == query(reviewed, "SELECT count(*) FROM event")
    assert pages + 1 == len(query(reviewed, "SELECT name FROM deck_file"))
    assert pages < 100 or max(took) < 1, f"{len(took)} answers, median {median(took):.4f} s"


@pytest.mark.slow
def test_answers_go_on_while_an_index_of_20_000_cards_is_made(reviewed: Home) -> None:
    for deck in range(40):
        put_deck(reviewed, f"deck{deck}", *(basic(f"deck{deck}/{number}") for number in range(500)))
    took = _answers_beside(reviewed, "decks")
    assert 20_000 + CARDS == query(reviewed, "SELECT count(*) FROM card")[0][0]
    assert max(took) < 1, f"{len(took)} answers, median {median(took):.4f} s"


@pytest.mark.slow
def test_a_command_that_waits_says_so_and_gives_up_with_the_reason(
    reviewed: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0.1)
    other = sqlite3.connect(reviewed.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert 4 == run(["suspend", "--yes", "mine/1"])
    said = capsys.readouterr()
    assert "" == said.out
    assert "Waiting for another program that holds the database." == said.err.splitlines()[0]
    assert f"lpdeck: {reviewed.database}: another program holds the database" == said.err.splitlines()[1]
    other.execute("ROLLBACK")
    other.close()
    assert 0 == run(["suspend", "--yes", "mine/1"])


def test_while_a_screen_is_drawn_the_sentence_goes_there(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    with context.waiting_told(told.append):
        hot.on_waiting("Waiting for lpdeck import.")
    assert (["Waiting for lpdeck import."], "") == (told, capsys.readouterr().err)
    hot.on_waiting("Waiting for lpdeck import.")
    assert "Waiting for lpdeck import.\n" == capsys.readouterr().err


@pytest.mark.parametrize("command", [["decks"], ["config", "weights"], ["confusions"], ["progress"], ["due"]])
def test_commands_that_only_read_wait_for_nobody(
    reviewed: Home, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0)
    other = sqlite3.connect(reviewed.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert 0 == run(command)
    assert "Waiting" not in capsys.readouterr().err
    other.close()
