"""`lpdeck starter`: out of the learner's decks and back, with all that the learner did to the cards."""

from __future__ import annotations

from typing import Any

import pytest

from homes import basic, indexed, put_deck, query
from lpdeck.deck.folder import load, save, starters
from lpdeck.deck.model import Card, Deck
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .running import snapshot

SHIPPED = {one.name: one for one in starters()}
OWN = SHIPPED["ownership"]
COUNT = len(OWN.ids)


def deck_of(home: Home, name: str = "ownership") -> Deck:
    return load(home.decks / f"{name}.toml").deck


def decks(home: Home) -> set[str]:
    return {path.stem for path in home.decks.glob("*.toml")}


def changed(home: Home, *cards: Card, name: str = "ownership") -> None:
    """Writes cards into a deck: in place of those of their ids, else at its end."""
    deck = deck_of(home, name)
    for card in cards:
        deck = deck.with_card(card)
    save(home.decks / f"{name}.toml", deck)


def shelf(lpdeck: Lpdeck) -> dict[str, Any]:
    """Which deck holds each starter, as the list says."""
    return {one["name"]: one["deck"] for one in lpdeck("starter", "list", "--json").json}


def everything(home: Home) -> tuple[dict[str, bytes], list[Any]]:
    """Every file but the database, and what that holds beside time stamps: a file so fresh is read anew each time."""
    files = {name: data for name, data in snapshot(home.path).items() if not name.startswith("lpdeck.db")}
    tables = ("SELECT * FROM event", "SELECT * FROM schedule", "SELECT id, deck, fingerprint FROM card ORDER BY id")
    return files, [query(home, table) for table in tables]


def there_and_back(lpdeck: Lpdeck) -> None:
    assert 0 == lpdeck("starter", "remove", "ownership").code
    assert 0 == lpdeck("starter", "add", "ownership").code


# What is in and out


def test_the_list_says_which_starters_are_among_the_decks(lpdeck: Lpdeck, starters: Home) -> None:
    assert {name for name, deck in shelf(lpdeck).items() if deck} == {"ownership", "question-disagreement"}
    assert set(SHIPPED) == set(shelf(lpdeck))
    lines = {line.split()[0]: line.split()[1:4] for line in lpdeck("starter", "list").out.splitlines()}
    assert [str(COUNT), "·", "ownership"] == lines["ownership"]
    assert "·" == lines["frugality"][2]


def test_the_list_counts_the_cards_that_were_begun(lpdeck: Lpdeck, starters: Home) -> None:
    lpdeck("review", "deck:ownership", stdin="\n\n3\nq\n")
    (one,) = [one for one in lpdeck("starter", "--json").json if one["name"] == "ownership"]
    assert (1, COUNT, ["ownership"]) == (one["begun"], one["cards"], one["principles"])
    assert lpdeck("starter").out == lpdeck("starter", "list").out


@pytest.mark.slow
def test_the_list_says_how_to_add_while_one_is_out(lpdeck: Lpdeck, starters: Home) -> None:
    assert "lpdeck starter add NAME" in lpdeck("starter", "list").err
    lpdeck("starter", "add", "--all")
    assert "" == lpdeck("starter", "list").err


# In


@pytest.mark.parametrize("name", ["frugality", "Frugality", "FRUGALITY"])
def test_a_starter_is_added_by_its_name_or_its_principle(lpdeck: Lpdeck, starters: Home, name: str) -> None:
    done = lpdeck("starter", "add", name)
    count = len(SHIPPED["frugality"].ids)
    assert (0, f"added frugality: {count} cards in frugality.toml\n", "") == (done.code, done.out, done.err)
    assert "frugality" == shelf(lpdeck)["frugality"]
    assert SHIPPED["frugality"].ids == tuple(card.id for card in deck_of(starters, "frugality").cards)


def test_a_starter_that_is_named_twice_is_added_and_removed_once(lpdeck: Lpdeck, starters: Home) -> None:
    lpdeck("starter", "add", "frugality", "Frugality", "frugality")
    assert {"frugality", "ownership", "question-disagreement"} == decks(starters)
    done = lpdeck("starter", "remove", "frugality", "Frugality")
    assert (0, 1, "") == (done.code, len(done.out.splitlines()), done.err)


@pytest.mark.slow
def test_all_are_added_and_removed(lpdeck: Lpdeck, starters: Home) -> None:
    assert len(SHIPPED) == len(lpdeck("starter", "add", "--all").out.splitlines())
    assert set(SHIPPED) == decks(starters)
    assert 0 == lpdeck("check").code
    lpdeck("starter", "remove", "--all")
    assert set() == decks(starters)
    assert {None} == set(shelf(lpdeck).values())


