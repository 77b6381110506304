from __future__ import annotations

import random
import re
import sqlite3
import time
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from real_anki import RealAnki

import lpdeck
from homes import DAY, HOUR, MINUTE
from lpdeck.anki.notes import NOTE_TYPES, guid_of
from lpdeck.anki.package import Exported, PackageOptions, write_package
from lpdeck.days import Calendar
from lpdeck.deck.model import FLAG, KINDS, LIST, NUMBER
from lpdeck.deck.toml import read_deck
from lpdeck.errors import HomeError
from lpdeck.events import FLAGS, Event, Kind, next_id
from lpdeck.scheduling import NEW, Rating, Schedule, Scheduler, State
from lpdeck.store.hot import StoredCard

NOW = int(time.time() * 1000)  # Anki reads the clock of the machine, so histories end before its today
CHANGED = 1_795_000_000_000
CALENDAR = Calendar(UTC, 4)
SCHEDULER = Scheduler(desired_retention=0.87, learning_steps=(90, 600), maximum_interval=900)
ZONES = ("UTC", "Europe/Berlin", "America/New_York")
STARTERS = sorted((Path(lpdeck.__file__).parents[2] / "decks").glob("*.toml"))


def options(calendar: Calendar = CALENDAR, *, with_schedule: bool = False) -> PackageOptions:
    return PackageOptions(SCHEDULER, calendar, calendar.day_of(NOW), with_schedule, 4)


def new(card: StoredCard, changed_ms: int = CHANGED) -> Exported:
    return Exported(card, changed_ms, NEW, ())


def basic(name: str, **more: Any) -> StoredCard:
    fields = more.pop("fields", {"front": name, "back": "because"})
    card = StoredCard(f"deck/{name}", "deck", 1, "basic", ("ownership",), fields, None, (), False, False, None)
    return card._replace(**more)


def starters() -> list[Exported]:
    decks = [read_deck(path.read_text(), path).deck for path in STARTERS]
    return [
        new(
            StoredCard(
                one.id, deck.name, one.line, one.kind, deck.principles_of(one), dict(one.fields), one.note, one.tags,
                one.draft, one.retired, None,
            )
        )
        for deck in decks
        for one in deck.cards
    ]  # fmt: skip


def full(kind: str, text: str = "{0}") -> StoredCard:
    """A card with something in every field."""

    def value(name: str, what: str) -> Any:
        words = text.format(name)
        return {LIST: [words, f"{words} 2"], FLAG: True, NUMBER: 90}.get(what, words)

    fields = {name: value(name, what) for name, what in KINDS[kind].fields.items()}
    if "options" in fields:
        fields["options"] = [fields["answer"], "other options"]
    return basic(kind, kind=kind, fields=fields, note=text.format("note"), id=f"full/{kind}")


def bare(kind: str) -> StoredCard:
    """A card with nothing but what it needs to be asked."""
    fields = {name: value for name, value in full(kind).fields.items() if name in KINDS[kind].required}
    return basic(kind, kind=kind, fields=fields, principles=(), id=f"bare/{kind}")


