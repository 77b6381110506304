from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import DUE, MANY, asked, asked_ids, ended, put, sitting

from homes import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    TODAY,
    basic,
    indexed,
    opened,
    put_deck,
    stored_and_replayed,
    with_cards,
)
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Finished, Left, Tally
from lpdeck.scheduling import LEARN_AHEAD_MS, NEW, Memory, Rating, Schedule, State
from lpdeck.store.hot import Batch, HotStore

AGAIN, HARD, GOOD, EASY = Rating


@pytest.fixture
def store(home: Home) -> HotStore:
    """Five new cards, a to e."""
    return opened(with_cards(home, *(basic(f"deck/{letter}") for letter in "abcde")))


def _cards(batch: Batch | None) -> tuple[str, ...]:
    return () if batch is None else batch.cards


# Order


def test_learning_cards_come_when_their_minute_comes_then_what_is_due_and_new_ones_between(home: Home) -> None:
    with_cards(home, basic("deck/new"), basic("deck/due"), basic("deck/step"), basic("deck/weak"))
    put(home, "deck/due", DUE)
    put(home, "deck/weak", DUE._replace(memory=Memory(1.0, 5.0)))
    step = DUE._replace(state=State.RELEARNING, step=0, due_at_ms=NOON + MINUTE, interval=-600)
    put(home, "deck/step", step)
    session = sitting(opened(home))
    assert Left(3, 1) == session.left()
    assert ["deck/weak"] == asked_ids(session, NOON, [EASY])
    assert ["deck/step", "deck/new", "deck/due"] == asked_ids(session, NOON + MINUTE, [EASY] * 9)


