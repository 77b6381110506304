"""What a question asks for, and how a sentence speaks about a phrase that it mentions."""

from __future__ import annotations

import re
from enum import Enum

from lpdeck.inference.polarity import is_fault, polarity
from lpdeck.inference.rejection import is_doubted, is_rejected, is_supposed
from lpdeck.inference.wording import content, fold, listed, stem, words


class Sought(Enum):
    """What a question asks for; it decides whether praise speaks for an option or against it."""

    MERIT = "the best of the options"
    FAULT = "the worst of the options"
    MISSING = "what is not there"
    MEANING = "what something says, good or bad"
    ABSENT = "the principle that is not shown"


class Stance(Enum):
    """How a sentence speaks about a phrase."""

    PRAISED = "praised"
    FAULTED = "faulted"
    DENIED = "denied"
    REJECTED = "rejected"
    STATED = "stated"
    ASKED = "asked"
    DOUBTED = "doubted"


_FAULTY = re.compile(
    r"\b(disqualif\w+|weak\w*|wrong|problem\w*|flaw\w*|red flags?|mark\w* down|avoid\w*|hurt\w*"
    r"|undermin\w+|dilut\w+|damag\w+|fail\w*|mistakes?|worst|least|loses?|harm\w*|destroy\w*|concern\w*"
    r"|against the candidate|lacks? of|wast(?:e|es|ed|ing)|bores?|distracts?"
    r"|(?:should|would|must)\b.*\b(?:remove|delete|cut|drop|strike|leave out))\b",
    re.IGNORECASE,
)
# A question for the one that does not belong to the rest.
_EXCEPTION = re.compile(r"\bNOT\b|\b(?:EXCEPT|except|Except)(?! for\b)\b")
# The first pattern that the question (its last sentence, quotations removed) matches says what it asks for.
_QUESTIONS = (
    (
        Sought.MERIT,
        re.compile(
            r"\b(fix\w*|repair\w*|revis\w+|rewrit\w+|rephras\w+|improve\w*|strengthen\w*|lift|strongest|best)\b"
        ),
    ),
    (Sought.FAULT, re.compile(r"\bLEAST\b")),
    (Sought.FAULT, _FAULTY),
    (Sought.MISSING, re.compile(r"\b(missing|lack|lacks|lacking|absent|left out|omits?|omitted)\b", re.IGNORECASE)),
    (
        Sought.MEANING,
        re.compile(
            r"\b(how (many|long|much|often)|signals?|tell|tells|say|LPs?|principles?|mean|means"
            r"|reveal\w*|suggests?|indicates?)\b",
            re.IGNORECASE,
        ),
    ),
)
# Words of many questions that say nothing about what is sought.
_EVERY_QUESTION = frozenset(
    stem(word)
    for word in listed(
        "which what phrase answer sentence statement option candidate interviewer lp story part best most primary "
        "show demonstrate amazon line opening should question principle"
    )
)

# A phrase is turned down by these words right before it ...
_TURNED_DOWN_BEFORE = re.compile(
    r"\bless (?:(?:of|about|an?|to do with|matter of|case of|question of) )*\W*$|\b(not|isn't|wasn't|aren't"
    r"|doesn't|don't|never|nor|neither|cannot|can't|no|without|lacks?|unlike|than"
    r"|nothing|instead of|opposite of|absence of|lack of|over)\b"
    r"(?! (only|just|merely|other|less|but)\b)(\W+\w+){0,4}\W*$"
)
_NOT_TURNED_DOWN = re.compile(
    r"\b(not|don't) (only|just|merely)\b|\bnone other than\b|\bnothing (but|less than)\b|\bno doubt\b"
    r"|\bless\b.*\bthan\b|\bcan(no|')t be (anything )?but\b"
)
# ... or by these behind it.
_TURNED_DOWN_BEHIND = re.compile(
    r"^\W*((alone|itself|here|either) )?(is|are|was|were|would be|it is|as) (\w+ly )?(not|never|no)\b"
    r"|^\W*(is|are|was|were|does|do|ca|would)n't\b|^\W*(does|do|did|would|can) ?not\b|^\W*(didn't|can't)\b"
    r"|\b(different|other|another|wrong) (leadership )?(principles?|LPs?|signals?)\b"
    r"|\b(secondary|distractors?|tempting|incorrect|only touched|supporting role|side (effects?|issues?)"
    r"|beside the point|irrelevant|too (late|early)|can wait|nothing to do with|comes? second)\b"
    r"|\b(not|isn't|aren't|never) (\w+ ){0,2}(primary|main|biggest|central|core|weakness\w*|problem|disqualif\w+"
    r"|needed)"
    r"|\b(fixable|can be added|matters? less|less important|less relevant|minor|at first(?! hand)|on the surface)\b"
    r"|(not|n't|neither) (help|matter|count)\w*"
    r"|^\W*(would|might|could) (need|require|call for|have|be)\b|\b(is|are|was|were) (the )?wrong\b"
)
_CALLED_GOOD = re.compile(
    r"\b(strongest|best|right|correct|better|ideal)\b.*\b(is|are|be|remains)\W*$|(?<!not )\bonly\W*$"
)
_CALLED_BAD = re.compile(
    r"\b(disqualifier|weakness|weakest|worst|flaw|problem|red flag)\b.*\b(is|are|be|remains)\W*$"
    r"|\bmissing (is|are)\b"
)
_PREFERRED = re.compile(r"^\W*((rather )?than|instead of|unlike|and not|not)\b")
_ECHO = re.compile(r"^\W*((does|do|did|is|are)( so)? (too|as well|likewise|the same)|(so|neither) (does|do|is|are))\b")
_TURN = re.compile(r"\b(?:but|however|yet|though|although)\b")
_CLAUSE_END = re.compile(
    r"[.;!?,()]|\s-{1,2}\s|\b(?:but|while|whereas|yet|so|because|since|however|and|which|although|though)\b"
)
_QUOTATION = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*(?:\w'\w[^']*)*'(?!\w)")
_SINCE_TURN = re.compile(r"\b(?:but|however|yet|whereas|while|in (?:truth|fact|reality)|actually|though|although)\b|;")
_ARROW_BEHIND = re.compile(r"^\s*(?:-{1,2}>|→|=>|⇒|⟶|➜|➔)\s*")
_CLEAR = 0.35
_AT_ONCE = 4
# Stems that name no quality.
_SMALL = frozenset(stem(word) for word in listed("about over under after before between first better should"))


