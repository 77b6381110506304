from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.identity import fingerprints
from lpdeck.deck.joining import BETWEEN, Dated, is_changed, join, joined
from lpdeck.deck.model import Card, Deck, PageRecord
from lpdeck.deck.uniting import Change, Fate, Shelf, unite_shelves

PAGE = "walkthrough:a story"


def from_page(question: str = "why?", strong: str = "because", **more: Any) -> Card:
    """A card that says what its page gave, the first of its pages."""
    fields = {"question": question, "strong": strong}
    imported = str(fingerprints("follow-up", fields, PAGE))
    return Card("deck/x", "follow-up", fields, pages=(PAGE,), imported=imported, **more)


def edited(card: Card, strong: str) -> Card:
    """The card with an answer in a learner's words."""
    return replace(card, fields={**card.fields, "strong": strong})


def test_words_of_a_learner_beat_those_of_the_page_though_they_are_older() -> None:
    page, own = from_page(), edited(from_page(), "mine")
    assert is_changed(own)
    assert not is_changed(page)
    assert own == joined(own, page, 1, 9) == joined(page, own, 9, 1)


def test_of_two_changed_forms_the_later_one_stands() -> None:
    one, other = edited(from_page(), "early"), edited(from_page(), "late")
    assert other == joined(one, other, 1, 2) == joined(other, one, 2, 1)


def test_of_two_forms_of_one_page_the_later_one_stands() -> None:
    one, other = from_page(strong="first edition"), from_page(strong="second edition")
    assert other == joined(one, other, 1, 2) == joined(other, one, 2, 1)
    assert one == joined(one, other, 2, 1)


def test_forms_of_one_moment_are_decided_alike_on_both_computers() -> None:
    one, other = edited(from_page(), "this"), edited(from_page(), "that")
    assert joined(one, other, 5, 5) == joined(other, one, 5, 5)


def test_the_form_that_stands_says_also_what_the_card_is() -> None:
    one = replace(edited(from_page(), "mine"), principles=("ownership",), retired=True)
    other = replace(from_page(), draft=True, conflict=True)
    assert one == joined(one, other, 1, 9)


def test_a_note_that_stands_in_the_other_is_not_kept_twice() -> None:
    card = from_page()
    short, long = replace(card, note="said once"), replace(card, note="said once and more")
    assert "said once and more" == joined(short, long, 9, 1).note == joined(long, short, 9, 1).note
    assert "said once" == joined(short, card, 1, 9).note


def test_two_notes_are_both_kept_and_told_apart_when_a_third_comes() -> None:
    card = from_page()
    first, second = replace(card, note="b, of the laptop\n\nin two parts"), replace(card, note="a, of the desktop")
    both = joined(first, second, 1, 2)
    assert f"a, of the desktop{BETWEEN}b, of the laptop\n\nin two parts" == both.note
    assert both.note == joined(second, both, 1, 2).note == joined(both, first, 2, 1).note


def test_a_note_that_one_form_has_alone_stays_as_it_was_written() -> None:
    card = from_page()
    own = replace(card, note="then this\n\n\n\nfirst that")
    for none in (card, replace(card, note=""), replace(card, note=" \n")):
        assert own.note == joined(own, none, 1, 9).note == joined(none, own, 9, 1).note


def test_words_keep_their_own_moment_though_what_they_beat_is_younger() -> None:
    early, late = edited(from_page(), "early"), edited(from_page(), "late")
    page = Dated(from_page(), 9)
    assert 1 == join(Dated(early, 1), page).changed_ms
    assert late == join(join(Dated(early, 1), page), Dated(late, 5)).card


def test_pages_of_a_card_written_by_hand_come_in_the_order_of_the_alphabet() -> None:
    by_hand = replace(edited(from_page(), "mine"), imported=None, pages=("z",))
    assert ("a", "z") == joined(by_hand, replace(by_hand, pages=("a",)), 2, 1).pages


def test_tags_and_pages_are_those_of_both() -> None:
    one = replace(from_page(), tags=("z", "a"), pages=(PAGE, "p"))
    other = replace(from_page(), tags=("a", "b"), pages=("q", "p"))
    both = joined(one, other, 2, 1)
    assert ("a", "b", "z") == both.tags
    assert (PAGE, "p", "q") == both.pages
    assert ("z", "a") == joined(one, one, 1, 2).tags


