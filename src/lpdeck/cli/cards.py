"""`lpdeck decks`, `cards`, `show`, `edit`, `rename`, `delete`, `check`: the learner's own files."""

from __future__ import annotations

import json as json_module
import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.completion import (
    complete_card,
    complete_card_or_deck,
    complete_deck,
    complete_kind,
    complete_principle,
)
from lpdeck.errors import EXIT_FOUND, DeckError, LpdeckError, UsageError

if TYPE_CHECKING:
    from lpdeck.deck.toml import DeckProblem
    from lpdeck.events import Event
    from lpdeck.store.hot import HotStore, StoredCard

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")]


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    for command in (decks, cards, show, edit, rename, delete, check):
        app.command()(command)


def decks(json: _Json = False) -> None:
    """List the decks with their cards."""
    from lpdeck.store.index import deck_rows

    context.ready_home()
    with context.index() as connection:
        rows = deck_rows(connection)
    if json:
        context.out_json([dict(row._mapping) | {"principles": row.principles.split()} for row in rows])
        return
    if not rows:
        context.say("No decks yet: lpdeck import PAGE, or lpdeck review for the starter decks.")
    _table(
        ("deck", "cards", "drafts", "title"),
        [(row.name, str(row.cards), str(row.drafts or "·"), row.problem or row.title) for row in rows],
    )


