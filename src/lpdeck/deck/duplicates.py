"""Cards that ask nearly the same: pairs of one kind whose fronts have nearly the same words in nearly the same order.

All pairs are found, few are compared: two fronts that are alike share one of their rare words (prefix filtering:
Chaudhuri, Ganti and Kaushik, "A Primitive Operator for Similarity Joins in Data Cleaning", 2006).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from math import ceil
from typing import NamedTuple

from lpdeck.deck.identity import normalised
from lpdeck.deck.model import Card

LEAST = 0.8
"""From this likeness on two fronts are nearly equal."""


class Pair(NamedTuple):
    """Two cards with nearly equal fronts; `likeness` is twice the words in common over all words, 0 to 1."""

    first: Card
    second: Card
    likeness: float


class _Front(NamedTuple):
    card: Card
    words: tuple[str, ...]
    rare_first: tuple[tuple[str, int], ...]
    marked: frozenset[tuple[str, int]]


def near_equal(cards: Iterable[Card], least: float = LEAST) -> list[Pair]:
    """The pairs of cards whose fronts are at least so much alike, the most alike first, then in the order given.

    Cards that ask about their own page (a stage, a level) ask the same on purpose and are left out; retired ones too.
    """
    kinds: defaultdict[tuple[str, str], list[Card]] = defaultdict(list)
    for card in cards:
        if not card.retired and not card.spec.of_page:
            kinds[card.kind, str(card.fields.get("list", ""))].append(card)
    found = [pair for some in kinds.values() for pair in _among(_fronts(some), least)]
    return sorted(found, key=lambda pair: -pair.likeness)


def front_words(card: Card) -> str:
    """What the front of a card asks, as text: its identity, and for a quiz the options, which are half the question."""
    parts = [str(card.fields.get(name, "")) for name in card.spec.identity if name != "list"]
    return " ".join([*parts, *card.fields.get("options", ())])


def _fronts(cards: Sequence[Card]) -> list[_Front]:
    """The cards with their words, the rarest of all first; the second `the` of a front is a word of its own."""
    words = [tuple(re.findall(r"\w+", normalised(front_words(card)))) for card in cards]
    numbered = [tuple(_numbered(each)) for each in words]
    known = Counter(word for each in numbered for word in each)
    return [
        _Front(card, each, tuple(sorted(marked, key=lambda word: (known[word], word))), frozenset(marked))
        for card, each, marked in zip(cards, words, numbered, strict=True)
        if each
    ]


def _numbered(words: Iterable[str]) -> Iterator[tuple[str, int]]:
    before = Counter[str]()
    for word in words:
        yield word, before[word]
        before[word] += 1


def _among(fronts: Sequence[_Front], least: float) -> Iterator[Pair]:
    """Where 2c / (a + b) >= t for a and b words with c in common, c is at least t / (2 - t) of either: two fronts that
    are alike share a word among the rarest a - ceil(a t / (2 - t)) + 1 of each.
    """
    share = least / (2 - least)
    holding: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for at, front in enumerate(fronts):
        size = len(front.words)
        rare = front.rare_first[: size - ceil(share * size) + 1]
        for other in sorted({other for word in rare for other in holding[word]}):
            likeness = _likeness(fronts[other], front, least)
            if likeness >= least:
                yield Pair(fronts[other].card, front.card, likeness)
        for word in rare:
            holding[word].append(at)


def _likeness(one: _Front, other: _Front, least: float) -> float:
    """How much two fronts are alike; 0 where they have too few words in common to be as much as `least`."""
    in_common = len(one.marked & other.marked)
    if 2 * in_common < least * (len(one.words) + len(other.words)):
        return 0.0
    return SequenceMatcher(None, one.words, other.words, autojunk=False).ratio()
