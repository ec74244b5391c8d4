"""What is known of the accounts that are watched, kept up to date by threads in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from codex_quota import Client, CodexQuotaError, Snapshot, one_line

from .watch_interval import FLOOR, SHORTEST, Turn, next_turn

if TYPE_CHECKING:
    from codex_quota import Listing

BATCH = timedelta(seconds=5)
"""Accounts that are due so soon are read together with those that are due now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    names: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    problems: tuple[str, ...]


class Readings:
    """Reads accounts in rounds; every method but the rounds themselves belongs to one thread.

    *names* are the accounts to watch, none of them means all; *base* is the interval while nothing special is known.
    *prepare* is applied to each snapshot in the background, ``wake`` is called from there when there are news.
    ``asked`` are the accounts whose answers are still to come, ``problems`` what went wrong in the last round beside failed
    snapshots; ``changes`` counts up whenever any of this does, and ``telling`` says that plugins hear of a round just now.
    """

    def __init__(
        self, client: Client, names: Sequence[str], *, base: timedelta, prepare: Callable[[Snapshot], Snapshot] = lambda s: s
    ) -> None:
        self._client = client
        self._names = tuple(names)
        self._base = base
        self._prepare = prepare
        self._news: SimpleQueue[_Listed | Snapshot | _Ended] = SimpleQueue()
        self._turns: dict[str, Turn] = {}
        self._good: dict[str, Snapshot] = {}
        self._began: datetime | None = None
        self._forced: datetime | None = None
        self._idle_due: datetime | None = None
        self.wake: Callable[[], None] = lambda: None
        self.snapshots: dict[str, Snapshot] = {}
        self.asked: frozenset[str] = frozenset()
        self.problems: tuple[str, ...] = ()
        self.busy = self.telling = False
        self.rounds = self.changes = 0

    @property
    def failed(self) -> int:
        """How many accounts did not answer when they were asked last."""
        return sum(snapshot.error is not None for snapshot in self.snapshots.values())

    @property
    def due(self) -> datetime | None:
        """When the next round begins; None means at once."""
        dues = [turn.due for turn in self._turns.values()] or [one for one in [self._idle_due] if one is not None]
        dues += [self._forced] if self._forced is not None else []
        return min(dues, default=None)

    def force(self, now: datetime) -> None:
        """Ask the service about every account, whatever the cache holds, as soon as the last round is ten seconds old."""
        at = now if self._began is None or self._began > now else max(now, self._began + SHORTEST)
        self._forced = at if self._forced is None else min(at, self._forced)

    def start_if_due(self, now: datetime) -> bool:
        """Begin a round in the background if it is time and none is under way; True when one began."""
        due, forced = self.due, self._forced is not None and self._forced <= now
        if self.busy or not (forced or due is None or due <= now or any(turn.is_due(now) for turn in self._turns.values())):
            return False
        self.busy, self._began = True, now
        if forced:
            self._forced = None
        threading.Thread(target=self._round, args=(now, forced, dict(self._turns)), daemon=True, name="codex-quota-watch").start()
        return True

    def take(self, now: datetime) -> bool:
        """Take in what the background found; True when there was anything."""
        found = False
        while True:
            try:
                news = self._news.get_nowait()
            except Empty:
                self.changes += found
                return found
            found = True
            if isinstance(news, Snapshot):
                self._note(news, now)
            elif isinstance(news, _Listed):
                self.asked = frozenset(news.asked)
                for kept in (self.snapshots, self._turns, self._good):
                    for name in [name for name in kept if name not in news.names]:
                        del kept[name]
            else:
                self.busy, self.asked, self.problems = False, frozenset(), news.problems
                self.rounds += 1
                self._put_off(now)

    def _note(self, snapshot: Snapshot, now: datetime) -> None:
        name = snapshot.account.name
        self._turns[name] = next_turn(self._turns.get(name), self._good.get(name), snapshot, now, self._base)
        self.snapshots[name] = snapshot
        self.asked -= {name}
        if snapshot.error is None:
            self._good[name] = snapshot

    def _put_off(self, now: datetime) -> None:
        """Let what the last round was to read, and did not, wait as after a failure, lest rounds follow without a pause."""
        soon = now + min(FLOOR, self._base)
        self._idle_due = soon
        for name, turn in self._turns.items():
            if self._began is not None and turn.is_due(self._began + BATCH):
                self._turns[name] = replace(turn, due=soon)

    def _tell(self, news: _Listed | Snapshot | _Ended) -> None:
        self._news.put(news)
        self.wake()

    def _round(self, now: datetime, forced: bool, turns: Mapping[str, Turn]) -> None:
        problems: list[str] = []
        try:
            listings = chosen(self._client.accounts(), self._names)
            due = {name for name, turn in turns.items() if turn.is_due(now + BATCH)}
            wanted = [one for one in listings if forced or one.account.name not in turns or one.account.name in due]
            asked = tuple(one.account.name for one in wanted)
            self._tell(_Listed(names=tuple(one.account.name for one in listings), asked=asked))
            problems += self._read(wanted, forced, turns)
            self.telling = True
            problems += [problem.line() for problem in self._client.tell_updates()]
        except (Exception, SystemExit) as error:
            problems.append(_line(error))
        self.telling = False
        self._tell(_Ended(problems=tuple(problems)))

    def _read(self, wanted: Iterable[Listing], forced: bool, turns: Mapping[str, Turn]) -> list[str]:
        """Read *wanted*, several at a time; what went wrong beside the snapshots."""
        waiting: SimpleQueue[Listing] = SimpleQueue()
        problems: list[str] = []
        for listing in wanted:
            waiting.put(listing)

        def work() -> None:
            while True:
                try:
                    listing = waiting.get_nowait()
                except Empty:
                    return
                try:
                    turn = turns.get(listing.account.name)
                    # what another program asked since the middle of the wait is as good as an own answer
                    age = None if turn is None else max(turn.wait / 2, self._client.policy.max_age)
                    snapshot = self._client.read(listing, refresh=True if forced else None, max_age=age)
                    self._tell(self._prepare(snapshot))
                except (Exception, SystemExit) as error:
                    problems.append(f"{listing.account.name}: {_line(error)}")

        threads = [
            threading.Thread(target=work, daemon=True, name="codex-quota-watch")
            for _ in range(min(self._client.concurrency, waiting.qsize()))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return problems


def chosen(listings: Iterable[Listing], names: Iterable[str]) -> list[Listing]:
    """The listings of *names*, or all of them, each login once; whatever way the names' accents are written."""
    from unicodedata import normalize

    every = list(listings)
    by_name = {listing.account.name: listing for listing in every}
    asked = {normalize("NFC", name) for name in names} or set(by_name)
    wanted = {by_name[name].shadowed_by or name for name in asked if name in by_name}
    return [listing for listing in every if listing.account.name in wanted]


def _line(error: BaseException) -> str:
    return error.line() if isinstance(error, CodexQuotaError) else one_line(f"{type(error).__name__}: {error}")
