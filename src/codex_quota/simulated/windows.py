"""Usage windows and spend caps that follow the simulated clock."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

FIVE_HOURS = timedelta(hours=5)
WEEK = timedelta(days=7)
MONTH = timedelta(days=30)

Use = float | tuple[float, timedelta]
"""How far a window is used: the percent, or the percent and the time until the reset.

A bare 0 is a window that has not started; a bare other percent resets half a window ahead.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedWindow:
    """One usage window: its length, percent used, and reset (aware, UTC), which is None until the window starts."""

    length: timedelta
    used: float = 0
    resets_at: datetime | None = None

    @classmethod
    def of(cls, length: timedelta, use: Use, now: datetime) -> SimulatedWindow:
        """The window of that length, used as *use* says at the moment *now*."""
        used, left = use if isinstance(use, tuple) else (use, length / 2 if use else None)
        return cls(length=length, used=used, resets_at=None if left is None else (now + left).replace(microsecond=0))

    def at(self, now: datetime) -> SimulatedWindow:
        """The window as it stands at *now*: at 0 % and not started once its reset has passed."""
        return SimulatedWindow(length=self.length) if self.resets_at is not None and now >= self.resets_at else self

    def use(self, percent: float, now: datetime) -> SimulatedWindow:
        """The window after *percent* more was used at *now*; the first use starts it, and 100 % is the most."""
        current = self.at(now)
        started = current.resets_at or (now + self.length).replace(microsecond=0)
        return replace(current, used=min(100, current.used + percent), resets_at=started)

    def body(self, now: datetime) -> dict[str, Any]:
        """The window as the service writes it: whole percents, and a reset that slides while the window has not started."""
        current, seconds = self.at(now), int(now.timestamp())
        reset_at = seconds + int(self.length.total_seconds()) if current.resets_at is None else int(current.resets_at.timestamp())
        return {
            "used_percent": int(current.used),
            "limit_window_seconds": int(self.length.total_seconds()),
            "reset_after_seconds": max(0, reset_at - seconds),
            "reset_at": reset_at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendCap:
    """A workspace's monthly spend limit for one member; the use starts again with each calendar month (UTC)."""

    limit: Decimal
    used: Decimal
    resets_at: datetime

    @classmethod
    def of(cls, limit: Decimal | str | int, used: Decimal | str | int, now: datetime) -> SpendCap:
        """The cap of that limit with that use in the month of *now*."""
        return cls(limit=Decimal(limit), used=Decimal(used), resets_at=next_month(now))

    def at(self, now: datetime) -> SpendCap:
        """The cap as it stands at *now*."""
        return self if now < self.resets_at else SpendCap(limit=self.limit, used=Decimal(0), resets_at=next_month(now))

    @property
    def reached(self) -> bool:
        """True when nothing is left to spend."""
        return self.used >= self.limit

    def body(self, now: datetime) -> dict[str, Any]:
        """The cap as the service writes it: decimal strings, whole percents."""
        remaining = max(Decimal(0), self.limit - self.used)
        percent = min(100, int(self.used * 100 / self.limit)) if self.limit else 100
        reset_at = int(self.resets_at.timestamp())
        return {
            "source": "workspace_spend_controls",
            "limit": str(self.limit),
            "used": str(self.used),
            "remaining": str(remaining),
            "used_percent": percent,
            "remaining_percent": 100 - percent,
            "reset_after_seconds": max(0, reset_at - int(now.timestamp())),
            "reset_at": reset_at,
        }


def next_month(now: datetime) -> datetime:
    """The first moment of the month after *now*."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)
