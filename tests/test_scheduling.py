from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.days import StudyDay, noon
from lpdeck.events import Event, Kind, replay
from lpdeck.scheduling import (
    FSRS_6_DEFAULTS,
    GREATEST_WEIGHTS,
    LEAST_WEIGHTS,
    NEW,
    Memory,
    Outcome,
    Rating,
    Schedule,
    Scheduler,
    State,
    becomes_leech,
    fuzzed,
    misfit,
    spread,
)

DAY_MS = 86_400_000
WEIGHT_BOUNDS = tuple(zip(fsrs.scheduler.LOWER_BOUNDS_PARAMETERS, fsrs.scheduler.UPPER_BOUNDS_PARAMETERS, strict=True))
TODAY = StudyDay(20_000)

steps = st.lists(st.integers(1, 43_200), max_size=4).map(tuple)
schedulers = st.builds(
    Scheduler,
    desired_retention=st.sampled_from((0.7, 0.8, 0.9, 0.95, 0.99)),
    learning_steps=steps,
    relearning_steps=steps,
    maximum_interval=st.sampled_from((1, 2, 3, 7, 30, 365, 36500)),
)
ratings = st.sampled_from(Rating)
# (rating, study days since the answer before; negative where the clock was put back)
answers = st.lists(st.tuples(ratings, st.sampled_from((-3, 0, 0, 1, 1, 2, 5, 15, 60, 400))), max_size=12)
cards = st.text("abcdef/-234567", min_size=1, max_size=12)


def given_answers(scheduler: Scheduler, card: str, history: list[tuple[Rating, int]]) -> list[tuple[StudyDay, Outcome]]:
    """What each answer of a history made of the card, with the study day on which it was given."""
    schedule, day, outcomes = NEW, TODAY, []
    for rating, later in history:
        day = StudyDay(day + later)
        outcome = scheduler.outcomes(card, schedule, day, day * DAY_MS)[rating]
        schedule = outcome.schedule
        outcomes.append((day, outcome))
    return outcomes


def after(scheduler: Scheduler, card: str, history: list[tuple[Rating, int]]) -> Schedule:
    outcomes = given_answers(scheduler, card, history)
    return outcomes[-1][1].schedule if outcomes else NEW


# The order of the four


@given(schedulers, cards, answers, st.integers(0, 500))
def test_good_is_a_day_beyond_hard_and_easy_a_day_beyond_good(
    scheduler: Scheduler, card: str, history: list[tuple[Rating, int]], later: int
) -> None:
    schedule = after(scheduler, card, history)
    day = StudyDay((schedule.last_day or TODAY) + later)
    four = scheduler.outcomes(card, schedule, day, day * DAY_MS)
    days = [four[rating].interval for rating in (Rating.HARD, Rating.GOOD, Rating.EASY) if four[rating].interval > 0]
    for less, more in pairwise(days):
        assert more >= min(less + 1, scheduler.maximum_interval)
    assert all(1 <= interval <= scheduler.maximum_interval for interval in days)


@given(schedulers, cards, answers)
def test_easy_always_leaves_the_steps_and_a_step_never_follows_days(
    scheduler: Scheduler, card: str, history: list[tuple[Rating, int]]
) -> None:
    schedule = after(scheduler, card, history)
    day = schedule.last_day or TODAY
    four = scheduler.outcomes(card, schedule, day, day * DAY_MS)
    assert State.REVIEW is four[Rating.EASY].schedule.state
    positive = [four[rating].interval > 0 for rating in (Rating.HARD, Rating.GOOD, Rating.EASY)]
    assert schedule.state is State.REVIEW or sorted(positive[1:]) == positive[1:]


@given(schedulers, cards, answers)
def test_a_preview_is_what_is_given(scheduler: Scheduler, card: str, history: list[tuple[Rating, int]]) -> None:
    schedule = after(scheduler, card, history)
    day = schedule.last_day or TODAY
    first = scheduler.outcomes(card, schedule, day, day * DAY_MS)
    again = replace(scheduler).outcomes(card, schedule, day, day * DAY_MS)
    assert dict(first) == dict(again)
    for rating, outcome in first.items():
        assert (rating, outcome.interval) == (outcome.rating, outcome.schedule.interval)
        expected = day + outcome.interval if outcome.interval > 0 else day * DAY_MS - outcome.interval * 1000
        assert expected == outcome.due
        assert (outcome.interval > 0) == (outcome.schedule.due_at_ms is None)


