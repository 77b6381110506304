from __future__ import annotations

import random
from itertools import pairwise
from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import TODAY
from learners import SCHEDULER, honest, learner
from lpdeck.calibration import SURE, Calibration, predictions, said_of, wilson
from lpdeck.days import StudyDay
from lpdeck.scheduling import Rating
from lpdeck.store.tallies import Answer


def answer(day: int, rating: int = 3, before: int | None = None, interval: int = 4) -> Answer:
    return Answer("deck/a", day, StudyDay(day), rating, 0, interval, before, None)


def calibrated(*groups: tuple[float, int, int]) -> Calibration:
    """From predicted recall, answers recalled and answers forgotten."""
    found = Calibration()
    for recall, recalled, forgotten in groups:
        found.add([recall] * recalled, recalled=True)
        found.add([recall] * forgotten, recalled=False)
    return found


# Intervals


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_at_its_ends_the_share_is_just_so_many_deviations_away(pair: tuple[int, int]) -> None:
    count, of = pair
    for end in wilson(count, of, 2.0):
        if 0 < end < 1:
            assert 2.0 == pytest.approx(abs(count / of - end) / sqrt(end * (1 - end) / of))


def test_intervals_of_few_are_wide_and_never_leave_the_range() -> None:
    assert (0.0, 0.2775328) == pytest.approx(wilson(0, 10))
    assert (0.7224672, 1.0) == pytest.approx(wilson(10, 10))


def test_of_nothing_nothing_is_known() -> None:
    assert (0.0, 1.0) == wilson(0, 0)


