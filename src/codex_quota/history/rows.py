"""Readings as rows of the tables, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from ..model import Window, WindowName
from .records import Reading
from .schema import migrate

_READING = "r.id, r.at, r.origin, r.plan, r.usable, r.limit_reached, r.credits, r.reset_credits, r.error"
_WINDOW = "w.limit_name, w.name, w.label, w.used, w.length, w.resets_at, w.started"
_WITHIN = (
    "r.account = :account AND r.at BETWEEN :since AND :until AND (:window IS NULL OR r.error IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM window x WHERE x.reading = r.id AND x.name = :window))"
)
_SELECT = (
    f"SELECT {_READING}, {_WINDOW} FROM reading r "  # noqa: S608
    "LEFT JOIN window w ON w.reading = r.id AND (:window IS NULL OR w.name = :window) WHERE {} ORDER BY r.at, w.place"
)
_EVER = 1 << 53
# of the readings of one stretch of time the last, but an answer rather than an error; SQLite takes the id from that row
_SAMPLE = (
    f"SELECT id FROM (SELECT r.id, max((r.error IS NULL) * {_EVER} + r.at) FROM reading r WHERE {_WITHIN} "  # noqa: S608
    "GROUP BY min((r.at - :begin) * :points / :length, :points - 1))"
)


def insert(connection: sqlite3.Connection, account: int, reading: Reading) -> bool:
    """Append one reading; False when there is one of this moment."""
    done = connection.execute(
        "INSERT OR IGNORE INTO reading (account, at, origin, plan, usable, limit_reached, credits, reset_credits, error) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            account,
            int(reading.at.timestamp()),
            reading.origin,
            reading.plan,
            reading.usable,
            reading.limit_reached,
            None if reading.credits is None else str(reading.credits),
            reading.reset_credits,
            reading.error,
        ),
    )
    if not done.rowcount:
        return False
    connection.executemany(
        "INSERT INTO window VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                done.lastrowid,
                place,
                window.limit,
                window.name,
                window.label,
                window.used_percent,
                None if window.length is None else int(window.length.total_seconds()),
                None if window.resets_at is None else int(window.resets_at.timestamp()),
                window.started,
            )
            for place, window in enumerate(reading.windows)
        ],
    )
    return True


def select(
    connection: sqlite3.Connection,
    account: int,
    name: str,
    since: datetime | None,
    until: datetime | None,
    window: str | None = None,
    points: int | None = None,
) -> list[Reading]:
    """The readings of one account, called *name*, in that time, by time; see ``History.readings``."""
    wanted = {**_stretch(account, since, until), "window": window}
    where = _WITHIN
    if points is not None:
        sized = connection.execute(f"SELECT count(*), min(r.at), max(r.at) FROM reading r WHERE {_WITHIN}", wanted)  # noqa: S608
        count, begin, end = sized.fetchone()
        if count > points:
            where = f"r.id IN ({_SAMPLE})"
            wanted |= {"points": points, "begin": begin, "length": end - begin}
    return [reading for _, reading in _identified(connection.execute(_SELECT.format(where), wanted), name)]


def select_identified(
    connection: sqlite3.Connection, account: int, since: datetime | None, until: datetime
) -> list[tuple[int, Reading]]:
    """The readings of one account in that time, without its name, each with its row number."""
    wanted = {**_stretch(account, since, until), "window": None}
    return _identified(connection.execute(_SELECT.format(_WITHIN), wanted), "")


def first(connection: sqlite3.Connection, account: int) -> datetime | None:
    """When the first reading of one account was made."""
    (at,) = connection.execute("SELECT min(at) FROM reading WHERE account = ?", (account,)).fetchone()
    return None if at is None else _moment(at)


def two_answers(connection: sqlite3.Connection, account: int, moment: datetime, *, before: bool) -> datetime | None:
    """When the second answer *before* (or after) *moment* was read, or the only one; None when there is none."""
    beyond, order, last = ("<", "DESC", "min") if before else (">", "ASC", "max")
    own = f"SELECT at FROM reading WHERE account = ? AND at {beyond} ? AND origin = 'reading' AND error IS NULL"  # noqa: S608
    both = f"SELECT {last}(at) FROM ({own} ORDER BY at {order} LIMIT 2)"  # noqa: S608
    (at,) = connection.execute(both, (account, int(moment.timestamp()))).fetchone()
    return None if at is None else _moment(at)


def latest(connection: sqlite3.Connection, account: int, until: datetime) -> list[Reading]:
    """The last two readings of one account that this program made, up to *until*, without its name, the last one first.

    What lies behind *until* was noted by a clock that was wrong.
    """
    where = f"r.id IN (SELECT id FROM reading r WHERE {_WITHIN} AND r.origin = 'reading' ORDER BY r.at DESC LIMIT 2)"  # noqa: S608
    wanted = {**_stretch(account, None, until), "window": None}
    return [reading for _, reading in _identified(connection.execute(_SELECT.format(where), wanted), "")][::-1]


def _stretch(account: int, since: datetime | None, until: datetime | None) -> dict[str, object]:
    return {
        "account": account,
        "since": -_EVER if since is None else int(since.timestamp()),
        "until": _EVER if until is None else int(until.timestamp()),
    }


def delete(connection: sqlite3.Connection, readings: Iterable[int]) -> int:
    """Delete readings by row number; returns how many."""
    numbers = [(number,) for number in readings]
    connection.executemany("DELETE FROM reading WHERE id = ?", numbers)
    return len(numbers)


def note(connection: sqlite3.Connection, key: str) -> str | None:
    """What was noted under *key*."""
    row = connection.execute("SELECT value FROM note WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_note(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Note *value* under *key*."""
    connection.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", (key, value))


