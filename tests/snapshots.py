"""Snapshots in a few words, for the tests of everything that shows them; the moment is always the same Sunday noon."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from codex_quota.errors import TimedOutError, UnauthorizedError
from codex_quota.model import Credits, SpendLimit
from codex_quota.testing import SAMPLE_NOW as NOW
from codex_quota.testing import make_quota as quota
from codex_quota.testing import make_snapshot as snapshot
from codex_quota.testing import make_window as window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPARK = "GPT-5.3-Codex-Spark"

FIVE, WEEK, FULL_WEEK = window("five_hour", 12, 3 * HOUR), window("weekly", 41, 4 * DAY), window("weekly", 100, DAY)
WORK = snapshot("work", quota(FIVE, WEEK))
BURNED = snapshot("burned", quota(window("five_hour", 1), FULL_WEEK, reached=True, reset_credits=2), source="cache")
PAUSED = snapshot("paused", quota(window("five_hour", 100, 2 * HOUR), WEEK, reached=True))
WEEKLY = snapshot("weekly-only", quota(window("weekly", 96.4, 2 * DAY), plan="prolite"))
FREE = snapshot("free", quota(window("monthly", 83, 24 * DAY), plan="free"))
SPEND = SpendLimit(used_percent=32, used=Decimal("320.5"), limit=Decimal(1000), resets_at=NOW + 9 * DAY)
BIZ = snapshot("biz", quota(plan="business", spend=SPEND))
EXTRA = (window("five_hour", 25, 2 * HOUR, limit=SPARK), window("weekly", 7, 6 * DAY, limit=SPARK))
IDLE = window("weekly", 0, 7 * DAY, started=False)
OWNED = Credits(has_credits=True, balance=Decimal("394.79672"))
LIVELY = snapshot("spark", quota(*EXTRA, IDLE, plan="pro", credits=OWNED, unavailable_models=("gpt-6",)))
OLD = snapshot(
    "old", quota(WEEK), status="stale", source="cache", fetched_at=NOW - timedelta(minutes=12), error=TimedOutError("no answer")
)
GONE = snapshot("gone", status="failed", plan_claim="team", error=UnauthorizedError("signed out"))
OFFICE = snapshot("北京办公室", quota(FIVE, WEEK, plan="team", warnings=("mind the gap",)))
LONG = snapshot("customer-production-environment-europe-central-1-reserve-001", quota(window("weekly", None, HOUR)))
NOTHING = snapshot("nothing", quota(reached=None))
EVERYBODY = (WORK, BURNED, PAUSED, WEEKLY, FREE, BIZ, LIVELY, OLD, GONE, OFFICE, LONG, NOTHING)
