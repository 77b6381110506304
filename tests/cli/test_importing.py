from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from homes import make, query
from lpdeck.deck.folder import load
from lpdeck.deck.model import KINDS
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .running import Terminal, process, snapshot
from .sample import NO_PRINCIPLE, POINTS, WALKTHROUGH, as_html, question, shortened

Page = Callable[..., Path]
Opens = Callable[..., Terminal]


def decks(home: Home) -> list[str]:
    return sorted(path.stem for path in home.decks.glob("*.toml"))


def points(home: Home, deck: str = "counting-the-lost-parcels") -> list[str]:
    found = load(home.decks / f"{deck}.toml").deck
    return next(card.fields["points"] for card in found.cards if card.fields.get("list") == "key points")


# Where pages come from


def test_a_file_becomes_a_deck_named_after_its_title(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    done = lpdeck("import", page(question()))
    assert (0, ["counting-the-lost-parcels"]) == (done.code, decks(home))
    assert ["checklist", "checklist", "checklist", "answer"] == [
        card.kind for card in load(home.decks / "counting-the-lost-parcels.toml").deck.cards
    ]


@pytest.mark.parametrize(
    ("title", "deck"),
    [
        ("Tell Me About a Time You Counted Ten Parcels", "counted-ten-parcels"),
        ("Describe a Situation Where You Kept a Promise", "kept-a-promise"),
        ("L'été à Zürich", "lete-a-zurich"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
@pytest.mark.slow
def test_a_deck_is_named_after_what_its_page_is_about(
    lpdeck: Lpdeck, page: Page, home: Home, title: str, deck: str
) -> None:
    lpdeck("import", page(question(title)))
    assert [deck] == decks(home)


def test_two_pages_whose_names_begin_alike_get_two_decks(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    long = "Counting Parcels in the Depot of the "
    lpdeck("import", page(question(f"{long}North")), page(question(f"{long}South"), "other.txt"))
    assert ["counting-parcels-in-the-depot", "counting-parcels-in-the-depot-2"] == decks(home)


def test_several_files_are_imported_at_once(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    done = lpdeck("import", page(question("Red Parcels"), "a.txt"), page(question("Blue Parcels"), "b.txt"))
    assert (0, ["blue-parcels", "red-parcels"]) == (done.code, decks(home))
    assert "a.txt" in done.out
    assert "b.txt" in done.out


def test_a_folder_means_every_page_below_it_and_nothing_else(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    page(question("Red Parcels"), "red.txt")
    page(question("Blue Parcels"), "deep/er/blue.MD")
    page(question("Hidden Parcels"), ".hidden.txt")
    page(b"\x00\x01", "picture.png")
    done = lpdeck("import", page(as_html(question("Green Parcels")), "green.html").parent)
    assert (0, ["blue-parcels", "green-parcels", "red-parcels"]) == (done.code, decks(home))


@pytest.mark.slow
def test_a_page_comes_through_a_pipe(home: Home) -> None:
    done = process(home, "import", "-", stdin=question().encode())
    assert (0, "", ["counting-the-lost-parcels"]) == (done.code, done.err, decks(home))
    assert "standard input" in done.out


def test_a_markdown_page_says_the_same_as_its_text(lpdeck: Lpdeck, page: Page) -> None:
    headings = ("Why Interviewers", "How to Answer", "Key Points", "Sample Answer", "Common Mistakes")
    text = "".join(f"## {line}\n" if line.startswith(headings) else f"{line}\n" for line in question().splitlines())
    plain = lpdeck("parse", page(question()), "--json")
    assert plain.json == lpdeck("parse", page(text, "page.md"), "--json").json


def test_a_saved_html_page_says_the_same_as_its_text(lpdeck: Lpdeck, page: Page) -> None:
    html = as_html(question())
    plain = lpdeck("parse", page(question()), "--json").json
    assert plain == lpdeck("parse", page(html, "saved.html"), "--json").json
    assert plain == lpdeck("parse", "-", "--json", stdin=html).json


# What an import tells


def test_an_import_tells_its_plan_and_the_coverage_of_the_page(lpdeck: Lpdeck, page: Page) -> None:
    out = lpdeck("import", page(question(noise="Zzyx 14 qqq"))).out
    assert "16 lines: 15 used, 0 navigation, 1 not understood" in out
    assert re.search(r"added +4 .*3 checklists", out)
    assert re.search(r'line 13 .*"Zzyx 14 qqq"', out)
    assert "decks/counting-the-lost-parcels.toml" in out


def test_the_coverage_counts_every_line_once(lpdeck: Lpdeck) -> None:
    lines = lpdeck("import", WALKTHROUGH, "--dry-run", "--json").json["pages"][0]["lines"]
    assert lines["all"] == lines["used"] + lines["navigation"] + lines["not_understood"]


def test_json_says_all_of_an_import(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    lost = page("nothing of the kind", "lost.txt")
    path = page(question(noise="Zzyx 14 qqq").replace("19 had", "19 hadâ€™"))
    done = lpdeck("import", path, lost, "--json")
    (one,) = done.json["pages"]
    assert 1 == done.code
    assert [card.id for card in load(home.decks / f"{one['deck']}.toml").deck.cards] == one["changes"]["added"]
    assert {"page", "format", "title", "principles", "deck", "written", "lines", "repairs"} < set(one)
    assert {"added", "updated", "kept", "conflict", "retired", "revived"} == set(one["changes"])
    assert (str(path), "interview-question", ["ownership"], True) == (
        one["page"],
        one["format"],
        one["principles"],
        one["written"],
    )
    assert [(13, "Zzyx 14 qqq")] == [(problem["line"], problem["text"]) for problem in one["problems"]]
    assert 1 == sum(repair["places"] for repair in one["repairs"])
    assert [str(lost)] == [failure["page"] for failure in done.json["failed"]]
    assert all(failure["error"] and failure["advice"] for failure in done.json["failed"])


def test_explain_shows_repairs_and_evidence(lpdeck: Lpdeck) -> None:
    out = lpdeck("import", WALKTHROUGH, "--dry-run", "--explain").out
    quiz = lpdeck("parse", WALKTHROUGH, "--json").json["quiz"]
    assert "principle: Ownership" in out
    asked = [item for item in quiz if item["options"]]
    assert asked
    assert len(asked) == len(re.findall(r"^  line \d+: ", out, re.MULTILINE))


def test_parse_prints_an_outline_or_the_whole_as_json(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    path = page(question())
    content = lpdeck("parse", path, "--json").json
    assert ["format", "title", "principles"] == list(content)[:3]
    assert list(POINTS) == content["key_points"]
    assert all(point in lpdeck("parse", path).out for point in POINTS)
    assert not home.path.exists()


def test_parse_reads_a_pipe(lpdeck: Lpdeck) -> None:
    assert "Counting the Lost Parcels" == lpdeck("parse", "-", "--json", stdin=question()).json["title"]


# What an import changes


def test_a_dry_run_makes_no_home(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    done = lpdeck("import", page(question()), "--dry-run")
    assert (0, False) == (done.code, home.path.exists())
    assert re.search(r"added +4", done.out)


def test_a_dry_run_changes_no_byte_of_a_home(lpdeck: Lpdeck, page: Page, starters: Home) -> None:
    before = snapshot(starters.path)
    changed = WALKTHROUGH.read_text().replace("half a minute", "a quarter of a minute")
    done = lpdeck("import", page(question()), page(changed, "changed.txt"), "--dry-run")
    assert 0 == done.code
    assert re.search(r"updated +1", done.out)
    assert before == snapshot(starters.path)


def test_a_dry_run_of_two_pages_for_one_deck_sees_the_first_when_it_plans_the_second(
    lpdeck: Lpdeck, page: Page, home: Home
) -> None:
    paths = page(question("Red Parcels"), "a.txt"), page(question("Blue Parcels"), "b.txt")
    planned = lpdeck("import", *paths, "--deck", "both", "--dry-run", "--json").json
    done = lpdeck("import", *paths, "--deck", "both", "--json").json
    assert [one["changes"] for one in done["pages"]] == [one["changes"] for one in planned["pages"]]


def test_importing_twice_changes_nothing(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    paths = page(question()), WALKTHROUGH
    lpdeck("import", *paths)
    before = snapshot(home.decks)
    again = lpdeck("import", *paths)
    assert (0, before) == (again.code, snapshot(home.decks))
    assert 2 == again.out.count("nothing was changed")


def test_an_edited_card_keeps_its_words_and_its_schedule(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    path = page(question())
    lpdeck("import", path)
    lpdeck("review", stdin="\n\n3\nq\n")
    deck = home.decks / "counting-the-lost-parcels.toml"
    deck.write_text(deck.read_text().replace(POINTS[0], "Counting first, whoever asks"))
    schedules = query(home, "SELECT * FROM schedule")
    done = lpdeck("import", path)
    assert 0 == done.code
    assert ["Counting first, whoever asks", *POINTS[1:]] == points(home)
    assert schedules == query(home, "SELECT * FROM schedule")
    assert 1 == len(schedules)


def test_a_conflict_is_told_and_update_takes_the_words_of_the_page(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    lpdeck("import", page(question()))
    deck = home.decks / "counting-the-lost-parcels.toml"
    deck.write_text(deck.read_text().replace(POINTS[0], "Counting first, whoever asks"))
    newer = page(question(points=["Counting before all else", *POINTS[1:]]))
    told = lpdeck("import", newer)
    assert re.search(r"conflict +\d", told.out)
    assert "--update" in told.out
    assert "Counting first, whoever asks" == points(home)[0]
    assert 0 == lpdeck("import", newer, "--update").code
    assert "Counting before all else" == points(home)[0]


def test_deck_names_the_deck_to_write(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    lpdeck("import", page(question("Red Parcels"), "a.txt"), "--deck", "My Parcels")
    lpdeck("import", page(question("Blue Parcels"), "b.txt"), "--deck", "my-parcels")
    assert ["my-parcels"] == decks(home)
    deck = load(home.decks / "my-parcels.toml").deck
    assert (2, 8) == (len(deck.pages), len(deck.cards))


def test_a_page_goes_to_the_deck_that_holds_it(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    path = page(question())
    lpdeck("import", path, "--deck", "parcels")
    lpdeck("import", path)
    assert ["parcels"] == decks(home)


@pytest.mark.parametrize("named", ["frugality", "Frugality", "FRUGALITY"])
def test_principle_decides(lpdeck: Lpdeck, page: Page, home: Home, named: str) -> None:
    done = lpdeck("import", page(question(asks=NO_PRINCIPLE)), "--principle", named)
    assert 0 == done.code
    assert ("frugality",) == load(home.decks / "counting-the-lost-parcels.toml").deck.principles


@pytest.mark.slow
def test_principle_overrules_what_the_page_claims(lpdeck: Lpdeck, page: Page) -> None:
    done = lpdeck("import", page(question()), "--principle", "have backbone", "--json")
    assert ["have-backbone-disagree-and-commit"] == done.json["pages"][0]["principles"]


@pytest.mark.slow
def test_principle_decides_for_one_page_of_a_deck_and_leaves_the_other(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    lpdeck("import", WALKTHROUGH, "--deck", "both")
    one = page(question(), name="one.txt")
    lpdeck("import", one, "--deck", "both")
    assert 0 == lpdeck("import", one, "--principle", "think-big").code
    deck = load(home.decks / "both.toml").deck
    kinds = {card.kind for card in deck.cards if deck.principles_of(card) == ("think-big",)}
    assert (("ownership",), {"checklist", "answer"}) == (deck.principles, kinds)


@pytest.mark.slow
def test_a_page_in_the_deck_of_another_principle_keeps_its_own(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    lpdeck("import", WALKTHROUGH, "--deck", "both")
    asks = "Amazon asks this to see Frugality."
    lpdeck("import", page(question(asks=asks)), "--deck", "both")
    deck = load(home.decks / "both.toml").deck
    found = {deck.principles_of(card) for card in deck.cards if card.kind in ("checklist", "answer")}
    assert {("frugality",)} == found


def test_a_page_whose_principle_was_decided_once_is_not_asked_about_again(lpdeck: Lpdeck, page: Page) -> None:
    one = page(question(asks=NO_PRINCIPLE))
    lpdeck("import", one, "--principle", "frugality")
    done = lpdeck("import", one, "--json")
    assert (0, ["frugality"]) == (done.code, done.json["pages"][0]["principles"])


def test_a_card_spoiled_in_the_editor_is_not_added_a_second_time(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    one = page(question())
    lpdeck("import", one)
    path = home.decks / "counting-the-lost-parcels.toml"
    path.write_text(path.read_text().replace('kind = "answer"', 'kind = "anwser"'))
    before = path.read_text()
    assert 0 == lpdeck("import", one).code
    assert before == path.read_text()


def test_an_unclear_principle_stops_where_nobody_can_be_asked(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    done = lpdeck("import", page(question(asks=NO_PRINCIPLE)))
    assert (3, [], "") == (done.code, decks(home), done.out)
    assert "--principle" in done.err


def test_strict_fails_if_a_line_was_not_understood(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    assert 0 == lpdeck("import", page(question()), "--strict").code
    assert 0 == lpdeck("import", page(question(noise="Zzyx 14 qqq"))).code
    assert 1 == lpdeck("import", page(question(noise="Zzyx 14 qqq")), "--strict").code


def test_one_bad_file_does_not_stop_the_others(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    bad, good = page("nothing of the kind", "a-bad.txt"), page(question(), "good.txt")
    done = lpdeck("import", bad, good, page(b"", "z-empty.txt"))
    assert (1, ["counting-the-lost-parcels"]) == (done.code, decks(home))
    assert str(bad) in done.err
    assert "z-empty.txt" in done.err
    assert "good.txt" not in done.err
    assert "Traceback" not in done.err


def test_a_folder_without_pages_does_not_stop_the_others(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    good = page(question())
    (good.parent / "empty").mkdir()
    done = lpdeck("import", good.parent / "empty", good, "x" * 300)
    assert (1, ["counting-the-lost-parcels"]) == (done.code, decks(home))
    assert f"{good.parent / 'empty'}: no page" in done.err
    assert 3 == lpdeck("import", good.parent / "empty", good.parent / "empty").code


def test_no_page_understood_has_a_code_of_its_own(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    done = lpdeck("import", page("nothing of the kind", "a.txt"), page("neither", "b.txt"))
    assert (3, [], "") == (done.code, decks(home), done.out)
    assert all(name in done.err for name in ("a.txt", "b.txt"))


@pytest.mark.slow
def test_many_retired_cards_are_kept_where_nobody_can_be_asked(lpdeck: Lpdeck, page: Page, home: Home) -> None:
    path = page(WALKTHROUGH.read_bytes())
    lpdeck("import", path)
    path.write_text(shortened(), encoding="utf-8")
    assert len(lpdeck("import", path, "--dry-run", "--json").json["pages"][0]["changes"]["retired"]) > 7
    done = lpdeck("import", path, "--json").json["pages"][0]
    assert [] == done["changes"]["retired"]
    assert 35 == sum(card.asked for card in load(next(home.decks.glob("*.toml"))).deck.cards)


# On a terminal


@pytest.mark.slow
def test_a_paste_ends_with_ctrl_d_and_a_line_of_20_000_characters_arrives_whole(terminal: Opens, home: Home) -> None:
    make(home)
    story = " ".join(f"I counted parcel number {number} twice." for number in range(600))[:19_999] + "."
    learner = terminal("import", "-")
    learner.see("Ctrl-D")
    learner.press(question(answer=story).encode() + b"\x04")
    assert 0 == learner.end()
    deck = load(home.decks / "counting-the-lost-parcels.toml").deck
    assert [story] == [card.fields["answer"] for card in deck.cards if card.kind == "answer"]
    assert learner.modes_before == learner.modes


@pytest.mark.slow
def test_a_question_reaches_the_learner_after_a_paste(terminal: Opens, home: Home) -> None:
    make(home)
    learner = terminal("import", "-")
    learner.see("Ctrl-D")
    learner.press(question(asks=NO_PRINCIPLE).encode() + b"\x04")
    learner.see("principle", "Which one?")
    learner.press("Dive Deep\n")
    assert 0 == learner.end()
    assert ("dive-deep",) == load(home.decks / "counting-the-lost-parcels.toml").deck.principles


@pytest.mark.slow
def test_a_question_reaches_the_learner_though_the_page_comes_through_a_pipe(
    page: Page, home: Home, shell: Opens
) -> None:
    make(home)
    path = page(question(asks=NO_PRINCIPLE))
    learner = shell(f"cat {path} | lpdeck import -")
    learner.see("Which one?")
    learner.press("frugality\n")
    assert 0 == learner.end()
    assert ("frugality",) == load(home.decks / "counting-the-lost-parcels.toml").deck.principles


@pytest.mark.slow
def test_a_principle_that_nobody_knows_is_named_with_the_nearest(terminal: Opens, page: Page, home: Home) -> None:
    make(home)
    learner = terminal("import", page(question(asks=NO_PRINCIPLE)))
    learner.see("Which one?")
    learner.press("frugal\n")
    assert 2 == learner.end()
    assert "frugality" in learner.text
    assert [] == decks(home)


@pytest.mark.slow
@pytest.mark.parametrize(("reply", "retires"), [("y", True), pytest.param("", False, marks=pytest.mark.slow)])
def test_retiring_many_cards_asks_first(
    lpdeck: Lpdeck, terminal: Opens, page: Page, home: Home, reply: str, retires: bool
) -> None:
    path = page(WALKTHROUGH.read_bytes())
    lpdeck("import", path, "--deck", "parcels")
    path.write_text(shortened(), encoding="utf-8")
    learner = terminal("import", path)
    learner.see("[y/N]")
    learner.press(f"{reply}\n")
    assert 0 == learner.end()
    assert retires == any(card.retired for card in load(home.decks / "parcels.toml").deck.cards)


@pytest.mark.slow
def test_many_files_show_a_progress_bar_that_goes_away(terminal: Opens, page: Page, home: Home) -> None:
    paths = [page(question(f"Parcels {number}"), f"{number}.txt") for number in range(8)]
    learner = terminal("import", paths[0].parent, columns=120)
    assert 0 == learner.end()
    assert b"8/8" in learner.raw or b"100%" in learner.raw
    assert "100%" not in learner.text
    assert 8 == len(decks(home))


# The decks that travel with the program


def test_the_starter_decks_hold_every_imported_kind_and_nothing_to_complain_of(lpdeck: Lpdeck, starters: Home) -> None:
    cards = [card for path in starters.decks.glob("*.toml") for card in load(path).deck.cards]
    assert len(cards) >= 25
    assert set(KINDS) - {"basic"} == {card.kind for card in cards}
    assert (0, []) == (lpdeck("check").code, lpdeck("check", "--json").json)


def test_a_card_of_two_principles_belongs_to_both(lpdeck: Lpdeck, page: Page) -> None:
    lpdeck("import", page(question(asks="Amazon asks this to see Dive Deep in the count, and Frugality in its price.")))
    each = {one["principle"]: one["cards"] for one in lpdeck("progress", "--json").json["principles"]}
    assert 4 == each[Principle.DIVE_DEEP.slug] == each[Principle.FRUGALITY.slug]


def test_json_keeps_every_letter(lpdeck: Lpdeck, page: Page) -> None:
    done = lpdeck("parse", page(question("Zähle „Päckchen“ in Łódź")), "--json")
    assert "Zähle „Päckchen“ in Łódź" == json.loads(done.out)["title"]
    assert "Zähle" in done.out
