"""The labels of both kinds of pages, and the four forms in which copying leaves them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from lpdeck.principles import Principle


class Label(Enum):
    """What a line can announce; the text that follows belongs to it."""

    HEAD = auto()
    OVERVIEW = auto()
    TARGET = auto()
    LETTER = auto()
    EXAMPLE = auto()
    COACHING = auto()
    MISTAKE = auto()
    STORY_REFLECTION = auto()
    ASKED = auto()
    PROBES = auto()
    WEAK = auto()
    STRONG = auto()
    WEAK_ANSWER = auto()
    VERDICT = auto()
    PRINCIPLE = auto()
    EMPHASIZE = auto()
    DOWNPLAY = auto()
    LEVEL = auto()
    REFLECTION = auto()
    BAR = auto()
    LENGTH = auto()
    PRACTICE = auto()
    QUESTION = auto()
    DIFFICULTY = auto()
    OPTIONS = auto()
    SOLUTION = auto()
    HINT = auto()
    PRACTICE_MISTAKES = auto()
    WHY_ASKED = auto()
    HOW_TO_ANSWER = auto()
    KEY_POINTS = auto()
    SAMPLE_ANSWER = auto()
    MISTAKES_TO_AVOID = auto()
    FOOTER = auto()


class Form(Enum):
    """How a label stands on its line, from the surest form to the weakest."""

    ALONE = auto()
    COLON = auto()
    GLUED = auto()
    SPACED = auto()


@dataclass(frozen=True)
class Mark:
    """A label found at the head of a line; `name` is the level, principle slug, letter or seconds it names."""

    label: Label
    form: Form
    rest: str = ""
    name: str = ""


# A plural "s" in the case of its word, so that the first letter of glued text is not taken for it.
_PLURAL = r"(?-i:s|(?<=[A-Z])S(?![a-z]))?"

# Spellings as patterns, longer ones before those that begin them.
WALKTHROUGH_LABELS = (
    (Label.OVERVIEW, r"scenario\s*overview"),
    (Label.EXAMPLE, r"strong\s*example"),
    (Label.MISTAKE, rf"common\s*mistake{_PLURAL}"),
    (Label.COACHING, r"coaching"),
    (Label.PROBES, r"probes"),
    (Label.WEAK_ANSWER, r"weak\s*answer"),
    (Label.VERDICT, r"bar\s*raiser(?:['’]s)?\s*(?:thinks|verdict)"),
    (Label.WEAK, r"weak"),
    (Label.STRONG, r"strong"),
    (Label.EMPHASIZE, r"emphasi[sz]e"),
    (Label.DOWNPLAY, r"downplay"),
    (Label.REFLECTION, r"reflection"),
    (Label.BAR, r"bar(?!\s*raiser)"),
    (Label.PRACTICE, r"practice(?:\s*(?:questions|quiz))?"),
    (Label.SOLUTION, r"solution"),
    (Label.HINT, r"hint"),
)
QUESTION_LABELS = (
    (Label.WHY_ASKED, r"why\s*interviewers\s*ask(?:\s*this)?(?:\s*question)?"),
    (Label.HOW_TO_ANSWER, r"how\s*to\s*answer(?:\s*this)?(?:\s*question)?"),
    (Label.KEY_POINTS, r"key\s*points(?:\s*to\s*cover)?"),
    (Label.SAMPLE_ANSWER, r"sample\s*answer"),
    (Label.MISTAKES_TO_AVOID, r"common\s*mistakes(?:\s*to\s*avoid)?"),
)

# Labels of several words are believed before a capital letter wherever they stand.
OF_SEVERAL_WORDS = frozenset(
    {Label.OVERVIEW, Label.EXAMPLE, Label.MISTAKE, Label.WEAK_ANSWER, Label.VERDICT, Label.STORY_REFLECTION}
    | {label for label, _ in QUESTION_LABELS}
)

# What may stand before a label: emoji, list markers, the remains of either in any wrong alphabet.
_QUOTES = "\"'“”‘’„«"
DECORATION = rf"(?:[^A-Za-z0-9{_QUOTES}$€£]|(?<=[^\x00-\x7f])[“”‘’„€£]){{0,24}}"

_RANK = r"(?:senior|sr\.?|junior|jr\.?|staff|principal|distinguished|mid(?:[- ]?level)?|entry[- ]?level|new[- ]?grad)"
_ROLE = (
    r"(?:sde|sdm|swe|sdet|tpm|software (?:development )?engineer|engineering manager|engineer|manager|intern|l(?=\d))"
)
_STEP = r"(?:\s*-?\s*(?:\d(?!\d)|(?-i:I{1,3}|IV|V)(?![A-Za-z])))"
_ONE_LEVEL = rf"(?:(?:{_RANK}[\s-]+)?{_ROLE}{_STEP}?|{_RANK})"
LEVEL = rf"(?P<level>{_ONE_LEVEL}(?:\s*[/&+]\s*{_ONE_LEVEL})?(?:\s*\(\s*[lL]\d\s*\))?)"

_LEVEL_HEADING = re.compile(rf"{DECORATION}{LEVEL}", re.I)
_STORY_REFLECTION = re.compile(rf"{DECORATION}{LEVEL}\s*reflection", re.I)
_PRINCIPLE_HEADING = re.compile(
    rf"{DECORATION}(?:(?:reframed?|for|as)\s+)*(?P<principle>"
    + "|".join(
        re.escape(name).replace(r"\ ", r"[\s-]+").replace("'", "['’]?").replace(";", "[;,:]?").replace(",", ",?")
        for name in sorted((n for p in Principle for n in p.names), key=len, reverse=True)
    )
    + ")",
    re.I,
)
_TARGET = re.compile(
    rf"{DECORATION}target(?:\s*time)?\s*[:：=~-]?\s*"
    r"(?:(?P<clock>\d+:\d\d)(?:\s*m(?:in(?:ute)?s?)?\.?(?![A-Za-z]))?"
    r"|(?P<minutes>\d+(?:\.\d+)?)\s*m(?:in(?:ute)?s?)?\.?(?![A-Za-z])"
    r"(?:\s*(?:and\s*)?(?P<extra>\d+)\s*(?:s(?:ec(?:ond)?s?)?)?)?"
    r"|(?P<seconds>\d+)\s*(?:(?-i:seconds?|SECONDS?|Seconds?|secs?|SECS?|Secs?|s|S)(?-i:(?![a-z]))\.?|(?=\s*$)))",
    re.I,
)
_LETTER = re.compile(
    rf"{DECORATION}[(\[]?(?P<letter>[STAR])[)\]]?\s*[-–—:.]?\s*(?:situation|task|action|results?)?\s*[:.]?(?=\s*(?:strong\s*example|$))"
    rf"|{DECORATION}(?P<word>situation|task|action|result|reflection)s?\s*:?\s*$",
    re.I,
)
_ACRONYMS = re.compile(r"(?:sde|sdm|swe|sdet|tpm|l|i{1,3}|iv)\d*", re.I)


class Vocabulary:
    """The labels that one kind of page knows, compiled into one pattern."""

    def __init__(self, labels: tuple[tuple[Label, str], ...], in_full: str) -> None:
        alternatives = "|".join(f"(?P<{label.name}>{spelling})" for label, spelling in labels)
        self.in_full = " ".join(in_full.split()).split(", ")
        self.words = re.compile(rf"{DECORATION}(?:{alternatives})", re.I)

    def is_cut_label(self, text: str) -> bool:
        """Whether `text` is the beginning of a label and nothing else, as the end of a cut page leaves it."""
        head = text.lower().rstrip(".… ")
        return len(head) >= 2 and any(each.startswith(head) and each != head for each in self.in_full)

    def mark(self, text: str) -> Mark | None:
        """The label of this vocabulary at the head of `text`, in whatever form it stands."""
        found = self.words.match(text)
        if found is None or found.lastgroup is None:
            return None
        word = text[found.start(found.lastgroup) : found.end()]
        return _formed(Label[found.lastgroup], word, text[found.end() :], again=self.words)


_WALKTHROUGH_IN_FULL = """scenario overview, strong example, coaching, common mistakes:, target:, probes:, weak answer,
strong, bar raiser thinks, emphasize, downplay, reflection:, practice, solution, hint:"""
_QUESTION_IN_FULL = """why interviewers ask this, how to answer this question, key points to cover, sample answer,
common mistakes to avoid"""
WALKTHROUGH = Vocabulary(WALKTHROUGH_LABELS, _WALKTHROUGH_IN_FULL)
QUESTION = Vocabulary(QUESTION_LABELS, _QUESTION_IN_FULL)


_MOST_COPIES = 4
"""How often a label that was copied twice, and again, may stand on one line."""


def _formed(
    label: Label,
    word: str,
    rest: str,
    *,
    name: str = "",
    again: re.Pattern[str] | None = None,
    copies: int = _MOST_COPIES,
) -> Mark | None:
    """The mark for `label`, written as `word` and followed by `rest`, or None where a sentence begins."""
    form = _form(word, rest)
    if form is None:
        return None
    content = _AFTER_LABEL.sub("", rest, count=1) if form is not Form.ALONE else ""
    twice = again.match(content) if again is not None and content and copies else None
    if twice is not None and twice.lastgroup == label.name and twice.start(twice.lastgroup) == 0:
        doubled = _formed(label, word, content[twice.end() :], name=name, again=again, copies=copies - 1)
        return doubled or Mark(label, form, content, name)
    return Mark(label, form, content, name)


_AFTER_LABEL = re.compile(r"(?:\*\*|__|[\s#\])|])*(?:[:：]\s*(?:\*\*|__)?|(?<=\s)[-–—](?=\s))?\s*")
_COLON = re.compile(r"(?:\*\*|__|[\s#\])|])*(?:[:：]|(?<=\s)[-–—]\s)")


def _form(word: str, rest: str) -> Form | None:
    if not any(char.isalnum() or char in _QUOTES for char in rest):
        return Form.ALONE
    if _COLON.match(rest):
        return Form.COLON
    if rest[0].isspace():
        return Form.SPACED if re.match(rf"\s+[A-Z0-9{_QUOTES}(]", rest) else None
    return Form.GLUED if _begins_text(rest, after_capitals=word.isupper()) else None


def _begins_text(rest: str, *, after_capitals: bool) -> bool:
    """Whether `rest`, which touches a label, is text of its own and not the label's longer word."""
    if rest[0] in _QUOTES + "(•" or re.match(r"[-–—*·]\s", rest):
        return not re.match(r"['’](?:s|t|re|ve|ll|d)\b", rest)
    if rest[0].isdigit():
        return True
    if not rest[0].isupper():
        return False
    return not after_capitals or bool(re.match(r".(?:[a-z\s,'’]|$)", rest))


