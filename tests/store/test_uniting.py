from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import MemoryStore, answer, day_of, mark

from homes import DAY, HOUR, NOON, OTHER_WEIGHTS, SCHEDULER, add_weights, change, make, query
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.scheduling import Rating, Schedule
from lpdeck.store import log
from lpdeck.store.arriving import flaw, is_uuid
from lpdeck.store.hot import EVENT_COLUMNS
from lpdeck.store.schema import open_engine, reading, transaction
from lpdeck.store.uniting import United, foreign, prepare, unite_log

A, B, C = "deck/a", "deck/b", "deck/c"
ORDERED = f"SELECT {EVENT_COLUMNS} FROM event ORDER BY id"


def another(folder: Path, name: str) -> Home:
    """An empty home of another computer."""
    home = make(Home(folder / name))
    change(home, "UPDATE device SET id = ?, name = ?", (f"device-{name}", name))
    return home


@contextmanager
def acting(home: Home) -> Iterator[MemoryStore]:
    """A store in memory whose rows are the home's when the block ends."""
    store = MemoryStore(home)
    yield store
    with closing(sqlite3.connect(home.database)) as file:
        store.raw.backup(file)
    store.close()


@contextmanager
def copied(home: Home) -> Iterator[sqlite3.Connection]:
    """A private copy of a database, for tests that do not ask how it is made."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        with closing(sqlite3.connect(home.database)) as source:
            source.backup(copy)
        yield copy


def unite(home: Home, other: Home) -> United:
    with copied(other) as copy, transaction(open_engine(home), home) as connection:
        return unite_log(connection, copy, SCHEDULER)


def events(home: Home) -> list[tuple[Any, ...]]:
    return query(home, ORDERED)


def stored(home: Home) -> dict[str, Schedule]:
    with reading(open_engine(home), home) as connection:
        return log.stored(connection)


def replayed(home: Home) -> dict[str, Schedule]:
    with reading(open_engine(home), home) as connection:
        return dict(log.replayed(connection, SCHEDULER))


@pytest.fixture
def two(tmp_path: Path) -> tuple[Home, Home]:
    """Two computers; on each a card was answered."""
    laptop, desktop = another(tmp_path, "laptop"), another(tmp_path, "desktop")
    with acting(laptop) as store:
        answer(store, A)
    with acting(desktop) as store:
        answer(store, B, at_ms=NOON + HOUR)
    return laptop, desktop


def test_two_logs_become_one(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    assert United(1, 0, (), (B,), 1, 0) == unite(laptop, desktop)
    assert United(1, 1, (), (A,), 1, 0) == unite(desktop, laptop)
    assert events(laptop) == events(desktop)
    assert stored(laptop) == stored(desktop) == replayed(laptop)
    assert [("desktop", 0), ("laptop", 1)] == query(laptop, "SELECT name, here FROM device ORDER BY name")


# What happens on a computer: what, to which card, and how much later.
ACTS = st.tuples(
    st.sampled_from(["again", "good", "easy", "cram", "suspend", "resume", "bury", "flag", "reset", "undo", "redo"]),
    st.sampled_from([A, B, C]),
    st.sampled_from([0, 1000, HOUR, DAY, 9 * DAY]),
)
FEW = settings(max_examples=max(settings.default.max_examples // 5, 3)) if settings.default else settings()
HISTORIES = st.lists(ACTS, max_size=8)
SKEWS = st.sampled_from([0, 5000, -HOUR, 3 * DAY])


def act(store: MemoryStore, what: str, card: str, at_ms: int) -> None:
    day = day_of(at_ms)
    if what in ("again", "good", "easy"):
        answer(store, card, Rating[what.upper()], at_ms)
    elif what == "cram":
        store.cram(card, Rating.HARD, at_ms=at_ms, day=day, took_ms=1, detail={})
    elif what == "undo":
        store.undo(at_ms, day, SCHEDULER)
    elif what == "redo":
        store.redo(at_ms, day, SCHEDULER)
    else:
        values = {"bury": {"due": day + 1}, "flag": {"detail": {"flag": "red"}}}.get(what, {})
        mark(store, Kind(what), *{card, A}, at_ms=at_ms, **values)


def live(home: Home, history: Sequence[tuple[str, str, int]], skew: int) -> int:
    """Lets a history happen on a computer whose clock is off; returns its last moment."""
    now = NOON + skew
    with acting(home) as store:
        for what, card, later in history:
            now += later
            act(store, what, card, now)
    return now


@FEW
@given(first=HISTORIES, second=HISTORIES, then=HISTORIES, skew=SKEWS)
def test_whichever_log_takes_the_other_first_both_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, first: Any, second: Any, then: Any, skew: int
) -> None:
    folder = tmp_path_factory.mktemp("two")
    laptop, desktop = another(folder, "laptop"), another(folder, "desktop")
    live(laptop, first, 0)
    live(desktop, second, skew)
    for history in ((), then):
        live(laptop, history, DAY)
        unite(laptop, desktop)
        unite(desktop, laptop)
        assert events(laptop) == events(desktop)
        assert replayed(laptop) == replayed(desktop)
        assert _told(stored(laptop)) == _told(stored(desktop)) == _told(replayed(laptop))
        before = events(laptop), stored(laptop)
        assert 0 == unite(laptop, desktop).added
        assert before == (events(laptop), stored(laptop))


def _told(schedules: dict[str, Schedule]) -> dict[str, Schedule]:
    """A card that was only crammed has no schedule where it was."""
    return {card: schedule for card, schedule in schedules.items() if schedule != Schedule()}


@pytest.mark.slow
@given(histories=st.tuples(HISTORIES, HISTORIES, HISTORIES), skew=SKEWS)
def test_three_computers_agree_in_whatever_order_they_meet(
    tmp_path_factory: pytest.TempPathFactory, histories: Any, skew: int
) -> None:
    folder = tmp_path_factory.mktemp("three")
    homes = [another(folder, name) for name in ("a", "b", "c")]
    for number, (home, history) in enumerate(zip(homes, histories, strict=True)):
        live(home, history, number * skew)
    found = []
    for number, order in enumerate(permutations(homes)):
        united = make(Home(folder / f"united-{number}"))
        for home in order:
            unite(united, home)
        found.append((events(united), _told(stored(united))))
        assert _told(stored(united)) == _told(replayed(united))
    assert all(one == found[0] for one in found)


# What is refused


def damaged(home: Home, statement: str, *values: Any) -> Home:
    """The home with its database changed by hand, foreign keys and all."""
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute(statement, values)
    return home


GOOD = {
    "id": "019ccd00-0000-7000-8000-000000000001",
    "at_ms": NOON,
    "study_day": 20514,
    "device": "device-desktop",
    "kind": "answer",
    "batch": "019ccd00-0000-7000-8000-000000000001",
    "card": A,
    "rating": 3,
    "interval": 4,
    "due": 20518,
}


def add_event(home: Home, **values: Any) -> None:
    row = GOOD | values
    columns = EVENT_COLUMNS.split(", ")
    change(
        home,
        f"INSERT INTO event ({EVENT_COLUMNS}) VALUES ({', '.join('?' * len(columns))})",
        [row.get(column) for column in columns],
    )


def loosened(home: Home) -> Home:
    """The home whose log takes rows that lpdeck's own does not."""
    columns = ", ".join(EVENT_COLUMNS.split(", "))
    return (
        damaged(home, f"CREATE TABLE loose ({columns})")
        and damaged(home, "DROP TABLE event")
        and damaged(home, "ALTER TABLE loose RENAME TO event")
    )


