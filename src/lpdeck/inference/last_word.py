"""What an explanation says outright: the option that it ends on, or that it calls the strongest.

Other words may outweigh it, where a page speaks of several options; then nobody knows which it means, and no answer is
inferred against what it says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lpdeck.inference.steps import ARROW, steps
from lpdeck.inference.weighing import quotations
from lpdeck.inference.wording import fold, words

_STRONGEST = re.compile(
    r"^\W*(?:is|was) (?:\w+ly |by far )?the (?:strongest|best|clearest|most convincing|right|correct)\b(?! known)",
    re.IGNORECASE,
)


def concluded(options: Sequence[str], explanation: str | None) -> frozenset[int]:
    """The options that stand behind the last arrow of the last step, word for word; none where it is anything else."""
    last = fold((steps(explanation) or [""])[-1])
    arrows = list(ARROW.finditer(last))
    return _named(options, last[arrows[-1].end() :]) if arrows else frozenset()


def called_strongest(options: Sequence[str], explanation: str | None) -> frozenset[int]:
    """The options that are quoted whole and said to be the strongest (the best, the right one)."""
    text = fold(explanation or "")
    praised = [one.text for one in quotations(explanation or "") if _STRONGEST.search(text[one.end :])]
    return frozenset(at for phrase in praised for at in _named(options, phrase))


def _named(options: Sequence[str], phrase: str) -> frozenset[int]:
    said = _said(phrase)
    return frozenset(at for at, option in enumerate(options) if said and _said(option) == said)


def _said(text: str) -> tuple[str, ...]:
    return tuple(word.text for word in words(fold(text)))
