"""Sets of weights: the one in use gives every stored memory, and comes into use when the store is opened."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import answer, day_of, mark, redo, undo

from homes import (
    CALENDAR,
    DAY,
    MINUTE,
    NOON,
    OTHER_WEIGHTS,
    SCHEDULER,
    TODAY,
    add_weights,
    basic,
    change,
    make,
    opened,
    query,
    with_cards,
)
from lpdeck.errors import HomeError
from lpdeck.events import Kind, replay
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, ReviewSession
from lpdeck.scheduling import (
    FSRS_6_DEFAULTS,
    GREATEST_WEIGHTS,
    LEAST_WEIGHTS,
    NEW,
    Rating,
    Schedule,
    Scheduler,
    Weights,
)
from lpdeck.store import log, weights
from lpdeck.store.hot import HotStore, StaleError, open_hot
from lpdeck.store.schema import open_engine, transaction

CARDS = ["deck/a", "deck/b", "deck/c"]
OTHER = Scheduler(weights=OTHER_WEIGHTS)


@pytest.fixture
def studied(home: Home) -> Home:
    """Three cards with answers on several days, an undo, and marks; one is in a learning step."""
    return _study(with_cards(home, *map(basic, CARDS)))


def _study(home: Home) -> Home:
    store = opened(home)
    for day in range(3):
        answer(store, "deck/a", Rating.GOOD, NOON + 4 * day * DAY)
        answer(store, "deck/b", Rating.EASY if day else Rating.AGAIN, NOON + 3 * day * DAY)
    undo(store, NOON + 9 * DAY)
    answer(store, "deck/c", Rating.HARD, NOON + 9 * DAY)
    mark(store, Kind.FLAG, "deck/a", "deck/c", at_ms=NOON + 9 * DAY, detail={"flag": "red"})
    mark(store, Kind.RESCHEDULE, "deck/b", at_ms=NOON + 9 * DAY, due=TODAY + 40)
    store.close()
    return home


def _fold(home: Home) -> HotStore:
    """The store as a command opens it."""
    found = open_hot(home)
    if found is None:
        open_engine(home).dispose()
        found = opened(home)
    return found


def _schedules(home: Home) -> dict[str, Schedule]:
    with open_engine(home).connect() as connection:
        return log.stored(connection)


def _replayed(home: Home, scheduler: Scheduler) -> dict[str, Schedule]:
    with open_engine(home).connect() as connection:
        return dict(log.replayed(connection, scheduler))


def _forgetting(schedules: dict[str, Schedule]) -> dict[str, Schedule]:
    """The schedules without their memories."""
    return {card: one._replace(memory=None) for card, one in schedules.items()}


def test_a_new_home_begins_with_the_defaults(home: Home) -> None:
    with open_engine(home).connect() as connection:
        assert [FSRS_6_DEFAULTS] == weights.all_sets(connection)
        assert SCHEDULER == weights.scheduler(connection, SCHEDULER)
        assert weights.are_folded(connection)


def test_a_set_that_is_added_comes_into_use_when_the_store_is_opened_next(studied: Home) -> None:
    before = _schedules(studied)
    add_weights(studied)
    assert open_hot(studied) is None
    store = _fold(studied)
    assert OTHER_WEIGHTS == store.scheduler(SCHEDULER).weights
    assert [("fsrs-6-defaults", 0), ("other", 1)] == query(studied, "SELECT name, folded FROM weights ORDER BY 1")
    after = _schedules(studied)
    assert after == _replayed(studied, OTHER)
    assert all(after[card].memory != before[card].memory for card in CARDS)
    assert _forgetting(before) == _forgetting(after)
    store.close()


def test_a_set_that_comes_into_use_again_gives_the_memories_that_it_gave_before(studied: Home) -> None:
    before = _schedules(studied)
    add_weights(studied)
    _fold(studied).close()
    change(studied, "UPDATE weights SET since_ms = ? WHERE name = ?", (NOON + DAY, FSRS_6_DEFAULTS.name))
    store = _fold(studied)
    assert FSRS_6_DEFAULTS == store.scheduler(OTHER).weights
    assert before == _schedules(studied) == _replayed(studied, SCHEDULER)
    store.close()


def test_a_set_that_stands_behind_the_one_in_use_changes_nothing(studied: Home) -> None:
    change(studied, "UPDATE weights SET since_ms = 9")
    add_weights(studied, since_ms=5)
    store = open_hot(studied)
    assert store is not None
    assert SCHEDULER == store.scheduler(SCHEDULER)
    store.close()


def test_memories_are_computed_once(studied: Home) -> None:
    add_weights(studied)
    engine = open_engine(studied)
    with transaction(engine, studied) as connection:
        assert weights.are_folded(connection)
        assert 0 == weights.fold_anew(connection)
    assert not studied.backups.exists()


def test_a_fold_that_fails_leaves_the_older_set_and_its_memories(studied: Home) -> None:
    before = _schedules(studied)
    add_weights(studied)
    change(studied, "CREATE TRIGGER t BEFORE UPDATE OF folded ON weights BEGIN SELECT raise(FAIL, 'no more'); END")
    with pytest.raises(HomeError, match="no more"):
        open_engine(studied)
    change(studied, "DROP TRIGGER t")
    rows = "SELECT card, stability FROM schedule ORDER BY card"
    assert [(card, one.memory.stability) for card, one in sorted(before.items()) if one.memory] == query(studied, rows)
    assert [(1,)] == query(studied, "SELECT folded FROM weights WHERE name = ?", (FSRS_6_DEFAULTS.name,))
    _fold(studied).close()
    assert _schedules(studied) == _replayed(studied, OTHER)


ANSWERS = st.lists(
    st.tuples(st.sampled_from(CARDS), st.sampled_from([*Rating, None, "undo", "redo"]), st.integers(0, 5)), max_size=12
)
PARAMETERS = st.tuples(*(st.floats(low, high) for low, high in zip(LEAST_WEIGHTS, GREATEST_WEIGHTS, strict=True)))


@settings(max_examples=25)
@given(ANSWERS, PARAMETERS)
@pytest.mark.slow
def test_whatever_happened_and_whatever_set_comes_into_use_replaying_gives_what_is_stored(
    tmp_path_factory: pytest.TempPathFactory, happened: list[tuple[str, Any, int]], parameters: tuple[float, ...]
) -> None:
    home = with_cards(Home(tmp_path_factory.mktemp("weights")), *map(basic, CARDS))
    store, at_ms = opened(home), NOON
    for card, what, days in happened:
        at_ms += days * DAY + MINUTE
        if what is None:
            mark(store, Kind.RESET, card, at_ms=at_ms)
        elif isinstance(what, Rating):
            answer(store, card, what, at_ms)
        else:
            {"undo": undo, "redo": redo}[what](store, at_ms)
    store.close()
    before = _schedules(home)
    add_weights(home, OTHER_WEIGHTS._replace(parameters=parameters))
    after = _schedules(home)
    assert after == {**before, **_replayed(home, Scheduler(weights=OTHER_WEIGHTS._replace(parameters=parameters)))}
    assert _forgetting(before) == _forgetting(after)


# A store that is open while another program brings a set into use


def test_an_answer_with_weights_that_are_no_longer_in_use_is_stale(studied: Home) -> None:
    store = opened(studied)
    add_weights(studied)
    answer(store, "deck/b", Rating.GOOD, NOON + 10 * DAY)  # not in use before the memories are computed with it
    mark(store, Kind.RESET, "deck/c", at_ms=NOON + 10 * DAY)
    assert store.schedule("deck/c").is_new
    _fold(studied).close()
    events = query(studied, "SELECT count(*) FROM event")
    with pytest.raises(StaleError):
        answer(store, "deck/c", Rating.GOOD, NOON + 11 * DAY)
    assert events == query(studied, "SELECT count(*) FROM event")
    assert OTHER_WEIGHTS == store.scheduler(SCHEDULER).weights
    store.close()
    assert _schedules(studied) == _replayed(studied, OTHER)


@pytest.mark.parametrize("turn", [undo, redo])
def test_a_turn_gives_the_memory_of_the_set_that_came_into_use_meanwhile(studied: Home, turn: Any) -> None:
    store = opened(studied)
    answer(store, "deck/a", Rating.GOOD, NOON + 10 * DAY)
    if turn is redo:
        undo(store, NOON + 11 * DAY)
    add_weights(studied)
    _fold(studied).close()
    assert turn(store, NOON + 12 * DAY) is not None
    store.close()
    assert _schedules(studied) == _replayed(studied, OTHER)


def test_a_sitting_goes_on_with_the_set_that_came_into_use_meanwhile(studied: Home) -> None:
    store, now = opened(studied), NOON + 30 * DAY
    wanted = replace(SCHEDULER, desired_retention=0.8)
    session = ReviewSession(store, store.scheduler(wanted), CALENDAR, Limits(9, 99), now)
    first = session.next(now)
    assert isinstance(first, Asked)
    add_weights(studied)
    _fold(studied).close()
    assert not session.answer(first, Rating.GOOD, now)
    second = session.next(now)
    assert isinstance(second, Asked)
    with_other = replace(wanted, weights=OTHER_WEIGHTS)
    assert second.outcomes == with_other.outcomes(second.card.id, second.schedule, day_of(now), now)
    assert second.recall == with_other.recall(second.schedule, day_of(now))
    assert session.answer(second, Rating.GOOD, now)
    assert [("other",)] == query(studied, "SELECT weights FROM event ORDER BY id DESC LIMIT 1")
    assert store.schedule(second.card.id) == replay(store.events_of(second.card.id), OTHER)
    store.close()


# What does not fit

NUMBERS = list(FSRS_6_DEFAULTS.parameters)
DAMAGES: dict[str, tuple[dict[str, Any], str]] = {
    "too few": (
        {"parameters": str(NUMBERS[:20])},
        "the weights 'other' in lpdeck.db are 20 numbers, and FSRS 6 has 21",
    ),
    "beyond": (
        {"parameters": str([*NUMBERS[:20], 0.9])},
        "the weights 'other' in lpdeck.db have 0.9 for w20, which lies from 0.1 to 0.8",
    ),
    "no number": (
        {"parameters": str([*NUMBERS[:20], float("nan")]).replace("nan", "NaN")},
        "the weights 'other' in lpdeck.db have nan for w20, which lies from 0.1 to 0.8",
    ),
    "no JSON": ({"parameters": "0.2, 1.2"}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "no list": ({"parameters": "7"}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "an object": ({"parameters": '{"w0": 1}'}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "truths": ({"parameters": "[true]"}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "nothing": ({"parameters": ""}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "bytes": ({"parameters": b"\xff\x00"}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "a huge number": ({"parameters": f"[1{'0' * 400}]"}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "nested": ({"parameters": "[" * 100_000}, "the weights 'other' in lpdeck.db are no list of numbers"),
    "another version": (
        {"version": "7"},
        "the weights 'other' in lpdeck.db are of FSRS 7, and this lpdeck computes with FSRS 6",
    ),
    "a name that steers": ({"name": "\x1b[2J", "version": "5"}, "the weights '\\x1b[2J' in lpdeck.db are of FSRS 5"),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.slow
def test_a_set_that_does_not_fit_is_named_in_one_sentence_and_nothing_is_changed(studied: Home, damage: str) -> None:
    changes, expected = DAMAGES[damage]
    before = _schedules(studied)
    add_weights(studied)
    for column, value in changes.items():
        change(studied, f"UPDATE weights SET {column} = ? WHERE since_ms > 0", (value,))
    for use in (open_hot, open_engine):
        with pytest.raises(HomeError) as error:
            use(studied)
        assert error.value.what.startswith(expected)
        assert "\n" not in error.value.what
        assert "backups/" in error.value.advice
    change(studied, "DELETE FROM weights WHERE since_ms > 0")
    assert before == _schedules(studied)


def test_a_database_without_a_set_says_so(studied: Home) -> None:
    change(studied, "DELETE FROM weights")
    for use in (open_hot, open_engine):
        with pytest.raises(HomeError, match=r"lpdeck\.db holds no weights of FSRS"):
            use(studied)


@pytest.mark.parametrize("column", ["since_ms", "folded"])
def test_one_set_alone_is_in_use(home: Home, column: str) -> None:
    add_weights(make(home))
    with pytest.raises(sqlite3.IntegrityError):
        change(home, f"UPDATE weights SET {column} = 1")


@given(PARAMETERS, st.text(min_size=1).filter(lambda text: "\0" not in text and text.isprintable()))
@pytest.mark.slow
def test_a_set_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, parameters: tuple[float, ...], name: str
) -> None:
    home = make(Home(tmp_path_factory.mktemp("sets")))
    written = Weights(name, "FSRS", "6", "a fit to 1,234 answers", "2026-11-30", parameters)
    add_weights(home, written)
    store = _fold(home)
    assert written == store.scheduler(SCHEDULER).weights
    with open_engine(home).connect() as connection:
        assert [written, FSRS_6_DEFAULTS] == weights.all_sets(connection)
        assert written == weights.scheduler(connection, SCHEDULER).weights
    store.close()


def test_a_card_that_is_new_has_no_memory_under_any_set(studied: Home) -> None:
    mark_all = opened(studied)
    mark(mark_all, Kind.RESET, *CARDS, at_ms=NOON + 20 * DAY)
    mark_all.close()
    add_weights(studied)
    assert [NEW.memory] * 3 == [one.memory for one in _schedules(studied).values()]
