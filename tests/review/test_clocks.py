"""Wrong clocks, zones that change, nights of 23 or 25 hours: no review is lost, none is asked twice on a day."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from homes import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SCHEDULER,
    SECOND,
    TODAY,
    basic,
    counted_day,
    indexed,
    make,
    opened,
    put_deck,
    query,
    stored_and_replayed,
)
from lpdeck.days import Calendar
from lpdeck.events import Event, Kind, effective
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, Finished, ReviewSession
from lpdeck.scheduling import Rating
from lpdeck.store.hot import COUNTED_MS, HotStore

CARDS = [f"deck/{letter}" for letter in "abcdefgh"]
YEAR = 365 * DAY
BERLIN, KIRITIMATI, HAWAII = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Honolulu")


def ms(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> int:
    """Milliseconds UTC of a local time written as 2026-03-01 02:00."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp() * 1000)


@pytest.fixture
def store(home: Home) -> Iterator[HotStore]:
    make(home)
    put_deck(home, "deck", *map(basic, CARDS))
    indexed(home)
    store = opened(home)
    yield store
    store.close()


def sitting(store: HotStore, now_ms: int, calendar: Calendar | None = None, **limits: int) -> ReviewSession:
    """A sitting that begins now, in UTC with a rollover at four unless another calendar is given."""
    wanted = Limits(**{"new_per_day": 100, "reviews_per_day": 100, **limits})
    return ReviewSession(store, SCHEDULER, calendar or Calendar(UTC, 4), wanted, now_ms)


def answered(session: ReviewSession, now_ms: int, rating: Rating = Rating.EASY, took_ms: int = SECOND) -> str:
    turn = session.next(now_ms)
    assert isinstance(turn, Asked)
    assert session.answer(turn, rating, now_ms + took_ms)
    return turn.card.id


def all_asked(session: ReviewSession, now_ms: int, rating: Rating = Rating.EASY) -> list[str]:
    """Answers until nothing is left; the cards in their order."""
    names = []
    while isinstance(session.next(now_ms), Asked):
        names.append(answered(session, now_ms, rating))
    return names


BACK = {"minutes": 7 * MINUTE, "days": 3 * DAY, "years": 4 * YEAR}


@pytest.mark.parametrize("back", BACK)
def test_a_clock_set_back_asks_nothing_twice(store: HotStore, home: Home, back: str) -> None:
    assert sorted(CARDS) == sorted(all_asked(sitting(store, NOON), NOON))
    before = {card: store.schedule(card) for card in CARDS}
    earlier = NOON - BACK[back]
    assert [] == all_asked(sitting(store, earlier), earlier)
    assert before == {card: store.schedule(card) for card in CARDS}
    assert 8 == len(query(home, "SELECT id FROM event"))


@pytest.mark.parametrize("back", BACK)
def test_a_card_that_was_in_a_learning_step_comes_back_though_the_clock_was_set_back(
    store: HotStore, back: str
) -> None:
    session = sitting(store, NOON, new_per_day=1)
    name = answered(session, NOON, Rating.AGAIN)
    earlier = NOON - BACK[back]
    assert [name] == all_asked(sitting(store, earlier, new_per_day=0), earlier)
    assert (store.schedule(name).due_day or 0) > TODAY


def test_a_clock_set_back_in_the_middle_of_a_sitting_keeps_learning_cards(store: HotStore) -> None:
    session = sitting(store, NOON, new_per_day=1)
    name = answered(session, NOON, Rating.AGAIN)
    assert name == answered(session, NOON - YEAR)


