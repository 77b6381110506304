"""Which leadership principle a page is about, from what it claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lpdeck.inference import quiz
from lpdeck.inference.contrast import is_negated, is_turned_down, outcome
from lpdeck.inference.stance import is_exception
from lpdeck.inference.verdict import Evidence, Verdict
from lpdeck.inference.weighing import LIST_GLUE
from lpdeck.inference.wording import fold
from lpdeck.principles import Principle
from lpdeck.walkthrough import Content, InterviewQuestion, QuizItem, Walkthrough

Principles = tuple[Principle, ...]

_OTHER_BY_DEFINITION = -20.0
_LEAST_SCORE = 2.0
_LEAST_MARGIN = 1.5

_LONG = 2
_HEADING = re.compile(r"\s*([^:–—]+?)\s*(?::|–|—|\s-\s)")
_GAP = r"[\s,;:&\-–—]*"
_SMALL_WORDS = frozenset({"and", "for", "the", "be", "a", "on", "to", "of", "bring"})


def _pattern(name: str) -> str:
    """A name whose punctuation, apostrophes and `and` or `&` may differ."""
    words = ("(?:and|&)" if word == "and" else word.replace("'", "'?") for word in re.findall(r"[a-z']+", name))
    return _GAP.join(words)


@cache
def _names() -> re.Pattern[str]:
    """Every name of every principle, the longest first; compiled when the first page comes."""
    names = sorted({name for principle in Principle for name in principle.names}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(_pattern, names))})\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Claim:
    """A turn of phrase that claims a principle: what stands before its name and behind it, and what it weighs."""

    rule: str
    before: re.Pattern[str]
    after: re.Pattern[str]
    weight: float


def _claim(rule: str, before: str, after: str, weight: float) -> _Claim:
    quote = "[\"']?"
    return _Claim(
        rule, re.compile(f"{before}{quote}$", re.IGNORECASE), re.compile(f"{quote}{after}", re.IGNORECASE), weight
    )


_CLAIMS = (
    _claim("hire or no hire for it", r"\bhire(?: decision)? (?:for|on) (?:the )?", r"", 5.0),
    _claim("its bar", r"", r" bar\b(?! chart)", 5.0),
    _claim("its bar", r"\bbar (?:for|of|on|in) (?:the )?", r"", 5.0),
    _claim("Amazon's principle", r"\bamazon's (?:leadership )?(?:principles? )?(?:of )?", r"", 4.0),
    _claim("leadership principle of", r"\bleadership principles?(?: of|:| #\d+:?)? ?", r"", 4.0),
    _claim("called a principle", r"", r" (?:leadership )?(?:principle|LP)\b(?! of)", 3.0),
    _claim("critical for it", r"\b(?:critical|essential|key|crucial) (?:for|to|in) (?:the )?", r"", 1.5),
)
_HEDGED = re.compile(
    r"^(?:(?! while | whereas |, |; | but )[^.!?])*"
    r"(\b(may|might|could) (also )?(come|seem|look|be)\b|\bcomes? to mind|\bin passing|\bsecondary|\bis touched)"
    r"|^\W*(too|as well|also)\b",
    re.IGNORECASE,
)
_BAR = re.compile(r"[\"']? bar\b")
_ASKS_FOR_PRINCIPLE = re.compile(r"\b(LPs?|principles?)\b", re.IGNORECASE)


def principles(content: Content) -> Verdict[Principles]:
    """The principles of a page in the order that counts: one for a STAR walkthrough, several for a question."""
    if isinstance(content, InterviewQuestion):
        return _of_question(content)
    return _of_walkthrough(content)


# STAR walkthroughs


def _of_walkthrough(page: Walkthrough) -> Verdict[Principles]:
    evidence = [*_claimed(page), *_practised(page), *_titled(page), *_reframed(page)]
    scores: dict[Principle, float] = {}
    for principle, one in evidence:
        scores[principle] = scores.get(principle, 0.0) + one.weight
    ranked = sorted((p for p in scores if scores[p] > 0), key=lambda p: (-scores[p], list(Principle).index(p)))
    margin = 0.0 if not ranked else scores[ranked[0]] - (scores[ranked[1]] if len(ranked) > 1 else 0.0)
    sure = bool(ranked) and scores[ranked[0]] >= _LEAST_SCORE and margin >= _LEAST_MARGIN
    if ranked and not sure:
        return _by_title(page, evidence, ranked, margin)
    told = sorted((one for _, one in evidence), key=lambda one: -abs(one.weight))
    return Verdict((ranked[0],) if sure else None, tuple(told), margin, tuple((p,) for p in ranked[:2]))


def _by_title(
    page: Walkthrough, evidence: list[tuple[Principle, Evidence]], ranked: list[Principle], margin: float
) -> Verdict[Principles]:
    """Between two that are close, the one that the title begins with."""
    told = tuple(sorted((one for _, one in evidence), key=lambda one: -abs(one.weight)))
    heading = _HEADING.match(fold(page.title or ""))
    headed = Principle.named(heading.group(1)) if heading else None
    sure = len(ranked) > 1 and headed in ranked[:2]
    return Verdict((headed,) if sure and headed else None, told, margin, tuple((p,) for p in ranked[:2]))


def _claimed(page: Walkthrough) -> Iterator[tuple[Principle, Evidence]]:
    """What the prose claims; of several claims by one name the first in the table counts."""
    for text in map(fold, _prose(page)):
        for match in _names().finditer(text):
            claim = next((claim for claim in _CLAIMS if _is_claimed(text, match, claim)), None)
            if claim:
                principle = _named(match.group())
                said = text[max(0, match.start() - 30) : match.end() + 15].strip()
                yield principle, Evidence(claim.rule, f"{principle.title}: {said}", claim.weight)


def _prose(page: Walkthrough) -> Iterator[str]:
    """The texts that may claim the page's principle: not the reframings, nor the options of questions."""
    weak = page.weak_answer
    texts = [page.scenario, page.summary, weak.verdict if weak else None]
    texts += [*(weak.disqualifiers if weak else ())]
    for stage in page.stages:
        texts += [stage.coaching, stage.mistake]
    for follow_up in page.follow_ups:
        texts += [follow_up.probes, follow_up.weak_because, follow_up.strong]
    for level in page.levels:
        texts += [level.focus, level.bar]
    for item in page.quiz:
        texts += [item.question, item.explanation, item.hint]
    yield from (text for text in texts if text)


