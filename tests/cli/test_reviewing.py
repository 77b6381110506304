from __future__ import annotations

import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable

import pytest

from homes import basic, change, opened, put_deck, query, quiz, stored_and_replayed, with_cards
from lpdeck.cli.rendering import interval
from lpdeck.deck.folder import starters
from lpdeck.deck.model import Card
from lpdeck.home import Home

from .conftest import Lpdeck
from .running import Terminal, process

Opens = Callable[..., Terminal]

ENTERS, LEAVES = b"\x1b[?1049h", b"\x1b[?1049l"
HIDES_CURSOR, SHOWS_CURSOR = b"\x1b[?25l", b"\x1b[?25h"


def log(home: Home) -> list[tuple[str, str, int]]:
    """Kind, card and rating of every event."""
    return query(home, "SELECT kind, card, rating FROM event ORDER BY id")


def fronts(count: int) -> Iterable[Card]:
    return [basic(f"card-{number}", f"What is {number}?", f"It is {number}.") for number in range(1, count + 1)]


def is_restored(learner: Terminal) -> bool:
    """Whether the terminal is as it was: alternate screen left, cursor shown, echo and line buffer on."""
    screen = learner.raw.rfind(LEAVES) > learner.raw.rfind(ENTERS) > -1
    cursor = learner.raw.rfind(SHOWS_CURSOR) > learner.raw.rfind(HIDES_CURSOR) > -1
    return screen and cursor and learner.modes == learner.modes_before


# A sitting


def answer_the_first_of_two(learner: Terminal) -> None:
    """Shows card 1, rates it easy, and waits for card 2."""
    learner.see("What is 1?")
    learner.press(" ")
    learner.see("easy")
    learner.press("4")
    learner.see("What is 2?")


@pytest.mark.slow
def test_an_empty_home_gets_the_starters_and_shows_the_first_card(terminal: Opens, home: Home) -> None:
    learner = terminal("review")
    learner.see("Enter takes all")
    learner.press("\r")
    learner.see("10 new", "show")
    learner.press("q")
    assert 0 == learner.end()
    assert len(list(home.decks.glob("*.toml"))) >= 2


@pytest.mark.slow
def test_enter_and_space_reveal(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(3))
    learner = terminal("review")
    for number, key in enumerate(["\r", "\n", " "], start=1):
        learner.see(f"What is {number}?")
        assert f"It is {number}." not in learner.text
        learner.press(key)
        learner.see(f"It is {number}.", "again", "hard", "good", "easy")
        learner.press("4")


@pytest.mark.slow
def test_digits_and_letters_rate(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(9))
    learner = terminal("review")
    for number, key in enumerate("1234ahgy", start=1):
        learner.see(f"What is {number}?")
        learner.press(" ")
        learner.see(f"It is {number}.")
        learner.press(key)
    learner.see("What is 9?")
    assert [1, 2, 3, 4, 1, 2, 3, 4] == [rating for _, _, rating in log(home)]


def test_the_interval_that_is_shown_is_the_one_that_is_stored(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(4))
    learner = terminal("review")
    shown = []
    for number, word in enumerate(["again", "hard", "good", "easy"], start=1):
        learner.see(f"What is {number}?")
        learner.press(" ")
        learner.see(f"It is {number}.", word)
        found = re.search(rf"{word} (\S+)", learner.text)
        shown.append(found and found[1])
        learner.press(str(number))
        if number < 4:
            learner.see(f"What is {number + 1}?")
    learner.settle()
    stored = query(home, "SELECT interval FROM event ORDER BY id")
    assert [interval(row[0]) for row in stored] == shown
    with_store = opened(home)
    one, other = stored_and_replayed(with_store, [f"card-{number}" for number in range(1, 5)])
    with_store.close()
    assert other == one


