"""Study days, in the sentences in which a learner would check them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.days import Calendar, StudyDay, date_of, noon, study_day

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Sao_Paulo",
    "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Kiritimati",
)  # fmt: skip


def ms(text: str, zone: str = "Europe/Berlin", fold: int = 0) -> int:
    """Milliseconds UTC of a local time written as 2026-03-01 02:00."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(local.timestamp() * 1000)


def day(text: str) -> StudyDay:
    return study_day(date.fromisoformat(text))


SENTENCES = {
    "noon is its own day": ("2026-03-01 12:00", 4, "2026-03-01"),
    "two in the morning of the next day is still the same day": ("2026-03-02 02:00", 4, "2026-03-01"),
    "a minute before the rollover is still the same day": ("2026-03-02 03:59", 4, "2026-03-01"),
    "the rollover hour itself is the next day": ("2026-03-02 04:00", 4, "2026-03-02"),
    "with rollover at midnight a minute past is the next day": ("2026-03-02 00:01", 0, "2026-03-02"),
    "with rollover at 23 an hour before is the day before": ("2026-03-02 22:00", 23, "2026-03-01"),
    "with rollover at 23 an evening after it is its own day": ("2026-03-02 23:30", 23, "2026-03-02"),
    "new year's night belongs to the old year": ("2027-01-01 01:00", 4, "2026-12-31"),
    "the night after a leap day belongs to it": ("2028-03-01 01:00", 4, "2028-02-29"),
    "the night in which the clock jumps ahead ends at four": ("2026-03-29 03:30", 4, "2026-03-28"),
    "four o'clock after the jump is the next day": ("2026-03-29 04:00", 4, "2026-03-29"),
    "the night in which the clock goes back ends at four": ("2026-10-25 03:59", 4, "2026-10-24"),
    "before 1970 there were days too": ("1969-12-31 12:00", 4, "1969-12-31"),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_moment_belongs_to_a_study_day(name: str) -> None:
    local, rollover, expected = SENTENCES[name]
    assert day(expected) == Calendar(BERLIN, rollover).day_of(ms(local))


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice_is_one_day(fold: int) -> None:
    assert day("2026-10-24") == Calendar(BERLIN, 4).day_of(ms("2026-10-25 02:30", fold=fold))
    assert day("2026-10-25") == Calendar(BERLIN, 2).day_of(ms("2026-10-25 02:30", fold=fold))


@pytest.mark.parametrize(("night", "hours"), [("2026-03-28", 23), ("2026-10-24", 25), ("2026-06-01", 24)])
def test_a_day_is_as_long_as_the_clock_makes_it(night: str, hours: int) -> None:
    calendar = Calendar(BERLIN, 4)
    length = calendar.starts_ms(StudyDay(day(night) + 1)) - calendar.starts_ms(day(night))
    assert hours * 3_600_000 == length


def test_one_moment_is_two_days_in_two_zones() -> None:
    moment = ms("2026-03-01 12:00", "UTC")
    assert day("2026-03-01") == Calendar(ZoneInfo("America/New_York")).day_of(moment)
    assert day("2026-03-02") == Calendar(ZoneInfo("Pacific/Kiritimati"), 0).day_of(moment)


def test_a_rollover_hour_that_the_clock_skips_begins_with_the_jump() -> None:
    calendar = Calendar(BERLIN, 2)
    assert ms("2026-03-29 03:00") == calendar.starts_ms(day("2026-03-29"))


def test_a_rollover_hour_that_comes_twice_begins_with_the_first() -> None:
    assert ms("2026-10-25 02:00", fold=0) == Calendar(BERLIN, 2).starts_ms(day("2026-10-25"))


def test_the_zone_of_the_machine_is_used_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        moment = ms("2026-03-02 03:59", "Asia/Tokyo")
        assert day("2026-03-01") == Calendar().day_of(moment)
        assert moment + 60_000 == Calendar().starts_ms(day("2026-03-02"))
    finally:
        monkeypatch.undo()
        time.tzset()


zones = st.sampled_from(ZONES).map(ZoneInfo)
rollovers = st.integers(0, 23)
moments = st.integers(ms("2014-01-01 00:00"), ms("2038-01-01 00:00"))


@given(zones, rollovers, moments)
def test_a_moment_lies_between_the_starts_of_its_day_and_the_next(zone: ZoneInfo, rollover: int, moment: int) -> None:
    calendar = Calendar(zone, rollover)
    today = calendar.day_of(moment)
    assert calendar.starts_ms(today) <= moment < calendar.starts_ms(StudyDay(today + 1))


@given(zones, rollovers, moments)
def test_the_start_of_a_day_is_its_first_millisecond(zone: ZoneInfo, rollover: int, moment: int) -> None:
    calendar = Calendar(zone, rollover)
    today = calendar.day_of(moment)
    start = calendar.starts_ms(today)
    assert (today - 1, today) == (calendar.day_of(start - 1), calendar.day_of(start))


@given(zones, rollovers, moments, st.integers(0, 40_000_000))
def test_a_later_moment_is_never_an_earlier_day(zone: ZoneInfo, rollover: int, moment: int, later: int) -> None:
    calendar = Calendar(zone, rollover)
    assert calendar.day_of(moment) <= calendar.day_of(moment + later)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_days_are_counted_from_1970(one: date) -> None:
    number = study_day(one)
    assert one == date_of(number)
    assert number + 1 == study_day(one + timedelta(days=1))
    assert datetime(one.year, one.month, one.day, 12, tzinfo=UTC) == noon(number)


def test_the_first_day_is_day_zero() -> None:
    assert 0 == study_day(date(1970, 1, 1))
