"""The past of the demo's accounts: what the charts and forecasts of ``codex-quota demo --web`` draw on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from codex_quota import Snapshot, Window
from codex_quota.builtin.cli.demo_past import give_past, past_of
from codex_quota.history import History, Reading
from codex_quota.simulated import SimulatedService
from snapshots import DAY, GONE, HOUR, NOW, WEEK, quota, snapshot

WEEKLY = replace(WEEK, used_percent=58, resets_at=NOW + 3 * DAY, length=7 * DAY)
FIVE = replace(WEEK, name="five_hour", label="5 h", used_percent=92, resets_at=NOW + 40 * HOUR / 60, length=5 * HOUR)
FRESH = replace(WEEKLY, used_percent=0, started=False, resets_at=NOW + 7 * DAY)


def past(*windows: Window, name: str = "busy") -> list[Reading]:
    return past_of(snapshot(name, quota(*windows)), NOW)


@pytest.mark.parametrize("window", [WEEKLY, FIVE, FRESH], ids=["weekly", "five hours", "not started"])
def test_a_past_is_four_weeks_by_the_hour_in_whole_cycles(window: Window) -> None:
    found = past(window)
    assert [reading.at for reading in found] == [NOW - HOUR * hours for hours in range(28 * 24, 0, -1)]
    seen = [(reading.at, reading.windows[0]) for reading in found]
    assert {window.length for _, window in seen} == {window.length}
    started = [(at, one) for at, one in seen if one.started]
    assert {
        (at < one.resets_at <= at + (one.length or DAY), one.used_percent in range(1, 101))
        for at, one in started
        if one.resets_at
    } == {(True, True)}
    assert {(one.used_percent, one.resets_at == at + window.length) for at, one in seen if not one.started and window.length} == {
        (0, True)
    }
    same = [(first, second) for (_, first), (_, second) in pairwise(started) if first.resets_at == second.resets_at]
    assert [(first, second) for first, second in same if (first.used_percent or 0) > (second.used_percent or 0)] == []


def test_a_past_leads_to_what_is_there_now() -> None:
    last = past(WEEKLY, FIVE)[-1]
    assert [(window.resets_at, window.label) for window in last.windows] == [(WEEKLY.resets_at, "7 d"), (FIVE.resets_at, "5 h")]
    assert 55 <= (last.windows[0].used_percent or 0) <= 58
    assert 60 <= (last.windows[1].used_percent or 0) <= 92


def test_the_cycle_before_one_that_has_not_started_is_over() -> None:
    (window,) = past(FRESH)[-1].windows
    assert (window.used_percent, window.started) == (0, False)


def test_weeks_are_used_by_day_and_less_on_weekends() -> None:
    used: dict[str, float] = {"weekday": 0, "weekend": 0, "night": 0}
    for first, second in pairwise(past(WEEKLY)):
        more = (second.windows[0].used_percent or 0) - (first.windows[0].used_percent or 0)
        worked = 6 <= first.at.hour < 20
        used["night" if not worked else "weekday" if first.at.weekday() < 5 else "weekend"] += max(0, more)
    # there are twenty weekdays and eight days of weekends
    assert used["weekday"] / 20 > 1.5 * used["weekend"] / 8 > 5
    assert used["night"] < 10


def test_a_name_has_one_past_and_another_name_another() -> None:
    figures = [[reading.windows[0].used_percent for reading in past(WEEKLY, name=name)] for name in ("busy", "busy", "工作")]
    assert figures[0] == figures[1] != figures[2]


@pytest.mark.parametrize("none", [GONE, snapshot("business", quota())], ids=["signed out", "without a window"])
def test_without_figures_there_is_no_past(none: Snapshot) -> None:
    assert past_of(none, NOW) == []


def test_the_demo_accounts_are_given_one(tmp_path: Path) -> None:
    with SimulatedService.demo(now=NOW) as service:
        service.write_accounts(tmp_path / "account")
        give_past(service, tmp_path / "account", history := History(tmp_path / "history.sqlite3"))
    kept = {one.name: (one.readings, one.last_at) for one in history.accounts()}
    named = ["busy", "free", "fresh", "pro", "weekly-only", "weekly-out", "工作"]
    assert kept == dict.fromkeys(named, (28 * 24, NOW - timedelta(hours=1)))
