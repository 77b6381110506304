"""What the learner knows per principle, against Anki's statistics per tag, and the whole command against its own SQL.

Both sides of the first read a year of reviews: ours counts, recall now and on the day of an interview, the answers of
thirty days and the pages, for all principles at once; Anki's makes its graphs of a year for each of the sixteen tags.
The other yardstick is a bare process, Python with sqlite3 and nothing of lpdeck, that is given the statements that the
command ran, with their values, and fetches their rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from scale import Scale
from table import Row, compared
from timing import PROGRAM, here, in_turn, process, script

from homes import CALENDAR, SLUGS, Homes, now_ms, opened, plan_ahead
from lpdeck.cli.progressing import read
from lpdeck.config import load_config
from lpdeck.home import Home
from lpdeck.store.hot import HotStore

TARGET_ANKI, TARGET_SQL = 0.15, 2.0
WHY_ANKI = "half of it are the answers of thirty days, folded row by row in Python; Anki reads them in Rust"
WHY_SQL = "the program's start, and the answers of thirty days folded in Python"
A_YEAR = 365  # days: what Anki's statistics show when they are opened

BARE = """
import json, sqlite3, sys

connection = sqlite3.connect(sys.argv[1])
for statement in json.load(open(sys.argv[2])):
    connection.execute(statement).fetchall()
"""


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """Both ratios at each size."""
    for cards in scale.sizes:
        home = homes.year(cards)
        anki = homes.anki(home)
        plan_ahead(home)
        yield from _against_anki(home, str(anki), cards, scale.runs)
        yield from _against_sql(homes, home, cards, scale.runs)
        home.config.unlink()


def _against_anki(home: Home, path: str, cards: int, runs: int) -> Iterator[Row]:
    from anki.collection import Collection

    anki = Collection(path)

    def graphs() -> None:
        for slug in SLUGS:
            anki._backend.graphs(search=f"tag:LP::{slug}", days=A_YEAR)

    with closing(opened(home)) as store:
        ours, theirs = in_turn(here(lambda: _read(store, home)), here(graphs), runs=max(runs // 2, 3))
    anki.close()
    yield from compared(
        "progress", "Anki's, for each tag", ours, theirs, size=cards, target=TARGET_ANKI, why=WHY_ANKI, processor=True
    )


def _read(store: HotStore, home: Home) -> object:
    options, day = load_config(home.config), CALENDAR.day_of(now_ms())
    return read(store, options, day, options.plan_on(day))


def _against_sql(homes: Homes, home: Home, cards: int, runs: int) -> Iterator[Row]:
    statements = home.path / "statements.json"
    statements.write_text(json.dumps(_statements_of(home)))
    bare = script(homes.folder, "bare_progress", BARE, str(home.database), str(statements))
    ours = process([PROGRAM, "progress", "--json"], home.path)
    found = in_turn(ours, process(bare), runs=max(runs // 2, 3))
    yield from compared("progress, the process", "its own SQL", *found, size=cards, target=TARGET_SQL, why=WHY_SQL)


def _statements_of(home: Home) -> list[str]:
    """The statements that the command runs, their values in them."""
    seen: list[str] = []

    def listen(connection: sqlite3.Connection) -> None:
        connection.set_trace_callback(seen.append)

    with closing(opened(home)) as store:
        store.reading(listen)
        _read(store, home)
    return [statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]
