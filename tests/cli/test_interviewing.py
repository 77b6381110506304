"""`lpdeck interview`: setting, listing and taking back dates, and what is refused."""

from __future__ import annotations

import time
import tomllib
from datetime import date

import pytest
from rich.cells import cell_len

from homes import basic, with_cards
from lpdeck.cli.interviewing import FARTHEST, listed
from lpdeck.config import Config, load_config
from lpdeck.days import StudyDay, date_of, study_day
from lpdeck.home import Home
from lpdeck.interviews import Interview

from .conftest import Lpdeck
from .running import process, snapshot

DAY = study_day(date(2026, 12, 10))


def today() -> StudyDay:
    return Config().calendar.day_of(time.time_ns() // 1_000_000)


def ahead(days: int) -> str:
    """The date so many days from today, as a learner writes it."""
    return date_of(StudyDay(today() + days)).isoformat()


def words(days: int) -> str:
    day = date.fromisoformat(ahead(days))
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def written(home: Home, text: str) -> None:
    home.path.mkdir(exist_ok=True)
    home.config.write_text(text)


# Setting


def test_an_interview_is_set_told_and_kept(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("interview", "set", ahead(19))
    assert (0, f"interview  {words(19)}, in 19 days, 20 minutes a day\n") == (done.code, done.out)
    assert "The plan holds from now on: lpdeck plan shows it.\n" == done.err
    table = {"date": date.fromisoformat(ahead(19)), "minutes": 20, "level": "all"}
    assert {"interviews": {"interview": table}} == tomllib.loads(home.config.read_text())
    assert done.out == lpdeck("interview").out


def test_all_that_is_said_of_an_interview_is_kept(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("interview", "set", ahead(1), "--name", "onsite", "--minutes", 1, "--level", "Senior", "--new", 3)
    said = f"onsite {words(1)}, tomorrow, 1 minute a day, level senior, at most 3 new a day"
    assert said == " ".join(done.out.split())
    assert (Interview("onsite", StudyDay(today() + 1), 1, "senior", 3),) == load_config(home.config).interviews


def test_what_is_not_said_again_stays(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("interview", "set", ahead(9), "--minutes", 35, "--level", "sde2", "--new", 0)
    lpdeck("interview", "set", ahead(12), "--minutes", 40)
    assert (Interview("interview", StudyDay(today() + 12), 40, "sde2", 0),) == load_config(home.config).interviews


def test_of_several_interviews_the_nearest_is_planned_first(lpdeck: Lpdeck, home: Home) -> None:
    assert "The plan holds from now on" in lpdeck("interview", "set", ahead(30), "--name", "later").err
    assert "The plan holds from now on" in lpdeck("interview", "set", ahead(5), "--name", "sooner").err
    said = "First the plan is for “sooner”, in 5 days; then for this one.\n"
    assert said == lpdeck("interview", "set", ahead(40), "--name", "last").err
    assert said == lpdeck("interview", "set", ahead(29), "--name", "later").err
    assert ["sooner", "later", "last"] == [line.split()[0] for line in lpdeck("interview").out.splitlines()]
    assert "sooner" == lpdeck("plan", "--json").json["interview"]["name"]


def test_an_interview_may_be_today(lpdeck: Lpdeck, home: Home) -> None:
    assert f"interview  {words(0)}, today, 20 minutes a day\n" == lpdeck("interview", "set", ahead(0)).out


@pytest.mark.parametrize(
    "name",
    [
        "a.b",
        'the "big" one',
        "größe 面接",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("on site", "[x]", "don't", "x" * 40, "#1")),
    ],
)
def test_an_interview_has_any_name_a_person_writes(lpdeck: Lpdeck, home: Home, name: str) -> None:
    written(home, "# mine\nnew_per_day = 3 # few\n")
    assert 0 == lpdeck("interview", "set", ahead(3), "--name", name).code
    assert [name] == [one["name"] for one in lpdeck("interview", "--json").json]
    assert name in lpdeck("interview").out
    assert f"{name} removed\n" == lpdeck("interview", "remove", name).out
    assert "# mine\nnew_per_day = 3 # few\n" == home.config.read_text()


COMMENTED = """\
# my options
new_per_day = 3   # few

# two loops
[interviews.onsite] # in Seattle
date = 2099-12-10 # a Thursday
minutes = 30

# left hand
[keys]
good = ["d"] # near
"""


def test_comments_and_other_tables_survive(lpdeck: Lpdeck, home: Home) -> None:
    written(home, COMMENTED)
    lpdeck("interview", "set", ahead(7), "--name", "onsite")
    changed = COMMENTED.replace("2099-12-10", ahead(7)).replace("= 30\n", '= 30\nlevel = "all"\n')
    assert changed == home.config.read_text()
    lpdeck("interview", "set", ahead(9), "--name", "other")
    added = f'\n[interviews.other]\ndate = {ahead(9)}\nminutes = 20\nlevel = "all"\n'
    assert changed + added == home.config.read_text()
    lpdeck("interview", "remove", "other")
    assert changed == home.config.read_text()
    lpdeck("interview", "remove")
    text = home.config.read_text()
    assert all(comment in text for comment in ("# my options", "# few", "# two loops", "# left hand", "# near"))
    assert {"new_per_day": 3, "keys": {"good": ["d"]}} == tomllib.loads(text)


def test_setting_what_is_set_changes_no_byte(lpdeck: Lpdeck, home: Home) -> None:
    written(home, COMMENTED.replace("2099-12-10", ahead(7)).replace("= 30\n", '= 30\nlevel = "all"\n'))
    before = snapshot(home.path)
    lpdeck("interview", "set", ahead(7), "--name", "onsite")
    lpdeck("interview")
    home.decks.rmdir()
    assert before == snapshot(home.path)


@pytest.mark.parametrize(
    ("arguments", "what", "advice"),
    [
        (("soon",), '"soon" is no date', "Write the day as 2026-12-10. Nothing was changed."),
        (("2026-13-01",), '"2026-13-01" is no date', "Write the day as 2026-12-10. Nothing was changed."),
        (("10.12.2026",), '"10.12.2026" is no date', "Write the day as 2026-12-10. Nothing was changed."),
        (("",), '"" is no date', "Write the day as 2026-12-10. Nothing was changed."),
        ((ahead(-1),), f"{ahead(-1)} is over", "Write a day that is still ahead. Nothing was changed."),
        (("0001-01-01",), "0001-01-01 is over", "Write a day that is still ahead. Nothing was changed."),
        (
            (ahead(FARTHEST + 1),),
            f"{ahead(FARTHEST + 1)} is more than a year ahead",
            "Write a nearer day. Nothing was changed.",
        ),
        (
            (ahead(2), "--level", "staff"),
            'level: "staff" does not fit',
            "Write all, sde1, sde2 or senior. Nothing was changed.",
        ),
        ((ahead(2), "--minutes", "0"), "Invalid value for '--minutes': 0 is not in the range 1<=x<=1440.", ""),
        ((ahead(2), "--minutes", "1441"), "Invalid value for '--minutes': 1441 is not in the range 1<=x<=1440.", ""),
        ((ahead(2), "--minutes", "ten"), "Invalid value for '--minutes': 'ten' is not a valid int range.", ""),
        ((ahead(2), "--new", "-1"), "Invalid value for '--new': -1 is not in the range 0<=x<=9999.", ""),
        ((), "Missing argument 'DATE'.", ""),
        (
            (ahead(2), "--name", ""),
            "'' is no name for an interview",
            "Write up to 40 letters, such as onsite. Nothing was changed.",
        ),
        (
            (ahead(2), "--name", "a\tb"),
            "'a\\tb' is no name for an interview",
            "Write up to 40 letters, such as onsite. Nothing was changed.",
        ),
        (
            (ahead(2), "--name", "x" * 41),
            f"'{'x' * 41}' is no name for an interview",
            "Write up to 40 letters, such as onsite. Nothing was changed.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(
    lpdeck: Lpdeck, home: Home, arguments: tuple[str, ...], what: str, advice: str
) -> None:
    written(home, COMMENTED)
    before = snapshot(home.path)
    done = lpdeck("interview", "set", *arguments)
    advice = advice or "lpdeck interview set --help says more."
    assert (2, "", f"lpdeck: {what}\n{advice}\n") == (done.code, done.out, done.err)
    assert before == snapshot(home.path)


def test_a_misspelt_command_is_refused_with_the_nearest(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("interview", "lst")
    assert (2, "") == (done.code, done.out)
    assert "No such command 'lst'. Did you mean 'set'?" in done.err


# Listing and removing


def test_without_interviews_the_list_is_empty_and_says_how_to_set_one(lpdeck: Lpdeck, home: Home) -> None:
    done = lpdeck("interview")
    hint = "No interview is set: lpdeck interview set 2026-12-10\n"
    assert (0, "", hint) == (done.code, done.out, done.err)
    assert [] == lpdeck("interview", "--json").json
    assert not home.path.exists()


def test_json_has_the_same_keys_for_every_interview(lpdeck: Lpdeck, home: Home) -> None:
    first = lpdeck("interview", "set", ahead(3), "--json").json
    second = lpdeck("interview", "set", ahead(30), "--name", "b", "--new", 4, "--level", "sde1", "--json").json
    told = [
        {"name": "interview", "date": ahead(3), "minutes": 20, "level": "all", "new": None, "days": 3},
        {"name": "b", "date": ahead(30), "minutes": 20, "level": "sde1", "new": 4, "days": 30},
    ]
    assert told == [first, second] == lpdeck("interview", "--json").json


def test_an_interview_that_is_over_stays_in_the_list_until_it_is_removed(lpdeck: Lpdeck, home: Home) -> None:
    written(home, f"[interviews.first]\ndate = {ahead(-3)}\n\n[interviews.next]\ndate = {ahead(3)}\n")
    assert f"first  {words(-3)}, over, 20 minutes a day" == lpdeck("interview").out.splitlines()[0]
    assert [-3, 3] == [one["days"] for one in lpdeck("interview", "--json").json]
    assert {"removed": "first"} == lpdeck("interview", "remove", "first", "--json").json
    assert ["next"] == [one["name"] for one in lpdeck("interview", "--json").json]


def test_removing_the_only_interview_needs_no_name(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("interview", "set", ahead(3), "--name", "onsite")
    done = lpdeck("interview", "remove")
    assert (0, "onsite removed\n", "") == (done.code, done.out, done.err)
    assert "" == home.config.read_text()


@pytest.mark.parametrize(
    ("names", "arguments", "what", "advice"),
    [
        ("", (), "no interview is set", "There is nothing to remove."),
        ("", ("onsite",), "no interview is set", "There is nothing to remove."),
        ("ab", (), "there are 2 interviews", "Name the one to remove: a, b."),
        ("ab", ("c",), 'there is no interview "c"', "There is: a, b. Nothing was changed."),
    ],
)
def test_what_can_not_be_removed_is_told(
    lpdeck: Lpdeck, home: Home, names: str, arguments: tuple[str, ...], what: str, advice: str
) -> None:
    written(home, "".join(f"[interviews.{name}]\ndate = {ahead(3)}\n" for name in names))
    before = snapshot(home.path)
    done = lpdeck("interview", "remove", *arguments)
    assert (2, "", f"lpdeck: {what}\n{advice}\n") == (done.code, done.out, done.err)
    assert before == snapshot(home.path)


@pytest.mark.parametrize(
    "command",
    [
        ("interview",),
        (),
        *(
            pytest.param(command, marks=pytest.mark.slow)
            for command in (("interview", "remove"), ("plan",), ("due",), ("review",))
        ),
    ],
)
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("interviews = 3\n", "interviews is no table"),
        ("[interviews]\nx = 3\n", "interviews.x is no table"),
        ("[interviews.x]\nminutes = 3\n", "interviews.x has no date"),
        ('[interviews.x]\ndate = "soon"\n', 'interviews.x: "soon" is no date'),
        ("[interviews.x]\ndate = 2026-12-10\nminuts = 3\n", 'interviews.x: there is no "minuts"'),
        ("[interviews.x]\ndate = 2026-12-10\nminutes = 0\n", 'interviews.x.minutes: "0" does not fit'),
        ("[interviews.x]\ndate = 2026-12-10\nnew = 1.5\n", 'interviews.x.new: "1.5" does not fit'),
        ('[interviews.x]\ndate = 2026-12-10\nlevel = "staff"\n', 'interviews.x.level: "staff" does not fit'),
    ],
)
def test_a_table_written_wrong_stops_every_command_with_its_place(
    lpdeck: Lpdeck, home: Home, command: tuple[str, ...], text: str, what: str
) -> None:
    written(home, text)
    before = snapshot(home.path)
    done = lpdeck(*command)
    assert (2, "", f"lpdeck: {home.config}: {what}") == (done.code, done.out, done.err.splitlines()[0])
    assert 2 == len(done.err.splitlines())
    assert before == snapshot(home.path)


# Drawn at any width

SEVERAL = [
    Interview("interview", DAY),
    Interview("größe 面接 with a rather long name", DAY, 1, "senior", 1234),
    Interview("b", StudyDay(DAY - 99), 1440, "sde1", 0),
]


def test_no_line_is_wider_than_the_terminal_and_none_loses_a_word() -> None:
    for width in range(40, 201, 4):
        lines = listed(SEVERAL, StudyDay(DAY - 1), width)
        assert [] == [line for line in lines if cell_len(line) > width], width
        assert " ".join(listed(SEVERAL, StudyDay(DAY - 1), 200)).split() == " ".join(lines).split()


def test_columns_stand_below_each_other_also_behind_wide_letters() -> None:
    lines = listed(SEVERAL, StudyDay(DAY - 1), 200)
    days = ("Thursday 10", "Thursday 10", "Wednesday 2")
    assert 1 == len({cell_len(line[: line.index(day)]) for line, day in zip(lines, days, strict=True)})


def test_a_name_written_by_hand_can_not_steer_the_terminal(lpdeck: Lpdeck, home: Home) -> None:
    written(home, f'[interviews."\\u001b[31mred"]\ndate = {ahead(3)}\n')
    with_cards(home, basic("one"))
    for command in (("interview",), (), ("plan",)):
        assert "\x1b" not in lpdeck(*command).out
    written(home, f'[interviews."\\u001b[31mred"]\ndate = {ahead(-3)}\n')
    assert "\x1b" not in lpdeck("plan").out


@pytest.mark.slow
def test_a_process_sets_what_another_one_reads(home: Home) -> None:
    assert 0 == process(home, "interview", "set", ahead(4), "--name", "onsite").code
    assert "onsite" in process(home, "interview").out
    assert 2 == process(home, "interview", "set", ahead(-4)).code
