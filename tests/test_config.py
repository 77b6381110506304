from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.config import (
    KEY_ACTIONS,
    OPTIONS,
    Config,
    check_keys,
    load_config,
    rewrite,
    show_steps,
    value_of,
    with_value,
    zone_named,
)
from lpdeck.errors import ConfigError

# option: what a learner may write with what it means, and what does not fit

GOOD: dict[str, list[tuple[Any, Any]]] = {
    "new_per_day": [("0", 0), (" 7 ", 7), (9999, 9999)],
    "reviews_per_day": [("0", 0), (99999, 99999)],
    "desired_retention": [("0.7", 0.7), (0.99, 0.99), ("0.85", 0.85)],
    "learning_steps": [
        ("1m 10m", (60, 600)), ("30s,1h", (30, 3600)), ("5", (300,)), (["1m", "1 h"], (60, 3600)), ("", ()), ([], ()),
        ("12h", (43200,)), (15, (900,)),
    ],
    "relearning_steps": [("10m", (600,)), ("", ())],
    "rollover_hour": [("0", 0), (23, 23)],
    "time_zone": [("local", "local"), ("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")],
    "keys.reveal": [("space enter", ("space", "enter")), (["Space"], ("space",))],
    "keys.again": [("1 A", ("1", "A")), (["ctrl-r"], ("ctrl-r",)), ([1], ("1",))],
    "keys.hard": [("é", ("é",))],
    "keys.good": [("tab", ("tab",))],
    "keys.easy": [("!", ("!",))],
    "keys.undo": [("backspace", ("backspace",))],
    "keys.redo": [("Ctrl-Y", ("ctrl-y",))],
    "keys.help": [("?", ("?",))],
    "keys.quit": [("escape q", ("escape", "q"))],
}  # fmt: skip

WHOLE: list[Any] = ["", "ten", "1.5", 1.5, True, "-1", None, [], {}]
STEPS: list[Any] = ["0m", "13h", "1d", "m", "-5m", "1.5m", "1m;2m", True, ["1m", "soon"], ["1"] * 11, {"a": 1}]
KEYS: list[Any] = ["", [], "ctrl-c", "ctrl-z", "ctrl-1", "pageup", [" "], ["\n"], ["ab"], "shift-a"]
BAD: dict[str, list[Any]] = {
    "new_per_day": [*WHOLE, 10_000],
    "reviews_per_day": [*WHOLE, 100_000],
    "desired_retention": ["", "much", 0.69, 1, "1.0", True, "nan", "inf", None, []],
    "learning_steps": STEPS,
    "relearning_steps": STEPS,
    "rollover_hour": [*WHOLE, 24],
    "time_zone": ["", "Berlin", "Europe", "../etc/passwd", 5, "Europe/Berlin "],
    **{f"keys.{action}": KEYS for action in KEY_ACTIONS},
}


def pairs(table: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    return [(name, value) for name, values in table.items() for value in values]


def test_every_option_is_in_both_tables() -> None:
    assert set(OPTIONS) == set(GOOD) == set(BAD)


@pytest.mark.parametrize(("name", "case"), pairs(GOOD))
def test_a_value_that_fits_is_taken(name: str, case: tuple[Any, Any]) -> None:
    written, meant = case
    assert meant == value_of(with_value(Config(), name, written), name)


@pytest.mark.parametrize(("name", "value"), pairs(BAD))
def test_a_value_that_does_not_fit_is_refused_with_what_would(name: str, value: Any) -> None:
    with pytest.raises(ConfigError) as caught:
        with_value(Config(), name, value)
    assert f'{name}: "{value}" does not fit' == caught.value.what
    assert caught.value.advice.startswith("Write ")
    assert caught.value.advice.endswith(". Nothing was changed.")


@pytest.mark.parametrize("name", OPTIONS)
def test_setting_one_option_changes_no_other(name: str) -> None:
    changed = with_value(Config(), name, GOOD[name][-1][0])
    assert [] == [other for other in OPTIONS if other != name and value_of(Config(), other) != value_of(changed, other)]


@pytest.mark.parametrize("name", OPTIONS)
def test_a_default_written_down_means_the_default(name: str) -> None:
    option = OPTIONS[name]
    text = rewrite("", name, option.show(value_of(Config(), name)))
    (value,) = tomllib.loads(text).values()
    value = value[name.removeprefix("keys.")] if isinstance(value, dict) else value
    assert Config() == with_value(Config(), name, value)


@given(st.lists(st.integers(1, 43_200), max_size=10).map(tuple))
def test_steps_are_shown_as_they_can_be_written(steps: tuple[int, ...]) -> None:
    assert steps == with_value(Config(), "learning_steps", show_steps(steps)).learning_steps


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("new_pr_day", "new_per_day"),
        ("desired-retention", "desired_retention"),
        ("keys.agin", "keys.again"),
    ],
)
def test_an_unknown_option_names_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f'there is no option "{name}"') as caught:
        with_value(Config(), name, "1")
    assert f"The nearest is {nearest}; lpdeck config lists all." == caught.value.advice


