from __future__ import annotations

import pytest

from homes import basic, indexed, put_deck, quiz, with_cards
from lpdeck.config import OPTIONS
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .running import process, snapshot


def offered(home: Home, line: str) -> list[str]:
    """What bash is offered for a line whose last word is being typed."""
    word = str(len(line.split(" ")) - 1)
    done = process(home, _LPDECK_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=word)
    assert (0, "") == (done.code, done.err)
    return done.out.split()


@pytest.fixture
def filled(home: Home) -> Home:
    with_cards(home, basic("deck/basic-aaaaaa"), basic("deck/basic-bbbbbb"))
    put_deck(home, "trust", quiz("trust/quiz-cccccc", ["red", "green"], "red"))
    indexed(home)
    return home


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lpdeck re", ["redo", "rename", "reset", "resume", "review"]),
        ("lpdeck import --principle d", ["deliver-results", "dive-deep"]),
        ("lpdeck cards --principle earn", ["earn-trust"]),
        ("lpdeck import --deck t", ["trust"]),
        ("lpdeck rename ", ["deck", "trust"]),
        ("lpdeck check d", ["deck"]),
        ("lpdeck cards --kind s", ["stage"]),
        ("lpdeck show ", ["deck/basic-aaaaaa", "deck/basic-bbbbbb", "trust/quiz-cccccc"]),
        ("lpdeck edit deck/basic-b", ["deck/basic-bbbbbb"]),
        ("lpdeck delete deck", ["deck"]),
        ("lpdeck delete trust/", ["trust/quiz-cccccc"]),
        ("lpdeck config set rev", ["reviews_per_day"]),
        ("lpdeck config get keys.ea", ["keys.easy"]),
        ("lpdeck config get keys.e", ["keys.easy", "keys.edit"]),
        ("lpdeck show nothing", []),
    ],
)
def test_a_tab_offers_what_fits(filled: Home, line: str, expected: list[str]) -> None:
    assert expected == sorted(offered(filled, line))


def test_all_principles_and_options_are_offered(filled: Home) -> None:
    assert {one.slug for one in Principle} == set(offered(filled, "lpdeck cards --principle "))
    assert set(OPTIONS) == set(offered(filled, "lpdeck config set "))


def test_a_tab_makes_no_home(home: Home) -> None:
    assert [] == offered(home, "lpdeck show ")
    assert not home.path.exists()


def test_a_tab_over_a_broken_database_offers_nothing(filled: Home) -> None:
    filled.database.write_bytes(b"this is no database, not even nearly" * 100)
    before = snapshot(filled.path)
    assert [] == offered(filled, "lpdeck show ")
    assert before == snapshot(filled.path)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed(lpdeck: Lpdeck, home: Home, shell: str) -> None:
    done = process(home, _LPDECK_COMPLETE=f"source_{shell}")
    assert 0 == done.code
    assert "_LPDECK_COMPLETE" in done.out
