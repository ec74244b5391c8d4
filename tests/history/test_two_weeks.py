"""Two weeks of three people, hour by hour through the client, on the simulated service's clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from codex_quota import Snapshot
from codex_quota.history import History, events_of, with_pace
from codex_quota.pace import Pace
from codex_quota.simulated import SimulatedService
from codex_quota.testing import make_client

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class Lived:
    """What was left behind, and the paces of the weekly windows that were looked up on the way."""

    history: History
    paces: dict[tuple[str, timedelta], Pace]


def use(service: SimulatedService, hour: int) -> None:
    """One hour of three people: ``steady`` never rests, ``office`` works 9 to 17 on weekdays, ``sprint`` 9 to 21 every day."""
    at = MONDAY + hour * HOUR
    service.accounts["steady"].use(weekly=0.5, five_hour=4)
    if at.weekday() < 5 and 9 <= at.hour < 17:
        service.accounts["office"].use(weekly=2, five_hour=10)
    if 9 <= at.hour < 21:
        service.accounts["sprint"].use(weekly=6, five_hour=15)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    directory: Path = tmp_path_factory.mktemp("two-weeks")
    history, paces = History(directory / "history.sqlite3"), {}
    looked_up = [3 * DAY, 9 * DAY + 12 * HOUR]
    with SimulatedService(now=MONDAY) as service:
        for name in ("steady", "office", "sprint"):
            service.add(name, five_hour=0, weekly=0, token_life=60 * DAY)
        service.write_accounts(directory / "account")
        with make_client(directory=directory, service=service, cache="none", now=service.clock) as client:
            for hour in range(1, 14 * 24 + 1):
                service.advance(HOUR)
                use(service, hour)
                if hour == 3 * 24 + 22:
                    service.accounts["sprint"].reset()
                snapshots = client.fetch_all()
                if hour * HOUR in looked_up:
                    paces |= {(one.account.name, hour * HOUR): weekly_pace(one, history, service.clock()) for one in snapshots}
                history.record(snapshots, service.clock())
    return Lived(history, paces)


def weekly_pace(snapshot: Snapshot, history: History, now: datetime) -> Pace:
    quota = with_pace(snapshot, history.readings(snapshot.account), now).quota
    assert quota is not None
    assert quota.weekly is not None
    assert quota.weekly.pace is not None
    return quota.weekly.pace


def happened(lived: Lived, name: str) -> Counter[tuple[str, str]]:
    return Counter((event.kind, event.window) for event in events_of(lived.history.readings(name)))


def test_every_hour_with_news_is_kept(lived: Lived) -> None:
    assert {kept.name: kept.readings for kept in lived.history.accounts()} == dict.fromkeys(("office", "sprint", "steady"), 336)


def test_the_resets_of_the_steady_one_are_found(lived: Lived) -> None:
    # five hours each from 1:00 on, the last of 67 is not confirmed yet; the week from 1:00 on Monday to 1:00 on the next
    assert happened(lived, "steady") == {("window_reset", "five_hour"): 66, ("window_reset", "weekly"): 1}
    weekly = next(event for event in events_of(lived.history.readings("steady")) if event.window == "weekly")
    assert (weekly.at, weekly.before) == (MONDAY + 7 * DAY + HOUR, "84")


def test_the_resets_of_the_office_are_found(lived: Lived) -> None:
    # twice a day, at 14:00 and at 19:00, on ten days; the week begins at 9:00
    assert happened(lived, "office") == {("window_reset", "five_hour"): 20, ("window_reset", "weekly"): 1}
    weekly = next(event for event in events_of(lived.history.readings("office")) if event.window == "weekly")
    assert (weekly.at, weekly.before) == (MONDAY + 7 * DAY + 9 * HOUR, "80")


def test_the_early_reset_of_the_sprinter_is_found(lived: Lived) -> None:
    # 12 hours of 6 points make 72 on Monday, so 17 hours make the 100 that are reached on Tuesday at 13:00
    readings = lived.history.readings("sprint")
    first_full = next(r.at for r in readings for w in r.windows if w.name == "weekly" and w.used_percent == 100)
    early = [(event.window, event.at - MONDAY, event.before) for event in events_of(readings) if event.kind == "early_reset"]
    assert first_full == MONDAY + DAY + 13 * HOUR
    assert ("weekly", 3 * DAY + 22 * HOUR, "100") in early


def test_the_steady_one_is_told_that_it_lasts_and_with_how_much(lived: Lived) -> None:
    pace = lived.paces["steady", 3 * DAY]
    # 72 hours of half a point are 36, and 71 of 168 hours have passed
    assert (pace.used_percent, round(pace.even_percent or 0, 1), pace.exhausts_at) == (36, 42.3, None)
    assert pace.percent_between is not None
    low, high = pace.percent_between
    assert low <= 84 <= high
    assert abs((pace.percent_at_reset or 0) - 84) <= 3


def test_the_sprinter_is_told_that_it_will_run_out(lived: Lived) -> None:
    # the second week began on Friday at 9:00, after the early reset, and 17 hours later it was used up
    pace = lived.paces["sprint", 9 * DAY + 12 * HOUR]
    assert (pace.reason, pace.used_percent) == ("exhausted", 100)


def test_the_office_in_its_second_week_is_told_what_its_first_one_teaches(lived: Lived) -> None:
    pace = lived.paces["office", 9 * DAY + 12 * HOUR]
    # Monday and Tuesday make 32, three hours of Wednesday and the hour that has just begun 8
    assert (pace.used_percent, pace.basis) == (40, "history")
    assert pace.percent_between is not None
    assert pace.percent_between[0] <= 80 <= pace.percent_between[1]
