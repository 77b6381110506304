from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool
from stores import MemoryStore, answer, mark, redo, undo

from homes import DAY, MINUTE, NOON, SCHEDULER, TODAY, basic, with_cards
from lpdeck.events import ANSWERS, Event, Kind, effective, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import Memory, Rating, Schedule, State
from lpdeck.store import log, tables, tallies
from lpdeck.store.hot import ADD_EVENT, PUT_SCHEDULE, event_row, schedule_row
from lpdeck.store.tallies import Answer, Standing, Tally, tally

CARDS = ("deck/a", "deck/b", "deck/c")
GONE = "deck/gone"  # has events and a schedule, and is in no deck
RETIRED = "deck/retired"
ALL = (*CARDS, RETIRED, GONE)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoryStore]:
    """A store of four cards, one of them retired; each test rolls back what it wrote."""
    cards = (*map(basic, CARDS), basic(RETIRED, retired=True))
    opened = MemoryStore(with_cards(Home(tmp_path_factory.mktemp("tallies")), *cards))
    opened.raw.execute("INSERT INTO device VALUES ('there', 'there', 0)")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def core(base: MemoryStore) -> Iterator[sa.Connection]:
    """SQLAlchemy's hold on the same database; closed at the end only, for that rolls back."""
    with sa.create_engine("sqlite://", creator=lambda: base.raw, poolclass=StaticPool).connect() as connection:
        yield connection


@contextmanager
def filled(
    base: MemoryStore, events: Iterable[Event], known: dict[str, Schedule] | None = None
) -> Iterator[sqlite3.Connection]:
    base.raw.execute("BEGIN")
    base.raw.executemany(ADD_EVENT, map(event_row, events))
    base.raw.executemany(PUT_SCHEDULE, [schedule_row(card, one) for card, one in (known or {}).items()])
    yield base.raw
    base.raw.execute("ROLLBACK")


DETAILS: tuple[tuple[dict[str, Any], bool | None], ...] = (
    ({}, None),
    ({"option": "this", "right": False}, None),
    ({"option": None}, None),
    ({"duel": "weak"}, True),
    ({"duel": "strong"}, False),
    ({"hits": 0, "misses": 2, "false_alarms": 0}, True),
    ({"hits": 1, "misses": 1, "false_alarms": 3}, False),
    ({"hits": 0, "misses": 0, "false_alarms": 1}, None),
    ({"ticked": 0, "of": 3}, True),
    ({"ticked": 1, "of": 3, "told_ms": 5, "target_ms": None}, False),
    ({"told_ms": 5, "target_ms": None}, None),
    ({"typed": "no idea", "found": 0, "words": 3}, True),
    ({"typed": "some words", "found": 1, "words": 3}, False),
    ({"typed": "no idea", "found": 0, "words": 2}, None),
    ({"typed": "", "found": 0, "words": 9}, None),
    ({"typed": "no expectation"}, None),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """What happened to a few cards, on clocks that go back at times, with undos and redos of any of it."""
    found: list[Event] = []
    at_ms, last = NOON, None
    for number in range(draw(st.integers(0, 20))):
        at_ms += draw(st.integers(-MINUTE, 2 * MINUTE))
        last = next_id(at_ms, last, number)
        kind = draw(st.sampled_from([Kind.ANSWER, Kind.ANSWER, Kind.IMPORT, *Kind]))
        targets = [one.batch for one in found if (one.kind is Kind.UNDO) is (kind is Kind.REDO)]
        if kind in (Kind.UNDO, Kind.REDO):
            target = draw(st.sampled_from([*targets, "nothing"]))
            found.append(Event(last, at_ms, TODAY, "there", kind, last, target=target))
            continue
        together = bool(found) and found[-1].kind is kind and draw(st.booleans())
        found.append(
            Event(
                last,
                at_ms,
                TODAY + draw(st.integers(-1, 1)),
                "there",
                kind,
                found[-1].batch if together else last,
                draw(st.sampled_from(ALL)),
                rating=draw(st.sampled_from(Rating)) if kind in (*ANSWERS, Kind.CRAM) else None,
                took_ms=draw(st.none() | st.integers(0, 400_000)) if kind in ANSWERS else None,
                interval=draw(st.sampled_from([-60, 1, 30])) if kind in ANSWERS else None,
                due=TODAY + 1,
                detail=draw(st.sampled_from(DETAILS))[0],
            )
        )
    return found


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """A schedule near today, sometimes of a new card."""
    near = st.integers(TODAY - 3, TODAY + 3)
    state = draw(st.sampled_from([None, *State]))
    if state is None:
        return Schedule(suspended=draw(st.booleans()))
    return Schedule(
        state=state,
        memory=Memory(draw(st.floats(0.01, 400)), draw(st.floats(1, 10))),
        due_day=draw(near),
        due_at_ms=None if state is State.REVIEW else NOON,
        last_day=draw(near),
        interval=draw(st.sampled_from([-60, 5])),
        suspended=draw(st.booleans()),
        buried_until=draw(st.none() | near),
    )


KNOWN = st.dictionaries(st.sampled_from(ALL), schedules())
SOME = st.sets(st.sampled_from([*ALL, "deck/never"]))


# Twins

_event, _schedule, _card = tables.event.c, tables.schedule.c, tables.card.c
_LISTED = sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value)


