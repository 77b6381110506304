"""When a new card is begun: waves, and the turns of the kinds within one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.model import KINDS, Card, Deck
from lpdeck.deck.turns import FIRST_KINDS, WAVES, is_starter, turns

OURS, THEIRS = "star-walkthrough:ours", "star-walkthrough:theirs"


def _card(kind: str, *pages: str, principles: tuple[str, ...] = ()) -> Card:
    return Card("deck/one", kind, {}, principles=principles, pages=pages)


def _waves(*cards: Card) -> list[int]:
    return [one.wave for one in turns(Deck("deck", "Deck", cards=cards), {OURS})]


def test_what_an_interview_asks_for_is_begun_before_the_rest_and_own_cards_before_those_of_the_starters() -> None:
    assert [0, 0, 1, 1] == _waves(_card("quiz", THEIRS), _card("basic"), _card("stage", THEIRS), _card("level"))
    assert [2, 2, 3] == _waves(_card("quiz", OURS), _card("disqualifier", OURS), _card("checklist", OURS))
    assert {0, 1, 2, 3} == set(WAVES)


def test_a_card_that_a_page_of_the_learner_gives_too_is_their_own() -> None:
    assert [0, 2] == _waves(_card("quiz", OURS, THEIRS), _card("quiz", OURS))
    assert not is_starter(_card("quiz"), {OURS})


def test_which_kind_begins_differs_between_decks() -> None:
    cards = tuple(_card(kind) for kind in FIRST_KINDS)
    first = set()
    for number in range(40):
        order = list(turns(Deck(f"deck-{number}", "Deck", cards=cards), ()))
        first.add(FIRST_KINDS[order.index(min(order))])
    assert set(FIRST_KINDS) == first


decks = st.lists(
    st.builds(
        _card,
        st.sampled_from(sorted(KINDS)),
        principles=st.sampled_from([(), ("ownership",), ("frugality", "dive-deep")]),
    ),
    max_size=40,
)


@given(st.text(min_size=1, max_size=5), decks)
def test_in_a_wave_the_kinds_of_a_principle_take_turns_and_each_keeps_the_order_of_the_file(
    name: str, cards: list[Card]
) -> None:
    deck = Deck(name, "Deck", ("ownership",), cards=tuple(cards))
    placed = list(zip(turns(deck, ()), cards, strict=True))
    for wave in WAVES:
        for principles in {deck.principles_of(card) for card in cards}:
            some = [
                (turn.turn, card)
                for turn, card in placed
                if turn.wave == wave and deck.principles_of(card) == principles
            ]
            by_turn = [card for _, card in sorted(some, key=lambda one: one[0])]
            assert len({turn for turn, _ in some}) == len(some)
            for kind in KINDS:
                in_file = [card for _, card in some if card.kind == kind]
                assert [id(card) for card in in_file] == [id(card) for card in by_turn if card.kind == kind]
            if wave == 0:
                _assert_turns(by_turn)


def _assert_turns(order: list[Card]) -> None:
    """At no place has a kind with cards left had two more turns than another one with cards left."""
    left = Counter(card.kind for card in order)
    had = Counter[str]()
    for card in order:
        had[card.kind] += 1
        left[card.kind] -= 1
        waiting = [had[kind] for kind in left if left[kind] > 0]
        assert not waiting or had[card.kind] - min(waiting) <= 1
