"""What a learner's answers say: how many, how well, when, and how far the predictions can be trusted.

Every chart is a table with a name, so that one renderer draws it, and JSON and CSV give the same numbers. What Anki
counts, too, is counted as Anki counts it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from lpdeck.calibration import Calibration, predictions, said_of, wilson
from lpdeck.days import MINUTE_MS, Calendar, StudyDay, date_of
from lpdeck.misrating import Evidence, said_of_hard
from lpdeck.scheduling import MATURE_DAYS, Memory, Rating, Scheduler
from lpdeck.store.hot import COUNTED_MS

if TYPE_CHECKING:
    from lpdeck.store.tallies import Answer, Standing, Tally


class Shape(StrEnum):
    """How a chart is drawn.

    CALENDAR: a row per date. BARS: a row per bin or day, one number. STACKED: a row per bin, several numbers that
    add up. LINE: a row per week or day, a share with its count. PAIRS: expected and actual share, with counts.
    """

    CALENDAR = "calendar"
    BARS = "bars"
    STACKED = "stacked"
    LINE = "line"
    PAIRS = "pairs"


class Unit(StrEnum):
    """What the values of a column are: DATE is ISO text, HOUR 0 to 23, SHARE 0 to 1."""

    LABEL = "label"
    DATE = "date"
    DAYS = "days"
    HOUR = "hour"
    COUNT = "count"
    SHARE = "share"
    MINUTES = "minutes"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """A column of a chart: `name` in snake_case for JSON and CSV, `title` for a reader."""

    name: str
    unit: Unit
    title: str


@dataclass(frozen=True)
class Chart:
    """A table that can be drawn.

    The first column is the x axis; a value of None says that there is nothing to count. `notes` are full sentences.
    """

    name: str
    title: str
    shape: Shape
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()


def statistics(
    tally: Tally,
    scheduler: Scheduler,
    calendar: Calendar,
    day: StudyDay,
    *,
    since: StudyDay | None = None,
    ahead: int = 30,
) -> tuple[Chart, ...]:
    """All charts as of study day `day`, in the order in which they are shown.

    Answers are counted from study day `since` on (None: from the first) to `day`, the forecast has `ahead` days with
    `day` itself. Whole collections are counted as Anki counts them in its own statistics.
    """
    days = _days(tally.answers, since, day)
    answers = [one for one in tally.answers if one.study_day in days]
    known = [one for one in tally.standings if not one.retired]
    return (
        _reviews(answers, days),
        _forecast(known, calendar, day, ahead),
        _retention(answers, days),
        _stability(known),
        _difficulty(known),
        _retrievability(known, scheduler, day),
        _buttons(answers),
        _minutes(answers, days),
        _hours(answers, calendar),
        _calibration(tally, answers, scheduler, days),
    )


# Answers by day


def _days(answers: Iterable[Answer], since: StudyDay | None, day: StudyDay) -> range:
    """The study days that are counted: to today, not to answers of a clock that went ahead."""
    if since is None:
        since = min((one.study_day for one in answers), default=StudyDay(day + 1))
    return range(since, day + 1)


def _date(day: int) -> str:
    return date_of(StudyDay(day)).isoformat()


def _reviews(answers: Sequence[Answer], days: range) -> Chart:
    counts = Counter(one.study_day for one in answers)
    rows = tuple((_date(each), counts[StudyDay(each)]) for each in days)
    note = (
        f"{_count(len(answers), 'answer')} on {len(counts):,} of {_count(len(days), 'day')}, "
        f"{len(answers) / len(counts):.0f} on a day of study."
        if answers
        else "No answers yet."
    )
    return Chart("reviews", "Answers", Shape.CALENDAR, (_DATE, Column("answers", Unit.COUNT, "answers")), rows, (note,))


def _minutes(answers: Sequence[Answer], days: range) -> Chart:
    """Time of study. Of one answer, three minutes count at most: the rest was a pause."""
    spent: dict[int, int] = defaultdict(int)
    for one in answers:
        spent[one.study_day] += min(one.took_ms, COUNTED_MS)
    rows = tuple((_date(each), spent.get(each, 0) / MINUTE_MS) for each in days)
    studied = [took for took in spent.values() if took]
    total = sum(studied) / MINUTE_MS
    notes = (f"{_duration(total)} in all, {total / len(studied):.0f} minutes on a day of study.",) if studied else ()
    columns = (_DATE, Column("minutes", Unit.MINUTES, "minutes"))
    return Chart("minutes", "Minutes a day", Shape.BARS, columns, rows, notes)


def _duration(minutes: float) -> str:
    whole = round(minutes)
    hours = f"{_count(whole // 60, 'hour')} and " if whole >= 60 else ""
    return f"{hours}{_count(whole % 60, 'minute')}"


# Retention

_LEARNING, _YOUNG, _MATURE = "learning", "young", "mature"


def _kept(answer: Answer) -> bool | None:
    """Whether an answer counts for retention, and if so, whether the card was mature; None where it does not.

    As Anki's true retention: every answer to a card that had been put off by a day or more, be it by a learning step.
    """
    before = answer.before
    if before is None or -_DAY_S < before <= 0:
        return None
    return before >= MATURE_DAYS


_DAY_S = 86_400


@dataclass
class _Share:
    """How many of how many."""

    part: int = 0
    count: int = 0

    def add(self, count: int, *, counts: bool) -> None:
        self.count += count
        self.part += count * counts

    @property
    def share(self) -> float | None:
        return self.part / self.count if self.count else None

    @property
    def interval(self) -> tuple[float | None, float | None]:
        return wilson(self.part, self.count) if self.count else (None, None)

    def __add__(self, other: _Share) -> _Share:
        return _Share(self.part + other.part, self.count + other.count)


def _retention(answers: Sequence[Answer], days: range) -> Chart:
    counts = Counter((one.study_day, _kept(one), one.rating > Rating.AGAIN) for one in answers)
    weeks: dict[tuple[int, bool], _Share] = defaultdict(_Share)
    for (day, is_mature, remembered), count in counts.items():
        if is_mature is not None:
            weeks[_monday(day), is_mature].add(count, counts=remembered)
    shown = range(_monday(days[0]), days[-1] + 1, 7) if days else ()
    rows = tuple(
        _week(monday, weeks.get((monday, False), _Share()), weeks.get((monday, True), _Share())) for monday in shown
    )
    young, mature = (
        sum((one for (_, is_mature), one in weeks.items() if is_mature is which), _Share()) for which in (False, True)
    )
    return Chart("retention", "True retention by week", Shape.LINE, _RETENTION, rows, _said_of_retention(young, mature))


def _monday(day: int) -> int:
    """The Monday of a study day's week; 1970-01-01 was a Thursday."""
    return day - (day + 3) % 7


