"""One line of text under its editing keys, as a value: no terminal, no state but the text and the cursor in it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.cells import cell_len

# A line break becomes a blank, what could steer a terminal or cannot be written is left out.
_BREAK = re.compile(r"\r\n|[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000\ue001\ufeff\ud800-\udfff]")

_JOINER = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_EMOJI_FROM = "\U0001f000"

_ELLIPSIS = "…"
_ELLIPSIS_FROM = 4  # cells: room for one at each end and a wide character


@dataclass(frozen=True)
class Line:
    """A line and the cursor in it: characters before it, 0 to the length; a negative one is the end.

    The text holds no line break and no control character: a given break becomes a blank, the rest is left out. The
    cursor never stands inside a grapheme: it goes on to the end of one.
    """

    text: str = ""
    cursor: int = -1

    def __post_init__(self) -> None:
        before = self.text if self.cursor < 0 else self.text[: self.cursor]
        text = _clean(self.text)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "cursor", _next_edge(text, len(_clean(before))))

    def press(self, key: str) -> Line:
        """The line after a key by its name as `keys.key_name` gives it; an unknown key changes nothing."""
        if key in _KEYS:
            return _KEYS[key](self)
        return self._typed(key) if len(key) == 1 and key == _clean(key) else self

    def pasted(self, text: str) -> Line:
        """The line with a text put in at the cursor; its line breaks become blanks."""
        before, after = self.text[: self.cursor], self.text[self.cursor :]
        return Line(before + text + after, len(before) + len(text))

    def shown(self, width: int) -> tuple[str, int]:
        """What a field of `width` cells (at least 1) shows of the text, and the cell of the cursor in it, from 0.

        An ellipsis stands where the text goes on, from 4 cells on. A character that alone is wider than the field
        is not shown.
        """
        parts = graphemes(self.text)
        at = len(graphemes(self.text[: self.cursor]))
        first, last = _Window([*map(cell_len, parts), 1], at, max(width, 1)).bounds()
        marks = _marks(len(parts), first, last, width)
        before = marks[0] + "".join(parts[first:at])
        return before + "".join(parts[at:last]) + marks[1], cell_len(before)

    def _typed(self, character: str) -> Line:
        return Line(self.text[: self.cursor] + character + self.text[self.cursor :], self.cursor + 1)

    def _to(self, place: int) -> Line:
        return Line(self.text, place)

    def _without(self, place: int) -> Line:
        """Without the text between the cursor and a place before or behind it."""
        start, end = sorted((self.cursor, place))
        return Line(self.text[:start] + self.text[end:], start)

    @property
    def _left(self) -> int:
        return max((edge for edge in _edges(self.text) if edge < self.cursor), default=0)

    @property
    def _right(self) -> int:
        return _next_edge(self.text, self.cursor + 1)

    @property
    def _word_left(self) -> int:
        words = self.text[: self.cursor].rstrip()
        start = len(words) - len(words.split()[-1]) if words else 0
        edges = _edges(self.text)
        return edges[bisect_right(edges, start) - 1]

    @property
    def _word_right(self) -> int:
        rest = self.text[self.cursor :]
        blanks = len(rest) - len(rest.lstrip())
        word = rest.split(maxsplit=1)[0] if rest.strip() else ""
        return _next_edge(self.text, self.cursor + blanks + len(word))


_KEYS: dict[str, Callable[[Line], Line]] = {
    "space": lambda line: line._typed(" "),
    **dict.fromkeys(("left", "ctrl-b"), lambda line: line._to(line._left)),
    **dict.fromkeys(("right", "ctrl-f"), lambda line: line._to(line._right)),
    **dict.fromkeys(("home", "ctrl-a"), lambda line: line._to(0)),
    **dict.fromkeys(("end", "ctrl-e"), lambda line: line._to(len(line.text))),
    "alt-b": lambda line: line._to(line._word_left),
    "alt-f": lambda line: line._to(line._word_right),
    **dict.fromkeys(("backspace", "ctrl-h"), lambda line: line._without(line._left)),
    **dict.fromkeys(("delete", "ctrl-d"), lambda line: line._without(line._right)),
    **dict.fromkeys(("ctrl-w", "alt-backspace"), lambda line: line._without(line._word_left)),
    "ctrl-u": lambda line: line._without(0),
    "ctrl-k": lambda line: line._without(len(line.text)),
}


def graphemes(text: str) -> list[str]:
    """The characters of a text as a reader counts them: each with its accents, an emoji or a flag whole."""
    return [text[start:end] for start, end in pairwise(_edges(text))]


def _clean(text: str) -> str:
    return _UNFIT.sub("", _BREAK.sub(" ", text))


def _edges(text: str) -> list[int]:
    """Where a cursor may stand, in order: 0, the start of each grapheme, and the length."""
    edges = [0]
    for index in range(1, len(text)):
        if not _belongs(text, edges[-1], index):
            edges.append(index)
    return [*edges, len(text)] if text else edges


def _next_edge(text: str, place: int) -> int:
    edges = _edges(text)
    return edges[min(bisect_left(edges, place), len(edges) - 1)]


def _belongs(text: str, start: int, index: int) -> bool:
    """Whether the character at `index` belongs to the grapheme that begins at `start`."""
    character, code = text[index], ord(text[index])
    if code in _FLAG_LETTERS:
        return index == start + 1 and ord(text[start]) in _FLAG_LETTERS
    if text[index - 1] == _JOINER and _is_picture(character):
        return True
    return unicodedata.category(character)[0] == "M" or code in _SKIN_TONES or not cell_len(character)


def _is_picture(character: str) -> bool:
    """Whether a joiner ties a character to the emoji before; letters after a joiner stand alone."""
    return character >= _EMOJI_FROM or character == "↔" or unicodedata.category(character) == "So"


@dataclass(frozen=True)
class _Window:
    """What a field shows: `cells` of each grapheme and of the blank behind the last; the cursor is on slot `at`."""

    cells: Sequence[int]
    at: int
    width: int

    def bounds(self) -> tuple[int, int]:
        """The first slot and the one behind the last: the cursor's, a third of the field behind it, the rest before."""
        first, last = self.at, self.at + 1
        if not self._fits(first, last):
            return first, first
        near = self.width // 3
        while self._fits(first, last + 1) and sum(self.cells[self.at + 1 : last + 1]) <= near:
            last += 1
        while first and self._fits(first - 1, last):
            first -= 1
        while self._fits(first, last + 1):
            last += 1
        return first, last

    def _fits(self, first: int, last: int) -> bool:
        end = len(self.cells) - 1
        if last > max(end, self.at + 1):  # the blank at the end is a slot for the cursor only
            return False
        marks = sum(map(len, _marks(end, first, last, self.width)))
        return sum(self.cells[first:last]) + marks <= self.width


def _marks(count: int, first: int, last: int, width: int) -> tuple[str, str]:
    """What stands left and right of a window on `count` graphemes."""
    cut = (first > 0, last < count)
    left, right = (_ELLIPSIS if one and width >= _ELLIPSIS_FROM else "" for one in cut)
    return left, right
