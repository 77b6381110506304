from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.review.hunt import Hunt, Score, Target, hunt, judge
from lpdeck.scheduling import Rating

DECKS = Path(__file__).parents[2] / "decks"
WEAK = "My lead asked me to look. We rewrote that part, and errors went down significantly. I said nothing. It is over."
ANSWER = hunt(WEAK, ["My lead asked me to look", "“We rewrote that part” hides who did it.", "No price at all"])


def placed(text: str, line: str) -> tuple[str, int] | None:
    """The words and the sentence of the one disqualifier."""
    found = hunt(text, [line])
    return next(((one.phrase, one.sentence) for one in found.phrases), None)


# Sentences

SENTENCES = [
    ("I ran it, e.g. Monday's job. It failed.", ["I ran it, e.g. Monday's job.", "It failed."]),
    ("Dr. Smith and Mrs. Jones left. We stayed.", ["Dr. Smith and Mrs. Jones left.", "We stayed."]),
    ("It fell by 1.4% to $4.2M. Nobody knew.", ["It fell by 1.4% to $4.2M.", "Nobody knew."]),
    ('He said "Stop. Now." and I did.', ['He said "Stop.', 'Now." and I did.']),
    ("“It works.” That was all.", ["“It works.”", "That was all."]),
    ('"Why?" he asked. I left!', ['"Why?" he asked.', "I left!"]),
    ("I waited... and then it was fixed... We left.", ["I waited... and then it was fixed...", "We left."]),
    ("It was… fine… Mostly.", ["It was… fine…", "Mostly."]),
    ("no stop here\nnext line. Last", ["no stop here", "next line.", "Last"]),
    ("J. Doe asked me. So did I. And you?", ["J. Doe asked me.", "So did I.", "And you?"]),
    ("Done.\n—\nLeft.", ["Done. —", "Left."]),
    ("Élan counts. Übung too.", ["Élan counts.", "Übung too."]),
    (" \n ", []),
]


@pytest.mark.parametrize(("text", "sentences"), SENTENCES)
def test_a_text_falls_into_its_sentences(text: str, sentences: list[str]) -> None:
    assert sentences == list(hunt(text, []).sentences)


@given(st.one_of(st.text(max_size=80), st.text(alphabet='Aa. !?…"”\n1e', max_size=60)))
def test_the_sentences_hold_all_the_words(text: str) -> None:
    assert text.split() == " ".join(hunt(text, []).sentences).split()


# Places

PLACED = [
    ("we rewrote that part.", ("We rewrote that part", 1)),
    ('"We rewrote that part" hides who did it.', ("We rewrote that part", 1)),
    ("It is vague: ‘errors went down significantly’", ("errors went down significantly", 1)),
    ("“I said nothing” is no commitment", ("I said nothing", 2)),
    ('"We rewrote ... errors went" names nobody', ("We rewrote that part, and errors went", 1)),
    ("My lead had asked me to look", ("My lead asked me to look", 0)),
    ("'never said' and 'It is over' end it", ("It is over", 3)),
]  # fmt: skip
UNPLACED = [
    "No cost to the candidate: nothing slipped.",
    "My lead asked me not to look",
    "She said something else",
    '"I was proud of it" praises oneself',
    "It was not over",
    "",
    "...",
]


@pytest.mark.parametrize(("line", "place"), PLACED)
def test_a_phrase_is_placed_where_it_is_said(line: str, place: tuple[str, int]) -> None:
    assert place == placed(WEAK, line)


@pytest.mark.parametrize("line", UNPLACED)
def test_what_nobody_said_has_no_place(line: str) -> None:
    assert (line,) == hunt(WEAK, [line]).unplaced


@pytest.mark.parametrize("line", ["We fixed it", '"we fixed it" hides who'])
def test_a_phrase_that_is_said_twice_has_no_place(line: str) -> None:
    assert placed("We fixed it on Monday. On Tuesday we fixed it again.", line) is None


def test_a_phrase_that_is_like_two_sentences_has_no_place() -> None:
    assert placed("We fixed the red pumps. We fixed the bad pumps.", "We fixed the rad pumps") is None


@pytest.mark.parametrize("said", ["It fell by 41 percent in March.", "It did not fall by 40 percent in March."])
def test_another_number_or_a_denial_is_another_phrase(said: str) -> None:
    assert placed(said, "It fell by 40 percent in March") is None


def test_a_target_says_what_the_answer_says_and_what_the_page_says_of_it() -> None:
    assert ANSWER.phrases[1] == Target("We rewrote that part", 1, "“We rewrote that part” hides who did it.")
    assert ANSWER.unplaced == ("No price at all",)


def test_the_starter_decks_have_nearly_all_their_phrases_in_place() -> None:
    cards = [card for path in DECKS.glob("*.toml") for card in tomllib.loads(path.read_text())["card"]]
    hunts = [hunt(card["text"], card["disqualifiers"]) for card in cards if card["kind"] == "weak-answer"]
    assert 16 == len(hunts)
    assert all(len(found.phrases) >= 4 for found in hunts)
    assert all(len(found.unplaced) <= 2 for found in hunts)


# Scores


def _hunt(count: int, places: list[int]) -> Hunt:
    targets = tuple(Target(str(at), at, str(at)) for at in places if at < count)
    return Hunt(tuple(map(str, range(count))), targets, ())


HUNTS = st.builds(_hunt, st.integers(1, 8), st.lists(st.integers(0, 7), max_size=6))
MARKS = st.sets(st.integers(-1, 9))


def test_a_score_tells_what_was_found_overlooked_and_suspected() -> None:
    assert Score((1,), (0,), (2, 3), ANSWER.phrases[:1], Rating.AGAIN) == judge(ANSWER, [3, 2, 1])


@pytest.mark.parametrize(
    ("marked", "rating"), [([0, 1], Rating.GOOD), ([0, 1, 2], Rating.HARD), ([1], Rating.HARD), ([2], Rating.AGAIN)]
)
def test_the_proposal_falls_with_what_was_overlooked_and_suspected(marked: list[int], rating: Rating) -> None:
    assert rating is judge(ANSWER, marked).proposed


def test_nothing_is_proposed_where_no_phrase_has_a_place() -> None:
    assert judge(hunt(WEAK, ["No price"]), {0}).proposed is None


def test_a_denial_in_the_gap_of_a_quotation_makes_another_phrase() -> None:
    assert placed("I did tell them and I did not stop the line.", '"I did tell ... stop the line" is odd') is None


@given(HUNTS, MARKS)
def test_each_target_sentence_is_a_hit_or_a_miss(found: Hunt, marked: set[int]) -> None:
    score, wanted = judge(found, marked), {one.sentence for one in found.phrases}
    assert sorted(wanted) == sorted(score.hits + score.misses)
    assert {one for one in marked if 0 <= one < len(found.sentences)} == {*score.hits, *score.false_alarms}
    assert {one.sentence for one in score.missed} == set(score.misses)
    assert score.proposed is not Rating.EASY


@given(HUNTS.filter(lambda found: found.phrases))
def test_the_targets_marked_are_good_and_nothing_marked_is_again(found: Hunt) -> None:
    assert judge(found, {one.sentence for one in found.phrases}).proposed is Rating.GOOD
    assert judge(found, ()).proposed is Rating.AGAIN
