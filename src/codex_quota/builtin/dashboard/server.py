"""Serving until a signal comes."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from codex_quota import UsageError

from .settings import Settings

THREADS = 8
CHANNEL_TIMEOUT = 30


def make_server(app: Callable[..., Any], settings: Settings) -> Any:  # noqa: ANN401
    """A waitress server, bound already; raises ``UsageError`` when the address cannot be had."""
    from waitress.server import create_server

    try:
        return create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            ident=None,
            connection_limit=500,
            channel_timeout=CHANNEL_TIMEOUT,
            cleanup_interval=10,
            max_request_header_size=32 << 10,
            max_request_body_size=512 << 10,
            clear_untrusted_proxy_headers=False,
            expose_tracebacks=False,
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(
            f"cannot listen on {settings.host} port {settings.port}: {reason}", hint="choose another with --host and --port"
        ) from None


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the body as Ctrl-C would, with status 0; the first process of a container ignores it otherwise."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def addresses(settings: Settings, port: int) -> list[str]:
    """Addresses to open in a browser, the nearest first."""
    base = f"{settings.base_path}/"
    if settings.host not in ("0.0.0.0", "::", ""):  # noqa: S104
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        return [f"http://{host}:{port}{base}"]
    found = [f"http://127.0.0.1:{port}{base}"]
    name = socket.gethostname()
    return [*found, f"http://{name}:{port}{base}"] if name and name != "localhost" else found
