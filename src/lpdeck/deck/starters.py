"""The starters: the decks that travel with the program, and what of a deck is theirs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container
from dataclasses import replace
from typing import NamedTuple

from lpdeck.deck.model import Deck
from lpdeck.deck.turns import is_starter

_CARD = "\n[[card]]"
_ID = re.compile(r'^id = "(.+)"$', re.MULTILINE)


class Starter(NamedTuple):
    """A starter deck as its head tells it: name, title, principles (slugs), keys of its pages, ids of its cards."""

    name: str
    title: str
    principles: tuple[str, ...]
    pages: tuple[str, ...]
    ids: tuple[str, ...]


def starter_of(name: str, text: str) -> Starter:
    """What a starter's file says of it; of its cards no more is read than their ids."""
    table = tomllib.loads(text.split(_CARD, 1)[0])
    pages = tuple(page["key"] for page in table["page"])
    return Starter(name, table["title"], tuple(table["principles"]), pages, tuple(_ID.findall(text)))


def parted(deck: Deck, pages: Container[str]) -> tuple[Deck, Deck]:
    """A deck in two: the cards that came from some pages alone, and everything else.

    Both keep the list of cards that the learner deleted.
    """
    theirs = tuple(card for card in deck.cards if is_starter(card, pages))
    own = tuple(card for card in deck.cards if not is_starter(card, pages))
    their_pages = tuple(page for page in deck.pages if page.key in pages)
    still_named = {page for card in own for page in card.pages}
    own_pages = tuple(page for page in deck.pages if page not in their_pages or page.key in still_named)
    return replace(deck, cards=theirs, pages=their_pages), replace(deck, cards=own, pages=own_pages)


def united(deck: Deck, back: Deck) -> Deck:
    """A deck with the cards and pages of another that it does not hold, at its end."""
    cards, pages = {card.id for card in deck.cards}, {page.key for page in deck.pages}
    return replace(
        deck,
        cards=(*deck.cards, *(card for card in back.cards if card.id not in cards)),
        pages=(*deck.pages, *(page for page in back.pages if page.key not in pages)),
        dropped=(*deck.dropped, *(card for card in back.dropped if card not in deck.dropped)),
    )
