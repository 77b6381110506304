from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.folder import load
from lpdeck.deck.identity import ids
from lpdeck.deck.model import FLAG, KINDS, LIST, NUMBER, TEXT, Card, Deck, PageRecord
from lpdeck.deck.toml import DeckProblem, card_lines, read_deck, rewrite_deck, write_deck
from lpdeck.errors import DeckError

DECKS = Path(__file__).parent.parent / "data" / "decks"
HERE = Path("deck.toml")


def cards_of(text: str) -> tuple[Card, ...]:
    return read_deck(text, HERE).deck.cards


# What is wrong with a file, as a sentence with its line

PROPOSED = next(ids("no-id", "basic", {"front": "What is the bar?"}, None))

SPOILED_CARDS = {
    "unknown-kind": (1, 'there is no kind "folow-up"', "The nearest is follow-up."),
    "no-kind": (2, "the card has no kind", None),
    "missing-field": (1, 'the card has no "back"', "Add it, or set draft = true."),
    "doubled-id": (7, 'the id "a/1" stands at line 1 too', "Give one of them another id."),
    "no-id": (2, "the card has no id", f'Add id = "{PROPOSED}".'),
    "blank-in-id": (1, 'the id "a/1 b" has white space or invisible characters in it', "Take them out."),
    "wrong-type": (1, '"options" is no list of texts', ""),
    "wrong-mark": (1, '"draft" is no true or false', ""),
    "answer-not-among-options": (1, 'the answer "yes" is none of the options', "Write it exactly as the option."),
    "options-without-answer": (
        1,
        "the question has options but no answer",
        "Add answer, or set draft = true.",
    ),
    "option-twice": (1, "an option stands twice", "Take one out."),
    "bare-question": (1, "the card has no options and no explanation", "Add either, or set draft = true."),
    "unknown-card-principle": (1, 'there is no principle "Dive Deeep"', "The nearest is dive-deep."),
}

SPOILED_FILES = {
    "bad-toml": (6, "this is not valid TOML: invalid value"),
    "unfinished-text": (6, "this is not valid TOML: unterminated string"),
    "newer-schema": (3, "the deck has schema 2, this lpdeck knows 1"),
    "schema-no-number": (1, "the deck has schema one, this lpdeck knows 1"),
    "card-no-list": (2, '"card" is no list of tables'),
    "title-no-text": (1, '"title" is no text'),
    "dropped-no-list": (1, '"dropped" is no list of texts'),
    "unknown-deck-principle": (2, 'there is no principle "earn-thrust"'),
    "page-without-key": (5, "a [[page]] has no key"),
    "not-utf-8": (4, "the file is not UTF-8"),
}


@pytest.mark.parametrize("name", SPOILED_CARDS)
def test_a_spoiled_card_is_left_out_and_reported_with_its_line(name: str) -> None:
    line, what, advice = SPOILED_CARDS[name]
    found = load(DECKS / f"{name}.toml")
    problem = found.problems[0]
    assert (1, line, what, False) == (len(found.problems), problem.line, problem.what, problem.warning)
    assert advice is None or advice == problem.advice
    assert (1 if name == "doubled-id" else 0) == len(found.deck.cards)


@pytest.mark.parametrize("name", SPOILED_FILES)
def test_a_spoiled_file_is_refused_with_its_line(name: str) -> None:
    line, what = SPOILED_FILES[name]
    path = DECKS / f"{name}.toml"
    with pytest.raises(DeckError) as caught:
        load(path)
    assert (line, what, path) == (caught.value.line, caught.value.problem, caught.value.path)
    assert str(caught.value).startswith(f"{path}:{line}: {what}\n")


def test_every_broken_deck_has_its_expectation() -> None:
    named = {*SPOILED_CARDS, *SPOILED_FILES, "after-texts-with-headers"}
    assert named == {path.stem for path in DECKS.glob("*.toml")}


def test_a_deck_that_is_a_folder_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "deck.toml").mkdir()
    with pytest.raises(DeckError, match=r"deck\.toml: the deck can not be read \(Is a directory\)"):
        load(tmp_path / "deck.toml")


def test_toml_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(DeckError, match="nested too deep"):
        read_deck(f"x = {'[' * 100_000}", HERE)


def test_lines_are_right_after_texts_that_look_like_headers() -> None:
    found = load(DECKS / "after-texts-with-headers.toml")
    assert [(16, 'the card has no "back"'), (21, 'the card has no "front"')] == [
        (problem.line, problem.what) for problem in found.problems
    ]
    assert [5] == [card.line for card in found.deck.cards]


