from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.inference.reasons import reason

from .labelled import Labelled, labelled

DECKS = Path(__file__).parents[2] / "decks"
REPLIES = ("I wrote the runbook", "I told my manager at once", "We restarted the loader nightly", "I kept the pager")
PRINCIPLES = ("Ownership", "Frugality", "Think Big", "Bias for Action")


def reasons(options: Sequence[str], explanation: str | None) -> dict[str, str]:
    """The options that have a reason, each with it."""
    found = {option: reason(option, options, explanation) for option in options}
    return {option: text for option, text in found.items() if text is not None}


# How an option may be named

NAMED = [
    ("I wrote the runbook", "'I wrote the runbook' leaves nobody to read it."),
    ("I wrote the runbook", "“I wrote the runbook” leaves nobody to read it."),
    ("I wrote the runbook", "A runbook that was written leaves nobody on call tonight."),
    ("We restarted the loader nightly", '"We restarted the loader" hides the candidate.'),
    ("We restarted the loader nightly", "A loader restarted nightly keeps its fault."),
    ("I told my manager at once", "Reject B, since the decision moves upwards."),
    ("I told my manager at once", "Step 2: Option B is prompt, yet it passes the duty on."),
]


@pytest.mark.parametrize(("option", "sentence"), NAMED)
def test_a_sentence_that_names_an_option_is_its_reason(option: str, sentence: str) -> None:
    assert reasons(REPLIES, sentence) == {option: sentence.removeprefix("Step 2: ")}


SILENT = [
    None,
    "",
    "Step 1: Look at who wrote the runbook and who kept the pager.",
    "Was it enough that I wrote the runbook before the holidays?",
    "A fault in the loader is always somebody's.",
    "Many readers would say 'I wrote the runbook' at first sight.",
    "Step 1: A long night. Step 2: A short fix.",
]


@pytest.mark.parametrize("explanation", SILENT)
def test_what_names_no_option_or_only_asks_is_no_reason(explanation: str | None) -> None:
    assert reasons(REPLIES, explanation) == {}


@pytest.mark.parametrize(
    "conclusion",
    [
        "Ownership -> Ownership",
        "The principle is: Ownership",
        "Hence the correct answer is Ownership.",
        "Ownership is the strongest here.",
    ],
)
def test_a_bare_conclusion_is_no_reason(conclusion: str) -> None:
    assert reasons(PRINCIPLES, f"Step 1: Nobody had asked.\nStep 2: {conclusion}") == {}


def test_the_premise_of_a_conclusion_is_the_reason_of_the_right_option_only() -> None:
    text = "Step 1: Nobody had asked.\nStep 2: Caring for the orphaned job to its end -> Ownership"
    assert reasons(PRINCIPLES, text) == {"Ownership": "Caring for the orphaned job to its end -> Ownership"}


def test_an_option_that_is_not_among_the_options_has_no_reason() -> None:
    assert reason("Earn Trust", PRINCIPLES, "Earn Trust would need a fault that was admitted.") is None


# Which sentence


def test_each_option_gets_the_sentence_that_is_its_own() -> None:
    first, second = "'I wrote the runbook' hands over paper.", "'I kept the pager' hands over nothing yet."
    assert reasons(REPLIES, f"{first} {second}") == {REPLIES[0]: first, REPLIES[3]: second}


def test_words_of_one_option_in_the_sentence_of_another_do_not_count() -> None:
    text = "'I wrote the runbook' is mere paper, and the pager was kept by a stranger."
    assert reasons(REPLIES, text) == {REPLIES[0]: text}


def test_a_sentence_about_one_option_alone_goes_before_a_comparison() -> None:
    own = "'I kept the pager' holds the duty through the night."
    text = f"'I wrote the runbook' is paper next to 'I kept the pager'. {own}"
    assert reason(REPLIES[3], REPLIES, text) == own


