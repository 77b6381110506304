from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homes import NOON, TODAY, basic, indexed, put_deck, quiz, with_cards
from lpdeck.deck.model import Card
from lpdeck.events import Event, Kind, effective, next_id
from lpdeck.home import Home
from lpdeck.scheduling import Rating
from lpdeck.store.choices import Choice, choices
from lpdeck.store.hot import ADD_EVENT, event_row
from lpdeck.store.schema import open_engine

LETTERS = ("ant", "bee", "cat")
BEES = quiz("deck/bees", LETTERS, "bee", principles=("ownership", "dive-deep"))


class Log:
    """Events written one after the other."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: Kind, **more: Any) -> Event:
        last = self.events[-1].id if self.events else None
        new = next_id(NOON + len(self.events), last, 0)
        self.events.append(Event(new, NOON, TODAY, "here", kind, new, **more))
        return self.events[-1]

    def answer(self, option: str | None, card: str = "deck/bees", kind: Kind = Kind.ANSWER, **more: Any) -> Event:
        detail = {"option": option, "right": option == "bee", **more}
        return self.add(kind, card=card, rating=Rating.GOOD, interval=3, due=TODAY + 3, detail=detail)

    def turn(self, kind: Kind, event: Event) -> Event:
        return self.add(kind, target=event.batch)


def _stored(home: Home, events: Iterable[Event], *cards: Card) -> list[Choice]:
    """What the store folds of a log over a deck of cards."""
    with_cards(home, *(cards or (BEES,)))
    connection = sqlite3.connect(home.database)
    with connection:
        connection.execute("INSERT INTO device VALUES ('here', 'here', 0)")
        connection.executemany(ADD_EVENT, map(event_row, events))
    connection.close()
    return _read(home)


def _read(home: Home) -> list[Choice]:
    with open_engine(home).connect() as connection:
        return list(choices(connection))


def _counts(found: Iterable[Choice]) -> list[tuple[str | None, bool, int]]:
    return [(one.option, one.was_right, one.count) for one in found]


def test_a_row_says_what_was_taken_and_what_the_card_is_now(home: Home) -> None:
    log = Log()
    log.answer("ant")
    log.answer("ant", kind=Kind.CRAM)
    expected = Choice("deck/bees", ("ownership", "dive-deep"), "deck/bees?", "bee", LETTERS, "ant", False, 2)
    assert [expected] == _stored(home, log.events)


def test_giving_up_is_an_answer_without_an_option_also_where_nothing_is_said_of_right(home: Home) -> None:
    log = Log()
    log.answer(None)
    log.add(Kind.ANSWER, card="deck/bees", rating=Rating.AGAIN, interval=-60, due=NOON, detail={"option": None})
    assert [(None, False, 2)] == _counts(_stored(home, log.events))


def test_an_answer_counts_as_right_or_wrong_as_it_was_when_it_was_given(home: Home) -> None:
    log = Log()
    log.answer("ant")
    log.answer("ant", right=True)
    log.answer("bee")
    assert [("ant", False, 1), ("ant", True, 1), ("bee", True, 1)] == _counts(_stored(home, log.events))


def test_what_was_undone_does_not_count_until_it_is_redone(home: Home) -> None:
    log = Log()
    log.turn(Kind.UNDO, log.answer("ant"))
    undo = log.turn(Kind.UNDO, log.answer("cat"))
    log.turn(Kind.REDO, undo)
    assert [("cat", False, 1)] == _counts(_stored(home, log.events))


def test_only_answers_that_tell_an_option_of_an_indexed_question_count(home: Home) -> None:
    log = Log()
    log.answer("ant", card="deck/gone")
    log.answer("ant", card="deck/basic")
    log.answer("ant", card="deck/draft")
    log.answer("ant", kind=Kind.IMPORT)
    log.answer("bee")
    for detail in ({}, {"flag": "red"}, {"option": 3}):
        log.add(Kind.ANSWER, card="deck/bees", rating=Rating.GOOD, interval=3, due=TODAY, detail=detail)
    log.add(Kind.FLAG, card="deck/bees", detail={"flag": "red"})
    draft = Card("deck/draft", "quiz", {"question": "?", "options": list(LETTERS)}, draft=True)
    assert [("bee", True, 1)] == _counts(_stored(home, log.events, BEES, draft, basic("deck/basic")))


def test_a_question_without_options_keeps_what_was_taken_of_them(home: Home) -> None:
    log = Log()
    log.answer("ant")
    card = Card("deck/bees", "quiz", {"question": "?", "answer": "bee", "explanation": "It hums."})
    (found,) = _stored(home, log.events, card)
    assert ((), "ant", 1) == (found.options, found.option, found.count)


def test_a_corrected_file_gives_the_card_as_it_is_now(home: Home) -> None:
    log = Log()
    log.answer("ant")
    _stored(home, log.events)
    put_deck(home, "deck", quiz("deck/bees", ("ant", "dog"), "ant"), age_s=30)
    indexed(home)
    (found,) = _read(home)
    assert (("ant", "dog"), "ant", "ant", False) == (found.options, found.answer, found.option, found.was_right)


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Answers and crams of three cards, with undos and redos."""
    log = Log()
    for _ in range(draw(st.integers(0, 20))):
        kind = draw(st.sampled_from([Kind.ANSWER, Kind.ANSWER, Kind.CRAM, Kind.UNDO, Kind.REDO]))
        if kind in (Kind.ANSWER, Kind.CRAM):
            card = draw(st.sampled_from(["deck/bees", "deck/basic", "deck/ants"]))
            log.answer(draw(st.sampled_from([*LETTERS, None])), card, kind)
            continue
        targets = [one for one in log.events if (one.kind is Kind.UNDO) == (kind is Kind.REDO) and one.kind != kind]
        if targets:
            log.turn(kind, draw(st.sampled_from(targets)))
    return log.events


@settings(max_examples=settings().max_examples // 2)
@given(logs())
def test_the_store_counts_what_walking_the_log_counts(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    home = Home(Path(tmp_path_factory.mktemp("choices")))
    found = _stored(home, events, BEES, basic("deck/basic"), quiz("deck/ants", LETTERS, "ant"))
    quizzed = [one for one in effective(events) if one.card != "deck/basic"]
    walked = Counter((one.card, json.dumps(one.detail)) for one in quizzed)
    folded = {(one.card, json.dumps({"option": one.option, "right": one.was_right})): one.count for one in found}
    assert walked == folded
