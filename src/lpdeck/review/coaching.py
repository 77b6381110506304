"""Help with a card that is forgotten again and again: what its page advises, and easier cards to stand on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lpdeck.deck.model import words_of
from lpdeck.scheduling import Schedule
from lpdeck.store.hot import StoredCard

EASIER = 3
"""How many easier cards are shown."""


@dataclass(frozen=True)
class Coaching:
    """What to say about a leech.

    `stage` is the stage of the story whose `coaching` and `mistake` these are; `easier` are the words of cards of
    the same page that come more easily, the easiest first. `lapses` counts this one in.
    """

    lapses: int
    stage: str | None = None
    coaching: str | None = None
    mistake: str | None = None
    easier: tuple[str, ...] = ()


def coach(card: StoredCard, schedule: Schedule, neighbours: Sequence[tuple[StoredCard, Schedule]]) -> Coaching:
    """The coaching of a card from the other cards of its page: those of its deck that tell the same story."""
    page = [(other, memory) for other, memory in neighbours if _is_of_page(card, other)]
    advice = _advice(card, [other for other, _ in page])
    return Coaching(
        schedule.lapses,
        advice.fields["stage"] if advice else None,
        advice.fields.get("coaching") if advice else None,
        advice.fields.get("mistake") if advice else None,
        _easier(card, schedule, page),
    )


def _is_of_page(card: StoredCard, other: StoredCard) -> bool:
    story, others = card.fields.get("story"), other.fields.get("story")
    return story is None or others is None or story == others


def _advice(card: StoredCard, page: Sequence[StoredCard]) -> StoredCard | None:
    """The stage to whose words the card is nearest, of those that advise anything; a stage advises itself."""
    stages = [one for one in page if one.kind == "stage" and (one.fields.get("coaching") or one.fields.get("mistake"))]
    if card.kind == "stage":
        return card if card.fields.get("coaching") or card.fields.get("mistake") else None
    words = _words(card)
    return max(stages, key=lambda stage: len(words & _words(stage)), default=None)


def _words(card: StoredCard) -> set[str]:
    """The longer words of a card; what it shares with all cards of its page says nothing."""
    texts = [value for name, value in card.fields.items() if name not in ("story", "scenario", "summary")]
    return {word for text in texts for word in re.findall(r"[^\W_]{4,}", str(text).casefold())}


def _easier(card: StoredCard, schedule: Schedule, page: Sequence[tuple[StoredCard, Schedule]]) -> tuple[str, ...]:
    hardness = schedule.memory.difficulty if schedule.memory else 10.0
    known = [(memory.memory.difficulty, other) for other, memory in page if memory.memory and not memory.suspended]
    easier = sorted(
        (pair for pair in known if pair[0] < hardness and pair[1].id != card.id), key=lambda pair: (pair[0], pair[1].id)
    )
    return tuple(words_of(other.fields) for _, other in easier[:EASIER])
