"""What a plan reads of the store: the cards, the learner's habits, the siblings asked last."""

from __future__ import annotations

from stores import MemoryStore, answer, mark, redo, undo

from homes import DAY, MINUTE, NOON, SECOND, TODAY
from lpdeck.events import Kind
from lpdeck.planning.habits import TRUSTED_AFTER, Habits, Tally, habits
from lpdeck.scheduling import NEW, Rating

AGAIN, HARD, GOOD, EASY = Rating


def _basic(phase: str, rating: Rating, answers: int, seconds: int) -> Tally:
    return Tally("basic", phase, rating, answers, seconds * SECOND)


def _timed(store: MemoryStore, card: str, rating: Rating, seconds: int, at_ms: int = NOON) -> None:
    answer(store, card, rating, at_ms, seconds * SECOND)


def test_without_an_answer_habits_are_the_usual_ones(store: MemoryStore) -> None:
    assert habits([]) == store.habits()
    assert Habits().ms("quiz", "review") == store.habits().ms("quiz", "review")


def test_answers_are_told_apart_by_what_went_before_them(store: MemoryStore) -> None:
    _timed(store, "deck/a", AGAIN, 9)
    _timed(store, "deck/a", GOOD, 4, NOON + MINUTE)
    _timed(store, "deck/b", EASY, 7, NOON + 2 * MINUTE)
    _timed(store, "deck/b", HARD, 5, NOON + 30 * DAY)
    said = [_basic("first", AGAIN, 1, 9), _basic("first", EASY, 1, 7)]
    assert habits([*said, _basic("step", GOOD, 1, 4), _basic("review", HARD, 1, 5)]) == store.habits()


def test_an_answer_of_many_minutes_counts_as_three(store: MemoryStore) -> None:
    _timed(store, "deck/a", GOOD, 3600)
    assert habits([_basic("first", GOOD, 1, 180)]) == store.habits()


def test_an_answer_taken_back_tells_nothing_until_it_is_done_again(store: MemoryStore) -> None:
    _timed(store, "deck/a", GOOD, 9)
    done = store.habits()
    undo(store, NOON + MINUTE)
    assert habits([]) == store.habits()
    redo(store, NOON + MINUTE)
    assert done == store.habits()


def test_the_answer_after_one_that_was_taken_back_is_the_first_again(store: MemoryStore) -> None:
    _timed(store, "deck/a", AGAIN, 9)
    undo(store, NOON + MINUTE)
    _timed(store, "deck/a", GOOD, 6, NOON + 2 * MINUTE)
    assert habits([_basic("first", GOOD, 1, 6)]) == store.habits()


def test_a_card_that_was_reset_is_seen_for_the_first_time_again(store: MemoryStore) -> None:
    _timed(store, "deck/a", EASY, 9)
    mark(store, Kind.RESET, "deck/a", at_ms=NOON + MINUTE)
    _timed(store, "deck/a", EASY, 6, NOON + 2 * MINUTE)
    assert habits([_basic("first", EASY, 2, 15)]) == store.habits()


def test_with_enough_answers_the_time_of_the_learner_counts_and_not_the_usual(store: MemoryStore) -> None:
    for number in range(40):
        _timed(store, "deck/a", AGAIN, 60, NOON + number * MINUTE)
    own = store.habits()
    low, high = 60 * SECOND * 0.8, 60 * SECOND * 1.2
    assert low < own.ms("basic", "step") < high
    assert TRUSTED_AFTER < 40


def test_a_plan_sees_every_card_that_can_be_asked_in_the_order_of_the_decks(store: MemoryStore) -> None:
    answer(store, "deck/b", EASY)
    mark(store, Kind.BURY, "deck/c", at_ms=NOON, due=TODAY + 1)
    found = store.plan_cards()
    assert ["deck/a", "deck/b", "deck/c"] == [card.id for card in found]
    assert [NEW, store.schedule("deck/b"), store.schedule("deck/c")] == [card.schedule for card in found]
    mark(store, Kind.SUSPEND, "deck/a", "deck/b", at_ms=NOON)
    assert ["deck/c"] == [card.id for card in store.plan_cards()]


def test_siblings_asked_last_come_latest_first_and_of_one_day_only(store: MemoryStore) -> None:
    siblings = {name: store.card(name).sibling for name in ("deck/a", "deck/b", "deck/c")}  # type: ignore[union-attr]
    for number, name in enumerate(siblings):
        answer(store, name, AGAIN, NOON + number)
    assert [(name, siblings[name]) for name in ("deck/c", "deck/b")] == store.asked_last(TODAY, 2)
    assert [] == store.asked_last(TODAY + 1, 2)
