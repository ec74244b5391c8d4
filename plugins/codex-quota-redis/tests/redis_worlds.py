"""Stores on a real server, and what lies on it."""

from __future__ import annotations

from codex_quota_redis import RedisStore
from redis import Redis

import codex_quota

PATIENCE = 10.0


def opened(url: str, *, lock_life: float = 10.0, **environ: str) -> RedisStore:
    """An opened store on the server at *url*; ``prefix="x:"`` sets ``CODEX_QUOTA_REDIS_PREFIX``."""
    store = RedisStore(lock_life)
    names = {f"CODEX_QUOTA_REDIS_{name.upper()}": value for name, value in environ.items()}
    store.open(codex_quota.Options(environ={"CODEX_QUOTA_REDIS_URL": url, **names}))
    return store


def everything(url: str) -> dict[bytes, bytes]:
    """Every text on the server."""
    with Redis.from_url(url) as client:
        return {name: client.get(name) for name in client.scan_iter()}