def test_a_step_about_one_option_is_its_reason_as_a_whole() -> None:
    text = "Step 1: Frugality comes to mind. But no money was saved anywhere.\nStep 2: It was quick -> Bias for Action"
    assert reasons(PRINCIPLES, text)["Frugality"] == "Frugality comes to mind. But no money was saved anywhere."


def test_a_verdict_takes_the_sentence_that_explains_it_along() -> None:
    text = "'I wrote the runbook' is weak. It leaves nobody on call. Nights are long."
    assert reasons(REPLIES, text) == {REPLIES[0]: "'I wrote the runbook' is weak. It leaves nobody on call."}


def test_an_end_inside_of_an_option_ends_no_sentence() -> None:
    options = ("It broke. We waited.", "It broke. I called.")
    text = '"It broke. We waited." shows nobody who acts.'
    assert reasons(options, text) == {options[0]: text}


# Letters


def test_letters_mean_the_options_in_the_order_of_the_page() -> None:
    text = "Step 1: Rule out A and C: both leave the fault where it was."
    assert {REPLIES[0], REPLIES[2]} == set(reasons(REPLIES, text))


@pytest.mark.parametrize(
    "text",
    ["Option A (I kept the pager) holds the duty overnight.", "Reject A: a loader restarted nightly keeps its fault."],
)
def test_letters_of_shuffled_options_mean_nothing(text: str) -> None:
    assert REPLIES[0] not in reasons(REPLIES, text)


# Lists

LACKS = ("The cause", "Hours saved each week", "A rota that shares restarts", "Words of thanks")


def test_a_list_that_turns_down_all_the_others_is_a_reason_for_each() -> None:
    list_ = "Hours counted, a fair rota and grateful colleagues would only adorn a patch."
    text = f"Step 1: {list_}\nStep 2: An owner thinks beyond Friday -> The cause"
    assert reasons(LACKS, text) == dict.fromkeys(LACKS[1:], list_) | {"The cause": text.split("Step 2: ")[1]}


@pytest.mark.parametrize(
    "list_",
    [
        "A rota, counted hours and grateful colleagues would only adorn a patch.",
        "Hours and grateful colleagues would only adorn a patch.",
        "Praise, money and fame would only adorn a patch.",
        "Hours were counted, a rota was made and colleagues were grateful.",
    ],
)
def test_a_list_in_another_order_or_of_another_length_is_nobodys_reason(list_: str) -> None:
    text = f"Step 1: {list_}\nStep 2: An owner thinks beyond Friday -> The cause"
    assert {"The cause"} == set(reasons(LACKS, text))


def test_a_list_whose_items_each_have_words_of_one_option_needs_no_conclusion() -> None:
    text = "Hours and a rota would only adorn a patch."
    assert {LACKS[1], LACKS[2]} == set(reasons(LACKS, text))


# Real questions


@pytest.mark.slow
def test_the_starter_decks_say_why_not_for_each_of_their_options() -> None:
    cards = [card for path in DECKS.glob("*.toml") for card in tomllib.loads(path.read_text())["card"]]
    wrong = [(card, one) for card in cards for one in card.get("options", ()) if one != card.get("answer")]
    assert len(wrong) > 400
    assert [] == [one for card, one in wrong if reason(one, card["options"], card["explanation"]) is None]


LABELLED = [one for one in labelled("development") if len(one.item.options) > 1 and one.item.explanation]


@given(st.sampled_from(LABELLED), st.integers(0, 9))
def test_a_reason_stands_in_the_explanation_word_for_word(one: Labelled, place: int) -> None:
    item = one.item
    said = reason(item.options[place % len(item.options)], item.options, item.explanation)
    assert said is None or (said in (item.explanation or "") and not said.startswith("Step"))


@given(st.text(alphabet="AB .,'\"->\nStep1:", max_size=80))
def test_any_explanation_is_read_without_fail(text: str) -> None:
    found = reasons(("A B", "Step", "B."), text)
    assert all(said in text for said in found.values())
