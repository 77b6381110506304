"""Where the files that travel with the program are: in the wheel, or in a checkout installed in place."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder `decks` or `migrations`, as installed from the wheel or as it stands in the checkout."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.is_dir() else _PACKAGE.parent.parent / name