def test_answers_under_a_clock_that_was_set_back_come_after_the_earlier_ones(store: HotStore, home: Home) -> None:
    for step, rating in enumerate((Rating.AGAIN, Rating.GOOD, Rating.GOOD)):
        answered(sitting(store, NOON - step * YEAR, new_per_day=int(step == 0)), NOON - step * YEAR, rating)
    ratings = [row[0] for row in query(home, "SELECT rating FROM event ORDER BY id")]
    assert [Rating.AGAIN, Rating.GOOD, Rating.GOOD] == ratings
    (card,) = {row[0] for row in query(home, "SELECT card FROM event")}
    stored, replayed = stored_and_replayed(store, [card])
    assert replayed == stored
    assert TODAY == stored[card].last_day


@pytest.mark.parametrize("ahead", BACK)
def test_a_clock_that_was_ahead_and_was_put_right_keeps_every_answer(store: HotStore, home: Home, ahead: str) -> None:
    later = NOON + BACK[ahead]
    first = [answered(sitting(store, later), later) for _ in range(4)]
    rest = all_asked(sitting(store, NOON), NOON)
    assert sorted(CARDS) == sorted(first + rest)
    stored, replayed = stored_and_replayed(store, CARDS)
    assert replayed == stored
    assert all((stored[card].due_day or 0) > TODAY for card in CARDS)


def test_flying_west_over_the_date_line_gives_no_second_helping(store: HotStore) -> None:
    east, west = Calendar(KIRITIMATI, 4), Calendar(HAWAII, 4)
    evening = ms("2026-03-02 20:00", KIRITIMATI)
    assert 3 == len(all_asked(sitting(store, evening, east, new_per_day=3), evening))
    landing = evening + 10 * HOUR  # the morning of the same date in Hawaii, a day later on the islands
    assert east.day_of(landing) == west.day_of(landing) + 1
    assert [] == all_asked(sitting(store, landing, west, new_per_day=3), landing)


def test_minutes_that_were_spent_in_another_zone_are_spent(store: HotStore) -> None:
    east, west = Calendar(KIRITIMATI, 4), Calendar(ZoneInfo("Etc/GMT+12"), 4)
    dawn = ms("2026-03-02 04:01", KIRITIMATI)
    answered(sitting(store, dawn, east, minutes=2), dawn, took_ms=2 * MINUTE)
    landing = ms("2026-03-02 12:00", ZoneInfo("Etc/GMT+12"))
    assert east.day_of(dawn) == west.day_of(landing)
    end = sitting(store, landing, west, minutes=2).next(landing)
    assert isinstance(end, Finished)
    assert 2 == end.minutes


def test_a_rollover_hour_that_is_changed_in_the_night_asks_nothing_twice(store: HotStore) -> None:
    night = ms("2026-03-03 02:00")
    before, after = Calendar(BERLIN, 4), Calendar(BERLIN, 1)
    names = all_asked(sitting(store, night, before, new_per_day=3), night)
    names += all_asked(sitting(store, night, after, new_per_day=3), night)
    names += all_asked(sitting(store, night, before, new_per_day=3), night)
    assert 6 == len(names) == len({*names})


# The clock jumps from 02:00 to 03:00, and goes back from 03:00 to 02:00.
NIGHTS = {"a night of 23 hours": "2026-03-29", "a night of 25 hours": "2026-10-25"}


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("rollover", [1, 2, 3, 4])
def test_a_learning_step_takes_its_true_time_while_the_clock_changes(
    store: HotStore, night: str, rollover: int
) -> None:
    calendar, midnight = Calendar(BERLIN, rollover), ms(f"{NIGHTS[night]} 00:00")
    change = midnight + 2 * HOUR if "23" in night else midnight + 3 * HOUR
    asked_at = change - 5 * MINUTE
    session = sitting(store, asked_at, calendar, new_per_day=1, reviews_per_day=0)
    name = answered(session, asked_at, Rating.GOOD, took_ms=0)
    assert asked_at + 10 * MINUTE == store.schedule(name).due_at_ms
    later = asked_at + 10 * MINUTE
    turn = session.next(later)
    assert isinstance(turn, Asked)
    assert session.answer(turn, Rating.GOOD, later)


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("rollover", range(6))
def test_a_night_in_which_the_clock_changes_holds_two_study_days_and_no_third(
    store: HotStore, night: str, rollover: int
) -> None:
    calendar, midnight = Calendar(BERLIN, rollover), ms(f"{NIGHTS[night]} 00:00")
    begun: Counter[int] = Counter()
    for quarter in range(-4, 28):
        now = midnight + quarter * 15 * MINUTE
        begun[calendar.day_of(now)] += len(all_asked(sitting(store, now, calendar, new_per_day=2), now))
    assert [2, 2] == list(begun.values())


