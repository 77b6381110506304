"""The order of the rooms, and what each command may load: checked over the import statements and in real processes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import lpdeck
from homes import basic, indexed, make, put_deck
from lpdeck.home import Home

SOURCE = Path(lpdeck.__file__).parent
MIGRATIONS = SOURCE.parent.parent / "migrations"

# The rooms from the top down; a room may import those of the lines below its own, and nothing of its own line.
LINES: tuple[tuple[str, ...], ...] = (
    ("cli",),
    ("anki", "review", "progress", "confusions", "statistics", "upkeep"),
    ("misrating",),
    ("calibration",),
    ("store", "deck.folder"),
    ("filters",),
    ("deck",),
    ("inference",),
    ("pages",),
    ("walkthrough",),
    ("planning",),
    ("events",),
    ("config",),
    ("scheduling",),
    ("formulas", "interviews"),
    ("principles", "days"),
    ("home", "shipped", "errors", "tomltext"),
)
ROOMS = {room: rank for rank, line in enumerate(LINES) for room in line}

# The store reads deck files, so on their line it may know the folder.
NEIGHBOURS = {("store", "deck.folder")}

# Each third-party package belongs to one room.
OWNERS = {
    "fsrs": {"scheduling"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "typer": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli"},
    "ftfy": {"pages"},
    "bs4": {"pages"},
    "tomlkit": {"deck", "config"},
    "tomli_w": {"deck", "config"},
    "backports": {"anki"},
    "compression": {"anki"},
}

# Packages that cost a command its start: imported in the function that uses them, but in modules that are
# themselves loaded only when needed. rich.cells is light, the rest of rich is not.
HEAVY = {"sqlalchemy", "alembic", "fsrs", "ftfy", "bs4", "tomlkit", "tomli_w", "platformdirs", "rich"}
LIGHT = {"rich.cells"}
LOADED_WHEN_NEEDED = {
    *("store.schema", "store.index", "store.log", "store.tables", "store.checking"),
    *("store.choices", "store.outgoing", "store.taking", "store.weights"),
    *("store.moments", "store.uniting"),
}

# Beside the command line, a clock is read for time stamps of files and rows only.
CLOCKS = {"time.time", "time.time_ns", "time.monotonic", "time.perf_counter", "time.localtime", "time.gmtime"}
CLOCKS |= {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
READS_A_CLOCK = {
    "store.schema": {"datetime.now"},
    "store.index": {"time.time_ns", "time.monotonic"},
    "store.holding": {"time.time_ns", "time.monotonic"},
}


@dataclass(frozen=True)
class Import:
    """One import: by which module, of what, at which line, and whether it runs when the module is loaded."""

    module: str
    target: str
    line: int
    at_top: bool
    for_types: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def _name(path: Path) -> str:
    """A module's name below lpdeck: `store.hot`, `pages`, or "" for lpdeck itself."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _trees() -> dict[str, ast.Module]:
    return {_name(path): ast.parse(path.read_text()) for path in sorted(SOURCE.rglob("*.py"))}


