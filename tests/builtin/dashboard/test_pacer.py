"""The pace of what is on the board: worked out once for each reading, with what was read before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from codex_quota import Client, Snapshot, history
from codex_quota.builtin.dashboard.pacer import Pacer
from snapshots import DAY, NOW, WEEK, quota, snapshot

LIVE = replace(WEEK, used_percent=60, resets_at=NOW + 4 * DAY, length=7 * DAY)
WORK, HOME = snapshot("work", quota(LIVE)), snapshot("home", quota(replace(LIVE, used_percent=1)))


@pytest.fixture
def client(tmp_path: Path, environ: dict[str, str]) -> Iterator[Client]:
    with Client(environ=environ, cache="none") as made:
        yield made


def ahead(snapshots: list[Snapshot]) -> list[int]:
    return [round(s.quota.weekly.pace.ahead_points or 0) for s in snapshots if s.quota and s.quota.weekly and s.quota.weekly.pace]


def test_a_pace_is_worked_out_once_for_each_reading(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    really = history.paced

    def counted(snapshots: list[Snapshot], *means: object) -> list[Snapshot]:
        asked.extend(one.account.name for one in snapshots)
        return really(snapshots, *means)  # type: ignore[arg-type]

    monkeypatch.setattr(history, "paced", counted)
    pacer = Pacer(client, utc=True)
    first = pacer.paced([WORK, HOME], NOW)
    assert ahead(first) == [17, -42]
    assert pacer.paced([WORK, HOME], NOW + timedelta(minutes=5)) == first
    newer = replace(WORK, fetched_at=NOW + timedelta(hours=1))
    assert ahead(pacer.paced([newer, HOME], NOW + timedelta(hours=1))) == [17, -42]
    assert asked == ["work", "home", "work"]


def test_an_account_that_went_and_came_back_is_worked_out_anew(client: Client) -> None:
    pacer = Pacer(client, utc=True)
    before = pacer.paced([WORK], NOW)
    assert pacer.paced([], NOW) == []
    after = pacer.paced([WORK], NOW + timedelta(hours=10))
    assert (ahead(before), ahead(after)) == ([17], [11])


def test_working_days_of_the_options_count(tmp_path: Path, environ: dict[str, str]) -> None:
    with Client(environ={**environ, "CODEX_QUOTA_WORKING_DAYS": "mon-fri"}, cache="none") as client:
        # one and a half of five working days have passed, and not three of seven
        assert ahead(Pacer(client, utc=True).paced([WORK], NOW)) == [30]
