"""The table: a line for each ratio, with what is to be reached and, where it is not, why."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from timing import Cost


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `ours` and `theirs` were measured in turn: seconds, bytes or megabytes, as `clock` says. `target` is the greatest
    ratio that was to be reached, None where none was set; `why` says why it is missed, where it is.
    """

    name: str
    against: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    size: int | None = None
    clock: str = "elapsed"
    target: float | None = None
    why: str = ""

    @property
    def ratios(self) -> list[float]:
        """The ratio of every pair."""
        return [ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def verdict(self) -> str:
        """Whether the target is reached, or by how much it is missed and why."""
        if self.target is None:
            return ""
        over = self.ratio / self.target - 1
        if over <= 0:
            return "ok"
        return f"over by {over:.0%}" + (f": {self.why}" if self.why else "")

    def line(self) -> str:
        """The line as it is printed."""
        size = f"{self.size:,}" if self.size is not None else ""
        spread = f"({min(self.ratios):.2f}–{max(self.ratios):.2f})" if len(self.ratios) > 1 else ""
        target = f"≤ {self.target:.2f}" if self.target is not None else ""
        figures = f"{self.clock:<9} {self.ratio:>6.2f} {spread:<15} {target:<7}"
        return f"{self.name:<25} {size:>9}  {self.against:<22} {figures} {self.verdict}".rstrip()


HEADING = f"{'':<25} {'cards':>9}  {'against':<22} {'':<9} {'ratio':>6} {'':<15} {'target':<7}"


def compared(
    name: str,
    against: str,
    ours: Sequence[Cost],
    theirs: Sequence[Cost],
    *,
    size: int | None = None,
    target: float | None = None,
    why: str = "",
    processor: bool = False,
) -> Iterator[Row]:
    """The rows of two things that were timed in turn; `processor` adds the time on it, for what waits for a disk."""
    for clock in Cost._fields[: 1 + processor]:
        columns = (tuple(getattr(cost, clock) for cost in costs) for costs in (ours, theirs))
        yield Row(name, against, *columns, size, clock, target if clock == "elapsed" else None, why)


def grown(rows: Sequence[Row], less: int, more: int) -> Iterator[str]:
    """How many times longer ours and theirs took for `more` cards than for `less`."""
    sized = {(row.name, row.against, row.clock, row.size): row for row in rows}
    for (name, against, clock, size), row in sized.items():
        after = sized.get((name, against, clock, more))
        if size == less and after is not None:
            ours, theirs = (
                statistics.median(getattr(after, side)) / statistics.median(getattr(row, side))
                for side in ("ours", "theirs")
            )
            yield f"{name:<25} {clock:<9} lpdeck × {ours:<8.2f} {against} × {theirs:.2f}"