def _week(monday: int, young: _Share, mature: _Share) -> tuple[Any, ...]:
    both = young + mature
    return (_date(monday), both.share, *both.interval, both.count, young.share, young.count, mature.share, mature.count)


_RETENTION = (
    Column("week", Unit.DATE, "week from"),
    Column("share", Unit.SHARE, "remembered"),
    Column("low", Unit.SHARE, "at least (95% sure)"),
    Column("high", Unit.SHARE, "at most (95% sure)"),
    Column("count", Unit.COUNT, "answers"),
    Column("young", Unit.SHARE, "young, remembered"),
    Column("young_count", Unit.COUNT, "young, answers"),
    Column("mature", Unit.SHARE, "mature, remembered"),
    Column("mature_count", Unit.COUNT, "mature, answers"),
)


def _said_of_retention(young: _Share, mature: _Share) -> tuple[str, ...]:
    both = young + mature
    if not both.count:
        return ("No card was asked again after a day or more yet.",)
    low, high = wilson(both.part, both.count)
    parts = [
        f"{name} {one.share:.0%} of {one.count:,}" for name, one in ((_YOUNG, young), (_MATURE, mature)) if one.count
    ]
    return (
        f"You remembered {both.share:.0%} of {_count(both.count, 'answer')} "
        f"(95% sure to lie between {low:.0%} and {high:.0%}): {', '.join(parts)}.",
    )


# Buttons and hours


