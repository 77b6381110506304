from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from homes import NOON, SCHEDULER, TODAY, basic, change, make, opened, query, with_cards
from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.shipped import shipped
from lpdeck.store import SCHEMA, holding, hot, schema, tables
from lpdeck.store.hot import HotStore, open_hot
from lpdeck.store.schema import copy_before, open_engine, transaction


def _script() -> ScriptDirectory:
    config = AlembicConfig()
    config.set_main_option("script_location", str(shipped("migrations")))
    return ScriptDirectory.from_config(config)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _said(error: pytest.ExceptionInfo[HomeError]) -> str:
    """The error's one sentence; it has no line break and comes with advice."""
    assert "\n" not in error.value.what
    assert error.value.advice
    assert error.value.exit_code == 4
    return error.value.what


def test_the_schema_that_the_program_knows_is_the_newest_migration() -> None:
    assert [SCHEMA] == _script().get_heads()


def test_migrating_from_nothing_gives_what_the_tables_describe(home: Home) -> None:
    with open_engine(home).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        drift = compare_metadata(context, tables.metadata)
    assert [] == drift


def test_migrating_from_nothing_gives_the_same_statements_as_the_tables(home: Home) -> None:
    """Autogenerate does not see WITHOUT ROWID and foreign key actions; SQLite's own table list does."""
    open_engine(home)
    twin = Home(home.path.parent / "twin")
    twin.path.mkdir()
    tables.metadata.create_all(sa.create_engine(f"sqlite:///{twin.database}"))
    names = [table.name for table in tables.metadata.sorted_tables]
    for name in names:
        for pragma in ("table_xinfo", "foreign_key_list", "index_list"):
            assert _described(twin, pragma, name) == _described(home, pragma, name)
    assert _without_rowid(twin, names) == _without_rowid(home, names) == {"event", "exported", "schedule"}


def _described(home: Home, pragma: str, table: str) -> set[tuple[object, ...]]:
    rows = query(home, f"PRAGMA {pragma}({table})")
    return {row[1:] for row in rows} if pragma == "index_list" else set(rows)


def _without_rowid(home: Home, names: list[str]) -> set[str]:
    return {row[1] for row in query(home, "PRAGMA table_list") if row[1] in names and row[4] == 1}


def test_every_migration_is_reached_from_the_first() -> None:
    revisions = [script.revision for script in _script().walk_revisions()]
    files = [path.name.split("_")[0] for path in (shipped("migrations") / "versions").glob("*.py")]
    assert sorted(files) == sorted(revisions)


def test_a_new_home_is_the_learners_alone(home: Home) -> None:
    umask = os.umask(0)
    try:
        open_engine(home)
    finally:
        os.umask(umask)
    assert (0o700, 0o600) == (_mode(home.path), _mode(home.database))


def test_a_copy_is_the_learners_alone(home: Home) -> None:
    make(home)
    umask = os.umask(0)
    try:
        copy = copy_before(home, "why")
    finally:
        os.umask(umask)
    assert (0o700, 0o600) == (_mode(home.backups), _mode(copy))


def test_a_new_database_knows_this_computer_and_keeps_knowing_it(home: Home) -> None:
    open_engine(home)
    first = query(home, "SELECT id, name, here FROM device")
    open_engine(home)
    assert first == query(home, "SELECT id, name, here FROM device")
    assert [(os.uname().nodename, 1)] == [row[1:] for row in first]


def test_opening_a_current_database_makes_no_copy(home: Home) -> None:
    open_engine(home)
    open_engine(home)
    assert not home.backups.exists()


