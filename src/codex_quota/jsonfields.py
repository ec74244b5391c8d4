"""Typed access to a decoded JSON object: the value, None for null or absent, or a ``ValueError`` that names the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite
from typing import TypeVar

from .values import decimal

T = TypeVar("T")
Fields = Mapping[str, object]
MOST_DIGITS = 100


def mapping(value: object, what: str) -> Fields:
    """*value* as an object; *what* names it in the error."""
    if not isinstance(value, dict):
        raise ValueError(f"{what}: not an object")
    return value


def take(fields: Fields, key: str, kind: type[T]) -> T | None:
    """The value of exactly that kind: a bool is no int."""
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"{key}: not of type {kind.__name__}")
    return value


def need(fields: Fields, key: str, kind: type[T]) -> T:
    """The value of that kind, which must be there."""
    value = take(fields, key, kind)
    if value is None:
        raise ValueError(f"{key}: missing")
    return value


def one_of(fields: Fields, key: str, choices: Sequence[T]) -> T:
    """The one of *choices* that the value is."""
    value = need(fields, key, str)
    for choice in choices:
        if choice == value:
            return choice
    raise ValueError(f"{key}: not one of {', '.join(map(str, choices))}")


def texts(fields: Fields, key: str) -> tuple[str, ...]:
    """A list of texts, which must be there."""
    found = need(fields, key, list)
    if not all(isinstance(one, str) for one in found):
        raise ValueError(f"{key}: not a list of texts")
    return tuple(found)


def count(fields: Fields, key: str, *, least: int = 0) -> int | None:
    """A whole number of at least *least*."""
    found = take(fields, key, int)
    if found is not None and found < least:
        raise ValueError(f"{key}: below {least}")
    return found


def number(fields: Fields, key: str) -> float | None:
    """A finite number."""
    value = fields.get(key)
    found = take(fields, key, int) if isinstance(value, int) else take(fields, key, float)
    try:
        figure = None if found is None else float(found)
    except OverflowError:
        raise ValueError(f"{key}: out of range") from None
    if figure is not None and not isfinite(figure):
        raise ValueError(f"{key}: not a number")
    return figure


def percent(fields: Fields, key: str) -> float | None:
    """A finite number of 0 or more."""
    figure = number(fields, key)
    if figure is not None and figure < 0:
        raise ValueError(f"{key}: not a percentage")
    return figure


def amount(fields: Fields, key: str) -> Decimal | None:
    """An exact amount given as decimal text."""
    found = take(fields, key, str)
    if found is None:
        return None
    value = decimal(found, MOST_DIGITS)
    if value is None:
        raise ValueError(f"{key}: not an exact amount")
    return value


def time(fields: Fields, key: str) -> datetime | None:
    """A time given as ISO 8601 text with its zone, in UTC."""
    found = take(fields, key, str)
    if found is None:
        return None
    try:
        value = datetime.fromisoformat(found)
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{key}: not a time with a zone")
