from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import DUE, Clock, asked, asked_ids, cram, ended, play, put, writing_desk

from homes import CALENDAR, DAY, MINUTE, NOON, SCHEDULER, SECOND, TODAY, basic, opened, query, with_cards
from lpdeck.home import Home
from lpdeck.review.drills import CRAMMED
from lpdeck.review.loop import Do, Flag
from lpdeck.review.session import CramSession, Finished, Left, Tally
from lpdeck.scheduling import Rating
from lpdeck.store.hot import HotStore

SHOW, UNDO, REDO = Do.REVEAL, Do.UNDO, Do.REDO
AGAIN, HARD, GOOD, EASY = Rating
NAMES = [f"deck/{letter}" for letter in "abcdefgh"]


@pytest.fixture
def eight(home: Home) -> Home:
    """A home with eight cards: two due, one that sleeps, the others new."""
    with_cards(home, *map(basic, NAMES))
    play(home, SHOW, EASY, SHOW, EASY, Do.SUSPEND, clock=Clock(NOON - 20 * DAY))
    return home


def _schedules(home: Home) -> list[tuple[object, ...]]:
    return query(home, "SELECT * FROM schedule ORDER BY card")


def _session(store: HotStore, cards: list[str], seed: str = "") -> CramSession:
    return CramSession(store, SCHEDULER, CALENDAR, cards, NOON, seed=seed)


def _kinds(home: Home) -> list[str]:
    return [kind for (kind,) in query(home, "SELECT kind FROM event ORDER BY id")]


def test_no_schedule_changes_and_the_log_says_cram(eight: Home) -> None:
    before = _schedules(eight)
    script = [SHOW, AGAIN, SHOW, GOOD, UNDO, REDO, UNDO, SHOW, AGAIN] + [SHOW, GOOD] * 8
    reviewer = cram(eight, NAMES, *script)
    assert 1 == len(reviewer.ends)
    assert before == _schedules(eight)
    assert {"cram", "undo", "redo"} == set(_kinds(eight)[3:])
    assert [(None, None, None)] == query(eight, "SELECT DISTINCT interval, due, weights FROM event WHERE kind = 'cram'")


def test_a_new_card_that_was_crammed_is_still_new(eight: Home) -> None:
    cram(eight, NAMES[3:], *[SHOW, GOOD] * 5)
    store = opened(eight)
    assert 5 == len(list(store.new_cards(TODAY, 0, "")))
    store.close()


def test_each_card_is_asked_until_it_was_right_once(eight: Home) -> None:
    reviewer = cram(eight, NAMES, *[SHOW, GOOD] * 8)
    assert NAMES == sorted(reviewer.seen)
    assert [Finished(crammed=8)] == reviewer.ends
    assert [Left(count, 0) for count in range(8, 0, -1)] == reviewer.lefts
    assert [CRAMMED] * 8 == reviewer.offered


def test_a_card_that_was_not_known_comes_back_after_four_others(eight: Home) -> None:
    seen = cram(eight, NAMES, SHOW, AGAIN, *[SHOW, GOOD] * 8).seen
    assert 9 == len(seen)
    assert [0, 5] == [at for at, card in enumerate(seen) if card == seen[0]]


def test_the_last_card_comes_back_until_it_is_known(eight: Home) -> None:
    reviewer = cram(eight, NAMES[:1], SHOW, AGAIN, SHOW, AGAIN, SHOW, GOOD)
    assert NAMES[:1] * 3 == reviewer.seen
    assert [Tally(3, 1, 0)] == reviewer.tallies


def test_a_suspended_card_that_was_asked_for_is_crammed(eight: Home) -> None:
    assert [NAMES[2]] == cram(eight, [NAMES[2]], SHOW, GOOD).seen


def test_a_leech_is_not_coached_while_cramming(eight: Home) -> None:
    put(eight, NAMES[1], DUE._replace(lapses=7))
    assert [] == cram(eight, [NAMES[1]], SHOW, AGAIN).leeches


def test_one_seed_is_one_order(eight: Home) -> None:
    store = opened(eight)
    first, same, other = (
        asked_ids(_session(store, cards, seed), NOON, [GOOD] * 9)
        for cards, seed in ((NAMES, "1"), (NAMES[::-1], "1"), (NAMES, "2"))
    )
    store.close()
    assert first == same != other
    assert NAMES == sorted(other)


def test_what_was_skipped_comes_last(eight: Home) -> None:
    seen = cram(eight, NAMES[:3], Do.SKIP, SHOW, GOOD, SHOW, GOOD, SHOW, GOOD).seen
    assert [seen[0], *seen[1:3], seen[0]] == seen


def test_the_only_card_left_can_not_be_skipped(eight: Home) -> None:
    reviewer = cram(eight, NAMES[:1], Do.SKIP, SHOW, GOOD)
    assert ["this is the only card left"] == reviewer.notices
    assert NAMES[:1] * 2 == reviewer.seen


def test_an_undo_asks_the_last_card_again_and_a_redo_settles_it(eight: Home) -> None:
    reviewer = cram(eight, NAMES[:2], SHOW, GOOD, SHOW, GOOD, UNDO, UNDO, REDO, REDO, REDO)
    first, second = reviewer.seen[:2]
    assert [first, second, second, first, second] == reviewer.seen
    assert ["nothing to redo"] == reviewer.notices
    assert [2, 2, 2] == [tally.answered for tally in reviewer.tallies]


