"""The speed of the recent past."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import combinations

from .clocks import HOUR
from .levels import median

# The recent past is so much of a window: one hour of five, 34 hours of a week.
RECENT = 1 / 5
MARKS = 24


def recent_rate(points: Sequence[tuple[float, float]], length: float) -> float | None:
    """Points per hour over the last fifth of a window of *length* seconds; None when no time lies between *points*.

    It is the median of the slopes between any two of 25 equal marks (Theil and Sen), so neither one wrong figure nor how often
    somebody looked changes it much; between two points use is taken to be even.
    """
    last = points[-1][0]
    first = max(points[0][0], last - RECENT * length)
    if first >= last:
        return None
    step = (last - first) / MARKS
    marks = [_used_at(points, first + step * mark) for mark in range(MARKS)] + [points[-1][1]]
    slopes = [(marks[b] - marks[a]) / (b - a) for a, b in combinations(range(MARKS + 1), 2)]
    return median(slopes) / step * HOUR


def _used_at(points: Sequence[tuple[float, float]], moment: float) -> float:
    index = bisect_right(points, moment, key=lambda point: point[0])
    if index == len(points):
        return points[-1][1]
    (t0, u0), (t1, u1) = points[index - 1], points[index]
    return u0 + (u1 - u0) * (moment - t0) / (t1 - t0)
