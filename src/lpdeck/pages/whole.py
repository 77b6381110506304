"""Which sections of a page were seen to their end, so that what is missing there is missing from the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lpdeck.pages.ledger import Ledger
from lpdeck.walkthrough import Problem


@dataclass(frozen=True)
class End:
    """A section: whether its last item is complete, and whether the page's own count of items is met.

    `also` names the ledger's sections whose lines belong to this one.
    """

    section: str
    is_complete: bool
    counted: bool = False
    also: tuple[str, ...] = ()


def whole_sections(
    ends: Iterable[End], ledger: Ledger, problems: Sequence[Problem], last_navigation: int
) -> frozenset[str]:
    """The sections that something known follows, with a complete last item and no problem inside."""
    seen = (end for end in ends if end.is_complete and _is_closed(end, ledger, problems, last_navigation))
    return frozenset(end.section for end in seen)


def _is_closed(end: End, ledger: Ledger, problems: Sequence[Problem], last_navigation: int) -> bool:
    own = set().union(*(ledger.sections.get(name, set()) for name in (end.section, *end.also)))
    if not own:
        return False
    first, last = min(own), max(own)
    known = ledger.used() - own
    following = min((line for line in (*known, last_navigation) if line > last), default=0)
    limit = following or last
    if any(first <= problem.line <= limit for problem in problems):
        return False
    return bool(following) or end.counted
