"""What the learner knows, beside twins in SQLAlchemy Core and beside walking the cards and the log one by one."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool

from homes import (
    CALENDAR,
    DAY,
    NOON,
    SCHEDULER,
    TODAY,
    basic,
    change,
    indexed,
    make,
    opened,
    put_text,
    query,
    with_cards,
)
from lpdeck.days import StudyDay
from lpdeck.errors import HomeError
from lpdeck.events import Event, Kind, effective, moment_of, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import LEECH_LAPSES, MATURE_DAYS, NEW, Memory, Rating, Schedule, State
from lpdeck.store import hot, known, log, tables
from lpdeck.store.hot import event_row, schedule_row
from lpdeck.store.known import Awake, DeckPages, Kept, KnownCards, deck_pages, kept, known_cards, recall_ahead

CARDS = {"b/p": "ownership", "b/q": "ownership", "b/r": "ownership dive-deep", "a/s": "", "a/t": "dive-deep"}
NAMES = [*CARDS, "a/gone"]  # the last has a schedule and events, and is in no deck
SINCE = StudyDay(TODAY - 55)
AHEAD = StudyDay(TODAY + 9)

card, event, schedule = tables.card.c, tables.event.c, tables.schedule.c


@dataclass(frozen=True)
class Database:
    """One connection on a database in memory, and SQLAlchemy's hold on the same."""

    raw: sqlite3.Connection
    core: sa.Connection


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database of the current schema with two decks; each example rolls back what it wrote."""
    home = make(Home(tmp_path_factory.mktemp("known")))
    connection = sqlite3.connect(":memory:", isolation_level=None)
    source = sqlite3.connect(home.database)
    source.backup(connection)
    source.close()
    connection.execute("INSERT INTO device VALUES ('test', 'test', 0)")
    about = ("size", "mtime_ns", "indexed_ns", "fingerprint", "title", "dropped")
    for name in "ab":
        parts = json.dumps({f"page {name}": {"quiz": True, "levels": False}}) if name == "a" else "{}"
        row = (name, "ownership dive-deep", "[]", parts, *[0] * len(about))
        columns = f"name, principles, pages, parts, {', '.join(about)}"
        connection.execute(f"INSERT INTO deck_file ({columns}) VALUES ({', '.join('?' * len(row))})", row)
    engine = sa.create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    core = engine.connect()
    yield Database(connection, core)
    core.close()


Cards = dict[str, tuple[str, bool, bool]]
"""Kind, whether a draft and whether retired, by id."""

STANDING = st.sampled_from([(False, False)] * 4 + [(True, False), (False, True), (True, True)])
DRAWN = st.fixed_dictionaries(
    {
        name: st.tuples(st.sampled_from(["basic", "quiz", "level"]), STANDING).map(lambda one: (one[0], *one[1]))
        for name in CARDS
    }
)

SEEN = Schedule(State.REVIEW, None, Memory(5.0, 5.0), TODAY, None, TODAY - 9, TODAY - 5, TODAY - 5, 5, 3)
SCHEDULES = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(
        SEEN._replace,
        state=st.sampled_from([State.REVIEW, State.REVIEW, State.LEARNING, State.RELEARNING]),
        memory=st.builds(Memory, st.floats(0.1, 300), st.floats(1, 10)),
        due_day=st.integers(TODAY - 2, TODAY + 2),
        last_day=st.integers(TODAY - 40, TODAY + 1),
        interval=st.integers(MATURE_DAYS - 2, MATURE_DAYS + 2),
        lapses=st.integers(LEECH_LAPSES - 2, LEECH_LAPSES + 2),
        suspended=st.booleans(),
        buried_until=st.none() | st.integers(TODAY - 1, TODAY + 1),
    )
    | st.builds(NEW._replace, suspended=st.booleans(), buried_until=st.none() | st.just(TODAY + 1)),
)


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Answers, imports, resets and others over ninety days on a clock that is set back now and then; ids never go."""
    found: list[Event] = []
    last: str | None = None
    clock = NOON - 90 * DAY
    for number in range(draw(st.integers(0, 30))):
        clock += draw(st.sampled_from([0, 1, 60_000, DAY, 5 * DAY, 20 * DAY, -DAY, -30 * DAY]))
        clock = min(clock, NOON)
        last = next_id(clock, last, draw(st.integers(0, 3)) + number)
        made = _event(draw, last, clock, found)
        found += [] if made is None else [made]
    return found


