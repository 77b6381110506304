"""Each check finds what it is for, and mending leaves nothing found and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from damage import ANSWERS, DAMAGES, NOW_MS, cut, event_ids, overwritten, studied
from homes import CALENDAR, DAY, HOUR, NOON, SCHEDULER, basic, change, indexed, opened, put_deck, put_text, query
from lpdeck.home import Home
from lpdeck.upkeep.doctor import Mended, examine, fixable, is_well, mend
from lpdeck.upkeep.finding import Examined, Level
from lpdeck.upkeep.keeping import Clock, make

CLOCK = Clock(NOW_MS, CALENDAR)


@pytest.fixture
def months(home: Home) -> Home:
    """A home with answers."""
    return studied(home)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same, never written."""
    return studied(Home(tmp_path_factory.mktemp("kept") / "home"))


def looked(home: Home) -> list[Examined]:
    return examine(home, CLOCK, SCHEDULER)


def found(home: Home) -> dict[str, list[str]]:
    """What is found, by check; that there is no backup is left out."""
    told = {one.check.name: [finding.what for finding in one.findings] for one in looked(home)}
    return {check: what for check, what in told.items() if what and check != "backups"}


def mended(home: Home) -> list[Mended]:
    """What was done; all is well afterwards."""
    done: list[Mended] = []
    assert is_well(mend(home, CLOCK, SCHEDULER, done.append))
    assert not any(one.failed for one in done)
    return done


def rows(home: Home) -> dict[str, list[tuple[object, ...]]]:
    tables = ("event", "schedule", "card", "weights", "day_limits", "exported")
    return {table: query(home, f"SELECT * FROM {table} ORDER BY 1") for table in tables}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_healthy_home_is_well_and_looking_changes_nothing(months: Home) -> None:
    before = snapshot(months.path)
    checks = looked(months)
    assert is_well(checks)
    assert {"backups"} == {one.check.name for one in checks if one.level is not Level.OK}
    assert [] == fixable(checks)
    assert before == snapshot(months.path)


# Permissions, options, leftovers


def test_what_others_may_read_is_found_and_taken_from_them(months: Home) -> None:
    (months.decks / "deck.toml").chmod(0o644)
    months.path.chmod(0o755)
    ((check, (what,)),) = found(months).items()
    assert "permissions" == check
    assert "decks/deck.toml" in what
    mended(months)
    assert 0o600 == (months.decks / "deck.toml").stat().st_mode & 0o777
    assert 0o700 == months.path.stat().st_mode & 0o777


def test_files_that_a_program_left_open_in_a_closed_home_are_nothing_wrong(months: Home) -> None:
    (months.decks / "deck.toml").chmod(0o644)
    assert ["permissions"] == list(found(months))
    assert is_well(looked(months))
    mended(months)
    assert 0o600 == (months.decks / "deck.toml").stat().st_mode & 0o777


def test_a_copy_of_the_options_is_told_and_left(months: Home) -> None:
    months.config.write_text("new_per_day = 5\n")
    copy = months.config.with_name("config (Jo's conflicted copy 2026-11-21).toml")
    copy.write_text("new_per_day = 7\n")
    for path in (months.config, copy):
        path.chmod(0o600)
    ((what,),) = found(months).values()
    assert f"{copy.name} is a copy of config.toml that Dropbox made" == what
    assert [] == fixable(looked(months))


def test_what_the_learner_may_not_read_is_named(months: Home) -> None:
    deck = months.decks / "deck.toml"
    deck.chmod(0)
    assert ["decks/deck.toml may not be read by you"] == found(months)["permissions"]
    assert [] == fixable(looked(months))


