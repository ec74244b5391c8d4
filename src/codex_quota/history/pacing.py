"""Snapshots with the pace of their windows, out of the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from ..errors import HistoryError
from ..model import Snapshot, Window
from ..pace import Observation, Working, forecast, lookback, observation_of
from .records import NumberedKey, Reading, WindowKey, key_of, numbered
from .store import History


def paced(snapshots: Iterable[Snapshot], history: History | None, working: Working | None, now: datetime) -> list[Snapshot]:
    """*snapshots* with the ``pace`` of every window, as of *now* (aware).

    Without a history, or with one that cannot be read, the forecast knows only the reading itself.
    """
    return [_with(snapshot, _before(snapshot, history, now), now, working) for snapshot in snapshots]


def _before(snapshot: Snapshot, history: History | None, now: datetime) -> Mapping[NumberedKey, Sequence[Observation]]:
    if history is None or snapshot.quota is None:
        return {}
    with suppress(HistoryError):  # which is told where the history is written
        return history.observations(snapshot.account, since=now - reach(snapshot.quota.windows))
    return {}


def with_pace(snapshot: Snapshot, readings: Iterable[Reading], now: datetime, working: Working | None = None) -> Snapshot:
    """*snapshot* with the ``pace`` of every window, given what was read of the account before."""
    seen: dict[NumberedKey, list[Observation]] = {}
    for reading in readings:
        for key, window in numbered(reading.windows):
            seen.setdefault(key, []).append(observation_of(window, reading.at))
    return _with(snapshot, seen, now, working)


def _with(
    snapshot: Snapshot, seen: Mapping[NumberedKey, Sequence[Observation]], now: datetime, working: Working | None
) -> Snapshot:
    quota, at = snapshot.quota, snapshot.fetched_at
    if quota is None or at is None:
        return snapshot
    paces = []
    for key, window in numbered(quota.windows):
        before = [one for one in seen.get(key, ()) if one.at < at]
        paces.append(forecast([*before, observation_of(window, at)], now, working))
    found = iter(paces)
    limits = tuple(
        replace(limit, windows=tuple([replace(window, pace=next(found)) for window in limit.windows])) for limit in quota.limits
    )
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
