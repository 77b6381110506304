from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lpdeck.deck.breakdown import (
    Breakdown,
    break_down,
    instead,
    is_flaw,
    key_of,
    phrase_and_why,
    rank,
)
from lpdeck.deck.drafts import points_at_lost_option
from lpdeck.deck.model import Candidate
from lpdeck.walkthrough import (
    FollowUp,
    InterviewQuestion,
    Level,
    QuizItem,
    Reframing,
    Stage,
    StoryReflection,
    Walkthrough,
    WeakAnswer,
)

PAGES = Path(__file__).parent.parent / "data" / "pages"


def truth(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def as_value(kind: type, one: dict[str, Any]) -> Any:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in one.items()})


PARTS = {
    "stages": Stage,
    "reflections": StoryReflection,
    "follow_ups": FollowUp,
    "quiz": QuizItem,
    "reframings": Reframing,
    "levels": Level,
}


def walkthrough(page: dict[str, Any]) -> Walkthrough:
    parts = {name: tuple(as_value(kind, one) for one in page[name]) for name, kind in PARTS.items()}
    weak = as_value(WeakAnswer, page["weak_answer"])
    return as_value(Walkthrough, page | parts | {"weak_answer": weak})  # type: ignore[no-any-return]


OWNERSHIP = walkthrough(truth("ownership"))
DISAGREEMENT: InterviewQuestion = as_value(InterviewQuestion, truth("disagreement"))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (found for one in value.values() for found in strings(one))
    elif isinstance(value, (list, tuple)):
        yield from (found for one in value for found in strings(one))


def told(found: Breakdown) -> set[str]:
    """Every text that a breakdown holds, on cards or in problems."""
    on_cards = {text for one in found.candidates for text in strings(dict(one.fields))}
    return on_cards | {problem.text for problem in found.problems}


def of(found: Breakdown, kind: str) -> list[Candidate]:
    return [one for one in found.candidates if one.kind == kind]


# Every fact reaches a card

CARRIED_BY_DECK = {"format", "principles"}


@pytest.mark.parametrize(("name", "content"), [("ownership", OWNERSHIP), ("disagreement", DISAGREEMENT)])
def test_every_text_of_a_page_reaches_a_card(name: str, content: Any) -> None:
    page = {key: value for key, value in truth(name).items() if key not in CARRIED_BY_DECK}
    facts = set(strings(page))
    # A reflection joins the level of its rank under the level's own name.
    facts -= {one["level"] for one in page.get("reflections", ())}
    assert set() == facts - told(break_down(content))


def test_every_number_of_a_page_reaches_a_card() -> None:
    seconds = {one.fields["stage"]: one.fields.get("target_seconds") for one in of(break_down(OWNERSHIP), "stage")}
    assert {stage["stage"]: stage["target_seconds"] for stage in truth("ownership")["stages"]} == seconds


def test_a_whole_page_has_no_problems() -> None:
    assert () == break_down(OWNERSHIP).problems
    assert () == break_down(DISAGREEMENT).problems


def test_cards_come_in_the_order_in_which_they_are_best_learned() -> None:
    kinds = list(dict.fromkeys(one.kind for one in break_down(OWNERSHIP).candidates))
    assert ["follow-up", "disqualifier", "quiz", "weak-answer", "stage", "reframing", "level"] == kinds
    assert ["checklist"] * 3 + ["answer"] == [one.kind for one in break_down(DISAGREEMENT).candidates]


def test_a_page_gives_as_many_cards_as_it_has_parts() -> None:
    found = break_down(OWNERSHIP)
    counts = {
        kind: len(of(found, kind)) for kind in ("follow-up", "quiz", "weak-answer", "stage", "reframing", "level")
    }
    assert {"follow-up": 5, "quiz": 8, "weak-answer": 1, "stage": 5, "reframing": 3, "level": 3} == counts


def test_the_situation_does_not_give_its_own_answer_away() -> None:
    stages = {one.fields["stage"]: one.fields for one in of(break_down(OWNERSHIP), "stage")}
    assert ["task", "action", "result", "reflection"] == [name for name, one in stages.items() if "scenario" in one]
    assert ["reflection"] == [name for name, one in stages.items() if "summary" in one]


# The key of a page


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (Walkthrough("The  “Orphaned” Job."), 'star-walkthrough:the "orphaned" job'),
        (InterviewQuestion("The Orphaned Job"), "interview-question:the orphaned job"),
        (Walkthrough(None, scenario=" ".join("abcdefghijklmnop")), "star-walkthrough:a b c d e f g h i j k l"),
        (Walkthrough(None, summary="In short"), "star-walkthrough:in short"),
        (Walkthrough(None, quiz=(QuizItem("Which one?"),)), "star-walkthrough:which one"),
        (InterviewQuestion(None, prompt="Tell me"), "interview-question:tell me"),
        (InterviewQuestion(None, why_asked="Because"), "interview-question:because"),
    ],
)
def test_a_page_is_known_by_its_title_or_else_by_its_first_words(content: Any, key: str) -> None:
    assert key == key_of(content)


