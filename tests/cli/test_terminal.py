from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from homes import basic, query, with_cards
from lpdeck.config import KEY_MEANINGS
from lpdeck.home import Home

from .conftest import Lpdeck
from .drills import (
    BASIC,
    CHECKLIST,
    DUEL,
    HUNT,
    LAMP,
    PHRASES,
    STAGE,
    deck_text,
    details,
    editor,
    is_within,
    letter_of,
    rows,
)
from .running import Terminal
from .test_reviewing import ENTERS, LEAVES, fronts, is_restored

Opens = Callable[..., Terminal]

UP, DOWN = "\x1b[A", "\x1b[B"
PASTES = "\x1b[200~{}\x1b[201~"


def before(learner: Terminal, text: str) -> str:
    """What stands on the screen before a text."""
    return learner.text.partition(text)[0]


# Quiz


def test_a_quiz_is_answered_with_arrows_and_enter(terminal: Opens, home: Home) -> None:
    with_cards(home, LAMP)
    learner = terminal("review")
    learner.see("lamp?", "red", "a–c answer", "don’t know")
    place = "abc".index(letter_of(learner.text, "green"))
    learner.press(DOWN * 3 + UP * 2)
    learner.see("› a")
    learner.press(DOWN * place)
    learner.see(f"› {'abc'[place]}")
    learner.press("\r")
    learner.see("✓", "hard", "good", "easy")
    learner.press("3")
    learner.see("1 left")
    assert [("answer", "lamp", 3)] == rows(home)


@pytest.mark.slow
def test_space_chooses_what_the_cursor_is_on(terminal: Opens, home: Home) -> None:
    with_cards(home, LAMP)
    learner = terminal("review")
    learner.see("lamp?", "red")
    learner.press(DOWN * (1 + "abc".index(letter_of(learner.text, "green"))))
    learner.see("›")
    learner.press(" ")
    learner.see("✓", "good")
    assert "again" not in learner.text


@pytest.mark.slow
def test_what_enter_does_on_a_chosen_option_is_what_the_hint_says(terminal: Opens, home: Home) -> None:
    with_cards(home, LAMP)
    learner = terminal("review")
    learner.see("⏎ don’t know")
    learner.press(DOWN)
    learner.see("⏎ choose")
    assert "don’t know" not in learner.text


# Duel


def test_a_duel_shows_the_question_then_both_answers_unlabelled_then_why(terminal: Opens, home: Home) -> None:
    with_cards(home, DUEL)
    learner = terminal("review")
    learner.see("What did it cost?", "show")
    assert "four days" not in learner.text
    assert "expensive" not in learner.text
    learner.press("\r")
    learner.see("What did it cost?", "four days", "expensive", "Which answer would you give?")
    assert not {"weak", "strong", "why"} & set(learner.text.split())
    assert "names no number" not in learner.text
    learner.press(letter_of(learner.text, "It cost us"))
    learner.see("✓ You chose the strong answer.", "weak", "It names no number.", "again", "easy")
    learner.press("4")
    learner.see("Done for now")
    assert [("answer", "duel", 4)] == rows(home)
    assert "strong" == details(home)[0]["duel"]


def test_the_weak_answer_of_a_duel_proposes_again_under_enter(terminal: Opens, home: Home) -> None:
    with_cards(home, DUEL)
    learner = terminal("review")
    learner.see("What did it cost?")
    learner.press("\r")
    learner.see("expensive", "four days")
    learner.press(DOWN if letter_of(learner.text, "It was not") == "a" else DOWN * 2)
    learner.see("›")
    learner.press("\r")
    learner.see("✗ You chose the weak answer.", "⏎ 1 again")
    learner.press("\r")
    learner.see("1 left")
    assert [("answer", "duel", 1)] == rows(home)
    assert "weak" == details(home)[0]["duel"]


@pytest.mark.slow
def test_a_duel_can_be_left_out(terminal: Opens, home: Home) -> None:
    with_cards(home, DUEL)
    learner = terminal("review")
    learner.see("What did it cost?")
    learner.press("\r")
    learner.see("⏎ skip")
    learner.press("\r")
    learner.see("again", "easy", "It names no number.")
    assert "You chose" not in learner.text


# Find the disqualifier


