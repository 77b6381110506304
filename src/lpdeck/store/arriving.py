"""Looking at rows of a database that is not trusted: what keeps one from being taken, in a few words. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from lpdeck.events import ANSWERS, FLAGS, TURNS, Kind, moment_of

LATEST_MS = 7_258_118_400_000
"""The year 2200: nothing that a learner did lies beyond (milliseconds UTC)."""

LATEST_DAY = LATEST_MS // 86_400_000
LATEST_DUE = LATEST_DAY + 40_000
LONGEST_STEP_S = 100_000_000
LONGEST_DETAIL = 100_000
"""The bytes that the detail of an event may have."""

_MOST_NUMBER = 2**53
_UUID_7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_KINDS = {kind.value: kind for kind in Kind}


def is_uuid(value: Any) -> bool:
    """Whether a value is a UUIDv7 whose moment is one that a learner may see."""
    return isinstance(value, str) and _UUID_7.fullmatch(value) is not None and moment_of(value) < LATEST_MS


def is_name(value: Any, longest: int = 100) -> bool:
    """Whether a value is a text on one line that a terminal shows as it is."""
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()


def is_card(value: Any) -> bool:
    """Whether a value can be the id of a card."""
    return is_name(value, 400) and " " not in value


def is_number(value: Any, least: int, most: int) -> bool:
    """Whether a value is a whole number of a range, both ends included."""
    return type(value) is int and least <= value <= most


def flaw(row: tuple[Any, ...]) -> str | None:
    """What keeps a row of EVENT_COLUMNS from being an event, as the end of a sentence; None where nothing does.

    Its id is a UUID: see `is_uuid`.
    """
    event, at_ms, day, device, kind, batch, card, target, rating, took_ms, interval, due, weights, detail = row
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        return "is of a kind that is not known"
    if not is_number(at_ms, 0, moment_of(event)) or not is_number(day, 0, LATEST_DAY):
        return "has a time that can not be"
    if not is_name(device, 64):
        return "names no computer"
    if batch != event and not is_uuid(batch):
        return "belongs to nothing that was done"
    if rating is not None and not is_number(rating, 1, 4):
        return "has a rating that is none"
    if took_ms is not None and not is_number(took_ms, 0, LATEST_MS):
        return "took a time that can not be"
    if weights is not None and not is_name(weights):
        return "names no weights"
    if known in TURNS:
        if card is not None or not is_uuid(target) or target == batch:
            return "takes back nothing"
    elif target is not None or not is_card(card):
        return "is about no card"
    if known in ANSWERS and (rating is None or interval is None or due is None):
        return "is an answer without a rating or a due date"
    return _span_flaw(interval, due) or _detail_flaw(known, detail)


def _span_flaw(interval: Any, due: Any) -> str | None:
    """What is wrong with an interval and a due date: days, or seconds below zero and milliseconds."""
    if interval is not None and not is_number(interval, -LONGEST_STEP_S, LATEST_DUE):
        return "has an interval that can not be"
    is_step = interval is not None and interval <= 0
    if due is not None and not is_number(due, 0, LATEST_MS + 1000 * LONGEST_STEP_S if is_step else LATEST_DUE):
        return "has a due date that can not be"
    return None


def _is_count(value: Any) -> bool:
    return is_number(value, 0, _MOST_NUMBER)


def _is_text_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


# What the program reads of a detail, and as what.
_DETAILS: dict[str, Callable[[Any], bool]] = {
    "option": _is_text_or_none,
    "duel": _is_text_or_none,
    "typed": _is_text_or_none,
    "right": lambda value: isinstance(value, bool),
    "flag": lambda value: value is None or value in FLAGS,
    "target_ms": lambda value: value is None or _is_count(value),
    **dict.fromkeys(("hits", "misses", "false_alarms", "ticked", "of", "told_ms", "found", "words"), _is_count),
}
_TOGETHER = (("hits", "misses", "false_alarms"), ("ticked", "of"), ("target_ms", "told_ms"), ("found", "words"))
_DEEPEST = 8


def _detail_flaw(kind: Kind, detail: Any) -> str | None:
    if detail is None:
        return "has a flag of no colour" if kind is Kind.FLAG else None
    if not isinstance(detail, str):
        return "has a detail that is no text"
    if len(detail) > LONGEST_DETAIL or (not detail.isascii() and len(detail.encode(errors="replace")) > LONGEST_DETAIL):
        return f"has a detail of more than {LONGEST_DETAIL // 1000} KB"
    try:
        value = json.loads(detail, parse_constant=_no_number)
        if "\\u" in detail or not detail.isascii():
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return "has a detail that is no JSON"
    if not isinstance(value, dict) or _is_deep(value, _DEEPEST):
        return "has a detail that is no JSON object"
    if not all(_DETAILS[name](one) for name, one in value.items() if name in _DETAILS):
        return "has a detail that says nothing"
    if any(names[0] in value and not value.keys() >= set(names) for names in _TOGETHER):
        return "has a detail that lacks a part"
    return None


def _no_number(name: str) -> float:
    raise ValueError(name)


def _is_deep(value: Any, most: int) -> bool:
    """Whether lists and objects stand in one another more than `most` times."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return most == 0 or any(_is_deep(one, most - 1) for one in inner)
