"""A store in memory with three cards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stores import MemoryStore

from homes import basic, with_cards
from lpdeck.home import Home

CARDS = ("deck/a", "deck/b", "deck/c")


@pytest.fixture(scope="session")
def three(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An indexed home of three cards, to be copied and never written."""
    return with_cards(Home(tmp_path_factory.mktemp("three")), *map(basic, CARDS))


@pytest.fixture
def store(three: Home) -> Iterator[MemoryStore]:
    """A store with the cards deck/a, deck/b and deck/c; nothing happened to them."""
    opened = MemoryStore(three)
    yield opened
    opened.close()
