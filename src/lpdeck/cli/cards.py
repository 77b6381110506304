"""`lpdeck decks`, `cards`, `show`, `edit`, `rename`, `delete`: the learner's own files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.choosing import FILTER, filter_of
from lpdeck.cli.completion import (
    complete_card,
    complete_card_or_deck,
    complete_deck,
    complete_kind,
    complete_principle,
)
from lpdeck.deck.model import words_of
from lpdeck.errors import UsageError

if TYPE_CHECKING:
    from lpdeck.config import Config
    from lpdeck.scheduling import Schedule
    from lpdeck.store.hot import HotStore, StoredCard

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    for command in (decks, cards, show, edit, rename, delete):
        app.command()(command)


def decks(json: _Json = False) -> None:
    """List the decks with their cards."""
    from lpdeck.store.index import deck_rows

    context.ready_home()
    with context.index(writes=False) as connection:
        rows = deck_rows(connection)
    if json:
        context.out_json([dict(row._mapping) | {"principles": row.principles.split()} for row in rows])
        return
    if not rows:
        context.say("No decks yet: lpdeck import PAGE, or lpdeck review for the starter decks.")
    table(
        ("deck", "cards", "drafts", "title"),
        [(row.name, str(row.cards), str(row.drafts or "·"), row.problem or row.title) for row in rows],
    )


def cards(
    words: FILTER = None,
    deck: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--deck", metavar="NAME", help="Only cards of a deck.", autocompletion=complete_deck),
    ] = None,
    principle: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--principle", metavar="P", help="Only of a principle.", autocompletion=complete_principle),
    ] = None,
    kind: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--kind", metavar="KIND", help="Only of a kind.", autocompletion=complete_kind),
    ] = None,
    json: _Json = False,
) -> None:
    """List the cards that pass a filter; the options are short for deck:, principle: and kind:."""
    from lpdeck.cli.importing import principle_slug
    from lpdeck.deck.model import KINDS
    from lpdeck.filters import EVERYTHING, Has, both

    if kind is not None and kind not in KINDS:
        raise UsageError(f'there is no kind "{kind}"', f"There are {', '.join(KINDS)}.")
    named = {"deck": deck, "principle": principle_slug(principle), "kind": kind}
    chosen = both(filter_of(words) or EVERYTHING, *(Has(name, value) for name, value in named.items() if value))
    options = context.config()
    context.ready_home()
    with context.hot_store() as store:
        if deck is not None:
            deck_path(deck)
        day = options.calendar.day_of(context.now_ms())
        found = store.cards_with(store.find(chosen, day, store.scheduler(options.scheduler)))
    if json:
        context.out_json([_listed(card, schedule) for card, schedule in found])
        return
    if not found:
        context.say("No card fits.")
    table(
        ("id", "state", "text"),
        [(card.id, _state_word(card, schedule), words_of(card.fields)) for card, schedule in found],
    )


def _listed(card: StoredCard, schedule: Schedule) -> dict[str, Any]:
    return {
        "id": card.id,
        "deck": card.deck,
        "kind": card.kind,
        "principles": list(card.principles),
        "state": _state_word(card, schedule),
        "fields": card.fields,
        "note": card.note,
        "tags": list(card.tags),
        "flag": schedule.flag,
        "due_day": schedule.due_day,
        "reps": schedule.reps,
        "lapses": schedule.lapses,
    }


def _state_word(card: StoredCard, schedule: Schedule) -> str:
    if card.retired:
        return "retired"
    if card.draft:
        return "draft"
    if schedule.suspended:
        return "suspended"
    return schedule.state.name.lower() if schedule.state else "new"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they need to be; the last one is cut at the terminal's edge."""
    from rich.cells import cell_len

    from lpdeck.cli.rendering import Painter, cut, shown

    if not rows:
        return
    painter = Painter(width=context.width(), colour=context.colour())
    texts = [[shown(cell).replace("\n", " ") for cell in row] for row in rows]
    sizes = [max(cell_len(row[index]) for row in [list(heads), *texts]) for index in range(len(heads) - 1)]
    piped = not context.colour() and not os.isatty(1)

    def line(cells: Sequence[str]) -> str:
        ahead = "".join(cell + " " * (size - cell_len(cell) + 2) for cell, size in zip(cells, sizes, strict=False))
        text = ahead + cells[-1]
        return text if piped else cut(text, painter.width)

    context.out(painter.style(line(heads), "dim"))
    for row in texts:
        context.out(line(row))


