from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lpdeck.cli.lineedit import Line, graphemes

FAMILY, FLAG, ACCENT = "👨‍👩‍👧", "🇩🇪", "e\u0301"
LETTERS = "ab ß語가é\u0301\u0308\u200d\ufe0f❤😀👩💻👍🏽🇩🇪↔\u061c\u1161\u3000"
STEERING = "\x00\t\n\r\x1b\x7f\x85\x9b\u200b\u2028\u202e\u2066\ufeff"
MOVES = ["left", "right", "home", "end", "ctrl-a", "ctrl-e", "ctrl-b", "ctrl-f", "alt-b", "alt-f"]
KILLS = ["backspace", "ctrl-h", "delete", "ctrl-d", "ctrl-u", "ctrl-k", "ctrl-w", "alt-backspace"]
OTHERS = ["enter", "escape", "tab", "resize", "hang up", "page up", "ctrl-z", "\x1b[Z", ""]

letters = st.one_of(st.sampled_from(LETTERS), st.characters())
keys = st.lists(st.one_of(letters, st.sampled_from(["space", *MOVES, *KILLS, *OTHERS])), max_size=40)
lines = st.builds(Line, st.text(LETTERS + STEERING, max_size=40), st.integers(-3, 60))
widths = st.integers(1, 30)


def pressed(line: Line, *keys: str) -> Line:
    for key in keys:
        line = line.press(key)
    return line


def edges(text: str) -> set[int]:
    parts = graphemes(text)
    return {len("".join(parts[:count])) for count in range(len(parts) + 1)}


