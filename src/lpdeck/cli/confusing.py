"""`lpdeck confusions`: which wrong options of quiz questions are taken, and for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER, filter_of, find

if TYPE_CHECKING:
    from lpdeck.cli.rendering import Painter
    from lpdeck.confusions import Confusion, Confusions

SHOWN = 10
"""How many rows of each section are shown; JSON has all."""

_INDENT = "  "
_GAP = 3


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("confusions")(show_confusions)


def show_confusions(
    words: FILTER = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, with every row.")] = False,
) -> None:
    """Show which wrong options of quiz questions you take, and for what."""
    from lpdeck.cli.rendering import Painter
    from lpdeck.confusions import confusions
    from lpdeck.store.choices import choices

    context.ready_home()
    ids = _chosen(words)
    with context.index(writes=False) as connection:
        found = confusions(one for one in choices(connection) if ids is None or one.card in ids)
    if json:
        context.out_json(_data(found))
        return
    for line in told(found, Painter(width=context.width(), colour=context.colour())):
        context.out(line)


def _chosen(words: list[str] | None) -> set[str] | None:
    """The ids of the cards that a filter picks; None where there is no filter."""
    chosen = filter_of(words)
    if chosen is None:
        return None
    with context.hot_store() as store:
        return set(find(store, chosen, context.config(), context.now_ms()) or ())


def _data(found: Confusions) -> dict[str, Any]:
    return {
        "answers": found.answers,
        "principles": [_row(one) for one in found.principles],
        "questions": [_row(one) for one in found.questions],
    }


def _row(one: Confusion) -> dict[str, Any]:
    return {
        "ids": one.cards,
        "question": one.question,
        "taken": one.taken,
        "right": one.right,
        "count": one.count,
        "of": one.of,
        "principles": one.principles,
        "offered": one.offered,
    }


def told(found: Confusions, painter: Painter) -> list[str]:
    """The lines of both sections; what was counted where there are none."""
    from lpdeck.cli.rendering import plural, wrapped

    counted = f"{plural(found.answers, 'quiz answer')} counted."
    if not found.principles and not found.questions:
        return wrapped(f"No wrong option taken yet. {counted}", painter.width)
    return [
        *_section(painter, "Principles", found.principles),
        *_section(painter, "Questions", found.questions),
        *(painter.style(line, "dim") for line in wrapped(counted, painter.width)),
    ]


def _section(painter: Painter, heading: str, rows: Sequence[Confusion]) -> list[str]:
    """A heading and the first rows under it, a blank line behind; nothing where there are no rows."""
    if not rows:
        return []
    from lpdeck.cli.rendering import wrapped

    table = _table(painter, rows[:SHOWN])
    lines = [painter.style(heading, "bold")]
    for one in rows[:SHOWN]:
        lines += [*_beside_numbers(table, one), *_below(painter, one)]
    if len(rows) > SHOWN:
        more = f"and {len(rows) - SHOWN} more: lpdeck confusions --json"
        lines += [painter.style(line, "dim") for line in wrapped(more, painter.width)]
    return [*lines, ""]


def _table(painter: Painter, rows: Sequence[Confusion]) -> Painter:
    """A painter as wide as the longest row, so that the numbers stand beside the words on a wide terminal too."""
    from rich.cells import cell_len

    from lpdeck.cli.rendering import shown

    longest = max(cell_len(shown(_words(one))) + _GAP + len(_numbers(one)) for one in rows)
    return replace(painter, width=min(painter.width, longest))


def _beside_numbers(table: Painter, one: Confusion) -> list[str]:
    """The words of a row with its numbers at the right; where the words want more lines, these hang below."""
    from lpdeck.cli.rendering import wrapped

    numbers = _numbers(one)
    first, *more = wrapped(_words(one), table.width - len(numbers) - _GAP)
    rest = wrapped(" ".join(more), table.width - len(_INDENT)) if more else []
    return [table.row(first, numbers, None), *(_INDENT + line for line in rest)]


def _numbers(one: Confusion) -> str:
    return f"{one.count:,} of {one.of:,}"


def _words(one: Confusion) -> str:
    """What stands beside the numbers."""
    return one.question or f"{_taken(one)} taken for {one.right}"


def _taken(one: Confusion) -> str:
    return one.taken if one.offered else f"{one.taken} (no longer an option)"


def _below(painter: Painter, one: Confusion) -> list[str]:
    """For a single question: the option that was taken, the right one, and where the card belongs."""
    if one.question is None:
        return []
    from lpdeck.cli.faces import Block, Role, title_of

    blocks = (
        Block(Role.TEXT, _taken(one), label=f"{_INDENT}taken"),
        Block(Role.TEXT, one.right, label=f"{_INDENT}right"),
        Block(Role.DIM, f"{title_of(one.principles)} · {one.cards[0]}", bullet=_INDENT),
    )
    return [line for block in blocks for line in painter.block(block)]
