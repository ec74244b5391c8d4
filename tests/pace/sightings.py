"""Observations for the tests of forecasts: windows that begin at BEGAN, told in hours from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from codex_quota.pace import Observation

BEGAN = datetime(2026, 11, 16, tzinfo=UTC)  # a Monday, 00:00
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIVE, WEEK = timedelta(hours=5), timedelta(days=7)


def after(hours: float) -> datetime:
    """So many hours after BEGAN."""
    return BEGAN + timedelta(hours=hours)


def seen(
    hours: float,
    used: float | None,
    *,
    reset: float | None = 5,
    length: timedelta | None = FIVE,
    jitter: float = 0,
    started: bool | None = True,
) -> Observation:
    """What was seen *hours* after BEGAN; the reset, too, is told in hours from there, and off by *jitter* seconds."""
    resets_at = None if reset is None else after(reset) + timedelta(seconds=jitter)
    return Observation(at=after(hours), used_percent=used, resets_at=resets_at, length=length, started=started)


def weekly(hours: float, used: float | None, **more: float) -> Observation:
    """The same of the weekly window that begins at BEGAN."""
    return seen(hours, used, length=WEEK, **{"reset": 168, **more})


def even_cycles(count: int, per_hour: float, last: float, *, every: float = 0.25) -> list[Observation]:
    """So many whole five-hour windows one after the other, used evenly up to 100, and one more up to *last* hours."""
    found = []
    for cycle in range(count + 1):
        steps = round((5 if cycle < count else last) / every)
        for step in range(1, steps + 1):
            used = min(100.0, per_hour * step * every)
            found.append(seen(cycle * 5 + step * every - 1e-3, used, reset=cycle * 5 + 5))
    return found


def figures(observations: Sequence[Observation]) -> list[float | None]:
    """Their percentages."""
    return [one.used_percent for one in observations]
