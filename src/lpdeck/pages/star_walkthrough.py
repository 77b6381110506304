"""The reader of STAR walkthroughs: their pieces, section by section, as a Walkthrough."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lpdeck.pages import follow_ups, questions, stages
from lpdeck.pages.copies import Copy, compatible, fused, merged
from lpdeck.pages.labels import WALKTHROUGH, Form, Label
from lpdeck.pages.ledger import Ledger
from lpdeck.pages.lines import Kind, Line, classify, is_loose, mark_of
from lpdeck.pages.navigation import COUNT
from lpdeck.pages.pieces import Piece, cut, lines_by_label
from lpdeck.pages.slots import HEADING, NO_PLACE, Slot
from lpdeck.pages.whole import End, whole_sections
from lpdeck.pages.wording import begins_asking, cut_from, same
from lpdeck.walkthrough import Level, Reading, Reframing, Walkthrough

_EVIDENCE = frozenset(
    {
        Label.OVERVIEW,
        Label.TARGET,
        Label.EXAMPLE,
        Label.COACHING,
        Label.MISTAKE,
        Label.STORY_REFLECTION,
        Label.PROBES,
        Label.WEAK,
        Label.STRONG,
        Label.WEAK_ANSWER,
        Label.VERDICT,
        Label.EMPHASIZE,
        Label.DOWNPLAY,
        Label.SOLUTION,
        Label.HINT,
    }
)
_OWN = _EVIDENCE - {Label.MISTAKE, Label.SOLUTION, Label.HINT, Label.WEAK, Label.STRONG}
_SUMMARY = "in this scenario"


def claims(text: str) -> int:
    """How surely a text is a STAR walkthrough: the number of its kinds of labels, 0 where it is none."""
    if re.search(r"amazon\s+lp\s+star\s+walkthrough", text, re.I):
        return len(_EVIDENCE)
    marks = [mark_of(row, WALKTHROUGH) for row in text.split("\n")]
    found = {mark.label for mark in marks if mark and mark.form is not Form.SPACED} & _EVIDENCE
    if found & _OWN:
        return len(found)
    return len(found) if len(found) > 1 and found != {Label.MISTAKE} else 0


def read(text: str) -> Reading:
    """The walkthrough that a repaired text holds, and what in it was not understood."""
    ledger = Ledger()
    lines = classify(text, WALKTHROUGH)
    pieces = cut(lines, ledger)
    content = _walkthrough(pieces, ledger)
    problems = ledger.problems(text)
    ends = _ends(content, pieces, lines)
    whole = whole_sections(ends, ledger, problems, _last_navigation(lines))
    return Reading(content, problems, ledger.coverage(text, problems), whole=whole)


def _walkthrough(pieces: Sequence[Piece], ledger: Ledger) -> Walkthrough:
    def of(section: str) -> list[Piece]:
        return [piece for piece in pieces if piece.section == section]

    title, scenario, summary = _overview(of("head"), of("overview"), ledger)
    ledger.report((line for piece in of("footer") for line in piece.lines), NO_PLACE)
    stray = questions.stray_quiz(pieces)
    weak_answer, asked = follow_ups.weak_answer(of("weak_answer"), ledger)
    inline = [item for lines in (stray, *asked) for item in questions.inline_quiz(lines, ledger)]
    return Walkthrough(
        title=title,
        scenario=scenario,
        summary=summary,
        stages=stages.stages(of("stages"), ledger),
        reflections=stages.reflections(of("reflections"), ledger),
        follow_ups=follow_ups.follow_ups(of("follow_ups"), ledger),
        weak_answer=weak_answer,
        quiz=questions.without_copies((*inline, *questions.practice(of("practice"), ledger))),
        reframings=_reframings(of("reframings"), ledger),
        levels=_levels(of("levels"), ledger),
    )


def _overview(
    head: Sequence[Piece], overview: Sequence[Piece], ledger: Ledger
) -> tuple[str | None, str | None, str | None]:
    """Title, scenario and summary; where the heading of the overview is missing, they stand in the head."""
    above = [line for piece in head for line in piece.lines]
    below = [line for piece in overview for line in piece.lines]
    title = _title(above, ledger)
    rest = [line for line in above if line.kind is not Kind.TITLE and not _names(line, title, ledger)]
    told = [line for line in below if not _names(line, title, ledger)]
    if not any(not is_loose(line) for line in told):
        at = next((at for at, line in enumerate(rest) if _is_summary(line)), None)
        if at is not None or told or not overview:
            rest, told = _from_head(rest, at, told)
    ledger.report(rest, HEADING)
    scenario, summary = _scenario(told, Slot(ledger, "overview"))
    return title, scenario, summary


def _title(lines: Sequence[Line], ledger: Ledger) -> str | None:
    titles = [line for line in lines if line.kind is Kind.TITLE]
    ledger.use(titles, "head")
    named = [line.body for line in titles if line.body]
    if named:
        return max(named, key=lambda title: (named.count(title), len(title)))
    asked = [line for line in lines if is_loose_title(line)]
    ledger.use(asked[:1], "head")
    return asked[0].text if asked else None


def is_loose_title(line: Line) -> bool:
    """Whether a line without its usual ending still reads like the title of a story."""
    text = line.text
    words = text.split()
    capitals = sum(word[0].isupper() for word in words)
    return line.kind is Kind.TEXT and begins_asking(text) and 4 <= len(words) <= 30 and capitals * 2 > len(words)


def _names(line: Line, title: str | None, ledger: Ledger) -> bool:
    """Whether a line repeats the title."""
    if title is None or not (same(line.text, title) or (line.kind is Kind.TEXT and cut_from(line.text, title))):
        return False
    ledger.use(line, "head")
    return True


def _is_summary(line: Line) -> bool:
    return line.text.lower().startswith(_SUMMARY)


def _from_head(rest: list[Line], at: int | None, told: list[Line]) -> tuple[list[Line], list[Line]]:
    """The head's lines divided into those outside and those of an overview that lost its heading."""
    if at is None:
        return rest, told
    start = at - 1 if at and not is_loose(rest[at - 1]) else at
    return rest[:start] + rest[at + 1 :], rest[start : at + 1] + told


