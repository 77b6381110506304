"""Where the guided runs begin: seeds of our own pages and files, words for each target, and mutators of archives."""

from __future__ import annotations

import hashlib
import io
import json
import random
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"

Mutate = Callable[[bytes, int], bytes]


def write(name: str, folder: Path) -> None:
    """Writes the seeds of a target into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in _seeds(name):
        (folder / f"seed-{hashlib.sha1(data).hexdigest()[:12]}").write_bytes(data)


def is_seed(name: str, path: Path) -> bool:
    """Whether a file is a seed, which stands elsewhere in the repository already."""
    return path.name.startswith("seed-")


def _seeds(name: str) -> Iterator[bytes]:
    makers: dict[str, Callable[[], Iterator[bytes]]] = {
        "page": _pages,
        "html": _html,
        "deck": _decks,
        "filter": _filters,
        "apkg": _packages,
        "backup": _backups,
        "config": _configs,
        "exchange": _exchanges,
    }
    return makers[name]()


# Pages

_MOJIBAKE = "â€œ â€™ â€” ðŸŽ¯ âš\xa0ï¸ âœ… â†’ Î²Â€Â™"


def _pages() -> Iterator[bytes]:
    for path in sorted(DATA.glob("pages/**/*.txt")):
        yield from (part.encode() for part in _parts(path.read_text(encoding="utf-8", errors="replace")))
    for path in sorted((ROOT / "decks" / "walkthroughs").glob("question-*.txt")):
        yield path.read_bytes()
    yield from ((ROOT / "decks" / "skeleton.txt").read_bytes(), _MOJIBAKE.encode(), "Größe".encode("utf-16"))


def _parts(text: str) -> Iterator[str]:
    """A page with most of its lines left out, in several ways, its title kept: short inputs are tried sooner."""
    lines = text.split("\n")
    chance = random.Random(len(text))
    share = min(1.0, 2500 / max(len(text), 1))
    for _ in range(6):
        yield "\n".join([lines[0], *(line[:100] for line in lines[1:] if chance.random() < share)])


def _html() -> Iterator[bytes]:
    for data in list(_pages())[::3]:
        lines = data.decode("utf-8", "replace").split("\n")
        inner = "".join(f"<p>{line}</p>" if at % 3 else f"<ul><li>{line}<br></ul>" for at, line in enumerate(lines))
        yield f"<!doctype html><html><head><title>t</title></head><body>{inner}</body></html>".encode()
    yield b"<ol start=3><li>a<li hidden>b</ol><pre> x </pre><table><tr><td style='display:none'>&amp;&#x1b;&#55296;"
    yield b"<![CDATA[x]]><!-- c --><?php ?><script>a</script><details><summary>b</summary></details>"


# Files of lpdeck


def _decks() -> Iterator[bytes]:
    yield from (path.read_bytes() for path in sorted(DATA.glob("decks/*.toml")))
    yield (ROOT / "decks" / "question-failure.toml").read_bytes()
    for path in sorted((ROOT / "decks").glob("*.toml")):
        head, *cards = path.read_text(encoding="utf-8").split("[[card]]")
        yield (head + "".join(f"[[card]]{card}" for card in cards[:: max(1, len(cards) // 4)])).encode()
    yield b'card = [{id = "a/b", kind = "basic", front = "f", back = "b"}]\ntitle = "t"\n'
    yield b"schema = 1\n[[page]]\nkey = 'k'\n[[ \"card\" ]] # c\nid = 'a'\nkind = 'quiz'\nquestion = '''\nq'''\n"


_FILTERS = """
principle:ownership kind:quiz -is:suspended recall<0.8 "dead letter"
(kind:quiz or kind:basic) and not -(is:due) deck:a*b tag:'x y' flag:any
level:sde2 retrievability>=80% due=3 lapses>1 reps:2 stability<1.5 difficulty>5 interval<=10 seen>3 id:a/b
“a \\” b” „x” ‘y’ not not (a (b (c))) or is:new
principle:none flag:red is:l
"""


def _filters() -> Iterator[bytes]:
    yield from (line.encode() for line in _FILTERS.strip().split("\n"))


def _configs() -> Iterator[bytes]:
    yield b'new_per_day = 5\nlearning_steps = ["1m", "10m"]\ntime_zone = "Europe/Berlin"\nduel = false\n'
    yield b'level = "sde2"\n[keys]\nagain = ["1"]\nquit = "q ctrl-q"\n[retention]\nownership = 0.95\n'
    yield b"# c\ninterviews.a = {date = 2026-12-10, minutes = 30}\n"
    yield b"[interviews.'a b'] # d\ndate = 2026-12-10\nlevel = 'senior'\nnew = 3\n\n[interviews.b]\ndate = '2027-1-1'\n"
    yield b"keys.reveal = 'x'\r\nretention.frugality = 0.8\r\ndesired_retention = 0.85\r\nkey_set = 'hjkl'\r\n"


def _exchanges() -> Iterator[bytes]:
    from lpdeck.deck.exchange import to_json
    from lpdeck.deck.toml import read_deck

    for data in _decks():
        with suppress(Exception):
            yield to_json([read_deck(data.decode(), Path("a.toml")).deck]).encode()
    card = {"id": "a", "kind": "basic", "fields": {"front": "a", "back": "b"}}
    yield json.dumps({"format": "lpdeck", "version": 1, "decks": [{"name": "a", "cards": [card]}]}).encode()


# Archives


def _packages() -> Iterator[bytes]:
    from backports import zstd

    for data in (_collection(), _newest_collection()):
        yield data
        yield zstd.compress(data)
        yield _zipped({"collection.anki2": data, "media": b"{}"})
    yield _zipped({"meta": b"\x08\x03", "collection.anki2": b"", "collection.anki21b": zstd.compress(_collection())})


def _zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return target.getvalue()


_TABLES = """
PRAGMA page_size = 512;
CREATE TABLE col (id integer, ver integer, models text);
CREATE TABLE notes (id integer PRIMARY KEY, guid text, mid integer, mod integer, flds text);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer, ord integer);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer, ease integer, ivl integer, factor integer, time integer,
 type integer);