NOTES = st.sampled_from([None, "", "a", "b", "ab", "a\n\nb", "b\n\n\na", "c a"])
NAMES = st.lists(st.sampled_from(["p", "q", "r"]), unique=True, max_size=3).map(tuple)
FORMS = st.builds(
    lambda words, own, is_by_hand, pages, changed_ms, **more: Dated(
        replace(
            edited(from_page(strong=words), own) if own else from_page(strong=words),
            pages=tuple(sorted(pages)) if is_by_hand else pages or (PAGE,),
            **({"imported": None} if is_by_hand else {}),
            **more,
        ),
        changed_ms,
    ),
    st.sampled_from(["x", "y"]),
    st.sampled_from(["", "mine", "x"]),
    st.booleans(),
    NAMES,
    st.integers(0, 3),
    note=NOTES,
    tags=NAMES,
    retired=st.booleans(),
    draft=st.booleans(),
    principles=st.sampled_from([(), ("ownership",)]),
)


@given(one=FORMS, other=FORMS)
def test_joining_is_the_same_from_either_side_and_again(one: Dated, other: Dated) -> None:
    both = join(one, other)
    assert both == join(other, one)
    assert both == join(both, other) == join(one, both) == join(both, both)
    assert one == join(one, one)


@given(forms=st.tuples(FORMS, FORMS, FORMS))
def test_three_forms_become_one_in_whichever_order_they_meet(forms: tuple[Dated, Dated, Dated]) -> None:
    found = [join(join(a, b), c) for a, b, c in permutations(forms)]
    found += [join(a, join(b, c)) for a, b, c in permutations(forms)]
    assert all(one == found[0] for one in found)


# Shelves


def card(name: str, back: str = "because", **more: Any) -> Card:
    return Card(name, "basic", {"front": name, "back": back}, **more)


def shelf(*decks: Deck, aside: tuple[Deck, ...] = (), **more: Any) -> Shelf:
    return Shelf({deck.name: deck for deck in decks}, {deck.name: deck for deck in aside}, **more)


def test_a_new_card_goes_into_the_deck_of_the_same_name() -> None:
    mine, theirs = Deck("d", "D", cards=(card("d/a"),)), Deck("d", "D", cards=(card("d/b"), card("d/a")))
    done = unite_shelves(shelf(mine), shelf(theirs, moments={"d/b": 7}))
    assert {"d": replace(mine, cards=(card("d/a"), card("d/b")))} == done.decks
    assert (Change(Fate.COMES, "d", None, card("d/b")),) == done.changes
    assert {"d/a": 0, "d/b": 7} == done.moments


def test_a_deck_that_is_not_here_comes_whole() -> None:
    page = PageRecord(PAGE, "story.txt", "2026-01-01")
    theirs = Deck("d", "D", ("ownership",), (page,), ("d/gone",), (card("d/a", pages=(PAGE,)),))
    assert {"d": theirs} == unite_shelves(shelf(), shelf(theirs)).decks


def test_what_is_new_in_a_deck_that_was_renamed_here_goes_into_the_renamed_one() -> None:
    page = PageRecord(PAGE, "story.txt", "2026-01-01")
    mine = Deck("renamed", "D", pages=(page,), cards=(card("d/a"),))
    theirs = Deck("d", "D", pages=(page,), dropped=("d/gone",), cards=(card("d/a"), card("d/b")))
    done = unite_shelves(shelf(mine), shelf(theirs))
    assert {"renamed": replace(mine, dropped=("d/gone",), cards=(card("d/a"), card("d/b")))} == done.decks


def test_a_card_is_joined_in_whatever_deck_it_stands_here() -> None:
    mine, theirs = Deck("here", "H", cards=(card("d/a"),)), Deck("there", "T", cards=(card("d/a", "better"),))
    done = unite_shelves(shelf(mine), shelf(theirs, moments={"d/a": 7}))
    assert {"here": replace(mine, cards=(card("d/a", "better"),))} == done.decks
    assert {"d/a": 7} == done.moments


