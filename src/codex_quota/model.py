"""What was read: frozen, slotted, keyword-only records without any input or output.

All times are aware UTC datetimes, all lengths are timedeltas, all percentages lie on a scale of 0 to 100.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from .errors import CodexQuotaError

if TYPE_CHECKING:
    from .pace import Pace

WindowName = Literal["five_hour", "daily", "weekly", "monthly", "annual", "other"]
MAIN_LIMIT = "codex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is asked about: ``name`` is the user's word for it, ``source`` the credential source that knows it."""

    name: str
    source: str
    account_id: str | None = None
    user_id: str | None = None
    email: str | None = None

    @property
    def identity(self) -> tuple[str, str] | None:
        """Account id and user id, which together name one login; None when the account id is not known.

        Members of one workspace share the account id, and one person may belong to several workspaces.
        """
        return None if self.account_id is None else (self.account_id, self.user_id or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A sign-in that can be sent; the token stays out of ``repr`` and is never stored by this library.

    ``expires_at``, ``plan`` and ``fedramp`` are the token's own claims, ``location`` says where it was read,
    ``base_url`` is the service address that belongs to that place.
    """

    account: Account
    access_token: str = field(repr=False)
    expires_at: datetime | None = None
    plan: str | None = None
    fedramp: bool = False
    location: str | None = None
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One usage window of one limit.

    ``name`` comes from the length alone, ``label`` is that length for people ("5 h", "30 d").
    ``started`` is False while a full window still lies ahead, because the reset then slides until first use.
    ``pace`` tells how it is used and whether it will last; None where nobody asked for that.
    """

    limit: str
    name: WindowName
    label: str
    used_percent: float | None
    length: timedelta | None
    resets_at: datetime | None
    started: bool | None
    pace: Pace | None = field(default=None, compare=False)

    @property
    def remaining_percent(self) -> float | None:
        """Percent left, never below 0; None when the service's figure cannot be read."""
        return None if self.used_percent is None else max(0.0, round(100 - self.used_percent, 6))

    @property
    def exhausted(self) -> bool:
        """True when nothing is left."""
        return self.used_percent is not None and self.used_percent >= 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """One named limit with its windows, in the service's order; the main one is called ``codex``."""

    name: str
    feature: str | None = None
    allowed: bool | None = None
    limit_reached: bool | None = None
    windows: tuple[Window, ...] = ()

    def headline(self, name: WindowName) -> Window | None:
        """The window of that name; of several, the more used one."""
        same = [window for window in self.windows if window.name == name]
        return max(same, key=lambda w: -1.0 if w.used_percent is None else w.used_percent, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """Purchased credits; the balance counts credits, not money."""

    has_credits: bool | None = None
    unlimited: bool | None = None
    overage_limit_reached: bool | None = None
    balance: Decimal | None = None

    @property
    def cover(self) -> bool:
        """True when credits can pay for use beyond a window."""
        if self.overage_limit_reached:
            return False
        return bool(self.unlimited) or (bool(self.has_credits) and self.balance is not None and self.balance > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendLimit:
    """A workspace's monthly spend limit for this member."""

    reached: bool | None = None
    limit: Decimal | None = None
    used: Decimal | None = None
    remaining: Decimal | None = None
    used_percent: float | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """One reason why the account cannot be used now; ``until`` is None when the end is not known."""

    name: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One usage answer, read.

    ``limit_reached`` is the service's own verdict, None when it gave none; percentages never decide it.
    ``reset_credits`` counts banked resets.
    ``email``, ``account_id`` and ``user_id`` are the answer's own, which may differ from the account asked for.
    """

    plan: str | None = None
    limits: tuple[RateLimit, ...] = ()
    limit_reached: bool | None = None
    limit_reached_type: str | None = None
    credits: Credits | None = None
    spend: SpendLimit | None = None
    reset_credits: int | None = None
    unavailable_models: tuple[str, ...] = ()
    email: str | None = None
    account_id: str | None = None
    user_id: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def main(self) -> RateLimit | None:
        """The main limit, None when the answer has none."""
        return next((limit for limit in self.limits if limit.name == MAIN_LIMIT), None)

    @property
    def windows(self) -> tuple[Window, ...]:
        """Every window of every limit, in the service's order."""
        return tuple(window for limit in self.limits for window in limit.windows)

    @property
    def five_hour(self) -> Window | None:
        """The main limit's five-hour window."""
        return self.main.headline("five_hour") if self.main else None

    @property
    def weekly(self) -> Window | None:
        """The main limit's weekly window."""
        return self.main.headline("weekly") if self.main else None

    @property
    def monthly(self) -> Window | None:
        """The main limit's monthly window."""
        return self.main.headline("monthly") if self.main else None

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Why the account cannot be used now, the one that lasts longest first; empty when it can, or nobody knows.

        An exhausted window blocks, unless the service still allows use and credits cover it.
        """
        main = self.main.windows if self.main else ()
        if self.limit_reached is False and self.credits is not None and self.credits.cover:
            return ()
        full = [window for window in main if window.exhausted]
        if self.limit_reached and not full:
            full = [w for w in main if w.used_percent is not None and w.used_percent >= 99]
        found = [Blocker(name=window.name, until=window.resets_at) for window in full]
        kind = self.limit_reached_type or ""
        if self.spend is not None and self.spend.reached:
            found.append(Blocker(name="spend", until=self.spend.resets_at))
        if "credits_depleted" in kind:
            found.append(Blocker(name="credits"))
        elif "workspace" in kind and "usage_limit" in kind and not (self.spend and self.spend.reached):
            found.append(Blocker(name="workspace"))
        if self.limit_reached and not found:
            only = main[0] if len(main) == 1 else None
            found = [Blocker(name=only.name, until=only.resets_at)] if only else [Blocker(name="")]
        return tuple(sorted(found, key=lambda b: (b.until is not None, -b.until.timestamp() if b.until else 0)))

    @property
    def usable(self) -> bool | None:
        """False when the verdict or a main window says so, True when the service says so, else None."""
        if self.blockers:
            return False
        return None if self.limit_reached is None else True

    @property
    def limited_by(self) -> str | None:
        """What blocks longest: a window's name, ``spend``, ``credits`` or ``workspace``; None when nothing is known to."""
        return (self.blockers[0].name or None) if self.blockers else None

    @property
    def available_at(self) -> datetime | None:
        """When the account works again; None when it does already, or the time is not known."""
        return self.blockers[0].until if self.blockers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The service's answer as it came, with anything secret-like redacted; not part of the JSON schema."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One observation of one account.

    ``status`` is ``fresh``, ``stale`` (an older observation because the service could not be reached; ``error`` says why)
    or ``failed`` (``quota`` is None).
    ``source`` says where the answer came from; ``token_expires_at`` is the end that the sign-in's token names.
    """

    account: Account
    quota: Quota | None = None
    fetched_at: datetime | None = None
    source: Literal["network", "cache"] = "network"
    status: Literal["fresh", "stale", "failed"] = "fresh"
    warnings: tuple[str, ...] = ()
    error: CodexQuotaError | None = None
    plan_claim: str | None = field(default=None, compare=False)
    token_expires_at: datetime | None = field(default=None, compare=False)
    answer: Answer | None = field(default=None, repr=False, compare=False)

    @property
    def plan(self) -> str | None:
        """The plan the service named; while it has named none, the one in the sign-in's claims."""
        return (self.quota.plan if self.quota else None) or self.plan_claim

    @property
    def usable(self) -> bool | None:
        """False when the account cannot be used now, True when it can, None when that is not known."""
        return self.quota.usable if self.quota else None

    @property
    def limited_by(self) -> str | None:
        """What blocks the account longest: a window's name, ``spend``, ``credits``, ``workspace``, or None."""
        return self.quota.limited_by if self.quota else None

    @property
    def available_at(self) -> datetime | None:
        """When the account works again, if that is known."""
        return self.quota.available_at if self.quota else None
