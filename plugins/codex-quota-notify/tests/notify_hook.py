"""A webhook on this machine that remembers what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class WebHook:
    """Answers every POST with ``status``; ``hangs`` lets it wait for ``go``, ``before`` is called before each answer."""

    def __init__(self) -> None:
        self.status = 200
        self.hangs = False
        self.go = threading.Event()
        self.before: Callable[[], None] = lambda: None
        self.got: list[dict[str, Any]] = []
        self._arrived = threading.Condition()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with hook._arrived:
                    hook.got.append(body)
                    hook._arrived.notify_all()
                if hook.hangs:
                    hook.go.wait(30)
                hook.before()
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def url(self) -> str:
        """Its address for Apprise, with a secret in it."""
        return f"json://me:secret-password@127.0.0.1:{self._server.server_address[1]}/secret-path"

    @property
    def titles(self) -> list[str]:
        """The titles so far."""
        return [one["title"] for one in self.got]

    def wait_for(self, count: int, seconds: float = 10) -> list[str]:
        """The titles as soon as there are *count*."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.got) >= count, seconds), self.titles
        return self.titles

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()
