from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from homes import CALENDAR, DAY, HOUR, NOON, TODAY, basic, opened, put_deck, with_cards
from lpdeck.days import Calendar
from lpdeck.errors import HomeError
from lpdeck.events import Kind
from lpdeck.home import Home
from lpdeck.store.hot import Mark
from lpdeck.upkeep import archive, keeping
from lpdeck.upkeep.keeping import Clock

CLOCK = Clock(NOON, CALENDAR, "1.0")


@pytest.fixture
def studied(home: Home) -> Home:
    with_cards(home, basic("deck/a"), basic("deck/b"))
    answered(home, "deck/a")
    return home


def answered(home: Home, card: str, at_ms: int = NOON) -> None:
    store = opened(home)
    kind = Kind.RESUME if store.schedule(card).suspended else Kind.SUSPEND
    store.mark([Mark(card, kind)], at_ms=at_ms, day=TODAY)
    store.close()


def later(ms: int) -> Clock:
    return replace(CLOCK, now_ms=NOON + ms)


def names(home: Home) -> list[str]:
    return sorted(os.listdir(home.backups)) if home.backups.exists() else []


# Daily


def test_the_first_backup_of_a_day_is_named_after_its_moment(studied: Home) -> None:
    assert studied.backups / "lpdeck-2026-03-02-120000-daily.zip" == keeping.daily(studied, CLOCK)
    assert ["lpdeck-2026-03-02-120000-daily.zip"] == names(studied)


def test_a_study_day_has_one_daily_backup_also_after_midnight(studied: Home) -> None:
    keeping.daily(studied, CLOCK)
    answered(studied, "deck/b")
    assert None is keeping.daily(studied, later(15 * HOUR))
    assert None is not keeping.daily(studied, later(16 * HOUR))


def test_a_day_on_which_nothing_changed_has_none(studied: Home) -> None:
    keeping.daily(studied, CLOCK)
    assert None is keeping.daily(studied, later(DAY))
    answered(studied, "deck/b")
    assert None is not keeping.daily(studied, later(DAY))


def test_a_deck_or_an_option_that_changed_is_a_change(studied: Home) -> None:
    keeping.daily(studied, CLOCK)
    put_deck(studied, "deck", basic("deck/a", back="other"))
    assert None is not keeping.daily(studied, later(DAY))
    studied.config.write_text("new_per_day = 3\n")
    assert None is not keeping.daily(studied, later(2 * DAY))


def test_a_damaged_backup_does_not_stand_for_the_home(studied: Home) -> None:
    path = keeping.daily(studied, CLOCK)
    assert path is not None
    path.write_bytes(b"PK")
    assert None is not keeping.daily(studied, later(DAY))


def test_a_clock_that_was_ahead_keeps_no_day_from_its_backup(studied: Home) -> None:
    keeping.daily(studied, later(400 * DAY))
    answered(studied, "deck/b")
    assert None is not keeping.daily(studied, CLOCK)


def test_a_home_without_a_database_has_no_daily_backup(home: Home) -> None:
    home.path.mkdir()
    home.config.write_text("new_per_day = 3\n")
    assert None is keeping.daily(home, CLOCK)
    assert not home.backups.exists()


def test_while_another_process_makes_it_no_second_one_is_made(studied: Home) -> None:
    import fcntl

    studied.backups.mkdir()
    handle = os.open(studied.backups, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    assert None is keeping.daily(studied, CLOCK)
    os.close(handle)
    assert None is not keeping.daily(studied, CLOCK)


def test_a_day_is_one_of_the_learners_own_zone(studied: Home) -> None:
    from zoneinfo import ZoneInfo

    auckland = replace(CLOCK, calendar=Calendar(ZoneInfo("Pacific/Auckland"), 4))
    path = keeping.daily(studied, auckland)
    assert path is not None
    assert "lpdeck-2026-03-03-010000-daily.zip" == path.name
    assert UTC is CALENDAR.zone


# Before a change


def test_before_a_change_the_whole_home_is_kept(studied: Home) -> None:
    path = keeping.before(studied, CLOCK, "import")
    assert path is not None
    assert "lpdeck-2026-03-02-120000-before-import.zip" == path.name
    assert archive.state_of(studied) == archive.manifest(path).state


def test_two_in_one_second_are_two(studied: Home) -> None:
    assert keeping.before(studied, CLOCK, "import") != keeping.before(studied, CLOCK, "import")
    assert 2 == len(names(studied))


def test_an_empty_home_has_nothing_to_keep(home: Home) -> None:
    assert None is keeping.before(home, CLOCK, "import")
    assert not home.path.exists()


def test_a_backup_that_can_not_be_made_is_an_error(studied: Home) -> None:
    studied.backups.write_text("in the way")
    with pytest.raises(HomeError):
        keeping.before(studied, CLOCK, "import")


# Taking away


def old(home: Home, name: str) -> Path:
    home.backups.mkdir(exist_ok=True)
    path = home.backups / name
    path.write_text("old")
    return path


def test_a_new_backup_takes_old_ones_away_but_for_one_that_is_needed(studied: Home) -> None:
    paths = [old(studied, f"lpdeck-2020-01-{day:02}-120000-before-import.zip") for day in range(1, 15)]
    keeping.before(studied, CLOCK, "restore", spare=frozenset({paths[0].name}))
    assert [paths[0], *paths[5:]] == sorted(path for path in paths if path.exists())


def test_what_a_backup_that_was_killed_left_is_swept_after_a_day(studied: Home) -> None:
    stale, fresh, foreign = (old(studied, name) for name in (".lpdeck-a.part", ".lpdeck-b.part", ".other.part"))
    (studied.backups / ".lpdeck-c.part").mkdir()
    for path in (stale, foreign, studied.backups / ".lpdeck-c.part"):
        os.utime(path, (0, 0))
    os.utime(fresh, (NOON / 1000, NOON / 1000))
    keeping.rotate(studied, CLOCK)
    assert sorted([fresh.name, foreign.name]) == names(studied)


# Listing


def test_backups_are_listed_the_newest_first_with_what_they_hold(studied: Home) -> None:
    keeping.daily(studied, CLOCK)
    keeping.before(studied, later(HOUR), "import")
    keeping.make(studied, later(2 * HOUR))
    old(studied, "lpdeck-2020-01-01-120000.zip")
    old(studied, "deck-20260302-120000-000000.toml")
    found = list(keeping.backups(studied))
    assert ["", "before-import", "daily", ""] == [one.why for one in found]
    assert [(1, 2, 0, NOON + 2 * HOUR)] == [(one.decks, one.cards, one.answers, one.made_ms) for one in found[:1]]
    assert "no backup of lpdeck" in found[-1].problem
    assert all(one.size == one.path.stat().st_size for one in found)


def test_a_home_without_backups_lists_none(home: Home) -> None:
    assert [] == list(keeping.backups(home))
