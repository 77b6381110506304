"""Pages built from truth files: what a reader would find, with everything blanked that is concluded."""

from __future__ import annotations

from typing import Any

from lpdeck.walkthrough import (
    INTERVIEW_QUESTION,
    Content,
    FollowUp,
    InterviewQuestion,
    Level,
    QuizItem,
    Reframing,
    Stage,
    StoryReflection,
    Walkthrough,
    WeakAnswer,
)


def content_of(truth: dict[str, Any]) -> Content:
    """The page of a truth file before anything was concluded from it."""
    if truth["format"] == INTERVIEW_QUESTION:
        fields = {key: _value(value) for key, value in truth.items() if key != "principles"}
        return InterviewQuestion(**fields)
    weak = truth.get("weak_answer")
    return Walkthrough(
        title=truth["title"],
        scenario=truth.get("scenario"),
        summary=truth.get("summary"),
        stages=tuple(Stage(**_fields(one)) for one in truth.get("stages", ())),
        reflections=tuple(StoryReflection(**one) for one in truth.get("reflections", ())),
        follow_ups=tuple(FollowUp(**one) for one in truth.get("follow_ups", ())),
        weak_answer=WeakAnswer(**_fields(weak)) if weak else None,
        quiz=tuple(_blanked(one) for one in truth.get("quiz", ())),
        reframings=tuple(Reframing(**one) for one in truth.get("reframings", ())),
        levels=tuple(Level(**one) for one in truth.get("levels", ())),
    )


def _blanked(item: dict[str, Any]) -> QuizItem:
    """A practice question keeps its options, an inline question has lost them."""
    fields = _fields(item) | {"answer": None}
    if item["difficulty"] is None and item["hint"] is None:
        fields["options"] = ()
    return QuizItem(**fields)


def _fields(one: dict[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in one.items()}


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
