from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.config import (
    KEY_ACTIONS,
    KEY_MEANINGS,
    KEY_SETS,
    OPTIONS,
    Config,
    check_keys,
    load_config,
    rewrite,
    rewrite_interview,
    show_steps,
    value_of,
    with_value,
    zone_named,
)
from lpdeck.days import StudyDay, study_day
from lpdeck.errors import ConfigError
from lpdeck.interviews import Interview
from lpdeck.principles import Principle

# option: what a learner may write with what it means, and what does not fit

GOOD: dict[str, list[tuple[Any, Any]]] = {
    "new_per_day": [("0", 0), (" 7 ", 7), (9999, 9999)],
    "reviews_per_day": [("0", 0), (99999, 99999)],
    "minutes_per_day": [("0", 0), (1440, 1440), ("15", 15)],
    "desired_retention": [("0.7", 0.7), (0.99, 0.99), ("0.85", 0.85)],
    "learning_steps": [
        ("1m 10m", (60, 600)), ("30s,1h", (30, 3600)), ("5", (300,)), (["1m", "1 h"], (60, 3600)), ("", ()), ([], ()),
        ("12h", (43200,)), (15, (900,)),
    ],
    "relearning_steps": [("10m", (600,)), ("", ())],
    "rollover_hour": [("0", 0), (23, 23)],
    "time_zone": [("local", "local"), ("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")],
    "duel": [(True, True), ("yes", True), ("On", True), ("TRUE", True), (False, False), ("off", False), ("no", False)],
    "level": [("all", "all"), ("SDE1", "sde1"), ("sde2", "sde2"), ("senior", "senior")],
    "key_set": [("default", "default"), ("HJKL", "hjkl"), ("hjkl", "hjkl")],
    **{f"retention.{one.slug}": [("0.7", 0.7), (0.99, 0.99), ("0.85", 0.85)] for one in Principle},
    "keys.reveal": [("space enter", ("space", "enter")), (["Space"], ("space",))],
    "keys.again": [("1 A", ("1", "A")), (["ctrl-x"], ("ctrl-x",)), ([1], ("1",))],
    "keys.hard": [("é", ("é",))],
    "keys.good": [("down", ("down",))],
    "keys.easy": [("!", ("!",))],
    "keys.type": [("/", ("/",))],
    "keys.undo": [("backspace", ("backspace",))],
    "keys.redo": [("Ctrl-Y", ("ctrl-y",))],
    "keys.bury": [("up", ("up",))],
    "keys.suspend": [("x", ("x",))],
    "keys.skip": [("right Down", ("right", "down"))],
    "keys.flag": [("*", ("*",))],
    "keys.edit": [("ctrl-e", ("ctrl-e",))],
    "keys.note": [("+", ("+",))],
    "keys.info": [("left", ("left",))],
    "keys.help": [("?", ("?",))],
    "keys.quit": [("escape q", ("escape", "q"))],
}  # fmt: skip

