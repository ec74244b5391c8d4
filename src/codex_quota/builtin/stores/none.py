"""Cache store ``none``: keeps nothing."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

import codex_quota


class NoStore(codex_quota.CacheStore):
    """Every question goes to the service."""

    name = "none"
    summary = "keeps nothing, so that every question goes to the service"

    def get(self, key: str) -> str | None:
        """Nothing."""
        return None

    def set(self, key: str, text: str) -> None:
        """Keep nothing."""

    def delete(self, key: str) -> None:
        """Nothing is there to forget."""

    def keys(self) -> Iterable[str]:
        """No key."""
        return ()

    def lock(self, key: str, timeout: float) -> AbstractContextManager[bool]:
        """No lock, since there is nothing to share."""
        return nullcontext(True)

    def describe(self) -> str:
        """Says that there is none."""
        return "nothing is kept"


@codex_quota.hookimpl
def register_cache_stores() -> Iterable[codex_quota.CacheStore]:
    """The store that keeps nothing."""
    return [NoStore()]
