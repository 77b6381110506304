"""`lpdeck progress` as a whole process, against a bare one that runs the same statements and fetches their rows.

The bare process is Python with sqlite3 and nothing of lpdeck: it is given the statements that the command ran, with
their values. Both read the same home: a year of reviews with learning steps, lapses and undone answers.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from first_card import program
from timing import ENVIRONMENT, in_turn, report

from lpdeck.cli.progressing import read
from lpdeck.config import load_config
from lpdeck.days import Calendar, StudyDay, date_of
from lpdeck.events import Event, Kind, next_id
from lpdeck.home import Home
from lpdeck.interviews import Interview
from lpdeck.principles import Principle
from lpdeck.progress import first_day
from lpdeck.scheduling import Memory, Rating, Schedule, State
from lpdeck.store.hot import ADD_EVENT, PUT_SCHEDULE, HotStore, event_row, open_hot, schedule_row
from lpdeck.store.known import deck_pages, kept, known_cards, recall_ahead

SIZES = (10_000, 100_000)
PER_DECK = 500
YEAR = 365
CALENDAR = Calendar(UTC, 4)
TARGET = 2.0
SLUGS = [principle.slug for principle in Principle]
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

BARE = """
import json, sqlite3, sys

connection = sqlite3.connect(sys.argv[1])
for statement in json.load(open(sys.argv[2])):
    connection.execute(statement).fetchall()
