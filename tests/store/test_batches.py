"""The index brought up to date in many short transactions: the same as in one, and nobody waits for its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import basic, change, indexed, make, opened, put_deck, query
from lpdeck.home import Home
from lpdeck.store import index
from lpdeck.store.index import bring_up_to_date
from lpdeck.store.schema import open_engine

Decks = Mapping[str, list[int]]
"""Decks by name: the numbers of their cards; one may stand in several."""

decks = st.dictionaries(st.sampled_from("abcde"), st.lists(st.integers(0, 9), unique=True, max_size=5), max_size=5)


@pytest.fixture(scope="session")
def two_homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    return Home(tmp_path_factory.mktemp("batches")), Home(tmp_path_factory.mktemp("whole"))


def _put(home: Home, wanted: Decks) -> None:
    for path in home.decks.iterdir():
        path.unlink()
    for name, numbers in wanted.items():
        put_deck(home, name, *(basic(f"x/{number}", back=f"{number // 2}") for number in numbers))


def _in_batches(home: Home) -> list[str]:
    found = bring_up_to_date(open_engine(home), home, batch_cards=1)
    return [f"{one.path.name}: {one.problem.what}" for one in found]


def _at_once(home: Home) -> list[str]:
    return [f"{one.path.name}: {one.problem.what}" for one in indexed(home)]


CARDS = "SELECT id, deck, position, line, fields, fingerprint FROM card ORDER BY id"
FILES = "SELECT name, size, fingerprint, title, problem FROM deck_file ORDER BY name"


@pytest.mark.slow
@given(decks, decks)
def test_batches_store_what_one_transaction_stores(two_homes: tuple[Home, Home], first: Decks, second: Decks) -> None:
    for home in two_homes:
        make(home)
    for wanted in (first, second):
        for home in two_homes:
            _put(home, wanted)
        said = [_in_batches(two_homes[0]), _at_once(two_homes[1])]
        assert said[0] == said[1]
        for statement in (CARDS, FILES):
            assert query(two_homes[0], statement) == query(two_homes[1], statement)


@pytest.fixture
def moved(home: Home) -> Home:
    """Decks a and b, and a card that has gone from b to a."""
    make(home)
    _put(home, {"a": [1], "b": [2, 3]})
    assert [] == _in_batches(home)
    change(home, "UPDATE card SET changed_ms = 7")
    return home


@pytest.mark.parametrize("wanted", [{"a": [1, 2], "b": [3]}, {"a": [], "b": [1, 2, 3]}, {"c": [1, 2, 3]}])
def test_a_card_that_moves_between_batches_stays_with_its_age(moved: Home, wanted: Decks) -> None:
    _put(moved, wanted)
    assert [] == _in_batches(moved)
    found = {(f"x/{number}", name, 7) for name, numbers in wanted.items() for number in numbers}
    assert found == set(query(moved, "SELECT id, deck, changed_ms FROM card"))
    assert not any(row[0] == "" for row in query(moved, "SELECT fingerprint FROM deck_file"))


def _before_storing(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Does something once, between the reading of the first file and its storing."""
    store, done = index._Storing.store, []

    def before(self: Any, *arguments: Any) -> None:
        if not done:
            done.append(do())
        store(self, *arguments)

    monkeypatch.setattr(index._Storing, "store", before)


def test_a_file_that_changes_while_it_is_read_is_read_again(moved: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(moved, {"a": [1, 4], "b": [2, 3]})
    _before_storing(monkeypatch, lambda: put_deck(moved, "a", basic("x/5"), basic("x/6"), age_s=30))
    assert [] == _in_batches(moved)
    assert [("x/5",), ("x/6",)] == query(moved, "SELECT id FROM card WHERE deck = 'a' ORDER BY id")


def test_a_file_that_goes_while_it_is_read_is_gone(moved: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(moved, {"a": [1, 4], "b": [2, 3]})
    _before_storing(monkeypatch, (moved.decks / "a.toml").unlink)
    assert [] == _in_batches(moved)
    assert {"b"} == {row[0] for row in query(moved, "SELECT deck FROM card")}


def test_a_file_that_comes_back_while_its_deck_goes_stays(moved: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(moved, {"a": [1]})
    _before_storing(monkeypatch, lambda: put_deck(moved, "b", basic("x/2"), basic("x/8")))
    assert [] == _in_batches(moved)
    assert [] == _in_batches(moved)
    assert [("x/2",), ("x/8",)] == query(moved, "SELECT id FROM card WHERE deck = 'b' ORDER BY id")


def test_what_another_command_has_indexed_meanwhile_is_kept(moved: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(moved, {"a": [1, 4], "b": [2, 5]})
    read, done = index.read_text, []

    def look(path: Path) -> str:
        if not done:
            done.append(True)
            indexed(moved)
        return read(path)

    monkeypatch.setattr(index, "read_text", look)
    assert [] == _in_batches(moved)
    found = query(moved, "SELECT id, deck FROM card ORDER BY id")
    assert [("x/1", "a"), ("x/2", "b"), ("x/4", "a"), ("x/5", "b")] == found


def test_a_folder_that_never_rests_is_read_under_the_lock_in_the_end(
    moved: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, times = index._Storing.store, iter(range(100))

    def before(self: Any, *arguments: Any) -> None:
        number = next(times)
        if number < 3:
            put_deck(moved, "a", *(basic(f"x/{10 + at}") for at in range(number + 1)))
        store(self, *arguments)

    _put(moved, {"a": [1], "b": [2, 3, 4]})
    monkeypatch.setattr(index._Storing, "store", before)
    bring_up_to_date(open_engine(moved), moved)
    assert 3 == query(moved, "SELECT count(*) FROM card WHERE deck = 'a'")[0][0]


def test_nobody_waits_while_files_are_read(moved: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _put(moved, {"a": [1, 4], "b": [2, 5]})
    seen: list[bool] = []
    read = index.read_text

    def look(path: Path) -> str:
        store = opened(moved)
        store.set_day_limits(store.last_day() or 1, store.day_limits(1))  # type: ignore[arg-type]
        store.close()
        seen.append(True)
        return read(path)

    monkeypatch.setattr(index, "read_text", look)
    assert [] == _in_batches(moved)
    assert 2 <= len(seen)
