"""One alert for each cycle: resets that jitter, drift, slide and move, and readings that come late or twice."""

from __future__ import annotations

import pytest
from codex_quota_notify.records import State
from notify_story import ALL, DAY, HOUR, WEEK, Story, after, reading, window

from codex_quota import Account, Quota, RateLimit, Snapshot

REST = 3 * DAY


def test_a_reset_that_jitters_by_seconds_is_the_same_cycle() -> None:
    story = Story()
    told = [
        story.hear(at, reading(at, window("five_hour", 15, 200 + jitter / 60)))
        for at, jitter in enumerate([0, 37, -29, 18, -59, 59, 0])
    ]
    assert told == [[("low", "five_hour", "20")], [], [], [], [], [], []]


def test_a_reset_that_drifts_on_while_the_window_runs_is_the_same_cycle() -> None:
    story = Story()
    told = [story.hear(10 * n, reading(10 * n, window("weekly", 15, REST + 4 * n))) for n in range(40)]
    assert told == [[("low", "weekly", "20")], *[[]] * 39]


@pytest.mark.parametrize("moved", [-DAY, 6, HOUR, DAY])
def test_a_reset_that_is_moved_while_nothing_is_given_back_is_the_same_cycle(moved: int) -> None:
    story = Story()
    assert story.hear(0, reading(0, window("weekly", 15, REST))) == [("low", "weekly", "20")]
    assert story.hear(60, reading(60, window("weekly", 14, REST + moved))) == []
    assert story.lines(60)[0].startswith("work: weekly 14 % left; resets ")
    assert story.hear(120, reading(120, window("weekly", 13, REST))) == []


def test_a_reset_that_is_put_off_shortly_before_it_comes_is_the_same_cycle() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 15, 60))) == [("low", "five_hour", "20")]
    assert story.hear(58, reading(58, window("five_hour", 15, 70))) == []
    assert story.hear(69, reading(69, window("five_hour", 15, 80))) == []


def test_the_next_cycle_is_told_anew_however_little_was_given_back() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 15, 60))) == [("low", "five_hour", "20")]
    assert story.hear(355, reading(355, window("five_hour", 14, 361))) == [("low", "five_hour", "20")]


def test_a_window_that_has_not_started_slides_and_tells_nothing() -> None:
    story = Story()
    told = [story.hear(at, reading(at, window("weekly", 100, at + WEEK, started=False))) for at in range(0, 2 * WEEK, DAY)]
    assert told == [[]] * 14


def test_a_fresh_window_that_shows_one_percent_and_slides_tells_nothing() -> None:
    story = Story()
    told = [story.hear(at, reading(at, window("weekly", 99, at + WEEK))) for at in range(0, 2 * WEEK, DAY)]
    assert told == [[]] * 14


def test_a_window_without_a_reset_is_told_once_until_it_is_given_back() -> None:
    story = Story()
    lefts = [15, 14, 2, 0.5, 50, 50, 48, 12]
    told = [story.hear(at * HOUR, reading(at * HOUR, window("weekly", left, None))) for at, left in enumerate(lefts)]
    assert told == [[("low", "weekly", "20")], [], [("low", "weekly", "5")], [], [], [], [], [("low", "weekly", "20")]]


def test_a_reset_that_is_not_known_for_a_while_is_the_same_cycle() -> None:
    story = Story()
    resets = [REST, None, REST, None]
    told = [story.hear(at, reading(at, window("weekly", 15, reset))) for at, reset in enumerate(resets)]
    assert told == [[("low", "weekly", "20")], [], [], []]


def test_a_window_that_goes_and_comes_back_keeps_its_alerts() -> None:
    story = Story()
    five, week = window("five_hour", 15, 200), window("weekly", 80, REST)
    assert story.hear(0, reading(0, five, week)) == [("low", "five_hour", "20")]
    assert story.hear(10, reading(10, week)) == []
    assert story.lines(10) == []
    assert story.hear(20, reading(20, five, week)) == []


def test_a_weekly_window_alone_and_a_monthly_one_alone() -> None:
    story = Story()
    weekly = [story.hear(at, reading(at, window("weekly", left, REST))) for at, left in ((0, 50), (60, 19))]
    monthly = [story.hear(at, reading(at, window("monthly", left, 20 * DAY), name="free")) for at, left in ((120, 21), (180, 20))]
    assert weekly == [[], [("low", "weekly", "20")]]
    assert monthly == [[], [("low", "monthly", "20")]]


def test_of_two_windows_of_one_name_the_more_used_one_counts() -> None:
    twice = (window("weekly", 60, REST), window("weekly", 18, REST + 9), window("weekly", None, REST))
    assert Story().hear(0, reading(0, *twice)) == [("low", "weekly", "20")]


