"""Connections that another thread can end, so that nothing goes on after nobody waits for it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket

    import httpx

MakeClient = Callable[[str | None, bool], "httpx.Client"]


class Line:
    """A client with one connection, for one request at a time.

    The thread that asks calls ``leave`` when it is done; the one that waits for it hands the line back to its ``Lines``, and may
    do so earlier.
    ``proxy`` is the proxy's address, ``connected`` whether a connection (to the proxy, if there is one) was made.
    ``reusable`` is set by the asking thread when the connection can take another request.
    """

    def __init__(self, client: httpx.Client, proxy: str | None, local: bool) -> None:
        self.client = client
        self.proxy = proxy
        self.local = local
        self.connected = False
        self.reusable = False
        self._guard = threading.Lock()
        self._grip: socket.socket | None = None
        self._cut = False
        self._running = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Get hold of each new connection; made for httpcore's request extension ``trace``.

        The socket is duplicated, because TLS takes the original one over before the handshake is done.
        """
        if event.endswith("connect_tcp.started"):
            self._hold(None)
        elif event.endswith("connect_tcp.complete"):
            self._hold(info["return_value"].get_extra_info("socket").dup())

    def enter(self) -> None:
        """Begin a request."""
        with self._guard:
            self._running, self.reusable = True, False

    def leave(self) -> None:
        """End a request; a line that was cut meanwhile is closed."""
        with self._guard:
            self._running = False
            cut = self._cut
        if cut:
            self.close()

    def cut(self) -> bool:
        """End the connection at once, whatever waits for it; True when a request is still under way and closes the line."""
        with self._guard:
            self._cut = True
            grip, self._grip = self._grip, None
            running = self._running
        if grip is not None:
            _end(grip)
        return running

    def close(self) -> None:
        """Close the connection, which no request may be using."""
        self._hold(None)
        self.client.close()

    def _hold(self, grip: socket.socket | None) -> None:
        with self._guard:
            cut = self._cut
            before, self._grip = self._grip, grip
            self.connected = grip is not None
        if before is not None:
            before.close()
        if grip is not None and cut:
            _end(grip)


class Lines:
    """Lines in use and lines to use again, at most *spare* of these; safe for threads."""

    def __init__(self, make: MakeClient, spare: int) -> None:
        self._make = make
        self._spare = spare
        self._guard = threading.Lock()
        self._idle: list[Line] = []
        self._busy: set[Line] = set()
        self._closed = False

    def take(self, proxy: str | None, local: bool) -> Line:
        """A line for one request through *proxy*, or to this machine."""
        with self._guard:
            same = [line for line in self._idle if (line.proxy, line.local) == (proxy, local)]
            if same:
                self._idle.remove(same[-1])
        line = same[-1] if same else Line(self._make(proxy, local), proxy, local)
        line.enter()
        with self._guard:
            self._busy.add(line)
            closed = self._closed
        if closed:
            line.cut()
        return line

    def give_back(self, line: Line) -> None:
        """Keep *line* for the next request, or end it: a request that is still under way is not wanted any more."""
        with self._guard:
            self._busy.discard(line)
            keep = line.reusable and not self._closed and len(self._idle) < self._spare
            if keep:
                self._idle.append(line)
        if not keep and not line.cut():
            line.close()

    def close(self) -> None:
        """End every line, also those in use."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for line in busy:
            line.cut()
        for line in idle:
            line.close()


def _end(grip: socket.socket) -> None:
    """End the connection for everybody who holds it."""
    import socket

    with grip, suppress(OSError):  # it may have ended already
        grip.shutdown(socket.SHUT_RDWR)
