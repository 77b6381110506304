"""What the two faces of a card show, as blocks of text with a role; how they look is `rendering`'s business."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from lpdeck.principles import Principle
from lpdeck.store.hot import StoredCard


class Role(Enum):
    """What a block is to the reader."""

    ASK = "ask"
    TEXT = "text"
    DIM = "dim"
    KEY_LINE = "key line"
    RIGHT = "right"
    WRONG = "wrong"
    OPTION = "option"
    POINT = "point"


@dataclass(frozen=True)
class Block:
    """A piece of a face: a text in a role, after a label where it has one.

    `marks` are phrases of the text to be set off; `bullet` stands before the text, which hangs beside it. A block
    that is `tight` follows the one before without a blank line.
    """

    role: Role
    text: str
    label: str = ""
    marks: tuple[str, ...] = ()
    bullet: str = ""
    tight: bool = False


Face = list[Block]


def title_of(principles: Sequence[str]) -> str:
    """The names of principles as Amazon writes them."""
    return ", ".join(Principle(slug).title for slug in principles) or "No principle"


def heading(card: StoredCard) -> str:
    """The line above a card: its principles and its kind, and a quiz's difficulty."""
    parts = [title_of(card.principles), card.kind.replace("-", " "), card.fields.get("difficulty", "")]
    return " · ".join(part for part in parts if part)


def front(card: StoredCard, options: Sequence[str] = ()) -> Face:
    """What is shown before the answer."""
    return [*_FRONTS[card.kind](card), *_options(options, None, None)]


def back(card: StoredCard, options: Sequence[str] = (), chosen: int | None = None) -> Face:
    """What is shown as the answer, the learner's own note last."""
    blocks = [*_options(options, card.fields.get("answer"), chosen), *_BACKS[card.kind](card)]
    if card.note:
        blocks.append(Block(Role.TEXT, card.note, "note"))
    return blocks


def option_letter(index: int) -> str:
    """The letter of an option by its place, from 0."""
    return "abcdefghijklmnopqrstuvwxyz"[index]


def _options(options: Sequence[str], answer: str | None, chosen: int | None) -> Face:
    blocks = []
    for index, option in enumerate(options):
        role, sign = Role.OPTION, " "
        if answer is not None and option == answer:
            role, sign = Role.RIGHT, "✓"
        elif index == chosen:
            role, sign = Role.WRONG, "✗"
        blocks.append(Block(role, option, bullet=f"{sign} {option_letter(index)}  ", tight=index > 0))
    return blocks


def _some(role: Role, text: str | None, label: str = "", *, tight: bool = False) -> Face:
    return [Block(role, text, label, tight=tight)] if text else []


def _points(points: Sequence[str], label: str = "") -> Face:
    """A list, its first point after the label, each with a bullet."""
    head = [Block(Role.DIM, "", label)] if label and points else []
    return head + [
        Block(Role.POINT, point, bullet="• ", tight=bool(head) or index > 0) for index, point in enumerate(points)
    ]


def _context(card: StoredCard) -> Face:
    fields = card.fields
    return _some(Role.DIM, fields.get("story"), "story") + _some(
        Role.DIM, fields.get("scenario"), "scene", tight=bool(fields.get("story"))
    )


def _disqualifier_front(card: StoredCard) -> Face:
    if card.fields.get("flaw"):
        return [
            Block(Role.DIM, "An answer has this flaw. What does the interviewer conclude?"),
            Block(Role.ASK, card.fields["phrase"]),
        ]
    return [
        Block(Role.DIM, "The interviewer hears this. Why does it hurt, and what would you say instead?"),
        Block(Role.ASK, f"“{card.fields['phrase']}”"),
    ]


def _disqualifier_back(card: StoredCard) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("why"), "why"),
        *_some(Role.TEXT, fields.get("verdict"), "verdict"),
        *_some(Role.KEY_LINE, fields.get("instead"), "instead"),
    ]


def _follow_up_front(card: StoredCard) -> Face:
    fields = card.fields
    return [
        Block(Role.ASK, fields["question"]),
        *_some(Role.DIM, fields.get("probes"), "probes"),
        *_some(Role.DIM, fields.get("story"), "story", tight=bool(fields.get("probes"))),
    ]


def _follow_up_back(card: StoredCard) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("strong")),
        *_some(Role.KEY_LINE, fields.get("key_line")),
        *_some(Role.TEXT, fields.get("weak"), "weak"),
        *_some(Role.TEXT, fields.get("weak_because"), "why", tight=bool(fields.get("weak"))),
    ]