@pytest.mark.slow
def test_sentences_are_marked_and_hits_misses_and_false_alarms_told(terminal: Opens, home: Home) -> None:
    with_cards(home, HUNT)
    learner = terminal("review")
    learner.see("Which sentences sink this answer?", "[ ] 1 The alarm", "[ ] 4 Nobody asked", "1–4 mark", "⏎ done")
    learner.press("2")
    learner.see("[x] 2 I told")
    learner.press(DOWN + " ")
    learner.see("[x] 3 The build")
    learner.press("22")
    learner.settle(0.1)
    learner.press("\r")
    learner.see("✓ 2 found", "! 3 harmless", "✗ 4 missed", "No owner at all.", "⏎ 1 again")
    learner.press("2")
    learner.see("no card asks for it", PHRASES[1])
    assert [("answer", "hunt", 2)] == rows(home)
    assert {"hits": 1, "misses": 1, "false_alarms": 1} == details(home)[0]
    learner.press("y")
    learner.see("a card was made of it", f"“{PHRASES[1]}”", "1 left · 1 new")
    assert 2 == deck_text(home).count("[[card]]")
    assert 'kind = "disqualifier"' in deck_text(home)
    assert f'phrase = "{PHRASES[1]}"' in deck_text(home)


@pytest.mark.slow
def test_an_offer_that_is_declined_makes_no_card(terminal: Opens, home: Home) -> None:
    with_cards(home, HUNT)
    before_ = deck_text(home)
    learner = terminal("review")
    learner.see("sink")
    learner.press("\r")
    learner.see("✗ 2 missed", "✗ 4 missed", "⏎ 1 again")
    learner.press("1")
    for phrase in PHRASES:
        learner.see("make a card", phrase)
        learner.press("n")
    learner.see("sink this answer", "1 left")
    assert before_ == deck_text(home)


# Stage


@pytest.mark.slow
def test_the_clock_of_a_stage_runs_and_nothing_else_is_sent(terminal: Opens, home: Home) -> None:
    with_cards(home, STAGE)
    learner = terminal("review")
    learner.see("Tell the Situation of this story. In 60 seconds.", "0:00 of 1:00", "⏎ told")
    frame = len(learner.raw)
    learner.see("0:01 of 1:00")
    learner.settle(0.05)
    sent = learner.raw[frame:]
    assert b"Tell" not in sent
    assert b"told" not in sent
    assert len(sent) < frame / 2
    learner.press("\r")
    learner.see("Which of these did you say?", "[ ] 1 212 parcels", "[ ] 2 nobody had asked")
    learner.press("1")
    learner.see("[x] 1")
    learner.press("\r")
    learner.see("for 1:00", "1 of 2 signals", "not said nobody had asked", "⏎ 2 hard")
    learner.press("\r")
    learner.see("1 left")
    assert [("answer", "stage", 2)] == rows(home)
    detail = details(home)[0]
    assert (1, 2, 60_000) == (detail["ticked"], detail["of"], detail["target_ms"])
    assert 900 < detail["told_ms"] < 15_000


@pytest.mark.slow
def test_a_stage_far_over_its_time_is_hard_at_best(terminal: Opens, home: Home) -> None:
    fields = {**STAGE.fields, "target_seconds": 1, "signals": []}
    with_cards(home, type(STAGE)("stage", "stage", fields))
    learner = terminal("review")
    learner.see("0:02 of 0:01")
    learner.press("\r")
    learner.see("far over", "⏎ 2 hard")


# Checklist


def test_points_of_a_checklist_are_ticked_and_propose_the_rating(terminal: Opens, home: Home) -> None:
    with_cards(home, CHECKLIST)
    learner = terminal("review")
    learner.see("Name the 3 rules.")
    assert "Count first" not in learner.text
    learner.press("\r")
    learner.see("Which of these did you name?", "› [ ] 1 Count first", "[ ] 3 Stay late")
    learner.press(" " + DOWN * 2 + " ")
    learner.see("[x] 1 Count first", "[ ] 2 Tell the depot", "› [x] 3 Stay late")
    learner.press("\r")
    learner.see("✓ named Count first", "✗ missed Tell the depot", "✓ named Stay late", "⏎ 2 hard")
    learner.press("\r")
    learner.see("1 left")
    assert [("answer", "checklist", 2)] == rows(home)


