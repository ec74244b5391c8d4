"""Takes the dashboard's pictures from the accounts of ``codex-quota demo``; run it from the checkout after the page has changed.

It needs chromium and Playwright (the extra ``test``).
The clock stands still, so that the same page gives the same pictures.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

import codex_quota
from codex_quota.builtin.cli.demo_past import give_past
from codex_quota.builtin.dashboard.account_files import AccountFiles
from codex_quota.builtin.dashboard.app import make_app
from codex_quota.builtin.dashboard.board import Board
from codex_quota.builtin.dashboard.gate import Gate
from codex_quota.builtin.dashboard.server import make_server
from codex_quota.builtin.dashboard.settings import Settings
from codex_quota.history import FILE_NAME, HISTORY_FILE, History
from codex_quota.simulated import SimulatedService

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def crowd() -> SimulatedService:
    """A hundred accounts in many states."""
    service = SimulatedService(now=NOW)
    for number in range(1, 101):
        used = number * 37 % 100, number * 53 % 97
        account = service.add(
            f"{('team', 'build', 'ci', 'lab')[number % 4]}-{number}",
            plan=("plus", "pro", "team", "business")[number % 3],
            five_hour=None if number % 11 == 5 else (used[0], (1 + number % 4) * HOUR),
            weekly=(100 if number % 9 == 4 else used[1], (5 + number % 150) * HOUR),
        )
        if number % 23 == 19:
            service.sign_out(account)
    return service


@contextmanager
def served(service: SimulatedService) -> Iterator[str]:
    """The dashboard with the accounts of *service*; yields its address when every account has been read."""
    with TemporaryDirectory() as place, chdir(place), service:
        directory = Path("account")
        service.write_accounts(directory)
        settings = Settings(host="127.0.0.1", port=0, account_dir=directory, admin_token=token_urlsafe(), utc=True)
        environ = {HISTORY_FILE.variable: str(Path(place) / FILE_NAME)}
        give_past(service, directory, History(Path(place) / FILE_NAME))
        client = codex_quota.Client(
            account_dir=directory, chatgpt_url=service.url, cache="none", environ=environ, now=service.clock, listeners=False
        )
        board = Board(client, settings, log=lambda text: None)
        server = make_server(make_app(board, settings, Gate(settings), AccountFiles(directory, client)), settings)
        thread = threading.Thread(target=server.run, daemon=True)
        board.start()
        thread.start()
        try:
            while len(board.results().snapshots) < len(service.accounts) or board.results().refreshing:
                board.refresh(wait=1)
            yield f"http://127.0.0.1:{server.effective_port}"
        finally:
            server.close()
            thread.join(5)
            board.stop()


def take(
    browser: Browser, name: str, address: str, *, width: int = 1280, height: int | None = None, scheme: str = "light"
) -> None:
    """One picture, of the whole page unless *height* is given."""
    context = browser.new_context(
        viewport={"width": width, "height": height or 800},
        color_scheme="dark" if "dark" in name else "light",
        device_scale_factor=1,
        locale="en-US",
    )
    page = context.new_page()
    page.clock.install(time=NOW)
    page.clock.pause_at(NOW + timedelta(seconds=1))
    page.goto(address)
    page.screenshot(path=HERE / name, full_page=height is None)
    context.close()


def main() -> None:
    """Take them all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        with served(SimulatedService.demo(now=NOW)) as address:
            take(browser, "dashboard.png", f"{address}/")
            take(browser, "dashboard-dark.png", f"{address}/")
            take(browser, "dashboard-phone-dark.png", f"{address}/", width=390, height=844)
            take(browser, "charts.png", f"{address}/charts?account=busy")
        with served(crowd()) as address:
            take(browser, "dashboard-table.png", f"{address}/", height=800)
        browser.close()


if __name__ == "__main__":
    main()
