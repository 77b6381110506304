"""The filter language: a line of words that says which cards are meant. Text to a tree and back; no database.

`principle:ownership kind:quiz -is:suspended recall<0.8 "dead letter"`: terms side by side must all hold, `or`
stands between alternatives, `-` or `not` before what must not hold, parentheses group. `not` binds closest, then
`and`, then `or`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import NoReturn, TypeAlias

from lpdeck.deck.model import KINDS
from lpdeck.errors import UsageError
from lpdeck.events import FLAGS
from lpdeck.interviews import LEVELS
from lpdeck.principles import Principle

LONGEST = 10_000
"""How many characters a filter may have."""

DEEPEST = 100
"""How many parentheses and negations may stand in one another."""


class FilterError(UsageError):
    """A filter that can not be understood; `column` (1-based) says where."""

    def __init__(self, problem: str, advice: str, text: str, at: int) -> None:
        pointed = "" if len(text) > LONGEST else f"\n{_pointed(text, at)}"
        super().__init__(f"filter, column {at + 1}: {problem}", f"{advice}{pointed}")
        self.column = at + 1


# The tree


@dataclass(frozen=True, slots=True)
class All:
    """Every term holds; with no terms, what every card passes."""

    terms: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of two or more terms holds."""

    terms: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: Filter


@dataclass(frozen=True, slots=True)
class Text:
    """The words stand in one of the card's texts; letter case, white space and the form of quotes do not count."""

    words: str


@dataclass(frozen=True, slots=True)
class Has:
    """A word condition: `name` is one of FIELDS, `value` the whole word (of a choice) or a name with `*` in it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A number condition: `name` is one of FIELDS, `sign` one of < <= > >= =; recall is a share from 0 to 1."""

    name: str
    sign: str
    number: float


Filter: TypeAlias = All | Either | Not | Text | Has | Compared

EVERYTHING = All(())


def both(*filters: Filter) -> Filter:
    """The filter that a card passes which passes all of these."""
    terms = tuple(term for one in filters for term in (one.terms if isinstance(one, All) else (one,)))
    return terms[0] if len(terms) == 1 else All(terms)


def either(*filters: Filter) -> Filter:
    """The filter that a card passes which passes one of these (at least one is given)."""
    terms = tuple(term for one in filters for term in (one.terms if isinstance(one, Either) else (one,)))
    if EVERYTHING in terms:
        return EVERYTHING
    return terms[0] if len(terms) == 1 else Either(terms)


def terms_of(chosen: Filter) -> Iterator[Filter]:
    """Every condition that stands in a filter, however deep."""
    waiting = [chosen]
    while waiting:
        match waiting.pop():
            case All(terms) | Either(terms):
                waiting += terms
            case Not(term):
                waiting.append(term)
            case condition:
                yield condition


# What can be asked

ANY, NONE = "any", "none"
STATES = (
    *("new", "learning", "review", "young", "mature", "due", "asked"),
    *("suspended", "buried", "leech", "draft", "retired", "flagged", "tagged", "noted"),
)


@dataclass(frozen=True)
class Field:
    """A name that may stand before a sign.

    `noun` is what messages call a value. `choices` are the words that fit, None where any name does; of a
    number, `least` and `most` are its bounds, and `sign` is the one most often wanted after it.
    """

    noun: str
    choices: tuple[str, ...] | None = None
    sign: str = ":"
    least: float = float("-inf")
    most: float = float("inf")

    @property
    def is_number(self) -> bool:
        """Whether values are compared."""
        return self.sign != ":"


FIELDS: Mapping[str, Field] = {
    "principle": Field("leadership principle", (*(one.slug for one in Principle), NONE)),
    "kind": Field("card kind", tuple(KINDS)),
    "is": Field("state", STATES),
    "deck": Field("deck"),
    "tag": Field("tag"),
    "flag": Field("flag", (*FLAGS, ANY, NONE)),
    "level": Field("level", LEVELS),
    "id": Field("id"),
    "recall": Field("share", sign="<", least=0, most=1),
    "due": Field("number of days", sign="<="),
    "lapses": Field("number", sign=">"),
    "reps": Field("number", sign=">"),
    "stability": Field("number of days", sign="<"),
    "difficulty": Field("number", sign=">"),
    "interval": Field("number of days", sign="<"),
    "seen": Field("number of days", sign=">"),
}
SYNONYMS = {"retrievability": "recall"}
WORDS = ("or", "and", "not")