def cards(
    words: Annotated[Optional[list[str]], typer.Argument(metavar="WORD...", help="Words in the card.")] = None,  # noqa: UP045
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
    """List cards by deck, principle, kind and words."""
    from lpdeck.cli.importing import _principle
    from lpdeck.deck.model import KINDS
    from lpdeck.store.index import find_cards

    if kind is not None and kind not in KINDS:
        raise UsageError(f'there is no kind "{kind}"', f"There are {', '.join(KINDS)}.")
    slug = _principle(principle)
    context.ready_home()
    with context.index() as connection:
        if deck is not None:
            _deck_path(deck)
        rows = find_cards(connection, deck=deck, principle=slug, kind=kind, words=words or ())
    if json:
        context.out_json([_row_data(row) for row in rows])
        return
    if not rows:
        context.say("No card fits.")
    _table(("id", "state", "text"), [(row.id, _state_word(row), _first_words(row)) for row in rows])


def _row_data(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "deck": row.deck,
        "kind": row.kind,
        "principles": row.principles.split(),
        "state": _state_word(row),
        "fields": json_module.loads(row.fields),
        "note": row.note,
        "tags": json_module.loads(row.tags),
        "due_day": row.due_day,
        "reps": row.reps or 0,
        "lapses": row.lapses or 0,
    }


def _state_word(row: Any) -> str:
    if row.retired:
        return "retired"
    if row.draft:
        return "draft"
    if row.suspended:
        return "suspended"
    return {None: "new", 1: "learning", 2: "review", 3: "relearning"}[row.state]


def _first_words(row: Any) -> str:
    fields = json_module.loads(row.fields)
    for name in ("phrase", "question", "front", "stage", "principle", "level", "list", "text"):
        if fields.get(name):
            story = f" · {fields['story']}" if fields.get("story") and name in ("stage", "principle", "level") else ""
            return f"{fields[name]}{story}"
    return str(fields.get("story", ""))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
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
    from dataclasses import asdict

    schedule = store.schedule(card.id)
    return {
        **asdict(card),
        "file": str(context.home().decks / f"{card.deck}.toml"),
        "schedule": asdict(schedule) | {"state": schedule.state.name.lower() if schedule.state else "new"},
        "history": [asdict(event) | {"detail": dict(event.detail)} for event in store.events_of(card.id)],
    }


def _show_card(store: HotStore, card: StoredCard, options: Any) -> None:
    from lpdeck.cli import faces
    from lpdeck.cli.rendering import Painter

    painter = Painter(width=min(context.width(), 100), colour=context.colour())
    schedule = store.schedule(card.id)
    where = f"decks/{card.deck}.toml:{card.line}"
    context.out(painter.row(faces.heading(card), where))
    context.out(painter.style(card.id, "dim"))
    context.out("")
    if card.draft:
        context.out(painter.style("a draft: it is not asked until it is complete", "warning"))
        context.out("")
        fields = [faces.Block(faces.Role.TEXT, _field_text(value), name) for name, value in card.fields.items()]
        lines = painter.face(fields)
    else:
        choices = card.fields.get("options", ())
        lines = [*painter.face(faces.front(card)), painter.rule(), *painter.face(faces.back(card, choices))]
    for line in lines:
        context.out(line)
    context.out("")
    for line in _schedule_lines(schedule, options):
        context.out(line)
    for event in store.events_of(card.id):
        context.out(painter.style(_event_line(event, options), "dim"))


def _field_text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def _schedule_lines(schedule: Any, options: Any) -> list[str]:
    from lpdeck.cli.rendering import day_name, plural

    today = options.calendar.day_of(context.now_ms())
    if schedule.memory is None:
        return ["new: never answered" + (", suspended" if schedule.suspended else "")]
    due = f"due {day_name(schedule.due_day, today)}"
    if schedule.due_at_ms is not None:
        due = f"due at {options.calendar.local(schedule.due_at_ms):%H:%M}"
    recall = options.scheduler.retrievability(schedule.memory, schedule.last_day, today)
    memory = schedule.memory
    return [
        f"{schedule.state.name.lower()}, {due}" + (", suspended" if schedule.suspended else ""),
        f"recall now {recall:.0%}, stability {memory.stability:.1f} days, difficulty {memory.difficulty:.1f} of 10, "
        f"{plural(schedule.reps, 'answer')}, {plural(schedule.lapses, 'lapse')}",
    ]


def _event_line(event: Event, options: Any) -> str:
    from lpdeck.cli.rendering import interval

    moment = f"{options.calendar.local(event.at_ms):%Y-%m-%d %H:%M}"
    rating = f" {event.rating.word}" if event.rating else ""
    wait = f" → {interval(event.interval)}" if event.interval is not None else ""
    option = event.detail.get("option")
    return f"  {moment}  {event.kind.value}{rating}{wait}" + (f"  chose: {option}" if option else "")


def edit(card: Annotated[str, typer.Argument(metavar="ID", autocompletion=complete_card)]) -> None:
    """Open your editor at a card."""
    context.ready_home()
    with context.hot_store() as store:
        found = _card(store, card)
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


def open_editor(path: Path, line: int) -> None:
    """Opens $VISUAL or $EDITOR at a line of a file and waits. Raises LpdeckError where that fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    words = _words(editor)
    command = [*words, *_at_line(words[0], path, line)]
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise LpdeckError(
            f'the editor "{editor}" can not be started ({error.strerror})',
            f"Set EDITOR to one that can, or edit {path} at line {line} yourself.",
        ) from None
    if code != 0:
        raise LpdeckError(
            f'the editor "{editor}" ended with code {code}', f"What it saved of {path} is read at the next command."
        )


def _words(editor: str) -> list[str]:
    """The program and options of an editor's command line. Raises LpdeckError where there is none."""
    try:
        words = shlex.split(editor)
    except ValueError:
        words = []
    if not words:
        raise LpdeckError(f'the editor "{editor}" is no command', "Set EDITOR to the name of your editor.")
    return words


# Editors that take a line as `+LINE FILE`, and those that want `FILE:LINE` after an option.
_PLUS = {"vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient", "micro", "kak", "joe", "jed", "mg", "ne"}
_COLON = {"code": "--goto", "codium": "--goto", "subl": "", "hx": "", "helix": "", "zed": ""}


def _at_line(program: str, path: Path, line: int) -> list[str]:
    name = Path(program).name
    if name in _PLUS:
        return [f"+{line}", str(path)]
    if name in _COLON:
        return [option for option in (_COLON[name], f"{path}:{line}") if option]
    return [str(path)]


# Decks


def _deck_path(name: str) -> Path:
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

    path = _deck_path(deck)
    target = path.with_name(f"{slug(name)}.toml")
    if target.exists():
        raise UsageError(f'there is a deck "{target.stem}" already', "Choose another name. Nothing was changed.")
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
        _delete_deck(_deck_path(name), yes=yes, dry_run=dry_run)
        return
    path = context.home().decks / f"{card.deck}.toml"
    if dry_run:
        context.out(f"would delete {card.id} from {path}")
        return
    context.agree_or_stop(f"{card.id} leaves {card.deck} and no import brings it back.", yes=yes)
    kept = _keep(path)
    save(path, load(path).deck.without_card(card.id))
    with context.index():
        pass
    context.out(f"deleted {card.id}; the deck as it was is {kept}")


def _delete_deck(path: Path, *, yes: bool, dry_run: bool) -> None:
    from lpdeck.cli.rendering import plural
    from lpdeck.deck.toml import card_lines

    count = plural(len(card_lines(path.read_text(encoding="utf-8", errors="replace"))), "card")
    if dry_run:
        context.out(f"would delete {path} with {count}")
        return
    context.agree_or_stop(f"{path.stem} goes with {count}; their schedules stay.", yes=yes)
    kept = _keep(path)
    path.unlink()
    with context.index():
        pass
    context.out(f"deleted {path.stem}; the file is kept as {kept}")


def _keep(path: Path) -> Path:
    """A copy of a deck file in backups/."""
    from datetime import datetime

    from lpdeck.deck.folder import write_atomically
    from lpdeck.store.hot import make_private_folder

    folder = context.home().backups
    make_private_folder(folder)
    target = folder / f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}.toml"
    write_atomically(target, path.read_text(encoding="utf-8", errors="surrogateescape"))
    return target


