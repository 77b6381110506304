from __future__ import annotations

import pytest

from lpdeck.inference.principle import principles
from lpdeck.principles import Principle
from lpdeck.walkthrough import InterviewQuestion, QuizItem, Reframing, Walkthrough, WeakAnswer

TITLE = "Tell Me About a Time You Changed a Harbour's Timetable"


def _slugs(content: Walkthrough | InterviewQuestion) -> list[str] | None:
    value = principles(content).value
    return None if value is None else [principle.slug for principle in value]


@pytest.mark.parametrize("principle", Principle, ids=lambda principle: principle.slug)
@pytest.mark.parametrize(
    "claim",
    [
        "A plain case for Amazon's {} principle.",
        "A plain case for Amazon’s Leadership Principle of {}.",
        "It shows what the {} bar asks for.",
        "Speaks to Leadership Principle: {}.",
    ],
)
def test_a_summary_that_claims_a_principle_decides(principle: Principle, claim: str) -> None:
    page = Walkthrough(TITLE, summary=f"In this scenario, ferries wait. {claim.format(principle.title)}")
    assert [principle.slug] == _slugs(page)


@pytest.mark.parametrize("principle", Principle, ids=lambda principle: principle.slug)
def test_the_verdict_of_the_bar_raiser_decides(principle: Principle) -> None:
    verdict = f"Nobody acts in it; leaning No Hire for {principle.title}."
    assert [principle.slug] == _slugs(Walkthrough(TITLE, weak_answer=WeakAnswer(verdict=verdict)))


def test_what_fails_the_bar_of_a_principle_is_still_about_it() -> None:
    assert ["dive-deep"] == _slugs(Walkthrough(TITLE, weak_answer=WeakAnswer(verdict="Not near the Dive Deep bar.")))


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("Not a No Hire for Frugality, but a No Hire for Earn Trust.", "earn-trust"),
        ("He would be a Hire for Frugality; it is a No Hire for Earn Trust.", "earn-trust"),
        ("Misses the Earn Trust bar, although it clears the Frugality bar.", "earn-trust"),
        ("Clears the Frugality bar, not the Earn Trust bar.", "earn-trust"),
        ("Below the bar for Strive to be Earth’s Best Employer.", "strive-to-be-earths-best-employer"),
    ],
)
def test_of_two_claims_in_a_verdict_the_failed_one_counts(verdict: str, expected: str) -> None:
    assert [expected] == _slugs(Walkthrough(TITLE, weak_answer=WeakAnswer(verdict=verdict)))


@pytest.mark.parametrize(
    "summary",
    [
        "Ownership and Earn Trust appear. Ownership appears again, and a bias for action too.",
        "The captain takes ownership of the delay and earns trust with the crew.",
        "Amazon's Ownership principle may come to mind, but it is not meant.",
        "This is not Amazon's Frugality principle.",
        "They talk about the highest standards in principle.",
    ],
)
def test_a_mention_in_passing_claims_nothing(summary: str) -> None:
    assert _slugs(Walkthrough(TITLE, summary=summary)) is None


def test_a_principle_that_the_story_is_reframed_for_is_not_its_own() -> None:
    page = Walkthrough(
        TITLE,
        summary="A story for Amazon's Ownership principle and for Amazon's Think Big principle.",
        reframings=(Reframing("ownership"),),
    )
    assert ["think-big"] == _slugs(page)


def test_two_claims_of_one_weight_are_undecided_and_both_are_named() -> None:
    verdict = principles(Walkthrough(TITLE, summary="Amazon's Frugality principle meets Amazon's Think Big principle."))
    assert verdict.value is None
    assert {(Principle.FRUGALITY,), (Principle.THINK_BIG,)} == set(verdict.candidates)


def test_the_title_names_the_principle_where_nothing_else_does() -> None:
    assert ["dive-deep"] == _slugs(Walkthrough("Tell Me About a Time You Had to Dive Deep Into a Map"))


def test_a_page_that_names_none_is_undecided() -> None:
    assert _slugs(Walkthrough(TITLE)) is None
    assert _slugs(Walkthrough(None)) is None


PRACTICE = QuizItem(
    "You rebuilt the quay from old planks. Which LP does this primarily demonstrate?",
    ("Ownership", "Frugality", "Think Big", "Earn Trust"),
    explanation="Step 1: Look at the cost.\nStep 2: Nothing was bought -> Frugality",
    hint="Old planks",
)


