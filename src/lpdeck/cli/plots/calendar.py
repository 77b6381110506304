"""CALENDAR: weeks as columns, weekdays as rows, what was done on a day as one of five shades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from lpdeck.cli.plots.parts import GUTTER, LABEL, Item, Plot, flow
from lpdeck.cli.plots.scales import placed, step_of, step_starts
from lpdeck.cli.rendering import Painter, plural
from lpdeck.statistics import Chart

SHADES = "·░▒▓█"
MOST_WEEKS = 53

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS = len(_WEEKDAYS)
_TODAY = "◄"


def calendar(chart: Chart, painter: Painter, today: date) -> Plot:
    """The weeks up to today, as many as fit, with what the shades mean and sums of all days below."""
    counts = {date.fromisoformat(day): count or 0 for day, count, *_ in chart.rows}
    last, begin = max(today, *counts), min(counts)
    room = painter.width - GUTTER - len(_TODAY) - 1
    weeks = min((_monday(last) - _monday(begin)).days // _DAYS + 1, MOST_WEEKS, room)
    cells = 2 if weeks * 2 <= room else 1
    monday = _monday(last) - timedelta(weeks=weeks - 1)
    first, starts = max(monday, begin), step_starts(counts.values())
    lines = [_months(monday, weeks, cells, painter)]
    for weekday, name in enumerate(_WEEKDAYS):
        days = [monday + timedelta(weeks=week, days=weekday) for week in range(weeks)]
        signs = "".join(
            _sign(counts.get(day, 0), starts, cells) if first <= day <= last else " " * cells for day in days
        )
        mark = painter.style(f" {_TODAY}", "bold") if days[-1] == today else ""
        lines.append(painter.style(f"{name:>{LABEL}}  ", "dim") + (signs + mark if mark else signs.rstrip()))
    older = sum(count for day, count in counts.items() if day < first)
    return Plot([*lines, "", *_legend(starts, painter)], _streaks(counts, today, older))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _months(monday: date, weeks: int, cells: int, painter: Painter) -> str:
    """Each month above the week in which it begins, the first above the first week."""
    sundays = [monday + timedelta(weeks=week, days=_DAYS - 1) for week in range(weeks)]
    begins = [week for week in range(weeks) if not week or sundays[week].month != sundays[week - 1].month]
    if len(begins) > 1 and (begins[1] - begins[0]) * cells < len("Jan "):
        del begins[0]
    return painter.style(
        placed([(GUTTER + week * cells, f"{sundays[week]:%b}") for week in begins], painter.width), "dim"
    )


def _sign(count: float, starts: Sequence[int], cells: int) -> str:
    sign = SHADES[_shade(count, starts)]
    return sign * cells if count else sign.ljust(cells)


def _shade(count: float, starts: Sequence[int]) -> int:
    """The place of a day's sign; where there are few steps they are the darkest."""
    step = step_of(count, starts)
    return step and step + len(SHADES) - 1 - len(starts)


def _legend(starts: Sequence[int], painter: Painter) -> list[str]:
    ends = [*(start - 1 for start in starts[1:]), None]
    items: list[Item] = [(f"{SHADES[0]} none", None)]
    for start, end in zip(starts, ends, strict=True):
        items.append((f"{SHADES[_shade(start, starts)]} {_span(start, end)}", None))
    return flow([*items, (f"{_TODAY} today", "bold")], painter, GUTTER)


def _span(start: int, end: int | None) -> str:
    if end is None:
        return f"{start:,} and more"
    return f"{start:,}" if start == end else f"{start:,}–{end:,}"


def _streaks(counts: Mapping[date, int], today: date, older: int) -> list[str]:
    """What is said below; the notes of the chart tell the total."""
    longest, current = streaks((day for day, count in counts.items() if count), today)
    said = f"Longest streak {plural(longest, 'day')}, current streak {plural(current, 'day')}."
    return [said, f"{plural(older, 'answer')} came before the weeks shown."] if older else [said]


def streaks(days: Iterable[date], today: date) -> tuple[int, int]:
    """The longest run of days, and the run that lasts: up to today, or to yesterday while today is not over."""
    longest, run, before = 0, 0, date.min
    for day in sorted(set(days)):
        run = run + 1 if (day - before).days == 1 else 1
        longest, before = max(longest, run), day
    return longest, run if (today - before).days <= 1 else 0
