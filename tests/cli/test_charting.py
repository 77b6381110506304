from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from halfyear import half_year
from homes import CALENDAR, query
from lpdeck.cli import context
from lpdeck.cli.charting import CHARTS, as_csv, as_data
from lpdeck.cli.rendering import bare
from lpdeck.home import Home
from lpdeck.scheduling import Scheduler
from lpdeck.statistics import statistics
from lpdeck.store.tallies import Tally

from .conftest import Lpdeck
from .running import Terminal, snapshot

EVENING = int(datetime(2026, 11, 26, 20, 15, tzinfo=UTC).timestamp() * 1000)
DRAWN = re.compile("[▀-▟◄●○]|\x1b")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def half_a_year(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return half_year(Home(tmp_path_factory.mktemp("half-year") / "home"))


@pytest.fixture
def lived(half_a_year: Home, home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Half a year of answers, on the evening of its last day."""
    shutil.copytree(half_a_year.path, home.path)
    monkeypatch.setattr(context, "now_ms", lambda: EVENING)
    return home


def rows(text: str) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(text, newline=""))]


def value(text: str) -> Any:
    """A cell of CSV as JSON has it."""
    if not text:
        return None
    return float(text) if re.fullmatch(r"-?[\d.]+(e-?\d+)?", text) else text


def test_the_names_of_the_charts_are_those_of_the_statistics() -> None:
    charts = statistics(Tally([], [], {}), Scheduler(), CALENDAR, CALENDAR.day_of(EVENING))
    assert tuple(one.name for one in charts) == CHARTS


def test_in_a_pipe_the_charts_are_plain_numbers(lpdeck: Lpdeck, lived: Home) -> None:
    done = lpdeck("stats")
    assert (0, "") == (done.code, done.err)
    assert not DRAWN.search(done.out)
    assert list(CHARTS) == re.findall(r"^# (\w+): ", done.out, re.MULTILINE)


def test_a_table_has_as_many_columns_as_names(lpdeck: Lpdeck, lived: Home) -> None:
    lines = lpdeck("stats", "--chart", "retention").out.splitlines()
    names = lines[1].split()
    table = [line for line in lines[2:] if not line.startswith("#")]
    assert names[:5] == ["week", "share", "low", "high", "count"]
    assert 27 == len(table)
    assert {len(names)} == {len(line.split()) for line in table}


def test_charts_are_chosen_by_name_and_keep_their_order(lpdeck: Lpdeck, lived: Home) -> None:
    assert ["reviews", "hours"] == list(lpdeck("stats", "--chart", "hours", "--chart", "reviews", "--json").json)


def test_an_unknown_chart_is_named_with_those_that_there_are(lpdeck: Lpdeck, lived: Home) -> None:
    done = lpdeck("stats", "--chart", "lapses")
    assert 2 == done.code
    assert 'there is no chart "lapses"' in done.err
    assert all(name in done.err for name in CHARTS)


def test_json_has_every_chart_with_its_rows_as_objects(lpdeck: Lpdeck, lived: Home) -> None:
    found = lpdeck("stats", "--json").json
    ((answers,),) = query(lived, "SELECT count(*) FROM event")
    assert list(CHARTS) == list(found)
    assert answers == sum(row["answers"] for row in found["reviews"]["rows"])
    assert answers == sum(row["answers"] for row in found["hours"]["rows"])
    assert {"title", "columns", "rows", "notes"} == set(found["reviews"])
    assert {"name": "date", "unit": "date", "title": "date"} == found["reviews"]["columns"][0]
    assert {"date": "2026-11-26", "answers": 14} == found["reviews"]["rows"][-1]


def test_json_and_csv_have_the_same_numbers(lpdeck: Lpdeck, lived: Home) -> None:
    words = ("stats", "principle:ownership")
    for name, chart in lpdeck(*words, "--json").json.items():
        table = rows(lpdeck(*words, "--chart", name, "--csv").out)
        assert table
        assert chart["rows"] == [{column: value(cell) for column, cell in row.items()} for row in table]


def test_csv_asks_for_one_chart(lpdeck: Lpdeck, lived: Home) -> None:
    for words in ((), ("--chart", "hours", "--chart", "reviews")):
        done = lpdeck("stats", "--csv", *words)
        assert (2, "") == (done.code, done.out)
        assert "a CSV table holds one chart" in done.err
        assert "--chart" in done.err


@pytest.mark.parametrize(
    "forms", [("--json", "--csv"), ("--csv", "--svg", "x.svg"), ("--json", "--svg", "x.svg"), ("--plain", "--json")]
)
def test_forms_exclude_one_another(lpdeck: Lpdeck, lived: Home, forms: tuple[str, ...]) -> None:
    before = snapshot(lived.path)
    done = lpdeck("stats", "--chart", "hours", *forms)
    assert (2, "") == (done.code, done.out)
    assert "exclude one another" in done.err
    assert before == snapshot(lived.path)


def test_a_filter_counts_its_cards_alone(lpdeck: Lpdeck, lived: Home) -> None:
    found = lpdeck("stats", "principle:ownership", "--json", "--chart", "reviews").json["reviews"]["rows"]
    ((answers,),) = query(lived, "SELECT count(*) FROM event WHERE card LIKE 'ownership/%'")
    assert answers == sum(row["answers"] for row in found) > 0


def test_a_filter_that_finds_nothing_says_so_and_leaves_the_charts_empty(lpdeck: Lpdeck, lived: Home) -> None:
    done = lpdeck("stats", "nothing-like-this", "--json")
    assert (0, "No card fits the filter.\n") == (done.code, done.err)
    assert [] == done.json["reviews"]["rows"]


@pytest.mark.slow
def test_days_limit_the_answers_and_stretch_the_forecast(lpdeck: Lpdeck, lived: Home) -> None:
    found = lpdeck("stats", "--days", "60", "--json").json
    assert [60, 60] == [len(found[name]["rows"]) for name in ("reviews", "forecast")]
    assert ["2026-09-28", "2026-11-26"] == [found["reviews"]["rows"][at]["date"] for at in (0, -1)]
    assert "2026-11-26" == found["forecast"]["rows"][0]["date"]
    assert 30 == len(lpdeck("stats", "--json").json["forecast"]["rows"])


def test_no_days_are_no_window(lpdeck: Lpdeck, lived: Home) -> None:
    assert 2 == lpdeck("stats", "--days", "0").code


def test_a_new_home_says_what_to_do(lpdeck: Lpdeck, home: Home, tmp_path: Path) -> None:
    assert 0 == lpdeck("stats").code
    lpdeck("stats", "--svg", tmp_path / "empty.svg")
    said = (tmp_path / "empty.svg").read_text()
    assert 4 == said.count(">No answers yet: lpdeck review asks the first cards.<")


# The picture


def lines_of(path: Path) -> list[str]:
    """What a picture says to whoever can not see it: its lines."""
    return (ElementTree.parse(path).getroot().findtext(f"{SVG}desc") or "").splitlines()


@pytest.mark.slow
def test_a_picture_holds_the_drawings_below_each_other(lpdeck: Lpdeck, lived: Home, tmp_path: Path) -> None:
    path = tmp_path / "stats.svg"
    done = lpdeck("stats", "--svg", path)
    assert (0, "", f"The picture went to {path}.\n") == (done.code, done.out, done.err)
    lines = lines_of(path)
    titles = [chart["title"] for chart in lpdeck("stats", "--json").json.values()]
    assert titles == [line for line in lines if line in titles]
    assert 100 >= max(map(len, lines)) > 80
    assert "lpdeck stats" == ElementTree.parse(path).getroot().findtext(f"{SVG}title")


@pytest.mark.slow
def test_a_picture_of_equal_answers_is_equal(lpdeck: Lpdeck, lived: Home, tmp_path: Path) -> None:
    lpdeck("stats", "--svg", tmp_path / "one.svg")
    lpdeck("stats", "--svg", tmp_path / "two.svg")
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_picture_is_written_over_a_file_only_if_that_is_wanted(lpdeck: Lpdeck, lived: Home, tmp_path: Path) -> None:
    path = tmp_path / "mine.svg"
    path.write_text("mine")
    refused = lpdeck("stats", "--svg", path, "--chart", "hours")
    assert (2, "mine") == (refused.code, path.read_text())
    assert "--force" in refused.err
    assert 0 == lpdeck("stats", "--svg", path, "--chart", "hours", "--force").code
    assert "Hours of the day" == lines_of(path)[0]
    assert ["mine.svg"] == [one.name for one in tmp_path.iterdir() if one.is_file()]


def test_a_picture_needs_a_folder(lpdeck: Lpdeck, lived: Home, tmp_path: Path) -> None:
    done = lpdeck("stats", "--svg", tmp_path / "nowhere" / "stats.svg")
    assert (2, True) == (done.code, "there is no such folder" in done.err)


def test_a_picture_goes_to_standard_output_for_a_dash(lpdeck: Lpdeck, lived: Home) -> None:
    done = lpdeck("stats", "principle:ownership", "--svg", "-", "--chart", "hours")
    root = ElementTree.fromstring(done.out)
    assert (0, "") == (done.code, done.err)
    assert "lpdeck stats principle:ownership" == root.findtext(f"{SVG}title")


# On a terminal


@pytest.mark.parametrize(("columns", "most"), [(30, 40), (60, 60), (200, 200)])
@pytest.mark.slow
def test_on_a_terminal_charts_are_drawn_as_wide_as_it_is(
    terminal: Callable[..., Terminal], half_a_year: Home, home: Home, columns: int, most: int
) -> None:
    shutil.copytree(half_a_year.path, home.path)
    opened = terminal("stats", columns=columns, rows=200)
    assert 0 == opened.end()
    lines = [bare(line) for line in opened.raw.decode().splitlines()]
    assert max(map(len, lines)) <= most
    titles = {"Answers", "Cards coming due", "Difficulty", "Answer buttons", "Minutes a day", "Hours of the day"}
    assert titles <= set(lines)
    assert DRAWN.search("".join(lines))


@pytest.mark.slow
def test_plain_numbers_can_be_had_on_a_terminal(
    terminal: Callable[..., Terminal], half_a_year: Home, home: Home
) -> None:
    shutil.copytree(half_a_year.path, home.path)
    opened = terminal("stats", "--plain", "--chart", "buttons")
    assert 0 == opened.end()
    assert "# buttons: Answer buttons" == opened.lines[0]
    assert not DRAWN.search(opened.raw.decode())


def test_a_lacking_number_is_null_and_an_empty_cell() -> None:
    charts = statistics(Tally([], [], {}), Scheduler(), CALENDAR, CALENDAR.day_of(EVENING))
    hours = charts[CHARTS.index("hours")]
    assert {"hour": 0, "answers": 0, "remembered": None} == as_data(hours)["rows"][0]
    assert ["hour,answers,remembered", "0,0,"] == as_csv(hours).splitlines()[:2]
