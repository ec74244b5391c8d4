"""Alerts for codex-quota: each once per window and cycle, through every service that Apprise knows.

``plugin`` is what the entry point names; ``Plugin(now=…)`` makes one with a clock of its own, for tests.
"""

from __future__ import annotations

from .plugin import Plugin

plugin = Plugin()

__all__ = ["Plugin", "plugin"]
