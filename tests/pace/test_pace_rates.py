"""The speed of late: the median of slopes, worked out by hand."""

from __future__ import annotations

import pytest

from codex_quota.pace.rates import recent_rate

HOUR = 3600.0
FIVE = 5 * HOUR


@pytest.mark.parametrize(
    ("points", "length", "rate"),
    [
        # 12 points in half an hour
        pytest.param([(0.0, 0.0), (HOUR / 2, 12.0)], FIVE, 24, id="even"),
        # the last hour of five counts: 6 points in it, whatever was before
        pytest.param([(0.0, 0.0), (2 * HOUR, 80.0), (3 * HOUR, 86.0)], FIVE, 6, id="only the last fifth"),
        # the last 33.6 hours of a week count: 33.6 points in them
        pytest.param([(0.0, 0.0), (66.4 * HOUR, 0.0), (100 * HOUR, 33.6)], 168 * HOUR, 1, id="a day and a half of a week"),
        # idle for all but the last 5 of 60 minutes: more than half of the slopes are 0
        pytest.param([(0.0, 0.0), (55 * 60, 0.0), (HOUR, 30.0)], FIVE, 0, id="one burst in an idle hour"),
        # 10 an hour, but one step of 40 at once in the middle of the first tenth: most slopes are those without it
        pytest.param(
            [(0.0, 0.0), (300.0, 10 / 12), (301.0, 40 + 10 / 12), (HOUR, 40 + 10 - 10 / 3600)],
            FIVE,
            10,
            id="one step in an even hour",
        ),
        pytest.param([(0.0, 0.0), (0.0, 5.0)], FIVE, None, id="no time"),
    ],
)
def test_the_speed_of_late(points: list[tuple[float, float]], length: float, rate: float | None) -> None:
    assert recent_rate(points, length) == (None if rate is None else pytest.approx(rate, rel=0.01))


def test_how_often_somebody_looked_changes_nothing() -> None:
    # 3 points in the first half hour, 9 in the second
    seldom = [(0.0, 0.0), (HOUR / 2, 3.0), (HOUR, 12.0)]
    often = [(0.0, 0.0), *((second * 60.0, second / 10) for second in range(1, 31)), (HOUR, 12.0)]
    assert recent_rate(often, FIVE) == pytest.approx(recent_rate(seldom, FIVE))
