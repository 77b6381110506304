"""`lpdeck backup` and `lpdeck restore`, and the backups that commands make by themselves."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck import __version__
from lpdeck.cli import context
from lpdeck.errors import EXIT_FOUND, ConfigError, HomeError, LpdeckError, UsageError

if TYPE_CHECKING:
    from lpdeck.config import Config
    from lpdeck.upkeep.keeping import Clock, Listed
    from lpdeck.upkeep.restoring import FileChange, Plan, Restored

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    for command in (backup, restore):
        app.command()(command)


# lpdeck backup


def backup(
    file: Annotated[
        Optional[Path],  # noqa: UP045 (Typer reads it at run time)
        typer.Argument(metavar="FILE", help="The file to write, or a folder; without it, backups/ in your home."),
    ] = None,
    every: Annotated[bool, typer.Option("--list", help="List the backups of your home.")] = False,
    json: _Json = False,
) -> None:
    """Write decks, answers and options into one file, also while a review runs.

    lpdeck makes one by itself every day on which you study, and before whatever changes much.
    """
    if every:
        if file is not None:
            raise UsageError("--list takes no FILE", "lpdeck backup FILE writes one, lpdeck backup --list shows all.")
        _list(json=json)
        return
    path = _backed_up(file)
    if json:
        context.out_json(_about(path))
    else:
        context.out(_shown(path))


def _backed_up(file: Path | None) -> Path:
    """Makes a backup where the learner wants it; its path. Raises LpdeckError."""
    from lpdeck.upkeep import keeping
    from lpdeck.upkeep.archive import pack

    home, now = context.home(), clock()
    if keeping.is_empty(home):
        raise LpdeckError(
            f"{home.path}: there is nothing to back up yet", "lpdeck import PAGE or lpdeck review begins."
        )
    if file is None:
        return keeping.make(home, now)
    return pack(home, _target(file, now), now.now_ms, version=now.version)


def _target(file: Path, now: Clock) -> Path:
    """The file that a backup may be written to. Raises UsageError."""
    from lpdeck.upkeep.archive import manifest
    from lpdeck.upkeep.rotation import name_of

    path = file.expanduser()
    if path.is_dir():
        path = path / name_of(now.wall)
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: there is no such folder", "Make it first, or choose another.")
    if os.path.lexists(path):
        try:
            manifest(path)
        except HomeError:
            raise UsageError(
                f"{path} is there already and no backup of lpdeck", "Choose another name. Nothing was changed."
            ) from None
    return path


def _about(path: Path) -> dict[str, Any]:
    from lpdeck.upkeep.archive import manifest

    found = manifest(path)
    return {
        "path": str(path),
        "size": path.stat().st_size,
        "decks": found.state.decks,
        "cards": found.state.cards,
        "answers": found.state.answers,
        "made": _iso(found.made_ms),
    }


def _list(*, json: bool) -> None:
    from lpdeck.upkeep.keeping import backups

    found = list(backups(context.home()))
    if json:
        context.out_json([_listed(one) for one in found])
        return
    from lpdeck.cli.cards import table

    if not found:
        context.say("No backups yet: lpdeck backup makes one.")
    table(("backup", "decks", "answers", "size"), [_row(one) for one in found])
    for one in found:
        if one.problem:
            context.say(f"lpdeck: {one.problem}")


def _row(one: Listed) -> tuple[str, str, str, str]:
    if one.problem:
        return one.path.name, "·", "·", "can not be read"
    return one.path.name, f"{one.decks:,}", f"{one.answers:,}", size_of(one.size)


def _listed(one: Listed) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "why": one.why or "asked for",
        "made": one.made.isoformat() if one.made_ms is None else _iso(one.made_ms),
        "size": one.size,
        "decks": one.decks,
        "cards": one.cards,
        "answers": one.answers,
        "problem": one.problem or None,
    }


def size_of(count: int) -> str:
    """A number of bytes as people say it: `1.4 MB`."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{max(round(count / 1e3), 1)} kB"


def _iso(at_ms: int) -> str:
    return _options().calendar.local(at_ms).isoformat(timespec="seconds")


# By themselves


def clock() -> Clock:
    """The moment, with the learner's calendar; that of a config that can not be read is the default."""
    from lpdeck.upkeep.keeping import Clock

    return Clock(context.now_ms(), _options().calendar, __version__)


def _options() -> Config:
    from lpdeck.config import Config

    try:
        return context.config()
    except ConfigError:
        return Config()


def before(why: str) -> Path | None:
    """Makes the backup before a change, `why` in a word: `import`. Raises HomeError; then nothing may be changed."""
    from lpdeck.upkeep import keeping

    _announce()
    return keeping.before(context.home(), clock(), why)


