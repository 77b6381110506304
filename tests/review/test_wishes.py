"""What a learner may want beside an answer: each wish on each side of a card, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scripted import Clock, ScriptedDesk, play, rewrite, with_fields, writing_desk

from homes import DAY, HOUR, MINUTE, NOON, SECOND, TODAY, basic, opened, query, quiz, with_cards
from lpdeck.deck.folder import load
from lpdeck.deck.model import Card
from lpdeck.errors import DeckError
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.review.loop import Choose, Do, Flag, Mark, Note, Tick, Type
from lpdeck.review.session import Left
from lpdeck.scheduling import Rating, Schedule
from lpdeck.store import hot

SHOW, UNDO, REDO = Do.REVEAL, Do.UNDO, Do.REDO
AGAIN, HARD, GOOD, EASY = Rating
A, B, C = "deck/a", "deck/b", "deck/c"


@pytest.fixture
def three(home: Home) -> Home:
    """A home with three new cards."""
    return with_cards(home, basic(A), basic(B), basic(C))


def _schedule(home: Home, card: str) -> Schedule:
    store = opened(home)
    schedule = store.schedule(card)
    store.close()
    return schedule


def _events(home: Home) -> list[tuple[object, ...]]:
    return query(home, "SELECT kind, card, detail ->> 'flag' FROM event ORDER BY id")


# Bury, suspend, skip


@pytest.mark.parametrize("before", [[], [SHOW]], ids=["front", "back"])
def test_a_buried_card_comes_back_tomorrow(three: Home, before: list[Do]) -> None:
    reviewer = play(three, *before, Do.BURY)
    assert [A, B] == reviewer.seen
    assert ["buried until tomorrow"] == reviewer.notices
    assert TODAY + 1 == _schedule(three, A).buried_until
    assert [B, C] == play(three, SHOW, EASY, SHOW, EASY).seen
    assert A == play(three, clock=Clock(NOON + DAY)).seen[0]


@pytest.mark.parametrize("before", [[], [SHOW]], ids=["front", "back"])
def test_a_suspended_card_does_not_come_back(three: Home, before: list[Do]) -> None:
    reviewer = play(three, *before, Do.SUSPEND)
    assert [A, B] == reviewer.seen
    assert ["suspended: lpdeck resume brings it back"] == reviewer.notices
    assert [B] == play(three, clock=Clock(NOON + 400 * DAY)).seen


@pytest.mark.parametrize("before", [[], [SHOW]], ids=["front", "back"])
def test_a_skipped_card_comes_after_all_others(three: Home, before: list[Do]) -> None:
    reviewer = play(three, *before, Do.SKIP, SHOW, EASY, SHOW, EASY, SHOW, EASY)
    assert [A, B, C, A] == reviewer.seen
    assert [Left(0, 3), Left(0, 3), Left(0, 2), Left(0, 1)] == reviewer.lefts
    assert [] == reviewer.notices


def test_skipped_cards_come_in_the_order_in_which_they_were_skipped(three: Home) -> None:
    assert [A, B, C, A, B, C, A] == play(three, *[Do.SKIP] * 6).seen


def test_the_only_card_can_not_be_skipped(home: Home) -> None:
    reviewer = play(with_cards(home, basic(A)), Do.SKIP, SHOW, EASY)
    assert [A, A] == reviewer.seen
    assert ["this is the only card left"] == reviewer.notices
    assert 1 == _schedule(home, A).reps


def test_skipping_is_no_action_so_that_an_undo_takes_back_the_answer_before_it(three: Home) -> None:
    reviewer = play(three, SHOW, EASY, Do.SKIP, UNDO, SHOW, EASY, SHOW, EASY)
    assert [A, B, C, A, C, B] == reviewer.seen
    assert ["answer", "undo", "answer", "answer"] == [kind for kind, _, _ in _events(three)]


def test_a_skipped_card_stays_last_when_something_makes_the_queue_anew(three: Home) -> None:
    assert [A, B, C, A] == play(three, Do.SKIP, Do.BURY, Do.SUSPEND).seen


def test_a_new_sitting_asks_a_skipped_card_in_its_place(three: Home) -> None:
    play(three, Do.SKIP)
    assert [A] == play(three).seen


def test_a_learning_card_comes_before_those_that_were_skipped(three: Home) -> None:
    clock = Clock()
    reviewer = play(three, SHOW, AGAIN, Do.SKIP, Do.SKIP, SHOW, EASY, SHOW, EASY, clock=clock)
    assert [A, B, C, A, B, C] == reviewer.seen


# Flags and notes


@pytest.mark.parametrize("before", [[], [SHOW]], ids=["front", "back"])
def test_a_flagged_card_stays_where_it_is_and_its_answer_is_stored(three: Home, before: list[Do]) -> None:
    rest = [GOOD] if before else [SHOW, GOOD]
    reviewer = play(three, *before, Flag("red"), *rest)
    side = "back" if before else "front"
    assert [side, side] == [step for step in reviewer.steps[:-1] if step == side]
    assert [] == reviewer.notices
    after = _schedule(three, A)
    assert ("red", 1) == (after.flag, after.reps)
    assert [("flag", A, "red"), ("answer", A, None)] == _events(three)


def test_a_flagged_card_that_is_forgotten_comes_back_in_its_minute_and_not_at_once(three: Home) -> None:
    reviewer = play(three, SHOW, Flag("red"), AGAIN, SHOW, EASY, SHOW, EASY)
    assert [A, B, C, A] == reviewer.seen


def test_the_flag_is_shown_at_once_and_taken_off_again(three: Home) -> None:
    reviewer = play(three, Flag("red"), Flag("blue"), Flag(None), SHOW, GOOD, Do.QUIT)
    assert [None, "red", "blue", None] == [one.schedule.flag for one in reviewer.shown[:4]]
    assert _schedule(three, A).flag is None


def test_a_flag_that_the_card_has_already_is_no_event(three: Home) -> None:
    play(three, Flag("red"), Flag("red"), Flag(None), Flag(None))
    assert [("flag", A, "red"), ("flag", A, None)] == _events(three)


@pytest.mark.parametrize("before", [[], [SHOW]], ids=["front", "back"])
def test_a_note_is_written_and_shown_where_the_learner_was(three: Home, before: list[Do]) -> None:
    rest = [GOOD] if before else [SHOW, GOOD]
    reviewer = play(three, *before, Note("my line"), *rest, desk=writing_desk(three))
    shown = reviewer.backs if before else reviewer.shown
    assert [None, "my line"] == [one.card.note for one in shown[:2]]
    assert [] == reviewer.notices
    assert 1 == _schedule(three, A).reps
    assert "my line" == load(three.decks / "deck.toml").deck.cards[0].note


def test_an_empty_note_takes_the_line_out(home: Home) -> None:
    with_cards(home, basic(A, note="old"))
    reviewer = play(home, Note(""), desk=writing_desk(home))
    assert ["old", None] == [one.card.note for one in reviewer.shown]


def test_the_time_of_an_answer_counts_from_when_the_card_was_first_shown(three: Home) -> None:
    clock = Clock()

    def think() -> None:
        clock.move(7 * SECOND)

    play(three, think, Flag("red"), think, Note("x"), SHOW, think, Flag("blue"), GOOD, clock=clock)
    assert [(21 * SECOND,)] == query(three, "SELECT took_ms FROM event WHERE kind = 'answer'")


# Editing


def test_an_edited_card_goes_on_with_its_new_words_on_its_front(three: Home) -> None:
    reviewer = play(three, Do.EDIT, SHOW, GOOD, desk=writing_desk(three, with_fields(front="better")))
    assert [A, "better"] == [one.card.fields["front"] for one in reviewer.shown[:2]]
    assert 1 == _schedule(three, A).reps


def test_an_edited_card_goes_on_with_its_new_words_on_its_back(three: Home) -> None:
    reviewer = play(three, SHOW, Do.EDIT, GOOD, desk=writing_desk(three, with_fields(back="better")))
    assert ["front", "back", "back"] == reviewer.steps[:3]
    assert ["because", "better"] == [one.card.fields["back"] for one in reviewer.backs]
    assert [] == reviewer.notices
    assert 1 == _schedule(three, A).reps


def test_a_typed_answer_is_compared_with_the_words_that_were_edited_meanwhile(three: Home) -> None:
    reviewer = play(
        three, Type("glacier valley"), Do.EDIT, GOOD, desk=writing_desk(three, with_fields(back="a glacier valley"))
    )
    assert [0, 2] == [result.comparison.found for result in reviewer.results if result.comparison]
    assert [(2,)] == query(three, "SELECT detail ->> 'found' FROM event")


@pytest.fixture
def question(home: Home) -> Home:
    """A home with a quiz question and another card."""
    return with_cards(home, quiz(A, ["one", "two", "three"], "three"), basic(B))


def test_options_edited_after_choosing_are_asked_from_the_front(question: Home) -> None:
    desk = writing_desk(question, with_fields(options=["four", "five"], answer="five"))
    reviewer = play(question, Choose(0), Do.EDIT, Do.QUIT, desk=desk)
    assert ["front", "back", "front"] == reviewer.steps
    assert {"four", "five"} == set(reviewer.shown[-1].options)
    assert ["the card's words changed: it is asked from its front"] == reviewer.notices
    assert [] == _events(question)


def test_options_edited_before_choosing_are_simply_shown(question: Home) -> None:
    desk = writing_desk(question, with_fields(options=["four", "five"], answer="five"))
    reviewer = play(question, Do.EDIT, Choose(0), desk=desk)
    assert ["front", "front", "back"] == reviewer.steps
    assert [] == reviewer.notices
    assert reviewer.results[0].detail["option"] in ("four", "five")


def test_the_words_of_a_question_edited_after_choosing_keep_the_choice(question: Home) -> None:
    desk = writing_desk(question, with_fields(question="Which number?"))
    reviewer = play(question, Choose(0), Do.EDIT, desk=desk)
    assert ["front", "back", "back"] == reviewer.steps
    assert "Which number?" == reviewer.backs[-1].card.fields["question"]
    assert reviewer.results[0].detail == reviewer.results[1].detail


@pytest.mark.parametrize("before", [[], [SHOW]], ids=["front", "back"])
@pytest.mark.parametrize("fate", ["draft", "retired", "gone"])
def test_a_card_that_an_edit_takes_away_is_left_for_the_next_one(three: Home, before: list[Do], fate: str) -> None:
    fates: dict[str, Any] = {"draft": {"draft": True}, "retired": {"retired": True}}
    desk = writing_desk(three, lambda card: replace(card, **fates[fate]) if fate in fates else None)
    reviewer = play(three, *before, Do.EDIT, SHOW, EASY, desk=desk)
    assert [A, B, C] == reviewer.seen
    assert ["not asked any more: it was answered elsewhere, or lpdeck check says why"] == reviewer.notices
    assert [("answer", B, None)] == _events(three)


def test_what_goes_wrong_at_the_desk_is_said_and_the_card_goes_on(three: Home) -> None:
    def fail(*_: object) -> None:
        raise DeckError("the file is locked", "Close it.")

    desk = ScriptedDesk(on_edit=fail, on_note=fail)
    reviewer = play(three, Do.EDIT, Note("x"), SHOW, Note("y"), Do.EDIT, GOOD, desk=desk)
    assert ["the file is locked. Close it."] * 4 == reviewer.notices
    assert [A, A, A, B] == reviewer.seen
    assert 1 == _schedule(three, A).reps


def test_an_answer_given_elsewhere_during_an_edit_leaves_the_card(three: Home) -> None:
    desk = ScriptedDesk(on_edit=lambda card: play(three, SHOW, EASY))
    reviewer = play(three, SHOW, Do.EDIT, SHOW, GOOD, desk=desk)
    assert [A, B, C] == reviewer.seen
    assert [("answer", A, None), ("answer", B, None)] == _events(three)


def test_a_card_edited_away_while_it_waits_is_passed_over(three: Home) -> None:
    def drop_b() -> None:
        store = opened(three)
        card = store.card(B)
        store.close()
        assert card is not None
        rewrite(three, card, lambda known: None)

    assert [A, C] == play(three, drop_b, SHOW, EASY, SHOW, EASY).seen


# Source and history


def test_the_history_tells_everything_that_happened_to_the_card(three: Home) -> None:
    reviewer = play(three, Do.INFO, Flag("red"), SHOW, EASY, UNDO, SHOW, Do.INFO)
    assert [[], [Kind.FLAG, Kind.ANSWER, Kind.UNDO]] == [[one.kind for one in events] for events in reviewer.histories]
    assert ["front", "info", "front"] == reviewer.steps[:3]
    assert ["back", "info", "back"] == reviewer.steps[-3:]


# Undo and redo


@pytest.mark.parametrize(
    ("wish", "word"),
    [(Do.BURY, "bury"), (Do.SUSPEND, "suspend"), (Flag("red"), "flag")],
    ids=["bury", "suspend", "flag"],
)
def test_each_mark_is_taken_back_and_done_again(three: Home, wish: Do | Flag, word: str) -> None:
    states: list[Schedule] = []

    def look() -> None:
        states.append(_schedule(three, A))

    reviewer = play(three, look, wish, look, UNDO, look, REDO, look, UNDO, look)
    before, after = states[:2]
    assert before != after
    assert [before, after, before, after, before] == states
    assert [f"took back: {word}", f"did again: {word} of deck/a", f"took back: {word}"] == [
        text for text in reviewer.notices if text.startswith(("took", "did"))
    ]
    assert A == reviewer.seen[-1]


def test_marks_and_answers_are_taken_back_in_the_order_of_their_making(three: Home) -> None:
    states: list[list[Schedule]] = []

    def look() -> None:
        states.append([_schedule(three, card) for card in (A, B, C)])

    done = [look, Flag("red"), look, SHOW, AGAIN, look, Do.BURY, look, Do.SUSPEND, look]
    reviewer = play(three, *done, *[UNDO, look] * 4, UNDO, *[REDO, look] * 4, REDO)
    assert [states[3], states[2], states[1], states[0]] == states[5:9]
    assert states[1:5] == states[9:13]
    assert "nothing to undo" in reviewer.notices
    assert "nothing to redo" == reviewer.notices[-1]


def test_marks_are_taken_back_after_restarts_and_without_end(three: Home) -> None:
    play(three, Flag("red"), SHOW, EASY, Do.BURY, Do.SUSPEND)
    for kind in ("suspend", "bury"):
        assert [f"took back: {kind}"] == play(three, UNDO).notices
    assert [] == play(three, UNDO).notices
    assert ["took back: flag"] == play(three, UNDO).notices
    assert ["nothing to undo"] == play(three, UNDO).notices
    assert [Schedule()] * 3 == [_schedule(three, card) for card in (A, B, C)]


def test_a_redo_works_after_a_restart_until_something_is_done(three: Home) -> None:
    play(three, SHOW, EASY, Do.BURY, UNDO, UNDO)
    play(three, REDO, Do.QUIT)
    assert 1 == _schedule(three, A).reps
    assert ["did again: bury of deck/b"] == play(three, REDO).notices
    assert ["nothing to redo"] == play(three, UNDO, Flag("red"), REDO).notices[1:]


def test_an_undo_on_another_day_brings_yesterdays_burial_back(three: Home) -> None:
    play(three, Do.BURY)
    reviewer = play(three, UNDO, clock=Clock(NOON + DAY))
    assert ["took back: bury"] == reviewer.notices
    assert _schedule(three, A).buried_until is None


def test_what_one_command_did_to_many_cards_is_one_undo(home: Home) -> None:
    names = [f"deck/{number:02}" for number in range(25)]
    with_cards(home, *map(basic, names))
    store = opened(home)
    batch = store.mark([hot.Mark(name, Kind.SUSPEND) for name in names[5:]], at_ms=NOON, day=TODAY)
    store.close()
    assert batch is not None
    assert tuple(names[5:]) == batch.cards
    reviewer = play(home, UNDO, REDO, UNDO)
    assert ["took back: suspend of 20 cards", "did again: suspend of 20 cards", "took back: suspend of 20 cards"] == (
        reviewer.notices
    )
    assert [names[0], names[5], names[0], names[5]] == reviewer.seen
    assert [Left(0, 5), Left(0, 25), Left(0, 5), Left(0, 25)] == reviewer.lefts


def test_marks_that_change_nothing_are_no_batch(three: Home) -> None:
    store = opened(three)
    assert store.mark([hot.Mark(A, Kind.RESUME), hot.Mark(B, Kind.FLAG)], at_ms=NOON, day=TODAY) is None
    batch = store.mark([hot.Mark(A, Kind.RESUME), hot.Mark(B, Kind.SUSPEND)], at_ms=NOON, day=TODAY)
    assert batch is not None
    assert (B,) == batch.cards
    store.close()


def test_a_flag_leaves_the_tally_and_an_undone_answer_leaves_it_too(three: Home) -> None:
    reviewer = play(three, SHOW, EASY, Flag("red"), SHOW, AGAIN, SHOW, EASY, SHOW, EASY, UNDO, SHOW, AGAIN)
    assert (4, 3) == (reviewer.tallies[0].answered, reviewer.tallies[0].remembered)


# Leaving


@pytest.mark.slow
@pytest.mark.parametrize(
    ("card", "script"),
    [
        (basic(A), []),
        (basic(A), [SHOW]),
        (Card(A, "follow-up", {"question": "q", "weak": "w", "strong": "s"}), [SHOW]),
        (Card(A, "follow-up", {"question": "q", "weak": "w", "strong": "s"}), [SHOW, Choose(0)]),
        (Card(A, "checklist", {"list": "l", "points": ["p"]}), [SHOW]),
        (Card(A, "checklist", {"list": "l", "points": ["p"]}), [SHOW, Tick(frozenset({0}))]),
        (Card(A, "weak-answer", {"text": "I quit.", "disqualifiers": ["I quit."]}), [Mark(frozenset({0}))]),
    ],
)
@pytest.mark.parametrize("wish", [Do.QUIT, Do.BURY, Do.SUSPEND, Do.SKIP, Do.UNDO, Do.REDO], ids=lambda wish: wish.value)
def test_a_card_is_left_at_every_step_without_an_answer(home: Home, card: Card, script: list[object], wish: Do) -> None:
    with_cards(home, card, Card(B, "level", {"level": "SDE 1", "bar": "b"}))
    reviewer = play(home, *script, wish)
    assert [] == query(home, "SELECT 1 FROM event WHERE kind = 'answer'")
    expected = {Do.QUIT: [A], Do.UNDO: [A, A], Do.REDO: [A, A]}.get(wish, [A, B])
    assert expected == reviewer.seen
    marks = {Do.BURY: [("bury",)], Do.SUSPEND: [("suspend",)]}.get(wish, [])
    assert marks == query(home, "SELECT kind FROM event")


@pytest.mark.parametrize("aside", [Flag("red"), Note("x"), Do.EDIT, Do.INFO], ids=["flag", "note", "edit", "info"])
def test_asides_leave_a_drill_at_its_step(home: Home, aside: Flag | Note | Do) -> None:
    with_cards(
        home,
        Card(A, "follow-up", {"question": "q", "weak": "w", "strong": "s"}),
        Card(B, "checklist", {"list": "l", "points": ["p", "q"]}),
    )
    ticks = Tick(frozenset({0}))
    reviewer = play(home, SHOW, aside, Choose(0), aside, EASY, Type("p"), aside, ticks, aside, EASY)
    steps = [step for step in reviewer.steps if step != "info"]
    assert ["front", "duel", "duel", "back", "back", "front", "tick", "tick", "back", "back", "finished"] == steps
    assert [] == reviewer.notices
    assert [("answer",)] * 2 == query(home, "SELECT kind FROM event WHERE kind = 'answer'")


def test_points_edited_while_they_are_ticked_are_asked_from_the_front(home: Home) -> None:
    with_cards(home, Card(A, "checklist", {"list": "l", "points": ["p", "q"]}))
    reviewer = play(home, Type("p"), Do.EDIT, desk=writing_desk(home, with_fields(points=["r"])))
    assert ["front", "tick", "front"] == reviewer.steps
    assert ("r",) == reviewer.shown[-1].exercise.points


def test_a_stage_whose_words_change_keeps_its_clock(home: Home) -> None:
    with_cards(home, Card(A, "stage", {"stage": "Result", "target_seconds": 60, "signals": ["x"]}))
    clock = Clock()
    script = [lambda: clock.move(50 * SECOND), SHOW, Do.EDIT, lambda: clock.move(50 * SECOND), SHOW]
    reviewer = play(home, *script, clock=clock, desk=writing_desk(home, with_fields(signals=["y"])))
    assert [50 * SECOND, 100 * SECOND] == [attempt.told_ms for attempt in reviewer.ticks]


# Restarts of the day


def test_a_card_left_open_over_the_turn_of_the_day_is_buried_until_the_day_after(three: Home) -> None:
    clock = Clock(NOON + 16 * HOUR - MINUTE)
    play(three, lambda: clock.move(2 * MINUTE), Do.BURY, clock=clock)
    assert TODAY + 2 == _schedule(three, A).buried_until
