from __future__ import annotations

import errno
import json
import os
import resource
import sqlite3
import stat
import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import NOON, TODAY, basic, change, indexed, make, opened, put_deck, put_text, query, with_cards
from lpdeck.errors import DeckError, HomeError
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.store.hot import Mark
from lpdeck.upkeep import archive, members

MANIFEST: dict[str, Any] = {
    "format": "lpdeck-backup",
    "version": 1,
    "made_ms": NOON,
    "lpdeck": "1.0",
    "schema": "",
    "device": {"id": "0123", "name": "desk"},
    "state": {"decks": 1, "cards": 1, "answers": 0, "events": 0, "last": "", "marks": 0, "files": ""},
}
DECK = b'schema = 1\ntitle = "job"\nprinciples = []\n'


@pytest.fixture
def full(home: Home) -> Home:
    """A home with two decks, a deck set aside, options, and events in its log."""
    with_cards(home, basic("deck/a"), basic("deck/b"))
    put_deck(home, "other", basic("other/a", back="ünder"))
    indexed(home)
    home.removed.mkdir()
    (home.removed / "aside.toml").write_bytes(b"\xef\xbb\xbfschema = 1\r\n")
    home.config.write_text("new_per_day = 5\n")
    store = opened(home)
    store.mark([Mark("deck/a", Kind.SUSPEND)], at_ms=NOON, day=TODAY)
    store.close()
    return home


@pytest.fixture
def backup(full: Home, tmp_path: Path) -> Path:
    return archive.pack(full, tmp_path / "backup.zip", NOON, version="1.2")


# Writing and reading


def test_a_backup_holds_decks_options_and_where_it_is_from(full: Home, backup: Path) -> None:
    found = archive.read(backup)
    ((device, name),) = query(full, "SELECT id, name FROM device WHERE here = 1")
    assert (NOON, "1.2", device, name) == (found.made_ms, found.version, found.device, found.device_name)
    assert {path.stem: path.read_text() for path in full.decks.iterdir()} == dict(found.decks)
    assert {"aside": "schema = 1\n"} == dict(found.removed)
    assert "new_per_day = 5\n" == found.config
    assert (full.removed / "aside.toml").read_bytes() == found.data("removed/aside.toml")
    assert archive.State(2, 3, 0, 1) == archive.State(*list(vars(found.state).values())[:4])


def test_the_database_comes_out_as_it_went_in(full: Home, backup: Path, tmp_path: Path) -> None:
    archive.extract_database(backup, tmp_path / "out.db")
    with closing(sqlite3.connect(tmp_path / "out.db")) as connection:
        for table in ("event", "schedule", "device", "card", "weights"):
            rows = connection.execute(f"SELECT * FROM {table}").fetchall()
            assert query(full, f"SELECT * FROM {table}") == rows
            assert rows
    assert 0o600 == stat.S_IMODE((tmp_path / "out.db").stat().st_mode)


def test_a_backup_is_its_owners_alone_and_leaves_nothing_beside_it(backup: Path, full: Home) -> None:
    assert 0o600 == stat.S_IMODE(backup.stat().st_mode)
    assert {backup.name, full.path.name} == {path.name for path in backup.parent.iterdir()}


def test_what_a_home_holds_is_compared_with_its_backup(full: Home, backup: Path) -> None:
    assert archive.manifest(backup).state == archive.state_of(full)
    put_deck(full, "deck", basic("deck/a"))
    assert archive.manifest(backup).state != archive.state_of(full)


def test_a_new_answer_is_a_change(full: Home, backup: Path) -> None:
    store = opened(full)
    store.mark([Mark("deck/b", Kind.SUSPEND)], at_ms=NOON, day=TODAY)
    store.close()
    assert archive.manifest(backup).state != archive.state_of(full)


