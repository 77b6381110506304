from __future__ import annotations

import pytest

from lpdeck.inference.stance import Sought, Stance, asked_for, sought, stance


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which phrase best demonstrates ownership?", Sought.MERIT),
        ("Which revision fixes the weakness best?", Sought.MERIT),
        ("Which weakness of the answer is the PRIMARY one?", Sought.FAULT),
        ("Which wording disqualifies, since it tells of a lack of ownership?", Sought.FAULT),
        ("Which of these is NOT a sign of curiosity?", Sought.FAULT),
        ("All of these weaken an answer EXCEPT:", Sought.MERIT),
        ("Each of these strengthens an answer except:", Sought.FAULT),
        ("Which opening wastes the most time?", Sought.FAULT),
        ("Which sentence should the candidate drop?", Sought.FAULT),
        ("Which phrase shows a calculated risk?", Sought.MERIT),
        ("We found the weakness. Which LP does this show?", Sought.MEANING),
        ("What does 'my worst week' signal to the interviewer?", Sought.MEANING),
        ("What is missing from this answer?", Sought.MISSING),
        ("What should you say first?", Sought.MEANING),
        ("Which opening should you choose?", Sought.MERIT),
    ],
)
def test_the_last_sentence_without_its_quotations_says_what_is_sought(question: str, expected: Sought) -> None:
    assert expected == sought(question)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", " names the actor and shows direct action", Stance.PRAISED),
        ("", " hides the individual", Stance.FAULTED),
        ("", " does not demonstrate anything", Stance.REJECTED),
        ("", " shows no initiative", Stance.FAULTED),
        ("", " is never vague", Stance.REJECTED),
        ("", " is a different principle", Stance.REJECTED),
        ("", " is present but secondary", Stance.REJECTED),
        ("", " sounds good but proves nothing", Stance.FAULTED),
        ("It is not ", ", as many believe", Stance.DENIED),
        ("Not only ", " shows it", Stance.PRAISED),
        ("Nobody asked, which makes it ", "", Stance.STATED),
        ("The strongest is ", "", Stance.PRAISED),
        ("The disqualifier is ", "", Stance.FAULTED),
        ("Unlike ", ", which is private", Stance.DENIED),
        ("", " rather than ", Stance.PRAISED),
        ("Of the four, only ", " is about people", Stance.PRAISED),
        ("", " is mentioned", Stance.STATED),
    ],
)
def test_the_words_around_a_phrase_say_how_it_is_meant(before: str, after: str, expected: Stance) -> None:
    assert expected == stance(before, after)


def test_denying_what_the_question_asks_for_turns_an_option_down() -> None:
    asked = asked_for("What is the main flaw?", Sought.FAULT)
    assert Stance.REJECTED == stance("", " was certainly no real flaw", asked=asked)
