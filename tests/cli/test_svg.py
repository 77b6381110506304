from __future__ import annotations

import re
import unicodedata
from dataclasses import fields
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lpdeck.cli.faces import Block, Role
from lpdeck.cli.rendering import STYLES, Painter, bar
from lpdeck.cli.svg import DARK, DEFAULT, LIGHT, Palette, Theme, picture

SVG = "{http://www.w3.org/2000/svg}"
CODES = ["0", "", "1", "2", "4", "7", "1;4", "22", "24", "27", "31", "32", "33", "34", "35", "36", "39", "1;32;7", "99"]
PIECES = [
    "a",
    " ",
    "  ",
    "<&>\"'",
    "]]>",
    "語",
    "👩‍💻",
    "e\u0301",
    "\u0301",
    "▇",
    "\x1b",
    "\x1b[",
    "\x1b[2J",
    "\x1b]8;;u\x07",
]
PIECES += [
    "\x00",
    "\t",
    "\n",
    "\x7f",
    "\x9b",
    "\u202e",
    "\ufffe",
    "\uffff",
    "\ud800",
    *(f"\x1b[{code}m" for code in CODES),
]
lines = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))


def drawn(*lines: str, columns: int = 40, title: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(picture(lines, columns=columns, title=title))


def texts(root: ElementTree.Element) -> list[ElementTree.Element]:
    """The runs of the lines, without the title of the bar."""
    return [*root.iterfind(f"{SVG}g/{SVG}text")]


def cells(pixels: str | None) -> float:
    return round(float(pixels or "nan") / DEFAULT.cell_width, 2)


def runs(*lines: str, columns: int = 40) -> list[tuple[int, float, str]]:
    """Each run as its column, its cells and its text."""
    return [
        (
            round((float(one.get("x", "nan")) - DEFAULT.margin) / DEFAULT.cell_width),
            cells(one.get("textLength")),
            one.text or "",
        )
        for one in texts(drawn(*lines, columns=columns))
    ]


def classes(line: str) -> list[tuple[str, str | None]]:
    return [(one.text or "", one.get("class")) for one in texts(drawn(line))]


@given(st.lists(lines, max_size=4), st.integers(0, 30), lines)
def test_any_lines_give_well_formed_xml_without_control_characters(given: list[str], columns: int, title: str) -> None:
    made = picture(given, columns=columns, title=title)
    ElementTree.fromstring(made.encode())
    assert not [letter for letter in made if unicodedata.category(letter) in ("Cc", "Cs") and letter != "\n"]


@given(st.lists(lines, max_size=3), st.integers(1, 30))
def test_no_run_leaves_the_window_or_covers_another(given: list[str], columns: int) -> None:
    for line in given:
        end = 0.0
        for column, width, text in runs(line, columns=columns):
            assert end <= column
            assert width == cell_len(text) > 0
            end = column + width
        assert end <= columns


@given(st.lists(lines, max_size=3), st.integers(1, 30))
def test_equal_lines_give_equal_bytes(given: list[str], columns: int) -> None:
    assert picture(given, columns=columns) == picture(tuple(given), columns=columns)


@given(st.lists(st.sampled_from(["ab", "語", "▇▁", " ", "é"]), max_size=12).map("".join), st.sampled_from(CODES))
def test_no_letter_is_lost(text: str, code: str) -> None:
    found = "".join(part for _, _, part in runs(f"{text}\x1b[{code}m{text}", columns=60))
    assert (text + text).replace(" ", "") == found.replace(" ", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dim", "dim"),
        ("bold", "text bold"),
        ("right", "green"),
        ("wrong", "red"),
        ("warning", "yellow"),
        ("mark", "text bold under"),
    ],
)
def test_each_style_of_the_renderer_has_its_classes(name: str, expected: str) -> None:
    assert [("plain", "text"), ("word", expected), ("after", "text")] == classes(
        f"plain {Painter().style('word', name)} after"
    )


def test_no_style_of_the_renderer_looks_like_plain_text() -> None:
    assert [] == [name for name in STYLES if classes(Painter().style("x", name)) == [("x", "text")]]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("36", "cyan"),
        ("34", "blue"),
        ("35", "magenta"),
        ("1;32", "green bold"),
        ("01;31", "red bold"),
        ("2;33", "yellow faint"),
        ("31;39", "text"),
        ("31;0", "text"),
        ("31;", "text"),
        ("1;2;22", "text"),
        ("4;24", "text"),
        ("7;27", "text"),
        ("38;5;1", "text"),
        ("99", "text"),
    ],
)
def test_codes_add_up_and_take_each_other_back(codes: str, expected: str) -> None:
    assert [("x", expected)] == classes(f"\x1b[{codes}mx")


