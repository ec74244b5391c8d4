"""A pace in words, in every way that people can ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from codex_quota.interfaces import Style
from codex_quota.pace import Pace, even_text, forecast_text, short_text

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)  # a Monday
USED = Style(now=NOW, tz=UTC, show="used")
LEFT = replace(USED, show="left")


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


RUNS_OUT = Pace(
    at=NOW,
    resets_at=on(17, 23, 10),
    exhausts_at=on(17, 14, 10),
    exhausts_between=(on(17, 12, 30), on(17, 17)),
    percent_at_reset=100,
    percent_between=(100, 100),
)
LASTS = Pace(at=NOW, resets_at=on(18, 9), percent_at_reset=62.4, percent_between=(50.0, 74.1))
MAY_RUN_OUT = replace(LASTS, percent_at_reset=99.6, percent_between=(71.2, 100), exhausts_between=(on(18, 1), None))
REASONS = {
    "no_figure": "no figure to go by",
    "not_started": "not started",
    "exhausted": "used up",
    "no_reset_time": "reset time unknown",
    "no_length": "window length unknown",
    "reset_passed": "reset since",
    "too_early": "too early to say",
}


@pytest.mark.parametrize(
    ("pace", "style", "text"),
    [
        (RUNS_OUT, USED, "runs out Tue 14:10 (12:30–17:00), 9h before the reset"),
        (RUNS_OUT, replace(USED, unicode=False), "runs out Tue 14:10 (12:30-17:00), 9h before the reset"),
        (RUNS_OUT, replace(USED, time="countdown"), "runs out in 1d 2h (1d–1d 5h), 9h before the reset"),
        (RUNS_OUT, replace(USED, time="clock"), "runs out Tue 14:10 (12:30–17:00), 9h before the reset"),
        (RUNS_OUT, replace(USED, now=on(17, 12)), "runs out 14:10 (12:30–17:00), 9h before the reset"),
        (RUNS_OUT, replace(USED, tz=ZoneInfo("Asia/Tokyo")), "runs out Tue 23:10 (Tue 21:30–Wed 02:00), 9h before the reset"),
        (
            replace(RUNS_OUT, exhausts_between=(on(16, 22), on(17, 23))),
            USED,
            "runs out Tue 14:10 (Mon 22:00–Tue 23:00), 9h before the reset",
        ),
        (
            replace(RUNS_OUT, exhausts_at=on(16, 20), exhausts_between=(on(16, 18), on(17, 3))),
            USED,
            "runs out 20:00 (Mon 18:00–Tue 03:00), 1d 3h before the reset",
        ),
        (replace(RUNS_OUT, exhausts_between=(on(17, 1), None)), USED, "runs out Tue 14:10 (01:00 or later), 9h before the reset"),
        (
            replace(RUNS_OUT, exhausts_between=(NOW, None)),
            replace(USED, time="countdown"),
            "runs out in 1d 2h (now or later), 9h before the reset",
        ),
        (
            replace(RUNS_OUT, resets_at=on(17, 14, 10)),
            USED,
            "runs out Tue 14:10 (12:30–17:00), <1m before the reset",
        ),
        (LASTS, USED, "lasts; about 62 % used at the reset (50–75 %)"),
        (LASTS, LEFT, "lasts; about 38 % left at the reset (25–50 %)"),
        (MAY_RUN_OUT, USED, "may run out, Wed 01:00 at the earliest; about 99 % used at the reset (71–100 %)"),
        (MAY_RUN_OUT, LEFT, "may run out, Wed 01:00 at the earliest; about 1 % left at the reset (0–29 %)"),
        (
            MAY_RUN_OUT,
            replace(LEFT, time="countdown"),
            "may run out, in 1d 13h at the earliest; about 1 % left at the reset (0–29 %)",
        ),
        *((Pace(at=NOW, reason=reason), USED, text) for reason, text in REASONS.items()),
        (Pace(at=NOW), USED, ""),
    ],
)
def test_what_will_become_of_a_window(pace: Pace, style: Style, text: str) -> None:
    assert forecast_text(pace, style) == text


@pytest.mark.parametrize(
    ("pace", "style", "text"),
    [
        (RUNS_OUT, USED, "out Tue 14:10"),
        (RUNS_OUT, replace(USED, time="countdown"), "out in 1d 2h"),
        (replace(RUNS_OUT, exhausts_at=NOW), replace(USED, time="countdown"), "out now"),
        (LASTS, USED, "62 % at reset"),
        (LASTS, LEFT, "38 % at reset"),
        (MAY_RUN_OUT, USED, "99 % at reset"),
        (Pace(at=NOW, reason="too_early"), USED, "too early to say"),
    ],
)
def test_where_there_is_little_room(pace: Pace, style: Style, text: str) -> None:
    assert short_text(pace, style) == text


@pytest.mark.parametrize(
    ("points", "text"),
    [
        (12.4, "12 points ahead of even use"),
        (1.5, "2 points ahead of even use"),
        (1.4, "1 point ahead of even use"),
        (0.4, "even use"),
        (-0.4, "even use"),
        (-1, "1 point behind even use"),
        (-3.2, "3 points behind even use"),
        (None, ""),
    ],
)
def test_how_far_from_even_use(points: float | None, text: str) -> None:
    assert even_text(Pace(at=NOW, ahead_points=points), USED) == text


def test_another_language_has_its_own_order_of_words() -> None:
    german = {
        "runs out {when} ({span}), {left} before the reset": "{left} vor dem Zurücksetzen leer: {when} ({span})",
        "{weekday} {time}": "{weekday}, {time}",
        "Tue": "Di",
    }
    style = replace(USED, say=lambda text: german.get(text, text))
    assert forecast_text(RUNS_OUT, style) == "9h vor dem Zurücksetzen leer: Di, 14:10 (12:30–17:00)"


def test_a_long_forecast_names_the_days() -> None:
    pace = replace(
        RUNS_OUT, exhausts_at=NOW + timedelta(days=4), exhausts_between=(NOW + timedelta(days=2), NOW + timedelta(days=9))
    )
    assert forecast_text(pace, replace(USED)).startswith("runs out Fri 12:00 (Wed 12:00–25 Nov 12:00)")
