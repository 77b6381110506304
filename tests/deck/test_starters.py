"""What a starter's head says, and a deck in two and in one again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.folder import deck_paths, load, starters
from lpdeck.deck.model import Card, Deck, PageRecord
from lpdeck.deck.starters import Starter, parted, starter_of, united
from lpdeck.deck.toml import write_deck
from lpdeck.shipped import shipped

OURS, THEIRS = "star-walkthrough:ours", "star-walkthrough:theirs"
RECORDS = {key: PageRecord(key, f"{key[17:]}.txt", "2026-03-02") for key in (OURS, THEIRS)}


def _card(name: str, *pages: str) -> Card:
    return Card(f"deck/{name}", "basic", {"front": name, "back": "because"}, pages=pages)


def _deck(*cards: Card, **about: object) -> Deck:
    return replace(Deck("deck", "Deck", ("ownership",), tuple(RECORDS.values()), cards=cards), **about)  # type: ignore[arg-type]


def _ids(deck: Deck) -> list[str]:
    return [card.id[5:] for card in deck.cards]


def _pages(deck: Deck) -> list[str]:
    return [page.key for page in deck.pages]


# The head of a file


def test_a_starter_is_known_by_the_head_of_its_file_and_the_ids_of_its_cards() -> None:
    text = write_deck(_deck(_card("one", OURS), _card("two", THEIRS), _card("three")))
    wanted = Starter("deck", "Deck", ("ownership",), (OURS, THEIRS), ("deck/one", "deck/two", "deck/three"))
    assert wanted == starter_of("deck", text)


def test_words_of_a_card_that_look_like_an_id_are_none() -> None:
    card = Card("deck/one", "basic", {"front": 'Which id = "deck/two"?', "back": 'lines\n  id = "deck/three"\nend'})
    assert ("deck/one",) == starter_of("deck", write_deck(_deck(card))).ids


def test_every_starter_says_of_itself_what_its_file_says() -> None:
    paths = deck_paths(shipped("decks"))
    assert [path.stem for path in paths] == [one.name for one in starters()]
    for one, path in zip(starters(), paths, strict=True):
        deck = load(path).deck
        assert (deck.title, deck.principles) == (one.title, one.principles)
        assert tuple(page.key for page in deck.pages) == one.pages
        assert tuple(card.id for card in deck.cards) == one.ids


# In two


def test_cards_of_the_starter_alone_leave_and_what_the_learner_has_a_part_in_stays() -> None:
    deck = _deck(_card("theirs", OURS), _card("by-hand"), _card("mine", THEIRS), _card("both", OURS, THEIRS))
    theirs, own = parted(deck, {OURS})
    assert ["theirs"] == _ids(theirs)
    assert ["by-hand", "mine", "both"] == _ids(own)


def test_a_page_leaves_with_its_cards_unless_a_card_that_stays_names_it() -> None:
    theirs, own = parted(_deck(_card("theirs", OURS), _card("mine", THEIRS)), {OURS})
    assert ([OURS], [THEIRS]) == (_pages(theirs), _pages(own))
    theirs, own = parted(_deck(_card("theirs", OURS), _card("both", THEIRS, OURS)), {OURS})
    assert ([OURS], [OURS, THEIRS]) == (_pages(theirs), _pages(own))


def test_both_parts_remember_what_the_learner_deleted() -> None:
    theirs, own = parted(_deck(_card("theirs", OURS), dropped=("deck/gone",)), {OURS})
    assert ("deck/gone",) == theirs.dropped == own.dropped


# In one again


def test_a_card_that_stands_in_both_keeps_the_words_that_it_has_in_the_deck() -> None:
    kept = replace(_card("one", OURS), note="mine")
    assert (kept, _card("two", OURS)) == united(_deck(kept), _deck(_card("one", OURS), _card("two", OURS))).cards


def test_what_was_deleted_since_stays_deleted_and_is_named_once() -> None:
    one, other = _deck(dropped=("deck/a", "deck/b")), _deck(dropped=("deck/b", "deck/c"))
    assert ("deck/a", "deck/b", "deck/c") == united(one, other).dropped


def test_the_deck_that_cards_come_back_to_keeps_its_name_and_head() -> None:
    deck = united(replace(_deck(), name="mine", title="Mine", principles=()), _deck(_card("one", OURS)))
    assert ("mine", "Mine", ()) == (deck.name, deck.title, deck.principles)


cards = st.lists(st.sampled_from([(), (OURS,), (THEIRS,), (OURS, THEIRS), (THEIRS, OURS)]), max_size=8).map(
    lambda pages: tuple(_card(str(number), *some) for number, some in enumerate(pages))
)


@given(cards, st.sets(st.sampled_from([OURS, THEIRS])), st.lists(st.sampled_from("abc"), unique=True))
def test_parted_and_united_a_deck_is_what_it_was_but_for_its_order(
    some: tuple[Card, ...], pages: set[str], dropped: list[str]
) -> None:
    deck = _deck(*some, dropped=tuple(dropped))
    theirs, own = parted(deck, pages)
    assert not set(_ids(theirs)) & set(_ids(own))
    assert all(set(card.pages) <= pages for card in theirs.cards)
    assert all(set(card.pages) <= set(_pages(part)) for part in (theirs, own) for card in part.cards)
    back = united(own, theirs)
    assert {card.id: card for card in deck.cards} == {card.id: card for card in back.cards}
    assert set(deck.pages) == set(back.pages)
    assert deck.dropped == back.dropped
    assert back == united(back, theirs)


@given(cards)
def test_a_starter_that_is_written_says_the_same_of_itself(some: tuple[Card, ...]) -> None:
    deck = _deck(*some)
    found = starter_of("deck", write_deck(deck))
    assert tuple(card.id for card in deck.cards) == found.ids
    assert (deck.title, deck.principles, tuple(_pages(deck))) == (found.title, found.principles, found.pages)
