from __future__ import annotations

import json
from pathlib import Path

import pytest

from lpdeck.inference import conclude
from lpdeck.principles import Principle
from lpdeck.walkthrough import InterviewQuestion, QuizItem, Walkthrough, WeakAnswer

from .truth import content_of

TRUTHS = sorted((Path(__file__).parent.parent / "data" / "pages").glob("*.json"))

INLINE = QuizItem(
    "Which phrase best shows individual action?",
    explanation="'We sorted it out' hides the individual, while 'I rewired the horn' shows direct action.",
)
LOST = QuizItem("What is a disqualifying phrase?", explanation="This phrase hands the work to somebody else.")
PAGE = Walkthrough(
    "A Horn in the Fog",
    weak_answer=WeakAnswer(verdict="No Hire for Bias for Action."),
    quiz=(INLINE, LOST),
)


def test_options_that_an_explanation_weighs_are_filled_in_and_answered() -> None:
    concluded = conclude(PAGE)
    assert isinstance(concluded.content, Walkthrough)
    first = concluded.content.quiz[0]
    assert (("We sorted it out", "I rewired the horn"), 1) == (first.options, first.answer)


def test_what_is_unsure_stays_open() -> None:
    concluded = conclude(PAGE)
    assert isinstance(concluded.content, Walkthrough)
    assert LOST == concluded.content.quiz[1]
    assert concluded.quiz[1].value is None
    assert () == conclude(Walkthrough("A Horn in the Fog")).content.principles


def test_principles_are_slugs_in_the_content_and_members_in_the_verdict() -> None:
    concluded = conclude(PAGE)
    assert ("bias-for-action",) == concluded.content.principles
    assert (Principle.BIAS_FOR_ACTION,) == concluded.principles.value


def test_verdicts_stand_beside_their_questions() -> None:
    assert [1, None] == [verdict.value for verdict in conclude(PAGE).quiz]


def test_an_interview_question_has_principles_and_no_quiz() -> None:
    concluded = conclude(InterviewQuestion("A Horn", why_asked="They look for Dive Deep."))
    assert (("dive-deep",), ()) == (concluded.content.principles, concluded.quiz)


def test_concluding_twice_changes_nothing() -> None:
    once = conclude(PAGE)
    assert once == conclude(once.content)


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: path.stem)
def test_the_pages_with_a_truth_are_concluded_as_it_says(path: Path) -> None:
    truth = json.loads(path.read_text(encoding="utf-8"))
    content = conclude(content_of(truth)).content
    asked = [(list(item.options), item.answer) for item in getattr(content, "quiz", ())]
    assert truth["principles"] == list(content.principles)
    assert [(item["options"], item["answer"]) for item in truth.get("quiz", ())] == asked
