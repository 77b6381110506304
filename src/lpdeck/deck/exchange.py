"""Decks as JSON, to be brought back: it holds them whole, and reading it gives equal decks."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lpdeck.deck.model import KINDS, Card, Deck, PageRecord, line_ends
from lpdeck.deck.toml import CardError, card_of, card_table
from lpdeck.errors import DeckError
from lpdeck.principles import Principle

FORMAT = "lpdeck"
VERSION = 1


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
        return line_ends(value).strip("\n") or None
    return [line_ends(one) for one in value] if isinstance(value, list) else value


def _with_pages(deck: Deck, offered: Deck, met: Iterable[Met], others: Others) -> Deck:
    """The deck with the pages of the cards that came into it, unless a deck has them already."""
    came = {one.card for one in met if one.fate in _COMES}
    named = {key for card in offered.cards if card.id in came for key in card.pages}
    known = {page.key for page in deck.pages} | {*others.deck_of_page}
    return replace(
        deck, pages=(*deck.pages, *(page for page in offered.pages if page.key in named and page.key not in known))
    )
