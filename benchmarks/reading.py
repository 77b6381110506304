"""Pages imported into an empty home, and a home whose index is gone, each against tomllib alone on the deck files."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from scale import Scale
from table import Row, compared
from timing import PROGRAM, Cost, Timed, in_turn, process, script

from homes import Homes
from lpdeck.home import Home

PAGE = Path(__file__).parent.parent / "tests" / "data" / "pages" / "ownership.txt"

TOMLLIB = """
import sys, tomllib
from pathlib import Path

for path in sorted(Path(sys.argv[1]).glob("*.toml")):
    with path.open("rb") as file:
        tomllib.load(file)
"""


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """Both ratios."""
    yield from _imported(homes, scale)
    yield from _indexed_anew(homes, scale)


def _imported(homes: Homes, scale: Scale) -> Iterator[Row]:
    pages, home = write_pages(homes.folder / "pages", scale.pages), Home(homes.folder / "imported")

    def ours() -> Cost:
        shutil.rmtree(home.path, ignore_errors=True)
        return process([PROGRAM, "import", str(pages)], home.path)()

    found = in_turn(ours, _tomllib(homes, home), runs=1, warm_up=0)
    with closing(sqlite3.connect(home.database)) as connection:
        (cards,) = connection.execute("SELECT count(*) FROM card").fetchone()
    yield from compared(f"import of {scale.pages:,} pages", "tomllib", *found, size=cards, processor=True)


def _indexed_anew(homes: Homes, scale: Scale) -> Iterator[Row]:
    home = homes.year(scale.cards)

    def ours() -> Cost:
        with closing(sqlite3.connect(home.database)) as connection, connection:
            connection.executescript("DELETE FROM card; DELETE FROM deck_file;")
        return process([PROGRAM, "due"], home.path)()

    found = in_turn(ours, _tomllib(homes, home), runs=3)
    yield from compared("index made anew", "tomllib", *found, size=scale.cards, processor=True)


def _tomllib(homes: Homes, home: Home) -> Timed:
    return process(script(homes.folder, "bare_toml", TOMLLIB, str(home.decks)))


def write_pages(folder: Path, pages: int) -> Path:
    """Writes different pages into a new folder."""
    folder.mkdir(exist_ok=True)
    text = PAGE.read_text(encoding="utf-8")
    for number in range(pages):
        (folder / f"page-{number:04}.txt").write_text(_different(text, number), encoding="utf-8")
    return folder


def _different(text: str, number: int) -> str:
    """The page with a word of its own in nearly every sentence, so that no cache helps from page to page."""
    name = "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")
    page = text.replace("a Problem That", f"Problem {name} That")
    return page.replace(" the ", f" the {name} ").replace("420", str(1000 + number))
