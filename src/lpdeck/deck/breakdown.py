"""A page's content broken into the cards it offers.

Every fact of the page reaches a card: a story's scenario and summary stand on the cards that need the story told,
the rest where the table of kinds puts it. What no card can hold is returned as a Problem, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lpdeck.deck.drafts import QUOTED, lacking, quoted_phrase
from lpdeck.deck.identity import identity_fingerprint, page_key
from lpdeck.deck.model import Candidate, line_ends, principles_of_kind
from lpdeck.inference.wording import nearest
from lpdeck.walkthrough import (
    Content,
    FollowUp,
    InterviewQuestion,
    Problem,
    QuizItem,
    Stage,
    Walkthrough,
    WeakAnswer,
)

# The lists of an interview question: the word on the card, and where the page holds it.
CHECKLISTS = (
    ("key points", "key_points"),
    ("steps", "how_to_answer"),
    ("mistakes to avoid", "mistakes"),
)


@dataclass(frozen=True)
class Breakdown:
    """The cards that a page offers, in the order in which they are best learned, and what none could hold."""

    page: str
    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...]


def key_of(content: Content) -> str:
    """The key of the page: format and title; without a title, the words with which it begins."""
    if isinstance(content, Walkthrough):
        beginning = content.scenario or content.summary or next((item.question for item in content.quiz), "")
    else:
        beginning = content.prompt or content.why_asked or ""
    return page_key(content.format, content.title or " ".join(beginning.split()[:12]))


def break_down(content: Content) -> Breakdown:
    """The cards of a page; two that are the same card are one, and the second is reported."""
    page = key_of(content)
    cards = _of_walkthrough(content) if isinstance(content, Walkthrough) else _of_question(content)
    candidates: dict[str, Candidate] = {}
    problems = list(_homeless(content))
    for kind, fields, line in cards:
        candidate = _candidate(kind, fields, line, page, content.principles)
        first = candidates.setdefault(identity_fingerprint(kind, candidate.fields, page), candidate)
        if first is not candidate and first.fields != candidate.fields:
            candidates[identity_fingerprint(kind, candidate.fields, page)] = _filled_up(first, candidate)
            if kind != "disqualifier":
                problems.append(Problem(line, _name(candidate), f"the same {kind} stands at line {first.line} already"))
    return Breakdown(page, tuple(candidates.values()), tuple(problems))


def _candidate(kind: str, fields: dict[str, Any], line: int, page: str, principles: tuple[str, ...]) -> Candidate:
    filled = {name: _plain(value) for name, value in fields.items() if value not in (None, "", (), False)}
    own = principles_of_kind(kind, filled, principles)
    return Candidate(kind, filled, page, own, lacking(kind, filled), line)


def _plain(value: Any) -> Any:
    """The value as a deck file gives it back, so that fingerprints agree."""
    if isinstance(value, str):
        return line_ends(value).strip("\n")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _filled_up(first: Candidate, second: Candidate) -> Candidate:
    """The first card with what only the second one says; an answer goes with its own options only."""
    fields = {**second.fields, **first.fields}
    if first.kind == "quiz" and fields.get("answer") not in fields.get("options", ()):
        fields.pop("answer", None)
    return replace(first, fields=fields, why_draft=lacking(first.kind, fields))


def _name(candidate: Candidate) -> str:
    names = candidate.spec.identity or candidate.spec.required
    return str(candidate.fields.get(names[0], candidate.kind))


_Offer = tuple[str, dict[str, Any], int]


def _of_walkthrough(page: Walkthrough) -> Iterator[_Offer]:
    """Follow-ups, disqualifiers and quiz first: they are what an interview asks for."""
    story = {"story": page.title}
    told = {**story, "scenario": page.scenario}
    for follow_up in page.follow_ups:
        if follow_up.question:
            yield "follow-up", story | _fields(follow_up), follow_up.line
    if page.weak_answer:
        yield from _disqualifiers(page.weak_answer, page.follow_ups)
    for stage in page.stages:
        yield from _mistaken_phrases(stage, page.follow_ups)
    for item in page.quiz:
        yield "quiz", _quiz_fields(item), item.line
    if page.weak_answer and page.weak_answer.text:
        yield "weak-answer", story | _fields(page.weak_answer), page.weak_answer.line
    for stage in page.stages:
        if stage.example or stage.signals or stage.coaching or stage.mistake:
            yield "stage", _stage_fields(page, stage), stage.line
    for reframing in page.reframings:
        yield "reframing", told | _fields(reframing) | {"summary": page.summary}, reframing.line
    yield from _levels(page)


def _of_question(page: InterviewQuestion) -> Iterator[_Offer]:
    asked = {"question": page.prompt or page.title, "story": page.title}
    for word, name in CHECKLISTS:
        points = getattr(page, name)
        if points:
            yield "checklist", asked | {"list": word, "points": points}, 0
    if page.sample_answer:
        about = {"why_asked": page.why_asked, "answer": page.sample_answer, "key_points": page.key_points}
        yield "answer", asked | about, 0


def _fields(part: Any) -> dict[str, Any]:
    """The fields of a part of a page by name, without its line."""
    return {name: getattr(part, name) for name in part.__dataclass_fields__ if name != "line"}


def _stage_fields(page: Walkthrough, stage: Stage) -> dict[str, Any]:
    """The scenario tells a situation's answer, so that stage alone goes without it on the front."""
    fields = {"story": page.title, **_fields(stage)}
    if stage.stage != "situation":
        fields["scenario"] = page.scenario
    if stage.stage == "reflection":
        fields["summary"] = page.summary
    return fields


