"""``History``: append what is new, thin what is old, tell what was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..interfaces import Options
from ..model import Account, Snapshot
from . import account_rows, rows
from .database import Database, transaction
from .records import NumberedKey, Reading, is_surprising, reading_of, says_something_new
from .settings import DAILY_AFTER, HISTORY, HOURLY_AFTER, history_file

if TYPE_CHECKING:
    from ..pace import Observation
    from .events import Drain, HistoryEvent

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_THINNED_AT_ONCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One account of the history: the name it had last, and the moments (aware UTC) of its first and last reading."""

    name: str
    first_at: datetime
    last_at: datetime
    readings: int


class History:
    """What was read, in an SQLite file; usable from many threads and by many programs at once.

    Readings older than *hourly_after* are thinned to one an hour, those older than *daily_after* to one a day.
    Every method raises ``HistoryError`` when the file cannot be used; a damaged one is set aside first.
    """

    def __init__(
        self,
        path: Path,
        *,
        hourly_after: timedelta = timedelta(seconds=HOURLY_AFTER.default),
        daily_after: timedelta = timedelta(seconds=DAILY_AFTER.default),
    ) -> None:
        self.path = path
        self._database = Database(path)
        self._spans = ((hourly_after, _HOUR), (daily_after, _DAY))
        self._rules = " ".join(f"{span.total_seconds():.0f}" for span, _ in self._spans)

    @classmethod
    def of(cls, options: Options) -> Self | None:
        """The history that *options* ask for, None when they ask for none; raises ``UsageError`` for a bad setting."""
        environ = options.environ
        if not HISTORY.value(environ):
            return None
        hourly, daily = (timedelta(seconds=one.value(environ)) for one in (HOURLY_AFTER, DAILY_AFTER))
        return cls(history_file(options), hourly_after=hourly, daily_after=daily)

    @property
    def identity(self) -> str:
        """What tells this history from every other one, as long as its file exists."""
        with self._reading() as connection:
            return rows.note(connection, "identity") or ""

    @property
    def damage(self) -> str | None:
        """What was found wrong with the file since this object was made; the file has then been set aside."""
        return self._database.damage

    def record(self, snapshots: Iterable[Snapshot], now: datetime) -> int:
        """Append what says something new, and thin a few accounts if it is time; returns how many readings were appended."""
        found = [(one.account, reading) for one in snapshots if (reading := reading_of(one, now)) is not None]
        if not found:
            return 0
        found.sort(key=lambda one: one[1].error is not None)
        with self._database.connected() as connection:
            with transaction(connection):
                known: set[int] = set()
                appended = sum(self._append(connection, account, reading, now, known) for account, reading in found)
            if appended:
                self._thin_some(connection, now, _DAY, _THINNED_AT_ONCE)
        return appended

    def events(
        self, account: Account | str, *, since: datetime, until: datetime, drain: Drain | None = None
    ) -> list[HistoryEvent]:
        """What happened to *account* in that time, by time; it may have been seen, and confirmed, a little outside of it."""
        from .around import look_ahead, look_back
        from .events import events_of

        with self._reading() as connection:
            number = account_rows.find_account(connection, account)
            if number is None:
                return []
            name = account if isinstance(account, str) else account.name
            readings = rows.select(connection, number, name, look_back(connection, number, since), look_ahead(until))
        return [event for event in events_of(readings, drain) if since <= event.at <= until]

    def add(self, account: Account, readings: Iterable[Reading]) -> int:
        """Append *readings* of one account from elsewhere; one of a moment that is known already is left out."""
        with self._database.writing() as connection:
            number = account_rows.account_number(connection, account)
            return sum(rows.insert(connection, number, reading) for reading in readings)

    def accounts(self) -> list[Kept]:
        """Every account, the one read last first."""
        with self._reading() as connection:
            return [
                Kept(name=name, first_at=_moment(first), last_at=_moment(last), readings=count)
                for name, first, last, count in account_rows.accounts(connection)
            ]

    def names(self) -> list[str]:
        """The names of all accounts that have readings, in no order; much faster than ``accounts``."""
        with self._reading() as connection:
            return account_rows.names(connection)

    def readings(
        self,
        account: Account | str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        window: str | None = None,
        points: int | None = None,
    ) -> list[Reading]:
        """What is known of *account* (by name: of the one that had it last), from *since* up to and with *until*, by time.

        They bear the name that was asked for.
        With *window* only windows of that name, and no readings that had none; errors stay.
        With *points* at most so many readings: where there are more, the last of each of as many equal stretches of time,
        an answer rather than an error.
        """
        with self._reading() as connection:
            number = account_rows.find_account(connection, account)
            name = account if isinstance(account, str) else account.name
            return [] if number is None else rows.select(connection, number, name, since, until, window, points)

    def observations(self, account: Account | str, *, since: datetime) -> Mapping[NumberedKey, Sequence[Observation]]:
        """What a forecast needs of each window of *account* from *since* (aware) on, by time: ``numbered`` tells the keys."""
        from .seen import observations_since

        with self._reading() as connection:
            number = account_rows.find_account(connection, account)
            return {} if number is None else observations_since(connection, number, since)

    def others(self, accounts: Iterable[Account]) -> list[str]:
        """The names of the accounts here that are none of *accounts*."""
        with self._reading() as connection:
            return account_rows.others(connection, accounts)

    def session_files(self) -> dict[str, tuple[int, int]]:
        """How large each of the Codex CLI's session files was, and how much of it was read, in bytes, by name."""
        with self._reading() as connection:
            return rows.session_files(connection)

    def take(self, account: Account, readings: Sequence[Reading], files: Mapping[str, tuple[int, int]]) -> int:
        """Add what was found in session *files*, without what lags behind or is known better; returns how many readings stay."""
        from .around import sift

        with self._database.writing() as connection:
            number = account_rows.account_number(connection, account)
            taken = sum(rows.insert(connection, number, reading) for reading in readings)
            gone = sift(connection, number, [reading.at for reading in readings])
            rows.set_session_files(connection, files)
        return taken - gone

    def thin(self, now: datetime, account: Account | None = None) -> int:
        """Thin what became old since that was done last, or all of *account*; returns how many readings went."""
        with self._database.connected() as connection:
            if account is None:
                return self._thin_some(connection, now, timedelta(0))
            with transaction(connection):
                return self._thin(connection, account_rows.account_number(connection, account), now, None)

    def note(self, key: str) -> str | None:
        """What was noted under *key*, for programs that work through something bit by bit."""
        with self._reading() as connection:
            return rows.note(connection, key)

    def set_note(self, key: str, value: str) -> None:
        """Note *value* under *key*."""
        with self._database.writing() as connection:
            rows.set_note(connection, key, value)

    def _append(self, connection: sqlite3.Connection, account: Account, reading: Reading, now: datetime, known: set[int]) -> bool:
        """Append what is news of an account that is none of *known* yet.

        A login may have several sign-ins: what one of them answers counts, and not that a copy under another name is out of date.
        """
        if account_rows.find_account(connection, account) in known:
            return False
        if reading.error is not None and account_rows.is_called_otherwise(connection, account):
            return False
        number = account_rows.account_number(connection, account)
        known.add(number)
        last, before = [*rows.latest(connection, number, max(reading.at, now)), None, None][:2]
        confirms = last is not None and before is not None and reading.at > last.at and is_surprising(before, last)
        if not confirms and not says_something_new(last, reading):
            return False
        return rows.insert(connection, number, reading)

    def _thin_some(self, connection: sqlite3.Connection, now: datetime, every: timedelta, most: int | None = None) -> int:
        """Thin up to *most* accounts for which that was not done for so long, each by itself, so that nobody has to wait long."""
        gone = 0
        for number, since in account_rows.unthinned(connection, self._rules, now, every)[:most]:
            with transaction(connection):
                gone += self._thin(connection, number, now, since)
                account_rows.set_thinned(connection, number, self._rules, now)
        return gone

    def _thin(self, connection: sqlite3.Connection, number: int, now: datetime, since: datetime | None) -> int:
        from .around import thin

        return sum(
            thin(connection, number, bucket, now - span, None if since is None else since - span) for span, bucket in self._spans
        )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._database.reading() as connection:
            yield connection if connection is not None else rows.nothing()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