@pytest.mark.slow
def test_one_that_is_there_is_brought_up_to_date_and_an_edit_stays(lpdeck: Lpdeck, starters: Home) -> None:
    first, second, *rest = deck_of(starters).cards
    edited = Card(first.id, first.kind, {**first.fields, "strong": "I said it in my words."}, pages=first.pages)
    deck = deck_of(starters)
    save(
        starters.decks / "ownership.toml", Deck(deck.name, deck.title, deck.principles, deck.pages, (), (edited, *rest))
    )
    done = lpdeck("starter", "add", "ownership")
    assert "ownership is among your decks, in ownership.toml: 1 added\n" == done.out
    found = {card.id: card for card in deck_of(starters).cards}
    assert "I said it in my words." == found[first.id].fields["strong"]
    assert second.fields == found[second.id].fields
    assert "nothing is new" in lpdeck("starter", "add", "ownership").out


@pytest.mark.slow
def test_a_deck_of_another_story_with_the_name_of_a_starter_is_left_alone(lpdeck: Lpdeck, starters: Home) -> None:
    put_deck(starters, "frugality", basic("mine"), principles=("dive-deep",))
    before = (starters.decks / "frugality.toml").read_bytes()
    for _ in range(2):
        assert "in frugality-2.toml" in lpdeck("starter", "add", "frugality").out
        assert 0 == lpdeck("starter", "remove", "frugality").code
    assert "in frugality-2.toml" in lpdeck("starter", "add", "frugality").out
    assert before == (starters.decks / "frugality.toml").read_bytes()


# Out and back


def test_what_was_answered_marked_noted_and_edited_is_there_after_removing_and_adding(
    lpdeck: Lpdeck, starters: Home
) -> None:
    lpdeck("review", "deck:ownership", stdin="\n\n3\n" * 3)
    asleep, flagged, gone, *_ = [card for card in OWN.ids if "/quiz-" in card]
    lpdeck("suspend", f"id:{asleep}")
    lpdeck("flag", "red", f"id:{flagged}")
    lpdeck("delete", gone, "--yes")
    one = next(card for card in deck_of(starters).cards if card.kind == "follow-up")
    fields = {**one.fields, "strong": "I said it in my own words."}
    changed(
        starters, Card(one.id, one.kind, fields, note="ask Mia", tags=("hard",), pages=one.pages, imported=one.imported)
    )
    tables = ("SELECT * FROM schedule ORDER BY card", "SELECT * FROM event ORDER BY id")
    memory, cards = [query(starters, table) for table in tables], deck_of(starters)
    assert memory[1]
    there_and_back(lpdeck)
    assert memory == [query(starters, table) for table in tables]
    assert cards == deck_of(starters)
    assert (gone,) == deck_of(starters).dropped
    found = lpdeck("show", one.id, "--json").json
    assert ("ask Mia", "I said it in my own words.") == (found["note"], found["fields"]["strong"])
    assert [asleep] == [card["id"] for card in lpdeck("cards", "is:suspended", "--json").json]


def test_while_a_starter_is_out_none_of_its_cards_is_asked(lpdeck: Lpdeck, starters: Home) -> None:
    lpdeck("starter", "remove", "ownership")
    assert {"question-disagreement"} == {card["deck"] for card in lpdeck("cards", "--json").json}
    assert shelf(lpdeck)["ownership"] is None
    assert not (starters.decks / "ownership.toml").exists()


@pytest.mark.slow
def test_a_card_that_was_deleted_is_not_counted_when_its_starter_comes_back(lpdeck: Lpdeck, starters: Home) -> None:
    lpdeck("delete", OWN.ids[0], "--yes")
    out = f"removed ownership: {COUNT - 1} cards out of ownership.toml\n"
    assert out == lpdeck("starter", "remove", "ownership").out
    assert f"would add ownership: {COUNT - 1} cards" in lpdeck("starter", "add", "ownership", "--dry-run").out
    assert f"added ownership: {COUNT - 1} cards in ownership.toml\n" == lpdeck("starter", "add", "ownership").out
    assert OWN.ids[1:] == tuple(card.id for card in deck_of(starters).cards)


@pytest.mark.slow
def test_own_cards_stay_and_the_starter_comes_back_to_them(lpdeck: Lpdeck, starters: Home) -> None:
    first = deck_of(starters).cards[0]
    noted = Card(first.id, first.kind, first.fields, note="ask Mia", pages=first.pages, imported=first.imported)
    changed(starters, basic("ownership/mine", note="by hand"), noted)
    done = lpdeck("starter", "remove", "ownership")
    assert f"removed ownership: {COUNT} cards out of ownership.toml; 1 card of your own stay" in done.out
    assert (basic("ownership/mine", note="by hand"),) == deck_of(starters).cards
    assert () == deck_of(starters).pages
    assert shelf(lpdeck)["ownership"] is None
    lpdeck("starter", "add", "ownership")
    found = {card.id: card.note for card in deck_of(starters).cards}
    assert {*OWN.ids, "ownership/mine"} == set(found)
    assert ("ask Mia", "by hand") == (found[first.id], found["ownership/mine"])
    assert {"ownership", "question-disagreement"} == decks(starters)


