"""Plugins for tests: formatters of any name, and an object that offers them."""

from __future__ import annotations

from typing import Any

import codex_quota
from codex_quota import hookimpl


class Words(codex_quota.Formatter):
    """A formatter of any name."""

    summary = "one word"

    def __init__(self, name: Any) -> None:
        self.name = name  # type: ignore[misc]

    def format(self, snapshots: object, style: object) -> str:
        return f"{self.name}\n"


class Offering:
    """A plugin object that offers formatters of those names."""

    def __init__(self, *names: str) -> None:
        self.names = names

    @hookimpl
    def register_formatters(self) -> list[codex_quota.Formatter]:
        return [Words(name) for name in self.names]
