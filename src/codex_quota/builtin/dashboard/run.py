"""Putting the dashboard together and serving it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC
from typing import Any

from codex_quota import Context
from codex_quota.history import beside

from .account_files import AccountFiles
from .app import make_app
from .board import Board
from .command import with_port
from .gate import Gate
from .server import addresses, ended_by_sigterm, make_server
from .settings import Settings

# Python's own setting up to 3.12
_GARBAGE = (700, 10, 10)


def run(settings: Settings, context: Context) -> int:
    """Serve until SIGTERM or Ctrl-C; says on stdout where to open it, and on stderr what happens."""

    def log(text: str) -> None:
        at = context.now().astimezone(UTC)
        print(f"{at:%Y-%m-%dT%H:%M:%SZ} {text}", file=context.stderr, flush=True)

    with suppress(SystemExit), ended_by_sigterm():
        later: list[Callable[..., Any]] = []
        server = make_server(lambda environ, start: later[0](environ, start), settings)
        settings = with_port(settings, server.effective_port)
        client = context.client
        client.options = beside(client.options, settings.state_file.parent)
        board = Board(client, settings, log=log)
        later.append(make_app(board, settings, Gate(settings), AccountFiles(settings.account_dir, client), log))
        # what is there now stays; a start looks for garbage seldom, a server has to do it often
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        try:
            board.start()
            _greet(settings, context, log)
            server.run()
        finally:
            server.close()
            board.stop()
            log("stopped")
    return 0


def _greet(settings: Settings, context: Context, log: Callable[[str], None]) -> None:
    here = addresses(settings, settings.port)
    print(f"The dashboard is at {' or '.join(here)}", file=context.stdout, flush=True)
    if not settings.token_is_given:
        log(f"to manage accounts, open {here[0]}auth?token={settings.admin_token} (a new token is made at each start)")
