"""A real browser on a real dashboard; without chromium or Playwright these tests are skipped, unless CI is set."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codex_quota.simulated import SimulatedService

sys.path.insert(0, str(Path(__file__).parents[1] / "builtin" / "dashboard"))
from served import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's chromium, without a window."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        missing = "these tests need chromium (apt-get install chromium) and playwright (the extra 'test')"
        if os.environ.get("CI", "") not in ("", "0", "false"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str]) -> Iterator[Served]:
    """A dashboard with a handful of accounts in telling states."""
    service.add("work", five_hour=(12, 3 * HOUR + timedelta(minutes=30)), weekly=(41, 4 * DAY))
    service.add("spent", weekly=(100, 2 * HOUR + timedelta(minutes=30)))
    service.add("low", five_hour=(97, HOUR), weekly=(85, DAY), limits={"GPT-5.3-Codex-Spark": ((100, HOUR), (63, 5 * DAY))})
    service.add("free", plan="free", five_hour=None, weekly=None, monthly=(35, 12 * DAY), reset_credits=2)
    service.sign_out(service.add("工作"))
    service.write_accounts(tmp_path / "account")
    with serving(service, tmp_path / "account", environ) as running:
        read(running, 5)
        yield running


def read(served: Served, number: int) -> None:
    """Wait until that many accounts are on the board and nobody is being asked."""
    board = served.board
    with board._changed:
        assert board._changed.wait_for(lambda: len(board.results().snapshots) == number and not board._under_way, 30)


Open = Callable[..., "Page"]


@pytest.fixture
def open_page(chromium: Browser, served: Served) -> Iterator[Open]:
    """Opens a page of the dashboard in a browser of its own.

    Afterwards no error may stand in the console, and no other host may have been asked.
    ``expected`` are beginnings of console messages that the test provokes.
    """
    complaints: list[str] = []
    contexts = []
    origin = f"http://127.0.0.1:{served.port}"

    def open_(path: str = "/", *, expected: Sequence[str] = (), width: int = 1280, **options: Any) -> Page:
        usual = {"viewport": {"width": width, "height": 800}, "locale": "en-US", "timezone_id": "Europe/Berlin"}
        context = chromium.new_context(**(usual | options))
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()

        def said(kind: str, text: str) -> None:
            if kind in ("error", "warning") and not text.startswith(tuple(expected)):
                complaints.append(f"{kind}: {text}")

        page.on("console", lambda message: said(message.type, message.text))
        page.on("pageerror", lambda error: said("error", str(error)))
        page.on("request", lambda request: request.url.startswith(origin) or complaints.append(f"asked {request.url}"))
        page.goto(origin + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
