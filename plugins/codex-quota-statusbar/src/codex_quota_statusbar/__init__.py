"""Output formats of codex-quota for status bars, menu bars and shell prompts."""

from __future__ import annotations

import codex_quota

from .formats import FORMATS


@codex_quota.hookimpl
def register_formatters() -> list[codex_quota.Formatter]:
    """Every format of this distribution."""
    return [make() for make in FORMATS]
