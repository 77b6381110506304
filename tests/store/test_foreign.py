from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from homes import basic, change, make, opened, put_deck, query, with_cards
from lpdeck.errors import HomeError
from lpdeck.home import Home
from lpdeck.store import foreign as opening
from lpdeck.store.foreign import changed_at, foreign
from lpdeck.store.schema import open_engine

SCHEMAS = sorted((Path(__file__).parent.parent / "data" / "schemas").glob("*.sql"))


@pytest.fixture
def there(home: Home) -> Home:
    """A home with a card."""
    return with_cards(home, basic("deck/a"))


def files(home: Home) -> dict[str, tuple[bytes, int]]:
    """Everything beside the database, byte by byte."""
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in home.path.iterdir() if path.is_file()}


def refusal(path: Path) -> str:
    with pytest.raises(HomeError) as caught, foreign(path):
        pass
    assert str(path) in caught.value.what
    assert "\n" not in caught.value.what
    assert caught.value.advice
    return caught.value.what


def test_a_copy_tells_what_the_original_knows_and_writes_nothing_there(there: Home) -> None:
    store = opened(there)  # its last writes are in the write-ahead log
    before = files(there)
    assert {"lpdeck.db", "lpdeck.db-wal", "lpdeck.db-shm"} <= before.keys()
    with foreign(there.database) as other:
        assert ["deck/a"] == list(changed_at(other))
        other.execute("DELETE FROM card")
    assert before == files(there)
    store.close()


def test_a_log_without_its_index_is_read_and_left_alone(there: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(there.database)) as writing:
        writing.execute("INSERT INTO exported VALUES ('deck/a', 1)")
        writing.commit()
        copy = Home(tmp_path / "copy")
        copy.path.mkdir()
        for name in ("lpdeck.db", "lpdeck.db-wal"):
            shutil.copy(there.path / name, copy.path / name)
    before = files(copy)
    with foreign(copy.database) as other:
        assert [("deck/a", 1)] == other.execute("SELECT * FROM exported").fetchall()
    assert before == files(copy)


def test_a_database_in_a_folder_that_may_not_be_written_is_read(there: Home) -> None:
    os.chmod(there.database, 0o400)
    os.chmod(there.path, 0o500)
    try:
        with foreign(there.database) as other:
            assert ["deck/a"] == list(changed_at(other))
    finally:
        os.chmod(there.path, 0o700)


def test_a_change_that_another_process_has_not_finished_is_not_seen(there: Home) -> None:
    with closing(sqlite3.connect(there.database, isolation_level=None)) as writing:
        writing.execute("PRAGMA cache_size = 1")
        writing.execute("BEGIN")
        writing.execute("DELETE FROM card")
        writing.executemany("INSERT INTO exported VALUES (?, 1)", [(f"deck/{n}" * 40,) for n in range(2000)])
        with foreign(there.database) as other:
            assert ["deck/a"] == list(changed_at(other))
            assert [] == other.execute("SELECT * FROM exported").fetchall()


