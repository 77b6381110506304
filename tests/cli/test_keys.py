"""Keys and frames on a real pair of pseudo-terminals: the program at one end, its learner at the other."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Iterator
from itertools import pairwise

import pyte
import pytest

from lpdeck.cli import keys
from lpdeck.cli.keys import HANG_UP, PASTE, RESIZE, TICK, Screen, key_name

PATIENCE_S = 5.0


class Learner:
    """The other end of the terminal: types, reads what was sent, and changes the size of the window."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.screen = pyte.Screen(20, 6)
        self._stream = pyte.ByteStream(self.screen)

    def type(self, text: str | bytes) -> None:
        os.write(self.end, text.encode() if isinstance(text, str) else text)

    def type_slowly(self, *pieces: str | bytes, wait_s: float = 0.02) -> None:
        """Types the first piece at once, and the others while the program waits for them."""
        self.type(pieces[0])

        def rest() -> None:
            for piece in pieces[1:]:
                time.sleep(wait_s)
                self.type(piece)

        threading.Thread(target=rest, daemon=True).start()

    def sent(self) -> str:
        """What the program sent since the last time."""
        data = b""
        while select.select([self.end], [], [], 0)[0]:
            data += os.read(self.end, 65536)
        self._stream.feed(data)
        return data.decode()

    def resize(self, columns: int, rows: int) -> None:
        """The window changes; the kernel would tell the program, were this its controlling terminal."""
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)
        os.kill(os.getpid(), signal.SIGWINCH)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """The learner's end and the program's, of a terminal of 20 columns and 6 rows that sends what it is given."""
    learner, program = pty.openpty()
    modes = termios.tcgetattr(program)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(program, termios.TCSANOW, modes)
    fcntl.ioctl(learner, termios.TIOCSWINSZ, struct.pack("HHHH", 6, 20, 0, 0))
    yield learner, program
    for end in (learner, program):
        try:
            os.close(end)
        except OSError:  # a test hung up
            continue


@pytest.fixture
def at(ends: tuple[int, int]) -> Iterator[tuple[Screen, Learner]]:
    """A screen that was entered, and its learner, who has read what entering it sent."""
    learner = Learner(ends[0])
    with Screen(ends[1], ends[1]) as screen:
        learner.sent()
        yield screen, learner


