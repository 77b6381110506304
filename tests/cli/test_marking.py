from __future__ import annotations

from collections.abc import Callable

import pytest

from homes import basic, put_deck, query, quiz, with_cards
from lpdeck.home import Home

from .conftest import Lpdeck
from .drills import rows
from .running import Terminal, process, snapshot
from .test_reviewing import fronts

Opens = Callable[..., Terminal]

MARKS = [("suspend",), ("resume",), ("bury",), ("flag", "red"), ("reset",)]


@pytest.fixture
def filled(home: Home) -> Home:
    """Three basic cards, two of a quiz, one with blanks in its words."""
    with_cards(home, *fronts(3))
    lamps = [quiz(name, ["red", "green"], "red") for name in ("lamp-1", "lamp-2")]
    put_deck(home, "lamps", *lamps, basic("letter", "Where is the dead letter queue?"), principles=("ownership",))
    return home


def marks(home: Home) -> dict[str, tuple[object, ...]]:
    """What is marked: card, suspended, buried or not, flag."""
    found = query(home, "SELECT card, suspended, buried_until IS NOT NULL, flag FROM schedule ORDER BY card")
    return {card: tuple(rest) for card, *rest in found}


# One command, many cards


def test_suspended_cards_are_not_asked_until_they_are_resumed(lpdeck: Lpdeck, filled: Home) -> None:
    done = lpdeck("suspend", "kind:quiz")
    assert (0, "2 cards suspended; lpdeck undo takes it back\n", "") == (done.code, done.out, done.err)
    assert "4\n" == lpdeck("due", "--count").out
    assert ["lamp-1", "lamp-2"] == [card["id"] for card in lpdeck("cards", "is:suspended", "--json").json]
    done = lpdeck("resume", "lamp-1?")
    assert "lamp-1 resumed; lpdeck undo takes it back\n" == done.out
    assert "5\n" == lpdeck("due", "--count").out


def test_buried_cards_come_back_tomorrow_or_when_they_are_resumed(lpdeck: Lpdeck, filled: Home) -> None:
    assert "3 cards buried until tomorrow" in lpdeck("bury", "deck:lamps").out
    assert "3\n" == lpdeck("due", "--count").out
    assert 3 == len(lpdeck("cards", "is:buried", "--json").json)
    assert "3 cards resumed" in lpdeck("resume", "is:buried").out
    assert "6\n" == lpdeck("due", "--count").out


def test_a_flag_is_set_changed_and_taken_off(lpdeck: Lpdeck, filled: Home) -> None:
    assert "2 cards flagged red; lpdeck undo takes it back\n" == lpdeck("flag", "red", "kind:quiz").out
    assert "2 cards flagged blue" in lpdeck("flag", "blue", "flag:red").out
    assert "flag taken off" in lpdeck("flag", "none", "flag:blue").out
    assert [None, None] == [flag for _, _, flag in marks(filled).values()]
    done = lpdeck("flag", "mauve", "kind:quiz")
    assert (2, "") == (done.code, done.out)
    assert '"mauve"' in done.err
    assert "turquoise" in done.err


def test_a_reset_card_is_new_again_and_undo_brings_its_schedule_back(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(2))
    lpdeck("review", stdin="\n4\nq\n")
    before = query(home, "SELECT * FROM schedule ORDER BY card")
    done = lpdeck("reset", "is:review")
    assert "card-1 reset; lpdeck undo takes it back\n" == done.out
    assert "2\n" == lpdeck("due", "--count").out
    assert "new" == lpdeck("cards", "What is 1?", "--json").json[0]["state"]
    assert "took back: reset of card-1\n" == lpdeck("undo").out
    assert before == query(home, "SELECT * FROM schedule ORDER BY card")
    assert ["answer", "reset", "undo"] == [kind for kind, _, _ in rows(home)]


def test_what_is_so_already_is_not_done_again(lpdeck: Lpdeck, filled: Home) -> None:
    lpdeck("suspend", "lamp-1?")
    done = lpdeck("suspend", "kind:quiz")
    assert "lamp-2 suspended (of 2 that fit; the others already are" in done.out
    done = lpdeck("suspend", "kind:quiz")
    assert (0, "", "2 cards fit, and nothing about them would change.\n") == (done.code, done.out, done.err)
    assert 2 == len(rows(filled))


