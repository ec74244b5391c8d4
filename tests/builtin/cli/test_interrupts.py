"""Ways out of the program: each cleans up, and tells the shell the right status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from codex_quota.simulated import Fault, SimulatedService

PROGRAM = [sys.executable, "-m", "codex_quota"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_demo_that_is_ended_leaves_nothing_behind(environ: dict[str, str], tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    world = {**os.environ, **environ, "TMPDIR": str(temporary)}
    words = [*PROGRAM, "demo", "--web", "--port", "0"]
    with subprocess.Popen(words, env=world, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("The dashboard is at ")
        assert [path.name.startswith("codex-quota-demo-") for path in temporary.iterdir()] == [True]
        process.send_signal(number)
    assert process.returncode in (0, 128 + number)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("late", [False, True])
def test_a_second_ctrl_c_changes_nothing(service: SimulatedService, environ: dict[str, str], tmp_path: Path, late: bool) -> None:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    service.fail(None, Fault.hang(), times=None)
    world = {**os.environ, **environ, "CODEX_QUOTA_CHATGPT_URL": service.url}
    process = subprocess.Popen(PROGRAM, env=world, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    service.wait_for_requests(1)
    process.send_signal(signal.SIGINT)
    said = process.stderr.readline() if late else ""
    process.send_signal(signal.SIGINT)
    said += process.communicate(timeout=10)[1]
    assert (process.returncode, said) == (130, "codex-quota: interrupted\n")
