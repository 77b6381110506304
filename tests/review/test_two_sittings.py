"""Two terminals over one home: each answer counts once, and the day's limits hold over both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from scripted import DUE, MANY, Clock, Scripted, ScriptedDesk, asked, ended, put, put_all, sitting

from homes import CALENDAR, MINUTE, NOON, SCHEDULER, SECOND, TODAY, basic, indexed, make, opened, put_deck, query
from lpdeck.events import Kind, effective
from lpdeck.home import Home
from lpdeck.review.loop import Do, run
from lpdeck.review.queue import Limits
from lpdeck.review.session import Asked, CramSession, Finished, ReviewSession
from lpdeck.scheduling import Rating
from lpdeck.store import log
from lpdeck.store.hot import DayLimits, HotStore
from lpdeck.store.schema import open_engine, reading

CARDS = [f"deck/{letter}" for letter in "abcdefgh"]


@pytest.fixture
def deck(home: Home) -> Home:
    make(home)
    put_deck(home, "deck", *map(basic, CARDS))
    indexed(home)
    return home


@pytest.fixture
def open_twice(deck: Home) -> Iterator[Callable[..., tuple[ReviewSession, ReviewSession]]]:
    stores: list[HotStore] = []

    def begin(limits: Limits = MANY) -> tuple[ReviewSession, ReviewSession]:
        here, there = opened(deck), opened(deck)
        stores.extend([here, there])
        return sitting(here, limits=limits), sitting(there, limits=limits)

    yield begin
    for store in stores:
        store.close()


Twice = Callable[..., tuple[ReviewSession, ReviewSession]]


def _answered(session: ReviewSession, rating: Rating = Rating.EASY, now_ms: int = NOON) -> str:
    turn = asked(session, now_ms)
    assert session.answer(turn, rating, now_ms)
    return turn.card.id


def _events(home: Home) -> list[str]:
    return [row[0] for row in query(home, "SELECT card FROM event WHERE kind = 'answer' ORDER BY id")]


def test_a_card_answered_there_is_not_asked_here(open_twice: Twice, deck: Home) -> None:
    here, there = open_twice()
    for _ in range(4):
        _answered(there), _answered(here)
    assert sorted(CARDS) == sorted(_events(deck))
    assert isinstance(here.next(NOON), Finished)
    assert isinstance(there.next(NOON), Finished)


def test_new_cards_begun_there_count_here(open_twice: Twice, deck: Home) -> None:
    here, there = open_twice(Limits(3, 100))
    _answered(here), _answered(there), _answered(there)
    assert isinstance(here.next(NOON), Finished)
    assert 3 == len(_events(deck))


def test_reviews_given_there_count_here(deck: Home, open_twice: Twice) -> None:
    put_all(deck, dict.fromkeys(CARDS, DUE))
    here, there = open_twice(Limits(0, 4))
    _answered(there), _answered(here), _answered(there), _answered(there)
    assert isinstance(here.next(NOON), Finished)


def test_minutes_spent_there_are_spent_here(open_twice: Twice) -> None:
    here, there = open_twice(Limits(100, 100, 2))
    turn = asked(there, NOON)
    assert there.answer(turn, Rating.GOOD, NOON + 2 * MINUTE)
    assert 2 == ended(here, NOON + 2 * MINUTE).minutes


def test_limits_chosen_there_for_today_hold_here(open_twice: Twice, deck: Home) -> None:
    here, _ = open_twice()
    _answered(here)
    other = opened(deck)
    other.set_day_limits(TODAY, DayLimits(new=2))
    other.close()
    _answered(here)
    assert isinstance(here.next(NOON), Finished)


def test_a_learning_card_begun_there_comes_back_here(open_twice: Twice) -> None:
    here, there = open_twice(Limits(1, 100))
    name = _answered(there, Rating.AGAIN)
    assert name == asked(here, NOON + 2 * MINUTE).card.id


def test_the_card_shown_in_both_counts_once_and_the_second_is_told(deck: Home) -> None:
    store, other = opened(deck), opened(deck)
    there = sitting(other)
    script = [Do.REVEAL, lambda: _answered(there), Rating.GOOD]
    reviewer = Scripted(script)
    run(sitting(store), reviewer, Clock(), ScriptedDesk())
    assert ["that card was answered elsewhere meanwhile; this answer was not counted"] == reviewer.notices
    assert 1 == len(_events(deck))
    assert 2 == len({*reviewer.seen})
    store.close()
    other.close()


def test_a_card_suspended_there_is_not_asked_here(open_twice: Twice) -> None:
    here, there = open_twice()
    name = asked(there, NOON).card.id
    there.mark(asked(there, NOON), Kind.SUSPEND, NOON)
    assert name != asked(here, NOON).card.id


def test_a_card_put_off_here_stays_last_when_something_happens_there(open_twice: Twice) -> None:
    here, there = open_twice()
    first = asked(here, NOON).card.id
    here.skip()
    _answered(there) if asked(there, NOON).card.id != first else there.skip()
    _answered(there)
    asked_here = [_answered(here) for _ in range(7)]
    assert first == asked_here[-1]


def test_the_card_being_shown_stays_while_others_are_answered_there(open_twice: Twice) -> None:
    here, there = open_twice()
    shown = asked(here, NOON).card.id
    asked(there, NOON)
    there.skip()
    _answered(there)
    assert shown == asked(here, NOON).card.id
    assert 6 + 1 == here.left().new


def test_what_was_taken_back_here_comes_next_though_something_happens_there(open_twice: Twice) -> None:
    here, there = open_twice()
    first = _answered(here)
    assert here.undo(NOON) is not None
    asked(there, NOON)
    if there.showing == first:
        there.skip()
    _answered(there)
    assert first == asked(here, NOON).card.id


def test_what_is_taken_back_there_can_be_asked_here_again(open_twice: Twice) -> None:
    here, there = open_twice(Limits(1, 100))
    name = _answered(there)
    assert isinstance(here.next(NOON), Finished)
    assert there.undo(NOON) is not None
    assert name == asked(here, NOON).card.id


def test_cramming_beside_a_review_goes_on(deck: Home, open_twice: Twice) -> None:
    store = opened(deck)
    crams = CramSession(store, SCHEDULER, CALENDAR, CARDS[:2], NOON)
    review, _ = open_twice()
    for _ in range(2):
        _answered(review)
        assert crams.answer(asked(crams, NOON), Rating.GOOD, NOON)
    assert 2 == ended(crams, NOON).crammed
    store.close()


def test_nothing_is_counted_anew_where_nothing_happens_elsewhere(open_twice: Twice) -> None:
    here, _ = open_twice()
    asked(here, NOON)
    before = here._queue
    for _ in range(3):
        _answered(here)
    assert before is here._queue


# Any interleaving

LIMITS = Limits(3, 3)
EXAMPLES = max(4, settings().max_examples // 3)


class TwoTerminals(RuleBasedStateMachine):
    """Two sittings of one home, in which anything happens in any order."""

    home: Home

    def __init__(self) -> None:
        super().__init__()
        make(self.home)
        put_deck(self.home, "deck", *(basic(name, f"front {number % 6}") for number, name in enumerate(CARDS)))
        indexed(self.home)
        for name in CARDS[:4]:
            put(self.home, name, DUE)
        self.now = NOON
        self.stores = [opened(self.home), opened(self.home)]
        self.sessions = [sitting(store, limits=LIMITS) for store in self.stores]
        self.shown: list[Asked | None] = [None, None]
        self.answers = 0

    @rule(at=st.integers(0, 1))
    def show(self, at: int) -> None:
        """The next card comes on a screen, if none is there."""
        if self.shown[at] is None:
            turn = self.sessions[at].next(self.now)
            self.shown[at] = turn if isinstance(turn, Asked) else None

    @rule(at=st.integers(0, 1), rating=st.sampled_from(Rating), took=st.integers(0, 90 * SECOND))
    def answer(self, at: int, rating: Rating, took: int) -> None:
        turn = self.shown[at]
        if turn is None:
            return
        self.now += took
        stands = self.stores[at].schedule(turn.card.id)
        counted = self.sessions[at].answer(turn, rating, self.now)
        assert (stands == turn.schedule) == counted
        self.answers += counted
        self.shown[at] = None

    @rule(at=st.integers(0, 1), rating=st.sampled_from(Rating))
    def show_and_answer(self, at: int, rating: Rating) -> None:
        self.show(at)
        self.answer(at, rating, 0)

    @rule(at=st.integers(0, 1), kind=st.sampled_from([Kind.BURY, Kind.SUSPEND]))
    def mark(self, at: int, kind: Kind) -> None:
        turn = self.shown[at]
        if turn is not None:
            self.sessions[at].mark(turn, kind, self.now)
            self.shown[at] = None

    @rule(at=st.integers(0, 1))
    def skip(self, at: int) -> None:
        if self.shown[at] is not None:
            self.sessions[at].skip()
            self.shown[at] = None

    @rule(at=st.integers(0, 1))
    def undo(self, at: int) -> None:
        self.sessions[at].undo(self.now)
        self.shown[at] = None

    @rule(at=st.integers(0, 1))
    def redo(self, at: int) -> None:
        self.sessions[at].redo(self.now)
        self.shown[at] = None

    @rule(wait=st.sampled_from([SECOND, MINUTE, 11 * MINUTE]))
    def wait(self, wait: int) -> None:
        self.now += wait

    @invariant()
    def each_answer_is_one_event(self) -> None:
        assert [(self.answers,)] == query(self.home, "SELECT count(*) FROM event WHERE kind = 'answer'")

    @invariant()
    def the_limits_hold_but_for_what_both_show_at_once(self) -> None:
        """A second terminal may hold one card more, which it showed before the limit was reached elsewhere."""
        for counted, most in ((self.stores[0].begun(TODAY), LIMITS.new_per_day), (self._reviewed(), 3)):
            assert counted <= most + 1

    def _reviewed(self) -> int:
        return self.stores[0].reviewed(TODAY)

    @invariant()
    def siblings_meet_only_where_both_were_on_a_screen(self) -> None:
        by_front = Counter(
            number % 6
            for number, name in enumerate(CARDS)
            if any(one.kind is Kind.ANSWER for one in effective(self.stores[0].events_of(name)))
        )
        assert all(count <= 2 for count in by_front.values())

    def teardown(self) -> None:
        for store in self.stores:
            store.close()
        with reading(open_engine(self.home), self.home) as connection:
            touched = {name for (name,) in query(self.home, "SELECT DISTINCT card FROM event WHERE card IS NOT NULL")}
            begun_by_events = touched - set(CARDS[:4])  # the others began with a schedule that no event explains
            replayed = {name: one for name, one in log.replayed(connection, SCHEDULER) if name in begun_by_events}
            stored = {name: one for name, one in log.stored(connection).items() if name in begun_by_events}
        assert stored == replayed


def test_any_two_sittings_lose_nothing_and_count_nothing_twice(home: Home) -> None:
    TwoTerminals.home = home
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        TwoTerminals, settings=settings(max_examples=EXAMPLES, stateful_step_count=30, deadline=None)
    )


@pytest.mark.parametrize(("new", "reviews"), list(product((0, 1, 2), (0, 2))))
def test_alternating_terminals_hold_the_limits_exactly(deck: Home, new: int, reviews: int) -> None:
    for name in CARDS[:4]:
        put(deck, name, DUE)
    stores = [opened(deck), opened(deck)]
    sessions = [sitting(store, limits=Limits(new, reviews)) for store in stores]
    for turn in range(20):
        session = sessions[turn % 2]
        one = session.next(NOON)
        if isinstance(one, Asked):
            assert session.answer(one, Rating.EASY, NOON)
    assert (new, reviews) == (stores[0].begun(TODAY), stores[0].reviewed(TODAY))
    for store in stores:
        store.close()
