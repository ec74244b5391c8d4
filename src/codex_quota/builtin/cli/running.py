"""Running somebody's command in place: its streams, its signals and its exit status are the user's."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

from .status import ExitStatus

if TYPE_CHECKING:
    from subprocess import Popen

_PASSED_ON = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_FROM_KEYBOARD = ("SIGINT", "SIGQUIT")
_ENDING = ("SIGTERM", "SIGHUP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: its exit status, 128 and the signal's number when one ended it.

    ``by_signal`` is True when a signal ended it, or told this program to end; ``problem`` says why it did not run at all.
    """

    status: int
    by_signal: bool = False
    problem: str | None = None


def run_command(words: Sequence[str]) -> Ended:
    """Run *words* with this process's standard streams and environment, and wait for its end.

    Signals that this process gets go on to it, except those that the keyboard has sent to both; ignored ones stay ignored.
    """
    import subprocess

    relay = _Relay()
    with relay.installed():
        try:
            process = subprocess.Popen(words)  # noqa: S603
        except FileNotFoundError:
            missing = f"there is no command {words[0]!r}; check its name and PATH"
            if os.path.dirname(words[0]) and os.path.exists(words[0]):  # noqa: PTH110, PTH120
                missing = f"{words[0]!r} names an interpreter that is not there; check its first line"
            return Ended(status=ExitStatus.NOT_FOUND, problem=missing)
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            problem = f"{words[0]!r} cannot be run: {reason}; check its file and its mode"
            return Ended(status=ExitStatus.CANNOT_RUN, problem=problem)
        relay.start(process)
        code = process.wait()
    return Ended(status=128 - code if code < 0 else code, by_signal=code < 0 or relay.told_to_end)


class _Relay:
    """Hands signals on to a process, also those that came before it was there."""

    def __init__(self) -> None:
        self.told_to_end = False
        self._process: Popen[Any] | None = None
        self._early: list[int] = []

    def start(self, process: Popen[Any]) -> None:
        self._process = process
        for number in self._early:
            process.send_signal(number)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Listen to signals; only the main thread can."""
        names = [name for name in _PASSED_ON if hasattr(signal, name)]
        numbers = [signal.Signals[name] for name in names] if threading.current_thread() is threading.main_thread() else []
        before = {number: signal.getsignal(number) for number in numbers}
        heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN and handler is not None]
        try:
            for number in heard:
                signal.signal(number, self._hear)
            yield
        finally:
            for number in heard:
                signal.signal(number, before[number])

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        self.told_to_end = self.told_to_end or name in _ENDING
        if name in _FROM_KEYBOARD and _at_the_keyboard():
            return
        if self._process is None:
            self._early.append(number)
        else:
            self._process.send_signal(number)


def _at_the_keyboard() -> bool:
    """True when this process group has the terminal, so that its keys send their signals to the command as well."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except (OSError, AttributeError):
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