class Shown(HTMLParser):
    """The words that a side shows."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words, self._unseen = "", 0
        self.feed(re.sub(r"\s+", " ", source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        self.words += "" if self._unseen else data


def shown(source: str) -> str:
    return Shown(source).words


# Words


@pytest.mark.slow
def test_the_starter_decks_arrive_whole_and_a_second_import_changes_nothing(anki: RealAnki, tmp_path: Path) -> None:
    path, cards = tmp_path / "deck.apkg", starters()
    assert len(cards) == write_package(path, cards, options())
    first, second = anki.visit(("import", path), ("import", path))
    assert {"new": len(cards)} == first["log"]
    assert {guid_of(one.card.id) for one in cards} == set(first["cards"])
    assert {"duplicate": len(cards)} == second["log"]
    assert first["cards"] == second["cards"]


def test_new_cards_come_in_the_order_of_the_deck(anki: RealAnki, tmp_path: Path) -> None:
    path = tmp_path / "deck.apkg"
    write_package(path, [new(basic(name)) for name in "cab"], options())
    (seen,) = anki.visit(("import", path))
    by_due = sorted(seen["cards"].values(), key=lambda card: card["due"])
    assert ["deck/c", "deck/a", "deck/b"] == [card["fields"][0] for card in by_due]


def test_every_kind_shows_all_its_words_and_bare_ones_say_that_there_are_none(anki: RealAnki, tmp_path: Path) -> None:
    path = tmp_path / "deck.apkg"
    kinds = sorted(KINDS)
    write_package(path, [new(make(kind)) for kind in kinds for make in (full, bare)], options())
    (seen,) = anki.visit(("import", path))
    assert sorted(NOTE_TYPES) == seen["types"]
    for kind in kinds:
        card = seen["cards"][guid_of(f"full/{kind}")]
        hidden = {"flaw", "target_seconds", "principle", "list", "difficulty"}
        told = shown(card["back"])
        assert [] == [name for name in KINDS[kind].fields if name not in hidden and name not in told], kind
        assert "note" in told
    for card in seen["cards"].values():
        front, back = shown(card["front"]), shown(card["back"])
        assert "{{" not in card["front"] + card["back"]
        assert len(front.replace(card["fields"][2], "").strip()) >= len("front")
        assert back.startswith(front)
        assert len(back) > len(front) + 3


HOSTILE = "{{{{c1::{0}}}}} {{{{Front}}}} [sound:a.mp3] [latex]x[/latex] \\(x\\) <b>&amp;</b> </div><script>"


def test_markup_in_a_text_is_shown_and_not_followed(anki: RealAnki, tmp_path: Path) -> None:
    path, cards = tmp_path / "deck.apkg", [full(kind, HOSTILE) for kind in sorted(KINDS) if kind != "reframing"]
    write_package(path, map(new, cards), options())
    (seen,) = anki.visit(("import", path))
    for card in cards:
        there = seen["cards"][guid_of(card.id)]
        told = shown(there["back"])
        assert 0 == there["sounds"]
        assert "{{" not in told
        assert "\\(" not in told
        assert HOSTILE.format("note") in told.replace("\u2060", "")


def test_an_edited_card_is_written_anew_and_the_others_are_left(anki: RealAnki, tmp_path: Path) -> None:
    before, after = tmp_path / "before.apkg", tmp_path / "after.apkg"
    cards = [new(basic("one")), new(basic("two"))]
    write_package(before, cards, options())
    edited = basic("one", fields={"front": "one", "back": "better"}, retired=True)
    write_package(after, [new(edited, CHANGED + 1000), cards[1]], options())
    first, second = anki.visit(("import", before), ("import", after))
    assert {"updated": 1, "duplicate": 1} == second["log"]
    changed = second["cards"][guid_of("deck/one")]
    assert "better" == changed["fields"][3]
    assert "lpdeck-retired" in changed["tags"]
    assert first["cards"][guid_of("deck/two")] == second["cards"][guid_of("deck/two")]


def test_what_the_learner_did_in_anki_stays(anki: RealAnki, tmp_path: Path) -> None:
    before, after, one = tmp_path / "before.apkg", tmp_path / "after.apkg", guid_of("deck/one")
    write_package(before, [new(basic("one"))], options(with_schedule=True))
    write_package(after, [new(basic("one", fields={"front": "one", "back": "new"}), CHANGED + 1000)], options())
    *_, done, again = anki.visit(
        ("import", before), ("edit", one, "back", "mine"), ("answer", one, 3), ("import", after)
    )
    assert "mine" == again["cards"][one]["fields"][3]
    assert 1 == len(again["cards"][one]["reviews"])
    assert done["cards"][one] == again["cards"][one]


# Schedules


def studied(card: str, steps: Iterable[tuple[Rating, int, int]], calendar: Calendar, start: int) -> Exported:
    """A card answered with each rating, so many days late at so many minutes of its study day, until yesterday."""
    schedule, history, at_ms = NEW, [], start
    for rating, late, minute in steps:
        if schedule.due_at_ms is not None:
            at_ms = max(schedule.due_at_ms, at_ms) + late * DAY + minute
        elif schedule.due_day is not None:
            at_ms = max(at_ms, calendar.starts_ms(schedule.due_day + late) + minute * MINUTE)  # type: ignore[arg-type]
        day = calendar.day_of(at_ms)
        if day >= calendar.day_of(NOW):
            break
        given = SCHEDULER.outcomes(card, schedule, day, at_ms)[rating]
        history.append(
            Event(
                next_id(at_ms, None, len(history)), at_ms, day, "d", Kind.ANSWER, "b", card,
                rating=rating, took_ms=1000 + minute, interval=given.interval, due=given.due,
            )
        )  # fmt: skip
        schedule = given.schedule
    return Exported(basic(card, id=card), CHANGED, schedule, tuple(history))


# Anki's replay counts days of 24 hours from its next rollover, so an hour of either edge may fall on another day
# where the clock changed since.
STEPS = st.lists(
    st.tuples(st.sampled_from(Rating), st.sampled_from((0, 0, 0, 1, 3, 40)), st.integers(61, 22 * 60)), max_size=9
)
HISTORIES = st.lists(
    st.tuples(STEPS, st.integers(30, 500), st.booleans(), st.sampled_from((None, *FLAGS))), min_size=14, max_size=14
)


def drawn(shapes: Iterable[Any], calendar: Calendar) -> Iterator[Exported]:
    for place, (steps, ago, suspended, flag) in enumerate(shapes):
        start = calendar.starts_ms(calendar.day_of(NOW - ago * DAY)) + 5 * HOUR + place
        one = studied(f"deck/{place}", steps, calendar, start)
        yield replace(one, schedule=one.schedule._replace(suspended=suspended, flag=flag))


def expected(one: Exported, today: int) -> dict[str, Any]:
    """What Anki should say of a card."""
    schedule: Schedule = one.schedule
    types = {None: 0, State.LEARNING: 1, State.REVIEW: 2, State.RELEARNING: 3}
    kind = types[schedule.state]
    in_days = schedule.due_day is not None and schedule.state is State.REVIEW
    due = schedule.due_day - today if in_days else (schedule.due_at_ms or 0) // 1000  # type: ignore[operator]
    return {
        "type": kind,
        "queue": -1 if schedule.suspended else {0: 0, 2: 2}.get(kind, 1),
        "due": due,
        "reps": schedule.reps,
        "lapses": schedule.lapses,
        "flag": FLAGS.index(schedule.flag) + 1 if schedule.flag else 0,
        "last_s": one.history[-1].at_ms // 1000 if one.history else None,
        "memory": schedule.memory and pytest.approx(schedule.memory, abs=1e-3, rel=1e-4),
        "replayed": schedule.memory and pytest.approx(schedule.memory, rel=2e-3),
        "reviews": [(e.at_ms, e.rating, e.interval, e.took_ms) for e in one.history],
    }


def found(card: dict[str, Any], today: int) -> dict[str, Any]:
    there = {name: card[name] for name in ("type", "queue", "reps", "lapses", "flag", "last_s", "memory", "replayed")}
    there["due"] = card["due"] - today if card["type"] == 2 else card["due"] if card["type"] else 0
    there["reviews"] = [(row[0], row[1], row[2], row[5]) for row in card["reviews"]]
    return there


def _times_parted(card: dict[str, Any]) -> dict[str, Any]:
    """What is said of a card, its reviews without their times."""
    return {**card, "reviews": [tuple(row[1:]) for row in card["reviews"]]}


def _late(wanted: dict[str, Any], arrived: dict[str, Any]) -> list[int]:
    """How much later each review arrived than it was given (milliseconds)."""
    return [there[0] - here[0] for here, there in zip(wanted["reviews"], arrived["reviews"], strict=True)]


def arrives_whole(real: RealAnki, shapes: Any, zone: str, path: Path) -> None:
    calendar = Calendar(ZoneInfo(zone), 4)
    cards = list(drawn(shapes, calendar))
    write_package(path, cards, options(calendar, with_schedule=True))
    (seen,) = real.visit(("import", path))
    for one in cards:
        there = seen["cards"][guid_of(one.card.id)]
        wanted, arrived = expected(one, calendar.day_of(NOW)), found(there, seen["today"])
        assert _times_parted(wanted) == _times_parted(arrived)
        assert all(0 <= late <= 50 for late in _late(wanted, arrived))  # raised where two fall on one millisecond
        types = [row[6] for row in there["reviews"]]
        assert types[:1] in ([], [0])
        assert [0, *(row[2] for row in there["reviews"])][: len(types)] == [row[3] for row in there["reviews"]]


@pytest.fixture(scope="module", params=ZONES)
def zoned(request: pytest.FixtureRequest) -> Iterator[tuple[RealAnki, str]]:
    real = RealAnki(request.param)
    yield real, request.param
    real.close()


@given(shapes=HISTORIES)
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.slow
def test_drawn_histories_arrive_whole(zoned: tuple[RealAnki, str], tmp_path_factory: Any, shapes: Any) -> None:
    arrives_whole(*zoned[:1], shapes, zoned[1], tmp_path_factory.getbasetemp() / "drawn.apkg")


@pytest.mark.slow
@given(shapes=HISTORIES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_many_drawn_histories_arrive_whole(zoned: tuple[RealAnki, str], tmp_path_factory: Any, shapes: Any) -> None:
    arrives_whole(*zoned[:1], shapes, zoned[1], tmp_path_factory.getbasetemp() / "drawn.apkg")


def long_history(card: str = "deck/long", seed: int = 3) -> Exported:
    draw = random.Random(seed)
    steps = [(draw.choice(list(Rating)), draw.choice((0, 0, 1)), draw.randrange(61, 1200)) for _ in range(12)]
    return studied(card, steps, CALENDAR, NOW - 300 * DAY)


def test_a_card_moved_to_another_day_is_due_on_that_day(anki: RealAnki, tmp_path: Path) -> None:
    steps = [(Rating.EASY, 0, 61), (Rating.GOOD, 0, 61)]
    path, one = tmp_path / "deck.apkg", studied("deck/long", steps, CALENDAR, NOW - 300 * DAY)
    last, today = one.schedule.last_day, CALENDAR.day_of(NOW)
    assert last is not None
    assert one.schedule.state is State.REVIEW
    moved = replace(one, schedule=one.schedule._replace(due_day=today + 9))
    write_package(path, [moved], options(with_schedule=True))
    (seen,) = anki.visit(("import", path))
    card = seen["cards"][guid_of("deck/long")]
    assert (9, today + 9 - last) == (card["due"] - seen["today"], card["ivl"])


def test_the_preset_holds_what_the_learner_set(anki: RealAnki, tmp_path: Path) -> None:
    path = tmp_path / "deck.apkg"
    write_package(path, [long_history()], options(with_schedule=True))
    (seen,) = anki.visit(("import", path))
    preset, card = seen["presets"]["LP"], seen["cards"][guid_of("deck/long")]
    assert 21 == len(preset["fsrsParams6"])
    assert [pytest.approx(0.87)] * 2 == [preset["desiredRetention"], card["retention"]]
    assert ([1.5, 10.0], [10.0], 900) == (preset["new"]["delays"], preset["lapse"]["delays"], preset["rev"]["maxIvl"])
    assert "LP" == card["preset"]


def test_a_principle_with_a_retention_of_its_own_has_a_preset_of_its_own(anki: RealAnki, tmp_path: Path) -> None:
    path, one = tmp_path / "deck.apkg", long_history()
    others = {"trust": ("earn-trust",), "both": ("earn-trust", "dive-deep"), "deep": ("dive-deep", "ownership")}
    cards = [replace(one, card=basic(name, principles=slugs)) for name, slugs in others.items()]
    scheduler = replace(SCHEDULER, retentions=(("earn-trust", 0.95), ("dive-deep", 0.75), ("frugality", 0.8)))
    write_package(path, [one, *cards], replace(options(with_schedule=True), scheduler=scheduler))
    (seen,) = anki.visit(("import", path))
    presets = {name: preset["desiredRetention"] for name, preset in seen["presets"].items() if name != "Default"}
    assert pytest.approx({"LP": 0.87, "LP Earn Trust": 0.95, "LP Dive Deep": 0.75}) == presets
    assert seen["presets"]["LP"]["fsrsParams6"] == seen["presets"]["LP Dive Deep"]["fsrsParams6"]
    found = {name: seen["cards"][guid_of(f"deck/{name}")] for name in ("long", *others)}
    assert ["LP", "LP Earn Trust", "LP Earn Trust", "LP Dive Deep"] == [card["preset"] for card in found.values()]
    assert pytest.approx([0.87, 0.95, 0.95, 0.87]) == [card["retention"] for card in found.values()]
    assert [card["replayed"] for card in found.values()] == [found["long"]["replayed"]] * 4


def test_without_a_schedule_nothing_of_it_is_written(anki: RealAnki, tmp_path: Path) -> None:
    path = tmp_path / "deck.apkg"
    write_package(path, [long_history()], options())
    (seen,) = anki.visit(("import", path))
    card = seen["cards"][guid_of("deck/long")]
    assert (0, 0, 1, None, []) == (card["type"], card["queue"], card["due"], card["memory"], card["reviews"])
    assert ["Default"] == list(seen["presets"])


def test_the_history_before_a_reset_stays_here(anki: RealAnki, tmp_path: Path) -> None:
    path, one = tmp_path / "deck.apkg", long_history()
    at_ms = one.history[3].at_ms + 1
    reset = Event(next_id(at_ms, None, 0), at_ms, one.history[3].study_day, "d", Kind.RESET, "b", one.card.id)
    again = replace(one, history=(*one.history[:4], reset, *one.history[4:]))
    forgotten = replace(one, card=basic("new", id="deck/new"), schedule=NEW, history=(*one.history[:4], reset))
    write_package(path, [again, forgotten], options(with_schedule=True))
    (seen,) = anki.visit(("import", path))
    rows = seen["cards"][guid_of("deck/long")]["reviews"]
    assert [event.at_ms for event in one.history[4:]] == [row[0] for row in rows]
    assert (0, 0) == (rows[0][6], rows[0][3])
    assert (0, []) == (seen["cards"][guid_of("deck/new")]["type"], seen["cards"][guid_of("deck/new")]["reviews"])


def test_answers_of_one_millisecond_are_all_kept(anki: RealAnki, tmp_path: Path) -> None:
    path = tmp_path / "deck.apkg"
    cards = [long_history(f"deck/{name}") for name in "abc"]
    start = min(one.history[0].at_ms for one in cards)
    write_package(path, cards, options(with_schedule=True))
    (seen,) = anki.visit(("import", path))
    firsts = sorted(card["reviews"][0][0] for card in seen["cards"].values())
    assert [start, start + 1, start + 2] == firsts
    assert sum(len(one.history) for one in cards) == sum(len(card["reviews"]) for card in seen["cards"].values())


# The file


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    cards = [*starters(), long_history(), long_history("deck/other")]
    one, other = tmp_path / "one.apkg", tmp_path / "other.apkg"
    write_package(one, cards, options(with_schedule=True))
    write_package(other, iter(cards), options(with_schedule=True))
    assert one.read_bytes() == other.read_bytes()


def test_ids_of_notes_and_cards_do_not_depend_on_what_else_is_written(tmp_path: Path) -> None:
    def ids(*names: str) -> dict[str, int]:
        path = tmp_path / "deck.apkg"
        write_package(path, [new(basic(name)) for name in names], options())
        zipfile.ZipFile(path).extract("collection.anki2", tmp_path)
        connection = sqlite3.connect(tmp_path / "collection.anki2")
        rows = connection.execute("select guid, n.id from notes n join cards c on c.nid = n.id and c.id = n.id")
        found = dict(rows.fetchall())
        connection.close()
        return found

    assert ids("one").items() <= ids("three", "two", "one").items()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_cards(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        write_package(tmp_path / "deck.apkg", (new(basic(str(number))) for number in range(count)), options())
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(1000) * 1.2 > peak(3000)


def test_a_package_that_can_not_be_finished_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "deck.apkg"
    path.write_bytes(b"before")

    def broken() -> Iterator[Exported]:
        yield new(basic("one"))
        raise OSError(28, "No space left on device")

    with pytest.raises(HomeError, match="No space left"):
        write_package(path, broken(), options())
    assert b"before" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="can not be written"):
        write_package(tmp_path / "nowhere" / "deck.apkg", [new(basic("one"))], options())
