from __future__ import annotations

from collections.abc import Callable

import pytest

from homes import basic, query, with_cards
from lpdeck.config import OPTIONS, load_config
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .drills import DUEL
from .running import Terminal, snapshot

Opens = Callable[..., Terminal]

WRITTEN = """\
# my options
new_per_day = 3  # not too many

[keys]
# left hand only
good = ["d"]
"""


def written(home: Home, text: str = WRITTEN) -> None:
    home.path.mkdir(exist_ok=True)
    home.config.write_text(text)


def test_every_option_is_listed_with_value_and_meaning(lpdeck: Lpdeck, home: Home) -> None:
    listed = lpdeck("config").out
    for option in OPTIONS.values():
        if not option.name.startswith("retention."):
            assert option.name in listed
            assert option.meaning in listed
    assert not home.path.exists()


def test_of_the_retentions_of_principles_those_that_are_set_are_listed_and_how_to_set_one(
    lpdeck: Lpdeck, home: Home
) -> None:
    none = lpdeck("config").out
    hint = "A principle may want a retention of its own: lpdeck config set retention.customer-obsession 0.95"
    assert hint == none.splitlines()[-1]
    assert 1 == none.count("retention.")
    lpdeck("config", "set", "retention.earn-trust", "0.92")
    (line,) = (line for line in lpdeck("config").out.splitlines() if line.startswith("retention."))
    assert ["retention.earn-trust", "0.92", "the", "same", "for", "cards", "about", "Earn", "Trust"] == line.split()
    written(home, "[retention]\n" + "".join(f"{one.slug} = 0.8\n" for one in Principle))
    full = lpdeck("config").out
    assert len(Principle) == full.count("\nretention.")
    assert "A principle may" not in full


def test_the_retention_of_a_principle_is_set_and_unset_and_comments_stay(lpdeck: Lpdeck, home: Home) -> None:
    text = "# mine\ndesired_retention = 0.85\n\n[retention]\n# the hard one\nearn-trust = 0.9 # for now\n"
    written(home, text)
    lpdeck("config", "set", "retention.earn-trust", "0.95")
    assert text.replace("0.9 #", "0.95 #") == home.config.read_text()
    lpdeck("config", "set", "retention.dive-deep", "0.8")
    assert (0.95, 0.8, 0.85) == tuple(
        lpdeck("config", "get", f"retention.{slug}", "--json").json for slug in ("earn-trust", "dive-deep", "ownership")
    )
    assert "retention.earn-trust = 0.85\n" == lpdeck("config", "unset", "retention.earn-trust").out
    assert all(comment in home.config.read_text() for comment in ("# mine", "# the hard one"))
    assert {"dive-deep": 0.8} == load_config(home.config).retentions


def test_json_lists_every_option(lpdeck: Lpdeck, home: Home) -> None:
    written(home)
    listed = lpdeck("config", "--json").json
    assert list(OPTIONS) == list(listed)
    assert (3, ["d"], ["1m", "10m"]) == (listed["new_per_day"], listed["keys.good"], listed["learning_steps"])


@pytest.mark.parametrize(
    ("name", "words", "shown", "value"),
    [
        ("new_per_day", ["20"], "20", 20),
        ("new_per_day", ["0"], "0", 0),
        ("reviews_per_day", ["50"], "50", 50),
        ("desired_retention", ["0.85"], "0.85", 0.85),
        ("retention.earn-trust", ["0.95"], "0.95", 0.95),
        ("learning_steps", ["30s", "5m", "1h"], "30s 5m 1h", ["30s", "5m", "1h"]),
        ("learning_steps", ["2,20"], "2m 20m", ["2m", "20m"]),
        ("relearning_steps", [""], "", []),
        ("rollover_hour", ["0"], "0", 0),
        ("time_zone", ["Europe/Berlin"], "Europe/Berlin", "Europe/Berlin"),
        ("keys.easy", ["4", "z"], "4 z", ["4", "z"]),
        ("duel", ["no"], "no", False),
        ("duel", ["on"], "yes", True),
        ("level", ["SDE2"], "sde2", "sde2"),
        ("key_set", ["hjkl"], "hjkl", "hjkl"),
        ("minutes_per_day", ["15"], "15", 15),
        ("keys.flag", ["x"], "x", ["x"]),
    ],
)
@pytest.mark.slow
def test_what_is_set_is_what_is_got(
    lpdeck: Lpdeck, home: Home, name: str, words: list[str], shown: str, value: object
) -> None:
    done = lpdeck("config", "set", name, *words)
    assert (0, f"{name} = {shown}\n") == (done.code, done.out)
    assert f"{shown}\n" == lpdeck("config", "get", name).out
    assert value == lpdeck("config", "get", name, "--json").json
    assert 0 == lpdeck("due").code


