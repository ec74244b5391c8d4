"""In which order snapshots are shown, the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import Literal

from .model import Snapshot, Window
from .wording import natural_key

SortKey = Literal["name", "left", "reset"]


def sort_snapshots(snapshots: Iterable[Snapshot], by: SortKey = "name") -> list[Snapshot]:
    """*snapshots* in order.

    ``name`` is natural (a2 before a10), ``left`` puts the account with most left first, ``reset`` the one that is full
    again soonest; an account whose figure is not known comes last, and names decide between equals.
    """
    named = sorted(snapshots, key=lambda s: natural_key(s.account.name))
    if by == "left":
        return sorted(named, key=lambda s: -_left(s))
    return sorted(named, key=_reset) if by == "reset" else named


def _left(snapshot: Snapshot) -> float:
    """Percent that can be used now: the scarcest main window, 0 when the account is blocked, -1 when nobody knows."""
    if snapshot.usable is False:
        return 0.0
    return min((w.remaining_percent for w in _windows(snapshot) if w.remaining_percent is not None), default=-1.0)


def _reset(snapshot: Snapshot) -> float:
    """Unix time at which the account, or one of its windows, is full again; infinite when nobody knows."""
    if snapshot.usable is False:
        return snapshot.available_at.timestamp() if snapshot.available_at else inf
    started = (w.resets_at for w in _windows(snapshot) if w.started is not False)
    return min((reset.timestamp() for reset in started if reset is not None), default=inf)


def _windows(snapshot: Snapshot) -> tuple[Window, ...]:
    return snapshot.quota.main.windows if snapshot.quota and snapshot.quota.main else ()
