"""Moments along an axis of time, in the visitor's zone: where the marks stand, what they say, and where days begin. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from codex_quota import Style

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_MARKS = 9
_STEPS = (HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One moment of the axis (aware UTC) and its words; every second one is ``minor`` and may be left out where room is short."""

    at: datetime
    text: str
    minor: bool


def marks(begin: datetime, end: datetime, style: Style) -> list[Mark]:
    """At most ``MOST_MARKS`` even moments between *begin* and *end*, at full hours or at midnight in the style's zone."""
    step = next((step for step in _STEPS if (end - begin) / step <= MOST_MARKS), _STEPS[-1])
    return [
        Mark(at=moment, text=_text(there, step, style), minor=not _is_even(there, 2 * step))
        for moment, there in _moments(begin, end, step, style.tz)
    ]


def stretches_between(begin: datetime, end: datetime, step: timedelta, tz: tzinfo | None) -> list[datetime]:
    """*begin*, every full *step* of the clock in *tz* after it, and *end*."""
    return [begin, *(moment for moment, _ in _moments(begin, end, step, tz) if begin < moment < end), end]


def _moments(begin: datetime, end: datetime, step: timedelta, tz: tzinfo | None) -> Iterator[tuple[datetime, datetime]]:
    """Even moments from *begin* to *end*, in UTC and as the clock in *tz* shows them."""
    first = begin.astimezone(tz).replace(tzinfo=None)
    there = datetime(first.year, first.month, first.day) - max(step, DAY)
    before = None
    while (moment := _in_utc(there, tz)) <= end:
        if moment >= begin and moment != before and _is_even(there, step):
            yield moment, there
            before = moment
        there += min(step, DAY)


def _in_utc(there: datetime, tz: tzinfo | None) -> datetime:
    return (there if tz is None else there.replace(tzinfo=tz)).astimezone(UTC)


def _is_even(there: datetime, step: timedelta) -> bool:
    """True at full steps since midnight, or, of days, since a Monday long ago."""
    midnight = datetime(there.year, there.month, there.day)
    if step < DAY:
        return not (there - midnight) % step
    return there == midnight and not (there.toordinal() - 1) % step.days


def _text(there: datetime, step: timedelta, style: Style) -> str:
    say = style.say
    if step < DAY and there.hour:
        return f"{there.hour:02}:{there.minute:02}"
    weekday = say(_DAYS[there.weekday()])
    if step < DAY:
        return weekday
    if step < 7 * DAY:
        return say("{weekday} {day}").format(weekday=weekday, day=there.day)
    return say("{day} {month}").format(day=there.day, month=say(_MONTHS[there.month - 1]))
