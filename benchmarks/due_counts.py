"""What is due today, counted with the store open, against Anki's search and its tree of decks.

Ours is what `lpdeck due --count` does once it runs: the queue of the day within its limits, siblings kept apart. The
home is one after a year of reviews.
"""

from __future__ import annotations

from collections.abc import Iterator

from scale import Scale
from table import Row, compared
from timing import here, in_turn

from homes import Homes, opened
from lpdeck.cli.evenings import todays_queue
from lpdeck.config import load_config

TARGET = 0.2
WHY = "Anki walks one index in Rust; ours makes the day's queue, new cards by turns and wave, in Python"


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """Both ratios at each size."""
    from anki.collection import Collection

    for cards in scale.sizes:
        home = homes.year(cards)
        store, options, anki = opened(home), load_config(home.config), Collection(str(homes.anki(home)))
        ways = (
            lambda store=store, options=options: len(todays_queue(store, options).queue.cards),
            lambda anki=anki: len(anki.find_cards("is:due OR is:new")),
            lambda anki=anki: anki.sched.deck_due_tree(),
        )
        ours, search, tree = in_turn(*map(here, ways), runs=scale.runs * 2)
        yield from compared("due counts", "Anki's search", ours, search, size=cards, target=TARGET, why=WHY)
        yield from compared("due counts", "Anki's deck tree", ours, tree, size=cards)
        anki.close()
        store.close()