def test_a_card_that_was_deleted_there_leaves_and_does_not_come_back() -> None:
    mine, theirs = Deck("here", "H", cards=(card("d/a"), card("d/b"))), Deck("d", "D", dropped=("d/a",))
    done = unite_shelves(shelf(mine), shelf(theirs))
    assert {"here": replace(mine, dropped=("d/a",), cards=(card("d/b"),))} == done.decks
    assert (Change(Fate.LEAVES, "here", card("d/a"), None),) == done.changes
    assert {} == unite_shelves(shelf(*done.decks.values()), shelf(theirs)).decks


def test_a_card_that_was_deleted_here_does_not_come_back() -> None:
    mine, theirs = Deck("d", "D", dropped=("d/a",)), Deck("d", "D", cards=(card("d/a"),))
    assert {} == unite_shelves(shelf(mine), shelf(theirs)).decks


def test_a_card_that_moved_to_another_deck_by_hand_is_not_deleted() -> None:
    mine = Deck("d", "D", cards=(card("d/a"),))
    theirs = (Deck("d", "D", dropped=("d/a",)), Deck("e", "E", cards=(card("d/a"),)))
    assert {} == unite_shelves(shelf(mine), shelf(*theirs)).decks


def test_cards_that_are_set_aside_are_joined_there_and_never_brought_back() -> None:
    aside, theirs = Deck("s", "S", cards=(card("s/a"),)), Deck("s", "S", cards=(card("s/a", "better"),))
    done = unite_shelves(shelf(aside=(aside,)), shelf(theirs, moments={"s/a": 3}))
    assert ({}, {"s": replace(aside, cards=(card("s/a", "better"),))}) == (done.decks, done.aside)


def test_cards_that_are_set_aside_there_are_joined_and_never_come() -> None:
    mine = Deck("s", "S", cards=(card("s/a"),))
    theirs = Deck("s", "S", cards=(card("s/a", "better"), card("s/b")))
    done = unite_shelves(shelf(mine), shelf(aside=(theirs,), moments={"s/a": 3}))
    assert {"s": replace(mine, cards=(card("s/a", "better"),))} == done.decks


def test_the_head_of_a_deck_is_that_of_the_file_written_later() -> None:
    mine, theirs = Deck("d", "Old", ("ownership",)), Deck("d", "New", ("dive-deep",))
    assert {"d": theirs} == unite_shelves(shelf(mine, stamps={"d": 1}), shelf(theirs, stamps={"d": 2})).decks
    assert {} == unite_shelves(shelf(mine, stamps={"d": 2}), shelf(theirs, stamps={"d": 1})).decks


def test_nothing_is_done_to_cards_whose_file_can_not_be_read_here() -> None:
    theirs = Deck("d", "D", cards=(card("d/a"), card("d/b")))
    done = unite_shelves(shelf(closed={"d/a": "x"}, shut=frozenset({"d"})), shelf(theirs))
    assert ({}, {"d/a": "x", "d/b": "d"}) == (done.decks, done.left_out)


IDS = ("d/a", "d/b", "d/c")
CARDS = st.builds(card, st.sampled_from(IDS), st.sampled_from(["x", "y"]), note=NOTES, tags=NAMES)
SHELVES = st.builds(
    lambda cards, dropped, moments: shelf(
        Deck("d", "D", dropped=tuple(dropped), cards=tuple(one for one in cards if one.id not in dropped)),
        moments=dict(zip(IDS, moments, strict=True)),
    ),
    st.lists(CARDS, unique_by=lambda one: one.id, max_size=3),
    st.lists(st.sampled_from(IDS), unique=True, max_size=2),
    st.tuples(*[st.integers(0, 3)] * 3),
)


def after(mine: Shelf, theirs: Shelf) -> Shelf:
    done = unite_shelves(mine, theirs)
    return replace(mine, decks={**mine.decks, **done.decks}, moments={**mine.moments, **done.moments})


def content(one: Shelf) -> Any:
    cards = {known.id: known for _, known in one.cards()}
    return cards, {name: one.moments[name] for name in cards}, one.gone


@given(shelves=st.tuples(SHELVES, SHELVES, SHELVES))
def test_three_computers_hold_the_same_cards_in_whichever_order_they_meet(shelves: Any) -> None:
    found = [content(after(after(a, b), c)) for a, b, c in permutations(shelves)]
    found += [content(after(a, after(b, c))) for a, b, c in permutations(shelves)]
    assert all(one == found[0] for one in found)
    both = after(shelves[0], shelves[1])
    assert content(both) == content(after(shelves[1], both)) == content(after(both, shelves[1]))
