"""What there is to tell about an account. Pure.

``happened`` looks at the step from one reading to the next, ``holds_now`` at how things stand; whether an alert was raised
before is the engine's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from codex_quota import Quota, Snapshot, Window

from .config import Config, Unused
from .cycles import blocker, given_back, is_due, level_name, seen_at, step, windows_of
from .records import Alert, Known

WORTH_TELLING = 10.0
_TOO_OLD = timedelta(hours=6)


def happened(account: str, before: Snapshot, after: Snapshot, config: Config) -> Iterator[Alert]:
    """Alerts of a step between two believed readings, the gravest first; ``back`` covers every early reset that came with it."""
    at, then, now = seen_at(after), before.quota or Quota(), after.quota or Quota()
    held = blocker(then)
    is_back = held is not None and blocker(now) is None
    if held is not None and is_back and config.back:
        yield Alert(rule="back", account=account, window=held[0], cycle=held[1], raised_at=at)
    covered = is_back and config.back and held is not None and held[1] is not None and not is_due(held[1], at)
    new = windows_of(now, side_limits=config.side_limits)
    for key, old in windows_of(then, side_limits=config.side_limits).items():
        if not config.early_reset or covered or key not in new:
            continue
        if step(old, new[key], at) == "early" and given_back(old, new[key]) >= WORTH_TELLING:
            yield Alert(rule="early_reset", account=account, window=key, cycle=old.resets_at, raised_at=at)


def holds_now(account: str, known: Known, now: datetime, config: Config) -> Iterator[Alert]:
    """Alerts about how things stand, the gravest first."""
    if config.sign_in and known.broken:
        yield Alert(rule="sign_in", account=account, cycle=known.broken_at, code=known.broken, raised_at=now)
    if known.seen is not None and known.seen.quota is not None:
        yield from _of_quota(account, known.seen.quota, seen_at(known.seen), now, config)
    ends = known.token_ends
    if config.token and ends is not None and now < ends <= now + config.token and not known.broken:
        yield Alert(rule="token", account=account, cycle=ends, raised_at=now)


def _of_quota(account: str, quota: Quota, seen: datetime, now: datetime, config: Config) -> Iterator[Alert]:
    held, windows = blocker(quota), windows_of(quota, side_limits=config.side_limits)
    if held is not None and (held[1] is None or held[1] > now) and config.exhausted:
        yield Alert(rule="exhausted", account=account, window=held[0], cycle=held[1], raised_at=now)
    for key, window in windows.items():
        covered = held is not None and config.exhausted and held[0] == key
        level = reached_level(window, config.low.get(level_name(key, window), ()))
        if level is not None and not covered and is_running(window, now) and matters(window, quota):
            yield Alert(rule="low", account=account, window=key, level=level, cycle=window.resets_at, raised_at=now)
        if config.unused and now - seen <= _TOO_OLD and is_unused(window, config.unused, now) and matters(window, quota):
            yield Alert(rule="unused", account=account, window=key, cycle=window.resets_at, raised_at=now)


def reached_level(window: Window, levels: tuple[float, ...]) -> float | None:
    """The lowest of *levels* that what is left has come down to, None when it has to none."""
    left = window.remaining_percent
    return None if left is None else min((level for level in levels if left <= level), default=None)


def is_running(window: Window, now: datetime) -> bool:
    """True when the window has begun and its reset is still to come."""
    return window.started is not False and (window.resets_at is None or window.resets_at > now)


def is_unused(window: Window, rule: Unused, now: datetime) -> bool:
    """True when much is left shortly before the reset."""
    left, reset = window.remaining_percent, window.resets_at
    if window.name not in rule.windows or left is None or left < rule.left or not is_running(window, now):
        return False
    return reset is not None and reset - now <= rule.within


def matters(window: Window, quota: Quota) -> bool:
    """False when the account cannot work before the window's reset anyway, so that what is left in it is no news."""
    held = blocker(quota)
    if held is None or window.limit != "codex":
        return True
    return held[1] is not None and window.resets_at is not None and window.resets_at > held[1]
