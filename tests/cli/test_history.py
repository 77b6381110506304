from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from homes import DAY, HOUR, MINUTE, NOON, TODAY
from lpdeck.cli.history import about, event_line, place, schedule_lines
from lpdeck.cli.rendering import Painter
from lpdeck.config import Config
from lpdeck.events import Event, Kind
from lpdeck.review.drills import Exercise
from lpdeck.review.session import Asked
from lpdeck.scheduling import NEW, Memory, Rating, Schedule, State
from lpdeck.store.hot import StoredCard

OPTIONS = Config(time_zone="UTC")
PLAIN = Painter(width=60, colour=False)
CARD = StoredCard("own/basic-a", "own", 12, "basic", (), {"front": "f", "back": "b"}, None, (), False, False, None)
KNOWN = Schedule(State.REVIEW, None, Memory(5.0, 4.25), TODAY + 1, None, TODAY - 9, TODAY, TODAY, 5, 3, 1)


def _event(kind: Kind, **values: Any) -> Event:
    return Event("id", NOON, TODAY, "device", kind, "id", "own/basic-a", **values)


def _line(kind: Kind, **values: Any) -> str:
    return event_line(_event(kind, **values), OPTIONS)


# kind, what the event carries, what its line says after the moment

LINES: list[tuple[Kind, dict[str, Any], str]] = [
    (Kind.ANSWER, {"rating": Rating.GOOD, "interval": 6}, "answer good → 6d"),
    (Kind.ANSWER, {"rating": Rating.AGAIN, "interval": -600}, "answer again → 10m"),
    (Kind.IMPORT, {"rating": Rating.EASY, "interval": 400}, "import easy → 1.1y"),
    (Kind.CRAM, {"rating": Rating.HARD}, "cram hard"),
    (Kind.SUSPEND, {}, "suspend"),
    (Kind.RESUME, {}, "resume"),
    (Kind.BURY, {"due": TODAY + 1}, "bury"),
    (Kind.FLAG, {"detail": {"flag": "red"}}, "flag  red"),
    (Kind.FLAG, {"detail": {"flag": None}}, "flag  none"),
    (Kind.RESET, {}, "reset"),
    (Kind.RESCHEDULE, {"due": TODAY + 3}, "reschedule"),
    (Kind.UNDO, {"target": "b"}, "undo"),
    (Kind.REDO, {"target": "b"}, "redo"),
]


@pytest.mark.parametrize(("kind", "values", "expected"), LINES)
def test_an_event_is_told_in_a_line(kind: Kind, values: dict[str, Any], expected: str) -> None:
    assert f"  2026-03-02 12:00  {expected}" == _line(kind, **values)


def test_every_kind_of_event_has_its_line() -> None:
    assert set(Kind) == {kind for kind, _, _ in LINES}


DETAILS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"option": "Dive Deep", "right": True}, "chose: Dive Deep"),
    ({"option": None}, ""),
    ({"duel": "weak"}, "chose the weak answer"),
    ({"duel": "strong"}, "chose the strong answer"),
    ({"hits": 2, "misses": 1, "false_alarms": 0}, "2 found, 1 missed, 0 harmless"),
    ({"ticked": 0, "of": 3}, "0 of 3 points"),
    ({"told_ms": 89_600, "target_ms": 60_000}, "told in 90 s"),
    ({"told_ms": 89_600}, ""),
    ({"typed": "my words", "found": 1, "words": 2}, "typed: my words"),
    ({"typed": ""}, ""),
    (
        {"ticked": 1, "of": 2, "told_ms": 1000, "target_ms": 60_000, "typed": "x"},
        "1 of 2 points, told in 1 s, typed: x",
    ),
]


@pytest.mark.parametrize(("detail", "expected"), DETAILS)
def test_what_the_learner_chose_or_said_ends_the_line(detail: dict[str, Any], expected: str) -> None:
    line = _line(Kind.ANSWER, rating=Rating.GOOD, interval=6, detail=detail)
    assert "  2026-03-02 12:00  answer good → 6d" + (f"  {expected}" if expected else "") == line


