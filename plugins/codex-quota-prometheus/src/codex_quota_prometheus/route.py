"""``GET /metrics`` on the dashboard."""

from __future__ import annotations

from itertools import chain
from threading import Lock

import codex_quota
from codex_quota import RouteAnswer, RouteRequest

from .accept import choose


class Metrics(codex_quota.Route):
    """What the format has, and what the dashboard counts, in the text format 0.0.4 or in OpenMetrics 1.0.

    No account is asked because of it.
    """

    name = "metrics"
    summary = "metrics for Prometheus, as text or OpenMetrics"
    path = "/metrics"

    def __init__(self) -> None:
        self._guard = Lock()
        self._scrapes = 0

    def answer(self, request: RouteRequest) -> RouteAnswer:
        """The metrics in the format that the ``Accept`` header asks for; one line with status 500 when they cannot be written."""
        from .output import text
        from .samples import page_samples, snapshot_samples

        with self._guard:
            self._scrapes += 1
            scrapes = self._scrapes
        kind = choose(request.headers.get("accept"))
        samples = chain(snapshot_samples(request.snapshots, request.now), page_samples(scrapes, request.requests))
        try:
            return RouteAnswer(body=text(samples, kind), content_type=kind)
        except codex_quota.PluginError as error:
            return RouteAnswer(body=f"{error.line()}\n", status=500)