# A typed answer


@pytest.mark.slow
def test_a_typed_answer_is_set_beside_the_expected_words_and_proposes_nothing(terminal: Opens, home: Home) -> None:
    with_cards(home, BASIC)
    learner = terminal("review")
    learner.see("What is a front?", "t type")
    learner.press("t")
    learner.see("Your answer:", "⏎ done", "esc cancel")
    learner.press("It is the size that shouts\r")
    learner.see("yours", "[shouts]", "expected", "[asks.]", "words found; what differs is in [brackets]")
    learner.press("\r ")
    learner.settle()
    assert [] == rows(home)
    learner.press("3")
    learner.see("1 left")
    assert [("answer", "basic", 3)] == rows(home)
    assert "It is the size that shouts" == details(home)[0]["typed"]


@pytest.mark.slow
def test_a_typed_answer_is_left_with_escape_or_with_nothing(terminal: Opens, home: Home) -> None:
    with_cards(home, BASIC)
    learner = terminal("review")
    learner.see("t type")
    for keys in ("t", "  \r", "t", "abc\x1b"):
        learner.press(keys)
        learner.see("Your answer:" if keys == "t" else "⏎ show")
    assert "It is the side" not in learner.text
    assert "Your answer" not in learner.text


# Asides


@pytest.mark.slow
def test_a_flag_is_chosen_by_its_letter_and_taken_off_and_undone(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press("f")
    learner.see("r red", "v purple", "0 none")
    learner.press("x")
    learner.see("⏎ show")
    assert [] == rows(home)
    learner.press("fr")
    learner.see("red flag", "What is 1?")
    learner.press("f0")
    learner.settle()
    assert "red flag" not in learner.text
    learner.press("u")
    learner.see("took back: flag", "red flag")
    learner.press("u")
    learner.settle()
    assert "red flag" not in learner.text
    assert ["flag", "flag", "undo", "undo"] == [kind for kind, _, _ in rows(home)]


@pytest.mark.slow
def test_a_note_takes_wide_letters_and_is_shown_with_the_answer(terminal: Opens, home: Home) -> None:
    with_cards(home, BASIC)
    learner = terminal("review")
    learner.see("⏎ show")
    learner.press("n")
    learner.see("Note:")
    learner.press("Grüße 語漢\x7f😀x\x7f …")
    learner.see("Note: Grüße 語")
    learner.press("\r")
    learner.see("⏎ show")
    assert 'note = "Grüße 語😀 …"' in deck_text(home)
    learner.press("\r")
    learner.see("note", "Grüße")
    learner.press("n")
    learner.see("Note: Grüße")
    learner.press("\x15never\x1b")
    learner.see("easy")
    assert 'note = "Grüße 語😀 …"' in deck_text(home)
    learner.press("n\x15\r")
    learner.settle()
    assert "note" not in deck_text(home)
    assert [] == rows(home)


@pytest.mark.slow
def test_an_edit_shows_the_new_words_of_the_same_card_at_once(terminal: Opens, home: Home, tmp_path: Path) -> None:
    with_cards(home, *fronts(2))
    program = editor(tmp_path, "test -t 0 && stty -a | grep -q ' icanon' && sed -i 's/What is 1/What was 1/' \"$FILE\"")
    learner = terminal("review", EDITOR=program)
    learner.see("What is 1?")
    learner.press("e")
    learner.see("What was 1?")
    learner.press("\r")
    learner.see("What was 1?", "It is 1.")
    assert 2 == learner.raw.count(ENTERS)
    learner.press("e4")
    learner.see("What is 2?")
    assert [("answer", "card-1", 4)] == rows(home)


@pytest.mark.slow
def test_an_editor_that_fails_is_told_and_the_card_goes_on(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review", EDITOR="false")
    learner.see("What is 1?")
    learner.press("e")
    learner.see('the editor "false" ended with code 1', "What is 1?")
    learner.press("\r")
    learner.see("It is 1.")


@pytest.mark.slow
def test_an_edit_that_breaks_the_file_is_told_on_the_card(terminal: Opens, home: Home, tmp_path: Path) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review", columns=120, EDITOR=editor(tmp_path, 'echo "= broken" >> "$FILE"'))
    learner.see("What is 1?")
    learner.press("e")
    learner.see("deck.toml:", "What is 1?", "⏎ show")
    learner.settle(0.1)
    assert "deck.toml:" in learner.text


@pytest.mark.slow
def test_an_edit_that_makes_the_card_a_draft_is_told(terminal: Opens, home: Home, tmp_path: Path) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review", EDITOR=editor(tmp_path, 'sed -i \'0,/^back.*/s//back = ""/\' "$FILE"'))
    learner.see("What is 1?")
    learner.press("e")
    learner.see("not asked any more", "What is 2?")


def test_info_shows_where_the_card_stands_and_what_happened(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press("fb")
    learner.see("blue flag")
    learner.press("i")
    learner.see("card-1", "decks/deck.toml:", "new: never answered", "blue flag", "flag", "any key")
    learner.press("x")
    learner.see("⏎ show")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "rows_"),
    [
        (20, 8),
        pytest.param(60, 24, marks=pytest.mark.slow),
        pytest.param(80, 24, marks=pytest.mark.slow),
        pytest.param(250, 50, marks=pytest.mark.slow),
    ],
)
def test_help_is_whole_at_any_size(terminal: Opens, home: Home, columns: int, rows_: int) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review", columns=columns, rows=rows_)
    learner.see("What is 1?")
    learner.press("?")
    learner.see("Keys", "any key")
    seen = set()
    for _ in range(12):
        learner.settle(0.03)
        seen.update(learner.lines)
        assert is_within(learner)
        if "more line" not in learner.text:
            break
        learner.press("\x1b[6~")
    text = " ".join(" ".join(seen).split())
    assert all(meaning[:8] in text for meaning in KEY_MEANINGS.values())
    learner.press("x")
    learner.see("What is 1?")


# Leaving a card without an answer


@pytest.mark.slow
def test_suspend_bury_and_skip_go_to_the_next_card_and_undo_brings_each_back(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(3))
    learner = terminal("review")
    learner.see("What is 1?", "3 new")
    learner.press("s")
    learner.see("suspended: lpdeck resume brings it back", "What is 2?", "2 new")
    learner.press("b")
    learner.see("buried until tomorrow", "What is 3?", "1 new")
    learner.press("u")
    learner.see("took back: bury", "What is 2?", "2 new")
    learner.press("u")
    learner.see("took back: suspend", "What is 1?", "3 new")
    learner.press("k")
    learner.see("What is 2?", "3 new")
    learner.press("\x12")
    learner.see("did again: suspend")
    assert ["suspend", "bury", "undo", "undo", "redo"] == [kind for kind, _, _ in rows(home)]


@pytest.mark.slow
def test_the_only_card_can_not_be_skipped(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(1))
    learner = terminal("review")
    learner.see("What is 1?")
    learner.press("k")
    learner.see("this is the only card left", "What is 1?")


# Pasting


@pytest.mark.slow
def test_pasted_text_never_acts_as_keys(terminal: Opens, home: Home) -> None:
    with_cards(home, *fronts(2))
    learner = terminal("review")
    learner.see("What is 1?")
    pasted = PASTES.format("\r3\nsbq4\tkuf\x7f r")
    learner.press(pasted)
    learner.settle()
    assert "What is 1?" in learner.text
    assert "It is 1." not in learner.text
    learner.press("\r")
    learner.see("It is 1.")
    learner.press(pasted)
    learner.settle()
    assert "It is 1." in learner.text
    assert [] == rows(home)


@pytest.mark.slow
def test_a_paste_in_the_note_prompt_becomes_one_line(terminal: Opens, home: Home) -> None:
    with_cards(home, BASIC)
    learner = terminal("review")
    learner.see("⏎ show")
    learner.press("n")
    learner.see("Note:")
    learner.press(PASTES.format("one\rtwo\x1b[2J\n  three\n"))
    learner.see("Note: one two")
    assert "note" not in deck_text(home)
    learner.press("\r")
    learner.settle()
    assert re.search(r'note = "one two\[2J +three"', deck_text(home))


@pytest.mark.slow
@pytest.mark.parametrize(
    "parts", [("\x1b[", "B"), ("\x1b[20", "0~q3\r\x1b[201~"), pytest.param(("\x1b", "[B"), marks=pytest.mark.slow)]
)
def test_a_key_that_arrives_in_parts_is_still_one_key(terminal: Opens, home: Home, parts: tuple[str, str]) -> None:
    with_cards(home, CHECKLIST)
    learner = terminal("review")
    learner.see("Name the 3 rules.")
    learner.press("\r")
    learner.see("› [ ] 1")
    learner.press(parts[0])
    learner.read(0.02)
    learner.press(parts[1])
    learner.settle(0.2)
    at = 2 if parts[1].endswith("B") else 1
    assert f"› [ ] {at}" in learner.text
    assert "[x]" not in learner.text


# Sizes


def steps(drill: str) -> list[tuple[str, str]]:
    """Each step of a drill: what is seen first, and the key to the next."""
    return {
        "lamp": [("red", "a"), ("lamp?", "")],
        "duel": [("What did it", "\r"), ("Which answer", "a"), ("What did it", "")],
        "hunt": [("1 The", "2"), ("I told", "\r"), ("sink", "")],
        "stage": [("Tell the", "\r"), ("Which of these", "1"), ("Which of these", "\r"), ("Tell the", "")],
        "checklist": [("Name the 3", "\r"), ("Which of these", "1"), ("Which of these", "\r"), ("Name the 3", "")],
        "basic": [("What is a", "\r"), ("What is a", "")],
    }[drill]


@pytest.mark.slow
@pytest.mark.parametrize(
    "card",
    [STAGE, *(pytest.param(card, marks=pytest.mark.slow) for card in (LAMP, DUEL, HUNT, CHECKLIST, BASIC))],
    ids=lambda card: card.id,
)
def test_every_step_of_a_drill_fits_20_columns_and_any_resize(terminal: Opens, home: Home, card: object) -> None:
    with_cards(home, card)
    learner = terminal("review", columns=20, rows=12)
    for seen, key in steps(card.id):
        learner.see(seen)
        assert is_within(learner)
        learner.raw = b""
        for columns, rows_ in ((44, 14), (100, 30), (20, 12)):
            learner.resize(columns, rows_)
            learner.settle(0.1)
            learner.see(seen)
            assert is_within(learner)
            learner.raw = b""
        learner.press(key)
        learner.settle(0.06)
    learner.see("easy" if card.id != "lamp" else "⏎" if "again" in learner.text else "easy")
    assert [] == rows(home)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "prompt"), [("n", "Note"), ("?", "Keys"), pytest.param("f", "red", marks=pytest.mark.slow)]
)
def test_a_resize_in_a_prompt_leaves_no_line_too_long(terminal: Opens, home: Home, keys: str, prompt: str) -> None:
    words = " ".join(f"word{number}" for number in range(12))
    with_cards(home, basic("long", words))
    learner = terminal("review")
    learner.see("word11")
    learner.press(keys)
    learner.see(prompt)
    learner.raw = b""
    learner.resize(30, 16)
    learner.settle()
    assert is_within(learner)
    learner.see(prompt)
    learner.press("\x1b")
    learner.see("word11", "show")
    assert is_within(learner)
    assert words in learner.text


