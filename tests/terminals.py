"""A terminal for tests: runs the program in a pseudo-terminal and keeps what stands on its screen."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from rich.cells import cell_len

PATIENCE = 15.0
PIECES = 0.02
# a new session has no terminal until it takes one
TAKES_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
_CODE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\x1b[()]B|\x1b[=>]")


class Shown:
    """As much of a terminal as full-screen programs without scrolling need: two screens, each with a cursor."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.other = False
        self.cursor_visible = True
        self._rest = ""
        self._screens: dict[bool, dict[tuple[int, int], str]] = {False: {}, True: {}}
        self._places = {False: (0, 0), True: (0, 0)}

    def feed(self, text: str) -> None:
        """Take in what the program wrote."""
        text, self._rest = self._rest + text, ""
        place = 0
        while place < len(text):
            code = _CODE.match(text, place)
            if code:
                self._obey(code.group(1) or "", code.group(2) or "")
                place = code.end()
            elif text[place] == "\x1b" and len(text) - place < 12:
                self._rest = text[place:]
                return
            else:
                self._put(text[place])
                place += 1

    def text(self) -> list[str]:
        """The lines on the screen that is shown, without spaces at their ends."""
        cells = self._screens[self.other]
        return ["".join(cells.get((line, column), " ") for column in range(self.columns)).rstrip() for line in range(self.lines)]

    def _obey(self, parameters: str, letter: str) -> None:
        if parameters == "?1049":
            self.other = letter == "h"
            self._screens[True] = {}
        elif parameters == "?25":
            self.cursor_visible = letter == "h"
        elif letter == "H" and not parameters:
            self._places[self.other] = (0, 0)
        elif letter == "J":
            self._screens[self.other] = {}
        elif letter not in "mK" and parameters != "?2004":  # a shell's pasting
            raise AssertionError(f"the terminal of these tests does not know {parameters}{letter}")

    def _put(self, char: str) -> None:
        line, column = self._places[self.other]
        if char == "\r":
            column = 0
        elif char == "\n":
            line += 1
        elif char.isprintable():
            if column >= self.columns:
                line, column = line + 1, 0
            self._screens[self.other][line, column] = char
            for more in range(1, cell_len(char)):
                self._screens[self.other][line, column + more] = ""
            column += cell_len(char)
        while line >= self.lines:
            cells = self._screens[self.other]
            self._screens[self.other] = {(old - 1, there): cell for (old, there), cell in cells.items() if old}
            line -= 1
        self._places[self.other] = (line, column)


class Tty:
    """A program in a terminal of its own; a context manager that ends it."""

    def __init__(self, words: Sequence[str], environ: Mapping[str, str], size: tuple[int, int] = (80, 24)) -> None:
        self.environ = {"TERM": "xterm", **environ}
        self._ours, theirs = pty.openpty()
        self.written = b""
        self.shown = Shown(*size)
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._set_size(*size)
        self.modes = self.current_modes
        self.process = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, env=self.environ, start_new_session=True
        )
        os.close(theirs)

    @classmethod
    def python(cls, code: str, environ: Mapping[str, str], **more: Any) -> Self:
        """A terminal in which *code* runs."""
        return cls([sys.executable, "-c", TAKES_TERMINAL + code], {**os.environ, **environ}, **more)

    def send(self, keys: str) -> None:
        """Type *keys*."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size, of which the program gets a signal."""
        self.shown.columns, self.shown.lines = columns, lines
        self._set_size(columns, lines)

    def await_screen(self, happened: Callable[[list[str]], object]) -> list[str]:
        """The screen's lines, as soon as *happened* says so of them; an ``AssertionError`` with them when it never does.

        A picture comes in pieces, so nothing more may come for a moment.
        """
        until = time.monotonic() + PATIENCE
        while not (there := happened(self.shown.text())) or self._read(PIECES):
            if not there and not self._read(until - time.monotonic()):
                raise AssertionError("it never happened:\n" + "\n".join(self.shown.text()))
        return self.shown.text()

    def await_text(self, *texts: str) -> list[str]:
        """The screen's lines, as soon as all *texts* are in them."""
        return self.await_screen(lambda lines: all(text in "\n".join(lines) for text in texts))

    def await_end(self) -> int:
        """The exit status, once the program has ended."""
        if not self.ends_within(PATIENCE):
            raise AssertionError("it never ended:\n" + "\n".join(self.shown.text()))
        return self.process.wait()

    def ends_within(self, seconds: float) -> bool:
        """Whether the program ends within that time."""
        until = time.monotonic() + seconds
        while self._read(until - time.monotonic()):
            pass
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def current_modes(self) -> list[object]:
        """How the terminal treats what is typed and written."""
        return termios.tcgetattr(self._ours)

    @property
    def is_raw(self) -> bool:
        """True while keys come one by one and unseen."""
        return not termios.tcgetattr(self._ours)[3] & (termios.ICANON | termios.ECHO)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self, seconds: float) -> bool:
        """Take in what comes within that time; False when nothing does, or nothing will any more."""
        if not select.select([self._ours], [], [], max(seconds, 0))[0]:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # how a terminal says that nobody writes to it any more
            return False
        self.written += data
        self.shown.feed(self._text.decode(data))
        return bool(data)
