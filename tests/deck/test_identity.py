from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.identity import (
    Imported,
    content_fingerprint,
    fingerprints,
    identity_fingerprint,
    ids,
    mint,
    page_key,
    parse_imported,
    sibling_key,
)
from lpdeck.deck.model import KINDS, Card

PAGE = page_key("star-walkthrough", "The Orphaned Job")
QUESTION = {"question": "Why didn't you report it?", "strong": "I did, in writing.", "probes": "Judgement."}
STAGE = {"story": "The Orphaned Job", "stage": "action", "example": "I replayed it.", "target_seconds": 90}


def first_id(deck: str = "job", kind: str = "follow-up", page: str | None = PAGE, **fields: Any) -> str:
    return next(ids(deck, kind, QUESTION | fields, page))


# What changes the id that a card would get, and what does not

SAME_ID = {
    "letter case": {"question": "WHY DIDN'T YOU report it?"},
    "curly quotes": {"question": "Why didn’t you report it?"},
    "blanks and line ends": {"question": "  Why didn't\nyou   report it? "},
    "the closing mark": {"question": "Why didn't you report it"},
    "quotes around it": {"question": "“Why didn't you report it?”"},
    "full-width letters": {"question": "Ｗhy didn't you report it?"},
    "the answer": {"strong": "Nobody read the queue."},
    "what it probes": {"probes": "Ownership."},
    "the story": {"story": "Another title"},
    "the page, for a question": {"page": "star-walkthrough:another"},
}
OTHER_ID = {
    "a word of the question": {"question": "Why didn't he report it?"},
    "a mark inside": {"question": "Why, didn't you report it?"},
    "an accent": {"question": "Why didn't you repórt it?"},
    "the deck": {"deck": "jobs"},
    "the kind": {"kind": "quiz"},
}


@pytest.mark.parametrize("change", SAME_ID.values(), ids=SAME_ID.keys())
def test_the_id_stays(change: dict[str, Any]) -> None:
    assert first_id() == first_id(**change)


@pytest.mark.parametrize("change", OTHER_ID.values(), ids=OTHER_ID.keys())
def test_the_id_is_another(change: dict[str, Any]) -> None:
    assert first_id() != first_id(**change)


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS.values() if kind.of_page])
def test_a_card_of_a_page_is_another_card_on_another_page(kind: str) -> None:
    assert next(ids("job", kind, {}, PAGE)) != next(ids("job", kind, {}, page_key("star-walkthrough", "Parcel")))


def test_a_card_of_a_page_without_a_page_is_known_by_its_story() -> None:
    assert next(ids("job", "stage", STAGE, None)) != next(ids("job", "stage", STAGE | {"story": "Parcel"}, None))


def test_two_parts_of_an_identity_do_not_run_together() -> None:
    assert identity_fingerprint("stage", {"stage": "b"}, "a") != identity_fingerprint("stage", {"stage": ""}, "ab")


# Fingerprints

CONTENT_STAYS = {
    "an empty text": {"key_line": ""},
    "a field without a value": {"key_line": None},
    "an empty list": {"options": []},
    "a false flag": {"flaw": False},
}


@pytest.mark.parametrize("change", CONTENT_STAYS.values(), ids=CONTENT_STAYS.keys())
def test_what_says_nothing_is_no_content(change: dict[str, Any]) -> None:
    assert content_fingerprint("follow-up", QUESTION) == content_fingerprint("follow-up", QUESTION | change)


@pytest.mark.parametrize("field", QUESTION)
def test_every_letter_of_every_field_is_content(field: str) -> None:
    other = QUESTION | {field: QUESTION[field].upper()}
    assert content_fingerprint("follow-up", QUESTION) != content_fingerprint("follow-up", other)


def test_the_order_of_fields_is_no_content_but_that_of_a_list_is() -> None:
    assert content_fingerprint("stage", STAGE) == content_fingerprint("stage", dict(reversed(STAGE.items())))
    options = {"options": ["a", "b"]}
    assert content_fingerprint("quiz", options) == content_fingerprint("quiz", {"options": ("a", "b")})
    assert content_fingerprint("quiz", options) != content_fingerprint("quiz", {"options": ["b", "a"]})


def test_what_stands_beside_the_fields_is_in_no_fingerprint() -> None:
    card = Card("job/1", "follow-up", QUESTION)
    beside = replace(card, principles=("ownership",), note="Slowly.", tags=("x",), draft=True, retired=True)
    assert fingerprints(card.kind, card.fields, None) == fingerprints(beside.kind, beside.fields, None)


def test_fingerprints_read_back_what_they_wrote() -> None:
    found = fingerprints("follow-up", QUESTION, PAGE)
    assert found == parse_imported(str(found))


@pytest.mark.parametrize("text", ["", "b2:1:2", f"b3:{'0' * 16}:{'0' * 16}", f"b2:{'0' * 16}:{'G' * 16}", "b2:"])
def test_fingerprints_of_another_making_are_none(text: str) -> None:
    assert parse_imported(text) is None


def test_the_form_in_the_file_never_changes() -> None:
    assert "job/follow-up-5ii2w3" == first_id()
    assert Imported("c03b211291529323", "97d222d0ac9a80ac") == fingerprints("follow-up", QUESTION, PAGE)


# Siblings


def test_equal_questions_are_siblings_wherever_they_stand() -> None:
    shouted = {"question": QUESTION["question"].upper(), "strong": "Something else."}
    assert sibling_key("follow-up", QUESTION) == sibling_key("follow-up", shouted)
    assert sibling_key("follow-up", QUESTION) != sibling_key("quiz", QUESTION)


def test_cards_of_a_page_have_no_siblings() -> None:
    assert [None] * 6 == [sibling_key(kind.name, STAGE) for kind in KINDS.values() if kind.of_page]


# Minting


def minted(taken: set[str], dropped: set[str]) -> str | None:
    return mint("job", "follow-up", QUESTION, PAGE, taken=taken, dropped=dropped)


CHAIN = list(islice(ids("job", "follow-up", QUESTION, PAGE), 5))


@pytest.mark.parametrize("collisions", range(5))
def test_ids_in_use_are_passed_over_in_one_order(collisions: int) -> None:
    assert CHAIN[collisions] == minted(set(CHAIN[:collisions]), set())


def test_a_deleted_card_gets_no_id() -> None:
    assert minted(set(), {CHAIN[0]}) is None
    assert minted(set(CHAIN[:2]), {CHAIN[2]}) is None


def test_a_card_deleted_further_down_the_chain_does_not_count() -> None:
    assert CHAIN[0] == minted(set(), {CHAIN[3]})


@given(st.text(), st.text(), st.sampled_from([*KINDS]))
def test_an_id_is_deck_kind_and_six_letters(question: str, page: str, kind: str) -> None:
    chain = [*islice(ids("job", kind, {"question": question, "phrase": question}, page), 3)]
    assert all(re.fullmatch(rf"job/{kind}-[a-z2-7]{{6}}", one) for one in chain)
    assert len(chain) == len(set(chain))
