"""Two processes over one home: no answer is lost or counted twice, whatever else runs beside a review."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from homes import put_deck, query
from lpdeck.home import Home

from .kinds import answer, told_anew
from .sitters import Sitter
from .torture import PATIENCE_S, PROGRAM, answers, environment, home_of_cards, is_sound

CARDS = 60
MANY = 400
PAGES = 30 if "LPDECK_KILLS" in os.environ else 3
"""How often each page is told anew for an import beside a review: 210 pages in a thorough run."""


@pytest.fixture
def many(tmp_path: Path) -> Home:
    return home_of_cards(tmp_path, CARDS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_two_terminals_ask_each_card_once(many: Home, seed: int) -> None:
    given, refused = _taking_turns(many, Random(seed), "--new", str(CARDS))
    assert {f"deck/basic-{number:03}": 1 for number in range(CARDS)} == answers(many)
    assert sorted(given) == sorted(answers(many))
    assert refused > 0
    is_sound(many)


@pytest.mark.slow
def test_the_limit_of_the_day_holds_over_two_terminals(many: Home) -> None:
    given, _ = _taking_turns(many, Random(7), "--new", "25")
    assert 25 == len(given) == len(set(given)) == sum(answers(many).values())
    is_sound(many)


def _taking_turns(home: Home, random: Random, *options: str) -> tuple[list[str], int]:
    """Answers in two sittings in a random order until nothing is left: the answers given, how many were refused."""
    refused = 0
    with Sitter(home, *options) as one, Sitter(home, *options) as other:
        while sitters := [sitter for sitter in (one, other) if sitter.card]:
            refused += not random.choice(sitters).answer().is_given
        for sitter in (one, other):
            code, err = sitter.leave()
            assert (0, "") == (code, err)
        return one.given + other.given, refused


@pytest.mark.slow
def test_answers_of_two_terminals_at_full_speed_are_counted_once(many: Home, tmp_path: Path) -> None:
    """The ratings return some cards within the day, so that both terminals write the same ones again and again."""
    with _typed(many, tmp_path / "one", Random(1)) as one, _typed(many, tmp_path / "other", Random(2)) as other:
        assert 0 == one.wait(PATIENCE_S)
        assert 0 == other.wait(PATIENCE_S)
    written = [(tmp_path / name).with_suffix(".out").read_text() for name in ("one", "other")]
    typed = sum(text.count("u undoes, q leaves:") - text.count("answered elsewhere meanwhile") for text in written)
    assert typed == sum(answers(many).values())
    assert CARDS == query(many, "SELECT count(DISTINCT card) FROM event WHERE kind = 'answer'")[0][0]
    is_sound(many)


def _typed(home: Home, path: Path, random: Random) -> subprocess.Popen[bytes]:
    """A review that reads its lines from a file: twice as many answers as there are cards."""
    path.write_text("".join(f"\n{random.choice((1, 3, 3, 4, 4, 4))}\n" for _ in range(CARDS * 2)))
    with path.open("rb") as stdin, path.with_suffix(".out").open("wb") as stdout:
        review = [*PROGRAM, "review", "--plain", "--new", str(CARDS)]
        return subprocess.Popen(review, env=environment(home), stdin=stdin, stdout=stdout)


# Beside a review


def _importing(home: Home, folder: Path) -> Iterator[list[str]]:
    pages = folder / "pages"
    pages.mkdir()
    told_anew(pages, times=PAGES)
    yield ["import", "--principle", "ownership", *map(str, sorted(pages.glob("*.txt")))]


def _undoing(_home: Home, _folder: Path) -> Iterator[list[str]]:
    for _ in range(8):
        yield ["undo"]


def _undoing_and_redoing(_home: Home, _folder: Path) -> Iterator[list[str]]:
    for _ in range(4):
        yield ["undo"]
        yield ["redo"]


def _uniting(home: Home, folder: Path) -> Iterator[list[str]]:
    other = Home(folder / "other")
    shutil.copytree(home.path, other.path)
    answer(other, 30)
    yield ["unite", str(other.path), "--yes"]


def _keeping(_home: Home, folder: Path) -> Iterator[list[str]]:
    yield ["backup", str(folder / "kept.zip")]
    yield ["doctor", "--fix", "--yes"]
    yield ["restore", str(folder / "kept.zip"), "--yes"]


_BESIDE: dict[str, Callable[[Home, Path], Iterator[list[str]]]] = {
    "import": _importing,
    "undo": _undoing,
    "undo and redo": _undoing_and_redoing,
    "unite": _uniting,
    "backup, doctor and restore": _keeping,
}


@pytest.mark.slow
@pytest.mark.parametrize("beside", _BESIDE)
def test_a_review_goes_on_beside_another_command(
    beside: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was shown as given is in the log, whatever the other command did to it; both end well."""
    home = home_of_cards(tmp_path, MANY)
    longest, during = 0.0, 0
    commands = _BESIDE[beside](home, tmp_path)
    with Sitter(home, "--new", str(MANY)) as sitter:
        sitter.answer()
        for arguments in commands:
            running = _started(home, *arguments)
            while running.poll() is None and sitter.card:
                longest = max(longest, sitter.answer().seconds)
                during += 1
            _, err = running.communicate(timeout=PATIENCE_S)
            # An undo that finds nothing any more, or a redo after another answer, says so.
            assert running.returncode in ((0, 1, 2) if arguments[0] in ("undo", "redo") else (0,)), err
            assert b"defect" not in err
        if sitter.card:
            sitter.answer()
        code, err_text = sitter.leave()
        assert 0 == code, err_text
        assert set(sitter.given) <= set(answers(home))
        assert len(sitter.given) <= sum(answers(home).values())
    assert during > 0
    is_sound(home)
    if beside != "unite":  # two homes may have answered one card
        _no_answer_counts_twice(home)
    with capsys.disabled():
        sys.stdout.write(f" [beside {beside}: {during} answers, the longest wait {longest:.2f} s] ")


def _started(home: Home, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _no_answer_counts_twice(home: Home) -> None:
    """A card that was rated Easy is answered again on the same day only after that answer was undone."""
    undone = "SELECT target FROM event WHERE kind = 'undo'"
    rows = query(
        home,
        f"SELECT card, count(*) FROM event WHERE kind = 'answer' AND batch NOT IN ({undone}) GROUP BY card "
        "HAVING count(*) > 1",
    )
    assert [] == rows


@pytest.mark.slow
def test_a_deck_that_changes_during_a_review_loses_no_answer(many: Home) -> None:
    with Sitter(many, "--new", str(CARDS)) as sitter:
        for _ in range(5):
            sitter.answer()
        text = (many.decks / "deck.toml").read_text()
        (many.decks / "deck.toml").write_text(text.replace("because", "therefore"))
        put_deck(many, "more")
        for _ in range(5):
            sitter.answer()
        assert 0 == sitter.leave()[0]
    assert dict.fromkeys(sitter.given, 1) == answers(many)
    is_sound(many)
