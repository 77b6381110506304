"""`lpdeck plan`: the days until an interview, and what will be known on its day with the plan and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.evenings import at_level
from lpdeck.cli.interviewing import as_json, day_of, distance
from lpdeck.errors import UsageError

if TYPE_CHECKING:
    from lpdeck.cli.rendering import Painter
    from lpdeck.config import Config
    from lpdeck.days import StudyDay
    from lpdeck.interviews import Interview
    from lpdeck.planning.evening import PlanCard, Planner
    from lpdeck.planning.forecast import DayLoad, Forecast
    from lpdeck.store.hot import HotStore


LONGEST = 240
"""More minutes than these are no evening."""


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("plan")(plan)


class Report(NamedTuple):
    """What a plan comes to.

    `enough` is the forecast for `enough_minutes` a day, with which no card is left unseen; None where that is so.
    """

    interview: Interview
    today: StudyDay
    cards: Sequence[PlanCard]
    with_plan: Forecast
    without: Forecast
    last_days: StudyDay
    enough_minutes: int | None
    enough: Forecast | None

    def kinds(self, ids: Collection[str]) -> Counter[str]:
        """How many of some cards are of each kind."""
        return Counter(card.kind for card in self.cards if card.id in ids)


def plan(
    minutes: Annotated[
        Optional[int],  # noqa: UP045 (Typer reads it at run time)
        typer.Option("--minutes", min=1, max=1440, metavar="N", help="What if you studied N minutes a day?"),
    ] = None,
    new: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--new", min=0, max=9999, metavar="N", help="What if you began at most N new cards a day?"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the days until the interview, and what you will recall on the day, with the plan and without.

    The forecast simulates your own decks with your own times and ratings. Nothing is changed.
    """
    options = at_level(None)
    today = options.calendar.day_of(context.now_ms())
    interview = options.plan_on(today)
    if interview is None:
        _no_plan(options, today, json=json)
        return
    interview = interview._replace(
        minutes=interview.minutes if minutes is None else minutes, new=interview.new if new is None else new
    )
    with context.hot_store() as store:
        report = made(store, options, interview, today)
    if json:
        context.out_json(_data(report))
    else:
        _show(report)


def _no_plan(options: Config, today: StudyDay, *, json: bool) -> None:
    """Says that no plan holds: none was set, or the last one has ended."""
    from lpdeck.interviews import last_interview

    ended = last_interview(options.interviews, today)
    if ended is None:
        raise UsageError("no interview is set", "Say when it is: lpdeck interview set 2026-12-10 --minutes 20")
    if json:
        context.out_json({"interview": None, "ended": as_json(ended, today)})
        return
    context.out(f"The interview “{ended.name}” was on {day_of(ended.day)}: its plan has ended, FSRS goes on as before.")
    context.out("lpdeck interview set DATE plans the next one.")


def made(store: HotStore, options: Config, interview: Interview, today: StudyDay) -> Report:
    """The forecasts for an interview as the store stands."""
    from lpdeck.cli.evenings import chosen_ids
    from lpdeck.planning.forecast import forecast, planned, unplanned
    from lpdeck.review.queue import planner as planner_of

    chosen = chosen_ids(store, options, None, context.now_ms())
    cards = [card for card in store.plan_cards() if chosen is None or card.id in chosen]
    planner = planner_of(store, interview, store.scheduler(options.scheduler))
    spent = store.spent_ms(today, options.calendar.starts_ms(today))
    left = max(planner.evening_ms - spent, 0)
    per_day = options.new_per_day if interview.new is None else interview.new
    with_plan = forecast(planner, planned(planner), cards, today, left_ms=left)
    without = forecast(planner, unplanned(planner, per_day, options.reviews_per_day), cards, today, left_ms=left)
    last_days = planner.evening(cards, today, left_ms=left, new=interview.new).last_days
    minutes, enough = _enough(planner, cards, today) if with_plan.never_begun else (None, None)
    return Report(interview, today, cards, with_plan, without, last_days, minutes, enough)


def _enough(planner: Planner, cards: Sequence[PlanCard], today: StudyDay) -> tuple[int | None, Forecast | None]:
    """The minutes a day with which no card would be left unseen, and what they would come to.

    None where no evening is long enough.
    """
    from dataclasses import replace

    from lpdeck.planning.forecast import forecast, planned

    minutes = max(planner.least_minutes(cards, today), planner.interview.minutes)
    while minutes <= LONGEST:
        wider = replace(planner, interview=planner.interview._replace(minutes=minutes, new=None))
        found = forecast(wider, planned(wider), cards, today, runs=1)
        if not found.never_begun:
            return minutes, found
        minutes = ceil(minutes * 1.1)
    return None, None


# As JSON


def _data(report: Report) -> dict[str, Any]:
    from lpdeck.days import date_of

    with_plan, without = report.with_plan, report.without
    return {
        "interview": as_json(report.interview, report.today),
        "last_days": date_of(report.last_days).isoformat(),
        "days": [_day_data(one, other) for one, other in zip(with_plan.days, without.days, strict=True)],
        "recall": {"with_plan": with_plan.mean, "without": without.mean},
        "principles": [
            {"principle": slug, "with_plan": chance, "without": without.by_principle(report.cards)[slug]}
            for slug, chance in with_plan.by_principle(report.cards).items()
        ],
        "never_begun": with_plan.never_begun,
        "no_last_look": with_plan.no_last_look,
        "minutes_for_all": report.enough_minutes,
        "recall_lost": None if report.enough is None else max(report.enough.mean - with_plan.mean, 0.0),
    }


