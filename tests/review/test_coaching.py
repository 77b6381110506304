from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from scripted import DUE, Scripted, ScriptedDesk, play, put

from homes import TODAY, basic, query, with_cards
from lpdeck.deck.model import Card
from lpdeck.errors import DeckError
from lpdeck.home import Home
from lpdeck.review.coaching import EASIER, Coaching, coach
from lpdeck.review.loop import Do
from lpdeck.scheduling import NEW, Memory, Rating, Schedule
from lpdeck.store.hot import StoredCard

SHOW, AGAIN, GOOD = Do.REVEAL, Rating.AGAIN, Rating.GOOD
A, B = "deck/a", "deck/b"


# When


@pytest.fixture
def leech(home: Home) -> Callable[[int], Home]:
    """A home with a card that was forgotten so many times, and an easier one."""

    def make(lapses: int) -> Home:
        with_cards(home, basic(A), basic(B))
        put(home, A, DUE._replace(lapses=lapses, memory=Memory(2.0, 9.0)))
        put(home, B, DUE._replace(memory=Memory(9.0, 2.0)))
        return home

    return make


@pytest.mark.parametrize("before", range(6, 21))
@pytest.mark.slow
def test_a_leech_is_coached_at_eight_lapses_and_every_fourth_after(leech: Callable[[int], Home], before: int) -> None:
    reviewer = play(leech(before), SHOW, AGAIN, Do.REVEAL)
    expected = [before + 1] if before + 1 in (8, 12, 16, 20) else []
    assert expected == [coaching.lapses for coaching in reviewer.leeches]


def test_a_leech_that_is_remembered_is_not_coached(leech: Callable[[int], Home]) -> None:
    assert [] == play(leech(8), SHOW, GOOD).leeches


def test_a_leech_forgotten_again_in_its_step_is_not_coached_twice(leech: Callable[[int], Home]) -> None:
    reviewer = play(leech(7), SHOW, AGAIN, Do.REVEAL, SHOW, Rating.EASY, SHOW, AGAIN)
    assert [A, B, A, A] == reviewer.seen
    assert 1 == len(reviewer.leeches)


# What to do about it


def _coached(home: Home, wish: Do, desk: ScriptedDesk | None = None) -> Scripted:
    return play(home, SHOW, AGAIN, wish, desk=desk)


def test_going_on_leaves_the_leech_as_it_is(leech: Callable[[int], Home]) -> None:
    home, desk = leech(7), ScriptedDesk()
    reviewer = _coached(home, Do.REVEAL, desk)
    assert ([], [], []) == (reviewer.notices, desk.edits, desk.splits)
    assert [("answer",)] == query(home, "SELECT kind FROM event")


def test_a_leech_is_suspended_from_its_coaching_and_an_undo_brings_it_back(leech: Callable[[int], Home]) -> None:
    home = leech(7)
    reviewer = _coached(home, Do.SUSPEND)
    assert ["suspended: lpdeck resume brings it back"] == reviewer.notices
    assert [A, B] == reviewer.seen
    assert [("answer",), ("suspend",)] == query(home, "SELECT kind FROM event ORDER BY id")
    assert [(1,)] == query(home, "SELECT suspended FROM schedule WHERE card = ?", [A])
    assert ["took back: suspend"] == play(home, Do.UNDO).notices
    assert [(0,)] == query(home, "SELECT suspended FROM schedule WHERE card = ?", [A])


def test_a_leech_is_rewritten_from_its_coaching(leech: Callable[[int], Home]) -> None:
    desk = ScriptedDesk()
    reviewer = _coached(leech(7), Do.EDIT, desk)
    assert ([A], []) == (desk.edits, reviewer.notices)


def test_a_leech_split_in_two_is_suspended(leech: Callable[[int], Home]) -> None:
    home, desk = leech(7), ScriptedDesk()
    reviewer = _coached(home, Do.SPLIT, desk)
    assert [A] == desk.splits
    assert ["split in two; the old card is suspended"] == reviewer.notices
    assert [(1,)] == query(home, "SELECT suspended FROM schedule WHERE card = ?", [A])


