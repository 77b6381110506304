"""Which option of a question is the right one, from its steps and its hint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lpdeck.inference.mentions import How, Mention, Place, mentions
from lpdeck.inference.stance import Sought, Stance, asked_for, sought
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
    How.KEY_WORDS: {Place.CONCLUSION: 3.0, Place.STEP: 2.5, Place.HINT_CONCLUSION: 2.0, Place.HINT: 1.0},
}

# What a stance does to it, by what the question asks for.
_SIGNS = {
    Sought.MERIT: {Stance.PRAISED: 1.0, Stance.STATED: 0.5, Stance.FAULTED: -1.0, Stance.DENIED: -1.0},
    Sought.FAULT: {Stance.PRAISED: -1.0, Stance.STATED: 0.5, Stance.FAULTED: 1.0, Stance.DENIED: -1.0},
    Sought.MISSING: {Stance.PRAISED: -1.0, Stance.STATED: 0.3, Stance.FAULTED: 1.0, Stance.DENIED: 1.0},
    Sought.MEANING: {Stance.PRAISED: 1.0, Stance.STATED: 1.0, Stance.FAULTED: 0.0, Stance.DENIED: -1.0},
}
_REJECTED = -1.0
_IN_PASSING = 0.7
_BY_ELIMINATION = 3.0
_BY_WORDS_ALONE = 2.2
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


@lru_cache(maxsize=128)  # asked twice for a page: for its quiz and for its principle
def answer(item: QuizItem) -> Verdict[int]:
    """The index of the right option; undecided unless it leaves the others behind by a clear margin."""
    if len(item.options) < 2:
        return Verdict(None)
    claims = _claims(item)
    claims += _by_elimination(item, claims)
    scores = _scores(item, claims)
    ranked = sorted(range(len(scores)), key=lambda at: -scores[at])
    best, margin = scores[ranked[0]], scores[ranked[0]] - scores[ranked[1]]
    sure = (
        best >= _LEAST_SCORE
        and margin >= max(_LEAST_MARGIN, _LEAST_SHARE * best)
        and _is_supported(item, claims, ranked[0])
        and _are_different(item.options)
    )
    evidence = tuple(claim.evidence for claim in sorted(claims, key=lambda c: -abs(c.evidence.weight)))
    return Verdict(ranked[0] if sure else None, evidence, margin, tuple(ranked))


def _scores(item: QuizItem, claims: list[_Claim]) -> list[float]:
    return [sum(c.evidence.weight for c in claims if c.option == at) for at in range(len(item.options))]


def _is_supported(item: QuizItem, claims: list[_Claim], best: int) -> bool:
    """Whether the evidence is of a kind to decide by: firm, or seconded by the hint or by rejections.

    Steps that end with the first, or before the hint, were cut, and may have gone on to say the opposite.
    """
    support = [claim for claim in claims if claim.option == best and claim.evidence.weight > 0]
    firm = any(claim.is_firm for claim in support)
    hinted = any(claim.place in (Place.HINT, Place.HINT_CONCLUSION) for claim in support)
    rejected = sum(score < 0 for score in _scores(item, claims))
    if is_labelled(item.explanation):
        if len(steps(item.explanation)) == 1 and not hinted:
            return False
        if not item.hint:
            return firm and not _may_go_on(item.options, best)
    in_words = sum(claim.evidence.weight for claim in support if claim.is_last)
    return firm or hinted or rejected > 1 or in_words >= _BY_WORDS_ALONE


def _claims(item: QuizItem) -> list[_Claim]:
    """The strongest mention of each option for each rule, since the same thing said twice counts once.

    Key words are different words each time: they add up, to what the whole option would weigh.
    """
    asked = _sought(item)
    claims: dict[tuple[int, str], _Claim] = {}
    for one in mentions(item.options, item.explanation, item.hint, asked_for(item.question, asked)):
        weight = _weight(one, asked)
        rule = _rule(one, weight)
        known = claims.get((one.option, rule))
        before = known.evidence.weight if known else 0.0
        if one.how is How.KEY_WORDS and weight > 0:
            weight = min(before + weight, _WEIGHTS[one.how][one.place])
        if abs(weight) > abs(before):
            claims[one.option, rule] = _claim(item, one, rule, weight, asked)
    return list(claims.values())


def _claim(item: QuizItem, one: Mention, rule: str, weight: float, asked: Sought) -> _Claim:
    named = asked is Sought.MEANING and one.how is not How.KEY_WORDS and one.late == 1
    said = named or one.stance is not Stance.STATED
    firm = said or one.place in (Place.CONCLUSION, Place.HINT_CONCLUSION)
    evidence = Evidence(rule, f"{item.options[one.option]}: {one.text}", weight)
    return _Claim(one.option, evidence, one.place, firm, is_last=one.late == 1)


def _sought(item: QuizItem) -> Sought:
    asked = sought(item.question)
    if asked is Sought.MERIT and all(Principle.named(option) for option in item.options):
        return Sought.MEANING
    return asked


def _weight(one: Mention, asked: Sought) -> float:
    strength = one.strength**0.5 if one.how is How.KEY_WORDS else one.strength
    weight = _WEIGHTS[one.how][one.place] * strength * one.late
    if one.stance is Stance.ASKED:
        return 0.0
    if one.stance is Stance.REJECTED:
        return _REJECTED * weight
    concluded = one.place in (Place.CONCLUSION, Place.HINT_CONCLUSION) and one.stance is Stance.STATED
    if concluded:
        return weight
    if one.stance is Stance.DENIED and one.how is How.KEY_WORDS and asked is Sought.MISSING:
        return 0.0
    if one.stance is Stance.STATED and one.late < 1 and asked is not Sought.MEANING:
        weight *= _IN_PASSING
    return weight * _SIGNS[asked][one.stance]


def _rule(one: Mention, weight: float) -> str:
    if weight < 0:
        return "spoken against"
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
