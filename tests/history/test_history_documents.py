"""The documents for scripts, and what is left when a long time has to fit into a few points."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from codex_quota import Account
from codex_quota.history import History, HistoryEvent, Reading, events_document, history_document, moment_text
from snapshots import DAY, FIVE, HOUR, NOW, WEEK, window

WORK = Account(name="work", source="directory", account_id="acct")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite3")


def reading(at: datetime, used: float | None = None, **more: object) -> Reading:
    windows = () if used is None else (replace(WEEK, used_percent=used),)
    return Reading(account="work", at=at, windows=windows, **more)  # type: ignore[arg-type]


def hours(*readings: Reading) -> list[float]:
    return [(one.at - NOW) / HOUR for one in readings]


def test_a_reading_in_the_document() -> None:
    told = Reading(
        account="work", at=NOW, windows=(replace(FIVE, used_percent=12.5), window("other", None, limit="spark")), plan="plus",
        usable=True, limit_reached=False, credits=Decimal("12.50"), reset_credits=2,
    )  # fmt: skip
    local = timezone(timedelta(hours=2))
    assert history_document({"work": [told], "home": []}, since=None, until=NOW.astimezone(local), generated_at=NOW) == {
        "schema_version": 1,
        "generated_at": "2026-11-22T12:04:00Z",
        "since": None,
        "until": "2026-11-22T12:04:00Z",
        "accounts": [
            {
                "account": "work",
                "readings": [
                    {
                        "at": "2026-11-22T12:04:00Z",
                        "origin": "reading",
                        "plan": "plus",
                        "usable": True,
                        "limit_reached": False,
                        "credits": "12.50",
                        "reset_credits": 2,
                        "error": None,
                        "windows": [
                            {
                                "limit": "codex",
                                "name": "five_hour",
                                "label": "5 h",
                                "used_percent": 12.5,
                                "remaining_percent": 87.5,
                                "window_seconds": 18000,
                                "resets_at": "2026-11-22T15:04:00Z",
                                "started": True,
                            },
                            {
                                "limit": "spark",
                                "name": "other",
                                "label": "9 h",
                                "used_percent": None,
                                "remaining_percent": None,
                                "window_seconds": 32400,
                                "resets_at": None,
                                "started": True,
                            },
                        ],
                    }
                ],
            },
            {"account": "home", "readings": []},
        ],
    }


@pytest.mark.parametrize(("amount", "text"), [("0E-10", "0"), ("394.7967250000", "394.7967250000"), ("1E+3", "1000")])
def test_amounts_are_plain_digits(amount: str, text: str) -> None:
    document = history_document({"work": [reading(NOW, credits=Decimal(amount))]}, since=None, until=NOW, generated_at=NOW)
    assert document["accounts"][0]["readings"][0]["credits"] == text  # type: ignore[index]


def test_an_event_in_the_document() -> None:
    reset = HistoryEvent(
        account="work", at=NOW, kind="early_reset", limit="codex", window="weekly", label="7 d", before="41", after="0"
    )
    plan = HistoryEvent(account="work", at=NOW, kind="plan_changed", before="plus", after="pro")
    told = {"account": "work", "at": "2026-11-22T12:04:00Z"}
    assert events_document([reset, plan], generated_at=NOW) == {
        "schema_version": 1,
        "generated_at": "2026-11-22T12:04:00Z",
        "events": [
            {**told, "kind": "early_reset", "limit": "codex", "window": "weekly", "label": "7 d", "before": "41", "after": "0"},
            {**told, "kind": "plan_changed", "limit": None, "window": None, "label": None, "before": "plus", "after": "pro"},
        ],
    }


def test_moments_are_in_utc_and_whole_seconds() -> None:
    assert moment_text(datetime(2026, 11, 22, 23, 30, 1, 999999, tzinfo=timezone(-HOUR))) == "2026-11-23T00:30:01Z"


class TestPoints:
    """``History.readings(points=…)``."""

    def test_of_each_stretch_of_time_the_last_reading_stays(self, history: History) -> None:
        history.add(WORK, [reading(NOW + hour * HOUR, hour) for hour in range(11)])
        assert hours(*history.readings("work", points=5)) == [1, 3, 5, 7, 10]
        assert hours(*history.readings("work", points=2, since=NOW + 2 * HOUR, until=NOW + 5 * HOUR)) == [3, 5]

    def test_readings_that_are_few_enough_all_stay_however_they_lie(self, history: History) -> None:
        crowded = [*range(9), 3600 * 24]
        history.add(WORK, [reading(NOW + timedelta(seconds=second), second % 100) for second in crowded])
        assert len(history.readings("work", points=10)) == 10
        assert [(one.at - NOW).total_seconds() for one in history.readings("work", points=9)] == [8, 86400]

    def test_an_answer_stays_rather_than_an_error(self, history: History) -> None:
        history.add(WORK, [reading(NOW + n * HOUR, n, error=None) for n in range(4)])
        history.add(WORK, [reading(NOW + n * HOUR + MINUTE, error="timeout") for n in range(4)])
        history.add(WORK, [reading(NOW + n * HOUR, error="timeout") for n in (4, 5)])
        assert [(one.error, (one.at - NOW) / HOUR) for one in history.readings("work", points=3)] == [
            (None, 1), (None, 3), ("timeout", 5),
        ]  # fmt: skip

    def test_an_account_without_readings_has_no_points(self, history: History) -> None:
        history.add(WORK, [reading(NOW)])
        assert history.readings("work", points=2, since=NOW + DAY) == []
        assert history.readings("nobody", points=2) == []


def test_one_window_alone(history: History) -> None:
    both, weekly = replace(reading(NOW), windows=(FIVE, WEEK)), reading(NOW + HOUR, 41)
    history.add(WORK, [both, weekly, reading(NOW + 2 * HOUR, error="timeout")])
    found = history.readings("work", window="five_hour")
    assert [(one.at - NOW, one.windows, one.error) for one in found] == [(0 * HOUR, (FIVE,), None), (2 * HOUR, (), "timeout")]
    assert hours(*history.readings("work", window="weekly")) == [0, 1, 2]
    assert hours(*history.readings("work", window="monthly")) == [2]


def test_points_are_chosen_among_the_readings_with_that_window(history: History) -> None:
    history.add(WORK, [replace(reading(NOW + n * HOUR), windows=(FIVE, WEEK) if n % 2 else (WEEK,)) for n in range(8)])
    assert hours(*history.readings("work", window="five_hour", points=2)) == [3, 7]


def test_readings_bear_the_name_that_was_asked_for(history: History) -> None:
    history.add(WORK, [reading(NOW)])
    elsewhere = replace(WORK, name="elsewhere")
    assert [one.account for one in history.readings(elsewhere)] == ["elsewhere"]
    assert [one.account for one in history.readings("work")] == ["work"]
    assert history.names() == ["work"]


def test_every_history_has_an_identity_of_its_own(history: History, tmp_path: Path) -> None:
    other = History(tmp_path / "other.sqlite3")
    assert history.identity == ""
    for one in (history, other):
        one.add(WORK, [reading(datetime(2026, 1, 1, tzinfo=UTC))])
    assert len({history.identity, other.identity, ""}) == 3
    assert History(history.path).identity == history.identity
