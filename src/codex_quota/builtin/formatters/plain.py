"""``--format plain``: one tab-separated line for each account."""

from __future__ import annotations

from collections.abc import Sequence

import codex_quota
from codex_quota import Snapshot, Style, Window
from codex_quota.wording import UNKNOWN

from ._fields import clean, number_text, time_text


class Plain(codex_quota.Formatter):
    """A header, then for each account its headline windows, with bare numbers and "-" where nothing is known.

    Times are ISO 8601 in the style's zone; plan, source and status are the words of the JSON schema.
    """

    name = "plain"
    summary = "one tab-separated line for each account"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The whole text, ending in a newline."""
        kind = "_used" if style.show == "used" else ""
        header = ("account", f"five_hour{kind}%", f"weekly{kind}%", "weekly_reset", "source", "plan", "status")
        return "".join("\t".join(line) + "\n" for line in (header, *(_line(snapshot, style) for snapshot in snapshots)))


def _line(snapshot: Snapshot, style: Style) -> tuple[str, ...]:
    quota = snapshot.quota
    five_hour, weekly = (quota.five_hour, quota.weekly) if quota else (None, None)
    return (
        clean(snapshot.account.name),
        _percent(five_hour, style),
        _percent(weekly, style),
        time_text(weekly.resets_at if weekly else None, style.tz) or UNKNOWN,
        UNKNOWN if snapshot.status == "failed" else snapshot.source,
        clean(snapshot.plan).strip() or UNKNOWN,
        snapshot.status,
    )


def _percent(window: Window | None, style: Style) -> str:
    value = None if window is None else window.used_percent if style.show == "used" else window.remaining_percent
    return number_text(value) or UNKNOWN


@codex_quota.hookimpl
def register_formatters() -> list[codex_quota.Formatter]:
    """The one formatter of this module."""
    return [Plain()]
