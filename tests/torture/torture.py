"""Ending real commands with SIGKILL at random moments, and what must hold afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random
from typing import NamedTuple, NoReturn

from homes import SCHEDULER, basic, indexed, make, put_deck, query
from lpdeck.cli import run as run_command
from lpdeck.cli.app import MODULES
from lpdeck.deck.folder import deck_paths
from lpdeck.home import Home
from lpdeck.store import log
from lpdeck.store.schema import open_engine, reading

PROGRAM = (sys.executable, "-c", "from lpdeck.cli import main; main()")
KILLS = int(os.environ.get("LPDECK_KILLS", "3"))
"""How often each kind of command is killed; LPDECK_KILLS=60 makes a thorough run of it."""

PATIENCE_S = 120
_LOOK_S = 0.001
_EARLY = 0.15
"""The share of kills that may come at any moment, also while the program begins; the others while it works."""

# Checks run in forked processes, which need not load again what every command loads.
_UPKEEP = [
    f"lpdeck.upkeep.{one}" for one in ("doctor", "archive", "restoring", "uniting", "checks.files", "checks.decks")
]
for _module in ("alembic.command", "rich.table", "tomlkit", *_UPKEEP, *(f"lpdeck.cli.{one}" for one in MODULES)):
    import_module(_module)


class Ran(NamedTuple):
    """How a command ended (minus the signal, where one ended it), and what it wrote to its two streams."""

    code: int
    out: str
    err: str


def home_of(folder: Path) -> Home:
    """The home in the folder of a run."""
    return Home(folder / "home")


def home_of_cards(folder: Path, cards: int) -> Home:
    """A home with one deck of cards that were never asked: `Front 007?` of `deck/basic-007`."""
    home = make(home_of(folder))
    put_deck(home, "deck", *(basic(f"deck/basic-{number:03}", f"Front {number:03}?") for number in range(cards)))
    indexed(home)
    return home


def make_private(home: Home) -> None:
    """Takes others' permissions off the decks, which tests have written and not lpdeck."""
    home.decks.chmod(0o700)
    for path in deck_paths(home.decks):
        path.chmod(0o600)


