"""Locks that hold between machines: a key with a random token, which expires unless its holder lives and renews it.

The library's own lock expires too but is not renewed, waits at a fixed pace and cannot be told to stop waiting.
"""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic

from codex_quota import CodexQuotaError

from .link import Link

FIRST_WAIT = 0.05
LONGEST_WAIT = 0.5
_RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0"
_FREE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Locks:
    """The locks that one store holds; *life* (seconds) is how long one outlives a holder that died."""

    def __init__(self, link: Link, life: float) -> None:
        self._link = link
        self._life = life
        self._guard = Lock()
        self._held: dict[str, tuple[str, Event]] = {}
        self._closing = Event()

    def take(self, name: str, timeout: float) -> str | None:
        """The token of the lock, None when somebody else had it for *timeout* seconds; raises ``PluginError``."""
        token = os.urandom(16).hex()
        deadline, pause = monotonic() + timeout, FIRST_WAIT
        while not self._link.call(lambda client: client.set(name, token, nx=True, px=self._milliseconds)):
            # each waiter at a pace of its own, so that they do not all ask at the same moment
            wait = min(pause * (0.5 + os.urandom(1)[0] / 512), deadline - monotonic())
            if wait <= 0 or self._closing.wait(wait):
                return None
            pause = min(pause * 1.5, LONGEST_WAIT)
        freed = Event()
        with self._guard:
            self._held[name] = token, freed
        Thread(target=self._renew, args=(name, token, freed), daemon=True, name="codex-quota-redis-lock").start()
        return token

    def free(self, name: str, token: str) -> None:
        """Give the lock back, if it is still this holder's; one that cannot be given back expires."""
        with self._guard:
            held = self._held.get(name)
            if held is None or held[0] != token:
                return
            del self._held[name]
        held[1].set()
        with suppress(CodexQuotaError):
            self._link.call(lambda client: client.eval(_FREE, 1, name, token))

    def token(self, name: str) -> str | None:
        """The token under which this store took the lock, also if it has been lost since; None when it did not."""
        with self._guard:
            held = self._held.get(name)
            return held[0] if held else None

    def close(self) -> None:
        """Wait for nothing any more and give every lock back."""
        self._closing.set()
        with self._guard:
            held = {name: token for name, (token, _) in self._held.items()}
        for name, token in held.items():
            self.free(name, token)

    @property
    def _milliseconds(self) -> int:
        return max(1, round(self._life * 1000))

    def _renew(self, name: str, token: str, freed: Event) -> None:
        while not freed.wait(self._life / 3):
            with suppress(CodexQuotaError):
                if not self._link.call(lambda client: client.eval(_RENEW, 1, name, token, str(self._milliseconds))):
                    return
