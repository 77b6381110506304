"""Where the steps and the hint of a question speak about its options, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from lpdeck.inference.letters import letters
from lpdeck.inference.rejection import is_affirmed, is_questioned, is_spoiled, is_taken_back
from lpdeck.inference.stance import Stance, is_echo, stance
from lpdeck.inference.steps import ARROW, steps
from lpdeck.inference.weighing import LIST_GLUE, SENTENCE_END, quotations
from lpdeck.inference.wording import Word, content, coverage, fold, is_same, listed, occurrences, stands_in, words
from lpdeck.principles import Principle

_CLAUSE = re.compile(
    r"[.;!?](?=\s|$)|\b(?:but|while|whereas|however|although|though)\b|,(?= (?:not|so|since"
    r"|because)\b)",
    re.IGNORECASE,
)
_EARLIER = 0.85
_INSTRUCTION = re.compile(
    r"^\W*(check|look|identify|compare|ask|consider|read|find|think|notice|count|decide|choose|pick|recall|review)\b"
    r"(?!.*\bthat\b)",
    re.IGNORECASE,
)
_ELIMINATING = re.compile(
    r"^\W*(?:(?:so|first|now|then|next),? )?(?:eliminate|rule out|exclude|discard|reject|drop|strike"
    r"|cross out|cross off"
    r"|set aside|dismiss|ignore)\b(?!.*\b(?:leav\w+|keep\w*|remain\w*|so|choose|but|until|only)\b)",
    re.IGNORECASE,
)
_LESS = re.compile(r"\bless (?:(?:of|about|an?|to do with|matter of|case of|question of) )*$", re.IGNORECASE)
_THAN = re.compile(r"\W*than(?: (?:of|about|an?|to do with|matter of|case of|question of))*\W*", re.IGNORECASE)
_BARE_NEGATIONS = listed("no not never cannot isn't aren't wasn't doesn't don't didn't can't won't")
_ARTICLES = frozenset({"a", "an", "the"})
# More letters than that in one step are something else, such as a table.
_LETTERS_AT_MOST = 16
_NEAR = 0.6
_KEY = 0.15
_QUOTE = 0.75
# The words of principles' names are common words as well.
_COMMON = 0.2


class How(Enum):
    """How closely a passage names an option."""

    OWN_WORDS = "own words"
    QUOTED = "quoted part"
    NEARLY = "nearly its words"
    KEY_WORDS = "key words"
    LETTER = "letter"


class Place(Enum):
    """Where a passage stands."""

    CONCLUSION = "conclusion"
    STEP = "step"
    HINT_CONCLUSION = "conclusion of the hint"
    HINT = "hint"


# A step that only turns options down takes nothing from what was concluded before it.
_AGAINST = (Stance.REJECTED, Stance.DENIED)
_DOWN = (Stance.REJECTED, Stance.DOUBTED)


@dataclass(frozen=True)
class Mention:
    """One passage that speaks about one option. `strength` is 0 to 1, `late` is 1 for the last step and less before.

    `is_claimed`: the words around an option affirm it, where they could also have named it in passing;
    `premise` is what stands before the arrow that concludes it.
    """

    option: int
    how: How
    place: Place
    stance: Stance
    strength: float
    late: float
    text: str
    is_claimed: bool = True
    premise: str = ""


@dataclass(frozen=True)
class _Span:
    option: int
    how: How
    strength: float
    start: int
    end: int


def mentions(
    options: tuple[str, ...], explanation: str | None, hint: str | None, asked: frozenset[str] = frozenset()
) -> tuple[Mention, ...]:
    """Every mention of an option in the steps (one a line) and in the hint, in order.

    `asked` holds the stems of what the question asks for.
    """
    texts = steps(explanation)
    found: list[Mention] = []
    late = 1.0
    for at in reversed(range(len(texts))):
        following = texts[at + 1] if at + 1 < len(texts) else ""
        said = list(_Passage(options, texts[at], asked, is_hint=False, following=following).mentions())
        found = [replace(one, late=late) for one in said] + found
        late *= 1.0 if said and all(one.stance in _AGAINST for one in said) else _EARLIER
    return (*found, *_Passage(options, hint or "", asked, is_hint=True).mentions())


class _Passage:
    """One step, or the hint."""

    def __init__(
        self, options: tuple[str, ...], text: str, asked: frozenset[str], *, is_hint: bool, following: str = ""
    ) -> None:
        self.options = options
        self.following = following
        self.text = _without_marks_of(options, fold(text))
        self.words = words(self.text)
        self.asked = asked
        self.is_hint = is_hint
        self.option_words = [content(option) for option in options]
        self.spread = _spread(options)
        self.known = frozenset(word.stem for option in self.option_words for word in option)
        self.arrows = [match.end() for match in ARROW.finditer(self.text)]

    def mentions(self) -> Iterator[Mention]:
        named = self._own_words()
        named += self._quoted(named)
        named += self._lettered(named)
        for start, end in self._sentences(named):
            spans = [span for span in named if start <= span.start < end]
            spans += self._nearly(start, end, spans)
            weighed = list(self._weigh_spans(spans, start, end))
            yield from weighed
            yield from self._key_words(spans, [one.stance for one in weighed], start, end)

    # finding

    def _own_words(self) -> list[_Span]:
        found: list[_Span] = []
        patterns = [(at, phrase) for at, option in enumerate(self.options) for phrase in _forms(option)]
        for at, phrase in sorted(patterns, key=lambda pattern: -len(pattern[1])):
            for begin in occurrences(phrase, self.words, self.known):
                span = self._span(at, How.OWN_WORDS, 1.0, self.words[begin : begin + len(phrase)])
                same = [one for one in found if (one.start, one.end) == (span.start, span.end)]
                clear = bool(same) or not any(_overlap(span, one) for one in found)
                if clear and not any(one.option == at for one in same):
                    found.append(self._tamed(span))
        return found

    def _tamed(self, span: _Span) -> _Span:
        """A principle's name of one word in lower case is a common word."""
        said = self.text[span.start : span.end]
        if Principle.named(self.options[span.option]) and said.islower() and " " not in said:
            return _Span(span.option, How.KEY_WORDS, 0.5, span.start, span.end)
        return span

    def _quoted(self, named: list[_Span]) -> list[_Span]:
        found = []
        for quote in quotations(self.text):
            said = words(quote.text)
            if len(said) < 2 or any(_overlap(quote, span) for span in named):
                continue
            holders = [at for at, option in enumerate(self.options) if occurrences(said, words(option), ())]
            if not holders:
                near = [coverage(said, option) for option in self.option_words]
                holders = [at for at, share in enumerate(near) if share >= _QUOTE and share == max(near)]
            if len(holders) == 1:
                found.append(_Span(holders[0], How.QUOTED, 1.0, quote.start, quote.end))
        return found

    def _lettered(self, named: list[_Span]) -> list[_Span]:
        found = [_Span(at, How.LETTER, 1.0, start, end) for at, start, end in letters(self.text, len(self.options))]
        if len(found) > _LETTERS_AT_MOST:
            return []
        return [span for span in found if not any(_overlap(span, one) for one in named)]

    def _sentences(self, named: list[_Span]) -> Iterator[tuple[int, int]]:
        """Sentences of the lead and of each conclusion; an end inside of a named option is none."""
        ends = [match.end() for match in SENTENCE_END.finditer(self.text)]
        ends = [end for end in ends if not any(span.start < end <= span.end for span in named)]
        start = 0
        for end in sorted({*ends, *self.arrows, len(self.text)}):
            if end > start:
                yield start, end
            start = end

    def _nearly(self, start: int, end: int, spans: list[_Span]) -> list[_Span]:
        free = self._free(start, end, spans)
        shares = [coverage(option, free, self.known) for option in self.option_words]
        found = []
        for at, option in enumerate(self.option_words):
            said = _trimmed([word for word in free if any(is_same(other, word, self.known) for other in option)])
            enough = shares[at] >= _NEAR and len({word.stem for word in said if word.weight >= 1}) >= 2
            if enough and shares[at] >= max(shares) - 0.2 and self._denies_alike(option, said, start):
                found.append(self._span(at, How.NEARLY, shares[at], said))
        return found

    def _denies_alike(self, option: tuple[Word, ...], said: list[Word], start: int) -> bool:
        """Whether what was said denies something where the option does, and only there."""
        inside = [word for word in self.words if start <= word.start and word.end <= said[-1].end]
        denied = any(word.denies for word in inside)
        return denied or not any(word.denies for word in option)

    def _key_words(self, spans: list[_Span], views: list[Stance], start: int, end: int) -> Iterator[Mention]:
        taken = {span.option for span in spans}
        for begin, stop in _clauses(self.text, start, end):
            if self._is_about_another(spans, views, begin, stop):
                continue
            free = self._free(begin, stop, spans)
            shares = {at: self._distinctive_share(at, free) for at in range(len(self.options)) if at not in taken}
            strong = {at: share for at, share in shares.items() if share >= _KEY}
            if not strong:
                continue
            said = _trimmed(
                [w for w in free if any(is_same(o, w, self.known) for at in strong for o in self.option_words[at])]
            )
            if not said:  # `not` has the stem of `note`, and a bare negation names no option
                continue
            view = self._stance(begin, stop, self.text[begin : said[0].start], self._rest(said, stop), loose=True)
            share_of = 0.5 if _INSTRUCTION.search(self.text[begin:stop]) else 1.0
            for at, share in strong.items():
                span = _Span(at, How.KEY_WORDS, share * share_of, said[0].start, said[-1].end)
                yield self._mention(span, self._denying(at, begin, stop, view), begin, stop)

    def _is_about_another(self, spans: list[_Span], views: list[Stance], begin: int, stop: int) -> bool:
        """Whether a clause turns down an option that it names: its words (`a close second`) name no other one."""
        inside = [span for span in spans if begin <= span.start < stop]
        down = [span for span, view in zip(sorted(spans, key=_place), views, strict=True) if view in _DOWN]
        return bool(inside) and all(span in down for span in inside)

    def _rest(self, said: list[Word], stop: int) -> str:
        """The text behind the first of the words `said`, without the others."""
        starts, ends = [word.start for word in said[1:]] + [stop], [word.end for word in said]
        return "".join(self.text[end:start] for end, start in zip(ends, starts, strict=True))

    def _denying(self, at: int, begin: int, stop: int, view: Stance) -> Stance:
        """What denies something is not named by words that do not."""
        denies = any(word.denies for word in self.option_words[at][:2])
        denied = any(word.denies for word in self.words if begin <= word.start < stop)
        return Stance.ASKED if denies and not denied and view is Stance.STATED else view

    def _distinctive_share(self, at: int, free: list[Word]) -> float:
        """The share of an option's words that were said, a word of several options counting for less."""
        option, spread = self.option_words[at], self.spread[at]
        said = {word.stem for word in option if stands_in(word, free, self.known)}
        if not any(word.stem in said and holders == 1 and word.weight >= 1 for word, holders in spread):
            return 0.0
        weights = {word.stem: word.weight / holders**2 for word, holders in spread}
        share = sum(weights[stem] for stem in said) / sum(weights.values())
        return share * _COMMON if Principle.named(self.options[at]) else share

    # judging

    def _weigh_spans(self, spans: list[_Span], start: int, end: int) -> Iterator[Mention]:
        ordered = sorted(spans, key=_place)
        for at, span in enumerate(ordered):
            view = self._stance(start, end, *self._around(ordered, at, start, end), loose=False)
            yield replace(
                self._mention(span, view, start, end), is_claimed=self._is_claimed(span, ordered, at, start, end)
            )

    def _is_claimed(self, span: _Span, ordered: list[_Span], at: int, start: int, end: int) -> bool:
        if span.how not in (How.OWN_WORDS, How.NEARLY) or self.text[max(0, span.start - 1)] in "'\"":
            return True
        premise = self._premise(start).lower()
        if span.how is How.NEARLY:
            return not is_spoiled(premise)
        return not is_spoiled(premise) and is_affirmed(*map(str.lower, self._around(ordered, at, start, end)))

    def _stance(self, start: int, end: int, before: str, after: str, *, loose: bool) -> Stance:
        if self.text[start:end].rstrip().endswith("?") or self.text[end : end + 1] == "?":
            return Stance.ASKED
        view = stance(before, after, loose=loose, asked=self.asked, premise=self._premise(start))
        next_one = self._next_sentence(end)
        if is_taken_back(next_one) or _ELIMINATING.search(self.text[start:end]):
            return Stance.REJECTED
        return Stance.DOUBTED if is_questioned(next_one) else view

    def _premise(self, start: int) -> str:
        """What stands before the arrow that concludes the text from `start` on."""
        if start not in self.arrows:
            return ""
        since = [match.end() for match in SENTENCE_END.finditer(self.text, 0, start)]
        return ARROW.sub(" ", self.text[since[-1] if since else 0 : start])

    def _next_sentence(self, end: int) -> str:
        rest = self.text[end:] if words(self.text[end:]) else fold(self.following)
        return SENTENCE_END.split(rest.lstrip(" ;.!?"), maxsplit=1)[0].lower()

    def _around(self, ordered: list[_Span], at: int, start: int, end: int) -> tuple[str, str]:
        """What stands before and behind a span or the enumeration it belongs to, within its sentence."""
        first = last = at
        while first and self._joined(ordered[first - 1], ordered[first]):
            first -= 1
        while last + 1 < len(ordered) and self._joined(ordered[last], ordered[last + 1]):
            last += 1
        since = ordered[first - 1].end if first else start
        until = ordered[last + 1].start if last + 1 < len(ordered) else self._end_of_statement(ordered[last], end)
        before, after = self.text[since : ordered[first].start], self.text[ordered[last].end : until]
        if first and _THAN.fullmatch(before) and _LESS.search(self.text[: ordered[first - 1].start]):
            before = ""
        return self._around(ordered, first - 1, start, end) if first and is_echo(after) else (before, after)

    def _end_of_statement(self, span: _Span, end: int) -> int:
        """What stands behind an arrow is said about an option that stands alone before it."""
        if end not in self.arrows or words(self.text[span.end : end]):
            return end
        return next((stop for start, stop in self._sentences([]) if start == end), end)

    def _joined(self, a: _Span, b: _Span) -> bool:
        return b.start <= a.end or bool(LIST_GLUE.fullmatch(self.text, a.end, b.start))

    def _mention(self, span: _Span, view: Stance, start: int, end: int) -> Mention:
        concluded = any(arrow <= start for arrow in self.arrows) or self._stands_alone(span, start, end)
        if self.is_hint:
            place = Place.HINT_CONCLUSION if concluded else Place.HINT
        else:
            place = Place.CONCLUSION if concluded else Place.STEP
        return Mention(
            span.option,
            span.how,
            place,
            view,
            span.strength,
            1.0,
            self.text[start:end].strip(),
            premise=self._premise(start),
        )

    def _stands_alone(self, span: _Span, start: int, end: int) -> bool:
        """Whether an option is all that a step says, or all that stands behind a colon or before an arrow."""
        lead, rest = self.text[start : span.start].rstrip(), self.text[span.end : end]
        alone = span.how is How.OWN_WORDS and not words(rest)
        is_whole = not self.is_hint and not words(self.text[: span.start]) and not words(self.text[span.end :])
        return alone and (lead.endswith(":") or (not words(lead) and end in self.arrows) or is_whole)

    # words

    def _free(self, start: int, end: int, spans: list[_Span]) -> list[Word]:
        inside = [word for word in self.words if start <= word.start < end and word.weight]
        return [word for word in inside if not any(s.start <= word.start < s.end for s in spans)]

    def _span(self, option: int, how: How, strength: float, said: tuple[Word, ...] | list[Word]) -> _Span:
        return _Span(option, how, strength, said[0].start, said[-1].end)