def session_files(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """How large each session file was and how much of it was read, in bytes, by name."""
    return {name: (size, done) for name, size, done in connection.execute("SELECT name, size, done FROM session_file")}


def set_session_files(connection: sqlite3.Connection, files: Mapping[str, tuple[int, int]]) -> None:
    """Remember that of these files."""
    connection.executemany(
        "INSERT OR REPLACE INTO session_file VALUES (?, ?, ?)", [(name, *sizes) for name, sizes in files.items()]
    )


@cache
def nothing() -> sqlite3.Connection:
    """A history without anything in it."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(connection)
    connection.execute("DELETE FROM note")
    return connection


def _identified(found: Iterable[tuple[Any, ...]], name: str) -> list[tuple[int, Reading]]:
    return [(number, _reading(name, [*group])) for number, group in groupby(found, key=itemgetter(0))]


def _reading(name: str, parts: list[tuple[Any, ...]]) -> Reading:
    _, at, origin, plan, usable, limit_reached, balance, reset_credits, error = parts[0][:9]
    return Reading(
        account=name,
        at=datetime.fromtimestamp(at, UTC),
        windows=tuple([_window(*row[9:]) for row in parts if row[9] is not None]),
        plan=plan,
        usable=_truth(usable),
        limit_reached=_truth(limit_reached),
        credits=None if balance is None else Decimal(balance),
        reset_credits=reset_credits,
        error=error,
        origin=origin,
    )


@lru_cache(maxsize=4096)
def _window(
    limit: str,
    name: WindowName,
    label: str,
    used: float | None,
    length: int | None,
    resets_at: int | None,
    started: int | None,
) -> Window:
    """A window; the same one for the same columns, since most readings repeat most of the one before."""
    return Window(
        limit=limit,
        name=name,
        label=label,
        used_percent=used,
        length=None if length is None else timedelta(seconds=length),
        resets_at=None if resets_at is None else _moment(resets_at),
        started=_truth(started),
    )


@lru_cache(maxsize=1024)
def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)
