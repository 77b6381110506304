"""The same history here and in the real Anki, and what the statistics of both say of it.

Not compared is what an export does not carry or Anki counts otherwise: answers before a reset, undone ones and
those given while cramming do not leave; burials do not, either; Anki puts answers of all years on the clock of today,
so hours agree where the clock never changes; and it takes the hours since an answer into predicted recall where we
count study days, so answers here were given at the time of day at which Anki looks.
"""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from real_anki import RealAnki

from homes import DAY, MINUTE, SECOND, basic, opened, with_cards
from lpdeck.anki.package import Exported, PackageOptions, write_package
from lpdeck.days import Calendar, StudyDay
from lpdeck.events import Event, Kind, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Memory, Rating, Schedule, Scheduler, State
from lpdeck.statistics import Chart, statistics
from lpdeck.store.hot import ADD_EVENT, PUT_SCHEDULE, event_row, schedule_row
from lpdeck.store.tallies import Standing, Tally

# A zone in which it is noon now, so that no study day ends meanwhile. The signs of these zones are turned round.
AHEAD = 12 - datetime.now(UTC).hour
ZONE = f"Etc/GMT{-AHEAD:+}"
CALENDAR = Calendar(ZoneInfo(ZONE), 4)
SCHEDULER = Scheduler(learning_steps=(60, 600, 90_000))  # the last step is longer than a day


class Both(NamedTuple):
    """Our charts by name, what they were made of, and Anki's statistics."""

    tally: Tally
    today: StudyDay
    theirs: dict[str, Any]

    def charts(self, since: int | None = None) -> dict[str, Chart]:
        found = statistics(
            self.tally, SCHEDULER, CALENDAR, self.today, since=None if since is None else StudyDay(since), ahead=400
        )
        return {chart.name: chart for chart in found}


def history(card: str, draw: random.Random, now: int) -> Iterator[Event]:
    """Answers of a card from up to two years ago to today, each at about this time of the day."""
    schedule, last, at_ms = NEW, None, now - draw.randrange(1, 700) * DAY
    while at_ms <= now - 2 * MINUTE or (at_ms <= now and schedule.is_new):
        day = CALENDAR.day_of(at_ms)
        rating = draw.choices(list(Rating), (3, 2, 9, 1))[0]
        given = SCHEDULER.outcomes(card, schedule, day, at_ms)[rating]
        last = next_id(at_ms, last, draw.getrandbits(74))
        yield Event(
            last, at_ms, day, "there", Kind.ANSWER, last, card, None, rating, draw.randrange(900, 170_000),
            given.interval, given.due,
        )  # fmt: skip
        schedule = given.schedule
        if draw.random() < 0.1:
            return
        # Steps are answered in their time, cards in Review on their day or some days late.
        wait = -given.interval * SECOND if given.interval < 0 else (given.interval + draw.choice([0, 0, 0, 9])) * DAY
        at_ms += wait if wait < DAY else wait - wait % DAY