# Keys of the learner's own


@pytest.mark.slow
def test_the_ready_set_hjkl_rates_and_is_shown(terminal: Opens, lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(5))
    lpdeck("config", "set", "key_set", "hjkl")
    learner = terminal("review")
    for number, key in enumerate("hjkl", start=1):
        learner.see(f"What is {number}?")
        learner.press("\r")
        learner.see("h again", "j hard", "k good", "l easy")
        learner.press(key)
    learner.see("What is 5?")
    assert [1, 2, 3, 4] == [rating for _, _, rating in rows(home)]


@pytest.mark.slow
def test_keys_of_the_learners_own_are_shown_in_hints_and_help(terminal: Opens, lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, CHECKLIST)
    home.config.write_text('[keys]\nreveal = ["z"]\ntype = ["w"]\nundo = ["ctrl-u"]\nflag = ["x"]\nhelp = ["H"]\n')
    learner = terminal("review")
    learner.see("z show", "w type", "ctrl-u undo", "H keys")
    learner.press("H")
    learner.see("x", "flag the card with a colour")
    learner.press("z")
    learner.see("z show")
    learner.press("z")
    learner.see("z done")
    learner.press("1z")
    learner.see("z 1 again")
    learner.press("xr")
    learner.see("red flag")


# Signals and colours