# Reading


def parse(text: str) -> Filter:
    """The filter that a line of words says; an empty line is EVERYTHING. Raises FilterError."""
    if len(text) > LONGEST:
        raise FilterError(f"the filter has more than {LONGEST:,} characters", "Say it shorter.", text, LONGEST)
    if broken := re.search("[\ud800-\udfff]", text):
        raise FilterError("this is no character", "Type it anew.", text, broken.start())
    return _Parser(text).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of WORDS, a parenthesis, a minus sign, or a term; `at` is where it begins (0-based)."""

    sign: str
    at: int
    term: Filter | None = None


_TERM, _END = "term", ""
_SPACE = re.compile(r"\s*")
_DOUBLE = '"“”„‟'
_BARE = re.compile(rf"[^\s(){_DOUBLE}]*")
_HEAD = re.compile(rf"([^\s(){_DOUBLE}:<>=]*)(<=|>=|[:<>=])")
_CLOSERS = {
    **dict.fromkeys('"', '"'),
    **dict.fromkeys("“”„‟", "[“”‟]"),
    **dict.fromkeys("'", r"'(?!\w)"),
    **dict.fromkeys("‘‚‛", r"[‘’](?!\w)"),
}
_QUOTED = {
    opener: re.compile(rf"{opener}((?:\\.|(?!{closer})[^\\])*){closer}", re.S) for opener, closer in _CLOSERS.items()
}
_ESCAPED = re.compile(r"\\([\"'“”„‟‘’‚‛\\])")


def _tokens(text: str) -> Iterator[_Token]:
    at = _after_space(text, 0)
    while at < len(text):
        token, at = _token(text, at)
        yield token
        at = _after_space(text, at)
    yield _Token(_END, at)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _token(text: str, at: int) -> tuple[_Token, int]:
    """The token that begins at `at`, and where it ends."""
    if text[at] in "()":
        return _Token(text[at], at), at + 1
    if text[at] == "-":
        if text[at + 1 : at + 2].strip() in ("", ")"):
            raise FilterError('"-" stands alone', "Put it right before what must not hold: -is:suspended", text, at)
        return _Token("-", at), at + 1
    if text[at] in _QUOTED:
        words, end = _quoted(text, at)
        return _Token(_TERM, at, Text(words)), end
    return _word(text, at)


def _quoted(text: str, at: int) -> tuple[str, int]:
    found = _QUOTED[text[at]].match(text, at)
    if found is None:
        raise FilterError("this quotation mark is never closed", _OF_QUOTES, text, at)
    words = _one_spaced(_ESCAPED.sub(r"\1", found[1]))
    if not words:
        raise FilterError("nothing stands between the quotation marks", "Put words there.", text, at)
    return words, found.end()


_OF_QUOTES = 'Close it, or write \\" for the mark itself inside of "quotation marks".'


def _word(text: str, at: int) -> tuple[_Token, int]:
    if head := _HEAD.match(text, at):
        term, end = _field(text, head)
        return _Token(_TERM, at, term), end
    end = _bare_end(text, at)
    word = text[at:end]
    if word.lower() in WORDS:
        return _Token(word.lower(), at), end
    return _Token(_TERM, at, Text(word)), end


def _bare_end(text: str, at: int) -> int:
    """Where a bare word ends; a quotation mark may not touch it."""
    found = _BARE.match(text, at)
    end = found.end() if found else at
    if text[end : end + 1] and text[end] in _DOUBLE:
        raise FilterError("a quotation mark stands inside of a word", _OF_QUOTES, text, end)
    return end


def _field(text: str, head: re.Match[str]) -> tuple[Filter, int]:
    """A condition whose name and sign are known; and where it ends."""
    typed, sign, at = head[1], head[2], head.end()
    name = SYNONYMS.get(typed.lower(), typed.lower())
    if name not in FIELDS:
        _no_such_name(text, head)
    if not FIELDS[name].is_number and sign not in (":", "="):
        raise FilterError(f"{name} is no number", f"Write {name}:{_of_few(name)}", text, head.start(2))
    if text[at : at + 1] and text[at] in _QUOTED:
        value, end = _quoted(text, at)
    else:
        end = _bare_end(text, at)
        value = text[at:end]
    if not value:
        advice = f"Write it without spaces: {name}{sign}{_of_few(name)}"
        raise FilterError(f'nothing stands after "{head[0]}"', advice, text, at)
    if FIELDS[name].is_number:
        return Compared(name, "=" if sign == ":" else sign, _number(name, value, text, at)), end
    return Has(name, _choice(name, value, text, at)), end


def _of_few(name: str) -> str:
    """A value that fits, for advice."""
    field = FIELDS[name]
    if field.is_number:
        return "0.8" if name == "recall" else "3"
    return "NAME" if field.choices is None else field.choices[0]


def _no_such_name(text: str, head: re.Match[str]) -> NoReturn:
    typed, sign = head[1], head[2]
    if not typed:
        advice = "Write it without spaces, as lapses>3 or kind:quiz, or put quotation marks around a text."
        raise FilterError(f'no name stands before "{sign}"', advice, text, head.start())
    near = get_close_matches(typed.lower()[:40], (*FIELDS, *SYNONYMS), n=1)
    proposal = f"The nearest is {near[0]}. " if near else ""
    known = "" if near else f" The names are {_listed((*FIELDS,))}."
    advice = f'{proposal}Put quotation marks around a text with "{sign}" in it.{known}'
    raise FilterError(f'there is no name "{_shown(typed)}"', advice, text, head.start())


# Values

_NUMBER = re.compile(r"([+-]?(?:[0-9]{1,9}(?:\.[0-9]{0,12})?|\.[0-9]{1,12}))(%?)")


def _number(name: str, value: str, text: str, at: int) -> float:
    found = _NUMBER.fullmatch(value)
    field = FIELDS[name]
    if found is None or (found[2] and name != "recall"):
        advice = f"Write a {field.noun}: {name}{field.sign}{_of_few(name)}"
        raise FilterError(f'"{_shown(value)}" is no {field.noun}', advice, text, at)
    # Twelve decimals, so that a share given in percent is the same number when it is written as a fraction.
    number = float(round(Decimal(found[1]) / (100 if found[2] else 1), 12)) + 0.0
    if not field.least <= number <= field.most:
        advice = f"It is a {field.noun} from 0 to 1, or from 0% to 100%: {name}{field.sign}80%"
        raise FilterError(f"{name} is never {_shown(value)}", advice, text, at)
    return number


def _choice(name: str, value: str, text: str, at: int) -> str:
    """The word of a field's choices that `value` names or begins. Raises FilterError."""
    field = FIELDS[name]
    if field.choices is None:
        return value
    read = _READERS.get(name)
    fitting = read(value) if read else _begun(value.casefold(), field.choices)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        what, advice = f'"{_shown(value)}" may be {_listed(fitting, "or")}', "Write more of the word."
    else:
        what, advice = f'there is no {field.noun} "{_shown(value)}"', _proposed(value, field.choices)
    raise FilterError(what, advice, text, at)


