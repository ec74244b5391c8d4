"""One window over time, made ready to be drawn: the line, where it breaks, the resets, and the same as rows of a table. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from codex_quota.pace import Cycle, Observation, cycles

if TYPE_CHECKING:
    from codex_quota.history import Reading

MOST_POINTS = 300
Longest = Callable[[datetime], timedelta]


class Point(NamedTuple):
    """What was used of a window at one moment (aware)."""

    at: datetime
    used: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """When a window began anew; ``early`` when that was before the announced moment."""

    at: datetime
    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time from which nothing is known; ``error`` is the code of what kept the answers away, None when nobody asked."""

    begin: datetime
    end: datetime
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``parts`` are stretches of points by time, with nothing known between them; a reset is two points at one moment."""

    parts: tuple[tuple[Point, ...], ...] = ()
    resets: tuple[Reset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One row of the table, from ``begin`` to ``end``: what was ``used`` then, the ``most`` of it, and what happened.

    None stands for what nobody knows.
    """

    begin: datetime
    end: datetime
    used: float | None
    most: float | None
    resets: tuple[Reset, ...]
    pauses: tuple[Pause, ...]


def line_of(observations: Iterable[Observation], now: datetime, longest: Longest) -> Line:
    """The line through *observations* of one window; it breaks where none was made for longer than ``longest(moment)``.

    Between two observations use is taken to be even; over a reset it stays until then, and begins at nothing.
    """
    parts, resets, points = list[tuple[Point, ...]](), list[Reset](), list[Point]()
    seen = _cut(observations)
    for (before, ended), (after, cycle) in pairwise(seen):
        points.append(Point(before.at, before.used_percent or 0.0))
        reset = _reset(before, ended, after, cycle) if ended is not None and ended is not cycle else None
        if reset is not None:
            resets.append(reset)
        if after.at - before.at > longest(before.at):
            parts.append(tuple(points))
            points = []
            continue
        if reset is not None:
            points += [Point(reset.at, points[-1].used), Point(reset.at, 0.0)]
        if ended is not cycle and cycle is not None and cycle.began is not None and points[-1].at < cycle.began < after.at:
            points.append(Point(cycle.began, 0.0))
    if seen:
        last, cycle = seen[-1]
        parts.append((*points, Point(last.at, last.used_percent or 0.0)))
        if cycle is not None and cycle.resets_at is not None and cycle.resets_at <= now:
            resets.append(Reset(at=cycle.resets_at))
    return Line(parts=tuple(parts), resets=tuple(resets))


def _cut(observations: Iterable[Observation]) -> list[tuple[Observation, Cycle | None]]:
    """The *observations* that count, by time, each with its cycle, which is None while a window has not started."""
    given = list(observations)
    belongs = {id(seen): cycle for cycle in cycles(given) for seen in cycle.observations}
    counting = [one for one in given if id(one) in belongs or (one.started is False and one.used_percent is not None)]
    return [(one, belongs.get(id(one))) for one in sorted(counting, key=lambda one: one.at)]


def _reset(before: Observation, ended: Cycle, after: Observation, cycle: Cycle | None) -> Reset:
    early = ended.ended == "early"
    began = cycle.began if cycle is not None else None
    moment = began if early else ended.resets_at
    return Reset(at=min(max(moment or after.at, before.at), after.at), early=early)


def pauses_of(readings: Sequence[Reading], now: datetime, longest: Longest) -> list[Pause]:
    """Where *readings* of one account (by time) leave nothing known: after an error, and where nobody asked for long."""
    found: list[Pause] = []
    ends = [*(reading.at for reading in readings[1:]), now]
    for reading, until in zip(readings, ends, strict=False):
        if reading.error is None and until - reading.at <= longest(reading.at):
            continue
        if found and found[-1].end == reading.at and found[-1].error == reading.error:
            found[-1] = replace(found[-1], end=until)
        elif until > reading.at:
            found.append(Pause(begin=reading.at, end=until, error=reading.error))
    return found


