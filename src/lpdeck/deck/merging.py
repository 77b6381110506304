"""How an import meets a deck: decided first as plain values, applied later.

The page speaks for cards that nobody touched, the learner for those they changed; position decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from lpdeck.deck.identity import (
    Imported,
    fingerprints,
    identity_text,
    mint,
    normalised,
    parse_imported,
)
from lpdeck.deck.model import Candidate, Card, Deck, Fields, PageRecord, sections_of
from lpdeck.deck.toml import SET_ASIDE, why_draft

LIKE_IDENTITY = 0.8
LIKE_ANSWER = 0.6
RETIRE_SHARE = 0.2


class Change(StrEnum):
    """What an import does to a card."""

    ADDED = "added"
    UPDATED = "updated"
    KEPT = "kept"
    CONFLICT = "conflict"
    RETIRED = "retired"
    REVIVED = "revived"


@dataclass(frozen=True)
class Step:
    """One card of a plan: as it was (None for a new one), as it will be, and why in a few words."""

    change: Change
    before: Card | None
    after: Card
    why: str = ""


@dataclass(frozen=True)
class MergePlan:
    """What an import of one page does to one deck.

    `drafts` pairs cards that can not be asked with what they lack; `dropped` are candidates that the learner once
    deleted, or whose cards in the file can not be read. Where `retires_many` is set, more than a fifth of the deck
    would be retired: somebody has to agree.
    """

    deck: Deck
    page: PageRecord
    principles: tuple[str, ...]
    steps: tuple[Step, ...]
    drafts: tuple[tuple[Card, str], ...] = ()
    dropped: tuple[Candidate, ...] = ()

    @property
    def retires_many(self) -> bool:
        """Whether more than a fifth of the deck's cards would be retired."""
        retired = len(self.of(Change.RETIRED))
        return retired > RETIRE_SHARE * len(self.deck.cards)

    def of(self, change: Change) -> list[Step]:
        """The steps of one kind."""
        return [step for step in self.steps if step.change is change]

    def without_retiring(self) -> MergePlan:
        """The plan with every card that would be retired kept."""
        steps = tuple(
            Step(Change.KEPT, step.before, step.before, "no longer on the page; kept")
            if step.change is Change.RETIRED and step.before
            else step
            for step in self.steps
        )
        return replace(self, steps=steps)


def decide_principle(plan: MergePlan, principle: str) -> MergePlan:
    """The plan with every card of its page that belongs to no other principle by itself given to one."""
    mine = () if plan.deck.principles == (principle,) else (principle,)

    def given(step: Step) -> Step:
        after = step.after
        from_page = after.imported is not None and after.pages[:1] == (plan.page.key,)
        if not from_page or after.kind == "reframing":
            return step
        return replace(step, after=replace(after, principles=mine))

    return replace(plan, steps=tuple(map(given, plan.steps)))


def plan_merge(
    deck: Deck,
    candidates: Sequence[Candidate],
    page: PageRecord,
    principles: tuple[str, ...],
    *,
    whole: Collection[str],
    taken: Container[str],
    unreadable: Collection[str] = (),
    update: bool = False,
) -> MergePlan:
    """What importing a page's candidates into a deck does; nothing is changed.

    `whole` are the sections of the page whose end was seen: only their cards can be retired. `taken` are ids that
    stand in any deck or that another deck dropped, `unreadable` those of cards in the deck's file that break a rule
    and wait to be mended: they are not added a second time. `update` takes the page's words in conflicts.
    """
    pairs = match(deck, candidates)
    steps: list[Step] = []
    drafts: list[tuple[Card, str]] = []
    dropped: list[Candidate] = []
    minted: set[str] = set()
    for candidate in candidates:
        card = pairs.get(id(candidate))
        step = (
            _meet(card, candidate, page.key, update)
            if card
            else _enter(deck, candidate, _Union(taken, minted), (*deck.dropped, *unreadable), page.key, principles)
        )
        if step is None:
            dropped.append(candidate)
            continue
        minted.add(step.after.id)
        steps.append(step)
        if candidate.why_draft and step.after.draft:
            drafts.append((step.after, candidate.why_draft))
    met = {card.id for card in pairs.values()}
    steps.extend(
        _left_over(card, page.key, whole) for card in deck.cards if card.id not in met and page.key in card.pages
    )
    return MergePlan(deck, page, principles, tuple(steps), tuple(drafts), tuple(dropped))


