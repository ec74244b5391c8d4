"""Quiet hours. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from .records import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """From ``start`` to ``end`` on the clock, over midnight when the end comes first; ``urgent`` rules are let through."""

    start: time
    end: time
    urgent: frozenset[Rule] = frozenset()

    def until(self, now: datetime, zone: tzinfo | None) -> datetime | None:
        """When the quiet hours that *now* lies in end (UTC), None outside of them; *zone* None is the local one."""
        today = now.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            last = day + timedelta(days=1) if self.end <= self.start else day
            # a time that the clock shows twice begins with the first and ends with the second
            begin, end = min(_moments(day, self.start, zone)), max(_moments(last, self.end, zone))
            if begin <= now < end:
                return end
        return None


def _moments(day: date, clock: time, zone: tzinfo | None) -> tuple[datetime, datetime]:
    shown = datetime.combine(day, clock, zone)
    return shown.replace(fold=0).astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
