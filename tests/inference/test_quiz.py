from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.inference.quiz import answer
from lpdeck.walkthrough import QuizItem

from .labelled import Labelled, labelled

SETS = {name: labelled(name) for name in ("development", "holdout")}
EVERY = [one for some in SETS.values() for one in some]
WITH_OPTIONS = [one for one in EVERY if len(one.item.options) > 1]
DECIDABLE = [one for one in WITH_OPTIONS if one.answer is not None]

NOISE = (
    "Copy link",
    "12 likes and 3 comments so far.",
    "Subscribe to our newsletter for weekly tips.",
    "Next lesson: system design of a parking garage",
    "Step 9: Share this page with a friend.",
)


def _chosen(item: QuizItem) -> str | None:
    at = answer(item).value
    return None if at is None else item.options[at]


def test_the_sets_are_large_enough_to_mean_something() -> None:
    assert len(EVERY) >= 140
    assert sum(one.answer is None and one.item.options == one.options != () for one in EVERY) >= 25
    assert 0.25 <= len(SETS["holdout"]) / len(EVERY) <= 0.35


def test_the_right_answers_stand_at_every_letter() -> None:
    assert {0, 1, 2, 3} == {one.answer for one in DECIDABLE}


@pytest.mark.parametrize("name", SETS)
def test_no_labelled_question_is_answered_wrongly(name: str) -> None:
    verdicts = [(one.way, one.item.question, answer(one.item).value, one.answer) for one in SETS[name]]
    assert [] == [verdict for verdict in verdicts if verdict[2] not in (None, verdict[3])]


@pytest.mark.parametrize("name", SETS)
def test_nine_of_ten_decidable_questions_are_decided(name: str) -> None:
    decidable = [one for one in SETS[name] if one.answer is not None]
    decided = [one for one in decidable if answer(one.item).value is not None]
    assert 0.9 <= len(decided) / len(decidable)


@pytest.mark.slow
@pytest.mark.parametrize("one", WITH_OPTIONS, ids=lambda one: one.way)
def test_a_verdict_tells_its_evidence_and_ranks_every_option(one: Labelled) -> None:
    verdict = answer(one.item)
    assert list(range(len(one.item.options))) == sorted(verdict.candidates)
    assert verdict.margin >= 0
    assert verdict.value is None or (verdict.value == verdict.candidates[0] and verdict.evidence)


@given(st.sampled_from([one for one in WITH_OPTIONS if "letter" not in one.way]), st.randoms(use_true_random=False))
def test_the_order_of_the_options_does_not_change_which_text_is_chosen(one: Labelled, rng: random.Random) -> None:
    shuffled = list(one.item.options)
    rng.shuffle(shuffled)
    assert _chosen(one.item) == _chosen(replace(one.item, options=tuple(shuffled)))


@given(st.sampled_from(WITH_OPTIONS), st.sampled_from([None, "", "  \n "]))
def test_a_question_without_steps_and_hint_is_never_decided(one: Labelled, nothing: str | None) -> None:
    assert answer(replace(one.item, explanation=nothing, hint=nothing)).value is None


@given(st.sampled_from(WITH_OPTIONS), st.sampled_from(NOISE), st.integers(0, 4))
def test_noise_between_the_steps_never_flips_an_answer(one: Labelled, noise: str, at: int) -> None:
    steps = (one.item.explanation or "").splitlines()
    noisy = replace(one.item, explanation="\n".join([*steps[:at], noise, *steps[at:]]))
    assert answer(noisy).value in (None, one.answer)


@given(st.sampled_from(DECIDABLE), st.sampled_from(NOISE))
def test_noise_in_the_hint_never_flips_an_answer(one: Labelled, noise: str) -> None:
    assert answer(replace(one.item, hint=f"{one.item.hint or ''} {noise}")).value in (None, one.answer)


@pytest.mark.slow
@pytest.mark.parametrize("one", [one for one in DECIDABLE if one.item.hint], ids=lambda one: one.way)
def test_a_page_that_was_cut_inside_the_steps_teaches_nothing_wrong(one: Labelled) -> None:
    text = one.item.explanation or ""
    cuts = [text[: match.start()] for match in re.finditer(r"\b", text)]
    taught = {answer(replace(one.item, explanation=cut, hint=None)).value for cut in cuts}
    assert taught <= {None, one.answer}


ITEM = QuizItem(
    "Which LP does this primarily demonstrate?",
    ("Ownership", "Frugality", "Dive Deep", "Think Big"),
    explanation="Step 1: Look at the cost.\nStep 2: Nothing was bought -> Frugality",
    hint="What did it cost?",
)


def test_the_option_behind_the_last_arrow_is_the_answer() -> None:
    assert answer(ITEM).value == 1


def test_evidence_names_its_rule_and_the_words_it_found() -> None:
    (evidence,) = answer(ITEM).evidence
    assert ("own words in the conclusion", "Frugality: Frugality", 6.0) == (
        evidence.rule,
        evidence.text,
        evidence.weight,
    )


def test_a_hint_that_concludes_another_option_leaves_it_undecided() -> None:
    assert answer(replace(ITEM, hint="Small budget -> Dive Deep")).value is None


def test_one_option_is_no_choice() -> None:
    assert answer(replace(ITEM, options=("Frugality",))).value is None