def test_a_reversed_run_stands_on_its_colour() -> None:
    root = drawn("ab \x1b[1;32;7m c  d \x1b[0m")
    ground = root.find(f"{SVG}g/{SVG}rect")
    assert ground is not None
    assert ("green", 6.0) == (ground.get("class"), cells(ground.get("width")))
    assert [("ab", "text"), (" c  d ", "window bold")] == [(one.text, one.get("class")) for one in texts(root)]
    assert ground.get("x") == texts(root)[1].get("x")


def test_a_style_ends_with_its_line() -> None:
    assert ["red", "text"] == [one.get("class") for one in texts(drawn("\x1b[31ma", "b"))]


def test_every_run_has_its_place_and_its_width_in_cells() -> None:
    assert [(0, 2.0, "ab"), (5, 3.0, "c d"), (8, 4.0, "語語"), (13, 1.0, "x")] == runs("ab   c d語語 x")
    assert {"spacingAndGlyphs"} == {one.get("lengthAdjust") for one in texts(drawn("a語▇"))}


def test_an_emoji_and_an_accent_stay_whole() -> None:
    assert [(0, 2.0, "👩‍💻"), (3, 3.0, "ne\u0301e"), (6, 2.0, "❤️")] == runs("👩‍💻 ne\u0301e❤️")


def test_an_accent_on_a_blank_keeps_its_cell() -> None:
    assert [(0, 1.0, "a"), (1, 1.0, " \u0300"), (2, 1.0, "b")] == runs("a \u0300b")


def test_signs_that_fonts_draw_in_other_widths_are_runs_of_their_own() -> None:
    assert [(0, 3.0, "Own"), (5, 10.0, bar(0.7)), (16, 4.0, "70 %")] == runs(f"Own  {bar(0.7)} 70 %")


@pytest.mark.parametrize("sign", "▇▁─▸✓✗⏎↑↓⚑•·–“”’…")
def test_a_sign_of_the_program_survives(sign: str) -> None:
    assert [(0, 1.0, sign)] == runs(sign)


def test_a_line_that_is_longer_is_cut() -> None:
    assert [(0, 5.0, "abcd…")] == runs("abcdef", columns=5)
    assert [(0, 5.0, "abcde")] == runs("abcde", columns=5)
    assert [(0, 2.0, "語"), (2, 1.0, "…")] == runs("語語語", columns=4)
    assert [(0, 1.0, "…")] == runs("語", columns=1)


def test_the_ellipsis_of_a_cut_line_has_the_style_of_what_it_stands_for() -> None:
    assert ["text", "red"] == [one.get("class") for one in texts(drawn("ab\x1b[31mcd", columns=3))]


def test_text_is_escaped() -> None:
    made = picture(['<b> & "x" \']]>'], columns=40, title='a "b" <c> & d')
    assert "<b>" not in made
    root = ElementTree.fromstring(made)
    assert ['<b> & "x" \']]>'] == [one.text for one in texts(root)]
    assert 'a "b" <c> & d' == root.get("aria-label") == root.findtext(f"{SVG}title")


@pytest.mark.parametrize(
    "sequence",
    ["\x1b[2J", "\x1b[?25l", "\x1b[1;2H", "\x1b]8;;http://x\x07", "\x1b]0;t\x1b\\", "\x1b(B", "\x1b7", "\x1b", "\x07"],
)
def test_sequences_that_do_not_style_are_left_out_whole(sequence: str) -> None:
    assert [(0, 2.0, "xy")] == runs(f"x{sequence}\x1b[0my")


def test_the_picture_is_named_for_those_who_do_not_see_it() -> None:
    root = drawn("one \x1b[1mtwo\x1b[0m", "", "three", title="A sitting")
    assert ("img", "A sitting") == (root.get("role"), root.get("aria-label"))
    assert "one two\n\nthree" == root.findtext(f"{SVG}desc")
    assert drawn("x").get("aria-label")


def test_the_title_stands_in_the_bar_and_is_cut_where_it_has_no_room() -> None:
    def bar_text(title: str, columns: int) -> str | None:
        return drawn("x", title=title, columns=columns).findtext(f"{SVG}text")

    assert "lpdeck" == bar_text("lpdeck", 40)
    assert "a title t…" == bar_text("a title that is long", 26)
    assert bar_text("lpdeck", 12) is None
    assert bar_text("", 40) is None


