"""What a forecast is made of, and what it says: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal

from ..errors import UsageError
from ..model import Window

Basis = Literal["average", "history", "weekly_shape", "working"]
Reason = Literal["no_figure", "not_started", "exhausted", "no_reset_time", "no_length", "reset_passed", "too_early"]
CONFIDENCE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One window of one limit of one account, as it was seen at ``at`` (aware); the other fields are those of ``Window``."""

    at: datetime
    used_percent: float | None
    resets_at: datetime | None
    length: timedelta | None
    started: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The observations of a window from its start to its reset.

    ``began`` is a full length before the reset; where that is before the last sight of the cycle before, it is the middle between
    that and the first observation.
    None stands for a time that nobody knows.
    ``ended`` is ``due`` at the announced reset, ``early`` before it, None while it runs.
    """

    observations: tuple[Observation, ...]
    began: datetime | None
    resets_at: datetime | None
    ended: Literal["due", "early"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """When use is to be expected: on ``days`` of the week (0 is Monday) from ``start`` to ``end`` o'clock in the zone ``tz``.

    An ``end`` at or before ``start`` lies on the next day, so 22:00 to 06:00 is a night and 00:00 to 00:00 a whole day.
    Raises ``UsageError`` for days that there are not, or none.
    """

    days: frozenset[int]
    start: time = time(0)
    end: time = time(0)
    tz: tzinfo

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise UsageError("working days must be numbers from 0 (Monday) to 6 (Sunday), at least one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a window is used, and how far it will go; times are aware UTC, percentages lie on a scale of 0 to 100.

    ``even_percent`` is what even use would have used at ``at``, ``ahead_points`` what is used minus that: positive is faster.
    ``rate`` is the speed of the recent past in points per hour.
    ``exhausts_at`` is None when the window is expected to last until ``resets_at``; ``percent_at_reset`` is 100 when it is not.
    ``exhausts_between`` holds the earliest and the latest likely time, the latter None when it may last after all; it is None
    itself when the window surely lasts.
    The truth lies within ``exhausts_between`` and ``percent_between`` with a probability of ``confidence``.
    ``basis`` is how the forecast was made: from this cycle's ``average`` alone, also from the ``history`` of earlier cycles, from
    the account's own ``weekly_shape``, or in ``working`` time only.
    Without a forecast it is None and ``reason`` says why.
    """

    at: datetime
    used_percent: float | None = None
    resets_at: datetime | None = None
    even_percent: float | None = None
    ahead_points: float | None = None
    rate: float | None = None
    exhausts_at: datetime | None = None
    exhausts_between: tuple[datetime, datetime | None] | None = None
    percent_at_reset: float | None = None
    percent_between: tuple[float, float] | None = None
    confidence: float = CONFIDENCE
    basis: Basis | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConePoint:
    """What will be used at the coming moment ``at`` (aware UTC): ``percent``, and ``low`` to ``high`` with ``CONFIDENCE``."""

    at: datetime
    low: float
    percent: float
    high: float


def observation_of(window: Window, at: datetime) -> Observation:
    """*window* as it was seen at *at* (aware)."""
    return Observation(
        at=at,
        used_percent=window.used_percent,
        resets_at=window.resets_at,
        length=window.length,
        started=window.started,
    )