def test_a_card_shown_before_the_rollover_and_answered_after_it_counts_for_the_new_day(store: HotStore) -> None:
    rollover = NOON + 16 * HOUR
    session = sitting(store, rollover - MINUTE, new_per_day=2)
    first = answered(session, rollover - MINUTE)
    turn = session.next(rollover - SECOND)
    assert isinstance(turn, Asked)
    assert session.answer(turn, Rating.EASY, rollover + SECOND)
    rest = all_asked(session, rollover + MINUTE)
    assert (1, 2) == (store.begun(TODAY), store.begun(TODAY + 1))
    assert 3 == len({first, turn.card.id, *rest})


def test_midnight_changes_nothing_before_the_rollover(store: HotStore) -> None:
    midnight = NOON + 12 * HOUR
    session = sitting(store, midnight - MINUTE, new_per_day=2)
    names = [answered(session, midnight - MINUTE), answered(session, midnight + MINUTE)]
    assert isinstance(session.next(midnight + HOUR), Finished)
    assert 2 == store.begun(TODAY) == len({*names})


def test_the_zone_of_the_machine_may_change_between_sittings(store: HotStore, monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    try:
        for zone in ("Pacific/Kiritimati", "Pacific/Honolulu", "Europe/Berlin"):
            monkeypatch.setitem(os.environ, "TZ", zone)
            time.tzset()
            names += all_asked(sitting(store, NOON, Calendar(None, 4), new_per_day=2), NOON)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert len(names) == len({*names}) <= 6


# Any sequence of clocks, zones and rollover hours

STEPS = [SECOND, MINUTE, 25 * MINUTE, 5 * HOUR, DAY, 40 * DAY, 2 * YEAR, -MINUTE, -HOUR, -9 * HOUR, -DAY, -5 * DAY]
STEPS += [-40 * DAY, -2 * YEAR]
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Honolulu", "Australia/Lord_Howe"]
LIMITS = Limits(2, 2, 4)
EXAMPLES = max(6, settings().max_examples // 3)


class Clocks(RuleBasedStateMachine):
    """Sittings under clocks, zones and rollover hours that change at will."""

    home: Home

    def __init__(self) -> None:
        super().__init__()
        make(self.home)
        put_deck(self.home, "deck", *(basic(name, f"front {number % 6}") for number, name in enumerate(CARDS)))
        indexed(self.home)
        self.now, self.zone, self.rollover = ms("2026-03-28 12:00"), "UTC", 4
        self.acknowledged: list[str] = []
        self.store = opened(self.home)
        self._begin()

    def _begin(self) -> None:
        self.calendar = Calendar(ZoneInfo(self.zone), self.rollover)
        self.session = ReviewSession(self.store, SCHEDULER, self.calendar, LIMITS, self.now)

    @rule(rating=st.sampled_from(Rating), took=st.integers(0, 200 * SECOND))
    def answer(self, rating: Rating, took: int) -> None:
        turn = self.session.next(self.now)
        if not isinstance(turn, Asked):
            return
        day, before = self.calendar.day_of(self.now), turn.schedule
        assert self.session.day == day
        assert (before.due_day or day) <= day or before.due_at_ms is not None
        self.now += took
        assert self.session.answer(turn, rating, self.now)
        self.acknowledged.append(turn.card.id)
        after = self.store.schedule(turn.card.id)
        if before.due_at_ms is None and before.due_day is not None and rating is not Rating.AGAIN:
            assert (after.due_day or 0) > before.due_day
        if after.due_at_ms is None:
            assert (after.due_day or 0) > self.calendar.day_of(self.now)

    @rule(rating=st.sampled_from([Rating.GOOD, Rating.EASY]))
    def answer_some(self, rating: Rating) -> None:
        for _ in range(3):
            self.answer(rating, 20 * SECOND)

    @rule(kind=st.sampled_from([Kind.BURY, Kind.FLAG]))
    def mark(self, kind: Kind) -> None:
        turn = self.session.next(self.now)
        if isinstance(turn, Asked):
            self.session.mark(turn, kind, self.now, **({"flag": "red"} if kind is Kind.FLAG else {}))

    @rule()
    def undo(self) -> None:
        self.session.undo(self.now)

    @rule(step=st.sampled_from(STEPS))
    def clock(self, step: int) -> None:
        self.now += step

    @rule(zone=st.sampled_from(ZONES), rollover=st.sampled_from([0, 4, 23]))
    def settle_elsewhere(self, zone: str, rollover: int) -> None:
        self.zone, self.rollover = zone, rollover
        self._begin()

    @rule()
    def sit_down_again(self) -> None:
        self.store.close()
        self.store = opened(self.home)
        self._begin()

    def _events(self) -> list[Event]:
        found = {one.id: one for name in CARDS for one in self.store.events_of(name)}
        return sorted(found.values(), key=lambda one: one.id)

    @invariant()
    def no_answer_is_lost_and_ids_ascend(self) -> None:
        answers = [one.card for one in self._events() if one.kind is Kind.ANSWER]
        assert self.acknowledged == answers  # in the order in which they were given, for ids ascend

    @invariant()
    def every_schedule_is_what_its_events_give(self) -> None:
        stored, replayed = stored_and_replayed(self.store, CARDS)
        assert replayed == stored

    @invariant()
    def no_card_is_asked_again_on_a_day_on_which_it_was_settled(self) -> None:
        for own in self._standing().values():
            for _, turns in groupby(own, key=lambda one: counted_day(own, one)):
                assert all((one.interval or 0) < 0 for one in list(turns)[:-1])

    @invariant()
    def no_day_begins_more_cards_than_its_limit(self) -> None:
        begun = Counter(counted_day(own, own[0]) for own in self._standing().values() if own)
        assert max(begun.values(), default=0) <= LIMITS.new_per_day

    @invariant()
    def no_day_takes_more_minutes_than_it_has(self) -> None:
        spent: Counter[int] = Counter()
        last: dict[int, int] = {}
        events = self._events()
        if any(one.kind is Kind.UNDO for one in events):
            return  # what was taken back may be answered again, also when the time is up
        for one in events:
            if one.kind is Kind.ANSWER:
                last[one.study_day] = min(one.took_ms or 0, COUNTED_MS)
                spent[one.study_day] += last[one.study_day]
        assert all(spent[day] - last[day] < LIMITS.minutes * MINUTE for day in spent)

    def _standing(self) -> dict[str, list[Event]]:
        """The answers that were not taken back, by card, in their order."""
        found: dict[str, list[Event]] = {name: [] for name in CARDS}
        for one in sorted(effective(self._events()), key=lambda one: (one.at_ms, one.id)):
            if one.kind is Kind.ANSWER and one.card is not None:
                found[one.card].append(one)
        return found

    def teardown(self) -> None:
        self.store.close()


def test_under_any_clocks_no_review_is_lost_or_asked_twice_and_limits_hold(home: Home) -> None:
    machine: Any = type("Clocks", (Clocks,), {"home": home})
    run_state_machine_as_test(machine, settings=settings(max_examples=EXAMPLES, stateful_step_count=30))
