"""``--format csv``: the headline figures of each account for spreadsheets and programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import codex_quota
from codex_quota import Snapshot, Style, Window

from ._fields import clean, number_text, time_text

COLUMNS = (
    "account", "plan", "status", "source",
    "five_hour_left_percent", "five_hour_used_percent", "five_hour_resets_at",
    "weekly_left_percent", "weekly_used_percent", "weekly_resets_at",
    "monthly_left_percent", "monthly_used_percent", "monthly_resets_at",
    "limit_reached", "usable", "limited_by", "available_at", "fetched_at",
    "error_code", "error_message", "warnings",
)  # fmt: skip


class Csv(codex_quota.Formatter):
    """One record for each account after a header, as RFC 4180 has it: commas, quotes where needed, lines that end in CR LF.

    Times are UTC in ISO 8601, percentages are given both ways, so of the style nothing counts; unknown is empty.
    A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, "CSV Injection").
    """

    name = "csv"
    summary = "comma-separated values with a header, for spreadsheets and programs"
    content_type = "text/csv; charset=utf-8; header=present"
    tells_problems = True

    def format(self, snapshots: Sequence[Snapshot], style: Style) -> str:
        """The whole text; *style* is not looked at."""
        import csv
        import io

        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(_record(snapshot) for snapshot in snapshots)
        return text.getvalue()


def _record(snapshot: Snapshot) -> list[str]:
    quota, error = snapshot.quota, snapshot.error
    windows = (quota.five_hour, quota.weekly, quota.monthly) if quota else (None, None, None)
    warnings = dict.fromkeys((*snapshot.warnings, *(quota.warnings if quota else ())))
    return [
        _text(snapshot.account.name),
        _text(snapshot.plan),
        snapshot.status,
        "" if snapshot.status == "failed" else snapshot.source,
        *(cell for window in windows for cell in _window(window)),
        _verdict(quota.limit_reached if quota else None),
        _verdict(snapshot.usable),
        _text(snapshot.limited_by),
        time_text(snapshot.available_at, UTC),
        time_text(snapshot.fetched_at, UTC),
        error.code if error else "",
        _text(error.message if error else None),
        _text("; ".join(warnings)),
    ]


def _window(window: Window | None) -> tuple[str, str, str]:
    if window is None:
        return "", "", ""
    return number_text(window.remaining_percent), number_text(window.used_percent), time_text(window.resets_at, UTC)


def _verdict(value: bool | None) -> str:
    return "" if value is None else str(value).lower()


def _text(text: str | None) -> str:
    shown = clean(text)
    return f"'{shown}" if shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) else shown


@codex_quota.hookimpl
def register_formatters() -> list[codex_quota.Formatter]:
    """The one formatter of this module."""
    return [Csv()]
