"""Draws every Anki note type as Anki renders it, front and back, light and dark, with headless Chromium.

    python docs/anki_pictures.py [CHROMIUM]

Needs the package `anki` (a development dependency) and a Chromium on the machine. Writes docs/anki-light.png and
docs/anki-dark.png.
"""

from __future__ import annotations

import html
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

sys.path.insert(0, str(Path(__file__).parent))

from pictures import EVENING, starter_home

from lpdeck.anki.package import Exported, PackageOptions, write_package
from lpdeck.config import Config
from lpdeck.home import Home
from lpdeck.store.outgoing import outgoing
from lpdeck.store.schema import open_engine, transaction

FOLDER = Path(__file__).parent
# A card of each look: note types of several kinds are shown once for each.
KINDS = (
    "disqualifier", "follow-up", "quiz", "weak-answer", "stage", "reframing", "level", "checklist", "answer", "basic",
)  # fmt: skip
WIDTH, HEIGHT = 400, 760

MINE = """
schema = 1
title = "Mine"
principles = ["frugality"]

[[card]]
id = "mine/basic-000001"
kind = "basic"
front = "My number for the test-system story?"
back = "$3,000 a month, switched off after three weeks without a reader."
note = "Say whom I asked first."
"""

PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 12px; background: {back}; display: grid;
  grid-template-columns: repeat(4, {width}px); gap: 12px; }}
iframe {{ width: {width}px; height: {height}px; border: 1px solid #8884; border-radius: 8px; background: {card}; }}
</style>{frames}"""
FRAME = """<!doctype html><html class="{night}"><meta charset="utf-8"><style>body {{ margin: 12px; }}</style>
<style>{css}</style><body class="card card1 {body}">{text}</body></html>"""


def main(chromium: str) -> None:
    """Draws both sheets."""
    with tempfile.TemporaryDirectory() as folder:
        sides = list(rendered(Path(folder)))
        for name, night in (("light", False), ("dark", True)):
            page = Path(folder) / f"{name}.html"
            page.write_text(sheet(sides, night=night), encoding="utf-8")
            shoot(chromium, page, FOLDER / f"anki-{name}.png", len(sides))


def rendered(folder: Path) -> Iterator[tuple[str, str]]:
    """The style and the text of each side, as Anki renders them after an import of the starter decks."""
    package = folder / "starters.apkg"
    export(folder, package)
    collection = Collection(str(folder / "collection.anki2"))
    request = ImportAnkiPackageRequest(package_path=str(package), options=ImportAnkiPackageOptions())
    collection.import_anki_package(request)
    for kind in KINDS:
        found = collection.find_cards(f"Kind:{kind}")
        if found:
            card = collection.get_card(found[0])
            output = card.render_output()
            yield output.css, output.question_text
            yield output.css, output.answer_text
    collection.close()


def export(folder: Path, package: Path) -> None:
    """The starter decks, and a card written by hand, as a package."""
    home = Home(folder / "home")
    home.decks.mkdir(parents=True)
    (home.decks / "mine.toml").write_text(MINE, encoding="utf-8")
    store = starter_home(home)
    config = Config(time_zone="UTC")
    day = config.calendar.day_of(EVENING)
    with transaction(open_engine(home), home) as connection:
        ids = [
            row[0] for row in connection.exec_driver_sql("SELECT id FROM card WHERE asked = 1 ORDER BY deck, position")
        ]
        cards = outgoing(connection, ids, with_history=False)
        exported = (Exported(one.card, one.changed_ms, one.schedule, one.history) for one in cards)
        write_package(package, exported, PackageOptions(config.scheduler, config.calendar, day, False, 4))
    store.close()


def sheet(sides: list[tuple[str, str]], *, night: bool) -> str:
    """All sides beside each other, each in a frame of its own."""
    frames = []
    for css, text in sides:
        inner = FRAME.format(
            css=css, text=text, night="night-mode" if night else "", body="nightMode night_mode" if night else ""
        )
        frames.append(f'<iframe srcdoc="{html.escape(inner)}"></iframe>')
    colours = {"back": "#202124", "card": "#2c2c2c"} if night else {"back": "#f4f4f5", "card": "#ffffff"}
    return PAGE.format(frames="".join(frames), width=WIDTH, height=HEIGHT, **colours)


def shoot(chromium: str, page: Path, target: Path, sides: int) -> None:
    """A screenshot of a page."""
    rows = -(-sides // 4)
    size = f"{4 * (WIDTH + 12) + 24},{rows * (HEIGHT + 14) + 24}"
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=0.75")
    command = [chromium, *options, f"--screenshot={target}", f"--window-size={size}", f"file://{page}"]
    subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "chromium")
