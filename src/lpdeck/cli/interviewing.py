"""`lpdeck interview`: the dates for which the learner prepares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.completion import complete_interview
from lpdeck.errors import ConfigError, UsageError
from lpdeck.interviews import ALL_LEVELS

if TYPE_CHECKING:
    from lpdeck.cli.rendering import Painter
    from lpdeck.days import StudyDay
    from lpdeck.interviews import Interview

FARTHEST = 366
"""Days: no plan looks further ahead."""

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    interview = typer.Typer(
        help="Say when your interviews are; from then on a plan holds: lpdeck plan.",
        rich_markup_mode=None,
        no_args_is_help=False,
    )
    interview.callback(invoke_without_command=True)(list_interviews)
    interview.command("set")(set_interview)
    interview.command("remove")(remove_interview)
    app.add_typer(interview, name="interview")


def list_interviews(ctx: typer.Context, json: _Json = False) -> None:
    """List the interviews, the nearest first."""
    if ctx.invoked_subcommand is not None:
        return
    options = context.config()
    today = options.calendar.day_of(context.now_ms())
    if json:
        context.out_json([as_json(one, today) for one in options.interviews])
        return
    if not options.interviews:
        context.say("No interview is set: lpdeck interview set 2026-12-10")
    for line in listed(options.interviews, today, context.width()):
        context.out(line)


def set_interview(
    date: Annotated[str, typer.Argument(metavar="DATE", help="The day of the interview: 2026-12-10.")],
    name: Annotated[
        Optional[str],  # noqa: UP045 (Typer reads it at run time)
        typer.Option(
            "--name", metavar="NAME", help="Its name, where there are several.", autocompletion=complete_interview
        ),
    ] = None,
    minutes: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--minutes", min=1, max=1440, metavar="N", help="Minutes of study each day until then."),
    ] = None,
    level: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--level", metavar="LEVEL", help="Ask for the bar of sde1, sde2, senior, or all."),
    ] = None,
    new: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--new", min=0, max=9999, metavar="N", help="Begin at most N new cards a day."),
    ] = None,
    json: _Json = False,
) -> None:
    """Set an interview, or change one: what is not given stays. The plan for the nearest holds from now on."""
    from lpdeck.config import rewrite_interview
    from lpdeck.interviews import FIRST_NAME, next_interview

    options = context.config()
    today = options.calendar.day_of(context.now_ms())
    name = _fitting(FIRST_NAME if name is None else name)
    before = next((one.table for one in options.interviews if one.name == name), {})
    given = {"date": date, "minutes": minutes, "level": level, "new": new}
    after = _read(name, before | {key: value for key, value in given.items() if value is not None}, today)
    context.rewrite_config(lambda text: rewrite_interview(text, name, after))
    if json:
        context.out_json(as_json(after, today))
        return
    for line in listed([after], today, context.width()):
        context.out(line)
    nearest = next_interview([after, *(one for one in options.interviews if one.name != name)], today)
    context.say(_holds(after, nearest or after, today))


def _fitting(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > 40:
        advice = "Write up to 40 letters, such as onsite. Nothing was changed."
        raise UsageError(f"{name!a} is no name for an interview", advice)
    return name.strip()


def _read(name: str, table: Mapping[str, Any], today: StudyDay) -> Interview:
    """The interview as the learner told it. Raises UsageError where something does not fit."""
    from lpdeck.interviews import read_interview

    try:
        after = read_interview(name, table)
    except ConfigError as error:
        what = error.what.removeprefix(f"interviews.{name}").lstrip(".: ")
        raise UsageError(what, f"{error.advice} Nothing was changed.") from None
    if after.day < today:
        raise UsageError(f"{table['date']} is over", "Write a day that is still ahead. Nothing was changed.")
    if after.day - today > FARTHEST:
        raise UsageError(f"{table['date']} is more than a year ahead", "Write a nearer day. Nothing was changed.")
    return after


def _holds(after: Interview, nearest: Interview, today: StudyDay) -> str:
    """For which interview the plan is, now that one was set."""
    if nearest == after:
        return "The plan holds from now on: lpdeck plan shows it."
    return f"First the plan is for “{nearest.name}”, {distance(nearest.day, today)}; then for this one."


def remove_interview(
    name: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="NAME", help="Which one, where there are several.", autocompletion=complete_interview),
    ] = None,
    json: _Json = False,
) -> None:
    """Take an interview back; without one ahead the schedule is what FSRS says."""
    from lpdeck.config import rewrite_interview

    known = [one.name for one in context.config().interviews]
    if not known:
        raise UsageError("no interview is set", "There is nothing to remove.")
    if name is None and len(known) > 1:
        raise UsageError(f"there are {len(known)} interviews", f"Name the one to remove: {', '.join(known)}.")
    chosen = known[0] if name is None else name
    if chosen not in known:
        raise UsageError(f'there is no interview "{chosen}"', f"There is: {', '.join(known)}. Nothing was changed.")
    context.rewrite_config(lambda text: rewrite_interview(text, chosen, None))
    if json:
        context.out_json({"removed": chosen})
    else:
        context.out(f"{chosen} removed")


def as_json(interview: Interview, today: StudyDay) -> dict[str, Any]:
    """An interview as JSON, with the days until then (negative: since then)."""
    table = interview.table
    date = table["date"].isoformat()
    return {"name": interview.name, **table, "date": date, "new": interview.new, "days": interview.day - today}


def listed(interviews: Sequence[Interview], today: StudyDay, width: int) -> list[str]:
    """A line for each interview; where one is longer than `width` cells, its name and below it the rest."""
    from rich.cells import cell_len

    from lpdeck.cli.rendering import cut, shown, wrapped

    rows = [(shown(one.name), told(one, today)) for one in interviews]
    column = max((cell_len(name) for name, _ in rows), default=0) + 2
    if all(column + cell_len(what) <= width for _, what in rows):
        return [f"{name}{' ' * (column - cell_len(name))}{what}" for name, what in rows]
    return [
        line for name, what in rows for line in (cut(name, width), *(f"  {part}" for part in wrapped(what, width - 2)))
    ]


def told(interview: Interview, today: StudyDay) -> str:
    """An interview in a line: its day, how far it is, and what was said of it."""
    from lpdeck.cli.rendering import plural

    minutes = f"{plural(interview.minutes, 'minute')} a day"
    level = "" if interview.level == ALL_LEVELS else f", level {interview.level}"
    new = "" if interview.new is None else f", at most {interview.new} new a day"
    return f"{day_of(interview.day)}, {distance(interview.day, today)}, {minutes}{level}{new}"


def ends(left: str, right: str, painter: Painter) -> list[str]:
    """A bold line with something at both ends; two lines where there is no room for both."""
    from rich.cells import cell_len

    from lpdeck.cli.rendering import cut, shown

    if not right or cell_len(shown(left)) + cell_len(shown(right)) + 2 <= painter.width:
        return [painter.row(left, right, style="bold")]
    return [painter.style(cut(shown(one), painter.width), "bold") for one in (left, right)]


def day_of(day: StudyDay) -> str:
    """A day with its weekday: Thursday 10 December 2026."""
    from lpdeck.days import date_of

    date = date_of(day)
    return f"{date:%A} {date.day} {date:%B} {date.year}"


def distance(day: StudyDay, today: StudyDay) -> str:
    """How far a day is: today, tomorrow, in 19 days, over."""
    ahead = day - today
    if ahead < 0:
        return "over"
    return {0: "today", 1: "tomorrow"}.get(ahead, f"in {ahead} days")
