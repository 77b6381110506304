"""The database of an older release, as its dump has it, after the program of today has opened it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from stores import answer, day_of, mark, redo, undo

from homes import MINUTE, SCHEDULER, basic, change, indexed, opened, put_deck, query, stored_and_replayed
from lpdeck.errors import HomeError
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.scheduling import FSRS_6_DEFAULTS, Rating, Scheduler
from lpdeck.store import SCHEMA, hot, log, tables
from lpdeck.store.holding import holder_file
from lpdeck.store.hot import DayLimits, open_hot
from lpdeck.store.schema import open_engine, transaction

DUMPS = sorted((Path(__file__).parent.parent / "data" / "schemas").glob("*.sql"))
_CARD = "id, deck, position, line, kind, principles, fields, note, tags, draft, retired, asked, sibling, changed_ms"
KEPT = {"event": "*", "schedule": "*", "device": "*", "card": _CARD}


@pytest.fixture(params=DUMPS, ids=lambda path: path.stem)
def old(home: Home, request: pytest.FixtureRequest) -> Home:
    """A home as an older release left it: four events of two cards."""
    home.path.mkdir()
    home.decks.mkdir()
    with closing(sqlite3.connect(home.database)) as connection:
        connection.executescript(request.param.read_text(encoding="utf-8"))
    return home


def _rows(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    return _rows_of(home.database)


def _rows_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(path)) as connection:
        found = {table: connection.execute(f"SELECT {names} FROM {table}").fetchall() for table, names in KEPT.items()}
        decks = "SELECT name, title, principles, pages, dropped, problem FROM deck_file"
        return {**found, "deck_file": connection.execute(decks).fetchall()}


def test_there_is_a_dump_of_every_schema_before_this_one() -> None:
    assert [f"{number:04}" for number in range(1, int(SCHEMA))] == [path.stem for path in DUMPS]


def test_what_an_older_release_stored_stays_but_for_when_its_decks_were_read(old: Home) -> None:
    before = _rows(old)
    assert all(before.values())
    assert open_hot(old) is None
    open_engine(old)
    assert before == _rows(old)
    assert [(SCHEMA,)] == query(old, "SELECT version_num FROM alembic_version")


def test_a_copy_of_the_older_database_is_kept_and_made_once(old: Home) -> None:
    before, version = _rows(old), query(old, "SELECT version_num FROM alembic_version")
    open_engine(old)
    open_engine(old)
    (copy,) = old.backups.iterdir()
    assert copy.name.endswith(f"-before-schema-{SCHEMA}.db")
    assert before == _rows_of(copy)
    with closing(sqlite3.connect(copy)) as connection:
        assert version == connection.execute("SELECT version_num FROM alembic_version").fetchall()
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()


def test_a_migrated_database_is_what_the_tables_describe(old: Home, tmp_path: Path) -> None:
    with open_engine(old).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert [] == compare_metadata(context, tables.metadata)
    twin = Home(tmp_path / "twin")
    twin.path.mkdir()
    tables.metadata.create_all(sa.create_engine(f"sqlite:///{twin.database}"))
    for table in tables.metadata.sorted_tables:
        for pragma in ("table_xinfo", "foreign_key_list"):
            statement = f"PRAGMA {pragma}({table.name})"
            assert query(twin, statement) == query(old, statement)
    assert _indexes(twin) == _indexes(old)


def _indexes(home: Home) -> set[tuple[Any, ...]]:
    statement = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    return set(query(home, statement))


def test_what_the_second_release_kept_of_days_and_exports_stays(home: Home) -> None:
    home.path.mkdir()
    with closing(sqlite3.connect(home.database)) as connection:
        connection.executescript(DUMPS[1].read_text(encoding="utf-8"))
    before = [query(home, f"SELECT * FROM {table}") for table in ("day_limits", "exported")]
    assert all(before)
    open_engine(home)
    assert before == [query(home, f"SELECT * FROM {table}") for table in ("day_limits", "exported")]


def test_a_migrated_database_has_the_defaults_in_use_and_its_memories_are_theirs(old: Home) -> None:
    open_engine(old).dispose()
    assert [(FSRS_6_DEFAULTS.name, 1)] == query(old, "SELECT name, folded FROM weights")
    store = opened(old)
    assert FSRS_6_DEFAULTS == store.scheduler(Scheduler(weights=FSRS_6_DEFAULTS._replace(name="other"))).weights
    store.close()


def test_replaying_a_migrated_log_gives_the_stored_schedules(old: Home) -> None:
    with open_engine(old).connect() as connection:
        stored = log.stored(connection)
        assert stored == dict(log.replayed(connection, SCHEDULER))
    assert 2 == len(stored)


def test_a_review_goes_on_where_an_older_release_left_it(old: Home) -> None:
    open_engine(old).dispose()
    store = opened(old)
    (last,) = query(old, "SELECT max(id), max(at_ms) FROM event")
    names = [card.id for card in store.learning(day_of(last[1]))]
    assert sorted(row[0] for row in query(old, "SELECT card FROM schedule")) == sorted(names)
    before = store.schedule(names[0])
    for step, rating in enumerate((Rating.GOOD, Rating.EASY), 1):
        assert answer(store, names[0], rating, last[1] + step * MINUTE).id > last[0]
    assert mark(store, Kind.RESCHEDULE, *names, at_ms=last[1] + 9 * MINUTE, due=day_of(last[1]) + 3) is not None
    store.set_day_limits(day_of(last[1]), DayLimits(new=3))
    stored, replayed = stored_and_replayed(store, names)
    assert replayed == stored
    for _ in range(3):
        undo(store, last[1] + 10 * MINUTE)
    assert before == store.schedule(names[0])
    store.close()


def test_an_undo_reaches_into_the_log_of_an_older_release(old: Home) -> None:
    open_engine(old).dispose()
    store = opened(old)
    (last,) = query(old, "SELECT max(at_ms) FROM event")
    names = [row[0] for row in query(old, "SELECT card FROM schedule")]
    known = {name: store.schedule(name) for name in names}
    for turn in (undo, undo):
        assert turn(store, last[0] + MINUTE) is not None
    assert [0, 0] == [store.schedule(name).reps for name in names]
    for turn in (redo, redo):
        assert turn(store, last[0] + 2 * MINUTE) is not None
    assert known == {name: store.schedule(name) for name in names}
    store.close()


def test_the_decks_of_an_older_release_are_indexed_anew(old: Home) -> None:
    open_engine(old).dispose()
    put_deck(old, "ownership", basic("ownership/mine", principles=("ownership",)))
    assert [] == indexed(old)
    store = opened(old)
    assert ["ownership"] == store.principle_sets(0)
    assert 2 == len(query(old, "SELECT card FROM schedule"))
    store.close()


# What stands in the way of the last migration: at its first step, and after one was done.
OBSTACLES = {
    "the column exists": ("ALTER TABLE card ADD COLUMN wave TEXT", "duplicate column"),
    "the index exists": (
        "CREATE INDEX ix_card_asked_wave_principles_turn_deck_position ON event (id)",
        "already exists",
    ),
}


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_a_migration_that_fails_leaves_the_older_database_as_it_was(old: Home, obstacle: str) -> None:
    statement, what = OBSTACLES[obstacle]
    with closing(sqlite3.connect(old.database)) as connection:
        connection.execute(statement)
    before = _rows(old), query(old, "SELECT * FROM sqlite_master"), query(old, "SELECT * FROM alembic_version")
    with pytest.raises(HomeError, match=what) as caught:
        open_engine(old)
    assert "Nothing was changed" in caught.value.advice
    assert before == (
        _rows(old),
        query(old, "SELECT * FROM sqlite_master"),
        query(old, "SELECT * FROM alembic_version"),
    )
    assert open_hot(old) is None
    (copy,) = old.backups.iterdir()
    assert before[0] == _rows_of(copy)


def _state(home: Home) -> tuple[Any, ...]:
    """Everything that stands in a database, its schema too."""
    names = query(home, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    rows = {name: query(home, f"SELECT * FROM {name}") for (name,) in names}
    return query(home, "SELECT * FROM sqlite_master"), rows


def _crowd(home: Home) -> None:
    """Thousands of cards, so that a migration has to ask for more room."""
    with closing(sqlite3.connect(home.database)) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(card)") if row[1] != "id"]
        numbers = "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 3000)"
        columns = ", ".join(names)
        one = f"SELECT {columns} FROM card LIMIT 1"
        connection.execute(
            f"{numbers} INSERT INTO card (id, {columns}) SELECT 'crowd/' || n, one.* FROM number, ({one}) one"
        )
    change(home, "VACUUM")


def test_the_disk_is_full_in_the_middle_of_a_migration(old: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _crowd(old)
    before = _state(old)
    (pages,) = query(old, "PRAGMA page_count")[0]
    with monkeypatch.context() as patch:
        patch.setattr(hot, "PRAGMAS", (*hot.PRAGMAS, f"PRAGMA max_page_count = {pages}"))
        with pytest.raises(HomeError, match="the disk is full"):
            open_engine(old)
    assert before == _state(old)
    open_engine(old)
    assert [(SCHEMA,)] == query(old, "SELECT version_num FROM alembic_version")


DIES = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from lpdeck.home import Home
from lpdeck.store.schema import open_engine, transaction
left = int(sys.argv[2])
@sa.event.listens_for(sa.Engine, "after_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    if statement.split()[0].upper() in ("ALTER", "CREATE", "DROP", "UPDATE", "INSERT"):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
open_engine(Home(Path(sys.argv[1])))
"""


