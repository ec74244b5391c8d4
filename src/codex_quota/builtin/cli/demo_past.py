"""A past for the accounts of the demo: weeks of work that end in what the service says now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from codex_quota import Client, Snapshot, Window
from codex_quota.history import History, Reading

if TYPE_CHECKING:
    from codex_quota.simulated import SimulatedService

HOUR = timedelta(hours=1)
PAST = timedelta(days=28)
_LONGEST = timedelta(days=31)
_USUAL = 80.0


def give_past(service: SimulatedService, accounts: Path, history: History) -> None:
    """Fill *history* with four weeks of each account of *service* whose sign-in lies in *accounts*."""
    with Client(account_dir=accounts, chatgpt_url=service.url, cache="none", environ={}, listeners=False) as client:
        for snapshot in client.fetch_all():
            history.add(snapshot.account, past_of(snapshot, service.clock()))


def past_of(snapshot: Snapshot, now: datetime) -> list[Reading]:
    """What would have been read of *snapshot*'s account in each hour of four weeks before *now* (aware UTC).

    Somebody worked, less on weekends, and used most of each window, sometimes all of it.
    The same name always has the same past.
    """
    if snapshot.quota is None:
        return []
    work = _Work(now, Random(snapshot.account.name))  # noqa: S311
    seen = zip(work.hours, *map(work.line, snapshot.quota.windows), strict=False)
    name, plan, resets = snapshot.account.name, snapshot.quota.plan, snapshot.quota.reset_credits
    return [
        Reading(account=name, at=at, windows=tuple(windows), plan=plan, usable=True, reset_credits=resets)
        for at, *windows in seen
        if windows and at >= now - PAST
    ]


class _Work:
    """How much was done in each hour, for longer than the past, so that each window's first cycle is a whole one."""

    def __init__(self, now: datetime, luck: Random) -> None:
        self._now, self._luck = now, luck
        self._begin = now - PAST - _LONGEST
        self.hours = [self._begin + HOUR * number for number in range((PAST + _LONGEST) // HOUR)]
        highest = (0.01 if not 6 <= at.hour < 20 else 1.7 if at.weekday() < 5 else 0.8 for at in self.hours)
        self._done = [0.0, *accumulate(luck.uniform(high / 5, high) for high in highest)]

    def line(self, window: Window) -> Iterator[Window]:
        """*window* in each hour, in cycles of which the last leads to what it is now."""
        length = window.length or PAST
        ends = self._now - length / 3 if window.resets_at is None or window.started is False else window.resets_at
        usual = _USUAL / self._done[-1] * (len(self.hours) * HOUR / length)
        rates: defaultdict[int, float] = defaultdict(lambda: usual * self._luck.uniform(0.6, 1.4))
        if ends > self._now:
            rates[0] = (window.used_percent or 0) / self._since(ends - length, self._now)
        for at in self.hours:
            back = -((at - ends) // length) - 1
            used = 0 if back < 0 else int(min(100, rates[back] * self._since(ends - (back + 1) * length, at)))
            yield replace(window, used_percent=used, started=used > 0, resets_at=ends - back * length if used else at + length)

    def _since(self, begin: datetime, end: datetime) -> float:
        """How much was done from *begin* to *end*, in whole hours, and a little more than nothing."""
        first, last = (max(0, (at - self._begin) // HOUR) for at in (begin, end))
        return self._done[last] - self._done[first] + 0.001
