from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from homes import SCHEDULER, TODAY
from lpdeck.principles import Principle
from lpdeck.progress import PrincipleProgress, progress
from lpdeck.scheduling import LEECH_LAPSES, MATURE_DAYS, Memory, Schedule, State
from lpdeck.store.log import CardRow

DUE = Schedule(State.REVIEW, None, Memory(5.0, 5.0), TODAY, None, TODAY - 9, TODAY - 5, TODAY - 5, 5, 3)
SLUGS = [principle.slug for principle in Principle]

SCHEDULES = st.builds(
    Schedule._replace,
    st.sampled_from([DUE, DUE._replace(state=State.LEARNING), DUE._replace(state=State.RELEARNING)]),
    memory=st.builds(Memory, st.floats(0.1, 300), st.floats(1, 10)),
    due_day=st.integers(TODAY - 2, TODAY + 2),
    last_day=st.integers(TODAY - 40, TODAY),
    interval=st.integers(MATURE_DAYS - 2, MATURE_DAYS + 2),
    lapses=st.integers(LEECH_LAPSES - 2, LEECH_LAPSES + 2),
    suspended=st.booleans(),
    buried_until=st.none() | st.integers(TODAY - 1, TODAY + 1),
)
ROWS = st.builds(
    CardRow,
    id=st.just("deck/a"),
    principles=st.lists(st.sampled_from(SLUGS[:4]), max_size=3, unique=True).map(tuple),
    kind=st.just("basic"),
    asked=st.sampled_from([True, True, True, False]),
    schedule=SCHEDULES | st.just(Schedule()) | st.just(Schedule(suspended=True)),
    reviews=st.integers(3, 5),
    remembered=st.integers(0, 3),
)


def _row(schedule: Schedule, *, asked: bool = True, reviews: int = 0, remembered: int = 0) -> CardRow:
    return CardRow("deck/a", ("ownership",), "basic", asked, schedule, reviews, remembered)


def _total(*rows: CardRow) -> PrincipleProgress:
    return progress(rows, SCHEDULER, TODAY)[1]


@given(st.lists(ROWS, max_size=12))
def test_every_number_is_what_counting_the_cards_one_by_one_gives(rows: list[CardRow]) -> None:
    each, total = progress(rows, SCHEDULER, TODAY)
    assert SLUGS == [one.principle.slug for one in each if one.principle]
    assert total.principle is None
    _check(rows, total)
    for one in each:
        assert one.principle is not None
        _check([row for row in rows if one.principle.slug in row.principles], one)


def _check(rows: list[CardRow], found: PrincipleProgress) -> None:
    """Each figure against a fold of its own over the rows."""
    cards = [row.schedule for row in rows if row.asked]
    known = [one for one in cards if one.memory]
    in_review = [one for one in known if one.state is State.REVIEW]
    mature = [one for one in in_review if one.interval and one.interval >= MATURE_DAYS]
    assert len(rows) - len(cards) == found.drafts
    assert len(cards) == found.cards == found.new + found.learning + found.review + found.mature
    assert len(cards) - len(known) == found.new
    assert len(known) - len(in_review) == found.learning
    assert (len(mature), len(in_review) - len(mature)) == (found.mature, found.review)
    assert sum(one.suspended for one in cards) == found.suspended
    assert sum(one.lapses >= LEECH_LAPSES for one in cards) == found.leeches
    asleep = [one for one in known if one.suspended or (one.buried_until and one.buried_until > TODAY)]
    late = [one for one in known if one.due_day is not None and one.due_day <= TODAY]
    assert len([one for one in late if one not in asleep]) == found.due
    asked = [row for row in rows if row.asked]
    assert sum(row.reviews for row in asked) == found.reviews
    assert sum(row.remembered for row in asked) == found.remembered
    recalls = [
        SCHEDULER.retrievability(one.memory, one.last_day, TODAY) for one in known if one.memory and one.last_day
    ]
    if not recalls:
        assert found.recall is None
    else:
        assert found.recall is not None
        assert abs(sum(recalls) / len(recalls) - found.recall) < 1e-9


def test_without_anything_to_count_there_is_no_rate() -> None:
    total = _total()
    assert (None, None, 0) == (total.recall, total.retention, total.cards)


def test_a_card_of_two_principles_counts_for_both_and_once_in_all() -> None:
    row = CardRow("deck/a", ("ownership", "frugality"), "basic", True, DUE, 4, 3)
    each, total = progress([row], SCHEDULER, TODAY)
    counted = [one.principle.slug for one in each if one.principle and one.cards]
    assert {"ownership", "frugality"} == set(counted)
    assert (1, 4, 3) == (total.cards, total.reviews, total.remembered)


def test_a_card_of_no_principle_counts_in_all_only() -> None:
    each, total = progress([CardRow("deck/a", (), "basic", True, DUE, 0, 0)], SCHEDULER, TODAY)
    assert (0, 1) == (sum(one.cards for one in each), total.cards)


def test_retention_is_the_share_that_was_remembered() -> None:
    assert 0.75 == _total(_row(DUE, reviews=3, remembered=2), _row(DUE, reviews=1, remembered=1)).retention


def test_recall_is_the_mean_of_what_is_predicted_now() -> None:
    fresh, old = DUE._replace(last_day=TODAY), DUE._replace(last_day=TODAY - 5)
    recall = _total(_row(fresh), _row(old), _row(Schedule())).recall
    assert recall is not None
    assert abs((1.0 + 0.9) / 2 - recall) < 1e-9


def test_a_draft_counts_apart_and_nowhere_else() -> None:
    total = _total(_row(DUE, asked=False, reviews=2, remembered=1))
    assert PrincipleProgress(None, drafts=1) == total


def test_three_weeks_make_a_card_mature() -> None:
    counted = [_total(_row(DUE._replace(interval=days))) for days in (MATURE_DAYS - 1, MATURE_DAYS)]
    assert [(1, 0), (0, 1)] == [(total.review, total.mature) for total in counted]
