from __future__ import annotations

import pytest

from lpdeck.inference.weighing import quotations, weighed_options

from .labelled import Labelled, labelled

INLINE = [one for name in ("development", "holdout") for one in labelled(name) if one.item.difficulty is None]


@pytest.mark.parametrize("one", INLINE, ids=lambda one: one.way)
def test_the_labelled_explanations_give_their_options_in_order(one: Labelled) -> None:
    assert one.options == one.item.options


@pytest.mark.parametrize(
    "text",
    [
        "'I moved the valve' is clear.",
        '"I moved the valve" is clear.',
        "‘I moved the valve’ is clear.",
        "“I moved the valve” is clear.",
        "'I moved the valve,' is clear.",
    ],
)
def test_every_kind_of_quotes_quotes(text: str) -> None:
    assert ["I moved the valve"] == [one.text for one in quotations(text)]


@pytest.mark.parametrize("text", ["It isn't the team's fault.", "the users' data and the teams' logs", "don’t, won’t"])
def test_apostrophes_quote_nothing(text: str) -> None:
    assert () == quotations(text)


def test_apostrophes_inside_a_quotation_belong_to_it() -> None:
    assert ["I didn't wait, I'm on call"] == [one.text for one in quotations("'I didn't wait, I'm on call' wins.")]


def test_a_phrase_that_is_quoted_twice_is_one_option() -> None:
    text = "'I led it' is direct, 'it was led' hides the actor. So 'I led it' is the strongest."
    assert ("I led it", "it was led") == weighed_options(text)


@pytest.mark.parametrize("text", [None, "", "No quotes at all.", "'One phrase' shows ownership."])
def test_less_than_two_phrases_are_no_options(text: str | None) -> None:
    assert () == weighed_options(text)


def test_phrases_that_are_only_listed_are_not_weighed() -> None:
    assert () == weighed_options("The story has two turning points, 'the first storm' and 'the second storm'.")


def test_three_phrases_with_verbs_of_their_own_are_weighed_whatever_the_verbs() -> None:
    text = "'I rang the mill' commits. 'I let it rest' closes the case. 'It was late' tells the hour."
    assert ("I rang the mill", "I let it rest", "It was late") == weighed_options(text)
