"""What every command needs: the home, its options, the store, and the two streams."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lpdeck.config import Config, load_config
from lpdeck.errors import UsageError
from lpdeck.home import Home
from lpdeck.store import hot
from lpdeck.store.hot import HotStore, deck_stamps, make_private_folder, open_hot

if TYPE_CHECKING:
    import sqlalchemy as sa

    from lpdeck.store.index import FileProblem, Written

_home: Path | None = None


def choose_home(path: Path | None) -> None:
    """Remembers what `--home` said; None leaves LPDECK_HOME or the platform's data folder."""
    global _home
    _home = path


def home() -> Home:
    """The learner's home folder: `--home`, else LPDECK_HOME, else the platform's data folder."""
    chosen = _home or os.environ.get("LPDECK_HOME")
    if chosen:
        return Home(Path(chosen).expanduser().absolute())
    from platformdirs import user_data_path

    return Home(user_data_path("lpdeck", appauthor=False))


_before: tuple[object, ...] | None = None


def begin(*, may_write: bool) -> None:
    """Remembers how the home is before a command that may write into it."""
    global _before
    _before = _stamp() if may_write else None


def wrote() -> bool:
    """Whether the home is another than when this command began, if the command is one that may write."""
    return _before is not None and _before != _stamp()


def _stamp() -> tuple[object, ...]:
    """When database, options and folders of decks last changed; a file that is replaced whole changes its folder."""
    where = home()
    wal = where.database.with_name(f"{where.database.name}-wal")
    return tuple(map(_changed, (where.database, wal, where.config, where.decks, where.removed)))


def _changed(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def config() -> Config:
    """The learner's options. Raises ConfigError."""
    return load_config(home().config)


def rewrite_config(change: Callable[[str], str]) -> None:
    """Writes the config file anew as `change` makes it from its text; one that comes out equal is not touched."""
    from lpdeck.deck.folder import write_atomically

    path = ready_home().config
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    after = change(before)
    if after != before:
        write_atomically(path, after)


def now_ms() -> int:
    """The clock: milliseconds since 1970, UTC. The only place that reads it for the core."""
    return time.time_ns() // 1_000_000


def say(text: str = "") -> None:
    """A line of narration, on standard error; what it quotes from files can not steer the terminal."""
    from lpdeck.cli.rendering import shown

    print(shown(text), file=sys.stderr)


hot.on_waiting = say


@contextmanager
def waiting_told(tell: Callable[[str], None]) -> Iterator[None]:
    """While the block runs, who keeps this command waiting is told this way, and not on standard error."""
    before, hot.on_waiting = hot.on_waiting, tell
    try:
        yield
    finally:
        hot.on_waiting = before


def out(text: str = "") -> None:
    """A line of data, on standard output; of what could steer the terminal our own styles alone pass."""
    if not text.isprintable():
        from lpdeck.cli.rendering import harmless

        text = harmless(text, styled=colour())
    print(text)


def out_json(value: Any) -> None:
    """A value as JSON, on standard output; what could steer a terminal is escaped by the rules of JSON."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    print(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


# What JSON may hold as it is.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def warn_of(problems: list[FileProblem], limit: int = 5) -> None:
    """Names what is wrong with deck files that were just read; warnings are left to `check`."""
    errors = [found for found in problems if not found.problem.warning]
    for found in errors[:limit]:
        say(f"lpdeck: {found.path}:{found.problem.line}: {found.problem.what}")
        if found.problem.advice:
            say(found.problem.advice)
    if len(errors) > limit:
        say(f"... and {len(errors) - limit} more: lpdeck check")


@contextmanager
def hot_store() -> Iterator[HotStore]:
    """The store for a learner who waits. SQLAlchemy is loaded only if schema or index are behind."""
    where = home()
    store = open_hot(where)
    if store is None or store.stale_decks(where.decks):
        if store is not None:
            store.close()
        with index():
            pass
        store = open_hot(where)
        assert store is not None, "the schema was just brought up to date"
    try:
        yield store
    finally:
        store.close()


@contextmanager
def index(*, quiet: bool = False, written: Written | None = None, writes: bool = True) -> Iterator[sa.Connection]:
    """A transaction on the store with the index up to date; what is wrong with changed files is said.

    `quiet` leaves that to whoever needs one of those files; `written` are files that were just made. Whoever only
    reads says so by `writes`, and keeps nobody waiting.
    """
    from lpdeck.store.halves import refuse_half
    from lpdeck.store.index import bring_up_to_date
    from lpdeck.store.schema import open_engine, reading, transaction

    where = home()
    refuse_half(where)
    engine = open_engine(where)
    problems = bring_up_to_date(engine, where, written or {})
    if not quiet:
        warn_of(problems)
    with (transaction if writes else reading)(engine, where) as connection:
        yield connection


def ready_home() -> Home:
    """The home folder with its decks folder, made where they are missing. Raises HomeError where half of it is lost."""
    where = home()
    if not where.decks.is_dir():
        from lpdeck.store.halves import refuse_half

        refuse_half(where)
    make_private_folder(where.path)
    make_private_folder(where.decks)
    return where


def is_new_home() -> bool:
    """Whether the home never had a card: it holds no deck file, and no answer stands in its log."""
    where = home()
    if deck_stamps(where.decks):
        return False
    store = open_hot(where)
    if store is None:
        from lpdeck.store.halves import refuse_half

        refuse_half(where)
        return not where.database.exists()
    try:
        return store.is_unused()
    finally:
        store.close()


def can_ask() -> bool:
    """Whether somebody sits at both ends: what is typed comes from a terminal, and what is asked goes to one."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> str | None:
    """Asks a question on the terminal, also while standard input is a pipe; None where nobody can answer."""
    from lpdeck.cli.rendering import shown

    if not sys.stderr.isatty():
        return None
    question = shown(question)
    if sys.stdin.isatty():
        print(question, end=" ", file=sys.stderr, flush=True)
        return _answer(sys.stdin.readline())
    try:
        with open("/dev/tty", "r+b", buffering=0) as terminal:
            terminal.write(f"{question} ".encode())
            return _answer(terminal.readline().decode("utf-8", "replace"))
    except OSError:
        return None


def _answer(line: str) -> str | None:
    """A line without its blanks; None at the end of the input, which is no answer."""
    return line.strip() if line else None


def agreed(question: str) -> bool | None:
    """Asks for a yes; None where nobody can answer."""
    answer = ask(f"{question} [y/N]")
    return None if answer is None else answer.lower() in ("y", "yes")


def agree_or_stop(what: str, *, yes: bool) -> None:
    """Goes on only if the learner agrees. Raises UsageError where they do not, or can not be asked."""
    if yes:
        return
    answer = agreed(f"{what} Go on?")
    if answer is None:
        raise UsageError(f"{what} Nobody can be asked here", "Repeat the command with --yes. Nothing was changed.")
    if not answer:
        raise UsageError("Nothing was changed")


def width() -> int:
    """The columns to write for: those of the terminal, 80 where the output is no terminal."""
    import shutil

    return max(shutil.get_terminal_size((80, 24)).columns, 10) if sys.stdout.isatty() else 80


def colour() -> bool:
    """Whether to colour standard output: it is a terminal, and nobody asked for none (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
