"""Single values out of somebody else's JSON, read without trust; pure.

Every reader but ``json_value`` answers None (``nested``: an empty object) for a value that cannot be what it should be, and
never raises.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from math import isfinite

from .errors import one_line

Fields = Mapping[str, object]

YEAR_2001, YEAR_9999 = 1_000_000_000, 253_370_764_800
MOST_DIGITS = 1000


def json_value(text: str | bytes | bytearray) -> object:
    """The JSON value of *text*; an integer too long for any use becomes None, so that its neighbours can be read.

    Raises ``ValueError`` when it is no JSON, or is nested deeper than can be followed.
    """
    try:
        return json.loads(text.removeprefix("\ufeff") if isinstance(text, str) else text, parse_int=_whole)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= MOST_DIGITS else None


def nested(fields: Fields, key: str) -> Fields:
    """The object under *key*; empty when there is none."""
    value = fields.get(key)
    return value if isinstance(value, dict) else {}


def number(value: object) -> float | None:
    """A finite number given as a JSON number or as numeric text; a bool is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and "_" in value:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def percent(value: object) -> float | None:
    """A percentage of 0 or more, to six decimals; above 100 is kept."""
    found = number(value)
    return None if found is None or found < 0 else round(found, 6) + 0.0


def decimal(text: str, most_digits: int) -> Decimal | None:
    """The exact number that *text* is, with a decimal exponent of at most *most_digits* either way."""
    try:
        found = None if "_" in text else Decimal(text)
    except InvalidOperation:
        return None
    exponent = None if found is None else found.as_tuple().exponent
    return found if isinstance(exponent, int) and abs(exponent) <= most_digits else None


def text(value: object) -> str | None:
    """Text on one line without control characters, at most 200 characters; None when nothing is left of it."""
    return (one_line(value[:1000])[:200].strip() or None) if isinstance(value, str) else None


def word(value: object) -> str | None:
    """Text as it is, without white space around it; None when nothing is left of it."""
    return (value.strip() or None) if isinstance(value, str) else None


def flag(value: object) -> bool | None:
    """True or False and nothing that merely looks like it."""
    return value if isinstance(value, bool) else None


def moment(value: object) -> datetime | None:
    """A time given as Unix seconds, Unix milliseconds or ISO 8601 text (UTC where it names no zone), to whole seconds.

    Values before September 2001 (among them zero) and far-off ones are no times: nothing may show 1970 for "unknown", or
    overflow in another zone.
    """
    seconds = number(value)
    if seconds is not None:
        return epoch(seconds / 1000 if seconds > 1e11 else seconds)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return epoch((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def epoch(seconds: float) -> datetime | None:
    """Unix seconds as a time, rounded to whole seconds; None outside of September 2001 to 9998."""
    return datetime.fromtimestamp(round(seconds), UTC) if YEAR_2001 <= seconds < YEAR_9999 else None
