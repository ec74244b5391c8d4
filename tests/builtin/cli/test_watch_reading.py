"""The readings behind ``watch``, with the simulated service and a clock that stands still."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import codex_quota
from codex_quota import Client, Snapshot
from codex_quota.builtin.cli.watch_reading import Readings
from codex_quota.testing import Fault, SimulatedService, make_client

BASE, SECOND = timedelta(minutes=5), timedelta(seconds=1)


class Listener:
    """A plugin that hears of readings."""

    def __init__(self) -> None:
        self.heard: list[tuple[set[str], set[str]]] = []

    @codex_quota.hookimpl
    def snapshots_updated(self, previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot]) -> None:
        self.heard.append((set(previous), set(current)))
        if len(self.heard) > 1:
            raise RuntimeError("enough")


class World:
    """Readings whose rounds are awaited."""

    def __init__(self, client: Client, service: SimulatedService, names: list[str]) -> None:
        self.client, self.service, self.now = client, service, service.clock()
        self.readings = Readings(client, names, base=BASE)
        self.news = threading.Event()
        self.readings.wake = self.news.set

    def round(self, now: datetime | None = None) -> list[str | None]:
        """Which accounts the service was asked about when a round was due at *now*; without a round nobody was."""
        self.now = now or self.now
        self.service.forget_requests()
        rounds = self.readings.rounds
        if self.readings.start_if_due(self.now):
            while self.readings.rounds == rounds:
                assert self.news.wait(10)
                self.news.clear()
                self.readings.take(self.now)
        return sorted(request.account or "" for request in self.service.requests)  # type: ignore[return-value]


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    with SimulatedService(now=datetime.fromisoformat("2026-11-22T12:00:00Z")) as running:
        yield running


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def world(service: SimulatedService, listener: Listener, tmp_path: Path) -> Iterator[World]:
    service.add("busy", five_hour=92, weekly=10)
    service.add("calm", five_hour=10, weekly=10)
    service.write_accounts(tmp_path / "account")
    with make_client(listener, directory=tmp_path, service=service, retries=0, now=service.clock) as client:
        yield World(client, service, [])


def later(world: World, seconds: float) -> datetime:
    """The service's clock, moved on."""
    world.service.advance(seconds * SECOND)
    return world.service.clock()


def test_the_first_round_asks_about_everybody_and_each_account_has_its_own_turn(world: World) -> None:
    assert world.readings.due is None
    assert world.round() == ["busy", "calm"]
    assert sorted(world.readings.snapshots) == ["busy", "calm"]
    assert (world.readings.busy, world.readings.asked, world.readings.failed) == (False, frozenset(), 0)
    assert world.readings.due == world.now + 75 * SECOND
    assert world.round(later(world, 74)) == []
    assert world.round(later(world, 1)) == ["busy"]
    # nothing moved, so the busy one waits for 112.5 s now: until 187.5 s, and the calm one until 300 s
    assert world.readings.due == world.now + 112.5 * SECOND


def test_accounts_that_are_due_soon_are_asked_together(world: World) -> None:
    world.round()
    assert world.round(later(world, 296)) == ["busy", "calm"]


def test_a_key_asks_about_everybody_but_not_within_ten_seconds(world: World) -> None:
    world.round()
    later(world, 4)
    world.readings.force(world.service.clock())
    assert world.readings.due == world.now + 10 * SECOND
    assert world.round(world.service.clock()) == []
    assert world.round(later(world, 6)) == ["busy", "calm"]
    world.readings.force(later(world, 30))
    assert world.readings.due == world.service.clock()


def test_what_another_program_asked_since_the_middle_of_the_wait_is_not_asked_again(world: World, tmp_path: Path) -> None:
    world.round()
    later(world, 40)
    with make_client(directory=tmp_path, service=world.service, now=world.service.clock) as other:
        other.fetch_all()
    assert world.round(later(world, 35)) == []
    assert world.readings.snapshots["busy"].source == "cache"
    assert world.readings.snapshots["busy"].fetched_at == world.service.clock() - 35 * SECOND