# One card


def show(card: Annotated[str, typer.Argument(metavar="ID", autocompletion=complete_card)], json: _Json = False) -> None:
    """Show a card with its schedule and history."""
    options = context.config()
    context.ready_home()
    with context.hot_store() as store:
        found = _card(store, card)
        if json:
            context.out_json(_card_data(store, found))
            return
        _show_card(store, found, options)


def _card(store: HotStore, card: str) -> StoredCard:
    """A card by its id, or by an unmistakable end of it. Raises UsageError."""
    found = store.card(card)
    if found is not None:
        return found
    ids = store.ids_like(card)
    if len(ids) == 1:
        only = store.card(ids[0])
        assert only is not None
        return only
    if ids:
        raise UsageError(f'"{card}" could be {", ".join(ids[:5])}', "Write the whole id.")
    raise UsageError(f'there is no card "{card}"', "lpdeck cards lists all; lpdeck cards WORD finds some.")


def _card_data(store: HotStore, card: StoredCard) -> dict[str, Any]:
    schedule = store.schedule(card.id)
    return {
        **card._asdict(),
        "file": str(context.home().decks / f"{card.deck}.toml"),
        "schedule": schedule._asdict()
        | {
            "state": schedule.state.name.lower() if schedule.state else "new",
            "memory": schedule.memory._asdict() if schedule.memory else None,
        },
        "history": [event._asdict() | {"detail": dict(event.detail)} for event in store.events_of(card.id)],
    }


def _show_card(store: HotStore, card: StoredCard, options: Config) -> None:
    from lpdeck.cli import faces
    from lpdeck.cli.history import event_line, place, schedule_lines
    from lpdeck.cli.rendering import Painter
    from lpdeck.review.drills import Drill, Exercise

    painter = Painter(width=min(context.width(), 100), colour=context.colour())
    schedule = store.schedule(card.id)
    context.out(painter.row(faces.heading(card, schedule.flag), place(card)))
    context.out(painter.style(card.id, "dim"))
    context.out("")
    if card.draft:
        context.out(painter.style("a draft: it is not asked until it is complete", "warning"))
        context.out("")
        fields = [faces.Block(faces.Role.TEXT, _field_text(value), name) for name, value in card.fields.items()]
        lines = painter.face(fields)
    else:
        options_shown = tuple(card.fields.get("options", ()))
        right = options_shown.index(card.fields["answer"]) if options_shown else None
        shown = Exercise(Drill.QUIZ, options_shown, right) if options_shown else Exercise()
        front = faces.front(card, shown, [])
        lines = [*painter.face(front), painter.rule(), *painter.face(faces.back(card, shown))]
    for line in lines:
        context.out(line)
    context.out("")
    now = context.now_ms()
    recall = store.scheduler(options.scheduler).recall(schedule, options.calendar.day_of(now))
    for line in [*schedule_lines(schedule, recall, options, now), *_look(store, schedule, now)]:
        context.out(line)
    for event in store.events_of(card.id):
        context.out(painter.style(event_line(event, options), "dim"))


def _look(store: HotStore, schedule: Schedule, now_ms: int) -> list[str]:
    """When the plan for an interview asks a card, if that is before it is due."""
    from lpdeck.cli.evenings import at_level, todays_queue
    from lpdeck.cli.rendering import day_name

    options = at_level(None)
    day = options.calendar.day_of(now_ms)
    if options.plan_on(day) is None or schedule.memory is None or schedule.due_day is None:
        return []
    evening = todays_queue(store, options).evening
    look = None if evening is None else evening.next_look(schedule.memory.stability, day)
    if look is None or look >= schedule.due_day:
        return []
    return [f"the plan for the interview asks it about {day_name(look, day).removeprefix('on ')}"]


def _field_text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def edit(card: Annotated[str, typer.Argument(metavar="ID", autocompletion=complete_card)]) -> None:
    """Open your editor at a card."""
    context.ready_home()
    with context.hot_store() as store:
        found = _card(store, card)
    from lpdeck.cli.editor import open_editor

    path = context.home().decks / f"{found.deck}.toml"
    before = path.read_bytes()
    open_editor(path, found.line)
    if path.read_bytes() == before:
        context.say("Nothing was changed.")
        return
    with context.index():
        pass
    with context.hot_store() as store:
        after = store.card(found.id)
    if after is None:
        context.say(f'The card "{found.id}" is no longer in the file; its schedule is kept.')
    elif after != found:
        context.say(f"{found.id} changed; its schedule stays.")


