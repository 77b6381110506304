from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homes import basic, change, indexed, make, opened, put_deck, put_text, query, quiz, with_cards
from lpdeck.deck.folder import load
from lpdeck.deck.model import Card, Deck
from lpdeck.deck.toml import read_deck, write_deck
from lpdeck.home import Home
from lpdeck.shipped import shipped
from lpdeck.store.hot import deck_files_differ, deck_stamps, is_settled
from lpdeck.store.index import Written, deck_rows, refresh, shelf
from lpdeck.store.schema import open_engine, transaction

SECOND_NS = 1_000_000_000


@pytest.fixture
def shelf_home(home: Home) -> Home:
    """Two decks of two cards each, indexed."""
    make(home)
    put_deck(home, "anvil", basic("anvil/a"), basic("anvil/b"), principles=("ownership",))
    put_deck(home, "bridge", basic("bridge/a"), basic("bridge/b"))
    assert [] == indexed(home)
    return home


def _cards(home: Home) -> dict[str, str]:
    return dict(query(home, "SELECT id, deck FROM card"))


def _read_at(home: Home) -> dict[str, int]:
    return dict(query(home, "SELECT name, indexed_ns FROM deck_file"))


def _changed_ms(home: Home) -> dict[str, int]:
    return dict(query(home, "SELECT id, changed_ms FROM card"))


def _stale(home: Home) -> bool:
    store = opened(home)
    try:
        return store.stale_decks(home.decks)
    finally:
        store.close()


def _core(home: Home, ask: Callable[..., Any], **how: Any) -> Any:
    with open_engine(home).connect() as connection:
        return ask(connection, **how)


def test_every_card_is_stored_as_its_file_has_it(home: Home) -> None:
    make(home)
    cards = (
        quiz("d/q", ["one", "two"], "one", principles=("dive-deep", "ownership"), tags=("x", "y"), note="mine"),
        basic("d/kept", "Ünïcode"),
        basic("d/retired", retired=True),
        Card("d/draft", "basic", {"front": "half"}, draft=True),
    )
    path = put_deck(home, "d", *cards, principles=("frugality",))
    assert {True} == {found.problem.warning for found in indexed(home)}
    store = opened(home)
    deck = load(path).deck
    for card in deck.cards:
        stored = store.card(card.id)
        assert stored is not None
        assert (card.id, "d", card.line, card.kind) == (stored.id, stored.deck, stored.line, stored.kind)
        assert deck.principles_of(card) == stored.principles
        assert (dict(card.fields), card.note, card.tags) == (stored.fields, stored.note, stored.tags)
        assert (card.draft, card.retired) == (stored.draft, stored.retired)
    asked = query(home, "SELECT id FROM card WHERE asked = 1 ORDER BY position")
    assert [("d/q",), ("d/kept",)] == asked


def test_a_file_that_did_not_change_is_not_read_again(shelf_home: Home) -> None:
    before = _read_at(shelf_home)
    put_deck(shelf_home, "bridge", basic("bridge/a"), basic("bridge/c"))
    assert _stale(shelf_home)
    assert [] == indexed(shelf_home)
    after = _read_at(shelf_home)
    assert before["anvil"] == after["anvil"]
    assert before["bridge"] < after["bridge"]
    assert {"anvil/a", "anvil/b", "bridge/a", "bridge/c"} == set(_cards(shelf_home))
    assert not _stale(shelf_home)


def test_what_is_wrong_with_a_file_is_said_when_it_is_read_and_not_again(shelf_home: Home) -> None:
    put_deck(shelf_home, "crane", basic("crane/a"), Card("crane/b", "basic", {"front": "no back"}))
    assert [("crane/b", 'the card has no "back"')] == [
        (found.problem.card, found.problem.what) for found in indexed(shelf_home)
    ]
    assert {"crane/a"} == {card for card in _cards(shelf_home) if card.startswith("crane")}
    assert [] == indexed(shelf_home)


