"""Many dashboards on one Redis: each account is asked once in an interval, and the server may go away and come back.

Ten boards of ten machines run in this process on the simulated service's clock, so that intervals pass at once; three real
``codex-quota web`` processes then do the same in real time.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import codex_quota_redis
import pytest
from codex_quota_redis import link as link_module
from real_redis import RealRedis

from codex_quota import Client, Snapshot
from codex_quota.builtin.dashboard.board import Board
from codex_quota.builtin.dashboard.settings import Settings
from codex_quota.testing import Fault, SimulatedService, clean_environ, install_plugin, make_client

NAMES = ("home", "work")
BOARDS, PROCESSES = 10, 3
INTERVAL = timedelta(hours=1)
PATIENCE = 30.0
AWAY = "the cache cannot be used: no connection to Redis at "


def until(what: Callable[[], bool]) -> None:
    """Wait until *what* is so."""
    tick = threading.Event()
    for _ in range(round(PATIENCE / 0.02)):
        if what():
            return
        tick.wait(0.02)
    raise TimeoutError(what)


def asked(service: SimulatedService) -> list[int]:
    """How often the service was asked about each account."""
    return [len(service.requests_for(name)) for name in NAMES]


def was_read_at(now: datetime, snapshot: Snapshot) -> bool:
    """Whether the service gave the answer at that moment."""
    return snapshot.fetched_at == now


class Boards:
    """Ten boards, each with a machine of its own, on one clock."""

    def __init__(self, service: SimulatedService, directory: Path, url: str) -> None:
        self.service = service
        self.all = [self._board(directory / f"machine-{number}", url) for number in range(BOARDS)]
        for board in self.all:
            board.start()

    def _board(self, machine: Path, url: str) -> Board:
        self.service.write_accounts(machine / "account")
        client: Client = make_client(
            codex_quota_redis, directory=machine, service=self.service, environ={"CODEX_QUOTA_REDIS_URL": url},
            cache="redis", now=self.service.clock, retries=0,
        )  # fmt: skip
        settings = Settings(admin_token="x" * 8, account_dir=machine / "account", state_file=machine / "s", interval=INTERVAL)
        return Board(client, settings, log=lambda _: None)

    def pass_time(self, span: timedelta) -> None:
        """Move the clock on and let every board notice."""
        self.service.advance(span)
        for board in self.all:
            board.account_files_changed()

    def snapshots(self) -> list[Snapshot]:
        """What all of them show."""
        return [snapshot for board in self.all for snapshot in board.results().snapshots]

    def wait_for(self, good: Callable[[Snapshot], bool]) -> None:
        """Wait until every board shows every account as *good*."""
        until(lambda: sum(map(good, self.snapshots())) == BOARDS * len(NAMES))


@pytest.fixture
def clocked() -> Iterator[SimulatedService]:
    """A service with a clock that stands still."""
    with SimulatedService(now=datetime(2026, 11, 22, 12, tzinfo=UTC)) as running:
        for name in NAMES:
            running.add(name)
        yield running


@pytest.fixture
def boards(clocked: SimulatedService, own_redis: RealRedis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Boards]:
    # by the clock of the boards the server is away for hours
    monkeypatch.setattr(link_module, "PAUSE", 0)
    own_redis.start()
    ten = Boards(clocked, tmp_path, own_redis.url)
    yield ten
    for board in ten.all:
        board.stop()


def test_ten_boards_ask_once_for_each_account_and_interval(boards: Boards, clocked: SimulatedService) -> None:
    for number in range(1, 5):
        now = clocked.clock()
        boards.wait_for(partial(was_read_at, now))
        assert asked(clocked) == [number, number]
        boards.pass_time(INTERVAL * 1.06)
    assert {snapshot.warnings for snapshot in boards.snapshots()} == {()}


def test_while_the_server_is_away_each_board_asks_and_warns_and_afterwards_they_share_again(
    boards: Boards, clocked: SimulatedService, own_redis: RealRedis
) -> None:
    boards.wait_for(lambda snapshot: snapshot.warnings == ())
    clocked.forget_requests()
    own_redis.stop()
    boards.pass_time(INTERVAL * 1.06)
    boards.wait_for(lambda snapshot: [text.startswith(AWAY) for text in snapshot.warnings] == [True])
    assert asked(clocked) == [BOARDS, BOARDS]
    assert {(snapshot.status, snapshot.source) for snapshot in boards.snapshots()} == {("fresh", "network")}
    clocked.forget_requests()
    own_redis.start()
    for number in (1, 2):
        boards.pass_time(INTERVAL * 1.06)
        now = clocked.clock()
        boards.wait_for(lambda snapshot: snapshot.warnings == ())
        boards.wait_for(partial(was_read_at, now))
        assert asked(clocked) == [number, number]


def test_a_server_that_is_restarted_empty_between_two_readings_is_not_noticed(
    boards: Boards, clocked: SimulatedService, own_redis: RealRedis
) -> None:
    boards.wait_for(lambda snapshot: snapshot.warnings == ())
    own_redis.stop()
    own_redis.start()
    boards.pass_time(INTERVAL * 1.06)
    boards.wait_for(lambda snapshot: snapshot.fetched_at == clocked.clock())
    assert asked(clocked) == [2, 2]
    assert {snapshot.warnings for snapshot in boards.snapshots()} == {()}


def test_an_answer_that_does_not_come_is_waited_for_once(boards: Boards, clocked: SimulatedService) -> None:
    boards.wait_for(lambda snapshot: snapshot.source in ("network", "cache"))
    clocked.forget_requests()
    clocked.fail("work", Fault(wait=0.5))
    boards.pass_time(INTERVAL * 1.06)
    boards.wait_for(lambda snapshot: snapshot.fetched_at == clocked.clock())
    assert (asked(clocked), clocked.max_in_flight_for("work")) == ([1, 1], 1)


class Dashboard:
    """A running ``codex-quota web`` on a machine of its own."""

    def __init__(self, service: SimulatedService, machine: Path, url: str, plugin: Path) -> None:
        service.write_accounts(machine / "account")
        environ = {
            **os.environ,
            **clean_environ(machine, service),
            "PYTHONPATH": os.pathsep.join((str(plugin), *sys.path)),
            "CODEX_QUOTA_REDIS_URL": url,
        }
        words = ["web", "--cache", "redis", "--host", "127.0.0.1", "--port", "0", "--interval-seconds", "6"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "codex_quota", *words],
            env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def results(self) -> list[dict[str, Any]]:
        """What it answers about every account."""
        with urllib.request.urlopen(self.url + "api/results", timeout=PATIENCE) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
            return results

    @property
    def url(self) -> str:
        """Where it is, as it says on standard output."""
        if not hasattr(self, "_url"):
            assert self.process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+/", self.process.stdout.readline())
            assert found
            self._url = found[0]
        return self._url


@pytest.fixture
def dashboards(service: SimulatedService, own_redis: RealRedis, tmp_path: Path) -> Iterator[list[Dashboard]]:
    for name in NAMES:
        service.add(name)
    own_redis.start()
    install_plugin(tmp_path / "plugin", "codex-quota-redis", {"redis": "codex_quota_redis"})
    three = [
        Dashboard(service, tmp_path / f"machine-{number}", own_redis.url, tmp_path / "plugin") for number in range(PROCESSES)
    ]
    yield three
    for one in three:
        one.process.terminate()
    for one in three:
        one.process.communicate()


def test_three_processes_share_go_on_alone_and_share_again(
    dashboards: list[Dashboard], service: SimulatedService, own_redis: RealRedis
) -> None:
    def each_account() -> list[list[dict[str, Any]]]:
        results = [one for dashboard in dashboards for one in dashboard.results()]
        return [[one for one in results if one["account"] == name and one["fetched_at"]] for name in NAMES]

    def is_shared(shown: list[dict[str, Any]]) -> bool:
        sources, times = sorted(one["source"] for one in shown), {one["fetched_at"] for one in shown}
        return (sources, len(times)) == (["cache", "cache", "network"], 1) and all(one["warnings"] == [] for one in shown)

    def is_alone(shown: list[dict[str, Any]]) -> bool:
        warned = [one for one in shown if one["source"] == "network" and [w.startswith(AWAY) for w in one["warnings"]] == [True]]
        return len(warned) == PROCESSES

    until(lambda: all(map(is_shared, each_account())))
    own_redis.stop()
    for name in NAMES:
        times = [request.at for request in service.requests_for(name)]
        assert [later - at > timedelta(seconds=4) for at, later in pairwise(times)] == [True] * (len(times) - 1)
    until(lambda: all(map(is_alone, each_account())))
    own_redis.start()
    until(lambda: all(map(is_shared, each_account())))
