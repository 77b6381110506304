"""What an evening holds, as `lpdeck`, `lpdeck due` and `lpdeck review` count it: by a plan, where one holds."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from lpdeck.cli.context import config, now_ms
from lpdeck.config import Config
from lpdeck.interviews import ALL_LEVELS
from lpdeck.review.queue import Limits, Queue, build, build_planned, left_ms, next_planned, planner
from lpdeck.store.hot import HotStore

if TYPE_CHECKING:
    from lpdeck.days import StudyDay
    from lpdeck.filters import Filter
    from lpdeck.interviews import Interview
    from lpdeck.planning.evening import Evening, Planner


class Today(NamedTuple):
    """Today's queue; and where a plan holds, who plans it, what the evening asks, and how much of its time is left.

    `minutes` are those of the day, `left_ms` what is left of them in milliseconds.
    """

    queue: Queue
    planner: Planner | None = None
    evening: Evening | None = None
    minutes: int = 0
    left_ms: float = inf

    def next_day(self, store: HotStore, day: StudyDay) -> StudyDay | None:
        """The next study day on which something is asked."""
        if self.planner is None or self.evening is None:
            return store.next_due(day)
        return next_planned(store, day, self.evening, self.planner.interview)


def limits(options: Config, interview: Interview | None) -> Limits:
    """The day's limits as the learner set them; the minutes are those of the plan, where one holds."""
    minutes = options.minutes_per_day if interview is None else interview.minutes
    return Limits(options.new_per_day, options.reviews_per_day, minutes)


def at_level(level: str | None) -> Config:
    """The options; with the level that was asked for, or else that of the interview ahead."""
    from lpdeck.config import with_value

    options = config()
    if level is not None:
        return with_value(options, "level", level)
    interview = options.plan_on(options.calendar.day_of(now_ms())) if options.interviews else None
    if interview is None or interview.level == ALL_LEVELS:
        return options
    return with_value(options, "level", interview.level)


def chosen_ids(store: HotStore, options: Config, chosen: Filter | None, now_ms: int) -> frozenset[str] | None:
    """The cards that pass a filter and are of the learner's level; None for all."""
    from lpdeck.cli.choosing import find, of_level

    found = find(store, of_level(chosen, options.level), options, now_ms)
    return None if found is None else frozenset(found)


def hidden_levels(store: HotStore, options: Config, now_ms: int) -> list[str]:
    """The bars of other levels than the learner's, which are not asked."""
    if options.level == ALL_LEVELS:
        return []
    from lpdeck.cli.choosing import find
    from lpdeck.filters import Has, Not, both

    return find(store, both(Has("kind", "level"), Not(Has("level", options.level))), options, now_ms) or []


def todays_queue(store: HotStore, options: Config, chosen: Filter | None = None) -> Today:
    """Today's queue, of the cards that pass a filter and are of the learner's level."""
    now = now_ms()
    day = options.calendar.day_of(now)
    ids, interview = chosen_ids(store, options, chosen, now), options.plan_on(day)
    if interview is None:
        return Today(build(store, day, limits(options, None), ids))
    plan = planner(store, interview, store.scheduler(options.scheduler))
    minutes = limits(options, interview).on(store.day_limits(day)).minutes
    spent = store.spent_ms(day, options.calendar.starts_ms(day))
    left = left_ms(minutes, spent)
    queue, evening = build_planned(store, day, plan, ids, left)
    return Today(queue, plan, evening, minutes, left)
