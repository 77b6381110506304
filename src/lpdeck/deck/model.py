"""Cards and decks, and the table of card kinds: which fields a kind has and what identifies a card of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

TEXT = "text"
LIST = "list of texts"
FLAG = "true or false"
NUMBER = "whole number"


@dataclass(frozen=True)
class KindSpec:
    """A card kind: its fields with their types, those without which it can not be asked, and its identity.

    `identity` names the fields that tell two cards of a page apart; where `of_page` is set, the page belongs
    to the identity too. Cards of one kind whose `identity` is equal are siblings, unless they are `of_page`.
    `sections` are the sections of a page from which a reader draws the kind.
    """

    name: str
    fields: Mapping[str, str]
    required: tuple[str, ...]
    identity: tuple[str, ...]
    answer: tuple[str, ...]
    sections: tuple[str, ...] = ()
    of_page: bool = False


_KINDS = (
    KindSpec(
        "follow-up",
        {
            "question": TEXT,
            "story": TEXT,
            "probes": TEXT,
            "weak": TEXT,
            "weak_because": TEXT,
            "strong": TEXT,
            "key_line": TEXT,
        },
        required=("question", "strong"),
        identity=("question",),
        answer=("strong", "key_line", "weak"),
        sections=("follow_ups",),
    ),
    KindSpec(
        "disqualifier",
        {"phrase": TEXT, "flaw": FLAG, "why": TEXT, "instead": TEXT, "verdict": TEXT},
        required=("phrase",),
        identity=("phrase",),
        answer=("why", "instead"),
        sections=("weak_answer", "stages"),
    ),
    KindSpec(
        "quiz",
        {
            "question": TEXT,
            "options": LIST,
            "answer": TEXT,
            "explanation": TEXT,
            "hint": TEXT,
            "difficulty": TEXT,
        },
        required=("question",),
        identity=("question",),
        answer=("answer", "explanation"),
        sections=("quiz",),
    ),
    KindSpec(
        "weak-answer",
        {"story": TEXT, "text": TEXT, "disqualifiers": LIST, "verdict": TEXT},
        required=("text",),
        identity=(),
        answer=("disqualifiers", "verdict"),
        sections=("weak_answer",),
        of_page=True,
    ),
    KindSpec(
        "stage",
        {
            "story": TEXT,
            "scenario": TEXT,
            "stage": TEXT,
            "target_seconds": NUMBER,
            "example": TEXT,
            "signals": LIST,
            "coaching": TEXT,
            "mistake": TEXT,
            "summary": TEXT,
        },
        required=("stage",),
        identity=("stage",),
        answer=("example", "signals", "coaching"),
        sections=("stages",),
        of_page=True,
    ),
    KindSpec(
        "reframing",
        {
            "story": TEXT,
            "scenario": TEXT,
            "principle": TEXT,
            "lead": TEXT,
            "emphasize": TEXT,
            "downplay": TEXT,
            "summary": TEXT,
        },
        required=("principle",),
        identity=("principle",),
        answer=("lead", "emphasize", "downplay"),
        sections=("reframings",),
        of_page=True,
    ),
    KindSpec(
        "level",
        {
            "story": TEXT,
            "scenario": TEXT,
            "level": TEXT,
            "focus": TEXT,
            "reflection": TEXT,
            "bar": TEXT,
            "length": TEXT,
            "looking_back": TEXT,
            "summary": TEXT,
        },
        required=("level",),
        identity=("level",),
        answer=("focus", "bar", "looking_back"),
        sections=("levels", "reflections"),
        of_page=True,
    ),
    KindSpec(
        "checklist",
        {"question": TEXT, "story": TEXT, "list": TEXT, "points": LIST},
        required=("list", "points"),
        identity=("list",),
        answer=("points",),
        sections=("key_points", "how_to_answer", "mistakes"),
        of_page=True,
    ),
    KindSpec(
        "answer",
        {"question": TEXT, "story": TEXT, "why_asked": TEXT, "answer": TEXT, "key_points": LIST},
        required=("question", "answer"),
        identity=(),
        answer=("answer",),
        sections=("sample_answer",),
        of_page=True,
    ),
    KindSpec(
        "basic",
        {"front": TEXT, "back": TEXT},
        required=("front", "back"),
        identity=("front",),
        answer=("back",),
    ),
)


def line_ends(text: str) -> str:
    """The text with a newline at every end of a line, as TOML keeps it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


