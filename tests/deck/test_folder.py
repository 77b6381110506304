from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from lpdeck.deck.folder import deck_paths, free_name, load, name_for, read_text, save, slug, write_atomically
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.toml import write_deck
from lpdeck.errors import DeckError, HomeError

DECK = Deck("job", "The job", cards=(Card("job/1", "basic", {"front": "A", "back": "B"}),))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Listing


def test_a_folder_lists_its_deck_files_by_name_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.toml", "a.toml", ".hidden.toml", "notes.txt", ".a.toml.x.part"):
        (tmp_path / name).touch()
    (tmp_path / "folder.toml").mkdir()
    assert [tmp_path / "a.toml", tmp_path / "b.toml"] == deck_paths(tmp_path)


def test_a_folder_that_is_not_there_has_no_decks(tmp_path: Path) -> None:
    assert [] == deck_paths(tmp_path / "decks")


# Writing


def test_a_saved_deck_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    assert save(path, DECK)
    assert DECK == load(path).deck


def test_a_deck_that_says_so_already_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    save(path, DECK)
    before = path.stat()
    assert not save(path, DECK)
    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_a_new_file_is_the_learners_alone(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        save(tmp_path / "job.toml", DECK)
    finally:
        os.umask(previous)
    assert 0o600 == mode(tmp_path / "job.toml")


@pytest.mark.parametrize("permissions", [0o600, 0o644, 0o660])
def test_permissions_stay(tmp_path: Path, permissions: int) -> None:
    path = tmp_path / "job.toml"
    save(path, DECK)
    path.chmod(permissions)
    assert save(path, replace(DECK, title="Another"))
    assert permissions == mode(path)


def test_a_deck_kept_elsewhere_stays_there(tmp_path: Path) -> None:
    elsewhere, decks = tmp_path / "elsewhere", tmp_path / "decks"
    elsewhere.mkdir()
    decks.mkdir()
    link, kept = decks / "job.toml", elsewhere / "mine.toml"
    kept.write_text(write_deck(DECK), encoding="utf-8")
    link.symlink_to(Path("..") / "elsewhere" / "mine.toml")
    assert save(link, replace(DECK, title="Another"))
    assert link.is_symlink()
    assert 'title = "Another"' in kept.read_text(encoding="utf-8")
    assert [link] == [*decks.iterdir()]
    assert [kept] == [*elsewhere.iterdir()]


def test_a_file_that_can_not_be_replaced_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.mkdir()
    with pytest.raises(HomeError, match=r"job\.toml: the file can not be written \(Is a directory\)"):
        write_atomically(path, "new")
    assert [path] == [*tmp_path.iterdir()]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="No such file or directory"):
        write_atomically(tmp_path / "gone" / "job.toml", "new")
    assert [] == [*tmp_path.iterdir()]


def test_a_name_too_long_for_the_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="File name too long"):
        write_atomically(tmp_path / f"{'x' * 300}.toml", "new")
    assert [] == [*tmp_path.iterdir()]


def test_a_text_that_can_not_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "new \ud800")
    assert "old" == path.read_text(encoding="utf-8")
    assert [path] == [*tmp_path.iterdir()]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("protected", ["file", "folder"])
def test_what_is_write_protected_keeps_the_old_file(tmp_path: Path, protected: str) -> None:
    folder = tmp_path / "decks"
    folder.mkdir()
    path = folder / "job.toml"
    save(path, DECK)
    (path if protected == "file" else folder).chmod(0o500)
    try:
        with pytest.raises(HomeError, match="Nothing was changed"):
            save(path, replace(DECK, title="Another"))
        assert DECK == load(path).deck
        assert [path] == [*folder.iterdir()]
    finally:
        folder.chmod(0o700)


def test_a_deck_that_is_no_toml_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text("title = \n", encoding="utf-8")
    with pytest.raises(DeckError, match=r"job\.toml:1: this is not valid TOML"):
        save(path, DECK)
    assert "title = \n" == path.read_text(encoding="utf-8")


def test_line_ends_of_another_system_stay(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_bytes(write_deck(DECK).replace("\n", "\r\n").encode())
    assert not save(path, DECK)
    assert save(path, replace(DECK, title="Another"))
    assert write_deck(replace(DECK, title="Another")).replace("\n", "\r\n").encode() == path.read_bytes()


def test_a_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_bytes(b'title = "a"\n# caf\xe9\n')
    with pytest.raises(DeckError, match=r"job\.toml:2: the file is not UTF-8"):
        read_text(path)


# Names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Orphaned Job", "the-orphaned-job"),
        ("Don’t say “we”!", "dont-say-we"),
        ("Größe & Maß", "groe-ma"),
        ("  a/b\\c.toml ", "a-b-c-toml"),
        ("日本", "deck"),
        ("", "deck"),
        ("x" * 60, "x" * 48),
    ],
)
def test_a_title_becomes_a_file_name(title: str, name: str) -> None:
    assert name == slug(title)


def test_a_long_title_is_cut_at_a_word() -> None:
    long = slug("one two three four five six seven eight nine ten eleven twelve")
    assert "one-two-three-four-five-six-seven-eight-nine-ten" == long


@pytest.mark.parametrize(
    "title",
    [
        "Tell me about a time you missed a deadline",
        "Tell Me About a Time When You Missed a Deadline",
        "Please describe a situation in which you missed a deadline?",
        "Give me an example of a time you missed a deadline",
    ],
)
def test_a_deck_is_named_after_what_its_question_is_about(title: str) -> None:
    assert "missed-a-deadline" == name_for(title)


def test_a_title_of_which_too_little_would_be_left_is_taken_whole() -> None:
    assert "tell-me-about-failure" == name_for("Tell me about failure")


def test_a_name_in_use_gets_the_first_free_number(tmp_path: Path) -> None:
    assert "job" == free_name(tmp_path, "job")
    for name in ("job", "job-2", "job-4"):
        (tmp_path / f"{name}.toml").touch()
    assert "job-3" == free_name(tmp_path, "job")
