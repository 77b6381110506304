from __future__ import annotations

import json

import pytest
from stores import MemoryStore, answer, mark, undo

from homes import DAY, HOUR, MINUTE, NOON, SCHEDULER, TODAY, basic, indexed, make, opened, put_deck, quiz, with_cards
from lpdeck.days import StudyDay
from lpdeck.deck.model import Card
from lpdeck.events import Kind
from lpdeck.filters import parse
from lpdeck.home import Home
from lpdeck.scheduling import NEW, Rating
from lpdeck.store.hot import DayLimits

CARDS = ("deck/a", "deck/b", "deck/c")
STARTS = NOON - 8 * HOUR  # four in the morning


def test_the_pace_is_that_of_the_last_answers_with_pauses_cut(store: MemoryStore) -> None:
    assert 20_000 == store.pace_ms()
    answer(store, "deck/a", took_ms=10_000)
    answer(store, "deck/a", took_ms=10 * 60_000)
    assert (10_000 + 60_000) / 2 == store.pace_ms()


def test_study_time_is_that_of_a_days_answers_and_crams_with_pauses_cut(store: MemoryStore) -> None:
    assert 0 == store.spent_ms(TODAY, STARTS)
    answer(store, "deck/a", at_ms=NOON - DAY, took_ms=1_000)
    answer(store, "deck/a", took_ms=10_000)
    store.cram("deck/b", Rating.GOOD, at_ms=NOON, day=TODAY, took_ms=10 * MINUTE, detail={})
    mark(store, Kind.SUSPEND, "deck/c")
    assert 10_000 + 3 * MINUTE == store.spent_ms(TODAY, STARTS)
    assert 1_000 == store.spent_ms(StudyDay(TODAY - 1), STARTS - DAY)


def test_study_time_that_was_undone_was_spent_all_the_same(store: MemoryStore) -> None:
    answer(store, "deck/a", took_ms=10_000)
    undo(store)
    assert 10_000 == store.spent_ms(TODAY, STARTS)


def test_study_time_is_found_after_the_clock_went_back(store: MemoryStore) -> None:
    answer(store, "deck/a", at_ms=NOON, took_ms=10_000)
    answer(store, "deck/a", at_ms=NOON - 6 * HOUR, took_ms=20_000)
    assert 30_000 == store.spent_ms(TODAY, STARTS)


def test_study_time_is_found_after_a_journey_west_moved_the_beginning_of_the_day(store: MemoryStore) -> None:
    answer(store, "deck/a", at_ms=STARTS + MINUTE, took_ms=10_000)
    assert 10_000 == store.spent_ms(TODAY, STARTS + 9 * HOUR)


def test_limits_of_a_day_are_kept_for_that_day_alone(store: MemoryStore) -> None:
    assert DayLimits() == store.day_limits(TODAY) == (None, None, None)
    store.set_day_limits(TODAY, DayLimits(new=0, minutes=15))
    assert (0, None, 15) == store.day_limits(TODAY)
    assert DayLimits() == store.day_limits(StudyDay(TODAY + 1))
    store.set_day_limits(TODAY, DayLimits(reviews=7))
    assert (None, 7, None) == store.day_limits(TODAY)
    assert [(1,)] == store.rows("SELECT count(*) FROM day_limits")


def test_the_last_day_is_the_latest_with_an_answer(store: MemoryStore) -> None:
    assert store.last_day() is None
    mark(store, Kind.SUSPEND, "deck/c", at_ms=NOON + 9 * DAY)
    assert store.last_day() is None
    answer(store, "deck/a", at_ms=NOON + DAY)
    answer(store, "deck/b", at_ms=NOON)
    assert TODAY + 1 == store.last_day()


# New cards by their principles

SETS = (("dive-deep",), ("dive-deep", "ownership"), ("ownership",), ())


@pytest.fixture
def shelves(home: Home) -> Home:
    """Two decks with two cards of every set of principles each, the later deck indexed first."""
    make(home)
    for name in ("b", "a"):
        cards = [basic(f"{name}/{number}", principles=SETS[number % 4]) for number in range(8)]
        put_deck(home, name, *cards)
        indexed(home)
    return home


