"""What the lines between two labels say: a paragraph, several, or a list; what does not fit is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lpdeck.pages.copies import unique
from lpdeck.pages.ledger import Ledger
from lpdeck.pages.lines import Kind, Line, is_loose
from lpdeck.pages.wording import cut_from, key, phrases, same

NO_PLACE = "has no place here"
SECOND = "a second paragraph where one is expected"
HEADING = "looks like a heading or a link"


def plain(line: Line) -> str:
    """The line as prose: without a bullet, but with a number that may belong to the sentence."""
    return line.body if line.kind is Kind.BULLET else line.text


@dataclass(frozen=True)
class Slot:
    """A place of the page that takes lines: where they are entered, and in which section."""

    ledger: Ledger
    section: str

    def paragraph(self, lines: Sequence[Line]) -> str | None:
        """The one paragraph that the lines hold; what stands beside it is reported."""
        rows = [line for line in lines if len(phrases(line.text)) > 1]
        self.ledger.report(rows, NO_PLACE)
        lines = [line for line in lines if line not in rows]
        if not lines:
            return None
        chosen = _paragraph(lines)
        self.ledger.use(chosen, self.section)
        for line in lines:
            if line is not chosen:
                self._spare(line, plain(chosen))
        return plain(chosen)

    def prose(self, lines: Sequence[Line]) -> str | None:
        """All paragraphs that the lines hold, one a line; headings and links beside them are reported."""
        if not lines:
            return None
        solid = [line for line in lines if not is_loose(line)] or [_longest(lines)]
        kept = [line for line in solid if line.kind not in (Kind.BULLET, Kind.NUMBERED)] or solid
        self.ledger.use(kept, self.section)
        taken = set(map(id, kept))
        self.ledger.report((line for line in lines if id(line) not in taken), HEADING)
        return "\n".join(plain(line) for line in _without_copies(kept))

    def _spare(self, line: Line, text: str) -> None:
        """Account for a line beside the paragraph: a copy of it, or a problem."""
        if same(plain(line), text) or cut_from(plain(line), text):
            self.ledger.use(line, self.section)
        else:
            self.ledger.report(line, HEADING if is_loose(line) else SECOND)

    def items(self, lines: Sequence[Line], *, after_text: bool = False) -> tuple[str, ...]:
        """The items of a list: those with bullets where there are any, else every line."""
        bullets = [line for line in lines if is_item(line)]
        chosen = bullets or (list(lines) if after_text else _first_block(lines))
        self.ledger.use(chosen, self.section)
        taken = set(map(id, chosen))
        for line in lines:
            if id(line) not in taken:
                self.ledger.report(line, HEADING if is_loose(line) else NO_PLACE)
        return unique(line.body for line in chosen)


def is_item(line: Line) -> bool:
    """Whether a line is an item of a list by its bullet, its number, or an emoji in the bullet's place."""
    return line.kind in (Kind.BULLET, Kind.NUMBERED) or (line.decorated and line.kind in (Kind.TEXT, Kind.PHRASES))


def _paragraph(lines: Sequence[Line]) -> Line:
    """The paragraph: on the label's own line, else the first prose, else the longest line."""
    glued = (line for line in lines if line.glued)
    solid = (line for line in lines if not is_loose(line))
    return next(glued, None) or next(solid, None) or _longest(lines)


def _longest(lines: Sequence[Line]) -> Line:
    return max(lines, key=lambda line: len(line.text.split()))


def _without_copies(lines: Sequence[Line]) -> list[Line]:
    kept: dict[str, Line] = {}
    for line in lines:
        kept.setdefault(key(plain(line)), line)
    return list(kept.values())


def _first_block(lines: Sequence[Line]) -> list[Line]:
    """A list without bullets: its lines up to a blank line, where at least two stand without one between."""
    if len(lines) < 3 or lines[1].gap:
        return list(lines)
    end = next((at for at, line in enumerate(lines) if at and line.gap), len(lines))
    return list(lines[:end])
