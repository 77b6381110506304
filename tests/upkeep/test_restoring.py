from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_archive import forged

from homes import (
    CALENDAR,
    DAY,
    NOON,
    SCHEDULER,
    TODAY,
    basic,
    change,
    indexed,
    opened,
    put_deck,
    query,
    stored_and_replayed,
    with_cards,
)
from lpdeck.errors import HomeError
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, ReviewSession
from lpdeck.scheduling import Rating
from lpdeck.store.hot import Mark
from lpdeck.store.schema import copy_before
from lpdeck.upkeep import archive
from lpdeck.upkeep.restoring import Condition, Plan, Restored, condition_of, plan_restore, restore

STAMP = "20260302-120000"


@pytest.fixture
def studied(home: Home) -> Home:
    """A home with two decks; the log has two events."""
    with_cards(home, basic("deck/a"), basic("deck/b"))
    put_deck(home, "other", basic("other/a"))
    indexed(home)
    home.config.write_text("new_per_day = 5\n")
    mark(home, "deck/a")
    mark(home, "deck/b")
    return home


@pytest.fixture
def backup(studied: Home, tmp_path: Path) -> Path:
    return archive.pack(studied, tmp_path / "backup.zip", NOON)


def mark(home: Home, card: str, at_ms: int = NOON) -> None:
    store = opened(home)
    store.mark([Mark(card, Kind.SUSPEND)], at_ms=at_ms, day=TODAY)
    store.close()


def answer(home: Home, at_ms: int = NOON) -> None:
    """Answers whatever is asked first."""
    store = opened(home)
    session = ReviewSession(store, SCHEDULER, CALENDAR, Limits(10, 10), at_ms)
    asked = session.next(at_ms)
    assert isinstance(asked, Asked)
    session.answer(asked, Rating.GOOD, at_ms)
    store.close()


def done(home: Home, path: Path) -> tuple[Plan, Restored]:
    plan = plan_restore(home, path)
    return plan, restore(home, plan, SCHEDULER, STAMP)


def log(home: Home) -> set[str]:
    return {name for (name,) in query(home, "SELECT id FROM event")}


def files(home: Home) -> dict[str, bytes]:
    found = [*home.decks.glob("*"), *home.removed.glob("*"), *([home.config] if home.config.exists() else [])]
    return {str(path.relative_to(home.path)): path.read_bytes() for path in found}


# What would change


def test_a_home_that_is_as_its_backup_would_not_change(studied: Home, backup: Path) -> None:
    plan = plan_restore(studied, backup)
    assert plan.changes_nothing
    assert ((), (), 2, 0, 0) == (plan.files, plan.options, plan.same, plan.come, plan.stay)


def test_a_plan_says_what_becomes_of_each_deck_and_option(studied: Home, backup: Path) -> None:
    put_deck(studied, "deck", basic("deck/a"))
    put_deck(studied, "new", basic("new/a"), basic("new/b"))
    (studied.decks / "other.toml").unlink()
    studied.config.write_text('level = "all"\n')
    plan = plan_restore(studied, backup)
    assert [("deck", "changed", 1, 2), ("new", "gone", 2, None), ("other", "added", None, 1)] == [
        (one.deck, one.change, one.before, one.after) for one in plan.decks
    ]
    assert [("level", "all", None), ("new_per_day", None, 5)] == [
        (one.name, one.before, one.after) for one in plan.options
    ]
    assert not plan.changes_nothing


def test_marks_alone_are_news_too(studied: Home, backup: Path) -> None:
    change(studied, "DELETE FROM event")
    plan = plan_restore(studied, backup)
    assert (0, 0, 2, False) == (plan.come, plan.stay, plan.marks, plan.changes_nothing)


def test_a_database_that_opens_and_is_not_in_itself_as_it_should_be_is_damaged(studied: Home) -> None:
    assert Condition.SOUND is condition_of(studied)
    _forbid_what_is_there(studied)
    assert Condition.DAMAGED is condition_of(studied)
    with pytest.raises(HomeError, match="the database is damaged"):
        archive.pack(studied, studied.path / "backup.zip", NOON)
    assert not (studied.path / "backup.zip").exists()


