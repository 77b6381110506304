from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from lpdeck.confusions import Confusion, confusions
from lpdeck.principles import Principle
from lpdeck.store.choices import Choice

BIAS, OWNER, TRUST = "Bias for Action", "Ownership", "Earn Trust"
LETTERS = ("ant", "bee", "cat")


def _card(card: str, answer: str, options: Sequence[str]) -> Choice:
    """A card without answers: `_rows` makes rows of it."""
    return Choice(card, ("dive-deep",), f"{card}?", answer, tuple(options), None, False, 1)


def _rows(card: Choice, *, was_right: bool = False, **taken: int) -> list[Choice]:
    """Rows of a card, by option (spaces as underscores) how often it was taken; `nothing` is giving up."""
    names = {name: None if name == "nothing" else name.replace("_", " ") for name in taken}
    return [
        replace(card, option=option, count=taken[name], was_right=was_right or option == card.answer)
        for name, option in names.items()
    ]


ACTION = _card("deck/action", BIAS, (OWNER, BIAS, TRUST))
HASTE = _card("deck/haste", BIAS, (TRUST, OWNER, BIAS))
CALM = _card("deck/calm", BIAS, (TRUST, BIAS))
BEES = _card("deck/bees", "bee", LETTERS)


def test_a_principle_taken_for_another_counts_over_all_questions_that_offer_both() -> None:
    action = _rows(ACTION, Ownership=3, Bias_for_Action=1, nothing=1)
    haste = _rows(HASTE, Ownership=1, Bias_for_Action=3)
    found = confusions([*action, *haste, *_rows(CALM, Bias_for_Action=20)])
    slugs = ("ownership", "bias-for-action")
    assert [Confusion(OWNER, BIAS, 4, 9, ("deck/action", "deck/haste"), slugs, None, True)] == found.principles
    assert ([], 29) == (found.questions, found.answers)


def test_a_question_of_its_own_tells_each_wrong_option() -> None:
    found = confusions(_rows(BEES, ant=2, bee=4, nothing=1, cat=1))
    of = ("deck/bees",), ("dive-deep",), "deck/bees?", True
    assert [Confusion("ant", "bee", 2, 8, *of), Confusion("cat", "bee", 1, 8, *of)] == found.questions
    assert [] == found.principles


def test_an_option_that_names_no_principle_counts_for_its_question() -> None:
    card = _card("deck/a", BIAS, (BIAS, "None of them"))
    found = confusions(_rows(card, None_of_them=1, Bias_for_Action=1))
    assert ([], ["None of them"]) == (found.principles, [one.taken for one in found.questions])


def test_two_wordings_of_one_principle_are_not_confused_as_principles() -> None:
    card = _card("deck/a", BIAS, (BIAS, "bias for action, alone", "bias-for-action"))
    found = confusions(_rows(replace(card, option="bias-for-action")))
    assert ([], []) == (found.principles, found.questions)
    found = confusions([replace(card, option="bias-for-action")])
    assert ([], ["bias-for-action"]) == (found.principles, [one.taken for one in found.questions])


def test_right_answers_and_giving_up_confuse_nothing() -> None:
    found = confusions([*_rows(BEES, bee=3, nothing=2), *_rows(ACTION, Bias_for_Action=2, nothing=1)])
    assert ([], [], 8) == (found.principles, found.questions, found.answers)


def test_an_option_that_is_the_answer_by_now_is_no_confusion() -> None:
    found = confusions([replace(BEES, option="bee", was_right=False, count=4)])
    assert ([], 4) == (found.questions, found.answers)


def test_an_option_that_was_the_answer_and_is_offered_as_wrong_by_now_is_one() -> None:
    found = confusions([replace(BEES, option="ant", was_right=True, count=4)])
    assert [("ant", 4, 4)] == [(one.taken, one.count, one.of) for one in found.questions]


def test_rows_of_an_option_before_and_after_a_correction_count_together() -> None:
    found = confusions([*_rows(BEES, ant=1), *_rows(BEES, was_right=True, ant=2)])
    assert [("ant", 3, 3)] == [(one.taken, one.count, one.of) for one in found.questions]


