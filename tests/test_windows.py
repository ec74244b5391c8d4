"""Single windows: rules 1, 2, 3, 4, 6 and 7 of reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from codex_quota.model import Window
from codex_quota.windows import Slot, label_of, name_of, read_window

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
DAY = 86400


def window(value: object, *, slot: Slot = "primary", free: bool = False) -> Window | None:
    return read_window(value, limit="codex", slot=slot, free=free, answered_at=NOW)


def found(value: object, *, slot: Slot = "primary", free: bool = False) -> Window:
    answer = window(value, slot=slot, free=free)
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (17_099, "other"),
        (17_100, "five_hour"),
        (18_000, "five_hour"),
        (18_900, "five_hour"),
        (18_901, "other"),
        (DAY, "daily"),
        (574_559, "other"),
        (574_560, "weekly"),
        (635_040, "weekly"),
        (635_041, "other"),
        (28 * DAY - 1, "other"),
        (28 * DAY, "monthly"),
        (2_628_000, "monthly"),
        (31 * DAY, "monthly"),
        (31 * DAY + 1, "other"),
        (365 * DAY, "annual"),
        (366 * DAY, "annual"),
        (777, "other"),
        (9 * 3600, "other"),
    ],
)
def test_the_length_names_the_window(seconds: int, expected: str) -> None:
    assert name_of(seconds) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (18_000, "5 h"),
        (17_500, "5 h"),
        (DAY, "1 d"),
        (7 * DAY, "7 d"),
        (7 * DAY + 60, "7 d"),
        (30 * DAY, "30 d"),
        (29 * DAY, "29 d"),
        (2_628_000, "30 d"),
        (366 * DAY, "365 d"),
        (9 * 3600, "9 h"),
        (36 * 3600, "36 h"),
        (14 * DAY, "14 d"),
        (5400, "90 min"),
        (300, "5 min"),
        (777, "777 s"),
        (1, "1 s"),
        (2000 * 60, "33 h"),
        (100_001, "28 h"),
        (1001, "17 min"),
        (2000 * DAY, "2000 d"),
    ],
)
def test_the_label_tells_the_length(seconds: int, expected: str) -> None:
    assert label_of(name_of(seconds), seconds) == expected


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"used_percent": 0},
        {"used_percent": 12},
        {"used_percent": "45.0"},
        {"used_percent": 0, "limit_window_seconds": 0, "reset_after_seconds": 0, "reset_at": 0},
        {"used_percent": 5, "limit_window_seconds": -1, "reset_at": "soon"},
        None,
        [],
        "window",
        7,
    ],
)
def test_no_length_and_no_reset_is_no_window(value: object) -> None:
    assert window(value) is None


@pytest.mark.parametrize("value", [None, True, "bad", -1, float("nan"), []])
def test_an_unreadable_percentage_keeps_the_window(value: object) -> None:
    answer = found({"used_percent": value, "limit_window_seconds": 604_800, "reset_at": EPOCH + 60})
    assert (answer.name, answer.used_percent, answer.remaining_percent) == ("weekly", None, None)


def test_more_than_all_is_used_but_never_less_than_nothing_left() -> None:
    answer = found({"used_percent": 101, "limit_window_seconds": 18_000})
    assert (answer.used_percent, answer.remaining_percent) == (101.0, 0.0)


def test_numbers_may_be_texts() -> None:
    answer = found({"used_percent": "42.7", "limit_window_seconds": "604800.0", "reset_after_seconds": "90"})
    expected = Window(
        limit="codex",
        name="weekly",
        label="7 d",
        used_percent=42.7,
        length=timedelta(days=7),
        resets_at=NOW + timedelta(seconds=90),
        started=True,
    )
    assert answer == expected


@pytest.mark.parametrize("slot", ["primary", "secondary", "tertiary"])
def test_the_slot_means_nothing_when_the_length_is_known(slot: Slot) -> None:
    answer = found({"used_percent": 1, "limit_window_seconds": 18_000}, slot=slot, free=True)
    assert (answer.name, answer.label) == ("five_hour", "5 h")


@pytest.mark.parametrize("length", [0, -3, None, True, "long", [], 0.2, 0.5])
def test_without_a_length_the_slot_names_the_window(length: object) -> None:
    value = {"used_percent": 1, "limit_window_seconds": length, "reset_after_seconds": 3600}
    named = [(w.name, w.label, w.length) for w in (found(value, slot="primary"), found(value, slot="secondary"))]
    assert named == [("five_hour", "5 h", None), ("weekly", "7 d", None)]


@pytest.mark.parametrize(
    ("reset", "free", "expected"),
    [
        ({"reset_after_seconds": 18_000}, False, "five_hour"),
        ({"reset_after_seconds": 18_001}, False, "weekly"),
        ({"reset_after_seconds": 60}, True, "weekly"),
        ({"reset_at": EPOCH + 18_000}, False, "five_hour"),
        ({"reset_at": EPOCH + 18_030}, False, "five_hour"),
        ({"reset_at": EPOCH + 6 * 3600}, False, "weekly"),
        ({"reset_at": EPOCH - 60}, False, "five_hour"),
        ({"reset_at": EPOCH + 400_000, "reset_after_seconds": 18_000}, False, "five_hour"),
    ],
)
def test_a_first_window_without_a_length_is_weekly_when_it_cannot_be_the_five_hour_one(
    reset: dict[str, object], free: bool, expected: str
) -> None:
    assert found({"used_percent": 1, **reset}, free=free).name == expected


@pytest.mark.parametrize("length", [9_223_372_036_854_775_807, 1e300, 3661 * DAY])
def test_an_absurd_length_is_no_length_and_not_the_slots_either(length: float) -> None:
    answer = found({"used_percent": 1, "limit_window_seconds": length, "reset_after_seconds": 9_223_372_036_854_775_807})
    assert (answer.name, answer.label, answer.length, answer.resets_at) == ("other", "other", None, None)


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        ({"reset_at": EPOCH + 100, "reset_after_seconds": 50}, EPOCH + 100),
        ({"reset_at": 0, "reset_after_seconds": 50}, EPOCH + 50),
        ({"reset_at": None, "reset_after_seconds": 50.4}, EPOCH + 50),
        ({"reset_at": 1e30, "reset_after_seconds": 50}, EPOCH + 50),
        ({"resets_at": EPOCH + 100}, EPOCH + 100),
        ({"reset_at": 3600}, None),
        ({"reset_at": 3600, "reset_after_seconds": 50}, EPOCH + 50),
        ({"reset_after_seconds": 0}, None),
        ({"reset_after_seconds": -50}, None),
        ({"reset_after_seconds": None}, None),
        ({}, None),
    ],
)
def test_the_reset_is_the_stated_time_else_the_answers_time_plus_the_seconds(
    reset: dict[str, object], expected: int | None
) -> None:
    resets_at = found({"used_percent": 1, "limit_window_seconds": 604_800, **reset}).resets_at
    assert (resets_at and int(resets_at.timestamp())) == expected


def test_a_relative_reset_has_whole_seconds_in_utc() -> None:
    at = datetime(2026, 9, 1, 14, 0, 0, 400_000, tzinfo=timezone(timedelta(hours=2)))
    answer = read_window({"limit_window_seconds": 18_000, "reset_after_seconds": 60}, limit="codex", answered_at=at)
    assert answer is not None
    assert answer.resets_at is not None
    assert answer.resets_at.isoformat() == "2026-09-01T12:01:00+00:00"


@pytest.mark.parametrize(
    ("used", "reset", "expected"),
    [
        (0, {"reset_after_seconds": 604_800}, False),
        (0, {"reset_after_seconds": 604_740}, False),
        (0, {"reset_after_seconds": 604_739}, True),
        (0, {"reset_at": EPOCH + 604_830}, False),
        (0, {"reset_at": EPOCH + 604_740}, False),
        (0, {"reset_at": EPOCH + 600_000}, True),
        (0, {"reset_at": EPOCH + 608_400}, None),
        (0, {"reset_at": EPOCH + 608_400, "reset_after_seconds": 604_800}, False),
        (0, {}, None),
        (0.4, {"reset_after_seconds": 604_800}, True),
        (1, {}, True),
        (None, {"reset_after_seconds": 604_800}, None),
    ],
)
def test_an_unused_window_with_its_full_length_ahead_has_not_started(
    used: object, reset: dict[str, object], expected: bool | None
) -> None:
    assert found({"used_percent": used, "limit_window_seconds": 604_800, **reset}).started is expected


def test_without_a_length_nobody_knows_whether_an_unused_window_has_started() -> None:
    assert found({"used_percent": 0, "reset_after_seconds": 18_000}).started is None