def test_a_learning_card_comes_twenty_minutes_early_when_nothing_else_is_left(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    due = NOON + LEARN_AHEAD_MS
    put(home, "deck/a", DUE._replace(state=State.LEARNING, step=0, due_at_ms=due))
    store = opened(home)
    assert due == ended(sitting(store, NOON - 1), NOON - 1).learning_ms
    assert "deck/a" == asked(sitting(store), NOON).card.id


def test_a_learning_card_waits_while_anything_else_is_left(store: HotStore) -> None:
    session = sitting(store)
    order = asked_ids(session, NOON, [AGAIN, EASY, EASY, EASY, EASY, EASY])
    assert ["deck/a", "deck/b", "deck/c", "deck/d", "deck/e", "deck/a"] == order


def test_a_learning_card_answered_again_comes_after_the_one_whose_minute_is_first(store: HotStore) -> None:
    session = sitting(store, limits=Limits(2, 9))
    order = asked_ids(session, NOON, [GOOD, AGAIN, AGAIN, AGAIN])
    assert ["deck/a", "deck/b", "deck/b", "deck/b"] == order


def test_a_step_counts_from_the_answer_not_from_when_the_card_was_shown(store: HotStore) -> None:
    session = sitting(store)
    turn = asked(session, NOON)
    session.answer(turn, AGAIN, NOON + 50 * SECOND)
    assert NOON + 110 * SECOND == store.schedule("deck/a").due_at_ms
    (event,) = store.events_of("deck/a")
    assert (50 * SECOND, NOON + 50 * SECOND, -60) == (event.took_ms, event.at_ms, event.interval)


def test_what_is_stored_is_what_was_shown(store: HotStore) -> None:
    session = sitting(store)
    for rating in Rating:
        turn = asked(session, NOON)
        session.answer(turn, rating, NOON)
        assert turn.outcomes[rating].schedule == store.schedule(turn.card.id)
        assert turn.outcomes[rating].interval == store.events_of(turn.card.id)[-1].interval


def test_the_same_card_is_asked_until_it_is_answered(store: HotStore) -> None:
    session = sitting(store)
    assert ["deck/a"] * 3 == [asked(session, NOON + minute * HOUR).card.id for minute in range(3)]


# Limits


def test_new_cards_are_limited_over_the_day_and_all_its_sittings(store: HotStore) -> None:
    limits = Limits(3, 9)
    assert ["deck/a", "deck/b"] == asked_ids(sitting(store, limits=limits), NOON, [EASY, EASY])
    assert ["deck/c"] == asked_ids(sitting(store, limits=limits), NOON + HOUR, [EASY] * 9)
    assert ["deck/d", "deck/e"] == asked_ids(sitting(store, NOON + DAY, limits), NOON + DAY, [EASY] * 9)


def test_reviews_are_limited_over_the_day_and_all_its_sittings(home: Home) -> None:
    names = [f"deck/{letter}" for letter in "abcd"]
    with_cards(home, *map(basic, names))
    for name in names:
        put(home, name, DUE)
    store = opened(home)
    limits = Limits(0, 3)
    assert names[:2] == asked_ids(sitting(store, limits=limits), NOON, [GOOD, EASY])
    assert names[2:3] == asked_ids(sitting(store, limits=limits), NOON, [GOOD] * 9)
    assert names[3:] == asked_ids(sitting(store, NOON + DAY, limits), NOON + DAY, [GOOD] * 9)


def test_a_card_forgotten_in_review_counts_once_towards_the_limit(home: Home) -> None:
    names = ["deck/a", "deck/b", "deck/c"]
    with_cards(home, *map(basic, names))
    for name in names:
        put(home, name, DUE)
    order = asked_ids(sitting(opened(home), limits=Limits(0, 2)), NOON, [AGAIN, AGAIN, GOOD, GOOD, GOOD])
    assert ["deck/a", "deck/b", "deck/a", "deck/b"] == order


def test_an_undo_gives_the_day_its_place_back(store: HotStore) -> None:
    limits = Limits(1, 9)
    session = sitting(store, limits=limits)
    assert ["deck/a"] == asked_ids(session, NOON, [EASY] * 3)
    session.undo(NOON)
    assert ["deck/a"] == asked_ids(session, NOON, [EASY] * 3)


# Undo


def test_undo_goes_back_as_often_as_wanted_and_restores_every_schedule(store: HotStore) -> None:
    names = [f"deck/{letter}" for letter in "abcde"]
    session = sitting(store)
    states = []
    for number, rating in enumerate([AGAIN, GOOD, EASY, HARD, GOOD, AGAIN, GOOD, EASY]):
        states.append([store.schedule(name) for name in names])
        turn = asked(session, NOON + number * 10 * MINUTE)
        session.answer(turn, rating, NOON + number * 10 * MINUTE)
    for former in reversed(states):
        session.undo(NOON + 2 * HOUR)
        assert former == [store.schedule(name) for name in names]
    assert session.undo(NOON + 2 * HOUR) is None
    for former in states[1:]:
        session.redo(NOON + 2 * HOUR)
        assert former == [store.schedule(name) for name in names]
    assert session.redo(NOON + 2 * HOUR) is not None
    assert session.redo(NOON + 2 * HOUR) is None


def test_the_card_of_an_undo_is_asked_next_even_before_its_minute(store: HotStore) -> None:
    session = sitting(store)
    asked_ids(session, NOON, [AGAIN, EASY, EASY, EASY, EASY])
    turn = asked(session, NOON + MINUTE)
    assert "deck/a" == turn.card.id
    session.answer(turn, GOOD, NOON + MINUTE)
    assert ("deck/a",) == _cards(session.undo(NOON + MINUTE))
    assert turn.schedule == asked(session, NOON + 2 * SECOND).schedule
    assert "deck/a" == asked(session, NOON + 2 * SECOND).card.id


def test_undo_works_after_a_restart(home: Home, store: HotStore) -> None:
    asked_ids(sitting(store), NOON, [EASY, GOOD])
    store.close()
    again = opened(home)
    session = sitting(again)
    assert ("deck/b",) == _cards(session.undo(NOON))
    again.close()
    third = opened(home)
    session = sitting(third)
    assert ("deck/a",) == _cards(session.undo(NOON))
    assert ("deck/a",) == _cards(session.redo(NOON))
    assert ("deck/b",) == _cards(session.redo(NOON))
    assert [EASY, GOOD] == [third.events_of(name)[0].rating for name in ("deck/a", "deck/b")]
    assert 1 == third.schedule("deck/b").reps
    third.close()


def test_a_new_answer_ends_redo(store: HotStore) -> None:
    session = sitting(store)
    asked_ids(session, NOON, [EASY, EASY])
    session.undo(NOON)
    session.undo(NOON)
    assert ["deck/a"] == asked_ids(session, NOON, [GOOD])
    assert session.redo(NOON) is None


def test_the_tally_follows_undo_and_redo(store: HotStore) -> None:
    session = sitting(store)
    tallies = [Tally()]
    for rating in (EASY, AGAIN, GOOD):
        turn = asked(session, NOON)
        session.answer(turn, rating, NOON + 3 * SECOND)
        tallies.append(session.tally)
    assert Tally(3, 2, 9 * SECOND) == session.tally
    for former in reversed(tallies[:-1]):
        session.undo(NOON)
        assert former == session.tally
    for later in tallies[1:]:
        session.redo(NOON)
        assert later == session.tally


def test_an_undo_of_an_earlier_sitting_leaves_the_tally(store: HotStore) -> None:
    asked_ids(sitting(store), NOON, [EASY])
    session = sitting(store)
    asked_ids(session, NOON, [EASY])
    session.undo(NOON)
    session.undo(NOON)
    assert Tally() == session.tally
    session.redo(NOON)
    assert Tally() == session.tally
    session.redo(NOON)
    assert Tally(1, 1, 0) == session.tally


# What changes under a sitting


def test_a_card_answered_elsewhere_meanwhile_is_asked_again_and_not_counted(home: Home, store: HotStore) -> None:
    session = sitting(store)
    turn = asked(session, NOON)
    other = opened(home)
    asked_ids(sitting(other), NOON, [AGAIN])
    assert not session.answer(turn, EASY, NOON)
    assert Tally() == session.tally
    assert 1 == store.schedule("deck/a").reps
    assert ["deck/b", "deck/c", "deck/d", "deck/e", "deck/a"] == asked_ids(session, NOON, [EASY] * 9)
    other.close()


def test_a_card_finished_elsewhere_before_its_turn_is_not_asked_again(home: Home, store: HotStore) -> None:
    session = sitting(store)
    turn = asked(session, NOON)
    other = opened(home)
    asked_ids(sitting(other), NOON, [EASY, EASY, AGAIN])
    assert not session.answer(turn, GOOD, NOON)
    assert ["deck/d", "deck/e", "deck/c"] == asked_ids(session, NOON, [EASY] * 9)
    other.close()


def test_a_queued_card_finished_suspended_or_buried_elsewhere_is_passed_over(home: Home, store: HotStore) -> None:
    session = sitting(store)
    asked_ids(session, NOON, [EASY])
    put(home, "deck/b", DUE._replace(due_day=TODAY + 4, last_day=TODAY))
    put(home, "deck/c", Schedule(suspended=True))
    put(home, "deck/d", Schedule(buried_until=TODAY + 1))
    assert ["deck/e"] == asked_ids(session, NOON, [EASY] * 9)


def test_a_card_that_left_the_index_in_a_sitting_is_passed_over(home: Home, store: HotStore) -> None:
    session = sitting(store)
    assert "deck/a" == asked(session, NOON).card.id
    put_deck(home, "deck", basic("deck/c", retired=True), basic("deck/d"), age_s=5)
    indexed(home)
    assert ["deck/d"] == asked_ids(session, NOON, [EASY] * 9)


def test_words_edited_in_a_sitting_are_shown_as_they_are_now(home: Home, store: HotStore) -> None:
    session = sitting(store)
    asked(session, NOON)
    put_deck(home, "deck", basic("deck/a", back="better words"), age_s=5)
    indexed(home)
    assert "better words" == asked(session, NOON).card.fields["back"]


def test_the_day_that_turns_over_in_a_sitting_brings_its_own_cards(store: HotStore) -> None:
    before_four = NOON + 16 * HOUR - MINUTE
    session = sitting(store, before_four, Limits(1, 9))
    assert ["deck/a"] == asked_ids(session, before_four, [EASY] * 5)
    assert TODAY == session.day
    assert ["deck/b"] == asked_ids(session, before_four + MINUTE, [EASY] * 5)
    assert TODAY + 1 == session.day


def test_an_answer_after_the_day_turned_over_belongs_to_the_new_day(store: HotStore) -> None:
    before_four = NOON + 16 * HOUR - SECOND
    session = sitting(store, before_four, Limits(2, 9))
    turn = asked(session, before_four)
    session.answer(turn, EASY, before_four + 2 * SECOND)
    schedule = store.schedule("deck/a")
    assert (TODAY + 1, TODAY + 1) == (schedule.first_day, schedule.last_day)
    assert schedule.interval is not None
    assert TODAY + 1 + schedule.interval == schedule.due_day
    assert ["deck/b"] == asked_ids(session, before_four + MINUTE, [EASY] * 5)


def test_a_clock_that_goes_back_loses_no_answer(store: HotStore) -> None:
    session = sitting(store)
    asked_ids(session, NOON, [AGAIN, EASY])
    earlier = NOON - 3 * DAY
    order = asked_ids(session, earlier, [AGAIN, AGAIN, AGAIN])
    assert ["deck/a", "deck/c", "deck/d"] == order  # the first one waits for no minute that is days ahead
    assert TODAY - 3 == session.day
    asked_ids(session, NOON + HOUR, [GOOD] * 9)
    stored, replayed = stored_and_replayed(store, [f"deck/{letter}" for letter in "abcde"])
    assert replayed == stored


def test_a_clock_that_goes_back_while_a_card_is_shown_took_no_time(store: HotStore) -> None:
    session = sitting(store)
    turn = asked(session, NOON)
    session.answer(turn, GOOD, NOON - HOUR)
    assert 0 == store.events_of("deck/a")[0].took_ms


# What is said


def test_nothing_is_asked_of_an_empty_home(home: Home) -> None:
    session = sitting(opened(with_cards(home)))
    assert Finished(None, None) == session.next(NOON)
    assert Left(0, 0) == session.left()


def test_what_is_left_counts_the_card_being_asked(store: HotStore) -> None:
    session = sitting(store, limits=MANY)
    lefts = [session.left()]
    for rating in (AGAIN, EASY):
        turn = asked(session, NOON)
        lefts.append(session.left())
        session.answer(turn, rating, NOON)
        lefts.append(session.left())
    assert [Left(0, 5), Left(0, 5), Left(1, 4), Left(1, 4), Left(1, 3)] == lefts


@given(st.integers(1, 400), st.sampled_from(Rating))
def test_a_preview_changes_nothing(tmp_path_factory: pytest.TempPathFactory, ago: int, rating: Rating) -> None:
    home = with_cards(Home(tmp_path_factory.mktemp("preview")), basic("deck/a"))
    store = opened(home)
    session = sitting(store)
    turn = asked(session, NOON + ago * SECOND)
    assert NEW == store.schedule("deck/a")
    assert rating is turn.outcomes[rating].rating
    assert turn.outcomes == asked(session, NOON + ago * SECOND).outcomes
    store.close()
