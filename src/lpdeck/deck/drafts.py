"""What makes a card a draft: a card in a file that is not asked because something is missing."""

from __future__ import annotations

import re

from lpdeck.deck.model import KINDS, Fields

# A phrase in double, single or curly quotes; an apostrophe inside a word quotes nothing.
QUOTED = re.compile(r"""(?<![\w])(["“”])(.+?)["”“](?!\w)|(?<![\w])(['‘])(.+?)['’](?![\w])""")

_OPTION = r"(phrase|option|answer|statement|sentence|line|response|choice|wording|one|quote)"
_POINTS_AT = re.compile(
    rf"\b(this|that)\s+{_OPTION}\b|\b(the\s+)?(correct|right|first|second|third|fourth|last|other)\s+{_OPTION}\b"
    r"|\boption\s+[A-D]\b",
    re.IGNORECASE,
)


def quoted_phrase(found: re.Match[str]) -> str:
    """The phrase between the quotes that QUOTED found."""
    return found[2] or found[4]


def lacking(kind: str, fields: Fields) -> str | None:
    """What a card lacks, as the learner should read it; None where it can be asked."""
    if kind == "quiz":
        return _quiz_lacks(fields)
    return next((f'no "{name}"' for name in KINDS[kind].required if not fields.get(name)), None)


def _quiz_lacks(fields: Fields) -> str | None:
    if not fields.get("question"):
        return 'no "question"'
    if fields.get("options"):
        return None if fields.get("answer") else "no sure answer"
    if not fields.get("explanation"):
        return "no options and no explanation"
    return "its options were lost" if points_at_lost_option(str(fields["explanation"])) else None


def points_at_lost_option(explanation: str) -> bool:
    """Whether an explanation speaks of an option ("this phrase shows …") without quoting one."""
    pointing = re.match(r"\s*(this|that)\b", explanation, re.IGNORECASE) or _POINTS_AT.search(explanation)
    return bool(pointing) and not any(len(quoted_phrase(one).split()) > 1 for one in QUOTED.finditer(explanation))