def test_a_touched_file_with_the_same_words_is_settled_at_once(shelf_home: Home) -> None:
    rows, changed = query(shelf_home, "SELECT * FROM card"), _changed_ms(shelf_home)
    os.utime(shelf_home.decks / "anvil.toml", (1, 1))
    assert _stale(shelf_home)
    assert [] == indexed(shelf_home)
    assert not _stale(shelf_home)
    assert (rows, changed) == (query(shelf_home, "SELECT * FROM card"), _changed_ms(shelf_home))


def test_an_added_deck_is_noticed(shelf_home: Home) -> None:
    put_deck(shelf_home, "crane", basic("crane/a"))
    assert _stale(shelf_home)
    indexed(shelf_home)
    assert "crane" == _cards(shelf_home)["crane/a"]
    assert not _stale(shelf_home)


def test_a_deleted_deck_takes_its_cards_out_of_the_index(shelf_home: Home) -> None:
    (shelf_home.decks / "anvil.toml").unlink()
    assert _stale(shelf_home)
    indexed(shelf_home)
    assert {"bridge/a", "bridge/b"} == set(_cards(shelf_home))
    assert not _stale(shelf_home)


def test_a_deck_deleted_right_after_it_was_indexed_is_noticed(shelf_home: Home) -> None:
    path = put_deck(shelf_home, "crane", basic("crane/a"), age_s=0)
    indexed(shelf_home)
    path.unlink()
    assert _stale(shelf_home)
    indexed(shelf_home)
    assert "crane/a" not in _cards(shelf_home)


def test_without_a_folder_of_decks_the_index_is_empty(shelf_home: Home) -> None:
    shelf_home.decks.rename(shelf_home.path / "elsewhere")
    assert _stale(shelf_home)
    indexed(shelf_home)
    assert {} == _cards(shelf_home)
    assert not _stale(shelf_home)


@pytest.mark.parametrize("name", ["aardvark", "zebra"])
def test_a_renamed_deck_keeps_its_cards_and_when_they_changed(shelf_home: Home, name: str) -> None:
    _age_words(shelf_home)
    (shelf_home.decks / "anvil.toml").rename(shelf_home.decks / f"{name}.toml")
    assert _stale(shelf_home)
    assert [] == indexed(shelf_home)
    assert {"anvil/a": name, "anvil/b": name, "bridge/a": "bridge", "bridge/b": "bridge"} == _cards(shelf_home)
    assert {1000} == set(_changed_ms(shelf_home).values())
    assert not _stale(shelf_home)


@pytest.mark.parametrize(("source", "target"), [("anvil", "bridge"), ("bridge", "anvil")])
def test_a_card_moved_to_another_deck_stays_in_the_index(shelf_home: Home, source: str, target: str) -> None:
    _age_words(shelf_home)
    put_deck(shelf_home, source, basic(f"{source}/b"))
    put_deck(shelf_home, target, basic(f"{target}/a"), basic(f"{target}/b"), basic(f"{source}/a"))
    assert [] == indexed(shelf_home)
    expected = {f"{source}/a": target, f"{source}/b": source, f"{target}/a": target, f"{target}/b": target}
    assert expected == _cards(shelf_home)


def _age_words(home: Home) -> None:
    from homes import change

    change(home, "UPDATE card SET changed_ms = 1000")


