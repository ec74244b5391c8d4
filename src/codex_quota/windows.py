"""Single values and single windows of the service's answer, read without trust; pure.

Every reader answers None (``nested``: an empty object) for a value that cannot be what it should be, and never raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Literal

from .errors import one_line
from .model import Window, WindowName

Fields = Mapping[str, object]
Slot = Literal["primary", "secondary", "tertiary"]

MINUTE, HOUR, DAY = 60, 3600, 86400
TEN_YEARS = 3660 * DAY
YEAR_9999 = 253_370_764_800
NOMINAL: dict[WindowName, int] = {"five_hour": 5 * HOUR, "daily": DAY, "weekly": 7 * DAY, "annual": 365 * DAY}
TOLERANCE = 0.05
SLACK = 60.0


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


def text(value: object) -> str | None:
    """Text on one line without control characters, at most 200 characters; None when nothing is left of it."""
    return (one_line(value[:1000])[:200].strip() or None) if isinstance(value, str) else None


def flag(value: object) -> bool | None:
    """True or False and nothing that merely looks like it."""
    return value if isinstance(value, bool) else None


def moment(value: object) -> datetime | None:
    """A time given as Unix seconds, Unix milliseconds or ISO 8601 text (UTC where it names no zone), to whole seconds.

    Zero, negative and far-off values are no times: nothing may show 1970 for "unknown", or overflow in another zone.
    """
    seconds = number(value)
    if seconds is not None:
        return _epoch(seconds / 1000 if seconds > 1e11 else seconds)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        return _epoch((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def ahead(fields: Fields) -> float | None:
    """``reset_after_seconds`` when it is positive and not absurd."""
    seconds = number(fields.get("reset_after_seconds"))
    return seconds if seconds is not None and 0 < seconds <= TEN_YEARS else None


def reset_of(fields: Fields, answered_at: datetime) -> datetime | None:
    """When it resets: ``reset_at`` (``resets_at``), else *answered_at* plus ``reset_after_seconds``; to whole seconds, UTC."""
    stated = moment(fields.get("reset_at")) or moment(fields.get("resets_at"))
    after = ahead(fields)
    if stated is None and after is not None:
        return _epoch(answered_at.timestamp() + after)
    return stated


def name_of(seconds: float) -> WindowName:
    """The window's name by its length: 5 % around the nominal lengths, 28 to 31 days for a month.

    The tolerance is the one of Codex's own screen (openai/codex pull request 22929).
    """
    for name, nominal in NOMINAL.items():
        if abs(seconds - nominal) <= TOLERANCE * nominal:
            return name
    return "monthly" if 28 * DAY <= seconds <= 31 * DAY else "other"


def label_of(name: WindowName, seconds: float | None) -> str:
    """The length for people: "5 h", "30 d", "90 min"; ``other`` when there is no usable length."""
    length = NOMINAL.get(name, seconds)
    if length is None:
        return "other"
    if name == "monthly":
        return f"{round(length / DAY)} d"
    units = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s"))
    for unit, word in units:
        if length % unit == 0 and length // unit < 1000:
            return f"{length // unit:.0f} {word}"
    return next(f"{round(length / unit)} {word}" for unit, word in units if length >= 2 * unit)


def read_window(
    value: object, *, limit: str, slot: Slot = "primary", free: bool = False, answered_at: datetime
) -> Window | None:
    """One window of the limit called *limit*, None when *value* is no evidence of a window.

    *slot* and *free* (a free plan) name it only when the service gives no usable length.
    A positive but absurd length (over ten years) makes it ``other`` without a length.
    """
    if not isinstance(value, dict):
        return None
    stated = number(value.get("limit_window_seconds"))
    seconds = max(0, round(stated or 0)) or None
    resets_at = reset_of(value, answered_at)
    if seconds is None and resets_at is None:
        return None
    away = ahead(value)
    if seconds is None:
        name = _name_by_slot(slot, free, away, resets_at, answered_at)
    elif seconds > TEN_YEARS:
        name, seconds = "other", None
    else:
        name = name_of(seconds)
    used = percent(value.get("used_percent"))
    if away is None and resets_at is not None:
        away = (resets_at - answered_at).total_seconds()
    return Window(
        limit=limit,
        name=name,
        label=label_of(name, seconds),
        used_percent=used,
        length=None if seconds is None else timedelta(seconds=seconds),
        resets_at=resets_at,
        started=_started(used, seconds, away),
    )


def _epoch(seconds: float) -> datetime | None:
    """Unix seconds as a time, rounded to whole seconds."""
    return datetime.fromtimestamp(round(seconds), UTC) if 0.5 < seconds < YEAR_9999 else None


def _name_by_slot(
    slot: Slot, free: bool, after: float | None, resets_at: datetime | None, answered_at: datetime
) -> WindowName:
    """The name of a window without a usable length.

    ``reset_after_seconds`` is exact, a clock time is allowed a minute for clocks that differ.
    """
    if slot != "primary":
        return "weekly" if slot == "secondary" else "other"
    if after is None and resets_at is not None:
        after = (resets_at - answered_at).total_seconds() - SLACK
    return "weekly" if free or (after is not None and after > NOMINAL["five_hour"]) else "five_hour"


def _started(used: float | None, seconds: float | None, away: float | None) -> bool | None:
    """Whether the window runs; an unused one whose reset lies a full length away slides until first use."""
    if used is None or used > 0:
        return None if used is None else True
    if seconds is None or away is None or away > seconds + SLACK:
        return None
    return away < seconds - SLACK
