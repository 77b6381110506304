from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from rich.cells import cell_len

from homes import TODAY, basic, change, make, put_deck, put_text, with_cards
from lpdeck.cli.progressing import told
from lpdeck.cli.rendering import Painter
from lpdeck.days import StudyDay, date_of
from lpdeck.home import Home
from lpdeck.interviews import Interview
from lpdeck.principles import Principle
from lpdeck.progress import progress
from lpdeck.store.known import DeckPages, Kept, KnownCards

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
    "leech_ids",
    "recall_now",
    "recall_on_the_day",
    "weakest_kind",
    "retention_30_days",
    "reviews_30_days",
    "retention_young_30_days",
    "reviews_young_30_days",
    "retention_mature_30_days",
    "reviews_mature_30_days",
    "weeks",
    "parts",
    "covered",
    "missing",
}
WIDTHS = (10, 20, 30, 40, 41, 60, 80, 100, 120, 160, 200)
PAGE = "star-walkthrough:a story"


def of(lpdeck: Lpdeck, slug: str) -> dict[str, object]:
    return next(one for one in lpdeck("progress", "--json").json["principles"] if one["principle"] == slug)


def test_all_sixteen_principles_are_listed_in_their_order(lpdeck: Lpdeck, starters: Home) -> None:
    data = lpdeck("progress", "--json").json
    lines = lpdeck("progress").out.splitlines()
    assert [one.slug for one in Principle] == [one["principle"] for one in data["principles"]]
    assert all(set(one) == MEASURES for one in [*data["principles"], data["total"]])
    assert all(line.startswith(one.title[:20]) for one, line in zip(Principle, lines[1:], strict=False))
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


def _days(data: dict[str, object], ahead: int) -> str:
    """The date so many days after the one of an answer in JSON."""
    return (datetime.fromisoformat(str(data["date"])).date() + timedelta(days=ahead)).isoformat()


