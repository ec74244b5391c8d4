"""What others print while the screen is taken."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable
from typing import TextIO

from codex_quota import one_line

_KEPT = 100


class Overheard:
    """Keeps the last different lines that were written to its streams, and ``last``, the newest one, until it is taken away.

    ``wake`` is called when there is a new one, from any thread.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_KEPT)
        self.last: str | None = None
        self.wake: Callable[[], None] = lambda: None

    def stream(self) -> TextIO:
        """A stream to write to."""
        return _Stream(self)

    def hear(self, line: str) -> None:
        """Take in a line, unless it is empty."""
        if text := one_line(line):
            self.keep(text)
            self.last = text
            self.wake()

    def keep(self, text: str) -> None:
        """Remember a line that is not known yet."""
        if text not in self._lines:
            self._lines.append(text)

    def repeat(self, stream: TextIO) -> None:
        """Print what was kept."""
        while self._lines:
            print(self._lines.popleft(), file=stream)


class _Stream(io.StringIO):
    """Text up to a line's end is one thing to hear."""

    encoding = "utf-8"

    def __init__(self, overheard: Overheard) -> None:
        super().__init__()
        self._overheard = overheard
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._overheard.hear(line)
        return len(text)
