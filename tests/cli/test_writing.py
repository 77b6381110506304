"""`lpdeck new`: a walkthrough to fill in, and what an import makes of it at each stage."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from lpdeck.deck.folder import load
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .running import snapshot

FOLLOW_UP = """
How did you know?
Probes: whether you measured
Weak
"We just felt that it was slow."
Why it is weak: no number.
Strong
I had counted 212 parcels before and 40 after.
"I counted before and after."
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the command runs."""
    path = tmp_path / "stories"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


def filled(path: Path, *pieces: tuple[str, str]) -> None:
    """Writes texts behind the last line of an explanation that begins with some words."""
    lines = path.read_text().split("\n")
    for words, text in pieces:
        at = next(number for number, line in enumerate(lines) if line.startswith(f"// {words}"))
        while lines[at].startswith("//"):
            at += 1
        lines[at:at] = text.strip("\n").split("\n")
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("name", "file", "title"),
    [
        ("The lost parcels", "the-lost-parcels.txt", "The Lost Parcels"),
        ("parcels", "parcels.txt", "Parcels"),
        ("L'été", "lete.txt", "Lete"),
        ("my parcels.txt", "my parcels.txt", "My parcels"),
        ("lost_parcels.md", "lost_parcels.md", "Lost Parcels"),
    ],
)
def test_a_name_becomes_a_file_with_its_title(
    lpdeck: Lpdeck, folder: Path, home: Home, name: str, file: str, title: str
) -> None:
    done = lpdeck("new", name)
    assert (0, f"{file}\n") == (done.code, done.out)
    assert f"then: lpdeck import {shlex.quote(file)}\n" in done.err
    text = (folder / file).read_text()
    assert text.startswith("// lpdeck new")
    assert f"\n{title} - Amazon LP STAR Walkthrough\n" in text
    assert f"Then: lpdeck import {shlex.quote(file)}\n" in text
    assert not home.path.exists()


@pytest.mark.parametrize("words", ["dive-deep", "Dive Deep", "DIVE deep"])
def test_a_principle_stands_in_the_file_and_in_the_command(lpdeck: Lpdeck, folder: Path, words: str) -> None:
    done = lpdeck("new", "parcels", "--principle", words)
    assert "lpdeck import parcels.txt --principle dive-deep\n" in done.err
    text = (folder / "parcels.txt").read_text()
    assert '"No Hire for Dive Deep."' in text
    assert "Then: lpdeck import parcels.txt --principle dive-deep\n" in text


def test_nothing_of_the_form_is_left_to_replace(lpdeck: Lpdeck, folder: Path) -> None:
    for one in Principle:
        lpdeck("new", one.slug, "--principle", one.slug)
    texts = [path.read_text() for path in folder.iterdir()]
    assert len(Principle) == len(texts)
    assert not any("{" in text or "}" in text for text in texts)


@pytest.mark.parametrize("option", [(), ("--principle", "ownership")])
@pytest.mark.parametrize("name", ["blank.txt", "blank.md"])
def test_a_blank_form_makes_no_card(
    lpdeck: Lpdeck, folder: Path, home: Home, name: str, option: tuple[str, ...]
) -> None:
    lpdeck("new", name, *option)
    done = lpdeck("import", name, *option)
    assert (3, "") == (done.code, done.out)
    assert 2 == len(done.err.splitlines())
    assert [] == list(home.decks.glob("*.toml"))


def test_a_form_that_is_half_filled_in_gives_what_is_there_and_the_rest_later(
    lpdeck: Lpdeck, folder: Path, home: Home
) -> None:
    lpdeck("new", "parcels", "--principle", "ownership")
    path = folder / "parcels.txt"
    filled(path, ("What you found", "I found 19 parcels with two labels on a Sunday."))
    (first,) = lpdeck("import", path, "--principle", "ownership", "--strict", "--json").json["pages"]
    assert [] == first["problems"]
    (deck,) = home.decks.glob("*.toml")
    (card,) = load(deck).deck.cards
    assert ("stage", "I found 19 parcels with two labels on a Sunday.") == (card.kind, card.fields["example"])
    lpdeck("review", "--plain", stdin="\n\n3\nq\n")
    filled(path, ("Follow-ups", FOLLOW_UP))
    (second,) = lpdeck("import", path, "--principle", "ownership", "--strict", "--json").json["pages"]
    assert ([], [card.id]) == (second["problems"], second["changes"]["kept"])
    (asked,) = [one for one in load(deck).deck.cards if one.kind == "follow-up"]
    assert "How did you know?" == asked.fields["question"]
    assert "I counted before and after." in asked.fields["key_line"]


def test_the_lines_of_explanations_are_counted_as_no_problem(lpdeck: Lpdeck, folder: Path) -> None:
    lpdeck("new", "parcels")
    path = folder / "parcels.txt"
    filled(path, ("What you found", "I found 19 parcels."), ("The verdict", ""))
    text = path.read_text()
    done = lpdeck("import", path, "--principle", "ownership", "--dry-run", "--json").json["pages"][0]
    assert ([], 0) == (done["problems"], done["lines"]["not_understood"])
    assert sum(line.lstrip().startswith("//") for line in text.split("\n")) <= done["lines"]["navigation"]
    path.write_text(text.replace("// lpdeck new", "// another page", 1))
    (other,) = lpdeck("import", path, "--principle", "ownership", "--dry-run", "--json").json["pages"]
    assert done["lines"]["used"] != other["lines"]["used"] or other["problems"]


# What is refused


@pytest.mark.parametrize("name", ["parcels", "parcels.txt", "PARCELS"])
def test_a_file_that_is_there_is_refused_and_untouched(lpdeck: Lpdeck, folder: Path, name: str) -> None:
    (folder / "parcels.txt").write_text("mine")
    done = lpdeck("new", name)
    assert (2, "") == (done.code, done.out)
    assert "parcels.txt: there is such a file already" in done.err
    assert {"parcels.txt": b"mine"} == snapshot(folder)


@pytest.mark.parametrize("name", ["", " ", ".", "..", "/", "?!", "🎉", "nowhere/parcels", "nowhere/parcels.txt"])
def test_a_name_that_is_none_or_a_folder_that_is_not_there_is_refused(lpdeck: Lpdeck, folder: Path, name: str) -> None:
    done = lpdeck("new", "--", name)
    assert (2, "", 2) == (done.code, done.out, len(done.err.splitlines()))
    assert [] == list(folder.iterdir())


@pytest.mark.parametrize("name", ["parcels.html", "parcels.HTM"])
def test_a_form_is_never_written_as_html_which_an_import_would_read_as_markup(
    lpdeck: Lpdeck, folder: Path, name: str
) -> None:
    done = lpdeck("new", name)
    assert (2, "") == (done.code, done.out)
    assert "plain text" in done.err
    assert [] == list(folder.iterdir())


def test_a_principle_that_there_is_not_is_refused(lpdeck: Lpdeck, folder: Path) -> None:
    done = lpdeck("new", "parcels", "--principle", "onership")
    assert (2, "") == (done.code, done.out)
    assert "The nearest is ownership." in done.err
    assert [] == list(folder.iterdir())