def test_a_check_that_can_not_read_a_file_says_so(months: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    make(months, CLOCK, "test")
    put_text(months, "deck", "[[card")
    monkeypatch.setattr(Path, "read_bytes", refuses)
    assert "Permission denied" in " ".join(found(months)["deck files"])


def test_a_broken_deck_that_no_backup_has_can_be_printed_as_last_read(months: Home) -> None:
    indexed(months)
    put_text(months, "deck", "[[card")
    ((one,),) = [check.findings for check in looked(months) if check.check.name == "deck files"]
    assert "lpdeck cards deck:deck --json prints its cards as last read" in one.advice


def test_a_mistake_that_an_older_lpdeck_put_in_other_words_is_no_difference_of_the_index(months: Home) -> None:
    put_text(months, "other", "[[card")
    indexed(months)
    change(months, "UPDATE deck_file SET problem = 'worded in another way' WHERE name = 'other'")
    assert {"deck files"} == set(found(months)) - {"permissions"}


def test_a_link_is_not_followed(months: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "synced"
    shutil.move(months.decks, elsewhere)
    months.decks.symlink_to(elsewhere)
    elsewhere.chmod(0o755)
    assert {} == found(months)


def test_options_that_can_not_be_read_are_told(months: Home) -> None:
    months.config.write_text("new_per_dy = 1\n")
    months.config.chmod(0o600)
    assert ["options"] == list(found(months))


def test_what_a_killed_write_left_is_removed_after_an_hour(months: Home) -> None:
    left = months.decks / ".deck.toml.abc.part"
    left.touch(0o600)
    os.utime(left, (NOW_MS / 1000 - 60, NOW_MS / 1000 - 60))
    assert {} == found(months)
    os.utime(left, (NOW_MS / 1000 - 7200, NOW_MS / 1000 - 7200))
    assert ["leftovers"] == list(found(months))
    mended(months)
    assert not left.exists()


def test_a_holder_that_is_gone_is_let_go(months: Home) -> None:
    path = months.path / "lpdeck.holder"
    path.write_text('{"pid": 4000000, "command": "lpdeck import", "since_ms": 1, "boot": ""}')
    path.chmod(0o600)
    assert ["holder"] == list(found(months))
    mended(months)
    assert not path.exists()


# Log and schedules


def test_a_clock_that_went_back_is_told_and_is_nothing_wrong(months: Home) -> None:
    last = query(months, "SELECT max(id) FROM event")[0][0]
    change(months, "UPDATE event SET at_ms = at_ms - ? WHERE id = ?", [3 * DAY, last])
    told = found(months)
    assert "went back by 3 days" in told["log"][0]
    assert is_well([one for one in looked(months) if one.check.name == "log"])


def test_entries_from_the_future_are_told(months: Home) -> None:
    early = Clock(NOON + 2 * HOUR, CALENDAR)
    told = {one.check.name: one.findings for one in examine(months, early, SCHEDULER)}
    assert f"{ANSWERS - 3} entries of the log are from the future" in told["log"][0].what


def test_two_answers_within_a_second_are_told(months: Home) -> None:
    columns = "at_ms, study_day, device, kind, batch, card, rating, interval, due, weights"
    last = query(months, "SELECT max(id) FROM event")[0][0]
    twice = last[:-1] + ("0" if last[-1] != "0" else "1")
    statement = f"INSERT INTO event (id, {columns}) SELECT ?, {columns} FROM event WHERE id = ?"
    change(months, statement, [twice, last])
    assert any("within a second" in what for what in found(months)["log"])


def test_an_undo_of_nothing_is_told(months: Home) -> None:
    last, batch = query(months, "SELECT max(id), max(batch) FROM event")[0]
    nothing = "00000000-0000-7000-8000-000000000000"
    columns = "at_ms, study_day, device"
    of_it = f"SELECT ?, {columns}, 'undo', ?, ? FROM event WHERE id = ?"
    statement = f"INSERT INTO event (id, {columns}, kind, batch, target) {of_it}"
    change(months, statement, [last[:-1] + "f" if last[-1] != "f" else last[:-1] + "e", batch, nothing, last])
    assert any("not in the log" in what for what in found(months)["log"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE schedule SET due_day = due_day + 1 WHERE card = 'deck/basic-003'", "not as the log gives"),
        pytest.param(
            "UPDATE schedule SET stability = stability * 1.01 WHERE card = 'deck/basic-003'",
            "not as the log gives",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "UPDATE schedule SET state = 77 WHERE card = 'deck/basic-003'",
            "not as the log gives",
            marks=pytest.mark.slow,
        ),
        ("DELETE FROM schedule WHERE card = 'deck/basic-003'", "missing"),
        ("INSERT INTO schedule (card, reps, lapses, suspended) VALUES ('deck/basic-999', 1, 0, 0)", "without an entry"),
    ],
)
def test_a_schedule_that_the_log_does_not_give_is_stored_anew(months: Home, statement: str, word: str) -> None:
    before = rows(months)
    change(months, statement)
    assert word in found(months)["schedules"][0]
    mended(months)
    assert before == rows(months)


def test_the_last_bits_of_a_memory_are_no_finding(months: Home) -> None:
    change(months, "UPDATE schedule SET stability = stability * (1 + 1e-13)")
    assert {} == found(months)


def test_schedules_of_cards_in_no_deck_are_told_and_kept(months: Home) -> None:
    put_deck(months, "deck", basic("deck/basic-001")).chmod(0o600)
    indexed(months)
    before = rows(months)
    assert ["29 schedules of cards that are in no deck: deck 29"] == found(months)["cards of schedules"]
    assert is_well(looked(months))
    assert before == rows(months)


# Index and decks


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE card SET fields = '{}' WHERE id = 'deck/basic-003'", marks=pytest.mark.slow),
        pytest.param("UPDATE card SET position = 99 WHERE id = 'deck/basic-003'", marks=pytest.mark.slow),
        "DELETE FROM card WHERE id = 'deck/basic-003'",
        pytest.param("UPDATE deck_file SET title = 'other'", marks=pytest.mark.slow),
        "INSERT INTO deck_file VALUES ('gone', 1, 1, 1, 'x', 't', '', '[]', '[]', NULL, '{}')",
    ],
)
def test_an_index_that_the_files_do_not_give_is_read_anew(months: Home, statement: str) -> None:
    change(months, "UPDATE card SET changed_ms = 5")
    before = query(months, "SELECT * FROM card ORDER BY id")
    change(months, statement)
    gone = "gone" in statement
    assert gone or ["index"] == list(found(months))
    mended(months)
    after = query(months, "SELECT * FROM card ORDER BY id")
    assert [row[:-3] for row in before] == [row[:-3] for row in after]
    assert len(before) - 1 <= sum(row in before for row in after)
    assert {} == found(months)


