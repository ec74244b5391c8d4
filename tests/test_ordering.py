"""In which order accounts are shown."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from codex_quota.model import Credits, Snapshot, Window
from codex_quota.ordering import SortKey, sort_snapshots
from snapshots import DAY, HOUR, NOW, SPARK, quota, snapshot, window


def order(by: SortKey, snapshots: list[Snapshot]) -> list[str]:
    """The names in order, which does not depend on the order in which the snapshots came."""
    shuffled = list(snapshots)
    random.Random(7).shuffle(shuffled)
    names = [s.account.name for s in sort_snapshots(shuffled, by)]
    assert names == [s.account.name for s in sort_snapshots(iter(snapshots), by)]
    return names


def five(used: float | None, after: timedelta | None = HOUR) -> Window:
    return window("five_hour", used, after)


def week(used: float | None, after: timedelta | None = 4 * DAY, started: bool = True) -> Window:
    return window("weekly", used, after, started=started)


def test_names_are_in_natural_order_whatever_their_case() -> None:
    names = ["a1", "a2", "A3", "a10", "b", "B1", "é", "工作"]
    assert order("name", [snapshot(name) for name in reversed(names)]) == names
    assert [s.account.name for s in sort_snapshots([snapshot("b"), snapshot("a")])] == ["a", "b"]


def test_the_account_with_most_left_comes_first() -> None:
    snapshots = [
        snapshot("an unknown one", quota(five(None))),
        snapshot("a failed one", status="a failed one"),
        snapshot("blocked", quota(five(10), week(10), reached=True)),
        snapshot("exhausted", quota(five(0), week(100))),
        snapshot("scarce week", quota(five(5), week(90))),
        snapshot("half", quota(five(50), week(20))),
        snapshot("half, five hours unknown", quota(five(None), week(49))),
        snapshot("fresh", quota(five(0), week(1))),
        snapshot("an additional limit says nothing", quota(week(30), window("weekly", 99, DAY, limit=SPARK))),
    ]
    assert order("left", snapshots) == [
        "fresh",
        "an additional limit says nothing",
        "half, five hours unknown",
        "half",
        "scarce week",
        "blocked",
        "exhausted",
        "a failed one",
        "an unknown one",
    ]


def test_the_account_that_is_full_again_soonest_comes_first() -> None:
    snapshots = [
        snapshot("failed", status="failed"),
        snapshot("no reset known", quota(five(5, None))),
        snapshot("not started", quota(week(0, 7 * DAY, started=False))),
        snapshot("blocked, end not known", quota(five(100, None), week(3, HOUR))),
        snapshot("blocked for long", quota(five(100, HOUR), week(100, 5 * DAY))),
        snapshot("week in two days", quota(week(10, 2 * DAY))),
        snapshot("blocked for an hour", quota(five(100, HOUR), week(10, 2 * DAY))),
        snapshot("five hours in a minute", quota(five(1, timedelta(minutes=1)), week(10, 6 * DAY))),
        snapshot("not started yet, week in a day", quota(window("five_hour", 0, 5 * HOUR, started=False), week(1, DAY))),
    ]
    assert order("reset", snapshots) == [
        "five hours in a minute",
        "blocked for an hour",
        "not started yet, week in a day",
        "week in two days",
        "blocked for long",
        "blocked, end not known",
        "failed",
        "no reset known",
        "not started",
    ]


@pytest.mark.parametrize("by", ["left", "reset"])
def test_names_decide_between_equals(by: SortKey) -> None:
    assert order(by, [snapshot(name, quota(five(5))) for name in ("a10", "B", "a2")]) == ["a2", "a10", "B"]


def test_an_exhausted_window_that_credits_cover_leaves_nothing_but_can_be_used() -> None:
    covered = quota(week(100), reached=False, credits=Credits(unlimited=True))
    snapshots = [snapshot("covered", covered), snapshot("failed", status="failed"), snapshot("one", quota(week(99)))]
    assert order("left", snapshots) == ["one", "covered", "failed"]
    assert snapshots[0].usable is True


def test_nothing_is_in_order() -> None:
    assert sort_snapshots([], "reset") == []
    assert sort_snapshots([snapshot("a", fetched_at=NOW)], "left")[0].fetched_at == NOW
