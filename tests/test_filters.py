from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.model import KINDS
from lpdeck.errors import EXIT_USAGE
from lpdeck.filters import (
    EVERYTHING,
    FIELDS,
    All,
    Compared,
    Either,
    Filter,
    FilterError,
    Has,
    Not,
    Text,
    both,
    completions,
    either,
    level_of,
    parse,
    written,
)
from lpdeck.principles import Principle

A, B, C = Text("a"), Text("b"), Text("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", EVERYTHING),
        (" \n", EVERYTHING),
        ("a", A),
        ("kind:quiz", Has("kind", "quiz")),
        ("KIND=Quiz", Has("kind", "quiz")),
        ("kind:follow", Has("kind", "follow-up")),
        ("kind:answer", Has("kind", "answer")),
        ("is:sus", Has("is", "suspended")),
        ("flag:red", Has("flag", "red")),
        ("deck:Own*", Has("deck", "Own*")),
        ("tag:'two words'", Has("tag", "two words")),
        ("tag:a:b", Has("tag", "a:b")),
        ("id:anvil/*", Has("id", "anvil/*")),
        ("level:L5", Has("level", "sde2")),
        ("level:sen", Has("level", "senior")),
        ("principle:earn", Has("principle", "earn-trust")),
        ("principle:none", Has("principle", "none")),
        ('principle:"Dive Deep"', Has("principle", "dive-deep")),
        ('principle:"are right, a"', Has("principle", "are-right-a-lot")),
        ("principle:backbone", Has("principle", "have-backbone-disagree-and-commit")),
        ("recall<0.8", Compared("recall", "<", 0.8)),
        ("retrievability>=33.3%", Compared("recall", ">=", 0.333)),
        ("lapses:3", Compared("lapses", "=", 3)),
        ("due<=-3", Compared("due", "<=", -3)),
        ("anvil/a", Text("anvil/a")),
        ("don't", Text("don't")),
        ('"dead  letter: \\"x\\""', Text('dead letter: "x"')),
        ("'it's so'", Text("it's so")),
        ("“curly (quotes)”", Text("curly (quotes)")),
        ('"or"', Text("or")),
    ],
)
def test_a_term_says_what_it_says(text: str, expected: Filter) -> None:
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b", All((A, B))),
        ("a AND b", All((A, B))),
        ("a (b c)", All((A, B, C))),
        ("a or b c", Either((A, All((B, C))))),
        ("a b OR c", Either((All((A, B)), C))),
        ("(a or b) c", All((Either((A, B)), C))),
        ("not a b", All((Not(A), B))),
        ("-a or b", Either((Not(A), B))),
        ("-(a or b)", Not(Either((A, B)))),
        ("not -a", Not(Not(A))),
        ("-is:new", Not(Has("is", "new"))),
    ],
)
def test_not_binds_closest_then_and_then_or(text: str, expected: Filter) -> None:
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("text", "column", "problem", "advice"),
    [
        ("a kind:quizz", 8, 'there is no card kind "quizz"', "nearest is quiz"),
        ("a kidn:quiz", 3, 'there is no name "kidn"', "nearest is kind"),
        ("https://x", 1, 'there is no name "https"', "quotation marks"),
        ("12:30", 1, 'there is no name "12"', "quotation marks"),
        ("a :x", 3, "no name stands before", "quotation marks"),
        ("principle:d", 11, "may be dive-deep, have-backbone-disagree-and-commit or deliver-results", "more"),
        ("is:re", 4, "may be review or retired", "more"),
        ("kind:", 6, 'nothing stands after "kind:"', "without spaces"),
        ("lapses>many", 8, '"many" is no number', "lapses>3"),
        ("lapses>3%", 8, '"3%" is no number', "lapses>3"),
        ("recall<80", 8, "recall is never 80", "recall<80%"),
        ("recall>-1%", 8, "recall is never -1%", "0 to 1"),
        ("a kind<3", 7, "kind is no number", "kind:"),
        ("a (b", 3, "this parenthesis is never closed", "Close"),
        ("a (", 3, "this parenthesis is never closed", "Close"),
        ("a) b", 2, "this parenthesis was never opened", "away"),
        ("a ()", 3, 'nothing stands after "("', "condition"),
        ('a "b', 3, "this quotation mark is never closed", "Close"),
        ('a "b\\"', 3, "this quotation mark is never closed", "Close"),
        ('a b"', 4, "a quotation mark stands inside of a word", "Close"),
        ('a ""', 3, "nothing stands between the quotation marks", "words"),
        ("or a", 1, 'nothing stands before "or"', "condition"),
        ("a or", 3, 'nothing stands after "or"', "condition"),
        ("a or or b", 3, 'nothing stands after "or"', "condition"),
        ("a -", 3, '"-" stands alone', "before"),
        ("level:principal", 7, 'there is no level "principal"', "sde1, sde2 or senior"),
        ("(" * 100_000, 10_001, "more than 10,000 characters", "shorter"),
        ("(" * 9_000, 101, "more than 100", "fewer"),
        ("-" * 9_000 + "a", 101, "more than 100", "fewer"),
        ("a \ud800", 3, "no character", "anew"),
    ],
)
def test_what_is_wrong_is_said_with_its_column(text: str, column: int, problem: str, advice: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text)
    assert raised.value.what.startswith(f"filter, column {column}: ")
    assert problem in raised.value.what
    assert advice in raised.value.advice
    assert (column, EXIT_USAGE) == (raised.value.column, raised.value.exit_code)


