"""The table as a test reads it."""

from __future__ import annotations

from datetime import UTC

from codex_quota.builtin.formatters import table
from codex_quota.interfaces import Style
from codex_quota.model import Snapshot
from snapshots import NOW


def written(*snapshots: Snapshot, width: int | None = 80, color: bool = False, **more: object) -> str:
    (formatter,) = table.register_formatters()
    return formatter.format(snapshots, Style(now=NOW, tz=UTC, width=width, color=color, **more))  # type: ignore[arg-type]


def rows(text: str) -> list[str]:
    """The lines between the heading and the remarks."""
    return text.partition("\n\n")[0].splitlines()[1:]
