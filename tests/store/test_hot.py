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

from homes import MINUTE, NOON, SCHEDULER, TODAY, make
from lpdeck.events import Event, Kind, effective, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import Memory, Rating, Schedule, State
from lpdeck.store import hot, log, tables
from lpdeck.store.hot import event_of, event_row, schedule_of, schedule_row

HERE, THERE = "here", "there"
CARDS = [f"{deck}/{letter}" for deck in ("b", "a") for letter in "pqrst"]
GONE = "a/gone"  # has a schedule and events, and is in no deck

card, event, schedule, limits = tables.card.c, tables.event, tables.schedule.c, tables.day_limits.c
DAY: sa.BindParameter[Any] = sa.bindparam("day")
JOINED = tables.schedule.join(tables.card, card.id == schedule.card)
AWAKE = sa.and_(schedule.suspended == 0, sa.or_(schedule.buried_until.is_(None), schedule.buried_until <= DAY))
QUEUED = (card.id, card.sibling, card.principles)
WEIGHTS = [tables.weights.c[name] for name in hot.WEIGHTS_COLUMNS.split(", ")]
STORED_CARD = [card[name] for name in hot.CARD.split("SELECT ")[1].split(" FROM")[0].split(", ")]


def _learning() -> sa.Select[Any]:
    due = sa.and_(schedule.state.in_([State.LEARNING, State.RELEARNING]), card.asked == 1, AWAKE)
    query = sa.select(*QUEUED, schedule.due_at_ms, sa.literal(0)).select_from(JOINED).where(due)
    return query.order_by(schedule.due_at_ms, card.id)


def _reviews() -> sa.Select[Any]:
    due = sa.and_(schedule.state == State.REVIEW, schedule.due_day <= DAY, card.asked == 1, AWAKE)
    elapsed = sa.cast(DAY - schedule.last_day, sa.Double) / schedule.stability
    return sa.select(*QUEUED, sa.null(), sa.literal(0)).select_from(JOINED).where(due).order_by(elapsed.desc(), card.id)


def _new_cards() -> sa.Select[Any]:
    known = sa.select(schedule.card).where(sa.or_(schedule.state.is_not(None), sa.not_(AWAKE)))
    asked = sa.and_(card.asked == 1, card.wave == sa.bindparam("wave"), card.principles == sa.bindparam("principles"))
    query = sa.select(*QUEUED, sa.null(), sa.literal(1)).where(asked, card.id.not_in(known))
    return query.order_by(card.turn, card.deck, card.position)


def _principle_sets() -> sa.Select[Any]:
    asked = sa.and_(card.asked == 1, card.wave == sa.bindparam("wave"))
    return sa.select(card.principles).where(asked).distinct().order_by(card.principles)


def _spent() -> sa.Select[Any]:
    took = sa.case((event.c.took_ms > 180_000, 180_000), else_=event.c.took_ms)
    at_work = sa.and_(event.c.kind.in_([Kind.ANSWER, Kind.CRAM]), event.c.study_day == DAY)
    return sa.select(sa.func.sum(took)).where(event.c.id >= sa.bindparam("since"), at_work)


def _due_on() -> sa.Select[Any]:
    coming = schedule.due_day.between(DAY + 1, sa.bindparam("last"))
    due = sa.and_(schedule.state == State.REVIEW, coming, card.asked == 1, schedule.suspended == 0)
    query = sa.select(schedule.due_day, sa.func.count()).select_from(JOINED).where(due)
    return query.group_by(schedule.due_day).order_by(schedule.due_day)


def _with_schedule() -> sa.Select[Any]:
    both = tables.card.outerjoin(tables.schedule, schedule.card == card.id)
    return sa.select(*STORED_CARD, *log.SCHEDULE_FIELDS).select_from(both)


def _before_answer() -> sa.Select[Any]:
    name: sa.BindParameter[Any] = sa.bindparam("card")
    last = sa.select(sa.func.max(event.c.id)).scalar_subquery()
    folded = sa.select(tables.weights.c.name).where(tables.weights.c.folded == 1).scalar_subquery()
    one = sa.select(sa.literal(1)).subquery()
    known = one.outerjoin(tables.schedule, schedule.card == name)
    return sa.select(last, folded, *log.SCHEDULE_FIELDS).select_from(known)


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


