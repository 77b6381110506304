"""Filters as SQL: which cards of the index pass one. Plain sqlite3, as `hot.py`, and for the same reason.

A negation is pushed down to the conditions themselves and written `IS NOT TRUE` there, so that a condition on what
a card does not have is false and its opposite true.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import count
from typing import Any

from lpdeck.days import StudyDay
from lpdeck.deck.model import KINDS
from lpdeck.filters import ANY, NONE, All, Compared, Either, Filter, Has, Not, Text, folded, level_of
from lpdeck.scheduling import LEECH_LAPSES, MATURE_DAYS, Scheduler
from lpdeck.store.hot import AWAKE

# The plus keeps SQLite from walking the index of decks, which reads the cards of a large home in random order.
SELECT = "SELECT c.id FROM card c LEFT JOIN schedule s ON s.card = c.id WHERE {} ORDER BY +c.deck, c.position"


def select(chosen: Filter, day: StudyDay, scheduler: Scheduler) -> tuple[str, dict[str, Any]]:
    """The statement that gives the ids of the cards that pass on study day `day`, and its values.

    The ids come in the order of the deck files. The connection needs the functions of `register`.
    """
    translation = _Translation(day, scheduler)
    condition = translation.of(chosen)
    return SELECT.format(condition), translation.values


def register(connection: sqlite3.Connection) -> None:
    """Gives a connection the functions that the statements of `select` call."""
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)


# Conditions on what a card is, without a value of the learner's.
STATES: Mapping[str, str] = {
    "new": "s.state IS NULL",
    "learning": "s.state IN (1, 3)",
    "review": "s.state = 2",
    "young": f"s.state = 2 AND s.interval < {MATURE_DAYS}",
    "mature": f"s.state = 2 AND s.interval >= {MATURE_DAYS}",
    "due": f"c.asked = 1 AND {AWAKE} AND (s.state IN (1, 3) OR s.state = 2 AND s.due_day <= :day)",
    "asked": "c.asked = 1",
    "suspended": "s.suspended = 1",
    "buried": "s.buried_until > :day",
    "leech": f"s.lapses >= {LEECH_LAPSES}",
    "draft": "c.draft = 1",
    "retired": "c.retired = 1",
    "flagged": "s.flag IS NOT NULL",
    "tagged": "c.tags <> '[]'",
    "noted": "c.note <> ''",
}

# Conditions on a word, `{}` is its parameter; the values that mean something of their own stand in WHOLE.
HAVING: Mapping[str, str] = {
    "principle": "instr(' ' || c.principles || ' ', ' ' || {} || ' ') > 0",
    "kind": "c.kind = {}",
    "deck": "c.deck IN (SELECT name FROM deck_file WHERE lpdeck_is_named({}, name))",
    "tag": "c.tags <> '[]' AND lpdeck_is_tagged({}, c.tags)",
    "id": "lpdeck_is_named({}, c.id)",
    "flag": "s.flag = {}",
    "level": "c.kind = 'level' AND lpdeck_level(json_extract(c.fields, '$.level')) = {}",
}
WHOLE: Mapping[tuple[str, str], str] = {
    ("principle", NONE): "c.principles = ''",
    ("flag", ANY): "s.flag IS NOT NULL",
    ("flag", NONE): "s.flag IS NULL",
    **{("is", state): condition for state, condition in STATES.items()},
}

# What a number is compared with; NULL where a card has none.
NUMBERS: Mapping[str, str] = {
    "due": "CASE s.state WHEN 2 THEN s.due_day - :day ELSE s.state * 0 END",
    "lapses": "coalesce(s.lapses, 0)",
    "reps": "coalesce(s.reps, 0)",
    "stability": "s.stability",
    "difficulty": "s.difficulty",
    "interval": "CASE s.state WHEN 2 THEN s.interval END",
    "seen": "max(:day - s.last_day, 0)",
}

# How many stabilities have passed: recall falls as it rises. (sign of recall, sign of this, by how much the bound
# moves so that rounding of the two curves does not decide).
ELAPSED = "max(:day - s.last_day, 0) / s.stability"
TURNED: Mapping[str, tuple[str, float]] = {
    "<": (">", 1 + 1e-9),
    "<=": (">=", 1 - 1e-9),
    ">": ("<", 1 - 1e-9),
    ">=": ("<=", 1 + 1e-9),
}

TEXT = "lpdeck_stands({}, c.id, CAST(c.fields AS BLOB), c.note, c.tags)"


class _Translation:
    """One filter on its way to SQL: `values` are the parameters met so far."""

    def __init__(self, day: StudyDay, scheduler: Scheduler) -> None:
        self.values: dict[str, Any] = {"day": day}
        self._scheduler = scheduler
        self._numbers = count(1)

    def of(self, chosen: Filter, *, negated: bool = False) -> str:
        """The condition, or its opposite."""
        match chosen:
            case Not(term):
                return self.of(term, negated=not negated)
            case All(terms) | Either(terms):
                return self._of_all(terms, negated=negated, every=isinstance(chosen, All) is not negated)
        condition = self._leaf(chosen)
        return f"({condition}) IS NOT TRUE" if negated else f"({condition})"

    def _of_all(self, terms: tuple[Filter, ...], *, negated: bool, every: bool) -> str:
        if not terms:
            return "TRUE" if every else "FALSE"
        ordered = sorted(terms, key=lambda term: (-depth(term), _is_slow(term)))
        return _joined([self.of(term, negated=negated) for term in ordered], "AND" if every else "OR")

    def _leaf(self, leaf: Text | Has | Compared) -> str:
        match leaf:
            case Text(words):
                return TEXT.format(self._value(folded(words)))
            case Has(name, value):
                whole = WHOLE.get((name, value))
                return whole or HAVING[name].format(self._value(value))
            case Compared("recall", sign, number):
                return self._recall(sign, number)
            case Compared(name, sign, number):
                return f"{NUMBERS[name]} {sign} {self._value(number)}"

    def _value(self, value: Any) -> str:
        name = f"v{next(self._numbers)}"
        self.values[name] = value
        return f":{name}"

    def _recall(self, sign: str, number: float) -> str:
        if sign == "=":
            percent = int(number * 100 + 0.5)
            least, most = self._elapsed((percent + 0.5) / 100), self._elapsed((percent - 0.5) / 100)
            return f"{ELAPSED} > {self._value(least)} AND {ELAPSED} <= {self._value(most)}"
        turned, margin = TURNED[sign]
        return f"{ELAPSED} {turned} {self._value(self._elapsed(number) * margin)}"

    def _elapsed(self, recall: float) -> float:
        """Stabilities until recall has fallen so far: below nothing where it can not be so high, never at 0."""
        if recall > 1:
            return -1.0
        return self._scheduler.elapsed_at(recall) if recall > 0 else float("inf")


# SQLite's parser remembers a hundred symbols and its trees have a thousand levels. So what is nested deepest
# stands first, only alternatives stand in parentheses, and long chains are halved.


def _joined(conditions: list[str], word: str) -> str:
    first, *rest = conditions
    together = f"{first} {word} ({_halved(rest, word)})" if rest else first
    return f"({together})" if word == "OR" else together


def _halved(conditions: list[str], word: str) -> str:
    if len(conditions) <= 8:
        return f" {word} ".join(conditions)
    middle = len(conditions) // 2
    return f"({_halved(conditions[:middle], word)}) {word} ({_halved(conditions[middle:], word)})"


def depth(chosen: Filter) -> int:
    """How many groups stand in one another."""
    match chosen:
        case All(terms) | Either(terms):
            return 1 + max(map(depth, terms), default=0)
        case Not(term):
            return depth(term)
        case _:
            return 0


def _is_slow(chosen: Filter) -> bool:
    term = chosen.term if isinstance(chosen, Not) else chosen
    return isinstance(term, Text) or (isinstance(term, Has) and term.name in ("level", "tag", "id"))


# Functions


def stands(words: str, card: str, fields: bytes, note: str | None, tags: str) -> bool:
    """Whether folded words stand in one of a card's texts; `fields` and `tags` are JSON."""
    sought = _sought(words)
    if sought.stand_in_fields(fields) or sought.stand_in(card) or (note and sought.stand_in(note)):
        return True
    return tags != "[]" and any(map(sought.stand_in, json.loads(tags)))