def test_a_home_without_cards_has_no_sets_of_principles(home: Home) -> None:
    store = opened(with_cards(home))
    assert [] == store.principle_sets(0)
    store.close()


def test_every_set_of_principles_is_named_once(shelves: Home) -> None:
    store = opened(shelves)
    assert sorted(" ".join(slugs) for slugs in SETS) == store.principle_sets(0)
    store.close()


def test_many_sets_of_principles_are_all_found_and_those_not_asked_left_out(home: Home) -> None:
    from itertools import combinations

    from lpdeck.principles import Principle

    slugs = [principle.slug for principle in Principle]
    sets = [*combinations(slugs, 1), *combinations(slugs, 2)]
    cards = [basic(f"deck/{number}", principles=chosen) for number, chosen in enumerate(sets)]
    retired = basic("deck/retired", principles=slugs[:3], retired=True)
    store = opened(with_cards(home, *cards, retired, Card("deck/draft", "basic", {}, draft=True)))
    assert sorted(" ".join(chosen) for chosen in sets) == store.principle_sets(0)
    store.close()


def test_new_cards_of_a_set_come_in_the_order_of_the_files_the_decks_taking_turns(shelves: Home) -> None:
    store = opened(shelves)
    answer(store, "a/1")
    mark(store, Kind.SUSPEND, "a/5")
    mark(store, Kind.BURY, "b/1", due=TODAY + 1)
    mark(store, Kind.FLAG, "b/5", detail={"flag": "red"})
    slugs = ("dive-deep", "ownership")
    (card,) = store.new_cards(TODAY, 0, " ".join(slugs))
    assert ("b/5", slugs, None, True) == (card.id, card.principles, card.due_at_ms, card.is_new)
    tomorrow = store.new_cards(StudyDay(TODAY + 1), 0, " ".join(slugs))
    assert ["b/1", "b/5"] == [card.id for card in tomorrow]
    assert ["a/3", "b/3", "a/7", "b/7"] == [card.id for card in store.new_cards(TODAY, 0, "")]
    assert [] == list(store.new_cards(TODAY, 0, "ownership dive-deep"))
    store.close()


# What comes due


def test_reviews_of_the_coming_days_are_counted_by_day(store: MemoryStore) -> None:
    for card in CARDS:
        answer(store, card, Rating.EASY)
    for card, days in zip(CARDS, (2, 2, 5), strict=True):
        mark(store, Kind.RESCHEDULE, card, due=TODAY + days)
    assert {TODAY + 2: 2, TODAY + 5: 1} == store.due_on(TODAY, StudyDay(TODAY + 5))
    assert {TODAY + 2: 2} == store.due_on(TODAY, StudyDay(TODAY + 4))
    assert {TODAY + 5: 1} == store.due_on(StudyDay(TODAY + 2), StudyDay(TODAY + 9))
    mark(store, Kind.SUSPEND, "deck/a")
    assert {TODAY + 2: 1} == store.due_on(TODAY, StudyDay(TODAY + 2))
    assert {} == store.due_on(StudyDay(TODAY + 5), StudyDay(TODAY + 9))


def test_cards_in_a_learning_step_come_due_on_no_day(store: MemoryStore) -> None:
    answer(store, "deck/a", Rating.AGAIN)
    assert {} == store.due_on(StudyDay(TODAY - 1), StudyDay(TODAY + 9))


# Cards


def test_a_card_is_asked_for_with_its_schedule(store: MemoryStore) -> None:
    answer(store, "deck/a")
    for card in CARDS:
        assert (store.card(card), store.schedule(card)) == store.asked(card)
    assert store.asked("deck/none") is None


def test_cards_are_found_by_a_filter_in_the_order_of_the_decks(shelves: Home) -> None:
    store = opened(shelves)
    answer(store, "b/2")
    found = store.find(parse("principle:ownership -is:new or id:a/0"), TODAY, SCHEDULER)
    assert ["a/0", "b/2"] == found
    assert [] == store.find(parse("nowhere"), TODAY, SCHEDULER)
    assert 16 == len(store.find(parse(""), TODAY, SCHEDULER))
    store.close()


