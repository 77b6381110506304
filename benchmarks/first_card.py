"""The first card and `lpdeck due --count`, against a bare script of sqlite3, typer and fsrs, and one that opens Anki.

All run on a pseudo-terminal and are timed until their card is on it. The bare script selects one row, computes its four
previews and prints it; Anki's opens a collection of the same cards, fetches the first and names its four intervals;
lpdeck finds what is due, draws the card, and has the four previews ready.
"""

from __future__ import annotations

from collections.abc import Iterator

from scale import Scale
from table import Row, compared
from timing import PROGRAM, in_turn, script, until

from homes import Homes
from lpdeck.home import Home

BARE = """
import sqlite3, sys
from datetime import datetime, timezone
import fsrs, typer

app = typer.Typer()

@app.command()
def main(path: str):
    row = sqlite3.connect(path).execute("SELECT id, fields FROM card LIMIT 1").fetchone()
    scheduler, card, now = fsrs.Scheduler(), fsrs.Card(card_id=1), datetime.now(timezone.utc)
    for rating in fsrs.Rating:
        scheduler.review_card(card, rating, now)
    print(row)
    print("bare card")

app()
"""

ANKI = """
import sys
from anki.collection import Collection

collection = Collection(sys.argv[1])
card = collection.sched.get_queued_cards(fetch_limit=1).cards[0]
print(list(collection.sched.describe_next_states(card.states)), collection.get_note(card.card.note_id).fields)
print("anki card")
"""

TARGET = 1.3
WHY = "the modules of a card's screen, its keys and its options are loaded besides"


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """The first card after a year of reviews and where all cards are new, and the count."""
    year, new = homes.year(scale.cards), homes.new(scale.cards)
    anki = until(script(homes.folder, "anki_card", ANKI, str(homes.anki(year))), "anki card")
    review, count = [PROGRAM, "review"], [PROGRAM, "due", "--count"]

    def bare(home: Home) -> list[str]:
        return script(homes.folder, "bare_card", BARE, str(home.database))

    for name, command, marker, home, target in (
        ("first card", review, "keys", year, TARGET),
        ("first card, a new one", review, "keys", new, TARGET),
        ("due --count, the process", count, "\n", year, None),
    ):
        ours = until(command, marker, home.path)
        found = in_turn(ours, until(bare(home), "bare card"), anki, runs=scale.runs)
        yield from compared(name, "bare script", found[0], found[1], size=scale.cards, target=target, why=WHY)
        if home is year:
            yield from compared(name, "opening Anki", found[0], found[2], size=scale.cards)
