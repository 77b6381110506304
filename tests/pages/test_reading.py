"""The readers as a whole: truth beside input, accidents that change nothing, and what holds for any text."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from accidents import HARMLESS
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.errors import PageError
from lpdeck.pages import as_json, read_page
from lpdeck.walkthrough import Reading

DATA = Path(__file__).parents[1] / "data" / "pages"
PAGES = ("greenhouse", "night-bus", "library-index", "promise", "wrong-number")
DEFECTS = sorted(path.stem for path in (DATA / "defects").glob("*.txt"))

_LABELS = (
    "⏱ Target: 30s", "S", "Strong Example", '"a phrase""another"', "💡 Coaching", "Common Mistake", "SDE2 Reflection",
    "Why did you?", "Probes: depth", "❌ Weak", "Strong", "Weak Answer", "• said aloud", "Bar Raiser Thinks", "🧠",
    "Which phrase is best?", "Ownership", "Emphasize", "Downplay", "SDE 1", "Reflection: I learned.", "Bar High.",
    "Keep to 2 minutes.", "Practice", "(1/2)", "1. Which one?", "easy", "A. One", "B. Two", "Solution", "Hint: think",
    "Common Mistakes:", "Share", "", "  ", "I did it. I measured it.", "not a sentence", "In this scenario, it ends.",
    "A Title - Amazon LP STAR Walkthrough", "Scenario Overview", "Sample Answer", "Key Points to Cover",
    "1. One. 2. Two.",
)  # fmt: skip
lines_of_pages = st.lists(st.one_of(st.sampled_from(_LABELS), st.text(max_size=40)), max_size=60).map("\n".join)


def text_of(name: str) -> str:
    return (DATA / f"{name}.txt").read_text(encoding="utf-8")


def truth_of(name: str) -> Any:
    """What a page says before anything is concluded from it."""
    truth = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    truth["principles"] = []
    for item in truth.get("quiz", []):
        item["answer"] = None
        item["options"] = item["options"] if item["difficulty"] else []
    return truth


def read(text: str) -> Any:
    return as_json(read_page(text).content)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_as_its_truth_says_and_nothing_remains(name: str) -> None:
    reading = read_page(text_of(name))
    assert truth_of(name) == as_json(reading.content)
    assert () == reading.problems
    assert () == reading.repairs


@pytest.mark.parametrize("name", DEFECTS)
def test_a_page_with_a_defect_keeps_what_is_there(name: str) -> None:
    assert truth_of(f"defects/{name}") == read(text_of(f"defects/{name}"))


@pytest.mark.parametrize("name", PAGES)
def test_the_keys_come_in_the_order_of_the_truth(name: str) -> None:
    assert json.dumps(truth_of(name)) == json.dumps(read(text_of(name)))


@pytest.mark.parametrize("accident", HARMLESS)
@pytest.mark.parametrize("name", PAGES)
def test_an_accident_changes_nothing_in_what_a_page_says(name: str, accident: str) -> None:
    rng = random.Random(f"{name} {accident}")
    damaged = HARMLESS[accident](text_of(name), rng)
    expected, actual = truth_of(name), read(damaged)
    assert _plain(expected) == _plain(actual)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", PAGES)
def test_accidents_that_come_together_change_nothing(name: str, seed: int) -> None:
    rng = random.Random(f"{name} {seed}")
    text = text_of(name)
    layouts = ("without_blank_lines", "noise", "section_twice", "other_options")
    labels = ("shouted_labels", "colons", "colons_inline", "doubled_labels", "undecorated")
    encodings = ("mojibake", "mojibake_with_losses", "greek_decoration", "curly_quotes")
    for accident in (rng.choice(labels), rng.choice(layouts), rng.choice(encodings), "windows_line_ends"):
        if accident == "noise":
            text = HARMLESS["noise_between_lines"](text, rng) if "Strong Example:" not in text else text
        else:
            text = HARMLESS[accident](text, rng)
    assert _plain(truth_of(name)) == _plain(read(text))


def _plain(value: Any) -> Any:
    """Values without the differences that quotes and paragraph breaks make."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, str):
        return value
    text = value.translate(str.maketrans("“”‘’", "\"\"''"))
    return " ".join(text.split())


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_cut_page_says_the_beginning_of_what_the_whole_page_says(name: str) -> None:
    text = text_of(name)
    known = {_plain(leaf) for leaf in _leaves(truth_of(name))}
    for end in range(300, len(text), 97):
        cut = [_plain(leaf).strip('"') for leaf in _leaves(read(text[:end]))]
        strange = [leaf for leaf in cut if not any(whole.strip('"').startswith(leaf) for whole in known)]
        assert [] == strange[1:], text[end - 60 : end]


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    return [value] if isinstance(value, str) else []


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_any_line_may_come_twice(name: str) -> None:
    lines = text_of(name).split("\n")
    for at in range(0, len(lines), 3):
        assert truth_of(name) == read("\n".join([*lines[: at + 1], *lines[at:]])), lines[at]


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("noise", ["Share", "Weekly challenge"])
def test_a_link_below_any_line_is_known_or_reported_and_never_taken_for_text(name: str, noise: str) -> None:
    lines = text_of(name).split("\n")
    for at in range(0, len(lines), 5):
        reading = read_page("\n".join([*lines[: at + 1], noise, *lines[at + 1 :]]))
        assert truth_of(name) == as_json(reading.content), lines[at]
        assert [at + 2] * (noise != "Share") == [problem.line for problem in reading.problems]


