"""What the Codex CLI noted about limits, line by line; and which of it tells something that is not known better."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codex_quota import Window
from codex_quota.history import Reading
from codex_quota.history.rollouts import MOST_BYTES, Scanner, lagging, stretches
from session_lines import SECOND, begin, limits, line, session, stamp, told
from snapshots import DAY, FIVE, HOUR, NOW, WEEK

MINUTE = timedelta(minutes=1)
SPARK = {"limit_id": "codex_bengalfox", "limit_name": "GPT-5.3-Codex-Spark"}
ADDED = {
    "limit_id": "codex", "limit_name": None, "individual_limit": None, "spend_control_reached": None,
    "rate_limit_reached_type": None, "plan_type": "Plus",
    "credits": {"has_credits": True, "unlimited": False, "balance": "12.50"},
}  # fmt: skip


def readings(content: bytes, *, fresh: bool = False) -> list[Reading]:
    return list(Scanner("work", fresh=fresh).readings(content.splitlines(keepends=True)))


def figures(found: list[Reading]) -> list[tuple[float, list[float | None]]]:
    return [((one.at - NOW) / MINUTE, [window.used_percent for window in one.windows]) for one in found]


def test_a_line_becomes_a_reading() -> None:
    assert readings(told(NOW + SECOND / 2, limits(12, 41, **ADDED))) == [
        Reading(account="work", at=NOW, windows=(FIVE, WEEK), plan="plus", credits=Decimal("12.50"), origin="rollout")
    ]


def relative(used: float, seconds: float, minutes: int = 300) -> dict[str, Any]:
    """``rate_limits`` as clients wrote them in September 2025."""
    return {"primary": {"used_percent": used, "window_minutes": minutes, "resets_in_seconds": seconds}, "secondary": None}


@pytest.mark.parametrize(
    ("rate_limits", "windows"),
    [
        pytest.param(limits(12), (FIVE,), id="2025-10"),
        pytest.param(limits(12, **ADDED), (FIVE,), id="2026-09"),
        pytest.param(relative(12, 10800), (FIVE,), id="2025-09"),
        pytest.param(relative(12, 10800, 299), (replace(FIVE, length=timedelta(minutes=299)),), id="2025-09-a-minute-short"),
        pytest.param({**limits(0, 41), "primary": None}, (WEEK,), id="weekly-as-secondary"),
        pytest.param({"primary": limits(0, 41)["secondary"], "secondary": None}, (WEEK,), id="weekly-as-primary"),
        pytest.param(limits(12, **{**ADDED, **SPARK}), (replace(FIVE, limit="GPT-5.3-Codex-Spark"),), id="another-limit"),
        pytest.param(limits(12, limit_id="codex_bengalfox"), None, id="a-limit-without-a-name"),
        pytest.param(None, None, id="null"),
        pytest.param({}, None, id="empty"),
        pytest.param({"limit_id": "codex", "primary": None, "secondary": None}, None, id="no-windows"),
        pytest.param({"primary_used_percent": 12, "primary_window_minutes": 300}, None, id="without-resets"),
        pytest.param(relative(12, 0), None, id="reset-now"),
        pytest.param(limits(12, resets_at=NOW), None, id="reset-has-passed"),
        pytest.param(limits(12, resets_at=NOW + 6 * HOUR), None, id="reset-too-far-away"),
        pytest.param({"primary": {**limits(1)["primary"], "used_percent": None}}, None, id="no-figure"),
        pytest.param({"primary": {**limits(1)["primary"], "used_percent": -1}}, None, id="impossible-figure"),
        pytest.param({"primary": {**limits(1)["primary"], "window_minutes": None}}, None, id="no-length"),
        pytest.param({"primary": [], "secondary": "x"}, None, id="nonsense"),
        pytest.param("nonsense", None, id="text"),
    ],
)
def test_the_shapes_of_all_versions(rate_limits: Any, windows: tuple[Window, ...] | None) -> None:
    found = readings(told(NOW, rate_limits))
    assert [reading.windows for reading in found] == ([windows] if windows else [])


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\n",
        b"nonsense\n",
        told(NOW, limits(1))[:-20] + b"\n",
        told(NOW, limits(1)).replace(b'"2026', b'"soon'),
        told(NOW, limits(1)).replace(b'{"timestamp":', b'{"time":'),
        told(NOW, limits(1)).replace(b"event_msg", b"response_item"),
        told(NOW, limits(1)).replace(b'"type":"token_count"', b'"type":"other","of":"token_count"'),
        told(NOW, limits(1)).replace(b"2026-11-22T12:04:00.000Z", b"0001-01-01T00:00:00+10:00"),
        told(NOW, limits(1)).replace(b"event_msg", b"\xff\xfe"),
        b"[" * 100_000 + b'"rate_limits" "token_count"' + b"\n",
        line(NOW, output=json.dumps({"token_count": 1, "rate_limits": limits(1)})),
        told(NOW, {**limits(1), "padding": "x" * MOST_BYTES}),
    ],
)
def test_what_is_no_line_about_limits_is_left_out(broken: bytes) -> None:
    lines = [broken, told(NOW, limits(12))]
    assert figures(list(Scanner("work", fresh=False).readings(lines))) == [(0, [12])]


KEYS = (
    "primary", "secondary", "used_percent", "window_minutes", "resets_at", "resets_in_seconds", "limit_id", "limit_name",
    "credits", "balance", "plan_type", "rate_limit_reached_type",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner) | st.lists(inner, max_size=2),
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_nothing_in_a_line_makes_it_fail(rate_limits: Any) -> None:
    for reading in readings(told(NOW, rate_limits)):
        assert all(window.resets_at and reading.at < window.resets_at for window in reading.windows)


def test_a_time_without_a_zone_is_utc_and_one_with_a_zone_is_converted() -> None:
    for text in ("2026-11-22T12:04:00", "2026-11-22T13:04:00+01:00"):
        (found,) = readings(told(NOW, limits(12)).replace(stamp(NOW).encode(), text.encode()))
        assert (found.at, found.at.tzinfo) == (NOW, UTC)


def test_that_a_limit_is_reached_is_kept() -> None:
    (found,) = readings(told(NOW, limits(100, rate_limit_reached_type="rate_limit_reached")))
    assert (found.limit_reached, found.usable) == (True, None)


class TestOneFile:
    """What one session's file says over time."""

    def test_the_same_figures_again_are_the_last_answer_s(self) -> None:
        content = session(NOW, [(1, 10), (2, 10), (5, 11), (40, 11), (60, 11), (69, 11)])
        assert figures(readings(content)) == [(1, [10]), (5, [11]), (40, [11])]

    def test_of_each_limit_by_itself(self) -> None:
        spark = limits(1, **SPARK)
        assert figures(readings(session(NOW, [(1, 10), (2, spark), (3, 10), (4, spark)]))) == [(1, [10]), (2, [1])]

    def test_seconds_until_a_reset_that_are_repeated_are_old(self) -> None:
        content = session(NOW, [(1, relative(10, 9000)), (50, relative(10, 9000)), (51, relative(10, 5940))])
        assert figures(readings(content)) == [(1, [10]), (51, [10])]

    def test_what_was_copied_from_another_session_is_old(self) -> None:
        copied = b"".join(told(NOW + n * SECOND / 50, limits(n)) for n in range(1, 90))
        content = begin(NOW) + begin(NOW) + copied + told(NOW + 2 * SECOND, limits(95)) + told(NOW + 3 * SECOND, limits(96))
        assert figures(readings(content, fresh=True)) == [(2 / 60, [95]), (3 / 60, [96])]

    def test_a_session_counts_from_its_first_answer_on(self) -> None:
        content = begin(NOW) + told(NOW + SECOND, limits(7))
        assert figures(readings(content, fresh=True)) == [(1 / 60, [7])]

    def test_a_file_without_an_answer_yet_is_not_live(self) -> None:
        scanner = Scanner("work", fresh=True)
        assert (list(scanner.readings(begin(NOW).splitlines(keepends=True))), scanner.live) == ([], False)
        assert (list(scanner.readings([told(NOW + SECOND, limits(7))])) != [], scanner.live) == (True, True)