@pytest.mark.parametrize("wish", [Do.EDIT, Do.SPLIT])
def test_a_leech_that_can_not_be_written_stays_as_it_is(leech: Callable[[int], Home], wish: Do) -> None:
    def fail(*_: object) -> None:
        raise DeckError("no editor", "Set EDITOR.")

    home = leech(7)
    reviewer = _coached(home, wish, ScriptedDesk(on_edit=fail, on_split=fail))
    assert ["no editor. Set EDITOR."] == reviewer.notices
    assert [("answer",)] == query(home, "SELECT kind FROM event")


# What is said


def _card(name: str, kind: str = "basic", **fields: Any) -> StoredCard:
    return StoredCard(name, "deck", 1, kind, (), fields, None, (), False, False, None)


def _hard(difficulty: float, **more: Any) -> Schedule:
    return DUE._replace(memory=Memory(5.0, difficulty), **more)


CARD = _card(A, "follow-up", question="Which pager rotation burned?", strong="I shortened the pager rotation.")
ACTION = _card(B, "stage", stage="Action", example="I shortened the pager rotation at once.", coaching="Say I.")
RESULT = _card(
    "deck/c", "stage", stage="Result", example="Latency fell by half.", coaching="Give numbers.", mistake="we"
)


def test_the_advice_is_that_of_the_stage_with_the_nearest_words() -> None:
    found = coach(CARD, _hard(9.0, lapses=8), [(CARD, NEW), (RESULT, NEW), (ACTION, NEW)])
    assert Coaching(8, "Action", "Say I.", None) == found


def test_a_stage_advises_itself_or_nobody() -> None:
    assert ("Result", "Give numbers.", "we") == _advice(RESULT, [RESULT, ACTION])
    silent = _card(A, "stage", stage="Situation", example="I shortened the pager rotation.")
    assert (None, None, None) == _advice(silent, [silent, ACTION])


def _advice(card: StoredCard, page: list[StoredCard]) -> tuple[str | None, str | None, str | None]:
    found = coach(card, NEW, [(one, NEW) for one in page])
    return found.stage, found.coaching, found.mistake


def _of(story: str, card: StoredCard) -> StoredCard:
    return _card(card.id, card.kind, **card.fields, story=story)


def test_a_card_of_another_story_advises_nothing() -> None:
    own = _of("Pager", CARD)
    other = _of("Invoice", ACTION)
    same = _of("Pager", RESULT)
    assert ("Result", "Give numbers.", "we") == _advice(own, [own, other, same])


def test_a_page_without_advice_is_coached_without_it() -> None:
    assert Coaching(8) == coach(CARD, _hard(5.0, lapses=8), [(CARD, _hard(5.0))])


def test_easier_cards_are_shown_from_the_easiest_and_only_those_that_are_known_and_awake() -> None:
    page = [
        (_card(f"deck/{name}", front=name, back="b"), schedule)
        for name, schedule in {
            "third": _hard(4.0),
            "first": _hard(2.0),
            "new": NEW,
            "asleep": _hard(1.0, suspended=True),
            "harder": _hard(9.5),
            "second": _hard(3.0),
            "fourth": _hard(5.0),
        }.items()
    ]
    assert 3 == EASIER
    assert ("first", "second", "third") == coach(CARD, _hard(9.0), [(CARD, _hard(9.0)), *page]).easier


def test_the_coaching_in_a_sitting_comes_from_the_deck(home: Home) -> None:
    with_cards(
        home,
        Card(A, "follow-up", {"question": "Which pager rotation burned?", "strong": "I shortened the rotation."}),
        Card(B, "stage", {"stage": "Action", "example": "I shortened the pager rotation.", "coaching": "Say I."}),
        basic("deck/easy", "an easy one"),
        basic("deck/retired", "gone", retired=True),
    )
    put(home, A, DUE._replace(lapses=7, memory=Memory(2.0, 9.0)))
    put(home, "deck/easy", DUE._replace(due_day=TODAY + 5, memory=Memory(9.0, 2.0)))
    put(home, "deck/retired", DUE._replace(memory=Memory(9.0, 1.0)))
    assert [Coaching(8, "Action", "Say I.", None, ("an easy one",))] == play(
        home, SHOW, AGAIN, SHOW, duels=False
    ).leeches
