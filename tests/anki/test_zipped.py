from __future__ import annotations

import io
import os
import random
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.anki import zipped
from lpdeck.anki.zipped import AnkiFileError, open_collection
from lpdeck.errors import EXIT_NO_INPUT

SCHEMA_11 = """
CREATE TABLE col (id integer, ver integer, models text);
CREATE TABLE notes (id integer PRIMARY KEY, guid text, mid integer, flds text);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer, ord integer);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer);
"""


def collection(version: int = 11, more: str = "", note: str = "") -> bytes:
    """A collection as a file has it, with one note."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(f"{SCHEMA_11}{more}")
    connection.execute("INSERT INTO col VALUES (1, ?, '{}')", (version,))
    connection.execute("INSERT INTO notes VALUES (1, 'g', 1, ?)", (note,))
    connection.commit()
    return connection.serialize()


def _by_letters(one: str, other: str) -> int:
    return (one.lower() > other.lower()) - (one.lower() < other.lower())


def newest() -> bytes:
    """A collection whose note types stand in tables with Anki's collation."""
    connection = sqlite3.connect(":memory:")
    connection.create_collation("unicase", _by_letters)
    connection.executescript(f"""{SCHEMA_11}
    CREATE TABLE notetypes (id integer PRIMARY KEY, name text COLLATE unicase);
    CREATE UNIQUE INDEX idx_notetypes_name ON notetypes (name);
    CREATE TABLE fields (ntid integer, ord integer, name text COLLATE unicase, PRIMARY KEY (ntid, ord)) WITHOUT rowid;
    INSERT INTO col VALUES (1, 18, '');
    INSERT INTO notes VALUES (1, 'g', 1, 'newest');
    INSERT INTO notetypes VALUES (1, 'LP Quiz'), (2, 'anders'), (3, 'Äpfel');""")
    return connection.serialize()