def _begun(typed: str, words: Iterable[str]) -> list[str]:
    """The words that `typed` begins; one alone where it is the whole word."""
    found = [word for word in words if word.startswith(typed)]
    return [typed] if typed in found else found


def _principles(typed: str) -> list[str]:
    named = Principle.named(typed)
    if named is not None:
        return [named.slug]
    start = _dashed(typed)
    if not start or start == NONE:
        return [NONE] if start else []
    return [one.slug for one in Principle if any(_dashed(name).startswith(start) for name in (one.slug, *one.names))]


def _dashed(name: str) -> str:
    """A name as slugs are written: `earths-best-employer`."""
    letters = re.sub(r"['’]", "", name.casefold().replace("&", " and "))
    return re.sub(r"[\W_]+", "-", letters).strip("-")


def _levels(typed: str) -> list[str]:
    named = level_of(typed)
    return [named] if named else _begun(typed.casefold(), LEVELS)


_READERS: Mapping[str, Callable[[str], list[str]]] = {"principle": _principles, "level": _levels}

_ENGINEER = r"(?:sde|swe|software (?:development )?engineer|engineer)"
_SENIOR = rf"(?:senior|sr)\b(?: {_ENGINEER}\b(?: (?:3|iii)\b)?)?"
_NAMES_OF_LEVELS = (
    ("senior", rf"\b(?:{_SENIOR}|{_ENGINEER} ?(?:3|iii)|l(?:evel)? ?6)\b"),
    ("sde2", rf"\b(?:{_ENGINEER} ?(?:2|ii)|l(?:evel)? ?5|mid(?: ?level)?)\b"),
    ("sde1", rf"\b(?:{_ENGINEER} ?(?:1|i)|l(?:evel)? ?4|junior|jr|entry ?level|new ?grad(?:uate)?)\b"),
)
_OTHER_LEVEL = re.compile(
    r"\b(?:principal|staff|distinguished|fellow|director|vp|(?:engineering )?manager|sdm|tpm|intern(?:ship)?"
    rf"|{_ENGINEER} ?(?:[04-9]|iv|v|\d\d+)|l(?:evel)? ?(?:[0-37-9]|\d\d+))\b"
)