def test_unset_gives_the_default_back(lpdeck: Lpdeck, home: Home) -> None:
    written(home)
    assert "10\n" == lpdeck("config", "unset", "new_per_day").out.partition("= ")[2]
    assert 0 == lpdeck("config", "unset", "keys.good").code
    assert 0 == lpdeck("config", "unset", "rollover_hour").code
    assert (10, ["3", "g"]) == (
        lpdeck("config", "get", "new_per_day", "--json").json,
        lpdeck("config", "get", "keys.good", "--json").json,
    )


def test_comments_and_order_survive(lpdeck: Lpdeck, home: Home) -> None:
    written(home)
    lpdeck("config", "set", "new_per_day", "5")
    assert home.config.read_text() == WRITTEN.replace("= 3", "= 5")
    lpdeck("config", "set", "rollover_hour", "5")
    lpdeck("config", "set", "keys.easy", "x")
    text = home.config.read_text()
    assert all(comment in text for comment in ("# my options", "# not too many", "# left hand only"))
    values = lpdeck("config", "--json").json
    assert (5, 5, ["d"], ["x"]) == tuple(
        values[name] for name in ("new_per_day", "rollover_hour", "keys.good", "keys.easy")
    )


def test_setting_what_is_set_changes_no_byte(lpdeck: Lpdeck, home: Home) -> None:
    written(home)
    lpdeck("config", "set", "new_per_day", "3")
    assert home.config.read_text() == WRITTEN