# Disqualifiers


@pytest.mark.parametrize(
    ("bullet", "phrase", "why"),
    [
        ('"We rewrote it" hides who did.', "We rewrote it", "hides who did."),
        ("“We rewrote it” - hides who did.", "We rewrote it", "hides who did."),
        ("'It fell to me': nobody chose.", "It fell to me", "nobody chose."),
        ("'I didn't ask' shows haste", "I didn't ask", "shows haste"),
        ('"We rewrote it"', "We rewrote it", None),
        ("We rewrote it", "We rewrote it", None),
        ('No cost, as in "it was free"', 'No cost, as in "it was free"', None),
    ],
)
def test_a_bullet_is_taken_apart_where_it_quotes_a_phrase_first(bullet: str, phrase: str, why: str | None) -> None:
    assert (phrase, why) == phrase_and_why(bullet)


WEAK = "My manager mentioned that cancellations were up, so we rewrote that part of the loader."


@pytest.mark.parametrize(
    ("bullet", "flaw"),
    [
        ("No owner at the end", True),
        ("Vague about numbers", True),
        ('Says "we" throughout', True),
        ("Chronology swallows ninety seconds", True),
        ("we rewrote that part", False),
        ("My manager mentioned that", False),
        ("cancellations were up", False),
        ("I would gladly repeat everything", False),
    ],
)
def test_a_flaw_is_told_from_words_that_were_said(bullet: str, flaw: bool) -> None:
    assert flaw == is_flaw(bullet, WEAK)


def test_the_bullets_of_the_starter_page_are_phrases_with_reasons_and_flaws() -> None:
    found = of(break_down(OWNERSHIP), "disqualifier")
    assert {
        "My manager mentioned that cancellations were up": (False, None),
        "I also wrote a detailed runbook so that anyone could pick it up": (False, None),
        "We rewrote that part": (False, "hides who found the cause and who chose the remedy."),
        "cancellations went down significantly": (False, "gives neither a starting point nor a price."),
        "No cost to the candidate: nothing slipped and nothing was given up.": (True, None),
        "No owner at the end: the job is as orphaned as it was at the start.": (True, None),
    } == {one.fields["phrase"]: (one.fields.get("flaw", False), one.fields.get("why")) for one in found[:6]}


def test_a_disqualifier_without_a_reason_of_its_own_has_the_verdict() -> None:
    found = of(break_down(OWNERSHIP), "disqualifier")
    verdicts = {one.fields["phrase"]: "verdict" in one.fields for one in found}
    assert verdicts["My manager mentioned that cancellations were up"]
    assert verdicts["No owner at the end: the job is as orphaned as it was at the start."]
    assert not verdicts["We rewrote that part"]


def test_phrases_quoted_in_common_mistakes_are_disqualifiers() -> None:
    found = {one.fields["phrase"]: one.fields.get("why") for one in of(break_down(OWNERSHIP), "disqualifier")[6:]}
    assert {
        "It just fell to me": "the decision vanishes, and with it the proof that nobody had handed out the work.",
        "We got the job running again": "nobody can tell who found the cause.",
        "Cancellations are a solved problem": (
            "36 a week remain, and an interviewer who does the sum will stop believing the rest."
        ),
        "I learned to be proactive": "true of every story and evidence of none.",
    } == found


def mistakes(text: str) -> list[tuple[str, str]]:
    found = of(break_down(Walkthrough("Job", stages=(Stage("task", mistake=text),))), "disqualifier")
    return [(one.fields["phrase"], one.fields["why"]) for one in found]


def test_a_phrase_quoted_inside_a_mistake_has_the_whole_mistake_as_its_reason() -> None:
    text = 'Saying "we fixed it quickly" or "that was easy enough" hides the work.'
    assert [("we fixed it quickly", text), ("that was easy enough", text)] == mistakes(text)


def test_a_quoted_word_or_two_is_a_mention_and_no_phrase() -> None:
    assert [] == mistakes('Too much "we" and "the team", and the candidate\'s part isn\'t told.')


def test_a_phrase_in_two_places_is_one_card_with_what_both_say() -> None:
    page = Walkthrough(
        "Job",
        weak_answer=WeakAnswer("we got the job running again", ("We got the job running again",), "No Hire."),
        stages=(Stage("action", mistake="'We got the job running again' - who did?"),),
    )
    found = break_down(page)
    (one,) = of(found, "disqualifier")
    assert {"phrase": "We got the job running again", "verdict": "No Hire.", "why": "who did?"} == one.fields
    assert () == found.problems