@pytest.mark.slow
@pytest.mark.parametrize("statements", [1, 4, 6])
def test_a_migration_that_is_killed_leaves_the_older_database_and_is_made_again(old: Home, statements: int) -> None:
    before = _state(old)
    died = subprocess.run([sys.executable, "-c", DIES, str(old.path), str(statements)], check=False)
    assert -signal.SIGKILL == died.returncode
    assert before == _state(old)
    assert open_hot(old) is None
    open_engine(old)
    assert [("ok",)] == query(old, "PRAGMA integrity_check")
    assert [(SCHEMA,)] == query(old, "SELECT version_num FROM alembic_version")
    assert _rows_of(sorted(old.backups.iterdir())[-1]) == _rows(old)


OPENS = """
import sys
from pathlib import Path
from lpdeck.home import Home
from lpdeck.store.schema import open_engine
print("ready", flush=True)
sys.stdin.readline()
open_engine(Home(Path(sys.argv[1])))
"""


@pytest.mark.slow
def test_two_commands_that_migrate_at_once_make_one_copy_and_both_go_on(old: Home) -> None:
    before, pipe = _rows(old), subprocess.PIPE
    command = [sys.executable, "-c", OPENS, str(old.path)]
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    for process in both:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert ["", ""] == [process.communicate()[0] for process in both]
    assert [0, 0] == [process.returncode for process in both]
    assert before == _rows(old)
    assert 1 == len(list(old.backups.iterdir()))
    assert not holder_file(old.database).exists()


def test_tables_that_are_made_and_changed_in_a_transaction_go_when_it_fails(old: Home) -> None:
    open_engine(old).dispose()
    before = _state(old)

    def fail() -> None:
        with transaction(open_engine(old), old) as connection:
            for statement in (
                "CREATE TABLE more (id TEXT)",
                "ALTER TABLE card ADD COLUMN more TEXT",
                "DROP INDEX ix_event_card",
                "DELETE FROM deck_file",
                "DROP TABLE exported",
            ):
                connection.exec_driver_sql(statement)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert before == _state(old)


def test_a_database_of_today_is_opened_as_it_is(old: Home) -> None:
    open_engine(old).dispose()
    before, copies = _state(old), list(old.backups.iterdir())
    open_engine(old)
    assert (before, copies) == (_state(old), list(old.backups.iterdir()))


def test_a_copy_that_can_not_be_made_stops_the_migration(old: Home) -> None:
    before = _state(old)
    old.backups.write_text("in the way")
    with pytest.raises(HomeError):
        open_engine(old)
    assert before == _state(old)
    assert not holder_file(old.database).exists()