# How UTF-8 begins what folds to an ASCII letter without being one: ß, İ, ŉ, ſ, ǰ, ẖ and ẞ, K, and the ligatures.
FOLDING = (b"\xc3\x9f", b"\xc4\xb0", b"\xc5\x89", b"\xc5\xbf", b"\xc7\xb0", b"\xe1\xba", b"\xe2\x84\xaa", b"\xef\xac")


def _folds_to_ascii(text: bytes) -> bool:
    """False only where no other character of a text becomes an ASCII letter in a search."""
    if text.isascii():
        return False
    others = text.translate(None, _ASCII)  # a short rest is searched eight times sooner than the whole
    return any(each in others for each in FOLDING)


_ASCII = bytes(range(128))


# What stands in the JSON of a card's fields beside its texts.
_NAMES = (*(name for kind in KINDS.values() for name in kind.fields), "true", "false", "null")


class _Sought:
    """Folded words on their way through many cards, with the shortest ways to tell whether they stand in one.

    A thing in lower case here has its ASCII letters lowered only: that is quick, and it is the rest of case
    folding that is slow.
    """

    def __init__(self, words: str) -> None:
        self._words = words
        self._bytes = words.encode()
        # The longest part that JSON writes as it is: it stands in the JSON wherever the words stand in a text.
        self._part = max(re.findall(r"[!#-&(-\[\]-~]+", words), key=len, default="").encode()
        self._is_word = re.fullmatch("[a-z0-9]*[a-z][a-z0-9]*", words) is not None
        self._is_name = any(words in name for name in _NAMES)

    def stand_in_fields(self, fields: bytes) -> bool:
        """Whether the words stand in one of the texts of these fields (JSON)."""
        lower = fields.lower()
        if self._part not in lower and not _folds_to_ascii(fields):
            return False
        if self._is_word and not self._is_name and b"\\" not in fields and self._bytes in lower:
            return True
        return any(map(self.stand_in, _texts(json.loads(fields))))

    def stand_in(self, text: str) -> bool:
        """Whether the words stand in a text."""
        lower = text.encode().lower()
        if self._bytes in lower:
            return True
        if text.isascii() and (self._is_word or self._part not in lower or _is_one_spaced(text)):
            return False
        return self._words in folded(text)


