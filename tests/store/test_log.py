from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homes import (
    MINUTE,
    NOON,
    SCHEDULER,
    TODAY,
    basic,
    make,
    opened,
    put_deck,
    query,
    stored_and_replayed,
    with_cards,
)
from lpdeck.days import StudyDay
from lpdeck.deck.model import Card
from lpdeck.events import Event, Kind, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import Rating
from lpdeck.store import hot, log
from lpdeck.store.hot import event_row, schedule_row
from lpdeck.store.schema import open_engine

NAMES = [f"deck/{letter}" for letter in "abcd"]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Answers, imports, resets and other events over sixty days, with undos and redos."""
    found: list[Event] = []
    last = None
    for number in range(draw(st.integers(0, 25))):
        last = next_id(NOON + number, last, number)
        day = StudyDay(TODAY - draw(st.integers(0, 60)))
        at_ms = NOON - (TODAY - day) * 86_400_000 + draw(st.integers(0, 9)) * MINUTE
        kind = draw(st.sampled_from([Kind.ANSWER] * 5 + [Kind.IMPORT] * 2 + [Kind.UNDO] * 3 + [*Kind]))
        if kind in (Kind.UNDO, Kind.REDO):
            wanted = [one.batch for one in found if (one.kind is Kind.UNDO) == (kind is Kind.REDO)]
            if wanted:
                found.append(Event(last, at_ms, day, "here", kind, last, target=draw(st.sampled_from(wanted))))
            continue
        found.append(_action(draw, last, at_ms, day, kind))
    return found


def _action(draw: st.DrawFn, id_: str, at_ms: int, day: StudyDay, kind: Kind) -> Event:
    answered = kind in (Kind.ANSWER, Kind.IMPORT)
    interval = draw(st.sampled_from([-60, -600, 1, 9, 40])) if answered else None
    rated = answered or kind is Kind.CRAM
    return Event(
        id=id_,
        at_ms=at_ms,
        study_day=day,
        device="here",
        kind=kind,
        batch=id_,
        card=draw(st.sampled_from(NAMES)),
        rating=draw(st.sampled_from(Rating)) if rated else None,
        interval=interval,
        due=day + 3 if interval is None or interval > 0 else at_ms - interval * 1000,
    )


def _with_log(home: Home, events: list[Event]) -> Home:
    cards = [basic(name, principles=("ownership",)) for name in NAMES[:2]]
    draft = Card(NAMES[2], "basic", {}, draft=True)
    with_cards(home, *cards, draft, basic(NAMES[3], retired=True))
    turns = [one for one in events if one.card is None]
    schedules = {
        name: replay([*(one for one in events if one.card == name), *turns], SCHEDULER)
        for name in {one.card for one in events if one.card is not None}
    }
    connection = sqlite3.connect(home.database)
    with connection:
        connection.execute("INSERT INTO device VALUES ('here', 'here', 0)")
        connection.executemany(hot.ADD_EVENT, map(event_row, events))
        connection.executemany(hot.PUT_SCHEDULE, [schedule_row(*item) for item in schedules.items()])
    connection.close()
    return home


@settings(max_examples=settings().max_examples // 2)
@given(histories())
def test_schedules_are_those_of_walking_the_log(tmp_path_factory: pytest.TempPathFactory, events: list[Event]) -> None:
    home = _with_log(Home(tmp_path_factory.mktemp("log")), events)
    with open_engine(home).connect() as connection:
        replayed = dict(log.replayed(connection, SCHEDULER))
        stored = log.stored(connection)
        assert events == list(log.events(connection))
    assert stored == replayed


def test_a_card_deleted_from_its_deck_keeps_its_log_and_schedule(home: Home) -> None:
    from homes import indexed
    from lpdeck.scheduling import NEW

    with_cards(home, basic("deck/a"))
    store = opened(home)
    outcome = SCHEDULER.outcomes("deck/a", NEW, TODAY, NOON)[Rating.GOOD]
    store.answer("deck/a", NEW, outcome, at_ms=NOON, day=TODAY, took_ms=1, weights=SCHEDULER.weights.name, detail={})
    put_deck(home, "deck")
    indexed(home)
    assert [] == query(home, "SELECT id FROM card")
    assert outcome.schedule == store.schedule("deck/a")
    put_deck(home, "deck", basic("deck/a"), age_s=30)
    indexed(home)
    assert stored_and_replayed(store, ["deck/a"]) == ({"deck/a": outcome.schedule},) * 2
    store.close()


def test_an_empty_log_gives_nothing(home: Home) -> None:
    with open_engine(make(home)).connect() as connection:
        assert [] == list(log.events(connection))
        assert {} == log.stored(connection) == dict(log.replayed(connection, SCHEDULER))
