from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homes import NOON, SCHEDULER, basic, change, indexed, make, put_deck, put_text, query
from lpdeck.deck.folder import deck_paths, load, save
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.uniting import Fate
from lpdeck.errors import HomeError, LpdeckError, UsageError
from lpdeck.home import Home
from lpdeck.upkeep.archive import pack
from lpdeck.upkeep.uniting import Done, Plan, apply, opened, plan_unite, remember

pytestmark = pytest.mark.slow


def another(folder: Path, name: str, *cards: Card) -> Home:
    """A home of another computer, with a deck of these cards where there are any."""
    home = make(Home(folder / name))
    change(home, "UPDATE device SET id = ?, name = ?", (f"device-{name}", name))
    if cards:
        put_deck(home, "deck", *cards)
    indexed(home)
    return home


def unite(home: Home, other: Path) -> tuple[Plan, Done]:
    """What `lpdeck unite` does."""
    indexed(home)
    with opened(other, home) as found:
        plan = plan_unite(home, found, SCHEDULER)
        done = apply(home, plan, SCHEDULER)
    indexed(home)
    remember(home, plan)
    return plan, done


def cards(home: Home) -> dict[str, Card]:
    return {card.id: card for path in deck_paths(home.decks) for card in load(path).deck.cards}


def dated(home: Home, card: str, changed_ms: int) -> None:
    """Says that a card changed at a moment."""
    change(home, "UPDATE card SET changed_ms = ? WHERE id = ?", (changed_ms, card))


