"""Answers cards until it is killed, and prints the id of each answer once it was given. Argument: the home folder.

Imports what a sitting needs and nothing of the tests, so that it begins soon.
"""

from __future__ import annotations

import sys
from datetime import UTC
from itertools import count
from pathlib import Path

from lpdeck.days import Calendar
from lpdeck.home import Home
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, ReviewSession
from lpdeck.scheduling import Rating, Scheduler
from lpdeck.store.hot import open_hot

BEGIN = 1_772_452_800_000
HOUR = 3_600_000


def main(path: Path) -> None:
    store = open_hot(Home(path))
    assert store is not None
    now = BEGIN
    session = ReviewSession(store, Scheduler(), Calendar(UTC), Limits(1000, 1000), now)
    for number in count():
        turn = session.next(now)
        if not isinstance(turn, Asked):
            now += HOUR
            continue
        assert session.answer(turn, Rating(number % 4 + 1), now)
        sys.stdout.write(f"{turn.card.id} {store.events_of(turn.card.id)[-1].id}\n")
        sys.stdout.flush()
        if number % 7 == 6:
            session.undo(now)
        now += 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]))
