from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from homes import NOON, TODAY, change, query, quiz, with_cards
from lpdeck.cli.confusing import SHOWN, told
from lpdeck.cli.rendering import Painter
from lpdeck.confusions import Confusion, Confusions
from lpdeck.home import Home
from lpdeck.principles import Principle

from .conftest import Lpdeck

BIAS, OWNER = "Bias for Action", "Ownership"
PAIR = Confusion(OWNER, BIAS, 4, 9, ("a/1", "a/2"), ("ownership", "bias-for-action"), None, True)
PLAIN = Confusion("Called the vendor", "Read the log", 3, 5, ("b/1",), ("dive-deep",), "What came first?", True)
ACTION = quiz("deck/action", (OWNER, BIAS, "Earn Trust"), BIAS, principles=("bias-for-action",))
BEES = quiz("deck/bees", ("ant", "bee"), "bee", principles=("dive-deep",))


def _answered(home: Home, *answers: tuple[str, str | None, bool]) -> None:
    """Puts answers (card, option, right) in the log."""
    ((device,),) = query(home, "SELECT id FROM device WHERE here = 1")
    columns = "id, batch, at_ms, study_day, device, kind, card, detail"
    for number, (card, option, right) in enumerate(answers):
        name, detail = f"{number:032}", json.dumps({"option": option, "right": right})
        values = (name, name, NOON, TODAY, device, "answer", card, detail)
        change(home, f"INSERT INTO event ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def _told(
    between: Sequence[Confusion] = (), questions: Sequence[Confusion] = (), *, width: int = 80, colour: bool = False
) -> list[str]:
    return told(Confusions(list(between), list(questions), 42), Painter(width, colour))


def test_a_learner_reads_what_was_taken_for_what_and_how_often(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, ACTION, BEES)
    wrong, right, given_up = ("deck/action", OWNER, False), ("deck/action", BIAS, True), ("deck/action", None, False)
    _answered(home, wrong, wrong, right, given_up, ("deck/bees", "ant", False))
    done = lpdeck("confusions")
    assert [
        "Principles",
        "Ownership taken for Bias for Action   2 of 4",
        "",
        "Questions",
        "deck/bees?   1 of 1",
        "  taken  ant",
        "  right  bee",
        "  Dive Deep · deck/bees",
        "",
        "5 quiz answers counted.",
    ] == done.out.splitlines()
    assert (0, "") == (done.code, done.err)


def test_json_tells_everything(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, ACTION, BEES)
    _answered(home, ("deck/action", OWNER, False), ("deck/bees", "wasp", False), ("deck/bees", "bee", True))
    between = {"ids": ["deck/action"], "question": None, "taken": OWNER, "right": BIAS, "count": 1, "of": 1}
    single = {"ids": ["deck/bees"], "question": "deck/bees?", "taken": "wasp", "right": "bee", "count": 1, "of": 2}
    assert {
        "answers": 3,
        "principles": [{**between, "principles": ["ownership", "bias-for-action"], "offered": True}],
        "questions": [{**single, "principles": ["dive-deep"], "offered": False}],
    } == lpdeck("confusions", "--json").json


def test_without_a_wrong_option_the_learner_reads_how_many_answers_were_counted(lpdeck: Lpdeck, home: Home) -> None:
    assert "No wrong option taken yet. 0 quiz answers counted.\n" == lpdeck("confusions").out
    with_cards(home, BEES)
    _answered(home, ("deck/bees", "bee", True))
    assert "No wrong option taken yet. 1 quiz answer counted.\n" == lpdeck("confusions").out
    assert {"answers": 1, "principles": [], "questions": []} == lpdeck("confusions", "--json").json


def test_an_option_taken_in_a_sitting_is_told(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, BEES)
    shown = lpdeck("review", stdin="q\n").out
    (letter,) = (line.split()[0].strip(").") for line in shown.splitlines() if line.split()[1:] == ["ant"])
    lpdeck("review", stdin=f"{letter}\n1\nq\n")
    (found,) = lpdeck("confusions", "--json").json["questions"]
    assert ("ant", "bee", 1, 1) == (found["taken"], found["right"], found["count"], found["of"])


def test_an_option_that_is_gone_is_marked() -> None:
    gone = Confusion("wasp", "bee", 1, 2, ("b/1",), (), "Which one hums?", False)
    assert "  taken  wasp (no longer an option)" in _told([], [gone])
    pair = Confusion(OWNER, BIAS, 1, 3, ("a/1",), ("ownership", "bias-for-action"), None, False)
    assert "Ownership (no longer an option) taken for Bias for Action   1 of 3" in _told([pair])


def test_a_section_without_rows_is_left_out() -> None:
    assert ("Principles", False) == (_told([PAIR])[0], "Questions" in _told([PAIR]))
    assert ("Questions", False) == (_told([], [PLAIN])[0], "Principles" in _told([], [PLAIN]))


def test_long_sections_show_the_first_rows_and_say_where_the_others_are() -> None:
    lines = _told([PAIR] * (SHOWN + 2))
    assert SHOWN == sum(line.startswith(OWNER) for line in lines)
    assert "and 2 more: lpdeck confusions --json" in lines
    assert [] == [line for line in _told([PAIR] * SHOWN) if " more" in line]


def test_numbers_stand_in_one_column_beside_the_longest_row() -> None:
    longer = Confusion("Earn Trust", BIAS, 1, 1234, (), ("earn-trust", "bias-for-action"), None, True)
    _, *rows = _told([PAIR, longer], width=200)[:3]
    assert [
        "Ownership taken for Bias for Action        4 of 9",
        "Earn Trust taken for Bias for Action   1 of 1,234",
    ] == rows


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_longest_names_of_principles_are_told_in_full(width: int) -> None:
    taken, right = Principle.BROAD_RESPONSIBILITY, Principle.HAVE_BACKBONE
    pair = Confusion(taken.title, right.title, 11, 12, ("a/1",), (taken.slug, right.slug), None, True)
    lines = _told([pair], width=width)[1:-2]
    assert lines[0].endswith("   11 of 12")
    told_words = " ".join(lines).replace("11 of 12", "").split()
    assert f"{taken.title} taken for {right.title}".split() == told_words


WORDS = st.lists(st.sampled_from(["a", "of the", "Measured", "x" * 70, "日本語", "\x1b[2J", "two\nlines"]), min_size=1)
TEXTS = WORDS.map(" ".join)
ROWS = st.builds(
    Confusion,
    taken=TEXTS,
    right=TEXTS,
    count=st.integers(1, 99999),
    of=st.integers(1, 99999),
    cards=st.lists(TEXTS, min_size=1).map(tuple),
    principles=st.lists(st.sampled_from([one.slug for one in Principle]), max_size=3).map(tuple),
    question=TEXTS,
    offered=st.booleans(),
)


@given(st.lists(ROWS, max_size=4), st.integers(10, 200))
def test_no_line_is_wider_than_the_terminal_and_none_steers_it(rows: list[Confusion], width: int) -> None:
    lines = _told([], rows, width=width)
    assert [] == [line for line in lines if cell_len(line) > width or "\x1b" in line]


def test_colours_say_nothing_that_the_words_do_not_say() -> None:
    coloured = "\n".join(_told([PAIR], [PLAIN], colour=True))
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m"):
        coloured = coloured.replace(code, "")
    assert _told([PAIR], [PLAIN]) == coloured.split("\n")
