"""Locks: renewed while held, freed by themselves when the holder dies and never by anybody else, no burden on the server."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from codex_quota_redis import RedisStore
from real_redis import RealRedis
from redis import Redis
from redis_worlds import PATIENCE, everything, opened

import codex_quota

HOLD = """
import pickle, sys
store, options = pickle.load(sys.stdin.buffer)
store.open(options)
with store.lock("key", 10) as held:
    print(held, flush=True)
    sys.stdin.buffer.readline()
    store.set("key", "from the holder")
    print("set", flush=True)
print("free", flush=True)
"""


class Holder:
    """Another process that holds ``key`` until it is told to go on."""

    def __init__(self, url: str, lock_life: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self._tell(pickle.dumps((RedisStore(lock_life), codex_quota.Options(environ={"CODEX_QUOTA_REDIS_URL": url}))))
        assert self.line() == "True"

    def _tell(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def go_on(self) -> list[str]:
        """Let it set its text and free the lock; returns what it says."""
        self._tell(b"go\n")
        return [self.line(), self.line()]

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().strip()


@pytest.fixture
def holder(redis: RealRedis) -> Iterator[Holder]:
    one = Holder(redis.url, lock_life=0.5)
    yield one
    one.process.kill()
    one.process.communicate()


def test_a_lock_lives_as_long_as_its_holder_needs_it(redis: RealRedis) -> None:
    first, second = opened(redis.url, lock_life=0.3), opened(redis.url)
    with first.lock("key", 0) as held, second.lock("key", 1.2) as other:
        assert (held, other) == (True, False)
    with second.lock("key", 0) as now:
        assert now is True


def test_a_holder_that_is_killed_holds_nothing_for_long(redis: RealRedis, holder: Holder) -> None:
    store = opened(redis.url)
    holder.process.kill()
    with store.lock("key", PATIENCE) as held:
        assert held is True


def test_a_holder_that_slept_too_long_neither_frees_nor_overwrites_what_is_another_s_now(
    redis: RealRedis, holder: Holder
) -> None:
    store = opened(redis.url)
    store.set("key", "before")
    holder.process.send_signal(signal.SIGSTOP)
    with store.lock("key", PATIENCE) as held:
        assert held is True
        holder.process.send_signal(signal.SIGCONT)
        assert holder.go_on() == ["set", "free"]
        with store.lock("key", 0) as again:
            assert (again, store.get("key")) == (False, "before")
        store.set("key", "newer")
    assert store.get("key") == "newer"


def test_a_holder_sets_the_text_and_frees_the_lock(redis: RealRedis, holder: Holder) -> None:
    store = opened(redis.url)
    assert holder.go_on() == ["set", "free"]
    with store.lock("key", 0) as held:
        assert (held, store.get("key")) == (True, "from the holder")


def test_who_waits_asks_rarely(redis: RealRedis) -> None:
    def asked() -> int:
        with Redis.from_url(redis.url) as client:
            return int(client.info("commandstats").get("cmdstat_set", {"calls": 0})["calls"])

    first, second = opened(redis.url), opened(redis.url)
    with first.lock("key", 0):
        before = asked()
        with second.lock("key", 1) as held:
            assert held is False
        assert 3 <= asked() - before <= 12


def test_whoever_waits_is_let_go_when_the_store_closes(redis: RealRedis) -> None:
    store, other = opened(redis.url), opened(redis.url)
    got: list[bool] = []
    began = threading.Event()

    def wait_for_it() -> None:
        with other.lock("busy", 0):
            began.set()
        with other.lock("key", 3600) as held:
            got.append(held)

    waiter = threading.Thread(target=wait_for_it, daemon=True)
    with store.lock("key", 0):
        waiter.start()
        assert began.wait(PATIENCE)
        other.close()
        waiter.join(PATIENCE)
    assert got == [False]


def test_a_store_that_closes_gives_its_locks_back(redis: RealRedis) -> None:
    store, other = opened(redis.url), opened(redis.url)
    with store.lock("key", 0):
        store.close()
        with other.lock("key", 0) as held:
            assert held is True
    assert list(everything(redis.url)) == []


def test_a_server_that_dies_costs_the_holder_nothing_and_ends_the_waiting(own_redis: RealRedis) -> None:
    own_redis.start()
    store, other = opened(own_redis.url), opened(own_redis.url)
    failed: list[str] = []

    def wait_for_it() -> None:
        try:
            with other.lock("key", 3600):
                pass
        except codex_quota.PluginError as error:
            failed.append(error.message)

    waiter = threading.Thread(target=wait_for_it, daemon=True)
    with store.lock("key", 0) as held:
        waiter.start()
        own_redis.stop()
        waiter.join(PATIENCE)
    assert (held, [text.rpartition(": ")[0] for text in failed]) == (True, [f"no connection to Redis at {own_redis.url}"])


def test_no_thread_is_left_behind(redis: RealRedis) -> None:
    store = opened(redis.url)
    with store.lock("key", 0):
        (renewer,) = [one for one in threading.enumerate() if one.name == "codex-quota-redis-lock"]
    renewer.join(PATIENCE)
    assert renewer.is_alive() is False


def test_locks_of_ten_stores_are_held_one_after_the_other(redis: RealRedis) -> None:
    inside: list[int] = []
    most: list[int] = []

    def visit(number: int) -> None:
        with opened(redis.url).lock("key", PATIENCE) as held:
            assert held is True
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    threads = [threading.Thread(target=visit, args=(number,), daemon=True) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert most == [1] * 10
