"""Whatever stands in a deck, a page, a name or an option: it can not steer the terminal that shows it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homes import basic, change, indexed, make, put_text, quiz
from lpdeck.cli import rendering
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.toml import write_deck
from lpdeck.home import Home

from .conftest import Lpdeck
from .every_command import KEYS, Files, every_line
from .running import Terminal
from .sample import POINTS, question

STEERING = (
    *(
        "\x1b[2J\x1b[H",
        "\x1b]0;title\x07",
        "\x1b]52;c;bHBkZWNr\x1b\\",
        "\x1b]8;;http://x\x1b\\link",
        "\x1bP$q\x1b\\",
        "\x1b[6n",
    ),
    *(
        "\x9b2J",
        "\x9d0;t\x9c",
        "\x90q\x9c",
        "\x1bc",
        "\x1b(0",
        "\x07\x08\x0b\x0c\x0e\x0f\x7f\x00",
        "over\rwritten",
        "\x85",
    ),
    *(
        "\u202eright to left\u202c",
        "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
        "\u200b\ufeff\u2028\u2029",
        "a" + "\u0301" * 200,
    ),
    *("[bold]b[/bold] [link=http://x]l[/link]", "\x1b[31mred\x1b[0m"),
)
ALL = " ".join(STEERING)
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _escaped(text: str) -> str:
    """A text as TOML that no writer made: every character by its number."""
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def _cards() -> tuple[Card, ...]:
    more = {"note": ALL, "tags": (ALL, "\x1b]0;t\x07")}
    return (
        basic("mine/one", f"{ALL} front", f"back {ALL}", **more),
        quiz("mine/two", [f"one {ALL}", f"two {ALL}"], f"one {ALL}", **more),
        Card("mine/draft", "basic", {"front": ALL}, draft=True, **more),
    )


@pytest.fixture
def files(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """A home, another home, a page and their names, all of them full of what steers terminals."""
    deck = write_deck(Deck("mine", f"Mine {ALL}", cards=_cards()))
    wrong = f"\n[[card]]\nid = {_escaped('id' + ALL)}\nkind = {_escaped(ALL)}\n[[card]]\nid='x'\n{_escaped(ALL)} = 1\n"
    for one in (make(home), make(Home(tmp_path / "other"))):
        put_text(one, "mine", deck + wrong)
        put_text(one, "evil [bold]name", f"{_escaped(ALL)} = = 1")
        put_text(one, "title", write_deck(Deck("t", ALL, cards=(basic("t/one", ALL),))))
        indexed(one)
    change(home, "UPDATE device SET name = ?", (ALL,))
    home.config.write_text(f"[interviews.{_escaped('me' + ALL)}]\ndate = 2031-01-01\n")
    page = tmp_path / "page\x1b]0;t\x07\x9b.txt"
    page.write_text(question(f"Title {ALL}", points=(*POINTS, f"Point {ALL}"), answer=f"I did. {ALL}", noise=ALL))
    (tmp_path / "made").mkdir()
    monkeypatch.chdir(tmp_path / "made")
    monkeypatch.setenv("EDITOR", "true")
    return Files(page, tmp_path / "other", tmp_path / "made")


@pytest.mark.slow
def test_no_command_writes_what_could_steer_a_terminal(
    files: Files, lpdeck: Lpdeck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    for line in every_line(files, "mine/one"):
        done = lpdeck(*line, stdin=KEYS)
        assert "a defect" not in done.err, line
        assert [] == FORBIDDEN.findall(done.out), (line, done.out)
        assert [] == FORBIDDEN.findall(done.err), (line, done.err)
    ElementTree.parse(files.folder / "charts.svg")


def test_json_holds_the_texts_as_they_are(files: Files, lpdeck: Lpdeck) -> None:
    told = _texts(lpdeck("show", "mine/one", "--json").json)
    assert any("\x9b2J" in str(text) and "\u202eright to left\u202c" in str(text) for text in told)


def _texts(value: Any) -> list[Any]:
    """Every value in JSON that is no list and no object."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return [value] if inner is None else [text for each in inner for text in _texts(each)]


def test_the_name_of_a_deck_file_is_told_harmless(home: Home, lpdeck: Lpdeck) -> None:
    put_text(make(home), "evil\x1b]0;t\x07\x9b\u202e", "title = 't'")
    for command in ("decks", "check", "doctor", "due"):
        done = lpdeck(command)
        assert "a defect" not in done.err
        assert [] == FORBIDDEN.findall(done.out + done.err)


@pytest.mark.parametrize("argument", ["\x1b]0;t\x07", "\x9b2J", "\u202ex", "bad\udcff", "[bold]x[/bold]"])
@pytest.mark.parametrize(
    "command", ["show", "import", "parse", "restore", "unite", "cards", "config get", "interview set"]
)
def test_what_is_typed_is_quoted_harmless(lpdeck: Lpdeck, home: Home, command: str, argument: str) -> None:
    make(home)
    done = lpdeck(*command.split(), argument)
    assert "a defect" not in done.err
    assert [] == FORBIDDEN.findall(done.out + done.err)


def test_a_style_that_a_text_brings_does_not_pass_where_nothing_is_styled() -> None:
    assert "·[31mred" == rendering.harmless("\x1b[31mred", styled=False)
    assert "\x1b[31mred\x1b[0m ·[2J" == rendering.harmless("\x1b[31mred\x1b[0m \x1b[2J", styled=True)


_OURS = re.compile(
    rb"\x1b\[\?(?:1049|25|2004|2026)[hl]|\x1b\[(?:0|1|2|1;4|31|32|33)m|\x1b\[[HJK]|\x1b\[\d+;\d+H|\r|\n|\t"
)


def _lasting(raw: bytes) -> bytes:
    """What a terminal was sent beside texts and the program's own sequences."""
    rest = _OURS.sub(b"", raw).decode("utf-8", "replace")
    return "".join(FORBIDDEN.findall(rest)).encode()


_SLOWLY = ("cram is:new", "cards", "show mine/two", "due", "export csv", "export markdown", "decks")


@pytest.mark.parametrize("line", ["review", *(pytest.param(line, marks=pytest.mark.slow) for line in _SLOWLY)])
def test_a_terminal_sees_the_programs_own_sequences_alone(
    files: Files, terminal: Callable[..., Terminal], line: str
) -> None:
    opened = terminal(*line.split())
    if line.split()[0] in ("review", "cram"):
        opened.see("No principle")
        for keys in (" ", " ", "i", " ", "n", "\x1b", "?", " ", "3", " ", "q", "q", "\n"):
            opened.press(keys)
            opened.settle(0.05)
    else:
        opened.end()
    assert b"" == _lasting(opened.raw)
    assert opened.raw