def check(
    deck: Annotated[Optional[list[str]], typer.Argument(metavar="DECK...", autocompletion=complete_deck)] = None,  # noqa: UP045
    json: _Json = False,
) -> None:
    """Look for mistakes in deck files: bad TOML, unknown kinds, missing fields, doubled ids; drafts as warnings."""
    from lpdeck.deck.folder import deck_paths

    paths = [_deck_path(name) for name in deck] if deck else deck_paths(context.home().decks)
    found = _problems(paths)
    errors = sum(not problem.warning for _, problem in found)
    if json:
        context.out_json([{"file": str(path), **_problem_data(problem)} for path, problem in found])
    else:
        _show_problems(found, errors, len(paths))
    if errors:
        raise typer.Exit(EXIT_FOUND)


def _problems(paths: Sequence[Path]) -> list[tuple[Path, DeckProblem]]:
    """Everything wrong in some deck files, ids that stand in two of them included."""
    from lpdeck.deck.folder import load
    from lpdeck.deck.toml import DeckProblem

    found: list[tuple[Path, DeckProblem]] = []
    first: dict[str, tuple[Path, int]] = {}
    for path in paths:
        try:
            read = load(path)
        except DeckError as error:
            found.append((path, DeckProblem(error.line or 1, error.problem, error.advice)))
            continue
        found += [(path, problem) for problem in read.problems]
        for card in read.deck.cards:
            where, line = first.setdefault(card.id, (path, card.line))
            if where != path:
                what = f'the id "{card.id}" stands in {where.name}:{line} too'
                found.append((path, DeckProblem(card.line, what, "Give one of them another id.", card.id)))
    return found


def _problem_data(problem: DeckProblem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "level": "warning" if problem.warning else "error",
        "what": problem.what,
        "advice": problem.advice,
        "card": problem.card,
    }


def _show_problems(found: list[tuple[Path, DeckProblem]], errors: int, files: int) -> None:
    from lpdeck.cli.rendering import Painter, plural, shown

    painter = Painter(width=context.width(), colour=context.colour())
    for path, problem in found:
        level = painter.style("warning", "warning") if problem.warning else painter.style("error", "wrong")
        card = f' card "{problem.card}":' if problem.card else ""
        context.out(shown(f"decks/{path.name}:{problem.line}:") + f" {level}:" + shown(f"{card} {problem.what}"))
        if problem.advice:
            context.out(painter.style(f"    {shown(problem.advice)}", "dim"))
    context.out(f"{plural(files, 'deck')}: {plural(errors, 'error')}, {plural(len(found) - errors, 'warning')}")
