"""Why an option of a quiz is right or wrong, in the words of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lpdeck.inference.letters import letters
from lpdeck.inference.mentions import How, Mention, Place, mentions
from lpdeck.inference.stance import Stance
from lpdeck.inference.steps import is_labelled, steps
from lpdeck.inference.weighing import quotations
from lpdeck.inference.wording import content, fold, listed, stands_in, stem, words

# How closely each way names an option, and how much of it must be said.
_CLOSENESS = {How.OWN_WORDS: 3, How.QUOTED: 3, How.LETTER: 3, How.NEARLY: 2}
_BY_KEY_WORDS = 1
_NEARLY = 0.75
_KEY_SHARE, _KEY_WORDS = 0.66, 2
_DECIDED = (Stance.PRAISED, Stance.FAULTED, Stance.DENIED, Stance.REJECTED)

_END = re.compile(r"[.!?…]+[\"'”’)\]]*\s+(?=[^\sa-z])")
_CLOSED = re.compile(r"[.!?…][\"'”’)\]]*$")
# A sentence that only tells what to look at; what stands behind a mark may be a reason.
_TASK = re.compile(
    r"^\W*(?:check|look|identify|compare|ask|consider|read|find|think|notice|count|decide|choose|pick|recall|review"
    r"|recognize|recognise)\b(?!.* --? )[^:;–—>]*$",
    re.IGNORECASE | re.DOTALL,
)
# What others would take for the answer, without a word on why it is none.
_TEMPTING = re.compile(
    r"\b(?:hasty|in a hurry|at first|first (?:impulse|guess|reflex|thought)|to mind|tempting|so it seems"
    r"|(?:beginners?|novices?|readers?|many|most|some|people|one|you) (?:\w+ )?(?:picks?|ticks?|says?|chooses?|thinks?"
    r"|guess\w*|takes?|believes?))\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:but|yet|though|although|however|while|whereas|neither|nor|no|not|lose\w*)\b|n't\b", re.IGNORECASE
)
_GOES_ON = re.compile(r"(?:it|this|that|they|these|those|he|she|its|their)\b", re.IGNORECASE)
# Words that judge an option, or speak of options, without a reason.
_VERDICTS = frozenset(
    stem(word)
    for word in listed(
        "answer principle option choice phrase statement sentence right correct wrong incorrect best strongest weak "
        "weaker weakest poor good strong main primary primarily leadership lp hence therefore clearly thus signal step "
        "here core there typically"
    )
)
_LEAST_SAID = 2
_SMALL = frozenset(stem(word) for word in listed("all each every any some most more very just only even when what"))

# A sentence that begins with a list and says something about all of it.
_LIST = re.compile(r"^(?P<first>[^.;:!?]*?),? (?:and|or|nor) (?P<last>[^,.;:!?]+)")
_OF_SEVERAL = re.compile(
    r"\w.*? (?:are|were|aren't|weren't|would|may|might|can|could|will|do|don't|did|have|leave|all|each|both|only)\b"
)
_CLAUSE = re.compile(r"\b(?:is|was|are|were|it|this|that|they|he|she|but|because|while|so)\b", re.IGNORECASE)
_LABEL = re.compile(r"[\s:(\"'=)]*(?:-\s)?")


def reason(option: str, options: Sequence[str], explanation: str | None) -> str | None:
    """The sentence or step that speaks about `option` more closely than about another one; None where none does.

    `options` stand in the order of the page. What only concludes that an option is right is no reason.
    """
    if option not in options:
        return None
    at, page = list(options).index(option), _Page(tuple(options))
    passages = page.passages(explanation)
    about = [passage for passage in passages if passage.is_about(at)]
    best = max(about, key=lambda passage: passage.rank(at), default=None)
    return best.text if best else page.of_list(at, passages)


@dataclass(frozen=True)
class _Named:
    """How a passage names an option: the higher `closeness`, the more closely; `by_letter` may mislead."""

    closeness: int
    share: float
    is_decided: bool = False
    is_concluded: bool = False
    by_letter: bool = False


@dataclass(frozen=True)
class _Passage:
    """A sentence or a step, how it names options, and whether it says more than that."""

    text: str
    named: Mapping[int, _Named]
    says_more: bool

    def is_about(self, at: int) -> bool:
        """Whether it gives a reason for an option, and names no other one more closely."""
        own = self.named.get(at)
        if own is None or not self.says_more:
            return False
        return all(self._is_no_closer(one, own) for other, one in self.named.items() if other != at)

    @staticmethod
    def _is_no_closer(one: _Named, own: _Named) -> bool:
        if own.closeness == _BY_KEY_WORDS:
            return False  # words of two options: neither is clearly meant
        return one.closeness <= own.closeness

    def rank(self, at: int) -> tuple[float, ...]:
        """How well it fits an option, the highest best."""
        own = self.named[at]
        return own.closeness, -len(self.named), own.is_decided, own.share


class _Page:
    """The options of a question, and what makes each different from the others."""

    def __init__(self, options: tuple[str, ...]) -> None:
        self.options = options
        said = [[word for word in content(option) if word.weight >= 1] for option in options]
        self.own_words = [
            [word for word in own if word.stem not in _SMALL and sum(stands_in(word, one) for one in said) == 1]
            for own in said
        ]

    def passages(self, explanation: str | None) -> list[_Passage]:
        """The sentences of an explanation; a step that speaks of one option at most is one passage."""
        found = [one for step in steps(explanation) for one in self._of_step(step, labelled=is_labelled(explanation))]
        return found if self._letters_fit(found) else [_without_letters(one) for one in found]

    def _of_step(self, step: str, *, labelled: bool) -> Iterator[_Passage]:
        sentences = [self._passage(text) for text in self._sentences(step)]
        whole = self._passage(step.strip())
        options = {at for one in (whole, *sentences) for at in one.named}
        if labelled and len(sentences) > 1 and len(options) == 1 and whole.named:
            yield whole
            return
        for sentence, following in zip(sentences, [*sentences[1:], None], strict=True):
            if following and not sentence.says_more and not following.named and _GOES_ON.match(following.text):
                start = step.index(sentence.text)
                text = step[start : step.index(following.text, start + len(sentence.text)) + len(following.text)]
                yield _Passage(text, sentence.named, following.says_more)
            else:
                yield sentence

    def _sentences(self, step: str) -> Iterator[str]:
        """The sentences of a step; an end inside of a quotation or an option is none."""
        whole = [(one.start, one.end) for one in quotations(step)]
        for option in self.options:
            whole += [match.span() for match in re.finditer(re.escape(fold(option)), fold(step), re.IGNORECASE)]
        ends = [match.end() for match in _END.finditer(step)]
        ends = [end for end in ends if not any(start < end <= stop for start, stop in whole)]
        for start, end in pairwise([0, *ends, len(step)]):
            if step[start:end].strip():
                yield step[start:end].strip()

    def _passage(self, text: str) -> _Passage:
        named: dict[int, _Named] = {}
        if not _is_idle(text):
            named = {**self._by_key_words(text), **self._mentioned(text)}
        return _Passage(text, named, self._says_more(text, named))

    def _mentioned(self, text: str) -> dict[int, _Named]:
        found: dict[int, _Named] = {}
        for one in mentions(self.options, text if _CLOSED.search(text) else f"{text}.", None):
            named = _named(one)
            if named and (one.option not in found or found[one.option].closeness < named.closeness):
                found[one.option] = named
        return found

    def _by_key_words(self, text: str) -> dict[int, _Named]:
        said, found = content(text), {}
        for at, own in enumerate(self.own_words):
            count = sum(stands_in(word, said) for word in own)
            if count >= _KEY_WORDS and count >= _KEY_SHARE * len(own):
                found[at] = _Named(_BY_KEY_WORDS, count / len(own))
        return found

    def _says_more(self, text: str, named: Mapping[int, _Named]) -> bool:
        """Whether a text says something beside the options that it names and the verdict on them."""
        names = [word for at, one in named.items() if one.closeness > _BY_KEY_WORDS for word in words(self.options[at])]
        said = [word for word in content(text) if word.weight >= 1 and len(word.text) > 1]
        more = {word.stem for word in said if not stands_in(word, names)} - _VERDICTS
        return len(more) >= _LEAST_SAID

    # letters

    def _letters_fit(self, passages: Sequence[_Passage]) -> bool:
        """Whether letters mean the options in this order: none stands before the words of another option."""
        return all(self._labels_fit(one.text) and self._words_fit(one) for one in passages)

    def _labels_fit(self, text: str) -> bool:
        for at, _, end in letters(text, len(self.options)):
            behind = fold(text[end:])
            start = _LABEL.match(behind)
            behind = behind[start.end() if start else 0 :].lower()
            if any(behind.startswith(fold(one).lower()) for other, one in enumerate(self.options) if other != at):
                return False
        return True

    @staticmethod
    def _words_fit(passage: _Passage) -> bool:
        lettered = any(one.by_letter for one in passage.named.values())
        return not lettered or all(one.closeness == _CLOSENESS[How.LETTER] for one in passage.named.values())

    # lists

    def of_list(self, at: int, passages: Sequence[_Passage]) -> str | None:
        """The sentence that turns down several options in a list, one of which is the option."""
        concluded = {option for one in passages for option, named in one.named.items() if named.is_concluded}
        return next((one.text for one in passages if at in self._listed(one.text, concluded)), None)

    def _listed(self, text: str, concluded: set[int]) -> set[int]:
        """The options that the items of a list name, in the order of the page.

        An item may name one in other words only where the list has an item for each option that is not concluded.
        """
        items = _items(text)
        meant = [self._meant(item) for item in items]
        others = [at for at in range(len(self.options)) if at not in concluded]
        found = [at for at in meant if at is not None]
        if not found:
            return set()
        if None not in meant and len(found) > 1 and found == sorted(set(found)):
            return set(found)
        fits = len(items) == len(others) > 1 and len(concluded) == 1
        return (
            set(others) if fits and all(m in (None, other) for m, other in zip(meant, others, strict=True)) else set()
        )

    def _meant(self, item: str) -> int | None:
        """The one option that has words of an item to itself."""
        said = content(item)
        fitting = [at for at, own in enumerate(self.own_words) if any(stands_in(word, said) for word in own)]
        return fitting[0] if len(fitting) == 1 else None


def _is_idle(text: str) -> bool:
    """Whether a text only asks, sets a task or tells what tempts."""
    tempts = _TEMPTING.search(text) and not _TURN.search(text)
    return bool(tempts or _TASK.search(text) or text.endswith("?"))


def _named(one: Mention) -> _Named | None:
    """What a mention is worth; None where it is too loose or only asks."""
    if one.how is How.KEY_WORDS or one.stance is Stance.ASKED or one.strength < _NEARLY:
        return None
    return _Named(
        _CLOSENESS[one.how],
        one.strength,
        one.stance in _DECIDED,
        one.place is Place.CONCLUSION and one.how is How.OWN_WORDS,
        one.how is How.LETTER,
    )


def _without_letters(passage: _Passage) -> _Passage:
    named = {at: one for at, one in passage.named.items() if not one.by_letter}
    return _Passage(passage.text, named, passage.says_more)


def _items(text: str) -> list[str]:
    """The items of the list that begins a sentence and of which the rest is said; the last with that rest."""
    match = _LIST.match(fold(text))
    if match is None or _CLAUSE.search(match["first"]) or not _OF_SEVERAL.match(match["last"]):
        return []
    return [*match["first"].split(", "), match["last"]]