@pytest.mark.parametrize("words", MARKS)
def test_nothing_that_fits_is_said_and_changes_nothing(lpdeck: Lpdeck, filled: Home, words: tuple[str, ...]) -> None:
    lpdeck("due")
    before = query(filled, "SELECT count(*) FROM event")
    done = lpdeck(*words, "no-such-word-anywhere")
    assert (0, "", "No card fits the filter; nothing was changed.\n") == (done.code, done.out, done.err)
    assert before == query(filled, "SELECT count(*) FROM event")


@pytest.mark.parametrize("words", MARKS)
def test_no_filter_is_no_permission_to_take_all(lpdeck: Lpdeck, filled: Home, words: tuple[str, ...]) -> None:
    for more in ((), ("",), ("  ",), ("--yes",)):
        done = lpdeck(*words, *more)
        assert (2, "") == (done.code, done.out)
        assert f"{words[0]} needs to know which cards" in done.err
    assert {} == marks(filled)


@pytest.mark.parametrize("words", MARKS)
@pytest.mark.slow
def test_a_dry_run_names_the_cards_and_changes_nothing(lpdeck: Lpdeck, filled: Home, words: tuple[str, ...]) -> None:
    lpdeck("suspend", "lamp-2?")
    lpdeck("due")
    before = snapshot(filled.path)
    done = lpdeck(*words, "kind:quiz", "--dry-run")
    assert (0, "") == (done.code, done.err)
    assert "would be" in done.out
    data = lpdeck(*words, "kind:quiz", "--dry-run", "--json").json
    assert (True, 2) == (data["dry_run"], data["found"])
    named = {"suspend": ["lamp-1"], "resume": ["lamp-2"], "reset": []}.get(words[0], ["lamp-1", "lamp-2"])
    assert named == data["cards"]
    assert all(f"  {card}\n" in done.out for card in named)
    assert before == snapshot(filled.path)


def test_json_says_what_was_done(lpdeck: Lpdeck, filled: Home) -> None:
    done = lpdeck("suspend", "deck:lamps", "--json")
    assert {"done": "suspended", "dry_run": False, "found": 3, "cards": ["lamp-1", "lamp-2", "letter"]} == done.json
    assert [] == lpdeck("suspend", "deck:lamps", "--json").json["cards"]
    assert {"done": "undo", "what": "suspend", "cards": ["lamp-1", "lamp-2", "letter"]} == lpdeck("undo", "--json").json
    assert "redo" == lpdeck("redo", "--json").json["done"]


# More than twenty


def crowd(home: Home, count: int) -> Home:
    return with_cards(home, *(basic(f"card-{number:02}") for number in range(count)))


def test_twenty_cards_are_not_asked_about(lpdeck: Lpdeck, home: Home) -> None:
    crowd(home, 20)
    assert "20 cards suspended" in lpdeck("suspend", "kind:basic").out


@pytest.mark.parametrize("words", [mark for mark in MARKS if mark != ("reset",)])
def test_more_than_twenty_are_refused_in_a_pipe_without_yes(lpdeck: Lpdeck, home: Home, words: tuple[str, ...]) -> None:
    crowd(home, 21)
    if words == ("resume",):
        lpdeck("suspend", "kind:basic", "--yes")
    before = marks(home)
    done = lpdeck(*words, "kind:basic", stdin="y\n")
    assert (2, "") == (done.code, done.out)
    assert "21 cards will be" in done.err
    assert "--yes" in done.err
    assert before == marks(home)
    assert 0 == lpdeck(*words, "kind:basic", "-y").code
    assert before != marks(home)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "count"),
    [("y\n", 21), ("\n", 0), *(pytest.param(one, 0, marks=pytest.mark.slow) for one in ("n\n", "\x04"))],
)
def test_more_than_twenty_are_asked_about_on_a_terminal(terminal: Opens, home: Home, answer: str, count: int) -> None:
    crowd(home, 21)
    learner = terminal("suspend", "kind:basic")
    learner.see("21 cards will be suspended. Go on? [y/N]")
    learner.press(answer)
    assert (0 if count else 2) == learner.end()
    assert count == len(marks(home))


# Undo and redo


