from __future__ import annotations

import sqlite3

import pytest
from scripted import Clock, Entry, Scripted, play

from homes import HOUR, NOON, SECOND, TODAY, basic, query, quiz, with_cards
from lpdeck.deck.model import Card
from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.review.drills import ALL, RIGHT, WRONG
from lpdeck.review.loop import Choose, Do
from lpdeck.review.queue import Limits
from lpdeck.review.session import Left
from lpdeck.scheduling import Rating
from lpdeck.store import holding

SHOW, UNDO, REDO = Do.REVEAL, Do.UNDO, Do.REDO
AGAIN, HARD, GOOD, EASY = Rating
NINE = Limits(9, 9)


@pytest.fixture
def three(home: Home) -> Home:
    """A home with three new cards."""
    return with_cards(home, basic("deck/a"), basic("deck/b"), basic("deck/c"))


def _run(home: Home, *script: Entry, clock: Clock | None = None) -> Scripted:
    return play(home, *script, limits=NINE, clock=clock)


def _ratings(home: Home) -> list[tuple[object, ...]]:
    return query(home, "SELECT card, rating FROM event WHERE kind = 'answer' ORDER BY id")


def test_cards_are_asked_until_nothing_is_left(three: Home) -> None:
    reviewer = _run(three, SHOW, EASY, SHOW, EASY, SHOW, EASY)
    assert ["deck/a", "deck/b", "deck/c"] == reviewer.seen
    assert [Left(0, 3), Left(0, 2), Left(0, 1)] == reviewer.lefts
    assert [ALL] * 3 == reviewer.offered
    assert [("deck/a", 4), ("deck/b", 4), ("deck/c", 4)] == _ratings(three)
    (end,) = reviewer.ends
    assert end.learning_ms is None
    assert end.due_day is not None
    assert end.due_day > TODAY


def test_leaving_keeps_what_was_answered(three: Home) -> None:
    _run(three, SHOW, EASY, SHOW, Do.QUIT)
    assert [("deck/a", 4)] == _ratings(three)
    assert ["deck/b"] == _run(three, Do.QUIT).seen


def test_an_undo_on_the_front_asks_the_last_card_again(three: Home) -> None:
    reviewer = _run(three, SHOW, EASY, UNDO, SHOW, AGAIN, Do.QUIT)
    assert ["deck/a", "deck/b", "deck/a", "deck/b"] == reviewer.seen
    assert [("deck/a", 4), ("deck/a", 1)] == _ratings(three)
    assert [] == reviewer.notices


def test_an_undo_on_the_back_asks_the_last_card_again(three: Home) -> None:
    assert ["deck/a", "deck/b", "deck/a"] == _run(three, SHOW, EASY, SHOW, UNDO).seen


def test_an_undo_after_the_last_card_asks_it_again(three: Home) -> None:
    reviewer = _run(three, SHOW, EASY, SHOW, EASY, SHOW, EASY, UNDO, UNDO)
    assert ["deck/a", "deck/b", "deck/c", "deck/c", "deck/b"] == reviewer.seen


def test_an_undo_reaches_into_the_sitting_before(three: Home) -> None:
    _run(three, SHOW, EASY)
    reviewer = _run(three, UNDO, UNDO)
    assert ["deck/b", "deck/a", "deck/a"] == reviewer.seen
    assert ["nothing to undo"] == reviewer.notices


def test_a_redo_gives_the_answer_again(three: Home) -> None:
    reviewer = _run(three, SHOW, EASY, UNDO, REDO, REDO)
    assert ["deck/a", "deck/b", "deck/a", "deck/b", "deck/b"] == reviewer.seen
    assert ["nothing to redo"] == reviewer.notices
    assert [("deck/a",)] == query(three, "SELECT card FROM schedule WHERE reps = 1")


def test_an_answer_given_elsewhere_meanwhile_is_not_counted(three: Home) -> None:
    def elsewhere() -> None:
        _run(three, SHOW, AGAIN, clock=Clock(NOON - 60 * SECOND))

    reviewer = _run(three, SHOW, elsewhere, EASY, Do.QUIT)
    assert ["deck/a", "deck/a"] == reviewer.seen
    assert ["that card was answered elsewhere meanwhile; this answer was not counted"] == reviewer.notices
    assert [("deck/a", 1)] == _ratings(three)


# Quiz questions


def test_an_answer_that_can_not_be_kept_is_said_to_be_lost(three: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0)
    other = sqlite3.connect(three.database, isolation_level=None)
    with pytest.raises(HomeError) as caught:
        _run(three, SHOW, EASY, SHOW, lambda: other.execute("BEGIN IMMEDIATE"), GOOD)
    other.close()
    assert caught.value.advice.startswith("The answer that you gave last was not kept. Close it, or wait")
    assert [("deck/a", 4)] == _ratings(three)


@pytest.fixture
def question(home: Home) -> Home:
    """A home with one quiz question."""
    return with_cards(home, quiz("deck/q", ["one", "two", "three", "four"], "three"))


def _order(home: Home, at_ms: int = NOON) -> tuple[str, ...]:
    return _run(home, clock=Clock(at_ms)).shown[0].options


def _detail(home: Home) -> list[tuple[object, ...]]:
    return query(home, "SELECT rating, detail ->> 'option', detail ->> 'right' FROM event")


def test_a_wrong_option_is_again_and_the_option_is_in_the_log(question: Home) -> None:
    wrong = next(index for index, option in enumerate(_order(question)) if option == "two")
    reviewer = _run(question, Choose(wrong), AGAIN)
    assert [WRONG] == reviewer.offered
    assert [(1, "two", 0)] == _detail(question)


def test_the_right_option_leaves_how_well_it_was_known(question: Home) -> None:
    reviewer = _run(question, Choose(_order(question).index("three")), HARD)
    assert [RIGHT] == reviewer.offered
    assert [(2, "three", 1)] == _detail(question)


def test_a_quiz_shown_without_choosing_is_again(question: Home) -> None:
    reviewer = _run(question, SHOW, AGAIN)
    assert [(AGAIN,)] == reviewer.offered
    assert [(1, None, None)] == _detail(question)
    assert [('{"option": null}',)] == query(question, "SELECT detail FROM event")


def test_a_card_without_options_has_no_detail(three: Home) -> None:
    _run(three, SHOW, GOOD)
    assert [(None,)] == query(three, "SELECT detail FROM event")


def test_a_quiz_without_options_is_asked_openly(home: Home) -> None:
    with_cards(home, Card("deck/q", "quiz", {"question": "why?", "explanation": "so"}))
    reviewer = _run(home, SHOW, GOOD)
    assert [ALL] == reviewer.offered
    assert () == reviewer.shown[0].options


def test_options_stand_in_one_order_for_a_card_and_a_day(home: Home) -> None:
    options = [f"option {number}" for number in range(8)]
    with_cards(home, quiz("deck/q", options, options[0]), quiz("deck/r", options, options[0]))
    today = _order(home)
    assert today == _order(home, NOON + 5 * HOUR)
    tomorrow = _order(home, NOON + 24 * HOUR)
    other = _run(home, SHOW, AGAIN).shown[1].options
    assert sorted(options) == sorted(today) == sorted(tomorrow) == sorted(other)
    assert 3 == len({today, tomorrow, other})


def test_a_question_undone_stands_in_the_same_order(question: Home) -> None:
    shown = _run(question, SHOW, AGAIN, UNDO, SHOW, AGAIN, Do.QUIT).shown
    assert [shown[0].options] * 4 == [one.options for one in shown]
