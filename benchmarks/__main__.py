"""Measures what the README says about speed, and prints one table of ratios.

    python benchmarks [--quick] [--only NAME ...]

Each pair is measured in turn in one run, so that the ratio holds while the machine's speed drifts: the median of the
ratios, with the least and the greatest. The quick form keeps to small homes and few runs.
"""

from __future__ import annotations

import argparse
import tempfile
from importlib import import_module
from pathlib import Path

from scale import FULL, QUICK
from table import HEADING, Row, grown

from homes import Homes

NAMES = ("first_card", "next_card", "due_counts", "progress", "reading", "export_anki", "replay", "memory")


def main() -> None:
    """Prints each row when it is known, and at the end what ten times the cards cost."""
    as_it_is = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__, formatter_class=as_it_is)
    parser.add_argument("--quick", action="store_true", help="small homes, few runs")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
    chosen = parser.parse_args()
    print(HEADING, flush=True)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        homes = Homes(Path(folder))
        for name in chosen.only:
            for row in import_module(name).rows(homes, QUICK if chosen.quick else FULL):
                print(row.line(), flush=True)
                rows.append(row)
    growth = list(grown(rows, 10_000, 100_000))
    if growth:
        print("\nfrom 10,000 to 100,000 cards", *growth, sep="\n")


if __name__ == "__main__":
    main()
