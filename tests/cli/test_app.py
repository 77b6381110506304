from __future__ import annotations

import pytest
import typer

from lpdeck import __version__
from lpdeck.cli.app import MODULES, app_for
from lpdeck.home import Home

from .conftest import Lpdeck
from .running import process

# Commands that change something and have nothing to print but what they did; and those whose output has a form.
CHANGING = {"review", "cram", "new", "edit", "rename", "delete", "add", "remove", "set", "unset"}
OF_A_FORM = {"export", "csv", "json", "markdown"}


def commands() -> dict[str, typer.core.TyperCommand]:
    """Every command of the app by its words, those of groups included."""
    app = typer.main.get_command(app_for(["--help"]))
    found = {}
    for name, command in app.commands.items():
        found[name] = command
        found.update({f"{name} {inner}": one for inner, one in getattr(command, "commands", {}).items()})
    return found


@pytest.mark.slow
def test_the_version_is_printed(home: Home) -> None:
    done = process(home, "--version")
    assert (0, f"lpdeck {__version__}\n", "") == (done.code, done.out, done.err)


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_the_commands_and_the_exit_codes(lpdeck: Lpdeck, home: Home, option: str) -> None:
    done = lpdeck(option)
    text = " ".join(done.out.split())
    assert (0, "") == (done.code, done.err)
    assert all(name in text for names in MODULES.values() for name in names)
    assert all(code in text for code in ("0 done", "1 something", "2 wrong usage", "3 no input", "4 the home", "130"))
    assert not home.path.exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", commands())
def test_every_command_explains_itself(lpdeck: Lpdeck, name: str) -> None:
    done = lpdeck(*name.split(), "--help")
    assert (0, "") == (done.code, done.err)
    assert commands()[name].help
    assert all(getattr(option, "help", "x") for option in commands()[name].params if "--" in str(option.opts[:1]))


def test_every_command_that_prints_data_has_json() -> None:
    without = {
        name.split()[-1]
        for name, command in commands().items()
        if not any("--json" in option.opts for option in command.params)
    }
    assert without == CHANGING | OF_A_FORM


def test_every_json_is_json(lpdeck: Lpdeck, starters: Home) -> None:
    for words in (
        (),
        ("due",),
        ("suspend", "kind:stage"),
        ("undo",),
        ("redo",),
        ("resume", "nothing-like-this"),
        ("flag", "red", "kind:stage"),
        ("confusions",),
        ("progress",),
        ("stats",),
        ("decks",),
        ("cards",),
        ("check",),
        ("config",),
        ("config", "get", "new_per_day"),
    ):
        done = lpdeck(*words, "--json")
        assert (0, "") == (done.code, done.err), words
        assert done.json is not None, words


@pytest.mark.parametrize("words", [("--home", "{}", "due"), ("due", "--home", "{}"), ("due", "--home={}", "--count")])
def test_home_may_stand_anywhere(lpdeck: Lpdeck, starters: Home, tmp_path: object, words: tuple[str, ...]) -> None:
    elsewhere = starters.path.parent / "elsewhere"
    starters.path.rename(elsewhere)
    done = lpdeck(*(word.format(elsewhere) for word in words))
    assert 0 == done.code
    assert "10" in done.out
    assert not starters.path.exists()


def test_a_home_is_the_learners_alone(lpdeck: Lpdeck, home: Home) -> None:
    lpdeck("review", stdin="q\n")
    assert [0o700, 0o700] == [path.stat().st_mode & 0o777 for path in (home.path, home.decks)]
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.path.rglob("*") if path.is_file())


def test_a_folder_of_another_language_is_no_obstacle(lpdeck: Lpdeck, starters: Home) -> None:
    other = starters.path.rename(starters.path.parent / "Übung – 練習 # ?")
    assert "10\n" == lpdeck("--home", other, "due", "--count").out
    assert 0 == lpdeck("--home", other, "decks").code
