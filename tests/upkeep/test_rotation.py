from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lpdeck.upkeep.rotation import DAYS, MONTHS, WEEKS, Backup, backup_named, by_age, expendable, name_of

NOW = datetime(2026, 3, 2, 21)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)).map(lambda one: one.replace(microsecond=0))
WHYS = st.sampled_from(["daily", "before-import", "before-restore", ""])


def dailies(moments: Iterable[datetime]) -> list[str]:
    return [name_of(one, "daily") for one in moments]


def kept(names: Iterable[str], now: datetime = NOW) -> list[str]:
    names = list(names)
    gone = expendable(names, now)
    assert set(gone) <= set(names)
    return [name for name in names if name not in gone]


# Names


def test_a_name_says_when_and_why() -> None:
    assert "lpdeck-2026-03-02-210000.zip" == name_of(NOW)
    assert "lpdeck-2026-03-02-210000-before-import.zip" == name_of(NOW, "before-import")


@given(MOMENTS, WHYS)
def test_a_name_is_read_as_it_was_written(made: datetime, why: str) -> None:
    name = name_of(made, why)
    assert Backup(name, made, why) == backup_named(name)


def test_other_names_are_no_backups() -> None:
    others = ("lpdeck.db", "x.zip", "lpdeck-2026-13-02-210000.zip", "lpdeck-2026-03-02-210000.zip.part", "notes.txt")
    assert [None] * len(others) == [backup_named(name) for name in others]
    assert [] == expendable(others, NOW)


def test_the_newest_comes_first() -> None:
    names = dailies([NOW, NOW + timedelta(days=1), NOW - timedelta(days=1)])
    assert [names[1], names[0], names[2]] == [one.name for one in by_age(names)]


# What stays


def test_of_one_study_day_the_last_backup_stays() -> None:
    morning, evening, night = NOW.replace(hour=9), NOW, NOW.replace(day=3, hour=1)
    assert dailies([night]) == kept(dailies([morning, evening, night]))


def test_after_a_year_of_evenings_seven_days_four_weeks_and_twelve_months_stay() -> None:
    found = [one.made.date() for one in by_age(kept(dailies(NOW - timedelta(days=day) for day in range(400))))]
    days = [(NOW - timedelta(days=day)).date() for day in range(7)]
    weeks = [datetime(2026, 3, 1).date() - timedelta(weeks=week) for week in range(3)]
    ends = ((2, 28), (1, 31))
    months = [datetime(2026, *end).date() for end in ends]
    earlier = ((12, 31), (11, 30), (10, 31), (9, 30), (8, 31), (7, 31), (6, 30), (5, 31), (4, 30))
    assert sorted({*days, *weeks, *months, *(datetime(2025, *end).date() for end in earlier)}, reverse=True) == found


def test_a_long_pause_takes_nothing_away() -> None:
    names = dailies(NOW - timedelta(days=day) for day in range(7))
    assert names == kept(names, NOW + timedelta(days=3000))


@given(st.lists(MOMENTS, min_size=1, max_size=60, unique=True), MOMENTS)
def test_the_newest_always_stays_and_each_of_the_last_days_weeks_and_months_has_one(
    moments: list[datetime], now: datetime
) -> None:
    names = dailies(moments)
    stays = [one.made - timedelta(hours=4) for one in by_age(kept(names, now))]
    days = [one - timedelta(hours=4) for one in sorted(moments, reverse=True)]
    assert days[0] == stays[0]
    for count, period in (
        (DAYS, lambda day: day.date()),
        (WEEKS, lambda day: day.isocalendar()[:2]),
        (MONTHS, lambda day: (day.year, day.month)),
    ):
        wanted = list(dict.fromkeys(map(period, days)))[:count]
        assert set(wanted) <= set(map(period, stays))
    assert len(stays) <= DAYS + WEEKS + MONTHS


@given(st.lists(st.tuples(MOMENTS, WHYS), max_size=60, unique=True), MOMENTS)
def test_taking_away_twice_takes_no_more(found: list[tuple[datetime, str]], now: datetime) -> None:
    once = kept([name_of(*one) for one in found], now)
    assert once == kept(once, now)


@given(st.sets(st.integers(0, 400), min_size=1))
def test_a_year_of_daily_backups_never_leaves_more_than_a_handful(days: set[int]) -> None:
    names: list[str] = []
    for day in sorted(days):
        now = NOW + timedelta(days=day)
        names = kept([*names, name_of(now, "daily")], now)
        assert name_of(now, "daily") in names
    assert len(names) <= DAYS + WEEKS + MONTHS
    months = {(NOW + timedelta(days=day, hours=-4)).strftime("%Y-%m") for day in days}
    assert (
        sorted(months)[-MONTHS:]
        == sorted({f"{one.made - timedelta(hours=4):%Y-%m}" for one in by_age(names)})[-MONTHS:]
    )


@given(st.lists(st.tuples(MOMENTS, WHYS), max_size=60, unique=True), MOMENTS)
def test_what_the_learner_asked_for_always_stays(found: list[tuple[datetime, str]], now: datetime) -> None:
    asked = {name_of(made) for made, why in found if not why}
    assert asked <= set(kept([name_of(*one) for one in found], now))


def test_of_those_before_a_change_the_last_ten_stay_and_all_younger_than_a_month() -> None:
    young = [name_of(NOW - timedelta(days=day), "before-import") for day in range(25)]
    old = [name_of(NOW - timedelta(days=100 + day), "before-delete") for day in range(25)]
    assert young == kept(young + old)
    assert old[:10] == kept(old)


def test_the_last_fifty_copies_of_decks_and_five_of_the_database_stay() -> None:
    decks = [f"job-202603{day:02}-120000-000000.toml" for day in range(1, 29)]
    decks += [f"my-own-202604{day:02}-120000-000000.toml" for day in range(1, 29)]
    bases = [f"lpdeck-202603{day:02}-120000-000000-before-schema-0004.db" for day in range(1, 9)]
    damaged = ["lpdeck-20200101-120000-damaged.db", "lpdeck-20200101-120000-damaged.db-wal"]
    assert decks[6:] + bases[3:] + damaged == kept(decks + bases + damaged)
