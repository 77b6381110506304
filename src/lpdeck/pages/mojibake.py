"""UTF-8 that was read in a wrong alphabet: tables of what each symbol turned into, and the way back.

ftfy knows the complete cases of windows-1252 and many others. The tables here hold what it does not: sequences
that lost the bytes which windows-1252 leaves undefined, and UTF-8 read as ISO-8859-7 with the bytes 80-9F taken
from windows-1252.
"""

from __future__ import annotations

import itertools
import re
from functools import cache

from lpdeck.pages.labels import QUESTION, WALKTHROUGH

PUNCTUATION = "“”‘’‚„–—…•·‹›′″€™→←↑↓≥≤≠≈\u2009\u200a\u200b\u202f"
_EMOJI = """
⚠️ ⚠ ❌ ✅ ⏱️ ⏱ ⏰ ⏳ ⌛ ⌚ ⏲ 🎬 💡 🧠 💭 👤 🏆 ⬇️ ⬇ ⬆️ ⬆ ➡️ ➡ ⬅️ ⬅ ✔️
✔ ✖️ ✖ ✗ ✘ ✓ ☑️ ☑ ❗ ❓ ❔ ❕ 🎯 🔍 🔎 📝 📌 📍 📎 📊 📈 📉 📋 📚 📖 🗂
🗣️ 🗣 💬 💯 🔥 ⭐ 🌟 ✨ 🚀 🏁 🚩 🔑 🔒 🔔 👀 👍 👎 👉 👇 👥 🙋 🤔 🛑 🚫 ⛔ 🟢
🔴 🟡 🟠 🔵 ⚡ ⚙️ ⚙ 🛠️ 🛠 🔧 🧩 🧪 🧭 🎓 🎤 🎙 🥇 🐦 ✊ 🔗 ➕ ➖ ▶️ ▶ ⏸ ⏹
🔄 ♻️ ♻ 🕒 🪞 💼 🧑 👨 👩 🧵 📢 📣 🌱 🪜 ➜ 🔽 🔼 ⤵️ ⤵ 🥊 ★ ☆ ■ ● ▪ ▸
► ◆
"""
EMOJI = tuple(_EMOJI.split())

_UNDEFINED = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))


def _c1(byte: int) -> str:
    """What windows-1252 makes of a byte from 80 to 9F; empty where it is undefined."""
    return bytes((byte,)).decode("cp1252", "ignore")


def _latin(byte: int) -> str:
    return _c1(byte) if byte < 0xA0 else chr(byte)


def _greek(byte: int) -> str:
    return _c1(byte) if byte < 0xA0 else bytes((byte,)).decode("iso8859-7", "ignore")


_TABLES = {"latin": _latin, "greek": _greek}


def _remains(byte: int, table: str) -> tuple[str, ...]:
    """Everything that one byte may have become: its letter, or what its loss leaves."""
    if byte in _UNDEFINED:
        return ("", chr(byte), "\ufffd")
    if byte == 0xA0:
        return ("\xa0", " ", "")
    if byte == 0xAD:
        return ("\xad", "")
    letter = _TABLES[table](byte)
    return (letter,) if letter else ("", "\ufffd")


def _spellings(symbol: str, table: str) -> list[str]:
    remains = (_remains(byte, table) for byte in symbol.encode())
    return ["".join(parts) for parts in itertools.product(*remains)]


def _is_complete(symbol: str) -> bool:
    return not any(byte in _UNDEFINED or byte == 0xA0 for byte in symbol.encode())


@cache
def continuations(table: str) -> str:
    """Every character that a continuation byte (80-BF) turns into, as the inside of a character class."""
    return re.escape("".join(sorted({_TABLES[table](byte) for byte in range(0x80, 0xC0)} - {"", "\xa0"})))


@cache
def lossy(table: str) -> dict[str, str]:
    """Spellings that lost bytes, of two characters at least, and the symbol behind each."""
    known: dict[str, str] = {}
    for symbol in (*EMOJI, *PUNCTUATION):
        if not _is_complete(symbol) or 0xAD in symbol.encode():
            for spelling in _spellings(symbol, table):
                if len(spelling.strip()) >= 2:
                    known.setdefault(spelling, symbol)
    return known


@cache
def complete(table: str) -> dict[str, str]:
    """Spellings that lost nothing, and the symbol behind each."""
    symbols = [symbol for symbol in (*EMOJI, *PUNCTUATION) if _is_complete(symbol)]
    return {_spellings(symbol, table)[0]: symbol for symbol in reversed(symbols)}


