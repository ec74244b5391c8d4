"""Single windows of the service's answer, read without trust; pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from .model import Window, WindowName
from .values import Fields, epoch, moment, number, percent

Slot = Literal["primary", "secondary", "tertiary"]

MINUTE, HOUR, DAY = 60, 3600, 86400
TEN_YEARS = 3660 * DAY
NOMINAL: dict[WindowName, int] = {"five_hour": 5 * HOUR, "daily": DAY, "weekly": 7 * DAY, "annual": 365 * DAY}
TOLERANCE = 0.05
SLACK = 60.0


def ahead(fields: Fields) -> float | None:
    """``reset_after_seconds`` when it is positive and not absurd."""
    seconds = number(fields.get("reset_after_seconds"))
    return seconds if seconds is not None and 0 < seconds <= TEN_YEARS else None


def reset_of(fields: Fields, answered_at: datetime) -> datetime | None:
    """When it resets: ``reset_at`` (``resets_at``), else *answered_at* plus ``reset_after_seconds``; to whole seconds, UTC."""
    stated = moment(fields.get("reset_at")) or moment(fields.get("resets_at"))
    after = ahead(fields)
    if stated is None and after is not None:
        return epoch(answered_at.timestamp() + after)
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


def read_window(value: object, *, limit: str, slot: Slot = "primary", free: bool = False, answered_at: datetime) -> Window | None:
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


def _name_by_slot(slot: Slot, free: bool, after: float | None, resets_at: datetime | None, answered_at: datetime) -> WindowName:
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
