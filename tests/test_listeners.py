"""``snapshots_updated``: every reading is told once, with what was known before, and a listener that fails costs itself only."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

import codex_quota.client
from codex_quota import Catalogue, Client, Options, Problem, Snapshot, hookimpl
from codex_quota.simulated import Fault, SimulatedService
from program import Program
from snapshots import WORK


class Listener:
    """Remembers what it heard: used percent of the weekly window before and now, or the error's code."""

    def __init__(self) -> None:
        self.heard: list[dict[str, tuple[object, object]]] = []
        self.options: list[Options] = []

    @hookimpl
    def snapshots_updated(self, previous: Mapping[str, Snapshot], current: Mapping[str, Snapshot], options: Options) -> None:
        self.heard.append({name: (figure(previous.get(name)), figure(now)) for name, now in current.items()})
        self.options.append(options)


class Failing:
    """Raises whatever it was made with."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    @hookimpl
    def snapshots_updated(self) -> None:
        raise self.error


def figure(snapshot: Snapshot | None) -> object:
    if snapshot is None:
        return None
    week = snapshot.quota.weekly if snapshot.quota else None
    return (week.used_percent if week else None, snapshot.source, snapshot.error and snapshot.error.code)


@pytest.fixture
def listener() -> Listener:
    return Listener()


def client(service: SimulatedService, environ: dict[str, str], *plugins: object, **options: Any) -> Client:
    service.write_accounts(environ["CODEX_QUOTA_ACCOUNT_DIR"])
    return Client(environ=environ, chatgpt_url=service.url, retries=0, plugins=plugins, **options)


def test_a_reading_is_told_once_with_what_the_cache_held(
    service: SimulatedService, environ: dict[str, str], listener: Listener
) -> None:
    work = service.add("work", weekly=30)
    with client(service, environ) as before:
        before.fetch_all()
    work.use(weekly=12)
    with client(service, environ, listener) as reader:
        reader.fetch_all()
        assert listener.heard == []
        assert reader.tell_updates() == ()
        assert reader.tell_updates() == ()
        assert listener.options == [reader.options]
    assert listener.heard == [{"work": ((30, "cache", None), (42, "network", None))}]


def test_readings_between_two_calls_are_told_as_one(
    service: SimulatedService, environ: dict[str, str], listener: Listener
) -> None:
    work, _ = service.add("work", weekly=10), service.add("home", weekly=5)
    with client(service, environ, listener, cache="none") as reader:
        for _ in range(3):
            for listing in reader.accounts():
                reader.read(listing)
            work.use(weekly=1)
        reader.tell_updates()
        reader.read(reader.accounts()[1], refresh=True)
        reader.tell_updates()
    fresh = (5, "network", None)
    assert listener.heard == [
        {"home": (None, fresh), "work": (None, (12, "network", None))},
        {"work": ((12, "network", None), (13, "network", None))},
    ]


def test_answers_from_the_cache_and_failures_are_told_too(
    service: SimulatedService, environ: dict[str, str], listener: Listener
) -> None:
    work = service.add("work", weekly=10)
    with client(service, environ, listener, max_age=timedelta(hours=1)) as reader:
        reader.fetch_all()
        reader.fetch_all()
        reader.tell_updates()
        service.fail(work, Fault.status(401))
        reader.read(reader.accounts()[0], max_age=0)
        reader.tell_updates()
    assert listener.heard == [
        {"work": (None, (10, "cache", None))},
        {"work": ((10, "cache", None), (10, "cache", "unauthorized"))},
    ]


def test_nobody_hears_where_listeners_are_not_wanted(
    service: SimulatedService, environ: dict[str, str], listener: Listener
) -> None:
    service.add("work")
    with client(service, environ, listener, listeners=False) as reader:
        assert [snapshot.error for snapshot in reader.fetch_all()] == [None]
        assert (reader.tell_updates(), listener.heard) == ((), [])


@pytest.mark.parametrize(
    ("error", "reason"),
    [(OSError("no disk\nhere"), "OSError: no disk here"), (SystemExit(3), "SystemExit: 3"), (GeneratorExit(), "GeneratorExit")],
)
def test_a_listener_that_fails_is_named_and_the_others_hear(listener: Listener, error: BaseException, reason: str) -> None:
    catalogue = Catalogue(plugins=[Failing(error), listener], find=False)
    assert catalogue.tell({}, {"work": WORK}, Options(environ={})) == (
        Problem(plugin="Failing-0", distribution="(this program)", stage="snapshots_updated", reason=reason),
    )
    assert (len(listener.heard), catalogue.problems) == (1, ())


def test_a_listener_with_an_argument_that_there_is_not_is_refused() -> None:
    class Wrong:
        @hookimpl
        def snapshots_updated(self, snapshots: object) -> None:
            raise AssertionError

    catalogue = Catalogue(plugins=[Wrong()], find=False)
    assert ([problem.stage for problem in catalogue.problems], catalogue.has_listeners) == (["register"], False)


def test_two_threads_never_tell_at_the_same_time(service: SimulatedService, environ: dict[str, str]) -> None:
    service.add("work")
    guard, second_is_here, alone = threading.Lock(), threading.Event(), []

    class Slow:
        @hookimpl
        def snapshots_updated(self) -> None:
            free = guard.acquire(blocking=False)
            alone.append(free and second_is_here.wait(20))
            guard.release()

    with client(service, environ, Slow(), cache="none") as reader:
        reader.fetch_all()
        first = threading.Thread(target=reader.tell_updates)
        first.start()
        while not guard.locked():
            assert first.is_alive()
        reader.fetch_all()
        second_is_here.set()
        reader.tell_updates()
        first.join(20)
    assert alone == [True, True]


def test_the_end_of_a_program_does_not_wait_for_a_listener_that_hangs_elsewhere(
    service: SimulatedService, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codex_quota.client, "LAST_WAIT", 0.05)
    service.add("work")
    hears, go = threading.Event(), threading.Event()

    class Hanging:
        @hookimpl
        def snapshots_updated(self) -> None:
            hears.set()
            go.wait(20)

    with client(service, environ, Hanging(), cache="none") as reader:
        reader.fetch_all()
        first = threading.Thread(target=reader.tell_updates)
        first.start()
        assert hears.wait(20)
        reader.fetch_all()
        reader.close()
        assert (reader.tell_updates(), first.is_alive()) == ((), True)
        go.set()
        first.join(20)
        hears.clear()
        assert (reader.tell_updates(), hears.is_set()) == ((), True)


def test_a_listener_can_take_nothing_from_the_others(listener: Listener) -> None:
    class Greedy:
        @hookimpl
        def snapshots_updated(self, current: dict[str, Snapshot]) -> None:
            current.clear()

    catalogue = Catalogue(plugins=[Greedy(), listener], find=False)
    (problem,) = catalogue.tell({}, {"work": WORK}, Options(environ={}))
    assert (problem.plugin, problem.stage) == ("Greedy-0", "snapshots_updated")
    assert [list(heard) for heard in listener.heard] == [["work"]]


def test_a_listener_that_is_a_wrapper_is_told_that_it_is_none(listener: Listener) -> None:
    class Wrapping:
        @hookimpl(wrapper=True)
        def snapshots_updated(self) -> Iterator[None]:
            yield

    catalogue = Catalogue(plugins=[Wrapping(), listener], find=False)
    (problem,) = catalogue.tell({}, {"work": WORK}, Options(environ={}))
    assert (problem.plugin, problem.reason) == ("Wrapping-0", "TypeError: is a wrapper, but each plugin is called on its own")
    assert len(listener.heard) == 1


def test_a_command_tells_after_its_output_stands(program: Program, listener: Listener) -> None:
    assert program.service is not None
    program.service.add("work", weekly=30)
    program.serve()
    program.plugins = [Failing(OSError("no disk")), listener]
    ran = program("--format", "plain")
    assert (ran.status, ran.out.split("\t")[0].splitlines()[0][:7]) == (0, "account")
    assert ran.err == "codex-quota: plugin Failing-0 (distribution (this program)): OSError: no disk\n"
    assert listener.heard == [{"work": (None, (30, "network", None))}]


def test_the_demo_s_accounts_are_nobody_s_news(program: Program, listener: Listener) -> None:
    program.plugins = [listener]
    ran = program("demo", "--format", "csv")
    assert (ran.out.count("\n") > 5, listener.heard) == (True, [])


def test_requests_are_counted_by_what_became_of_them(service: SimulatedService, environ: dict[str, str]) -> None:
    work = service.add("work")
    with client(service, environ, cache="none") as reader:
        assert reader.requests == {}
        for fault in (None, Fault.status(503), Fault.status(401), None, Fault.drop()):
            if fault is not None:
                service.fail(work, fault)
            reader.fetch_all()
        assert reader.requests == {"200": 2, "503": 1, "401": 1, "network": 1}
