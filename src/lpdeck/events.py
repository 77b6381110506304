"""The log: everything that happens to a card is one event, and a schedule is what replaying them gives.

Nothing deletes or changes an event. Undo and redo are events too: an undo names the batch that it voids, a redo
the undo that it takes back. So an undo works across restarts and computers, and the same log always gives the
same schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from lpdeck.days import StudyDay
from lpdeck.scheduling import NEW, Rating, Schedule, Scheduler, State, apply_answer


class Kind(StrEnum):
    """What an event is. IMPORT is an answer given in another program."""

    ANSWER = "answer"
    CRAM = "cram"
    SUSPEND = "suspend"
    RESUME = "resume"
    BURY = "bury"
    FLAG = "flag"
    RESET = "reset"
    IMPORT = "import"
    RESCHEDULE = "reschedule"
    UNDO = "undo"
    REDO = "redo"


class Event(NamedTuple):
    """One line of the log.

    `id` is a UUIDv7, never smaller than the log's last; `at_ms` the clock (milliseconds UTC); `batch` is shared
    by what one command did together. `interval` (days; negative: seconds of a learning step) and `due` (study
    day; for a learning step milliseconds UTC) are as they were given. `due` of a bury is the study day on which
    the card returns. `target` of an undo is a batch, of a redo the undo's batch.
    """

    id: str
    at_ms: int
    study_day: StudyDay
    device: str
    kind: Kind
    batch: str
    card: str | None = None
    target: str | None = None
    rating: Rating | None = None
    took_ms: int | None = None
    interval: int | None = None
    due: int | None = None
    weights: str | None = None
    detail: Mapping[str, Any] = {}


ANSWERS = (Kind.ANSWER, Kind.IMPORT)
TURNS = (Kind.UNDO, Kind.REDO)

FLAGS = ("red", "orange", "green", "blue", "pink", "turquoise", "purple")
"""The colours of flags, in Anki's order."""


def next_id(at_ms: int, last: str | None, entropy: int) -> str:
    """A UUIDv7 (RFC 9562, section 5.7) for a moment, greater than `last` even where the clock went back.

    `entropy` gives 74 random bits. Within one millisecond, or after a step back of the clock, the last id is
    counted up by a random amount below 2^32, as the RFC's method 2 for monotonicity does.
    """
    value = (at_ms << 74) | (entropy & (1 << 74) - 1)
    if last is not None and moment_of(last) >= at_ms:
        previous = _payload(last)
        if value <= previous:
            value = previous + 1 + (entropy & 0xFFFFFFFF)
    return _uuid7(value)


def moment_of(uuid: str) -> int:
    """The moment in a UUIDv7 (milliseconds UTC): that of its event, or of the last one before a clock went back."""
    return int(uuid[:8] + uuid[9:13], 16)


def _payload(uuid: str) -> int:
    """The 122 bits of a UUIDv7 that are neither version nor variant."""
    bits = int(uuid.replace("-", ""), 16)
    return (bits >> 80 << 74) | ((bits >> 64 & 0xFFF) << 62) | (bits & (1 << 62) - 1)


def _uuid7(payload: int) -> str:
    bits = (payload >> 74) << 80 | 0x7 << 76 | (payload >> 62 & 0xFFF) << 64 | 0b10 << 62
    text = f"{bits | payload & (1 << 62) - 1:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def effective(events: Iterable[Event]) -> list[Event]:
    """The events that count: neither undone nor turns themselves, in the order of their ids."""
    ordered = sorted(events, key=attrgetter("id"))
    if not any(event.kind in TURNS for event in ordered):
        return ordered  # nearly always
    redone = {event.target for event in ordered if event.kind is Kind.REDO}
    undone = {event.target for event in ordered if event.kind is Kind.UNDO and event.batch not in redone}
    return [event for event in ordered if event.kind not in TURNS and event.batch not in undone]


def replay(events: Iterable[Event], scheduler: Scheduler) -> Schedule:
    """The schedule of one card from its events (and the undos and redos that touch them).

    Answers count in order of clock and id, everything else in order of id; memory is computed from ratings
    and study days, the due date is the last one given.
    """
    counting = effective(events)
    answers = _answers(counting)
    schedule = NEW
    for event in answers:
        schedule = _answered(schedule, event, scheduler)
    last = _moment(answers[-1]) if answers else None
    for event in counting:
        if event.kind in ANSWERS:
            continue
        outlived = event.kind is Kind.RESCHEDULE and (last is None or _moment(event) < last)
        if event.kind is not Kind.RESET and not outlived:  # a reset has taken its answers away already
            schedule = marked(schedule, event)
    return schedule


_moment: Callable[[Event], tuple[int, str]] = attrgetter("at_ms", "id")


def _answers(events: Sequence[Event]) -> list[Event]:
    """Answers since the last reset, in the order in which they were given."""
    answers = sorted((event for event in events if event.kind in ANSWERS), key=_moment)
    since = max((_moment(event) for event in events if event.kind is Kind.RESET), default=None)
    return answers if since is None else [event for event in answers if _moment(event) > since]


def _answered(schedule: Schedule, event: Event, scheduler: Scheduler) -> Schedule:
    assert event.rating is not None
    assert event.interval is not None
    assert event.due is not None
    day = event.study_day if schedule.last_day is None else max(event.study_day, schedule.last_day)
    memory = scheduler.next_memory(schedule.memory, schedule.last_day, event.rating, day)
    return apply_answer(schedule, event.rating, day, memory, event.interval, event.due)


def marked(schedule: Schedule, event: Event) -> Schedule:
    """The schedule after an event other than an answer, which came after every answer that it touches.

    A reset forgets the answers and keeps what the learner marked: suspended, buried, flagged.
    """
    match event.kind:
        case Kind.SUSPEND:
            return schedule._replace(suspended=True)
        case Kind.RESUME:
            return schedule._replace(suspended=False, buried_until=None)
        case Kind.BURY:
            return schedule._replace(buried_until=None if event.due is None else StudyDay(event.due))
        case Kind.FLAG:
            return schedule._replace(flag=event.detail.get("flag"))
        case Kind.RESCHEDULE if event.due is not None and schedule.state is State.REVIEW:
            return schedule._replace(due_day=StudyDay(event.due), due_at_ms=None)
        case Kind.RESET:
            return NEW._replace(suspended=schedule.suspended, buried_until=schedule.buried_until, flag=schedule.flag)
        case _:
            return schedule