def _told(name: str) -> sa.ColumnElement[Any]:
    return sa.func.json_extract(_event.detail, f"$.{name}")


def _failed() -> sa.ColumnElement[Any]:
    return sa.case(
        (_told("duel").is_not(None), _told("duel") == "weak"),
        (_told("hits") + _told("misses") > 0, _told("hits") == 0),
        (_told("of") > 0, _told("ticked") == 0),
        (sa.and_(_told("words") > 2, _told("typed") != ""), _told("found") == 0),
    )


def _answers() -> sa.Select[Any]:
    took = sa.func.coalesce(_event.took_ms, 0)
    counting = _event.kind.in_([Kind.ANSWER, Kind.IMPORT, Kind.RESET]) & _event.batch.not_in(log.undone_batches())
    columns = (_event.card, _event.at_ms, _event.study_day, _event.rating, took, _event.interval, _failed())
    return sa.select(*columns).where(counting).order_by(_event.id)


def _standings() -> sa.Select[Any]:
    names = "card state stability difficulty last_day due_day due_at_ms interval suspended buried_until"
    columns = [_schedule[name] for name in names.split()]
    both = tables.schedule.join(tables.card, _card.id == _schedule.card)
    query = sa.select(*columns, _card.asked, _card.retired).select_from(both)
    return query.where(_schedule.stability.is_not(None)).order_by(_schedule.card)


TWINS: dict[str, sa.Select[Any]] = {
    "ANSWERS": _answers(),
    "ANSWERS_OF": _answers().where(_event.card.in_(_LISTED)),
    "STANDINGS": _standings(),
    "STANDINGS_OF": _standings().where(_schedule.card.in_(_LISTED)),
    "CARDS": sa.select(sa.func.count()).select_from(tables.card),
    "KINDS": sa.select(_card.id, _card.kind),
    "KINDS_OF": sa.select(_card.id, _card.kind).where(_card.id.in_(_LISTED)),
}


def test_every_statement_has_a_twin() -> None:
    statements = {
        name
        for name, value in vars(tallies).items()
        if isinstance(value, str) and not name.startswith("_") and value.strip().startswith("SELECT")
    }
    assert set(TWINS) == statements


@given(events=logs(), known=KNOWN, ids=SOME)
def test_every_statement_gives_the_rows_of_its_twin(
    base: MemoryStore, core: sa.Connection, events: list[Event], known: dict[str, Schedule], ids: set[str]
) -> None:
    with filled(base, events, known) as raw:
        for name, twin in TWINS.items():
            values = {"ids": json.dumps(sorted(ids))} if name.endswith("_OF") else {}
            plain = raw.execute(getattr(tallies, name), values).fetchall()
            assert sorted(map(tuple, core.execute(twin, values)), key=repr) == sorted(plain, key=repr), name
            if "ORDER" in getattr(tallies, name):
                assert list(map(tuple, core.execute(twin, values))) == plain, name


# What counts


