"""What the learner knows, folded from cards, schedules and log. Plain sqlite3, as `hot.py`, and for the same reason.

Each function takes a connection as `HotStore.reading` gives it. Counts and recall are folded by SQL, a row for each
set of principles and kind. Which answers were given in Review is folded here, card by card, from the last weeks of
the log only: ids begin with their time.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from lpdeck.days import Calendar, StudyDay
from lpdeck.events import next_id
from lpdeck.scheduling import LEECH_LAPSES, MATURE_DAYS, Scheduler
from lpdeck.store.hot import AWAKE


class KnownCards(NamedTuple):
    """The cards of one kind that belong to the same principles, counted; `drafts` are in no other number.

    `recalled` is the sum of the chances of recalling the `seen` cards that have a memory, now; `on_the_day` that of
    the `awake` cards, neither suspended nor hidden, on another study day: one that was never seen adds nothing.
    """

    principles: tuple[str, ...]
    kind: str
    cards: int
    new: int
    learning: int
    review: int
    mature: int
    due: int
    suspended: int
    drafts: int
    awake: int
    seen: int
    recalled: float
    on_the_day: float
    leeches: tuple[str, ...]


class Kept(NamedTuple):
    """The answers in Review on one study day to cards of the same principles, young or mature, that were counted."""

    principles: tuple[str, ...]
    day: StudyDay
    mature: bool
    reviews: int
    remembered: int


class DeckPages(NamedTuple):
    """The pages of a deck: for each key what the page offers, and whether a card asks it.

    A page of which nobody knows that yet, since its file can not be read, is left out.
    """

    deck: str
    principles: tuple[str, ...]
    parts: Mapping[str, Mapping[str, bool]]


class Awake(NamedTuple):
    """How many cards can be asked that are not suspended, and the mean chance (0 to 1) of recalling them."""

    cards: int
    recall: float


def _recall(day: str) -> str:
    """FSRS's forgetting curve on a study day, as `Scheduler.retrievability` has it; NULL for a card never seen."""
    return f"pow(1 + :factor * max(0, {day} - s.last_day) / s.stability, :decay)"


# Cards of other levels than the learner's are as good as suspended; few are of that kind.
_SHOWN = "(c.kind <> 'level' OR c.id NOT IN (SELECT value FROM json_each(:hidden)))"
_AWAKE = f"coalesce(s.suspended, 0) = 0 AND {_SHOWN}"
_ON_THE_DAY = f"total({_recall(':ahead')}) FILTER (WHERE c.asked = 1 AND {_AWAKE})"
_CARDS = "card c LEFT JOIN schedule s ON s.card = c.id"

CARDS = f"""
SELECT c.principles, c.kind,
  sum(c.asked),
  sum(c.asked = 1 AND s.stability IS NULL),
  total(c.asked = 1 AND s.stability > 0 AND s.state <> 2),
  total(c.asked = 1 AND s.state = 2 AND coalesce(s.interval, 0) < {MATURE_DAYS}),
  total(c.asked = 1 AND s.state = 2 AND s.interval >= {MATURE_DAYS}),
  total(c.asked = 1 AND s.stability > 0 AND s.due_day <= :day AND {AWAKE}),
  total(c.asked = 1 AND s.suspended = 1),
  sum(c.asked = 0),
  sum(c.asked = 1 AND {_AWAKE}),
  total(c.asked = 1 AND s.stability > 0),
  total({_recall(":day")}) FILTER (WHERE c.asked = 1),
  {_ON_THE_DAY},
  json_group_array(c.id) FILTER (WHERE c.asked = 1 AND s.lapses >= {LEECH_LAPSES})
FROM {_CARDS} WHERE c.retired = 0 GROUP BY +c.principles, +c.kind"""

AHEAD = f"""
SELECT c.principles, sum({_AWAKE}), {_ON_THE_DAY}
FROM {_CARDS} WHERE c.asked = 1 GROUP BY c.principles"""

PAGES = "SELECT name, principles, parts FROM deck_file WHERE parts <> '{}' ORDER BY name"

# The batches that an undo voids, unless a redo took that undo back: only the two have a target.
_VOIDED = """
WITH voided(batch) AS MATERIALIZED (
  SELECT target FROM event WHERE target > '' AND kind = 'undo'
    AND batch NOT IN (SELECT target FROM event WHERE target > '' AND kind = 'redo'))"""
_COUNTS = "e.kind IN ('answer', 'import', 'reset') AND e.batch NOT IN voided"

LATELY = f"""{_VOIDED}
SELECT e.card, e.at_ms, e.study_day, e.rating, e.interval FROM event e
WHERE e.id >= :first AND {_COUNTS} ORDER BY e.id"""

# The interval that the last event before these gave: 0 for a reset, 'moved' where its clock disagrees with its id.
BEFORE = f"""{_VOIDED}
SELECT c.id, c.principles, (
  SELECT CASE WHEN printf('%012x', e.at_ms) = substr(e.id, 1, 8) || substr(e.id, 10, 4) THEN coalesce(e.interval, 0)
    ELSE 'moved' END
  FROM event e WHERE e.card = c.id AND e.id < :first AND {_COUNTS} ORDER BY e.id DESC LIMIT 1)
FROM schedule s JOIN card c ON c.id = s.card WHERE +s.last_day >= :since AND c.asked = 1"""

WHOLE = f"""{_VOIDED}
SELECT e.card, e.at_ms, e.study_day, e.rating, e.interval, c.principles FROM event e JOIN card c ON c.id = e.card
WHERE e.card IN (SELECT value FROM json_each(:cards)) AND c.asked = 1 AND {_COUNTS}
ORDER BY e.card, e.at_ms, e.id"""


