"""The plugin itself: without a configuration it looks for a file and is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import codex_quota
from codex_quota import Command, Options, Snapshot

from .command import Notify
from .places import is_configured


class Plugin:
    """Hears of every reading and offers the command ``notify``; *now* gives the time (aware, UTC)."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    @codex_quota.hookimpl
    def register_commands(self) -> list[Command]:
        """The command ``notify``."""
        return [Notify()]

    @codex_quota.hookimpl
    def snapshots_updated(self, previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot], options: Options) -> None:
        """Find and send alerts; raises one ``CodexQuotaError`` once everything is done that could be."""
        if not is_configured(options.environ):
            return
        from .sending import send_alerts

        send_alerts(previous, current, options.environ, self._now())
