from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from homes import basic, change, put_deck, with_cards
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .running import Terminal

Opens = Callable[..., Terminal]

MEASURES = {
    "principle",
    "cards",
    "new",
    "learning",
    "review",
    "mature",
    "due",
    "suspended",
    "drafts",
    "leeches",
    "recall_now",
    "retention_30_days",
    "reviews_30_days",
}


def of(lpdeck: Lpdeck, slug: str) -> dict[str, object]:
    return next(one for one in lpdeck("progress", "--json").json["principles"] if one["principle"] == slug)


def test_all_sixteen_principles_are_listed_in_their_order(lpdeck: Lpdeck, starters: Home) -> None:
    data = lpdeck("progress", "--json").json
    lines = lpdeck("progress").out.splitlines()
    assert [one.slug for one in Principle] == [one["principle"] for one in data["principles"]]
    assert all(set(one) == MEASURES for one in [*data["principles"], data["total"]])
    assert all(line.startswith(one.title[:25]) for one, line in zip(Principle, lines[1:], strict=False))
    assert lines[17].startswith("all ")


def test_principles_without_cards_show_as_gaps(lpdeck: Lpdeck, starters: Home) -> None:
    with_gaps = [line for line in lpdeck("progress").out.splitlines() if "no cards yet" in line]
    gaps = [one for one in lpdeck("progress", "--json").json["principles"] if one["cards"] == 0]
    assert len(gaps) == len(with_gaps)
    assert all((None, None) == (one["recall_now"], one["retention_30_days"]) for one in gaps)


def test_a_home_without_cards_is_sixteen_gaps(lpdeck: Lpdeck) -> None:
    done = lpdeck("progress")
    assert (0, 16) == (done.code, done.out.count("no cards yet"))


def test_cards_are_counted_by_where_they_stand(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_deck(
        home,
        "trust",
        *(basic(name) for name in ("young", "old", "step", "new")),
        basic("draft", draft=True),
        basic("gone", retired=True),
        principles=("earn-trust",),
    )
    lpdeck("review", stdin="\n4\n\n4\n\n1\nq\n")
    change(home, "UPDATE schedule SET interval = 30, stability = 30 WHERE card = 'old'")
    trust = of(lpdeck, "earn-trust")
    counted = {name: trust[name] for name in ("cards", "new", "learning", "review", "mature", "drafts", "due")}
    assert {"cards": 4, "new": 1, "learning": 1, "review": 1, "mature": 1, "drafts": 1, "due": 1} == counted
    assert trust["recall_now"] == pytest.approx(1.0, abs=0.01)
    assert lpdeck("progress", "--json").json["total"] == {**trust, "principle": None}


def test_recall_and_retention_are_counted(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_deck(home, "trust", basic("one"), basic("two"), principles=("earn-trust",))
    lpdeck("review", stdin="\n4\n\n4\n")
    for table, columns in (("event", ("study_day", "due")), ("schedule", ("due_day", "first_day", "last_day"))):
        moved = ", ".join(f"{column} = {column} - 20" for column in columns)
        change(home, f"UPDATE {table} SET {moved}")
    change(home, "UPDATE event SET at_ms = at_ms - 20 * 86400000")
    before = of(lpdeck, "earn-trust")
    assert (2, None) == (before["due"], before["retention_30_days"])
    recall = before["recall_now"]
    assert isinstance(recall, float)
    assert 0.5 < recall < 0.95
    lpdeck("review", stdin="\n3\n\n1\nq\n")
    after = of(lpdeck, "earn-trust")
    assert (0.5, 2) == (after["retention_30_days"], after["reviews_30_days"])
    assert re.search(r"Earn Trust .*50%", lpdeck("progress").out)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [20, pytest.param(60, marks=pytest.mark.slow)])
def test_progress_fits_the_terminal(terminal: Opens, starters: Home, columns: int) -> None:
    learner = terminal("progress", columns=columns, rows=40)
    assert 0 == learner.end()
    starts = [line[:3] for line in learner.lines[1:18]]
    assert [*(one.title[:3] for one in Principle), "all"] == starts
