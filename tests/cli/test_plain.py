from __future__ import annotations

import re
from pathlib import Path

import pytest

from homes import basic, query, quiz, with_cards
from lpdeck.config import KEY_ACTIONS
from lpdeck.events import FLAGS
from lpdeck.home import Home

from .conftest import Lpdeck
from .drills import (
    BASIC,
    CHECKLIST,
    DUEL,
    EVERY,
    HUNT,
    LAMP,
    PHRASES,
    STAGE,
    deck_text,
    details,
    editor,
    letter_of,
    rows,
)
from .test_reviewing import fronts

# Boxes, rules, cursors and colours: what a screen reader stumbles over or leaves out.
SIGHTED = re.compile(r"[\u2500-\u259f›▸]|\[[ x]\]|\x1b")


def first(home: Home, lpdeck: Lpdeck) -> str:
    """The front of the first card, as plain text has it."""
    return lpdeck("review", "--plain", stdin="q\n").out


# Drills


@pytest.mark.parametrize("card", EVERY, ids=lambda card: card.id)
def test_a_drill_reads_well_aloud(lpdeck: Lpdeck, home: Home, card: object) -> None:
    with_cards(home, card)
    done = lpdeck("review", stdin="\n\n2\n")
    assert (0, "") == (done.code, done.err)
    assert [] == SIGHTED.findall(done.out)
    for line in done.out.splitlines():
        if line.strip().startswith(("✓", "✗", "!")):
            assert re.search(r"named|missed|found|harmless|You chose", line), line


def test_a_wrong_option_is_told_with_the_words_of_the_right_one(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, quiz("where", ["SQS and Lambda", "one EC2 host"], "SQS and Lambda"))
    wrong = letter_of(first(home, lpdeck), "one EC2 host")
    done = lpdeck("review", stdin=f"{wrong}\nq\n")
    assert "Wrong; right is: SQS and Lambda\n" in done.out
    assert "1 again <1m, Enter gives again <1m" in done.out


def test_an_option_that_was_not_known_was_not_wrong(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, LAMP)
    done = lpdeck("review", stdin="\n\n")
    assert "Right is: green\n" in done.out
    assert "Wrong" not in done.out
    assert [("answer", "lamp", 1)] == rows(home)


def test_a_duel_line_by_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, DUEL)
    asked = lpdeck("review", stdin="\nq\n").out
    assert "Which answer would you give?" in asked
    assert "a or b chooses" in asked
    assert not re.search(r"\b(weak|strong)\b", asked)
    weak = letter_of(asked, "It was not")
    done = lpdeck("review", stdin=f"\n{weak.upper()}\n\n").out
    assert "You chose the weak answer." in done
    assert "Enter gives again" in done
    assert ([("answer", "duel", 1)], "weak") == (rows(home), details(home)[0]["duel"])


def test_a_weak_answer_line_by_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, HUNT)
    done = lpdeck("review", stdin="2, 3\nhard\ny\nq\n")
    assert "Numbers such as 2 5 mark" in done.out
    assert all(words in done.out for words in ("2 found", "3 harmless", "4 missed", "Enter gives again"))
    assert f"“{PHRASES[1]}”" in done.out
    assert 'kind = "disqualifier"' in deck_text(home)
    assert PHRASES[1] in deck_text(home).split('kind = "disqualifier"')[1]
    assert [("answer", "hunt", 2)] == rows(home)


def test_only_what_a_hunt_overlooked_is_explained(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, HUNT)
    answer = lpdeck("review", stdin="2\nhard\nn\nq\n").out.split("4 missed")[1].split("No owner")[0]
    assert PHRASES[0] not in answer
    assert PHRASES[1] in answer


@pytest.mark.parametrize("wrong", ["0", "5", "2 x", "-1", "²"])
def test_a_number_that_no_sentence_has_is_asked_again(lpdeck: Lpdeck, home: Home, wrong: str) -> None:
    with_cards(home, HUNT)
    done = lpdeck("review", stdin=f"{wrong}\nq\n")
    assert 2 == done.out.count("Numbers such as")
    assert "means nothing here" in done.out
    assert "Answer:" not in done.out


def test_a_stage_line_by_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, STAGE)
    done = lpdeck("review", stdin="\nall\n\nq\n")
    assert "In 60 seconds." in done.out
    assert "Which of these did you say?" in done.out
    assert "2 of 2 signals" in done.out
    assert "Enter gives good" in done.out
    assert [("answer", "stage", 3)] == rows(home)


def test_a_checklist_line_by_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, CHECKLIST)
    done = lpdeck("review", stdin="\n1 3\n\nq\n")
    assert "Numbers such as 1 3, all, or Enter for none" in done.out
    assert "named   Count first" in done.out
    assert "missed  Tell the depot" in done.out
    assert "Enter gives hard" in done.out
    assert [("answer", "checklist", 2)] == rows(home)


