"""Cache store ``redis``: several machines share one answer of the service for each account."""

from __future__ import annotations

import codex_quota

from .store import RedisStore

__all__ = ["RedisStore", "register_cache_stores"]


@codex_quota.hookimpl
def register_cache_stores() -> list[codex_quota.CacheStore]:
    """The Redis store."""
    return [RedisStore()]
