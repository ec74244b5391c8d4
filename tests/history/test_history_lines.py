"""Figures over time as a line of characters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from codex_quota.history import Reading, left_of_windows, sparkline
from codex_quota.history.lines import Point
from snapshots import FIVE, HOUR, NOW, WEEK, window


def at(hours: float, left: float | None) -> Point:
    return NOW + hours * HOUR, left


def line(*points: Point, cells: int = 8, unicode: bool = True) -> str:
    """The line of *points* over eight hours."""
    return sparkline(points, cells, NOW, NOW + 8 * HOUR, unicode=unicode)


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        ([], "········"),
        ([at(0, 50), at(8, 50)], "▅▅▅▅▅▅▅▅"),
        ([at(0, 0), at(7.5, 0)], "▁▁▁▁▁▁▁▁"),
        ([at(0, 100), at(7.5, 100)], "████████"),
        ([at(n, 100 - n * 100 / 7) for n in range(8)], "█▇▆▅▄▃▂▁"),
        ([at(2.5, 100)], "··█·····"),
        ([at(2.5, 100), at(5.5, 0)], "··███▁··"),
        ([at(0, 100), at(0.2, 50), at(0.9, 0), at(1.5, 100)], "▁█······"),
        ([at(0, 100), at(3, None), at(5, 0)], "█████▁··"),
        ([at(-3, 100), at(1.5, 0), at(9, 100)], "·▁······"),
        ([at(0, 120), at(1, -5)], "█▁······"),
        ([at(8, 100)], "·······█"),
        ([at(0, 0), at(8, 100)], "▁▁▁▁▁▁▁█"),
    ],
)
def test_each_character_shows_the_last_figure_of_its_time(points: list[Point], drawn: str) -> None:
    assert line(*points) == drawn


def test_without_unicode_it_is_drawn_with_ascii() -> None:
    points = [at(n, 100 - n * 100 / 7) for n in range(8)]
    assert line(*points, unicode=False) == "#*+=-:._"
    assert line(at(2.5, 100), unicode=False) == "??#?????"


@pytest.mark.parametrize("cells", [1, 2, 24, 200])
def test_it_has_as_many_characters_as_there_are_cells(cells: int) -> None:
    assert len(line(at(0, 1), at(3, 50), at(8, 99), cells=cells)) == cells


def test_a_stretch_without_length_tells_nothing() -> None:
    assert sparkline([at(0, 50)], 3, NOW, NOW) == "···"


def test_what_is_left_of_each_window_by_time() -> None:
    spark = window("weekly", 7, limit="spark")
    readings = [
        Reading(account="work", at=NOW, windows=(FIVE, WEEK)),
        Reading(account="work", at=NOW + HOUR, error="timeout"),
        Reading(account="work", at=NOW + timedelta(hours=2), windows=(WEEK, spark)),
    ]
    assert left_of_windows(readings) == {
        ("codex", "five_hour", "5 h"): [at(0, 88)],
        ("codex", "weekly", "7 d"): [at(0, 59), at(2, 59)],
        ("spark", "weekly", "7 d"): [at(2, 93)],
    }
