"""``Client``: accounts, fetch and fetch_all; ties sources, cache store, freshness, transport and payload together."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .accounts import Listing, find, list_accounts
from .endpoint import usage_endpoint, user_agent
from .errors import UsageError
from .freshness import Policy
from .interfaces import CacheStore, Event, Options
from .model import Snapshot
from .plugins import Catalogue, Problem
from .reading import Reading
from .workers import each

if TYPE_CHECKING:
    from .transport import Transport

LAST_WAIT = 5.0


class Client:
    """Reads quota; thread-safe, a context manager, cheap to make.

    Paths may be texts; ages are seconds or timedeltas, ``timeout`` and ``retry_delay`` are seconds.
    ``sources`` names the credential sources to ask, ``cache`` a cache store; ``plugins`` adds plugins for this client alone.
    ``listeners`` False keeps what is read from plugins that would hear of it.
    What is not given comes from *environ* (by default ``os.environ``): ``CODEX_QUOTA_ACCOUNT_DIR``, ``CODEX_QUOTA_CACHE_DIR``,
    ``CODEX_QUOTA_CHATGPT_URL``, ``CODEX_QUOTA_USER_AGENT``, ``CODEX_QUOTA_ALLOW_HTTP``.
    Raises ``UsageError`` for an address, a cache store or a number that cannot be used.
    """

    def __init__(
        self,
        *,
        account_dir: str | Path | None = None,
        sources: Sequence[str] | None = None,
        chatgpt_url: str | None = None,
        timeout: float = 15.0,
        retries: int = 3,
        retry_delay: float = 2.0,
        concurrency: int = 8,
        cache: str = "file",
        cache_dir: str | Path | None = None,
        max_age: float | timedelta = 0,
        exhausted_max_age: float | timedelta = 3600,
        refresh: bool = False,
        plugins: Sequence[object] = (),
        catalogue: Catalogue | None = None,
        listeners: bool = True,
        environ: Mapping[str, str] | None = None,
        on_event: Callable[[Event], None] | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        environ = os.environ if environ is None else environ
        directory = cache_dir or environ.get("CODEX_QUOTA_CACHE_DIR")
        self.options = Options(
            account_dir=Path(account_dir or environ.get("CODEX_QUOTA_ACCOUNT_DIR") or "account"),
            cache_dir=Path(directory) if directory else None,
            environ=environ,
        )
        self.catalogue = catalogue or Catalogue(plugins=plugins, environ=environ)
        spans = _span("max_age", max_age), _span("exhausted_max_age", exhausted_max_age)
        self.policy = Policy(max_age=spans[0], exhausted_max_age=spans[1], refresh=refresh)
        user_agent(environ)
        url = chatgpt_url or environ.get("CODEX_QUOTA_CHATGPT_URL")
        self._endpoint = (
            usage_endpoint(url, origin="--chatgpt-url" if chatgpt_url else "CODEX_QUOTA_CHATGPT_URL") if url else None
        )
        self._sources = [sources] if isinstance(sources, str) else list(sources or ()) or None
        self._store_name = self.catalogue.stores.choose(cache).name
        _check("timeout", timeout, 0.001, float)
        _check("retries", retries, 0, int)
        _check("retry_delay", retry_delay, 0, float)
        _check("concurrency", concurrency, 1, int)
        self._asking = (timeout, retries, retry_delay)
        self.concurrency = concurrency
        self._hear = on_event
        self.now = now or (lambda: datetime.now(UTC))
        self._guard = threading.RLock()
        self._telling = threading.Lock()
        self._closed = False
        self._listened = listeners and self.catalogue.has_listeners
        self._known: dict[str, Snapshot] = {}
        self._before: dict[str, Snapshot | None] = {}
        self._updates: dict[str, Snapshot] = {}
        self._store: CacheStore | None = None
        self._transport: Transport | None = None

    @property
    def store(self) -> CacheStore:
        """The chosen cache store, opened."""
        with self._guard:
            if self._store is None:
                store = copy(self.catalogue.stores.choose(self._store_name))
                store.open(self.options)
                self._store = store
            return self._store

    @property
    def transport(self) -> Transport:
        """The way to the service; the first touch imports the HTTP library."""
        with self._guard:
            if self._transport is None:
                from .transport import Settings, Transport

                timeout, retries, delay = self._asking
                settings = Settings(
                    timeout=timeout,
                    retries=retries,
                    retry_delay=delay,
                    concurrency=self.concurrency,
                    environ=self.options.environ,
                )
                self._transport = Transport(settings, tell=self._tell, now=self.now)
            return self._transport

    @property
    def endpoint(self) -> str | None:
        """The address that was given for every account, None when each account's own counts."""
        return self._endpoint

    def accounts(self) -> list[Listing]:
        """Every account that the sources know, by name; nobody is asked over the network."""
        return list_accounts(self.catalogue.sources, self._sources, self.options)

    def fetch(self, name: str) -> Snapshot:
        """One fresh snapshot.

        Raises ``UnknownAccountError``, or whatever kept the service from answering; an older answer is then not used.
        """
        (snapshot,) = self.fetch_all([name])
        if snapshot.error is not None:
            raise snapshot.error
        return snapshot

    def fetch_all(self, names: Iterable[str] | None = None) -> list[Snapshot]:
        """A snapshot of every account, or of those named, by name and without shadowed ones.

        What goes wrong with an account is the ``error`` of its snapshot.
        Raises only ``UnknownAccountError``, for a name in *names*, and ``UsageError``, for a source that does not exist.
        """
        listings = self.accounts()
        if names is not None:
            asked = [names] if isinstance(names, str) else names
            wanted = dict.fromkeys(find(listings, name).account.name for name in asked)
            listings = [entry for entry in listings if entry.account.name in wanted]
        for entry in listings:
            if not entry.shadowed_by:
                self._tell(Event(account=entry.account.name, kind="start", text=f"found by {entry.account.source}"))
        readings = [self._reading(entry, self.policy) for entry in listings if not entry.shadowed_by]
        at_once = [reading.from_cache() for reading in readings]
        rest = [reading for reading, snapshot in zip(readings, at_once, strict=True) if snapshot is None]
        answers = iter(each(Reading.ask, rest, self.concurrency))
        snapshots = _once([next(answers) if snapshot is None else snapshot for snapshot in at_once])
        for reading, snapshot in zip(readings, snapshots, strict=True):
            self._note(reading, snapshot)
        return snapshots

    def read(self, listing: Listing, *, refresh: bool | None = None, max_age: float | timedelta | None = None) -> Snapshot:
        """The snapshot of one account that ``accounts`` listed; for programs with a schedule of their own.

        ``refresh`` True asks the service even if the cache could answer, ``max_age`` (seconds or a timedelta) is how old its
        answer may be; None leaves either to the client's own option.
        Never raises but for a ``max_age`` that is none.
        """
        policy = self.policy if refresh is None else replace(self.policy, refresh=refresh)
        if max_age is not None:
            policy = replace(policy, max_age=_span("max_age", max_age))
        reading = self._reading(listing, policy)
        snapshot = reading.from_cache() or reading.ask()
        self._note(reading, snapshot)
        return snapshot

    @property
    def requests(self) -> dict[str, int]:
        """How many requests went to the service so far, by what became of them: the HTTP status, or an error's code."""
        return {} if self._transport is None else self._transport.outcomes()

    def tell_updates(self) -> tuple[Problem, ...]:
        """Let plugins hear (``snapshots_updated``) of everything read since the last call; returns what went wrong in them.

        The program calls it once the result stands on the screen, the dashboard after each change; takes as long as they take.
        Once the client is closed it waits for a call in another thread for a few seconds at most.
        """
        if not self._telling.acquire(timeout=LAST_WAIT if self._closed else -1):
            return ()
        try:
            with self._guard:
                previous = {name: snapshot for name, snapshot in self._before.items() if snapshot is not None}
                current, self._before, self._updates = self._updates, {}, {}
            return self.catalogue.tell(previous, current, self.options) if current else ()
        finally:
            self._telling.release()

    def _note(self, reading: Reading, snapshot: Snapshot) -> None:
        if self._listened:
            name = snapshot.account.name
            with self._guard:
                self._before.setdefault(name, self._known.get(name, reading.kept))
                self._known[name] = self._updates[name] = snapshot

    def _reading(self, listing: Listing, policy: Policy) -> Reading:
        return Reading(client=self, listing=listing, endpoint=self._endpoint, policy=policy, tell=self._tell)

    def _tell(self, event: Event) -> None:
        """Pass an event on; a listener that fails costs its events and not the reading."""
        if self._hear is not None:
            with suppress(Exception):
                self._hear(event)

    def close(self) -> None:
        """Stop waiting, close connections and the store; the client cannot be used afterwards."""
        self._closed = True
        with self._guard:
            if self._transport is not None:
                self._transport.close()
            if self._store is not None:
                with suppress(Exception, SystemExit):
                    self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def fetch(name: str, **options: Any) -> Snapshot:  # noqa: ANN401
    """One fresh snapshot of the account *name*; takes ``Client``'s options, raises what ``Client.fetch`` raises."""
    with Client(**options) as client:
        return client.fetch(name)


