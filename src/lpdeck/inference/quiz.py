"""Which option of a question is the right one, from its steps and its hint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lpdeck.inference.last_word import called_strongest, concluded
from lpdeck.inference.mentions import How, Mention, Place, mentions
from lpdeck.inference.stance import Sought, Stance, asked_for, is_exception, sought
from lpdeck.inference.steps import is_labelled, steps
from lpdeck.inference.verdict import Evidence, Verdict
from lpdeck.inference.wording import words
from lpdeck.principles import Principle
from lpdeck.walkthrough import QuizItem

# What a mention weighs, by how closely it names the option and where it stands.
_WEIGHTS = {
    How.OWN_WORDS: {Place.CONCLUSION: 6.0, Place.STEP: 4.0, Place.HINT_CONCLUSION: 4.0, Place.HINT: 2.5},
    How.QUOTED: {Place.CONCLUSION: 5.0, Place.STEP: 4.0, Place.HINT_CONCLUSION: 3.0, Place.HINT: 2.5},
    How.NEARLY: {Place.CONCLUSION: 5.0, Place.STEP: 3.5, Place.HINT_CONCLUSION: 3.0, Place.HINT: 2.0},
    How.LETTER: {Place.CONCLUSION: 4.0, Place.STEP: 4.0, Place.HINT_CONCLUSION: 2.0, Place.HINT: 2.0},
    How.KEY_WORDS: {Place.CONCLUSION: 3.0, Place.STEP: 2.5, Place.HINT_CONCLUSION: 2.0, Place.HINT: 1.0},
}

# What a stance does to it, by what the question asks for.
_SIGNS = {
    Sought.MERIT: {Stance.PRAISED: 1.0, Stance.STATED: 0.5, Stance.FAULTED: -1.0, Stance.DENIED: -1.0},
    Sought.FAULT: {Stance.PRAISED: -1.0, Stance.STATED: 0.5, Stance.FAULTED: 1.0, Stance.DENIED: -1.0},
    Sought.MISSING: {Stance.PRAISED: -1.0, Stance.STATED: 0.3, Stance.FAULTED: 1.0, Stance.DENIED: 1.0},
    Sought.ABSENT: {Stance.PRAISED: -1.0, Stance.STATED: -0.7, Stance.FAULTED: 0.5, Stance.DENIED: 1.0},
    Sought.MEANING: {Stance.PRAISED: 1.0, Stance.STATED: 1.0, Stance.FAULTED: 0.0, Stance.DENIED: -1.0},
}
_TURNED_DOWN = (Stance.REJECTED, Stance.DENIED)
_CONCLUDED = (Place.CONCLUSION, Place.HINT_CONCLUSION)
_NAMING = (How.OWN_WORDS, How.QUOTED, How.NEARLY)
_OF_FAULTS = (Sought.FAULT, Sought.MISSING)
_REJECTED = -1.0
_IN_PASSING = 0.7
_DISAGREEING = 0.3
_BY_ELIMINATION = 3.0
_BY_WORDS_ALONE = 2.2
_IN_FULL = 2.0
_LEAST_SCORE = 1.1
_LEAST_MARGIN = 0.8
_LEAST_SHARE = 0.4

_ALL = re.compile(r"^(all|each|every one) of (the above|these|them)|^all (three|of it)", re.IGNORECASE)


@dataclass(frozen=True)
class _Claim:
    """Evidence for or against one option.

    `is_firm`: it says that the option is right or wrong, where a plain mention only fits; `is_last`: in the last step.
    """

    option: int
    evidence: Evidence
    place: Place | None = None
    is_firm: bool = False
    is_last: bool = False
    by_letter: bool = False
    is_claimed: bool = True


@lru_cache(maxsize=128)  # asked twice for a page: for its quiz and for its principle
def answer(item: QuizItem) -> Verdict[int]:
    """The index of the right option; undecided unless it leaves the others behind by a clear margin."""
    if len(item.options) < 2:
        return Verdict(None)
    claims = _claims(item)
    claims += _by_elimination(item, claims)
    scores = _scores(item, claims)
    ranked = sorted(range(len(scores)), key=lambda at: -scores[at])
    best = scores[ranked[0]] - _in_passing(claims, ranked[0])
    margin = best - scores[ranked[1]]
    sure = (
        best >= _LEAST_SCORE
        and margin >= max(_LEAST_MARGIN, _LEAST_SHARE * best)
        and _is_supported(item, claims, ranked[0])
        and _are_different(item.options)
        and _letters_agree(claims)
        and not _is_gainsaid(item, ranked[0])
        and not _is_one_of_those_discussed(item, ranked[0])
    )
    evidence = tuple(claim.evidence for claim in sorted(claims, key=lambda c: -abs(c.evidence.weight)))
    return Verdict(ranked[0] if sure else None, evidence, max(0.0, margin), tuple(ranked))


def _in_passing(claims: list[_Claim], best: int) -> float:
    """What an option owes to places that name it without claiming it: they hold others back, but decide nothing."""
    return sum(c.evidence.weight for c in claims if c.option == best and c.evidence.weight > 0 and not c.is_claimed)


def _letters_agree(claims: list[_Claim]) -> bool:
    """Whether no option that is turned down by its letter is spoken for in words: then the letters may be shuffled."""
    by_letter = {claim.option for claim in claims if claim.by_letter}
    return not any(claim.option in by_letter and claim.evidence.weight > _DISAGREEING for claim in claims)


def _is_gainsaid(item: QuizItem, best: int) -> bool:
    """Whether the explanation says outright that another option is meant."""
    said = concluded(item.options, item.explanation)
    if not said and _sought(item) is Sought.MERIT:
        said = called_strongest(item.options, item.explanation)
    return bool(said) and best not in said


def _scores(item: QuizItem, claims: list[_Claim]) -> list[float]:
    return [sum(c.evidence.weight for c in claims if c.option == at) for at in range(len(item.options))]


def _is_supported(item: QuizItem, claims: list[_Claim], best: int) -> bool:
    """Whether the evidence is of a kind to decide by: firm, or seconded by the hint or by rejections.

    Steps that end with the first, or before the hint, were cut, and may have gone on to say the opposite.
    """
    support = [claim for claim in claims if claim.option == best and claim.evidence.weight > 0 and claim.is_claimed]
    firm = any(claim.is_firm for claim in support)
    hinted = any(claim.place in (Place.HINT, Place.HINT_CONCLUSION) for claim in support)
    rejected = sum(score < 0 for score in _scores(item, claims))
    if is_labelled(item.explanation):
        if len(steps(item.explanation)) == 1 and not hinted:
            return False
        if not item.hint:
            return firm and not _may_go_on(item.options, best)
    in_words = sum(claim.evidence.weight for claim in support if claim.is_last)
    return firm or hinted or rejected > 1 or in_words >= _BY_WORDS_ALONE or _is_last_word(item, claims, best)


def _is_last_word(item: QuizItem, claims: list[_Claim], best: int) -> bool:
    """Whether the last step quotes an option in full, after the steps before spoke of all the others."""
    quoted = any(c.is_last and c.is_claimed and c.evidence.weight >= _IN_FULL for c in claims if c.option == best)
    earlier = {claim.option for claim in claims if not claim.is_last and claim.option != best}
    later = {claim.option for claim in claims if claim.is_last and claim.option != best}
    return quoted and len(earlier) == len(item.options) - 1 and not later


def _is_one_of_those_discussed(item: QuizItem, best: int) -> bool:
    """Whether the steps may only have come by an option on their way to a conclusion that was lost.

    Nothing is concluded, and the last step does not favour this one alone. Where only words like it stand earlier, or
    several options are named and one is not, that one may be meant.
    """
    found, asked = _mentions(item), _sought(item)
    if any(one.place in _CONCLUDED for one in found):
        return False
    closely = [one for one in found if one.how in _NAMING and one.place is Place.STEP]
    named, favoured = {one.option for one in closely}, [one for one in closely if _sign(one, asked) > 0]
    if best not in named or {best} == {one.option for one in favoured if one.late == 1}:
        return False
    if all(one.how is How.NEARLY for one in closely if one.option == best):
        return True
    is_only = {best} == {one.option for one in favoured} and len(named) < len(item.options) - 1
    return 1 < len(named) < len(item.options) and not is_only


def _claims(item: QuizItem) -> list[_Claim]:
    """The strongest mention of each option for each rule, since the same thing said twice counts once.

    Key words are different words each time: they add up, to what the whole option would weigh.
    """
    asked = _sought(item)
    claims: dict[tuple[int, str], _Claim] = {}
    for one in _mentions(item):
        weight = _weight(item, one, asked)
        rule = _rule(one, weight, is_claimed=_is_claimed(item, one, asked))
        known = claims.get((one.option, rule))
        before = known.evidence.weight if known else 0.0
        if one.how is How.KEY_WORDS and weight > 0:
            weight = min(before + weight, _WEIGHTS[one.how][one.place])
        if abs(weight) > abs(before):
            claims[one.option, rule] = _claim(item, one, rule, weight, asked)
    return list(claims.values())


def _mentions(item: QuizItem) -> tuple[Mention, ...]:
    return mentions(item.options, item.explanation, item.hint, asked_for(item.question, _sought(item)))


def _claim(item: QuizItem, one: Mention, rule: str, weight: float, asked: Sought) -> _Claim:
    named = asked is Sought.MEANING and one.how is not How.KEY_WORDS and one.late == 1
    said = named or one.stance is not Stance.STATED
    firm = one.is_claimed and (said or one.place in (Place.CONCLUSION, Place.HINT_CONCLUSION))
    evidence = Evidence(rule, f"{item.options[one.option]}: {one.text}", weight)
    return _Claim(
        one.option,
        evidence,
        one.place,
        firm,
        is_last=one.late == 1,
        by_letter=one.how is How.LETTER,
        is_claimed=_is_claimed(item, one, asked),
    )


def _sought(item: QuizItem) -> Sought:
    asked = sought(item.question)
    if not all(Principle.named(option) for option in item.options):
        return asked
    if is_exception(item.question):
        return Sought.ABSENT
    return Sought.MEANING if asked is Sought.MERIT else asked


def _weight(item: QuizItem, one: Mention, asked: Sought) -> float:
    """What a mention weighs; positive where it speaks for its option."""
    strength = one.strength**0.5 if one.how is How.KEY_WORDS else one.strength
    weight = _WEIGHTS[one.how][one.place] * strength * one.late * _sign(one, asked)
    if weight > 0 and one.how is How.LETTER:
        return 0.0  # a page may shuffle its options; letters only turn down what no word speaks for
    return weight


def _sign(one: Mention, asked: Sought) -> float:
    """Whether a mention speaks for its option (up to 1) or against it (down to -1)."""
    if one.stance in (Stance.ASKED, Stance.DOUBTED) or _is_ambiguous(one, asked):
        return 0.0
    if asked is Sought.ABSENT:
        return _absence(one)
    if one.stance is Stance.REJECTED:
        return _REJECTED
    if one.stance is Stance.STATED and one.place in _CONCLUDED:
        return 1.0 if one.is_claimed or asked is Sought.MEANING else _SIGNS[asked][one.stance]
    passing = one.stance is Stance.STATED and one.late < 1 and asked is not Sought.MEANING
    return _SIGNS[asked][one.stance] * (_IN_PASSING if passing else 1.0)


def _is_ambiguous(one: Mention, asked: Sought) -> bool:
    """Whether key words are denied where a fault or a gap is sought: that may be how the page tells of it."""
    if one.how is not How.KEY_WORDS or one.stance not in _TURNED_DOWN:
        return False
    concluded = one.place in _CONCLUDED and asked in _OF_FAULTS
    return concluded or (asked is Sought.MISSING and one.stance is Stance.DENIED)


def _is_claimed(item: QuizItem, one: Mention, asked: Sought) -> bool:
    """Whether a mention says that its option is meant; what names a principle or a flaw may just name it.

    Praise and fault judge a phrase that somebody said, but of a flaw they only tell that it is one.
    """
    if one.is_claimed:
        return True
    if one.stance is Stance.STATED:
        return asked is not Sought.MEANING and one.place is Place.STEP and _is_said(item.options[one.option])
    if asked is Sought.FAULT and one.stance is Stance.FAULTED:
        judged = one.place in _CONCLUDED and not one.premise  # `handed down -> the signal is lost`
        return judged or _is_said(item.options[one.option])
    if asked is Sought.MEANING and one.stance is Stance.PRAISED:
        return _is_said(item.options[one.option])
    return True


def _is_said(option: str) -> bool:
    """Whether an option is a phrase that somebody says, rather than the name of something."""
    return "'" in option or '"' in option or any(0 < word.weight < 1 and not word.denies for word in words(option))


def _absence(one: Mention) -> float:
    """What a mention says where the principle is sought that is not shown."""
    if one.stance is Stance.REJECTED or any(word.denies for word in words(one.premise)):
        return 1.0
    return _SIGNS[Sought.ABSENT][one.stance]


def _rule(one: Mention, weight: float, *, is_claimed: bool) -> str:
    if weight < 0:
        return "spoken against"
    if not is_claimed:
        return f"named in passing in the {one.place.value}"
    return f"{one.how.value} in the {one.place.value}"


def _by_elimination(item: QuizItem, claims: list[_Claim]) -> Iterator[_Claim]:
    """When the page speaks against every other option, the one that is left is meant."""
    scores = _scores(item, claims)
    left = [at for at, score in enumerate(scores) if score > -0.5]
    if len(left) == 1 and len(scores) > 2:
        evidence = Evidence("the others are rejected", item.options[left[0]], _BY_ELIMINATION)
        yield _Claim(left[0], evidence, is_firm=True)


def _may_go_on(options: tuple[str, ...], at: int) -> bool:
    """Whether another option begins with the words of this one, so that a cut text may have named that one."""
    said = [[word.text for word in words(option)] for option in options]
    return any(other != said[at] and other[: len(said[at])] == said[at] for other in said)


def _are_different(options: tuple[str, ...]) -> bool:
    said = [" ".join(word.text for word in words(option)) for option in options]
    return len(set(said)) == len(said)
