"""The sections of a STAR walkthrough that tell the story: its stages and what is concluded from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from lpdeck.pages.copies import agree, alike, compatible, fuller, fused, merged
from lpdeck.pages.labels import Label
from lpdeck.pages.ledger import Ledger
from lpdeck.pages.lines import Line, is_loose
from lpdeck.pages.pieces import Piece
from lpdeck.pages.slots import HEADING, NO_PLACE, Slot
from lpdeck.pages.wording import half_quoted, key, phrases, same, trailing_row
from lpdeck.walkthrough import STAGES, Stage, StoryReflection

_STAGE_OF = {"s": "situation", "t": "task", "a": "action", "r": "result", "reflection": "reflection"}
_SHORTEST_ROW = 2
_LONGEST_PHRASE = 12


@dataclass
class _Draft:
    """A stage before it is known which one it is."""

    letter: str = ""
    seen: set[Label] = field(default_factory=set)
    pieces: list[Piece] = field(default_factory=list)
    begins: dict[Label, str] = field(default_factory=dict)

    def takes(self, piece: Piece) -> bool:
        """Whether a piece belongs to this stage and does not begin the next one."""
        label = piece.label
        if label is Label.TARGET:
            return self.seen <= {Label.TARGET} and self.target in ("", piece.name)
        if label is Label.LETTER:
            return self.letter in ("", piece.name) and self.seen <= {Label.TARGET, Label.LETTER}
        return label not in self.seen or self.repeats(piece)

    @property
    def target(self) -> str:
        return next((piece.name for piece in self.pieces if piece.label is Label.TARGET), "")

    def repeats(self, piece: Piece) -> bool:
        """Whether a piece is a copy of one that the stage has, or gives text to an empty one."""
        mine = self.begins.get(piece.label)
        return mine is None or not piece.lines or any(same(mine, line.text) for line in piece.lines)

    def add(self, piece: Piece) -> None:
        self.seen.add(piece.label)
        self.pieces.append(piece)
        if piece.lines:
            self.begins.setdefault(piece.label, piece.lines[0].text)
        if piece.label is Label.LETTER:
            self.letter = piece.name

    def lines(self, label: Label) -> list[Line]:
        return [line for piece in self.pieces if piece.label is label for line in piece.lines]


def stages(pieces: Iterable[Piece], ledger: Ledger) -> tuple[Stage, ...]:
    """The stages in the order of the story, each once."""
    drafts: list[_Draft] = []
    for piece in pieces:
        if not drafts or not drafts[-1].takes(piece):
            drafts.append(_Draft())
        drafts[-1].add(piece)
    read = [(draft.letter, _stage(draft, ledger)) for draft in drafts]
    told = [(letter, stage) for letter, stage in read if _holds(stage)]
    named = merged(_named(_distinct(told)), _same_stage)
    return tuple(sorted(named, key=lambda stage: STAGES.index(stage.stage)))


def _holds(stage: Stage) -> bool:
    told = (stage.target_seconds, stage.example, stage.coaching, stage.mistake)
    return bool(stage.signals) or any(each is not None for each in told)


def _stage(draft: _Draft, ledger: Ledger) -> Stage:
    slot = Slot(ledger, "stages")
    example, signals = _told(draft, slot)
    return Stage(
        stage="",
        target_seconds=int(draft.target) if draft.target else None,
        example=example,
        signals=signals,
        coaching=slot.paragraph(draft.lines(Label.COACHING)),
        mistake=slot.paragraph(draft.lines(Label.MISTAKE)),
        line=draft.pieces[0].number,
    )


def _told(draft: _Draft, slot: Slot) -> tuple[str | None, tuple[str, ...]]:
    """The example and the rows of phrases below it, wherever they stand before the coaching."""
    lines = draft.lines(Label.EXAMPLE)
    before = draft.lines(Label.TARGET) + draft.lines(Label.LETTER)
    if any(not is_loose(line) for line in lines):
        slot.ledger.report(before, NO_PLACE)
    else:
        lines = before + lines
    rows = [line for line in lines if _is_row(line) or _is_cut_row(line)]
    slot.ledger.use(rows, slot.section)
    signals = [phrase for line in rows for phrase in phrases(line.text) or (half_quoted(line.text),)]
    first = lines.index(rows[0]) if rows else len(lines)
    prose = [line for line in lines[:first] if line not in rows]
    slot.ledger.report((line for line in lines[first:] if line not in rows), "prose below the phrases")
    for at, line in enumerate(prose):
        if divided := trailing_row(line.text):
            prose[at] = replace(line, text=divided[0], body=divided[0])
            signals += phrases(divided[1])
    if not prose or (rows and all(is_loose(line) for line in prose)):
        slot.ledger.report(prose, HEADING)
        return None, unique_phrases(signals)
    return slot.prose(prose), unique_phrases(signals)


def unique_phrases(signals: Iterable[str]) -> tuple[str, ...]:
    """The phrases, each once."""
    return tuple({key(phrase): phrase for phrase in reversed(list(signals))}.values())[::-1]


def _is_row(line: Line) -> bool:
    found = phrases(line.text)
    return len(found) >= _SHORTEST_ROW or (len(found) == 1 and len(found[0].split()) <= _LONGEST_PHRASE)


def _is_cut_row(line: Line) -> bool:
    """Whether a page ends within the first phrase of a row."""
    return line.is_last and half_quoted(line.text) != line.text and len(line.text.split()) <= _LONGEST_PHRASE


def _distinct(told: Sequence[tuple[str, Stage]]) -> list[tuple[str, Stage]]:
    """The stages without those that repeat an earlier one word for word."""
    kept: list[tuple[str, Stage]] = []
    for letter, stage in told:
        at = next((at for at, (other, known) in enumerate(kept) if _is_copy(letter, stage, other, known)), None)
        if at is None:
            kept.append((letter, stage))
        else:
            kept[at] = (kept[at][0] or letter, fused(kept[at][1], stage))
    return kept


def _is_copy(letter: str, stage: Stage, other: str, known: Stage) -> bool:
    if letter and other and letter != other:
        return False
    return compatible(known, stage) and alike(known, stage, ("example", "coaching", "mistake"))


def _named(told: Sequence[tuple[str, Stage]]) -> list[Stage]:
    """The stages with their names: by letter, and by order where the letter is missing."""
    order = -1
    result = []
    for at, (letter, stage) in enumerate(told):
        name = _STAGE_OF.get(letter, "")
        if name == "result" and stage.example is None and order == STAGES.index("result"):
            name = "reflection"
        if not name:
            name = _by_order(stage, order, is_last=at == len(told) - 1)
        order = STAGES.index(name)
        result.append(replace(stage, stage=name))
    return result


def _by_order(stage: Stage, order: int, *, is_last: bool) -> str:
    if stage.example is None and stage.signals and is_last:
        return "reflection"
    return STAGES[min(order + 1, len(STAGES) - 1)]


def _same_stage(one: Stage, other: Stage) -> Stage | None:
    return fused(one, other) if one.stage == other.stage else None


def reflections(pieces: Iterable[Piece], ledger: Ledger) -> tuple[StoryReflection, ...]:
    """What a candidate of each level concludes, each level once."""
    slot = Slot(ledger, "reflections")
    read = [StoryReflection(p.name, slot.paragraph(p.lines) or "", p.number) for p in pieces]
    return merged((each for each in read if each.text), _same_reflection)


def _same_reflection(one: StoryReflection, other: StoryReflection) -> StoryReflection | None:
    if not same(one.level, other.level) or not agree(one.text, other.text):
        return None
    return replace(one, text=fuller(one.text, other.text) or one.text)
