"""``--format ics``: the coming resets as a calendar."""

from __future__ import annotations

from collections.abc import Sequence

import codex_quota
from codex_quota import Snapshot, Style


class Ics(codex_quota.Formatter):
    """An iCalendar with one event for each coming reset, which keeps its identity when the reset moves."""

    name = "ics"
    summary = "a calendar of the coming resets, to subscribe to"
    content_type = "text/calendar; charset=utf-8"

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The whole calendar, with the line ends that calendars have."""
        from codex_quota.history import calendar

        return calendar(snapshots, now=style.now)


@codex_quota.hookimpl
def register_formatters() -> list[codex_quota.Formatter]:
    """The one formatter of this module."""
    return [Ics()]
