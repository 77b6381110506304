"""The pictures of the README are what the program draws today."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"


def _kept(pattern: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob(pattern)}


def test_the_pictures_of_a_review_show_what_the_program_draws() -> None:
    assert runpy.run_path(str(DOCS / "pictures.py"))["draw_scenes"]() == _kept("review-*.svg")


@pytest.mark.slow
def test_the_pictures_show_what_the_program_draws() -> None:
    assert runpy.run_path(str(DOCS / "pictures.py"))["draw_all"]() == _kept("*.svg")


def test_the_readme_shows_pictures_that_exist() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    shown = {word.partition(")")[0] for word in readme.split("](docs/")[1:]}
    assert shown
    assert set() == {name for name in shown if not (DOCS / name).exists()}