@pytest.mark.slow
def test_ctrl_z_in_a_prompt_and_fg_keep_what_was_typed(shell: Opens, home: Home) -> None:
    with_cards(home, BASIC)
    learner = shell()
    learner.see("ready>")
    learner.press("lpdeck review\n")
    learner.see("⏎ show")
    learner.press("nhalf a no")
    learner.see("Note: half a no")
    learner.press("\x1a")
    learner.see("Stopped")
    left = len(learner.raw)
    learner.press("fg\n")
    while b"half a no" not in learner.raw[left:]:
        assert learner.read(1)
    learner.press("te\r")
    learner.see("⏎ show")
    learner.press("q")
    learner.see("ready>")
    assert 'note = "half a note"' in deck_text(home)


@pytest.mark.slow
@pytest.mark.parametrize("keys", ["nhalf", *(pytest.param(key, marks=pytest.mark.slow) for key in "f?")])
def test_a_signal_in_a_prompt_leaves_the_terminal_whole(terminal: Opens, home: Home, keys: str) -> None:
    with_cards(home, BASIC)
    text = deck_text(home)
    learner = terminal("review")
    learner.see("⏎ show")
    learner.press(keys)
    learner.settle()
    learner.signal(signal.SIGTERM)
    assert 128 + signal.SIGTERM == learner.end()
    assert is_restored(learner)
    assert learner.raw.rfind(b"\x1b[?2004l") > learner.raw.rfind(b"\x1b[?2004h") > -1
    assert learner.raw.count(ENTERS) == learner.raw.count(LEAVES)
    assert text == deck_text(home)