def level_of(text: str) -> str | None:
    """The level (`sde1`, `sde2`, `senior`) that a page's words name: "SDE-1 / L4", "SDE II", "Sr. SDE".

    None for a level above or beside the three, for several of them and for none.
    """
    plain = re.sub(r"[\W_]+", " ", text.casefold())
    found = [level for level, names in _NAMES_OF_LEVELS if re.search(names, plain)]
    return found[0] if len(found) == 1 and not _OTHER_LEVEL.search(plain) else None


# Grammar


class _Parser:
    """Reads tokens from the left; every method leaves `_at` behind what it read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Filter:
        if self._next.sign == _END:
            return EVERYTHING
        found = self._either()
        if self._next.sign != _END:
            self._fail("this parenthesis was never opened", "Take it away, or put it in quotation marks.", self._next)
        return found

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _either(self) -> Filter:
        terms = [self._all()]
        while self._next.sign == "or":
            self._at += 1
            terms.append(self._all())
        return either(*terms)

    def _all(self) -> Filter:
        terms = [self._term()]
        while self._next.sign not in ("or", ")", _END):
            self._at += self._next.sign == "and"
            terms.append(self._term())
        return both(*terms)

    def _term(self) -> Filter:
        token = self._next
        if token.term is not None:
            self._at += 1
            return token.term
        if token.sign not in ("-", "not", "("):
            self._nothing(token)
        self._at += 1
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail(f"more than {DEEPEST} parentheses stand in one another", "Say it with fewer.", token)
        found = self._group(token) if token.sign == "(" else Not(self._term())
        self._depth -= 1
        return found

    def _group(self, opened: _Token) -> Filter:
        found = self._either()
        if self._next.sign != ")":
            self._fail("this parenthesis is never closed", "Close it, or put it in quotation marks.", opened)
        self._at += 1
        return found

    def _nothing(self, token: _Token) -> NoReturn:
        """Says what has nothing beside it, where a term should have begun with `token`."""
        before = self._tokens[self._at - 1] if self._at else None
        if before is not None and before.sign == "(" and token.sign == _END:
            self._fail("this parenthesis is never closed", "Close it, or put it in quotation marks.", before)
        if before is not None and before.sign in ("(", "-", *WORDS):
            self._fail(f'nothing stands after "{before.sign}"', _OF_WORDS, before)
        if token.sign == ")":
            self._fail("this parenthesis was never opened", "Take it away, or put it in quotation marks.", token)
        self._fail(f'nothing stands before "{token.sign}"', _OF_WORDS, token)

    def _fail(self, what: str, advice: str, token: _Token) -> NoReturn:
        raise FilterError(what, advice, self._text, token.at)


_OF_WORDS = "Put a condition there; a word that is searched for itself stands in quotation marks."


# Writing

_PLAIN = re.compile(r"[\w/.,;!?+#%&@$*~][\w/.,;!?+#%&@$*~'’-]*")


def written(chosen: Filter) -> str:
    """The filter as a line of words that `parse` reads as the same filter."""
    match chosen:
        case All(terms):
            return " ".join(_inside(term, Either) for term in terms)
        case Either(terms):
            return " or ".join(map(written, terms))
        case Not(term):
            return f"-{_inside(term, All, Either)}"
        case Text(words):
            return _bare_or_quoted(words, reserved=WORDS)
        case Has(name, value):
            return f"{name}:{_bare_or_quoted(value)}"
        case Compared(name, sign, number):
            return f"{name}{sign}{_digits(number)}"


def _inside(term: Filter, *loose: type) -> str:
    return f"({written(term)})" if isinstance(term, loose) else written(term)


def _bare_or_quoted(words: str, reserved: Sequence[str] = ()) -> str:
    if _PLAIN.fullmatch(words) and words.lower() not in reserved:
        return words
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _digits(number: float) -> str:
    digits = f"{Decimal(repr(number)):f}"
    return digits.removesuffix(".0")


def folded(text: str) -> str:
    """Text as a search sees it: no letter case, single spaces, straight quotes."""
    return _one_spaced(text.casefold().translate(_STRAIGHT))


_STRAIGHT = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")


def _one_spaced(text: str) -> str:
    return " ".join(text.split())


# Completing


def completions(incomplete: str, decks: Callable[[], Iterable[str]], tags: Callable[[], Iterable[str]]) -> list[str]:
    """The words that one begun word of a filter may become, for a shell's Tab.

    `decks` and `tags` are asked for their names only where one of them may stand.
    """
    lead = incomplete[: len(incomplete) - len(incomplete.lstrip("-("))]
    word = incomplete[len(lead) :]
    head = _HEAD.match(word)
    if head is None:
        starts = [f"{name}{field.sign}" for name, field in FIELDS.items()]
        return [f"{lead}{one}" for one in (*starts, *(() if lead else ("or",))) if one.startswith(word.lower())]
    names = {"deck": decks, "tag": tags}
    field = FIELDS.get(head[1].lower())
    if field is None or field.is_number or head[2] not in (":", "="):
        return []
    values = names[head[1].lower()]() if head[1].lower() in names else field.choices or ()
    typed = folded(word[head.end() :].lstrip("\"'"))
    return [f"{lead}{head[0]}{_bare_or_quoted(one)}" for one in values if folded(one).startswith(typed)]


# Words for messages


def _listed(words: Sequence[str], last: str = "and") -> str:
    return " ".join((", ".join(words[:-1]), last, words[-1])) if len(words) > 1 else "".join(words)


def _proposed(value: str, choices: Sequence[str]) -> str:
    near = get_close_matches(value.casefold()[:40], choices, n=1, cutoff=0.4)
    proposal = [f"The nearest is {near[0]}."] if near else []
    if not near or len(choices) <= 16:
        proposal.append(f"It may be {_listed(choices, 'or')}.")
    return " ".join(proposal)


def _shown(text: str) -> str:
    """Words of the learner for a message: no control characters, not too long."""
    cut = text if len(text) <= 40 else f"{text[:39]}…"
    return "".join(char if char.isprintable() else "�" for char in cut)


_BEFORE, _AFTER = 60, 30


def _pointed(text: str, at: int) -> str:
    """The filter, or the part of it around `at`, with a caret below."""
    start, end = max(0, at - _BEFORE), at + _AFTER
    before = ("…" if start else "") + _printable(text[start:at])
    line = before + _printable(text[at:end]) + ("…" if end < len(text) else "")
    return f"    {line}\n    {' ' * sum(map(_width, before))}^"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _width(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
