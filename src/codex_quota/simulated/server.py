"""The HTTP/1.1 server under the simulated service: one daemon thread per connection, nothing logged."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Condition, Thread
from typing import Any

from .faults import Fault

_LONGEST_WAIT = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One answer and how to send it; ``leave`` is called just before the last byte, or when the client is gone."""

    head: bytes
    body: bytes
    fault: Fault
    wait: float
    leave: Callable[[], None]


Respond = Callable[[str, str, Mapping[str, str]], Exchange]


class Server(ThreadingTCPServer):
    """Listens on a loopback port and asks *respond* (method, path, headers with lower-case names) for each answer.

    Not ``http.server.HTTPServer``, because that asks the name service for the host's name when it starts.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, port: int, respond: Respond) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.respond = respond
        self.connections = 0
        self._changed = Condition()
        self._open: set[socket.socket] = set()
        self._stopping = False
        self._thread = Thread(target=self._accept, name="simulated-service", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self.server_address[1])

    def stop(self) -> None:
        """Close every connection at once, also in the middle of an answer."""
        with self._changed:
            self._stopping = True
            for connection in self._open:
                _shut(connection)
        with socket.socket() as knock:
            knock.settimeout(1)
            knock.connect_ex(("127.0.0.1", self.port))
        self._thread.join()
        self.server_close()
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout=1)

    def _accept(self) -> None:
        while not self._stopping:
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Take a new connection, unless the server is stopping."""
        with self._changed:
            if self._stopping:
                request.close()
                return
            self.connections += 1
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        """Close a connection that has ended."""
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        return None

    def _answer(self) -> None:
        exchange = self.server.respond(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        if exchange.fault.ends or "transfer-encoding" in self.headers:
            self.close_connection = True
        elif (length := self.headers.get("content-length", "")).isdecimal():
            self.rfile.read(int(length))
        try:
            self._send(exchange)
        finally:
            exchange.leave()

    def _send(self, exchange: Exchange) -> None:
        if self._gone(exchange.wait):
            return
        waiting: bytes | None = None
        for piece in exchange.fault.pieces(exchange.head, b"" if self.command == "HEAD" else exchange.body):
            if waiting is not None:
                self.wfile.write(waiting)
                if self._gone(exchange.fault.interval):
                    return
            waiting = piece
        exchange.leave()
        if waiting is not None:
            self.wfile.write(waiting)

    def _gone(self, seconds: float) -> bool:
        """Wait that long, but not longer than the client or the server keeps the connection."""
        if seconds <= 0:
            return False
        self.connection.settimeout(min(seconds, _LONGEST_WAIT))
        try:
            gone = not self.connection.recv(1, socket.MSG_PEEK)
        except TimeoutError:
            gone = False
        finally:
            self.connection.settimeout(None)
        self.close_connection = self.close_connection or gone
        return gone


for _method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
    setattr(_Handler, f"do_{_method}", _Handler._answer)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
