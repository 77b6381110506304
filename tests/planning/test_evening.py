"""What an evening of the plan asks: rules that hold for any cards, and studies over every evening until the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import KINDS, PRINCIPLES, SURE, decks, new, planner, seen, study

from homes import TODAY
from lpdeck.days import MINUTE_MS, StudyDay
from lpdeck.planning.evening import LAST_DAYS, Evening, PlanCard, Planner, mixed
from lpdeck.scheduling import State

AHEAD = [0, 1, 2, 3, 5, 8, 21, 400]


@dataclass(frozen=True)
class Situation:
    """What a plan was asked, and the evening that it made of it."""

    plan: Planner
    cards: Sequence[PlanCard]
    left_ms: float | None
    most: int | None
    evening: Evening

    @property
    def chosen(self) -> list[PlanCard]:
        return [*self.evening.reviews, *self.evening.new]

    @property
    def in_review(self) -> list[PlanCard]:
        return [card for card in self.cards if card.schedule.state is State.REVIEW]

    @property
    def awake(self) -> list[PlanCard]:
        return [card for card in self.cards if (card.schedule.buried_until or TODAY) <= TODAY]

    def takes_ms(self, *cards: PlanCard) -> float:
        return self.plan.takes_ms(cards, {card.id for card in cards})

    def worth(self, card: PlanCard) -> float:
        """What a last look at a card adds for each of its milliseconds."""
        look = StudyDay(max(self.plan.day - 1, TODAY))
        return self.plan.worth.look_gain(card.schedule, look) / self.takes_ms(card)

    @property
    def waiting(self) -> list[PlanCard]:
        """The cards that get a last look from today on."""
        given_up = set(self.evening.given_up)
        last = [card for card in self.in_review if (card.schedule.last_day or 0) < self.evening.last_days]
        return [card for card in last if card not in given_up]


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Any cards, an interview today or later, any time that is left."""
    cards, most = draw(decks()), draw(st.none() | st.integers(0, 5))
    plan = planner(draw(st.sampled_from(AHEAD)), draw(st.sampled_from([1, 5, 20, 1440])))
    left = draw(st.none() | st.just(inf) | st.floats(0, 40 * MINUTE_MS))
    return Situation(plan, cards, left, most, plan.evening(cards, TODAY, left_ms=left, new=most))


# Rules that hold for any cards


@given(situations())
def test_nothing_is_asked_twice_and_nothing_that_sleeps_or_was_answered_today(one: Situation) -> None:
    counts = Counter(card.id for card in one.chosen)
    assert {1} >= set(counts.values())
    assert set(counts) <= {card.id for card in one.awake}
    assert {State.REVIEW} >= {card.schedule.state for card in one.evening.reviews}
    assert {None} >= {card.schedule.memory for card in one.evening.new}
    assert all((card.schedule.last_day or 0) < TODAY for card in one.chosen if card.id in one.evening.early)


@given(situations())
def test_what_is_chosen_takes_the_time_that_is_left_and_one_card_more_at_most(one: Situation) -> None:
    steps = [card for card in one.cards if card.schedule.state in (State.LEARNING, State.RELEARNING)]
    left = one.plan.evening_ms if one.left_ms is None else one.left_ms
    room = max(left - one.takes_ms(*steps), 0)
    longest = max((one.takes_ms(card) for card in one.chosen), default=0.0)
    # The learning steps of what is begun shortly before the end are left to the next evening.
    begun = sum(one.plan.habits.ms(card.kind, "first") for card in one.evening.new)
    assert one.takes_ms(*one.evening.reviews) + begun <= room + longest + 1e-6


@given(situations())
def test_no_more_cards_are_begun_than_allowed_and_none_on_the_day_itself(one: Situation) -> None:
    assert one.most is None or len(one.evening.new) <= one.most
    if one.plan.day == TODAY:
        assert () == one.evening.new


@given(situations())
def test_on_the_last_evening_cards_are_begun_only_when_all_last_looks_are_done(one: Situation) -> None:
    if one.plan.day == TODAY + 1 and one.evening.new:
        assert {card.id for card in one.waiting if card in one.awake} <= {card.id for card in one.evening.reviews}


