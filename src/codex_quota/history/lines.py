"""Figures over time as a line of characters. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from .records import Reading, WindowKey, key_of

_BLOCKS, _UNKNOWN = "▁▂▃▄▅▆▇█", "·"
_LETTERS, _NOTHING = "_.:-=+*#", "?"
Point = tuple[datetime, float | None]


def left_of_windows(readings: Iterable[Reading]) -> dict[WindowKey, list[Point]]:
    """What was left of each window, by time."""
    found: dict[WindowKey, list[Point]] = {}
    for reading in readings:
        for window in reading.windows:
            found.setdefault(key_of(window), []).append((reading.at, window.remaining_percent))
    return found


def sparkline(points: Sequence[Point], cells: int, begin: datetime, end: datetime, *, unicode: bool = True) -> str:
    """*points* (by time) from *begin* to *end* in so many characters of equal time, the lowest for 0 % and the highest for 100 %.

    Each character shows the last figure up to the end of its time; there is a dot (without *unicode* a question mark) before the
    first figure and after the last one.
    """
    marks, unknown = (_BLOCKS, _UNKNOWN) if unicode else (_LETTERS, _NOTHING)
    known = [(at, left) for at, left in points if left is not None and begin <= at <= end]
    if not known or begin >= end:
        return unknown * cells
    drawn, place = [unknown] * cells, 0
    first, last = (min(int((at - begin) / (end - begin) * cells), cells - 1) for at in (known[0][0], known[-1][0]))
    for cell in range(first, last + 1):
        until = begin + (end - begin) * (cell + 1) / cells
        while place + 1 < len(known) and known[place + 1][0] < until:
            place += 1
        left = min(max(known[place][1], 0.0), 100.0)
        drawn[cell] = marks[round(left / 100 * (len(marks) - 1))]
    drawn[last] = marks[round(min(max(known[-1][1], 0.0), 100.0) / 100 * (len(marks) - 1))]
    return "".join(drawn)