@given(lines, keys)
def test_any_keys_leave_the_cursor_between_graphemes_and_no_control_character(line: Line, given: list[str]) -> None:
    for key in ["", *given]:
        line = line.press(key)
        assert line.cursor in edges(line.text)
        assert not [letter for letter in line.text if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")]


@given(st.text(st.one_of(st.sampled_from(LETTERS), st.characters(exclude_categories=["C", "Z"]))))
def test_what_is_typed_is_the_text(text: str) -> None:
    line = pressed(Line(), *("space" if letter == " " else letter for letter in text))
    assert Line(text, len(text)) == line
    assert text == line.text


@given(st.text(st.characters(exclude_categories=["C", "Z", "M", "So", "Sk"]), max_size=5).map(lambda text: text + "x"))
def test_what_is_typed_in_the_middle_stands_there_in_its_order(text: str) -> None:
    assert Line(f"ab {text} cd", len(text) + 3) == pressed(Line("ab  cd", 3), *text)


@given(lines, keys, widths)
def test_a_field_holds_what_it_shows_and_the_cursor(line: Line, given: list[str], width: int) -> None:
    text, column = pressed(line, *given).shown(width)
    assert cell_len(text) <= width
    assert 0 <= column < width


@given(lines, st.integers(4, 30))
def test_what_is_shown_is_a_piece_of_the_text_with_an_ellipsis_where_it_goes_on(line: Line, width: int) -> None:
    text, _ = line.shown(width)
    piece = text.removeprefix("…").removesuffix("…")
    assert piece in line.text
    assert line.text.startswith(piece) or text.startswith("…")
    assert line.text.endswith(piece) or text.endswith("…")


@given(st.text("ab語😀", max_size=40), st.integers(0, 40), widths)
def test_the_cursor_stands_on_its_character(text: str, cursor: int, width: int) -> None:
    line = Line(text + ".", cursor)
    shown, column = line.shown(width)
    under = next((letter for index, letter in enumerate(shown) if cell_len(shown[:index]) == column), "")
    wanted = line.text[line.cursor : line.cursor + 1]
    assert under == (wanted if cell_len(wanted) <= width else "")


@given(lines)
def test_a_line_without_a_cursor_given_has_it_at_its_end(line: Line) -> None:
    assert len(line.text) == Line(line.text).cursor


@given(lines, st.sampled_from(["left", "right"]))
def test_a_move_changes_no_text_and_back_comes_back(line: Line, key: str) -> None:
    moved = line.press(key)
    assert line.text == moved.text
    if moved != line:
        assert line == moved.press({"left": "right", "right": "left"}[key])


@given(st.text(LETTERS, max_size=20))
def test_as_many_backspaces_as_graphemes_empty_a_line(text: str) -> None:
    assert Line() == pressed(Line(text), *["backspace"] * len(graphemes(text)))


@pytest.mark.parametrize(
    "grapheme", [ACCENT, FAMILY, FLAG, "❤️", "👍🏽", "👩🏽‍💻", "🏴\U000e0067\U000e0062\U000e007f", "นี", "नि", "한", "语"]
)
def test_a_grapheme_is_passed_and_removed_whole(grapheme: str) -> None:
    line = Line(f"a{grapheme}b", len(grapheme) + 1)
    assert Line("ab", 1) == line.press("backspace")
    assert Line("ab", 1) == line.press("left").press("delete")
    assert Line(line.text, 1) == line.press("left")
    assert line == Line(line.text, 1).press("right")


def test_flags_side_by_side_are_two_graphemes() -> None:
    assert ["🇩🇪", "🇫🇷", "🇮"] == graphemes("🇩🇪🇫🇷🇮")


def test_an_emoji_is_typed_piece_by_piece_before_a_word() -> None:
    assert Line(f"I {FAMILY} we", 2 + len(FAMILY)) == pressed(Line("I  we", 2), *FAMILY)


def test_a_cursor_given_inside_a_grapheme_goes_to_its_end() -> None:
    assert len(FAMILY) == Line(FAMILY + "b", 2).cursor


@pytest.mark.parametrize(
    ("key", "left"),
    [
        ("ctrl-u", Line("o three", 0)),
        ("ctrl-k", Line("one tw", 6)),
        ("ctrl-w", Line("one o three", 4)),
        ("alt-backspace", Line("one o three", 4)),
        ("ctrl-h", Line("one to three", 5)),
        ("ctrl-d", Line("one tw three", 6)),
        ("alt-b", Line("one two three", 4)),
        ("alt-f", Line("one two three", 7)),
        ("ctrl-a", Line("one two three", 0)),
        ("home", Line("one two three", 0)),
        ("ctrl-e", Line("one two three", 13)),
        ("end", Line("one two three", 13)),
        ("ctrl-b", Line("one two three", 5)),
        ("ctrl-f", Line("one two three", 7)),
        ("space", Line("one tw o three", 7)),
        ("x", Line("one twxo three", 7)),
        ("語", Line("one tw語o three", 7)),
        *((key, Line("one two three", 6)) for key in [*OTHERS, "\n", "\x07", "\u202e", "\ud800"]),
    ],
)
def test_each_key_does_its_own(key: str, left: Line) -> None:
    assert left == Line("one two three", 6).press(key)


@pytest.mark.parametrize("key", ["left", "backspace", "ctrl-w", "alt-b", "ctrl-u", "home"])
def test_nothing_is_left_of_the_start(key: str) -> None:
    assert Line("one", 0) == Line("one", 0).press(key)


@pytest.mark.parametrize("key", ["right", "delete", "ctrl-d", "alt-f", "ctrl-k", "end"])
def test_nothing_is_right_of_the_end(key: str) -> None:
    assert Line("one", 3) == Line("one", 3).press(key)


def test_words_are_left_by_their_blanks() -> None:
    assert Line("one  ", 0) == pressed(Line("one  two  "), "ctrl-w", "alt-b")
    assert Line("  one two", 5) == Line("  one two", 0).press("alt-f")
    assert Line("   ", 0) == Line("   ").press("alt-b")


def test_a_given_text_is_made_one_line() -> None:
    assert Line("one two three", 8) == Line("one\r\ntwo\tth\x1bree\x07", 9)
    assert "a b c" == Line("a\u2028b\x0bc\u202e").text


@pytest.mark.parametrize(
    ("line", "width", "shown"),
    [
        (Line(), 5, ("", 0)),
        (Line("abcd"), 5, ("abcd", 4)),
        (Line("abcde", 4), 5, ("abcde", 4)),
        (Line("abcde"), 5, ("…cde", 4)),
        (Line("abcdefgh", 0), 5, ("abcd…", 0)),
        (Line("abcdefgh", 4), 5, ("…def…", 2)),
        (Line("abcdefgh"), 3, ("gh", 2)),
        (Line("abcdefgh", 3), 1, ("d", 0)),
        (Line("語語語語"), 6, ("…語語", 5)),
        (Line("語語語語", 1), 4, ("…語…", 1)),
        (Line("語語", 0), 1, ("", 0)),
        (Line("語"), 1, ("", 0)),
        (Line(f"ab{FAMILY}"), 5, (f"ab{FAMILY}", 4)),
    ],
)
def test_a_line_scrolls_so_that_its_cursor_is_seen(line: Line, width: int, shown: tuple[str, int]) -> None:
    assert shown == line.shown(width)


def test_while_moving_within_a_long_line_both_sides_are_seen() -> None:
    line = Line("".join(chr(97 + index % 26) for index in range(60)), 30)
    shown, column = line.shown(20)
    assert re.fullmatch(r"…[a-z]{18}…", shown)
    assert (20, 1 + 11) == (cell_len(shown), column)  # six letters behind it, a third of the field
