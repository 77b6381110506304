from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import SCHEDULER, TODAY, basic, make, put_deck, with_cards
from homes import indexed as index
from lpdeck.deck.model import Card
from lpdeck.events import FLAGS
from lpdeck.filters import FIELDS, All, Compared, Either, Filter, Has, Not, Text, both, either, level_of, parse, written
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Memory, Schedule, State
from lpdeck.store.filtering import FOLDING, FUNCTIONS, register, select
from lpdeck.store.hot import PUT_SCHEDULE, schedule_row


@contextmanager
def _connected(home: Home) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(home.database)
    try:
        register(connection)
        yield connection
    finally:
        connection.close()


def _ids(connection: sqlite3.Connection, chosen: Filter) -> list[str]:
    return [row[0] for row in connection.execute(*select(chosen, TODAY, SCHEDULER))]


def _found(home: Home, text: str) -> list[str]:
    with _connected(home) as connection:
        return _ids(connection, parse(text))


def _schedule(home: Home, **schedules: Schedule) -> None:
    with _connected(home) as connection, connection:
        rows = [schedule_row(f"d/{card}", schedule) for card, schedule in schedules.items()]
        connection.executemany(PUT_SCHEDULE, rows)


def _review(stability: float = 10, ago: int = 10, **more: Any) -> Schedule:
    about = {"interval": 10, "due_day": TODAY, "reps": 3, **more}
    return Schedule(
        state=State.REVIEW, memory=Memory(stability, 5), first_day=TODAY - ago, last_day=TODAY - ago, **about
    )


def _texts_home(home: Home) -> Home:
    return with_cards(
        home,
        basic("d/a", "The dead\n  letter “queue”", "Größe"),
        basic("d/b", "a dead end", "a letter", note="NOTED down", tags=("Two Words", "ümlaut")),
        Card("d/c", "quiz", {"question": "front matters", "options": ["ſtraight", "a\ttab"], "answer": "ſtraight"}),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"DEAD letter"', "a"),
        ("dead letter", "ab"),
        ("'\"queue\"'", "a"),
        ("grösse", "a"),
        ("noted", "b"),
        ("ÜMLAUT", "b"),
        ("straight", "c"),
        ('"a tab"', "c"),
        ("ttab", ""),
        ("front", "c"),
        ("options", ""),
        ('"["', ""),
        ("d/B", "b"),
        ("-dead", "c"),
        ("tag:two*", "b"),
        ('tag:"two words"', "b"),
        ("tag:two", ""),
        ("id:*/C", "c"),
        ("id:c", ""),
        ("deck:DE*K", "abc"),
        ("deck:d*x", ""),
        ("is:tagged", "b"),
        ("is:noted", "b"),
        ("", "abc"),
        ("or*", ""),
    ],
)
@pytest.mark.slow
def test_words_stand_in_the_texts_of_a_card_and_nowhere_else(home: Home, text: str, expected: str) -> None:
    assert [f"d/{card}" for card in expected] == _found(_texts_home(home), text)


def test_all_that_folds_to_ascii_letters_is_known() -> None:
    strangers = (char for char in map(chr, range(128, 0x20000)) if not "\ud800" <= char <= "\udfff")
    folding = {char for char in strangers if not char.isascii() and re.search("[\0-\x7f]", char.casefold())}
    assert set() == {char for char in folding if not char.encode().startswith(FOLDING)}


def test_ids_come_in_the_order_of_the_deck_files(home: Home) -> None:
    make(home)
    put_deck(home, "b", basic("b/z"), basic("b/a"))
    put_deck(home, "a", basic("a/z"), basic("a/a"))
    index(home)
    assert ["a/z", "a/a", "b/z", "b/a"] == _found(home, "")


def test_bounds_of_recall_are_exact(home: Home) -> None:
    with_cards(home, basic("d/a"), basic("d/b"), basic("d/c"), basic("d/new"))
    _schedule(home, a=_review(10, 10), b=_review(10, 11), c=_review(10, 0))
    expected = {
        "recall<0.9": ["d/b"],
        "recall<=0.9": ["d/a", "d/b"],
        "recall>0.9": ["d/c"],
        "recall>=90%": ["d/a", "d/c"],
        "recall=90%": ["d/a"],
        "recall=1": ["d/c"],
        "recall<1": ["d/a", "d/b"],
        "recall>0": ["d/a", "d/b", "d/c"],
        "recall<=0": [],
        "-recall<0.9": ["d/a", "d/c", "d/new"],
    }
    assert expected == {text: _found(home, text) for text in expected}


