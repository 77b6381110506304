"""The quizzes of a STAR walkthrough: questions whose options were lost, and multiple-choice practice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lpdeck.pages.copies import agree, fuller, merged, unique
from lpdeck.pages.labels import Label
from lpdeck.pages.ledger import Ledger
from lpdeck.pages.lines import Kind, Line, is_loose
from lpdeck.pages.pieces import Piece, lines_by_label
from lpdeck.pages.slots import HEADING, NO_PLACE, Slot, plain
from lpdeck.pages.wording import ends_sentence, is_question, is_quoted, is_task, same, split_numbered
from lpdeck.walkthrough import QuizItem

_EXPLAINS = re.compile(r"(?:explanation|why|answer)\s*:\s*", re.I)
_NEXT_OPTION = r"\s+[(\[]?{letter}[.)\]]\s*(?=\S)"


@dataclass
class _Asked:
    """A question whose options were lost, while its lines are gathered."""

    question: list[Line]
    explanation: list[Line] = field(default_factory=list)


def stray_quiz(pieces: Sequence[Piece]) -> list[Line]:
    """Take the quiz from the end of the story, where it stands if the weak answer before it is missing."""
    story = [piece for piece in pieces if piece.section in ("stages", "reflections", "follow_ups") and piece.lines]
    if not story or any(piece.section == "weak_answer" for piece in pieces):
        return []
    lines = story[-1].lines
    asked = (at for at, line in enumerate(lines) if at and line.kind is Kind.TEXT and is_question(line.text))
    start = next(asked, len(lines))
    if len(lines) - start < 2 and not any(line.marked for line in lines[start:]):
        return []
    taken = lines[start:]
    del lines[start:]
    return taken


def inline_quiz(lines: Sequence[Line], ledger: Ledger) -> tuple[QuizItem, ...]:
    """The questions below the verdict, each with the one paragraph that explains its answer, where it is there."""
    slot = Slot(ledger, "quiz")
    asked: list[_Asked] = []
    context: list[Line] = []
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else None
        if _repeats(line, asked):
            ledger.use(line, slot.section)
        elif _asks(line, asked):
            taken = _touching(context, line)
            asked.append(_Asked([*taken, line]))
            ledger.report((each for each in context if each not in taken), NO_PLACE)
        elif asked and not asked[-1].explanation and not is_loose(line) and not context:
            asked[-1].explanation.append(line)
        elif following is not None and is_question(following.text) and not following.gap and not is_loose(line):
            context.append(line)
            continue
        else:
            ledger.report(line, HEADING if is_loose(line) else NO_PLACE)
        context = []
    return tuple(_item(each, slot) for each in asked)


def _asks(line: Line, asked: Sequence[_Asked]) -> bool:
    text = plain(line)
    answered = not asked or bool(asked[-1].explanation)
    if is_question(text):
        return not (line.kind is Kind.PHRASES and not answered)
    return is_task(text) and not is_loose(line) and (answered or line.marked) and _is_request(text)


def _is_request(text: str) -> bool:
    return re.match(r"(?:which|what)\b", text, re.I) is None


def _touching(context: list[Line], line: Line) -> list[Line]:
    return [each for each in context if each.marked or is_quoted(each.text)] if not line.gap else []


def _repeats(line: Line, asked: Sequence[_Asked]) -> bool:
    return any(same(line.text, other.text) for each in asked for other in (*each.question, *each.explanation))


def _item(asked: _Asked, slot: Slot) -> QuizItem:
    slot.ledger.use((*asked.question, *asked.explanation), slot.section)
    explanation = " ".join(plain(line) for line in asked.explanation)
    return QuizItem(
        question=" ".join(line.body if line.kind is Kind.NUMBERED else plain(line) for line in asked.question),
        explanation=_EXPLAINS.sub("", explanation, count=1) if explanation else None,
        line=asked.question[0].number,
    )


def practice(pieces: Iterable[Piece], ledger: Ledger) -> tuple[QuizItem, ...]:
    """The multiple-choice questions, in the order of the page."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if piece.label is Label.QUESTION:
            groups.append([])
        if groups:
            groups[-1].append(piece)
        else:
            ledger.report(piece.lines, NO_PLACE)
    for group in groups:
        if not group[0].lines:
            _report(group, ledger)
    return tuple(_practised(group, ledger) for group in groups if group[0].lines)


def _report(group: Sequence[Piece], ledger: Ledger) -> None:
    for piece in group:
        openers = [piece.opener] if piece.opener else []
        ledger.report([*openers, *piece.lines], "its question is missing")