def _forbid_what_is_there(home: Home) -> None:
    """Makes the schema say that a column is never empty, which it is: only a check of all rows notices."""
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, 'target TEXT', 'target TEXT NOT NULL')")


def test_a_backup_that_was_replaced_after_the_plan_is_said(studied: Home, backup: Path) -> None:
    (studied.decks / "other.toml").unlink()
    plan = plan_restore(studied, backup)
    archive.pack(studied, backup, NOON)
    with pytest.raises(HomeError, match="no longer in it"):
        restore(studied, plan, SCHEDULER, STAMP)


# Doing it


def test_decks_and_options_are_replaced_and_no_event_is_lost(studied: Home, backup: Path) -> None:
    before, events = files(studied), log(studied)
    put_deck(studied, "deck", basic("deck/a"))
    put_deck(studied, "new", basic("new/a"))
    indexed(studied)
    (studied.decks / "other.toml").unlink()
    studied.removed.mkdir()
    (studied.removed / "aside.toml").write_text("schema = 1\n")
    studied.config.write_text("new_per_day = 50\n")
    mark(studied, "new/a", NOON + 1000)
    here = log(studied)
    done(studied, backup)
    assert before == files(studied)
    assert events < here == log(studied)
    assert plan_restore(studied, backup).changes_nothing


def test_answers_that_were_lost_come_back_and_schedules_follow(studied: Home, tmp_path: Path) -> None:
    store = opened(studied)
    store.mark([Mark(card, Kind.RESUME) for card in ("deck/a", "deck/b")], at_ms=NOON, day=TODAY)
    store.close()
    answer(studied)
    backup = archive.pack(studied, tmp_path / "backup.zip", NOON)
    events = log(studied)
    change(studied, "DELETE FROM event WHERE kind = 'answer'")
    change(studied, "DELETE FROM schedule")
    plan, restored = done(studied, backup)
    assert (1, 0) == (plan.come, plan.stay)
    assert restored.united is not None
    assert 1 == restored.united.added
    assert events == log(studied)
    indexed(studied)
    store = opened(studied)
    stored, replayed = stored_and_replayed(store, restored.united.cards)
    assert stored == replayed
    assert any(schedule.memory for schedule in stored.values())
    store.close()


def test_answers_of_the_home_alone_are_counted_and_stay(studied: Home, tmp_path: Path) -> None:
    backup = archive.pack(studied, tmp_path / "backup.zip", NOON)
    answer(studied, NOON + DAY)
    plan, _ = done(studied, backup)
    assert (0, 1) == (plan.come, plan.stay)
    assert [(1,)] == query(studied, "SELECT count(*) FROM event WHERE kind = 'answer'")


def test_options_that_the_backup_has_not_go(studied: Home, tmp_path: Path) -> None:
    studied.config.unlink()
    backup = archive.pack(studied, tmp_path / "backup.zip", NOON)
    studied.config.write_text("new_per_day = 5\n")
    done(studied, backup)
    assert not studied.config.exists()