def own(minute: float, used: float = 0, **more: Any) -> Reading:
    return Reading(account="work", at=NOW + minute * MINUTE, windows=(replace(FIVE, used_percent=used),), **more)


def noted(minute: float, used: float, *, reset: float = 180, limit: str = "codex") -> Reading:
    """The five-hour window in a session file; *reset* in minutes after NOW."""
    window = replace(FIVE, used_percent=used, resets_at=NOW + reset * MINUTE, limit=limit)
    return Reading(account="work", at=NOW + minute * MINUTE, windows=(window,), origin="rollout")


@pytest.mark.parametrize(
    ("found", "stay"),
    [
        pytest.param([noted(0, 1), noted(1, 2), noted(2, 3)], [0, 1, 2], id="rising"),
        pytest.param([noted(0, 5), noted(1, 5), noted(2, 4), noted(3, 6)], [0, 3], id="equal-or-behind"),
        pytest.param([noted(0, 5), noted(30, 5)], [0, 30], id="equal-half-an-hour-later"),
        pytest.param([noted(0, 90), noted(1, 3, reset=301), noted(2, 91), noted(3, 4, reset=302)], [0, 1, 3], id="old-cycle"),
        pytest.param([noted(0, 100), noted(1, 21), noted(29, 24), noted(30, 25), noted(31, 26)], [0, 30, 31], id="peak"),
        pytest.param([noted(0, 9), noted(1, 3, limit="spark"), noted(2, 10)], [0, 1, 2], id="limits-apart"),
        pytest.param([own(0), noted(29, 5), noted(31, 6), own(62)], [0, 31, 62], id="known-better-shortly-before"),
        pytest.param([noted(0, 5), noted(10, 6), own(35), own(80)], [0, 35, 80], id="known-better-soon-after"),
        pytest.param([own(0, error="timeout"), noted(5, 6), own(10, error="timeout")], [0, 5, 10], id="errors-know-nothing"),
    ],
)
def test_only_what_is_ahead_and_not_known_better_stays(found: list[Reading], stay: list[int]) -> None:
    gone = set(lagging(found))
    assert [(one.at - NOW) / MINUTE for place, one in enumerate(found) if place not in gone] == stay