@given(situations())
def test_early_is_what_is_asked_before_its_due_day_and_in_the_last_days_only(one: Situation) -> None:
    expected = {card.id for card in one.evening.reviews if (card.schedule.due_day or 0) > TODAY}
    assert expected == one.evening.early
    assert one.evening.last_days <= TODAY or not expected
    assert one.plan.day - one.evening.last_days in LAST_DAYS


@given(situations())
def test_the_last_looks_that_are_kept_fit_into_the_time_and_are_worth_most_for_it(one: Situation) -> None:
    given_up = [one.worth(card) for card in one.evening.given_up]
    assert set(one.evening.given_up) <= set(one.in_review)
    assert max(given_up, default=-inf) <= min(map(one.worth, one.waiting), default=inf)
    if one.left_ms is None:
        room = one.plan.evening_ms * max(one.plan.day - TODAY, 1)
        longest = max(map(one.takes_ms, one.waiting), default=0.0)
        assert one.takes_ms(*one.waiting) <= room + longest


@given(situations(), st.floats(0.001, 36500), st.floats(0.001, 36500))
def test_the_next_look_falls_into_the_last_days_and_comes_later_for_what_fades_sooner(
    one: Situation, stability: float, other: float
) -> None:
    sooner, later = (one.evening.next_look(value, TODAY) for value in sorted((stability, other), reverse=True))
    if one.evening.last_days <= TODAY:
        assert (None, None) == (sooner, later)
    else:
        assert sooner is not None
        assert later is not None
        assert one.evening.last_days <= sooner <= later < one.plan.day


@given(situations())
def test_the_principle_that_stands_worst_begins_first_and_its_cheapest_kind(one: Situation) -> None:
    begun = next(iter(one.evening.new), None)
    known = {principle: _known(one, principle) for principle in (*PRINCIPLES, "")}
    unseen = [card for card in one.awake if card.schedule.is_new]
    if begun is not None and not one.evening.reviews:
        worst = min(known[principle] for card in unseen for principle in card.principles or ("",))
        cheapest = min(
            one.takes_ms(card)
            for card in unseen
            if worst == min(known[principle] for principle in card.principles or ("",))
        )
        assert worst == min(known[principle] for principle in begun.principles or ("",))
        assert cheapest == one.takes_ms(begun)


def _known(one: Situation, principle: str) -> float:
    """How much of a principle would be known on the day; nothing where it has no card."""
    recalls = [one.plan.worth.recall(card.schedule) for card in one.cards if principle in (card.principles or ("",))]
    return sum(recalls) / len(recalls) if recalls else 0.0


@given(decks(), st.sampled_from(AHEAD))
def test_the_same_cards_give_the_same_evening(cards: list[PlanCard], ahead: int) -> None:
    assert planner(ahead).evening(cards, TODAY) == planner(ahead).evening(tuple(cards), TODAY)


@given(decks(), st.integers(1, 3))
def test_on_the_last_evenings_nothing_is_left_for_later_where_time_is_without_end(
    cards: list[PlanCard], ahead: int
) -> None:
    plan = planner(ahead, 1440)
    asked = {card.id for card in plan.evening(cards, TODAY, left_ms=inf).reviews} if ahead == 1 else set()
    done = set(study(plan, cards).days) | asked
    for card in cards:
        sleeps = (card.schedule.buried_until or 0) > TODAY
        in_time = (card.schedule.last_day or 0) >= plan.day - LAST_DAYS[0]
        assert card.schedule.state is not State.REVIEW or sleeps or in_time or card.id in done


# Edges


@pytest.mark.parametrize("ahead", AHEAD)
@pytest.mark.parametrize("left", [None, 0.0, inf])
def test_an_evening_without_cards_asks_nothing(ahead: int, left: float | None) -> None:
    evening = planner(ahead).evening([], TODAY, left_ms=left)
    assert ((), (), frozenset(), ()) == evening[:4]
    assert 0 == planner(ahead).least_minutes([], TODAY)


@pytest.mark.parametrize("ahead", AHEAD)
def test_without_time_nothing_is_asked(ahead: int) -> None:
    cards = [new("deck/new"), seen("deck/due", 3, 5), seen("deck/not-due", 30, 5)]
    evening = planner(ahead).evening(cards, TODAY, left_ms=0)
    assert ((), ()) == evening[:2]


