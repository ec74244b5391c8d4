"""The contract of every cache store, with two stores and two processes on one server."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
from codex_quota_redis import RedisStore
from real_redis import RealRedis, need_redis_server

import codex_quota
from codex_quota.testing import CacheStoreContract


class TestRedisStore(CacheStoreContract):
    shared = True

    @pytest.fixture(autouse=True)
    def server(self, redis: RealRedis) -> None:
        self.url = redis.url

    def make(self) -> RedisStore:
        return RedisStore(lock_life=1)

    def options(self, directory: Path) -> codex_quota.Options:
        prefix = sha256(str(directory).encode()).hexdigest()[:8] + "[*]?:"
        return codex_quota.Options(environ={"CODEX_QUOTA_REDIS_URL": self.url, "CODEX_QUOTA_REDIS_PREFIX": prefix})


@pytest.mark.parametrize(("environ", "outcome"), [({}, pytest.skip.Exception), ({"CI": "true"}, pytest.fail.Exception)])
def test_without_a_server_to_test_with_it_is_said(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(os, "environ", {"PATH": "", **environ})
    with pytest.raises(outcome, match="redis-server is not installed"):
        need_redis_server()
