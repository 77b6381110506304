"""A list to pick from with arrows, letters or numbers: what is at the cursor, and what is picked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Picker(NamedTuple):
    """`names` are the keys of the entries, `at` the entry at the cursor (None before an arrow was pressed).

    `picked` are the entries that are ticked; None where one is chosen and nothing ticked.
    """

    names: tuple[str, ...]
    at: int | None = None
    picked: frozenset[int] | None = None

    def press(self, key: str) -> Picker | None:
        """The list after a key; None where the key means nothing to it."""
        if key in ("up", "down") and self.names:
            return self._replace(at=self._moved(1 if key == "down" else -1))
        if self.picked is None:
            return None
        if key == "space" and self.at is not None:
            return self._toggled(self.at)
        if key in self.names:
            return self._replace(at=self.names.index(key))._toggled(self.names.index(key))
        return None

    def chosen(self, key: str) -> int | None:
        """The entry that a key chooses at once, where only one is to be chosen."""
        if self.picked is not None:
            return None
        if key in self.names:
            return self.names.index(key)
        return self.at if key in ("enter", "space") else None

    def _moved(self, by: int) -> int:
        if self.at is None:
            return 0 if by > 0 else len(self.names) - 1
        return min(max(self.at + by, 0), len(self.names) - 1)

    def _toggled(self, entry: int) -> Picker:
        assert self.picked is not None
        return self._replace(picked=self.picked ^ {entry})


def of(names: Sequence[str], picked: frozenset[int] | None = None) -> Picker:
    """A list before anything was pressed; one that is ticked has its cursor on the first entry."""
    return Picker(tuple(names), 0 if picked is not None and names else None, picked)
