"""The first card of a home with 10,000 cards, against a bare script of sqlite3, typer and fsrs.

Both run on a pseudo-terminal and are timed until their card is on it. The script selects one row, computes its four
previews and prints it; lpdeck finds what is due, draws the card, and has the four previews ready.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from timing import ENVIRONMENT, in_turn, report, seconds_until

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


def make_home(home: Path, cards: int) -> None:
    """A home of handwritten cards in decks of 500, indexed."""
    (home / "decks").mkdir(parents=True)
    for deck in range(cards // 500):
        text = 'schema = 1\ntitle = "Deck"\nprinciples = ["ownership"]\n'
        for card in range(500):
            text += (
                f'\n[[card]]\nid = "d{deck}/basic-{card}"\nkind = "basic"\nfront = "Front {deck}-{card}?"\nback = "."\n'
            )
        (home / "decks" / f"d{deck:03}.toml").write_text(text)
    subprocess.run([program(), "due"], env=ENVIRONMENT | {"LPDECK_HOME": str(home)}, check=True, capture_output=True)


def program() -> str:
    """The `lpdeck` of the environment that runs this."""
    return str(Path(sysconfig.get_path("scripts")) / "lpdeck")


def main() -> None:
    """Prints the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        home, script = Path(folder) / "home", Path(folder) / "bare.py"
        make_home(home, 10_000)
        script.write_text(BARE)
        bare = [sys.executable, str(script), str(home / "lpdeck.db")]
        print(f"{'':<44} {'lpdeck':>11} {'bare':>11}")
        for name, command, marker in (
            ("first card, 10,000 cards", [program(), "review"], "keys"),
            ("lpdeck due --count, 10,000 cards", [program(), "due", "--count"], "10"),
        ):
            times = in_turn(
                lambda command=command, marker=marker: seconds_until(command, marker, home),
                lambda: seconds_until(bare, "bare card"),
            )
            report(name, *times, target=1.5)


if __name__ == "__main__":
    main()
