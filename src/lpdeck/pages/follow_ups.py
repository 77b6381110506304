"""The sections of a STAR walkthrough that question the story: follow-ups and the weak answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lpdeck.pages.copies import alike, compatible, fuller, fused, merged, unique
from lpdeck.pages.labels import Label
from lpdeck.pages.ledger import Ledger
from lpdeck.pages.lines import Kind, Line, is_loose
from lpdeck.pages.pieces import Piece, lines_by_label
from lpdeck.pages.slots import HEADING, NO_PLACE, Slot, is_item, plain
from lpdeck.pages.wording import (
    first_person,
    half_quoted,
    is_question,
    is_quoted,
    is_task,
    quoted_head,
    said,
    same,
    sentences,
)
from lpdeck.walkthrough import FollowUp, WeakAnswer

_LONGEST_KEY_LINE = 12
_LONGEST_FLAW = 120


def follow_ups(pieces: Iterable[Piece], ledger: Ledger) -> tuple[FollowUp, ...]:
    """The follow-up questions with their answers, each once."""
    groups = _groups(pieces)
    weak = [piece.lines[0] for group in groups for piece in group if piece.label is Label.WEAK and piece.lines]
    quoted = any(is_quoted(plain(line)) for line in weak)
    items = (_follow_up(group, ledger, quoted=quoted) for group in groups)
    return merged((item for item in items if _answers(item)), _same_follow_up)


def _answers(item: FollowUp) -> bool:
    return any(text is not None for text in (item.question, item.probes, item.weak, item.weak_because, item.strong))


def _groups(pieces: Iterable[Piece]) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    for piece in pieces:
        if piece.label is Label.ASKED or not groups:
            groups.append([])
        groups[-1].append(piece)
    return groups


def _follow_up(pieces: Sequence[Piece], ledger: Ledger, *, quoted: bool) -> FollowUp:
    slot = Slot(ledger, "follow_ups")
    lines = lines_by_label(pieces)
    weak, because = _weak(lines[Label.WEAK], slot, quoted=quoted)
    strong, key_line = _strong(lines[Label.STRONG], slot)
    return FollowUp(
        question=_question(lines[Label.ASKED], slot),
        probes=slot.paragraph(lines[Label.PROBES]),
        weak=weak,
        weak_because=because,
        strong=strong,
        key_line=key_line,
        line=min((piece.number for piece in pieces if piece.number), default=0),
    )


def _question(lines: Sequence[Line], slot: Slot) -> str | None:
    slot.ledger.use(lines, slot.section)
    if not lines:
        return None
    line = lines[-1]
    return said(line.body if line.kind is Kind.NUMBERED else plain(line))


def _weak(lines: Sequence[Line], slot: Slot, *, quoted: bool) -> tuple[str | None, str | None]:
    """The weak answer and why it is weak: a quoted answer ends with its quotes, another after its own paragraphs.

    `quoted` says whether the page quotes its weak answers; then a single line without quotes is the reason.
    """
    copies = [line for at, line in enumerate(lines) if _copy(lines, at)]
    slot.ledger.use(copies, slot.section)
    lines = [line for line in lines if line not in copies]
    solid = [line for line in lines if not is_loose(line) or line.is_last] or list(lines)
    slot.ledger.report((line for line in lines if line not in solid), HEADING)
    if not solid:
        return None, None
    head = plain(solid[0])
    if len(solid) == 1 and (divided := quoted_head(head)) is not None:
        slot.ledger.use(solid, slot.section)
        return divided
    end = _end_of_answer(solid, quoted=quoted)
    answer, because = solid[:end], solid[end:]
    slot.ledger.use(answer, slot.section)
    return _joined(answer), slot.paragraph(because)


def _end_of_answer(lines: Sequence[Line], *, quoted: bool) -> int:
    first = plain(lines[0])
    if is_quoted(first):
        return 1
    if said(first) != first:
        closing = (at for at, line in enumerate(lines) if at and plain(line).rstrip(".").endswith(('"', "”")))
        return next(closing, 0) + 1
    if len(lines) == 1:
        return 1 if first_person(first) or not quoted else 0
    told = next((at for at, line in enumerate(lines) if not first_person(plain(line))), len(lines) - 1)
    return max(1, told)


def _joined(lines: Sequence[Line]) -> str | None:
    texts = unique(plain(line) for line in lines)
    return said("\n".join(texts)) if len(texts) > 1 else said(texts[0]) if texts else None


def _strong(lines: Sequence[Line], slot: Slot) -> tuple[str | None, str | None]:
    """The strong answer and its key line: the quoted line of its own that follows the answer."""
    solid = _without_list([line for line in lines if not is_loose(line) or is_quoted(line.text)] or list(lines))
    slot.ledger.report((line for line in lines if line not in solid), HEADING)
    if not solid:
        return None, None
    at = _key_line(solid)
    if len(solid) == 1 and is_quoted(plain(solid[0])) and len(solid[0].text.split()) <= _LONGEST_KEY_LINE:
        slot.ledger.use(solid, slot.section)
        return None, said(plain(solid[0]))
    answer, beyond = (solid[:at], solid[at + 1 :]) if at else (solid, [])
    slot.ledger.use(solid[: at + 1] if at else solid, slot.section)
    for line in beyond:
        _beyond_key_line(line, solid[at], slot)
    return _joined(answer), said(plain(solid[at])) if at else None


def _without_list(lines: list[Line]) -> list[Line]:
    """The lines above a list, without the paragraph that the list belongs to: a weak answer that lost its heading."""
    first = next((at for at, line in enumerate(lines) if line.kind is Kind.BULLET), None)
    if not first or sum(line.kind is Kind.BULLET for line in lines) < 2:
        return lines
    return lines[: first - 1] if first > 1 else lines[:first]


def _key_line(lines: Sequence[Line]) -> int:
    """Where the key line stands, 0 where there is none: the last of the quoted lines that follow the answer."""
    if len(lines) > 1 and lines[-1].is_last and half_quoted(lines[-1].text) != lines[-1].text:
        return len(lines) - 1
    first = next((at for at, line in enumerate(lines) if at and is_quoted(plain(line)) and not _copy(lines, at)), 0)
    last = first
    while first and last + 1 < len(lines) and is_quoted(plain(lines[last + 1])) and not _copy(lines, last + 1):
        last += 1
    return last


def _copy(lines: Sequence[Line], at: int) -> bool:
    return any(same(lines[at].text, line.text) for line in lines[:at])


def _beyond_key_line(line: Line, key_line: Line, slot: Slot) -> None:
    if same(line.text, key_line.text):
        slot.ledger.use(line, slot.section)
    else:
        slot.ledger.report(line, NO_PLACE)


def _same_follow_up(one: FollowUp, other: FollowUp) -> FollowUp | None:
    if not compatible(one, other):
        return None
    asked = one.question is not None and other.question is not None
    shared = ("question",) if asked else ("probes", "weak", "weak_because", "strong")
    return fused(one, other) if alike(one, other, shared) else None


def weak_answer(pieces: Iterable[Piece], ledger: Ledger) -> tuple[WeakAnswer | None, list[list[Line]]]:
    """The weak answer, and the stretches of lines below it, which may ask a quiz."""
    slot = Slot(ledger, "weak_answer")
    whole = WeakAnswer()
    quiz: list[list[Line]] = []
    for piece in pieces:
        if piece.label is Label.VERDICT:
            verdict, below = _verdict(piece.lines, slot)
            read = WeakAnswer(verdict=verdict, line=piece.number)
        else:
            told, below = _before_quiz(piece.lines)
            read = WeakAnswer(*_flaws(told, slot), line=piece.number)
        whole = _united(whole, read)
        quiz.append(below)
    return (whole if whole != WeakAnswer() else None), quiz


def _united(one: WeakAnswer, other: WeakAnswer) -> WeakAnswer:
    return WeakAnswer(
        text=fuller(one.text, other.text),
        disqualifiers=unique((*one.disqualifiers, *other.disqualifiers)),
        verdict=fuller(one.verdict, other.verdict),
        line=one.line or other.line,
    )


def _before_quiz(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The lines up to the first question of a quiz; only a page without a verdict has one here."""
    at = next((at for at, line in enumerate(lines) if _asks_quiz(line)), len(lines))
    return list(lines[:at]), list(lines[at:])


