"""What a page says last: an option that it concludes with, or calls the strongest, is never outvoted by other words."""

from __future__ import annotations

import pytest

from lpdeck.inference.quiz import answer
from lpdeck.walkthrough import QuizItem

ASKED = (
    "How many calls does the desk take in a week?",
    "How many callers hung up before the end?",
    "How long does a call last at the most?",
    "How many desks have the new telephones?",
)

FORMS = QuizItem(
    question="A form takes eleven minutes. Which change shows that somebody began with the customer?",
    options=(
        "Prices shown only after a login",
        "Fields filled in from the last visit",
        "A short film that explains the form",
        "A bar that shows how far one is",
    ),
    explanation="Step 1: A bar that shows how far one is makes the wait visible and clear, and keeps its length.\n"
    "Step 2: Prices after a login and a film both add minutes.\n"
    "Step 3: A shorter way would be worth more than a prettier one -> Fields filled in from the last visit",
    difficulty="medium",
)

INLINE = QuizItem(
    question="Which sentence shows the highest standard after a repair?",
    options=(
        "I added a retry so that the fault heals itself",
        "I made the pump refuse to start while the seal is loose",
        "I wrote down what to do when the seal comes loose",
        "I told the crew how the seal came loose",
    ),
    explanation="'I added a retry so that the fault heals itself' makes the fault clear, direct and cheap, and shows "
    "visible care. 'I made the pump refuse to start while the seal is loose' is the strongest, because no loss can go "
    "unseen. 'I wrote down what to do when the seal comes loose' is true. 'I told the crew how the seal came loose' is "
    "good manners.",
)


def _asking(last: str) -> QuizItem:
    steps = (
        "Step 1: The number of calls tells how busy the desk is, and the longest call is one case.",
        "Step 2: New telephones are what was bought and not what it changed.",
        f"Step 3: What the customer wanted was to be heard to the end -> {last}",
    )
    return QuizItem("Which figure tells that the desk got better?", ASKED, explanation="\n".join(steps))


@pytest.mark.parametrize("at", range(4))
def test_a_question_that_is_an_option_is_concluded_like_any_other(at: int) -> None:

    assert at == answer(_asking(ASKED[at])).value


def test_what_the_last_step_concludes_with_is_never_outvoted() -> None:
    assert answer(FORMS).value in (1, None)


def test_what_is_called_the_strongest_is_never_outvoted() -> None:
    assert answer(INLINE).value in (1, None)


@pytest.mark.parametrize("at", range(4))
def test_a_doubtful_premise_leaves_a_question_open_and_names_no_other_option(at: int) -> None:
    lead, _, _ = str(FORMS.explanation).rpartition("->")
    item = QuizItem(FORMS.question, FORMS.options, explanation=f"{lead}-> {FORMS.options[at]}")
    assert answer(item).value in (at, None)
