"""The whole log replayed into schedules, against py-fsrs alone doing the same reviews.

Ours reads the log from the database, leaves out what was undone, and makes every schedule. The yardstick has the
ratings and moments of every card in memory already, in order, and calls `review_card` for each.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter

import fsrs
from scale import Scale
from table import Row, compared
from timing import here, in_turn

from homes import Homes, opened
from lpdeck.days import StudyDay, noon
from lpdeck.home import Home
from lpdeck.scheduling import Scheduler
from lpdeck.store.log import replayed
from lpdeck.store.schema import open_engine, transaction

TARGET = 1.15

Reviews = Sequence[tuple[fsrs.Rating, datetime]]
"""What was answered to one card, and when."""

ANSWERS = """
SELECT card, rating, study_day FROM event
WHERE kind = 'answer' AND batch NOT IN (SELECT target FROM event WHERE kind = 'undo') ORDER BY card, at_ms, id"""


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """The ratio, over a log of ten reviews for a card."""
    home = homes.year(scale.most)
    opened(home).close()
    cards = _reviews(home)
    ways = here(lambda: replay_log(home)), here(lambda: _review(cards))
    found = in_turn(*ways, runs=3, warm_up=scale.most < 10_000)
    name = f"replay of {sum(map(len, cards)):,} reviews"
    yield from compared(name, "py-fsrs alone", *found, size=scale.most, target=TARGET, processor=True)


def replay_log(home: Home) -> int:
    """How many schedules the log of a home gives."""
    with transaction(open_engine(home), home) as connection:
        return sum(1 for _ in replayed(connection, Scheduler()))


def _reviews(home: Home) -> list[Reviews]:
    with closing(sqlite3.connect(home.database)) as connection:
        groups = groupby(connection.execute(ANSWERS), key=itemgetter(0))
        days: dict[int, datetime] = {}
        return [
            [(fsrs.Rating(rating), days.setdefault(day, noon(StudyDay(day)))) for _, rating, day in group]
            for _, group in groups
        ]


def _review(cards: Sequence[Reviews]) -> None:
    scheduler = fsrs.Scheduler(enable_fuzzing=False)
    for reviews in cards:
        card = fsrs.Card(card_id=1)
        for rating, moment in reviews:
            card, _ = scheduler.review_card(card, rating, moment)