# What to say instead

ANSWERED = (
    FollowUp("Why?", weak="I felt I had to step in myself.", strong="I compared two prices.", key_line="Two prices."),
    FollowUp("How?", weak="Cancellations went down significantly.", strong="The other rows did not change."),
)


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("I felt I had to step in", "Two prices."),
        ("cancellations went down significantly", "The other rows did not change."),
        ("My manager asked me", None),
    ],
)
def test_instead_comes_from_the_follow_up_whose_weak_answer_is_like_the_phrase(
    phrase: str, expected: str | None
) -> None:
    assert expected == instead(phrase, ANSWERED)


def test_instead_stays_empty_where_two_weak_answers_are_equally_like() -> None:
    twice = (ANSWERED[0], replace(ANSWERED[0], question="Whose?", key_line="Another line."))
    assert instead("I felt I had to step in", twice) is None


def test_a_flaw_has_nothing_to_say_instead() -> None:
    weak = WeakAnswer("Cancellations fell.", ("No cancellations went down significantly",), "No Hire.")
    (one,) = of(break_down(Walkthrough("Job", follow_ups=ANSWERED, weak_answer=weak)), "disqualifier")
    assert (True, None) == (one.fields["flaw"], one.fields.get("instead"))


# Drafts


def why_draft(**item: Any) -> str | None:
    (one,) = break_down(Walkthrough("Job", quiz=(QuizItem("Which?", **item),))).candidates
    return one.why_draft


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"options": ("A", "B"), "answer": 1}, None),
        ({"options": ("A", "B"), "answer": 0, "explanation": "This phrase is it."}, None),
        ({"options": ("A", "B")}, "no sure answer"),
        ({"options": ("A", "B"), "explanation": "A cost makes it a choice."}, "no sure answer"),
        ({}, "no options and no explanation"),
        ({"hint": "Think"}, "no options and no explanation"),
        ({"explanation": "A cost named early makes it a choice."}, None),
        ({"explanation": "This phrase shows a choice."}, "its options were lost"),
        ({"explanation": 'This phrase, "I told her the price", shows a choice.'}, None),
    ],
)
def test_a_quiz_is_a_draft_by_these_rules(item: dict[str, Any], expected: str | None) -> None:
    assert expected == why_draft(**item)


@pytest.mark.parametrize(
    ("explanation", "points"),
    [
        ("That option names the cost.", True),
        ("The correct answer names the cost.", True),
        ("Option B names the cost.", True),
        ("It is the third statement that convinces.", True),
        ("Naming the cost convinces.", False),
        ("Step 1: A cost is a choice.", False),
    ],
)
def test_an_explanation_points_at_an_option_by_these_words(explanation: str, points: bool) -> None:
    assert points == points_at_lost_option(explanation)


def test_a_follow_up_without_a_strong_answer_is_a_draft() -> None:
    (one,) = break_down(Walkthrough("Job", follow_ups=(FollowUp("Why?", weak="So."),))).candidates
    assert 'no "strong"' == one.why_draft


def test_the_drafts_of_a_concluded_page_are_none() -> None:
    assert [] == [one for one in break_down(OWNERSHIP).candidates if one.why_draft]


def test_the_answer_of_a_quiz_is_the_option_itself() -> None:
    assert [item["answer"] is None or item["options"][item["answer"]] for item in truth("ownership")["quiz"]] == [
        one.fields.get("answer", True) for one in of(break_down(OWNERSHIP), "quiz")
    ]


# Principles and levels


def test_a_reframing_belongs_to_the_principle_it_names() -> None:
    found = of(break_down(OWNERSHIP), "reframing")
    assert [("dive-deep",), ("deliver-results",), ("earn-trust",)] == [one.principles for one in found]
    assert {()} == {one.principles for one in break_down(OWNERSHIP).candidates if one.kind != "reframing"}


def test_a_reframing_for_the_pages_own_principle_needs_none() -> None:
    page = Walkthrough("Job", reframings=(Reframing("ownership", lead="Begin."),), principles=("ownership",))
    assert [()] == [one.principles for one in break_down(page).candidates]


@pytest.mark.parametrize(
    "names",
    [
        ("SDE 2", "SDE2", "SDE II", "sde-2", "Sde ii"),
        ("SDE 1", "SDE1", "SDE I"),
        ("SDE 3", "SDE III"),
        ("Senior", "Senior SDE", "senior engineer"),
        ("Principal", "Principal Engineer"),
    ],
)
def test_these_names_mean_one_level(names: tuple[str, ...]) -> None:
    assert 1 == len({rank(name) for name in names})


