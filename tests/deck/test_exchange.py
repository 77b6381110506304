from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_toml import some_cards, some_decks

from lpdeck.deck import plain
from lpdeck.deck.exchange import Fate, Others, bring_back, decks_from_json, is_exchange, to_json
from lpdeck.deck.model import KINDS, Card, Deck, PageRecord
from lpdeck.deck.plain import COLUMNS, Standing, back_text, front_text, to_csv, to_markdown
from lpdeck.errors import DeckError

NEW = Standing("new")
NOBODY = Others({}, {}, ())


def basic(card: str = "d/1", front: str = "What is the bar?", back: str = "High.", **more: Any) -> Card:
    return Card(card, "basic", {"front": front, "back": back}, **more)


def deck(*cards: Card, name: str = "d", **about: Any) -> Deck:
    return Deck(name, about.pop("title", "D"), cards=cards, **about)


def row(card: Card, standing: Standing = NEW, **about: Any) -> dict[str, str]:
    (only,) = csv.DictReader(io.StringIO(to_csv([(deck(card, **about), card, standing)]), newline=""))
    return only


# The two sides


def test_every_field_of_every_kind_stands_on_one_side() -> None:
    for kind in KINDS.values():
        front, back = plain._SIDES[kind.name].front, plain._SIDES[kind.name].back
        assert sorted(kind.fields) == sorted(name for _, name in (*front, *back)), kind.name


def test_a_quiz_asks_its_options_and_answers_with_the_reason() -> None:
    fields = {"question": "Which?", "options": ["red", "green"], "answer": "green", "explanation": "B is calm."}
    card = Card("d/q", "quiz", fields)
    assert "Which?\nA. red\nB. green" == front_text(card)
    assert "green\nWhy: B is calm." == back_text(card)


def test_a_flaw_is_told_from_a_phrase() -> None:
    card = Card("d/f", "disqualifier", {"phrase": "No number", "flaw": True, "why": "Nobody can check it."})
    assert "A flaw of an answer\nNo number" == front_text(card)
    assert "No number" == front_text(replace(card, fields={**card.fields, "flaw": False}))


def test_a_reframing_names_its_principle_as_amazon_writes_it() -> None:
    assert "Tell this story for: Earn Trust" == front_text(Card("d/r", "reframing", {"principle": "earn-trust"}))


def test_a_list_without_letters_has_bullets() -> None:
    card = Card("d/c", "checklist", {"list": "key points", "points": ["count", "tell"]})
    assert ("Name the: key points", "• count\n• tell") == (front_text(card), back_text(card))


# CSV


def test_a_row_says_everything_of_a_card() -> None:
    card = basic(note="mine", tags=("late", "a depot"), principles=("dive-deep", "frugality"))
    found = row(card, Standing("review", date(2026, 3, 2), "red", 7, 2))
    assert {
        "id": "d/1",
        "deck": "d",
        "kind": "basic",
        "principles": "dive-deep frugality",
        "front": "What is the bar?",
        "back": "High.",
        "note": "mine",
        "tags": "late, a depot",
        "state": "review",
        "due": "2026-03-02",
        "flag": "red",
        "reps": "7",
        "lapses": "2",
        "fields": '{"front": "What is the bar?", "back": "High."}',
    } == found
    assert [*COLUMNS] == [*found]


