"""Any sequence of answers, marks, undos, restarts and clock steps: what the log gives is what stands, on any day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from homes import (
    CALENDAR,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SCHEDULER,
    SECOND,
    basic,
    counted_day,
    indexed,
    make,
    opened,
    put_deck,
    query,
    stored_and_replayed,
)
from lpdeck.events import FLAGS, Event, Kind, effective
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, ReviewSession, Tally
from lpdeck.scheduling import Rating, Schedule
from lpdeck.store.hot import Mark

EXAMPLES = max(4, settings().max_examples // 5)  # a sitting costs more than other examples
FAMILIES = {"deck/a": 1, "deck/b": 1, "deck/c": 2, "deck/d": 3, "deck/e": 2, "deck/f": 4, "deck/g": 5, "deck/h": 3}
STEPS = [SECOND, MINUTE, 10 * MINUTE, 3 * HOUR, DAY, 3 * DAY, 40 * DAY, -MINUTE, -HOUR, -9 * HOUR, -DAY, -5 * DAY]
MARKS = [Kind.BURY, Kind.SUSPEND, Kind.FLAG]


class Sittings(RuleBasedStateMachine):
    """Everything that a learner does in sittings, over cards of which some are siblings."""

    home: Home
    limits: Limits

    def __init__(self) -> None:
        super().__init__()
        make(self.home)
        put_deck(self.home, "deck", *(basic(name, f"front {family}") for name, family in FAMILIES.items()))
        indexed(self.home)
        self.now = NOON
        self.turned_back = False
        self.former: list[dict[str, Schedule]] = []
        self.undone: list[dict[str, Schedule]] = []
        self._begin()

    def _begin(self) -> None:
        self.store = opened(self.home)
        self.session = ReviewSession(self.store, SCHEDULER, CALENDAR, self.limits, self.now)

    def _schedules(self) -> dict[str, Schedule]:
        return {name: self.store.schedule(name) for name in FAMILIES}

    def _asked(self) -> Asked | None:
        turn = self.session.next(self.now)
        return turn if isinstance(turn, Asked) else None

    def _acted(self, before: dict[str, Schedule]) -> None:
        """After something that may have changed nothing: then it is no action and ends no redo."""
        if before != self._schedules():
            self.former.append(before)
            self.undone.clear()

    @rule(rating=st.sampled_from(Rating), took=st.integers(0, 2000))
    def answer(self, rating: Rating, took: int) -> None:
        turn = self._asked()
        if turn is not None:
            before = self._schedules()
            assert not turn.schedule.suspended
            assert (turn.schedule.buried_until or 0) <= self.session.day
            self.now += took
            assert self.session.answer(turn, rating, self.now)
            self._acted(before)

    @rule(rating=st.sampled_from(Rating))
    def answer_again_and_again(self, rating: Rating) -> None:
        for _ in range(3):
            self.answer(rating, 0)

    @rule(kind=st.sampled_from(MARKS), colour=st.sampled_from([*FLAGS[:2], None]))
    def mark(self, kind: Kind, colour: str | None) -> None:
        turn = self._asked()
        if turn is not None:
            before = self._schedules()
            self.session.mark(turn, kind, self.now, **({"flag": colour} if kind is Kind.FLAG else {}))
            self._acted(before)
            again = self._asked()
            assert kind is not Kind.FLAG or (again is not None and again.card.id == turn.card.id)

    @rule(kind=st.sampled_from([Kind.SUSPEND, Kind.RESUME]), cards=st.sets(st.sampled_from(sorted(FAMILIES))))
    def mark_many(self, kind: Kind, cards: Iterable[str]) -> None:
        """What `lpdeck suspend` and `lpdeck resume` do beside a sitting."""
        before = self._schedules()
        day = CALENDAR.day_of(self.now)
        batch = self.store.mark([Mark(card, kind) for card in sorted(cards)], at_ms=self.now, day=day)
        after = self._schedules()
        changed = [card for card in sorted(cards) if before[card] != after[card]]
        assert tuple(changed) == (batch.cards if batch else ())
        self._acted(before)

    @rule()
    def skip(self) -> None:
        if self._asked() is not None:
            before, left = self._schedules(), self.session.left()
            self.session.skip()
            assert (before, left) == (self._schedules(), self.session.left())

    @rule()
    def undo(self) -> None:
        before = self._schedules()
        batch = self.session.undo(self.now)
        assert (batch is None) == (not self.former)
        if batch is not None:
            assert self.former.pop() == self._schedules()
            self.undone.append(before)

    @rule()
    def redo(self) -> None:
        before = self._schedules()
        batch = self.session.redo(self.now)
        assert (batch is None) == (not self.undone)
        if batch is not None:
            assert self.undone.pop() == self._schedules()
            self.former.append(before)

    @precondition(lambda self: self.former)
    @rule()
    def take_all_back_and_do_it_again(self) -> None:
        before, count = self._schedules(), len(self.former)
        for _ in range(count):
            assert self.session.undo(self.now) is not None
        assert self.session.tally == Tally()
        assert dict.fromkeys(FAMILIES, Schedule()) == self._schedules()
        for _ in range(count):
            assert self.session.redo(self.now) is not None
        assert before == self._schedules()

    @rule(step=st.sampled_from(STEPS))
    def clock(self, step: int) -> None:
        before = CALENDAR.day_of(self.now)
        self.now += step
        self.turned_back |= CALENDAR.day_of(self.now) < before

    @rule()
    def restart(self) -> None:
        self.store.close()
        self._begin()

    @invariant()
    def every_schedule_is_what_its_events_give(self) -> None:
        stored, replayed = stored_and_replayed(self.store, FAMILIES)
        assert replayed == stored

    @invariant()
    def every_day_keeps_its_rules(self) -> None:
        events = {one.id: one for name in FAMILIES for one in self.store.events_of(name)}
        answers = [one for one in effective(events.values()) if one.kind is Kind.ANSWER]
        begun: Counter[int] = Counter()
        reviewed: Counter[int] = Counter()
        asked_on: dict[int, dict[int, str]] = {}
        for name in FAMILIES:
            own = [one for one in answers if one.card == name]
            for day, turns in groupby(own, key=lambda one: counted_day(own, one)):
                _check_day(list(turns))
                assert name == asked_on.setdefault(day, {}).setdefault(FAMILIES[name], name)
            begun.update([counted_day(own, own[0])] if own else [])
            reviewed.update(
                counted_day(own, one)
                for last, one in zip([None, *own], own, strict=False)
                if last is not None and (last.interval or 0) > 0
            )
        assert max(begun.values(), default=0) <= self.limits.new_per_day
        # A schedule holds the last day of review only: a clock that goes back over days may forget one.
        assert self.turned_back or max(reviewed.values(), default=0) <= self.limits.reviews_per_day

    def teardown(self) -> None:
        assert [("ok",)] == query(self.home, "PRAGMA integrity_check")
        self.store.close()


def _check_day(turns: list[Event]) -> None:
    """A card that reached Review is not asked again that day."""
    assert all((one.interval or 0) < 0 for one in turns[:-1])


@pytest.mark.parametrize("limits", [Limits(2, 1), Limits(4, 50)], ids=["narrow", "wide"])
def test_any_sittings_leave_schedules_that_replay_and_days_that_keep_their_rules(home: Home, limits: Limits) -> None:
    machine = type("Sittings", (Sittings,), {"home": home, "limits": limits})
    run_state_machine_as_test(machine, settings=settings(max_examples=EXAMPLES, stateful_step_count=30))
