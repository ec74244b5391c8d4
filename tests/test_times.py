from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from codex_quota import wording
from codex_quota.interfaces import Style
from snapshots import DAY, HOUR, NOW


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (timedelta(days=24, hours=3), "24d"), (timedelta(days=9, hours=23, minutes=59), "9d 23h"),
        (timedelta(days=4, hours=5), "4d 5h"), (DAY, "1d"), (timedelta(days=1, minutes=59), "1d"),
        (timedelta(hours=3, minutes=28, seconds=59), "3h 28m"), (2 * HOUR, "2h"), (timedelta(minutes=12), "12m"),
        (timedelta(seconds=59), "<1m"), (timedelta(0), "now"), (timedelta(seconds=-1), "now"), (-DAY, "now"),
    ],
)  # fmt: skip
def test_a_countdown_has_its_two_largest_units(delta: timedelta, text: str) -> None:
    assert wording.countdown(delta) == text


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        (-HOUR, "<1m old"), (timedelta(seconds=59), "<1m old"), (timedelta(minutes=12), "12m old"),
        (timedelta(minutes=119), "119m old"),
        (2 * HOUR, "2h old"), (47 * HOUR, "47h old"), (48 * HOUR, "2d old"), (timedelta(days=4, hours=23), "4d old"),
    ],
)  # fmt: skip
def test_an_age_has_one_unit(delta: timedelta, text: str) -> None:
    assert wording.age_text(delta) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-22T15:32:59+00:00", "15:32"),
        ("2026-11-22T00:00:00+00:00", "00:00"),
        ("2026-11-23T09:00:00+00:00", "Mon 09:00"),
        ("2026-11-28T18:00:00+00:00", "Sat 18:00"),
        ("2026-11-29T00:00:00+00:00", "29 Nov 00:00"),
        ("2026-12-17T18:05:00+00:00", "17 Dec 18:05"),
        ("2027-01-03T18:00:00+00:00", "3 Jan 2027 18:00"),
        ("2026-11-21T18:00:00+00:00", "21 Nov 18:00"),
    ],
)
def test_a_clock_is_as_short_as_it_can_be_unmistakably(moment: str, text: str) -> None:
    assert wording.clock(datetime.fromisoformat(moment), NOW, UTC) == text


@pytest.mark.parametrize(("hours", "text"), [(0, "20:30"), (3.5, "Mon 00:00"), (-12, "Sun 08:30"), (14, "Mon 10:30")])
def test_a_clock_and_its_today_are_those_of_the_zone(hours: float, text: str) -> None:
    assert wording.clock(datetime(2026, 11, 22, 20, 30, tzinfo=UTC), NOW - 3 * HOUR, timezone(timedelta(hours=hours))) == text


def test_the_turn_of_the_year_does_not_hide_a_near_day() -> None:
    assert wording.clock(datetime(2027, 1, 2, 8, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC), UTC) == "Sat 08:00"


@pytest.mark.parametrize("moment", [datetime.max, datetime.min])
@pytest.mark.parametrize("hours", [-14, 14])
def test_the_ends_of_the_calendar_are_shown_too(moment: datetime, hours: int) -> None:
    shown = wording.clock(moment.replace(tzinfo=UTC), NOW, timezone(timedelta(hours=hours)))
    assert shown.split()[:2] in (["31", "Dec"], ["1", "Jan"])


@pytest.mark.parametrize(
    ("time", "after", "text"),
    [
        ("clock", 4 * DAY + 5 * HOUR, "Thu 17:04"),
        ("countdown", 4 * DAY + 5 * HOUR, "in 4d 5h"),
        ("both", 4 * DAY + 5 * HOUR, "Thu 17:04 (4d 5h)"),
        ("clock", timedelta(0), "12:04"),
        ("countdown", timedelta(0), "now"),
        ("both", timedelta(0), "12:04 (now)"),
    ],
)
def test_a_moment_is_told_as_the_style_wants(time: str, after: timedelta, text: str) -> None:
    style = Style(now=NOW, tz=UTC, time=time)  # type: ignore[arg-type]
    assert wording.moment_text(NOW + after, style) == text


@pytest.mark.parametrize(
    ("moment", "hours", "today"),
    [
        ("2026-11-22T00:00:00+00:00", 0, True),
        ("2026-11-22T23:59:00+00:00", 0, True),
        ("2026-11-23T00:00:00+00:00", 0, False),
        ("2026-11-21T23:59:00+00:00", 0, False),
        ("2026-11-22T23:59:00+00:00", 1, False),
        ("2026-11-21T23:59:00+00:00", 1, True),
        ("2026-12-22T12:00:00+00:00", 0, False),
    ],
)
def test_today_is_that_of_the_zone(moment: str, hours: int, today: bool) -> None:
    style = Style(now=NOW, tz=timezone(timedelta(hours=hours)))
    assert wording.is_today(datetime.fromisoformat(moment), style) is today
