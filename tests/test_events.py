from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.days import StudyDay
from lpdeck.events import FLAGS, TURNS, Event, Kind, effective, marked, moment_of, next_id, replay
from lpdeck.scheduling import NEW, Memory, Rating, Schedule, Scheduler, State

SCHEDULER = Scheduler()
DAY_MS = 86_400_000

# Ids

moments = st.integers(0, (1 << 48) - 2)
entropies = st.integers(0, (1 << 80) - 1)


@given(moments, entropies)
def test_an_id_is_a_uuid_of_version_seven_that_tells_its_moment(at_ms: int, entropy: int) -> None:
    found = uuid.UUID(next_id(at_ms, None, entropy))
    assert (7, uuid.RFC_4122, at_ms) == (found.version, found.variant, found.int >> 80)
    assert str(found) == next_id(at_ms, None, entropy)


@given(moments, entropies, entropies)
def test_ids_of_one_moment_differ_by_their_entropy(at_ms: int, one: int, other: int) -> None:
    same = one % (1 << 74) == other % (1 << 74)
    assert same == (next_id(at_ms, None, one) == next_id(at_ms, None, other))


@given(st.lists(st.tuples(st.integers(1_700_000_000_000, 1_700_000_000_005), entropies), max_size=30))
def test_ids_only_grow_also_where_the_clock_goes_back(draws: list[tuple[int, int]]) -> None:
    last: str | None = None
    for at_ms, entropy in draws:
        following = next_id(at_ms, last, entropy)
        assert last is None or following > last
        assert 7 == uuid.UUID(following).version
        last = following


@given(moments, st.integers(1, 10**6), entropies)
def test_an_id_after_a_step_back_of_the_clock_stays_near_the_last(at_ms: int, back: int, entropy: int) -> None:
    last = next_id(at_ms, None, 0)
    assert uuid.UUID(last).int >> 80 == uuid.UUID(next_id(max(0, at_ms - back), last, entropy)).int >> 80


def test_an_id_counts_on_into_the_next_millisecond_when_its_own_is_full() -> None:
    full = next_id(5, None, (1 << 74) - 1)
    assert 6 == uuid.UUID(next_id(5, full, 0)).int >> 80


# What stands


@dataclass
class Log:
    """A log written as the program writes it, beside the plain list of actions that stand."""

    events: list[Event] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    undone: list[tuple[str, str]] = field(default_factory=list)

    def add(self, kind: Kind, *, batch: str | None = None, **values: Any) -> Event:
        number = len(self.events)
        defaults: dict[str, Any] = {"at_ms": number, "study_day": StudyDay(number), "device": "d", "card": "a"}
        event = Event(id=f"{number:06}", kind=kind, batch=batch or f"b{number}", **{**defaults, **values})
        self.events.append(event)
        return event

    def do(self, size: int = 1) -> None:
        batch = f"b{len(self.events)}"
        for _ in range(size):
            self.add(Kind.SUSPEND, batch=batch)
        self.standing.append(batch)
        self.undone.clear()

    def undo(self) -> None:
        if self.standing:
            batch = self.standing.pop()
            self.undone.append((self.add(Kind.UNDO, card=None, target=batch).batch, batch))

    def redo(self) -> None:
        if self.undone:
            undo, batch = self.undone.pop()
            self.add(Kind.REDO, card=None, target=undo)
            self.standing.append(batch)


@given(st.lists(st.sampled_from(("do", "do two", "undo", "redo")), max_size=30), st.randoms(use_true_random=False))
def test_any_sequence_of_undo_and_redo_leaves_the_actions_that_stand(turns: list[str], chance: Any) -> None:
    log = Log()
    for turn in turns:
        if turn.startswith("do"):
            log.do(2 if turn == "do two" else 1)
        else:
            getattr(log, turn)()
    chance.shuffle(log.events)
    found = effective(log.events)
    assert set(log.standing) == {event.batch for event in found}
    assert [event.id for event in found] == sorted(event.id for event in found)


def test_an_undo_voids_all_that_one_command_did() -> None:
    log = Log()
    log.do()
    log.do(size=3)
    log.undo()
    assert ["b0"] == [event.batch for event in effective(log.events)]


def test_redo_brings_it_back_and_a_second_undo_takes_it_again() -> None:
    log = Log()
    log.do(size=2)
    for turn, count in (("undo", 0), ("redo", 2), ("undo", 0), ("redo", 2)):
        getattr(log, turn)()
        assert count == len(effective(log.events))


