"""Line by line, for pipes, screen readers and simple terminals: one question, one answer, nothing said by colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

from lpdeck.cli import faces
from lpdeck.cli.rendering import Painter, harmless, shown
from lpdeck.cli.sitting import WISHES, come_back, counts, done, rating_word
from lpdeck.config import KEY_MEANINGS, Config
from lpdeck.events import FLAGS, Event
from lpdeck.review.drills import Attempt, Drill, Result
from lpdeck.review.loop import Aside, Back, Choose, Do, Duel, Flag, Front, Mark, Note, Tick, Ticking, Type
from lpdeck.review.session import Asked, Finished, Left, Tally
from lpdeck.scheduling import Rating

if TYPE_CHECKING:
    from lpdeck.review.coaching import Coaching


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
        self._ended = False

    def notice(self, text: str) -> None:
        """A line of its own."""
        self._print(text)

    # The steps of a card

    def front(self, asked: Asked, left: Left) -> Front:
        """The front, then what can be typed."""
        crammed = "cram, " if asked.is_crammed else ""
        self._print(f"{faces.heading(asked.card, asked.schedule.flag)} ({crammed}{counts(left)})")
        self._print(*self._painter.face(faces.front(asked.card, asked.exercise, _spoken(asked))))
        names = faces.letters(asked.exercise) if asked.exercise.drill is Drill.QUIZ else []
        hunted = asked.exercise.drill is Drill.HUNT
        while True:
            typed = self._asked(f"{_invitation(asked, names)}u undoes, q leaves, ? says more:")
            if typed.lower() in names:
                return Choose(names.index(typed.lower()))
            marked = _numbers(typed, len(asked.exercise.hunt.sentences)) if hunted else None
            if marked is not None:
                return Mark(marked)
            if self._is("type", typed):
                words = self._asked("Your answer:")
                if words and not self._ended:
                    return Type(words)
                continue
            wish = self._wish(typed, empty=Do.REVEAL)
            if wish:
                return wish

    def duel(self, asked: Asked, left: Left, attempt: Attempt) -> Duel:
        """Both answers, unlabelled."""
        self._print(*self._painter.face(faces.duel(asked.exercise)))
        names = faces.letters(asked.exercise)
        while True:
            typed = self._asked("a or b chooses, Enter shows, ? says more:")
            if typed.lower() in names:
                return Choose(names.index(typed.lower()))
            wish = self._wish(typed, empty=Do.REVEAL)
            if wish:
                return wish

    def tick(self, asked: Asked, left: Left, attempt: Attempt) -> Ticking:
        """The points, to be ticked by their numbers."""
        self._print(*self._painter.face(faces.ticking(asked.exercise, picked=None)))
        before = attempt.ticked or frozenset()
        known = f"Enter takes {_spoken_numbers(before)}" if before else "Enter for none"
        while True:
            typed = self._asked(f"Numbers such as 1 3, all, or {known}; ? says more:")
            if typed.lower() == "all":
                return Tick(frozenset(range(len(asked.exercise.points))))
            ticked = _numbers(typed, len(asked.exercise.points))
            if ticked is not None:
                return Tick(ticked)
            wish = self._wish(typed, empty=Do.REVEAL)
            if wish is Do.REVEAL:
                return Tick(before)
            if wish:
                return wish

    def back(self, asked: Asked, left: Left, result: Result) -> Back:
        """The answer, then the ratings with the interval that each gives."""
        self._print(_verdict(asked, result))
        self._print(*self._painter.face(faces.back(asked.card, asked.exercise, result, spoken=True)), "")
        words = ", ".join(f"{rating.value} {rating_word(asked, rating)}" for rating in result.ratings)
        proposed = result.on_enter
        enter = f", Enter gives {rating_word(asked, proposed)}" if proposed else ""
        while True:
            typed = self._asked(f"{words}{enter}, u undoes, q leaves:")
            if not typed and proposed:
                return proposed
            rating = self._rating(typed, result.ratings)
            if rating:
                return rating
            wish = self._wish(typed, empty=None)
            if wish and wish is not Do.REVEAL:
                return wish

    # Beside the cards

    def leech(self, asked: Asked, coaching: Coaching) -> Do:
        """What the page advises about a card that was forgotten too often."""
        self._print(*self._painter.face(faces.leech(asked.card, coaching)))
        wishes = {"": Do.REVEAL, "e": Do.EDIT, "x": Do.SPLIT, "s": Do.SUSPEND, "q": Do.QUIT}
        while True:
            typed = self._asked("e rewrites, x splits in two, s suspends, Enter goes on:").lower()
            if self._ended:
                return Do.REVEAL
            if typed in wishes:
                return wishes[typed]

    def offer(self, asked: Asked, phrase: str) -> bool | None:
        """Asks whether a missed phrase shall become a card."""
        self._print(*self._painter.face(faces.offer(phrase)))
        typed = self._asked("y makes a card, Enter leaves it, q asks for no more of these:").lower()
        return None if self._is("quit", typed) else typed in ("y", "yes")

    def info(self, asked: Asked, history: Sequence[Event]) -> None:
        """Where the card comes from and what happened to it."""
        from lpdeck.cli.history import about

        self._print(*about(asked, history, self._config, self._clock(), self._painter))

    def finished(self, end: Finished, tally: Tally) -> Do:
        """What was done and when to come back."""
        self._print(*(done(tally) or ["Nothing to ask now."]), *come_back(end, self._config.calendar, self._clock()))
        return Do.QUIT

    # Words

    def _rating(self, typed: str, ratings: tuple[Rating, ...]) -> Rating | None:
        for rating in ratings:
            if self._is(rating.word, typed):
                return rating
        return Rating.GOOD if typed.lower() == "right" and Rating.GOOD in ratings else None

    def _wish(self, typed: str, empty: Do | None) -> Do | Aside | None:
        """What a line wants: a key or a word, for a flag and a note with their value behind it."""
        if not typed:
            return empty
        word, _, rest = typed.partition(" ")
        if self._is("flag", word):
            return self._flag(rest.strip().lower())
        if self._is("note", word):
            return self._note(rest.strip())
        if self._is("help", typed):
            self._help()
            return None
        wish = next((wish for name, wish in WISHES.items() if self._is(name, typed)), None)
        if wish is None and typed:
            self._print(f"“{shown(typed)}” means nothing here.")
        return wish

    def _flag(self, colour: str) -> Flag | None:
        if colour in FLAGS or colour == "none":
            return Flag(None if colour == "none" else colour)
        self._print(f"Write flag and a colour: {', '.join(FLAGS)} or none.")
        return None

    def _note(self, words: str) -> Note | None:
        """The note of a line, asked for where the line holds none: an empty line must not erase what was written."""
        words = words or self._asked("Your note, none to take it off, Enter to leave it as it is:")
        if not words or self._ended:
            return None
        return Note("" if words.lower() == "none" else words)

    def _is(self, action: str, typed: str) -> bool:
        """Whether a line is an action's word, or one of its keys."""
        return (
            typed.lower() == action or typed in self._config.keys[action] or typed.lower() in self._config.keys[action]
        )

    def _help(self) -> None:
        for action, meaning in KEY_MEANINGS.items():
            keys = " ".join(self._config.keys[action])
            self._print(f"{keys} or {action}: {meaning}.")
        self._print(f"flag takes a colour ({', '.join(FLAGS)}, none), note takes your words, or none.")

    def _asked(self, prompt: str) -> str:
        print(prompt, end=" ", file=self._target, flush=True)
        line = self._source.readline()
        if not line:
            self._ended = True
            self._print("")
            return "quit"
        if not self._source.isatty():
            self._print("")
        return line.strip()

    def _print(self, *lines: str) -> None:
        print(*(harmless(line, styled=False) for line in lines or ("",)), sep="\n", file=self._target)


