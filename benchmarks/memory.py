"""The greatest memory that each thing takes, in a process of its own that does nothing else."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from scale import Scale
from table import Row
from timing import ENVIRONMENT

from homes import Homes
from lpdeck.home import Home

MOST = 150.0  # MB


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """The peak of each over the greatest home, as a share of what is allowed."""
    due, year = homes.due(scale.most), homes.year(scale.most)
    package = str(homes.folder / "memory.apkg")
    yield _row("next card and answer", scale.most, due, "answer")
    yield _row("due --count", scale.most, due, "lpdeck", "due", "--count")
    yield _row("progress", scale.most, year, "lpdeck", "progress")
    yield _row("export, words alone", scale.most, year, "lpdeck", "export", "anki", "-o", package)
    yield _row("export with schedules", scale.most, year, "lpdeck", "export", "anki", "--schedule", "-o", package)
    yield _row("replay", scale.most, year, "replay")
    from reading import write_pages

    pages, empty = write_pages(homes.folder / "pages", scale.pages), Home(homes.folder / "memory")
    yield _row(f"import of {scale.pages:,} pages", None, empty, "lpdeck", "import", str(pages))
    anew = Home(homes.folder / "anew")
    shutil.copytree(year.decks, anew.decks)
    yield _row("index made anew", scale.most, anew, "lpdeck", "due")


def _row(name: str, size: int | None, home: Home, *arguments: str) -> Row:
    command = [sys.executable, __file__, *arguments]
    environment = ENVIRONMENT | {"LPDECK_HOME": str(home.path)}
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stderr
    return Row(name, f"{MOST:.0f} MB", (float(said.split()[-1]),), (MOST,), size, "memory", 1.0)


def peak() -> float:
    """The greatest memory (MB) since this program began; where the system does not say, since before it did."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _answer() -> None:
    from next_card import lpdeck

    from lpdeck.cli.context import home

    answer = lpdeck(home())
    for _ in range(50):
        answer()


def _replay() -> None:
    from replay import replay_log

    from lpdeck.cli.context import home

    replay_log(home())


def _lpdeck() -> None:
    from lpdeck.cli import run

    if code := run(sys.argv[2:]):
        raise SystemExit(code)


DOES: dict[str, Callable[[], None]] = {"answer": _answer, "replay": _replay, "lpdeck": _lpdeck}

if __name__ == "__main__":
    DOES[sys.argv[1]]()
    print(peak(), file=sys.stderr)
