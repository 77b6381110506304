from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from homes import basic, indexed, opened, put_deck, put_text, query, quiz, with_cards
from lpdeck.deck.folder import load
from lpdeck.home import Home

from .conftest import Lpdeck
from .running import Terminal, snapshot
from .sample import WALKTHROUGH

Opens = Callable[..., Terminal]
Editor = Callable[[str], Path]


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """An editor that is a few lines of shell, given the deck file as `$1`; what it was called with is kept."""

    def write(script: str) -> Path:
        path = tmp_path / "editor"
        calls = tmp_path / "calls"
        path.write_text(f'#!/bin/sh\necho "$@" > {calls}\n{script}\n')
        path.chmod(0o755)
        monkeypatch.setenv("EDITOR", str(path))
        return calls

    return write


def answered(lpdeck: Lpdeck) -> None:
    """Answers the card that comes first."""
    assert 0 == lpdeck("review", stdin="\n3\nq\n").code


# Lists


def test_decks_are_listed_with_their_cards_and_drafts(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"), basic("two", draft=True))
    listed = lpdeck("decks")
    assert re.search(r"^deck +1 +1 +deck$", listed.out, re.MULTILINE)
    (deck,) = lpdeck("decks", "--json").json
    assert ("deck", 1, 1, []) == (deck["name"], deck["cards"], deck["drafts"], deck["principles"])


def test_no_decks_says_how_to_get_some(lpdeck: Lpdeck) -> None:
    done = lpdeck("decks")
    assert (0, "") == (done.code, done.out)
    assert "lpdeck import" in done.err
    assert [] == lpdeck("decks", "--json").json


def ids(lpdeck: Lpdeck, *arguments: str) -> list[str]:
    """The cards that a list shows, the same in its two forms."""
    found = [card["id"] for card in lpdeck("cards", *arguments, "--json").json]
    assert found == [line.split()[0] for line in lpdeck("cards", *arguments).out.splitlines()[1:]]
    return found


@pytest.mark.slow
def test_cards_by_every_filter(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("hand", "What is a Parcel?", note="see depot"), basic("other", tags=("depot", "late")))
    put_deck(home, "trust", quiz("lamp", ["red", "green"], "green"), principles=("earn-trust",))
    put_deck(home, "deep", basic("own", principles=("dive-deep",)), basic("deck's"), principles=("frugality",))
    assert ["deck's", "hand", "lamp", "other", "own"] == sorted(ids(lpdeck))
    assert ["hand", "other"] == ids(lpdeck, "--deck", "deck")
    assert ["lamp"] == ids(lpdeck, "--principle", "Earn Trust")
    assert ["own"] == ids(lpdeck, "--principle", "dive-deep")
    assert ["deck's"] == ids(lpdeck, "--principle", "frugality")
    assert ["lamp"] == ids(lpdeck, "--kind", "quiz")
    assert ["hand"] == ids(lpdeck, "PARCEL")
    assert ["hand", "other"] == ids(lpdeck, "depot")
    assert ["other"] == ids(lpdeck, "depot", "late")
    assert [] == ids(lpdeck, "depot", "--kind", "quiz")


def test_the_state_of_a_card_is_listed(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"), basic("two"), basic("three", draft=True), basic("four", retired=True))
    lpdeck("review", stdin="\n4\n\n1\nq\n")
    states = {card["id"]: card["state"] for card in lpdeck("cards", "--json").json}
    assert {"one": "review", "two": "learning", "three": "draft", "four": "retired"} == states


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (("--principle", "onership"), "ownership"),
        (("--kind", "quizz"), "quiz"),
        (("--deck", "ownershp"), "ownership"),
    ],
)
def test_a_filter_that_does_not_exist_is_wrong_usage(
    lpdeck: Lpdeck, starters: Home, arguments: tuple[str, ...], near: str
) -> None:
    done = lpdeck("cards", *arguments)
    assert (2, "") == (done.code, done.out)
    assert near in done.err


def test_a_list_for_a_pipe_is_not_cut(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("long", "x" * 300))
    assert "x" * 300 in lpdeck("cards").out


@pytest.mark.slow
def test_a_list_on_a_terminal_is_cut_at_its_edge(terminal: Opens, home: Home) -> None:
    with_cards(home, basic("long", "x" * 300))
    learner = terminal("cards", columns=40)
    assert 0 == learner.end()
    assert 2 == len([line for line in learner.lines if line])
    assert "…" in learner.text