def _quiz_fields(item: QuizItem) -> dict[str, Any]:
    answer = None if item.answer is None else item.options[item.answer]
    return _fields(item) | {"answer": answer}


def _levels(page: Walkthrough) -> Iterator[_Offer]:
    """A card a level; the reflection of a level joins the level of the same rank."""
    told = {"story": page.title, "scenario": page.scenario, "summary": page.summary}
    left = list(page.reflections)
    for level in page.levels:
        mine = next((one for one in left if rank(one.level) == rank(level.level)), None)
        if mine:
            left.remove(mine)
        yield "level", told | _fields(level) | {"looking_back": mine.text if mine else None}, level.line
    for one in left:
        yield "level", told | {"level": one.level, "looking_back": one.text}, one.line


def rank(level: str) -> str:
    """The rank that a level's name means: `SDE 2`, `SDE2` and `SDE II` are one, `Senior` is `Senior SDE`."""
    text = level.lower().replace("iii", "3").replace("ii", "2")
    text = re.sub(r"\bi\b", "1", re.sub(r"[^a-z0-9]+", " ", text))
    word = re.search(r"senior|principal|staff|junior|lead|manager", text)
    return word[0] if word else re.sub(r"\s+", "", text)


# Disqualifiers

_FLAW = re.compile(
    r"^(no|not|lack|lacks|lacking|missing|vague|weak|poor|generic|fail|fails|failure|failed|absence|absent|too|zero|"
    r"little|unclear|without|nothing|never|over|under|only|mentions|uses|using|relies|ends|skips|blames|omits|"
    r"ignores|does|doesn't|shows|focus|focuses|passive|insufficient|excessive|heavy)\b",
    re.IGNORECASE,
)


def _disqualifiers(weak: WeakAnswer, follow_ups: tuple[FollowUp, ...]) -> Iterator[_Offer]:
    for bullet in weak.disqualifiers:
        phrase, why = phrase_and_why(bullet)
        flaw = why is None and is_flaw(bullet, weak.text or "")
        # Without a reason of its own, the verdict on the whole answer is the back.
        fields = {"phrase": phrase, "flaw": flaw, "why": why, "verdict": None if why else weak.verdict}
        yield "disqualifier", fields | {"instead": None if flaw else instead(phrase, follow_ups)}, weak.line


def phrase_and_why(bullet: str) -> tuple[str, str | None]:
    """A bullet in the form `"phrase" why it hurts` taken apart; any other bullet whole."""
    found = QUOTED.match(bullet)
    if found is None:
        return bullet, None
    phrase, rest = quoted_phrase(found), bullet[found.end() :].strip(" :-–—")
    return (phrase, rest) if rest else (phrase, None)


def is_flaw(bullet: str, weak_answer: str) -> bool:
    """Whether a bullet names a flaw of the answer rather than words that were said in it."""
    if QUOTED.search(bullet):
        return True
    if _FLAW.match(bullet):
        return True
    said = set(_content_words(weak_answer))
    words = _content_words(bullet)
    shared = sum(word in said for word in words)
    first_person = re.search(r"\b(i|we|my|our|me|us)\b", bullet, re.IGNORECASE)
    return not first_person and shared * 2 < len(words)


def _content_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9']+", text.lower().replace("’", "'")) if len(word) > 3]


def _mistaken_phrases(stage: Stage, follow_ups: tuple[FollowUp, ...]) -> Iterator[_Offer]:
    """Phrases of three words or more that a common mistake quotes; a shorter one is a mention of a word."""
    mistake = stage.mistake or ""
    for found in QUOTED.finditer(mistake):
        phrase = quoted_phrase(found)
        if len(phrase.split()) < 3:
            continue
        rest = mistake[found.end() :].strip(" :-–—")
        why = rest if found.start() == 0 and rest else mistake
        yield "disqualifier", {"phrase": phrase, "why": why, "instead": instead(phrase, follow_ups)}, stage.line


def instead(phrase: str, follow_ups: tuple[FollowUp, ...]) -> str | None:
    """What to say in place of a phrase: the strong answer of the one follow-up whose weak answer is like it.

    None unless that likeness leaves the next one behind by the margin of the quiz inference.
    """
    answered = [one for one in follow_ups if one.weak and (one.key_line or one.strong)]
    match = nearest(phrase, [one.weak or "" for one in answered]).value
    return None if match is None else answered[match].key_line or answered[match].strong


def _homeless(content: Content) -> Iterator[Problem]:
    """What the page says and no card can hold."""
    if isinstance(content, InterviewQuestion):
        held = content.sample_answer or any(getattr(content, name) for _, name in CHECKLISTS)
        if content.prompt and not held:
            yield Problem(0, content.prompt, "the question: no card of the page could hold it")
        if content.why_asked and not content.sample_answer:
            yield Problem(0, content.why_asked, "why it is asked: no sample answer whose card could hold it")
        return
    for follow_up in content.follow_ups:
        if not follow_up.question:
            said = [text for text in _fields(follow_up).values() if text]
            yield Problem(follow_up.line, " / ".join(said), "a follow-up without its question")
    told = [stage for stage in content.stages if stage.stage != "situation"]
    if content.scenario and not (told or content.reframings or content.levels or content.reflections):
        yield Problem(0, content.scenario, "the scenario: no card of the page could hold it")
    ends = [stage for stage in content.stages if stage.stage == "reflection"]
    if content.summary and not (ends or content.reframings or content.levels or content.reflections):
        yield Problem(0, content.summary, "the summary: no card of the page could hold it")
    weak = content.weak_answer
    if weak and weak.verdict and not weak.text:
        yield Problem(weak.line, weak.verdict, "a verdict without the answer that it judges")
