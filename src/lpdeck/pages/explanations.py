"""The explanations in a walkthrough that `lpdeck new` began: lines for the writer and not of the page."""

from __future__ import annotations

MARK = "//"
FIRST_LINE = f"{MARK} lpdeck new"
"""How the first line of such a file begins; in any other page a line that begins with the mark is a line of it."""


def without_explanations(text: str) -> tuple[str, int]:
    """The text with each explanation as a blank line, so that lines keep their numbers; and how many there were."""
    if not text.lstrip().startswith(FIRST_LINE):
        return text, 0
    rows = text.split("\n")
    kept = ["" if row.lstrip().startswith(MARK) else row for row in rows]
    return "\n".join(kept), sum(row != one for row, one in zip(rows, kept, strict=True))
