"""Examining a home: every check of the table, and mending what can be mended."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from lpdeck.errors import LpdeckError
from lpdeck.home import Home
from lpdeck.scheduling import Scheduler
from lpdeck.upkeep.checks import CHECKS
from lpdeck.upkeep.checks.database import garbled
from lpdeck.upkeep.finding import Check, Examined, Finding, Level, Patient

if TYPE_CHECKING:
    from lpdeck.upkeep.keeping import Clock

ROUNDS = 5
"""So often a home is examined again after mending: a new database shows what the damaged one hid."""

_UNREADABLE = (sqlite3.Error, ValueError, TypeError, KeyError, AssertionError, OverflowError, ArithmeticError)


class Mended(NamedTuple):
    """What was done about a finding; `failed` where it was tried in vain."""

    check: str
    finding: Finding
    did: str
    failed: bool = False


def examine(home: Home, clock: Clock, settings: Scheduler) -> list[Examined]:
    """What every check finds; nothing is written but a private copy elsewhere. Raises HomeError."""
    with _patient(home, clock, settings) as patient:
        return _examined(patient)


def mend(home: Home, clock: Clock, settings: Scheduler, tell: Callable[[Mended], None]) -> list[Examined]:
    """Mends what can be mended, and tells each thing when it is done; what the checks find afterwards.

    Each thing is tried once. Raises HomeError where the home can not be examined.
    """
    tried: set[tuple[str, str]] = set()
    for _ in range(ROUNDS):
        with _patient(home, clock, settings) as patient:
            found = _examined(patient)
            todo = [one for one in fixable(found) if (one[0].name, one[1].what) not in tried]
            if not todo:
                return found
            # With a new database everything looks different.
            todo = [one for one in todo if one[0].name == "database"] or todo
            for check, finding in todo:
                tried.add((check.name, finding.what))
                tell(_mended(patient, check, finding))
    return examine(home, clock, settings)


def fixable(found: list[Examined]) -> list[tuple[Check, Finding]]:
    """What can be mended, in the order of the checks."""
    return [(one.check, finding) for one in found for finding in one.findings if finding.mend is not None]


def is_well(found: list[Examined]) -> bool:
    """Whether no check found anything that is wrong."""
    return all(one.level is not Level.FOUND for one in found)


def _mended(patient: Patient, check: Check, finding: Finding) -> Mended:
    assert finding.mend is not None
    try:
        return Mended(check.name, finding, finding.mend(patient))
    except LpdeckError as error:
        return Mended(check.name, finding, error.what, failed=True)
    except OSError as error:
        return Mended(check.name, finding, f"{error.filename or check.name}: {error.strerror or error}", failed=True)


@contextmanager
def _patient(home: Home, clock: Clock, settings: Scheduler) -> Iterator[Patient]:
    from lpdeck.store.checking import looked_at

    with looked_at(home) as (look, copy):
        yield Patient(home, clock, settings, look, copy)


def _examined(patient: Patient) -> list[Examined]:
    return [_looked(patient, check) for check in CHECKS]


def _looked(patient: Patient, check: Check) -> Examined:
    if check.needs_database and patient.copy is None:
        return Examined(check, is_skipped=True)
    try:
        return Examined(check, tuple(check.look(patient)))
    except LpdeckError as error:
        return Examined(check, (Finding(error.what, error.advice),))
    except OSError as error:
        what = f"{error.filename or patient.home.path}: {error.strerror or error}"
        return Examined(check, (Finding(what, "Check its permissions and the disk."),))
    except _UNREADABLE as error:
        if not check.needs_database:
            raise
        return Examined(check, (garbled(patient, error),))
