"""Decks in forms to read elsewhere: CSV for a spreadsheet, Markdown for people. Both show cards by their two sides."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from lpdeck.deck.model import FLAG, KINDS, LIST, Card, Deck, line_ends
from lpdeck.principles import Principle

# The two sides of a card


class _Sides(NamedTuple):
    """Which fields make the sides of a kind, each after its label ("" for none); `title` names many such cards."""

    title: str
    front: tuple[tuple[str, str], ...]
    back: tuple[tuple[str, str], ...]


_STORY = (("Story", "story"), ("Scene", "scenario"))
_SIDES = {
    "follow-up": _Sides(
        "Follow-up questions",
        (("", "question"), ("Probes", "probes"), ("Story", "story")),
        (("", "strong"), ("Key line", "key_line"), ("Weak", "weak"), ("Why it is weak", "weak_because")),
    ),
    "disqualifier": _Sides(
        "Disqualifiers",
        (("A flaw of an answer", "flaw"), ("", "phrase")),
        (("Why", "why"), ("Verdict", "verdict"), ("Instead", "instead")),
    ),
    "quiz": _Sides(
        "Quiz",
        (("", "question"), ("", "options")),
        (("", "answer"), ("Why", "explanation"), ("Hint", "hint"), ("Difficulty", "difficulty")),
    ),
    "weak-answer": _Sides(
        "Weak answers",
        (("Story", "story"), ("What disqualifies this answer", "text")),
        (("", "disqualifiers"), ("Verdict", "verdict")),
    ),
    "stage": _Sides(
        "Stages of a story",
        (("Tell the stage", "stage"), ("Seconds", "target_seconds"), *_STORY),
        (
            ("", "example"),
            ("Signals", "signals"),
            ("Coaching", "coaching"),
            ("Mistake", "mistake"),
            ("Summary", "summary"),
        ),
    ),
    "reframing": _Sides(
        "Reframings",
        (("Tell this story for", "principle"), *_STORY),
        (("", "lead"), ("Emphasize", "emphasize"), ("Downplay", "downplay"), ("Summary", "summary")),
    ),
    "level": _Sides(
        "Levels",
        (("What this story needs for", "level"), *_STORY),
        (
            ("", "focus"),
            ("Bar", "bar"),
            ("Reflection", "reflection"),
            ("Looking back", "looking_back"),
            ("Length", "length"),
            ("Summary", "summary"),
        ),
    ),
    "checklist": _Sides(
        "Checklists",
        (("Name the", "list"), ("Question", "question"), ("Story", "story")),
        (("", "points"),),
    ),
    "answer": _Sides(
        "Sample answers",
        (("", "question"), ("Story", "story")),
        (("", "answer"), ("Covers", "key_points"), ("Why it is asked", "why_asked")),
    ),
    "basic": _Sides("Cards", (("", "front"),), (("", "back"),)),
}


class _Piece(NamedTuple):
    """A part of a side: a text or items (each with its sign) after a label, any of which may be empty."""

    label: str
    text: str = ""
    items: tuple[tuple[str, str], ...] = ()


def _pieces(card: Card, parts: Iterable[tuple[str, str]]) -> list[_Piece]:
    """The parts of a side that the card has."""
    return [_piece(card, label, name) for label, name in parts if card.fields.get(name)]


def _piece(card: Card, label: str, name: str) -> _Piece:
    type_, value = card.spec.fields[name], card.fields[name]
    if type_ == FLAG:
        return _Piece(label)
    if type_ == LIST:
        return _Piece(label, items=tuple((_sign(name, at), text) for at, text in enumerate(value)))
    principle = Principle.named(value) if name == "principle" else None
    return _Piece(label, principle.title if principle else str(value))


def _sign(name: str, at: int) -> str:
    """What stands before an item: a quiz's options have letters, of which its explanation may speak."""
    return f"{chr(ord('A') + at)}." if name == "options" and at < 26 else "•"


def front_text(card: Card) -> str:
    """What a card asks, as plain text."""
    return _plain_side(card, _SIDES[card.kind].front)


def back_text(card: Card) -> str:
    """What a card answers, as plain text; the learner's note is no part of it."""
    return _plain_side(card, _SIDES[card.kind].back)