def _plan_cards() -> sa.Select[Any]:
    both = tables.card.outerjoin(tables.schedule, schedule.card == card.id)
    asleep = sa.select(schedule.card).where(schedule.suspended == 1)
    query = sa.select(card.id, card.kind, card.principles, card.sibling, card.wave, *log.SCHEDULE_FIELDS).select_from(
        both
    )
    return query.where(card.asked == 1, card.id.not_in(asleep)).order_by(card.wave, card.turn, card.deck, card.position)


def _habits() -> sa.Select[Any]:
    own = event.c
    stands = sa.and_(own.kind.in_([Kind.ANSWER, Kind.IMPORT, Kind.RESET]), own.batch.not_in(log.undone_batches()))
    last = sa.func.lag(own.interval).over(partition_by=own.card, order_by=own.id)
    known = sa.select(own.id, own.kind, own.card, own.rating, own.took_ms, last.label("last"))
    chain = known.where(stands).subquery().c
    timed = sa.select(chain).where(chain.kind == Kind.ANSWER, chain.took_ms > 0)
    one = timed.order_by(chain.id.desc()).limit(sa.bindparam("most")).subquery().c
    phase = sa.case((one.last.is_(None), "first"), (one.last < 0, "step"), else_="review")
    took = sa.func.sum(sa.case((one.took_ms > 180_000, 180_000), else_=one.took_ms))
    query = sa.select(card.kind, phase, one.rating, sa.func.count(), took).where(card.id == one.card)
    return query.group_by(card.kind, phase, one.rating).order_by(card.kind, phase, one.rating)


def _asked_last() -> sa.Select[Any]:
    here = sa.and_(event.c.kind == Kind.ANSWER, event.c.study_day == DAY, event.c.card == card.id)
    return sa.select(card.id, card.sibling).where(here).order_by(event.c.id.desc()).limit(sa.bindparam("most"))


def _events_of_card() -> sa.Select[Any]:
    batches = sa.select(event.c.batch).where(event.c.card == sa.bindparam("card"))
    undos = sa.and_(event.c.kind == Kind.UNDO, event.c.target.in_(batches))
    redos = sa.and_(event.c.kind == Kind.REDO, event.c.target.in_(sa.select(event.c.batch).where(undos)))
    touching = sa.or_(event.c.card == sa.bindparam("card"), undos, redos)
    return sa.select(*log.EVENT_FIELDS).where(touching).order_by(event.c.id)


ACTIONS = sa.and_(event.c.device == sa.bindparam("device"), event.c.kind.not_in([Kind.UNDO, Kind.REDO]))


def _latest_action() -> sa.Select[Any]:
    stands = sa.and_(ACTIONS, event.c.kind != Kind.IMPORT, event.c.batch.not_in(log.undone_batches()))
    return sa.select(event.c.batch, event.c.kind).where(stands).order_by(event.c.id.desc()).limit(1)


def _latest_undo() -> sa.Select[Any]:
    redone = sa.select(event.c.target).where(event.c.kind == Kind.REDO)
    since = sa.select(sa.func.coalesce(sa.func.max(event.c.id), "")).where(ACTIONS).scalar_subquery()
    here = sa.and_(event.c.kind == Kind.UNDO, event.c.device == sa.bindparam("device"))
    stands = sa.and_(here, event.c.batch.not_in(redone), event.c.id > since)
    return sa.select(event.c.batch).where(stands).order_by(event.c.id.desc()).limit(1)


def _listed(name: str) -> sa.Select[Any]:
    return sa.select(sa.func.json_each(sa.bindparam(name)).table_valued("value").c.value)


# What is bound to a statement and depends on the log: the batch of some action, and of some undo.
BATCH, UNDO = object(), object()

