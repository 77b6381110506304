"""`lpdeck progress`: what the learner knows, per principle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from lpdeck.cli import context

if TYPE_CHECKING:
    from lpdeck.cli.rendering import Painter
    from lpdeck.config import Config
    from lpdeck.days import StudyDay
    from lpdeck.interviews import Interview
    from lpdeck.principles import Principle
    from lpdeck.progress import Missing, PrincipleProgress, Share
    from lpdeck.store.hot import HotStore

Progress = tuple[list["PrincipleProgress"], "PrincipleProgress"]
"""What is known of each principle, and of all cards together."""


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("progress")(show_progress)


def show_progress(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show what you know, per leadership principle."""
    from lpdeck.cli.evenings import at_level

    options = at_level(None)
    day = options.calendar.day_of(context.now_ms())
    interview = options.plan_on(day)
    context.ready_home()
    with context.hot_store() as store:
        each, total = read(store, options, day, interview)
    if json:
        context.out_json(_all_data(each, total, day, interview))
        return
    from lpdeck.cli.rendering import Painter

    for line in told(each, total, Painter(width=context.width(), colour=context.colour()), day, interview):
        context.out(line)


def read(store: HotStore, options: Config, day: StudyDay, interview: Interview | None) -> Progress:
    """What is known on a study day, from the store."""
    from lpdeck.cli.evenings import hidden_levels
    from lpdeck.progress import first_day, progress
    from lpdeck.store.known import deck_pages, kept, known_cards

    scheduler = store.scheduler(options.scheduler)
    ahead = interview.day if interview else None
    hidden = hidden_levels(store, options, options.calendar.starts_ms(day))
    with _without_collecting():
        return store.reading(
            lambda connection: progress(
                known_cards(connection, scheduler, day, ahead, hidden),
                kept(connection, first_day(day), options.calendar),
                deck_pages(connection),
                day,
            )
        )


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Rows by the hundred thousand hold no cycles: to look for some among them takes a third of the time."""
    import gc

    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# JSON


def _all_data(
    each: Sequence[PrincipleProgress], total: PrincipleProgress, day: StudyDay, interview: Interview | None
) -> dict[str, Any]:
    from lpdeck.days import date_of

    return {
        "date": date_of(day).isoformat(),
        "interview": {"name": interview.name, "date": date_of(interview.day).isoformat()} if interview else None,
        "principles": [_data(one, day, interview) for one in each],
        "total": _data(total, day, interview),
    }


def _data(one: PrincipleProgress, day: StudyDay, interview: Interview | None) -> dict[str, Any]:
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
        "leeches": len(one.leeches),
        "leech_ids": one.leeches,
        "recall_now": one.now.mean,
        "recall_on_the_day": one.ahead.mean if interview else None,
        "weakest_kind": _weakest(one),
        "retention_30_days": one.kept.retention,
        "reviews_30_days": one.kept.reviews,
        "retention_young_30_days": one.young_kept.retention,
        "reviews_young_30_days": one.young_kept.reviews,
        "retention_mature_30_days": one.mature_kept.retention,
        "reviews_mature_30_days": one.mature_kept.reviews,
        "weeks": _weeks(one, day),
        "parts": one.parts,
        "covered": one.covered,
        "missing": [{"deck": gap.deck, "page": gap.page, "parts": gap.parts} for gap in one.missing],
    }


def _weakest(one: PrincipleProgress) -> dict[str, Any] | None:
    if one.weakest is None:
        return None
    kind, recall = one.weakest
    return {"kind": kind, "recall_now": recall.mean, "seen": recall.cards}


def _weeks(one: PrincipleProgress, day: StudyDay) -> list[dict[str, Any]]:
    from lpdeck.days import date_of
    from lpdeck.progress import starts_of_weeks

    return [
        {"from": date_of(start).isoformat(), "retention": week.retention, "reviews": week.reviews}
        for start, week in zip(starts_of_weeks(day), one.weeks, strict=True)
    ]


# The table


class _Column(NamedTuple):
    """A column: its heading, its least size (cells), what stands in it, and its rank: the lowest is shown first."""

    heading: str
    size: int
    show: Callable[[PrincipleProgress], str]
    rank: int


_ON_THE_DAY = "on the day"
"""Shown if an interview lies ahead, under its date."""

_COLUMNS = (
    _Column("cards", 5, lambda one: str(one.cards), 0),
    _Column("new", 4, lambda one: _number(one.new), 7),
    _Column("learn", 5, lambda one: _number(one.learning), 9),
    _Column("review", 6, lambda one: _number(one.review), 10),
    _Column("mature", 6, lambda one: _number(one.mature), 8),
    _Column("due", 4, lambda one: _number(one.due), 1),
    _Column("recall", 6, lambda one: _percent(one.now.mean), 2),
    _Column(_ON_THE_DAY, 6, lambda one: _percent(one.ahead.mean), 3),
    _Column("kept", 4, lambda one: _percent(one.kept.retention), 4),
    _Column("young kept", 12, lambda one: _share(one.young_kept), 13),
    _Column("mature kept", 12, lambda one: _share(one.mature_kept), 14),
    _Column("8 weeks", 8, lambda one: _line(one.weeks), 5),
    _Column("leech", 5, lambda one: _number(len(one.leeches)), 6),
    _Column("parts", 5, lambda one: f"{one.covered}/{one.parts}" if one.parts else "·", 11),
    _Column("weakest kind", 17, lambda one: _weak_kind(one), 12),
)

_LEAST_NAME = 24  # cells that the names of principles keep
_LONGEST = 44  # the longest name of a principle
_LEVELS = "▁▂▃▄▅▆▇█"
_LOWEST, _STEP = 60, 5  # percent: the top of the lowest sign, and by how much each next one is more

_GAPS_SHOWN = 8


def _number(count: int) -> str:
    return str(count or "·")


def _percent(share: float | None) -> str:
    return "·" if share is None else f"{share:.0%}"


def _share(share: Share) -> str:
    return "·" if share.retention is None else f"{share.retention:.0%} of {share.reviews:,}"


def _weak_kind(one: PrincipleProgress) -> str:
    if one.weakest is None:
        return "·"
    kind, recall = one.weakest
    return f"{kind} {_percent(recall.mean)}"


def _line(weeks: Sequence[Share]) -> str:
    """A sign a week, from 60 % of the answers remembered (or less) in steps of 5 to 95 % (or more)."""
    return "".join(_sign(week) for week in weeks)


def _sign(week: Share) -> str:
    if not week.reviews:
        return "·"
    level = (week.remembered * 100 // week.reviews - _LOWEST) // _STEP
    return _LEVELS[min(max(level, 0), len(_LEVELS) - 1)]


def told(
    each: Sequence[PrincipleProgress],
    total: PrincipleProgress,
    painter: Painter,
    day: StudyDay,
    interview: Interview | None,
) -> list[str]:
    """The lines of the table, what its columns mean, and the parts of pages that no card asks."""
    columns = _chosen(painter.width, interview=interview)
    lines = list(_table(each, total, painter, columns, interview))
    if total.cards:
        lines += ["", *_legend(painter, columns, day, interview)]
    return [*lines, *_gaps(each, total, painter)]


def _chosen(width: int, *, interview: Interview | None) -> list[_Column]:
    """The columns for which a width has room beside the names, the most telling first."""
    room, chosen = width - min(_LEAST_NAME, width // 2), list[_Column]()
    for column in sorted(_COLUMNS, key=lambda one: one.rank):
        if column.heading == _ON_THE_DAY and interview is None:
            continue
        room -= column.size + 1
        if room < 0:
            break
        chosen.append(column)
    return [one for one in _COLUMNS if one in chosen]


def _heading(column: _Column, interview: Interview | None) -> str:
    """What stands above a column: the date, where it tells of the day of the interview."""
    from lpdeck.days import date_of

    if column.heading != _ON_THE_DAY or interview is None:
        return column.heading
    date = date_of(interview.day)
    return f"{date.day} {date:%b}"


def _table(
    each: Sequence[PrincipleProgress],
    total: PrincipleProgress,
    painter: Painter,
    columns: Sequence[_Column],
    interview: Interview | None,
) -> Iterator[str]:
    """A line a principle; the numbers stand under their headings."""
    from lpdeck.cli.rendering import cut

    sizes = [_size(column, [*each, total]) for column in columns]
    room = max(min(_LONGEST, painter.width - sum(sizes) - len(sizes)), 4)

    def line(name: str, cells: list[str]) -> str:
        ends = "".join(f" {cell:>{size}}" for cell, size in zip(cells, sizes, strict=True))
        return f"{cut(name, room).ljust(room)}{ends}"

    yield painter.style(line("", [_heading(column, interview) for column in columns]), "dim")
    for one in each:
        assert one.principle is not None
        if one.cards:
            yield line(one.principle.title, [column.show(one) for column in columns])
        else:
            why = f"{one.drafts} drafts: lpdeck check" if one.drafts else _no_cards(one.principle)
            gap = f"{cut(one.principle.title, room).ljust(room)}  {why}"
            yield painter.style(cut(gap, painter.width), "warning")
    if total.cards:
        yield painter.style(line("all", [column.show(total) for column in columns]), "bold")


def _no_cards(principle: Principle) -> str:
    """What to do about a principle that no card is about."""
    return f"no cards yet: lpdeck starter add {principle.slug}"


def _size(column: _Column, shown: Sequence[PrincipleProgress]) -> int:
    """The cells that a column takes: those of its longest entry, if that is more than its size."""
    return max(column.size, *(len(column.show(one)) for one in shown if one.cards or one.principle is None))


_MEANINGS = {
    "recall": "recall: what you would remember now",
    _ON_THE_DAY: "{day}: what you would remember that day if you studied nothing more (a card never seen: 0%)",
    "kept": "kept: what you remembered of the reviews of 30 days",
    "young kept": "young and mature: after an interval under 21 days or longer",
    "8 weeks": "8 weeks: kept week by week, from 60% or less (▁) to 95% or more (█)",
    "parts": "parts: what your pages offer and a card asks",
}


def _legend(painter: Painter, columns: Sequence[_Column], day: StudyDay, interview: Interview | None) -> Iterator[str]:
    from lpdeck.cli.rendering import MEASURE, wrapped

    headings = {column.heading for column in columns}
    told = "" if interview is None else _heading(next(one for one in _COLUMNS if one.heading == _ON_THE_DAY), interview)
    said = [meaning.format(day=told) for heading, meaning in _MEANINGS.items() if heading in headings]
    for text in wrapped("; ".join(said), min(painter.width, MEASURE)) if said else ():
        yield painter.style(text, "dim")


def _gaps(each: Sequence[PrincipleProgress], total: PrincipleProgress, painter: Painter) -> Iterator[str]:
    """The parts of pages without a card, a page each; of many the first."""
    from lpdeck.cli.rendering import MEASURE, cut, wrapped

    if not total.missing:
        return
    yield ""
    yield painter.style(cut("no card yet", painter.width), "warning")
    for gap in total.missing[:_GAPS_SHOWN]:
        first, *more = wrapped(_gap(gap, each, total), min(painter.width, MEASURE) - 4)
        yield f"  {first}"
        yield from (f"    {line}" for line in more)
    if len(total.missing) > _GAPS_SHOWN:
        left = f"and {len(total.missing) - _GAPS_SHOWN} more: lpdeck progress --json"
        yield from (painter.style(line, "dim") for line in wrapped(left, painter.width))


def _gap(gap: Missing, each: Sequence[PrincipleProgress], total: PrincipleProgress) -> str:
    titles = [one.principle.title for one in each if one.principle and gap in one.missing]
    several = sum(other.deck == gap.deck for other in total.missing) > 1
    where = [", ".join(titles), gap.deck, gap.page.partition(":")[2] if several else ""]
    lacking = "every part" if len(gap.parts) == gap.offered else ", ".join(gap.parts)
    return f"{' · '.join(filter(None, where))}: {lacking}"