WHOLE: list[Any] = ["", "ten", "1.5", 1.5, True, "-1", None, [], {}]
STEPS: list[Any] = ["0m", "13h", "1d", "m", "-5m", "1.5m", "1m;2m", True, ["1m", "soon"], ["1"] * 11, {"a": 1}]
SHARES: list[Any] = ["", "much", 0.69, 1, "1.0", True, "nan", "inf", None, []]
KEYS: list[Any] = ["", [], "ctrl-c", "ctrl-z", "ctrl-1", "pageup", [" "], ["\n"], ["ab"], "shift-a"]
BAD: dict[str, list[Any]] = {
    "new_per_day": [*WHOLE, 10_000],
    "reviews_per_day": [*WHOLE, 100_000],
    "minutes_per_day": [*WHOLE, 1441],
    "desired_retention": SHARES,
    **{f"retention.{one.slug}": SHARES for one in Principle},
    "learning_steps": STEPS,
    "relearning_steps": STEPS,
    "rollover_hour": [*WHOLE, 24],
    "time_zone": ["", "Berlin", "Europe", "../etc/passwd", 5, "Europe/Berlin "],
    "duel": ["", "maybe", "y", 1, 0, None, []],
    "level": ["", "junior", "sde3", "sde1 sde2", True, None, ["sde1"]],
    "key_set": ["", "vi", "hjkl ", None, True, ["hjkl"]],
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


@pytest.mark.slow
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
    others = {other for other in OPTIONS if value_of(Config(), other) != value_of(changed, other)} - {name}
    followers = {
        "key_set": {f"keys.{action}" for action in KEY_SETS["hjkl"]},
        "desired_retention": {f"retention.{one.slug}" for one in Principle},
    }
    assert others == followers.get(name, set())


def in_file(text: str, name: str) -> Any:
    """What stands for an option in the text of a file."""
    value = tomllib.loads(text)
    for part in name.split("."):
        value = value[part]
    return value


@pytest.mark.parametrize("name", OPTIONS)
def test_a_default_written_down_means_the_default(name: str) -> None:
    text = rewrite("", name, OPTIONS[name].show(value_of(Config(), name)))
    changed = with_value(Config(), name, in_file(text, name))
    assert [value_of(Config(), other) for other in OPTIONS] == [value_of(changed, other) for other in OPTIONS]


@pytest.mark.parametrize(("name", "case"), pairs(GOOD))
def test_a_value_comes_back_from_the_file_as_it_was_set(tmp_path: Path, name: str, case: tuple[Any, Any]) -> None:
    config = with_value(Config(), name, case[0])
    text = rewrite(MINE_ALONE, name, OPTIONS[name].show(value_of(config, name)))
    assert text.startswith(MINE_ALONE)
    assert config == load_config(written(tmp_path, text))
    assert text == rewrite(text, name, OPTIONS[name].show(value_of(config, name)))
    assert Config() == load_config(written(tmp_path, rewrite(text, name, None)))


MINE_ALONE = "# mine\n"


@given(st.lists(st.integers(1, 43_200), max_size=10).map(tuple))
def test_steps_are_shown_as_they_can_be_written(steps: tuple[int, ...]) -> None:
    assert steps == with_value(Config(), "learning_steps", show_steps(steps)).learning_steps


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("new_pr_day", "new_per_day"),
        ("desired-retention", "desired_retention"),
        ("keys.agin", "keys.again"),
        ("keyset", "key_set"),
        ("minutes", "minutes_per_day"),
        ("keys.supsend", "keys.suspend"),
        ("retention.earn-trst", "retention.earn-trust"),
        ("retention.trust", "retention.earn-trust"),
        ("earn-trust", "retention.earn-trust"),
    ],
)
def test_an_unknown_option_names_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f'there is no option "{name}"') as caught:
        with_value(Config(), name, "1")
    assert f"The nearest is {nearest}; lpdeck config lists all." == caught.value.advice


# Keys


@pytest.mark.parametrize("key_set", KEY_SETS)
def test_the_keys_of_a_ready_set_mean_one_thing_each(key_set: str) -> None:
    check_keys(with_value(Config(), "key_set", key_set))


def test_every_action_has_keys_and_a_meaning() -> None:
    assert set(KEY_ACTIONS) == set(KEY_MEANINGS)
    assert all(KEY_ACTIONS.values())
    assert all(keys and set(keys) <= set(KEY_ACTIONS) for keys in KEY_SETS.values() if keys)


def test_every_key_of_a_ready_set_can_be_written_by_a_learner() -> None:
    for keys in (KEY_ACTIONS, *KEY_SETS.values()):
        for action, names in keys.items():
            assert names == with_value(Config(), f"keys.{action}", list(names)).keys[action]


def test_a_ready_set_changes_what_it_names_and_leaves_the_rest() -> None:
    config = with_value(Config(), "key_set", "hjkl")
    assert ["h", "j", "k", "l"] == [config.keys[action][0] for action in ("again", "hard", "good", "easy")]
    named = KEY_SETS["hjkl"]
    assert {**KEY_ACTIONS, **named} == dict(config.keys)
    assert {"undo", "quit", "help", "reveal"}.isdisjoint(named)


