"""1,000 different pages imported into an empty home, by one process on one core."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from first_card import program
from timing import ENVIRONMENT

PAGE = Path(__file__).parent.parent / "tests" / "data" / "pages" / "ownership.txt"


def main() -> None:
    """Prints how long it took, and how long the same process took for one page."""
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        pages.mkdir()
        text = PAGE.read_text(encoding="utf-8")
        for number in range(1000):
            (pages / f"page-{number:04}.txt").write_text(different(text, number), encoding="utf-8")
        one, one_cpu = seconds([str(pages / "page-0000.txt")], Path(folder) / "one")
        all_, all_cpu = seconds([str(pages)], Path(folder) / "all")
        print(f"{'':<12} {'elapsed':>9} {'processor':>10}")
        print(f"{'1 page':<12} {one:>7.2f} s {one_cpu:>8.2f} s")
        print(f"{'1,000 pages':<12} {all_:>7.1f} s {all_cpu:>8.1f} s   ratio {all_cpu / one_cpu:.0f}")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


def different(text: str, number: int) -> str:
    """The page with a word of its own in nearly every sentence, so that no cache helps from page to page."""
    name = "".join("abcdefghij"[int(digit)] for digit in f"{number:04}")
    page = text.replace("a Problem That", f"Problem {name} That")
    return page.replace(" the ", f" the {name} ").replace("420", str(1000 + number))


def seconds(paths: list[str], home: Path) -> tuple[float, float]:
    """How long one `lpdeck import` takes: elapsed, and on the processor."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = ENVIRONMENT | {"LPDECK_HOME": str(home)}
    subprocess.run([program(), "import", *paths], env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begin, cpu


if __name__ == "__main__":
    main()