_NAMING = ("phrase", "question", "front", "stage", "principle", "level", "list", "text")
_OF_A_STORY = ("stage", "principle", "level")


def words_of(fields: Mapping[str, Any]) -> str:
    """The words by which a list names a card."""
    for name in _NAMING:
        if fields.get(name):
            story = f" · {fields['story']}" if fields.get("story") and name in _OF_A_STORY else ""
            return f"{fields[name]}{story}"
    return str(fields.get("story", ""))


KINDS: Mapping[str, KindSpec] = {kind.name: kind for kind in _KINDS}

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Card:
    """A card in a deck file.

    `fields` holds what its kind has (see KINDS); `principles` empty means those of the deck. `pages` are the keys
    of the pages it came from (`from` in the file, the first gives its words), `imported` the fingerprints of what
    the page last gave, None for a card written by hand. `conflict` says that page and learner both changed it.
    `line` is where it stands in its file (1-based, 0 where unknown) and takes no part in equality.
    """

    id: str
    kind: str
    fields: Fields
    principles: tuple[str, ...] = ()
    note: str | None = None
    tags: tuple[str, ...] = ()
    draft: bool = False
    retired: bool = False
    conflict: bool = False
    pages: tuple[str, ...] = ()
    imported: str | None = None
    line: int = field(default=0, compare=False)

    @property
    def spec(self) -> KindSpec:
        """What its kind asks for."""
        return KINDS[self.kind]

    @property
    def asked(self) -> bool:
        """Whether it may be asked: neither a draft nor retired."""
        return not (self.draft or self.retired)


@dataclass(frozen=True)
class Candidate:
    """A card that a page offers, without an id; `why_draft` says what is missing, None where nothing is."""

    kind: str
    fields: Fields
    page: str
    principles: tuple[str, ...] = ()
    why_draft: str | None = None
    line: int = field(default=0, compare=False)

    @property
    def spec(self) -> KindSpec:
        """What its kind asks for."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class PageRecord:
    """A page that a deck was made from: its key, the name of the file it came from, and the date of the import."""

    key: str
    name: str
    when: str


@dataclass(frozen=True)
class Deck:
    """The content of one deck file; `name` is the file's name without `.toml`."""

    name: str
    title: str
    principles: tuple[str, ...] = ()
    pages: tuple[PageRecord, ...] = ()
    dropped: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()

    def principles_of(self, card: Card) -> tuple[str, ...]:
        """The principles that a card counts for: its own, else the deck's."""
        return card.principles or self.principles

    def with_card(self, card: Card) -> Deck:
        """The deck with the card of the same id replaced, or the card added at the end."""
        if all(known.id != card.id for known in self.cards):
            return replace(self, cards=(*self.cards, card))
        return replace(self, cards=tuple(card if known.id == card.id else known for known in self.cards))

    def without_card(self, card: str) -> Deck:
        """The deck without a card; its id is kept as dropped, so that no import brings it back."""
        kept = tuple(known for known in self.cards if known.id != card)
        dropped = self.dropped if card in self.dropped else (*self.dropped, card)
        return replace(self, cards=kept, dropped=dropped)


def principles_of_kind(kind: str, fields: Fields, page: tuple[str, ...]) -> tuple[str, ...]:
    """The principles of a card that differ from its page's: a reframing belongs to the one it names."""
    if kind == "reframing" and fields.get("principle") and (fields["principle"],) != page:
        return (fields["principle"],)
    return ()


_SECTION_OF_LIST = {"key points": "key_points", "steps": "how_to_answer", "mistakes to avoid": "mistakes"}


def sections_of(card: Card) -> tuple[str, ...]:
    """The sections of a page that must have been read whole before a missing card counts as gone."""
    if card.kind == "checklist" and card.fields.get("list") in _SECTION_OF_LIST:
        return (_SECTION_OF_LIST[card.fields["list"]],)
    if card.kind == "level":
        drawn = (("levels", "focus"), ("levels", "bar"), ("reflections", "looking_back"))
        return tuple(section for section, name in drawn if card.fields.get(name)) or card.spec.sections
    return card.spec.sections
