"""Deck files: TOML text to a Deck and back. Comments, order and unknown keys of a file survive every rewrite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

from lpdeck.deck.drafts import lacking
from lpdeck.deck.identity import ids, parse_imported
from lpdeck.deck.model import FLAG, KINDS, LIST, NUMBER, TEXT, Card, Deck, PageRecord, line_ends
from lpdeck.errors import DeckError
from lpdeck.principles import Principle
from lpdeck.tomltext import loads

SCHEMA = 1
SET_ASIDE = "set aside"
MOST_PROPOSALS = 200
"""For how many names in one file the nearest known one is sought, which takes long."""

# What a card may have beside the fields of its kind, in the order in which a new file holds it.
_ABOUT = ("principles", "note", "tags", "from", "imported")
_MARKS = ("draft", "retired", "conflict")


@dataclass(frozen=True)
class DeckProblem:
    """Something in a deck file that needs the learner: `line` is 1-based; a warning does not stop the card."""

    line: int
    what: str
    advice: str = ""
    card: str | None = None
    warning: bool = False


@dataclass(frozen=True)
class DeckFile:
    """A deck file as read: the cards that can be used, and what is wrong with the rest."""

    deck: Deck
    problems: tuple[DeckProblem, ...]


class _FileError(Exception):
    """What spoils a whole file: at which top-level key (for a list of tables the number of the table) and why."""

    def __init__(self, key: str, what: str, advice: str, number: int = 0) -> None:
        super().__init__(what)
        self.key = key
        self.what = what
        self.advice = advice
        self.number = number


class CardError(Exception):
    """Why a card table can not be used; an advice that takes time to find is found when it is asked for."""

    def __init__(self, what: str, advice: str | Callable[[], str] = "") -> None:
        super().__init__(what)
        self.what = what
        self._advice = advice

    @property
    def advice(self) -> str:
        """What to do about it."""
        return self._advice if isinstance(self._advice, str) else self._advice()


def read_deck(text: str, path: Path) -> DeckFile:
    """The deck in a file's text; `path` names the deck and stands in messages.

    Raises DeckError for what spoils the whole file (bad TOML, a newer schema); a card that breaks a rule is left
    out and reported.
    """
    document = _parsed(text, path)
    try:
        return _deck_file(document, card_lines(text), path.stem)
    except _FileError as error:
        lines = _starts(text, error.key, "=") or _starts(text, error.key, "]]")
        line = lines[error.number] if error.number < len(lines) else None
        raise DeckError(error.what, error.advice, path=path, line=line) from None


def _deck_file(document: Mapping[str, Any], lines: Sequence[int], name: str) -> DeckFile:
    """The deck in a parsed file whose card headers stand at `lines`. Raises _FileError."""
    schema = document.get("schema", SCHEMA)
    if not isinstance(schema, int) or schema > SCHEMA:
        raise _FileError("schema", f"the deck has schema {schema}, this lpdeck knows {SCHEMA}", "Upgrade lpdeck.")
    cards, problems = _cards(document, lines, name)
    deck = Deck(
        name=name,
        title=_text(document, "title") or name,
        principles=tuple(_principles(document.get("principles", []))),
        pages=tuple(_pages(document)),
        dropped=tuple(_strings(document.get("dropped", []), "dropped")),
        cards=tuple(cards.values()),
    )
    return DeckFile(deck, tuple(problems))


def _cards(document: Mapping[str, Any], lines: Sequence[int], deck: str) -> tuple[dict[int, Card], list[DeckProblem]]:
    """The cards that can be used by the number of their table in the file, and what is wrong with the rest."""
    problems: list[DeckProblem] = []
    unknown = 0
    cards: dict[int, Card] = {}
    seen: dict[str, int] = {}
    for number, table in enumerate(_tables(document)):
        line = lines[number] if number < len(lines) else 1
        try:
            card = card_of(table, line, deck)
            if card.id in seen:
                raise CardError(
                    f'the id "{card.id}" stands at line {seen[card.id]} too', "Give one of them another id."
                )
        except CardError as error:
            name = table.get("id")
            advice = error.advice if len(problems) < MOST_PROPOSALS else ""
            problems.append(DeckProblem(line, error.what, advice, name if isinstance(name, str) else None))
            continue
        seen[card.id] = line
        problems.extend(_warnings(card, line))
        unknown += len(_unknown(card, table))
        if unknown <= MOST_PROPOSALS:
            problems.extend(_proposals(card, table, line))
        cards[number] = card
    return cards, problems


_MARK_OF_A_MERGE = re.compile(r"(<{7}|={7}|>{7}|\|{7})( |\r?$)")
_MERGED = (
    "Keep one of the two forms and take out the lines that begin with <<<<<<<, ======= and >>>>>>>; "
    "until then the cards of this file stay as they were last read."
)


def _parsed(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        document = loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
        what, line = (found[1], found[2]) if found else (str(error), None)
        number = int(line) if line else text.count("\n") + 1 if found else None
        if number is not None and _MARK_OF_A_MERGE.match([*text.split("\n"), ""][number - 1]):
            raise DeckError("a merge left its marks here", _MERGED, path=path, line=number) from None
        raise DeckError(
            f"this is not valid TOML: {what[:1].lower()}{what[1:]}",
            "Mend that line; until then the cards of this file stay as they were last read.",
            path=path,
            line=number,
        ) from None
    return document


def _tables(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    tables = document.get("card", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _FileError("card", '"card" is no list of tables', "Begin each card with [[card]].")
    return tables


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key, "")
    if not isinstance(value, str):
        raise _FileError(key, f'"{key}" is no text', f'Write {key} = "...".')
    return value


def _strings(value: Any, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _FileError(key, f'"{key}" is no list of texts', f'Write {key} = ["..."].')
    return value


def _principles(value: Any) -> Iterator[str]:
    for name in _strings(value, "principles"):
        principle = Principle.named(name)
        if principle is None:
            raise _FileError("principles", f'there is no principle "{name}"', _nearest_principle(name))
        yield principle.slug


def _nearest_principle(name: str) -> str:
    near = get_close_matches(name.lower(), [principle.slug for principle in Principle], n=1, cutoff=0.0)
    return f"The nearest is {near[0]}."


def _pages(document: Mapping[str, Any]) -> Iterator[PageRecord]:
    pages = document.get("page", [])
    if not isinstance(pages, list):
        raise _FileError("page", '"page" is no list of tables', "Begin each with [[page]].")
    for number, page in enumerate(pages):
        if not isinstance(page, dict) or not isinstance(page.get("key"), str):
            raise _FileError("page", "a [[page]] has no key", 'Write key = "...".', number)
        yield PageRecord(page["key"], str(page.get("name", "")), str(page.get("when", "")))


def card_of(table: Mapping[str, Any], line: int, deck: str) -> Card:
    """A card from its table, `line` (1-based, 0 where unknown) and `deck` being where it stands. Raises CardError."""
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        what = "the card has no kind" if kind is None else f'there is no kind "{kind}"'
        raise CardError(what, lambda: f"The nearest is {get_close_matches(str(kind), KINDS, n=1, cutoff=0.0)[0]}.")
    fields = {name: _value(table[name], name, type_) for name, type_ in KINDS[kind].fields.items() if name in table}
    card = Card(
        id=_id(table, kind, fields, deck),
        kind=kind,
        fields=fields,
        principles=_card_principles(table),
        note=_value(table["note"], "note", TEXT) if "note" in table else None,
        tags=tuple(_value(table.get("tags", []), "tags", LIST)),
        draft=_value(table.get("draft", False), "draft", FLAG),
        retired=_value(table.get("retired", False), "retired", FLAG),
        conflict=_value(table.get("conflict", False), "conflict", FLAG),
        pages=tuple(_value(table.get("from", []), "from", LIST)),
        imported=_value(table["imported"], "imported", TEXT) if "imported" in table else None,
        line=line,
    )
    if card.asked:
        _check_askable(card)
    return card


def _id(table: Mapping[str, Any], kind: str, fields: Mapping[str, Any], deck: str) -> str:
    name = table.get("id")
    if not isinstance(name, str) or not name.strip():
        proposal = next(ids(deck, kind, fields, None))
        raise CardError("the card has no id", f'Add id = "{proposal}".')
    if " " in name or not name.isprintable():
        raise CardError(f'the id "{name}" has white space or invisible characters in it', "Take them out.")
    return name


def _card_principles(table: Mapping[str, Any]) -> tuple[str, ...]:
    slugs = []
    for name in _value(table.get("principles", []), "principles", LIST):
        principle = Principle.named(name)
        if principle is None:
            raise CardError(f'there is no principle "{name}"', partial(_nearest_principle, name))
        slugs.append(principle.slug)
    return tuple(slugs)


def _value(value: Any, name: str, type_: str) -> Any:
    fits = {
        TEXT: isinstance(value, str),
        LIST: isinstance(value, list) and all(isinstance(item, str) for item in value),
        FLAG: isinstance(value, bool),
        NUMBER: isinstance(value, int) and not isinstance(value, bool),
    }[type_]
    if not fits:
        raise CardError(f'"{name}" is no {type_}')
    if type_ == TEXT:
        return value.strip("\n")
    return list(value) if type_ == LIST else value


def _check_askable(card: Card) -> None:
    """Raises CardError where a card that is no draft lacks what it needs to be asked."""
    for name in card.spec.required:
        if not card.fields.get(name):
            raise CardError(f'the card has no "{name}"', "Add it, or set draft = true.")
    if card.kind == "quiz":
        _check_quiz(card.fields)


def _check_quiz(fields: Mapping[str, Any]) -> None:
    options, answer = fields.get("options", []), fields.get("answer")
    if not options:
        if not fields.get("explanation"):
            raise CardError("the card has no options and no explanation", "Add either, or set draft = true.")
        return
    if not answer:
        raise CardError("the question has options but no answer", "Add answer, or set draft = true.")
    if answer not in options:
        raise CardError(f'the answer "{answer}" is none of the options', "Write it exactly as the option.")
    if len(set(options)) < len(options):
        raise CardError("an option stands twice", "Take one out.")


def _warnings(card: Card, line: int) -> Iterator[DeckProblem]:
    if card.draft:
        yield DeckProblem(
            line, f"draft: {why_draft(card)}", "Complete it and take out draft = true.", card.id, warning=True
        )
    if card.conflict:
        yield DeckProblem(
            line,
            "the page changed too, your words are kept",
            "lpdeck import PAGE --update takes the page's words; or take out conflict = true.",
            card.id,
            warning=True,
        )
    if card.imported is not None and parse_imported(card.imported) is None:
        yield DeckProblem(line, '"imported" is damaged', "Take it out: the card is then yours.", card.id, warning=True)


def _known(card: Card) -> set[str]:
    return {*card.spec.fields, *_ABOUT, *_MARKS, "id", "kind"}


def _unknown(card: Card, table: Mapping[str, Any]) -> set[str]:
    return table.keys() - _known(card)


def _proposals(card: Card, table: Mapping[str, Any], line: int) -> Iterator[DeckProblem]:
    """Names in a card's table that are nearly those of something it may have."""
    for name in _unknown(card, table):
        near = get_close_matches(name, _known(card), n=1, cutoff=0.8)
        if near:
            yield DeckProblem(line, f'"{name}" is not known', f'Did you mean "{near[0]}"?', card.id, warning=True)


