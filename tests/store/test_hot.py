"""Each statement of the hot path beside its twin in SQLAlchemy Core, on homes drawn at random."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool

from homes import MINUTE, NOON, SCHEDULER, TODAY, basic, change, make, opened, put_deck, query, with_cards
from lpdeck.events import Event, Kind, effective, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Memory, Rating, Schedule, State
from lpdeck.store import hot, log, tables
from lpdeck.store.hot import HotStore, StaleError, event_of, event_row, schedule_of, schedule_row

HERE, THERE = "here", "there"
CARDS = [f"{deck}/{letter}" for deck in ("b", "a") for letter in "pqrst"]
GONE = "a/gone"  # has a schedule and events, and is in no deck

card, event, schedule = tables.card.c, tables.event, tables.schedule.c
DAY: sa.BindParameter[Any] = sa.bindparam("day")
JOINED = tables.schedule.join(tables.card, card.id == schedule.card)
AWAKE = sa.and_(schedule.suspended == 0, sa.or_(schedule.buried_until.is_(None), schedule.buried_until <= DAY))
QUEUED = (card.id, card.sibling, card.principles)


def _learning() -> sa.Select[Any]:
    due = sa.and_(schedule.state.in_([State.LEARNING, State.RELEARNING]), card.asked == 1, AWAKE)
    query = sa.select(*QUEUED, schedule.due_at_ms).select_from(JOINED).where(due)
    return query.order_by(schedule.due_at_ms, card.id)


def _reviews() -> sa.Select[Any]:
    due = sa.and_(schedule.state == State.REVIEW, schedule.due_day <= DAY, card.asked == 1, AWAKE)
    elapsed = sa.cast(DAY - schedule.last_day, sa.Double) / schedule.stability
    return sa.select(*QUEUED, sa.null()).select_from(JOINED).where(due).order_by(elapsed.desc(), card.id)


def _new_cards() -> sa.Select[Any]:
    known = sa.select(schedule.card).where(sa.or_(schedule.state.is_not(None), sa.not_(AWAKE)))
    query = sa.select(*QUEUED, sa.null()).where(card.asked == 1, card.id.not_in(known))
    return query.order_by(card.deck, card.position)


def _counting(column: sa.Column[int]) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(tables.schedule).where(column == DAY)


def _next_due() -> sa.Select[Any]:
    coming = sa.func.max(schedule.due_day, sa.func.coalesce(schedule.buried_until, 0), DAY + 1)
    due = sa.and_(schedule.state == State.REVIEW, card.asked == 1, schedule.suspended == 0)
    return sa.select(sa.func.min(coming)).select_from(JOINED).where(due)


def _pace() -> sa.Select[Any]:
    last = sa.select(event.c.took_ms).where(event.c.kind == Kind.ANSWER).order_by(event.c.id.desc()).limit(200)
    took = last.subquery().c.took_ms
    return sa.select(sa.func.avg(sa.case((took > 60_000, 60_000), else_=took)))


def _events_of_card() -> sa.Select[Any]:
    batches = sa.select(event.c.batch).where(event.c.card == sa.bindparam("card"))
    undos = sa.and_(event.c.kind == Kind.UNDO, event.c.target.in_(batches))
    redos = sa.and_(event.c.kind == Kind.REDO, event.c.target.in_(sa.select(event.c.batch).where(undos)))
    touching = sa.or_(event.c.card == sa.bindparam("card"), undos, redos)
    return sa.select(*log.EVENT_FIELDS).where(touching).order_by(event.c.id)


ACTIONS = sa.and_(event.c.device == sa.bindparam("device"), event.c.kind.not_in([Kind.UNDO, Kind.REDO]))


def _latest_action() -> sa.Select[Any]:
    stands = sa.and_(ACTIONS, event.c.kind != Kind.IMPORT, event.c.batch.not_in(log.undone_batches()))
    return sa.select(event.c.batch).where(stands).order_by(event.c.id.desc()).limit(1)


def _latest_undo() -> sa.Select[Any]:
    redone = sa.select(event.c.target).where(event.c.kind == Kind.REDO)
    since = sa.select(sa.func.coalesce(sa.func.max(event.c.id), "")).where(ACTIONS).scalar_subquery()
    here = sa.and_(event.c.kind == Kind.UNDO, event.c.device == sa.bindparam("device"))
    stands = sa.and_(here, event.c.batch.not_in(redone), event.c.id > since)
    return sa.select(event.c.batch).where(stands).order_by(event.c.id.desc()).limit(1)


# Each reading statement with its twin and what is bound to it.
STORED_CARD = [card[name] for name in hot.CARD.split("SELECT ")[1].split(" FROM")[0].split(", ")]
TWINS: dict[str, tuple[sa.Select[Any], dict[str, Any]]] = {
    "LEARNING": (_learning(), {"day": TODAY}),
    "REVIEWS": (_reviews(), {"day": TODAY}),
    "NEW_CARDS": (_new_cards(), {"day": TODAY}),
    "MET": (
        sa.select(card.sibling, card.id)
        .select_from(JOINED)
        .where(schedule.last_day >= DAY, card.sibling.is_not(None))
        .order_by(schedule.last_day.desc(), card.id),
        {"day": TODAY},
    ),
    "BEGUN": (_counting(tables.schedule.c.first_day), {"day": TODAY}),
    "REVIEWED": (_counting(tables.schedule.c.reviewed_day), {"day": TODAY}),
    "CARD": (sa.select(*STORED_CARD).where(card.id == sa.bindparam("card")), {"card": CARDS[0]}),
    "NEXT_DUE": (_next_due(), {"day": TODAY}),
    "DRAFTS": (
        sa.select(sa.func.count()).select_from(tables.card).where(card.draft == 1, card.retired == 0),
        {},
    ),
    "PACE": (_pace(), {}),
    "LATEST_AT": (
        sa.select(sa.func.max(event.c.at_ms)).where(event.c.card == sa.bindparam("card")),
        {"card": CARDS[0]},
    ),
    "EVENTS_OF_CARD": (_events_of_card(), {"card": CARDS[0]}),
    "LATEST_ACTION": (_latest_action(), {"device": HERE}),
    "LATEST_UNDO": (_latest_undo(), {"device": HERE}),
}
WRITING = {"ADD_EVENT", "PUT_SCHEDULE"}

NEAR: st.SearchStrategy[Any] = st.integers(TODAY - 3, TODAY + 3)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """A schedule near today; not always one that answers could give, for a statement must agree on any."""
    state = draw(st.sampled_from([None, *State]))
    memory = Memory(draw(st.floats(0.01, 400)), draw(st.floats(1, 10))) if state else None
    return Schedule(
        state=state,
        step=draw(st.none() | st.integers(0, 2)),
        memory=memory,
        due_day=draw(NEAR) if state else None,
        due_at_ms=draw(st.integers(NOON - 9, NOON + 9)) if state in (State.LEARNING, State.RELEARNING) else None,
        first_day=draw(NEAR) if state else None,
        last_day=draw(NEAR) if state else None,
        reviewed_day=draw(st.none() | NEAR),
        interval=draw(st.none() | st.integers(-600, 40)),
        reps=draw(st.integers(0, 9)),
        lapses=draw(st.integers(0, 9)),
        suspended=draw(st.booleans()),
        buried_until=draw(st.none() | NEAR),
        flag=draw(st.none() | st.sampled_from(["red", "blau"])),
    )


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Actions of two devices, some together in one batch, with undos and redos of any of them."""
    found: list[Event] = []
    at_ms, last = NOON, None
    for number in range(draw(st.integers(0, 14))):
        at_ms += draw(st.integers(-3, 60_000))
        last = next_id(at_ms, last, number)
        device = draw(st.sampled_from([HERE, HERE, THERE]))
        actions = [one.batch for one in found if one.kind not in (Kind.UNDO, Kind.REDO)]
        undos = [one.batch for one in found if one.kind is Kind.UNDO]
        kinds = [*[Kind.UNDO] * (3 * bool(actions)), *[Kind.REDO] * (2 * bool(undos))]
        kind = draw(st.sampled_from([Kind.ANSWER, Kind.ANSWER, *kinds, *Kind]))
        if kind in (Kind.UNDO, Kind.REDO):
            targets = actions if kind is Kind.UNDO else undos
            if targets:
                found.append(Event(last, at_ms, TODAY, device, kind, last, target=draw(st.sampled_from(targets))))
            continue
        together = bool(actions) and found[-1].device == device and found[-1].kind == kind and draw(st.booleans())
        name = draw(st.sampled_from([*CARDS[:4], GONE]))
        found.append(_action(draw, last, at_ms, device, kind, found[-1].batch if together else last, name))
    return found


