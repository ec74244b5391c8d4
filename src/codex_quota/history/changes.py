"""What became of windows from reading to reading. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from ..model import Window
from .events import Drain, EventKind, Found, event_at
from .records import JITTER, Reading, WindowKey, has_reset, key_of

# A whole percent can fall by one through rounding, and by one more through a correction.
CORRECTION = 2.0
Windows = Mapping[WindowKey, Window]


def window_changes(readings: Sequence[Reading]) -> Iterator[Found]:
    """What became of the windows; a change that the next reading takes back is none, and the newest one waits for it."""
    if not readings:
        return
    known: Windows = {key_of(window): window for window in readings[0].windows}
    for reading, following in pairwise(readings[1:]):
        now, later = _figures(reading, known), _figures(following, known)
        for key in [*known, *(key for key in now if key not in known)]:
            states = (known.get(key), now.get(key), later.get(key))
            if _only_rises(*states):
                continue
            if _is_flip(*states):
                # what was known before stays known
                now.pop(key, None)
                now |= {key: known[key]} if key in known else {}
            elif found := _change(reading, key, states[0], states[1]):
                yield found
        known = now


def _figures(reading: Reading, known: Windows) -> dict[WindowKey, Window]:
    """The windows of *reading*; one whose figure cannot be read has the one that was *known*."""
    found = {}
    for window in reading.windows:
        key = key_of(window)
        if window.used_percent is None and key in known:
            window = replace(window, used_percent=known[key].used_percent)
        found[key] = window
    return found


def _only_rises(before: Window | None, now: Window | None, later: Window | None) -> bool:
    """True for what nearly all readings show; it saves a closer look."""
    if before is None or now is None or later is None or not before.resets_at == now.resets_at == later.resets_at:
        return False
    return _used(before) <= _used(now) <= _used(later)


def _is_flip(before: Window | None, now: Window | None, later: Window | None) -> bool:
    if before is None or now is None or later is None:
        return (before is None) != (now is None) and (before is None) == (later is None)
    if has_reset(before, later):
        return False
    dip, peak = _used(now) < _used(before) <= _used(later), _used(now) > _used(later) >= _used(before)
    return dip or peak or has_reset(before, now)


def _change(reading: Reading, key: WindowKey, before: Window | None, now: Window | None) -> Found | None:
    if before is None or now is None:
        kind: EventKind = "window_appeared" if before is None else "window_vanished"
        return None if before is now else event_at(reading, kind, key)
    if before.started is False or before.resets_at is None:
        return None
    moved, fall = has_reset(before, now), _used(before) - _used(now)
    if before.resets_at <= reading.at + JITTER and (moved or now.started is False or fall > 0):
        return event_at(reading, "window_reset", key, at=before.resets_at, before=_percent(before), after=_percent(now))
    if fall > CORRECTION or (moved and fall > 0):
        return event_at(reading, "early_reset", key, before=_percent(before), after=_percent(now))
    if moved and now.resets_at is not None:
        moments = {"before": before.resets_at.isoformat(), "after": now.resets_at.isoformat()}
        return event_at(reading, "reset_moved", key, **moments)
    return None


def drains(readings: Sequence[Reading], drain: Drain) -> Iterator[Found]:
    """Use of more than so many points in so short a time, confirmed by a further reading; each stretch once."""
    recent: dict[WindowKey, deque[tuple[datetime, Window]]] = {}
    quiet_until: dict[WindowKey, datetime] = {}
    for reading, following in pairwise(readings):
        confirming = {key_of(window): window for window in following.windows}
        for window in reading.windows:
            key = key_of(window)
            before = recent.setdefault(key, deque())
            while before and reading.at - before[0][0] > drain.within:
                before.popleft()
            most = min(_used(window), _used(confirming[key])) - drain.points if key in confirming else 0.0
            less = [one for _, one in before if _used(one) < most] if reading.at >= quiet_until.get(key, reading.at) else []
            before.append((reading.at, window))
            low = min((_used(one) for one in less if one.started is False or not has_reset(one, window)), default=None)
            if low is not None:
                quiet_until[key] = reading.at + drain.within
                yield event_at(reading, "drain", key, before=_text(low), after=_percent(window))


def _used(window: Window) -> float:
    return window.used_percent or 0.0


def _percent(window: Window) -> str | None:
    return None if window.used_percent is None else _text(window.used_percent)


def _text(percent: float) -> str:
    return f"{percent:.6f}".rstrip("0").rstrip(".")