# Replay


def events_of(card: str, outcomes: list[tuple[StudyDay, Outcome]]) -> list[Event]:
    start = TODAY * DAY_MS
    return [
        Event(
            id=f"{n:08}", at_ms=start + n, study_day=day, device="d", kind=Kind.ANSWER, batch=f"b{n}", card=card,
            rating=one.rating, interval=one.interval, due=one.due,
        )
        for n, (day, one) in enumerate(outcomes)
    ]  # fmt: skip


@given(schedulers, cards, answers)
def test_a_replay_gives_what_the_answers_gave(
    scheduler: Scheduler, card: str, history: list[tuple[Rating, int]]
) -> None:
    outcomes = given_answers(scheduler, card, history)
    expected = outcomes[-1][1].schedule if outcomes else NEW
    assert expected == replay(events_of(card, outcomes), scheduler)


# Agreement with py-fsrs


def plain(scheduler: Scheduler) -> fsrs.Scheduler:
    return fsrs.Scheduler(
        parameters=scheduler.parameters,
        desired_retention=scheduler.desired_retention,
        learning_steps=[timedelta(seconds=step) for step in scheduler.learning_steps],
        relearning_steps=[timedelta(seconds=step) for step in scheduler.relearning_steps],
        maximum_interval=scheduler.maximum_interval,
        enable_fuzzing=False,
    )


forward = st.lists(st.tuples(ratings, st.sampled_from((0, 1, 2, 5, 15, 60, 400))), min_size=1, max_size=12)


@given(schedulers, forward, st.integers(0, 1000))
def test_memory_is_that_of_fsrs_fed_with_noon_of_each_study_day(
    scheduler: Scheduler, history: list[tuple[Rating, int]], later: int
) -> None:
    theirs, day, card = plain(scheduler), TODAY, fsrs.Card(card_id=1)
    for rating, wait in history:
        day = StudyDay(day + wait)
        card, _ = theirs.review_card(card, fsrs.Rating(rating), noon(day))
    ours = after(scheduler, "a", history)
    assert ours.memory is not None
    assert ours.memory == Memory(card.stability or 0, card.difficulty or 0)
    assert (int(card.state), card.step) == (ours.state, ours.step)
    then = StudyDay(day + later)
    assert pytest.approx(theirs.get_card_retrievability(card, noon(then)), rel=1e-12) == scheduler.retrievability(
        ours.memory, day, then
    )


@given(schedulers, forward)
def test_memory_depends_on_ratings_and_days_alone(scheduler: Scheduler, history: list[tuple[Rating, int]]) -> None:
    memory: Memory | None = None
    last, day = None, TODAY
    for rating, wait in history:
        day = StudyDay(day + wait)
        memory = scheduler.next_memory(memory, last, rating, day)
        last = day
    assert after(scheduler, "a", history).memory == memory


def test_at_the_interval_that_a_stability_names_nine_of_ten_are_recalled() -> None:
    assert pytest.approx(0.9) == Scheduler().retrievability(Memory(25.0, 5.0), TODAY, StudyDay(TODAY + 25))


def test_recall_is_sure_on_the_day_itself_and_before_it() -> None:
    memory = Memory(25.0, 5.0)
    assert [1.0, 1.0] == [Scheduler().retrievability(memory, TODAY, StudyDay(TODAY - n)) for n in (0, 9)]


@given(schedulers, answers.filter(bool), ratings, st.integers(1, 10_000))
def test_a_clock_that_was_put_back_counts_as_the_last_day(
    scheduler: Scheduler, history: list[tuple[Rating, int]], rating: Rating, back: int
) -> None:
    schedule = after(scheduler, "a", history)
    assert schedule.last_day is not None
    now = scheduler.outcomes("a", schedule, schedule.last_day, 0)[rating]
    earlier = scheduler.outcomes("a", schedule, StudyDay(schedule.last_day - back), 0)[rating]
    assert (now.schedule.memory, now.interval, now.schedule.last_day) == (
        earlier.schedule.memory,
        earlier.interval,
        earlier.schedule.last_day,
    )


