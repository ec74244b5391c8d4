"""Single values out of somebody else's JSON."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codex_quota.values import decimal, flag, json_value, moment, number, percent, text, word

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
WHEN = datetime(2026, 9, 1, tzinfo=UTC)
SECONDS = int(WHEN.timestamp())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5.0),
        (5.5, 5.5),
        ("5.5", 5.5),
        (" 7 ", 7.0),
        (-1, -1.0),
        (True, None),
        (None, None),
        ("", None),
        ("12 %", None),
        ("1_000", None),
        ("nan", None),
        ("inf", None),
        (float("nan"), None),
        (float("-inf"), None),
        (10**400, None),
        ([], None),
        ({}, None),
    ],
)
def test_a_number_is_a_finite_number_or_numeric_text(value: object, expected: float | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), (-0.0, 0.0), (100.6, 100.6), ("42.7", 42.7), (0.1 + 0.2, 0.3), (-0.5, None), (False, None), ("bad", None)],
)
def test_a_percentage_is_zero_or_more(value: object, expected: float | None) -> None:
    assert percent(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Plus\t", "Plus"),
        ("\x1b[31mred\n", "[31mred"),
        ("\ud800", None),
        ("", None),
        (5, None),
        (None, None),
        ("x" * 5000, "x" * 200),
    ],
)
def test_text_is_one_clean_line(value: object, expected: str | None) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(True, True), (False, False), (1, None), ("true", None), (None, None)])
def test_a_flag_is_a_bool(value: object, expected: bool | None) -> None:
    assert flag(value) is expected


@pytest.mark.parametrize(
    "value",
    [
        *(SECONDS, float(SECONDS), str(SECONDS), f" {SECONDS} ", SECONDS * 1000, str(SECONDS * 1000)),
        *("2026-09-01T00:00:00Z", "2026-09-01T02:00:00+02:00", "2026-09-01T00:00:00", "2026-09-01", " 2026-09-01T00:00:00.000Z "),
    ],
)
def test_a_moment_in_any_of_its_forms(value: object) -> None:
    found = moment(value)
    assert found == WHEN
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, -5, "0", "", " ", "soon", "²", [], {}, 1e400, float("nan"), 10**400, "9" * 5000),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", -1e300, "-1"),
    ],
)
def test_what_is_no_moment(value: object) -> None:
    assert moment(value) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans()))
def test_no_value_makes_the_reader_of_moments_fail(value: object) -> None:
    found = moment(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(("value", "said"), [(" a ", "a"), ("", None), ("  ", None), (None, None), (5, None), (["a"], None)])
def test_a_word_is_left_as_it_is(value: object, said: str | None) -> None:
    assert word(value) == said


@pytest.mark.parametrize(
    "value",
    [
        EPOCH,
        float(EPOCH) + 0.2,
        str(EPOCH),
        EPOCH * 1000,
        str(EPOCH * 1000),
        "2026-09-01T12:00:00Z",
        "2026-09-01T12:00:00",
        "2026-09-01T14:00:00+02:00",
        " 2026-09-01 12:00:00.3 ",
    ],
)
def test_every_way_to_write_a_time_means_the_same(value: object) -> None:
    assert moment(value) == NOW


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change its zone while running")
def test_a_time_without_a_zone_is_utc_wherever_the_reader_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert moment("2026-09-01T12:00:00") == NOW
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "value",
    [
        *(0, -5, 0.2, 3600, 999_999_999, 10**11 + 1, "1970-01-01T01:00:00Z", 1e30, 10**400, float("inf")),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "soon", "", True, None),
    ],
)
def test_what_is_no_time_is_neither_1970_nor_an_overflow(value: object) -> None:
    assert moment(value) is None


def test_the_first_billion_seconds_are_the_earliest_time() -> None:
    assert moment(10**9) == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


@pytest.mark.parametrize("text", ['{"a": [2.5, null]}', b'{"a": [2.5, null]}', '\ufeff{"a": [2.5, null]}'])
def test_json_is_read_from_text_and_from_bytes(text: str | bytes) -> None:
    assert json_value(text) == {"a": [2.5, None]}


@pytest.mark.parametrize("digits", ["9" * 1001, "-" + "9" * 5000])
def test_an_integer_too_long_for_any_use_is_none_and_its_neighbours_stay(digits: str) -> None:
    assert json_value(f'{{"a": {digits}, "b": 7}}') == {"a": None, "b": 7}


@pytest.mark.parametrize("text", ["", "{", "<html>", b"\xff", "[" * 100_000])
def test_what_is_no_json_is_a_value_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        json_value(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.50", Decimal("12.50")),
        ("0E-10", Decimal(0)),
        ("1E10", Decimal("1E10")),
        ("1E11", None),
        ("1E-11", None),
        ("NaN", None),
        ("Infinity", None),
        ("1_000", None),
        ("much", None),
        ("", None),
    ],
)
def test_a_decimal_is_exact_and_not_absurd(text: str, expected: Decimal | None) -> None:
    assert decimal(text, 10) == expected


def test_the_latest_time_can_be_shown_in_every_zone() -> None:
    latest = moment("9998-12-31T23:59:59Z")
    assert latest is not None
    assert latest.astimezone(timezone(timedelta(hours=14))).year == 9999
