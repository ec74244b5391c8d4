"""Quiet hours on the clock, over midnight and the changes of summer time, and what becomes of alerts in them."""

from __future__ import annotations

import os
import time as clock_time
from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from codex_quota_notify.config import Config
from codex_quota_notify.quiet import Quiet
from codex_quota_notify.records import Rule
from notify_story import DAY, HOUR, WEEK, Story, failure, reading, window

from codex_quota import UnauthorizedError

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(start=time(22), end=time(7))
REST = 3 * DAY


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-22T20:59:59", None),  # 21:59:59 in Berlin
        ("2026-11-22T21:00:00", "2026-11-23T06:00:00"),
        ("2026-11-22T23:30:00", "2026-11-23T06:00:00"),
        ("2026-11-23T05:59:59", "2026-11-23T06:00:00"),
        ("2026-11-23T06:00:00", None),
        ("2026-06-30T20:00:00", "2026-07-01T05:00:00"),  # two hours ahead in summer
        ("2026-03-28T22:00:00", "2026-03-29T05:00:00"),  # the night that loses an hour
        ("2026-10-24T22:00:00", "2026-10-25T06:00:00"),  # the night that has one twice
    ],
)
def test_a_night_in_berlin(now: str, until: str | None) -> None:
    assert NIGHT.until(at(now), BERLIN) == (None if until is None else at(until))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-22T11:59:59", None),
        ("2026-11-22T12:00:00", "2026-11-22T13:30:00"),
        ("2026-11-22T13:29:59", "2026-11-22T13:30:00"),
        ("2026-11-22T13:30:00", None),
    ],
)
def test_a_siesta_within_one_day(now: str, until: str | None) -> None:
    quiet = Quiet(start=time(13), end=time(14, 30))
    assert quiet.until(at(now), BERLIN) == (None if until is None else at(until))


def test_an_end_that_the_clock_shows_twice_comes_once() -> None:
    quiet = Quiet(start=time(22), end=time(2, 30))  # on 25 October 2:30 is at 0:30 and at 1:30 UTC
    minutes = [quiet.until(at(f"2026-10-25T0{hour}:{minute}:00"), BERLIN) for hour in (0, 1) for minute in (15, 29, 31, 45)]
    end = at("2026-10-25T01:30:00")
    assert minutes == [end, end, end, end, end, end, None, None]


def test_an_end_that_the_clock_skips_comes_all_the_same() -> None:
    quiet = Quiet(start=time(22), end=time(2, 30))  # on 29 March the clock goes from 2:00 to 3:00 at 1:00 UTC
    assert quiet.until(at("2026-03-29T00:59:00"), BERLIN) == at("2026-03-29T01:30:00")
    assert quiet.until(at("2026-03-29T01:30:00"), BERLIN) is None


