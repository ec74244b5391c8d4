"""A small client on the standard library's ``http.client``, so that these tests depend on nothing that they stand under."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from codex_quota.simulated import SimulatedAccount, SimulatedService

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
USAGE = "/backend-api/wham/usage"


@dataclass(frozen=True)
class Got:
    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)


@contextmanager
def connected(service: SimulatedService) -> Iterator[HTTPConnection]:
    connection = HTTPConnection(urlsplit(service.url).netloc, timeout=5)
    try:
        yield connection
    finally:
        connection.close()


def sign_in(account: SimulatedAccount) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.access_token}", "ChatGPT-Account-Id": account.account_id}


def ask_over(connection: HTTPConnection, headers: Mapping[str, str], *, path: str = USAGE, method: str = "GET") -> Got:
    connection.request(method, path, headers=dict(headers))
    response = connection.getresponse()
    content = response.read()
    together = {name.lower(): ", ".join(response.headers.get_all(name, [])) for name in response.headers}
    return Got(response.status, together, tuple(response.headers.get_all("Set-Cookie", [])), content)


def ask_with(service: SimulatedService, headers: Mapping[str, str], *, path: str = USAGE, method: str = "GET") -> Got:
    with connected(service) as connection:
        return ask_over(connection, headers, path=path, method=method)


def ask(service: SimulatedService, account: SimulatedAccount) -> Got:
    return ask_with(service, sign_in(account))


def claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return decoded