def _check(text: str) -> None:
    try:
        reading = read_page(text)
    except PageError:
        return
    _check_account(text, reading)
    json.dumps(as_json(reading.content)).encode()


def _check_account(text: str, reading: Reading) -> None:
    coverage = reading.coverage
    assert coverage.lines == coverage.used + coverage.navigation + coverage.not_understood
    assert coverage.not_understood == len(reading.problems)
    assert min(coverage.used, coverage.navigation) >= 0
    numbers = [problem.line for problem in reading.problems]
    assert sorted(set(numbers)) == numbers
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert all(1 <= number <= len(rows) for number in numbers)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    _check(text)


@given(lines_of_pages)
def test_every_line_of_any_page_is_accounted_for(text: str) -> None:
    _check("A Story - Amazon LP STAR Walkthrough\n" + text)
    _check("Why Interviewers Ask This\nBecause.\nKey Points to Cover\n- One\n" + text)


@given(st.randoms(use_true_random=False), st.sampled_from(PAGES))
def test_a_shuffled_page_is_accounted_for(rng: random.Random, name: str) -> None:
    lines = text_of(name).split("\n")
    rng.shuffle(lines)
    _check("\n".join(lines))


RUBBISH: dict[str, tuple[str, str]] = {
    "one word": ("", "x"),
    "blank lines": ("", "\n"),
    "a label in one line": ("", "Target "),
    "headings": ("", "Ownership\n"),
    "numbers and options": ("", "1. one\nA. two\n"),
    "numbers": ("", "1. one\n"),
    "quotes in one line": ("", '"a""'),
    "rows of phrases": ("", '"a""b"\n'),
    "breadcrumbs": ("", "a b > "),
    "half an emoji": ("", "ðŸ"),
    "half a Greek emoji": ("", "β€"),
    "lines of broken emoji": ("", "π Ÿ\n"),
    "entities": ("", "&amp;"),
    "buttons": ("", "Share\n"),
    "levels and follow-ups": ("", "SDE 1\nWeak\nProbes: " + "why " * 10 + "\n"),
    "accents": ("", "é"),
    "words": ("", "word\n"),
    "one strong answer": ("Strong\n", "I did one thing.\n"),
    "one weak answer": ("Weak Answer\n", "• I did one thing.\n"),
}
SMALL = 6_000


@pytest.mark.slow
@pytest.mark.parametrize("name", RUBBISH)
def test_four_times_the_rubbish_takes_no_more_than_ten_times_as_long(name: str) -> None:
    """A pattern or a search that looks back over the page would take sixteen times as long, or for ever."""
    head, line = RUBBISH[name]
    page = text_of("ownership")
    ordinary = _seconds(page)
    for title in ("", "A Story - Amazon LP STAR Walkthrough\n"):
        small, large = (title + head + line * (size // len(line)) for size in (SMALL, 4 * SMALL))
        assert _seconds(large) <= 10 * max(_seconds(small), ordinary)


def _seconds(text: str) -> float:
    """The shortest of two readings, on the processor."""

    def once() -> float:
        began = time.process_time()
        _check(text)
        return time.process_time() - began

    return min(once(), once())


def test_an_empty_page_is_refused_with_advice() -> None:
    with pytest.raises(PageError) as error:
        read_page(" \r\n\t\ufeff\n")
    assert "The page is empty." == error.value.what


def test_a_page_of_neither_kind_is_refused() -> None:
    with pytest.raises(PageError, match="neither"):
        read_page("Dear all,\nthe lift is out of order.\n")


def test_a_page_of_both_kinds_is_refused() -> None:
    with pytest.raises(PageError, match="Give each page its own file"):
        read_page(text_of("greenhouse") + text_of("promise"))


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        (
            "greenhouse",
            {"stages", "reflections", "follow_ups", "weak_answer", "quiz", "reframings", "levels"},
        ),
        ("night-bus", {"stages", "reflections", "follow_ups", "weak_answer", "reframings"}),
        (
            "library-index",
            {"stages", "reflections", "follow_ups", "weak_answer", "quiz", "reframings", "levels"},
        ),
        ("promise", {"how_to_answer", "key_points", "sample_answer", "mistakes"}),
    ],
)
def test_sections_whose_end_was_seen_are_whole(name: str, whole: set[str]) -> None:
    assert whole == read_page(text_of(name)).whole


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_the_section_in_which_a_page_was_cut_is_not_whole(name: str) -> None:
    text = text_of(name)
    full = truth_of(name)
    for end in range(400, len(text) - 40, 83):
        try:
            reading = read_page(text[:end])
        except PageError:
            continue
        read_so_far = as_json(reading.content)
        lists = {key for key in reading.whole if isinstance(full[key], list)}
        shorter = {key for key in lists if len(read_so_far[key]) < len(full[key])}
        assert set() == shorter, text[end - 60 : end]


def test_a_problem_within_a_section_leaves_it_not_whole() -> None:
    text = text_of("greenhouse").replace("• the values seemed fine", "the values seemed fine")
    assert "weak_answer" not in read_page(text).whole


def test_a_label_that_stands_on_its_line_a_thousand_times_is_read() -> None:
    page = f"A Story - Amazon LP STAR Walkthrough\nScenario Overview\nWe ran a depot.\nWeak Answer\n{'Weak:' * 1000}\n"
    assert "We ran a depot." == read_page(page).content.scenario
