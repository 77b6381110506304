"""What the two faces of a card show, as blocks of text with a role; how they look is `rendering`'s business."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from lpdeck.principles import Principle
from lpdeck.review.drills import NOTHING_DONE, OPENLY, Drill, Exercise, Result
from lpdeck.store.hot import StoredCard

if TYPE_CHECKING:
    from lpdeck.review.coaching import Coaching
    from lpdeck.review.typed import Piece


class Role(Enum):
    """What a block is to the reader."""

    ASK = "ask"
    TEXT = "text"
    DIM = "dim"
    KEY_LINE = "key line"
    RIGHT = "right"
    WRONG = "wrong"
    WARNING = "warning"
    OPTION = "option"
    POINT = "point"


class Block(NamedTuple):
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


def heading(card: StoredCard, flag: str | None = None) -> str:
    """The line above a card: its principles and its kind, a quiz's difficulty, the colour of its flag."""
    parts = [title_of(card.principles), card.kind.replace("weak-", "weak "), card.fields.get("difficulty", "")]
    if flag:
        parts.append(f"{flag} flag")
    return " · ".join(part for part in parts if part)


def front(card: StoredCard, exercise: Exercise = OPENLY, choices: Face | None = None) -> Face:
    """What is shown before the answer; `choices` are its options or sentences with what is picked of them."""
    return [*_FRONTS[card.kind](card, exercise), *(choices if choices is not None else picking(card, exercise))]


def picking(card: StoredCard, exercise: Exercise, at: int | None = None, picked: Collection[int] | None = None) -> Face:
    """What can be picked on the front: a quiz's options, a weak answer's sentences. `at` is where the cursor stands."""
    match exercise.drill:
        case Drill.QUIZ:
            return choices(exercise.options, letters(exercise), at)
        case Drill.HUNT:
            return choices(exercise.hunt.sentences, numbers(exercise.hunt.sentences), at, picked)
        case _:
            return []


def letters(exercise: Exercise) -> list[str]:
    """The letters of the options in today's order."""
    return [option_letter(index) for index in range(len(exercise.options))]


def numbers(texts: Sequence[str]) -> list[str]:
    """The numbers of sentences or points, from 1."""
    return [str(index + 1) for index in range(len(texts))]


def choices(
    texts: Sequence[str], names: Sequence[str], at: int | None = None, picked: Collection[int] | None = None
) -> Face:
    """Texts to choose from by their names; boxes where several may be picked."""
    width = max(map(len, names), default=1)
    blocks = []
    for index, (text, name) in enumerate(zip(texts, names, strict=True)):
        cursor = "›" if index == at else " "
        box = "" if picked is None else "[x] " if index in picked else "[ ] "
        blocks.append(Block(Role.OPTION, text, bullet=f"{cursor} {box}{name.rjust(width)}  ", tight=index > 0))
    return blocks


def duel(exercise: Exercise, at: int | None = None) -> Face:
    """The two answers of a duel, unlabelled."""
    sides = choices(exercise.options, letters(exercise), at)
    return [Block(Role.DIM, "Which answer would you give?"), *(side._replace(tight=False) for side in sides)]


def ticking(exercise: Exercise, at: int | None = None, picked: Collection[int] | None = None) -> Face:
    """The points to be ticked off; without boxes where nothing can be picked yet."""
    ask = "Which of these did you say?" if exercise.drill is Drill.STAGE else "Which of these did you name?"
    return [Block(Role.DIM, ask), *choices(exercise.points, numbers(exercise.points), at, picked)]


def back(card: StoredCard, exercise: Exercise = OPENLY, result: Result = NOTHING_DONE, *, spoken: bool = False) -> Face:
    """What is shown as the answer, after what the attempt came to; the learner's own note last.

    `spoken` leaves out the options of a quiz, where they have been read already.
    """
    outcome = _OUTCOMES[exercise.drill](card, exercise, result)
    if spoken and exercise.drill is Drill.QUIZ:
        outcome = [block for block in outcome if not block.bullet]
    blocks = [*outcome, *_typed(result), *_BACKS[card.kind](_without_found(card, exercise, result), exercise)]
    if card.note:
        blocks.append(Block(Role.TEXT, card.note, "note"))
    return blocks


