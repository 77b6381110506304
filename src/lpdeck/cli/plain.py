"""Line by line, for pipes, screen readers and simple terminals: one question, one answer, nothing said by colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from lpdeck.cli import faces
from lpdeck.cli.rendering import Painter, interval
from lpdeck.cli.sitting import come_back, counts, done
from lpdeck.config import Config
from lpdeck.review.loop import Back, Choose, Do, Front, is_right
from lpdeck.review.session import Asked, Finished, Left, Tally
from lpdeck.scheduling import Rating


class PlainReviewer:
    """Reads a line for every answer; the end of the input leaves. `clock` gives milliseconds UTC."""

    def __init__(
        self, source: TextIO, target: TextIO, config: Config, painter: Painter, clock: Callable[[], int]
    ) -> None:
        self._source = source
        self._target = target
        self._config = config
        self._painter = painter
        self._clock = clock

    def notice(self, text: str) -> None:
        """A line of its own."""
        self._print(text)

    def front(self, asked: Asked, left: Left) -> Front:
        """The front, then what can be typed."""
        self._print(f"{faces.heading(asked.card)} ({counts(left)})")
        self._print(*self._painter.face(faces.front(asked.card, asked.options)))
        letters = [faces.option_letter(index) for index in range(len(asked.options))]
        answer = f"{letters[0]} to {letters[-1]} answers, " if letters else ""
        while True:
            typed = self._asked(f"{answer}Enter shows, u undoes, q leaves:")
            if typed in letters:
                return Choose(letters.index(typed))
            wish = self._wish(typed, empty=Do.REVEAL)
            if wish:
                return wish

    def back(self, asked: Asked, left: Left, ratings: tuple[Rating, ...], chosen: int | None) -> Back:
        """The answer, then the ratings with the interval that each gives."""
        if asked.options:
            right = chosen is not None and is_right(asked, chosen)
            self._print("Right." if right else f"Wrong; right is: {asked.card.fields['answer']}")
        else:
            self._print("Answer:")
        self._print(*self._painter.face(faces.back(asked.card, (), chosen)), "")
        words = ", ".join(
            f"{rating.value} {rating.word} {interval(asked.outcomes[rating].interval)}" for rating in ratings
        )
        while True:
            typed = self._asked(f"{words}, u undoes, q leaves:")
            rating = self._rating(typed, ratings)
            if rating:
                return rating
            wish = self._wish(typed, empty=None)
            if wish and wish is not Do.REVEAL:
                return wish

    def finished(self, end: Finished, tally: Tally) -> Do:
        """What was done and when to come back."""
        self._print(*(done(tally) or ["Nothing to ask now."]), *come_back(end, self._config.calendar, self._clock()))
        return Do.QUIT

    def _rating(self, typed: str, ratings: tuple[Rating, ...]) -> Rating | None:
        if not typed and len(ratings) == 1:
            return ratings[0]
        for rating in ratings:
            if typed == rating.word or typed in self._config.keys[rating.word]:
                return rating
        return None

    def _wish(self, typed: str, empty: Do | None) -> Do | None:
        if not typed:
            return empty
        for wish in Do:
            if typed == wish.value or typed in self._config.keys[wish.value]:
                return wish
        return None

    def _asked(self, prompt: str) -> str:
        print(prompt, end=" ", file=self._target, flush=True)
        line = self._source.readline()
        if not line:
            self._print("")
            return "quit"
        if not self._source.isatty():
            self._print("")
        return line.strip().lower()

    def _print(self, *lines: str) -> None:
        print(*(lines or ("",)), sep="\n", file=self._target)
