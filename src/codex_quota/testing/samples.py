"""One snapshot of every shape that a formatter meets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from codex_quota import (
    Account,
    BlockedError,
    CodexQuotaError,
    CredentialInvalidError,
    Credits,
    NotChatGPTLoginError,
    Snapshot,
    SpendLimit,
    TimedOutError,
    UnauthorizedError,
    UnavailableError,
)

from .records import DAY, HOUR, SAMPLE_NOW
from .records import make_quota as quota
from .records import make_snapshot as snapshot
from .records import make_window as window

SPARK = "GPT-5.3-Codex-Spark"
MARKUP = """\\[b]50%[/b] <i>&amp;</i> "x" 'y' #[fg=red] %{F#f00} ${HOME} `id` $(id) | a=b, c:d; {e} *f*"""


def sample_snapshots() -> tuple[Snapshot, ...]:
    """One snapshot of every shape that a formatter meets, made anew, at ``SAMPLE_NOW``, each with a name of its own."""
    return (*_usual(), *_blocked(), *_odd(), *_troubled())


def _usual() -> tuple[Snapshot, ...]:
    five, week = window("five_hour", 12, 3 * HOUR), window("weekly", 41, 4 * DAY)
    extra = (window("five_hour", 25, 2 * HOUR, limit=SPARK), window("weekly", 7, 6 * DAY, limit=SPARK))
    spend = SpendLimit(
        reached=False,
        limit=Decimal(1000),
        used=Decimal("320.5"),
        remaining=Decimal("679.5"),
        used_percent=32,
        resets_at=SAMPLE_NOW + 9 * DAY,
    )
    idle = (window("five_hour", 0, 5 * HOUR, started=False), window("weekly", 0, 7 * DAY, started=False))
    some, unlimited = Credits(has_credits=True, balance=Decimal("394.79672")), Credits(has_credits=True, unlimited=True)
    return (
        snapshot("work", quota(five, week, reached=False), token_expires_at=SAMPLE_NOW + 9 * DAY),
        snapshot("weekly-only", quota(window("weekly", 96.4, 2 * DAY), plan="prolite", reached=False)),
        snapshot("free", quota(window("monthly", 83, 24 * DAY), plan="free", reached=False)),
        snapshot("business", quota(plan="business", spend=spend, reached=False)),
        snapshot("idle", quota(*idle, reached=False, credits=Credits(has_credits=False, balance=Decimal(0)))),
        snapshot("extra-limits", quota(five, week, *extra, plan="pro", reached=False), source="cache"),
        snapshot("some-credits", quota(window("weekly", 100, 2 * DAY), reached=False, credits=some)),
        snapshot("unlimited-credits", quota(five, week, plan="enterprise", reached=False, credits=unlimited)),
        snapshot("banked", quota(five, window("weekly", 99.6, DAY), reached=False, reset_credits=2)),
    )


def _blocked() -> tuple[Snapshot, ...]:
    week = window("weekly", 41, 4 * DAY)
    capped = SpendLimit(reached=True, limit=Decimal(50), used=Decimal("50.0375"), used_percent=100, resets_at=SAMPLE_NOW + DAY)
    several = (window("five_hour", 100, HOUR), window("weekly", 100, 2 * DAY))
    team = "5b1f6b0e-6a39-4c1d-9f3e-2d0c7a8e4b11"
    member = Account(name="workspace", source="codex-home", account_id=team, user_id="user-1", email="workspace@example.com")
    return (
        snapshot("exhausted", quota(window("five_hour", 1), window("weekly", 100, DAY), reached=True, reset_credits=1)),
        snapshot("paused", quota(window("five_hour", 100, 2 * HOUR), week, reached=True)),
        snapshot("several", quota(*several, plan="team", reached=True, spend=capped)),
        snapshot("over", quota(window("monthly", 104.2, 3 * DAY), plan="free", reached=True)),
        snapshot("until-nobody-knows", quota(window("weekly", 100), reached=True)),
        snapshot("refused", quota(window("five_hour", 20, HOUR), week, reached=True)),
        Snapshot(
            account=member,
            quota=quota(plan="team", reached=True, kind="workspace_member_credits_depleted"),
            fetched_at=SAMPLE_NOW,
        ),
    )


def _odd() -> tuple[Snapshot, ...]:
    five, week = window("five_hour", 12, 3 * HOUR), window("weekly", 41, 4 * DAY)
    rare = (window("daily", 0.4, HOUR), window("annual", 7, 200 * DAY), window("other", 55, 4 * HOUR))
    person = Account(name="user+1@example.org", source="directory", email="person@example.com")
    twice = "two weekly windows; the more used one counts"
    return (
        snapshot("unknown-percent", quota(window("five_hour", None, HOUR), window("weekly", None), plan=None)),
        snapshot("nothing-known", quota(plan=None)),
        snapshot("just-reset", quota(window("five_hour", 88, -HOUR), week, plan="a plan of tomorrow", reached=False)),
        snapshot("rare-windows", quota(*rare, plan="k12", reached=False)),
        snapshot("warned", quota(week, window("weekly", 43, 5 * DAY), warnings=(twice,)), warnings=("the clock is 3m fast",)),
        snapshot("no-model", quota(five, week, reached=False, unavailable_models=("gpt-6", "gpt-6-mini"))),
        snapshot("北京办公室", quota(five, week, plan="team", reached=False)),
        snapshot("Grün und süß", quota(five, window("weekly", 12, DAY, limit=MARKUP), plan="<b>plan</b>")),
        Snapshot(account=person, quota=quota(five, week, reached=False), fetched_at=SAMPLE_NOW),
        snapshot("customer-production-environment-europe-central-1-reserve-" + "0" * 43, quota(five, week, reached=False)),
        Snapshot(account=Account(name="no address", source="environment"), quota=quota(five, week), fetched_at=SAMPLE_NOW),
    )


def _troubled() -> tuple[Snapshot, ...]:
    five, week = window("five_hour", 12, 3 * HOUR), window("weekly", 41, 4 * DAY)
    late = TimedOutError("no whole answer within 15 s", account="stale")
    gone = UnavailableError("the service is in trouble", status=503, account="very-stale", retry_at=SAMPLE_NOW + HOUR)
    expired = {"plan_claim": "team", "token_expires_at": SAMPLE_NOW - DAY}
    marked = CredentialInvalidError(f"it says {MARKUP}", hint=f"rename {MARKUP}")
    return (
        snapshot("stale", quota(five, week), status="stale", source="cache", fetched_at=SAMPLE_NOW - 12 * HOUR / 60, error=late),
        snapshot("very-stale", quota(week), status="stale", source="cache", fetched_at=SAMPLE_NOW - 3 * DAY, error=gone),
        _failed("signed-out", UnauthorizedError("the service does not accept the access token", status=401), **expired),
        _failed("blocked", BlockedError("the way is blocked", hint="", status=403)),
        _failed("api-key", NotChatGPTLoginError("it is an API key")),
        _failed(f'a "name" {MARKUP}', marked),
    )


def _failed(name: str, error: CodexQuotaError, **more: Any) -> Snapshot:  # noqa: ANN401
    error.account = name
    return snapshot(name, status="failed", fetched_at=None, error=error, **more)
