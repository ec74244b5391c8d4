"""What became of windows from reading to reading. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..model import Window
from .events import Drain, EventKind, Found, event_at
from .records import JITTER, Reading, WindowKey, has_reset, key_of

# A whole percent can fall by one through rounding, and by one more through a correction.
CORRECTION = 2.0
Windows = Mapping[WindowKey, Window]


def window_changes(readings: Sequence[Reading]) -> Iterator[Found]:
    """What became of the windows; a change that the next reading takes back is none, and the newest one waits for it."""
    for reading, known, now, _ in _believed(readings):
        for key in {**known, **now}:
            before, after = known.get(key), now.get(key)
            if before is not after and (found := _change(reading, key, before, after)):
                yield found


def _believed(readings: Sequence[Reading]) -> Iterator[tuple[Reading, Windows, Windows, Windows]]:
    """Each reading but the last with what was known before it, what it tells itself, and what the next one tells.

    What the next one takes back stays as it was known, and so does a reset that the one after that takes back.
    """
    known: Windows = {key_of(window): window for window in readings[0].windows} if readings else {}
    for reading, following, last in zip(readings, readings[1:], [*readings[2:], None], strict=False):
        now, later = _figures(reading, known), _figures(following, known)
        for key in {**known, **now}:
            states = (known.get(key), now.get(key), later.get(key))
            if not _only_rises(*states) and (_is_flip(*states) or _is_undone(states[0], states[1], last)):
                now.pop(key, None)
                now |= {key: known[key]} if key in known else {}
        yield reading, known, now, later
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


def _is_undone(before: Window | None, now: Window | None, last: Reading | None) -> bool:
    """True when *now* looks as after a reset, and *last* is back at the cycle before it: no window ever goes back."""
    if before is None or now is None or last is None or before.started is False:
        return False
    back = next((window for window in last.windows if key_of(window) == key_of(before)), None)
    if back is None or back.started is False or has_reset(before, back) or _used(back) < _used(before) - CORRECTION:
        return False
    return now.started is False or has_reset(before, now)


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
    for reading, _, now, later in _believed(readings):
        for key, window in now.items():
            before = recent.setdefault(key, deque())
            while before and reading.at - before[0][0] > drain.within:
                before.popleft()
            most = min(_used(window), _used(later[key])) - drain.points if key in later else 0.0
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