def stamps(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of a home, byte by byte, and when it was written."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def two(tmp_path: Path) -> tuple[Home, Home]:
    """Two computers with a card in common, and one that each has alone."""
    laptop = another(tmp_path, "laptop", basic("deck/a", back="early"), basic("deck/b"))
    desktop = another(tmp_path, "desktop", basic("deck/a", back="late"), basic("deck/c"))
    dated(laptop, "deck/a", 5)
    dated(desktop, "deck/a", 9)
    return laptop, desktop


def test_two_homes_hold_the_same_cards_and_nothing_of_the_other_is_written(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    before = stamps(desktop.path)
    plan, done = unite(laptop, desktop.path)
    assert before == stamps(desktop.path)
    assert {Fate.COMES: ["deck/c"], Fate.CHANGES: ["deck/a"], Fate.LEAVES: []} == {
        fate: [change.card for change in plan.joining.of(fate)] for fate in Fate
    }
    assert (laptop.decks / "deck.toml",) == done.written
    assert "late" == cards(laptop)["deck/a"].fields["back"]
    unite(desktop, laptop.path)
    assert cards(laptop) == cards(desktop)
    assert [("deck/a", 9)] == query(laptop, "SELECT id, changed_ms FROM card WHERE id = 'deck/a'")
    for home, other in ((laptop, desktop), (desktop, laptop)):
        assert unite(home, other.path)[0].changes_nothing


def test_comments_and_order_of_a_file_stay_each_computers_own(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    path = laptop.decks / "deck.toml"
    put_text(laptop, "deck", f"# mine\n{path.read_text()}# the end\n")
    unite(laptop, desktop.path)
    text = path.read_text()
    assert text.startswith("# mine\n")
    assert "# the end" in text
    assert ["deck/a", "deck/b", "deck/c"] == [card["id"] for card in tomllib.loads(text)["card"]]


def test_a_backup_is_as_good_as_the_home(two: tuple[Home, Home], tmp_path: Path) -> None:
    laptop, desktop = two
    archive = pack(desktop, tmp_path / "desktop.zip", NOON)
    unite(laptop, archive)
    assert {"deck/a", "deck/b", "deck/c"} == cards(laptop).keys()
    assert "late" == cards(laptop)["deck/a"].fields["back"]


def test_words_that_the_index_of_a_backup_does_not_know_date_from_the_backup(
    two: tuple[Home, Home], tmp_path: Path
) -> None:
    laptop, desktop = two
    dated(laptop, "deck/a", NOON - 1)
    put_deck(desktop, "deck", basic("deck/a", back="edited just now"))
    plan, _ = unite(laptop, pack(desktop, tmp_path / "desktop.zip", NOON))
    assert "edited just now" == cards(laptop)["deck/a"].fields["back"]
    assert NOON == plan.other.shelf.moments["deck/a"]


def test_a_bare_database_brings_its_log_alone(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    change(desktop, "INSERT INTO exported VALUES ('deck/c', 3)")
    plan, _ = unite(laptop, desktop.database)
    assert "database" == plan.other.kind
    assert {"deck/a", "deck/b"} == cards(laptop).keys()
    assert [("deck/c", 3)] == query(laptop, "SELECT * FROM exported")


def test_a_conflict_copy_of_a_deck_is_taken_for_the_deck(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    copy = laptop.decks / "deck (Anna's conflicted copy 2026-03-02).toml"
    shutil.copy(desktop.decks / "deck.toml", copy)
    os.utime(copy, ns=(10**18, 10**18))
    plan, done = unite(laptop, copy)
    assert (laptop.decks / "deck.toml",) == done.written
    assert {"deck/a": "late", "deck/b": "because", "deck/c": "because"} == {
        card.id: card.fields["back"] for card in load(laptop.decks / "deck.toml").deck.cards
    }
    assert {} == plan.joining.left_out


def test_words_that_the_other_index_does_not_know_yet_date_from_the_file(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    dated(laptop, "deck/a", 10**12)
    put_deck(desktop, "deck", basic("deck/a", back="edited just now"))
    plan, _ = unite(laptop, desktop.path)
    assert "edited just now" == cards(laptop)["deck/a"].fields["back"]
    assert plan.other.shelf.moments["deck/a"] > 10**12


def test_a_deck_that_changed_after_the_plan_is_left_as_it_is(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    with opened(desktop.path, laptop) as found:
        plan = plan_unite(laptop, found, SCHEDULER)
        put_deck(laptop, "deck", basic("deck/a", back="this very moment"))
        done = apply(laptop, plan, SCHEDULER)
    assert ((), 1) == (done.written, len(done.left))
    assert "this very moment" == cards(laptop)["deck/a"].fields["back"]


def test_what_can_not_be_read_here_is_left_alone(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    put_text(laptop, "deck", "title = ")
    plan, done = unite(laptop, desktop.path)
    assert {"deck/a": "deck", "deck/c": "deck"} == plan.joining.left_out
    assert () == done.written
    broken = '[[card]]\nid = "deck/a"\nkind = "basic"\n'
    put_text(laptop, "deck", broken)
    plan, _ = unite(laptop, desktop.path)
    assert {"deck/a": "deck"} == plan.joining.left_out
    assert (laptop.decks / "deck.toml").read_text().startswith(broken)


def test_what_can_not_be_read_there_is_named_and_the_rest_goes_on(two: tuple[Home, Home], tmp_path: Path) -> None:
    laptop, desktop = two
    secret = tmp_path / "secret.toml"
    secret.write_text((desktop.decks / "deck.toml").read_text().replace("deck/", "secret/"))
    put_text(desktop, "broken", "title = ")
    put_text(desktop, "bytes", b"\xff\xfe")
    put_text(desktop, "half", '[[card]]\nkind = "basic"\n')
    put_text(desktop, "esc\x1b[2J", "title = 'x'")
    (desktop.decks / "linked.toml").symlink_to(secret)
    (desktop.decks / "gone.toml").symlink_to(tmp_path / "nowhere")
    (desktop.decks / "folder.toml").mkdir()
    os.mkfifo(desktop.decks / "pipe.toml")
    with opened(desktop.path, laptop) as found:
        assert ["broken", "bytes", "half", "esc", "linked"] == sorted(
            (name for name in ("broken", "bytes", "half", "esc", "linked") if any(name in told for told in found.told)),
            key=["broken", "bytes", "half", "esc", "linked"].index,
        )
        assert 5 == len(found.told)
        assert all(told.isprintable() for told in found.told)
        assert {"deck", "half"} == found.shelf.decks.keys()


SOME = [pytest.param(one, marks=pytest.mark.slow) for one in ("decks", "database", "link")]


@pytest.mark.parametrize("what", ["home", "deck", *SOME])
def test_the_very_home_is_refused_kindly(two: tuple[Home, Home], tmp_path: Path, what: str) -> None:
    laptop, _ = two
    (tmp_path / "link").symlink_to(laptop.path)
    names = {
        "home": laptop.path,
        "decks": laptop.decks,
        "database": laptop.database,
        "deck": laptop.decks / "deck.toml",
        "link": tmp_path / "link",
    }
    with pytest.raises(UsageError) as caught, opened(names[what], laptop):
        pass
    assert caught.value.advice


@pytest.mark.parametrize("what", ["missing", "empty folder", "empty file", "zip", "text", "broken deck", "anki"])
def test_what_is_of_no_use_is_refused_in_a_sentence(two: tuple[Home, Home], tmp_path: Path, what: str) -> None:
    import sqlite3

    laptop, _ = two
    path = tmp_path / "other"
    if what == "empty folder":
        path.mkdir()
    elif what == "anki":
        sqlite3.connect(path).executescript("CREATE TABLE col (id); CREATE TABLE notes (id); CREATE TABLE revlog (id)")
    elif what == "broken deck":
        path = tmp_path / "other.toml"
        path.write_text("title =")
    elif what != "missing":
        path.write_bytes({"empty file": b"", "zip": b"PK\x03\x04xyz", "text": b"hello"}[what])
    before = stamps(laptop.path)
    with pytest.raises(LpdeckError) as caught, opened(path, laptop):
        pass
    assert str(path.name) in caught.value.what
    assert caught.value.advice
    assert before == stamps(laptop.path)


def test_a_folder_of_decks_without_a_database_is_enough(two: tuple[Home, Home]) -> None:
    laptop, desktop = two
    desktop.database.unlink()
    plan, _ = unite(laptop, desktop.path)
    assert plan.log is None
    assert "deck/c" in cards(laptop)
    shutil.rmtree(desktop.decks)
    with pytest.raises(HomeError, match="neither decks nor a database"), opened(desktop.path, laptop):
        pass


# What learners do to the cards of a home: to which, what, and when.
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["deck/a", "deck/b", "deck/c"]),
        st.sampled_from(["back", "note", "tag", "delete", "principle"]),
        st.sampled_from(["x", "y", "z"]),
        st.integers(1, 5),
    ),
    max_size=4,
)


def edit(home: Home, edits: Sequence[tuple[str, str, str, int]]) -> None:
    """Lets a learner change cards, each at a moment."""
    path = home.decks / "deck.toml"
    deck = load(path).deck
    for name, what, word, _ in edits:
        for card in [one for one in deck.cards if one.id == name]:
            deck = _edited(deck, card, what, word)
    save(path, deck)
    indexed(home)
    for name, _, _, moment in edits:
        dated(home, name, moment)


def _edited(deck: Deck, card: Card, what: str, word: str) -> Deck:
    changes: dict[str, Any] = {
        "back": {"fields": {**card.fields, "back": word}},
        "note": {"note": word},
        "tag": {"tags": (*card.tags, word)},
        "principle": {"principles": ("ownership",)},
    }
    return deck.without_card(card.id) if what == "delete" else deck.with_card(replace(card, **changes[what]))


def held(home: Home) -> Any:
    dropped = {card for path in deck_paths(home.decks) for card in load(path).deck.dropped}
    return cards(home), dropped, query(home, "SELECT id, changed_ms FROM card ORDER BY id")


FEW = settings(max_examples=max(settings.default.max_examples // 5, 3) if settings.default else 3)
CARDS = tuple(basic(name) for name in ("deck/a", "deck/b", "deck/c"))


@pytest.mark.slow
@FEW
@given(first=EDITS, second=EDITS)
def test_whichever_home_unites_first_both_hold_the_same_cards(
    tmp_path_factory: pytest.TempPathFactory, first: Any, second: Any
) -> None:
    folder = tmp_path_factory.mktemp("two")
    homes = [another(folder, name, *CARDS) for name in ("laptop", "desktop")]
    for home, edits in zip(homes, (first, second), strict=True):
        change(home, "UPDATE card SET changed_ms = 0")
        edit(home, edits)
    for home, other in (homes, homes[::-1]):
        unite(home, other.path)
    assert held(homes[0]) == held(homes[1])
    for home, other in (homes, homes[::-1]):
        plan, done = unite(home, other.path)
        assert (True, ()) == (plan.changes_nothing, done.written)


@pytest.mark.slow
@FEW
@given(histories=st.tuples(EDITS, EDITS, EDITS))
def test_three_homes_hold_the_same_cards_in_whichever_order_they_meet(
    tmp_path_factory: pytest.TempPathFactory, histories: Any
) -> None:
    folder = tmp_path_factory.mktemp("three")
    homes = [another(folder, name, *CARDS) for name in ("a", "b", "c")]
    for home, edits in zip(homes, histories, strict=True):
        change(home, "UPDATE card SET changed_ms = 0")
        edit(home, edits)
    found = []
    for number, order in enumerate(permutations(homes)):
        united = Home(folder / f"united-{number}")
        shutil.copytree(order[0].path, united.path)
        for other in order[1:]:
            unite(united, other.path)
        found.append(held(united))
    assert all(one == found[0] for one in found)
