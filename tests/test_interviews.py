"""Interviews as the config file keeps them: what may be written, what does not fit, which one is next."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.days import StudyDay, study_day
from lpdeck.errors import ConfigError
from lpdeck.interviews import (
    ALL_LEVELS,
    LEVELS,
    MINUTES,
    Interview,
    last_interview,
    next_interview,
    read_interview,
    read_interviews,
)

THE_DAY = date(2026, 12, 10)
DAY = study_day(THE_DAY)

DAYS = st.dates(date(1970, 1, 2), date(2999, 1, 1)).map(study_day)
INTERVIEWS = st.builds(
    Interview,
    name=st.text(min_size=1, max_size=5),
    day=DAYS,
    minutes=st.integers(1, 1440),
    level=st.sampled_from([ALL_LEVELS, *LEVELS]),
    new=st.none() | st.integers(0, 9999),
)
NEAR = st.lists(st.builds(Interview, st.sampled_from("abc"), st.integers(DAY - 3, DAY + 3).map(StudyDay)))


def test_a_date_is_enough() -> None:
    assert Interview("onsite", DAY, MINUTES, ALL_LEVELS, None) == read_interview("onsite", {"date": THE_DAY})


def test_a_date_may_be_written_as_text_and_a_level_in_capitals() -> None:
    written = {"date": "2026-12-10", "minutes": 1, "level": "Senior", "new": 0}
    assert Interview("onsite", DAY, 1, "senior", 0) == read_interview("onsite", written)


@given(INTERVIEWS)
def test_an_interview_comes_back_from_its_table_as_it_was(one: Interview) -> None:
    assert one == read_interview(one.name, one.table)


def test_a_table_has_no_row_for_a_number_of_new_cards_that_was_left_to_the_plan() -> None:
    assert {"date": THE_DAY, "minutes": 20, "level": "all"} == Interview("onsite", DAY).table
    assert {"date": THE_DAY, "minutes": 20, "level": "all", "new": 0} == Interview("onsite", DAY, new=0).table


NO_DATE = "Write the day as 2026-12-10."
NO_MINUTES = "Write a whole number from 1 to 1440."
NO_NEW = "Write a whole number from 0 to 9999."
NO_LEVEL = "Write all, sde1, sde2 or senior."
WRONG: list[tuple[Any, str, str]] = [
    ("soon", "interviews.x is no table", "Write it as [interviews.NAME] with date = 2026-12-10."),
    ([], "interviews.x is no table", "Write it as [interviews.NAME] with date = 2026-12-10."),
    ({}, "interviews.x has no date", "Write the day as date = 2026-12-10."),
    ({"minutes": 5}, "interviews.x has no date", "Write the day as date = 2026-12-10."),
    ({"date": "soon"}, 'interviews.x: "soon" is no date', NO_DATE),
    ({"date": "2026-02-30"}, 'interviews.x: "2026-02-30" is no date', NO_DATE),
    ({"date": 20261301}, 'interviews.x: "20261301" is no date', NO_DATE),
    ({"date": datetime(2026, 12, 10, 9)}, 'interviews.x: "2026-12-10 09:00:00" is no date', NO_DATE),
    *[
        ({"date": THE_DAY, "minutes": value}, f'interviews.x.minutes: "{value}" does not fit', NO_MINUTES)
        for value in (0, -1, 1441, 1.5, "20", True, [])
    ],
    *[
        ({"date": THE_DAY, "new": value}, f'interviews.x.new: "{value}" does not fit', NO_NEW)
        for value in (-1, 10_000, 1.5, "many", False, [])
    ],
    *[
        ({"date": THE_DAY, "level": value}, f'interviews.x.level: "{value}" does not fit', NO_LEVEL)
        for value in ("", "sde3", 5, None, [])
    ],
    (
        {"date": THE_DAY, "zeal": 1, "hour": 9},
        'interviews.x: there is no "hour"',
        "There are date, minutes, level and new.",
    ),
]


@pytest.mark.parametrize(("written", "what", "advice"), WRONG)
def test_what_does_not_fit_is_named_with_what_would(written: Any, what: str, advice: str) -> None:
    with pytest.raises(ConfigError) as found:
        read_interviews({"fine": {"date": THE_DAY}, "x": written})
    assert (what, advice) == (found.value.args[0], found.value.advice)


@pytest.mark.parametrize("written", ["soon", 5, [], None, [{"date": THE_DAY}]])
def test_interviews_stand_in_tables_of_their_names(written: Any) -> None:
    with pytest.raises(ConfigError, match="interviews is no table"):
        read_interviews(written)


@given(st.lists(INTERVIEWS, unique_by=lambda one: one.name))
def test_interviews_come_the_nearest_first(some: list[Interview]) -> None:
    found = read_interviews({one.name: one.table for one in some})
    assert set(some) == set(found)
    assert sorted(one.day for one in some) == [one.day for one in found]


@given(NEAR)
def test_a_plan_works_towards_the_nearest_interview_that_is_not_over(some: list[Interview]) -> None:
    ahead, over = [one for one in some if one.day >= DAY], [one for one in some if one.day < DAY]
    nearest, latest = next_interview(some, DAY), last_interview(some, DAY)
    assert (min(one.day for one in ahead) if ahead else None) == (nearest.day if nearest else None)
    assert (max(one.day for one in over) if over else None) == (latest.day if latest else None)
    assert {nearest, latest} - {None} <= set(some)


def test_an_interview_holds_on_its_own_day_and_is_over_on_the_next() -> None:
    one = Interview("onsite", DAY)
    tomorrow = StudyDay(DAY + 1)
    assert (one, None) == (next_interview([one], DAY), last_interview([one], DAY))
    assert (None, one) == (next_interview([one], tomorrow), last_interview([one], tomorrow))


def test_of_two_on_one_day_the_first_by_name_is_next() -> None:
    assert "a" == next_interview([Interview("b", DAY), Interview("a", DAY)], DAY).name  # type: ignore[union-attr]
