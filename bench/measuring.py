"""What both benchmarks need: the simulated service as a process of its own, and whole programs timed from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True)
class Run:
    """One run of a program: wall seconds from start to end, and peak resident memory in MiB (0 where it is not told)."""

    seconds: float
    peak: float


def environment(home: Path) -> dict[str, str]:
    """A clean environment: no proxies, no settings of the user, a home and a cache of its own."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "CODEX_QUOTA_CACHE_DIR": str(home / "cache")}


def program() -> list[str]:
    """The command that starts codex-quota: the console script of this Python, else the module."""
    script = Path(sys.executable).parent / "codex-quota"
    return [str(script)] if script.is_file() else [sys.executable, "-m", "codex_quota"]


@contextmanager
def simulated(accounts: int, latency: float, directory: Path, env: Mapping[str, str]) -> Iterator[str]:
    """The simulated service in another process, with its sign-ins in *directory*; yields its base URL."""
    command = [sys.executable, "-m", "codex_quota.simulated", "--account-dir", str(directory)]
    command += ["--accounts", str(accounts), "--latency", str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(env)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            sys.exit("the simulated service did not start")
        try:
            yield url
        finally:
            process.stdin.close()


def check(command: Sequence[str], env: Mapping[str, str], expected: str, times: int = 1) -> None:
    """Run once to warm up; leave when *expected* is not printed that many times, because the figures would mean nothing."""
    done = subprocess.run(command, env=dict(env), capture_output=True, encoding="utf-8", check=False)
    if done.returncode or done.stdout.count(expected) != times:
        what = f"{Path(command[0]).name}: status {done.returncode}, {expected!r} not printed {times} times"
        sys.exit(f"{what}\n{done.stdout}{done.stderr}")


def run(command: Sequence[str], env: Mapping[str, str]) -> Run:
    """Run a program to its end."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if not hasattr(os, "wait4"):
        process.wait()
        return Run(time.perf_counter() - began, 0)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{Path(command[0]).name} ended with status {process.returncode}")
    return Run(seconds, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))


def alternate(commands: Mapping[str, Sequence[str]], env: Mapping[str, str], rounds: int) -> dict[str, Run]:
    """Run every command once per round, in turn, and return each one's median seconds and median peak."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command, env))
    return {name: Run(median([r.seconds for r in each]), median([r.peak for r in each])) for name, each in runs.items()}


def median(figures: Sequence[float]) -> float:
    """The middle one, or the mean of the middle two."""
    ordered, half = sorted(figures), len(figures) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
