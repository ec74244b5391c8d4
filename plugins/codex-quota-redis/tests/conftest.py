"""Fixtures of the Redis store: one server for all tests that leave it as it is, and one of its own for those that do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from real_redis import RealRedis
from redis import Redis

from codex_quota.testing import SimulatedService


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RealRedis]:
    """A running server for everybody."""
    server = RealRedis().start()
    yield server
    server.remove()


@pytest.fixture
def redis(shared_redis: RealRedis) -> RealRedis:
    """A running and empty server."""
    with Redis.from_url(shared_redis.unix_url) as client:
        client.flushall()
    return shared_redis


@pytest.fixture
def own_redis() -> Iterator[RealRedis]:
    """A server that is not started yet and may be stopped."""
    server = RealRedis()
    yield server
    server.remove()


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    """A started simulated service without accounts."""
    with SimulatedService() as running:
        yield running
