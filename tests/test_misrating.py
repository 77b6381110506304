from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from learners import SCHEDULER, Press, honest, laborious, learner, never_again
from lpdeck.calibration import predictions
from lpdeck.misrating import Evidence, said_of_hard
from lpdeck.scheduling import Rating
from lpdeck.store.tallies import Answer


def evidence(answers: list[Answer]) -> Evidence:
    found = Evidence()
    for one in predictions(answers, SCHEDULER):
        found.predict(one.previous, one.answer.rating, [one.recall])
    return found


def failed(hard: int, again: int) -> Evidence:
    found = Evidence()
    for rating, times in ((Rating.HARD, hard), (Rating.AGAIN, again)):
        for _ in range(times):
            found.fail(rating)
    return found


def as_predicted(_: random.Random) -> float:
    return 1.0


def uneven(draw: random.Random) -> float:
    return draw.lognormvariate(0, 1)


def much_better(draw: random.Random) -> float:
    return 40 * draw.lognormvariate(0, 1)


def worse(_: random.Random) -> float:
    return 0.4


STRENGTHS = (as_predicted, uneven, much_better, worse)


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("press", [honest, laborious])
@pytest.mark.slow
def test_whoever_presses_hard_for_hard_recall_is_not_accused(
    press: Press, strength: Callable[[random.Random], float]
) -> None:
    for seed in range(3):
        found = evidence(learner(seed, press, strength=strength, days=300))
        assert found.every.hard > 20
        assert ((), None) == (found.proofs(), found.likelihood())


@pytest.mark.slow
def test_whoever_has_cards_that_are_always_laborious_is_not_accused() -> None:
    """Not even who remembers much better than predicted, though that may be asked about."""
    for strength in STRENGTHS:
        answers = []
        for seed, share in enumerate((0.02, 0.02, 0.5)):

            def press(draw: random.Random, recalled: bool, _recall: float, share: float = share) -> Rating:
                return Rating.AGAIN if not recalled else Rating.HARD if draw.random() < share else Rating.GOOD

            some = learner(seed, press, strength=strength, cards=60, days=300)
            answers += [one._replace(card=f"{seed}{one.card}") for one in some]
        assert () == evidence(answers).proofs()


def test_whoever_never_presses_again_is_asked_about_it() -> None:
    for strength in (as_predicted, uneven):
        for seed in range(3):
            found = evidence(learner(seed, never_again, cards=300, strength=strength))
            assert () == found.proofs()
            said = found.likelihood()
            assert said is not None
            assert "you pressed Again never and Hard" in said
            (sentence,) = said_of_hard({"basic": found})
            assert sentence.startswith("Hard may stand for what you had forgotten: in ")
            assert sentence.endswith("If it does: FSRS takes Hard for remembered and asks too late, "
                                     "so press Again whenever you had forgotten.")  # fmt: skip


def test_a_short_history_tells_nothing() -> None:
    assert () == said_of_hard({"basic": evidence(learner(1, never_again, cards=20, days=60))})
    assert () == said_of_hard({})


def relapses(after_hard: tuple[int, int], after_good: tuple[int, int]) -> Evidence:
    """From how many of the answers after each were Again and how many not, all predicted at 90 %."""
    found = Evidence()
    for previous, (again, good) in ((Rating.HARD, after_hard), (Rating.GOOD, after_good)):
        found.predict(previous, Rating.AGAIN, [0.9] * again)
        found.predict(previous, Rating.GOOD, [0.9] * good)
    return found


def test_forgetting_after_hard_far_beyond_prediction_proves_it() -> None:
    (why,) = relapses((60, 60), (50, 450)).proofs()
    assert "after Hard, 60 of 120 next answers were Again where 12 were to be expected" == why


@pytest.mark.parametrize(
    ("after_hard", "after_good"),
    [((5, 5), (50, 450)), ((35, 85), (50, 450)), ((60, 60), (200, 300)), ((60, 60), (1, 1)), ((60, 60), (0, 0))],
    ids=["too few", "within the margin", "after Good as well", "after Good unknown", "never after Good"],
)
def test_less_than_that_proves_nothing(after_hard: tuple[int, int], after_good: tuple[int, int]) -> None:
    assert () == relapses(after_hard, after_good).proofs()


def test_attempts_that_came_to_nothing_and_were_rated_hard_prove_it() -> None:
    assert ("12 of 15 attempts that came to nothing were rated Hard",) == failed(12, 3).proofs()
    for hard, again in ((4, 0), (5, 95), (0, 50)):
        assert () == failed(hard, again).proofs()


def test_the_kinds_of_cards_with_which_it_shows_are_named() -> None:
    (whole,) = said_of_hard({"duel": failed(12, 3), "basic": Evidence()})
    assert whole.startswith("You press Hard for what you had forgotten: 12 of 15 attempts")
    assert "It shows with cards of kind duel." in whole
    (one,) = said_of_hard({"duel": failed(8, 0), "basic": failed(0, 200)})
    assert one.startswith("With cards of kind duel, you press Hard for what you had forgotten: 8 of 8 attempts")


def test_evidence_of_kinds_adds_up() -> None:
    parts = [evidence(learner(seed, honest, cards=10)) for seed in range(3)]
    whole = sum(parts, Evidence())
    assert whole.every.count == sum(one.every.count for one in parts) > 0
    assert whole.after_hard.forgotten == pytest.approx(sum(one.after_hard.forgotten for one in parts))


def pressed(again: int, good_then: tuple[int, int], hard_then: tuple[int, int]) -> Evidence:
    """How often Again was pressed first, then Hard and Good after Good, and after Hard, all predicted at 90 %."""
    found = Evidence()
    found.predict(0, Rating.AGAIN, [0.9] * again)
    for previous, (hard, good) in ((Rating.GOOD, good_then), (Rating.HARD, hard_then)):
        found.predict(previous, Rating.HARD, [0.9] * hard)
        found.predict(previous, Rating.GOOD, [0.9] * good)
    return found


@pytest.mark.parametrize(
    ("again", "good_then", "is_likely"),
    [(0, (100, 900), True), (20, (100, 900), True), (50, (100, 900), False), (0, (30, 970), False)],
    ids=["never", "hardly ever", "Again is pressed", "Hard is pressed less than is forgotten"],
)
def test_hard_stands_for_forgetting_only_in_the_place_of_again(
    again: int, good_then: tuple[int, int], is_likely: bool
) -> None:
    assert is_likely is (pressed(again, good_then, (60, 60)).likelihood() is not None)