CHANGES = {
    "words": {"back": "other words"},
    "note": {"note": "new"},
    "tags": {"tags": ("new",)},
    "principles": {"principles": ("frugality",)},
    "retired": {"retired": True},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_only_a_card_of_which_something_changed_counts_as_changed(home: Home, change: dict[str, Any]) -> None:
    with_cards(home, basic("deck/a"), basic("deck/b"))
    _age_words(home)
    put_deck(home, "deck", basic("deck/a"), basic("deck/b", **change), basic("deck/new"), title="A new title", age_s=30)
    indexed(home)
    changed = _changed_ms(home)
    assert 1000 == changed["deck/a"]
    assert changed["deck/b"] == changed["deck/new"] > 1_700_000_000_000


def test_words_changed_when_their_file_was_written_and_not_when_it_was_read(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    _age_words(home)
    path = put_deck(home, "deck", basic("deck/a", back="of monday"), age_s=3 * 86_400)
    indexed(home)
    assert {"deck/a": path.stat().st_mtime_ns // 1_000_000} == _changed_ms(home)


def test_an_older_file_in_the_place_of_a_newer_one_is_a_change_of_now(home: Home) -> None:
    with_cards(home, basic("deck/a"))
    (before,) = _changed_ms(home).values()
    put_deck(home, "deck", basic("deck/a", back="of last year"), age_s=365 * 86_400)
    indexed(home)
    assert before < _changed_ms(home)["deck/a"]


BROKEN = [b"[[card]\n", b'title = "\xff"\n', b"schema = 99\n", b"a = " + b"[" * 100_000]


@pytest.mark.parametrize("broken", BROKEN, ids=["not TOML", "not UTF-8", "newer", "too deep"])
def test_a_file_broken_later_keeps_its_cards_until_it_is_mended(shelf_home: Home, broken: bytes) -> None:
    _age_words(shelf_home)
    path = shelf_home.decks / "anvil.toml"
    whole = path.read_bytes()
    put_text(shelf_home, "anvil", broken)
    assert _stale(shelf_home)
    (found,) = indexed(shelf_home)
    assert (path, False) == (found.path, found.problem.warning)
    assert not _stale(shelf_home)
    assert {"anvil/a", "anvil/b", "bridge/a", "bridge/b"} == set(_cards(shelf_home))
    assert ["anvil"] == [row.name for row in _core(shelf_home, deck_rows) if row.problem]
    assert [] == indexed(shelf_home)
    put_text(shelf_home, "anvil", whole, age_s=30)
    assert _stale(shelf_home)
    assert [] == indexed(shelf_home)
    assert [] == [row.name for row in _core(shelf_home, deck_rows) if row.problem]
    assert {1000} == set(_changed_ms(shelf_home).values())


def test_a_file_broken_from_the_start_is_known_and_has_no_cards(home: Home) -> None:
    make(home)
    put_text(home, "torn", "[[card]\n")
    assert 1 == len(indexed(home))
    (row,) = _core(home, deck_rows)
    assert ("torn", "torn", 0, 0) == (row.name, row.title, row.cards, row.drafts)
    assert row.problem
    assert not _stale(home)


def test_an_id_in_two_decks_is_left_to_the_first_and_reported(shelf_home: Home) -> None:
    put_deck(shelf_home, "crane", basic("anvil/a", "another front"), basic("crane/a"))
    (found,) = indexed(shelf_home)
    assert (shelf_home.decks / "crane.toml", "anvil/a", False) == (
        found.path,
        found.problem.card,
        found.problem.warning,
    )
    assert 'the id "anvil/a" stands in anvil.toml too' == found.problem.what
    assert load(found.path).deck.cards[0].line == found.problem.line
    assert ("anvil", "crane") == (_cards(shelf_home)["anvil/a"], _cards(shelf_home)["crane/a"])
    assert not _stale(shelf_home)


@pytest.mark.parametrize("whole_deck", [True, False])
def test_an_id_deleted_from_the_first_of_two_decks_is_asked_from_the_second(
    shelf_home: Home, *, whole_deck: bool
) -> None:
    put_deck(shelf_home, "crane", basic("anvil/a", "another front"))
    assert 1 == len(indexed(shelf_home))
    if whole_deck:
        (shelf_home.decks / "anvil.toml").unlink()
    else:
        put_deck(shelf_home, "anvil", basic("anvil/b"))
    assert [] == indexed(shelf_home)
    assert "crane" == _cards(shelf_home)["anvil/a"]
    assert [] == indexed(shelf_home)


def test_an_id_in_two_new_decks_is_left_to_the_first_by_name(home: Home) -> None:
    make(home)
    put_deck(home, "b", basic("x/a", "in b"))
    put_deck(home, "a", basic("x/a", "in a"))
    assert ["b"] == [found.path.stem for found in indexed(home)]
    assert {"x/a": "a"} == _cards(home)


def _is_settled(home: Home, name: str) -> bool:
    ((mtime_ns, indexed_ns),) = query(home, "SELECT mtime_ns, indexed_ns FROM deck_file WHERE name = ?", [name])
    return is_settled(mtime_ns, indexed_ns)


def test_a_second_write_within_one_time_stamp_is_noticed(shelf_home: Home) -> None:
    for _ in range(20):  # until the machine is quick enough for the file to be fresh when it is indexed
        path = put_deck(shelf_home, "anvil", basic("anvil/a", back="first!"), age_s=0)
        indexed(shelf_home)
        if not _is_settled(shelf_home, "anvil"):
            break
    stamp = path.stat()
    path.write_text(write_deck(Deck("anvil", "anvil", cards=(basic("anvil/a", back="second"),))))
    os.utime(path, ns=(stamp.st_mtime_ns, stamp.st_mtime_ns))
    assert stamp.st_size == path.stat().st_size
    assert _stale(shelf_home)
    indexed(shelf_home)
    assert [("second",)] == query(shelf_home, "SELECT fields ->> 'back' FROM card WHERE deck = 'anvil'")


AGES = st.integers(-200_000_000, 200_000_000)
FILES = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4)


@given(FILES, FILES, st.lists(AGES, min_size=4, max_size=4))
def test_the_index_is_stale_unless_every_file_is_as_it_was_and_settled(
    indexed_files: dict[str, tuple[int, int]], files: dict[str, tuple[int, int]], ages: list[int]
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for deck, (size, mtime) in files.items():
            (folder / f"{deck}.toml").write_bytes(b"x" * size)
            os.utime(folder / f"{deck}.toml", ns=(mtime * SECOND_NS, mtime * SECOND_NS))
        rows = [
            (deck, size, mtime * SECOND_NS, mtime * SECOND_NS + age)
            for (deck, (size, mtime)), age in zip(indexed_files.items(), ages, strict=False)
        ]
        settled = all(age > 50_000_000 for age in ages[: len(indexed_files)])
        assert (not settled or indexed_files != files) == deck_files_differ(folder, rows)


def test_hidden_files_other_files_and_folders_are_no_decks(home: Home) -> None:
    make(home)
    for name in (".anvil.toml", "anvil.toml~", "anvil.txt", "anvil.TOML"):
        (home.decks / name).write_text("")
    (home.decks / "folder.toml").mkdir()
    (home.decks / "dangling.toml").symlink_to("nowhere.toml")
    assert [] == deck_stamps(home.decks)
    put_deck(home, "b.c", basic("b.c/a"))
    put_deck(home, "a", basic("a/a"))
    assert ["a", "b.c"] == [name for name, _ in deck_stamps(home.decks)]
    indexed(home)
    assert {"a/a": "a", "b.c/a": "b.c"} == _cards(home)


def test_decks_are_listed_with_their_cards_and_drafts(shelf_home: Home) -> None:
    put_deck(
        shelf_home,
        "crane",
        basic("crane/a"),
        Card("crane/b", "basic", {}, draft=True),
        Card("crane/c", "basic", {}, draft=True, retired=True),
        basic("crane/d", retired=True),
    )
    put_text(shelf_home, "empty", "")
    indexed(shelf_home)
    expected = [("anvil", 2, 0), ("bridge", 2, 0), ("crane", 1, 1), ("empty", 0, 0)]
    assert expected == [(row.name, row.cards, row.drafts) for row in _core(shelf_home, deck_rows)]


def test_an_import_learns_which_pages_and_ids_are_taken(shelf_home: Home) -> None:
    text = 'schema = 1\ntitle = "c"\ndropped = ["crane/old"]\n[[page]]\nkey = "k:one"\nname = "one"\nwhen = "2026"\n'
    put_text(shelf_home, "crane", text)
    indexed(shelf_home)
    found = _core(shelf_home, shelf)
    assert {"k:one": "crane"} == found.deck_of_page
    assert _cards(shelf_home) == found.deck_of_id
    names = ["anvil/a", "bridge/b", "crane/old", "crane/new"]
    assert [True, True, False, False] == [name in found.taken_for("crane") for name in names]
    assert [True, True, True, False] == [name in found.taken_for("anvil") for name in names]


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["write", "break", "delete", "touch"]),
        st.sampled_from(["a", "b", "c"]),
        st.lists(st.tuples(st.sampled_from("uvwxyz"), st.sampled_from(["one", "two"])), max_size=3),
        st.booleans(),
    ),
    max_size=12,
)


