"""Every metric there is, as data: names, labels and units are read from here by the output, the docs and the tests.

Names follow https://prometheus.io/docs/practices/naming/: base units, ratios from 0 to 1, moments as Unix seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PREFIX = "codex_quota_"

ERROR_CODES = (
    "bad_payload",
    "blocked",
    "credential",
    "credential_invalid",
    "network",
    "not_chatgpt_login",
    "not_found",
    "other",
    "plugin",
    "rate_limited",
    "redirected",
    "service",
    "timeout",
    "unauthorized",
    "unavailable",
    "unexpected_status",
    "workspace_deactivated",
)
"""The codes of every error that an account can have; ``other`` is one that a plugin made up."""

USUAL_OUTCOMES = ("200", "401", "403", "404", "429", "500", "502", "503", "504", "network", "timeout")
"""Outcomes of requests that are counted from 0 on, because ``increase()`` cannot see a series begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric: ``name`` as queries say it, its type, its labels, and its unit where the name ends in one.

    ``page_only`` ones are counted by a process, so they are on the dashboard's page and not in the format.
    """

    name: str
    help: str
    kind: Literal["gauge", "info", "counter"] = "gauge"
    labels: tuple[str, ...] = ("account",)
    unit: Literal["", "ratio", "seconds"] = ""
    page_only: bool = False


_WINDOW = ("account", "limit", "window")

METRICS = (
    Metric(name="codex_quota_accounts", labels=(), help="Accounts in this output."),
    Metric(name="codex_quota_account_info", kind="info", labels=("account", "plan"), help="The plan of an account."),
    Metric(name="codex_quota_up", help="1 when the last reading of an account gave figures, 0 when it failed."),
    Metric(
        name="codex_quota_error",
        labels=("account", "code"),
        help="1 for the error that the last reading ended with, 0 for every other.",
    ),
    Metric(name="codex_quota_fetched_timestamp_seconds", unit="seconds", help="When the service told the figures of an account."),
    Metric(name="codex_quota_age_seconds", unit="seconds", help="How old the figures of an account were when this was written."),
    Metric(name="codex_quota_token_expiry_timestamp_seconds", unit="seconds", help="When the access token of the sign-in ends."),
    Metric(name="codex_quota_usable", help="1 when an account can be used, 0 when a limit is reached."),
    Metric(
        name="codex_quota_limited_by_info",
        kind="info",
        labels=("account", "limited_by"),
        help="What keeps an account from working longest, none when nothing does.",
    ),
    Metric(name="codex_quota_available_timestamp_seconds", unit="seconds", help="When an account that is used up works again."),
    Metric(name="codex_quota_window_used_ratio", labels=_WINDOW, unit="ratio", help="Used part of a window; may exceed 1."),
    Metric(name="codex_quota_window_remaining_ratio", labels=_WINDOW, unit="ratio", help="Part of a window that is left."),
    Metric(name="codex_quota_window_length_seconds", labels=_WINDOW, unit="seconds", help="How long a window lasts."),
    Metric(
        name="codex_quota_window_reset_timestamp_seconds",
        labels=_WINDOW,
        unit="seconds",
        help="When a window that has started is full again.",
    ),
    Metric(name="codex_quota_window_started", labels=_WINDOW, help="1 when a window runs, 0 when it waits for its first use."),
    Metric(name="codex_quota_credits_balance", help="Purchased credits that are left."),
    Metric(name="codex_quota_credits_unlimited", help="1 when credits are unlimited."),
    Metric(name="codex_quota_spend_limit", help="Spend limit of the workspace for this member, in the unit of the service."),
    Metric(name="codex_quota_spend_used", help="Spent so far, in the unit of the service."),
    Metric(name="codex_quota_spend_remaining", help="Left of the spend limit, in the unit of the service."),
    Metric(name="codex_quota_spend_used_ratio", unit="ratio", help="Spent part of the spend limit."),
    Metric(name="codex_quota_spend_reached", help="1 when the spend limit is reached."),
    Metric(name="codex_quota_spend_reset_timestamp_seconds", unit="seconds", help="When the spend limit starts anew."),
    Metric(name="codex_quota_banked_resets", help="Resets that an account has in store."),
    Metric(
        name="codex_quota_scrapes_total",
        kind="counter",
        labels=(),
        page_only=True,
        help="Answers of this page since the start of the dashboard, this one included.",
    ),
    Metric(
        name="codex_quota_upstream_requests_total",
        kind="counter",
        labels=("outcome",),
        page_only=True,
        help="Requests to the service since the start of the dashboard, by HTTP status or code of the error.",
    ),
)
