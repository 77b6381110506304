"""Every line of a page as a typed Line: the one place that judges the form of a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise

from lpdeck.pages import labels
from lpdeck.pages.labels import Form, Mark, Vocabulary
from lpdeck.pages.navigation import is_footer, is_navigation
from lpdeck.pages.wording import ends_sentence, is_open, is_title_like, phrases, seconds_or_minutes


class Kind(Enum):
    """What a line is by its form, whatever the page expects where it stands."""

    DECORATION = auto()
    TITLE = auto()
    BULLET = auto()
    NUMBERED = auto()
    OPTION = auto()
    DIFFICULTY = auto()
    PHRASES = auto()
    NAVIGATION = auto()
    FOOTER = auto()
    TEXT = auto()


@dataclass(frozen=True)
class Line:
    """A line of a page, or several that hard wrapping had cut from one paragraph.

    `text` is the line without decoration, `body` also without its list marker, `name` the number, letter or
    difficulty at its head, `mark` the label it may be. `gap`: a blank line stands before it. `marked`: an emoji
    stands before it, on the line itself or on the one above. `width`: its length with its indentation.
    """

    numbers: tuple[int, ...]
    raw: str
    text: str
    body: str
    kind: Kind
    name: str = ""
    mark: Mark | None = None
    gap: bool = False
    decorated: bool = False
    marked: bool = False
    glued: bool = False
    is_last: bool = False
    width: int = 0

    @property
    def number(self) -> int:
        """The line's number on the page, from 1."""
        return self.numbers[0]

    def rest(self, text: str) -> Line:
        """What stands on this line after the label at its head, as a line of its own kind."""
        return replace(_classified(text, None, self.numbers, glued=True), raw=self.raw, is_last=self.is_last)