@pytest.mark.parametrize("command", [("get",), ("unset",), ("set",)])
@pytest.mark.parametrize(
    ("unknown", "near"),
    [("new_per_dy", "new_per_day"), ("keys.esay", "keys.easy"), ("retention.trust", "retention.earn-trust")],
)
def test_an_unknown_key_is_named_with_the_nearest(
    lpdeck: Lpdeck, home: Home, command: tuple[str, ...], unknown: str, near: str
) -> None:
    written(home)
    before = snapshot(home.path)
    done = lpdeck("config", *command, unknown, *(["1"] if command == ("set",) else []))
    assert (2, "") == (done.code, done.out)
    assert f'"{unknown}"' in done.err
    assert near in done.err
    assert before == snapshot(home.path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("new_per_day", "-1"),
        ("new_per_day", "many"),
        ("new_per_day", "1.5"),
        ("new_per_day", ""),
        ("desired_retention", "1"),
        ("desired_retention", "nan"),
        ("retention.earn-trust", "0.5"),
        ("learning_steps", "13h"),
        ("learning_steps", "0m"),
        ("learning_steps", "1d"),
        ("rollover_hour", "24"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("keys.again", ""),
        ("keys.again", "ctrl-c"),
        ("keys.again", "enterr"),
        ("keys.again", "3"),
        ("duel", "maybe"),
        ("level", "sde3"),
        ("key_set", "emacs"),
        ("minutes_per_day", "1441"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_fits(lpdeck: Lpdeck, home: Home, name: str, value: str) -> None:
    written(home, "# mine\n")
    before = snapshot(home.path)
    done = lpdeck("config", "set", "--", name, value)
    assert (2, "") == (done.code, done.out)
    assert name.removeprefix("keys.") in done.err
    assert 2 == len(done.err.splitlines())
    assert before == snapshot(home.path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("new_per_day = = 3\n", ["line 1"]),
        ("new_per_day = 'x'\n", ["new_per_day"]),
        ("nwe_per_day = 3\n", ["nwe_per_day", "new_per_day"]),
        ("[keys]\ngood = ['1']\n", ['"1"', "again", "good"]),
        ("keys = 3\n", ["keys"]),
        ("time_zone = 'Mars'\n", ["time_zone", "Mars"]),
        ("[new_per_day]\nx = 1\n", ["new_per_day"]),
        ("[keys.good]\nx = 1\n", ["keys.good"]),
    ],
)
@pytest.mark.parametrize(
    "command", [(), ("review",), ("progress",), ("config",), ("config", "set", "new_per_day", "4")]
)
def test_a_broken_file_stops_every_command_that_needs_it(
    lpdeck: Lpdeck, home: Home, text: str, names: list[str], command: tuple[str, ...]
) -> None:
    with_cards(home, basic("one"))
    written(home, text)
    before = snapshot(home.path)
    done = lpdeck(*command)
    assert (2, "") == (done.code, done.out)
    assert str(home.config) in done.err
    assert all(name in done.err for name in names)
    assert "Traceback" not in done.err
    assert before == snapshot(home.path)


def test_a_broken_file_that_is_no_text_is_named(lpdeck: Lpdeck, home: Home) -> None:
    home.path.mkdir()
    home.config.write_bytes(b"\xff\xfe\x00")
    assert 2 == lpdeck("due").code
    assert str(home.config) in lpdeck("due").err


# What options do


def test_new_per_day_holds_for_the_day_and_not_for_the_sitting(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *(basic(f"card-{number}") for number in range(6)))
    lpdeck("config", "set", "new_per_day", "3")
    assert "3\n" == lpdeck("due", "--count").out
    lpdeck("review", stdin="\n4\n\n4\nq\n")
    assert "1\n" == lpdeck("due", "--count").out
    lpdeck("review", stdin="\n4\n")
    assert "0\n" == lpdeck("due", "--count").out


def test_learning_steps_are_those_of_the_review(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    lpdeck("config", "set", "learning_steps", "5m", "2h")
    out = lpdeck("review", stdin="\n1\nq\n").out
    assert "again 5m" in out
    assert [(-300,)] == query(home, "SELECT interval FROM event")


def test_without_learning_steps_every_answer_gives_days(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one"))
    lpdeck("config", "set", "learning_steps", "")
    lpdeck("review", stdin="\n3\nq\n")
    assert query(home, "SELECT interval FROM event")[0][0] > 0


def test_desired_retention_moves_intervals(lpdeck: Lpdeck, home: Home) -> None:
    given = []
    for retention in ("0.75", "0.97"):
        with_cards(home, basic("one"))
        lpdeck("config", "set", "desired_retention", retention)
        lpdeck("review", stdin="\n4\n")
        given.append(query(home, "SELECT interval FROM event")[0][0])
    assert given[0] > given[1]


@pytest.mark.slow
def test_changed_keys_work_in_a_review_and_are_shown(terminal: Opens, lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", "What is 1?"), basic("two", "What is 2?"))
    lpdeck("config", "set", "keys.good", "g")
    lpdeck("config", "set", "keys.reveal", "z")
    lpdeck("config", "set", "keys.quit", "ctrl-x")
    learner = terminal("review")
    learner.see("What is 1?", "z show")
    learner.press(" \rq")
    learner.settle()
    assert "good" not in learner.text
    learner.press("z")
    learner.see("g good")
    learner.press("3")
    learner.settle()
    assert [] == query(home, "SELECT rating FROM event")
    learner.press("g")
    learner.see("What is 2?")
    assert [(3,)] == query(home, "SELECT rating FROM event")
    learner.press("\x18")
    assert 0 == learner.end()


# Ready sets of keys


def test_a_ready_set_changes_keys_and_leaves_the_learners_own_on_top(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("config", "set", "keys.good", "x")
    assert "key_set = hjkl\n" == lpdeck("config", "set", "key_set", "hjkl").out
    keys = lpdeck("config", "--json").json
    assert (["h", "1"], ["x"], ["l", "4"]) == (keys["keys.again"], keys["keys.good"], keys["keys.easy"])
    assert "key_set = default\n" == lpdeck("config", "unset", "key_set").out
    assert (["1", "a"], ["x"]) == tuple(lpdeck("config", "--json").json[f"keys.{name}"] for name in ("again", "good"))


@pytest.mark.parametrize(
    ("words", "key", "both"),
    [
        (("keys.flag", "e"), "e", ("flag", "edit")),
        (("keys.note", "space"), "space", ("note", "reveal")),
        (("keys.again", "U"), "U", ("again", "undo")),
        (("key_set", "hjkl"), "j", ("hard", "suspend")),
    ],
)
def test_a_conflict_of_keys_names_the_key_and_both_meanings(
    lpdeck: Lpdeck, home: Home, words: tuple[str, ...], key: str, both: tuple[str, str]
) -> None:
    written(home, '[keys]\nsuspend = ["j"]\n' if words[0] == "key_set" else "# mine\n")
    before = snapshot(home.path)
    done = lpdeck("config", "set", *words)
    assert (2, "") == (done.code, done.out)
    assert f'the key "{key}" means both' in done.err
    assert all(meaning in done.err for meaning in both)
    assert "lpdeck config set keys." in done.err
    assert before == snapshot(home.path)


def test_without_duels_a_follow_up_is_asked_openly(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, DUEL)
    assert "Which answer would you give?" in lpdeck("review", stdin="\nq\n").out
    assert "duel = no\n" == lpdeck("config", "set", "duel", "no").out
    done = lpdeck("review", stdin="\nq\n").out
    assert "Which answer" not in done
    assert "It cost us four days" in done