@given(EDITS)
def test_after_any_edits_the_index_holds_each_readable_card_once(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, list[tuple[str, str]], bool]]
) -> None:
    home = make(Home(tmp_path_factory.mktemp("edits")))
    readable: dict[str, str] = {}
    for age, (what, name, cards, look) in enumerate(edits):
        _edit(home, readable, what, name, cards, age_s=1000 - age)
        if look or what == "delete":  # a file broken before anybody saw it go is a file broken later
            indexed(home)
            _compare(home, readable)
    indexed(home)
    _compare(home, readable)
    assert not _stale(home)


def _edit(
    home: Home, readable: dict[str, str], what: str, name: str, cards: list[tuple[str, str]], age_s: float
) -> None:
    path = home.decks / f"{name}.toml"
    if what == "write":
        unique = dict(cards)
        readable[name] = write_deck(
            Deck(name, name, cards=tuple(basic(card, back=back) for card, back in unique.items()))
        )
        put_text(home, name, readable[name], age_s)
    elif what == "delete":
        path.unlink(missing_ok=True)
        readable.pop(name, None)
    elif path.exists() and what == "touch":
        put_text(home, name, path.read_bytes(), age_s)
    elif what == "break" and not path.exists():
        put_text(home, name, "[[card]\n", age_s)
        readable[name] = ""


