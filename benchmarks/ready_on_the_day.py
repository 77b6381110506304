"""What a learner recalls on the day of an interview, with the plan and with plain FSRS order at the same minutes.

A simulated learner studies 600 cards over 16 principles on 21 evenings of 20 minutes, through the program's own
ReviewSession and store. Their memory follows FSRS-6 with weights that the program does not know: drawn for each seed
around the defaults, within the bounds of py-fsrs. Every seed is studied by the plan, by plain order as it is set up
(10 new cards a day), and by plain order at its best number of new cards. Printed are the mean recall on the day over
all cards (one never seen counts as nothing) and that of the worst principle, over all seeds.

Then the forecast is held against a learner who is as the program thinks: on the eighth evening it says what each day
and the day of the interview will bring, and the learner goes on by the plan.

    python benchmarks/ready_on_the_day.py [SEEDS]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from math import exp
from pathlib import Path
from random import Random

from lpdeck.days import Calendar, StudyDay
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.toml import write_deck
from lpdeck.home import Home
from lpdeck.interviews import Interview
from lpdeck.planning.forecast import Forecast, forecast, planned
from lpdeck.planning.habits import usual_ms
from lpdeck.principles import Principle
from lpdeck.review.queue import Limits, planner
from lpdeck.review.session import Asked, Finished, ReviewSession
from lpdeck.scheduling import (
    FSRS_6_DEFAULTS,
    GREATEST_WEIGHTS,
    LEAST_WEIGHTS,
    Memory,
    Rating,
    Scheduler,
    State,
    Weights,
)
from lpdeck.store.hot import HotStore, open_hot
from lpdeck.store.index import refresh
from lpdeck.store.schema import open_engine, transaction

SEEDS, CARDS, EVENINGS, MINUTES = 20, 600, 21, 20
BEGIN = StudyDay(20_400)
DAY = StudyDay(BEGIN + EVENINGS)
FORECAST_ON = StudyDay(BEGIN + 7)
CALENDAR = Calendar(UTC, 4)
NEW_PER_DAY = (10, 20, 30, 40, 60, 80)
"""How many cards plain order begins each day; 10 is what the program is set up with."""

# What share of the cards is of a kind. An answer takes this learner half of what is usual for its kind.
KINDS = {"disqualifier": 0.38, "quiz": 0.25, "follow-up": 0.20, "reframing": 0.06, "stage": 0.06, "level": 0.05}
PACE = 0.5
FIRST_RATINGS = (0.24, 0.094, 0.495, 0.171)
REMEMBERED_RATINGS = (0.0, 0.224, 0.631, 0.145)
STEP_RATINGS = (0.08, 0.06, 0.8, 0.06)
SPREAD = 0.35
"""How far times and weights lie from their middle, as a standard deviation of the logarithm."""


@dataclass
class Learner:
    """Somebody whose memory follows FSRS-6 with weights of their own."""

    weights: Weights
    draw: Random
    memories: dict[str, tuple[Memory, StudyDay]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.true = Scheduler(weights=self.weights)

    def answer(self, asked: Asked, day: StudyDay) -> tuple[Rating, int]:
        """The rating of a card that is asked, and how long it takes (ms); the memory follows."""
        card, state = asked.card.id, asked.schedule.state
        known = self.memories.get(card)
        rating = self._rating(known, state, day)
        elapsed = 0 if known is None else day - known[1]
        self.memories[card] = (self.true.memory_after(known and known[0], elapsed, rating), day)
        usual = usual_ms(asked.card.kind, "first" if known is None else "review")
        return rating, round(PACE * usual * self.draw.lognormvariate(-(SPREAD**2) / 2, SPREAD))

    def _rating(self, known: tuple[Memory, StudyDay] | None, state: State | None, day: StudyDay) -> Rating:
        if known is None:
            return self._drawn(FIRST_RATINGS)
        if state is not State.REVIEW and known[1] == day:
            return self._drawn(STEP_RATINGS)
        is_recalled = self.draw.random() < self.true.retrievability(*known, day)
        return self._drawn(REMEMBERED_RATINGS) if is_recalled else Rating.AGAIN

    def _drawn(self, shares: Sequence[float]) -> Rating:
        return self.draw.choices(tuple(Rating), shares)[0]

    def recall(self, card: str) -> float:
        """The chance of recalling a card on the day; nothing for one never seen."""
        known = self.memories.get(card)
        return 0.0 if known is None else self.true.retrievability(*known, DAY)


def drawn_weights(seed: int) -> Weights:
    """Weights other than the program's: every one moved by a factor drawn around 1, the stabilities in order."""
    draw = Random(seed)
    moved = [value * exp(draw.gauss(0, SPREAD)) for value in FSRS_6_DEFAULTS.parameters]
    moved[:4] = sorted(moved[:4])
    bounds = zip(moved, LEAST_WEIGHTS, GREATEST_WEIGHTS, strict=True)
    fitting = tuple(min(max(value, low), high) for value, low, high in bounds)
    return FSRS_6_DEFAULTS._replace(name=f"learner-{seed}", parameters=fitting)


