"""Fixtures that several rooms share."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

import pytest

from lpdeck.home import Home

# Properties are searched as deep as a suite under a minute allows; LPDECK_THOROUGH=1 goes deeper.
try:
    from hypothesis import HealthCheck, settings

    _common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
    settings.register_profile("quick", max_examples=15, **_common)
    settings.register_profile("thorough", max_examples=1500, **_common)
    settings.load_profile("thorough" if os.environ.get("LPDECK_THOROUGH") else "quick")
except ImportError:  # pragma: no cover
    pass


_numbers = count()


@pytest.fixture(autouse=True)
def _nobody_elses_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test touches the home of whoever runs it; a folder is only made for tests that ask for one."""
    monkeypatch.setenv("LPDECK_HOME", str(tmp_path_factory.getbasetemp() / f"nobody-{next(_numbers)}" / "home"))
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Home:
    """A home folder that does not exist yet."""
    monkeypatch.setenv("LPDECK_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")
