"""Snapshots with the pace of their windows: out of the reading itself, and out of the history where there is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from codex_quota import HistoryError, Snapshot, Window
from codex_quota.history import History, Reading, observations, paced, reach, with_pace
from codex_quota.pace import Observation, Pace, Working
from snapshots import DAY, GONE, HOUR, NOW, WEEK, quota, snapshot

# a week of which three days have passed
LIVE = replace(WEEK, used_percent=60, resets_at=NOW + 4 * DAY, length=7 * DAY)
WORK = snapshot("work", quota(LIVE, replace(LIVE, limit="spark", used_percent=3)))


def paces(shown: Snapshot) -> list[Pace | None]:
    return [one.pace for one in shown.quota.windows] if shown.quota else []


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite3")


def test_every_window_gets_the_pace_of_its_own_limit() -> None:
    main, spark = paces(with_pace(WORK, (), NOW))
    assert main is not None
    assert spark is not None
    # even use would have used three sevenths
    assert (round(main.even_percent or 0, 2), round(main.ahead_points or 0, 2)) == (42.86, 17.14)
    assert (round(spark.ahead_points or 0, 2), spark.exhausts_at) == (-39.86, None)
    assert main.exhausts_at is not None
    assert NOW < main.exhausts_at < NOW + 4 * DAY


def test_the_history_of_the_same_window_makes_the_rate(history: History) -> None:
    for hours, used in ((48, 20.0), (24, 40.0)):
        old = (replace(LIVE, used_percent=used), replace(LIVE, limit="spark", used_percent=3))
        history.add(WORK.account, [Reading(account="work", at=NOW - hours * HOUR, windows=old)])
    (shown,) = paced([WORK], history, None, NOW)
    main, spark = paces(shown)
    assert main is not None
    assert spark is not None
    assert (round(main.rate or 0, 2), round(spark.rate or 0, 2)) == (0.83, 0.0)


def test_what_was_read_of_others_or_later_does_not_count(history: History) -> None:
    other = replace(WORK.account, name="other", account_id="other")
    history.add(other, [Reading(account="other", at=NOW - 24 * HOUR, windows=(replace(LIVE, used_percent=1),))])
    history.add(WORK.account, [Reading(account="work", at=NOW + HOUR, windows=(replace(LIVE, used_percent=99),))])
    assert paces(paced([WORK], history, None, NOW)[0]) == paces(with_pace(WORK, (), NOW))


def test_working_time_is_counted_instead_of_all_time() -> None:
    weekdays = Working(days=frozenset(range(5)), tz=UTC)
    (pace, _) = paces(with_pace(WORK, (), NOW, weekdays))
    # NOW is a Sunday noon: of the three days gone two were the weekend, so one working day and a half hour short of noon
    assert pace is not None
    start = NOW - 3 * DAY
    assert (start.weekday(), NOW.weekday()) == (3, 6)
    gone = datetime(2026, 11, 21, tzinfo=UTC) - start
    assert round(pace.even_percent or 0, 2) == round(100 * gone / (5 * DAY), 2)


def test_a_history_that_cannot_be_read_takes_nothing_away(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> list[Reading]:
        raise HistoryError("broken")

    monkeypatch.setattr(History, "readings", fail)
    assert paces(paced([WORK], history, None, NOW)[0]) == paces(with_pace(WORK, (), NOW))
    assert paced([WORK], None, None, NOW)[0] == WORK


def test_a_failed_snapshot_stays_as_it_is(history: History) -> None:
    assert paced([GONE], history, None, NOW) == [GONE]


@pytest.mark.parametrize(
    ("windows", "days"),
    [
        ([], 0),
        ([replace(WEEK, length=None)], 28),
        ([replace(WEEK, length=5 * HOUR)], 28),
        ([replace(WEEK, length=7 * DAY), replace(WEEK, length=5 * HOUR)], 49),
        ([replace(WEEK, length=30 * DAY)], 210),
    ],
)
def test_how_far_back_the_history_matters(windows: list[Window], days: int) -> None:
    assert reach(windows) == timedelta(days=days)


def test_observations_are_sorted_by_window() -> None:
    readings = [Reading(account="work", at=NOW - n * HOUR, windows=(replace(LIVE, used_percent=9 - n),)) for n in (1, 0)]
    (found,) = observations(readings).values()
    assert found == [
        Observation(at=NOW - n * HOUR, used_percent=9 - n, resets_at=LIVE.resets_at, length=7 * DAY, started=True) for n in (1, 0)
    ]