def _counted(events: Iterable[Event]) -> list[Answer]:
    """The answers as the log's own rules give them."""
    found = []
    ordered = sorted(effective(events), key=lambda one: (one.card or "", one.at_ms, one.id))
    before: dict[str, int | None] = {}
    for one in ordered:
        assert one.card is not None
        if one.kind is Kind.RESET:
            before[one.card] = None
        elif one.kind in ANSWERS:
            assert one.rating is not None
            assert one.interval is not None
            failed = next(failed for detail, failed in DETAILS if detail == one.detail)
            found.append(
                Answer(
                    one.card,
                    one.at_ms,
                    one.study_day,
                    int(one.rating),
                    one.took_ms or 0,
                    one.interval,
                    before.get(one.card),
                    failed,
                )
            )
            before[one.card] = one.interval
    return found


@given(events=logs(), ids=SOME)
def test_answers_are_those_that_stand_each_with_the_interval_before_it(
    base: MemoryStore, events: list[Event], ids: set[str]
) -> None:
    with filled(base, events) as raw:
        whole, some = tally(raw), tally(raw, ids)
    assert _counted(events) == whole.answers
    assert [one for one in whole.answers if one.card in ids] == some.answers


@given(known=KNOWN, ids=SOME)
def test_memories_are_those_of_the_index(base: MemoryStore, known: dict[str, Schedule], ids: set[str]) -> None:
    with filled(base, [], known) as raw:
        whole, some = tally(raw), tally(raw, ids)
    assert sorted(card for card, one in known.items() if one.memory and card != GONE) == [
        one.card for one in whole.standings
    ]
    assert [one for one in whole.standings if one.card in ids] == some.standings
    assert dict.fromkeys({*CARDS, RETIRED} & ids, "basic") == some.kinds
    for one in whole.standings:
        schedule = known[one.card]
        assert (one.stability, one.difficulty) == schedule.memory
        assert (schedule.suspended, one.card == RETIRED, one.card != RETIRED) == (one.suspended, one.retired, one.asked)


@given(first=logs(), ids=SOME)
def test_few_cards_and_many_are_read_alike(base: MemoryStore, first: list[Event], ids: set[str]) -> None:
    with filled(base, first) as raw, pytest.MonkeyPatch.context() as patch:
        found = []
        for few in (0, 1000):
            patch.setattr(tallies, "FEW", few)
            found.append(tally(raw, ids))
    assert found[0] == found[1]


def test_nothing_gives_nothing(store: MemoryStore) -> None:
    assert ([], [], dict.fromkeys(CARDS, "basic")) == store.tally()
    assert ([], [], {}) == store.tally([])


@pytest.mark.parametrize(("detail", "failed"), DETAILS)
def test_an_attempt_failed_where_nothing_of_it_was_right(
    store: MemoryStore, detail: dict[str, Any], failed: bool | None
) -> None:
    answer(store, "deck/a", Rating.HARD, **detail)
    assert [failed] == [one.failed for one in store.tally().answers]


def test_an_undo_takes_an_answer_out_of_the_count_and_a_redo_puts_it_back(store: MemoryStore) -> None:
    answer(store, "deck/a")
    answer(store, "deck/a", Rating.AGAIN, NOON + MINUTE)
    undo(store, NOON + 2 * MINUTE)
    assert [Rating.GOOD] == [one.rating for one in store.tally().answers]
    redo(store, NOON + 3 * MINUTE)
    assert [(Rating.GOOD, None), (Rating.AGAIN, -600)] == [(one.rating, one.before) for one in store.tally().answers]


def test_answers_before_a_reset_count_and_what_comes_after_begins_anew(store: MemoryStore) -> None:
    answer(store, "deck/a", Rating.EASY)
    mark(store, Kind.RESET, "deck/a", at_ms=NOON + DAY)
    answer(store, "deck/a", Rating.EASY, NOON + 2 * DAY)
    assert [None, None] == [one.before for one in store.tally().answers]


def test_a_cram_is_no_answer(store: MemoryStore) -> None:
    store.cram("deck/a", Rating.GOOD, at_ms=NOON, day=TODAY, took_ms=9, detail={})
    assert [] == store.tally().answers


def test_a_memory_is_that_of_the_schedule(store: MemoryStore) -> None:
    given = answer(store, "deck/b", Rating.EASY)
    schedule = replay([given], SCHEDULER)
    assert schedule.memory is not None
    assert schedule.due_day is not None
    assert schedule.interval is not None
    expected = Standing(
        "deck/b", 2, *schedule.memory, TODAY, schedule.due_day, None, schedule.interval, False, None, True, False
    )
    assert Tally(store.tally().answers, [expected], {"deck/b": "basic"}) == store.tally(["deck/b"])
