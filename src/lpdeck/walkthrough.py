"""What a page says, before anything is concluded from it.

A reader in `pages` fills these values; `inference` answers the quiz and names the principle; `deck.breakdown`
turns them into candidates. Line numbers (1-based, of the page as it came) are provenance and take no part
in equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

STAGES = ("situation", "task", "action", "result", "reflection")

STAR_WALKTHROUGH = "star-walkthrough"
INTERVIEW_QUESTION = "interview-question"


@dataclass(frozen=True)
class Stage:
    """One part of a STAR story. `stage` is one of STAGES; the reflection has signals but no example."""

    stage: str
    target_seconds: int | None = None
    example: str | None = None
    signals: tuple[str, ...] = ()
    coaching: str | None = None
    mistake: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class StoryReflection:
    """What a candidate of one level concludes from the story."""

    level: str
    text: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class FollowUp:
    """A question that the interviewer asks after the story, with a weak and a strong answer to it."""

    question: str | None
    probes: str | None = None
    weak: str | None = None
    weak_because: str | None = None
    strong: str | None = None
    key_line: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class WeakAnswer:
    """The whole answer that fails, the bullets that say why, and the bar raiser's verdict."""

    text: str | None = None
    disqualifiers: tuple[str, ...] = ()
    verdict: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class QuizItem:
    """A question with options (none where copying lost them); `answer` is an index into them, or None.

    `explanation` holds the steps of a practice question, one a line. A page never states the answer:
    readers leave it None, `inference.quiz` decides it.
    """

    question: str
    options: tuple[str, ...] = ()
    answer: int | None = None
    explanation: str | None = None
    difficulty: str | None = None
    hint: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Reframing:
    """How to tell the same story for another principle. `principle` is a slug."""

    principle: str
    lead: str | None = None
    emphasize: str | None = None
    downplay: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Level:
    """What the bar of one level asks of the story."""

    level: str
    focus: str | None = None
    reflection: str | None = None
    bar: str | None = None
    length: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Walkthrough:
    """A STAR walkthrough. `principles` stays empty until `inference.principle` has concluded it."""

    title: str | None
    scenario: str | None = None
    summary: str | None = None
    stages: tuple[Stage, ...] = ()
    reflections: tuple[StoryReflection, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    weak_answer: WeakAnswer | None = None
    quiz: tuple[QuizItem, ...] = ()
    reframings: tuple[Reframing, ...] = ()
    levels: tuple[Level, ...] = ()
    principles: tuple[str, ...] = ()
    format: str = STAR_WALKTHROUGH


@dataclass(frozen=True)
class InterviewQuestion:
    """An interview question with advice and a sample answer."""

    title: str | None
    prompt: str | None = None
    why_asked: str | None = None
    how_to_answer: tuple[str, ...] = ()
    key_points: tuple[str, ...] = ()
    sample_answer: str | None = None
    mistakes: tuple[str, ...] = ()
    principles: tuple[str, ...] = ()
    format: str = INTERVIEW_QUESTION


Content = Walkthrough | InterviewQuestion


@dataclass(frozen=True)
class Problem:
    """A line that a reader could not place: its number, its text, and why."""

    line: int
    text: str
    reason: str = "not understood"


@dataclass(frozen=True)
class Repair:
    """One named step of the encoding repair and the number of places it changed."""

    step: str
    places: int


@dataclass(frozen=True)
class Coverage:
    """How many non-blank lines of a page were used, known as navigation, or not understood.

    The three add up to `lines`.
    """

    lines: int
    used: int
    navigation: int
    not_understood: int

    def with_navigation(self, count: int) -> Coverage:
        """The coverage with so many more lines that are known as navigation."""
        return replace(self, lines=self.lines + count, navigation=self.navigation + count)


@dataclass(frozen=True)
class Reading:
    """A page as read: its content, what was not understood, and how it came to be readable.

    `whole` names the sections (fields of the content) whose end was seen, so that a card missing from
    them is missing from the page and not only from a copy that was cut.
    """

    content: Content
    problems: tuple[Problem, ...]
    coverage: Coverage
    repairs: tuple[Repair, ...] = ()
    whole: frozenset[str] = frozenset()