@given(schedulers, cards, answers.filter(bool), st.integers(-5, 400))
def test_interval_due_and_schedule_of_an_outcome_agree_whatever_the_clock_does(
    scheduler: Scheduler, card: str, history: list[tuple[Rating, int]], later: int
) -> None:
    schedule = after(scheduler, card, history)
    assert schedule.last_day is not None
    day = StudyDay(schedule.last_day + later)
    for rating, one in scheduler.outcomes(card, schedule, day, day * DAY_MS).items():
        then = one.schedule
        assert (rating, schedule, max(day, schedule.last_day)) == (one.rating, one.before, one.day)
        assert (one.day, one.interval, one.memory) == (then.last_day, then.interval, then.memory)
        assert (schedule.reps + 1, schedule.first_day) == (then.reps, then.first_day)
        if one.interval > 0:
            assert (State.REVIEW, None, None) == (then.state, then.step, then.due_at_ms)
            assert one.day + one.interval == then.due_day == one.due
        else:
            assert then.state in (State.LEARNING, State.RELEARNING)
            assert day * DAY_MS - one.interval * 1000 == then.due_at_ms == one.due
            assert one.day == then.due_day


def test_after_the_clock_went_back_the_due_day_counts_from_the_last_day() -> None:
    schedule = chain("easy")
    for outcome in Scheduler().outcomes("a", schedule, StudyDay(TODAY - 30), 0).values():
        after_ = outcome.schedule
        assert TODAY == after_.last_day
        if outcome.interval > 0:
            assert TODAY + outcome.interval == after_.due_day


@given(schedulers, forward, st.integers(0, 400))
def test_the_four_outcomes_are_those_of_fsrs_and_the_spread_of_their_days(
    scheduler: Scheduler, history: list[tuple[Rating, int]], later: int
) -> None:
    """py-fsrs keeps a card of its own; our outcomes are its four answers, their days spread in order."""
    theirs, day, card = plain(scheduler), TODAY, fsrs.Card(card_id=1)
    for rating, wait in history:
        day = StudyDay(day + wait)
        card, _ = theirs.review_card(card, fsrs.Rating(rating), noon(day))
    ours = after(scheduler, "a", history)
    day = StudyDay(day + later)
    draw, least = spread("a", len(history)), 1
    for rating, one in scheduler.outcomes("a", ours, day, day * DAY_MS).items():
        then, _ = theirs.review_card(card, fsrs.Rating(rating), noon(day))
        wait_ = then.due - noon(day)
        assert Memory(then.stability or 0, then.difficulty or 0) == one.memory
        assert (int(then.state), then.step) == (one.schedule.state, one.schedule.step)
        expected = wait_.days if then.state == fsrs.State.Review else -int(wait_.total_seconds())
        if expected > 0 and rating is not Rating.AGAIN:
            apart = max(fuzzed(expected, draw, scheduler.maximum_interval), least)
            expected = min(apart, scheduler.maximum_interval)
            least = expected + 1
        assert expected == one.interval


