"""Doing things at the same time: in order, within a limit, never keeping the program alive."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from codex_quota.workers import each, within

PATIENCE = 10


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 100])
@pytest.mark.parametrize("items", [[], [5], [3, 1, 2], list(range(20))], ids=len)
def test_results_stand_in_the_order_of_the_items(items: list[int], limit: int) -> None:
    assert each(lambda item: item * 10, items, limit) == [item * 10 for item in items]


def test_results_stand_in_order_when_the_last_is_ready_first() -> None:
    ready = [threading.Event() for _ in range(4)]

    def act(item: int) -> int:
        if item < 3:
            assert ready[item + 1].wait(PATIENCE)
        ready[item].set()
        return item

    assert each(act, range(4), 4) == [0, 1, 2, 3]


@pytest.mark.parametrize(("items", "limit", "threads"), [(6, 3, 3), (2, 5, 2), (3, 3, 3), (5, 1, 0), (1, 4, 0), (0, 4, 0)])
def test_there_are_as_many_threads_as_allowed_and_needed(
    items: int, limit: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[threading.Thread] = []
    really = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        started.append(thread)
        really(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    assert each(lambda item: item, range(items), limit) == list(range(items))
    assert (len(started), all(thread.daemon for thread in started)) == (threads, True)


def test_as_many_run_together_as_allowed() -> None:
    together = threading.Barrier(3)

    def act(item: int) -> int:
        together.wait(PATIENCE)
        return item

    assert each(act, range(6), 3) == list(range(6))


def test_after_an_exception_nothing_new_is_begun_one_at_a_time() -> None:
    begun: list[int] = []

    def act(item: int) -> None:
        begun.append(item)
        raise ZeroDivisionError(f"item {item}")

    with pytest.raises(ZeroDivisionError, match="item 0"):
        each(act, range(50), 1)
    assert begun == [0]


def test_after_an_exception_nothing_new_is_begun_in_the_other_threads() -> None:
    begun: list[int] = []
    failing: list[threading.Thread] = []
    known = threading.Event()

    def act(item: int) -> None:
        begun.append(item)
        if item == 1:
            failing.append(threading.current_thread())
            known.set()
            raise ZeroDivisionError("item 1")
        assert known.wait(PATIENCE)
        failing[0].join(PATIENCE)

    with pytest.raises(ZeroDivisionError, match="item 1"):
        each(act, range(50), 2)
    assert sorted(begun) == [0, 1]


def test_an_exit_in_a_thread_is_an_exit_here() -> None:
    def leave(item: int) -> None:
        sys.exit(f"bye {item}")

    with pytest.raises(SystemExit, match="bye"):
        each(leave, range(3), 3)


def test_within_gives_what_comes_in_time() -> None:
    assert within(PATIENCE, lambda: threading.current_thread().daemon) is True


def test_within_raises_what_is_raised_in_time() -> None:
    def fail() -> None:
        raise KeyError("here")

    with pytest.raises(KeyError, match="here"):
        within(PATIENCE, fail)


def test_within_gives_up_and_leaves_the_rest_alone() -> None:
    go, left = threading.Event(), threading.Event()

    def late() -> None:
        assert go.wait(PATIENCE)
        left.set()

    with pytest.raises(TimeoutError):
        within(0.01, late)
    assert not left.is_set()
    go.set()
    assert left.wait(PATIENCE)


HANGING = """
import threading
from codex_quota.workers import {what}
try:
    {call}
except {error}:
    print("given up", flush=True)
"""


@pytest.mark.parametrize(
    ("what", "call", "error"),
    [
        ("within", "within(0.01, threading.Event().wait)", "TimeoutError"),
        ("each", "each(lambda hang: threading.Event().wait() if hang else 1 / 0, [False, True], 2)", "ZeroDivisionError"),
    ],
)
def test_what_hangs_does_not_keep_the_program_from_ending(what: str, call: str, error: str) -> None:
    script = HANGING.format(what=what, call=call, error=error)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr, done.returncode) == ("given up\n", "", 0)
