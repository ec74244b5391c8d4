"""The rate limits of the service's answer → ``RateLimit``; pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from .model import MAIN_LIMIT, RateLimit
from .values import Fields, flag, nested, text
from .windows import Slot, read_window

SLOTS: tuple[Slot, ...] = ("primary", "secondary", "tertiary")
WINDOW_KEYS = frozenset({"limit_window_seconds", "reset_at", "reset_after_seconds"})
MOST_LIMITS = 100


def read_limits(fields: Fields, *, free: bool, answered_at: datetime) -> Iterator[RateLimit]:
    """The main limit, the additional ones and code review, in this order, each under a name of its own."""
    main = fields.get("rate_limit")
    if isinstance(main, dict):
        yield _limit(main, MAIN_LIMIT, None, free, answered_at)
    others: dict[str, RateLimit] = {}
    for name, feature, value in _additional(fields):
        same = next((one.name for one in others.values() if _is_same(one, name, feature)), None)
        unique = same or _unused(name or "additional", {MAIN_LIMIT, *others})
        found = _limit(value, unique, feature, free, answered_at)
        others[unique] = _merged(others[unique], found) if same else found
    yield from others.values()
    review = fields.get("code_review_rate_limit")
    if isinstance(review, dict):
        yield _limit(review, _unused("code review", set(others)), None, free, answered_at)


def _limit(fields: Fields, name: str, feature: str | None, free: bool, answered_at: datetime) -> RateLimit:
    read = (
        read_window(fields.get(f"{slot}_window"), limit=name, slot=slot, free=free, answered_at=answered_at) for slot in SLOTS
    )
    return RateLimit(
        name=name,
        feature=feature,
        allowed=flag(fields.get("allowed")),
        limit_reached=flag(fields.get("limit_reached")),
        windows=tuple(window for window in read if window is not None),
    )


def _additional(fields: Fields) -> Iterator[tuple[str | None, str | None, Fields]]:
    """Name, feature and limit object of each additional limit; a flat entry is a limit of one window."""
    for place in (fields, nested(fields, "rate_limit")):
        entries = place.get("additional_rate_limits")
        for entry in entries[:MOST_LIMITS] if isinstance(entries, list) else ():
            if not isinstance(entry, dict):
                continue
            feature = text(entry.get("metered_feature"))
            name = text(entry.get("limit_name")) or feature
            if isinstance(entry.get("rate_limit"), dict):
                yield name, feature, entry["rate_limit"]
            elif not WINDOW_KEYS.isdisjoint(entry):
                yield name, feature, {**entry, "primary_window": entry}


def _is_same(limit: RateLimit, name: str | None, feature: str | None) -> bool:
    """Whether an entry is another part of *limit*: the machine's word for it decides, where both have one."""
    return limit.feature == feature if limit.feature and feature else limit.name == name


def _merged(first: RateLimit, second: RateLimit) -> RateLimit:
    """One limit that the service reports in parts: of two windows of one kind the first counts."""
    kinds = {(window.name, window.label) for window in first.windows}
    return RateLimit(
        name=first.name,
        feature=first.feature or second.feature,
        allowed=first.allowed if first.allowed is not None else second.allowed,
        limit_reached=first.limit_reached if first.limit_reached is not None else second.limit_reached,
        windows=(*first.windows, *(w for w in second.windows if (w.name, w.label) not in kinds)),
    )


def _unused(name: str, taken: set[str]) -> str:
    """*name*, numbered when it is taken: the name of a limit says which windows are its own."""
    unique, count = name, 1
    while unique in taken:
        count += 1
        unique = f"{name} {count}"
    return unique
