"""A home's first evening: which principles the learner begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from lpdeck.cli import context

if TYPE_CHECKING:
    from lpdeck.deck.starters import Starter
    from lpdeck.principles import Principle


def into_an_empty_home() -> None:
    """Gives a home that never had a deck the starters of the principles that the learner picks, else all of them."""
    if not context.is_new_home():
        return
    from lpdeck.cli.rendering import plural
    from lpdeck.deck.folder import read_text, starters, write_atomically
    from lpdeck.shipped import shipped

    found = starters()
    picked = _picked(found)
    decks = context.ready_home().decks
    for one in picked:
        write_atomically(decks / f"{one.name}.toml", read_text(shipped("decks") / f"{one.name}.toml"))
    cards = plural(sum(len(one.ids) for one in picked), "card")
    count = plural(len(picked), "starter deck")
    context.say(f"Your home is new: {context.home().path} begins with {count}, {cards}.")
    if len(picked) < len(found):
        context.say("lpdeck starter add brings more of them.")


def _picked(found: Sequence[Starter]) -> Sequence[Starter]:
    """The starters of the principles that the learner picks; all where nobody can be asked."""
    from lpdeck.principles import Principle

    offered = [one for one in Principle if any(one.slug in starter.principles for starter in found)]
    if not context.can_ask():
        return found
    context.say("Which leadership principles do you want to begin with?")
    context.say()
    names = max(len(one.title) for one in offered)
    noun = " cards" if context.width() > names + 16 else ""
    for number, one in enumerate(offered, start=1):
        cards = sum(len(starter.ids) for starter in found if one.slug in starter.principles)
        context.say(f"  {number:>2}  {one.title.ljust(names)}  {cards:>3}{noun}")
    context.say()
    context.say("Type numbers or names, such as 3, 11-13, dive deep.")
    context.say(f"Enter takes all {len(offered)}, q leaves.")
    while True:
        answer = context.ask(">")
        if answer is None or answer.lower() in ("q", "quit"):
            context.say("Nothing was begun; lpdeck review asks again.")
            raise typer.Exit
        slugs, unknown = principles_in(answer, offered)
        if not unknown:
            return [one for one in found if not slugs or slugs.intersection(one.principles)]
        context.say(f"“{unknown}” is no principle of this list.")


def principles_in(answer: str, offered: Sequence[Principle]) -> tuple[set[str], str]:
    """The slugs that an answer means, and the first word of it that means none ("" where all are known).

    A principle is meant by its place in the list (from 1), by a range of places, by its name, or by how that begins.
    """
    found: set[str] = set()
    words = re.findall(r"[^\s,;]+", answer)  # Are Right, A Lot holds a comma: it may part two names or stand in one
    while words:
        sizes = range(len(words), 0, -1)  # the longest name first: Think Big before what begins with Think
        size = next((size for size in sizes if _meant(" ".join(words[:size]), offered)), 0)
        if not size:
            return set(), words[0]
        found |= _meant(" ".join(words[:size]), offered)
        del words[:size]
    return found, ""


def _meant(piece: str, offered: Sequence[Principle]) -> set[str]:
    """The slugs that one number, range or name means; {} where it means none, or more than one."""
    from lpdeck.principles import Principle

    places = re.fullmatch(r"(\d{1,3})(?:\s*(?:-|–|\.\.)\s*(\d{1,3}))?", piece)
    if places:
        first, last = int(places[1]), int(places[2] or places[1])
        return {one.slug for one in offered[first - 1 : last]} if 1 <= first <= last <= len(offered) else set()
    if any(map(str.isdigit, piece)):
        return set()
    known = Principle.named(piece)
    begun = [one.slug for one in offered if one.title.lower().startswith(piece.lower())]
    return {known.slug} if known in offered and known else set(begun) if len(begun) == 1 else set()
