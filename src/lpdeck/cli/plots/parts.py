"""What the drawings of all shapes share: where a plot begins, how values are said, lines that flow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from rich.cells import cell_len

from lpdeck.cli.plots.scales import percent, short
from lpdeck.cli.rendering import MEASURE, Painter, cut, wrapped
from lpdeck.statistics import Unit

GUTTER = 7
"""The cells before every plot: a label of five, a blank, a tick."""

LABEL = GUTTER - 2


class Plot(NamedTuple):
    """A drawing without its title: its lines, and sentences that stand below it with the notes of the chart."""

    lines: list[str]
    said: Sequence[str] = ()


Item = tuple[str, str | None]
"""A text with its style."""


def measure(painter: Painter) -> int:
    """The longest line (cells) of sentences and items."""
    return min(painter.width, MEASURE)


def dimmed(painter: Painter, sentences: Iterable[str]) -> list[str]:
    """Sentences, each on lines of its own."""
    return [painter.style(line, "dim") for one in sentences for line in wrapped(one, measure(painter))]


def flow(items: Sequence[Item], painter: Painter, indent: int) -> list[str]:
    """Items beside each other, on as many indented lines as they need."""
    lines: list[str] = []
    line, used = " " * indent, indent
    for text, style in items:
        text = cut(text, painter.width - indent)
        gap = 3 if used > indent else 0
        if gap and used + gap + cell_len(text) > measure(painter):
            lines.append(line)
            line, used, gap = " " * indent, indent, 0
        line += " " * gap + painter.style(text, style)
        used += gap + cell_len(text)
    return [*lines, line]


def axis(painter: Painter, label: str, tick: str) -> str:
    """The beginning of a line of a plot: a label with its tick, or blanks."""
    return painter.style(f"{label:>{LABEL}} {tick}", "dim") if label else " " * GUTTER


def said(value: Any, unit: Unit) -> str:
    """A value as a reader says it, short."""
    if value is None:
        return "·"
    if unit is Unit.DATE:
        day = date.fromisoformat(value)
        return f"{day.day} {day:%b}"
    if unit is Unit.SHARE:
        return percent(value)
    return short(value) if isinstance(value, (int, float)) else str(value)


def value_of(number: float) -> str:
    """A number in full, with at most one decimal place."""
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"
