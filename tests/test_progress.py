from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import TODAY
from lpdeck.principles import Principle
from lpdeck.progress import (
    DAYS,
    ENOUGH_SEEN,
    RETENTION_DAYS,
    WEEKS,
    Missing,
    PrincipleProgress,
    Recall,
    first_day,
    progress,
    starts_of_weeks,
)
from lpdeck.store.known import DeckPages, Kept, KnownCards

SLUGS = [principle.slug for principle in Principle]
NUMBERS = ("cards", "new", "learning", "review", "mature", "due", "suspended", "drafts")
NOTHING = KnownCards._make([("ownership",), "basic", *[0] * 10, 0.0, 0.0, ()])

PRINCIPLES = st.lists(st.sampled_from(SLUGS[:4]), max_size=3, unique=True).map(tuple)
CARDS = st.builds(
    KnownCards,
    PRINCIPLES,
    st.sampled_from(["basic", "quiz", "stage"]),
    *[st.integers(0, 9)] * 10,
    recalled=st.sampled_from([0.0, 0.5, 2.0]),
    on_the_day=st.sampled_from([0.0, 0.25]),
    leeches=st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple),
)
KEPT = st.builds(
    Kept, PRINCIPLES, st.integers(TODAY - 80, TODAY + 2), st.booleans(), st.integers(3, 5), st.integers(0, 3)
)


def _total(*rows: KnownCards | Kept | DeckPages) -> PrincipleProgress:
    cards = [row for row in rows if isinstance(row, KnownCards)]
    kept = [row for row in rows if isinstance(row, Kept)]
    pages = [row for row in rows if isinstance(row, DeckPages)]
    return progress(cards, kept, pages, TODAY)[1]


def _kept(ago: int, *, mature: bool = False, reviews: int = 4, remembered: int = 3) -> Kept:
    return Kept(("ownership",), TODAY - ago, mature, reviews, remembered)


@given(st.lists(CARDS, max_size=8), st.lists(KEPT, max_size=8))
def test_every_number_is_the_sum_over_the_rows_of_a_principle(cards: list[KnownCards], kept: list[Kept]) -> None:
    each, total = progress(cards, kept, [], TODAY)
    assert SLUGS == [one.principle.slug for one in each if one.principle]
    assert total.principle is None
    _check(cards, kept, total)
    for one in each:
        assert one.principle is not None
        slug = one.principle.slug
        _check([row for row in cards if slug in row.principles], [row for row in kept if slug in row.principles], one)


def _check(cards: list[KnownCards], kept: list[Kept], found: PrincipleProgress) -> None:
    for name in NUMBERS:
        assert sum(getattr(row, name) for row in cards) == getattr(found, name)
    assert sorted(leech for row in cards for leech in row.leeches) == list(found.leeches)
    seen, awake = sum(row.seen for row in cards), sum(row.awake for row in cards)
    assert (sum(row.recalled for row in cards) / seen if seen else None) == found.now.mean
    assert (sum(row.on_the_day for row in cards) / awake if awake else None) == found.ahead.mean
    lately = [row for row in kept if row.day > TODAY - RETENTION_DAYS]
    for mature, share in ((False, found.young_kept), (True, found.mature_kept)):
        own = [row for row in lately if row.mature is mature]
        assert (sum(row.reviews for row in own), sum(row.remembered for row in own)) == (
            share.reviews,
            share.remembered,
        )
    for start, week in zip(starts_of_weeks(TODAY), found.weeks, strict=True):
        own = [row for row in kept if start <= min(row.day, TODAY) < start + 7]
        assert sum(row.reviews for row in own) == week.reviews
        assert (sum(row.remembered for row in own) / week.reviews if week.reviews else None) == week.retention


def test_without_anything_to_count_there_is_no_rate() -> None:
    assert PrincipleProgress(None) == _total()
    total = _total()
    assert (None, None, None) == (total.now.mean, total.ahead.mean, total.kept.retention)
    assert (None, 0, 0) == (total.weakest, total.parts, total.covered)


def test_a_card_of_two_principles_counts_for_both_and_once_in_all() -> None:
    row = NOTHING._replace(principles=("ownership", "frugality"), cards=1)
    each, total = progress([row], [], [], TODAY)
    assert {"ownership", "frugality"} == {one.principle.slug for one in each if one.principle and one.cards}
    assert 1 == total.cards


def test_a_card_of_no_principle_counts_in_all_only() -> None:
    each, total = progress([NOTHING._replace(principles=(), cards=1)], [], [], TODAY)
    assert (0, 1) == (sum(one.cards for one in each), total.cards)


def test_young_and_mature_cards_are_kept_apart_and_together() -> None:
    total = _total(_kept(0), _kept(3, mature=True, remembered=4))
    assert (0.75, 1.0, 0.875) == (total.young_kept.retention, total.mature_kept.retention, total.kept.retention)


def test_retention_looks_back_thirty_days_and_the_weeks_fifty_six() -> None:
    ends = _total(_kept(RETENTION_DAYS - 1)), _total(_kept(RETENTION_DAYS))
    assert [4, 0] == [total.kept.reviews for total in ends]
    assert [4, 0] == [sum(week.reviews for week in _total(_kept(ago)).weeks) for ago in (DAYS - 1, DAYS)]


def test_the_last_week_ends_today() -> None:
    assert [TODAY - 55, TODAY - 6] == [first_day(TODAY), starts_of_weeks(TODAY)[-1]]
    counted = [[week.reviews for week in _total(_kept(ago)).weeks].index(4) for ago in (0, 6, 7, DAYS - 1)]
    assert [WEEKS - 1, WEEKS - 1, WEEKS - 2, 0] == counted


def test_an_answer_of_a_clock_that_was_ahead_counts_today() -> None:
    total = _total(_kept(-3))
    assert (4, 4) == (total.weeks[-1].reviews, total.kept.reviews)


def test_the_weakest_kind_is_the_one_recalled_least_of_those_seen_often_enough() -> None:
    few = NOTHING._replace(kind="quiz", seen=ENOUGH_SEEN - 1, recalled=0.1)
    weak = NOTHING._replace(kind="stage", seen=ENOUGH_SEEN, recalled=1.5)
    strong = NOTHING._replace(kind="basic", seen=9, recalled=8.0)
    assert ("stage", Recall(ENOUGH_SEEN, 1.5)) == _total(few, strong, weak).weakest
    assert _total(few).weakest is None


def test_parts_that_no_card_asks_are_missing() -> None:
    pages = {"p": {"quiz": True, "levels": False}, "q": {"answer": False}, "r": {"quiz": True}}
    deck = DeckPages("deck", ("ownership", "frugality"), pages)
    each, total = progress([], [], [deck], TODAY)
    expected = [Missing("deck", "p", ("levels",), 2), Missing("deck", "q", ("answer",), 1)]
    assert (4, 2, expected) == (total.parts, total.covered, total.missing)
    assert [expected, expected] == [one.missing for one in each if one.parts]


@pytest.mark.parametrize("principles", [(), ("ownership",)])
def test_pages_alone_are_no_cards(principles: tuple[str, ...]) -> None:
    each, total = progress([], [], [DeckPages("deck", principles, {"p": {"quiz": False}})], TODAY)
    assert (0, 1, len(principles)) == (total.cards, total.parts, sum(one.parts for one in each))
