"""Which wrong options of quiz questions are taken for which answer, from rows that the store folded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lpdeck.principles import Principle

if TYPE_CHECKING:
    from lpdeck.store.choices import Choice


@dataclass(frozen=True)
class Confusion:
    """A wrong option, taken `count` times in the `of` answers to the questions that offer it (1 <= count <= of).

    `cards` are the ids of these questions, in order. Between principles, `taken` and `right` are their names,
    `principles` their slugs in this order, and `question` is None; else these are the option, the answer, the
    principles and the words of the one card. `offered` is False where no question offers the option any more.
    """

    taken: str
    right: str
    count: int
    of: int
    cards: tuple[str, ...]
    principles: tuple[str, ...]
    question: str | None
    offered: bool


@dataclass(frozen=True)
class Confusions:
    """Confusions of one principle with another and of single questions, the most frequent first.

    `answers` counts every answer to a quiz question, right ones and those without a choice included.
    """

    principles: list[Confusion]
    questions: list[Confusion]
    answers: int


def confusions(choices: Iterable[Choice]) -> Confusions:
    """What is confused with what, judged by the cards as they are now; rows of a card belong to one question.

    A wrong option counts between principles where it and the answer name two of them, else for its question.
    """
    rows: dict[str, list[Choice]] = defaultdict(list)
    for choice in choices:
        rows[choice.card].append(choice)
    questions = [_Question(own) for own in rows.values()]
    single = [found for question in questions for found in question.confusions()]
    answers = sum(question.answers for question in questions)
    return Confusions(_sorted(_between(questions)), _sorted(single), answers)


Pair = tuple[Principle, Principle]
"""The principle that was taken, and the one that was right."""


class _Question:
    """A quiz card with what was answered to it."""

    def __init__(self, rows: Sequence[Choice]) -> None:
        self.card = rows[0]
        self.answers = sum(row.count for row in rows)
        self.right = Principle.named(self.card.answer)
        self._rows = rows

    @cached_property
    def wrong(self) -> dict[str, int]:
        """How often each wrong option was taken."""
        counts: dict[str, int] = defaultdict(int)
        for row in self._rows:
            if row.option is not None and self._is_wrong(row.option, row.was_right):
                counts[row.option] += row.count
        return counts

    def _is_wrong(self, option: str, was_right: bool) -> bool:
        """Whether an option is wrong now. One that is gone was reworded if it was right or names the same principle."""
        if option == self.card.answer:
            return False
        if option in self.card.options:
            return True
        return not was_right and (self.right is None or Principle.named(option) is not self.right)

    def pair(self, option: str) -> Pair | None:
        """The two principles that a wrong option confuses; None where it or the answer names none, or both one."""
        taken = Principle.named(option)
        if taken is None or self.right is None or taken is self.right:
            return None
        return taken, self.right

    def offered(self) -> set[Pair]:
        """The confusions of principles that the question offers now."""
        return {pair for option in self.card.options if (pair := self.pair(option))}

    def confusions(self) -> list[Confusion]:
        """The wrong options that confuse no two principles, one by one."""
        card = self.card
        return [
            Confusion(
                taken=option,
                right=card.answer,
                count=count,
                of=self.answers,
                cards=(card.card,),
                principles=card.principles,
                question=card.question,
                offered=option in card.options,
            )
            for option, count in self.wrong.items()
            if self.pair(option) is None
        ]


def _between(questions: Iterable[_Question]) -> list[Confusion]:
    """Confusions of two principles, over all questions that offer them or offered them when they were taken."""
    counts: dict[Pair, int] = defaultdict(int)
    concerned: dict[Pair, list[_Question]] = defaultdict(list)
    for question in questions:
        taken = [(pair, count) for option, count in question.wrong.items() if (pair := question.pair(option))]
        for pair, count in taken:
            counts[pair] += count
        for pair in {*question.offered(), *(pair for pair, _ in taken)}:
            concerned[pair].append(question)
    return [_pair(pair, count, concerned[pair]) for pair, count in counts.items()]


def _pair(pair: Pair, count: int, questions: Sequence[_Question]) -> Confusion:
    taken, right = pair
    return Confusion(
        taken=taken.title,
        right=right.title,
        count=count,
        of=sum(question.answers for question in questions),
        cards=tuple(sorted(question.card.card for question in questions)),
        principles=(taken.slug, right.slug),
        question=None,
        offered=any(pair in question.offered() for question in questions),
    )


def _sorted(found: Iterable[Confusion]) -> list[Confusion]:
    """The most frequent first, then the greater share, then in order of their words."""
    return sorted(found, key=lambda one: (-one.count, one.of, one.question or "", one.taken, one.right, one.cards))
