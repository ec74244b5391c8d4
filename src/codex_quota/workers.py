"""Doing the same thing for many at a time, in threads that never keep the program from ending."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def within(seconds: float, act: Callable[[], Result]) -> Result:
    """The result of *act*, which runs in a thread of its own; raises ``TimeoutError`` when it takes longer than *seconds*.

    Only a thread can be left alone while it hangs in name resolution or in a socket, and the caller stays open to Ctrl-C.
    """
    return _Task(act).result(seconds)


def each(act: Callable[[Item], Result], items: Sequence[Item], limit: int) -> list[Result]:
    """``[act(item) for item in items]`` with up to *limit* at a time; the first exception ends it."""
    if len(items) <= 1 or limit <= 1:
        return [act(item) for item in items]
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(items)):
        waiting.put(number)
    results: dict[int, Result] = {}
    failed = threading.Event()

    def work() -> None:
        while not failed.is_set():
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                results[number] = act(items[number])
            except BaseException:
                failed.set()
                raise

    tasks = [_Task(work) for _ in range(min(limit, len(items)))]
    try:
        for task in tasks:
            task.result(None)
    finally:
        failed.set()
    return [results[number] for number in range(len(items))]


class _Task(Generic[Result]):
    """A call in a daemon thread."""

    def __init__(self, act: Callable[[], Result]) -> None:
        self._act = act
        self._done = threading.Event()
        self._value: list[Result] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True, name="codex-quota").start()

    def _run(self) -> None:
        try:
            self._value.append(self._act())
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def result(self, seconds: float | None) -> Result:
        if not self._done.wait(seconds):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._value[0]
