"""Signals that end the program, so that each way out cleans up and tells the shell the right status."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .status import ExitStatus


def mind_repeated_interrupts() -> None:
    """Let a second Ctrl-C not disturb what the first one ends; a third one ends the process at once."""
    if not _in_charge() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return
    pressed = 0

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed += 1
        if pressed == 1:
            raise KeyboardInterrupt
        if pressed > 2:
            os._exit(ExitStatus.INTERRUPTED)

    signal.signal(signal.SIGINT, interrupt)


def ignore_interrupts() -> None:
    """From now on Ctrl-C changes nothing, because the interpreter is about to end anyway."""
    if _in_charge():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into ``SystemExit``, which lets whatever was opened be closed; an ignored signal stays ignored."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [signal.Signals[name] for name in names] if _in_charge() else []
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        for number, handler in before.items():
            if handler is signal.SIG_DFL:
                signal.signal(number, _end)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _in_charge() -> bool:
    return threading.current_thread() is threading.main_thread()