@pytest.mark.slow
def test_a_card_that_a_page_of_the_learner_gives_too_keeps_nothing_else_in(lpdeck: Lpdeck, starters: Home) -> None:
    first, second, *_ = deck_of(starters).cards
    page = "star-walkthrough:mine"
    both = Card(first.id, first.kind, first.fields, pages=(*first.pages, page), imported=first.imported)
    noted = Card(second.id, second.kind, second.fields, note="mine", pages=second.pages, imported=second.imported)
    changed(starters, both, noted)
    lpdeck("starter", "remove", "ownership")
    assert [first.id] == [card.id for card in deck_of(starters).cards]
    assert shelf(lpdeck)["ownership"] is None
    assert "ownership is not among your decks.\n" == lpdeck("starter", "remove", "ownership").err
    lpdeck("starter", "add", "ownership")
    found = {card.id: card for card in deck_of(starters).cards}
    assert set(OWN.ids) == set(found)
    assert ("mine", both.pages) == (found[second.id].note, found[first.id].pages)


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True])
def test_a_renamed_starter_is_found_and_comes_back_once(lpdeck: Lpdeck, starters: Home, own: bool) -> None:
    lpdeck("review", "deck:ownership", stdin="\n\n3\nq\n")
    lpdeck("rename", "ownership", "mine")
    if own:
        changed(starters, basic("mine/one"), name="mine")
    assert "mine" == shelf(lpdeck)["ownership"]
    assert "out of mine.toml" in lpdeck("starter", "remove", "ownership").out
    before = query(starters, "SELECT * FROM schedule ORDER BY card")
    lpdeck("starter", "add", "ownership")
    assert ("mine" if own else "ownership") == shelf(lpdeck)["ownership"]
    assert {"mine" if own else "ownership", "question-disagreement"} == decks(starters)
    assert before == query(starters, "SELECT * FROM schedule ORDER BY card")
    assert [] == indexed(starters)


def test_removing_what_is_out_says_so(lpdeck: Lpdeck, starters: Home) -> None:
    done = lpdeck("starter", "remove", "frugality")
    assert (0, "", "frugality is not among your decks.\n") == (done.code, done.out, done.err)


# Nothing but words


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(
    "words", [("remove", "ownership"), ("add", "ownership"), ("add", "frugality"), ("add", "--all")]
)
def test_a_dry_run_changes_nothing(lpdeck: Lpdeck, starters: Home, words: tuple[str, ...], own: bool) -> None:
    if own:
        changed(starters, basic("ownership/mine"))
        indexed(starters)
    before = everything(starters)
    done = lpdeck("starter", *words, "--dry-run")
    assert (0, "") == (done.code, done.err)
    assert "would" in done.out or "among your decks" in done.out
    assert before == everything(starters)


@pytest.mark.slow
def test_a_dry_run_of_coming_back_changes_nothing(lpdeck: Lpdeck, starters: Home) -> None:
    changed(starters, basic("ownership/mine"))
    lpdeck("starter", "remove", "ownership")
    before = everything(starters)
    assert "would add" in lpdeck("starter", "add", "ownership", "--dry-run").out
    assert before == everything(starters)


WRONG = {"onership": "ownership", "dive": "dive-deep", "earn-trst": "earn-trust", "../decks": "", "": ""}


@pytest.mark.parametrize("command", ["add", "remove"])
@pytest.mark.parametrize("name", WRONG)
def test_a_name_of_no_starter_is_refused_with_the_nearest(
    lpdeck: Lpdeck, starters: Home, command: str, name: str
) -> None:
    lpdeck("due")
    before = snapshot(starters.path)
    done = lpdeck("starter", command, "ownership", name)
    what, advice = done.err.splitlines()
    assert (2, "", f'lpdeck: there is no starter "{name}"') == (done.code, done.out, what)
    assert f"The nearest is {WRONG[name]}" in advice
    assert before == snapshot(starters.path)


@pytest.mark.parametrize("command", ["add", "remove"])
def test_no_name_at_all_is_refused(lpdeck: Lpdeck, starters: Home, command: str) -> None:
    done = lpdeck("starter", command)
    assert (2, "") == (done.code, done.out)
    assert "no starter is named" in done.err
    assert {"ownership", "question-disagreement"} == decks(starters)


def test_each_principle_names_its_starter(lpdeck: Lpdeck, starters: Home) -> None:
    lpdeck("starter", "remove", "--all")
    said = lpdeck("starter", "add", *(one.title for one in Principle), "--dry-run").out.splitlines()
    assert [one.slug for one in Principle] == [line.split()[2].rstrip(":") for line in said]
