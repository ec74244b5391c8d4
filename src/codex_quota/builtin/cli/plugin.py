"""The plugin ``cli``: the built-in commands."""

from __future__ import annotations

from collections.abc import Iterable

import codex_quota

from .accounts import Accounts
from .cache import Cache
from .completion import Completion
from .demo import Demo
from .plugins import Plugins
from .show import Show


@codex_quota.hookimpl
def register_commands() -> Iterable[codex_quota.Command]:
    """The commands of the command line."""
    return [Show(), Accounts(), Cache(), Completion(), Demo(), Plugins()]
