"""The decks that travel with the program: made of their walkthroughs, whole, fair, and no two alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.cli import run
from lpdeck.deck.duplicates import near_equal
from lpdeck.deck.folder import load
from lpdeck.deck.turns import turns
from lpdeck.home import Home
from lpdeck.inference.quiz import answer
from lpdeck.pages import read_page
from lpdeck.principles import Principle
from lpdeck.shipped import shipped
from lpdeck.walkthrough import InterviewQuestion, QuizItem, Walkthrough

PAGES = sorted((shipped("decks") / "walkthroughs").glob("*.txt"))
DECKS = {path.stem: load(path) for path in sorted(shipped("decks").glob("*.toml"))}
CARDS = [card for file in DECKS.values() for card in file.deck.cards]
STORIES = [page for page in PAGES if not page.stem.startswith("question-")]
RIGHT = {card.fields["question"]: card.fields["answer"] for card in CARDS if card.fields.get("options")}
QUIZZES = [card for card in CARDS if card.fields.get("options")]

# Of each kind, what is read as the answer at one time. A weak answer's disqualifiers are found one by one.
ANSWERS = {
    "follow-up": ("strong", "key_line"),
    "disqualifier": ("why", "instead", "verdict"),
    "quiz": ("explanation",),
    "stage": ("example",),
    "reframing": ("lead", "emphasize", "downplay"),
    "level": ("focus", "reflection", "bar", "length"),
    "checklist": ("points",),
    "answer": ("answer",),
}


def _story(page: Path) -> Walkthrough:
    content = read_page(page.read_text(encoding="utf-8")).content
    assert isinstance(content, Walkthrough)
    return content


def _words(text: Any) -> int:
    return len(" ".join(text).split()) if isinstance(text, (list, tuple)) else len(str(text or "").split())


def _lines(path: Path) -> list[str]:
    """A deck file without the day on which it was made."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("when = ")]


def test_there_is_a_story_for_each_principle_and_two_interview_questions() -> None:
    wanted = {principle.slug for principle in Principle}
    assert wanted == {page.stem for page in STORIES}
    assert {"question-failure", "question-disagreement"} == {page.stem for page in PAGES} - wanted
    assert set(DECKS) == {page.stem for page in PAGES}
    assert all((name,) == DECKS[name].deck.principles for name in wanted)
    assert 600 <= len(CARDS) <= 800


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_importing_a_walkthrough_gives_its_deck_to_the_last_line(home: Home, page: Path) -> None:
    assert 0 == run(["import", str(page), "--deck", page.stem, "--strict"])
    assert _lines(shipped("decks") / f"{page.stem}.toml") == _lines(home.decks / f"{page.stem}.toml")


def test_nothing_in_the_decks_is_wrong_or_unfinished() -> None:
    assert [] == [(name, problem) for name, file in DECKS.items() for problem in file.problems]
    assert [] == [card.id for card in CARDS if card.draft or card.retired]
    assert len(CARDS) == len({card.id for card in CARDS})


def test_no_two_cards_ask_nearly_the_same() -> None:
    assert [] == [(pair.first.id, pair.second.id) for pair in near_equal(CARDS)]


def test_no_answer_is_longer_than_can_be_taken_in() -> None:
    sizes = {
        card.id: sum(_words(card.fields.get(name)) for name in ANSWERS.get(card.kind, ("verdict",))) for card in CARDS
    }
    assert {} == {card: size for card, size in sizes.items() if size > 120}


@pytest.mark.parametrize("page", STORIES, ids=lambda page: page.stem)
def test_a_story_is_told_whole(page: Path) -> None:
    story = _story(page)
    assert story.title
    assert story.scenario
    assert story.summary
    looking_back = " ".join(one.text for one in story.reflections)
    for stage in story.stages:
        assert 4 <= len(stage.signals) <= 9
        told = (stage.example or looking_back).lower()
        assert [] == [phrase for phrase in stage.signals if phrase.lower() not in told]
        assert stage.target_seconds
        assert stage.coaching
        assert stage.mistake
    assert 5 == len(story.stages)
    assert 2 == len(story.reflections)
    assert ["SDE 1", "SDE 2", "Senior SDE"] == [one.level for one in story.levels]
    assert 3 == len({one.principle for one in story.reframings} - {page.stem})
    assert all(one.lead and one.emphasize and one.downplay for one in story.reframings)


@pytest.mark.parametrize("page", STORIES, ids=lambda page: page.stem)
def test_a_story_has_its_follow_ups_its_weak_answer_and_its_questions(page: Path) -> None:
    story = _story(page)
    assert 5 <= len(story.follow_ups) <= 7
    for one in story.follow_ups:
        assert all((one.probes, one.weak, one.weak_because, one.strong, one.key_line))
        assert re.search(r"\b(I|me|my)\b", one.strong or "")
    assert story.weak_answer is not None
    assert 80 <= _words(story.weak_answer.text) <= 120
    assert 5 <= len(story.weak_answer.disqualifiers) <= 7
    asked = Counter(item.difficulty for item in story.quiz if item.difficulty)
    assert 8 <= asked.total() <= 10
    assert {"easy", "medium", "hard"} == set(asked)
    assert all(4 == len(item.options) and item.hint for item in story.quiz if item.difficulty)


