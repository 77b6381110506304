"""`lpdeck plan`: the days until an interview, and what will be known on its day with the plan and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.evenings import at_level
from lpdeck.cli.interviewing import FARTHEST, as_json, day_of, distance, ends
from lpdeck.days import MINUTE_MS
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

DAY_BY_DAY = 14
"""So many days are shown one by one where there are more than twice as many ahead; the rest by the week."""


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("plan")(plan)


class Report(NamedTuple):
    """What a plan comes to.

    `enough` is the forecast for `enough_minutes` a day, with which no card is given up; None where none is, or where
    no evening is long enough.
    """

    interview: Interview
    today: StudyDay
    cards: Sequence[PlanCard]
    with_plan: Forecast
    without: Forecast
    enough_minutes: int | None
    enough: Forecast | None
    new_without: int

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
    if interview.day - today > FARTHEST:
        raise UsageError(f"the interview “{interview.name}” is more than a year ahead", "No plan looks further ahead.")
    interview = interview._replace(
        minutes=interview.minutes if minutes is None else minutes, new=interview.new if new is None else new
    )
    with context.hot_store() as store:
        report = made(store, options, interview, today)
    if json:
        context.out_json(_data(report))
        return
    from lpdeck.cli.rendering import Painter

    for line in shown_plan(report, Painter(width=min(context.width(), 100), colour=context.colour())):
        context.out(line)


def _no_plan(options: Config, today: StudyDay, *, json: bool) -> None:
    """Says that no plan holds: none was set, or the last one has ended."""
    from lpdeck.interviews import last_interview

    ended = last_interview(options.interviews, today)
    if ended is None:
        raise UsageError("no interview is set", "Say when it is: lpdeck interview set 2026-12-10 --minutes 20")
    if json:
        context.out_json({"interview": None, "ended": as_json(ended, today)})
        return
    from lpdeck.cli.rendering import wrapped

    said = f"The interview “{ended.name}” was on {day_of(ended.day)}: its plan has ended, FSRS goes on as before."
    for line in wrapped(said, min(context.width(), 100)):
        context.out(line)
    context.say("lpdeck interview set DATE plans the next one.")


def made(store: HotStore, options: Config, interview: Interview, today: StudyDay) -> Report:
    """The forecasts for an interview as the store stands."""
    from lpdeck.cli.evenings import chosen_ids
    from lpdeck.planning.forecast import forecast, planned, unplanned
    from lpdeck.review.queue import left_ms
    from lpdeck.review.queue import planner as planner_of

    chosen = chosen_ids(store, options, None, context.now_ms())
    cards = [card for card in store.plan_cards() if chosen is None or card.id in chosen]
    planner = planner_of(store, interview, store.scheduler(options.scheduler))
    spent, begun = store.spent_ms(today, options.calendar.starts_ms(today)), store.begun(today)
    own = store.day_limits(today).minutes if interview == options.plan_on(today) else None
    left = left_ms(own or interview.minutes, spent)
    per_day = options.new_per_day if interview.new is None else interview.new
    with_plan = forecast(planner, planned(planner), cards, today, left_ms=left, begun=begun)
    without = forecast(
        planner, unplanned(planner, per_day, options.reviews_per_day), cards, today, left_ms=left, begun=begun
    )
    minutes, enough = _enough(planner, cards, today, with_plan)
    return Report(interview, today, cards, with_plan, without, minutes, enough, per_day)


def _enough(
    planner: Planner, cards: Sequence[PlanCard], today: StudyDay, short: Forecast
) -> tuple[int | None, Forecast | None]:
    """The minutes a day with which no card would be given up as it is in `short`, and what they would come to.

    None where none is given up, or no evening is long enough.
    """
    from dataclasses import replace

    from lpdeck.planning.forecast import forecast, planned

    if not short.days or not (short.never_begun or short.no_last_look):
        return None, None
    minutes = max(planner.least_minutes(cards, today), planner.interview.minutes)
    while minutes <= _longest(planner.interview):
        wider = replace(planner, interview=planner.interview._replace(minutes=minutes, new=None))
        found = forecast(wider, planned(wider), cards, today, runs=1)
        if not (found.never_begun if short.never_begun else found.no_last_look):
            return minutes, found
        minutes = ceil(minutes * 1.1)
    return None, None


def _longest(interview: Interview) -> int:
    """No evening is longer than this many minutes, but where the learner has longer ones."""
    return max(LONGEST, interview.minutes)


# As JSON


def _data(report: Report) -> dict[str, Any]:
    from lpdeck.days import date_of

    with_plan, without = report.with_plan, report.without
    chances, others = with_plan.by_principle(report.cards), without.by_principle(report.cards)
    return {
        "interview": as_json(report.interview, report.today),
        "last_days": date_of(report.with_plan.last_days).isoformat(),
        "days": [_day_data(one, other) for one, other in zip(with_plan.days, without.days, strict=True)],
        "recall": {"with_plan": with_plan.mean, "without": without.mean},
        "principles": [
            {"principle": slug, "with_plan": chance, "without": others[slug]} for slug, chance in chances.items()
        ],
        "never_begun": with_plan.never_begun,
        "no_last_look": with_plan.no_last_look,
        "minutes_for_all": report.enough_minutes,
        "recall_for_all": None if report.enough is None else report.enough.mean,
        "recall_lost": with_plan.lost([*with_plan.never_begun, *with_plan.no_last_look], report.enough),
        "new_per_day_without": report.new_without,
    }


def _day_data(one: DayLoad, without: DayLoad) -> dict[str, Any]:
    from lpdeck.days import date_of

    return {
        "date": date_of(one.day).isoformat(),
        "cards": round(one.cards, 1),
        "new": round(one.new, 1),
        "early": round(one.early, 1),
        "minutes": round(one.ms / MINUTE_MS, 1),
        "minutes_without": round(without.ms / MINUTE_MS, 1),
        "new_without": round(without.new, 1),
    }


# On the screen


def shown_plan(report: Report, painter: Painter) -> Iterator[str]:
    """The lines of a plan: the days ahead, what will be known on the day, and what is given up."""
    from lpdeck.cli.rendering import plural, wrapped

    one = report.interview
    minutes = f"{plural(one.minutes, 'minute')} a day"
    yield from ends(f"{day_of(one.day)}, {distance(one.day, report.today)}", f"{one.name} · {minutes}", painter)
    tables = [_days(report, painter), _principles(report, painter)] if report.cards else []
    for table in tables:
        yield ""
        yield from table
    for sentence in _sentences(report):
        yield ""
        yield from (f"  {line}" for line in wrapped(sentence, painter.width - 2))


def _days(report: Report, painter: Painter) -> Iterator[str]:
    """A line for each day ahead, or for each week where there are many; the last days are set apart."""
    days = report.with_plan.days
    if not days:
        yield "  Today is the day."
        return
    last = [day for day in days if day.day >= report.with_plan.last_days]
    before = days[: len(days) - len(last)]
    single = len(before) if len(before) <= 2 * DAY_BY_DAY else DAY_BY_DAY
    most = max(max(day.ms for day in days), 1)
    yield painter.style(f"  {'':13} {'cards':>5} {'min':>4} {'new':>4}", "dim")
    for day in before[:single]:
        yield _row(_named(day.day, report.today), [day], most, painter)
    if before[single:]:
        yield painter.style("  by the week: an evening on average", "dim")
    for at in range(single, len(before), 7):
        week = before[at : at + 7]
        yield _row(f"{_date(week[0].day)}–{_date(week[-1].day)}", week, most, painter)
    if last:
        yield painter.style("  the last days: each card once more", "dim")
    for day in last:
        yield _row(_named(day.day, report.today), [day], most, painter)
    yield painter.style(_figures("in all", days), "bold")


def _row(label: str, days: Sequence[DayLoad], most_ms: float, painter: Painter) -> str:
    """A line: what an evening of these days comes to on average, and a bar of its time."""
    room = max(min(painter.width - 36, 24), 0)
    load = "▇" * round(room * sum(day.ms for day in days) / len(days) / most_ms)
    return f"{_figures(label, days, len(days))}  {painter.style(load, 'dim')}".rstrip()


def _figures(label: str, days: Sequence[DayLoad], parts: int = 1) -> str:
    """Cards, minutes and new cards of some days together, or of the part that each of them is on average."""
    cards, ms, new = (
        sum(figures) / parts for figures in zip(*((day.cards, day.ms, day.new) for day in days), strict=True)
    )
    return f"  {label:13} {cards:>5.0f} {ms / MINUTE_MS:>4.0f} {f'{new:.0f}' if new >= 0.5 else '·':>4}"


def _named(day: StudyDay, today: StudyDay) -> str:
    from lpdeck.days import date_of

    return "today" if day == today else f"{date_of(day):%a} {_date(day)}"


def _date(day: StudyDay) -> str:
    from lpdeck.days import date_of

    date = date_of(day)
    return f"{date.day} {date:%b}"


def _principles(report: Report, painter: Painter) -> Iterator[str]:
    """What will be known on the day, principle by principle: with the plan, and without."""
    from lpdeck.principles import Principle

    with_plan = report.with_plan.by_principle(report.cards)
    without = report.without.by_principle(report.cards)
    rows = [(one.title, with_plan[one.slug], without[one.slug]) for one in Principle if one.slug in with_plan]
    names = max([10, *(len(title) for title, _, _ in rows)])
    wide = painter.width >= names + 31
    names = min(names, painter.width - 19)
    yield painter.style(
        f"  {'on the day':{names}}  {'with the plan' if wide else 'plan':>{17 if wide else 5}}   without", "dim"
    )
    for row in rows:
        yield _chances(*row, names, wide=wide)
    yield painter.style(_chances("all", report.with_plan.mean, report.without.mean, names, wide=wide), "bold")


def _chances(name: str, share: float, other: float, names: int, *, wide: bool) -> str:
    from lpdeck.cli.rendering import bar, cut

    drawn = f"{bar(share)}  " if wide else ""
    return f"  {cut(name, names):{names}}  {drawn}{share:>5.0%} {other:>9.0%}"


def _sentences(report: Report) -> Iterator[str]:
    """What the plan gives up and what that costs, and what the figures mean."""
    from lpdeck.cli.rendering import plural

    if not report.cards:
        yield "There are no cards to plan: lpdeck import PAGE brings some."
        return
    never, no_look = report.with_plan.never_begun, report.with_plan.no_last_look
    if never:
        given_up = f"Unseen with {_limits(report.interview)}: {_some_cards(report, never)}."
        yield f"{given_up} {_cost(report, never, 'begin')}".rstrip()
    if no_look:
        given_up = f"Seen, but not once more in the last days: {_some_cards(report, no_look)}."
        yield f"{given_up} {_cost(report, no_look, '' if never else 'see')}".rstrip()
    yield (
        "On the day: the mean chance of recalling a card, over all cards; one never seen counts as nothing. "
        f"Without: FSRS alone, in the same {plural(report.interview.minutes, 'minute')}, with at most "
        f"{plural(report.new_without, 'new card')} a day."
    )


def _limits(interview: Interview) -> str:
    """What keeps cards from being seen."""
    from lpdeck.cli.rendering import plural

    minutes = f"{plural(interview.minutes, 'minute')} a day"
    return minutes if interview.new is None else f"{minutes} and at most {plural(interview.new, 'new card')} a day"


def _some_cards(report: Report, ids: Sequence[str]) -> str:
    """Some of the cards by number and kind: 94 of 600 cards (51 stages, 43 follow-ups)."""
    from lpdeck.cli.rendering import counted_kinds

    return f"{len(ids)} of {len(report.cards)} cards ({', '.join(counted_kinds(report.kinds(set(ids))))})"


def _cost(report: Report, ids: Sequence[str], verb: str) -> str:
    """What giving up cards costs on the day, and what it takes to begin or see (`verb`) them all."""
    from lpdeck.cli.rendering import plural

    if not report.with_plan.days:
        return ""
    lost = report.with_plan.lost(ids, report.enough)
    points = None if lost is None else round(100 * lost)
    costs = f"That costs {plural(points, 'point') if points else 'less than a point'} on the day"
    if not verb:
        return "" if points is None else f"{costs}."
    if report.enough is None or report.enough_minutes is None:
        too_short = f"o evening of up to {_longest(report.interview)} minutes is long enough to {verb} them all."
        return f"N{too_short}" if points is None else f"{costs}; n{too_short}"
    without = "" if report.interview.new is None else " without a limit of new cards"
    takes = f"{plural(report.enough_minutes, 'minute')} a day{without}"
    return f"{costs}; to {verb} them all takes {takes} and comes to {report.enough.mean:.0%}."
