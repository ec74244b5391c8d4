"""A dashboard on a real socket, and a browser with as much of one as its security needs."""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from codex_quota import Client
from codex_quota.builtin.dashboard.account_files import AccountFiles
from codex_quota.builtin.dashboard.app import make_app
from codex_quota.builtin.dashboard.board import Board
from codex_quota.builtin.dashboard.gate import Gate
from codex_quota.builtin.dashboard.server import make_server
from codex_quota.builtin.dashboard.settings import Settings
from codex_quota.simulated import SimulatedService

TOKEN = "right-token-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


class Clock:
    """A monotonic clock that a test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Got:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    cookies: list[str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def words(self) -> str:
        """The text of a page, as a person reads it."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.text.partition("<main")[2] or self.text)).split())

    def value(self, name: str) -> str:
        """The value of the first hidden field of that name."""
        found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', self.text)
        assert found is not None, f"no field {name}"
        return html.unescape(found[1])


@dataclass
class Served:
    """A dashboard that is being served."""

    port: int
    directory: Path
    service: SimulatedService
    board: Board
    clock: Clock
    settings: Settings

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
    ) -> Got:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {"Host": f"{host}:{self.port}", **(headers or {})}
            connection.request(method, path, body=body, headers=named)
            response = connection.getresponse()
            text = response.read().decode()
            together = {name.lower(): value for name, value in response.getheaders()}
            return Got(response.status, together, response.headers.get_all("Set-Cookie", []), text)
        finally:
            connection.close()

    def script(self, method: str, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Got:
        """What a script with the token gets."""
        body = urlencode(fields or {}).encode() if method == "POST" else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        return self.ask(method, path, body=body, headers={**BEARER, "Accept": "application/json", **kind, **headers})

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.directory.iterdir()} if self.directory.exists() else {}


@dataclass
class Browser:
    """Keeps cookies, says where a form came from, and does not follow redirects."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Got:
        return self._ask("GET", path, None, headers)

    def post(
        self, path: str, fields: Mapping[str, str], files: list[tuple[str, str, bytes]] | None = None, **headers: str
    ) -> Got:
        """Send a form, as multipart when there are *files* (field, file name, content)."""
        body, kind = (
            multipart(fields, files) if files is not None else (urlencode(fields).encode(), "application/x-www-form-urlencoded")
        )
        origin = {"Origin": f"http://127.0.0.1:{self.served.port}", "Sec-Fetch-Site": "same-origin"}
        return self._ask("POST", path, body, {**origin, "Content-Type": kind, **headers})

    def sign_in(self) -> str:
        """Sign in through the link; returns the session's CSRF token."""
        assert self.get(f"/auth?token={TOKEN}").status == 303
        return self.get("/auth").value("csrf")

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Got:
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        got = self.served.ask(method, path, body=body, headers={"Accept": HTML, **cookie, **self.extra, **headers})
        for line in got.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return got


def multipart(fields: Mapping[str, str], files: list[tuple[str, str, bytes]]) -> tuple[bytes, str]:
    boundary = "----a-boundary-of-this-test"
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [
        f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: application/json\r\n\r\n'.encode()
        + data
        for name, filename, data in files
    ]
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + boundary.encode() + b"--\r\n", f"multipart/form-data; boundary={boundary}"


@contextmanager
def serving(
    service: SimulatedService, directory: Path, environ: Mapping[str, str], *, plugins: Sequence[object] = (), **options: Any
) -> Iterator[Served]:
    """Serve a dashboard whose accounts lie in *directory*; *options* are those of ``Settings``."""
    clock = Clock()
    usual: dict[str, Any] = {"admin_token": TOKEN, "host": "127.0.0.1", "port": 0, "state_file": directory.parent / "state.json"}
    settings = Settings(account_dir=directory, **{**usual, **options})
    client = Client(
        environ={**environ, "CODEX_QUOTA_ACCOUNT_DIR": str(directory)},
        chatgpt_url=service.url,
        retries=0,
        cache="none",
        now=service.clock,
        plugins=plugins,
    )
    board = Board(client, settings, log=lambda text: None)
    app = make_app(board, settings, Gate(settings, now=clock), AccountFiles(directory, client))
    server = make_server(app, settings)
    thread = threading.Thread(target=server.run, daemon=True)
    board.start()
    thread.start()
    try:
        yield Served(int(server.effective_port), directory, service, board, clock, settings)
    finally:
        with suppress(OSError):  # closed in its own thread, perhaps before the pull is over
            server.trigger.pull_trigger(server.close)
        thread.join(5)
        server.task_dispatcher.shutdown(timeout=1)
        board.stop()