BAD: tuple[dict[str, Any], ...] = (
    {"id": "no id"},
    {"id": None},
    {"id": 7},
    {"id": b"\xff\x00"},
    {"id": "019ccd00-0000-7000-8000-00000000000\x1b"},
    {"id": "ffffffff-ffff-7000-8000-000000000001"},
    {"at_ms": -1},
    {"at_ms": 2**62},
    {"at_ms": NOON + 10**12},
    {"at_ms": "soon"},
    {"at_ms": None},
    {"study_day": 10**9},
    {"study_day": 1.5},
    {"device": ""},
    {"device": "a\x1b]0;title\x07"},
    {"device": None},
    {"kind": "delete"},
    {"kind": None},
    {"kind": b"answer"},
    {"batch": None},
    {"batch": "x" * 1000},
    {"card": None},
    {"card": "two words"},
    {"card": "line\nfeed"},
    {"card": "x" * 401},
    {"rating": 5},
    {"rating": None},
    {"rating": "3"},
    {"interval": None},
    {"interval": 10**9},
    {"interval": -(10**12)},
    {"due": None},
    {"due": 10**9},
    {"due": -4},
    {"took_ms": -1},
    {"weights": "a\nb"},
    {"detail": "x" * 100_001},
    {"detail": json.dumps({"typed": "ü" * 60_000}, ensure_ascii=False)},
    {"detail": "[]"},
    {"detail": "{"},
    {"detail": '{"x": NaN}'},
    {"detail": '{"option": "\\ud800"}'},
    {"detail": '{"option": 7}'},
    {"detail": '{"told_ms": "long", "target_ms": 1}'},
    {"detail": '{"hits": 1}'},
    {"detail": '{"x": ' + "[" * 50_000 + "]" * 50_000 + "}"},
    {"detail": '{"x": [[[[[[[[[[1]]]]]]]]]]}'},
    {"detail": b"{}"},
    {"target": "019ccd00-0000-7000-8000-000000000001"},
    {"kind": "undo", "card": None, "target": None},
    {"kind": "undo", "card": None, "target": "019ccd00-0000-7000-8000-000000000001"},
    {"kind": "redo", "target": "019ccd00-0000-7000-8000-000000000002"},
    {"kind": "flag", "detail": '{"flag": "\\u001b[31m"}'},
    {"kind": "flag", "detail": '{"flag": {}}'},
    {"kind": "flag", "detail": None},
    {"kind": "bury", "due": 10**12},
)


