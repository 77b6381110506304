"""`lpdeck import` and `lpdeck parse`: pages in, decks out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from lpdeck.cli import context
from lpdeck.cli.completion import complete_deck, complete_principle
from lpdeck.errors import EXIT_FOUND, EXIT_NO_INPUT, LpdeckError, PageError, PrincipleUnsureError, UsageError

if TYPE_CHECKING:
    from lpdeck.cli.exporting import Restored
    from lpdeck.deck.breakdown import Breakdown
    from lpdeck.deck.merging import MergePlan
    from lpdeck.deck.model import Deck
    from lpdeck.inference import Conclusion
    from lpdeck.store.index import Shelf
    from lpdeck.walkthrough import Content, Reading, Repair

PAGE_SUFFIXES = (".txt", ".md", ".html", ".htm")
_LARGEST = 20_000_000


def add_to(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("import")(import_)
    app.command()(parse)


@dataclass(frozen=True)
class PageFile:
    """A page as it came: where from, its text, and what its bytes needed to become text."""

    name: str
    text: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True)
class Understood:
    """A page read and concluded from."""

    file: PageFile
    reading: Reading
    conclusion: Conclusion


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do, with one page."""

    page: Understood
    breakdown: Breakdown
    plan: MergePlan
    path: Path
    written: bool


