"""Time in which use is expected: all of it, working time only, or some parts more than others."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import ceil, floor

from .records import Working

HOUR, DAY, WEEK = 3600.0, 86400.0, 604800.0


class Clock:
    """Turns moments (seconds) into time that counts (seconds too), and back; straight between its knots.

    Outside of its knots all time counts.
    With *each* set, moments are told from the beginning of each cycle, not from 1970.
    """

    def __init__(self, moments: Sequence[float], counted: Sequence[float], *, each: bool = False) -> None:
        self._moments, self._counted, self.each = moments, counted, each

    def at(self, moment: float) -> float:
        """How much time counted until *moment*."""
        return _between(self._moments, self._counted, moment, bisect_right(self._moments, moment))

    def when(self, counted: float) -> float:
        """The first moment at which so much time has counted."""
        return _between(self._counted, self._moments, counted, bisect_left(self._counted, counted))


FLAT = Clock([0.0, 1.0], [0.0, 1.0])


def _between(xs: Sequence[float], ys: Sequence[float], x: float, index: int) -> float:
    if index == 0:
        return ys[0] + (x - xs[0])
    if index == len(xs):
        return ys[-1] + (x - xs[-1])
    x0, y0 = xs[index - 1], ys[index - 1]
    return y0 + (x - x0) * (ys[index] - y0) / (xs[index] - x0) if xs[index] > x0 else ys[index]


def working_clock(working: Working, begin: float, end: float) -> Clock:
    """Only working time counts between *begin* and *end* (seconds); a day that changes its offset is as long as it really is."""
    zone = working.tz
    day = datetime.fromtimestamp(begin, UTC).astimezone(zone).date() - timedelta(days=1)
    over_night = timedelta(days=working.end <= working.start)
    moments, counted = [begin], [0.0]
    while (opens := datetime.combine(day, working.start, zone).timestamp()) < end:
        closes = datetime.combine(day + over_night, working.end, zone).timestamp()
        if day.weekday() in working.days:
            opens, closes = max(opens, moments[-1]), min(closes, end)
            if closes > opens:
                moments += [opens, closes]
                counted += [counted[-1], counted[-1] + closes - opens]
        day += timedelta(days=1)
    return Clock([*moments, max(end, moments[-1])], [*counted, counted[-1]])


def shaped_clock(shape: Sequence[float], part: float, begin: float, end: float, *, each: bool = False) -> Clock:
    """Each *part* seconds count as much as *shape*, which repeats itself, says; its first part begins at moment 0."""
    first, last = floor(begin / part), ceil(end / part)
    weights = [shape[index % len(shape)] * part for index in range(first, last)]
    return Clock([part * index for index in range(first, last + 1)], [0.0, *accumulate(weights)], each=each)
