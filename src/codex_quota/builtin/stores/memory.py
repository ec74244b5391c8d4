"""Cache store ``memory``: for programs that keep one client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Lock

import codex_quota


class MemoryStore(codex_quota.CacheStore):
    """A dictionary with one lock for each key, gone with the program."""

    name = "memory"
    summary = "keeps answers while the program runs, writes nothing"

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._locks: dict[str, Lock] = {}

    def get(self, key: str) -> str | None:
        """The text."""
        return self._texts.get(key)

    def set(self, key: str, text: str) -> None:
        """Keep the text."""
        self._texts[key] = text

    def delete(self, key: str) -> None:
        """Drop the text."""
        self._texts.pop(key, None)

    def keys(self) -> Iterable[str]:
        """Every key."""
        return sorted(self._texts)

    @contextmanager
    def lock(self, key: str, timeout: float) -> Iterator[bool]:
        """Hold the key against other threads."""
        lock = self._locks.setdefault(key, Lock())
        held = lock.acquire(timeout=timeout)
        try:
            yield held
        finally:
            if held:
                lock.release()


@codex_quota.hookimpl
def register_cache_stores() -> Iterable[codex_quota.CacheStore]:
    """The memory store."""
    return [MemoryStore()]