def _day_data(one: DayLoad, without: DayLoad) -> dict[str, Any]:
    from lpdeck.days import date_of

    return {
        "date": date_of(one.day).isoformat(),
        "cards": round(one.cards, 1),
        "new": round(one.new, 1),
        "early": round(one.early, 1),
        "minutes": round(one.ms / 60_000, 1),
        "minutes_without": round(without.ms / 60_000, 1),
        "new_without": round(without.new, 1),
    }


# On the screen


def _show(report: Report) -> None:
    from lpdeck.cli.rendering import Painter, wrapped

    painter = Painter(width=min(context.width(), 100), colour=context.colour())
    one = report.interview
    right = f"{one.name} · {one.minutes} minutes a day"
    context.out(painter.row(f"{day_of(one.day)}, {distance(one.day, report.today)}", right, style="bold"))
    context.out("")
    for line in _days(report, painter):
        context.out(line)
    context.out("")
    for line in _principles(report, painter):
        context.out(line)
    for sentence in _sentences(report):
        context.out("")
        for line in wrapped(sentence, painter.width - 2):
            context.out(f"  {line}")


def _days(report: Report, painter: Painter) -> Iterator[str]:
    """A line for each day ahead; the last days are set apart."""
    if not report.with_plan.days:
        yield "  Today is the day. What you know now is what you take with you."
        return
    most = max(max(day.ms for day in report.with_plan.days), 1)
    room = max(min(painter.width - 42, 24), 0)
    yield painter.style(f"  {'':11} {'cards':>5} {'min':>4} {'new':>4}", "dim")
    for day in report.with_plan.days:
        if day.day == report.last_days and day.day > report.today:
            yield painter.style("  the last days: each card once more", "dim")
        load = "▇" * round(room * day.ms / most)
        figures = f"{day.cards:>5.0f} {day.ms / 60_000:>4.0f} {_some(day.new):>4}"
        yield f"  {_named(day.day, report.today):11} {figures}  {painter.style(load, 'dim')}".rstrip()


def _some(number: float) -> str:
    return f"{number:.0f}" if number >= 0.5 else "·"


def _named(day: StudyDay, today: StudyDay) -> str:
    from lpdeck.days import date_of

    date = date_of(day)
    return "today" if day == today else f"{date:%a} {date.day} {date:%b}"


def _principles(report: Report, painter: Painter) -> Iterator[str]:
    """What will be known on the day, principle by principle: with the plan, and without."""
    from lpdeck.cli.rendering import bar, cut
    from lpdeck.principles import Principle

    with_plan = report.with_plan.by_principle(report.cards)
    without = report.without.by_principle(report.cards)
    wide = painter.width >= 70
    names = min(44 if wide else painter.width - 25, painter.width - 36 if wide else 40)
    yield painter.style(
        f"  {'on the day':{names}}  {'with the plan' if wide else 'plan':>{17 if wide else 5}} {'without':>9}", "dim"
    )
    for principle in Principle:
        if principle.slug not in with_plan:
            continue
        share, other = with_plan[principle.slug], without[principle.slug]
        drawn = f"{bar(share)}  " if wide else ""
        yield f"  {cut(principle.title, names):{names}}  {drawn}{_percent(share):>5} {_percent(other):>9}"
    drawn = f"{bar(report.with_plan.mean)}  " if wide else ""
    total = f"  {'all':{names}}  {drawn}{_percent(report.with_plan.mean):>5} {_percent(report.without.mean):>9}"
    yield painter.style(total, "bold")


def _percent(share: float) -> str:
    return f"{share:.0%}"


def _sentences(report: Report) -> Iterator[str]:
    """What the plan gives up and what that costs, and what the figures mean."""
    from lpdeck.cli.rendering import plural

    never, no_look = report.with_plan.never_begun, report.with_plan.no_last_look
    if never:
        yield f"{_limits(report.interview)} leave {_some_cards(report, never)} unseen. {_cost(report)}".rstrip()
    if no_look:
        yield f"Seen, but not once more in the last days: {_some_cards(report, no_look)}."
    yield (
        "On the day: the mean chance of recalling a card, over all cards; one never seen counts as nothing. "
        f"Without: FSRS alone, in the same {plural(report.interview.minutes, 'minute')}."
    )


def _limits(interview: Interview) -> str:
    """What keeps cards from being seen."""
    from lpdeck.cli.rendering import plural

    minutes = f"{plural(interview.minutes, 'minute')} a day"
    return minutes if interview.new is None else f"{minutes} and at most {interview.new} new cards"


def _some_cards(report: Report, ids: Sequence[str]) -> str:
    """Some of the cards by number and kind: 94 of 600 cards (51 stages, 43 follow-ups)."""
    from lpdeck.cli.rendering import counted_kinds

    return f"{len(ids)} of {len(report.cards)} cards ({', '.join(counted_kinds(report.kinds(set(ids))))})"


def _cost(report: Report) -> str:
    """What giving up cards costs on the day, and what would hold them all."""
    if report.enough is None or report.enough_minutes is None:
        return ""
    from lpdeck.cli.rendering import plural

    lost = max(round(100 * (report.enough.mean - report.with_plan.mean)), 0)
    return f"That costs {plural(lost, 'point')} on the day; {report.enough_minutes} minutes a day hold all of them."
