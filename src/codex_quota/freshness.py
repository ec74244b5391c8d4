"""May an earlier snapshot answer now? Pure policy, in the words of HTTP caching."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .errors import CodexQuotaError
from .model import Quota, RateLimit, Snapshot, Window

_CLOCK_SLACK = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How old an answer may be.

    ``exhausted_max_age`` holds for an account that cannot be used before a known or unknown reset, which is asked again that
    often since resets can come early; ``max_age`` for every other.
    """

    max_age: timedelta = timedelta(0)
    exhausted_max_age: timedelta = timedelta(hours=1)
    refresh: bool = False


def reusable(snapshot: Snapshot, now: datetime, policy: Policy, *, just_answered: bool = False) -> bool:
    """True when *snapshot* answers a question asked now; *just_answered* says that another reader got it since then.

    A snapshot in which any reset has passed never does, nor one from the future.
    """
    quota, at = snapshot.quota, snapshot.fetched_at
    if policy.refresh or quota is None or at is None or at > now + _CLOCK_SLACK or outdated(quota, now):
        return False
    if just_answered:
        return True
    allowed = policy.exhausted_max_age if quota.usable is False else policy.max_age
    return max(now - at, timedelta(0)) < allowed


def outdated(quota: Quota, now: datetime) -> bool:
    """True when a reset in *quota* has passed, so that a figure in it no longer holds."""
    resets = [window.resets_at for window in quota.windows]
    if quota.spend is not None:
        resets.append(quota.spend.resets_at)
    return any(reset is not None and reset <= now for reset in resets)


def as_stale(snapshot: Snapshot, now: datetime, error: CodexQuotaError) -> Snapshot | None:
    """*snapshot* marked stale with the *error* that kept a new one away; None when none of its figures hold any more.

    A window whose reset has passed is left out, and so is the verdict of its limit.
    """
    quota, at = snapshot.quota, snapshot.fetched_at
    if quota is None or at is None or at > now + _CLOCK_SLACK:
        return None
    warnings: list[str] = []
    if outdated(quota, now):
        passed = [w for w in quota.windows if w.resets_at is not None and w.resets_at <= now]
        warnings += [f"the {w.label} window of {w.limit} has been reset since, its figure is not known" for w in passed]
        limits = tuple(_without(limit, passed) for limit in quota.limits)
        spend, verdict_holds = quota.spend, quota.main is None or quota.main in limits
        if spend is not None and spend.resets_at is not None and spend.resets_at <= now:
            spend, verdict_holds = None, False
            warnings.append("the spend limit has been reset since, its figure is not known")
        quota = replace(quota, limits=limits, spend=spend)
        if not verdict_holds:
            quota = replace(quota, limit_reached=None, limit_reached_type=None)
        if not quota.windows and (spend is None or (spend.used_percent is None and spend.limit is None)):
            return None
    return replace(snapshot, quota=quota, source="cache", status="stale", error=error, warnings=(*snapshot.warnings, *warnings))


def _without(limit: RateLimit, passed: list[Window]) -> RateLimit:
    left = tuple(window for window in limit.windows if window not in passed)
    return limit if left == limit.windows else replace(limit, windows=left, allowed=None, limit_reached=None)
