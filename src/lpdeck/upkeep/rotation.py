"""Which backups stay: one a day for a week, one a week for a month, one a month for a year, those before changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DAILY = "daily"
BEFORE = "before-"

DAYS, WEEKS, MONTHS = 7, 4, 12
"""For how many of the last days, weeks and months that have one a daily backup stays: the newest of each."""
BEFORE_COUNT, BEFORE_DAYS = 10, 30
"""Of the backups before changes the last so many stay, and all that are younger than so many days."""
DECK_COPIES, SCHEMA_COPIES = 50, 5

_MOMENT = r"(\d{4}-\d{2}-\d{2}-\d{6})"
_BACKUP = re.compile(rf"lpdeck-{_MOMENT}(?:-([a-z][a-z-]*))?\.zip")
_FORMAT = "%Y-%m-%d-%H%M%S"

# The loose copies: of a deck before it is changed or deleted, of the database before its schema changes.
_DECK_COPY = re.compile(r".+-(\d{8}-\d{6}-\d{6})\.toml")
_SCHEMA_COPY = re.compile(r"lpdeck-(\d{8}-\d{6}-\d{6})-before-schema-\w+\.db")


@dataclass(frozen=True)
class Backup:
    """A backup by its name: the wall clock at which it was made, and why; "" for one that the learner asked for."""

    name: str
    made: datetime
    why: str = ""

    @property
    def is_daily(self) -> bool:
        """Whether it was made because a day had passed."""
        return self.why == DAILY

    @property
    def is_before(self) -> bool:
        """Whether it was made before a change."""
        return self.why.startswith(BEFORE)


def name_of(made: datetime, why: str = "") -> str:
    """The name of a backup made at a wall clock; `why` is `daily`, `before-...`, or "" where the learner asked."""
    return f"lpdeck-{made:{_FORMAT}}{f'-{why}' if why else ''}.zip"


def backup_named(name: str) -> Backup | None:
    """What the name of a file says, None where it is no name of a backup."""
    found = _BACKUP.fullmatch(name)
    if found is None:
        return None
    try:
        return Backup(name, datetime.strptime(found[1], _FORMAT), found[2] or "")
    except ValueError:
        return None


def by_age(names: Iterable[str]) -> list[Backup]:
    """The backups among some files, the newest first."""
    found = (backup_named(name) for name in names)
    return sorted((one for one in found if one), key=lambda one: (one.made, one.name), reverse=True)


def expendable(names: Iterable[str], now: datetime, rollover_hour: int = 4) -> list[str]:
    """Which of the files in a folder of backups may go at a wall clock, in order of their names.

    Backups that the learner asked for always stay, and so does every file of another name.
    """
    names = list(names)
    backups = by_age(names)
    dailies = [one for one in backups if one.is_daily]
    befores = [one for one in backups if one.is_before]
    gone = {one.name for one in dailies} - _kept_daily(dailies, timedelta(hours=rollover_hour))
    gone |= {one.name for one in befores[BEFORE_COUNT:] if now - one.made > timedelta(days=BEFORE_DAYS)}
    gone |= _older(names, _DECK_COPY, DECK_COPIES) | _older(names, _SCHEMA_COPY, SCHEMA_COPIES)
    return sorted(gone)


def _kept_daily(backups: Sequence[Backup], rollover: timedelta) -> set[str]:
    """The names of the daily backups, the newest first, that stay."""
    periods: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
        (DAYS, lambda day: day.date()),
        (WEEKS, lambda day: day.isocalendar()[:2]),
        (MONTHS, lambda day: (day.year, day.month)),
    )
    return {name for count, period in periods for name in _newest_of_each(backups, count, period, rollover)}


def _newest_of_each(
    backups: Sequence[Backup], count: int, period: Callable[[datetime], Hashable], rollover: timedelta
) -> Iterable[str]:
    """The newest of each of the last `count` periods that have a backup."""
    newest: dict[Hashable, str] = {}
    for one in backups:
        newest.setdefault(period(one.made - rollover), one.name)
    return list(newest.values())[:count]


def _older(names: Iterable[str], pattern: re.Pattern[str], count: int) -> set[str]:
    """The names that fit a pattern, but for the last `count` by the moment in them."""
    found = sorted(((match[1], name) for name in names if (match := pattern.fullmatch(name))), reverse=True)
    return {name for _, name in found[count:]}
