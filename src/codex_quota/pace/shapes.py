"""When an account is used: at which hours of the week, or in which part of a cycle, out of its own history."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import floor

from .clocks import HOUR, WEEK
from .runs import Run

PART = 3 * HOUR
PARTS = round(WEEK / PART)
FEWEST_WEEKS, MOST_WEEKS = 3, 6
PHASES = 10
# A week is a full one when so much of it was watched, and at least so many points were used.
WATCHED, MOVED = 0.8, 5.0
# When something was used between two readings that lie further apart than this, nobody knows.
LONGEST = 12 * HOUR


class Use:
    """Points used and time watched, in parts of equal length; ``free`` is the time in which there was something left to use."""

    def __init__(self, parts: int) -> None:
        self.points, self.watched, self.free = [0.0] * parts, [0.0] * parts, [0.0] * parts

    def add(self, run: Run, begin: float, part: float, longest: float) -> None:
        """Spread what *run* used over the parts, the first of which begins at *begin*."""
        parts = len(self.points)
        for (t0, u0), (t1, u1) in pairwise(run.points):
            if t1 - t0 > longest and u1 - u0 > 1:
                continue
            rate, moment = (u1 - u0) / (t1 - t0), max(t0, begin)
            for index in range(floor((moment - begin) / part), parts):
                until = min(t1, begin + (index + 1) * part)
                if moment >= t1:
                    break
                self.watched[index] += until - moment
                if u0 < 100:
                    self.points[index] += rate * (until - moment)
                    self.free[index] += until - moment
                moment = until


def weekly_shape(runs: Sequence[Run], until: float) -> tuple[float, ...] | None:
    """How much each three hours of the week are used, 1 on average; None before three full weeks.

    The first three are those from Thursday 00:00 UTC, when Unix time began.
    Weeks are counted back from *until* (seconds).
    """
    end = until // PART * PART
    begin = end - MOST_WEEKS * WEEK
    use = Use(MOST_WEEKS * PARTS)
    for run in runs:
        if run.last.at > begin:
            use.add(run, begin, PART, LONGEST)
    weeks = []
    for first in range(0, MOST_WEEKS * PARTS, PARTS):
        part = slice(first, first + PARTS)
        if sum(use.watched[part]) >= WATCHED * WEEK and sum(use.points[part]) >= MOVED:
            weeks.append(_even(use.points[part], use.free[part], around=True))
    if len(weeks) < FEWEST_WEEKS:
        return None
    shape = _typical(weeks)
    turn = round(begin / PART) % PARTS
    return tuple(shape[(part - turn) % PARTS] for part in range(PARTS))


def phase_shape(runs: Sequence[Run]) -> tuple[float, ...] | None:
    """How much each tenth of a cycle is used, 1 on average; None without an earlier cycle of which at least half was watched."""
    found = []
    for run in runs:
        length = run.last.length
        if run.began is not None and length is not None and run.last.used >= 2:
            use = Use(PHASES)
            use.add(run, run.began, length / PHASES, length / 2)
            if sum(use.watched) >= length / 2 and sum(use.points) >= 2:
                found.append(_even(use.points, use.free, around=False))
    return _typical(found) if found else None


def _even(points: Sequence[float], free: Sequence[float], *, around: bool) -> list[float | None]:
    """Points per time in each part and its neighbours, 1 on average; None where nothing was left to use."""
    parts, mean = len(points), sum(points) / sum(free)
    rates: list[float | None] = []
    for part in range(parts):
        time = used = 0.0
        for near, weight in ((part - 1, 1), (part, 2), (part + 1, 1)):
            if around or 0 <= near < parts:
                time += weight * free[near % parts]
                used += weight * points[near % parts]
        rates.append(used / time / mean if time else None)
    return rates


def _typical(shapes: Sequence[Sequence[float | None]]) -> tuple[float, ...]:
    """One shape out of several, each of which weighs the same: the fewer there are, the more of a flat one is mixed in."""
    middle = [_middle([value for value in values if value is not None]) for values in zip(*shapes, strict=True)]
    mean, flat = sum(middle) / len(middle), 1 / (1 + len(shapes))
    return tuple((1 - flat) * value / mean + flat if mean else 1.0 for value in middle)


def _middle(values: list[float]) -> float:
    """The mean, with the highest and the lowest pulled in to their neighbours when there are three or more: one may be odd."""
    if len(values) < 3:
        return sum(values) / len(values) if values else 1.0
    values.sort()
    return (sum(values[1:-1]) + values[1] + values[-2]) / len(values)
