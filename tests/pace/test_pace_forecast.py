"""The whole forecast, against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from math import exp, sqrt

import pytest
from sightings import BEGAN, DAY, FIVE, WEEK, after, even_cycles, seen, weekly

from codex_quota.pace import ConePoint, Observation, Pace, Working, cone, forecast, lookback

ONE_READING = [seen(2, 40)]


@pytest.mark.parametrize(
    ("observations", "even", "ahead"),
    [
        # two of five hours are 40 %
        pytest.param([seen(2, 40)], 40, 0, id="on it"),
        pytest.param([seen(2, 60)], 40, 20, id="ahead"),
        pytest.param([seen(2, 15)], 40, -25, id="behind"),
        pytest.param([seen(2, 100)], 40, 60, id="all used"),
        pytest.param([seen(2, 1)], 40, -39, id="too early to say more"),
        # what is used counts as long as nothing newer is known, even use goes on
        pytest.param([seen(1, 15)], 40, -25, id="an hour old"),
    ],
)
def test_even_use(observations: list[Observation], even: float, ahead: float) -> None:
    pace = forecast(observations, after(2))
    assert (pace.even_percent, pace.ahead_points) == (pytest.approx(even), pytest.approx(ahead))


@pytest.mark.parametrize(
    ("observations", "now", "reason"),
    [
        pytest.param([], 2, "no_figure", id="nothing seen"),
        pytest.param([seen(3, 40)], 2, "no_figure", id="nothing seen until now"),
        pytest.param([seen(1, 40), seen(2, None)], 2, "no_figure", id="the newest tells none"),
        pytest.param([seen(1, 40), seen(2, float("nan"))], 2, "no_figure", id="the newest is no number"),
        pytest.param([seen(2, 0, reset=7, started=False)], 2, "not_started", id="not started"),
        pytest.param([seen(2, 100)], 2, "exhausted", id="all used"),
        pytest.param([seen(2, 100.6, reset=None)], 2, "exhausted", id="more than all used, and no reset"),
        pytest.param([seen(2, 40, reset=None)], 2, "no_reset_time", id="no reset"),
        pytest.param([seen(2, 40, length=None)], 2, "no_length", id="no length"),
        pytest.param([seen(2, 40, length=timedelta(days=4000))], 2, "no_length", id="absurd length"),
        pytest.param([seen(2, 40, length=timedelta(0))], 2, "no_length", id="a length of nothing"),
        pytest.param([seen(2, 40)], 5, "reset_passed", id="at the reset"),
        pytest.param([seen(6, 40)], 6, "reset_passed", id="seen after its reset"),
        pytest.param([seen(2, 1)], 2, "too_early", id="one point"),
        pytest.param([seen(1, 1), seen(2, 2)], 2, "too_early", id="two, but it began with one"),
        pytest.param([seen(2, 2)], 2, "too_early", id="two, but it may have begun with one"),
        # 1 % of five hours is three minutes
        pytest.param([seen(179 / 3600, 30)], 1, "too_early", id="three minutes but a second"),
        # 1 % of an hour is 36 seconds, but a minute is the least
        pytest.param([seen(59 / 3600, 30, reset=1, length=timedelta(hours=1))], 0.5, "too_early", id="a minute but a second"),
        pytest.param([seen(-1, 30)], 0, "too_early", id="a window that has not begun"),
        pytest.param([seen(2, 60), seen(3, 0), seen(3.1, 1)], 3.1, "too_early", id="after an early reset"),
    ],
)
def test_no_forecast_without_evidence(observations: list[Observation], now: float, reason: str) -> None:
    pace = forecast(observations, after(now))
    assert (pace.reason, pace.basis) == (reason, None)
    assert (pace.rate, pace.exhausts_at, pace.exhausts_between, pace.percent_at_reset, pace.percent_between) == (None,) * 5
    assert cone(observations, after(now)) == ()


@pytest.mark.parametrize(
    "observations",
    [
        pytest.param([seen(1, 1), seen(2, 3)], id="two points after the first one"),
        pytest.param([seen(1, 0), seen(2, 2)], id="two points after nothing"),
        pytest.param([seen(2, 3)], id="three points, as it may have begun with one"),
        pytest.param([seen(180 / 3600, 30)], id="three minutes of five hours"),
        pytest.param([seen(60 / 3600, 30, reset=1, length=timedelta(hours=1))], id="a minute of an hour"),
    ],
)
def test_a_forecast_as_soon_as_there_is_evidence(observations: list[Observation]) -> None:
    pace = forecast(observations, observations[-1].at)
    assert (pace.reason, pace.basis) == (None, "average")


def test_a_forecast_from_one_reading() -> None:
    """40 % after two of five hours, and nothing else known."""
    hour, total = 3600, 18000
    # One stretch of two hours, its middle one hour ago: it counts exp(-1 h / (0.4 × 5 h)).  Believed: half in five hours, as if
    # seen for a twentieth of them, that is 2.5 points in 900 s.
    weight = exp(-1 / 2)
    level = (40 * weight + 2.5) / (2 * hour * weight + 900)
    assert level * hour == pytest.approx(18.2913, abs=1e-4)
    # Three whole blocks of five hours / 28 in each half hour or so: 11 of them, all alike, and 3 believed: 1.5 / (3 + 10).
    # Two blocks of five hours / 7, alike, and 4 believed to be 2.5 times as uneven.
    clump = 4 * 2.5 * (1.5 / 13) / (4 + 1)
    # evidence: points by clump; likeness: half of the unevenness of one block
    spread = clump / (40 * weight + 2.5) + 0.5 * clump * 7 / (level * total)
    expected = level * 3 * hour
    unsure = sqrt(clump / expected + spread)
    reach = 1.15 * (1.036 + 1.645) / 2
    low = expected * (1 - unsure**2 / 9 - reach * unsure / 3) ** 3
    high = expected * (1 - unsure**2 / 9 + reach * unsure / 3) ** 3
    assert (expected, low, high) == (
        pytest.approx(54.873, abs=1e-3),
        pytest.approx(43.005, abs=1e-3),
        pytest.approx(67.831, abs=1e-3),
    )

    pace = forecast(ONE_READING, after(2))

    assert (pace.at, pace.used_percent, pace.resets_at, pace.confidence) == (after(2), 40, after(5), 0.8)
    assert pace.percent_at_reset == pytest.approx(40 + expected)
    # half a point more on both sides, and never more than 100
    assert pace.percent_between == (pytest.approx(40 + low - 0.5), 100)
    assert pace.exhausts_at is None
    assert pace.exhausts_between is not None
    earliest, latest = pace.exhausts_between
    assert latest is None
    # at the earliest moment the most that is likely, and half a point, make up the 60 that are left
    until = (earliest - after(2)).total_seconds()
    unsure = sqrt(clump / (level * until) + spread)
    assert level * until * (1 - unsure**2 / 9 + reach * unsure / 3) ** 3 + 0.5 == pytest.approx(60, abs=0.01)
    # 40 points in the two hours; the last fifth is one of them
    assert pace.rate == pytest.approx(20)


@pytest.mark.parametrize(
    ("cycles", "per_hour", "now", "percent"),
    [
        # what was used, and the same speed to the end, whatever part of it is history
        pytest.param(3, 10, 2, 50, id="half of it"),
        pytest.param(8, 10, 4, 50, id="late"),
        pytest.param(8, 4, 1, 20, id="a fifth of it"),
    ],
)
def test_who_has_always_used_evenly_goes_on(cycles: int, per_hour: float, now: float, percent: float) -> None:
    pace = forecast(even_cycles(cycles, per_hour, now), after(5 * cycles + now))
    assert pace.percent_at_reset == pytest.approx(percent, abs=0.05)
    assert (pace.basis, pace.exhausts_at, pace.exhausts_between) == ("history", None, None)
    assert pace.rate == pytest.approx(per_hour, rel=0.02)


def test_who_has_always_run_out_runs_out_again() -> None:
    # 30 an hour: 100 after 3:20
    pace = forecast(even_cycles(6, 30, 2, every=1 / 12), after(32))
    assert pace.exhausts_at is not None
    assert abs(pace.exhausts_at - (after(30) + timedelta(hours=3, minutes=20))) < timedelta(seconds=20)
    assert pace.exhausts_between is not None
    assert pace.exhausts_between[0] < pace.exhausts_at < (pace.exhausts_between[1] or pace.exhausts_at)
    assert (pace.percent_at_reset, pace.percent_between) == (100, (100, 100))


def test_the_time_since_the_reading_counts() -> None:
    # 30 an hour, last seen at 2:00: at 3:00 30 more will have been used, so it still runs out at 3:20
    at_once, later = (forecast(even_cycles(6, 30, 2), after(30 + now)) for now in (2, 3))
    assert (later.exhausts_at, later.percent_at_reset) == (at_once.exhausts_at, at_once.percent_at_reset)
    # at 3:30 it must have run out already
    assert forecast(even_cycles(6, 30, 2), after(33.5)).exhausts_at == after(33.5)


def test_a_week_of_one_s_own() -> None:
    """Four weeks of 14 points on each of five days, evenly from 9 to 18; now it is Thursday at 0:00."""

    def used(hours: float) -> float:
        day, hour = divmod(hours, 24)
        return 14 * (min(day, 5) + (min(1, max(0, (hour - 9) / 9)) if day < 5 else 0))

    looks = [
        weekly(168 * week + hour - 1e-3, used(hour), reset=168 * week + 168)
        for week in range(5)
        for hour in range(1, 169 if week < 4 else 73)
    ]
    now = after(4 * 168 + 72)
    flat, own = forecast(looks[168 * 4 :], now), forecast(looks, now)
    # 42 points in three of seven days: 98 without knowing more, less a little for the 50 that are believed.
    # Its own week has 56 parts, of which four weeks leave a fifth flat: a working day counts 0.8 × 56 / 5 + 0.2 × 8 = 10.56 of
    # them, one of the weekend 1.6.  42 points in 3 × 10.56 = 31.68, and 2 × 10.56 + 2 × 1.6 = 24.32 are to come.
    expected = 42 + 42 / 31.68 * 24.32
    assert expected == pytest.approx(74.24, abs=0.01)
    assert (flat.basis, own.basis) == ("average", "weekly_shape")
    assert flat.percent_at_reset == pytest.approx(95, abs=2)
    assert own.percent_at_reset == pytest.approx(expected, abs=0.3)
    assert own.percent_between is not None
    assert own.percent_between[0] < 70 < own.percent_between[1] < 85
    friday, sunday = (point.percent for point in cone(looks, now, steps=4)[2::2])
    assert sunday - friday == pytest.approx(42 / 31.68 * 3.2, abs=0.1)


def test_no_week_of_one_s_own_before_three_full_weeks() -> None:
    looks = [weekly(168 * week + hour - 1e-3, hour / 4, reset=168 * week + 168) for week in range(4) for hour in range(1, 169)]
    three, two = looks[: 3 * 168 + 24], looks[168 : 3 * 168 + 24]
    assert [forecast(some, after(3 * 168 + 24)).basis for some in (three, two)] == ["weekly_shape", "history"]


WORKDAYS = Working(days=frozenset(range(5)), tz=UTC)


@pytest.mark.parametrize(
    ("working", "hours", "even"),
    [
        # five working days: each makes 20 %
        (WORKDAYS, 72, 60),
        (WORKDAYS, 120, 100),
        (WORKDAYS, 144, 100),
        # the week began on Monday at 0:00; by Tuesday at 13:00 12 of 40 hours have passed
        (replace(WORKDAYS, start=time(9), end=time(17)), 37, 30),
        # every hour counts
        (None, 84, 50),
    ],
)
def test_even_use_of_working_time(working: Working | None, hours: float, even: float) -> None:
    assert forecast([weekly(hours, 30)], after(hours), working).even_percent == pytest.approx(even)


def test_a_window_without_working_time_is_taken_as_it_is() -> None:
    weekend = Working(days=frozenset({5, 6}), tz=UTC)
    assert forecast(ONE_READING, after(2), weekend) == forecast(ONE_READING, after(2))


def test_a_working_week_runs_out_in_working_time_only() -> None:
    """25 a day: 75 are used when Wednesday ends, so it runs out when Thursday does."""
    looks = [weekly(hour, 75 * hour / 72) for hour in range(1, 73)]
    pace = forecast(looks, after(72), WORKDAYS)
    # Half in five days, as if seen for a quarter of a day, is believed too, which delays it: the weights of the 72 hours make
    # 3 days × (1 - exp(-x)) / x with x = 72 h / (0.4 × 120 h)
    x = 72 / 48
    weight = (1 - exp(-x)) / x
    per_hour = (75 * weight + 2.5) / (72 * weight + 6)
    assert pace.basis == "working"
    assert pace.exhausts_at is not None
    assert (pace.exhausts_at - after(72)) / timedelta(hours=1) == pytest.approx(25 / per_hour, abs=0.05)
    assert pace.even_percent == pytest.approx(60)
    # on Saturday nothing more is expected before Monday, when the window has reset
    late = forecast([*looks, weekly(120, 90)], after(130), WORKDAYS)
    assert (late.percent_at_reset, late.exhausts_at) == (90, None)


def test_use_begins_again_with_the_next_working_day() -> None:
    # a window from Thursday to Thursday: from Friday evening it goes on on Monday
    thursday = BEGAN + 3 * DAY
    looks = [
        Observation(at=thursday + DAY * day, used_percent=45.0 * day, resets_at=thursday + WEEK, length=WEEK, started=True)
        for day in (0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2)
    ]
    pace = forecast(looks, thursday + 2.5 * DAY, WORKDAYS)
    assert pace.exhausts_at is not None
    assert timedelta(0) < pace.exhausts_at - (thursday + 4 * DAY) < timedelta(hours=8)


def test_the_cone_leads_from_now_to_the_reset() -> None:
    pace, points = forecast(ONE_READING, after(2)), cone(ONE_READING, after(2), steps=6)
    assert [point.at for point in points] == [after(2 + step / 2) for step in range(7)]
    assert points[0] == ConePoint(at=after(2), low=40, percent=40, high=40.5)
    assert pace.percent_between is not None
    last = points[-1]
    assert (last.low, last.percent, last.high) == (pytest.approx(pace.percent_between[0]), pace.percent_at_reset, 100)
    widths = [point.high - point.low for point in points[:5]]
    assert widths == sorted(widths)


def test_the_cone_goes_on_from_what_is_expected_by_now() -> None:
    first = cone(even_cycles(6, 10, 2), after(33))[0]
    assert first.percent == pytest.approx(30, abs=0.1)
    assert first.low < 30 < first.high


@pytest.mark.parametrize(
    ("length", "back"),
    [(FIVE, 28 * DAY), (WEEK, 49 * DAY), (30 * DAY, 210 * DAY), (None, 28 * DAY), (timedelta.max, 7 * timedelta(days=3660))],
)
def test_how_far_back_observations_matter(length: timedelta | None, back: timedelta) -> None:
    assert lookback(length) == back


def test_figures_that_a_later_one_contradicts_change_nothing() -> None:
    wrong = [seen(1.5, 97), seen(1.7, 97), seen(1.8, 97)]
    assert forecast([seen(1, 39), *wrong, seen(2, 80)], after(2)) == forecast([seen(1, 39), seen(2, 80)], after(2))


def test_older_observations_change_nothing() -> None:
    old = [seen(hour - 24 * 60, 50, reset=hour - 24 * 60 + 1) for hour in range(100)]
    assert forecast([*old, *even_cycles(6, 30, 2)], after(32)) == forecast(even_cycles(6, 30, 2), after(32))


def test_a_pace_without_anything_is_empty() -> None:
    assert forecast([], datetime(2026, 11, 16, tzinfo=UTC)) == Pace(at=datetime(2026, 11, 16, tzinfo=UTC), reason="no_figure")


def test_a_window_that_begins_in_thousands_of_years_is_not_counted_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_quota.pace.forecasts.working_clock", None)
    far = replace(weekly(2, 50), resets_at=datetime(9990, 1, 1, tzinfo=UTC))
    pace = forecast([far], after(3), WORKDAYS)
    assert (pace.reason, pace.even_percent, cone([far], after(3), WORKDAYS)) == ("too_early", 0, ())