def _action(draw: st.DrawFn, id_: str, at_ms: int, device: str, kind: Kind, batch: str, name: str) -> Event:
    answered = kind in (Kind.ANSWER, Kind.IMPORT)
    interval = draw(st.sampled_from([-60, -600, 1, 5, 30])) if answered else None
    return Event(
        id=id_,
        at_ms=at_ms,
        study_day=TODAY,
        device=device,
        kind=kind,
        batch=batch,
        card=name,
        rating=draw(st.sampled_from(Rating)) if answered or kind is Kind.CRAM else None,
        took_ms=draw(st.integers(0, 200_000)) if answered else None,
        interval=interval,
        due=TODAY + 2 if interval is None or interval > 0 else at_ms - interval * 1000,
        weights="w" if answered else None,
        detail=draw(st.sampled_from([{}, {"option": "Ünique"}])),
    )


@st.composite
def card_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Cards of two decks; some drafts, some retired, some siblings."""
    return [_card_row(draw, name, position) for position, name in enumerate(CARDS[: draw(st.integers(0, 10))])]


def _card_row(draw: st.DrawFn, name: str, position: int) -> dict[str, Any]:
    draft, retired = draw(st.sampled_from([(0, 0), (0, 0), (0, 0), (1, 0), (0, 1), (1, 1)]))
    return {
        "id": name,
        "deck": name.split("/")[0],
        "position": 20 - position,
        "line": position,
        "kind": "basic",
        "principles": draw(st.sampled_from(["", "ownership", "ownership dive-deep"])),
        "fields": json.dumps({"front": name}),
        "note": draw(st.none() | st.just("note")),
        "tags": "[]",
        "draft": draft,
        "retired": retired,
        "asked": int(not (draft or retired)),
        "sibling": draw(st.none() | st.sampled_from(["s1", "s2"])),
        "fingerprint": "f",
        "changed_ms": 0,
    }


SCHEDULES = st.dictionaries(st.sampled_from([*CARDS, GONE]), schedules())


@dataclass(frozen=True)
class Empty:
    """One connection on an empty database in memory, and SQLAlchemy's hold on the same."""

    raw: sqlite3.Connection
    core: sa.Connection


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Empty:
    """A database of the current schema without a row; each example rolls back what it wrote."""
    home = make(Home(tmp_path_factory.mktemp("hot")))
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    source = sqlite3.connect(home.database)
    source.backup(connection)
    source.close()
    connection.execute("DELETE FROM device")
    engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    return Empty(connection, engine.connect())


