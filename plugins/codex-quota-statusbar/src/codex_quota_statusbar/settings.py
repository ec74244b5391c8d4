"""The settings in force, read from ``Style.environ``."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from codex_quota import nearest

from . import options
from .template import DEFAULT, Template

Level = Literal["good", "low", "critical", "empty", "unknown", "failed"]
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def parse_colors(text: str) -> Mapping[str, str | None]:
    """Read ``low=#bf7700,good=none`` over the usual colours; raises ``ArgumentTypeError`` that says what is wrong."""
    found = dict(options.COLORS)
    for part in text.split(","):
        level, _, color = (piece.strip() for piece in part.partition("="))
        if level not in found:
            near = nearest(level, found)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(found)}"
            raise ArgumentTypeError(f"there is no level {level!r}; {hint}")
        if color != "none" and not _COLOR.fullmatch(color):
            raise ArgumentTypeError(f"{level} is {color!r}, but must be like #bf7700, or none for the bar's own colour")
        found[level] = None if color == "none" else color.lower()
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """``accounts`` is None while each format has its own way; ``low`` and ``critical`` are percentages of what is left.

    ``colors`` has ``#rrggbb`` in lower case for each level, None for the bar's own colour.
    """

    template: Template
    separator: str
    accounts: Literal["all", "tightest"] | None
    low: int
    critical: int
    colors: Mapping[str, str | None]
    shell: Literal["plain", "bash", "zsh"]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Those in *environ*; raises ``UsageError`` for one that cannot be used."""
        return cls(
            template=options.TEMPLATE.value(environ) or DEFAULT,
            separator=options.SEPARATOR.value(environ),
            accounts=options.ACCOUNTS.value(environ),
            low=options.LOW.value(environ),
            critical=options.CRITICAL.value(environ),
            colors=options.COLORING.value(environ),
            shell=options.SHELL.value(environ),
        )

    def level(self, left: float | None) -> Level:
        """How much is left in one word; with the usual thresholds the same as ``codex_quota.wording.level``."""
        if left is None:
            return "unknown"
        if left <= 0:
            return "empty"
        if left <= self.critical:
            return "critical"
        return "low" if left <= self.low else "good"
