"""``codex-quota web`` as a process: it says where it is, survives being killed, and ends when told to."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codex_quota.simulated import Fault, SimulatedService

PROGRAM = [sys.executable, "-m", "codex_quota"]


class Dashboard:
    """A running dashboard."""

    def __init__(self, environ: dict[str, str], *words: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, *words], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/\S*", self.said)
        assert found, self.said + (self.process.stderr.read() if self.process.stderr else "")
        self.url = found[0]

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return json.load(answer)

    def end(self, how: int = signal.SIGTERM) -> str:
        self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=10)
        return errors


@pytest.fixture
def world(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    service.add("work", five_hour=12)
    service.write_accounts(tmp_path / "account")
    return {
        **os.environ,
        **environ,
        "CODEX_QUOTA_CHATGPT_URL": service.url,
        "CODEX_QUOTA_PORT": "0",
        "CODEX_QUOTA_HOST": "127.0.0.1",
    }


@pytest.fixture
def started(world: dict[str, str]) -> Iterator[Dashboard]:
    dashboard = Dashboard(world, "web")
    yield dashboard
    dashboard.process.kill()
    dashboard.process.communicate()


def test_it_serves_until_sigterm_and_leaves_no_token_behind(
    started: Dashboard, service: SimulatedService, tmp_path: Path
) -> None:
    assert started.get("healthz") == {"status": "ok"}
    service.wait_for_requests(1, 20)
    errors = started.end()
    assert started.process.returncode == 0
    assert "to manage accounts, open http://127.0.0.1:" in errors
    assert errors.splitlines()[-1].endswith("stopped")
    state = (tmp_path / "account" / "codex_quota_web_results.json").read_text()
    assert service.accounts["work"].access_token not in state + errors + started.said


def test_after_kill_9_the_last_results_are_there_at_once(
    world: dict[str, str], service: SimulatedService, tmp_path: Path
) -> None:
    first = Dashboard(world, "web")
    state = tmp_path / "account" / "codex_quota_web_results.json"
    while not (state.exists() and "work" in state.read_text()):
        service.wait_for_requests(1, 20)
        os.sched_yield()
    first.end(signal.SIGKILL)
    service.fail(None, Fault.hang(), times=None)
    second = Dashboard(world, "web")
    try:
        assert [r["account"] for r in second.get("api/results")["results"]] == ["work"]
    finally:
        second.end()


def test_sigterm_ends_it_while_the_service_hangs(world: dict[str, str], service: SimulatedService) -> None:
    service.fail(None, Fault.hang(), times=None)
    dashboard = Dashboard(world, "web")
    service.wait_for_requests(1, 20)
    dashboard.end()
    assert dashboard.process.returncode == 0


def test_a_port_that_is_taken_is_one_line(world: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run([*PROGRAM, "web", "--port", str(port)], env=world, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"codex-quota: cannot listen on 127.0.0.1 port {port}: address already in use; choose another with --host and --port\n"
    )


def test_the_demo_has_a_dashboard_too(world: dict[str, str], service: SimulatedService) -> None:
    dashboard = Dashboard(world, "demo", "--web", "--port", "0")
    assert dashboard.get("healthz") == {"status": "ok"}
    while len(dashboard.get("api/results")["results"]) < 9:
        os.sched_yield()
    past = {one["account"]: len(one["readings"]) for one in dashboard.get("api/history?since=27d&points=1000")["accounts"]}
    assert (past["busy"] >= 26 * 24, past["business"]) == (True, 0)
    dashboard.end()
    assert (dashboard.process.returncode, service.requests) == (0, [])


def test_the_second_console_script_is_the_same_command(world: dict[str, str]) -> None:
    code = "import sys; from codex_quota.builtin.dashboard.main import main; sys.argv = ['web', '--help']; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", code], env=world, capture_output=True, text=True)
    assert done.stdout.startswith("usage: codex-quota web ")