def option_letter(index: int) -> str:
    """The letter of an option by its place, from 0."""
    return "abcdefghijklmnopqrstuvwxyz"[index]


# What an attempt came to


def _quiz_outcome(card: StoredCard, exercise: Exercise, result: Result) -> Face:
    chosen = result.attempt.chosen
    blocks = []
    for index, option in enumerate(exercise.options):
        role, sign = Role.OPTION, " "
        if index == exercise.right:
            role, sign = Role.RIGHT, "✓"
        elif index == chosen:
            role, sign = Role.WRONG, "✗"
        blocks.append(Block(role, option, bullet=f"{sign} {option_letter(index)}  ", tight=index > 0))
    return blocks + _some(Role.TEXT, _relettered(card, exercise, result.why_not), "why not")


def _duel_outcome(_card: StoredCard, _exercise: Exercise, result: Result) -> Face:
    if result.is_right is None:
        return []
    if result.is_right:
        return [Block(Role.RIGHT, "You chose the strong answer.", bullet="✓ ")]
    return [Block(Role.WRONG, "You chose the weak answer.", bullet="✗ ")]


def _hunt_outcome(_card: StoredCard, exercise: Exercise, result: Result) -> Face:
    """The sentences that were marked or missed, each with what it was."""
    score = result.score
    if score is None:
        return []
    kinds = [
        *((at, Role.RIGHT, "✓", "found") for at in score.hits),
        *((at, Role.WRONG, "✗", "missed") for at in score.misses),
        *((at, Role.WARNING, "!", "harmless") for at in score.false_alarms),
    ]
    sentences = exercise.hunt.sentences
    return [
        Block(role, sentences[at], bullet=f"{sign} {at + 1} {word.ljust(8)}  ", tight=index > 0)
        for index, (at, role, sign, word) in enumerate(sorted(kinds, key=lambda kind: kind[0]))
    ]


def _without_found(card: StoredCard, exercise: Exercise, result: Result) -> StoredCard:
    """The card without the disqualifiers that a hunt found: a reason is read for what was overlooked."""
    if result.score is None:
        return card
    found = {target.text for target in exercise.hunt.phrases if target.sentence in result.score.hits}
    left = [line for line in card.fields.get("disqualifiers", []) if line not in found]
    return card._replace(fields={**card.fields, "disqualifiers": left})


def _stage_outcome(_card: StoredCard, exercise: Exercise, result: Result) -> Face:
    told = [f"told in {minutes(result.attempt.told_ms)}"] if exercise.target_ms is not None else []
    if exercise.target_ms is not None:
        told[0] += f" for {minutes(exercise.target_ms)}" + (", far over" if result.is_far_over else "")
    ticked = result.attempt.ticked
    if ticked is not None:
        told.append(f"{len(ticked)} of {len(exercise.points)} signals")
    missed = [point for at, point in enumerate(exercise.points) if at not in (ticked or ())]
    return [
        *_some(Role.WARNING if result.is_far_over else Role.DIM, " · ".join(told)),
        *(_some(Role.WRONG, " · ".join(missed), "not said", tight=True) if ticked is not None else []),
    ]


def _checklist_outcome(_card: StoredCard, exercise: Exercise, result: Result) -> Face:
    ticked = result.attempt.ticked
    if ticked is None:
        return _points(exercise.points)
    return [
        Block(Role.RIGHT, point, bullet="✓ named   ", tight=at > 0)
        if at in ticked
        else Block(Role.WRONG, point, bullet="✗ missed  ", tight=at > 0)
        for at, point in enumerate(exercise.points)
    ]


def _typed(result: Result) -> Face:
    """A typed answer beside the expected words, what differs in brackets."""
    compared = result.comparison
    if compared is None:
        return _some(Role.TEXT, result.attempt.typed, "yours")
    return [
        Block(Role.TEXT, _pieces(compared.typed), "yours"),
        Block(Role.TEXT, _pieces(compared.expected), "expected", tight=True),
        Block(Role.DIM, f"{compared.found} of {compared.of} words found; what differs is in [brackets]", tight=True),
    ]


def _pieces(pieces: Iterable[Piece]) -> str:
    """A text with what differs in brackets; white space stays outside of them."""
    from lpdeck.review.typed import How

    parts = []
    for piece in pieces:
        text, words = piece.text, piece.text.strip()
        differs = words and piece.how in (How.MISSING, How.EXTRA)
        parts.append(text.replace(words, f"[{words}]") if differs else text)
    return "".join(parts).replace("] [", " ")


