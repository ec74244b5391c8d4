"""The demo accounts, and the service as a program."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codex_quota.simulated import SimulatedService

from .asking import NOON, ask

STATES = {
    "fresh": ("plus", [0, 0], False),
    "busy": ("plus", [92, 71], False),
    "weekly-out": ("plus", [4, 100], True),
    "weekly-only": ("plus", [58], False),
    "free": ("free", [35], False),
    "business": ("self_serve_business_usage_based", [], True),
    "pro": ("pro", [18, 44], False),
    "signed-out": (401, [], False),
    "工作": ("team", [37, 12], False),
}


def test_the_demo_accounts_are_in_telling_states() -> None:
    states = {}
    with SimulatedService.demo(now=NOON) as service:
        for account in service.accounts.values():
            got = ask(service, account)
            limit = got.body.get("rate_limit") or {}
            windows = [limit[slot]["used_percent"] for slot in ("primary_window", "secondary_window") if limit.get(slot)]
            states[account.name] = (got.body.get("plan_type", got.status), windows, bool(got.body.get("rate_limit_reached_type")))

    assert states == STATES


@contextmanager
def started(*args: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program and the first line it printed."""
    command = [sys.executable, "-m", "codex_quota.simulated", *args]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("args", "names"),
    [(("--accounts", "2"), ["a1", "a2"]), ((), ["a1"]), (("--demo", "--accounts", "2"), sorted(STATES))],
)
def test_the_program_writes_its_accounts_and_answers(tmp_path: Path, args: tuple[str, ...], names: list[str]) -> None:
    with started("--account-dir", str(tmp_path), *args) as (process, url):
        files = sorted(tmp_path.iterdir())
        tokens = json.loads(files[0].read_text(encoding="utf-8"))["tokens"]
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "ChatGPT-Account-Id": tokens["account_id"]}
        with urllib.request.urlopen(urllib.request.Request(f"{url}/wham/usage", headers=headers), timeout=5) as response:
            status = response.status
        out, err = process.communicate(timeout=5)

    assert [path.name for path in files] == [f"{name}.auth.json" for name in names]
    assert (status, process.returncode, out, err) == (200, 0, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals end a process there without asking it")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_ends_quietly_on_a_signal(number: signal.Signals) -> None:
    with started() as (process, url):
        process.send_signal(number)
        process.wait(timeout=5)
        out, err = process.communicate()

    assert url.startswith("http://127.0.0.1:")
    assert (process.returncode, out, err) == (0, "", "")
