"""Everything that stands in a whole page of a damaged database is read, and the damaged file is not touched."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from damage import ANSWERS, DAMAGES, cut, event_ids, overwritten, studied
from homes import change, make, query
from lpdeck.home import Home
from lpdeck.store import carving
from lpdeck.store.salvage import Salvaged, salvage


@pytest.fixture
def months(home: Home) -> Home:
    """A home with answers."""
    return studied(home)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same, never written."""
    return studied(Home(tmp_path_factory.mktemp("kept") / "home"))


def read(damaged: Home, tmp_path: Path) -> tuple[Salvaged, Home]:
    """What is salvaged of a home's database, in a new one."""
    target = make(Home(tmp_path / "target"))
    return salvage(damaged.database, target.database), target


def plainly_read(path: Path) -> set[str]:
    """What a plain reader gets: the ids in front of the first error."""
    found: set[str] = set()
    connection = sqlite3.connect(path)
    try:
        for (name,) in connection.execute("SELECT id FROM event ORDER BY id"):
            found.add(name)
    except sqlite3.Error:
        pass
    finally:
        connection.close()
    return found


def test_of_a_whole_database_everything_is_read(months: Home, tmp_path: Path) -> None:
    change(months, "INSERT INTO day_limits VALUES (20000, 1, 2, 3)")
    change(months, "INSERT INTO exported VALUES ('deck/basic-001', 5)")
    result, target = read(months, tmp_path)
    assert (ANSWERS, True, query(months, "SELECT id FROM device WHERE here = 1")[0][0]) == result[:3]
    for table in ("event", "device", "day_limits", "exported", "weights"):
        statement = f"SELECT * FROM {table} ORDER BY 1"
        assert query(months, statement) == query(target, statement), table


def test_what_stands_in_the_write_ahead_log_alone_is_read(months: Home, tmp_path: Path) -> None:
    copy = Home(tmp_path / "copy")
    copy.path.mkdir()
    connection = sqlite3.connect(months.database)
    connection.execute("PRAGMA journal_mode = WAL")
    with connection:
        connection.execute("UPDATE device SET name = 'in the log'")
    for path in months.path.glob("lpdeck.db*"):
        shutil.copy(path, copy.path)
    connection.close()
    result, target = read(copy, tmp_path)
    assert result.whole
    assert [("in the log",)] == query(target, "SELECT name FROM device")


@pytest.mark.parametrize("name", DAMAGES)
def test_the_damaged_file_stays_as_it_is(months: Home, tmp_path: Path, name: str) -> None:
    DAMAGES[name](months.database)
    before = months.database.read_bytes()
    expected = plainly_read_copy(months, tmp_path)
    _, target = read(months, tmp_path)
    assert before == months.database.read_bytes()
    assert {"lpdeck.db"} == {path.name for path in months.path.glob("lpdeck.db*")}
    assert expected <= event_ids(target)


def plainly_read_copy(home: Home, tmp_path: Path) -> set[str]:
    copy = tmp_path / "plain.db"
    shutil.copy(home.database, copy)
    return plainly_read(copy)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("all but a page", ANSWERS - 10),
        ("zeros at the beginning", ANSWERS),
        ("a page of zeros at the beginning", ANSWERS),
        ("pages of zeros in the middle", ANSWERS - 20),
        ("a flipped byte in the header", ANSWERS),
        ("another page size", ANSWERS),
        ("half of it", 10),
    ],
)
def test_damage_costs_what_it_hit_and_no_more(months: Home, tmp_path: Path, name: str, least: int) -> None:
    DAMAGES[name](months.database)
    result, target = read(months, tmp_path)
    assert least <= len(event_ids(target)) == result.events


def test_an_answer_whose_words_are_lost_is_kept_without_them(months: Home, tmp_path: Path) -> None:
    data = months.database.read_bytes()
    change(months, "PRAGMA user_version = 1")
    for number, page in carving.pages_of(data, 4096).items():
        if b"so it was" in page and page[:1] not in (b"\x0a", b"\x02", b"\x0d", b"\x05") and number > 1:
            data = data[: 4096 * (number - 1)] + bytes(4096) + data[4096 * number :]
            break
    else:
        pytest.fail("no page that a row overflows to")
    months.database.write_bytes(data)
    _, target = read(months, tmp_path)
    assert ANSWERS == len(event_ids(target))
    assert [(1,)] == query(target, "SELECT count(*) FROM event WHERE detail IS NULL")


def test_the_log_of_a_lost_tree_is_read_page_by_page(months: Home, tmp_path: Path) -> None:
    (root,) = query(months, "SELECT rootpage FROM sqlite_master WHERE name = 'event'")[0]
    overwritten(4096 * (root - 1), bytes(4096))(months.database)
    result, target = read(months, tmp_path)
    assert not result.whole
    assert ANSWERS - 30 < len(event_ids(target)) < ANSWERS


def test_a_device_whose_name_is_lost_is_entered_all_the_same(months: Home, tmp_path: Path) -> None:
    change(months, "UPDATE event SET device = 'lost'")
    change(months, "DELETE FROM device")
    result, target = read(months, tmp_path)
    assert result.here is None
    named = query(target, "SELECT name, here FROM device WHERE id = 'lost'")
    assert [("a computer whose name was lost", 0)] == named


def test_a_transaction_that_was_not_committed_is_not_read() -> None:
    salts = b"saltsalt"
    frame = b"\0\0\0\1\0\0\0%c" + salts + bytes(8)
    log = bytes(16) + salts + bytes(8) + frame % 1 + b"a" * 512 + frame % 0 + b"b" * 512
    assert {1: b"a" * 512} == carving.pages_of_wal(log, 512)
    assert {1: b"b" * 512} == carving.pages_of_wal(log + frame % 1 + b"b" * 512, 512)
    assert {} == carving.pages_of_wal(log.replace(salts, b"othersal", 1), 512)


@given(
    st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=64)), min_size=1, max_size=8),
    st.one_of(st.none(), st.integers(0, 1 << 20)),
)
def test_no_damage_makes_it_stumble(
    kept: Home, tmp_path_factory: pytest.TempPathFactory, hits: list[tuple[int, bytes]], end: int | None
) -> None:
    folder = tmp_path_factory.mktemp("hit")
    damaged = Home(folder / "home")
    shutil.copytree(kept.path, damaged.path)
    size = damaged.database.stat().st_size
    for at, data in hits:
        overwritten(at % size, data)(damaged.database)
    if end is not None:
        cut(end % size)(damaged.database)
    there = event_ids(kept)
    expected = plainly_read_copy(damaged, folder) & there
    _, target = read(damaged, folder)
    found = event_ids(target)
    # Bytes that were overwritten may spoil the two rows that they lie in, or give them another id.
    assert 2 * len(hits) >= len(found - there)
    assert 2 * len(hits) >= len(expected - found)