@pytest.mark.slow
def test_what_one_command_did_is_one_undo_for_another_process(lpdeck: Lpdeck, filled: Home) -> None:
    lpdeck("suspend", "deck:lamps")
    lpdeck("flag", "red", "lamp-1?")
    assert "took back: flag of lamp-1\n" == process(filled, "undo").out
    assert "took back: suspend of 3 cards\n" == process(filled, "undo").out
    assert {(0, 0, None)} == set(marks(filled).values())
    assert "did again: suspend of 3 cards\n" == lpdeck("redo").out
    assert [1, 1, 1] == [suspended for suspended, _, _ in marks(filled).values()]
    assert "did again: flag of lamp-1\n" == lpdeck("redo").out


@pytest.mark.parametrize("word", ["undo", "redo"])
def test_nothing_to_take_back_is_exit_1(lpdeck: Lpdeck, filled: Home, word: str) -> None:
    done = lpdeck(word)
    assert (1, "", f"lpdeck: there is nothing to {word}\n") == (done.code, done.out, done.err)


def test_something_new_ends_what_can_be_redone(lpdeck: Lpdeck, filled: Home) -> None:
    lpdeck("suspend", "lamp-1?")
    lpdeck("undo")
    lpdeck("flag", "red", "lamp-1?")
    assert 1 == lpdeck("redo").code


def test_undo_takes_back_an_answer_too(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    lpdeck("review", stdin="\n4\n")
    assert "took back: answer of card-1\n" == lpdeck("undo").out
    assert "1\n" == lpdeck("due", "--count").out


# Filters as a shell hands them over


def ids(lpdeck: Lpdeck, *words: str) -> list[str]:
    done = lpdeck("cards", *words, "--json")
    assert (0, "") == (done.code, done.err)
    return [card["id"] for card in done.json]


def test_a_term_behind_a_minus_is_no_option(lpdeck: Lpdeck, filled: Home) -> None:
    lpdeck("suspend", "lamp-1?")
    assert ["lamp-2"] == ids(lpdeck, "kind:quiz", "-is:suspended")
    assert ["lamp-2"] == ids(lpdeck, "-is:suspended", "kind:quiz")
    assert ["letter"] == ids(lpdeck, "-(kind:quiz or deck:deck)")
    assert ["letter"] == ids(lpdeck, "-(kind:quiz", "or", "deck:deck)")
    assert ["letter"] == ids(lpdeck, "-kind:quiz", "-deck:deck")
    assert ["lamp-1", "lamp-2"] == ids(lpdeck, "deck:lamps", '-"dead letter"')
    assert "lamp-2 suspended" in lpdeck("suspend", "-y", "kind:quiz", "-is:suspended").out


def test_a_minus_before_one_word_is_no_option_either(lpdeck: Lpdeck, filled: Home) -> None:
    assert ["lamp-1", "lamp-2"] == ids(lpdeck, "deck:lamps", "-letter")
    done = lpdeck("cards", "--json", "deck:lamps", "--", "-letter")
    assert ["lamp-1", "lamp-2"] == [card["id"] for card in done.json]


def test_words_that_the_shell_kept_together_are_a_phrase_or_a_filter(lpdeck: Lpdeck, filled: Home) -> None:
    assert ["letter"] == ids(lpdeck, "dead letter")
    assert [] == ids(lpdeck, "letter dead")
    assert ["letter"] == ids(lpdeck, "letter", "dead")
    assert ["letter"] == ids(lpdeck, '"dead letter"')
    assert ["lamp-1", "lamp-2"] == ids(lpdeck, "kind:quiz deck:lamps")
    assert ["lamp-1", "lamp-2", "letter"] == ids(lpdeck, "kind:quiz or dead")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("suspend",), ("knid:quiz",)),
        (("cards",), ("kind:quizz",)),
        (("cram",), ("(kind:quiz",)),
        (("review",), ("recall<2",)),
        (("due",), ("flag:mauve",)),
        (("flag", "red"), ("lapses>many",)),
        (("confusions",), ("is:asleep",)),
    ],
)
def test_a_mistake_in_a_filter_is_told_with_its_column(
    lpdeck: Lpdeck, filled: Home, command: tuple[str, ...], words: tuple[str, ...]
) -> None:
    lpdeck("due")
    before = snapshot(filled.path)
    done = lpdeck(*command, "kind:basic", *words)
    assert (2, "") == (done.code, done.out)
    assert "column" in done.err or "\n" + " " * 3 in done.err
    assert "Traceback" not in done.err
    assert before == snapshot(filled.path)
