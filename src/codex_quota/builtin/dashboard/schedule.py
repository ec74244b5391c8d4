"""When an account is asked next. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from codex_quota import ServiceError, Snapshot

FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(minutes=30)
AFTER_RESET = timedelta(seconds=10)
FORCED_PAUSE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An account's place in the schedule: when it is due, when it was last asked, and how often it failed in a row.

    ``distrusts_cache`` says that an answer older than ``asked_at`` is not what the next turn is for.
    """

    due: datetime
    asked_at: datetime | None = None
    failures: int = 0
    distrusts_cache: bool = False

    def is_due(self, now: datetime, interval: timedelta) -> bool:
        """True when it is time, or when the clock was set back so far that the plan makes no sense any more."""
        return self.due <= now or self.due - now > max(interval, LONGEST_RETRY) * 1.2

    def max_age(self, now: datetime, interval: timedelta) -> timedelta:
        """How old an answer may be that another program put into a shared cache: the interval, or since the last failure."""
        if not self.distrusts_cache:
            return interval
        return timedelta(0) if self.asked_at is None else min(max(now - self.asked_at, timedelta(0)), interval)

    def may_be_forced(self, now: datetime) -> bool:
        """True unless it was asked within the last seconds; a clock that was set back does not lock it."""
        return self.asked_at is None or not timedelta(0) <= now - self.asked_at < FORCED_PAUSE


def first_turn(snapshot: Snapshot | None, now: datetime, interval: timedelta) -> Turn:
    """The turn at the start: at once, unless a kept snapshot is younger than the interval and none of its resets has passed."""
    if snapshot is None or snapshot.fetched_at is None or snapshot.error is not None or snapshot.fetched_at > now:
        return Turn(due=now)
    return Turn(due=min(snapshot.fetched_at + interval, _next_reset(snapshot, snapshot.fetched_at)))


def next_turn(turn: Turn, snapshot: Snapshot, now: datetime, interval: timedelta, *, jitter: float) -> Turn:
    """The turn after an answer; *jitter* (0 to 1) spreads the accounts over a twentieth of the wait.

    After a success it is the interval since the service gave the answer, or the first reset if that comes earlier.
    After a failure it is a minute, doubled for each further one, but not before the service wants to be asked again.
    """
    error = snapshot.error
    if error is None:
        wait = interval * (1 + jitter / 20)
        at = snapshot.fetched_at
        since = at if snapshot.source == "cache" and at is not None and now - interval < at <= now else now
        return Turn(due=min(since + wait, _next_reset(snapshot, now)), asked_at=now)
    failures = turn.failures + 1
    if not isinstance(error, ServiceError):
        return Turn(due=now + interval, asked_at=turn.asked_at, failures=failures, distrusts_cache=True)
    wait = min(FIRST_RETRY * 2 ** min(failures - 1, 20), max(interval, LONGEST_RETRY)) * (1 + jitter / 20)
    due = now + wait
    if error.retry_at is not None:
        due = max(due, min(error.retry_at, now + max(interval, LONGEST_RETRY)))
    return replace(turn, due=due, asked_at=now, failures=failures, distrusts_cache=True)


def _next_reset(snapshot: Snapshot, after: datetime) -> datetime:
    """A little after the first reset to come of a window that has started."""
    windows = snapshot.quota.windows if snapshot.quota else ()
    resets = [w.resets_at for w in windows if w.resets_at is not None and w.resets_at > after and w.started is not False]
    return min(resets, default=datetime.max.replace(tzinfo=after.tzinfo) - AFTER_RESET) + AFTER_RESET
