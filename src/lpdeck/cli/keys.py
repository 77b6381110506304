"""The terminal while a card is on it: one key at a time, one frame at a time, and left as it was found."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from lpdeck.cli.rendering import harmless

RESIZE = "resize"
HANG_UP = "hang up"
TICK = "tick"
PASTE = "paste"

# The alternate screen, no cursor, and pastes marked as such, so that pasted text can never act as keys.
_ENTER_SCREEN = "\x1b[?1049h\x1b[?25l\x1b[?2004h"
_LEAVE_SCREEN = "\x1b[?2004l\x1b[?25h\x1b[?1049l"
_ESCAPE_S = 0.05
"""How long the rest of an escape sequence may take to come: over a slow line it arrives in parts."""
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"

_NAMES = {
    " ": "space",
    "\r": "enter",
    "\n": "enter",
    "\t": "tab",
    "\x7f": "backspace",
    "\x08": "backspace",
    "\x1b": "escape",
    "\x04": "ctrl-d",
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1b[C": "right",
    "\x1b[D": "left",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1bOC": "right",
    "\x1bOD": "left",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
    "\x1b[H": "home",
    "\x1b[F": "end",
    "\x1bOH": "home",
    "\x1bOF": "end",
    "\x1b[1~": "home",
    "\x1b[4~": "end",
    "\x1b[3~": "delete",
    "\x1b[Z": "shift-tab",
    "\x1b\x7f": "alt-backspace",
    "\x1bb": "alt-b",
    "\x1bf": "alt-f",
}


def key_name(typed: str) -> str:
    """The name of a key from what the terminal sent; a printable character is its own name."""
    if typed in _NAMES:
        return _NAMES[typed]
    if len(typed) == 1 and ord(typed) < 27:
        return f"ctrl-{chr(ord(typed) + 96)}"
    return typed


class Screen:
    """The alternate screen of a terminal, in which keys arrive at once and unseen.

    `with` it: whatever ends the block, also a signal, the terminal is as before. Ctrl-Z stops the program and `fg`
    brings the frame back.
    """

    def __init__(self, source: int = 0, target: int = 1) -> None:
        self._in, self._out = source, target
        self._before: list[Any] | None = None
        self._pending = ""
        self._bytes = b""
        self._wake_in, self._wake_out = os.pipe()
        os.set_blocking(self._wake_out, False)
        self._signals: dict[int, Any] = {}
        self._woken_before = -1
        self._shown: tuple[tuple[int, int], list[str]] | None = None
        self.pasted = ""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows, read anew each time."""
        try:
            size = os.get_terminal_size(self._out)
        except OSError:
            return 80, 24
        return size.columns or 80, size.lines or 24  # a terminal that nobody sized says 0

    def __enter__(self) -> Screen:
        self._before = termios.tcgetattr(self._in)
        for number, handler in (
            (signal.SIGWINCH, self._resized),
            (signal.SIGTSTP, self._stopped),
            (signal.SIGTERM, _ended),
            (signal.SIGHUP, _ended),
        ):
            self._signals[number] = signal.signal(number, handler)
        # A signal between drawing and waiting for a key would else be handled only after that key.
        self._woken_before = signal.set_wakeup_fd(self._wake_out, warn_on_full_buffer=False)
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        signal.set_wakeup_fd(self._woken_before)
        for number, handler in self._signals.items():
            signal.signal(number, handler)
        os.close(self._wake_in)
        os.close(self._wake_out)

    def draw(self, lines: Sequence[str], cursor: tuple[int, int] | None = None) -> None:
        """Shows a frame in one write; what did not change since the last frame is not sent again.

        `cursor` is the row and column (from 0) at which text is typed; without one there is no cursor.
        """
        size = self.size
        frame = [harmless(line, styled=True) for line in lines[: size[1]]]
        before = self._shown[1] if self._shown is not None and self._shown[0] == size else None
        if before is None:
            body = "\x1b[H" + "\x1b[K\r\n".join(frame) + "\x1b[K\x1b[J"
        else:
            body = "".join(_changes(before, frame))
        place = f"\x1b[{cursor[0] + 1};{cursor[1] + 1}H\x1b[?25h" if cursor else "\x1b[?25l"
        self._write(f"\x1b[?2026h{body}{place}\x1b[?2026l")
        self._shown = size, frame

    def key(self, timeout_s: float | None = None) -> str:
        """The name of the next key.

        RESIZE where the terminal changed its size, HANG_UP where it is gone, TICK where no key came in `timeout_s`
        seconds, PASTE where text was pasted: it stands in `pasted`.
        """
        while not self._pending:
            ready, _, _ = select.select([self._in, self._wake_in], [], [], timeout_s)
            if not ready:
                return TICK
            if self._wake_in in ready:
                os.read(self._wake_in, 1024)
                self._shown = None
                return RESIZE
            if not self._receive():
                return HANG_UP
        while _is_begun(self._pending) and select.select([self._in], [], [], _ESCAPE_S)[0]:
            if not self._receive():
                return HANG_UP
        typed = self._take()
        if typed == _PASTE_BEGINS:
            return PASTE if self._take_paste() else HANG_UP
        return key_name(typed)

    def forget_keys(self) -> None:
        """Throws away what was typed and not taken yet."""
        self._pending, self._bytes = "", b""
        with suppress(termios.error):
            termios.tcflush(self._in, termios.TCIFLUSH)

    def _receive(self) -> bool:
        """Takes in what was typed; False where the terminal is gone."""
        try:
            data = os.read(self._in, 1024)
        except OSError:
            return False
        text, self._bytes = _decoded(self._bytes + data)
        self._pending += text
        return bool(data)

    def _take(self) -> str:
        """One key's characters from what has arrived; an escape sequence is one key."""
        if self._pending[:2] in ("\x1b[", "\x1bO"):
            end = 2
            while end < len(self._pending) and not self._pending[end].isalpha() and self._pending[end] != "~":
                end += 1
            return self._cut(end + 1)
        return self._cut(2 if self._pending[:2] in _NAMES else 1)

    def _cut(self, length: int) -> str:
        typed, self._pending = self._pending[:length], self._pending[length:]
        return typed

    def _take_paste(self) -> bool:
        """Takes pasted text up to its end; False where the terminal is gone first."""
        while _PASTE_ENDS not in self._pending:
            if not self._receive():
                return False
        self.pasted, _, self._pending = self._pending.partition(_PASTE_ENDS)
        return True

    @contextmanager
    def left(self) -> Iterator[None]:
        """The terminal as it was, for another program to run in."""
        self._end()
        try:
            yield
        finally:
            self._begin()

    def _begin(self) -> None:
        tty.setcbreak(self._in, termios.TCSANOW)
        self._write(_ENTER_SCREEN)
        self._shown = None

    def _end(self) -> None:
        try:
            self._write(_LEAVE_SCREEN)
            if self._before is not None:
                termios.tcsetattr(self._in, termios.TCSANOW, self._before)
        except (OSError, termios.error):
            pass  # the terminal is gone, and with it what could be put right

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        while data:
            try:
                data = data[os.write(self._out, data) :]
            except BlockingIOError:
                select.select([], [self._out], [])

    def _resized(self, _number: int, _frame: FrameType | None) -> None:
        with suppress(BlockingIOError):  # a wake-up is already waiting
            os.write(self._wake_out, b"r")

    def _stopped(self, number: int, _frame: FrameType | None) -> None:
        self._end()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # Here `fg` has brought the program back.
        signal.signal(number, self._stopped)
        self._begin()
        self._resized(number, None)