@pytest.mark.slow
@pytest.mark.parametrize("values", BAD, ids=lambda values: ascii(values)[:50])
def test_what_no_event_says_is_a_flaw(values: dict[str, Any]) -> None:
    row = GOOD | values
    assert not is_uuid(row["id"]) or flaw(tuple(row.get(column) for column in EVENT_COLUMNS.split(", ")))


FEW_BAD = [pytest.param(one, marks=[pytest.mark.slow] if at % 9 else []) for at, one in enumerate(BAD)]


@pytest.mark.parametrize("values", FEW_BAD, ids=lambda values: ascii(values)[:50])
def test_a_row_that_is_no_event_is_refused_and_the_rest_goes_on(two: tuple[Home, Home], values: dict[str, Any]) -> None:
    laptop, desktop = two
    rows = events(desktop)
    loosened(desktop)
    for row in rows:
        change(desktop, f"INSERT INTO event VALUES ({', '.join('?' * len(row))})", row)
    add_event(desktop, **values)
    done = unite(laptop, desktop)
    assert (1, (B,)) == (done.added, done.cards)
    assert 1 == len(done.refused)
    assert done.refused[0].isprintable()
    assert len(done.refused[0]) < 200
    assert 2 == len(events(laptop))


def test_a_sound_row_of_a_table_without_constraints_is_taken(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    add_event(loosened(desktop))
    add_event(desktop)
    done = unite(laptop, desktop)
    assert 1 == done.added
    assert ("event '019ccd00-0000-7000-8000-000000000001' stands in the log twice",) == done.refused


def test_an_event_that_says_something_else_there_stays_as_it_is_here(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    unite(laptop, desktop)
    before = events(laptop)
    change(desktop, "UPDATE event SET rating = 1")
    assert "says something else than the one here" in unite(laptop, desktop).refused[0]
    assert before == events(laptop)


def test_a_review_from_outside_that_two_time_zones_counted_differently_becomes_one(two: tuple[Home, Home]) -> None:
    for number, home in enumerate(two):
        change(home, "INSERT INTO device VALUES ('anki', 'Anki', 0)")
        add_event(home, kind="import", device="anki", study_day=GOOD["study_day"] + number)
    laptop, desktop = two
    assert () == unite(laptop, desktop).refused + unite(desktop, laptop).refused
    assert events(laptop) == events(desktop)
    assert stored(desktop)[A] == replayed(desktop)[A] == replayed(laptop)[A]
    assert [(GOOD["study_day"],)] == query(laptop, "SELECT study_day FROM event WHERE kind = 'import'")


def test_of_many_refused_rows_some_are_named_and_the_others_counted(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    loosened(desktop)
    with closing(sqlite3.connect(desktop.database)) as connection, connection:
        connection.executemany("INSERT INTO event (id) VALUES (?)", [(f"{n}",) for n in range(600)])
    refused = unite(laptop, desktop).refused
    assert 501 == len(refused)
    assert "... and 100 more events" == refused[-1]


# Undo, orphans, devices


def test_an_undo_on_the_other_computer_voids_what_it_had_told_before(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    unite(laptop, desktop)
    with acting(desktop) as store:
        store.undo(NOON + 2 * HOUR, day_of(NOON), SCHEDULER)
    assert (B,) == unite(laptop, desktop).cards
    assert Schedule() == stored(laptop)[B] == replayed(laptop)[B]
    with acting(desktop) as store:
        store.redo(NOON + 3 * HOUR, day_of(NOON), SCHEDULER)
    assert (B,) == unite(laptop, desktop).cards
    assert stored(desktop)[B] == stored(laptop)[B] == replayed(laptop)[B] != Schedule()


def test_an_undo_takes_back_the_own_last_action_also_after_uniting(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    unite(laptop, desktop)
    with acting(laptop) as store:
        done = store.undo(NOON + 2 * HOUR, day_of(NOON), SCHEDULER)
    assert done is not None
    assert (A,) == done.cards


def test_events_of_a_card_that_is_in_no_deck_are_kept(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    unite(laptop, desktop)
    assert [] == query(laptop, "SELECT id FROM card")
    assert {A, B} == stored(laptop).keys()


def test_a_copied_home_goes_on_as_a_device_of_its_own(tmp_path: Path, two: tuple[Home, Home]) -> None:
    laptop, _ = two
    copy = Home(tmp_path / "copy")
    shutil.copytree(laptop.path, copy.path)
    unite(laptop, copy)
    assert [("device-laptop", 1)] == query(laptop, "SELECT id, here FROM device")
    for home, card in ((laptop, B), (copy, C)):
        with acting(home) as store:
            answer(store, card, at_ms=NOON + DAY)
    unite(laptop, copy)
    (own,) = query(laptop, "SELECT id, name FROM device WHERE here = 1")
    assert "device-laptop" != own[0]
    assert "laptop" == own[1]
    unite(copy, laptop)
    assert [("device-laptop",)] == query(copy, "SELECT id FROM device WHERE here = 1")
    assert events(laptop) == events(copy)


def test_a_device_that_is_in_no_list_is_called_by_its_id(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    damaged(desktop, "DELETE FROM device")
    damaged(desktop, "INSERT INTO device VALUES ('x', 'a\x1b[2J', 1)")
    unite(laptop, desktop)
    assert [("device-desktop", "device-desktop", 0)] == query(laptop, "SELECT * FROM device WHERE here = 0")


# Weights and what else is kept


def test_another_set_of_weights_comes_into_use_on_both(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    add_weights(desktop)
    assert 1 == unite(laptop, desktop).weights
    unite(desktop, laptop)
    assert [("other",)] == query(laptop, "SELECT name FROM weights WHERE folded = 1")
    assert stored(laptop) == stored(desktop)
    scheduler = replace(SCHEDULER, weights=OTHER_WEIGHTS)
    with reading(open_engine(laptop), laptop) as connection:
        assert stored(laptop) == dict(log.replayed(connection, scheduler))


def test_two_sets_since_one_moment_come_in_the_order_of_their_names_on_both(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    add_weights(laptop, OTHER_WEIGHTS._replace(name="b"))
    add_weights(desktop, OTHER_WEIGHTS._replace(name="a"))
    for home, other in ((laptop, desktop), (desktop, laptop), (laptop, desktop)):
        unite(home, other)
    found = query(laptop, "SELECT name, since_ms FROM weights ORDER BY since_ms")
    assert [("fsrs-6-defaults", 0), ("a", NOON), ("b", NOON + 1)] == found
    assert found == query(desktop, "SELECT name, since_ms FROM weights ORDER BY since_ms")


@pytest.mark.parametrize("numbers", ["[]", "[NaN]", "x", "[" + "1e400," * 20 + "1]", "null", b"\xff"])
def test_weights_with_which_nobody_can_compute_are_refused(two: tuple[Home, Home], numbers: Any) -> None:
    laptop, desktop = two
    change(desktop, "INSERT INTO weights VALUES ('bad', 'FSRS', '6', 'x', 'x', ?, 5, 0)", (numbers,))
    done = unite(laptop, desktop)
    assert (0, 1, 1) == (done.weights, done.added, len(done.refused))


def test_weights_of_one_name_and_other_numbers_are_refused(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    add_weights(laptop)
    add_weights(desktop, OTHER_WEIGHTS._replace(parameters=SCHEDULER.weights.parameters))
    assert ("weights 'other' are other numbers than those here",) == unite(laptop, desktop).refused


def test_exports_are_known_from_the_earlier_moment_and_limits_where_there_are_none(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    for home, first_ms, new in ((laptop, 5, 10), (desktop, 3, 20)):
        change(home, "INSERT INTO exported VALUES (?, ?)", (A, first_ms))
        change(home, "INSERT INTO day_limits VALUES (1, ?, NULL, NULL)", (new,))
    change(desktop, "INSERT INTO exported VALUES ('x y', 1), ('z', -1)")
    change(desktop, "INSERT INTO day_limits VALUES (2, 7, NULL, NULL), (3, 'many', NULL, NULL)")
    unite(laptop, desktop)
    unite(desktop, laptop)
    assert [(A, 3)] == query(laptop, "SELECT card, first_ms FROM exported")
    assert (A, 3) in query(desktop, "SELECT card, first_ms FROM exported")
    change(laptop, "UPDATE exported SET first_ms = 9")
    change(desktop, "UPDATE exported SET first_ms = 3 WHERE card = ?", (A,))
    unite(desktop, laptop)
    assert (A, 3) in query(desktop, "SELECT card, first_ms FROM exported")
    assert [(1, 10), (2, 7)] == query(laptop, "SELECT study_day, new_cards FROM day_limits ORDER BY 1")


# Reviews meanwhile


def test_what_is_answered_between_reading_and_writing_counts_too(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    with acting(desktop) as store:
        answer(store, A, Rating.AGAIN, at_ms=NOON + 3 * HOUR)
    with copied(desktop) as copy:
        with reading(open_engine(laptop), laptop) as connection:
            ready = prepare(connection, copy, SCHEDULER)
        with acting(laptop) as store:
            answer(store, A, Rating.EASY, at_ms=NOON + DAY)
            answer(store, C, at_ms=NOON + DAY)
            answer(store, B, at_ms=NOON + DAY)
            store.undo(NOON + DAY, day_of(NOON), SCHEDULER)
        with transaction(open_engine(laptop), laptop) as connection:
            unite_log(connection, copy, SCHEDULER, ready)
    assert stored(laptop) == replayed(laptop)


def test_what_came_from_elsewhere_between_reading_and_writing_counts_too(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    with acting(desktop) as store:
        answer(store, A, Rating.AGAIN, at_ms=NOON + 3 * HOUR)
    with copied(desktop) as copy:
        with reading(open_engine(laptop), laptop) as connection:
            ready = prepare(connection, copy, SCHEDULER)
        unite(laptop, desktop)
        add_event(laptop, device="device-laptop", id="010ccd00-0000-7000-8000-000000000001", at_ms=1)
        with transaction(open_engine(laptop), laptop) as connection:
            unite_log(connection, copy, SCHEDULER, ready)
    assert stored(laptop) == replayed(laptop)


def test_a_text_that_is_no_utf8_is_refused_and_the_rest_goes_on(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    add_event(desktop)
    damaged(desktop, "UPDATE event SET card = CAST(x'ff41' AS TEXT) WHERE id = ?", GOOD["id"])
    damaged(desktop, "UPDATE device SET name = CAST(x'ff41' AS TEXT)")
    with foreign(desktop.database) as other, transaction(open_engine(laptop), laptop) as connection:
        done = unite_log(connection, other, SCHEDULER)
    assert (1, (B,), 1) == (done.added, done.cards, len(done.refused))


def test_what_is_taken_back_between_reading_and_writing_counts_too(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    with acting(desktop) as store:
        answer(store, A, Rating.AGAIN, at_ms=NOON + 3 * HOUR)
    with copied(desktop) as copy:
        with reading(open_engine(laptop), laptop) as connection:
            ready = prepare(connection, copy, SCHEDULER)
        with acting(laptop) as store:
            store.undo(NOON + DAY, day_of(NOON), SCHEDULER)
        with transaction(open_engine(laptop), laptop) as connection:
            unite_log(connection, copy, SCHEDULER, ready)
    assert 1 == stored(laptop)[A].reps
    assert stored(laptop) == replayed(laptop)


def test_a_home_that_only_lagged_behind_its_copy_keeps_its_name(tmp_path: Path, two: tuple[Home, Home]) -> None:
    laptop, _ = two
    copy = Home(tmp_path / "copy")
    shutil.copytree(laptop.path, copy.path)
    with acting(copy) as store:
        answer(store, C, at_ms=NOON + DAY)
    unite(laptop, copy)
    assert [("device-laptop", 1)] == query(laptop, "SELECT id, here FROM device")
    assert events(laptop) == events(copy)


def test_a_set_of_weights_is_in_use_since_the_earlier_moment_on_both(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    add_weights(laptop, since_ms=NOON)
    add_weights(desktop, since_ms=NOON - DAY)
    for home, other in ((laptop, desktop), (desktop, laptop)):
        unite(home, other)
        assert [("other", NOON - DAY)] == query(home, "SELECT name, since_ms FROM weights WHERE since_ms > 0")
