from __future__ import annotations

import pytest

from lpdeck.inference.steps import is_labelled, steps


def test_labels_fall_off() -> None:
    assert ["Look.", "Decide."] == steps("Step 1: Look.\n2. Decide.")


def test_a_line_without_a_label_goes_on_with_its_step() -> None:
    assert ["Look\nonce more.", "Decide."] == steps("Step 1: Look\nonce more.\nStep 2: Decide.")


def test_a_paragraph_has_no_labels() -> None:
    assert not is_labelled("It names the actor.\nThat is all.")
    assert is_labelled("Step 1: It names the actor.")


@pytest.mark.parametrize("torn", ["Frugality", "It is not the best, and", "So -> Dive Deep,", "He said 'no'"])
def test_a_sentence_that_was_cut_is_not_heard(torn: str) -> None:
    assert ["Look.", "Count."] == steps(f"Step 1: Look.\nStep 2: Count.\nStep 3: {torn}")


@pytest.mark.parametrize("whole", ["So -> Dive Deep", "The principle is: Dive Deep", "It is.", 'It is "no."'])
def test_a_conclusion_needs_no_full_stop(whole: str) -> None:
    assert ["Look.", whole] == steps(f"Step 1: Look.\nStep 2: {whole}")


def test_a_page_that_never_writes_full_stops_was_not_cut() -> None:
    assert ["Look", "Count"] == steps("Step 1: Look\nStep 2: Count")


@pytest.mark.parametrize("nothing", [None, "", "\n \n"])
def test_no_explanation_has_no_steps(nothing: str | None) -> None:
    assert [] == steps(nothing)
