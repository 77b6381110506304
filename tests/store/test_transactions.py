from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stores import MemoryStore, answer, mark, redo, undo

from homes import MINUTE, NOON, SCHEDULER, TODAY
from lpdeck.errors import HomeError
from lpdeck.events import Kind
from lpdeck.scheduling import NEW, Rating
from lpdeck.store.hot import DayLimits, HotStore, Mark, StaleError, explained


def _everything(store: MemoryStore) -> list[list[tuple[object, ...]]]:
    return [store.rows(f"SELECT * FROM {table}") for table in ("event", "schedule", "day_limits")]


WRITES: dict[str, Callable[[HotStore], object]] = {
    "an answer": lambda store: answer(store, "deck/a", Rating.EASY, NOON + MINUTE),
    "a cram": lambda store: store.cram("deck/a", Rating.GOOD, at_ms=NOON, day=TODAY, took_ms=1, detail={}),
    "a mark": lambda store: mark(store, Kind.SUSPEND, "deck/b", "deck/c"),
    "an undo": undo,
    "a redo": redo,
    "limits": lambda store: store.set_day_limits(TODAY, DayLimits(1)),
}

# Ways for the database to refuse: in the middle, and only when all is written and to be kept.
REFUSALS = {
    "a statement that fails": """
        CREATE TRIGGER refuses BEFORE INSERT ON {table} BEGIN SELECT raise(FAIL, 'no more rows'); END""",
    "a commit that fails": """
        CREATE TRIGGER refuses AFTER INSERT ON {table} BEGIN INSERT INTO owing VALUES (1); END""",
}


def _refuse(store: MemoryStore, how: str) -> None:
    store.raw.execute("CREATE TABLE known (id INTEGER PRIMARY KEY)")
    store.raw.execute("CREATE TABLE owing (id REFERENCES known (id) DEFERRABLE INITIALLY DEFERRED)")
    for table in ("event", "day_limits"):
        store.raw.execute(REFUSALS[how].format(table=table).replace("refuses", f"refuses_{table}"))


def _relent(store: MemoryStore) -> None:
    for table in ("event", "day_limits"):
        store.raw.execute(f"DROP TRIGGER refuses_{table}")


@pytest.mark.parametrize("how", REFUSALS)
@pytest.mark.parametrize("what", WRITES)
def test_what_can_not_be_kept_leaves_nothing_and_can_be_done_again(store: MemoryStore, what: str, how: str) -> None:
    answer(store, "deck/a", Rating.EASY)
    if what == "a redo":
        undo(store)
    before = _everything(store)
    _refuse(store, how)
    with pytest.raises(HomeError) as error:
        WRITES[what](store)
    assert ("no more rows" if "statement" in how else "FOREIGN KEY constraint failed") in error.value.what
    assert "Nothing was changed" in error.value.advice
    assert not store.raw.in_transaction
    assert before == _everything(store)
    _relent(store)
    WRITES[what](store)
    assert before != _everything(store)


def _broken(error: BaseException) -> Iterator[Mark]:
    yield Mark("deck/a", Kind.SUSPEND)
    raise error


@pytest.mark.parametrize("error", [StaleError(), KeyError("x"), KeyboardInterrupt(), SystemExit(143), OSError("x")])
def test_what_is_no_error_of_the_database_passes_through_and_takes_all_back(
    store: MemoryStore, error: BaseException
) -> None:
    with pytest.raises(type(error)) as caught:
        store.mark(_broken(error), at_ms=NOON, day=TODAY)
    assert error is caught.value
    assert not store.raw.in_transaction
    assert [[], [], []] == _everything(store)
    assert mark(store, Kind.SUSPEND, "deck/a") is not None


def test_a_stale_answer_leaves_nothing_pending(store: MemoryStore) -> None:
    outcome = SCHEDULER.outcomes("deck/a", NEW, TODAY, NOON)[Rating.GOOD]
    answer(store, "deck/a")
    before = _everything(store)
    with pytest.raises(StaleError):
        store.answer("deck/a", NEW, outcome, at_ms=NOON, day=TODAY, took_ms=1, weights="w", detail={})
    assert not store.raw.in_transaction
    assert before == _everything(store)


def test_a_turn_without_anything_to_turn_leaves_nothing_pending(store: MemoryStore) -> None:
    assert undo(store) is redo(store) is None
    assert not store.raw.in_transaction


def test_a_closed_database_is_said_in_one_sentence(store: MemoryStore) -> None:
    store.raw.close()
    for ask in (lambda: answer(store, "deck/a"), lambda: list(store.reviews(TODAY)), lambda: undo(store)):
        with pytest.raises(HomeError, match="Cannot operate on a closed database"):
            ask()


SAID = {
    "database is locked": "another program holds the database",
    "database or disk is full": "the disk is full",
    "disk I/O error": "the disk is full or fails",
    "attempt to write a readonly database": "the database may not be written",
    "unable to open database file": "the database can not be opened",
    "file is not a database": "this is no lpdeck database",
    "database disk image is malformed": "the database is damaged",
    "something new": "the database answered: something new",
}


@pytest.mark.parametrize("text", SAID)
def test_what_a_database_says_is_explained(text: str) -> None:
    with pytest.raises(HomeError) as caught, explained(Path("home/lpdeck.db")):
        raise sqlite3.OperationalError(text)
    assert f"home/lpdeck.db: {SAID[text]}" == caught.value.what
    assert caught.value.advice
    assert caught.value.__suppress_context__


def test_what_sqlalchemy_wraps_is_explained_and_what_others_say_is_not() -> None:
    from sqlalchemy.exc import OperationalError

    with pytest.raises(HomeError, match="another program holds the database"), explained(Path("x")):
        raise OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))
    with pytest.raises(ValueError, match="database is locked"), explained(Path("x")):
        raise ValueError("database is locked")
    with explained(Path("x")):
        pass
