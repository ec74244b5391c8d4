"""When an account is asked next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import codex_quota
from codex_quota import Account, Quota, RateLimit, Snapshot, Window
from codex_quota.builtin.dashboard.schedule import Turn, first_turn, next_turn

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def snapshot(
    *,
    age: timedelta = timedelta(0),
    reset: timedelta | None = None,
    error: codex_quota.CodexQuotaError | None = None,
    started: bool = True,
) -> Snapshot:
    window = Window(
        limit="codex", name="five_hour", label="5 h", used_percent=50, length=5 * HOUR,
        resets_at=NOW + reset if reset else None, started=started,
    )  # fmt: skip
    quota = Quota(limits=(RateLimit(name="codex", windows=(window,)),))
    return Snapshot(account=Account(name="a", source="test"), quota=quota, fetched_at=NOW - age, error=error)


@pytest.mark.parametrize(("jitter", "minutes"), [(0.0, 60), (1.0, 63)])
def test_after_an_answer_comes_the_interval_with_a_little_jitter(jitter: float, minutes: int) -> None:
    assert next_turn(Turn(due=NOW, failures=3), snapshot(), NOW, HOUR, jitter=jitter) == Turn(
        due=NOW + timedelta(minutes=minutes), asked_at=NOW, failures=0
    )


def test_a_reset_before_the_interval_ends_is_looked_at_soon_after() -> None:
    soon = snapshot(reset=timedelta(minutes=5))
    assert next_turn(Turn(due=NOW), soon, NOW, HOUR, jitter=0).due == NOW + timedelta(minutes=5, seconds=10)


def test_the_reset_of_a_window_that_has_not_started_slides_and_does_not_count() -> None:
    sliding = snapshot(reset=timedelta(minutes=5), started=False)
    assert next_turn(Turn(due=NOW), sliding, NOW, HOUR, jitter=0).due == NOW + HOUR


@pytest.mark.parametrize(
    ("failures", "interval", "wait"),
    [
        (0, HOUR, timedelta(minutes=1)),
        (1, HOUR, timedelta(minutes=2)),
        (3, HOUR, timedelta(minutes=8)),
        (9, HOUR, HOUR),
        (9, timedelta(minutes=1), timedelta(minutes=30)),
    ],
)
def test_failures_double_the_wait(failures: int, interval: timedelta, wait: timedelta) -> None:
    failed = snapshot(error=codex_quota.NetworkError("no"))
    assert next_turn(Turn(due=NOW, failures=failures), failed, NOW, interval, jitter=0) == Turn(
        due=NOW + wait, asked_at=NOW, failures=failures + 1, distrusts_cache=True
    )


def test_the_service_says_when_to_come_back() -> None:
    later = NOW + timedelta(minutes=20)
    failed = snapshot(error=codex_quota.RateLimitedError("no", retry_at=later))
    assert next_turn(Turn(due=NOW), failed, NOW, HOUR, jitter=0).due == later


def test_but_not_beyond_the_interval() -> None:
    failed = snapshot(error=codex_quota.RateLimitedError("no", retry_at=NOW + timedelta(days=9)))
    assert next_turn(Turn(due=NOW), failed, NOW, HOUR, jitter=0).due == NOW + HOUR


def test_a_sign_in_that_cannot_be_used_waits_for_its_file_to_change() -> None:
    failed = snapshot(error=codex_quota.CredentialInvalidError("no"))
    assert next_turn(Turn(due=NOW), failed, NOW, HOUR, jitter=0).due == NOW + HOUR


@pytest.mark.parametrize(
    ("kept", "due"),
    [
        (None, NOW),
        (snapshot(age=timedelta(minutes=10)), NOW + timedelta(minutes=50)),
        (snapshot(age=timedelta(hours=3)), NOW - timedelta(hours=2)),
        (snapshot(age=timedelta(minutes=10), error=codex_quota.NetworkError("no")), NOW),
        (snapshot(age=timedelta(minutes=-10)), NOW),
        (snapshot(age=timedelta(minutes=10), reset=timedelta(minutes=-5)), NOW - timedelta(minutes=5) + timedelta(seconds=10)),
    ],
)
def test_at_the_start_young_results_are_good_enough(kept: Snapshot | None, due: datetime) -> None:
    assert first_turn(kept, NOW, HOUR).due == due


@pytest.mark.parametrize(
    ("due", "is_due"), [(NOW, True), (NOW + timedelta(seconds=1), False), (NOW + HOUR, False), (NOW + 3 * HOUR, True)]
)
def test_a_plan_that_a_clock_jump_made_senseless_is_due(due: datetime, is_due: bool) -> None:
    assert Turn(due=due).is_due(NOW, HOUR) is is_due


@pytest.mark.parametrize(("ago", "may"), [(0, False), (9, False), (10, True), (-5, True)])
def test_a_forced_refresh_waits_ten_seconds(ago: int, may: bool) -> None:
    assert Turn(due=NOW, asked_at=NOW - timedelta(seconds=ago)).may_be_forced(NOW) is may


def test_an_answer_out_of_a_shared_cache_is_due_again_an_interval_after_it_was_given() -> None:
    shared = replace(snapshot(age=timedelta(minutes=20)), source="cache")
    assert next_turn(Turn(due=NOW), shared, NOW, HOUR, jitter=1) == Turn(due=NOW + timedelta(minutes=43), asked_at=NOW)


@pytest.mark.parametrize("age", [HOUR, 2 * HOUR, timedelta(minutes=-1)])
def test_an_answer_of_another_age_is_due_an_interval_from_now(age: timedelta) -> None:
    kept = replace(snapshot(age=age), source="cache")
    assert next_turn(Turn(due=NOW), kept, NOW, HOUR, jitter=0).due == NOW + HOUR


@pytest.mark.parametrize(
    ("turn", "allowed"),
    [
        (Turn(due=NOW), HOUR),
        (Turn(due=NOW, asked_at=NOW - HOUR / 2), HOUR),
        (Turn(due=NOW, asked_at=NOW - HOUR / 2, distrusts_cache=True), HOUR / 2),
        (Turn(due=NOW, asked_at=NOW - 2 * HOUR, distrusts_cache=True), HOUR),
        (Turn(due=NOW, asked_at=NOW + HOUR, distrusts_cache=True), timedelta(0)),
        (Turn(due=NOW, distrusts_cache=True), timedelta(0)),
    ],
)
def test_after_a_failure_only_an_answer_since_then_will_do(turn: Turn, allowed: timedelta) -> None:
    assert turn.max_age(NOW, HOUR) == allowed