def _quiz_back(card: StoredCard) -> Face:
    return [
        *_some(Role.TEXT, card.fields.get("explanation"), "why"),
        *_some(Role.DIM, card.fields.get("hint"), "hint"),
    ]


def _weak_answer_front(card: StoredCard) -> Face:
    return [
        Block(Role.ASK, "What disqualifies this answer?"),
        Block(Role.TEXT, card.fields["text"]),
        *_some(Role.DIM, card.fields.get("story"), "story"),
    ]


def _weak_answer_back(card: StoredCard) -> Face:
    return [*_points(card.fields.get("disqualifiers", [])), *_some(Role.TEXT, card.fields.get("verdict"), "verdict")]


def _stage_front(card: StoredCard) -> Face:
    seconds = card.fields.get("target_seconds")
    target = f" In {seconds} seconds." if seconds else ""
    return [Block(Role.ASK, f"Tell the {card.fields['stage']} of this story.{target}"), *_context(card)]


def _stage_back(card: StoredCard) -> Face:
    fields = card.fields
    example, signals = fields.get("example") or "", tuple(fields.get("signals", ()))
    unmarked = [one for one in signals if one.casefold() not in example.casefold()]
    example_block = [Block(Role.TEXT, example, marks=signals)] if example else []
    return [
        *example_block,
        *_some(Role.KEY_LINE, " · ".join(unmarked), "signals"),
        *_some(Role.TEXT, fields.get("coaching"), "coaching"),
        *_some(Role.TEXT, fields.get("mistake"), "mistake"),
        *_some(Role.DIM, fields.get("summary"), "summary"),
    ]


def _reframing_front(card: StoredCard) -> Face:
    return [Block(Role.ASK, f"Tell this story for {title_of([card.fields['principle']])}."), *_context(card)]


def _reframing_back(card: StoredCard) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("lead")),
        *_some(Role.TEXT, fields.get("emphasize"), "emphasize"),
        *_some(Role.TEXT, fields.get("downplay"), "downplay"),
        *_some(Role.DIM, fields.get("summary"), "summary"),
    ]


def _level_front(card: StoredCard) -> Face:
    ask = f"What does the bar for {card.fields['level']} ask of this story?"
    if not (card.fields.get("focus") or card.fields.get("bar")):
        ask = f"Looking back, what does {card.fields['level']} conclude from this story?"
    return [Block(Role.ASK, ask), *_context(card)]


def _level_back(card: StoredCard) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("focus")),
        *_some(Role.TEXT, fields.get("bar"), "bar"),
        *_some(Role.TEXT, fields.get("reflection"), "reflection"),
        *_some(Role.TEXT, fields.get("looking_back"), "looking back"),
        *_some(Role.TEXT, fields.get("length"), "length"),
        *_some(Role.DIM, fields.get("summary"), "summary"),
    ]


def _checklist_front(card: StoredCard) -> Face:
    fields = card.fields
    return [
        Block(Role.ASK, f"Name the {len(fields['points'])} {fields['list']}."),
        *_some(Role.TEXT, fields.get("question"), "question"),
        *_some(Role.DIM, fields.get("story"), "topic"),
    ]


def _answer_front(card: StoredCard) -> Face:
    return [
        Block(Role.ASK, card.fields["question"]),
        *_some(Role.DIM, card.fields.get("story"), "topic"),
    ]


def _answer_back(card: StoredCard) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields["answer"]),
        *_points(fields.get("key_points", []), "covers"),
        *_some(Role.DIM, fields.get("why_asked"), "why asked"),
    ]


_Side = Callable[[StoredCard], Face]

_FRONTS: dict[str, _Side] = {
    "follow-up": _follow_up_front,
    "disqualifier": _disqualifier_front,
    "quiz": lambda card: [Block(Role.ASK, card.fields["question"])],
    "weak-answer": _weak_answer_front,
    "stage": _stage_front,
    "reframing": _reframing_front,
    "level": _level_front,
    "checklist": _checklist_front,
    "answer": _answer_front,
    "basic": lambda card: [Block(Role.ASK, card.fields["front"])],
}

_BACKS: dict[str, _Side] = {
    "follow-up": _follow_up_back,
    "disqualifier": _disqualifier_back,
    "quiz": _quiz_back,
    "weak-answer": _weak_answer_back,
    "stage": _stage_back,
    "reframing": _reframing_back,
    "level": _level_back,
    "checklist": lambda card: _points(card.fields["points"]),
    "answer": _answer_back,
    "basic": lambda card: [Block(Role.TEXT, card.fields["back"])],
}


def question(card: StoredCard) -> Face:
    """The part of the front that stays above the answer: what was asked, without its context."""
    return [block for block in _FRONTS[card.kind](card) if block.role is Role.ASK]
