"""Windows, answers and snapshots in a few words; the moment is always the same Sunday noon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from codex_quota import Account, Quota, RateLimit, Snapshot, Window

SAMPLE_NOW = datetime(2026, 11, 22, 12, 4, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Name = Literal["five_hour", "daily", "weekly", "monthly", "annual", "other"]
_LENGTHS: dict[Name, tuple[timedelta, str]] = {
    "five_hour": (5 * HOUR, "5 h"),
    "daily": (DAY, "1 d"),
    "weekly": (7 * DAY, "7 d"),
    "monthly": (30 * DAY, "30 d"),
    "annual": (365 * DAY, "365 d"),
    "other": (9 * HOUR, "9 h"),
}


def make_window(
    name: Name,
    used: float | None = 0,
    after: timedelta | None = None,
    *,
    limit: str = "codex",
    label: str | None = None,
    started: bool | None = True,
) -> Window:
    """A window, *used* percent of it used, that resets that long *after* ``SAMPLE_NOW``; of the main limit by default."""
    length, usual = _LENGTHS[name]
    return Window(
        limit=limit,
        name=name,
        label=usual if label is None else label,
        used_percent=used,
        length=length,
        resets_at=None if after is None else SAMPLE_NOW + after,
        started=started,
    )


def make_quota(
    *windows: Window,
    plan: str | None = "plus",
    reached: bool | None = None,
    kind: str | None = None,
    **more: Any,  # noqa: ANN401
) -> Quota:
    """An answer with these windows, sorted into their limits; *reached* is the service's verdict, *kind* its reason."""
    names = dict.fromkeys(w.limit for w in windows)
    limits = tuple(RateLimit(name=name, windows=tuple(w for w in windows if w.limit == name)) for name in names)
    return Quota(plan=plan, limits=limits, limit_reached=reached, limit_reached_type=kind, **more)


def make_snapshot(name: str, answer: Quota | None = None, **more: Any) -> Snapshot:  # noqa: ANN401
    """A fresh observation at ``SAMPLE_NOW``, unless told otherwise, of an account with an e-mail address."""
    account = Account(name=name, source="directory", email=f"{name}@example.com")
    return Snapshot(account=account, quota=answer, **({"fetched_at": SAMPLE_NOW} | more))