DEEP = [
    "(a or (b " * 50 + "a" + "))" * 50,
    "-(a or -(b " * 25 + "a" + "))" * 25,
    "(a b or (-b -c " * 49 + "a" + "))" * 49,
    "(((a or b) (b or c) or (c or d) d) x) " * 200,
    "a " * 4999 + "a",
    "a or " * 1999 + "a",
    "deck:a or " * 900 + "b",
]


@pytest.mark.slow
@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_deep_and_long_filters_are_within_the_bounds_of_the_database(home: Home, text: str) -> None:
    with_cards(home, basic("d/a"))
    assert _found(home, text) == _found(home, written(parse(text)))


# Random filters over random cards against a plain reading of the language

WORDS = st.sampled_from(["dead", "Letter", "dead letter", "“q”", "straße", "x\ny", "front", "d/1"])
LEVELS = st.sampled_from(["SDE 1", "SDE II", "Senior", "Principal"])
PRINCIPLES = ("ownership", "dive-deep", "earn-trust")
FIELDS_OF = st.one_of(
    st.tuples(st.just("basic"), st.fixed_dictionaries({"front": WORDS, "back": WORDS})),
    st.tuples(st.just("level"), st.fixed_dictionaries({"level": LEVELS, "focus": WORDS})),
    st.tuples(st.just("checklist"), st.fixed_dictionaries({"list": WORDS, "points": st.lists(WORDS, min_size=1)})),
)
CARDS = st.builds(
    lambda kind, **more: Card("", kind[0], kind[1], **more),
    kind=FIELDS_OF,
    principles=st.lists(st.sampled_from(PRINCIPLES), unique=True).map(tuple),
    note=st.none() | WORDS,
    tags=st.lists(WORDS, max_size=2, unique=True).map(tuple),
    draft=st.booleans(),
    retired=st.booleans(),
)
DAYS = st.integers(-30, 30).map(lambda days: TODAY + days)
MARKS: Any = {
    "suspended": st.booleans(),
    "buried_until": st.none() | DAYS,
    "flag": st.none() | st.sampled_from(FLAGS),
    "lapses": st.integers(0, 9),
    "reps": st.integers(0, 9),
}
SCHEDULES = st.none() | st.one_of(
    st.builds(NEW._replace, **{**MARKS, "lapses": st.just(0), "reps": st.just(0)}),
    st.builds(
        NEW._replace,
        state=st.sampled_from(State),
        memory=st.builds(Memory, st.sampled_from([0.5, 3.0, 10.0, 40.0]), st.integers(1, 10).map(float)),
        due_day=DAYS,
        last_day=DAYS,
        first_day=DAYS,
        interval=st.integers(1, 40),
        **MARKS,
    ),
)
SIGNS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
}
RECALLS = st.integers(0, 100).map(lambda percent: percent / 100)
NAMES = {
    "deck": st.sampled_from(["D", "e*", "*"]),
    "tag": WORDS | st.just("*d*"),
    "id": st.sampled_from(["d/*", "e/1"]),
}


def _leaf(name: str) -> st.SearchStrategy[Filter]:
    field = FIELDS[name]
    if field.is_number:
        numbers = RECALLS if name == "recall" else st.integers(-20, 40).map(float)
        return st.builds(Compared, st.just(name), st.sampled_from(sorted(SIGNS)), numbers)
    values = st.sampled_from(field.choices) if field.choices else NAMES[name]
    return st.builds(Has, st.just(name), values)


LEAVES = st.one_of(st.builds(Text, WORDS), *map(_leaf, FIELDS))
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: both(*terms)),
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: either(*terms)),
    ),
    max_leaves=6,
)


def _plain(text: str) -> str:
    for curly, straight in ('“"', '”"', "’'", "‘'"):
        text = text.replace(curly, straight)
    return re.sub(r"\s+", " ", text.casefold()).strip()


def _like(pattern: str, name: str) -> bool:
    return bool(re.fullmatch(".*".join(map(re.escape, _plain(pattern).split("*"))), _plain(name)))


def _passes(chosen: Filter, deck: str, card: Card, schedule: Schedule) -> bool:
    match chosen:
        case All(terms):
            return all(_passes(term, deck, card, schedule) for term in terms)
        case Either(terms):
            return any(_passes(term, deck, card, schedule) for term in terms)
        case Not(term):
            return not _passes(term, deck, card, schedule)
        case Text(words):
            values = [
                each for value in card.fields.values() for each in (value if isinstance(value, list) else [value])
            ]
            return any(_plain(words) in _plain(text) for text in [*values, card.note or "", *card.tags, card.id])
        case Has("is", value):
            return bool(_states(card, schedule)[value])
        case Has(name, value):
            return _has(name, value, deck, card, schedule)
        case Compared(name, sign, number):
            found = _number(name, schedule)
            if name == "recall" and found is not None and sign == "=":
                return int(found * 100 + 0.5) == int(number * 100 + 0.5)
            return found is not None and SIGNS[sign](round(found, 9), number)


