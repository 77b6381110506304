"""What is concluded from a page: the answers of its quiz and the principle it is about, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lpdeck.inference.principle import principles
from lpdeck.inference.quiz import answer
from lpdeck.inference.verdict import Evidence, Verdict
from lpdeck.inference.weighing import weighed_options
from lpdeck.principles import Principle
from lpdeck.walkthrough import Content, InterviewQuestion, QuizItem

__all__ = ["Conclusion", "Evidence", "Verdict", "conclude"]


@dataclass(frozen=True)
class Conclusion:
    """A page completed by what could be concluded; what is unsure stays None or empty.

    `quiz` is parallel to the content's quiz items (empty for interview questions).
    """

    content: Content
    quiz: tuple[Verdict[int], ...]
    principles: Verdict[tuple[Principle, ...]]


def conclude(content: Content) -> Conclusion:
    """The content with options, answers and principles filled in where the page determines them."""
    if isinstance(content, InterviewQuestion):
        named = principles(content)
        return Conclusion(replace(content, principles=_slugs(named)), (), named)
    items = tuple(_with_options(item) for item in content.quiz)
    verdicts = tuple(answer(item) for item in items)
    answered = tuple(replace(item, answer=verdict.value) for item, verdict in zip(items, verdicts, strict=True))
    content = replace(content, quiz=answered)
    named = principles(content)
    return Conclusion(replace(content, principles=_slugs(named)), verdicts, named)


def _with_options(item: QuizItem) -> QuizItem:
    return item if item.options else replace(item, options=weighed_options(item.explanation))


def _slugs(named: Verdict[tuple[Principle, ...]]) -> tuple[str, ...]:
    return tuple(principle.slug for principle in named.value or ())