@given(schedulers, st.floats(0.01, 400), st.integers(0, 2000))
def test_elapsed_stabilities_and_recall_are_the_inverse_of_each_other(
    scheduler: Scheduler, stability: float, days: int
) -> None:
    memory = Memory(stability, 5.0)
    recall = scheduler.retrievability(memory, TODAY, StudyDay(TODAY + days))
    assert pytest.approx(days / stability, rel=1e-6, abs=1e-9) == scheduler.elapsed_at(recall)


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_the_less_is_remembered_the_more_time_has_passed(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert Scheduler().elapsed_at(low) >= Scheduler().elapsed_at(high)


def test_recall_is_whole_at_once_and_nine_of_ten_after_one_stability() -> None:
    assert [0.0, pytest.approx(1.0)] == [Scheduler().elapsed_at(1), Scheduler().elapsed_at(0.9)]


def test_no_card_is_made_that_sleeps() -> None:
    scheduler = Scheduler()
    slept: list[object] = []
    sys.setprofile(lambda _, event, what: slept.append(what) if event == "c_call" and what is time.sleep else None)
    try:
        fsrs.Card()  # what py-fsrs does without an id
        for day in range(3):
            schedule = scheduler.outcomes("a", NEW, StudyDay(TODAY + day), 0)[Rating.GOOD].schedule
            scheduler.next_memory(schedule.memory, schedule.last_day, Rating.AGAIN, TODAY)
    finally:
        sys.setprofile(None)
    assert [time.sleep] == slept


# Fuzz

# Anki's ranges: the lowest and the highest day to which an interval may be spread.
RANGES = {
    1: (1, 1), 2: (2, 2), 3: (2, 4), 4: (3, 5), 5: (4, 6), 7: (5, 9), 8: (6, 10), 10: (8, 12), 15: (13, 17),
    20: (17, 23), 30: (27, 33), 50: (46, 54), 100: (93, 107), 365: (345, 385), 1000: (948, 1052),
}  # fmt: skip


@pytest.mark.parametrize("interval", RANGES)
def test_an_interval_is_spread_over_the_range_of_anki(interval: int) -> None:
    lowest, highest = RANGES[interval]
    drawn = {fuzzed(interval, draw / 1000, 36500) for draw in range(1000)}
    assert set(range(lowest, highest + 1)) == drawn


@given(st.integers(1, 36500), st.floats(0, 1, exclude_max=True), st.sampled_from((1, 2, 5, 100, 36500)))
def test_a_spread_interval_stays_within_what_fsrs_would_draw(interval: int, draw: float, maximum: int) -> None:
    interval = min(interval, maximum)
    spread_ = fuzzed(interval, draw, maximum)
    delta = 1 + sum(
        share * max(min(interval, end) - start, 0)
        for start, end, share in ((2.5, 7, 0.15), (7, 20, 0.1), (20, 1e9, 0.05))
    )
    assert 1 <= spread_ <= maximum
    assert interval == spread_ if interval < 2.5 else abs(spread_ - interval) <= delta + 0.5


@given(cards, st.integers(0, 10_000))
def test_the_draw_is_the_same_on_every_computer(card: str, reps: int) -> None:
    assert 0 <= spread(card, reps) < 1
    assert spread(card, reps) == spread(card, reps)
    assert spread(card, reps) != spread(card, reps + 1)


def test_the_draw_of_a_known_card_never_changes() -> None:
    assert pytest.approx(0.6473005013) == spread("ownership/follow-up-abcdef", 3)


def test_draws_spread_evenly() -> None:
    draws = [spread(f"deck/quiz-{n}", 0) for n in range(1000)]
    assert all(70 <= sum(low <= draw < low + 0.1 for draw in draws) <= 130 for low in (n / 10 for n in range(10)))


# Steps, lapses, counts


def chain(*words: str, scheduler: Scheduler | None = None) -> Schedule:
    history = [(Rating[word.upper()], 0) for word in words]
    return after(scheduler or Scheduler(), "a", history)


@pytest.mark.parametrize(
    ("words", "state", "step", "interval"),
    [
        (("again",), State.LEARNING, 0, -60),
        (("hard",), State.LEARNING, 0, -330),
        (("good",), State.LEARNING, 1, -600),
        (("good", "again"), State.LEARNING, 0, -60),
        (("good", "hard"), State.LEARNING, 1, -600),
        (("easy", "again"), State.RELEARNING, 0, -600),
        (("easy", "again", "hard"), State.RELEARNING, 0, -900),
    ],
)
def test_learning_goes_in_steps(words: tuple[str, ...], state: State, step: int, interval: int) -> None:
    schedule = chain(*words)
    assert (state, step, interval) == (schedule.state, schedule.step, schedule.interval)


@pytest.mark.parametrize("words", [("good", "good"), ("easy",), ("easy", "again", "good")])
def test_a_card_leaves_the_steps_for_days(words: tuple[str, ...]) -> None:
    schedule = chain(*words)
    assert (State.REVIEW, None, None) == (schedule.state, schedule.step, schedule.due_at_ms)


def test_without_steps_every_answer_gives_days() -> None:
    scheduler = Scheduler(learning_steps=(), relearning_steps=())
    four = scheduler.outcomes("a", NEW, TODAY, 0)
    assert all(outcome.interval > 0 for outcome in four.values())
    assert (State.REVIEW, 1) == (lambda one: (one.state, one.lapses))(chain("easy", "again", scheduler=scheduler))


def test_a_lapse_is_again_on_a_card_in_review_and_eight_make_a_leech() -> None:
    schedule = chain("again", "again", "easy", "again", "again", "easy", "again")
    assert (7, 2, False) == (schedule.reps, schedule.lapses, schedule.is_leech)
    assert chain(*(("easy", "again") * 8)).is_leech


def test_the_first_and_last_days_are_kept() -> None:
    schedule = after(Scheduler(), "a", [(Rating.EASY, 0), (Rating.GOOD, 9), (Rating.AGAIN, 9)])
    assert (TODAY, TODAY + 18, TODAY + 18) == (schedule.first_day, schedule.last_day, schedule.reviewed_day)


def test_a_new_card_has_no_memory() -> None:
    assert NEW.is_new
    assert not chain("again").is_new


@given(schedulers, schedulers, cards, answers, ratings)
def test_settings_may_change_between_two_answers(
    before: Scheduler, now: Scheduler, card: str, history: list[tuple[Rating, int]], rating: Rating
) -> None:
    schedule: Any = after(before, card, history)
    day = schedule.last_day or TODAY
    outcome = now.outcomes(card, schedule, day, day * DAY_MS)[rating]
    assert -86_400 < outcome.interval <= now.maximum_interval
    assert 0 != outcome.interval


# Leeches


def lapsed(times: int) -> Schedule:
    return Schedule(state=State.RELEARNING, memory=Memory(1.0, 5.0), lapses=times)


def test_the_eighth_lapse_makes_a_leech_and_every_fourth_after_it() -> None:
    assert [8, 12, 16, 20, 24] == [times for times in range(1, 27) if becomes_leech(lapsed(times - 1), lapsed(times))]


@pytest.mark.parametrize("times", [8, 12, 16])
def test_an_answer_without_a_lapse_makes_no_leech(times: int) -> None:
    assert not becomes_leech(lapsed(times), lapsed(times))
    assert not becomes_leech(lapsed(times), lapsed(times)._replace(state=State.REVIEW, reps=9))


def test_a_card_becomes_a_leech_by_the_answer_that_is_its_eighth_lapse() -> None:
    schedule, found = NEW, []
    for _ in range(17):
        schedule = Scheduler().outcomes("a", schedule, TODAY, 0)[Rating.EASY].schedule
        again = Scheduler().outcomes("a", schedule, TODAY, 0)[Rating.AGAIN]
        found.append(becomes_leech(again.before, again.schedule))
        schedule = again.schedule
    assert [8, 12, 16] == [number for number, is_leech in enumerate(found, 1) if is_leech]
    assert schedule.is_leech


def test_the_first_weights_are_the_defaults_of_py_fsrs() -> None:
    assert fsrs.scheduler.DEFAULT_PARAMETERS == FSRS_6_DEFAULTS.parameters


def test_the_bounds_of_weights_are_those_of_py_fsrs() -> None:
    assert WEIGHT_BOUNDS == tuple(zip(LEAST_WEIGHTS, GREATEST_WEIGHTS, strict=True))
    assert misfit(FSRS_6_DEFAULTS) is None


@given(st.integers(0, 20), st.sampled_from((-1e-6, 1e-6)), st.booleans())
def test_weights_fit_up_to_their_bounds_and_not_beyond_as_in_py_fsrs(place: int, beyond: float, within: bool) -> None:
    values = list(FSRS_6_DEFAULTS.parameters)
    bound = WEIGHT_BOUNDS[place][int(beyond > 0)]
    values[place] = bound if within else bound + beyond
    problem = misfit(FSRS_6_DEFAULTS._replace(parameters=tuple(values)))
    if within:
        assert problem is None
        fsrs.Scheduler(parameters=values)
    else:
        assert problem is not None
        assert f" for w{place}, which lies from " in problem
        with pytest.raises(ValueError):
            fsrs.Scheduler(parameters=values)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"parameters": (1.0,) * 19}, "are 19 numbers, and FSRS 6 has 21"),
        (
            {"parameters": (float("nan"), *FSRS_6_DEFAULTS.parameters[1:])},
            "have nan for w0, which lies from 0.001 to 100",
        ),
        ({"version": "7"}, "are of FSRS 7, and this lpdeck computes with FSRS 6"),
        ({"algorithm": "SM"}, "are of SM 6, and this lpdeck computes with FSRS 6"),
    ],
)
def test_what_keeps_a_set_of_weights_from_use_is_said(changed: dict[str, Any], expected: str) -> None:
    assert expected == misfit(FSRS_6_DEFAULTS._replace(**changed))


