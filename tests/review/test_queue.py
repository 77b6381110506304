from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import DUE, MANY, put

from homes import NOON, SCHEDULER, TODAY, basic, indexed, make, opened, put_deck, with_cards
from lpdeck.deck.model import Card
from lpdeck.home import Home
from lpdeck.review.queue import Limits, build
from lpdeck.scheduling import Memory, Schedule, State
from lpdeck.store.hot import HotStore

LEARNING = Schedule(State.LEARNING, 0, Memory(1.0, 5.0), TODAY, NOON + 9, TODAY, TODAY, None, -60, 1)


def _groups(store: HotStore, limits: Limits = MANY) -> tuple[list[str], list[str], list[str]]:
    queue = build(store, TODAY, limits)
    learning, reviews, new = ([card.id for card in group] for group in (queue.learning, queue.reviews, queue.new))
    return learning, reviews, new


def test_learning_cards_what_is_due_and_new_cards_are_apart(home: Home) -> None:
    names = ["deck/new", "deck/due", "deck/learning", "deck/later", "deck/suspended", "deck/buried", "deck/back"]
    with_cards(
        home, *map(basic, names), basic("deck/retired", retired=True), Card("deck/draft", "basic", {}, draft=True)
    )
    put(home, "deck/due", DUE)
    put(home, "deck/learning", LEARNING)
    put(home, "deck/later", DUE._replace(due_day=TODAY + 1))
    put(home, "deck/suspended", DUE._replace(suspended=True))
    put(home, "deck/buried", DUE._replace(buried_until=TODAY + 1))
    put(home, "deck/back", DUE._replace(buried_until=TODAY, due_day=TODAY - 1, last_day=TODAY - 6))
    put(home, "deck/retired", DUE)
    put(home, "deck/draft", DUE)
    put(home, "deck/orphan", DUE)
    store = opened(home)
    assert (["deck/learning"], ["deck/back", "deck/due"], ["deck/new"]) == _groups(store)
    store.close()


def test_a_suspended_or_buried_new_card_waits(home: Home) -> None:
    with_cards(home, basic("deck/a"), basic("deck/b"), basic("deck/c"))
    put(home, "deck/a", Schedule(suspended=True))
    put(home, "deck/b", Schedule(buried_until=TODAY + 1))
    store = opened(home)
    assert ([], [], ["deck/c"]) == _groups(store)
    store.close()


def test_what_is_due_comes_by_lowest_predicted_recall(home: Home) -> None:
    strengths = {"deck/a": (50.0, 10), "deck/b": (1.0, 10), "deck/c": (5.0, 10), "deck/d": (5.0, 30)}
    with_cards(home, *map(basic, strengths))
    for card, (stability, ago) in strengths.items():
        put(home, card, DUE._replace(memory=Memory(stability, 5.0), last_day=TODAY - ago))
    store = opened(home)
    recall = {
        card: SCHEDULER.retrievability(Memory(stability, 5.0), TODAY - ago, TODAY)
        for card, (stability, ago) in strengths.items()
    }
    assert ([], sorted(recall, key=lambda card: recall[card]), []) == _groups(store)
    store.close()


def test_the_limits_count_what_the_day_has_seen(home: Home) -> None:
    with_cards(home, *(basic(f"deck/{letter}") for letter in "abcdefgh"))
    for letter in "abc":
        put(home, f"deck/{letter}", DUE)
    put(home, "deck/d", DUE._replace(due_day=TODAY + 3, last_day=TODAY, reviewed_day=TODAY))
    put(home, "deck/e", LEARNING._replace(first_day=TODAY))
    store = opened(home)
    assert (["deck/e"], ["deck/a", "deck/b"], ["deck/f"]) == _groups(store, Limits(2, 3))
    assert (["deck/e"], [], []) == _groups(store, Limits(1, 1)) == _groups(store, Limits(0, 0))
    store.close()


def test_new_cards_come_in_the_order_of_their_files_and_decks_take_turns(home: Home) -> None:
    make(home)
    put_deck(home, "b", basic("b/2"), basic("b/1"))
    put_deck(home, "a", basic("a/9"), basic("a/3"))
    indexed(home)
    store = opened(home)
    assert ([], [], ["a/9", "b/2", "a/3", "b/1"]) == _groups(store)
    store.close()


def test_a_card_beyond_the_limit_does_not_keep_its_sibling_away(home: Home) -> None:
    with_cards(home, basic("deck/a", "one"), basic("deck/b", "two"), basic("deck/c", "Two."))
    put(home, "deck/a", DUE._replace(last_day=TODAY - 9))
    put(home, "deck/b", DUE)
    store = opened(home)
    assert ([], ["deck/a"], ["deck/c"]) == _groups(store, Limits(9, 1))
    assert ([], ["deck/a", "deck/b"], []) == _groups(store, Limits(9, 2))
    store.close()


def test_a_card_of_two_principles_counts_for_both(home: Home) -> None:
    with_cards(home, basic("deck/a", principles=("ownership", "frugality")), basic("deck/b", principles=("ownership",)))
    store = opened(home)
    queue = build(store, TODAY, MANY)
    assert {"ownership": 2, "frugality": 1} == dict(queue.by_principle())
    assert (0, 2) == (queue.due, len(queue.cards))
    store.close()


STATES = st.sampled_from(
    [
        None,
        LEARNING,
        DUE,
        DUE._replace(state=State.RELEARNING, due_at_ms=NOON),
        DUE._replace(last_day=TODAY, due_day=TODAY + 2, reviewed_day=TODAY),
        DUE._replace(due_day=TODAY + 1),
    ]
)


@given(
    st.lists(st.tuples(st.integers(0, 3), STATES), min_size=1, max_size=12),
    st.builds(Limits, st.integers(0, 4), st.integers(0, 4)),
)
@pytest.mark.slow
def test_no_two_siblings_are_asked_on_a_day_and_no_limit_is_passed(
    tmp_path_factory: pytest.TempPathFactory, cards: list[tuple[int, Schedule | None]], limits: Limits
) -> None:
    names = [f"deck/{number}" for number in range(len(cards))]
    family = {name: front for name, (front, _) in zip(names, cards, strict=True)}
    home = Home(tmp_path_factory.mktemp("queue"))
    with_cards(home, *(basic(name, f"front {front}") for name, front in family.items()))
    for name, (_, schedule) in zip(names, cards, strict=True):
        if schedule is not None:
            put(home, name, schedule)
    answered = {
        name for name, (_, schedule) in zip(names, cards, strict=True) if schedule and schedule.last_day == TODAY
    }
    store = opened(home)
    queue = build(store, TODAY, limits)
    asked = [card.id for card in queue.cards]
    families = [family[name] for name in asked]
    assert len(set(families)) == len(families)
    met = {family[name] for name in answered}
    strangers = [name for name in asked if name not in answered and family[name] in met]
    assert [] == strangers
    assert len(queue.reviews) <= max(0, limits.reviews_per_day - store.reviewed(TODAY))
    assert len(queue.new) <= max(0, limits.new_per_day - store.begun(TODAY))
    store.close()
