"""To Anki and back on the command line, through the real Anki."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homes import basic, change, indexed, make, opened, put_deck, query, stored_and_replayed
from lpdeck.cli import from_anki
from lpdeck.deck.model import Card
from lpdeck.home import Home

from .conftest import Lpdeck

FOLLOW_UP = Card("deck/b", "follow-up", {"question": "Why?", "strong": "Because.", "weak": "Dunno.", "key_line": "So."})


@pytest.fixture
def studied(home: Home, lpdeck: Lpdeck) -> Home:
    """A home with four cards, two of them answered, in a deck of one principle."""
    make(home)
    put_deck(home, "deck", basic("deck/a"), FOLLOW_UP, basic("deck/c"), basic("deck/d"), principles=("ownership",))
    indexed(home)
    assert 0 == lpdeck("review", "--plain", "id:deck/a", stdin="\n4\n").code
    assert 0 == lpdeck("review", "--plain", "id:deck/c", stdin="\n3\nq\n").code
    return home


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Any]:
    """A fresh collection of the real Anki, with FSRS."""
    from anki.collection import Collection

    collection = Collection(str(tmp_path / "collection.anki2"))
    collection.set_config("fsrs", True)
    yield collection
    collection.close()


def _take(collection: Any, path: Path) -> Any:
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
    return collection.import_anki_package(ImportAnkiPackageRequest(package_path=str(path), options=options)).log


def _give(collection: Any, path: Path, *, legacy: bool) -> Path:
    from anki.collection import ExportAnkiPackageOptions

    options = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy)
    collection.export_anki_package(out_path=str(path), options=options, limit=None)
    return path


def _study(collection: Any, card: str, rating: int) -> None:
    found = collection.get_card(collection.find_cards(f'"Id:{card}"')[0])
    found.start_timer()
    collection.sched.answerCard(found, rating)


def _answers(home: Home) -> list[tuple[Any, ...]]:
    return query(home, "SELECT card, rating, kind FROM event ORDER BY card, at_ms, id")


@pytest.mark.parametrize("legacy", [False, True], ids=["newest format", "older versions"])
def test_reviews_made_in_anki_come_home_once(
    studied: Home, lpdeck: Lpdeck, anki: Any, tmp_path: Path, legacy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_anki, "CARDS_AT_ONCE", 1)  # as of many cards, some at a time
    assert 0 == lpdeck("export", "anki", "--schedule", "-o", tmp_path / "out.apkg").code
    _take(anki, tmp_path / "out.apkg")
    _study(anki, "deck/b", 3)
    _study(anki, "deck/d", 4)
    back = _give(anki, tmp_path / "back.apkg", legacy=legacy)

    would = lpdeck("import", back, "--dry-run", "--json").json["anki"][0]
    assert {"taken": 2, "known": 2, "skipped": {}} == would["reviews"]
    assert 2 == len(_answers(studied))

    ran = lpdeck("import", back)
    assert 0 == ran.code
    assert "reviews taken" in ran.out
    expected = [("deck/a", 4, "answer"), ("deck/b", 3, "import"), ("deck/c", 3, "answer"), ("deck/d", 4, "import")]
    assert expected == _answers(studied)
    store = opened(studied)
    stored, replayed = stored_and_replayed(store, ["deck/a", "deck/b", "deck/c", "deck/d"])
    assert replayed == stored
    for card in ("deck/b", "deck/d"):
        memory = anki.compute_memory_state(anki.find_cards(f'"Id:{card}"')[0])
        ours = stored[card].memory
        assert ours is not None
        assert (memory.stability, memory.difficulty) == pytest.approx(tuple(ours), abs=1e-3)
    store.close()

    again = lpdeck("import", back, "--json").json["anki"][0]
    assert {"taken": 0, "known": 4, "skipped": {}} == again["reviews"]
    assert expected == _answers(studied)


def test_an_edited_card_updates_its_note_and_the_rest_is_left(
    studied: Home, lpdeck: Lpdeck, anki: Any, tmp_path: Path
) -> None:
    change(studied, "UPDATE card SET changed_ms = changed_ms - 5000")  # Anki counts whole seconds
    lpdeck("export", "anki", "-o", tmp_path / "one.apkg")
    assert 4 == len(_take(anki, tmp_path / "one.apkg").new)
    deck = studied.decks / "deck.toml"
    deck.write_text(deck.read_text().replace("Because.", "Because I looked."))
    lpdeck("export", "anki", "-o", tmp_path / "two.apkg")
    log = _take(anki, tmp_path / "two.apkg")
    assert (0, 1, 3) == (len(log.new), len(log.updated), len(log.duplicate))
    assert 1 == len(anki.find_notes("strong:*looked*"))


def test_a_card_that_retired_is_tagged_where_it_was_exported_before(
    studied: Home, lpdeck: Lpdeck, anki: Any, tmp_path: Path
) -> None:
    lpdeck("export", "anki", "id:deck/a", "-o", tmp_path / "one.apkg")
    cards = (basic("deck/a", retired=True), FOLLOW_UP, basic("deck/c", retired=True))
    put_deck(studied, "deck", *cards, principles=("ownership",), age_s=5)
    assert 2 == lpdeck("export", "anki", "-o", tmp_path / "two.apkg", "--json").json["notes"]
    _take(anki, tmp_path / "two.apkg")
    assert 1 == len(anki.find_notes("tag:lpdeck-retired"))
    assert 1 == len(anki.find_notes("tag:lpdeck-retired Id:deck/a"))


def test_words_edited_in_anki_are_shown_and_taken_on_demand(
    studied: Home, lpdeck: Lpdeck, anki: Any, tmp_path: Path
) -> None:
    lpdeck("export", "anki", "-o", tmp_path / "out.apkg")
    _take(anki, tmp_path / "out.apkg")
    note = anki.get_note(anki.find_notes("Id:deck/b")[0])
    note["strong"] = "Because <b>I</b> asked."
    anki.update_note(note)
    anki.db.execute("UPDATE notes SET mod = mod + 100 WHERE id = ?", note.id)
    back = _give(anki, tmp_path / "back.apkg", legacy=False)

    ran = lpdeck("import", back)
    assert "1 card edited in Anki" in ran.out
    assert "- strong: Because." in ran.out
    assert "+ strong: Because I asked." in ran.out
    assert "Because I asked." not in (studied.decks / "deck.toml").read_text()

    lpdeck("import", back, "--take-text")
    text = (studied.decks / "deck.toml").read_text()
    assert "Because I asked." in text
    assert 'weak = "Dunno."' in text
    assert "edited in Anki" not in lpdeck("import", back).out


def test_an_export_says_what_to_tick_and_what_can_not_travel(studied: Home, lpdeck: Lpdeck, tmp_path: Path) -> None:
    ran = lpdeck("export", "anki", "--schedule", "-o", tmp_path / "out.apkg")
    assert f"wrote {tmp_path / 'out.apkg'} with 4 notes\n" == ran.out
    assert 2 == len(ran.err.splitlines())
    assert "Import any learning progress" in ran.err


def test_a_filter_that_fits_nothing_writes_nothing(studied: Home, lpdeck: Lpdeck, tmp_path: Path) -> None:
    ran = lpdeck("export", "anki", "kind:quiz", "-o", tmp_path / "out.apkg")
    assert 2 == ran.code
    assert not (tmp_path / "out.apkg").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"SQLite format 3\x00", b"\x00" * 1000])
def test_a_file_that_is_none_of_ankis_is_one_sentence(
    studied: Home, lpdeck: Lpdeck, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "broken.apkg"
    path.write_bytes(content)
    ran = lpdeck("import", path)
    assert 3 == ran.code
    assert ran.err.startswith("lpdeck: ")
    assert 2 >= len(ran.err.splitlines())
    assert "" == ran.out
