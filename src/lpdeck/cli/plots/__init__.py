"""Draws a chart as lines of text: every shape at any width, readable without colours, and as a table for a pipe.

Every plot begins at the same cell, behind the labels of its axis. What has no room is left out or added up, and a
sentence says so; nothing is cut off silently.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from lpdeck.cli.plots.calendar import calendar
from lpdeck.cli.plots.columns import bars, hours
from lpdeck.cli.plots.parts import Plot, dimmed, measure
from lpdeck.cli.plots.shares import line, pairs, stacked
from lpdeck.cli.rendering import Painter, cut, wrapped
from lpdeck.statistics import Chart, Shape, Unit

Drawing = Callable[[Chart, Painter, date], Plot]

# What is said instead of an empty chart.
_NOTHING = {
    "reviews": "No answers yet: lpdeck review asks the first cards.",
    "forecast": "Nothing is due in these days: cards that were never asked have no day yet.",
    "retention": "No card was asked again yet: what is kept shows from the second day of a card on.",
    "stability": "No card has a memory yet: lpdeck review gives it one.",
    "difficulty": "No card has a memory yet: lpdeck review gives it one.",
    "retrievability": "No card has a memory yet: lpdeck review gives it one.",
    "buttons": "No answers yet: lpdeck review asks the first cards.",
    "minutes": "No answers yet: lpdeck review asks the first cards.",
    "hours": "No answers yet: lpdeck review asks the first cards.",
    "calibration": "No answers to compare yet: a prediction begins with the second day of a card.",
}


def draw(chart: Chart, painter: Painter, today: date) -> list[str]:
    """The lines of a chart, none wider than the painter (40 cells or more): title, plot, notes."""
    title = painter.style(cut(chart.title, painter.width), "bold")
    if is_empty(chart):
        return [title, *wrapped(_NOTHING.get(chart.name, "Nothing to draw yet."), measure(painter))]
    plot = _drawing(chart)(chart, painter, today)
    sentences = [*plot.said, *chart.notes]
    return [title, "", *plot.lines, *(["", *dimmed(painter, sentences)] if sentences else [])]


def _drawing(chart: Chart) -> Drawing:
    if chart.shape is Shape.STACKED and chart.columns[0].unit is Unit.HOUR:
        return hours
    return _SHAPES[chart.shape]


_SHAPES: dict[Shape, Drawing] = {
    Shape.CALENDAR: calendar,
    Shape.BARS: bars,
    Shape.STACKED: stacked,
    Shape.LINE: line,
    Shape.PAIRS: pairs,
}


def is_empty(chart: Chart) -> bool:
    """Whether a chart has nothing to count: every number behind its axis is 0 or lacks."""
    if chart.shape is Shape.PAIRS:
        return not any(row[-1] for row in chart.rows)
    counted = [index for index, column in enumerate(chart.columns) if index and column.unit in _COUNTED]
    return not any(row[index] for row in chart.rows for index in counted)


_COUNTED = (Unit.COUNT, Unit.MINUTES, Unit.NUMBER)


# For a pipe


def table(chart: Chart) -> list[str]:
    """The rows as plain numbers under the names of their columns, for other programs; what is said begins with #."""
    head = [column.name for column in chart.columns]
    units = [column.unit for column in chart.columns]
    rows = [[plain(value, unit) for value, unit in zip(row, units, strict=True)] for row in chart.rows]
    sizes = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    texts = [unit in (Unit.LABEL, Unit.DATE) for unit in units]
    lines = [
        "  ".join(
            cell.ljust(size) if is_text else cell.rjust(size)
            for cell, size, is_text in zip(row, sizes, texts, strict=True)
        ).rstrip()
        for row in [head, *rows]
    ]
    return [f"# {chart.name}: {chart.title}", *lines, *(f"# {note}" for note in chart.notes)]


def plain(value: Any, unit: Unit) -> str:
    """A value without any sign of a language: `-` where there is nothing, shares with four decimal places."""
    if value is None:
        return "-"
    if unit is Unit.SHARE:
        return f"{value:.4f}"
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
