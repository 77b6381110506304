"""What a learner typed, word by word against what the card expects; how well it was known stays theirs to say."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any

from lpdeck.inference.wording import fold, is_negator, stem, words

# The fields of each kind that hold what is to be said; the first that is filled is expected.
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "follow-up": ("key_line", "strong"),
    "disqualifier": ("instead", "why", "verdict"),
    "quiz": ("answer", "explanation"),
    "weak-answer": ("disqualifiers",),
    "stage": ("signals", "example"),
    "reframing": ("lead",),
    "level": ("focus", "bar", "looking_back"),
    "checklist": ("points",),
    "answer": ("key_points", "answer"),
    "basic": ("back",),
}

_FACTORS = {"k": 1_000, "thousand": 1_000, "m": 10**6, "million": 10**6, "bn": 10**9, "b": 10**9, "billion": 10**9}
_NUMBER = re.compile(
    r"[$€£]?(?P<digits>\d+(?:[.,:]\d+)*)(?P<factor>[km]|bn| ?(?:thousand|million|billion)\b)?"
    r"(?:\s?(?P<percent>%|per ?cent\b)|(?![^\W_]))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f'’]+[^\W_]+)*[\u0300-\u036f]*")
_TOKEN = re.compile(rf"{_NUMBER.pattern}|{_WORD.pattern}", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_IN_WORDS = {word: number for number, word in enumerate(_BELOW_TWENTY.split())}
_IN_WORDS |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}

# A word of so many letters may be mistyped in so many places; the longest first.
_SLIPS = ((8, 2), (4, 1))
# Mistyped words are looked up by so many of their first letters.
_HEAD = 7
# Letters that more words than that begin with tell none of them.
_SHELF = 12


class How(Enum):
    """How a word stands in the other text."""

    SAME = "same"
    NEAR = "near"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True)
class Piece:
    """A word with the marks and blanks around it, as its text has it."""

    text: str
    how: How


@dataclass(frozen=True)
class Comparison:
    """Both texts in pieces that join back to them, and how many (`found`) of the words that count (`of`) were typed.

    Function words and pronouns count only where nothing else is expected.
    """

    expected: tuple[Piece, ...]
    typed: tuple[Piece, ...]
    found: int
    of: int


def expected(kind: str, fields: Mapping[str, Any]) -> str:
    """The words that a card of a kind expects, list entries one a line; "" where it has none."""
    value = next((fields[name] for name in _EXPECTED[kind] if fields.get(name)), "")
    return str(value) if isinstance(value, str) else "\n".join(value)


def compare(expected: str, typed: str) -> Comparison:
    """The two texts against each other: words in one order first, then those typed in another place."""
    wanted, given = _tokens(expected), _tokens(typed)
    pairs = _paired(wanted, given)
    found = {at: _how(wanted[at], given[other]) for at, other in pairs.items()}
    placed = {other: found[at] for at, other in pairs.items()}
    counted = _counted(wanted)
    return Comparison(
        tuple(_pieces(expected, wanted, found, How.MISSING)),
        tuple(_pieces(typed, given, placed, How.EXTRA)),
        sum(at in found for at in counted),
        len(counted),
    )


# words


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or number at a place (character offsets).

    `text` has straight quotes, `key` neither case, accents nor format. `is_exact`: near is not enough, as in numbers
    and negations. `counts`: it says something by itself.
    """

    text: str
    key: str
    stem: str
    start: int
    end: int
    is_exact: bool
    counts: bool


