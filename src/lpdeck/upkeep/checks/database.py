"""The database, its log, and the schedules that follow from it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from lpdeck.store import SCHEMA
from lpdeck.store.halves import has_lost_its_database
from lpdeck.upkeep.finding import Finding, Patient, several, some
from lpdeck.upkeep.rebuilding import rebuilt

_SECONDS = (("day", 86_400), ("hour", 3600), ("minute", 60))


def database(patient: Patient) -> list[Finding]:
    """Whether the database is there, whole and of a schema that this lpdeck knows."""
    from lpdeck.store import checking

    look, path = patient.look, patient.home.database
    if look.state == checking.MISSING:
        return _missing(patient)
    if look.state == checking.CLOSED:
        return [Finding(f"{path.name} can not be read ({_first(look.details)})", f"chmod u+rw {path}", path)]
    if look.state == checking.DAMAGED:
        what = f"{path.name} is damaged: {_first(look.details)}"
        return [Finding(what, "lpdeck doctor --fix keeps it in backups/ and saves what can be read.", path, rebuilt)]
    if look.state == checking.FOREIGN:
        advice = "Move it away, or choose another home with --home."
        return [Finding(f"{path.name} is a database of another program", advice, path)]
    if look.state == checking.NEWER:
        what = f"{path.name} was written by a newer lpdeck (schema {look.schema}, this one knows {SCHEMA})"
        return [Finding(what, "Upgrade lpdeck: pip install --upgrade lpdeck.", path)]
    return _ways(patient)


def _missing(patient: Patient) -> list[Finding]:
    """A home without a database: new, or one that lost it."""
    path = patient.home.database
    if not has_lost_its_database(patient.home):
        return []
    advice = "lpdeck doctor --fix makes it anew from backups and remains; lpdeck restore takes a backup whole."
    how = "empty" if path.is_file() else "missing"
    what = f"{path.name} is {how}, though there are answers in backups/ or in {path.name}-wal"
    return [Finding(what, advice, path, rebuilt)]


def _ways(patient: Patient) -> list[Finding]:
    look, path = patient.look, patient.home.database
    found = []
    if look.schema != SCHEMA:
        what = f"{path.name} has schema {look.schema}, this lpdeck knows {SCHEMA}"
        found.append(Finding(what, "The next command brings it up to date, after a backup.", path, None, True))
    if look.journal != "wal":
        found.append(
            Finding(f"{path.name} keeps no write-ahead log", "The next command turns it on.", path, None, True)
        )
    return found


def _first(details: tuple[str, ...]) -> str:
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    return "".join(details[:1]) + more


def log(patient: Patient) -> list[Finding]:
    """Whether the clocks behind the log went on evenly, and its undos point to something."""
    from lpdeck.store import checking

    assert patient.copy is not None
    with checking.connected(patient.copy) as connection:
        jumps = checking.jumps(connection)
        future = checking.from_the_future(connection, patient.clock.now_ms)
        twice = checking.answered_twice(connection)
        nowhere = checking.pointing_nowhere(connection)
    found = [_jump(patient, jump) for jump in jumps[-_MOST_JUMPS:]]
    if len(jumps) > _MOST_JUMPS:
        found.append(_note(f"and {len(jumps) - _MOST_JUMPS} times before", ""))
    if future:
        what = f"{several(len(future), 'entry')} of the log are from the future, up to {_when(patient, future[-1])}"
        found.append(_note(what.replace("entrys", "entries"), "Look at this computer's clock; nothing is asked twice."))
    if twice:
        what = (
            f"{several(len(twice), 'answer')} came within a second of another on the same card ({some(_once(twice))})"
        )
        found.append(_note(what, "Both count. lpdeck undo takes back the last."))
    if nowhere:
        what = f"{several(len(nowhere), 'undo')} take back what is not in the log"
        found.append(_note(what, "They change nothing; lpdeck unite brings what another computer has."))
    return found


_MOST_JUMPS = 5


def _once(cards: list[str]) -> list[str]:
    return list(dict.fromkeys(cards))


def _note(what: str, advice: str) -> Finding:
    return Finding(what, advice, None, None, True)


def _jump(patient: Patient, jump: object) -> Finding:
    from lpdeck.store.checking import Jump

    assert isinstance(jump, Jump)
    what = (
        f"the clock went back by {_span(-jump.by_ms)} to {_when(patient, jump.at_ms)} ({several(jump.events, 'entry')})"
    )
    return _note(
        what.replace("entrys", "entries"), "No answer is lost by it; answers count in the order of their times."
    )


def _when(patient: Patient, at_ms: int) -> str:
    moment: datetime = patient.clock.calendar.local(at_ms)
    return f"{moment:%Y-%m-%d %H:%M}"


def _span(ms: int) -> str:
    unit, size = next((unit, size) for unit, size in _SECONDS if ms >= size * 1000 or unit == "minute")
    return several(round(ms / 1000 / size), unit)


def schedules(patient: Patient) -> list[Finding]:
    """Whether every stored schedule is what the log gives."""
    from lpdeck.store import checking

    assert patient.copy is not None
    with checking.connected(patient.copy) as connection:
        apart = checking.schedules_apart(connection, patient.settings)
    parts = [
        f"{several(len(cards), 'schedule')} {what} ({some(cards)})"
        for cards, what in (
            (apart.wrong, "not as the log gives"),
            (apart.missing, "missing"),
            (apart.extra, "without an entry in the log"),
        )
        if cards
    ]
    if not parts:
        return []
    return [
        Finding("; ".join(parts), "The log is the truth: lpdeck doctor --fix stores what it gives.", None, _replayed)
    ]


def _replayed(patient: Patient) -> str:
    from lpdeck.store.checking import store_replayed
    from lpdeck.store.schema import open_engine, transaction

    with transaction(open_engine(patient.home), patient.home) as connection:
        changed = store_replayed(connection, patient.settings)
    return f"stored {several(changed, 'schedule')} as the log gives"


def orphans(patient: Patient) -> list[Finding]:
    """Schedules whose card stands in no deck: they wait for it."""
    from lpdeck.store.checking import connected, without_card
    from lpdeck.store.index import refresh

    assert patient.copy is not None
    with connected(patient.copy) as connection:
        refresh(connection, patient.home.decks)
        cards = without_card(connection)
    if not cards:
        return []
    decks = Counter(card.rpartition("/")[0] or "no deck" for card in cards)
    told = some([f"{deck} {count}" for deck, count in decks.most_common()], most=4)
    what = f"{several(len(cards), 'schedule')} of cards that are in no deck: {told}"
    return [_note(what, "They are kept for the day on which the card returns.")]


def garbled(patient: Patient, error: Exception) -> Finding:
    """What a check says that stumbled over rows that no lpdeck writes."""
    path = patient.home.database
    what = f"{path.name} holds rows that can not be read ({str(error)[:80]!a})"
    return Finding(what, "lpdeck doctor --fix keeps it in backups/ and makes it anew.", path, rebuilt)