def why_draft(card: Card) -> str:
    """What a draft lacks, as the learner should read it; SET_ASIDE where nothing is missing."""
    return lacking(card.kind, card.fields) or SET_ASIDE


# Texts and comments: what may hold the look of a header.
_TEXTS = (
    r'''"""(?:\\.|[^\\])*?"""(?:"{0,2})|"(?:\\.|[^"\\\n])*"'''
    r"""|'''.*?'''(?:'{0,2})|'[^'\n]*'|\#[^\n]*"""
)
_STARTS = {
    "=": r"""(?P<start>^[ \t]*(?:{0}|"{0}"|'{0}')[ \t]*=)""",
    "]]": r"""(?P<start>^[ \t]*\[\[[ \t]*(?:{0}|"{0}"|'{0}')[ \t]*\]\])""",
}


def card_lines(text: str) -> list[int]:
    """The 1-based line of every `[[card]]` header, those inside texts and comments left out."""
    return _starts(text, "card", "]]")


def _starts(text: str, key: str, mark: str) -> list[int]:
    """The 1-based lines on which `key =` or `[[key]]` stands (`mark` is `=` or `]]`)."""
    lines, number, at = [], 1, 0
    for found in re.finditer(f"{_STARTS[mark].format(key)}|{_TEXTS}", text, re.MULTILINE | re.DOTALL):
        if found["start"] is not None:
            number += text.count("\n", at, found.start())
            at = found.start()
            lines.append(number)
    return lines