def _is_one_spaced(text: str) -> bool:
    return text.isprintable() and "  " not in text


_sought = lru_cache(maxsize=1024)(_Sought)


def _texts(fields: Mapping[str, Any]) -> Iterator[str]:
    """The texts among the values of a card's fields."""
    for value in fields.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, str))


def is_named(pattern: str, name: str) -> bool:
    """Whether a name is that of a pattern, in which `*` stands for anything; letter case does not count."""
    first, *others = _pieces(pattern)
    name = folded(name)
    if not others:
        return name == first
    *middle, last = others
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    return _stand_in_turn(middle, name[len(first) : len(name) - len(last)])


def _stand_in_turn(pieces: Iterable[str], text: str) -> bool:
    at = 0
    for piece in pieces:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


@lru_cache(maxsize=64)
def _pieces(pattern: str) -> tuple[str, ...]:
    return tuple(folded(pattern).split("*"))


def is_tagged(pattern: str, tags: str) -> bool:
    """Whether one of a card's tags (JSON) is that of a pattern."""
    return any(is_named(pattern, tag) for tag in json.loads(tags))


def level(text: Any) -> str | None:
    """What `level_of` says of a level card's field."""
    return level_of(text) if isinstance(text, str) else None


FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("lpdeck_stands", 5, stands),
    ("lpdeck_is_named", 2, is_named),
    ("lpdeck_is_tagged", 2, is_tagged),
    ("lpdeck_level", 1, level),
)
"""The functions of `register`: name in SQL, number of arguments, function."""