def minutes(milliseconds: int) -> str:
    """A time as a clock shows it: `1:05`."""
    seconds = round(milliseconds / 1000)
    return f"{seconds // 60}:{seconds % 60:02}"


def _relettered(card: StoredCard, exercise: Exercise, text: str | None) -> str | None:
    """A page's words with its letters of options in place of those that the options have today."""
    options = card.fields.get("options")
    if not text or not options or not exercise.options:
        return text
    from lpdeck.inference.letters import letters as references

    parts, done = [], 0
    for at, start, end in references(text, len(options)):
        if end - start == 1 and start >= done:
            parts += [text[done:start], option_letter(exercise.options.index(options[at])).upper()]
            done = end
    return "".join([*parts, text[done:]])


_Outcome = Callable[[StoredCard, Exercise, Result], Face]

_OUTCOMES: dict[Drill, _Outcome] = {
    Drill.PLAIN: lambda card, exercise, result: [],
    Drill.QUIZ: _quiz_outcome,
    Drill.DUEL: _duel_outcome,
    Drill.HUNT: _hunt_outcome,
    Drill.STAGE: _stage_outcome,
    Drill.CHECKLIST: _checklist_outcome,
}


# Beside the cards


def leech(card: StoredCard, coaching: Coaching) -> Face:
    """What helps with a card that was forgotten too often."""
    from lpdeck.deck.model import words_of

    stage = f"{coaching.stage} of the story" if coaching.stage else ""
    return [
        Block(Role.ASK, f"You have forgotten this card {coaching.lapses} times."),
        Block(Role.TEXT, words_of(card.fields)),
        *_some(Role.DIM, stage and f"What the page says about the {stage}:"),
        *_some(Role.TEXT, coaching.coaching, "coaching", tight=True),
        *_some(Role.TEXT, coaching.mistake, "mistake", tight=True),
        *_points(coaching.easier, "easier cards of this page, to stand on"),
        Block(Role.DIM, "A card that will not stay is worded badly, or says two things: rewrite it or split it."),
    ]


def offer(phrase: str) -> Face:
    """A phrase that was missed and that no card asks for."""
    return [
        Block(Role.ASK, "You missed this, and no card asks for it yet. Make one?"),
        Block(Role.TEXT, f"“{phrase}”"),
    ]


# The faces of each kind


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


def _disqualifier_front(card: StoredCard, _: Exercise) -> Face:
    if card.fields.get("flaw"):
        return [
            Block(Role.DIM, "An answer has this flaw. What does the interviewer conclude?"),
            Block(Role.ASK, card.fields["phrase"]),
        ]
    return [
        Block(Role.DIM, "The interviewer hears this. Why does it hurt, and what would you say instead?"),
        Block(Role.ASK, f"“{card.fields['phrase']}”"),
    ]


def _disqualifier_back(card: StoredCard, _: Exercise) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("why"), "why"),
        *_some(Role.TEXT, fields.get("verdict"), "verdict"),
        *_some(Role.KEY_LINE, fields.get("instead"), "instead"),
    ]


def _follow_up_front(card: StoredCard, _: Exercise) -> Face:
    fields = card.fields
    return [
        Block(Role.ASK, fields["question"]),
        *_some(Role.DIM, fields.get("probes"), "probes"),
        *_some(Role.DIM, fields.get("story"), "story", tight=bool(fields.get("probes"))),
    ]


def _follow_up_back(card: StoredCard, _: Exercise) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("strong")),
        *_some(Role.KEY_LINE, fields.get("key_line")),
        *_some(Role.TEXT, fields.get("weak"), "weak"),
        *_some(Role.TEXT, fields.get("weak_because"), "why", tight=bool(fields.get("weak"))),
    ]


def _quiz_back(card: StoredCard, exercise: Exercise) -> Face:
    return [
        *_some(Role.TEXT, _relettered(card, exercise, card.fields.get("explanation")), "why"),
        *_some(Role.DIM, card.fields.get("hint"), "hint"),
    ]


