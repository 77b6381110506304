"""The writer of Anki packages: a zip of a SQLite collection in Anki's schema 11, which every version of Anki reads.

Equal input gives equal bytes: ids come from the cards, times from what changed, the dates in the zip are fixed.
Cards are written as they come, so that memory does not grow with their number; what depends on all of them (the
day from which Anki counts) is settled at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from hashlib import blake2b, sha1
from pathlib import Path
from typing import Any

from lpdeck.anki.notes import MOD, SORT_FIELD, Note, NoteType, deck_of, note_of, text_of
from lpdeck.days import Calendar, StudyDay
from lpdeck.errors import HomeError
from lpdeck.events import ANSWERS, FLAGS, Event, Kind
from lpdeck.principles import Principle
from lpdeck.scheduling import LEECH_LAPSES, NEW, Memory, Schedule, Scheduler, State, apply_answer
from lpdeck.store.hot import StoredCard


@dataclass(frozen=True)
class Exported:
    """A card to be written; `changed_ms` is when its words last changed (milliseconds UTC).

    `history` holds its effective answers and imports in order, and is empty where the schedule stays here.
    """

    card: StoredCard
    changed_ms: int
    schedule: Schedule
    history: tuple[Event, ...]


@dataclass(frozen=True)
class PackageOptions:
    """How a package is written; `rollover_hour` is 0 to 23."""

    scheduler: Scheduler
    calendar: Calendar
    today: StudyDay
    with_schedule: bool
    rollover_hour: int


def write_package(path: Path, cards: Iterable[Exported], options: PackageOptions) -> int:
    """Writes an .apkg in place of what is at `path`, whole or not at all; the number of notes. Raises HomeError."""
    try:
        with tempfile.TemporaryDirectory(prefix="lpdeck-anki-") as folder:
            collection = Path(folder) / "collection.anki2"
            count = _write_collection(collection, cards, options)
            _write_zip(path, collection)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise HomeError(
            f"{path}: the package can not be written ({reason})", "Choose another file, or make room and try again."
        ) from None
    return count


_LEVEL = 2  # a third of the time of zlib's own choice, for a few more bytes


def _write_zip(path: Path, collection: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as target:
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                # Opened by name, an entry has the date 1980-01-01.
                with collection.open("rb") as source, archive.open("collection.anki2", "w") as member:
                    shutil.copyfileobj(source, member, 1 << 16)
                with archive.open("media", "w") as member:
                    member.write(b"{}")
            target.flush()
            os.fsync(target.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# The collection

_TABLES = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL,
  ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL,
  models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
  usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL,
  flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
  mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL,
  ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL,
  left integer NOT NULL, odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
  ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL,
  type integer NOT NULL);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
"""

# What an import looks for; Anki copies the rows into its own tables, so that its other indexes would only add bytes.
_INDEXES = """
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_revlog_cid ON revlog (cid);
"""

_ADD_NOTE = "INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?, -1, ?, ?, ?, ?, 0, '')"
_ADD_CARD = "INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)"
_ADD_REVIEW = "INSERT OR IGNORE INTO revlog VALUES (?, ?, -1, ?, ?, ?, ?, ?, ?)"
_ADD_COLLECTION = "INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')"
_COUNT_DAYS_FROM = f"UPDATE cards SET due = due - ? WHERE type = {State.REVIEW.value}"


@dataclass
class _Seen:
    """What the rows so far amount to: the few values that the collection's own row needs."""

    types: dict[str, NoteType] = field(default_factory=dict)
    decks: dict[str, int] = field(default_factory=dict)
    count: int = 0
    newest_s: int = MOD
    first_ms: int | None = None


def _write_collection(path: Path, cards: Iterable[Exported], options: PackageOptions) -> int:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA cache_size = -16000")  # kilobytes: notes come in the order of decks, not of ids
        database.executescript(_TABLES)
        database.execute("BEGIN")
        seen = _Seen()
        for one in cards:
            _add(database, one, options, seen)
        first = _first_day(seen, options)
        database.execute(_COUNT_DAYS_FROM, (first,))
        database.execute(_ADD_COLLECTION, _collection_row(seen, first, options))
        database.execute("COMMIT")
        database.executescript(_INDEXES)
    finally:
        database.close()
    return seen.count


