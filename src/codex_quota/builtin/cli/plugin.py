"""The plugin ``cli``: the built-in commands."""

from __future__ import annotations

from collections.abc import Iterable

import codex_quota

from .accounts import Accounts
from .best import Best
from .cache import Cache
from .check import Check
from .completion import Completion
from .demo import Demo
from .events import Events
from .guard import Guard
from .history import HistoryCommand
from .measure import Measure
from .plugins import Plugins
from .show import Show
from .watch import Watch


@codex_quota.hookimpl
def register_commands() -> Iterable[codex_quota.Command]:
    """The commands of the command line."""
    return [
        Show(),
        Accounts(),
        Best(),
        Cache(),
        Check(),
        Completion(),
        Demo(),
        Events(),
        Guard(),
        HistoryCommand(),
        Measure(),
        Plugins(),
        Watch(),
    ]