class Filled:
    """The connection with rows in it, as SQLAlchemy sees it; leaves it empty again."""

    def __init__(
        self, empty: Empty, cards: list[dict[str, Any]], known: dict[str, Schedule], events: list[Event]
    ) -> None:
        self.raw, self.core = empty.raw, empty.core
        self.raw.execute("BEGIN")
        devices = [{"id": name, "name": name, "here": int(name == HERE)} for name in (HERE, THERE)]
        self._insert(tables.device, devices)
        blank = {"size": 0, "mtime_ns": 0, "indexed_ns": 0, "fingerprint": "", "title": "", "principles": ""}
        decks = [{"name": name, "pages": "[]", "dropped": "[]", **blank} for name in "ab"]
        self._insert(tables.deck_file, decks)
        self._insert(tables.card, cards)
        self.raw.executemany(hot.PUT_SCHEDULE, [schedule_row(name, one) for name, one in known.items()])
        self.raw.executemany(hot.ADD_EVENT, [event_row(one) for one in events])

    def _insert(self, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.core.execute(table.insert(), rows)

    def __enter__(self) -> Filled:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.execute("ROLLBACK")


def test_every_statement_of_the_hot_path_has_a_twin() -> None:
    statements = {
        name
        for name, value in vars(hot).items()
        if isinstance(value, str) and value.strip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))
    }
    assert {*TWINS, *WRITING} == statements


@given(card_rows(), SCHEDULES, logs())
def test_every_reading_statement_gives_the_rows_of_its_twin(
    empty: Empty, cards: list[dict[str, Any]], known: dict[str, Schedule], events: list[Event]
) -> None:
    with Filled(empty, cards, known, events) as home:
        for name, (twin, values) in TWINS.items():
            statement = getattr(hot, name)
            bound = tuple(values.values()) if "?" in statement else values
            plain = home.raw.execute(statement, bound).fetchall()
            core = [tuple(row) for row in home.core.execute(twin, values)]
            assert core == plain, name


