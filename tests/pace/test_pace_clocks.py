"""Which time counts: working time, with days that change their offset, and shapes that repeat."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from codex_quota.errors import UsageError
from codex_quota.pace import Working
from codex_quota.pace.clocks import FLAT, shaped_clock, working_clock

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS, EVERY_DAY = frozenset(range(5)), frozenset(range(7))


def hours_between(working: Working, begin: datetime, end: datetime) -> float:
    clock = working_clock(working, begin.timestamp(), end.timestamp())
    return (clock.at(end.timestamp()) - clock.at(begin.timestamp())) / 3600


@pytest.mark.parametrize(
    ("working", "begin", "end", "hours"),
    [
        # Monday to Friday, whole days: 5 × 24
        (Working(days=WEEKDAYS, tz=UTC), datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC), 120),
        # 9 to 17 on five days: 5 × 8
        (
            Working(days=WEEKDAYS, start=time(9), end=time(17), tz=UTC),
            datetime(2026, 11, 16, tzinfo=UTC),
            datetime(2026, 11, 23, tzinfo=UTC),
            40,
        ),
        # from Wednesday 12:00: 5 h of Wednesday, Thursday and Friday, Monday, Tuesday, and 3 h of Wednesday
        (
            Working(days=WEEKDAYS, start=time(9), end=time(17), tz=UTC),
            datetime(2026, 11, 18, 12, tzinfo=UTC),
            datetime(2026, 11, 25, 12, tzinfo=UTC),
            5 + 16 + 16 + 3,
        ),
        # Saturday's night ends on Sunday: 6 h of it lie before 04:00
        (
            Working(days=frozenset({5}), start=time(22), end=time(6), tz=UTC),
            datetime(2026, 11, 21, tzinfo=UTC),
            datetime(2026, 11, 22, 4, tzinfo=UTC),
            6,
        ),
        # Friday's night reaches into the window that begins on Saturday at 00:00
        (
            Working(days=frozenset({4}), start=time(22), end=time(6), tz=UTC),
            datetime(2026, 11, 21, tzinfo=UTC),
            datetime(2026, 11, 22, tzinfo=UTC),
            6,
        ),
        # 9 to 17 in Berlin is 8 to 16 in winter time: 3 of these 4 hours
        (
            Working(days=EVERY_DAY, start=time(9), end=time(17), tz=BERLIN),
            datetime(2026, 11, 16, 7, tzinfo=UTC),
            datetime(2026, 11, 16, 11, tzinfo=UTC),
            3,
        ),
        # the Sunday on which clocks go forward has 23 hours, that on which they go back 25
        (Working(days=frozenset({6}), tz=BERLIN), datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC), 23),
        (Working(days=frozenset({6}), tz=BERLIN), datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC), 25),
        # and so have the nights: 22:00 to 06:00 are 7 and 9 hours
        (
            Working(days=frozenset({5}), start=time(22), end=time(6), tz=BERLIN),
            datetime(2026, 3, 28, tzinfo=UTC),
            datetime(2026, 3, 31, tzinfo=UTC),
            7,
        ),
        (
            Working(days=frozenset({5}), start=time(22), end=time(6), tz=BERLIN),
            datetime(2026, 10, 24, tzinfo=UTC),
            datetime(2026, 10, 27, tzinfo=UTC),
            9,
        ),
    ],
)
def test_working_time_is_counted(working: Working, begin: datetime, end: datetime, hours: float) -> None:
    assert hours_between(working, begin, end) == hours


def test_after_an_evening_comes_the_next_morning() -> None:
    begin = datetime(2026, 11, 16, tzinfo=UTC)
    clock = working_clock(
        Working(days=WEEKDAYS, start=time(9), end=time(17), tz=UTC), begin.timestamp(), (begin + timedelta(days=7)).timestamp()
    )
    found = [datetime.fromtimestamp(clock.when(hours * 3600), UTC) - begin for hours in (1, 8, 8.5, 39)]
    assert found == [timedelta(hours=10), timedelta(hours=17), timedelta(days=1, hours=9.5), timedelta(days=4, hours=16)]


@pytest.mark.parametrize("days", [frozenset(), frozenset({7}), frozenset({-1, 0})])
def test_days_that_there_are_not_are_refused(days: frozenset[int]) -> None:
    with pytest.raises(UsageError, match="working days must be numbers from 0 "):
        Working(days=days, tz=UTC)


def test_a_flat_clock_counts_all_time() -> None:
    assert [(FLAT.at(moment), FLAT.when(moment)) for moment in (-5.0, 0.5, 1e9)] == [(-5, -5), (0.5, 0.5), (1e9, 1e9)]


def test_a_shape_repeats_itself() -> None:
    # parts of 10 s count 0.5, 2 and 0.5 times: 5, 20 and 5 s
    clock = shaped_clock((0.5, 2, 0.5), 10, 0, 60)
    assert [clock.at(moment) for moment in (0, 10, 20, 30, 35, 45, 60)] == [0, 5, 25, 30, 32.5, 45, 60]
    assert [clock.when(counted) for counted in (2.5, 15, 30, 45)] == [5, 15, 30, 45]


def test_a_shape_may_begin_anywhere() -> None:
    # from 25 s on: 5 s of the third part count 2.5 s, and 5 s of the first one 2.5 s
    clock = shaped_clock((0.5, 2, 0.5), 10, 25, 35)
    assert clock.at(35) - clock.at(25) == 5