def _event(draw: st.DrawFn, name: str, at_ms: int, before: list[Event]) -> Event | None:
    kind = draw(st.sampled_from([Kind.ANSWER] * 6 + [Kind.IMPORT] * 2 + [Kind.UNDO] * 2 + [*Kind]))
    day = CALENDAR.day_of(at_ms)
    if kind in (Kind.UNDO, Kind.REDO):
        wanted = [one.batch for one in before if (one.kind is Kind.UNDO) == (kind is Kind.REDO)]
        target = draw(st.sampled_from(wanted)) if wanted else None
        return None if target is None else Event(name, at_ms, day, "test", kind, name, target=target)
    answered = kind in (Kind.ANSWER, Kind.IMPORT)
    together = draw(st.booleans()) and before and before[-1].card is not None
    interval = draw(st.sampled_from([-600, 1, MATURE_DAYS - 1, MATURE_DAYS, 90])) if answered else None
    return Event(
        id=name,
        at_ms=at_ms,
        study_day=day,
        device="test",
        kind=kind,
        batch=before[-1].batch if together else name,
        card=draw(st.sampled_from(NAMES[:3] + NAMES[-1:])),
        rating=draw(st.sampled_from(Rating)) if answered or kind is Kind.CRAM else None,
        interval=interval,
        due=TODAY if interval is None or interval > 0 else at_ms + 600_000,
    )


def _replayed(events: list[Event]) -> dict[str, Schedule]:
    turns = [one for one in events if one.card is None]
    own = {name: [one for one in events if one.card == name] for name in NAMES}
    return {name: replay([*events_, *turns], SCHEDULER) for name, events_ in own.items() if events_}


class Filled:
    """The database with rows in it; leaves it as it was."""

    def __init__(self, database: Database, cards: Cards, schedules: dict[str, Schedule], events: list[Event]) -> None:
        self.raw = database.raw
        self.raw.execute("BEGIN")
        rows = [_card_row(name, *one) for name, one in cards.items()]
        if rows:
            database.core.execute(tables.card.insert(), rows)
        self.raw.executemany(hot.PUT_SCHEDULE, [schedule_row(*one) for one in schedules.items()])
        self.raw.executemany(hot.ADD_EVENT, map(event_row, events))

    def __enter__(self) -> sqlite3.Connection:
        return self.raw

    def __exit__(self, *_: object) -> None:
        self.raw.execute("ROLLBACK")


def _card_row(name: str, kind: str, draft: bool, retired: bool) -> dict[str, Any]:
    texts = {"fields": "{}", "tags": "[]", "fingerprint": "f", "note": None, "sibling": None}
    numbers = {"position": NAMES.index(name), "line": 1, "changed_ms": 0}
    standing = {"draft": int(draft), "retired": int(retired), "asked": int(not (draft or retired))}
    about = {"id": name, "deck": name[0], "kind": kind, "principles": CARDS[name]}
    return {**about, **texts, **numbers, **standing}


# The statements beside their twins


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _recall(day: str) -> sa.ColumnElement[float]:
    elapsed = sa.func.max(0, sa.bindparam(day) - schedule.last_day)
    passed = sa.cast(sa.bindparam("factor") * elapsed, sa.Double) / schedule.stability
    return sa.func.pow(1 + passed, sa.bindparam("decay"))


