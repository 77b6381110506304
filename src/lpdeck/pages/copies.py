"""What was pasted twice counts once: when two texts or items are copies, and what they give together."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

from lpdeck.pages.wording import cut_from, is_beginning, key, same
from lpdeck.walkthrough import FollowUp, Level, Reframing, Stage

Item = TypeVar("Item")
Copy = TypeVar("Copy", Stage, FollowUp, Reframing, Level)

_FARTHEST_COPY = 30


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items without copies, and without beginnings of other items that a cut has left."""
    kept: dict[str, str] = {}
    keys: list[str] = []  # in alphabetical order, in which a beginning stands right before what begins with it
    for item in filter(None, items):
        own = key(item)
        at = bisect_left(keys, own)
        if own in kept or (at < len(keys) and is_beginning(own, keys[at])):
            continue
        if at and is_beginning(keys[at - 1], own):
            at -= 1
            del kept[keys.pop(at)]
        keys.insert(at, own)
        kept[own] = item
    return tuple(kept.values())


def merged(items: Iterable[Item], fuse: Callable[[Item, Item], Item | None]) -> tuple[Item, ...]:
    """The items with copies united: `fuse` gives one item for two copies and None for two different ones."""
    kept: list[Item] = []
    for item in items:
        for at, other in enumerate(kept[-_FARTHEST_COPY:], start=max(0, len(kept) - _FARTHEST_COPY)):
            united = fuse(other, item)
            if united is not None:
                kept[at] = united
                break
        else:
            kept.append(item)
    return tuple(kept)


def agree(one: str | None, other: str | None) -> bool:
    """Whether two texts may be copies of one: equal, absent, or one cut from the other."""
    return one is None or other is None or same(one, other) or cut_from(one, other) or cut_from(other, one)


def fuller(one: str | None, other: str | None) -> str | None:
    """The one of two copies that holds more."""
    return other if one is None or (other is not None and cut_from(one, other) and len(other) > len(one)) else one


def compatible(one: Copy, other: Copy) -> bool:
    """Whether no text of one contradicts the other; names of principles and levels have to be equal."""
    named = all(getattr(one, name, None) == getattr(other, name, None) for name in ("principle", "level"))
    return named and all(agree(a, b) for a, b in _texts(one, other))


def alike(one: Copy, other: Copy, names: Sequence[str]) -> bool:
    """Whether one of the named texts stands in both."""
    pairs = ((getattr(one, name), getattr(other, name)) for name in names)
    return any(a is not None and b is not None and agree(a, b) for a, b in pairs)


def _texts(one: Any, other: Any) -> list[tuple[str | None, str | None]]:
    pairs = ((getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    return [(a, b) for a, b in pairs if isinstance(a, str | None) and isinstance(b, str | None)]


def fused(one: Copy, other: Copy) -> Copy:
    """One of two copies, with what only the other holds."""
    changes: dict[str, Any] = {}
    for each in fields(one):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        if isinstance(mine, str | None) and isinstance(theirs, str | None):
            changes[each.name] = fuller(mine, theirs)
        elif each.name != "line" and not mine:
            changes[each.name] = theirs
    return replace(one, **changes)