# A retention for a principle

RETENTIONS = (("earn-trust", 0.95), ("frugality", 0.75))


@pytest.mark.parametrize(
    ("principles", "expected"),
    [
        ((), 0.9),
        (("ownership",), 0.9),
        (("earn-trust",), 0.95),
        (("frugality",), 0.75),
        (("frugality", "ownership"), 0.9),
        (("frugality", "earn-trust"), 0.95),
        (("ownership", "earn-trust"), 0.95),
    ],
)
def test_the_highest_retention_that_is_wanted_of_a_principle_counts(
    principles: tuple[str, ...], expected: float
) -> None:
    scheduler = Scheduler(retentions=RETENTIONS)
    assert expected == scheduler.for_principles(principles).desired_retention


def test_cards_of_one_retention_share_a_scheduler() -> None:
    scheduler = Scheduler(retentions=RETENTIONS)
    assert scheduler is scheduler.for_principles(["ownership"]) is scheduler.for_principles(["dive-deep", "frugality"])
    trust = scheduler.for_principles(["earn-trust"])
    assert trust is scheduler.for_principles(["frugality", "earn-trust"]) is trust.for_principles(["ownership"])
    assert trust is not scheduler
    plain = Scheduler()
    assert plain is plain.for_principles(["earn-trust"])