def _imports(module: str, node: ast.AST, *, at_top: bool = True, for_types: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            targets = [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{module}:{child.lineno} imports by a relative name"
            targets = [f"{child.module}.{alias.name}" for alias in child.names]
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            checking = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
            yield from _imports(module, child, at_top=at_top and not inside, for_types=for_types or checking)
            continue
        yield from (Import(module, target, child.lineno, at_top, for_types) for target in targets)


@cache
def _all_imports() -> tuple[Import, ...]:
    return tuple(one for module, tree in _trees().items() for one in _imports(module, tree))


def _room(module: str) -> str:
    """The room of a module: the longest name in the order of rooms that it lies in."""
    fitting = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
    return max(fitting, key=len, default="")


def _own(one: Import) -> str | None:
    """The room that an import reaches into; None for a package of others, "" for the package itself."""
    if one.target.split(".")[0] != "lpdeck":
        return None
    return _room(one.target.removeprefix("lpdeck").lstrip("."))


def test_every_module_has_its_place_in_the_order_of_rooms() -> None:
    assert {""} == {module for module in _trees() if not _room(module)}


def test_imports_go_down_only_and_rooms_on_one_line_do_not_know_each_other() -> None:
    assert [] == [str(one) for one in _all_imports() if not _goes_down(one)]


def _goes_down(one: Import) -> bool:
    own, other = _room(one.module), _own(one)
    if not own or not other or own == other or (own, other) in NEIGHBOURS:
        return True
    return ROOMS[own] < ROOMS[other]


def test_the_language_of_filters_knows_the_words_of_cards_and_nothing_of_where_they_are_kept() -> None:
    known = {"interviews", "events", "deck.model", "principles", "errors"}
    used = {one.target.removeprefix("lpdeck.") for one in _all_imports() if one.module == "filters" and _own(one)}
    assert used
    assert [] == sorted(target for target in used if target.rpartition(".")[0] not in known)


def test_only_the_command_line_asks_the_package_for_its_version() -> None:
    assert {"cli"} >= {_room(one.module) for one in _all_imports() if _own(one) == ""}


def test_each_package_of_others_has_one_owner() -> None:
    standard = {*sys.stdlib_module_names, "lpdeck"}
    foreign = [one for one in _all_imports() if one.target.split(".")[0] not in standard and not one.for_types]
    strangers = [
        str(one)
        for one in foreign
        if _room(one.module).split(".")[0] not in OWNERS.get(one.target.split(".")[0], set())
    ]
    assert [] == strangers
    assert set(OWNERS) == {one.target.split(".")[0] for one in foreign}


def test_migrations_use_the_schema_tools_and_the_tables_only() -> None:
    found = {
        one.target.split(".")[0]
        for path in MIGRATIONS.rglob("*.py")
        for one in _imports(path.stem, ast.parse(path.read_text()))
    }
    assert {"alembic", "sqlalchemy", "lpdeck", "__future__"} >= found


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    early = [
        str(one)
        for one in _all_imports()
        if one.at_top
        and not one.for_types
        and one.target.split(".")[0] in HEAVY
        and not any(one.target.startswith(f"{light}.") for light in LIGHT)
        and one.module not in LOADED_WHEN_NEEDED
    ]
    assert [] == early


def test_modules_that_load_sqlalchemy_are_imported_where_they_are_used() -> None:
    heavy = tuple(f"lpdeck.{module}" for module in LOADED_WHEN_NEEDED)
    others = [one for one in _all_imports() if one.module not in LOADED_WHEN_NEEDED and one.module != "progress"]
    early = [str(one) for one in others if one.at_top and not one.for_types and one.target.startswith(heavy)]
    assert [] == early


def test_only_the_command_line_reads_a_clock() -> None:
    readers = {module: _clocks(tree) for module, tree in _trees().items() if _room(module) != "cli"}
    assert READS_A_CLOCK == {module: clocks for module, clocks in readers.items() if clocks}


def _clocks(tree: ast.Module) -> set[str]:
    names = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {clock for clock in CLOCKS if any(name == clock or name.endswith(f".{clock}") for name in names | imported)}


# What a command loads

LISTED = """
import sys
sys.argv[1:] = {arguments!r}
from lpdeck.cli import main
try:
    main()
finally:
    sys.stdout.flush()
    print("LOADED", *sorted(sys.modules), file=sys.stderr)
"""
WATCHED = (
    "sqlalchemy",
    "alembic",
    "fsrs",
    "ftfy",
    "bs4",
    "tomlkit",
    "tomli_w",
    "platformdirs",
    "rich.console",
    "pydantic",
    "importlib.metadata",
)


def _loaded(home: Home, *arguments: str, given: str = "", **environment: str) -> set[str]:
    """The watched packages that a command loads, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LISTED.format(arguments=list(arguments))],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LPDECK_HOME": str(home.path), "NO_COLOR": "1", **environment},
    )
    assert "a defect in lpdeck" not in done.stderr
    loaded = set(done.stderr.rpartition("LOADED ")[2].split())
    assert "lpdeck.cli" in loaded, done.stderr
    return {name for name in WATCHED if name in loaded}


@pytest.fixture
def evening(home: Home) -> Home:
    """A home with two cards, its index up to date."""
    make(home)
    put_deck(home, "deck", basic("deck/a"), basic("deck/b"), principles=("ownership",))
    indexed(home)
    return home


@pytest.mark.slow
def test_help_loads_nothing_heavy(evening: Home) -> None:
    for line, loaded in _in_turn(evening, ("--version", "review --help", "--help"), WATCHED):
        assert set() == loaded, line
    assert set() == _loaded(evening, "nonsense")


def test_completion_loads_nothing_heavy(evening: Home) -> None:
    words = {"COMP_WORDS": "lpdeck show deck/", "COMP_CWORD": "2"}
    assert set() == _loaded(evening, **words, _LPDECK_COMPLETE="complete_bash")


def test_what_today_holds_is_said_without_a_heavy_import_or_the_language_of_filters(evening: Home) -> None:
    watched = (*WATCHED, "lpdeck.filters", "lpdeck.store.filtering")
    for line, loaded in _in_turn(evening, ("due", "due --count", "due --json", "--json", ""), watched):
        assert set() == loaded, line


@pytest.mark.slow
def test_a_sitting_loads_the_scheduler_and_nothing_else_that_is_heavy(evening: Home) -> None:
    assert {"fsrs"} >= _loaded(evening, "review", "--plain")
    assert {"fsrs"} == _loaded(evening, "review", "--plain", given="\n3\nu\n\n4\n")


# Each runs the command lines one after another in one process, and says what was loaded after each.
IN_TURN = """
import io, sys
sys.stdin = io.StringIO("")
from lpdeck.cli import run
for line in {lines!r}:
    code = run(line.split())
    watched = [name for name in {watched!r} if name in sys.modules]
    print("DONE", code, line, "LOADED", *watched, file=sys.stderr)
"""

# As many as one evening has, the index fresh all the while: each with what may have been loaded until then.
EVENING = (
    ("due", ()),
    ("due is:new", ("lpdeck.filters",)),
    ("due --count principle:ownership -deck:nowhere", ("lpdeck.filters",)),
    ("suspend id:deck/a", ("lpdeck.filters",)),
    ("resume is:suspended", ("lpdeck.filters",)),
    ("bury deck/b", ("lpdeck.filters",)),
    ("flag red deck/b", ("lpdeck.filters",)),
    ("cards is:flagged", ("lpdeck.filters",)),
    ("cards --json", ("lpdeck.filters",)),
    ("undo", ("lpdeck.filters", "fsrs")),
    ("redo", ("lpdeck.filters", "fsrs")),
    ("reset is:due", ("lpdeck.filters", "fsrs")),
    ("cram --plain kind:basic", ("lpdeck.filters", "fsrs")),
    ("review --plain --new 1 --minutes 5 recall<0.8 or is:new", ("lpdeck.filters", "fsrs")),
)


def test_commands_of_an_evening_load_neither_sqlalchemy_nor_what_they_do_not_use(evening: Home) -> None:
    watched = (*WATCHED, "lpdeck.filters", "lpdeck.store.tables")
    found = _in_turn(evening, tuple(line for line, _ in EVENING), watched)
    for (line, loaded), (_, allowed) in zip(found, EVENING, strict=True):
        assert set(allowed) >= loaded, line


def _in_turn(home: Home, lines: tuple[str, ...], watched: tuple[str, ...]) -> list[tuple[str, set[str]]]:
    """Each command line with the watched modules that it and those before it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", IN_TURN.format(lines=lines, watched=watched)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LPDECK_HOME": str(home.path), "NO_COLOR": "1"},
    )
    said = [line for line in done.stderr.splitlines() if line.startswith("DONE ")]
    assert [f"DONE 0 {line}" for line in lines] == [line.partition(" LOADED")[0] for line in said], done.stderr
    return [(line, set(one.partition(" LOADED")[2].split())) for line, one in zip(lines, said, strict=True)]


@pytest.mark.slow
def test_a_changed_deck_loads_sqlalchemy_once(evening: Home) -> None:
    put_deck(evening, "deck", basic("deck/a"), age_s=20)
    first = _loaded(evening, "due")
    assert "sqlalchemy" in first
    assert not {"ftfy", "bs4", "tomlkit", "fsrs"} & first
    assert set() == _loaded(evening, "due")


@pytest.mark.slow
def test_the_text_mender_is_left_to_parse_and_import(evening: Home) -> None:
    lines = ("decks", "cards", "check", "progress", "show deck/a", "config", "confusions")
    for line, loaded in _in_turn(evening, lines, ("ftfy", "bs4")):
        assert set() == loaded, line