def card_table(card: Card) -> dict[str, Any]:
    """A card as the TOML table that holds it, in the order in which a learner reads it."""
    table: dict[str, Any] = {"id": card.id, "kind": card.kind}
    table |= {mark: True for mark in _MARKS if getattr(card, mark)}
    table |= {name: card.fields[name] for name in card.spec.fields if _filled(card.fields.get(name))}
    about = {
        "principles": list(card.principles),
        "note": card.note,
        "tags": list(card.tags),
        "from": list(card.pages),
        "imported": card.imported,
    }
    return table | {name: about[name] for name in _ABOUT if about[name]}


def _filled(value: Any) -> bool:
    return value not in (None, "", [], (), False)


def _page_table(page: PageRecord) -> dict[str, str]:
    return {"key": page.key, "name": page.name, "when": page.when}


def write_deck(deck: Deck) -> str:
    """The text of a new deck file."""
    import tomli_w

    document: dict[str, Any] = {"schema": SCHEMA, "title": deck.title, "principles": list(deck.principles)}
    if deck.dropped:
        document["dropped"] = list(deck.dropped)
    tables = [("page", _page_table(page)) for page in deck.pages]
    tables += [("card", card_table(card)) for card in deck.cards]
    parts = [tomli_w.dumps(_plain(document), multiline_strings=True)]
    # One table at a time: tomli_w would write short ones inline.
    parts += [f"[[{name}]]\n{tomli_w.dumps(_plain(table), multiline_strings=True)}" for name, table in tables]
    return "\n".join(parts)