@pytest.mark.slow
def test_keys_that_mean_nothing_do_nothing(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press("3xZ\x1b[15~\x1b[Zé€\x05")
    learner.settle()
    assert "What is 1?" in learner.text
    assert "It is 1." not in learner.text
    learner.press(" ")
    learner.see("It is 1.")
    learner.press("x5 \r\x1b[3~")
    learner.settle()
    assert "It is 1." in learner.text
    assert [] == log(home)


@pytest.mark.slow
def test_undo_works_in_the_sitting_after_the_last_card_and_after_a_restart(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press(" ")
    learner.see("easy")
    learner.press("4")
    learner.see("Done")
    learner.press("u")
    learner.see("What is 1?")
    assert ["answer", "undo"] == [kind for kind, _, _ in log(home)]
    learner.press(" ")
    learner.see("easy")
    learner.press("4")
    learner.see("Done")
    learner.press("q")
    assert 0 == learner.end()
    again = terminal("review")
    again.see("u undo")
    again.press("u")
    again.see("What is 1?")
    assert ["answer", "undo", "answer", "undo"] == [kind for kind, _, _ in log(home)]
    assert [(None,)] == query(home, "SELECT state FROM schedule")


@pytest.mark.slow
def test_an_undo_too_many_says_so(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press("u")
    learner.see("nothing to undo", "What is 1?")


@pytest.mark.slow
def test_redo_takes_an_undo_back(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review")
    answer_the_first_of_two(learner)
    learner.press("u")
    learner.see("What is 1?")
    learner.press("\x12")
    learner.see("What is 2?")
    assert ["answer", "undo", "redo"] == [kind for kind, _, _ in log(home)]


@pytest.mark.slow
def test_a_question_mark_lists_the_keys(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press("?")
    learner.see("rate a card again", "take back the last action", "leave", "ctrl-r")
    learner.press("x")
    learner.see("What is 1?")


@pytest.mark.slow
def test_the_end_says_what_was_done_and_when_to_come_back(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review")
    for number in (1, 2):
        learner.see(f"What is {number}?")
        learner.press(" ")
        learner.see("easy")
        learner.press("4")
    learner.see("2 answers", "100% remembered", "next card")
    learner.press("q")
    assert 0 == learner.end()


@pytest.mark.slow
def test_a_learning_step_comes_back_inside_the_sitting(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press(" ")
    learner.see("again")
    learner.press("1")
    learner.see("What is 2?")
    learner.press(" ")
    learner.see("easy")
    learner.press("4")
    learner.see("What is 1?", "1 left")


# A quiz question


def asked_quiz(home: Home, terminal: Opens, **more: str) -> tuple[Terminal, str, str]:
    """A quiz question on a terminal, the letter of its answer and that of another option."""
    with_cards(home, quiz("lamp", ["red", "green", "blue"], "green"))
    learner = terminal("review", **more)
    learner.see("lamp?", "red", "green", "blue")
    letters = {word: letter for letter, word in re.findall(r"\b([abc]) +(red|green|blue)\b", learner.text)}
    return learner, letters["green"], letters["red"]


@pytest.mark.slow
def test_the_right_letter_offers_hard_good_and_easy(terminal: Opens, home: Home) -> None:
    learner, right, _ = asked_quiz(home, terminal)
    learner.press(right)
    learner.see("✓", "hard", "good", "easy")
    assert "again" not in learner.text
    assert "✗" not in learner.text
    learner.press("1")
    learner.settle()
    assert [] == log(home)
    learner.press("3")
    learner.settle()
    assert [("answer", "lamp", 3)] == log(home)
    assert '"option": "green"' in query(home, "SELECT detail FROM event")[0][0]


@pytest.mark.slow
def test_a_wrong_letter_is_again_and_both_options_are_marked(terminal: Opens, home: Home) -> None:
    learner, right, wrong = asked_quiz(home, terminal)
    learner.press(wrong)
    learner.see(f"✓ {right} green", f"✗ {wrong} red", "again")
    assert not {"hard", "good", "easy"} & set(learner.text.split())
    learner.press("\r")
    learner.settle()
    assert [("answer", "lamp", 1)] == log(home)
    assert '"option": "red"' in query(home, "SELECT detail FROM event")[0][0]


@pytest.mark.slow
def test_not_knowing_a_quiz_is_again(terminal: Opens, home: Home) -> None:
    learner, right, _ = asked_quiz(home, terminal)
    learner.press(" ")
    learner.see(f"✓ {right} green")
    learner.press("\r")
    learner.settle()
    assert [("answer", "lamp", 1)] == log(home)
    assert '"option": null' in query(home, "SELECT detail FROM event")[0][0]


@pytest.mark.slow
def test_right_and_wrong_are_told_without_colours_too(terminal: Opens, home: Home) -> None:
    learner, right, wrong = asked_quiz(home, terminal, NO_COLOR="1")
    learner.press(wrong)
    learner.see(f"✓ {right} green", f"✗ {wrong} red")
    assert not re.search(rb"\x1b\[[\d;]*m", learner.raw)


# The screen


@pytest.mark.slow
def test_a_resize_draws_anew_at_the_new_width(terminal: Opens, home: Home) -> None:
    words = " ".join(f"word{number}" for number in range(30))
    with_cards(home, basic("long", words))
    learner = terminal("review")
    learner.see("word29")
    learner.resize(40, 20)
    learner.settle(0.3)
    learner.see("word29", "show")
    assert 40 >= max(map(len, learner.lines))
    assert words in learner.text


@pytest.mark.parametrize(
    ("columns", "rows"),
    [(20, 8), pytest.param(60, 20, marks=pytest.mark.slow), pytest.param(200, 50, marks=pytest.mark.slow)],
)
def test_a_card_can_be_answered_on_a_screen_of_any_size(
    terminal: Opens, starters: Home, columns: int, rows: int
) -> None:
    learner = terminal("review", "kind:checklist", columns=columns, rows=rows)
    learner.see("show")
    front = learner.lines
    learner.press("\r")
    learner.see("tick", "done")
    learner.press("\r")
    learner.see("again <1m")
    assert front != learner.lines
    learner.press("1")
    learner.settle()
    assert 1 == len(log(starters))
    learner.press("q")
    assert 0 == learner.end()


@pytest.mark.slow
def test_a_card_longer_than_the_screen_scrolls(terminal: Opens, home: Home) -> None:
    with_cards(home, basic("long", "Count!", "\n".join(f"line {number}" for number in range(1, 61))))
    learner = terminal("review")
    learner.see("Count!")
    learner.press("\r")
    learner.see("line 1", "more line")
    assert "line 60" not in learner.text
    for _ in range(5):
        learner.press(" ")
        learner.settle(0.1)
    learner.see("line 60", "again")
    assert "more line" not in learner.text
    learner.press("\x1b[A\x1b[5~\x1b[5~\x1b[5~\x1b[5~")
    learner.see("Count!")
    learner.press("\x1b[B\x1b[6~")
    learner.settle(0.1)
    assert "Count!" not in learner.text
    learner.press("3")
    learner.settle()
    assert [("answer", "long", 3)] == log(home)


def test_escape_sequences_in_a_card_are_shown_and_not_obeyed(terminal: Opens, home: Home) -> None:
    bad = "a\x1b[2Jb\x1b]0;owned\x07c\x9b31md\u202ee\rf"
    with_cards(home, basic("evil", bad, bad))
    learner = terminal("review")
    learner.see("[2Jb")
    learner.press(" ")
    learner.see("again")
    assert b"\x1b[2J" not in learner.raw
    assert b"\x1b]0" not in learner.raw
    assert "\u202e".encode() not in learner.raw
    assert b"\xc2\x9b" not in learner.raw


@pytest.mark.slow
def test_no_color_means_no_colours(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review", NO_COLOR="1")
    learner.see("What is 1?")
    learner.press(" ")
    learner.see("again")
    assert not re.search(rb"\x1b\[[\d;]*m", learner.raw)


@pytest.mark.slow
def test_colours_are_from_the_sixteen_that_every_theme_has(terminal: Opens, home: Home) -> None:
    learner, _, wrong = asked_quiz(home, terminal)
    learner.press(wrong)
    learner.see("✗")
    used = {int(code) for codes in re.findall(rb"\x1b\[([\d;]*)m", learner.raw) for code in codes.split(b";") if code}
    assert used
    assert used <= {0, 1, 2, 4, *range(30, 38), *range(90, 98)}


# Leaving


@pytest.mark.slow
@pytest.mark.parametrize("key", ["q", "\x1b"])
def test_leaving_restores_the_terminal(terminal: Opens, home: Home, key: str) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    assert learner.modes_before != learner.modes
    learner.press(key)
    assert 0 == learner.end()
    assert is_restored(learner)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.slow
def test_a_signal_restores_the_terminal(terminal: Opens, home: Home, number: signal.Signals) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.signal(number)
    assert 128 + number == learner.end()
    assert is_restored(learner)


@pytest.mark.slow
def test_ctrl_c_restores_the_terminal(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press("\x03")
    assert 130 == learner.end()
    assert is_restored(learner)
    assert b"Traceback" not in learner.raw


@pytest.mark.slow
def test_ctrl_z_gives_the_terminal_back_and_fg_brings_the_card(shell: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = shell()
    learner.see("ready>")
    learner.press("lpdeck review\n")
    learner.see("What is 1?")
    learner.press("\x1a")
    learner.see("Stopped")
    left = len(learner.raw)
    assert learner.raw.rfind(LEAVES) > learner.raw.rfind(ENTERS)
    assert learner.raw.rfind(SHOWS_CURSOR) > learner.raw.rfind(HIDES_CURSOR)
    learner.press("stty -a | grep -o ' echo \\| icanon '; fg\n")
    while not learner.raw[left:].count(b"What is 1?"):
        assert learner.read(1)
    assert re.search(rb"icanon.*\n? *echo|echo.*\n? *icanon", learner.raw[left:], re.DOTALL)
    assert ENTERS in learner.raw[left:]
    learner.press(" ")
    learner.see("It is 1.")
    learner.press("4")
    learner.see("Done")
    learner.press("q")
    learner.see("ready>")
    assert [("answer", "card-1", 4)] == log(home)


@pytest.mark.slow
def test_a_terminal_that_goes_away_ends_the_sitting(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review")
    answer_the_first_of_two(learner)
    assert 128 + signal.SIGHUP == learner.hang_up()
    assert [("answer", "card-1", 4)] == log(home)


def test_kill_9_loses_no_answer(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(3))
    learner = terminal("review")
    for number in (1, 2):
        learner.see(f"What is {number}?")
        learner.press(" ")
        learner.see("easy")
        learner.press("4")
    learner.see("What is 3?")
    learner.signal(signal.SIGKILL)
    assert -signal.SIGKILL == learner.end()
    assert [("answer", "card-1", 4), ("answer", "card-2", 4)] == log(home)
    store = opened(home)
    one, other = stored_and_replayed(store, ["card-1", "card-2", "card-3"])
    store.close()
    assert other == one


# Line by line


@pytest.mark.parametrize("arguments", [("review",), ("review", "--plain")])
@pytest.mark.slow
def test_a_pipe_gets_one_question_and_one_answer_a_line(home: Home, arguments: tuple[str, ...]) -> None:
    with_cards(home, *fronts(2))
    done = process(home, *arguments, stdin=b"\n4\n\n3\nq\n")
    assert (0, "") == (done.code, done.err)
    assert "What is 1?" in done.out
    assert "It is 1." in done.out
    assert "\x1b" not in done.out
    assert [("answer", "card-1", 4), ("answer", "card-2", 3)] == log(home)


@pytest.mark.slow
def test_plain_on_a_terminal_uses_no_screen_and_no_colour(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review", "--plain")
    learner.see("What is 1?", "Enter shows")
    learner.press("\n")
    learner.see("It is 1.", "1 again", "4 easy")
    learner.press("easy\n")
    assert 0 == learner.end()
    assert b"\x1b" not in learner.raw
    assert [("answer", "card-1", 4)] == log(home)


@pytest.mark.slow
def test_a_dumb_terminal_is_read_line_by_line(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review", TERM="dumb")
    learner.see("Enter shows")
    assert b"\x1b" not in learner.raw


def test_the_end_of_the_input_leaves(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(2))
    assert 0 == lpdeck("review", stdin="\n").code
    assert [] == log(home)


def test_a_quiz_line_by_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, quiz("lamp", ["red", "green", "blue"], "green"))
    shown = lpdeck("review", stdin="q\n").out
    letter = re.findall(r"\b([abc]) +green", shown)[0]
    other = "a" if letter != "a" else "b"
    assert "Wrong" in lpdeck("review", stdin=f"{other}\n\n").out
    assert "Right" in lpdeck("review", stdin=f"u\n{letter}\n3\n").out
    assert [1, None, 3] == [rating for _, _, rating in log(home)]


def test_undo_line_by_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    lpdeck("review", stdin="\n4\n")
    done = lpdeck("review", stdin="u\n")
    assert 0 == done.code
    assert ["answer"] == [kind for kind, _, _ in log(home)]


# What waits today


def test_due_counts_what_a_review_would_ask(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(14))
    assert "10\n" == lpdeck("due", "--count").out
    assert {"due": 0, "new": 10} == {name: lpdeck("due", "--json").json[name] for name in ("due", "new")}
    lpdeck("review", stdin="\n1\nq\n")
    assert "10\n" == lpdeck("due", "--count").out
    lpdeck("review", stdin="\n4\nq\n")
    assert (0, "9\n") == (lpdeck("due", "--count").code, lpdeck("due", "--count").out)


def test_due_by_principle(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home)
    put_deck(home, "trust", *fronts(3), principles=("earn-trust",))
    assert {"earn-trust": 3} == lpdeck("due", "--json").json["principles"]


def test_siblings_are_not_asked_on_one_day(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", "Twin?"), basic("two", "twin?"), basic("three", "Other?"))
    assert "2\n" == lpdeck("due", "--count").out
    lpdeck("review", stdin="\n4\n\n4\n")
    assert "0\n" == lpdeck("due", "--count").out


def test_lpdeck_alone_says_what_today_holds(lpdeck: Lpdeck, starters: Home) -> None:
    today = lpdeck()
    assert 0 == today.code
    assert "10 new" in today.out
    assert "Ownership" in today.out
    assert "lpdeck review" in today.out
    data = lpdeck("--json").json
    assert {"date", "due", "new", "principles", "drafts", "next_due"} <= set(data)
    assert (0, 10) == (data["due"], data["new"])


def test_lpdeck_alone_in_an_empty_home_says_how_to_begin_and_makes_nothing(lpdeck: Lpdeck, home: Home) -> None:
    today = lpdeck()
    assert 0 == today.code
    assert "lpdeck review" in today.out
    assert "lpdeck import" in today.out
    assert (0, 0) == (lpdeck("--json").json["due"], lpdeck("--json").json["new"])
    assert not home.path.exists()


def test_lpdeck_alone_when_all_is_done_says_when_the_next_card_comes(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    lpdeck("review", stdin="\n4\n")
    today = lpdeck()
    assert "Nothing is due" in today.out
    assert lpdeck("--json").json["next_due"] > time.strftime("%Y-%m-%d")


def test_new_cards_are_asked_between_those_that_are_due(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(3))
    lpdeck("review", stdin="\n4\n\n4\nq\n")
    change(home, "UPDATE schedule SET due_day = due_day - 100, last_day = last_day - 100, first_day = first_day - 100")
    assert (2, 1) == (lpdeck("--json").json["due"], lpdeck("--json").json["new"])
    done = lpdeck("review", stdin="\n3\n\n3\n\n3\n")
    asked = re.findall(r"What is (\d)", done.out)
    assert ["1", "2"] == sorted({asked[0], asked[2]})
    assert "3" == asked[1]


@pytest.mark.slow
@pytest.mark.parametrize("first", ["progress", "decks", "due", "config"])
def test_a_home_looked_at_first_still_begins_with_the_starters(lpdeck: Lpdeck, home: Home, first: str) -> None:
    lpdeck(first)
    done = lpdeck("review", "--plain")
    assert (0, len(starters())) == (done.code, len(list(home.decks.glob("*.toml"))))


@pytest.mark.slow
def test_a_home_whose_decks_were_deleted_after_a_review_stays_empty(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("review", "--plain", stdin="\n\n3\nq\n")
    for path in home.decks.glob("*.toml"):
        path.unlink()
    lpdeck("review", "--plain")
    assert [] == list(home.decks.glob("*.toml"))


def test_keys_pressed_while_an_answer_waits_do_not_rate_the_next_card(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(3))
    learner = terminal("review")
    learner.see("What is 1")
    learner.press(" ")
    learner.see("good")
    other = sqlite3.connect(home.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    learner.press("3")
    learner.see("Waiting for another program that holds the database.")
    learner.press(" 3 3")
    other.execute("ROLLBACK")
    other.close()
    learner.see("What is 2?", "show")
    learner.settle()
    assert "What is 2?" in learner.text
    learner.press("q")
    learner.end()
    assert [(1,)] == query(home, "SELECT count(*) FROM event")
