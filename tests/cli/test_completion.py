from __future__ import annotations

from collections.abc import Callable

import pytest

from homes import basic, indexed, put_deck, quiz, with_cards
from lpdeck.cli import run
from lpdeck.cli.completion import complete_filter
from lpdeck.config import OPTIONS
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck
from .running import process, snapshot

Offered = Callable[[str], list[str]]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offered:
    """What Bash is offered for a line whose last word is being typed; in this process, which takes a tenth."""

    def offer(line: str) -> list[str]:
        monkeypatch.setenv("_LPDECK_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run([])
        out, err = capsys.readouterr()
        assert (0, "") == (ended.value.code, err)
        return out.split()

    return offer


@pytest.fixture
def filled(home: Home) -> Home:
    with_cards(home, basic("deck/basic-aaaaaa"), basic("deck/basic-bbbbbb"))
    put_deck(home, "trust", quiz("trust/quiz-cccccc", ["red", "green"], "red"))
    indexed(home)
    return home


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lpdeck re", ["redo", "rename", "reset", "restore", "resume", "review"]),
        ("lpdeck import --principle d", ["deliver-results", "dive-deep"]),
        ("lpdeck cards --principle earn", ["earn-trust"]),
        ("lpdeck import --deck t", ["trust"]),
        ("lpdeck rename ", ["deck", "trust"]),
        ("lpdeck check d", ["deck"]),
        ("lpdeck cards --kind s", ["stage"]),
        ("lpdeck show ", ["deck/basic-aaaaaa", "deck/basic-bbbbbb", "trust/quiz-cccccc"]),
        ("lpdeck edit deck/basic-b", ["deck/basic-bbbbbb"]),
        ("lpdeck delete deck", ["deck"]),
        ("lpdeck delete trust/", ["trust/quiz-cccccc"]),
        ("lpdeck config set rev", ["reviews_per_day"]),
        ("lpdeck config get keys.ea", ["keys.easy"]),
        ("lpdeck config get keys.e", ["keys.easy", "keys.edit"]),
        ("lpdeck stats --chart re", ["retention", "retrievability", "reviews"]),
        ("lpdeck show nothing", []),
    ],
)
def test_a_tab_offers_what_fits(offered: Offered, filled: Home, line: str, expected: list[str]) -> None:
    assert expected == sorted(offered(line))


# Bash breaks words at colons, so of `kind:q` only what is behind the colon is completed; other shells keep it whole.
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lpdeck cards ki", ["kind:"]),
        ("lpdeck cards kind : q", ["quiz"]),
        ("lpdeck cards -is : susp", ["suspended"]),
        ("lpdeck cards kind : quiz is : susp", ["suspended"]),
        ("lpdeck cards kind : quiz prin", ["principle:"]),
        ("lpdeck cards deck : t", ["trust"]),
        ("lpdeck suspend level : s", ["sde1", "sde2", "senior"]),
        ("lpdeck cards nothing : x", []),
    ],
)
def test_what_bash_breaks_at_colons_is_put_together(
    filled: Home, monkeypatch: pytest.MonkeyPatch, line: str, expected: list[str]
) -> None:
    words = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    assert sorted(expected) == sorted(complete_filter(words[-1]))


def test_a_colon_just_typed_offers_all_that_may_follow(filled: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "lpdeck cards kind :")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert {"quiz", "stage", "basic"} <= set(complete_filter(":"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("kind:q", ["kind:quiz"]),
        ("-is:susp", ["-is:suspended"]),
        ("deck:t", ["deck:trust"]),
        ("nothing:", []),
        ("prin", ["principle:"]),
    ],
)
def test_whole_words_are_offered_where_the_shell_keeps_them(filled: Home, typed: str, expected: list[str]) -> None:
    assert expected == complete_filter(typed)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lpdeck cards kind : q", ["quiz"]),
        ("lpdeck suspend kind : quiz is : su", ["suspended"]),
        ("lpdeck flag t", ["turquoise"]),
        ("lpdeck flag red princ", ["principle:"]),
        ("lpdeck review fl", ["flag:"]),
    ],
)
def test_bash_completes_filters_and_flags(offered: Offered, filled: Home, line: str, expected: list[str]) -> None:
    assert expected == offered(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lpdeck interview remove ", ["onsite", "phone"]),
        ("lpdeck interview remove on", ["onsite"]),
        ("lpdeck interview set 2026-12-10 --name p", ["phone"]),
        ("lpdeck interview set 2026-12-10 --name x", []),
        ("lpdeck interview ", ["remove", "set"]),
        ("lpdeck pla", ["plan"]),
    ],
)
@pytest.mark.slow
def test_names_of_interviews_are_offered(offered: Offered, filled: Home, line: str, expected: list[str]) -> None:
    filled.config.write_text("[interviews.phone]\ndate = 2026-12-01\n[interviews.onsite]\ndate = 2026-12-10\n")
    assert expected == sorted(offered(line))


@pytest.mark.parametrize("text", ["", "interviews = 5\n", "[interviews.a]\n", "= = =\n"])
def test_a_tab_over_wrong_interviews_offers_none(offered: Offered, filled: Home, text: str) -> None:
    filled.config.write_text(text)
    assert [] == offered("lpdeck interview remove ")


@pytest.mark.slow
def test_a_process_completes_the_same_way(filled: Home) -> None:
    done = process(filled, _LPDECK_COMPLETE="complete_bash", COMP_WORDS="lpdeck cards kind : q", COMP_CWORD="4")
    assert (0, "quiz\n", "") == (done.code, done.out, done.err)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.slow
def test_shells_that_keep_colons_get_whole_words(filled: Home, shell: str) -> None:
    done = process(
        filled,
        _LPDECK_COMPLETE=f"complete_{shell}",
        _TYPER_COMPLETE_ARGS="lpdeck cards kind:q",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
    )
    assert (0, "") == (done.code, done.err)
    assert "kind:quiz" in done.out.replace("\\", "")
    assert "stage" not in done.out


def test_a_tab_over_flags_and_filters_makes_no_home(home: Home) -> None:
    assert ["kind:"] == complete_filter("ki")
    assert [] == complete_filter("deck:x")
    assert not home.path.exists()


def test_all_principles_and_options_are_offered(offered: Offered, filled: Home) -> None:
    assert {one.slug for one in Principle} == set(offered("lpdeck cards --principle "))
    assert set(OPTIONS) == set(offered("lpdeck config set "))


def test_a_tab_makes_no_home(offered: Offered, home: Home) -> None:
    assert [] == offered("lpdeck show ")
    assert not home.path.exists()


def test_a_tab_over_a_broken_database_offers_nothing(offered: Offered, filled: Home) -> None:
    filled.database.write_bytes(b"this is no database, not even nearly" * 100)
    before = snapshot(filled.path)
    assert [] == offered("lpdeck show ")
    assert before == snapshot(filled.path)


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed(lpdeck: Lpdeck, home: Home, shell: str) -> None:
    done = process(home, _LPDECK_COMPLETE=f"source_{shell}")
    assert 0 == done.code
    assert "_LPDECK_COMPLETE" in done.out
