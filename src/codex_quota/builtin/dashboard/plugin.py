"""The plugin ``dashboard``: the command ``web``."""

from __future__ import annotations

from collections.abc import Iterable

import codex_quota

from .command import Web


@codex_quota.hookimpl
def register_commands() -> Iterable[codex_quota.Command]:
    """The one command of this plugin."""
    return [Web()]