def test_keys_of_the_learner_stand_over_those_of_a_set_whichever_was_set_first() -> None:
    first = with_value(with_value(Config(), "keys.good", "x"), "key_set", "hjkl")
    last = with_value(with_value(Config(), "key_set", "hjkl"), "keys.good", "x")
    assert first == last
    assert (("x",), ("l", "4")) == (first.keys["good"], first.keys["easy"])
    check_keys(first)


CONFLICTS = {
    ("keys.easy", "g", "default"): ("g", "good", "easy"),
    ("keys.bury", "space", "default"): ("space", "reveal", "bury"),
    ("keys.note", "j", "hjkl"): ("j", "hard", "note"),
    ("keys.skip", "k", "hjkl"): ("k", "good", "skip"),
}


@pytest.mark.parametrize("case", CONFLICTS)
def test_a_key_that_means_two_things_is_refused_and_both_are_named(case: tuple[str, str, str]) -> None:
    name, key, key_set = case
    key, first, second = CONFLICTS[case]
    with pytest.raises(ConfigError) as caught:
        check_keys(with_value(with_value(Config(), "key_set", key_set), name, key))
    assert f'the key "{key}" means both {first} and {second}' == caught.value.what
    assert f"Give {first} another key first: lpdeck config set keys.{first} KEY" == caught.value.advice


def test_the_same_key_twice_for_one_action_is_no_conflict() -> None:
    check_keys(with_value(Config(), "keys.easy", "x x"))


def test_a_key_freed_by_a_set_may_be_given_to_another_action() -> None:
    check_keys(with_value(with_value(Config(), "key_set", "hjkl"), "keys.hard", "2 g"))


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
    config = load_config(written(tmp_path, 'new_per_day = 3\nlearning_steps = ["1m"]\n[keys]\neasy = ["x"]\n'))
    assert (3, (60,), ("x",), 200) == (
        config.new_per_day,
        config.learning_steps,
        config.keys["easy"],
        config.reviews_per_day,
    )


def test_a_principle_has_the_general_retention_until_it_is_given_its_own(tmp_path: Path) -> None:
    text = "[retention]\nearn-trust = 0.95\n[keys]\nflag = ['x']\n"
    config = load_config(written(tmp_path, f"desired_retention = 0.8\n{text}"))
    assert {"earn-trust": 0.95} == config.retentions
    assert (0.95, 0.8) == (value_of(config, "retention.earn-trust"), value_of(config, "retention.ownership"))
    assert (0.8, (("earn-trust", 0.95),)) == (config.scheduler.desired_retention, config.scheduler.retentions)
    assert config == load_config(
        written(tmp_path, f'desired_retention = 0.8\nkeys.flag = ["x"]\n{text.split("[keys]")[0]}')
    )


FILES = {
    "new_per_day = ": "Invalid value (at end of document)",
    "new_per_day = -1": 'new_per_day: "-1" does not fit',
    "new_per_dya = 1": 'there is no option "new_per_dya"',
    "keys = 5": "keys is no table",
    "[keys]\nagain = []": 'keys.again: "[]" does not fit',
    "[keys]\nagain = ['g']": 'the key "g" means both again and good',
    "key_set = 'hjkl'\nkeys.note = ['l']": 'the key "l" means both easy and note',
    "retention = 0.9": "retention is no table",
    "[retention]\nearn-trust = 1.5": 'retention.earn-trust: "1.5" does not fit',
    "[retention]\ntrust = 0.9": 'there is no option "retention.trust"',
    "duel = 1": 'duel: "1" does not fit',
    "level = 'staff'": 'level: "staff" does not fit',
    "[deeper]\nnew_per_day = 1": 'there is no option "deeper"',
    "interviews = 5": "interviews is no table",
    "[interviews]\na = 2026-12-10": "interviews.a is no table",
    "[interviews.a]\nminutes = 5": "interviews.a has no date",
    "[interviews.a]\ndate = '10.12.2026'": 'interviews.a: "10.12.2026" is no date',
    "[interviews.a]\ndate = 2026-12-10T09:00:00": 'interviews.a: "2026-12-10 09:00:00" is no date',
    "[interviews.a]\ndate = 2026-12-10\nday = 1": 'interviews.a: there is no "day"',
    "[interviews.a]\ndate = 2026-12-10\nminutes = 1441": 'interviews.a.minutes: "1441" does not fit',
    "[interviews.a]\ndate = 2026-12-10\nminutes = true": 'interviews.a.minutes: "True" does not fit',
    "[interviews.a]\ndate = 2026-12-10\nnew = -1": 'interviews.a.new: "-1" does not fit',
    "[interviews.a]\ndate = 2026-12-10\nlevel = 'staff'": 'interviews.a.level: "staff" does not fit',
}


