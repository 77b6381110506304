"""Pictures of a terminal: lines as `rendering.Painter` paints them, as one SVG for light and dark pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from itertools import accumulate, groupby
from typing import Any

from rich.cells import cell_len

from lpdeck.cli.lineedit import graphemes


@dataclass(frozen=True)
class Palette:
    """The colours of a window, each as CSS writes it."""

    window: str
    edge: str
    dots: str
    text: str
    dim: str
    red: str
    green: str
    yellow: str
    blue: str
    magenta: str
    cyan: str


LIGHT = Palette(
    window="#f6f8fa",
    edge="#d1d9e0",
    dots="#d1d9e0",
    text="#1f2328",
    dim="#59636e",
    red="#cf222e",
    green="#1a7f37",
    yellow="#8a5d00",
    blue="#0969da",
    magenta="#8250df",
    cyan="#1b6f78",
)
DARK = Palette(
    window="#151b23",
    edge="#3d444d",
    dots="#3d444d",
    text="#e6edf3",
    dim="#9198a1",
    red="#ff7b72",
    green="#3fb950",
    yellow="#d29922",
    blue="#58a6ff",
    magenta="#bc8cff",
    cyan="#39c5cf",
)


@dataclass(frozen=True)
class Theme:
    """The colours on a light and on a dark page, and the measures of the window in pixels.

    `areas` draws block characters as areas that touch each other, as terminals do, instead of with a font.
    """

    light: Palette = LIGHT
    dark: Palette = DARK
    font_size: int = 14
    cell_width: float = 8.4
    line_height: int = 20
    margin: int = 18
    bar_height: int = 36
    areas: bool = False


DEFAULT = Theme()

_FONTS = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


@dataclass(frozen=True)
class Style:
    """How a run of text looks; without a colour it has that of the text."""

    colour: str = ""
    bold: bool = False
    dim: bool = False
    under: bool = False
    reverse: bool = False

    @property
    def ink(self) -> str:
        """The classes of its colour: of the text, or of what is behind it where it is reversed."""
        if self.colour:
            return f"{self.colour} faint" if self.dim else self.colour
        return "dim" if self.dim else "text"

    @property
    def classes(self) -> str:
        """The classes of its text."""
        given = ("bold" if self.bold else "", "under" if self.under else "")
        return " ".join(name for name in ("window" if self.reverse else self.ink, *given) if name)


_PLAIN = Style()

# What each number of an SGR sequence changes; others change nothing.
_SGR: dict[str, dict[str, Any]] = {
    "1": {"bold": True},
    "2": {"dim": True},
    "4": {"under": True},
    "7": {"reverse": True},
    "22": {"bold": False, "dim": False},
    "24": {"under": False},
    "27": {"reverse": False},
    "31": {"colour": "red"},
    "32": {"colour": "green"},
    "33": {"colour": "yellow"},
    "34": {"colour": "blue"},
    "35": {"colour": "magenta"},
    "36": {"colour": "cyan"},
    "39": {"colour": ""},
    "0": {one.name: one.default for one in fields(Style)},
}
_EXTENDED = ("38", "48", "58")  # a colour follows in numbers that mean something else alone

_SGR_SEQUENCE = re.compile(r"\x1b\[([\d;]*)m")
# Any other sequence: one with parameters, a string up to its end, or a few characters.
_OTHER_SEQUENCE = re.compile(
    r"\x1b(?:\[(?![\d;]*m)[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-OQ-WYZ\\`-~])"
)
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ue000\ue001\ufeff\ufffe\uffff\ud800-\udfff]"
)
# Letters and signs that nearly every monospaced font has in its own width.
_LETTERS = re.compile("[ -\u052f\u2010-\u2027\u2030-\u203a]")
# Block characters: where in a cell their area begins and ends (0 is its top, 1 its foot), and how dense it is.
_AREAS = {sign: (1 - eighths / 8, 1.0, 1.0) for eighths, sign in enumerate("▁▂▃▄▅▆▇█", 1)}
_AREAS |= {sign: (0.0, 1.0, quarters / 4) for quarters, sign in enumerate("░▒▓", 1)}
_AREAS["▔"] = (0.0, 1 / 8, 1.0)
_PHRASE = re.compile("[^ ]+(?: [^ ]+)*")


@dataclass(frozen=True)
class Run:
    """Text in one style from a column on, both in cells."""

    column: int
    cells: int
    text: str
    style: Style


def picture(lines: Sequence[str], *, columns: int, title: str = "", theme: Theme = DEFAULT) -> str:
    """A stand-alone SVG of a terminal of `columns` cells that shows lines, which may hold SGR sequences.

    A line that is longer is cut with an ellipsis. Other control characters are left out. Equal input gives equal text.
    """
    columns, title = max(columns, 1), _harmless(title)
    rows = [_cut(_cells(line), columns) for line in lines]
    width = _number(columns * theme.cell_width + 2 * theme.margin)
    height = _number(theme.bar_height + len(rows) * theme.line_height + theme.margin)
    name = escape(title or "A terminal")
    said = escape("\n".join("".join(text for text, _ in row).rstrip() for row in rows))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{name}">',
        f"<title>{name}</title>",
        f"<desc>{said}</desc>",
        f"<style>{_css(theme)}</style>",
        *_window(width, height, theme),
        *_title(title, columns, theme),
        '<g xml:space="preserve">',
        *(piece for index, row in enumerate(rows) for run in _runs(row) for piece in _drawn(run, index, theme)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


# Lines as cells

_Cell = tuple[str, Style]


def _harmless(text: str) -> str:
    """Text without any sequence or control character."""
    return _UNFIT.sub("", _OTHER_SEQUENCE.sub("", _SGR_SEQUENCE.sub("", text)))


def _cells(line: str) -> Iterator[_Cell]:
    """Each grapheme of a line that takes room, with its style."""
    style = _PLAIN
    # A split by a pattern with one group gives text and group in turn.
    for index, part in enumerate(_SGR_SEQUENCE.split(_OTHER_SEQUENCE.sub("", line))):
        if index % 2:
            style = _restyled(style, part)
        else:
            text = _harmless(part.replace("\t", "    "))
            yield from ((one, style) for one in graphemes(text) if cell_len(one))


def _restyled(style: Style, codes: str) -> Style:
    for code in codes.split(";"):
        if code in _EXTENDED:
            break
        style = replace(style, **_SGR.get(code.lstrip("0") or "0", {}))
    return style


def _cut(cells: Iterator[_Cell], columns: int) -> list[_Cell]:
    """As many cells as fit, the last an ellipsis where there are more."""
    row = list(cells)
    ends = list(accumulate(cell_len(text) for text, _ in row))
    if not row or ends[-1] <= columns:
        return row
    kept = bisect_right(ends, columns - 1)
    return [*row[:kept], ("…", row[kept][1])]


def _size(row: Sequence[_Cell]) -> int:
    return sum(cell_len(text) for text, _ in row)


def _runs(row: Sequence[_Cell]) -> Iterator[Run]:
    """The runs of a row: of one style and one kind of character, so that a font's odd width stays in its run."""
    column = 0
    for (style, kind), group in groupby(row, lambda cell: (cell[1], _kind(cell[0]))):
        part = list(group)
        cells, text = _size(part), "".join(text for text, _ in part)
        run = Run(column, cells, text, style)
        yield from _phrases(run) if kind == "letters" and not (style.under or style.reverse) else [run]
        column += cells