def make_home(path: Path, seed: int) -> tuple[Home, dict[str, str]]:
    """A home of new cards, and the principle of each: some principles have three times the cards of others."""
    draw = Random(seed)
    home = Home(path)
    home.decks.mkdir(parents=True)
    sizes = [draw.uniform(0.5, 1.5) for _ in Principle]
    kinds, shares = list(KINDS), list(KINDS.values())
    decks: defaultdict[Principle, list[Card]] = defaultdict(list)
    for number in range(CARDS):
        principle, kind = draw.choices(list(Principle), sizes)[0], draw.choices(kinds, shares)[0]
        decks[principle].append(_card(f"{principle.slug}/{kind}-{number}", kind, principle))
    for principle, cards in decks.items():
        deck = Deck(principle.slug, principle.title, principles=(principle.slug,), cards=tuple(cards))
        (home.decks / f"{principle.slug}.toml").write_text(write_deck(deck))
    with transaction(open_engine(home), home) as connection:
        refresh(connection, home.decks)
    return home, {card.id: principle.slug for principle, cards in decks.items() for card in cards}


def _card(name: str, kind: str, principle: Principle) -> Card:
    fields = {
        "disqualifier": {"phrase": name, "why": "because"},
        "quiz": {"question": name, "options": ["one", "two"], "answer": "one"},
        "follow-up": {"question": name, "strong": "strong", "weak": "weak"},
        "reframing": {"principle": principle.slug, "lead": name},
        "stage": {"stage": name, "example": "told"},
        "level": {"level": "Senior", "focus": name},
    }
    return Card(name, kind, fields[kind])


@dataclass(frozen=True)
class Evening:
    """What one evening came to: answers, cards begun, and milliseconds."""

    answers: int
    begun: int
    ms: int


def study(
    store: HotStore, learner: Learner, interview: Interview | None, new: int, days: Sequence[StudyDay]
) -> Iterator[Evening]:
    """Evenings of MINUTES each, through the program's own sessions; by the plan where there is an interview."""
    for day in days:
        now = CALENDAR.starts_ms(day) + 16 * 3_600_000
        limits = Limits(new, 9999, MINUTES)
        session = ReviewSession(store, Scheduler(), CALENDAR, limits, now, interview=interview)
        answers = begun = spent = 0
        while not isinstance(asked := session.next(now), Finished):
            rating, took = learner.answer(asked, day)
            now += took
            begun += asked.schedule.is_new
            answers, spent = answers + 1, spent + took
            assert session.answer(asked, rating, now)
        yield Evening(answers, begun, spent)


@dataclass(frozen=True)
class Result:
    """Recall on the day (0 to 1): the mean over all cards, and of the worst principle; minutes an evening."""

    mean: float
    worst: float
    minutes: float


def studied(seed: int, new: int | None) -> Result:
    """The result of one seed: by the plan where `new` is None, else in plain order with so many new cards a day."""
    with tempfile.TemporaryDirectory() as folder:
        home, principles = make_home(Path(folder) / "home", seed)
        store = opened(home)
        learner = Learner(drawn_weights(seed), Random(seed + 1000))
        interview = Interview("onsite", DAY, MINUTES) if new is None else None
        days = [StudyDay(BEGIN + at) for at in range(EVENINGS)]
        evenings = list(study(store, learner, interview, new or 0, days))
        store.close()
    spent = sum(one.ms for one in evenings) / EVENINGS / 60_000
    return Result(*on_the_day(learner, principles), spent)