def _plain_side(card: Card, parts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(line for piece in _pieces(card, parts) for line in _plain_lines(piece))


def _plain_lines(piece: _Piece) -> list[str]:
    items = [f"{sign} {text}" for sign, text in piece.items]
    if not piece.label:
        return [piece.text, *items] if piece.text else items
    return [f"{piece.label}: {piece.text}" if piece.text else f"{piece.label}:" if items else piece.label, *items]


# CSV

COLUMNS: Mapping[str, str] = {
    "id": "the card's id, which never changes",
    "deck": "the name of its deck file, without .toml",
    "kind": "its kind, for example quiz",
    "principles": "slugs of the leadership principles it counts for, a space between",
    "front": "what it asks, as plain text",
    "back": "what it answers, as plain text",
    "note": "the learner's note",
    "tags": "its tags, a comma and a space between",
    "state": "new, learning, review, relearning, suspended, draft or retired",
    "due": "the day on which it is due, as 2026-03-02; empty while it is new",
    "flag": "the colour of its flag, or empty",
    "reps": "how often it was answered",
    "lapses": "how often it was forgotten",
    "fields": "all fields of its kind as JSON, unchanged",
}
"""The columns of the CSV form, in their order, and what stands in each."""


class Standing(NamedTuple):
    """Where a card stands with its learner; `due` is None while it is new."""

    state: str
    due: date | None = None
    flag: str | None = None
    reps: int = 0
    lapses: int = 0


# With these a cell begins that a spreadsheet calculates; the wide forms count in East Asian ones.
_CALCULATED = tuple("=+-@\t\r\n＝＋－＠")


def to_csv(rows: Iterable[tuple[Deck, Card, Standing]]) -> str:
    """Cards with their decks as CSV (RFC 4180) under a line of COLUMNS; no cell acts as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in _cells(*row)] for row in rows)
    return text.getvalue()


def _cells(deck: Deck, card: Card, standing: Standing) -> list[str]:
    """The cells of a card, in the order of COLUMNS."""
    return [
        card.id,
        deck.name,
        card.kind,
        " ".join(deck.principles_of(card)),
        front_text(card),
        back_text(card),
        card.note or "",
        ", ".join(card.tags),
        standing.state,
        standing.due.isoformat() if standing.due else "",
        standing.flag or "",
        str(standing.reps),
        str(standing.lapses),
        json.dumps(dict(card.fields), ensure_ascii=False),
    ]


def _harmless(cell: str) -> str:
    """The cell, after an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_CALCULATED) else cell


# Markdown


def to_markdown(decks: Iterable[Deck]) -> str:
    """Decks to read: a heading each, their cards by kind, the back of each as a quotation.

    Whatever looks like markup in a card stays text.
    """
    parts: list[str] = []
    for deck in decks:
        parts.append(f"# {_escaped(' '.join(deck.title.split()))}")
        for kind in KINDS:
            cards = [card for card in deck.cards if card.kind == kind]
            if cards:
                parts.append(f"## {_SIDES[kind].title}")
                parts.append("\n\n---\n\n".join(map(_markdown_card, cards)))
    return "\n\n".join(parts) + "\n" if parts else ""


def _markdown_card(card: Card) -> str:
    sides = _SIDES[card.kind]
    note = [_Piece("Note", card.note)] if card.note else []
    front = "\n\n".join(filter(None, map(_markdown_piece, _pieces(card, sides.front))))
    back = "\n\n".join(filter(None, map(_markdown_piece, [*_pieces(card, sides.back), *note])))
    quoted = "\n".join(f"> {line}".rstrip(" ") for line in back.split("\n")) if back else ""
    return "\n\n".join(filter(None, (front, quoted)))


def _markdown_piece(piece: _Piece) -> str:
    label = f"**{_escaped(piece.label)}**" if piece.label else ""
    if piece.items:
        items = "\n".join(_markdown_item(*item) for item in piece.items)
        return f"{label}\n\n{items}" if label else items
    text = _escaped(piece.text)
    return f"{label}: {text}" if label and text else label or text


def _markdown_item(sign: str, text: str) -> str:
    """An item of a list; its further lines stand below its first one."""
    whole = _escaped(text if sign == "•" else f"{sign} {text}")
    return "- " + whole.replace("\n", "\n  ").replace("\n  \n", "\n\n")


_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$!^])")
# At the start of a line these begin a list, or make a heading of the line above.
_OPENING = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _escaped(text: str) -> str:
    """Text as Markdown that shows it; its lines stay lines, blank ones part paragraphs."""
    plain = _CONTROL.sub(" ", line_ends(text))
    paragraphs = re.split(r"\n\s*\n", plain.strip())
    return "\n\n".join("\\\n".join(map(_escaped_line, one.split("\n"))) for one in paragraphs)


def _escaped_line(line: str) -> str:
    marked = _MARKUP.sub(r"\\\1", line.strip())
    return _OPENING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", marked)
