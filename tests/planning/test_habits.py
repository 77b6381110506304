"""How long a learner takes and how they rate: the usual, drawn towards what the own answers say."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.planning.habits import (
    FIRST_TAKES,
    OTHER_MS,
    PHASES,
    TRUSTED_AFTER,
    USUAL_MS,
    USUAL_RATINGS,
    Habits,
    Shares,
    Tally,
    answers_left,
    habits,
    usual_ms,
)
from lpdeck.scheduling import Rating

AGAIN, HARD, GOOD, EASY = Rating
KINDS = (*USUAL_MS, "basic")
TALLIES = st.lists(
    st.builds(
        Tally,
        kind=st.sampled_from(KINDS),
        phase=st.sampled_from(PHASES),
        rating=st.sampled_from(Rating),
        answers=st.integers(1, 300),
        ms=st.integers(1, 50_000_000),
    )
)
SHARES = st.tuples(*[st.floats(0.05, 1)] * 4).map(lambda some: tuple(one / sum(some) for one in some))


# Answers until a card is in Review


def _simulated(shares: Shares, steps: int, at: int, draw: Random) -> int:
    """How many answers one card took from a step on."""
    count = 0
    while at < steps:
        count += 1
        at = draw.choices((0, at, at + 1, steps), shares)[0]
    return count


@pytest.mark.parametrize("shares", [USUAL_RATINGS["step"], (0.3, 0.2, 0.4, 0.1)])
@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.slow
def test_the_answers_until_review_are_those_of_a_simulated_learner(shares: Shares, steps: int) -> None:
    draw = Random(7)
    for at, expected in enumerate(answers_left(shares, steps)[:steps]):
        counts = [_simulated(shares, steps, at, draw) for _ in range(2000)]
        assert expected == pytest.approx(sum(counts) / len(counts), rel=0.06)


@given(SHARES, st.integers(0, 6))
def test_the_answers_until_review_follow_from_those_of_the_next_step(shares: Shares, steps: int) -> None:
    left = (*answers_left(shares, steps), 0.0)
    again, hard, good, _ = shares
    for at in range(steps):
        assert 1 + again * left[0] + hard * left[at] + good * left[at + 1] == pytest.approx(left[at])
    assert sorted(left, reverse=True) == pytest.approx(list(left))


def test_a_learner_who_always_knows_needs_an_answer_a_step() -> None:
    assert (3.0, 2.0, 1.0, 0.0, 0.0) == answers_left((0.0, 0.0, 1.0, 0.0), 3)
    assert (1.0, 1.0, 1.0, 0.0, 0.0) == answers_left((0.0, 0.0, 0.0, 1.0), 3)


def test_without_steps_nothing_is_left() -> None:
    assert (0.0, 0.0) == answers_left(USUAL_RATINGS["step"], 0)


def test_to_begin_a_card_takes_its_first_answer_and_those_of_its_steps() -> None:
    sure = Habits({**USUAL_RATINGS, "first": (0.0, 0.0, 1.0, 0.0), "step": (0.0, 0.0, 1.0, 0.0)})
    unsure = Habits({**USUAL_RATINGS, "first": (1.0, 0.0, 0.0, 0.0), "step": (0.0, 0.0, 1.0, 0.0)})
    assert 30_000 + 20_000 == sure.begin_ms("quiz", 2)
    assert 30_000 + 2 * 20_000 == unsure.begin_ms("quiz", 2)
    assert 30_000 == sure.begin_ms("quiz", 0)
    assert 20_000 == sure.again_ms("quiz", 1)


# The shares of the ratings


@given(TALLIES)
def test_shares_of_ratings_add_up_to_one_and_none_is_negative(tallies: list[Tally]) -> None:
    found = habits(tallies)
    assert set(PHASES) == set(found.ratings)
    for shares in found.ratings.values():
        assert 1 == pytest.approx(sum(shares))
        assert min(shares) >= 0


@given(TALLIES)
def test_of_what_is_remembered_nothing_is_forgotten(tallies: list[Tally]) -> None:
    assert 0 == habits(tallies).ratings["review"][0]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("rating", [HARD, GOOD, EASY])
def test_an_own_rating_is_halfway_after_three_times_the_trusted_answers(phase: str, rating: Rating) -> None:
    found = habits([Tally("quiz", phase, rating, 3 * TRUSTED_AFTER, 1)]).ratings[phase]
    assert (1 + USUAL_RATINGS[phase][rating - 1]) / 2 == pytest.approx(found[rating - 1])


def test_ratings_of_one_phase_tell_nothing_of_another() -> None:
    found = habits([Tally("quiz", "first", EASY, 500, 1)]).ratings
    assert (USUAL_RATINGS["step"], USUAL_RATINGS["review"]) == (
        pytest.approx(found["step"]),
        pytest.approx(found["review"]),
    )
    assert found["first"][3] > 0.95


# Times


def test_before_the_first_answer_times_are_the_usual_ones() -> None:
    for kind in KINDS:
        assert [usual_ms(kind, phase) for phase in PHASES] == pytest.approx(
            [habits([]).ms(kind, phase) for phase in PHASES]
        )
    assert USUAL_MS["stage"] * FIRST_TAKES == usual_ms("stage", "first")
    assert OTHER_MS == usual_ms("basic", "review")


@given(st.sampled_from(KINDS), st.sampled_from(PHASES), st.floats(0.1, 10))
def test_own_times_outweigh_the_usual_with_enough_answers(kind: str, phase: str, factor: float) -> None:
    took = factor * usual_ms(kind, phase)
    found = habits([Tally(kind, phase, GOOD, 50 * TRUSTED_AFTER, round(50 * TRUSTED_AFTER * took))])
    assert took == pytest.approx(found.ms(kind, phase), rel=0.05)


@given(st.sampled_from(KINDS), st.floats(0.1, 10))
def test_one_answer_alone_moves_a_time_by_less_than_half_of_the_way(kind: str, factor: float) -> None:
    usual = usual_ms(kind, "review")
    found = habits([Tally(kind, "review", GOOD, 1, round(factor * usual))]).ms(kind, "review")
    assert abs(found - usual) <= 0.9 * abs(factor - 1) * usual + 1


def test_whoever_is_slow_at_one_kind_is_thought_slow_at_the_others() -> None:
    slow = habits([Tally("quiz", "review", GOOD, 200, round(200 * 3 * USUAL_MS["quiz"]))])
    assert 3 * USUAL_MS["stage"] == pytest.approx(slow.ms("stage", "review"), rel=0.1)


@given(TALLIES)
def test_every_answer_takes_some_time(tallies: list[Tally]) -> None:
    found = habits(tallies)
    assert min(found.ms(kind, phase) for kind in KINDS for phase in PHASES) > 0
