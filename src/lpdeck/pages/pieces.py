"""The state machine that cuts a STAR walkthrough into pieces, each a label and the lines that belong to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from lpdeck.pages.ahead import bears, bears_any, evidence, lines_after, menu_lines, next_line
from lpdeck.pages.labels import OF_SEVERAL_WORDS, WALKTHROUGH, Form, Label, Mark, letter_mark
from lpdeck.pages.ledger import Ledger
from lpdeck.pages.lines import Kind, Line, is_loose
from lpdeck.pages.wording import (
    begins_asking,
    ends_sentence,
    is_question,
    is_quoted,
    is_request,
    is_title_like,
    seconds_or_minutes,
)

SECTIONS = {
    "head": (Label.HEAD,),
    "overview": (Label.OVERVIEW,),
    "stages": (Label.TARGET, Label.LETTER, Label.EXAMPLE, Label.COACHING, Label.MISTAKE),
    "reflections": (Label.STORY_REFLECTION,),
    "follow_ups": (Label.ASKED, Label.PROBES, Label.WEAK, Label.STRONG),
    "weak_answer": (Label.WEAK_ANSWER, Label.VERDICT),
    "reframings": (Label.PRINCIPLE, Label.EMPHASIZE, Label.DOWNPLAY),
    "levels": (Label.LEVEL, Label.REFLECTION, Label.BAR, Label.LENGTH),
    "practice": (
        Label.PRACTICE,
        Label.QUESTION,
        Label.DIFFICULTY,
        Label.OPTIONS,
        Label.SOLUTION,
        Label.HINT,
        Label.PRACTICE_MISTAKES,
    ),
    "footer": (Label.FOOTER,),
}
SECTION_OF = {label: section for section, labels in SECTIONS.items() for label in labels}

# Where a label of one word is believed when only a space divides it from its text: after these.
_EXPECTED_AFTER = {
    Label.COACHING: (Label.EXAMPLE, Label.TARGET, Label.LETTER),
    Label.PROBES: (Label.ASKED, Label.STORY_REFLECTION, Label.STRONG, Label.WEAK),
    Label.WEAK: (Label.PROBES, Label.ASKED),
    Label.STRONG: (Label.WEAK, Label.PROBES),
    Label.EMPHASIZE: (Label.PRINCIPLE,),
    Label.DOWNPLAY: (Label.EMPHASIZE, Label.PRINCIPLE),
    Label.REFLECTION: (Label.LEVEL,),
    Label.BAR: (Label.LEVEL, Label.REFLECTION, Label.LENGTH),
    Label.SOLUTION: (Label.OPTIONS, Label.DIFFICULTY, Label.QUESTION),
    Label.HINT: (Label.SOLUTION, Label.OPTIONS),
    Label.PRINCIPLE: (Label.DOWNPLAY, Label.EMPHASIZE),
    Label.LEVEL: (Label.DOWNPLAY, Label.LENGTH, Label.BAR),
}
# Labels that mean something in one section only.
_ONLY_IN = {
    Label.REFLECTION: ("levels", "reframings"),
    Label.BAR: ("levels",),
    Label.SOLUTION: ("practice",),
    Label.HINT: ("practice",),
}
_LATE = frozenset({"weak_answer", "reframings", "levels", "footer"})
_ANSWERS = frozenset({"head", "stages", "reflections", "follow_ups"})
_NOISE_BEFORE_PROBES = 3
CUT_LABEL = "the beginning of a label"


LONGEST_PIECE = 200


@dataclass
class Piece:
    """A label, the line that bears it, and the lines that follow it up to the next label."""

    label: Label
    opener: Line | None = None
    name: str = ""
    lines: list[Line] = field(default_factory=list)

    def take(self, line: Line, ledger: Ledger) -> None:
        """Add a line; nothing that a page says has more than LONGEST_PIECE lines, so others are reported."""
        if len(self.lines) < LONGEST_PIECE:
            self.lines.append(line)
        else:
            ledger.report(line, "too many lines for one part of a page")

    @property
    def section(self) -> str:
        """The section of the page that the label belongs to."""
        return SECTION_OF[self.label]

    @property
    def number(self) -> int:
        """The first line of the piece, from 1; 0 for one without lines."""
        first = self.opener or (self.lines[0] if self.lines else None)
        return first.number if first else 0


def lines_by_label(pieces: Iterable[Piece]) -> dict[Label, list[Line]]:
    """The lines of the pieces under each label, [] under those that are not there."""
    lines: dict[Label, list[Line]] = defaultdict(list)
    for piece in pieces:
        lines[piece.label] += piece.lines
    return lines


def cut(lines: Sequence[Line], ledger: Ledger) -> list[Piece]:
    """The page in pieces; titles, navigation and decoration are noted in the ledger and left out."""
    machine = _Machine(lines, ledger)
    for at, line in enumerate(lines):
        machine.step(at, line)
    machine.end()
    return [
        piece for piece in machine.pieces if piece.opener or piece.lines or piece.label in (Label.ASKED, Label.QUESTION)
    ]


class _Machine:
    """The state is the piece that is open; every line opens a piece, joins the open one, or is navigation."""

    def __init__(self, lines: Sequence[Line], ledger: Ledger) -> None:
        self.lines = lines
        self.ledger = ledger
        self.pieces = [Piece(Label.HEAD)]
        self.answered: set[Label] = set()
        self.menu = menu_lines(lines)
        self.last_label = max((at for at, line in enumerate(lines) if bears_any(line)), default=-1)

    @property
    def open(self) -> Piece:
        return self.pieces[-1]

    def step(self, at: int, line: Line) -> None:
        if line.kind is Kind.DECORATION or at in self.menu:
            self.ledger.skip(line)
        elif line.is_last and WALKTHROUGH.is_cut_label(line.text):
            self.ledger.report(line, CUT_LABEL)
        elif line.kind is Kind.TITLE:
            self.pieces[0].take(line, self.ledger)
        elif (mark := self.mark(line)) is not None and self.accepts(at, line, mark):
            self.label(at, line, mark)
        elif not self.practice(at, line):
            self.content(at, line)

    def end(self) -> None:
        """The end of the page or of the follow-ups: a last question may stand there whose answers were cut."""
        lines = self.open.lines
        told = self.open.label in (Label.STRONG, Label.WEAK, Label.STORY_REFLECTION)
        if told and len(lines) > 1 and is_question(lines[-1].text) and not is_quoted(lines[-1].text):
            self.pieces.append(Piece(Label.ASKED, None, "", take_question(self.open)))

    def mark(self, line: Line) -> Mark | None:
        """The line's mark; "Reflection" alone names a stage, except within a level."""
        if line.mark is not None and line.mark.name == "reflection" and self.open.section == "levels":
            return Mark(Label.REFLECTION, Form.ALONE)
        return line.mark

    def accepts(self, at: int, line: Line, mark: Mark) -> bool:
        """Whether the mark is a label here, by its form and by what the open piece expects."""
        special = _SPECIAL.get(mark.label)
        if special is not None:
            return special(self, at, line, mark)
        if self.open.section not in _ONLY_IN.get(mark.label, (self.open.section,)):
            return False
        if mark.label in (Label.WEAK, Label.STRONG) and mark.form in (Form.COLON, Form.SPACED):
            return self.open.section in _ANSWERS and (mark.form is Form.COLON or self.expects(line, mark))
        return mark.form is not Form.SPACED or mark.label in OF_SEVERAL_WORDS or self.expects(line, mark)

    def expects(self, line: Line, mark: Mark) -> bool:
        """Whether a label that only a space divides from its text may stand here."""
        if line.decorated or self.repeats(mark):
            return True
        last = self.open.lines[-1] if self.open.lines else None
        finished = last is None or ends_sentence(last.text) or line.gap or is_loose(last)
        return finished and self.open.label in _EXPECTED_AFTER.get(mark.label, ())

    def repeats(self, mark: Mark) -> bool:
        """Whether a label and its text stand twice, one below the other."""
        return self.open.label is mark.label and any(line.text == mark.rest for line in self.open.lines)

    def accepts_letter(self, at: int, line: Line, mark: Mark) -> bool:
        after_target = self.open.label is Label.TARGET and not self.open.lines
        following = next_line(self.lines, at)
        before_example = following is not None and bears(following, Label.EXAMPLE, Label.TARGET)
        if after_target or before_example or mark.rest:
            return True
        return self.open.section in ("overview", "stages") and len(line.text) == 1 and line.text.isupper()

    def accepts_principle(self, at: int, line: Line, mark: Mark) -> bool:
        proof = evidence(self.lines, at, (Label.EMPHASIZE, Label.DOWNPLAY))
        if mark.form in (Form.COLON, Form.SPACED):
            late = self.open.section in _LATE and not self.awaits_explanation()
            if mark.form is Form.COLON:
                return proof == "label" or (late and proof == "prose")
            return proof == "label" and late and self.expects(line, mark)
        if mark.form is Form.GLUED:
            return proof == "label" or self.open.section in _LATE
        return proof == "label" or (proof == "prose" and self.open.section in _LATE)

    def awaits_explanation(self) -> bool:
        lines = self.open.lines
        return self.open.section == "weak_answer" and bool(lines) and is_question(lines[-1].text)

    def accepts_level(self, at: int, line: Line, mark: Mark) -> bool:
        proof = evidence(self.lines, at, (Label.REFLECTION, Label.BAR, Label.LENGTH))
        if mark.form is Form.SPACED and not (self.expects(line, mark) and any(map(str.isdigit, mark.name))):
            return False
        if mark.form in (Form.COLON, Form.GLUED, Form.SPACED):
            return proof == "label" or self.open.section in ("reframings", "levels")
        return proof == "label" or (proof == "prose" and self.open.section in _LATE)

    def accepts_practice(self, at: int, line: Line, mark: Mark) -> bool:
        if mark.form is not Form.ALONE:
            return mark.form is Form.COLON and not mark.rest
        return self.open.section in ("reframings", "levels", "practice") or self.leads_to_question(at)

    def leads_to_question(self, at: int) -> bool:
        for ahead in range(at + 1, min(at + 6, len(self.lines))):
            line = self.lines[ahead]
            if line.kind is Kind.NUMBERED:
                return self.is_question(ahead)
            if line.kind not in (Kind.NAVIGATION, Kind.DECORATION):
                return False
        return False

    def label(self, at: int, line: Line, mark: Mark) -> None:
        label = mark.label
        if label is Label.MISTAKE and self.open.section == "practice":
            label = Label.PRACTICE_MISTAKES
        if SECTION_OF[label] == "follow_ups":
            self.follow_up(label)
        elif label is Label.WEAK_ANSWER:
            self.end()
        self.begin(label, line, mark.name)
        if mark.rest:
            self.glued(at, line.rest(mark.rest), mark)

    def follow_up(self, label: Label) -> None:
        """Look back for the question where this label begins another follow-up."""
        if self.open.label is label and not self.open.lines:
            return
        begins = label is Label.PROBES or self.open.section != "follow_ups" or label in self.answered
        if label is not Label.PROBES and Label.STRONG in self.answered:
            begins = True
        if begins and self.open.label is not Label.ASKED:
            asked = take_question(self.open)
            self.pieces.append(Piece(Label.ASKED, None, "", asked))
            self.answered = set()
        self.answered.add(label)

    def glued(self, at: int, rest: Line, mark: Mark) -> None:
        """Put the text that stands on the label's own line where it belongs."""
        if mark.label in (Label.TARGET, Label.LETTER):
            again = letter_mark(rest.text) or WALKTHROUGH.mark(rest.text)
            if again is not None:
                self.label(at, rest, again)
                return
        if rest.kind not in (Kind.NAVIGATION, Kind.FOOTER) and not self.practice(at, rest):
            self.open.take(rest, self.ledger)

    def begin(self, label: Label, opener: Line, name: str = "") -> None:
        self.pieces.append(Piece(label, opener, name))
        self.ledger.use(opener, SECTION_OF[label])

    def practice(self, at: int, line: Line) -> bool:
        """Take the lines whose form matters to multiple-choice questions only."""
        if line.kind is Kind.NUMBERED and self.open.label is Label.QUESTION and line.text == self.open.lines[0].text:
            self.ledger.use(line, "practice")
            return True
        if line.kind is Kind.NUMBERED and self.begins_question(at, line):
            self.begin(Label.QUESTION, line, line.name)
            self.open.take(line, self.ledger)
            return True
        if line.kind is Kind.DIFFICULTY and self.takes_difficulty(at, line):
            self.take_unnumbered()
            self.begin(Label.DIFFICULTY, line, line.name)
            if line.body:
                self.practice(at, line.rest(line.body))
            return True
        if line.kind is Kind.OPTION and self.takes_option(at, line):
            self.take_unnumbered()
            if self.open.label is not Label.OPTIONS:
                self.begin(Label.OPTIONS, line)
            self.open.take(line, self.ledger)
            return True
        return False

    def begins_question(self, at: int, line: Line) -> bool:
        if self.is_question(at):
            return True
        if self.open.label in (Label.HINT, Label.PRACTICE_MISTAKES):
            last = next((p.name for p in reversed(self.pieces) if p.label is Label.QUESTION), "0")
            return int(line.name) == int(last or 0) + 1
        return self.open.label is Label.PRACTICE

    def is_question(self, at: int) -> bool:
        """Whether options or a difficulty follow the numbered line before the next number or label."""
        if self.lines[at].body.lower().startswith("step "):
            return False
        for line in lines_after(self.lines, at):
            if line.kind in (Kind.DIFFICULTY, Kind.OPTION):
                return True
            if line.kind in (Kind.NUMBERED, Kind.TITLE) or bears_any(line):
                return False
        return False

    def takes_difficulty(self, at: int, line: Line) -> bool:
        if self.open.label in (Label.QUESTION, Label.OPTIONS, Label.DIFFICULTY):
            return True
        return self.open.section in {*_LATE, "practice"} and (bool(line.body) or self.precedes_options(at))

    def takes_option(self, at: int, line: Line) -> bool:
        if self.open.label in (Label.QUESTION, Label.OPTIONS, Label.DIFFICULTY):
            return True
        return line.name == "A" and self.open.section in {*_LATE, "practice"} and self.precedes_options(at)

    def precedes_options(self, at: int) -> bool:
        return any(line.kind is Kind.OPTION for line in self.lines[at + 1 : at + 3])

    def take_unnumbered(self) -> None:
        """Where a question lost its number, its text is what stands last in the piece before its options."""
        if self.open.label in (Label.QUESTION, Label.DIFFICULTY, Label.OPTIONS):
            return
        lines = self.open.lines
        first = 0 if self.open.label in (Label.PRACTICE, Label.PRACTICE_MISTAKES, Label.FOOTER) else 1
        start = len(lines)
        while start > first and lines[start - 1].kind in (Kind.TEXT, Kind.PHRASES):
            start -= 1
            if lines[start].gap:
                break
        asked = lines[start:]
        del lines[start:]
        self.pieces.append(Piece(Label.QUESTION, None, "", asked))

    def content(self, at: int, line: Line) -> None:
        if line.kind is Kind.DIFFICULTY and self.open.section != "practice":
            self.ledger.skip(line)
        elif self.open.label is Label.OPTIONS and self.open.lines and not self.open.lines[-1].body:
            self.open.take(line, self.ledger)
        elif line.kind is Kind.FOOTER and at > self.last_label:
            self.pieces.append(Piece(Label.FOOTER, line))
            self.ledger.skip(line)
        elif line.kind in (Kind.NAVIGATION, Kind.FOOTER) or _is_menu_item(line):
            self.ledger.skip(line)
        elif self.open.section == "levels" and self.is_length(line):
            self.begin(Label.LENGTH, line)
            self.open.take(line, self.ledger)
        else:
            self.open.take(line, self.ledger)

    def is_length(self, line: Line) -> bool:
        return self.open.label is not Label.LENGTH and seconds_or_minutes(line.text)


