"""What happened, found in readings. Pure.

The service's figures can flip for one answer and come back, so a change counts once a second reading has confirmed it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, get_args

from .records import Reading, WindowKey

EventKind = Literal[
    "window_reset", "early_reset", "reset_moved", "window_appeared", "window_vanished", "plan_changed", "credits_changed",
    "banked_resets_changed", "sign_in_broken", "sign_in_mended", "drain",
]  # fmt: skip
EVENT_KINDS: tuple[str, ...] = get_args(EventKind)
SIGN_IN_ERRORS = frozenset({"unauthorized", "credential", "credential_invalid", "not_chatgpt_login", "workspace_deactivated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """Something that happened to one account at ``at`` (aware UTC): the moment itself where it is known, else when it was seen.

    ``limit``, ``window`` (its name) and ``label`` are empty for what concerns the account as a whole.
    ``before`` and ``after`` are texts: percent used, moments in ISO 8601, plans, counts, or an error's code.
    """

    account: str
    at: datetime
    kind: EventKind
    limit: str = ""
    window: str = ""
    label: str = ""
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """When use counts as a drain: more than ``points`` percent points of one window within ``within``."""

    points: float = 20
    within: timedelta = timedelta(minutes=15)


Found = tuple[HistoryEvent, Reading]


def events_of(readings: Sequence[Reading], drain: Drain | None = None) -> list[HistoryEvent]:
    """What happened to one account, by time; *readings* are all of one account and by time.

    What session files say is left out, because it lags.
    """
    return sorted((event for event, _ in found_in(readings, drain)), key=lambda event: event.at)


def found_in(readings: Sequence[Reading], drain: Drain | None = None) -> Iterator[Found]:
    """Every event, each with the reading that showed it first."""
    from .changes import drains, window_changes

    own = [reading for reading in readings if reading.origin == "reading"]
    answered = [reading for reading in own if reading.error is None]
    yield from _sign_in(own)
    for kind, name in _FACTS:
        yield from _changes(kind, [(reading, value) for reading in answered if (value := getattr(reading, name)) is not None])
    yield from window_changes(answered)
    yield from drains(answered, drain or Drain())


_FACTS: tuple[tuple[EventKind, str], ...] = (
    ("plan_changed", "plan"),
    ("credits_changed", "credits"),
    ("banked_resets_changed", "reset_credits"),
)


def _sign_in(readings: Sequence[Reading]) -> Iterator[Found]:
    broken: str | None = None
    for reading in readings:
        if reading.error in SIGN_IN_ERRORS and broken is None:
            broken = reading.error
            yield HistoryEvent(account=reading.account, at=reading.at, kind="sign_in_broken", after=broken), reading
        elif reading.error is None and broken is not None:
            yield HistoryEvent(account=reading.account, at=reading.at, kind="sign_in_mended", before=broken), reading
            broken = None


def _changes(kind: EventKind, told: Sequence[tuple[Reading, Any]]) -> Iterator[Found]:
    """Changes of what concerns the account as a whole, of which *told* are the readings that tell it.

    Credits are used up bit by bit, so that they fall is told once a day (of UTC).
    """
    if not told:
        return
    known = said = told[0][1]
    fell_on: date | None = None
    for (reading, value), (_, later) in pairwise(told[1:]):
        if known in (value, later):
            continue
        falls = isinstance(value, Decimal) and 0 < value < known
        if not falls or fell_on != reading.at.date():
            before, fell_on = (said, reading.at.date()) if falls else (known, None)
            said = value
            yield event_at(reading, kind, before=str(before), after=str(value))
        known = value


def event_at(reading: Reading, kind: EventKind, key: WindowKey = ("", "", ""), **more: Any) -> Found:  # noqa: ANN401
    """An event that *reading* showed first; *more* are further fields of it."""
    limit, window, label = key
    facts = {"account": reading.account, "at": reading.at, "kind": kind, "limit": limit, "window": window, "label": label}
    return HistoryEvent(**{**facts, **more}), reading