# Decks


def deck_path(name: str) -> Path:
    """The file of a deck. Raises UsageError naming the nearest one."""
    from difflib import get_close_matches

    from lpdeck.deck.folder import deck_paths

    path = context.home().decks / f"{name}.toml"
    if path.is_file():
        return path
    near = get_close_matches(name, [one.stem for one in deck_paths(path.parent)], n=1, cutoff=0.0)
    raise UsageError(f'there is no deck "{name}"', f"The nearest is {near[0]}." if near else "lpdeck decks lists all.")


def rename(
    deck: Annotated[str, typer.Argument(metavar="DECK", autocompletion=complete_deck)],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new name: letters, digits and dashes.")],
) -> None:
    """Rename a deck; its cards keep their ids and schedules."""
    from lpdeck.deck.folder import slug

    path = deck_path(deck)
    target = path.with_name(f"{slug(name)}.toml")
    if target.exists():
        raise UsageError(f'there is a deck "{target.stem}" already', "Choose another name. Nothing was changed.")
    _refuse_with_copies(path)
    with context.index(quiet=True, writes=False):
        pass  # a home that can not be used is found before anything is renamed
    os.rename(path, target)
    with context.index():
        pass
    context.out(f"{deck} is now {target.stem}")


def delete(
    name: Annotated[str, typer.Argument(metavar="DECK|ID", autocompletion=complete_card_or_deck)],
    yes: _Yes = False,
    dry_run: _DryRun = False,
) -> None:
    """Delete a deck, or one card that shall never come back. A copy goes to backups/, schedules stay."""
    from lpdeck.deck.folder import load, save

    context.ready_home()
    with context.hot_store() as store:
        is_deck = (context.home().decks / f"{name}.toml").is_file()
        card = None if is_deck or not ("/" in name or store.ids_like(name)) else _card(store, name)
    if card is None:
        _delete_deck(deck_path(name), yes=yes, dry_run=dry_run)
        return
    path = context.home().decks / f"{card.deck}.toml"
    if dry_run:
        context.out(f"would delete {card.id} from {path}")
        return
    context.agree_or_stop(f"{card.id} leaves {card.deck} and no import brings it back.", yes=yes)
    kept = keep(path)
    save(path, load(path).deck.without_card(card.id))
    with context.index():
        pass
    context.out(f"deleted {card.id}; the deck as it was is {kept}")


def _refuse_with_copies(path: Path) -> None:
    """Raises UsageError where a synced folder left a copy of a deck, which would be a deck were this one gone."""
    from lpdeck.deck.copies import copies_of
    from lpdeck.deck.folder import conflict_paths

    names = copies_of(path.name, [one.name for one in (path, *conflict_paths(path.parent))])
    if names:
        advice = f'First make one of the two: lpdeck unite "{path.with_name(names[0])}", then move the copy away.'
        raise UsageError(f"beside {path.name} stands a conflict copy of it: {names[0]}", advice)


def _delete_deck(path: Path, *, yes: bool, dry_run: bool) -> None:
    from lpdeck.cli.keeping import before
    from lpdeck.cli.rendering import plural
    from lpdeck.deck.toml import card_lines

    _refuse_with_copies(path)
    count = plural(len(card_lines(path.read_text(encoding="utf-8", errors="replace"))), "card")
    if dry_run:
        context.out(f"would delete {path} with {count}")
        return
    context.agree_or_stop(f"{path.stem} goes with {count}; their schedules stay.", yes=yes)
    before("delete")
    kept = keep(path)
    path.unlink()
    with context.index():
        pass
    context.out(f"deleted {path.stem}; the file is kept as {kept}")


def keep(path: Path) -> Path:
    """A copy of a deck file in backups/."""
    from datetime import datetime

    from lpdeck.deck.folder import write_atomically
    from lpdeck.store.hot import make_private_folder

    folder = context.home().backups
    make_private_folder(folder)
    target = folder / f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}.toml"
    write_atomically(target, path.read_text(encoding="utf-8", errors="surrogateescape"))
    return target
