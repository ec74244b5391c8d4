"""What holds for every forecast, whatever was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from itertools import pairwise
from math import isfinite
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from sightings import BEGAN, FIVE, WEEK

from codex_quota.pace import Observation, Pace, Working, cone, cycles, forecast

WORKING = st.one_of(
    st.none(),
    st.builds(
        Working,
        days=st.frozensets(st.integers(0, 6), min_size=1),
        start=st.times(),
        end=st.times(),
        tz=st.sampled_from([UTC, timezone(timedelta(hours=-12)), ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")]),
    ),
)
ANY_TIME = st.one_of(
    st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("America/New_York")])),
    st.datetimes(),  # one that names no zone
    st.timedeltas(-timedelta(days=30), timedelta(days=30)).map(lambda delta: BEGAN + delta),
)
ANYTHING = st.builds(
    Observation,
    at=ANY_TIME,
    used_percent=st.one_of(st.none(), st.floats(), st.floats(0, 101), st.integers(0, 100).map(float)),
    resets_at=st.one_of(st.none(), ANY_TIME),
    length=st.one_of(st.none(), st.timedeltas(), st.sampled_from([FIVE, WEEK, timedelta(days=30), timedelta(0)])),
    started=st.sampled_from([None, True, False]),
)


@st.composite
def histories(draw: st.DrawFn, lengths: Sequence[timedelta] = (FIVE, WEEK)) -> list[Observation]:
    """Some cycles of one window in order: whole percents that rise, at whole seconds, and resets that jitter.

    Nothing is seen at an even share of a window, where a second decides whether a cycle is one of those that count.
    """
    length = draw(st.sampled_from(lengths))
    found, begins = [], BEGAN
    for _ in range(draw(st.integers(1, 5))):
        looks = sorted(draw(st.lists(st.integers(1, 99), min_size=1, max_size=12, unique=True)))
        used = 0
        for look in looks:
            used = min(100, used + draw(st.integers(0, 20)))
            jitter = timedelta(seconds=draw(st.integers(-20, 20)))
            found.append(
                Observation(
                    at=begins + length * (look + 0.37) / 100,
                    used_percent=float(used),
                    resets_at=begins + length + jitter,
                    length=length,
                    started=True,
                )
            )
        begins += length + timedelta(minutes=draw(st.integers(0, 600)))
    return found


def check(pace: Pace, observations: Sequence[Observation]) -> None:
    """What holds for every pace."""
    assert (pace.basis is None) == (pace.reason is not None) == (pace.percent_at_reset is None)
    if pace.percent_at_reset is None or pace.percent_between is None:
        assert (pace.exhausts_at, pace.exhausts_between, pace.rate) == (None, None, None)
        return
    low, high = pace.percent_between
    assert pace.used_percent is not None
    assert pace.used_percent <= low <= pace.percent_at_reset <= high <= 100
    assert pace.used_percent >= 2
    assert pace.rate is not None
    assert isfinite(pace.rate)
    assert pace.rate >= 0
    assert pace.resets_at is not None
    assert pace.even_percent is not None
    assert 0 <= pace.even_percent <= 100
    assert (pace.exhausts_at is not None) == (pace.percent_at_reset == 100)
    assert (pace.exhausts_between is not None) == (high == 100)
    if pace.exhausts_between is None:
        return
    earliest, latest = pace.exhausts_between
    assert (latest is not None) == (low == 100)
    moments = [moment for moment in (pace.at, earliest, pace.exhausts_at, latest, pace.resets_at) if moment is not None]
    rounded = timedelta(seconds=1)
    assert all(before <= after + rounded for before, after in pairwise(moments))


@settings(max_examples=200, deadline=None)
@given(st.lists(ANYTHING, max_size=30), ANY_TIME.filter(lambda at: at.tzinfo is not None), WORKING)
@example([Observation(at=BEGAN, used_percent=5.0, resets_at=BEGAN + WEEK, length=timedelta.max, started=True)], BEGAN, None)
@example([Observation(at=BEGAN, used_percent=5.0, resets_at=BEGAN + WEEK, length=timedelta.min, started=True)], BEGAN, None)
@example(
    [Observation(at=datetime.min.replace(tzinfo=UTC), used_percent=5.0, resets_at=BEGAN, length=WEEK, started=True)], BEGAN, None
)
@example(
    [Observation(at=BEGAN, used_percent=5.0, resets_at=datetime.max.replace(tzinfo=UTC), length=WEEK, started=True)],
    BEGAN + timedelta(days=1),
    Working(days=frozenset({0}), start=time(2, 30), end=time(2, 15), tz=ZoneInfo("Europe/Berlin")),
)
def test_nothing_makes_it_raise(observations: list[Observation], now: datetime, working: Working | None) -> None:
    check(forecast(observations, now, working), observations)
    assert len(cone(observations, now, working, steps=5)) in (0, 6)
    assert sum(len(cycle.observations) for cycle in cycles(observations)) <= len(observations)


@settings(max_examples=150, deadline=None)
@given(histories(), WORKING, st.floats(0, 1))
def test_an_interval_holds_its_forecast(observations: list[Observation], working: Working | None, later: float) -> None:
    now = observations[-1].at + FIVE * later
    pace = forecast(observations, now, working)
    check(pace, observations)
    points = cone(observations, now, working, steps=8)
    assert all(point.low <= point.percent <= point.high for point in points)
    for name in ("low", "percent", "high"):
        path = [getattr(point, name) for point in points]
        assert path == sorted(path)
    if points:
        assert (points[-1].at, points[-1].percent) == (pace.resets_at, pace.percent_at_reset)


@settings(max_examples=150, deadline=None)
@given(histories())
def test_no_forecast_before_there_is_evidence(observations: list[Observation]) -> None:
    last = observations[-1]
    pace = forecast(observations, last.at)
    assert last.length is not None
    assert last.resets_at is not None
    passed = last.length - (last.resets_at - last.at)
    if passed < max(timedelta(seconds=60), last.length / 200) or (last.used_percent or 0) < 2:
        assert pace.basis is None


@settings(max_examples=150, deadline=None)
@given(histories(), st.integers(1, 40), WORKING)
def test_who_has_used_more_runs_out_no_later(observations: list[Observation], more: int, working: Working | None) -> None:
    last = observations[-1]
    heavier = replace(last, used_percent=min(99.0, (last.used_percent or 0) + more))
    light, heavy = (forecast([*observations[:-1], one], last.at, working) for one in (last, heavier))
    if light.percent_at_reset is None or heavy.percent_at_reset is None:
        return
    assert heavy.percent_at_reset >= light.percent_at_reset - 1e-6
    if light.exhausts_at is not None:
        assert heavy.exhausts_at is not None
        assert heavy.exhausts_at <= light.exhausts_at + timedelta(seconds=1)


def moved(observations: Sequence[Observation], by: timedelta) -> list[Observation]:
    return [replace(one, at=one.at + by, resets_at=one.resets_at + by if one.resets_at else None) for one in observations]


def assert_same(left: Pace, right: Pace, by: timedelta) -> None:
    """The same figures, and moments that lie *by* later, to a second."""
    for name in ("used_percent", "basis", "reason"):
        assert getattr(left, name) == getattr(right, name)
    for name in ("even_percent", "ahead_points", "rate", "percent_at_reset"):
        one, other = getattr(left, name), getattr(right, name)
        assert (one is None) == (other is None)
        assert one is None or abs(one - other) < 1e-6
    assert (left.exhausts_at is None) == (right.exhausts_at is None)
    if left.exhausts_at is not None and right.exhausts_at is not None:
        assert abs(left.exhausts_at + by - right.exhausts_at) <= timedelta(seconds=1)


@settings(max_examples=100, deadline=None)
@given(histories(lengths=[FIVE]), st.integers(-(10**8), 10**8))
def test_another_time_changes_nothing(observations: list[Observation], seconds: int) -> None:
    by, now = timedelta(seconds=seconds), observations[-1].at
    assert_same(forecast(observations, now), forecast(moved(observations, by), now + by), by)


@settings(max_examples=50, deadline=None)
@given(histories(lengths=[WEEK]), st.integers(-100, 100))
def test_other_weeks_change_nothing(observations: list[Observation], weeks: int) -> None:
    by, now = timedelta(weeks=weeks), observations[-1].at
    assert_same(forecast(observations, now), forecast(moved(observations, by), now + by), by)


@settings(max_examples=100, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_anything(observations: list[Observation], chance: object) -> None:
    shuffled = [*observations, *observations[::3]]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    now = observations[-1].at
    assert forecast(shuffled, now) == forecast(observations, now)
    assert cycles(shuffled) == cycles(observations)


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_jitter_changes_next_to_nothing(observations: list[Observation], data: st.DataObject) -> None:
    still = [replace(one, resets_at=one.resets_at.replace(second=0) if one.resets_at else None) for one in observations]
    shaken = [
        replace(one, resets_at=one.resets_at + timedelta(seconds=data.draw(st.integers(-30, 30))) if one.resets_at else None)
        for one in still[:-1]
    ]
    assert len(cycles([*shaken, still[-1]])) == len(cycles(still))
    left, right = (forecast(some, still[-1].at) for some in (still, [*shaken, still[-1]]))
    assert (left.basis, left.reason) == (right.basis, right.reason)
    if left.percent_at_reset is not None and right.percent_at_reset is not None and left.percent_between is not None:
        low, high = left.percent_between
        assert abs(left.percent_at_reset - right.percent_at_reset) <= 1 + (high - low) / 10


@settings(max_examples=100, deadline=None)
@given(histories(), st.data())
def test_a_figure_that_flips_once_changes_nothing(observations: list[Observation], data: st.DataObject) -> None:
    pairs = [
        index
        for index, (one, other) in enumerate(pairwise(observations), 1)
        if one.resets_at and other.resets_at and abs(one.resets_at - other.resets_at) < timedelta(minutes=1)
    ]
    assume(pairs)
    index = data.draw(st.sampled_from(pairs))
    before, after = observations[max(0, index - 3) : index], observations[index].used_percent or 0
    figure = data.draw(st.sampled_from([after + 1, after + 3, 100.0, 0.0]))
    # a fall from 4 may be a correction, and a figure seen once or twice between zeros is wrong itself
    assume(figure > after or (figure == 0 and all((one.used_percent or 0) > 4 for one in before)))
    wrong = replace(observations[index - 1], at=observations[index - 1].at + timedelta(seconds=30), used_percent=figure)
    flipped = [*observations[:index], wrong, *observations[index:]]
    now = observations[-1].at
    assert forecast(flipped, now) == forecast(observations, now)
