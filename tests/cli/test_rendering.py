from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lpdeck.cli.faces import Block, Role
from lpdeck.cli.rendering import STYLES, Painter, bar, cut, day_name, interval, plural, shown, wrapped
from lpdeck.days import StudyDay, study_day

# Wide and narrow letters, combining marks, joined emoji, flags, blanks of all kinds, signs that steer a terminal.
LETTERS = "ab ß語漢字가😀👩‍💻👨‍👩‍👧🇩🇪é́̈\u200d\ufe0f\u200b\u3000\t\n\r\x1b[m\x07\x9b\u202e\u2066\ue000\ue001\ufeff•–“"
texts = st.one_of(st.text(), st.text(alphabet=LETTERS, max_size=120))
widths = st.integers(4, 120)
marks = st.lists(st.text(alphabet="ab ß語", min_size=1, max_size=5), max_size=3)

STYLING = re.compile(r"\x1b\[[\d;]+m")


def is_control(character: str) -> bool:
    """Whether a character steers a terminal or the direction of its text."""
    return (
        unicodedata.category(character) == "Cc" or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def letters(text: str) -> str:
    return "".join(text.split())


@given(texts, widths)
def test_no_line_is_wider_than_the_width(text: str, width: int) -> None:
    assert all(cell_len(line) <= width for line in wrapped(text, width))


@given(texts, marks, widths, st.sampled_from(list(Role)), st.sampled_from(["", "why", "looking back"]), st.booleans())
def test_no_line_of_a_face_is_wider_than_the_screen(
    text: str, found: list[str], width: int, role: Role, label: str, colour: bool
) -> None:
    painter = Painter(width=max(width, 20), colour=colour)
    lines = painter.face([Block(role, text, label, marks=tuple(found), bullet="" if label else "✓ a  ")])
    assert all(cell_len(STYLING.sub("", line)) <= painter.width for line in lines)


@given(texts, marks, st.sampled_from(["", "why"]), st.booleans())
def test_no_control_character_survives(text: str, found: list[str], label: str, colour: bool) -> None:
    for line in Painter(colour=colour).face([Block(Role.TEXT, text, label, marks=tuple(found))]):
        assert not any(map(is_control, STYLING.sub("", line)))
    assert not any(map(is_control, shown(text).replace("\n", "")))


@given(texts, widths)
def test_wrapping_loses_no_letter(text: str, width: int) -> None:
    assert letters(shown(text)) == letters("".join(wrapped(text, width)))


@given(texts, marks, widths)
def test_marking_loses_no_letter(text: str, found: list[str], width: int) -> None:
    painter = Painter(width=max(width, 20), colour=True)
    lines = painter.block(Block(Role.TEXT, text, marks=tuple(found)))
    assert letters(shown(text)) == letters(STYLING.sub("", "".join(lines)))


@given(texts, marks)
def test_every_colour_ends_on_its_line(text: str, found: list[str]) -> None:
    for line in Painter().face([Block(Role.ASK, text, marks=tuple(found)), Block(Role.TEXT, text, "why")]):
        styles = STYLING.findall(line)
        assert not styles or styles[-1] == "\x1b[0m"


@given(texts, st.integers(0, 60))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, width: int) -> None:
    line = shown(text).replace("\n", " ")
    short = cut(line, width)
    assert cell_len(short) <= width
    assert short == line or not width or short.endswith("…")


@given(texts, texts, st.integers(10, 120))
def test_a_row_fits_its_line(left: str, right: str, width: int) -> None:
    row = Painter(width=width, colour=False).row(left.replace("\n", " "), right.replace("\n", " "))
    assert cell_len(row) <= width


@given(st.text(alphabet=LETTERS.replace("\n", ""), max_size=60))
def test_paragraphs_stay_apart(text: str) -> None:
    parts = [part.strip() for part in (text, "second", "third")]
    assert wrapped("\n".join(parts), 500)[-2:] == ["second", "third"]


def test_words_are_kept_whole_where_they_fit() -> None:
    assert ["one two", "three", "four"] == wrapped("one two three four", 8)
    assert ["abcdef", "gh ij"] == wrapped("abcdefgh ij", 6)
    assert ["語語", "語"] == wrapped("語語語", 5)


def test_a_marked_phrase_is_set_off_wherever_it_is_wrapped() -> None:
    on, off = f"\x1b[{STYLES['mark']}m", "\x1b[0m"
    lines = Painter(width=10).block(Block(Role.TEXT, "I saw Ten parcels", marks=("ten parcels",)))
    assert [f"I saw {on}Ten{off}", f"{on}parcels{off}"] == lines
    assert ["I saw Ten", "parcels"] == Painter(width=10, colour=False).block(
        Block(Role.TEXT, "I saw Ten parcels", marks=("ten parcels",))
    )


def test_labels_stand_in_a_column_and_above_where_it_is_narrow() -> None:
    blocks = [Block(Role.TEXT, "because it is so", "why"), Block(Role.TEXT, "mine", "note")]
    assert ["why   because it is so", "", "note  mine"] == Painter(width=60, colour=False).face(blocks)
    assert ["why", "  because it is so", "", "note", "  mine"] == Painter(width=30, colour=False).face(blocks)


def test_without_colour_nothing_is_styled() -> None:
    painter = Painter(colour=False)
    assert all("\x1b" not in text for text in (painter.style("x", "wrong"), painter.rule(), painter.row("a", "b")))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (-1, "<1m"),
        (-60, "<1m"),
        (-90, "2m"),
        (-600, "10m"),
        (-3540, "59m"),
        (-3590, "1h"),
        (-3600, "1h"),
        (-5400, "1.5h"),
        (-43200, "12h"),
        (0, "0d"),
        (1, "1d"),
        (30, "30d"),
        (31, "1mo"),
        (64, "2.1mo"),
        (364, "12mo"),
        (365, "1y"),
        (511, "1.4y"),
        (36500, "99.9y"),
    ],
)
def test_intervals_as_a_button_shows_them(given: int, text: str) -> None:
    assert text == interval(given)


@given(st.integers(-43200, 36500))
def test_an_interval_is_short(given: int) -> None:
    assert len(interval(given)) <= 6


@pytest.mark.parametrize(
    ("ahead", "name"),
    [(0, "today"), (1, "tomorrow"), (2, "on Wednesday"), (6, "on Sunday"), (7, "on 9 March"), (400, "on 6 April 2027")],
)
def test_days_as_a_learner_says_them(ahead: int, name: str) -> None:
    from datetime import date

    today = study_day(date(2026, 3, 2))
    assert name == day_name(StudyDay(today + ahead), today)


def test_numbers_with_their_nouns() -> None:
    assert ("1 card", "0 cards", "1,200 cards", "2 replies") == (
        plural(1, "card"),
        plural(0, "card"),
        plural(1200, "card"),
        plural(2, "reply", "replies"),
    )


@given(st.floats(-1, 2), st.integers(1, 40))
def test_a_bar_has_its_width(share: float, width: int) -> None:
    assert width == cell_len(bar(share, width))
