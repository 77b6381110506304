"""What copying does to a page, one function an accident: clean text and a seeded generator give damaged text.

All of them leave what the page says as it was, so a reader must find the same in the damaged text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Accident = Callable[[str, random.Random], str]

_EMOJI = {
    "Target:": "⏱",
    "Coaching": "💡",
    "Common Mistake": "⚠️",
    "Weak": "❌",
    "Strong": "✅",
    "Emphasize": "✅",
    "Downplay": "⬇",
    "Strong Example": "🔥",
    "Weak Answer": "❌",
    "Scenario Overview": "🎬",
    "Bar Raiser Thinks": "🏆",
    "Why Interviewers Ask This": "🔍",
    "How to Answer This Question": "📝",
    "Key Points to Cover": "📌",
    "Sample Answer": "💬",
    "Common Mistakes to Avoid": "⚠️",
}
_HEADINGS = (
    "Why Interviewers Ask This",
    "How to Answer This Question",
    "Key Points to Cover",
    "Sample Answer",
    "Common Mistakes to Avoid",
    "Scenario Overview",
    "Strong Example",
    "Coaching",
    "Common Mistake",
    "Weak Answer",
    "Bar Raiser Thinks",
    "Weak",
    "Strong",
    "Emphasize",
    "Downplay",
    "Solution",
)
_NOISE = (
    "Share",
    "Sign in",
    "Bookmark",
    "12 likes",
    "Next lesson",
    "Previous",
    "We use cookies to make this site better.",
    "© 2026 Prep House. All rights reserved.",
    "Home > Amazon > Stories",
    "Was this helpful?",
    "Choose your preparation mode3 modes available",
    "4.8 (212 reviews)",
    "Show answer",
    "Discussion board",
    "Weekly challenge",
)
_SYMBOL = "[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]\ufe0f?"
_DECORATED = re.compile(rf"^{_SYMBOL} ?", re.M)
_LABEL = re.compile(rf"^({_SYMBOL} ?)?({'|'.join(_HEADINGS)})$")


def _label(line: str) -> tuple[str, str] | None:
    """The decoration and the label of a line that holds nothing else."""
    found = _LABEL.match(line)
    return (found[1] or "", found[2]) if found else None


def _each_label(text: str, change: Callable[[str, str], str]) -> str:
    lines = text.split("\n")
    return "\n".join(change(*label) if (label := _label(line)) else line for line in lines)


def undecorated(text: str, rng: random.Random) -> str:
    """Emoji before labels are gone, and those that stood alone leave an empty line."""
    return _DECORATED.sub("", text)


def decorated(text: str, rng: random.Random) -> str:
    """Every label bears an emoji."""
    text = undecorated(text, rng)
    text = _each_label(text, lambda _, label: f"{_EMOJI.get(label, '⭐')} {label}")
    return re.sub(r"^Target:", "⏱ Target:", text, flags=re.M)


def _misread(text: str, table: Callable[[int], str]) -> str:
    return "".join(chr(byte) if byte < 0x80 else table(byte) for byte in text.encode())


def _windows_1252(byte: int) -> str:
    return bytes((byte,)).decode("cp1252", "ignore")


def _latin_1_gaps(byte: int) -> str:
    return _windows_1252(byte) or chr(byte)


def _greek(byte: int) -> str:
    return _windows_1252(byte) if byte < 0xA0 else bytes((byte,)).decode("iso8859-7", "ignore")


def mojibake(text: str, rng: random.Random) -> str:
    """UTF-8 read as windows-1252, undefined bytes kept as control characters."""
    return _misread(text, _latin_1_gaps)


def mojibake_with_losses(text: str, rng: random.Random) -> str:
    """UTF-8 read as windows-1252, undefined bytes lost."""
    return _misread(text, _windows_1252)


def mojibake_with_plain_spaces(text: str, rng: random.Random) -> str:
    """As with losses, and no-break spaces that came of it became spaces."""
    return mojibake_with_losses(text, rng).replace("\u00a0", " ")


def greek_decoration(text: str, rng: random.Random) -> str:
    """The emoji before labels and the bullets read as Greek, the text intact."""
    text = decorated(text, rng)
    text = re.sub(r"^\s*•", lambda found: _misread(found[0], _greek), text, flags=re.M)
    return _DECORATED.sub(lambda found: _misread(found[0], _greek), text)


def lost_decoration(text: str, rng: random.Random) -> str:
    """Every emoji became a replacement character."""
    return _DECORATED.sub("\ufffd ", decorated(text, rng))


def shouted_labels(text: str, rng: random.Random) -> str:
    """Labels in capitals."""
    return _each_label(text, lambda decoration, label: decoration + label.upper())


def whispered_labels(text: str, rng: random.Random) -> str:
    """Labels in small letters."""
    return _each_label(text, lambda decoration, label: decoration + label.lower())


def colons(text: str, rng: random.Random) -> str:
    """Labels with a colon."""
    return _each_label(text, lambda decoration, label: f"{decoration}{label}:")


def colons_inline(text: str, rng: random.Random) -> str:
    """Labels with a colon, and their text on the same line."""
    return _joined(text, ": ")


def glued_labels(text: str, rng: random.Random) -> str:
    """Labels glued to what follows them."""
    return _joined(text, "")


def _joined(text: str, joint: str) -> str:
    lines = text.split("\n")
    out: list[str] = []
    at = 0
    while at < len(lines):
        following = next((n for n in range(at + 1, len(lines)) if lines[n].strip()), None)
        label = _label(lines[at])
        if label and following and not _label(lines[following]) and _begins_text(lines[following]):
            out.append("".join(label) + joint + lines[following].strip())
            at = following
        else:
            out.append(lines[at])
        at += 1
    return "\n".join(out)


def _begins_text(line: str) -> bool:
    return line.strip()[0].isupper() or line.strip()[0].isdigit() or line.strip()[0] in '"“'


def doubled_labels(text: str, rng: random.Random) -> str:
    """Every label twice, one below the other."""
    return _each_label(text, lambda decoration, label: f"{decoration}{label}\n{label}")


def without_blank_lines(text: str, rng: random.Random) -> str:
    """No blank lines."""
    return re.sub(r"\n{2,}", "\n", text)


def doubled_blank_lines(text: str, rng: random.Random) -> str:
    """A blank line after every line."""
    return re.sub(r"\n+", "\n\n", text)


def windows_line_ends(text: str, rng: random.Random) -> str:
    """CRLF."""
    return text.replace("\n", "\r\n")


def old_line_ends(text: str, rng: random.Random) -> str:
    """CR."""
    return text.replace("\n", "\r")


def no_break_spaces(text: str, rng: random.Random) -> str:
    """Some spaces are no-break spaces."""
    return _some_spaces(text, rng, "\u00a0\u202f\u2009")


def tabs(text: str, rng: random.Random) -> str:
    """Some spaces are tabs, and lines are indented with them."""
    return _some_spaces(re.sub(r"^(?=.)", lambda _: rng.choice(("", "\t")), text, flags=re.M), rng, "\t")


def _some_spaces(text: str, rng: random.Random, others: str) -> str:
    return "".join(rng.choice(others) if char == " " and rng.random() < 0.3 else char for char in text)


def zero_width(text: str, rng: random.Random) -> str:
    """Zero-width characters and soft hyphens anywhere, a byte order mark in front."""
    hidden = ("\u200b", "\u200c", "\ufeff", "\u00ad")
    sprinkled = (char + (rng.choice(hidden) if char.isascii() and rng.random() < 0.05 else "") for char in text)
    return "\ufeff" + "".join(sprinkled)


def control_characters(text: str, rng: random.Random) -> str:
    """Control characters within words."""
    return re.sub(r"(?<=[a-z])(?=[a-z])", lambda _: rng.choice(["\x00", "\x08", "\x1b"] + [""] * 60), text)


def escaped(text: str, rng: random.Random) -> str:
    """The whole page as HTML text."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#39;")


