"""The pace of one window: even use, the speed of late, when it runs out, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf

from .clocks import DAY, FLAT, Clock, shaped_clock, working_clock
from .levels import Outlook, checked, clump_of, past_of, piece_of
from .rates import recent_rate
from .records import Basis, ConePoint, Observation, Pace, Reason, Working
from .runs import LONGEST, Run, is_sane, moment_of, readings_of, runs_of, seconds
from .shapes import PART, PHASES, phase_shape, weekly_shape

# No forecast before so many seconds and so much of a window have passed, and so many points have moved.
SOONEST, SHARE, MOVED = 60.0, 0.01, 2.0
# A window that has just begun may already read this much.
FRESH = 1.0
# Only whole percents come, so a figure stands for half a point more or less.
HALF_POINT = 0.5
# How far back history is looked at, in windows and in time, and how many cycles of it.
WINDOWS_BACK, TIME_BACK, CYCLES_BACK = 7, timedelta(weeks=4), 40
# A window at least so long holds whole weeks of work and rest.
LONG = 6 * DAY


@dataclass(frozen=True, slots=True)
class Projection:
    """From the newest reading on: ``used`` then, and what is to come in the time that ``clock`` counts."""

    used: float
    start: float
    end: float
    reset: float
    shift: float
    clock: Clock
    outlook: Outlook
    basis: Basis

    def percent(self, counted: float) -> tuple[float, float, float]:
        """The least, the expected and the most percent used after so much counted time from the newest reading on."""
        ahead, reach = self.outlook, self.outlook.reach
        expected = ahead.level * counted
        low = min(expected, ahead.likely(counted, -reach)) - HALF_POINT
        high = max(expected, ahead.likely(counted, reach)) + HALF_POINT
        return min(100.0, self.used + max(0.0, low)), min(100.0, self.used + expected), min(100.0, self.used + high)

    def counted(self, moment: float) -> float:
        """Time that counts from the newest reading until *moment*."""
        return self.clock.at(moment - self.shift) - self.start

    def exhausted(self, which: int) -> float | None:
        """When the least (0), the expected (1) or the most (2) leaves nothing; None when that is not before the reset."""
        low, high = 0.0, self.end - self.start
        if self.percent(high)[which] < 100:
            return None
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (low, middle) if self.percent(middle)[which] >= 100 else (middle, high)
        return min(self.reset, self.clock.when(self.start + high) + self.shift)


def forecast(observations: Iterable[Observation], now: datetime, working: Working | None = None) -> Pace:
    """The pace at *now* (aware) of one window of one limit of one account, from its *observations* over time, in any order.

    Later observations than *now* are left out.
    *working* tells when use is to be expected; without it every hour counts as much as it usually does in this account's weeks.
    Never raises for any observations; the same ones give the same answer.
    Time grows with their number (and as n log n when they are not in order): a few milliseconds for five thousand.
    """
    pace, ahead = _look(observations, now, working)
    if ahead is None:
        return pace
    moment, total = seconds(now), ahead.end - ahead.start
    low, percent, high = ahead.percent(total)
    latest, expected, earliest = (ahead.exhausted(which) for which in range(3))

    def when(instant: float) -> datetime:
        return moment_of(max(moment, instant))

    return replace(
        pace,
        exhausts_at=None if expected is None else when(expected),
        exhausts_between=None if earliest is None else (when(earliest), None if latest is None else when(latest)),
        percent_at_reset=percent,
        percent_between=(low, high),
        basis=ahead.basis,
    )


def cone(
    observations: Iterable[Observation], now: datetime, working: Working | None = None, *, steps: int = 48
) -> tuple[ConePoint, ...]:
    """What will be used from *now* to the reset, in so many equal *steps*; empty where ``forecast`` gives none."""
    _, ahead = _look(observations, now, working)
    if ahead is None:
        return ()
    begin = seconds(now)
    moments = [begin + (ahead.reset - begin) * step / max(1, steps) for step in range(max(1, steps) + 1)]
    points = ((moment, ahead.percent(max(0.0, ahead.counted(moment)))) for moment in moments)
    return tuple(ConePoint(at=moment_of(m), low=low, percent=percent, high=high) for m, (low, percent, high) in points)


def lookback(length: timedelta | None) -> timedelta:
    """How far back observations matter to the forecast of a window of that *length*: seven weeks for a week."""
    if length is None or length < TIME_BACK / WINDOWS_BACK:
        return TIME_BACK
    return WINDOWS_BACK * min(length, LONGEST)


def _look(observations: Iterable[Observation], now: datetime, working: Working | None) -> tuple[Pace, Projection | None]:
    moment, seen = seconds(now), list(observations)
    moments = [seconds(one.at) for one in seen]
    newest = None
    for index, at in enumerate(moments):
        if at <= moment and is_sane(at) and (newest is None or at >= moments[newest]):
            newest = index
    if newest is None or not _is_figure(seen[newest].used_percent):
        return Pace(at=now, reason="no_figure"), None
    back = moment - lookback(seen[newest].length).total_seconds()
    runs = runs_of(readings_of((at, one) for at, one in zip(moments, seen, strict=True) if back <= at <= moment))
    pace = Pace(at=now, used_percent=seen[newest].used_percent)
    if not runs or runs[-1].last.source is not seen[newest]:
        return replace(pace, reason="reset_passed"), None
    pace, clock = _evenly(pace, runs, moment, working)
    if pace.reason is not None:
        return pace, None
    ahead = _project(runs, clock)
    if ahead is None:
        return replace(pace, reason="too_early"), None
    return replace(pace, rate=recent_rate(runs[-1].points, runs[-1].last.length or 0.0)), ahead


def _is_figure(used: float | None) -> bool:
    return used is not None and 0 <= used < inf


def _evenly(pace: Pace, runs: Sequence[Run], moment: float, working: Working | None) -> tuple[Pace, Clock]:
    """*pace* with even use, or the reason why there is no forecast; and the clock of working time, if there is any."""
    last = runs[-1].last
    spent: Reason | None = "exhausted" if last.used >= 100 else None
    if last.waiting:
        return replace(pace, reason="not_started"), FLAT
    if last.reset is None:
        return replace(pace, reason=spent or "no_reset_time"), FLAT
    if last.reset <= moment:
        return replace(pace, reason="reset_passed"), FLAT
    pace = replace(pace, resets_at=moment_of(last.reset))
    if last.length is None:
        return replace(pace, reason=spent or "no_length"), FLAT
    begin, clock = last.reset - last.length, FLAT
    if working is not None and begin <= moment:
        clock = working_clock(working, min(begin, runs[0].points[0][0]), last.reset)
        if clock.at(begin) == clock.at(last.reset):
            clock = FLAT
    passed, whole = clock.at(moment) - clock.at(begin), clock.at(last.reset) - clock.at(begin)
    even = min(100.0, max(0.0, 100 * passed / whole))
    return replace(pace, even_percent=even, ahead_points=last.used - even, reason=spent), clock


def _project(runs: Sequence[Run], clock: Clock) -> Projection | None:
    """What is to come after the last of *runs*, None while it is too early to say."""
    run, earlier = runs[-1], [one for one in runs[:-1] if not one.waiting][-CYCLES_BACK:]
    reset, length, began = run.last.reset, run.last.length, run.began
    if reset is None or length is None or began is None:
        return None
    if run.last.at - (reset - length) < SOONEST or run.last.used - min(FRESH, run.readings[0].used) < MOVED:
        return None
    basis: Basis = "working"
    if clock is FLAT:
        clock, basis = _shaped(runs, earlier, length, began)
    piece = piece_of(run, clock)
    if piece is None or piece.seen < max(SOONEST, SHARE * piece.total):
        return None
    pieces = [one for one in (piece_of(each, clock) for each in earlier) if one is not None]
    past = past_of(pieces, piece.total)
    shift = began if clock.each else 0.0
    return Projection(
        used=run.last.used,
        start=clock.at(run.last.at - shift),
        end=clock.at(reset - shift),
        reset=reset,
        shift=shift,
        clock=clock,
        outlook=checked(piece, pieces, past, clump_of([*pieces, piece])),
        basis="history" if basis == "average" and past.known else basis,
    )


def _shaped(runs: Sequence[Run], earlier: Sequence[Run], length: float, began: float) -> tuple[Clock, Basis]:
    """The clock of the account's own weeks, else that of its own cycles, else the plain one."""
    if length >= LONG and (shape := weekly_shape(runs[:-1], began)) is not None:
        last = runs[-1].last.reset or began
        return shaped_clock(shape, PART, runs[0].points[0][0], last), "weekly_shape"
    if (shape := phase_shape(earlier)) is not None:
        return shaped_clock(shape, length / PHASES, 0.0, length, each=True), "history"
    return FLAT, "average"