def level_mark(text: str) -> Mark | None:
    """The level that heads `text`: "SDE 1", "Senior SDE"."""
    found = _LEVEL_HEADING.match(text)
    return found and _formed(Label.LEVEL, found["level"], text[found.end() :], name=level_name(found["level"]))


def story_reflection_mark(text: str) -> Mark | None:
    """A level's reflection as heading: "SDE2 Reflection"."""
    found = _STORY_REFLECTION.match(text)
    if found is None:
        return None
    word = text[found.start("level") : found.end()]
    shouted = word.isupper() or word.islower()
    name = level_name(found["level"], shouted=shouted)
    return _formed(Label.STORY_REFLECTION, word, text[found.end() :], name=name)


def level_name(text: str, *, shouted: bool = True) -> str:
    """The level as written, with the usual capitals where a copy shouts or whispers it."""
    text = " ".join(text.split())
    if not (shouted and (text.isupper() or text.islower())):
        return text
    return re.sub(r"[A-Za-z]+\d*", lambda word: _capitals(word[0]), text)


def _capitals(word: str) -> str:
    return word.upper() if _ACRONYMS.fullmatch(word) else word.capitalize()


def principle_mark(text: str) -> Mark | None:
    """The leadership principle that heads `text`; `name` is its slug."""
    found = _PRINCIPLE_HEADING.match(text)
    principle = Principle.named(found["principle"]) if found else None
    if found is None or principle is None:
        return None
    return _formed(Label.PRINCIPLE, found["principle"], text[found.end() :], name=principle.slug)


def target_mark(text: str) -> Mark | None:
    """A stage's target time; `name` holds it in seconds."""
    found = _TARGET.match(text)
    if found is None:
        return None
    rest = text[found.end() :].strip(" .)")
    if rest and letter_mark(rest) is None and not WALKTHROUGH.mark(rest):
        return None
    return Mark(Label.TARGET, Form.COLON, rest, str(_seconds(found)))


def _seconds(found: re.Match[str]) -> int:
    if found["clock"]:
        minutes, seconds = found["clock"].split(":")
        return int(minutes) * 60 + int(seconds)
    if found["minutes"]:
        return round(float(found["minutes"]) * 60) + int(found["extra"] or 0)
    return int(found["seconds"])


def letter_mark(text: str) -> Mark | None:
    """A stage's letter, or its name in full; `name` is the lower-case letter, or "reflection"."""
    found = _LETTER.match(text)
    if found is None:
        return None
    word = (found["word"] or "").lower()
    name = word if word == "reflection" else (found["letter"] or word[0]).lower()
    return Mark(Label.LETTER, Form.ALONE, text[found.end() :].strip(), name)
