from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lpdeck.anki.notes import (
    NOTE_TYPES,
    OTHER_DECK,
    AnkiText,
    escaped,
    fields_from,
    guid_of,
    note_of,
    note_type_of,
    points_of,
    text_of,
)
from lpdeck.deck.model import FLAG, KINDS, LIST, NUMBER
from lpdeck.principles import Principle
from lpdeck.store.hot import StoredCard

FROZEN = Path(__file__).parent / "data" / "note_types.json"


def card(kind: str, **fields: Any) -> StoredCard:
    return StoredCard("deck/one", "deck", 1, kind, ("ownership",), fields, None, (), False, False, None)


def shape() -> dict[str, Any]:
    """What of the note types Anki holds on to: ids, and names with their ids in order."""
    return {
        kind.name: {
            "id": kind.id,
            "sort_field": kind.sort_field,
            "fields": [list(one) for one in kind.fields],
            "templates": [[one.name, one.id] for one in kind.templates],
        }
        for kind in NOTE_TYPES.values()
    }


def read(note_of_card: StoredCard) -> AnkiText | None:
    note = note_of(note_of_card)
    return fields_from(note.type.name, note.values)


def test_note_types_are_those_that_were_given_away() -> None:
    assert json.loads(FROZEN.read_text()) == shape()


def test_no_two_things_of_the_note_types_share_an_id() -> None:
    ids = [kind.id for kind in NOTE_TYPES.values()]
    ids += [number for kind in NOTE_TYPES.values() for _, number in kind.fields]
    ids += [one.id for kind in NOTE_TYPES.values() for one in kind.templates]
    assert len(ids) == len(set(ids))


def test_no_two_fields_of_a_note_type_differ_in_case_alone() -> None:
    assert {} == {
        kind.name: kind.names for kind in NOTE_TYPES.values() if len(kind.names) > len({n.lower() for n in kind.names})
    }


def test_every_field_of_every_kind_has_a_field_in_anki() -> None:
    assert {} == {
        kind.name: missing
        for kind in KINDS.values()
        if (missing := set(kind.fields) - set(note_type_of(kind.name).names))
    }


def test_the_guid_of_a_card_never_changes() -> None:
    assert "2435e63f466cee064f35" == guid_of("ownership/quiz-abc234")


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("{}[]()\\$<>&;\n\r\t \u2060\u0338"))


@given(TEXTS)
@example("{{c1::cloze}} {\u2060{ }}} {{{")
@example("\\(x\\) \\[y\\] \\\u2060( $$ $$$ [sound:a.mp3] [\u2060SOUND:a] [latex] [$]x[/$]")
@example("&nbsp; &amp;nbsp; <b>bold</b> <br> \u00a0 a\u0301 \u0338= \r\n \n\n")
@example(" ")
@example("a\n \nb")
def test_a_text_comes_back_as_it_went(text: str) -> None:
    assert text == text_of(escaped(text))


@given(TEXTS)
def test_nothing_is_left_of_a_text_that_anki_would_interpret(text: str) -> None:
    shown = text_of(escaped(text).replace("\u2060", "\ue000"))  # the joiners made to be seen
    assert [] == [
        sign
        for sign in ("{{", "}}", "\\(", "\\)", "\\[", "\\]", "[sound:", "[anki:", "[latex]", "[$", "$$")
        if sign in shown
    ]


def values(what: str) -> st.SearchStrategy[Any]:
    text = TEXTS.filter(bool)
    if what == LIST:
        return st.lists(text.filter(str.strip), min_size=1, max_size=3)
    return {FLAG: st.just(True), NUMBER: st.integers(1, 999)}.get(what, text)


@st.composite
def cards(draw: st.DrawFn) -> StoredCard:
    spec = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    fields = draw(st.fixed_dictionaries({}, optional={name: values(what) for name, what in spec.fields.items()}))
    if "principle" in fields:
        fields["principle"] = draw(st.sampled_from(list(Principle))).slug
    note = draw(st.none() | TEXTS.filter(bool))
    return card(spec.name)._replace(id=draw(TEXTS.filter(bool)), fields=fields, note=note)


@given(cards())
def test_a_card_comes_back_as_it_went(drawn: StoredCard) -> None:
    assert AnkiText(drawn.id, drawn.kind, drawn.fields, drawn.note) == read(drawn)


def test_letters_in_an_explanation_are_set_off_and_come_back_as_text() -> None:
    asked = card("quiz", question="q", options=["x", "y"], answer="y", explanation="Option A is late (B) <is> not.")
    note = note_of(asked)
    explanation = note.values[note.type.names.index("explanation")]
    assert (
        'Option <span data-option="0">A</span> is late (<span data-option="1">B</span>) &lt;is&gt; not.' == explanation
    )
    assert asked.fields["explanation"] == text_of(explanation)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("one<div>two</div>", "one\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("one<div><br></div><div>two</div>", "one\n\ntwo"),
        ("a&nbsp;<b>bold</b>&nbsp;<i>word</i>", "a bold word"),
        ("<p>one</p>\n<p>two</p>", "one\ntwo"),
        ("one\ntwo", "one two"),
        ("before<ul><li>one</li><li>two</li></ul>", "before\none\ntwo"),
        ("<style>x { }</style>seen<script>var x;</script>", "seen"),
        ("AT&T &lt; 5", "AT&T < 5"),
        ("", ""),
    ],
)
def test_what_the_editor_makes_of_a_text_is_text_again(html: str, text: str) -> None:
    assert text == text_of(html)


@pytest.mark.parametrize(
    ("html", "points"),
    [
        ("<ul>\n<li>one</li>\n<li><b>two</b></li>\n</ul>", ["one", "two"]),
        ("<ol><li>one</li><li><br></li></ol>two<br>three", ["one", "two", "three"]),
        ("one<br>two", ["one", "two"]),
        ("<div>one</div><div>&nbsp;</div><div>two</div>", ["one", "two"]),
        ("", []),
    ],
)
def test_a_list_is_read_from_items_and_from_lines(html: str, points: list[str]) -> None:
    assert points == points_of(html)


def test_a_note_of_another_type_or_kind_is_not_ours() -> None:
    note = note_of(card("basic", front="f", back="b"))
    assert fields_from("Basic", note.values) is None
    assert fields_from("LP Quiz", note.values) is None
    assert fields_from(note.type.name, note.values[:-1]) is None
    assert fields_from(note.type.name, ["", *note.values[1:]]) is None


def test_a_note_type_that_anki_split_off_is_still_ours() -> None:
    note = note_of(card("basic", front="f", back="b"))
    assert AnkiText("deck/one", "basic", {"front": "f", "back": "b"}, None) == fields_from("LP Basic+", note.values)


def test_tags_tell_principles_kind_level_and_source_and_have_no_blanks() -> None:
    drawn = card("level", level="SDE 2")._replace(
        deck="my deck", principles=("earn-trust", "ownership"), tags=("on the train", "x"), retired=True
    )
    wanted = {"LP::earn-trust", "LP::ownership", "kind::level", "level::SDE-2", "source::my-deck", "on-the-train", "x"}
    assert tuple(sorted({*wanted, "lpdeck-retired"})) == note_of(drawn).tags


def test_a_card_lies_in_the_deck_of_its_first_principle() -> None:
    drawn = card("basic", front="f", back="b")
    assert "LP::Earn Trust" == note_of(drawn._replace(principles=("earn-trust", "ownership"))).deck
    assert OTHER_DECK == note_of(drawn._replace(principles=())).deck