def _asks_quiz(line: Line) -> bool:
    if line.kind is not Kind.TEXT or line.glued:
        return False
    return (is_question(line.text) or line.marked) and (_picks(line.text) or (line.marked and is_question(line.text)))


def _picks(text: str) -> bool:
    return is_task(text) and not first_person(text)


def _flaws(lines: Sequence[Line], slot: Slot) -> tuple[str | None, tuple[str, ...]]:
    """The weak answer's text and the list of what disqualifies it, with bullets or without."""
    first = next((at for at, line in enumerate(lines) if is_item(line)), None)
    if first is not None:
        return _text(lines[:first], slot), slot.items(lines[first:])
    start = next((at for at, line in enumerate(lines) if _is_told(line, lines)), None)
    if start is None:
        return None, slot.items(lines, after_text=True)
    end = start + 1
    while end < len(lines) and _is_story(lines[end]) and sentences(lines[end].text) > 1:
        end += 1
    return _text(lines[:end], slot), slot.items(lines[end:], after_text=True)


def _is_told(line: Line, lines: Sequence[Line]) -> bool:
    """Whether a line without a bullet is the weak answer itself: a story, or what a cut has left of it."""
    if len(lines) == 1 or line.glued:
        return True
    return not is_loose(line) and (_is_story(line) or (line is lines[0] and quoted_head(line.text) is None))


def _is_story(line: Line) -> bool:
    return first_person(line.text) and (line.glued or sentences(line.text) > 1 or len(line.text) > _LONGEST_FLAW)


def _text(lines: Sequence[Line], slot: Slot) -> str | None:
    text = slot.prose(lines)
    return said(text) if text is not None else None


def _verdict(lines: Sequence[Line], slot: Slot) -> tuple[str | None, list[Line]]:
    """The verdict, and the lines below it."""
    at = next((at for at, line in enumerate(lines) if not is_loose(line) or line.glued), None)
    if at is None or (not lines[at].glued and _asks_quiz(lines[at])):
        return None, list(lines)
    slot.ledger.report(lines[:at], HEADING)
    slot.ledger.use(lines[at], slot.section)
    text = plain(lines[at])
    end = at + 1
    while end < len(lines) and same(lines[end].text, text):
        slot.ledger.use(lines[end], slot.section)
        end += 1
    return text, list(lines[end:])
