from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from zlib import crc32

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from homes import CALENDAR, DAY, MINUTE, NOON, SCHEDULER, TODAY, basic, change, opened, query, with_cards
from lpdeck.events import Event, Kind, next_id, replay
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Memory, Rating, Schedule, State
from lpdeck.store import log
from lpdeck.store.hot import HotStore, Mark
from lpdeck.store.schema import open_engine, transaction
from lpdeck.store.taking import Taken, events_of, take_in

CARD, OTHER, GONE = "deck/a", "deck/b", "elsewhere/c"


@pytest.fixture
def cards(home: Home) -> Home:
    """A home with two cards; nothing happened to them."""
    return with_cards(home, basic(CARD), basic(OTHER))


@pytest.fixture
def engine(cards: Home) -> Iterator[sa.Engine]:
    made = open_engine(cards)
    yield made
    made.dispose()


@pytest.fixture
def store(cards: Home) -> Iterator[HotStore]:
    made = opened(cards)
    yield made
    made.close()


def imported(
    at_ms: int, rating: Rating = Rating.GOOD, *, card: str = CARD, interval: int = 4, kind: Kind = Kind.IMPORT
) -> Event:
    """An event from Anki; the same values give the same event."""
    name = next_id(at_ms, None, crc32(f"{card} {rating} {kind}".encode()))
    day = CALENDAR.day_of(at_ms)
    if kind is Kind.RESET:
        return Event(name, at_ms, day, "anki", kind, name, card)
    return Event(
        name, at_ms, day, "anki", kind, name, card, None, rating, 900, interval, day + interval, SCHEDULER.weights.name
    )


def take(engine: sa.Engine, home: Home, *events: Event) -> Taken:
    by_card: dict[str, list[Event]] = {}
    for event in events:
        by_card.setdefault(event.card or "", []).append(event)
    with transaction(engine, home) as connection:
        return take_in(connection, by_card, SCHEDULER)


def answer(store: HotStore, at_ms: int, rating: Rating = Rating.GOOD) -> None:
    """An answer given here."""
    before, day = store.schedule(CARD), CALENDAR.day_of(at_ms)
    outcome = SCHEDULER.outcomes(CARD, before, day, at_ms)[rating]
    store.answer(CARD, before, outcome, at_ms=at_ms, day=day, took_ms=1, weights=SCHEDULER.weights.name, detail={})


def remembered(answers: Iterable[tuple[int, Rating]]) -> Memory | None:
    """The memory after answers, each at a moment, in the order of their times."""
    memory, last = None, None
    for at_ms, rating in sorted(answers):
        day = CALENDAR.day_of(at_ms)
        memory, last = SCHEDULER.next_memory(memory, last, rating, day), day
    return memory


def test_reviews_from_anki_are_events_of_a_device_of_their_own(engine: sa.Engine, cards: Home) -> None:
    event = imported(NOON)
    assert Taken(1, 0, (CARD,)) == take(engine, cards, event)
    with engine.connect() as connection:
        assert [event] == list(log.events(connection))
    assert [("anki", "Anki", 0)] == query(cards, "SELECT id, name, here FROM device WHERE id = 'anki'")
    assert [(1,)] == query(cards, "SELECT count(*) FROM device WHERE here = 1")


def test_a_card_touched_has_the_schedule_that_its_whole_log_gives(
    engine: sa.Engine, cards: Home, store: HotStore
) -> None:
    take(engine, cards, imported(NOON), imported(NOON + 4 * DAY, interval=11))
    schedule = store.schedule(CARD)
    assert (State.REVIEW, TODAY + 15, 2) == (schedule.state, schedule.due_day, schedule.reps)
    assert remembered([(NOON, Rating.GOOD), (NOON + 4 * DAY, Rating.GOOD)]) == schedule.memory
    assert NEW == store.schedule(OTHER)


