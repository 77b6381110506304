"""Homes to measure in, and Anki collections of the same cards: each is made once and then used by all."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from timing import lpdeck

from lpdeck.days import Calendar, StudyDay, date_of
from lpdeck.events import Event, Kind, next_id
from lpdeck.home import Home
from lpdeck.principles import Principle
from lpdeck.scheduling import FSRS_6_DEFAULTS, Memory, Rating, Schedule, State
from lpdeck.store.hot import ADD_EVENT, PUT_SCHEDULE, HotStore, event_row, open_hot, schedule_row

CALENDAR = Calendar(UTC, 4)
YEAR = 365
SLUGS = [principle.slug for principle in Principle]


class Homes:
    """The homes of one run, in a folder that goes with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cache  # noqa: B019 (one object for the whole run)
    def new(self, cards: int) -> Home:
        """A home of handwritten cards that were never asked."""
        return _indexed(self._named("new", cards), lambda home: write_basic(home, cards))

    @cache  # noqa: B019
    def due(self, cards: int) -> Home:
        """A home of handwritten cards that were answered once and are all due."""
        home = _indexed(self._named("due", cards), lambda home: write_basic(home, cards))
        with closing(sqlite3.connect(home.database)) as connection:
            make_due(connection, CALENDAR.day_of(now_ms()))
        return home

    @cache  # noqa: B019
    def year(self, cards: int) -> Home:
        """A home of cards of all kinds after a year of reviews: ten for a card, with lapses and undone answers."""
        home = _indexed(self._named("year", cards), lambda home: write_year(home, cards))
        with closing(sqlite3.connect(home.database)) as connection:
            make_year(connection)
        return home

    @cache  # noqa: B019
    def anki(self, home: Home) -> Path:
        """An Anki collection with the cards, schedules and reviews of a home, by way of a package."""
        package, collection = home.path.with_suffix(".apkg"), home.path.with_suffix(".anki2")
        lpdeck(home.path, "export", "anki", "--schedule", "--output", str(package))
        into_anki(package, collection)
        return collection

    def _named(self, kind: str, cards: int) -> Home:
        return Home(self.folder / f"{kind}-{cards}")


def _indexed(home: Home, write: Any) -> Home:
    home.decks.mkdir(parents=True)
    write(home)
    time.sleep(0.1)  # a file that was written in the same moment is read again by the next command
    lpdeck(home.path, "due")
    return home


def opened(home: Home) -> HotStore:
    """The store of a home, which is current."""
    store = open_hot(home)
    assert store is not None
    return store


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def into_anki(package: Path, path: Path) -> None:
    """Makes an Anki collection of a package, with FSRS and without daily limits."""
    from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

    collection = Collection(str(path))
    collection.set_config("fsrs", True)
    options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
    collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(package), options=options))
    for preset in collection.decks.all_config():
        preset["new"]["perDay"] = preset["rev"]["perDay"] = 9999
        collection.decks.update_config(preset)
    collection.decks.select(collection.decks.id_for_name("LP"))
    collection.close()


# Cards that are due


