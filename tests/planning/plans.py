"""Cards, planners and learners for tests of the plan: drawn at random, or as plain as can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import strategies as st

from homes import TODAY
from lpdeck.days import StudyDay
from lpdeck.interviews import Interview
from lpdeck.planning.evening import Evening, PlanCard, Planner
from lpdeck.planning.habits import Habits
from lpdeck.scheduling import NEW, Memory, Rating, Schedule, Scheduler, State

SCHEDULER = Scheduler()
KINDS = ("disqualifier", "quiz", "stage", "basic")
PRINCIPLES = ("dive-deep", "frugality", "ownership")
SURE = Habits({"first": (0.0, 0.0, 1.0, 0.0), "step": (0.0, 0.0, 1.0, 0.0), "review": (0.0, 0.0, 1.0, 0.0)})
"""A learner who presses Good wherever the memory holds: what a card takes is known beforehand."""


def new(name: str, kind: str = "quiz", *principles: str) -> PlanCard:
    """A card that was never seen."""
    return PlanCard(name, kind, principles, None, NEW)


def seen(name: str, stability: float, ago: int, kind: str = "quiz", **more: Any) -> PlanCard:
    """A card in Review, last answered `ago` days ago; due when a stability has passed unless `due_day` says else."""
    last = TODAY - ago
    memory = Memory(stability, more.pop("difficulty", 5.0))
    due = more.pop("due_day", last + max(round(stability), 1))
    return PlanCard(
        name, kind, (), None, Schedule(State.REVIEW, None, memory, due, None, last, last, last, 1, 3, **more)
    )


def planner(ahead: int, minutes: int = 20, *, habits: Habits | None = None, **settings: Any) -> Planner:
    """A planner for an interview so many days ahead."""
    interview = Interview("onsite", StudyDay(TODAY + ahead), minutes)
    return Planner(interview, Scheduler(**settings), habits or Habits())


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """A schedule as answers and marks up to today leave it: new, in a step, or in Review."""
    buried = draw(st.none() | st.integers(TODAY - 1, TODAY + 3))
    state = draw(
        st.sampled_from([None, None, State.REVIEW, State.REVIEW, State.REVIEW, State.LEARNING, State.RELEARNING])
    )
    if state is None:
        return NEW._replace(buried_until=buried)
    ago, stability = draw(st.integers(0, 60)), draw(st.floats(0.01, 400))
    last, memory = TODAY - ago, Memory(stability, draw(st.floats(1, 10)))
    first = last - draw(st.integers(0, 30))
    if state is not State.REVIEW:
        return Schedule(state, 0, memory, last, 1, first, last, None, -60, 2, buried_until=buried)
    due = last + max(1, round(stability * draw(st.floats(0.5, 1.5))))
    return Schedule(state, None, memory, due, None, first, last, last, due - last, 3, buried_until=buried)


@st.composite
def decks(draw: st.DrawFn, most: int = 25) -> list[PlanCard]:
    """Cards of some principles and kinds, with any past."""
    sets = st.lists(st.sampled_from(PRINCIPLES), max_size=2, unique=True).map(tuple)
    each = st.tuples(st.sampled_from(KINDS), sets, schedules())
    return [
        PlanCard(f"deck/{number:02}", *rest[:2], None, rest[2])
        for number, rest in enumerate(draw(st.lists(each, max_size=most)))
    ]


@dataclass
class Studied:
    """What came of some evenings: the cards then, each day's plan, and the days on which each card was asked."""

    cards: dict[str, PlanCard]
    evenings: list[Evening] = field(default_factory=list)
    days: dict[str, list[int]] = field(default_factory=dict)


def study(plan: Planner, cards: Sequence[PlanCard], seed: int = 0, missed: Iterable[int] = ()) -> Studied:
    """Every evening until the interview, all that is planned being asked; `missed` are the days ahead left out.

    The memory follows FSRS with what the planner thinks of it, and no card stays in a step overnight.
    """
    draw, done = Random(seed), Studied({card.id: card for card in cards})
    for day in range(TODAY, plan.day):
        evening = plan.evening(done.cards.values(), StudyDay(day))
        done.evenings.append(evening)
        if day - TODAY in set(missed):
            continue
        for card in (*evening.reviews, *evening.new):
            done.days.setdefault(card.id, []).append(day)
            done.cards[card.id] = card._replace(schedule=answered(plan, card.schedule, StudyDay(day), draw))
    return done


def answered(plan: Planner, schedule: Schedule, day: StudyDay, draw: Random) -> Schedule:
    """The schedule after an evening on which a card was asked once, by the formulas alone."""
    if schedule.memory is None or schedule.last_day is None:
        rating, elapsed = draw.choices(tuple(Rating), plan.habits.first)[0], 0
    else:
        elapsed = day - schedule.last_day
        recall = plan.scheduler.retrievability(schedule.memory, schedule.last_day, day)
        rating = Rating.GOOD if draw.random() < recall else Rating.AGAIN
    memory = plan.scheduler.memory_after(schedule.memory, elapsed, rating)
    due = StudyDay(day + max(1, round(memory.stability)))
    return schedule._replace(
        state=State.REVIEW, step=None, memory=memory, due_day=due, due_at_ms=None, last_day=day, interval=due - day
    )