nasty = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(
    (
        '"""', "'''", 'a\n"""', "\\", "a\\\nb", 'ends with "', 'ends\nwith "', 'ends\nwith ""', "# no comment",
        "[[card]]\n[[card]]", " leads and trails \n ", "tab\there", "bell\x07\x00\x7f\x1b[0m", "\u2028\x85 and",
        "É é", "🦆\n🦆", "{x = 1}", "a = 1\nb", "\t\n\t", "a  \n  b", 'x\n\\"""y', "e\\u0041",
    )
)  # fmt: skip


@given(st.lists(nasty, max_size=6))
def test_lines_of_cards_are_those_of_their_headers_whatever_the_cards_say(fronts: list[str]) -> None:
    cards = tuple(Card(f"deck/{n}", "basic", {"front": f"a{front}", "back": front}) for n, front in enumerate(fronts))
    text = write_deck(Deck("deck", "Deck", cards=cards))
    lines = text.split("\n")
    found = card_lines(text)
    assert [f'id = "deck/{n}"' for n in range(len(fronts))] == [lines[line] for line in found]
    assert {"[[card]]"} >= {lines[line - 1] for line in found}


# Warnings


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("draft = true", ("draft: set aside", "Complete it and take out draft = true.")),
        ("conflict = true", ("the page changed too, your words are kept", None)),
        ('imported = "b2:1:2"', ('"imported" is damaged', "Take it out: the card is then yours.")),
        ('princples = ["ownership"]', ('"princples" is not known', 'Did you mean "principles"?')),
    ],
)
def test_a_card_that_can_be_used_is_warned_about(more: str, expected: tuple[str, str | None]) -> None:
    found = read_deck(f'\n[[card]]\nid = "a/1"\nkind = "basic"\nfront = "A"\nback = "B"\n{more}\n', HERE)
    (problem,) = found.problems
    what, advice = expected
    assert DeckProblem(2, what, advice if advice is not None else problem.advice, "a/1", True) == problem
    assert 1 == len(found.deck.cards)


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ("options = ['Yes', 'No']", "no sure answer"),
        ("hint = 'Think'", "no options and no explanation"),
        ("explanation = 'This phrase does.'", "its options were lost"),
    ],
)
def test_a_draft_says_what_it_lacks(fields: str, lacks: str) -> None:
    found = read_deck(f"[[card]]\nid='a/1'\nkind='quiz'\nquestion='Which?'\ndraft=true\n{fields}\n", HERE)
    assert [f"draft: {lacks}"] == [problem.what for problem in found.problems]


def test_keys_that_resemble_nothing_are_the_learners_own() -> None:
    assert () == read_deck('[[card]]\nid="a/1"\nkind="basic"\nfront="A"\nback="B"\nmnemonic="duck"\n', HERE).problems


# Round trips

SAMPLES = {
    TEXT: nasty.map(lambda text: text.replace("\r", "").strip("\n")),
    FLAG: st.booleans(),
    NUMBER: st.integers(1, 600),
}
SAMPLES[LIST] = st.lists(nasty.map(lambda text: text.replace("\r", "")), max_size=3)
filled = SAMPLES[TEXT].filter(bool)
words = st.text("abcdefgh-", min_size=1, max_size=8)


@st.composite
def some_cards(draw: st.DrawFn, id_: str = "") -> Card:
    spec = draw(st.sampled_from([*KINDS.values()]))
    fields: dict[str, Any] = {}
    for name, type_ in spec.fields.items():
        value = draw(st.none() | SAMPLES[type_])
        if value not in (None, "", [], False):
            fields[name] = value
    whole = all(fields.get(name) for name in spec.required) and spec.name != "quiz"
    return Card(
        id=id_,
        kind=spec.name,
        fields=fields,
        principles=draw(st.sampled_from(((), ("ownership",), ("dive-deep", "frugality")))),
        note=draw(st.none() | filled),
        tags=tuple(draw(st.lists(words, max_size=2))),
        draft=not whole or draw(st.booleans()),
        retired=draw(st.booleans()),
        conflict=draw(st.booleans()),
        pages=tuple(draw(st.lists(SAMPLES[TEXT], max_size=2))),
        imported=draw(st.none() | st.just("b2:0123456789abcdef:0123456789abcdef")),
    )


