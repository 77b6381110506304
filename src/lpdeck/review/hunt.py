"""The drill "find the disqualifier": a weak answer in sentences, where its disqualifiers stand, and what was found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from lpdeck.deck.drafts import QUOTED, quoted_phrase
from lpdeck.deck.identity import normalised
from lpdeck.inference.wording import is_negator, listed
from lpdeck.scheduling import Rating

# A sentence ends at its marks, with the quotes and brackets that close behind them, where a blank follows.
_END = re.compile(r"(?P<marks>[.!?…]+)[\"'”’»)\]]*\s+")
_BEGINS = re.compile(r"[\"'“‘«(\[]*[^\W_a-z]")
_LAST_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*\Z")
# Abbreviations that a name, a number or an example follows; others may end a sentence too.
_ABBREVIATIONS = listed("e.g i.e eg ie dr mr mrs ms prof st vs cf approx ca no nr fig al resp")
_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*\Z")
# Abbreviations that a name, a number or an example follows; others may end a sentence too.
_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "eg",
        "ie",
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "vs",
        "cf",
        "approx",
        "ca",
        "no",
        "nr",
        "fig",
        "al",
        "resp",
    ]
)
_WORD = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W_]+(?:['’][^\W_]+)*")

_LIKE = 0.85
# Fewer words than that are told by no likeness, and a part of a phrase by no fewer than that.
_LEAST_WORDS, _LEAST_PART = 4, 2
# So many words before a part of a sentence may deny it.
_REACH = 2

_PROPOSALS = ((1.0, Rating.GOOD), (0.6, Rating.HARD), (0.0, Rating.AGAIN))


@dataclass(frozen=True)
class Target:
    """A disqualifier (`text`, its whole line) and where it stands: the words said there, and the sentence's index."""

    phrase: str
    sentence: int
    text: str


@dataclass(frozen=True)
class Hunt:
    """A weak answer in sentences, the disqualifiers that have a place in it, and those that have none."""

    sentences: tuple[str, ...]
    phrases: tuple[Target, ...]
    unplaced: tuple[str, ...]


@dataclass(frozen=True)
class Score:
    """Sentences (by index, ascending) marked rightly, overlooked and marked wrongly, and the targets overlooked.

    `proposed` is None where no disqualifier has a place; the learner decides.
    """

    hits: tuple[int, ...]
    misses: tuple[int, ...]
    false_alarms: tuple[int, ...]
    missed: tuple[Target, ...]
    proposed: Rating | None


def hunt(text: str, disqualifiers: Sequence[str]) -> Hunt:
    """The drill of a weak answer; a disqualifier is placed only where one sentence alone can be meant."""
    sentences = tuple(_sentences(text))
    said = [_words(sentence) for sentence in sentences]
    places = [_place(line, said) for line in disqualifiers]
    targets = [
        Target(sentences[at][start:end], at, line)
        for line, (at, start, end) in zip(disqualifiers, places, strict=True)
        if at >= 0
    ]
    unplaced = [line for line, (at, _, _) in zip(disqualifiers, places, strict=True) if at < 0]
    return Hunt(sentences, tuple(targets), tuple(unplaced))


def judge(hunt: Hunt, marked: Collection[int]) -> Score:
    """What the marked sentences are worth; an index that no sentence has counts as not marked."""
    wanted = {target.sentence for target in hunt.phrases}
    chosen = set(marked) & set(range(len(hunt.sentences)))
    hits, misses, false_alarms = wanted & chosen, wanted - chosen, chosen - wanted
    missed = tuple(target for target in hunt.phrases if target.sentence in misses)
    proposed = _proposed(len(hits), len(misses), len(false_alarms)) if wanted else None
    return Score(tuple(sorted(hits)), tuple(sorted(misses)), tuple(sorted(false_alarms)), missed, proposed)


def _proposed(hits: int, misses: int, false_alarms: int) -> Rating:
    share = 2 * hits / (2 * hits + misses + false_alarms)
    return next(rating for least, rating in _PROPOSALS if share >= least)


