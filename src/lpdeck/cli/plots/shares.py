"""STACKED, LINE and PAIRS: shares as parts of a bar, over time, and beside what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import Any

from rich.cells import cell_len

from lpdeck.cli.plots.parts import GUTTER, LABEL, Item, Plot, axis, flow, measure, said, value_of
from lpdeck.cli.plots.scales import axis_bottom, percent, placed, short, stride
from lpdeck.cli.rendering import Painter, cut
from lpdeck.statistics import Chart, Unit

FEW = 20
"""A share of fewer answers than this says little; it is dimmed and called so."""

# STACKED

# The signs of the parts with their styles; beside each stands its name.
_PARTS = (("█", "wrong"), ("▓", "warning"), ("▒", "right"), ("░", None))


def stacked(chart: Chart, painter: Painter, _today: date) -> Plot:
    """A bar for each row, its parts as long as their shares, and below all of them the numbers of the parts."""
    parts = [index for index, column in enumerate(chart.columns) if index and column.unit is not Unit.SHARE]
    names = [chart.columns[index].title.lower() for index in parts]
    labels = [said(row[0], chart.columns[0].unit) for row in chart.rows]
    gutter = max(GUTTER, min(max(map(cell_len, labels)), painter.width // 3) + 2)
    starts = [cut(label, gutter - 2).ljust(gutter) for label in labels]
    rows = [[row[index] or 0 for index in parts] for row in chart.rows]
    ends = max(len(value_of(sum(row))) for row in rows) + 2
    room = max(measure(painter) - gutter - ends, 4)
    bars = [
        f"{start}{_bar(counts, room, painter)}{value_of(sum(counts)):>{ends}}"
        for start, counts in zip(starts, rows, strict=True)
    ]
    return Plot([*bars, "", *_part_numbers(names, starts, rows, painter)])


def _part_numbers(names: Sequence[str], starts: Sequence[str], rows: Sequence[Any], painter: Painter) -> list[str]:
    """Under each part's sign and name its numbers and shares; in lines that flow where a table is too wide."""
    gutter = cell_len(starts[0])
    heads = [f"{sign} {name}" for (sign, _), name in zip(_cycled(len(names)), names, strict=True)]
    table = [[f"{value_of(count)} {_share(count, sum(row)):>5}" for count in row] for row in rows]
    sizes = [max(map(cell_len, column)) for column in zip(heads, *table, strict=True)]
    gap = min((measure(painter) - gutter - sum(sizes)) // len(sizes), 4)
    if gap < 1:
        return _flowing(heads, starts, rows, painter)
    styles = [style for _, style in _cycled(len(names))]
    lines = [" " * gutter]
    for head, size, style in zip(heads, sizes, styles, strict=True):
        lines[0] += " " * (size - cell_len(head)) + painter.style(head, style) + " " * gap
    for start, texts in zip(starts, table, strict=True):
        cells = [f"{text:>{size}}" for text, size in zip(texts, sizes, strict=True)]
        lines.append((start + (" " * gap).join(cells)).rstrip())
    return [line.rstrip() for line in lines]


def _flowing(heads: Sequence[str], starts: Sequence[str], rows: Sequence[Any], painter: Painter) -> list[str]:
    lines: list[str] = []
    for start, row in zip(starts, rows, strict=True):
        if not any(row):
            continue
        texts = (f"{head} {value_of(count)} {_share(count, sum(row))}" for head, count in zip(heads, row, strict=True))
        items = [(text, style) for text, (_, style) in zip(texts, _cycled(len(row)), strict=True)]
        lines += [start.rstrip(), *flow(items, painter, 2)]
    return lines


def _share(count: float, total: float) -> str:
    return percent(count / total if total else None)


def _bar(counts: Sequence[float], room: int, painter: Painter) -> str:
    total = sum(counts)
    if not total:
        return painter.style("·".ljust(room), "dim")
    edges = [round(edge / total * room) for edge in accumulate(counts, initial=0)]
    runs = zip(_cycled(len(counts)), pairwise(edges), strict=True)
    return "".join(painter.style(sign * (end - start), style) for (sign, style), (start, end) in runs)


def _cycled(count: int) -> list[tuple[str, str | None]]:
    return [_PARTS[index % len(_PARTS)] for index in range(count)]


# LINE: the columns are x, share, low, high, count, and further shares behind them

_LINE_HEIGHT = 11
_POINT, _BAND = "●", "░"


def line(chart: Chart, painter: Painter, _today: date) -> Plot:
    """A point for each row in its band, gaps where nothing was counted; below some of the dates their numbers."""
    rows = chart.rows[-(painter.width - GUTTER) :]
    cells = max(min((painter.width - GUTTER) // len(rows), 5), 1)
    known = [row for row in rows if row[1] is not None]
    # The intervals of few answers are wide; they do not set the scale.
    bottom = axis_bottom(row[2] if row[4] >= FEW else row[1] for row in known)
    lines = [_line_row(rows, height, bottom, cells, painter) for height in reversed(range(_LINE_HEIGHT))]
    lines += ["", *_numbers_below(chart, rows, cells, painter), ""]
    lines += flow(
        [(f"{_POINT} {_lower(chart.columns[1].title)}", None), (f"{_BAND} 95% interval", "dim")], painter, GUTTER
    )
    sentences = [f"The last {len(rows)} of {len(chart.rows)} rows are shown."] if len(rows) < len(chart.rows) else []
    if any(row[2] < bottom for row in known):
        sentences.append(f"Intervals of under {FEW} answers may reach below the axis.")
    return Plot(lines, sentences)


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _line_row(rows: Sequence[Any], height: int, bottom: float, cells: int, painter: Painter) -> str:
    ticks = {0: bottom, _LINE_HEIGHT // 2: (1 + bottom) / 2, _LINE_HEIGHT - 1: 1.0}
    signs = [_line_cell(row, height, bottom, cells, painter) for row in rows]
    return axis(painter, percent(ticks[height]) if height in ticks else "", "─") + "".join(signs).rstrip()


def _line_cell(row: Sequence[Any], height: int, bottom: float, cells: int, painter: Painter) -> str:
    """What a row of the chart shows at a height of the plot: its point, its band, or blanks."""
    share, low, high = row[1:4]
    if share is None:
        return " " * cells
    point = _POINT if height == _height(share, bottom) else ""
    inside = low is not None and high is not None and _height(low, bottom) <= height <= _height(high, bottom)
    return point + painter.style((_BAND if inside else " ") * (cells - len(point)), "dim" if inside else None)


def _height(share: float, bottom: float) -> int:
    """The height (0 to 10) of a share; what lies below the axis is drawn at its foot."""
    return max(round((share - bottom) / (1 - bottom) * (_LINE_HEIGHT - 1)), 0)


def _numbers_below(chart: Chart, rows: Sequence[Any], cells: int, painter: Painter) -> list[str]:
    """Dates at even distances, the last among them, and below each what was counted there."""
    dates = [said(row[0], chart.columns[0].unit) for row in rows]
    every = stride(len(rows), cells, max(map(cell_len, dates)), (1, 2, 4, 8, 13, 26, 52))
    room = painter.width - GUTTER - max(map(cell_len, dates))
    last = min(len(rows) - 1, room // cells)
    places = sorted(range(last, -1, -every))
    lines = [_beneath("", [(place, dates[place]) for place in places], cells, painter, "dim")]
    for index, column in enumerate(chart.columns):
        if index == 1 or index > 3:
            name = "of" if column.unit is Unit.COUNT else "all" if index == 1 else column.name
            texts = [(place, said(rows[place][index], column.unit)) for place in places]
            lines.append(_beneath(name, texts, cells, painter, "dim" if name == "of" else None))
    return lines


def _beneath(label: str, texts: Sequence[tuple[int, str]], cells: int, painter: Painter, style: str | None) -> str:
    """Texts below their places of the plot, behind a label in the gutter."""
    drawn = placed([(GUTTER + place * cells, text) for place, text in texts], painter.width)
    return painter.style(cut(label, GUTTER - 1).rjust(GUTTER - 1) + " ", "dim") + painter.style(drawn[GUTTER:], style)


# PAIRS: the columns are the bin's low and high end, predicted, actual, the actual's low and high end, count

_PREDICTED, _RECALLED = "○", "●"
_WIDEST_PAIR = 61
_LEAST_PAIR = 8
_VERDICTS = {"less": "warning", "few": "dim"}


def pairs(chart: Chart, painter: Painter, _today: date) -> Plot:
    """A line for each bin with answers: its interval on an axis, its numbers, and what they say in a word."""
    rows = [row for row in chart.rows if row[-1]]
    heads = ("predicted", "recalled", "answers") if painter.width >= _ROOMY else ("said", "did", "of")
    sizes = [max(cell_len(head), 5) + 2 for head in heads]
    room = min(painter.width - GUTTER - sum(sizes) - 6, _WIDEST_PAIR)
    room = room if room >= _LEAST_PAIR else 0
    bottom = axis_bottom(min(row[2], row[4] if row[-1] >= FEW else row[3]) for row in rows)
    head = "".join(f"{text:>{size}}" for text, size in zip(heads, sizes, strict=True))
    lines = [painter.style(f"{'%':>{LABEL + 1}} {_pair_axis(bottom, room)}{head}", "dim")]
    lines += [_pair(row, bottom, room, sizes, painter) for row in rows]
    legend: list[Item] = [(f"{_RECALLED} recalled", None), (f"{_PREDICTED} predicted, where it is not the same", None)]
    legend += [("├─┤ 95% interval", "dim")]
    words = f"less, more: the prediction lies outside the interval; few: under {FEW} answers."
    return Plot([*lines, *(["", *flow(legend, painter, GUTTER)] if room else [])], [words])


_ROOMY = 60


def _pair(row: Sequence[Any], bottom: float, room: int, sizes: Sequence[int], painter: Painter) -> str:
    low, high, word = row[0], row[1], verdict(row)
    label = f"{f'{low * 100:.0f}–{high * 100:.0f}':>{GUTTER - 1}} "
    numbers = (percent(row[2]), percent(row[3]), short(row[-1]))
    texts = "".join(f"{text:>{size}}" for text, size in zip(numbers, sizes, strict=True))
    drawn = f"{_pair_plot(row, bottom, room)}{texts}"
    if word == "few":
        return painter.style(f"{label}{drawn}  {word}", "dim")
    return f"{painter.style(label, 'dim')}{drawn}  {painter.style(word, _VERDICTS.get(word))}"


def verdict(row: Sequence[Any]) -> str:
    """What a bin says: recalled `less` or `more` than predicted, or it `fits`; `few` answers say nothing."""
    predicted, _, low, high, count = row[2:7]
    if count < FEW:
        return "few"
    if low <= predicted <= high:
        return "fits"
    return "less" if predicted > high else "more"


def _pair_axis(bottom: float, room: int) -> str:
    """The ends and the middle of the axis above the plot; its last label ends with it."""
    middle, end = f"{(1 + bottom) * 50:.0f}", "100"
    return placed([(0, f"{bottom * 100:.0f}"), (room // 2 - 1, middle), (room - len(end), end)], room).ljust(room)


def _pair_plot(row: Sequence[Any], bottom: float, room: int) -> str:
    if not room:
        return ""
    predicted, actual, low, high = (_cell_of(share, bottom, room) for share in row[2:6])
    cells = [" "] * room
    cells[low : high + 1] = "─" * (high + 1 - low)
    if low < high:
        cells[low], cells[high] = "├" if row[4] >= bottom else "─", "┤"
    cells[predicted] = _PREDICTED
    cells[actual] = _RECALLED
    return "".join(cells)


def _cell_of(share: float, bottom: float, room: int) -> int:
    """The cell of a share on an axis that ends at 1; what lies below the axis is drawn at its beginning."""
    return min(max(round((share - bottom) / (1 - bottom) * (room - 1)), 0), room - 1)
