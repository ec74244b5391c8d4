"""The whole application: what an error looks like to whom, a path below a proxy, and a dashboard for its admin alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served import BEARER, HTML, Served, serving

from codex_quota.simulated import SimulatedService

PAGE = {"Accept": HTML}
CURL = {"User-Agent": "curl/8.5.0", "Accept": "*/*"}
JSON = {"Accept": "application/json"}
READING = ["/", "/?fragment=1", "/api/results", "/api/results.csv", "/api/openapi.json", "/refresh"]


@pytest.fixture
def directory(service: SimulatedService, tmp_path: Path) -> Path:
    service.add("work")
    service.write_accounts(tmp_path / "account")
    return tmp_path / "account"


@pytest.fixture
def served(service: SimulatedService, directory: Path, environ: dict[str, str]) -> Iterator[Served]:
    with serving(service, directory, environ) as running:
        yield running


@pytest.fixture
def closed(service: SimulatedService, directory: Path, environ: dict[str, str]) -> Iterator[Served]:
    with serving(service, directory, environ, require_token=True) as running:
        yield running


def test_an_error_is_a_small_page_in_a_browser(served: Served) -> None:
    got = served.ask("GET", "/nothing", headers=PAGE)
    assert (got.status, got.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert got.words.endswith("404 There is no such page. Check the address. Back to the quota page")
    chinese = served.ask("GET", "/nothing", headers=PAGE | {"Accept-Language": "zh-CN"})
    assert "没有这个页面。" in chinese.words


def test_an_error_is_a_line_for_curl(served: Served) -> None:
    got = served.ask("GET", "/nothing", headers=CURL)
    assert (got.status, got.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert got.text == "There is no such page. Check the address.\n"


@pytest.mark.parametrize(("path", "headers"), [("/api/nothing", PAGE), ("/api/nothing", CURL), ("/nothing", JSON)])
def test_an_error_is_json_below_api_and_for_who_asks_for_it(served: Served, path: str, headers: dict[str, str]) -> None:
    got = served.ask("GET", path, headers=headers)
    assert (got.status, got.headers["content-type"]) == (404, "application/json")
    assert got.json == {"error": {"code": "not_found", "message": "There is no such page.", "hint": "Check the address."}}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", "GET,HEAD"),
        ("DELETE", "/api/results", "GET,HEAD"),
        ("PUT", "/refresh", "GET,POST,HEAD"),
        ("PATCH", "/healthz", "GET,HEAD"),
    ],
)
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(served: Served, method: str, path: str, allowed: str) -> None:
    got = served.ask(method, path, headers=JSON | {"Content-Length": "0"})
    assert (got.status, got.headers["allow"]) == (405, allowed)
    assert got.json["error"] == {"code": "method_not_allowed", "message": f"This address does not take {method}.", "hint": ""}


def test_a_refusal_of_the_gate_is_a_page_of_the_same_kind(served: Served) -> None:
    got = served.ask("GET", "/", headers=PAGE | {"Accept-Language": "zh"}, host="evil.example")
    assert got.status == 403
    assert '<html lang="zh-Hans">' in got.text
    assert "evil.example" in got.words


def test_no_answer_may_be_framed_or_tells_the_server(served: Served) -> None:
    for path in (*READING, "/nothing", "/auth"):
        headers = served.ask("GET", path, headers=PAGE).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "server" not in headers, path


@pytest.mark.parametrize("path", ["/quota/", "/"], ids=["the proxy leaves the path on", "the proxy takes the path off"])
def test_everything_works_below_a_path(service: SimulatedService, directory: Path, environ: dict[str, str], path: str) -> None:
    with serving(service, directory, environ, base_path="/quota") as served:
        page = served.ask("GET", path, headers=PAGE)
        assert page.status == 200
        assert 'href="/quota/auth"' in page.text
        assert 'data-source="/quota/"' in page.text
        assert 'data-path="/quota"' in page.text
        assert served.ask("GET", f"{path}refresh", headers=PAGE).headers["location"] == "/quota/"
        assert served.ask("GET", f"{path}api/openapi.json").json["servers"] == [{"url": "/quota"}]


@pytest.mark.parametrize("path", READING)
def test_with_require_token_only_an_admin_reads(closed: Served, path: str) -> None:
    assert closed.ask("GET", path, headers=JSON).status == 401
    assert closed.ask("GET", path, headers=CURL).status == 401
    page = closed.ask("GET", path, headers=PAGE)
    assert (page.status, "work" in page.text) == ((401 if path.startswith("/api") else 303), False)
    assert closed.ask("GET", path, headers=JSON | BEARER).status == 200


@pytest.mark.parametrize("path", ["/healthz", "/static/app.css", "/auth/login"])
def test_what_needs_no_token_even_then(closed: Served, path: str) -> None:
    assert closed.ask("GET", path, headers=PAGE).status == 200