def test_mistakes_and_doubled_ids_are_told_with_their_place(months: Home) -> None:
    put_text(months, "bad", '[[card]]\nid = "x"\nkind = "basic"\nfront = "f"\n').chmod(0o600)
    put_deck(months, "more", basic("deck/basic-001")).chmod(0o600)
    told = found(months)["deck files"]
    assert any(what.startswith("decks/bad.toml:1:") for what in told)
    assert "1 card stands in decks/deck.toml and decks/more.toml" in told
    assert "index" not in found(months)


def test_names_that_are_one_on_other_disks_are_told(months: Home) -> None:
    put_deck(months, "Deck", basic("other/a")).chmod(0o600)
    assert any("are one on many disks" in what for what in found(months)["deck files"])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def half_synced(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b'front = "', 1000) + 20])


@pytest.mark.parametrize(
    "spoil", [pytest.param(emptied, marks=pytest.mark.slow), pytest.param(zeroed, marks=pytest.mark.slow), half_synced]
)
def test_a_broken_deck_is_put_back_from_the_newest_backup_that_has_it(
    months: Home, spoil: Callable[[Path], None]
) -> None:
    path = months.decks / "deck.toml"
    whole, before = path.read_bytes(), rows(months)
    backup = make(months, Clock(NOW_MS - DAY, CALENDAR), "daily")
    spoil(path)
    broken = path.read_bytes()
    make(months, CLOCK, "daily")
    (what,) = found(months)["deck files"]
    assert "30 cards stay as last read" in what
    (done,) = mended(months)
    assert backup.name in done.did
    assert whole == path.read_bytes()
    assert [broken] == [one.read_bytes() for one in months.backups.glob("damaged-*/deck.toml")]
    assert before == rows(months)


