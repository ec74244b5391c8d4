"""``--format prometheus``, for the textfile collector of node_exporter."""

from __future__ import annotations

from collections.abc import Sequence

import codex_quota
from codex_quota import Snapshot, Style

from .accept import TEXT


class Prometheus(codex_quota.Formatter):
    """Gauges in the text format 0.0.4; of the style only ``now`` counts, for the age of the figures.

    It has no counters: each run of the program would count from 0 again.
    """

    name = "prometheus"
    summary = "metrics for Prometheus, in its text format"
    content_type = TEXT

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The whole text; raises ``PluginError`` when ``prometheus-client`` is missing."""
        from .output import text
        from .samples import snapshot_samples

        return text(snapshot_samples(snapshots, style.now))
