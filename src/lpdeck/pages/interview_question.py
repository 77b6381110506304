"""The reader of interview questions: title, question, advice, key points, sample answer, mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from lpdeck.pages.copies import unique
from lpdeck.pages.labels import QUESTION, Form, Label
from lpdeck.pages.ledger import Ledger
from lpdeck.pages.lines import Kind, Line, classify, is_loose, mark_of
from lpdeck.pages.pieces import CUT_LABEL, Piece, lines_by_label
from lpdeck.pages.slots import HEADING, NO_PLACE, Slot, plain
from lpdeck.pages.whole import End, whole_sections
from lpdeck.pages.wording import begins_asking, ends_sentence, is_question, key, said, same, split_numbered
from lpdeck.walkthrough import InterviewQuestion, Reading

_NAMES = {
    Label.WHY_ASKED: "why_asked",
    Label.HOW_TO_ANSWER: "how_to_answer",
    Label.KEY_POINTS: "key_points",
    Label.SAMPLE_ANSWER: "sample_answer",
    Label.MISTAKES_TO_AVOID: "mistakes",
}
_EXCLUSIVE = frozenset({Label.WHY_ASKED, Label.HOW_TO_ANSWER, Label.KEY_POINTS, Label.SAMPLE_ANSWER})
_STEM = 5


def claims(text: str) -> int:
    """How surely a text is an interview question: the number of its kinds of labels, 0 where it is none."""
    rows = [row for row in text.split("\n") if row.strip()]
    marks = [mark_of(row, QUESTION) for row in (*rows, "")]
    found = {mark.label for mark, below in pairwise(marks) if mark and (mark.rest or below is None)}
    return len(found) if found & _EXCLUSIVE or len(found) > 1 else 0


def read(text: str) -> Reading:
    """The interview question that a repaired text holds, and what in it was not understood."""
    ledger = Ledger()
    lines = classify(text, QUESTION)
    content = _content(_cut(lines, ledger), ledger)
    problems = ledger.problems(text)
    last = max((line.number for line in lines if line.kind in (Kind.NAVIGATION, Kind.FOOTER)), default=0)
    whole = whole_sections(_ends(content), ledger, problems, last)
    return Reading(content, problems, ledger.coverage(text, problems), whole=whole)


def _cut(lines: Sequence[Line], ledger: Ledger) -> list[Piece]:
    """The page in pieces; navigation and decoration are noted in the ledger and left out."""
    pieces = [Piece(Label.HEAD)]
    last = max((at for at, line in enumerate(lines) if line.mark and line.mark.form is not Form.SPACED), default=-1)
    for at, line in enumerate(lines):
        mark = line.mark
        if line.is_last and QUESTION.is_cut_label(line.text):
            ledger.report(line, CUT_LABEL)
        elif mark is not None and (mark.form is not Form.SPACED or _is_finished(pieces[-1], line)):
            pieces.append(Piece(mark.label, line))
            ledger.use(line, _NAMES[mark.label])
            rest = line.rest(mark.rest)
            if mark.rest and rest.kind not in (Kind.NAVIGATION, Kind.FOOTER):
                pieces[-1].take(rest, ledger)
        elif line.kind is Kind.FOOTER and at > last and len(pieces) > 1:
            pieces.append(Piece(Label.FOOTER, line))
            ledger.skip(line)
        elif line.kind in (Kind.NAVIGATION, Kind.FOOTER, Kind.DECORATION):
            ledger.skip(line)
        else:
            pieces[-1].take(line, ledger)
    return pieces


def _is_finished(piece: Piece, line: Line) -> bool:
    return line.decorated or line.gap or not piece.lines or ends_sentence(piece.lines[-1].text)


def _content(pieces: Sequence[Piece], ledger: Ledger) -> InterviewQuestion:
    lines = lines_by_label(pieces)
    ledger.report(lines[Label.FOOTER], NO_PLACE)
    title, prompt = _head(lines[Label.HEAD], Slot(ledger, "head"))
    answer = Slot(ledger, "sample_answer").prose(lines[Label.SAMPLE_ANSWER])
    return InterviewQuestion(
        title=title,
        prompt=prompt,
        why_asked=Slot(ledger, "why_asked").prose(lines[Label.WHY_ASKED]),
        how_to_answer=_steps(lines[Label.HOW_TO_ANSWER], Slot(ledger, "how_to_answer")),
        key_points=Slot(ledger, "key_points").items(lines[Label.KEY_POINTS]),
        sample_answer=said(answer) if answer else None,
        mistakes=Slot(ledger, "mistakes").items(lines[Label.MISTAKES_TO_AVOID]),
    )


def _head(lines: Sequence[Line], slot: Slot) -> tuple[str | None, str | None]:
    """The title, and the question as the interviewer asks it; what else stands there is reported."""
    asked = _prompt(lines)
    taken = set(map(id, asked))
    title = _title([line for line in lines if id(line) not in taken], asked)
    slot.ledger.use(asked, slot.section)
    for line in lines:
        if title is not None and same(line.text, title.text):
            slot.ledger.use(line, slot.section)
        elif id(line) not in taken:
            slot.ledger.report(line, HEADING if is_loose(line) else NO_PLACE)
    prompt = " ".join(unique(plain(line) for line in asked)) or None
    return title.text if title else None, said(prompt) if prompt else None


def _prompt(lines: Sequence[Line]) -> list[Line]:
    """The lines of the question: prose that asks, else the last prose there is."""
    solid = [line for line in lines if not _is_heading(line) and line.kind in (Kind.TEXT, Kind.PHRASES)]
    if len(solid) > 1 and solid[0] is lines[0] and len(solid) == len(lines) and len(solid[0].text.split()) <= 12:
        solid = solid[1:]
    asking = [line for line in solid if is_question(line.text) or begins_asking(line.text)]
    return asking or (solid[-1:] if len(lines) - len(solid) else [])


def _is_heading(line: Line) -> bool:
    """Whether a line is written as titles are: without an end, or with most words in capitals."""
    words = [word for word in line.text.split() if word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in words)
    if ends_sentence(line.text):
        return len(words) <= 12 and capitals * 3 > len(words) * 2
    return len(words) <= 14 and not (begins_asking(line.text) and capitals * 2 < len(words))


def _title(lines: Sequence[Line], asked: Sequence[Line]) -> Line | None:
    """The heading that fits the question best: by words in common, by standing there twice, by its length."""
    candidates = [line for line in lines if _is_heading(line) and line.kind is Kind.TEXT]
    copies = Counter(key(line.text) for line in candidates)
    stems = {word[:_STEM] for line in asked for word in _words(line.text)}

    def fitness(line: Line) -> tuple[int, int, int]:
        common = sum(word[:_STEM] in stems for word in _words(line.text))
        words = len(line.text.split())
        return 2 * (common + (copies[key(line.text)] > 1) + (words > 2)), words, -line.number

    return max(candidates, key=fitness, default=None)


def _words(text: str) -> list[str]:
    return [word for word in (key(each) for each in text.split()) if len(word) > 3]


def _steps(lines: Sequence[Line], slot: Slot) -> tuple[str, ...]:
    """The steps, whether they run together in one paragraph or stand on lines of their own."""
    numbered = any(line.kind is Kind.NUMBERED for line in lines)
    bullets = any(line.kind is Kind.BULLET for line in lines)
    kinds = {Kind.NUMBERED} if numbered else {Kind.BULLET} if bullets else {Kind.TEXT, Kind.PHRASES}
    steps: list[str] = []
    for line in lines:
        if line.kind in kinds and not (kinds == {Kind.TEXT, Kind.PHRASES} and is_loose(line)):
            slot.ledger.use(line, slot.section)
            numbered_here = line.kind is Kind.NUMBERED or line.text.lower().startswith("step ")
            steps += split_numbered(line.text) if numbered_here else [line.body]
        else:
            slot.ledger.report(line, HEADING if is_loose(line) else NO_PLACE)
    return unique(steps)


def _ends(content: InterviewQuestion) -> list[End]:
    names = (name for name in _NAMES.values() if name != "why_asked")
    return [End(name, bool(getattr(content, name))) for name in names]
