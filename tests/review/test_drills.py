"""The drills, through the loop: what may be rated, what is proposed, and what the log keeps of the attempt."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Clock, Scripted, ScriptedDesk, cram, play

from homes import MINUTE, NOON, SECOND, TODAY, basic, query, quiz, with_cards
from lpdeck.deck.model import Card
from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.review.drills import ALL, CRAMMED, KEPT_TYPED, RIGHT, WRONG, Attempt, Drill, exercise_of, judge, named
from lpdeck.review.loop import Choose, Do, Mark, Tick, Type
from lpdeck.scheduling import Rating
from lpdeck.store.hot import StoredCard

SHOW = Do.REVEAL
AGAIN, HARD, GOOD, EASY = Rating
NAME = "deck/x"


def _stored(kind: str, fields: dict[str, Any], tags: tuple[str, ...] = ()) -> StoredCard:
    return StoredCard(NAME, "deck", 1, kind, (), fields, None, tags, False, False, None)


def _details(home: Home) -> list[dict[str, Any] | None]:
    rows = query(home, "SELECT detail FROM event WHERE kind IN ('answer', 'cram') ORDER BY id")
    return [json.loads(detail) if detail else None for (detail,) in rows]


def _ticks(*points: int) -> Tick:
    return Tick(frozenset(points))


def _marks(*sentences: int) -> Mark:
    return Mark(frozenset(sentences))


# Quiz


@pytest.fixture
def question(home: Home) -> Home:
    """A home with one quiz question."""
    return with_cards(home, quiz(NAME, ["ice", "water", "wind"], "water"))


def _place(home: Home, option: str) -> Choose:
    return Choose(play(home).shown[0].options.index(option))


def test_the_right_option_proposes_nothing_and_may_not_be_again(question: Home) -> None:
    reviewer = play(question, _place(question, "water"), EASY)
    (result,) = reviewer.results
    assert (RIGHT, None, True, None) == (result.ratings, result.proposed, result.is_right, result.why_not)
    assert [{"option": "water", "right": True}] == _details(question)


def test_a_wrong_option_can_only_be_again(question: Home) -> None:
    reviewer = play(question, _place(question, "ice"), AGAIN)
    (result,) = reviewer.results
    assert (WRONG, AGAIN, False) == (result.ratings, result.proposed, result.is_right)
    assert [{"option": "ice", "right": False}] == _details(question)


def test_a_quiz_given_up_can_only_be_again(question: Home) -> None:
    (result,) = play(question, SHOW, AGAIN).results
    assert (WRONG, AGAIN, None) == (result.ratings, result.proposed, result.is_right)
    assert [{"option": None}] == _details(question)


def test_whoever_types_the_answer_of_a_quiz_rates_alone(question: Home) -> None:
    (result,) = play(question, Type("watr"), GOOD).results
    assert (ALL, None, None) == (result.ratings, result.proposed, result.is_right)
    assert [{"typed": "watr", "found": 1, "words": 1}] == _details(question)


def test_the_reason_against_the_chosen_option_comes_from_the_page(home: Home) -> None:
    fields = {"question": "q", "options": ["ice", "water"], "answer": "water"}
    explanation = "Water is right. Ice is wrong because it never carries anything that far."
    card = _stored("quiz", fields | {"explanation": explanation})
    exercise = exercise_of(card, TODAY, duels=True)
    wrong = judge(card, exercise, Attempt(chosen=exercise.options.index("ice")))
    assert wrong.why_not is not None
    assert "never carries" in wrong.why_not
    assert judge(card, exercise, Attempt(chosen=exercise.options.index("water"))).why_not is None


@given(
    st.lists(st.text(min_size=1, max_size=5), min_size=2, max_size=6, unique=True),
    st.integers(0, 40000),
    st.integers(0, 5),
)
def test_a_shuffled_quiz_keeps_its_options_and_knows_the_right_one(options: list[str], day: int, answer: int) -> None:
    card = _stored("quiz", {"question": "q", "options": options, "answer": options[answer % len(options)]})
    exercise = exercise_of(card, day, duels=False)
    assert sorted(options) == sorted(exercise.options)
    assert exercise.right is not None
    assert card.fields["answer"] == exercise.options[exercise.right]
    assert exercise == exercise_of(card, day, duels=True)


# Duel

DUEL = {"question": "And then?", "weak": "We shrugged.", "strong": "I measured it.", "weak_because": "nobody acts"}


@pytest.fixture
def duel(home: Home) -> Home:
    """A home with one follow-up card that has both answers."""
    return with_cards(home, Card(NAME, "follow-up", DUEL))


def _side(home: Home, side: str) -> Choose:
    return Choose(play(home).shown[0].exercise.options.index(DUEL[side]))


def test_a_duel_asks_the_question_alone_then_for_the_better_answer(duel: Home) -> None:
    reviewer = play(duel, SHOW, _side(duel, "strong"), GOOD)
    assert ["front", "duel", "back"] == reviewer.steps[:3]
    (result,) = reviewer.results
    assert (ALL, None, True) == (result.ratings, result.proposed, result.is_right)
    assert [{"duel": "strong"}] == _details(duel)


def test_the_weak_answer_of_a_duel_proposes_again_and_leaves_the_choice(duel: Home) -> None:
    (result,) = play(duel, SHOW, _side(duel, "weak"), HARD).results
    assert (ALL, AGAIN, False) == (result.ratings, result.proposed, result.is_right)
    assert [{"duel": "weak"}] == _details(duel)


def test_a_duel_that_is_passed_over_proposes_nothing(duel: Home) -> None:
    (result,) = play(duel, SHOW, SHOW, GOOD).results
    assert (ALL, None, None) == (result.ratings, result.proposed, result.is_right)
    assert [None] == _details(duel)


def test_a_duel_keeps_the_answer_typed_before_it(duel: Home) -> None:
    reviewer = play(duel, Type("I measured"), _side(duel, "strong"), GOOD)
    assert ["I measured"] == [attempt.typed for attempt in reviewer.duels]
    assert [{"duel": "strong", "typed": "I measured", "found": 1, "words": 1}] == _details(duel)


def test_the_sides_of_a_duel_stand_in_another_order_on_some_days_and_the_same_all_day() -> None:
    card = _stored("follow-up", DUEL)
    orders = [exercise_of(card, day, duels=True).options for day in range(20)]
    assert 2 == len(set(orders))
    assert orders == [exercise_of(card, day, duels=True).options for day in range(20)]


@pytest.mark.parametrize(
    ("tags", "duels", "drill"),
    [
        ((), True, Drill.DUEL),
        ((), False, Drill.PLAIN),
        (("duel",), False, Drill.DUEL),
        (("no-duel",), True, Drill.PLAIN),
        (("duel", "no-duel"), True, Drill.PLAIN),
    ],
)
def test_a_tag_outweighs_the_option_for_duels(tags: tuple[str, ...], duels: bool, drill: Drill) -> None:
    assert drill is exercise_of(_stored("follow-up", DUEL, tags), TODAY, duels=duels).drill


def test_duels_are_off_where_the_option_says_so(duel: Home) -> None:
    assert ["front", "back"] == play(duel, SHOW, duels=False).steps


def test_a_follow_up_without_a_weak_answer_is_no_duel() -> None:
    card = _stored("follow-up", {"question": "q", "strong": "s"})
    assert Drill.PLAIN is exercise_of(card, TODAY, duels=True).drill


# Hunt

TEXT = "I waited for my manager. The team met on Monday. It was not my job. We shipped late. I never looked back."
LINES = ["I waited for my manager.", "It was not my job.", '"never looked back" shows no learning']
PHRASES = ["I waited for my manager", "It was not my job", "never looked back"]


@pytest.fixture
def weak(home: Home) -> Home:
    """A home with a weak answer of five sentences, of which 0, 2 and 4 sink it."""
    return with_cards(home, Card(NAME, "weak-answer", {"text": TEXT, "disqualifiers": LINES}))


@pytest.mark.parametrize(
    ("marked", "proposed", "counts"),
    [
        ((0, 2, 4), GOOD, (3, 0, 0)),
        ((0, 2), HARD, (2, 1, 0)),
        ((0, 2, 4, 1), HARD, (3, 0, 1)),
        ((1,), AGAIN, (0, 3, 1)),
        ((), AGAIN, (0, 3, 0)),
    ],
)
def test_marked_sentences_propose_the_rating_and_are_counted_in_the_log(
    weak: Home, marked: tuple[int, ...], proposed: Rating, counts: tuple[int, int, int]
) -> None:
    reviewer = play(weak, _marks(*marked), HARD)
    (result,) = reviewer.results
    assert (ALL, proposed) == (result.ratings, result.proposed)
    assert [dict(zip(("hits", "misses", "false_alarms"), counts, strict=True))] == _details(weak)


def test_each_missed_phrase_is_offered_as_a_card_after_the_answer_was_stored(weak: Home) -> None:
    stored: list[int] = []

    def look() -> None:
        stored.append(len(_details(weak)))

    desk = ScriptedDesk()
    reviewer = play(weak, _marks(2), HARD, look, True, False, desk=desk)
    assert [PHRASES[0], PHRASES[2]] == [phrase.rstrip(".") for phrase in reviewer.offers]
    assert [1] == stored
    assert [(NAME, reviewer.offers[0], LINES[0])] == desk.phrases


def test_a_phrase_that_a_card_asks_for_already_is_not_offered(weak: Home) -> None:
    first = play(weak, _marks(), AGAIN, False, False, False, Do.UNDO).offers
    assert 3 == len(first)
    desk = ScriptedDesk(known={first[1]})
    assert [first[0], first[2]] == play(weak, _marks(), AGAIN, False, False, desk=desk).offers


def test_nothing_is_offered_where_nothing_was_missed_or_marked(weak: Home) -> None:
    assert [] == play(weak, _marks(0, 2, 4), EASY, Do.UNDO, SHOW, EASY).offers


def test_an_offered_card_that_can_not_be_written_is_said_and_the_answer_stands(weak: Home) -> None:
    def fail(*_: object) -> None:
        raise HomeError("the disk is full", "Free some space.")

    reviewer = play(weak, _marks(0, 2), HARD, True, desk=ScriptedDesk(on_phrase=fail))
    assert ["the disk is full. Free some space."] == reviewer.notices
    assert 1 == len(_details(weak))


def test_a_hunt_shown_at_once_proposes_nothing(weak: Home) -> None:
    (result,) = play(weak, SHOW, GOOD).results
    assert (ALL, None, None) == (result.ratings, result.proposed, result.score)
    assert [None] == _details(weak)


def test_a_hunt_without_a_place_for_any_disqualifier_proposes_nothing(home: Home) -> None:
    with_cards(home, Card(NAME, "weak-answer", {"text": "It rained.", "disqualifiers": ["says nothing about cost"]}))
    reviewer = play(home, _marks(0), GOOD)
    assert [None] == [result.proposed for result in reviewer.results]
    assert [] == reviewer.offers


# Stage

SIGNALS = ["named the customer", "gave a number", "said I", "told the lesson"]


def _stage(home: Home, **fields: Any) -> Home:
    return with_cards(home, Card(NAME, "stage", {"stage": "Result", **fields}))


def _told(home: Home, milliseconds: int, *script: Any) -> Scripted:
    clock = Clock()
    return play(home, lambda: clock.move(milliseconds), SHOW, *script, clock=clock)


@pytest.mark.parametrize(
    ("ticked", "proposed"),
    [((), AGAIN), ((0,), AGAIN), ((0, 1), HARD), ((0, 1, 3), GOOD), ((0, 1, 2, 3), GOOD)],
)
def test_ticked_signals_propose_the_rating(home: Home, ticked: tuple[int, ...], proposed: Rating) -> None:
    (result,) = _told(_stage(home, target_seconds=60, signals=SIGNALS), 50 * SECOND, _ticks(*ticked), GOOD).results
    assert (ALL, proposed, False) == (result.ratings, result.proposed, result.is_far_over)
    detail = {"ticked": len(ticked), "of": 4, "told_ms": 50 * SECOND, "target_ms": MINUTE}
    assert [detail] == _details(home)


@pytest.mark.parametrize(
    ("told", "ticked", "proposed"),
    [
        (90, (0, 1, 2, 3), GOOD),
        (91, (0, 1, 2, 3), HARD),
        (91, (0, 1), HARD),
        (91, (), AGAIN),
        (91, None, HARD),
        (89, None, None),
    ],
)
def test_a_stage_told_far_over_its_time_is_hard_at_best(
    home: Home, told: int, ticked: tuple[int, ...] | None, proposed: Rating | None
) -> None:
    _stage(home, target_seconds=60, signals=SIGNALS)
    (result,) = _told(home, told * SECOND, SHOW if ticked is None else _ticks(*ticked), GOOD).results
    assert (proposed, told > 90) == (result.proposed, result.is_far_over)


def test_a_stage_without_signals_has_nothing_to_tick(home: Home) -> None:
    reviewer = _told(_stage(home, target_seconds=60), 95 * SECOND, GOOD)
    assert ["front", "back"] == reviewer.steps[:2]
    assert [HARD] == [result.proposed for result in reviewer.results]
    assert [{"told_ms": 95 * SECOND, "target_ms": MINUTE}] == _details(home)


def test_a_stage_without_a_target_is_never_far_over(home: Home) -> None:
    (result,) = _told(_stage(home, signals=SIGNALS), 60 * MINUTE, _ticks(0, 1, 2, 3), GOOD).results
    assert (GOOD, False) == (result.proposed, result.is_far_over)
    assert [{"ticked": 4, "of": 4, "told_ms": 60 * MINUTE, "target_ms": None}] == _details(home)


def test_the_time_for_ticking_is_no_time_of_telling(home: Home) -> None:
    _stage(home, target_seconds=60, signals=SIGNALS)
    clock = Clock()
    told = [lambda: clock.move(30 * SECOND), SHOW, lambda: clock.move(10 * MINUTE), _ticks(0, 1, 2), GOOD]
    (result,) = play(home, *told, clock=clock).results
    assert (30 * SECOND, GOOD) == (result.attempt.told_ms, result.proposed)
    assert [(10 * MINUTE + 30 * SECOND,)] == query(home, "SELECT took_ms FROM event")


def test_a_clock_that_goes_back_while_a_stage_is_told_told_nothing(home: Home) -> None:
    (result,) = _told(_stage(home, target_seconds=60), -5 * MINUTE, GOOD).results
    assert (0, False) == (result.attempt.told_ms, result.is_far_over)


# Checklist

POINTS = ["say which metric moved", "thank the on-call engineer", "close with a question", "smile", "breathe"]


@pytest.fixture
def checklist(home: Home) -> Home:
    """A home with a checklist of five points."""
    return with_cards(home, Card(NAME, "checklist", {"list": "steps", "points": POINTS}))


@pytest.mark.parametrize(("count", "proposed"), [(5, GOOD), (4, HARD), (3, HARD), (2, AGAIN), (0, AGAIN)])
def test_the_share_of_ticked_points_proposes_the_rating(checklist: Home, count: int, proposed: Rating) -> None:
    (result,) = play(checklist, SHOW, _ticks(*range(count)), GOOD).results
    assert proposed is result.proposed
    assert [{"ticked": count, "of": 5}] == _details(checklist)


def test_a_checklist_that_nobody_ticked_proposes_nothing(checklist: Home) -> None:
    (result,) = play(checklist, SHOW, SHOW, GOOD).results
    assert result.proposed is None
    assert [None] == _details(checklist)


def test_a_typed_answer_ticks_the_points_that_it_names_in_advance(checklist: Home) -> None:
    typed = "say the metric that moved, then smile"
    reviewer = play(checklist, Type(typed), _ticks(0, 3), GOOD)
    assert [frozenset({0, 3})] == [attempt.ticked for attempt in reviewer.ticks]
    (detail,) = _details(checklist)
    assert detail is not None
    assert (2, 5, typed) == (detail["ticked"], detail["of"], detail["typed"])


def test_nothing_is_ticked_in_advance_without_a_typed_answer(checklist: Home) -> None:
    assert [frozenset()] == [attempt.ticked for attempt in play(checklist, SHOW).ticks]
    assert frozenset() == named(POINTS, None) == named(POINTS, "") == named(POINTS, "nothing of it")


# Typed answers


def test_a_typed_answer_is_compared_and_proposes_nothing(home: Home) -> None:
    with_cards(home, basic(NAME, back="the dead letter queue"))
    (result,) = play(home, Type("dead leter bucket"), EASY).results
    assert (ALL, None) == (result.ratings, result.proposed)
    assert result.comparison is not None
    assert (2, 3) == (result.comparison.found, result.comparison.of)
    assert [{"typed": "dead leter bucket", "found": 2, "words": 3}] == _details(home)


def test_a_typed_answer_to_a_card_without_expected_words_is_kept_alone(home: Home) -> None:
    with_cards(home, Card(NAME, "disqualifier", {"phrase": "not my job"}))
    (result,) = play(home, Type("says whose job it is"), GOOD).results
    assert result.comparison is None
    assert [{"typed": "says whose job it is"}] == _details(home)


def test_a_typed_answer_of_any_length_is_cut_in_the_log(home: Home) -> None:
    with_cards(home, basic(NAME))
    (result,) = play(home, Type("x" * 9000), GOOD).results
    (detail,) = _details(home)
    assert detail is not None
    assert "x" * KEPT_TYPED == detail["typed"]
    assert "x" * 9000 == result.attempt.typed


def test_an_empty_typed_answer_is_no_harm(home: Home) -> None:
    with_cards(home, basic(NAME, back="the queue"))
    (result,) = play(home, Type(""), AGAIN).results
    assert result.comparison is not None
    assert (0, 1) == (result.comparison.found, result.comparison.of)


# Any card

ATTEMPTS = st.builds(
    Attempt,
    chosen=st.none() | st.integers(0, 1),
    marked=st.none() | st.frozensets(st.integers(0, 5)),
    ticked=st.none() | st.frozensets(st.integers(0, 1)),
    typed=st.none() | st.text(max_size=20),
    told_ms=st.integers(0, 10**7),
)
CARDS = st.sampled_from(
    [
        _stored("basic", {"front": "f", "back": "b"}),
        _stored(
            "quiz", {"question": "q", "options": ["a", "b"], "answer": "a", "explanation": "b is wrong, it floats"}
        ),
        _stored("quiz", {"question": "q"}),
        _stored("follow-up", DUEL),
        _stored("weak-answer", {"text": TEXT, "disqualifiers": LINES}),
        _stored("weak-answer", {"text": TEXT}),
        _stored("stage", {"stage": "s", "signals": ["x", "y"], "target_seconds": 30}),
        _stored("checklist", {"list": "l", "points": ["x", "y"]}),
    ]
)


@given(CARDS, ATTEMPTS)
def test_what_is_proposed_may_be_given_and_cramming_knows_only_right_and_wrong(
    card: StoredCard, attempt: Attempt
) -> None:
    exercise = exercise_of(card, TODAY, duels=True)
    result, crammed = judge(card, exercise, attempt), judge(card, exercise, attempt, cram=True)
    assert result.ratings
    assert result.proposed is None or result.proposed in result.ratings
    assert crammed.ratings
    assert set(crammed.ratings) <= set(CRAMMED)
    assert crammed.proposed is None or crammed.proposed in crammed.ratings
    assert (result.proposed is None, result.proposed is AGAIN) == (crammed.proposed is None, crammed.proposed is AGAIN)
    assert result.detail == crammed.detail
    json.dumps(dict(result.detail))


def test_while_cramming_a_drill_offers_right_and_wrong_and_logs_the_same(weak: Home) -> None:
    reviewer = cram(weak, [NAME], _marks(0, 2), GOOD)
    (result,) = reviewer.results
    assert (CRAMMED, GOOD) == (result.ratings, result.proposed)
    assert [{"hits": 2, "misses": 1, "false_alarms": 0}] == _details(weak)


def test_a_quiz_crammed_right_is_right(question: Home) -> None:
    reviewer = cram(question, [NAME], _place(question, "water"), GOOD, clock=Clock(NOON))
    assert [((GOOD,), None)] == [(result.ratings, result.proposed) for result in reviewer.results]