def trailing_spaces(text: str, rng: random.Random) -> str:
    """Spaces at both ends of lines."""
    return re.sub(r"^(.*)$", lambda found: " " * rng.randrange(4) + found[1] + " " * rng.randrange(4), text, flags=re.M)


def without_letters(text: str, rng: random.Random) -> str:
    """The letters of the stages are gone."""
    return re.sub(r"^[STAR]\n", "", text, flags=re.M)


def glued_letters(text: str, rng: random.Random) -> str:
    """The letters of the stages are glued to what follows."""
    return re.sub(r"^([STAR])\n(?=Strong Example)", r"\1", text, flags=re.M)


def without_targets(text: str, rng: random.Random) -> str:
    """Target times are written in other ways."""
    text = re.sub(
        r"Target: (\d+)s$", lambda f: rng.choice((f"TARGET {f[1]} SEC", f"Target: {f[1]} seconds")), text, flags=re.M
    )
    return text.replace("Target: 1m 5s", "Target: 65s")


def spaced_rows(text: str, rng: random.Random) -> str:
    """Rows of phrases with something between the phrases."""
    return text.replace('""', rng.choice(('" "', '", "', '","')))


def curly_quotes(text: str, rng: random.Random) -> str:
    """Straight double quotes became curly."""
    return re.sub(r'"([^"\n]*)"', r"“\1”", text)