def on_the_day(learner: Learner, principles: dict[str, str]) -> tuple[float, float]:
    """Mean recall of all cards, and of the worst principle's."""
    recalled: defaultdict[str, list[float]] = defaultdict(list)
    for card, principle in principles.items():
        recalled[principle].append(learner.recall(card))
    each = [statistics.mean(chances) for chances in recalled.values()]
    return statistics.mean(chance for chances in recalled.values() for chance in chances), min(each)


def opened(home: Home) -> HotStore:
    """The store of a home whose schema is current."""
    store = open_hot(home)
    assert store is not None
    return store


def foretold(seed: int) -> tuple[Forecast, list[Evening], float]:
    """What was foretold after a week for a learner with the program's weights, and what they then did."""
    with tempfile.TemporaryDirectory() as folder:
        home, principles = make_home(Path(folder) / "home", seed)
        store = opened(home)
        learner, interview = Learner(FSRS_6_DEFAULTS, Random(seed + 2000)), Interview("onsite", DAY, MINUTES)
        list(study(store, learner, interview, 0, [StudyDay(day) for day in range(BEGIN, FORECAST_ON)]))
        plan = planner(store, interview, Scheduler())
        told = forecast(plan, planned(plan), store.plan_cards(), FORECAST_ON)
        done = list(study(store, learner, interview, 0, [StudyDay(day) for day in range(FORECAST_ON, DAY)]))
        store.close()
    return told, done, on_the_day(learner, principles)[0]


def main() -> None:
    """Prints both comparisons."""
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
    print(f"{CARDS} cards, 16 principles, {EVENINGS} evenings of {MINUTES} minutes, {len(seeds)} seeds")
    print(f"{'':<26} {'mean recall on the day':>24} {'worst principle':>24} {'minutes':>8}")
    plain = {new: [studied(seed, new) for seed in seeds] for new in NEW_PER_DAY}
    best = max(plain, key=lambda new: statistics.mean(one.mean for one in plain[new]))
    with_plan = [studied(seed, None) for seed in seeds]
    line("the plan", with_plan)
    for new, results in plain.items():
        line(f"plain, {new} new a day{' (best)' if new == best else ''}", results)
    for new in sorted({NEW_PER_DAY[0], best}):
        won = [(a.mean > b.mean, a.worst > b.worst) for a, b in zip(with_plan, plain[new], strict=True)]
        means, worsts = (sum(column) for column in zip(*won, strict=True))
        print(
            f"against {new} new a day the plan is better in {means} means and {worsts} worst principles of {len(won)}"
        )
    compare([foretold(seed) for seed in seeds])


def line(name: str, results: Sequence[Result]) -> None:
    """A line with the mean of both figures, their standard deviation and their range."""
    columns = [[one.mean for one in results], [one.worst for one in results]]
    figures = [
        f"{statistics.mean(one):.3f} ± {statistics.pstdev(one):.3f} ({min(one):.2f}–{max(one):.2f})" for one in columns
    ]
    print(f"{name:<26} {figures[0]:>24} {figures[1]:>24} {statistics.mean(one.minutes for one in results):>8.1f}")


def compare(found: Sequence[tuple[Forecast, list[Evening], float]]) -> None:
    """How far the forecasts of a week's standing lie from what was done then."""
    print(f"\nforetold on evening {FORECAST_ON - BEGIN + 1} against done until the day, the learner having our weights")
    pairs = {
        "recall on the day": [(told.mean, recall) for told, _, recall in found],
        "minutes": [
            (sum(day.ms for day in told.days) / 60_000, sum(one.ms for one in done) / 60_000) for told, done, _ in found
        ],
        "answers": [
            (sum(day.answers for day in told.days), sum(one.answers for one in done)) for told, done, _ in found
        ],
        "cards begun": [(sum(day.new for day in told.days), sum(one.begun for one in done)) for told, done, _ in found],
    }
    for name, figures in pairs.items():
        off = [told / done - 1 for told, done in figures if done]
        middle = [statistics.mean(column) for column in zip(*figures, strict=True)]
        print(
            f"{name:<26} {middle[0]:>10.2f} {middle[1]:>10.2f}   off by {statistics.mean(off):+.1%} in the mean, "
            f"{statistics.mean(map(abs, off)):.1%} a seed (at most {max(map(abs, off)):.1%})"
        )


if __name__ == "__main__":
    main()
