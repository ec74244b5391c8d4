"""What is drawn of an account: which windows, how far back and ahead, and what is to be expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise

import pytest
from boards import style
from pasts import history_of

from codex_quota import Account, Client, Snapshot, Window
from codex_quota.builtin.dashboard.chart_data import SPANS, Past, WindowChart, steady
from codex_quota.builtin.dashboard.chart_figures import figure
from codex_quota.history import Reading
from codex_quota.pace import Pace
from snapshots import DAY, FIVE, GONE, HOUR, NOW, WEEK, quota, snapshot, window

Make = Callable[..., Past]


@pytest.fixture
def past(environ: dict[str, str]) -> Iterator[Make]:
    """Makes the past of the account ``work`` out of what was read of it; *more* is added to the environment."""
    with ExitStack() as stack:

        def make(*readings: Reading, interval: timedelta = HOUR, **more: str) -> Past:
            history_of(environ).add(Account(name="work", source="directory"), readings)
            return Past(stack.enter_context(Client(environ={**environ, **more})), interval=interval, utc=True)

        yield make


def ago(length: timedelta, *windows: Window, error: str | None = None) -> Reading:
    """What was read so long ago."""
    return Reading(account="work", at=NOW - length, windows=windows, error=error)


def charts(past: Past, shown: Snapshot, span: str = "7d", *, every_limit: bool = False) -> list[WindowChart]:
    return past.charts(shown, SPANS[span], NOW, tz=UTC, every_limit=every_limit)


def called(found: Sequence[WindowChart]) -> list[tuple[str, bool]]:
    return [(one.window.name, one.current) for one in found]


def used(percent: float) -> Window:
    return replace(WEEK, used_percent=percent)


def test_windows_that_the_account_had_come_after_those_it_has(past: Make) -> None:
    month = window("monthly", 10, 9 * DAY)
    made = past(*(ago(hours * HOUR, month, used(20)) for hours in (3, 2)), ago(HOUR, used(21)))
    shown = snapshot("work", quota(WEEK, reached=False))
    found = charts(made, shown)
    assert called(found) == [("weekly", True), ("monthly", False)]
    (weekly, monthly) = (figure(shown, one, "7 d", DAY, style()) for one in found)
    assert (monthly.reset, monthly.number, monthly.forecast) == ("not offered any more", "", "")
    assert (weekly.reset, weekly.number) == ("resets Thu 12:04 (4d)", "59")


def test_a_window_in_one_answer_only_was_a_mistake(past: Make) -> None:
    made = past(ago(3 * HOUR, used(20)), ago(2 * HOUR, used(20), FIVE), ago(HOUR, used(21)))
    assert called(charts(made, snapshot("work", quota(WEEK)))) == [("weekly", True)]


def test_an_account_that_is_not_answered_any_more_keeps_its_past(past: Make) -> None:
    made = past(ago(3 * HOUR, used(20)), ago(2 * HOUR, used(21)), ago(HOUR, error="unauthorized"))
    shown = snapshot("work", status="failed", error=GONE.error, fetched_at=None)
    (found,) = charts(made, shown)
    assert (called([found]), found.chart.cone, found.chart.resets_at) == ([("weekly", False)], (), None)
    assert [(pause.begin, pause.end, pause.error) for pause in found.chart.pauses] == [
        (NOW - HOUR, found.chart.now, "unauthorized")
    ]
    assert figure(shown, found, "7 d", DAY, style()).reset == "not known now"


def test_the_present_figures_are_drawn_before_the_history_has_them(past: Make) -> None:
    (found,) = charts(past(ago(2 * HOUR, used(20))), snapshot("work", quota(WEEK)))
    assert found.chart.line.parts[-1][-1] == (NOW, 41)


def test_readings_of_a_clock_that_was_wrong_do_not_move_now(past: Make) -> None:
    made = past(ago(2 * HOUR, used(20)), ago(HOUR, used(30)), ago(-300 * DAY, used(7)))
    shown = snapshot("work", quota(WEEK))
    (found,) = charts(made, shown)
    assert (found.chart.now, found.chart.pauses) == (NOW, [])
    assert found.chart.line.parts[-1][-2:] == ((NOW - HOUR, 30), (NOW, 41))
    assert made.line(shown, WEEK, 7 * DAY, NOW) == found.chart.line


def test_two_windows_that_are_called_the_same_have_a_line_each(past: Make) -> None:
    other = replace(WEEK, resets_at=NOW + 2 * DAY)
    made = past(*(ago(hours * HOUR, used(40 - hours), replace(other, used_percent=80 - hours)) for hours in (3, 2, 1)))
    shown = snapshot("work", quota(WEEK, replace(other, used_percent=80)))
    found = {one.window.used_percent: one for one in charts(made, shown)}
    assert {now: [point.used for point in one.whole.parts[0]] for now, one in found.items()} == {
        41: [37, 38, 39, 41],
        80: [77, 78, 79, 80],
    }
    assert len({figure(shown, one, "7 d", DAY, style()).key for one in found.values()}) == 2
    assert {now: made.line(shown, one.window, 7 * DAY, NOW) for now, one in found.items()} == {
        now: one.whole for now, one in found.items()
    }


def test_what_lies_ahead_is_shown_up_to_the_reset_but_no_further_than_what_lies_behind(past: Make) -> None:
    made, shown = past(*(ago(hours * HOUR, used(40 - hours)) for hours in range(30, 0, -1))), snapshot("work", quota(WEEK))
    ends = {}
    for span in SPANS:
        (found,) = charts(made, shown, span)
        ends[span] = round((found.chart.end - found.chart.now) / DAY, 2)
        assert found.chart.resets_at == NOW + 4 * DAY
        assert found.chart.cone[0].at == NOW
        assert found.chart.cone[-1].at == found.chart.resets_at
        assert len([point for point in found.chart.cone if point.at <= found.chart.end]) >= 40
    assert ends == {"24h": 1, "7d": 4.17, "30d": 4.75}


def test_nothing_is_to_be_expected_of_a_window_that_cannot_be_used(past: Make) -> None:
    spent = replace(WEEK, used_percent=100)
    five = replace(FIVE, pace=Pace(at=NOW, percent_at_reset=20, percent_between=(10, 30), resets_at=FIVE.resets_at))
    shown = snapshot("work", quota(five, spent, reached=True))
    waiting, bound = charts(past(*(ago(hours * HOUR, replace(FIVE, used_percent=9), spent) for hours in (2, 1))), shown)
    assert (waiting.chart.cone, waiting.chart.resets_at) == ((), NOW + 3 * HOUR)
    assert [(point.at, point.percent) for point in bound.chart.cone] == [(NOW, 100), (NOW + 4 * DAY, 100)]
    words = [figure(shown, one, "7 d", DAY, style()) for one in (waiting, bound)]
    assert [(one.reset, one.forecast) for one in words] == [("waits for weekly", ""), ("back Thu 12:04 (4d)", "")]


@pytest.mark.parametrize(
    ("reason", "said"), [("too_early", "too early to say"), ("not_started", ""), ("exhausted", ""), ("no_reset_time", "")]
)
def test_why_there_is_no_forecast_is_said_once(past: Make, reason: str, said: str) -> None:
    shown = snapshot("work", quota(replace(WEEK, pace=Pace(at=NOW, reason=reason))))  # type: ignore[arg-type]
    (found,) = charts(past(), shown)
    assert figure(shown, found, "7 d", DAY, style()).forecast == said


def test_a_line_that_is_too_short_to_be_seen_is_told_of(past: Make) -> None:
    shown = snapshot("work", quota(WEEK))
    (first,) = charts(past(), shown)
    (second,) = charts(past(ago(2 * HOUR, used(40))), shown)
    (third,) = charts(past(ago(6 * HOUR, used(39)), ago(4 * HOUR, used(39))), shown)
    hints = [figure(shown, one, "7 d", DAY, style()).hint for one in (first, second, third)]
    assert hints == [*["The line begins here and grows with every reading."] * 2, ""]


@pytest.mark.parametrize(
    ("hours", "interval", "daily_after", "parts"),
    [(2, HOUR, "180d", 1), (4, HOUR, "180d", 2), (4, 2 * HOUR, "180d", 1), (48, HOUR, "180d", 2), (48, HOUR, "1h", 1)],
    ids=["as usual", "longer than usual", "asked seldom", "days", "thinned to days"],
)
def test_how_long_may_pass_without_a_break(past: Make, hours: int, interval: timedelta, daily_after: str, parts: int) -> None:
    made = past(ago(hours * HOUR, used(40)), interval=interval, CODEX_QUOTA_HISTORY_DAILY_AFTER=daily_after)
    (found,) = charts(made, snapshot("work", quota(WEEK)))
    assert len(found.chart.line.parts) == parts


def test_a_history_that_is_off_leaves_the_present(past: Make) -> None:
    made = past(CODEX_QUOTA_HISTORY="0")
    (found,) = charts(made, snapshot("work", quota(WEEK)))
    assert (made.is_off, made.trouble, found.chart.line.parts) == (True, None, (((NOW, 41),),))


def test_working_hours_that_cannot_be_read_are_told(past: Make) -> None:
    made = past(CODEX_QUOTA_WORKING_HOURS="late")
    assert made.trouble is not None
    assert "late" in made.trouble.message


@pytest.mark.parametrize(("span", "length"), [("24h", timedelta(minutes=5)), ("7d", timedelta(minutes=35)), ("30d", 2.5 * HOUR)])
def test_a_chart_serves_for_a_while(span: str, length: timedelta) -> None:
    moments = sorted({steady(NOW + minute * timedelta(minutes=1), SPANS[span]) for minute in range(60 * 24)})
    assert {after - before for before, after in pairwise(moments)} == {length}
    assert NOW - length < moments[0] <= NOW


def test_a_row_tells_a_reset_by_its_time(past: Make) -> None:
    five = [replace(FIVE, used_percent=percent, resets_at=NOW - back) for percent, back in ((80, 8 * HOUR), (5, 3 * HOUR))]
    made = past(ago(9 * HOUR, five[0]), ago(7 * HOUR, five[1]))
    shown = snapshot("work", quota(FIVE))
    (found,) = charts(made, shown, "30d")
    rows = figure(shown, found, "30 d", DAY, style()).rows
    assert [(row.time, row.extreme, row.remarks) for row in rows] == [("00:00", "20%", "reset 04:04, reset 09:04, nothing read")]