"""


@cache
def _collection(version: int = 11) -> bytes:
    from lpdeck.anki.notes import NOTE_TYPES, guid_of

    connection = sqlite3.connect(":memory:")
    connection.executescript(_TABLES)
    models = {}
    for number, (name, kind) in enumerate(NOTE_TYPES.items(), start=1):
        fields = [field for field, _ in kind.fields]
        models[str(number)] = {"name": name, "flds": [{"name": field} for field in fields]}
        values = [f"a/{number}", *("one<br>&amp; <b>two</b>" for _ in fields[1:])]
        connection.execute(
            "INSERT INTO notes VALUES (?, ?, ?, 5, ?)", (number, guid_of(f"a/{number}"), number, "\x1f".join(values))
        )
        connection.execute("INSERT INTO cards VALUES (?, ?, 0)", (100 + number, number))
        rows = ((1_760_000_000_000 + number * 10 + at, 100 + number, 3, 4, 500, 7000, at) for at in range(5))
        connection.executemany("INSERT INTO revlog VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("INSERT INTO col VALUES (1, ?, ?)", (version, json.dumps(models)))
    if version >= 15:
        connection.executescript(
            "CREATE TABLE notetypes (id integer PRIMARY KEY, name text);"
            "CREATE TABLE fields (ntid integer, ord integer, name text);"
        )
        for number, model in models.items():
            connection.execute("INSERT INTO notetypes VALUES (?, ?)", (int(number), model["name"]))
            fields = ((int(number), at, field["name"]) for at, field in enumerate(model["flds"]))
            connection.executemany("INSERT INTO fields VALUES (?, ?, ?)", fields)
    connection.commit()
    return connection.serialize()


def _newest_collection() -> bytes:
    return _collection(18)


def _backups() -> Iterator[bytes]:
    from lpdeck.home import Home
    from lpdeck.store.schema import open_engine
    from lpdeck.upkeep import archive

    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        open_engine(home).dispose()
        home.decks.mkdir()
        home.config.write_text("new_per_day = 3\n")
        (home.decks / "a.toml").write_bytes(next(_decks()))
        yield archive.pack(home, Path(folder) / "a.zip", 1_760_000_000_000).read_bytes()
    yield _zipped({"lpdeck.json": b'{"format": "lpdeck-backup", "version": 1}'})


def mutator(name: str, mutate: Mutate) -> Callable[[bytes, int, int], bytes] | None:
    """A mutator that reaches what stands inside of an archive; None for targets that need none."""
    if name not in ("apkg", "backup"):
        return None

    def inside(data: bytes, longest: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.3:
            return mutate(data, longest)
        with suppress(Exception):
            changed = _inside_an_archive(data, longest, chance, mutate)
            if len(changed) <= longest:
                return changed
        return mutate(data, longest)

    return inside


def _inside_an_archive(data: bytes, longest: int, chance: random.Random, mutate: Mutate) -> bytes:
    """The file with one of its members changed, or a row of its database."""
    if data.startswith(b"SQLite"):
        return _database_changed(data, longest, chance, mutate)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    name = chance.choice(list(members))
    inner = members[name]
    if inner.startswith(b"\x28\xb5\x2f\xfd") and chance.random() < 0.8:
        from backports import zstd

        members[name] = zstd.compress(_database_changed(zstd.decompress(inner), longest, chance, mutate))
    elif inner.startswith(b"SQLite"):
        members[name] = _database_changed(inner, longest, chance, mutate)
    elif chance.random() < 0.1:
        members[mutate(name.encode(), 60).decode("utf-8", "replace")] = members.pop(name)
    else:
        members[name] = mutate(inner, max(longest - len(data), len(inner), 16))
    if "lpdeck.json" in members and chance.random() < 0.8:
        members["lpdeck.json"] = _with_true_digests(members)
    return _zipped(members, chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))


def _with_true_digests(members: dict[str, bytes]) -> bytes:
    """The table of contents of a backup with the digests of its members as they are now."""
    table = json.loads(members["lpdeck.json"])
    for name, said in table["files"].items():
        data = members.get(name, b"")
        said["size"] = len(data)
        size = len(said["blake2b"]) // 2
        said["blake2b"] = hashlib.blake2b(data, digest_size=size).hexdigest()
    return json.dumps(table).encode()


_VALUES: tuple[Any, ...] = (
    *(None, "", "x", -1, 0, 1, 2, 3, 4, 5, 11, 18, 1 << 31, 1 << 62, -(1 << 63), 0.5, float("inf"), b"\xff\x00"),
    *(
        "\x1f" * 9,
        "{}",
        '{"1": {"name": "LP Quiz", "flds": [{"name": "Card"}]}}',
        "<" * 300,
        "&#xD800;",
        "<![a[",
        "é" * 40,
    ),
)


def _database_changed(data: bytes, longest: int, chance: random.Random, mutate: Mutate) -> bytes:
    """A database with a value, or now and then a byte, changed."""
    if chance.random() < 0.15:
        return mutate(data, max(longest, len(data)))
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        table = chance.choice(tables)
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        column = chance.choice(columns)
        rows = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
        row, old = chance.choice(rows)
        new = chance.choice(_VALUES)
        if isinstance(old, str) and chance.random() < 0.7:
            new = mutate(old.encode(), len(old) + 50).decode("utf-8", "replace")
        connection.execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE rowid = ?", (new, row))
        connection.commit()
        return connection.serialize()
    finally:
        connection.close()


# Words

_PAGE_WORDS = """Amazon LP STAR Walkthrough|Scenario Overview|Strong Example|Common Mistakes:|Coaching|Target:
90 seconds|Probes:|Weak Answer|Weak|Strong|Bar Raiser Thinks|Emphasize|Downplay|Reflection:|Practice Questions
Solution|Hint:|Why Interviewers Ask This|How to Answer This Question|Key Points to Cover|Sample Answer
Common Mistakes to Avoid|Easy|Medium|Hard|A) |B. |(C) |D: |1. |Q2: |• |- |** |SDE 1|SDE II / L5|Senior SDE
Dive Deep|Ownership|Earn Trust|Situation|Task|Action|Result|S |T |A |R |-> |→ |Step 1: |"|“|”|’|🎯|⚠️|ðŸŽ¯|â€™
â€œ|â†’|Î²|\ufeff|\x85|\u2028|\u200b|// lpdeck new|Option B|both A and C|none of the above|is wrong|because
rather than|not|the answer is|eliminate|?"""
_TAGS = """<p>|</p>|<li>|<ol start=|<ul>|<br>|<pre>|</pre>|<table>|<tr>|<td>|<div style="display:none">
<script>|<!--|-->|<![CDATA[|<?|&#|&amp;|&#x1b;|&#xD800;|<svg>|<b|</|<details>|<summary>|<head>|<title>
<a href='"""
_TOML_WORDS = """[[card]]|[[page]]|id = |kind = |"basic"|"quiz"|"stage"|"follow-up"|"level"|front = |back =
question =|options = [|answer = |explanation = |principles = [|tags = [|note = |draft = true|retired = true
conflict = true|from = [|imported = |key = |name = |when = |title = |schema = 1|dropped = [|\\u|\\U0010ffff
\"\"\"|'''|#|=|.|{|}|1e400|inf|nan|1979-05-27T07:32:00Z|0x|\r\n|card = [{|card.a|\\"""
_CONFIG_WORDS = """new_per_day = |[keys]|[retention]|[interviews.|date = 2026-12-10|minutes = |level =
time_zone = |key_set =|learning_steps = |"1m"|"hjkl"|ctrl-r|space|keys.reveal = |retention.ownership =
desired_retention = 0.9|interviews.a.date|rollover_hour = |1e999|nan|inf|0x10|9999-12-31|0001-01-01|true|"../x"
"Europe/Berlin"|local|[interviews]|[[interviews]]"""
_JSON_WORDS = """"format": "lpdeck"|"version": 1|"decks": [|"cards": [|"name": |"id": |"kind": |"fields": {
"front": |"back":|"options": [|"pages": [|"key": |"dropped": [|"principles": [|"tags": [|"imported": |"note":
"conflict": true|null|\\ud800|\\u0000|1e400|NaN|Infinity|-|"basic"|"quiz"|\ufeff|{|}|[|]"""
_FILTER_WORDS = """principle:|kind:|is:|deck:|tag:|flag:|level:|id:|recall<|retrievability|due<=|lapses>|reps>
stability<|difficulty>|interval<|seen>| or | and |not |-|(|)|"|“|”|„|‘|’|'|\\|*|%|0.8|80%|any|none|suspended
due|leech|sde2|İ|ß|\ud800"""
_ARCHIVE_WORDS = """PK\x03\x04|PK\x01\x02|PK\x05\x06|PK\x06\x06|PK\x06\x07|collection.anki2|collection.anki21b
media|meta|lpdeck.json|lpdeck.db|config.toml|decks/|removed/|../|/|\\|SQLite format 3|\x1f|LP Quiz"""


def words(name: str) -> list[str]:
    """What a target's reader looks for, for libFuzzer to write into inputs."""
    lists = {
        "page": _PAGE_WORDS,
        "html": f"{_PAGE_WORDS}|{_TAGS}",
        "deck": _TOML_WORDS,
        "filter": _FILTER_WORDS,
        "apkg": _ARCHIVE_WORDS,
        "backup": _ARCHIVE_WORDS,
        "config": _CONFIG_WORDS,
        "exchange": _JSON_WORDS,
    }
    found = lists[name].replace("\n", "|").replace("\ud800", "\ufffd").split("|")
    return [word for word in dict.fromkeys(found) if 0 < len(word.encode()) <= 60]


if __name__ == "__main__":
    sys.exit("python fuzz/run.py")