def test_a_key_asks_whatever_the_cache_holds(service: SimulatedService, tmp_path: Path) -> None:
    service.add("spent", five_hour=10, weekly=100)
    service.write_accounts(tmp_path / "account")
    with make_client(directory=tmp_path, service=service, now=service.clock) as client:
        world = World(client, service, [])
        assert world.round() == ["spent"]
        assert world.round(later(world, 300)) == []
        assert world.readings.snapshots["spent"].source == "cache"
        world.readings.force(later(world, 10))
        assert world.round(service.clock()) == ["spent"]


def test_failures_keep_the_old_figures_and_back_off_for_their_account_alone(world: World) -> None:
    world.round()
    world.service.fail("busy", Fault.status(503), times=2)
    assert world.round(later(world, 75)) == ["busy"]
    kept = world.readings.snapshots["busy"]
    assert (kept.status, kept.error and kept.error.code, world.readings.failed) == ("stale", "unavailable", 1)
    assert world.readings.due == world.now + 60 * SECOND
    assert world.round(later(world, 60)) == ["busy"]
    assert world.readings.due == world.now + 120 * SECOND
    assert world.round(later(world, 120)) == ["busy"]
    assert (world.readings.snapshots["busy"].status, world.readings.failed) == ("fresh", 0)


def test_accounts_that_come_and_go_are_noticed(world: World, tmp_path: Path) -> None:
    world.round()
    world.service.add("new")
    world.service.write_accounts(tmp_path / "account")
    (tmp_path / "account" / "busy.auth.json").unlink()
    assert world.round(later(world, 75)) == ["new"]
    assert sorted(world.readings.snapshots) == ["calm", "new"]
    for path in (tmp_path / "account").iterdir():
        path.unlink()
    world.round(later(world, 300))
    assert (world.readings.snapshots, world.readings.due) == ({}, world.now + 60 * SECOND)


def test_only_the_accounts_that_were_named_are_asked(world: World) -> None:
    named = World(world.client, world.service, ["calm"])
    assert named.round() == ["calm"]
    assert list(named.readings.snapshots) == ["calm"]


def test_plugins_hear_of_every_round_and_their_faults_are_told(world: World, listener: Listener) -> None:
    world.round()
    assert (listener.heard, world.readings.problems) == ([(set(), {"busy", "calm"})], ())
    world.round(later(world, 75))
    assert listener.heard[1:] == [({"busy"}, {"busy"})]
    assert len(world.readings.problems) == 1
    assert "RuntimeError: enough" in world.readings.problems[0]


def test_a_source_that_cannot_be_asked_is_told_and_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.round()

    def broken() -> list[codex_quota.Listing]:
        raise codex_quota.UsageError("the source is gone", hint="bring it back")

    monkeypatch.setattr(world.client, "accounts", broken)
    assert world.round(later(world, 75)) == []
    assert world.readings.problems == ("the source is gone; bring it back",)
    assert sorted(world.readings.snapshots) == ["busy", "calm"]
    assert world.readings.due == world.now + 60 * SECOND


def test_what_prepares_a_snapshot_may_fail(world: World) -> None:
    def prepare(snapshot: Snapshot) -> Snapshot:
        if snapshot.account.name == "busy":
            raise ValueError("no")
        return snapshot

    world.readings = Readings(world.client, [], base=BASE, prepare=prepare)
    world.readings.wake = world.news.set
    world.round()
    assert list(world.readings.snapshots) == ["calm"]
    assert world.readings.problems == ("busy: ValueError: no",)
    assert world.readings.asked == frozenset()


def test_what_fails_in_between_does_not_make_rounds_follow_without_a_pause(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.round()
    monkeypatch.setattr(world.client, "read", lambda *_, **__: 1 / 0)
    world.round(later(world, 75))
    assert world.readings.problems == ("busy: ZeroDivisionError: division by zero",)
    assert world.readings.due == world.now + 60 * SECOND
