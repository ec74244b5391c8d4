"""May an earlier snapshot answer now? Pure policy, in the words of HTTP caching."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .errors import CodexQuotaError
from .model import Quota, Snapshot

_CLOCK_SLACK = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How old an answer may be.

    ``max_age`` holds for every account; ``exhausted_max_age`` for one that cannot be used before a known or unknown reset,
    which is asked again that often since resets can come early.
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
    age = now - at
    if age <= policy.max_age and policy.max_age > timedelta(0):
        return True
    if quota.usable is not False or age >= policy.exhausted_max_age:
        return False
    return quota.available_at is None or quota.available_at > now


def outdated(quota: Quota, now: datetime) -> bool:
    """True when a reset in *quota* has passed, so that a figure in it no longer holds."""
    resets = [window.resets_at for window in quota.windows]
    if quota.spend is not None:
        resets.append(quota.spend.resets_at)
    return any(reset is not None and reset <= now for reset in resets)


def as_stale(snapshot: Snapshot, now: datetime, error: CodexQuotaError) -> Snapshot | None:
    """*snapshot* marked stale with the *error* that kept a new one away; None when none of its figures hold any more.

    A window whose reset has passed is left out, and so is a verdict that rested on it.
    """
    quota, at = snapshot.quota, snapshot.fetched_at
    if quota is None or at is None or at > now + _CLOCK_SLACK:
        return None
    warnings: list[str] = []
    if outdated(quota, now):
        passed = [w for w in quota.windows if w.resets_at is not None and w.resets_at <= now]
        warnings += [f"the {w.label} window of {w.limit} has been reset since, its figure is not known" for w in passed]
        limits = tuple(replace(limit, windows=tuple(w for w in limit.windows if w not in passed)) for limit in quota.limits)
        spend = quota.spend
        if spend is not None and spend.resets_at is not None and spend.resets_at <= now:
            spend = None
            warnings.append("the spend limit has been reset since, its figure is not known")
        limits = tuple(replace(limit, allowed=None, limit_reached=None) for limit in limits)
        quota = replace(quota, limits=limits, spend=spend, limit_reached=None, limit_reached_type=None)
        if not quota.windows and spend is None:
            return None
    return replace(snapshot, quota=quota, source="cache", status="stale", error=error, warnings=(*snapshot.warnings, *warnings))
