"""What was concluded, from which evidence, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for (`weight` > 0) or against (`weight` < 0) something: the rule and the words."""

    rule: str
    text: str
    weight: float


@dataclass(frozen=True)
class Verdict(Generic[T]):
    """A conclusion: `value` is None where it stays undecided.

    `margin` is the distance between the scores of the best and the second best candidate (0 or more),
    `candidates` are ordered best first.
    """

    value: T | None
    evidence: tuple[Evidence, ...] = ()
    margin: float = 0.0
    candidates: tuple[T, ...] = ()