def test_the_answer_of_a_question_for_the_principle_speaks_for_it() -> None:
    assert ["frugality"] == _slugs(Walkthrough(TITLE, quiz=(PRACTICE,)))


def test_a_question_for_what_is_not_shown_claims_nothing() -> None:
    question = "Which principle does a story about old planks NOT show?"
    missing = QuizItem(
        question, PRACTICE.options, explanation="Step 1: Look.\nStep 2: No thrift is told -> Frugality", hint="Thrift"
    )
    assert _slugs(Walkthrough(TITLE, quiz=(missing,))) is None


def test_the_title_breaks_a_tie_when_it_begins_with_the_name() -> None:
    page = Walkthrough("Frugality: A Quay of Old Planks", summary="It touches Amazon's Ownership principle.")
    assert ["frugality"] == _slugs(page)


def test_the_options_of_a_question_claim_nothing() -> None:
    undecided = QuizItem(PRACTICE.question, PRACTICE.options, explanation="Step 1: Look closely.", hint="Look")
    assert _slugs(Walkthrough(TITLE, quiz=(undecided,))) is None


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (
            "They test Leadership Principle #8: Think Big and #3: Invent and Simplify.",
            ["think-big", "invent-and-simplify"],
        ),
        (
            "Deliver Results is the core; Ownership and Customer Obsession follow.",
            ["deliver-results", "ownership", "customer-obsession"],
        ),
        ("Not Bias for Action but Dive Deep is what they look for.", ["dive-deep"]),
        ("They look for Are Right, A Lot rather than Think Big.", ["are-right-a-lot"]),
        ("It shows Earn Trust through ownership of mistakes.", ["earn-trust"]),
        ("Ownership of mistakes matters, and so does Earn Trust.", ["earn-trust"]),
        ("They want to see how you earn trust with peers. It is about the frugality principle.", ["frugality"]),
        ("It probes Have Backbone, Disagree & Commit.", ["have-backbone-disagree-and-commit"]),
        ("It probes Have Backbone;&Disagree and Commit.", ["have-backbone-disagree-and-commit"]),
        ("It probes InventandSimplify.", ["invent-and-simplify"]),
        ("It probes Strive to be Earth’s Best Employer.", ["strive-to-be-earths-best-employer"]),
        ("Think Big, Think Big, and then Dive Deep.", ["think-big", "dive-deep"]),
        ("It probes Strive to be Earths best Employer.", ["strive-to-be-earths-best-employer"]),
        ("Ownership is not what they ask about; Frugality is.", ["frugality"]),
        ("It sounds like a Think Big question, but the panel listens for Dive Deep.", ["dive-deep"]),
        ("They want Dive Deep. Tales of Ownership or Frugality would miss the mark.", ["dive-deep"]),
        ("They want Dive Deep; answers that drift into Think Big lose time.", ["dive-deep"]),
        ("Some believe it is about Think Big; in truth it is about Earn Trust.", ["earn-trust"]),
        ("It has nothing to do with Think Big and everything with Earn Trust.", ["earn-trust"]),
        ("It checks Earn Trust. People who only show Bias for Action are turned down.", ["earn-trust"]),
        ("It is one of the most popular questions on Ownership.", ["ownership"]),
        ("It goes beyond the surface to test Dive Deep.", ["dive-deep"]),
        ("They want to know whether you show Ownership if nobody watches.", ["ownership"]),
        ("Ownership cannot be delegated, and Earn Trust cannot be bought.", ["ownership", "earn-trust"]),
    ],
)
def test_a_question_is_asked_for_the_principles_it_names_in_order(why: str, expected: list[str]) -> None:
    assert expected == _slugs(InterviewQuestion("A Difficult Harbour", why_asked=why))


def test_a_question_without_reasons_falls_back_to_its_title_and_prompt() -> None:
    assert ["think-big"] == _slugs(InterviewQuestion("When Did You Think Big", why_asked="They want to know."))
    assert ["dive-deep"] == _slugs(InterviewQuestion("A Harbour", prompt="Tell me about Dive Deep."))
    assert _slugs(InterviewQuestion("A Harbour", prompt="Tell me more.")) is None
