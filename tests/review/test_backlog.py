from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import DUE, asked_ids, put, put_all, sitting

from homes import DAY, NOON, TODAY, basic, indexed, make, opened, put_deck, query, with_cards
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.review import backlog as backlogs
from lpdeck.review.backlog import AN_EVENING, Backlog, backlog, spread, waiting
from lpdeck.scheduling import Memory, Rating, Schedule
from lpdeck.store.hot import HotStore

NAMES = [f"deck/{number:03}" for number in range(100)]


def _due(ago: int, stability: float = 5.0) -> Schedule:
    return DUE._replace(last_day=TODAY - ago, memory=Memory(stability, 5.0))


def _waiting(home: Home, count: int, away: int) -> HotStore:
    """So many cards due, the last answered `away` days ago; the first of them is remembered least."""
    with_cards(home, *map(basic, NAMES[:count]))
    put_all(home, {name: _due(away, 5.0 + number) for number, name in enumerate(NAMES[:count])})
    return opened(home)


# When it is offered


@pytest.mark.parametrize(
    ("count", "away", "days"),
    [(41, 1, None), (41, 2, 2), (40, 9, None), (80, 9, 2), (81, 9, 3), (0, 9, None)],
)
def test_a_backlog_is_more_than_an_evening_after_two_days_away(
    home: Home, count: int, away: int, days: int | None
) -> None:
    store = _waiting(home, count, away)
    assert (None if days is None else Backlog(tuple(NAMES[:count]), away, days)) == backlog(store, TODAY)
    store.close()


def test_whoever_never_answered_was_not_away(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    assert backlog(store, TODAY) is None
    store.close()


def test_cards_that_sleep_or_come_later_do_not_wait(home: Home) -> None:
    store = _waiting(home, 44, 9)
    put(home, NAMES[0], _due(9)._replace(suspended=True))
    put(home, NAMES[1], _due(9)._replace(buried_until=TODAY + 1))
    put(home, NAMES[2], _due(9)._replace(due_day=TODAY + 1))
    assert tuple(NAMES[3:44]) == waiting(store, TODAY)
    put(home, NAMES[3], _due(9)._replace(due_day=TODAY + 1))
    assert backlog(store, TODAY) is None
    store.close()


# How it is spread


def test_the_least_remembered_stay_today_and_the_days_hold_as_many_each(home: Home) -> None:
    store = _waiting(home, 90, 9)
    marks = spread(store, waiting(store, TODAY), TODAY, 3)
    assert NAMES[30:90] == [mark.card for mark in marks]
    assert [TODAY + 1] * 30 + [TODAY + 2] * 30 == [mark.due for mark in marks]
    store.close()


def test_what_is_due_on_the_coming_days_anyway_counts(home: Home) -> None:
    store = _waiting(home, 60, 9)
    for name in NAMES[50:60]:
        put(home, name, _due(9)._replace(due_day=TODAY + 1))
    marks = spread(store, waiting(store, TODAY), TODAY, 3)
    assert {TODAY + 1: 10, TODAY + 2: 20} == Counter(mark.due for mark in marks)
    store.close()


def test_spread_over_one_day_moves_nothing(home: Home) -> None:
    store = _waiting(home, 50, 9)
    assert [] == spread(store, waiting(store, TODAY), TODAY, 1)
    store.close()


def test_a_spread_backlog_comes_on_its_days_and_is_taken_back_as_one(home: Home) -> None:
    _answered_once(home)
    store = opened(home)
    before = query(home, "SELECT * FROM schedule ORDER BY card")
    batch = store.mark(spread(store, waiting(store, TODAY), TODAY, 5), at_ms=NOON, day=TODAY)
    assert batch is not None
    assert (Kind.RESCHEDULE, 40) == (batch.kind, len(batch.cards))
    assert [10] * 5 == [len(waiting(store, TODAY + ahead)) - 10 * ahead for ahead in range(5)]
    session = sitting(store)
    assert 10 == session.left().due
    assert batch == session.undo(NOON)
    assert 50 == session.left().due
    assert before == query(home, "SELECT * FROM schedule ORDER BY card")
    assert batch == session.redo(NOON)
    assert 10 == session.left().due
    assert session.redo(NOON) is None
    store.close()


def _answered_once(home: Home) -> None:
    """Fifty cards answered twenty days ago, so that an undo replays to what they were."""
    with_cards(home, *map(basic, NAMES[:50]))
    store = opened(home)
    asked_ids(sitting(store, NOON - 20 * DAY), NOON - 20 * DAY, [Rating.EASY] * 50)
    store.close()


# Any backlog


def _fullest(loads: Sequence[int], places: Sequence[int]) -> int:
    return max(load + place for load, place in zip(loads, places, strict=True))


@given(st.lists(st.integers(0, 60), min_size=1, max_size=60), st.integers(0, 500))
def test_no_card_is_lost_and_no_day_is_fuller_than_it_must_be(loads: list[int], count: int) -> None:
    places = backlogs._places(loads, count)
    assert count == sum(places)
    assert min(places) >= 0
    # One less on each day that got any would not hold them all.
    level = _fullest(loads, places)
    assert level == max(loads) or sum(max(level - 1 - load, 0) for load in loads) < count
    got = [load + place for load, place in zip(loads, places, strict=True) if place]
    assert max(got, default=0) - min(got, default=0) <= 1


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(0, 6))
def test_the_fullest_day_is_as_empty_as_any_spreading_makes_it(loads: list[int], count: int) -> None:
    every = [one for one in product(range(count + 1), repeat=len(loads)) if sum(one) == count]
    assert min(_fullest(loads, one) for one in every) == _fullest(loads, backlogs._places(loads, count))


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=25), st.integers(1, 7))
@pytest.mark.slow
def test_a_spread_keeps_every_card_and_moves_none_to_the_past(
    tmp_path_factory: pytest.TempPathFactory, coming: list[int], days: int
) -> None:
    home = make(Home(tmp_path_factory.mktemp("backlog")))
    due = NAMES[: len(coming)]
    later = [f"deck/later{number}" for number in range(len(coming))]
    put_deck(home, "deck", *map(basic, due), *map(basic, later))
    indexed(home)
    put_all(home, {name: _due(9, 5.0 + number) for number, name in enumerate(due)})
    put_all(home, {name: DUE._replace(due_day=TODAY + ahead) for name, ahead in zip(later, coming, strict=True)})
    store = opened(home)
    marks = spread(store, waiting(store, TODAY), TODAY, days)
    moved = {mark.card: mark.due for mark in marks}
    assert due[len(due) - len(marks) :] == list(moved)
    dues = list(moved.values())
    assert dues == sorted(dues, key=int)  # type: ignore[arg-type]
    assert all(TODAY < (one or 0) < TODAY + days for one in dues)
    assert len(moved) == len(marks)
    store.close()


def test_an_evening_holds_forty_reviews() -> None:
    assert 40 == AN_EVENING
