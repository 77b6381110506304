"""The weights in use are those of every command that predicts, plans or replays."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from homes import OTHER_WEIGHTS, SCHEDULER, add_weights, basic, change, opened, query, with_cards
from lpdeck.config import Config
from lpdeck.home import Home
from lpdeck.scheduling import FSRS_6_DEFAULTS, Rating, Scheduler
from lpdeck.store import log
from lpdeck.store.schema import open_engine

from .conftest import Lpdeck

OTHER = Scheduler(weights=OTHER_WEIGHTS)
CARDS = ("deck/a", "deck/b", "deck/c")


@pytest.fixture
def studied(home: Home, lpdeck: Lpdeck) -> Home:
    """Three cards, two of them answered ten days ago with the defaults; since then another set is in use."""
    with_cards(home, *(basic(card, principles=("ownership",)) for card in CARDS))
    for card, keys in zip(CARDS, ("4", "3"), strict=False):
        lpdeck("review", "--plain", f"id:{card}", stdin=f"\n{keys}\nq\n")
    for column, step in {"study_day": 10, "at_ms": 864_000_000}.items():
        change(home, f"UPDATE event SET {column} = {column} - {step}")
    change(home, "UPDATE schedule SET last_day = last_day - 10, first_day = first_day - 10")
    change(home, "UPDATE schedule SET due_day = due_day - 10 WHERE due_at_ms IS NOT NULL")
    add_weights(home, since_ms=1)
    return home


def _is_replayed(home: Home, scheduler: Scheduler) -> bool:
    with open_engine(home).connect() as connection:
        return log.stored(connection) == dict(log.replayed(connection, scheduler))


def test_an_answer_is_given_with_the_weights_in_use(studied: Home, lpdeck: Lpdeck) -> None:
    day = Config().calendar.day_of
    ran = lpdeck("review", "--plain", "id:deck/c", stdin="\n4\n")
    ((at_ms, interval, name),) = query(studied, "SELECT at_ms, interval, weights FROM event WHERE card = 'deck/c'")
    store = opened(studied)
    before = store.schedule("deck/x")
    expected = OTHER.outcomes("deck/c", before, day(at_ms), at_ms)[Rating.EASY]
    assert (expected.interval, "other") == (interval, name)
    assert f"easy {expected.interval}d" in ran.out
    assert SCHEDULER.outcomes("deck/c", before, day(at_ms), at_ms)[Rating.EASY].memory != expected.memory
    assert expected.memory == store.schedule("deck/c").memory
    store.close()
    assert _is_replayed(studied, OTHER)


def test_an_undo_and_a_redo_replay_with_the_weights_in_use(studied: Home, lpdeck: Lpdeck) -> None:
    assert 0 == lpdeck("undo").code
    assert _is_replayed(studied, OTHER)
    assert 0 == lpdeck("redo").code
    assert _is_replayed(studied, OTHER)


def test_what_is_said_of_a_card_and_what_a_filter_finds_is_predicted_with_the_weights_in_use(
    studied: Home, lpdeck: Lpdeck
) -> None:
    shown = lpdeck("show", "deck/b").out
    store = opened(studied)
    schedule = store.schedule("deck/b")
    store.close()
    assert schedule.last_day is not None
    today = type(schedule.last_day)(schedule.last_day + 10)
    recalls = [scheduler.recall(schedule, today) for scheduler in (OTHER, SCHEDULER)]
    assert recalls[0] is not None
    assert recalls[1] is not None
    assert f"recall now {recalls[0]:.0%}" in shown
    assert f"{recalls[0]:.0%}" != f"{recalls[1]:.0%}"
    between = f"recall<{(recalls[0] + recalls[1]) / 2:.6f}"
    assert (recalls[0] < recalls[1]) == ("deck/b" in lpdeck("cards", between).out)
    assert (recalls[0] < recalls[1]) == ("deck/b" in lpdeck("export", "json", between).out)


def test_reviews_from_anki_are_taken_and_replayed_with_the_weights_in_use(
    studied: Home, lpdeck: Lpdeck, tmp_path: Path
) -> None:
    lpdeck("export", "anki", "--schedule", "-o", tmp_path / "out.apkg")
    before = query(studied, "SELECT card, stability FROM schedule ORDER BY card")
    change(studied, "DELETE FROM event")
    change(studied, "DELETE FROM schedule")
    assert 0 == lpdeck("import", tmp_path / "out.apkg").code
    assert [("other",)] == query(studied, "SELECT DISTINCT weights FROM event")
    assert before == query(studied, "SELECT card, stability FROM schedule ORDER BY card")
    assert _is_replayed(studied, OTHER)
    store = opened(studied)
    easy = store.schedule("deck/a").memory
    assert OTHER.memory_after(None, 0, Rating.EASY) == pytest.approx(easy)
    store.close()


def test_a_package_for_anki_holds_the_weights_in_use(studied: Home, lpdeck: Lpdeck, tmp_path: Path) -> None:
    lpdeck("config", "set", "retention.ownership", "0.95")
    lpdeck("export", "anki", "--schedule", "-o", tmp_path / "out.apkg")
    with zipfile.ZipFile(tmp_path / "out.apkg") as package:
        package.extract("collection.anki2", tmp_path)
    with closing(sqlite3.connect(tmp_path / "collection.anki2")) as connection:
        ((presets,),) = connection.execute("SELECT dconf FROM col").fetchall()
        cards = [json.loads(row[0]) for row in connection.execute("SELECT data FROM cards WHERE data <> ''")]
    found: dict[str, Any] = {one["name"]: one for one in json.loads(presets).values()}
    assert ["Default", "LP", "LP Ownership"] == sorted(found)
    assert [list(OTHER_WEIGHTS.parameters)] * 2 == [found[name]["fsrsParams6"] for name in ("LP", "LP Ownership")]
    assert (0.9, 0.95) == (found["LP"]["desiredRetention"], found["LP Ownership"]["desiredRetention"])
    assert [(0.95, OTHER_WEIGHTS.parameters[20])] * 2 == [(one["dr"], one["decay"]) for one in cards]


# Showing the sets


def test_the_sets_are_listed_with_the_one_in_use_first(studied: Home, lpdeck: Lpdeck) -> None:
    first, second = lpdeck("config", "weights").out.splitlines()
    assert "other            in use  FSRS 6, 2026-11-21, a test" == first
    assert "fsrs-6-defaults          FSRS 6, 2026-11-21, the defaults of py-fsrs 6.3" == second


def test_the_sets_are_listed_as_json(studied: Home, lpdeck: Lpdeck) -> None:
    expected = [
        one._asdict() | {"parameters": list(one.parameters), "in_use": one is OTHER_WEIGHTS}
        for one in (OTHER_WEIGHTS, FSRS_6_DEFAULTS)
    ]
    assert expected == lpdeck("config", "weights", "--json").json


def test_a_new_home_lists_the_defaults(home: Home, lpdeck: Lpdeck) -> None:
    assert ["fsrs-6-defaults"] == [one["name"] for one in lpdeck("config", "weights", "--json").json]


def test_words_of_a_set_can_not_steer_the_terminal(studied: Home, lpdeck: Lpdeck) -> None:
    change(studied, "UPDATE weights SET origin = ? WHERE since_ms > 0", ("\x1b[2Ja\nb",))
    out = lpdeck("config", "weights").out
    assert 2 == len(out.splitlines())
    assert out.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    "command", [("due",), ("review",), ("show", "deck/a"), ("undo",), ("config", "weights"), ("progress",), ("cards",)]
)
def test_a_set_that_does_not_fit_stops_every_command_with_one_sentence(
    studied: Home, lpdeck: Lpdeck, command: tuple[str, ...]
) -> None:
    change(studied, "UPDATE weights SET parameters = '[1, 2]' WHERE since_ms > 0")
    ran = lpdeck(*command)
    assert (4, "") == (ran.code, ran.out)
    assert ran.err.startswith("lpdeck: the weights 'other' in lpdeck.db are 2 numbers, and FSRS 6 has 21\n")
    assert 2 == len(ran.err.splitlines())


# A retention for a principle


def test_a_card_is_asked_at_the_highest_retention_that_is_wanted_of_its_principles(home: Home, lpdeck: Lpdeck) -> None:
    principles = {"deck/a": ("earn-trust",), "deck/b": ("frugality", "earn-trust"), "deck/c": ("frugality",)}
    with_cards(home, *(basic(card, principles=slugs) for card, slugs in principles.items()))
    lpdeck("config", "set", "desired_retention", "0.8")
    lpdeck("config", "set", "retention.earn-trust", "0.95")
    out = lpdeck("review", "--plain", stdin="\n4\n" * 3).out
    found = {card: (day, due) for card, day, due in query(home, "SELECT card, study_day, interval FROM event")}
    for card, retention in {"deck/a": 0.95, "deck/b": 0.95, "deck/c": 0.8}.items():
        scheduler = replace(SCHEDULER, desired_retention=retention)
        store = opened(home)
        expected = scheduler.outcomes(card, store.schedule("deck/x"), found[card][0], 0)[Rating.EASY]
        assert expected.interval == found[card][1]
        assert f"easy {expected.interval}d" in out
        assert expected.memory == store.schedule(card).memory
        store.close()
    assert found["deck/c"][1] > found["deck/a"][1]
    assert _is_replayed(home, SCHEDULER)