@pytest.mark.parametrize("name", ["question-failure", "question-disagreement"])
def test_an_interview_question_is_told_whole(name: str) -> None:
    page = shipped("decks") / "walkthroughs" / f"{name}.txt"
    content = read_page(page.read_text(encoding="utf-8")).content
    assert isinstance(content, InterviewQuestion)
    assert all((content.prompt, content.why_asked, content.how_to_answer, content.key_points, content.sample_answer))


def test_right_options_stand_evenly_at_every_letter() -> None:
    letters = Counter("ABCD"[card.fields["options"].index(card.fields["answer"])] for card in QUIZZES)
    assert 0.2 <= min(letters.values()) / len(QUIZZES)
    assert max(letters.values()) / len(QUIZZES) <= 0.3


def test_the_longest_option_is_seldom_the_right_one() -> None:
    longest = [card for card in QUIZZES if len(card.fields["answer"]) == max(map(len, card.fields["options"]))]
    assert 0.3 >= len(longest) / len(QUIZZES)


def test_the_same_reason_is_not_given_for_many_phrases() -> None:
    reasons = Counter(card.fields["why"] for card in CARDS if card.kind == "disqualifier" and card.fields.get("why"))
    assert 1 == max(reasons.values())


def test_a_first_evening_holds_several_kinds_of_many_principles() -> None:
    pages = {page.key for file in DECKS.values() for page in file.deck.pages}
    first = [
        (card.kind, principles)
        for file in DECKS.values()
        for card, turn in zip(file.deck.cards, turns(file.deck, pages), strict=True)
        for principles in [file.deck.principles_of(card)]
        if (2, True) == (turn.wave, turn.turn < 2)
    ]
    assert {"follow-up", "disqualifier", "quiz"} == {kind for kind, _ in first}


# What a page may say in other words

ITEMS = [item for page in STORIES for item in read_page(page.read_text(encoding="utf-8")).content.quiz if item.options]
ENDS = (
    "",
    " and that would be worth paying for",
    ", which sounds like a good reason",
    ", if one may believe it",
    ". The others are not wrong either",
    ". Nobody could say no to that",
)


def _steps(item: QuizItem, change: Callable[[str, str], str]) -> QuizItem:
    """The item after a change of its last step: what stands before the last arrow, and the option behind it."""
    premise, arrow, option = (item.explanation or "").rpartition("->")
    return replace(item, explanation=change(premise.rstrip(), option)) if arrow else item


def _doubted(item: QuizItem, end: str) -> QuizItem:
    return _steps(item, lambda premise, option: f"{premise}{end} ->{option}")


def _bare(item: QuizItem, _: str) -> QuizItem:
    return _steps(item, lambda premise, option: f"Step 1: so ->{option}")


def _cut(item: QuizItem, end: str) -> QuizItem:
    return _steps(item, lambda premise, option: f"{premise}{end}.")


def _asked(item: QuizItem, _: str) -> QuizItem:
    return replace(item, options=tuple(f"{one}?" for one in item.options), explanation=f"{item.explanation}?")


def _without_the_first_step(item: QuizItem, _: str) -> QuizItem:
    return replace(item, explanation="\n".join((item.explanation or "").splitlines()[1:]))


def _turned(item: QuizItem, _: str) -> QuizItem:
    return replace(item, options=item.options[::-1])


CHANGES = (_doubted, _bare, _cut, _asked, _without_the_first_step, _turned)


def _wrong(item: QuizItem) -> str | None:
    """The option that is concluded though it is not the right one."""
    at = answer(item).value
    said = None if at is None else item.options[at].rstrip("?")
    return None if said in (None, RIGHT[item.question].rstrip("?")) else said


def test_every_question_of_a_walkthrough_is_answered_as_its_deck_says() -> None:
    assert {item.question for item in ITEMS} <= set(RIGHT)
    assert [] == [(item.question, _wrong(item)) for item in ITEMS if answer(item).value is None or _wrong(item)]


@given(st.sampled_from(ITEMS), st.lists(st.tuples(st.sampled_from(CHANGES), st.sampled_from(ENDS)), max_size=3))
def test_a_question_in_other_words_is_a_draft_rather_than_wrong(
    item: QuizItem, changes: list[tuple[Callable[[QuizItem, str], QuizItem], str]]
) -> None:
    for change, end in changes:
        item = change(item, end)
    assert _wrong(item) is None


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_no_question_in_other_words_is_answered_wrongly(change: Callable[[QuizItem, str], QuizItem]) -> None:
    changed = [change(item, end) for item in ITEMS for end in ENDS]
    assert [] == [(item, wrong) for item in changed if (wrong := _wrong(item))]