def _buttons(answers: Sequence[Answer]) -> Chart:
    counts = Counter((_state(one.before), one.rating) for one in answers)
    states = (_LEARNING, _YOUNG, _MATURE)
    pressed = {state: [counts[state, int(rating)] for rating in Rating] for state in states}
    columns = (
        Column("state", Unit.LABEL, "card"),
        *(Column(rating.word, Unit.COUNT, rating.word) for rating in Rating),
    )
    rows = tuple((state, *each) for state, each in pressed.items())
    said = [f"{state} {1 - each[0] / sum(each):.0%} of {sum(each):,}" for state, each in pressed.items() if sum(each)]
    notes = (f"Answered other than Again: {', '.join(said)}.",) if said else ()
    return Chart("buttons", "Answer buttons", Shape.STACKED, columns, rows, notes)


def _state(before: int | None) -> str:
    """Where a card stood when it was answered; young up to 20 days."""
    if before is None or before <= 0:
        return _LEARNING
    return _YOUNG if before < MATURE_DAYS else _MATURE


def _hours(answers: Sequence[Answer], calendar: Calendar) -> Chart:
    """By the hour on the learner's clock at the time."""
    quarters = Counter((one.at_ms // _QUARTER_MS, one.rating > Rating.AGAIN) for one in answers)
    hour_of = _clock(calendar)
    hours = [_Share() for _ in range(24)]
    for (quarter, remembered), count in quarters.items():
        hours[hour_of(quarter)].add(count, counts=remembered)
    columns = (
        Column("hour", Unit.HOUR, "hour"),
        Column("answers", Unit.COUNT, "answers"),
        Column("remembered", Unit.SHARE, "remembered"),
    )
    rows = tuple((hour, one.count, one.share) for hour, one in enumerate(hours))
    return Chart("hours", "Hours of the day", Shape.STACKED, columns, rows)


_QUARTER_MS, _QUARTERS = 900_000, 96
"""The clocks of all zones agree on where quarters of an hour begin; a day has so many."""


def _clock(calendar: Calendar) -> Callable[[int], int]:
    """Tells the hour (0 to 23) on the learner's clock from the number of a quarter of an hour since 1970, UTC.

    A clock is slow to look up: once a day, but on days in which it changes.
    """

    @cache
    def ahead(quarter: int) -> int:
        offset = calendar.local(quarter * _QUARTER_MS).utcoffset()
        return round(offset.total_seconds() / 900) if offset else 0

    def hour(quarter: int) -> int:
        begin = quarter - quarter % _QUARTERS
        changes = ahead(begin) != ahead(begin + _QUARTERS)
        return (quarter + ahead(quarter if changes else begin)) // 4 % 24

    return hour


# Memories


def _forecast(known: Sequence[Standing], calendar: Calendar, day: StudyDay, ahead: int) -> Chart:
    """When cards come due if nothing is answered; suspended ones never do."""
    due = Counter(_due(one, calendar) for one in known if one.asked and not one.suspended)
    overdue = sum(count for when, count in due.items() if when < day)
    due[day] += overdue
    rows = tuple((_date(each), due[StudyDay(each)]) for each in range(day, day + ahead))
    total = sum(count for _, count in rows)
    late = f", {overdue:,} of them overdue" if overdue else ""
    notes = (f"{_count(total, 'card')} in {_count(ahead, 'day')}, {total / ahead:.1f} a day{late}.",) if rows else ()
    return Chart("forecast", "Cards coming due", Shape.BARS, (_DATE, _CARDS), rows, notes)


def _due(one: Standing, calendar: Calendar) -> StudyDay:
    """The study day on which a card waits; a buried one not before it returns."""
    due = one.due_day if one.due_at_ms is None else calendar.day_of(one.due_at_ms)
    return due if one.buried_until is None else max(due, one.buried_until)


def _stability(known: Sequence[Standing]) -> Chart:
    values = sorted(one.stability for one in known)
    bins = _binned(values, _STABILITIES)
    notes = (f"The median of {_memories(values)} is {values[len(values) // 2]:.1f} days.",) if values else ()
    columns = (Column("days", Unit.DAYS, "days, from"), _CARDS)
    return Chart("stability", "Stability: days until recall falls to 90%", Shape.BARS, columns, bins, notes)


# From day to week to month to year, and on by doubling.
_STABILITIES = (0, 1, 2, 4, 7, 14, 21, 30, 60, 90, 180, 365, 730, 1460, 2920)


def _difficulty(known: Sequence[Standing]) -> Chart:
    """Ten bins of equal width; two of Anki's twenty each."""
    values = [one.difficulty for one in known]
    starts = [1 + 9 * at / _DIFFICULTIES for at in range(_DIFFICULTIES)]
    bins = tuple((round(start, 1), count) for start, count in _binned(values, starts))
    notes = (f"The mean of {_memories(values)} is {sum(values) / len(values):.1f}, from 1 to 10.",) if values else ()
    columns = (Column("difficulty", Unit.NUMBER, "difficulty, from"), _CARDS)
    return Chart("difficulty", "Difficulty", Shape.BARS, columns, bins, notes)


_DIFFICULTIES = 10


def _retrievability(known: Sequence[Standing], scheduler: Scheduler, day: StudyDay) -> Chart:
    values = [scheduler.retrievability(Memory(one.stability, one.difficulty), one.last_day, day) for one in known]
    bins = _binned(values, [at / _RECALLS for at in range(_RECALLS)])
    notes: tuple[str, ...] = ()
    if values:
        mean, total = sum(values) / len(values), sum(values)
        notes = (f"You would recall {mean:.1%} of {_count(len(values), 'card')} today: {total:,.0f} of them.",)
    columns = (Column("recall", Unit.SHARE, "recall, from"), _CARDS)
    return Chart("retrievability", "Predicted recall today", Shape.BARS, columns, bins, notes)


_RECALLS = 20


def _binned(values: Iterable[float], starts: Sequence[float]) -> tuple[tuple[float, int], ...]:
    """How many values lie from each start to the next; the last bin has no end."""
    counts = Counter(bisect_right(starts, value) - 1 for value in values)
    return tuple((start, counts[at]) for at, start in enumerate(starts))


def _memories(values: Sequence[float]) -> str:
    return _count(len(values), "memory", "memories")


# Calibration


def _calibration(tally: Tally, counted: Sequence[Answer], scheduler: Scheduler, days: range) -> Chart:
    """From the answers `counted`; memories come from all answers."""
    recalls: dict[tuple[str, int, int], list[float]] = defaultdict(list)
    for answer, recall, previous in predictions(tally.answers, scheduler):
        if answer.study_day in days:
            recalls[_kind(tally, answer), previous, answer.rating].append(recall)
    calibration, by_kind = Calibration(), _failures(tally, counted)
    for (kind, previous, rating), own in recalls.items():
        calibration.add(own, recalled=rating > Rating.AGAIN)
        by_kind[kind].predict(previous, rating, own)
    rows = tuple(
        (one.low, one.high, one.predicted, one.actual, one.least, one.most, one.count) for one in calibration.bins
    )
    notes = (*said_of(calibration), *said_of_hard(by_kind))
    return Chart("calibration", "Predicted and actual recall", Shape.PAIRS, _CALIBRATION, rows, notes)


def _failures(tally: Tally, counted: Iterable[Answer]) -> dict[str, Evidence]:
    """Evidence by kind of card, so far of the attempts that came to nothing."""
    by_kind: dict[str, Evidence] = defaultdict(Evidence)
    for answer in counted:
        if answer.failed:
            by_kind[_kind(tally, answer)].fail(answer.rating)
    return by_kind


def _kind(tally: Tally, answer: Answer) -> str:
    return tally.kinds.get(answer.card, "")


_CALIBRATION = (
    Column("bin_low", Unit.SHARE, "from"),
    Column("bin_high", Unit.SHARE, "to"),
    Column("predicted", Unit.SHARE, "predicted"),
    Column("actual", Unit.SHARE, "recalled"),
    Column("low", Unit.SHARE, "at least (95% sure)"),
    Column("high", Unit.SHARE, "at most (95% sure)"),
    Column("count", Unit.COUNT, "answers"),
)


def _count(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


_DATE = Column("date", Unit.DATE, "date")
_CARDS = Column("cards", Unit.COUNT, "cards")