def compared(folder: Path, anki: RealAnki, seed: int, cards: int) -> Both:
    """Random histories here and there."""
    draw, now = random.Random(seed), int(time.time() * 1000)
    names = [f"deck/basic-{number:04}" for number in range(cards)]
    histories = {name: list(history(name, draw, now)) for name in names[cards // 10 :]}
    schedules = {
        name: replay(events, SCHEDULER)._replace(suspended=draw.random() < 0.1) for name, events in histories.items()
    }
    home = with_cards(Home(folder / "home"), *map(basic, names))
    _fill(home, [event for events in histories.values() for event in events], schedules)
    store = opened(home)
    exported = [
        Exported(card, now, schedule, tuple(histories.get(card.id, ()))) for card, schedule in store.cards_with(names)
    ]
    today = CALENDAR.day_of(now)
    write_package(folder / "deck.apkg", exported, PackageOptions(SCHEDULER, CALENDAR, today, True, 4))
    _, seen = anki.visit(("import", folder / "deck.apkg"), ("graphs",))
    found = Both(store.tally(), today, seen["log"])
    store.close()
    return found


def _fill(home: Home, events: Iterable[Event], schedules: Mapping[str, Schedule]) -> None:
    with sqlite3.connect(home.database) as connection:
        connection.execute("INSERT INTO device VALUES ('there', 'there', 0)")
        connection.executemany(ADD_EVENT, [event_row(one) for one in sorted(events, key=lambda one: one.id)])
        connection.executemany(PUT_SCHEDULE, [schedule_row(name, one) for name, one in schedules.items()])
    connection.close()


@pytest.fixture(scope="module")
def anki() -> Iterator[RealAnki]:
    """The real Anki, where it is noon."""
    real = RealAnki(ZONE)
    yield real
    real.close()


@pytest.fixture(scope="module", params=[40, pytest.param(1500, marks=pytest.mark.slow)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, anki: RealAnki) -> Both:
    return compared(tmp_path_factory.mktemp("statistics"), anki, 11, request.param)


@pytest.mark.slow
def test_the_histories_have_what_is_compared(both: Both) -> None:
    learning, young, mature = (row[1:] for row in both.charts()["buttons"].rows)
    assert min(sum(learning), sum(young), sum(mature)) > 5
    assert {1, 2} <= {one.state for one in both.tally.standings}
    assert any(one.suspended for one in both.tally.standings)
    assert any(-100_000 < (one.before or 0) <= -86_400 for one in both.tally.answers)


def _date(both: Both, days: int) -> str:
    return (date(1970, 1, 1) + timedelta(both.today + days)).isoformat()


def test_answers_a_day_are_anki_s(both: Both) -> None:
    theirs = {_date(both, int(day)): sum(each.values()) for day, each in both.theirs["reviews"]["count"].items()}
    assert theirs == {day: count for day, count in both.charts()["reviews"].rows if count}


def test_minutes_a_day_are_anki_s(both: Both) -> None:
    theirs = {_date(both, int(day)): sum(each.values()) for day, each in both.theirs["reviews"]["time"].items()}
    assert theirs == {day: round(minutes * MINUTE) for day, minutes in both.charts()["minutes"].rows if minutes}


PERIODS = {"today": 1, "week": 7, "month": 30, "year": 365, "allTime": None}


@pytest.mark.parametrize("period", PERIODS)
def test_true_retention_is_anki_s(both: Both, period: str) -> None:
    days = PERIODS[period]
    rows = both.charts(None if days is None else both.today - days + 1)["retention"].rows
    found = Counter({"youngPassed": 0, "youngFailed": 0, "maturePassed": 0, "matureFailed": 0})
    for *_, young, young_count, mature, mature_count in rows:
        for name, share, count in (("young", young, young_count), ("mature", mature, mature_count)):
            passed = round((share or 0) * count)
            found[f"{name}Passed"] += passed
            found[f"{name}Failed"] += count - passed
    assert both.theirs["trueRetention"][period] == dict(found)


MONTHS = {"oneMonth": 30, "threeMonths": 90, "oneYear": 365, "allTime": None}


@pytest.mark.parametrize("period", MONTHS)
def test_answer_buttons_and_hours_are_anki_s(both: Both, period: str) -> None:
    days = MONTHS[period]
    charts = both.charts(None if days is None else both.today - days + 1)
    assert both.theirs["buttons"][period] == {state: each for state, *each in charts["buttons"].rows}
    theirs = [(each["total"], each["correct"]) for each in both.theirs["hours"][period]]
    assert theirs == [(count, round((share or 0) * count)) for _, count, share in charts["hours"].rows]


def test_cards_coming_due_are_anki_s(both: Both) -> None:
    theirs: Counter[str] = Counter()
    for day, count in both.theirs["futureDue"]["futureDue"].items():
        theirs[_date(both, max(int(day), 0))] += count
    last = _date(both, 399)
    ours = {day: count for day, count in both.charts()["forecast"].rows if count}
    assert {day: count for day, count in theirs.items() if day <= last} == ours


def test_predicted_recall_is_anki_s_within_rounding(both: Both) -> None:
    known = both.tally.standings
    ours = [SCHEDULER.recall(_schedule(one), both.today) or 0.0 for one in known]
    theirs = both.theirs["retrievability"]
    assert theirs["average"] / 100 == pytest.approx(sum(ours) / len(ours), abs=1e-3)
    assert theirs["sumByCard"] == pytest.approx(sum(ours), rel=2e-3)
    binned: Counter[int] = Counter()
    for percent, count in theirs["retrievability"].items():
        binned[int(percent) // 5] += count
    rows = both.charts()["retrievability"].rows
    assert sum(binned.values()) == sum(count for _, count in rows)
    # One that lies within the rounding of an edge may be beside it.
    doubtful = sum(abs(recall * 20 - round(recall * 20)) < 0.05 for recall in ours)
    assert sum(abs(binned[at] - count) for at, (_, count) in enumerate(rows)) <= 2 * doubtful


def _schedule(one: Standing) -> Schedule:
    return NEW._replace(memory=Memory(one.stability, one.difficulty), last_day=one.last_day)


def test_stability_and_difficulty_are_anki_s(both: Both) -> None:
    theirs = {int(days): count for days, count in both.theirs["stability"]["intervals"].items()}
    assert theirs == Counter(int(one.stability + 0.5) for one in both.tally.standings)
    binned: Counter[int] = Counter()
    for percent, count in both.theirs["difficulty"]["eases"].items():
        binned[int(percent) // 10] += count
    assert [binned[at] for at in range(10)] == [count for _, count in both.charts()["difficulty"].rows]


def test_cards_in_each_state_are_anki_s(both: Both) -> None:
    theirs = both.theirs["cardCounts"]["includingInactive"]
    known = both.tally.standings
    reviewed = [one.due_day - one.last_day >= 21 for one in known if one.state == State.REVIEW]
    expected = {
        "learn": sum(one.state == State.LEARNING for one in known),
        "relearn": sum(one.state == State.RELEARNING for one in known),
        "young": reviewed.count(False),
        "mature": reviewed.count(True),
        "newCards": len(both.tally.kinds) - len(known),
    }
    assert expected == {name: theirs[name] for name in expected}
    assert sum(one.suspended for one in known) == both.theirs["cardCounts"]["excludingInactive"]["suspended"]