def test_a_broken_deck_with_words_of_its_own_is_left_to_its_owner(months: Home) -> None:
    path = months.decks / "deck.toml"
    make(months, CLOCK, "daily")
    path.write_text(path.read_text() + '\n[[card]]\nid = "mine"\nkind = "basic\n')
    broken = path.read_bytes()
    done: list[Mended] = []
    assert not is_well(mend(months, CLOCK, SCHEDULER, done.append))
    assert [] == done
    assert broken == path.read_bytes()
    ((_, findings),) = [(one.check, one.findings) for one in looked(months) if one.check.name == "deck files"]
    assert "as it last was readable" in findings[0].advice


def test_a_broken_deck_without_a_backup_is_told_and_left(months: Home) -> None:
    emptied(months.decks / "deck.toml")
    indexed(months)
    assert 30 == query(months, "SELECT count(*) FROM card")[0][0]
    assert [] == fixable(looked(months))
    assert not is_well(looked(months))


def test_a_deck_that_is_the_beginning_of_its_backup_is_told(months: Home) -> None:
    path = months.decks / "deck.toml"
    make(months, CLOCK, "daily")
    text = path.read_text()
    path.write_text(text[: text.index("[[card]]", 3000)])
    assert any("is the beginning of what" in what for what in found(months)["deck files"])


def test_a_folder_of_decks_that_is_gone_is_told(months: Home) -> None:
    shutil.rmtree(months.decks)
    assert any("is missing; the index knows 1 deck" in what for what in found(months)["deck files"])


# The database


SOON = ("half of it", "a text")
EACH = [name if name in SOON else pytest.param(name, marks=pytest.mark.slow) for name in DAMAGES]


@pytest.mark.slow
@pytest.mark.parametrize("name", EACH)
def test_a_damaged_database_is_made_anew_of_what_can_be_read(months: Home, name: str) -> None:
    there = event_ids(months)
    make(months, CLOCK, "daily")
    DAMAGES[name](months.database)
    damaged = months.database.read_bytes()
    (done,) = mended(months)
    assert "150 answers" in done.did
    assert there == event_ids(months)
    expected = [damaged] if damaged else []
    assert expected == [one.read_bytes() for one in months.backups.glob("damaged-*/lpdeck.db") if one.stat().st_size]
    opened(months).close()


def test_without_a_backup_it_is_said_that_answers_may_be_missing(months: Home) -> None:
    DAMAGES["half of it"](months.database)
    (done,) = mended(months)
    assert "Answers may be missing; there is no backup" in done.did


def test_with_an_old_backup_the_days_are_said_that_may_be_missing(months: Home) -> None:
    make(months, Clock(NOW_MS - 4 * DAY, CALENDAR), "daily")
    DAMAGES["half of it"](months.database)
    (done,) = mended(months)
    assert "up to 5 study days" in done.did


def test_a_log_that_is_whole_says_that_nothing_is_missing(months: Home) -> None:
    before = rows(months)
    device = query(months, "SELECT id, here FROM device")
    change(months, "UPDATE weights SET parameters = 'nonsense' WHERE name <> 'none'")
    (done,) = mended(months)
    assert "No answer is missing" in done.did
    assert before == rows(months)
    assert device == query(months, "SELECT id, here FROM device")


def test_an_entry_that_no_lpdeck_writes_is_left_out_and_kept_in_the_damaged_file(months: Home) -> None:
    change(months, "UPDATE event SET rating = 77 WHERE id = (SELECT max(id) FROM event)")
    assert "has a rating that is none" in found(months)["database"][0]
    (done,) = mended(months)
    assert "1 entry was damaged and left out" in done.did
    assert ANSWERS - 1 == len(event_ids(months))


def test_a_database_that_is_gone_comes_back_from_backups(months: Home) -> None:
    there = event_ids(months)
    make(months, CLOCK, "daily")
    months.database.unlink()
    assert "is missing" in found(months)["database"][0]
    mended(months)
    assert there == event_ids(months)


