"""The one folder that holds everything a learner has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The paths inside a home folder; nothing is read or made by naming them."""

    path: Path

    @property
    def decks(self) -> Path:
        """The learner's deck files."""
        return self.path / "decks"

    @property
    def database(self) -> Path:
        """The log, the schedules and the index of the deck files."""
        return self.path / "lpdeck.db"

    @property
    def config(self) -> Path:
        """The learner's options."""
        return self.path / "config.toml"

    @property
    def removed(self) -> Path:
        """Starter decks that the learner took out of their decks."""
        return self.path / "removed"

    @property
    def backups(self) -> Path:
        """Copies made before anything risky."""
        return self.path / "backups"