# Replay


def answer(log: Log, rating: Rating, day: int, interval: int, **values: Any) -> Event:
    due = day + interval if interval > 0 else day * DAY_MS - interval * 1000
    return log.add(
        Kind.ANSWER,
        **{
            "rating": rating,
            "study_day": StudyDay(day),
            "at_ms": day * DAY_MS,
            "interval": interval,
            "due": due,
            **values,
        },
    )


def two_answers() -> Log:
    log = Log()
    answer(log, Rating.EASY, 10, 8)
    answer(log, Rating.GOOD, 18, 30)
    return log


def schedule(log: Log) -> Schedule:
    return replay(log.events, SCHEDULER)


def test_nothing_replayed_is_a_new_card() -> None:
    assert NEW == replay([], SCHEDULER)


def test_the_due_date_is_the_one_that_was_given() -> None:
    found = schedule(two_answers())
    assert (48, 30, 2, State.REVIEW) == (found.due_day, found.interval, found.reps, found.state)


def test_a_learning_step_is_due_at_a_moment() -> None:
    log = Log()
    answer(log, Rating.GOOD, 10, -600)
    found = schedule(log)
    assert (State.LEARNING, 10, 10 * DAY_MS + 600_000) == (found.state, found.due_day, found.due_at_ms)


def test_an_undone_answer_never_happened() -> None:
    log = two_answers()
    before = schedule(log)
    answer(log, Rating.AGAIN, 48, -600)
    after = schedule(log)
    undo = log.add(Kind.UNDO, card=None, target=log.events[-1].batch)
    assert before == schedule(log)
    log.add(Kind.REDO, card=None, target=undo.batch)
    assert after == schedule(log)


def test_answers_count_in_the_order_of_the_clock_however_they_arrive() -> None:
    log = Log()
    answer(log, Rating.GOOD, 18, 30)
    answer(log, Rating.EASY, 10, 8)  # united later from another computer
    straight = two_answers()
    assert schedule(straight) == schedule(log)


def test_answers_of_one_moment_count_in_the_order_of_their_ids() -> None:
    log = Log()
    for rating in (Rating.AGAIN, Rating.EASY, Rating.GOOD):
        answer(log, rating, 10, 5)
    found = {replay(events, SCHEDULER) for events in map(list, permutations(log.events))}
    assert 1 == len(found)


def test_an_answer_from_another_program_counts_as_an_answer() -> None:
    log = two_answers()
    imported = Log([event._replace(kind=Kind.IMPORT) for event in log.events])
    assert schedule(log) == schedule(imported)


def test_a_cram_leaves_the_schedule_alone() -> None:
    log = two_answers()
    before = schedule(log)
    log.add(Kind.CRAM, rating=Rating.AGAIN, study_day=StudyDay(20), at_ms=20 * DAY_MS)
    assert before == schedule(log)


def test_a_study_day_before_the_last_counts_as_the_last() -> None:
    log = two_answers()
    answer(log, Rating.GOOD, 12, 20, at_ms=19 * DAY_MS)
    found = schedule(log)
    assert (18, 18, 32) == (found.last_day, found.reviewed_day, found.due_day)


def test_a_reset_makes_the_card_new_and_later_answers_begin_anew() -> None:
    log = two_answers()
    log.add(Kind.RESET, at_ms=19 * DAY_MS)
    assert NEW == schedule(log)
    answer(log, Rating.EASY, 20, 8)
    found = schedule(log)
    assert (1, 20, 28) == (found.reps, found.first_day, found.due_day)


def test_a_reset_forgets_what_was_answered_before_it_by_the_clock() -> None:
    log = two_answers()
    log.add(Kind.RESET, at_ms=19 * DAY_MS)
    answer(log, Rating.GOOD, 17, 9)  # united later
    assert NEW == schedule(log)


def test_an_undone_reset_brings_the_memory_back() -> None:
    log = two_answers()
    before = schedule(log)
    reset = log.add(Kind.RESET, at_ms=19 * DAY_MS)
    log.add(Kind.UNDO, card=None, target=reset.batch)
    assert before == schedule(log)


