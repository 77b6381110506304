"""What is foretold of the day: the same for the same seed, within the minutes, and what a learner then comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import inf
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import KINDS, PRINCIPLES, SURE, answered, decks, new, planner, seen

from homes import TODAY
from lpdeck.days import MINUTE_MS, StudyDay
from lpdeck.planning.evening import Evening, PlanCard, Planner
from lpdeck.planning.forecast import CARD_EVENINGS, MOST_RUNS, Forecast, forecast, planned, unplanned
from lpdeck.scheduling import State

SURE_STEPS = replace(SURE, ratings={**SURE.ratings, "first": (0.24, 0.094, 0.495, 0.171)})
"""A learner who is sure of every step, so that no card comes to more than four answers on an evening."""

AHEAD = st.sampled_from([0, 1, 2, 5, 12])


def _fresh(count: int) -> list[PlanCard]:
    return [new(f"deck/{n:03}", KINDS[n % 4], PRINCIPLES[n % 3]) for n in range(count)]


def _mixed(count: int) -> list[PlanCard]:
    """New cards and such as were seen before, half and half."""
    return [
        seen(f"deck/{n:03}", 0.5 + n, 2 + n % 7, KINDS[n % 4])._replace(principles=(PRINCIPLES[n % 3],))
        if n % 2
        else one
        for n, one in enumerate(_fresh(count))
    ]


def _told(plan: Planner, cards: Sequence[PlanCard], **more: float) -> Forecast:
    return forecast(plan, planned(plan), cards, TODAY, **more)  # type: ignore[arg-type]


# The same again


@given(decks(15), AHEAD)
@pytest.mark.slow
def test_the_same_cards_give_the_same_forecast(cards: list[PlanCard], ahead: int) -> None:
    assert _told(planner(ahead), cards, runs=2) == _told(planner(ahead), tuple(cards), runs=2)


def test_a_forecast_leaves_the_cards_as_they_were() -> None:
    cards = _mixed(10)
    before = list(cards)
    _told(planner(5), cards)
    assert before == cards


# Its days


@given(decks(15), AHEAD, st.sampled_from([1, 5, 20]))
def test_each_day_until_the_interview_stands_in_it_once(cards: list[PlanCard], ahead: int, minutes: int) -> None:
    told = _told(planner(ahead, minutes), cards, runs=2)
    assert list(range(TODAY, TODAY + ahead)) == [day.day for day in told.days]
    ids = {card.id for card in cards}
    assert (ids, ids, ids) == (set(told.recall), set(told.seen), set(told.looked))
    for share in (*told.recall.values(), *told.seen.values(), *told.looked.values()):
        assert 0 <= share <= 1
    for day in told.days:
        assert max(day.new, day.early) <= day.cards <= day.answers


def test_a_forecast_of_the_day_itself_is_what_is_known() -> None:
    cards = _mixed(12)
    told = _told(planner(0), cards)
    assert () == told.days
    assert {card.id: planner(0).worth.recall(card.schedule) for card in cards} == pytest.approx(told.recall)
    assert mean(told.recall.values()) == pytest.approx(told.mean)


def test_without_cards_nothing_is_foretold() -> None:
    told = _told(planner(3), [])
    assert (0.0, {}, [], []) == (told.mean, told.recall, told.never_begun, told.no_last_look)
    assert [0.0, 0.0, 0.0] == [day.ms for day in told.days]


@given(decks(25), st.sampled_from([1, 2, 5, 12]), st.sampled_from([1, 3, 20]))
def test_no_evening_exceeds_the_minutes_by_more_than_a_card(cards: list[PlanCard], ahead: int, minutes: int) -> None:
    plan = planner(ahead, minutes, habits=SURE_STEPS)
    longest = max((plan.habits.ms(c.kind, "first") + 3 * plan.habits.ms(c.kind, "step") for c in cards), default=0.0)
    for choose in (planned(plan), unplanned(plan, 10, 200)):
        told = forecast(plan, choose, cards, TODAY, runs=1)
        assert max(day.ms for day in told.days) < minutes * MINUTE_MS + longest


@pytest.mark.parametrize("left", [0.0, 60_000.0])
@pytest.mark.slow
def test_the_first_evening_has_the_time_that_is_left_of_it(left: float) -> None:
    told = _told(planner(4, 20, habits=SURE_STEPS), _fresh(60), left_ms=left)
    longest = 5 * SURE_STEPS.ms("stage", "first")
    assert left <= told.days[0].ms <= left + longest * bool(left)
    assert told.days[1].ms > 15 * MINUTE_MS


@pytest.mark.slow
def test_time_without_end_begins_all_cards_today() -> None:
    told = _told(planner(12), _fresh(30), left_ms=inf)
    assert 30 == told.days[0].new


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.slow
def test_no_more_cards_are_begun_a_day_than_the_learner_allowed(most: int) -> None:
    plan = planner(6, 60)
    told = forecast(plan, planned(plan, most), _fresh(30), TODAY)
    assert max(day.new for day in told.days) == most
    own = replace(plan, interview=plan.interview._replace(new=most))
    assert told == forecast(own, planned(own), _fresh(30), TODAY)


# What it says is left out


def test_cards_that_no_evening_begins_are_named() -> None:
    few = _told(planner(3, 1), _fresh(80), runs=2)
    assert len(few.never_begun) > 60
    assert [] == few.no_last_look
    many = _told(planner(10, 120), _fresh(80), runs=2)
    assert [] == many.never_begun


@pytest.mark.slow
def test_cards_that_get_no_look_in_the_last_days_are_named() -> None:
    cards = [seen(f"deck/{n:02}", 20 + n, 9) for n in range(60)]
    told = _told(planner(4, 2), cards)
    assert [] == told.never_begun
    assert 20 < len(told.no_last_look) < 60
    assert [] == _told(planner(4, 60), cards).no_last_look


def test_a_mean_by_principle_counts_a_card_of_two_for_both() -> None:
    cards = [new("a", "quiz", "ownership"), seen("b", 50, 1)._replace(principles=("ownership", "frugality"))]
    told = _told(planner(0), cards)
    assert {"ownership": told.recall["b"] / 2, "frugality": told.recall["b"]} == pytest.approx(told.by_principle(cards))


# More time, and none


@pytest.mark.parametrize("ahead", [5, pytest.param(14, marks=pytest.mark.slow)])
def test_more_minutes_never_make_the_day_much_worse(ahead: int) -> None:
    means = [_told(planner(ahead, minutes), _mixed(60), runs=3).mean for minutes in (1, 3, 6, 12, 24)]
    assert all(after > before - 0.015 for before, after in pairwise(means))
    assert means[-1] > means[0] + 0.1


@pytest.mark.slow
def test_to_study_is_better_than_not_to() -> None:
    cards = _mixed(40)
    plan = planner(10, 20)
    nothing = mean(plan.worth.recall(card.schedule) for card in cards)
    assert _told(plan, cards).mean > nothing + 0.2


# Without the plan


def test_without_a_plan_what_is_due_is_asked_and_new_cards_by_turns() -> None:
    plan = planner(9)
    cards = [*_fresh(12), seen("deck/due", 3, 5), seen("deck/faded", 3, 25), seen("deck/far", 90, 5)]
    asleep = seen("deck/asleep", 3, 5, buried_until=TODAY + 1)
    evening = unplanned(plan, 3, 200)([*cards, asleep], TODAY, inf)
    assert ["deck/faded", "deck/due"] == [card.id for card in evening.reviews]
    assert set(PRINCIPLES) == {principle for card in evening.new for principle in card.principles}
    assert 3 == len(evening.new)
    assert ["deck/faded"] == [card.id for card in unplanned(plan, 0, 1)(cards, TODAY, inf).reviews]


def test_the_plan_is_better_than_no_plan_at_the_same_minutes() -> None:
    plan, cards = planner(14, 10), _fresh(120)
    plain = forecast(plan, unplanned(plan, 10, 200), cards, TODAY, runs=3)
    assert _told(plan, cards, runs=3).mean > plain.mean


# The learner who then studies


def _studied(plan: Planner, cards: Sequence[PlanCard], seed: int) -> float:
    """The mean recall on the day of a learner whose memory is as FSRS says, by the plan of each evening."""
    draw, known = Random(seed), {card.id: card for card in cards}
    for day in range(TODAY, plan.day):
        evening, spent = plan.evening(list(known.values()), StudyDay(day)), 0.0
        for card in (*evening.reviews, *evening.new):
            if spent < plan.evening_ms:
                known[card.id] = card._replace(schedule=answered(plan, card.schedule, StudyDay(day), draw))
                spent += plan.takes_ms([card], {card.id})
    return mean(plan.worth.recall(card.schedule) for card in known.values())


@pytest.mark.parametrize(("ahead", "minutes"), [(6, 10), pytest.param(12, 5, marks=pytest.mark.slow)])
def test_a_forecast_is_what_a_learner_with_this_memory_comes_to(ahead: int, minutes: int) -> None:
    plan, cards = planner(ahead, minutes, learning_steps=(), relearning_steps=()), _mixed(40)
    came = mean(_studied(plan, cards, seed) for seed in range(12))
    assert came == pytest.approx(_told(plan, cards, runs=12).mean, rel=0.05)


def test_few_cards_are_simulated_more_often_than_many() -> None:
    days: list[StudyDay] = []
    plan = planner(1)

    def counting(cards: Sequence[PlanCard], day: StudyDay, left_ms: float, begun: int) -> Evening:
        days.append(day)
        return planned(plan)([], day, left_ms, begun)

    forecast(plan, counting, [], TODAY)
    few = len(days)
    forecast(plan, counting, _fresh(CARD_EVENINGS // 5), TODAY)
    assert (MOST_RUNS, 5) == (few, len(days) - few)


def test_cards_that_wait_in_a_step_are_asked_first() -> None:
    step = seen("deck/step", 1, 1)
    waiting = step._replace(schedule=step.schedule._replace(state=State.LEARNING, step=0))
    told = _told(planner(1, 1), [waiting, *_fresh(9)], left_ms=1.0, runs=3)
    assert (1.0, 0.0) == (told.days[0].answers, told.days[0].new)
