"""Guessing gets slower, for the guesser alone."""

from __future__ import annotations

import pytest

from codex_quota.builtin.dashboard import throttle
from codex_quota.builtin.dashboard.throttle import FORGET_AFTER, FREE_TRIES, LIMIT, LONGEST_WAIT, Throttle

GUESSER, OWNER = "192.0.2.1", "192.0.2.2"


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slow(clock: Clock) -> Throttle:
    return Throttle(now=clock)


def fail(slow: Throttle, times: int, address: str = GUESSER) -> list[float]:
    return [slow.judge(address, right=False) for _ in range(times)]


def test_the_first_tries_are_free_and_then_the_wait_doubles_up_to_a_minute(slow: Throttle, clock: Clock) -> None:
    assert fail(slow, FREE_TRIES) == [0.0] * FREE_TRIES
    waits = []
    for _ in range(9):
        (wait,) = fail(slow, 1)
        waits.append(wait)
        clock.seconds += wait
        assert fail(slow, 1) == [0.0]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]


def test_a_try_that_comes_too_early_is_not_looked_at_even_if_right(slow: Throttle, clock: Clock) -> None:
    fail(slow, FREE_TRIES)
    assert slow.judge(GUESSER, right=True) == 1.0
    clock.seconds += 1
    assert slow.judge(GUESSER, right=True) == 0.0


def test_tries_that_come_too_early_do_not_make_the_wait_longer(slow: Throttle, clock: Clock) -> None:
    fail(slow, FREE_TRIES)
    clock.seconds += 0.25
    assert fail(slow, 50) == [0.75] * 50


def test_others_are_not_slowed_down(slow: Throttle) -> None:
    fail(slow, FREE_TRIES + 1)
    assert slow.judge(OWNER, right=True) == 0.0


def test_a_right_token_wipes_the_slate_clean(slow: Throttle) -> None:
    fail(slow, FREE_TRIES - 1)
    slow.judge(GUESSER, right=True)
    assert fail(slow, FREE_TRIES) == [0.0] * FREE_TRIES


def test_failures_are_forgotten_after_a_while(slow: Throttle, clock: Clock) -> None:
    fail(slow, FREE_TRIES)
    clock.seconds += FORGET_AFTER + 1
    assert fail(slow, FREE_TRIES) == [0.0] * FREE_TRIES


@pytest.mark.parametrize(
    ("first", "second", "one_place"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("no address", "no address", True),
    ],
)
def test_addresses_of_one_customer_count_as_one(slow: Throttle, first: str, second: str, one_place: bool) -> None:
    fail(slow, FREE_TRIES, first)
    assert (slow.judge(second, right=False) > 0) is one_place


def test_memory_is_bounded_and_the_busiest_guesser_is_remembered(
    slow: Throttle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "LIMIT", 10)
    fail(slow, FREE_TRIES)
    for number in range(50):
        fail(slow, 1, f"198.51.100.{number}")
    assert len(slow._records) == 10
    assert slow.judge(GUESSER, right=False) > 0
    assert LIMIT <= 4096
