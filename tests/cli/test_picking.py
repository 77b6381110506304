from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.cli.picking import Picker, of

NAMES = ("a", "b", "c")
ONE, MANY = of(NAMES), of(NAMES, frozenset())


def _pressed(picker: Picker, *keys: str) -> Picker:
    for key in keys:
        after = picker.press(key)
        assert after is not None
        picker = after
    return picker


def test_a_list_to_choose_from_has_no_cursor_before_an_arrow_and_one_to_tick_has() -> None:
    assert (None, None) == (ONE.at, ONE.picked)
    assert (0, frozenset()) == (MANY.at, MANY.picked)


MOVES: dict[tuple[str, ...], int] = {
    ("down",): 0,
    ("up",): 2,
    ("down", "down"): 1,
    ("up", "up"): 1,
    ("up", "down"): 2,
    ("down", "up"): 0,
    ("down", "down", "down", "down"): 2,
    ("up", "up", "up", "up"): 0,
}


@pytest.mark.parametrize("keys", MOVES)
def test_arrows_move_the_cursor_and_stop_at_both_ends(keys: tuple[str, ...]) -> None:
    assert MOVES[keys] == _pressed(ONE, *keys).at


CHOSEN: dict[tuple[tuple[str, ...], str], int | None] = {
    ((), "a"): 0,
    ((), "c"): 2,
    ((), "enter"): None,
    (("down",), "enter"): 0,
    (("up",), "enter"): 2,
    (("up",), "a"): 0,
    ((), "d"): None,
    ((), "A"): None,
    (("down",), "space"): 0,
    ((), "space"): None,
}


@pytest.mark.parametrize("case", CHOSEN)
def test_a_letter_or_enter_or_space_at_the_cursor_chooses(case: tuple[tuple[str, ...], str]) -> None:
    keys, last = case
    assert CHOSEN[case] == _pressed(ONE, *keys).chosen(last)


TICKED: dict[tuple[str, ...], tuple[int, frozenset[int]]] = {
    ("space",): (0, frozenset({0})),
    ("space", "space"): (0, frozenset()),
    ("down", "space"): (1, frozenset({1})),
    ("space", "up"): (0, frozenset({0})),
    ("space", "down", "down", "space"): (2, frozenset({0, 2})),
    ("c",): (2, frozenset({2})),
    ("c", "up", "space"): (1, frozenset({1, 2})),
    ("c", "c"): (2, frozenset()),
    ("a", "b", "c", "b"): (1, frozenset({0, 2})),
}


@pytest.mark.parametrize("keys", TICKED)
def test_space_at_the_cursor_or_a_letter_ticks_and_ticks_off(keys: tuple[str, ...]) -> None:
    picker = _pressed(MANY, *keys)
    assert TICKED[keys] == (picker.at, picker.picked)


@pytest.mark.parametrize("key", ["enter", "d", "escape", "tab", ""])
def test_a_key_that_means_nothing_to_a_list_is_left_to_others(key: str) -> None:
    assert MANY.press(key) is None
    assert ONE.press(key) is None


def test_a_list_to_choose_from_is_not_ticked_and_one_to_tick_is_not_chosen_from() -> None:
    assert ONE.press("a") is ONE.press("space") is None
    assert [None, None, None] == [MANY.chosen(key) for key in ("a", "enter", "space")]


def test_an_empty_list_has_nothing_to_move_to() -> None:
    assert of(()).press("down") is of((), frozenset()).press("up") is None
    assert of(()).chosen("enter") is None


KEYS = st.lists(st.sampled_from(["up", "down", "space", "enter", "1", "2", "3", "9", "x"]), max_size=20)


@given(st.integers(0, 4), st.booleans(), KEYS)
def test_the_cursor_stays_within_the_entries_and_only_entries_are_picked(
    count: int, ticked: bool, keys: list[str]
) -> None:
    picker = of([str(number + 1) for number in range(count)], frozenset() if ticked else None)
    for key in keys:
        chosen = picker.chosen(key)
        assert chosen is None or 0 <= chosen < count
        before, after = picker, picker.press(key)
        picker = after or picker
        assert picker.names == before.names
        assert ticked == (picker.picked is not None)
        if picker.at is not None and count:
            assert 0 <= picker.at < count
        if before.picked is not None and picker.picked is not None:
            assert picker.picked <= set(range(count))
            assert len(picker.picked ^ before.picked) <= 1
