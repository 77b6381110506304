"""Which options of quiz questions were taken, folded from the log through SQLAlchemy Core."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lpdeck.events import Kind
from lpdeck.store.log import undone_batches
from lpdeck.store.tables import card, event


@dataclass(frozen=True, slots=True)
class Choice:
    """How often (`count`, at least 1) one option of a quiz card was taken; `option` None: shown without choosing.

    `was_right` says whether it was the answer when it was taken; `question`, `answer` and `options` are those of the
    card as it is now.
    """

    card: str
    principles: tuple[str, ...]
    question: str
    answer: str
    options: tuple[str, ...]
    option: str | None
    was_right: bool
    count: int


def choices(connection: sa.Connection) -> Iterator[Choice]:
    """Every answer to an indexed quiz card that stands, in a sitting or a cram, in order of card and option.

    A question that lost its answer is left out: nothing says what would be right.
    """
    for row in connection.execute(_counted()):
        yield _choice(tuple(row))


def _choice(row: tuple[Any, ...]) -> Choice:
    name, principles, fields, option, right, count = row
    content = json.loads(fields)
    return Choice(
        card=name,
        principles=tuple(principles.split()),
        question=content["question"],
        answer=content["answer"],
        options=tuple(content.get("options", ())),
        option=option,
        was_right=bool(right),
        count=count,
    )


def _counted() -> sa.Select[tuple[object, ...]]:
    taken = _taken().subquery()
    return (
        sa.select(
            card.c.id, card.c.principles, card.c.fields, taken.c.option, taken.c.right, sa.func.count().label("count")
        )
        .join_from(card, taken, taken.c.card == card.c.id)
        .where(card.c.kind == "quiz", _field("question") != "", _field("answer") != "")
        .group_by(card.c.id, taken.c.option, taken.c.right)
        .order_by(card.c.id, taken.c.option, taken.c.right)
    )


def _taken() -> sa.Select[tuple[object, ...]]:
    """Each answer that says which option was taken. JSON's null is an option of type 'null', a lacking one NULL."""
    option = sa.func.json_extract(event.c.detail, "$.option")
    right = sa.func.coalesce(sa.func.json_extract(event.c.detail, "$.right"), 0)
    return sa.select(event.c.card, option.label("option"), right.label("right")).where(
        event.c.kind.in_([Kind.ANSWER, Kind.CRAM]),
        event.c.batch.not_in(undone_batches()),
        sa.func.json_type(event.c.detail, "$.option").in_(["text", "null"]),
    )


def _field(name: str) -> sa.ColumnElement[str]:
    return sa.func.json_extract(card.c.fields, f"$.{name}")