def test_with_an_interview_ahead_the_recall_on_its_day_is_said(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_deck(home, "trust", basic("one"), basic("two"), principles=("earn-trust",))
    lpdeck("review", stdin="\n4\nq\n")
    before = lpdeck("progress", "--json").json
    date = _days(before, 30)
    home.config.write_text(f"[interviews.loop]\ndate = {date}\n")
    after = lpdeck("progress", "--json").json
    assert (None, {"name": "loop", "date": date}) == (before["interview"], after["interview"])
    assert before["total"]["recall_on_the_day"] is None
    assert 0.3 < after["total"]["recall_on_the_day"] < 0.5 < after["total"]["recall_now"]
    assert "you studied nothing more" in lpdeck("progress").out
    home.config.write_text(f"[interviews.loop]\ndate = {_days(before, -1)}\n")
    assert lpdeck("progress", "--json").json == before
    assert "you studied nothing more" not in lpdeck("progress").out


def test_parts_of_a_page_without_a_card_are_named(lpdeck: Lpdeck, home: Home) -> None:
    make(home)
    page = f'[[page]]\nkey = "{PAGE}"\nname = "p"\nwhen = "2026-01-01"\n'
    about = 'schema = 1\ntitle = "S"\nprinciples = ["earn-trust"]\n'
    stage = '[[card]]\nid = "s/{0}"\nkind = "stage"\nstage = "{0}"\nexample = "x"\n{1}\n'
    quiz = '[[card]]\nid = "s/quiz"\nkind = "quiz"\nquestion = "?"\ndraft = true\n'
    put_text(home, "s", about + page + stage.format("task", "") + stage.format("result", "draft = true") + quiz)
    trust = of(lpdeck, "earn-trust")
    (gap,) = trust["missing"]  # type: ignore[misc]
    assert (11, 1) == (trust["parts"], trust["covered"])
    assert ("s", PAGE, True, False) == (gap["deck"], gap["page"], "quiz" in gap["parts"], "stage task" in gap["parts"])
    said = " ".join(lpdeck("progress").out.split())
    assert "no card yet Earn Trust · s: stage situation, stage action, stage result," in said
    lpdeck("suspend", "id:s/task")
    assert 1 == of(lpdeck, "earn-trust")["covered"]


def test_a_deck_of_drafts_alone_points_to_the_check(lpdeck: Lpdeck, home: Home) -> None:
    make(home)
    put_deck(home, "trust", basic("one", draft=True), basic("two", draft=True), principles=("earn-trust",))
    done = lpdeck("progress")
    assert 0 == done.code
    assert re.search("Earn Trust +2 drafts: lpdeck check", done.out)
    assert (0, 2, None) == tuple(of(lpdeck, "earn-trust")[name] for name in ("cards", "drafts", "recall_on_the_day"))


def test_what_is_suspended_is_counted_and_has_no_recall_on_the_day(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_deck(home, "trust", basic("one"), basic("two"), principles=("earn-trust",))
    home.config.write_text("[interviews.loop]\ndate = 2999-01-01\n")
    lpdeck("suspend", "--yes", "principle:earn-trust")
    trust = of(lpdeck, "earn-trust")
    assert (2, 2, None) == (trust["cards"], trust["suspended"], trust["recall_on_the_day"])
    assert re.search("Earn Trust +2", lpdeck("progress").out)


def test_leeches_are_named(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_deck(home, "trust", basic("b"), basic("a"), basic("c"), principles=("earn-trust",))
    lpdeck("review", stdin="\n4\n\n4\n\n4\nq\n")
    change(home, "UPDATE schedule SET lapses = 8 WHERE card <> 'c'")
    trust = of(lpdeck, "earn-trust")
    assert (2, ["a", "b"]) == (trust["leeches"], trust["leech_ids"])
    assert {"kind": "basic", "seen": 3} == {name: trust["weakest_kind"][name] for name in ("kind", "seen")}  # type: ignore[index]


def test_the_weeks_of_the_trend_begin_seven_days_apart_and_the_last_ends_today(lpdeck: Lpdeck, starters: Home) -> None:
    data = lpdeck("progress", "--json").json
    expected = [{"from": _days(data, -6 - 7 * (7 - week)), "retention": None, "reviews": 0} for week in range(8)]
    assert expected == data["total"]["weeks"]


# Drawn without a home, at any width


def _lines(width: int, *, interview: bool = True, gaps: int = 2, cards: int = 1234) -> list[str]:
    slugs = [one.slug for one in Principle][1:]
    known = [
        KnownCards(
            (slug,), "disqualifier", cards, 9, 9, 99, 999, 99, 0, 0, cards, cards, cards * 0.9, cards * 0.8, ("x",)
        )
        for slug in slugs
    ]
    kept = [Kept((slug,), StudyDay(TODAY - 7 * week), True, 20, 20 - 2 * week) for slug in slugs for week in range(7)]
    parts = {"stage result": False, "quiz": True, "reframings": False}
    pages = [DeckPages(f"deck-{number}", (slugs[number % 9],), {PAGE: parts}) for number in range(gaps)]
    ahead = Interview("loop", StudyDay(TODAY + 14)) if interview else None
    return told(*progress(known, kept, pages, TODAY), Painter(width=width, colour=False), TODAY, ahead)


@pytest.mark.parametrize("interview", [True, False])
def test_no_line_is_wider_than_the_terminal(interview: bool) -> None:
    for width in WIDTHS:
        lines = _lines(width, interview=interview)
        assert [] == [line for line in lines if cell_len(line) > width], width
        assert [*(one.title[:3] for one in Principle), "all"] == [line[:3] for line in lines[1:18]]


@pytest.mark.slow
def test_columns_appear_as_the_width_grows() -> None:
    before: set[str] = set()
    for width in range(20, 201):
        heading = set(re.split(r" {1,}(?! )", _lines(width)[0].strip()))
        assert before <= heading, width
        before = heading
    assert {"cards", "Mar", "young", "parts", "weakest"} <= before
    assert "recall 16 Mar kept" in _lines(60)[0]
    assert "kept  8 weeks" in _lines(60, interview=False)[0]
    assert re.search("new learn mature +due recall kept +8 weeks leech", _lines(80, interview=False)[0])


@pytest.mark.slow
def test_names_keep_room_from_sixty_columns_on() -> None:
    for width in range(60, 201):
        assert "Learn and Be Curious" in _lines(width)[5][:44], width


def test_the_trend_is_a_sign_a_week_and_a_dot_for_a_week_without_answers() -> None:
    line = next(line for line in _lines(120) if line.startswith("Ownership"))
    assert " ·▁▁▁▃▅▇█ " in line


def test_of_many_gaps_the_first_are_told() -> None:
    lines = _lines(100, gaps=11)
    assert "and 3 more: lpdeck progress --json" == lines[-1]
    assert "  Ownership · deck-0: stage result, reframings" in lines
    assert not [line for line in _lines(100, gaps=0) if "no card yet" in line]


def test_the_day_is_named_by_its_date() -> None:
    day = date_of(StudyDay(TODAY + 14))
    assert f"{day.day} {day:%b}: what you would remember that day" in " ".join(_lines(80))
