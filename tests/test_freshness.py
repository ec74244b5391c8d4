"""Which earlier snapshots may answer now, and what of them is left when the service is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota.errors import NetworkError
from codex_quota.freshness import Policy, as_stale, outdated, reusable
from codex_quota.model import Credits, Quota, RateLimit, Snapshot, SpendLimit
from snapshots import DAY, HOUR, NOW, SPARK, quota, snapshot, window

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
FIVE, WEEK = window("five_hour", 12, 3 * HOUR, label="5 h"), window("weekly", 41, 4 * DAY, label="7 d")
FULL_WEEK = window("weekly", 100, 4 * DAY, label="7 d")
GOOD = quota(FIVE, WEEK, reached=False)
EXHAUSTED = quota(FIVE, FULL_WEEK, reached=True)
PASSED = window("weekly", 10, -DAY)
ERROR = NetworkError("cannot connect")


def kept(answer: Quota | None, age: timedelta = MINUTE) -> Snapshot:
    return replace(snapshot("work", answer), fetched_at=NOW - age)


@pytest.mark.parametrize(
    ("max_age", "age", "answers"),
    [
        (timedelta(0), timedelta(0), False),
        (timedelta(0), SECOND, False),
        (5 * MINUTE, timedelta(0), True),
        (5 * MINUTE, 5 * MINUTE - SECOND, True),
        (5 * MINUTE, 5 * MINUTE, False),
        (5 * MINUTE, 6 * MINUTE, False),
    ],
)
@pytest.mark.parametrize("answer", [GOOD, quota(FIVE, WEEK)], ids=["usable", "unknown"])
def test_an_ordinary_account_is_answered_while_max_age_allows_it(
    answer: Quota, max_age: timedelta, age: timedelta, answers: bool
) -> None:
    assert reusable(kept(answer, age), NOW, Policy(max_age=max_age)) is answers


@pytest.mark.parametrize(
    ("age", "answers"), [(timedelta(0), True), (59 * MINUTE, True), (HOUR - SECOND, True), (HOUR, False), (DAY, False)]
)
@pytest.mark.parametrize("max_age", [timedelta(0), 5 * MINUTE, DAY], ids=str)
def test_an_exhausted_account_is_answered_for_an_hour_and_no_longer(max_age: timedelta, age: timedelta, answers: bool) -> None:
    assert reusable(kept(EXHAUSTED, age), NOW, Policy(max_age=max_age)) is answers


@pytest.mark.parametrize(("limit", "answers"), [(timedelta(0), False), (9 * MINUTE, False), (11 * MINUTE, True), (DAY, True)])
def test_exhausted_max_age_says_how_often_an_exhausted_account_is_asked(limit: timedelta, answers: bool) -> None:
    assert reusable(kept(EXHAUSTED, 10 * MINUTE), NOW, Policy(exhausted_max_age=limit)) is answers


def test_an_exhausted_account_is_asked_from_its_reset_on() -> None:
    held = kept(quota(FIVE, window("weekly", 100, timedelta(0)), reached=True), 10 * MINUTE)
    assert reusable(held, NOW - SECOND, Policy()) is True
    assert reusable(held, NOW, Policy()) is False


def test_an_exhausted_account_whose_reset_is_not_known_is_answered_too() -> None:
    assert reusable(kept(quota(FIVE, reached=True, kind="workspace_owner_credits_depleted")), NOW, Policy()) is True


@pytest.mark.parametrize("just_answered", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        quota(window("five_hour", 50, timedelta(0)), WEEK),
        quota(window("five_hour", 50, -SECOND), FULL_WEEK, reached=True),
        quota(WEEK, window("weekly", 5, -HOUR, limit=SPARK)),
        quota(WEEK, spend=SpendLimit(reached=True, resets_at=NOW)),
    ],
    ids=["five_hour", "beside an exhausted week", "an additional limit", "spend"],
)
def test_a_window_whose_reset_has_passed_is_never_served(answer: Quota, just_answered: bool) -> None:
    policy = Policy(max_age=DAY, exhausted_max_age=DAY)
    assert outdated(answer, NOW) is True
    assert reusable(kept(answer), NOW, policy, just_answered=just_answered) is False


@pytest.mark.parametrize(
    ("answer", "passed"),
    [(GOOD, False), (quota(window("weekly", 5)), False), (quota(spend=SpendLimit()), False), (quota(), False)],
)
def test_a_reset_that_is_ahead_or_not_known_has_not_passed(answer: Quota, passed: bool) -> None:
    assert outdated(answer, NOW) is passed


def test_what_another_reader_has_just_got_answers_whatever_the_age_allowed() -> None:
    assert reusable(kept(GOOD), NOW, Policy(), just_answered=True) is True


@pytest.mark.parametrize("just_answered", [False, True])
@pytest.mark.parametrize("answer", [GOOD, EXHAUSTED], ids=["good", "exhausted"])
def test_refresh_takes_nothing_from_the_cache(answer: Quota, just_answered: bool) -> None:
    assert reusable(kept(answer), NOW, Policy(max_age=DAY, refresh=True), just_answered=just_answered) is False


@pytest.mark.parametrize(("ahead", "answers"), [(3 * SECOND, True), (5 * SECOND, True), (6 * SECOND, False), (DAY, False)])
def test_an_answer_from_the_future_means_that_the_clock_was_set_back(ahead: timedelta, answers: bool) -> None:
    policy = Policy(max_age=HOUR)
    assert reusable(kept(GOOD, -ahead), NOW, policy) is answers
    assert reusable(kept(EXHAUSTED, -ahead), NOW, policy) is answers
    assert (as_stale(kept(GOOD, -ahead), NOW, ERROR) is not None) is answers


def test_a_clock_that_jitters_does_not_make_max_age_zero_answer() -> None:
    assert reusable(kept(GOOD, -3 * SECOND), NOW, Policy()) is False


@pytest.mark.parametrize("held", [kept(None), replace(kept(GOOD), fetched_at=None)], ids=["no quota", "no time"])
def test_a_failure_never_answers(held: Snapshot) -> None:
    assert reusable(held, NOW, Policy(max_age=DAY), just_answered=True) is False
    assert as_stale(held, NOW, ERROR) is None


times = st.one_of(st.none(), st.integers(-100_000, 100_000).map(lambda seconds: NOW + timedelta(seconds=seconds)))
windows = st.builds(
    lambda used, resets_at, limit: replace(window("weekly", used, limit=limit), resets_at=resets_at),
    st.one_of(st.none(), st.integers(0, 101)),
    times,
    st.sampled_from(["codex", SPARK]),
)
quotas = st.builds(
    lambda all_windows, reached, spend: quota(*all_windows, reached=reached, spend=spend),
    st.lists(windows, max_size=4),
    st.sampled_from([None, True, False]),
    st.one_of(st.none(), st.builds(lambda at: SpendLimit(reached=True, resets_at=at), times)),
)
ages = st.integers(-10, 100_000).map(lambda seconds: timedelta(seconds=seconds))


def resets(answer: Quota) -> list[datetime]:
    found = [w.resets_at for w in answer.windows] + [answer.spend.resets_at if answer.spend else None]
    return [at for at in found if at is not None]


@given(quotas, ages, st.builds(Policy, max_age=ages, exhausted_max_age=ages), st.booleans())
def test_nothing_that_is_served_has_a_reset_behind_it(answer: Quota, age: timedelta, policy: Policy, just_answered: bool) -> None:
    held = kept(answer, age)
    if reusable(held, NOW, policy, just_answered=just_answered):
        assert all(at > NOW for at in resets(answer))
        assert just_answered or age < max(policy.max_age, policy.exhausted_max_age)
    stale = as_stale(held, NOW, ERROR)
    if stale is not None:
        assert stale.quota is not None
        assert all(at > NOW for at in resets(stale.quota))


def test_a_stale_snapshot_keeps_figures_and_age_and_says_why_it_is_stale() -> None:
    held = replace(kept(GOOD, 12 * MINUTE), warnings=("an old warning",))
    assert as_stale(held, NOW, ERROR) == replace(held, status="stale", source="cache", error=ERROR)


def test_a_window_that_was_reset_meanwhile_is_left_out_and_named() -> None:
    passed = window("five_hour", 80, -MINUTE, label="5 h")
    stale = as_stale(kept(quota(passed, WEEK, reached=False)), NOW, ERROR)
    assert stale is not None
    assert stale.quota == quota(WEEK)
    assert stale.warnings == ("the 5 h window of codex has been reset since, its figure is not known",)


def test_the_verdict_goes_with_the_window_it_may_have_rested_on() -> None:
    main = RateLimit(name="codex", allowed=False, limit_reached=True, windows=(window("five_hour", 100, -MINUTE), WEEK))
    extra = RateLimit(name=SPARK, allowed=True, limit_reached=False, windows=(window("weekly", 5, DAY, limit=SPARK),))
    answer = Quota(limits=(main, extra), limit_reached=True, limit_reached_type="rate_limit_reached")
    stale = as_stale(kept(answer), NOW, ERROR)
    assert stale is not None
    assert stale.quota == Quota(limits=(RateLimit(name="codex", windows=(WEEK,)), extra))
    assert stale.usable is None


def test_a_reset_of_an_additional_limit_leaves_the_main_verdict_alone() -> None:
    extra = RateLimit(name=SPARK, allowed=False, limit_reached=True, windows=(window("weekly", 100, -HOUR, limit=SPARK),))
    answer = replace(EXHAUSTED, limits=(*EXHAUSTED.limits, extra), limit_reached_type="rate_limit_reached")
    stale = as_stale(kept(answer), NOW, ERROR)
    assert stale is not None
    assert stale.quota == replace(answer, limits=(*EXHAUSTED.limits, RateLimit(name=SPARK)))
    assert (stale.usable, stale.limited_by) == (False, "weekly")


def test_a_week_that_is_still_exhausted_stays_so_when_the_five_hours_are_over() -> None:
    stale = as_stale(kept(quota(window("five_hour", 100, -MINUTE), FULL_WEEK, reached=True)), NOW, ERROR)
    assert stale is not None
    assert (stale.usable, stale.limited_by, stale.available_at) == (False, "weekly", NOW + 4 * DAY)


def test_a_spend_limit_that_was_reset_is_left_out_with_its_verdict() -> None:
    spend = SpendLimit(reached=True, used=Decimal(10), resets_at=NOW - MINUTE)
    stale = as_stale(kept(quota(WEEK, reached=True, spend=spend)), NOW, ERROR)
    assert stale is not None
    assert stale.quota == quota(WEEK)
    assert stale.warnings == ("the spend limit has been reset since, its figure is not known",)


@pytest.mark.parametrize(
    "answer",
    [
        quota(window("weekly", 10, -DAY)),
        quota(spend=SpendLimit(resets_at=NOW)),
        quota(window("weekly", 10, -DAY), credits=Credits()),
    ],
)
def test_when_no_figure_holds_any_more_there_is_nothing_to_show(answer: Quota) -> None:
    assert as_stale(kept(answer), NOW, ERROR) is None