def _is_claimed(text: str, match: re.Match[str], claim: _Claim) -> bool:
    before, name, after = text[: match.start()], match.group(), text[match.end() :]
    introduced, followed = claim.before.search(before), claim.after.match(after)
    if not introduced or not followed:
        return False
    if not _is_capitalised(name) and (" " not in name or claim.rule == "called a principle"):
        return "principle" in (introduced.group() + followed.group()).lower()
    if claim.rule in ("hire or no hire for it", "its bar"):
        return not _is_contrasted(text, match)
    return not is_negated(before) and not _HEDGED.search(after)


def _is_contrasted(text: str, match: re.Match[str]) -> bool:
    """Whether a bar or a hire decision is named only to set it against the one that counts."""
    others = [other for other in _names().finditer(text) if _named(other.group()) is not _named(match.group())]
    return _outcome(text, match) is True and any(_outcome(text, other) is False for other in others)


def _outcome(text: str, match: re.Match[str]) -> bool | None:
    return outcome(text[: match.start()], is_bar=bool(_BAR.match(text, match.end())))


def _practised(page: Walkthrough) -> Iterator[tuple[Principle, Evidence]]:
    """The right answers of the questions that ask for a principle."""
    for item in page.quiz:
        principle = _answered(item)
        if principle and _ASKS_FOR_PRINCIPLE.search(item.question) and not is_exception(item.question):
            yield (
                principle,
                Evidence("answer of a question for the principle", f"{principle.title}: {item.question}", 2.0),
            )