@st.composite
def some_decks(draw: st.DrawFn) -> Deck:
    cards = draw(st.lists(some_cards(), max_size=4))
    return Deck(
        name="deck",
        title=draw(filled),
        principles=draw(st.sampled_from(((), ("ownership",)))),
        pages=tuple(
            PageRecord(key, "page.txt", "2026-01-01") for key in draw(st.lists(words, max_size=2, unique=True))
        ),
        dropped=tuple(draw(st.lists(words, max_size=2))),
        cards=tuple(replace(card, id=f"deck/{number}") for number, card in enumerate(cards)),
    )


@given(some_decks())
def test_a_deck_written_and_read_is_the_same_deck(deck: Deck) -> None:
    assert deck == read_deck(write_deck(deck), HERE).deck


@given(some_decks())
def test_rewriting_an_unchanged_deck_changes_no_byte(deck: Deck) -> None:
    text = write_deck(deck)
    assert text == rewrite_deck(text, deck)


@given(some_decks(), some_decks())
@pytest.mark.slow
def test_a_deck_rewritten_into_another_reads_as_the_other(before: Deck, after: Deck) -> None:
    wanted = replace(
        after, pages=before.pages + tuple(p for p in after.pages if p.key not in {b.key for b in before.pages})
    )
    found = read_deck(rewrite_deck(write_deck(before), wanted), HERE).deck
    assert wanted.cards == tuple(sorted(found.cards, key=lambda card: card.id))
    assert replace(wanted, cards=()) == replace(found, cards=())


COMMENTED = '''\
# My deck.
principles = ["ownership"] # the one
title = 'Mine'   # single quotes
favourite = {colour = "blue"}

# About pages
[[page]]
key = "p"
name = "p.txt"
when = "2026-01-01"
from_where = "a friend"

# The first card.
[[card]]
kind = "basic"   # kind before id
id = "mine/1"
front = """
What is \\
the bar?"""
back = "High."   # very
mnemonic = "a bar of chocolate"
# ends the first

[[card]]   # broken: no front
id = "mine/2"
kind = "basic"
back = "Lost?"

[[card]]
id = "mine/1"
kind = "basic"
front = "Doubled"
back = "Twice"

[notes]
mine = "stays"
'''


def test_comments_order_and_unknown_keys_survive_a_change() -> None:
    deck = read_deck(COMMENTED, HERE).deck
    (card,) = deck.cards
    after = deck.with_card(replace(card, fields={**card.fields, "back": "Higher."}))
    assert COMMENTED.replace('"High."', '"Higher."') == rewrite_deck(COMMENTED, after)


def test_cards_that_could_not_be_read_survive_when_another_goes() -> None:
    after = read_deck(COMMENTED, HERE).deck.without_card("mine/1")
    text = rewrite_deck(COMMENTED, after)
    assert ("mine/1",) == read_deck(text, HERE).deck.dropped
    assert "High." not in text
    assert 'back = "Lost?"' in text
    assert 'front = "Doubled"' in text
    assert "[notes]\nmine" in text


def test_a_rewrite_that_changes_nothing_keeps_a_learners_file_byte_for_byte() -> None:
    assert COMMENTED == rewrite_deck(COMMENTED, read_deck(COMMENTED, HERE).deck)


def test_pages_and_cards_are_added_to_a_file_that_has_only_cards() -> None:
    text = '[[card]]\nid = "a/1"\nkind = "basic"\nfront = "A"\nback = "B" # b\n'
    deck = read_deck(text, HERE).deck
    after = replace(deck, pages=(PageRecord("p", "p.txt", "2026-01-01"),), dropped=("a/9",)).with_card(
        Card("a/2", "basic", {"front": "C\n\nD", "back": "E"})
    )
    again = rewrite_deck(text, after)
    assert after == read_deck(again, HERE).deck
    assert 'back = "B" # b\n' in again


INLINE = 'title = "Inline"\ncard = [\n  {id = "a/1", kind = "basic", front = "A", back = "B"}, # first\n]\n'


def test_cards_in_an_inline_array_are_cards_too() -> None:
    deck = read_deck(INLINE, HERE).deck
    assert [Card("a/1", "basic", {"front": "A", "back": "B"})] == [*deck.cards]
    assert INLINE == rewrite_deck(INLINE, deck)


def test_an_inline_array_can_be_changed_and_grow() -> None:
    deck = read_deck(INLINE, HERE).deck
    after = deck.with_card(replace(deck.cards[0], fields={"front": "A", "back": "B\nC"})).with_card(
        Card("a/2", "basic", {"front": "D\nE", "back": "F"}, retired=True)
    )
    again = rewrite_deck(INLINE, after)
    assert after == read_deck(again, HERE).deck
    assert "# first" in again


