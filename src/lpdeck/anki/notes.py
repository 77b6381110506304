"""A card as a note of Anki, and the way back.

What a learner wrote is text: everything that Anki would interpret is escaped. Characters with a meaning in HTML
become entities; where entities do not help (braces, sounds, formulas, which Anki looks for in the text that it
shows) a word joiner, which has no width, parts the two characters, and a text that has such a joiner already
gets one more, so that the way back is exact.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any
from unicodedata import is_normalized

from lpdeck.anki.templates import CSS, SIDES
from lpdeck.deck.model import FLAG, KINDS, LIST, NUMBER, words_of
from lpdeck.inference.letters import letters
from lpdeck.principles import Principle
from lpdeck.store.hot import StoredCard


@dataclass(frozen=True)
class Template:
    """A card of a note type: its name, fixed id and two sides."""

    name: str
    id: int
    front: str
    back: str


@dataclass(frozen=True)
class NoteType:
    """A note type: `fields` are names with fixed ids, `mod` (seconds UTC) rises only with templates or style.

    `sort_field` is the place of the field by which Anki's list names a note, from 0.
    """

    name: str
    id: int
    fields: tuple[tuple[str, int], ...]
    templates: tuple[Template, ...]
    css: str
    mod: int
    sort_field: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(name for name, _ in self.fields)


@dataclass(frozen=True)
class Note:
    """A card for Anki; `values` are HTML, one for each field of `type`, and `deck` is a path with `::`."""

    guid: str
    type: NoteType
    values: tuple[str, ...]
    tags: tuple[str, ...]
    deck: str


@dataclass(frozen=True)
class AnkiText:
    """The words of a note that is ours: `fields` as a deck file has them, without those that are empty."""

    card: str
    kind: str
    fields: dict[str, Any]
    note: str | None


MOD = 1795219200
"""When the templates last changed (seconds UTC); raised with them, and only then."""

FIRST, SORT, SORT_FIELD = "Id", "Front", 1
LAST = ("Principles", "Note", "Deck", "Extra")
OTHER_DECK = "LP::Other"
RETIRED_TAG = "lpdeck-retired"

# Frozen: ids and the order of fields may not change once a package was given away, or Anki makes a second note type.
# A field's id is its type's followed by its place. Anki does not tell names apart by case, so the type of
# basic cards, whose own `front` names them, has no second `Front`.
_FAMILIES: tuple[tuple[str, int, tuple[str, ...], tuple[str, ...]], ...] = (
    ("LP Phrase", 1795219200001, ("disqualifier",), ("phrase", "flaw", "why", "instead", "verdict")),
    (
        "LP Follow-up",
        1795219200002,
        ("follow-up",),
        ("question", "story", "probes", "weak", "weak_because", "strong", "key_line"),
    ),
    (
        "LP Quiz",
        1795219200003,
        ("quiz",),
        ("question", "options", "answer", "explanation", "hint", "difficulty"),
    ),
    ("LP Weak answer", 1795219200004, ("weak-answer",), ("story", "text", "disqualifiers", "verdict")),
    (
        "LP Story",
        1795219200005,
        ("stage", "reframing", "level"),
        (
            *("story", "scenario", "stage", "target_seconds", "example", "signals", "coaching", "mistake", "summary"),
            *("principle", "lead", "emphasize", "downplay"),
            *("level", "focus", "reflection", "bar", "length", "looking_back"),
        ),
    ),
    (
        "LP List",
        1795219200006,
        ("checklist", "answer"),
        ("question", "story", "list", "points", "why_asked", "answer", "key_points"),
    ),
    ("LP Basic", 1795219200007, ("basic",), ("front", "back")),
)


def _note_type(name: str, number: int, own: tuple[str, ...]) -> NoteType:
    head = (FIRST, "front", "Kind", "back") if own == ("front", "back") else (FIRST, SORT, "Kind", *own)
    fields = tuple((field, number * 1000 + place) for place, field in enumerate((*head, *LAST), start=1))
    sides = SIDES[name]
    template = Template(name.removeprefix("LP "), number * 1000 + 900, sides.front, sides.back)
    return NoteType(name, number, fields, (template,), CSS, MOD, SORT_FIELD)


NOTE_TYPES: Mapping[str, NoteType] = MappingProxyType(
    {name: _note_type(name, number, own) for name, number, _, own in _FAMILIES}
)
_KINDS_OF = {name: kinds for name, _, kinds, _ in _FAMILIES}
_TYPE_OF = {kind: NOTE_TYPES[name] for name, kinds in _KINDS_OF.items() for kind in kinds}


def note_type_of(kind: str) -> NoteType:
    """The note type that cards of a kind become."""
    return _TYPE_OF[kind]


def guid_of(card_id: str) -> str:
    """Anki's name for a card, which is all that it knows a note by: a function of the card's id alone."""
    return blake2b(card_id.encode(), digest_size=10, person=b"lpdeck-guid").hexdigest()


def note_of(card: StoredCard) -> Note:
    """The note of a card."""
    kind = note_type_of(card.kind)
    values = _values(card)
    return Note(
        guid_of(card.id),
        kind,
        tuple(values.get(name, "") for name in kind.names),
        _tags(card),
        deck_of(card.principles),
    )


# There


def _values(card: StoredCard) -> dict[str, str]:
    """The HTML of each field that has something."""
    spec = KINDS[card.kind].fields
    own = {name: _html(value) for name, value in card.fields.items() if name in spec and value}
    if card.kind == "quiz":
        own["explanation"] = _lettered(card.fields)
    if card.kind == "reframing":
        own["principle"] = escaped(_title(str(card.fields.get("principle", ""))))
    return {
        FIRST: escaped(card.id).replace('"', "&quot;"),  # it stands in an attribute
        SORT: escaped(words_of(card.fields)),
        "Kind": card.kind,
        **own,
        "Principles": _titles(card.principles),
        "Note": escaped(card.note) if card.note else "",
        "Deck": _escaped_name(card.deck),
    }


@lru_cache(maxsize=256)
def _escaped_name(name: str) -> str:
    """The name of a deck as a field."""
    return escaped(name)


@lru_cache(maxsize=256)
def _titles(principles: tuple[str, ...]) -> str:
    """The names of principles as one field."""
    return escaped(", ".join(map(_title, principles)))


def _html(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, list | tuple):
        return f"<ul>{''.join(f'<li>{escaped(str(one))}</li>' for one in value)}</ul>"
    return escaped(str(value))


_JOINER = "\u2060"
_AHEAD = {
    r"\{": r"\{",
    r"\}": r"\}",
    r"\\": r"[()\[\]]",
    r"\[": r"(?:sound:|anki:|latex\]|\$)",
    r"\$": r"\$",
}
_FORBIDDEN = re.compile(
    "|".join(f"{sign}(?={_JOINER}*{following})" for sign, following in _AHEAD.items()), re.IGNORECASE
)
_PARTED = re.compile(
    "|".join(f"(?:{sign}){_JOINER}(?={_JOINER}*{following})" for sign, following in _AHEAD.items()), re.IGNORECASE
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # which Anki takes out of every field
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_SPECIAL = re.compile(r"[^ !\"#%'-;=?-Z^-z|~]")
_LONE_LETTER = re.compile(r"\b[A-H]\b")


def escaped(text: str) -> str:
    """The HTML that Anki shows as this text and nothing else; control characters are left out.

    Anki composes the characters of every field (NFC): a text that this would change is written in entities.
    """
    if not _SPECIAL.search(text):
        return text
    text = _FORBIDDEN.sub(lambda found: found[0] + _JOINER, _CONTROL.sub("", text))
    result = html.escape(text, quote=False).replace("\r", "&#13;").replace("\n", "<br>")
    if not is_normalized("NFC", f">{result}"):
        result = _BEYOND_ASCII.sub(lambda found: f"&#{ord(found[0])};", result)
    return result


def _lettered(fields: Mapping[str, Any]) -> str:
    """The explanation of a quiz; letters by which it calls options are set off, so that they can follow the order."""
    text, options = str(fields.get("explanation") or ""), fields.get("options") or ()
    if not _LONE_LETTER.search(text):
        return escaped(text)
    parts, done = [], 0
    for at, start, end in letters(text, len(options)):
        if end - start == 1 and start >= done:
            parts += [escaped(text[done:start]), f'<span data-option="{at}">{escaped(text[start:end])}</span>']
            done = end
    return "".join((*parts, escaped(text[done:])))


_SLUGS = {principle.slug: principle.title for principle in Principle}
_TITLES = {title: slug for slug, title in _SLUGS.items()}


def _title(slug: str) -> str:
    """The name of a principle; other words as they are."""
    return _SLUGS.get(slug, slug)


def deck_of(principles: Sequence[str]) -> str:
    """The deck of a card about some principles: that of the first."""
    return f"LP::{_title(principles[0])}" if principles else OTHER_DECK


def _tags(card: StoredCard) -> tuple[str, ...]:
    """The tags of a note in order; those of the learner's own among them."""
    own = (*card.tags, RETIRED_TAG) if card.retired else card.tags
    return _joined_tags(card.principles, card.kind, card.fields.get("level"), card.deck, own)


