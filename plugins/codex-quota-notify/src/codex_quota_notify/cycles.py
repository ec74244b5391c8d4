"""Windows from one reading to the next: which are the same cycle, which are over, and what was raised in which. Pure.

A cycle is known by its reset, and that jitters by up to a minute, drifts while the window runs and slides before it has
started; so two resets close together are one, and a cycle goes on under a moved reset as long as nothing was given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from codex_quota import Quota, Snapshot, Window
from codex_quota.wording import binding_window, limit_text, spend_used

from .records import Marks, Rule

SPEND = "spend"
TOLERANCE = timedelta(minutes=5)
GIVEN_BACK = 5.0
_KEPT = timedelta(days=2)
_UNKNOWN_LENGTH = timedelta(days=2)


def seen_at(snapshot: Snapshot) -> datetime:
    """When it was read, in whole seconds as it is written everywhere; the beginning of time when that is not known."""
    at = snapshot.fetched_at
    return datetime.min.replace(tzinfo=UTC) if at is None else at.replace(microsecond=0)


def windows_of(quota: Quota, *, side_limits: bool) -> dict[str, Window]:
    """Every window by a key that lasts; of two with one key the more used one. A spend limit counts as a window."""
    found: dict[str, Window] = {}
    for window in quota.windows:
        key = window_key(window)
        if (side_limits or not limit_text(window)) and _used(window) >= _used(found.get(key)):
            found[key] = window
    if quota.spend is not None and (used := spend_used(quota.spend)) is not None:
        found[SPEND] = Window(
            limit="codex",
            name="other",
            label="spend limit",
            used_percent=used,
            length=None,
            resets_at=quota.spend.resets_at,
            started=None,
        )
    return found


def window_key(window: Window) -> str:
    """The window's name in the state."""
    return f"{window.limit}/{window.label if window.name == 'other' else window.name}"


def level_name(key: str, window: Window) -> str:
    """The window's name in the configuration."""
    return SPEND if key == SPEND else window.name


def blocker(quota: Quota) -> tuple[str, datetime | None] | None:
    """What keeps the account from working longest, by its key, and until when; None while it can work."""
    if not quota.blockers:
        return None
    window, first = binding_window(quota), quota.blockers[0]
    return (first.name if window is None else window_key(window)), first.until


def same_cycle(one: datetime | None, other: datetime | None) -> bool:
    """True when two resets may belong to one cycle; one that is not known may belong to any."""
    return one is None or other is None or abs(one - other) <= TOLERANCE


def is_due(reset: datetime | None, at: datetime) -> bool:
    """True when the announced *reset* has come, give or take."""
    return reset is not None and at >= reset - TOLERANCE


def given_back(old: Window, new: Window) -> float:
    """Points that are left more than before; 0 when a figure is not known."""
    return 0.0 if old.used_percent is None or new.used_percent is None else old.used_percent - new.used_percent


def step(old: Window, new: Window, at: datetime) -> Literal["same", "ended", "early"]:
    """What happened to a window until *at*: nothing, its announced reset, or one before that time."""
    points = given_back(old, new)
    over = points >= GIVEN_BACK or (new.started is False and old.started is not False)
    if not over and old.resets_at is not None and new.resets_at is not None:
        far = new.resets_at - old.resets_at > (old.length or _UNKNOWN_LENGTH) / 2
        over = far and (points > 0 or is_due(old.resets_at, at))
    if not over or old.started is False:
        return "same"
    return "ended" if old.resets_at is None or is_due(old.resets_at, at) else "early"


def is_marked(marks: Marks, mark: str, cycle: datetime | None) -> bool:
    """True when the alert of that *mark* was raised in that *cycle*."""
    return any(same_cycle(cycle, one) for one in marks.get(mark, ()))


def add_mark(marks: Marks, mark: str, cycle: datetime | None) -> Marks:
    """*marks* with one more."""
    return {**marks, mark: (*(one for one in marks.get(mark, ()) if one != cycle), cycle)}


def follow(marks: Marks, old: Mapping[str, Window], new: Mapping[str, Window], at: datetime) -> Marks:
    """*marks* after a reading: a cycle that goes on keeps them under its new reset too, those without a reset end with it."""
    found = dict(marks)
    for key in old.keys() & new.keys():
        before, after = old[key], new[key]
        goes_on = step(before, after, at) == "same"
        for mark, cycles in marks.items():
            if mark.split(":", 2)[2] != key:
                continue
            if not goes_on:
                found[mark] = tuple(one for one in cycles if one is not None)
            elif before.started is not False and before.resets_at and after.resets_at and is_near(before.resets_at, cycles):
                found[mark] = cycles if is_near(after.resets_at, cycles, TOLERANCE / 2) else (*cycles, after.resets_at)
    return found


def is_near(reset: datetime, cycles: Iterable[datetime | None], tolerance: timedelta = TOLERANCE) -> bool:
    """True when one of *cycles* is known and lies close to *reset*."""
    return any(one is not None and abs(one - reset) <= tolerance for one in cycles)


def without_open(marks: Marks, rule: Rule) -> Marks:
    """*marks* without those of the *rule* that belong to no reset."""
    return {
        mark: tuple(one for one in cycles if one is not None or not mark.startswith(f"{rule}:")) for mark, cycles in marks.items()
    }


def without_old(marks: Marks, now: datetime) -> Marks:
    """*marks* without those of cycles that are over."""
    kept = {mark: tuple(one for one in cycles if one is None or one + _KEPT > now) for mark, cycles in marks.items()}
    return {mark: cycles for mark, cycles in kept.items() if cycles}


def _used(window: Window | None) -> float:
    return -2.0 if window is None else -1.0 if window.used_percent is None else window.used_percent