def test_an_option_that_is_gone_is_still_told() -> None:
    found = confusions(_rows(BEES, dog=1, bee=1))
    assert [("dog", 1, 2, False)] == [(one.taken, one.count, one.of, one.offered) for one in found.questions]


def test_an_answer_that_was_reworded_in_the_file_is_no_confusion() -> None:
    found = confusions(_rows(BEES, was_right=True, honeybee=5))
    assert ([], 5) == (found.questions, found.answers)


def test_a_principle_that_is_gone_counts_the_question_that_offered_it() -> None:
    (found,) = confusions([*_rows(CALM, Ownership=1, Bias_for_Action=2), *_rows(BEES, bee=7)]).principles
    assert (OWNER, 1, 3, False) == (found.taken, found.count, found.of, found.offered)


def test_a_principle_that_one_question_still_offers_is_offered() -> None:
    (found,) = confusions([*_rows(CALM, Ownership=1), *_rows(ACTION, Bias_for_Action=2)]).principles
    assert (1, 3, True) == (found.count, found.of, found.offered)


def test_a_reworded_name_of_the_right_principle_is_no_confusion() -> None:
    assert [] == confusions(_rows(ACTION, bias_for_action=2)).questions


def test_names_of_a_principle_in_any_wording_count_together() -> None:
    card = _card("deck/other", BIAS.lower(), ("ownership", BIAS.lower()))
    (found,) = confusions([*_rows(ACTION, Ownership=1), *_rows(card, ownership=1)]).principles
    assert (OWNER, BIAS, 2, 2) == (found.taken, found.right, found.count, found.of)


def test_the_most_frequent_comes_first_then_the_greater_share_then_the_words() -> None:
    often, seldom = _card("deck/z", "bee", LETTERS), _card("deck/y", "bee", LETTERS)
    rows = [*_rows(BEES, cat=2, ant=2, bee=3), *_rows(seldom, ant=1), *_rows(often, cat=3, ant=2)]
    found = [(one.cards[0], one.taken) for one in confusions(rows).questions]
    expected = [("z", "cat"), ("z", "ant"), ("bees", "ant"), ("bees", "cat"), ("y", "ant")]
    assert [(f"deck/{card}", taken) for card, taken in expected] == found


def test_without_answers_there_is_nothing() -> None:
    found = confusions(iter(()))
    assert ([], [], 0) == (found.principles, found.questions, found.answers)


TITLES = [one.title for one in list(Principle)[:4]]


@st.composite
def histories(draw: st.DrawFn) -> list[Choice]:
    """Cards of either kind with rows for options that they have, had, or that were given up."""
    rows: list[Choice] = []
    for number in range(draw(st.integers(0, 5))):
        words = draw(st.sampled_from([TITLES, LETTERS, [*LETTERS, *TITLES]]))
        options = draw(st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True))
        card = _card(f"deck/{number}", options[0], options)
        taken = draw(st.lists(st.sampled_from([*words, None]), unique=True))
        rows += [replace(card, option=one, count=draw(st.integers(1, 4))) for one in taken]
    return rows


def _is_wrong(row: Choice) -> bool:
    return row.option not in (None, row.answer)


@given(histories(), st.randoms(use_true_random=False))
def test_every_wrong_option_is_counted_once_and_never_more_often_than_answers(
    rows: list[Choice], random: Random
) -> None:
    found = confusions(rows)
    every = [*found.principles, *found.questions]
    assert sum(row.count for row in rows) == found.answers
    assert sum(row.count for row in rows if _is_wrong(row)) == sum(one.count for one in every)
    assert [] == [one for one in every if not 1 <= one.count <= one.of]
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert found == confusions(shuffled)


@given(histories())
def test_of_is_what_was_answered_to_the_questions_concerned(rows: list[Choice]) -> None:
    found = confusions(rows)
    for one in [*found.principles, *found.questions]:
        own = [row for row in rows if row.card in one.cards]
        assert sum(row.count for row in own) == one.of
        assert sum(row.count for row in own if row.option == one.taken) == one.count
    for one in found.principles:
        offering = {row.card for row in rows if row.answer == one.right and one.taken in (*row.options, row.option)}
        assert tuple(sorted(offering)) == one.cards
