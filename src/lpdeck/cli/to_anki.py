"""`lpdeck export anki`: an Anki package that updates in place, with or without schedule and history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER, filter_of
from lpdeck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lpdeck.anki.package import Exported
    from lpdeck.store.outgoing import Outgoing


def export_anki(
    words: FILTER = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045 (Typer reads it at run time)
        typer.Option("-o", "--output", metavar="FILE", help="The package to write; lpdeck.apkg here if not given."),
    ] = None,
    schedule: Annotated[
        bool, typer.Option("--schedule", help="With memory, due days, suspensions and the whole history.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write an Anki package. Exported again and imported again it updates the notes in place."""
    from lpdeck.anki.package import PackageOptions, write_package
    from lpdeck.filters import EVERYTHING, Has, both, either
    from lpdeck.store.outgoing import exported_before, outgoing, remember_exported

    path = output or Path("lpdeck.apkg")
    if path.suffix != ".apkg":
        raise UsageError(f"{path}: an Anki package ends with .apkg", "Choose another name with -o.")
    config, now = context.config(), context.now_ms()
    day = config.calendar.day_of(now)
    context.ready_home()
    chosen = filter_of(words) or EVERYTHING
    with context.hot_store() as store:
        scheduler = store.scheduler(config.scheduler)
        wanted = store.find(both(chosen, either(Has("is", "asked"), Has("is", "retired"))), day, scheduler)
        retired = set(store.find(both(chosen, Has("is", "retired")), day, scheduler))
    options = PackageOptions(scheduler, config.calendar, day, schedule, config.rollover_hour)
    with context.index(writes=False) as connection:
        # What retired before it ever left is not sent after the others; drafts can not be asked there either.
        news = retired - exported_before(connection)
        kept = [card for card in wanted if card not in news]
        if not kept:
            raise UsageError("no card fits the filter", "lpdeck cards FILTER lists what it finds. Nothing was written.")
        cards = _exported(outgoing(connection, kept, with_history=schedule))
        count = write_package(path, cards, options)
    with context.index(quiet=True) as connection:
        remember_exported(connection, kept, now)
    if json:
        context.out_json({"file": str(path), "notes": count, "schedule": schedule})
        return
    _tell(path, count, schedule=schedule)


def _exported(cards: Iterable[Outgoing]) -> Iterator[Exported]:
    from lpdeck.anki.package import Exported

    return (Exported(one.card, one.changed_ms, one.schedule, one.history) for one in cards)


def _tell(path: Path, count: int, *, schedule: bool) -> None:
    """What was written, and what to tick in Anki."""
    from lpdeck.cli.rendering import plural

    context.out(f"wrote {path} with {plural(count, 'note')}")
    if schedule:
        context.say("At the first import tick “Import any learning progress” and “Import any deck presets”.")
        context.say("Progress travels once, with cards that Anki does not have yet; later imports bring words alone.")
    else:
        context.say(
            "Import it with Anki's own options; imported again it updates the words, your progress there stays."
        )