def environment(home: Home, **more: str) -> dict[str, str]:
    """What the processes of a run see; no editor and no width of whoever runs the tests."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("VISUAL", "EDITOR", "COLUMNS", "NO_COLOR")
    }
    return {**kept, "LPDECK_HOME": str(home.path), "PYTHONUTF8": "1", **more}


def process(home: Home, *arguments: str, stdin: bytes = b"", through: Sequence[str] = (), **more: str) -> Ran:
    """A command in a process of its own, from the start of its interpreter to its end; called `through` a program."""
    done = subprocess.run(
        [*through, *PROGRAM, *arguments],
        env=environment(home, **more),
        input=stdin,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def command(home: Home, *arguments: str, stdin: bytes = b"", **more: str) -> Ran:
    """A command in a fork of this process: sooner at work than a process of its own."""
    with tempfile.TemporaryFile() as into, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        into.write(stdin)
        into.seek(0)
        sys.stdout.flush()
        child = os.fork()
        if not child:
            _become(environment(home, **more), [into.fileno(), out.fileno(), err.fileno()], arguments)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        return Ran(os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode())


def _become(variables: dict[str, str], streams: Sequence[int], arguments: Sequence[str]) -> NoReturn:
    """Runs a command in a process that was just forked, and ends it without what a test has open."""
    code = 99
    try:
        for target, source in enumerate(streams):
            os.dup2(source, target)
        sys.stdin, sys.stdout, sys.stderr = (open(number, mode) for number, mode in enumerate("rww"))  # noqa: SIM115
        sys.argv = ["lpdeck", *arguments]
        os.environ.clear()
        os.environ.update(variables)
        code = run_command(list(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


# What must hold


def texts(home: Home) -> dict[str, bytes]:
    """Every deck file, also those set aside, and the options, by their names in the home."""
    paths = [*deck_paths(home.decks), *deck_paths(home.removed), home.config]
    return {str(path.relative_to(home.path)): path.read_bytes() for path in paths if path.exists()}


def event_ids(home: Home) -> set[str]:
    """The ids in the log; none where there is no database yet, or no log in it."""
    if not home.database.exists() or not query(home, "SELECT 1 FROM sqlite_master WHERE name = 'event'"):
        return set()
    return {row[0] for row in query(home, "SELECT id FROM event")}


def answers(home: Home) -> Counter[str]:
    """How often each card was answered."""
    return Counter(row[0] for row in query(home, "SELECT card FROM event WHERE kind = 'answer'"))


def is_whole(database: Path) -> None:
    """Asserts that a database is a sound one, with its write-ahead log if there is one."""
    with closing(sqlite3.connect(database)) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
        assert [] == connection.execute("PRAGMA foreign_key_check").fetchall()


def replays(home: Home) -> None:
    """Asserts that the log gives the schedules that are stored."""
    with reading(open_engine(home), home) as connection:
        assert dict(log.replayed(connection, SCHEDULER)) == log.stored(connection)


def is_sound(home: Home) -> None:
    """Asserts that the database is whole and its schedules are those of the log."""
    is_whole(home.database)
    replays(home)


def end_of(home: Home) -> tuple[object, ...]:
    """What a command leaves, but for names drawn by lot: files, log and schedules, without moments."""
    events = query(home, "SELECT kind, card, rating FROM event ORDER BY kind, card, rating")
    schedules = query(home, "SELECT card, state, reps, lapses, suspended FROM schedule ORDER BY card")
    cards = query(home, "SELECT id, deck, fingerprint, retired, draft FROM card ORDER BY id")
    return texts(home), events, schedules, cards


# Killing

_LEFT_BY_A_KILL = {"leftovers", "holder"}
"""The checks of a doctor that may find something after a kill: a half-written file, a holder that is gone."""


@dataclass(frozen=True)
class Torture:
    """A command that is killed.

    `prepared` makes a home in a folder (once; every run gets a copy of the folder), `arguments` are the command's
    words for the folder of a run, `stdin` is the text that it reads, `more` what it sees beside. `acknowledged` reads
    off what it wrote the cards whose answers it showed as given. `codes` are those with which it ends when it is run
    again.
    """

    name: str
    prepared: Callable[[Path], object]
    arguments: Callable[[Path], list[str]]
    stdin: bytes = b""
    more: Callable[[Path], dict[str, str]] = field(default=lambda _: {})
    acknowledged: Callable[[str], list[str]] = field(default=lambda _: [])
    codes: tuple[int, ...] = (0,)
    mends: bool = False
    """Whether the home's schedules are in disorder before the command has come to its end."""


class Killed(NamedTuple):
    """How many kills were sent, came before the end, and found something done but not all."""

    sent: int
    before_the_end: int
    half_way: int


class _Life(NamedTuple):
    """A run of a command: its code, what it wrote, how long it began and worked (seconds)."""

    code: int
    out: str
    began_s: float
    worked_s: float