def test_the_window_is_as_large_as_its_cells() -> None:
    narrow, wide = drawn("x", columns=10), drawn("x", "y", columns=20)
    assert 10 == cells(str(float(wide.get("width", "nan")) - float(narrow.get("width", "nan"))))
    assert DEFAULT.line_height == float(wide.get("height", "nan")) - float(narrow.get("height", "nan"))
    assert f"0 0 {wide.get('width')} {wide.get('height')}" == wide.get("viewBox")


def test_it_stands_alone_and_knows_dark_pages() -> None:
    made = picture(["x"], columns=10)
    assert "@media (prefers-color-scheme:dark)" in made
    assert not re.search(r"<script|@import|@font-face|url\(|href", made)
    assert ["http://www.w3.org/2000/svg"] == re.findall(r"https?://[^\"]+", made)


def test_every_class_has_a_rule() -> None:
    root = drawn(*(f"\x1b[{code}mx" for code in CODES), "\x1b[2;31mx", title="title", columns=40)
    rules = set(re.findall(r"\.(\w+)\{", root.findtext(f"{SVG}style", "")))
    assert set() == {name for one in root.iter() for name in one.get("class", "").split()} - rules


def test_another_theme_gives_other_colours_and_measures() -> None:
    theme = Theme(light=DARK, dark=DARK, cell_width=10, margin=0)
    root = ElementTree.fromstring(picture(["語"], columns=8, theme=theme))
    assert ("80", "20") == (root.get("width"), texts(root)[0].get("textLength"))
    assert LIGHT.text not in root.findtext(f"{SVG}style", "")


def luminance(colour: str) -> float:
    """As WCAG 2 defines it, 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_of_text_can_be_read_on_its_window(palette: Palette) -> None:
    inks = {
        one.name: getattr(palette, one.name) for one in fields(palette) if one.name not in ("window", "edge", "dots")
    }
    ground = luminance(palette.window)
    contrasts = {
        name: (max(luminance(ink), ground) + 0.05) / (min(luminance(ink), ground) + 0.05) for name, ink in inks.items()
    }
    assert {} == {name: contrast for name, contrast in contrasts.items() if contrast < 4.5}


def test_a_face_of_a_card_is_drawn_as_the_renderer_lays_it_out() -> None:
    plain, painted = Painter(40, colour=False), Painter(40)
    face = [Block(Role.ASK, "Why?"), Block(Role.TEXT, "I saw ten parcels", "why", marks=("ten parcels",))]
    said = drawn(*painted.face(face), painted.rule()).findtext(f"{SVG}desc")
    assert "\n".join([*plain.face(face), plain.rule()]) == said


AREAS = Theme(areas=True, line_height=16)


def areas(line: str) -> list[tuple[float, float, float, float, str | None]]:
    """Each area of the first line as the cells where it begins and ends, the shares of the line, and its density."""
    root = ElementTree.fromstring(picture([line], columns=40, theme=AREAS))
    return [
        (
            round((float(one.get("x", "nan")) - AREAS.margin) / AREAS.cell_width, 2),
            cells(one.get("width")),
            (float(one.get("y", "nan")) - AREAS.bar_height) / AREAS.line_height,
            float(one.get("height", "nan")) / AREAS.line_height,
            one.get("fill-opacity"),
        )
        for one in root.iterfind(f"{SVG}g/{SVG}rect")
    ]


def test_block_characters_can_be_areas_that_touch() -> None:
    assert [(1, 2, 0, 1, None), (3, 1, 0.875, 0.125, None)] == areas(" ██▁")
    assert [(0, 1, 0, 1, "0.25"), (1, 1, 0, 1, "0.5"), (2, 1, 0, 1, "0.75")] == areas("░▒▓")
    assert [(0, 3, 0, 0.125, None)] == areas("▔▔▔")


def test_areas_keep_the_colour_of_their_text_and_letters_stay_letters() -> None:
    root = ElementTree.fromstring(picture(["\x1b[31m█\x1b[0m ● of 7"], columns=40, theme=AREAS))
    assert ["red"] == [one.get("class") for one in root.iterfind(f"{SVG}g/{SVG}rect")]
    assert ["●", "of 7"] == [one.text for one in texts(root)]


def test_blocks_are_written_with_a_font_unless_areas_are_wanted() -> None:
    assert ["▇▁"] == [text for text, _ in classes("▇▁")]
