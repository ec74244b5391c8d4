"""What the tests share: snapshots in a few words, both parsers of the library, and a dashboard in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import codex_quota_prometheus
from codex_quota_prometheus import Metrics, Prometheus
from prometheus_client import Metric as Family
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

import codex_quota
from codex_quota import Account, Options, Quota, RateLimit, RouteRequest, Snapshot, Style, Window
from codex_quota.testing import SimulatedService, clean_environ

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKEN = "right-token-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"
PROGRAM = """
import os, sys
import codex_quota, codex_quota_prometheus
from codex_quota.__main__ import main
catalogue = codex_quota.Catalogue(plugins=[codex_quota_prometheus], strangers=False, environ=os.environ)
sys.exit(main(sys.argv[1:], catalogue=catalogue))
"""

Series = tuple[str, tuple[tuple[str, str], ...]]


def window(
    name: Any = "weekly", used: float | None = 25.0, *, days: float | None = 7, reset: timedelta | None = None, **more: Any
) -> Window:
    length = None if days is None else timedelta(days=days)
    resets_at = None if reset is None else NOW + reset
    fields: dict[str, Any] = {"limit": "codex", "label": "", "started": True, **more}
    return Window(name=name, used_percent=used, length=length, resets_at=resets_at, **fields)


def snapshot(
    *windows: Window, name: str = "work", limit: str = "codex", quota: Mapping[str, Any] | None = None, **more: Any
) -> Snapshot:
    answer = Quota(plan="plus", limits=(RateLimit(name=limit, windows=windows),) if windows else (), **(quota or {}))
    account = Account(name=name, source="directory", email=f"{name}@example.com", account_id="acct-1", user_id="user-1")
    return Snapshot(**{"account": account, "quota": answer, "fetched_at": NOW, **more})


def formatted(*snapshots: Snapshot, now: datetime = NOW) -> str:
    return Prometheus().format(snapshots, Style(now=now))


def request(*snapshots: Snapshot, accept: str | None = None, requests: Mapping[str, int] | None = None) -> RouteRequest:
    headers = {} if accept is None else {"accept": accept}
    return RouteRequest(snapshots=snapshots, now=NOW, options=Options(environ={}), headers=headers, requests=requests or {})


def page(*snapshots: Snapshot, accept: str | None = None, requests: Mapping[str, int] | None = None) -> str:
    body = Metrics().answer(request(*snapshots, accept=accept, requests=requests)).body
    assert isinstance(body, str)
    return body


def families(text: str) -> list[Family]:
    """*text* read by the library, as what it says that it is."""
    return list((read_openmetrics if text.endswith("# EOF\n") else read_text)(text))


def read(text: str) -> dict[Series, float]:
    """The samples of *text*; a series that occurs twice fails the test, as it would fail the scrape."""
    found: dict[Series, float] = {}
    for family in families(text):
        for sample in family.samples:
            series = (sample.name, tuple(sorted(sample.labels.items())))
            assert series not in found, f"{series} occurs twice"
            found[series] = sample.value
    return found


def values(text: str, metric: str, *labels: str) -> Any:
    """The samples of one metric, by the values of *labels*; without labels the one value, None when there is none."""
    found = {
        tuple(dict(pairs)[label] for label in labels): value for (name, pairs), value in read(text).items() if name == metric
    }
    if not labels:
        return found.get(())
    return {key[0] if len(labels) == 1 else key: value for key, value in found.items()}


@dataclass(frozen=True)
class Got:
    """An answer over HTTP."""

    status: int
    headers: Message
    text: str


def ask(address: str, method: str = "GET", **headers: str) -> Got:
    try:
        with urlopen(Request(address, method=method, headers=headers), timeout=20) as response:
            return Got(response.status, response.headers, response.read().decode())
    except HTTPError as error:
        return Got(error.code, error.headers, error.read().decode())


@contextmanager
def serving(*words: str, service: SimulatedService, directory: Path) -> Iterator[str]:
    """The real dashboard with this plugin, whose accounts have all been asked; gives its address without a final slash."""
    service.write_accounts(directory / "account")
    sources = [Path(module.__file__ or "").parent.parent for module in (codex_quota, codex_quota_prometheus)]
    world = {**clean_environ(directory, service), "PYTHONPATH": os.pathsep.join(map(str, sources))}
    words = ("web", "--host", "127.0.0.1", "--port", "0", "--admin-token-file", str(directory / "token"), *words)
    codex_quota.write_private(directory / "token", TOKEN.encode())
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words], env=world, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            assert process.stdout is not None
            greeting = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+[^ ]*", greeting)
            assert found is not None, greeting + (directory / "log").read_text()
            address = found[0].strip().rstrip("/")
            for _ in range(10):
                # waits up to 3 seconds for the readings that began with the dashboard
                ask(f"{address}/refresh", "POST", Accept="application/json", **BEARER)
                known = json.loads(ask(f"{address}/api/results", **BEARER).text)["results"]
                if len(known) == len(service.accounts):
                    break
            assert sorted(one["account"] for one in known) == sorted(service.accounts)
            yield address
        finally:
            process.terminate()
            process.communicate(timeout=20)