def test_options_with_the_same_words_can_not_be_told_apart() -> None:
    assert answer(replace(ITEM, options=("Frugality", "frugality.", "Dive Deep"))).value is None


def test_a_letter_alone_chooses_nothing_because_pages_shuffle_their_options() -> None:
    steps = "Step 1: Look at the cost.\nStep 2: So option A is the right one."
    assert answer(replace(ITEM, explanation=steps, hint="Choose A")).value is None


def test_options_that_are_turned_down_by_letters_leave_the_one_that_is_left() -> None:
    steps = "Step 1: Look at the cost.\nStep 2: Rule out A, C and D."
    assert answer(replace(ITEM, explanation=steps, hint="One is left")).value == 1


def test_a_negation_is_no_mistyped_word_of_an_option() -> None:
    item = replace(ITEM, options=("Note it", "Frugality", "Dive Deep"), explanation="It is not.\nSo -> Frugality")
    assert 1 == answer(item).value


def test_letters_that_words_contradict_turn_nothing_down() -> None:
    steps = "Step 1: Small bills -> Dive Deep\nStep 2: Rule out A, C and D."
    assert answer(replace(ITEM, explanation=steps, hint="One is left")).value is None


@pytest.mark.parametrize(
    "step",
    [
        "{} is out.",
        "Nothing was bought -> {} is out",
        "Every story has some {}.",
        "A hasty reader picks {}.",
        "{} is the second-best answer.",
        "If the price had been told -> {}",
        "Were there a price, {} would win.",
        "{} fits only the first clause.",
        "Secondary: {}",
        "Distractor -> {}",
        "The trap here is {}.",
        "It shows anything but {}.",
        "It is {} only on paper.",
        "{} is the answer that many give.",
        "{} -> needs a price",
        "Nobody here shows {}.",
        "{} comes close.",
        "{} seems right; think again.",
        "Last year's answer was {}.",
        "Candour > {}",
    ],
)
@pytest.mark.parametrize("option", ["Frugality", "Dive Deep"])
@pytest.mark.parametrize("in_hint", [False, True])
def test_an_option_that_is_named_to_be_rejected_is_never_the_answer(step: str, option: str, *, in_hint: bool) -> None:
    said = step.format(option)
    steps = f"Step 1: Look at the cost.\nStep 2: {'Read it again.' if in_hint else said}"
    hint = said if in_hint else "What did it cost?"
    chosen = _chosen(replace(ITEM, explanation=steps, hint=hint))
    assert chosen != option


@pytest.mark.parametrize(
    "later",
    [
        "Dive Deep -> secondary",
        "Dive Deep -> a distractor",
        "Dive Deep is a close second.",
        "Ownership would need a repair, and Think Big a fleet; neither is told.",
        "Not Dive Deep: no detail is told.",
    ],
)
def test_a_later_sentence_that_rejects_others_takes_nothing_from_the_conclusion(later: str) -> None:
    assert answer(replace(ITEM, explanation=f"{ITEM.explanation}\nStep 3: {later}")).value == 1


@pytest.mark.parametrize(
    "last", ["That leaves Frugality.", "This is Frugality.", "The principle: Frugality", "Frugality."]
)
def test_a_claim_without_an_arrow_decides_a_question_for_a_principle(last: str) -> None:
    assert answer(replace(ITEM, explanation=f"Step 1: Look at the cost.\nStep 2: {last}")).value == 1


def test_a_question_for_what_is_not_shown_is_answered_by_the_one_that_is_left() -> None:
    item = replace(
        ITEM,
        question="Which LP does this NOT show?",
        explanation="Step 1: The search shows Ownership; the ledger shows Dive Deep.\nStep 2: The fleet: Think Big.",
    )
    assert answer(item).value == 1


def test_a_principle_in_passing_is_a_common_word() -> None:
    steps = "Step 1: Somebody took ownership.\nStep 2: Nothing was bought -> Frugality"
    assert answer(replace(ITEM, explanation=steps)).value == 1


@pytest.mark.parametrize("arrow", ["->", "-->", "→", "=>"])
def test_arrows_come_in_several_shapes(arrow: str) -> None:
    assert answer(replace(ITEM, explanation=f"Step 1: Cost.\nStep 2: Nothing {arrow} Frugality")).value == 1


@pytest.mark.parametrize("label", ["Step {}:", "{}.", "{})", "STEP {} -", "step {}:"])
def test_the_number_of_a_step_is_not_an_option(label: str) -> None:
    steps = "\n".join(f"{label.format(n)} {text}" for n, text in enumerate(("Look.", "Count.", "Decide."), 1))
    item = QuizItem("How many stories should you prepare?", ("1", "2", "3", "12"), explanation=steps, hint="Enough")
    assert answer(item).value is None


@pytest.mark.parametrize(
    "last",
    [
        "That is more Frugality than Dive Deep.",
        "That is less Dive Deep than Frugality.",
        "That is not Dive Deep but Frugality.",
        "That is Frugality rather than Dive Deep.",
        "Not only Dive Deep but above all nothing bought -> Frugality",
    ],
)
def test_comparisons_say_which_side_wins(last: str) -> None:
    assert answer(replace(ITEM, explanation=f"Step 1: Look at the cost.\nStep 2: {last}")).value == 1