ASKED = card.asked == 1
SEEN_CARD = sa.and_(ASKED, schedule.stability.is_not(None))
REVIEWED = sa.and_(SEEN_CARD, schedule.state == State.REVIEW)
RESTING = sa.or_(schedule.suspended == 1, sa.func.coalesce(schedule.buried_until, 0) > sa.bindparam("day"))
SUSPENDED = sa.and_(schedule.suspended.is_not(None), schedule.suspended == 1)
HIDDEN = sa.select(sa.func.json_each(sa.bindparam("hidden")).table_valued("value").c.value)
SHOWN = sa.or_(card.kind != "level", card.id.not_in(HIDDEN))
AWAKE = sa.and_(ASKED, sa.func.coalesce(schedule.suspended, 0) == 0, SHOWN)
WITH_SCHEDULE = tables.card.outerjoin(tables.schedule, schedule.card == card.id)


def _total(value: sa.ColumnElement[float], condition: sa.ColumnElement[bool]) -> sa.ColumnElement[float]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, value))), 0.0)


def _cards() -> sa.Select[Any]:
    counts = (
        _sum(ASKED),
        _sum(sa.and_(ASKED, schedule.stability.is_(None))),
        _sum(sa.and_(SEEN_CARD, schedule.state != State.REVIEW)),
        _sum(sa.and_(REVIEWED, schedule.interval < MATURE_DAYS)),
        _sum(sa.and_(REVIEWED, schedule.interval >= MATURE_DAYS)),
        _sum(sa.and_(SEEN_CARD, schedule.due_day <= sa.bindparam("day"), sa.not_(RESTING))),
        _sum(sa.and_(ASKED, SUSPENDED)),
        _sum(card.asked == 0),
        _sum(AWAKE),
        _sum(SEEN_CARD),
    )
    leeches = sa.func.count(sa.case((sa.and_(ASKED, schedule.lapses >= LEECH_LAPSES), card.id)))
    recalls = (_total(_recall("day"), ASKED), _total(_recall("ahead"), AWAKE))
    columns = (card.principles, card.kind, *counts, *recalls, leeches)
    return sa.select(*columns).select_from(WITH_SCHEDULE).where(card.retired == 0).group_by(card.principles, card.kind)


def _ahead() -> sa.Select[Any]:
    columns = (card.principles, _sum(AWAKE), _total(_recall("ahead"), AWAKE))
    return sa.select(*columns).select_from(WITH_SCHEDULE).where(ASKED).group_by(card.principles)


def _pages() -> sa.Select[Any]:
    file = tables.deck_file.c
    return sa.select(file.name, file.principles, file.parts).where(file.parts != "{}").order_by(file.name)


COUNTING = sa.and_(event.kind.in_([Kind.ANSWER, Kind.IMPORT, Kind.RESET]), event.batch.not_in(log.undone_batches()))


def _lately() -> sa.Select[Any]:
    columns = (event.card, event.at_ms, event.study_day, event.rating, event.interval)
    return sa.select(*columns).where(event.id >= sa.bindparam("first"), COUNTING).order_by(event.id)


def _before() -> sa.Select[Any]:
    clock = sa.func.printf("%012x", event.at_ms)
    moved = clock != sa.func.substr(event.id, 1, 8).concat(sa.func.substr(event.id, 10, 4))
    gave = sa.case((moved, "moved"), else_=sa.func.coalesce(event.interval, 0))
    earlier = sa.select(gave).where(event.card == card.id, event.id < sa.bindparam("first"), COUNTING)
    last = earlier.order_by(event.id.desc()).limit(1).scalar_subquery()
    joined = tables.card.join(tables.schedule, schedule.card == card.id)
    wanted = sa.and_(schedule.last_day >= sa.bindparam("since"), ASKED)
    return sa.select(card.id, card.principles, last).select_from(joined).where(wanted)


