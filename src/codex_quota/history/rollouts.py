"""What the Codex CLI noted about limits in a session file, as readings. Pure.

The shapes are those of ``codex-rs/protocol/src/protocol.rs`` in openai/codex since October 2025: lines of the type ``event_msg``
with a ``token_count`` whose ``rate_limits`` are one limit's, the last that an answer brought.
Such a line tells no account, may come long after the answer, and is copied into the files of forked sessions with a new time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from ..model import MAIN_LIMIT, Window
from ..values import Fields, decimal, json_value, nested, number, text
from ..windows import Slot, read_window
from .records import JITTER, SILENCE, Reading, key_of

MOST_BYTES = 1 << 16
"""No line about limits is longer."""
_MARK, _KIND = b'"rate_limits"', b'"token_count"'
_PAUSE = timedelta(milliseconds=200)
_STAMP = b'"timestamp":"'
_SLOTS: tuple[Slot, ...] = ("primary", "secondary")
_DIGITS = 100


class Scanner:
    """Reads the lines of one session file, given one after another.

    With *fresh* they are those from its beginning, which may be copies of an older session's, written in one go: nothing counts
    before the first pause, as long as an answer takes at least.
    """

    def __init__(self, account: str, *, fresh: bool) -> None:
        self.live = not fresh
        self._account = account
        self._before: datetime | None = None
        self._known: dict[str, tuple[datetime, list[object]]] = {}

    def readings(self, lines: Iterable[bytes]) -> Iterator[Reading]:
        """What *lines* say that is new in this file, by time; what is no line about limits, or broken, is left out."""
        for line in lines:
            if not self.live:
                self._wait(_moment(line))
            if self.live and len(line) <= MOST_BYTES and _MARK in line and _KIND in line:
                at, limits = _moment(line), _limits(line)
                name = _limit_name(limits)
                if at is not None and name is not None and self._is_new(at, name, limits):
                    yield from _reading(self._account, at, name, limits)

    def _wait(self, at: datetime | None) -> None:
        if at is not None:
            self.live = self._before is not None and at - self._before >= _PAUSE
            self._before = at

    def _is_new(self, at: datetime, name: str, limits: Fields) -> bool:
        """False for the same figures again: a line repeats the last answer's, however old that is."""
        told = [limits.get(slot) for slot in _SLOTS]
        before, known = self._known.get(name, (at, None))
        relative = any("resets_in_seconds" in nested(limits, slot) for slot in _SLOTS)
        if told == known and (relative or at - before < SILENCE):
            return False
        self._known[name] = (at, told)
        return True


def _moment(line: bytes) -> datetime | None:
    """When *line* was written (UTC), to the millisecond."""
    _, found, rest = line[:200].partition(_STAMP)
    try:
        moment = datetime.fromisoformat(rest.partition(b'"')[0].decode()) if found else None
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _limits(line: bytes) -> Fields:
    """The limits that *line* tells, empty when it tells none."""
    try:
        event = json_value(line)
    except ValueError:
        return {}
    payload = nested(event, "payload") if isinstance(event, dict) and event.get("type") == "event_msg" else {}
    return nested(payload, "rate_limits") if payload.get("type") == "token_count" else {}


def _reading(account: str, at: datetime, name: str, limits: Fields) -> Iterator[Reading]:
    """The reading, or nothing when no window can be believed."""
    windows, plan = tuple(_windows(limits, name, at)), text(limits.get("plan_type"))
    if windows:
        yield Reading(
            account=account,
            at=at.replace(microsecond=0),
            windows=windows,
            plan=plan.lower() if plan else None,
            limit_reached=True if limits.get("rate_limit_reached_type") else None,
            credits=decimal(text(nested(limits, "credits").get("balance")) or "", _DIGITS),
            origin="rollout",
        )


def _limit_name(limits: Fields) -> str | None:
    """The limit's name in the service's answers, None when that is not known; until 2026 there was only the main one."""
    identity = text(limits.get("limit_id"))
    return MAIN_LIMIT if identity in (None, MAIN_LIMIT) else text(limits.get("limit_name"))


def _windows(limits: Fields, name: str, at: datetime) -> Iterator[Window]:
    """The windows whose figure and reset are known and fit the moment: a stale figure tells of a reset that has passed."""
    for slot in _SLOTS:
        told = nested(limits, slot)
        minutes = number(told.get("window_minutes"))
        fields = {
            **told,
            "limit_window_seconds": None if minutes is None else minutes * 60,
            "reset_after_seconds": told.get("resets_in_seconds"),
        }
        window = read_window(fields, limit=name, slot=slot, answered_at=at)
        if window is None or window.used_percent is None or window.resets_at is None or window.length is None:
            continue
        if at < window.resets_at <= at + window.length + JITTER:
            yield window


def stretches(moments: Iterable[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of time in which *moments* lie, each with what matters to ``lagging`` around it."""
    ordered = sorted(moments)
    while ordered:
        end = next((n for n, (one, other) in enumerate(pairwise(ordered), 1) if other - one > 2 * SILENCE), len(ordered))
        yield ordered[0] - SILENCE, ordered[end - 1] + SILENCE
        ordered = ordered[end:]


def lagging(readings: Sequence[Reading]) -> Iterator[int]:
    """The places in *readings* (of one account, by time) of what session files say without need, or too late.

    That is what lies within half an hour of something that this program read, what is the same as half an hour before at most,
    and what is behind that: several sessions tell of one limit, each as it was at the session's own last answer.
    """
    own = [reading.at for reading in readings if reading.origin == "reading" and reading.error is None]
    known: dict[str, Reading] = {}
    passed = 0
    for place, reading in enumerate(readings):
        if reading.origin == "reading":
            continue
        while passed < len(own) and own[passed] < reading.at:
            passed += 1
        near = [moment for moment in own[max(passed - 1, 0) : passed + 1] if abs(moment - reading.at) < SILENCE]
        before = known.get(reading.windows[0].limit)
        if near or (before is not None and reading.at - before.at < SILENCE and not _is_ahead(before, reading)):
            yield place
        else:
            known[reading.windows[0].limit] = reading


def _is_ahead(before: Reading, now: Reading) -> bool:
    """True when a window of *now* is further than it was *before*, and none is behind."""
    then = {key_of(window): window for window in before.windows}
    steps = [_step(then.get(key_of(window)), window) for window in now.windows]
    return max(steps) > 0 and min(steps) >= 0


def _step(before: Window | None, now: Window) -> float:
    """Above 0 when *now* is further than *before*: in a later cycle, or with more used in the same one."""
    if before is None or before.resets_at is None or now.resets_at is None:
        return 1.0
    later = now.resets_at - before.resets_at
    if abs(later) > JITTER:
        return later.total_seconds()
    return (now.used_percent or 0.0) - (before.used_percent or 0.0)