def test_on_the_last_evening_a_learner_who_knows_nothing_yet_may_begin() -> None:
    assert 1 == len(planner(1).evening([new("deck/a")], TODAY).new)
    assert 0 == len(planner(0).evening([new("deck/a")], TODAY).new)


def test_on_the_day_what_is_weak_is_asked_and_what_is_known_is_not() -> None:
    cards = [seen("deck/weak", 2, 1, due_day=TODAY + 9), seen("deck/sure", 300, 1), new("deck/new")]
    weak = seen("deck/weak", 1, 2, due_day=TODAY + 9)
    evening = planner(0).evening([*cards[1:], weak], TODAY)
    assert (["deck/weak"], {"deck/weak"}) == ([card.id for card in evening.reviews], evening.early)


def test_steps_that_wait_are_paid_for_first() -> None:
    step = seen("deck/step", 1, 0)
    waiting = [step._replace(id=f"step-{n}", schedule=step.schedule._replace(state=State.LEARNING)) for n in range(9)]
    assert () == planner(20, 1).evening([new("deck/new"), *waiting], TODAY).new


def test_where_principles_stand_alike_the_kinds_that_cost_least_begin_first() -> None:
    cards = [new(f"deck/{kind}-{n}", kind, "ownership") for kind in KINDS for n in range(3)]
    begun = [card.kind for card in planner(30, 1440, habits=SURE).evening(cards, TODAY).new]
    assert sorted(begun, key=SURE_COST.__getitem__) == begun
    assert 12 == len(begun)


SURE_COST = {kind: SURE.begin_ms(kind, 2) for kind in KINDS}


def test_principles_without_a_card_seen_take_turns() -> None:
    cards = [new(f"deck/{slug}-{n}", "quiz", slug) for slug in PRINCIPLES for n in range(4)]
    begun = [card.principles for card in planner(30, 1440).evening(cards, TODAY).new]
    assert [3, 3, 3, 3] == [len(set(begun[at : at + 3])) for at in range(0, 12, 3)]


# Giving up


@pytest.mark.parametrize("count", [40, 400])
def test_of_equal_cards_too_only_those_are_kept_that_the_time_suffices_for(count: int) -> None:
    plan, cards = planner(3, 1), [seen(f"deck/{number:03}", 5, 9) for number in range(count)]
    evening = plan.evening(cards, TODAY)
    kept = count - len(evening.given_up)
    cost = plan.takes_ms(cards[:1], {cards[0].id})
    assert kept * cost == pytest.approx(3 * MINUTE_MS, abs=cost)


def test_nothing_is_given_up_where_the_time_suffices() -> None:
    cards = [seen(f"deck/{number}", 1 + number, 9) for number in range(30)]
    assert () == planner(3, 60).evening(cards, TODAY).given_up
    assert () != planner(3, 1).evening(cards, TODAY).given_up


def test_what_costs_much_for_what_it_adds_is_given_up_first() -> None:
    cards = [seen(f"deck/{kind}-{number}", 5, 9, kind) for kind in ("stage", "disqualifier") for number in range(20)]
    given_up = planner(3, 5).evening(cards, TODAY).given_up
    assert {"stage"} == {card.kind for card in given_up}


# Every evening until the day


def _last_looks(plan: Planner, cards: Sequence[PlanCard], seed: int = 0) -> dict[str, int]:
    """How many days before the interview each card was asked last."""
    done = study(plan, cards, seed)
    return {card: plan.day - max(days) for card, days in done.days.items()}


@pytest.mark.parametrize("ahead", [1, 2, 3, 8, 21])
@pytest.mark.parametrize("seed", [1, 2])
def test_where_the_time_suffices_every_card_seen_before_is_seen_in_the_last_days(ahead: int, seed: int) -> None:
    cards = [seen(f"deck/{n:02}", 0.5 + n * n / 5, 8 + n % 9, KINDS[n % 4]) for n in range(40)]
    looks = _last_looks(planner(ahead, 60), [*cards, *(new(f"deck/new-{n}") for n in range(10))], seed)
    assert {card.id for card in cards} <= set(looks)
    assert max(looks[card.id] for card in cards) <= LAST_DAYS[-1]


