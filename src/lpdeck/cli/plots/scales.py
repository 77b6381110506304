"""What a drawing in cells needs to know of numbers: round axes, even steps, short labels, columns that fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, floor, log10

from rich.cells import cell_len

_ROUND = (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10)
_LETTERS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))

AXIS_BOTTOMS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.2, 0.0)
"""Where an axis of shares may begin: half way from each to 1 is round too."""


def round_top(value: float) -> float:
    """The least end (2 or more) of an axis from 0 that holds a value and whose half is a whole, round number."""
    power = 10.0 ** floor(log10(max(value, 2)))
    tops = (round(one * scale) for scale in (power, 10 * power) for one in _ROUND)
    return float(next(top for top in tops if top >= max(value, 2) and top % 2 == 0))


def axis_bottom(shares: Iterable[float]) -> float:
    """The highest of AXIS_BOTTOMS that leaves no share (0 to 1) below it."""
    least = min(shares, default=0.0)
    return next(bottom for bottom in AXIS_BOTTOMS if bottom <= least or not bottom)


def short(number: float) -> str:
    """A number in at most five cells: `0.5`, `85`, `2,500`, `12.5k`, `3M`; ends of axes stay exact."""
    size = abs(number)
    if size < 10_000:
        return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"
    for unit, letter in _LETTERS:
        if size >= unit * 0.9995:
            scaled = number / unit
            if scaled >= 9_999.5:
                return f"{number:.0e}".replace("+", "")
            return f"{scaled:.3g}{letter}" if scaled < 999.5 else f"{scaled:.0f}{letter}"
    return f"{number:,.0f}"


def percent(share: float | None) -> str:
    """A share (0 to 1) as whole percent; a dot where there was nothing to count."""
    return "·" if share is None else f"{share:.0%}"


def step_starts(counts: Iterable[float], steps: int = 4) -> tuple[int, ...]:
    """Where the steps of a scale of intensity begin: 1, then quantiles of the counts above 0, rounded.

    At most `steps` numbers, growing; fewer where the counts differ little. One enormous day leaves the others apart.
    """
    above = sorted(int(count) for count in counts if count >= 1)
    starts = [1] if above else []
    for step in range(1, steps if above else 0):
        start = _rounded(above[len(above) * step // steps])
        if start > starts[-1]:
            starts.append(start)
    return tuple(starts)


def _rounded(number: int) -> int:
    """A number as it is below 20, else to the nearest 5, 50, 500 and so on."""
    if number < 20:
        return number
    grain = 5 * int(10 ** (len(str(number)) - 2))
    return round(number / grain) * grain


def step_of(count: float, starts: Sequence[int]) -> int:
    """The step in which a count lies, from 1; 0 for nothing."""
    return sum(count >= start for start in starts)


def group_size(bins: int, room: int, sizes: Sequence[int]) -> int:
    """How many neighbours one column adds up so that `bins` fit in `room` columns: one of `sizes`, or multiples."""
    fitting = (size for size in sizes if ceil(bins / size) <= room)
    return next(fitting, sizes[-1] * max(ceil(bins / sizes[-1] / max(room, 1)), 1))


def groups(bins: int, size: int, *, whole_at_end: bool = False) -> list[range]:
    """The places of neighbours that are added up; the group that is smaller is the last, or the first."""
    first = bins % size if whole_at_end else 0
    starts = [*([0] if first else []), *range(first, bins, size)]
    return [range(start, end) for start, end in pairwise([*starts, bins])]


def placed(labels: Iterable[tuple[int, str]], width: int, gap: int = 1) -> str:
    """A line with each label at its cell, at least `gap` blanks between; what would overlap is left out."""
    line = ""
    for at, label in labels:
        used = cell_len(line)
        if label and at + cell_len(label) <= width and (at >= used + gap or not used):
            line += " " * (at - used) + label
    return line.rstrip()


def staggered(labels: Sequence[tuple[int, str]], width: int) -> list[str]:
    """The labels on as few lines as leave none out: on the first every second one, say, the others on the next."""
    for lines in range(1, len(labels) + 1):
        parts = [labels[line::lines] for line in range(lines)]
        drawn = [placed(part, width) for part in parts]
        if all(len(line.split()) == len(part) for line, part in zip(drawn, parts, strict=True)):
            return drawn
    return []


def stride(bins: int, cells: int, label: int, strides: Sequence[int]) -> int:
    """Every how many columns (of `cells` each) a label of a width (cells) has room."""
    fitting = (one for one in strides if one * cells >= label + 2)
    return next(fitting, bins or 1)