@pytest.mark.parametrize("text", ["a kind:quizz", "漢字 kind:quizz", f"{'x' * 500} kind:quizz {'y' * 500}"])
def test_a_caret_stands_below_the_column(text: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text)
    line, caret = raised.value.advice.splitlines()[-2:]
    wide = sum(char in "漢字" for char in line)
    assert line.index("quizz") + wide == caret.index("^")
    assert len(line) <= 100


def test_a_hundred_parentheses_are_read() -> None:
    assert A == parse("(" * 100 + "a" + ")" * 100)


SIGNS = st.sampled_from(["<", "<=", ">", ">=", "="])
WORDS = st.text(min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)


def _leaf(name: str) -> st.SearchStrategy[Filter]:
    field = FIELDS[name]
    if name == "recall":
        return st.builds(Compared, st.just(name), SIGNS, st.integers(0, 1000).map(lambda number: number / 1000))
    if field.is_number:
        return st.builds(Compared, st.just(name), SIGNS, st.integers(-(10**6), 10**6).map(lambda number: number / 8))
    return st.builds(Has, st.just(name), WORDS if field.choices is None else st.sampled_from(field.choices))


def filters(leaves: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    """Trees as `parse` makes them: no group in a group of its own sort, none with a single term."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=2, max_size=4).map(lambda terms: both(*terms)),
            st.lists(inner, min_size=2, max_size=4).map(lambda terms: either(*terms)),
        ),
        max_leaves=12,
    )


LEAVES: st.SearchStrategy[Filter] = st.one_of(st.builds(Text, WORDS), *map(_leaf, FIELDS))


@given(filters(LEAVES))
def test_a_filter_written_down_reads_as_itself(chosen: Filter) -> None:
    assert chosen == parse(written(chosen))


PIECES = st.sampled_from(
    ["(", ")", "-", '"', "'", "“", "\\", " ", "or", "not ", "kind:", "quiz", "recall", "<", "=", "8%"]
)


@given(st.text() | st.lists(PIECES | st.text(max_size=2), max_size=20).map("".join))
def test_any_text_is_a_filter_or_a_filter_error(text: str) -> None:
    with suppress(FilterError):
        chosen = parse(text)
        assert chosen == parse(written(chosen))


@pytest.mark.parametrize("principle", Principle, ids=lambda principle: principle.slug)
def test_every_principle_is_known_by_slug_and_title(principle: Principle) -> None:
    expected = Has("principle", principle.slug)
    assert [expected, expected] == [parse(f"principle:{principle.slug}"), parse(f'principle:"{principle.title}"')]


@pytest.mark.parametrize(
    ("level", "texts"),
    [
        ("sde1", ["SDE 1", "SDE1", "SDE I", "SDE-1 / L4", "Junior", "L4", "Entry-level", "New grad", "sde–1"]),
        ("sde2", ["SDE 2", "SDE2", "SDE II", "L5", "SWE II", "Mid-level", "Software Development Engineer II"]),
        ("senior", ["Senior SDE", "Senior", "SDE 3", "SDE III", "L6", "Sr. SDE (L6)", "SENIOR SDE"]),
        (None, ["", "SDE", "Principal", "Senior Principal", "Staff", "L7", "SDE IV", "SDM", "SDE 1 / SDE 2", "100"]),
    ],
)
def test_pages_write_a_level_in_many_ways(level: str | None, texts: list[str]) -> None:
    assert dict.fromkeys(texts, level) == {text: level_of(text) for text in texts}


def test_both_and_either_flatten() -> None:
    assert All((A, B, C)) == both(A, both(B, EVERYTHING, C))
    assert Either((A, B, C)) == either(A, either(B, C))
    assert A == both(EVERYTHING, A)
    assert EVERYTHING == either(A, EVERYTHING)


def _never() -> list[str]:
    raise AssertionError("names were read needlessly")


@pytest.mark.parametrize(
    ("incomplete", "expected"),
    [
        ("ki", ["kind:"]),
        ("o", ["or"]),
        ("-o", []),
        ("reca", ["recall<"]),
        ("kind:q", ["kind:quiz"]),
        ("-is:su", ["-is:suspended"]),
        ("(flag:p", ["(flag:pink", "(flag:purple"]),
        ("level:", ["level:sde1", "level:sde2", "level:senior"]),
        ("principle:e", ["principle:earn-trust"]),
        ("recall<", []),
        ("nonsense:", []),
        ("id:", []),
    ],
)
def test_a_begun_word_is_completed(incomplete: str, expected: list[str]) -> None:
    assert expected == completions(incomplete, _never, _never)


def test_nothing_is_completed_by_every_name_and_or() -> None:
    found = completions("", _never, _never)
    assert len(FIELDS) + 1 == len(found)
    assert {"kind:", "is:", "recall<", "or"} <= set(found)
    assert list(KINDS) == [one.removeprefix("kind:") for one in completions("kind:", _never, _never)]


def test_decks_and_tags_are_completed_by_the_names_given() -> None:
    assert ["deck:Anvil"] == completions("deck:an", lambda: ["Anvil", "bridge"], _never)
    assert ['-tag:"two words"'] == completions("-tag:tw", _never, lambda: ["one", "two words"])