def _whole() -> sa.Select[Any]:
    wanted = sa.select(sa.func.json_each(sa.bindparam("cards")).table_valued("value").c.value)
    columns = (event.card, event.at_ms, event.study_day, event.rating, event.interval, card.principles)
    joined = tables.event.join(tables.card, card.id == event.card)
    chosen = sa.select(*columns).select_from(joined).where(event.card.in_(wanted), ASKED, COUNTING)
    return chosen.order_by(event.card, event.at_ms, event.id)


TWINS = {
    "CARDS": _cards(),
    "AHEAD": _ahead(),
    "PAGES": _pages(),
    "LATELY": _lately(),
    "BEFORE": _before(),
    "WHOLE": _whole(),
}
VALUES = {
    "day": TODAY,
    "ahead": AHEAD,
    "hidden": '["b/p", "b/q"]',
    **dict(zip(("factor", "decay"), SCHEDULER.curve, strict=True)),
    "first": next_id(NOON - 60 * DAY, None, 0),
    "since": SINCE,
    "cards": json.dumps(NAMES[:2]),
}


def test_every_statement_has_a_twin() -> None:
    statements = {
        name
        for name, value in vars(known).items()
        if isinstance(value, str) and not name.startswith("_") and value.strip().startswith(("SELECT", "WITH"))
    }
    assert set(TWINS) == statements


@given(DRAWN, SCHEDULES, logs())
def test_every_statement_gives_the_rows_of_its_twin(
    database: Database, cards: Cards, schedules: dict[str, Schedule], events: list[Event]
) -> None:
    with Filled(database, cards, schedules, events) as raw:
        for name, twin in TWINS.items():
            core = sorted(_comparable(tuple(row)) for row in database.core.execute(twin, VALUES))
            plain = sorted(_comparable(tuple(row)) for row in raw.execute(getattr(known, name), VALUES))
            assert core == plain, name


def _comparable(row: tuple[Any, ...]) -> tuple[str, ...]:
    """A row whose sums do not depend on the order of adding up, with the leeches counted and no value without order."""
    return tuple(repr(round(value, 9) + 0.0 if isinstance(value, (int, float)) else _counted(value)) for value in row)


def _counted(value: Any) -> Any:
    return float(len(json.loads(value))) if isinstance(value, str) and value.startswith("[") else value


# What they are for


@given(DRAWN, SCHEDULES)
def test_every_number_is_what_counting_the_cards_one_by_one_gives(
    database: Database, cards: Cards, schedules: dict[str, Schedule]
) -> None:
    with Filled(database, cards, schedules, []) as raw:
        found = known_cards(raw, SCHEDULER, TODAY, AHEAD)
        ahead = recall_ahead(raw, SCHEDULER, AHEAD)
    kinds = {(CARDS[name], kind) for name, (kind, _, retired) in cards.items() if not retired}
    assert kinds == {(" ".join(one.principles), one.kind) for one in found}
    for row in found:
        own = [name for name in cards if (CARDS[name], cards[name][0]) == (" ".join(row.principles), row.kind)]
        _check(row, [name for name in own if not cards[name][2]], cards, schedules)
    for slug in ("ownership", "dive-deep"):
        rows = [row for row in found if slug in row.principles]
        awake, total = sum(row.awake for row in rows), sum(row.on_the_day for row in rows)
        assert (ahead[slug].cards if slug in ahead else 0) == awake
        assert not awake or ahead[slug].recall == pytest.approx(total / awake)


def _check(row: KnownCards, names: list[str], cards: Cards, schedules: dict[str, Schedule]) -> None:
    own = {name: schedules.get(name, Schedule()) for name in names if not cards[name][1]}
    seen = [one for one in own.values() if one.memory]
    reviewed = [one for one in seen if one.state is State.REVIEW]
    mature = [one for one in reviewed if one.interval and one.interval >= MATURE_DAYS]
    asleep = [one for one in seen if one.suspended or (one.buried_until and one.buried_until > TODAY)]
    late = [one for one in seen if one.due_day is not None and one.due_day <= TODAY]
    awake = [one for one in own.values() if not one.suspended]
    assert (len(own), len(names) - len(own)) == (row.cards, row.drafts)
    assert (len(own) - len(seen), len(seen)) == (row.new, row.seen)
    assert len(seen) - len(reviewed) == row.learning
    assert (len(reviewed) - len(mature), len(mature)) == (row.review, row.mature)
    assert len([one for one in late if one not in asleep]) == row.due
    assert (len(own) - len(awake), len(awake)) == (row.suspended, row.awake)
    assert tuple(sorted(name for name, one in own.items() if one.lapses >= LEECH_LAPSES)) == row.leeches
    assert _recalled(seen, TODAY) == pytest.approx(row.recalled)
    assert _recalled(awake, AHEAD) == pytest.approx(row.on_the_day)