def test_a_home_can_be_made_of_a_backup_alone(studied: Home, backup: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    done(other, backup)
    assert files(studied) == files(other)
    assert log(studied) == log(other)
    assert 0o700 == stat.S_IMODE(other.path.stat().st_mode)
    assert 0o600 == stat.S_IMODE(other.database.stat().st_mode)
    assert {"lpdeck.db", "decks", "config.toml", "backups"} == {path.name for path in other.path.iterdir()}


@given(st.integers(0, 3))
def test_a_restore_that_was_cut_short_is_finished_by_the_next(
    tmp_path_factory: pytest.TempPathFactory, steps: int
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    home = with_cards(Home(folder / "home"), basic("deck/a"))
    for name in ("b", "c", "d"):
        put_deck(home, name, basic(f"{name}/a"))
    backup = archive.pack(home, folder / "backup.zip", NOON)
    before = files(home)
    for name in ("b", "c", "d"):
        put_deck(home, name, basic(f"{name}/x"))
    for name in ("b", "c", "d")[:steps]:
        (home.decks / f"{name}.toml").write_bytes(before[f"decks/{name}.toml"])
    plan, _ = done(home, backup)
    assert 3 - steps == len(plan.files)
    assert before == files(home)


# The database that is here


def test_a_damaged_database_is_set_aside_and_what_can_be_read_of_it_comes_too(studied: Home, backup: Path) -> None:
    mark(studied, "other/a", NOON + 1000)
    events = log(studied)
    with closing(sqlite3.connect(studied.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'card'").fetchone()
    data = bytearray(studied.database.read_bytes())
    data[(page - 1) * 4096 : page * 4096] = b"\xee" * 4096
    studied.database.write_bytes(data)
    assert Condition.DAMAGED is condition_of(studied)
    _, restored = done(studied, backup)
    assert studied.backups / f"lpdeck-{STAMP}-damaged.db" == restored.moved
    assert bytes(data) == restored.moved.read_bytes()
    assert events == log(studied)
    assert Condition.SOUND is condition_of(studied)


def test_a_file_that_is_no_database_is_damaged_too(studied: Home, backup: Path) -> None:
    events = log(studied)
    studied.database.write_bytes(b"nothing of that kind" * 100)
    _, restored = done(studied, backup)
    assert restored.moved is not None
    assert events == log(studied)


def test_a_newer_database_is_set_aside_whole(studied: Home, backup: Path) -> None:
    events = log(studied)
    change(studied, "UPDATE alembic_version SET version_num = '9999'")
    plan, restored = done(studied, backup)
    assert Condition.NEWER is plan.condition
    assert restored.moved is not None
    with closing(sqlite3.connect(restored.moved)) as connection:
        assert [("9999",)] == connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert events == log(studied)


def test_a_lost_database_comes_back(studied: Home, backup: Path) -> None:
    events = log(studied)
    for path in studied.path.glob("lpdeck.db*"):
        path.unlink()
    plan, restored = done(studied, backup)
    assert (Condition.MISSING, None) == (plan.condition, restored.moved)
    assert events == log(studied)


def test_the_database_of_another_program_is_left_alone(studied: Home, backup: Path) -> None:
    studied.database.unlink()
    with closing(sqlite3.connect(studied.database)) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(HomeError, match="another program"):
        plan_restore(studied, backup)


# Other files


def test_of_a_bare_copy_of_the_database_the_log_alone_is_taken(studied: Home) -> None:
    copy = copy_before(studied, "before-schema-0004")
    before, events = files(studied), log(studied)
    change(studied, "DELETE FROM event")
    put_deck(studied, "deck", basic("deck/a", back="mine"))
    plan, _ = done(studied, copy)
    assert plan.contents is None
    assert before["decks/deck.toml"] != files(studied)["decks/deck.toml"]
    assert events == log(studied)


def test_a_bare_copy_of_an_old_schema_is_taken_too(studied: Home, tmp_path: Path) -> None:
    old = sorted((Path(__file__).parent.parent / "data" / "schemas").glob("*0001*.sql"))[0]
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(old.read_text())
        events = {name for (name,) in connection.execute("SELECT id FROM event")}
    here = log(studied)
    done(studied, tmp_path / "old.db")
    assert events | here == log(studied)
    assert events


@pytest.mark.parametrize("data", [b"", b"hello", b"[toml]"])
def test_any_other_file_is_no_backup(studied: Home, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(data)
    with pytest.raises(HomeError, match="no backup of lpdeck"):
        plan_restore(studied, path)


@pytest.mark.parametrize(
    "evil",
    [
        "CREATE TRIGGER evil AFTER INSERT ON event BEGIN DELETE FROM schedule; END",
        "CREATE VIEW evil AS SELECT 1",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_a_backup_with_an_evil_database_is_refused_and_changes_nothing(
    studied: Home, tmp_path: Path, evil: str
) -> None:
    database = tmp_path / "evil.db"
    with closing(sqlite3.connect(studied.database)) as source, closing(sqlite3.connect(database)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute(evil)
        copy.commit()
    path = forged(tmp_path / "x.zip", {"lpdeck.db": database.read_bytes()}, schema="0004")
    before, events = files(studied), log(studied)
    with pytest.raises(HomeError) as error:
        plan_restore(studied, path)
    assert str(path) in error.value.what
    assert (before, events) == (files(studied), log(studied))
