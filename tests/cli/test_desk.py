from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from homes import indexed, make, opened, put_text, query
from lpdeck.cli.desk import DeckDesk
from lpdeck.errors import LpdeckError
from lpdeck.home import Home
from lpdeck.store.hot import HotStore, StoredCard

from .drills import deck_text, editor

WRITTEN = """\
# mine, all of it
schema = 1
title = "Deck"
principles = ["ownership"]

# the first
[[card]]
id = "one"
kind = "basic"
back = "because"  # put first on purpose
front = "Why?"

[[card]]
id = "weak"
kind = "weak-answer"
text = "I told my manager. Then I waited."
disqualifiers = ["“I told my manager”", "no cost is named"]
verdict = "No owner."
"""


@pytest.fixture
def store(home: Home) -> Iterator[HotStore]:
    make(home)
    put_text(home, "deck", WRITTEN)
    indexed(home)
    hot = opened(home)
    yield hot
    hot.close()


def known(store: HotStore, card: str) -> StoredCard:
    found = store.card(card)
    assert found is not None
    return found


def test_a_note_stands_in_the_file_and_in_the_index_and_all_else_stays(store: HotStore, home: Home) -> None:
    DeckDesk(store).note(known(store, "one"), "remember “this”")
    assert "remember “this”" == known(store, "one").note
    without = [line for line in deck_text(home).splitlines(keepends=True) if not line.startswith("note")]
    assert WRITTEN == "".join(without)
    DeckDesk(store).note(known(store, "one"), "")
    assert known(store, "one").note is None
    assert WRITTEN == deck_text(home)


def test_a_note_on_a_card_that_left_its_file_is_refused(store: HotStore, home: Home) -> None:
    card = known(store, "weak")
    put_text(home, "deck", WRITTEN.partition('\n[[card]]\nid = "weak"')[0] + "\n")
    before = deck_text(home)
    with pytest.raises(LpdeckError, match="no longer in the file"):
        DeckDesk(store).note(card, "late")
    assert before == deck_text(home)


def test_a_note_into_a_broken_file_is_refused_and_the_file_stays(store: HotStore, home: Home) -> None:
    card = known(store, "one")
    put_text(home, "deck", WRITTEN + "= broken\n")
    with pytest.raises(LpdeckError):
        DeckDesk(store).note(card, "late")
    assert WRITTEN + "= broken\n" == deck_text(home)


def test_a_phrase_becomes_a_card_of_its_own_once(store: HotStore, home: Home) -> None:
    desk = DeckDesk(store)
    assert desk.lacks_phrase("I told my manager")
    new = desk.add_phrase(known(store, "weak"), "I told my manager", "He passed it on.")
    assert not desk.lacks_phrase("I told my manager")
    assert not desk.lacks_phrase("i told  MY manager")
    card = known(store, new)
    assert ("disqualifier", ("ownership",), "deck") == (card.kind, card.principles, card.deck)
    assert {"phrase": "I told my manager", "why": "He passed it on.", "verdict": "No owner."} == card.fields
    assert deck_text(home).startswith(WRITTEN)
    assert new not in ("one", "weak")


def test_ids_of_new_cards_are_free(store: HotStore, home: Home) -> None:
    desk = DeckDesk(store)
    made = [desk.add_phrase(known(store, "weak"), "I told my manager", "so") for _ in range(3)]
    assert 3 == len(set(made))
    assert 5 == query(home, "SELECT count(*) FROM card")[0][0]


def test_a_reason_that_is_the_phrase_itself_is_left_out(store: HotStore) -> None:
    new = DeckDesk(store).add_phrase(known(store, "weak"), "I waited", "I waited")
    assert "why" not in known(store, new).fields


def test_a_card_is_split_and_the_editor_opens_at_the_first_half(
    store: HotStore, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "opened"
    program = tmp_path / "vim"
    program.write_text(f'#!/bin/sh\necho "$1" > "{log}"\n')
    program.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(program))
    left: list[str] = []

    @contextmanager
    def leave() -> Iterator[None]:
        left.append("left")
        yield
        left.append("back")

    DeckDesk(store, leave).split(known(store, "weak"))
    fronts = dict(query(home, "SELECT id, line FROM card WHERE kind = 'basic' AND id != 'one' ORDER BY line"))
    assert 2 == len(fronts)
    assert f"+{min(fronts.values())}" == log.read_text().strip()
    assert ["left", "back"] == left
    assert deck_text(home).startswith(WRITTEN)
    assert "[[card]]" == deck_text(home).splitlines()[min(fronts.values()) - 1]


def test_an_edit_opens_where_the_card_stands_now(
    store: HotStore, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", editor(tmp_path, "sed -i 's/Why?/Why not?/' \"$FILE\""))
    DeckDesk(store).edit(known(store, "one"))
    assert "Why not?" == known(store, "one").fields["front"]
    assert WRITTEN.replace("Why?", "Why not?") == deck_text(home)


@pytest.mark.parametrize(
    ("program", "told"),
    [("/no/such/editor", "can not be started"), ("false", "code 1"), ("'", "is no command")],
)
def test_an_editor_that_fails_is_an_error_of_ours(
    store: HotStore, monkeypatch: pytest.MonkeyPatch, program: str, told: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", program)
    with pytest.raises(LpdeckError, match=told):
        DeckDesk(store).edit(known(store, "one"))


@pytest.mark.parametrize(
    ("commands", "told"),
    [
        ('echo "= broken" >> "$FILE"', r"^deck\.toml:\d+: "),
        ('sed -i \'s/kind = "basic"/kind = "bsaic"/\' "$FILE"', r"^deck\.toml:\d+: .*bsaic"),
    ],
)
def test_a_file_that_an_edit_broke_is_named_with_its_line(
    store: HotStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    commands: str,
    told: str,
) -> None:
    monkeypatch.setenv("EDITOR", editor(tmp_path, commands))
    with pytest.raises(LpdeckError, match=told):
        DeckDesk(store).edit(known(store, "one"))
    assert ("", "") == capsys.readouterr()