def known_cards(
    connection: sqlite3.Connection,
    scheduler: Scheduler,
    day: StudyDay,
    ahead: StudyDay | None,
    hidden: Iterable[str] = (),
) -> list[KnownCards]:
    """Every indexed card that is not retired, counted on study day `day`; `ahead` is the one of `on_the_day`.

    `hidden` are the cards of kind level that are not asked of this learner.
    """
    values = {"day": day, "ahead": day if ahead is None else ahead, **_curve(connection, scheduler)}
    values["hidden"] = json.dumps(list(hidden))
    return [_known(row) for row in connection.execute(CARDS, values)]


def _known(row: tuple[Any, ...]) -> KnownCards:
    principles, kind, *numbers, recalled, on_the_day, leeches = row
    ids = tuple(sorted(json.loads(leeches)))
    return KnownCards._make([tuple(principles.split()), kind, *map(int, numbers), recalled, on_the_day, ids])


def recall_ahead(
    connection: sqlite3.Connection, scheduler: Scheduler, ahead: StudyDay, hidden: Iterable[str] = ()
) -> dict[str, Awake]:
    """The cards of each principle (by slug) that can be asked, and their mean recall on a study day ahead.

    The recall is what is predicted if nothing more is studied; a card never seen counts as 0. Principles without
    such a card are left out.
    """
    cards: dict[str, int] = defaultdict(int)
    recalled: dict[str, float] = defaultdict(float)
    values = {"ahead": ahead, "hidden": json.dumps(list(hidden)), **_curve(connection, scheduler)}
    for principles, awake, on_the_day in connection.execute(AHEAD, values):
        for slug in principles.split():
            cards[slug] += awake
            recalled[slug] += on_the_day
    return {slug: Awake(awake, recalled[slug] / awake) for slug, awake in cards.items() if awake}


def _curve(connection: sqlite3.Connection, scheduler: Scheduler) -> dict[str, Any]:
    """What `_recall` asks for. SQLite may have been built without powers; Python's are the same."""
    if not connection.execute("SELECT sqlite_compileoption_used('ENABLE_MATH_FUNCTIONS')").fetchone()[0]:
        connection.create_function("pow", 2, power, deterministic=True)
    factor, decay = scheduler.curve
    return {"factor": factor, "decay": decay}


def power(base: float | None, exponent: float) -> float | None:
    """A power as SQL gives it: nothing of nothing."""
    return None if base is None else base**exponent


def deck_pages(connection: sqlite3.Connection) -> list[DeckPages]:
    """The decks that hold pages, by name."""
    return [
        DeckPages(deck, tuple(principles.split()), json.loads(parts))
        for deck, principles, parts in connection.execute(PAGES)
    ]


SLACK_MS = 2 * 86_400_000
"""More than two time zones are apart: a study day and its neighbour may hold the same moment."""

Row = tuple[Any, ...]
"""An answer or a reset: card, clock (milliseconds UTC), study day, rating (None for a reset) and interval."""


def kept(connection: sqlite3.Connection, since: StudyDay, calendar: Calendar) -> list[Kept]:
    """The answers in Review to cards that can be asked, from study day `since` on, and how many were remembered.

    A card was in Review if the answer before gave it days. A reset gives nothing, so the answer after it is new.
    No event is later than the moment in its id. So what the log has before the id of a moment was earlier, and only
    the last of it is read; a card whose clock went back is read whole.
    """
    first_ms = max(calendar.starts_ms(since) - SLACK_MS, 0)
    window = {"first": next_id(first_ms, None, 0), "since": since}
    counts = _Counts(since)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in connection.execute(LATELY, window):
        rows[row[0]].append(row)
    before = {card: (principles, gave) for card, principles, gave in connection.execute(BEFORE, window)}
    odd = []
    for card, own in rows.items():
        principles, gave = before.get(card, ("", None))
        if gave == "moved" or not _is_plain(own, first_ms):
            odd.append(card)
        elif card in before:
            counts.add(principles, own, gave or 0)
    _add_whole(connection, odd, counts)
    return counts.kept()


def _is_plain(own: Sequence[Row], first_ms: int) -> bool:
    """Whether the rows of a card came in the order of the clock, none of them before a moment and none a reset."""
    for _, at_ms, _, rating, _ in own:
        if at_ms < first_ms or rating is None:
            return False
        first_ms = at_ms
    return True


def _add_whole(connection: sqlite3.Connection, cards: Sequence[str], counts: _Counts) -> None:
    """Counts cards by everything that the log has of them."""
    if not cards:
        return
    rows = connection.execute(WHOLE, {"cards": json.dumps(cards)})
    for _, group in groupby(rows, key=itemgetter(0)):
        own = list(group)
        counts.add(own[0][-1], (row[:-1] for row in own), 0)


class _Counts:
    """Answers in Review by the principles of their card, their study day, and whether the card was mature."""

    def __init__(self, since: StudyDay) -> None:
        self._since = since
        self._found: dict[tuple[str, int, bool], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, principles: str, rows: Iterable[Row], interval: int) -> None:
        """Counts the answers of one card, given in this order after an answer that gave `interval`."""
        since, found = self._since, self._found
        for _, _, day, rating, gave in rows:
            if interval > 0 and day >= since and rating is not None:
                numbers = found[principles, day, interval >= MATURE_DAYS]
                numbers[0] += 1
                numbers[1] += rating > 1
            interval = gave or 0

    def kept(self) -> list[Kept]:
        """What was counted, in order."""
        return [
            Kept(tuple(principles.split()), StudyDay(day), mature, *numbers)
            for (principles, day, mature), numbers in sorted(self._found.items())
        ]