def _tokens(text: str) -> list[_Token]:
    return [_token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def _token(text: str, start: int, end: int) -> _Token:
    text = fold(text)
    key, is_exact = _plain(text)
    return _Token(text, key, key if is_exact else stem(key), start, end, is_exact, _says_something(text))


@lru_cache(maxsize=4096)
def _plain(text: str) -> tuple[str, bool]:
    """A word without case, accents and apostrophes, or the value of a number; and whether it must be exact."""
    number = _NUMBER.fullmatch(text)
    if number:
        return _value(number["digits"], number["factor"]) + ("%" if number["percent"] else ""), True
    lower = unicodedata.normalize("NFKD", text).casefold()
    key = "".join(letter for letter in lower if letter != "'" and not unicodedata.combining(letter))
    if key in _IN_WORDS:
        return str(_IN_WORDS[key]), True
    return key, is_negator(lower) or any(letter.isdigit() for letter in key)


def _value(digits: str, factor: str | None) -> str:
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    if not _DECIMAL.fullmatch(digits):
        return digits + (factor or "").lower()
    value = Decimal(digits) * _FACTORS[factor.strip().lower()] if factor else Decimal(digits)
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


@lru_cache(maxsize=4096)
def _says_something(text: str) -> bool:
    return any(word.weight >= 1 or word.denies for word in words(text)) or not words(text)


def _counted(wanted: Sequence[_Token]) -> list[int]:
    """The positions of the words that count: those that say something, else all."""
    return [at for at, token in enumerate(wanted) if token.counts] or list(range(len(wanted)))


# pairing


def _paired(wanted: Sequence[_Token], given: Sequence[_Token]) -> dict[int, int]:
    """For each expected word that was typed, the typed word: in order, then anywhere, the most alike first."""
    slips = _Slips(wanted)
    pairs = _in_order(wanted, given, slips)
    for name in ("text", "key", "stem"):
        label = attrgetter(name)
        _pair_anywhere(pairs, wanted, given, label, _alone(label))
    _pair_anywhere(pairs, wanted, given, attrgetter("stem"), slips.stems)
    return pairs


def _alone(label: Callable[[_Token], str]) -> Callable[[_Token], tuple[str, ...]]:
    return lambda token: (label(token),)


def _in_order(wanted: Sequence[_Token], given: Sequence[_Token], slips: _Slips) -> dict[int, int]:
    """The longest common subsequence, by bits: bit n of a row is 0 where expected word n has made it longer."""
    places: defaultdict[str, int] = defaultdict(int)
    for at, token in enumerate(wanted):
        places[token.stem] |= 1 << at
    every = (1 << len(wanted)) - 1
    rows = [every]
    for token in given:
        row, fitting = rows[-1], places.get(token.stem, 0)
        for one in slips.stems(token):
            fitting |= places[one]
        both = row & fitting
        rows.append(((row + both) | (row - both)) & every)
    return _traced(rows, len(wanted))


def _traced(rows: Sequence[int], size: int) -> dict[int, int]:
    """The pairs of a longest common subsequence, read from its rows backwards."""
    pairs = {}
    at, other = size - 1, len(rows) - 1
    while at >= 0 and other > 0:
        if rows[other] >> at & 1:
            at -= 1
        elif not rows[other - 1] >> at & 1:
            other -= 1
        else:
            pairs[at] = other - 1
            at, other = at - 1, other - 1
    return pairs


def _pair_anywhere(
    pairs: dict[int, int],
    wanted: Sequence[_Token],
    given: Sequence[_Token],
    label: Callable[[_Token], str],
    labels: Callable[[_Token], Iterable[str]],
) -> None:
    """Adds the words that are still free on both sides: `label` of the expected one is one of the typed one's."""
    free: defaultdict[str, deque[int]] = defaultdict(deque)
    for at, token in enumerate(wanted):
        if at not in pairs:
            free[label(token)].append(at)
    placed = set(pairs.values())
    for other, token in enumerate(given):
        fitting = [] if other in placed else [free[one] for one in labels(token) if free.get(one)]
        if fitting:
            pairs[min(fitting, key=lambda queue: queue[0]).popleft()] = other


class _Slips:
    """Finds the expected words that a typed one may be with typing errors; its own stem is never one of them."""

    def __init__(self, wanted: Sequence[_Token]) -> None:
        self._known = {token.stem for token in wanted}
        self._stems: dict[str, tuple[str, ...]] = {}
        self._by_variant: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for key, stem_ in {(token.key, token.stem) for token in wanted if not token.is_exact}:
            for variant in _variants(key):
                self._by_variant[variant].add((key, stem_))

    def stems(self, token: _Token) -> tuple[str, ...]:
        """The stems of the expected words that `token` is a mistyped form of; none where it is expected itself."""
        if token.is_exact or token.stem in self._known:
            return ()
        if token.key not in self._stems:
            self._stems[token.key] = tuple(sorted(self._search(token.key)))
        return self._stems[token.key]

    def _search(self, key: str) -> set[str]:
        shelves = (self._by_variant.get(variant, set()) for variant in _variants(key))
        near = {pair for shelf in shelves if len(shelf) <= _SHELF for pair in shelf}
        return {stem_ for other, stem_ in near if _is_slip(other, key)}


def _allowed(size: int) -> int:
    return next((slips for least, slips in _SLIPS if size >= least), 0)


def _variants(key: str) -> set[str]:
    """The first letters of a word, and what is left of them without as many letters as it may have slips."""
    found = {key[:_HEAD]} if _allowed(len(key)) else set()
    for _ in range(_allowed(len(key))):
        found |= {one[:at] + one[at + 1 :] for one in found for at in range(len(one))}
    return found


def _is_slip(a: str, b: str) -> bool:
    """Whether two words of one first letter differ by typing errors: letters changed, added, left out or swapped."""
    allowed = _allowed(min(len(a), len(b)))
    if a[0] != b[0] or abs(len(a) - len(b)) > allowed:
        return False
    return _within(allowed, a, b)


def _within(slips: int, a: str, b: str) -> bool:
    """Whether so many letters changed, added or left out, or neighbours swapped, turn `a` into `b`."""
    if a == b or not slips:
        return a == b
    at = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[at:], b[at:]
    swapped = a[:2] == b[1::-1] and _within(slips - 1, a[2:], b[2:])
    return swapped or any(_within(slips - 1, x, y) for x, y in ((a[1:], b[1:]), (a[1:], b), (a, b[1:])))


# pieces


def _how(wanted: _Token, given: _Token) -> How:
    return How.SAME if wanted.text == given.text else How.NEAR


def _pieces(text: str, tokens: Sequence[_Token], found: Mapping[int, How], otherwise: How) -> Iterator[Piece]:
    """The words with what stands around them; a text without any word is one piece that nobody missed."""
    if not tokens:
        yield from [Piece(text, How.SAME)] if text else []
        return
    cuts = [0, *(_cut(text, one.end, other.start) for one, other in pairwise(tokens)), len(text)]
    for at, (start, end) in enumerate(pairwise(cuts)):
        yield Piece(text[start:end], found.get(at, otherwise))


def _cut(text: str, start: int, end: int) -> int:
    """Where a word's surroundings end: behind the last blank before the next word, so that opening marks go with it."""
    return next((at for at in range(end, start, -1) if text[at - 1].isspace()), end)
