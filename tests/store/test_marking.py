from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stores import MemoryStore, answer, day_of, mark, redo, undo

from homes import DAY, HOUR, MINUTE, NOON, TODAY, stored_and_replayed
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Rating, Schedule
from lpdeck.store.hot import Batch, HotStore, Mark

CARDS = ("deck/a", "deck/b", "deck/c")


def test_what_one_command_does_is_one_batch_with_rising_ids(store: MemoryStore) -> None:
    batch = mark(store, Kind.SUSPEND, *CARDS)
    rows = store.rows("SELECT card, kind, batch, id FROM event ORDER BY id")
    assert [(card, "suspend") for card in CARDS] == [row[:2] for row in rows]
    assert Batch(rows[0][3], Kind.SUSPEND, CARDS) == batch
    assert {batch.id} == {row[2] for row in rows}
    assert [True] * 3 == [one.suspended for one in store.schedules(CARDS).values()]


def test_only_cards_that_change_are_touched(store: MemoryStore) -> None:
    mark(store, Kind.SUSPEND, "deck/b")
    batch = mark(store, Kind.SUSPEND, *CARDS, "deck/a")
    assert batch is not None
    assert ("deck/a", "deck/c") == batch.cards
    assert [("deck/b",), ("deck/a",), ("deck/c",)] == store.rows("SELECT card FROM event ORDER BY id")
    undo(store)
    assert [False, True, False] == [one.suspended for one in store.schedules(CARDS).values()]


NOTHING: dict[str, tuple[Kind, dict[str, Any]]] = {
    "resume a card that is awake": (Kind.RESUME, {}),
    "reset a new card": (Kind.RESET, {}),
    "take off no flag": (Kind.FLAG, {"detail": {"flag": None}}),
    "move a new card": (Kind.RESCHEDULE, {"due": TODAY + 3}),
}


@pytest.mark.parametrize("name", NOTHING)
def test_marks_that_change_nothing_leave_no_trace(store: MemoryStore, name: str) -> None:
    kind, values = NOTHING[name]
    assert mark(store, kind, *CARDS, **values) is None
    assert mark(store, kind) is None
    assert [(0, 0)] == store.rows("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM schedule)")


def _suspended(store: HotStore) -> None:
    mark(store, Kind.SUSPEND, *CARDS, at_ms=NOON + MINUTE)
    mark(store, Kind.BURY, *CARDS, at_ms=NOON + MINUTE, due=TODAY + 1)


KINDS: dict[str, tuple[Kind, dict[str, Any], Callable[[Schedule], Schedule]]] = {
    "suspend": (Kind.SUSPEND, {}, lambda one: one._replace(suspended=True)),
    "bury": (Kind.BURY, {"due": TODAY + 1}, lambda one: one._replace(buried_until=TODAY + 1)),
    "flag": (Kind.FLAG, {"detail": {"flag": "blue"}}, lambda one: one._replace(flag="blue")),
    "reset": (Kind.RESET, {}, lambda _: NEW),
    "reschedule": (Kind.RESCHEDULE, {"due": TODAY + 40}, lambda one: one._replace(due_day=TODAY + 40)),
}


@pytest.mark.parametrize("name", KINDS)
def test_undo_gives_the_exact_schedules_before_and_redo_those_after(store: MemoryStore, name: str) -> None:
    kind, values, changed = KINDS[name]
    for card in CARDS:
        answer(store, card, Rating.EASY)
    before = store.schedules(CARDS)
    batch = mark(store, kind, *CARDS, at_ms=NOON + MINUTE, **values)
    assert batch == undo(store)
    assert before == store.schedules(CARDS)
    assert batch == redo(store)
    assert {card: changed(one) for card, one in before.items()} == store.schedules(CARDS)
    stored, replayed = stored_and_replayed(store, CARDS)
    assert replayed == stored


def test_a_resume_ends_suspension_and_burial_and_its_undo_brings_both_back(store: MemoryStore) -> None:
    _suspended(store)
    before = store.schedules(CARDS)
    mark(store, Kind.RESUME, *CARDS, at_ms=NOON + 2 * MINUTE)
    assert dict.fromkeys(CARDS, NEW) == store.schedules(CARDS)
    undo(store)
    assert dict.fromkeys(CARDS, NEW._replace(suspended=True, buried_until=TODAY + 1)) == store.schedules(CARDS)
    assert before == store.schedules(CARDS)


def test_only_cards_in_review_are_moved_to_another_day(store: MemoryStore) -> None:
    answer(store, "deck/a", Rating.EASY)
    answer(store, "deck/b", Rating.GOOD)
    before = store.schedules(CARDS)
    batch = mark(store, Kind.RESCHEDULE, *CARDS, at_ms=NOON + MINUTE, due=TODAY + 2)
    assert batch is not None
    assert ("deck/a",) == batch.cards
    assert {**before, "deck/a": before["deck/a"]._replace(due_day=TODAY + 2)} == store.schedules(CARDS)


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.RESCHEDULE])
def test_a_mark_after_the_clock_went_back_stands_behind_the_answers(store: MemoryStore, kind: Kind) -> None:
    answer(store, "deck/a", Rating.EASY, NOON)
    answer(store, "deck/b", Rating.EASY, NOON - 2 * DAY)
    mark(store, kind, "deck/a", "deck/b", at_ms=NOON - DAY, due=TODAY + 9)
    rows = store.rows(f"SELECT card, at_ms FROM event WHERE kind = '{kind}' ORDER BY id")
    assert [("deck/a", NOON), ("deck/b", NOON - DAY)] == rows
    stored, replayed = stored_and_replayed(store, CARDS)
    assert replayed == stored
    if kind is Kind.RESET:
        assert dict.fromkeys(CARDS, NEW) == stored
    else:
        assert [TODAY + 9, TODAY + 9, None] == [one.due_day for one in stored.values()]


