"""What became of every line: used, known as navigation, or not understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lpdeck.pages.lines import Line
from lpdeck.walkthrough import Coverage, Problem


@dataclass
class Ledger:
    """The account of a page's lines; a line that nobody claims is a Problem."""

    sections: dict[str, set[int]] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)
    reasons: dict[int, str] = field(default_factory=dict)

    def use(self, lines: Line | Iterable[Line], section: str) -> None:
        """Note that these lines say something in a section of the page."""
        for line in _each(lines):
            self.sections.setdefault(section, set()).update(line.numbers)

    def skip(self, lines: Line | Iterable[Line]) -> None:
        """Note that these lines are navigation or decoration."""
        for line in _each(lines):
            self.passed.update(line.numbers)

    def report(self, lines: Line | Iterable[Line], reason: str) -> None:
        """Note that these lines were not understood, and why."""
        for line in _each(lines):
            self.reasons.update(dict.fromkeys(line.numbers, reason))

    def used(self) -> set[int]:
        """The numbers of all lines that were used somewhere."""
        return set().union(*self.sections.values())

    def problems(self, text: str) -> tuple[Problem, ...]:
        """The lines that were not understood, in the order of the page."""
        rows = text.split("\n")
        known = (self.used() | self.passed) - self.reasons.keys()
        return tuple(
            Problem(number, row.strip(), self.reasons.get(number, "not understood"))
            for number, row in enumerate(rows, start=1)
            if row.strip() and number not in known
        )

    def coverage(self, text: str, problems: tuple[Problem, ...]) -> Coverage:
        """The counts of the page's lines that are not blank."""
        lines = sum(1 for row in text.split("\n") if row.strip())
        used = len(self.used() - {problem.line for problem in problems})
        return Coverage(lines, used, lines - used - len(problems), len(problems))


def _each(lines: Line | Iterable[Line]) -> Iterable[Line]:
    return (lines,) if isinstance(lines, Line) else lines
