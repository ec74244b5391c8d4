"""How ``codex-quota watch`` ends or is interrupted: the terminal is always given back, and nothing is lost."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from codex_quota.simulated import Fault, SimulatedService
from codex_quota.testing import install_plugin
from terminals import PATIENCE, Tty
from watched import Watch


@pytest.mark.parametrize(
    ("how", "status"),
    [("q", 0), ("\x03", 0), (signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 0), (signal.SIGQUIT, 0)],
    ids=lambda value: repr(value),
)
def test_the_end_gives_the_terminal_back(watch: Watch, how: str | signal.Signals, status: int) -> None:
    tty = watch(before="print('before', flush=True)\n")
    assert tty.is_raw
    if isinstance(how, str):
        tty.send(how)
    else:
        tty.process.send_signal(how)
    assert tty.await_end() == status
    assert_given_back(tty)


def assert_given_back(tty: Tty) -> None:
    """The screen from before is there, with a cursor, and keys are lines again."""
    assert (tty.shown.other, tty.shown.cursor_visible, tty.is_raw) == (False, True, False)
    assert tty.current_modes == tty.modes
    assert tty.shown.text()[0] == "before"


def test_an_error_in_between_gives_the_terminal_back_and_is_told(watch: Watch) -> None:
    breaks = (
        "print('before', flush=True)\n"
        "from codex_quota.builtin.cli import watch_screen\n"
        "def formatted(*words, real=watch_screen.formatted):\n"
        "    return 1 / 0 if words[2].show == 'used' else real(*words)\n"
        "watch_screen.formatted = formatted\n"
    )
    tty = watch("work", before=breaks)
    tty.send("u")
    assert tty.await_end() == 1
    assert_given_back(tty)
    assert tty.shown.text()[1].startswith("codex-quota: the command watch failed: ZeroDivisionError")


@pytest.mark.parametrize("moment", ["within a request", "within a wait"])
def test_the_end_does_not_wait_for_the_service(service: SimulatedService, watch: Watch, moment: str) -> None:
    service.fail(None, Fault.hang() if moment == "within a request" else Fault.status(503, retry_after=50), times=None)
    tty = watch("--retries", "3", "--timeout", str(4 * PATIENCE), ready="asking")
    service.wait_for_requests(3, timeout=PATIENCE)
    if moment == "within a wait":
        service.wait_until_idle(PATIENCE)
    tty.send("q")
    assert tty.await_end() == 0  # which gives up long before the service, or the wait that it asks for
    assert len(service.requests) == 3


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_stopped_program_gives_the_terminal_back_and_goes_on(watched_accounts: dict[str, str]) -> None:
    shell = ["bash", "--norc", "--noprofile", "-i"]
    code = "import os, fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp('bash', " + repr(shell) + ")"
    environ = {**os.environ, **watched_accounts, "PS1": "$ ", "TERM": "xterm"}
    with Tty([sys.executable, "-c", code], environ, size=(80, 24)) as tty:
        tty.await_text("$")
        tty.send(f"bind 'set enable-bracketed-paste off'; {sys.executable} -m codex_quota watch work; echo status $?\n")
        tty.await_text("next refresh", "q quit")
        tty.send("\x1a")
        tty.await_text("Stopped", "status 148")
        assert (tty.shown.other, tty.shown.cursor_visible) == (False, True)
        tty.send("fg\n")
        tty.await_text("next refresh", "q quit")
        assert tty.shown.other
        tty.send("u")
        tty.await_text("u % used")
        tty.send("q")
        tty.await_screen(lambda lines: not tty.shown.other)
        tty.send("echo status $?\n")
        tty.await_text("status 0")


def test_a_program_that_was_stopped_from_outside_draws_everything_anew(watch: Watch) -> None:
    def rows(lines: list[str]) -> list[str]:
        """Below the header, without the countdowns, which go on."""
        return [line[:20] for line in lines[2:]]

    tty = watch()
    shown = rows(tty.await_text("? help"))
    tty.process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, tty.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    tty.shown.feed("\x1b[?1049l\x1b[?25hrubbish\r\n")
    tty.process.send_signal(signal.SIGCONT)
    # what it wrote just before it was stopped comes onto the wrong screen
    tty.await_screen(lambda lines: (tty.shown.other, tty.shown.cursor_visible, rows(lines)) == (True, False, shown))


def test_what_plugins_print_and_what_is_wrong_with_them_stands_in_the_header_and_is_told_afterwards(
    watched_accounts: dict[str, str], watch: Watch, tmp_path: Path
) -> None:
    module = (
        "import codex_quota\n"
        "@codex_quota.hookimpl\n"
        "def snapshots_updated(current):\n"
        "    print('heard of', *sorted(current))\n"
        "    raise RuntimeError('enough')\n"
    )
    install_plugin(tmp_path / "plugins", "noisy-plugin", {"noisy": "noisy_plugin"}, noisy_plugin=module)
    tty = watch(
        "work", PYTHONPATH=str(tmp_path / "plugins"), before="print('before', flush=True)\n", ready="RuntimeError: enough"
    )
    tty.await_screen(lambda lines: "noisy" in lines[1] and "Account" in lines[3])
    tty.send("q")
    assert tty.await_end() == 0
    after = "\n".join(tty.shown.text())
    assert re.search(r"^before\nheard of work\n.*noisy.*RuntimeError: enough", after, flags=re.S)


def opened_once_read(fifo: Path) -> int:
    """*fifo* for writing, as soon as somebody reads it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < until, "nobody reads it"
            os.sched_yield()


@pytest.mark.parametrize(("key", "status", "said"), [("", 0, ""), ("\x03", 130, "codex-quota: interrupted")])
def test_plugins_that_still_hear_of_a_reading_are_waited_for_unless_that_takes_too_long(
    watch: Watch, tmp_path: Path, key: str, status: int, said: str
) -> None:
    module = (
        "import codex_quota, pathlib\n"
        "@codex_quota.hookimpl\n"
        "def snapshots_updated(current, options):\n"
        "    pathlib.Path(options.environ['HOME'], 'heard').read_text()\n"
    )
    install_plugin(tmp_path / "plugins", "slow-plugin", {"slow": "slow_plugin"}, slow_plugin=module)
    (tmp_path / "home").mkdir(exist_ok=True)
    os.mkfifo(tmp_path / "home" / "heard")
    tty = watch("work", PYTHONPATH=str(tmp_path / "plugins"), ready="weekly")
    heard = opened_once_read(tmp_path / "home" / "heard")
    tty.send("q")
    lines = tty.await_text("codex-quota: waiting for plugins that hear of the last reading; Ctrl-C leaves at")
    assert not tty.shown.other
    assert lines[0].startswith("codex-quota: waiting for plugins")
    if key:
        tty.send(key)
        if not tty.ends_within(2):
            # Python misses a signal that comes just before it begins to wait for a lock, until the next one
            tty.send(key)
        assert tty.await_end() == status
    os.close(heard)
    assert tty.await_end() == status
    assert said in "\n".join(tty.shown.text())
    assert not tty.is_raw


def test_without_a_keyboard_it_runs_until_it_is_interrupted(watch: Watch) -> None:
    tty = watch("work", before="import os; os.dup2(os.open(os.devnull, os.O_RDONLY), 0)\n")
    assert tty.shown.text()[-1] == "Ctrl-C quit"
    tty.send("\x03")
    assert tty.await_end() == 0
