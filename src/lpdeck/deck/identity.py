"""Who a card is: its id, and the two fingerprints by which an import knows it again.

What changes an id: nothing. It is minted once, from deck, kind and identity, and stays in the file.
What changes the identity fingerprint: the phrase, question or front; for a card of a page, the page or its part.
What changes the content fingerprint: any field. Not principles, note, tags, drafts, retirement; not letter case
or white space of the identity.
"""

from __future__ import annotations

import json
import re
import unicodedata
from base64 import b32encode
from collections.abc import Container, Iterator
from hashlib import blake2b
from typing import NamedTuple

from lpdeck.deck.model import KINDS, Fields

ALGORITHM = "b2"


class Imported(NamedTuple):
    """The fingerprints of a card as its page last gave it."""

    identity: str
    content: str

    def __str__(self) -> str:
        return f"{ALGORITHM}:{self.identity}:{self.content}"


def parse_imported(text: str) -> Imported | None:
    """The fingerprints in the form `b2:<identity>:<content>`; None where they are of another algorithm."""
    found = re.fullmatch(rf"{ALGORITHM}:([0-9a-f]{{16}}):([0-9a-f]{{16}})", text)
    return Imported(found[1], found[2]) if found else None


def normalised(text: str) -> str:
    """Text as identity sees it: no case, straight quotes, single spaces, no surrounding punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES)
    return re.sub(r"\s+", " ", text).strip(" \"'.!?:;,")


_QUOTES = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")


def page_key(page_format: str, title: str) -> str:
    """The key of a page: its format and its title as identity sees it."""
    return f"{page_format}:{normalised(title)}"


def identity_text(kind: str, fields: Fields, page: str | None) -> str:
    """What tells a card from the others of its kind, as text."""
    spec = KINDS[kind]
    parts = [normalised(str(fields.get(name, ""))) for name in spec.identity]
    if spec.of_page:
        parts.insert(0, page or normalised(str(fields.get("story", ""))))
    return "\x1f".join(parts)


def fingerprints(kind: str, fields: Fields, page: str | None) -> Imported:
    """Both fingerprints of a card's fields."""
    return Imported(identity_fingerprint(kind, fields, page), content_fingerprint(kind, fields))


def identity_fingerprint(kind: str, fields: Fields, page: str | None) -> str:
    """16 hexadecimal digits of kind and identity."""
    return _digest(f"{kind}\x1f{identity_text(kind, fields, page)}")


def content_fingerprint(kind: str, fields: Fields) -> str:
    """16 hexadecimal digits of kind and fields; an empty field counts as none."""
    filled = {name: value for name, value in fields.items() if value not in (None, "", [], (), False)}
    return _digest(f"{kind}\x1f{json.dumps(filled, sort_keys=True, ensure_ascii=False)}")


def sibling_key(kind: str, fields: Fields) -> str | None:
    """What a card shares with its siblings in any deck; None for kinds that belong to one page."""
    return None if KINDS[kind].of_page else identity_fingerprint(kind, fields, None)


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def ids(deck: str, kind: str, fields: Fields, page: str | None) -> Iterator[str]:
    """The ids that a card may get in a deck, in the order in which they are tried; never ends."""
    text = f"{deck}\x1f{kind}\x1f{identity_text(kind, fields, page)}"
    attempt = 0
    while True:
        digest = blake2b((f"{text}\x1f{attempt}" if attempt else text).encode(), digest_size=5).digest()
        yield f"{deck}/{kind}-{b32encode(digest).decode().lower()[:6]}"
        attempt += 1


def mint(
    deck: str, kind: str, fields: Fields, page: str | None, *, taken: Container[str], dropped: Container[str] = ()
) -> str | None:
    """A free id for a card that enters a deck; None where the learner has deleted this very card.

    `taken` are the ids of all cards, and those that other decks have dropped; `dropped` are those that this deck
    has.
    """
    for card in ids(deck, kind, fields, page):
        if card in dropped:
            return None
        if card not in taken:
            return card
    raise AssertionError("ids never end")