def test_points_that_a_typed_answer_names_are_offered(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, CHECKLIST)
    done = lpdeck("review", stdin="t\ntell the depot, then count first\n\n3\nq\n")
    assert "Enter takes 1 2" in done.out
    assert 2 == details(home)[0]["ticked"]


def test_a_typed_answer_line_by_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, BASIC)
    done = lpdeck("review", stdin="t\nthe side that shouts\n\n3\nq\n")
    assert "Your answer:" in done.out
    assert "[shouts]" in done.out
    assert "words found; what differs is in [brackets]" in done.out
    assert 2 == done.out.count("1 again")
    assert [("answer", "basic", 3)] == rows(home)


# Asides


def test_words_do_what_keys_do(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(4))
    done = lpdeck("review", stdin="suspend\nbury\nUndo\nredo\nskip\ninfo\nquit\n")
    assert (0, "") == (done.code, done.err)
    assert ["1", "2", "3", "2", "3", "4"] == re.findall(r"What is (\d)\?", done.out)[:6]
    assert "suspended: lpdeck resume brings it back" in done.out
    assert "took back: bury" in done.out
    assert "did again: bury" in done.out
    assert "new: never answered" in done.out
    assert ["suspend", "bury", "undo", "redo"] == [kind for kind, _, _ in rows(home)]


def test_a_flag_takes_its_colour(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    done = lpdeck("review", stdin="flag\nflag mauve\nflag RED\nf none\nF blue\nq\n")
    assert 2 == done.out.count(f"Write flag and a colour: {', '.join(FLAGS)} or none.")
    assert "No principle · basic · red flag (1 new)" in done.out
    assert [("blue",)] == query(home, "SELECT flag FROM schedule")


def test_a_note_takes_its_words(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    lpdeck("review", stdin="note my  words, “quoted” 語\nq\n")
    assert 'note = "my  words, “quoted” 語"' in deck_text(home)
    assert "my  words" in re.sub(r"note +", "", lpdeck("review", stdin="\nq\n").out).replace("my words", "my  words")


def test_a_note_without_words_is_asked_for_and_never_erased_by_an_empty_line(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, basic("one", note="precious"))
    for line in ("n\n\nq\n", "note\n", "note\n\n"):
        assert "Your note" in lpdeck("review", stdin=line).out
        assert 'note = "precious"' in deck_text(home)
    lpdeck("review", stdin="n\nnew words\nq\n")
    assert 'note = "new words"' in deck_text(home)
    lpdeck("review", stdin="note none\nq\n")
    assert "note" not in deck_text(home)


def test_an_edit_shows_the_new_words(
    lpdeck: Lpdeck, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cards(home, *fronts(1))
    monkeypatch.setenv("EDITOR", editor(tmp_path, "sed -i 's/What is/What was/' \"$FILE\""))
    done = lpdeck("review", stdin="edit\nq\n")
    assert ["What is 1?", "What was 1?"] == re.findall(r"What \w+ 1\?", done.out)


def test_a_question_mark_says_every_word_and_key(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    done = lpdeck("review", stdin="?\nq\n")
    assert all(f"or {action}: " in done.out for action in KEY_ACTIONS)
    assert all(colour in done.out for colour in FLAGS)


def test_a_word_that_means_nothing_is_said_back(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    assert "“dance” means nothing here." in lpdeck("review", stdin="dance\nq\n").out


# The end of the input


@pytest.mark.parametrize(
    ("card", "lines"),
    [
        (LAMP, ""),
        (LAMP, "a\n"),
        (DUEL, "\n"),
        (DUEL, "\na\n"),
        (HUNT, "2\n"),
        (STAGE, "\n"),
        (STAGE, "\n1\n"),
        (CHECKLIST, "\n\n"),
        (BASIC, "t\n"),
        (BASIC, "t\nthe side\n"),
        (BASIC, "n\n"),
        (BASIC, "flag\n"),
    ],
)
@pytest.mark.slow
def test_the_end_of_the_input_in_any_step_stores_nothing(lpdeck: Lpdeck, home: Home, card: object, lines: str) -> None:
    with_cards(home, card)
    before = deck_text(home)
    done = lpdeck("review", stdin=lines)
    assert (0, "") == (done.code, done.err)
    assert "yours" not in done.out or "the side" in done.out
    assert ([], before) == (rows(home), deck_text(home))


def test_the_end_of_the_input_after_a_rating_keeps_it(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, HUNT)
    before = deck_text(home)
    assert 0 == lpdeck("review", stdin="2\n2\n").code
    assert [("answer", "hunt", 2)] == rows(home)
    assert before == deck_text(home)


def test_a_last_line_without_its_end_counts(lpdeck: Lpdeck, home: Home) -> None:
    with_cards(home, *fronts(1))
    lpdeck("review", stdin="\n4")
    assert [("answer", "card-1", 4)] == rows(home)
