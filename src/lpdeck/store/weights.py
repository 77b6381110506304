"""The sets of FSRS weights, and the memories that the stored schedules have with the set in use."""

from __future__ import annotations

from dataclasses import replace

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


def fold_anew(connection: sa.Connection) -> int:
    """Computes every stored memory with the set in use, from the log, in this transaction; how many changed.

    Memory is a function of ratings, study days and weights. Due dates, steps and all else stay as they were given.
    """
    latest = in_use(tuple(row[:-1]) if (row := connection.execute(_LATEST_FIRST).first()) else None)
    known = log.stored(connection)
    changed = [
        {"of_card": card, "stability": schedule.memory.stability, "difficulty": schedule.memory.difficulty}
        for card, schedule in log.replayed(connection, Scheduler(weights=latest))
        if schedule.memory is not None and schedule.memory != known.get(card, NEW).memory
    ]
    if changed:
        column = tables.schedule.c.card
        connection.execute(tables.schedule.update().where(column == sa.bindparam("of_card")), changed)
    connection.execute(_TABLE.update().values(folded=0))
    connection.execute(_TABLE.update().where(_TABLE.c.name == latest.name).values(folded=1))
    return len(changed)