def _kind(text: str) -> str:
    if text in _AREAS:
        return "areas"
    accented_blank = text[0] == " " != text  # no gap: its accent is seen
    letters = _LETTERS.match(text) and cell_len(text) == 1 and not accented_blank
    return "letters" if letters else f"signs {cell_len(text)}"


def _phrases(run: Run) -> Iterator[Run]:
    """The parts of a run of letters between wide gaps, where nothing is drawn."""
    for found in _PHRASE.finditer(run.text):
        yield Run(run.column + cell_len(run.text[: found.start()]), cell_len(found[0]), found[0], run.style)


# Drawing


def _drawn(run: Run, row: int, theme: Theme) -> Iterator[str]:
    x, top = theme.margin + run.column * theme.cell_width, theme.bar_height + row * theme.line_height
    if theme.areas and run.text[0] in _AREAS and not run.style.reverse:
        yield from _filled(run, x, top, theme)
        return
    length = _number(run.cells * theme.cell_width)
    if run.style.reverse:
        size = f'width="{length}" height="{theme.line_height}"'
        yield f'<rect class="{run.style.ink}" x="{_number(x)}" y="{top}" {size}/>'
    place = f'x="{_number(x)}" y="{_number(top + _baseline(theme))}"'
    fit = f'textLength="{length}" lengthAdjust="spacingAndGlyphs"'
    yield f'<text class="{run.style.classes}" {place} {fit}>{escape(run.text, quote=False)}</text>'


