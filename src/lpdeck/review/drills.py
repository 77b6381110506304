"""How each kind of card is practised for an interview, and what the learner's attempt says about the rating.

A drill never rates: it proposes, from what was chosen, marked or ticked, and the learner decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lpdeck.review.queue import drawn
from lpdeck.scheduling import Rating
from lpdeck.store.hot import StoredCard

if TYPE_CHECKING:
    from lpdeck.review.hunt import Hunt, Score
    from lpdeck.review.typed import Comparison

ALL = tuple(Rating)
RIGHT = (Rating.HARD, Rating.GOOD, Rating.EASY)
WRONG = (Rating.AGAIN,)
CRAMMED = (Rating.AGAIN, Rating.GOOD)

FAR_OVER = 1.5
"""How many times the target time of a stage is far over it."""

KEPT_TYPED = 2000
"""How many characters of a typed answer the log keeps."""


class Drill(Enum):
    """The ways of asking a card."""

    PLAIN = "plain"
    QUIZ = "quiz"
    DUEL = "duel"
    HUNT = "hunt"
    STAGE = "stage"
    CHECKLIST = "checklist"


class Exercise(NamedTuple):
    """A card as a drill.

    `options` are a quiz's options in today's order, or the two answers of a duel; `right` the index of the right
    one. `points` are what can be ticked off afterwards. `target_ms` is the time in which a stage is to be told.
    """

    drill: Drill = Drill.PLAIN
    options: tuple[str, ...] = ()
    right: int | None = None
    points: tuple[str, ...] = ()
    target_ms: int | None = None
    weak: tuple[str, tuple[str, ...]] | None = None

    @property
    def hunt(self) -> Hunt:
        """The weak answer in sentences, with the places of what disqualifies it."""
        assert self.weak is not None
        return _hunt(*self.weak)


@lru_cache(maxsize=8)  # looked at for every frame
def _hunt(text: str, disqualifiers: tuple[str, ...]) -> Hunt:
    from lpdeck.review.hunt import hunt

    return hunt(text, disqualifiers)


class Attempt(NamedTuple):
    """What the learner did before the answer was shown; None where they did not.

    `chosen` is an option by its place, `marked` are sentences and `ticked` points by their places; `told_ms` is how
    long the front was shown.
    """

    chosen: int | None = None
    marked: frozenset[int] | None = None
    ticked: frozenset[int] | None = None
    typed: str | None = None
    told_ms: int = 0


class Result(NamedTuple):
    """What an attempt came to: the ratings that may be given, the one it proposes, and what the back shows of it."""

    ratings: tuple[Rating, ...] = ALL
    proposed: Rating | None = None
    attempt: Attempt = Attempt()
    is_right: bool | None = None
    score: Score | None = None
    comparison: Comparison | None = None
    is_far_over: bool = False
    why_not: str | None = None
    detail: Mapping[str, Any] = {}

    @property
    def on_enter(self) -> Rating | None:
        """The rating that going on gives: the proposed one, or the only one; None where the learner has to choose."""
        return self.proposed or (self.ratings[0] if len(self.ratings) == 1 else None)


OPENLY = Exercise()
"""A card asked without a drill."""

NOTHING_DONE = Result()
"""The result of showing the back at once."""


def exercise_of(card: StoredCard, day: int, *, duels: bool) -> Exercise:
    """The drill of a card on a study day. A tag `duel` or `no-duel` on the card outweighs the option."""
    fields = card.fields
    seed = f"{card.id}:{day}"
    match card.kind:
        case "quiz" if fields.get("options"):
            options = shuffled(fields["options"], seed)
            return Exercise(Drill.QUIZ, options, options.index(fields["answer"]))
        case "follow-up" if fields.get("weak") and _is_duel(card, duels):
            sides = shuffled((fields["strong"], fields["weak"]), seed)
            return Exercise(Drill.DUEL, sides, sides.index(fields["strong"]))
        case "weak-answer" if fields.get("disqualifiers"):
            return Exercise(Drill.HUNT, weak=(fields["text"], tuple(fields["disqualifiers"])))
        case "stage":
            seconds = fields.get("target_seconds")
            return Exercise(
                Drill.STAGE,
                points=tuple(fields.get("signals") or ()),
                target_ms=seconds * 1000 if seconds and seconds > 0 else None,
            )
        case "checklist":
            return Exercise(Drill.CHECKLIST, points=tuple(fields["points"]))
        case _:
            return Exercise()


def _is_duel(card: StoredCard, duels: bool) -> bool:
    return ("duel" in card.tags or duels) and "no-duel" not in card.tags


def shuffled(options: Sequence[str], seed: str) -> tuple[str, ...]:
    """The options in an order that depends on the seed alone, the same on every computer."""
    return tuple(sorted(options, key=lambda option: (drawn(f"{seed}:{option}"), option)))


def judge(card: StoredCard, exercise: Exercise, attempt: Attempt, *, cram: bool = False) -> Result:
    """What an attempt came to. While cramming there is only right and wrong."""
    result = _typed(card, _JUDGES[exercise.drill](card, exercise, attempt))
    return _crammed(result) if cram else result


def _crammed(result: Result) -> Result:
    """The result with right and wrong in place of the four ratings."""
    ratings = tuple(rating for rating in CRAMMED if rating in result.ratings)
    proposed = result.proposed and (Rating.AGAIN if result.proposed is Rating.AGAIN else Rating.GOOD)
    return result._replace(ratings=ratings, proposed=proposed)


def _judge_plain(_card: StoredCard, _exercise: Exercise, attempt: Attempt) -> Result:
    return Result(attempt=attempt)


def _judge_quiz(card: StoredCard, exercise: Exercise, attempt: Attempt) -> Result:
    """A wrong option, or none, is Again; the right one leaves the choice how well it was known.

    Whoever typed the answer instead of choosing rates themselves.
    """
    chosen = attempt.chosen
    if chosen is None and attempt.typed is not None:
        return Result(attempt=attempt)
    if chosen is None:
        return Result(WRONG, Rating.AGAIN, attempt, detail={"option": None})
    right = chosen == exercise.right
    return Result(
        ratings=RIGHT if right else WRONG,
        proposed=None if right else Rating.AGAIN,
        attempt=attempt,
        is_right=right,
        why_not=None if right else _why_not(card, exercise.options[chosen]),
        detail={"option": exercise.options[chosen], "right": right},
    )


def _why_not(card: StoredCard, option: str) -> str | None:
    from lpdeck.inference.reasons import reason

    return reason(option, card.fields["options"], card.fields.get("explanation"))


def _judge_duel(_card: StoredCard, exercise: Exercise, attempt: Attempt) -> Result:
    if attempt.chosen is None:
        return Result(attempt=attempt)
    right = attempt.chosen == exercise.right
    return Result(
        proposed=None if right else Rating.AGAIN,
        attempt=attempt,
        is_right=right,
        detail={"duel": "strong" if right else "weak"},
    )


def _judge_hunt(_card: StoredCard, exercise: Exercise, attempt: Attempt) -> Result:
    if attempt.marked is None:
        return Result(attempt=attempt)
    from lpdeck.review.hunt import judge as judge_hunt

    score = judge_hunt(exercise.hunt, attempt.marked)
    counts = {"hits": len(score.hits), "misses": len(score.misses), "false_alarms": len(score.false_alarms)}
    return Result(proposed=score.proposed, attempt=attempt, score=score, detail=counts)


def _judge_ticked(_card: StoredCard, exercise: Exercise, attempt: Attempt) -> Result:
    """From the share of points that were named; a stage told far beyond its time is Hard at best."""
    detail: dict[str, Any] = {}
    proposed = None
    if attempt.ticked is not None:
        detail = {"ticked": len(attempt.ticked), "of": len(exercise.points)}
        proposed = _for_share(len(attempt.ticked) / len(exercise.points), exercise.drill)
    is_far_over = exercise.target_ms is not None and attempt.told_ms > exercise.target_ms * FAR_OVER
    if is_far_over and proposed in (None, Rating.GOOD):
        proposed = Rating.HARD
    if exercise.drill is Drill.STAGE:
        detail |= {"told_ms": attempt.told_ms, "target_ms": exercise.target_ms}
    return Result(proposed=proposed, attempt=attempt, is_far_over=is_far_over, detail=detail)


# From which share of the points on an attempt was Good, and from which Hard: a story needs not hit every phrase.
_SHARES = {Drill.STAGE: (0.75, 0.4), Drill.CHECKLIST: (1.0, 0.6)}


def _for_share(share: float, drill: Drill) -> Rating:
    good, hard = _SHARES[drill]
    return Rating.GOOD if share >= good else Rating.HARD if share >= hard else Rating.AGAIN


_JUDGES = {
    Drill.PLAIN: _judge_plain,
    Drill.QUIZ: _judge_quiz,
    Drill.DUEL: _judge_duel,
    Drill.HUNT: _judge_hunt,
    Drill.STAGE: _judge_ticked,
    Drill.CHECKLIST: _judge_ticked,
}


def _typed(card: StoredCard, result: Result) -> Result:
    """The result with a typed answer beside the expected words; it proposes nothing."""
    typed = result.attempt.typed
    if typed is None:
        return result
    from lpdeck.review.typed import compare, expected

    words = expected(card.kind, card.fields)
    comparison = compare(words, typed) if words else None
    detail = {**result.detail, "typed": typed[:KEPT_TYPED]}
    if comparison is not None:
        detail |= {"found": comparison.found, "words": comparison.of}
    return result._replace(comparison=comparison, detail=detail)


NAMED_SHARE = 0.6


def named(points: Sequence[str], typed: str | None) -> frozenset[int]:
    """The points that a typed answer names: more than half of their words stand in it."""
    if not typed:
        return frozenset()
    from lpdeck.review.typed import compare

    found = [compare(point, typed) for point in points]
    return frozenset(at for at, one in enumerate(found) if one.of and one.found / one.of >= NAMED_SHARE)
