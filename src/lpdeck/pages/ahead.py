"""What lies ahead of a line: the evidence that a heading heads something, and menus, where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lpdeck.pages.labels import Form, Label
from lpdeck.pages.lines import Kind, Line, is_loose
from lpdeck.pages.wording import is_question, is_title_like, seconds_or_minutes

_MENU = frozenset({Label.OVERVIEW, Label.WEAK_ANSWER, Label.VERDICT, Label.PRACTICE, Label.PRINCIPLE, Label.LEVEL})


def evidence(lines: Sequence[Line], at: int, own: Iterable[Label]) -> str:
    """What proves the heading at `at`: one of its own labels ("label"), prose of its own ("prose"), or nothing ("")."""
    prose = ""
    mark = lines[at].mark
    if mark is not None and mark.rest and not is_title_like(mark.rest):
        prose = "prose"
    for line in lines_after(lines, at):
        if bears(line, *own) or (Label.LENGTH in own and seconds_or_minutes(line.text)):
            return "label"
        if line.mark is not None and line.mark.form is not Form.SPACED:
            return prose
        if line.kind in (Kind.TITLE, Kind.DIFFICULTY, Kind.OPTION):
            return prose
        if line.kind is Kind.TEXT and not is_loose(line):
            if is_question(line.text):
                return prose
            prose = "prose"
    return prose


def menu_lines(lines: Sequence[Line]) -> frozenset[int]:
    """The lines of tables of contents: three headings or more in a row with nothing below them."""
    menu: set[int] = set()
    run: list[int] = []
    for at, line in enumerate((*lines, None)):
        if line is not None and line.mark is not None and line.mark.form is Form.ALONE and line.mark.label in _MENU:
            run.append(at)
        elif line is None or line.kind not in (Kind.NAVIGATION, Kind.FOOTER, Kind.DECORATION):
            labels = {_heading(lines[each]) for each in run}
            if len(labels) >= 3:
                menu.update(run[:-1])
            run = []
    return frozenset(menu)


def _heading(line: Line) -> tuple[Label, str] | None:
    return (line.mark.label, line.mark.name) if line.mark else None


def lines_after(lines: Sequence[Line], at: int) -> Iterator[Line]:
    """The lines below the one at `at`, one by one."""
    return (lines[ahead] for ahead in range(at + 1, len(lines)))


def next_line(lines: Sequence[Line], at: int) -> Line | None:
    """The next line that does not only decorate, if it stands near."""
    rest = (line for line in lines[at + 1 : at + 4] if line.kind is not Kind.DECORATION)
    return next(rest, None)


def bears(line: Line, *labels: Label) -> bool:
    """Whether a line may bear one of these labels."""
    return line.mark is not None and line.mark.label in labels


def bears_any(line: Line) -> bool:
    """Whether a line surely bears a label, a principle's name aside."""
    return (
        line.mark is not None and line.mark.form in (Form.ALONE, Form.COLON) and line.mark.label is not Label.PRINCIPLE
    )
