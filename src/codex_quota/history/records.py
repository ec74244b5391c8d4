"""What the history holds: one reading of one account at one moment, and whether it says something new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from ..errors import CodexQuotaError, all_errors
from ..model import Account, Credits, Quota, RateLimit, Snapshot, Window

Origin = Literal["reading", "rollout"]
JITTER = timedelta(minutes=2)
SILENCE = timedelta(minutes=30)
LEAP = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One account as it was seen at ``at`` (aware UTC, whole seconds).

    ``error`` is the code of what kept an answer away; ``windows`` is then empty.
    ``origin`` is ``reading`` for what this program read, ``rollout`` for what the Codex CLI noted in its session files.
    """

    account: str
    at: datetime
    windows: tuple[Window, ...] = ()
    plan: str | None = None
    usable: bool | None = None
    limit_reached: bool | None = None
    credits: Decimal | None = None
    reset_credits: int | None = None
    error: str | None = None
    origin: Origin = "reading"


WindowKey = tuple[str, str, str]
NumberedKey = tuple[WindowKey, int]


def key_of(window: Window) -> WindowKey:
    """What tells the windows of one account apart: limit, name and label."""
    return (window.limit, window.name, window.label)


def numbered(windows: Iterable[Window]) -> Iterator[tuple[NumberedKey, Window]]:
    """*windows* of one answer by what tells them apart; of several with the same ``key_of`` that is their place among them."""
    count = Counter[WindowKey]()
    for window in windows:
        key = key_of(window)
        yield (key, count[key]), window
        count[key] += 1


def reading_of(snapshot: Snapshot, now: datetime) -> Reading | None:
    """The reading that *snapshot* is: what was answered, or at *now* the error; None when it is neither."""
    if snapshot.error is not None:
        return Reading(account=snapshot.account.name, at=now.replace(microsecond=0), error=snapshot.error.code)
    quota, at = snapshot.quota, snapshot.fetched_at
    if quota is None or at is None:
        return None
    return Reading(
        account=snapshot.account.name,
        at=at.replace(microsecond=0),
        windows=quota.windows,
        plan=quota.plan,
        usable=quota.usable,
        limit_reached=quota.limit_reached,
        credits=quota.credits.balance if quota.credits else None,
        reset_credits=quota.reset_credits,
    )


def snapshot_of(reading: Reading) -> Snapshot:
    """*reading* as the snapshot it came from, as far as the history kept it; one with an error is ``failed``."""
    account = Account(name=reading.account, source="history")
    if reading.error is not None:
        kinds = {kind.code: kind for kind in all_errors()}
        error = kinds.get(reading.error, CodexQuotaError)(f"it failed with {reading.error}", account=reading.account)
        return Snapshot(account=account, status="failed", source="cache", error=error)
    names = dict.fromkeys(window.limit for window in reading.windows)
    quota = Quota(
        plan=reading.plan,
        limits=tuple(RateLimit(name=one, windows=tuple(w for w in reading.windows if w.limit == one)) for one in names),
        limit_reached=reading.limit_reached,
        credits=None if reading.credits is None else Credits(balance=reading.credits),
        reset_credits=reading.reset_credits,
    )
    return Snapshot(account=account, quota=quota, fetched_at=reading.at, source="cache")


def says_something_new(before: Reading | None, now: Reading) -> bool:
    """True when *now* differs from the reading *before* it in more than its moment, or when that is half an hour old.

    ``resets_at`` may move by seconds from answer to answer, and slides while a window has not started.
    An error that lasts is no news.
    """
    if before is None:
        return True
    if now.at <= before.at:
        return False
    if now.error is not None or before.error is not None:
        return now.error != before.error
    if now.at - before.at >= SILENCE:
        return True
    facts = [(one.plan, one.usable, one.limit_reached, one.credits, one.reset_credits) for one in (before, now)]
    pairs = _same_windows(before, now)
    return facts[0] != facts[1] or pairs is None or any(_moved(*pair) for pair in pairs)


def is_surprising(before: Reading, now: Reading) -> bool:
    """True when *now*, the reading after *before*, changed in a way that one odd answer of the service could have made.

    Its figures are believed once another reading confirms them, and so are those that come after an error.
    """
    if before.error is not None or now.error is not None:
        return now.error is None
    facts = [(one.plan, one.reset_credits) for one in (before, now)]
    pairs = _same_windows(before, now)
    return facts[0] != facts[1] or pairs is None or any(_leapt(*pair) for pair in pairs)


def _same_windows(before: Reading, now: Reading) -> list[tuple[Window, Window]] | None:
    """Each window *before* with itself *now*; None when they are not the same ones."""
    then, later = (sorted(reading.windows, key=key_of) for reading in (before, now))
    return list(zip(then, later, strict=True)) if list(map(key_of, then)) == list(map(key_of, later)) else None


def _leapt(before: Window, now: Window) -> bool:
    rise = (now.used_percent or 0.0) - (before.used_percent or 0.0)
    return has_reset(before, now) or rise < 0 or rise > LEAP


def _moved(before: Window, now: Window) -> bool:
    return (before.used_percent, before.started) != (now.used_percent, now.started) or has_reset(before, now)


def has_reset(before: Window, now: Window) -> bool:
    """True when the announced reset moved by more than the service's jitter, of windows that have started."""
    if before.resets_at is None or now.resets_at is None:
        return before.resets_at is not now.resets_at
    return now.started is not False and abs(now.resets_at - before.resets_at) > JITTER
