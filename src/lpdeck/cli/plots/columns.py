"""BARS, and the hours of a day: columns of eighths of a cell on an axis of few round numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rich.cells import cell_len

from lpdeck.cli.plots.parts import GUTTER, LABEL, Plot, axis, said, value_of
from lpdeck.cli.plots.scales import group_size, groups, placed, round_top, short, staggered, stride
from lpdeck.cli.rendering import Painter
from lpdeck.statistics import Chart, Column, Unit

HEIGHT = 6
"""Cells of the highest column."""

OUTLIER = 3
"""A column more than this many times as high as the next is cut, so that the others can be told apart."""

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = len(_BLOCKS) - 1
_BEYOND = "▲"
_EDGE = "▔"  # at the top of its cell, where a column of that height ends
_FROM = "from"
_WIDEST = 7
_GROUPS = {True: (1, 7, 14, 28, 91, 364), False: (1, 2, 5, 10, 20, 50, 100)}
_STRIDES = {True: (1, 2, 7, 14, 28, 56, 91, 182, 364), False: (1, 2, 4, 5, 10, 20, 50, 100)}


@dataclass(frozen=True)
class Columns:
    """Columns side by side: their labels and values, the cells of each with its gap, the end of the axis.

    Bins are labelled with the value from which they reach to the next.
    """

    labels: Sequence[str]
    values: Sequence[float]
    cells: int
    top: float
    are_bins: bool = False

    @property
    def ink(self) -> int:
        """The cells of a column without its gap."""
        return max(self.cells - 1, 1)

    @property
    def numbers(self) -> list[str]:
        """What stands on top of each column; nothing where that has no room for all."""
        numbers = [value_of(value) if value else "" for value in self.values]
        return numbers if all(len(number) < self.cells for number in numbers) else [""] * len(numbers)

    def at(self, index: int) -> int:
        """The cell of the line at which a column begins."""
        return GUTTER + index * self.cells


def bars(chart: Chart, painter: Painter, today: date) -> Plot:
    """A column for each row, or for neighbours added up where there are more rows than cells."""
    values = [row[-1] or 0 for row in chart.rows]
    dates = chart.columns[0].unit is Unit.DATE
    size = group_size(len(values), painter.width - GUTTER, _GROUPS[dates])
    past = dates and chart.rows[0][0] < today.isoformat()
    parts = groups(len(values), size, whole_at_end=past)
    bins = chart.columns[0].unit in (Unit.DAYS, Unit.NUMBER, Unit.SHARE)
    labels = [said(chart.rows[part.start][0], chart.columns[0].unit) for part in parts]
    columns = _columns(labels, [sum(values[index] for index in part) for part in parts], painter, _WIDEST, bins)
    strides = _STRIDES[dates and size == 1]
    sentences = [*_added_up(parts, size, dates), *_cut(columns, chart.columns[-1])]
    return Plot([*_drawn(columns, painter), _under(columns, strides, painter)], sentences)


def _columns(
    labels: Sequence[str], values: Sequence[float], painter: Painter, widest: int, bins: bool = False
) -> Columns:
    cells = max(min((painter.width - GUTTER) // len(values), widest), 1)
    highest, following = sorted((*values, 0, 0), reverse=True)[:2]
    seen = following if following and highest > OUTLIER * following else highest
    return Columns(labels, values, cells, round_top(seen), bins)


def _added_up(parts: Sequence[range], size: int, dates: bool) -> list[str]:
    if size == 1:
        return []
    odd = min(parts[-1], parts[0], key=len)
    rest = f", the {'last' if odd is parts[-1] else 'first'} only {len(odd)}" if len(odd) < size else ""
    return [f"Each column adds up {size} {'days' if dates else 'bins'}{rest}."]


def _cut(columns: Columns, unit: Column) -> list[str]:
    return [
        f"{_BEYOND} at {label}: {value_of(value)} {unit.title.lower()}, beyond the axis."
        for label, value in zip(columns.labels, columns.values, strict=True)
        if value > columns.top
    ]


def _drawn(columns: Columns, painter: Painter) -> list[str]:
    """The axis with the columns, and the line on which they stand."""
    heights = [_eighths(value, columns.top) for value in columns.values]
    numbers = columns.numbers
    ticks = {HEIGHT: short(columns.top), HEIGHT // 2: short(columns.top / 2)}
    # A number on the highest column needs a row above it.
    rows = HEIGHT + any(
        number and height > (HEIGHT - 1) * _EIGHTHS for number, height in zip(numbers, heights, strict=True)
    )
    lines = []
    for row in range(rows, 0, -1):
        cells = [_cell(columns, index, row, heights[index], numbers[index]) for index in range(len(heights))]
        lines.append(axis(painter, ticks.get(row, ""), _EDGE) + "".join(cells).rstrip())
    return [*lines, painter.style(f"{'0':>{LABEL}} {_EDGE * (1 + columns.at(len(heights)) - GUTTER)}", "dim")]


def _eighths(value: float, top: float) -> int:
    """The height of a column in eighths of a cell; what is not nothing is seen."""
    return max(round(min(value / top, 1) * HEIGHT * _EIGHTHS), 1) if value else 0


def _cell(columns: Columns, index: int, row: int, height: int, number: str) -> str:
    """What a column shows in a row (1 is the lowest): its block, its number on top of it, or blanks."""
    filled = min(max(height - (row - 1) * _EIGHTHS, 0), _EIGHTHS)
    if number and -_EIGHTHS < height - (row - 1) * _EIGHTHS <= 0:
        return number.center(columns.ink).ljust(columns.cells)
    beyond = row == HEIGHT and columns.values[index] > columns.top
    return ((_BEYOND if beyond else _BLOCKS[filled]) * columns.ink).ljust(columns.cells)


def _under(columns: Columns, strides: Sequence[int], painter: Painter) -> str:
    """The labels below the columns, at even distances where there is no room for all."""
    widest = max(map(cell_len, columns.labels))
    if widest < columns.cells:
        labels = [(columns.at(index), label.center(columns.ink)) for index, label in enumerate(columns.labels)]
    else:
        every = stride(len(columns.labels), columns.cells, widest, strides)
        labels = [(columns.at(index), label) for index, label in enumerate(columns.labels) if index % every == 0]
    begin = [(LABEL - len(_FROM), _FROM)] if columns.are_bins else []
    return painter.style(placed([*begin, *labels], painter.width), "dim")


def hours(chart: Chart, painter: Painter, _today: date) -> Plot:
    """A column of answers for each hour, the shares below as numbers, on as many lines as they need."""
    columns = _columns([str(row[0]) for row in chart.rows], [row[1] or 0 for row in chart.rows], painter, 5)
    lines = [*_drawn(columns, painter), _under(columns, _STRIDES[False], painter)]
    sentences = _cut(columns, chart.columns[1])
    for index, column in enumerate(chart.columns[2:], 2):
        if column.unit is Unit.SHARE:
            shares = [(columns.at(place), row[index]) for place, row in enumerate(chart.rows)]
            numbers = [(at, f"{share * 100:.0f}") for at, share in shares if share is not None]
            first, *more = staggered(numbers, painter.width) or [""]
            label = painter.style(f"{'%':>{LABEL}}  ", "dim")
            lines += [label + first[GUTTER:], *more]
            sentences.append(f"% {column.title.lower()} in that hour.")
    return Plot(lines, sentences)
