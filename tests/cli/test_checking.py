"""`lpdeck check --duplicates`: which cards of any two decks ask nearly the same."""

from __future__ import annotations

import pytest

from homes import basic, make, put_deck
from lpdeck.home import Home

from .conftest import Lpdeck
from .running import snapshot

ONE = basic("north/one", "How do you know that your fix caused the drop?")
OTHER = basic("south/other", "How do you know that your change caused the drop?")
APART = basic("south/apart", "What did it cost?")


@pytest.fixture
def alike(home: Home) -> Home:
    """Two decks with a card each that asks nearly the same, and a third one without."""
    make(home)
    put_deck(home, "north", ONE)
    put_deck(home, "south", APART, OTHER)
    put_deck(home, "west", basic("west/one", "Who paid for the second depot?"))
    return home


def test_two_cards_of_two_decks_that_ask_nearly_the_same_are_told_with_ids_and_words(
    lpdeck: Lpdeck, alike: Home
) -> None:
    before = snapshot(alike.decks)
    done = lpdeck("check", "--duplicates")
    assert (1, "") == (done.code, done.err)
    assert "alike 90%: north/one and south/other\n" in done.out
    assert ONE.fields["front"] in done.out
    assert OTHER.fields["front"] in done.out
    assert done.out.endswith("1 pair of cards ask nearly the same\n")
    assert "apart" not in done.out
    assert before == snapshot(alike.decks)


def test_without_the_option_nobody_looks_for_them(lpdeck: Lpdeck, alike: Home) -> None:
    done = lpdeck("check")
    assert (0, "3 decks: 0 errors, 0 warnings\n") == (done.code, done.out)
    assert [] == lpdeck("check", "--json").json


def test_none_is_exit_0(lpdeck: Lpdeck, home: Home) -> None:
    make(home)
    put_deck(home, "north", ONE)
    put_deck(home, "south", APART)
    done = lpdeck("check", "--duplicates")
    assert 0 == done.code
    assert "0 pairs of cards ask nearly the same\n" in done.out
    assert [] == lpdeck("check", "--duplicates", "--json").json


def test_json_gives_both_ids_and_how_much_they_are_alike(lpdeck: Lpdeck, alike: Home) -> None:
    done = lpdeck("check", "--duplicates", "--json")
    assert 1 == done.code
    assert [{"level": "duplicate", "card": "north/one", "other": "south/other", "likeness": 0.9}] == done.json


@pytest.mark.parametrize(("deck", "code"), [("north", 1), ("south", 1), ("west", 0)])
def test_of_a_deck_its_cards_are_compared_with_those_of_all(lpdeck: Lpdeck, alike: Home, deck: str, code: int) -> None:
    done = lpdeck("check", deck, "--duplicates")
    assert code == done.code
    assert bool(code) == all(card in done.out for card in ("north/one", "south/other"))
    assert done.out.startswith("1 deck:")


def test_a_deck_that_can_not_be_read_does_not_hide_a_pair(lpdeck: Lpdeck, alike: Home) -> None:
    (alike.decks / "broken.toml").write_text("schema = \n")
    data = lpdeck("check", "--duplicates", "--json").json
    assert ["error", "duplicate"] == [one["level"] for one in data]