def test_a_backup_is_consistent_while_another_connection_writes(full: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(full.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE device SET name = 'half'")
        path = archive.pack(full, tmp_path / "backup.zip", NOON)
        writer.execute("COMMIT")
    assert "half" != archive.read(path).device_name


def test_a_home_without_a_database_has_a_backup_without_one(home: Home, tmp_path: Path) -> None:
    home.decks.mkdir(parents=True)
    put_deck(home, "deck", basic("deck/a"))
    path = archive.pack(home, tmp_path / "backup.zip", NOON)
    assert ("", ["deck"], None) == ((found := archive.read(path)).schema, list(found.decks), found.config)
    with pytest.raises(HomeError, match="no database"):
        archive.extract_database(path, tmp_path / "out.db")


@given(
    st.dictionaries(
        st.from_regex(r"[a-zé][a-z é.-]{0,8}", fullmatch=True),
        st.text(st.characters(exclude_categories=["Cs"])),
        max_size=4,
    ),
    st.none() | st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_decks_and_options_come_out_as_they_went_in(
    tmp_path_factory: pytest.TempPathFactory, decks: dict[str, str], config: str | None
) -> None:
    home = make(Home(tmp_path_factory.mktemp("any") / "home"))
    for name, text in decks.items():
        put_text(home, name, text)
    if config is not None:
        home.config.write_bytes(config.encode())
    found = archive.read(archive.pack(home, home.path / "backup.zip", NOON))
    assert {name: text.encode() for name, text in decks.items()} == {
        name: found.data(f"decks/{name}.toml") for name in found.decks
    }
    assert (None if config is None else config.encode()) == (
        None if found.config is None else found.data("config.toml")
    )


def test_a_deck_that_is_not_utf_8_is_kept_and_named_when_its_text_is_asked_for(full: Home, tmp_path: Path) -> None:
    put_text(full, "deck", b"title = '\xff'")
    found = archive.read(archive.pack(full, tmp_path / "backup.zip", NOON))
    assert b"title = '\xff'" == found.data("decks/deck.toml")
    with pytest.raises(DeckError, match=r"decks/deck\.toml"):
        found.decks["deck"]


# What can not be backed up


def test_a_damaged_database_is_not_backed_up(full: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(full.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(full.database.read_bytes())
    data[4096 * 2 : 4096 * 6] = b"\xee" * 4096 * 4
    full.database.write_bytes(data)
    with pytest.raises(HomeError, match="damaged"):
        archive.pack(full, tmp_path / "backup.zip", NOON)
    assert not (tmp_path / "backup.zip").exists()


def test_a_database_of_another_program_is_not_backed_up(home: Home, tmp_path: Path) -> None:
    home.path.mkdir()
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(HomeError, match="no database of lpdeck"):
        archive.pack(home, tmp_path / "backup.zip", NOON)


@pytest.mark.parametrize("name", ["a\nb", "back\\slash", os.fsdecode(b"\xff")])
def test_a_deck_whose_name_no_backup_can_hold_is_named(full: Home, tmp_path: Path, name: str) -> None:
    put_text(full, name, "schema = 1\n")
    with pytest.raises(HomeError, match="name") as error:
        archive.pack(full, tmp_path / "backup.zip", NOON)
    assert error.value.what.isprintable()
    assert not (tmp_path / "backup.zip").exists()


def test_a_folder_that_does_not_exist_is_said(full: Home, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="can not be written"):
        archive.pack(full, tmp_path / "nowhere" / "backup.zip", NOON)


@contextmanager
def _at_most(size: int) -> Iterator[None]:
    """No file may grow beyond a size (bytes), as on a disk that is full."""
    import signal

    limits, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("size", [2_000, 150_000])
def test_a_backup_that_finds_no_room_leaves_the_old_one_and_nothing_else(full: Home, backup: Path, size: int) -> None:
    before = backup.read_bytes()
    put_text(full, "large", os.urandom(200_000).hex())
    with _at_most(size), pytest.raises(HomeError) as error:
        archive.pack(full, backup, NOON + 1)
    assert "full" in error.value.what or os.strerror(errno.EFBIG) in error.value.what
    assert before == backup.read_bytes()
    assert {backup.name, full.path.name} == {path.name for path in backup.parent.iterdir()}


# Backups from anybody


def listed(files: Mapping[str, bytes], **about: Any) -> bytes:
    """A manifest that lists files."""
    found = {name: {"size": len(data), "blake2b": blake2b(data).hexdigest()} for name, data in files.items()}
    return json.dumps({**MANIFEST, "files": found, **about}).encode()


def forged(path: Path, files: Mapping[str, bytes], manifest: bytes | None = None, **about: Any) -> Path:
    """A zip as anybody could write it."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        warnings.simplefilter("ignore")
        for name, data in files.items():
            out.writestr(name, data)
        out.writestr("lpdeck.json", listed(files, **about) if manifest is None else manifest)
    return path


def info(name: str, **values: Any) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.compress_type = zipfile.ZIP_DEFLATED
    for field, value in values.items():
        setattr(found, field, value)
    return found


def refusal(path: Path) -> str:
    with pytest.raises(HomeError) as error:
        archive.read(path)
    assert str(path) in error.value.what
    assert error.value.what.isprintable()
    assert error.value.advice
    return error.value.what


def test_a_zip_written_by_hand_can_be_a_sound_backup(tmp_path: Path) -> None:
    found = archive.read(forged(tmp_path / "x.zip", {"decks/job.toml": DECK}))
    assert {"job": DECK.decode()} == dict(found.decks)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.toml",
        "decks/../../evil.toml",
        "decks/../evil.toml",
        "/etc/cron.d/evil",
        "//server/share",
        "C:/evil.toml",
        "C:\\evil.toml",
        "decks\\evil.toml",
        "decks/sub/evil.toml",
        "decks/.hidden.toml",
        "decks/..toml",
        "decks/a\x1b[2Jb.toml",
        "decks/a\nb.toml",
        "decks/",
        "decks/.toml",
        "decks/evil.py",
        f"decks/{'x' * 300}.toml",
        "lpdeck.db-wal",
        "evil.txt",
    ],
)
def test_a_member_of_any_other_name_is_refused(tmp_path: Path, name: str) -> None:
    assert "which no backup does" in refusal(forged(tmp_path / "x.zip", {name: b"evil"}))


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path) -> None:
    path = forged(tmp_path / "x.zip", {"decks/a.toml~.py": DECK})
    path.write_bytes(path.read_bytes().replace(b"toml~.py", b"toml\0.py"))
    assert "which no backup does" in refusal(path)


def _with_second(path: Path, second: zipfile.ZipInfo, data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out.writestr("decks/job.toml", DECK)
        out.writestr("lpdeck.json", listed({"decks/job.toml": DECK}))
        out.writestr(second, data)
    return path


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    assert "one name" in refusal(_with_second(tmp_path / "x.zip", info("decks/job.toml"), b"evil"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR])
def test_a_link_or_anything_else_that_is_no_file_is_refused(tmp_path: Path, kind: int) -> None:
    second = info("decks/link.toml", external_attr=(kind | 0o777) << 16, create_system=3)
    assert "no plain file" in refusal(_with_second(tmp_path / "x.zip", second, b"/etc/passwd"))


def test_a_member_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    assert "not those that it lists" in refusal(_with_second(tmp_path / "x.zip", info("decks/b.toml"), DECK))


def test_a_member_that_is_listed_and_missing_is_refused(tmp_path: Path) -> None:
    manifest = listed({"decks/job.toml": DECK, "decks/b.toml": DECK})
    assert "not those that it lists" in refusal(forged(tmp_path / "x.zip", {"decks/job.toml": DECK}, manifest))


def test_a_member_that_changed_is_refused(tmp_path: Path) -> None:
    manifest = listed({"decks/job.toml": DECK})
    assert "not as it was" in refusal(forged(tmp_path / "x.zip", {"decks/job.toml": DECK.upper()}, manifest))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    zeros = bytes(40 << 20)
    path = forged(tmp_path / "x.zip", {"decks/job.toml": zeros})
    assert "times its size" in refusal(path)


@pytest.mark.parametrize(
    ("name", "size"), [("decks/job.toml", 51 << 20), ("config.toml", 2 << 20), ("lpdeck.db", (2 << 30) + 1)]
)
def test_a_member_that_says_it_is_huge_is_refused(tmp_path: Path, name: str, size: int) -> None:
    path = _lying(forged(tmp_path / "x.zip", {name: DECK}), name, size)
    assert "larger than" in refusal(path)


@pytest.mark.slow
def test_members_that_are_too_much_together_are_refused(tmp_path: Path) -> None:
    names = [f"decks/{number}.toml" for number in range(90)]
    path = forged(tmp_path / "x.zip", {name: os.urandom(60_000) for name in names})
    for name in names:
        _lying(path, name, 49 << 20)
    assert "4 GB" in refusal(path)


def _lying(path: Path, name: str, size: int) -> Path:
    """A zip whose directory gives another size for a member."""
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    data[at + 24 : at + 28] = struct.pack("<L", size)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("size", [len(DECK) - 5, len(DECK) + 5])
def test_a_member_whose_size_is_a_lie_is_refused(tmp_path: Path, size: int) -> None:
    manifest = json.loads(listed({"decks/job.toml": DECK}))
    manifest["files"]["decks/job.toml"]["size"] = size
    path = forged(tmp_path / "x.zip", {"decks/job.toml": DECK}, json.dumps(manifest).encode())
    assert "sound" in refusal(_lying(path, "decks/job.toml", size))


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = forged(tmp_path / "x.zip", {"decks/job.toml": DECK})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in refusal(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_packed_otherwise_is_refused(tmp_path: Path, method: int) -> None:
    second = info("decks/b.toml", compress_type=method)
    assert "does not use" in refusal(_with_second(tmp_path / "x.zip", second, DECK))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "backup.zip")
    assert not archive.is_archive(tmp_path / "backup.zip")
    assert not archive.is_database(tmp_path / "backup.zip")
    with pytest.raises(HomeError, match="is no file"):
        archive.manifest(tmp_path / "backup.zip")


@pytest.mark.parametrize("keep", [0.3, 0.9, 0.99])
def test_a_backup_that_was_cut_off_is_refused(backup: Path, keep: float) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data[: int(len(data) * keep)])
    assert "cut off" in refusal(backup)


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", bytes(100), b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_is_no_backup(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    assert "no backup of lpdeck" in refusal(path)


def test_another_programs_zip_is_no_backup(tmp_path: Path) -> None:
    assert "sound backup" in refusal(forged(tmp_path / "x.zip", {"collection.anki21": b""}))


def test_a_huge_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = forged(tmp_path / "x.zip", {"decks/job.toml": DECK})
    data = bytearray(path.read_bytes())
    data[-22:] = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 1 << 30, 0, 0)
    path.write_bytes(data)
    assert "10,000 members" in refusal(path)


def test_more_than_ten_thousand_members_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as out:
        for number in range(members.MOST_MEMBERS + 1):
            out.writestr(zipfile.ZipInfo(f"decks/{number}.toml"), b"")
    assert "10,000 members" in refusal(tmp_path / "x.zip")


def test_zip64_is_refused(tmp_path: Path) -> None:
    path = forged(tmp_path / "x.zip", {"decks/job.toml": DECK})
    data = path.read_bytes()
    directory, end = data.index(b"PK\x01\x02"), len(data) - 22
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, end - directory, directory)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    path.write_bytes(data[:end] + record + locator + data[end:])
    assert ["decks/job.toml", "lpdeck.json"] == zipfile.ZipFile(path).namelist()
    assert "does not use" in refusal(path)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b"\xff\xfe",
        json.dumps({**MANIFEST, "files": []}).encode(),
        json.dumps({**MANIFEST, "files": {"lpdeck.json": {"size": 1, "blake2b": ""}}}).encode(),
        json.dumps({**MANIFEST, "files": {"decks/job.toml": {"size": -1, "blake2b": ""}}}).encode(),
        json.dumps({**MANIFEST, "files": {"decks/job.toml": {"size": True, "blake2b": 5}}}).encode(),
        listed({"decks/job.toml": DECK}, made_ms="today"),
        listed({"decks/job.toml": DECK}, made_ms=10**18),
        listed({"decks/job.toml": DECK}, version=0),
        listed({"decks/job.toml": DECK}, version="1"),
        listed({"decks/job.toml": DECK}, device="here"),
        listed({"decks/job.toml": DECK}, device={"id": "x" * 1000, "name": "y"}),
        listed({"decks/job.toml": DECK}, state={}),
        listed({"decks/job.toml": DECK}, format="other"),
    ],
)
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, manifest: bytes) -> None:
    assert "backup of lpdeck" in refusal(forged(tmp_path / "x.zip", {"decks/job.toml": DECK}, manifest))


def test_a_backup_of_a_newer_lpdeck_says_upgrade(tmp_path: Path) -> None:
    path = forged(tmp_path / "x.zip", {"decks/job.toml": DECK}, version=2)
    with pytest.raises(HomeError, match="newer lpdeck") as error:
        archive.read(path)
    assert "Upgrade" in error.value.advice


def test_a_database_that_is_none_is_not_unpacked(tmp_path: Path) -> None:
    path = forged(tmp_path / "x.zip", {"lpdeck.db": b"nothing of that kind"}, schema="0004")
    with pytest.raises(HomeError, match="its database is none"):
        archive.extract_database(path, tmp_path / "out.db")
    assert [path] == list(tmp_path.iterdir())


def test_a_backup_that_changes_while_it_is_used_is_noticed(tmp_path: Path) -> None:
    path = forged(tmp_path / "x.zip", {"decks/job.toml": DECK})
    found = archive.read(path)
    forged(path, {"decks/job.toml": DECK.upper()})
    with pytest.raises(HomeError, match="not as it was"):
        found.decks["job"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "can not be read" in refusal(tmp_path / "nowhere.zip")
    assert not archive.is_archive(tmp_path / "nowhere.zip")


@pytest.mark.slow
def test_memory_stays_small_while_a_large_database_is_unpacked(tmp_path: Path) -> None:
    import tracemalloc

    data = archive.SQLITE_HEAD + os.urandom(1 << 20) * 24
    path = forged(tmp_path / "x.zip", {"lpdeck.db": data}, schema="0004")
    size = len(data)
    del data
    tracemalloc.start()
    archive.read(path)
    archive.extract_database(path, tmp_path / "out.db")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == (tmp_path / "out.db").stat().st_size
    assert peak < 8 << 20


@given(st.data())
def test_a_backup_with_any_bytes_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = forged(tmp_path_factory.mktemp("any") / "x.zip", {"decks/job.toml": DECK, "config.toml": b""})
    before = path.read_bytes()
    found = bytearray(before)
    for at in data.draw(st.lists(st.integers(0, len(found) - 1), min_size=1, max_size=4)):
        found[at] = data.draw(st.integers(0, 255))
    path.write_bytes(found)
    with suppress(HomeError):
        assert {"job": DECK.decode()} == dict(archive.read(path).decks)


def test_only_a_change_of_the_database_is_a_change_of_its_state(full: Home, backup: Path) -> None:
    change(full, "INSERT INTO exported VALUES ('deck/a', 5)")
    assert archive.manifest(backup).state.marks + 1 == archive.state_of(full).marks


def test_options_that_are_not_utf_8_do_not_make_a_backup_useless(full: Home, tmp_path: Path) -> None:
    words = b"# caf\xe9\nnew_per_day = 5\n"
    full.config.write_bytes(words)
    contents = archive.read(archive.pack(full, tmp_path / "backup.zip", NOON, version="1.2"))
    assert words == contents.data("config.toml")
    assert {"deck", "other"} == set(contents.decks)
