"""The plugin ``prometheus``: the format ``prometheus``, and the address ``/metrics`` of the dashboard."""

from __future__ import annotations

import codex_quota

from .formatter import Prometheus
from .route import Metrics

__all__ = ["Metrics", "Prometheus", "register_formatters", "register_routes"]


@codex_quota.hookimpl
def register_formatters() -> list[codex_quota.Formatter]:
    """The one format."""
    return [Prometheus()]


@codex_quota.hookimpl
def register_routes() -> list[codex_quota.Route]:
    """The one address, with a count of its own."""
    return [Metrics()]