def test_a_card_counts_for_the_principles_of_its_deck() -> None:
    assert "ownership" == row(basic(), principles=("ownership",))["principles"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_a_cell_that_looks_like_a_formula_is_text(begin: str) -> None:
    text = f'{begin}HYPERLINK("x")'
    found = row(basic(front=text, back=text, note=text))
    assert (f"'{text}",) * 3 == (found["front"], found["back"], found["note"])
    assert {"front": text, "back": text} == json.loads(found["fields"])


def test_rows_end_as_the_standard_says_and_quotes_are_doubled() -> None:
    text = to_csv([(deck(), basic(front='a "b",\nc'), NEW)])
    assert text.startswith(f"{','.join(COLUMNS)}\r\n")
    assert '"a ""b"",\nc"' in text
    assert text.endswith("\r\n")


@given(some_cards(id_="d/1"))
def test_nothing_of_a_card_is_lost_in_a_row_and_no_cell_begins_a_formula(card: Card) -> None:
    found = row(card)
    assert dict(card.fields) == json.loads(found["fields"])
    assert [] == [cell for cell in found.values() if cell.startswith(tuple("=+-@\t\r"))]


# JSON and back


@given(some_decks())
def test_a_deck_written_as_json_is_read_as_the_same_deck_and_bringing_it_back_changes_nothing(one: Deck) -> None:
    text = to_json([one])
    assert is_exchange(text)
    (read,) = decks_from_json(text)
    assert one == read
    done = bring_back(one, read, NOBODY)
    assert one == done.after
    assert {Fate.KEPT} >= {met.fate for met in done.met}


def test_decks_keep_their_order() -> None:
    decks = [deck(name="b"), deck(basic("x"), name="a")]
    assert decks == decks_from_json(to_json(decks))


def test_a_byte_order_mark_and_other_spacing_do_not_matter() -> None:
    text = "\ufeff" + json.dumps(json.loads(to_json([deck(basic())])))
    assert is_exchange(text)
    assert [deck(basic())] == decks_from_json(text)


@pytest.mark.parametrize("text", ["", "[]", '{"format": "other"}', 'A page about "format": "lpdeck"'])
def test_other_texts_do_not_say_that_they_hold_decks(text: str) -> None:
    assert not is_exchange(text)


Spoils = Callable[[dict[str, Any]], object]


def _card_of(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["decks"][0]["cards"][0]
    return found


SPOILED: dict[str, tuple[Spoils, str]] = {
    "another format": (lambda d: d.update(format="anki"), 'this JSON holds no decks: "format" is not "lpdeck"'),
    "newer": (lambda d: d.update(version=2), "the file has version 2, this lpdeck knows 1"),
    "true is no version": (lambda d: d.update(version=True), '"version" is no whole number from 1 on'),
    "no decks": (lambda d: d.pop("decks"), 'the file: "decks" is no list'),
    "a deck that is a text": (lambda d: d.update(decks=["d"]), "deck 1: this is no object"),
    "a deck without name": (lambda d: d["decks"][0].pop("name"), 'deck 1: there is no "name"'),
    "a name out of the folder": (
        lambda d: d["decks"][0].update(name="../d"),
        'deck 1: "name" can not be the name of a file',
    ),
    "a hidden name": (lambda d: d["decks"][0].update(name=".d"), 'deck 1: "name" can not be the name of a file'),
    "a title of another type": (lambda d: d["decks"][0].update(title=1), 'deck "d": "title" is no text'),
    "a principle": (
        lambda d: d["decks"][0].update(principles=["haste"]),
        'deck "d": there is no principle "haste"',
    ),
    "a page without key": (lambda d: d["decks"][0].update(pages=[{}]), 'deck "d", a page: there is no "key"'),
    "dropped": (lambda d: d["decks"][0].update(dropped=[1]), 'deck "d": "dropped" is no text'),
    "a deck's unknown name": (lambda d: d["decks"][0].update(card=[]), 'deck "d": "card" is not known'),
    "no cards": (lambda d: d["decks"][0].pop("cards"), 'deck "d": "cards" is no list'),
    "no id": (lambda d: _card_of(d).pop("id"), 'deck "d", card 1: there is no "id"'),
    "a blank in the id": (
        lambda d: _card_of(d).update(id="a b"),
        'deck "d", card 1 ("a b"): the id "a b" has white space or invisible characters in it',
    ),
    "no kind": (lambda d: _card_of(d).pop("kind"), 'deck "d", card 1: there is no "kind"'),
    "an unknown kind": (lambda d: _card_of(d).update(kind="riddle"), 'deck "d", card 1 ("d/1"): there is no kind'),
    "no fields": (lambda d: _card_of(d).pop("fields"), 'deck "d", card 1 ("d/1"), "fields": this is no object'),
    "an unknown field": (
        lambda d: _card_of(d)["fields"].update(fron="x"),
        'deck "d", card 1 ("d/1"): "fron" is not known',
    ),
    "a field of another type": (
        lambda d: _card_of(d)["fields"].update(front=[1]),
        'deck "d", card 1 ("d/1"): "front" is no text',
    ),
    "a missing field": (
        lambda d: _card_of(d)["fields"].pop("back"),
        'deck "d", card 1 ("d/1"): the card has no "back"',
    ),
    "a mark of another type": (
        lambda d: _card_of(d).update(draft=1),
        'deck "d", card 1 ("d/1"): "draft" is no true or false',
    ),
    "half a character": (
        lambda d: _card_of(d).update(note="\ud800"),
        'deck "d", card 1 ("d/1"): a text holds half a character',
    ),
    "a doubled id": (
        lambda d: d["decks"][0]["cards"].append(_card_of(d)),
        'deck "d", card 2: the id "d/1" stands at deck "d", card 1 too',
    ),
    "a doubled deck": (
        lambda d: d["decks"].append({**d["decks"][0], "cards": []}),
        'deck "d" stands in the file twice',
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_wrong_with_a_file_is_said_with_its_place(name: str) -> None:
    spoil, what = SPOILED[name]
    document = json.loads(to_json([deck(basic())]))
    spoil(document)
    with pytest.raises(DeckError) as caught:
        decks_from_json(json.dumps(document))
    assert caught.value.what.startswith(what)
    assert caught.value.advice


@pytest.mark.parametrize("text", ["", "{", '{"format": "lpdeck",\n}', "[" * 100_000, f"{'1' * 5000}"])
def test_what_is_no_json_is_said(text: str) -> None:
    with pytest.raises(DeckError, match="this is not JSON"):
        decks_from_json(text)


def test_broken_json_is_told_with_line_and_column() -> None:
    with pytest.raises(DeckError, match="line 2, column 1"):
        decks_from_json('{"format": "lpdeck",\n}')


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a value with each of its keys."""
    keys = range(len(value)) if isinstance(value, list) else [*value] if isinstance(value, dict) else []
    return [place for key in keys for place in ((value, key), *_places(value[key]))]


def survives(text: str) -> None:
    """A text is refused as it should be, or read as decks that are read again."""
    with suppress(DeckError):
        found = decks_from_json(text)
        assert found == decks_from_json(to_json(found))


RICH = deck(
    basic(note="mine", tags=("t",), principles=("dive-deep",), pages=("p",), conflict=True),
    Card("d/2", "quiz", {"question": "Which?", "options": ["red", "green"], "answer": "green"}),
    Card("d/3", "stage", {"stage": "Task", "target_seconds": 60, "signals": ["count"]}, draft=True),
    principles=("ownership",),
    dropped=("d/9",),
    pages=(PageRecord("p", "p.txt", "2026-01-01"),),
)


@given(st.text(st.characters()) | values.map(json.dumps))
def test_arbitrary_text_and_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(DeckError):
        decks_from_json(text)


@given(values, st.integers(0, 6))
def test_a_file_with_anything_anywhere_is_read_or_refused_in_words(value: Any, first: int) -> None:
    for at in range(first, len(_places(json.loads(to_json([RICH])))), 7):
        document = json.loads(to_json([RICH]))
        container, key = _places(document)[at]
        container[key] = value
        survives(json.dumps(document))


@pytest.mark.parametrize("name", ["kind", "id", "note", "fields", "tags"])
def test_a_value_nested_almost_too_deep_is_refused_in_words(name: str) -> None:
    for depth in range(700, 1000, 50):
        text = to_json([deck(basic())]).replace(f'"{name}": ', f'"{name}": {"[" * depth + "]" * depth}, "x": ')
        with pytest.raises(DeckError):
            decks_from_json(text)


# Markdown

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(markdown: str) -> tuple[list[str], set[str]]:
    """The texts that a reader sees, and the kinds of everything else in the document."""
    tokens = PARSER.parse(markdown)
    inline = [child for token in tokens for child in token.children or []]
    texts: list[str] = []
    for token in (one for one in tokens if one.type == "inline"):
        texts.append("".join("\n" if one.type in ("hardbreak", "softbreak") else one.content for one in token.children))
    return texts, {one.type for one in (*tokens, *inline)}


OURS = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "hardbreak", "hr"),
    *("blockquote_open", "blockquote_close", "bullet_list_open", "bullet_list_close"),
    *("list_item_open", "list_item_close", "strong_open", "strong_close", "text_special"),
}


def test_markdown_has_a_heading_for_each_deck_and_kind_and_quotes_the_back() -> None:
    one = deck(
        basic(note="mine"), Card("d/2", "checklist", {"list": "steps", "points": ["count", "tell"]}), basic("d/3", "B?")
    )
    assert to_markdown([one]) == (
        "# D\n\n## Checklists\n\n**Name the**: steps\n\n> - count\n> - tell\n\n"
        "## Cards\n\nWhat is the bar?\n\n> High.\n>\n> **Note**: mine\n\n---\n\nB?\n\n> High.\n"
    )


MARKUP = (
    "<b>bold</b> <!-- gone --> &amp; &copy;",
    "*a* **b** _c_ __d__ ~~e~~ `f`",
    "# no heading",
    "a\n===",
    "a\n---",
    "- a\n- b",
    "+ a",
    "1. a\n2) b",
    "> a",
    "[a](https://a.example) ![b](c.png) <https://a.example>",
    "[a]: https://a.example",
    "| a | b |\n|---|---|\n| c | d |",
    "```\ncode\n```",
    "    code\n\tcode",
    "a\\\nb \\* c\\",
    "***",
    "a  \nb",
)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_of_a_card_stays_text(text: str) -> None:
    texts, kinds = shown(to_markdown([deck(basic(front=text, back=text))]))
    lines = "\n".join(line.strip() for line in text.split("\n"))
    assert [lines, lines] == texts[2:]
    assert kinds <= OURS


@given(some_decks())
@pytest.mark.slow
def test_the_words_of_any_card_are_the_words_of_the_document(one: Deck) -> None:
    texts, kinds = shown(to_markdown([one]))
    assert kinds <= OURS
    seen = " ".join(" ".join(texts).split())
    for card in one.cards:
        said = [value for name, value in card.fields.items() if name != "principle"]
        lists = [text for value in said if isinstance(value, list) for text in value]
        for text in [*lists, *(value for value in said if isinstance(value, str))]:
            visible = plain._CONTROL.sub(" ", text)
            assert " ".join(visible.split()) in seen


@given(st.lists(st.text(st.sampled_from("a1 \n-+*_#>|`~[]()<>&.=\\!\t:"), min_size=1, max_size=12), max_size=4))
def test_no_mixture_of_signs_becomes_markup(points: list[str]) -> None:
    fields = {"list": "a", "points": points, "question": "".join(points)}
    texts, kinds = shown(to_markdown([deck(Card("d/1", "checklist", fields, draft=True))]))
    assert kinds <= OURS
    seen = "".join("".join(texts).split())
    assert "".join("".join(points).split()) in seen


def test_no_decks_give_no_document() -> None:
    assert "" == to_markdown([])


# Back into a deck


def fates(there: Deck | None, offered: Deck, others: Others = NOBODY, *, update: bool = False) -> dict[str, str]:
    return {met.card: met.fate.value for met in bring_back(there, offered, others, update=update).met}


def test_a_deck_that_is_not_there_comes_as_it_was() -> None:
    one = deck(basic(), principles=("ownership",), dropped=("d/9",), pages=(PageRecord("p", "p.txt", "2026-01-01"),))
    done = bring_back(None, one, NOBODY)
    assert (None, one) == (done.before, done.after)
    assert ["d/1"] == [met.card for met in done.of(Fate.ADDED)]


def test_each_card_has_its_fate() -> None:
    there = deck(basic("same"), basic("mine", back="Mine."), dropped=("gone",))
    offered = deck(*map(basic, ("same", "mine", "gone", "broken", "other", "new")))
    others = Others({"other": "elsewhere", "same": "d", "mine": "d"}, {}, {"broken", "gone"})
    assert {
        "same": "kept",
        "mine": "conflict",
        "gone": "dropped",
        "broken": "dropped",
        "other": "elsewhere",
        "new": "added",
    } == fates(there, offered, others)
    after = bring_back(there, offered, others).after
    assert replace(there, cards=(*there.cards, basic("new"))) == after


def test_an_update_takes_the_words_of_the_file_where_the_card_stands() -> None:
    there = deck(basic("a", note="old"), basic("b"))
    offered = deck(basic("a", back="Higher.", note="new", tags=("t",)))
    done = bring_back(there, offered, NOBODY, update=True)
    assert (offered.cards[0], basic("b")) == done.after.cards
    assert ["back, note, tags"] == [met.why for met in done.of(Fate.UPDATED)]


def test_a_card_without_own_principles_keeps_those_of_the_deck_it_came_from() -> None:
    there, offered = deck(principles=("ownership",)), deck(basic(), principles=("frugality",))
    after = bring_back(there, offered, NOBODY).after
    assert ("frugality",) == after.principles_of(after.cards[0])
    assert {"d/1": "kept"} == fates(after, offered)


def test_forms_that_a_file_can_not_tell_apart_are_equal() -> None:
    flaw = {"phrase": "a\r\nb", "flaw": False, "why": ""}
    card, held = Card("d/1", "disqualifier", flaw), Card("d/1", "disqualifier", {"phrase": "a\nb"})
    assert {"d/1": "kept"} == fates(deck(held), deck(card))


def test_the_pages_of_cards_that_come_are_known_afterwards_unless_another_deck_has_them() -> None:
    pages = tuple(PageRecord(key, f"{key}.txt", "2026-01-01") for key in ("mine", "theirs", "unused"))
    offered = deck(basic(pages=("mine", "theirs")), pages=pages)
    after = bring_back(deck(), offered, Others({}, {"theirs": "other"}, ())).after
    assert pages[:1] == after.pages
