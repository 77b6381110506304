from __future__ import annotations

import pytest

from lpdeck.deck.breakdown import CHECKLISTS
from lpdeck.deck.folder import read_text
from lpdeck.deck.model import KINDS, Card, Deck, PageRecord
from lpdeck.deck.parts import PARTS, asked_parts, part_of, parts_of
from lpdeck.deck.toml import read_deck
from lpdeck.shipped import shipped
from lpdeck.walkthrough import STAGES

STORY, OTHER, QUESTION = "star-walkthrough:a story", "star-walkthrough:another", "interview-question:why"


def _deck(*cards: Card, pages: tuple[str, ...] = (STORY,)) -> Deck:
    return Deck("deck", "Deck", pages=tuple(PageRecord(page, "page.txt", "2026-01-01") for page in pages), cards=cards)


def _stage(name: str, **more: object) -> Card:
    return Card(f"deck/{name}", "stage", {"stage": name}, **more)  # type: ignore[arg-type]


def _asked(deck: Deck, page: str = STORY) -> set[str]:
    return {part for part, asked in asked_parts(deck)[page].items() if asked}


def test_a_story_offers_its_stages_and_what_stands_beside_them() -> None:
    assert 11 == len(parts_of(STORY))
    assert tuple(f"stage {stage}" for stage in STAGES) == parts_of(STORY)[: len(STAGES)]
    assert ("key points", "steps", "mistakes to avoid", "answer") == parts_of(QUESTION)


def test_a_page_of_an_unknown_format_offers_nothing() -> None:
    assert () == parts_of("novel:a story")
    assert {"novel:a story": {}} == asked_parts(_deck(_stage("task"), pages=("novel:a story",)))


def test_every_kind_that_a_page_gives_stands_for_a_part() -> None:
    offered = {part for parts in PARTS.values() for part in parts}
    stages = {part_of("stage", {"stage": stage}) for stage in STAGES}
    lists = {part_of("checklist", {"list": word}) for word, _ in CHECKLISTS}
    others = {part_of(kind, {}) for kind in KINDS if kind not in ("stage", "checklist", "basic")}
    assert offered == stages | lists | others
    assert part_of("basic", {}) is None


def test_a_deck_without_cards_asks_nothing() -> None:
    assert {STORY: dict.fromkeys(parts_of(STORY), False)} == asked_parts(_deck())


def test_drafts_and_retired_cards_ask_nothing() -> None:
    deck = _deck(_stage("task", draft=True), _stage("result", retired=True), _stage("Action"))
    assert {"stage action"} == _asked(deck)


def test_a_card_asks_for_its_own_page_and_one_without_a_page_for_all() -> None:
    quiz = Card("deck/quiz", "quiz", {"question": "?"}, pages=(OTHER, "star-walkthrough:gone"))
    deck = _deck(quiz, _stage("task"), pages=(STORY, OTHER))
    assert {"stage task"} == _asked(deck)
    assert {"stage task", "quiz"} == _asked(deck, OTHER)


@pytest.mark.parametrize("name", ["ownership", "question-disagreement"])
def test_a_starter_deck_asks_every_part_of_its_page(name: str) -> None:
    path = shipped("decks") / f"{name}.toml"
    deck = read_deck(read_text(path), path).deck
    asked = asked_parts(deck)
    assert [page.key for page in deck.pages] == list(asked)
    assert all(all(parts.values()) for parts in asked.values())