@given(schedulers, answers, st.sampled_from((0.7, 0.85, 0.9, 0.95, 0.99)))
def test_a_retention_for_a_principle_moves_due_days_and_no_memory(
    scheduler: Scheduler, history: list[tuple[Rating, int]], retention: float
) -> None:
    wanting = replace(scheduler, retentions=(("earn-trust", retention),)).for_principles(["earn-trust"])
    schedule = after(scheduler, "a", history)
    day = StudyDay((schedule.last_day or TODAY) + 3)
    general, own = (one.outcomes("a", schedule, day, 0) for one in (scheduler, wanting))
    assert [outcome.memory for outcome in general.values()] == [outcome.memory for outcome in own.values()]
    for rating in Rating:
        assert (general[rating].interval > 0) == (own[rating].interval > 0)
        if retention == scheduler.desired_retention:
            assert general[rating].interval == own[rating].interval
        elif general[rating].interval > 0 and retention > scheduler.desired_retention:
            assert general[rating].interval >= own[rating].interval


@given(st.lists(st.tuples(st.sampled_from(Rating), st.integers(0, 400)), min_size=1, max_size=12), st.data())
def test_a_memory_is_that_of_py_fsrs_to_the_last_bit(answers: list[tuple[Rating, int]], data: st.DataObject) -> None:
    drawn = tuple(data.draw(st.floats(low, high)) for low, high in WEIGHT_BOUNDS)
    scheduler = Scheduler(weights=FSRS_6_DEFAULTS._replace(parameters=drawn))
    theirs, card = fsrs.Scheduler(parameters=drawn, enable_fuzzing=False), fsrs.Card(card_id=1)
    memory, day, last = None, StudyDay(20_000), None
    for rating, wait in answers:
        day = StudyDay(day + wait)
        card, _ = theirs.review_card(card, fsrs.Rating(rating), noon(day))
        memory, last = scheduler.next_memory(memory, last, rating, day), day
        assert (card.stability, card.difficulty) == memory


@given(st.floats(0.001, 36500), st.floats(1, 10), st.integers(0, 2000), st.data())
def test_the_four_outcomes_in_review_are_those_of_py_fsrs_with_any_weights(
    stability: float, difficulty: float, elapsed: int, data: st.DataObject
) -> None:
    drawn = tuple(data.draw(st.floats(low, high)) for low, high in WEIGHT_BOUNDS)
    scheduler = replace(data.draw(schedulers), weights=FSRS_6_DEFAULTS._replace(parameters=drawn))
    theirs, day = plain(scheduler), StudyDay(TODAY + elapsed)
    card = fsrs.Card(1, fsrs.State.Review, None, stability, difficulty, noon(TODAY), noon(TODAY))
    for rating, memory, interval in scheduler._given(State.REVIEW, None, Memory(stability, difficulty), elapsed):
        then, _ = theirs.review_card(card, fsrs.Rating(rating), noon(day))
        wait = then.due - noon(day)
        expected = wait.days if then.state == fsrs.State.Review else -int(wait.total_seconds())
        assert (then.stability, then.difficulty, expected) == (*memory, interval)
