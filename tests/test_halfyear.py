"""The made-up half year is one that the program could have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from halfyear import DAYS, LAST_DAY, SCHEDULER, half_year
from homes import opened, query
from lpdeck.days import study_day
from lpdeck.events import replay
from lpdeck.home import Home
from lpdeck.principles import Principle


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return half_year(Home(tmp_path_factory.mktemp("half-year") / "home"))


def test_its_log_and_its_schedules_agree(lived: Home) -> None:
    store = opened(lived)
    cards = [name for (name,) in query(lived, "SELECT id FROM card")]
    stored = {card: store.schedule(card) for card in cards}
    replayed = {card: replay(store.events_of(card), SCHEDULER) for card in cards}
    store.close()
    assert replayed == stored


def test_it_has_sixteen_principles_and_half_a_year_of_answers(lived: Home) -> None:
    ((answers, first, last),) = query(lived, "SELECT count(*), min(study_day), max(study_day) FROM event")
    ((cards,),) = query(lived, "SELECT count(*) FROM card WHERE asked = 1")
    assert {one.slug for one in Principle} == {name for (name,) in query(lived, "SELECT principles FROM card")}
    assert 290 <= cards <= 310
    assert 4000 <= answers <= 6000
    assert (study_day(LAST_DAY) - DAYS + 1, study_day(LAST_DAY)) == (first, last)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_answers(lived: Home, tmp_path: Path) -> None:
    answers = "SELECT id, at_ms, card, rating, took_ms, interval, due FROM event ORDER BY id"
    assert query(lived, answers) == query(half_year(Home(tmp_path / "again")), answers)