def _compare(home: Home, readable: dict[str, str]) -> None:
    """Each id once, from one of the decks that hold it, with that deck's words."""
    decks = {name: read_deck(text, Path(f"{name}.toml")).deck.cards for name, text in readable.items()}
    holders: dict[str, dict[str, str]] = {}
    for name, cards in decks.items():
        for card in cards:
            holders.setdefault(card.id, {})[name] = card.fields["back"]
    rows = query(home, "SELECT id, deck, fields ->> 'back' FROM card")
    assert set(holders) == {card for card, _, _ in rows}
    for card, deck, back in rows:
        assert holders[card][deck] == back


def test_a_file_just_written_is_indexed_as_reading_it_would(home: Home) -> None:
    """The shortcut of a large import gives the rows that parsing gives, and is not taken where the file changed."""
    make(home)
    deck = load(shipped("decks") / "ownership.toml").deck
    text = write_deck(deck)
    put_text(home, "ownership", text)
    read, short = (_rows_after(home, written) for written in ({}, {"ownership": (text, deck)}))
    assert read == short
    other = replace(deck, cards=deck.cards[:3])
    assert read == _rows_after(home, {"ownership": (write_deck(other), other)})


def _rows_after(home: Home, written: Written) -> list[tuple[object, ...]]:
    change(home, "DELETE FROM deck_file")
    engine = open_engine(home)
    with transaction(engine, home) as connection:
        refresh(connection, home.decks, written)
    rows = query(home, "SELECT id, position, line, kind, principles, fields, draft, sibling, fingerprint FROM card")
    return sorted((*row[:5], sorted(json.loads(row[5]).items(), key=str), *row[6:]) for row in rows)
