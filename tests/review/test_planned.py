"""Sittings under a plan: real stores, real answers; the plan chooses what is asked, and the schedule stays its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from pathlib import Path
from random import Random
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from scripted import DUE, MANY, asked, ended, put, put_all

from homes import (
    CALENDAR,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SCHEDULER,
    SECOND,
    TODAY,
    basic,
    indexed,
    make,
    opened,
    put_deck,
    query,
    stored_and_replayed,
    with_cards,
)
from lpdeck.days import StudyDay
from lpdeck.events import Event, Kind
from lpdeck.home import Home
from lpdeck.interviews import Interview
from lpdeck.planning.forecast import forecast, planned
from lpdeck.planning.habits import Habits
from lpdeck.review.queue import SIBLINGS_APART, Limits, Queue, build, planner
from lpdeck.review.session import Asked, Finished, Left, ReviewSession
from lpdeck.scheduling import Memory, Rating, Schedule, State
from lpdeck.store.hot import DayLimits, HotStore, Mark, QueuedCard

AGAIN, HARD, GOOD, EASY = Rating
NAMES = [f"deck/{number:02}" for number in range(40)]


def _sitting(
    store: HotStore,
    ahead: int,
    now_ms: int = NOON,
    limits: Limits = MANY,
    *,
    chosen: Collection[str] | None = None,
    new: int | None = None,
) -> ReviewSession:
    """A sitting under a plan for an interview so many days after TODAY."""
    interview = Interview("onsite", StudyDay(TODAY + ahead), limits.minutes or 20, new=new)
    return ReviewSession(store, SCHEDULER, CALENDAR, limits, now_ms, chosen=chosen, interview=interview)


def _asked(
    session: ReviewSession, now_ms: int, rating: Rating = EASY, most: int = 200, seconds: int = 1
) -> list[Asked]:
    """Answers until nothing is asked any more; each answer takes so many seconds."""
    found: list[Asked] = []
    for number in range(most):
        at_ms = now_ms + number * seconds * SECOND
        turn = session.next(at_ms)
        if isinstance(turn, Finished):
            return found
        found.append(turn)
        assert session.answer(turn, rating, at_ms + seconds * SECOND)
    return found


def _ids(turns: Iterable[Asked]) -> list[str]:
    return [turn.card.id for turn in turns]


def _known(stability: float, ago: int, due: int) -> Schedule:
    """In Review, answered so many days ago and due so many days from today."""
    last = TODAY - ago
    return DUE._replace(memory=Memory(stability, 5.0), due_day=TODAY + due, last_day=last, reviewed_day=last)


# The schedule stays its own


FAMILIES = {"deck/a": 1, "deck/b": 1, "deck/c": 2, "deck/d": 3, "deck/e": 2, "deck/f": 4, "deck/g": 5, "deck/h": 3}
STEPS = [SECOND, MINUTE, 10 * MINUTE, 3 * HOUR, DAY, DAY, DAY, 2 * DAY, 9 * DAY, -MINUTE, -HOUR, -9 * HOUR, -DAY]


class Evenings(RuleBasedStateMachine):
    """Everything that a learner does in sittings until an interview and after it; some of the cards are siblings."""

    home: Home
    ahead: int
    limits: Limits

    def __init__(self) -> None:
        super().__init__()
        make(self.home)
        put_deck(self.home, "deck", *(basic(name, f"front {family}") for name, family in FAMILIES.items()))
        indexed(self.home)
        self.now = NOON
        self.order: list[tuple[StudyDay, str]] = []
        self._begin()

    def _begin(self) -> None:
        self.store = opened(self.home)
        self.session = _sitting(self.store, self.ahead, self.now, self.limits)

    def _next(self) -> Asked | None:
        turn = self.session.next(self.now)
        if isinstance(turn, Finished):
            return None
        self._keeps_siblings_apart(turn)
        return turn

    def _keeps_siblings_apart(self, turn: Asked) -> None:
        others = [name for name, family in FAMILIES.items() if family == FAMILIES[turn.card.id]]
        others.remove(turn.card.id)
        if turn.evening is None or self.session.day < turn.evening.last_days:
            assert not [name for name in others if self.store.schedule(name).last_day == self.session.day]
        elif turn.schedule.state not in (State.LEARNING, State.RELEARNING):
            last = [name for day, name in self.order if day == self.session.day][1 - SIBLINGS_APART :]
            assert not set(last) & set(others)

    @rule(rating=st.sampled_from(Rating), took=st.integers(0, 60_000))
    def answer(self, rating: Rating, took: int) -> None:
        turn = self._next()
        if turn is not None:
            assert (turn.schedule.suspended, turn.schedule.buried_until or 0) <= (False, self.session.day)
            assert all(1 <= turn.wait(one) <= each.interval or each.interval < 0 for one, each in turn.outcomes.items())
            self.now += took
            assert self.session.answer(turn, rating, self.now)
            self.order.append((CALENDAR.day_of(self.now), turn.card.id))

    @rule(rating=st.sampled_from(Rating), count=st.integers(2, 8))
    def answer_several(self, rating: Rating, count: int) -> None:
        for _ in range(count):
            self.answer(rating, 1000)

    @rule(kind=st.sampled_from([Kind.BURY, Kind.SUSPEND, Kind.FLAG]))
    def mark(self, kind: Kind) -> None:
        turn = self._next()
        if turn is not None:
            self.session.mark(turn, kind, self.now, **({"flag": "red"} if kind is Kind.FLAG else {}))

    @rule()
    def skip(self) -> None:
        if self._next() is not None:
            left = self.session.left()
            self.session.skip()
            assert left == self.session.left()

    @rule()
    def undo(self) -> None:
        self.session.undo(self.now)

    @rule()
    def redo(self) -> None:
        self.session.redo(self.now)

    @rule(step=st.sampled_from(STEPS))
    def clock(self, step: int) -> None:
        self.now += step

    @rule()
    def restart(self) -> None:
        self.store.close()
        self._begin()

    @invariant()
    def every_schedule_is_what_its_events_give(self) -> None:
        stored, replayed = stored_and_replayed(self.store, FAMILIES)
        assert replayed == stored

    @invariant()
    def the_plan_moves_no_card(self) -> None:
        kinds = {one.kind for name in FAMILIES for one in self.store.events_of(name)}
        assert Kind.RESCHEDULE not in kinds

    def teardown(self) -> None:
        self.store.close()


@pytest.mark.parametrize(
    ("ahead", "limits"),
    [
        pytest.param(4, Limits(0, 0, 20), id="last days"),
        pytest.param(12, Limits(5, 5, 5), id="two weeks"),
        pytest.param(0, MANY, id="today", marks=pytest.mark.slow),
        pytest.param(12, MANY, id="without end", marks=pytest.mark.slow),
    ],
)
def test_whatever_is_done_under_a_plan_schedules_are_what_the_log_gives(home: Home, ahead: int, limits: Limits) -> None:
    machine = type("Evenings", (Evenings,), {"home": home, "ahead": ahead, "limits": limits})
    most = max(3, settings().max_examples // 5)
    run_state_machine_as_test(machine, settings=settings(max_examples=most, stateful_step_count=25))


def test_an_early_answer_is_scheduled_as_fsrs_would(home: Home) -> None:
    store = opened(with_cards(home, basic("deck/00")))
    put(home, "deck/00", _known(30, 9, 21))
    session = _sitting(store, 1)
    turn = asked(session, NOON)
    before, expected = store.schedule("deck/00"), SCHEDULER.outcomes("deck/00", turn.schedule, TODAY, NOON)
    assert expected == turn.outcomes
    assert session.answer(turn, GOOD, NOON)
    assert before != expected[GOOD].schedule
    assert expected[GOOD].schedule == store.schedule("deck/00")
    store.close()


# What is shown


def test_before_the_last_days_the_nearer_of_both_dates_is_shown(home: Home) -> None:
    store = opened(with_cards(home, basic("deck/00")))
    put(home, "deck/00", _known(50, 50, 0))
    turn = asked(_sitting(store, 12), NOON)
    assert turn.outcomes[GOOD].interval > 12
    assert turn.evening is not None
    assert turn.evening.last_days - TODAY <= turn.wait(GOOD) < 12
    assert turn.wait(GOOD) == turn.wait(EASY)
    assert turn.outcomes[AGAIN].interval == turn.wait(AGAIN)
    store.close()


def test_an_interval_nearer_than_the_last_days_is_shown_as_it_is(home: Home) -> None:
    store = opened(with_cards(home, basic("deck/00")))
    put(home, "deck/00", _known(2, 2, 0))
    turn = asked(_sitting(store, 60), NOON)
    assert [turn.outcomes[rating].interval for rating in Rating] == [turn.wait(rating) for rating in Rating]
    store.close()


@pytest.mark.parametrize("ahead", [0, 1, 2, 3])
def test_in_the_last_days_fsrs_alone_is_shown(home: Home, ahead: int) -> None:
    store = opened(with_cards(home, basic("deck/00")))
    put(home, "deck/00", _known(50, 60, -10))
    turn = asked(_sitting(store, ahead), NOON)
    assert [turn.outcomes[rating].interval for rating in Rating] == [turn.wait(rating) for rating in Rating]
    store.close()


@pytest.mark.parametrize("ahead", [4, 5, 9, 30])
def test_what_is_shown_is_at_least_a_day_and_no_later_than_fsrs(home: Home, ahead: int) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:12])))
    put_all(home, {name: _known(0.2 + number * 9, 20 + number, 0) for number, name in enumerate(NAMES[:10])})
    for turn in _asked(_sitting(store, ahead), NOON):
        for rating, outcome in turn.outcomes.items():
            shown = turn.wait(rating)
            assert shown == outcome.interval if outcome.interval < 0 else 1 <= shown <= outcome.interval
            assert shown < ahead
    store.close()


# Which cards


def test_in_the_last_days_cards_are_asked_before_they_are_due(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:9])))
    put_all(home, {name: _known(30, 9, 21) for name in NAMES[:9]})
    assert [] == _ids(_asked(_sitting(store, 9), NOON))
    seen = [_ids(_asked(_sitting(store, 3, NOON + at * DAY), NOON + at * DAY)) for at in range(3)]
    assert [3, 3, 3] == [len(evening) for evening in seen]
    assert NAMES[:9] == sorted(name for evening in seen for name in evening)
    store.close()


def test_a_card_that_was_asked_early_is_not_asked_twice_a_day(home: Home) -> None:
    store = opened(with_cards(home, basic("deck/00")))
    put(home, "deck/00", _known(30, 9, 21))
    assert ["deck/00"] == _ids(_asked(_sitting(store, 1), NOON))
    assert [] == _ids(_asked(_sitting(store, 1, NOON + HOUR), NOON + HOUR))
    store.close()


def _learned(store: HotStore, days_ago: int, *names: str) -> None:
    """Cards that were answered Easy once: in Review, for about a week."""
    day, at_ms = StudyDay(TODAY - days_ago), NOON - days_ago * DAY
    for name in names:
        before = store.schedule(name)
        outcome = SCHEDULER.outcomes(name, before, day, at_ms)[EASY]
        store.answer(name, before, outcome, at_ms=at_ms, day=day, took_ms=1, weights="fsrs-6-defaults", detail={})


def test_an_early_card_whose_answer_is_taken_back_is_asked_again(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:2])))
    _learned(store, 4, *NAMES[:2])
    session = _sitting(store, 1)
    (turn,) = _asked(session, NOON, most=1)
    assert turn.evening is not None
    assert turn.card.id in turn.evening.early
    session.undo(NOON + MINUTE)
    again = asked(session, NOON + MINUTE)
    assert (turn.card.id, turn.schedule) == (again.card.id, again.schedule)
    store.close()


def test_what_was_answered_today_and_taken_back_comes_though_the_time_is_up(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:2])))
    _learned(store, 4, *NAMES[:2])
    session = _sitting(store, 1, limits=Limits(9, 9, 1))
    (turn,) = _asked(session, NOON, seconds=90)
    session.undo(NOON + 2 * MINUTE)
    assert turn.card.id == asked(session, NOON + 2 * MINUTE).card.id
    store.close()


def test_with_a_filter_an_undo_shows_no_card_beside_it(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:3])))
    _learned(store, 4, *NAMES[:3])
    assert [NAMES[1]] == _ids(_asked(_sitting(store, 1, chosen={NAMES[1]}), NOON))
    session = _sitting(store, 1, NOON + HOUR, chosen={NAMES[2]})
    assert session.undo(NOON + HOUR) is not None
    assert NAMES[2] == asked(session, NOON + HOUR).card.id
    store.close()


def test_an_undo_of_something_else_than_an_answer_brings_no_card_early(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:2])))
    _learned(store, 20, NAMES[0])
    _learned(store, 2, NAMES[1])
    store.mark([Mark(NAMES[1], Kind.FLAG, None, {"flag": "red"})], at_ms=NOON, day=TODAY)
    session = _sitting(store, 30)
    assert session.undo(NOON) is not None
    assert NAMES[0] == asked(session, NOON).card.id
    store.close()


def test_an_undo_of_yesterdays_answer_does_not_bring_siblings_together(home: Home) -> None:
    make(home)
    put_deck(home, "deck", *(basic(name, "one") for name in NAMES[:2]))
    indexed(home)
    store = opened(home)
    _learned(store, 20, NAMES[0])
    _learned(store, 3, NAMES[1])
    session = _sitting(store, 30)
    assert (NAMES[1],) == session.undo(NOON).cards  # type: ignore[union-attr]
    assert 1 == len(_asked(session, NOON))
    store.close()


@pytest.mark.parametrize("ahead", [1, 20])
def test_a_filter_holds_under_a_plan(home: Home, ahead: int) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    put_all(home, {name: _known(5, 9, 0) for name in NAMES[:20]})
    chosen = set(NAMES[::3])
    found = set(_ids(_asked(_sitting(store, ahead, chosen=chosen), NOON)))
    assert found
    assert found <= chosen
    store.close()


def test_suspended_and_buried_cards_sleep_in_the_last_days_too(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:3])))
    known = _known(5, 9, 0)
    sleeping = [known._replace(suspended=True), known._replace(buried_until=TODAY + 1), known]
    put_all(home, dict(zip(NAMES, sleeping, strict=False)))
    assert NAMES[2:3] == _ids(_asked(_sitting(store, 1), NOON))
    store.close()


# Siblings


def _with_siblings(home: Home, count: int) -> HotStore:
    """So many cards of which the first two are siblings, all asked today in the last days."""
    make(home)
    put_deck(home, "deck", *(basic(name, "one" if number < 2 else name) for number, name in enumerate(NAMES[:count])))
    indexed(home)
    put_all(home, {name: _known(5, 9, 0) for name in NAMES[:count]})
    return opened(home)


@pytest.mark.parametrize(("count", "rating"), [(14, EASY), (14, GOOD), (14, AGAIN), (30, HARD)])
def test_in_the_last_days_siblings_stand_ten_places_apart(home: Home, count: int, rating: Rating) -> None:
    store = _with_siblings(home, count)
    turns = _asked(_sitting(store, 1), NOON, rating, 4 * count, 30)
    order = _ids(turns)
    for at, turn in enumerate(turns):
        other = {*NAMES[:2]} - {turn.card.id}
        if turn.card.id in NAMES[:2] and turn.schedule.state is State.REVIEW:
            assert not other & {*order[max(at - SIBLINGS_APART + 1, 0) : at]}
    assert rating is AGAIN or {*NAMES[2:count]} <= {*order}
    assert {*NAMES[:2]} & {*order}
    store.close()


def test_where_ten_places_are_not_left_the_second_sibling_is_not_asked(home: Home) -> None:
    store = _with_siblings(home, 8)
    found = _ids(_asked(_sitting(store, 1), NOON))
    assert 7 == len(found) == len({*found} - {*NAMES[:2]}) + 1
    store.close()


def test_a_restart_does_not_bring_siblings_together(home: Home) -> None:
    store = _with_siblings(home, 30)
    order: list[str] = []
    for number in range(30):
        now = NOON + number * MINUTE
        order += _ids(_asked(_sitting(store, 1, now), now, most=1))
    assert sorted(NAMES[:30]) == sorted(order)
    assert abs(order.index(NAMES[0]) - order.index(NAMES[1])) >= SIBLINGS_APART
    store.close()


def test_a_sibling_that_was_skipped_does_not_follow_the_other(home: Home) -> None:
    store = _with_siblings(home, 12)
    session = _sitting(store, 1)
    order: list[str] = []
    while isinstance(turn := session.next(NOON), Asked):
        if turn.card.id in NAMES[:2] and not order.count("skipped"):
            order.append("skipped")
            session.skip()
            continue
        order.append(turn.card.id)
        assert session.answer(turn, EASY, NOON)
    asked_of_both = [name for name in order if name in NAMES[:2]]
    assert len(asked_of_both) == 1 or abs(order.index(NAMES[0]) - order.index(NAMES[1])) >= SIBLINGS_APART
    store.close()


def test_before_the_last_days_siblings_are_a_study_day_apart(home: Home) -> None:
    store = _with_siblings(home, 14)
    first = _ids(_asked(_sitting(store, 30), NOON, most=60))
    second = _ids(_asked(_sitting(store, 30, NOON + DAY), NOON + DAY, most=60))
    assert 1 == len({*first} & {*NAMES[:2]})
    assert {*NAMES[:2]} - {*first} == {*second} & {*NAMES[:2]}
    store.close()


def test_a_card_that_an_undo_shows_first_keeps_its_siblings_away(home: Home) -> None:
    make(home)
    put_deck(home, "deck", *(basic(name, "one" if number < 2 else name) for number, name in enumerate(NAMES[:20])))
    indexed(home)
    store = opened(home)
    _learned(store, 30, NAMES[1])
    _learned(store, 9, *NAMES[2:20])
    _learned(store, 8, NAMES[0])
    _learned(store, 4, NAMES[0])
    session = _sitting(store, 1)
    assert (NAMES[0],) == session.undo(NOON).cards  # type: ignore[union-attr]
    order = _ids(_asked(session, NOON))
    assert NAMES[0] == order[0]
    assert NAMES[1] not in order[:SIBLINGS_APART]
    assert NAMES[1] in order
    store.close()


@pytest.mark.parametrize("is_planned", [False, True])
def test_a_card_with_a_sibling_comes_back_in_its_minute(home: Home, is_planned: bool) -> None:
    """It was asked a moment ago itself, which is no reason to hold it."""
    store = _with_siblings(home, 14)
    session = _sitting(store, 1) if is_planned else ReviewSession(store, SCHEDULER, CALENDAR, MANY, NOON)
    now = NOON
    while (turn := asked(session, now)).card.id not in NAMES[:2]:
        assert session.answer(turn, EASY, now)
        now += SECOND
    assert session.answer(turn, AGAIN, now)
    again = asked(session, now + 11 * MINUTE)
    assert turn.card.id == again.card.id
    store.close()


# The limits of the day


def test_the_minutes_of_a_day_end_a_sitting_under_a_plan(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    put_all(home, {name: _known(5, 9, 0) for name in NAMES})
    session = _sitting(store, 1, limits=Limits(99, 99, 2))
    assert 3 == len(_asked(session, NOON, seconds=50))
    assert 2 == ended(session, NOON + HOUR).minutes
    again = _sitting(store, 1, NOON + HOUR, Limits(99, 99, 2))
    assert [] == _asked(again, NOON + HOUR)
    store.close()


def test_a_plan_begins_and_reviews_as_much_as_the_minutes_hold_whatever_the_options_say(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    put_all(home, {name: _known(5, 9, 0) for name in NAMES[:20]})
    assert set(NAMES) == set(_ids(_asked(_sitting(store, 30, limits=Limits(0, 0, 60)), NOON)))
    store.close()


def test_what_was_given_for_one_day_alone_holds_under_a_plan(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    put_all(home, {name: _known(5, 9, 0) for name in NAMES[:20]})
    store.set_day_limits(TODAY, DayLimits(new=2, reviews=3))
    found = _ids(_asked(_sitting(store, 30, limits=Limits(0, 0, 60)), NOON))
    assert (3, 2) == (len({*found} & {*NAMES[:20]}), len({*found} & {*NAMES[20:]}))
    later = _sitting(store, 30, NOON + HOUR, Limits(0, 0, 60))
    assert [] == _asked(later, NOON + HOUR)
    assert len(_asked(_sitting(store, 30, NOON + DAY, Limits(0, 0, 60)), NOON + DAY)) > 5
    store.close()


def test_the_minutes_of_one_day_alone_come_before_those_of_the_interview(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    store.set_day_limits(TODAY, DayLimits(minutes=2))
    session = _sitting(store, 30, limits=Limits(0, 0, 60))
    assert 3 == len(_asked(session, NOON, seconds=50))
    assert 2 == ended(session, NOON + HOUR).minutes
    store.close()


def test_an_interview_may_say_how_many_cards_a_day_begins(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    limits = Limits(9, 9, 60)
    assert 4 == len(_asked(_sitting(store, 30, limits=limits, new=4), NOON))
    assert 0 == len(_asked(_sitting(store, 30, NOON + HOUR, limits, new=4), NOON + HOUR))
    assert 1 == len(_asked(_sitting(store, 30, NOON + HOUR, limits, new=5), NOON + HOUR))
    store.set_day_limits(TODAY, DayLimits(new=7))
    assert 2 == len(_asked(_sitting(store, 30, NOON + HOUR, limits, new=4), NOON + HOUR))
    store.close()


def test_a_sitting_asks_for_more_where_cards_took_less_time_than_was_thought(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    session = _sitting(store, 9, limits=Limits(0, 0, 3))
    assert 0 < session.left().new < 30
    assert set(NAMES) == set(_ids(_asked(session, NOON)))
    assert Left(0, 0) == session.left()
    assert ended(session, NOON + MINUTE) == ended(session, NOON + MINUTE)
    store.close()


@pytest.mark.parametrize("rating", Rating)
def test_a_sitting_without_end_ends(home: Home, rating: Rating) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:5])))
    put_all(home, {name: _known(5, 9, 0) for name in NAMES[:3]})
    done = _asked(_sitting(store, 1), NOON, rating, 60)
    assert 60 == len(done) if rating <= Rating.HARD else len(done) < 20  # Hard repeats the step of a new card
    store.close()


# Around the date


@pytest.mark.parametrize("days", [1, 2, 40])
def test_after_the_date_a_sitting_is_the_plain_one(home: Home, days: int) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    put_all(home, {name: _known(5 + n, 9, n % 5 - 2) for n, name in enumerate(NAMES[:20])})
    limits, now = Limits(3, 7, 20), NOON + days * DAY
    plain = [card.id for card in build(store, CALENDAR.day_of(now), limits).cards]
    session = _sitting(store, days - 1, now, limits)
    assert Left(7, 3) == session.left()
    found = _asked(session, now)
    assert sorted(plain) == sorted(_ids(found))
    assert {None} == {turn.evening for turn in found}
    store.close()


def test_a_sitting_that_lasts_beyond_the_date_goes_on_without_the_plan(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:2])))
    put_all(home, {NAMES[0]: _known(30, 9, 21), NAMES[1]: _known(1, 9, 1)})
    session = _sitting(store, 0)
    assert asked(session, NOON).evening is not None
    turn = asked(session, NOON + DAY)
    assert (NAMES[1], None) == (turn.card.id, turn.evening)
    store.close()


@pytest.mark.parametrize(("ahead", "due"), [(9, 6), (2, 1), (1, 21), (0, 21)])
def test_a_plan_asks_again_in_the_last_days_at_the_latest(home: Home, ahead: int, due: int) -> None:
    store = opened(with_cards(home, basic("deck/00")))
    put(home, "deck/00", _known(3000, 0, 21))
    assert Finished(None, StudyDay(TODAY + due)) == ended(_sitting(store, ahead), NOON)
    store.close()


# Counting


@pytest.mark.parametrize("ahead", [1, 4, 30])
def test_what_is_left_counts_down_to_nothing(home: Home, ahead: int) -> None:
    store = opened(with_cards(home, *map(basic, NAMES)))
    put_all(home, {name: _known(5, 9, 0) for name in NAMES[:20]})
    session = _sitting(store, ahead)
    left = session.left()
    lefts = []
    while isinstance(turn := session.next(NOON), Asked):
        assert left == session.left()
        lefts.append(left)
        assert session.answer(turn, EASY, NOON)
        left = Left(left.due - (not turn.schedule.is_new), left.new - turn.schedule.is_new)
    assert (0, 0) == left == session.left()
    assert len(lefts) == sum(lefts[0])
    store.close()


def _queued(name: str, sibling: str | None = None, due_at_ms: int | None = None, *, is_new: bool = False) -> QueuedCard:
    return QueuedCard(name, sibling, (), due_at_ms, is_new)


def test_a_queue_counts_new_cards_that_stand_between_its_reviews() -> None:
    queue = Queue([], [_queued("a"), _queued("b", is_new=True), _queued("c")], [_queued("d", is_new=True)])
    assert (2, 2) == (queue.due, queue.begun)
    assert ["a", "b", "c", "d"] == [card.id for card in queue.cards]


def test_a_queue_holds_a_review_whose_sibling_was_asked_a_moment_ago_in_a_step() -> None:
    queue = Queue([_queued("a", "s", NOON)], [_queued("b", "s"), _queued("c")], ())
    taken = [card.id for card in iter(lambda: queue.take(NOON, 0), None)]
    assert ["a", "c"] == taken
    assert ["b"] == [card.id for card in queue.cards]


@given(st.lists(st.sampled_from([None, "s", "t"]), max_size=30), st.integers(0, 29))
def test_a_queue_never_brings_siblings_together_whatever_it_began_with(keys: list[str | None], known: int) -> None:
    cards = [_queued(f"card-{number}", key) for number, key in enumerate(keys)]
    before = [(card.id, card.sibling) for card in cards[:known]]
    queue = Queue((), cards[known:], (), before)
    order = [*cards[:known], *iter(lambda: queue.take(NOON, 0), None)]
    for key in ("s", "t"):
        places = [at for at, card in enumerate(order) if card.sibling == key]
        assert all(after - at >= SIBLINGS_APART for at, after in pairwise(places) if after >= known)
    assert {card.id for card in cards if card.sibling is None} <= {card.id for card in order}


def test_no_event_of_a_plan_moves_a_card(home: Home) -> None:
    store = opened(with_cards(home, *map(basic, NAMES[:9])))
    put_all(home, {name: _known(30, 9, 21) for name in NAMES[:6]})
    for at in range(4):
        _asked(_sitting(store, 3, NOON + at * DAY), NOON + at * DAY, GOOD)
    assert [("answer",)] == query(home, "SELECT DISTINCT kind FROM event")
    events: list[Event] = [event for name in NAMES[:9] for event in store.events_of(name)]
    assert {"fsrs-6-defaults"} == {event.weights for event in events}
    store.close()


# What was foretold


def _learner(store: HotStore, ahead: int, minutes: int, seed: int) -> float:
    """The mean recall on the day of a learner whose memory is as FSRS says, after every evening of a plan."""
    draw, habits = Random(seed), Habits()
    for day in range(TODAY, TODAY + ahead):
        now = NOON + (day - TODAY) * DAY
        session = _sitting(store, ahead, now, Limits(0, 0, minutes))
        while isinstance(turn := session.next(now), Asked):
            rating, phase = _rated(turn, day, habits, draw)
            now += round(habits.ms("basic", phase))
            assert session.answer(turn, rating, now)
    recalls = [SCHEDULER.recall(card.schedule, StudyDay(TODAY + ahead)) or 0.0 for card in store.plan_cards()]
    return mean(recalls)


def _rated(turn: Asked, day: int, habits: Habits, draw: Random) -> tuple[Rating, str]:
    """What a learner presses, and whether it is the first time, a step or a review."""
    phase = "first" if turn.schedule.is_new else "review" if turn.schedule.state is State.REVIEW else "step"
    if turn.schedule.last_day is not None and turn.schedule.last_day < day and draw.random() > (turn.recall or 0.0):
        return AGAIN, phase
    return draw.choices(tuple(Rating), habits.ratings[phase])[0], phase


@pytest.mark.slow
@pytest.mark.parametrize(("ahead", "minutes"), [(6, 3), (12, 2)])
def test_what_was_foretold_is_what_the_sittings_of_such_a_learner_come_to(
    tmp_path: Path, ahead: int, minutes: int
) -> None:
    came, told = [], 0.0
    for seed in range(12):
        store = opened(with_cards(Home(tmp_path / f"home-{seed}"), *map(basic, NAMES)))
        plan = planner(store, Interview("onsite", StudyDay(TODAY + ahead), minutes), SCHEDULER)
        told = forecast(plan, planned(plan), store.plan_cards(), TODAY, runs=30).mean
        came.append(_learner(store, ahead, minutes, seed))
        store.close()
    assert told == pytest.approx(mean(came), rel=0.05)