def fetch_all(**options: Any) -> list[Snapshot]:  # noqa: ANN401
    """A snapshot of every account; takes ``Client``'s options, and what goes wrong is in the snapshots."""
    with Client(**options) as client:
        return client.fetch_all()


def _check(what: str, number: object, least: float, kind: type) -> None:
    fits = isinstance(number, (int, kind)) and not isinstance(number, bool)
    if not fits or not least <= number < float("inf"):  # type: ignore[operator]
        word = "whole number" if kind is int else "number"
        raise UsageError(f"{what} is {number!r}, but must be a {word} of at least {least:g}")


def _span(what: str, value: float | timedelta) -> timedelta:
    try:
        span = value if isinstance(value, timedelta) else timedelta(seconds=value)
    except (TypeError, ValueError, OverflowError):
        span = timedelta(-1)
    if span < timedelta(0):
        raise UsageError(f"{what} is {value!r}, but must be seconds or a timedelta, 0 or more")
    return span


def _once(snapshots: list[Snapshot]) -> list[Snapshot]:
    """*snapshots* with what is wrong with the cache said once and not by every account."""
    said: set[str] = set()
    for number, snapshot in enumerate(snapshots):
        about_cache = [text for text in snapshot.warnings if text.startswith("the cache cannot be ")]
        if about_cache:
            snapshots[number] = replace(snapshot, warnings=tuple(t for t in snapshot.warnings if t not in said))
            said.update(about_cache)
    return snapshots
