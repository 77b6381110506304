"""What a learner does to deck files in the middle of a sitting: edit, note, split, add a missed phrase."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lpdeck.cli import context
from lpdeck.errors import DeckError, LpdeckError
from lpdeck.store.hot import HotStore, StoredCard

if TYPE_CHECKING:
    from lpdeck.deck.model import Card


class DeckDesk:
    """Writes to the deck files of the home and brings the index up to date before the card goes on.

    `leave` gives the terminal back while an editor runs in it.
    """

    def __init__(self, store: HotStore, leave: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._store = store
        self._leave = leave

    def edit(self, card: StoredCard) -> None:
        """Opens the card in the learner's editor. Raises LpdeckError where that fails."""
        from lpdeck.cli.editor import open_editor

        with self._leave():
            open_editor(_path(card), self._store_line(card))
        self._reread()
        _check(_path(card))

    def note(self, card: StoredCard, text: str) -> None:
        """Writes the learner's line into the card; an empty one takes it out."""
        self._rewrite(card, lambda known: replace(known, note=text or None))

    def split(self, card: StoredCard) -> None:
        """Puts two cards with its words into the deck and opens the editor at the first, to be cut to size there.

        Where the editor fails the deck is as before. Raises LpdeckError.
        """
        from lpdeck.cli.editor import open_editor
        from lpdeck.deck.folder import load, read_text, save, write_atomically
        from lpdeck.review.splitting import halves

        path = _path(card)
        before = read_text(path)
        deck = load(path).deck
        parts: list[Card] = []
        for front, back in halves(card.kind, card.fields):
            part = self._new(card, "basic", {"front": front, "back": back})
            deck = deck.with_card(part)
            parts.append(part)
        written = save(path, deck)
        self._reread()
        first = self._store.card(parts[0].id)
        try:
            with self._leave():
                open_editor(path, first.line if first else card.line)
        except LpdeckError:
            if read_text(path) == written:
                write_atomically(path, before)
                self._reread()
            raise
        self._reread()
        _check(path)

    def lacks_phrase(self, phrase: str) -> bool:
        """Whether no card of any deck asks for this phrase."""
        from lpdeck.deck.identity import sibling_key

        sibling = sibling_key("disqualifier", {"phrase": phrase})
        return sibling is not None and not self._store.with_sibling(sibling)

    def add_phrase(self, card: StoredCard, phrase: str, why: str) -> str:
        """Makes a disqualifier card in the deck of a weak answer; its id."""
        from lpdeck.deck.folder import load, save

        fields = {"phrase": phrase, **({"why": why} if why != phrase else {})}
        verdict = card.fields.get("verdict")
        new = self._new(card, "disqualifier", fields | ({"verdict": verdict} if verdict else {}))
        path = _path(card)
        save(path, load(path).deck.with_card(new))
        self._reread()
        return new.id

    def _new(self, beside: StoredCard, kind: str, fields: dict[str, str]) -> Card:
        """A card of the learner's own beside another one, for the same principles."""
        from lpdeck.deck.identity import ids
        from lpdeck.deck.model import Card

        new_id = next(one for one in ids(beside.deck, kind, fields, None) if self._store.card(one) is None)
        return Card(new_id, kind, fields, principles=beside.principles)

    def _rewrite(self, card: StoredCard, change: Callable[[Card], Card]) -> None:
        from lpdeck.deck.folder import load, save

        path = _path(card)
        deck = load(path).deck
        known = next((one for one in deck.cards if one.id == card.id), None)
        if known is None:
            raise DeckError("the card is no longer in the file", "Nothing was changed.", path=path)
        save(path, deck.with_card(change(known)))
        self._reread()

    def _store_line(self, card: StoredCard) -> int:
        """Where the card stands now: a note or a new card may have moved it since it was shown."""
        known = self._store.card(card.id)
        return known.line if known else card.line

    def _reread(self) -> None:
        with context.index(quiet=True):  # what is said would stand on the learner's card
            pass


def _check(path: Path) -> None:
    """Raises LpdeckError for the first mistake in a deck file that the learner has just saved."""
    from lpdeck.deck.folder import load

    try:
        errors = [problem for problem in load(path).problems if not problem.warning]
    except DeckError as error:
        raise LpdeckError(f"{path.name}:{error.line or 1}: {error.problem}", error.advice) from None
    if errors:
        raise LpdeckError(f"{path.name}:{errors[0].line}: {errors[0].what}", errors[0].advice)


def _path(card: StoredCard) -> Path:
    return context.home().decks / f"{card.deck}.toml"
