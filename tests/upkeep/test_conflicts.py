"""The names that synced folders give, and what is no such name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import basic, make, put_deck
from lpdeck.deck.copies import Copy, copy_of, sure_copies
from lpdeck.deck.folder import conflict_paths, deck_paths
from lpdeck.home import Home
from lpdeck.store.hot import deck_stamps
from lpdeck.upkeep.conflicts import conflicts

SURE = {
    "deck (Jo's conflicted copy 2026-11-21).toml": "Dropbox",
    "deck (conflicted copy).toml": "Dropbox",
    "deck (Jo's conflicted copy 2026-11-21 2).toml": "Dropbox",
    "deck (Jo's Case Conflict).toml": "Dropbox",
    "deck (In Konflikt stehende Kopie von Jo 2026-11-21).toml": "Dropbox",
    "deck (Konfliktkopie von Jo 2026-11-21).toml": "Dropbox",
    "deck (Copie en conflit de Jo 2026-11-21).toml": "Dropbox",
    "deck (Copia en conflicto de Jo 2026-11-21).toml": "Dropbox",
    "deck (Copia in conflitto di Jo 2026-11-21).toml": "Dropbox",
    "deck (Cópia em conflito de Jo 2026-11-21).toml": "Dropbox",
    "deck (Jo's conflicterende kopie 2026-11-21).toml": "Dropbox",
    "deck (Конфликтующая копия с Jo 2026-11-21).toml": "Dropbox",
    "deck (Jo の競合コピー 2026-11-21).toml": "Dropbox",
    "deck（Jo 的冲突副本 2026-11-21）.toml": "Dropbox",
    "deck (Jo의 충돌하는 사본 2026-11-21).toml": "Dropbox",
    "deck.sync-conflict-20261121-101010-ABCDEFG.toml": "Syncthing",
    "deck.sync-conflict-20261121-101010.toml": "Syncthing",
    "deck (conflicted copy 2026-11-21 101010).toml": "Nextcloud",
    "deck_conflict-20261121-101010.toml": "ownCloud",
    "deck (SFConflict jo@example.org 2026-11-21-10-10-10).toml": "Seafile",
}
UNSURE = {
    "deck (1).toml": "Google Drive",
    "deck 2.toml": "iCloud",
    "deck-LAPTOP7.toml": "OneDrive",
}
NONE = (
    "deck.toml",
    "conflict.toml",
    "deck (conflict with a peer).toml",
    "how I solved a conflict (2026).toml",
    "deck (2026-11-21).toml",
    "sync-conflict.toml",
    ".toml",
    "deck",
)


@pytest.mark.parametrize("name", SURE)
def test_a_conflict_copy_is_known_by_its_name(name: str) -> None:
    assert Copy("deck.toml", SURE[name], True) == copy_of(name)
    assert [name] == list(sure_copies([name, "deck.toml"]))


@pytest.mark.parametrize("name", UNSURE)
def test_a_name_that_a_learner_may_have_chosen_proves_nothing(name: str) -> None:
    assert Copy("deck.toml", UNSURE[name], False) == copy_of(name)
    assert {} == sure_copies([name, "deck.toml"])


@pytest.mark.parametrize("name", NONE)
def test_other_names_are_no_copies(name: str) -> None:
    copy = copy_of(name)
    assert copy is None or not copy.sure


def test_a_copy_of_a_copy_is_one_of_the_first_original() -> None:
    first = "deck (Jo's conflicted copy 2026-11-20).toml"
    second = "deck (Jo's conflicted copy 2026-11-20).sync-conflict-20261121-101010-ABCDEFG.toml"
    assert {"deck.toml"} == {copy.original for copy in sure_copies(["deck.toml", first, second]).values()}
    assert {first, second} == set(sure_copies(["deck.toml", first, second]))


def test_a_copy_whose_original_is_gone_is_a_deck() -> None:
    assert {} == sure_copies(["deck (conflicted copy).toml", "other.toml"])


def test_capitals_and_the_two_ways_to_write_an_accent_make_no_difference() -> None:
    assert ["DECK (conflicted copy).toml"] == list(sure_copies(["DECK (conflicted copy).toml", "deck.toml"]))
    assert ["e\u0301te\u0301 (conflicted copy).toml"] == list(
        sure_copies(["e\u0301te\u0301 (conflicted copy).toml", "\u00e9t\u00e9.toml"])
    )


@given(st.text(max_size=40).map(lambda stem: f"{stem}.toml"))
def test_no_name_makes_it_stumble(name: str) -> None:
    copy = copy_of(name)
    assert copy is None or len(copy.original) < len(name.encode())
    assert name not in sure_copies([name])


def test_a_sure_copy_is_no_deck_of_its_own(home: Home) -> None:
    make(home)
    for name in ("deck", "deck (Jo's conflicted copy 2026-11-21)", "other (1)"):
        put_deck(home, name, basic("deck/a"))
    decks = ["deck", "other (1)"]
    assert decks == [path.stem for path in deck_paths(home.decks)]
    assert decks == [name for name, _ in deck_stamps(home.decks)]
    assert ["deck (Jo's conflicted copy 2026-11-21)"] == [path.stem for path in conflict_paths(home.decks)]
    assert [] == conflict_paths(home.path / "nowhere")


def names(home: Home) -> dict[str, str]:
    return {one.path.name: one.original.name for one in conflicts(home)}


def test_an_unsure_copy_is_one_where_it_has_a_card_of_the_original(home: Home) -> None:
    make(home)
    put_deck(home, "deck", basic("deck/a"))
    put_deck(home, "deck (1)", basic("deck/a"), basic("deck/b"))
    put_deck(home, "deck 2", basic("deck/c"))
    put_deck(home, "deck-LAPTOP", basic("deck/a"))
    put_deck(home, "other-LAPTOP", basic("deck/a"))
    assert {"deck (1).toml": "deck.toml", "deck-LAPTOP.toml": "deck.toml"} == names(home)


def test_a_deck_of_the_learner_that_took_one_card_along_is_no_copy(home: Home) -> None:
    make(home)
    put_deck(home, "deck", *(basic(f"deck/{number}") for number in range(9)))
    put_deck(home, "deck-onsite", basic("deck/0"), *(basic(f"onsite/{number}") for number in range(3)))
    put_deck(home, "deck (2)", basic("deck/0"), basic("deck/1"))
    assert {"deck (2).toml": "deck.toml"} == names(home)


def test_a_copy_of_the_options_is_found_where_its_name_alone_says_so(home: Home) -> None:
    make(home)
    home.config.touch()
    for name in ("config.sync-conflict-20261121-101010.toml", "config 2.toml"):
        (home.path / name).touch()
    (one,) = conflicts(home)
    assert ("config.sync-conflict-20261121-101010.toml", home.config) == (one.path.name, one.original)


def test_a_copy_of_the_database_is_found_whether_the_database_is_there_or_not(home: Home) -> None:
    make(home)
    found = ("lpdeck (conflicted copy).db", "lpdeck.sync-conflict-20261121-101010-ABCDEFG.db", "lpdeck (1).db")
    for name in (*found, "notes.db"):
        (home.path / name).write_bytes(b"x")
    assert dict.fromkeys(found, "lpdeck.db") == names(home)
    home.database.unlink()
    assert dict.fromkeys(found, "lpdeck.db") == names(home)


def test_a_home_without_folders_has_no_copies(tmp_path: Path) -> None:
    assert [] == conflicts(Home(tmp_path / "nowhere"))
