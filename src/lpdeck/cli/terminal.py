"""The terminal as a Reviewer: one card on a clean screen, one key an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from lpdeck.cli import faces, picking
from lpdeck.cli.keys import HANG_UP, PASTE, RESIZE, TICK, Screen
from lpdeck.cli.picking import Picker
from lpdeck.cli.rendering import MEASURE, Painter, bare, cut, plural, shown, wrapped
from lpdeck.cli.sitting import WISHES, come_back, counts, done, rating_word
from lpdeck.config import KEY_MEANINGS, Config
from lpdeck.events import Event
from lpdeck.review.drills import Attempt, Drill, Result
from lpdeck.review.loop import Aside, Back, Choose, Do, Duel, Flag, Front, Mark, Note, Tell, Tick, Ticking, Type
from lpdeck.review.session import Asked, Finished, Left, Tally

if TYPE_CHECKING:
    from lpdeck.review.coaching import Coaching

KEY_SIGNS = {"enter": "⏎", "up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "esc", "tab": "⇥"}
_NARROW = 50
_ROOMY = 16  # rows from which on hints may take a line more
_SCROLL = ("up", "down", "page up", "page down")
_FLAG_KEYS = {"r": "red", "o": "orange", "g": "green", "b": "blue", "p": "pink", "t": "turquoise", "v": "purple"}


class _Page:
    """Lines that may be longer than the screen: `start` is the first that is shown, `at` those that must be seen.

    It `follows` a cursor from its first move on: before that a card is read from its top.
    """

    def __init__(self) -> None:
        self.start = 0
        self.at: range | None = None
        self.follows = False

    def window(self, count: int, room: int) -> tuple[int, int]:
        """The first line shown and how many are below; the line at the cursor is kept in sight."""
        self.start = min(max(self.start, 0), max(count - room, 0))
        if self.at is not None:
            self.start = min(max(self.start, self.at.stop - room), self.at.start)
        return self.start, max(count - self.start - room, 0)


PAUSE_MS = 3000
"""A front with a clock is drawn every second; a longer gap was a prompt, an editor, or a program put to sleep."""


class _Stopwatch:
    """How long a stage has been told (milliseconds): the time its front was on the screen, pauses left out."""

    def __init__(self) -> None:
        self._of: tuple[str, int] | None = None
        self._seen = self._away = 0

    def told(self, asked: Asked, now_ms: int) -> int:
        """The time so far; to be called whenever the front is drawn."""
        if self._of != (asked.card.id, asked.shown_ms):
            self._of, self._seen, self._away = (asked.card.id, asked.shown_ms), asked.shown_ms, 0
        gap, self._seen = now_ms - self._seen, now_ms
        if gap > PAUSE_MS:
            self._away += gap
        return max(0, now_ms - asked.shown_ms - self._away)


class TerminalReviewer:
    """Shows cards on a Screen and turns keys into wishes. `clock` gives milliseconds UTC."""

    def __init__(self, screen: Screen, config: Config, painter: Painter, clock: Callable[[], int]) -> None:
        self._screen = screen
        self._painter = painter
        self._config = config
        self._clock = clock
        self._actions = {key: action for action, keys in config.keys.items() for key in keys}
        self._notice = ""
        self._page = _Page()
        self._watch = _Stopwatch()
        self._lines: list[str] = []
        self._drawn: tuple[Sequence[str], int, int, Sequence[str]] | None = None
        self._has_waited = False

    def notice(self, text: str) -> None:
        """Said above the keys of the next frame."""
        self._notice = text

    def waiting(self, text: str) -> None:
        """Said at once, above the keys of the frame that stands; keys pressed meanwhile do not act on the next one."""
        self._has_waited = True
        if self._drawn is not None:
            self._draw(*self._drawn, shown(text))

    # The steps of a card

    def front(self, asked: Asked, left: Left) -> Front:
        """Shows the front until it is revealed, answered or left."""
        self._page = _Page()
        picker = _picker_of(asked)
        while True:
            face = faces.front(asked.card, asked.exercise, self._picking(asked, picker))
            is_told = asked.exercise.target_ms is not None
            lines = [*self._head(asked, left, self._told(asked)), *self._painter.face(face)]
            key = self._frame(lines, *self._front_keys(asked, picker), picker=picker, timeout_s=1 if is_told else None)
            chosen = picker.chosen(key) if picker else None
            if chosen is not None:
                return Choose(chosen)
            moved = self._moved(picker, key)
            if moved is not None:
                picker = moved
                continue
            if self._actions.get(key) == "type":
                typed = self._typed("Your answer")
                if typed:
                    return Type(typed)
                continue
            wish = self._wish(key, asked)
            if wish is Do.REVEAL and picker is not None and picker.picked is not None:
                return Mark(picker.picked)
            if wish is Do.REVEAL and is_told:
                return Tell(self._watch.told(asked, self._clock()))
            if wish is not None:
                return wish

    def duel(self, asked: Asked, left: Left, attempt: Attempt) -> Duel:
        """Shows both answers unlabelled until one is chosen."""
        self._page = _Page()
        picker = picking.of(faces.letters(asked.exercise))
        question = faces.question(asked.card, asked.exercise)
        while True:
            head = [*self._head(asked, left), *self._painter.face(question), ""]
            lines = [*head, *self._painter.face(faces.duel(asked.exercise, picker.at))]
            hints = [f"{self._bold('a b')} choose", self._onward(picker, "skip")]
            key = self._frame(lines, hints, self._usual(picker.names), picker=picker)
            chosen = picker.chosen(key)
            if chosen is not None:
                return Choose(chosen)
            moved = self._moved(picker, key)
            if moved is not None:
                picker = moved
                continue
            wish = self._wish(key, asked)
            if wish is not None:
                return wish

    def tick(self, asked: Asked, left: Left, attempt: Attempt) -> Ticking:
        """Shows the points to be ticked off."""
        self._page = _Page()
        picker = picking.of(faces.numbers(asked.exercise.points), attempt.ticked or frozenset())
        question = faces.question(asked.card, asked.exercise)
        while True:
            head = [*self._head(asked, left), *self._painter.face(question), ""]
            lines = [*head, *self._painter.face(faces.ticking(asked.exercise, picker.at, picker.picked or ()))]
            hints = [*self._ticking(picker, "tick"), self._hint("reveal", "done")]
            key = self._frame(lines, hints, self._usual(picker.names), picker=picker)
            moved = self._moved(picker, key)
            if moved is not None:
                picker = moved
                continue
            wish = self._wish(key, asked)
            if wish is Do.REVEAL:
                return Tick(picker.picked or frozenset())
            if wish is not None:
                return wish

    def back(self, asked: Asked, left: Left, result: Result) -> Back:
        """Shows the back until it is rated or left. Reveal gives the rating that is proposed."""
        self._page = _Page()
        question = faces.question(asked.card, asked.exercise)
        answer = faces.back(asked.card, asked.exercise, result)
        words = {rating.word: rating for rating in result.ratings}
        while True:
            head = [*self._head(asked, left), *self._painter.face(question)]
            lines = [*head, self._painter.rule(), *self._painter.face(answer)]
            key = self._frame(lines, self._rating_keys(asked, result), self._usual())
            action = self._actions.get(key, "")
            if action in words:
                return words[action]
            if action == "reveal":
                if result.on_enter is not None:
                    return result.on_enter
                continue
            wish = self._wish(key, asked)
            if wish is not None:
                return wish

    # Beside the cards

    def leech(self, asked: Asked, coaching: Coaching) -> Do:
        """Shows what the page advises about a card that was forgotten too often."""
        self._page = _Page()
        wishes = {"e": Do.EDIT, "x": Do.SPLIT, "s": Do.SUSPEND, "enter": Do.REVEAL, "space": Do.REVEAL, "q": Do.QUIT}
        while True:
            self._resize()
            lines = self._painter.face(faces.leech(asked.card, coaching))
            hints = self._keyed({"e": "rewrite", "x": "split in two", "s": "suspend", "⏎": "go on"})
            key = self._frame(lines, hints, [])
            if key in wishes:
                return wishes[key]

    def offer(self, asked: Asked, phrase: str) -> bool | None:
        """Asks whether a missed phrase shall become a card."""
        self._page = _Page()
        while True:
            self._resize()
            lines = self._painter.face(faces.offer(phrase))
            hints = self._keyed({"y": "make a card", "n": "leave it", "esc": "no more of these"})
            key = self._frame(lines, hints, [])
            if key in ("y", "n", "enter"):
                return key == "y"
            if key in ("escape", "q"):
                return None

    def info(self, asked: Asked, history: Sequence[Event]) -> None:
        """Shows where the card comes from and what happened to it, until any key but those that scroll."""
        from lpdeck.cli.history import about

        page, self._page = self._page, _Page()
        while True:
            self._resize()
            lines = about(asked, history, self._config, self._clock(), self._painter)
            key = self._frame(lines, self._keyed({"any key": "goes back"}), [])
            if key not in (RESIZE, *_SCROLL):
                break
        self._page = page

    def finished(self, end: Finished, tally: Tally) -> Do:
        """Shows what was done and when to come back; undo takes the last answer back, any other key leaves."""
        self._page = _Page()
        while True:
            self._resize()
            said = [*done(tally), *come_back(end, self._config.calendar, self._clock())]
            body = [line for sentence in said for line in wrapped(sentence, self._painter.width)]
            lines = [self._bold("Done for now."), "", *body]
            key = self._frame(lines, [self._hint("undo", "undo"), f"{self._bold('any key')} leave"], [])
            action = self._actions.get(key, "")
            if action in ("undo", "redo"):
                return WISHES[action]
            if key not in (RESIZE, *_SCROLL):
                return Do.QUIT

    # Keys that every step knows

    def _moved(self, picker: Picker | None, key: str) -> Picker | None:
        """The list after a key, its cursor kept in sight from now on; None where the key means nothing to it."""
        moved = picker.press(key) if picker else None
        self._page.follows = self._page.follows or moved is not None
        return moved

    def _wish(self, key: str, asked: Asked) -> Do | Aside | None:
        """What a key wants of the card, asking for a colour or a line where that is needed."""
        action = self._actions.get(key, "")
        if action == "flag":
            return self._flag()
        if action == "note":
            text = self._typed("Note", asked.card.note or "", empty=True)
            return None if text is None else Note(text)
        return WISHES.get(action)

    def _flag(self) -> Flag | None:
        """Asks for a colour; any other key than theirs leaves the flag as it is."""
        hints = self._keyed({**_FLAG_KEYS, "0": "none"})
        while True:
            key = self._frame(self._lines, hints, [])
            if key in _FLAG_KEYS or key == "0":
                return Flag(_FLAG_KEYS.get(key))
            if key not in (RESIZE, *_SCROLL):
                return None

    def _typed(self, label: str, text: str = "", *, empty: bool = False) -> str | None:
        """A line that the learner types below the card; None where they leave with Escape, or with nothing."""
        from lpdeck.cli.lineedit import Line

        line = Line(text)
        while True:
            columns, rows = self._size
            prompt = f"{label}: "
            field, at = line.shown(max(columns - cell_len(prompt) - 1, 4))
            footer = _footer(self._keyed({"⏎": "done", "esc": "cancel"}), [], columns)
            room = max(rows - 2 - len(footer), 1)
            start, _ = self._page.window(len(self._lines), room)
            shown = _fitting(self._lines[start : start + room], columns)
            padding = [""] * (room - len(shown))
            row = len(shown) + len(padding) + 1
            frame = [*shown, *padding, "", cut(f"{self._bold(prompt)}", columns) + field, *footer]
            self._screen.draw(frame, (row, min(cell_len(prompt) + at, columns - 1)))
            key = self._key()
            if key == "enter":
                return line.text.strip() if line.text.strip() or empty else None
            if key == "escape":
                return None
            line = line.pasted(self._screen.pasted) if key == PASTE else line.press(key)

    # Frames

    @property
    def _size(self) -> tuple[int, int]:
        """Columns to write in, and rows."""
        columns, rows = self._screen.size
        return min(columns, MEASURE), rows

    def _resize(self) -> None:
        self._painter = replace(self._painter, width=self._size[0])

    def _head(self, asked: Asked, left: Left, told: str = "") -> list[str]:
        """What the card is and how many are left, in one line where both fit, else below each other."""
        self._resize()
        heading = faces.heading(asked.card, asked.schedule.flag)
        count = " · ".join(part for part in (told, "cram" if asked.is_crammed else "", counts(left)) if part)
        if self._painter.width >= _NARROW:
            return [self._painter.row(heading, count), ""]
        lines = [*wrapped(heading, self._painter.width), count]
        return [*(self._painter.style(line, "dim") for line in lines), ""]

    def _told(self, asked: Asked) -> str:
        """The clock of a stage against its target."""
        target = asked.exercise.target_ms
        if target is None:
            return ""
        return f"{faces.minutes(self._watch.told(asked, self._clock()))} of {faces.minutes(target)}"

    def _picking(self, asked: Asked, picker: Picker | None) -> faces.Face:
        at, picked = (picker.at, picker.picked) if picker else (None, None)
        return faces.picking(asked.card, asked.exercise, at, picked)

    def _frame(
        self,
        lines: list[str],
        left_keys: Sequence[str],
        right_keys: Sequence[str],
        *,
        picker: Picker | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """Draws lines with the keys at the bottom and waits for a key; lines that do not fit are scrolled.

        Returns RESIZE where the terminal changed its size and TICK where time passed: the caller draws anew.
        """
        self._lines = lines
        while True:
            columns, rows = self._size
            footer = _footer(left_keys, right_keys if rows >= _ROOMY else [], columns)
            room = max(rows - 1 - len(footer), 1)
            self._page.at = _entry_at_cursor(lines) if self._page.follows else None
            start, more = self._page.window(len(lines), room)
            self._draw(lines[start : start + room], room, more, footer, self._notice)
            key = self._key(timeout_s)
            if key == TICK:
                return key
            self._notice = ""
            scrolls = key in _SCROLL and not (picker is not None and key in ("up", "down"))
            if scrolls or (key == "space" and more and picker is None):
                self._page.start = start + _scrolled(key, room)
            elif self._actions.get(key) == "help" and not (picker and key in picker.names):
                self._help()
                return RESIZE  # it may have come while the keys were shown
            elif key != PASTE:
                return key

    def _draw(self, lines: Sequence[str], room: int, more: int, footer: Sequence[str], notice: str = "") -> None:
        """Draws what is seen of some lines, what is to be said or how many are below, and the keys at the bottom."""
        self._drawn = lines, room, more, footer
        columns, _ = self._size
        said = notice or (f"↓ {plural(more, 'more line')}" if more else "")
        note = self._painter.style(cut(said, columns), "warning" if notice else "dim")
        padding = [""] * (room - len(lines))
        self._screen.draw([*_fitting(lines, columns), *padding, note, *footer])

    def _key(self, timeout_s: float | None = None) -> str:
        if self._has_waited:
            self._has_waited = False
            self._screen.forget_keys()
        key = self._screen.key(timeout_s)
        if key == HANG_UP:
            raise SystemExit(129)
        return key

    def _help(self) -> None:
        page, self._page = self._page, _Page()
        lines, keys = self._lines, self._config.keys
        while True:
            self._resize()
            rows = self._painter.face(
                [
                    faces.Block(faces.Role.TEXT, meaning, "  ".join(map(sign, keys[action])), tight=True)
                    for action, meaning in KEY_MEANINGS.items()
                ]
            )
            said = (
                "A quiz and a duel are answered with a letter, or with ↑ ↓ and Enter; sentences and points are ticked "
                "with their numbers, or with ↑ ↓ and Space. Page up and page down scroll what does not fit. "
                "lpdeck config set key_set hjkl puts the ratings under h j k l."
            )
            about = self._painter.face([faces.Block(faces.Role.DIM, said)])
            hint = self._keyed({"any key": "goes back"})
            key = self._plain_frame([self._bold("Keys"), "", *rows, "", *about], hint)
            if key not in (RESIZE, *_SCROLL):
                break
        self._page, self._lines = page, lines

    def _plain_frame(self, lines: list[str], hints: Sequence[str]) -> str:
        """A frame on which no key has a meaning but those that scroll."""
        columns, rows = self._size
        footer = _footer(hints, [], columns)
        room = max(rows - 1 - len(footer), 1)
        start, more = self._page.window(len(lines), room)
        self._draw(lines[start : start + room], room, more, footer)
        key = self._key()
        if key in _SCROLL:
            self._page.start = start + _scrolled(key, room)
        return key

    # Keys at the bottom

    def _front_keys(self, asked: Asked, picker: Picker | None) -> tuple[list[str], list[str]]:
        taken = picker.names if picker else ()
        type_it = self._hint("type", "type", taken)
        match asked.exercise.drill:
            case Drill.QUIZ:
                answer = f"{self._bold(_range(picker))} answer"
                return [answer, self._onward(picker, "don’t know"), type_it], self._usual(taken)
            case Drill.HUNT:
                return [*self._ticking(picker, "mark"), self._hint("reveal", "done")], self._usual(taken)
            case Drill.STAGE if asked.exercise.target_ms:
                return [self._hint("reveal", "told"), type_it], self._usual(taken)
            case _:
                edits = [self._hint("edit", "edit"), self._hint("bury", "bury")]
                return [self._hint("reveal", "show"), type_it, *edits], self._usual(taken)

    def _rating_keys(self, asked: Asked, result: Result) -> list[str]:
        """The ratings with their intervals; Enter stands before the one that it gives."""
        hints = []
        for rating in result.ratings:
            key = sign(self._config.keys[rating.word][0])
            keys = self._hint_key("reveal") if rating is result.on_enter else key
            if rating is result.on_enter and len(result.ratings) > 1:
                keys = f"{keys} {key}"
            hints.append(f"{self._bold(keys)} {rating_word(asked, rating)}")
        return hints

    def _onward(self, picker: Picker | None, word: str) -> str:
        """The key that goes on without choosing; once a cursor stands on an entry it chooses that."""
        if picker is not None and picker.at is not None:
            return f"{self._bold(sign('enter'))} choose"
        return self._hint("reveal", word)

    def _ticking(self, picker: Picker | None, word: str) -> list[str]:
        return [f"{self._bold(_range(picker))} {word}", f"{self._bold('↑ ↓ space')} {word}"]

    def _keyed(self, words: Mapping[str, str]) -> list[str]:
        """Hints of keys that can not be changed."""
        return [f"{self._bold(key)} {word}" for key, word in words.items()]

    def _usual(self, taken: Sequence[str] = ()) -> list[str]:
        """The keys at the right end."""
        return [self._hint("undo", "undo", taken), self._hint("help", "keys", taken)]

    def _hint(self, action: str, word: str, taken: Sequence[str] = ()) -> str:
        return f"{self._bold(self._hint_key(action, taken))} {word}"

    def _hint_key(self, action: str, taken: Sequence[str] = ()) -> str:
        """The key that is shown for an action: Enter if it does, else the first that means nothing else here."""
        keys = self._config.keys[action]
        free = [key for key in keys if key not in taken] or list(keys)
        return sign("enter" if "enter" in keys else free[0])

    def _bold(self, text: str) -> str:
        return self._painter.style(text, "bold")


def sign(key: str) -> str:
    """How a key is shown."""
    return KEY_SIGNS.get(key, key)


def _picker_of(asked: Asked) -> Picker | None:
    """What can be picked on a front."""
    match asked.exercise.drill:
        case Drill.QUIZ:
            return picking.of(faces.letters(asked.exercise))
        case Drill.HUNT:
            return picking.of(faces.numbers(asked.exercise.hunt.sentences), frozenset())
        case _:
            return None


def _range(picker: Picker | None) -> str:
    """The keys of a list, from the first to the last that is one key."""
    names = [name for name in picker.names if len(name) == 1] if picker else []
    return f"{names[0]}–{names[-1]}" if len(names) > 1 else "".join(names)


def _entry_at_cursor(lines: Sequence[str]) -> range | None:
    """The lines of the entry at the cursor: from its sign to the next line that does not hang below it."""
    plain = [bare(line) for line in lines]
    first = next((at for at, line in enumerate(plain) if line.startswith("› ")), None)
    if first is None:
        return None
    last = first + 1
    while last < len(plain) and plain[last].startswith("     "):
        last += 1
    return range(first, last)


def _scrolled(key: str, room: int) -> int:
    page = max(room - 1, 1)
    return {"up": -1, "down": 1, "page up": -page}.get(key, page)


def _footer(left: Sequence[str], right: Sequence[str], columns: int) -> list[str]:
    """The hints at the bottom: in one line with the right ones at its end, else in as many lines as they need."""
    for gap in ("    ", "  "):
        line, end = gap.join(left), gap.join(right)
        room = columns - _width(line) - _width(end)
        if end and room >= len(gap):
            return [f"{line}{' ' * room}{end}"]
        if not end and room >= 0:
            return [line]
    lines = [""]
    for hint in (*left, *right):
        joined = f"{lines[-1]}  {hint}" if lines[-1] else hint
        if _width(joined) <= columns:
            lines[-1] = joined
        else:
            lines.append(hint)
    return _fitting([line for line in lines if line], columns)


def _fitting(lines: Sequence[str], columns: int) -> list[str]:
    """The lines, cut where they are too wide: those of a card while a prompt is below it and the terminal shrank."""
    return [line if _width(line) <= columns else cut(bare(line), columns) for line in lines]


def _width(text: str) -> int:
    return cell_len(bare(text))
