"""Words of a text, their stems, and how far one text says what another one says."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lpdeck.inference.verdict import Evidence, Verdict

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_FOLDS = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201b": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " "})


def listed(text: str) -> frozenset[str]:
    """The words of a table, parted by spaces."""
    return frozenset(text.split())


# The longest ending that leaves three letters falls off; `y` becomes `i`.
_ENDINGS = sorted(
    listed(
        "ification ified ifies ifying ify ations ation ated ates ating ate atives ative ators ator itions ition "
        "ions ion ments ment ings ing edly ed ers er ies ied ively ives ive ness ity als al ly es s e"
    ),
    key=len,
    reverse=True,
)
# Forms that no ending explains, behind the stem that they share.
_IRREGULAR = {
    form: base
    for base, _, forms in (
        entry.partition(":")
        for entry in listed(
            "decid:decision,decisions,decisive tell:told write:wrote,written find:found take:took,taken "
            "give:gave,given see:saw,seen fall:fell,fallen build:built lead:led sit:sat run:ran make:made "
            "speed:speed get:got send:sent speak:spoke choose:chose,chosen hold:held keep:kept leave:left "
            "feel:felt do:did,done go:went bring:brought teach:taught think:thought drive:drove,driven "
            "draw:drew break:broke"
        )
    )
    for form in forms.split(",")
}
# Words of one meaning that pages use for each other.
_SAME = {
    "fast": "speed", "quick": "speed", "rapid": "speed", "hast": "speed", "bos": "manag", "supervisor": "manag",
    "undo": "revers", "undone": "revers",
}  # fmt: skip
_FUNCTION_WORDS = listed(
    "a an the of to in on at for and or nor is are was were be been being it its this that these those with by "
    "from as into than then so such but if s t d ll re ve has have had do does did will would can could too also"
)
_PRONOUNS = listed("i we my our me us you your he she his her they their them")
NEGATORS = listed(
    "no not never without lack lacks lacked lacking missing miss misses absent absence nothing none neither nor "
    "zero cannot hardly"
)

_NEAR = 0.6
_NEAR_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case, its stem, and where it stands in its text (character offsets).

    `weight` is how much it says, 0 to 1.5: function words nothing, numbers most. `denies` is set for negators.
    """

    text: str
    stem: str
    start: int
    end: int
    weight: float
    denies: bool


def _word(match: re.Match[str]) -> Word:
    text = match.group()
    return Word(text, stem(text), match.start(), match.end(), _weight(text), is_negator(text))


def _weight(text: str) -> float:
    if text[0].isdigit():
        return 1.5
    base = text.split("'")[0]
    if base in _FUNCTION_WORDS and not is_negator(text):
        return 0.0
    return 0.5 if base in _PRONOUNS or is_negator(text) else 1.0


def fold(text: str) -> str:
    """The text with straight quotes and plain spaces, of the same length."""
    return text.translate(_FOLDS)


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """The words and numbers of `text` in order; apostrophes inside words belong to them."""
    return tuple(map(_word, _WORD.finditer(fold(text).lower())))


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The part of a lower-case word that its forms (and a few words of the same meaning) share."""
    found = _without_ending(word)
    return _SAME.get(found, found)


def _without_ending(word: str) -> str:
    word = word.removesuffix("'s")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") else word


def is_negator(word: str) -> bool:
    """Whether a lower-case word denies something."""
    return word in NEGATORS or word.endswith("n't")


@lru_cache(maxsize=4096)
def content(text: str) -> tuple[Word, ...]:
    """The words of `text` that say something by themselves."""
    return tuple(word for word in words(text) if word.weight)


def is_same(a: Word, b: Word, known: Collection[str] = ()) -> bool:
    """Whether two words are forms of one, both deny, or `b` is `a` mistyped and none of the `known` stems."""
    if a.stem == b.stem or (a.denies and b.denies):
        return True
    if a.text[0] != b.text[0] or b.stem in known:  # most pairs end here; a typo keeps the first letter
        return False
    return _is_typo(a.text.removesuffix("'s"), b.text.removesuffix("'s"))


def occurrences(phrase: Sequence[Word], text: Sequence[Word], known: Collection[str] = ()) -> list[int]:
    """The positions in `text` where the words of `phrase` follow each other."""
    if not phrase:
        return []
    size, head = len(phrase), phrase[0]
    starts = [at for at in range(len(text) - size + 1) if is_same(head, text[at], known)]
    return [at for at in starts if all(is_same(a, text[at + i], known) for i, a in enumerate(phrase))]


def stands_in(word: Word, text: Sequence[Word], known: Collection[str] = ()) -> bool:
    """Whether a word, or a form of it, is among the words of `text`: `is_same` with most pairs told apart at once."""
    stem, denies, first = word.stem, word.denies, word.text[0]
    for other in text:
        if other.stem == stem or (denies and other.denies):
            return True
        if other.text[0] == first and is_same(word, other, known):
            return True
    return False


def coverage(phrase: Sequence[Word], text: Sequence[Word], known: Collection[str] = ()) -> float:
    """The share (0 to 1, by weight) of the words of `phrase` that stand in `text`."""
    total = sum(word.weight for word in phrase)
    if not total:
        return 0.0
    return sum(word.weight for word in phrase if stands_in(word, text, known)) / total


def nearest(phrase: str, texts: Sequence[str]) -> Verdict[int]:
    """The index of the one text that says what `phrase` says; undecided when none or several do."""
    likeness = [_likeness(phrase, text) for text in texts]
    ranked = sorted(range(len(texts)), key=lambda at: -likeness[at])
    if not ranked:
        return Verdict(None)
    best = likeness[ranked[0]]
    margin = best - likeness[ranked[1]] if len(ranked) > 1 else best
    evidence = tuple(Evidence("likeness", texts[at], likeness[at]) for at in ranked if likeness[at])
    sure = best >= _NEAR and margin >= _NEAR_MARGIN
    return Verdict(ranked[0] if sure else None, evidence, margin, tuple(ranked))


def _likeness(phrase: str, text: str) -> float:
    """How much of `phrase` stands in `text` and, counting half, how much of `text` in `phrase`; 0 to 1."""
    a, b = content(phrase), content(text)
    return (2 * coverage(a, b) + coverage(b, a)) / 3


@lru_cache(maxsize=65536)
def _is_typo(a: str, b: str) -> bool:
    """Whether two longer words of one first letter differ by one letter: changed, left out, added or swapped."""
    if max(len(a), len(b)) < 5 or abs(len(a) - len(b)) > 1 or a[0] != b[0] or a[0].isdigit():
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    swapped = a[:at] + a[at + 1 : at + 2] + a[at : at + 1] + a[at + 2 :]
    return a[at + 1 :] == b[at:] or a[at:] == b[at + 1 :] or a[at + 1 :] == b[at + 1 :] or swapped == b