@pytest.fixture
def tokyo() -> Iterator[None]:
    """A machine that stands in Tokyo."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Tokyo"
    clock_time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    clock_time.tzset()


def test_without_a_zone_the_machine_s_own_counts(tokyo: None) -> None:
    assert NIGHT.until(at("2026-11-22T13:00:00"), None) == at("2026-11-22T22:00:00")
    assert NIGHT.until(at("2026-11-22T12:59:00"), None) is None


def quiet_story(*urgent: Rule) -> Story:
    """A story that begins at noon and is quiet from 22:00 to 7:00, which is from minute 600 to 1140."""
    return Story(Config(urls=("json://x",), zone=UTC, quiet=Quiet(start=time(22), end=time(7), urgent=frozenset(urgent))))


def test_an_alert_of_the_night_is_sent_in_the_morning_with_the_figures_of_the_morning() -> None:
    story = quiet_story()
    assert story.hear(700, reading(700, window("weekly", 18, REST))) == [("low", "weekly", "20")]
    assert story.send(700) == {}
    story.hear(1139, reading(1139, window("weekly", 12, REST)))
    assert story.send(1139) == {}
    assert story.hear(1140, reading(1140, window("weekly", 11, REST))) == []
    assert story.send(1140) == {1: "Codex quota: work: weekly 11 % left\nresets Wed 12:00 (2d 5h)"}
    assert story.send(1150) == {}


@pytest.mark.parametrize(
    ("night", "morning"),
    [
        ([window("five_hour", 0, 800)], [window("five_hour", 100, 1500, started=False)]),
        ([window("five_hour", 15, 800)], [window("five_hour", 100, 1500, started=False)]),
        ([window("five_hour", 15, 800)], [window("weekly", 90, REST)]),
    ],
    ids=["used up", "low", "gone"],
)
def test_what_is_no_longer_true_in_the_morning_is_not_sent(night: list[object], morning: list[object]) -> None:
    story = quiet_story()
    story.turn(back=False)
    assert len(story.hear(700, reading(700, *night))) == 1  # type: ignore[arg-type]
    story.hear(1200, reading(1200, *morning))  # type: ignore[arg-type]
    assert story.send(1200) == {}
    assert story.state.pending == ()


def test_a_sign_in_that_was_repaired_in_the_night_is_not_told() -> None:
    story = quiet_story()
    assert story.hear(700, failure(UnauthorizedError("refused"))) == [("sign_in",)]
    story.hear(900, reading(900, window("weekly", 90, REST)))
    story.hear(1200, reading(1200, window("weekly", 90, REST)))
    assert story.send(1200) == {}


def test_back_again_in_the_night_is_told_in_the_morning_unless_it_is_used_up_again() -> None:
    for later, sent in ((80.0, True), (0.0, False)):
        story = quiet_story()
        story.hear(500, reading(500, window("five_hour", 0, 700)))
        story.send(500)
        assert story.hear(701, reading(701, window("five_hour", 100, 1001, started=False))) == [("back", "five_hour")]
        again = story.hear(1139, reading(1139, window("five_hour", later, 1300)))
        assert again == ([] if sent else [("exhausted", "five_hour")])
        assert ("works again" in story.send(1200)[1]) is sent


def test_the_graver_of_two_held_alerts_about_one_window_is_sent() -> None:
    story = quiet_story()
    for minute, left in ((610, 18), (700, 4), (800, 0)):
        story.hear(minute, reading(minute, window("weekly", left, REST)))
    assert story.send(1140) == {1: "Codex quota: work: weekly limit is used up\nback Wed 12:00 (2d 5h)"}


def test_urgent_rules_are_let_through() -> None:
    story = quiet_story("exhausted", "sign_in")
    story.hear(700, reading(700, window("five_hour", 0, 900), window("weekly", 18, REST)))
    assert story.send(700) == {1: "Codex quota: work: 5 h limit is used up\nback Mon 03:00 (3h 20m)"}
    assert story.send(1140)[1].startswith("Codex quota: work: weekly 18 % left")


def test_an_early_reset_of_the_night_is_told_in_the_morning_but_not_days_later() -> None:
    for morning, sent in ((1200, True), (1200 + DAY, False)):
        story = quiet_story()
        story.hear(500, reading(500, window("weekly", 50, REST)))
        for minute in (700, 760):
            story.hear(minute, reading(minute, window("weekly", 99, WEEK + 700)))
        assert [one.rule for one in story.state.pending] == ["early_reset"]
        story.hear(morning, reading(morning, window("weekly", 98, WEEK + 700)))
        assert bool(story.send(morning)) is sent


def test_it_is_quiet_about_an_account_that_nobody_could_read_since_yesterday() -> None:
    story = quiet_story()
    story.hear(700, reading(700, window("weekly", 18, REST)))
    story.hear(700 + DAY + HOUR, reading(700 + DAY + HOUR, window("weekly", 90, REST), name="home"))
    assert story.send(1200 + DAY) == {}
