"""What the records say about themselves."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from codex_quota.model import Account, Credential, Credits, Quota, RateLimit, SpendLimit, Window
from snapshots import DAY, FIVE, HOUR, NOW, SPARK, WEEK, quota, snapshot, window

COVER = Credits(has_credits=True, balance=Decimal("12.50"))


def test_a_token_is_in_no_repr() -> None:
    credential = Credential(account=Account(name="work", source="directory"), access_token="eyJ-secret")
    assert "secret" not in repr(credential)
    assert "access_token" not in repr(credential)


def test_records_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        FIVE.used_percent = 0.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("account_id", "user_id", "identity"),
    [("acct", "user", ("acct", "user")), ("acct", None, ("acct", "")), (None, "user", None), (None, None, None)],
)
def test_a_login_is_account_and_user(account_id: str | None, user_id: str | None, identity: tuple[str, str] | None) -> None:
    assert Account(name="a", source="s", account_id=account_id, user_id=user_id).identity == identity


@pytest.mark.parametrize(
    ("used", "remaining", "exhausted"),
    [(0, 100, False), (12, 88, False), (99.4, 0.6, False), (100, 0, True), (130.5, 0, True), (None, None, False)],
)
def test_what_is_left_of_a_window(used: float | None, remaining: float | None, exhausted: bool) -> None:
    one = window("weekly", used)
    assert (one.remaining_percent, one.exhausted) == (remaining, exhausted)


def test_the_headline_is_the_more_used_of_two_windows_of_one_name() -> None:
    unknown, low, high = window("weekly", None), window("weekly", 10), window("weekly", 60)
    limit = RateLimit(name="codex", windows=(unknown, low, high, FIVE))
    assert limit.headline("weekly") is high
    assert RateLimit(name="codex", windows=(unknown,)).headline("weekly") is unknown
    assert limit.headline("monthly") is None


def test_an_additional_limit_is_never_the_headline() -> None:
    extra, month = window("five_hour", 99, limit=SPARK), window("monthly", 5)
    answer = quota(extra, WEEK, month)
    assert (answer.five_hour, answer.weekly, answer.monthly) == (None, WEEK, month)
    assert answer.windows == (extra, WEEK, month)
    assert quota(extra).main is None
    assert quota(extra).weekly is None


@pytest.mark.parametrize(
    ("owned", "cover"),
    [
        (Credits(), False),
        (Credits(has_credits=True), False),
        (Credits(has_credits=True, balance=Decimal("0E-10")), False),
        (Credits(has_credits=False, balance=Decimal(5)), False),
        (COVER, True),
        (Credits(unlimited=True), True),
        (replace(COVER, overage_limit_reached=True), False),
        (Credits(unlimited=True, overage_limit_reached=True), False),
    ],
)
def test_when_credits_can_pay(owned: Credits, cover: bool) -> None:
    assert owned.cover is cover


def full(name: str, after: timedelta | None = DAY) -> Window:
    return window(name, 100, after)  # type: ignore[arg-type]


SPENT = SpendLimit(reached=True, resets_at=NOW + 9 * DAY)


@pytest.mark.parametrize(
    ("answer", "blockers"),
    [
        pytest.param(quota(FIVE, WEEK), [], id="nothing known against it"),
        pytest.param(quota(FIVE, WEEK, reached=False), [], id="allowed"),
        pytest.param(quota(FIVE, full("weekly")), [("weekly", DAY)], id="weekly exhausted spoils five_hour"),
        pytest.param(quota(FIVE, full("weekly"), reached=False), [("weekly", DAY)], id="exhausted without cover blocks"),
        pytest.param(quota(FIVE, full("weekly"), reached=False, credits=COVER), [], id="allowed and covered by credits"),
        pytest.param(quota(FIVE, full("weekly"), credits=COVER), [("weekly", DAY)], id="cover without a verdict"),
        pytest.param(
            quota(full("five_hour", HOUR), full("weekly")), [("weekly", DAY), ("five_hour", HOUR)], id="the longest first"
        ),
        pytest.param(
            quota(full("five_hour", HOUR), full("weekly", None)),
            [("weekly", None), ("five_hour", HOUR)],
            id="unknown lasts longest",
        ),
        pytest.param(quota(FIVE, window("weekly", 99.5, DAY), reached=True), [("weekly", DAY)], id="blocked at 99"),
        pytest.param(quota(FIVE, window("weekly", 98, DAY), reached=True), [("", None)], id="blocked for no visible reason"),
        pytest.param(quota(window("weekly", 80, DAY), reached=True), [("weekly", DAY)], id="the only window blocks"),
        pytest.param(quota(reached=True), [("", None)], id="blocked without any window"),
        pytest.param(quota(FIVE, spend=SPENT), [("spend", 9 * DAY)], id="spend"),
        pytest.param(
            quota(FIVE, WEEK, reached=True, kind="workspace_owner_credits_depleted"), [("credits", None)], id="credits depleted"
        ),
        pytest.param(
            quota(FIVE, WEEK, reached=True, kind="workspace_member_usage_limit_reached"), [("workspace", None)], id="workspace"
        ),
        pytest.param(
            quota(FIVE, reached=True, kind="workspace_member_usage_limit_reached", spend=SPENT),
            [("spend", 9 * DAY)],
            id="the workspace's limit is the spend limit",
        ),
        pytest.param(quota(WEEK, window("weekly", 100, DAY, limit=SPARK)), [], id="an additional limit blocks nothing"),
    ],
)
def test_what_keeps_an_account_from_working(answer: Quota, blockers: list[tuple[str, timedelta | None]]) -> None:
    assert [(b.name, b.until and b.until - NOW) for b in answer.blockers] == blockers


@pytest.mark.parametrize(
    ("answer", "usable", "limited_by", "available_at"),
    [
        (quota(FIVE), None, None, None),
        (quota(FIVE, reached=False), True, None, None),
        (quota(FIVE, full("weekly"), reached=False), False, "weekly", NOW + DAY),
        (quota(full("five_hour", HOUR), full("weekly", None)), False, "weekly", None),
        (quota(reached=True), False, None, None),
    ],
)
def test_the_verdict_of_a_quota_is_that_of_its_snapshot(
    answer: Quota, usable: bool | None, limited_by: str | None, available_at: datetime | None
) -> None:
    assert (answer.usable, answer.limited_by, answer.available_at) == (usable, limited_by, available_at)
    seen = snapshot("work", answer)
    assert (seen.usable, seen.limited_by, seen.available_at) == (usable, limited_by, available_at)


def test_a_snapshot_without_an_answer_knows_no_verdict() -> None:
    seen = snapshot("work", status="failed")
    assert (seen.usable, seen.limited_by, seen.available_at, seen.plan) == (None, None, None, None)


@pytest.mark.parametrize(
    ("said", "claimed", "plan"), [("pro", "plus", "pro"), (None, "plus", "plus"), ("pro", None, "pro"), (None, None, None)]
)
def test_the_service_knows_the_plan_better_than_the_token(said: str | None, claimed: str | None, plan: str | None) -> None:
    assert snapshot("work", quota(FIVE, plan=said), plan_claim=claimed).plan == plan
