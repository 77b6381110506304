"""The terminal as a Reviewer: one card on a clean screen, one key an action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rich.cells import cell_len

from lpdeck.cli import faces
from lpdeck.cli.keys import HANG_UP, Screen
from lpdeck.cli.rendering import Painter, cut, interval, plural, wrapped
from lpdeck.cli.sitting import come_back, counts, done
from lpdeck.config import Config
from lpdeck.review.loop import Back, Choose, Do, Front
from lpdeck.review.session import Asked, Finished, Left, Tally
from lpdeck.scheduling import Rating

KEY_SIGNS = {"enter": "⏎", "up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "esc"}
_WISHES = {wish.value: wish for wish in Do}
_NARROW = 50
_SCROLL = ("up", "down", "page up", "page down")


class TerminalReviewer:
    """Shows cards on a Screen and turns keys into wishes. `clock` gives milliseconds UTC."""

    def __init__(self, screen: Screen, config: Config, painter: Painter, clock: Callable[[], int]) -> None:
        self._screen = screen
        self._painter = painter
        self._config = config
        self._clock = clock
        self._actions = {key: action for action, keys in config.keys.items() for key in keys}
        self._notice = ""

    def notice(self, text: str) -> None:
        """Said above the keys of the next frame."""
        self._notice = text

    def front(self, asked: Asked, left: Left) -> Front:
        """Shows the front until it is revealed, answered or left."""
        face = faces.front(asked.card, asked.options)
        letters = [faces.option_letter(index) for index in range(len(asked.options))]
        while True:
            lines = [*self._head(asked, left), *self._painter.face(face)]
            key = self._frame(lines, *self._front_keys(letters))
            if key in letters:
                return Choose(letters.index(key))
            action = self._actions.get(key, "")
            if action in _WISHES:
                return _WISHES[action]

    def back(self, asked: Asked, left: Left, ratings: tuple[Rating, ...], chosen: int | None) -> Back:
        """Shows the back until it is rated or left. Reveal gives the rating where there is only one."""
        question = faces.question(asked.card)
        answer = faces.back(asked.card, asked.options, chosen)
        words = {rating.word: rating for rating in ratings}
        while True:
            head = [*self._head(asked, left), *self._painter.face(question)]
            lines = [*head, self._painter.rule(), *self._painter.face(answer)]
            action = self._actions.get(self._frame(lines, *self._back_keys(asked, ratings)), "")
            if action in words:
                return words[action]
            if action == "reveal" and len(ratings) == 1:
                return ratings[0]
            if action in _WISHES and action != "reveal":
                return _WISHES[action]

    def finished(self, end: Finished, tally: Tally) -> Do:
        """Shows what was done and when to come back; undo takes the last answer back, any other key leaves."""
        calendar = self._config.calendar
        while True:
            head = self._painter.style("Done for now.", "bold")
            lines = [head, "", *done(tally), *come_back(end, calendar, self._clock())]
            key = self._frame(lines, [self._hint("undo", "undo"), f"{self._bold('any key')} leave"], [])
            action = self._actions.get(key, "")
            if action in ("undo", "redo"):
                return _WISHES[action]
            if key and key not in _SCROLL:
                return Do.QUIT

    # Frames

    def _head(self, asked: Asked, left: Left) -> list[str]:
        """What the card is and how many are left, in one line where both fit, else below each other."""
        self._painter = replace(self._painter, width=self._screen.size[0])
        heading, count = faces.heading(asked.card), counts(left)
        if self._painter.width >= _NARROW:
            return [self._painter.row(heading, count), ""]
        lines = [*wrapped(heading, self._painter.width), count]
        return [*(self._painter.style(line, "dim") for line in lines), ""]

    def _frame(self, lines: list[str], left_keys: Sequence[str], right_keys: Sequence[str]) -> str:
        """Draws lines with the keys at the bottom and waits for a key; lines that do not fit are scrolled.

        Returns "" where the terminal changed its size: the caller draws anew.
        """
        start = 0
        while True:
            columns, rows = self._screen.size
            footer = _footer(left_keys, right_keys, columns)
            room = max(rows - 1 - len(footer), 1)
            last = max(len(lines) - room, 0)
            more = max(len(lines) - start - room, 0)
            shown = lines[start : start + room]
            said = self._notice or (f"↓ {plural(more, 'more line')}" if more else "")
            note = self._painter.style(cut(said, columns), "warning" if self._notice else "dim")
            padding = [""] * (room - len(shown))
            self._screen.draw([*shown, *padding, note, *footer])
            key = self._screen.key()
            if key == HANG_UP:
                raise SystemExit(129)
            self._notice = ""
            action = self._actions.get(key)
            if key == "resize":
                return ""
            if key in _SCROLL or (key == "space" and more):
                start = min(max(start + _scrolled(key, room), 0), last)
            elif action == "help":
                self._help()
            else:
                return key

    def _help(self) -> None:
        keys = self._config.keys
        width = max(len(action) for action in keys) + 2
        lines = [f"{action.ljust(width)}{'  '.join(map(sign, bound))}" for action, bound in keys.items()]
        said = "A quiz question is answered with its letter. ↑ and ↓ scroll what does not fit."
        columns = self._screen.size[0]
        about = replace(self._painter, width=columns).face([faces.Block(faces.Role.DIM, said)])
        back = self._painter.style("any key goes back", "dim")
        self._screen.draw([self._bold("Keys"), "", *lines, "", *about, "", back])
        if self._screen.key() == HANG_UP:
            raise SystemExit(129)

    # Keys at the bottom

    def _front_keys(self, letters: Sequence[str]) -> tuple[list[str], list[str]]:
        hints = [self._hint("reveal", "don’t know" if letters else "show")]
        if letters:
            hints.insert(0, f"{self._bold(f'{letters[0]}–{letters[-1]}')} answer")
        return hints, [self._hint("undo", "undo"), self._hint("help", "keys")]

    def _back_keys(self, asked: Asked, ratings: tuple[Rating, ...]) -> tuple[list[str], list[str]]:
        single = len(ratings) == 1
        hints = [
            self._hint(
                "reveal" if single else rating.word, f"{rating.word} {interval(asked.outcomes[rating].interval)}"
            )
            for rating in ratings
        ]
        return hints, [self._hint("undo", "undo")]

    def _hint(self, action: str, word: str) -> str:
        keys = self._config.keys[action]
        return f"{self._bold(sign('enter' if 'enter' in keys else keys[0]))} {word}"

    def _bold(self, text: str) -> str:
        return self._painter.style(text, "bold")


def sign(key: str) -> str:
    """How a key is shown."""
    return KEY_SIGNS.get(key, key)


def _scrolled(key: str, room: int) -> int:
    page = max(room - 1, 1)
    return {"up": -1, "down": 1, "page up": -page}.get(key, page)


def _footer(left: Sequence[str], right: Sequence[str], columns: int) -> list[str]:
    """The hints at the bottom: in one line with the right ones at its end, else as many lines as they need."""
    for gap in ("    ", "  "):
        line, end = gap.join(left), gap.join(right)
        room = columns - _width(line) - _width(end)
        if end and room >= len(gap):
            return [f"{line}{' ' * room}{end}"]
    if _width("  ".join(left)) <= columns:
        return [gap.join(left) for gap in ("    ", "  ") if _width(gap.join(left)) <= columns][:1]
    lines = [""]
    for hint in left:
        joined = f"{lines[-1]}  {hint}" if lines[-1] else hint
        if _width(joined) <= columns:
            lines[-1] = joined
        else:
            lines.append(hint)
    return [line if _width(line) <= columns else cut(_bare(line), columns) for line in lines if line]


def _bare(text: str) -> str:
    return "".join(part.partition("m")[2] if index else part for index, part in enumerate(text.split("\x1b[")))


def _width(text: str) -> int:
    return cell_len(_bare(text))
