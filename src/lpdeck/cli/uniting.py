"""`lpdeck unite`: what another computer knows comes into this home."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lpdeck.cli import context
from lpdeck.errors import EXIT_DONE, EXIT_FOUND

if TYPE_CHECKING:
    from lpdeck.deck.model import Card
    from lpdeck.deck.uniting import Change
    from lpdeck.upkeep.uniting import Done, Plan

_TOLD = 20


def add_to(app: typer.Typer) -> None:
    """Adds this command."""
    app.command()(unite)


def unite(
    other: Annotated[
        Path,
        typer.Argument(metavar="OTHER", help="A home folder, a backup, a database or a deck file of another computer."),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take what you did on another computer into this home: answers, schedules, cards.

    OTHER is read and never written. Run it on both computers, in either order, as often as you like: they know the
    same then. Your home as it is goes into a backup first.
    """
    from lpdeck.upkeep import uniting

    home, settings = context.home(), context.config().scheduler
    with uniting.opened(other.expanduser(), home) as found:
        context.ready_home()
        with context.index(quiet=True, writes=False):
            pass
        plan = uniting.plan_unite(home, found, settings)
        if not json:
            _show(plan)
        if dry_run:
            if json:
                context.out_json(_data(plan, dry_run=True))
            raise typer.Exit(_code(plan))
        kept = _agreed(plan, yes=yes)
        done = uniting.apply(home, plan, settings)
        with context.index():
            pass
        uniting.remember(home, plan)
    if json:
        context.out_json(_data(plan, dry_run=False) | _done_data(kept, done))
    elif not plan.changes_nothing:
        _say_done(plan, kept, done)
    raise typer.Exit(_code(plan, done))


def _code(plan: Plan, done: Done | None = None) -> int:
    """The exit code: whether something of the other was refused or left out."""
    refused = plan.log.refused if plan.log else ()
    is_found = plan.other.told or plan.joining.left_out or refused or (done is not None and done.left)
    return EXIT_FOUND if is_found else EXIT_DONE


def _agreed(plan: Plan, *, yes: bool) -> Path | None:
    """Goes on where there is something to do and the learner agrees; the backup that was made then.

    Raises LpdeckError.
    """
    from lpdeck.cli.keeping import before

    if plan.changes_nothing:
        return None
    context.agree_or_stop("This home will change; as it is now it is kept in a backup.", yes=yes)
    return before("unite")


# Shown before


def _show(plan: Plan) -> None:
    from lpdeck.cli.rendering import shown

    for line in _said(plan):
        context.out(shown(line).replace("\n", " "))
    for told in (*plan.other.told, *_left_out(plan), *_warnings(plan)):
        context.say(f"lpdeck: {told}")
    if plan.log is not None:
        _say_some(plan.log.refused, "were refused")


def _said(plan: Plan) -> Iterator[str]:
    from lpdeck.cli.rendering import plural
    from lpdeck.deck.uniting import Fate

    if plan.changes_nothing:
        yield f"{plan.other.path}: everything in it is here already."
        return
    yield f"{plan.other.path}"
    log, joining = plan.log, plan.joining
    if log is not None:
        for device, count in sorted(log.by_device.items(), key=lambda pair: (-pair[1], pair[0])):
            yield f"  {_entries(log.answers.get(device, 0), count)} from {log.names.get(device, device)}"
        if log.schedules:
            yield f"  {plural(len(log.schedules), 'schedule')} computed anew"
        for name in log.weights:
            yield f"  the weights {name}"
    yield from _listed(joining.of(Fate.COMES), "comes", "come")
    yield from _listed(joining.of(Fate.CHANGES), "changes", "change")
    yield from _listed(joining.of(Fate.LEAVES), "was deleted there", "were deleted there")
    heads = {*joining.decks, *joining.aside} - {change.deck for change in joining.changes}
    for name in sorted(heads):
        yield f"  {name}: title, principles, pages or deleted cards"


def _entries(answers: int, events: int) -> str:
    """How many answers there are among some events, and how much else, as a learner says it."""
    from lpdeck.cli.rendering import plural

    counts = ((answers, "answer"), (events - answers, "mark"))
    return " and ".join(plural(count, noun) for count, noun in counts if count)


def _listed(changes: list[Change], does: str, do: str) -> Iterator[str]:
    from lpdeck.cli.rendering import plural

    if changes:
        yield f"  {plural(len(changes), 'card')} {does if len(changes) == 1 else do}"
    for change in changes[:_TOLD]:
        yield from _placed(change, context.width())
    if len(changes) > _TOLD:
        yield f"    ... and {len(changes) - _TOLD:,} more: --dry-run --json lists all"


def _placed(change: Change, width: int) -> Iterator[str]:
    """A change on one line if that has room in `width` cells; else what it does on lines below the card."""
    from lpdeck.cli.rendering import cut

    found = list(_in_short(change, width - 6))
    line = f"    {change.card}   {'; '.join(found)}"
    if cut(line, width) == line:
        yield line
        return
    yield f"    {change.card}"
    yield from (f"      {cut(one, width - 6)}" for one in found)


