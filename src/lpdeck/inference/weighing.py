"""The options that an explanation quotes because it weighs them against each other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lpdeck.inference.stance import Stance, is_echo, stance
from lpdeck.inference.wording import fold, listed, words

_QUOTED = re.compile(r"\"(?P<double>[^\"]+)\"|(?<!\w)'(?=\S)(?P<single>(?:[^']|(?<=\w)'(?=\w))+)'(?!\w)")
SENTENCE_END = re.compile(r"[.!?;](?=\s|$)")
LIST_GLUE = re.compile(r"(\W|\b(and|or|nor|both|as well as|plus)\b)*")

# Quotations of nothing but these words are a remark on wording, not an option.
_REMARKS = listed("i we you my our us me they it he she the a and or team group manager statement statements")
_COMPARED = re.compile(
    r"\b(unlike|than|instead of|rather than|over|opposite of|compared (to|with)|saying|contrast to)\W*$"
)
_IN_PASSING = re.compile(
    r"\b(calls?|called|named?|behind|with|by|of|in|into|as|on|for|to|from|the|an?|its|their|your|words? like|like"
    r"|principles?)\W*$"
)
_HAS_PREDICATE = re.compile(r"^\W*(\w+\W+\w+|\w{3,}s\b)")
_OPENS_CLAUSE = re.compile(r"^\W*((,|;|but|and|while|whereas|yet) ?)*\W*$|[,;] ?(but|and|while|whereas|yet)?\W*$")
_SEVERAL = 3
_STARTS_ELSEWHERE = re.compile(r"^\s*(,(?! which)|\)|$)")
_AS_PHRASE = re.compile(
    r"\b(phrases?|answers?|lines?|sentences?|statements?|options?|wordings?|versions?)( such as| like)?\W*$"
)


@dataclass(frozen=True)
class Quotation:
    """A quoted phrase without its quotes, and where it stands with them (character offsets)."""

    text: str
    start: int
    end: int


def quotations(text: str) -> tuple[Quotation, ...]:
    """The phrases of `text` in single, double or curly quotes; apostrophes inside words quote nothing."""
    found = []
    for match in _QUOTED.finditer(fold(text)):
        start, end = match.span("double" if match["double"] else "single")
        phrase = text[start:end].strip().rstrip(",.;").rstrip()
        if words(phrase):
            found.append(Quotation(phrase, match.start(), match.end()))
    return tuple(found)


def weighed_options(explanation: str | None) -> tuple[str, ...]:
    """The quoted phrases in order of appearance if the explanation weighs each; none when fewer than two."""
    text = fold(explanation or "")
    quoted = quotations(explanation or "")
    spoken = [_spoken_of(text, quoted, at) for at in range(len(quoted))]
    weighed: dict[str, str] = {}
    judged = _have_clauses_of_their_own(quoted, spoken)
    for one, (before, after) in zip(quoted, spoken, strict=True):
        if _is_in_passing(one, before):
            continue
        view = stance(before, after)
        if view is Stance.STATED and not _is_subject(before, after):
            return ()
        judged = judged or view is not Stance.STATED
        weighed.setdefault(" ".join(word.text for word in words(one.text)), one.text)
    return tuple(weighed.values()) if judged and len(weighed) > 1 else ()


def _have_clauses_of_their_own(quoted: tuple[Quotation, ...], spoken: list[tuple[str, str]]) -> bool:
    """Whether three or more phrases are each the subject of a clause, whatever its verb says about them."""
    return len(quoted) >= _SEVERAL and all(
        _OPENS_CLAUSE.search(before.lower()) and _is_subject(before, after) for before, after in spoken
    )


def _spoken_of(text: str, quoted: tuple[Quotation, ...], at: int) -> tuple[str, str]:
    """What stands before and behind a quotation or the enumeration it belongs to, within its sentence."""
    first = last = at
    while first and LIST_GLUE.fullmatch(text, quoted[first - 1].end, quoted[first].start):
        first -= 1
    while last + 1 < len(quoted) and LIST_GLUE.fullmatch(text, quoted[last].end, quoted[last + 1].start):
        last += 1
    since = quoted[first - 1].end if first else 0
    until = quoted[last + 1].start if last + 1 < len(quoted) else len(text)
    before, after = text[since : quoted[first].start], text[quoted[last].end : until]
    before, after = SENTENCE_END.split(before)[-1], SENTENCE_END.split(after)[0]
    return _spoken_of(text, quoted, first - 1) if first and is_echo(after) else (before, after)


def _is_in_passing(one: Quotation, before: str) -> bool:
    said = words(one.text)
    if all(word.text in _REMARKS for word in said):
        return True
    if _COMPARED.search(before.lower()) or _AS_PHRASE.search(before.lower()):
        return len(said) == 1 and bool(re.search(r"\b(words?|verbs?|terms?)\b", before.lower()))
    return bool(_IN_PASSING.search(before.lower()))


def _is_subject(before: str, after: str) -> bool:
    return bool(_HAS_PREDICATE.search(after)) and not _STARTS_ELSEWHERE.search(after)
