"""The limits of an answer: which there are, under which names, with which windows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from codex_quota.limits import read_limits
from codex_quota.model import RateLimit

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
FIVE = {"used_percent": 1, "limit_window_seconds": 18_000}
WEEK = {"used_percent": 2, "limit_window_seconds": 604_800}
MONTH = {"used_percent": 3, "limit_window_seconds": 2_592_000}


def limits(fields: dict[str, object]) -> list[RateLimit]:
    return list(read_limits(fields, free=False, answered_at=NOW))


def told(fields: dict[str, object]) -> dict[str, list[tuple[str, float | None]]]:
    return {limit.name: [(w.name, w.used_percent) for w in limit.windows] for limit in limits(fields)}


def extra(*entries: object) -> dict[str, object]:
    return {"additional_rate_limits": list(entries)}


def entry(name: object, feature: object, **windows: object) -> dict[str, object]:
    return {"limit_name": name, "metered_feature": feature, "rate_limit": windows}


def test_the_windows_keep_the_services_order() -> None:
    body = {"rate_limit": {"tertiary_window": MONTH, "secondary_window": FIVE, "primary_window": WEEK}}
    assert told(body) == {"codex": [("weekly", 2.0), ("five_hour", 1.0), ("monthly", 3.0)]}


def test_a_limit_is_there_without_windows_too() -> None:
    assert limits({"rate_limit": {"allowed": True, "limit_reached": "no"}}) == [RateLimit(name="codex", allowed=True)]


@pytest.mark.parametrize("value", [None, "none", [], 5, True])
def test_what_is_no_object_is_no_limit(value: object) -> None:
    assert limits({"rate_limit": value, "code_review_rate_limit": value, "additional_rate_limits": value}) == []


def test_extra_limits_stand_under_their_own_names() -> None:
    body: dict[str, object] = {
        "rate_limit": {"primary_window": FIVE},
        "code_review_rate_limit": {"primary_window": WEEK},
        **extra(entry("Spark", "codex_bengalfox", primary_window=WEEK), entry(None, "gpt_x", primary_window=MONTH)),
    }
    assert [(limit.name, limit.feature) for limit in limits(body)] == [
        ("codex", None),
        ("Spark", "codex_bengalfox"),
        ("gpt_x", "gpt_x"),
        ("code review", None),
    ]
    assert {window.limit for limit in limits(body) for window in limit.windows} == {"codex", "Spark", "gpt_x", "code review"}


def test_garbage_among_extra_limits_leaves_its_siblings() -> None:
    body = extra(None, "garbage", 7, {"limit_name": "empty"}, {"limit_name": "text", "rate_limit": "x"}, entry("Spark", None))
    assert told(body) == {"Spark": []}


def test_a_flat_entry_inside_the_main_limit_is_a_limit_of_one_window() -> None:
    body: dict[str, object] = {"rate_limit": {"primary_window": FIVE, **extra({"limit_name": "reserve", **WEEK})}}
    assert told(body) == {"codex": [("five_hour", 1.0)], "reserve": [("weekly", 2.0)]}


def test_a_limit_reported_in_parts_is_one_limit_and_the_first_window_of_a_kind_counts() -> None:
    body = extra(
        entry("Spark", "spark", primary_window={**FIVE, "used_percent": 20}),
        entry("Spark Weekly", "spark", allowed=True, primary_window={**WEEK, "used_percent": 80}),
        entry("Spark Duplicate", "spark", allowed=False, primary_window={**FIVE, "used_percent": 99}),
        entry("Spark", None, primary_window={**MONTH, "used_percent": 5}),
    )
    assert told(body) == {"Spark": [("five_hour", 20.0), ("weekly", 80.0), ("monthly", 5.0)]}
    assert limits(body)[0].allowed is True


def test_windows_of_different_odd_lengths_are_of_different_kinds() -> None:
    body = extra(
        entry("Spark", "spark", primary_window={"limit_window_seconds": 300}),
        entry("Spark", "spark", primary_window={"limit_window_seconds": 777}),
    )
    assert [window.label for window in limits(body)[0].windows] == ["5 min", "777 s"]


def test_different_limits_of_one_name_are_kept_apart() -> None:
    body: dict[str, object] = {
        "code_review_rate_limit": {"primary_window": WEEK},
        **extra(
            entry("codex", "a", primary_window=FIVE),
            entry("codex", "b", primary_window=WEEK),
            entry(None, None, primary_window=FIVE),
            entry(None, None, primary_window=MONTH),
            entry("code review", "c", primary_window=FIVE),
        ),
    }
    assert told(body) == {
        "codex 2": [("five_hour", 1.0)],
        "codex 3": [("weekly", 2.0)],
        "additional": [("five_hour", 1.0)],
        "additional 2": [("monthly", 3.0)],
        "code review": [("five_hour", 1.0)],
        "code review 2": [("weekly", 2.0)],
    }


def test_thousands_of_entries_are_cut_to_a_hundred() -> None:
    assert len(limits(extra(*[{"rate_limit": {}}] * 5000))) == 100
