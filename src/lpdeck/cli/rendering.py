"""Text for the terminal: wrapping by cells, a few colours with one meaning each, and control characters made harmless.

Written without rich's console, whose import a learner would wait for at every first card; only its table of cell
widths is used.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len

from lpdeck.cli.faces import Block, Face, Role
from lpdeck.days import StudyDay, date_of

# One meaning each; only the sixteen colours that every theme, light or dark, has made readable.
STYLES = {
    "dim": "2",
    "bold": "1",
    "right": "32",
    "wrong": "31",
    "warning": "33",
    "mark": "1;4",
}

_ROLE_STYLE = {
    Role.ASK: "bold",
    Role.DIM: "dim",
    Role.RIGHT: "right",
    Role.WRONG: "wrong",
    Role.WARNING: "warning",
    Role.KEY_LINE: "bold",
}

_NARROW = 40
_LONG_BULLET = 9
_SIGNS = dict.fromkeys(map(ord, "✓✗!•▸›"))

MEASURE = 100
"""The longest line (cells) that a card is read in; on a wider terminal it stays at the left."""


@dataclass(frozen=True)
class Painter:
    """Renders for one width (cells); `colour` off gives plain text, in which nothing is said by colour alone.

    `spoken` leaves out signs that a voice would read and that words say beside them.
    """

    width: int = 80
    colour: bool = True
    spoken: bool = False

    def style(self, text: str, name: str | None) -> str:
        """The text in a style of STYLES."""
        return f"\x1b[{STYLES[name]}m{text}\x1b[0m" if name and self.colour and text else text

    def row(self, left: str, right: str, style: str | None = "dim") -> str:
        """A line with something at both ends; the left end is cut where they do not fit."""
        right = shown(right)
        room = self.width - cell_len(right) - 2
        if room < 8 and right:
            return self.style(cut(right, self.width), style)
        left = cut(shown(left), room if right else self.width)
        gap = " " * max(self.width - cell_len(left) - cell_len(right), 0) if right else ""
        return self.style(left + gap + right, style)

    def face(self, blocks: Face) -> list[str]:
        """The lines of a face, a blank line between blocks that are not tight."""
        lines: list[str] = []
        labels = max((cell_len(block.label) for block in blocks), default=0) + 2
        for block in blocks:
            if lines and not block.tight:
                lines.append("")
            lines.extend(self.block(block, labels))
        return lines

    def block(self, block: Block, labels: int = 0) -> list[str]:
        """The lines of one block: its text beside its label or bullet, or below it where there is no room.

        `labels` is the width of the column of labels.
        """
        style = _ROLE_STYLE.get(block.role)
        if block.label:
            return self._labelled(block, style, max(labels, cell_len(block.label) + 2))
        bullet = block.bullet or ("  ▸ " if block.role is Role.KEY_LINE else "")
        if self.spoken:
            bullet = "Key line: " if block.role is Role.KEY_LINE else bullet.translate(_SIGNS).lstrip()
        if self.width < _NARROW and cell_len(bullet) > _LONG_BULLET:
            below = [self._painted(line, style, block.marks, "  ") for line in wrapped(block.text, self.width - 2)]
            return [self.style(bullet.rstrip(), style), *below]
        lines = wrapped(block.text, self.width - cell_len(bullet), block.marks)
        return [
            self._painted(line, style, block.marks, bullet if index == 0 else " " * cell_len(bullet))
            for index, line in enumerate(lines)
        ]

    def _labelled(self, block: Block, style: str | None, width: int) -> list[str]:
        if self.width < _NARROW:
            below = [self._painted(line, style, block.marks, "  ") for line in wrapped(block.text, self.width - 2)]
            return [self.style(block.label, "dim"), *below]
        lines = wrapped(block.text, self.width - width) or [""]
        label = self.style(block.label.ljust(width), "dim")
        first = f"{label}{self._painted(lines[0], style, block.marks)}".rstrip()
        return [first, *(self._painted(line, style, block.marks, " " * width) for line in lines[1:])]

    def _painted(self, line: str, style: str | None, marks: Sequence[str], indent: str = "") -> str:
        if marks and self.colour:
            return indent + line.replace(_MARK_ON, f"\x1b[{STYLES['mark']}m").replace(_MARK_OFF, "\x1b[0m")
        return self.style(indent + line.replace(_MARK_ON, "").replace(_MARK_OFF, ""), style)

    def rule(self) -> str:
        """The line between front and back."""
        return self.style("─" * self.width, "dim")


# Stand for the edges of a marked phrase while text is wrapped; private characters without width here.
_MARK_ON, _MARK_OFF = "\ue000", "\ue001"

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ue000\ue001\ufeff]"
)
_STYLE = re.compile("(\x1b\\[(?:" + "|".join(("0", *STYLES.values())) + ")m)")


def shown(text: str) -> str:
    """Text with everything that could steer a terminal replaced by a visible sign."""
    return _CONTROL.sub("·", text.replace("\t", "    ").replace("\r\n", "\n"))


def harmless(text: str, *, styled: bool) -> str:
    """A line that is ready to be written, with whatever could still steer a terminal replaced; `styled` spares styles.

    Every text goes through `shown` where it is put into a line; this is for the one that did not.
    """
    parts = _STYLE.split(text) if styled else [text]
    return "".join(part if index % 2 else _CONTROL.sub("·", part) for index, part in enumerate(parts))


def bare(text: str) -> str:
    """A rendered line without its styles."""
    return "".join(part.partition("m")[2] if index else part for index, part in enumerate(text.split("\x1b[")))


def cut(text: str, width: int) -> str:
    """Text cut to a width with an ellipsis."""
    if cell_len(text) <= width:
        return text
    kept = ""
    for character in text:
        if cell_len(kept + character) > width - 1:
            break
        kept += character
    return kept.rstrip() + "…" if width > 0 else ""


def wrapped(text: str, width: int, marks: Sequence[str] = ()) -> list[str]:
    """The lines of a text at a width (cells, at least 4); a word that is longer is broken."""
    width = max(width, 4)
    return [line for paragraph in _marked(shown(text), marks).split("\n") for line in _filled(paragraph, width)]


def _marked(text: str, marks: Sequence[str]) -> str:
    """The text with each word of a marked phrase between signs, so that a phrase may cross a line."""
    for phrase in sorted(set(marks), key=len, reverse=True):
        pattern = re.compile(rf"(?<!\w){re.escape(shown(phrase))}(?!\w)", re.IGNORECASE)
        text = pattern.sub(_mark_words, text)
    return text


def _mark_words(found: re.Match[str]) -> str:
    bare = found[0].replace(_MARK_ON, "").replace(_MARK_OFF, "")
    return " ".join(f"{_MARK_ON}{word}{_MARK_OFF}" for word in bare.split(" "))


def _filled(paragraph: str, width: int) -> list[str]:
    lines, line, used = [], "", 0
    for word in paragraph.split():
        for piece in _pieces(word, width):
            size = _cells(piece)
            if line and used + 1 + size > width:
                lines.append(line)
                line, used = piece, size
            elif line:
                line, used = f"{line} {piece}", used + 1 + size
            else:
                line, used = piece, size
    return [*lines, line]


@lru_cache(4096)
def _cells(word: str) -> int:
    return cell_len(word.replace(_MARK_ON, "").replace(_MARK_OFF, ""))


def _pieces(word: str, width: int) -> Iterable[str]:
    """The word, in pieces where it is wider than a line."""
    if _cells(word) <= width:
        return [word]
    pieces, piece = [], ""
    for character in word:
        if _cells(piece + character) > width:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]


def interval(seconds_or_days: int) -> str:
    """An interval as a button shows it: `<1m`, `10m`, `6d`, `2.1mo`, `1.4y`; negative numbers are seconds."""
    if seconds_or_days < 0:
        seconds = -seconds_or_days
        if seconds <= 60:
            return "<1m"
        minutes = round(seconds / 60)
        return f"{minutes}m" if minutes < 60 else f"{_tenths(seconds / 3600)}h"
    days = seconds_or_days
    if days < 31:
        return f"{days}d"
    return f"{days / 30.44:.2g}mo" if days < 365 else f"{_tenths(days / 365.25)}y"


def _tenths(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def day_name(day: StudyDay, today: StudyDay) -> str:
    """A study day as a learner says it."""
    ahead = day - today
    if ahead == 0:
        return "today"
    if ahead == 1:
        return "tomorrow"
    date = date_of(day)
    if 1 < ahead < 7:
        return f"on {date:%A}"
    return f"on {date.day} {date:%B}" + (f" {date.year}" if date.year != date_of(today).year else "")


def plural(count: int, noun: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


# One card of a kind, and several.
KIND_WORDS = {
    "quiz": ("quiz", "quiz"),
    "disqualifier": ("disqualifier", "disqualifiers"),
    "follow-up": ("follow-up", "follow-ups"),
    "weak-answer": ("weak answer", "weak answers"),
    "stage": ("stage", "stages"),
    "reframing": ("reframing", "reframings"),
    "level": ("level", "levels"),
    "checklist": ("checklist", "checklists"),
    "answer": ("sample answer", "sample answers"),
    "basic": ("basic", "basic"),
}


def counted_kinds(kinds: Counter[str]) -> list[str]:
    """How many cards of each kind, the most first: 51 stages, 43 follow-ups."""
    return [f"{count} {KIND_WORDS[kind][count > 1]}" for kind, count in kinds.most_common()]


def bar(share: float, width: int = 10) -> str:
    """A share (0 to 1) as a bar."""
    full = round(max(0.0, min(share, 1.0)) * width)
    return "▇" * full + "▁" * (width - full)