def _scenario(lines: Sequence[Line], slot: Slot) -> tuple[str | None, str | None]:
    """One paragraph, and the one that begins "In this scenario", or else the next one."""
    summary = [line for line in lines if _is_summary(line)]
    prose = [line for line in lines if line not in summary]
    solid = [line for line in prose if not is_loose(line)] or prose[:1]
    told = _copies_of_first(solid)
    if not summary:
        summary = _copies_of_first([line for line in solid if line not in told])
    slot.ledger.report((line for line in prose if line not in told and line not in summary), HEADING)
    return slot.paragraph(told), slot.paragraph(summary)


def _copies_of_first(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if same(line.text, lines[0].text)]


def _reframings(pieces: Iterable[Piece], ledger: Ledger) -> tuple[Reframing, ...]:
    slot = Slot(ledger, "reframings")
    read: list[Reframing] = []
    for group in _headed(pieces, Label.PRINCIPLE, slot):
        lines = lines_by_label(group)
        read.append(
            Reframing(
                principle=group[0].name,
                lead=slot.paragraph(lines[Label.PRINCIPLE]),
                emphasize=slot.paragraph(lines[Label.EMPHASIZE]),
                downplay=slot.paragraph(lines[Label.DOWNPLAY]),
                line=group[0].number,
            )
        )
    return merged(read, _as_one)


def _levels(pieces: Iterable[Piece], ledger: Ledger) -> tuple[Level, ...]:
    slot = Slot(ledger, "levels")
    read: list[Level] = []
    for group in _headed(pieces, Label.LEVEL, slot):
        lines = lines_by_label(group)
        read.append(
            Level(
                level=group[0].name,
                focus=slot.paragraph(lines[Label.LEVEL]),
                reflection=slot.paragraph(lines[Label.REFLECTION]),
                bar=slot.paragraph(lines[Label.BAR]),
                length=slot.paragraph(lines[Label.LENGTH]),
                line=group[0].number,
            )
        )
    return merged(read, _as_one)


def _as_one(one: Copy, other: Copy) -> Copy | None:
    """Two copies of an item as one, None where they say different things."""
    return fused(one, other) if compatible(one, other) else None


def _headed(pieces: Iterable[Piece], heading: Label, slot: Slot) -> list[list[Piece]]:
    """The pieces in groups that each begin with their heading; what lost its heading is reported."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if piece.label is heading and not (groups and _is_same_heading(piece, groups[-1])):
            groups.append([piece])
        elif groups and (piece.label is heading or _fits(piece, groups[-1])):
            groups[-1].append(piece)
        else:
            slot.ledger.report(piece.lines, "its heading is missing")
    return groups


def _is_same_heading(piece: Piece, group: Sequence[Piece]) -> bool:
    """Whether a heading stands twice with nothing in between."""
    return piece.name == group[0].name and len(group) == 1 and not group[0].lines


def _fits(piece: Piece, group: Sequence[Piece]) -> bool:
    """Whether a piece is the group's first of its kind, or a copy of that."""
    told = [line.text for own in group if own.label is piece.label for line in own.lines]
    return not told or all(any(same(line.text, text) for text in told) for line in piece.lines)


def _last_navigation(lines: Sequence[Line]) -> int:
    kinds = (Kind.NAVIGATION, Kind.FOOTER)
    return max((line.number for line in lines if line.kind in kinds), default=0)


def _count(lines: Iterable[Line]) -> int:
    """The number of questions that the page's own count, "(1/5)", promises; 0 where there is none."""
    counts = (COUNT.fullmatch(line.text) for line in lines)
    return max((int(found["of"]) for found in counts if found), default=0)


def _ends(content: Walkthrough, pieces: Sequence[Piece], lines: Sequence[Line]) -> list[End]:
    """Each section with whether its last item is complete."""
    stage, follow_up = content.stages[-1:], content.follow_ups[-1:]
    reframing, level = content.reframings[-1:], content.levels[-1:]
    weak = content.weak_answer
    return [
        End("stages", bool(stage and stage[0].mistake)),
        End("reflections", bool(content.reflections)),
        End("follow_ups", bool(follow_up and follow_up[0].strong)),
        End("weak_answer", bool(weak and weak.text and weak.verdict)),
        _end_of_quiz(content, pieces, lines),
        End("reframings", bool(reframing and reframing[0].downplay)),
        End("levels", bool(level and (level[0].length or level[0].bar))),
    ]


def _end_of_quiz(content: Walkthrough, pieces: Sequence[Piece], lines: Sequence[Line]) -> End:
    """The quiz ends with the practice part; without one, only a page whose own end was seen shows that it has none."""
    last = content.quiz[-1:]
    count = _count(lines)
    if any(piece.section == "practice" for piece in pieces):
        practised = [item for item in content.quiz if item.options]
        answered = bool(last and last[0].options and last[0].explanation and (last[0].hint or count))
        return End("quiz", answered and len(practised) >= count, counted=count > 0, also=("practice",))
    told = max((line.number for piece in pieces for line in piece.lines), default=0)
    return End("quiz", bool(last) and _last_navigation(lines) > told)
