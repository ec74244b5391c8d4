"""Snapshots with the pace of their windows, out of the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ..errors import HistoryError
from ..model import Snapshot, Window
from ..pace import Observation, Working, forecast, lookback, observation_of
from .records import Reading, WindowKey, key_of
from .store import History


def paced(snapshots: Iterable[Snapshot], history: History | None, working: Working | None, now: datetime) -> list[Snapshot]:
    """*snapshots* with the ``pace`` of every window, as of *now* (aware).

    Without a history, or with one that cannot be read, the forecast knows only the reading itself.
    """
    return [with_pace(snapshot, _before(snapshot, history, now), now, working) for snapshot in snapshots]


def _before(snapshot: Snapshot, history: History | None, now: datetime) -> Sequence[Reading]:
    if history is None or snapshot.quota is None:
        return ()
    with suppress(HistoryError):  # which is told where the history is written
        return history.readings(snapshot.account, since=now - reach(snapshot.quota.windows))
    return ()


def with_pace(snapshot: Snapshot, readings: Sequence[Reading], now: datetime, working: Working | None = None) -> Snapshot:
    """*snapshot* with the ``pace`` of every window, given what was read of the account before."""
    quota = snapshot.quota
    if quota is None or snapshot.fetched_at is None:
        return snapshot
    seen = observations(readings)
    at = snapshot.fetched_at

    def of(window: Window) -> Window:
        before = [one for one in seen.get(key_of(window), ()) if one.at < at]
        return replace(window, pace=forecast([*before, observation_of(window, at)], now, working))

    limits = tuple(replace(limit, windows=tuple(map(of, limit.windows))) for limit in quota.limits)
    return replace(snapshot, quota=replace(quota, limits=limits))


def observations(readings: Iterable[Reading]) -> Mapping[WindowKey, list[Observation]]:
    """What *readings* say of each window, by time."""
    found: dict[WindowKey, list[Observation]] = {}
    for reading in readings:
        for window in reading.windows:
            found.setdefault(key_of(window), []).append(observation_of(window, reading.at))
    return found


def reach(windows: Iterable[Window]) -> timedelta:
    """How far back the history matters to the forecasts of these windows."""
    return max((lookback(window.length) for window in windows), default=timedelta(0))