TITLE = re.compile(
    r"^(?P<title>.*?)(?:^|\s+|(?<=\w))[-–—−‐‑:|•]+\s*amazon\s+lp\s+star\s+walk(?:through)?s?\b(?P<rest>.*)$", re.I
)
_CUT_TITLE = re.compile(
    r"^(?P<title>.{12,}?)\s+[-–—−‐‑]\s*amazon(?:\s+lp(?:\s+s(?:t(?:ar?)?)?)?)?\s*(?:w\w{0,3})?$", re.I
)
_SYMBOL = (
    "[\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\u3030\u303d\u3297\u3299\ufe00-\ufe0f\ufffd\u200d\u20e3\ue000-\uf8ff"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
# Broken emoji that no repair can name: a lead letter of either wrong alphabet and symbols that no word holds.
_REMAINS = (
    "(?:[ðπ]Ÿ[^\x00-\x7f]{0,2}|[âβ][\u0080-\u009fŒŽšžœŸ€¬‡†‰‹›™•˜…][^\x00-\x7fA-Za-zÀ-ÿα-ω]{0,2}|[ïο] ?[¸Έ][\u008f]?)"
)
# Besides symbols: the signs before a Markdown heading.
_DECORATION = re.compile(rf"(?:{_SYMBOL}|{_REMAINS}|#{{1,6}}(?=\s)|\s)+")
_EMPHASISED = re.compile(r"(?<![\w*])\*\*(?=\S)([^*]+)(?<=\S)\*\*(?![\w*])")
_KEYCAP = re.compile("[0-9]\ufe0f?\u20e3")
_BULLET = re.compile(
    r"(?:[•·∙‣▪▫◦●○■□➤➢►▸✓✔✗✘✖×⁃][\ufe0f]?\s*|[*+–—-]\s+|[*](?=[A-Z\"“])|[-–](?=[A-Z\"“])|o\s(?=[A-Z\"“]))(?=\S)"
)
_NUMBER = re.compile(
    r"(?:(?:q(?:uestion)?|step)?\s*[(#]?(?P<number>\d{1,3})(?:[.)]|(?<=q.)[:.)])\s*)(?=[^\d\s]|\s|$)(?P<body>.*)$", re.I
)
_QUESTION_NUMBER = re.compile(r"q(?:uestion)?\s*#?(?P<number>\d{1,3})\s*[:.)-]\s*(?P<body>\S.*)$", re.I)
_OPTION = re.compile(r"[(\[]?(?P<letter>[A-Fa-f])(?:[.)\]]|(?<=[A-D]):(?=\s))\s*(?P<body>.*)$")
_DIFFICULTY = re.compile(
    r"(?:difficulty\s*[:-]?\s*|level\s*:\s*)?[(\[]?(?P<name>easy|medium|hard)[)\]]?(?P<body>\s*[(\[]?[A-Fa-f][.)\]].*)?$",
    re.I,
)
_WIDEST_WRAP = 120
_NARROWEST_WRAP = 50


def classify(text: str, vocabulary: Vocabulary) -> list[Line]:
    """The page's lines that are not blank, each with its kind and the label it may be; wrapped prose is joined."""
    lines = _physical(text, vocabulary)
    width = _wrap_width(lines)
    joined: list[Line] = []
    group: list[Line] = []
    for line in lines:
        if group and not _continues(group[-1], line, width):
            joined.append(_united(group, vocabulary))
            group = []
        group.append(line)
    if group:
        joined.append(_united(group, vocabulary))
    return _with_neighbours(joined)


def _physical(text: str, vocabulary: Vocabulary) -> list[Line]:
    lines, gap = [], False
    for number, row in enumerate(text.split("\n"), start=1):
        if not row.strip():
            gap = True
            continue
        for part in filter(str.strip, row.split("\u2028")):
            lines.append(_classified(part, vocabulary, (number,), gap=gap))
            gap = False
    return lines


def _classified(
    row: str, vocabulary: Vocabulary | None, numbers: tuple[int, ...], *, gap: bool = False, glued: bool = False
) -> Line:
    raw = _without_markup(row)
    head = _DECORATION.match(raw)
    text = raw[head.end() :].strip() if head else raw
    kind, name, body = _form(raw, text)
    mark = None if kind is Kind.DECORATION else _mark(raw, vocabulary)
    decorated = bool(head and head[0].strip())
    width = len(row.rstrip())
    return Line(numbers, raw, text, body, kind, name, mark, gap, decorated, decorated, glued, width=width)


def mark_of(row: str, vocabulary: Vocabulary) -> Mark | None:
    """The label that a row of text may be."""
    return _mark(_without_markup(row), vocabulary)


def _without_markup(row: str) -> str:
    """The row with single spaces, without Markdown's emphasis, a number in a key's frame as a plain symbol."""
    raw = " ".join(row.split())
    if raw.isascii() and "**" not in raw:
        return raw
    return _EMPHASISED.sub(r"\1", _KEYCAP.sub("▪ ", raw))


def _mark(raw: str, vocabulary: Vocabulary | None) -> Mark | None:
    if vocabulary is None:
        return None
    if vocabulary is not labels.WALKTHROUGH:
        return vocabulary.mark(raw)
    readings = (reading(raw) for reading in (*_MARKS_BEFORE, vocabulary.mark, *_MARKS_AFTER))
    return next((mark for mark in readings if mark is not None), None)


_MARKS_BEFORE = (labels.target_mark, labels.letter_mark, labels.story_reflection_mark)
_MARKS_AFTER = (labels.level_mark, labels.principle_mark)


def _form(raw: str, text: str) -> tuple[Kind, str, str]:
    """The kind of a line by its form, what its head names, and its text behind that head."""
    if not any(map(str.isalnum, text)):
        return Kind.DECORATION, "", text
    if found := TITLE.match(text) or _CUT_TITLE.match(text):
        return Kind.TITLE, "", found["title"].strip()
    if found := _DIFFICULTY.match(text):
        return Kind.DIFFICULTY, found["name"].lower(), (found["body"] or "").strip()
    if found := _BULLET.match(raw):
        return Kind.BULLET, "", _undecorated(raw[found.end() :])
    if found := _QUESTION_NUMBER.match(text) or _NUMBER.match(text):
        return Kind.NUMBERED, found["number"], found["body"].strip()
    if found := _OPTION.match(text):
        return Kind.OPTION, found["letter"].upper(), found["body"].strip()
    return _of_words(raw, text), "", text


def _of_words(raw: str, text: str) -> Kind:
    spellings = {raw, text}
    if phrases(text):
        return Kind.PHRASES
    if any(map(is_footer, spellings)):
        return Kind.FOOTER
    return Kind.NAVIGATION if any(map(is_navigation, spellings)) else Kind.TEXT


def _undecorated(text: str) -> str:
    head = _DECORATION.match(text)
    return text[head.end() :].strip() if head else text.strip()


def _wrap_width(lines: Sequence[Line]) -> int:
    """The column at which the page is hard-wrapped, or 0 where it is not."""
    width = max((line.width for line in lines), default=0)
    if not _NARROWEST_WRAP <= width <= _WIDEST_WRAP:
        return 0
    wrapped = sum(_is_prose(b) and _is_full(a, b, width) and not ends_sentence(a.text) for a, b in pairwise(lines))
    return width if wrapped >= 4 else 0


def _is_full(line: Line, following: Line, width: int) -> bool:
    """Whether the first word of the following line would not have fitted on this one."""
    return not following.gap and line.width + 1 + len(following.raw.split()[0]) > width


def _is_prose(line: Line) -> bool:
    if line.mark is not None and line.mark.form is not Form.SPACED:
        return False
    return line.kind is Kind.TEXT and not line.decorated


def _continues(line: Line, following: Line, width: int) -> bool:
    """Whether the following line goes on with the sentence of this one."""
    if following.gap or line.kind in (Kind.TITLE, Kind.DECORATION, Kind.NAVIGATION, Kind.FOOTER, Kind.DIFFICULTY):
        return False
    if line.mark is not None and line.mark.form is Form.ALONE:
        return False
    if width and _is_full(line, following, width):
        return _is_wrapped(line, following)
    if phrases(line.text) or not _is_prose(following):
        return False
    return following.text[0].islower() and len(line.raw) >= _NARROWEST_WRAP and not ends_sentence(line.text)


def _is_wrapped(line: Line, following: Line) -> bool:
    """Whether, on a page that is hard-wrapped, a full line and the following one belong together."""
    if phrases(line.text):
        return is_open(line.text) and following.kind in (Kind.TEXT, Kind.PHRASES)
    if following.kind is Kind.TITLE or (following.raw[0] in "–—-" and following.body[:1].islower()):
        return not ends_sentence(line.text)
    return _is_prose(following) and not seconds_or_minutes(following.text)


def _united(group: list[Line], vocabulary: Vocabulary) -> Line:
    if len(group) == 1:
        return group[0]
    text = " ".join(each.raw for each in group)
    return _classified(text, vocabulary, tuple(each.number for each in group), gap=group[0].gap)


def _with_neighbours(lines: list[Line]) -> list[Line]:
    """The lines, with marks below those that only decorate, and the last one of the page known as such."""
    marked = []
    above: Line | None = None
    for line in lines:
        if above is not None and above.kind is Kind.DECORATION:
            line = replace(line, marked=True, gap=line.gap or above.gap)
        above = line
        marked.append(line)
    if marked:
        marked[-1] = replace(marked[-1], is_last=True)
    return marked


def is_loose(line: Line) -> bool:
    """Whether a line looks like a heading, link or button rather than like prose."""
    return line.kind is Kind.TEXT and is_title_like(line.text) and not line.glued