MARKS: dict[str, tuple[list[tuple[Kind, dict[str, Any]]], dict[str, Any]]] = {
    "suspend": ([(Kind.SUSPEND, {})], {"suspended": True}),
    "suspend and resume": ([(Kind.SUSPEND, {}), (Kind.RESUME, {})], {}),
    "suspend, resume and suspend": ([(Kind.SUSPEND, {}), (Kind.RESUME, {}), (Kind.SUSPEND, {})], {"suspended": True}),
    "bury": ([(Kind.BURY, {"due": 19})], {"buried_until": 19}),
    "bury twice": ([(Kind.BURY, {"due": 19}), (Kind.BURY, {"due": 20})], {"buried_until": 20}),
    "bury and resume": ([(Kind.BURY, {"due": 19}), (Kind.RESUME, {})], {}),
    "flag": ([(Kind.FLAG, {"detail": {"flag": "wrong"}})], {"flag": "wrong"}),
    "flag and take it off": ([(Kind.FLAG, {"detail": {"flag": "wrong"}}), (Kind.FLAG, {})], {}),
}


@pytest.mark.parametrize("name", MARKS)
def test_a_mark_is_what_the_last_event_says(name: str) -> None:
    marks, expected = MARKS[name]
    log = two_answers()
    before = schedule(log)
    for kind, values in marks:
        log.add(kind, **values)
    assert before._replace(**expected) == schedule(log)


@pytest.mark.parametrize("name", MARKS)
def test_an_answer_leaves_marks_alone(name: str) -> None:
    marks, expected = MARKS[name]
    log = Log()
    for kind, values in marks:
        log.add(kind, **values)
    log.events += [event._replace(id=f"9{event.id}") for event in two_answers().events]
    assert schedule(two_answers())._replace(**expected) == schedule(log)


def test_a_reset_leaves_marks_alone() -> None:
    log = two_answers()
    log.add(Kind.SUSPEND)
    log.add(Kind.RESET, at_ms=19 * DAY_MS)
    assert NEW._replace(suspended=True) == schedule(log)


def test_a_rescheduled_card_is_due_when_it_was_put() -> None:
    log = two_answers()
    before = schedule(log)
    log.add(Kind.RESCHEDULE, due=25, at_ms=20 * DAY_MS)
    assert before._replace(due_day=StudyDay(25)) == schedule(log)


def test_an_answer_after_a_reschedule_gives_the_due_date_again() -> None:
    log = two_answers()
    log.add(Kind.RESCHEDULE, due=25, at_ms=20 * DAY_MS)
    answer(log, Rating.GOOD, 25, 40)
    assert 65 == schedule(log).due_day


def test_a_new_card_can_not_be_rescheduled() -> None:
    log = Log()
    log.add(Kind.RESCHEDULE, due=25)
    assert NEW == schedule(log)


# Marks, one by one

IN_REVIEW = Schedule(
    State.REVIEW, None, Memory(5.0, 5.0), StudyDay(20), None, StudyDay(10), StudyDay(15), StudyDay(15), 5, 3, 1
)
IN_A_STEP = IN_REVIEW._replace(
    state=State.RELEARNING, step=0, due_day=StudyDay(15), due_at_ms=15 * DAY_MS, interval=-60
)
ASLEEP = IN_REVIEW._replace(suspended=True, buried_until=StudyDay(16), flag="red")

# kind, what the event carries, the schedule before, what is other afterwards
MARKED: dict[str, tuple[Kind, dict[str, Any], Schedule, dict[str, Any]]] = {
    "suspend": (Kind.SUSPEND, {}, IN_REVIEW, {"suspended": True}),
    "suspend again": (Kind.SUSPEND, {}, ASLEEP, {}),
    "resume": (Kind.RESUME, {}, ASLEEP, {"suspended": False, "buried_until": None}),
    "resume a card that is awake": (Kind.RESUME, {}, IN_REVIEW, {}),
    "bury": (Kind.BURY, {"due": 16}, IN_REVIEW, {"buried_until": 16}),
    "bury for longer": (Kind.BURY, {"due": 18}, ASLEEP, {"buried_until": 18}),
    "dig up": (Kind.BURY, {}, ASLEEP, {"buried_until": None}),
    "flag": (Kind.FLAG, {"detail": {"flag": "blue"}}, ASLEEP, {"flag": "blue"}),
    "take off a flag": (Kind.FLAG, {"detail": {"flag": None}}, ASLEEP, {"flag": None}),
    "a flag without a colour": (Kind.FLAG, {}, ASLEEP, {"flag": None}),
    "reschedule": (Kind.RESCHEDULE, {"due": 30}, IN_REVIEW, {"due_day": 30}),
    "reschedule to no day": (Kind.RESCHEDULE, {}, IN_REVIEW, {}),
    "reschedule in a learning step": (Kind.RESCHEDULE, {"due": 30}, IN_A_STEP, {}),
    "reschedule a new card": (Kind.RESCHEDULE, {"due": 30}, NEW, {}),
    "an answer": (Kind.ANSWER, {"due": 30, "interval": 3}, IN_REVIEW, {}),
    "an import": (Kind.IMPORT, {"due": 30, "interval": 3}, IN_REVIEW, {}),
    "a cram": (Kind.CRAM, {"rating": Rating.AGAIN}, IN_REVIEW, {}),
    "an undo": (Kind.UNDO, {"target": "b"}, ASLEEP, {}),
    "a redo": (Kind.REDO, {"target": "b"}, ASLEEP, {}),
}


