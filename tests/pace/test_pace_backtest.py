"""A short back-test: the interval holds the truth about as often as it says, and the forecast beats the straight line."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(scope="module")
def backtest() -> dict[str, Any]:
    sys.path.insert(0, str(BENCH))
    try:
        return runpy.run_path(str(BENCH / "forecast.py"))
    finally:
        sys.path.remove(str(BENCH))


@pytest.mark.parametrize("window", ["weekly", "five_hour"])
def test_the_forecast_is_honest_and_better_than_the_straight_line(backtest: dict[str, Any], window: str) -> None:
    habits = ("office hours", "weekend off", "night owl")
    cases = [case for habit in habits for case in backtest["cases_of"](window, habit, 3, "tested")]
    held = sum(case.off == 0 for case in cases) / len(cases)
    ours, line = (sum(case.points[method] for case in cases) for method in ("forecast", "line"))
    assert len(cases) > 100
    assert 0.7 <= held <= 0.92
    assert ours < 0.9 * line


def test_the_same_seed_gives_the_same_figures(backtest: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        backtest["show"]("weekly", list(backtest["cases_of"]("weekly", "steady", 1, "tested")))
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[0] == "weekly"
    assert first == second
