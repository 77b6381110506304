from __future__ import annotations

import pytest

from lpdeck.inference.rejection import (
    is_affirmed,
    is_doubted,
    is_questioned,
    is_rejected,
    is_spoiled,
    is_supposed,
    is_taken_back,
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", " is out"),
        ("", " is a close second"),
        ("", " plays no part"),
        ("", " is implied in every story"),
        ("", " covers only the first half"),
        ("", " is a bare claim"),
        ("secondary: ", ""),
        ("drifting into ", " costs time"),
        ("every story has some ", ""),
        ("had the clerk asked, ", " would win"),
        ("it is mistaken for ", ""),
        ("it sounds like ", ""),
    ],
)
def test_what_rules_a_phrase_out_rejects_it(before: str, after: str) -> None:
    assert is_rejected(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a hasty reader picks ", ""),
        ("most would tick ", ""),
        ("at first glance it is ", ""),
        ("that might be ", ""),
        ("", ", one might think"),
        ("", " seems right"),
        ("", " != candour"),
        ("perhaps ", ""),
    ],
)
def test_what_others_think_and_what_might_be_is_a_doubt(before: str, after: str) -> None:
    assert is_doubted(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("this is ", ""),
        ("it shows ", " because nobody asked"),
        ("the answer: ", ""),
        ("", " is the core of the story"),
        ("", " comes first"),
        ("", ""),
        ("what amazon calls ", ""),
    ],
)
def test_a_claim_is_neither_rejected_nor_doubted(before: str, after: str) -> None:
    assert not is_rejected(before, after)
    assert not is_doubted(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("this is ", ""),
        ("it shows ", " because nobody asked"),
        ("", " is the core of the story"),
        ("", " comes first"),
        ("", ""),
        ("the principle is: ", ""),
        ("a clear ", " signal"),
        ("", " -> the answer"),
    ],
)
def test_a_claim_affirms_its_phrase(before: str, after: str) -> None:
    assert is_affirmed(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("the crew talked about ", ""),
        ("nobody here shows ", ""),
        ("the trap here is ", ""),
        ("critics say ", ""),
        ("this is ", " only on paper"),
        ("this is ", " that gets in the way"),
        ("it shows ", ", yet that is not the point"),
        ("", " is the answer that many give"),
        ("", " -> needs a repair"),
        ("", " lies near the harbour"),
    ],
)
def test_a_phrase_that_is_only_named_is_not_affirmed(before: str, after: str) -> None:
    assert not is_affirmed(before, after)


@pytest.mark.parametrize(
    "premise", ["if the fault had been mended", "a hasty reading", "suppose it were new", "distractor"]
)
def test_a_premise_can_make_a_hypothesis_of_its_conclusion(premise: str) -> None:
    assert is_supposed(premise)


@pytest.mark.parametrize("premise", ["nobody asked", "no budget at all", "nobody would have noticed", "both beats"])
def test_an_observation_is_no_hypothesis(premise: str) -> None:
    assert not is_supposed(premise)


@pytest.mark.parametrize("label", ["also", "wrong turn", "a fast reader", "beside the point"])
def test_labels_of_what_is_not_meant_spoil_it(label: str) -> None:
    assert is_spoiled(label)
    assert not is_spoiled("the answer")


def test_the_next_sentence_can_take_back_or_question_what_was_said() -> None:
    assert is_taken_back("neither is shown")
    assert is_taken_back("both are secondary")
    assert not is_taken_back("neither staff nor tools were bought")
    assert is_questioned("that is the trap")
    assert is_questioned("not quite.")
    assert not is_questioned("that is the core of it")