def _practised(pieces: Sequence[Piece], ledger: Ledger) -> QuizItem:
    slot = Slot(ledger, "quiz")
    lines = lines_by_label(pieces)
    for piece in pieces:
        if piece.opener is not None:
            ledger.use(piece.opener, slot.section)
    ledger.report(lines[Label.PRACTICE_MISTAKES], NO_PLACE)
    ledger.report(lines[Label.DIFFICULTY] + lines[Label.PRACTICE], NO_PLACE)
    question, late = _question(lines[Label.QUESTION], slot)
    steps = _steps(lines[Label.SOLUTION], slot)
    return QuizItem(
        question=question,
        options=_options(lines[Label.OPTIONS], slot),
        explanation="\n".join(steps) or None,
        difficulty=next((p.name for p in pieces if p.label is Label.DIFFICULTY), late),
        hint=slot.paragraph(lines[Label.HINT]),
        line=pieces[0].number,
    )


def _question(lines: Sequence[Line], slot: Slot) -> tuple[str, str | None]:
    """The text of a question, in as many lines as it has, and a difficulty glued to its end."""
    taken: list[Line] = []
    for line in lines:
        if taken and (line.kind is Kind.NUMBERED or _is_apart(line, taken[-1])):
            slot.ledger.report(line, HEADING)
        else:
            taken.append(line)
    slot.ledger.use(taken, slot.section)
    text = " ".join(unique(line.body if at == 0 else plain(line) for at, line in enumerate(taken)))
    glued = re.search(r"(?<=[?.!\"”])\s*[(\[]?(easy|medium|hard)[)\]]?$", text, re.I)
    return (text[: glued.start()], glued[1].lower()) if glued else (text, None)


def _is_apart(line: Line, above: Line) -> bool:
    """Whether a line looks like a link below a finished sentence, and not like what a cut has left of the next."""
    return is_loose(line) and ends_sentence(above.text) and not line.is_last


def _options(lines: Sequence[Line], slot: Slot) -> tuple[str, ...]:
    """The options in the order of the page, without their letters; several may stand on one line."""
    options: list[str] = []
    for line in lines:
        if line.kind is Kind.OPTION:
            slot.ledger.use(line, slot.section)
            options += _divided(line.body, line.name)
        elif options and not options[-1]:
            slot.ledger.use(line, slot.section)
            options[-1] = line.text
        else:
            slot.ledger.report(line, HEADING if is_loose(line) else NO_PLACE)
    return _without_copies(options)


def _divided(text: str, letter: str) -> list[str]:
    parts = []
    while found := re.search(_NEXT_OPTION.format(letter=chr(ord(letter) + 1)), text):
        parts.append(text[: found.start()].strip())
        text, letter = text[found.end() :], chr(ord(letter) + 1)
    return [*parts, text.strip()]


def _without_copies(options: Sequence[str]) -> tuple[str, ...]:
    return tuple(option for at, option in enumerate(options) if option and option not in options[:at])


def _steps(lines: Sequence[Line], slot: Slot) -> list[str]:
    """The steps of a solution without their list numbers, which may run together in one line."""
    numbered = any(line.kind is Kind.NUMBERED for line in lines)
    steps: list[str] = []
    for line in lines:
        if not line.body:
            slot.ledger.use(line, slot.section)
        elif numbered and line.kind is not Kind.NUMBERED and not line.text.lower().startswith("step"):
            slot.ledger.report(line, HEADING if is_loose(line) else NO_PLACE)
        elif not numbered and is_loose(line) and not line.text.lower().startswith("step"):
            slot.ledger.report(line, HEADING)
        else:
            slot.ledger.use(line, slot.section)
            steps += split_numbered(line.text) if line.kind is Kind.NUMBERED else [plain(line)]
    return list(unique(steps))


def without_copies(items: Iterable[QuizItem]) -> tuple[QuizItem, ...]:
    """The items, those pasted twice once."""
    return merged(items, _same_item)


def _same_item(one: QuizItem, other: QuizItem) -> QuizItem | None:
    if not same(one.question, other.question):
        return None
    if not agree(one.explanation, other.explanation) or (
        one.options and other.options and one.options != other.options
    ):
        return None
    return replace(
        one,
        options=one.options or other.options,
        explanation=fuller(one.explanation, other.explanation),
        difficulty=one.difficulty or other.difficulty,
        hint=fuller(one.hint, other.hint),
    )