def test_the_side_file_of_a_database_that_is_gone_is_kept(months: Home, tmp_path: Path) -> None:
    connection = sqlite3.connect(months.database)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("UPDATE event SET took_ms = 5")
    connection.commit()
    log = months.path / "lpdeck.db-wal"
    shutil.copy(log, tmp_path)
    connection.close()
    months.database.unlink()
    shutil.copy(tmp_path / "lpdeck.db-wal", log)
    log.chmod(0o600)
    mended(months)
    assert [(tmp_path / "lpdeck.db-wal").read_bytes()] == [
        one.read_bytes() for one in months.backups.glob("damaged-*/lpdeck.db-wal")
    ]
    assert event_ids(months)


def test_a_newer_database_and_one_of_another_program_are_left_alone(months: Home) -> None:
    change(months, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer lpdeck" in found(months)["database"][0]
    assert [] == fixable(looked(months))
    months.database.unlink()
    change(months, "CREATE TABLE notes (text)")
    months.database.chmod(0o600)
    assert "another program" in found(months)["database"][0]
    assert [] == fixable(looked(months))


@pytest.mark.slow
def test_mending_twice_does_nothing_the_second_time(months: Home) -> None:
    DAMAGES["half of it"](months.database)
    mended(months)
    before = rows(months)
    assert [] == mended(months)
    assert before == rows(months)


@pytest.mark.slow
@settings(max_examples=max(settings.default.max_examples // 3, 3))
@given(
    st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=40)), min_size=1, max_size=5),
    st.one_of(st.none(), st.integers(0, 1 << 20)),
)
def test_whatever_bytes_are_damaged_mending_leaves_a_home_that_works(
    kept: Home, tmp_path_factory: pytest.TempPathFactory, hits: list[tuple[int, bytes]], end: int | None
) -> None:
    home = Home(tmp_path_factory.mktemp("hit") / "home")
    shutil.copytree(kept.path, home.path)
    size = home.database.stat().st_size
    for at, data in hits:
        overwritten(at % size, data)(home.database)
    if end is not None:
        cut(end % size)(home.database)
    mend(home, CLOCK, SCHEDULER, lambda _: None)
    checks = {one.check.name: one.findings for one in looked(home)}
    if any("newer" in one.what or "another program" in one.what for one in checks["database"]):
        return
    assert () == checks["database"] == checks["schedules"] == checks["index"]
    indexed(home)
    store = opened(home)
    assert 30 == len(store.cards_of("deck"))
    store.close()
    if end is None:
        assert ANSWERS - 30 * len(hits) <= len(event_ids(home) & event_ids(kept))


# Copies of a synced folder


@pytest.mark.slow
def test_conflict_copies_are_united_and_moved_away(months: Home) -> None:
    text = (months.decks / "deck.toml").read_text()
    copies = [
        months.decks / "deck (Jo's conflicted copy 2026-11-21).toml",
        months.decks / "deck (1).toml",
        months.path / "lpdeck (conflicted copy).db",
    ]
    copies[0].write_text(f'{text}\n[[card]]\nid = "deck/new"\nkind = "basic"\nfront = "n"\nback = "b"\n')
    copies[1].write_text(f'{text}\n[[card]]\nid = "deck/two"\nkind = "basic"\nfront = "t"\nback = "b"\n')
    shutil.copy(months.database, copies[2])
    change(months, "DELETE FROM event WHERE id = (SELECT max(id) FROM event)")
    change(months, "DELETE FROM schedule")
    for copy in copies:
        copy.chmod(0o600)
    assert 3 == len(found(months)["conflict copies"])
    mended(months)
    assert ANSWERS == len(event_ids(months))
    assert {"deck/new", "deck/two"} <= {row[0] for row in query(months, "SELECT id FROM card")}
    assert not any(copy.exists() for copy in copies)
    assert {copy.name for copy in copies} == {path.name for path in months.backups.glob("damaged-*/*")}
