"""What a study day may hold: minutes, limits of one day alone, the chosen cards, and the order of it all."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import DUE, MANY, Clock, asked, asked_ids, cram, ended, play, put, put_all, sitting

from homes import DAY, HOUR, MINUTE, NOON, SECOND, TODAY, basic, indexed, make, opened, put_deck, with_cards
from lpdeck.deck.model import Card
from lpdeck.home import Home
from lpdeck.review.loop import Do
from lpdeck.review.queue import NEIGHBOURHOOD, Limits, Queue, alternated, build
from lpdeck.review.session import Finished, Left
from lpdeck.scheduling import Memory, Rating, State
from lpdeck.store.hot import DayLimits, HotStore, QueuedCard

SHOW = Do.REVEAL
AGAIN, HARD, GOOD, EASY = Rating
NAMES = [f"deck/{letter}" for letter in "abcdefgh"]


@pytest.fixture
def eight(home: Home) -> Home:
    """A home with eight new cards."""
    return with_cards(home, *map(basic, NAMES))


# Minutes


def _studied(home: Home, seconds: Iterable[int], minutes: int, now: int = NOON) -> tuple[list[str], Finished | None]:
    """A sitting in which each answer takes so many seconds: what was asked, and the end if it came before them."""
    store = opened(home)
    session, seen = sitting(store, now, Limits(99, 99, minutes)), []
    end: Finished | None = None
    for one in seconds:
        turn = session.next(now)
        if isinstance(turn, Finished):
            end = turn
            break
        seen.append(turn.card.id)
        now += one * SECOND
        assert session.answer(turn, EASY, now)
    store.close()
    return seen, end


def test_the_minutes_of_a_day_end_a_sitting_after_the_card_that_uses_them_up(eight: Home) -> None:
    assert (NAMES[:3], Finished(minutes=2, left=Left(0, 5))) == _studied(eight, [50] * 4, 2)


def test_minutes_count_over_the_sittings_of_a_day_and_begin_anew_with_the_next(eight: Home) -> None:
    assert (NAMES[:1], None) == _studied(eight, [90], 2)
    assert (NAMES[1:2], Finished(minutes=2, left=Left(0, 6))) == _studied(eight, [40, 40], 2, NOON + HOUR)
    assert [] == _studied(eight, [40], 2, NOON + 2 * HOUR)[0]
    assert NAMES[2:5] == _studied(eight, [50] * 4, 2, NOON + DAY)[0]


def test_the_day_that_turns_over_in_a_sitting_brings_new_minutes(eight: Home) -> None:
    # The second answer is given after four o'clock and is the first of the new day.
    seen, end = _studied(eight, [50] * 4, 1, NOON + 16 * HOUR - 70 * SECOND)
    assert (NAMES[:3], Finished(minutes=1, left=Left(0, 5))) == (seen, end)


def test_zero_minutes_are_no_budget(eight: Home) -> None:
    assert (NAMES, None) == _studied(eight, [170] * 8, 0)
    assert 0 == Limits(1, 1).minutes


def test_a_pause_counts_three_minutes_at_most(eight: Home) -> None:
    assert NAMES[:2] == _studied(eight, [3600, 60, 60], 4)[0]
    assert NAMES[2:3] == _studied(eight, [3600, 60], 5, NOON + 2 * HOUR)[0]


def test_an_undo_when_the_minutes_are_up_asks_that_card_again(eight: Home) -> None:
    clock = Clock()
    reviewer = play(
        eight,
        lambda: clock.move(2 * MINUTE),
        *[SHOW, AGAIN, Do.UNDO, SHOW, EASY, Do.QUIT],
        limits=Limits(9, 9, 1),
        clock=clock,
    )
    assert [NAMES[0]] * 2 == reviewer.seen
    assert 2 == len(reviewer.ends)


def test_what_was_crammed_today_counts_for_the_minutes(eight: Home) -> None:
    clock = Clock()
    cram(eight, NAMES[:1], lambda: clock.move(90 * SECOND), SHOW, GOOD, clock=clock)
    assert [] == _studied(eight, [9], 1, NOON + HOUR)[0]


# Limits of one day


def _today(home: Home, limits: DayLimits, day: int = TODAY) -> HotStore:
    store = opened(home)
    store.set_day_limits(day, limits)  # type: ignore[arg-type]
    return store


def test_limits_of_one_day_hold_for_that_day_alone(eight: Home) -> None:
    store = _today(eight, DayLimits(new=3))
    assert NAMES[:3] == asked_ids(sitting(store, limits=Limits(1, 9)), NOON, [EASY] * 9)
    assert NAMES[3:4] == asked_ids(sitting(store, NOON + DAY, Limits(1, 9)), NOON + DAY, [EASY] * 9)
    store.close()


def test_limits_of_one_day_may_be_lower_and_none_at_all(eight: Home) -> None:
    put_all(eight, dict.fromkeys(NAMES[:4], DUE))
    store = _today(eight, DayLimits(new=0, reviews=2))
    assert NAMES[:2] == asked_ids(sitting(store), NOON, [EASY] * 9)
    store.close()


def test_what_was_answered_before_the_limit_was_raised_counts(eight: Home) -> None:
    store = opened(eight)
    assert NAMES[:2] == asked_ids(sitting(store, limits=Limits(2, 9)), NOON, [EASY] * 9)
    store.set_day_limits(TODAY, DayLimits(new=3))
    assert NAMES[2:3] == asked_ids(sitting(store, limits=Limits(2, 9)), NOON, [EASY] * 9)
    store.close()


def test_minutes_of_one_day_lift_the_budget_or_set_one(eight: Home) -> None:
    _today(eight, DayLimits(minutes=0)).close()
    assert NAMES[:4] == _studied(eight, [50] * 4, 1)[0]
    _today(eight, DayLimits(minutes=1), TODAY + 1).close()
    assert NAMES[4:6] == _studied(eight, [50] * 4, 0, NOON + DAY)[0]


def test_day_limits_say_nothing_where_nothing_was_chosen() -> None:
    assert Limits(5, 6, 7) == Limits(5, 6, 7).on(DayLimits())
    assert Limits(0, 6, 0) == Limits(5, 6, 7).on(DayLimits(new=0, minutes=0))


# The chosen cards


def test_a_sitting_over_chosen_cards_keeps_to_them(eight: Home) -> None:
    put_all(eight, {NAMES[0]: DUE, NAMES[1]: DUE, NAMES[2]: DUE._replace(state=State.RELEARNING, due_at_ms=NOON)})
    store = opened(eight)
    session = sitting(store, chosen=[NAMES[1], NAMES[2], NAMES[6]])
    assert Left(2, 1) == session.left()
    assert {NAMES[1], NAMES[2], NAMES[6]} == set(asked_ids(session, NOON, [EASY] * 9))
    store.close()


def test_the_limits_of_the_day_hold_for_chosen_cards_too(eight: Home) -> None:
    store = opened(eight)
    assert NAMES[:2] == asked_ids(sitting(store, limits=Limits(3, 9)), NOON, [EASY] * 2)
    chosen = sitting(store, limits=Limits(3, 9), chosen=NAMES[5:])
    assert NAMES[5:6] == asked_ids(chosen, NOON, [EASY] * 9)
    store.close()


def test_an_undo_in_a_sitting_over_chosen_cards_asks_no_other(eight: Home) -> None:
    play(eight, SHOW, EASY)
    reviewer = play(eight, Do.UNDO, SHOW, EASY, chosen=frozenset(NAMES[4:6]))
    assert [NAMES[4], NAMES[4], NAMES[5]] == reviewer.seen


def test_a_sibling_of_a_chosen_card_that_was_met_keeps_it_away(home: Home) -> None:
    with_cards(home, basic("deck/a", "one"), basic("deck/b", "One."), basic("deck/c"))
    store = opened(home)
    assert ["deck/a"] == asked_ids(sitting(store, chosen=["deck/a"]), NOON, [EASY] * 9)
    assert [] == asked_ids(sitting(store, chosen=["deck/b"]), NOON, [EASY] * 9)
    store.close()


# Order


def _of(*principles: str, count: int = 3) -> list[Card]:
    return [basic(f"deck/{one}-{number}", principles=(one,)) for one in principles for number in range(count)]


def test_new_cards_of_the_principles_take_turns(home: Home) -> None:
    with_cards(home, *_of("ownership", "frugality", "earn-trust"))
    store = opened(home)
    order = [card.principles[0] for card in build(store, TODAY, MANY).new]
    store.close()
    assert order[:3] * 3 == order
    assert {"ownership", "frugality", "earn-trust"} == set(order)


def test_which_principle_begins_changes_with_the_day_and_not_within_it(home: Home) -> None:
    with_cards(home, *_of("ownership", "frugality", "earn-trust"))
    store = opened(home)
    orders = [[card.id for card in build(store, TODAY + ahead, MANY).new] for ahead in range(12)]
    again = [[card.id for card in build(store, TODAY + ahead, MANY).new] for ahead in range(12)]
    store.close()
    assert orders == again
    assert 3 == len({order[0] for order in orders})


def test_a_principle_with_few_new_cards_ends_early_and_each_keeps_its_order(home: Home) -> None:
    with_cards(home, *_of("ownership", count=1), *_of("frugality", count=4))
    store = opened(home)
    order = [card.id for card in build(store, TODAY, MANY).new]
    store.close()
    assert "deck/ownership-0" in order[:2]
    assert [f"deck/frugality-{number}" for number in range(4)] == [one for one in order if "frugality" in one]


def test_the_same_home_gives_the_same_order_in_every_sitting(home: Home) -> None:
    with_cards(home, *_of("ownership", "frugality", count=6))
    names = [card.id for card in _of("ownership", "frugality", count=6)]
    put_all(home, {name: DUE._replace(memory=Memory(5.0 + at, 5.0)) for at, name in enumerate(names) if at % 2})
    first, again = ([card.id for card in _queue(home).cards] for _ in range(2))
    assert first == again


def _queue(home: Home) -> Queue:
    store = opened(home)
    queue = build(store, TODAY, MANY)
    store.close()
    return queue


@given(st.integers(0, 30), st.integers(0, 30))
def test_new_cards_are_spread_evenly_between_reviews(reviews: int, new: int) -> None:
    queue = Queue(
        [],
        [QueuedCard(f"r{at}", None, ()) for at in range(reviews)],
        [QueuedCard(f"n{at}", None, (), None, True) for at in range(new)],
    )
    order = [card.id[0] for card in iter(lambda: queue.take(NOON, 0), None)]
    assert {"r": reviews, "n": new} == {"r": order.count("r"), "n": order.count("n")}
    for at in range(len(order) + 1):
        # At any place both groups are used up alike, but for one card.
        assert abs(order[:at].count("n") * (reviews + 1) - order[:at].count("r") * (new + 1)) <= reviews + new + 2


@given(st.lists(st.sampled_from("AAABC"), max_size=60))
def test_alternating_moves_no_card_behind_more_than_its_neighbours(principles: list[str]) -> None:
    cards = [QueuedCard(str(at), None, (one,)) for at, one in enumerate(principles)]
    order = [int(card.id) for card in alternated(cards)]
    assert list(range(len(cards))) == sorted(order)
    for place, at in enumerate(order):
        assert NEIGHBOURHOOD >= sum(other > at for other in order[:place])
        assert NEIGHBOURHOOD > at - place
    assert order == [int(card.id) for card in alternated(cards)]


@given(st.lists(st.sampled_from("AABC"), min_size=1, max_size=40))
def test_two_of_one_principle_follow_each_other_only_where_no_neighbour_differs(principles: list[str]) -> None:
    cards = [QueuedCard(str(at), None, (one,)) for at, one in enumerate(principles)]
    order = [card.principles[0] for card in alternated(cards)]
    done = [int(card.id) for card in alternated(cards)]
    for place in range(1, len(done)):
        if order[place - 1] == order[place]:
            ahead = [at for at in range(len(cards)) if at not in done[:place]][:NEIGHBOURHOOD]
            assert {principles[at] for at in ahead} == {order[place]}


def test_the_weakest_card_is_asked_first_whatever_its_principle(home: Home) -> None:
    with_cards(home, *_of("ownership", "frugality"))
    put(home, "deck/frugality-2", DUE._replace(memory=Memory(0.5, 5.0)))
    put(home, "deck/ownership-0", DUE)
    assert ["deck/frugality-2", "deck/ownership-0"] == [card.id for card in _queue(home).reviews]


# Learning cards


def test_a_learning_card_comes_at_its_minute_even_before_what_is_due(eight: Home) -> None:
    put_all(eight, {NAMES[0]: DUE, NAMES[1]: DUE._replace(state=State.LEARNING, step=0, due_at_ms=NOON + MINUTE)})
    store = opened(eight)
    assert NAMES[0] == asked(sitting(store, limits=Limits(0, 9)), NOON).card.id
    assert NAMES[1] == asked(sitting(store, limits=Limits(0, 9)), NOON + MINUTE).card.id
    store.close()


def test_a_learning_card_is_asked_early_only_when_nothing_but_skipped_cards_is_left(home: Home) -> None:
    with_cards(home, basic(NAMES[0]), basic(NAMES[1]))
    reviewer = play(home, SHOW, GOOD, Do.SKIP, SHOW, EASY, SHOW, EASY)
    assert [NAMES[0], NAMES[1], NAMES[0], NAMES[1]] == reviewer.seen


def test_a_learning_card_more_than_twenty_minutes_away_ends_the_sitting_with_its_time(home: Home) -> None:
    with_cards(home, basic(NAMES[0]))
    put(home, NAMES[0], DUE._replace(state=State.RELEARNING, step=0, due_at_ms=NOON + 20 * MINUTE + 1))
    store = opened(home)
    session = sitting(store)
    assert NOON + 20 * MINUTE + 1 == ended(session, NOON).learning_ms
    assert NAMES[0] == asked(session, NOON + 1).card.id
    store.close()


def test_decks_of_several_files_make_one_queue(home: Home) -> None:
    make(home)
    put_deck(home, "b", basic("b/1"), principles=("ownership",))
    put_deck(home, "a", basic("a/1"), basic("a/2"), principles=("ownership",))
    indexed(home)
    assert ["a/1", "b/1", "a/2"] == [card.id for card in _queue(home).new]
