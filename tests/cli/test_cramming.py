from __future__ import annotations

import re

import pytest

from homes import basic, query, with_cards
from lpdeck.home import Home

from .conftest import Lpdeck
from .drills import CHECKLIST, DUEL, HUNT, LAMP, letter_of, rows
from .test_reviewing import fronts


def schedules(home: Home) -> list[tuple[object, ...]]:
    return query(home, "SELECT * FROM schedule ORDER BY card")


def test_cramming_touches_no_schedule_and_is_logged_as_cramming(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(3))
    lpdeck("review", stdin="\n4\nq\n")
    before, waiting = schedules(home), lpdeck("due", "--json").json
    done = lpdeck("cram", "kind:basic", stdin="\nright\n\n1\n\n3\n\n3\n")
    assert (0, "") == (done.code, done.err)
    assert (before, waiting) == (schedules(home), lpdeck("due", "--json").json)
    assert ["answer", "cram", "cram", "cram", "cram"] == [kind for kind, _, _ in rows(home)]


def test_cramming_ends_when_each_card_was_right_once(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(2))
    done = lpdeck("cram", "kind:basic", stdin="\nagain\n\nright\n\nagain\n\nright\n\nnever read\n")
    asked = re.findall(r"What is (\d)", done.out)
    assert [asked[0], asked[1], asked[0], asked[0]] == asked
    assert "Each of 2 cards was right once; no schedule was touched." in done.out
    assert "4 answers" in done.out
    assert [1, 3, 1, 3] == [rating for _, _, rating in rows(home)]


def test_cramming_offers_right_and_again_alone(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    done = lpdeck("cram", "kind:basic", stdin="\n4\nhard\nq\n")
    assert "1 again, 3 right, u undoes" in done.out
    assert "(cram, 1 left)" in done.out
    assert not re.search(r"easy|hard \d|\dm\b", done.out.replace("“hard”", ""))
    assert [] == rows(home)


def test_the_drills_are_crammed_too(lpdeck: Lpdeck, home: Home) -> None:
    for card in (LAMP, DUEL, HUNT, CHECKLIST):
        with_cards(home, card)
        first = lpdeck("cram", f"kind:{card.kind}", stdin="\n" * 2 + "q\n").out
        right = {
            "lamp": lambda text: letter_of(text, "green") + "\n",
            "duel": lambda text: "\n" + letter_of(text, "It cost us") + "\n",
            "hunt": lambda _: "2 4\n",
            "checklist": lambda _: "\nall\n",
        }[card.id]
        done = lpdeck("cram", f"kind:{card.kind}", stdin=right(first) + "3\n")
        assert "Each of 1 card was right once" in done.out, card.id
        assert ("cram", card.id, 3) == rows(home)[-1]


def test_a_crammed_answer_can_be_taken_back_in_its_sitting(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(2))
    done = lpdeck("cram", "kind:basic", stdin="\n3\nu\nq\n")
    asked = re.findall(r"What is (\d)", done.out)
    assert asked[0] == asked[2]
    assert ["cram", "undo"] == [kind for kind, _, _ in rows(home)]


def test_an_undo_while_cramming_leaves_the_review_before_it_alone(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    lpdeck("review", stdin="\n4\n")
    before = schedules(home)
    assert "nothing to undo" in lpdeck("cram", "kind:basic", stdin="u\nq\n").out
    assert before == schedules(home)


def test_suspended_cards_are_crammed_only_when_they_are_asked_for(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(2))
    lpdeck("suspend", "What is 2?")
    assert "What is 2?" not in lpdeck("cram", "kind:basic", stdin="\n3\n\n3\n").out
    assert "What is 2?" in lpdeck("cram", "is:suspended", stdin="q\n").out


def test_cards_that_are_not_due_are_crammed_beyond_the_daily_limits(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(15))
    lpdeck("config", "set", "new_per_day", "0")
    assert "(cram, 15 left)" in lpdeck("cram", "kind:basic", stdin="q\n").out


def test_the_order_of_a_cram_is_the_same_on_one_day(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(12))
    orders = [re.findall(r"What is (\d+)", lpdeck("cram", "kind:basic", stdin="\n3\n" * 12).out) for _ in range(2)]
    assert orders[0] == orders[1]
    assert orders[0] != sorted(orders[0], key=int)


@pytest.mark.parametrize("words", [(), ("",), ("--plain",)])
def test_cram_without_a_filter_is_refused(lpdeck: Lpdeck, home: Home, words: tuple[str, ...]) -> None:
    with_cards(home, *fronts(1))
    done = lpdeck("cram", *words, stdin="q\n")
    assert (2, "") == (done.code, done.out)
    assert "cram needs to know which cards" in done.err


def test_nothing_to_cram_is_said(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    done = lpdeck("cram", "kind:quiz", stdin="\n")
    assert (0, "") == (done.code, done.out)
    assert "No card that can be asked fits the filter" in done.err
