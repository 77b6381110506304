"""What asking a card adds: the formulas against an enumeration of what may happen, step by step."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from plans import SCHEDULER, new, seen

from homes import TODAY
from lpdeck.days import StudyDay
from lpdeck.planning.habits import USUAL_RATINGS, Habits
from lpdeck.planning.worth import Worth, known
from lpdeck.scheduling import NEW, Memory, Rating, Schedule, Scheduler

AGAIN, _, GOOD, _ = Rating
MEMORIES = st.builds(Memory, st.floats(0.01, 400), st.floats(1, 10))
PAST = st.integers(0, 60)
AHEAD = st.integers(0, 60)


def _worth(ahead: int, scheduler: Scheduler = SCHEDULER) -> Worth:
    return Worth(StudyDay(TODAY + ahead), scheduler, Habits())


def _schedule(memory: Memory, ago: int) -> Schedule:
    return seen("deck/a", memory.stability, ago, difficulty=memory.difficulty).schedule


def _enumerated(schedule: Schedule, looks: list[int], day: int) -> float:
    """The chance on a day after a look on each of some days, every outcome of each followed on its own."""
    memory, last = known(schedule)
    if not looks:
        return SCHEDULER.retrievability(memory, last, StudyDay(day))
    today = StudyDay(looks[0])
    chance = SCHEDULER.retrievability(memory, last, today)
    total = 0.0
    for rating, share in ((GOOD, chance), (AGAIN, 1 - chance)):
        after = SCHEDULER.next_memory(memory, last, rating, today)
        total += share * _enumerated(schedule._replace(memory=after, last_day=today), looks[1:], day)
    return total


@given(MEMORIES, PAST, AHEAD)
def test_what_a_look_adds_is_the_mean_over_its_outcomes(memory: Memory, ago: int, ahead: int) -> None:
    schedule, day = _schedule(memory, ago), TODAY + ahead
    expected = _enumerated(schedule, [TODAY], day) - _enumerated(schedule, [], day)
    assert expected == pytest.approx(_worth(ahead).look_gain(schedule, TODAY), abs=1e-9)


@given(MEMORIES, PAST, st.integers(1, 60), st.data())
def test_what_a_review_adds_before_a_last_look_is_the_mean_over_both(
    memory: Memory, ago: int, ahead: int, data: st.DataObject
) -> None:
    look = TODAY + data.draw(st.integers(1, ahead))
    schedule, day = _schedule(memory, ago), TODAY + ahead
    expected = _enumerated(schedule, [TODAY, look], day) - _enumerated(schedule, [look], day)
    assert expected == pytest.approx(_worth(ahead).due_gain(schedule, TODAY, look), abs=1e-9)


@given(st.integers(0, 60), st.data())
def test_what_a_new_card_adds_is_the_mean_over_its_first_ratings(ahead: int, data: st.DataObject) -> None:
    look = data.draw(st.none() | st.integers(TODAY, TODAY + ahead))
    looks = [] if look is None else [look]
    expected = 0.0
    for rating, share in zip(Rating, USUAL_RATINGS["first"], strict=True):
        memory = SCHEDULER.next_memory(None, None, rating, TODAY)
        expected += share * _enumerated(_schedule(memory, 0), looks, TODAY + ahead)
    assert expected == pytest.approx(_worth(ahead).new_gain(TODAY, look), abs=1e-9)


@given(MEMORIES, PAST, AHEAD, st.data())
def test_no_chance_is_negative_or_more_than_sure(memory: Memory, ago: int, ahead: int, data: st.DataObject) -> None:
    worth, schedule = _worth(ahead), _schedule(memory, ago)
    look = StudyDay(TODAY + data.draw(st.integers(0, ahead)))
    recall = worth.recall(schedule)
    for chance in (
        recall,
        recall + worth.look_gain(schedule, TODAY),
        worth.after_look(memory, look - TODAY + ago, ahead - (look - TODAY)),
        worth.new_gain(TODAY, look),
        worth.new_gain(TODAY, None),
    ):
        assert 0 < chance <= 1 + 1e-12


@given(MEMORIES, st.integers(1, 60), st.integers(0, 7))
def test_a_look_in_the_last_days_never_harms(memory: Memory, ago: int, ahead: int) -> None:
    assert _worth(ahead).look_gain(_schedule(memory, ago), TODAY) > -1e-9


@given(MEMORIES, PAST)
def test_a_look_on_the_day_itself_makes_sure_of_a_card(memory: Memory, ago: int) -> None:
    worth, schedule = _worth(0), _schedule(memory, ago)
    assert 1 == pytest.approx(worth.recall(schedule) + worth.look_gain(schedule, TODAY))


@given(MEMORIES, PAST, st.integers(1, 60))
def test_a_look_gains_more_where_more_is_forgotten_by_the_day(memory: Memory, ago: int, more: int) -> None:
    """Seen on the last evening, of two cards of one memory."""
    worth = _worth(1)
    assume(memory.stability >= 1)
    fresh, faded = _schedule(memory, ago), _schedule(memory, ago + more)
    assert worth.recall(faded) < worth.recall(fresh)
    assert worth.look_gain(faded, TODAY) > worth.look_gain(fresh, TODAY)


def test_a_card_never_seen_is_not_known_on_the_day() -> None:
    assert 0 == _worth(5).recall(NEW)
    assert 0 == _worth(5).recall(new("deck/a").schedule)


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_card_takes_longer_the_likelier_it_is_forgotten(one: float, other: float) -> None:
    worth = _worth(5)
    low, high = sorted((one, other))
    assert worth.ask_ms("quiz", high) <= worth.ask_ms("quiz", low)
    assert Habits().ms("quiz", "review") == worth.ask_ms("quiz", 1.0)
    forgotten = Habits().ms("quiz", "review") + Habits().again_ms("quiz", 1)
    assert forgotten == pytest.approx(worth.ask_ms("quiz", 0.0))


def test_what_follows_a_lapse_depends_on_the_steps_of_the_learner() -> None:
    without = _worth(5, Scheduler(relearning_steps=(), learning_steps=()))
    assert Habits().ms("quiz", "review") == without.ask_ms("quiz", 0.0)
    assert Habits().ms("quiz", "first") == without.begin_ms("quiz")
    assert without.begin_ms("quiz") < _worth(5).begin_ms("quiz")
