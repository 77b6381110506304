"""The numbered steps of an explanation."""

from __future__ import annotations

import re

from lpdeck.inference.weighing import SENTENCE_END

ARROW = re.compile(r"-{1,2}>|→|=>|⇒|⟶|➜|➔")
_STEP_LABEL = re.compile(r"^\s*(?:step\s*\d*\s*[:.)\-–—]+|\d{1,2}[.)])\s*", re.IGNORECASE)
_ENDS = re.compile(rf"[.!?][\"')\]]?\s*$|:\s+[A-Z][^.!?,]*$|(?:{ARROW.pattern})[^.!?]*[^\s,;–-]\s*$")


def is_labelled(explanation: str | None) -> bool:
    """Whether an explanation is one of numbered steps, not a paragraph."""
    return any(_STEP_LABEL.match(line) for line in (explanation or "").splitlines())


def steps(explanation: str | None) -> list[str]:
    """The steps of an explanation without their labels; a line without a label goes on with the step before it."""
    found: list[str] = []
    labelled = False
    for line in (explanation or "").splitlines():
        label = _STEP_LABEL.match(line)
        if labelled and not label:
            found[-1] += f"\n{line}"
        elif line.strip():
            found.append(line[label.end() if label else 0 :])
        labelled = labelled or bool(label)
    return _without_torn_end(found)


def _without_torn_end(found: list[str]) -> list[str]:
    """The steps without the last sentence if the page was cut inside of it.

    A sentence is torn when nothing ends it, nothing is concluded in it, and the other steps do end.
    """
    if not found or _ENDS.search(found[-1]):
        return found
    plain = [step for step in found[:-1] if not ARROW.search(step)]
    if plain and not any(_ENDS.search(step) for step in plain):
        return found
    ends = [match.end() for match in SENTENCE_END.finditer(found[-1])]
    return [*found[:-1], found[-1][: ends[-1]]] if ends else found[:-1]
