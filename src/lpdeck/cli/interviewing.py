"""`lpdeck interview`: the dates for which the learner prepares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.completion import complete_interview
from lpdeck.errors import UsageError

if TYPE_CHECKING:
    from lpdeck.days import StudyDay
    from lpdeck.interviews import Interview

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
        context.say("No interview is set: lpdeck interview set 2026-12-10 --minutes 20")
    names = max((len(one.name) for one in options.interviews), default=0)
    for one in options.interviews:
        context.out(f"{one.name.ljust(names)}  {told(one, today)}")


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
    """Set an interview, or change what was not said before; the plan for the nearest one holds from now on."""
    from lpdeck.config import rewrite_interview
    from lpdeck.interviews import FIRST_NAME, read_interview

    options = context.config()
    today = options.calendar.day_of(context.now_ms())
    name = _fitting(FIRST_NAME if name is None else name)
    before: dict[str, Any] = next((one.table for one in options.interviews if one.name == name), {})
    given = {"date": date, "minutes": minutes, "level": level, "new": new}
    after = read_interview(name, before | {key: value for key, value in given.items() if value is not None})
    if after.day < today:
        raise UsageError(f"{date} is over", "Write a day that is still ahead. Nothing was changed.")
    _write(lambda text: rewrite_interview(text, name, after))
    if json:
        context.out_json(as_json(after, today))
    else:
        context.out(f"{name}  {told(after, today)}")
        context.say("The plan holds from now on: lpdeck plan shows the days ahead.")


def _fitting(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > 40:
        raise UsageError(f"{name!a} is no name for an interview", "Write up to 40 letters, such as onsite.")
    return name.strip()


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
    if name is None and len(known) != 1:
        names = ", ".join(known) or "none"
        raise UsageError(f"which interview? There are {len(known)}", f"lpdeck interview remove NAME, of: {names}.")
    chosen = known[0] if name is None else name
    if chosen not in known:
        raise UsageError(f'there is no interview "{chosen}"', f"There are: {', '.join(known) or 'none'}.")
    _write(lambda text: rewrite_interview(text, chosen, None))
    if json:
        context.out_json({"removed": chosen})
    else:
        context.out(f"{chosen} removed")


def _write(change: Any) -> None:
    from lpdeck.deck.folder import write_atomically

    path = context.ready_home().config
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = change(before)
    if after != before:
        write_atomically(path, after)


def as_json(interview: Interview, today: StudyDay) -> dict[str, Any]:
    """An interview as JSON, with the days until then (negative: since then)."""
    table = interview.table
    return {"name": interview.name, **table, "date": table["date"].isoformat(), "days": interview.day - today}


def told(interview: Interview, today: StudyDay) -> str:
    """An interview in a line: its day, how far it is, and what was said of it."""
    level = "" if interview.level == "all" else f", level {interview.level}"
    new = "" if interview.new is None else f", at most {interview.new} new a day"
    return f"{day_of(interview.day)}, {distance(interview.day, today)}, {interview.minutes} minutes a day{level}{new}"


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