@pytest.mark.parametrize("name", MARKED)
def test_a_mark_changes_what_it_is_for_and_nothing_else(name: str) -> None:
    kind, values, before, expected = MARKED[name]
    assert before._replace(**expected) == marked(before, Log().add(kind, **values))


def test_every_kind_of_event_stands_in_the_table_of_marks_but_for_a_reset() -> None:
    assert set(Kind) - {Kind.RESET} == {kind for kind, _, _, _ in MARKED.values()}


@pytest.mark.parametrize("before", [NEW, IN_REVIEW, IN_A_STEP, ASLEEP])
def test_a_reset_keeps_what_the_learner_marked_alone(before: Schedule) -> None:
    expected = Schedule(suspended=before.suspended, buried_until=before.buried_until, flag=before.flag)
    assert expected == marked(before, Log().add(Kind.RESET))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.ANSWER, Kind.IMPORT, *TURNS)])
def test_a_mark_after_all_answers_gives_what_the_replay_gives(kind: Kind) -> None:
    log = two_answers()
    before = schedule(log)
    event = log.add(kind, at_ms=19 * DAY_MS, due=30, detail={"flag": "green"}, rating=Rating.AGAIN)
    assert marked(before, event) == schedule(log)


def test_the_flags_are_seven_colours_written_as_words() -> None:
    assert 7 == len(set(FLAGS)) == len(FLAGS)
    assert all(flag.isalpha() and flag.islower() for flag in FLAGS)
    assert "red" == FLAGS[0]


# Resets


def test_a_second_reset_counts_from_itself() -> None:
    log = two_answers()
    log.add(Kind.RESET, at_ms=19 * DAY_MS)
    answer(log, Rating.EASY, 20, 8)
    second = log.add(Kind.RESET, at_ms=21 * DAY_MS)
    assert NEW == schedule(log)
    log.add(Kind.UNDO, card=None, target=second.batch)
    assert (1, 28) == (schedule(log).reps, schedule(log).due_day)


def test_an_undone_reset_lets_all_answers_count_also_those_after_it() -> None:
    log = two_answers()
    reset = log.add(Kind.RESET, at_ms=19 * DAY_MS)
    answer(log, Rating.GOOD, 48, 60)
    undo = log.add(Kind.UNDO, card=None, target=reset.batch)
    assert (3, 10, 108) == (schedule(log).reps, schedule(log).first_day, schedule(log).due_day)
    log.add(Kind.REDO, card=None, target=undo.batch)
    assert (1, 48, 108) == (schedule(log).reps, schedule(log).first_day, schedule(log).due_day)


def test_a_reset_and_an_answer_of_one_moment_count_in_the_order_of_their_ids() -> None:
    log = two_answers()
    log.add(Kind.RESET, at_ms=18 * DAY_MS)
    answer(log, Rating.EASY, 18, 8)
    found = schedule(log)
    assert (1, 18, 26) == (found.reps, found.first_day, found.due_day)


def test_a_day_given_to_a_card_is_forgotten_with_its_answers() -> None:
    log = two_answers()
    log.add(Kind.RESCHEDULE, due=25, at_ms=19 * DAY_MS)
    log.add(Kind.RESET, at_ms=20 * DAY_MS)
    assert NEW == schedule(log)
    answer(log, Rating.EASY, 21, 8)
    assert 29 == schedule(log).due_day


@given(st.integers(0, 2**41), st.integers(0, 2**41), st.integers(0, 2**74 - 1))
def test_the_moment_in_an_id_is_never_before_that_of_its_event_or_of_the_id_before(
    first: int, second: int, entropy: int
) -> None:
    before = next_id(first, None, entropy)
    after = next_id(second, before, entropy)
    assert first == moment_of(before)
    assert max(first, second) <= moment_of(after)
    assert before < after