@pytest.mark.parametrize("name", ["option", "typed"])
def test_what_was_chosen_or_typed_can_neither_steer_the_terminal_nor_break_the_line(name: str) -> None:
    line = _line(Kind.ANSWER, rating=Rating.GOOD, interval=6, detail={name: "a\x1b[2J\tb\nc\rd\u2028e"})
    assert line.isprintable()
    assert line.endswith("a·[2J    b c·d·e")


def test_the_moment_of_an_event_is_told_on_the_learners_clock() -> None:
    there = Config(time_zone="Asia/Tokyo")
    assert "2026-03-02 21:00" in event_line(_event(Kind.SUSPEND), there)


# How a card stands


def _stands(schedule: Schedule) -> str:
    return schedule_lines(schedule, 0.8, OPTIONS, NOON)[0]


STANDS: list[tuple[Schedule, str]] = [
    (NEW, "new: never answered"),
    (NEW._replace(suspended=True, flag="blue"), "new: never answered, suspended, blue flag"),
    (KNOWN, "review, due tomorrow"),
    (KNOWN._replace(due_day=TODAY), "review, due today"),
    (KNOWN._replace(due_day=TODAY + 4), "review, due on Friday"),
    (KNOWN._replace(due_day=TODAY - 3), "review, due on 27 February"),
    (KNOWN._replace(state=State.LEARNING, due_at_ms=NOON + 10 * MINUTE), "learning, due at 12:10"),
    (KNOWN._replace(state=State.RELEARNING, due_at_ms=NOON + 3 * HOUR), "relearning, due at 15:00"),
    (KNOWN._replace(buried_until=TODAY + 1), "review, due tomorrow, buried until tomorrow"),
    (KNOWN._replace(buried_until=TODAY), "review, due tomorrow"),
    (KNOWN._replace(suspended=True, flag="red"), "review, due tomorrow, suspended, red flag"),
]


@pytest.mark.parametrize(("schedule", "expected"), STANDS)
def test_how_a_card_stands_is_told_in_a_sentence(schedule: Schedule, expected: str) -> None:
    assert expected == _stands(schedule)


def test_how_a_card_is_remembered_is_told_in_figures() -> None:
    (_, figures) = schedule_lines(KNOWN, 0.9, OPTIONS, NOON + 5 * DAY)
    assert "recall now 90%, stability 5.0 days, difficulty 4.2 of 10, 3 answers, 1 lapse" == figures


def test_a_card_is_placed_by_its_file_and_line() -> None:
    assert "decks/own.toml:12" == place(CARD)


# All about a card


def _asked(schedule: Schedule, recall: float | None) -> Asked:
    return Asked(CARD, schedule, {}, Exercise(), NOON, recall)


def test_about_a_card_are_its_id_its_place_its_schedule_and_its_history() -> None:
    history = [_event(Kind.ANSWER, rating=Rating.EASY, interval=8), _event(Kind.SUSPEND)]
    lines = about(_asked(KNOWN, 0.9), history, OPTIONS, NOON, PLAIN)
    assert ["own/basic-a", "decks/own.toml:12", "", "review, due tomorrow"] == lines[:4]
    assert ["", "  2026-03-02 12:00  answer easy → 8d", "  2026-03-02 12:00  suspend"] == lines[-3:]


def test_about_a_card_to_which_nothing_happened_it_says_so() -> None:
    assert "nothing happened to it yet" == about(_asked(NEW, None), [], OPTIONS, NOON, PLAIN)[-1]


@pytest.mark.parametrize("width", [20, 40, 250])
def test_no_line_about_a_card_is_wider_than_the_screen(width: int) -> None:
    painter = Painter(width=width, colour=False)
    history = [_event(Kind.ANSWER, rating=Rating.EASY, interval=8, detail={"typed": "漢字 and words " * 30})]
    lines = about(_asked(KNOWN, 0.9), history, OPTIONS, NOON, painter)
    assert all(cell_len(line) <= width for line in lines)
    assert all("\n" not in line for line in lines)