def test_different_levels_have_different_ranks() -> None:
    assert 5 == len({rank(name) for name in ("SDE 1", "SDE 2", "SDE 3", "Senior", "Principal")})


def test_a_reflection_joins_the_level_of_its_rank() -> None:
    looking_back = [one.fields.get("looking_back") for one in of(break_down(OWNERSHIP), "level")]
    texts = [one["text"] for one in truth("ownership")["reflections"]]
    assert [None, *texts] == looking_back


def test_a_reflection_without_a_level_is_a_card_of_its_own() -> None:
    page = Walkthrough("Job", reflections=(StoryReflection("Principal", "I changed the rule."),))
    (one,) = break_down(page).candidates
    assert {"story": "Job", "level": "Principal", "looking_back": "I changed the rule."} == one.fields


# Twice on a page


def test_the_same_question_twice_is_one_card_and_the_second_is_reported() -> None:
    twice = (
        FollowUp("Why you?", strong="It was mine.", line=3),
        FollowUp("why you", strong="Others.", weak="Luck.", line=9),
    )
    found = break_down(Walkthrough("Job", follow_ups=twice))
    (one,) = found.candidates
    assert {"story": "Job", "question": "Why you?", "strong": "It was mine.", "weak": "Luck."} == one.fields
    assert [(9, "why you", "the same follow-up stands at line 3 already")] == [
        (problem.line, problem.text, problem.reason) for problem in found.problems
    ]


def test_the_same_question_twice_word_for_word_is_no_problem() -> None:
    item = QuizItem("Which?", ("A", "B"), 0)
    found = break_down(Walkthrough("Job", quiz=(item, replace(item, line=9))))
    assert (1, ()) == (len(found.candidates), found.problems)


def test_a_question_completed_by_its_second_place_is_no_draft() -> None:
    items = (QuizItem("Which?"), QuizItem("Which?", ("A", "B"), 1, "B names the cost."))
    (one,) = break_down(Walkthrough("Job", quiz=items)).candidates
    assert (None, "B") == (one.why_draft, one.fields["answer"])


def test_an_answer_is_not_taken_over_to_other_options() -> None:
    items = (QuizItem("Which?", ("A", "B")), QuizItem("Which?", ("C", "D"), 1))
    (one,) = break_down(Walkthrough("Job", quiz=items)).candidates
    assert ("no sure answer", None) == (one.why_draft, one.fields.get("answer"))


# What no card can hold


def test_a_follow_up_without_its_question_is_reported_with_all_it_says() -> None:
    lost = FollowUp(None, "Judgement.", "Luck.", "No reason.", "I chose.", "Chosen.", line=7)
    (problem,) = break_down(Walkthrough("Job", follow_ups=(lost,))).problems
    assert (7, "a follow-up without its question") == (problem.line, problem.reason)
    assert all(text in problem.text for text in ("Judgement.", "Luck.", "No reason.", "I chose.", "Chosen."))


HOMELESS = {
    "scenario": (Walkthrough("Job", scenario="A night."), "the scenario: no card of the page could hold it"),
    "scenario beside the situation": (
        Walkthrough("Job", scenario="A night.", stages=(Stage("situation", example="Dark."),)),
        "the scenario: no card of the page could hold it",
    ),
    "summary": (Walkthrough("Job", summary="A night."), "the summary: no card of the page could hold it"),
    "verdict": (
        Walkthrough("Job", weak_answer=WeakAnswer(None, (), "A night.")),
        "a verdict without the answer that it judges",
    ),
    "why asked": (
        InterviewQuestion("Job", why_asked="A night."),
        "why it is asked: no sample answer whose card could hold it",
    ),
    "prompt": (InterviewQuestion("Job", prompt="A night."), "the question: no card of the page could hold it"),
}


@pytest.mark.parametrize("name", HOMELESS)
def test_what_no_card_can_hold_is_reported(name: str) -> None:
    content, reason = HOMELESS[name]
    found = break_down(content)
    assert [("A night.", reason)] == [(problem.text, problem.reason) for problem in found.problems]
    assert not any("A night." in strings(dict(one.fields)) for one in found.candidates)


def test_texts_are_offered_as_a_deck_file_gives_them_back() -> None:
    page = Walkthrough("Job", quiz=(QuizItem("Which?", ("A\r\n", "B"), 0, "\nOne\r\ntwo\n"),))
    (one,) = break_down(page).candidates
    assert {"question": "Which?", "options": ["A", "B"], "answer": "A", "explanation": "One\ntwo"} == one.fields
