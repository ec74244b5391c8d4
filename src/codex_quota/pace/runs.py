"""Observations cut where a window began anew; inside, moments are seconds of Unix time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from operator import attrgetter

from ..values import YEAR_2001, YEAR_9999
from .records import Cycle, Observation

# The service's reset times jitter by less than a minute either way.
JITTER = 120.0
# A whole percent can fall by one through rounding, and by one more through a correction.
CORRECTION = 2.0
# So many readings in a row may be wrong before they are believed.
EXCURSION = 2
# A window of more than ten years is no window that anybody lives to see reset.
LONGEST = timedelta(days=3660)
_MINUTE, _NOTHING = 60.0, timedelta(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Reading:
    """One observation that tells a figure; ``waiting`` is a window that has not started."""

    at: float
    used: float
    reset: float | None
    length: float | None
    waiting: bool
    source: Observation


@dataclass(slots=True)
class Run:
    """Readings that belong together.

    ``points`` are moments and figures that never fall, from ``began`` on, which is None while nobody can tell.
    ``ended`` is when the first reading after it was made.
    """

    readings: list[Reading]
    began: float | None = None
    ended: float | None = None
    points: list[tuple[float, float]] = field(default_factory=list)

    @property
    def waiting(self) -> bool:
        """True for a window that had not started."""
        return self.readings[0].waiting

    @property
    def last(self) -> Reading:
        """The newest reading."""
        return self.readings[-1]


def seconds(moment: datetime) -> float:
    """Unix time of a moment; one that names no zone is taken for UTC."""
    return moment.timestamp() if moment.tzinfo is not None else moment.replace(tzinfo=UTC).timestamp()


def is_sane(instant: float) -> bool:
    """True for Unix times of this millennium, a year before the end of the calendar."""
    return YEAR_2001 <= instant < YEAR_9999


def moment_of(instant: float) -> datetime:
    """Unix time as a moment in UTC, to whole seconds."""
    return _EPOCH + timedelta(seconds=round(instant))


def cycles(observations: Iterable[Observation]) -> tuple[Cycle, ...]:
    """*observations* of one window, in any order, cut into cycles, the oldest first.

    A new cycle begins where the reset moves, by more than its jitter of seconds, to that of a window which began after the last
    observation, or where the figure falls by half and by more than 2 points.
    Left out are observations without a figure, of a window that has not started, or from before a reset that has passed, and one
    or two figures in a row that flip and come back.
    """
    found = []
    for run in runs_of(readings_of((seconds(seen.at), seen) for seen in observations)):
        if run.waiting:
            continue
        reset = run.last.reset
        found.append(
            Cycle(
                observations=tuple(reading.source for reading in run.readings),
                began=None if run.began is None else moment_of(run.began),
                resets_at=None if reset is None else moment_of(reset),
                ended=None if run.ended is None else "early" if reset is not None and run.ended < reset - JITTER else "due",
            )
        )
    return tuple(found)


def readings_of(dated: Iterable[tuple[float, Observation]]) -> list[Reading]:
    """Every reading in order of time, from moments and observations; of several at one moment, the one that was given last."""
    found = []
    for at, seen in dated:
        used = seen.used_percent
        if used is None or not 0 <= used < inf or not is_sane(at):
            continue
        until, long = seen.resets_at, seen.length
        reset = None if until is None else seconds(until)
        if reset is not None and at > reset + JITTER:
            continue
        reset = reset if reset is not None and is_sane(reset) else None
        length = long.total_seconds() if long is not None and _NOTHING < long <= LONGEST else None
        waiting = seen.started is False
        if used == 0 and seen.started is None and reset is not None and length is not None:
            waiting = abs(reset - at - length) <= _MINUTE
        found.append(Reading(at, used, reset, length, waiting, seen))
    found.sort(key=attrgetter("at"))
    return list({reading.at: reading for reading in found}.values())


def runs_of(readings: Iterable[Reading]) -> list[Run]:
    """*readings* (in order) cut at every reset, without those that were wrong for a moment; O(n)."""
    runs: list[Run] = []
    for new in readings:
        if len(runs) > 1 and _returned(runs[-2].last, runs[-1], new):
            runs.pop()
            _join(runs[-1], new)
        elif not runs:
            runs.append(Run([new]))
        elif _same(runs[-1].last, new):
            _join(runs[-1], new)
        elif wrong := _spike(runs[-1], new):
            del runs[-1].readings[-wrong:]
            _join(runs[-1], new)
        else:
            runs.append(Run([new]))
    for before, run, after in zip([None, *runs], runs, [*runs[1:], None], strict=False):
        _finish(run, before, after)
    return runs


def _same(old: Reading, new: Reading) -> bool:
    """True when *new* can belong to the same cycle as *old*."""
    if old.waiting or new.waiting:
        return old.waiting and new.waiting
    risen = new.used >= old.used - CORRECTION
    if old.reset is not None and new.reset is not None and abs(new.reset - old.reset) > JITTER:
        length = new.length or old.length
        return risen and (new.at < old.reset if length is None else new.reset - length <= old.at - JITTER)
    if new.reset is None and old.reset is not None and new.at >= old.reset:
        return False
    return risen or new.used > old.used / 2


def _join(run: Run, new: Reading) -> None:
    if new.reset is None:
        new.reset = run.last.reset
    if new.length is None:
        new.length = run.last.length
    run.readings.append(new)


def _returned(old: Reading, run: Run, new: Reading) -> bool:
    """True when *run* was wrong for a moment, because *new* goes on where *old* had been before it."""
    over = run.last.reset is not None and new.at >= run.last.reset
    return len(run.readings) <= EXCURSION and not over and new.used >= old.used - CORRECTION and _same(old, new)


def _spike(run: Run, new: Reading) -> int:
    """How many readings at the end of *run* were too high for a moment; 0 when *new* does not continue what came before them."""
    for wrong in range(1, EXCURSION + 1):
        if len(run.readings) > wrong and _same(run.readings[-1 - wrong], new):
            return wrong
    return 0


def _finish(run: Run, before: Run | None, after: Run | None) -> None:
    """Tell when *run* began and ended, and turn its readings into points, without those that a later, lower one contradicts."""
    first, last = run.readings[0], run.last
    if last.reset is not None and last.length is not None:
        run.began = min(first.at, last.reset - last.length)
        if before is not None and run.began < before.last.at:
            run.began = (before.last.at + first.at) / 2
    run.ended = None if after is None else after.readings[0].at
    backwards: list[tuple[float, float]] = []
    lowest = last.used
    for reading in reversed(run.readings):
        if reading.used > lowest:
            continue
        lowest = reading.used
        if len(backwards) > 1 and backwards[-2][1] == lowest:
            backwards.pop()
        backwards.append((reading.at, lowest))
    if run.began is not None and run.began < first.at:
        backwards.append((run.began, 0.0))
    run.points = backwards[::-1]
