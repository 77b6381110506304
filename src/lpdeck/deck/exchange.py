"""Decks in the forms of others: CSV and Markdown to read, JSON to read and to bring back.

JSON holds decks whole: reading it gives equal decks. CSV and Markdown show cards by their two sides.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from lpdeck.deck.model import FLAG, KINDS, LIST, Card, Deck, PageRecord
from lpdeck.deck.toml import CardError, card_of, card_table
from lpdeck.errors import DeckError
from lpdeck.principles import Principle

FORMAT = "lpdeck"
VERSION = 1


# The two sides of a card


class _Sides(NamedTuple):
    """Which fields make the sides of a kind, each after its label ("" for none); `title` names many such cards."""

    title: str
    front: tuple[tuple[str, str], ...]
    back: tuple[tuple[str, str], ...]


_STORY = (("Story", "story"), ("Scene", "scenario"))
_SIDES = {
    "follow-up": _Sides(
        "Follow-up questions",
        (("", "question"), ("Probes", "probes"), ("Story", "story")),
        (("", "strong"), ("Key line", "key_line"), ("Weak", "weak"), ("Why it is weak", "weak_because")),
    ),
    "disqualifier": _Sides(
        "Disqualifiers",
        (("A flaw of an answer", "flaw"), ("", "phrase")),
        (("Why", "why"), ("Verdict", "verdict"), ("Instead", "instead")),
    ),
    "quiz": _Sides(
        "Quiz",
        (("", "question"), ("", "options")),
        (("", "answer"), ("Why", "explanation"), ("Hint", "hint"), ("Difficulty", "difficulty")),
    ),
    "weak-answer": _Sides(
        "Weak answers",
        (("Story", "story"), ("What disqualifies this answer", "text")),
        (("", "disqualifiers"), ("Verdict", "verdict")),
    ),
    "stage": _Sides(
        "Stages of a story",
        (("Tell the stage", "stage"), ("Seconds", "target_seconds"), *_STORY),
        (
            ("", "example"),
            ("Signals", "signals"),
            ("Coaching", "coaching"),
            ("Mistake", "mistake"),
            ("Summary", "summary"),
        ),
    ),
    "reframing": _Sides(
        "Reframings",
        (("Tell this story for", "principle"), *_STORY),
        (("", "lead"), ("Emphasize", "emphasize"), ("Downplay", "downplay"), ("Summary", "summary")),
    ),
    "level": _Sides(
        "Levels",
        (("What this story needs for", "level"), *_STORY),
        (
            ("", "focus"),
            ("Bar", "bar"),
            ("Reflection", "reflection"),
            ("Looking back", "looking_back"),
            ("Length", "length"),
            ("Summary", "summary"),
        ),
    ),
    "checklist": _Sides(
        "Checklists",
        (("Name the", "list"), ("Question", "question"), ("Story", "story")),
        (("", "points"),),
    ),
    "answer": _Sides(
        "Sample answers",
        (("", "question"), ("Story", "story")),
        (("", "answer"), ("Covers", "key_points"), ("Why it is asked", "why_asked")),
    ),
    "basic": _Sides("Cards", (("", "front"),), (("", "back"),)),
}


class _Piece(NamedTuple):
    """A part of a side: a text or items (each with its sign) after a label, any of which may be empty."""

    label: str
    text: str = ""
    items: tuple[tuple[str, str], ...] = ()


def _pieces(card: Card, parts: Iterable[tuple[str, str]]) -> list[_Piece]:
    """The parts of a side that the card has."""
    return [_piece(card, label, name) for label, name in parts if card.fields.get(name)]


def _piece(card: Card, label: str, name: str) -> _Piece:
    type_, value = card.spec.fields[name], card.fields[name]
    if type_ == FLAG:
        return _Piece(label)
    if type_ == LIST:
        return _Piece(label, items=tuple((_sign(name, at), text) for at, text in enumerate(value)))
    principle = Principle.named(value) if name == "principle" else None
    return _Piece(label, principle.title if principle else str(value))


def _sign(name: str, at: int) -> str:
    """What stands before an item: a quiz's options have letters, of which its explanation may speak."""
    return f"{chr(ord('A') + at)}." if name == "options" and at < 26 else "•"