# Keys


def test_the_keys_as_they_come_mean_one_thing_each() -> None:
    check_keys(Config())


def test_a_key_that_means_two_things_is_refused() -> None:
    with pytest.raises(ConfigError, match='the key "g" means both good and easy') as caught:
        check_keys(with_value(Config(), "keys.easy", "g"))
    assert "Give good another key first: lpdeck config set keys.good KEY" == caught.value.advice


def test_a_capital_letter_is_another_key() -> None:
    check_keys(with_value(Config(), "keys.easy", "G"))


# The file


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_is_as_it_comes(tmp_path: Path) -> None:
    assert Config() == load_config(tmp_path / "config.toml")
    assert Config() == load_config(written(tmp_path, "# nothing yet\n"))


def test_a_file_sets_what_it_names(tmp_path: Path) -> None:
    config = load_config(written(tmp_path, 'new_per_day = 3\nlearning_steps = ["1m"]\n[keys]\neasy = ["e"]\n'))
    assert (3, (60,), ("e",), 200) == (
        config.new_per_day,
        config.learning_steps,
        config.keys["easy"],
        config.reviews_per_day,
    )


FILES = {
    "new_per_day = ": "Invalid value (at end of document)",
    "new_per_day = -1": 'new_per_day: "-1" does not fit',
    "new_per_dya = 1": 'there is no option "new_per_dya"',
    "keys = 5": "keys is no table",
    "[keys]\nagain = []": 'keys.again: "[]" does not fit',
    "[keys]\nagain = ['g']": 'the key "g" means both again and good',
    "[deeper]\nnew_per_day = 1": 'there is no option "deeper"',
}


@pytest.mark.parametrize("text", FILES)
def test_what_is_wrong_with_a_file_names_the_file(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert f"{path}: {FILES[text]}" == caught.value.what


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml: the options can not be read"):
        load_config(path)
    path.rmdir()
    path.write_bytes(b"time_zone = '\xff'")
    with pytest.raises(ConfigError, match=r"config\.toml: the options can not be read"):
        load_config(path)


# Rewriting

MINE = """\
# mine
new_per_day = 3   # a slow start
colour = "green"

[keys] # one hand
easy = ["e"] # left
"""


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        ("new_per_day", 5, "new_per_day = 3 ", "new_per_day = 5 "),
        ("keys.easy", ["x"], '["e"]', '["x"]'),
        ("new_per_day", None, "new_per_day = 3   # a slow start\n", ""),
        ("rollover_hour", None, "", ""),
    ],
)
def test_a_rewrite_changes_what_it_is_asked_for_and_no_other_byte(name: str, value: Any, old: str, new: str) -> None:
    assert MINE.replace(old, new) == rewrite(MINE, name, value)


def test_a_new_option_stands_above_the_tables_and_a_new_key_inside() -> None:
    text = rewrite(rewrite(MINE, "rollover_hour", 5), "keys.good", ["g"])
    assert {"new_per_day": 3, "colour": "green", "rollover_hour": 5, "keys": {"easy": ["e"], "good": ["g"]}} == (
        tomllib.loads(text)
    )
    assert all(comment in text for comment in ("# mine", "# a slow start", "# one hand", "# left"))


def test_a_first_key_makes_the_table_and_taking_out_none_makes_nothing() -> None:
    assert {"keys": {"easy": ["e"]}} == tomllib.loads(rewrite("", "keys.easy", ["e"]))
    assert "" == rewrite("", "keys.easy", None)


def test_keys_written_with_dots_are_rewritten_in_place() -> None:
    assert 'keys.easy = ["x"] # e\n' == rewrite('keys.easy = ["e"] # e\n', "keys.easy", ["x"])


# What follows from the options


def test_scheduler_and_calendar_follow_the_options() -> None:
    config = with_value(with_value(Config(), "time_zone", "Europe/Berlin"), "rollover_hour", 2)
    config = with_value(config, "desired_retention", 0.8)
    assert (ZoneInfo("Europe/Berlin"), 2, 0.8) == (
        config.calendar.zone,
        config.calendar.rollover_hour,
        config.scheduler.desired_retention,
    )


def test_the_zone_of_the_machine_has_no_name() -> None:
    assert zone_named("local") is None


def test_an_unknown_zone_is_told_with_an_example() -> None:
    with pytest.raises(ConfigError, match="no time zone this machine knows") as caught:
        zone_named("Mars/Olympus")
    assert 'Write "local" or a name such as "Europe/Berlin".' == caught.value.advice