def other_bullets(text: str, rng: random.Random) -> str:
    """Bullets of another kind."""
    return re.sub(r"^\s*[•-] ", f"{rng.choice(('* ', '- ', '· ', '•', '    • ', '– '))}", text, flags=re.M)


def other_options(text: str, rng: random.Random) -> str:
    """Options with other marks."""
    mark = rng.choice(("{0}) ", "({0}) ", "{0}.", "{1}) ", "({1}) "))
    return re.sub(r"^([A-D])\. ", lambda found: mark.format(found[1], found[1].lower()), text, flags=re.M)


def glued_difficulty(text: str, rng: random.Random) -> str:
    """The difficulty is glued to the first option."""
    return re.sub(r"^(easy|medium|hard)\n(?=A\.)", r"\1", text, flags=re.M)


def unnumbered_pages(text: str, rng: random.Random) -> str:
    """The page's own count of its questions is gone."""
    return re.sub(r"^\(\d/\d\)\n", "", text, flags=re.M)


def noise(text: str, rng: random.Random) -> str:
    """Navigation stands where paragraphs end."""
    blocks = text.split("\n\n")
    for _ in range(max(2, len(blocks) // 6)):
        blocks.insert(rng.randrange(len(blocks) + 1), rng.choice(_NOISE))
    return "\n\n".join(blocks)


def noise_between_lines(text: str, rng: random.Random) -> str:
    """Navigation stands between any two lines, but not within a question or a paragraph of several lines."""
    lines = text.split("\n")
    for _ in range(6):
        at = rng.randrange(1, len(lines))
        if len(lines[at]) > 1 and len(lines[at - 1]) > 1:
            lines.insert(at, rng.choice(_NOISE[:13]))
    return "\n".join(lines)


def all_twice(text: str, rng: random.Random) -> str:
    """The page was pasted twice."""
    return f"{text}\n{text}"


def lines_twice(text: str, rng: random.Random) -> str:
    """Some paragraphs came twice."""
    long = [line for line in text.split("\n") if len(line) > 60 and "Target" not in line]
    for line in rng.sample(long, 3):
        text = text.replace(line, f"{line}\n{line}", 1)
    return text


def section_twice(text: str, rng: random.Random) -> str:
    """Some stretch of the page, from one stage, question or heading to the next, came twice."""
    starts = [
        found.start()
        for found in re.finditer(r"^(?:.? ?Target:|Weak Answer$|Key Points|Sample Answer|SDE2? )", text, re.M)
    ]
    if len(starts) < 2:
        return text
    at = rng.randrange(len(starts) - 1)
    stretch = text[starts[at] : starts[at + 1]]
    return text[: starts[at]] + stretch + text[starts[at] :]


HARMLESS: dict[str, Accident] = {
    each.__name__: each
    for each in (
        undecorated,
        decorated,
        mojibake,
        mojibake_with_losses,
        mojibake_with_plain_spaces,
        greek_decoration,
        lost_decoration,
        shouted_labels,
        whispered_labels,
        colons,
        colons_inline,
        glued_labels,
        doubled_labels,
        without_blank_lines,
        doubled_blank_lines,
        windows_line_ends,
        old_line_ends,
        no_break_spaces,
        tabs,
        zero_width,
        control_characters,
        escaped,
        trailing_spaces,
        without_letters,
        glued_letters,
        without_targets,
        spaced_rows,
        curly_quotes,
        other_bullets,
        other_options,
        glued_difficulty,
        unnumbered_pages,
        noise,
        noise_between_lines,
        all_twice,
        lines_twice,
        section_twice,
    )
}