def front_text(card: Card) -> str:
    """What a card asks, as plain text."""
    return _plain_side(card, _SIDES[card.kind].front)


def back_text(card: Card) -> str:
    """What a card answers, as plain text; the learner's note is no part of it."""
    return _plain_side(card, _SIDES[card.kind].back)


def _plain_side(card: Card, parts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(line for piece in _pieces(card, parts) for line in _plain_lines(piece))


def _plain_lines(piece: _Piece) -> list[str]:
    items = [f"{sign} {text}" for sign, text in piece.items]
    if not piece.label:
        return [piece.text, *items] if piece.text else items
    return [f"{piece.label}: {piece.text}" if piece.text else f"{piece.label}:" if items else piece.label, *items]


# CSV

COLUMNS: Mapping[str, str] = {
    "id": "the card's id, which never changes",
    "deck": "the name of its deck file, without .toml",
    "kind": "its kind, for example quiz",
    "principles": "slugs of the leadership principles it counts for, a space between",
    "front": "what it asks, as plain text",
    "back": "what it answers, as plain text",
    "note": "the learner's note",
    "tags": "its tags, a comma and a space between",
    "state": "new, learning, review, relearning, suspended, draft or retired",
    "due": "the day on which it is due, as 2026-03-02; empty while it is new",
    "flag": "the colour of its flag, or empty",
    "reps": "how often it was answered",
    "lapses": "how often it was forgotten",
    "fields": "all fields of its kind as JSON, unchanged",
}
"""The columns of the CSV form, in their order, and what stands in each."""


class Standing(NamedTuple):
    """Where a card stands with its learner; `due` is None while it is new."""

    state: str
    due: date | None = None
    flag: str | None = None
    reps: int = 0
    lapses: int = 0


# With these a cell begins that a spreadsheet calculates; the wide forms count in East Asian ones.
_CALCULATED = tuple("=+-@\t\r\n＝＋－＠")


def to_csv(rows: Iterable[tuple[Deck, Card, Standing]]) -> str:
    """Cards with their decks as CSV (RFC 4180) under a line of COLUMNS; no cell acts as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in _cells(*row)] for row in rows)
    return text.getvalue()


def _cells(deck: Deck, card: Card, standing: Standing) -> list[str]:
    """The cells of a card, in the order of COLUMNS."""
    return [
        card.id,
        deck.name,
        card.kind,
        " ".join(deck.principles_of(card)),
        front_text(card),
        back_text(card),
        card.note or "",
        ", ".join(card.tags),
        standing.state,
        standing.due.isoformat() if standing.due else "",
        standing.flag or "",
        str(standing.reps),
        str(standing.lapses),
        json.dumps(dict(card.fields), ensure_ascii=False),
    ]


def _harmless(cell: str) -> str:
    """The cell, after an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_CALCULATED) else cell


# Markdown


def to_markdown(decks: Iterable[Deck]) -> str:
    """Decks to read: a heading each, their cards by kind, the back of each as a quotation.

    Whatever looks like markup in a card stays text.
    """
    parts: list[str] = []
    for deck in decks:
        parts.append(f"# {_escaped(' '.join(deck.title.split()))}")
        for kind in KINDS:
            cards = [card for card in deck.cards if card.kind == kind]
            if cards:
                parts.append(f"## {_SIDES[kind].title}")
                parts.append("\n\n---\n\n".join(map(_markdown_card, cards)))
    return "\n\n".join(parts) + "\n" if parts else ""


def _markdown_card(card: Card) -> str:
    sides = _SIDES[card.kind]
    note = [_Piece("Note", card.note)] if card.note else []
    front = "\n\n".join(filter(None, map(_markdown_piece, _pieces(card, sides.front))))
    back = "\n\n".join(filter(None, map(_markdown_piece, [*_pieces(card, sides.back), *note])))
    quoted = "\n".join(f"> {line}".rstrip(" ") for line in back.split("\n")) if back else ""
    return "\n\n".join(filter(None, (front, quoted)))