def _in_short(change: Change, width: int) -> Iterator[str]:
    """What a change does to the words of a card, each in about `width` cells."""
    from lpdeck.cli.rendering import cut
    from lpdeck.deck.model import words_of

    if change.before is None or change.after is None:
        card = change.after or change.before
        assert card is not None
        yield cut(" ".join(words_of(card.fields).split()), min(width, 60))
        return
    for name, old, new in _differences(change.before, change.after, width):
        yield f"{name}: {old} → {new}"


def _differences(before: Card, after: Card, width: int) -> Iterator[tuple[str, str, str]]:
    """The names of what differs between two forms, with the old and the new value in short."""
    from lpdeck.deck.toml import card_table

    old, new = card_table(before), card_table(after)
    for name in {**old, **new}:
        if old.get(name) != new.get(name) and name not in ("from", "imported", "id"):
            room = min(max((width - len(name) - 5) // 2, 12), _SHORT)
            yield (name, *_apart(_text(old.get(name)), _text(new.get(name)), room))


def _text(value: Any) -> str:
    found = " · ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return " ".join(found.split())


_SHORT = 36


def _apart(old: str, new: str, room: int) -> tuple[str, str]:
    """Two texts cut to where they part, each to `room` cells."""
    from lpdeck.cli.rendering import cut

    parted = (place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    same = next(parted, min(len(old), len(new)))
    start = max(same - room // 3, 0) if max(len(old), len(new)) > room else 0
    first, second = (f"{'…' if start else ''}{text[start:]}" for text in (old, new))
    return cut(first, room) or "nothing", cut(second, room) or "nothing"


def _left_out(plan: Plan) -> Iterator[str]:
    from lpdeck.cli.rendering import plural

    decks = plan.joining.left_out.values()
    for deck in sorted(set(decks)):
        count = sum(name == deck for name in decks)
        yield f"{deck}.toml can not be read here: {plural(count, 'card')} left as is (lpdeck check says why)"


def _warnings(plan: Plan) -> Iterator[str]:
    if plan.log is None and plan.other.kind != "deck":
        yield "there is no database in it: only its decks are united"
    if not plan.other.shelf.decks:
        yield "there are no decks in it: only its log is united"
    if plan.log is not None and plan.log.latest_ms > context.now_ms() + 86_400_000:
        moment = context.config().calendar.local(plan.log.latest_ms)
        ahead = f"an answer or a mark comes from the future ({moment:%Y-%m-%d})"
        yield f"{ahead}: look at the other computer's clock, or at yours"
    if plan.log is not None and plan.log.copied:
        yield "both homes acted in the name of one computer: from now on this one has a name of its own"


def _say_some(told: Iterable[str], what: str, most: int = 5) -> None:
    told = list(told)
    for one in told[:most]:
        context.say(f"lpdeck: {one}")
    if len(told) > most:
        context.say(f"... and {len(told) - most:,} more {what}: --json lists them.")


# Shown after


def _say_done(plan: Plan, kept: Path | None, done: Done) -> None:
    from lpdeck.cli.rendering import plural, shown

    answers = sum(plan.log.answers.values()) if plan.log else 0
    parts = [
        _entries(answers, done.united.added) if done.united and done.united.added else "",
        plural(len(done.written), "deck file") if done.written else "",
    ]
    what = ", ".join(part for part in parts if part)
    context.out(shown(f"united with {plan.other.path.name}{': ' if what else ''}{what}"))
    for left in done.left:
        context.say(f"lpdeck: {left}; run this again.")
    if kept is not None:
        context.say(f"To go back: lpdeck restore {shlex.quote(str(kept))}")
    if plan.other.kind == "deck" and plan.other.path.parent == context.home().decks and not done.left:
        context.say(f"The copy has told all it knew: delete {plan.other.path}")


def _data(plan: Plan, *, dry_run: bool) -> dict[str, Any]:
    log = plan.log
    return {
        "other": str(plan.other.path),
        "kind": plan.other.kind,
        "dry_run": dry_run,
        "changes_nothing": plan.changes_nothing,
        "events": {
            "added": log.added if log else 0,
            "known": log.known if log else 0,
            "devices": [
                {
                    "id": device,
                    "name": log.names.get(device, device),
                    "events": count,
                    "answers": log.answers.get(device, 0),
                }
                for device, count in (log.by_device.items() if log else ())
            ]
            if log
            else [],
            "refused": list(log.refused) if log else [],
        },
        "weights": list(log.weights) if log else [],
        "schedules": sorted(log.schedules) if log else [],
        "cards": [_change_data(change) for change in plan.joining.changes],
        "decks": sorted({*plan.joining.decks, *plan.joining.aside}),
        "left_out": dict(plan.joining.left_out),
        "problems": list(plan.other.told),
        "warnings": list(_warnings(plan)),
    }


def _change_data(change: Change) -> dict[str, Any]:
    from lpdeck.deck.toml import card_table

    return {
        "id": change.card,
        "deck": change.deck,
        "change": change.fate.value,
        "before": card_table(change.before) if change.before else None,
        "after": card_table(change.after) if change.after else None,
    }


def _done_data(kept: Path | None, done: Done) -> dict[str, Any]:
    return {
        "backup": str(kept) if kept else None,
        "written": [str(path) for path in done.written],
        "left": list(done.left),
    }