def _spoken(asked: Asked) -> faces.Face | None:
    """What can be picked, without boxes."""
    if asked.exercise.drill is Drill.HUNT:
        sentences = asked.exercise.hunt.sentences
        return faces.choices(sentences, faces.numbers(sentences))
    return None


def _invitation(asked: Asked, names: Sequence[str]) -> str:
    match asked.exercise.drill:
        case Drill.QUIZ:
            return f"{names[0]} to {names[-1]} answers, Enter shows, t types, "
        case Drill.HUNT:
            return "Numbers such as 2 5 mark, Enter shows, "
        case _:
            return "Enter shows, t types, "


def _numbers(typed: str, count: int) -> frozenset[int] | None:
    """Places from the numbers of a line; None where it is anything else."""
    words = typed.replace(",", " ").split()
    if not words or not all(word.isascii() and word.isdigit() and 1 <= int(word) <= count for word in words):
        return None
    return frozenset(int(word) - 1 for word in words)


def _spoken_numbers(places: frozenset[int]) -> str:
    return " ".join(str(place + 1) for place in sorted(places))


def _verdict(asked: Asked, result: Result) -> str:
    """The first line of the answer."""
    if asked.exercise.drill is not Drill.QUIZ:
        return "Answer:"
    if result.is_right:
        return "Right."
    return f"{'Wrong; right' if result.is_right is False else 'Right'} is: {shown(asked.card.fields['answer'])}"