@given(st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_a_surer_one_holds_the_interval(pair: tuple[int, int]) -> None:
    count, of = pair
    low, high = wilson(count, of)
    least, most = wilson(count, of, SURE)
    assert 0 <= least <= low <= count / of <= high <= most <= 1
    assert (1 - high, 1 - low) == pytest.approx(wilson(of - count, of))


def test_nineteen_of_twenty_intervals_hold_the_truth() -> None:
    draw = random.Random(4)
    held = 0
    for _ in range(400):
        low, high = wilson(sum(draw.random() < 0.9 for _ in range(60)), 60)
        held += low <= 0.9 <= high
    assert 0.92 <= held / 400 <= 0.98


# Predictions


def test_a_prediction_is_what_fsrs_says_of_the_memory_before_the_answer() -> None:
    given_answers = [answer(0), answer(4, 2, before=4), answer(10, 1, before=6)]
    first = SCHEDULER.next_memory(None, None, Rating.GOOD, StudyDay(0))
    second = SCHEDULER.next_memory(first, StudyDay(0), Rating.HARD, StudyDay(4))
    found = list(predictions(given_answers, SCHEDULER))
    assert given_answers[1:] == [one.answer for one in found]
    assert [0, Rating.HARD] == [one.previous for one in found]
    expected = [
        SCHEDULER.retrievability(first, StudyDay(0), StudyDay(4)),
        SCHEDULER.retrievability(second, StudyDay(4), StudyDay(10)),
    ]
    assert expected == pytest.approx([one.recall for one in found])


@pytest.mark.parametrize(
    "answers",
    [
        [answer(0), answer(1, before=-600)],
        [answer(0), answer(0, before=4)],
        [answer(5), answer(3, before=4)],
        [answer(0), answer(9)],
        [],
    ],
    ids=["a learning step", "the same day", "a clock that went back", "a reset", "nothing"],
)
def test_some_answers_are_no_test_of_a_prediction(answers: list[Answer]) -> None:
    assert [] == list(predictions(answers, SCHEDULER))


def test_a_card_begins_anew_after_another_and_after_a_reset() -> None:
    alone = [answer(0), answer(4, before=4)]
    (expected,) = predictions(alone, SCHEDULER)
    for earlier in (answer(100), answer(100)._replace(card="deck/0")):
        (found,) = predictions([earlier, *alone], SCHEDULER)
        assert expected == found


# Bins


PREDICTED = st.lists(st.tuples(st.floats(0.01, 1), st.integers(0, 40), st.integers(0, 40)), max_size=60)


@given(PREDICTED)
def test_bins_hold_every_answer_once_and_follow_each_other(groups: list[tuple[float, int, int]]) -> None:
    found = calibrated(*groups)
    bins = found.bins
    assert sum(recalled + forgotten for _, recalled, forgotten in groups) == sum(one.count for one in bins)
    assert found.recalled == sum(one.recalled for one in bins)
    assert all(one.high == two.low for one, two in pairwise(bins))
    assert len(bins) <= 10
    for one in bins:
        assert one.low - 1e-9 <= one.predicted <= one.high + 1e-9
        assert one.least <= one.actual <= one.most
        assert one.count >= 50 or len(bins) == 1


@given(PREDICTED)
def test_answers_of_two_halves_add_up(groups: list[tuple[float, int, int]]) -> None:
    halves = calibrated(*groups[::2]), calibrated(*groups[1::2])
    whole = calibrated(*groups)
    assert whole.count == sum(half.count for half in halves)
    assert whole.log_loss * whole.count == pytest.approx(sum(half.log_loss * half.count for half in halves))


def test_error_and_log_loss_are_those_of_their_formulas() -> None:
    found = calibrated((0.95, 80, 20), (0.55, 30, 30))
    assert [(0.55, 0.95), (0.95, 0.96)] == [(one.low, one.high) for one in found.bins]
    assert [60, 100] == [one.count for one in found.bins]
    assert sqrt((60 * 0.05**2 + 100 * 0.15**2) / 160) == pytest.approx(found.error)
    surprise = -(80 * log(0.95) + 20 * log(0.05) + 30 * log(0.55) + 30 * log(0.45)) / 160
    assert surprise == pytest.approx(found.log_loss)


def test_without_answers_all_is_nothing() -> None:
    found = Calibration()
    assert (0, 0, 0.0, 0.0, 0.0, ()) == (
        found.count, found.recalled, found.predicted, found.log_loss, found.error, found.bins
    )  # fmt: skip
    assert ("Too few answers to tell how good the predictions are (0).",) == said_of(found)


# Sentences


def test_it_says_by_how_much_a_learner_recalls_less_or_more_than_predicted() -> None:
    (less, *_), (more, *_) = said_of(calibrated((0.9, 860, 140))), said_of(calibrated((0.8, 810, 90)))
    assert (
        "You recall 4 points less than predicted: 86% of 1,000 answers, where 90% was predicted "
        "(95% sure to lie between 84% and 88%)." == less
    )
    assert more.startswith("You recall 10 points more than predicted: 90% of 900 answers")


def test_few_answers_tell_nothing_and_many_that_the_predictions_hold() -> None:
    assert ("Too few answers to tell how good the predictions are (40).",) == said_of(calibrated((0.9, 34, 6)))
    assert said_of(calibrated((0.9, 900, 100)))[0].startswith("The predictions hold: you recall 90% of 1,000 answers")


def test_the_bin_that_is_farthest_off_is_named() -> None:
    said = said_of(calibrated((0.955, 475, 25), (0.764, 300, 200), (0.855, 430, 70)))
    assert (
        "Where 76% to 85% was predicted, you recall 16 points less: 60% of 500 answers "
        "(95% sure to lie between 56% and 64%)." == said[1]
    )
    assert "The error over the bins is" in said[2]


@pytest.mark.slow
def test_of_learners_whose_memory_is_fsrs_s_hardly_any_is_told_otherwise() -> None:
    said = []
    for seed in range(20):
        found = Calibration()
        for one in predictions(learner(seed, honest, cards=60), SCHEDULER):
            assert one.answer.study_day <= TODAY
            found.add([one.recall], recalled=one.answer.rating > 1)
        said.append(said_of(found)[0])
    assert sum(one.startswith("You recall") for one in said) <= 4
