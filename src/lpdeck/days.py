"""Study days: a day of study begins at the rollover hour, not at midnight.

A StudyDay is the number of days since 1970-01-01 of the local date to which a moment belongs. It is computed
once, when a card is answered, and stored; nothing is computed from it later but differences and dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NewType

StudyDay = NewType("StudyDay", int)

MINUTE_MS = 60_000  # a minute in milliseconds

_EPOCH = date(1970, 1, 1)
_EPOCH_NOON = datetime(1970, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Calendar:
    """Maps moments to study days. `zone` None is the zone of the machine; `rollover_hour` is 0 to 23."""

    zone: tzinfo | None = None
    rollover_hour: int = 4

    def local(self, at_ms: int) -> datetime:
        """The wall clock at a moment (milliseconds since 1970, UTC)."""
        moment = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
        return moment.astimezone(self.zone)

    def day_of(self, at_ms: int) -> StudyDay:
        """The study day of a moment; before the rollover hour it is still the day before."""
        wall = self.local(at_ms).replace(tzinfo=None) - timedelta(hours=self.rollover_hour)
        return study_day(wall.date())

    def starts_ms(self, day: StudyDay) -> int:
        """The first millisecond of a study day; the inverse of `day_of` at its edge.

        Where a clock change skips the rollover hour, the day begins when the clock has jumped.
        """
        wall = datetime.combine(date_of(day), datetime.min.time()) + timedelta(hours=self.rollover_hour)
        local = wall.replace(tzinfo=self.zone) if self.zone else wall.astimezone()
        return int(local.timestamp() * 1000)


def study_day(day: date) -> StudyDay:
    """The number of a calendar date."""
    return StudyDay((day - _EPOCH).days)


def date_of(day: StudyDay) -> date:
    """The calendar date of a study day."""
    return _EPOCH + timedelta(days=day)


def noon(day: StudyDay) -> datetime:
    """Noon UTC of a study day: the moment given to FSRS, so that elapsed time is whole study days."""
    return _EPOCH_NOON + timedelta(days=day)
