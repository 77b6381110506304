"""How sentences, quotes, lists and titles look: judgements over one string."""

from __future__ import annotations

import re
from functools import lru_cache

_STRAIGHT = str.maketrans({"“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"'})
_PAIRS = {'"': '"', "“": "”", "„": "“”", "«": "»", "'": "'", "‘": "’", "‟": "”", "”": "”"}
_ENDS = re.compile(r"[.!?…:;][\"'“”’)\]»*]*$|[\"”»]$")
_QUESTION = re.compile(r"\?[\"'”’)\]»*\s]*$")
_TASK = re.compile(
    r"(?:pick|choose|select|identify|spot|find|name|mark|complete|rank|match|decide|true or false|which|what|"
    r"point out)\b",
    re.I,
)
_ASKING = re.compile(
    r"(?:tell|describe|walk|give|explain|talk|show|suppose|imagine|convince|help me|take me|share|say|how|what|"
    r"why|did|who|when|where|can|could|would|which|if|were|was|is|are|do|does|have|had|has|"
    r"looking back|in hindsight|and)\b",
    re.I,
)
_ROW = re.compile(r'(?:"[^"]*"[\s,;|·/•]*)+')
_CUT_ROW = re.compile(r'(?:"[^"]*"[\s,;|·/•]*)+"[^"]*')
_PHRASE = re.compile(r'"([^"]*)(?:"|$)')


def ends_sentence(text: str) -> bool:
    """Whether `text` ends as a sentence, an introduction or a quotation ends."""
    return bool(_ENDS.search(text))


def is_title_like(text: str) -> bool:
    """Whether `text` is a few words without an end of a sentence, as headings, links and buttons are."""
    return not ends_sentence(text) and len(text) <= 70 and len(text.split()) <= 8


def is_question(text: str) -> bool:
    """Whether `text` ends with a question mark."""
    return bool(_QUESTION.search(text))


def is_task(text: str) -> bool:
    """Whether `text` asks to pick an answer: "Pick the line that ..."."""
    return bool(_TASK.match(text)) and len(text.split()) <= 30


def is_request(text: str) -> bool:
    """Whether `text` asks the candidate for something without a question mark: "Walk me through ..."."""
    return bool(re.match(r"(?:(?:tell|give|walk|show|take|help) (?:me|us)|describe|convince me)\b", text, re.I))


def begins_asking(text: str) -> bool:
    """Whether `text` begins as an interviewer's question or request begins."""
    return bool(_ASKING.match(text))


def is_quoted(text: str) -> bool:
    """Whether one pair of quotes encloses all of `text`, a closing full stop aside."""
    return unquoted(text) != text


def unquoted(text: str) -> str:
    """`text` without the quotes that enclose all of it; inner quotes stay."""
    bare = text.strip()
    core = bare[:-1] if len(bare) > 3 and bare[-1] in ".," and bare[-2] in "\"”»'’" else bare
    if len(core) < 3 or core[-1] not in _PAIRS.get(core[0], ""):
        return text
    inner = core[1:-1]
    closes = re.search(rf"[\w.!?…,][{re.escape(core[-1])}](?!\w)", inner) if core[-1] in "'’" else None
    if core[-1] in "'’":
        return text if closes else inner.strip()
    same = inner.translate(_STRAIGHT).find('"')
    if same >= 0 and not _opens(inner, same):
        return text
    return inner.strip()


def _opens(text: str, at: int) -> bool:
    """Whether the quote at `at` opens a quotation within `text` and does not close one before it."""
    return (at == 0 or text[at - 1] in " (—–-") and at + 1 < len(text) and not text[at + 1].isspace()


def half_quoted(text: str) -> str:
    """`text` without an opening quote that is never closed, as a cut leaves it."""
    bare = text.translate(_STRAIGHT)
    return text[1:].strip() if bare.startswith('"') and bare.count('"') == 1 else text


def said(text: str) -> str:
    """The words themselves, without the quotes round them, whole or cut."""
    return half_quoted(unquoted(text))


def quoted_head(text: str) -> tuple[str, str] | None:
    """A quotation at the head of `text` and what follows it, or None."""
    found = re.match(r'"(?P<said>[^"]{8,})"\s*[-–—:]?\s*(?=\S)', text.translate(_STRAIGHT))
    if found is None:
        return None
    return text[slice(*found.span("said"))].strip(), text[found.end() :].strip()


def phrases(text: str) -> tuple[str, ...]:
    """The phrases of a row of quotations and nothing else; empty where there is other text."""
    plain = text.translate(_STRAIGHT)
    if plain[:1] in "'‘‚`":
        return _single_quoted(text)
    if not plain.startswith('"') or not (_ROW.fullmatch(plain) or _CUT_ROW.fullmatch(plain)):
        return ()
    spans = (found.span(1) for found in _PHRASE.finditer(plain))
    return tuple(phrase for start, end in spans if (phrase := text[start:end].strip()))


_SINGLE = str.maketrans({"‘": "'", "’": "'", "‚": "'", "`": "'"})
_BETWEEN_SINGLE = re.compile(r"'[\s,;|·/•]*'")


def _single_quoted(text: str) -> tuple[str, ...]:
    """The phrases of a row in single quotes or backticks: two at least, for one alone may be a quotation."""
    text = text.strip()
    plain = text.translate(_SINGLE)
    if len(plain) < 7 or plain[0] != "'" or plain[-1] != "'":
        return ()
    found, start = [], 1
    for between in _BETWEEN_SINGLE.finditer(plain, 1, len(plain) - 1):
        found.append(text[start : between.start()].strip())
        start = between.end()
    found.append(text[start:-1].strip())
    inside = any(re.search(r"(?<!\w)'|'(?!\w)", phrase.translate(_SINGLE)) for phrase in found)
    return tuple(found) if len(found) > 1 and all(found) and not inside else ()


def is_open(text: str) -> bool:
    """Whether a double quote in `text` is not closed."""
    return text.translate(_STRAIGHT).count('"') % 2 == 1


def trailing_row(text: str) -> tuple[str, str] | None:
    """Prose and the row of phrases that is glued to its end, or None."""
    plain = text.translate(_STRAIGHT)
    at = plain.find('""')
    start = plain.rfind('"', 0, at) if at > 0 else -1
    single = re.search(r'(?<=[.!?])"[^"]+"$', plain)
    if at < 0 and single is not None and plain.count('"', 0, single.start()) % 2 == 0:
        start = single.start()
    if start <= 0 or not phrases(text[start:]) or plain[:start].rstrip()[-1:] not in (".", "!", "?"):
        return None
    return text[:start].strip(), text[start:]


def split_numbered(text: str) -> list[str]:
    """The items of a list "1. ... 2. ..." that runs in one paragraph; text without such numbers is one item.

    A number counts only if it is the next one expected, stands after the end of a sentence (or, where there
    is no such place, before a capital letter) and is followed by text.
    """
    first = re.match(rf"\s*(?:{_STEP_LABEL}|[(]?(\d{{1,2}})[.)])\s*(?=\D)", text, re.I)
    if first is None:
        return [text.strip()] if text.strip() else []
    items, start, number = [], first.end(), int(first[1] or first[2]) + 1
    while found := _next_number(text, start, number):
        items.append(text[start : found.start()].strip())
        start, number = found.end(), number + 1
    last = re.sub(rf"(?<=[.!?;:)])\s+{number}[.)]?$", "", text[start:].strip())
    return [item for item in (*items, last) if item]


_STEP_LABEL = r"step\s*(\d{1,2})\s*[:.)–-]"


def _next_number(text: str, start: int, number: int) -> re.Match[str] | None:
    labelled = re.compile(rf"\bstep\s*{number}\s*[:.)–-]\s*(?=\S)", re.I).search(text, start)
    if labelled is not None:
        return labelled
    after_sentence = re.compile(rf"(?<=[.!?;:)\]\"”’'])\s*[(]?{number}[.)](?:\s+|(?=[A-Z\"“'‘]))(?=\S)")
    before_capital = re.compile(rf"(?<=\s)[(]?{number}[.)]\s+(?=[A-Z\"“'‘])")
    return after_sentence.search(text, start) or before_capital.search(text, start)


def same(one: str, other: str) -> bool:
    """Whether two texts say the same, letter case, spaces, quotes and punctuation aside."""
    return key(one) == key(other)


@lru_cache(maxsize=1024)
def key(text: str) -> str:
    """Letters and digits only, in lower case: what two copies of a text have in common."""
    return re.sub(r"[\W_]+", "", text.lower())


def cut_from(short: str, long: str) -> bool:
    """Whether `short` is the beginning of `long` and long enough not to be so by chance."""
    return is_beginning(key(short), key(long))


def is_beginning(short: str, long: str) -> bool:
    """The same of two keys."""
    return len(short) >= 12 and long.startswith(short)


_LENGTH = re.compile(
    r"(?=.*(?:\d|\b(?:one|two|three|four|five|half|a)\b))(?!.*\bI\b)"
    r".*\b(?:min|mins|minutes?|sec|secs|seconds?)\b[^A-Za-z]*(?:\w+ ?){0,4}[.!)]*",
    re.I,
)


def seconds_or_minutes(text: str) -> bool:
    """Whether `text` is a short advice on length: "Keep to 2 minutes."."""
    return len(text) <= 70 and len(text.split()) <= 9 and bool(_LENGTH.fullmatch(text))


_FIRST_PERSON = re.compile(r"\b(?:I|I['’]\w+|my|me|we|our|us|i)\b|\b(?:We|My|Our)\b")
_SENTENCE_END = re.compile(r"[.!?][\"”’')]*(?:\s|$)")


def first_person(text: str) -> bool:
    """Whether somebody speaks of himself in `text`."""
    return bool(_FIRST_PERSON.search(text))


def sentences(text: str) -> int:
    """How many sentences `text` holds, at least 1."""
    return max(1, len(_SENTENCE_END.findall(text)))