def _answered(item: QuizItem) -> Principle | None:
    right = quiz.answer(item).value if item.answer is None else item.answer
    return None if right is None else Principle.named(item.options[right])


def _titled(page: Walkthrough) -> Iterator[tuple[Principle, Evidence]]:
    for principle in _in_order(page.title or ""):
        yield principle, Evidence("title", f"{principle.title}: {page.title}", 3.0)


def _reframed(page: Walkthrough) -> Iterator[tuple[Principle, Evidence]]:
    """A story is reframed for other principles than its own."""
    for reframing in page.reframings:
        principle = Principle.named(reframing.principle)
        if principle:
            yield principle, Evidence("reframed for it", principle.title, _OTHER_BY_DEFINITION)


# Interview questions


def _of_question(page: InterviewQuestion) -> Verdict[Principles]:
    for rule, text in (("why it is asked", page.why_asked), ("title", page.title), ("prompt", page.prompt)):
        found = _in_order(text or "")
        if found:
            evidence = tuple(Evidence(rule, principle.title, 1.0) for principle in found)
            return Verdict(found, evidence, 1.0, (found,))
    return Verdict(None)


def _in_order(text: str) -> Principles:
    """The principles that `text` names, in order; common words and names that are turned down do not count."""
    text = fold(text)
    found: list[Principle] = []
    for match in _names().finditer(text):
        principle = _named(match.group())
        if principle not in found and _is_name(text, match) and not _is_turned_down(text, match):
            found.append(principle)
    return tuple(found)


def _is_turned_down(text: str, match: re.Match[str]) -> bool:
    """Whether a name stands there to be rejected or compared, alone or in an enumeration."""
    start, end = _enumeration(text, match)
    return is_turned_down(text[:start], _until_next_name(text, end))


def _enumeration(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Where the names begin and end that are listed with this one."""
    start, end = match.span()
    for other in _names().finditer(text):
        if other.end() < match.start() and _is_glued(text, other.end(), match.start()):
            start = min(start, other.start())
        if other.start() > match.end() and _is_glued(text, match.end(), other.start()):
            end = max(end, other.end())
    return start, end


def _is_glued(text: str, start: int, end: int) -> bool:
    """Whether nothing but names and the glue of lists stands between two places."""
    between = _names().sub(" ", text[start:end])
    return bool(LIST_GLUE.fullmatch(between)) and not re.search(r"[.!?]\s", between)


def _until_next_name(text: str, end: int) -> str:
    following = _names().search(text, end)
    return text[end : following.start() if following else len(text)]


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether a match is the principle's name rather than common words (`ownership of mistakes`)."""
    before, after = text[: match.start()], text[match.end() :]
    if re.match(r"[\"']? (leadership )?(principle|LP)\b", after) or re.search(
        r"\bprinciples? (of |called )?[\"']?$", before
    ):
        return True
    starts_sentence = not before.strip() or before.rstrip()[-1] in ".!?"
    common = starts_sentence and " " not in match.group() and re.match(r" (of|over|for|in)\b", after)
    return _is_capitalised(match.group()) and not common


# Names


def _named(name: str) -> Principle:
    """The principle of a match of `_names`, whatever stands between its words."""
    return _by_words()[_words_of(name)]


@cache
def _by_words() -> dict[str, Principle]:
    return {_words_of(name): principle for principle in Principle for name in principle.names}


def _words_of(name: str) -> str:
    """The letters of a name without those of `and`: between its words a page may have `&`, and that more than once."""
    return re.sub(r"[^a-z]", "", name.lower()).replace("and", "")


def _is_capitalised(name: str) -> bool:
    """Whether a name is written as one; in a long name one word may be in lower case."""
    words = [word for word in re.findall(r"[A-Za-z']+", name) if word.lower() not in _SMALL_WORDS]
    lower = sum(word[0].islower() for word in words)
    return name[0].isupper() and lower <= (len(words) > _LONG)