def test_what_is_taken_twice_counts_once(engine: sa.Engine, cards: Home, store: HotStore) -> None:
    events = [imported(NOON), imported(NOON + DAY, Rating.AGAIN), imported(NOON, card=OTHER)]
    assert Taken(3, 0, (CARD, OTHER)) == take(engine, cards, *events)
    before = _content(cards)
    assert Taken(0, 3, ()) == take(engine, cards, *events)
    assert before == _content(cards)
    assert Taken(1, 2, (CARD,)) == take(engine, cards, *events[:2], imported(NOON + 2 * DAY))


def _content(home: Home) -> list[list[tuple[object, ...]]]:
    return [query(home, f"SELECT * FROM {table}") for table in ("event", "schedule", "device")]


def test_the_events_of_a_card_are_read_with_the_turns_that_touch_them(
    engine: sa.Engine, cards: Home, store: HotStore
) -> None:
    answer(store, NOON)
    store.undo(NOON + MINUTE, TODAY, SCHEDULER)
    take(engine, cards, imported(NOON - DAY), imported(NOON, card=OTHER))
    with engine.connect() as connection:
        found = events_of(connection, CARD)
    assert [Kind.IMPORT, Kind.ANSWER, Kind.UNDO] == [event.kind for event in found]
    assert store.events_of(CARD) == found


def test_nothing_to_take_changes_nothing(engine: sa.Engine, cards: Home) -> None:
    before = _content(cards)
    assert Taken(0, 0, ()) == take(engine, cards)
    assert before == _content(cards)


def test_reviews_from_anki_lie_between_our_own_answers(engine: sa.Engine, cards: Home, store: HotStore) -> None:
    answer(store, NOON, Rating.GOOD)
    answer(store, NOON + 6 * DAY, Rating.HARD)
    take(engine, cards, imported(NOON + 2 * DAY, Rating.AGAIN), imported(NOON + 9 * DAY, Rating.EASY, interval=20))
    schedule = store.schedule(CARD)
    ratings = [(0, Rating.GOOD), (2, Rating.AGAIN), (6, Rating.HARD), (9, Rating.EASY)]
    assert remembered((NOON + days * DAY, rating) for days, rating in ratings) == schedule.memory
    assert (4, TODAY + 29, TODAY + 9) == (schedule.reps, schedule.due_day, schedule.last_day)


def test_a_card_can_be_answered_here_after_reviews_from_anki(engine: sa.Engine, cards: Home, store: HotStore) -> None:
    take(engine, cards, imported(NOON))
    answer(store, NOON + 4 * DAY)
    assert remembered([(NOON, Rating.GOOD), (NOON + 4 * DAY, Rating.GOOD)]) == store.schedule(CARD).memory
    assert replay(store.events_of(CARD), SCHEDULER) == store.schedule(CARD)


def test_undo_takes_back_our_last_answer_and_nothing_from_anki(engine: sa.Engine, cards: Home, store: HotStore) -> None:
    answer(store, NOON)
    take(engine, cards, imported(NOON + DAY), imported(NOON + 2 * DAY, kind=Kind.RESET, card=OTHER))
    batch = store.undo(NOON + 3 * DAY, TODAY + 3, SCHEDULER)
    assert batch is not None
    assert (Kind.ANSWER, (CARD,)) == (batch.kind, batch.cards)
    assert remembered([(NOON + DAY, Rating.GOOD)]) == store.schedule(CARD).memory
    assert store.undo(NOON + 3 * DAY, TODAY + 3, SCHEDULER) is None


def test_an_undo_can_be_redone_after_reviews_from_anki(engine: sa.Engine, cards: Home, store: HotStore) -> None:
    answer(store, NOON)
    store.undo(NOON + MINUTE, TODAY, SCHEDULER)
    take(engine, cards, imported(NOON + DAY))
    assert remembered([(NOON + DAY, Rating.GOOD)]) == store.schedule(CARD).memory
    assert store.redo(NOON + 2 * DAY, TODAY + 2, SCHEDULER) is not None
    assert remembered([(NOON, Rating.GOOD), (NOON + DAY, Rating.GOOD)]) == store.schedule(CARD).memory