def _sign(home: Home, output: Path) -> tuple[object, ...]:
    """What changes as soon as a command does anything."""
    paths = (home.database, Path(f"{home.database}-wal"), home.decks, home.removed, home.backups, home.config, output)
    return tuple((path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None for path in paths)


def live(folder: Path, torture: Torture, whole_s: float = PATIENCE_S, work_s: float = PATIENCE_S) -> _Life:
    """Runs the command, and ends it with all its children after some time in all, or at work."""
    source, target = folder / "input", folder / "output"
    source.write_bytes(torture.stdin)
    with source.open("rb") as stdin, target.open("wb") as stdout, (folder / "errors").open("wb") as stderr:
        before = _sign(home_of(folder), target)
        begin = time.monotonic()
        running = subprocess.Popen(
            [*PROGRAM, *torture.arguments(folder)],
            env=environment(home_of(folder), **torture.more(folder)),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        works: float | None = None
        while running.poll() is None:
            now = time.monotonic()
            if works is None and _sign(home_of(folder), target) != before:
                works = now
            if now - begin >= whole_s or (works is not None and now - works >= work_s):
                os.killpg(running.pid, signal.SIGKILL)
                running.wait()
                break
            time.sleep(_LOOK_S)
    end = time.monotonic()
    works = end if works is None else works
    return _Life(running.returncode, target.read_text(encoding="utf-8", errors="replace"), works - begin, end - works)


def killed(torture: Torture, folder: Path, seed: int, kills: int = KILLS) -> Killed:
    """Kills the command that many times at random moments of its life; more often, if none came before its end.

    After each: the database is sound, every deck file is the old one or the new one, no event that was there is lost,
    every acknowledged answer is in the log, `lpdeck due` and `lpdeck check` work, and the same command, run again,
    comes to the same end as one that nobody disturbed.
    """
    template, reference = folder / "template", folder / "reference"
    template.mkdir(parents=True)
    torture.prepared(template)
    make_private(home_of(template))
    shutil.copytree(template, reference, symlinks=True)
    life = live(reference, torture)
    assert 0 == life.code, (torture.name, (reference / "errors").read_text())
    assert 0 == command(home_of(reference), "due").code
    random, counts, sent = Random(seed), [0, 0], 0
    began_s, worked_s = life.began_s, life.worked_s
    while sent < kills or (not counts[0] and sent < 4 * kills):
        place = folder / f"run-{sent}"
        shutil.copytree(template, place, symlinks=True)
        moment = random.random()
        if random.random() < _EARLY:
            life = live(place, torture, whole_s=moment * (began_s + worked_s))
        else:
            life = live(place, torture, work_s=moment * worked_s)
        if life.code == -signal.SIGKILL:
            counts[0] += 1
        else:
            assert 0 == life.code, (torture.name, (place / "errors").read_text())
            began_s, worked_s = (began_s + life.began_s) / 2, (worked_s + life.worked_s) / 2
        counts[1] += _holds(torture, place, template, reference, life.out)
        _comes_to_the_same_end(torture, place, reference)
        shutil.rmtree(place)
        sent += 1
    return Killed(sent, *counts)


def _holds(torture: Torture, place: Path, template: Path, reference: Path, out: str) -> bool:
    """Asserts what must hold right after a kill; whether the command was half-way."""
    home, before, after = home_of(place), home_of(template), home_of(reference)
    if home.database.exists():
        is_whole(home.database)
    ids = event_ids(home)
    assert event_ids(before) <= ids
    found, old, new = texts(home), texts(before), texts(after)
    for name, text in found.items():
        assert text in (old.get(name), new.get(name)), name
    assert old.keys() & new.keys() <= found.keys()
    for name in ("due", "check"):
        done = command(home, name)
        assert 0 == done.code, (torture.name, name, done)
    if not torture.mends:
        replays(home)
    assert set(torture.acknowledged(out)) <= set(answers(home))
    return (found, len(ids)) not in ((old, len(event_ids(before))), (new, len(event_ids(after))))


def _comes_to_the_same_end(torture: Torture, place: Path, reference: Path) -> None:
    home = home_of(place)
    again = command(home, *torture.arguments(place), stdin=torture.stdin, **torture.more(place))
    assert again.code in torture.codes, (torture.name, again)
    is_sound(home)
    assert 0 == command(home, "due").code
    assert end_of(home_of(reference)) == end_of(home)
    found = json.loads(command(home, "doctor", "--json").out)["checks"]
    assert {one["check"] for one in found if one["level"] == "found"} <= _LEFT_BY_A_KILL, (torture.name, found)
    mended = command(home, "doctor", "--fix", "--yes")
    assert 0 == mended.code, (torture.name, mended)
