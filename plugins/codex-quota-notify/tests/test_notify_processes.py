"""Programs of their own: killed, at the same time, a dashboard beside a command, and the entry point."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from notify_hook import WebHook

from codex_quota.testing import SimulatedService, clean_environ, install_plugin

DAY = timedelta(days=1)


@pytest.fixture
def hook() -> Iterator[WebHook]:
    with WebHook() as found:
        yield found


@pytest.fixture
def service() -> Iterator[SimulatedService]:
    with SimulatedService() as found:
        yield found


class Processes:
    """Programs of their own, with the plugin found through its entry point."""

    def __init__(self, service: SimulatedService, hook: WebHook, directory: Path) -> None:
        install_plugin(directory / "site", "codex-quota-notify", {"notify": "codex_quota_notify:plugin"})
        self.environ = clean_environ(directory, service) | {
            "CODEX_QUOTA_NOTIFY_URLS": f"{hook.url}?rto=30",
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(directory / "site"), *sys.path]),
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Begin ``codex-quota`` with *words*."""
        command = [sys.executable, "-m", "codex_quota", *words]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environ)

    def run(self, *words: str) -> tuple[int, str]:
        """Exit status and standard error of ``codex-quota`` with *words*."""
        process = self.start(*words)
        _, err = process.communicate(timeout=60)
        return process.returncode, err


@pytest.fixture
def processes(service: SimulatedService, hook: WebHook, tmp_path: Path) -> Processes:
    service.add("work", five_hour=None, weekly=(96, 3 * DAY))
    service.write_accounts(tmp_path / "account")
    return Processes(service, hook, tmp_path)


def test_a_program_that_is_killed_after_the_delivery_repeats_one_message(processes: Processes, hook: WebHook) -> None:
    hook.hangs = True
    process = processes.start()
    hook.wait_for(1)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    hook.hangs = False
    hook.go.set()
    assert [processes.run() for _ in range(3)] == [(0, "")] * 3
    assert hook.titles == ["Codex quota: work: weekly 4 % left"] * 2


def test_of_two_programs_at_once_one_sends(processes: Processes, hook: WebHook, service: SimulatedService) -> None:
    hook.hangs = True
    first = processes.start()
    hook.wait_for(1)
    second = processes.start()
    service.wait_for_requests(2, 30)
    hook.hangs = False
    hook.go.set()
    for process in (first, second):
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    assert hook.titles == ["Codex quota: work: weekly 4 % left"]


def test_the_dashboard_sends_each_alert_once_also_beside_a_command_and_after_a_restart(
    processes: Processes, hook: WebHook, service: SimulatedService
) -> None:
    for _ in range(2):
        asked = len(service.requests)
        web = processes.start("web", "--host", "127.0.0.1", "--port", "0", "--interval-seconds", "5", "--cache", "none")
        try:
            hook.wait_for(1, 30)
            service.wait_for_requests(asked + 1, 30)
            assert processes.run() == (0, "")
        finally:
            web.terminate()
            _, err = web.communicate(timeout=60)
        assert "notify" not in err
    assert hook.titles == ["Codex quota: work: weekly 4 % left"]


def test_the_plugin_is_listed_without_a_problem(processes: Processes) -> None:
    process = processes.start("plugins")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    (line,) = [line for line in out.splitlines() if "codex-quota-notify" in line]
    assert "register_commands" in line
    assert "snapshots_updated" in line


def test_the_demo_sends_nothing(processes: Processes, hook: WebHook) -> None:
    status, err = processes.run("demo")
    assert status == 3
    assert "notify" not in err
    assert hook.got == []
