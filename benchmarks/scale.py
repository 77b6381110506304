"""How much is measured: everything, or a smaller form that shows that the benchmarks work."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """`sizes` are cards of a home where growth is of interest, `cards` where it is not, `most` those of the longest
    log; `pages` are imported, and everything is done `runs` times.
    """

    sizes: tuple[int, ...] = (1_000, 10_000, 100_000)
    cards: int = 10_000
    most: int = 100_000
    pages: int = 1_000
    runs: int = 15


FULL = Scale()
QUICK = Scale(sizes=(1_000,), cards=1_000, most=1_000, pages=30, runs=5)