def package(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def note_in(path: Path) -> str:
    with open_collection(path) as connection:
        return str(connection.execute("SELECT flds FROM notes").fetchone()[0])


def refused(path: Path) -> AnkiFileError:
    """What is said of a file: one sentence that names it, an advice, exit code 3."""
    with pytest.raises(AnkiFileError) as caught, open_collection(path):
        pass
    error = caught.value
    assert EXIT_NO_INPUT == error.exit_code
    assert str(path) in error.what
    assert "\n" not in error.what
    return error


# What is read


@pytest.mark.parametrize("name", ["a.apkg", "a.colpkg", "a.zip"])
def test_a_package_of_any_name_is_read(tmp_path: Path, name: str) -> None:
    assert "x" == note_in(package(tmp_path / name, {"collection.anki2": collection(note="x"), "media": b"{}"}))


def test_of_several_collections_the_newest_counts(tmp_path: Path) -> None:
    members = {
        "collection.anki2": collection(note="dummy"),
        "collection.anki21": collection(note="older"),
        "collection.anki21b": zstd.compress(newest()),
    }
    assert "newest" == note_in(package(tmp_path / "three.apkg", members))
    del members["collection.anki21b"]
    assert "older" == note_in(package(tmp_path / "two.apkg", members))


@pytest.mark.parametrize(
    ("name", "content"),
    [("collection.anki2", collection(note="bare")), ("collection.anki21b", zstd.compress(collection(note="bare")))],
)
def test_a_bare_collection_is_read_packed_or_not(tmp_path: Path, name: str, content: bytes) -> None:
    assert "bare" == note_in(file(tmp_path / name, content))


def test_names_are_compared_without_regard_to_case_as_anki_does(tmp_path: Path) -> None:
    with open_collection(file(tmp_path / "collection.anki2", newest())) as connection:
        found = connection.execute("SELECT id FROM notetypes WHERE name = 'lp QUIZ'").fetchall()
        names = [name for (name,) in connection.execute("SELECT name FROM notetypes ORDER BY name")]
    assert [(1,)] == found
    assert ["anders", "LP Quiz", "Äpfel"] == names


def test_what_is_read_can_not_be_written(tmp_path: Path) -> None:
    path = file(tmp_path / "collection.anki2", collection())
    before = path.read_bytes()
    with pytest.raises(AnkiFileError), open_collection(path) as connection:
        connection.execute("DELETE FROM notes")
    assert before == path.read_bytes()


def test_changes_that_anki_left_beside_its_collection_count_and_stay_where_they_are(tmp_path: Path) -> None:
    path = file(tmp_path / "collection.anki2", collection(note="before"))
    script = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("UPDATE notes SET flds = 'after'")
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    files = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    assert {"collection.anki2", "collection.anki2-wal"} <= set(files)
    assert "after" == note_in(path)
    assert files == {one.name: one.read_bytes() for one in tmp_path.iterdir()}


def test_nothing_in_an_archive_is_used_as_a_path(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    members = {"../escaped": b"x", "/tmp/../escaped": b"x", "collection.anki2": collection(note="safe")}
    assert "safe" == note_in(package(inner / "a.apkg", members))
    assert ["inner"] == os.listdir(tmp_path)
    assert ["a.apkg"] == os.listdir(inner)
    assert "no collection" in refused(package(inner / "b.apkg", {"../collection.anki2": collection()})).what


# What is refused


@contextmanager
def _holding(path: Path) -> Iterator[None]:
    """Another process that has a collection open as Anki has: alone, with its changes in a -wal."""
    script = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode = EXCLUSIVE")
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("UPDATE notes SET flds = 'held'")
print("open", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b"open\n" == process.stdout.readline()
        yield
        process.communicate()


def test_a_collection_that_anki_has_open_is_refused_and_can_be_read_when_it_is_closed(tmp_path: Path) -> None:
    path = file(tmp_path / "collection.anki2", collection())
    with _holding(path):
        error = refused(path)
    assert "Anki is open" in error.what
    assert "Close Anki" in error.advice
    assert "held" == note_in(path)


def test_a_collection_with_a_hot_journal_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path / "collection.anki2", collection())
    file(tmp_path / "collection.anki2-journal", b"\xd9\xd5\x05\xf9")
    assert "Anki is open" in refused(path).what


def _encrypted(path: Path) -> Path:
    package(path, {"collection.anki2": collection()})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of encryption, in the directory and before the member
    content[content.index(b"PK\x03\x04") + 6] |= 1
    path.write_bytes(content)
    return path


def _method(path: Path) -> Path:
    package(path, {"collection.anki2": collection()})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 97  # a method of compression that nobody knows
    path.write_bytes(content)
    return path


def _nested(path: Path) -> Path:
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr("collection.anki2", collection())
    return package(path, {"deck.apkg": inside.getvalue()})


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda path: path, "No such file"),
    "empty": (lambda path: file(path, b""), "empty"),
    "a name that no file can have": (lambda path: path.with_name("a\0b"), "can not be read"),
    "no file on a disk": (lambda path: (os.mkfifo(path), path)[1], "no file on a disk"),
    "a folder": (lambda path: (path.mkdir(), path)[1], "folder"),
    "text": (lambda path: file(path, b"front,back\n1,2\n"), "no file of Anki's"),
    "noise": (lambda path: file(path, random.Random(1).randbytes(5000)), "no file of Anki's"),
    "no collection": (lambda path: package(path, {"media": b"{}"}), "no collection"),
    "an empty archive": (lambda path: package(path, {}), "no collection"),
    "a package in an archive": (_nested, "no collection"),
    "encrypted": (_encrypted, "encrypted"),
    "an unknown compression": (_method, "packed in a way"),
    "no database": (lambda path: package(path, {"collection.anki2": b"no database"}), "no SQLite"),
    "no zstd": (lambda path: package(path, {"collection.anki21b": b"no zstd at all"}), "broken"),
    "half a zstd": (lambda path: file(path, zstd.compress(collection())[:-20]), "broken"),
    "another database": (lambda path: file(path, _database("CREATE TABLE t (x)")), "no collection"),
    "no row in col": (lambda path: file(path, _database(SCHEMA_11)), "no collection"),
    "too old": (lambda path: file(path, collection(10)), "no collection"),
    "too new": (lambda path: file(path, collection(19)), "newer"),
    "a newer package": (
        lambda path: package(path, {"meta": b"\x08\x04", "collection.anki2": collection()}),
        "newer",
    ),
    "no note types": (lambda path: file(path, collection(18)), "damaged"),
    "several disks": (lambda path: file(path, _several_disks()), "broken"),
    "a value computed when it is read": (
        lambda path: file(
            path, _database(SCHEMA_11.replace("flds text", "flds text AS (hex(zeroblob(400000000)))") + _ONE_ROW)
        ),
        "none of Anki's",
    ),
    "a table of another making": (
        lambda path: file(
            path,
            _database(
                SCHEMA_11.replace(
                    "CREATE TABLE notes (id integer PRIMARY KEY, guid text, mid integer, flds text)",
                    "CREATE VIRTUAL TABLE notes USING fts5(guid, mid, flds)",
                )
                + "INSERT INTO col VALUES (1, 11, '{}')"
            ),
        ),
        "none of Anki's",
    ),
    "a view for a table": (
        lambda path: file(
            path,
            _database(
                SCHEMA_11.replace("CREATE TABLE revlog (id integer PRIMARY KEY, cid integer);", "")
                + "CREATE VIEW revlog AS WITH RECURSIVE n(id, cid) AS "
                "(SELECT 1, 1 UNION ALL SELECT id + 1, 1 FROM n) SELECT * FROM n;"
            ),
        ),
        "no collection",
    ),
}


