"""What is told on stderr while the program waits: each step with ``--verbose``, else one progress line when it takes long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import ceil
from typing import Self, TextIO

import codex_quota
from codex_quota import Event

_PATIENCE = 1.0
_CLEAR = "\r\x1b[K"


class Steps:
    """Hears a client's events; a context manager.

    The progress line has at most *width* cells, is drawn anew each second, and goes as soon as every account has answered.
    *clock* gives seconds that never go back.
    """

    def __init__(self, stream: TextIO, *, verbose: bool, width: int = 80, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._verbose = verbose
        self._width = width
        self._clock = clock
        self._shows_progress = not verbose and stream.isatty()
        self._began = clock()
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[float, float] | None] = {}
        self._total = 0
        self._over = threading.Event()
        self._ticking = False
        self._visible = False
        self._drawn = ""

    def on_event(self, event: Event) -> None:
        """Tell or count one event; called from any thread."""
        with self._lock:
            if self._verbose:
                took = self._clock() - self._began
                print(f"[{took:6.2f}s] {event.account}: {event.kind}: {event.text}", file=self._stream, flush=True)
            elif self._shows_progress:
                self._count(event)

    def tick(self) -> None:
        """Draw the line anew if anything is still waited for."""
        with self._lock:
            if self._waiting and self._shows_progress:
                self._visible = True
                self._draw()

    def stop(self) -> None:
        """Wipe the line away for good, because something else is written now."""
        with self._lock:
            self._shows_progress = False
            self._over.set()
            self._wipe()

    def _count(self, event: Event) -> None:
        if event.kind == "start":
            self._waiting[event.account] = None
            self._total += 1
            if not self._ticking:
                self._ticking = True
                threading.Thread(target=self._tick, daemon=True, name="codex-quota-progress").start()
        elif event.kind == "done":
            self._waiting.pop(event.account, None)
        elif event.account in self._waiting:
            now = self._clock()
            self._waiting[event.account] = None if event.wait is None else (now, now + event.wait.total_seconds())
        if not self._waiting:
            self._wipe()
        elif self._visible:
            self._draw()

    def _tick(self) -> None:
        while not self._over.wait(_PATIENCE):
            self.tick()

    def _draw(self) -> None:
        text = _fitting(self._text(), self._width - 1)
        if text != self._drawn:
            self._drawn = text
            self._stream.write(_CLEAR + text)
            self._stream.flush()

    def _text(self) -> str:
        waits = [(began, until, name) for name, wait in self._waiting.items() if wait is not None for began, until in [wait]]
        said = []
        if self._total > 1:
            said.append(f"{self._total - len(self._waiting)} of {self._total} accounts answered")
        if waits:
            _, until, name = max(waits)
            said.append(f"waiting {max(1, ceil(until - self._clock()))} s before asking {codex_quota.one_line(name)} again")
        elif self._total == 1:
            said.append(f"asking {codex_quota.one_line(*self._waiting)}")
        return ", ".join(said) + "…"

    def _wipe(self) -> None:
        if self._visible:
            self._visible, self._drawn = False, ""
            self._stream.write(_CLEAR)
            self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        with self._lock:
            # threads that are left alone must not tell their end after the program's last word
            self._verbose = False


def _fitting(text: str, width: int) -> str:
    """*text*, cut to *width* cells, since what wraps could not be wiped away."""
    if text.isascii() and len(text) <= width:
        return text
    from unicodedata import combining, east_asian_width

    kept, used = "", 0
    for char in text:
        used += 0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1
        if used > width:
            break
        kept += char
    return kept