def _is_begun(pending: str) -> bool:
    """Whether an escape sequence has begun whose end may be on its way; a lone Escape is a key too."""
    if pending[:2] not in ("\x1b[", "\x1bO"):
        return pending == "\x1b"
    return not any(sign.isalpha() or sign == "~" for sign in pending[2:])


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """What turns one frame into another: the lines that differ, each at its place."""
    for row, line in enumerate(after):
        if row >= len(before) or before[row] != line:
            yield f"\x1b[{row + 1};1H{line}\x1b[K"
    if len(after) < len(before):
        yield f"\x1b[{len(after) + 1};1H\x1b[J"


def _ended(number: int, _frame: FrameType | None) -> None:
    """Leaves through every `finally`, as if the program had ended by itself."""
    raise SystemExit(128 + number)


def _decoded(data: bytes) -> tuple[str, bytes]:
    """The characters that have arrived whole, and the bytes of one that has not."""
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(data) - error.start < 4:
            return data[: error.start].decode(), data[error.start :]
        return data.decode("utf-8", "replace"), b""


def read_paste(invite: Callable[[], None], source: int = 0) -> bytes:
    """What is pasted into a terminal until Ctrl-D, unseen. Lines of any length arrive whole.

    `invite` is called when the terminal is ready for them: what came earlier would go through its line buffer.
    A terminal's own line buffer cuts lines at 4,095 characters (1,024 on macOS), so it is switched off.
    """
    before = termios.tcgetattr(source)
    raw = termios.tcgetattr(source)
    raw[3] &= ~(termios.ICANON | termios.ECHO)
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
    termios.tcsetattr(source, termios.TCSANOW, raw)
    handlers = {number: signal.signal(number, _ended) for number in (signal.SIGTERM, signal.SIGHUP)}
    parts: list[bytes] = []
    try:
        invite()
        while True:
            data = os.read(source, 65536)
            text, end, _ = data.partition(b"\x04")
            parts.append(text)
            if end or not data:
                return b"".join(parts)
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def is_terminal() -> bool:
    """Whether a learner sits at both ends: keys come from a terminal and the screen is one."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
