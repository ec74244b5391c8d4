"""The board: what is known of every account, kept current in the background, at most one request per account at a time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from queue import SimpleQueue
from time import monotonic

from codex_quota import Client, Listing, Snapshot, sort_snapshots

from .pacer import Pacer
from .schedule import Turn, first_turn, next_turn
from .settings import Settings
from .state import StateFile, document

TICK = 5.0
PUBLISH_PAUSE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the board knows at one moment; ``version`` changes whenever anything in it does.

    ``json`` is the results document with masked e-mail addresses, ``json_full`` the same with whole ones.
    ``problems`` are things wrong with the dashboard itself, for people.
    """

    snapshots: tuple[Snapshot, ...] = ()
    generated_at: datetime
    version: str
    refreshing: frozenset[str] = frozenset()
    next_at: datetime | None = None
    problems: tuple[str, ...] = ()
    json: bytes = b""
    json_full: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What became of a forced refresh: asked now, under way already, or asked within the last seconds."""

    started: frozenset[str] = frozenset()
    running: frozenset[str] = frozenset()
    too_soon: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


class Board:
    """Thread-safe; ``start`` begins the work in the background and ``stop`` ends it within a second or two."""

    def __init__(
        self, client: Client, settings: Settings, *, log: Callable[[str], None], jitter: Callable[[], float] = random.random
    ) -> None:
        self.client = client
        self._settings = settings
        self._log = log
        self._jitter = jitter
        self._state = StateFile(settings.state_file)
        self._pacer = Pacer(client, utc=settings.utc)
        self._changed = threading.Condition()
        self._listings: dict[str, Listing] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._turns: dict[str, Turn] = {}
        self._under_way: set[str] = set()
        self._queue: SimpleQueue[tuple[Listing, bool, timedelta] | None] = SimpleQueue()
        self._problems: dict[str, str] = {}
        self._stopped = False
        self._changes = 1
        self._shown = 0
        self._untold = False
        self._look_now = True
        self._published = -PUBLISH_PAUSE
        self._threads: list[threading.Thread] = []
        self._results = Results(generated_at=client.now(), version="")
        kept, problem = self._state.load()
        self.problem("kept state", problem)
        self._snapshots = {snapshot.account.name: snapshot for snapshot in kept}

    def results(self) -> Results:
        """What is known now; never waits for a request."""
        with self._changed:
            latest = self._results
            return Results(
                snapshots=latest.snapshots,
                generated_at=latest.generated_at,
                version=latest.version,
                refreshing=frozenset(self._under_way),
                next_at=min((turn.due for turn in self._turns.values()), default=None),
                problems=tuple(self._problems.values()),
                json=latest.json,
                json_full=latest.json_full,
            )

    def refresh(self, names: Iterable[str] | None = None, *, wait: float = 0.0) -> Refresh:
        """Ask the service now about *names* or everybody, and wait up to *wait* seconds for the answers."""
        with self._changed:
            wanted = set(self._listings) if names is None else set(names)
            known = wanted & set(self._listings)
            running = known & self._under_way
            now = self.client.now()
            ready = {name for name in known - running if self._turns[name].may_be_forced(now)}
            for name in sorted(ready):
                self._begin(name, refresh=True)
            awaited = running | ready
            self._changed.wait_for(lambda: self._stopped or not (awaited & self._under_way or self._is_dirty), wait)
        return Refresh(
            started=frozenset(ready),
            running=frozenset(running),
            too_soon=frozenset(known - running - ready),
            unknown=frozenset(wanted - known),
        )

    def account_files_changed(self) -> None:
        """Look for new, changed and removed accounts now instead of within a few seconds; returns when that is done."""
        with self._changed:
            self._look_now = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stopped or not self._look_now, TICK)

    def start(self) -> None:
        """Begin: the accounts are listed before this returns, the rest happens in the background."""
        self._look()
        self._publish()
        workers = [
            threading.Thread(target=self._work, daemon=True, name="codex-quota-reader") for _ in range(self.client.concurrency)
        ]
        schedule = threading.Thread(target=self._run, daemon=True, name="codex-quota-schedule")
        self._threads = [schedule, *workers, threading.Thread(target=self._tell, daemon=True, name="codex-quota-listeners")]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the background work and keep the last results."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for _ in self._threads:
            self._queue.put(None)
        self.client.close()
        for thread in self._threads[:1]:
            thread.join(TICK / 2)
        if self._is_dirty:
            self._publish()

    def _run(self) -> None:
        looked = monotonic()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._look_now or self._is_dirty, min(TICK, self._until_due()))
                if self._is_dirty:
                    self._changed.wait_for(lambda: self._stopped, self._published + PUBLISH_PAUSE - monotonic())
                if self._stopped:
                    return
                look = self._look_now
            try:
                if look or monotonic() - looked >= TICK:
                    self._look()
                    looked = monotonic()
                self._ask_who_is_due()
                if self._is_dirty:
                    self._publish()
            except Exception as error:
                self.problem("schedule", f"the schedule stumbled: {type(error).__name__}; see --verbose")

    @property
    def _is_dirty(self) -> bool:
        return self._changes != self._shown

    def _until_due(self) -> float:
        now = self.client.now()
        waits = [(turn.due - now).total_seconds() for name, turn in self._turns.items() if name not in self._under_way]
        return max(0.05, min(waits, default=TICK))

    def _look(self) -> None:
        """List the accounts: new and changed ones are due at once, those that are gone are forgotten."""
        only = self._settings.account_name
        found = {
            entry.account.name: entry
            for entry in self.client.accounts()
            if not entry.shadowed_by and (only is None or entry.account.name == only)
        }
        now = self.client.now()
        with self._changed:
            for name, entry in found.items():
                before = self._listings.get(name)
                if before is None:
                    self._turns[name] = first_turn(self._snapshots.get(name), now, self._settings.interval)
                elif _differs(before, entry):
                    self._turns[name] = Turn(due=now, distrusts_cache=True)
            for name in set(self._turns) - set(found):
                del self._turns[name]
            gone = set(self._snapshots) - set(found)
            for name in gone:
                del self._snapshots[name]
            self._changes += bool(gone) or set(found) != set(self._listings)
            self._listings = found
            self._look_now = False
            self._changed.notify_all()

    def _ask_who_is_due(self) -> None:
        now = self.client.now()
        with self._changed:
            for name, turn in self._turns.items():
                if name not in self._under_way and turn.is_due(now, self._settings.interval):
                    self._begin(name, refresh=self.client.policy.refresh)

    def _begin(self, name: str, *, refresh: bool) -> None:
        self._under_way.add(name)
        max_age = max(self.client.policy.max_age, self._turns[name].max_age(self.client.now(), self._settings.interval))
        self._queue.put((self._listings[name], refresh, max_age))

    def _work(self) -> None:
        while (task := self._queue.get()) is not None and not self._stopped:
            listing, refresh, max_age = task
            snapshot = self.client.read(listing, refresh=refresh, max_age=max_age)
            name, now = listing.account.name, self.client.now()
            with self._changed:
                self._under_way.discard(name)
                if name in self._turns and not self._stopped:
                    self._turns[name] = next_turn(
                        self._turns[name], snapshot, now, self._settings.interval, jitter=self._jitter()
                    )
                    self._snapshots[name] = snapshot
                    self._changes += 1
                self._changed.notify_all()
            if snapshot.error is not None:
                self._log(snapshot.error.line())

    def _tell(self) -> None:
        """Let plugins hear of what was published, apart from the schedule, since they may take their time."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._untold)
                if self._stopped:
                    return
                self._untold = False
            for problem in self.client.tell_updates():
                self._log(problem.line())

    def _publish(self) -> None:
        """Make the documents anew and keep them."""
        with self._changed:
            mark = self._changes
            snapshots = tuple(sort_snapshots(self._snapshots.values()))
        at = self.client.now()
        snapshots = tuple(self._pacer.paced(snapshots, at))
        whole = document(snapshots, at, emails=True)
        results = Results(
            snapshots=snapshots,
            generated_at=at,
            version=sha256(whole).hexdigest()[:20],
            json=document(snapshots, at, emails=False),
            json_full=whole,
        )
        self.problem("state", self._state.save(whole))
        with self._changed:
            self._untold = True
            self._results = results
            self._shown = mark
            self._published = monotonic()
            self._changed.notify_all()

    def problem(self, kind: str, text: str | None) -> None:
        """Show a problem until it is gone, and log it once."""
        if text is None:
            self._problems.pop(kind, None)
        elif self._problems.get(kind) != text:
            self._problems[kind] = text
            self._log(text)


def _differs(before: Listing, after: Listing) -> bool:
    old, new = before.credential, after.credential
    if old is None or new is None:
        return old is not new or str(before.error) != str(after.error)
    return old.access_token != new.access_token or old.account.account_id != new.account.account_id
