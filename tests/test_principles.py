from __future__ import annotations

import pytest

from lpdeck.principles import Principle


@pytest.mark.parametrize("principle", Principle, ids=lambda principle: principle.slug)
def test_every_name_of_a_principle_names_it(principle: Principle) -> None:
    assert {principle} == {Principle.named(name) for name in (principle.slug, principle.title, *principle.names)}


def test_there_are_sixteen() -> None:
    assert len(Principle) == 16


def test_no_name_belongs_to_two() -> None:
    names = [name for principle in Principle for name in principle.names]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["EARN TRUST", "earn-trust", "Earn Trust.", " Earn  Trust "])
def test_case_dashes_and_punctuation_do_not_matter(name: str) -> None:
    assert Principle.EARN_TRUST is Principle.named(name)


def test_curly_apostrophes_and_ampersands_do_not_matter() -> None:
    assert Principle.BEST_EMPLOYER is Principle.named("Strive to be Earth’s Best Employer")
    assert Principle.HAVE_BACKBONE is Principle.named("Have Backbone; Disagree & Commit")


@pytest.mark.parametrize("text", ["", "Trust", "Ownership of mistakes", "Leadership"])
def test_other_texts_name_nothing(text: str) -> None:
    assert Principle.named(text) is None


def test_names_come_longest_first() -> None:
    for principle in Principle:
        lengths = [len(name) for name in principle.names]
        assert sorted(lengths, reverse=True) == lengths
