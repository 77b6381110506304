from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homes import basic, indexed, make, put_deck, put_text, with_cards
from lpdeck.cli import context
from lpdeck.deck.exchange import decks_from_json
from lpdeck.deck.folder import deck_paths, load
from lpdeck.deck.model import Deck, PageRecord
from lpdeck.deck.plain import COLUMNS
from lpdeck.home import Home

from .conftest import Lpdeck
from .running import Terminal, snapshot
from .sample import question

Page = Callable[..., Path]


def rows(text: str) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(text, newline=""))]


def ids(text: str) -> list[str]:
    return [row["id"] for row in rows(text)]


def decks(home: Home) -> dict[str, Deck]:
    return {path.stem: load(path).deck for path in deck_paths(home.decks)}


@pytest.fixture
def lived_in(starters: Home) -> Home:
    """The starter decks, and one of the learner's own with everything that a deck can have."""
    put_deck(
        starters,
        "mine",
        basic("mine/1", note="mine", tags=("late", "depot")),
        basic("mine/2", draft=True, principles=("dive-deep",)),
        basic("mine/3", retired=True, conflict=True, pages=("p",), imported="b2:0123456789abcdef:0123456789abcdef"),
        title="Mine",
        principles=("ownership",),
        dropped=("mine/9",),
        pages=(PageRecord("p", "p.txt", "2026-01-01"),),
    )
    put_deck(starters, "empty", title="Nothing yet")
    indexed(starters)
    return starters


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Home]:
    """Moves to the empty home of another computer."""

    def move() -> Home:
        monkeypatch.setenv("LPDECK_HOME", str(tmp_path / "another"))
        return Home(tmp_path / "another")

    return move


# Which cards


