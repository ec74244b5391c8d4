"""When to look again for an account that has not enough: pure rules, with moments from outside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from codex_quota import (
    NotFoundError,
    RedirectedError,
    ServiceError,
    Snapshot,
    UnauthorizedError,
    WorkspaceDeactivatedError,
)

from .choosing import Standing

State = Literal["enough", "short", "unanswered"]
# so that the service has surely reset by then
MARGIN = timedelta(seconds=5)
SHORTEST, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=30)
_LASTING = (NotFoundError, RedirectedError, UnauthorizedError, WorkspaceDeactivatedError)


def state_of(one: Standing) -> State:
    """Whether an account has enough; figures that are old can show that it has not, but not that it still has."""
    if one.verdict in ("little", "blocked"):
        return "short"
    return "enough" if one.verdict == "enough" and one.snapshot.error is None else "unanswered"


def is_lasting(snapshot: Snapshot) -> bool:
    """True when waiting does not help, because only a person can mend what went wrong."""
    error = snapshot.error
    return error is not None and (not isinstance(error, ServiceError) or isinstance(error, _LASTING))


class Pauses:
    """Which accounts must not be asked yet, because the service wants to be left alone or they have failed repeatedly."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._until: dict[str, tuple[datetime, datetime]] = {}
        self._failures: dict[str, int] = {}

    def note(self, snapshot: Snapshot, now: datetime) -> None:
        """Learn from a reading: each further failure doubles the pause, up to half an hour; the service may want a longer one."""
        name, error = snapshot.account.name, snapshot.error
        if error is None:
            self._until.pop(name, None)
            self._failures.pop(name, None)
            return
        failures = self._failures[name] = self._failures.get(name, 0) + 1
        pause = min(self._every * 2 ** min(failures - 1, 10), max(self._every, LONGEST_PAUSE))
        wish = error.retry_at if isinstance(error, ServiceError) else None
        self._until[name] = now, max(wish or now, now + pause)

    def until(self, name: str, now: datetime) -> datetime | None:
        """When the account may be asked again, None when it may be asked now, as after the clock was set back."""
        noted, until = self._until.get(name, (now, now))
        return until if noted <= now < until else None


def next_look(standings: Iterable[Standing], *, one_is_enough: bool, now: datetime, every: timedelta, pauses: Pauses) -> datetime:
    """When to look again.

    That is when the first of the accounts can have enough, or with *one_is_enough* False the last of those that have not,
    but always within *every*, since resets come early and people buy credits, and never at once.
    """
    moments = []
    for one in standings:
        if state_of(one) != "enough":
            back = one.back_at + MARGIN if one.back_at is not None and one.back_at > now else now + every
            moments.append(max(back, pauses.until(one.name, now) or back))
    hoped = (min if one_is_enough else max)(moments, default=now + every)
    return max(min(hoped, now + every), now + SHORTEST)