def _markdown_piece(piece: _Piece) -> str:
    label = f"**{_escaped(piece.label)}**" if piece.label else ""
    if piece.items:
        items = "\n".join(_markdown_item(*item) for item in piece.items)
        return f"{label}\n\n{items}" if label else items
    text = _escaped(piece.text)
    return f"{label}: {text}" if label and text else label or text


def _markdown_item(sign: str, text: str) -> str:
    """An item of a list; its further lines stand below its first one."""
    whole = _escaped(text if sign == "•" else f"{sign} {text}")
    return "- " + whole.replace("\n", "\n  ").replace("\n  \n", "\n\n")


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$!^])")
# At the start of a line these begin a list, or make a heading of the line above.
_OPENING = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _escaped(text: str) -> str:
    """Text as Markdown that shows it; its lines stay lines, blank ones part paragraphs."""
    plain = _CONTROL.sub(" ", _one_line_end(text))
    paragraphs = re.split(r"\n\s*\n", plain.strip())
    return "\n\n".join("\\\n".join(map(_escaped_line, one.split("\n"))) for one in paragraphs)


def _escaped_line(line: str) -> str:
    marked = _MARKUP.sub(r"\\\1", line.strip())
    return _OPENING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", marked)


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# JSON

_DECK_KEYS = ("name", "title", "principles", "pages", "dropped", "cards")
_PAGE_KEYS = ("key", "name", "when")
_CARD_KEYS = (
    *("id", "kind", "fields", "principles", "note", "tags"),
    *("draft", "retired", "conflict", "from", "imported"),
)


def to_json(decks: Iterable[Deck]) -> str:
    """Decks whole, as JSON that `decks_from_json` reads."""
    document = {"format": FORMAT, "version": VERSION, "decks": [_deck_data(deck) for deck in decks]}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _deck_data(deck: Deck) -> dict[str, Any]:
    return {
        "name": deck.name,
        "title": deck.title,
        "principles": list(deck.principles),
        "pages": [{"key": page.key, "name": page.name, "when": page.when} for page in deck.pages],
        "dropped": list(deck.dropped),
        "cards": [_card_data(card) for card in deck.cards],
    }


def _card_data(card: Card) -> dict[str, Any]:
    return {
        "id": card.id,
        "kind": card.kind,
        "fields": dict(card.fields),
        "principles": list(card.principles),
        "note": card.note,
        "tags": list(card.tags),
        "draft": card.draft,
        "retired": card.retired,
        "conflict": card.conflict,
        "from": list(card.pages),
        "imported": card.imported,
    }


def is_exchange(text: str) -> bool:
    """Whether a text says of itself that it is this JSON; it may yet be broken."""
    return text.lstrip("\ufeff \t\r\n").startswith("{") and bool(re.search(rf'"format"\s*:\s*"{FORMAT}"', text))


def decks_from_json(text: str) -> list[Deck]:
    """The decks that `to_json` wrote. Raises DeckError, and nothing else, with the place of what is wrong."""
    document = _document(text)
    decks = [_deck_from(value, f"deck {number}") for number, value in enumerate(document, start=1)]
    _check_doubled(decks)
    return decks


def _document(text: str) -> list[Any]:
    """The values of the decks. Raises DeckError where the file as a whole is of no use."""
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        why = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise DeckError(f"this is not JSON: line {error.lineno}, column {error.colno}: {why}", _AGAIN) from None
    except (ValueError, RecursionError):
        raise DeckError("this is not JSON: nested too deep, or a number without end", _AGAIN) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise DeckError(f'this JSON holds no decks: "format" is not "{FORMAT}"', _AGAIN)
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DeckError('"version" is no whole number from 1 on', _AGAIN)
    if version > VERSION:
        raise DeckError(f"the file has version {version}, this lpdeck knows {VERSION}", "Upgrade lpdeck.")
    return _list(document.get("decks"), "decks", "the file")


_AGAIN = "lpdeck export json writes such a file."


