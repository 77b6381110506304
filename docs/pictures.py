"""Draws the pictures of the README: real frames of a review, made by the program's own renderer.

    python docs/pictures.py

A starter home, a clock that stands still, and keys from a script; equal input gives equal pictures.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from halfyear import half_year
from lpdeck.cli.charting import drawn as drawn_charts
from lpdeck.cli.desk import DeckDesk
from lpdeck.cli.keys import Screen
from lpdeck.cli.planning import made, shown_plan
from lpdeck.cli.progressing import read, told
from lpdeck.cli.rendering import Painter
from lpdeck.cli.svg import Theme, picture
from lpdeck.cli.terminal import TerminalReviewer
from lpdeck.config import Config, load_config
from lpdeck.days import StudyDay, date_of
from lpdeck.deck.folder import deck_paths
from lpdeck.home import Home
from lpdeck.interviews import Interview
from lpdeck.review.loop import run
from lpdeck.review.queue import Limits
from lpdeck.review.session import ReviewSession
from lpdeck.shipped import shipped
from lpdeck.statistics import statistics
from lpdeck.store.hot import HotStore, open_hot
from lpdeck.store.index import refresh
from lpdeck.store.schema import open_engine, transaction

COLUMNS, ROWS = 80, 24
EVENING = int(datetime(2026, 11, 26, 20, 15, tzinfo=UTC).timestamp() * 1000)
FOLDER = Path(__file__).parent


@dataclass
class Film:
    """A screen without a terminal: it takes keys from a script and keeps the frame on which the script ends."""

    keys: Iterator[str]
    clock: Clock
    size: tuple[int, int] = (COLUMNS, ROWS)
    pasted: str = ""
    frame: list[str] = field(default_factory=list)

    def draw(self, lines: Sequence[str], cursor: tuple[int, int] | None = None) -> None:
        """Keeps a frame."""
        self.frame = list(lines)

    def key(self, timeout_s: float | None = None) -> str:
        """The next key of the script; a number lets that many seconds pass instead. Raises _Cut at its end."""
        key = next(self.keys, None)
        if key is None:
            raise _Cut
        if key.startswith("+"):
            self.clock.now += int(key[1:]) * 1000
            return "tick"
        return key


class _Cut(Exception):  # noqa: N818 (no error: the end of a film)
    """The script is over."""


@dataclass
class Clock:
    """A clock that stands still until a script moves it."""

    now: int = EVENING

    def __call__(self) -> int:
        """The time (milliseconds UTC)."""
        return self.now


@dataclass(frozen=True)
class Scene:
    """A picture: its title, the card that is asked, and the keys that lead to the frame."""

    title: str
    card: str
    keys: tuple[str, ...]


SCENES = {
    "front": Scene("lpdeck review: a follow-up question", "ownership/follow-up-tkdn33", ()),
    "duel": Scene("A duel: which answer would you give?", "ownership/follow-up-tkdn33", ("enter", "down")),
    "back": Scene("The answer, with the interval of every rating", "ownership/follow-up-tkdn33", ("enter", "enter")),
    "quiz": Scene("A quiz question, answered wrong", "ownership/quiz-p3cy5z", ("d",)),
    "hunt": Scene("Find what disqualifies an answer", "ownership/weak-answer", ("2", "5", "1", "enter")),
    "stage": Scene("A stage, told aloud against the clock", "ownership/stage-a4llre", ("+1",) * 21),
    "typed": Scene(
        "A typed answer beside the expected words",
        "ownership/follow-up-tkdn33",
        ("t", *"The rows I did not touch stayed the same", "enter", "enter"),
    ),
}


def draw_all() -> dict[str, str]:
    """The pictures by the names of their files."""
    return draw_scenes() | draw_figures()


def draw_scenes() -> dict[str, str]:
    """The pictures of a review."""
    with tempfile.TemporaryDirectory() as folder:
        store = starter_home(Home(Path(folder)))
        drawn = {f"review-{name}.svg": draw(store, scene) for name, scene in SCENES.items()}
        store.close()
    return drawn


FEW_WEEKS = 24
"""Of the learner of the plan; that of progress and statistics has half a year behind them."""

CHARTS = ("reviews", "retention", "calibration")
DRAWN = Theme(line_height=17, areas=True)
"""For lines that hold bars: these are drawn as areas."""


def draw_figures() -> dict[str, str]:
    """The pictures of plan, progress and statistics: of a learner whose answers are drawn from a seed."""
    with tempfile.TemporaryDirectory() as folder:
        begun = half_year(Home(Path(folder) / "begun"), days=FEW_WEEKS)
        lived = half_year(Home(Path(folder) / "lived"))
        return {"plan.svg": _plan(begun), "progress.svg": _progress(lived), "stats.svg": _stats(lived)}


def _opened(home: Home) -> tuple[HotStore, Config, StudyDay]:
    store, options = open_hot(home), load_config(home.config)
    assert store is not None
    return store, options, options.calendar.day_of(EVENING)


def _plan(home: Home) -> str:
    store, options, today = _opened(home)
    report = made(store, options, Interview("onsite", StudyDay(today + 14), 15), today)
    store.close()
    lines = list(shown_plan(report, Painter(width=COLUMNS)))
    return picture(lines, columns=COLUMNS, title="lpdeck plan", theme=DRAWN)


def _progress(home: Home) -> str:
    store, options, today = _opened(home)
    interview = Interview("onsite", StudyDay(today + 14))
    lines = told(*read(store, options, today, interview), Painter(width=COLUMNS), today, interview)
    store.close()
    return picture(lines, columns=COLUMNS, title="lpdeck progress", theme=DRAWN)


def _stats(home: Home) -> str:
    store, options, today = _opened(home)
    charts = statistics(store.tally(), store.scheduler(options.scheduler), options.calendar, today)
    store.close()
    chosen = [chart for chart in charts if chart.name in CHARTS]
    lines = drawn_charts(chosen, Painter(width=COLUMNS), date_of(today))
    return picture(lines, columns=COLUMNS, title="lpdeck stats", theme=DRAWN)


def starter_home(home: Home) -> HotStore:
    """A home with the starter decks, its index made."""
    home.decks.mkdir(parents=True, exist_ok=True)
    for path in deck_paths(shipped("decks")):
        (home.decks / path.name).write_bytes(path.read_bytes())
    with transaction(open_engine(home), home) as connection:
        refresh(connection, home.decks)
    store = open_hot(home)
    assert store is not None
    return store


def draw(store: HotStore, scene: Scene) -> str:
    """The frame at the end of a scene's script, as SVG."""
    config, clock = Config(time_zone="UTC"), Clock()
    session = ReviewSession(
        store,
        config.scheduler,
        config.calendar,
        Limits(99, 99),
        clock.now,
        chosen=ids(store, scene.card),
        duels=config.duel,
    )
    film = Film(iter(scene.keys), clock)
    reviewer = TerminalReviewer(cast(Screen, film), config, Painter(colour=True), clock)
    with suppress(_Cut):
        run(session, reviewer, clock, DeckDesk(store))
    return picture(film.frame, columns=COLUMNS, title=scene.title)


def ids(store: HotStore, beginning: str) -> frozenset[str]:
    """The ids of the starter cards that begin with a text."""
    deck = beginning.partition("/")[0]
    return frozenset(card.id for card, _ in store.cards_of(deck) if card.id.startswith(beginning))


if __name__ == "__main__":
    for name, svg in draw_all().items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
        print(FOLDER / name, file=sys.stderr)
