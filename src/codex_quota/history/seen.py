"""What a forecast needs of the history: observations of each window, without those that repeat their neighbours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ..pace import Observation
from .records import JITTER, NumberedKey

_SELECT = (
    "SELECT w.limit_name, w.name, w.label, r.at, w.used, w.length, w.resets_at, w.started "
    "FROM reading r JOIN window w ON w.reading = r.id WHERE r.account = ? AND r.at >= ? ORDER BY r.at, w.place"
)
_ENDS = 2
_Row = tuple[int, float | None, int | None, int | None, int | None]


def observations_since(connection: sqlite3.Connection, account: int, since: datetime) -> dict[NumberedKey, list[Observation]]:
    """Each window of the account from *since* (aware) on, by time.

    Of a stretch that says the same again and again its first two and last two observations are left: a forecast draws a line
    between two that are alike, and believes what stands in more than two, so it is the same with and without the others.
    """
    lines: dict[NumberedKey, list[_Row]] = {}
    late = JITTER.total_seconds()
    for limit, name, label, at, *facts in connection.execute(_SELECT, (account, int(since.timestamp()))):
        key, number = (limit, name, label), 0
        while (line := lines.setdefault((key, number), [])) and line[-1][0] == at:
            number += 1
        used, length, resets_at, started = facts
        if resets_at is None or at <= resets_at + late:
            line.append((at, used, length, resets_at, started))
    return {key: [_observation(*row) for row in _telling(line)] for key, line in lines.items()}


def _telling(rows: Iterable[_Row]) -> list[_Row]:
    kept: list[_Row] = []
    alike: list[_Row] = []
    for row in rows:
        if alike and not _repeats(alike[0], row):
            kept += _ends(alike)
            alike = []
        alike.append(row)
    return kept + _ends(alike)


def _ends(alike: list[_Row]) -> list[_Row]:
    return alike if len(alike) <= 2 * _ENDS else [*alike[:_ENDS], *alike[-_ENDS:]]


def _repeats(first: _Row, row: _Row) -> bool:
    """True when *row* says of the window what *first* said; the reset of one that has not started slides."""
    (_, *figures, reset, started), (_, *others, later, begun) = first, row
    if figures != others or started != begun:
        return False
    if reset is None or later is None or started == 0:
        return started == 0 or reset is later
    return abs(later - reset) <= JITTER.total_seconds() / 2


def _observation(at: int, used: float | None, length: int | None, resets_at: int | None, started: int | None) -> Observation:
    return Observation(
        at=datetime.fromtimestamp(at, UTC),
        used_percent=used,
        resets_at=None if resets_at is None else datetime.fromtimestamp(resets_at, UTC),
        length=None if length is None else timedelta(seconds=length),
        started=None if started is None else bool(started),
    )
