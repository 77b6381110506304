"""`lpdeck progress`: what the learner knows, per principle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lpdeck.cli import context

if TYPE_CHECKING:
    from lpdeck.progress import PrincipleProgress


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("progress")(show_progress)


def show_progress(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what you know, per leadership principle."""
    from lpdeck.days import StudyDay, date_of
    from lpdeck.progress import RETENTION_DAYS, progress
    from lpdeck.store.log import card_rows

    options = context.config()
    day = options.calendar.day_of(context.now_ms())
    context.ready_home()
    with context.index() as connection:
        rows = card_rows(connection, StudyDay(day - RETENTION_DAYS + 1))
        each, total = progress(rows, options.scheduler, day)
    if json:
        data = {"date": date_of(day).isoformat(), "principles": [_data(one) for one in each], "total": _data(total)}
        context.out_json(data)
    else:
        _show(each, total)


def _data(one: PrincipleProgress) -> dict[str, Any]:
    return {
        "principle": one.principle.slug if one.principle else None,
        "cards": one.cards,
        "new": one.new,
        "learning": one.learning,
        "review": one.review,
        "mature": one.mature,
        "due": one.due,
        "suspended": one.suspended,
        "drafts": one.drafts,
        "leeches": one.leeches,
        "recall_now": one.recall,
        "retention_30_days": one.retention,
        "reviews_30_days": one.reviews,
    }


# Columns: heading, what stands in it, and from which width of the terminal on it is shown.
_COLUMNS: tuple[tuple[str, Any, int], ...] = (
    ("cards", lambda one: str(one.cards), 0),
    ("new", lambda one: str(one.new or "·"), 60),
    ("learn", lambda one: str(one.learning or "·"), 76),
    ("review", lambda one: str(one.review or "·"), 76),
    ("mature", lambda one: str(one.mature or "·"), 60),
    ("due", lambda one: str(one.due or "·"), 28),
    ("recall", lambda one: _percent(one.recall), 40),
    ("kept", lambda one: _percent(one.retention), 60),
    ("leech", lambda one: str(one.leeches or "·"), 76),
)


_LONGEST = 44  # the longest name of a principle


def _percent(share: float | None) -> str:
    return "·" if share is None else f"{share:.0%}"


def _show(each: list[PrincipleProgress], total: PrincipleProgress) -> None:
    from lpdeck.cli.rendering import Painter, cut, wrapped

    painter = Painter(width=context.width(), colour=context.colour())
    columns = [column for column in _COLUMNS if painter.width >= column[2]]
    sizes = [max(len(heading), 4) for heading, _, _ in columns]
    room = max(min(_LONGEST, painter.width - sum(sizes) - len(sizes)), 4)

    def line(name: str, cells: list[str]) -> str:
        ends = "".join(f" {cell:>{size}}" for cell, size in zip(cells, sizes, strict=True))
        return f"{cut(name, room).ljust(room)}{ends}"

    context.out(painter.style(line("", [heading for heading, _, _ in columns]), "dim"))
    for one in each:
        assert one.principle is not None
        cells = [show(one) for _, show, _ in columns]
        if one.cards:
            context.out(line(one.principle.title, cells))
        else:
            why = f"{one.drafts} drafts: lpdeck check" if one.drafts else "no cards yet"
            gap = f"{cut(one.principle.title, room).ljust(room)}  {why}"
            context.out(painter.style(cut(gap, painter.width), "warning"))
    if total.cards:
        context.out(painter.style(line("all", [show(total) for _, show, _ in columns]), "bold"))
        context.out("")
        said = "recall: what you would remember now; kept: what you remembered of the reviews of 30 days"
        for text in wrapped(said, painter.width):
            context.out(painter.style(text, "dim"))