def test_a_reset_in_anki_forgets_earlier_answers_and_keeps_what_is_marked(
    engine: sa.Engine, cards: Home, store: HotStore
) -> None:
    answer(store, NOON)
    store.mark([Mark(CARD, Kind.FLAG, detail={"flag": "red"})], at_ms=NOON + MINUTE, day=TODAY)
    take(engine, cards, imported(NOON + DAY, kind=Kind.RESET))
    assert NEW._replace(flag="red") == store.schedule(CARD)
    take(engine, cards, imported(NOON + 2 * DAY, Rating.EASY))
    assert remembered([(NOON + 2 * DAY, Rating.EASY)]) == store.schedule(CARD).memory


def test_a_card_in_no_deck_keeps_its_schedule(engine: sa.Engine, cards: Home, store: HotStore) -> None:
    assert Taken(1, 0, (GONE,)) == take(engine, cards, imported(NOON, card=GONE))
    assert store.schedule(GONE).reps == 1
    assert store.card(GONE) is None


def test_a_failure_takes_all_back(engine: sa.Engine, cards: Home) -> None:
    before = _content(cards)
    change(
        cards,
        "CREATE TRIGGER stop BEFORE INSERT ON schedule WHEN new.card = 'deck/b' BEGIN SELECT raise(ABORT, 'x'); END",
    )
    with pytest.raises(Exception, match="x"):
        take(engine, cards, imported(NOON), imported(NOON, card=OTHER))
    assert before == _content(cards)


@pytest.mark.slow
def test_many_events_are_taken_at_once(engine: sa.Engine, cards: Home) -> None:
    events = [imported(NOON + number * MINUTE, card=f"deck/{number % 40}") for number in range(2500)]
    assert (2500, 0, 40) == _counts(take(engine, cards, *events))
    assert (0, 2500, 0) == _counts(take(engine, cards, *events))


def _counts(taken: Taken) -> tuple[int, int, int]:
    return taken.added, taken.known, len(taken.cards)


EVENTS = st.lists(
    st.builds(
        imported,
        st.integers(0, 30).map(lambda days: NOON + days * DAY),
        st.sampled_from(Rating),
        card=st.sampled_from([CARD, OTHER, GONE]),
        interval=st.sampled_from([-600, 1, 30]),
        kind=st.sampled_from([Kind.IMPORT] * 4 + [Kind.RESET]),
    ),
    max_size=12,
    unique_by=lambda event: event.id,
)


@given(events=EVENTS, cut=st.integers(0, 12))
def test_in_whatever_parts_events_are_taken_the_log_and_the_schedules_are_the_same(
    quiet: sa.Engine, events: Sequence[Event], cut: int
) -> None:
    results = []
    for parts in ([events], [events[cut:], events[:cut], events]):
        with quiet.connect() as connection:
            for part in parts:
                take_in(connection, _by_card(part), SCHEDULER)
            stored = log.stored(connection)
            results.append((list(log.events(connection)), stored))
            assert dict(log.replayed(connection, SCHEDULER)) == stored
            connection.rollback()
    assert results[0] == results[1]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A database that nobody changes for good."""
    made = open_engine(with_cards(Home(tmp_path_factory.mktemp("taking")), basic(CARD), basic(OTHER)))
    yield made
    made.dispose()


def _by_card(events: Sequence[Event]) -> Mapping[str, Sequence[Event]]:
    names = {event.card for event in events if event.card}
    return {name: [event for event in events if event.card == name] for name in names}


def test_the_stored_schedules_and_the_replay_agree_after_all(engine: sa.Engine, cards: Home, store: HotStore) -> None:
    answer(store, NOON)
    take(engine, cards, imported(NOON + DAY), imported(NOON + 2 * DAY, Rating.AGAIN, interval=-600, card=GONE))
    store.undo(NOON + 3 * DAY, TODAY + 3, SCHEDULER)
    with engine.connect() as connection:
        found: dict[str, Schedule] = log.stored(connection)
        assert dict(log.replayed(connection, SCHEDULER)) == found
    assert {CARD, GONE} == set(found)
