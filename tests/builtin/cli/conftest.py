"""Fixtures for commands that take the whole screen, or that tell what was."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from remembered import Remembered

from codex_quota.simulated import SimulatedService
from program import Program
from terminals import Tty
from watched import QUICK, RUN, Watch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def watched_accounts(service: SimulatedService, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    service.add("work", five_hour=(12, 3 * HOUR + timedelta(minutes=30)), weekly=(41, 4 * DAY))
    service.add("spent", five_hour=10, weekly=(100, 30 * HOUR))
    service.add("a2", five_hour=None, weekly=None, monthly=(35, 12 * DAY))
    service.write_accounts(tmp_path / "account")
    return {**environ, "CODEX_QUOTA_CHATGPT_URL": service.url, "CODEX_QUOTA_RETRIES": "0"}


@pytest.fixture
def watch(watched_accounts: dict[str, str]) -> Iterator[Watch]:
    """Starts the program in a terminal and waits for its first whole picture."""
    started: list[Tty] = []

    def start(
        *words: str,
        quick: bool = False,
        before: str = "",
        size: tuple[int, int] = (80, 24),
        ready: str = "next refresh",
        **more: str,
    ) -> Tty:
        code = (QUICK if quick else "") + before + RUN.format(words=["watch", *words])
        tty = Tty.python(code, {**watched_accounts, **more}, size=size)
        started.append(tty)
        if ready:
            tty.await_text(ready)
        return tty

    yield start
    for tty in started:
        tty.__exit__()


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def remembered(program: Program) -> Remembered:
    return Remembered(program)