@dataclass(frozen=True)
class _Union:
    """Membership in either of two collections, without copying the large one."""

    first: Container[str]
    second: Container[str]

    def __contains__(self, item: object) -> bool:
        return item in self.first or item in self.second


def apply(plan: MergePlan) -> Deck:
    """The deck as the plan leaves it."""
    deck = plan.deck
    after = {step.after.id: step.after for step in plan.steps}
    cards = [after.pop(card.id, card) for card in deck.cards]
    known = next((page for page in deck.pages if page.key == plan.page.key), None)
    changes = any(step.before != step.after for step in plan.steps)
    if known is None:
        pages = (*deck.pages, plan.page)
    elif changes:
        pages = tuple(plan.page if page.key == plan.page.key else page for page in deck.pages)
    else:
        pages = deck.pages
    return replace(deck, principles=deck.principles or plan.principles, pages=pages, cards=(*cards, *after.values()))


# Matching


def match(deck: Deck, candidates: Sequence[Candidate]) -> dict[int, Card]:
    """The card of the deck that each candidate is (by `id()` of the candidate), at most one each.

    By what the page last gave, then by the identity it last gave, then by the identity the card has now, then by
    likeness.
    """
    pairs: dict[int, Card] = {}
    if not deck.cards:
        return pairs
    free = {card.id: card for card in sorted(deck.cards, key=_minted_first)}
    for card_key, candidate_key in _KEYS:
        by_key: dict[str, Card] = {}
        for card in free.values():
            key = card_key(card)
            if key is not None:
                by_key.setdefault(f"{card.kind}:{key}", card)
        for candidate in candidates:
            found = by_key.get(f"{candidate.kind}:{candidate_key(candidate)}")
            if found is not None and found.id in free and id(candidate) not in pairs:
                pairs[id(candidate)] = free.pop(found.id)
    for candidate, card in _alike(free.values(), [one for one in candidates if id(one) not in pairs]):
        pairs[id(candidate)] = card
    return pairs


def _minted_first(card: Card) -> tuple[bool, str]:
    """Orders cards by id, a copy that the learner gave an id of its own after the card that was copied."""
    return re.search(rf"/{card.kind}-[a-z2-7]{{6}}$", card.id) is None, card.id


def _imported(card: Card) -> Imported | None:
    return parse_imported(card.imported) if card.imported else None


def _offered(candidate: Candidate) -> Imported:
    return fingerprints(candidate.kind, candidate.fields, candidate.page)


def _now(card: Card) -> Imported:
    return fingerprints(card.kind, card.fields, card.pages[0] if card.pages else None)


_Key = tuple[Callable[[Card], str | None], Callable[[Candidate], str]]
_KEYS: tuple[_Key, ...] = (
    (lambda card: (found := _imported(card)) and found.content, lambda candidate: _offered(candidate).content),
    (lambda card: (found := _imported(card)) and found.identity, lambda candidate: _offered(candidate).identity),
    (lambda card: _now(card).identity, lambda candidate: _offered(candidate).identity),
)


def _alike(cards: Iterable[Card], candidates: Sequence[Candidate]) -> list[tuple[Candidate, Card]]:
    """Pairs of one kind that are like enough, the likest first; a card or candidate with two equals has none."""
    found: list[tuple[float, Candidate, Card]] = []
    for card in cards:
        for candidate in candidates:
            likeness = _likeness(card, candidate)
            if likeness is not None:
                found.append((likeness, candidate, card))
    found.sort(key=lambda pair: -pair[0])
    pairs: list[tuple[Candidate, Card]] = []
    used: set[object] = set()
    for likeness, candidate, card in found:
        rivals = [one for one in found if one[0] == likeness and (one[1] is candidate) != (one[2] is card)]
        if id(candidate) in used or card.id in used or rivals:
            continue
        used |= {id(candidate), card.id}
        pairs.append((candidate, card))
    return pairs