def test_ten_thousand_cards_are_fetched_at_once(store: MemoryStore) -> None:
    store.raw.execute("""
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO card SELECT printf('deck/%05d', i), 'deck', 10 + i, i, 'basic', '', '{}', NULL, '[]', 0, 0, 1, NULL,
          'f', 0, 0, i FROM n""")
    answer(store, "deck/00007")
    ids = [f"deck/{number:05}" for number in range(10_000, 0, -1)]
    found = store.cards_with([*ids, "deck/none", ids[0]])
    assert list(reversed(ids)) == [card.id for card, _ in found]
    assert {"deck/00007": 1} == {card.id: schedule.reps for card, schedule in found if schedule != NEW}


def test_cards_are_fetched_in_the_order_of_the_decks_whatever_is_asked(shelves: Home) -> None:
    store = opened(shelves)
    answer(store, "a/3")
    found = store.cards_with(iter(["b/1", "a/3", "b/0", "a/none"]))
    assert ["a/3", "b/0", "b/1"] == [card.id for card, _ in found]
    assert [1, 0, 0] == [schedule.reps for _, schedule in found]
    assert [] == store.cards_with([])
    store.close()


def test_the_cards_of_a_deck_are_those_that_can_be_asked(home: Home) -> None:
    cards = (basic("deck/z"), basic("deck/old", retired=True), quiz("deck/a", ["x", "y"], "x"))
    store = opened(with_cards(home, *cards, Card("deck/half", "basic", {}, draft=True)))
    answer(store, "deck/a")
    found = store.cards_of("deck")
    assert ["deck/z", "deck/a"] == [card.id for card, _ in found]
    assert [NEW, store.schedule("deck/a")] == [schedule for _, schedule in found]
    assert [] == store.cards_of("none")
    store.close()


def test_siblings_are_found_across_decks_but_for_retired_ones(home: Home) -> None:
    make(home)
    phrase = {"phrase": "It was not my job"}
    for name, retired in (("b", False), ("a", False), ("c", True)):
        put_deck(home, name, Card(f"{name}/x", "disqualifier", phrase, retired=retired))
    indexed(home)
    store = opened(home)
    stored = store.card("a/x")
    assert stored is not None
    assert stored.sibling is not None
    assert ["a/x", "b/x"] == store.with_sibling(stored.sibling)
    assert [] == store.with_sibling("another")
    store.close()


def test_cards_are_found_by_the_end_of_their_id(home: Home) -> None:
    make(home)
    put_deck(home, "d", *(basic(f"d/{number:02}-x") for number in range(12)), basic("d/%"), basic("d/y_x"))
    store = opened(with_cards(home))
    assert ["d/07-x"] == store.ids_like("07-x")
    assert ["d/%"] == store.ids_like("%")
    assert ["d/y_x"] == store.ids_like("_x")
    assert [f"d/{number:02}-x" for number in range(10)] == store.ids_like("-x")
    assert [] == store.ids_like("nowhere")
    store.close()


def test_what_is_not_there_is_a_new_card_or_none(store: MemoryStore) -> None:
    assert store.card("deck/none") is None
    assert NEW == store.schedule("deck/none")
    assert [] == store.events_of("deck/none")


def test_a_home_is_unused_until_something_happens_to_a_card(store: MemoryStore) -> None:
    assert store.is_unused()
    mark(store, Kind.FLAG, "deck/a", detail={"flag": "red"})
    undo(store)
    assert not store.is_unused()


def test_a_choice_of_a_cram_is_kept_as_it_was_written(store: MemoryStore) -> None:
    store.cram("deck/a", Rating.AGAIN, at_ms=NOON, day=TODAY, took_ms=1, detail={"option": "Größe", "right": False})
    assert [{"option": "Größe", "right": False}] == [
        json.loads(row[0]) for row in store.rows("SELECT detail FROM event")
    ]
