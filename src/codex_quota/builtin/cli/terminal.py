"""The terminal of a full-screen command: keys one by one, signals as words, and everything put back at the end."""

from __future__ import annotations

import importlib
import os
import select
import signal
import threading
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from types import FrameType
from typing import Any, Self, TextIO

from .keys import Keys, windows_keys

_WORDS = {
    "SIGINT": "stop",
    "SIGTERM": "stop",
    "SIGHUP": "stop",
    "SIGQUIT": "stop",
    "SIGBREAK": "stop",
    "SIGTSTP": "suspend",
    "SIGCONT": "continue",
    "SIGWINCH": "resize",
}
_ESCAPE_PATIENCE = 0.05
_POLL = 0.1


def open_terminal(stdin: TextIO, stdout: TextIO) -> Terminal:
    """The terminal that *stdout* leads to; keys come from *stdin* if that is one too.  To be entered in the main thread."""
    return WindowsTerminal(stdin, stdout) if os.name == "nt" else PosixTerminal(stdin, stdout)


class Terminal(ABC):
    """A context manager in which ``wait`` gives keys and, as words, signals: ``stop``, ``suspend``, ``continue``, ``resize``.

    A second Ctrl-C raises ``KeyboardInterrupt``, in case nobody waits.
    A signal that is ignored stays so.
    """

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        self._stdout = stdout
        self._signals: dict[int, Any] = {}
        self._interrupts = 0
        self.has_keys = stdin.isatty()

    @abstractmethod
    def wait(self, seconds: float) -> list[str]:
        """Keys and signals, as soon as there are any, somebody calls ``wake``, or *seconds* are over."""

    @abstractmethod
    def wake(self) -> None:
        """End a ``wait``; may be called from any thread."""

    def suspend(self) -> None:
        """Stop the process as Ctrl-Z does, with the terminal as it was before; returns when it is continued."""
        return

    def take(self) -> None:
        """Take the terminal again after somebody else had it."""
        return

    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        try:
            columns, lines = os.get_terminal_size(self._stdout.fileno())
        except (OSError, ValueError):
            columns, lines = 0, 0
        return columns or 80, lines or 24

    def __enter__(self) -> Self:
        for name in _WORDS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._signals[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._signals.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            self._interrupts += 1
            if self._interrupts > 1:
                raise KeyboardInterrupt


class PosixTerminal(Terminal):
    """Keys come at once and unseen, while Ctrl-C and Ctrl-Z still make their signals."""

    def __init__(self, stdin: TextIO, stdout: TextIO) -> None:
        super().__init__(stdin, stdout)
        self._keyboard = stdin.fileno() if self.has_keys else None
        self._keys = Keys()
        self._before: list[Any] | None = None
        self._read, self._write, self._wakeup = -1, -1, -1

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self._wakeup = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        super().__enter__()
        try:
            self.take()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._give_back()
        super().__exit__()
        signal.set_wakeup_fd(self._wakeup)
        numbers = self._read, self._write
        self._read, self._write = -1, -1
        for number in numbers:
            os.close(number)

    def wait(self, seconds: float) -> list[str]:
        """See ``Terminal``; the end of the terminal itself is a ``stop`` too."""
        watched = [self._read] if self._keyboard is None else [self._read, self._keyboard]
        patience = min(seconds, _ESCAPE_PATIENCE) if self._keys.pending else seconds
        ready = select.select(watched, [], [], max(patience, 0.0))[0]
        words = self._heard() if self._read in ready else []
        if self._keyboard is not None and self._keyboard in ready:
            words += self._typed(self._keyboard)
        elif self._keys.pending:
            words += self._keys.flush()
        return words

    def wake(self) -> None:
        """See ``Terminal``."""
        with suppress(OSError):  # of a pipe that is full, and will wake anybody, or closed already
            os.write(self._write, b"\0")

    def suspend(self) -> None:
        """See ``Terminal``."""
        self._give_back()
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
        self.take()

    def take(self) -> None:
        """See ``Terminal``; in the background this stops the process until it is brought to the front."""
        if self._keyboard is None:
            return
        import termios

        with suppress(termios.error):
            if self._before is None:
                self._before = termios.tcgetattr(self._keyboard)
            now = termios.tcgetattr(self._keyboard)
            now[3] &= ~(termios.ICANON | termios.ECHO)
            now[6][termios.VMIN], now[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, now)

    def _give_back(self) -> None:
        if self._keyboard is None or self._before is None:
            return
        import termios

        with suppress(termios.error):
            termios.tcsetattr(self._keyboard, termios.TCSADRAIN, self._before)

    def _heard(self) -> list[str]:
        try:
            numbers = os.read(self._read, 4096)
        except BlockingIOError:
            return []
        names = (signal.Signals(number).name for number in numbers if number in self._signals)
        return [_WORDS[name] for name in names]

    def _typed(self, keyboard: int) -> list[str]:
        try:
            data = os.read(keyboard, 4096)
        except OSError:
            data = b""
        if not data:
            self._keyboard = None
            return ["stop"]
        return self._keys.feed(data)


class WindowsTerminal(Terminal):
    """The console, asked ten times a second; *console* is the module ``msvcrt``."""

    def __init__(self, stdin: TextIO, stdout: TextIO, console: Any = None) -> None:  # noqa: ANN401
        super().__init__(stdin, stdout)
        self._console = console or importlib.import_module("msvcrt")
        self._awake = threading.Event()
        self._ended = False
        self._size = self.size()

    def wait(self, seconds: float) -> list[str]:
        """See ``Terminal``."""
        until = time.monotonic() + seconds
        while True:
            words = self._typed() if self.has_keys else []
            if self._ended:
                words.append("stop")
            size, self._size = self._size, self.size()
            words += [] if size == self._size else ["resize"]
            left = until - time.monotonic()
            if words or left <= 0 or self._awake.wait(min(left, _POLL)):
                self._awake.clear()
                return words

    def wake(self) -> None:
        """See ``Terminal``."""
        self._awake.set()

    def _typed(self) -> list[str]:
        characters = ""
        while self._console.kbhit():
            characters += self._console.getwch()
        return ["stop"] if "\x03" in characters else windows_keys(characters)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._ended |= _WORDS[signal.Signals(number).name] == "stop"
        super()._hear(number, frame)
