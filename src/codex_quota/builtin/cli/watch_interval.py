"""When an account is read again while it is watched, and when the picture changes: pure rules, with moments from outside.

Codex's own screen reads the limits every 60 s, every 30 s from 75 % used on, every 15 s from 90 % and every 5 s from 99 %,
counts each wait from the end of the last reading, failed or not, and calls figures stale after 15 minutes
(``rate_limit_refresh_interval``, ``rate_limit_refresh.rs`` and ``status/rate_limits.rs`` in its ``tui``).
Here the same steps divide a longer interval, since watching uses nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from codex_quota import ServiceError, Snapshot, Window, wording

SHORTEST = timedelta(seconds=10)
"""Between two readings that were asked for by hand."""
FLOOR = timedelta(seconds=60)
STALE = timedelta(minutes=15)
AFTER_RESET = timedelta(seconds=10)
LONGEST_WISH = timedelta(hours=1)
_STEPS = ((99, 12), (90, 4), (75, 2))
_MINUTE = timedelta(minutes=1)
_RELAXED = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """When an account is due, how long the wait is meant to be, its failures in a row and its readings without any change."""

    due: datetime
    wait: timedelta
    failures: int = 0
    quiet: int = 0

    def is_due(self, now: datetime) -> bool:
        """True when it is time, or when the clock was set back so far that the plan makes no sense any more."""
        return self.due <= now or self.due - now > self.wait + _MINUTE


def next_turn(before: Turn | None, last: Snapshot | None, snapshot: Snapshot, now: datetime, base: timedelta) -> Turn:
    """The turn after *snapshot*; *last* is the one before it, and *base* the interval while nothing special is known.

    A failure waits for the floor, each further one in a row twice as long, but not less than the service wishes.
    After an answer it is ``interval``, or shortly after the first reset to come; never less than the floor, which is a
    minute, or *base* when that is shorter.
    """
    floor = min(FLOOR, base)
    if snapshot.error is not None:
        failures = 1 + (before.failures if before else 0)
        wait = _after_failure(snapshot, failures, now, base)
        return Turn(due=now + wait, wait=wait, failures=failures)
    quiet = 1 + (before.quiet if before else 0) if last is not None and figures(last) == figures(snapshot) else 0
    wait = interval(snapshot, now, base, quiet=quiet)
    resets = [reset + AFTER_RESET - now for reset in _coming_resets(snapshot, now)]
    wait = max(floor, min([wait, *resets]))
    return Turn(due=now + wait, wait=wait, quiet=quiet)


def interval(snapshot: Snapshot, now: datetime, base: timedelta, *, quiet: int = 0) -> timedelta:
    """How long to wait after an answer.

    *base*, divided by 2, 4 or 12 from 75, 90 or 99 % used of any window on, and by at least 2 when a reset comes within *base*;
    longer by half of that for each of the *quiet* readings in a row without any change, up to three times.
    Never under the floor, nor over a quarter of an hour, unless *base* itself is.
    """
    divisor = max((_divisor(window) for window in _usable(snapshot)), default=1)
    if any(reset - now <= base for reset in _coming_resets(snapshot, now)):
        divisor = max(divisor, 2)
    wait = base / divisor * min(1 + quiet / 2, _RELAXED)
    return min(max(wait, min(FLOOR, base)), max(STALE, base))


def figures(snapshot: Snapshot) -> dict[tuple[str, str, str], float | None]:
    """What moves when an account is used: percent used of each window, and of the spend limit."""
    quota = snapshot.quota
    if quota is None:
        return {}
    spend = {("", "spend", ""): wording.spend_used(quota.spend)} if quota.spend else {}
    return {(window.limit, window.name, window.label): window.used_percent for window in quota.windows} | spend


def seconds_to_change(now: datetime, due: datetime | None, moments: Iterable[datetime]) -> float:
    """Seconds until a clock without seconds, a countdown to one of *moments*, an age since one, or ``wait_text`` changes."""
    changes = [_crossing(now, moment, 60) for moment in (*moments, datetime.fromtimestamp(0, UTC))]
    if due is not None and due > now:
        changes.append(_crossing(now, due, 1 if due - now <= _MINUTE else 60))
    return min(changes)


def wait_text(wait: timedelta) -> str:
    """How long it still is: "4m", under a minute "42s", "now" when nothing is left."""
    if wait > _MINUTE:
        return wording.countdown(wait)
    return f"{ceil(wait.total_seconds())}s" if wait > timedelta(0) else "now"


def _after_failure(snapshot: Snapshot, failures: int, now: datetime, base: timedelta) -> timedelta:
    floor, error = min(FLOOR, base), snapshot.error
    if not isinstance(error, ServiceError):
        return floor  # nobody was asked, and a new sign-in should be seen soon
    wait = min(floor * (1 << min(failures - 1, 20)), max(STALE, base))
    wish = error.retry_at - now if error.retry_at is not None else wait
    return max(wait, min(wish, LONGEST_WISH))


def _usable(snapshot: Snapshot) -> list[Window]:
    """The windows that can still run out."""
    if snapshot.quota is None or snapshot.usable is False:
        return []
    return [window for window in snapshot.quota.windows if not window.exhausted]


def _divisor(window: Window) -> int:
    used = window.used_percent or 0.0
    return next((divisor for step, divisor in _STEPS if used >= step), 1)


def _coming_resets(snapshot: Snapshot, now: datetime) -> list[datetime]:
    windows = snapshot.quota.windows if snapshot.quota else ()
    return [w.resets_at for w in windows if w.resets_at is not None and w.resets_at > now and w.started is not False]


def _crossing(now: datetime, moment: datetime, step: int) -> float:
    """Seconds until the distance to *moment* is a whole number of *step* seconds again; never 0."""
    return (moment - now).total_seconds() % step or float(step)