def test_a_reading_with_one_window_ahead_and_one_behind_is_mixed_up() -> None:
    first = replace(noted(0, 50), windows=(replace(FIVE, used_percent=50), replace(WEEK, used_percent=10)))
    mixed = replace(first, at=NOW + MINUTE, windows=(replace(FIVE, used_percent=49), replace(WEEK, used_percent=11)))
    right = replace(first, at=NOW + MINUTE, windows=(replace(FIVE, used_percent=50), replace(WEEK, used_percent=11)))
    assert (list(lagging([first, mixed])), list(lagging([first, right]))) == ([1], [])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 100), st.booleans()), max_size=30))
def test_what_stays_stays_when_it_is_looked_at_again(drawn: list[tuple[int, int, bool]]) -> None:
    found = [own(minute) if mine else noted(minute, used) for minute, used, mine in sorted(drawn)]
    gone = set(lagging(found))
    assert list(lagging([one for place, one in enumerate(found) if place not in gone])) == []
    assert [found[place].origin for place in gone] == ["rollout"] * len(gone)


def test_stretches_of_time_are_looked_at_one_by_one() -> None:
    moments = [NOW + 9 * HOUR, NOW, NOW + HOUR, NOW + DAY]
    half = 30 * MINUTE
    assert list(stretches(moments)) == [
        (NOW - half, NOW + HOUR + half), (NOW + 9 * HOUR - half, NOW + 9 * HOUR + half), (NOW + DAY - half, NOW + DAY + half),
    ]  # fmt: skip
    assert list(stretches(list[datetime]())) == []
