"""Encoding repair: named steps, each a pure function from text to text and the places it changed.

No step adds or removes a line, so that line numbers stay those of the page as it came. Clean text in any
language passes through untouched.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lpdeck.pages import mojibake
from lpdeck.walkthrough import Repair


@dataclass(frozen=True)
class Step:
    """One kind of damage: its name, what is done about it, and the function that does it."""

    name: str
    explanation: str
    apply: Callable[[str], tuple[str, int]]


def line_ends(text: str) -> tuple[str, int]:
    """CRLF and CR become LF."""
    return re.subn(r"\r\n?", "\n", text)


def lossy_windows_1252(text: str) -> tuple[str, int]:
    """Symbols read as windows-1252 whose undefined bytes were dropped: `âŒ` is ❌, `â€` is ”."""
    if not re.search(r"[âðï][^\x00-\x7f]", text):
        return text, 0
    known = mojibake.lossy("latin")
    text, joiners = re.subn(r"(?<=[A-Za-z])â€(?=[A-Za-z])", "", text)
    text, places = mojibake.lossy_latin().subn(lambda found: known.get(found[0]) or mojibake.mark(found[0]), text)
    return text, joiners + places


def spaces_of_windows_1252(text: str) -> tuple[str, int]:
    """No-break spaces read as windows-1252, when their second half has become a plain space or was lost."""
    before = "" if re.search(r"[a-z0-9.,]Â[ \u00a0]", text) else "(?<![A-ZÀ-Ý])"
    return re.subn(rf"{before}Â(?: +|\u00a0|(?=[\"'“‘(]|$))", " ", text, flags=re.M)


def letters_of_windows_1252(text: str) -> tuple[str, int]:
    """Letters read as windows-1252 in a text full of such: `Ã…` is Å, and with a byte lost `Åukasz` is Łukasz."""
    if len(mojibake.EVIDENT.findall(text)) < 2 and not re.search(r"[a-z][ÃÄÅ][\u00a1-\u00bf]", text):
        return text, 0
    return _substituted(mojibake.letters_latin(), lambda found: mojibake.letter(found[0]), text)


def whole_greek(text: str) -> tuple[str, int]:
    """Symbols read as ISO-8859-7 that lost nothing: `β€™` is ’."""
    if not re.search(r"[βπΒΓ][^\x00-\x7f]", text):
        return text, 0
    return _substituted(mojibake.whole_greek(), lambda found: mojibake.from_greek(found[0]), text)


def lossy_greek(text: str) -> tuple[str, int]:
    """Symbols read as ISO-8859-7 with losses, before a label or alone on a line: `β± Target` is ⏱ Target."""
    if not re.search(r"[βπ] ?[^\x00-\x7f]", text):
        return text, 0
    known = mojibake.lossy("greek")
    symbols = {spelling.replace(" ", ""): symbol for spelling, symbol in known.items()}
    loose = re.compile("|".join(" ?".join(map(re.escape, each)) for each in sorted(symbols, key=len, reverse=True)))

    def symbol(found: re.Match[str]) -> str:
        run = loose.sub(lambda each: symbols.get(each[0].replace(" ", ""), each[0]), found[2].rstrip(" "))
        return found[1] + run + (" " if found[2].endswith(" ") else "")

    return _substituted(mojibake.lossy_greek(), symbol, text)


def other_mojibake(text: str) -> tuple[str, int]:
    """Everything that ftfy recognises as UTF-8 read in another encoding, line by line."""
    if text.isascii():
        return text, 0
    lines = text.split("\n")
    repaired = [_fixed(line) if re.search(r"[^\x00-\x7f]{2}|[ÃÂ]", line) else line for line in lines]
    changed = sum(before != after for before, after in zip(lines, repaired, strict=True))
    return "\n".join(repaired), changed


def _fixed(line: str) -> str:
    import ftfy

    return ftfy.fix_encoding(line).replace("\n", " ").replace("\r", " ")


def entities(text: str) -> tuple[str, int]:
    """`&amp;` and its like, only where the whole text is evidently escaped.

    Every & begins an entity, and there are three of them, or one stands for a quote in a text without any.
    """
    entity = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
    count = len(entity.findall(text))
    quotes = re.search(r"&(?:quot|apos|rsquo|#0?39|#[xX]27);", text) and not re.search("[\"']", text)
    if text.count("&") != count or not (count >= 3 or quotes):
        return text, 0
    return entity.subn(lambda found: html.unescape(found[0]).replace("\n", " ").replace("\r", " "), text)


def invisible(text: str) -> tuple[str, int]:
    """Zero-width characters, soft hyphens and byte order marks; joiners stay between letters that need them."""
    text, alone = re.subn("[\u200b\u2060\ufeff\u00ad\u180e\u202a-\u202e\u2066-\u2069]", "", text)
    joiner = "[\u200c-\u200f]+"
    text, beside = re.subn(rf"(?:(?<=[\x00-\x7f])|(?<![\s\S])){joiner}|{joiner}(?=[\x00-\x7f]|\Z)", "", text)
    return text, alone + beside


def controls(text: str) -> tuple[str, int]:
    """Control characters go; halves of surrogate pairs are united or marked as lost."""
    places = 0
    if re.search("[\ud800-\udfff]", text):
        text, places = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), 1
    text, breaks = re.subn("[\x0b\u2029]", "\u2028", text)
    text, dropped = re.subn("[\x00-\x08\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", "", text)
    return text, places + breaks + dropped


def spaces(text: str) -> tuple[str, int]:
    """Tabs, no-break spaces and spaces of other widths become a space."""
    return re.subn("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f]", " ", text)


MOJIBAKE = (
    Step("letters of windows-1252", "accented letters of UTF-8 read as windows-1252", letters_of_windows_1252),
    Step("spaces of windows-1252", "no-break spaces of UTF-8 read as windows-1252", spaces_of_windows_1252),
    Step("lost windows-1252 bytes", "symbols of UTF-8 read as windows-1252, some bytes lost", lossy_windows_1252),
    Step("UTF-8 read as Greek", "symbols of UTF-8 read as ISO-8859-7", whole_greek),
    Step("lost Greek bytes", "symbols of UTF-8 read as ISO-8859-7, some bytes lost", lossy_greek),
    Step("UTF-8 read as another encoding", "lines that ftfy knows how to decode", other_mojibake),
)
STEPS = (
    Step("line ends", "CRLF and CR become LF", line_ends),
    *MOJIBAKE,
    Step("escaped characters", "entities of a text that is escaped throughout", entities),
    Step("invisible characters", "zero-width characters, soft hyphens, byte order marks", invisible),
    Step("control characters", "C0 and C1 control characters, broken surrogates", controls),
    Step("spaces", "tabs and no-break spaces become spaces", spaces),
)
_ROUNDS = 3


def repair(text: str) -> tuple[str, tuple[Repair, ...]]:
    """The text as it was meant, and the steps that changed something, in the order they were taken.

    Decoding may uncover what was decoded wrongly twice, so those steps are repeated while they change something.
    """
    places: dict[str, int] = {}
    text = _applied(STEPS[:1], text, places)
    for _ in range(_ROUNDS):
        before, text = text, _applied(MOJIBAKE, text, places)
        if text == before:
            break
    text = _applied(STEPS[1 + len(MOJIBAKE) :], text, places)
    return text, tuple(Repair(name, count) for name, count in places.items())


def _applied(steps: Sequence[Step], text: str, places: dict[str, int]) -> str:
    """The text after some steps, and their places counted."""
    for step in steps:
        text, changed = step.apply(text)
        if changed:
            places[step.name] = places.get(step.name, 0) + changed
    return text


def _substituted(pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str], text: str) -> tuple[str, int]:
    """As re.subn, counting only the places that did change."""
    places = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal places
        new = replacement(found)
        places += new != found[0]
        return new

    return pattern.sub(replace, text), places