def _states(card: Card, schedule: Schedule) -> dict[str, object]:
    review, learning = schedule.state == State.REVIEW, schedule.state in (State.LEARNING, State.RELEARNING)
    buried = schedule.buried_until is not None and schedule.buried_until > TODAY
    awake = card.asked and not schedule.suspended and not buried
    interval = schedule.interval or 0
    return {
        "new": schedule.is_new,
        "learning": learning,
        "review": review,
        "young": review and interval < 21,
        "mature": review and interval >= 21,
        "due": awake and (learning or (review and (schedule.due_day or 0) <= TODAY)),
        "asked": card.asked,
        "suspended": schedule.suspended,
        "buried": buried,
        "leech": schedule.is_leech,
        "draft": card.draft,
        "retired": card.retired,
        "flagged": schedule.flag,
        "tagged": card.tags,
        "noted": card.note,
    }


def _has(name: str, value: str, deck: str, card: Card, schedule: Schedule) -> bool:
    match name:
        case "principle":
            return value in (card.principles or ("none",))
        case "kind":
            return card.kind == value
        case "deck" | "id":
            return _like(value, deck if name == "deck" else card.id)
        case "tag":
            return any(_like(value, tag) for tag in card.tags)
        case "flag":
            return value in ((schedule.flag, "any") if schedule.flag else ("none",))
    return card.kind == "level" and level_of(card.fields["level"]) == value


def _number(name: str, schedule: Schedule) -> float | None:
    if name in ("lapses", "reps"):
        return float(getattr(schedule, name))
    if schedule.memory is None or schedule.last_day is None or schedule.due_day is None:
        return None
    in_review = schedule.state is State.REVIEW
    values: dict[str, float | None] = {
        "recall": SCHEDULER.retrievability(schedule.memory, schedule.last_day, TODAY),
        "stability": schedule.memory.stability,
        "difficulty": schedule.memory.difficulty,
        "interval": schedule.interval if in_review else None,
        "due": schedule.due_day - TODAY if in_review else 0,
        "seen": max(TODAY - schedule.last_day, 0),
    }
    return values[name]


ADD_CARD = """
INSERT INTO card VALUES (:id, :deck, :position, 1, :kind, :principles, :fields, :note, :tags, :draft, :retired, :asked,
NULL, '', 0, 0, 0)"""


def _add(connection: sqlite3.Connection, deck: str, position: int, card: Card, schedule: Schedule | None) -> None:
    values = {
        "principles": " ".join(card.principles),
        "fields": json.dumps(card.fields, ensure_ascii=False),
        "tags": json.dumps(card.tags, ensure_ascii=False),
    }
    about = {name: getattr(card, name) for name in ("id", "kind", "note", "draft", "retired", "asked")}
    connection.execute(ADD_CARD, {"deck": deck, "position": position, **about, **values})
    if schedule is not None:
        connection.execute(PUT_SCHEDULE, schedule_row(card.id, schedule))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = make(Home(tmp_path_factory.mktemp("filtering")))
    for deck in "de":
        put_deck(home, deck)
    index(home)
    return home


@given(
    st.lists(st.tuples(st.sampled_from("de"), CARDS, SCHEDULES), min_size=1, max_size=8),
    st.lists(FILTERS, min_size=1, max_size=8),
)
def test_a_filter_finds_the_cards_that_a_plain_reading_finds(
    bare: Home, drawn: list[tuple[str, Card, Schedule | None]], chosen: list[Filter]
) -> None:
    from dataclasses import replace

    cards = [(deck, replace(card, id=f"{deck}/{at}"), schedule) for at, (deck, card, schedule) in enumerate(drawn)]
    with _connected(bare) as connection:
        for position, (deck, card, schedule) in enumerate(cards):
            _add(connection, deck, position, card, schedule)
        for one in chosen:
            expected = {card.id for deck, card, schedule in cards if _passes(one, deck, card, schedule or NEW)}
            assert expected == set(_ids(connection, one))
        connection.rollback()


def test_every_function_has_a_name_of_its_own() -> None:
    assert len(FUNCTIONS) == len({name for name, _, _ in FUNCTIONS})