def parse(
    page: Annotated[str, typer.Argument(metavar="PAGE", help="A file, or - for standard input.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what a page says, and change nothing."""
    from lpdeck.pages import as_json

    understood = _understand(page_file(page))
    if json:
        context.out_json(as_json(understood.conclusion.content))
    else:
        from lpdeck.cli.page_report import show_content

        show_content(understood)
    if not understood.conclusion.content.principles:
        context.say(_unsure(understood).what)


def import_(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders, or - for standard input.")],
    deck: Annotated[
        Optional[str],  # noqa: UP045 (Typer reads it at run time)
        typer.Option("--deck", metavar="NAME", help="The deck to write.", autocompletion=complete_deck),
    ] = None,
    principle: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--principle", metavar="P", help="What the page is about.", autocompletion=complete_principle),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Take the page's words in conflicts.")] = False,
    take_text: Annotated[
        bool, typer.Option("--take-text", help="Take the words that were edited in Anki into the deck files.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 if a line was not understood.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show repairs, and why each answer was inferred.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make cards from pages: text, Markdown or saved HTML.

    A FILE.json from lpdeck export json brings decks back; FILE.apkg, FILE.colpkg or collection.anki2 brings home the
    reviews that were made in Anki on cards that lpdeck exported.
    """
    from lpdeck.cli import from_anki
    from lpdeck.cli.exporting import restored_data, show_restored
    from lpdeck.cli.page_report import as_data, show_import, show_short

    chosen = principle_slug(principle)
    done: list[Imported] = []
    restored: list[list[Restored]] = []
    failed: list[tuple[str, LpdeckError]] = []
    names = list(_expanded(paths, failed))
    if failed and len(names) + len(failed) == 1:
        raise failed[0][1]
    taken: list[from_anki.TakenFile] = []
    for name in filter(from_anki.is_from_anki, names):
        try:
            taken.append(from_anki.take(name, take_text=take_text, dry_run=dry_run))
        except LpdeckError as error:
            if len(names) + len(failed) == 1:
                raise
            failed.append((name, error))
    names = [name for name in names if not from_anki.is_from_anki(name)]
    with importer(deck, chosen, update=update, dry_run=dry_run) as taking, _progress(len(names)) as advance:
        for name in names:
            try:
                file = page_file(name)
                if _holds_decks(file):
                    restored.append(taking.bring_back(file))
                else:
                    done.append(taking.take(file))
            except LpdeckError as error:
                if len(names) + len(failed) == 1:
                    raise
                failed.append((name, error))
            advance()
    if json:
        decks = [restored_data(one) for file in restored for one in file]
        pages = [as_data(one) for one in done]
        anki = [from_anki.data(one) for one in taken]
        failures = [_failure(*one) for one in failed]
        context.out_json({"pages": pages, "decks": decks, "anki": anki, "failed": failures})
    else:
        for one in done:
            (show_import if len(names) <= 5 else show_short)(one, explain=explain, dry_run=dry_run)
        for file_decks in restored:
            show_restored(file_decks, dry_run=dry_run)
        for collection in taken:
            from_anki.show(collection, dry_run=dry_run)
    for name, why in failed:
        context.say(f"lpdeck: {why.what}" if name in why.what else f"lpdeck: {name}: {why.what}")
        context.say(why.advice)
    _end(done, failed, len(restored) + len(taken), strict=strict)


def _failure(name: str, error: LpdeckError) -> dict[str, str]:
    return {"page": name, "error": error.what, "advice": error.advice}


def _end(done: list[Imported], failed: list[tuple[str, LpdeckError]], restored: int, *, strict: bool) -> None:
    """`restored` is how many files were no pages and were read too."""
    if failed:
        succeeded = len(done) + restored
        others = "; the others were imported" if succeeded else ""
        context.say(f"{len(failed)} of {succeeded + len(failed)} pages failed{others}.")
        raise typer.Exit(EXIT_FOUND if succeeded else EXIT_NO_INPUT)
    if strict and any(one.page.reading.problems or one.breakdown.problems for one in done):
        raise typer.Exit(EXIT_FOUND)


def principle_slug(name: str | None) -> str | None:
    """The slug of a principle that the learner named. Raises UsageError."""
    if name is None:
        return None
    from difflib import get_close_matches

    from lpdeck.principles import Principle

    found = Principle.named(name)
    if found is None:
        near = get_close_matches(name.lower(), [one.slug for one in Principle], n=1, cutoff=0.0)[0]
        raise UsageError(f'there is no principle "{name}"', f"The nearest is {near}.")
    return found.slug


# Getting at the text


def _expanded(paths: Iterable[str], failed: list[tuple[str, LpdeckError]]) -> Iterator[str]:
    """The pages that paths mean; a folder means every page below it, one without pages is added to `failed`."""
    for path in paths:
        if path != "-" and os.path.isdir(path):
            below = sorted(
                str(one)
                for one in Path(path).rglob("*")
                if one.suffix.lower() in PAGE_SUFFIXES and one.is_file() and not one.name.startswith(".")
            )
            if not below:
                suffixes = ", ".join(PAGE_SUFFIXES)
                why = PageError(f"{path}: no page in this folder", f"Pages are files that end with {suffixes}.")
                failed.append((path, why))
            yield from below
        else:
            yield path


def page_file(name: str) -> PageFile:
    """A page from a file or standard input (`-`). Raises PageError."""
    from lpdeck.pages import decode, html_to_text

    data = _stdin() if name == "-" else _bytes(Path(name))
    label = "standard input" if name == "-" else name
    try:
        text, repairs = decode(data)
    except PageError as error:
        raise PageError(f"{label}: {error.what}", error.advice) from None
    if Path(name).suffix.lower() in (".html", ".htm") or text.lstrip()[:15].lower().startswith(("<!doctype", "<html")):
        text = html_to_text(text)
    return PageFile(label, text, repairs)


def _holds_decks(file: PageFile) -> bool:
    """Whether a file is the JSON of an export rather than a page."""
    from lpdeck.deck.exchange import is_exchange

    return file.name.lower().endswith(".json") or is_exchange(file.text)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise PageError(f"{path}: this is a folder", "Name a page in it; lpdeck import takes whole folders.")
        if path.stat().st_size > _LARGEST and path.suffix.lower() != ".json":
            raise PageError(f"{path}: larger than 20 MB, which no page is", "Save the page's text by itself.")
        return path.read_bytes()
    except OSError as error:
        why = {2: "there is no such file", 13: "the file may not be read"}.get(error.errno or 0, error.strerror)
        raise PageError(f"{path}: {why}", "Check its name and permissions.") from None


def _stdin() -> bytes:
    if not sys.stdin.isatty():
        return sys.stdin.buffer.read(_LARGEST)
    from lpdeck.cli.keys import read_paste

    data = read_paste(lambda: context.say("Paste the page here, then press Ctrl-D."))
    context.say(f"{len(data.splitlines())} lines received.")
    return data


# Reading and importing


def _understand(file: PageFile) -> Understood:
    from lpdeck.inference import conclude
    from lpdeck.pages import read_page

    try:
        reading = read_page(file.text)
    except PageError as error:
        raise PageError(f"{file.name}: {error.what}", error.advice) from None
    return Understood(file, reading, conclude(reading.content))


def _unsure(page: Understood) -> PrincipleUnsureError:
    candidates = page.conclusion.principles.candidates
    between = " or ".join(one.title for found in candidates[:2] for one in found)
    what = f"{page.file.name}: it is not clear which principle this page is about"
    return PrincipleUnsureError(
        f"{what}: {between}" if between else what, "Say it with --principle, for example --principle ownership."
    )


@contextmanager
def _progress(count: int) -> Iterator[Any]:
    """Calls to what it yields move a bar on standard error, where there are many files and somebody looks."""
    if count <= 5 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("pages", total=count)
        yield lambda: progress.advance(task)


@contextmanager
def importer(deck: str | None, principle: str | None, *, update: bool, dry_run: bool) -> Iterator[Importer]:
    """An importer over the learner's home; the index is brought up to date before and after."""
    from lpdeck.store.index import shelf

    if not dry_run:
        context.ready_home()
    if dry_run and not context.home().database.exists():
        from lpdeck.store.index import Shelf

        yield Importer(Shelf({}, {}, {}), deck, principle, update=update, dry_run=True)
        return
    with context.index(quiet=True, writes=False) as connection:
        known = shelf(connection)
    taking = Importer(known, deck, principle, update=update, dry_run=dry_run)
    try:
        yield taking
    finally:
        if taking.wrote:
            with context.index(written=taking.written):
                pass


class Importer:
    """Takes pages into decks, one after the other, so that each sees what the one before it made."""

    def __init__(self, shelf: Shelf, deck: str | None, principle: str | None, *, update: bool, dry_run: bool) -> None:
        self._shelf = shelf
        self._deck = deck
        self._principle = principle
        self._update = update
        self._dry_run = dry_run
        self._unsaved: dict[str, Deck] = {}
        self._unreadable: dict[str, list[str]] = {}
        self._kept = False
        self.wrote = False
        self.written: dict[str, tuple[str, Deck]] = {}

    def take(self, file: PageFile) -> Imported:
        """Imports one page. Raises LpdeckError; then nothing of it was written."""
        from datetime import date

        from lpdeck.deck.breakdown import break_down, key_of
        from lpdeck.deck.folder import save
        from lpdeck.deck.merging import Change, apply, decide_principle, plan_merge
        from lpdeck.deck.model import PageRecord

        page = _understand(file)
        before = self._deck_for(page.conclusion.content, key_of(page.conclusion.content))
        content = self._with_principle(page, before)
        breakdown = break_down(content)
        if not breakdown.candidates:
            raise PageError(f"{file.name}: the page holds nothing that makes a card", "Copy or write more of it.")
        deck = self._decided(before, breakdown.page)
        plan = plan_merge(
            deck,
            breakdown.candidates,
            PageRecord(breakdown.page, Path(file.name).name, date.today().isoformat()),
            content.principles,
            whole=page.reading.whole,
            taken=self._shelf.taken_for(deck.name),
            unreadable=self._unreadable.get(deck.name, ()),
            update=self._update,
        )
        if self._principle is not None:
            plan = decide_principle(plan, self._principle)
        plan = self._agreed(plan)
        if plan.of(Change.RETIRED):
            self._keep()
        path = context.home().decks / f"{deck.name}.toml"
        after = apply(plan)
        is_new = not path.exists()
        text = save(path, after) if after != before and not self._dry_run else None
        self.wrote |= text is not None
        self.written.pop(deck.name, None)
        if text is not None and is_new:
            self.written[deck.name] = (text, after)
        self._remember(after, breakdown.page)
        return Imported(page, breakdown, plan, path, written=text is not None)

    def bring_back(self, file: PageFile) -> list[Restored]:
        """Brings back the decks of an export. Raises LpdeckError; then nothing of it was written."""
        from lpdeck.cli.exporting import restore

        if self._deck is not None or self._principle is not None:
            raise UsageError(f"{file.name}: decks keep their names and principles", "Leave --deck and --principle out.")
        self._keep()
        done = restore(file.name, file.text, self._shelf, self._unsaved, update=self._update, dry_run=self._dry_run)
        for one in done:
            if one.written:
                self.wrote |= not self._dry_run
                self._shelf.dropped[one.done.after.name] = frozenset(one.done.after.dropped)
                self._remember(one.done.after, *(page.key for page in one.done.after.pages))
        return done

    def _keep(self) -> None:
        """Makes a backup, once, before the first import of this command that takes away or brings in much."""
        from lpdeck.cli.keeping import before

        if not self._dry_run and not self._kept:
            before("import")
            self._kept = True

    def _with_principle(self, page: Understood, deck: Deck) -> Content:
        """The content with what `--principle`, the page, the deck that holds the page, or the learner says."""
        from dataclasses import replace

        from lpdeck.deck.breakdown import key_of

        content = page.conclusion.content
        if self._principle is not None:
            return replace(content, principles=(self._principle,))
        if content.principles:
            return content
        known = any(record.key == key_of(content) for record in deck.pages)
        return replace(content, principles=deck.principles if known else (_asked_principle(page),))

    def _decided(self, deck: Deck, page: str) -> Deck:
        """The deck with what `--principle` says, unless it holds other pages too."""
        from dataclasses import replace

        alone = all(record.key == page for record in deck.pages)
        return replace(deck, principles=(self._principle,)) if self._principle and alone else deck

    def _deck_for(self, content: Content, page: str) -> Deck:
        """The deck that `--deck` names, else the one that holds the page, else a new one."""
        from lpdeck.deck.folder import free_name, load, name_for, slug
        from lpdeck.deck.model import Deck

        folder = context.home().decks
        title = content.title or "Page without a title"
        name = slug(self._deck) if self._deck else self._shelf.deck_of_page.get(page)
        if name is None:
            name = free_name(folder, name_for(title))
            while name in self._unsaved:
                name = f"{name}-2"
        if name in self._unsaved:
            return self._unsaved[name]
        path = folder / f"{name}.toml"
        if not path.exists():
            return Deck(name, title)
        file = load(path)
        self._unreadable[name] = [one.card for one in file.problems if one.card and not one.warning]
        return file.deck

    def _agreed(self, plan: MergePlan) -> MergePlan:
        """The plan, with many cards retired only if the learner agrees."""
        from lpdeck.deck.merging import Change

        if not plan.retires_many or self._dry_run:
            return plan
        count = len(plan.of(Change.RETIRED))
        question = f"{plan.deck.name}: the page no longer gives {count} of {len(plan.deck.cards)} cards. Retire them?"
        return plan if context.agreed(question) else plan.without_retiring()

    def _remember(self, deck: Deck, *pages: str) -> None:
        self._shelf.deck_of_page.update((page, deck.name) for page in pages)
        self._shelf.deck_of_id.update((card.id, deck.name) for card in deck.cards)
        if self._dry_run:
            self._unsaved[deck.name] = deck


def _asked_principle(page: Understood) -> str:
    """The principle that the learner chooses for an unclear page. Raises PrincipleUnsureError."""
    unsure = _unsure(page)
    answer = context.ask(f"{unsure.what}.\nWhich one? Type its name:")
    if not answer:
        raise unsure
    chosen = principle_slug(answer)
    assert chosen is not None
    return chosen