def _recalled(schedules: list[Schedule], day: StudyDay) -> float:
    return sum(
        SCHEDULER.retrievability(one.memory, one.last_day, day) for one in schedules if one.memory and one.last_day
    )


@settings(max_examples=settings().max_examples * 4)
@given(DRAWN, logs())
def test_retention_is_that_of_walking_the_log(database: Database, cards: Cards, events: list[Event]) -> None:
    assert all(one.at_ms <= moment_of(one.id) for one in events)
    with Filled(database, cards, _replayed(events), events) as raw:
        found = kept(raw, SINCE, CALENDAR)
    asked = {name for name, (_, draft, retired) in cards.items() if not (draft or retired)}
    assert _walked([one for one in effective(events) if one.card in asked]) == found


def _walked(events: list[Event]) -> list[Kept]:
    """By walking the log in the order of its clock: the answers given in Review."""
    reviews: Counter[tuple[str, StudyDay, bool]] = Counter()
    remembered: Counter[tuple[str, StudyDay, bool]] = Counter()
    interval: dict[str, int] = {}
    for one in sorted(events, key=lambda one: (one.at_ms, one.id)):
        assert one.card is not None
        if one.kind is Kind.RESET:
            interval[one.card] = 0
        if one.rating is None or one.kind is Kind.CRAM:
            continue
        before = interval.get(one.card, 0)
        if before > 0 and one.study_day >= SINCE:
            key = (CARDS[one.card], one.study_day, before >= MATURE_DAYS)
            reviews[key] += 1
            remembered[key] += one.rating is not Rating.AGAIN
        interval[one.card] = one.interval or 0
    return [
        Kept(tuple(key[0].split()), key[1], key[2], count, remembered[key]) for key, count in sorted(reviews.items())
    ]


def _answer(at_ms: int, last: str | None, rating: Rating, interval: int, kind: Kind = Kind.ANSWER) -> Event:
    name = next_id(at_ms, last, 0)
    day = CALENDAR.day_of(at_ms)
    given = None if kind is Kind.RESET else rating
    gave = interval if given else None
    return Event(name, at_ms, day, "test", kind, name, "b/p", rating=given, interval=gave, due=day)


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.RESET])
def test_the_answer_before_the_weeks_that_are_read_says_whether_the_first_was_a_review(
    database: Database, kind: Kind
) -> None:
    old = _answer(NOON - 90 * DAY, None, Rating.GOOD, 40, kind)
    new = _answer(NOON - 10 * DAY, old.id, Rating.AGAIN, -600)
    expected = [Kept(("ownership",), StudyDay(TODAY - 10), True, 1, 0)] if kind is Kind.ANSWER else []
    with Filled(database, {"b/p": ("basic", False, False)}, _replayed([old, new]), [old, new]) as raw:
        assert expected == kept(raw, SINCE, CALENDAR)


def test_a_clock_that_was_set_back_does_not_change_which_answer_came_before(database: Database) -> None:
    first = _answer(NOON - 70 * DAY, None, Rating.GOOD, 30)
    earlier = _answer(NOON - 80 * DAY, first.id, Rating.GOOD, -600)
    last = _answer(NOON - 5 * DAY, earlier.id, Rating.GOOD, 60)
    events = [first, earlier, last]
    with Filled(database, {"b/p": ("basic", False, False)}, _replayed(events), events) as raw:
        assert [Kept(("ownership",), StudyDay(TODAY - 5), True, 1, 1)] == kept(raw, SINCE, CALENDAR)


