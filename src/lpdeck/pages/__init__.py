"""The readers of pasted pages: from bytes or text to what the page says and what was not understood."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, Protocol

from lpdeck.errors import PageError
from lpdeck.pages import interview_question, star_walkthrough
from lpdeck.pages.decoding import decode
from lpdeck.pages.explanations import without_explanations
from lpdeck.pages.markup import html_to_text
from lpdeck.pages.repair import repair
from lpdeck.walkthrough import Content, Reading

__all__ = ["as_json", "decode", "html_to_text", "read_page"]


class Reader(Protocol):
    """A reader of one kind of page."""

    def claims(self, text: str) -> int:
        """How surely a text is of this kind, 0 where it is not."""

    def read(self, text: str) -> Reading:
        """What a text of this kind says."""


READERS: dict[str, Reader] = {"a STAR walkthrough": star_walkthrough, "an interview question": interview_question}
_SURE = 2
_HEAD = ("format", "title", "principles")


def read_page(text: str) -> Reading:
    """What a pasted page says; PageError where it is empty, of no known kind, or of more than one."""
    page, explanations = without_explanations(text)
    repaired, repairs = repair(page)
    if not repaired.strip():
        raise PageError("The page is empty.", "Copy the text of the page and paste it again.")
    reader = READERS[_kind(repaired)]
    reading = reader.read(repaired)
    return replace(reading, repairs=repairs, coverage=reading.coverage.with_navigation(explanations))


def _kind(text: str) -> str:
    """The one kind of page that a text is."""
    claims = {kind: reader.claims(text) for kind, reader in READERS.items()}
    claiming = [kind for kind, claim in claims.items() if claim >= _SURE] or [k for k, claim in claims.items() if claim]
    if not claiming:
        raise PageError(
            "The page is neither a STAR walkthrough nor an interview question.",
            "Copy the whole page, from its title to its end, and paste it again.",
        )
    if len(claiming) > 1:
        raise PageError(
            "The page reads like " + " and like ".join(claiming) + ".",
            "Give each page its own file, and import them one by one.",
        )
    return claiming[0]


def as_json(content: Content) -> dict[str, Any]:
    """The content as plain values, in the order of keys that `lpdeck parse --json` prints."""
    names = [each.name for each in fields(content)]
    ordered = (*_HEAD, *(name for name in names if name not in _HEAD))
    return {name: _plain(getattr(content, name)) for name in ordered}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value) if each.name != "line"}
    return value