@pytest.mark.parametrize("text", FILES)
def test_what_is_wrong_with_a_file_names_the_file(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert f"{path}: {FILES[text]}" == caught.value.what


@pytest.mark.parametrize(("text", "expected"), [("duel = true", True), ("duel = false", False), ("duel = 'no'", False)])
def test_a_switch_is_a_boolean_of_the_file_or_a_word(tmp_path: Path, text: str, expected: bool) -> None:
    assert expected is load_config(written(tmp_path, text)).duel


def test_a_ready_set_stands_in_the_file_before_or_after_the_keys_over_it(tmp_path: Path) -> None:
    before = load_config(written(tmp_path, "key_set = 'hjkl'\n[keys]\nnote = ['x']\n"))
    after = load_config(written(tmp_path, "keys.note = ['x']\nkey_set = 'hjkl'\n"))
    assert before == after
    assert (("h", "1"), ("x",)) == (before.keys["again"], before.keys["note"])


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml: the options can not be read"):
        load_config(path)
    path.rmdir()
    path.write_bytes(b"time_zone = '\xff'")
    with pytest.raises(ConfigError, match=r"config\.toml: the file is not UTF-8") as caught:
        load_config(path)
    assert "Save it as UTF-8, or move it away." == caught.value.advice


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


# Rewriting interviews

DECEMBER = study_day(date(2026, 12, 10))

LOOPS = """\
# mine
new_per_day = 3   # a slow start

# both loops
[interviews.near] # by train
date = 2026-12-01 # a Tuesday
new = 4 # few

# the big one
[interviews."far away"]
date = 2026-12-02
minutes = 30

# hands
[keys] # one hand
easy = ["x"] # left
"""


def changed(text: str, name: str, interview: Interview | None) -> dict[str, Any]:
    """What a file means once one interview is written or taken out."""
    meant = tomllib.loads(text)
    interviews = meant.pop("interviews", {})
    interviews.pop(name, None)
    if interview is not None:
        interviews[name] = interview.table
    return {**meant, "interviews": interviews} if interviews else meant


@pytest.mark.parametrize("name", ["near", "far away"])
def test_an_interview_is_changed_in_its_place_and_every_comment_stays(name: str) -> None:
    interview = Interview(name, DECEMBER, 25, "senior", 2)
    text = rewrite_interview(LOOPS, name, interview)
    assert changed(LOOPS, name, interview) == tomllib.loads(text)
    kept = [line for line in LOOPS.splitlines() if "=" not in line or "#" in line]
    assert [line.partition("#")[2] for line in kept] == [
        line.partition("#")[2] for line in text.splitlines() if "=" not in line or "#" in line
    ]
    assert text == rewrite_interview(text, name, interview)


def test_what_an_interview_no_longer_says_is_taken_out() -> None:
    text = rewrite_interview(LOOPS, "near", Interview("near", DECEMBER))
    expected = LOOPS.replace("2026-12-01 #", "2026-12-10 #").replace("new = 4 # few\n", 'minutes = 20\nlevel = "all"\n')
    assert expected == text


def test_a_new_interview_stands_at_the_end_and_nothing_else_is_touched() -> None:
    text = rewrite_interview(LOOPS, "next", Interview("next", DECEMBER))
    assert f'{LOOPS}\n[interviews.next]\ndate = 2026-12-10\nminutes = 20\nlevel = "all"\n' == text
    assert LOOPS == rewrite_interview(text, "next", None)


def test_an_interview_taken_out_leaves_the_comments_around_it() -> None:
    block = "[interviews.near] # by train\ndate = 2026-12-01 # a Tuesday\nnew = 4 # few\n"
    assert LOOPS.replace(block, "") == rewrite_interview(LOOPS, "near", None)
    assert LOOPS == rewrite_interview(LOOPS, "nobody", None)
    assert "" == rewrite_interview("", "nobody", None)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a comment\n",
        "new_per_day = 3",
        LOOPS,
        "new_per_day = 3\r\n\r\n[interviews.a]\r\ndate = 2026-12-01\r\n",
        "[interviews.a]\ndate = 2026-12-01\n[keys]\neasy = ['x']\n[interviews.b]\ndate = 2026-12-02\n",
        "interviews.a.date = 2026-12-01 # mine\ninterviews.b.date = 2026-12-02\n[keys]\neasy = ['x']\n",
        "interviews = { a = { date = 2026-12-01, new = 3 }, b = { date = 2026-12-02 } }\n[keys]\neasy = ['x']\n",
        "[interviews]\na = { date = 2026-12-01, new = 3 }\n[keys]\neasy = ['x']\n",
        "[interviews]\na.date = 2026-12-01\na.new = 3\nb.date = 2026-12-02\n",
        " [ interviews . 'a' ]\n  date = '2026-12-01'\n\n\n[retention]\nearn-trust = 0.9\n",
        "[interviews.a]\ndate = 2026-12-01",
    ],
)
@pytest.mark.parametrize("name", ["a", "b", "near", "x.y", 'a "b"', "größe 面接", "it's", "[a]", "# a", "a\\b"])
def test_an_interview_of_any_name_is_written_into_any_file(tmp_path: Path, text: str, name: str) -> None:
    for interview in (Interview(name, DECEMBER, 25, "sde1", 0), Interview(name, DECEMBER)):
        put = rewrite_interview(text, name, interview)
        assert changed(text, name, interview) == tomllib.loads(put)
        assert interview in load_config(written(tmp_path, put)).interviews
        out = rewrite_interview(put, name, None)
        assert changed(text, name, None) == tomllib.loads(out)
        comments = [line for line in text.splitlines() if line.startswith("#")]
        assert comments == [line for line in out.splitlines() if line.startswith("#")]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12))
def test_whatever_an_interview_is_called_it_comes_and_goes_without_a_trace(name: str) -> None:
    put = rewrite_interview(LOOPS, name, Interview(name, DECEMBER))
    assert changed(LOOPS, name, Interview(name, DECEMBER)) == tomllib.loads(put)
    if name not in ("near", "far away"):
        assert LOOPS == rewrite_interview(put, name, None)


def test_the_plan_of_a_day_is_for_the_nearest_interview_that_is_not_over(tmp_path: Path) -> None:
    text = "".join(
        f"[interviews.{name}]\ndate = {day}\n"
        for name, day in (("c", "2026-12-20"), ("b", "2026-12-10"), ("a", "2026-12-10"))
    )
    config = load_config(written(tmp_path, text))
    assert ["a", "b", "c"] == [one.name for one in config.interviews]
    named = [config.plan_on(StudyDay(DECEMBER + days)) for days in (-500, 0, 1, 10, 11)]
    assert ["a", "a", "c", "c", None] == [one and one.name for one in named]
    assert Config().plan_on(DECEMBER) is None


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


def test_a_byte_order_mark_and_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbfnew_per_day = 5\r\n")
    assert 5 == load_config(path).new_per_day