@pytest.mark.slow
def test_a_cursor_and_ticks_are_seen_without_colours(terminal: Opens, home: Home) -> None:
    with_cards(home, HUNT)
    learner = terminal("review", NO_COLOR="1")
    learner.see("› [ ] 1")
    learner.press(DOWN + " ")
    learner.see("› [x] 2")
    learner.press("\r")
    learner.see("✓ 2 found", "✗ 4 missed", "⏎ 2 hard")
    assert not re.search(rb"\x1b\[[\d;]*m", learner.raw)


@pytest.mark.slow
def test_a_moved_cursor_sends_less_than_a_frame(terminal: Opens, home: Home) -> None:
    with_cards(home, HUNT)
    learner = terminal("review")
    learner.see("› [ ] 1", "⏎ done")
    learner.settle()
    frame = len(learner.raw)
    learner.press(DOWN)
    learner.see("› [ ] 2")
    learner.settle()
    assert len(learner.raw) - frame < frame / 2
    assert b"Nobody" not in learner.raw[frame:]


# A leech


@pytest.mark.slow
def test_a_leech_is_split_in_two_and_suspended(terminal: Opens, home: Home, tmp_path: Path) -> None:
    with_cards(home, *fronts(1), basic("leech", "Why so often?", "Because of this. And because of that."))
    lapsed(home, "leech")
    learner = terminal("review", EDITOR=editor(tmp_path, ":"))
    learner.see("Why so often?")
    learner.press("\r")
    learner.see("again")
    learner.press("1")
    learner.see("You have forgotten this card 8 times.", "e rewrite", "x split in two", "s suspend", "⏎ go on")
    learner.press("x")
    learner.see("split in two; the old card is suspended")
    assert {"And because of that.", "Because of this."} == {
        row[0] for row in query(home, "SELECT fields ->> 'back' FROM card WHERE id LIKE 'deck/%'")
    }
    assert [("answer", "leech", 1), ("suspend", "leech", None)] == rows(home)


def lapsed(home: Home, card: str) -> None:
    """Makes a card due that was forgotten seven times; as if it had been reviewed long ago."""
    from homes import TODAY, change

    change(
        home,
        "INSERT INTO schedule (card, state, step, stability, difficulty, due_day, first_day, last_day, reviewed_day, "
        "interval, reps, lapses, suspended) VALUES (?, 2, NULL, 5, 7, ?, ?, ?, ?, 5, 20, 7, 0)",
        [card, TODAY - 10, TODAY - 400, TODAY - 15, TODAY - 15],
    )