_SPECIAL: dict[Label, Callable[[_Machine, int, Line, Mark], bool]] = {
    Label.TARGET: lambda machine, at, line, mark: True,
    Label.LETTER: _Machine.accepts_letter,
    Label.PRINCIPLE: _Machine.accepts_principle,
    Label.LEVEL: _Machine.accepts_level,
    Label.PRACTICE: _Machine.accepts_practice,
}


def take_question(piece: Piece) -> list[Line]:
    """Take the question that an interviewer asks from the end of a piece; [] where none stands there."""
    lines = piece.lines
    for at in range(len(lines) - 1, max(-1, len(lines) - 2 - _NOISE_BEFORE_PROBES), -1):
        if lines[at].glued:
            return []
        if _is_asked(lines[at], lines[:at]):
            start = at
            while start > 0 and lines[start - 1].text == lines[at].text:
                start -= 1
            asked = lines[start : at + 1]
            del lines[start : at + 1]
            return asked
        if not is_loose(lines[at]):
            return []
    return []


def _is_asked(line: Line, before: Sequence[Line]) -> bool:
    text = line.body if line.kind is Kind.NUMBERED else line.text
    after_key_line = any(is_quoted(each.text) for each in before[-1:])
    if is_quoted(text):
        return is_question(text) and after_key_line
    if is_question(text):
        return True
    if is_request(text) or (after_key_line and not is_loose(line)):
        return True
    return begins_asking(text) and (bool(before) or is_title_like(text))


def _is_menu_item(line: Line) -> bool:
    """Whether a line is a bare principle or level that heads nothing."""
    return (
        line.mark is not None
        and line.mark.form is Form.ALONE
        and line.mark.label in (Label.PRINCIPLE, Label.LEVEL, Label.PRACTICE)
    )
