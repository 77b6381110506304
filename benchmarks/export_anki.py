"""An Anki package, against genanki and Anki's own exporter: time and size.

All write the same notes with the same fields. Ours and genanki's come from values in memory, Anki's from a collection
into which ours was imported; ours is deflated, genanki's is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scale import Scale
from table import Row, compared
from timing import here, in_turn

from homes import Homes, into_anki

TARGET_TIME, TARGET_SIZE = 1.3, 0.25


def rows(homes: Homes, scale: Scale) -> Iterator[Row]:
    """The ratios of time and size."""
    from anki.collection import Collection

    cards, runs = scale.cards, max(scale.runs // 3, 3)
    ours, genanki, anki = (homes.folder / f"{name}.apkg" for name in ("ours", "genanki", "anki"))
    path = homes.folder / "exported.anki2"
    write_package_of(ours, cards)
    into_anki(ours, path)
    collection = Collection(str(path))
    ways = (
        lambda: write_package_of(ours, cards),
        lambda: write_with_genanki(genanki, cards),
        lambda: write_with_anki(collection, anki),
    )
    found = in_turn(*map(here, ways), runs=runs)
    collection.close()
    name = "export of a package"
    yield from compared(name, "genanki", *found[:2], size=cards, target=TARGET_TIME)
    yield _sizes(name, "genanki", cards, ours, genanki, TARGET_SIZE)
    yield from compared(name, "Anki's exporter", found[0], found[2], size=cards)
    yield _sizes(name, "Anki's exporter", cards, ours, anki, None)


def _sizes(name: str, against: str, cards: int, ours: Path, theirs: Path, target: float | None) -> Row:
    sizes = [(float(path.stat().st_size),) for path in (ours, theirs)]
    return Row(name, against, *sizes, cards, "size", target)


def write_package_of(path: Path, cards: int) -> None:
    """Writes a package of so many follow-up cards, made as they are asked for."""
    from lpdeck.anki.package import PackageOptions, write_package
    from lpdeck.config import Config

    config = Config(time_zone="UTC")
    options = PackageOptions(config.scheduler, config.calendar, config.calendar.day_of(0), False, 4)
    write_package(path, _exported(cards), options)


def _exported(cards: int) -> Iterator[Any]:
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


def write_with_genanki(path: Path, cards: int) -> None:
    """Writes the same notes with genanki."""
    import genanki

    from lpdeck.anki.notes import note_type_of

    kind = note_type_of("follow-up")
    names = [name for name, _ in kind.fields]
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


def write_with_anki(collection: Any, path: Path) -> None:
    """Writes a package of a whole collection, for the Anki of today."""
    from anki.collection import ExportAnkiPackageOptions

    collection.export_anki_package(out_path=str(path), options=ExportAnkiPackageOptions(), limit=None)
