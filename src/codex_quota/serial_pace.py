"""``Pace`` ↔ JSON: what stands in a window under ``pace``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from .jsonfields import Fields, number, one_of, percent, time

if TYPE_CHECKING:
    from .pace import Pace


def pace_to_dict(pace: Pace, write_time: Callable[[datetime | None], str | None]) -> dict[str, object]:
    """*pace* without what its window says too, ready for ``json.dumps``."""
    earliest, latest = pace.exhausts_between or (None, None)
    low, high = pace.percent_between or (None, None)
    return {
        "at": write_time(pace.at),
        "even_percent": _rounded(pace.even_percent),
        "ahead_points": _rounded(pace.ahead_points),
        "points_per_hour": _rounded(pace.rate),
        "exhausts_at": write_time(pace.exhausts_at),
        "exhausts_earliest": write_time(earliest),
        "exhausts_latest": write_time(latest),
        "percent_at_reset": _rounded(pace.percent_at_reset),
        "percent_at_reset_low": _rounded(low),
        "percent_at_reset_high": _rounded(high),
        "confidence": pace.confidence,
        "basis": pace.basis,
        "reason": pace.reason,
    }


def pace_from_dict(fields: Fields, *, used_percent: float | None, resets_at: datetime | None) -> Pace:
    """The pace of a window with these figures; raises ``ValueError`` for anything that does not fit."""
    from .pace import Basis, Pace, Reason

    at, confidence = time(fields, "at"), number(fields, "confidence")
    if at is None or confidence is None:
        raise ValueError("pace: without at or confidence")
    earliest = time(fields, "exhausts_earliest")
    low, high = percent(fields, "percent_at_reset_low"), percent(fields, "percent_at_reset_high")
    return Pace(
        at=at,
        used_percent=used_percent,
        resets_at=resets_at,
        even_percent=percent(fields, "even_percent"),
        ahead_points=number(fields, "ahead_points"),
        rate=number(fields, "points_per_hour"),
        exhausts_at=time(fields, "exhausts_at"),
        exhausts_between=None if earliest is None else (earliest, time(fields, "exhausts_latest")),
        percent_at_reset=percent(fields, "percent_at_reset"),
        percent_between=None if low is None or high is None else (low, high),
        confidence=confidence,
        basis=None if fields.get("basis") is None else one_of(fields, "basis", get_args(Basis)),
        reason=None if fields.get("reason") is None else one_of(fields, "reason", get_args(Reason)),
    )


def _rounded(value: float | None) -> float | None:
    """Two decimals, which is more than any of it is worth."""
    return None if value is None else round(value, 2)