def _without_marks_of(options: tuple[str, ...], text: str) -> str:
    """The text in which an option that is a question has no question mark: it is named, and nothing is asked."""
    for option in (fold(option).rstrip() for option in options):
        if option.endswith("?"):
            text = re.sub(re.escape(option), lambda named: named[0][:-1], text, flags=re.IGNORECASE)
    return text


@lru_cache(maxsize=64)
def _spread(options: tuple[str, ...]) -> tuple[tuple[tuple[Word, int], ...], ...]:
    """Each option's words, each with the number of options that have it."""
    said = [content(option) for option in options]
    return tuple(tuple((word, sum(stands_in(word, option) for option in said)) for word in own) for own in said)


def _trimmed(said: list[Word]) -> list[Word]:
    """Without the negations at the end: they belong to what is said about the rest."""
    while said and said[-1].text in _BARE_NEGATIONS:
        said = said[:-1]
    return said


def _forms(option: str) -> Iterator[tuple[Word, ...]]:
    """The words of an option, and of the other names of the principle that it is."""
    own = words(option)
    yield own[1:] if len(own) > 1 and own[0].text in _ARTICLES else own
    principle = Principle.named(option)
    for name in principle.names if principle else ():
        yield words(name)


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    ends = [match.start() for match in _CLAUSE.finditer(text, start, end)]
    for stop in (*ends, end):
        if stop > start:
            yield start, stop
        start = stop


def _place(span: _Span) -> tuple[int, int]:
    return span.start, span.end


def _overlap(a: object, b: _Span) -> bool:
    return a.start < b.end and b.start < a.end  # type: ignore[attr-defined, no-any-return]