def _announce() -> None:
    """Says for what the learner waits, where a backup takes longer than a moment."""
    if _is_large(context.home().database):
        context.say("Making a backup first ...")


def _is_large(database: Path) -> bool:
    return database.exists() and database.stat().st_size > LARGE


LARGE = 32 << 20
"""A database larger than this (bytes) is backed up by a process that nobody waits for."""

_IN_PEACE = "from lpdeck.cli.keeping import daily_in_peace; daily_in_peace()"


def daily() -> None:
    """Makes the backup of the study day if it has none; where that fails, says so and goes on."""
    from lpdeck.upkeep import keeping

    try:
        home, now = context.home(), clock()
        if not keeping.is_daily_wanted(home, now):
            return
        if _is_large(home.database):
            _leave_to_another()
        else:
            keeping.daily(home, now)
    except LpdeckError as error:
        context.say(f"lpdeck: no daily backup was made: {error.what}")
    except OSError as error:
        context.say(f"lpdeck: no daily backup was made: {error.filename}: {error.strerror}")


def _leave_to_another() -> None:
    """Starts a process that makes the daily backup after this one has ended."""
    import subprocess

    subprocess.Popen(
        [sys.executable, "-c", _IN_PEACE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        env={**os.environ, "LPDECK_HOME": str(context.home().path)},
    )


def daily_in_peace() -> None:
    """Makes the daily backup in a process of its own, behind whatever the learner does. Raises HomeError."""
    from lpdeck.upkeep import keeping

    os.nice(10)
    keeping.daily(context.home(), clock())


# lpdeck restore


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup; its name is enough for one in backups/.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    json: _Json = False,
) -> None:
    """Bring decks and options back to what a backup has, and every answer in it.

    What you answered since stays. The home as it is goes into a backup first, from which all can be taken back.
    """
    from lpdeck.upkeep.restoring import plan_restore

    home, path = context.home(), _backup_named(file)
    plan = plan_restore(home, path)
    if not json:
        for line in _said(plan):
            context.out(_shown(line))
    if plan.changes_nothing or dry_run:
        if json:
            context.out_json(_plan_data(plan, dry_run=dry_run))
        elif plan.changes_nothing:
            context.say("Nothing would change." if dry_run else "Nothing was changed.")
        return
    if not yes and plan.contents is not None:
        context.say("What is here now is kept in a backup first.")
    context.agree_or_stop(_question(plan), yes=yes)
    kept, done = _restore(plan)
    if json:
        context.out_json(_plan_data(plan, dry_run=False) | _done_data(kept, done))
    else:
        _say_done(plan, kept, done)
    if done.united and done.united.refused:
        raise typer.Exit(EXIT_FOUND)


def _backup_named(file: Path) -> Path:
    """A backup by its path, or by its name in `backups/`. Raises UsageError."""
    path = file.expanduser()
    for found in (path, context.home().backups / path.name if path.name == str(file) else path):
        if found.is_file():
            return found.absolute()
    if path.is_dir():
        raise UsageError(f"{file} is a folder", "Name a backup: lpdeck backup --list shows those of your home.")
    raise UsageError(f"{file}: there is no such file", "lpdeck backup --list shows the backups of your home.")


def _restore(plan: Plan) -> tuple[Path | None, Restored]:
    """Keeps the home as it is and does what the plan says; where it is kept, and what was done."""
    from lpdeck.upkeep import keeping
    from lpdeck.upkeep.restoring import restore as restored

    home, now = context.home(), clock()
    usable = plan.condition.is_usable
    _announce()
    kept = keeping.before(home, now, "restore", with_database=usable, spare=frozenset({plan.path.name}))
    done = restored(home, plan, _options().scheduler, f"{now.wall:%Y%m%d-%H%M%S}")
    with context.index():
        pass
    return kept, done


_SIGNS = {"added": "+", "changed": "~", "gone": "-"}


def _said(plan: Plan) -> Iterator[str]:
    """What a plan would change, in lines."""
    from lpdeck.cli.rendering import plural

    yield plan.path.name
    yield from _origin(plan)
    trouble = _trouble(plan)
    if trouble:
        yield f"  database   {trouble}"
    if plan.contents is None:
        yield "  decks      none in this file: it is a bare database"
    else:
        yield f"  decks      {_counts(plan)}"
        names = _width(one.deck for one in plan.decks)
        yield from (f"    {_SIGNS[one.change]} {one.deck:<{names}}  {_cards(one)}" for one in plan.decks)
        aside = [one for one in plan.files if one not in plan.decks]
        if aside:
            yield f"  removed    {plural(len(aside), 'deck')} of starters set aside: as in the backup"
        yield f"  options    {len(plan.options) or 'none'} changed" + (
            "" if plan.options or not plan.rewrites_config else ", but the file is another"
        )
        names = _width(option.name for option in plan.options)
        yield from (f"    {one.name:<{names}}  {_value(one.before)} -> {_value(one.after)}" for one in plan.options)
    yield f"  answers    {_answers(plan)}"