def _filled(run: Run, x: float, top: float, theme: Theme) -> Iterator[str]:
    """The block characters of a run as areas, equal neighbours as one."""
    for sign, group in groupby(run.text):
        width = len(list(group)) * theme.cell_width
        begin, end, density = _AREAS[sign]
        place = f'x="{_number(x)}" y="{_number(top + begin * theme.line_height)}"'
        size = f'width="{_number(width)}" height="{_number((end - begin) * theme.line_height)}"'
        ink = "" if density == 1 else f' fill-opacity="{density}"'
        yield f'<rect class="{run.style.ink}" shape-rendering="crispEdges" {place} {size}{ink}/>'
        x += width


def _window(width: str, height: str, theme: Theme) -> Iterator[str]:
    """The frame and three quiet dots."""
    inner = [_number(float(side) - 1) for side in (width, height)]
    yield f'<rect class="frame" x="0.5" y="0.5" width="{inner[0]}" height="{inner[1]}" rx="8"/>'
    for index in range(3):
        yield f'<circle class="dots" cx="{theme.margin + 4 + 16 * index}" cy="{theme.bar_height // 2}" r="4.5"/>'


def _title(title: str, columns: int, theme: Theme) -> Iterator[str]:
    """The title in the middle of the bar where it has room beside the dots."""
    text = "".join(part for part, _ in _cut(_cells(title), max(columns - 16, 1))) if columns > 20 else ""
    if text.strip():
        middle, cells = columns * theme.cell_width / 2 + theme.margin, cell_len(text)
        place = f'x="{_number(middle - cells * theme.cell_width / 2)}" y="{theme.bar_height // 2 + 5}"'
        fit = f'textLength="{_number(cells * theme.cell_width)}" lengthAdjust="spacingAndGlyphs"'
        yield f'<text class="dim" xml:space="preserve" {place} {fit}>{escape(text, quote=False)}</text>'


def _baseline(theme: Theme) -> float:
    """From the top of a line to the foot of its letters."""
    return theme.line_height / 2 + theme.font_size * 0.36


def _css(theme: Theme) -> str:
    rules = [
        f"text{{font:{theme.font_size}px {_FONTS};white-space:pre}}",
        ".bold{font-weight:700}",
        ".under{text-decoration:underline}",
        ".faint{opacity:.75}",
        *_colours(theme.light),
        "@media (prefers-color-scheme:dark){",
        *_colours(theme.dark),
        "}",
    ]
    return "\n".join(["", *rules, ""])


def _colours(palette: Palette) -> Iterator[str]:
    yield f".frame{{fill:{palette.window};stroke:{palette.edge}}}"
    for name in (one.name for one in fields(palette) if one.name != "edge"):
        yield f".{name}{{fill:{getattr(palette, name)}}}"


def _number(value: float) -> str:
    """A length without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