def _weak_answer_front(card: StoredCard, exercise: Exercise) -> Face:
    hunted = exercise.drill is Drill.HUNT
    return [
        Block(Role.ASK, "Which sentences sink this answer?" if hunted else "What disqualifies this answer?"),
        *_some(Role.DIM, card.fields.get("story"), "story"),
        *([] if hunted else [Block(Role.TEXT, card.fields["text"])]),
    ]


def _weak_answer_back(card: StoredCard, _: Exercise) -> Face:
    return [*_points(card.fields.get("disqualifiers", [])), *_some(Role.TEXT, card.fields.get("verdict"), "verdict")]


def _stage_front(card: StoredCard, _: Exercise) -> Face:
    seconds = card.fields.get("target_seconds")
    target = f" In {seconds} seconds." if seconds else ""
    return [Block(Role.ASK, f"Tell the {card.fields['stage']} of this story.{target}"), *_context(card)]


def _stage_back(card: StoredCard, _: Exercise) -> Face:
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


def _reframing_front(card: StoredCard, _: Exercise) -> Face:
    return [Block(Role.ASK, f"Tell this story for {title_of([card.fields['principle']])}."), *_context(card)]


def _reframing_back(card: StoredCard, _: Exercise) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("lead")),
        *_some(Role.TEXT, fields.get("emphasize"), "emphasize"),
        *_some(Role.TEXT, fields.get("downplay"), "downplay"),
        *_some(Role.DIM, fields.get("summary"), "summary"),
    ]


def _level_front(card: StoredCard, _: Exercise) -> Face:
    ask = f"What does the bar for {card.fields['level']} ask of this story?"
    if not (card.fields.get("focus") or card.fields.get("bar")):
        ask = f"Looking back, what does {card.fields['level']} conclude from this story?"
    return [Block(Role.ASK, ask), *_context(card)]


def _level_back(card: StoredCard, _: Exercise) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields.get("focus")),
        *_some(Role.TEXT, fields.get("bar"), "bar"),
        *_some(Role.TEXT, fields.get("reflection"), "reflection"),
        *_some(Role.TEXT, fields.get("looking_back"), "looking back"),
        *_some(Role.TEXT, fields.get("length"), "length"),
        *_some(Role.DIM, fields.get("summary"), "summary"),
    ]


def _checklist_front(card: StoredCard, _: Exercise) -> Face:
    fields = card.fields
    return [
        Block(Role.ASK, f"Name the {len(fields['points'])} {fields['list']}."),
        *_some(Role.TEXT, fields.get("question"), "question"),
        *_some(Role.DIM, fields.get("story"), "topic"),
    ]


def _answer_front(card: StoredCard, _: Exercise) -> Face:
    return [
        Block(Role.ASK, card.fields["question"]),
        *_some(Role.DIM, card.fields.get("story"), "topic"),
    ]


def _answer_back(card: StoredCard, _: Exercise) -> Face:
    fields = card.fields
    return [
        *_some(Role.TEXT, fields["answer"]),
        *_points(fields.get("key_points", []), "covers"),
        *_some(Role.DIM, fields.get("why_asked"), "why asked"),
    ]


_Side = Callable[[StoredCard, Exercise], Face]

_FRONTS: dict[str, _Side] = {
    "follow-up": _follow_up_front,
    "disqualifier": _disqualifier_front,
    "quiz": lambda card, _: [Block(Role.ASK, card.fields["question"])],
    "weak-answer": _weak_answer_front,
    "stage": _stage_front,
    "reframing": _reframing_front,
    "level": _level_front,
    "checklist": _checklist_front,
    "answer": _answer_front,
    "basic": lambda card, _: [Block(Role.ASK, card.fields["front"])],
}

_BACKS: dict[str, _Side] = {
    "follow-up": _follow_up_back,
    "disqualifier": _disqualifier_back,
    "quiz": _quiz_back,
    "weak-answer": _weak_answer_back,
    "stage": _stage_back,
    "reframing": _reframing_back,
    "level": _level_back,
    "checklist": lambda card, exercise: [] if exercise.points else _points(card.fields["points"]),
    "answer": _answer_back,
    "basic": lambda card, _: [Block(Role.TEXT, card.fields["back"])],
}


def question(card: StoredCard, exercise: Exercise = OPENLY) -> Face:
    """The part of the front that stays above the answer: what was asked, without its context."""
    return [block for block in _FRONTS[card.kind](card, exercise) if block.role is Role.ASK]