def write_basic(home: Home, cards: int) -> None:
    """Decks of 500 handwritten cards."""
    for deck in range(cards // 500):
        text = 'schema = 1\ntitle = "Deck"\nprinciples = ["ownership"]\n'
        for card in range(500):
            named = f'id = "d{deck}/basic-{card}"\nkind = "basic"'
            text += f'\n[[card]]\n{named}\nfront = "Front {deck}-{card}?"\nback = "."\n'
        (home.decks / f"d{deck:03}.toml").write_text(text)


def make_due(connection: sqlite3.Connection, today: StudyDay) -> None:
    """Gives every card one answer, some weeks ago, and a schedule in Review that is due by today."""
    schedules = dict(zip(_cards(connection), _due_schedules(today), strict=False))
    with connection:
        connection.executemany(ADD_EVENT, map(event_row, _first_answers(schedules, _device(connection))))
        connection.executemany(PUT_SCHEDULE, [schedule_row(card, one) for card, one in schedules.items()])


def _cards(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT id FROM card ORDER BY id")]


def _device(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT id FROM device WHERE here = 1").fetchone()[0])


def _due_schedules(today: StudyDay) -> Iterator[Schedule]:
    """Schedules without end: due up to thirty days ago, after one to forty days.

    The first was answered yesterday, so that nobody is taken to have been away.
    """
    random = Random(1)
    interval, late = 1, 0
    while True:
        due = StudyDay(today - late)
        memory = Memory(interval * random.uniform(0.8, 1.2), random.uniform(1, 10))
        last = StudyDay(due - interval)
        yield Schedule(State.REVIEW, None, memory, due, None, last, last, last, interval, 1)
        interval, late = random.randint(1, 40), random.randint(1, 30)


def _first_answers(schedules: dict[str, Schedule], device: str) -> Iterator[Event]:
    """The answers that could have given the schedules."""
    last: str | None = None
    for number, (card, schedule) in enumerate(schedules.items()):
        assert schedule.last_day is not None
        assert schedule.interval is not None
        at_ms = CALENDAR.starts_ms(schedule.last_day) + number
        last = next_id(now_ms() - 86_400_000, last, number)
        yield _answer(last, at_ms, schedule.last_day, device, card, Rating.GOOD, schedule.interval, 5000)


def _answer(
    name: str, at_ms: int, day: StudyDay, device: str, card: str, rating: Rating, interval: int, took_ms: int
) -> Event:
    return Event(
        id=name,
        at_ms=at_ms,
        study_day=day,
        device=device,
        kind=Kind.ANSWER,
        batch=name,
        card=card,
        rating=rating,
        took_ms=took_ms,
        interval=interval,
        due=day + interval if interval > 0 else at_ms - interval * 1000,
        weights=FSRS_6_DEFAULTS.name,
        detail={"option": "two"} if "/quiz" in card else {},
    )


# A year of reviews

KINDS = (
    "quiz",
    "quiz",
    "disqualifier",
    "disqualifier",
    "follow-up",
    "stage",
    "reframing",
    "level",
    "weak-answer",
    "basic",
)
WORDS = "what was decided then and by whom, at which price, and how the team learned of it afterwards " * 3


def write_year(home: Home, cards: int) -> None:
    """Decks of cards of all kinds, each with a page and a principle of its own; a card in fifty is a draft.

    An interview lies two weeks ahead of a year's end, so that recall on its day is computed too.
    """
    decks = max(len(SLUGS), cards // 500)
    for deck in range(decks):
        slug = SLUGS[deck % len(SLUGS)]
        lines = [f'schema = 1\ntitle = "Story {deck}"\nprinciples = ["{slug}"]\n']
        lines.append(f'[[page]]\nkey = "star-walkthrough:story {deck}"\nname = "story.txt"\nwhen = "2026-01-01"\n')
        lines += [_card_text(deck, number) for number in range(cards // decks)]
        (home.decks / f"d{deck:03}.toml").write_text("\n".join(lines))


def _card_text(deck: int, number: int) -> str:
    """A card as it stands in its deck file."""
    kind = KINDS[number % len(KINDS)]
    texts: dict[str, dict[str, Any]] = {
        "quiz": {"question": f"{number}: {WORDS}?", "options": ["one", "two"], "answer": "two", "explanation": WORDS},
        "disqualifier": {"phrase": f"{number} {WORDS}", "why": WORDS},
        "follow-up": {"question": f"{number} {WORDS}?", "weak": WORDS, "strong": WORDS},
        "stage": {"story": f"Story {deck}", "stage": "action", "example": WORDS, "coaching": str(number)},
        "reframing": {"story": f"Story {deck}", "principle": SLUGS[number % 16], "lead": WORDS},
        "level": {"story": f"Story {deck}", "level": f"Senior {number}", "bar": WORDS},
        "weak-answer": {"story": f"Story {deck}", "text": WORDS, "verdict": WORDS},
        "basic": {"front": f"{number} {WORDS}", "back": WORDS},
    }
    text = [f'[[card]]\nid = "d{deck:03}/{kind}-{number:06}"\nkind = "{kind}"']
    text += [f"{name} = {json.dumps(value)}" for name, value in texts[kind].items()]
    text += ['principles = ["dive-deep"]'] if number % 25 == 0 else []
    text += ["draft = true"] if number % 50 == 7 else []
    return "\n".join([*text, f'from = ["star-walkthrough:story {deck}"]', ""])


def make_year(connection: sqlite3.Connection) -> None:
    """Gives the cards of a home, but for one in a hundred, the answers of a year and the schedules after them."""
    random, day = Random(1), CALENDAR.day_of(now_ms())
    histories = {name: _history(random, day) for name in _cards(connection) if random.random() > 0.01}
    with connection:
        connection.executemany(ADD_EVENT, map(event_row, _year_of_events(histories, _device(connection), random)))
        schedules = ((name, _outcome(own)) for name, own in histories.items())
        connection.executemany(PUT_SCHEDULE, (schedule_row(*each) for each in schedules))


Answer = tuple[StudyDay, Rating, int]
"""A study day, what was answered on it, and the interval that this gave."""


def _history(random: Random, today: StudyDay) -> list[Answer]:
    """The answers to one card that was begun on a day of the last year; what is due today is not answered yet."""
    day = StudyDay(today - random.randrange(YEAR))
    own: list[Answer] = [(day, Rating.GOOD, -600)]
    interval = 1
    while day < today:
        if own[-1][2] > 0 and random.random() < 0.1:
            own.append((day, Rating.AGAIN, -600))
            interval = 1
        own.append((day, random.choice((Rating.HARD, Rating.GOOD, Rating.GOOD, Rating.EASY)), interval))
        day = StudyDay(day + interval + random.choice((0, 0, 0, 1, 3)))
        interval = max(interval + 2, round(interval * 2.3))
    return own


def _year_of_events(histories: dict[str, list[Answer]], device: str, random: Random) -> Iterator[Event]:
    """The log of these answers in the order of their times; one in a hundred was given twice, the first undone."""
    given = sorted(
        (day, place, name, rating, interval)
        for name, own in histories.items()
        for place, (day, rating, interval) in enumerate(own)
    )
    last: str | None = None
    starts: dict[StudyDay, int] = {}
    for number, (day, _, card, rating, interval) in enumerate(given):
        at_ms = starts.setdefault(day, CALENDAR.starts_ms(day)) + number % 43_000 * 1000
        took_ms = random.randint(2_000, 60_000)
        if random.random() < 0.01:
            undone = next_id(at_ms, last, number)
            yield _answer(undone, at_ms, day, device, card, rating, interval, took_ms)
            last = next_id(at_ms, undone, number)
            yield Event(last, at_ms, day, device, Kind.UNDO, last, target=undone)
        last = next_id(at_ms, last, number)
        yield _answer(last, at_ms, day, device, card, rating, interval, took_ms)


def _outcome(own: list[Answer]) -> Schedule:
    """The schedule after some answers; its memory is near enough to what FSRS gives."""
    day, _, interval = own[-1]
    lapses = sum(rating is Rating.AGAIN for _, rating, _ in own)
    memory = Memory(float(max(interval, 1)), 5.0)
    due, first = StudyDay(day + interval), own[0][0]
    return Schedule(State.REVIEW, None, memory, due, None, first, day, day, interval, len(own), lapses)


def plan_ahead(home: Home) -> None:
    """Gives a home an interview in two weeks."""
    date = date_of(StudyDay(CALENDAR.day_of(now_ms()) + 14)).isoformat()
    home.config.write_text(f"[interviews.loop]\ndate = {date}\n")