# Each reading statement with its twin and what is bound to it.
TWINS: dict[str, tuple[sa.Select[Any], dict[str, Any]]] = {
    "LEARNING": (_learning(), {"day": TODAY}),
    "REVIEWS": (_reviews(), {"day": TODAY}),
    "NEW_CARDS": (_new_cards(), {"day": TODAY, "wave": 2, "principles": "ownership"}),
    "PRINCIPLE_SETS": (_principle_sets(), {"wave": 2}),
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
    "SPENT": (_spent(), {"since": next_id(NOON + MINUTE, None, 0), "day": TODAY}),
    "DAY_LIMITS": (
        sa.select(limits.new_cards, limits.reviews, limits.minutes).where(limits.study_day == DAY),
        {"day": TODAY},
    ),
    "LAST_DAY": (sa.select(sa.func.max(schedule.last_day)), {}),
    "DUE_ON": (_due_on(), {"day": TODAY, "last": TODAY + 2}),
    "CARD_WITH_SCHEDULE": (_with_schedule().where(card.id == sa.bindparam("card")), {"card": CARDS[0]}),
    "CARDS_OF_DECK": (
        _with_schedule().where(card.deck == sa.bindparam("deck"), card.asked == 1).order_by(card.position),
        {"deck": "a"},
    ),
    "CARDS_WITH_IDS": (
        _with_schedule().where(card.id.in_(_listed("ids"))).order_by(card.deck, card.position),
        {"ids": json.dumps([*CARDS[::2], GONE])},
    ),
    "SIBLINGS": (
        sa.select(card.id).where(card.sibling == sa.bindparam("sibling"), card.retired == 0).order_by(card.id),
        {"sibling": "s1"},
    ),
    "NEXT_DUE": (_next_due(), {"day": TODAY}),
    "DRAFTS": (
        sa.select(sa.func.count()).select_from(tables.card).where(card.draft == 1, card.retired == 0),
        {},
    ),
    "PACE": (_pace(), {}),
    "PLAN_CARDS": (_plan_cards(), {}),
    "HABITS": (_habits(), {"most": 5}),
    "ASKED_LAST": (_asked_last(), {"day": TODAY, "most": 3}),
    "LATEST_AT": (
        sa.select(sa.func.max(event.c.at_ms)).where(event.c.card == sa.bindparam("card")),
        {"card": CARDS[0]},
    ),
    "LAST_ID": (sa.select(sa.func.max(event.c.id)), {}),
    "SCHEDULE": (sa.select(*log.SCHEDULE_FIELDS).where(schedule.card == sa.bindparam("card")), {"card": CARDS[0]}),
    "BEFORE_ANSWER": (_before_answer(), {"card": CARDS[0]}),
    "IN_USE": (sa.select(*WEIGHTS, tables.weights.c.folded).order_by(tables.weights.c.since_ms.desc()).limit(1), {}),
    "FOLDED": (sa.select(*WEIGHTS).where(tables.weights.c.folded == 1), {}),
    "CARDS_OF_BATCH": (
        sa.select(event.c.card, event.c.kind).where(event.c.batch == sa.bindparam("batch")).order_by(event.c.id),
        {"batch": BATCH},
    ),
    "UNDONE_BY": (
        sa.select(event.c.target).where(event.c.batch == sa.bindparam("batch"), event.c.kind == Kind.UNDO),
        {"batch": UNDO},
    ),
    "EVENTS_OF_CARD": (_events_of_card(), {"card": CARDS[0]}),
    "LATEST_ACTION": (_latest_action(), {"device": HERE}),
    "LATEST_UNDO": (_latest_undo(), {"device": HERE}),
}
WRITTEN = ("event", "schedule", "day_limits")
WRITING = {"ADD_EVENT", "PUT_SCHEDULE", "PUT_DAY_LIMITS"}
SETS = [("older", "[1]", 1, 1), ("latest", "[2]", 3, 0), ("between", "[3]", 2, 0)]
LIMITS = [(TODAY - 1, 1, None, None), (TODAY, None, 5, 15)]

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
        "wave": draw(st.sampled_from([1, 2, 2])),
        "turn": draw(st.integers(0, 3)),
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
        self.raw.executemany(hot.PUT_DAY_LIMITS, LIMITS)
        self.raw.execute("DELETE FROM weights")
        self.raw.executemany("INSERT INTO weights VALUES (?, 'FSRS', '6', 'drawn', '2026-03-02', ?, ?, ?)", SETS)

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
        if not name.startswith("_")
        and isinstance(value, str)
        and value.strip().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))
    }
    assert {*TWINS, *WRITING} == statements