def _any_of(spellings: dict[str, str]) -> str:
    return "|".join(re.escape(spelling) for spelling in sorted(spellings, key=len, reverse=True))


@cache
def lossy_latin() -> re.Pattern[str]:
    """A windows-1252 spelling with losses, where the next character can not complete it; or a mark of punctuation."""
    tail = f"[{continuations('latin')}]"
    return re.compile(rf"(?:{_any_of(lossy('latin'))})(?!{tail})|â€{tail}")


# What no language writes: a text with several of these was read in windows-1252 from its first letter to its last.
EVIDENT = re.compile(
    r"[A-Za-z]â€™[a-z]|Ã[\u0080-\u00bfƒ‚„†‡ˆ‰‹Œ‘’“”•–—™š›œžŸ]|[ÄÅ][\u0080-\u00bf‚„†‡ˆ‰‹‘’“”•™›]|Â[\u00a0-\u00bf]"
)
# A lead letter whose second byte windows-1252 does not define: the likeliest letter.
_LOST_SECOND = {"Ã": "í", "Ä": "č", "Å": "Ł"}


def mark(spelling: str) -> str:
    """The mark of punctuation or space behind a complete windows-1252 spelling."""
    return letter(spelling)


@cache
def letters_latin() -> re.Pattern[str]:
    """An accented letter in its windows-1252 spelling, or the lead of one whose second byte was lost."""
    tail = f"[{continuations('latin')}]"
    return re.compile(rf"[ÃÄÅÎÏ]{tail}|\b[ÃÄÅ](?=[a-z]|[ÃÄÅ]{tail})|(?<=[a-z])[ÃÄÅ](?=[a-z])")


def letter(spelling: str) -> str:
    """The letter behind a spelling that `letters_latin` found."""
    if len(spelling) == 1:
        return _LOST_SECOND[spelling]
    data = bytes(next(byte for byte in range(0x80, 0x100) if _latin(byte) == char) for char in spelling)
    return data.decode(errors="ignore") or spelling


@cache
def whole_greek() -> re.Pattern[str]:
    """A complete Greek spelling: a known symbol, any emoji, an accented letter beside a Latin one, or `β€` for ”."""
    tail = f"[{continuations('greek')}]"
    symbols = rf"(?:{_any_of(complete('greek'))})|πŸ{tail}{{2}}(?!{tail})|β€(?!{tail})|Β[ \u00a0](?=\s*(?:β€|•))"
    return re.compile(rf"{symbols}|(?<=[A-Za-z])[ΒΓ]{tail}|[ΒΓ]{tail}(?=[a-z])")


@cache
def lossy_greek() -> re.Pattern[str]:
    """Greek spellings with losses at the head of a label or alone on their line."""
    loose = "|".join(
        r" ?".join(re.escape(char) for char in spelling) for spelling in sorted(lossy("greek"), key=len, reverse=True)
    )
    label = rf"(?:{WALKTHROUGH.words.pattern}|{QUESTION.words.pattern}|target\b|sde ?\d|senior\b)"
    label = re.sub(r"\(\?P<\w+>", "(?:", label)
    return re.compile(rf"^([ \t]*)((?:(?:{loose})[ \ufe0f]*)+)(?=$|(?i:{label}))", re.M)


def from_greek(spelling: str) -> str:
    """The symbol or letter whose UTF-8 bytes a complete Greek spelling shows; `spelling` where there is none."""
    if spelling[0] == "Β" and spelling[1] in " \u00a0":
        return " "
    known = "”" if spelling == "β€" else complete("greek").get(spelling)
    return known or next((text for text in _readings(spelling) if _plausible(text)), spelling)


def _readings(spelling: str) -> list[str]:
    texts = []
    for data in itertools.product(*(_bytes_of(char) for char in spelling)):
        try:
            texts.append(bytes(data).decode())
        except UnicodeDecodeError:
            continue
    return texts


@cache
def _bytes_of(char: str) -> tuple[int, ...]:
    return tuple(byte for byte in range(0xFF, 0x7F, -1) if _greek(byte) == char)


def _plausible(text: str) -> bool:
    return len(text) == 1 and (0x1F300 <= ord(text) <= 0x1FAFF or 0xA0 <= ord(text) <= 0xFF)
