"""What is old is thinned, and tells the same events afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota import Account, Window
from codex_quota.history import History, HistoryEvent, Reading, events_of
from codex_quota.history.thinning import DAY, HOUR, superfluous
from snapshots import FIVE, NOW, WEEK, quota, snapshot

WORK = Account(name="work", source="directory", account_id="acct")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
OLD = NOW - 30 * DAY


def thinned(readings: list[Reading], bucket: timedelta = HOUR) -> list[Reading]:
    gone = superfluous(readings, bucket)
    return [reading for place, reading in enumerate(readings) if place not in gone]


def reading(minute: float, used: float, **more: object) -> Reading:
    week = replace(WEEK, used_percent=used, resets_at=OLD + 6 * DAY)
    return Reading(account="work", **{"at": OLD + minute * MINUTE, "windows": (week,), **more})  # type: ignore[arg-type]


def minutes(readings: list[Reading]) -> list[float]:
    return [(one.at - OLD) / MINUTE for one in readings]


def test_of_each_hour_the_last_reading_stays() -> None:
    assert OLD.minute == 4
    assert minutes(thinned([reading(minute, minute / 10) for minute in range(0, 180, 10)])) == [50, 110, 170]


def test_both_ends_of_a_time_of_errors_stay() -> None:
    found = [reading(0, 1), reading(5, 1), reading(10, 0, error="timeout", windows=()), reading(20, 2), reading(30, 3)]
    assert minutes(thinned(found)) == [5, 10, 30]


@pytest.mark.parametrize(
    "change",
    [{"plan": "pro"}, {"reset_credits": 3}, {"credits": Decimal(99)}, {"windows": ()}, {"windows": (FIVE, WEEK)}],
    ids=lambda change: next(iter(change)),
)
def test_what_shows_an_event_and_what_proves_it_stay(change: dict[str, object]) -> None:
    facts = {"plan": "plus", "reset_credits": 1, "credits": Decimal(1)}
    found = [reading(2 * n, 5, **facts) for n in range(9)] + [reading(20 + 2 * n, 5, **{**facts, **change}) for n in range(9)]
    assert minutes(thinned(found)) == [16, 20, 22, 36]


def test_session_files_are_thinned_apart_from_what_this_program_read() -> None:
    spark = replace(WEEK, limit="spark")
    own = [reading(minute, 5) for minute in range(0, 50, 10)]
    told = [reading(minute + 3, 5, origin="rollout") for minute in range(0, 50, 10)]
    other = [reading(minute + 6, 5, windows=(spark,), origin="rollout") for minute in range(0, 50, 10)]
    mixed = sorted([*own, *told, *other], key=lambda one: one.at)
    assert minutes(thinned(mixed)) == [40, 43, 46]


@st.composite
def histories(draw: st.DrawFn) -> list[Reading]:
    """Readings of some days, with resets, flips, errors and changed plans."""
    found, at, reset, used = [], OLD, OLD + 5 * HOUR, 0.0
    for _ in range(draw(st.integers(2, 60))):
        at += draw(st.sampled_from((2, 7, 11, 29, 30, 61, 300))) * MINUTE
        what = draw(st.sampled_from(("use", "use", "use", "use", "reset", "flip", "error", "broken", "plan", "none")))
        if at >= reset or what == "reset":
            used, reset = 0.0, at + 5 * HOUR
        used = min(100.0, used + draw(st.sampled_from((0, 1, 3, 30))))
        shown = 0.0 if what == "flip" else used
        five = replace(FIVE, used_percent=shown, resets_at=at + 5 * HOUR if what == "flip" else reset)
        week = replace(WEEK, used_percent=used / 2, resets_at=OLD + 60 * DAY)
        windows: tuple[Window, ...] = (week,) if what == "none" else (five, week)
        error = {"error": "timeout", "broken": "unauthorized"}.get(what)
        plan = draw(st.sampled_from(("plus", "plus", "plus", "pro"))) if what == "plan" else "plus"
        balance = Decimal(draw(st.integers(0, 3)))
        found.append(
            Reading(account="work", at=at, error=error)
            if error
            else Reading(account="work", at=at, windows=windows, plan=plan, credits=balance)
        )
    return found


def told(readings: list[Reading]) -> list[HistoryEvent]:
    return [event for event in events_of(readings) if event.kind != "drain"]


@settings(max_examples=200, deadline=None)
@given(histories(), st.sampled_from((HOUR, DAY)))
def test_the_same_events_are_found_afterwards(readings: list[Reading], bucket: timedelta) -> None:
    once = thinned(readings, bucket)
    assert told(once) == told(readings)
    assert told(thinned(once, DAY)) == told(readings)


def test_what_would_make_an_event_of_flips_is_kept_and_nothing_else() -> None:
    flips = {10 * 60 + 50, 11 * 60 + 50}
    found = [reading(minute - 4, 5, credits=Decimal(minute in flips)) for minute in range(0, 30 * 60, 10)]
    assert told(found) == told(thinned(found)) == []
    assert (len(found), len(thinned(found))) == (180, 50)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite3")


def test_thinning_day_by_day_comes_to_the_same_as_thinning_at_once(history: History, tmp_path: Path) -> None:
    def use() -> Iterator[Reading]:
        for number in range(5 * 24 * 4):
            at, cycle = OLD + number * 15 * MINUTE, number // 18
            five = replace(FIVE, used_percent=number % 18 * 5, resets_at=OLD + (cycle + 1) * 18 * 15 * MINUTE)
            yield Reading(account="work", at=at, windows=(five,), plan="plus" if number < 200 else "pro")

    readings = list(use())
    at_once = History(tmp_path / "at-once.sqlite3")
    at_once.add(WORK, readings)
    at_once.thin(OLD + 19 * DAY)
    for day in range(20):
        history.add(WORK, [one for one in readings if OLD + (day - 1) * DAY <= one.at < OLD + day * DAY])
        history.thin(OLD + day * DAY)
    assert history.readings("work") == at_once.readings("work")
    assert len(at_once.readings("work")) < len(readings) / 2


def test_a_long_time_is_thinned_month_by_month_as_if_at_once(history: History) -> None:
    start = NOW - 100 * DAY
    found = []
    for number in range(85 * 24 * 2):
        at, cycle = start + number * 30 * MINUTE, number // 11
        five = replace(FIVE, used_percent=number % 11 * 9, resets_at=start + (cycle + 1) * 11 * 30 * MINUTE)
        found.append(Reading(account="work", at=at, windows=(five,), plan="plus" if number % 701 < 600 else "pro"))
    history.add(WORK, found)
    history.thin(NOW)
    assert history.readings("work") == thinned(found)


def test_what_happened_after_days_without_a_reading_stays_where_it_is(history: History) -> None:
    """The reading before lies further back than the one day or two that are looked at again each day."""
    history.add(WORK, [reading(minute, 5, plan="plus") for minute in (0, 30)])
    back = 6 * 24 * 60
    history.add(WORK, [reading(back + minute, 5, plan="pro") for minute in (0, 1, 2, 3, 50)])
    before = history.events("work", since=OLD, until=NOW)
    for day in range(25):
        history.thin(OLD + day * DAY)
    assert history.events("work", since=OLD, until=NOW) == before != []
    assert minutes(history.readings("work")) == [30, back, back + 1, back + 50]


def test_what_shows_an_event_only_together_with_younger_readings_stays(history: History) -> None:
    """Seen but once, the 10 % would be taken for a figure that flipped."""
    history.add(WORK, [reading(minute, used) for minute, used in ((0, 1), (70, 8), (80, 10), (24 * 60, 1), (25 * 60, 1))])
    before = history.events("work", since=OLD, until=NOW)
    assert [(event.kind, event.before, event.after) for event in before] == [("early_reset", "10", "1")]
    for hours in range(14 * 24, 18 * 24, 5):
        history.thin(OLD + hours * HOUR)
    assert history.events("work", since=OLD, until=NOW) == before


def any_use(random: Random) -> Iterator[Reading]:
    """Twelve days with gaps, errors, flips, unreadable figures, resets in time and before it, and falling credits."""
    at, used, reset, funds, plan = OLD, 0.0, OLD + 5 * HOUR, 100, "plus"
    while at < OLD + 12 * DAY:
        gap = random.random()
        at += random.choice((1, 5, 10, 30)) * MINUTE if gap < 0.9 else random.choice((2, 9, 24, 24 if gap < 0.98 else 90)) * HOUR
        while at >= reset:
            used, reset = 0.0, reset + 5 * HOUR
        used = min(100.0, used + random.choice((0, 0, 1, 2, 8)))
        if random.random() < 0.02:
            used, reset = 0.0, at + 5 * HOUR
        plan = random.choice(("plus", "pro")) if random.random() < 0.01 else plan
        funds -= random.random() < 0.05
        if random.random() < 0.05:
            yield Reading(account="work", at=at, error=random.choice(("timeout", "unauthorized")))
            continue
        five = replace(FIVE, used_percent=used, resets_at=reset + random.randint(-30, 30) * SECOND)
        odd = {0: replace(FIVE, used_percent=0.0, resets_at=at + 5 * HOUR, started=False), 1: replace(FIVE, used_percent=None)}
        windows = (odd.get(random.randrange(30), five), replace(WEEK, used_percent=used // 5, resets_at=OLD + 60 * DAY))
        balance = Decimal(funds) if random.random() < 0.9 else None
        yield Reading(account="work", at=at, windows=windows[random.random() < 0.02 :], plan=plan, credits=balance)


@pytest.mark.parametrize("seed", range(6))
def test_thinning_bit_by_bit_changes_no_event(tmp_path: Path, seed: int) -> None:
    readings = [*any_use(Random(seed))]
    history = History(tmp_path / "history.sqlite3", hourly_after=2 * DAY, daily_after=5 * DAY)
    history.add(WORK, readings)
    for hours in range(0, 20 * 24, 27):
        history.thin(OLD + hours * HOUR)
    left = history.readings("work")
    assert told(left) == told(readings) != []
    assert len(left) < 0.8 * len(readings)


def test_only_what_became_old_is_looked_at_again(history: History) -> None:
    history.add(WORK, [reading(minute, 1) for minute in range(0, 60, 20)])
    assert history.thin(NOW) == 2
    history.add(WORK, [reading(minute, 1) for minute in (1, 3)])
    assert history.thin(NOW + DAY) == 0
    assert history.thin(NOW, WORK) == 2


def test_another_rule_looks_at_everything(history: History) -> None:
    history.add(WORK, [reading(minute, 1) for minute in range(0, 600, 20)])
    assert history.thin(NOW) == 20
    assert History(history.path, daily_after=20 * DAY).thin(NOW) == 9


def test_a_few_accounts_are_thinned_with_every_reading_each_once_a_day(history: History) -> None:
    for number in range(12):
        account = replace(WORK, name=f"account-{number:02}", account_id=f"id-{number}")
        history.add(account, [reading(minute, 1) for minute in range(0, 60, 20)])

    def left(hours: float) -> list[int]:
        now = NOW + hours * HOUR
        history.record([replace(snapshot("work", quota(replace(WEEK, used_percent=hours))), account=WORK, fetched_at=now)], now)
        return [len(history.readings(f"account-{number:02}")) for number in range(12)]

    assert [sorted(left(hours)) for hours in (1, 2, 3)] == [[1] * 5 + [3] * 7, [1] * 10 + [3] * 2, [1] * 12]
    late = replace(WORK, name="account-00", account_id="id-0")
    history.add(late, [replace(reading(0, 1), at=NOW - 13.5 * DAY + n * MINUTE) for n in range(3)])
    assert [left(hours)[0] for hours in (4, 20, 27)] == [4, 4, 2]
