"""The sets of FSRS weights, and the memories that the stored schedules have with the set in use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from lpdeck.scheduling import NEW, Scheduler, Weights
from lpdeck.store import log, tables
from lpdeck.store.hot import WEIGHTS_COLUMNS, in_use, weights_of

_TABLE = tables.weights
_COLUMNS = [_TABLE.c[name] for name in WEIGHTS_COLUMNS.split(", ")]
_LATEST_FIRST = sa.select(*_COLUMNS, _TABLE.c.folded).order_by(_TABLE.c.since_ms.desc())


def all_sets(connection: sa.Connection) -> list[Weights]:
    """Every set, the one in use first, then the others from the latest on. Raises HomeError where one is damaged."""
    return [weights_of(tuple(row[:-1])) for row in connection.execute(_LATEST_FIRST)]


def scheduler(connection: sa.Connection, settings: Scheduler) -> Scheduler:
    """A scheduler of these settings with the weights that the stored memories are computed with. Raises HomeError."""
    row = connection.execute(sa.select(*_COLUMNS).where(_TABLE.c.folded == 1)).first()
    return replace(settings, weights=in_use(row and tuple(row)))


def are_folded(connection: sa.Connection) -> bool:
    """Whether the stored memories are those that the set in use gives. Raises HomeError where that set is damaged."""
    row = connection.execute(_LATEST_FIRST).first()
    in_use(row and tuple(row[:-1]))
    return row is not None and bool(row.folded)


class MemoriesAnew(NamedTuple):
    """What a set of weights makes of the log: the memories that change, and of which log they were computed."""

    weights: str
    log: tuple[str | None, int]
    changed: list[dict[str, Any]]

    def still_holds(self, connection: sa.Connection) -> bool:
        """Whether the set is in use and nothing was added to the log since."""
        return (self.weights, self.log) == (_latest(connection).name, _log(connection))

    def store(self, connection: sa.Connection) -> None:
        """Stores the memories in this transaction."""
        if self.changed:
            column = tables.schedule.c.card
            connection.execute(tables.schedule.update().where(column == sa.bindparam("of_card")), self.changed)
        connection.execute(_TABLE.update().values(folded=0))
        connection.execute(_TABLE.update().where(_TABLE.c.name == self.weights).values(folded=1))


def memories_anew(connection: sa.Connection) -> MemoriesAnew:
    """The memories that change when they are computed from the log with the set in use.

    Memory is a function of ratings, study days and weights. Due dates, steps and all else stay as they were given.
    """
    latest, known = _latest(connection), log.stored(connection)
    changed = [
        {"of_card": card, "stability": schedule.memory.stability, "difficulty": schedule.memory.difficulty}
        for card, schedule in log.replayed(connection, Scheduler(weights=latest))
        if schedule.memory is not None and schedule.memory != known.get(card, NEW).memory
    ]
    return MemoriesAnew(latest.name, _log(connection), changed)


def fold_anew(connection: sa.Connection) -> int:
    """Computes every stored memory with the set in use, from the log, in this transaction; how many changed."""
    found = memories_anew(connection)
    found.store(connection)
    return len(found.changed)


def _latest(connection: sa.Connection) -> Weights:
    row = connection.execute(_LATEST_FIRST).first()
    return in_use(row and tuple(row[:-1]))


def _log(connection: sa.Connection) -> tuple[str | None, int]:
    """What tells one state of the log from another: its last id and its length, for nothing leaves it."""
    query = sa.select(sa.func.max(tables.event.c.id), sa.func.count()).select_from(tables.event)
    last, count = connection.execute(query).one()
    return last, count