def test_a_figure_that_cannot_be_read_tells_nothing_and_forgets_nothing() -> None:
    story = Story()
    told = [story.hear(at, reading(at, window("weekly", left, REST))) for at, left in enumerate([15, None, 15])]
    assert told == [[("low", "weekly", "20")], [], []]


def test_a_reading_that_is_older_than_the_last_one_changes_nothing() -> None:
    story = Story()
    assert story.hear(60, reading(60, window("weekly", 90, REST))) == []
    assert story.hear(70, reading(30, window("weekly", 3, REST), source="cache")) == []
    assert story.hear(80, reading(60, window("weekly", 3, REST), source="cache")) == []


def test_a_reading_that_the_cache_gives_again_without_its_fraction_of_a_second_is_the_same_one() -> None:
    story = Story()
    assert story.hear(0, reading(0.01, window("weekly", 60, REST))) == []
    assert story.hear(1, reading(0, window("weekly", 10, REST), source="cache")) == []


def test_one_that_another_program_put_into_the_cache_counts() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("weekly", 22, REST))) == []
    assert story.hear(20, reading(10, window("weekly", 19, REST), source="cache")) == [("low", "weekly", "20")]


def test_a_clock_that_was_far_ahead_does_not_silence_it_for_ever() -> None:
    story = Story()
    assert story.hear(10 * DAY, reading(10 * DAY, window("weekly", 60, 11 * DAY))) == [("unused", "weekly")]
    assert story.hear(0, reading(0, window("weekly", 15, REST))) == [("low", "weekly", "20")]


def test_a_reset_that_has_passed_since_the_reading_is_told_no_more() -> None:
    story = Story()
    told = story.hear(0, reading(0, window("five_hour", 0, 60), window("weekly", 15, 70)))
    assert told == [("exhausted", "five_hour"), ("low", "weekly", "20")]
    stale = Snapshot(account=Account(name="work", source="directory"), quota=None, status="failed")
    assert story.hear(61, stale) == []
    assert story.lines(61) == ["work: weekly 15 % left; resets 13:10 (9m)"]
    assert story.hear(71, stale) == []
    assert story.lines(71) == []


def test_marks_of_cycles_that_are_over_are_forgotten() -> None:
    story = Story()
    for day in range(0, 40 * DAY, 5 * HOUR):
        story.hear(day, reading(day, window("five_hour", 3, day + 4 * HOUR)))
    marks = story.state.accounts["work"].marks
    assert {mark: len(cycles) for mark, cycles in marks.items()} == {"low:5:codex/five_hour": 11, "low:20:codex/five_hour": 11}


def test_an_account_that_nobody_reads_for_two_months_is_forgotten() -> None:
    story = Story()
    low = window("weekly", 15, REST)
    story.hear(0, reading(0, low), reading(0, low, name="home"))
    story.hear(61 * DAY, reading(61 * DAY, window("weekly", 60, 63 * DAY)))
    assert list(story.state.accounts) == ["work"]


def test_nothing_known_of_a_person_is_kept() -> None:
    story = Story(ALL, State())
    quota = Quota(limits=(RateLimit(name="codex", windows=(window("weekly", 15, REST),)),), email="me@example.com")
    account = Account(name="work", source="directory", account_id="acct-1", user_id="user-1", email="me@example.com")
    story.hear(0, Snapshot(account=account, quota=quota, fetched_at=after(0)))
    assert not [word for word in ("example.com", "acct-1", "user-1") if word in repr(story.state)]


def test_a_reset_that_is_moved_away_and_back_is_not_told_again() -> None:
    story = Story()
    steps = [(0, 15, REST), (60, 14, REST + DAY), (120, 90, REST), (180, 90, REST), (240, 60, REST), (300, 15, REST)]
    steps += [(360, 15, REST)]
    told = [story.hear(at, reading(at, window("weekly", left, reset))) for at, left, reset in steps]
    assert told == [[("low", "weekly", "20")], [], [], [("early_reset", "weekly")], [], [], []]


def test_an_answer_that_lags_behind_a_reset_does_not_bring_the_return_twice() -> None:
    story = Story()
    late, full = window("five_hour", 0, 60), [window("five_hour", 100, at + 300, started=False) for at in (61, 240, 250)]
    assert story.hear(0, reading(0, late)) == [("exhausted", "five_hour")]
    assert story.hear(61, reading(61, full[0])) == [("back", "five_hour")]
    assert [story.hear(at, reading(at, late)) for at in (180, 190)] == [[], []]
    assert [story.hear(at, reading(at, one)) for at, one in ((240, full[1]), (250, full[2]))] == [[], []]