@given(card_rows(), SCHEDULES, logs())
def test_every_reading_statement_gives_the_rows_of_its_twin(
    empty: Empty, cards: list[dict[str, Any]], known: dict[str, Schedule], events: list[Event]
) -> None:
    with Filled(empty, cards, known, events) as home:
        for name, (twin, unbound) in TWINS.items():
            statement, values = getattr(hot, name), _bound(unbound, events)
            bound = tuple(values.values()) if "?" in statement else values
            plain = home.raw.execute(statement, bound).fetchall()
            core = [tuple(row) for row in home.core.execute(twin, values)]
            assert core == plain, name


def _bound(values: dict[str, Any], events: list[Event]) -> dict[str, Any]:
    """The values with a batch of this log in the place of BATCH and UNDO."""
    undos = [one.batch for one in events if one.kind is Kind.UNDO]
    some = {BATCH: events[len(events) // 2].batch if events else "none", UNDO: undos[-1] if undos else "none"}
    return {name: some.get(value, value) for name, value in values.items()}


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
                home.raw.execute("DELETE FROM day_limits")
                home._insert(tables.day_limits, [dict(zip(limits.keys(), row, strict=True)) for row in LIMITS])
            written.append([home.raw.execute(f"SELECT * FROM {table}").fetchall() for table in WRITTEN])
    assert written[0] == written[1]


def test_the_columns_written_by_hand_are_those_of_the_tables() -> None:
    assert list(tables.event.c.keys()) == hot.EVENT_COLUMNS.split(", ")
    assert list(tables.schedule.c.keys()) == ["card", *hot.SCHEDULE_COLUMNS.split(", ")]
    assert hot.CARD_WIDTH == len(STORED_CARD)


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
    marks = dict.fromkeys(("position", "line", "draft", "retired", "wave", "turn", "changed_ms"), 0)
    texts = {"kind": "basic", "principles": "", "fields": "{}", "tags": "[]", "fingerprint": ""}
    return {"id": name, "deck": name.split("/")[0], "note": None, "asked": 1, "sibling": None, **marks, **texts}


# What a sitting asks for over and over; the rest reads a page of the index, or the log from its end.
SEARCHED = (
    "LEARNING",
    "REVIEWS",
    "NEW_CARDS",
    "MET",
    "SPENT",
    "LAST_DAY",
    "DUE_ON",
    "BEGUN",
    "REVIEWED",
    "CARD",
    "CARD_WITH_SCHEDULE",
    "CARDS_OF_DECK",
    "CARDS_WITH_IDS",
    "SIBLINGS",
    "NEXT_DUE",
    "EVENTS_OF_CARD",
    "LAST_ID",
    "SCHEDULE",
    "BEFORE_ANSWER",
    "CARDS_OF_BATCH",
    "UNDONE_BY",
    "LATEST_AT",
)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_statement_of_a_sitting_finds_its_rows_by_an_index(empty: Empty, name: str) -> None:
    """The queue of a large home must not walk a table, nor all cards that can be asked."""
    statement = getattr(hot, name)
    unbound = dict.fromkeys(("day", "last", "since", "card", "wave", "principles"), 1)
    plan = [row[3] for row in empty.raw.execute(f"EXPLAIN QUERY PLAN {statement}", _values(statement, unbound))]
    walks = [step for step in plan if step.startswith("SCAN") and "(subquery" not in step and "json_each" not in step]
    assert ["SCAN CONSTANT ROW"] * ("SCAN CONSTANT ROW" in plan) == walks
    assert [] == [step for step in plan if step.endswith("(asked=?)")]


def _values(statement: str, named: dict[str, int]) -> Any:
    return ("[]",) * statement.count("?") if "?" in statement else named


def test_the_sets_of_principles_are_found_by_leaps_through_the_index(empty: Empty) -> None:
    plan = [row[3] for row in empty.raw.execute(f"EXPLAIN QUERY PLAN {hot.PRINCIPLE_SETS}", {"wave": 0})]
    on_cards = [step for step in plan if " card" in step]
    assert on_cards
    assert [] == [
        step for step in on_cards if "ix_card_asked_wave_principles_turn_deck_position (asked=? AND wave=?" not in step
    ]
