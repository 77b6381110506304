"""Explanations are lines for the writer, in a file that `lpdeck new` began and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.pages.explanations import FIRST_LINE, without_explanations

BEGUN = f"{FIRST_LINE}: a walkthrough of a story of your own"


def test_each_explanation_is_a_blank_line_so_that_the_others_keep_their_numbers() -> None:
    text = f"{BEGUN}\n//\nSituation\n  // indented\nI saw it // myself\n//"
    assert ("\n\nSituation\n\nI saw it // myself\n", 4) == without_explanations(text)


@pytest.mark.parametrize("ahead", ["", "\n\n", "  ", "\n \t"])
def test_blank_lines_before_the_first_one_do_no_harm(ahead: str) -> None:
    assert 2 == without_explanations(f"{ahead}{BEGUN}\n// explained\nSaid")[1]


@pytest.mark.parametrize("first", ["// a comment", "Title", "/ lpdeck new", "//lpdeck new", f"Title {FIRST_LINE}", ""])
def test_in_any_other_page_such_a_line_is_one_of_the_page(first: str) -> None:
    text = f"{first}\n// said\nTitle"
    assert (text, 0) == without_explanations(text)


rows = st.lists(st.sampled_from(["// why", "  //", "Said", "", "a // b", "http://x"]), max_size=12)


@given(rows)
def test_every_other_line_stays_where_it_was(some: list[str]) -> None:
    text, count = without_explanations("\n".join([BEGUN, *some]))
    explained = [row.lstrip().startswith("//") for row in some]
    assert 1 + sum(explained) == count
    assert ["", *("" if gone else row for row, gone in zip(some, explained, strict=True))] == text.split("\n")