@given(SCHEDULES, logs())
def test_every_writing_statement_writes_the_rows_of_its_twin(
    empty: Empty, known: dict[str, Schedule], events: list[Event]
) -> None:
    written = []
    for through_core in (False, True):
        with Filled(empty, [], {} if through_core else known, [] if through_core else events) as home:
            if through_core:
                rows = [dict(zip(hot.EVENT_COLUMNS.split(", "), event_row(one), strict=True)) for one in events]
                home._insert(tables.event, rows)
                names = ["card", *hot.SCHEDULE_COLUMNS.split(", ")]
                states = [dict(zip(names, schedule_row(name, one), strict=True)) for name, one in known.items()]
                home._insert(tables.schedule, states)
            written.append([home.raw.execute(f"SELECT * FROM {table}").fetchall() for table in ("event", "schedule")])
    assert written[0] == written[1]


def test_the_columns_written_by_hand_are_those_of_the_tables() -> None:
    assert list(tables.event.c.keys()) == hot.EVENT_COLUMNS.split(", ")
    assert list(tables.schedule.c.keys()) == ["card", *hot.SCHEDULE_COLUMNS.split(", ")]


@given(schedules())
def test_a_schedule_comes_back_from_its_row_as_it_was(one: Schedule) -> None:
    assert one == schedule_of(schedule_row("card", one)[1:])


@given(logs())
def test_an_event_comes_back_from_its_row_as_it_was(events: list[Event]) -> None:
    assert events == [event_of(event_row(one)) for one in events]


@given(logs())
def test_what_an_undo_voids_is_the_last_action_of_this_computer_that_counts(empty: Empty, events: list[Event]) -> None:
    mine = [one for one in effective(events) if one.device == HERE and one.kind is not Kind.IMPORT]
    with Filled(empty, [], {}, events) as home:
        found = home.raw.execute(hot.LATEST_ACTION, {"device": HERE}).fetchone()
    assert (mine[-1].batch if mine else None) == (found[0] if found else None)


@given(logs(), st.sampled_from(CARDS[:4]))
def test_a_cards_events_are_enough_to_replay_it(empty: Empty, events: list[Event], name: str) -> None:
    turns = [one for one in events if one.kind in (Kind.UNDO, Kind.REDO)]
    own = [one for one in events if one.card == name]
    with Filled(empty, [], {}, events) as home:
        found = [event_of(row) for row in home.raw.execute(hot.EVENTS_OF_CARD, {"card": name})]
    assert replay([*own, *turns], SCHEDULER) == replay(found, SCHEDULER)


@given(SCHEDULES)
def test_reviews_come_by_lowest_predicted_recall(empty: Empty, known: dict[str, Schedule]) -> None:
    cards = [_plain_row(name) for name in CARDS]
    with Filled(empty, cards, known, []) as home:
        names = [row[0] for row in home.raw.execute(hot.REVIEWS, {"day": TODAY})]
    recalls = []
    for name in names:
        memory, last_day = known[name].memory, known[name].last_day
        assert memory is not None
        assert last_day is not None
        recalls.append(SCHEDULER.retrievability(memory, last_day, TODAY))
    assert all(before <= after + 1e-12 for before, after in pairwise(recalls))


def _plain_row(name: str) -> dict[str, Any]:
    marks = dict.fromkeys(("position", "line", "draft", "retired", "changed_ms"), 0)
    texts = {"kind": "basic", "principles": "", "fields": "{}", "tags": "[]", "fingerprint": ""}
    return {"id": name, "deck": name.split("/")[0], "note": None, "asked": 1, "sibling": None, **marks, **texts}


# The store


def _answer(store: HotStore, name: str, rating: Rating = Rating.GOOD, at_ms: int = NOON, took_ms: int = 1) -> Event:
    before = store.schedule(name)
    outcome = SCHEDULER.outcomes(name, before, TODAY, at_ms)[rating]
    return store.answer(
        name, before, outcome, at_ms=at_ms, day=TODAY, took_ms=took_ms, weights=SCHEDULER.weights, detail={}
    )


def test_the_rows_behind_a_card_go_to_the_statements_index(home: Home) -> None:
    """The queue of a large home must not walk a table: each statement of a sitting finds its rows by an index."""
    make(home)
    for name in ("LEARNING", "REVIEWS", "MET", "BEGUN", "REVIEWED", "NEXT_DUE", "EVENTS_OF_CARD", "LATEST_AT", "CARD"):
        statement = getattr(hot, name).replace(":day", "1").replace(":card", "'x'").replace("?", "'x'")
        plan = [row[3] for row in query(home, f"EXPLAIN QUERY PLAN {statement}")]
        assert [] == [step for step in plan if step.startswith("SCAN") and "SUBQUERY" not in step], (name, plan)