"""


def main() -> None:
    """Prints for each size the ratio of the processes, and what the command spends inside its process."""
    print(f"{'':<44} {'lpdeck':>11} {'bare':>11}")
    for cards in SIZES:
        with tempfile.TemporaryDirectory() as name:
            home, reviews = make_year(Path(name), cards)
            compare(f"{cards:,} cards, {reviews:,} answers", home)
            split(home)


def compare(name: str, home: Home) -> None:
    """Prints the ratio of the two processes over a home."""
    script, statements = home.path / "bare.py", home.path / "statements.json"
    script.write_text(BARE)
    statements.write_text(json.dumps(statements_of(home)))
    bare = [sys.executable, str(script), str(home.database), str(statements)]
    ours = [program(), "progress", "--json"]
    environment = ENVIRONMENT | {"LPDECK_HOME": str(home.path)}
    times = in_turn(lambda: seconds_of(ours, environment), lambda: seconds_of(bare, environment), runs=11)
    report(name, *times, target=TARGET)


def seconds_of(command: list[str], environment: dict[str, str]) -> float:
    """How long a process takes from its start to its end."""
    begin = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def make_year(folder: Path, cards: int) -> tuple[Home, int]:
    """A home whose cards were begun and reviewed over the last year, and how many answers stand in its log."""
    home = Home(folder / "home")
    write_decks(home, cards)
    day = today()
    date = date_of(StudyDay(day + 14)).isoformat()
    (home.path / "config.toml").write_text(f'time_zone = "UTC"\n\n[interviews.loop]\ndate = {date}\n')
    environment = ENVIRONMENT | {"LPDECK_HOME": str(home.path)}
    subprocess.run([program(), "due"], env=environment, check=True, capture_output=True)
    with closing(sqlite3.connect(home.database)) as connection, connection:
        (device,) = connection.execute("SELECT id FROM device WHERE here = 1").fetchone()
        names = [row[0] for row in connection.execute("SELECT id FROM card ORDER BY id")]
        random = Random(1)
        histories = {name: history(random, day) for name in names if random.random() > 0.01}
        answers = list(events(histories, device, random))
        connection.executemany(ADD_EVENT, map(event_row, answers))
        schedules = ((name, outcome(own)) for name, own in histories.items())
        connection.executemany(PUT_SCHEDULE, (schedule_row(*each) for each in schedules))
    return home, sum(event.kind is Kind.ANSWER for event in answers)


def write_decks(home: Home, cards: int) -> None:
    """Decks of 500 cards of all kinds, each deck with a page and a principle of its own; a card in fifty is a draft."""
    home.decks.mkdir(parents=True)
    for deck in range(cards // PER_DECK):
        slug = SLUGS[deck % len(SLUGS)]
        lines = [f'schema = 1\ntitle = "Story {deck}"\nprinciples = ["{slug}"]\n']
        lines.append(f'[[page]]\nkey = "star-walkthrough:story {deck}"\nname = "story.txt"\nwhen = "2026-01-01"\n')
        lines += [card_text(deck, number) for number in range(PER_DECK)]
        (home.decks / f"d{deck:03}.toml").write_text("\n".join(lines))


WORDS = "what was decided then and by whom, at which price, and how the team learned of it afterwards " * 3


def card_text(deck: int, number: int) -> str:
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


Answer = tuple[StudyDay, Rating, int]
"""A study day, what was answered on it, and the interval that this gave."""


def history(random: Random, today: StudyDay) -> list[Answer]:
    """The answers to one card that was begun on a day of the last year."""
    day = StudyDay(today - random.randrange(YEAR))
    own: list[Answer] = [(day, Rating.GOOD, -600)]
    interval = 1
    while day <= today:
        if own[-1][2] > 0 and random.random() < 0.1:
            own.append((day, Rating.AGAIN, -600))
            interval = 1
        own.append((day, random.choice((Rating.HARD, Rating.GOOD, Rating.GOOD, Rating.EASY)), interval))
        day = StudyDay(day + interval + random.choice((0, 0, 0, 1, 3)))
        interval = max(interval + 2, round(interval * 2.3))
    return own


def events(histories: dict[str, list[Answer]], device: str, random: Random) -> Iterator[Event]:
    """The log of these answers in the order of their times; one in a hundred was given twice, the first undone."""
    given = sorted(
        (day, place, name, rating, interval)
        for name, own in histories.items()
        for place, (day, rating, interval) in enumerate(own)
    )
    last: str | None = None
    starts: dict[StudyDay, int] = {}
    for number, (day, _, name, rating, interval) in enumerate(given):
        at_ms = starts.setdefault(day, CALENDAR.starts_ms(day)) + number % 43_000 * 1000
        times = 2 if random.random() < 0.01 else 1
        for time_ in range(times):
            last = next_id(at_ms, last, number)
            due = day + interval if interval > 0 else at_ms - interval * 1000
            yield Event(
                id=last,
                at_ms=at_ms,
                study_day=day,
                device=device,
                kind=Kind.ANSWER,
                batch=last,
                card=name,
                rating=rating,
                took_ms=random.randint(2_000, 60_000),
                interval=interval,
                due=due,
                weights="fsrs-6-defaults",
                detail={"option": "two"} if "/quiz" in name else {},
            )
            if times == 2 and time_ == 0:
                undone, last = last, next_id(at_ms, last, number)
                yield Event(last, at_ms, day, device, Kind.UNDO, last, target=undone)


def outcome(own: list[Answer]) -> Schedule:
    """The schedule after some answers; its memory is near enough to what FSRS gives."""
    day, _, interval = own[-1]
    lapses = sum(rating is Rating.AGAIN for _, rating, _ in own)
    memory = Memory(float(max(interval, 1)), 5.0)
    due, first = StudyDay(day + interval), own[0][0]
    return Schedule(State.REVIEW, None, memory, due, None, first, day, day, interval, len(own), lapses)


def statements_of(home: Home) -> list[str]:
    """The statements that the command runs, their values in them."""
    seen: list[str] = []

    def listen(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(seen.append)

    with closing(opened(home)) as store:
        store.reading(listen)
        read(store, load_config(home.config), today(), interview(home))
    return [statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]


def split(home: Home) -> None:
    """Prints what each step takes inside one process: the median of some runs."""
    options, day, ahead = load_config(home.config), today(), interview(home).day
    with closing(opened(home)) as store:
        scheduler = store.scheduler(options.scheduler)
    steps: dict[str, Callable[[sqlite3.Connection], object]] = {
        "cards, counted": lambda connection: known_cards(connection, scheduler, day, ahead),
        "answers in Review, folded": lambda connection: kept(connection, first_day(day), CALENDAR),
        "pages": deck_pages,
        "recall on the day alone, for today's view": lambda connection: recall_ahead(connection, scheduler, ahead),
    }
    with closing(opened(home)) as store:
        for name, step in steps.items():
            print(f"  {name:<42} {milliseconds(partial(store.reading, step)):8.2f} ms")
        everything = milliseconds(lambda: read(store, options, day, interview(home)))
        print(f"  {'everything, per principle':<42} {everything:8.2f} ms")


def milliseconds(step: Callable[[], object]) -> float:
    """The median of seven runs."""

    def once() -> float:
        begin = time.perf_counter()
        step()
        return time.perf_counter() - begin

    return statistics.median(once() for _ in range(7)) * 1000


def opened(home: Home) -> HotStore:
    """The store, which is current."""
    store = open_hot(home)
    assert store is not None
    return store


def interview(home: Home) -> Interview:
    """The interview that lies ahead."""
    found = load_config(home.config).plan_on(today())
    assert found is not None
    return found


def today() -> StudyDay:
    """The present study day."""
    return CALENDAR.day_of(time.time_ns() // 1_000_000)


if __name__ == "__main__":
    main()
