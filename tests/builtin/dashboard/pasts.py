"""Accounts with a past: weeks of readings, lived through in a moment and kept as the history keeps them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal

from codex_quota import Account, Options, Window
from codex_quota.history import History, Reading
from codex_quota.simulated import SimulatedAccount, SimulatedWindow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIVE_HOURS, WEEK, MONTH = 5 * HOUR, 7 * DAY, 30 * DAY
_NAMES: dict[timedelta, tuple[Literal["five_hour", "weekly", "monthly"], str, float]] = {
    FIVE_HOURS: ("five_hour", "5 h", 11.0),
    WEEK: ("weekly", "7 d", 2.6),
    MONTH: ("monthly", "30 d", 0.7),
}
Ago = tuple[float, float] | None


def history_of(environ: Mapping[str, str]) -> History:
    """The history of whoever runs with *environ*."""
    history = History.of(Options(environ=environ))
    assert history is not None
    return history


def lived(
    account: SimulatedAccount,
    history: History,
    *lengths: timedelta,
    days: float = 35,
    busy: float = 1.0,
    seed: int = 1,
    every: timedelta = HOUR / 2,
    away: Ago = None,
    failed: Ago = None,
) -> None:
    """Let somebody who works on weekdays use *account* until now; the same seed gives the same life.

    ``away`` (nobody asks) and ``failed`` (nobody is answered) are from so many to so many days ago.
    """
    now, readings = account.clock().replace(microsecond=0), list[Reading]()
    for at, windows in _life(now, lengths or (FIVE_HOURS, WEEK), days, busy, every, random.Random(seed)):
        account.windows = windows
        ago = (now - at) / DAY
        if failed is not None and failed[0] >= ago > failed[1]:
            if not readings or readings[-1].error is None:
                readings.append(Reading(account=account.name, at=at, error="unauthorized"))
        elif at < now and not (away is not None and away[0] >= ago > away[1]):
            seen = tuple(_seen(window, at) for window in windows.values())
            readings.append(Reading(account=account.name, at=at, windows=seen))
    history.add(Account(name=account.name, source="directory"), readings)


def _life(
    now: datetime, lengths: tuple[timedelta, ...], days: float, busy: float, every: timedelta, luck: random.Random
) -> Iterator[tuple[datetime, dict[str, SimulatedWindow]]]:
    windows = {_NAMES[length][0]: SimulatedWindow(length=length) for length in lengths}
    at = now - days * DAY - luck.randrange(1, 90) * HOUR
    while at <= now:
        works = at.weekday() < 5 and 8 <= at.hour < 18 and luck.random() < 0.75
        more = luck.expovariate(1) * busy * (every / HOUR) if works else 0.0
        for name, window in windows.items():
            windows[name] = window.use(more * _NAMES[window.length][2], at) if more else window.at(at)
        yield at, dict(windows)
        at += every


def _seen(window: SimulatedWindow, at: datetime) -> Window:
    name, label, _ = _NAMES[window.length]
    return Window(
        limit="codex",
        name=name,
        label=label,
        used_percent=int(window.used),
        length=window.length,
        resets_at=window.resets_at or at + window.length,
        started=window.resets_at is not None,
    )