def _likeness(card: Card, candidate: Candidate) -> float | None:
    """How like a card and a candidate are (0 to 2); None where they are not enough to be one card."""
    if card.kind != candidate.kind or card.imported is None or (card.pages and candidate.page not in card.pages):
        return None
    page = candidate.page
    identity = _ratio(
        identity_text(card.kind, card.fields, page),
        identity_text(candidate.kind, candidate.fields, page),
        LIKE_IDENTITY,
    )
    answer = _ratio(_answer(card.spec.answer, card.fields), _answer(card.spec.answer, candidate.fields), LIKE_ANSWER)
    return None if identity is None or answer is None else identity + answer


def _ratio(a: str, b: str, least: float) -> float | None:
    """Difflib's likeness of two texts (0 to 1), None below `least`; cheap bounds first."""
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return None
    ratio = matcher.ratio()
    return ratio if ratio >= least else None


def _answer(names: Sequence[str], fields: Fields) -> str:
    parts = (fields.get(name) or "" for name in names)
    return normalised(" ".join(" ".join(part) if isinstance(part, (list, tuple)) else str(part) for part in parts))


# Deciding


def _enter(
    deck: Deck,
    candidate: Candidate,
    taken: Container[str],
    left_out: Collection[str],
    page: str,
    principles: tuple[str, ...],
) -> Step | None:
    """A candidate that the deck does not have; None where the learner has deleted it, or its id is left out.

    Where the page is about other principles than the deck, the card says so itself.
    """
    card = mint(deck.name, candidate.kind, candidate.fields, candidate.page, taken=taken, dropped=left_out)
    if card is None:
        return None
    new = Card(
        id=card,
        kind=candidate.kind,
        fields=candidate.fields,
        principles=candidate.principles or (principles if principles != (deck.principles or principles) else ()),
        draft=candidate.why_draft is not None,
        pages=(page,),
        imported=str(_offered(candidate)),
    )
    return Step(Change.ADDED, None, new)


def _meet(card: Card, candidate: Candidate, page: str, update: bool) -> Step:
    """A candidate that is a card of the deck."""
    last, offered, now = _imported(card), _offered(candidate), _now(card)
    if last is None:
        return Step(Change.KEPT, card, card, "written by hand")
    revived = replace(card, retired=False)
    if page not in card.pages:
        return _told(card, replace(revived, pages=(*card.pages, page)), Change.KEPT, "another page gives it too")
    if card.pages[0] != page:
        return _told(card, revived, Change.KEPT, "another page gives its words")
    if offered.content == now.content:
        return _same_words(card, replace(revived, imported=str(offered), conflict=False))
    if now.content == last.content or (update and (card.conflict or offered.content != last.content)):
        return _told(card, _taking(revived, candidate, offered), Change.UPDATED)
    if offered.content == last.content:
        why = "page and you disagree; your words are kept" if card.conflict else "changed by you"
        return _told(card, revived, Change.KEPT, why)
    return Step(
        Change.CONFLICT, card, replace(revived, imported=str(offered), conflict=True), "both changed; yours is kept"
    )


def _same_words(card: Card, after: Card) -> Step:
    return _told(card, after, Change.KEPT)


def _told(card: Card, after: Card, change: Change, why: str = "") -> Step:
    """The step, told as Revived where the card comes back."""
    return Step(Change.REVIVED if card.retired else change, card, after, why)


def _taking(card: Card, candidate: Candidate, offered: Imported) -> Card:
    """The card with the page's words; whether it is a draft follows from them."""
    return replace(
        card,
        fields=candidate.fields,
        draft=candidate.why_draft is not None or (card.draft and why_draft(card) == SET_ASIDE),
        imported=str(offered),
        conflict=False,
    )


def _left_over(card: Card, page: str, whole: Collection[str]) -> Step:
    """A card of the page that the page no longer gives."""
    if card.imported is None or card.retired:
        return Step(Change.KEPT, card, card)
    if card.pages != (page,):
        return Step(Change.KEPT, card, card, "another page gives it")
    if not all(section in whole for section in sections_of(card)):
        return Step(Change.KEPT, card, card, "its part of the page was not read whole")
    return Step(Change.RETIRED, card, replace(card, retired=True), "no longer on the page")