def test_text_from_a_deck_can_not_steer_the_terminal(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_deck(home, "evil", basic("one", "a\x1b[31mb\x07"), title="t\x1b[2J")
    put_text(home, "worse", '[[card]]\nid = "x"\nkind = "\\u001b[2J"\n')
    for arguments in (("cards",), ("decks",), ("show", "one"), ("check",), ("decks", "--json"), ("cards", "--json")):
        done = lpdeck(*arguments)
        assert "\x1b" not in done.out + done.err, arguments
        assert "\x07" not in done.out + done.err, arguments
    assert "\x1b" not in lpdeck("show", "\x1b[2J").err


# One card


def test_a_card_is_shown_with_its_file_schedule_and_history(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", "What is it?", "It is one.", note="mine"))
    assert "never answered" in lpdeck("show", "one").out
    answered(lpdeck)
    out = lpdeck("show", "one").out
    assert all(text in out for text in ("What is it?", "It is one.", "mine", "decks/deck.toml:", "learning", "good"))
    data = lpdeck("show", "one", "--json").json
    assert ("one", "deck", "basic", "mine") == (data["id"], data["deck"], data["kind"], data["note"])
    assert ("learning", 1) == (data["schedule"]["state"], data["schedule"]["reps"])
    assert ["answer"] == [event["kind"] for event in data["history"]]
    assert data["file"].endswith("decks/deck.toml")


@pytest.mark.slow
def test_every_starter_card_can_be_shown(lpdeck: Lpdeck, starters: Home) -> None:
    for card in lpdeck("cards", "--json").json:
        assert 0 == lpdeck("show", card["id"]).code, card["id"]
        assert card["fields"] == lpdeck("show", card["id"], "--json").json["fields"]


def test_an_unmistakable_end_of_an_id_is_enough(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("deck/basic-abcdef"), basic("deck/basic-abcxef"))
    assert "deck/basic-abcdef" == lpdeck("show", "cdef", "--json").json["id"]
    several = lpdeck("show", "ef")
    assert (2, "") == (several.code, several.out)
    assert "deck/basic-abcdef" in several.err
    assert "deck/basic-abcxef" in several.err


@pytest.mark.parametrize("command", ["show", "edit", "delete"])
def test_an_unknown_card_is_wrong_usage(lpdeck: Lpdeck, starters: Home, command: str) -> None:
    done = lpdeck(command, "ownership/quiz-000000")
    assert (2, "") == (done.code, done.out)
    assert '"ownership/quiz-000000"' in done.err


def test_a_draft_is_shown_as_what_it_has(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", "What is it?", draft=True))
    done = lpdeck("show", "one")
    assert 0 == done.code
    assert "draft" in done.out
    assert "What is it?" in done.out


# Editing


def test_an_edited_card_keeps_its_schedule(lpdeck: Lpdeck, home: Home, editor: Editor) -> None:
    with_cards(home, basic("one", "What is it?"))
    answered(lpdeck)
    calls = editor('sed -i "s/What is it?/What was it?/" "$1"')
    done = lpdeck("edit", "one")
    assert (0, "What was it?") == (done.code, lpdeck("show", "one", "--json").json["fields"]["front"])
    assert 1 == lpdeck("show", "one", "--json").json["schedule"]["reps"]
    assert f"{home.decks / 'deck.toml'}\n" == calls.read_text()


def test_an_editor_that_knows_lines_is_opened_at_the_card(
    lpdeck: Lpdeck, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cards(home, basic("one"), basic("two"))
    line = lpdeck("show", "two", "--json").json["line"]
    for name, expected in (
        ("vim", f"+{line} {{}}"),
        ("code --wait", f"--wait --goto {{}}:{line}"),
        ("hx", f"{{}}:{line}"),
    ):
        program = tmp_path / name.split()[0]
        program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/calls\n')
        program.chmod(0o755)
        monkeypatch.setenv("EDITOR", f"{tmp_path}/{name}")
        assert 0 == lpdeck("edit", "two").code
        assert expected.format(home.decks / "deck.toml") == (tmp_path / "calls").read_text().strip()
    assert "two" in (home.decks / "deck.toml").read_text().splitlines()[line]


def test_visual_comes_before_editor(
    lpdeck: Lpdeck, home: Home, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cards(home, basic("one"))
    editor("exit 9")
    monkeypatch.setenv("VISUAL", "true")
    assert 0 == lpdeck("edit", "one").code


def test_an_editor_that_changes_nothing_is_said(lpdeck: Lpdeck, home: Home, editor: Editor) -> None:
    with_cards(home, basic("one"))
    before = snapshot(home.path)
    editor("true")
    done = lpdeck("edit", "one")
    assert (0, "") == (done.code, done.out)
    assert "Nothing was changed" in done.err
    assert before == snapshot(home.path)


def test_an_editor_that_breaks_the_file_leaves_the_old_cards(lpdeck: Lpdeck, home: Home, editor: Editor) -> None:
    with_cards(home, basic("one", "What is it?"))
    answered(lpdeck)
    editor('echo "this is = = no toml" >> "$1"')
    done = lpdeck("edit", "one")
    line = len((home.decks / "deck.toml").read_text().splitlines())
    assert f"deck.toml:{line}: " in done.err
    assert "TOML" in done.err
    assert "Traceback" not in done.err
    assert "What is it?" == lpdeck("show", "one", "--json").json["fields"]["front"]
    assert "0\n" == lpdeck("due", "--count").out or "1\n" == lpdeck("due", "--count").out
    assert 1 == lpdeck("check").code


def test_a_card_that_the_editor_took_out_keeps_its_schedule(lpdeck: Lpdeck, home: Home, editor: Editor) -> None:
    with_cards(home, basic("one"), basic("two"))
    answered(lpdeck)
    whole = (home.decks / "deck.toml").read_text()
    editor('sed -i "/^\\[\\[card/,\\$d" "$1"')
    assert "schedule is kept" in lpdeck("edit", "one").err
    put_text(home, "deck", whole)
    assert 1 == lpdeck("show", "one", "--json").json["schedule"]["reps"]


# Renaming and deleting


@pytest.mark.slow
def test_a_renamed_deck_keeps_ids_and_schedules(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("import", WALKTHROUGH, "--deck", "parcels")
    answered(lpdeck)
    before = [(card["id"], card["reps"]) for card in lpdeck("cards", "--json").json]
    assert 0 == lpdeck("rename", "parcels", "Lost Parcels").code
    assert ["lost-parcels.toml"] == [path.name for path in home.decks.iterdir()]
    assert before == [(card["id"], card["reps"]) for card in lpdeck("cards", "--json").json]
    lpdeck("import", WALKTHROUGH)
    assert ["lost-parcels.toml"] == [path.name for path in home.decks.iterdir()]
    assert before == [(card["id"], card["reps"]) for card in lpdeck("cards", "--json").json]


@pytest.mark.parametrize("command", [["rename", "deck", "other"], ["delete", "deck", "--yes"]])
def test_a_deck_with_a_conflict_copy_stays_until_the_two_are_one(
    lpdeck: Lpdeck, home: Home, command: list[str]
) -> None:
    with_cards(home, basic("deck/a"))
    put_deck(home, "deck (Jo's conflicted copy 2026-11-21)", basic("deck/a", "other words"))
    put_deck(home, "second", basic("second/a"))
    before = snapshot(home.decks)
    done = lpdeck(*command)
    assert 2 == done.code
    assert "deck (Jo's conflicted copy 2026-11-21).toml" in done.err
    assert before == snapshot(home.decks)
    assert 0 == lpdeck("rename", "second", "third").code


def test_a_name_that_is_taken_or_unknown_is_refused(lpdeck: Lpdeck, starters: Home) -> None:
    before = snapshot(starters.path)
    names = sorted(path.stem for path in starters.decks.iterdir())
    taken, unknown = lpdeck("rename", names[0], names[1]), lpdeck("rename", "onership", "new")
    assert (2, 2) == (taken.code, unknown.code)
    assert f'"{names[1]}"' in taken.err
    assert "ownership" in unknown.err
    assert before == snapshot(starters.path)


def test_deleting_says_what_it_would_do(lpdeck: Lpdeck, starters: Home) -> None:
    card = lpdeck("cards", "--deck", "ownership", "--json").json[0]["id"]
    before = snapshot(starters.path)
    count = len(lpdeck("cards", "--deck", "ownership", "--json").json)
    assert f"{count} cards" in lpdeck("delete", "ownership", "--dry-run").out
    assert card in lpdeck("delete", card, "--dry-run").out
    assert before == snapshot(starters.path)


def test_deleting_is_refused_where_nobody_can_be_asked(lpdeck: Lpdeck, starters: Home) -> None:
    card = lpdeck("cards", "--deck", "ownership", "--json").json[0]["id"]
    before = snapshot(starters.path)
    for name in ("ownership", card):
        done = lpdeck("delete", name)
        assert (2, "") == (done.code, done.out)
        assert "--yes" in done.err
    assert before == snapshot(starters.path)


@pytest.mark.slow
@pytest.mark.parametrize(("reply", "gone"), [("y", True), ("n", False)])
def test_deleting_asks_on_a_terminal(terminal: Opens, starters: Home, reply: str, gone: bool) -> None:
    learner = terminal("delete", "ownership")
    learner.see("cards; their schedules stay", "[y/N]")
    learner.press(f"{reply}\n")
    assert (0 if gone else 2) == learner.end()
    assert gone != (starters.decks / "ownership.toml").exists()


@pytest.mark.slow
def test_a_deleted_deck_is_kept_in_backups_and_finds_its_memory_when_it_returns(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("import", WALKTHROUGH, "--deck", "parcels")
    whole = (home.decks / "parcels.toml").read_bytes()
    answered(lpdeck)
    before = lpdeck("cards", "--json").json
    assert 0 == lpdeck("delete", "parcels", "--yes").code
    (kept,) = home.backups.glob("parcels-*.toml")
    assert whole == kept.read_bytes()
    assert [] == lpdeck("cards", "--json").json
    assert 1 == query(home, "SELECT count(*) FROM schedule")[0][0]
    lpdeck("import", WALKTHROUGH, "--deck", "parcels")
    assert before == lpdeck("cards", "--json").json


@pytest.mark.slow
def test_a_deleted_card_does_not_come_back_with_an_import(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("import", WALKTHROUGH, "--deck", "parcels")
    whole = (home.decks / "parcels.toml").read_bytes()
    card = lpdeck("cards", "--json").json[3]["id"]
    assert 0 == lpdeck("delete", card, "--yes").code
    (kept,) = home.backups.glob("parcels-*.toml")
    assert whole == kept.read_bytes()
    again = lpdeck("import", WALKTHROUGH)
    assert (0, 34) == (again.code, len(lpdeck("cards", "--json").json))
    assert re.search(r"dropped +1 ", again.out)
    assert (card,) == load(home.decks / "parcels.toml").deck.dropped


def test_a_card_is_deleted_by_an_id_of_any_form_and_by_an_end_of_it(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("hand"), basic("deck/basic-aaaaaa"))
    assert (0, 0) == (lpdeck("delete", "hand", "--yes").code, lpdeck("delete", "basic-aaaaaa", "--yes").code)
    assert ("hand", "deck/basic-aaaaaa") == load(home.decks / "deck.toml").deck.dropped


def test_deleting_a_card_keeps_the_comments_of_its_deck(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("deck/basic-aaaaaa"), basic("deck/basic-bbbbbb"))
    path = home.decks / "deck.toml"
    put_text(home, "deck", "# mine\n" + path.read_text() + "colour = 'blue' # unknown, kept\n")
    assert 0 == lpdeck("delete", "deck/basic-aaaaaa", "--yes").code
    assert path.read_text().startswith("# mine\n")
    assert "colour = 'blue' # unknown, kept" in path.read_text()


# Checking


MISTAKES = """\
schema = 1
title = "Mistakes"

[[card]]
id = "a"
kind = "quizz"

[[card]]
id = "b"
kind = "basic"
front = "only"

[[card]]
id = "c"
kind = "basic"
front = "f"
back = "b"

[[card]]
id = "c"
kind = "basic"
front = "g"
back = "b"

[[card]]
id = "d"
kind = "quiz"
question = "q"
draft = true

[[card]]
kind = "basic"
front = "h"
back = "b"
"""


def test_check_names_file_and_line_of_every_mistake(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("c"))
    put_text(home, "mistakes", MISTAKES)
    put_text(home, "broken", 'title = "x"\n\nfoo = = 1\n')
    done = lpdeck("check")
    found = {(Path(one["file"]).name, one["line"], one["level"]) for one in lpdeck("check", "--json").json}
    errors = {
        ("mistakes.toml", 4),
        ("mistakes.toml", 8),
        ("mistakes.toml", 19),
        ("mistakes.toml", 31),
        ("broken.toml", 3),
    }
    assert 1 == done.code
    assert errors <= {(name, line) for name, line, level in found if level == "error"}
    assert ("mistakes.toml", 25, "warning") in found
    assert all(f"decks/{name}:{line}:" in done.out for name, line in errors)
    assert 1 == lpdeck("check", "--json").code
    assert all(one["what"] for one in lpdeck("check", "--json").json)


def test_an_id_in_two_decks_is_an_error_in_the_second(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    put_deck(home, "zzz", basic("one", "else"))
    (problem,) = lpdeck("check", "--json").json
    assert ("zzz.toml", "one") == (Path(problem["file"]).name, problem["card"])
    assert "deck.toml" in problem["what"]
    assert [] == lpdeck("check", "zzz", "--json").json


def test_drafts_are_warnings_and_no_failure(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", draft=True))
    done = lpdeck("check")
    assert 0 == done.code
    assert "warning" in done.out
    assert ["warning"] == [one["level"] for one in lpdeck("check", "--json").json]


def test_good_cards_of_a_deck_with_mistakes_are_asked(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_text(home, "mistakes", MISTAKES)
    done = lpdeck("due", "--count")
    assert (0, "1\n") == (done.code, done.out)
    assert "mistakes.toml:4:" in done.err


def test_a_card_reads_the_same_after_any_command(lpdeck: Lpdeck, starters: Home) -> None:
    before = snapshot(starters.decks)
    for command in (
        ("decks",),
        ("cards",),
        ("check",),
        ("due",),
        (),
        ("progress",),
        ("show", "ownership/level-ekqneu"),
    ):
        lpdeck(*command)
    indexed(starters)
    opened(starters).close()
    assert before == snapshot(starters.decks)