# sentences


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, without blanks around them; what holds no word goes with the sentence before it."""
    found: list[str] = []
    for line in text.splitlines():
        for sentence in _of_line(line.strip()):
            if found and not _WORD.search(sentence):
                found[-1] += f" {sentence}"
            elif sentence:
                found.append(sentence)
    return iter(found)


def _of_line(line: str) -> Iterator[str]:
    ends = [match.end() for match in _END.finditer(line) if _is_end(line, match)]
    for start, end in pairwise([0, *ends, len(line)]):
        yield line[start:end].strip()


def _is_end(line: str, match: re.Match[str]) -> bool:
    """Whether a mark ends a sentence: a capital or a digit follows, and no abbreviation stands before it."""
    if not _BEGINS.match(line, match.end()):
        return False
    word = _LAST_WORD.search(line, 0, match.start())
    return match["marks"] != "." or word is None or not _is_abbreviation(word.group())


def _is_abbreviation(word: str) -> bool:
    """Whether a word (without its last full stop) is no end of a sentence: `e.g`, `Dr`, an initial but `I`."""
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper() and word != "I")


# places


@dataclass(frozen=True, slots=True)
class _Said:
    """A word as identity sees it, and where it stands in its sentence (character offsets)."""

    text: str
    start: int
    end: int


_Place = tuple[int, int, int]  # sentence, and start and end in it
_NOWHERE: _Place = (-1, 0, 0)


def _words(text: str) -> tuple[_Said, ...]:
    return tuple(_Said(normalised(found.group()), found.start(), found.end()) for found in _WORD.finditer(text))


def _place(line: str, said: Sequence[Sequence[_Said]]) -> _Place:
    """Where a disqualifier stands: by the first phrase that it quotes or, quoting none, by all of its words."""
    quoted = [quoted_phrase(found) for found in QUOTED.finditer(line)]
    for phrase in quoted or [line]:
        words = [word.text for word in _words(phrase)]
        for find in (_contained, _parted, _alike):
            found = _only([(at, *span) for at, sentence in enumerate(said) for span in find(words, sentence)])
            if found:
                return found
    return _NOWHERE


def _only(places: list[_Place]) -> _Place | None:
    """The first place, if all are in one sentence."""
    return places[0] if len({at for at, _, _ in places}) == 1 else None


def _runs(words: Sequence[str], sentence: Sequence[_Said], start: int = 0) -> Iterator[int]:
    """The positions from `start` on where the words follow each other."""
    said, size = [word.text for word in sentence], len(words)
    return (at for at in range(start, len(said) - size + 1) if size and said[at : at + size] == list(words))


def _contained(words: Sequence[str], sentence: Sequence[_Said]) -> Iterator[tuple[int, int]]:
    for at in _runs(words, sentence):
        yield sentence[at].start, sentence[at + len(words) - 1].end


def _parted(words: Sequence[str], sentence: Sequence[_Said]) -> Iterator[tuple[int, int]]:
    """Where a phrase stands that leaves out words in its middle: both of its parts, with no denial between."""
    for cut in range(_LEAST_PART, len(words) - _LEAST_PART + 1):
        for at in _runs(words[:cut], sentence):
            rest = next(_runs(words[cut:], sentence, at + cut), None)
            if rest is not None and not _denials(sentence[at + cut : rest]):
                yield sentence[at].start, sentence[rest + len(words) - cut - 1].end


def _alike(words: Sequence[str], sentence: Sequence[_Said]) -> Iterator[tuple[int, int]]:
    """The part of a sentence that is most like a phrase, if it is like enough and denies and counts the same."""
    if len(words) < _LEAST_WORDS:
        return
    likeness, start, end = max(_windows(words, sentence), default=(0.0, 0, 0))
    if likeness >= _LIKE:
        yield start, end


def _windows(words: Sequence[str], sentence: Sequence[_Said]) -> Iterator[tuple[float, int, int]]:
    """Each part of about as many words, with its likeness (0 to 1) to the words."""
    matcher = SequenceMatcher(None, "", " ".join(words), autojunk=False)
    for size in range(len(words) - 1, len(words) + 2):
        for at in range(len(sentence) - size + 1):
            part = sentence[at : at + size]
            before = sentence[max(0, at - _REACH) : at]
            if _fixed(words) != _fixed([word.text for word in part]) or _denials(before):
                continue
            matcher.set_seq1(" ".join(word.text for word in part))
            if matcher.real_quick_ratio() >= _LIKE and matcher.quick_ratio() >= _LIKE:
                yield matcher.ratio(), part[0].start, part[-1].end


def _denials(said: Sequence[_Said]) -> list[str]:
    return [word.text for word in said if is_negator(word.text)]


def _fixed(words: Sequence[str]) -> list[str]:
    """The words that may not differ: numbers and negations."""
    return [word for word in words if word[:1].isdigit() or is_negator(word)]