def test_csv_has_a_row_for_each_card_that_is_not_retired(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"), basic("two", draft=True), basic("three", retired=True))
    done = lpdeck("export", "csv")
    assert (0, ["one", "two"]) == (done.code, ids(done.out))
    assert [*COLUMNS] == [*rows(done.out)[0]]
    assert "2 cards of 1 deck went to standard output." in done.err
    assert ["three"] == ids(lpdeck("export", "csv", "is:retired").out)


def test_a_row_tells_where_its_card_stands(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"), basic("two"))
    assert 0 == lpdeck("review", stdin="\n4\nq\n").code
    lpdeck("flag", "red", "one")
    lpdeck("suspend", "two")
    one, two = rows(lpdeck("export", "csv").out)
    options = context.config()
    today = options.calendar.day_of(context.now_ms())
    due = lpdeck("show", "one", "--json").json["schedule"]["due_day"]
    assert ("review", "red", "1", "0") == (one["state"], one["flag"], one["reps"], one["lapses"])
    assert due - today == _days_from(one["due"], today)
    assert ("suspended", "", "0") == (two["state"], two["due"], two["reps"])


def _days_from(iso: str, today: Any) -> int:
    from datetime import date

    from lpdeck.days import date_of

    return (date.fromisoformat(iso) - date_of(today)).days


def test_a_card_that_is_being_learned_is_due_today(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    lpdeck("review", stdin="\n1\nq\n")
    (one,) = rows(lpdeck("export", "csv").out)
    due = lpdeck("show", "one", "--json").json["schedule"]["due_at_ms"]
    calendar = context.config().calendar
    assert ("learning", 0) == (one["state"], _days_from(one["due"], calendar.day_of(due)))


def test_a_filter_limits_the_cards_of_every_form(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", tags=("late",)), basic("two"))
    put_deck(home, "other", basic("three"))
    assert ["one"] == ids(lpdeck("export", "csv", "tag:late").out)
    assert ["two", "three"] == ids(lpdeck("export", "csv", "-tag:late").out)
    (deck,) = decks_from_json(lpdeck("export", "json", "tag:late").out)
    assert ("deck", ["one"]) == (deck.name, [card.id for card in deck.cards])
    assert lpdeck("export", "markdown", "tag:late").out == "# deck\n\n## Cards\n\none\n\n> because\n"


def test_json_has_drafts_and_retired_cards_and_decks_without_cards(lpdeck: Lpdeck, lived_in: Home) -> None:
    done = lpdeck("export", "json")
    assert [*decks(lived_in).values()] == decks_from_json(done.out)
    assert 0 == done.code


def test_markdown_leaves_retired_cards_out_and_decks_without_cards(lpdeck: Lpdeck, lived_in: Home) -> None:
    text = lpdeck("export", "markdown").out
    assert "# Mine\n\n## Cards\n\nmine/1\n\n> because\n>\n> **Note**: mine\n\n---\n\nmine/2\n\n> because\n" in text
    assert "mine/3" not in text
    assert "Nothing yet" not in text


def test_the_help_says_which_cards_are_left_out(lpdeck: Lpdeck) -> None:
    for form in ("csv", "markdown"):
        assert "retired cards only where the filter says is:retired" in " ".join(
            lpdeck("export", form, "--help").out.split()
        )
    assert "drafts and retired cards are among them" in " ".join(lpdeck("export", "json", "--help").out.split())


def test_a_home_without_decks_exports_nothing(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("export", "json")
    assert (0, []) == (done.code, decks_from_json(done.out))
    assert ",".join(COLUMNS) + "\r\n" == lpdeck("export", "csv").out
    assert "" == lpdeck("export", "markdown").out


def test_a_wrong_filter_is_wrong_usage_and_writes_nothing(lpdeck: Lpdeck, home: Home, tmp_path: Path) -> None:
    with_cards(home, basic("one"))
    done = lpdeck("export", "csv", "kid:quiz", "-o", tmp_path / "cards.csv")
    assert (2, "", False) == (done.code, done.out, (tmp_path / "cards.csv").exists())


def test_cards_that_can_not_be_read_are_named_and_the_others_exported(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    put_text(home, "broken", "title =")
    put_text(home, "lame", '[[card]]\nid = "lame/1"\nkind = "basic"\nfront = "A"\n')
    put_deck(home, "twin", basic("one"), basic("two"))
    done = lpdeck("export", "json")
    assert 1 == done.code
    assert ["one", "two"] == sorted(card.id for deck in decks_from_json(done.out) for card in deck.cards)
    assert "broken.toml:1: this is not valid TOML" in done.err
    assert 'lame.toml:1: the card has no "back"' in done.err
    assert "the id one stands in another deck too" in done.err


# Where to


@pytest.mark.parametrize("form", ["csv", "json", "markdown"])
def test_a_file_gets_what_standard_output_gets(lpdeck: Lpdeck, lived_in: Home, tmp_path: Path, form: str) -> None:
    file = tmp_path / "cards"
    done = lpdeck("export", form, "-o", file)
    assert (0, "") == (done.code, done.out)
    assert f"went to {file}." in done.err
    assert lpdeck("export", form, "-o", "-").out.encode() == file.read_bytes()


def test_a_file_is_overwritten_by_force_only(lpdeck: Lpdeck, home: Home, tmp_path: Path) -> None:
    with_cards(home, basic("one"))
    file = tmp_path / "cards.csv"
    file.write_text("mine")
    done = lpdeck("export", "csv", "-o", file)
    assert (2, "mine") == (done.code, file.read_text())
    assert "--force" in done.err
    assert 0 == lpdeck("export", "csv", "-o", file, "--force").code
    assert ["one"] == ids(file.read_text())


@pytest.mark.parametrize("name", ["nowhere/cards.csv", "."])
def test_a_place_that_can_not_hold_the_file_is_wrong_usage(
    lpdeck: Lpdeck, home: Home, tmp_path: Path, name: str
) -> None:
    assert 2 == lpdeck("export", "csv", "-o", tmp_path / name, "--force").code


@pytest.mark.slow
def test_a_card_can_not_steer_the_terminal(terminal: Callable[..., Terminal], home: Home) -> None:
    with_cards(home, basic("one", "a\x1b[31mb\x9bc"))
    learner = terminal("export", "csv")
    assert 0 == learner.end()
    assert b"\x1b[31m" not in learner.raw
    assert "a·[31mb·c" in learner.text


# And back


def exported(lpdeck: Lpdeck, tmp_path: Path, *filter_: str) -> Path:
    file = tmp_path / "export.json"
    assert 0 == lpdeck("export", "json", *filter_, "-o", file, "--force").code
    return file


def test_decks_come_back_as_they_were(
    lpdeck: Lpdeck, lived_in: Home, another: Callable[[], Home], tmp_path: Path
) -> None:
    file, before = exported(lpdeck, tmp_path), decks(lived_in)
    there = another()
    done = lpdeck("import", file)
    assert (0, before) == (done.code, decks(there))
    assert "mine: 3 added" in done.out
    assert "wrote 4 decks" in done.out
    assert file.read_text() == lpdeck("export", "json").out


def test_importing_twice_changes_nothing(
    lpdeck: Lpdeck, lived_in: Home, another: Callable[[], Home], tmp_path: Path
) -> None:
    file = exported(lpdeck, tmp_path)
    there = another()
    lpdeck("import", file)
    before = snapshot(there.decks)
    for options in ((), ("--update",)):
        done = lpdeck("import", file, *options)
        assert (0, before) == (done.code, snapshot(there.decks))
        assert "your decks say this already; nothing was changed" in done.out
        assert "mine: 3 there already" in done.out


def test_schedules_stay_where_cards_come_back(lpdeck: Lpdeck, home: Home, tmp_path: Path) -> None:
    with_cards(home, basic("one"))
    lpdeck("review", stdin="\n3\nq\n")
    file, before = exported(lpdeck, tmp_path), lpdeck("show", "one", "--json").json["schedule"]
    lpdeck("delete", "deck", "--yes")
    lpdeck("import", file)
    assert before == lpdeck("show", "one", "--json").json["schedule"]


WRITTEN_BY_HAND = """\
# My deck.
title = "Deck"   # short
dropped = ["gone"]

[[card]]   # the first
id = "mine"
kind = "basic"
front = "What is the bar?"
back = "Mine."
mnemonic = "a bar of chocolate"

[[card]]
id = "lame"
kind = "basic"
front = "No back."
"""


def offered(lpdeck: Lpdeck, another: Callable[[], Home], tmp_path: Path, *cards: str) -> tuple[Path, Home]:
    """An export with one deck of some cards, and the empty home where it goes."""
    home = Home(tmp_path / "home")
    with_cards(home, *(basic(card, "What is the bar?", "High.") for card in cards))
    file = exported(lpdeck, tmp_path)
    return file, make(another())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_a_learner_wrote_survives_and_conflicts_are_told(
    lpdeck: Lpdeck, home: Home, another: Callable[[], Home], tmp_path: Path, end: str
) -> None:
    file, there = offered(lpdeck, another, tmp_path, "mine", "gone", "lame", "far", "new")
    put_text(there, "deck", WRITTEN_BY_HAND.replace("\n", end))
    put_deck(there, "other", basic("far"))
    done = lpdeck("import", file, "--json")
    (told,) = done.json["decks"]
    assert {
        "added": ["new"],
        "kept": [],
        "updated": [],
        "conflict": ["mine"],
        "dropped": ["gone", "lame"],
        "elsewhere": ["far"],
    } == told["changes"]
    assert [{"id": "mine", "differs": ["back"]}] == told["conflicts"]
    text = (there.decks / "deck.toml").read_bytes().decode()
    assert text.startswith(WRITTEN_BY_HAND.replace("\n", end))
    assert text.count("\n") == text.count(end)
    assert ["mine", "new"] == [card.id for card in decks(there)["deck"].cards]


def test_the_report_names_conflicts_and_what_stands_elsewhere(
    lpdeck: Lpdeck, home: Home, another: Callable[[], Home], tmp_path: Path
) -> None:
    file, there = offered(lpdeck, another, tmp_path, "mine", "far")
    put_text(there, "deck", WRITTEN_BY_HAND)
    put_deck(there, "other", basic("far"))
    said = lpdeck("import", file).out
    assert "  deck: 1 in conflict; 1 in another deck: left there\n" in said
    assert "    mine   differs in back\n" in said
    assert "    far   stands in other\n" in said
    assert "--update" in said


def test_an_update_takes_the_words_of_the_file(
    lpdeck: Lpdeck, home: Home, another: Callable[[], Home], tmp_path: Path
) -> None:
    file, there = offered(lpdeck, another, tmp_path, "mine")
    path = put_text(there, "deck", WRITTEN_BY_HAND)
    done = lpdeck("import", file, "--update")
    assert "  deck: 1 updated\n    mine   took from the file back\n" in done.out
    assert WRITTEN_BY_HAND.replace('"Mine."', '"High."') == path.read_text()


@pytest.mark.parametrize("options", [(), ("--json",), ("--update",)])
def test_a_dry_run_changes_nothing(
    lpdeck: Lpdeck, home: Home, another: Callable[[], Home], tmp_path: Path, options: tuple[str, ...]
) -> None:
    file, there = offered(lpdeck, another, tmp_path, "mine", "new")
    put_text(there, "deck", WRITTEN_BY_HAND)
    before = snapshot(there.decks)
    done = lpdeck("import", file, "--dry-run", *options)
    assert (0, before) == (done.code, snapshot(there.decks))
    assert "new" in done.out if options == ("--json",) else "would write 1 deck; nothing was changed" in done.out


def test_a_dry_run_makes_no_home(lpdeck: Lpdeck, lived_in: Home, another: Callable[[], Home], tmp_path: Path) -> None:
    file = exported(lpdeck, tmp_path)
    there = another()
    assert "would write 4 decks" in lpdeck("import", file, file, "--dry-run").out
    assert not there.path.exists()


def test_a_deck_all_of_whose_cards_stand_elsewhere_is_not_made(
    lpdeck: Lpdeck, home: Home, another: Callable[[], Home], tmp_path: Path
) -> None:
    file, there = offered(lpdeck, another, tmp_path, "far")
    put_deck(there, "other", basic("far"))
    assert "your decks say this already" in lpdeck("import", file).out
    assert ["other"] == [*decks(there)]


def test_what_was_deleted_does_not_come_back(lpdeck: Lpdeck, home: Home, tmp_path: Path) -> None:
    with_cards(home, basic("one"), basic("two"))
    file = exported(lpdeck, tmp_path)
    lpdeck("delete", "two", "--yes")
    assert "1 deleted by you" in lpdeck("import", file).out
    assert ["one"] == [card.id for card in decks(home)["deck"].cards]


def test_standard_input_and_any_name_will_do(lpdeck: Lpdeck, lived_in: Home, another: Callable[[], Home]) -> None:
    text, before = lpdeck("export", "json").out, decks(lived_in)
    there = another()
    assert 0 == lpdeck("import", "-", stdin=text).code
    assert before == decks(there)


def test_pages_and_decks_can_be_imported_together(
    lpdeck: Lpdeck, lived_in: Home, another: Callable[[], Home], tmp_path: Path, page: Page
) -> None:
    file = exported(lpdeck, tmp_path, "deck:mine")
    there = another()
    done = lpdeck("import", page(question()), file, tmp_path / "nothing.json", "--json")
    assert 1 == done.code
    assert ["counting-the-lost-parcels"] == [one["deck"] for one in done.json["pages"]]
    assert ["mine"] == [one["deck"] for one in done.json["decks"]]
    assert ["counting-the-lost-parcels", "mine"] == [*decks(there)]
    assert "1 of 3 pages failed; the others were imported." in done.err


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "this is not JSON"),
        ("[]", "this JSON holds no decks"),
        ('{"format": "lpdeck", "version": 9}', "the file has version 9, this lpdeck knows 1"),
        ('{"format": "lpdeck", "version": 1, "decks": [{"name": "../d"}]}', 'deck 1: "name" can not be the name'),
    ],
)
def test_a_file_that_holds_no_decks_is_refused_in_one_sentence(
    lpdeck: Lpdeck, home: Home, tmp_path: Path, text: str, what: str
) -> None:
    file = tmp_path / "broken.json"
    file.write_text(text)
    done = lpdeck("import", file)
    assert (3, "") == (done.code, done.out)
    assert f"lpdeck: {file}: {what}" in done.err


def test_a_deck_that_can_not_be_read_stops_the_file_before_anything_is_written(
    lpdeck: Lpdeck, lived_in: Home, another: Callable[[], Home], tmp_path: Path
) -> None:
    file = exported(lpdeck, tmp_path)
    there = make(another())
    put_text(there, "mine", "title =")
    done = lpdeck("import", file)
    assert (1, ["mine"]) == (done.code, [path.stem for path in deck_paths(there.decks)])
    assert "mine.toml:1: this is not valid TOML" in done.err


@pytest.mark.parametrize("option", ["--deck", "--principle"])
def test_decks_keep_their_names_and_principles(lpdeck: Lpdeck, home: Home, tmp_path: Path, option: str) -> None:
    with_cards(home, basic("one"))
    assert 2 == lpdeck("import", exported(lpdeck, tmp_path), option, "ownership").code


def test_the_index_knows_what_came_back(
    lpdeck: Lpdeck, lived_in: Home, another: Callable[[], Home], tmp_path: Path
) -> None:
    file = exported(lpdeck, tmp_path)
    there = another()
    lpdeck("import", file)
    connection = sqlite3.connect(there.database)
    try:
        (count,) = connection.execute("SELECT count(*) FROM card").fetchone()
    finally:
        connection.close()
    assert count == sum(len(deck["cards"]) for deck in json.loads(file.read_text())["decks"])