def test_line_ends_of_other_systems_make_no_other_card() -> None:
    text = write_deck(Deck("deck", "Deck", cards=(Card("a/1", "basic", {"front": "A\nB", "back": "C"}),)))
    assert cards_of(text) == cards_of(text.replace("\n", "\r\n"))
    written = write_deck(Deck("deck", "Deck", cards=(Card("a/1", "basic", {"front": "A\r\nB", "back": "C\rD"}),)))
    assert {"front": "A\nB", "back": "C\nD"} == cards_of(written)[0].fields


def test_lines_are_right_in_files_with_other_line_ends() -> None:
    text = (DECKS / "doubled-id.toml").read_text(encoding="utf-8").replace("\n", "\r\n")
    assert [7] == [problem.line for problem in read_deck(text, HERE).problems]


def test_a_file_that_was_broken_meanwhile_is_not_rewritten() -> None:
    with pytest.raises(DeckError, match=r"deck\.toml:1: this is not valid TOML"):
        rewrite_deck("title = ", Deck("deck", "Deck"))


def test_principles_may_be_written_as_amazon_writes_them() -> None:
    text = 'principles = ["Have Backbone; Disagree and Commit"]\n'
    deck = read_deck(text, HERE).deck
    assert ("have-backbone-disagree-and-commit",) == deck.principles
    assert text == rewrite_deck(text, deck)


MIXED = """\
[[card]]
id = "a/1"
kind = "basic"
front = "A"
back = "B" # b

[[page]]
key = "p" # p

# the second
[[card]]
id = "a/2"
kind = "basic"
front = "C"
back = "D"
"""


def test_pages_between_cards_are_left_there_while_nothing_changes() -> None:
    deck = read_deck(MIXED, HERE).deck
    assert [1, 11] == [card.line for card in deck.cards]
    assert MIXED == rewrite_deck(MIXED, deck)


def test_pages_between_cards_lose_no_line_when_a_card_changes() -> None:
    deck = read_deck(MIXED, HERE).deck
    after = deck.with_card(replace(deck.cards[1], fields={"front": "C", "back": "E"}))
    text = rewrite_deck(MIXED, after)
    assert after == read_deck(text, HERE).deck
    assert sorted(MIXED.replace('"D"', '"E"').split("\n")) == sorted(text.split("\n"))


def test_a_page_that_a_deck_no_longer_names_leaves_its_file() -> None:
    pages = tuple(PageRecord(f"star-walkthrough:{name}", f"{name}.txt", "2026-03-02") for name in "ab")
    card = Card("deck/a", "basic", {"front": "a", "back": "b"})
    deck = Deck("deck", "Deck", pages=pages, cards=(card,))
    for left in (pages[:1], pages[1:], ()):
        after = replace(deck, pages=left)
        assert after == read_deck(rewrite_deck(write_deck(deck), after), Path("deck.toml")).deck


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" + ".a" * 20_000 + " = 1", "parts"),
        ("[" + "'a'.\"b\"." * 20_000 + "c]", "parts"),
        ("a = " + "1" * 5000, "too long"),
        ("a = " + "[" * 5000 + "]" * 5000, "too deep"),
    ],
)
def test_what_the_parser_can_not_read_in_any_time_is_refused(text: str, said: str) -> None:
    with pytest.raises(DeckError, match=said):
        read_deck(text, Path("a.toml"))


def test_a_file_that_is_too_deep_to_be_changed_is_refused_and_can_be_read() -> None:
    text = "title = 't'\nx = " + "[" * 200 + "]" * 200 + "\n"
    deck = read_deck(text, Path("a.toml")).deck
    with pytest.raises(DeckError, match="nested too deep to be changed"):
        rewrite_deck(text, replace(deck, title="other"))


def test_a_long_row_of_short_sentences_is_no_key() -> None:
    text = f"[[card]]\nid = 'a'\nkind = 'basic'\nfront = '''\n{'Yes. ' * 200}\n{'a.b' * 99}\n'''\nback = 'b'\n"
    assert [] == list(read_deck(text, Path("a.toml")).problems)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_marks_of_a_merge_are_named(end: str) -> None:
    lines = ("schema = 1", "<<<<<<< HEAD", 'title = "a"', "=======", 'title = "b"', ">>>>>>> other", "")
    with pytest.raises(DeckError, match=r"deck\.toml:2: a merge left its marks here") as caught:
        read_deck(end.join(lines), Path("deck.toml"))
    assert "Keep one of the two forms" in caught.value.advice
