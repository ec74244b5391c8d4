"""Typed access to a decoded object: the value, None, or an error that names the key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from codex_quota import jsonfields as read


@pytest.mark.parametrize(
    ("value", "kind"),
    [("a", int), (1, str), (True, int), (1, bool), (0.5, int), ([], dict), ({}, list)],
)
def test_a_value_of_another_kind_is_an_error_that_names_the_key(value: object, kind: type) -> None:
    with pytest.raises(ValueError, match=f"^key: not of type {kind.__name__}$"):
        read.take({"key": value}, "key", kind)


@pytest.mark.parametrize("fields", [{}, {"key": None}])
def test_null_and_absent_are_alike(fields: dict[str, object]) -> None:
    found = [
        read.take(fields, "key", str),
        read.count(fields, "key"),
        read.percent(fields, "key"),
        read.amount(fields, "key"),
        read.time(fields, "key"),
    ]
    assert found == [None] * 5


@pytest.mark.parametrize(
    ("reader", "value", "message"),
    [
        (read.need, None, "key: missing"),
        (read.count, -1, "key: below 0"),
        (read.count, True, "key: not of type int"),
        (read.percent, -0.5, "key: not a percentage"),
        (read.percent, float("nan"), "key: not a number"),
        (read.percent, float("inf"), "key: not a number"),
        (read.percent, 10**400, "key: out of range"),
        (read.percent, "5", "key: not of type float"),
        (read.percent, True, "key: not of type int"),
        (read.amount, 5, "key: not of type str"),
        (read.amount, "much", "key: not an exact amount"),
        (read.amount, "NaN", "key: not an exact amount"),
        (read.amount, "1E999999", "key: not an exact amount"),
        (read.time, 5, "key: not of type str"),
        (read.time, "soon", "key: not a time with a zone"),
        (read.time, "2026-09-01T12:00:00", "key: not a time with a zone"),
        (read.time, "0001-01-01T00:00:00+23:00", "key: not a time with a zone"),
        (read.texts, None, "key: missing"),
        (read.texts, ["a", 1], "key: not a list of texts"),
    ],
)
def test_what_does_not_fit_is_an_error_that_names_the_key(reader: Callable[..., object], value: object, message: str) -> None:
    further = (str,) if reader is read.need else ()
    with pytest.raises(ValueError, match=f"^{message}$"):
        reader({"key": value}, "key", *further)


def test_a_choice_is_one_of_the_offered_ones() -> None:
    assert read.one_of({"key": "b"}, "key", ("a", "b")) == "b"
    with pytest.raises(ValueError, match=r"^key: not one of a, b$"):
        read.one_of({"key": "c"}, "key", ("a", "b"))


def test_what_fits_is_given_in_its_own_type() -> None:
    time = "2026-09-01T14:00:00+02:00"
    fields: dict[str, object] = {"percent": 12, "amount": "0E-10", "time": time, "texts": ["a"], "count": 3}
    found = [
        read.percent(fields, "percent"),
        read.amount(fields, "amount"),
        read.time(fields, "time"),
        read.texts(fields, "texts"),
        read.count(fields, "count", least=3),
    ]
    assert found == [12.0, Decimal(0), datetime(2026, 9, 1, 12, tzinfo=UTC), ("a",), 3]


def test_only_an_object_is_an_object() -> None:
    with pytest.raises(ValueError, match=r"^window: not an object$"):
        read.mapping([], "window")
