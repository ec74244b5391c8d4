"""Figures that flip are not believed before a second reading says the same."""

from __future__ import annotations

import pytest
from codex_quota_notify.config import Config
from notify_story import DAY, HOUR, WEEK, Story, reading, window

REST = 3 * DAY


def hear_all(story: Story, lefts: list[float], *, apart: int = 60, reset: int = REST) -> list[list[tuple[str, ...]]]:
    """The alerts of readings of a weekly window with these percentages left."""
    return [story.hear(n * apart, reading(n * apart, window("weekly", left, reset))) for n, left in enumerate(lefts)]


def test_a_single_flip_to_used_up_and_back_tells_nothing() -> None:
    assert hear_all(Story(), [80, 0, 78, 78, 0, 77]) == [[]] * 6


def test_a_single_flip_to_a_fresh_window_and_back_tells_nothing() -> None:
    story = Story()
    low, fresh = window("weekly", 18, REST), window("weekly", 100, WEEK + 60, started=False)
    assert story.hear(0, reading(0, low)) == [("low", "weekly", "20")]
    assert [story.hear(at, reading(at, one)) for at, one in ((60, fresh), (120, low), (180, fresh), (240, low))] == [[]] * 4


def test_a_flip_of_a_used_up_account_tells_neither_back_nor_used_up_again() -> None:
    story = Story()
    assert hear_all(story, [0, 100, 0, 0, 100, 0]) == [[("exhausted", "weekly")], [], [], [], [], []]


def test_a_great_fall_is_told_when_the_next_reading_says_so_too() -> None:
    assert hear_all(Story(), [80, 30, 12]) == [[], [], [("low", "weekly", "20")]]
    assert hear_all(Story(), [80, 0, 0]) == [[], [], [("exhausted", "weekly")]]


@pytest.mark.parametrize(("fall", "told"), [(39, [("low", "weekly", "20")]), (40, [])])
def test_what_counts_as_a_great_fall(fall: float, told: list[tuple[str, ...]]) -> None:
    assert hear_all(Story(), [59, 59 - fall])[1] == told


def test_how_great_a_fall_is_believed_can_be_set() -> None:
    assert hear_all(Story(Config(urls=("json://x",), jump=70)), [80, 12]) == [[], [("low", "weekly", "20")]]


def test_a_fall_over_many_hours_is_believed_at_once() -> None:
    assert hear_all(Story(), [80, 12], apart=6 * HOUR) == [[], []]
    assert hear_all(Story(), [80, 12], apart=6 * HOUR + 1) == [[], [("low", "weekly", "20")]]


def test_after_the_announced_reset_every_figure_is_believed() -> None:
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 15, 60))) == [("low", "five_hour", "20")]
    assert story.hear(60, reading(60, window("five_hour", 100, 360, started=False))) == []
    assert story.hear(300, reading(300, window("five_hour", 50, 420))) == []
    story = Story()
    assert story.hear(0, reading(0, window("five_hour", 90, 60))) == []
    assert story.hear(61, reading(61, window("five_hour", 2, 360))) == [("low", "five_hour", "5")]


def test_the_confirming_reading_has_to_be_a_minute_younger() -> None:
    story = Story()
    lefts = [(0, 80), (10, 0), (10.5, 0), (10.9, 0), (11, 0)]
    told = [story.hear(at, reading(at, window("weekly", left, REST))) for at, left in lefts]
    assert told == [[], [], [], [], [("exhausted", "weekly")]]


def test_the_same_reading_twice_confirms_nothing() -> None:
    story = Story()
    story.hear(0, reading(0, window("weekly", 80, REST)))
    strange = reading(10, window("weekly", 0, REST))
    assert [story.hear(at, strange) for at in (10, 20, 600)] == [[], [], []]


def test_a_second_strange_reading_of_another_kind_confirms_nothing() -> None:
    story = Story()
    assert hear_all(story, [50, 0, 100, 0]) == [[]] * 4
    assert hear_all(Story(), [50, 100, 100]) == [[], [], [("early_reset", "weekly")]]


def test_a_doubt_outlives_a_restart() -> None:
    story = Story()
    hear_all(story, [80, 0])
    again = Story(story.config, story.state)
    assert again.hear(120, reading(120, window("weekly", 0, REST))) == [("exhausted", "weekly")]


def test_what_the_program_knew_before_counts_for_an_account_that_is_new_here() -> None:
    story = Story()
    story.last["work"] = reading(-60, window("weekly", 80, REST))
    assert story.hear(0, reading(0, window("weekly", 0, REST))) == []
    assert story.hear(60, reading(60, window("weekly", 0, REST))) == [("exhausted", "weekly")]


def test_a_wrong_figure_that_is_even_confirmed_does_not_repeat_what_was_told() -> None:
    story = Story()
    low, fresh = window("weekly", 4, REST), [window("weekly", 99, WEEK + at) for at in (60, 120)]
    told = [story.hear(at, reading(at, one)) for at, one in ((0, low), (60, fresh[0]), (120, fresh[1]))]
    assert told == [[("low", "weekly", "5")], [], [("early_reset", "weekly")]]
    rest = [story.hear(at, reading(at, one)) for at, one in ((180, low), (240, low), (300, fresh[1]), (360, fresh[1]))]
    assert rest == [[], [], [], []]
