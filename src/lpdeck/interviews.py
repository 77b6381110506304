"""Interviews on a date: what the learner told of them, as `config.toml` keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from lpdeck.days import StudyDay, date_of, study_day
from lpdeck.errors import ConfigError

LEVELS = ("sde1", "sde2", "senior")
ALL_LEVELS = "all"
FIRST_NAME = "interview"
"""The name of an interview that was given none."""

MINUTES = 20
"""An evening, where nobody said how long it is."""


class Interview(NamedTuple):
    """One interview: its study day, the minutes of study each day until then (1 to 1440), the level that is asked.

    `new` is how many cards a day begins at most; None leaves it to the plan.
    """

    name: str
    day: StudyDay
    minutes: int = MINUTES
    level: str = ALL_LEVELS
    new: int | None = None

    @property
    def table(self) -> dict[str, Any]:
        """The interview as it stands in the file; what has no value is left out."""
        written = {"date": date_of(self.day), "minutes": self.minutes, "level": self.level, "new": self.new}
        return {name: value for name, value in written.items() if value is not None}


def read_interviews(written: Any) -> tuple[Interview, ...]:
    """The interviews of a config's table `interviews`, the nearest first. Raises ConfigError."""
    if not isinstance(written, Mapping):
        raise ConfigError("interviews is no table", "Write each as [interviews.NAME]; lpdeck interview set does it.")
    found = [read_interview(str(name), table) for name, table in written.items()]
    return tuple(sorted(found, key=_place))


def read_interview(name: str, table: Any) -> Interview:
    """One interview from its table. Raises ConfigError that says what fits."""
    where = f"interviews.{name}"
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where} is no table", "Write it as [interviews.NAME] with date = 2026-12-10.")
    unknown = sorted(set(table) - {"date", "minutes", "level", "new"})
    if unknown:
        raise ConfigError(f'{where}: there is no "{unknown[0]}"', "There are date, minutes, level and new.")
    if "date" not in table:
        raise ConfigError(f"{where} has no date", "Write the day as date = 2026-12-10.")
    return Interview(
        name=name,
        day=_day(where, table["date"]),
        minutes=_number(f"{where}.minutes", table.get("minutes", MINUTES), 1, 1440),
        level=_level(f"{where}.level", table.get("level", ALL_LEVELS)),
        new=None if table.get("new") is None else _number(f"{where}.new", table["new"], 0, 9999),
    )


def _day(where: str, value: Any) -> StudyDay:
    try:
        return study_day(value if type(value) is date else date.fromisoformat(str(value)))
    except ValueError:
        raise ConfigError(f'{where}: "{value}" is no date', "Write the day as 2026-12-10.") from None


def _number(where: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f'{where}: "{value}" does not fit', f"Write a whole number from {low} to {high}.")
    return value


def _level(where: str, value: Any) -> str:
    words = (ALL_LEVELS, *LEVELS)
    if str(value).lower() not in words:
        raise ConfigError(f'{where}: "{value}" does not fit', f"Write {', '.join(words[:-1])} or {words[-1]}.")
    return str(value).lower()


def _place(interview: Interview) -> tuple[StudyDay, str]:
    """Where an interview stands among others."""
    return interview.day, interview.name


def next_interview(interviews: Iterable[Interview], day: StudyDay) -> Interview | None:
    """The interview that a plan on a study day works towards: the nearest that is not over."""
    return min((one for one in interviews if one.day >= day), key=_place, default=None)


def last_interview(interviews: Iterable[Interview], day: StudyDay) -> Interview | None:
    """The latest interview that is over on a study day."""
    return max((one for one in interviews if one.day < day), key=_place, default=None)
