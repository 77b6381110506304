"""Learners made up for tests: whose memory follows FSRS, and who press what they are told to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from homes import DAY, NOON, TODAY
from lpdeck.days import StudyDay
from lpdeck.scheduling import Memory, Rating, Scheduler
from lpdeck.store.tallies import Answer

Press = Callable[[random.Random, bool, float], Rating]
"""What is pressed, given whether a card was recalled, and the chance of that."""

SCHEDULER = Scheduler()


def learner(
    seed: int,
    press: Press,
    *,
    cards: int = 150,
    days: int = 500,
    retention: float = 0.9,
    strength: Callable[[random.Random], float] = lambda _: 1.0,
) -> list[Answer]:
    """The answers of a learner up to TODAY, one a day at most for each card.

    `strength` draws for each card how many times longer it lasts than FSRS thinks. What is asked when follows from
    what was pressed; what is recalled follows from what was truly remembered.
    """
    draw = random.Random(seed)
    return [
        answer
        for number in range(cards)
        for answer in _answers(f"deck/{number:04}", draw, press, days, SCHEDULER.elapsed_at(retention), strength(draw))
    ]


def _answers(
    card: str, draw: random.Random, press: Press, days: int, factor: float, strength: float
) -> Iterator[Answer]:
    shown = true = None
    last = day = StudyDay(TODAY - days)
    before = None
    while day <= TODAY:
        rating = truly = Rating.GOOD
        if true is not None:
            recall = SCHEDULER.retrievability(true._replace(stability=true.stability * strength), last, day)
            recalled = draw.random() < recall
            rating = press(draw, recalled, recall)
            truly = rating if recalled else Rating.AGAIN
        shown = SCHEDULER.memory_after(shown, day - last, rating)
        true = SCHEDULER.memory_after(true, day - last, truly)
        assert isinstance(shown, Memory)
        interval = max(1, round(shown.stability * factor))
        yield Answer(card, NOON + (day - TODAY) * DAY, day, int(rating), 5000, interval, before, None)
        last, day, before = day, StudyDay(day + interval), interval


def honest(draw: random.Random, recalled: bool, recall: float) -> Rating:
    """Again for what was forgotten, Hard for some of what is recalled, the more the harder it is."""
    if not recalled:
        return Rating.AGAIN
    return Rating.HARD if draw.random() < 0.1 + 1.5 * (1 - recall) else Rating.GOOD


def laborious(draw: random.Random, recalled: bool, _recall: float) -> Rating:
    """Hard for every second card that is recalled."""
    if not recalled:
        return Rating.AGAIN
    return Rating.HARD if draw.random() < 0.5 else Rating.GOOD


def never_again(_draw: random.Random, recalled: bool, _recall: float) -> Rating:
    """Hard for what was forgotten, always."""
    return Rating.GOOD if recalled else Rating.HARD
