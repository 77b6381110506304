"""Makes the starter decks of their walkthroughs anew: python docs/starters.py

Each page is imported into an empty home, as a learner would do it; a deck of which only the date differs stays.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

DECKS = Path(__file__).parent.parent / "decks"
PROGRAM = [sys.executable, "-c", "from lpdeck.cli import main; main()"]
_DATE = re.compile(r'^when = ".*"$', re.MULTILINE)


def made(page: Path, home: Path) -> str:
    """The deck that importing a page gives. Raises CalledProcessError where a line of it is not understood."""
    command = [*PROGRAM, "import", str(page), "--deck", page.stem, "--strict"]
    subprocess.run(command, check=True, env={**os.environ, "LPDECK_HOME": str(home)}, stdout=subprocess.DEVNULL)
    return (home / "decks" / f"{page.stem}.toml").read_text(encoding="utf-8")


def main() -> None:
    """Writes what changed, and says how many cards each deck has."""
    with tempfile.TemporaryDirectory() as folder:
        for page in sorted((DECKS / "walkthroughs").glob("*.txt")):
            deck, text = DECKS / f"{page.stem}.toml", made(page, Path(folder))
            before = deck.read_text(encoding="utf-8") if deck.exists() else ""
            if _DATE.sub("", before) != _DATE.sub("", text):
                deck.write_text(text, encoding="utf-8")
            print(f"{page.stem:45} {text.count('[[card]]'):>4} cards")


if __name__ == "__main__":
    main()