def _origin(plan: Plan) -> Iterator[str]:
    """When and where a backup was made."""
    if plan.contents is not None:
        made: datetime = _options().calendar.local(plan.contents.made_ms)
        device = f" on {plan.contents.device_name}" if plan.contents.device_name else ""
        yield f"  made       {made.day} {made:%B %Y, %H:%M}{device}"


def _width(names: Iterable[str]) -> int:
    """The width of a column of names."""
    return max(map(len, names), default=0)


def _answers(plan: Plan) -> str:
    from lpdeck.cli.rendering import plural

    come = f"{plan.come:,} come back" if plan.come else "none comes: all that it has are here"
    come += f"; {plural(plan.marks, 'mark')} {'comes' if plan.marks == 1 else 'come'} too" if plan.marks else ""
    return f"{come}; the {plan.stay:,} that only this home has stay" if plan.stay else come


_TROUBLES = {
    "missing": "there is none here",
    "damaged": "damaged: moves to backups/, what can be read of it stays",
    "newer": "of a newer lpdeck: moves to backups/ with its answers",
}


def _trouble(plan: Plan) -> str:
    return _TROUBLES.get(plan.condition.value, "")


def _counts(plan: Plan) -> str:
    counts = [(change, sum(one.change == change for one in plan.decks)) for change in _SIGNS]
    parts = [f"{count} {change}" for change, count in counts if count]
    return ", ".join([*parts, f"{plan.same} as they are"] if plan.same or not parts else parts)


def _cards(one: FileChange) -> str:
    from lpdeck.cli.rendering import plural

    if one.after is None:
        return plural(one.before or 0, "card")
    count = plural(one.after, "card")
    return count if one.before in (None, one.after) else f"{count}, now {one.before}"


def _value(value: Any) -> str:
    return "not set" if value is None else str(value)


def _question(plan: Plan) -> str:
    from lpdeck.cli.rendering import plural

    if plan.contents is None:
        return f"{plural(plan.come + plan.marks, 'entry', 'entries')} will come into the log."
    files = plural(len(plan.files), "deck file") if plan.files else ""
    options = "the options" if plan.rewrites_config else ""
    replaced = " and ".join(part for part in (files, options) if part)
    return f"{replaced or 'the log'} will change.".capitalize()


def _say_done(plan: Plan, kept: Path | None, done: Restored) -> None:
    from lpdeck.cli.rendering import plural

    added = done.united.added if done.united else 0
    came = f"; {plural(added, 'entry', 'entries')} came into the log" if added else ""
    context.out(f"restored {_shown(plan.path.name)}{came}")
    refused: Sequence[str] = done.united.refused if done.united else ()
    for why in refused[:5]:
        context.say(f"lpdeck: {why}")
    if len(refused) > 5:
        context.say(f"... and {len(refused) - 5} more were refused.")
    if done.moved is not None:
        context.say(f"The database that was here is kept as {done.moved}")
    if kept is not None:
        context.say(f"To go back: lpdeck restore {shlex.quote(str(kept))}")


def _plan_data(plan: Plan, *, dry_run: bool) -> dict[str, Any]:
    return {
        "file": str(plan.path),
        "made": None if plan.contents is None else _iso(plan.contents.made_ms),
        "dry_run": dry_run,
        "database": plan.condition.value,
        "decks": [
            {"deck": one.deck, "change": one.change, "before": one.before, "after": one.after} for one in plan.decks
        ],
        "removed": [one.deck for one in plan.files if one not in plan.decks],
        "options": [_plain(vars(one)) for one in plan.options],
        "answers": {"come": plan.come, "stay": plan.stay},
        "marks": {"come": plan.marks},
    }


def _plain(value: Any) -> Any:
    """A value of a config file as JSON has it; dates are texts."""
    import json

    return json.loads(json.dumps(value, default=str))


def _done_data(kept: Path | None, done: Restored) -> dict[str, Any]:
    return {
        "added": done.united.added if done.united else 0,
        "refused": list(done.united.refused) if done.united else [],
        "moved": None if done.moved is None else str(done.moved),
        "before": None if kept is None else str(kept),
    }


def _shown(text: object) -> str:
    from lpdeck.cli.rendering import shown

    return shown(str(text))
