"""What statistics are made of: the answers that stand and the memories as they are. Plain sqlite3, as `hot.py`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lpdeck.days import StudyDay

_Row = tuple[Any, ...]


class Answer(NamedTuple):
    """An answer that counts: neither undone nor given while cramming; one from another program counts too.

    `rating` is 1 to 4; `took_ms` 0 where nobody measured. `interval` is what it gave and `before` what the answer
    before it gave (days; negative: seconds of a learning step); `before` is None for the first answer of a card,
    and for the first after a reset. `failed` says whether the learner's own attempt in a drill came to nothing;
    None where there is no attempt, or where the drill leaves no choice of rating.
    """

    card: str
    at_ms: int
    study_day: StudyDay
    rating: int
    took_ms: int
    interval: int
    before: int | None
    failed: bool | None


class Standing(NamedTuple):
    """A card of the index with a memory.

    `state` is a `scheduling.State`, `stability` days, `difficulty` 1 to 10, days are study days. A card in a learning
    step is due at `due_at_ms` (milliseconds UTC). `asked` is False for drafts and retired cards.
    """

    card: str
    state: int
    stability: float
    difficulty: float
    last_day: StudyDay
    due_day: StudyDay
    due_at_ms: int | None
    interval: int
    suspended: bool
    buried_until: StudyDay | None
    asked: bool
    retired: bool


class Tally(NamedTuple):
    """What `statistics` counts: answers in order of card, time and id; memories in order of card; kinds by card."""

    answers: list[Answer]
    standings: list[Standing]
    kinds: dict[str, str]


# Above nothing, so that the index of targets finds the few events that have one.
_UNDONE = """
SELECT u.target FROM event u WHERE u.target > '' AND u.kind = 'undo'
  AND u.batch NOT IN (SELECT r.target FROM event r WHERE r.target > '' AND r.kind = 'redo')"""


def _in_detail(name: str) -> str:
    return f"json_extract(e.detail, '$.{name}')"


# Only attempts after which every rating can be given: a wrong option of a quiz can be nothing but Again. A typed
# answer without one of the expected words may still be right in other words if few are expected.
_FAILED = f"""
CASE WHEN e.detail IS NULL THEN NULL
  WHEN {_in_detail("duel")} IS NOT NULL THEN {_in_detail("duel")} = 'weak'
  WHEN {_in_detail("hits")} + {_in_detail("misses")} > 0 THEN {_in_detail("hits")} = 0
  WHEN {_in_detail("of")} > 0 THEN {_in_detail("ticked")} = 0
  WHEN {_in_detail("words")} > 2 AND {_in_detail("typed")} <> '' THEN {_in_detail("found")} = 0 END"""

# In the order of ids, in which they lie; a reset has no rating. `_in_order` does the rest sooner than SQLite sorts.
ANSWERS = f"""
SELECT e.card, e.at_ms, e.study_day, e.rating, coalesce(e.took_ms, 0), e.interval, {_FAILED} FROM event e
WHERE e.kind IN ('answer', 'import', 'reset') AND e.batch NOT IN ({_UNDONE}) ORDER BY e.id"""
ANSWERS_OF = f"""
SELECT e.card, e.at_ms, e.study_day, e.rating, coalesce(e.took_ms, 0), e.interval, {_FAILED} FROM event e
WHERE e.card IN (SELECT value FROM json_each(:ids)) AND e.kind IN ('answer', 'import', 'reset')
  AND e.batch NOT IN ({_UNDONE}) ORDER BY e.id"""

_STANDING = """
SELECT s.card, s.state, s.stability, s.difficulty, s.last_day, s.due_day, s.due_at_ms, s.interval, s.suspended,
  s.buried_until, c.asked, c.retired FROM schedule s JOIN card c ON c.id = s.card WHERE s.stability IS NOT NULL"""
STANDINGS = f"{_STANDING} ORDER BY s.card"
STANDINGS_OF = f"{_STANDING} AND s.card IN (SELECT value FROM json_each(:ids)) ORDER BY s.card"

CARDS = "SELECT count(*) FROM card"
KINDS = "SELECT id, kind FROM card"
KINDS_OF = "SELECT id, kind FROM card WHERE id IN (SELECT value FROM json_each(:ids))"


FEW = 4
"""Up to one in so many cards, the answers are sooner found card by card than by reading the whole log."""


def tally(connection: sqlite3.Connection, ids: Iterable[str] | None = None) -> Tally:
    """Reads what statistics need, of the cards with these ids or, for None, of all.

    Answers of cards that are in no deck any more count; memories and kinds are those of the index.
    """
    if ids is None:
        return _tally(connection.execute(ANSWERS), connection.execute(STANDINGS), connection.execute(KINDS))
    wanted = set(ids)
    values = {"ids": json.dumps(sorted(wanted))}
    (cards,) = connection.execute(CARDS).fetchone()
    if len(wanted) * FEW > cards:
        answers: Iterable[_Row] = (row for row in connection.execute(ANSWERS) if row[0] in wanted)
    else:
        answers = connection.execute(ANSWERS_OF, values)
    return _tally(answers, connection.execute(STANDINGS_OF, values), connection.execute(KINDS_OF, values))


def _tally(answers: Iterable[_Row], standings: Iterable[_Row], kinds: Iterable[tuple[str, str]]) -> Tally:
    return Tally(list(_in_order(answers)), [_standing(row) for row in standings], dict(kinds))


def _in_order(rows: Iterable[_Row]) -> Iterator[Answer]:
    """Rows in order of id as answers by card, time and id, each with what the one before it gave."""
    histories: dict[str, list[_Row]] = {}
    for row in rows:
        histories.setdefault(row[0], []).append(row[1:])
    for card in sorted(histories):
        before = None
        for at_ms, day, rating, took_ms, interval, failed in sorted(histories.pop(card), key=_at_ms):
            if rating is None:  # a reset
                before = None
                continue
            yield Answer(card, at_ms, day, rating, took_ms, interval, before, None if failed is None else bool(failed))
            before = interval


def _at_ms(row: _Row) -> int:
    """When it was; rows of one moment stay in the order of their ids."""
    at_ms: int = row[0]
    return at_ms


def _standing(row: _Row) -> Standing:
    found = Standing(*row)
    return found._replace(suspended=bool(found.suspended), asked=bool(found.asked), retired=bool(found.retired))