def test_a_log_that_began_anew_while_it_was_copied_is_copied_again(
    there: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = opening._take
    waiting = [there.database]

    def taken(path: Path, target: Path) -> None:
        take(path, target)
        if path in waiting:  # in the middle of the first copy what was in the log goes into the database
            waiting.remove(path)
            writing.execute("PRAGMA wal_checkpoint(FULL)")
            writing.execute("INSERT INTO exported VALUES ('deck/late', 2)")

    with closing(sqlite3.connect(there.database, isolation_level=None)) as writing:
        writing.execute("INSERT INTO day_limits (study_day) VALUES (20514)")
        monkeypatch.setattr(opening, "_take", taken)
        with foreign(there.database) as other:
            found = other.execute("SELECT study_day, card FROM day_limits, exported").fetchall()
    assert [(20514, "deck/late")] == found


def test_the_copy_is_private_and_goes_away(there: Home) -> None:
    with foreign(there.database) as other:
        ((_, _, path),) = other.execute("PRAGMA database_list").fetchall()
        assert 0o600 == os.stat(path).st_mode & 0o777
        assert 0o700 == os.stat(Path(path).parent).st_mode & 0o777
    assert not Path(path).parent.exists()


@pytest.mark.parametrize("dump", SCHEMAS, ids=lambda path: path.stem)
def test_an_older_schema_is_migrated_in_the_copy(dump: Path, tmp_path: Path) -> None:
    old = Home(tmp_path / "old")
    old.path.mkdir()
    with closing(sqlite3.connect(old.database)) as made:
        made.executescript(dump.read_text())
    before = files(old)
    with foreign(old.database) as other:
        count = other.execute("SELECT count(*) FROM event").fetchone()
        assert [("fsrs-6-defaults",)] == other.execute("SELECT name FROM weights").fetchall()
    assert before == files(old)
    assert [count] == query(old, "SELECT count(*) FROM event")


@pytest.mark.parametrize(
    "data", [b"", b"x", b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\xff" * 5000, b"PK\x03\x04"]
)
def test_what_is_no_database_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "lpdeck.db"
    path.write_bytes(data)
    refusal(path)


@pytest.mark.parametrize("keep", [100, 4096, 20_000, -4096])
def test_a_database_that_was_cut_off_is_refused(there: Home, keep: int) -> None:
    open_engine(there).dispose()
    there.database.write_bytes(there.database.read_bytes()[:keep])
    assert "damaged" in refusal(there.database)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END",
            "a trigger that lpdeck never made: 't'",
        ),
        ("CREATE VIEW v AS SELECT 1", "a view that lpdeck never made: 'v'"),
        ("CREATE TABLE extra (x)", "a table that lpdeck never made: 'extra'"),
        ("CREATE VIRTUAL TABLE event2 USING fts5(x)", "that lpdeck never made"),
        ("DROP TABLE event", "a database of another program"),
        ("ALTER TABLE event RENAME COLUMN card TO chart", "its table event is not as lpdeck makes it"),
        ("ALTER TABLE event ADD COLUMN more AS (card)", "its table event is not as lpdeck makes it"),
        ("UPDATE alembic_version SET version_num = '9999'", "was written by a newer lpdeck (schema 9999"),
        ("UPDATE alembic_version SET version_num = '0000'", "can not be brought to this lpdeck's schema"),
        ("UPDATE alembic_version SET version_num = '0002'", "can not be brought to this lpdeck's schema"),
        ("UPDATE alembic_version SET version_num = x'00ff'", "does not say of which schema it is"),
        ("DELETE FROM alembic_version", "does not say of which schema it is"),
        ("CREATE TABLE 'a\x1b[2J' (x)", "a table that lpdeck never made"),
    ],
)
def test_what_lpdeck_never_makes_is_refused(there: Home, statement: str, what: str) -> None:
    change(there, statement)
    said = refusal(there.database)
    assert what in said
    assert said.isprintable()


def test_a_database_that_is_not_as_its_schema_says_is_refused(there: Home) -> None:
    change(there, "INSERT INTO device VALUES ('x', 'y', 0)")
    with closing(sqlite3.connect(there.database)) as writing, writing:
        writing.execute("PRAGMA writable_schema = ON")
        writing.execute("UPDATE sqlite_master SET sql = replace(sql, 'here INTEGER', 'here INTEGER CHECK (here = 1)')")
    assert "damaged" in refusal(there.database)


def test_a_database_that_no_learner_has_filled_is_refused_before_it_is_copied(tmp_path: Path) -> None:
    path = tmp_path / "lpdeck.db"
    path.write_bytes(b"SQLite format 3\x00")
    os.truncate(path, 8_000_000_001)  # sparse: no disk holds it
    assert "larger than 8 GB" in refusal(path)


@pytest.mark.slow
def test_a_text_without_end_is_refused(there: Home) -> None:
    change(there, "UPDATE card SET fields = CAST(zeroblob(60000000) AS TEXT)")
    with pytest.raises(HomeError, match="damaged"), foreign(there.database) as other:
        other.execute("SELECT fields FROM card").fetchall()


def test_an_unfinished_change_of_the_old_kind_is_not_played_back(there: Home) -> None:
    there.path.joinpath("lpdeck.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\x00" * 600)
    assert "was not finished" in refusal(there.database)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lpdeck.db")
    assert "is no file" in refusal(tmp_path / "lpdeck.db")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    refusal(tmp_path / "lpdeck.db")


def test_a_migrated_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    home = make(Home(tmp_path / "home"))
    put_deck(home, "deck", basic("deck/a"))
    with foreign(home.database):
        pass
    assert ["decks", "lpdeck.db"] == sorted(path.name for path in home.path.iterdir())
