"""What stands in the table, before anybody asks how wide it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codex_quota import Quota, Snapshot, SpendLimit, Style, Window
from codex_quota.wording import (
    UNKNOWN,
    back_text,
    binding_window,
    credits_text,
    is_waiting,
    level,
    limit_text,
    moment_text,
    one_line,
    ordered_windows,
    percent_text,
    period_text,
    plan_text,
    reset_text,
    source_text,
    spend_text,
    spend_used,
)

Tone = Literal["good", "low", "critical", "empty", "unknown", "waiting", "bound", "error", "warning", "info", "strong", "normal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One window, or what stands in the place of one.

    The label is ``limit`` (may be shortened), ``period`` (may not) and ``extra`` (only where there is room).
    ``filled`` is the part of the bar to fill, 0 to 1, None when nobody knows; ``says`` stands in place of bar, number and reset.
    """

    limit: str = ""
    period: str
    extra: str = ""
    filled: float | None = None
    number: str = UNKNOWN
    tone: Tone = "normal"
    reset: str = UNKNOWN
    reset_tone: Tone = "normal"
    says: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One account: its own fields, and at least one row; ``age`` is the source without the word for where it came from."""

    name: str
    email: str
    plan: str
    source: str
    age: str
    source_tone: Tone
    rows: tuple[Row, ...]


def block(snapshot: Snapshot, style: Style) -> Block:
    """One account as the table shows it."""
    source, quota = source_text(snapshot, style.now), snapshot.quota
    email = snapshot.account.email or (quota.email if quota else None)
    return Block(
        name=one_line(snapshot.account.name),
        email=(one_line(email or "") or UNKNOWN) if style.emails else "",
        plan=plan_text(snapshot.plan),
        source=source,
        age=source.rpartition(", ")[2],
        source_tone="low" if snapshot.status == "stale" else "waiting" if snapshot.status == "failed" else "normal",
        rows=(_failed(snapshot),) if quota is None else tuple(_rows(quota, style)),
    )


def _failed(snapshot: Snapshot) -> Row:
    return Row(period="failed", says=snapshot.error.code if snapshot.error else UNKNOWN, tone="error")


def _rows(quota: Quota, style: Style) -> Iterator[Row]:
    """What keeps the account from working first, because its name stands there, then the windows in their order."""
    windows, bound, by_spend = ordered_windows(quota), binding_window(quota), quota.limited_by == "spend"
    spend = _spend(quota.spend, quota, style) if quota.spend else None
    if bound is not None:
        yield _window(bound, quota, style)
    elif by_spend and spend is not None:
        yield spend
    elif quota.blockers:
        reached = "used up" if quota.limited_by == "credits" else "limit reached"
        yield Row(period=quota.limited_by or "account", says=back_text(quota, style) or reached, tone="bound")
    yield from (_window(window, quota, style) for window in windows if window is not bound)
    if spend is not None and not by_spend:
        yield spend
    if not windows and spend is None and not quota.blockers:
        yield Row(period=UNKNOWN, says="no usage window", tone="waiting")
    if balance := credits_text(quota):
        yield Row(period="credits", says=balance)


def _window(window: Window, quota: Quota, style: Style) -> Row:
    waiting, reset = is_waiting(window, quota), reset_text(window, quota, style)
    aside = waiting or window.started is False or reset == UNKNOWN
    return _gauge(
        window.used_percent,
        style,
        limit=limit_text(window),
        period=period_text(window),
        reset=reset,
        tone="waiting" if waiting else None,
        reset_tone="bound" if window is binding_window(quota) else "waiting" if aside else "normal",
    )


def _spend(spend: SpendLimit, quota: Quota, style: Style) -> Row | None:
    used, bound = spend_used(spend), quota.limited_by == "spend"
    back = (back_text(quota, style) or "limit reached") if bound else None
    if used is None:
        return Row(period="spend", says=back, tone="bound") if back else None
    reset = moment_text(spend.resets_at, style) if spend.resets_at else UNKNOWN
    reset_tone: Tone = "bound" if back else "waiting" if reset == UNKNOWN else "normal"
    return _gauge(used, style, period="spend", extra=spend_text(spend), reset=back or reset, reset_tone=reset_tone)


def _gauge(
    used: float | None,
    style: Style,
    *,
    limit: str = "",
    period: str,
    extra: str = "",
    reset: str,
    tone: Tone | None = None,
    reset_tone: Tone,
) -> Row:
    left = None if used is None else max(0.0, 100 - used)
    shown = used if style.show == "used" else left
    return Row(
        limit=limit,
        period=period,
        extra=extra,
        filled=None if shown is None else min(shown, 100) / 100,
        number=percent_text(shown),
        tone=tone or level(left),
        reset=reset,
        reset_tone=reset_tone,
    )