def within(line: Line, begin: datetime, end: datetime) -> Line:
    """What of *line* lies from *begin* to *end*, in few enough points to be drawn."""
    parts = [_thinned(part, begin, end) for whole in line.parts if (part := _clipped(whole, begin, end))]
    return Line(parts=tuple(parts), resets=tuple(reset for reset in line.resets if begin <= reset.at <= end))


def _clipped(part: tuple[Point, ...], begin: datetime, end: datetime) -> tuple[Point, ...]:
    inside = part[bisect_left(part, begin, key=_at) : bisect_right(part, end, key=_at)]
    edges = [None if edge in (point.at for point in inside) else _used_at(part, edge) for edge in (begin, end)]
    first, last = (() if used is None else (Point(edge, used),) for edge, used in zip((begin, end), edges, strict=True))
    return (*first, *inside, *last)


def _thinned(part: tuple[Point, ...], begin: datetime, end: datetime) -> tuple[Point, ...]:
    """*part* with the first, the last, the lowest and the highest point of each column, which draws the same line.

    (Jugel, Jerzak, Hackenbroich, Markl: M4, a visualization-oriented time series data aggregation, PVLDB 7, 2014.)
    """
    columns = MOST_POINTS // 4
    if len(part) <= MOST_POINTS:
        return part
    width = (end - begin) / columns
    filled: dict[int, list[int]] = {}
    for place, point in enumerate(part):
        filled.setdefault(min(int((point.at - begin) / width), columns - 1), []).append(place)
    kept: set[int] = set()
    for places in filled.values():
        by_use = sorted(places, key=lambda place: part[place].used)
        kept |= {places[0], places[-1], by_use[0], by_use[-1]}
    return tuple(part[place] for place in sorted(kept))


def lowest(line: Line, moments: Sequence[datetime]) -> Line:
    """*line* with the most that was used in each stretch between *moments*, for what moves too often to be drawn as it was."""
    parts = list[tuple[Point, ...]]()
    for stretch in stretches(line, (), moments):
        if stretch.most is not None:
            level = (Point(stretch.begin, stretch.most), Point(stretch.end, stretch.most))
            joins = parts and parts[-1][-1].at == stretch.begin
            parts = [*parts[:-1], (*parts[-1], *level)] if joins else [*parts, level]
    return Line(parts=tuple(parts))


def stretches(line: Line, pauses: Sequence[Pause], moments: Sequence[datetime]) -> list[Stretch]:
    """*line* in the stretches between *moments* (by time), without those that nothing is known about."""
    found = []
    for begin, end in pairwise(moments):
        last, most = None, None
        for part in line.parts:
            inside = part[bisect_left(part, begin, key=_at) : bisect_left(part, end, key=_at)]
            before, after = _used_at(part, begin), _used_at(part, end)
            known = [*(point.used for point in inside), *(edge for edge in (before, after) if edge is not None)]
            if known:
                last = inside[-1].used if after is None and inside else after
                most = max(known) if most is None else max(most, *known)
        resets = tuple(reset for reset in line.resets if begin <= reset.at < end)
        quiet = tuple(pause for pause in pauses if pause.begin < end and pause.end > begin)
        if most is not None or resets or quiet:
            found.append(Stretch(begin=begin, end=end, used=last, most=most, resets=resets, pauses=quiet))
    return found


def _used_at(part: Sequence[Point], moment: datetime) -> float | None:
    """What was used at *moment*, the first figure of two at a reset; None outside of *part*."""
    place = bisect_left(part, moment, key=_at)
    if place == len(part) or (place == 0 and part[0].at != moment):
        return None
    if part[place].at == moment:
        return part[place].used
    before, after = part[place - 1], part[place]
    return before.used + (after.used - before.used) * ((moment - before.at) / (after.at - before.at))


def _at(point: Point) -> datetime:
    return point.at
