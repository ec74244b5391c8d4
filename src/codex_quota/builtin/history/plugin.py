"""The plugin ``history``: keeps what is read, and tells it over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import codex_quota
from codex_quota import HistoryError, Options, Snapshot


@codex_quota.hookimpl
def snapshots_updated(current: Mapping[str, Snapshot], options: Options) -> None:
    """Append what says something new."""
    from codex_quota.history import HISTORY

    if not HISTORY.value(options.environ):
        return  # before SQLite is loaded
    from codex_quota.history import History

    if (history := History.of(options)) is None:
        return
    history.record(current.values(), datetime.now(UTC))
    if history.damage:
        raise HistoryError(history.damage, hint="nothing needs to be done")


@codex_quota.hookimpl
def register_routes() -> Iterable[codex_quota.Route]:
    """The routes of the history."""
    from .routes import EventsRoute, FeedRoute, HistoryRoute

    return [HistoryRoute(), EventsRoute(), FeedRoute()]