def test_an_undo_takes_back_nothing_from_before_the_sitting(eight: Home) -> None:
    play(eight, Flag("red"), SHOW, AGAIN)
    cram(eight, NAMES[:2], SHOW, GOOD)
    before = _schedules(eight)
    reviewer = cram(eight, NAMES[:2], UNDO, SHOW, GOOD, UNDO, UNDO, REDO, REDO)
    assert ["nothing to undo", "nothing to undo", "nothing to redo"] == reviewer.notices
    assert before == _schedules(eight)


def test_a_redo_brings_back_nothing_from_before_the_sitting(eight: Home) -> None:
    play(eight, SHOW, AGAIN, UNDO)
    before = _schedules(eight)
    assert ["nothing to redo"] == cram(eight, NAMES[:2], REDO).notices
    assert before == _schedules(eight)


def test_a_review_takes_back_what_was_crammed_without_touching_a_schedule(eight: Home) -> None:
    cram(eight, NAMES[:1], SHOW, GOOD)
    before = _schedules(eight)
    play(eight, UNDO)
    assert ["cram", "undo"] == _kinds(eight)[3:]
    assert before == _schedules(eight)


@pytest.mark.parametrize("wish", [Do.SUSPEND, Do.BURY])
def test_a_card_that_is_put_aside_leaves_the_sitting_until_an_undo(eight: Home, wish: Do) -> None:
    reviewer = cram(eight, NAMES[3:5], wish, SHOW, GOOD, UNDO, UNDO, SHOW, GOOD, SHOW, GOOD)
    first, second = reviewer.seen[:2]
    assert [first, second, second, first, second] == reviewer.seen
    assert f"took back: {wish.value}" in reviewer.notices
    assert 2 == len(reviewer.ends)


@pytest.mark.parametrize("wish", [Do.SUSPEND, Do.BURY])
def test_a_card_that_sleeps_already_leaves_the_sitting_too(eight: Home, wish: Do) -> None:
    put(eight, NAMES[2], DUE._replace(suspended=True, buried_until=TODAY + 1))
    reviewer = cram(eight, NAMES[2:3], wish)
    assert [NAMES[2]] == reviewer.seen
    assert 1 == len(reviewer.ends)


def test_a_flag_stays_on_the_card_and_is_taken_back(eight: Home) -> None:
    reviewer = cram(eight, NAMES[:1], Flag("red"), SHOW, Flag("blue"), UNDO, UNDO, SHOW, GOOD)
    assert ["took back: flag"] * 2 == reviewer.notices
    assert [None, "red", "red", None] == [one.schedule.flag for one in reviewer.shown]
    assert [Finished(crammed=1)] == reviewer.ends


def test_a_card_edited_away_leaves_the_sitting(eight: Home) -> None:
    reviewer = cram(eight, NAMES[:2], Do.EDIT, SHOW, GOOD, desk=writing_desk(eight, lambda card: None))
    assert 2 == len(set(reviewer.seen)) == len(reviewer.seen)
    assert ["not asked any more: it was answered elsewhere, or lpdeck check says why"] == reviewer.notices
    assert 1 == len(reviewer.ends)


def test_nothing_is_crammed_of_no_cards(eight: Home) -> None:
    store = opened(eight)
    assert Finished(crammed=0) == ended(_session(store, []), NOON)
    store.close()


def test_the_time_spent_cramming_counts_for_the_day(eight: Home) -> None:
    clock = Clock()
    cram(eight, NAMES[:1], lambda: clock.move(90 * SECOND), SHOW, GOOD, clock=clock)
    store = opened(eight)
    day = CALENDAR.day_of(NOON)
    assert 90 * SECOND == store.spent_ms(day, CALENDAR.starts_ms(day))
    store.close()


def test_the_turn_of_the_day_keeps_a_cram_going(eight: Home) -> None:
    store = opened(eight)
    session = _session(store, NAMES[:2])
    first = asked(session, NOON)
    assert first.card.id == asked(session, NOON + DAY).card.id
    assert session.answer(first, GOOD, NOON + DAY)
    assert Left(1, 0) == session.left()
    store.close()


STEPS = st.lists(st.sampled_from([AGAIN, GOOD, UNDO, REDO, Do.SKIP]), max_size=25)


@settings(max_examples=settings().max_examples // 2)
@given(STEPS)
def test_any_cram_ends_when_each_card_was_right_once_and_touches_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Rating | Do]
) -> None:
    home = with_cards(Home(tmp_path_factory.mktemp("cram")), *map(basic, NAMES[:4]))
    play(home, SHOW, AGAIN, clock=Clock(NOON - MINUTE))
    before = _schedules(home)
    end = _end_of_cram(home, steps)
    assert before == _schedules(home)
    right = query(home, f"{STANDING} AND rating > 1 ORDER BY card")
    assert [(name,) for name in NAMES[:4]] == right
    assert Finished(crammed=4) == end


STANDING = """SELECT card FROM event e WHERE kind = 'cram' AND NOT EXISTS (SELECT 1 FROM event u WHERE u.kind = 'undo'
AND u.target = e.batch AND NOT EXISTS (SELECT 1 FROM event r WHERE r.kind = 'redo' AND r.target = u.batch))"""


def _end_of_cram(home: Home, steps: list[Rating | Do]) -> Finished:
    """A sitting with these steps, each an answer or a wish, then right answers to its end."""
    store = opened(home)
    session = _session(store, NAMES[:4])
    for step in steps:
        turn = session.next(NOON)
        if isinstance(step, Rating) and not isinstance(turn, Finished):
            session.answer(turn, step, NOON)
        elif step is UNDO:
            session.undo(NOON)
        elif step is REDO:
            session.redo(NOON)
        elif step is Do.SKIP:
            session.skip()
    asked_ids(session, NOON, [GOOD] * 9)
    end = ended(session, NOON)
    store.close()
    return end