@pytest.fixture
def _slow_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a busy machine lets the rest of a key wait, it belongs to the key."""
    monkeypatch.setattr(keys, "_ESCAPE_S", PATIENCE_S)


At = tuple[Screen, Learner]


# Names

NAMED = {
    " ": "space", "\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\x08": "backspace",
    "\x1b": "escape", "\x04": "ctrl-d", "\x01": "ctrl-a", "\x12": "ctrl-r", "\x1a": "ctrl-z",
    "\x1b[A": "up", "\x1b[B": "down", "\x1b[C": "right", "\x1b[D": "left", "\x1bOA": "up", "\x1bOD": "left",
    "\x1b[H": "home", "\x1bOH": "home", "\x1b[1~": "home", "\x1b[F": "end", "\x1bOF": "end", "\x1b[4~": "end",
    "\x1b[3~": "delete", "\x1b[5~": "page up", "\x1b[6~": "page down", "\x1b[Z": "shift-tab",
    "\x1b\x7f": "alt-backspace", "\x1bb": "alt-b", "\x1bf": "alt-f",
    "a": "a", "A": "A", "é": "é", "漢": "漢", "?": "?",
}  # fmt: skip


@pytest.mark.parametrize("typed", NAMED)
def test_what_a_terminal_sends_has_the_name_of_its_key(typed: str) -> None:
    assert NAMED[typed] == key_name(typed)


ON_THE_WIRE = {typed: name for typed, name in NAMED.items() if name not in ("ctrl-z",)}


def test_keys_that_arrive_together_are_taken_one_by_one(at: At) -> None:
    screen, learner = at
    learner.type("".join(typed for typed in ON_THE_WIRE if typed != "\x1b") + "\x1b")
    names = [name for typed, name in ON_THE_WIRE.items() if typed != "\x1b"] + ["escape"]
    assert names == [screen.key(PATIENCE_S) for _ in names]
    assert TICK == screen.key(0)


@pytest.mark.usefixtures("_slow_line")
@pytest.mark.parametrize("typed", ["\x1b[A", "\x1b[3~", "\x1bOH", "\x1b[Z", "\x1bb", "\x1b\x7f", "é", "漢", "🙂"])
def test_a_key_that_arrives_in_pieces_is_one_key(at: At, typed: str) -> None:
    screen, learner = at
    data = typed.encode()
    for cut in range(1, len(data)):
        learner.type_slowly(data[:cut], data[cut:], wait_s=0.01)
        assert key_name(typed) == screen.key(PATIENCE_S), cut
    assert TICK == screen.key(0)


def test_a_key_that_has_no_name_is_no_other_key(at: At) -> None:
    screen, learner = at
    learner.type("\x1b[1;5Cq")
    assert ["\x1b[1;5C", "q"] == [screen.key(PATIENCE_S), screen.key(PATIENCE_S)]


def test_escape_alone_is_a_key_soon(at: At) -> None:
    screen, learner = at
    learner.type("\x1b")
    before = time.monotonic()
    assert "escape" == screen.key(PATIENCE_S)
    assert time.monotonic() - before < 1


def test_without_a_key_in_time_there_is_a_tick(at: At) -> None:
    screen, learner = at
    assert [TICK, TICK] == [screen.key(0), screen.key(0.01)]
    learner.type("a")
    assert "a" == screen.key(0.01)


def test_bytes_that_are_no_text_do_not_stop_the_keys(at: At) -> None:
    screen, learner = at
    learner.type(b"\xff\xfea")
    assert ["\ufffd", "\ufffd", "a"] == [screen.key(PATIENCE_S) for _ in range(3)]


def test_a_terminal_that_is_gone_is_told(ends: tuple[int, int]) -> None:
    screen = Screen(ends[1], ends[1])
    os.close(ends[0])
    assert HANG_UP == screen.key(PATIENCE_S)


# Pastes

PASTES = {
    "words": "two words",
    "lines": "one\ntwo\n",
    "keys": "q12 u\x7f\t",
    "escape sequences": "\x1b[A\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "the beginning of a paste": "a\x1b[200~b",
    "what looks like the end": "a\x1b[201 ~\x1b[20",
    "other letters": "Größe 漢字 🙂",
    "nothing": "",
}


@pytest.mark.parametrize("name", PASTES)
def test_pasted_text_is_one_key_and_stands_in_pasted(at: At, name: str) -> None:
    screen, learner = at
    learner.type(f"a\x1b[200~{PASTES[name]}\x1b[201~b")
    assert "a" == screen.key(PATIENCE_S)
    assert PASTE == screen.key(PATIENCE_S)
    assert PASTES[name] == screen.pasted
    assert "b" == screen.key(PATIENCE_S)


@pytest.mark.usefixtures("_slow_line")
@pytest.mark.parametrize("name", PASTES)
@pytest.mark.slow
def test_a_paste_that_arrives_in_pieces_is_the_same(at: At, name: str) -> None:
    screen, learner = at
    data = f"\x1b[200~{PASTES[name]}\x1b[201~b".encode()
    for cuts in ((1, 2, 5), (3, 7, 9), (6, len(data) - 3), tuple(range(1, len(data), 4))):
        edges = [0, *cuts, len(data)]
        learner.type_slowly(*(data[start:end] for start, end in pairwise(edges)), wait_s=0.002)
        assert PASTE == screen.key(PATIENCE_S), cuts
        assert PASTES[name] == screen.pasted
        assert "b" == screen.key(PATIENCE_S)


@pytest.mark.usefixtures("_slow_line")
def test_a_long_paste_arrives_whole(at: At) -> None:
    screen, learner = at
    text = "".join(f"line {number}\n" for number in range(900))
    data = f"\x1b[200~{text}\x1b[201~"
    learner.type_slowly(*(data[start : start + 500] for start in range(0, len(data), 500)), wait_s=0.001)
    assert PASTE == screen.key(PATIENCE_S)
    assert text == screen.pasted


def test_a_paste_that_the_terminal_does_not_live_to_end_is_a_hang_up(ends: tuple[int, int]) -> None:
    os.write(ends[0], b"\x1b[200~half")
    screen = Screen(ends[1], ends[1])
    modes = termios.tcgetattr(ends[1])
    modes[3] &= ~termios.ICANON
    termios.tcsetattr(ends[1], termios.TCSANOW, modes)
    threading.Timer(0.05, os.close, [ends[0]]).start()
    assert HANG_UP == screen.key(PATIENCE_S)


# Frames


def test_entering_takes_the_alternate_screen_and_leaving_gives_all_back(ends: tuple[int, int]) -> None:
    learner, before = Learner(ends[0]), termios.tcgetattr(ends[1])
    handlers = [signal.getsignal(number) for number in (signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP)]
    with Screen(ends[1], ends[1]):
        assert "\x1b[?1049h\x1b[?25l\x1b[?2004h" == learner.sent()
        assert 0 == termios.tcgetattr(ends[1])[3] & (termios.ECHO | termios.ICANON)
    assert "\x1b[?2004l\x1b[?25h\x1b[?1049l" == learner.sent()
    assert before == termios.tcgetattr(ends[1])
    assert handlers == [
        signal.getsignal(number) for number in (signal.SIGWINCH, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP)
    ]


def test_a_signal_leaves_the_terminal_as_it_was(ends: tuple[int, int]) -> None:
    learner, before = Learner(ends[0]), termios.tcgetattr(ends[1])
    with pytest.raises(SystemExit) as ended, Screen(ends[1], ends[1]):
        signal.raise_signal(signal.SIGTERM)
    assert 128 + signal.SIGTERM == ended.value.code
    assert learner.sent().endswith("\x1b[?1049l")
    assert before == termios.tcgetattr(ends[1])


def test_a_frame_is_shown_whole_and_only_its_changes_after_it(at: At) -> None:
    screen, learner = at
    screen.draw(["one", "two", "three"])
    assert "\x1b[?2026h\x1b[Hone\x1b[K\r\ntwo\x1b[K\r\nthree\x1b[K\x1b[J\x1b[?25l\x1b[?2026l" == learner.sent()
    screen.draw(["one", "2", "three"])
    assert "\x1b[?2026h\x1b[2;1H2\x1b[K\x1b[?25l\x1b[?2026l" == learner.sent()
    screen.draw(["one", "2", "three"])
    assert "\x1b[?2026h\x1b[?25l\x1b[?2026l" == learner.sent()
    assert ["one", "2", "three", "", "", ""] == learner.lines


FRAMES: list[list[str]] = [
    ["a", "b", "c"],
    ["a"],
    ["a", "", "long line here"],
    [],
    ["1", "2", "3", "4", "5", "6"],
    ["1", "2", "3", "4", "5", "6", "7 is cut"],
    ["\x1b[1mbold\x1b[0m", "漢字", "x"],
    ["x"] * 6,
    ["", "", "", "", "", "last"],
    ["12345678901234567890", "after a full line"],
]


def test_whatever_the_frame_before_the_screen_shows_the_frame(at: At) -> None:
    screen, learner = at
    for before in FRAMES:
        for frame in FRAMES:
            screen.draw(before)
            screen.draw(frame)
            learner.sent()
            shown = pyte.Screen(20, 6)
            pyte.Stream(shown).feed("\r\n".join(frame[:6]))
            assert [line.rstrip() for line in shown.display] == learner.lines, (before, frame)


def test_after_a_resize_there_is_a_key_and_the_frame_is_sent_whole(at: At) -> None:
    screen, learner = at
    screen.draw(["one", "two"])
    learner.sent()
    learner.resize(30, 4)
    assert RESIZE == screen.key(PATIENCE_S)
    assert (30, 4) == screen.size
    screen.draw(["one", "two"])
    assert "\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J" in learner.sent()
    assert TICK == screen.key(0)


def test_a_resize_that_no_key_told_of_yet_is_seen_by_the_frame(at: At) -> None:
    screen, learner = at
    screen.draw(["one"] * 6)
    learner.resize(20, 3)
    screen.draw(["one"] * 6)
    assert learner.sent().endswith("\x1b[Hone\x1b[K\r\none\x1b[K\r\none\x1b[K\x1b[J\x1b[?25l\x1b[?2026l")


def test_a_window_that_was_resized_and_back_is_drawn_whole(at: At) -> None:
    screen, learner = at
    screen.draw(["one", "two"])
    learner.resize(30, 4)
    learner.resize(20, 6)
    assert RESIZE == screen.key(PATIENCE_S)
    learner.sent()
    screen.draw(["one", "two"])
    assert "\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J" in learner.sent()


def test_many_resizes_between_two_keys_are_one(at: At) -> None:
    screen, learner = at
    for columns in range(20, 40):
        learner.resize(columns, 6)
    assert RESIZE == screen.key(PATIENCE_S)
    assert TICK == screen.key(0)


def test_after_another_program_ran_the_frame_is_sent_whole(at: At) -> None:
    screen, learner = at
    screen.draw(["one", "two"])
    learner.sent()
    with screen.left():
        assert learner.sent().endswith("\x1b[?1049l")
        assert termios.tcgetattr(learner.end)[3] & termios.ICANON
    assert learner.sent().endswith("\x1b[?1049h\x1b[?25l\x1b[?2004h")
    assert not termios.tcgetattr(learner.end)[3] & termios.ICANON
    screen.draw(["one", "two"])
    assert "\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J" in learner.sent()


def test_a_program_that_fails_meanwhile_gives_the_screen_back(at: At) -> None:
    screen, learner = at
    with pytest.raises(OSError, match="no editor"), screen.left():
        raise OSError("no editor")
    assert learner.sent().endswith("\x1b[?1049h\x1b[?25l\x1b[?2004h")


def test_the_cursor_is_shown_only_where_it_is_asked_for(at: At) -> None:
    screen, learner = at

    def cursor() -> tuple[int, int, bool]:
        learner.sent()
        found = learner.screen.cursor
        return found.y, found.x, found.hidden

    screen.draw(["name:", ""], cursor=(0, 5))
    assert (0, 5, False) == cursor()
    screen.draw(["name: x", ""], cursor=(0, 7))
    assert (0, 7, False) == cursor()
    screen.draw(["name: x", ""])
    assert cursor()[2]


def test_a_terminal_without_a_size_counts_as_eighty_by_twenty_four(at: At) -> None:
    screen, learner = at
    fcntl.ioctl(learner.end, termios.TIOCSWINSZ, struct.pack("HHHH", 0, 0, 0, 0))
    assert (80, 24) == screen.size


def test_a_long_frame_waits_for_a_slow_line(at: At) -> None:
    """A frame larger than the terminal's buffer is written whole while the learner's end reads on."""
    screen, learner = at
    os.set_blocking(screen._out, False)
    line = "x" * 4000
    read: list[str] = []

    def reader() -> None:
        while "\x1b[?2026l" not in "".join(read):
            time.sleep(0.005)
            read.append(learner.sent())

    thread = threading.Thread(target=reader)
    thread.start()
    screen.draw([line] * 6)
    thread.join(PATIENCE_S)
    os.set_blocking(screen._out, True)
    assert 6 * 4000 == "".join(read).count("x")
