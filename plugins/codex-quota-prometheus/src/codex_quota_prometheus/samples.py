"""Snapshots → samples; pure, and knows nothing of the library that writes them.

A figure that nobody knows has no sample at all: 0 would be a lie, and NaN would break sums over accounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from codex_quota import Quota, RateLimit, Snapshot, SpendLimit
from codex_quota.wording import spend_used

from .labels import clean, unique, window_labels
from .metrics import ERROR_CODES, PREFIX, USUAL_OUTCOMES


class Sample(NamedTuple):
    """One value of one metric; *labels* are in the order of the metric's own."""

    metric: str
    labels: tuple[str, ...]
    value: float


def snapshot_samples(snapshots: Iterable[Snapshot], now: datetime) -> Iterator[Sample]:
    """Everything that *snapshots* tell at the moment *now* (aware); no series occurs twice, whatever the names are."""
    taken: set[str] = set()
    for snapshot in snapshots:
        account = (unique(snapshot.account.name, taken),)
        yield from _reading(snapshot, account, now)
        if snapshot.quota is not None:
            yield from _quota(snapshot.quota, account)
    yield Sample("codex_quota_accounts", (), len(taken))


def page_samples(scrapes: int, requests: Mapping[str, int]) -> Iterator[Sample]:
    """What a dashboard counts: answers of the page, and requests to the service by outcome."""
    yield Sample("codex_quota_scrapes_total", (), scrapes)
    taken: set[str] = set()
    for outcome, count in {**dict.fromkeys(USUAL_OUTCOMES, 0), **requests}.items():
        yield Sample("codex_quota_upstream_requests_total", (unique(outcome, taken),), count)


def _reading(snapshot: Snapshot, account: tuple[str], now: datetime) -> Iterator[Sample]:
    error, at = snapshot.error, snapshot.fetched_at
    yield Sample("codex_quota_account_info", (*account, clean(snapshot.plan or "unknown")), 1)
    yield Sample("codex_quota_up", account, snapshot.status == "fresh" and error is None)
    code = None if error is None else error.code if error.code in ERROR_CODES else "other"
    for one in ERROR_CODES:
        yield Sample("codex_quota_error", (*account, one), one == code)
    yield from _moment("fetched", account, at)
    if at is not None:
        yield Sample("codex_quota_age_seconds", account, max(0.0, (now - at).total_seconds()))
    yield from _moment("token_expiry", account, snapshot.token_expires_at)


def _quota(quota: Quota, account: tuple[str]) -> Iterator[Sample]:
    yield from _number("usable", account, quota.usable)
    if quota.usable is not None:
        reason = "none" if quota.usable else quota.limited_by or "unknown"
        yield Sample("codex_quota_limited_by_info", (*account, clean(reason)), 1)
    yield from _moment("available", account, quota.available_at)
    taken: set[str] = set()
    for limit in quota.limits:
        yield from _windows(limit, (*account, unique(limit.name, taken)))
    if quota.credits is not None:
        yield from _number("credits_balance", account, quota.credits.balance)
        yield from _number("credits_unlimited", account, quota.credits.unlimited)
    if quota.spend is not None:
        yield from _spend(quota.spend, account)
    yield from _number("banked_resets", account, quota.reset_credits)


def _windows(limit: RateLimit, labels: tuple[str, str]) -> Iterator[Sample]:
    for window, name in zip(limit.windows, window_labels(limit.windows), strict=True):
        each = (*labels, name)
        yield from _ratio("window_used_ratio", each, window.used_percent)
        yield from _ratio("window_remaining_ratio", each, window.remaining_percent)
        yield from _number("window_length_seconds", each, None if window.length is None else window.length.total_seconds())
        # the reset of a window that waits for its first use slides with the clock
        if window.started is not False:
            yield from _moment("window_reset", each, window.resets_at)
        yield from _number("window_started", each, window.started)


def _spend(spend: SpendLimit, account: tuple[str]) -> Iterator[Sample]:
    yield from _number("spend_limit", account, spend.limit)
    yield from _number("spend_used", account, spend.used)
    yield from _number("spend_remaining", account, spend.remaining)
    yield from _ratio("spend_used_ratio", account, spend_used(spend))
    yield from _number("spend_reached", account, spend.reached)
    yield from _moment("spend_reset", account, spend.resets_at)


def _number(name: str, labels: tuple[str, ...], value: float | Decimal | None) -> Iterator[Sample]:
    """One sample, none when *value* is unknown or no number."""
    try:
        number = None if value is None else float(value)
    except (ValueError, OverflowError):
        return
    if number is not None and isfinite(number):
        yield Sample(PREFIX + name, labels, number)


def _ratio(name: str, labels: tuple[str, ...], percent: float | None) -> Iterator[Sample]:
    """One sample; rounded, because a hundredth of 99.9 is 0.9990000000000001."""
    return _number(name, labels, None if percent is None else round(percent / 100, 8))


def _moment(name: str, labels: tuple[str, ...], when: datetime | None) -> Iterator[Sample]:
    """One sample in whole seconds, as in the JSON document, so that a figure from the cache does not differ."""
    return _number(f"{name}_timestamp_seconds", labels, None if when is None else when.replace(microsecond=0).timestamp())
