"""Events, in histories of a few readings each; the last reading of a history only confirms the one before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from codex_quota import Window
from codex_quota.history import Drain, HistoryEvent, Reading, events_of
from snapshots import DAY, HOUR, NOW, WEEK, window

MINUTE = timedelta(minutes=1)
HALF = 30 * MINUTE


def weekly(used: float | None, reset: timedelta = 4 * DAY, **more: object) -> Window:
    return replace(WEEK, used_percent=used, resets_at=NOW + reset, **more)  # type: ignore[arg-type]


def history(*states: Window | tuple[Window, ...], every: timedelta = HALF, **more: object) -> list[Reading]:
    """One reading for each state, *every* so often from NOW on."""
    return [
        Reading(account="work", at=NOW + number * every, windows=state if isinstance(state, tuple) else (state,), **more)  # type: ignore[arg-type]
        for number, state in enumerate(states)
    ]


def told(readings: list[Reading]) -> list[tuple[timedelta, str, str | None, str | None]]:
    return [(event.at - NOW, event.kind, event.before, event.after) for event in events_of(readings)]


@pytest.mark.parametrize(
    ("states", "events"),
    [
        pytest.param([weekly(40), weekly(41), weekly(42)], [], id="use"),
        pytest.param(
            [weekly(40, HOUR), weekly(41, HOUR), weekly(0, 7 * DAY), weekly(1, 7 * DAY)],
            [(HOUR, "window_reset", "41", "0")],
            id="reset-when-due",
        ),
        pytest.param(
            [weekly(2, HOUR), weekly(2, HOUR), weekly(3, 7 * DAY), weekly(9, 7 * DAY)],
            [(HOUR, "window_reset", "2", "3")],
            id="reset-hidden-by-use",
        ),
        pytest.param(
            [weekly(40, HOUR), weekly(40, HOUR), weekly(0, 7 * DAY, started=False), weekly(0, 7 * DAY + HALF, started=False)],
            [(HOUR, "window_reset", "40", "0")],
            id="reset-and-not-started",
        ),
        pytest.param(
            [weekly(0, 7 * DAY, started=False), weekly(0, 7 * DAY + HALF, started=False), weekly(1, 7 * DAY), weekly(2, 7 * DAY)],
            [],
            id="started",
        ),
        pytest.param([weekly(40), weekly(5, 7 * DAY), weekly(5, 7 * DAY)], [(HALF, "early_reset", "40", "5")], id="early-reset"),
        pytest.param([weekly(40), weekly(0), weekly(0)], [(HALF, "early_reset", "40", "0")], id="early-reset-same-time"),
        pytest.param([weekly(40), weekly(0), weekly(41), weekly(42)], [], id="dip"),
        pytest.param([weekly(20), weekly(100), weekly(21), weekly(22)], [], id="peak"),
        pytest.param([weekly(20), weekly(20, 7 * DAY), weekly(21), weekly(22)], [], id="flip-of-the-reset"),
        pytest.param(
            [weekly(40), *[weekly(0, 7 * DAY, started=False)] * 2, weekly(41), weekly(41)], [], id="two-answers-of-a-fresh-window"
        ),
        pytest.param([weekly(40), *[weekly(1, 7 * DAY)] * 2, weekly(40), weekly(41)], [], id="two-answers-of-another-cycle"),
        pytest.param([weekly(40), weekly(5, 7 * DAY)], [], id="not-confirmed-yet"),
        pytest.param(
            [weekly(40), weekly(40, 5 * DAY), weekly(40, 5 * DAY)],
            [(HALF, "reset_moved", "2026-11-26T12:04:00+00:00", "2026-11-27T12:04:00+00:00")],
            id="reset-moved",
        ),
        pytest.param([weekly(40), weekly(40, 4 * DAY + MINUTE), weekly(40)], [], id="jitter"),
        pytest.param([weekly(1), (), ()], [(HALF, "window_vanished", None, None)], id="vanished"),
        pytest.param([(), weekly(1), weekly(1)], [(HALF, "window_appeared", None, None)], id="appeared"),
        pytest.param([weekly(1), (), weekly(1), weekly(1)], [], id="vanished-for-one-answer"),
        pytest.param([(), weekly(1), (), ()], [], id="appeared-for-one-answer"),
        pytest.param(
            [weekly(40), weekly(0), weekly(41), weekly(3, 7 * DAY), weekly(3, 7 * DAY)],
            [(3 * HALF, "early_reset", "41", "3")],
            id="after-a-dip-the-figure-before-it-counts",
        ),
        pytest.param([weekly(41), weekly(40), weekly(40), weekly(39), weekly(39)], [], id="corrected-by-a-point"),
        pytest.param([weekly(41), weekly(38), weekly(38)], [(HALF, "early_reset", "41", "38")], id="given-back"),
        pytest.param(
            [weekly(1), weekly(0, 7 * DAY), weekly(0, 7 * DAY)], [(HALF, "early_reset", "1", "0")], id="early-reset-of-little"
        ),
        pytest.param([weekly(40), weekly(None), weekly(None), weekly(41)], [], id="a-figure-that-cannot-be-read-is-none"),
        pytest.param(
            [weekly(40), weekly(None, 7 * DAY), weekly(None, 7 * DAY)],
            [(HALF, "reset_moved", "2026-11-26T12:04:00+00:00", "2026-11-29T12:04:00+00:00")],
            id="a-reset-that-moves-without-a-figure",
        ),
        pytest.param([weekly(40, HOUR), weekly(40, HOUR), weekly(40, HOUR), weekly(40, HOUR)], [], id="a-reset-that-is-late"),
        pytest.param(
            [weekly(1), (), (), weekly(1), weekly(1)],
            [(HALF, "window_vanished", None, None), (3 * HALF, "window_appeared", None, None)],
            id="vanished-and-back",
        ),
    ],
)
def test_what_became_of_a_window(
    states: list[Window | tuple[Window, ...]], events: list[tuple[timedelta, str, str | None, str | None]]
) -> None:
    assert told(history(*states)) == events


def test_an_event_names_its_window() -> None:
    (event,) = events_of(history(weekly(40), weekly(5, 7 * DAY), weekly(5, 7 * DAY)))
    assert event == HistoryEvent(
        account="work", at=NOW + HALF, kind="early_reset", limit="codex", window="weekly", label="7 d", before="40", after="5"
    )


@pytest.mark.parametrize(
    ("facts", "kind", "before", "after"),
    [
        ([{"plan": "plus"}, {"plan": "pro"}], "plan_changed", "plus", "pro"),
        ([{"credits": Decimal("12.50")}, {"credits": Decimal(9)}], "credits_changed", "12.50", "9"),
        ([{"reset_credits": 2}, {"reset_credits": 1}], "banked_resets_changed", "2", "1"),
        ([{"plan": "plus"}, {}, {"plan": "pro"}], "plan_changed", "plus", "pro"),
    ],
)
def test_what_concerns_the_account_as_a_whole(facts: list[dict[str, object]], kind: str, before: str, after: str) -> None:
    confirmed = [*facts, facts[-1]]
    readings = [Reading(account="work", at=NOW + number * HALF, **more) for number, more in enumerate(confirmed)]  # type: ignore[arg-type]
    assert told(readings) == [((len(facts) - 1) * HALF, kind, before, after)]
    assert told(readings[:-1]) == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("plan", ("plus", "free", "plus", "plus")),
        ("reset_credits", (2, 0, 2, 2)),
        ("credits", (Decimal(9), Decimal(0), Decimal(9))),
    ],
)
def test_what_the_next_reading_takes_back_was_no_change(name: str, values: tuple[object, ...]) -> None:
    assert told([Reading(account="work", at=NOW + n * HALF, **{name: value}) for n, value in enumerate(values)]) == []  # type: ignore[arg-type]


def test_credits_that_are_used_up_bit_by_bit_are_told_once_a_day_and_when_they_end_or_rise() -> None:
    def at(hours: float, balance: str) -> Reading:
        return Reading(account="work", at=NOW + hours * HOUR, credits=Decimal(balance))

    day_one = [at(0, "400"), at(1, "390"), at(2, "380"), at(3, "360")]
    day_two = [at(13, "350"), at(14, "340"), at(15, "840"), at(16, "830"), at(17, "820")]
    day_three = [at(37, "1"), at(38, "0"), at(39, "0")]
    assert told([*day_one, *day_two, *day_three]) == [
        (1 * HOUR, "credits_changed", "400", "390"),
        (13 * HOUR, "credits_changed", "390", "350"),
        (15 * HOUR, "credits_changed", "340", "840"),
        (16 * HOUR, "credits_changed", "840", "830"),
        (37 * HOUR, "credits_changed", "830", "1"),
        (38 * HOUR, "credits_changed", "1", "0"),
    ]


def test_two_windows_that_are_called_alike_are_no_trouble() -> None:
    twins = [(weekly(40), weekly(43, 5 * DAY)), (weekly(41), weekly(43, 5 * DAY)), (weekly(41), weekly(44, 5 * DAY))]
    assert told(history(*twins)) == []


def test_a_history_without_readings_has_no_events() -> None:
    assert (events_of([]), events_of(history(weekly(1)))) == ([], [])


def test_a_plan_that_is_not_told_has_not_changed() -> None:
    assert told([Reading(account="work", at=NOW + n * HALF, plan=plan) for n, plan in enumerate(("plus", None, "plus"))]) == []


def test_a_sign_in_breaks_and_is_mended_and_an_outage_is_neither() -> None:
    errors = ("timeout", None, "unauthorized", "credential_invalid", "network", None)
    readings = [Reading(account="work", at=NOW + number * HALF, error=error) for number, error in enumerate(errors)]
    assert told(readings) == [
        (2 * HALF, "sign_in_broken", None, "unauthorized"),
        (5 * HALF, "sign_in_mended", "unauthorized", None),
    ]


@pytest.mark.parametrize(
    ("used", "events"),
    [
        ([10, 20, 31, 31], [(10 * MINUTE, "drain", "10", "31")]),
        ([10, 20, 30, 30], []),
        ([10, 31, 31, 32, 33], [(5 * MINUTE, "drain", "10", "31")]),
        ([10, 90, 11, 12], []),
        ([10, 18, 26, 34, 42, 50, 58, 58], [(15 * MINUTE, "drain", "10", "34"), (30 * MINUTE, "drain", "34", "58")]),
        ([10, 31], []),
    ],
)
def test_a_drain_is_much_use_in_a_short_time_and_confirmed(
    used: list[float], events: list[tuple[timedelta, str, str, str]]
) -> None:
    readings = history(*(weekly(percent) for percent in used), every=5 * MINUTE)
    assert [event for event in told(readings) if event[1] == "drain"] == events


@pytest.mark.parametrize(
    "odd",
    [weekly(0, 7 * DAY, started=False), weekly(20), weekly(None), ()],
    ids=["fresh-window", "low-figure", "no-figure", "no-window"],
)
def test_one_odd_answer_makes_no_drain(odd: Window | tuple[Window, ...]) -> None:
    assert told(history(weekly(50), odd, weekly(50), weekly(51), every=MINUTE)) == []


def test_a_drain_of_a_window_that_had_not_started_counts() -> None:
    fresh = [weekly(0, 7 * DAY + n * MINUTE, started=False) for n in range(2)]
    readings = history(*fresh, weekly(30, 7 * DAY + MINUTE), weekly(30, 7 * DAY + MINUTE), every=MINUTE)
    assert told(readings) == [(2 * MINUTE, "drain", "0", "30")]


def test_the_threshold_of_a_drain_can_be_set() -> None:
    readings = history(*(weekly(percent) for percent in (10, 16, 16)), every=5 * MINUTE)
    assert [event.kind for event in events_of(readings, Drain(points=5, within=5 * MINUTE))] == ["drain"]
    assert events_of(readings, Drain(points=5, within=4 * MINUTE)) == []


def test_what_the_session_files_say_lags_and_is_no_event() -> None:
    readings = history(weekly(40), weekly(41), weekly(42))
    readings.insert(1, Reading(account="work", at=NOW + MINUTE, windows=(window("weekly", 3),), plan="free", origin="rollout"))
    assert told(readings) == []