@lru_cache(maxsize=1024)  # most cards of a page have the same
def _joined_tags(
    principles: tuple[str, ...], kind: str, level: str | None, deck: str, own: tuple[str, ...]
) -> tuple[str, ...]:
    tags = [
        *(f"LP::{slug}" for slug in principles),
        f"kind::{kind}",
        *([f"level::{level}"] if level else []),
        f"source::{deck}",
        *own,
    ]
    return tuple(sorted({tag for tag in map(_tag, tags) if tag}))


def _tag(text: str) -> str:
    """A tag as Anki can hold it: no blanks."""
    return "-".join(_CONTROL.sub("", text).split())


# And back


def fields_from(type_name: str, values: Sequence[str]) -> AnkiText | None:
    """The words of a note that Anki holds, the learner's edits included; None where the note is not one of ours.

    `values` are its fields in order. What Anki's editor makes of a text comes back as text with line breaks.
    """
    name = type_name.rstrip("+")
    if name not in NOTE_TYPES or len(values) < len(NOTE_TYPES[name].fields):
        return None
    by_name = dict(zip(NOTE_TYPES[name].names, values, strict=False))
    kind = text_of(by_name["Kind"]).strip()
    card = text_of(by_name[FIRST])
    if kind not in _KINDS_OF[name] or not card:
        return None
    read = {field: _read(by_name[field], what) for field, what in KINDS[kind].fields.items()}
    if kind == "reframing":
        read["principle"] = _slug(read["principle"])
    filled = {field: value for field, value in read.items() if value}
    return AnkiText(card, kind, filled, text_of(by_name["Note"]) or None)