_ONE_ROW = "INSERT INTO col VALUES (1, 11, '{}'); INSERT INTO notes (id) VALUES (1);"


def _several_disks() -> bytes:
    """The end of an archive of the 64-bit form that says it is one of several."""
    locator = b"PK\x06\x07" + (1).to_bytes(4, "little") + bytes(8) + (3).to_bytes(4, "little")
    return b"PK\x03\x04" + locator + b"PK\x05\x06" + bytes(18)


def _database(script: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    return connection.serialize()


@pytest.mark.slow
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_collection_is_refused_in_one_sentence(tmp_path: Path, case: str) -> None:
    make, said = REFUSED[case]
    assert said in refused(make(tmp_path / "file.apkg")).what


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = file(tmp_path / "a.apkg", b"PK")
    path.chmod(0)
    assert "can not be read" in refused(path).what


@cache
def _bomb() -> bytes:
    """A package whose collection is hardly anything packed and some more than what is harmless unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("collection.anki2", b"SQLite format 3\x00" + bytes(zipped.HARMLESS))
    return out.getvalue()


@pytest.mark.parametrize("said", [None, 2**32 - 2])
@pytest.mark.slow
def test_a_bomb_is_stopped_when_it_has_grown_too_far_whatever_its_header_says(tmp_path: Path, said: int | None) -> None:
    content = bytearray(_bomb())
    if said:
        at = content.index(b"PK\x01\x02") + 24  # where the directory has the size
        content[at : at + 4] = said.to_bytes(4, "little")
    assert "unpacks to far more" in refused(file(tmp_path / "bomb.apkg", bytes(content))).what


def test_a_bomb_of_the_newest_form_is_stopped_too(tmp_path: Path) -> None:
    packed = zstd.compress(b"SQLite format 3\x00" + bytes(zipped.HARMLESS))
    assert "unpacks to far more" in refused(package(tmp_path / "bomb.apkg", {"collection.anki21b": packed})).what
    assert "unpacks to far more" in refused(file(tmp_path / "collection.anki21b", packed)).what


def test_a_header_that_makes_a_collection_smaller_than_it_is_leaves_a_damaged_one(tmp_path: Path) -> None:
    content = bytearray(package(tmp_path / "a.apkg", {"collection.anki2": collection()}).read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (100).to_bytes(4, "little")
    assert "broken" in refused(file(tmp_path / "a.apkg", bytes(content))).what


# Whatever stands in a file


@cache
def _whole(kind: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("meta", b"\x08\x03")
        archive.writestr(kind, zstd.compress(newest()) if kind.endswith("b") else collection())
    return {"bare": newest(), "zstd": zstd.compress(newest())}.get(kind, out.getvalue())


KINDS = ["collection.anki2", "collection.anki21b", "bare", "zstd"]


def _read_or_refuse(path: Path) -> None:
    """Reads all that a caller would; the one error allowed is the one that explains itself."""
    said = str(path)
    try:
        with open_collection(path) as connection:
            for table in ("col", "notes", "cards", "revlog"):
                connection.execute(f"SELECT * FROM {table}").fetchall()
    except AnkiFileError as error:
        said = error.what
    assert str(path) in said


@given(content=st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda rest: b"PK\x03\x04" + rest)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    _read_or_refuse(file(tmp_path / "any.apkg", content))


@given(kind=st.sampled_from(KINDS), part=st.floats(0, 1))
def test_a_file_cut_off_anywhere_is_read_or_refused(tmp_path: Path, kind: str, part: float) -> None:
    whole = _whole(kind)
    _read_or_refuse(file(tmp_path / "cut.apkg", whole[: int(part * len(whole))]))


@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32), changes=st.integers(1, 20))
def test_a_file_with_bytes_turned_is_read_or_refused(tmp_path: Path, kind: str, seed: int, changes: int) -> None:
    content, draw = bytearray(_whole(kind)), random.Random(seed)
    for _ in range(changes):
        content[draw.randrange(len(content))] = draw.randrange(256)
    _read_or_refuse(file(tmp_path / "turned.apkg", bytes(content)))
