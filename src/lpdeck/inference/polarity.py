"""Whether a predicate praises or faults: a balance over a list of words, in which negations turn what follows."""

from __future__ import annotations

import re
from collections.abc import Collection

from lpdeck.inference.wording import is_negator, listed, stem, words

_PROVING = listed("demonstrate prove evidence win")
_SHOWING = listed("show signal sign indicate display convey express reflect give make name state")
_GOOD = listed(
    "strong strongest stronger strengthen best better right correct clear clearly direct visible specific explicit "
    "explicitly exact exactly precise concrete quantify measurable critical ideal convincing self proactive credible "
    "good core essential effective powerful compelling owned accountable personal impressive"
)
# What a phrase is praised for, unless the same breath speaks of a fault (`initiative is gone`).
_VIRTUES = listed(
    "ownership initiative contribution proof responsibility accountability curiosity candor judgment empathy actor "
    "individual initiated"
)
_BAD = listed(
    "dilute hide obscure blur vague generic weak weaken weakest fail disqualify disqualifier disqualified invisible "
    "passive assign wait delegate destroy remove erase delay lose lost shift route diminish undermine ambiguous "
    "unclear bystander spread damage filler flatter disqualifies deflect blame evade mask erode weakness flaw "
    "applause mere defer deferring dodge surface superficial avoid abstract bury disown pass unverifiable empty gone "
    "complain sabotage lie postpone excuse afterthought brag boast dependence doubt distance confusion vanish "
    "paralysis stall dawdle shrug pretend disappear evaporate"
)
_EXACTLY = {
    "hands": -1.0,
    "handed": -1.0,
    "handing": -1.0,
    "present": 1.0,
    "haste": -1.0,
    "hasty": -1.0,
    "directed": 0.0,
    "direction": 0.0,
}
_PHRASES = (
    (-1.0, re.compile(r"\b(is|are) the (very )?opposite\b|\b(gives?|giving|gave) (\w+ ){1,4}away\b")),
    (-1.0, re.compile(r"\bcounts? against\b|\b(any|every) (other )?story\b|\bdoes nothing\b")),
    (-1.0, re.compile(r"\bstatus quo\b|\bg(ives?|ave|iving) (up|in)\b|\bpass(es)? the\b|\bbefore anything happens\b")),
    (1.0, re.compile(r"\b(reach|go|look)(es)? beyond\b|\braises? the (stakes|bar)\b|\bcomes? straight to\b")),
    (1.0, re.compile(r"\bthe one to (choose|pick|use|say)\b|\bin (\w+ )?favou?r\b")),
)
_LONE_NEGATION = -1.0
_REACH = 4


def _stems(table: Collection[str], value: float) -> dict[str, float]:
    return {stem(word): value for word in table}


_VALUES = {**_stems(_PROVING, 0.6), **_stems(_SHOWING, 0.4), **_stems(_GOOD, 1.0), **_stems(_BAD, -1.0)}
_VIRTUE_STEMS = frozenset(stem(word) for word in _VIRTUES)


def is_fault(word_stem: str) -> bool:
    """Whether a stem names a fault."""
    return _VALUES.get(word_stem, 0.0) < 0


def polarity(text: str) -> float:
    """The balance of praise (positive) and fault (negative) of a predicate in lower case.

    A negation turns what follows (`not vague`); a fault swallows the praise behind it (`hides the clear actor`).
    """
    balance = sum(value for value, phrase in _PHRASES if phrase.search(text))
    virtue = 0.0
    turning = swallowing = 0
    for word in words(text):
        value = _EXACTLY.get(word.text, _VALUES.get(word.stem, 0.0))
        if is_negator(word.text):
            balance += 0.0 if turning else _LONE_NEGATION
            turning = _REACH
            continue
        if value and turning:
            # the bare negation was counted already: it stands for a fault, or turned one into mild praise
            balance += 0.0 if value > 0 else -_LONE_NEGATION - value / 2
            turning = 0
        elif value < 0 or not swallowing:
            balance += value
            virtue = max(virtue, float(word.stem in _VIRTUE_STEMS and not turning))
        swallowing = _REACH if value < 0 else max(0, swallowing - 1)
        turning = max(0, turning - 1)
    return balance + virtue if balance >= 0 else balance
