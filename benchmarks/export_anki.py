"""An Anki package of 10,000 cards, against genanki: time, size, and memory as the number of cards grows.

Both write the same notes with the same fields from values in memory; ours is deflated, genanki's is not. The peak of
memory is measured in processes of their own, for ours also at 1,000 and 100,000 cards.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from timing import in_turn, report

CARDS = 10_000
TARGET_TIME, TARGET_SIZE = 1.3, 0.25


def main() -> None:
    """Prints the time and size of both, and the memory of ours."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours.apkg", Path(folder) / "theirs.apkg"
        print(f"{'':<44} {'lpdeck':>11} {'genanki':>11}")
        times = in_turn(lambda: seconds(ours, CARDS), lambda: genanki_seconds(theirs, CARDS), runs=5)
        report(f"package of {CARDS:,} cards", *times, target=TARGET_TIME)
        sizes = ours.stat().st_size, theirs.stat().st_size
        share = sizes[0] / sizes[1]
        print(f"{'size':<44} {sizes[0]:>8,} B {sizes[1]:>8,} B   ratio {share:.2f}   target {TARGET_SIZE:.2f}")
        for cards in (1_000, CARDS, 100_000):
            print(f"peak memory of {cards:>7,} cards{'':<17} {peak('ours', cards):>8.0f} MB")
        print(f"peak memory of {CARDS:>7,} cards{'':<17} {'':>11} {peak('genanki', CARDS):>8.0f} MB")


def peak(which: str, cards: int) -> float:
    """The greatest memory (MB) of a process that writes one package."""
    command = [sys.executable, __file__, which, str(cards)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak_of_this_process() -> float:
    """The greatest memory (MB) since this program began; where the system does not say, since before it did."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def seconds(path: Path, cards: int) -> float:
    """How long our writer takes."""
    from lpdeck.anki.package import PackageOptions, write_package
    from lpdeck.config import Config

    config = Config(time_zone="UTC")
    options = PackageOptions(config.scheduler, config.calendar, config.calendar.day_of(0), False, 4)
    begin = time.perf_counter()
    write_package(path, exported(cards), options)
    return time.perf_counter() - begin


def exported(cards: int) -> Iterator[object]:
    """Follow-up cards, made as they are asked for."""
    from lpdeck.anki.package import Exported
    from lpdeck.scheduling import NEW
    from lpdeck.store.hot import StoredCard

    for number in range(cards):
        card = StoredCard(
            f"bench/follow-up-{number:06}", "bench", number, "follow-up", ("ownership",), words(number), None, (),
            draft=False, retired=False, sibling=None,
        )  # fmt: skip
        yield Exported(card, 1_700_000_000_000, NEW, ())


def words(number: int) -> dict[str, str]:
    """Fields of a usual length, no two alike."""
    return {
        "question": f"What did you give up in week {number} to keep the promise?",
        "probes": "Whether the cost was chosen or merely happened.",
        "weak": f"We all agreed that release {number} could wait, and it worked out well for everybody involved.",
        "weak_because": "Nobody chose, nobody paid, and there is no number to ask a second question about.",
        "strong": f"I moved my own release by {number % 9 + 1} days and told my manager the price, ${number * 7:,}, "
        "before I began; she asked for the smaller step first, and I took it the same afternoon.",
        "key_line": f"I named the price of {number % 9 + 1} days aloud.",
    }


def genanki_seconds(path: Path, cards: int) -> float:
    """How long genanki takes for the same notes."""
    import genanki

    from lpdeck.anki.notes import note_type_of

    kind = note_type_of("follow-up")
    names = [name for name, _ in kind.fields]
    begin = time.perf_counter()
    model = genanki.Model(
        kind.id,
        kind.name,
        fields=[{"name": name} for name in names],
        templates=[{"name": one.name, "qfmt": one.front, "afmt": one.back} for one in kind.templates],
        css=kind.css,
    )
    deck = genanki.Deck(1_700_000_001, "LP::Ownership")
    for number in range(cards):
        fields = {"Id": f"bench/follow-up-{number:06}", "Kind": "follow-up", **words(number)}
        tags = ["LP::ownership", "kind::follow-up", "source::bench"]
        deck.add_note(genanki.Note(model=model, fields=[fields.get(name, "") for name in names], tags=tags))
    genanki.Package(deck).write_to_file(str(path))
    return time.perf_counter() - begin


if __name__ == "__main__":
    if len(sys.argv) > 2:
        with tempfile.TemporaryDirectory() as folder:
            write = seconds if sys.argv[1] == "ours" else genanki_seconds
            write(Path(folder) / "one.apkg", int(sys.argv[2]))
            print(peak_of_this_process())
    else:
        main()