def _first_day(seen: _Seen, options: PackageOptions) -> StudyDay:
    """The day from which Anki counts: the one before the first review."""
    if seen.first_ms is not None:
        return StudyDay(options.calendar.day_of(seen.first_ms) - 1)
    return StudyDay(options.today - 1 if options.with_schedule else MOD // 86400)


def _add(database: sqlite3.Connection, one: Exported, options: PackageOptions, seen: _Seen) -> None:
    """One card: its note, its card, and its reviews."""
    note, changed_s = note_of(one.card), one.changed_ms // 1000
    seen.types.setdefault(note.type.name, note.type)
    if note.deck not in seen.decks:
        seen.decks[note.deck] = _id("deck", note.deck)
    seen.count += 1
    seen.newest_s = max(seen.newest_s, changed_s)
    number = _add_note(database, note, changed_s)
    answers = _answers(one.history) if options.with_schedule and not one.schedule.is_new else []
    if answers:
        seen.first_ms = min(answers[0].at_ms, seen.first_ms or answers[0].at_ms)
        seen.newest_s = max(seen.newest_s, answers[-1].at_ms // 1000)
    database.execute(
        _ADD_CARD,
        (number, number, seen.decks[note.deck], changed_s, *_card_columns(one, answers, seen.count, options)),
    )
    _add_reviews(database, number, _reviews(answers, options.scheduler))


def _add_note(database: sqlite3.Connection, note: Note, changed_s: int) -> int:
    """A note under an id drawn from its guid; the next free one where two fall together."""
    number, first = _id("note", note.guid), text_of(note.values[0])
    row = (
        note.guid,
        note.type.id,
        changed_s,
        f" {' '.join(note.tags)} ",
        "\x1f".join(note.values),
        text_of(note.values[SORT_FIELD]),
        int(sha1(first.encode(), usedforsecurity=False).hexdigest()[:8], 16),
    )
    while not database.execute(_ADD_NOTE, (number, *row)).rowcount:
        number += 1
    return number


_EARLIEST_MS = 1136073600000
"""Ids of notes lie in the twenty years from 2006: Anki takes an id for a time and mends those in the future."""


def _id(what: str, name: str) -> int:
    """A number that Anki can take for a time in milliseconds, from a name."""
    digest = blake2b(name.encode(), digest_size=8, person=f"lpdeck-{what}".encode()).digest()
    return _EARLIEST_MS + (int.from_bytes(digest, "big") >> 25)


# Cards and their reviews

_NEW, _LEARNING, _REVIEW, _RELEARNING = range(4)
_SUSPENDED = -1
_START_FACTOR = 2500


def _answers(history: Sequence[Event]) -> list[Event]:
    """The answers since the last reset, in the order in which they were given."""
    reset = max(((one.at_ms, one.id) for one in history if one.kind is Kind.RESET), default=(-1, ""))
    answers = [one for one in history if one.kind in ANSWERS and (one.at_ms, one.id) > reset]
    return sorted(answers, key=lambda one: (one.at_ms, one.id))


def _card_columns(one: Exported, answers: Sequence[Event], place: int, options: PackageOptions) -> tuple[Any, ...]:
    """The columns type, queue, due, ivl, factor, reps, lapses, left, flags and data; `due` of a review is a day."""
    schedule = one.schedule if options.with_schedule else NEW
    suspended = schedule.suspended or one.card.retired
    flag = FLAGS.index(schedule.flag) + 1 if schedule.flag in FLAGS else 0
    if not answers or schedule.memory is None or schedule.due_day is None:
        return (_NEW, _SUSPENDED if suspended else _NEW, place, 0, 0, 0, 0, 0, flag, "")
    kind, due, interval, factor, left = _standing(schedule, options.scheduler)
    queue = _SUSPENDED if suspended else _REVIEW if kind == _REVIEW else _LEARNING
    data = _memory(schedule.memory, answers[-1], options.scheduler.for_principles(one.card.principles))
    return (kind, queue, due, interval, factor, schedule.reps, schedule.lapses, left, flag, data)


def _standing(schedule: Schedule, scheduler: Scheduler) -> tuple[int, int, int, int, int]:
    """Type, due, interval, factor and steps left of a card that was answered."""
    assert schedule.memory is not None
    assert schedule.due_day is not None
    if schedule.state is State.REVIEW:
        since = schedule.due_day if schedule.last_day is None else schedule.last_day
        return _REVIEW, schedule.due_day, max(1, schedule.due_day - since), _START_FACTOR, 0
    due = (schedule.due_at_ms or 0) // 1000
    if schedule.state is State.RELEARNING:
        interval = max(1, round(schedule.memory.stability))
        return _RELEARNING, due, interval, _START_FACTOR, _left(scheduler.relearning_steps, schedule.step)
    return _LEARNING, due, 0, 0, _left(scheduler.learning_steps, schedule.step)


def _left(steps: Sequence[int], step: int | None) -> int:
    """How many steps are left, at least one."""
    return max(1, len(steps) - (step or 0))


def _memory(memory: Memory, last: Event, scheduler: Scheduler) -> str:
    """What Anki keeps of FSRS with a card."""
    values = {
        "s": round(memory.stability, 4),
        "d": round(memory.difficulty, 3),
        "dr": round(scheduler.desired_retention, 2),
        "decay": scheduler.parameters[20],
        "lrt": last.at_ms // 1000,
    }
    return _json(values)


def _reviews(answers: Sequence[Event], scheduler: Scheduler) -> Iterator[tuple[int, ...]]:
    """Each answer as id (milliseconds), ease, ivl, lastIvl, factor, time and type; the type is the state before."""
    before = NEW
    for one in answers:
        assert one.rating is not None
        assert one.interval is not None
        day = one.study_day if before.last_day is None else max(one.study_day, before.last_day)
        memory = scheduler.next_memory(before.memory, before.last_day, one.rating, day)
        after = apply_answer(before, one.rating, day, memory, one.interval, one.due or 0)
        kind = _TYPE_BEFORE[before.state]
        yield one.at_ms, one.rating, one.interval, before.interval or 0, _factor(memory), one.took_ms or 0, kind
        before = after


_TYPE_BEFORE = {None: 0, State.LEARNING: 0, State.REVIEW: 1, State.RELEARNING: 2}


def _factor(memory: Memory) -> int:
    """A difficulty as Anki's history keeps it: 100 to 1100."""
    return int(((memory.difficulty - 1) / 9 + 0.1) * 1000)


def _add_reviews(database: sqlite3.Connection, card: int, reviews: Iterable[tuple[int, ...]]) -> None:
    """The reviews of a card; where two fall on one millisecond, the later is raised to the next free one."""
    last = 0
    for at_ms, *columns in reviews:
        last = max(at_ms, last + 1)
        while not database.execute(_ADD_REVIEW, (last, card, *columns)).rowcount:
            last += 1


# The collection's own row

_PRESET, _PRESET_NAME = 1795219200100, "LP"
_DEFAULT = 1


def _collection_row(seen: _Seen, first: StudyDay, options: PackageOptions) -> tuple[Any, ...]:
    """The columns crt, mod, scm, conf, models, decks and dconf."""
    calendar = replace(options.calendar, rollover_hour=4) if options.with_schedule else Calendar(UTC)
    created_ms = calendar.starts_ms(first)
    offset = calendar.local(created_ms).utcoffset()
    west = 0 if offset is None else -int(offset.total_seconds()) // 60
    preset = _PRESET if options.with_schedule else _DEFAULT
    presets = {_DEFAULT: _preset(_DEFAULT, "Default", 0)}
    own = _own_presets(seen, options) if options.with_schedule else {}
    if options.with_schedule:
        presets[_PRESET] = _preset(_PRESET, _PRESET_NAME, seen.newest_s) | _settings(options.scheduler)
    return (
        created_ms // 1000,
        seen.newest_s * 1000,
        MOD * 1000,
        _json(_configuration(west, options.rollover_hour if options.with_schedule else 4, seen.count)),
        _json({kind.id: _model(kind) for _, kind in sorted(seen.types.items())}),
        _json(
            {
                number: _deck(number, name, own[name]["id"] if name in own else preset)
                for number, name in _decks(seen.decks)
            }
        ),
        _json(presets | {one["id"]: one for one in own.values()}),
    )


def _own_presets(seen: _Seen, options: PackageOptions) -> dict[str, dict[str, Any]]:
    """The presets of the decks whose principle wants a retention of its own, by the names of the decks."""
    wanted = dict(options.scheduler.retentions)
    found = {}
    for number, one in enumerate(Principle, _PRESET + 1):
        name = deck_of([one.slug])
        if one.slug in wanted and name in seen.decks:
            settings = _settings(options.scheduler.for_principles([one.slug]))
            found[name] = _preset(number, f"{_PRESET_NAME} {one.title}", seen.newest_s) | settings
    return found


def _configuration(west: int, rollover: int, count: int) -> dict[str, Any]:
    """Without `schedVer` 2 Anki takes the ratings of learning cards for others."""
    return {
        "schedVer": 2,
        "sched2021": True,
        "rollover": rollover,
        "creationOffset": west,
        "curDeck": 1,
        "activeDecks": [1],
        "nextPos": count + 1,
        "collapseTime": 1200,
        "sortType": "noteFld",
        "sortBackwards": False,
    }


def _decks(names: Iterable[str]) -> list[tuple[int, str]]:
    """The decks with their ids: the default one, which a collection can not be without, and ours below `LP`."""
    return [(_DEFAULT, "Default"), *((_id("deck", name), name) for name in sorted({"LP", *names}))]


def _deck(number: int, name: str, preset: int) -> dict[str, Any]:
    today = {key: [0, 0] for key in ("newToday", "revToday", "lrnToday", "timeToday")}
    return {
        "id": number,
        "name": name,
        "mod": 0 if number == _DEFAULT else MOD,
        "usn": -1,
        **today,
        "collapsed": False,
        "browserCollapsed": False,
        "desc": "",
        "dyn": 0,
        "conf": _DEFAULT if number == _DEFAULT else preset,
        "extendNew": 0,
        "extendRev": 0,
    }


def _preset(number: int, name: str, changed_s: int) -> dict[str, Any]:
    """A deck preset with Anki's own values."""
    return {
        "id": number,
        "name": name,
        "mod": changed_s,
        "usn": -1,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {"bury": False, "delays": [1, 10], "initialFactor": 2500, "ints": [1, 4, 0], "order": 1, "perDay": 20},
        "rev": {"bury": False, "ease4": 1.3, "ivlFct": 1.0, "maxIvl": 36500, "perDay": 200, "hardFactor": 1.2},
        "lapse": {"delays": [10], "leechAction": 1, "leechFails": LEECH_LAPSES, "minInt": 1, "mult": 0.0},
    }


def _settings(scheduler: Scheduler) -> dict[str, Any]:
    """What of a preset is the learner's: steps in minutes, the longest interval, and FSRS's weights and retention."""
    preset = _preset(_PRESET, _PRESET_NAME, 0)
    return {
        "new": preset["new"] | {"delays": [step / 60 for step in scheduler.learning_steps]},
        "rev": preset["rev"] | {"maxIvl": scheduler.maximum_interval},
        "lapse": preset["lapse"] | {"delays": [step / 60 for step in scheduler.relearning_steps]},
        "fsrsParams6": list(scheduler.parameters),
        "desiredRetention": scheduler.desired_retention,
    }


def _model(kind: NoteType) -> dict[str, Any]:
    """A note type as schema 11 keeps it."""
    fields = [
        {"name": name, "ord": place, "id": number, "font": "Arial", "size": 20, "rtl": False, "sticky": False}
        for place, (name, number) in enumerate(kind.fields)
    ]
    templates = [
        {"name": one.name, "ord": place, "id": one.id, "qfmt": one.front, "afmt": one.back, "did": None}
        | {"bqfmt": "", "bafmt": ""}
        for place, one in enumerate(kind.templates)
    ]
    return {
        "id": kind.id,
        "name": kind.name,
        "type": 0,
        "mod": kind.mod,
        "usn": -1,
        "sortf": kind.sort_field,
        "did": None,
        "tmpls": templates,
        "flds": fields,
        "css": kind.css,
        "latexPre": _LATEX_PRE,
        "latexPost": "\\end{document}",
        "latexsvg": False,
        "req": [[0, "any", [kind.names.index("Kind")]]],
    }


_LATEX_PRE = (
    "\\documentclass[12pt]{article}\n\\special{papersize=3in,5in}\n\\usepackage[utf8]{inputenc}\n"
    "\\usepackage{amssymb,amsmath}\n\\pagestyle{empty}\n\\setlength{\\parindent}{0in}\n\\begin{document}\n"
)


def _json(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