def _plain(value: Any) -> Any:
    """The value with every line end a newline: TOML's multi-line texts know no other."""
    if isinstance(value, str):
        return line_ends(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def with_lines(deck: Deck, text: str) -> Deck:
    """The deck with the line of each card in `text`, which `write_deck` made of it."""
    cards = (replace(card, line=line) for card, line in zip(deck.cards, card_lines(text), strict=True))
    return replace(deck, cards=tuple(cards))


def rewrite_deck(text: str, deck: Deck) -> str:
    """A deck file's text brought to say `deck`; what did not change stays as the learner wrote it.

    Cards that `read_deck` could not use stay in the file too.
    """
    if not text.strip():
        return write_deck(deck)
    path = Path(f"{deck.name}.toml")
    before = read_deck(text, path).deck
    if deck == before:
        return text
    known, _ = _cards(_parsed(text, path), (), deck.name)
    document = _parsed_for_writing(text, path)
    if deck.title != before.title:
        document["title"] = deck.title
    if deck.principles != before.principles:
        document["principles"] = list(deck.principles)
    if deck.dropped != before.dropped:
        _set_before_tables(document, "dropped", list(deck.dropped))
    _rewrite_pages(document, before, deck)
    _rewrite_cards(document, known, deck)
    return str(document.as_string())


def _parsed_for_writing(text: str, path: Path) -> Any:
    """A parsed file with its comments and order. Raises DeckError for the few files that can be read only."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(text)
    except (TOMLKitError, RecursionError):
        raise DeckError("the file is nested too deep to be changed", "Make its tables flatter.", path=path) from None


def _set_before_tables(document: Any, key: str, value: Any) -> None:
    """A top-level key must stand before the first table, or it would belong to it."""
    import tomlkit

    item = tomlkit.item(value)
    if key in document:
        document[key] = item
        return
    names = [name for name in ("principles", "title", "schema") if name in document]
    body = document.body
    index = max((i for i, (name, _) in enumerate(body) if name is not None and name.key in names), default=-1)
    if index + 1 < len(body):
        document._insert_at(index + 1, key, item)
    else:
        document.append(key, item)


def _rewrite_pages(document: Any, before: Deck, deck: Deck) -> None:
    import tomlkit

    if before.pages == deck.pages:
        return
    known = {page.key: page for page in before.pages}
    if "page" not in document:
        document.append("page", tomlkit.aot())
    for page in deck.pages:
        if page.key not in known:
            _append(document["page"], _page_table(page), blank_after=True)
        elif known[page.key] != page:
            table = next(table for table in document["page"] if table["key"] == page.key)
            table.update(_page_table(page))
    gone = known.keys() - {page.key for page in deck.pages}
    for index in reversed([at for at, table in enumerate(document["page"]) if table.get("key") in gone]):
        del document["page"][index]
    if not document["page"]:
        del document["page"]


def _rewrite_cards(document: Any, known: Mapping[int, Card], deck: Deck) -> None:
    """`known` are the cards that can be used, by the number of their table; other tables are left alone."""
    import tomlkit

    wanted = {card.id: card for card in deck.cards}
    if "card" not in document:
        if not deck.cards:
            return
        document.append("card", tomlkit.aot())
    tables = document["card"]
    for index, card in sorted(known.items(), reverse=True):
        if card.id not in wanted:
            del tables[index]
        elif wanted[card.id] != card:
            _rewrite_table(tables[index], card_table(card), _plain(card_table(wanted[card.id])))
    there = {card.id for card in known.values()}
    for card in deck.cards:
        if card.id not in there:
            _append(tables, card_table(card))


def _append(tables: Any, values: Mapping[str, Any], *, blank_after: bool = False) -> None:
    """Adds a table to a list of tables, in the form in which the learner wrote the list."""
    import tomlkit

    inline = not isinstance(tables, tomlkit.items.AoT)
    table: Any = tomlkit.inline_table() if inline else tomlkit.table()
    for name, value in _plain(values).items():
        table.add(name, tomlkit.item(value) if inline else _item(value))
    if not inline and blank_after:
        table.add(tomlkit.nl())
    elif not inline:
        table.trivia.indent = "\n"
    tables.append(table)


def _rewrite_table(table: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for name in before.keys() - after.keys():
        if name in table:
            del table[name]
    for name, value in after.items():
        if before.get(name) != value:
            table[name] = _item(value)


def _item(value: Any) -> Any:
    import tomlkit

    if isinstance(value, str) and "\n" in value:
        return tomlkit.string(value, multiline=True)
    item = tomlkit.item(value)
    if isinstance(item, tomlkit.items.Array):
        item.multiline(True)
    return item
