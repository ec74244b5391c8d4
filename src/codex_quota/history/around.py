"""What can be said of readings only with those around them: which are superfluous, and how far to look."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from . import rows
from .rollouts import lagging, stretches
from .thinning import superfluous

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)
_LOOK_AROUND = timedelta(days=2)
# days that have some before and after them in every zone
_FIRST, _LAST = datetime(10, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)


def look_back(connection: sqlite3.Connection, number: int, since: datetime) -> datetime:
    """From where on readings tell what happened from *since* on, also after days without any: two answers from before it."""
    begin = max(since, _FIRST) - _LOOK_AROUND
    return min(begin, rows.two_answers(connection, number, since, before=True) or begin)


def look_ahead(until: datetime) -> datetime:
    """How long readings tell what happened up to *until*."""
    return min(until, _LAST) + _LOOK_AROUND


def thin(connection: sqlite3.Connection, number: int, bucket: timedelta, end: datetime, since: datetime | None) -> int:
    """Leave one reading in each *bucket* of an account's past before *end*, a month at a time; returns how many went.

    What lies before *since* has been thinned already.
    """
    begin = since - _DAY if since else rows.first(connection, number) or end
    gone = 0
    while begin < end:
        stop = min(begin + _MONTH, end)
        back = look_back(connection, number, begin)
        ahead = rows.two_answers(connection, number, stop, before=False) or stop
        identified = rows.select_identified(connection, number, back, max(ahead, stop + _LOOK_AROUND))
        places = superfluous([reading for _, reading in identified], bucket, begin, stop)
        gone += rows.delete(connection, [identified[place][0] for place in places])
        begin = stop
    return gone


def sift(connection: sqlite3.Connection, number: int, moments: Iterable[datetime]) -> int:
    """Delete what was taken from session files at those *moments* and lags behind, or is known better; returns how many."""
    gone = 0
    for begin, end in stretches(moments):
        identified = rows.select_identified(connection, number, begin, end)
        places = lagging([reading for _, reading in identified])
        gone += rows.delete(connection, [identified[place][0] for place in places])
    return gone