def test_answers_after_a_reset_with_the_clock_set_back_begin_anew(store: MemoryStore) -> None:
    answer(store, "deck/a", Rating.EASY, NOON)
    mark(store, Kind.RESET, "deck/a", at_ms=NOON - 3 * HOUR)
    answer(store, "deck/a", Rating.EASY, NOON - 4 * HOUR)
    stored, replayed = stored_and_replayed(store, CARDS)
    assert (1, TODAY) == (stored["deck/a"].reps, stored["deck/a"].first_day)
    assert replayed == stored


def test_a_reset_is_undone_after_the_answers_that_followed_it(store: MemoryStore) -> None:
    for card in CARDS:
        answer(store, card, Rating.EASY)
    known = store.schedules(CARDS)
    reset = mark(store, Kind.RESET, *CARDS, at_ms=NOON + MINUTE)
    states = []
    for step, card in enumerate(CARDS[:2]):
        states.append(store.schedules(CARDS))
        answer(store, card, Rating.GOOD, NOON + (2 + step) * MINUTE)
    for expected in reversed(states):
        found = undo(store, NOON + HOUR)
        assert found is not None
        assert Kind.ANSWER is found.kind
        assert expected == store.schedules(CARDS)
    assert reset == undo(store, NOON + HOUR)
    assert known == store.schedules(CARDS)


def test_marks_that_are_of_different_kinds_are_still_undone_together(store: MemoryStore) -> None:
    marks = [Mark("deck/a", Kind.SUSPEND), Mark("deck/b", Kind.BURY, TODAY + 1)]
    batch = store.mark(marks, at_ms=NOON, day=TODAY)
    assert batch is not None
    assert ("deck/a", "deck/b") == batch.cards
    undo(store)
    assert dict.fromkeys(CARDS, NEW) == store.schedules(CARDS)


# Any sequence

STEPS = st.sampled_from([-3 * DAY, -HOUR, 0, 0, MINUTE, MINUTE, DAY, 9 * DAY])
CHOSEN = st.lists(st.sampled_from(CARDS), min_size=1, max_size=4)
MARKS = st.one_of(
    st.sampled_from([(Kind.SUSPEND, {}), (Kind.RESUME, {}), (Kind.RESET, {})]),
    st.integers(-1, 9).map(lambda days: (Kind.BURY, {"due": TODAY + days})),
    st.integers(-1, 9).map(lambda days: (Kind.RESCHEDULE, {"due": TODAY + days})),
    st.sampled_from(["red", None]).map(lambda flag: (Kind.FLAG, {"detail": {"flag": flag}})),
)
ACTIONS = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(CARDS), st.sampled_from(Rating)),
    st.tuples(st.just("answer"), st.sampled_from(CARDS), st.just(Rating.EASY)),
    st.tuples(st.just("cram"), st.sampled_from(CARDS), st.sampled_from(Rating)),
    st.tuples(st.just("mark"), CHOSEN, MARKS),
    st.tuples(st.just("mark"), CHOSEN, MARKS),
    st.tuples(st.just("undo"), st.none(), st.none()),
    st.tuples(st.just("undo"), st.none(), st.none()),
    st.tuples(st.just("redo"), st.none(), st.none()),
)


class Learner:
    """Acts on a store, beside two plain stacks of what the schedules were before and after each action."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.now = NOON
        self.before: list[dict[str, Schedule]] = []
        self.after: list[dict[str, Schedule]] = []

    def act(self, action: str, on: Any, how: Any) -> dict[str, Schedule]:
        """Does one thing; returns the schedules that must stand then, as far as the stacks know them."""
        known = self.store.schedules(CARDS)
        if action in ("undo", "redo"):
            return self._turn(action, known)
        if self._did(action, on, how):
            self.before.append(known)
            self.after.clear()
        return self.store.schedules(CARDS)

    def _did(self, action: str, on: Any, how: Any) -> bool:
        if action == "answer":
            answer(self.store, on, how, self.now)
        elif action == "cram":
            self.store.cram(on, how, at_ms=self.now, day=day_of(self.now), took_ms=1, detail={})
        else:
            kind, values = how
            return mark(self.store, kind, *on, at_ms=self.now, **values) is not None
        return True

    def _turn(self, action: str, known: dict[str, Schedule]) -> dict[str, Schedule]:
        source, target = (self.before, self.after) if action == "undo" else (self.after, self.before)
        found = (undo if action == "undo" else redo)(self.store, self.now)
        assert bool(source) == (found is not None)
        if not source:
            return known
        target.append(known)
        return source.pop()


@given(st.lists(st.tuples(ACTIONS, STEPS), max_size=20))
def test_any_sequence_of_actions_and_turns_is_what_replaying_the_log_gives(
    three: Home, sequence: list[tuple[tuple[str, Any, Any], int]]
) -> None:
    learner = Learner(MemoryStore(three))
    for action, step in sequence:
        learner.now += step
        expected = learner.act(*action)
        stored, replayed = stored_and_replayed(learner.store, CARDS)
        assert expected == stored
        assert replayed == stored
    learner.store.close()