def test_an_answer_of_a_card_that_moved_on_is_refused_and_leaves_nothing(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    first, second = opened(home), opened(home)
    outcome = SCHEDULER.outcomes("deck/a", NEW, TODAY, NOON)[Rating.GOOD]
    _answer(second, "deck/a")
    with pytest.raises(StaleError):
        first.answer("deck/a", NEW, outcome, at_ms=NOON, day=TODAY, took_ms=1, weights="w", detail={})
    assert [(1,)] == query(home, "SELECT count(*) FROM event")
    _answer(first, "deck/a", at_ms=NOON + MINUTE)
    first.close()
    second.close()


def test_ids_grow_whatever_the_clock_and_whoever_writes(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    stores = [opened(home), opened(home)]
    steps = [0, 0, -5 * MINUTE, 7, -9, 0]
    ids = [_answer(stores[turn % 2], "deck/a", at_ms=NOON + step).id for turn, step in enumerate(steps)]
    assert sorted(set(ids)) == ids
    for store in stores:
        store.close()


def test_an_answer_after_the_clock_went_back_follows_the_answers_before(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    store = opened(home)
    _answer(store, "deck/a", Rating.GOOD, NOON)
    _answer(store, "deck/a", Rating.AGAIN, NOON - 90 * MINUTE)
    _answer(store, "deck/a", Rating.EASY, NOON - 80 * MINUTE)
    events = store.events_of("deck/a")
    assert [Rating.GOOD, Rating.AGAIN, Rating.EASY] == [one.rating for one in events]
    assert store.schedule("deck/a") == replay(events, SCHEDULER)
    store.close()


def test_undo_and_redo_do_nothing_in_an_empty_log(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    store = opened(home)
    assert [] == store.undo(NOON, TODAY, SCHEDULER) == store.redo(NOON, TODAY, SCHEDULER)
    assert [(0,)] == query(home, "SELECT count(*) FROM event")
    store.close()


def test_an_undo_takes_back_a_whole_batch_and_a_redo_gives_it_again(home: Home) -> None:
    with_cards(home, basic("deck/a"), basic("deck/b"), basic("deck/c"))
    store = opened(home)
    names = ["deck/a", "deck/b"]
    last = _answer(store, "deck/a").id
    before = [store.schedule(name) for name in names]
    batch = None
    for name in names:
        last = next_id(NOON, last, 1)
        batch = batch or last
        one = Event(last, NOON, TODAY, store.events_of("deck/a")[0].device, Kind.SUSPEND, batch, card=name)
        change(home, hot.ADD_EVENT, event_row(one))
        change(home, hot.PUT_SCHEDULE, schedule_row(name, replay(store.events_of(name), SCHEDULER)))
    after = [store.schedule(name) for name in names]
    assert [True, True] == [one.suspended for one in after]
    assert names == sorted(store.undo(NOON, TODAY, SCHEDULER))
    assert before == [store.schedule(name) for name in names]
    assert names == sorted(store.redo(NOON, TODAY, SCHEDULER))
    assert after == [store.schedule(name) for name in names]
    store.close()


def test_the_pace_is_that_of_the_last_answers_with_pauses_cut(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    store = opened(home)
    assert 20_000 == store.pace_ms()
    _answer(store, "deck/a", took_ms=10_000)
    _answer(store, "deck/a", took_ms=10 * 60_000)
    assert (10_000 + 60_000) / 2 == store.pace_ms()
    store.close()


def test_cards_are_found_by_the_end_of_their_id(home: Home) -> None:
    make(home)
    put_deck(home, "d", *(basic(f"d/{number:02}-x") for number in range(12)), basic("d/%"), basic("d/y_x"))
    with_cards(home)
    store = opened(home)
    assert ["d/07-x"] == store.ids_like("07-x")
    assert ["d/%"] == store.ids_like("%")
    assert ["d/y_x"] == store.ids_like("_x")
    assert [f"d/{number:02}-x" for number in range(10)] == store.ids_like("-x")
    assert [] == store.ids_like("nowhere")
    store.close()


def test_what_is_not_there_is_a_new_card_or_none(home: Home) -> None:
    with_cards(home)
    store = opened(home)
    assert store.card("deck/none") is None
    assert NEW == store.schedule("deck/none")
    assert [] == store.events_of("deck/none")
    store.close()
