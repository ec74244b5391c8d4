"""The board against the simulated service: schedule, single flight, changes of accounts, restarts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from codex_quota import Client, Snapshot, hookimpl
from codex_quota.builtin.dashboard.board import Board, Results
from codex_quota.builtin.dashboard.settings import Settings
from codex_quota.simulated import Fault, SimulatedService

PATIENCE = 20.0


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    with SimulatedService(now=datetime(2026, 11, 22, 12, tzinfo=UTC)) as running:
        yield running


class World:
    """Boards on the service's clock, with what they logged."""

    def __init__(self, service: SimulatedService, directory: Path, environ: dict[str, str]) -> None:
        self.service, self.directory, self.environ = service, directory, environ
        self.log: list[str] = []
        self.boards: list[Board] = []

    def board(self, *, cache: str = "memory", plugins: Sequence[object] = (), **settings: Any) -> Board:
        self.service.write_accounts(self.directory / "account")
        client = Client(
            environ=self.environ,
            chatgpt_url=self.service.url,
            retries=0,
            now=self.service.clock,
            cache=cache,
            plugins=plugins,
            timeout=30,
            concurrency=4,
        )
        usual = {"interval": timedelta(hours=1), "state_file": self.directory / "state.json"}
        given = Settings(admin_token="x" * 8, account_dir=self.directory / "account", **{**usual, **settings})
        board = Board(client, given, log=self.log.append, jitter=lambda: 0.0)
        self.boards.append(board)
        return board

    def started(self, **settings: Any) -> Board:
        board = self.board(**settings)
        board.start()
        return board


@pytest.fixture
def world(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[World]:
    made = World(service, tmp_path, environ)
    yield made
    for board in made.boards:
        board.stop()


def until(board: Board, true: Callable[[Results], object]) -> Results:
    """The first results for which *true* holds; woken by the board itself."""
    with board._changed:
        assert board._changed.wait_for(lambda: true(board.results()), PATIENCE), board.results()
    return board.results()


def names(results: Results) -> list[str]:
    return [snapshot.account.name for snapshot in results.snapshots]


def test_every_account_is_asked_at_the_start(world: World) -> None:
    world.service.add("a")
    world.service.add("b")
    results = until(world.started(), lambda r: len(r.snapshots) == 2)
    assert [(s.account.name, s.status, s.source) for s in results.snapshots] == [
        ("a", "fresh", "network"),
        ("b", "fresh", "network"),
    ]
    assert b'"account":"a"' in results.json.replace(b": ", b":")


def test_answers_are_shown_when_they_come_and_not_at_the_next_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codex_quota.builtin.dashboard.board.TICK", 3600.0)
    world.service.add("a", latency=0.3)
    until(world.started(), lambda r: r.snapshots)


def test_a_restart_shows_the_last_results_and_asks_nobody_within_the_interval(world: World) -> None:
    world.service.add("a", five_hour=None)
    first = world.started()
    until(first, lambda r: r.snapshots)
    first.stop()
    world.service.advance(timedelta(minutes=30))
    again = world.board()
    again.start()
    assert names(again.results()) == ["a"]
    assert again.results().next_at == datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert len(world.service.requests) == 1
    world.service.advance(timedelta(minutes=31))
    again.account_files_changed()
    assert len(world.service.wait_for_requests(2, PATIENCE)) == 2


def test_new_and_removed_accounts_are_noticed(world: World) -> None:
    world.service.add("a")
    board = world.started()
    until(board, lambda r: names(r) == ["a"])
    world.service.add("b")
    world.service.write_accounts(world.directory / "account")
    board.account_files_changed()
    until(board, lambda r: names(r) == ["a", "b"])
    (world.directory / "account" / "a.auth.json").unlink()
    board.account_files_changed()
    until(board, lambda r: names(r) == ["b"])
    assert [request.account for request in world.service.requests] == ["a", "b"]


def test_a_changed_sign_in_is_asked_at_once(world: World) -> None:
    account = world.service.add("a")
    world.service.sign_out(account)
    board = world.started()
    until(board, lambda r: r.snapshots and r.snapshots[0].error)
    world.service.rotate_token(account)
    account.signed_out = False
    world.service.write_accounts(world.directory / "account")
    board.account_files_changed()
    until(board, lambda r: r.snapshots[0].error is None)


def test_any_number_of_refreshes_makes_one_request_at_a_time_and_one_in_ten_seconds(world: World) -> None:
    world.service.add("a")
    board = world.started()
    until(board, lambda r: r.snapshots)
    world.service.advance(timedelta(seconds=11))
    world.service.fail("a", Fault.delay(0.3))
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(board.refresh(wait=PATIENCE))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.service.requests) == 2
    assert sum(bool(outcome.started) for outcome in outcomes) == 1
    assert board.refresh().too_soon == {"a"}
    world.service.advance(timedelta(seconds=11))
    assert board.refresh(wait=PATIENCE).started == {"a"}
    assert len(world.service.requests) == 3
    assert world.service.max_in_flight_for("a") == 1