def _deck_from(value: Any, place: str) -> Deck:
    table = _object(value, place)
    name = _deck_name(table.get("name"), place)
    place = f'deck "{name}"'
    _only(table, _DECK_KEYS, place)
    cards = enumerate(_list(table.get("cards"), "cards", place), start=1)
    deck = Deck(
        name=name,
        title=_text(table.get("title", ""), "title", place) or name,
        principles=tuple(_principle(one, place) for one in _texts(table.get("principles", []), "principles", place)),
        pages=tuple(_page_from(one, place) for one in _list(table.get("pages", []), "pages", place)),
        dropped=tuple(_texts(table.get("dropped", []), "dropped", place)),
        cards=tuple(_card_from(one, f"{place}, card {number}", name) for number, one in cards),
    )
    _check_writable(_deck_data(replace(deck, cards=())), place)
    return deck


def _deck_name(value: Any, place: str) -> str:
    """The name of a deck, which can name a file and nothing beyond its folder. Raises DeckError."""
    name = _text(value, "name", place)
    fits = name and name.isprintable() and name[0] != "." and not {"/", "\\"} & {*name} and len(name.encode()) <= 200
    if not fits:
        raise DeckError(f'{place}: "name" can not be the name of a file', "Use letters, digits and dashes.")
    return name


def _principle(name: str, place: str) -> str:
    found = Principle.named(name)
    if found is None:
        raise DeckError(f'{place}: there is no principle "{name}"', "Write its slug, for example dive-deep.")
    return found.slug


def _page_from(value: Any, place: str) -> PageRecord:
    table = _object(value, f"{place}, a page")
    _only(table, _PAGE_KEYS, f"{place}, a page")
    return PageRecord(
        _text(table.get("key"), "key", f"{place}, a page"),
        _text(table.get("name", ""), "name", f"{place}, a page"),
        _text(table.get("when", ""), "when", f"{place}, a page"),
    )


def _card_from(value: Any, place: str, deck: str) -> Card:
    """A card by the rules of a deck file. Raises DeckError."""
    table = _object(value, place)
    card, kind = _text(table.get("id"), "id", place), _text(table.get("kind"), "kind", place)
    place = f'{place} ("{card}")'
    if kind not in KINDS:
        raise DeckError(f'{place}: there is no kind "{kind}"', f"There are {', '.join(KINDS)}.")
    fields = _object(table.get("fields"), f'{place}, "fields"')
    _only(table, _CARD_KEYS, place)
    _only(fields, [*KINDS[kind].fields], place)
    about = {name: one for name, one in table.items() if name != "fields" and (name, one) not in _ABSENT}
    try:
        found = card_of({**fields, **about}, 0, deck)
    except CardError as error:
        raise DeckError(f"{place}: {error.what}", error.advice or _AGAIN) from None
    _check_writable(_card_data(found), place)
    return found


_ABSENT = (("note", None), ("imported", None))


