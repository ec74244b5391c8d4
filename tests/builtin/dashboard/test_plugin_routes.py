"""Routes that plugins add: reading only, behind the gate, and no more to see than the visitor may."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from served import BEARER, Served, serving

from codex_quota import Catalogue, Route, RouteAnswer, RouteRequest, hookimpl
from codex_quota.simulated import SimulatedService


class Echo(Route):
    """Tells what it was asked."""

    name = "echo"
    summary = "what was asked"
    path = "/echo"

    def answer(self, request: RouteRequest) -> RouteAnswer:
        told = {
            "accounts": [[one.account.name, one.account.email] for one in request.snapshots],
            "admin": request.admin,
            "query": dict(request.query),
            "accept": request.headers.get("accept"),
            "secrets": sorted({"authorization", "cookie"} & set(request.headers)),
            "requests": dict(request.requests),
            "base": request.base,
        }
        return RouteAnswer(body=json.dumps(told), content_type="application/json", status=202)


class Broken(Route):
    """Does whatever it was made with."""

    summary = "fails"

    def __init__(self, name: str, path: str, answer: Callable[[], Any]) -> None:
        self.name, self.path, self._answer = name, path, answer  # type: ignore[misc]

    def answer(self, request: RouteRequest) -> RouteAnswer:
        return self._answer()  # type: ignore[no-any-return]


class Plugin:
    """A plugin that offers these routes."""

    def __init__(self, *routes: Route) -> None:
        self.routes = routes

    @hookimpl
    def register_routes(self) -> Sequence[Route]:
        return self.routes


@pytest.fixture
def broken() -> Sequence[Route]:
    def fail() -> None:
        raise ValueError("sesame")

    return (
        Broken("raises", "/raises", fail),
        Broken("wrong", "/wrong", lambda: "text"),
        Broken("thief", "/healthz", lambda: RouteAnswer(body="stolen")),
        Broken("thief.again", "/api/results.csv", lambda: RouteAnswer(body="stolen")),
        Broken("thief.open", "/auth/open", lambda: RouteAnswer(body="stolen")),
        Broken("twin", "/echo", lambda: RouteAnswer(body="stolen")),
        Broken("other", "/api/other", lambda: RouteAnswer(body=b"bytes")),
        Broken("large", "/large", lambda: RouteAnswer(body="größer\n" * 20_000, status=503)),
    )


@pytest.fixture
def served(service: SimulatedService, tmp_path: Path, environ: dict[str, str], broken: Sequence[Route]) -> Iterator[Served]:
    service.add("work", email="ann@example.com")
    service.write_accounts(tmp_path / "account")
    with serving(service, tmp_path / "account", environ, plugins=[Plugin(Echo(), *broken)]) as running:
        with running.board._changed:
            assert running.board._changed.wait_for(lambda: running.board.results().snapshots, 20)
        yield running


def test_a_route_answers_with_what_everybody_may_see(served: Served) -> None:
    got = served.ask("GET", "/echo?a=b%20c", headers={"Accept": "text/odd", "Cookie": "x=y"})
    assert (got.status, got.headers["content-type"], got.headers["cache-control"]) == (202, "application/json", "no-store")
    assert got.json == {
        "accounts": [["work", "a\u2026@example.com"]],
        "admin": False,
        "query": {"a": "b c"},
        "accept": "text/odd",
        "secrets": [],
        "requests": {"200": 1},
        "base": "",
    }


def test_an_admin_sees_whole_addresses_and_the_route_no_token(served: Served) -> None:
    told = served.ask("GET", "/echo", headers=BEARER).json
    assert (told["accounts"], told["admin"], told["secrets"]) == ([["work", "ann@example.com"]], True, [])


def test_head_is_answered_and_nothing_else_is(served: Served) -> None:
    head, post = served.ask("HEAD", "/echo"), served.script("POST", "/echo")
    assert (head.status, head.text, post.status, post.json["error"]["code"]) == (202, "", 405, "method_not_allowed")


@pytest.mark.parametrize(("accepted", "coding", "most"), [("gzip", "gzip", 5_000), ("gzip;q=0", None, 180_000)])
def test_a_large_answer_is_compressed_for_whoever_reads_that(
    served: Served, accepted: str, coding: str | None, most: int
) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("GET", "/large", headers={"Accept-Encoding": accepted})
    got = connection.getresponse()
    body = got.read()
    connection.close()
    assert (got.status, got.headers["Content-Encoding"], len(body) <= most) == (503, coding, True)
    assert got.headers["Cache-Control"] == "no-store"
    assert (gzip.decompress(body) if coding else body).decode() == "größer\n" * 20_000


@pytest.mark.parametrize("path", ["/raises", "/wrong"])
def test_a_route_that_fails_is_an_error_without_its_text(served: Served, path: str) -> None:
    got = served.ask("GET", path, headers={"Accept": "application/json"})
    assert (got.status, got.json["error"]["code"], "sesame" in got.text) == (500, "internal", False)
    assert served.ask("GET", "/echo").status == 202


def test_a_route_of_the_dashboard_cannot_be_taken(served: Served) -> None:
    assert served.ask("GET", "/healthz").json == {"status": "ok"}
    texts = [served.ask("GET", path).text for path in ("/api/results.csv", "/auth/open", "/echo")]
    assert [text == "stolen" for text in texts] == [False, False, False]
    assert served.board.results().problems[0] == "the route thief of a plugin is left out: its path /healthz is taken"
    assert len(served.board.results().problems) == 4
    assert served.ask("GET", "/api/other").text == "bytes"


def test_where_reading_needs_the_token_a_route_does_too(
    service: SimulatedService, tmp_path: Path, environ: dict[str, str]
) -> None:
    with serving(service, tmp_path / "account", environ, plugins=[Plugin(Echo())], require_token=True) as closed:
        assert (closed.ask("GET", "/echo").status, closed.ask("GET", "/echo", headers=BEARER).status) == (401, 202)


@pytest.mark.parametrize("path", ["metrics", "/", "/a b", "/a/", "/<name>", "/../x", None])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    catalogue = Catalogue(plugins=[Plugin(Broken("odd", path, dict))], find=False)
    (problem,) = catalogue.problems
    assert ([*catalogue.routes], problem.reason) == ([], f"Broken has the path {path!r}; paths are like /metrics")
