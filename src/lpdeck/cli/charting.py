"""`lpdeck stats`: what the answers say, drawn in the terminal, as numbers in a pipe, as JSON, CSV or a picture."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER, filter_of, filter_text, find
from lpdeck.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from lpdeck.cli.rendering import Painter
    from lpdeck.statistics import Chart

CHARTS = (
    "reviews",
    "forecast",
    "retention",
    "stability",
    "difficulty",
    "retrievability",
    "buttons",
    "minutes",
    "hours",
    "calibration",
)
"""The names of the charts, in their order."""

AHEAD = 30
"""Days of the forecast where --days does not say another number."""

LEAST_COLUMNS = 40
"""Nothing is drawn narrower."""

SVG_COLUMNS = 100
"""The width of a picture where there is no terminal."""


def complete_chart(incomplete: str) -> list[str]:
    """Names of charts."""
    return [name for name in CHARTS if name.startswith(incomplete.lower())]


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("stats")(show_statistics)


def show_statistics(
    words: FILTER = None,
    chart: Annotated[
        Optional[list[str]],  # noqa: UP045 (Typer reads it at run time)
        typer.Option(
            "--chart",
            metavar="NAME",
            help=f"Only this chart; may be given again. One of: {', '.join(CHARTS)}.",
            autocompletion=complete_chart,
        ),
    ] = None,
    days: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            "--days", metavar="N", min=1, max=36500, help="Only answers of the last N days, and a forecast of N days."
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print JSON: each chart's title, columns, rows and notes.")
    ] = False,
    csv: Annotated[
        bool, typer.Option("--csv", help="Print the rows of one chart as CSV; name it with --chart.")
    ] = False,
    svg: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--svg", metavar="FILE", help="Write the drawings as one SVG picture."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE if it exists.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Print numbers instead of drawings, as in a pipe.")] = False,
) -> None:
    """Draw what your answers say: how many, how well, when, and whether predictions hold.

    In a pipe the charts are tables of plain numbers.
    """
    from lpdeck.cli.exporting import check_free

    names = _named(chart)
    _check_forms(names, json=json, csv=csv, svg=svg is not None, plain=plain)
    check_free(svg, force)
    charts, today = _charts(words, names, days)
    if json:
        context.out_json({one.name: as_data(one) for one in charts})
    elif csv:
        context.out(as_csv(charts[0]).rstrip("\n"))
    elif svg is not None:
        _put_picture(charts, words, svg, today)
    elif plain or not sys.stdout.isatty():
        _put_tables(charts)
    else:
        from lpdeck.cli.rendering import Painter

        for line in drawn(charts, Painter(width=_width(), colour=context.colour()), today):
            context.out(line)


def _named(chart: Sequence[str] | None) -> tuple[str, ...]:
    """The charts that are asked for, in the order of CHARTS. Raises UsageError."""
    unknown = [name for name in chart or () if name not in CHARTS]
    if unknown:
        raise UsageError(f'there is no chart "{unknown[0]}"', f"Choose among: {', '.join(CHARTS)}.")
    return tuple(name for name in CHARTS if not chart or name in chart)


def _check_forms(names: Sequence[str], **forms: bool) -> None:
    """Raises UsageError where two forms are asked for, or several charts in one CSV table."""
    asked = [f"--{name}" for name, wanted in forms.items() if wanted]
    if len(asked) > 1:
        raise UsageError(f"{asked[0]} and {asked[1]} exclude one another", "Choose one of them.")
    if forms["csv"] and len(names) > 1:
        raise UsageError(
            "a CSV table holds one chart", "Name it with --chart, such as --chart retention; --json holds all."
        )


def _charts(words: list[str] | None, names: Sequence[str], days: int | None) -> tuple[list[Chart], date]:
    """The charts of the cards that a filter picks, with the date of today; says where it picks none."""
    from lpdeck.days import StudyDay, date_of
    from lpdeck.statistics import statistics

    chosen, options, now = filter_of(words), context.config(), context.now_ms()
    day = options.calendar.day_of(now)
    context.ready_home()
    with context.hot_store() as store:
        ids = find(store, chosen, options, now)
        tally, scheduler = store.tally(ids), store.scheduler(options.scheduler)
    if ids is not None and not ids:
        context.say("No card fits the filter.")
    since = None if days is None else StudyDay(day - days + 1)
    charts = statistics(tally, scheduler, options.calendar, day, since=since, ahead=days or AHEAD)
    return [one for one in charts if one.name in names], date_of(day)


def _width() -> int:
    """The columns to draw for: those of the terminal, 40 where it has less."""
    return max(context.width(), LEAST_COLUMNS)


# Forms


def drawn(charts: Sequence[Chart], painter: Painter, today: date) -> list[str]:
    """The lines of the charts below each other, a blank line between."""
    from lpdeck.cli.plots import draw

    each = [draw(one, painter, today) for one in charts]
    return [line for index, lines in enumerate(each) for line in (["", *lines] if index else lines)]


def as_data(chart: Chart) -> dict[str, Any]:
    """A chart as plain data; its rows are objects by the names of its columns."""
    names = [column.name for column in chart.columns]
    return {
        "title": chart.title,
        "columns": [{"name": one.name, "unit": one.unit.value, "title": one.title} for one in chart.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in chart.rows],
        "notes": list(chart.notes),
    }


def as_csv(chart: Chart) -> str:
    """The rows of a chart as CSV with a heading; a cell is empty where there was nothing to count."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in chart.columns])
    writer.writerows(chart.rows)
    return text.getvalue()


def _put_tables(charts: Sequence[Chart]) -> None:
    from lpdeck.cli.plots import table

    for index, one in enumerate(charts):
        for line in ["", *table(one)] if index else table(one):
            context.out(line)


def _put_picture(charts: Sequence[Chart], words: list[str] | None, path: Path, today: date) -> None:
    """Writes the drawings to a file, as wide as the terminal; `-` is standard output."""
    from lpdeck.cli.rendering import Painter
    from lpdeck.cli.svg import Theme, picture
    from lpdeck.deck.folder import write_atomically

    columns = _width() if sys.stdout.isatty() else SVG_COLUMNS
    lines = drawn(charts, Painter(width=columns, colour=True), today)
    # Lines close enough for an axis without gaps.
    theme = Theme(line_height=17, areas=True)
    text = picture(lines, columns=columns, theme=theme, title=" ".join(("lpdeck stats", filter_text(words))).strip())
    if str(path) == "-":
        sys.stdout.write(text)
        return
    write_atomically(path, text)
    context.say(f"The picture went to {path}.")