def test_new_cards_are_all_begun_where_the_time_suffices_and_seen_once_more() -> None:
    cards = [new(f"deck/{n:02}", KINDS[n % 4], PRINCIPLES[n % 3]) for n in range(40)]
    done = study(planner(21, 20), cards)
    assert {card.id for card in cards} == set(done.days)
    assert min(map(len, done.days.values())) >= 2
    assert all(max(days) >= done.evenings[-1].last_days for days in done.days.values())


def test_a_missed_evening_of_the_last_days_costs_no_card_its_look() -> None:
    cards = [seen(f"deck/{n:02}", 20 + n, 5) for n in range(40)]
    plan = planner(6, 30)
    for missed in range(3, 6):
        done = study(plan, cards, missed=[missed])
        assert all(max(days) >= done.evenings[-1].last_days for days in done.days.values())
        assert {card.id for card in cards} == set(done.days) or missed == 5


def test_the_evenings_of_the_last_days_hold_equally_much() -> None:
    cards = [seen(f"deck/{n:03}", 100 + n, 5, KINDS[n % 4]) for n in range(120)]
    plan = planner(12, 20, habits=SURE)
    done = study(plan, cards)
    loads = [plan.takes_ms(evening.reviews, {card.id for card in cards}) for evening in done.evenings]
    longest = max(plan.habits.ms(kind, "review") for kind in KINDS)
    last = [load for load in loads if load]
    assert last == loads[-len(last) :]
    assert len(last) in LAST_DAYS
    assert max(last) - min(last) <= 2 * longest


def test_what_lasts_is_seen_first_and_the_fragile_nearest_to_the_day() -> None:
    cards = [seen(f"deck/{n:02}", 50 + 10 * n, 5) for n in range(30)]
    looks = _last_looks(planner(9, 20, habits=SURE), cards)
    assert all(looks[weaker.id] <= looks[stronger.id] for weaker, stronger in pairwise(cards))


def test_a_look_comes_on_the_day_that_was_said_or_the_one_beside_it() -> None:
    cards = [seen(f"deck/{n:02}", 50 + 10 * n, 5) for n in range(30)]
    plan = planner(9, 20, habits=SURE)
    said = {card.id: plan.evening(cards, TODAY).next_look(50 + 10 * n, TODAY) for n, card in enumerate(cards)}
    done = study(plan, cards).days
    assert all(abs(done[card][-1] - (look or 0)) <= 1 for card, look in said.items())


@pytest.mark.parametrize(("ahead", "count"), [(5, 20), (14, 60), (21, 150)])
def test_the_least_minutes_are_enough_to_begin_every_card(ahead: int, count: int) -> None:
    cards = [new(f"deck/{n:03}", KINDS[n % 4], PRINCIPLES[n % 3]) for n in range(count)]
    least = planner(ahead, habits=SURE).least_minutes(cards, TODAY)
    assert set(study(planner(ahead, least + 1, habits=SURE), cards).days) == {card.id for card in cards}
    fewer = planner(ahead, max(round(least * 0.4), 1), habits=SURE)
    assert len(study(fewer, cards).days) < count


# Reviews and new cards together


@given(st.integers(0, 12), st.integers(0, 12))
def test_new_cards_stand_between_the_reviews_and_both_end_together(reviews: int, begun: int) -> None:
    old = [seen(f"old/{n}", 5, 5) for n in range(reviews)]
    fresh = [new(f"new/{n}") for n in range(begun)]
    found = mixed(old, fresh)
    assert old == [card for card in found if card in old]
    assert fresh == [card for card in found if card in fresh]
    if reviews and begun and reviews >= begun:
        assert found[0] in old
    for at in range(len(found)):
        ahead = sum(card in old for card in found[: at + 1])
        behind = at + 1 - ahead
        assert abs(ahead * (begun + 1) - behind * (reviews + 1)) <= max(reviews, begun) + 2


def test_an_evening_before_the_last_days_is_full_although_many_cards_have_siblings() -> None:
    """Of siblings one is asked a day, and its time is not reserved for the others."""
    shared = [new(f"deck/{n:03}")._replace(sibling=f"phrase {n % 10}") for n in range(200)]
    others = [new(f"other/{n:03}", "quiz") for n in range(40)]
    evening = planner(19, 20).evening([*shared, *others], TODAY)
    met = [card.sibling for card in evening.new if card.sibling is not None]
    assert len(set(met)) == len(met)
    assert len(evening.new) > 20
