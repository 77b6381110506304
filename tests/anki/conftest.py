from __future__ import annotations

from collections.abc import Iterator

import pytest
from real_anki import RealAnki


@pytest.fixture(scope="session")
def anki() -> Iterator[RealAnki]:
    """The real Anki, in UTC."""
    real = RealAnki()
    yield real
    real.close()