def test_answers_are_made_durable_in_a_write_ahead_log(home: Home) -> None:
    with open_engine(make(home)).connect() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        core = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert ["wal", 2, 1, 300] == core
    plain = hot._connect(home.database)
    assert core == [plain.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    plain.close()


def test_a_database_of_a_newer_program_is_refused_and_untouched(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    change(home, "UPDATE alembic_version SET version_num = '9999'")
    change(home, "CREATE TABLE from_the_future (wonder TEXT)")
    before = query(home, "SELECT * FROM sqlite_master"), query(home, "SELECT * FROM card")
    assert open_hot(home) is None
    with pytest.raises(HomeError) as error:
        open_engine(home)
    assert "newer lpdeck (schema 9999, this one knows " in _said(error)
    assert "Upgrade lpdeck" in error.value.advice
    assert before == (query(home, "SELECT * FROM sqlite_master"), query(home, "SELECT * FROM card"))
    assert [("9999",)] == query(home, "SELECT version_num FROM alembic_version")
    assert not home.backups.exists()


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The program of a later release: one more migration, and a SCHEMA that names it."""
    folder = tmp_path / "later" / "migrations"
    shutil.copytree(shipped("migrations"), folder)
    (folder / "versions" / "later_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision = "later"\ndown_revision = "{SCHEMA}"\n'
        'def upgrade():\n    op.add_column("card", sa.Column("more", sa.Text))\n'
    )
    monkeypatch.setattr(schema, "shipped", lambda _name: folder)
    monkeypatch.setattr(schema, "SCHEMA", "later")
    monkeypatch.setattr(hot, "SCHEMA", "later")
    return "later"


def test_a_database_behind_the_program_is_migrated_after_a_copy(home: Home, later: str) -> None:
    with_cards_before = make(home)
    change(home, "INSERT INTO schedule (card, reps, lapses, suspended) VALUES ('deck/a', 3, 1, 0)")
    assert open_hot(with_cards_before) is None
    open_engine(home)
    assert [(later,)] == query(home, "SELECT version_num FROM alembic_version")
    assert [("deck/a", 3)] == query(home, "SELECT card, reps FROM schedule")
    assert "more" in [row[1] for row in query(home, "PRAGMA table_info(card)")]
    (copy,) = home.backups.iterdir()
    assert copy.name.endswith("-before-schema-later.db")
    assert _rows_of(copy, "SELECT version_num FROM alembic_version") == [(SCHEMA,)]
    assert _rows_of(copy, "SELECT card, reps FROM schedule") == [("deck/a", 3)]
    opened(home).close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(home: Home, later: str, tmp_path: Path) -> None:
    broken = tmp_path / "later" / "migrations" / "versions" / "later_more.py"
    broken.write_text(broken.read_text() + '    op.execute("INSERT INTO nowhere VALUES (1)")\n')
    make(home)
    before = query(home, "SELECT sql FROM sqlite_master")
    with pytest.raises(HomeError) as error:
        open_engine(home)
    assert "no such table: nowhere" in _said(error)
    assert before == query(home, "SELECT sql FROM sqlite_master")
    assert [(SCHEMA,)] == query(home, "SELECT version_num FROM alembic_version")


def _rows_of(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_a_file_that_is_no_database_is_left_alone(home: Home) -> None:
    home.path.mkdir()
    home.database.write_text("my shopping list\n" * 100)
    for use in (open_hot, open_engine):
        with pytest.raises(HomeError) as error:
            use(home)
        assert f"{home.database}: this is no lpdeck database" == _said(error)
    assert "my shopping list\n" * 100 == home.database.read_text()


def test_a_database_of_another_program_is_left_alone(home: Home) -> None:
    home.path.mkdir()
    connection = sqlite3.connect(home.database)
    connection.execute("CREATE TABLE shopping (item TEXT)")
    connection.close()
    with pytest.raises(HomeError) as error:
        open_engine(home)
    assert f"{home.database} is a database of another program" == _said(error)
    assert [("shopping",)] == query(home, "SELECT name FROM sqlite_master")


def test_a_damaged_database_is_said_to_be_damaged(home: Home) -> None:
    with_cards(home, *(basic(f"deck/{number}", back="x" * 500) for number in range(50)))
    size = home.database.stat().st_size
    page = query(home, "PRAGMA page_size")[0][0]
    with home.database.open("r+b") as file:
        file.seek(page)
        file.write(b"\xa5" * (size - page))
    with pytest.raises(HomeError) as error:
        _use(home)
    assert f"{home.database}: the database is damaged" == _said(error)
    assert "backups/" in error.value.advice


def _use(home: Home) -> None:
    store = opened(home)
    list(store.new_cards(TODAY, 0, ""))


def test_an_empty_file_becomes_a_database(home: Home) -> None:
    home.path.mkdir()
    home.database.touch()
    assert open_hot(home) is None
    open_engine(home)
    opened(home).close()


def test_a_home_without_a_database_is_left_to_the_migrations(home: Home) -> None:
    assert open_hot(home) is None
    assert not home.path.exists()


def test_a_home_that_is_a_file_can_not_be_used(home: Home) -> None:
    home.path.write_text("")
    with pytest.raises(HomeError) as error:
        open_engine(home)
    assert f"{home.path}: the folder can not be made (File exists)" == _said(error)


def test_a_home_below_a_file_can_not_be_used(home: Home) -> None:
    home.path.write_text("")
    with pytest.raises(HomeError) as error:
        open_engine(Home(home.path / "inside"))
    assert "the folder can not be made (Not a directory)" in _said(error)


def test_a_folder_in_the_place_of_the_database_can_not_be_opened(home: Home) -> None:
    home.database.mkdir(parents=True)
    for use in (open_hot, open_engine):
        with pytest.raises(HomeError) as error:
            use(home)
        assert f"{home.database}: the database can not be opened" == _said(error)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_home_without_write_permission_can_not_be_used(home: Home) -> None:
    home.path.mkdir(mode=0o500)
    with pytest.raises(HomeError) as error:
        open_engine(home)
    assert "the database can not be opened" in _said(error)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_a_database_without_write_permission_keeps_its_answers(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    home.database.chmod(0o400)
    home.path.chmod(0o500)
    with pytest.raises(HomeError):
        _answer(opened(home), "deck/a")
    home.path.chmod(0o700)


def _store_with(home: Home, name: str, *pragmas: str) -> HotStore:
    connection = sqlite3.connect(name, uri=True, isolation_level=None)
    for pragma in pragmas:
        connection.execute(pragma)
    return HotStore(connection, home.database, SCHEDULER.weights)


def _answer(store: HotStore, card: str, **detail: str) -> str:
    before = store.schedule(card)
    outcome = next(iter(SCHEDULER.outcomes(card, before, TODAY, NOON).values()))
    given = store.answer(
        card, before, outcome, at_ms=NOON, day=TODAY, took_ms=1, weights=SCHEDULER.weights.name, detail=detail
    )
    return given.id


def test_a_database_that_may_not_be_written_says_so(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    store = _store_with(home, f"file:{home.database}?mode=ro")
    with pytest.raises(HomeError) as error:
        _answer(store, "deck/a")
    assert f"{home.database}: the database may not be written" == _said(error)
    store.close()


def _answer_on(store: HotStore, given: list[str]) -> None:
    for _ in range(1000):
        given.append(_answer(store, "deck/a", said="x" * 2000))


def test_a_full_disk_says_so_and_keeps_every_answer_given(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    pages = query(home, "PRAGMA page_count")[0][0]
    store = _store_with(home, f"file:{home.database}", f"PRAGMA max_page_count = {pages + 8}")
    given: list[str] = []
    with pytest.raises(HomeError) as error:
        _answer_on(store, given)
    assert f"{home.database}: the disk is full" == _said(error)
    assert given == [row[0] for row in query(home, "SELECT id FROM event ORDER BY id")]
    assert len(given) == store.schedule("deck/a").reps > 0
    store.close()


def test_a_database_held_by_another_program_says_so_and_works_again_afterwards(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "PATIENCE_S", 0)
    with_cards(home, basic("deck/a"))
    other = sqlite3.connect(home.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store = _store_with(home, f"file:{home.database}", "PRAGMA busy_timeout = 0")
    with pytest.raises(HomeError) as error:
        _answer(store, "deck/a")
    assert f"{home.database}: another program holds the database" == _said(error)
    other.execute("ROLLBACK")
    given = _answer(store, "deck/a")
    assert [(given,)] == query(home, "SELECT id FROM event")
    store.close()
    other.close()


@pytest.mark.slow
def test_a_database_held_for_half_a_minute_is_given_up(home: Home) -> None:
    make(home)
    other = sqlite3.connect(home.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(HomeError) as error:
        _fail_halfway(home)
    assert "another program holds the database" in _said(error)
    other.close()


def test_a_failed_transaction_changes_nothing(home: Home) -> None:
    make(home)
    with pytest.raises(HomeError) as error:
        _fail_halfway(home)
    assert "no such table: nowhere" in _said(error)
    assert 1 == len(query(home, "SELECT id FROM device"))


def _fail_halfway(home: Home) -> None:
    with transaction(open_engine(home), home) as connection:
        connection.execute(tables.device.insert().values(id="other", name="other", here=0))
        connection.exec_driver_sql("SELECT * FROM nowhere")
