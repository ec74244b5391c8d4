"""The shapes of weeks and of cycles, against shapes worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sightings import BEGAN, seen, weekly

from codex_quota.pace import Observation
from codex_quota.pace.runs import Run, readings_of, runs_of, seconds
from codex_quota.pace.shapes import phase_shape, weekly_shape

# BEGAN is a Monday; the shape begins on a Thursday, four days or 32 parts of three hours later.
MONDAY = 32


def runs(observations: Sequence[Observation]) -> list[Run]:
    return runs_of(readings_of((seconds(one.at), one) for one in observations))


def weeks(*parts: int | None, watched: int = 56) -> list[Run]:
    """One week after the other, looked at every three hours; in each 28 points are used in that part of it, none for None."""
    found = []
    for week, part in enumerate(parts):
        for look in range(1, watched + 1):
            used = 28.0 if part is not None and look > part else 0.0
            found.append(weekly(168 * week + 3 * look - 0.001, used, reset=168 * week + 168))
    return runs(found)


def shape_after(runs: Sequence[Run], week_count: int) -> tuple[float, ...] | None:
    return weekly_shape(runs, seconds(BEGAN + timedelta(weeks=week_count)))


def expected(high: float, flat: float, *, part: int) -> list[float]:
    """*high* in that part of the week from Monday on, half as much beside it, and everywhere *flat* on top."""
    shape = [flat] * 56
    for near, share in ((-1, 0.5), (0, 1), (1, 0.5)):
        shape[(MONDAY + part + near) % 56] += share * high
    return shape


def test_three_equal_weeks_make_a_shape() -> None:
    # 28 points in one part of 56: half a point per part on average.
    # Smoothed over three parts (1, 2, 1): 14 / 0.5 = 28 times the average there, 14 times beside it.
    # Three weeks: a quarter is flat, so 0.75 × 28 = 21 on top of 0.25.
    assert shape_after(weeks(10, 10, 10), 3) == pytest.approx(expected(21, 0.25, part=10), abs=0.02)


def test_the_first_and_the_last_part_of_a_week_are_neighbours() -> None:
    assert shape_after(weeks(0, 0, 0), 3) == pytest.approx(expected(21, 0.25, part=0), abs=0.02)


def test_one_odd_week_of_four_changes_nothing_but_how_much_is_flat() -> None:
    # four weeks: a fifth is flat, 0.8 × 28 = 22.4 on top of 0.2
    assert shape_after(weeks(10, 40, 10, 10), 4) == pytest.approx(expected(22.4, 0.2, part=10), abs=0.02)


def test_only_six_weeks_count() -> None:
    # nine weeks, seen from the middle of the tenth: the six weeks before begin in the middle of the fourth, after its use
    found = weekly_shape(weeks(40, 40, 40, 10, 10, 10, 10, 10, 10, 10), seconds(BEGAN + timedelta(weeks=9, hours=36)))
    # six weeks: a seventh is flat, 6 / 7 × 28 = 24 on top of it
    assert found == pytest.approx(expected(24, 1 / 7, part=10), abs=0.02)


@pytest.mark.parametrize(
    ("found", "count"),
    [
        pytest.param(weeks(10, 10), 2, id="two weeks"),
        pytest.param(weeks(10, 10, None), 3, id="a week off is no week"),
        pytest.param(weeks(10, 10, 10, watched=42), 3, id="three quarters of each week were watched"),
        pytest.param([], 3, id="nothing"),
        pytest.param(
            runs([seen(24 * day, 50, reset=24 * 365, length=timedelta(days=365)) for day in range(0, 140, 20)]),
            20,
            id="a year of which nothing was used in the six weeks",
        ),
    ],
)
def test_no_shape_before_three_full_weeks(found: Sequence[Run], count: int) -> None:
    assert shape_after(found, count) is None


def test_a_week_used_up_on_its_second_day_still_counts() -> None:
    # 50 points in each of the first two days, then nothing is left, so that nobody knows the rest, which is taken for average
    looks = [
        weekly(168 * week + look - 0.001, min(100.0, look * 100 / 48), reset=168 * week + 168)
        for week in range(3)
        for look in range(3, 169, 3)
    ]
    assert shape_after(runs(looks), 3) == pytest.approx([1.0] * 56, abs=0.02)


def test_a_part_of_a_cycle_that_is_used_more_counts_more() -> None:
    # 10 points in the fifth tenth (2:00 to 2:30) of five hours: 1 point per tenth on average.
    # Smoothed: 20 / 4 = 5 times the average there, 2.5 times beside it.
    # One cycle: half is flat, so 0.5 × 5 + 0.5 = 3 and 0.5 × 2.5 + 0.5 = 1.75.
    cycle = [seen(1, 0), seen(2, 0), seen(2.5, 10), seen(4.99, 10)]
    assert phase_shape(runs(cycle)) == pytest.approx([0.5, 0.5, 0.5, 1.75, 3, 1.75, 0.5, 0.5, 0.5, 0.5], abs=1e-3)


@pytest.mark.parametrize(
    "observations",
    [
        pytest.param([seen(1, 5), seen(2, 10)], id="less than half was watched"),
        pytest.param([seen(1, 1), seen(4.9, 1)], id="hardly used"),
        pytest.param([seen(1, 0, reset=6, started=False), seen(4, 0, reset=9, started=False)], id="not started"),
        pytest.param([seen(1, 5, length=None), seen(4.9, 10, length=None)], id="no length"),
    ],
)
def test_some_cycles_tell_nothing_about_their_parts(observations: list[Observation]) -> None:
    assert phase_shape(runs(observations)) is None


def test_a_rise_over_a_long_gap_tells_nothing_about_when() -> None:
    # watched but for 16 hours of each week, in which everything was used
    looks = [
        weekly(168 * week + look, 40.0 if look >= 60 else 0.0, reset=168 * week + 168)
        for week in range(3)
        for look in range(0, 168, 4)
        if not 44 < look < 60
    ]
    assert shape_after(runs(looks), 3) is None