def sought(question: str) -> Sought:
    """What the last sentence of `question` asks for."""
    asked = _asked_part(question)
    if _EXCEPTION.search(asked):
        return Sought.MERIT if _FAULTY.search(asked) else Sought.FAULT
    return next((kind for kind, pattern in _QUESTIONS if pattern.search(asked)), Sought.MERIT)


def is_exception(question: str) -> bool:
    """Whether `question` asks for the one that does not belong to the rest (`NOT`, `EXCEPT`)."""
    return bool(_EXCEPTION.search(_asked_part(question)))


def asked_for(question: str, kind: Sought) -> frozenset[str]:
    """The stems of what the last sentence of `question` asks for, where denying them turns an option down."""
    asked = {word.stem for word in content(_asked_part(question)) if word.weight >= 1} - _EVERY_QUESTION
    return frozenset(one for one in asked if kind is not Sought.FAULT or is_fault(one))


def stance(
    before: str, after: str, *, loose: bool = False, asked: frozenset[str] = frozenset(), premise: str = ""
) -> Stance:
    """How the words around a phrase speak about it.

    `before` and `after` are the text of its sentence up to the neighbouring mentions of other phrases;
    `loose` says that the words before belong to the same statement, as where a phrase is named by key words;
    `asked` holds the stems of what the question asks for, so that `that is no flaw` turns an option down;
    `premise` is what stands before the arrow that concludes the phrase.
    """
    before, after = fold(before).lower(), _ARROW_BEHIND.sub(" is ", fold(after).lower())
    lead, since_turn, meant = _CLAUSE_END.split(before)[-1], _SINCE_TURN.split(before)[-1], _after_the_turn(after)
    if _TURNED_DOWN_BEHIND.search(meant) or is_rejected(since_turn, meant) or _denies(after, asked):
        return Stance.REJECTED
    if _TURNED_DOWN_BEFORE.search(lead) and not _NOT_TURNED_DOWN.search(lead):
        return Stance.DENIED
    if is_doubted(since_turn, meant) or is_rejected("", after) or is_supposed(fold(premise).lower()):
        return Stance.DOUBTED
    balance = polarity(meant) + bool(_PREFERRED.search(after))
    balance += 0 if loose else _fulfils(after, asked)
    balance += polarity(lead) if loose else bool(_CALLED_GOOD.search(lead)) - bool(_CALLED_BAD.search(lead))
    if abs(balance) <= _CLEAR:
        return Stance.STATED
    return Stance.PRAISED if balance > 0 else Stance.FAULTED


def is_echo(after: str) -> bool:
    """Whether what stands behind a phrase repeats what was said about the one before it (`does so too`)."""
    return bool(_ECHO.search(fold(after).lower()))


def _denies(text: str, asked: frozenset[str]) -> bool:
    """Whether one of the `asked` stems stands right behind a negation."""
    said = words(text)
    return any(
        word.denies and any(other.stem in asked for other in said[at + 1 : at + 4]) for at, word in enumerate(said)
    )


def _fulfils(text: str, asked: frozenset[str]) -> bool:
    """Whether a predicate says at once what was asked for (`commits`, `shows a calculated risk`)."""
    sought_after = {one for one in asked if one not in _SMALL and not is_fault(one)}
    said = {word.stem for word in content(text)[:_AT_ONCE] if not word.denies}
    return bool(sought_after) and sought_after <= said


def _asked_part(question: str) -> str:
    unquoted = _QUOTATION.sub(" ", fold(question))
    return re.split(r"(?<=[.!?])\s+", unquoted.strip())[-1]


def _after_the_turn(text: str) -> str:
    """What stands behind the last `but` of a predicate: it is what the sentence means."""
    parts = [part for part in _TURN.split(text) if words(part)]
    return parts[-1] if parts else text
