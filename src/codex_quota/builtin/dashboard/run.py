"""Putting the dashboard together and serving it."""

from __future__ import annotations

from datetime import UTC

from codex_quota import Context

from .account_files import AccountFiles
from .app import make_app
from .board import Board
from .command import with_port
from .gate import Gate
from .server import addresses, make_server, serve
from .settings import Settings


def run(settings: Settings, context: Context) -> int:
    """Serve until SIGTERM; says on stdout where to open it, and on stderr what happens."""

    def log(text: str) -> None:
        at = context.now().astimezone(UTC)
        print(f"{at:%Y-%m-%dT%H:%M:%SZ} {text}", file=context.stderr, flush=True)

    later: list[object] = []
    server = make_server(lambda environ, start: later[0](environ, start), settings)  # type: ignore[operator]
    settings = with_port(settings, server.effective_port)
    board = Board(context.client, settings, log=log)
    gate = Gate(settings)
    files = AccountFiles(settings.account_dir, context.client)
    later.append(make_app(board, settings, gate, files))
    board.start()
    here = addresses(settings, settings.port)
    print(f"The dashboard is at {' or '.join(here)}", file=context.stdout, flush=True)
    if not settings.token_is_given:
        log(f"to manage accounts, open {here[0]}auth?token={settings.admin_token} (a new token is made at each start)")
    try:
        serve(server)
    finally:
        server.close()
        board.stop()
        log("stopped")
    return 0