def _check_writable(value: Any, place: str) -> None:
    """Raises DeckError where a text holds half a character, which no file can hold."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise DeckError(f"{place}: a text holds half a character", "Take the lone surrogate out.") from None


def _check_doubled(decks: Sequence[Deck]) -> None:
    """Raises DeckError where two decks have one name, or two cards one id."""
    names: set[str] = set()
    places: dict[str, str] = {}
    for deck in decks:
        if deck.name in names:
            raise DeckError(f'deck "{deck.name}" stands in the file twice', "Give one of them another name.")
        names.add(deck.name)
        for number, card in enumerate(deck.cards, start=1):
            here = f'deck "{deck.name}", card {number}'
            first = places.setdefault(card.id, here)
            if first != here:
                raise DeckError(f'{here}: the id "{card.id}" stands at {first} too', "Give one of them another id.")


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DeckError(f"{place}: this is no object", _AGAIN)
    return value


def _list(value: Any, name: str, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise DeckError(f'{place}: "{name}" is no list', _AGAIN)
    return value


def _text(value: Any, name: str, place: str) -> str:
    if not isinstance(value, str):
        what = f'there is no "{name}"' if value is None else f'"{name}" is no text'
        raise DeckError(f"{place}: {what}", _AGAIN)
    _check_writable(value, f'{place}, "{name}"')
    return value


def _texts(value: Any, name: str, place: str) -> list[str]:
    return [_text(one, name, place) for one in _list(value, name, place)]


def _only(table: Mapping[str, Any], known: Collection[str], place: str) -> None:
    """Raises DeckError for a name that would be lost."""
    for name in table:
        if name not in known:
            raise DeckError(f'{place}: "{name}" is not known', f"There may be {', '.join(known)}.")


# Back into a deck


class Fate(StrEnum):
    """What becomes of a card that a file brings back."""

    ADDED = "added"
    KEPT = "kept"
    UPDATED = "updated"
    CONFLICT = "conflict"
    DROPPED = "dropped"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Met:
    """One card of the file: what becomes of it, and why in a few words."""

    fate: Fate
    card: str
    why: str = ""


@dataclass(frozen=True)
class Others:
    """What is known of all decks: which deck has which card and page, and the ids that may not come back."""

    deck_of_id: Mapping[str, str]
    deck_of_page: Mapping[str, str]
    gone: Collection[str]


@dataclass(frozen=True)
class Return:
    """A deck of a file brought back: as it stands now (None where there is none), as it will, card by card."""

    before: Deck | None
    after: Deck
    met: tuple[Met, ...]

    def of(self, fate: Fate) -> list[Met]:
        """The cards with one fate."""
        return [met for met in self.met if met.fate is fate]


def bring_back(there: Deck | None, offered: Deck, others: Others, *, update: bool = False) -> Return:
    """What bringing a deck back does to the deck of its name; nothing is changed.

    Cards that are not there are added; of those that differ the ones that are there stay, unless `update` is set.
    """
    deck = there or replace(offered, cards=())
    cards = {card.id: card for card in deck.cards}
    met: list[Met] = []
    for card in offered.cards:
        moved = _moved(card, offered, deck)
        met.append(_meet(cards.get(card.id), moved, deck, others, update))
        if met[-1].fate in _COMES:
            cards[card.id] = moved
    after = replace(deck, cards=tuple(cards.values()))
    return Return(there, _with_pages(after, offered, met, others) if there else after, tuple(met))


_COMES = (Fate.ADDED, Fate.UPDATED)


def _meet(known: Card | None, card: Card, deck: Deck, others: Others, update: bool) -> Met:
    if known is not None:
        names = ", ".join(_differences(known, card, deck))
        if not names:
            return Met(Fate.KEPT, card.id)
        return Met(Fate.UPDATED, card.id, names) if update else Met(Fate.CONFLICT, card.id, names)
    holder = others.deck_of_id.get(card.id, deck.name)
    if holder != deck.name:
        return Met(Fate.ELSEWHERE, card.id, holder)
    return Met(Fate.DROPPED if card.id in others.gone else Fate.ADDED, card.id)


def _moved(card: Card, from_: Deck, to: Deck) -> Card:
    """The card with the principles that it had in its deck, said by itself where the other deck has others."""
    same = from_.principles_of(card) == to.principles_of(card)
    return card if same else replace(card, principles=from_.principles_of(card))


# What an import keeps for itself: no words, and nothing that a learner sets.
_BOOKKEEPING = {"id", "conflict", "from", "imported", "principles"}


def _differences(a: Card, b: Card, deck: Deck) -> list[str]:
    """The names of what differs between two forms of a card, as a deck file would hold them."""
    first, second = card_table(a), card_table(b)
    names = [name for name in {**first, **second} if name not in _BOOKKEEPING]
    differing = [name for name in names if _as_held(first.get(name)) != _as_held(second.get(name))]
    return differing if deck.principles_of(a) == deck.principles_of(b) else [*differing, "principles"]


def _as_held(value: Any) -> Any:
    """A value as a deck file gives it back: every line end a newline, none around a text."""
    if isinstance(value, str):
        return _one_line_end(value).strip("\n") or None
    return [_one_line_end(one) for one in value] if isinstance(value, list) else value


def _with_pages(deck: Deck, offered: Deck, met: Iterable[Met], others: Others) -> Deck:
    """The deck with the pages of the cards that came into it, unless a deck has them already."""
    came = {one.card for one in met if one.fate in _COMES}
    named = {key for card in offered.cards if card.id in came for key in card.pages}
    known = {page.key for page in deck.pages} | {*others.deck_of_page}
    return replace(
        deck, pages=(*deck.pages, *(page for page in offered.pages if page.key in named and page.key not in known))
    )
