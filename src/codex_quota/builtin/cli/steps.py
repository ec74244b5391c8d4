"""What is told on stderr while the program waits: each step with ``--verbose``, else one progress line when it takes long."""

from __future__ import annotations

import threading
import time
from typing import Self, TextIO

from codex_quota import Event

_PATIENCE = 1.0
_CLEAR = "\r\x1b[K"


class Steps:
    """Hears a client's events; a context manager that wipes its progress line away at the end."""

    def __init__(self, stream: TextIO, *, verbose: bool) -> None:
        self._stream = stream
        self._verbose = verbose
        self._shows_progress = not verbose and stream.isatty()
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._total = 0
        self._timer: threading.Timer | None = None
        self._visible = False

    def on_event(self, event: Event) -> None:
        """Tell or count one event; called from any thread."""
        with self._lock:
            if self._verbose:
                took = time.monotonic() - self._began
                print(f"[{took:6.2f}s] {event.account}: {event.kind}: {event.text}", file=self._stream, flush=True)
            elif self._shows_progress:
                self._count(event)

    def _count(self, event: Event) -> None:
        if event.kind == "start":
            self._waiting.add(event.account)
            self._total += 1
        elif event.kind == "done":
            self._waiting.discard(event.account)
        if self._timer is None and self._total > 1:
            self._timer = threading.Timer(_PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        elif self._visible:
            self._draw()

    def _show(self) -> None:
        with self._lock:
            if self._waiting and self._shows_progress:
                self._visible = True
                self._draw()

    def _draw(self) -> None:
        answered = self._total - len(self._waiting)
        self._stream.write(f"{_CLEAR}{answered} of {self._total} accounts answered…")
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._shows_progress = False
            if self._timer is not None:
                self._timer.cancel()
            if self._visible:
                self._stream.write(_CLEAR)
                self._stream.flush()
