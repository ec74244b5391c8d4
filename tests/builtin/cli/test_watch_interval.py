"""When an account is read again: every figure worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota import CredentialInvalidError, Credits, NetworkError, RateLimitedError, Snapshot, SpendLimit
from codex_quota.builtin.cli.watch_interval import Turn, figures, interval, next_turn, seconds_to_change, wait_text
from snapshots import DAY, HOUR, NOW, quota, snapshot, window

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
BASE = 5 * MINUTE


def used(percent: float | None, resets_in: timedelta = 3 * HOUR, **more: bool | None) -> Snapshot:
    return snapshot("work", quota(window("five_hour", percent, resets_in, **more), window("weekly", 10, 4 * DAY)))


@pytest.mark.parametrize(
    ("percent", "seconds"),
    [(0, 300), (None, 300), (74.9, 300), (75, 150), (89.9, 150), (90, 75), (98.9, 75), (99, 60), (99.9, 60)],
)
def test_the_interval_tightens_in_the_steps_of_codex_s_own_screen(percent: float | None, seconds: int) -> None:
    assert interval(used(percent), NOW, BASE) == seconds * SECOND


def test_any_window_that_can_still_run_out_tightens_it_even_one_of_another_limit() -> None:
    spark = window("weekly", 91, DAY, limit="GPT-5.3-Codex-Spark")
    assert interval(snapshot("work", quota(window("five_hour", 10, HOUR), spark)), NOW, BASE) == 75 * SECOND


@pytest.mark.parametrize("reached", [True, False, None])
def test_what_has_run_out_does_not_tighten_it(reached: bool | None) -> None:
    both = quota(window("five_hour", 100, 3 * HOUR), window("weekly", 20, 4 * DAY), reached=reached)
    assert interval(snapshot("work", both), NOW, BASE) == BASE


def test_nor_does_another_limit_that_has_run_out_or_one_that_credits_cover() -> None:
    spark = window("weekly", 100, DAY, limit="GPT-5.3-Codex-Spark")
    assert interval(snapshot("work", quota(window("five_hour", 10, HOUR), spark)), NOW, BASE) == BASE
    covered = quota(window("five_hour", 100, HOUR), reached=False, credits=Credits(unlimited=True))
    assert interval(snapshot("work", covered), NOW, BASE) == BASE


def test_nor_does_what_a_blocked_account_has_left() -> None:
    both = quota(window("five_hour", 95, 3 * HOUR), window("weekly", 100, 4 * DAY), reached=True)
    assert interval(snapshot("work", both), NOW, BASE) == BASE


@pytest.mark.parametrize(("resets_in", "seconds"), [(5 * MINUTE, 150), (5 * MINUTE + SECOND, 300), (-SECOND, 300)])
def test_it_tightens_before_a_reset(resets_in: timedelta, seconds: int) -> None:
    assert interval(used(10, resets_in), NOW, BASE) == seconds * SECOND


def test_a_window_that_has_not_started_has_no_reset_to_wait_for() -> None:
    assert interval(used(0, 4 * MINUTE, started=False), NOW, BASE) == BASE


@pytest.mark.parametrize(("quiet", "seconds"), [(0, 300), (1, 450), (2, 600), (3, 750), (4, 900), (5, 900), (1000, 900)])
def test_it_relaxes_while_nothing_moves_up_to_three_times_and_a_quarter_of_an_hour(quiet: int, seconds: int) -> None:
    assert interval(used(10), NOW, BASE, quiet=quiet) == seconds * SECOND


@pytest.mark.parametrize(("percent", "quiet", "seconds"), [(92, 1, 112.5), (92, 4, 225), (99, 1, 60), (99, 4, 75)])
def test_it_relaxes_from_where_it_was(percent: float, quiet: int, seconds: float) -> None:
    assert interval(used(percent), NOW, BASE, quiet=quiet) == seconds * SECOND


@pytest.mark.parametrize(
    ("base", "percent", "quiet", "seconds"),
    [(30, 10, 0, 30), (30, 99, 0, 30), (30, 10, 4, 90), (60, 99, 0, 60), (3600, 10, 4, 3600), (3600, 95, 0, 900)],
)
def test_the_base_is_the_floor_below_a_minute_and_the_ceiling_above_a_quarter_of_an_hour(
    base: int, percent: float, quiet: int, seconds: int
) -> None:
    assert interval(used(percent), NOW, base * SECOND, quiet=quiet) == seconds * SECOND


@pytest.mark.parametrize(("resets_in", "seconds"), [(100, 110), (20, 60), (50, 60), (60, 70), (3600, 300)])
def test_the_turn_comes_shortly_after_a_reset_but_never_below_the_floor(resets_in: int, seconds: int) -> None:
    assert next_turn(None, None, used(10, resets_in * SECOND), NOW, BASE) == Turn(
        due=NOW + seconds * SECOND, wait=seconds * SECOND
    )


@pytest.mark.parametrize(("failures", "seconds"), [(0, 60), (1, 120), (2, 240), (3, 480), (4, 900), (30, 900)])
def test_each_further_failure_waits_twice_as_long(failures: int, seconds: int) -> None:
    before = Turn(due=NOW, wait=MINUTE, failures=failures, quiet=3)
    failed = snapshot("work", status="failed", error=NetworkError("gone"))
    turn = next_turn(before, used(10), failed, NOW, BASE)
    assert turn == Turn(due=NOW + seconds * SECOND, wait=seconds * SECOND, failures=failures + 1)


def test_old_figures_are_a_failure_too_and_an_answer_ends_the_row() -> None:
    stale = replace(used(10), status="stale", source="cache", error=NetworkError("gone"))
    turn = next_turn(Turn(due=NOW, wait=MINUTE, failures=1), used(10), stale, NOW, BASE)
    assert (turn.failures, turn.wait) == (2, 2 * MINUTE)
    after = next_turn(turn, used(10), used(20), NOW, BASE)
    assert (after.failures, after.quiet, after.wait) == (0, 0, BASE)


@pytest.mark.parametrize(("wish", "seconds"), [(10, 60), (600, 600), (3 * 3600, 3600)])
def test_a_failure_waits_as_long_as_the_service_wishes_within_an_hour(wish: int, seconds: int) -> None:
    failed = snapshot("work", status="failed", error=RateLimitedError("too often", retry_at=NOW + wish * SECOND))
    assert next_turn(None, None, failed, NOW, BASE).wait == seconds * SECOND


def test_a_sign_in_that_cannot_be_used_is_looked_at_every_minute() -> None:
    failed = snapshot("work", status="failed", error=CredentialInvalidError("no token"))
    assert next_turn(Turn(due=NOW, wait=MINUTE, failures=9), None, failed, NOW, BASE).wait == MINUTE


def test_readings_without_a_change_are_counted_until_a_figure_moves() -> None:
    first = next_turn(None, None, used(10), NOW, BASE)
    second = next_turn(first, used(10), used(10), NOW, BASE)
    third = next_turn(second, used(10), used(10), NOW, BASE)
    moved = next_turn(third, used(10), used(11), NOW, BASE)
    assert [turn.quiet for turn in (first, second, third, moved)] == [0, 1, 2, 0]
    assert [turn.wait / SECOND for turn in (first, second, third, moved)] == [300, 450, 600, 300]


def test_a_reset_that_slides_by_seconds_is_no_change_and_a_window_that_appears_is_one() -> None:
    assert figures(used(10, 3 * HOUR)) == figures(used(10, 3 * HOUR + 20 * SECOND))
    assert figures(used(10)) != figures(snapshot("work", quota(window("weekly", 10, 4 * DAY))))


def test_spending_is_a_change() -> None:
    one, two = (
        snapshot("biz", quota(spend=SpendLimit(used=Decimal(amount), limit=Decimal(200), resets_at=NOW + DAY)))
        for amount in (10, 11)
    )
    assert (figures(one), figures(two)) == ({("", "spend", ""): 5.0}, {("", "spend", ""): 5.5})


@given(st.floats(0, 120), st.integers(1, 10**6), st.integers(0, 50), st.integers(10, 10**5), st.booleans())
@settings(max_examples=150)
def test_no_wait_is_ever_below_the_floor_or_above_the_ceiling(
    percent: float, resets_in: int, quiet: int, base: int, fails: bool
) -> None:
    read = used(percent, resets_in * SECOND)
    read = replace(read, error=NetworkError("gone"), status="stale") if fails else read
    turn = next_turn(Turn(due=NOW, wait=MINUTE, quiet=quiet, failures=quiet), read, read, NOW, base * SECOND)
    assert min(60, base) <= turn.wait / SECOND <= max(900, base)
    assert turn.due == NOW + turn.wait


def test_a_clock_that_was_set_back_makes_an_account_due() -> None:
    turn = Turn(due=NOW + BASE, wait=BASE)
    assert [turn.is_due(NOW + length) for length in (BASE, BASE - SECOND, timedelta(0), -MINUTE, -MINUTE - SECOND)] == [
        True,
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("after", "due", "moment", "seconds"),
    [
        (0, None, None, 60),
        (18, None, None, 42),
        (18, None, 3600 + 18 + 7.5, 7.5),  # one more minute of a countdown is over
        (18, None, -20, 22),  # an age is one minute older: it was 38 s
        (18, 18 + 300 + 5, None, 5),
        (18, 18 + 42.25, None, 0.25),  # in the last minute seconds are shown
        (18, 18 + 60, None, 1),
        (18, 18 + 60.5, None, 0.5),
        (18, 10, None, 42),
    ],
)
def test_the_next_change_of_the_picture(after: float, due: float | None, moment: float | None, seconds: float) -> None:
    found = seconds_to_change(
        NOW + after * SECOND,
        None if due is None else NOW + due * SECOND,
        [] if moment is None else [NOW + moment * SECOND],
    )
    assert found == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(300, "5m"), (61, "1m"), (60, "60s"), (41.2, "42s"), (0.5, "1s"), (0, "now"), (-5, "now"), (7200, "2h")],
)
def test_the_wait_in_words(seconds: float, text: str) -> None:
    assert wait_text(seconds * SECOND) == text