def test_a_refresh_of_an_unknown_account_says_so(world: World) -> None:
    board = world.started()
    assert board.refresh(["nobody"]).unknown == {"nobody"}


def test_a_hanging_account_delays_neither_the_others_nor_the_page(world: World) -> None:
    world.service.fail(world.service.add("stuck"), Fault.hang(), times=None)
    world.service.add("good")
    board = world.started()
    results = until(board, lambda r: names(r) == ["good"])
    assert results.refreshing == {"stuck"}


def test_a_failing_account_keeps_its_last_figures_and_backs_off_alone(world: World) -> None:
    world.service.add("bad", five_hour=None)
    world.service.add("good", five_hour=None)
    board = world.started()
    until(board, lambda r: len(r.snapshots) == 2)
    world.service.fail("bad", Fault.status(503), times=None)
    world.service.advance(timedelta(minutes=61))
    board.account_files_changed()
    results = until(board, lambda r: len(r.snapshots) == 2 and r.snapshots[0].status == "stale")
    assert [s.status for s in results.snapshots] == ["stale", "fresh"]
    until(board, lambda r: not r.refreshing and r.next_at == world.service.clock() + timedelta(minutes=1))
    assert any("bad: the service is in trouble" in line for line in world.log)


def test_one_account_only(world: World) -> None:
    world.service.add("a")
    world.service.add("b")
    results = until(world.started(account_name="b"), lambda r: r.snapshots)
    assert (names(results), [request.account for request in world.service.requests]) == (["b"], ["b"])


def test_the_version_changes_with_the_results_and_only_then(world: World) -> None:
    world.service.add("a")
    board = world.started()
    first = until(board, lambda r: r.snapshots)
    assert board.results().version == first.version
    world.service.advance(timedelta(seconds=11))
    board.refresh(wait=PATIENCE)
    assert board.results().version != first.version


def test_a_state_file_that_cannot_be_written_is_shown_and_logged_once(world: World) -> None:
    world.service.add("a")
    (world.directory / "taken").write_text("")
    board = world.started(state_file=world.directory / "taken" / "state.json")
    results = until(board, lambda r: r.snapshots and r.problems)
    assert [problem for problem in results.problems if "cannot be kept" in problem]
    assert sum("cannot be kept" in line for line in world.log) == 1


def test_stopping_ends_a_wait_for_the_service(world: World) -> None:
    world.service.fail(world.service.add("stuck"), Fault.hang(), times=None)
    board = world.started()
    world.service.wait_for_requests(1, PATIENCE)
    board.stop()
    assert not board._threads[0].is_alive()


def test_two_dashboards_with_one_cache_ask_once_in_an_interval(world: World) -> None:
    account = world.service.add("a", weekly=10)
    boards = [world.started(cache="file", state_file=world.directory / f"state-{number}.json") for number in range(2)]
    for rounds in (1, 2):
        for board in boards:
            until(board, partial(lambda used, r: r.snapshots and figure(r) == used and not r.refreshing, 10 * rounds))
        assert len(world.service.requests) == rounds
        account.use(weekly=10)
        world.service.advance(timedelta(hours=1))


def figure(results: Results) -> float | None:
    (snapshot,) = results.snapshots
    return snapshot.quota.weekly.used_percent if snapshot.quota and snapshot.quota.weekly else None


def test_a_changed_sign_in_is_asked_even_where_the_cache_could_answer(world: World) -> None:
    account = world.service.add("a")
    board = world.started(cache="file")
    until(board, lambda r: r.snapshots)
    account.issue_tokens()
    world.service.write_accounts(world.directory / "account")
    board.account_files_changed()
    until(board, lambda r: len(world.service.requests) == 2)


def test_plugins_hear_what_the_schedule_read_and_one_that_fails_is_logged(world: World) -> None:
    heard: SimpleQueue[dict[str, object]] = SimpleQueue()

    class Listener:
        @hookimpl
        def snapshots_updated(self, previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot]) -> None:
            heard.put({name: (name in previous, snapshot.status) for name, snapshot in current.items()})
            raise ValueError("no paper")

    world.service.add("a")
    board = world.started(plugins=[Listener()])
    assert heard.get(timeout=PATIENCE) == {"a": (False, "fresh")}
    world.service.advance(timedelta(hours=1))
    assert heard.get(timeout=PATIENCE) == {"a": (True, "fresh")}
    board.stop()
    assert world.log[0] == "plugin Listener-0 (distribution (this program)): ValueError: no paper"
