"""`lpdeck doctor`: what is wrong with a home, and mending it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lpdeck.cli import context
from lpdeck.errors import EXIT_FOUND, ConfigError, UsageError

if TYPE_CHECKING:
    from lpdeck.cli.rendering import Painter
    from lpdeck.config import Config
    from lpdeck.upkeep.doctor import Mended
    from lpdeck.upkeep.finding import Check, Examined, Finding
    from lpdeck.upkeep.keeping import Clock

# By the word of a level: its sign and its colour.
_SIGNS = {"ok": ("✓", "right"), "note": ("!", "warning"), "found": ("✗", "wrong"), "skipped": ("-", "dim")}
_NO_END = 100_000
_WIDEST = max(map(len, _SIGNS))


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(doctor)


def doctor(
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended, after a backup.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what --fix would mend, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look whether everything is well: database, log, schedules, decks, index, backups, permissions.

    Exits with 1 where something is wrong that was not mended.
    """
    from lpdeck.upkeep.doctor import examine, fixable, is_well

    home, options = context.home(), _options()
    if not home.path.is_dir():
        _show_nothing(json=json)
        return
    clock = _clock(options)
    found = examine(home, clock, options.scheduler)
    todo = fixable(found)
    done: list[Mended] = []
    if not json:
        _show(found)
    if dry_run and todo and not json:
        _show_todo(todo)
    if fix and todo and not dry_run:
        _agree(todo, yes=yes, json=json)
        found = _mend(found, clock, options, done, json=json)
    if json:
        context.out_json({"checks": list(map(_check_data, found)), "mended": list(map(_mended_data, done))})
    else:
        _show_end(found, len(done), hint=not (fix or dry_run))
    if not is_well(found):
        raise typer.Exit(EXIT_FOUND)


def _options() -> Config:
    """The learner's options; the defaults where they can not be read, which a check tells."""
    from lpdeck.config import Config

    try:
        return context.config()
    except ConfigError:
        return Config()


def _clock(options: Config) -> Clock:
    from lpdeck import __version__
    from lpdeck.upkeep.keeping import Clock

    return Clock(context.now_ms(), options.calendar, __version__)


def _show_nothing(*, json: bool) -> None:
    if json:
        context.out_json({"checks": [], "mended": []})
    else:
        context.out(f"{context.home().path} does not exist yet: there is nothing to look at.")


def _agree(todo: list[tuple[Check, Finding]], *, yes: bool, json: bool) -> None:
    from lpdeck.cli.rendering import plural

    if json and not yes:
        raise UsageError("--fix with --json asks nobody", "Repeat the command with --yes. Nothing was changed.")
    context.agree_or_stop(f"{plural(len(todo), 'thing')} will be mended, after a backup.", yes=yes)


def _mend(found: list[Examined], clock: Clock, options: Config, done: list[Mended], *, json: bool) -> list[Examined]:
    """Makes a backup and mends; what the checks find then."""
    from lpdeck.upkeep.doctor import mend
    from lpdeck.upkeep.finding import Level
    from lpdeck.upkeep.keeping import is_empty, make

    home = context.home()
    is_sound = all(one.level is not Level.FOUND for one in found if one.check.name == "database")
    if not is_empty(home):
        backup = make(home, clock, "before-doctor", with_database=is_sound)
        context.say(f"Backup: {backup}")

    def tell(one: Mended) -> None:
        done.append(one)
        if not json:
            _show_mended(one)

    return mend(home, clock, options.scheduler, tell)


# Showing


def _painter() -> Painter:
    from lpdeck.cli.rendering import MEASURE, Painter

    # In a pipe a path that is to be copied stays on its line.
    width = min(context.width(), MEASURE) if sys.stdout.isatty() else _NO_END
    return Painter(width=width, colour=context.colour())


def _head(level: str, text: str, painter: Painter) -> str:
    sign, style = _SIGNS[level]
    return f"{painter.style(f'{sign} {level.ljust(_WIDEST)}', style)}  {text}"


def _show(found: list[Examined]) -> None:
    painter = _painter()
    for one in found:
        name = f"{one.check.name} (needs a sound database)" if one.is_skipped else one.check.name
        context.out(_head(one.level, name, painter))
        for finding in one.findings:
            _show_lines(finding.what, painter, None)
            _show_lines(finding.advice, painter, "dim", indent=6)


def _show_lines(text: str, painter: Painter, style: str | None, indent: int = 4) -> None:
    from lpdeck.cli.rendering import wrapped

    for line in wrapped(text, painter.width - indent) if text else ():
        context.out(" " * indent + painter.style(line, style))


def _show_todo(todo: list[tuple[Check, Finding]]) -> None:
    from collections import Counter

    from lpdeck.cli.rendering import plural

    counts = Counter(check.name for check, _ in todo)
    named = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in counts.items())
    context.out("")
    _show_lines(f"--fix would mend {plural(len(todo), 'thing')}: {named}. Nothing was changed.", _painter(), None, 0)


def _show_mended(one: Mended) -> None:
    painter = _painter()
    level, word = ("found", "not mended") if one.failed else ("ok", "mended")
    sign, style = _SIGNS[level]
    context.out(f"{painter.style(f'{sign} {word}', style)}  {one.check}")
    _show_lines(one.did, painter, None)


def _show_end(found: list[Examined], mended: int, *, hint: bool) -> None:
    from lpdeck.cli.rendering import plural
    from lpdeck.upkeep.doctor import fixable, is_well
    from lpdeck.upkeep.finding import Level

    painter = _painter()
    left = [finding for one in found for finding in one.findings if not finding.is_note]
    context.out("")
    if mended:
        for one in found:
            if one.level is Level.FOUND:
                context.out(_head(one.level, one.check.name, painter))
                for finding in one.findings:
                    _show_lines(finding.what, painter, None)
                    _show_lines(finding.advice, painter, "dim", indent=6)
    if is_well(found):
        text = "All is well." if not mended else "All is well now."
        _show_lines(text, painter, "right", indent=0)
        return
    mendable = sum(not finding.is_note for _, finding in fixable(found))
    text = f"{plural(len(left), 'thing')} found" + (" and left" if mended else "") + "."
    if mendable and hint:
        text += f" lpdeck doctor --fix mends {_so_many(mendable, len(left))}."
    _show_lines(text, painter, None, indent=0)


def _so_many(mendable: int, all_: int) -> str:
    if mendable < all_:
        return f"{mendable} of them"
    return "it" if all_ == 1 else "them"


# As data


def _check_data(one: Examined) -> dict[str, Any]:
    return {"check": one.check.name, "level": one.level.value, "findings": list(map(_finding_data, one.findings))}


def _finding_data(finding: Finding) -> dict[str, Any]:
    return {
        "what": finding.what,
        "advice": finding.advice,
        "place": None if finding.place is None else str(finding.place),
        "fixable": finding.mend is not None,
        "note": finding.is_note,
    }


def _mended_data(one: Mended) -> dict[str, Any]:
    return {"check": one.check, "what": one.finding.what, "did": one.did, "failed": one.failed}