def test_without_powers_in_sqlite_python_gives_them(database: Database) -> None:
    with Filled(database, {"b/p": ("basic", False, False)}, {"b/p": SEEN}, []) as raw:
        theirs = recall_ahead(raw, SCHEDULER, AHEAD)
        raw.create_function("pow", 2, known.power, deterministic=True)
        assert theirs["ownership"].recall == pytest.approx(recall_ahead(raw, SCHEDULER, AHEAD)["ownership"].recall)
        assert (0.0,) == raw.execute("SELECT total(pow(NULL, 2))").fetchone()


def test_a_card_never_seen_is_forgotten_on_the_day_and_a_suspended_one_is_left_out(database: Database) -> None:
    schedules = {"b/p": SEEN, "b/q": SEEN._replace(suspended=True)}
    cards = dict.fromkeys(("b/p", "b/q", "b/r"), ("basic", False, False))
    recall = SCHEDULER.retrievability(Memory(5.0, 5.0), StudyDay(TODAY - 5), AHEAD)
    with Filled(database, cards, schedules, []) as raw:
        found = recall_ahead(raw, SCHEDULER, AHEAD)
    assert Awake(1, 0.0) == found["dive-deep"]
    assert (2, pytest.approx(recall / 2)) == tuple(found["ownership"])


def test_pages_come_with_their_parts(database: Database) -> None:
    expected = DeckPages("a", ("ownership", "dive-deep"), {"page a": {"quiz": True, "levels": False}})
    assert [expected] == deck_pages(database.raw)


def test_an_empty_home_knows_nothing(home: Home) -> None:
    store = opened(make(home))
    assert [] == store.reading(lambda db: known_cards(db, SCHEDULER, TODAY, None))
    assert [] == store.reading(lambda db: kept(db, SINCE, CALENDAR))
    assert {} == store.reading(lambda db: recall_ahead(db, SCHEDULER, AHEAD))
    store.close()


def test_what_is_read_together_is_of_one_moment(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    store = opened(home)

    def read(db: sqlite3.Connection) -> tuple[int, int]:
        first = db.execute("SELECT count(*) FROM card").fetchone()[0]
        other = sqlite3.connect(home.database)
        with other:
            other.execute("DELETE FROM card")
        other.close()
        return first, db.execute("SELECT count(*) FROM card").fetchone()[0]

    assert (1, 1) == store.reading(read)
    assert [(0,)] == query(home, "SELECT count(*) FROM card")
    store.close()


def test_a_failure_of_the_database_is_explained(home: Home) -> None:
    store = opened(make(home))
    with pytest.raises(HomeError, match="the database answered"):
        store.reading(lambda db: db.execute("SELECT nothing"))
    assert [] == store.reading(deck_pages)
    store.close()


def test_after_the_migration_every_deck_is_read_anew_and_its_cards_do_not_count_as_changed(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    changed = query(home, "SELECT changed_ms FROM card")
    page = 'schema = 1\ntitle = "S"\n[[page]]\nkey = "interview-question:why"\nname = "p"\nwhen = "2026-01-01"\n'
    card_text = '[[card]]\nid = "s/a"\nkind = "answer"\nquestion = "?"\nanswer = "x"\n'
    put_text(home, "story", page + card_text)
    indexed(home)
    before = query(home, "SELECT name, parts FROM deck_file ORDER BY name")
    change(home, "UPDATE deck_file SET size = -1, fingerprint = '', parts = '{}'")
    indexed(home)
    assert before == query(home, "SELECT name, parts FROM deck_file ORDER BY name")
    assert {"interview-question:why"} == set(json.loads(before[1][1]))
    assert changed == query(home, "SELECT changed_ms FROM card WHERE deck = 'deck'")