def _slug(title: str) -> str:
    named = Principle.named(title)
    return _TITLES.get(title) or (named.slug if named else title)


def _read(value: str, what: str) -> Any:
    if what == LIST:
        return points_of(value)
    text = text_of(value)
    if what == FLAG:
        return text.strip().lower() not in ("", "false", "no", "0")
    if what == NUMBER:
        return int(text) if re.fullmatch(r"\s*\d{1,9}\s*", text) else None
    return text


def text_of(value: str) -> str:
    """The text of a field, with its line breaks."""
    if "<" not in value and "&" not in value:
        return _joined(value.replace("\n", " "))
    return _joined("\n".join(_parse(value).blocks()))


def points_of(value: str) -> list[str]:
    """The points of a list: its items, and the lines that stand outside of them."""
    points: list[str] = []
    for text, is_item in _parse(value).pieces:
        points += [_joined(text)] if is_item else [line for line in map(str.strip, _joined(text).split("\n")) if line]
    return [point for point in points if point.strip()]


def _joined(text: str) -> str:
    return _PARTED.sub(lambda found: found[0][0], text) if _JOINER in text else text


def _parse(value: str) -> _Text:
    parser = _Text()
    parser.feed(value.replace("&nbsp;", " "))
    parser.close()
    return parser


_BLOCKS = frozenset(
    (
        *("blockquote", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre"),
        *("section", "table", "tr", "ul"),
    )
)
_UNSEEN = frozenset(("script", "style"))
_SOURCE_BREAK = re.compile(r"[ \t]*\n\s*")


class _Text(HTMLParser):
    """The text of HTML in pieces: items of lists, and what stands between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, bool]] = [("", False)]
        self._break = False
        self._unseen = 0

    def blocks(self) -> Iterator[str]:
        """The pieces in order, without the empty ones before, between and after lists."""
        return (text for text, is_item in self.pieces if text or is_item or len(self.pieces) == 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._add("\n")
        elif tag == "li":
            self._begin(is_item=True)
        elif tag in _BLOCKS:
            self._separate()
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in ("li", "ul", "ol"):
            self._begin(is_item=False)
        elif tag in _BLOCKS:
            self._separate()
        self._unseen -= tag in _UNSEEN and self._unseen > 0

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if "\n" in data:  # in HTML a line break of the source is a blank, and nothing between blocks
            data = _SOURCE_BREAK.sub(" ", data)
            if data == " " and (self._break or not self.pieces[-1][0]):
                return
        self._add(data)

    def _begin(self, *, is_item: bool) -> None:
        self._break = False
        self.pieces.append(("", is_item))

    def _separate(self) -> None:
        text = self.pieces[-1][0]
        self._break = bool(text) and not text.endswith("\n")

    def _add(self, words: str) -> None:
        text, is_item = self.pieces[-1]
        self.pieces[-1] = (f"{text}\n{words}" if self._break else text + words, is_item)
        self._break = False
