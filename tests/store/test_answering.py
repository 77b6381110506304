from __future__ import annotations

import pytest
from stores import MemoryStore, answer, redo, undo

from homes import DAY, MINUTE, NOON, SCHEDULER, TODAY, basic, opened, query, stored_and_replayed, with_cards
from lpdeck.events import Kind, replay
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Rating
from lpdeck.store.hot import StaleError


def test_an_answer_of_a_card_that_moved_on_is_refused_and_leaves_nothing(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    first, second = opened(home), opened(home)
    outcome = SCHEDULER.outcomes("deck/a", NEW, TODAY, NOON)[Rating.GOOD]
    answer(second, "deck/a")
    with pytest.raises(StaleError):
        first.answer("deck/a", NEW, outcome, at_ms=NOON, day=TODAY, took_ms=1, weights="w", detail={})
    assert [(1,)] == query(home, "SELECT count(*) FROM event")
    answer(first, "deck/a", at_ms=NOON + MINUTE)
    first.close()
    second.close()


def test_ids_grow_whatever_the_clock_and_whoever_writes(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    stores = [opened(home), opened(home)]
    steps = [0, 0, -5 * MINUTE, 7, -9, 0]
    ids = [answer(stores[turn % 2], "deck/a", at_ms=NOON + step).id for turn, step in enumerate(steps)]
    assert sorted(set(ids)) == ids
    for store in stores:
        store.close()


def test_an_answer_after_the_clock_went_back_follows_the_answers_before(store: MemoryStore) -> None:
    answer(store, "deck/a", Rating.GOOD, NOON)
    answer(store, "deck/a", Rating.AGAIN, NOON - 90 * MINUTE)
    answer(store, "deck/a", Rating.EASY, NOON - 80 * MINUTE)
    events = store.events_of("deck/a")
    assert [Rating.GOOD, Rating.AGAIN, Rating.EASY] == [one.rating for one in events]
    assert store.schedule("deck/a") == replay(events, SCHEDULER)


def test_an_answer_after_the_clock_went_back_by_days_is_due_from_the_last_day(store: MemoryStore) -> None:
    answer(store, "deck/a", Rating.EASY, NOON)
    event = answer(store, "deck/a", Rating.GOOD, NOON - 5 * DAY)
    found = store.schedule("deck/a")
    assert (TODAY - 5, TODAY) == (event.study_day, found.last_day)
    assert found.interval is not None
    assert TODAY + found.interval == found.due_day == event.due
    stored, replayed = stored_and_replayed(store, ["deck/a"])
    assert replayed == stored


def test_undo_and_redo_do_nothing_in_an_empty_log(store: MemoryStore) -> None:
    assert undo(store) is redo(store) is None
    assert store.latest_action() is None
    assert [(0,)] == store.rows("SELECT count(*) FROM event")


def test_an_undo_names_what_it_took_back_and_a_redo_gives_it_again(store: MemoryStore) -> None:
    event = answer(store, "deck/a")
    given = store.schedule("deck/a")
    assert event.batch == store.latest_action()
    assert (event.batch, Kind.ANSWER, ("deck/a",)) == undo(store)
    assert NEW == store.schedule("deck/a")
    assert store.latest_action() is None
    assert (event.batch, Kind.ANSWER, ("deck/a",)) == redo(store)
    assert given == store.schedule("deck/a")


def test_what_was_undone_can_not_be_redone_after_something_else(store: MemoryStore) -> None:
    answer(store, "deck/a")
    undo(store)
    answer(store, "deck/b")
    assert redo(store) is None
    assert NEW == store.schedule("deck/a")


def test_undos_go_on_after_a_restart_to_the_first_answer(home: Home) -> None:
    with_cards(home, basic("deck/a"), basic("deck/b"))
    states = []
    for step, rating in enumerate(Rating):
        store = opened(home)
        states.append({name: store.schedule(name) for name in ("deck/a", "deck/b")})
        answer(store, ("deck/a", "deck/b")[step % 2], rating, NOON + step * MINUTE)
        store.close()
    for expected in reversed(states):
        store = opened(home)
        assert undo(store, NOON + 9 * MINUTE) is not None
        assert expected == {name: store.schedule(name) for name in expected}
        store.close()


# Cramming


def _cram(store: MemoryStore, card: str, rating: Rating = Rating.AGAIN) -> str:
    return store.cram(card, rating, at_ms=NOON + MINUTE, day=TODAY, took_ms=7, detail={"option": "x"})


def test_cramming_and_its_undo_leave_every_schedule_as_it_was(store: MemoryStore) -> None:
    for card, rating in (("deck/a", Rating.EASY), ("deck/b", Rating.AGAIN)):
        answer(store, card, rating)
    before = store.rows("SELECT * FROM schedule")
    batches = [_cram(store, card) for card in ("deck/a", "deck/b", "deck/c")]
    assert before == store.rows("SELECT * FROM schedule")
    for turn in (undo, undo, redo, undo, undo):
        found = turn(store, NOON + 2 * MINUTE)
        assert found is not None
        assert (Kind.CRAM, True) == (found.kind, found.id in batches)
        assert before == store.rows("SELECT * FROM schedule")
    stored, replayed = stored_and_replayed(store, ["deck/a", "deck/b", "deck/c"])
    assert replayed == stored


def test_a_cram_is_logged_with_its_rating_time_and_choice(store: MemoryStore) -> None:
    batch = _cram(store, "deck/a", Rating.GOOD)
    (event,) = store.events_of("deck/a")
    assert (batch, batch, Kind.CRAM, Rating.GOOD, 7, {"option": "x"}, None, None) == (
        event.id,
        event.batch,
        event.kind,
        event.rating,
        event.took_ms,
        event.detail,
        event.interval,
        event.due,
    )
